"""Memory against PyTorch, to the byte: what autograd keeps, what is alive, gradients, optimizer state; by hand as well.

Every network runs layer by layer as its kinds say it in PyTorch, so that each row has its own proof, and as the module
that is emitted. Two things are beyond the numbers, and there PyTorch holds more. It may put the axes of a map in another
order (`ln`, `embed`, and what follows them): where a layer needs the usual one it copies the map. And a transposed
convolution may come cut from a larger tensor though its pad is even. Both are seen on the tensors themselves.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from typing import NamedTuple

import pytest
import torch
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from test_random_chains import TOKENS, specs
from test_random_graphs import graphs
from torch import fx, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode

import cnncalc
from cnncalc import loads
from cnncalc.analysis.memory import memory
from cnncalc.analysis.views import copies, views
from cnncalc.storage import DTYPES, OPTIMIZERS, dtype_of, optimizer_of

torch.set_num_threads(1)
SPACE = {"torch": torch, "nn": nn, "F": functional}


# Layer by layer in PyTorch


class Step(nn.Module):
    """One node as its kind says it: the module of its weights, or the owner's, and the call."""

    def __init__(self, node, owner: nn.Module | None) -> None:
        super().__init__()
        text = node.layer.torch(*node.shapes)
        self.m = owner
        if owner is None and text.text:
            exec(text.helper, SPACE)
            self.m = eval(text.text, SPACE).requires_grad_(not node.layer.frozen)
        self.call = text.call.format(*(f"xs[{i}]" for i in range(len(node.shapes))), m="m", x="xs[0]")

    def forward(self, *xs):
        return eval(self.call, {**SPACE, "m": self.m, "xs": xs})


def steps(network, dtype=torch.float32, train=True) -> dict[str, Step]:
    """A module for every node; those that share weights have one inside."""
    made: dict[str, Step] = {}
    for node in network.nodes:
        owner = made[node.owner.name].m if node.owner else None
        made[node.name] = Step(node, owner).to(dtype).train(train)
    return made


def feeds(network, batch: int, dtype=torch.float32) -> dict[str, torch.Tensor]:
    """Numbers or tokens for every input."""
    return {
        node.name: torch.rand(batch, *node.output.dims, dtype=dtype)
        if node.output.channels
        else torch.randint(TOKENS, (batch, *node.output.dims))
        for node in network.inputs
    }


def storage(x: torch.Tensor) -> int:
    return x.untyped_storage().data_ptr()


def room(x: torch.Tensor) -> int:
    return x.untyped_storage().nbytes()


def owned(modules) -> set[int]:
    """The storages of all parameters and buffers."""
    return {storage(t) for module in modules for t in (*module.parameters(), *module.buffers())}


class Copies(TorchDispatchMode):
    """Sees whether PyTorch copies a tensor so that it lies in one piece."""

    seen = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.seen += function is torch.ops.aten.clone.default
        return function(*args, **(kwargs or {}))


class Ran(NamedTuple):
    """A pass in training: the bytes that every row made autograd keep first, what it put out, and where PyTorch has
    copied a map whose axes it had put in another order, or put out a part of a tensor that no pad cuts.
    """

    saved: dict[str, int]
    values: dict[str, torch.Tensor]
    odd: set[str]


def trained(network, batch: int, dtype=torch.float32) -> Ran:
    """What every layer keeps, by saved_tensors_hooks: each storage once, none that a module owns."""
    modules, values = steps(network, dtype), feeds(network, batch, dtype)
    own, seen, known = owned(modules.values()), {}, views(network.nodes, lambda node: node.layer.passes(*node.shapes))
    ran = Ran({}, values, set())
    for node in network.nodes:
        kept, xs = [], [values[x.name] for x in node.inputs]
        with saved_tensors_hooks(lambda t, kept=kept: kept.append(t) or t, lambda t: t), Copies() as copied:
            out = values[node.name] = modules[node.name](*xs)
        found = {storage(t): t for t in kept if storage(t) not in own | seen.keys()}
        ran.saved[node.name] = sum(map(room, found.values()))
        seen |= found
        made = batch * node.layer.made(*node.shapes).elements * out.element_size()
        larger = storage(out) not in map(storage, xs) and room(out) != made
        unforeseen = bool(copied.seen) != any(copies(node, x, known) for x in node.inputs)
        if larger or (unforeseen and (any(map(permuted, xs)) or (batch == 1 and any(map(cut, xs))))):
            ran.odd.add(node.name)
    return ran


def permuted(x: torch.Tensor) -> bool:
    """Whether the axes lie in another order than they are written."""
    step = [s for s, n in zip(x.stride(), x.shape, strict=True) if n > 1]
    return step != sorted(step, reverse=True)


def cut(x: torch.Tensor) -> bool:
    """Whether it is a part of its storage."""
    return room(x) > x.numel() * x.element_size()


def emitted(network, batch: int, dtype=torch.float32) -> int:
    """What the emitted module keeps in training, heads and all."""
    module, kept = network.to_torch().train().to(dtype), {}
    own = owned([module])
    with saved_tensors_hooks(lambda t: storage(t) in own or kept.setdefault(storage(t), t) is t or t, lambda t: t):
        out = module(*feeds(network, batch, dtype).values())
    del out
    return sum(map(room, kept.values()))


