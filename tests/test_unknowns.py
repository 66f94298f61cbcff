"""Numbers to solve for: every answer of `?` against brute force and PyTorch, and every word of what has none."""

import subprocess
import sys
from itertools import product

import pytest
import torch
from ending import ending
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc.analysis.fit import fits, slides
from cnncalc.api import analyse, formatted
from cnncalc.source import Limits

INPUT = "INPUT: 32x32x3\n"


def network(text, **options):
    return analyse(text, "net", "net.spec", **options)


def answers(text, **options):
    """The answers of the only line with `?`."""
    net = network(text, **options)
    [solved] = net.solved
    return list(solved.answers)


def told(text, **options):
    """What is wrong: code place | message | hint."""
    found = network(text, **options).diagnostics
    return [f"{f.code.code} {f.line}:{f.column} | {f.message} | {f.hint}" for f in found]


def sized(axes, channels):
    """A shape as a spec writes it."""
    return "x".join(map(str, (*axes, channels)))


# Windows that slide, against loops over the whole interval


def slide(w, f, s, p, d):
    """(remainder, output) of (W + 2P - D(F - 1) - 1)/S + 1; None where the window is larger than the padded axis."""
    room = w + 2 * p - (d * (f - 1) + 1)
    return None if room < 0 else (room % s, room // s + 1)


def brute(axes, claimed, known, pool):
    """Every (kernel, stride, pad, dilation) within the documented intervals that fits and gives the claim, by loops."""
    found = []
    w = min(axes)
    kernels = [known["kernel"]] if "kernel" in known else range(1, w + 2 * known.get("pad", 0) + 1)
    for f in kernels:
        for d in [known["dilation"]] if "dilation" in known else range(1, w + 2 * known.get("pad", 0) + 1):
            if "dilation" not in known and f == 1 and d > 1:
                continue
            k = d * (f - 1) + 1
            if ("kernel" not in known or (d > 1 and "dilation" not in known)) and k > w + 2 * known.get("pad", 0):
                continue
            for p in [known["pad"]] if "pad" in known else range(k):
                for s in [known["stride"]] if "stride" in known else range(1, max(axes) + 2 * p + 1):
                    out = [slide(x, f, s, p, d) for x in axes]
                    if any(o is None or o[0] for o in out) or (pool and 2 * p > f):
                        continue
                    if "stride" not in known and s > 1 and all(o[1] == 1 for o in out):
                        continue
                    if all(c in (None, o[1]) for c, o in zip(claimed, out, strict=True)):
                        found.append({"kernel": f, "stride": s, "pad": p, "dilation": d})
    return found


@st.composite
def windows(draw):
    """A line with some numbers hidden, of a window that fits exactly, and the numbers."""
    kind, rank = draw(st.sampled_from(["conv 4", "maxpool"])), draw(st.integers(1, 3))
    f, d = draw(st.integers(1, 5)), draw(st.integers(1, 2))
    d = 1 if f == 1 else d
    s, p = draw(st.integers(1, 4)), draw(st.integers(0, f // 2))
    outs = draw(st.lists(st.integers(1, 6), min_size=rank, max_size=rank))
    axes = [s * (o - 1) + d * (f - 1) + 1 - 2 * p for o in outs]
    assume(min(axes) >= 1)
    numbers = {"kernel": f, "stride": s, "pad": p, "dilation": d}
    hidden = draw(st.lists(st.sampled_from(list(numbers)), min_size=1, max_size=3, unique=True))
    claims = [draw(st.sampled_from([o, o, o, None])) for o in outs]
    return kind, axes, outs, claims, numbers, hidden


def line_of(kind, axes, claims, numbers, hidden):
    """The spec, its options in the order of `numbers`."""
    said = " ".join(f"{name} {'?' if name in hidden else n}" for name, n in list(numbers.items())[1:])
    kernel = "?" if "kernel" in hidden else numbers["kernel"]
    claim = sized(["?" if c is None else c for c in claims], 4)
    return f"INPUT: {sized(axes, 4)}\nL: {kind} {kernel} {said} => {claim}"


@settings(max_examples=400)
@given(windows())
def test_windows_have_exactly_the_answers_of_brute_force(case):
    kind, axes, outs, claims, numbers, hidden = case
    known = {name: n for name, n in numbers.items() if name not in hidden}
    text = line_of(kind, axes, claims, numbers, hidden)
    found = [dict(zip(sorted(hidden, key=list(numbers).index), row, strict=True)) for row in answers(text)]
    every = brute(axes, claims, known, kind == "maxpool")
    expected = sorted({tuple(n[h] for h in numbers if h in hidden) for n in every})
    assert [tuple(row.values()) for row in found] == expected
    within = numbers["dilation"] * (numbers["kernel"] - 1) < min(axes) + 2 * known.get("pad", 0)
    fixed = "stride" in known or any(o > 1 for o in outs)
    if within and fixed:
        assert {h: numbers[h] for h in hidden} in found


@settings(max_examples=60)
@given(windows())
def test_pytorch_gives_what_every_answer_claims(case):
    kind, axes, _, claims, numbers, hidden = case
    text = line_of(kind, axes, claims, numbers, hidden)
    net = network(text)
    for row in net.solved[0].answers[:5] if net.solved else ():
        n = {**numbers, **dict(zip([h for h in numbers if h in hidden], row, strict=True))}
        x, rank = torch.zeros(1, 4, *axes[::-1]), len(axes)
        pool = getattr(torch.nn, f"MaxPool{rank}d")(n["kernel"], n["stride"], n["pad"], n["dilation"])
        conv = getattr(torch.nn, f"Conv{rank}d")(4, 4, n["kernel"], n["stride"], n["pad"], n["dilation"])
        out = (conv if kind == "conv 4" else pool)(x).shape[2:]
        assert all(c in (None, o) for c, o in zip(claims, out[::-1], strict=True))


@settings(max_examples=60)
@given(windows())
def test_every_window_that_is_used_fits_by_the_definition_of_the_linter(case):
    kind, axes, _, claims, numbers, hidden = case
    net = network(line_of(kind, axes, claims, numbers, hidden))
    assert all(fits(axis) for node in net for axis in slides(node))
    assert not [f for f in net.diagnostics if f.code in ("FIT101", "FIT102")]


# Transposed windows


@settings(max_examples=300)
@given(st.data())
def test_transposed_windows_have_exactly_the_answers_of_brute_force(data):
    names = ("kernel", "stride", "pad", "outpad", "dilation")
    f, s, d = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3)), data.draw(st.integers(1, 2))
    d = 1 if f == 1 else d
    k = d * (f - 1) + 1
    p, o = data.draw(st.integers(0, min(k - 1, 2))), data.draw(st.integers(0, max(s, d) - 1))
    w = data.draw(st.integers(2, 5))
    out = (w - 1) * s + k - 2 * p + o
    assume(out >= 1)
    numbers = dict(zip(names, (f, s, p, o, d), strict=True))
    hidden = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    said = " ".join(f"{name} {'?' if name in hidden else numbers[name]}" for name in names[1:])
    text = f"INPUT: {w}x{w}x2\nUP: deconv 4 {'?' if 'kernel' in hidden else f} {said} => {out}x{out}x4"
    cut = 0 if "pad" in hidden else 2 * p
    ranges = {
        "kernel": range(1, out + cut + 1), "stride": range(1, 3 * out + cut + 2), "pad": range(12),
        "outpad": range(3 * out), "dilation": range(1, out + cut + 1),
    }  # fmt: skip
    expected = set()
    for values in product(*(ranges[n] if n in hidden else [numbers[n]] for n in names)):
        f2, s2, p2, o2, d2 = values
        k2 = d2 * (f2 - 1) + 1
        legal = (
            o2 < max(s2, d2) and ("pad" not in hidden or p2 < k2) and not ("dilation" in hidden and f2 == 1 and d2 > 1)
        )
        free = "kernel" in hidden or ("dilation" in hidden and d2 > 1)
        if legal and (not free or k2 <= out + cut) and (w - 1) * s2 + k2 - 2 * p2 + o2 == out:
            expected.add(tuple(v for n, v in zip(names, values, strict=True) if n in hidden))
    assert answers(text) == sorted(expected)
    if k <= out + cut:
        assert tuple(numbers[n] for n in names if n in hidden) in expected


def test_a_transposed_window_is_what_pytorch_makes():
    for kernel, stride, more in answers("INPUT: 16x16x3\nUP: deconv 8 ? stride ? pad 1 outpad ? => 32x32x8"):
        up = torch.nn.ConvTranspose2d(3, 8, kernel, stride, 1, more)
        assert up(torch.zeros(1, 3, 16, 16)).shape == (1, 8, 32, 32)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("deconv 8 4x4 stride 2 pad ?", [(0,), (1,), (2,), (3,)]),
        ("deconv 8 ? stride ? pad same => 64x64x8", [(k, 2) for k in range(1, 65)]),
        ("deconv 8 ?x3 stride 2 => 65x65x8", [(3,)]),
        ("deconv 8 ? => ?x34x8", [(3,)]),
        ("deconv 8 4 stride 2 pad 1:? => 64x64x8", [(1,)]),
    ],
)
def test_transposed_windows(line, expected):
    assert answers(INPUT + line) == expected


