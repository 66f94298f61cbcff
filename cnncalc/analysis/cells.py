"""Sets of cells of a map, and how a window carries them to its input and to its output.

Along one axis a set is the bits of an integer: bit i stands for cell i. On several axes a `Box` is the product of one
such set an axis, and `Cells` is a union of boxes, none of them empty and none within another. Nothing is rounded or
bounded: branches that see different parts stay apart.
"""

from __future__ import annotations

from functools import lru_cache
from operator import ne, or_
from typing import TYPE_CHECKING

from cnncalc.geometry import reach
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnncalc.geometry import Axes, Window

Box = tuple[int, ...]
Cells = tuple[Box, ...]
MOST = 48
"""So many boxes may overlap; where there are more, they are cut into parts that do not, at most one a row."""


def full(extents: Axes) -> Box:
    """All cells of a map of these extents; of a vector the box of no axes, which is one cell."""
    return tuple([(1 << extent) - 1 for extent in extents])


def union(boxes: Iterable[Box]) -> Cells:
    """The boxes as a set: none empty, none within another, those that differ on one axis alone made one."""
    kept: list[Box] = []
    for box in boxes:
        if all(box):
            put(kept, box)
    return tuple(kept) if len(kept) <= MOST else tuple(apart(kept))


def put(kept: list[Box], box: Box) -> None:
    """One more box, made one with those that it makes a box with."""
    at = 0
    while at < len(kept):
        both = together(kept[at], box)
        if both is None:
            at += 1
        elif both == kept[at]:
            return
        else:
            del kept[at]
            box, at = both, 0
    kept.append(box)


def together(a: Box, b: Box) -> Box | None:
    """The union of two boxes where that is a box: one holds the other, or they differ on one axis alone."""
    both = tuple(map(or_, a, b))
    return both if both in (a, b) or sum(map(ne, a, b)) == 1 else None


def common(a: Cells, b: Cells) -> Cells:
    """The cells in both of two sets."""
    return union(tuple([x & y for x, y in zip(one, other, strict=True)]) for one in a for other in b)


def classes(boxes: Sequence[Box], start: int = 0) -> Iterator[tuple[int, list[Box]]]:
    """The cells along the first axis in groups that the same boxes hold, with the rest of those boxes.

    `start` are cells that are told too where no box holds them.
    """
    groups: dict[tuple[int, ...], int] = {(): start}
    for number, (first, *_) in enumerate(boxes):
        split: dict[tuple[int, ...], int] = {}
        for members, cells in groups.items():
            split[members] = cells & ~first
            split[(*members, number)] = cells & first
        alone = first
        for cells in groups.values():
            alone &= ~cells
        split[(number,)] = split.get((number,), 0) | alone
        groups = {members: cells for members, cells in split.items() if cells}
    yield from ((cells, [boxes[i][1:] for i in members]) for members, cells in groups.items() if cells)


def apart(boxes: Sequence[Box]) -> list[Box]:
    """The same cells as boxes that do not overlap, as few as rows differ; equal sets give equal boxes."""
    if not boxes or not boxes[0]:
        return list(boxes[:1])
    rows: dict[tuple[Box, ...], int] = {}
    for cells, rest in classes(boxes):
        inner = tuple(apart(rest))
        rows[inner] = rows.get(inner, 0) | cells
    return sorted((cells, *box) for inner, cells in rows.items() for box in inner)


def size(cells: Cells) -> int:
    """How many cells there are in a set."""
    total = 0
    for box in apart(cells) if len(cells) > 1 else cells:
        product = 1
        for axis in box:
            product *= axis.bit_count()
        total += product
    return total


def missing(boxes: Sequence[Box], extents: Axes) -> Axes | None:
    """A cell of a map of these extents that is in none of the boxes; None where they hold all."""
    if not extents:
        return None if boxes else ()
    for cells, rest in classes(boxes, (1 << extents[0]) - 1):
        inner = missing(rest, extents[1:])
        if inner is not None:
            return (first(cells), *inner)
    return None


def flat(cells: Cells, axis: int) -> int:
    """All of a set that lies along one axis."""
    every = 0
    for box in cells:
        every |= box[axis]
    return every


def first(bits: int) -> int:
    """The first of some cells."""
    return (bits & -bits).bit_length() - 1


def nearest(bits: int, cell: int) -> int:
    """That of some cells which is nearest to one, the later of two."""
    above, below = bits >> cell, bits & ((1 << cell) - 1)
    after = cell + first(above) if above else None
    before = below.bit_length() - 1
    if after is None or (below and cell - before < after - cell):
        return before
    return after


# Along one axis


class Slide(NamedTuple):
    """A window along one axis: how it moves, over `extent` cells to `out` of them.

    `start` and `end` are the cells that its padding adds, and `fill` says what stands there.
    """

    mode: str
    kernel: int
    dilation: int
    stride: int
    start: int
    end: int
    extent: int
    out: int
    fill: str = "zeros"

    @property
    def solid(self) -> Slide:
        """The same without holes: a tap on every cell from its first to its last, and no gap to its next place."""
        wide = reach(self.kernel, self.dilation)
        return self._replace(kernel=max(wide, self.stride) if self.mode == "slide" else wide, dilation=1)

    @property
    def holed(self) -> bool:
        """Whether it leaves cells out: by its dilation, or by a stride beyond its reach."""
        return self.solid.kernel != self.kernel


@lru_cache(maxsize=1024)
def along(window: Window, extents: Axes, outs: Axes, fill: str) -> tuple[Slide, ...]:
    """A window on each axis, over a map of these extents to one of those; an adaptive one says only the two."""
    sides = zip(window.kernel, window.dilation, window.stride, window.pad, extents, outs, strict=True)
    return tuple([Slide(window.mode, k, d, int(s), a, b, w, out, fill) for k, d, s, (a, b), w, out in sides])


