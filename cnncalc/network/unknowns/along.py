"""What may stand in the holes of a window on one axis: the fit and the claimed extent as equations.

A window of reach K = D(F-1)+1 slides over an axis of W cells with room W + Pstart + Pend - K. It fits exactly where
the stride divides the room, and gives O cells where room = S(O-1) (Dumoulin & Visin 2016, relationship 6); a transposed
window gives O = S(W-1) + K - Pstart - Pend + outpad (relationship 14).
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING

from cnncalc.geometry import Pad, Window, reach, same_sides
from cnncalc.network.unknowns.holes import Entry, Form
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Spend = Callable[[int], None]
    """Counts what is tried, and raises once it is too much."""
    Row = tuple[int, ...]

ANY = 0
"""Stands for a stride where the window fits once, and for a dilation where the kernel is 1: every one is the same."""


class TooMany(Exception):
    """More was tried than the limit allows."""


class Budget:
    """How many numbers may be tried, and how many were."""

    def __init__(self, most: int) -> None:
        self.most, self.tried = most, 0

    def spend(self, count: int) -> None:
        """Count what is tried; raises TooMany."""
        self.tried += count
        if self.tried > self.most:
            raise TooMany


class Along(NamedTuple):
    """A window on one axis of `extent` cells, holes among its numbers; `out` is the extent claimed, -1 where none is.

    `rule` names the padding (same, full); `mode` is that of the window, `sign` -1 where a frame takes cells away.
    """

    extent: int
    out: int
    kernel: Entry
    dilation: Entry
    stride: Entry
    start: Entry
    end: Entry
    outpad: Entry
    rule: str
    mode: str
    sign: int

    @property
    def holes(self) -> Row:
        """The holes of this axis."""
        entries = (self.kernel, self.dilation, self.stride, self.start, self.end, self.outpad)
        return tuple(sorted({entry.hole for entry in entries if entry.hole >= 0}))

    @property
    def loose(self) -> Row:
        """The holes that may be ANY."""
        own = {self.stride.hole, self.dilation.hole} - {self.kernel.hole, -1}
        return tuple(sorted(own))

    @property
    def open(self) -> bool:
        """Whether no equation bounds what its kernel, its stride and its dilation may be."""
        bounded = self.mode == "slide" or self.out >= 0
        moving = (self.kernel, self.stride, self.dilation) if self.mode != "frame" else (self.start, self.end)
        return not bounded and self.sign > 0 and any(entry.hole >= 0 for entry in moving)


def axis_of(form: Form, axis: int, out: int) -> Along:
    """A form on one axis."""
    window, pad = form.layer.window(*form.shapes), form.layer.__dict__.get("pad")
    assert isinstance(window, Window)
    sign = 1
    if window.mode == "frame":
        ones = form.layer.replaced(pad=Pad(((1, 1),) * len(window.pad))).window(*form.shapes)
        sign = ones.pad[0][0] if isinstance(ones, Window) else 1
    return Along(
        form.shapes[0].extents[axis], out, form.entry("kernel", axis), form.entry("dilation", axis),
        form.entry("stride", axis), *form.sides(axis), form.entry("outpad", axis, 0),
        pad.rule if isinstance(pad, Pad) else "", window.mode, sign,
    )  # fmt: skip


def rows_along(axis: Along, spend: Spend) -> list[Row]:
    """What fits one axis: a row of numbers for its holes, in their order; ANY for a stride or dilation that is free."""
    found: list[Row] = []
    holes = axis.holes
    for kernel in kernels(axis, spend):
        for dilation in dilations(axis, kernel, spend):
            for start, end in pads(axis, reach(kernel, dilation), spend):
                for stride, outpad in strides(axis, kernel, dilation, (start, end), spend):
                    values = {
                        axis.kernel.hole: kernel, axis.dilation.hole: dilation * (kernel > 1) or ANY,
                        axis.start.hole: start, axis.end.hole: end, axis.outpad.hole: outpad, axis.stride.hole: stride,
                    }  # fmt: skip
                    found.append(tuple([values[hole] for hole in holes]))
    return found


def one_or(entry: Entry, low: int, high: int) -> range:
    """A known number, or all from low to high."""
    return range(entry.value, entry.value + 1) if entry.hole < 0 else range(low, high + 1)


def size(every: range) -> int:
    """How many there are, however many."""
    return max(every.stop - every.start, 0)


def most_reach(axis: Along) -> int:
    """The largest reach that is tried: the padded axis; where the pad is open or follows the kernel, the axis alone.

    A transposed window reaches no further than its claimed output and what is cut off it.
    """
    cells = axis.extent if axis.mode == "slide" else axis.out
    free = axis.rule or axis.start.hole >= 0 or axis.end.hole >= 0
    return cells if free else cells + axis.start.value + axis.end.value


def reach_wanted(axis: Along) -> int:
    """The reach that makes the claimed extent where all else is known; -1 where it follows from no other numbers."""
    others = (axis.stride, axis.start, axis.end, axis.outpad)
    if axis.out < 0 or axis.rule or axis.mode == "frame" or any(entry.hole >= 0 for entry in others):
        return -1
    cut, stride = axis.start.value + axis.end.value, axis.stride.value
    if axis.mode == "slide":
        return max(axis.extent + cut - stride * (axis.out - 1), 0)
    return max(axis.out + cut - axis.outpad.value - stride * (axis.extent - 1), 0)


def kernels(axis: Along, spend: Spend) -> range:
    """The kernels that are tried: 1 to the largest that the padded axis holds, or the one that the claim needs."""
    known = 1 if axis.dilation.hole >= 0 else axis.dilation.value
    if axis.kernel.hole >= 0 and axis.dilation.hole < 0 and (k := reach_wanted(axis)) >= 0:
        return range((k - 1) // known + 1, (k - 1) // known + 1 + (k > 0 and (k - 1) % known == 0))
    found = one_or(axis.kernel, 1, (most_reach(axis) - 1) // known + 1)
    spend(size(found))
    return found


def dilations(axis: Along, kernel: int, spend: Spend) -> range:
    """The dilations that are tried; of a kernel of 1 all are alike."""
    if kernel == 1:
        return one_or(axis.dilation, 1, 1)
    if axis.dilation.hole >= 0 and (k := reach_wanted(axis)) >= 0:
        step = (k - 1) // (kernel - 1)
        return range(step, step + (step > 0 and (k - 1) % (kernel - 1) == 0))
    found = one_or(axis.dilation, 1, max((most_reach(axis) - 1) // (kernel - 1), 1))
    spend(size(found))
    return found


def pads(axis: Along, k: int, spend: Spend) -> Iterable[tuple[int, int]]:
    """The cells at start and end: 0 to K-1, of a frame as many as the claimed extent asks for."""
    if axis.rule == "full":
        return ((k - 1, k - 1),)
    most = k - 1
    if axis.mode == "slide" and axis.stride.hole < 0 <= axis.out and axis.start.hole == axis.end.hole >= 0:
        twice = axis.stride.value * (axis.out - 1) + k - axis.extent
        return ((twice // 2, twice // 2),) * (twice % 2 == 0 and 0 <= twice <= 2 * most)
    if axis.mode == "frame":
        most = abs(axis.out - axis.extent) if axis.out >= 0 else axis.extent
    starts, ends = one_or(axis.start, 0, most), one_or(axis.end, 0, most)
    same = axis.start.hole == axis.end.hole >= 0
    spend(size(starts) * (1 if same else size(ends)))
    if same:
        return ((start, start) for start in starts)
    return ((start, end) for start in starts for end in ends)


def strides(axis: Along, kernel: int, dilation: int, pad: tuple[int, int], spend: Spend) -> Iterator[tuple[int, int]]:
    """(stride, outpad) that fit what else is chosen."""
    if axis.mode == "frame":
        if axis.out < 0 or axis.extent + axis.sign * sum(pad) == axis.out:
            yield axis.stride.value, 0
    elif axis.mode == "transposed":
        yield from transposed(axis, kernel, dilation, pad, spend)
    else:
        follows = axis.stride.hole == axis.kernel.hole >= 0
        yield from ((s, 0) for s in sliding(axis, reach(kernel, dilation), kernel if follows else 0, pad, spend))


def sliding(axis: Along, k: int, follows: int, pad: tuple[int, int], spend: Spend) -> Iterator[int]:
    """The strides of a window that slides: those that divide the room, or the one that makes the claimed extent."""
    if axis.rule == "same":
        tried = range(follows, follows + 1) if follows else one_or(axis.stride, 1, axis.extent)
        spend(size(tried))
        yield from (s for s in tried if exact(axis, axis.extent + sum(same_sides(axis.extent, k, s)) - k, s))
        return
    room = axis.extent + sum(pad) - k
    if room < 0:
        return
    if follows or axis.stride.hole < 0:
        stride = follows or axis.stride.value
        yield from (stride,) * exact(axis, room, stride)
    elif axis.out == 1 or not room:
        yield from (ANY,) * exact(axis, room, 1)
    elif axis.out > 1:
        yield from (s for s in (room // (axis.out - 1),) if s and exact(axis, room, s))
    elif axis.out < 0:
        yield from divisors(room, spend)


def exact(axis: Along, room: int, stride: int) -> bool:
    """Whether a window fits its room, and gives the extent that is claimed."""
    return room >= 0 and room % stride == 0 and axis.out in (-1, room // stride + 1)


def divisors(number: int, spend: Spend) -> Iterator[int]:
    """All that divide a number of at least 1."""
    root = isqrt(number)
    spend(root)
    for small in range(1, root + 1):
        if number % small == 0:
            yield small
            if small * small != number:
                yield number // small


def transposed(
    axis: Along, kernel: int, dilation: int, pad: tuple[int, int], spend: Spend
) -> Iterator[tuple[int, int]]:
    """(stride, outpad) of a transposed window that makes the claimed extent; where none is claimed, any."""
    k, steps, cut = reach(kernel, dilation), axis.extent - 1, sum(pad)
    tried = one_or(axis.stride, 1, (axis.out + cut) // max(steps, 1) + 1 if steps else 1)
    if axis.rule == "same":
        tried = one_or(axis.stride, 1, axis.out)
    free = axis.stride.hole >= 0 and not steps and axis.rule != "same"
    spend(size(tried))
    for stride in tried:
        if axis.rule == "same":
            yield from ((stride, 0) for _ in range(axis.out in (-1, axis.extent * stride)))
            continue
        lacking = axis.out - (steps * stride + k - cut)
        more = one_or(axis.outpad, 0, max(stride, dilation) - 1)
        if axis.out < 0:
            spend(size(more))
            yield from ((ANY if free else stride, outpad) for outpad in more)
        elif lacking in more:
            yield ANY if free else stride, lacking


def joined(axes: Iterable[tuple[Row, Row, list[Row]]], spend: Spend) -> tuple[Row, list[Row]]:
    """Rows of several axes that agree on the holes they share: (their holes, what stands in them).

    Of each axis its holes, those of them that may be ANY, and its rows.
    """
    holes: Row = ()
    rows: list[Row] = [()]
    for own, loose, found in axes:
        shared = [hole for hole in own if hole in holes]
        firm = [hole for hole in shared if hole not in loose]
        by: dict[Row, list[Row]] = {}
        for row in found:
            by.setdefault(tuple([row[own.index(hole)] for hole in firm]), []).append(row)
        pairs = [(holes.index(hole), own.index(hole)) for hole in shared if hole in loose]
        new = [at for at, hole in enumerate(own) if hole not in holes]
        at_firm = [holes.index(hole) for hole in firm]
        rows = [
            (*agreed(row, other, pairs), *(other[at] for at in new))
            for row in rows
            for other in matching(row, by.get(tuple([row[at] for at in at_firm]), []), pairs, spend)
        ]
        holes = (*holes, *(own[at] for at in new))
    return holes, rows


def matching(row: Row, others: list[Row], pairs: Sequence[tuple[int, int]], spend: Spend) -> list[Row]:
    """The rows of another axis that agree with this one where either may be ANY."""
    spend(len(others))
    return [other for other in others if all(ANY in (row[a], other[b]) or row[a] == other[b] for a, b in pairs)]


def agreed(row: Row, other: Row, pairs: Sequence[tuple[int, int]]) -> Row:
    """A row with what another axis says where it is ANY itself."""
    said = dict(pairs)
    return tuple([value or other[said[at]] if at in said else value for at, value in enumerate(row)])
