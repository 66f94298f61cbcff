"""The rules of the architecture: every message and hint, what their fixes make, and what they are silent about."""

from __future__ import annotations

import re
from math import prod

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from cnncalc.api import analyse
from cnncalc.geometry import Order
from cnncalc.lint.choice import choice
from cnncalc.lint.engine import findings
from cnncalc.lint.fixing import fixed
from cnncalc.lint.rules.arc101_mergeable_layers import behind, merged

SURE = choice([f"ARC10{number}" for number in range(1, 8)])
"""The rules that this file is about."""
torch.set_num_threads(1)


def read(text):
    return analyse(text, "net", "net.spec")


def told(text, wanted=SURE):
    """The findings of a spec: (code, line and column, message, hint)."""
    network = read(text)
    assert network.complete, network.findings
    return [(f.code.code, (f.line, f.column), f.message, f.hint) for f in findings(network, wanted)]


def repaired(text):
    """A spec with the unsafe fixes of these rules, and which codes were applied and which are left."""
    done = fixed(text, read, SURE, unsafe=True)
    return done.text, [f.code.code for f in done.applied], [f.code.code for f in done.findings]


def quiet(text):
    return not told(text)


# mergeable-layers

MERGEABLE = [
    (
        "INPUT: 6x6x256\nFC6: 4096\nFC7: 4096 relu",
        (3, 6),
        "FC7: nothing nonlinear lies between FC6 and FC7, so that one fc of 9,216 to 4,096 with 37,752,832 parameters "
        "does what both do with 54,534,144",
        "put an activation behind FC6, or write the one layer in place of both",
    ),
    (
        "axes CxHxW\nINPUT: 3x32x32\nCONV1: 64 3x5 pad 1x2 stride 2 bn\nCONV2: 64 1x1 relu",
        (4, 8),
        "CONV2: nothing nonlinear lies between CONV1 and CONV2, so that one conv of 64 3x5 with 2,944 parameters "
        "does what both do with 7,104",
        "put an activation behind CONV1, or write the one layer in place of both",
    ),
    (
        "INPUT: 32x32x3\nconv 64 3x5 pad 1x2 stride 2\nconv 16 1x1 stride 2x1 nobias",
        (3, 1),
        "conv2: nothing nonlinear lies between conv1 and conv2, so that one conv of 16 3x5 with 736 parameters "
        "does what both do with 3,968",
        "put an activation behind conv1, or write the one layer in place of both",
    ),
    (
        "INPUT: 60x16\nconv 16 1\ndropout\nconv 16 3 dilation 2 relu",
        (4, 1),
        "conv2: nothing nonlinear lies between conv1 and conv2, so that one conv of 16 3 with 784 parameters "
        "does what both do with 1,056",
        "put an activation behind conv1, or write the one layer in place of both",
    ),
    (
        "INPUT: 9x8x7x16\nconv 16 1x1x1 groups 4\nlayerscale\nconv 16 3x3x2 groups 8 relu",
        (4, 1),
        "conv2: nothing nonlinear lies between conv1 and conv2, so that one conv of 16 3x3x2 in 4 groups "
        "with 1,168 parameters does what both do with 672",
        "",
    ),
    (
        "INPUT: 5x5x1\nA: deconv 2 2x2 stride 2\nflatten\nB: fc 3 nobias",
        (4, 4),
        "B: nothing nonlinear lies between A and B, so that one fc of 25 to 3 with 78 parameters does what both do "
        "with 610",
        "put an activation behind A, or write the one layer in place of both",
    ),
]


@pytest.mark.parametrize(("text", "place", "message", "hint"), [case for case in MERGEABLE if case[3]])
def test_mergeable_layers_are_told(text, place, message, hint):
    assert told(text, choice(["ARC101"])) == [("ARC101", place, message, hint)]


def test_one_layer_that_is_larger_is_not_told():
    assert all(quiet(text) for text, _, _, hint in MERGEABLE if not hint)


