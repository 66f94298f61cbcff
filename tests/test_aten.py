"""Emitted networks execute what torchvision's do: the same ATen operations in the same order, forward and backward.

Twice torchvision writes in place what the emitted module does not: rectifiers and the sums of ResNet. An operation in
place has the name of the other and an underscore behind it; that is all the lists differ by, but for one thing: the
ReLU6 in place of MobileNet V2 makes a copy of its input first, as its gradient needs it. Both are undone before the
lists are compared. Nothing is computed: tensors are of the meta device, which has shapes and no numbers.
"""

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map
from twins import torchvision

import cnncalc

IN_PLACE = re.compile(r"_(?=\.)")
"""The mark of an operation in place: aten.relu_.default."""
COPY = "aten.clone.default"


class Operation(NamedTuple):
    """An operation by its name, with its arguments as text; tensors are their shapes."""

    name: str
    arguments: str


class Recorder(TorchDispatchMode):
    """Keeps every operation that reaches a kernel."""

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[Operation] = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        shapes = tree_map(lambda x: f"tensor {tuple(x.shape)}" if isinstance(x, torch.Tensor) else x, (args, kwargs))
        self.operations.append(Operation(str(function), str(shapes)))
        return function(*args, **kwargs or {})


class Case(NamedTuple):
    """A network of the zoo beside the hand-written one, at an input of so many pixels a side.

    It has so many convolutions and fully connected layers; `in_place` are the operations that only the latter makes.
    """

    name: str
    twin: Callable[[], nn.Module]
    side: int
    convolutions: int
    linears: int
    in_place: frozenset[str]
    set: tuple[tuple[str, str], ...] = ()


RELU, RELU6, SUM = "aten.relu_.default", "aten.hardtanh_.default", "aten.add_.Tensor"
POOLED = Case("vgg16", torchvision.vgg16, 224, 13, 3, frozenset({RELU}), (("torchvision", "1"),))
CASES = [
    Case("resnet50", torchvision.resnet50, 64, 53, 1, frozenset({RELU, SUM})),
    POOLED._replace(side=64),
    Case("alexnet-torchvision", torchvision.alexnet, 127, 5, 3, frozenset({RELU})),
    Case("mobilenet_v2", torchvision.mobilenet_v2, 64, 52, 1, frozenset({RELU6})),
]
every = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


def executed(build: Callable[[], nn.Module], side: int) -> list[Operation]:
    """What a step of training does with two images: the pass forward, the loss, the pass backward."""
    with torch.device("meta"):
        module, x, classes = build().train(), torch.empty(2, 3, side, side), torch.empty(2, dtype=torch.long)
    with Recorder() as recorder:
        nn.functional.cross_entropy(module(x), classes).backward()
    return recorder.operations


@cache
def both(case: Case) -> tuple[list[Operation], list[Operation]]:
    """The operations of the emitted module and of the hand-written one."""
    network = cnncalc.load(case.name, input=f"{case.side}x{case.side}x3", set=dict(case.set))
    return executed(network.to_torch, case.side), executed(case.twin, case.side)


def uncopied(operations: list[Operation]) -> list[Operation]:
    """The operations without the copies that a ReLU6 in place makes of its input."""
    after = [operation.name for operation in operations[1:]] + [""]
    return [each for each, then in zip(operations, after, strict=True) if (each.name, then) != (COPY, RELU6)]


def plain(operations: list[Operation]) -> list[Operation]:
    """The operations as if none were in place."""
    return [each._replace(name=IN_PLACE.sub("", each.name)) for each in uncopied(operations)]


@every
def test_operations_and_all_their_arguments_are_those_of_torchvisions_form(case):
    ours, theirs = both(case)
    assert plain(ours) == plain(theirs)


@every
def test_only_rectifiers_and_sums_are_in_place_there_and_not_here(case):
    ours, theirs = both(case)
    pairs = {(a.name, b.name) for a, b in zip(ours, uncopied(theirs), strict=True) if a.name != b.name}
    assert pairs == {(IN_PLACE.sub("", name), name) for name in case.in_place}


@every
def test_no_copies_are_made_here(case):
    ours, theirs = (Counter(operation.name for operation in each) for each in both(case))
    assert ours[COPY] == 0
    assert theirs[COPY] == theirs[RELU6]


@every
def test_every_layer_is_worked_forward_and_backward(case):
    counts = Counter(operation.name for operation in both(case)[0])
    assert counts["aten.convolution.default"] == counts["aten.convolution_backward.default"] == case.convolutions
    assert counts["aten.addmm.default"] == case.linears
    assert counts["aten.mm.default"] == 2 * case.linears


def test_vgg_as_published_lacks_the_pool_and_nothing_else():
    ours, theirs = (Counter(plain(each)) for each in both(POOLED._replace(set=())))
    assert not ours - theirs
    assert {operation.name for operation in theirs - ours} == {
        "aten._adaptive_avg_pool2d.default",
        "aten._adaptive_avg_pool2d_backward.default",
    }