# Several windows, numbers by axis


@settings(max_examples=60)
@given(st.integers(4, 12), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3))
def test_two_windows_of_a_line_have_exactly_the_answers_of_brute_force(w, f, g, s):
    def outs(f, p, g):
        first = slide(w, f, 1, p, 1)
        return slide(first[1], g, s, 0, 1) if first else None

    wanted = outs(f, 0, g)
    assume(wanted and wanted[0] == 0)
    every = [
        (a, p, b) for a in range(1, w + 1) for p in range(a) for b in range(1, w + 2 * p - a + 2)
        if outs(a, p, b) == (0, wanted[1])
    ]  # fmt: skip
    text = f"INPUT: {w}x{w}x2\nL: conv 3 ? pad ? relu maxpool ? stride {s} => {wanted[1]}x{wanted[1]}x3"
    assert answers(text) == every
    assert (f, 0, g) in every


@settings(max_examples=60)
@given(st.integers(2, 9), st.integers(2, 9), st.integers(1, 3), st.integers(0, 1))
def test_numbers_by_axis_have_exactly_the_answers_of_brute_force(w, h, s, p):
    every = [
        (a, b, c) for a in range(1, w + 2 * p + 1) for b in range(1, h + 2 * p + 1)
        for c in range(1, max(w, h) + 2 * p + 1)
        if (x := slide(w, a, c, p, 1)) and (y := slide(h, b, c, p, 1)) and x[0] == y[0] == 0
        and (c == 1 or x[1] > 1 or y[1] > 1)
    ]  # fmt: skip
    assert answers(f"INPUT: {w}x{h}x2\nL: conv 3 ?x? stride ? pad {p}") == every
    some = [row for row in every if row[2] == s and slide(h, row[1], s, p, 1)[1] == 2]
    assume(some)
    assert answers(f"INPUT: {w}x{h}x2\nL: conv 3 ?x? stride {s} pad {p} => ?x2x3") == [
        (a, b) for a, b, c in every if c == s and slide(h, b, s, p, 1)[1] == 2
    ]


