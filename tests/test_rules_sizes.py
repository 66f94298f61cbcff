"""Rules of kernels, channels, parameters and fields (ARC108 to ARC112): every message, every number worked out anew."""

import os
import re
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import loads
from cnncalc.api import analyse
from cnncalc.lint import engine, registry
from cnncalc.lint.choice import choice

SPECS = Path(__file__).parent.parent / "specs"
COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}


def found(code: str, text: str):
    """The findings of one code in a spec."""
    every = engine.findings(analyse(text, "net", "net.spec"), choice([code]))
    return [finding for finding in every if finding.code == code]


def told(code: str, text: str) -> list[tuple[str, str, int]]:
    """What is said, what to do, and on which line."""
    return [(finding.message, finding.hint, finding.line) for finding in found(code, text)]


def numbers(text: str) -> list[int]:
    """The counts of a sentence: its whole numbers, without those in names, extents and percents."""
    return [
        int(word.replace(",", "")) for word in re.findall(r"(?<![\w,])\d[\d,]*(?![\w,%])", text.replace(", ", " ; "))
    ]


def row(text: str, name: str) -> int:
    """The number of the line that begins with a name."""
    return 1 + next(at for at, line in enumerate(text.splitlines()) if line.startswith(name))


# stackable-kernel

STACKABLE = {
    "INPUT: 28x28x192\nCONV1: 192 7x7 pad 3 relu": (
        "CONV1: a 7x7 on 192 channels has 1,806,528 parameters, three 3x3 have 995,904",
        "write three 3x3 of 192 filters, pad 1 each, a nonlinearity behind each",
    ),
    "INPUT: 28x28x192\nCONV1: 32 5x5 pad 2 nobias": (
        "CONV1: a 5x5 on 192 channels has 153,600 parameters, two 3x3 have 64,512",
        "write two 3x3 of 32 filters, pad 1 each, a nonlinearity behind each",
    ),
    "INPUT: 28x28x64\nCONV1: 64 7x7": (
        "CONV1: a 7x7 on 64 channels has 200,768 parameters, three 3x3 have 110,784",
        "write three 3x3 of 64 filters, a nonlinearity behind each",
    ),
    "INPUT: 28x28x64\nCONV1: 64 5x5 pad 1": (
        "CONV1: a 5x5 on 64 channels has 102,464 parameters, two 3x3 have 73,856",
        "write two 3x3 of 64 filters, pads 0 and 1, a nonlinearity behind each",
    ),
    "INPUT: 28x28x64\nCONV1: 64 13x13 pad full": (
        "CONV1: a 13x13 on 64 channels has 692,288 parameters, six 3x3 have 221,568",
        "write six 3x3 of 64 filters, pads 7, 1, 1, 1, 1 and 1, a nonlinearity behind each",
    ),
    "INPUT: 28x28x24\nCONV1: 36 5x5 pad 2": (
        "CONV1: a 5x5 on 24 channels has 21,636 parameters, two 3x3 have 19,512",
        "write two 3x3 of 36 filters, pad 1 each, a nonlinearity behind each",
    ),
    "INPUT: 28x20x64\nCONV1: 64 5x5 pad 2x1": (
        "CONV1: a 5x5 on 64 channels has 102,464 parameters, two 3x3 have 73,856",
        "write two 3x3 of 64 filters, pads that give 28x18, a nonlinearity behind each",
    ),
    "axes CxDxHxW\nINPUT: 16x8x28x20\nCONV1: 16 1x5x5": (
        "CONV1: a 1x5x5 on 16 channels has 6,416 parameters, two 1x3x3 have 4,640",
        "write two 1x3x3 of 16 filters, a nonlinearity behind each",
    ),
}


@pytest.mark.parametrize("text", STACKABLE)
def test_stackable_kernels_are_told_whole(text):
    assert told("ARC108", text) == [(*STACKABLE[text], row(text, "CONV1"))]


def stack(hint: str, kernel: int) -> list[str]:
    """The layers that the hint describes."""
    word, filters = re.match(r"write (\S+) 3x3 of ([\d,]+) filters?", hint).groups()
    count = COUNTS[word]
    assert count == (kernel - 1) // 2
    each = re.search(r"pads? ([\d, and]*\d)", hint)
    pads = [int(n) for n in re.findall(r"\d+", each[1])] if each else [0]
    pads = pads * count if len(pads) == 1 else pads
    return [f"conv {filters} 3x3 pad {pad}" for pad in pads]


