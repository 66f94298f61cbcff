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
from cnncalc.lint.choice import choice
from cnncalc.lint.engine import findings
from cnncalc.lint.fixing import fixed
from cnncalc.lint.rules.arc101_mergeable_layers import behind, merged
from cnncalc.lint.study import Study

SURE = choice([f"ARC10{number}" for number in range(1, 8)])
"""The rules that this file is about."""


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


@settings(max_examples=60)
@given(PAIRS, st.sampled_from((4, 8)), st.booleans())
def test_the_one_convolution_computes_what_both_do(pair, filters, mixed):
    one, other = pair
    shuffle = "shuffle 2\n" if mixed else ""
    network = read(f"axes CxHxW\nINPUT: 4x11x12\n{line(one, 4)}\n{shuffle}{line(other, filters)}")
    assume(network.complete)
    found = merged(next(behind(network.nodes[-1], Study(network).readers)), network.order)
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
    pairs = behind(network.nodes[-1], Study(network).readers)
    assert [merged(pair, network.order) for pair in pairs] in ([], [None])
    kernel = tuple(a + b - 1 for a, b in zip(reach(pieces[0]), reach(pieces[1]), strict=True))
    assert left_over(pieces, (4, 4), kernel, 1) > 1e-2


# bias-before-batchnorm


def test_a_bias_before_a_norm_is_told_with_what_its_fix_saves():
    text = "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 bn relu"
    message = "CONV1: bn takes the mean of each channel off, and with it what the 64 biases add"
    hint = "write nobias on the line, which saves 64 parameters"
    assert told(text) == [("ARC102", (2, 8), message, hint)]
    assert repaired(text) == ("INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 nobias bn relu", ["ARC102"], [])


def test_the_layers_of_a_range_are_told_together():
    text = "INPUT: 32x32x3\nafter conv: bn relu\nCONV1..3: 1 3x3 pad 1"
    message = "CONV1: bn takes the mean of each channel off, and with it what the 1 bias adds"
    hint = "write nobias on the line, which saves 3 parameters in 3 layers"
    assert told(text) == [("ARC102", (3, 11), message, hint)]
    assert repaired(text)[0] == "INPUT: 32x32x3\nafter conv: bn relu\nCONV1..3: 1 3x3 pad 1 nobias"


BIASED = {
    "INPUT: 8x8x4\nA: conv 4 3x3 from INPUT bn": "INPUT: 8x8x4\nA: conv 4 3x3 from INPUT nobias bn",
    "INPUT: 8x8x4\nB from INPUT: conv 4 3x3 bn => 6x6x4": "INPUT: 8x8x4\nB from INPUT: conv 4 3x3 nobias bn => 6x6x4",
    "INPUT: 8x8x4\nconv 4 3x3, instancenorm # a remark": "INPUT: 8x8x4\nconv 4 3x3, nobias instancenorm # a remark",
    "INPUT: 8x8x4\nconv 4 \\\n  3x3 \\\n  bn": "INPUT: 8x8x4\nconv 4 \\\n  3x3 nobias \\\n  bn",
    "INPUT: 8x8x4\nfc 4\nrepeat 2\n  fc 4 bn": "INPUT: 8x8x4\nfc 4\nrepeat 2\n  fc 4 nobias bn",
    "block b(c, act)\n  conv c 1x1 bn act\nINPUT: 8x8x4\nb 4 act=relu\nb 8 act=tanh": (
        "block b(c, act)\n  conv c 1x1 nobias bn act\nINPUT: 8x8x4\nb 4 act=relu\nb 8 act=tanh"
    ),
    "INPUT: 8x8x4\nA: conv 4 3x3 pad 1 bn\nrelu\nshare A": "INPUT: 8x8x4\nA: conv 4 3x3 pad 1 nobias bn\nrelu\nshare A",
}


