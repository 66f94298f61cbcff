"""Every kind's facts held against PyTorch, NumPy and plain loops.

Kinds are found by walking their folder and tested by the examples they state: a new kind is tested as soon as it
is there. Only illegal lines, counts worked out by hand and random windows are written here.
"""

import re
from fractions import Fraction
from itertools import product
from math import floor, prod
from types import FunctionType
from typing import NamedTuple

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnncalc import faults, layers
from cnncalc.analysis.receptive_field import fields
from cnncalc.api import SpecError, analyse, loads
from cnncalc.emit.torch_module import FROZEN
from cnncalc.geometry import WHOLE, Field, Order
from cnncalc.layer import Layer
from cnncalc.layers import find
from cnncalc.network.bind import Binder, Reads
from cnncalc.source import read
from cnncalc.syntax.parse import parse
from cnncalc.syntax.words import SLIDE_WORDS
from cnncalc.work import Work

EVERY = {keyword: find(keyword) for keyword in layers.keywords()}
STRUCTURES = {keyword: kind for keyword, kind in EVERY.items() if kind.role}
"""Words that arrange the graph and compute nothing themselves."""
KINDS = {keyword: kind for keyword, kind in EVERY.items() if not kind.role}
WRITTEN = [(keyword, *example) for keyword, kind in KINDS.items() for example in kind.examples]
FITTING = ("fits", "fitted")
"""What only a kind states that is fitted to another branch."""
FACTS = sorted(
    name
    for name, fact in vars(Layer).items()
    if isinstance(fact, FunctionType) and "NotImplementedError" in fact.__code__.co_names and name not in FITTING
)
SOURCE = re.compile(r"\b(19|20)\d\d\b.*\b(section|equation|relationship|algorithm|Methods)|CS231n|PyTorch, nn\.", re.S)

every_kind = pytest.mark.parametrize("keyword", KINDS)


class Case(NamedTuple):
    """An example built both ways: the node with its facts, the module from its text."""

    node: object
    module: nn.Module
    network: object

    @property
    def shape(self):
        """The shape of what the layer is fed: an input is fed its own."""
        return self.node.shapes[0] if self.node.shapes else self.node.output


class Built(nn.Module):
    """A layer's PyTorch text, run; a text without a constructor has no module `m`.

    A join is given one tensor for each of its branches, or one for all of them.
    """

    def __init__(self, layer, shapes):
        super().__init__()
        text = layer.torch(*shapes)
        self.names = {"nn": nn, "F": F, "torch": torch}
        exec(text.helper + FROZEN, self.names)
        made = f"frozen({text.text})" if layer.frozen else text.text
        self.m = eval(made or "nn.Identity()", self.names)
        self.count = max(len(shapes), 1)
        self.call = text.call.format(*(f"xs[{i}]" for i in range(self.count)), m="m", x="xs[0]")

    def forward(self, *xs):
        return eval(self.call, {**self.names, "m": self.m, "xs": xs * self.count if len(xs) == 1 else xs})


def case(given_input, line):
    """One example, the last of its lines; lines of kinds without an input are whole specs."""
    network = analyse(f"INPUT: {given_input}\n{line}" if given_input else line, "example", "<example>")
    assert network.complete or not given_input, network.findings
    node = (network.nodes or network.inputs)[-1]
    return Case(node, Built(node.layer, node.shapes), network)


FROZEN_CASES = [
    (keyword, given_input, f"{line} frozen")
    for keyword, given_input, line in WRITTEN
    if case(given_input, line).node.weights
]
CASES = [*WRITTEN, *FROZEN_CASES]
every_case = pytest.mark.parametrize(("keyword", "given_input", "line"), CASES)


def test_every_kind_with_weights_is_tested_frozen():
    frozen = {keyword for keyword, _, _ in FROZEN_CASES}
    assert {"conv", "fc", "bn", "bias"} <= frozen
    for _, given_input, line in FROZEN_CASES:
        node, twin = case(given_input, line).node, case(given_input, line.removesuffix(" frozen")).node
        assert (node.params, node.biases, node.buffers) == (0, 0, twin.params + twin.buffers)
        assert node.layer.connections(*node.shapes) == twin.layer.connections(*twin.shapes)


VOCABULARY = 5
"""How many tokens every example of a kind that reads them knows."""


def tensor(shape, batch=2, dtype=torch.float64, seed=0, **options):
    """Random numbers, a batch of them; random tokens, which have no gradient, where the shape is one of tokens."""
    generator = torch.Generator().manual_seed(seed)
    if not shape.channels:
        return torch.randint(VOCABULARY, (batch, *shape.dims), generator=generator)
    return torch.randn(batch, *shape.dims, generator=generator, dtype=dtype).requires_grad_(options.get("grad", False))


def randomized(module):
    """The module in evaluation mode and double precision, every number of it random and positive."""
    generator = torch.Generator().manual_seed(1)
    module = module.double().eval()
    for owned in (*module.parameters(), *module.buffers()):
        if owned.is_floating_point():
            owned.data = torch.rand(owned.shape, generator=generator, dtype=owned.dtype) + 0.5
    return module


# What a kind states


def left_out(kind):
    """What a kind does not state: facts it takes from the bare contract, examples, ranks without one, sources."""
    missing = [fact for fact in FACTS if getattr(kind, fact) is getattr(Layer, fact)]
    written = [given_input for given_input, _ in kind.examples if given_input]
    shown = {1 if "tokens" in given_input else len(re.split("[x@]", given_input)) - 1 for given_input in written}
    missing += [f"an example of rank {rank}" for rank in kind.ranks if kind.arity and rank not in shown]
    missing += [] if kind.examples else ["examples"]
    return missing + ([] if SOURCE.search(kind.__doc__ or "") else ["a source"])


def test_the_contract_has_eight_facts():
    assert FACTS == ["out", "requires", "run", "saved", "torch", "weights", "window", "work"]


@every_kind
def test_a_kind_states_everything(keyword):
    assert left_out(KINDS[keyword]) == []


@pytest.mark.parametrize("fact", FACTS)
def test_a_kind_that_leaves_a_fact_out_is_refused(fact):
    whole = next(kind for kind in KINDS.values() if kind.arity)
    assert left_out(type("Short", (whole,), {"__doc__": whole.__doc__, fact: getattr(Layer, fact)})) == [fact]


def test_a_kind_without_examples_or_source_is_refused():
    whole = next(kind for kind in KINDS.values() if kind.ranks == (1, 2, 3))
    short = type("Short", (whole,), {"__doc__": "Some layer.", "examples": (("8x8x3", "some"),)})
    assert left_out(short) == ["an example of rank 1", "an example of rank 3", "a source"]
    assert "examples" in left_out(type("Short", (whole,), {"__doc__": whole.__doc__, "examples": ()}))


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("conv K=6 F=3 S=2 P=1", "conv 6 3x3 stride 2x2 pad 1:1x1:1 dilation 1 groups 1"),
        ("maxpool 2", "maxpool 2x2 stride 2x2 pad 0 dilation 1"),
        ("pool F=3 S=2 P=1", "maxpool 3x3 stride 2 pad 1"),
        ("maxpool K=3x2", "maxpool 3x2 stride 3x2"),
        ("avgpool 3x2", "avgpool 3x2 stride 3x2 pad valid"),
        ("avg pool K=3 S=1 P=1", "avgpool 3x3 stride 1 pad 1"),
        ("fc K=10", "fc 10"),
        ("norm", "lrn 5 alpha 1/10000 beta 3/4 k 2"),
        ("dropout", "dropout 0.5"),
        ("leaky", "leaky 1/100"),
        ("elu", "elu 1"),
        ("ln", "ln eps 1e-5"),
        ("gn groups=2", "gn 2"),
        ("droppath p=1/10", "droppath 0.1"),
        ("layerscale", "layerscale 1/1000000"),
        ("scale number=1/2", "scale 0.5"),
        ("shuffle groups=2", "shuffle 2"),
        ("slice channels=0:3", "slice 0:3"),
        ("slice C//2:C", "slice 2:4"),
        ("reshape shape=24x12", "reshape 24x12"),
        ("rbf K=10", "rbf 10"),
        ("swish", "silu"),
    ],
)
def test_defaults_and_letters(short, whole):
    one, other = (case("9x8x4", line).node.layer for line in (short, whole))
    assert (type(one), vars(one)) == (type(other), vars(other))


def test_aliases_are_what_the_kinds_state():
    assert {alias: keyword for keyword, kind in KINDS.items() for alias in kind.aliases} == layers.ALIASES


@pytest.mark.parametrize(("alias", "keyword"), layers.ALIASES.items())
def test_aliases_lead_to_their_kind(alias, keyword):
    given_input, line = next(example for example in KINDS[keyword].examples if example[1].startswith(keyword))
    words = sorted(alias.split(), key=lambda word: word not in SLIDE_WORDS)
    for spelled in (words, map(str.upper, words)):
        node = case(given_input, line.replace(keyword, " ".join(spelled), 1)).node
        assert (node.kind, vars(node.layer)) == (keyword, vars(case(given_input, line).node.layer))


@every_kind
def test_only_a_view_shares_its_input(keyword):
    example = case(*KINDS[keyword].examples[0])
    x = tensor(example.shape)
    shared = example.module.double().train()(x).untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
    assert shared == KINDS[keyword].view


@every_kind
def test_postfixes_follow_another_layer(keyword):
    kind, tail = KINDS[keyword], KINDS[keyword].examples[0][1]
    found = analyse(f"INPUT: 240x240x4\nconv 4 1x1 {tail}", "postfix", "<postfix>")
    assert ([node.kind for node in found.nodes] == ["conv", keyword]) == kind.postfix


def numbers(layer, *shapes):
    """The numbers that a layer's facts give, in one row: shape, work, weights, and what holds."""
    sizes = [prod(weight.shape) for weight in layer.weights(*shapes).values()]
    out = layer.out(*shapes)
    return [out.channels, *out.extents, *layer.work(*shapes), *sizes, *(r.holds for r in layer.requires(*shapes))]