@settings(max_examples=60)
@given(st.integers(2, 20), st.integers(1, 6), st.integers(0, 2))
def test_a_pool_whose_stride_is_its_kernel(w, out, p):
    every = [f for f in range(1, w + 2 * p + 1) if 2 * p <= f and slide(w, f, f, p, 1) == (0, out)]
    net = network(f"INPUT: {w}x{w}x2\nL: maxpool ? pad {p} => {out}x{out}x2")
    assert [row[0] for row in net.solved[0].answers] == every


# Counts


@settings(max_examples=150)
@given(st.integers(1, 60), st.sampled_from(["", " nobias"]), st.sampled_from(["", " bn", " bn prelu channelwise"]),
       st.sampled_from(["params", "weights", "macs", "flops", "activations"]))  # fmt: skip
def test_the_filters_that_a_sum_leaves_are_those_of_brute_force(count, bias, behind, quantity):
    def sums(n):
        [line] = network(f"INPUT: 9x9x4\nL: conv {n} 3x3{bias}{behind}").lines
        nodes = line.nodes
        each = {
            "params": lambda x: x.params, "weights": lambda x: x.params - x.biases, "macs": lambda x: x.macs,
            "flops": lambda x: x.work.flops, "activations": lambda x: x.activations,
        }  # fmt: skip
        return sum(each[quantity](node) for node in nodes)

    figure = sums(count)
    assert answers(f"INPUT: 9x9x4\nL: conv ? 3x3{bias}{behind} => {figure} {quantity}") == [(count,)]
    short = f"{figure / 1000:.1f}"
    expected = [(n,) for n in range(1, 80) if abs(sums(n) - float(short) * 1000) <= 50 + 1e-6]
    assert [
        a for a in answers(f"INPUT: 9x9x4\nL: conv ? 3x3{bias}{behind} => {short}K {quantity}") if a < (80,)
    ] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("conv ? 3x3 => 30x30x16", [(16,)]),
        ("conv ? 3x3 => 16@30x30", [(16,)]),
        ("conv K=? F=3 => ?x?x16", [(16,)]),
        ("conv ? 3x3 => 30x30", [(1,)]),
        ("conv ? 32x32 => 12", [(12,)]),
        ("conv ? 3x3 pad 1 gap => 12", [(12,)]),
        ("conv ? filters 3x3 => 448 params", [(16,)]),
        ("conv ? 3x3 nobias frozen => 432 buffers", [(16,)]),
        ("FC6: ? => 1000", [(1000,)]),
        ("FC6: ? => 1x1x1000", [(1000,)]),
        ("FC6: ? in 3072 => 30,730 params", [(10,)]),
        ("FC6: K=? relu => 31K params", [(10,)]),
        ("rbf ? => 10", [(10,)]),
        ("conv ? ? => 30x30x16", [(16, 3)]),
        ("deconv ? 2x2 stride 2 => 64x64x8, 104 params", [(8,)]),
        ("deconv ? 3x3 groups 3 nobias => 54 weights", [(6,)]),
        ("conv ? 3x3 depthwise => 60 params", [(6,)]),
        ("conv ? 3x3 stride 2 => 15x15x8", [(8,)]),
        ("INPUT2: 7\nconv 8 3x3 from INPUT2 => 5x8", None),
    ],
)
def test_counts(line, expected):
    if expected is not None:
        assert answers(INPUT + line) == expected