@pytest.mark.parametrize(("text", "mended"), BIASED.items())
def test_the_fix_of_a_bias_stands_where_options_do(text, mended):
    assert repaired(text)[0] == mended
    before, after = read(text), read(mended)
    assert after.complete
    assert after.params < before.params
    assert after.macs == before.macs


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("INPUT: 8x8x4\nbias\nbn", "bias1"),
        ("INPUT: 8x8x4\nconv 4 1x1 nobias\nbn\nbn", "bn1"),
    ],
)
def test_a_bias_that_is_a_layer_is_told_without_a_fix(text, name):
    ((code, _, _, hint),) = told(text)
    assert (code, hint) == ("ARC102", f"leave {name} out")
    assert repaired(text)[0] == text


def test_a_line_whose_other_layers_need_their_bias_is_not_changed():
    text = "block b(n)\n  conv 4 1x1\n  if n\n    bn\n  else\n    relu\nINPUT: 8x8x4\nb 0\nb 1"
    assert [(place, hint) for _, place, _, hint in told(text)] == [((2, 3), "leave the bias out where bn follows")]
    assert repaired(text)[0] == text


@pytest.mark.parametrize(
    "text",
    [
        "INPUT: 8x8x4\nA: conv 4 1x1\nB: bn\nC: relu from A\nadd from B, C",
        "INPUT: 8x8x4\nA: conv 4 1x1\nrelu\nshare A\nbn",
        "INPUT: 8x8x4\nA: conv 4 1x1\nbn\nshare A",
        "INPUT: 8x8x4\nA: conv 4 1x1 dropout bn",
        "INPUT: 8x8x4\nsubsample 2\nbn",
        "INPUT: 8x8x4\nA: conv 4 1x1 gn 4",
        "INPUT: 8x8x4\nA: conv 4 1x1 ln",
        "INPUT: 8x8x4\nadd\n  - conv 8 3x3 stride 2 pad 1 nobias\n  - shortcut",
    ],
)
def test_a_bias_that_counts_is_not_told(text):
    assert quiet(text)


# repeated-activation

TWICE = [
    (
        "INPUT: 8x8x3\nCONV1: 4 3x3 relu relu",
        (2, 19),
        "CONV1.relu2: CONV1.relu puts out numbers from 0 up, which relu hands on as they are",
        "leave CONV1.relu2 out, or put the layer that is missing between the two",
    ),
    (
        "INPUT: 8x8x3\nCONV1: 4 3x3 relu6 dropout\nflatten\nB: prelu",
        (4, 4),
        "B: CONV1.relu6 puts out numbers from 0 to 6, and prelu hands those from 0 up on as they are",
        "leave B out, or put the layer that is missing between the two",
    ),
    (
        "INPUT: 8x8x3\nCONV1: 4 3x3 sigmoid\nPOOL1: avg 2 pad 1\nB: relu",
        (4, 4),
        "B: CONV1.sigmoid puts out numbers from 0 to 1, and relu hands those from 0 up on as they are",
        "leave B out, or put the layer that is missing between the two",
    ),
    (
        "INPUT: 10\nA: fc 5 tanh tanh",
        (2, 14),
        "A.tanh2: A.tanh has put these numbers through tanh already",
        "leave A.tanh2 out, or put the layer that is missing between the two",
    ),
    (
        "INPUT: 10\nA: fc 5 relu softmax",
        (2, 14),
        "A.softmax: A.relu has cut off all numbers below 0, which softmax is for as well",
        "leave A.relu out, or put the layer that is missing between the two",
    ),
    (
        "INPUT: 10\nA: fc 5 hardsigmoid abs",
        (2, 21),
        "A.abs: A.hardsigmoid puts out numbers from 0 to 1, and abs hands those from 0 up on as they are",
        "leave A.abs out, or put the layer that is missing between the two",
    ),
]


@pytest.mark.parametrize(("text", "place", "message", "hint"), TWICE)
def test_repeated_activations_are_told(text, place, message, hint):
    assert told(text) == [("ARC103", place, message, hint)]


