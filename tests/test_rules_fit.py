"""The rules of windows and sizes, and of figures too precise: every message, and brute force over cells."""

import re
from fractions import Fraction
from functools import reduce
from itertools import product, takewhile
from math import gcd, prod

import pytest
import torch
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from cnncalc import loads
from cnncalc.api import analyse
from cnncalc.diagnostic import Diagnostic
from cnncalc.geometry import Window
from cnncalc.lint.choice import Choice
from cnncalc.lint.engine import findings

RULES = ("FIT104", "FIT105", "FIT106", "FIT107", "FIT108", "FIT109", "FIT110", "REF106")


def found(text: str, *codes: str) -> tuple[Diagnostic, ...]:
    return findings(analyse(text, "net", "net.spec"), Choice(select=codes or RULES))


def told(text: str, code: str) -> list[tuple[str, str]]:
    """(message, hint) of a spec's findings of a code."""
    return [(f.message, f.hint) for f in found(text, code)]


MESSAGES = {
    # padding-exceeds-kernel
    "INPUT: 12x12x3\nCONV1: 8 3x3 pad 3": (
        "FIT104",
        "CONV1: 2 of 16 outputs on the width and height read padding alone (1 at the start, 1 at the end), "
        "as pad 3 is not below the kernel's reach of 3",
        "pad at most 2",
    ),
    "INPUT: 12x12x3\nCONV1: 8 3x3 pad 0:3x1": (
        "FIT104",
        "CONV1: 1 of 13 outputs on the width reads padding alone (1 at the end), "
        "as pad 0:3 is not below the kernel's reach of 3",
        "pad at most 2 on the width",
    ),
    "axes CxHxW\nINPUT: 3x12x13\nCONV1: 8 1x2 pad 1x3": (
        "FIT104",
        "CONV1: 2 of 14 outputs on the height read padding alone (1 at the start, 1 at the end), "
        "as pad 1 is not below the kernel's reach of 1; "
        "4 of 18 outputs on the width read padding alone (2 at the start, 2 at the end), "
        "as pad 3 is not below the kernel's reach of 2",
        "leave out the pad on the height; pad at most 1 on the width",
    ),
    "INPUT: 2x4\nCONV1: 8 2 dilation 5 pad 2": (
        "FIT104",
        "CONV1: 1 of 1 output on the length reads padding alone (1 between its taps), "
        "as taps 5 apart step over all 2 cells",
        "use a dilation of at most 2",
    ),
    "INPUT: 1x4\nCONV1: 8 2 dilation 2 pad 3": (
        "FIT104",
        "CONV1: 3 of 5 outputs on the length read padding alone (1 at the start, 1 between its taps, 1 at the end), "
        "as pad 3 is not below the kernel's reach of 3 and taps 2 apart step over all 1 cell",
        "pad at most 2 and use a dilation of at most 1",
    ),
    # padded-pooling
    "INPUT: 112x112x64\nPOOL1: max 3x3 stride 2 pad 1": (
        "FIT105",
        "POOL1: 1 of the pool's 56 windows on the width and height reads the padding of 1",
        "leave out the pad and write ceil: the output stays 56x56x64",
    ),
    "INPUT: 28x28x8\nPOOL1: avg 2x2 stride 2 pad 1x0": (
        "FIT105",
        "POOL1: 2 of the pool's 15 windows on the width read the padding of 1",
        "leave out the pad: the output is then 14x14x8",
    ),
    "INPUT: 29x9x8\nPOOL1: max 3x4 stride 2x1 pad same ceil": (
        "FIT105",
        "POOL1: 2 of the pool's 15 windows on the width read the padding of 1; "
        "3 of the pool's 9 windows on the height read the padding of 1:2",
        "leave out the pad: the output is then 14x6x8",
    ),
    "rounding ceil\nINPUT: 112x112x64\nPOOL1: max 3x3 stride 2 pad 0:1": (
        "FIT105",
        "POOL1: 1 of the pool's 56 windows on the width and height reads the padding of 0:1",
        "leave out the pad and keep ceil: the output stays 56x56x64",
    ),
    "INPUT: 3x8\nPOOL1: max 4 stride 1 pad 1": (
        "FIT105",
        "POOL1: 2 of the pool's 2 windows on the length read the padding of 1",
        "use a kernel that fits the map",
    ),
    # lopsided-padding
    "INPUT: 32x32x3\nCONV1: 8 2x2 pad same": (
        "FIT106",
        "CONV1: with pad 0:1 each output looks half a cell further toward the end on the width and height",
        "use a kernel of 3 and pad 1",
    ),
    "INPUT: 32x32x3\nCONV0: 3 2x2 stride 2\nCONV1: 8 5x5 pad 3:1x2": (
        "FIT106",
        "CONV1: with pad 3:1 each output looks 1 cell further toward the start, 2 cells of the input on the width",
        "use pad 2 on the width",
    ),
    "INPUT: 32x32x3\nCONV0: 3 2x2 stride 2\nCONV1: 8 3x3 pad 1:0x1": (
        "FIT106",
        "CONV1: with pad 1:0 each output looks half a cell further toward the start, 1 cell of the input on the width",
        "use pad 1 on the width",
    ),
    "INPUT: 100x8\nCONV1: 8 4 dilation 3 pad 0:3": (
        "FIT106",
        "CONV1: with pad 0:3 each output looks 1.5 cells further toward the end on the length",
        "use a kernel of 5 and pad 3",
    ),
    "INPUT: 16x8\nfc 128\nreshape 16x8\nCONV1: 8 2 pad same": (
        "FIT106",
        "CONV1: with pad 0:1 each output looks half a cell further toward the end on the length",
        "use a kernel of 3 and pad 1",
    ),
    # dilation-gridding
    "INPUT: 64x64x16\nCONV1..3: 16 3x3 pad 2 dilation 2": (
        "FIT107",
        "CONV3: the dilations 2, 2 and 2 of CONV1, CONV2 and CONV3 have the common factor 2: "
        "a unit reads 7 of the 13 cells of INPUT that it spans on the width and height",
        "use dilations without a common factor, such as 1, 2 and 5",
    ),
    "INPUT: 99x16\nCONV0: 16 2\nCONV1: 16 2 dilation 9 relu\nCONV2: 8 1\nCONV3: 16 2 dilation 3\nCONV4: 16 2": (
        "FIT107",
        "CONV3: the dilations 9 and 3 of CONV1 and CONV3 have the common factor 3: "
        "a unit reads 4 of the 13 cells of CONV0 that it spans on the length",
        "use dilations without a common factor, such as 1 and 2",
    ),
    "INPUT: 99x99x16\nCONV1: 16 3x3 dilation 4x2\nCONV2: 16 3x3 dilation 6x2": (
        "FIT107",
        "CONV2: the dilations 4 and 6 of CONV1 and CONV2 have the common factor 2: "
        "a unit reads 9 of the 21 cells of INPUT that it spans on the width; "
        "the dilations 2 and 2 of CONV1 and CONV2 have the common factor 2: "
        "a unit reads 5 of the 9 cells of INPUT that it spans on the height",
        "use dilations without a common factor, such as 1 and 2",
    ),
    # ceil-adds-window
    "INPUT: 112x112x64\nPOOL1: max 3x3 stride 2 ceil": (
        "FIT108",
        "POOL1: (112 + 2*0 - 3)/2 + 1 = 55.5 on the width and height: ceil makes it 56, floor 55; "
        "the last window hangs 1 cell of its 3 over the end",
        "use an input of 111 or 113, or stride 1",
    ),
    "rounding ceil\nINPUT: 9x12x4\nPOOL1: avg 5x5 stride 4": (
        "FIT108",
        "POOL1: (12 + 2*0 - 5)/4 + 1 = 2.75 on the height: ceil makes it 3, floor 2; "
        "the last window hangs 1 cell of its 5 over the end",
        "on the height use an input of 9 or 13, or stride 1",
    ),
    # kernel-on-tiny-map
    "INPUT: 1x1x64\nCONV1: 64 3x3 pad 1": (
        "FIT109",
        "CONV1: 8 of the 9 taps of the 3x3 are on padding wherever it stands on the map of 1x1: "
        "32,768 of 36,864 weights are never used",
        "use a 1x1, which has as many taps as are on the map",
    ),
    "INPUT: 40x2x4\nCONV1: 4 5x7 pad 2x3": (
        "FIT109",
        "CONV1: 20 of the 35 taps of the 5x7 are on padding wherever it stands on the map of 40x2: "
        "320 of 560 weights are never used",
        "use a 5x3, which has as many taps as are on the map",
    ),
    "INPUT: 2x8\nCONV1: 8 3 dilation 2 pad 2 groups 4 frozen": (
        "FIT109",
        "CONV1: 2 of the 3 taps of the kernel of 3 are on padding wherever it stands on the map of 2: "
        "32 of 48 weights are never used",
        "use a kernel of 1, which has as many taps as are on the map",
    ),
    "INPUT: 1x8\nCONV1: 8 1 stride 9 pad 5": (
        "FIT109",
        "CONV1: 1 of the 1 taps of the kernel of 1 are on padding wherever it stands on the map of 1: "
        "64 of 64 weights are never used",
        "use a smaller pad or dilation, so that the kernel meets the map",
    ),
    # indivisible-input
    "INPUT: 28x30x1\nconv 8 3x3 stride 2 pad 1\nconv 8 3x3 stride 2 pad 1\ndeconv 1 4x4 stride 2 pad 1\nupsample 2": (
        "FIT110",
        "INPUT: the total stride of 4 does not divide the height of 30: upsample1 puts out 32",
        "use an input of 28 or 32 on the height",
    ),
    "INPUT: 50x52x1\nA: conv 8 3x3 pad 1\nmaxpool 8\nUP: upsample 8\nB from A: crop to UP\nadd from B, UP": (
        "FIT110",
        "INPUT: the total stride of 8 does not divide the width of 50: B takes off 2 cells; "
        "the total stride of 8 does not divide the height of 52: B takes off 4 cells",
        "use an input of 48 or 56 on the width; use an input of 48 or 56 on the height",
    ),
    "INPUT: 7x4\nconv 8 3 stride 8 pad 1\nupsample 8": (
        "FIT110",
        "INPUT: the total stride of 8 does not divide the length of 7: upsample1 puts out 8",
        "use an input of 8",
    ),
    "label: input 10\na: input 30x4\nb: input 30x4\nadd from a, b\nconv 4 2 stride 4\nupsample 4": (
        "FIT110",
        "a and b: the total stride of 4 does not divide the length of 30: upsample1 puts out 32",
        "use an input of 28 or 32",
    ),
    # claim-too-precise
    "INPUT: 28x28x1\nCONV1: 6 5x5 => 0.1560K params": (
        "REF106",
        "the last digit of 0.1560K params stands for 0.1 of a param, which is counted whole",
        "write 156, or fewer digits",
    ),
    "INPUT: 28x28x1\nCONV1: 6 5x5 => 13.5000KiB memory": (
        "REF106",
        "the last digit of 13.5000KiB memory stands for 0.1024 of a byte, which is counted whole",
        "write 13,824 B, or fewer digits",
    ),
    "INPUT: 28x28x1\nCONV1: 6 5x5\nexpect macs <= 90,000.50000000": (
        "REF106",
        "the last digit of 90,000.50000000 macs stands for less than 0.000001 of a MAC, which is counted whole",
        "write 90,000, or fewer digits",
    ),
}