def test_counts_may_have_any_size():
    assert answers(f"INPUT: 8\nfc ? => {9 * 10**60} params") == [(10**60,)]
    assert answers(f"INPUT: 10**40x10**40x3\nconv ? 3x3 => {28 * 10**30} params") == [(10**30,)]


# Every kind of unknown, every way to write it


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INPUT: 227x227x3\nCONV1: 96 11x11 stride 4 pad ? => 55x55x96", [(0,)]),
        ("INPUT: 55x55x96\nCONV2: 64 ? stride 2 => 27x27x64", [(3,)]),
        ("INPUT: 33x33x3\nCONV: K=32 F=5 S=2 P=?", [(0,), (1,), (2,), (3,), (4,)]),
        ("INPUT: 33x33x3\nCONV: K=32 F=? S=2 P=1 => 17x17x32", [(3,)]),
        ("INPUT: 33x33x3\nCONV: K=32 F=5 S=? P=0 => 15x15x32", [(2,)]),
        ("[17x17x32] CONV: K=32 F=? S=2 P=1", None),
        ("INPUT: 32x20x3\nconv 8 3x3 pad ?x? => 32x22x8", [(1, 2)]),
        ("INPUT: 32x20x3\nconv 8 3x? => 30x16x8", [(5,)]),
        ("INPUT: 32x20x3\nconv 8 ?x3 => 30x18x8", [(3,)]),
        ("INPUT: 31x21x3\nconv 8 ?x? stride 2x? pad 1 => 16x7x8", [(3, 5, 3), (3, 11, 2), (3, 17, 1)]),
        ("axes CxHxW\nINPUT: 3x20x32\nconv 8 3x? => 8x18x28", [(5,)]),
        ("INPUT: 32x32x3\nconv 8 3x3 pad 0:? => 31x31x8", [(1,)]),
        ("INPUT: 32x32x3\nconv 8 4x4 stride 2 pad ?:?x1 => 16x16x8", [(0, 2), (1, 1), (2, 0)]),
        ("INPUT: 32x32x3\nconv 8 3x3 dilation ? pad 2 => 32x32x8", [(2,)]),
        ("INPUT: 32x32x3\nconv 8 1x1 dilation ?", [(1,)]),
        ("INPUT: 8x8x3\nconv 8 8x8 stride ?", [(1,)]),
        ("INPUT: 32x32x3\nconv 8 3x3 pad ? reflect => 34x34x8", [(2,)]),
        ("INPUT: 3x3x3\nconv 8 4x4 pad ? reflect => 6x6x8", None),
        ("INPUT: 32x32x3\nconv 8 ? pad full => 36x36x8", [(5,)]),
        ("INPUT: 32x32x3\nconv depthwise ? => 30x30x3", [(3,)]),
        ("INPUT: 56x56x3\nPOOL: ? => 28x28x3", [(2,)]),
        ("INPUT: 55x55x3\nPOOL: 3x3 stride ? => 27x27x3", [(2,)]),
        ("INPUT: 33x33x3\nMAX POOL1: 3x3 stride 2 pad ?", [(0,), (1,)]),
        ("INPUT: 33x33x3\nPOOL: avg 3x3 stride 2 pad ? => 17x17x3", [(1,)]),
        ("INPUT: 28x28x3\nsubsample ? => 14x14x3", [(2,)]),
        ("INPUT: 28x28x3\nlppool 2 stride ? => 14x14x3", [(2,)]),
        ("INPUT: 32x32x3\nzeropad ? => 36x36x3", [(2,)]),
        ("INPUT: 7x7x3\ncrop ?", [(0,), (1,), (2,), (3,)]),
        ("INPUT: 100x8\nconv 4 ? stride ? => 25x4", [(4, 4), (28, 3), (52, 2), (76, 1)]),
        ("INPUT: 16x16x16x3\nconv 8 ? pad 1 => 16x16x16x8", [(3,)]),
        ("INPUT: 32x32x3\nconv 8 3x3 pad 1 relu maxpool ? stride 2 => 15x15x8", [(4,)]),
        ("INPUT: 32x32x3\nconv 8 3x3 pad ? relu maxpool 2x2 stride 2 => 16x16x8", [(1,)]),
        ("INPUT: 32x32x3\nconv 8 ? relu maxpool ? stride 2 => 14x14x8, 224 params", [(3, 4)]),
        ("INPUT: 32x32x3\nconv 8 3x3 pad ? => rf 3, 30x30x8", [(0,)]),
        ("INPUT: 32x32x3\nconv 8 3x3 pad 1\nconv 8 ? pad 1 => rf 7", [(5,)]),
        ("k = 8\nINPUT: 32x32x3\nconv ? ? => 28x28x(2*k), (76*16) params", [(16, 5)]),
        ("INPUT: 32x32x3\nconv 2*C 3x3 pad ? gn C//2 => (W)x(H)x6", [(1,)]),
    ],
)
def test_what_may_be_asked(text, expected):
    if expected is not None:
        assert answers(text) == expected