@given(
    st.integers(1, 40), st.integers(1, 40), st.integers(2, 6), st.integers(1, 3), st.integers(0, 9), st.booleans()
)  # fmt: skip
def test_the_stack_of_the_hint_is_as_large_as_told_and_gives_the_same_map(c, k, half, stride, pad, biased):
    kernel, tail = 2 * half + 1, "" if biased else " nobias"
    text = f"INPUT: 29x31x{c}\nCONV: {k} {kernel}x{kernel} stride {stride} pad {pad}{tail}"
    one = loads(text)
    least = 9 * (c * k + (half - 1) * k * k) + half * k * biased
    findings = found("ARC108", text)
    assert bool(findings) == (least < one.params and stride == 1 and 8 * k >= c)
    if findings:
        rows = [row + tail for row in stack(findings[0].hint, kernel)]
        many = loads("\n".join([f"INPUT: 29x31x{c}", *rows]))
        assert many.outputs[0].output == one.outputs[0].output
        assert numbers(findings[0].message) == [c, one.params, many.params]
        # the stack sees as much: 3 + 2*(layers - 1)
        assert (half, many.params) == (len(many.nodes), least)
        assert many.to_dict()["layers"][-1]["receptive_field"]["size"] == [kernel, kernel]


@pytest.mark.parametrize(
    "text",
    [
        "INPUT: 28x28x64\nCONV: 64 6x6",
        "INPUT: 28x28x64\nCONV: 64 5x7",
        "INPUT: 28x28x64\nCONV: 64 1x7",
        "INPUT: 28x28x64\nCONV: 64 3x3",
        "INPUT: 100x64\nCONV: 16 7",
        "INPUT: 28x28x64\nCONV: 64 5x5 dilation 2",
        "INPUT: 28x28x64\nCONV: 64 5x5 groups 2",
        "INPUT: 28x28x64\nCONV: 64 5x5 stride 2",
        "INPUT: 28x28x64\nCONV: 64 5x5 stride 2 pad 2",
        "INPUT: 28x28x64\nCONV: 7 5x5 pad 2",
        "INPUT: 4x28x64\nCONV: 64 5x5 pad 2",
        "INPUT: 28x28x64\nCONV: 64 5x5 frozen",
        "INPUT: 28x28x64\ndeconv 64 5x5",
        "INPUT: 28x28x64\navgpool 5x5",
        "INPUT: 28x28x64\nsubsample 5x5",
        "INPUT: 28x28x3\nCONV: 64 7x7",
        # 25*9*16 = 9*9*16 + 9*16*16 = 3,600
        "INPUT: 28x28x9\nCONV: 16 5x5 nobias",
    ],
)
def test_what_no_stack_replaces_is_not_told(text):
    assert told("ARC108", text) == []


def test_a_shared_kernel_is_told_where_it_is_written():
    text = "INPUT: 28x28x64\nA: conv 64 5x5 pad 2\nB: share A\nfc 10"
    assert [line for _, _, line in told("ARC108", text)] == [2]


# missing-bottleneck

BOTTLENECK = {
    "INPUT: 28x28x192\nCONV1: 32 5x5 pad 2": (
        "CONV1: a 5x5 on 192 channels costs 153,632 parameters and 120,422,400 MACs; a 1x1 to 48 channels before it "
        "makes that 47,696 and 37,330,944",
        "write a 1x1 of 48 filters before it",
    ),
    "INPUT: 7x7x512\nFC6: conv 4096 7x7 nobias": (
        "FC6: a 7x7 on 512 channels costs 102,760,448 parameters and 102,760,448 MACs; a 1x1 to 128 channels before "
        "it makes that 25,755,648 and 28,901,376",
        "write a 1x1 of 128 filters before it",
    ),
    "INPUT: 16000x64\nCONV1: 64 25": (
        "CONV1: a 25 on 64 channels costs 102,464 parameters and 1,635,942,400 MACs; a 1x1 to 16 channels before it "
        "makes that 26,704 and 425,369,600",
        "write a 1x1 of 16 filters before it",
    ),
    "axes HxWxC\nINPUT: 30x40x65\nCONV1: 8 5x7 stride 2": (
        "CONV1: a 5x7 on 65 channels costs 18,208 parameters and 4,022,200 MACs; a 1x1 to 16 channels before it "
        "makes that 5,544 and 2,238,080",
        "write a 1x1 of 16 filters before it",
    ),
}