REPEATED = {
    "INPUT: 8x8x3\nCONV1: 4 3x3 relu relu": "INPUT: 8x8x3\nCONV1: 4 3x3 relu",
    "INPUT: 8x8x3\nCONV1: 4 3x3 relu, relu => 6x6x4": "INPUT: 8x8x3\nCONV1: 4 3x3 relu => 6x6x4",
    "INPUT: 8x8x3\nA: conv 4 3x3 relu relu from INPUT": "INPUT: 8x8x3\nA: conv 4 3x3 relu from INPUT",
    "INPUT: 8x8x3\nA: conv 4 3x3 relu leaky 0.1 dropout 0.3": "INPUT: 8x8x3\nA: conv 4 3x3 relu dropout 0.3",
    "INPUT: 8x8x3\nA1..3: conv 3 3x3 pad 1 relu relu relu # why": "INPUT: 8x8x3\nA1..3: conv 3 3x3 pad 1 relu # why",
}


@pytest.mark.parametrize(("text", "mended"), REPEATED.items())
def test_the_fix_of_a_repeated_activation_takes_it_out(text, mended):
    assert repaired(text)[0] == mended
    assert read(mended).params == read(text).params


@pytest.mark.parametrize(
    "text",
    [
        "INPUT: 8x8x3\nA: conv 4 3x3 relu\nB: relu",
        "INPUT: 8x8x3\nafter conv: relu relu\nA: conv 4 3x3",
        "INPUT: 8x8x3\nA: conv 4 3x3 relu leaky from INPUT 0.1",
        "INPUT: 8x8x3\nA: conv 4 3x3 relu\nB: lppool 2\nC: relu\nrelu",
    ],
)
def test_an_activation_elsewhere_is_told_and_left(text):
    assert [code for code, *_ in told(text)] == ["ARC103"]
    assert repaired(text)[0] == text


# softmax-before-cross-entropy


def test_what_the_loss_applies_itself_is_told():
    text = "train: batch 8, loss Cross-Entropy, lr 1\nINPUT: 784\nFC1: 100 relu\nFC2: 10 softmax dropout"
    message = "FC2.softmax: the recipe's loss Cross-Entropy applies softmax itself, so that it is applied twice"
    hint = "leave FC2.softmax out: the loss reads the 10 numbers of FC2"
    assert told(text) == [("ARC104", (4, 9), message, hint)]
    text = "train: loss=bce_with_logits\nINPUT: 784\nFC1: 100 relu\nFC2: 1\nOUT: sigmoid"
    message = "OUT: the recipe's loss bce_with_logits applies sigmoid itself, so that it is applied twice"
    assert told(text) == [("ARC104", (5, 6), message, "leave OUT out: the loss reads the 1 number of FC2")]


@pytest.mark.parametrize(
    ("recipe", "twice"),
    [
        ("loss cross_entropy", True),
        ("loss crossentropy, lr 1", True),
        ("lr 1, LOSS = CrossEntropy", True),
        ("loss: cross entropy lr 1", True),
        ("loss nll", False),
        ("loss sparse_categorical_crossentropy", False),
        ("lossless cross_entropy", False),
        ("cross_entropy", False),
        ("lr 1", False),
    ],
)
def test_losses_are_read_however_they_are_written(recipe, twice):
    assert quiet(f"train: {recipe}\nINPUT: 9\nfc 3 softmax") != twice


def test_several_outputs_and_heads_are_told_each():
    text = "train: loss cross_entropy\nINPUT: 9\nA: fc 3 softmax\nB: fc 3 softmax from INPUT\noutput from A, B"
    assert [place for _, place, *_ in told(text)] == [(3, 9), (4, 9)]


# activation-on-output


def test_scores_that_are_cut_off_are_told():
    text = "INPUT: 784\nFC1: 100 relu\nFC2: 10 relu dropout"
    message = "FC2.relu: the network gives what FC2 puts out, 10 numbers, cut off below 0 by relu"
    hint = "leave FC2.relu out: the loss reads the numbers as they are"
    assert told(text) == [("ARC105", (3, 9), message, hint)]
    text = "after fc: relu\nINPUT: 9x9x4\nconv 4 3x3 relu\nFC2: 1"
    message = "FC2.relu: the network gives what FC2 puts out, 1 number, cut off below 0 by relu"
    hint = "write plain on the line of FC2: the loss reads the numbers as they are"
    assert told(text) == [("ARC105", (4, 6), message, hint)]