@pytest.mark.parametrize("text", MESSAGES)
def test_messages(text):
    code, message, hint = MESSAGES[text]
    assert told(text, code) == [(message, hint)]


@pytest.mark.parametrize(
    ("claim", "one"),
    [
        ("0.1500K weights", "a weight"),
        ("6.0 biases", "a bias"),
        ("0.0 buffers", "a number"),
        ("86400.0 macs", "a MAC"),
        ("172800.0 flops", "a FLOP"),
        ("3456.0 activations", "a number"),
    ],
)
def test_what_is_counted_is_named(claim, one):
    text = f"INPUT: 28x28x1\nCONV1: 6 5x5 => {claim}"
    assert [f"of {one}, which is counted whole" in message for message, _ in told(text, "REF106")] == [True]


# brute force over cells


@st.composite
def layers(draw, pool=False):
    """A conv or a pool over a map of one to three axes, every argument of every axis by itself: a spec."""
    rank = draw(st.integers(1, 3))
    extents = [draw(st.integers(1, 6)) for _ in range(rank)]
    kernels = [draw(st.integers(1, 4)) for _ in range(rank)]
    dilations = [draw(st.integers(1, 4)) for _ in range(rank)]
    strides = [draw(st.integers(1, 5)) for _ in range(rank)]
    pads = [(draw(st.integers(0, k // 2 if pool else 6)), draw(st.integers(0, k // 2 if pool else 6))) for k in kernels]
    if draw(st.booleans()):
        pads = [(start, start) for start, _ in pads]
    kind = draw(st.sampled_from(["maxpool", "avgpool"])) if pool else "conv 3"
    words = [f"{kind} {by(kernels)} stride {by(strides)} pad {by(f'{a}:{b}' for a, b in pads)}"]
    words += [f"dilation {by(dilations)}"] * (kind != "avgpool")
    words += ["ceil"] * (pool and draw(st.booleans()))
    return f"INPUT: {by(extents)}x2\nL: {' '.join(words)}"


def by(values):
    return "x".join(map(str, values))


def only(text: str):
    """The only layer of a spec that has no errors."""
    network = analyse(text, "net", "net.spec")
    assume(network.complete)
    return network.nodes[0]


def windows(node):
    """The cells of every window, tap by tap, in all axes at once; cell 0 is the first of the map."""
    window, x = node.window, node.shapes[0]
    assert isinstance(window, Window)
    for place in product(*map(range, node.output.extents)):
        starts = [o * s - p for o, s, (p, _) in zip(place, window.stride, window.pad, strict=True)]
        inside = product(*map(range, window.kernel))
        yield [tuple(a + d * t for a, d, t in zip(starts, window.dilation, taps, strict=True)) for taps in inside]
    assert x.rank == len(window.kernel)


def on_map(cell, node) -> bool:
    return all(0 <= c < w for c, w in zip(cell, node.shapes[0].extents, strict=True))


@settings(max_examples=400)
@given(layers())
@example("INPUT: 2x2\nL: conv 3 2 stride 1 pad 2:2 dilation 5")
@example("INPUT: 1x2\nL: conv 3 3 stride 2 pad 2:2 dilation 1")
def test_windows_wholly_in_padding_are_those_without_a_cell_of_the_map(text):
    node = only(text)
    blind = sum(not any(on_map(cell, node) for cell in window) for window in windows(node))
    messages = [message for message, _ in told(text, "FIT104")]
    assert bool(blind) == bool(messages)
    counted = [tuple(map(int, pair)) for pair in re.findall(r"(\d+) of (\d+) outputs? on", "".join(messages))]
    # axes that agree are told once: as many times as they have names
    axes = [
        len(re.findall("length|width|height|depth", part.partition(" read")[0]))
        for part in "".join(messages).split("; ")
    ]
    seeing = prod(((out - none) / out) ** count for (none, out), count in zip(counted, axes, strict=False))
    assert round(seeing * node.output.elements / node.output.channels) == len(list(windows(node))) - blind


@settings(max_examples=400)
@given(layers())
@example("INPUT: 1x2\nL: conv 3 3 stride 2 pad 2:2 dilation 1")
@example("INPUT: 6x2\nL: conv 3 3 stride 5 pad 1:0 dilation 1")
def test_weights_that_are_never_used_are_those_whose_taps_meet_no_cell_of_the_map(text):
    node = only(text)
    met = {tap for window in windows(node) for tap, cell in enumerate(window) if on_map(cell, node)}
    taps = prod(node.window.kernel)
    messages = [message for message, _ in told(text, "FIT109")]
    assert bool(messages) == (len(met) < taps)
    for message in messages:
        idle, every, unused, weights = map(
            int,
            re.findall(r"(\d+) of (?:the )?(\d+) (?:taps|weights)", message)[0]
            + re.findall(r"(\d+) of (?:the )?(\d+) (?:taps|weights)", message)[1],
        )
        assert (idle, every) == (taps - len(met), taps)
        assert (unused, weights) == ((taps - len(met)) * 6, taps * 6) and weights == node.params - node.biases


@settings(max_examples=200)
@given(layers())
def test_a_weight_that_is_never_used_has_no_gradient(text):
    """PyTorch itself says which taps meet the map: ones on it, and the gradient of the weights."""
    node = only(text)
    window = node.window
    x = torch.ones(1, 1, *node.shapes[0].extents)
    flat = [cell for pair in reversed(window.pad) for cell in pair]
    weight = torch.ones(1, 1, *window.kernel, requires_grad=True)
    convolved = [torch.conv1d, torch.conv2d, torch.conv3d][len(flat) // 2 - 1](
        torch.nn.functional.pad(x, flat), weight, stride=window.stride, dilation=window.dilation
    )
    convolved.sum().backward()
    assert bool((weight.grad == 0).any()) == bool(told(text, "FIT109"))
    assert bool((convolved == 0).any()) == bool(told(text, "FIT104"))


@settings(max_examples=400)
@given(layers(pool=True))
def test_pools_that_read_padding(text):
    node = only(text)
    window, extents = node.window, node.shapes[0].extents
    reads = []
    for axis, (start, end) in enumerate(window.pad):
        padding = {*range(-start, 0), *range(extents[axis], extents[axis] + end)}
        starts = [o * window.stride[axis] - start for o in range(node.output.extents[axis])]
        reads.append(sum(bool(padding & set(range(a, a + window.reach[axis]))) for a in starts))
    kept = all(pad == (0, 0) or (s == 1 and w == out) for pad, s, w, out in
               zip(window.pad, window.stride, extents, node.output.extents, strict=True))  # fmt: skip
    messages = [message for message, _ in told(text, "FIT105")]
    assert bool(messages) == any(reads)
    assert bool(told(f"{text}\nadd from L, L", "FIT105")) == (any(reads) and not kept)
    counted = {int(count) for count in re.findall(r"(\d+) of the pool's", "".join(messages))}
    assert counted == ({count for count in reads if count} if messages else set())


@settings(max_examples=200)
@given(layers(pool=True))
def test_what_pools_come_to_without_padding(text):
    node = only(text)
    for _, hint in told(text, "FIT105"):
        bare = re.sub(r" pad \S+", "", text)
        shape = hint.split()[-1]
        if "ceil" in hint:
            assert loads(bare if bare.endswith("ceil") else f"{bare} ceil").nodes[0].output == node.output
        elif "output" in hint:
            assert loads(f"{bare} => {shape}").diagnostics[:0] == ()
            assert not [f for f in loads(f"{bare} => {shape}").diagnostics if f.code == "REF101"]
        else:
            assert not analyse(bare, "net", "net.spec").complete


@settings(max_examples=400)
@given(layers())
def test_lopsided_padding_moves_the_centre_of_the_map(text):
    node = only(text)
    window, extents, out = node.window, node.shapes[0].extents, node.output.extents
    drifts = set()
    for axis, (start, _) in enumerate(window.pad):
        centres = [o - start + Fraction(window.reach[axis] - 1, 2) for o in range(out[axis])]
        drift = sum(centres) / len(centres) - Fraction(extents[axis] - 1, 2)
        causal = out[axis] == extents[axis] and start == window.reach[axis] - 1
        if window.stride[axis] == 1 and extents[axis] > 1 and not causal and drift:
            drifts.add(drift)
    if any(max(sides) >= reach for sides, reach in zip(window.pad, window.reach, strict=True)):
        drifts = set()  # padding that whole windows lie in is told first
    messages = [message for message, _ in told(text, "FIT106")]
    said = re.findall(r"looks (half a|[\d.]+) cells? further toward the (start|end)", "".join(messages))
    assert {Fraction(m.replace("half a", "0.5")) * (1 if side == "end" else -1) for m, side in said} == drifts


@settings(max_examples=200)
@given(layers() | layers(pool=True))
@example("INPUT: 9x2\nL: maxpool 2 stride 1 pad 0:1 dilation 3")
def test_the_padding_that_is_named_moves_nothing_and_mostly_keeps_the_size(text):
    """The hint, written into an axis of its own."""
    node = only(text)
    kind = "conv 3" if node.params else "maxpool"
    clauses = [pair for m, hint in told(text, "FIT106") for pair in zip(m.split("; "), hint.split("; "), strict=True)]
    for message, hint in clauses:
        name = re.search("length|width|height|depth", message)[0]
        axis = -1 - ("width", "height", "depth").index(name) if name != "length" else 0
        kernel, pad = re.search(r"kernel of (\d+)", hint), re.search(r"pad (\d+)", hint)[1]
        k, w, sides = node.window.kernel[axis], node.shapes[0].extents[axis], node.window.pad[axis]
        stride = node.window.stride[axis]
        arguments = f"{kernel[1] if kernel else k} stride {stride} pad {pad} dilation {node.window.dilation[axis]}"
        other = f"INPUT: {w}x2\nL: {kind} {arguments}"
        assert told(other, "FIT106") == []
        assert loads(other).nodes[0].output.extents[0] >= node.output.extents[axis]
        if kernel or sum(sides) % 2 == 0:
            assert loads(other).nodes[0].output.extents == (node.output.extents[axis],)


# gridding

STACKS = st.lists(st.tuples(st.integers(1, 4), st.sampled_from([1, 1, 2, 2, 3, 4, 6, 8])), min_size=1, max_size=6)


def taps(kernel: int, dilation: int) -> set[int]:
    return set(range(0, kernel * dilation, dilation))


def summed(sets) -> set[int]:
    """All sums of one number of each set."""
    return reduce(lambda a, b: {x + y for x in a for y in b}, sets, {0})


def holes(cells: set[int]) -> int:
    return max(cells) + 1 - len(cells)


def grids(stack) -> list[tuple[int, int]]:
    """(the index of its last layer, its cells that are read) of each stack, from the words of the rule's page."""
    real = [(at, k, d) for at, (k, d) in enumerate(stack) if k > 1]
    runs, run = [], []
    for place, (_, _, d) in enumerate(real):
        run = [*run, place] if d > 1 else []
        if run and (place + 1 == len(real) or real[place + 1][2] == 1):
            runs.append(run)
    found = []
    for run in runs:
        cells = summed(taps(*real[place][1:]) for place in run)
        dilations = [real[place][2] for place in run]
        dense = [taps(*one[1:]) for one in takewhile(lambda one: one[2] == 1, reversed(real[: run[0]]))]
        covered = not holes(summed([*dense, cells]))
        behind = [summed([cells, *(taps(*one[1:]) for one in real[run[-1] + 1 : end])]) for end in range(len(real) + 1)]
        if len(run) > 1 and gcd(*dilations) > 1 and not covered and all(map(holes, behind)):
            found.append((real[run[-1]][0], len(cells)))
    return found


@settings(max_examples=400)
@given(STACKS, st.integers(1, 3))
@example([(2, 1), (2, 2), (2, 4), (2, 8)], 1)
@example([(3, 1), (3, 2), (3, 5)], 2)
@example([(3, 2), (3, 2), (2, 1)], 1)
@example([(3, 4), (3, 4), (2, 1)], 1)
def test_gridding_is_told_of_the_cells_that_no_sum_of_taps_comes_to(stack, rank):
    lines = [f"L{at}: {3} {by([k] * rank)} dilation {d}".replace(":", ": conv") for at, (k, d) in enumerate(stack)]
    text = "\n".join([f"INPUT: {by([200] * rank)}x3", *lines])
    said = [re.match(r"L(\d+): .* reads (\d+) of", message).groups() for message, _ in told(text, "FIT107")]
    assert [(int(at), int(cells)) for at, cells in said] == grids(stack)


@pytest.mark.parametrize(("kernel", "most"), [(2, 6), (3, 9), (5, 9)])
def test_the_dilations_that_are_named_leave_nothing_out(kernel, most):
    for count in range(2, most):
        text = "\n".join([f"INPUT: 999x3\nL1..{count}: conv 3 {kernel} dilation 4"])
        ((_, hint),) = told(text, "FIT107")
        better = [int(number) for number in re.findall(r"\d+", hint)]
        assert len(better) == count
        assert holes(summed(taps(kernel, d) for d in better)) == 0


def test_gradients_show_the_grid():
    """What PyTorch's gradient reaches of the input is what is said to be read."""
    text = "INPUT: 40x40x1\nC1: conv 1 3x3 dilation 2 nobias\nC2: conv 1 3x3 dilation 4 nobias"
    ((message, _),) = told(text, "FIT107")
    x = torch.ones(1, 1, 40, 40, requires_grad=True)
    ones = torch.ones(1, 1, 3, 3)
    torch.conv2d(torch.conv2d(x, ones, dilation=2), ones, dilation=4)[0, 0, 3, 3].backward()
    reached = int((x.grad != 0).sum())
    assert "a unit reads 7 of the 13 cells" in message
    assert reached == 7 * 7


@pytest.mark.parametrize(
    "text",
    [
        # DeepLab's branches stand side by side, and a join begins anew
        "INPUT: 65x65x8\nadd\n  - conv 8 3x3 pad 6 dilation 6\n  - conv 8 3x3 pad 12 dilation 12",
        "INPUT: 65x65x8\nA: add\n  - conv 8 3x3 pad 2 dilation 2\n  - identity\nB: add\n"
        "  - conv 8 3x3 pad 2 dilation 2\n  - identity",
        # what Yu & Koltun 2016 stack: 1, 1, 2, 4, 8, 16, 1
        "INPUT: 65x65x8\nL1..2: conv 8 3x3 pad 1\n"
        + "".join(f"D{d}: conv 8 3x3 pad {d} dilation {d}\n" for d in (2, 4, 8, 16))
        + "L3: conv 8 3x3 pad 1",
        # the residual blocks of Bai et al. 2018, two layers of each dilation, causal
        "INPUT: 99x8\n"
        + "".join(
            f"B{d}: add\n  - conv 8 3 pad {2 * d}:0 dilation {d} relu; conv 8 3 pad {2 * d}:0 dilation {d}\n"
            "  - identity\n"
            for d in (1, 2, 4, 8)
        ),
        "INPUT: 99x8\n" + "".join(f"L{10 * d}..{10 * d + 1}: conv 8 3 dilation {d}\n" for d in (1, 2, 4, 8)),
        # a join hands on what is read, and the layer behind it closes the holes
        "INPUT: 65x65x8\nB: add\n  - conv 8 3x3 pad 2 dilation 2; conv 8 3x3 pad 2 dilation 2\n  - identity\n"
        "conv 8 3x3 pad 1",
        "INPUT: 65x65x8\nL1..2: conv 8 3x3 pad 2 dilation 2\nconv 8 3x3 stride 2 pad 1",
        "INPUT: 65x65x8\nconv 8 3x3 pad 2 dilation 2\ngap\nreshape 1x1x8\nconv 8 3x3 pad 2 dilation 2",
        "INPUT: 8x18x1\nconv 1 3x3 pad 2 dilation 2\nreshape 9x16x1\nconv 1 3x3 pad 2 dilation 2",
        "INPUT: 65x65x8\nconv 8 3x3 pad 2 dilation 2\nupsample 2\nconv 8 3x3 pad 2 dilation 2",
        "INPUT: 65x65x8\nconv 8 3x3 stride 2 dilation 2\nconv 8 3x3 pad 2 dilation 2",
        "INPUT: 9999x1\nconv 1 2 dilation 3000\nconv 1 2 dilation 3000",
    ],
)
def test_what_is_no_stack_is_silent(text):
    assert told(text, "FIT107") == []


@pytest.mark.parametrize(
    "text",
    [
        # the steps of a strided layer are wider: {0, 1, 2} and multiples of 4 leave cells out
        "INPUT: 99x8\nconv 8 3 stride 2\nL1: conv 8 3 dilation 2\nL2: conv 8 3 dilation 4",
        "INPUT: 99x8\nL1: conv 8 3 dilation 2\nL2: conv 8 3 dilation 2 stride 2\nconv 8 3",
        "INPUT: 99x8\nL1: conv 8 3 dilation 2\nzeropad 2\nL2: conv 8 3 dilation 2 pad 1",
        "INPUT: 99x8\nL1: conv 8 3 dilation 4\nL2: conv 8 3 dilation 4\nconv 8 2 stride 2\nconv 8 3",
    ],
)
def test_what_is_a_stack_all_the_same(text):
    first, second = re.findall(r"dilation (\d)", text)
    ((message, _),) = told(text, "FIT107")
    assert message.startswith(f"L2: the dilations {first} and {second} of L1 and L2 have the common factor {first}")


def test_residual_blocks_of_one_dilation_are_told_behind_the_first():
    block = "{0}: add\n  - conv 8 3x3 pad {1} dilation {1}; conv 8 3x3 pad {1} dilation {1}\n  - identity\n"
    text = "INPUT: 65x65x8\n" + "".join(block.format(*pair) for pair in (("A", 1), ("B", 2), ("C", 2), ("D", 2)))
    assert [message.partition(":")[0] for message, _ in told(text, "FIT107")] == ["conv6", "conv8"]


# rounding up


@settings(max_examples=400)
@given(st.integers(1, 30), st.integers(1, 6), st.integers(1, 8), st.integers(0, 3), st.integers(1, 3))
def test_ceil_adds_the_window_that_pytorch_adds(extent, kernel, stride, pad, dilation):
    assume(2 * pad <= kernel and extent + 2 * pad >= dilation * (kernel - 1) + 1)
    line = f"P: maxpool {kernel} stride {stride} pad {pad} dilation {dilation}"
    x = torch.zeros(1, 1, extent)
    down, up = (
        torch.nn.functional.max_pool1d(x, kernel, stride, pad, dilation, ceil_mode=ceil).shape[-1]
        for ceil in (False, True)
    )
    assert told(f"INPUT: {extent}x1\n{line}", "FIT108") == []
    messages = [message for message, _ in told(f"INPUT: {extent}x1\n{line} ceil", "FIT108")]
    assert bool(messages) == (up > down)
    over = (up - 1) * stride - pad + dilation * (kernel - 1) + 1 - extent - pad
    assert all(f"ceil makes it {up}, floor {down}; the last window hangs {over} cell" in one for one in messages)


# inputs that do not divide

DOWN = st.sampled_from(
    ["conv 4 2x2 stride 2", "conv 4 3x3 stride 2 pad 1", "maxpool 2x2", "maxpool 3x3 ceil", "conv 4 3x3 pad 1",
     "conv 4 3x3", "conv 4 5x5 stride 3 pad 1", "maxpool 3x3 stride 2 ceil", "conv 4 3x3 stride 2 pad same"]
)  # fmt: skip
UP = st.sampled_from(
    ["deconv 4 2x2 stride 2", "upsample 2", "deconv 4 4x4 stride 2 pad 1", "upsample 3 bilinear",
     "deconv 4 3x3 stride 2 pad 1 outpad 1", "conv 4 3x3 pad 1"]
)  # fmt: skip


@settings(max_examples=300)
@given(
    st.integers(8, 40),
    st.integers(8, 40),
    st.lists(DOWN, min_size=1, max_size=3),
    st.lists(UP, max_size=3),
    st.booleans(),
)
def test_inputs_that_do_not_come_back(width, height, down, up, skip):
    end = ["UP: identity", "concat", "  - from SKIP; crop to UP", "  - from UP"] * skip

    def spec(w, h):
        return "\n".join([f"INPUT: {w}x{h}x1", "SKIP: conv 4 1x1", *down, *up, *end])

    def shows(w, h, axis):
        """What becomes of a size: the output's extent, and what the crop leaves; nothing where it is refused."""
        network = analyse(spec(w, h), "net", "net.spec")
        return network.complete and (network.outputs[0].output.extents[1 - axis] != (w, h)[axis])

    network = analyse(spec(width, height), "net", "net.spec")
    assume(network.complete)
    messages = told(spec(width, height), "FIT110")
    strides = [max(f.jump[1 - axis] for f in fields(network)) for axis in (0, 1)]
    for axis, (size, stride) in enumerate(zip((width, height), strides, strict=True)):
        name = ("width", "height")[axis]
        told_of = [m for m, _ in messages if re.search(rf"the [^:]*{name}[^:]* of {size}:", m)]
        near = [n for n in (size - size % stride, size - size % stride + stride) if n]
        sizes = (lambda n: (n, height)) if axis == 0 else (lambda n: (width, n))
        works = [n for n in near if shows(*sizes(n), axis) is False and analyse(spec(*sizes(n)), "n", "n").complete]
        rounds = any(
            node.shapes[0].extents[1 - axis] % node.window.stride[1 - axis]
            for node in network.nodes
            if isinstance(node.window, Window) and node.window.mode == "slide"
        )
        wrong = bool(size % stride) and rounds and bool(shows(width, height, axis)) and bool(works)
        enlarges = any(line.startswith(("deconv", "upsample")) for line in up)
        assert bool(told_of) == (wrong and enlarges)
        if told_of:
            assert all(str(n) in messages[0][1] for n in works)


def fields(network):
    from cnncalc.analysis.receptive_field import fields as every

    return [field for field in every(network).values() if field != "whole"]


@pytest.mark.parametrize("name", ["unet", "unet-padded", "fcn", "yolov3", "dcgan", "dcgan-paper"])
def test_published_networks_that_enlarge_fit(name):
    import cnncalc

    assert [f for f in cnncalc.load(name).diagnostics if f.code == "FIT110"] == []


@pytest.mark.parametrize(
    ("size", "hint"), [("500x480x3", "use an input of 496 or 512 on the width"), ("512x512x3", "")]
)
def test_a_padded_unet_that_crops_its_skips(size, hint):
    down = "".join(f"D{i}: conv {4 << i} 3x3 pad 1\nmaxpool 2x2\n" for i in range(4))
    up = "".join(
        f"U{i}: deconv {4 << i} 2x2 stride 2\nJ{i}: concat\n  - from D{i}; crop to U{i}\n  - from U{i}\n"
        for i in (3, 2, 1, 0)
    )
    hints = [hint for _, hint in told(f"INPUT: {size}\n{down}conv 64 3x3 pad 1\n{up}conv 2 1x1", "FIT110")]
    assert hints == [hint] * bool(hint)


@pytest.mark.parametrize(
    "text",
    [
        # inputs of other sizes, layers worked out from the size, a network with an error
        "a: input 30x4\nb: input 32x4\nx: conv 4 2 stride 4 from a\nupsample 4\nadd from upsample1, b",
        "INPUT: 30x4\nconv 4 2 stride (min(4, L))\nupsample 4",
        # nothing rounds: 6 comes back as 8 because of the padding
        "INPUT: 6x4\nconv 4 3 pad 2\nmaxpool 2\nmaxpool 2\nupsample 4",
        "INPUT: 30x4\nconv 4 2 stride 4\nupsample 4\nconv 4 99",
        "INPUT: 30x4\nconv 4 2 stride 4\ndeconv 4 2",
    ],
)
def test_what_is_not_known_of_other_sizes_is_not_said(text):
    assert analyse(text, "net", "net.spec").complete == ("99" not in text)
    assert [f for f in found(text) if f.code == "FIT110"] == []


# figures


@pytest.mark.parametrize(("suffix", "digits"), [("", 0), ("K", 3), ("M", 6), ("G", 9), ("Ki", 3), ("Mi", 6), ("Gi", 9)])
def test_a_figure_may_have_as_many_digits_as_its_unit(suffix, digits):
    """1,024 has three zeros' worth: a step of 0.001Ki is 1.024 of one, of 0.0001Ki a tenth."""
    for places in range(12):
        figure = f"1{'.' * bool(places)}{'0' * places}{suffix}"
        for what in ("params", "macs", "activations"):
            text = f"INPUT: 8x8x1\nL: conv 1 1x1\nexpect {what} >= {figure}"
            assert bool(told(text, "REF106")) == (places > digits), figure
        memory = f"INPUT: 8x8x1\nL: conv 1 1x1\nexpect memory >= {figure}B"
        assert bool(told(memory, "REF106")) == (places > digits)


@pytest.mark.parametrize("claim", ["rf 5.50", "55x55x96", "34,944 params", "(1/3) params", "1e3 params"])
def test_receptive_fields_and_whole_numbers_are_as_precise_as_they_like(claim):
    assert told(f"INPUT: 8x8x1\nL: conv 1 1x1 => {claim}", "REF106") == []


PARTED = {
    "INPUT: 250x250x3\nE1: conv 8 3x3 pad 1\nmaxpool 2\nE2: conv 8 3x3 pad 1\nmaxpool 2\nU2: deconv 8 2x2 stride 2\n"
    "concat from E2, U2\ndeconv 8 2x2 stride 2\nadd from E1, deconv1": (
        "INPUT: the total stride of 4 does not divide the width and height of 250, so that the maps on line 7 do not "
        "meet",
        "use an input of 248 or 252",
    ),
    "INPUT: 30x30x3\nD1: conv 8 3x3 pad 1\nmaxpool 4\nupsample to D1\nadd from D1, upsample1": (
        "INPUT: the total stride of 4 does not divide the width and height of 30, so that the maps on line 4 do not "
        "meet",
        "use an input of 28 or 32",
    ),
    "axes CxHxW\nINPUT: 3x64x90\nA: conv 8 3x3 stride 2 pad 1\nB: conv 8 3x3 stride 2 pad 1\nup: upsample 2\n"
    "add from up, A": (
        "INPUT: the total stride of 4 does not divide the width of 90, so that the maps on line 6 do not meet",
        "use an input of 64x88 or 64x92",
    ),
}


@pytest.mark.parametrize("text", PARTED)
def test_where_maps_do_not_meet_inputs_are_named_for_which_they_do(text):
    message, hint = PARTED[text]
    assert [(f.message, f.hint) for f in findings(analyse(text, "net", "net.spec"), Choice(("FIT110",)))][:1] == [
        (message, hint)
    ]
    shape = re.search(r"INPUT: (\S+)", text)[1]
    for size in re.search(r"of (.*)", hint)[1].split(" or "):
        larger = size if "x" in size else f"{size}x{size}"
        mended = f"3x{larger}" if "axes" in text else f"{larger}x3"
        assert analyse(text.replace(shape, mended, 1), "net", "net.spec").complete


@pytest.mark.parametrize(
    "text",
    [
        "INPUT: 32x32x3\nadd\n  - conv 8 3x3 stride 2\n  - identity",
        "INPUT: 30x30x3\nconv 8 3x3 stride 2 pad 1\nadd\n  - conv 8 3x3\n  - identity",
        "INPUT: 31x31x3\nadd\n  - conv 3 3x3 stride 2\n  - identity",
        "INPUT: 30x30x3\nconv 8 2x2 stride 2\nconv 8 99x99",
        "INPUT: 30\nfc 8\nadd from INPUT, fc1",
        "a: input 30x30x3\nb: input 15x15x3\nA: conv 3 3x3 stride 2 from a\nadd from A, b",
    ],
)
def test_of_maps_that_never_meet_nothing_is_said(text):
    network = analyse(text, "net", "net.spec")
    assert not network.complete
    assert [f for f in findings(network, Choice(("FIT110",))) if f.code == "FIT110"] == []