@pytest.mark.parametrize("text", BOTTLENECK)
def test_missing_bottlenecks_are_told_whole(text):
    assert told("ARC109", text) == [(*BOTTLENECK[text], len(text.splitlines()))]


@pytest.mark.parametrize("text", BOTTLENECK)
def test_a_bottleneck_costs_what_is_told(text):
    message, hint, _ = told("ARC109", text)[0]
    *above, line = text.splitlines()
    (few,) = numbers(hint)
    reduced = "\n".join([*above, f"REDUCE: conv {few} 1{' nobias' if 'nobias' in text else ''}", line])
    one, two = loads(text), loads(reduced)
    assert few == one.nodes[0].shapes[0].channels // 4
    assert numbers(message)[-5:] == [one.params, one.macs, few, two.params, two.macs]
    assert told("ARC109", reduced) == []


@pytest.mark.parametrize(
    ("above", "tells"),
    [
        ("conv 64 1x1 bn relu", False),
        ("conv 64 1x1 relu\nmaxpool 3x3 stride 1 pad 1\ndropout", False),
        ("conv 192 1x1 relu", True),
        ("conv 256 1x1 relu", True),
        ("conv 64 3x3 pad 1 relu", True),
        ("add\n  - conv 64 1x1\n  - conv 64 1x1", True),
        ("lrn", True),
    ],
)
def test_only_a_1x1_that_reduces_is_a_bottleneck(above, tells):
    text = f"INPUT: 28x28x192\n{above}\nCONV: 32 5x5 pad 2"
    assert bool(told("ARC109", text)) is tells


def test_a_bottleneck_that_saves_no_macs_is_not_told():
    # 2 filters at stride 16 work out 4 cells; a 1x1 before them all 1,024
    text = "INPUT: 32x32x64\nCONV: 2 5x5 stride 16"
    one, two = loads(text), loads("INPUT: 32x32x64\nconv 16 1x1\nCONV: 2 5x5 stride 16")
    assert (two.params < one.params, two.macs < one.macs) == (True, False)
    assert told("ARC109", text) == []


def test_the_weights_of_googlenets_first_module_are_those_of_the_page():
    body = "concat\n  - conv 64 1x1\n  - {0}conv 128 3x3 pad 1\n  - {1}conv 32 5x5 pad 2\n  - conv 32 1x1"
    reductions = (("conv 96 1x1; ", "conv 16 1x1; "), ("", ""))
    each = (loads(f"after conv: nobias\nINPUT: 28x28x192\n{body.format(*pair)}") for pair in reductions)
    assert [network.params for network in each] == [163_328, 393_216]
    page = registry.page("missing-bottleneck").page
    assert "163,328 weights" in page and "have 393,216" in page


# fc-dominates

TAIL = "FC2: 128 relu\nFC3: 10"
DOMINATED = {
    f"INPUT: 32x32x3\nCONV1: 32 3x3 pad 1 relu\nPOOL1: 2x2\n{TAIL}": (
        "FC2 holds 1,048,704 of the network's 1,050,890 parameters (99%), as it reads all of POOL1, 16x16x32; "
        "with gap before it, it holds 4,224 of 6,410",
        "write gap before FC2",
    ),
    f"axes CxHxW\nINPUT: 3x8x6\nCONV1: 32 3x3 pad 1 relu\nflatten\ndropout\n{TAIL}": (
        "FC2 holds 196,736 of the network's 198,922 parameters (99%), as it reads all of CONV1, 32x8x6; "
        "with gap before it, it holds 4,224 of 6,410",
        "write gap before FC2",
    ),
    "INPUT: 1000x4\nCONV1: 16 5\nFC2: 10 nobias": (
        "FC2 holds 159,360 of the network's 159,696 parameters (99%), as it reads all of CONV1, 996x16; "
        "with gap before it, it holds 160 of 496",
        "write gap before FC2",
    ),
}


@pytest.mark.parametrize("text", DOMINATED)
def test_dominating_layers_are_told_whole(text):
    assert told("ARC110", text) == [(*DOMINATED[text], row(text, "FC2"))]