@pytest.mark.parametrize(
    "text",
    [
        "INPUT: 784\nFC1: 100 relu\nFC2: 10 leaky",
        "INPUT: 784\nFC1: 100 relu\nFC2: 10 softplus",
        "INPUT: 784\nFC1: 100 relu\nFC2: 10 tanh",
        "INPUT: 8x8x3\nadd relu\n  - conv 3 1x1\n  - identity",
        "INPUT: 8x8x3\nconv 10 1x1 relu\ngap\nflatten",
        "INPUT: 784\nrelu",
        "INPUT: 784\nA: fc 8 relu\nB: fc 8 relu\nC: add from A, B\nD: fc 3\noutput from A, D",
        "INPUT: 784\nA: fc 8 relu\nB: dropout\nC: fc 8\noutput from B, C",
    ],
)
def test_features_and_other_activations_are_not_told(text):
    assert quiet(text)


# unused-layer


def test_what_nothing_reads_is_told_with_what_hangs_on_it():
    text = "INPUT: 9x9x4\nA: conv 4 1x1\nS: conv 2 1x1 relu\nT: conv 3 3x3 bn relu => 7x7x3\nB: relu from A"
    message = "T.relu: no layer reads it, and it is no output: 5 layers with 73 parameters and 3,294 MACs for nothing"
    hint = "leave it out, let a layer read it, or give it as well: output from T, ..."
    assert told(text, choice(["ARC106"])) == [("ARC106", (4, 18), message, hint)]
    text = "a: input 9x9x4\nb: input 9x9x4\nconv 4 1x1 from a"
    assert told(text) == [("ARC106", (2, 1), "b: no layer reads this input", "leave it out, or let a layer read it")]


def test_two_ends_are_told_each_without_what_both_hang_on():
    text = "INPUT: 9\nA: fc 4 relu\nB: fc 3\nC: fc 2 from A\nD: fc 1 from INPUT"
    tail = "with 15 parameters and 12 MACs for nothing"
    assert [message for _, _, message, _ in told(text)] == [
        f"B: no layer reads it, and it is no output: 1 layer {tail}",
        "C: no layer reads it, and it is no output: 1 layer with 10 parameters and 8 MACs for nothing",
    ]


def test_the_layers_of_a_block_that_nothing_reads_are_told_once():
    text = "block b\n  A: conv 4 1x1\n  B: conv 4 1x1 relu from A\n  C: relu from A\nINPUT: 9x9x4\nb\nb"
    (finding,) = findings(read(text), choice(["ARC106"]))
    assert (finding.line, finding.times, finding.message[-11:]) == (3, 1, "in 2 places")


@pytest.mark.parametrize(
    "text",
    [
        "INPUT: 9x9x4\nA: conv 4 3x3 strde 2\nB: conv 4 1x1\nC: relu from INPUT",
        "INPUT: 9x9x4\nA: conv 40 30x30\nB: conv 4 1x1 from INPUT\nC: relu from INPUT",
        "INPUT: 9x9x4\nA: conv 4 1x1\nrelu\nh from A: aux\n  fc 3\nfc 2",
    ],
)
def test_behind_an_error_and_in_heads_nothing_is_unused(text):
    assert "ARC106" not in [f.code.code for f in findings(read(text), SURE)]


@pytest.mark.parametrize(
    "text",
    [
        "FC1: 100 relu\nFC2: 10 strde",
        "train: loss cross_entropy\nFC1: 100 softmax\nFC2: 10 strde",
        "FC1: 100\nFC2: 100 relu\nFC3: konv 3\nadd from FC1, FC2",
        "A: fc 100\nB: bn\nC: konv 3\nadd from B, A",
        "A: fc 100\nB: fc 100\nC: konv 3\nadd from B, A",
    ],
)
def test_behind_an_error_it_is_not_known_who_reads_a_layer(text):
    codes = [f.code.code for f in findings(read(f"INPUT: 10\n{text}"), SURE)]
    assert codes
    assert not [code for code in codes if code.startswith("ARC")]