def test_a_line_goes_on_with_the_smallest_answer():
    net = network(f"{INPUT}CONV1: 8 ? pad ? => 32x32x8\nCONV2: 16 3x3 => 30x30x16")
    assert [net.order.text(node.output) for node in net] == ["32x32x8", "30x30x16"]
    assert net["CONV1"].layer.kernel == (1, 1)
    assert net.complete
    assert [f.code.code for f in net.diagnostics] == ["REF105"]


def test_what_was_solved_is_told_in_order_with_its_working():
    net = cnncalc.loads(
        "INPUT: 227x227x3\nCONV1: 96 11x11 stride 4 pad ? => 55x55x96\nPOOL1: ? stride ? => 27x27x96\nFC: ? => 10"
    )
    assert [(s.name, s.what, s.place.span().line) for s in net.solved] == [
        ("CONV1", ("pad",), 2),
        ("POOL1", ("kernel", "stride"), 3),
        ("FC", ("units",), 4),
    ]
    first, second, third = net.solved
    assert first.how == "(227 + 2*0 - 11)/4 + 1 = 55"
    assert first.used == "pad ? = 0"
    assert second.answers == ((3, 2), (29, 1))
    assert second.used == "kernel ? = 3 and stride ? = 2"
    assert third.how == "the line gives 10"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("conv 8 ?x? => 30x28x8", ("kernel width", "kernel height")),
        ("conv 8 3x3 pad 0:? => 31x31x8", ("pad end",)),
        ("conv 8 ? relu maxpool ? stride 2 => 14x14x8, 224 params", ("conv kernel", "maxpool kernel")),
    ],
)
def test_what_each_number_is_called(line, what):
    assert network(INPUT + line).solved[0].what == what


# Where a line may stand


GRAPHS = {
    "a branch": ("SUM: add\n  - conv 8 3x3 pad ? => 32x32x8\n  - conv 8 1x1", "SUM"),
    "postfixes of a join": ("SUM: add maxpool ? => 16x16x8\n  - conv 8 3x3 pad 1\n  - conv 8 1x1", "SUM.maxpool"),
    "a join's params": ("SUM: concat conv1\n  - conv 8 1x1", None),
    "a group": ("g:\n  conv 8 ? pad 1 => 32x32x8", "g.conv1"),
    "a condition": ("if 1 > 0\n  conv 8 ? pad 1 => 32x32x8", "conv1"),
    "a head": ("A: conv 8 1x1\naux1 from A: aux\n  fc ? => 10\nB: conv 8 1x1 from A", "B"),
    "behind a block": ("block b(c)\n  conv c 3x3 pad 1\nB: b 8 maxpool ? => 16x16x8", "B.maxpool"),
    "behind an input": ("INPUT2: 8x8x3 maxpool ? => 4x4x3", "INPUT2.maxpool"),
    "shared": ("A: conv 3 ? pad 1 => 32x32x3\nB: share A", "B"),
    "behind shared": ("A: conv 3 3x3 pad 1\nB: share A maxpool ? => 16x16x3", "B.maxpool"),
    "another line": ("A: conv 3 3x3 pad 1\nrelu\nB: conv 3 ? from A => 30x30x3", "B"),
}