@pytest.mark.parametrize("text", DOMINATED)
def test_gap_leaves_what_is_told(text):
    message = told("ARC110", text)[0][0]
    repaired = text.replace("flatten\n", "").replace("FC2:", "GAP: gap\nFC2:")
    one, two = loads(text), loads(repaired)
    held = [one["FC2"].params, one.params, two["FC2"].params, two.params]
    assert [n for n in numbers(message) if n in held] == held
    assert told("ARC110", repaired) == []


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        # 80 of 160 are not more than half; 90 of 170 are
        ("INPUT: 4x4x1\nCONV: 4 4x4 nobias\nA: fc 4 nobias\nB: fc 20 nobias from CONV", False),
        ("INPUT: 3x3x1\nCONV: 9 3x3 pad 1 nobias\nFC: 1 nobias", False),
        ("INPUT: 3x3x1\nCONV: 9 3x3 pad 1 nobias\nFC: 2 nobias", True),
        ("INPUT: 3x3x1\nCONV: 9 3x3 pad 1 nobias\nFC: 2 nobias frozen", False),
        ("INPUT: 3x3x1\nCONV: 9 3x3 pad 1 nobias\naux\n  fc 20\nFC: 1 nobias", False),
        ("INPUT: 9x9x1\nmaxpool 3x3\nFC: 100", False),
        ("INPUT: 9x9x4\nconv 8 3x3 relu\nmaxpool 7x7\nFC: 1000", False),
        ("INPUT: 50\nFC1: 100\nFC2: 10", False),
    ],
)
def test_only_most_of_the_parameters_dominate(text, tells):
    assert bool(told("ARC110", text)) is tells


def test_all_is_all():
    text = "INPUT: 9x9x3\nconv 8 3x3 frozen\nFC: 10"
    assert loads(text).params == loads(text)["FC"].params == 3_930
    assert "FC holds 3,930 of the network's 3,930 parameters (100%)" in told("ARC110", text)[0][0]


# field-exceeds-input

CHAIN = "CONV1: 32 3x3 stride 2 pad 1\nCONV2: 64 3x3 stride 2 pad 1\nCONV3: 64 3x3 pad 1\nCONV4: 64 3x3 pad 1\n"
HEAD = "GAP: gap\nFC: 10"
EXCEEDS = {
    f"INPUT: 12x12x3\n{CHAIN}{HEAD}": (
        "CONV4 reads units that see 15x15 of INPUT, 12x12x3; it adds context at the edges of the map alone, with "
        "36,928 of 93,898 parameters and 39% of the MACs",
        "use an input larger than 15x15, fewer strides, or fewer layers",
        "CONV4",
    ),
    f"axes CxHxW\nINPUT: 3x6x7\n{CHAIN}{HEAD}": (
        "CONV3 reads units that see 7x7 of INPUT, 3x6x7; it and 1 more layer add context at the edges of the map "
        "alone, with 73,856 of 93,898 parameters and 78% of the MACs",
        "use an input larger than 15x15, fewer strides, or fewer layers",
        "CONV3",
    ),
    "INPUT: 40x16\nCONV1: 8 9 stride 3 pad 4\nadd\n  - conv 8 9 stride 3 pad 4\n  - conv 8 11 stride 3 pad 5\n"
    f"CONV3: 8 3 pad 1\nCONV4: 16 3 pad 1\n{HEAD}": (
        "CONV4 reads units that see at least 51 of INPUT, 40x16; it adds context at the edges of the map alone, with "
        "400 of 3,226 parameters and 8% of the MACs",
        "use an input larger than 51, fewer strides, or fewer layers",
        "CONV4",
    ),
}


@pytest.mark.parametrize("text", EXCEEDS)
def test_fields_beyond_the_input_are_told_whole(text):
    message, hint, name = EXCEEDS[text]
    assert told("ARC111", text) == [(message, hint, row(text, name))]


@pytest.mark.parametrize("text", EXCEEDS)
def test_the_shares_of_what_is_behind_the_border(text):
    message, _, name = EXCEEDS[text]
    dump = loads(text).to_dict()
    rows = [layer for layer in dump["layers"] if layer["kind"] == "conv"]
    behind = [layer for layer in rows if layer["line"] >= row(text, name)]
    params, macs = (sum(layer[what] for layer in behind) for what in ("params", "macs"))
    total = sum(layer["macs"] for layer in dump["layers"])
    assert f"with {params:,} of {dump['totals']['params']:,} parameters and {macs / total:.0%} of the MACs" in message


def seen(network, name: str) -> list[int]:
    """The extents of the input that the unit in the middle of a map has a gradient of, without clipping a side."""
    gradient = torch.autograd.grad(middle(network, name, image := picture(network)), image)[0]
    cells = gradient.abs().sum((0, 1)).nonzero()
    return (cells.max(0).values - cells.min(0).values + 1).tolist()


def picture(network) -> torch.Tensor:
    """A random image that gradients are asked of."""
    return torch.rand(1, *network.inputs[0].output.dims, requires_grad=True)