# misaligned-branches

ASKEW = [
    (
        "INPUT: 9x9x4\nA: conv 4 5x5 pad 0:4x2\nB: conv 4 3x3 pad 1 from INPUT\nconcat from A, B",
        "concat1: each cell of B looks 2 pixels further to the left than the same cell of A",
    ),
    (
        "axes CxHxW\nINPUT: 4x9x9\nA: conv 4 5x5 pad 0:4x2\nB: conv 4 3x3 pad 1 from INPUT\nconcat from A, B",
        "concat1: each cell of B looks 2 pixels further up than the same cell of A",
    ),
    (
        "INPUT: 44x44x1\nDOWN: conv 8 5x5\nconv 8 6x5\nUP: concat\n  - from DOWN; crop 0:5x4:0\n  - identity",
        "UP: each cell of identity1 looks 2.5 pixels further to the right than the same cell of crop1",
    ),
    (
        "INPUT: 44x44x1\nDOWN: conv 8 5x5\nconv 8 5x5\nUP: concat\n  - from DOWN; crop 0:4\n  - identity",
        "UP: each cell of identity1 looks 2 pixels further to the right and 2 pixels further down than the same cell "
        "of crop1",
    ),
    (
        "INPUT: 60x4\nA: conv 4 9 pad 0:8\nB: conv 4 3 pad 1 from INPUT\nadd from A, B",
        "add1: each cell of B looks 4 pixels further towards the start than the same cell of A",
    ),
    (
        "INPUT: 9x9x9x4\nA: conv 4 3 pad 1\nB: conv 4 5x5x5 pad 2x2x0:4 from INPUT\nadd from A, B",
        "add1: each cell of B looks 2 pixels further to the back than the same cell of A",
    ),
]


@pytest.mark.parametrize(("text", "message"), ASKEW)
def test_branches_that_look_at_different_places_are_told(text, message):
    hint = "pad or crop both branches alike at the start and the end of the axis"
    assert [(code, said, what) for code, _, said, what in told(text, choice(["ARC107"]))] == [("ARC107", message, hint)]


def test_branches_that_step_differently_are_told():
    text = "INPUT: 32x32x16\nJOIN: add\n  - conv 16 3x3 stride 2 pad 1\n  - conv 16 17x17"
    message = "JOIN: the cells of conv1 lie 2 pixels of the input apart on the width and height, those of conv2 1 pixel"
    hint = "give both branches the same product of strides, 2 pixels or 1 pixel"
    assert told(text, choice(["ARC107"])) == [("ARC107", (2, 7), message, hint)]


@pytest.mark.parametrize(
    "text",
    [
        "INPUT: 32x32x4\nadd\n  - conv 4 3x3 stride 2 pad 1\n  - avgpool 2 stride 2; conv 4 1x1",
        "INPUT: 32x32x4\nadd\n  - conv 4 3x3 stride 2 pad same\n  - conv 4 1x1 stride 2",
        "INPUT: 32x32x4\nadd\n  - conv 4 4x4 pad same\n  - identity",
        "INPUT: 99x4\nadd\n  - conv 4 2 dilation 8 pad 8:0\n  - identity",
        "INPUT: 32x32x4\nadd\n  - deconv 4 4x4 stride 2 pad 1\n  - upsample 2",
        "INPUT: 32x32x4\nadd\n  - conv 4 3x3 stride 2 pad 1; deconv 4 2x2 stride 2\n  - identity",
        "INPUT: 32x32x4\nadd\n  - adaptive avgpool 8\n  - conv 4 3x3 stride 4 pad 1",
        "INPUT: 5x5x4\nconcat\n  - conv 4 5x5\n  - conv 4 4x4 pad 1:0; maxpool 2 stride 2; gap",
    ],
)
def test_small_drifts_and_means_are_not_told(text):
    assert "ARC107" not in [code for code, *_ in told(text)]