# What is alive


class Alive(fx.Interpreter):
    """The bytes alive at the end of every step: a value goes with its last reader, one that nothing reads at once."""

    def __init__(self, module, given) -> None:
        super().__init__(module, garbage_collect_values=True)
        self.given, self.found = given, {}

    def run_node(self, n):
        for dead in [other for other in self.env if not other.users]:
            del self.env[dead]
        out = super().run_node(n)
        tensors = [x for x in (*self.env.values(), out) if isinstance(x, torch.Tensor)]
        tensors += [x for x in out if isinstance(x, torch.Tensor)] if isinstance(out, tuple) else []
        rooms = {storage(x): room(x) for x in tensors}
        if n.op not in ("placeholder", "output", "get_attr"):
            self.found[n.name] = sum(size for at, size in rooms.items() if at not in self.given)
        return out


def alive(network, batch: int, dtype=torch.float32) -> dict[str, int]:
    """The bytes alive in evaluation at the end of every layer, each run as a whole."""
    modules, graph, fed = steps(network, dtype, train=False), fx.Graph(), feeds(network, batch, dtype)
    made = {name: graph.placeholder(f"x{i}") for i, name in enumerate(fed)}
    names = {}
    for i, node in enumerate(network.counted):
        made[node.name] = graph.call_module(f"m{i}", tuple(made[x.name] for x in node.inputs))
        names[made[node.name].name] = node.name
    graph.output(tuple(made[node.name] for node in network.outputs))
    whole = fx.GraphModule({f"m{i}": modules[node.name] for i, node in enumerate(network.counted)}, graph)
    run = Alive(whole, {storage(x) for x in fed.values()} | owned([whole]))
    with torch.no_grad():
        run.run(*fed.values())
    return {names[name]: size for name, size in run.found.items()}


class Layers(fx.Tracer):
    """Looks into the bodies of a network, and takes the modules of its layers as a whole."""

    def __init__(self, network) -> None:
        super().__init__()
        self.helpers = "".join(node.layer.torch(*node.shapes).helper for node in network.nodes)

    def is_leaf_module(self, m, module_qualified_name):
        return not [*m.children()] or f"class {type(m).__name__}(" in self.helpers


def emitted_peak(network, batch: int) -> int:
    """The most that is alive while the emitted module runs in evaluation."""
    module, fed = network.to_torch().eval(), feeds(network, batch)
    traced = fx.GraphModule(module, Layers(network).trace(module))
    run = Alive(traced, {storage(x) for x in fed.values()} | owned([module]))
    with torch.no_grad():
        run.run(*fed.values())
    return max(run.found.values())


# Whole networks