@pytest.mark.parametrize("case", GRAPHS)
def test_lines_of_graphs_may_ask(case):
    text, name = GRAPHS[case]
    if name:
        net = network(INPUT + text)
        assert net.complete, net.findings
        assert len(net.solved) == 1 and name in net
        assert not [f for f in net.diagnostics if f.severity == "error"]


def test_a_claim_of_a_join_or_a_call_speaks_of_all_of_it():
    both = "SUM: add maxpool ? => {} activations\n  - conv 8 3x3 pad 1\n  - conv 8 1x1"
    whole = 3 * 32 * 32 * 8
    assert answers(INPUT + both.format(whole + 16 * 16 * 8)) == [(2,)]
    call = "block b(c)\n  conv c 3x3 pad 1\nB: b 8 maxpool ? => {} activations"
    assert answers(INPUT + call.format(32 * 32 * 8 + 8 * 8 * 8)) == [(4,)]


# No answer, too many, nothing to say


def test_an_input_and_a_constant_that_is_set_are_known():
    assert told("INPUT: ?x32x3\nrelu") == [
        "SYN111 1:8 | every extent of the shape must be known: '?' cannot stand in it | write the number"
    ]
    with pytest.raises(ValueError, match=r"k=\?: '\?' cannot stand in an expression"):
        network("k = 3\nINPUT: 32x32x3\nconv k 3x3", set={"k": "?"})


def test_several_answers_are_a_warning_that_lists_them():
    [found] = network("INPUT: 33x33x3\nCONV1: 8 5x5 stride 2 pad ?").diagnostics
    assert (found.code, found.severity) == ("REF105", "warning")
    assert found.message == "pad ? on CONV1 has 5 answers: 0, 1, 2, 3, 4"
    assert found.hint == "write the one that is meant, or claim more; used is the smallest, 0"
    [found] = network("INPUT: 9216\nFC6: ? => 38M params").diagnostics
    assert found.message.startswith("units ? on FC6 has 109 answers: 4,069, 4,070")
    assert found.message.endswith(", and 89 more")


def test_behind_a_line_without_an_answer_the_claimed_shape_goes_on():
    found = told(f"{INPUT}CONV1: 8 5x5 stride 2 pad ? => 16x16x8\nCONV2: 8 20x20")
    assert [f[:6] for f in found] == ["SHP117", "SHP101"]
    net = network(f"{INPUT}CONV1: 8 5x5 stride 2 pad ?\nCONV2: 8 3x3")
    assert not net.complete and [layer.name for layer in net.unknown] == ["CONV1", "CONV2"]
    [solved] = net.solved
    assert (solved.answers, solved.what) == ((), ("pad",))
    assert "27 + 2P is odd" in solved.how


def test_a_broken_part_of_the_line_is_told_as_without_an_unknown():
    assert told(f"{INPUT}FC: 10\nconv 8 ? pad 1") == told(f"{INPUT}FC: 10\nconv 8 3 pad 1")
    assert [f[:6] for f in told(f"{INPUT}conv 8 3x3 pad ? groups 0 => 32x32x8")] == ["SYN111"]


# What the caller changes


def test_claims_that_are_not_held_are_no_equations():
    text = f"k = 16\n{INPUT}CONV1: k 3x3 pad ? => 32x32x16"
    assert answers(text) == [(1,)]
    assert answers(text, set={"k": 8}) == [(0,), (1,), (2,)]
    computed = f"k = 16\n{INPUT}CONV1: k 3x3 pad ? => 32x32x(k)"
    assert answers(computed, set={"k": 8}) == [(1,)]
    assert answers(f"{INPUT}conv 8 3x3 pad ? => (W)x(H)x8", input="64x64x3") == [(0,), (1,), (2,)]
    assert told(f"{INPUT}conv ? 3x3 => 30x30x8", input="64x64x3") == [
        "SHP118 2:6 | nothing says how many filters conv1 has | "
        "its claims are not held under --set or --input: write them with constants, or write the number"
    ]


# The other ways to the same


