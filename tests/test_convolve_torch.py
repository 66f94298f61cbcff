"""`cnncalc convolve` on random numbers: PyTorch gives the same, and what is printed as working can be worked again."""

import json
import math
import re
from itertools import product
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from cnncalc import layers, loads

MODES = {"zeros": "constant", "copy": "replicate", "reflect": "reflect", "circular": "circular"}
CONVS = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
MAXIMA = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
MEANS = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
NORMS = {1: F.lp_pool1d, 2: F.lp_pool2d, 3: F.lp_pool3d}
ORDERS = ("", "", "CxHxW", "HxWxC", "CxWxH")
CHANNELS_LAST = "HxWxC"
SAME = 1e-9


def trials(count):
    """Random cases; the fixture that runs commands serves all of them, as it keeps nothing."""
    return settings(max_examples=count, suppress_health_check=list(HealthCheck))


# What slides over what, with values in PyTorch's order of axes


class Slide(NamedTuple):
    """How a window moves; `pad` is a rule of the language, or (start, end) for each axis."""

    kernel: tuple
    stride: tuple
    dilation: tuple
    pad: object
    fill: str = "zeros"

    @property
    def reach(self):
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))

    def sides(self, extents):
        """The cells padded at each end of each axis: TensorFlow's rule for `same`, K - 1 for `full`."""
        if self.pad == "same":
            wanted = [math.ceil(w / s) for w, s in zip(extents, self.stride, strict=True)]
            moves = zip(wanted, self.stride, self.reach, extents, strict=True)
            totals = [max((out - 1) * s + k - w, 0) for out, s, k, w in moves]
            return tuple((total // 2, total - total // 2) for total in totals)
        rules = {"full": tuple((k - 1, k - 1) for k in self.reach), "valid": ((0, 0),) * len(extents)}
        return rules[self.pad] if isinstance(self.pad, str) else self.pad


class Convolution(NamedTuple):
    """Kernels, (filters, channels, *kernel), over x, (channels, *extents).

    The numbers of each kernel are multiplied by a factor (top, bottom); a `weighted` one is a mean.
    """

    x: np.ndarray
    kernels: np.ndarray
    factors: tuple
    bias: tuple
    slide: Slide
    depthwise: bool = False
    weighted: bool = False


class Pooling(NamedTuple):
    """A pool over x, (channels, *extents): its word, and its options in the language."""

    x: np.ndarray
    word: str
    slide: Slide
    power: str = "2"
    ceil: bool = False
    counts: str = ""


# PyTorch


def padded(x, sides, fill="zeros", value=0.0):
    """One sample with its channels, padded by PyTorch."""
    flat = [cells for pair in reversed(sides) for cells in pair]
    given_value = {"value": value} if fill == "zeros" else {}
    return F.pad(torch.from_numpy(np.ascontiguousarray(x))[None], flat, mode=MODES[fill], **given_value)


def convolved(case):
    """A convolution by PyTorch; each channel by itself is one in groups."""
    slide, alone = case.slide, case.depthwise or case.weighted
    top = np.array([a / b for a, b in case.factors]).reshape(-1, *[1] * (case.kernels.ndim - 1))
    weight = torch.from_numpy(case.kernels * top)
    if alone:
        weight = torch.cat([weight] * len(case.x))
    bias = torch.tensor(case.bias * (len(weight) // len(case.bias)), dtype=torch.float64)
    x = padded(case.x, slide.sides(case.x.shape[1:]), slide.fill)
    conv = CONVS[case.x.ndim - 1]
    out = conv(x, weight, bias, slide.stride, 0, slide.dilation, len(case.x) if alone else 1)[0]
    return out / weight.flatten(1).sum(1).reshape(-1, *[1] * (out.ndim - 1)) if case.weighted else out


def hanging(case, out):
    """The cells by which the last windows of a map hang over the padded end of each axis."""
    slide, extents = case.slide, case.x.shape[1:]
    axes = zip(out, slide.stride, slide.reach, extents, slide.sides(extents), strict=True)
    return tuple((0, max(0, (n - 1) * s + k - w - a - b)) for n, s, k, w, (a, b) in axes)


def started(case, out):
    """How many windows of each axis start on the map or the padding before it: those that round up to no more."""
    slide, extents = case.slide, case.x.shape[1:]
    axes = zip(out, slide.stride, extents, slide.sides(extents), strict=True)
    return tuple(slice(n - ((n - 1) * s >= w + a)) for n, s, w, (a, _) in axes)


def maxima(case):
    """A maximum by PyTorch: padding beyond a module's is -inf, and a window that starts behind the map is left out."""
    slide, rank = case.slide, case.x.ndim - 1
    x = padded(case.x, slide.sides(case.x.shape[1:]), slide.fill, -math.inf)
    out = MAXIMA[rank](x, slide.kernel, slide.stride, 0, slide.dilation, case.ceil)[0]
    return out[(slice(None), *started(case, out.shape[1:]))] if case.ceil else out


def means(case):
    """A mean by PyTorch: as its module pads, or where none can, of sums by counts."""
    slide, mean, sides = case.slide, MEANS[case.x.ndim - 1], case.slide.sides(case.x.shape[1:])
    real = case.counts == "nocountpad"
    if slide.fill == "zeros" and all(a == b for a, b in sides):
        given_x = torch.from_numpy(case.x)[None]
        return mean(given_x, slide.kernel, slide.stride, tuple(a for a, _ in sides), case.ceil, not real)[0]
    total = mean(padded(case.x, sides, slide.fill), slide.kernel, slide.stride, 0, case.ceil)[0]
    return total / mean(padded(np.ones_like(case.x), sides), slide.kernel, slide.stride, 0, case.ceil)[0] ** real


def norms(case):
    """A norm by PyTorch, of absolute values; it would scale up a window that hangs over the end, so zeros go there."""
    slide, rank, power = case.slide, case.x.ndim - 1, fraction(case.power)
    kernel = slide.kernel if rank > 1 else slide.kernel[0]
    x = padded(abs(case.x), slide.sides(case.x.shape[1:]), slide.fill)
    if case.ceil:
        found = MAXIMA[rank](x, slide.kernel, slide.stride, 0, 1, True)[0].shape[1:]
        out = tuple(part.stop for part in started(case, found))
        x = padded(x[0].numpy(), hanging(case, out))
        return NORMS[rank](x, power, kernel, slide.stride)[(0, slice(None), *map(slice, out))]
    return NORMS[rank](x, power, kernel, slide.stride)[0]


POOLS = {"max": maxima, "average": means, "l2": norms, "lp": norms}


def reference(case):
    """(channels, *extents) by PyTorch. Raises what PyTorch raises."""
    return (convolved(case) if isinstance(case, Convolution) else POOLS[case.word](case)).numpy()


def fraction(text):
    top, _, bottom = text.partition("/")
    return float(top) / float(bottom or 1)


# The command line


def by(axes, order):
    """Values of PyTorch's order of axes as an option takes them."""
    backwards = order in ("", "WxHxC", "CxWxH")
    return "x".join(axes[::-1] if backwards else axes)


def per_axis(values, order):
    texts = [str(value) for value in values]
    return texts[0] if len(set(texts)) == 1 else by(texts, order)


def sliding(slide, order):
    """The options that say how a window moves, but its kernel."""
    found = [] if set(slide.stride) == {1} else ["--stride", per_axis(slide.stride, order)]
    if set(slide.dilation) != {1}:
        found += ["--dilation", per_axis(slide.dilation, order)]
    if isinstance(slide.pad, str):
        pad = slide.pad
    elif all(a == b for a, b in slide.pad):
        pad = per_axis([a for a, _ in slide.pad], order)
    else:
        pad = by([f"{a}:{b}" for a, b in slide.pad], order)
    tail = "" if slide.fill == "zeros" else f" {slide.fill}"
    return found if pad + tail == "0" else [*found, "--pad", pad + tail]


def layer(case, order, form="text"):
    """The options that say what slides."""
    found = [*sliding(case.slide, order), *(["--axes", order] if order else [])]
    if isinstance(case, Pooling):
        power = f" power {case.power}" if case.word == "lp" else ""
        kernel = per_axis(case.slide.kernel, order)
        pool = f"{case.word} {kernel}{power}{' ceil' * case.ceil} {case.counts}".strip()
        # without a stride a pool moves by its kernel
        stride = [] if "--stride" in found else ["--stride", per_axis(case.slide.stride, order)]
        return ["--pool", pool, *found, *stride]
    if case.weighted and "--stride" not in found:
        found += ["--stride", per_axis(case.slide.stride, order)]
    found += ["--pool", "weighted"] * case.weighted + ["--depthwise"] * (case.depthwise and not case.weighted)
    found += ["--bias", " ".join(map(spelled, case.bias))] * any(case.bias)
    return [*found, *kernels(case, order, form)]


def kernels(case, order, form):
    """The kernels: as text one by one, or in brackets all in one."""
    if form == "brackets" and len(set(case.factors)) == 1:
        kernel = case.kernels
        if order == CHANNELS_LAST:
            kernel = kernel.transpose(*range(2, kernel.ndim), 1, 0)
        return ["--kernel", f"{factor(case.factors[0])}{json.dumps(kernel.tolist())}"]
    every = zip(case.kernels, case.factors, strict=True)
    return [word for kernel, times in every for word in ("--kernel", factor(times) + inline(kernel))]


def factor(times):
    top, bottom = times
    return "" if times == (1, 1) else f"{spelled(top)}{f'/{spelled(bottom)}' if bottom != 1 else ''} * "


def spelled(value):
    return str(int(value)) if value == int(value) else repr(float(value))


def block(x):
    """(channels, slices, rows, columns) of (channels, *extents)."""
    return x.reshape(len(x), *[1] * (4 - x.ndim), *x.shape[1:])


def inline(x, between=" "):
    """Numbers in one line: `1 0 / 2 1 // 3 1 / 0 0 | ...`."""
    return " | ".join(
        " // ".join(" / ".join(between.join(map(spelled, row)) for row in rows) for rows in slices)
        for slices in block(x).tolist()
    )


def lines(x, between=" "):
    """Numbers in lines: `//` between slices, an empty line between channels."""
    return "\n\n".join(
        "\n//\n".join("\n".join(between.join(map(spelled, row)) for row in rows) for rows in slices)
        for slices in block(x).tolist()
    )


def natural(x, way):
    """How many axes numbers are taken to have where nobody says."""
    if way in ("npy", "brackets"):
        return {1: 1, 2: 2, 3: 2, 4: 3}[x.ndim]
    slices, rows, columns = block(x).shape[1:]
    return 3 if slices > 1 else 2 if rows > 1 and columns > 1 else 1


WAYS = ("text", "commas", "brackets", "numpy", "txt", "csv", "json", "npy", "stdin", "column")


def entered(x, way, order):
    """(the words that give an input, what stands on stdin) of (channels, *extents)."""
    rank, stored = x.ndim - 1, np.moveaxis(x, 0, -1) if order == CHANNELS_LAST else x
    nested = json.dumps(stored.tolist())
    if way == "npy":
        np.save("input.npy", stored)
    text = inline(x[..., None] if rank == 1 and way == "column" else x, ", " if way == "commas" else " ")
    commented = "# numbers\n" + lines(x).replace("\n", "\n# more\n", 1) + "\n"
    written = {"txt": commented, "csv": lines(x, ",") + "\n", "json": nested, "stdin": lines(x, "\t")}
    written |= {"brackets": nested, "numpy": nested.replace(",", " ")}
    array = way in ("npy", "brackets", "numpy", "json")
    needed = natural(x, "npy" if array else way) != rank
    rank_words = ["--rank", str(rank)] if needed else []
    if way in ("txt", "csv", "json"):
        Path(f"input.{way}").write_text(written[way], encoding="utf-8")
    named = {"npy": "input.npy", "stdin": "-"} | {name: f"input.{name}" for name in ("txt", "csv", "json")}
    stdin = written["stdin"].encode() if way == "stdin" else b""
    return [named.get(way) or written.get(way, text), *rank_words], stdin


def read_csv(text):
    """(channels, slices, rows, columns) of what --format csv prints."""
    return np.array(
        [
            [[[float(n) for n in row.split(",")] for row in rows.split("\n")] for rows in channel.split("\n//\n")]
            for channel in text.strip("\n").split("\n\n")
        ]
    )


def numbers(run, words, stdin=b"", output="json"):
    """The numbers that a command line gives, by any of its outputs."""
    name = f"output.{output.partition('-')[2]}"
    asked = ["-o", name] if "-" in output else ["--format", output]
    done = run("convolve", *words, *asked, stdin=stdin)
    assert done.status == 0, done.err
    assert "error" not in done.err
    if name.endswith(".npy"):
        return np.moveaxis(np.load(name), -1, 0) if CHANNELS_LAST in words else np.load(name)
    text = Path(name).read_text(encoding="utf-8") if "-" in output else done.out
    return read_csv(text) if output.endswith("csv") else np.array(json.loads(text)["values"], float)


OUTPUTS = ("json", "json", "csv", "file-csv", "file-npy", "file-json")


def agree(found, expected, exact=False, csv=False):
    """The same numbers, whole ones to the last bit; those of CSV have the axes of lines."""
    if csv:
        expected = block(expected)
    assert found.shape == expected.shape
    if exact:
        assert np.array_equal(found, expected), f"{found} is not {expected}"
    np.testing.assert_allclose(found, expected, rtol=SAME, atol=SAME)


# Random cases


@st.composite
def arrays(draw, shape, sort):
    """Whole numbers, those that six digits hold, or any."""
    random = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    if sort == "whole":
        return random.integers(-9, 10, shape).astype(float)
    if sort == "quarters":
        return random.integers(-30, 31, shape) / 4
    return random.normal(0, 1, shape) * 10.0 ** random.integers(-3, 3, shape)


SORTS = st.sampled_from(("whole", "quarters", "any"))
RANKS = st.sampled_from((1, 1, 2, 2, 3))


@st.composite
def axes(draw, rank, low, high):
    return tuple(draw(st.lists(st.integers(low, high), min_size=rank, max_size=rank)))


@st.composite
def slides(draw, rank, most=3, dilated=2, pads=None):
    """(a window, the extents of a map on which it fits)."""
    kernel, stride = draw(axes(rank, 1, most)), draw(axes(rank, 1, 3))
    dilation = draw(axes(rank, 1, dilated))
    rules = ("same", "valid", "full")
    pad = draw(st.sampled_from((*rules, "even", "uneven", "even", "uneven"))) if pads is None else draw(pads)
    if pad in ("even", "uneven"):
        start, end = draw(axes(rank, 0, 2)), draw(axes(rank, 0, 2))
        pad = tuple(zip(start, end if pad == "uneven" else start, strict=True))
    slide = Slide(kernel, stride, dilation, pad)
    room = [sum(side) for side in slide.sides(slide.reach)] if pad != "same" else slide.reach
    least = [max(1, k - cells) for k, cells in zip(slide.reach, room, strict=True)]
    extents = tuple(low + more for low, more in zip(least, draw(axes(rank, 0, 5 - rank)), strict=True))
    sides = slide.sides(extents)
    largest = [max(side) for side in sides]
    fills = ["zeros", "copy"]
    fills += ["circular"] * all(cells <= w for cells, w in zip(largest, extents, strict=True))
    fills += ["reflect"] * all(cells < w for cells, w in zip(largest, extents, strict=True))
    return slide._replace(fill=draw(st.sampled_from(fills))), extents


@st.composite
def convolutions(draw, sorts=SORTS):
    rank, channels, filters, sort = draw(RANKS), draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(sorts)
    slide, extents = draw(slides(rank))
    x = draw(arrays((channels, *extents), sort))
    alone = draw(st.sampled_from((False, False, True)))
    weights = draw(arrays((filters, 1 if alone else channels, *slide.kernel), sort))
    some = st.sampled_from(((1, 1), (1, 1), (1, 16), (3, 4), (0.5, 1)))
    factors = tuple(draw(some) for _ in range(filters))
    count = filters * channels if alone else filters
    bias = draw(st.sampled_from(((0.0,), (0.0,), (-2.0,), (0.75,), tuple(i - 1.5 for i in range(count)))))
    return Convolution(x, weights, factors, bias, slide, depthwise=alone)


@st.composite
def weighted(draw, sorts=SORTS):
    """Means weighted by kernels whose sum is not so near 0 that it is made of rounding alone."""
    rank, channels, sort = draw(RANKS), draw(st.integers(1, 3)), draw(sorts)
    slide, extents = draw(slides(rank))
    weights = draw(arrays((draw(st.integers(1, 2)), 1, *slide.kernel), sort))
    assume(all(abs(kernel.sum()) > abs(kernel).sum() / 100 for kernel in weights))
    x = draw(arrays((channels, *extents), sort))
    return Convolution(x, weights, ((1, 1),) * len(weights), (0.0,), slide, weighted=True)


@st.composite
def poolings(draw, sorts=SORTS):
    """Pools that the language takes: zeros pad at most half the kernel, and no mean is rounded up beside F.pad."""
    rank, word = draw(RANKS), draw(st.sampled_from(("max", "average", "l2", "lp")))
    slide, extents = draw(slides(rank, 4, 2 if word == "max" else 1))
    sides = slide.sides(extents)
    pairs = list(zip(sides, slide.kernel, strict=True))
    if slide.fill == "zeros" and any(2 * max(side) > k for side, k in pairs):
        slide = slide._replace(pad=tuple((min(a, k // 2), min(b, k // 2)) for (a, b), k in pairs))
        more = zip(extents, slide.reach, slide.pad, strict=True)
        extents = tuple(max(w, k - sum(side)) for w, k, side in more)
    if word == "average" and rank == 3:
        extents = tuple(map(max, extents, slide.kernel))
    zeros, ceil = slide.fill == "zeros", draw(st.booleans())
    if word == "average":
        ceil = ceil and all(a == b for a, b in slide.sides(extents))
    ceil = ceil and zeros
    counts = draw(st.sampled_from(("", "countpad", *["nocountpad"] * zeros))) if word == "average" else ""
    power = draw(st.sampled_from(("1", "2", "3", "4", "3/2"))) if word == "lp" else "2"
    x = draw(arrays((draw(st.integers(1, 4)), *extents), draw(sorts)))
    return Pooling(x, word, slide, power, ceil, counts)


def ramp(*shape):
    return np.arange(1.0, 1 + math.prod(shape)).reshape(shape)


CUBE = Convolution(
    ramp(2, 3, 3, 2),
    np.stack([ramp(2, 2, 2, 1), -ramp(2, 2, 2, 1)]),
    ((1, 1), (1, 16)),
    (1.0, -1.0),
    Slide((2, 2, 1), (1, 1, 1), (1, 1, 1), "valid"),
)
SHARED = Convolution(
    ramp(2, 4, 3),
    np.stack([ramp(1, 2, 3), -ramp(1, 2, 3)]),
    ((1, 1), (3, 4)),
    (1.0, 2.0, 3.0, 4.0),
    Slide((2, 3), (2, 1), (1, 2), "same", "circular"),
    depthwise=True,
)
# -11834.98 is printed as a whole number
ROUNDED = Convolution(
    np.array([[7.0], [9.0], [11832.98]]),
    np.array([[[1.0], [-1.0], [-1.0]]]),
    ((1, 1),),
    (0.0,),
    Slide((1,), (1,), (1,), "valid"),
)
MIRRORED = Convolution(
    ramp(1, 4), ramp(2, 1, 3), ((1, 1), (1, 1)), (0.0,), Slide((3,), (1,), (2,), ((3, 2),), "reflect"), weighted=True
)
UNCOUNTED = Pooling(ramp(2, 5, 5), "average", Slide((3, 3), (2, 2), (1, 1), ((1, 1), (1, 1))), counts="nocountpad")
UNEVEN = Pooling(ramp(1, 5, 4), "average", Slide((2, 3), (1, 2), (1, 1), ((1, 0), (0, 1))), counts="nocountpad")
HANGING = Pooling(ramp(1, 4, 5), "average", Slide((3, 2), (2, 2), (1, 1), ((0, 0), (1, 1))), ceil=True)
CUBIC = Pooling(3 - ramp(1, 5), "lp", Slide((2,), (2,), (1,), ((0, 0),)), power="3", ceil=True)
# the taps step over the only cell
EMPTY = Pooling(ramp(1, 1), "max", Slide((2,), (1,), (2,), ((1, 1),)))
# a third window would start behind the map
BEHIND = Pooling(ramp(1, 3), "max", Slide((2,), (2,), (1,), ((1, 1),)), ceil=True)
# summed up in another order its last bit is another
LAID = Convolution(
    np.array([[1.257, -1.321, 6.404, 1.049], [-5.357, 3.616, 13.04, 9.471], [-7.037, -12.654, -6.233, 0.413]]),
    np.array([[[-2.325], [-0.219], [-1.246]]]),
    ((1, 1),),
    (0.0,),
    Slide((1,), (1,), (1,), "valid"),
)
CONVOLUTIONS, POOLINGS = (CUBE, SHARED, ROUNDED), (UNCOUNTED, UNEVEN, HANGING, CUBIC, EMPTY, BEHIND)


def also(cases, *others):
    """These cases besides the random ones."""

    def held(test):
        for case in cases:
            test = example(case, *others)(test)
        return test

    return held


@trials(60)
@given(convolutions(), st.sampled_from(ORDERS), st.sampled_from(WAYS), st.sampled_from(OUTPUTS), st.booleans())
@also(CONVOLUTIONS, "", "txt", "csv", False)
def test_convolutions_equal_pytorchs(run, case, order, way, output, brackets):
    words, stdin = entered(case.x, way, order)
    found = numbers(run, [*words, *layer(case, order, "brackets" if brackets else "text")], stdin, output)
    whole = all((array == array.round()).all() for array in (case.x, case.kernels, np.array(case.bias)))
    agree(found, reference(case), exact=whole and set(case.factors) == {(1, 1)}, csv="csv" in output)


@trials(50)
@given(poolings(), st.sampled_from(ORDERS), st.sampled_from(WAYS), st.sampled_from(OUTPUTS))
@also(POOLINGS, "", "txt", "json")
def test_pools_equal_pytorchs(run, case, order, way, output):
    words, stdin = entered(case.x, way, order)
    expected = reference(case)
    assume(np.isfinite(expected).all() or "csv" not in output)
    found = numbers(run, [*words, *layer(case, order)], stdin, output)
    agree(np.where(np.isnan(found), -np.inf, found), expected, exact=case.word == "max", csv="csv" in output)


@trials(30)
@given(weighted(), st.sampled_from(ORDERS), st.sampled_from(OUTPUTS))
@also((MIRRORED,), "", "json")
def test_weighted_means_equal_pytorchs_sums_of_products_over_the_sums_of_weights(run, case, order, output):
    words, stdin = entered(case.x, "text", order)
    agree(numbers(run, [*words, *layer(case, order)], stdin, output), reference(case), csv="csv" in output)


@trials(25)
@given(st.one_of(convolutions(), poolings()), st.sampled_from(ORDERS))
@example(LAID, CHANNELS_LAST)
def test_numbers_are_the_same_however_they_are_written(run, case, order):
    every = []
    for way in WAYS:
        words, stdin = entered(case.x, way, order)
        every.append(numbers(run, [*words, *layer(case, order)], stdin).tolist())
    assert every == every[:1] * len(WAYS) or np.isnan(every[0]).any()


# Every window worked


def lying(case):
    """The cells under each place a window may lie on: (channels, *padded), nan where one counts for nothing."""
    sides, out = case.slide.sides(case.x.shape[1:]), reference(case).shape[1:]
    counts = isinstance(case, Convolution) or (case.word == "average" and case.counts != "nocountpad")
    x = padded(case.x, sides, case.slide.fill, 0.0 if counts else math.nan)[0].numpy()
    return padded(x, hanging(case, out), "zeros", math.nan)[0].numpy()


def under(grid, slide, channel, place):
    """The cells of one channel under the window of a place, as rows."""
    starts = [o * s for o, s in zip(place, slide.stride, strict=True)]
    axes_ = zip(starts, slide.reach, slide.dilation, strict=True)
    cells = grid[(channel, *(slice(start, start + k, d) for start, k, d in axes_))]
    return cells.reshape(-1, cells.shape[-1])


def kernel_of(case, channel):
    """(the kernels of a channel of the output on each channel that it reads, their over, which channels these are)."""
    filters = len(case.kernels)
    alone = case.depthwise or case.weighted
    which = channel % filters if alone else channel
    maps = [channel // filters] if alone else list(range(len(case.x)))
    top, bottom = case.factors[which]
    return case.kernels[which] * top, case.kernels[which].sum() if case.weighted else bottom, maps


def pooled(case, cells):
    """What a pool makes of the cells that count."""
    power = fraction(case.power)
    some = {"max": lambda: max(cells, default=-math.inf), "average": lambda: sum(cells) / len(cells)}
    return some.get(case.word, lambda: sum(abs(cell) ** power for cell in cells) ** (1 / power))()


def near(a, b):
    return math.isclose(a, b, rel_tol=SAME, abs_tol=SAME)


def rows(values):
    return np.array([[math.nan if value is None else value for value in row] for row in values], float)


def reworked(case, grid, window, values):
    """Work one window of the JSON again, and hold all that it says against that."""
    channel, place = window["channel"], tuple(window["at"])
    convolution = isinstance(case, Convolution)
    weights, over, maps = kernel_of(case, channel) if convolution else (None, 1, [channel])
    assert [part["channel"] for part in window["parts"]] == maps
    for i, part in enumerate(window["parts"]):
        cells = rows(part["cells"])
        assert np.array_equal(cells, under(grid, case.slide, part["channel"], place), equal_nan=True)
        if convolution:
            assert np.array_equal(rows(part["kernel"]), weights[i].reshape(cells.shape))
            assert near((rows(part["kernel"]) * cells).sum(), part["value"])
        else:
            assert "kernel" not in part
            assert near(pooled(case, cells[~np.isnan(cells)].tolist()), number(part["value"]))
    bias = case.bias[channel if len(case.bias) > 1 else 0] if convolution else 0
    assert near(window["over"], over)
    assert window["bias"] == bias
    total = math.fsum(number(part["value"]) for part in window["parts"])
    assert near(total / window["over"] + window["bias"], number(window["value"]))
    assert number(window["value"]) == values[(channel, *place)]


def number(value):
    return -math.inf if value is None else value


CASES = st.one_of(convolutions(), poolings(), weighted())


@trials(50)
@given(CASES, st.sampled_from(ORDERS), st.randoms(use_true_random=False))
@also((*CONVOLUTIONS, *POOLINGS, MIRRORED), "", Random(8))
def test_every_window_can_be_worked_again(run, case, order, random):
    words = ["convolve", *entered(case.x, "text", order)[0], *layer(case, order), "--format", "json"]
    told = json.loads(run(*words, "--all").out)
    values = np.array(told["values"], float)
    values = np.where(np.isnan(values), -np.inf, values)
    every = [(window["channel"], *window["at"]) for window in told["windows"]]
    assert every == list(np.ndindex(values.shape))
    grid = lying(case)
    for window in told["windows"]:
        reworked(case, grid, window, values)
    place = random.choice(told["windows"])["at"]
    at = by([str(index) for index in place], order).replace("x", ",")
    one = json.loads(run(*words, "--at", at).out)["windows"]
    assert one == [window for window in told["windows"] if window["at"] == place]


# What is printed: sums, products, powers, max( ) and sqrt( ), read by nothing that the command uses


TOKEN = re.compile(r"\s*(\d+\.?\d*(?:e[+-]?\d+)?|inf|max|sqrt|[-+*/^(),=])")
DIGITS = 6
"""How many digits of a number are printed, where it is not whole."""


def spread(text):
    """How far what is printed may be from its number: -11834.98 is printed as -11835, 1234567.8 as 1.23457e+06."""
    value = float(text)
    if not value or not math.isfinite(value) or (text.isdigit() and len(text) > DIGITS):
        return 0.0
    return 10.0 ** (math.floor(math.log10(value)) - DIGITS + 1) / 2


class Interval(NamedTuple):
    """The least and the most that printed figures may stand for."""

    least: float
    most: float

    @classmethod
    def around(cls, values):
        values = list(values)
        return cls(min(values), max(values))

    def with_(self, other, work):
        return Interval.around(work(a, b) for a, b in product(self, other))

    def meets(self, other):
        slack = SAME * max([1.0, *(abs(end) for end in (*self, *other) if math.isfinite(end))])
        return self.least <= other.most + slack and other.least <= self.most + slack


class Reader:
    """Reads `EXPRESSION = VALUE` from left to right; its figures are `exact` or rounded."""

    def __init__(self, text, exact=False):
        self.exact = exact
        self.tokens = TOKEN.findall(text)
        assert "".join(self.tokens) == text.replace(" ", ""), text
        self.at = 0

    def take(self, *wanted):
        """The next token, if it is one of these."""
        if self.at < len(self.tokens) and self.tokens[self.at] in wanted:
            self.at += 1
            return self.tokens[self.at - 1]
        return ""

    def must(self, wanted):
        assert self.take(wanted), f"{wanted} is missing: {self.tokens[: self.at]}"

    def equation(self):
        left = self.sum()
        self.must("=")
        right = self.sum()
        assert self.at == len(self.tokens)
        return left, right

    def sum(self):
        found = self.times()
        while sign := self.take("+", "-"):
            found = found.with_(self.times(), lambda a, b, sign=sign: a + b if sign == "+" else a - b)
        return found

    def times(self):
        found = self.power()
        while sign := self.take("*", "/"):
            found = found.with_(self.power(), lambda a, b, sign=sign: a * b if sign == "*" else a / b)
        return found

    def power(self):
        found = self.one()
        if not self.take("^"):
            return found
        rounded, self.exact = self.exact, True  # powers are 2, 3 or 1.5
        exponent, self.exact = self.one(), rounded
        return found.with_(exponent, lambda a, b: a**b)

    def one(self):
        if self.take("-"):
            found = self.one()
            return Interval(-found.most, -found.least)
        if self.take("("):
            found = self.sum()
            self.must(")")
            return found
        if name := self.take("max", "sqrt"):
            every = self.listed()
            if name == "sqrt":
                return Interval(*(math.sqrt(max(end, 0)) for end in every[0]))
            return Interval(
                *(max(ends, default=-math.inf) for ends in (zip(*every, strict=True) if every else ((), ())))
            )
        text = self.tokens[self.at]
        self.at += 1
        value, around = float(text), 0.0 if self.exact else spread(text)
        return Interval(value - around, value + around)

    def listed(self):
        self.must("(")
        if self.take(")"):
            return []
        every = [self.sum()]
        while self.take(","):
            every.append(self.sum())
        self.must(")")
        return every


BEGINS = re.compile(r"(?:max|sqrt)?\(|-?\d[\d.]*(?:e[-+]\d+)?\*\(?-?\d")
"""How a sum begins that stands beside its window: the * between matrices has spaces on both sides."""


def printed(text):
    """[place, equations] of each window that is worked in a text."""
    found, open_, column = [], "", 0
    for line in text.partition("\n  output ")[2].splitlines()[1:]:
        if not open_ and (begins := BEGINS.search(line)):
            column, open_ = begins.start(), line[begins.start() :]
            if label := re.match(r"  (\d+(?:,\d+)*) ", line):
                found.append([label[1], []])
        elif open_ or " = " in line:
            open_ += " " + line[column:] if open_ else line
        if " = " in open_:
            found[-1][1].append(open_.strip())
            open_ = ""
    assert not open_
    return found


def exact(case):
    """Whether all that is printed of a case is whole."""
    if isinstance(case, Pooling):
        return case.word == "max" and (case.x == case.x.round()).all()
    every = [case.x, case.kernels, np.array(case.bias)]
    return not case.weighted and set(case.factors) == {(1, 1)} and all((a == a.round()).all() for a in every)


@trials(50)
@given(CASES, st.sampled_from(ORDERS))
@also((*CONVOLUTIONS, *POOLINGS, MIRRORED), "")
def test_what_is_printed_can_be_worked_again(run, case, order):
    words = [*entered(case.x, "text", order)[0], *layer(case, order), "--all"]
    told = json.loads(run("convolve", *words, "--format", "json").out)["windows"]
    found = printed(run("convolve", *words).out)
    for (place, sums), window in zip(found, told, strict=True):
        assert place == by([str(index) for index in window["at"]], order).replace("x", ",")
        several = len(window["parts"]) > 1
        values = [part["value"] for part in window["parts"]] * several + [window["value"]]
        for text, value in zip(sums, values, strict=True):
            worked, stated = Reader(text, exact(case)).equation()
            assert worked.meets(stated), text
            assert stated.meets(Interval(number(value), number(value))), text
        for text, part in zip(sums, window["parts"], strict=False):
            if "kernel" in part:
                stacked = np.stack([rows(part["kernel"]).ravel(), rows(part["cells"]).ravel()], 1)
                np.testing.assert_allclose(pairs(text), stacked, rtol=10.0 ** (1 - DIGITS) / 2)


PRODUCT = re.compile(r"([+-] |-?)(\d[^*]*)\*(?:\((-[^)]+)\)|([^ )]+))")


def pairs(text):
    """The (weight, cell) of each product of a sum, in the order of reading."""
    return [
        (float(f"{sign.strip()}{weight}"), float(below or other))
        for sign, weight, below, other in PRODUCT.findall(text)
    ]


WRONG = ("1*2 + 3*4 = 15", "max(1, -2) = -2", "(1 + 2)/3 = 1.00002", "sqrt(3^2 + 4^2) = 4.9999", "1*(-2) - 3*1 = 1")
RIGHT = (
    *("1*2 + 3*4 = 14", "max(1, -2) = 1", "(1 + 2)/3 = 1", "sqrt(3^2 + (-4)^2) = 5", "(1^3 + 2^3)^(1/3) = 2.08008"),
    *("max() = -inf", "(1*1e-05 - 2*0)/-2 + 1.5 = 1.5", "1*(-2) - 3*1 = -5", "2 - 1.00001e+20 = -1.00001e+20"),
)


@pytest.mark.parametrize("text", WRONG + RIGHT)
def test_the_reader_of_sums_tells_wrong_from_right(text):
    worked, stated = Reader(text).equation()
    assert worked.meets(stated) == (text in RIGHT)


# `Layer.worked` of every kind that states it


STATED = [kind for kind in map(layers.find, layers.keywords()) if "worked" in kind.__dict__]
EXAMPLES = [(kind.keyword(), *given_) for kind in STATED for given_ in kind.examples]
PLACES = 40
"""How many windows of an example are worked."""


def misworked(kind, shape, line):
    """The first place of an example where the parts of the working do not add up to what `run` gives, if any."""
    random = np.random.default_rng(8)
    net = loads(f"INPUT: {shape}\n{line}")
    node = net.nodes[-1]
    layer_ = kind(**node.layer.__dict__)
    x = random.integers(-5, 6, net.inputs[0].output.dims).astype(float)
    # what is added to the sums is no part of the working
    weights = {n: random.integers(-3, 4, w.shape) * float(not w.bias) for n, w in node.weights.items()}
    out = layer_.run(weights, x[None])[0]
    corners = set(product(*({0, n - 1} for n in out.shape)))
    some = random.choice(out.size, min(PLACES, out.size), replace=False)
    for index in sorted(corners | {tuple(map(int, np.unravel_index(at, out.shape))) for at in some}):
        parts = layer_.worked(weights, x, index[1:], index[0])
        if not near(math.fsum(part.value for part in parts), float(out[index])):
            return index
        for part in parts:
            counted = int((~np.isnan(part.cells)).sum())
            assert sum(map(len, part.terms)) == counted
            assert part.kernel is None or near((part.kernel * part.cells).sum(), part.value)
    return None


def test_convolutions_and_pools_are_worked():
    assert {kind.keyword() for kind in STATED} >= {"avgpool", "conv", "lppool", "maxpool"}


@pytest.mark.parametrize(("keyword", "shape", "line"), EXAMPLES, ids=[f"{shape} {line}" for _, shape, line in EXAMPLES])
def test_the_parts_of_a_working_add_up_to_what_the_kind_gives(keyword, shape, line):
    assert misworked(layers.find(keyword), shape, line) is None


@pytest.mark.parametrize("keyword", [kind.keyword() for kind in STATED])
def test_a_working_that_is_wrong_is_found(keyword):
    kind = layers.find(keyword)

    def more(self, weights, x, place, channel):
        first, *rest = kind.worked(self, weights, x, place, channel)
        return (first._replace(value=first.value + 1 * (sum(place) > 1)), *rest)

    wrong = type("Wrong", (kind,), {"worked": more})
    assert misworked(wrong, *kind.examples[0]) is not None


# What is refused


@st.composite
def loose(draw):
    """Convolutions and pools of any numbers, whether they fit or not, that a module of PyTorch writes as well."""
    rank, word = draw(RANKS), draw(st.sampled_from(("conv", "conv", "max", "average", "l2")))
    kernel, stride, extents = draw(axes(rank, 1, 5)), draw(axes(rank, 1, 3)), draw(axes(rank, 1, 6))
    dilation = draw(axes(rank, 1, 3)) if word in ("conv", "max") else (1,) * rank
    start = draw(axes(rank, 0, 4 if word == "conv" else 2 if word != "l2" else 0))
    end = draw(axes(rank, 0, 4)) if word == "conv" else start
    fill = draw(st.sampled_from(sorted(MODES))) if word == "conv" else "zeros"
    slide = Slide(kernel, stride, dilation, tuple(zip(start, end, strict=True)), fill)
    x = np.arange(1.0, 1 + math.prod(extents)).reshape(1, *extents)
    if word == "conv":
        return Convolution(x, np.ones((1, 1, *kernel)), ((1, 1),), (0.0,), slide)
    return Pooling(x, word, slide, ceil=draw(st.booleans()))


# 3 cells have 2 beyond the first to reflect
TURNED = Convolution(ramp(1, 3), np.ones((1, 1, 1)), ((1, 1),), (0.0,), Slide((1,), (1,), (1,), ((3, 0),), "reflect"))


def modules(case):
    """The output of a module of PyTorch that pads by itself. Raises RuntimeError."""
    slide, rank = case.slide, case.x.ndim - 1
    if isinstance(case, Convolution) or case.word == "l2":
        return reference(case)
    x, pad = torch.from_numpy(case.x)[None], tuple(a for a, _ in slide.pad)
    if case.word == "max":
        return MAXIMA[rank](x, slide.kernel, slide.stride, pad, slide.dilation, case.ceil)[0].numpy()
    return MEANS[rank](x, slide.kernel, slide.stride, pad, case.ceil)[0].numpy()


@trials(60)
@given(loose(), st.sampled_from(ORDERS))
@also((TURNED, BEHIND, EMPTY), "")
def test_what_is_refused_is_what_pytorch_refuses(run, case, order):
    words = [*entered(case.x, "text", order)[0], *layer(case, order)]
    try:
        expected = modules(case)
    except RuntimeError:
        done = run("convolve", *words)
        assert (done.status, done.out) == (1, "")
        assert done.err.startswith("error[SHP1")
    else:
        found = numbers(run, words)
        agree(np.where(np.isnan(found), -np.inf, found), expected)


@pytest.mark.parametrize("kernel", ["1 -1", "0.1 0.2 -0.3", "0 0", "1e-5 -1e-5"])
def test_no_mean_is_divided_by_a_sum_of_zero_or_of_last_bits(run, kernel):
    ones = " ".join("1" for _ in kernel.split())
    done = run("convolve", "1 2 3", "--pool", "weighted", "--kernel", ones, "--kernel", kernel)
    told = "cnncalc: --pool weighted divides by the sum of the weights, and that of kernel 1 is 0"
    assert (done.status, done.out, done.err.strip()) == (2, "", told)


def test_a_mean_is_divided_by_a_sum_however_small(run):
    found = numbers(run, ["1 2 3 4", "--pool", "weighted", "--kernel", "1e-200 3e-200"])
    agree(found, np.array([[1.75, 3.75]]))


# One command's CSV is the next one's input; kernels that have a name


@trials(25)
@given(CASES)
@also((CUBE, SHARED, UNCOUNTED))
def test_csv_piped_on_is_the_same_numbers(run, case):
    expected = reference(case)
    assume(np.isfinite(expected).all())
    words, _ = entered(case.x, "text", "")
    done = run("convolve", *words, *layer(case, ""), "--format", "csv")
    rank = ["--rank", str(expected.ndim - 1)]
    again = run("convolve", "-", *rank, "--kernel", "identity 1", "--format", "csv", stdin=done.out.encode())
    assert (again.status, again.out) == (0, done.out)
    found = numbers(run, ["-", *rank, "--kernel", "identity 1"], done.out.encode())
    assert found.shape == expected.shape
    agree(found, expected)


def outer(down, along):
    return np.multiply.outer(down, along)


SMOOTH, SLOPE, ONES = np.array([1.0, 2, 1]), np.array([-1.0, 0, 1]), np.ones(3)
LAPLACIAN = np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])
POINT = np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]])
NAMED = {
    "sobel-x": outer(SMOOTH, SLOPE),
    "sobel-y": outer(SLOPE, SMOOTH),
    "vertical-edge": outer(ONES, -SLOPE),
    "sharpen": POINT - LAPLACIAN,
}


@trials(25)
@given(arrays((2, 5, 4), "whole"), st.sampled_from(sorted(NAMED)), st.sampled_from(sorted(MODES)))
def test_kernels_that_have_a_name_take_each_channel_by_itself(run, x, name, fill):
    slide = Slide((3, 3), (1, 1), (1, 1), ((1, 1), (1, 1)), fill)
    case = Convolution(x, NAMED[name][None, None], ((1, 1),), (0.0,), slide, depthwise=True)
    words = [inline(x), "--kernel", name, "--pad", "1" if fill == "zeros" else f"1 {fill}"]
    agree(numbers(run, words), reference(case), exact=True)


@trials(30)
@given(st.data(), RANKS, st.integers(1, 2), SORTS)
def test_kernels_of_any_size_are_the_mean_the_cell_and_the_cell_behind_it(run, data, rank, channels, sort):
    kernel = data.draw(axes(rank, 1, 4))
    x = data.draw(arrays((channels, *(k + 2 for k in kernel)), sort))
    words, size = entered(x, "text", "")[0], per_axis(kernel, "")
    mean = MEANS[rank](torch.from_numpy(x)[None], kernel, 1)[0].numpy()
    agree(numbers(run, [*words, "--kernel", f"blur {size}"]), mean)
    inner = tuple(slice((k - 1) // 2, (k - 1) // 2 + 3) for k in kernel)
    agree(numbers(run, [*words, "--kernel", f"identity {size}"]), x[(slice(None), *inner)], exact=True)
    rolled = numbers(run, [*words, "--kernel", "shift-left", "--pad", "1 circular"])
    agree(rolled, torch.from_numpy(x).roll(-1, -1).numpy(), exact=True)