# Networks that are right

RIGHT = {
    "lenet": """
INPUT: 32x32x1
conv 6 5x5 tanh
subsample 2 tanh
conv 16 5x5 tanh
subsample 2 tanh
fc 120 tanh
fc 10""",
    "alexnet-like": """
INPUT: 227x227x3
CONV1: 96 11x11 stride 4 relu lrn
POOL1: 3x3 stride 2
CONV2: 256 5x5 pad 2 groups 2 relu
POOL2: 3x3 stride 2
FC6: 4096 relu dropout
FC7: 4096 relu dropout
FC8: 1000
train: sgd, loss cross_entropy""",
    "svd-factors": "INPUT: 6x6x256\nFC6a: 128 nobias\nFC6b: 4096 relu\nFC7: 10",
    "mlp-probabilities": "INPUT: 784\nfc 64 relu\nfc 10 softmax\ntrain: adam, loss nll",
    "resnet": """
block basic(c, s=1)
  add relu
    - conv c 3x3 stride s pad 1 nobias bn relu
      conv c 3x3 pad 1 nobias bn
    - shortcut
INPUT: 32x32x3
conv 16 3x3 pad 1 nobias bn relu
basic 16
basic 32 s=2
gap
fc 10""",
    "resnet-preactivation": """
block pre(c, s=1)
  bn relu
  add
    - conv c 3x3 stride s pad 1 nobias bn relu
      conv c 3x3 pad 1
    - conv c 1x1 stride s
INPUT: 32x32x3
conv 16 3x3 pad 1 nobias
pre 16
pre 32 s=2
bn relu
gap
fc 10""",
    "resnet-d": """
INPUT: 56x56x64
add relu
  - conv 64 1x1 nobias bn relu
    conv 64 3x3 stride 2 pad 1 nobias bn relu
    conv 256 1x1 nobias bn
  - avgpool 2 stride 2
    conv 256 1x1 nobias bn""",
    "bottleneck": """
INPUT: 56x56x256
add relu
  - conv 64 1x1 nobias bn relu
    conv 64 3x3 pad 1 nobias bn relu
    conv 256 1x1 nobias bn
  - identity""",
    "densenet": """
INPUT: 32x32x24
repeat 3
  concat
    - identity
    - bn relu
      conv 48 1x1 nobias bn relu
      conv 12 3x3 pad 1 nobias
bn relu
conv 30 1x1 nobias
avgpool 2
bn relu
gap
fc 10""",
    "squeeze-and-excitation": """
INPUT: 56x56x64
conv 64 3x3 pad 1 nobias bn relu
scale
  - identity
  - gap
    fc 4 relu
    fc 64 sigmoid
gap
fc 10""",
    "inverted-residual": """
block mb(t, c, k, s=1)
  add
    - conv t*C 1x1 nobias bn relu6
      conv depthwise k stride s pad k//2 nobias bn relu6
      conv c 1x1 nobias bn
    - shortcut none
INPUT: 56x56x24
mb 6 24 3
mb 6 40 5 s=2
mb 6 40 5
conv 320 1x1 nobias bn relu6
gap
dropout 0.2
fc 10""",
    "separable": "INPUT: 32x32x64\nconv depthwise 3x3 pad 1 nobias\nconv 128 1x1 nobias bn relu\ngap\nfc 10",
    "shuffle": """
INPUT: 28x28x48
add relu
  - conv 12 1x1 groups 3 nobias bn relu
    shuffle 3
    conv depthwise 3x3 pad 1 nobias bn
    conv 48 1x1 groups 3 nobias bn
  - identity""",
    "inception": """
INPUT: 28x28x192
concat
  - conv 64 1x1 relu
  - conv 96 1x1 relu; conv 128 3x3 pad 1 relu
  - conv 16 1x1 relu; conv 32 5x5 pad 2 relu
  - maxpool 3x3 stride 1 pad 1; conv 32 1x1 relu""",
    "inception-reduction": """
INPUT: 35x35x288
concat
  - conv 384 3x3 stride 2 relu
  - conv 64 1x1 relu; conv 96 3x3 pad 1 relu; conv 96 3x3 stride 2 relu
  - maxpool 3x3 stride 2""",
    "factorized-kernels": """
INPUT: 17x17x128
conv 128 7x1 pad 3x0 nobias
conv 192 1x7 pad 0x3 nobias bn relu
gap
fc 10""",
    "tensorflow-same": """
INPUT: 64x64x32
add
  - conv 64 3x3 pad same nobias bn relu
    conv 64 3x3 pad same nobias bn
    maxpool 3x3 stride 2 pad same
  - conv 64 1x1 stride 2 pad same nobias bn""",
    "vgg-deconvolved": """
INPUT: 64x64x3
conv 16 3x3 pad 1 relu
maxpool 2
conv 16 3x3 pad 1 relu
deconv 8 4x4 stride 2 pad 1 relu
conv 1 1x1 sigmoid""",
    "unet": """
INPUT: 188x188x1
conv 8 3x3 relu
D1: conv 8 3x3 relu
maxpool 2
conv 16 3x3 relu
conv 16 3x3 relu
UP1: deconv 8 2x2 stride 2
concat
  - from D1; crop to UP1
  - from UP1
conv 8 3x3 relu
conv 8 3x3 relu
conv 2 1x1""",
    "fpn": """
INPUT: 64x64x3
C1: conv 16 3x3 stride 2 pad 1 relu
C2: conv 32 3x3 stride 2 pad 1 relu
C3: conv 64 3x3 stride 2 pad 1 relu
P3: conv 16 1x1
UP: upsample 2
L2: conv 16 1x1 from C2
P2: add from UP, L2
OUT2: conv 16 3x3 pad 1
output from P3, OUT2""",
    "siamese": """
left: input 32x32x1
right: input 32x32x1
arm from left:
  conv 8 3x3 relu
  maxpool 2
  fc 16 sigmoid
twin from right: share arm
JOIN: concat from arm, twin
fc 1 sigmoid""",
    "autoencoder": "INPUT: 784\nfc 128 relu\nCODE: fc 32\nrelu\nfc 128 relu\nfc 784 sigmoid\ntrain: adam, loss bce",
    "linear-autoencoder": "INPUT: 784\nCODE: fc 32\nfc 784",
    "gan-generator": """
INPUT: 100
fc 4096 nobias
reshape 4x4x256
bn relu
deconv 128 4x4 stride 2 pad 1 nobias bn relu
deconv 3 4x4 stride 2 pad 1 tanh""",
    "gan-discriminator": """
INPUT: 64x64x3
conv 64 4x4 stride 2 pad 1 leaky 0.2
conv 128 4x4 stride 2 pad 1 nobias bn leaky 0.2
fc 1 sigmoid
train: adam, loss bce""",
    "text": """
INPUT: 64 tokens
EMB: embed 50 vocab 1000
concat
  - conv 100 3 relu; global maxpool
  - conv 100 4 relu; global maxpool
  - conv 100 5 relu; global maxpool
dropout
fc 2""",
    "wavenet": """
INPUT: 1600x32
block gated(d)
  add
    - scale
        - conv 32 2 dilation d pad d:0 tanh
        - conv 32 2 dilation d pad d:0 sigmoid
      conv 32 1
    - identity
gated 1
gated 2
gated 4
relu
conv 256 1""",
    "keyword-spotting": """
INPUT: 16000x1
conv 8 80 stride 4 nobias bn relu
maxpool 4
conv 16 3 nobias bn relu
gap
fc 35""",
    "volumes": """
INPUT: 32x32x16x1
conv 8 3x3x3 pad 1 nobias bn relu
maxpool 2
add relu
  - conv 8 3x1x1 pad 1x0x0 relu
    conv 8 1x3x3 pad 0x1x1
  - identity
gap
fc 5""",
    "jarrett": "INPUT: 32x32x1\nconv 8 5x5 tanh abs\navgpool 2\nconv 16 5x5 tanh abs\navgpool 2\nfc 10",
    "network-in-network": """
INPUT: 32x32x3
conv 96 5x5 relu
conv 96 1x1 relu
conv 10 1x1 relu
gap
train: loss cross_entropy""",
    "highway": """
INPUT: 64
T: fc 64 sigmoid
H: fc 64 relu from INPUT
add
  - scale from T, H
  - from INPUT
fc 10""",
    "two-heads": """
INPUT: 19x19x17
tower:
  conv 32 3x3 pad 1 nobias bn relu
policy from tower:
  conv 2 1x1 nobias bn relu
  fc 362
value from tower:
  conv 1 1x1 nobias bn relu
  fc 64 relu
  fc 1 tanh
output from policy, value""",
    "auxiliary": """
INPUT: 32x32x3
A: conv 16 3x3 stride 2 pad 1 relu
h from A: aux weight 0.3
  avgpool 4
  conv 8 1x1 relu
  fc 64 relu dropout
  fc 10
conv 32 3x3 pad 1 relu
gap
fc 10
train: sgd, loss cross_entropy""",
    "transfer": "INPUT: 32x32x3\nconv 16 3x3 frozen\nconv 16 1x1 relu\ngap\nfc 10 frozen\nfc 2",
    "blurred": """
INPUT: 32x32x16
conv 16 3x3 pad 1 relu
conv depthwise 3x3 stride 2 pad 1 nobias frozen
conv 32 1x1 relu""",
    "convnext": """
INPUT: 56x56x96
add
  - conv depthwise 7x7 pad 3 ln
    conv 384 1x1 gelu
    conv 96 1x1 layerscale droppath 0.1
  - identity
gap
ln
fc 10""",
    "mixer-of-scales": """
INPUT: 32x32x8
concat
  - conv 8 3x3 pad 1 relu
  - conv 8 3x3 dilation 2 pad 2 relu
  - conv 8 3x3 dilation 4 pad 4 relu
conv 8 1x1 relu
conv 1 1x1 sigmoid""",
    "regression": "INPUT: 200x66x3\nconv 24 5x5 stride 2 relu\nfc 50 relu\nfc 1\ntrain: loss mse",
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_network_that_is_right_is_not_told_otherwise(name):
    assert told(RIGHT[name].strip()) == []


def test_what_an_after_line_puts_on_the_output_is_told_where_it_can_be_left_out():
    text = "INPUT: 64\nafter fc: relu dropout\nfc 32\nfc 10"
    message = "fc2.relu: the network gives what fc2 puts out, 10 numbers, cut off below 0 by relu"
    hint = "write plain on the line of fc2: the loss reads the numbers as they are"
    assert told(text) == [("ARC105", (4, 1), message, hint)]
    assert told(f"{text} plain") == []


def test_a_line_of_a_block_that_is_unused_in_every_call_is_told_with_all_that_it_costs():
    block = "block t(c)\n  conv c 3x3 pad 1 relu\n  side: conv c 1x1 from conv1\n  conv c 3x3 pad 1 relu from conv1\n"
    text = f"INPUT: 8x8x16\n{block}s0..3: t 16\nfc 10"
    cost = "4 layers with 1,088 parameters and 65,536 MACs for nothing, in 4 places"
    message = f"s0.side: no layer reads it, and it is no output: {cost}"
    assert told(text) == [("ARC106", (4, 9), message, "leave it out, or let a layer read it")]


def test_a_slide_that_leaves_out_activations_is_complete_enough():
    slide = "[8x8x3] INPUT\n[6x6x8] CONV1: 8 3x3\n[64] FC2: 64\n[10] FC3: 10"
    assert told(slide) == told(f"{slide} softmax") == []
    assert [code for code, *_ in told(slide.replace("FC2: 64", "FC2: 64 relu"))] == ["ARC101"]