def test_each_of_three_layers_is_told_of_the_one_above():
    text = "INPUT: 100\nA: fc 90\nB: fc 80\nC: fc 70"
    assert [message.split(", so")[0] for _, _, message, _ in told(text)] == [
        "B: nothing nonlinear lies between A and B",
        "C: nothing nonlinear lies between B and C",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "INPUT: 100\nA: fc 90\nB: fc 90\nC: add from A, B",
        "INPUT: 100\nA: fc 90\nB: fc 90\noutput from A, B",
        "INPUT: 100\nA: fc 90 relu\nB: fc 90",
        "INPUT: 100\nA: fc 90 ln\nB: fc 90",
        "INPUT: 100\nA: fc 90\nB: fc 90 frozen",
        "INPUT: 100\nA: fc 100\nB: share A",
        "INPUT: 100\nA: fc 100 relu\nB: share A\nC: fc 100",
        "INPUT: 100\nA: fc 100\nB: fc 100\nrelu\nC: share B",
        "INPUT: 8x8x16\nA: conv 16 3x3\nB: maxpool 2\nC: fc 10",
        "INPUT: 8x8x16\nA: conv 16 3x3 pad 1\nB: gap\nC: fc 10",
        "INPUT: 8x8x16\nA: conv 16 1x1\nB: conv 16 3x3 pad 1",
        "INPUT: 8x8x16\nA: conv 16 1x1 nobias bn\nB: conv 16 3x3 pad 1",
        "INPUT: 8x8x16\nA: conv 16 1x1 nobias stride 2\nB: conv 16 3x3 pad 1",
        "INPUT: 8x8x16\nA: deconv 16 1x1\nB: conv 16 1x1",
        "INPUT: 8x8x16\nA: conv 16 1x1\nreshape 16x4x16\nB: conv 16 1x1",
        "INPUT: 8x8x16\nA: conv 16 1x1\nbias untied\nB: relu",
        "INPUT: 8x8x16\nA: conv 8 3x3\nB: conv 8 3x3",
        "INPUT: 64 tokens\nembed 8 vocab 50\nconv 8 1",
    ],
)
def test_layers_that_one_does_not_replace_are_not_told(text):
    assert "ARC101" not in [code for code, *_ in told(text)]


def piece(kernel=st.integers(1, 3), most=2, pad=st.integers(0, 2), bias=st.booleans()):
    """A convolution: on each axis a kernel, a stride and a dilation of at most so much, a pad; groups, a bias."""
    steps = st.integers(1, most)
    facts = {"kernel": kernel, "stride": steps, "pad": pad, "dilation": steps}
    axes = {name: st.tuples(fact, fact) for name, fact in facts.items()}
    return st.fixed_dictionaries({**axes, "groups": st.sampled_from((1, 2, 4)), "bias": bias})


NOTHING = st.just(0)
PAIRS = st.one_of(
    st.tuples(piece(), piece(pad=NOTHING)),
    st.tuples(piece(kernel=st.just(1), most=1, pad=NOTHING, bias=st.just(False)), piece()),
)
"""Two convolutions of which the second pads nothing, or the first is 1x1 and adds no bias."""


def line(piece, filters):
    """A convolution as the spec of axes CxHxW writes it."""
    words = (f"{name} {'x'.join(map(str, piece[name]))}" for name in ("stride", "pad", "dilation"))
    kernel = "x".join(map(str, piece["kernel"]))
    bias = "" if piece["bias"] else " nobias"
    return f"conv {filters} {kernel} {' '.join(words)} groups {piece['groups']}{bias}"


def module(piece, channels, filters):
    sizes = (piece[name] for name in ("kernel", "stride", "pad", "dilation"))
    return nn.Conv2d(channels, filters, *sizes, piece["groups"], piece["bias"]).double()


def reach(piece):
    return tuple(d * (k - 1) + 1 for k, d in zip(piece["kernel"], piece["dilation"], strict=True))