LINES = [
    "conv 8 3x3 pad ?", "conv ? 3x3 => 30x30x8", "CONV1: ? 3x3 stride ? pad ?x? => ?x30x8", "conv 8 pad ? 3x?",
    "CONV: K=32 F=5 S=2 P=?", "FC6: ? neurons => 10", "conv 8 ?x?x3", "conv depthwise ?", "maxpool ? stride ?",
    "conv 8 3 pad ?:1 reflect", "add maxpool ?\n  - relu\n  - relu",
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_fmt_keeps_what_is_asked(line):
    text = formatted(INPUT + line)
    assert text.count("?") == line.count("?")
    assert formatted(text) == text
    assert [s.answers for s in network(text).solved] == [s.answers for s in network(INPUT + line).solved]


def test_fmt_writes_the_letters_of_the_textbook_out():
    assert formatted("CONV: K=32 F=? S=2 P=?") == "CONV: 32 ? stride 2 pad ?\n"


def test_the_commands_use_the_answer(run, tmp_path):
    spec = tmp_path / "quiz.spec"
    spec.write_text("INPUT: 227x227x3\nCONV1: 96 11x11 stride 4 pad ? => 55x55x96\nFC: ? => 10\n")
    shown = run("show", str(spec))
    assert "CONV1  conv  55x55x96  11x11/4/0" in shown.out
    assert "CONV1: pad ? = 0, as (227 + 2*0 - 11)/4 + 1 = 55\nFC: units ? = 10, as the line gives 10\n" in shown.out
    assert "claims 2 of 2 hold" in shown.out
    explained = run("explain", str(spec), "CONV1").out
    assert "pad ? = 0, as (227 + 2*0 - 11)/4 + 1 = 55; the only answer" in explained
    assert "nn.Conv2d(3, 96, 11, stride=4)" in run("build", str(spec), "--to-torch").out
    assert run("lint", str(spec)).status == 0
    spec.write_text("INPUT: 33x33x3\nCONV1: 8 5x5 stride 2 pad ?\n")
    shown = run("show", str(spec))
    assert "CONV1: pad ? = 0, as (33 + 2*0 - 5)/2 + 1 = 15; the smallest of 5 answers" in shown.out
    assert shown.status == 0


def test_the_module_has_the_number_and_runs():
    net = cnncalc.loads(f"{INPUT}CONV1: ? ? stride 2 pad ? relu => 16x16x8, 392 params", "quiz")
    assert net.to_torch()(torch.zeros(2, 3, 32, 32)).shape == (2, 8, 16, 16)


# Limits


def searched(text):
    """The network of a text whose numbers are looked for."""
    with ending():
        return network(text)


def test_a_large_map_with_everything_unknown_is_solved():
    net = searched("INPUT: 224x224x3\nCONV1: 64 ? stride ? pad ? => 112x112x64, 1,792 params")
    assert net.solved[0].answers == () and "227 fit the shape" in net.solved[0].how
    net = searched("INPUT: 224x224x3\nCONV1: 64 ? stride ? pad ? => 55x55x64")
    found = net.solved[0].answers
    assert len(found) == len(set(found)) == 468 and (8, 4, 0) in found
    assert all((224 + 2 * p - k) % s == 0 and (224 + 2 * p - k) // s == 54 for k, s, p in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INPUT: 1000000x1000000x3\nconv 8 ? stride 2 => 499999x499999x8", [(4,)]),
        ("INPUT: 10**50x10**50x3\nconv 8 ? stride 2 => (5*10**49)x(5*10**49)x8", [(2,)]),
        ("INPUT: 10**50x10**50x3\nconv 8 10**40x10**40 pad ? => (10**50)x(10**50)x8", []),
        ("INPUT: 10**50x10**50x3\nconv 8 3x3 dilation ? pad ? => (10**50)x(10**50)x8", None),
    ],
)
def test_maps_of_any_width(text, expected):
    net = searched(text)
    assert expected is None or list(net.solved[0].answers) == expected