def middle(network, name: str, image: torch.Tensor) -> torch.Tensor:
    """The sum over channels of a row's unit in the middle, from the network cut off behind it."""
    model = network.to_torch()
    kept: list[torch.Tensor] = []
    next(part for path, part in model.named_modules() if path == name).register_forward_hook(
        lambda module, given, out: kept.append(out)
    )
    model.eval()(image)
    place = [extent // 2 for extent in kept[0].shape[2:]]
    return kept[0][(0, slice(None), *place)].sum()


@pytest.mark.parametrize("extent", [7, 8, 9, 12, 15, 16])
def test_the_border_layer_is_where_a_unit_in_the_middle_has_a_gradient_of_all_pixels(extent):
    text = f"INPUT: {extent}x{extent}x3\n{CHAIN}{HEAD}"
    network, names = loads(text), ["CONV1", "CONV2", "CONV3", "CONV4"]
    # what a layer's input sees by theory: 1, 3, 7, 15; the middle of an even map lies half a jump off
    border = [name for name, size in zip(names, (1, 3, 7, 15), strict=True) if size >= extent]
    assert [line for _, _, line in told("ARC111", text)] == [row(text, name) for name in border[:1]]
    for below, size in zip(names[:3], (3, 7, 15), strict=True):
        assert all(n <= min(size, extent) for n in seen(network, below))
        if size >= 2 * extent - 1:
            assert seen(network, below) == [extent, extent]


def paths(node, known) -> list[int]:
    """The receptive field of every way from the input to a 1-D node, one after the other."""
    if not node.inputs:
        return [(1, 1)]
    if node.name not in known:
        window = node.window
        ways = [way for x in node.inputs for way in paths(x, known)]
        k, s = (window.reach[0], window.stride[0]) if hasattr(window, "reach") else (1, 1)
        known[node.name] = [(size + (k - 1) * jump, jump * s) for size, jump in ways]
    return known[node.name]


def test_a_head_is_no_part_of_what_is_behind():
    text = f"INPUT: 12x12x3\n{CHAIN}aux\n  conv 512 3x3 pad 1\n  fc 10\n{HEAD}"
    assert [message for message, _, _ in told("ARC111", text)] == [EXCEEDS[next(iter(EXCEEDS))][0]]


def test_of_branches_the_least_field_counts():
    text = next(reversed(EXCEEDS))
    network = loads(text)
    sizes = {name: min(size for size, _ in paths(network[name].inputs[0], {})) for name in ("CONV3", "CONV4")}
    assert sizes == {"CONV3": 33, "CONV4": 51}
    assert told("ARC111", text.replace("40x16", "33x16", 1))[0][2] == row(text, "CONV3")
    assert told("ARC111", text.replace("40x16", "34x16", 1))[0][2] == row(text, "CONV4")
    assert told("ARC111", text.replace("40x16", "52x16", 1)) == []


@pytest.mark.parametrize(
    "text",
    [
        # a map made larger answers pixel by pixel; a side of 13 is not seen; all behind is little
        f"INPUT: 12x12x3\n{CHAIN}deconv 8 2x2 stride 2",
        f"INPUT: 12x12x3\n{CHAIN}upsample 2\nflatten softmax",
        f"INPUT: 12x16x3\n{CHAIN}{HEAD}",
        f"INPUT: 12x12x3\n{CHAIN.replace('CONV4: 64 3x3 pad 1', 'CONV4: 64 1x1')}{HEAD}",
        f"INPUT: 12x12x3\n{CHAIN.replace('CONV4: 64 3x3', 'CONV4: conv depthwise 3x3')}{HEAD}",
        f"left: input 12x12x3\n{CHAIN}{HEAD}\nright: input 12x12x3\nC: share CONV1\ngap\nfc 10\nadd from FC, fc1",
        "INPUT: 10\nFC1: 10\nFC2: 10",
        f"INPUT: 12x12x3\n{CHAIN}{HEAD} strde 2",
    ],
)
def test_where_the_view_does_not_end_nothing_is_told(text):
    assert told("ARC111", text) == []


# field-misses-input

SMALL = "CONV1: 32 3x3 pad 1 relu\nPOOL1: avgpool 2x2\nCONV2: 64 3x3 pad 1 relu\n"
MISSES = {
    f"INPUT: 64x64x3\n{SMALL}POOL2: avgpool 2x2\n{HEAD}": (
        "no unit of POOL2, the last map before GAP, sees more than 10x10 of INPUT, 64x64x3",
        "use an input of at most 10x10, or strides and kernels before GAP that see more",
        "POOL2",
    ),
    f"axes CxHxW\nINPUT: 3x8x9\n{SMALL}dropout\nflatten\nFC: 10 softmax": (
        "no unit of CONV2, the last map before FC, sees more than 8x8 of INPUT, 3x8x9, too little on the width",
        "use an input of at most 8x8, or strides and kernels before FC that see more",
        "CONV2",
    ),
    "INPUT: 20x9x12x2\nCONV1: 4 11x3x3 relu\nFC: 10": (
        "no unit of CONV1, the last map before FC, sees more than 11x3x3 of INPUT, 20x9x12x2",
        "use an input of at most 11x3x3, or strides and kernels before FC that see more",
        "CONV1",
    ),
    "INPUT: 64 tokens\nEMBED: 16 vocab 100\nafter conv: relu\nCONV1: 32 5\nglobal maxpool\nfc 2": (
        "no unit of CONV1, the last map before global_maxpool1, sees more than 5 of INPUT, 64 tokens",
        "use an input of at most 5, or strides and kernels before global_maxpool1 that see more",
        "CONV1",
    ),
    "INPUT: 64x64x3\nCONV1: 8 3x3 relu gap\nFC: 10": (
        "no unit of CONV1.relu, the last map before CONV1.gap, sees more than 3x3 of INPUT, 64x64x3",
        "use an input of at most 3x3, or strides and kernels before CONV1.gap that see more",
        "CONV1",
    ),
}


@pytest.mark.parametrize("text", MISSES)
def test_fields_below_the_input_are_told_whole(text):
    message, hint, name = MISSES[text]
    assert told("ARC112", text) == [(message, hint, row(text, name))]


def test_no_unit_has_a_gradient_of_more_than_is_told():
    text = f"INPUT: 24x24x3\n{SMALL}POOL2: avgpool 2x2\n{HEAD}"
    assert "more than 10x10 of INPUT" in told("ARC112", text)[0][0]
    assert seen(loads(text), "POOL2") == [10, 10]


@pytest.mark.parametrize(
    "text",
    [
        f"INPUT: 10x10x3\n{SMALL}POOL2: avgpool 2x2\n{HEAD}",
        f"INPUT: 64x64x3\n{SMALL}CONV3: 10 1x1",
        f"INPUT: 64x64x3\n{SMALL}flatten",
        "INPUT: 28x28x1\nFC1: 100 relu\nFC2: 10",
        "INPUT: 28x28x1\nconv 8 1x1\nFC2: 10",
        "INPUT: 64x64x3\nconcat\n  - conv 8 3x3; gap\n  - conv 8 5x5; gap\nfc 10",
        "left: input 64x64x3\nconv 8 3x3\nA: gap\nright: input 64x64x3\nconv 8 3x3\ngap\nB: concat from A\nfc 10",
    ],
)
def test_where_all_is_seen_or_nothing_is_sure_nothing_is_told(text):
    assert told("ARC112", text) == []


# published networks

PUBLISHED = {
    "ARC108": {"convnetjs-cifar10", "inception-naive", "inception-reduced", "inception_v3", "siamese"},
    "ARC109": {"alexnet-torchvision", "alexnet", "fcn", "inception-naive", "nin-imagenet", "siamese", "zfnet"},
    "ARC111": {"alphago", "alphago-value", "darknet19"},
}


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_networks_that_are_told(code):
    names = [entry for entry in os.listdir(SPECS) if entry.endswith(".spec")]
    spoken = {name[:-5] for name in names if found(code, (SPECS / name).read_text(encoding="utf-8"))}
    assert spoken == PUBLISHED[code]


def test_what_vgg_holds_in_its_first_fc():
    ((message, hint, line),) = told("ARC110", (SPECS / "vgg16.spec").read_text(encoding="utf-8"))
    assert message == (
        "FC6 holds 102,764,544 of the network's 138,357,544 parameters (74%), as it reads all of POOL5, 7x7x512; "
        "with gap before it, it holds 2,101,248 of 37,694,248"
    )
    assert (hint, line) == ("write gap before FC6", 21)


@pytest.mark.parametrize("code", ["ARC108", "ARC109", "ARC110", "ARC111", "ARC112"])
def test_behind_an_error_nothing_crashes(code):
    assert told(code, f"INPUT: 12x12x64\n{CHAIN}CONV5: 64 9x9\n{HEAD}") == []