def smeared(bits: int, times: int, step: int) -> int:
    """The cells, and those 1, 2, ..., times - 1 steps behind each; by doubling."""
    done = 1
    while done < times:
        more = min(done, times - done)
        bits |= bits << more * step
        done += more
    return bits


def stretched(bits: int, stride: int) -> int:
    """Cell i at i times the stride."""
    return bits if stride == 1 else int(("0" * (stride - 1)).join(format(bits, "b")), 2)


def thinned(bits: int, stride: int) -> int:
    """Cell i for what stands at i times the stride."""
    return bits if stride == 1 else int(format(bits, "b")[::-1][::stride][::-1], 2)


def moved(bits: int, by: int) -> int:
    """Every cell so many places on, or back where that is negative; nothing is left before the first."""
    return bits << by if by >= 0 else bits >> -by


def taps(slide: Slide, bits: int) -> tuple[int, int]:
    """(what some cells of the output read, the place of cell 0 of the input in it), beyond the ends too.

    A window that slides reads at o*S - P + t*D for each tap t; a transposed one at (o + P - t*D)/S where that is
    whole; an adaptive one from floor(o*W/O) to ceil((o + 1)*W/O) - 1.
    """
    _, kernel, dilation, stride, start, _, extent, out, _ = slide
    if slide.mode == "adaptive":
        return spread(bits, out, extent), 0
    if slide.mode != "transposed":
        return smeared(stretched(bits, stride), kernel, dilation), start
    back = (kernel - 1) * dilation
    zero = back // stride
    return thinned(smeared(bits << start + zero * stride, kernel, dilation) >> back, stride), zero


def spread(bits: int, places: int, extent: int) -> int:
    """The cells floor(i*W/O) to ceil((i + 1)*W/O) - 1 of W for every place i of O; those of neighbours touch."""
    every = 0
    for begin, end in runs(bits):
        every |= (1 << -(-end * extent // places)) - (1 << begin * extent // places)
    return every


def runs(bits: int) -> Iterator[tuple[int, int]]:
    """(the first of some cells side by side, the one behind the last) of all such."""
    while bits:
        begin = first(bits)
        end = begin + first(~(bits >> begin))
        yield begin, end
        bits = bits >> end << end


def cells_of(bits: int) -> Iterator[int]:
    """The cells, one by one."""
    return (cell for cell, bit in enumerate(reversed(format(bits, "b"))) if bit == "1")


@lru_cache(maxsize=2048)
def read(slide: Slide, bits: int) -> int:
    """The cells of the input that some cells of the output read, along one axis; padding holds none but by a fill."""
    found, zero = taps(slide, bits)
    inside = moved(found, -zero) & ((1 << slide.extent) - 1)
    return inside if slide.fill == "zeros" else inside | filled(slide, found)


def filled(slide: Slide, found: int) -> int:
    """The cells that stand in the padding which is read: the last one again, mirrored, or from the other end."""
    _, _, _, _, start, end, extent, _, fill = slide
    low, high = found & ((1 << start) - 1), found >> start + extent & ((1 << end) - 1)
    if fill == "circular":
        return low << extent - start | high
    if fill == "reflect":
        return mirrored(low, start) << 1 | moved(mirrored(high, end), extent - 1 - end)
    return (low > 0) | (high > 0) << extent - 1


def mirrored(bits: int, count: int) -> int:
    """So many cells in the other order."""
    return int(format(bits, f"0{count}b")[::-1], 2) if count else 0


@lru_cache(maxsize=2048)
def reading(slide: Slide, bits: int) -> int:
    """The cells of the output that read any of some cells of the input, along one axis: the other way of `read`."""
    mode, kernel, dilation, stride, start, _, extent, out, fill = slide
    every = (1 << out) - 1
    if mode == "adaptive":
        return spread(bits, extent, out)
    if mode == "transposed":
        return moved(smeared(stretched(bits, stride), kernel, dilation), -start) & every
    wide = moved(bits, start) | (0 if fill == "zeros" else copies(slide, bits))
    back = (kernel - 1) * dilation
    zero = back // stride
    return thinned(smeared(wide << zero * stride, kernel, dilation) >> back, stride) >> zero & every


def copies(slide: Slide, bits: int) -> int:
    """The cells of the padding that hold any of some cells, counted from the first of the padded axis."""
    _, _, _, _, start, end, extent, _, fill = slide
    if fill == "circular":
        low, high = bits >> extent - start, bits & ((1 << end) - 1)
    elif fill == "reflect":
        low = mirrored(bits >> 1 & ((1 << start) - 1), start)
        high = mirrored(bits >> extent - 1 - end & ((1 << end) - 1), end)
    else:
        low = ((1 << start) - 1) * (bits & 1)
        high = ((1 << end) - 1) * (bits >> extent - 1)
    return low | high << start + extent


def beyond(slide: Slide, bits: int) -> tuple[int, int]:
    """How many cells before the first and behind the last of its input some cells of the output read."""
    found, zero = taps(slide, bits)
    before = (found & ((1 << zero) - 1)).bit_count() if zero > 0 else 0
    return before, moved(found, -zero - slide.extent).bit_count()


def hangs(slide: Slide, bits: int) -> bool:
    """Whether some cells of the output read beyond the padding too: rounded up, or not there to be put down."""
    found, zero = taps(slide, bits)
    return slide.mode == "transposed" or found.bit_length() > zero + slide.extent + slide.end