@every_case
def test_arithmetic_runs_on_arrays_of_extents(keyword, given_input, line):
    example = case(given_input, line)
    wider = [1, 0, 2, 5, -1] if example.node.shapes else []
    shapes = [example.shape._replace(extents=tuple(w + more for w in example.shape.extents)) for more in wider]
    columns = tuple(np.array(column) for column in zip(*(shape.extents for shape in shapes), strict=True))
    layer, count = example.node.layer, max(len(example.node.shapes), 1)
    for index, shape in enumerate(shapes):
        together = numbers(layer, *[example.shape._replace(extents=columns)] * count)
        assert [int(np.broadcast_to(n, len(shapes))[index]) for n in together] == numbers(layer, *[shape] * count)


# Facts against PyTorch and NumPy


@every_case
def test_example_is_of_its_kind(keyword, given_input, line):
    assert case(given_input, line).node.kind == keyword


@every_case
def test_shape_equals_torch(keyword, given_input, line):
    example = case(given_input, line)
    out = randomized(example.module)(tensor(example.shape))
    assert tuple(out.shape[1:]) == example.node.output.dims


@every_case
def test_weights_equal_torch(keyword, given_input, line):
    example = case(given_input, line)
    trainable = {name.removeprefix("m.") for name, _ in example.module.named_parameters()}
    state = {name.removeprefix("m."): value for name, value in example.module.state_dict().items()}
    found = {name: (tuple(value.shape), name in trainable) for name, value in state.items()}
    assert found == {name: (w.shape, w.trainable) for name, w in example.node.weights.items()}
    biases = {name for name in state if name.rpartition(".")[2] == "bias"}
    assert {name for name, w in example.node.weights.items() if w.bias} == biases


@every_case
def test_numpy_equals_torch(keyword, given_input, line):
    example = case(given_input, line)
    module, x = randomized(example.module), tensor(example.shape)
    weights = {name.removeprefix("m."): value.numpy() for name, value in module.state_dict().items()}
    fed = [x.numpy()] * max(len(example.node.shapes), 1)
    np.testing.assert_allclose(example.node.layer.run(weights, *fed), module(x).detach().numpy(), rtol=1e-9, atol=1e-9)


@every_case
def test_macs_equal_torch(keyword, given_input, line):
    example = case(given_input, line)
    with FlopCounterMode(display=False) as counter:
        randomized(example.module)(tensor(example.shape, batch=1))
    assert 2 * example.node.macs == counter.get_total_flops()


@every_case
@pytest.mark.parametrize("batch", [2, 3])
def test_saved_equals_torch(keyword, given_input, line, batch):
    example = case(given_input, line)
    saved = example.node.layer.saved(*example.node.shapes)
    extra, once = (sum(n * (size or 4) for n, size in part) for part in (saved.extra, saved.once))
    x = tensor(example.shape, batch, torch.float32, grad=True)
    assert (saved.input, saved.output, batch * extra + once) == kept(example.module.train(), x)


def kept(module, x):
    """What autograd keeps: the input, the output, the bytes of others; each storage once, what the module owns not."""
    tensors = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: tensors.append(t) or t, lambda t: t):
        out = module(x)
    storages = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}
    for owned in (*module.parameters(), *module.buffers()):
        storages.pop(owned.untyped_storage().data_ptr(), None)
    ends = [storages.pop(t.untyped_storage().data_ptr(), 0) for t in (x, out)]
    assert ends[0] in (0, x.element_size() * x.numel())
    assert ends[1] in (0, 4 * out.numel())
    return bool(ends[0]), bool(ends[1]), sum(storages.values())


# Facts that the linter asks for


READING = {keyword: kind for keyword, kind in KINDS.items() if kind.arity and not kind.tokens}
"""Kinds that are given numbers: an input is given nothing, and tokens are no numbers."""
UNTOLD = {"scale"}
"""Kinds that are linear in one of their forms alone: `scale N` is, branches that are multiplied are not."""
LOSSES = {
    "cross_entropy": (F.cross_entropy, lambda given, told: F.nll_loss(given.log(), told.argmax(dim=1))),
    "binary_cross_entropy_with_logits": (F.binary_cross_entropy_with_logits, F.binary_cross_entropy),
}
"""By the name of a loss: the loss itself, and what is left of it where what it applies was applied before."""
LOSSES["bce_with_logits"] = LOSSES["binary_cross_entropy_with_logits"]
every_reading = pytest.mark.parametrize("keyword", READING)


def runs(example, *batches):
    """What the kind's NumPy gives for each of several batches of inputs, its weights the same random ones."""
    weights = {name.removeprefix("m."): w.numpy() for name, w in randomized(example.module).state_dict().items()}
    return [example.node.layer.run(weights, *batch) for batch in batches]


def is_linear(given_input, line):
    """Whether f(2x - 3y) - f(0) is 2(f(x) - f(0)) - 3(f(y) - f(0)) on random inputs."""
    example = case(given_input, line)
    count = len(example.node.shapes)
    x, y = ([tensor(example.shape, seed=seed + i).numpy() * 9 for i in range(count)] for seed in (0, count))
    mixed = [2 * a - 3 * b for a, b in zip(x, y, strict=True)]
    at_x, at_y, at_both, at_nothing = runs(example, x, y, mixed, [0 * a for a in x])
    return np.allclose(at_both - at_nothing, 2 * (at_x - at_nothing) - 3 * (at_y - at_nothing), rtol=1e-9, atol=1e-9)


@every_reading
def test_a_kind_is_linear_that_says_so_and_no_other(keyword):
    known = [is_linear(*example) for example in READING[keyword].examples]
    if keyword in UNTOLD:
        assert not READING[keyword].linear
        assert len(set(known)) == 2
    else:
        assert all(known) == READING[keyword].linear


@pytest.mark.parametrize("keyword", [keyword for keyword, kind in KINDS.items() if kind.rests])
def test_what_rests_hands_its_input_on(keyword):
    for example in (case(*e) for e in KINDS[keyword].examples):
        x = tensor(example.shape).numpy()
        assert np.array_equal(runs(example, [x])[0], x)


def spread(example, low=-30.0, high=30.0):
    """A batch of inputs: each place goes through every eighth from low to high, and starts elsewhere."""
    steps = np.arange(low, high + 0.125, 0.125)
    axes = np.arange(example.shape.elements).reshape(example.shape.dims)
    return steps[(np.arange(len(steps)).reshape(-1, *[1] * axes.ndim) + 37 * axes) % len(steps)]


ACTIVATIONS = [(keyword, *example) for keyword, kind in KINDS.items() if kind.activation for example in kind.examples]


@pytest.mark.parametrize(("keyword", "given_input", "line"), ACTIVATIONS)
def test_an_activation_stays_within_its_bounds_and_comes_near_them(keyword, given_input, line):
    example = case(given_input, line)
    low, high = KINDS[keyword].bounds
    out = runs(example, [spread(example)])[0]
    assert low is None or low <= out.min() < low + 0.01
    assert high is None or high - 0.01 < out.max() <= high


@pytest.mark.parametrize(("keyword", "given_input", "line"), ACTIVATIONS)
def test_an_activation_keeps_what_it_says_and_nothing_just_outside(keyword, given_input, line):
    example, keeps = case(given_input, line), KINDS[keyword].keeps
    x = spread(example)
    out = runs(example, [x])[0]
    low, high = keeps or (1.0, 2.0)
    inside = (x >= (-np.inf if low is None else low)) & (x <= (np.inf if high is None else high))
    assert inside.any()
    assert np.array_equal(out[inside], x[inside]) == (keeps is not None)
    for end, step in ((low, -0.125), (high, 0.125)):
        near = x == (0 if end is None else end) + step
        assert not keeps or end is None or (out[near] != x[near]).all()


@every_kind
def test_only_activations_have_bounds_and_keep_a_stretch_and_only_what_takes_the_mean_off_a_batch_is_batched(keyword):
    kind = KINDS[keyword]
    assert kind.activation or (kind.bounds, kind.keeps, kind.losses) == ((None, None), None, ())
    assert kind.centres or not kind.batched
    assert not (kind.activation and kind.linear)


@pytest.mark.parametrize("keyword", [keyword for keyword, kind in READING.items() if kind.within or kind.view])
def test_what_stays_within_its_input_puts_out_nothing_beyond_it_and_zero(keyword):
    for example in (case(*e) for e in KINDS[keyword].examples):
        for shift in (-9.0, 0.0, 9.0):
            x = tensor(example.shape).numpy() + shift
            out = runs(example, [x] * len(example.node.shapes))[0]
            assert min(x.min(), 0) - 1e-9 <= out.min() <= out.max() <= max(x.max(), 0) + 1e-9


def test_pools_stay_within_their_input_but_for_those_that_sum():
    pools = {word for word in KINDS if "pool" in word}
    assert {word for word in pools if not KINDS[word].within} == {"lppool"}


def training(example, x):
    """What the module gives in training, in double precision; its random numbers are those of one seed."""
    torch.manual_seed(0)
    return example.module.double().train()(x).detach()


@every_reading
def test_a_constant_a_channel_is_lost_where_a_kind_centres_and_nowhere_else(keyword):
    lost = []
    for example in (case(*e) for e in READING[keyword].examples):
        x = tensor(example.shape)
        shift = torch.arange(1.0, 1.0 + x.shape[1], dtype=x.dtype).reshape(-1, *[1] * (x.dim() - 2))
        lost.append(torch.allclose(training(example, x), training(example, x + shift), rtol=1e-9, atol=1e-9))
    assert all(lost) == READING[keyword].centres


@every_reading
def test_a_sample_depends_on_its_batch_where_a_kind_says_so_and_nowhere_else(keyword):
    depends = []
    for example in (case(*e) for e in READING[keyword].examples):
        x = tensor(example.shape)
        other = torch.stack([x[0], 3 * x[1] + 1])
        depends.append(not torch.equal(training(example, x)[0], training(example, other)[0]))
    assert depends == [READING[keyword].batched] * len(depends)


@pytest.mark.parametrize(("keyword", "loss"), [(word, loss) for word, kind in KINDS.items() for loss in kind.losses])
def test_a_loss_applies_what_is_said_to_be_in_it(keyword, loss):
    example = case("10", keyword)
    x, told = tensor(example.shape), torch.softmax(tensor(example.shape, seed=1), 1)
    told = F.one_hot(told.argmax(dim=1), 10).double()
    whole, rest = LOSSES[loss]
    applied = torch.from_numpy(runs(example, [x.numpy()])[0])
    torch.testing.assert_close(whole(x, told), rest(applied, told))
    assert not torch.isclose(whole(x, told), whole(applied, told))


