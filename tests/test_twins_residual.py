"""Residual and dense networks of the zoo beside modules written by hand: figures, rows, and numbers."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from twins import residual

import cnncalc

# input, params, and MACs in units of 10^9 with as many decimals as are printed: torchvision's metadata
PUBLISHED = {
    "resnet18": (224, 11_689_512, "1.814"),
    "resnet34": (224, 21_797_672, "3.664"),
    "resnet50": (224, 25_557_032, "4.089"),
    "resnet101": (224, 44_549_160, "7.801"),
    "resnet152": (224, 60_192_808, "11.514"),
    "resnext50_32x4d": (224, 25_028_904, "4.230"),
    "wide_resnet50_2": (224, 68_883_240, "11.398"),
    "densenet121": (224, 7_978_856, "2.834"),
    "densenet161": (224, 28_681_000, "7.728"),
    "densenet169": (224, 14_149_480, "3.360"),
    "densenet201": (224, 20_013_928, "4.291"),
    # params of Cadene's ports; MACs worked out
    "se_resnet50": (224, 28_088_024, "3.860"),
    "senet154": (224, 115_088_984, "20.688"),
    # table 6 of He et al. to all digits; MACs worked out
    "resnet20": (32, 269_722, "0.041"),
    "resnet56": (32, 853_018, "0.125"),
    "resnet110": (32, 1_727_962, "0.253"),
    # half of the operations on darknet's page, 18.57 and 65.86 Bn
    "darknet53": (256, 41_609_928, "9.285"),
    "yolov3": (416, 61_949_149, "32.93"),
}
Rows = list[tuple[object, ...]]


class ByHand(NamedTuple):
    """What a module written by hand is found to be."""

    params: int
    macs: int
    rows: Rows


def owners(module: nn.Module, x: torch.Tensor) -> list[tuple[nn.Module, tuple[int, ...]]]:
    """The layers that own parameters, each with the shape of its output, as they come while `x` goes through."""
    found: list[tuple[nn.Module, tuple[int, ...]]] = []
    for layer in module.modules():
        if layer._parameters:
            layer.register_forward_hook(lambda layer, _, out: found.append((layer, tuple(out.shape[1:]))))
    with torch.no_grad():
        module(x)
    return found


@cache
def by_hand(name: str, **options: bool) -> ByHand:
    """Figures of a module that has shapes and no numbers; torch counts two operations a MAC and no others."""
    size, _, _ = PUBLISHED[name]
    with torch.device("meta"):
        module, x = getattr(residual, name)(**options).eval(), torch.empty(1, 3, size, size)
        with FlopCounterMode(display=False) as counter:
            layers = owners(module, x)
    rows: Rows = [([tuple(p.shape) for p in layer.parameters()], out) for layer, out in layers]
    return ByHand(sum(p.numel() for p in module.parameters()), counter.get_total_flops() // 2, rows)


def rows(net: cnncalc.Network) -> Rows:
    owning = (node for node in net if node.params)
    return [([w.shape for w in node.weights.values() if w.trainable], node.output.dims) for node in owning]


def faults(net: cnncalc.Network) -> list[str]:
    """What is said of a network, but for notes."""
    return [finding.message for finding in net.lint() if finding.severity != "info"]


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_module_written_by_hand_has_the_published_figures(name):
    _, params, printed = PUBLISHED[name]
    decimals = len(printed.partition(".")[2])
    assert (by_hand(name).params, f"{by_hand(name).macs / 1e9:.{decimals}f}") == (params, printed)


@pytest.mark.parametrize("name", PUBLISHED)
def test_params_macs_and_rows_are_those_of_the_module_written_by_hand(name):
    net = cnncalc.load(name)
    assert (net.params, net.macs, rows(net)) == by_hand(name)
    assert faults(net) == []


# MACs in units of 10^9 with the stride in the first 1x1 (table 1 cuts them off or rounds), and the receptive fields:
# with it there, and in the 3x3
PLACES = {"resnet50": (3.858, 483, 427), "resnet101": (7.570, 1027, 971), "resnet152": (11.282, 1507, 1451)}


@pytest.mark.parametrize("name", PLACES)
def test_the_papers_stride_in_the_first_convolution(name):
    net = cnncalc.load(name, set={"v1": 1})
    assert (net.params, net.macs, rows(net)) == by_hand(name, first=True)
    assert round(net.macs / 1e9, 3) == PLACES[name][0]


@pytest.mark.parametrize("name", PLACES)
def test_receptive_fields_tell_where_the_stride_stands(name):
    fields = []
    for v1 in (1, 0):
        layers = cnncalc.load(name, set={"v1": v1}).to_dict()["layers"]
        last = [layer for layer in layers if layer["name"].startswith("layer4.2.")][-1]
        fields.append(last["receptive_field"]["size"])
    assert fields == [[size, size] for size in PLACES[name][1:]]


# table 6 and its text: 20 to 110 layers, and 1202
CIFAR = {3: 269_722, 5: 464_154, 7: 658_586, 9: 853_018, 18: 1_727_962, 200: 19_421_274}


@pytest.mark.parametrize("n", CIFAR)
def test_resnets_for_cifar_of_any_depth(n):
    net = cnncalc.load("resnet20", set={"n": n})
    assert net.params == CIFAR[n]
    assert faults(net) == []


def test_resnext_of_one_group_of_64_is_resnet50():
    assert rows(cnncalc.load("resnext50_32x4d", set={"g": 1, "d": 64})) == rows(cnncalc.load("resnet50"))
    assert rows(cnncalc.load("wide_resnet50_2", set={"k": 1})) == rows(cnncalc.load("resnet50"))


def test_yolov3_at_the_sizes_of_darknets_page():
    billions = {size: 2 * cnncalc.load("yolov3", input=f"{size}x{size}x3").macs / 1e9 for size in (320, 416, 608)}
    assert {size: round(number, 2) for size, number in billions.items()} == {320: 38.97, 416: 65.86, 608: 140.69}


def settled(name: str, x: torch.Tensor) -> nn.Module:
    """The network by hand, its norms at the statistics of `x`, so that no number fades on its way through."""
    torch.manual_seed(0)
    module = getattr(residual, name)().double()
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = 1.0
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias)
    with torch.no_grad():
        module.train()(x)
    return module.eval()


def in_numpy(net: cnncalc.Network, tensors: list[nn.Module], x: torch.Tensor) -> list[torch.Tensor]:
    """The outputs of a network, each row by its kind's own NumPy, the tensors of a module put in as they come."""
    values = {net.inputs[0]: x.numpy()}
    given = iter(tensors)
    for node in net:
        own = next(given).state_dict() if node.params else {}
        weights = {name: own[name].numpy() for name in node.weights}
        values[node] = node.layer.run(weights, *(values[source] for source in node.inputs))
    return [torch.from_numpy(values[node]) for node in net.outputs]


# sizes at which maps of one cell are reached, or nearly
RUN = {"resnet20": 32, "resnet18": 64, "resnext50_32x4d": 32, "se_resnet50": 32, "densenet121": 32, "yolov3": 32}


def outputs(given: torch.Tensor | Sequence[torch.Tensor]) -> list[torch.Tensor]:
    return [given] if isinstance(given, torch.Tensor) else list(given)


@pytest.mark.parametrize(("name", "size"), list(RUN.items()))
def test_rows_and_emitted_module_compute_what_the_module_written_by_hand_does(name, size):
    torch.manual_seed(1)
    batch = torch.randn(4, 3, size, size, dtype=torch.float64)
    net, module, x = cnncalc.load(name, input=f"{size}x{size}x3"), settled(name, batch), batch[:1]
    emitted = net.to_torch().double().eval()
    layers = [layer for layer, _ in owners(module, x)]
    for (mine, _), theirs in zip(owners(emitted, x), layers, strict=True):
        mine.load_state_dict(theirs.state_dict())
    with torch.no_grad():
        wanted = outputs(module(x))
        torch.testing.assert_close(outputs(emitted(x)), wanted)
    torch.testing.assert_close(in_numpy(net, layers, x), wanted)
