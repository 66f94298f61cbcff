"""The kernels of `convolve`: numbers, files of numbers, and those that have a name."""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING

from cnncalc.analysis import kernels
from cnncalc.cli.arrays import NUMERIC, channels_first, described, of_block, read, source, within
from cnncalc.cli.common import Failure
from cnncalc.record import NamedTuple
from cnncalc.syntax.numbers import Unread, counted, factor, short

if TYPE_CHECKING:
    from cnncalc.cli.arrays import Given, Loose, Wanted
    from cnncalc.geometry import Axes, Order
    from cnncalc.layer import Array

ROW = "; --rank 2 reads it as a picture of one row"
TWO_WORDS = re.compile(r"(?<=[A-Za-z]) +(?=[A-Za-z])")
"""What stands for the dash of a name: `sobel x`."""
SIZE = re.compile(r"[1-9][0-9]{0,8}")


class Filters(NamedTuple):
    """Kernels of one layer: (filters, channels, *extents), what the sums of each are divided by, which have a name."""

    weights: Array
    over: tuple[float, ...]
    named: tuple[kernels.Kernel | None, ...]


def filters(arguments: list[str], x: Given, wanted: Wanted) -> Filters:
    """The kernels that arguments stand for, all of one size, for an input."""
    import numpy as np

    every = [kernel(argument, x, wanted) for argument in arguments]
    shapes = [each.weights.shape[1:] for each in every]
    for argument, shape in zip(arguments, shapes, strict=True):
        if shape != shapes[0]:
            one, first = (shape_of(each, wanted.order) for each in (shape, shapes[0]))
            if shape[1:] == shapes[0][1:]:
                one, first = counted(shape[0], "channel") + " deep", f"{shapes[0][0]:,}"
            rest = "the filters of one layer are of one size"
            raise Failure(f"{called(argument)} is {one}, the first kernel {first}: {rest}")
    over = tuple(number for each in every for number in each.over)
    return Filters(
        np.concatenate([each.weights for each in every]), over, tuple(n for each in every for n in each.named)
    )


def called(argument: str) -> str:
    """What a message calls a kernel."""
    return f"--kernel '{short(argument)}'"


def shape_of(shape: Axes, order: Order) -> str:
    """(channels, *extents) as a shape is written."""
    from cnncalc.geometry import Shape

    return order.text(Shape(shape[0], tuple(shape[1:])))


def kernel(argument: str, x: Given, wanted: Wanted) -> Filters:
    """The filters that one argument stands for."""
    name, data = source(argument, called(argument), wanted.limits)
    try:
        if isinstance(data, str) and not NUMERIC.fullmatch(data) and (known := multiple(data, x, wanted)):
            return known
        loose = read(data, wanted)
        values = of_kernel(loose, x, wanted.order.channels_last)
    except Unread as error:
        raise Failure(f"{name}: {error}") from None
    return Filters(values, (loose.over,) * len(values), (None,) * len(values))


def of_kernel(loose: Loose, x: Given, last: bool) -> Array:
    """Numbers as (filters, channels, *extents): one with fewer axes than the input lies along those behind."""
    values, rank = loose.values, x.rank
    if loose.picture:
        raise Unread("a picture is no kernel: write its numbers")
    if loose.block:
        try:
            return of_block(values, rank)[None]
        except Unread as error:
            raise Unread(f"{error}: the input is {described(x)}{ROW * (rank == 1)}") from None
    values = values[(None,) * max(rank - values.ndim, 0)]
    if values.ndim > rank + 2:
        most = f"{rank + 2}: filters, channels and those of the input"
        raise Unread(f"an array of {counted(values.ndim, 'axis')}, and {described(x)} takes at most {most}")
    if values.ndim == rank + 2:
        return values.transpose(-1, -2, *range(rank)) if last else values
    return channels_first(values, rank, last)[None]


def multiple(text: str, x: Given, wanted: Wanted) -> Filters | None:
    """The kernel of a name, with a factor before it if so wished: `1/8 * sobel-x`. None for text with other words."""
    top, bottom, rest = factor(text) if "*" in text else (1.0, 1.0, text)
    known = named(rest, x, wanted)
    if known is None or top == bottom:
        return known
    return Filters(known.weights * top, (known.over[0] * bottom,), known.named)


def named(text: str, x: Given, wanted: Wanted) -> Filters | None:
    """The kernel of a name, of the size behind it where it takes one: `blur 5x5`. None for text with other words."""
    words = TWO_WORDS.sub("-", text).split()
    found = kernels.find(words[0]) if words else None
    if found is not None:
        extents = own(found, words[1:], x) if found.rows else sized(found, words[1:], x, wanted.order)
        within("", prod(extents), wanted.limits)
        return Filters(found.weights(extents)[None, None], (float(found.over(extents)),), (found,))
    if len(words) > 1 or not any(c.isalpha() for c in text):
        return None
    from cnncalc.diagnostic import did_you_mean

    hint = did_you_mean(text, tuple(each.name for each in kernels.KERNELS))
    raise Unread(
        f"no file and no kernel of this name; {hint or 'cnncalc convolve --kernels lists those that have one'}"
    )


def own(found: kernels.Kernel, words: list[str], x: Given) -> Axes:
    """The extents of a kernel that has rows of its own."""
    extents = (len(found.rows), len(found.rows[0]))
    size = f"{found.name} is {extents[1]}x{extents[0]}"
    if words:
        *some, last = (each.name for each in kernels.KERNELS if not each.rows)
        raise Unread(f"{size} and takes no size; {', '.join(some)} and {last} do")
    if x.rank != 2:
        raise Unread(f"{size}, and the input is {described(x)}{ROW * (x.rank == 1)}")
    return extents


def sized(found: kernels.Kernel, words: list[str], x: Given, order: Order) -> Axes:
    """The extents that are asked for, in PyTorch's order."""
    text = " ".join(words).replace(" x ", "x") or str(kernels.USUAL)
    sizes = text.split("x")
    if len(sizes) not in (1, x.rank) or not all(map(SIZE.fullmatch, sizes)):
        axes = f" or {x.rank} joined by 'x'" * (x.rank > 1)
        raise Unread(f"'{short(text)}' is no size: write one number{axes}")
    extents = order.turned(tuple(map(int, sizes * (x.rank if len(sizes) == 1 else 1))))
    if found.shift and extents[-1] <= found.shift:
        raise Unread(f"{found.name} has its one beside the centre: its rows have at least {found.shift + 1} cells")
    return extents