ALEXNET = """\
INPUT: 128x128x3
CONV1: conv 16 11x11 stride 4 pad 2 relu
POOL1: maxpool 3 stride 2
CONV2: conv 32 5x5 pad 2 relu
POOL2: maxpool 3 stride 2
CONV3: conv 48 3x3 pad 1 relu
POOL3: maxpool 3 stride 2
FC4: fc 64 relu
FC5: fc 10
"""
VGG = """\
after conv: relu
INPUT: 32x32x3
CONV1: conv 8 3x3 pad 1
CONV2: conv 8 3x3 pad 1
POOL1: maxpool 2
CONV3: conv 16 3x3 pad 1
CONV4: conv 16 3x3 pad 1
POOL2: maxpool 2
FC1: fc 32 relu dropout 0.5
FC2: fc 32 relu dropout 0.5
FC3: fc 10
"""
RESIDUAL = """\
block basic(c, s=1)
  add relu
    - conv c 3 pad 1 stride s nobias bn relu; conv c 3 pad 1 nobias bn
    - shortcut
INPUT: 33x33x3
CONV1: conv 8 7 stride 2 pad 3 nobias bn relu
POOL1: maxpool 3 stride 2 pad 1
basic 8
basic 8
basic 16 2
basic 16
gap
FC: fc 10
"""
OPTION_A = """\
INPUT: 16x16x4
conv 8 3 pad 1 relu
add relu
  - conv 16 3 pad 1 stride 2 bn relu; conv 16 3 pad 1 bn
  - shortcut pad
add relu
  - conv 16 3 pad 1 stride 2 bn
  - shortcut pad
gap
fc 5
"""
INCEPTION = """\
after conv: relu
block inception(a, b3, b, c5, c, d)
  concat
    - conv a 1
    - conv b3 1; conv b 3 pad 1
    - conv c5 1; conv c 5 pad 2
    - maxpool 3 stride 1 pad 1; conv d 1
INPUT: 32x32x3
CONV1: conv 8 3 pad 1
NORM1: norm 5
3a: inception 4 4 8 2 4 4
HEAD: aux weight 0.3
  avgpool 5 stride 3
  conv 8 1
  fc 16 relu dropout 0.7
  fc 10
POOL3: maxpool 3 stride 2 pad 1
3b: inception 4 4 8 2 4 4
gap
dropout 0.4
fc 10
"""
SQUEEZE = """\
INPUT: 12x12x6
scale
  - identity
  - gap; fc 3 relu; fc 6 sigmoid
conv 8 3 pad 1 bn silu
scale
  - gap; conv 2 1 silu; conv C*4 1 sigmoid
  - identity
fc 4
"""
LIKE = {
    "alexnet": ALEXNET,
    "vgg": VGG,
    "residual": RESIDUAL,
    "option A": OPTION_A,
    "inception": INCEPTION,
    "squeeze": SQUEEZE,
}
BYTES = {
    "CONV1": 196_608,
    "CONV1.relu": 61_504,
    "POOL1": 28_800,
    "CONV2": 14_400,
    "CONV2.relu": 28_800,
    "POOL2": 12_544,
    "CONV3": 6_272,
    "CONV3.relu": 9_408,
    "POOL3": 3_456,
    "FC4": 1_728,
    "FC4.relu": 256,
    "FC5": 0,
}
"""What a net like AlexNet keeps, by hand: the input, each ReLU's output, each pool's indices, each pool's output."""
ZOO = {
    "alexnet": "227x227x3",
    "alexnet-torchvision": "63x63x3",
    "convnetjs-cifar10": "",
    "convnext_tiny": "32x32x3",
    "darknet19": "64x64x3",
    "dcgan": "",
    "densenet121": "32x32x3",
    "efficientnet": "64x64x3",
    "googlenet": "224x224x3",
    "inception-naive": "",
    "inception-reduced": "",
    "lenet5": "",
    "mnist-mlp": "",
    "mobilenet_v2": "64x64x3",
    "mobilenet_v3_small": "64x64x3",
    "nin-cifar10": "",
    "pilotnet": "",
    "regnet_y_400mf": "64x64x3",
    "resnet18": "64x64x3",
    "resnet20": "",
    "resnet50": "64x64x3",
    "se_resnet50": "64x64x3",
    "shufflenet_v2_x1_0": "64x64x3",
    "squeezenet1_1": "64x64x3",
    "textcnn": "",
    "unet-padded": "32x32x3",
    "vgg11-bn": "32x32x3",
}
"""Networks of the zoo, on a small input where the whole one is slow."""


def agrees(network, batch: int, dtype: str = "float32") -> Ran:
    """Every row of a network is PyTorch's, and so are the totals."""
    used, ran = memory(network, batch, dtype, training=True), trained(network, batch, getattr(torch, dtype))
    if not ran.odd:
        assert {name: used.per_layer[name].saved for name in ran.saved} == ran.saved
        assert used.saved_for_backward == sum(ran.saved.values())
    elif not any(cut(ran.values[x.name]) for name in ran.odd for x in network[name].inputs):
        assert used.saved_for_backward <= sum(ran.saved.values())
    return ran


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("name", LIKE)
def test_what_training_keeps_equals_torch(name, batch):
    network = loads(LIKE[name])
    assert agrees(network, batch).odd == set()
    assert emitted(network, batch) == memory(network, batch, training=True).saved_for_backward


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_every_byte_that_a_net_like_alexnet_keeps_is_known_by_hand(batch):
    used = memory(loads(ALEXNET), batch)
    assert {name: kept.saved for name, kept in used.per_layer.items()} == {k: batch * n for k, n in BYTES.items()}
    assert used.saved_for_backward == batch * 363_776


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("name", LIKE)
def test_what_is_alive_while_each_layer_runs_equals_torch(name, batch):
    network = loads(LIKE[name])
    used, found = memory(network, batch), alive(network, batch)
    assert {name: used.per_layer[name].live for name in found} == found
    assert used.forward_peak == max(found.values()) == emitted_peak(network, batch)
    assert used.peak_layer == next(name for name, size in found.items() if size == used.forward_peak)


@pytest.mark.parametrize("name", ZOO)
def test_networks_of_the_zoo_equal_torch(name):
    network = cnncalc.load(name, input=ZOO[name] or None)
    found, ran = alive(network, 2), agrees(network, 2)
    used = memory(network, 3, training=True)
    assert (emitted(network, 3) == used.saved_for_backward) or ran.odd
    if not ran.odd:
        assert memory(network, 2).forward_peak == max(found.values())
        assert used.forward_peak <= emitted_peak(network, 3)


# Random networks


@settings(max_examples=150, deadline=None)
@given(specs() | graphs().map(lambda graph: graph.text), st.integers(1, 3))
def test_what_random_networks_keep_and_have_alive_equals_torch(text, batch):
    network = loads(text)
    try:
        ran = agrees(network, batch)
    except ValueError as error:  # a norm over a batch of one number
        assume("more than 1 value" not in str(error))
        raise
    used, found = memory(network, batch, training=True), alive(network, batch)
    if not ran.odd:
        assert {name: used.per_layer[name].live for name in found} == found
        assert emitted(network, batch) == used.saved_for_backward
        assert used.forward_peak == max(found.values())
        assert used.forward_peak <= emitted_peak(network, batch)