HOSTILE = [
    "INPUT: 10**50x10**50x3\nconv 8 ? stride ? pad ?",
    "INPUT: 10**50x10**50x3\nconv 8 3x3 stride ?",
    "INPUT: 10**9x10**9x3\nconv ? ? stride ? pad ? dilation ? => 10**12 params",
    "INPUT: 1\nfc ? => 900T params",
    "INPUT: 99999x99999x99999x3\nconv 8 ?x?x? stride ?x?x? pad ?x?x?",
    "INPUT: 64x64x3\nconv 8 ?" + " maxpool ? stride ?" * 600,
    "INPUT: 64x64x3\nconv 8 ? stride ? pad ?:?x?:?",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_search_is_without_end(text):
    net = searched(text)
    [found] = [f for f in net.diagnostics if f.severity == "error"]
    assert found.code == "SYN103"
    assert "more than 1,000,000 numbers would have to be tried" in found.message
    assert found.hint == "write one of the numbers, or claim the output; --limit search=N raises the limit"


def test_a_sentence_lists_a_few_of_many_numbers():
    [found] = network("INPUT: 64x64x3\nconv 8 ?" + " maxpool ? stride ?" * 600).diagnostics
    assert found.message.startswith("conv kernel ?, maxpool kernel ?, maxpool stride ?")
    assert " and 1,189 more on conv1: more than 1,000,000 numbers" in found.message


def test_the_limit_is_for_the_whole_file_and_can_be_changed():
    lines = "".join(f"L{i}: conv 3 ? stride ? pad ? => 64x64x3\n" for i in range(40))
    few = network(f"INPUT: 64x64x3\n{lines}", limits=Limits(search=5_000))
    codes = [f.code.code for f in few.findings]
    assert codes == ["SYN103"] * len(codes) and 0 < len(codes) < 40
    assert network(f"INPUT: 64x64x3\n{lines}", limits=Limits(search=5_000_000)).complete


def test_a_file_without_unknowns_loads_nothing_of_the_search():
    code = "import sys, cnncalc; cnncalc.load('alexnet'); print(*[m for m in sys.modules if 'cnncalc.network' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "cnncalc.network.unknowns.solving" in done.stdout.split()
    lazy = {f"cnncalc.network.unknowns.{name}" for name in ("search", "proof", "along", "holes")}
    assert not lazy & {*done.stdout.split()}


# What an error proposes


def remedies(text, hint, line):
    """Specs that the hint of an error proposes: other inputs, an uneven pad, another claim, a number that rounds."""
    import re

    for extent in re.findall(r"\d+", "".join(re.findall(r"an input of ([\d or]+) would fit", hint))):
        yield re.sub(r"INPUT: [\dx]+x4", f"INPUT: {'x'.join([extent] * line['rank'])}x4", text)
    for pad in re.findall(r"or pad (\d+:\d+)", hint):
        yield text.replace("pad ?", f"pad {pad}")
    for shape in re.findall(r"claim ([\dx]+)", hint):
        yield re.sub(r"=> [\dx]+", f"=> {shape}", text)
    for name, number in re.findall(r"(\w+) (\d+) gives it rounded", hint):
        yield (
            re.sub(r"(conv 4|maxpool) \?", rf"\1 {number}", text)
            if name == "kernel"
            else text.replace(f"{name} ?", f"{name} {number}")
        )


@settings(max_examples=250)
@given(
    st.sampled_from(["conv 4", "maxpool"]), st.integers(1, 2), st.integers(1, 30), st.integers(1, 30),
    st.sampled_from(["kernel", "stride", "pad", "dilation"]), st.integers(1, 5), st.integers(1, 4), st.integers(0, 2),
)  # fmt: skip
def test_every_remedy_that_is_told_is_one(kind, rank, width, out, hidden, f, s, p):
    numbers = {"kernel": f, "stride": s, "pad": min(p, f // 2), "dilation": 1}
    text = line_of(kind, [width] * rank, [out] * rank, numbers, [hidden])
    net = network(text)
    for finding in net.findings:
        if finding.code == "SHP117":
            for other in remedies(text, finding.hint, {"rank": rank}):
                again = network(other)
                assert again.complete, (finding, other)
                assert not [f for f in again.diagnostics if f.severity == "error"], (finding, other)


def test_a_proof_that_is_cut_short_says_what_was_searched():
    net = network(f"{INPUT}L: conv 8 ? dilation ? => 40x40x8", limits=Limits(search=100))
    assert net.findings[0].message == (
        "no kernel and dilation give L 40x40x8: none of kernel 1 to 32 and dilation 1 to 31 is an answer"
    )


def test_memory_is_an_equation_as_activations_are():
    for claim in ("60,192 B memory", "15,048 activations"):
        assert [s.answers for s in network(f"INPUT: 57x33x6\nC: conv 8 3 pad ? => {claim}").solved] == [((1,),)]
        assert [s.answers for s in network(f"INPUT: 57x33x6\nC: conv ? 1 => {claim}").solved] == [((8,),)]
    # K*(12*12 + (12/F)**2) = 1440, of which K = 8 and F = 2 is one answer; without F it says nothing of K
    for claim in ("5,760 B memory", "1,440 activations"):
        two = "INPUT: 12x12x3\nC: conv ? 1 maxpool ? =>"
        assert [s.answers for s in network(f"{two} 32 params, {claim}").solved] == [((8, 2),)]
        assert [f.code.code for f in network(f"{two} {claim}").findings] == ["SHP118"]
    [found] = network("INPUT: 57x33x6\nC: conv 8 3 pad ? => 60,193 B memory").findings
    assert "B memory" in found.message