def left_over(pieces, channels, kernel, groups, mixed=False):
    """How far the best convolution of this kernel is from what two do on random maps, at most.

    Its weights are found by least squares, from three times as many outputs as it has weights.
    """
    one, other = pieces
    reaches = [r + (q - 1) * s for r, q, s in zip(reach(one), reach(other), one["stride"], strict=True)]
    step = [(r - 1) // (k - 1) if k > 1 else 1 for r, k in zip(reaches, kernel, strict=True)]
    stride, pad = ([f(a, b) for a, b in zip(one[n], other[n], strict=True)] for n, f in COMBINED.items())
    first, second = module(one, 4, channels[0]), module(other, *channels)
    torch.manual_seed(0)
    few = second(first(torch.zeros(1, 4, 11, 12, dtype=torch.float64))).shape[2:]
    x = torch.randn(3 * (4 * prod(kernel) + 1) // prod(few) + 1, 4, 11, 12, dtype=torch.float64)
    between = functional.channel_shuffle(first(x), 2) if mixed else first(x)
    out = second(between).detach()
    rows = functional.unfold(functional.pad(x, (pad[1], pad[1], pad[0], pad[0])), kernel, step, 0, stride)
    assert rows.shape[-1] == prod(out.shape[2:])
    rows = rows.reshape(len(x), groups, -1, rows.shape[-1]).transpose(2, 3).flatten(2, 2)
    biased = int(one["bias"] or other["bias"])
    worst = 0.0
    for channel, wanted in enumerate(out.transpose(0, 1).flatten(1)):
        own = rows[:, channel * groups // channels[1]].flatten(0, 1)
        matrix = torch.cat([own, torch.ones(len(own), biased, dtype=own.dtype)], 1)
        best = torch.linalg.lstsq(matrix, wanted[:, None], driver="gelsd").solution
        worst = max(worst, float((matrix @ best - wanted[:, None]).abs().max()))
    return worst


COMBINED = {"stride": lambda a, b: a * b, "pad": lambda a, b: a + b}
"""Of two convolutions one behind the other: the stride is the product; only one of them pads, or both pad zeros."""


@settings(deadline=None, max_examples=60)
@given(PAIRS, st.sampled_from((4, 8)), st.booleans())
def test_the_one_convolution_computes_what_both_do(pair, filters, mixed):
    one, other = pair
    shuffle = "shuffle 2\n" if mixed else ""
    network = read(f"axes CxHxW\nINPUT: 4x11x12\n{line(one, 4)}\n{shuffle}{line(other, filters)}")
    assume(network.complete)
    found = merged(next(behind(network.nodes[-1])), Order.of("CxHxW"))
    words = re.fullmatch(r"conv of \d+ (\d+)x(\d+)(?: in (\d+) groups)? with ([\d,]+) parameters?", found.text)
    kernel, groups = (int(words[1]), int(words[2])), int(words[3] or 1)
    assert found.params == filters * (4 // groups) * prod(kernel) + filters * (one["bias"] or other["bias"])
    assert left_over((one, other), (4, filters), kernel, groups, mixed) < 1e-8


PLAIN = {"kernel": (3, 3), "stride": (1, 1), "pad": (1, 1), "dilation": (1, 1), "groups": 1, "bias": False}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({"kernel": (1, 1), "pad": (0, 0), "bias": True}, {}),
        ({"kernel": (3, 1), "pad": (1, 0)}, {}),
    ],
)
def test_padding_between_two_layers_is_no_padding_of_one(one, other):
    """The finding is silent where the best single convolution is far from what the two compute."""
    pieces = (PLAIN | one, PLAIN | other)
    network = read(f"axes CxHxW\nINPUT: 4x11x12\n{line(pieces[0], 4)}\n{line(pieces[1], 4)}")
    assert merged(next(behind(network.nodes[-1])), Order.of("CxHxW")) is None
    kernel = tuple(a + b - 1 for a, b in zip(reach(pieces[0]), reach(pieces[1]), strict=True))
    assert left_over(pieces, (4, 4), kernel, 1) > 1e-2