# Facts against plain loops


def starts(extent, reach, stride, start, end, ceil):
    """Where windows stand on one axis: as far as they fit or, rounding up, while they begin before the end padding."""
    found, at = [], -start
    while at + reach <= extent + end or (ceil and at < extent and at - stride + reach < extent + end):
        found.append(at)
        at += stride
    return found


def axes_of(module, name, rank):
    """A module's attribute as one number an axis."""
    value = getattr(module, name, 0 if name == "padding" else 1)
    value = module.kernel_size if value is None else value
    return value if isinstance(value, tuple) else (value,) * rank


def places(module, shape):
    """Every place of a module's window over an input of this shape."""
    rank = len(shape) - 2
    kernel, stride, pad, dilation = (
        axes_of(module, name, rank) for name in ("kernel_size", "stride", "padding", "dilation")
    )
    ceil = getattr(module, "ceil_mode", False)
    axes = zip(shape[2:], kernel, stride, pad, dilation, strict=True)
    return list(product(*(starts(w, d * (k - 1) + 1, s, p, p, ceil) for w, k, s, p, d in axes)))


def loop_conv(module, shape):
    macs = 0
    for _ in product(range(module.out_channels), places(module, shape)):
        for _ in product(range(module.in_channels // module.groups), *map(range, module.kernel_size)):
            macs += 1
    return Work(macs=macs)


def loop_connected(module, shape):
    """Every filter is a convolution of its own, over the maps of its row."""
    every = (loop_conv(conv, (1, len(row), *shape[2:])) for conv, row in zip(module.convs, module.rows, strict=True))
    return Work.total(every)


def loop_back(module, shape):
    macs = 0
    for _ in product(range(module.out_channels // module.groups), product(*map(range, shape[1:]))):
        for _ in product(*map(range, module.kernel_size)):
            macs += 1
    return Work(macs=macs)


def loop_linear(module, shape):
    return Work(macs=sum(1 for _ in product(range(module.out_features), range(module.in_features))))


def loop_taps(module, shape):
    """(outputs, taps behind the first of each) of a pool."""
    outputs = more = 0
    for _ in product(range(shape[1]), places(module, shape)):
        outputs += 1
        more += sum(1 for _ in product(*map(range, axes_of(module, "kernel_size", len(shape) - 2)))) - 1
    return outputs, more


def loop_max(module, shape):
    return Work(compares=loop_taps(module, shape)[1])


def loop_mean(module, shape):
    outputs, more = loop_taps(module, shape)
    return Work(adds=more, divs=outputs)


def loop_norm(module, shape):
    adds = powers = roots = 0
    for _ in product(range(shape[1]), places(module, shape)):
        taps = sum(1 for _ in product(*map(range, axes_of(module, "kernel_size", len(shape) - 2))))
        adds, powers, roots = adds + taps - 1, powers + taps, roots + 1
    each = {1: Work(), 2: Work(muls=powers, pows=roots)}.get(module.norm_type, Work(pows=powers + roots))
    return each._replace(adds=adds)


def loop_subsample(module, shape):
    """The pool's, and for each output a product and an addition."""
    outputs, more = loop_taps(module.pool, shape)
    return Work(adds=more + outputs, divs=outputs, muls=outputs)


def loop_upsample(module, shape):
    """Two cells an axis, each times its share."""
    outputs = prod(shape[1:]) * int(prod(axes_of(module, "scale_factor", len(shape) - 2)))
    shares = 0 if module.mode.startswith("nearest") else sum(1 for _ in product(range(2), repeat=len(shape) - 2))
    return Work(muls=outputs * shares, adds=outputs * max(shares - 1, 0))


def loop_spread(module, shape):
    """(outputs, taps behind the first of each) of a pool with a given number of windows."""
    outs = axes_of(module, "output_size", len(shape) - 2)
    axes = [[(i * w // o, -(-(i + 1) * w // o)) for i in range(o)] for w, o in zip(shape[2:], outs, strict=True)]
    outputs = more = 0
    for _, place in product(range(shape[1]), product(*axes)):
        outputs += 1
        more += sum(1 for _ in product(*(range(begin, end) for begin, end in place))) - 1
    return outputs, more


def loop_spread_mean(module, shape):
    outputs, more = loop_spread(module, shape)
    return Work(adds=more, divs=outputs)


def loop_spread_max(module, shape):
    return Work(compares=loop_spread(module, shape)[1])


def loop_distance(module, shape):
    links = sum(1 for _ in product(*map(range, module.centres.shape)))
    return Work(macs=links, adds=links)


LOOPS = {
    "RBF": loop_distance,
    "Conv": loop_conv,
    "ConvTranspose": loop_back,
    "MaxPool": loop_max,
    "AvgPool": loop_mean,
    "AdaptiveAvgPool": loop_spread_mean,
    "AdaptiveMaxPool": loop_spread_max,
    "Subsample": loop_subsample,
    "Connected": loop_connected,
    "Upsample": loop_upsample,
    "ZeroPad": lambda module, shape: Work(),
    "LPPool": loop_norm,
    "Linear": loop_linear,
}
"""What counts the work of a module, by its class without `1d`, `2d` or `3d`."""


def loop_of(module):
    """What counts the work of this module, if anything does."""
    return LOOPS.get(re.sub(r"\dd$", "", type(module).__name__))


def looped(keyword, given_input, line):
    """Whether plain loops count this example: its module is one they know, in less than a second."""
    example = case(given_input, line)
    return loop_of(example.module.m) is not None and sum(example.node.work) <= 500_000


LOOPED = [example for example in WRITTEN if looped(*example)]


@pytest.mark.parametrize(("keyword", "given_input", "line"), LOOPED)
def test_work_equals_loops(keyword, given_input, line):
    example = case(given_input, line)
    received = []
    example.module.m.register_forward_pre_hook(lambda module, fed: received.append(tuple(fed[0].shape)))
    example.module(tensor(example.shape, batch=1, dtype=torch.float32))
    assert example.node.work == loop_of(example.module.m)(example.module.m, received[0])


def test_loops_reach_every_kind_that_multiplies_or_slides():
    nodes = {keyword: case(given_input, line).node for keyword, given_input, line in WRITTEN}
    slid = {keyword for keyword, node in nodes.items() if node.window is not None and not node.layer.view}
    counted = slid | {keyword for keyword, node in nodes.items() if node.macs}
    assert counted and counted <= {keyword for keyword, _, _ in LOOPED}


@pytest.mark.parametrize(
    ("line", "work"),
    [
        ("relu", Work(compares=24)),
        ("leaky", Work(compares=24, muls=24)),
        ("elu", Work(compares=24, exps=24, adds=24, muls=24)),
        ("sigmoid", Work(exps=24, adds=24, divs=24)),
        ("tanh", Work(muls=24, exps=24, divs=24, adds=48)),
        ("softmax", Work(exps=24, adds=18, divs=24)),
        ("bn", Work(muls=24, adds=24)),
        ("lrn 3", Work(muls=48, adds=72, pows=24, divs=24)),
        ("bias", Work(adds=24)),
        ("upsample 2", Work()),
        ("crop 1:0x0", Work()),
        ("zeropad 1", Work()),
        ("upsample 2 bilinear", Work(muls=384, adds=288)),
        ("subsample 3x1", Work(adds=24, muls=8, divs=8)),
        ("global maxpool", Work(compares=20)),
        ("adaptive avgpool 2x1", Work(adds=24, divs=8)),
        ("adaptive maxpool 3x2", Work()),
        ("adaptive maxpool 5x2", Work(compares=16)),
        ("lppool 1x2", Work(muls=24, adds=12, pows=12)),
        ("lppool 1x2 power 3", Work(adds=12, pows=36)),
        ("dropout", Work()),
        ("flatten", Work()),
        ("relu6", Work(compares=48)),
        ("prelu", Work(compares=24, muls=24)),
        ("stanh", Work(muls=72, exps=24, divs=24, adds=48)),
        ("silu", Work(exps=24, adds=24, divs=24)),
        ("gelu", Work(muls=72, adds=24, exps=24)),
        ("hardswish", Work(adds=24, compares=48, muls=24, divs=24)),
        ("hardsigmoid", Work(adds=24, compares=48, divs=24)),
        ("softplus", Work(exps=48, adds=24)),
        ("mish", Work(muls=48, exps=72, adds=72, divs=24)),
        ("abs", Work(compares=24)),
        # 6 positions of 4: means 6*3 adds, 6 divs; variances 24 + 6*3 adds, 24 muls, 6 divs; 6 adds, 6 roots; 24 divs;
        # then 24 muls and 24 adds
        ("ln", Work(adds=18 + 24 + 18 + 6 + 24, muls=24 + 24, divs=6 + 6 + 24, pows=6)),
        # 2 groups of 12
        ("gn 2", Work(adds=22 + 24 + 22 + 2 + 24, muls=24 + 24, divs=2 + 2 + 24, pows=2)),
        # 4 maps of 6, and neither weight nor bias
        ("instancenorm", Work(adds=20 + 24 + 20 + 4, muls=24, divs=4 + 4 + 24, pows=4)),
        ("droppath 0.5", Work()),
        ("layerscale", Work(muls=24)),
        ("scale 3", Work(muls=24)),
        ("reshape 24", Work()),
        ("shuffle 2", Work()),
        ("slice 1:3", Work()),
        ("rbf 5", Work(macs=120, adds=120)),
        ("add from INPUT, INPUT", Work(adds=24)),
        ("add from INPUT, INPUT, INPUT", Work(adds=48)),
        ("concat from INPUT, INPUT, INPUT", Work()),
        ("scale from INPUT, INPUT, INPUT", Work(muls=48)),
    ],
)
def test_work_worked_out_by_hand(line, work):
    assert case("3x2x4", line).node.work == work


@pytest.mark.parametrize(
    ("line", "weights", "biases", "buffers"),
    [
        ("bias", 0, 4, 0),
        ("bias untied", 0, 24, 0),
        ("subsample 2", 4, 4, 0),
        ("conv 2x1 connect 0,1 1,2,3 0,1,2,3", 18, 3, 0),
        ("conv 2x1 nobias connect 0,1 1,2,3 frozen", 0, 0, 10),
        ("subsample 2 frozen", 0, 0, 8),
        ("bn", 4, 4, 9),
        ("lrn", 0, 0, 0),
        ("conv 5 2x1", 40, 5, 0),
        ("fc 5 nobias", 120, 0, 0),
        ("prelu", 1, 0, 0),
        ("prelu channelwise", 4, 0, 0),
        ("ln", 4, 4, 0),
        ("gn 2", 4, 4, 0),
        ("instancenorm", 0, 0, 0),
        ("layerscale", 4, 0, 0),
        ("rbf 5", 0, 0, 120),
    ],
)
def test_params_worked_out_by_hand(line, weights, biases, buffers):
    node = case("3x2x4", line).node
    assert (node.params, node.biases, node.buffers) == (weights + biases, biases, buffers)


# The receptive field against gradients


def exchanged(example, unit):
    """The tokens that change a unit when another stands in their place."""
    x, module = tensor(example.shape, batch=1), example.module.double().eval()
    others = [x.index_copy(1, torch.tensor([at]), (x[:, at : at + 1] + 1) % VOCABULARY) for at in range(x.shape[1])]
    return torch.tensor([bool(module(other)[(0, 0, *unit)] != module(x)[(0, 0, *unit)]) for other in others])


def touched(example, unit, channel=0):
    """The cells whose gradient at one unit is not zero for some sample; weights are 1, so that nothing cancels.

    A maximum passes its gradient to one cell only: many samples reach them all.
    """
    shape = example.shape
    if not shape.channels:
        return exchanged(example, unit)
    batch = max(8, min(1024, 4_000_000 // shape.elements)) if example.node.work.compares else 8
    module = example.module.double().eval()
    for owned in module.parameters():
        owned.data.fill_(1.0)
    x = tensor(shape, batch, grad=True)
    module(x)[(slice(None), channel, *unit)].sum().backward()
    return (x.grad.abs() > 1e-12).any(dim=1).any(dim=0)


def seen(field, unit):
    """(first, last) cell of each axis that a unit sees, by its field."""
    return [(a + o * j, a + o * j + n - 1) for n, j, a, o in zip(*field, unit, strict=True)]


def interior(field, extents, outs):
    """A unit in the middle of those whose field lies inside the map."""
    units = product(*map(range, outs))
    inside = [
        unit for unit in units if all(a >= 0 and b < w for (a, b), w in zip(seen(field, unit), extents, strict=True))
    ]
    return inside[len(inside) // 2]


def mode(example):
    """How the window of an example moves; nothing where there is none."""
    return getattr(example.node.window, "mode", "")


STATISTICAL = (nn.GroupNorm, nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)
"""Modules whose every number reads the whole map through a mean and a variance: fields leave that out, on purpose."""
BY_PHASE = ("transposed", "adaptive")
"""How windows move that differ from unit to unit: their field is that of the largest."""
STEADY = [c for c in WRITTEN if KINDS[c[0]].arity and mode(case(*c[1:])) not in BY_PHASE]
PHASED = [c for c in WRITTEN if mode(case(*c[1:])) in BY_PHASE]


@pytest.mark.parametrize(("keyword", "given_input", "line"), STEADY)
def test_receptive_field_is_where_gradients_reach(keyword, given_input, line):
    example = case(given_input, line)
    extents, node = example.shape.extents, example.node
    field = fields(example.network)[node.name]
    if not isinstance(field, Field):
        assert field == node.window == WHOLE
        if not node.layer.view:
            assert touched(example, (0,) * node.output.rank).all()
            return
        # A view that moves numbers: each is one of the input's, and "whole" is a bound.
        hits = [touched(example, unit, channel) for channel, *unit in product(*map(range, node.output.dims))]
        assert {int(hit.sum()) for hit in hits} == {1}
        assert sum(hits).all()
        return
    # A vector's first number is the map's first cell.
    unit = interior(field, extents, node.output.extents) if node.output.rank else (0,) * len(extents)
    hit = touched(example, unit[: node.output.rank])
    if isinstance(example.module.m, STATISTICAL):
        assert node.window is None
        assert hit.all()
        return
    hull = [(int(axis.min()), int(axis.max())) for axis in hit.nonzero().mT]
    assert hull == seen(field, unit)
    assert int(hit.sum()) == (1 if node.window is None else prod(node.window.kernel))


@pytest.mark.parametrize(("keyword", "given_input", "line"), PHASED)
def test_receptive_field_covers_all_gradients_and_is_the_largest(keyword, given_input, line):
    """The ends are rounded down where the jump is a fraction; the holes of a dilated kernel count as seen."""
    example = case(given_input, line)
    field = fields(example.network)[example.node.name]
    largest = [0] * len(field.size)
    for unit in product(*map(range, example.node.output.extents)):
        hit = touched(example, unit).nonzero()
        for axis, (first, last) in enumerate(seen(field, unit) if len(hit) else ()):
            begin, end = int(hit[:, axis].min()), int(hit[:, axis].max())
            assert floor(first) <= begin <= end <= floor(last)
            largest[axis] = max(largest[axis], end - begin + 1)
    assert largest == list(field.size)


# What is refused


class Illegal(NamedTuple):
    """A line that must be refused, and its nearest legal twin."""

    given_input: str
    line: str
    twin: str
    code: faults.Code


ILLEGAL = [
    Illegal("8x8x6", "gn 4", "gn 3", faults.GROUPS),
    Illegal("1x1x4", "gn 4", "gn 2", faults.TOO_FEW),
    Illegal("4", "gn groups=4", "gn groups=1", faults.TOO_FEW),
    Illegal("1x1x4", "instancenorm", "ln", faults.TOO_FEW),
    Illegal("1x8", "instancenorm", "gn 1", faults.TOO_FEW),
    Illegal("8x8x6", "shuffle 4", "shuffle 2", faults.GROUPS),
    Illegal("784", "reshape 28x28x3", "reshape 28x28x1", faults.ELEMENTS),
    Illegal("6x4x2", "reshape 47", "reshape 48", faults.ELEMENTS),
    Illegal("48", "reshape 48 tokens", "reshape 48", faults.WRONG_RANK),
    Illegal("8x8x64", "slice 32:65", "slice 32:64", faults.SLICE),
    Illegal("8x8x64", "slice 5:5", "slice 5:6", faults.SLICE),
    Illegal("64", "slice C//2:8", "slice 8:C//2", faults.SLICE),
    Illegal("8x8x4", "A: conv 5 1\nadd from INPUT, A", "A: conv 4 1\nadd from INPUT, A", faults.UNEQUAL),
    Illegal("8x8x4", "A: conv 4 3x1\nadd from INPUT, A", "A: conv 4 3x1 pad 1x0\nadd from INPUT, A", faults.UNEQUAL),
    Illegal("8x8x4", "A: gap\nadd from INPUT, A", "A: gap\nscale from INPUT, A", faults.UNEQUAL),
    Illegal("8x8x4", "A: maxpool 2\nconcat from INPUT, A", "A: relu\nconcat from INPUT, A", faults.UNEQUAL),
    Illegal("64x4", "A: reshape 8x8x4\nconcat from A, INPUT", "A: relu\nconcat from A, INPUT", faults.UNEQUAL),
    Illegal("8x8x4", "A: conv 2 1\nscale from INPUT, A", "A: conv 1 1\nscale from INPUT, A", faults.UNEQUAL),
    Illegal("8x8x4", "A: maxpool 2\nscale from INPUT, A", "A: maxpool 8\nscale from INPUT, A", faults.UNEQUAL),
    Illegal("8x8x4", "scale 2 from INPUT, INPUT", "scale from INPUT, INPUT", faults.CONTRADICTION),
    Illegal("8x8x4", "crop", "crop 1", faults.MISSING),
    Illegal("8x8x4", "crop 1 to INPUT", "crop to INPUT", faults.CONTRADICTION),
    Illegal("8x8x4", "A: conv 4 3\ncrop to INPUT", "A: conv 4 3 pad 1\ncrop to INPUT", faults.MISFIT),
    Illegal("64x4", "A: reshape 8x8x4\ncrop to INPUT", "A: relu\ncrop to INPUT", faults.MISFIT),
    Illegal("8x8x4", "upsample", "upsample 2", faults.MISSING),
    Illegal("8x8x4", "upsample 2 to INPUT", "upsample to INPUT", faults.CONTRADICTION),
    Illegal("8x8x4", "A: conv 4 3\nupsample to INPUT", "A: conv 4 5\nupsample to INPUT", faults.MISFIT),
    Illegal("64x4", "A: reshape 8x8x4\nupsample to INPUT", "A: maxpool 2\nupsample to INPUT", faults.MISFIT),
    Illegal("8x8x3", "conv 3x3", "conv 3x3 depthwise", faults.MISSING),
    Illegal("8x8x6", "conv 8 3x3 groups 4", "conv 8 3x3 groups 2", faults.GROUPS),
    Illegal("8x8x8", "conv 6 3x3 groups 4", "conv 4 3x3 groups 4", faults.GROUPS),
    Illegal("9x4", "conv 7 3 depthwise", "conv 8 3 depthwise", faults.GROUPS),
    Illegal("8x8x4", "conv depthwise 3x3 groups 2", "conv depthwise 3x3 groups 1", faults.CONTRADICTION),
    Illegal("4x4x3", "conv 8 5x5", "conv 8 5x5 pad 0:1", faults.WINDOW_EXCEEDS),
    Illegal("8x8x6", "deconv 8 3x3 groups 4", "deconv 8 3x3 groups 2", faults.GROUPS),
    Illegal("8x8x8", "deconv 6 3x3 groups 4", "deconv 4 3x3 groups 4", faults.GROUPS),
    Illegal("8x8x2", "deconv 4 3x3 pad 1 reflect", "deconv 4 3x3 pad 1", faults.CONTRADICTION),
    Illegal("8x8x2", "deconv 4 3x3 stride 2 pad same outpad 1", "deconv 4 3x3 stride 2 pad 1", faults.CONTRADICTION),
    Illegal("8x8x2", "deconv 4 3x3 stride 2 outpad 2", "deconv 4 3x3 stride 2 outpad 1", faults.OUTPAD),
    Illegal("8x8x2", "deconv 4 3x3 outpad 1x0", "deconv 4 3x3 dilation 2x1 outpad 1x0", faults.OUTPAD),
    Illegal("9x2", "deconv 4 3 outpad 3 stride 2 dilation 3", "deconv 4 3 outpad 2 dilation 3", faults.OUTPAD),
    Illegal("3x3x2", "deconv 4 3x3 pad 3", "deconv 4 3x3 pad 2", faults.EMPTY_OUTPUT),
    Illegal("1x5x5x2", "deconv 4 4 stride 2 pad full", "deconv 4 4 stride 2 pad 1", faults.EMPTY_OUTPUT),
    Illegal("9x4x3", "conv 8 3x3 dilation 2", "conv 8 3x3 dilation 2x1", faults.WINDOW_EXCEEDS),
    Illegal("2x5", "conv 8 3", "conv 8 2", faults.WINDOW_EXCEEDS),
    Illegal("5x5x2x3", "conv 8 3", "conv 8 3x3x2", faults.WINDOW_EXCEEDS),
    Illegal("3x3x2", "conv 4 3x3 pad 3 reflect", "conv 4 3x3 pad 2 reflect", faults.FILL_EXCEEDS),
    Illegal("3x9x2", "conv 4 3x3 pad 0:4 circular", "conv 4 3x3 pad 0:3 circular", faults.FILL_EXCEEDS),
    Illegal("9x9x2", "maxpool 3x3 stride 2 pad 2", "maxpool 3x3 stride 2 pad 1", faults.POOL_PAD),
    Illegal("9x9x2", "maxpool 3x3 dilation 2 pad 2", "maxpool 3x3 dilation 2 pad 1", faults.POOL_PAD),
    Illegal("9x2", "maxpool 5 pad 3", "maxpool 4 pad 2", faults.POOL_PAD),
    Illegal("9x9x9x1", "maxpool 2x3x3 pad 1x2x1", "maxpool 2x3x3 pad 1x1x1", faults.POOL_PAD),
    Illegal("2x2x3", "maxpool 3x3 stride 1 ceil", "maxpool 3x3 stride 2 ceil", faults.WINDOW_EXCEEDS),
    Illegal("2x2x3", "maxpool 3x3", "maxpool 3x3 pad 1", faults.WINDOW_EXCEEDS),
    Illegal("2x2x3", "maxpool 3x3 pad 2 reflect", "maxpool 3x3 pad 1 reflect", faults.FILL_EXCEEDS),
    Illegal("8x8x2", "maxpool 3x3 stride 2 pad 1 copy ceil", "maxpool 3x3 stride 2 pad 1 copy", faults.NOT_YET),
    Illegal("9x9x2", "lppool 3x3 stride 2 pad 2", "lppool 3x3 stride 2 pad 1", faults.POOL_PAD),
    Illegal("2x2x3", "lppool 3x3", "lppool 3x3 pad 1", faults.WINDOW_EXCEEDS),
    Illegal("2x2x3", "lppool 3x3 pad 2 reflect", "lppool 3x3 pad 1 reflect", faults.FILL_EXCEEDS),
    Illegal("8x8x2", "lppool 3x3 stride 2 pad 1 copy ceil", "lppool 3x3 stride 2 pad 1 copy", faults.NOT_YET),
    Illegal("2x3x3", "subsample 3x3", "subsample 2x3", faults.WINDOW_EXCEEDS),
    Illegal("8x8x3", "conv 3x3 connect 0,1 2,3", "conv 3x3 connect 0,1 2", faults.CONNECTION),
    Illegal("8x8x3", "conv 3x3 connect 0,1,0 2", "conv 3x3 connect 0,1 2", faults.CONNECTION),
    Illegal("8x8x3", "conv 3 3x3 connect 0,1 2", "conv 2 3x3 connect 0,1 2", faults.CONTRADICTION),
    Illegal("8x8x4", "conv 3x3 groups 2 connect 0,1 2", "conv 3x3 connect 0,1 2", faults.CONTRADICTION),
    Illegal("8x8x4", "conv depthwise 3x3 connect 0 1 2 3", "conv 3x3 connect 0 1 2 3", faults.CONTRADICTION),
    Illegal("4x4x3", "upsample 2 nearest bilinear", "upsample 2 bilinear", faults.CONTRADICTION),
    Illegal("4x4x3", "crop 2", "crop 1", faults.EMPTY_OUTPUT),
    Illegal("4x9x3", "crop 1:3x1", "crop 1x1:3", faults.EMPTY_OUTPUT),
    Illegal("8x8x3", "crop same", "crop 1", faults.CONTRADICTION),
    Illegal("8x8x3", "crop 1 reflect", "crop 1", faults.CONTRADICTION),
    Illegal("8x8x3", "zeropad full", "zeropad 1", faults.CONTRADICTION),
    Illegal("8x8x3", "zeropad 1 copy", "zeropad 1", faults.CONTRADICTION),
    Illegal("8x8x2", "avgpool 3x3 countpad nocountpad", "avgpool 3x3 nocountpad", faults.CONTRADICTION),
    Illegal("8x8x2", "avgpool 3x3 pad 1 copy nocountpad", "avgpool 3x3 pad 1 copy", faults.CONTRADICTION),
    Illegal("9x9x2", "avgpool 3x3 stride 2 pad 2", "avgpool 3x3 stride 2 pad 1", faults.POOL_PAD),
    Illegal("9x2", "avgpool 1 pad 1", "avgpool 2 pad 1", faults.POOL_PAD),
    Illegal("2x2x3", "avgpool 3x3", "avgpool 3x3 pad 1", faults.WINDOW_EXCEEDS),
    Illegal("3x3x2", "avgpool 3x3 pad 4 circular", "avgpool 3x3 pad 3 circular", faults.FILL_EXCEEDS),
    Illegal("2x8x8x4", "avgpool 3x3x3 pad 1", "avgpool 2x3x3 pad 1", faults.POOL_EXCEEDS),
    Illegal("8x8x2", "avgpool 3x3 stride 2 pad 0:2x1 ceil", "avgpool 3x3 stride 2 pad 0:1x1:0 ceil", faults.POOL_PAD),
    Illegal("9x8x2", "avgpool 3x3 stride 2 pad 0:1 ceil", "avgpool 3x3 stride 2 pad 0:1", faults.NOT_YET),
]
UNKNOWN_TO_TORCH = (
    faults.CONNECTION,
    faults.CONTRADICTION,
    faults.MISFIT,
    faults.MISSING,
    faults.NOT_YET,
    faults.SLICE,
    faults.WRONG_RANK,
)
"""Refused because the line itself makes no sense, or cannot be said in PyTorch: there is no module to fail. A slice
takes what there is, were it nothing."""


def unchecked(illegal):
    """The layer of an illegal line, its arguments evaluated and its requirements not looked at, with its inputs."""
    *above, _ = illegal.line.split("\n")
    known = analyse("\n".join([f"INPUT: {illegal.given_input}", *above]), "above", "<above>")
    *_, statement = parse(read(illegal.line, "<illegal>")).statements
    [use] = statement.body.uses
    origins = statement.body.origins or [known.inputs[0] if not above else known.nodes[-1]]
    shapes, named = ([known[name.name].output for name in names] for names in (origins, use.refers))
    binder = Binder(Reads(tuple(shapes), tuple(named)), {"C": shapes[0].channels}, Order(), 100)
    return binder.layer(use, {a.parameter.name: binder.argument(a) for a in use.arguments}), tuple(shapes)


@pytest.mark.parametrize("illegal", ILLEGAL, ids=lambda illegal: f"{illegal.given_input}-{illegal.line}")
def test_illegal_lines_are_refused_and_their_twins_are_not(illegal):
    assert loads(f"INPUT: {illegal.given_input}\n{illegal.twin}").complete
    with pytest.raises(SpecError) as refused:
        loads(f"INPUT: {illegal.given_input}\n{illegal.line}")
    [finding] = refused.value.diagnostics
    assert finding.code == illegal.code
    assert finding.hint and "{" not in finding.message + finding.hint


@pytest.mark.parametrize(
    ("given_input", "line", "message", "hint"),
    [
        ("8x8x6", "gn 4", "4 groups do not divide the 6 channels", "use a number of groups that divides 6"),
        ("8x8x6", "shuffle 4", "4 groups do not divide the 6 channels", "use a number of groups that divides 6"),
        (
            "1x1x4",
            "gn 4",
            "a group holds 1 number, and a mean and a variance need at least 2",
            "use fewer groups, or normalize a larger map",
        ),
        (
            "1x1x4",
            "instancenorm",
            "a channel's map holds 1 number, and a mean and a variance need at least 2",
            "normalize a larger map, or use ln",
        ),
        (
            "32x32x3",
            "reshape 1024",
            "the shape asked for holds 1,024 numbers, the input 3,072",
            "write a shape whose extents and channels multiply to 3072",
        ),
        ("48", "reshape 48 tokens", "numbers under another shape are still no tokens", "write 48 for a vector"),
        (
            "8x8x64",
            "slice 0:65",
            "the slice ends before channel 65, and the input has 64 channels",
            "end it at 64 at most",
        ),
        (
            "8x8x64",
            "slice 8:8",
            "the slice begins at channel 8 and ends before 8: it holds none",
            "write 8:9, the end above the start",
        ),
        (
            "8x8x4",
            "A: conv 5 1\nadd from INPUT, A",
            "add needs as many channels in every branch: the first has 4, branch 2 has 5",
            "end every branch with as many filters, or project the input: - shortcut",
        ),
        (
            "8x6x4",
            "A: conv 4 1 stride 1x7\nconcat from INPUT, A",
            "concat needs maps of one size: the first branch is 6 high, branch 2 is 1",
            "give every branch the same stride and pad",
        ),
        (
            "64x4",
            "A: reshape 8x8x4\nscale from INPUT, A",
            "scale needs branches of one rank: the first is a 1-D map, branch 2 a 2-D one",
            "reshape one of them",
        ),
        (
            "8x8x4",
            "scale 2 from INPUT, INPUT",
            "scale has a number and 2 branches",
            "leave the number out, or give it a line of its own behind the join",
        ),
        (
            "8x8x4",
            "A: conv 4 3x3\ncrop to INPUT",
            "crop to 8 high, and the map is only 6 high",
            "crop the larger of the two, or upsample this one",
        ),
        (
            "8x8x4",
            "A: conv 4 3x3\nupsample to INPUT",
            "upsample to 8 high, which is no whole multiple of the 6 of the map",
            "choose an input that the strides above divide, or crop behind 'upsample 2'",
        ),
        (
            "9x9x2",
            "maxpool 3x3 stride 2 pad 2",
            "the pad of 2 is more than half the kernel, which is 3 high",
            "pad at most 1, or use a kernel of at least 4",
        ),
        (
            "2x8x8x4",
            "avgpool 3x3x3 pad 1",
            "the kernel is 3 wide and the map 2: a 3-D average pool asks for as much before padding",
            "use a kernel of at most 2, or an input at least 3 wide",
        ),
        (
            "9x8x2",
            "avgpool 3x3 stride 2 pad 0:1 ceil",
            "'ceil' lets the last window hang 1 over the end: beside an uneven pad PyTorch cannot say that",
            "leave out 'ceil', or pad with zeros, as many at the start as at the end",
        ),
        (
            "8x2x2",
            "subsample 3x4",
            "the window is 4 high, its input 2",
            "use a kernel of at most 2, or an input at least 4 high",
        ),
        (
            "8x8x3",
            "conv 3x3 connect 0,1 1,3",
            "row 2 of 'connect' reads map 3, and there are 3",
            "they are counted from 0 to 2",
        ),
        (
            "8x8x3",
            "conv 3x3 connect 0,2 1,0,1",
            "row 2 of 'connect' reads map 1 twice",
            "write 1 once in row 2; the next row begins behind a space without a comma",
        ),
        (
            "8x8x3",
            "conv 6 3x3 connect 0,2 1,2",
            "6 filters are asked for, and 'connect' has 2 rows",
            "write a row for each, or leave out the 6",
        ),
        (
            "8x8x4",
            "conv 3x3 groups 2 connect 0,2 1,2",
            "'connect' says which maps each filter reads, and 'groups' is given as well",
            "leave out 'connect' or 'groups'",
        ),
        (
            "8x8x4",
            "conv depthwise 3x3 connect 0,2 1,2",
            "'connect' says which maps each filter reads, and 'depthwise' is given as well",
            "leave out 'connect' or 'depthwise'",
        ),
        (
            "9x6x2",
            "crop 1x2:4",
            "the crop takes 2 + 4 cells of a map that is 6 high",
            "take at most 5 in all, start and end together",
        ),
        (
            "9x6x2",
            "crop same",
            "'same' sets a pad by the window behind it, and crop has none",
            "write how many cells: crop 2, crop 1x2 or crop 0:1",
        ),
        ("9x6x2", "crop 1 copy", "crop copy: what is taken away needs no filling", "leave out 'copy'"),
        (
            "9x6x2",
            "zeropad 1 copy",
            "zeropad copy: it fills with zeros",
            "leave out 'copy', or pad the layer behind it: pad 1 copy",
        ),
        (
            "9x6x2",
            "upsample 2 nearest bilinear",
            "'nearest' and 'bilinear' exclude each other",
            "keep one of the two; nearest is the default",
        ),
        (
            "8x8x2",
            "deconv 4 3x3 stride 2 pad 1 copy",
            "the pad of a deconv cuts its output: copy has nothing to fill",
            "leave out 'copy'",
        ),
        (
            "8x8x2",
            "deconv 4 3x3 stride 2 pad same outpad 1",
            "pad same makes the output as large as the input times the stride, and outpad 1 is asked for as well",
            "leave out 'outpad' or 'same'",
        ),
        (
            "8x8x2",
            "deconv 4 3x3 stride 2 outpad 1x3",
            "outpad is 3 high, as much as the stride of 2 and the dilation of 1, or more",
            "use an outpad of at most 1, or a stride of at least 4",
        ),
        (
            "3x4x2",
            "deconv 4 3x3 pad 2:3x1",
            "the output would be 0 wide: 5 less the pad of 2 + 3",
            "pad at most 4 in all, start and end together",
        ),
        (
            "4x4x3",
            "conv 8 5x6",
            "the window is 6 high, its padded input 4 (4 + 0 + 0)",
            "use a kernel of at most 4, a pad of 1 more, or an input at least 6 high",
        ),
        (
            "3x9x2",
            "maxpool 3x3 pad 0:4 circular",
            "a circular pad of 4 needs more cells than the map has: it is 3 wide",
            "pad at most 3, or with zeros",
        ),
    ],
)
def test_messages_give_both_numbers_and_a_remedy(given_input, line, message, hint):
    [finding] = analyse(f"INPUT: {given_input}\n{line}", "illegal", "<illegal>").findings
    assert (finding.message, finding.hint) == (message, hint)


def by_torch(illegal):
    """Whether a PyTorch module says the same; it cannot where F.pad pads for it, nor where there is no module."""
    if illegal.code in UNKNOWN_TO_TORCH:
        return False
    layer, shapes = unchecked(illegal)
    padded = "F.pad" in layer.torch(*shapes).call and illegal.code is faults.POOL_PAD
    return not padded and bool(layer.torch(*shapes).text)


@pytest.mark.parametrize("illegal", list(filter(by_torch, ILLEGAL)), ids=lambda illegal: illegal.line)
def test_torch_refuses_illegal_lines_too(illegal):
    layer, shapes = unchecked(illegal)
    with pytest.raises((RuntimeError, ValueError)):
        Built(layer, shapes)(tensor(shapes[0], batch=1, dtype=torch.float32))


def test_every_requirement_has_an_illegal_line():
    nodes = [case(given_input, line).node for _, given_input, line in CASES]
    required = {(node.kind, r.code) for node in nodes for r in node.layer.requires(*node.shapes)}
    illegal = {(unchecked(illegal)[0].keyword(), illegal.code) for illegal in ILLEGAL}
    assert required == illegal


@every_case
def test_requirements_give_their_numbers(keyword, given_input, line):
    node = case(given_input, line).node
    known = {parameter.name for parameter in node.layer.parameters}
    for requirement in node.layer.requires(*node.shapes):
        assert requirement.holds
        assert requirement.about in known | {""}
        assert requirement.message.format(*requirement.values)
        assert requirement.remedy.format(*requirement.values)


def test_fc_says_what_it_is_given():
    node = case("6x6x256", "fc 40 in 9217").node
    assert list(node.layer.claims(*node.shapes)) == [("in", 9217, 9216, "the map above gives {shape} = {found}")]


# Random windows: accepted exactly where PyTorch's forward on real tensors accepts


class Slide(NamedTuple):
    """A random window over a random map, axes in PyTorch's order."""

    extents: tuple
    kernel: tuple
    stride: tuple
    dilation: tuple
    sides: tuple
    pad: str
    fill: str
    ceil: bool

    @property
    def rank(self):
        return len(self.extents)

    @property
    def reach(self):
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))

    @property
    def even(self):
        """Whether a module can pad so by itself."""
        return self.fill == "zeros" and all(a == b for a, b in self.sides)

    def places(self, ceil):
        """How many windows stand on each axis; cells that are filled are as good as the map's own."""
        axes = list(zip(self.extents, self.reach, self.stride, self.sides, strict=True))
        if self.fill != "zeros":
            axes = [(w + a + b, k, s, (0, 0)) for w, k, s, (a, b) in axes]
        return tuple(len(starts(w, k, s, a, b, ceil)) for w, k, s, (a, b) in axes)

    def written(self, kind, channels, *options):
        """The spec: a file's axes run the other way."""
        extents, kernel, stride, dilation = ("x".join(map(str, v[::-1])) for v in self[:4])
        fill = "" if self.fill == "zeros" else self.fill
        dilated = f"dilation {dilation}" if set(self.dilation) != {1} else ""
        words = (kind, kernel, f"stride {stride} pad {self.pad} {fill}", dilated, "ceil" * self.ceil, *options)
        return f"INPUT: {extents}x{channels}\n" + " ".join(words)


def same(extent, reach, stride):
    """TensorFlow's SAME padding."""
    total = max((-(-extent // stride) - 1) * stride + reach - extent, 0)
    return total // 2, total - total // 2


@st.composite
def slides(draw, dilated=True, rounded=True):
    rank = draw(st.integers(1, 3))

    def axes(low, high):
        return draw(st.tuples(*[st.integers(low, high)] * rank))

    extents, kernel, stride = axes(1, 9), axes(1, 4), axes(1, 3)
    dilation = axes(1, 3) if dilated and draw(st.booleans()) else (1,) * rank
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    starting = axes(0, 3)
    ending = draw(st.sampled_from((starting, axes(0, 3))))
    sides = tuple(zip(starting, ending, strict=True))
    pad = draw(st.sampled_from(("cells", "same", "full")))
    ways = {
        "cells": (sides, "x".join(f"{a}:{b}" for a, b in sides[::-1])),
        "same": (tuple(map(same, extents, reach, stride)), "same"),
        "full": (tuple((k - 1, k - 1) for k in reach), "full"),
    }
    fill = draw(st.sampled_from(("zeros", "zeros", "copy", "reflect", "circular")))
    return Slide(extents, kernel, stride, dilation, *ways[pad], fill, rounded and draw(st.booleans()))


def accepted(build):
    """The shape that PyTorch gives, or None where it refuses; an empty output is refused."""
    try:
        shape = tuple(build().shape)
    except (RuntimeError, ValueError):
        return None
    return shape if all(shape) else None


def padded(x, slide, value=0.0):
    modes = {"copy": "replicate", "reflect": "reflect", "circular": "circular"}
    cells = [cell for pair in reversed(slide.sides) for cell in pair]
    return F.pad(x, cells, value=value) if slide.fill == "zeros" else F.pad(x, cells, mode=modes[slide.fill])


def agree(spec, expected):
    """We accept where `expected` is a shape, with that shape; and then the text, NumPy and the shape agree."""
    found = analyse(spec, "random", "<random>")
    assert (found.nodes[0].output.dims if found.complete else None) == expected, (spec, found.findings)
    if not found.complete:
        assert all(finding.code.code.startswith("SHP") or finding.code is faults.NOT_YET for finding in found.findings)
        return
    node = found.nodes[0]
    module, x = randomized(Built(node.layer, node.shapes)), tensor(node.shapes[0])
    weights = {name.removeprefix("m."): value.numpy() for name, value in module.state_dict().items()}
    out = module(x).detach().numpy()
    assert out.shape[1:] == node.output.dims
    np.testing.assert_allclose(node.layer.run(weights, x.numpy()), out, rtol=1e-9, atol=1e-9)


RANDOM = settings(max_examples=1000, derandomize=True)


@RANDOM
@given(slides(rounded=False), st.integers(1, 6), st.integers(1, 6), st.sampled_from((1, 1, 1, 2, 3)))
def test_random_convolutions_are_accepted_where_torch_accepts(slide, channels, filters, groups):
    def build():
        kind = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[slide.rank - 1]
        conv = kind(channels, filters, slide.kernel, slide.stride, 0, slide.dilation, groups)
        return conv(padded(torch.zeros(1, channels, *slide.extents), slide))[0]

    agree(slide.written(f"conv {filters}", channels, f"groups {groups}"), accepted(build))


@RANDOM
@given(slides(rounded=False), st.integers(1, 3), st.integers(1, 4), st.sampled_from((1, 1, 1, 2)), st.data())
def test_random_transposed_convolutions_are_accepted_where_torch_accepts(slide, channels, filters, groups, data):
    outpad = data.draw(st.sampled_from([(0,) * slide.rank] * 2 + [(1,) * slide.rank, tuple(range(slide.rank))]))
    slide = slide._replace(fill="zeros")
    sides, more = slide.sides, outpad
    if slide.pad == "same":
        over = [k - s for k, s in zip(slide.reach, slide.stride, strict=True)]
        sides, more = [(max(n, 0) // 2, -(-max(n, 0) // 2)) for n in over], tuple(max(-n, 0) for n in over)

    def build():
        kind = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)[slide.rank - 1]
        even = all(a == b for a, b in sides)
        pad = tuple(a for a, _ in sides) if even else 0
        conv = kind(channels, filters, slide.kernel, slide.stride, pad, more, groups, True, slide.dilation)
        out = conv(torch.zeros(1, channels, *slide.extents))[0]
        cut = [slice(None) if even else slice(a, max(w - b, 0)) for w, (a, b) in zip(out.shape[1:], sides, strict=True)]
        return out[(slice(None), *cut)]

    options = (f"outpad {'x'.join(map(str, outpad[::-1]))}", f"groups {groups}")
    refused = slide.pad == "same" and any(outpad)
    agree(slide.written(f"deconv {filters}", channels, *options), None if refused else accepted(build))


def test_transposed_arithmetic_is_that_of_the_guide():
    """Dumoulin & Visin 2016, section 4: (input, kernel, stride, pad, added, output) of every figure."""
    table = "2 3 1 0 0 4; 6 4 1 2 0 5; 5 3 1 1 0 5; 7 3 1 2 0 5; 2 3 2 0 0 5; 3 3 2 1 0 5; 3 3 2 1 1 6"
    for row in table.split("; "):
        extent, kernel, stride, pad, more, out = map(int, row.split())
        line = f"deconv 1 {kernel}x{kernel} stride {stride} pad {pad} outpad {more}"
        assert loads(f"INPUT: {extent}x{extent}x1\n{line}").nodes[0].output.dims == (1, out, out)


def pool_limit(slide):
    """Whether PyTorch would pad a pool of this kernel with so much, on a map that has room for it."""
    pool = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)[slide.rank - 1]
    most = tuple(map(max, slide.sides))
    return accepted(lambda: pool(slide.kernel, padding=most)(torch.zeros(1, 1, *[12] * slide.rank))) is not None


def pooled(slide, pools, value, **options):
    """The shape of a pool where PyTorch accepts it, else None."""
    pool, x = pools[slide.rank - 1], torch.zeros(1, 2, *slide.extents)
    if slide.even:
        most = tuple(a for a, _ in slide.sides)
        return accepted(lambda: pool(slide.kernel, slide.stride, most, ceil_mode=slide.ceil, **options)(x)[0])
    if slide.fill == "zeros" and not pool_limit(slide):
        return None
    floor = accepted(lambda: pool(slide.kernel, slide.stride, **options)(padded(x, slide, value))[0])
    uneven_max = slide.fill == "zeros" and value != 0
    if slide.places(slide.ceil) == slide.places(False):
        return floor
    fits = uneven_max and all(slide.places(True))
    return (2, *slide.places(True)) if fits else None


@RANDOM
@given(slides())
def test_random_max_pools_are_accepted_where_torch_accepts(slide):
    pools = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)
    expected = pooled(slide, pools, float("-inf"), dilation=slide.dilation)
    agree(slide.written("maxpool", 2), expected)


@RANDOM
@given(slides(dilated=False), st.booleans())
def test_random_average_pools_are_accepted_where_torch_accepts(slide, counted):
    pools = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)
    word = "countpad" if counted or slide.fill != "zeros" else "nocountpad"
    agree(slide.written("avgpool", 2, word), pooled(slide, pools, 0.0))


@RANDOM
@given(slides(dilated=False), st.sampled_from((2, 2, 1, 3)))
def test_random_norm_pools_are_accepted_where_torch_accepts(slide, power):
    """Padding is always F.pad's; `ceil` gives as many sums as a max pool gives maxima."""
    pools, fill = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d), float("-inf")
    agree(slide.written("lppool", 2, f"power {power}"), pooled(slide, pools, fill))


@RANDOM
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=3), st.booleans())
def test_random_adaptive_pools_are_accepted_where_torch_accepts(axes, largest):
    extents, outs = zip(*axes, strict=True)
    module = getattr(nn, f"Adaptive{'Max' if largest else 'Avg'}Pool{len(axes)}d")(outs)
    line = f"adaptive {'maxpool' if largest else 'avgpool'} {'x'.join(map(str, outs[::-1]))}"
    agree(f"INPUT: {'x'.join(map(str, extents[::-1]))}x2\n{line}", accepted(lambda: module(torch.zeros(2, *extents))))


@pytest.mark.parametrize(("extent", "output"), list(product(range(1, 40), range(1, 40))))
def test_adaptive_windows_are_counted_without_walking_them(extent, output):
    sizes = [-(-(i + 1) * extent // output) - i * extent // output for i in range(output)]
    node = case(f"{extent}x1", f"adaptive maxpool {output}").node
    assert node.work == Work(compares=sum(sizes) - output)
    if output > 1:
        assert (node.window.kernel, node.window.stride) == ((max(sizes),), (Fraction(extent, output),))


@pytest.mark.parametrize(("extent", "output", "kernel"), [(12, 4, 3), (12, 3, 4), (7, 7, 1)])
def test_an_adaptive_pool_that_divides_sees_what_the_plain_pool_sees(extent, output, kernel):
    lines = (f"adaptive avgpool {output}", f"avgpool {kernel}")
    one, other = (fields(case(f"{extent}x{extent}x2", line).network) for line in lines)
    assert list(one.values()) == list(other.values())


@RANDOM
@given(st.lists(st.tuples(st.integers(1, 7), st.integers(1, 6)), min_size=1, max_size=3), st.booleans())
def test_random_upsampling_is_that_of_torch(axes, smooth):
    extents, factors = zip(*axes, strict=True)
    mode = ("linear", "bilinear", "trilinear")[len(axes) - 1] if smooth else "nearest"
    x = torch.zeros(1, 2, *extents)
    line = f"upsample {'x'.join(map(str, factors[::-1]))} {'bilinear' if smooth else 'nearest'}"
    expected = accepted(lambda: F.interpolate(x, scale_factor=factors, mode=mode)[0])
    agree(f"INPUT: {'x'.join(map(str, extents[::-1]))}x2\n{line}", expected)


@pytest.mark.parametrize("factor", range(1, 100))
def test_the_nearest_cell_is_the_nearest_in_single_precision(factor):
    """PyTorch divides by the factor in floating point."""
    node = case("224x1", f"upsample {factor}").node
    x = torch.arange(224.0).view(1, 1, 224)
    assert torch.equal(Built(node.layer, node.shapes)(x), x.repeat_interleave(factor, 2))


@RANDOM
@given(slides(), st.booleans())
def test_random_frames_are_accepted_where_something_is_left(slide, cut):
    pad = "x".join(f"{a}:{b}" for a, b in slide.sides[::-1])
    inside = tuple(slice(a, w - b) for w, (a, b) in zip(slide.extents, slide.sides, strict=True))
    x = torch.zeros(2, *slide.extents)
    fits = all(w > a + b for w, (a, b) in zip(slide.extents, slide.sides, strict=True))
    out = x[(slice(None), *inside)] if cut and fits else F.pad(x, [c for s in slide.sides[::-1] for c in s])
    spec = f"INPUT: {'x'.join(map(str, slide.extents[::-1]))}x2\n{'crop' if cut else 'zeropad'} {pad}"
    agree(spec, tuple(out.shape) if fits or not cut else None)


def test_a_norm_pool_sums_what_is_under_a_window_that_hangs_over():
    node = case("5x1", "lppool 2 power 1 ceil").node
    assert Built(node.layer, node.shapes)(-torch.ones(1, 1, 5)).tolist() == [[[2.0, 2.0, 1.0]]]


@pytest.mark.parametrize("power", ["1", "2", "3", "5/2"])
def test_a_norm_pool_has_a_gradient_where_all_is_zero(power):
    node = case("4x4x1", f"lppool 2x2 power {power}").node
    x = torch.zeros(1, 1, 4, 4, requires_grad=True)
    Built(node.layer, node.shapes)(x).sum().backward()
    assert x.grad.eq(0).all()


def test_a_helper_averages_the_real_cells_of_an_uneven_pad():
    node = case("3x1", "avgpool 2 stride 1 pad 0:1 nocountpad").node
    assert Built(node.layer, node.shapes)(torch.tensor([[[1.0, 2.0, 5.0]]])).tolist() == [[[1.5, 3.5, 5.0]]]


# Joins of unlike branches, and the layers of a shortcut

JOINED = [
    ("6x5x4", "A: conv 3 1\nconcat from A, INPUT"),
    ("6x5x4", "A: conv 3 1\nconcat from INPUT, A, INPUT"),
    ("6x5x4", "A: gap\nB: fc 7\nconcat from A, B"),
    ("6x5x4", "A: fc 7\nfrom INPUT\nB: gap\nconcat from A, B"),
    ("6x5x4", "A: gap\nB: fc 4\nadd from B, A"),
    ("6x5x4", "A: fc 4 sigmoid\nscale from INPUT, A"),
    ("6x5x4", "A: fc 4 sigmoid\nscale from A, INPUT"),
    ("6x5x4", "A: conv 1 1\nB: avgpool 6x1\nscale from A, INPUT, B"),
    ("6x5x4", "A: conv 1 1x5\nscale from A, INPUT"),
    ("9x3", "A: fc 3\nscale from INPUT, A"),
    ("9x3", "A: conv 2 1\nconcat from INPUT, A"),
    ("2x3x4x2", "A: fc 2\nscale from A, INPUT"),
    ("2x3x4x2", "A: conv 2 1\nadd from INPUT, A"),
    ("10", "A: fc 1\nscale from INPUT, A"),
    ("10", "A: fc 3\nconcat from A, INPUT"),
    ("6x5x4", "add\n  - relu"),
    ("6x5x4", "concat\n  - relu"),
    ("6x5x4", "scale\n  - relu"),
]
THINNED = [
    ("8x7x4", 6, "stride 2"),
    ("8x7x4", 6, "stride 3x2"),
    ("8x7x4", 4, "stride 1x2"),
    ("8x7x4", 9, "stride 1"),
    ("9x3", 5, "stride 2"),
    ("5x6x7x2", 3, "stride 2x1x3"),
]
ADDED = [(shape, f"add\n  - conv {filters} 1 {stride}\n  - shortcut pad") for shape, filters, stride in THINNED] + [
    ("10", "add\n  - fc 25\n  - shortcut pad")
]


def apart(given_input, line, name=""):
    """The node of a join or of a shortcut, its module, and unlike tensors for its inputs."""
    network = loads(f"INPUT: {given_input}\n{line}")
    node = network[name] if name else network.nodes[-1]
    xs = [tensor(shape, seed=seed, grad=True) for seed, shape in enumerate(node.shapes)]
    return node, Built(node.layer, node.shapes).double(), xs


def agrees_with_torch(node, module, xs):
    """Shape, numbers and what is kept are PyTorch's."""
    out = module(*xs)
    assert out.shape[1:] == node.output.dims
    fed = [x.detach().numpy() for x in xs]
    np.testing.assert_allclose(node.layer.run({}, *fed), out.detach().numpy(), rtol=1e-12)
    assert (node.params, node.buffers, node.macs) == (0, 0, 0)


@pytest.mark.parametrize(("given_input", "line"), JOINED)
def test_joins_of_unlike_branches_equal_torch(given_input, line):
    node, module, xs = apart(given_input, line)
    agrees_with_torch(node, module, xs)
    tensors = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: tensors.append(t) or t, lambda t: t):
        module(*xs)
    assert bool(tensors) == node.layer.saved(*node.shapes).input
    assert node.layer.passes(*node.shapes) == (module(*xs).data_ptr() == xs[0].data_ptr())


@pytest.mark.parametrize(("given_input", "line"), ADDED)
def test_option_a_of_a_shortcut_equals_torch(given_input, line):
    node, module, xs = apart(given_input, line, "shortcut1")
    agrees_with_torch(node, module, xs)
    assert node.kind == "shortcut"
    assert not any(node.work)
    other = node.output.channels - node.shapes[0].channels
    assert torch.equal(module(*xs)[:, node.shapes[0].channels :], torch.zeros(2, other, *node.output.extents).double())
    assert [r for r in node.layer.requires(*node.shapes) if not r.holds] == []
    tensors = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: tensors.append(t) or t, lambda t: t):
        module(*xs)
    assert tensors == []


def test_the_field_of_option_a_is_one_cell_where_gradients_reach():
    network = loads("INPUT: 9x9x2\nadd\n  - conv 3 1 stride 3x2\n  - shortcut pad")
    node, field = network["shortcut1"], fields(network)["shortcut1"]
    assert (field.size, field.jump, field.start) == ((1, 1), (2, 3), (0, 0))
    x = tensor(node.shapes[0], grad=True)
    Built(node.layer, node.shapes)(x)[:, 0, 2, 1].sum().backward()
    assert x.grad[0, 0].nonzero().tolist() == [[4, 3]]


def test_a_projection_is_the_convolution_and_the_norm_of_option_b():
    node, norm = (
        loads("INPUT: 9x9x2\nadd\n  - conv 3 1 stride 3x2\n  - shortcut")[n] for n in ("shortcut1", "shortcut1.bn")
    )
    twin = loads("INPUT: 9x9x2\nconv 3 1x1 stride 3x2 nobias bn")
    for one, other in zip((node, norm), twin, strict=True):
        assert (one.output, one.params, one.macs, one.buffers) == (
            other.output,
            other.params,
            other.macs,
            other.buffers,
        )
        assert one.layer.torch(*one.shapes) == other.layer.torch(*other.shapes)


SHOWN = {
    "aux": ("relu\nh: aux weight 0.3\n  fc 3", ["relu", "fc"]),
    "output": ("A: relu\nbn\noutput from A", ["relu", "bn"]),
    "share": ("A: conv 4 1 relu\nshare A", ["conv", "relu", "conv", "relu"]),
    "shortcut": ("add\n  - conv 4 1\n  - shortcut", ["conv", "identity", "add"]),
}


def test_structures_are_those_that_compute_nothing():
    assert STRUCTURES.keys() == SHOWN.keys()
    assert {kind.role for kind in STRUCTURES.values()} == {"head", "gives", "again", "fitted"}
    assert all(kind.__doc__ and not kind.examples for kind in STRUCTURES.values())


@pytest.mark.parametrize("keyword", STRUCTURES)
def test_a_structure_makes_no_layer_of_its_own(keyword):
    line, kinds = SHOWN[keyword]
    network = loads(f"INPUT: 8x8x4\n{line}")
    assert [node.kind for node in network] == kinds
    assert not any(type(node.layer) is STRUCTURES[keyword] for node in network)
    fitting = [fact for fact in FITTING if getattr(STRUCTURES[keyword], fact) is not getattr(Layer, fact)]
    assert bool(fitting) == (STRUCTURES[keyword].role == "fitted")


def test_concat_of_unequal_maps_is_refused_by_torch_as_well():
    layer, shapes = unchecked(next(i for i in ILLEGAL if "concat" in i.line))
    with pytest.raises(RuntimeError):
        Built(layer, shapes)(*map(tensor, shapes))


# What the facts do not tell


def built(given_input, line):
    node = case(given_input, line).node
    return Built(node.layer, node.shapes)


@pytest.mark.parametrize(("p", "kept"), [("0.25", 4 / 3), ("1/2", 2.0), ("0", 1.0), ("1", 0.0)])
def test_droppath_drops_whole_samples_and_scales_the_rest(p, kept):
    torch.manual_seed(0)
    module, x = built("3x2x4", f"droppath {p}"), torch.rand(4000, 4, 2, 3) + 1
    factors = (module.train()(x) / x).flatten(1)
    assert torch.allclose(factors, factors[:, :1].expand_as(factors))
    assert {round(float(factor), 4) for factor in factors[:, 0]} <= {0.0, round(kept, 4)}
    assert abs(float(factors[:, 0].count_nonzero()) / 4000 - (1 - float(Fraction(p)))) < 0.03
    assert module.eval()(x) is x


def test_trained_numbers_begin_where_their_papers_say():
    assert built("3x2x4", "prelu channelwise").m.weight.tolist() == [0.25] * 4
    assert built("3x2x4", "layerscale").m.weight.flatten().tolist() == pytest.approx([1e-6] * 4)
    assert built("10", "layerscale 1").m.weight.dtype == torch.float32


def test_the_centres_of_rbf_are_plus_and_minus_one_and_are_its_answer():
    torch.manual_seed(0)
    module = built("84", "rbf 10")
    assert set(module.m.centres.flatten().tolist()) == {-1.0, 1.0}
    distances = module(module.m.centres)
    assert torch.equal(distances.argmin(dim=1), torch.arange(10))
    assert torch.equal(distances.diagonal(), torch.zeros(10))
    # two bits that differ are 2 apart, 4 squared
    differing = (module.m.centres[0] != module.m.centres[1]).sum()
    assert distances[0, 1] == 4 * differing


def test_shuffle_and_slice_move_the_channels_they_say():
    x = torch.arange(6.0).reshape(1, 6, 1)
    assert built("1x6", "shuffle 2")(x).flatten().tolist() == [0, 3, 1, 4, 2, 5]
    assert built("1x6", "slice 2:4")(x).flatten().tolist() == [2, 3]


def test_reshape_keeps_the_order_of_memory():
    x = torch.arange(12.0).reshape(1, 2, 2, 3)
    assert torch.equal(built("3x2x2", "reshape 2x2x3")(x), torch.arange(12.0).reshape(1, 3, 2, 2))


def test_ln_is_that_of_each_position():
    x = tensor(case("5x4x8", "ln").shape)
    out = built("5x4x8", "ln").double()(x)
    torch.testing.assert_close(out.mean(dim=1), torch.zeros(2, 4, 5, dtype=torch.float64))
    torch.testing.assert_close(
        out.var(dim=1, unbiased=False), torch.ones(2, 4, 5, dtype=torch.float64), atol=1e-3, rtol=0
    )


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("stanh", 1.0),  # LeCun et al. 1998, Appendix A: f(1) = 1 and f(-1) = -1
        ("relu6", 1.0),
        ("silu", 0.7310585786300049),
        ("gelu", 0.8413447460685429),  # the standard normal distribution at 1
        ("hardswish", 4 / 6),
        ("hardsigmoid", 4 / 6),
        ("softplus", 1.3132616875182228),
        ("mish", 0.8650983882673103),
        ("abs", 1.0),
        ("scale 0.17", 0.17),
    ],
)
def test_activations_at_one(line, value):
    out = built("1", line).double()(torch.ones(1, 1, dtype=torch.float64))
    assert float(out) == pytest.approx(value, abs=2e-5 if line == "stanh" else 1e-12)
