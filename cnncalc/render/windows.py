"""What `convolve` prints: the size's working, the numbers, and windows worked as products and sums."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from cnncalc.analysis.convolution import worked
from cnncalc.analysis.working import Step, axis_names, sizes
from cnncalc.geometry import Window
from cnncalc.layer import figure, second
from cnncalc.record import NamedTuple
from cnncalc.render.people import safe, steps, wrapped
from cnncalc.syntax.numbers import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnncalc.analysis.convolution import Operation, Worked
    from cnncalc.geometry import Axes, Order
    from cnncalc.layer import Array, Part
    from cnncalc.render.people import Styled

FIRST = 3
"""How many windows are worked where nobody asks for more."""
MOST = 400
"""How many numbers of one map are printed."""
CELLS = 100
"""How many cells a window has at most that is worked unasked."""
SHORT = 48
"""How long a sum is that stands in one line beside its window."""
TIED = "\u00a0"
"""Stands between a sign and its term, where lines are broken."""
INDICES = {"width": "column", "height": "row", "depth": "slice", "length": "position"}


class Shown(NamedTuple):
    """A layer over numbers and what is asked of it: the windows at one place, every window, or the first few.

    `names` are those of the channels of `out`, `notes` what else is to be said.
    """

    operation: Operation
    out: Array
    names: tuple[str, ...]
    notes: tuple[Step, ...]
    order: Order
    at: Axes | None
    every: bool

    @property
    def slice(self) -> int:
        """How many rows a slice of a window of depth has; 0 where there is none."""
        window = self.operation.node.window
        return window.kernel[1] if isinstance(window, Window) and len(window.kernel) == 3 else 0

    @property
    def line(self) -> str:
        """The layer as the language writes it."""
        place = self.operation.node.place
        return " ".join(place.line.text[place.begin : place.end].split())

    def workings(self) -> Iterator[Worked]:
        """The windows that are worked; the first ones only where they are small."""
        import numpy as np

        several = self.every or self.at is not None
        for channel in range(len(self.out) if several else 1 - (self.large > 0)):
            at = [self.at] if self.at is not None else np.ndindex(self.out.shape[1:])
            for place in islice(at, None if self.every else FIRST):
                yield worked(self.operation, self.out, place, channel)

    @property
    def large(self) -> int:
        """How many cells lie under a window, where those are too many to be worked unasked; else 0."""
        cells = self.operation.cells
        return cells if cells > CELLS else 0


def heading(shown: Shown, width: int) -> Iterator[Styled]:
    """(style, line) of what is done, and how large that makes the output."""
    yield "title", safe(shown.line)
    given = Step("input", shown.order.text(shown.operation.node.shapes[0]))
    yield from wrapped(steps([given, *shown.notes, *sizes(shown.operation.node, shown.order)]), width)


def body(shown: Shown, width: int) -> Iterator[Styled]:
    """The numbers, and windows worked."""
    for name, map_ in zip(shown.names, shown.out, strict=True):
        yield "", ""
        yield from [("heading", name)] * (len(shown.names) > 1)
        yield from numbers(map_, width)
    yield "", ""
    if shown.at is not None or shown.every or not shown.large:
        yield from workings(shown, width)
        yield "", ""
    yield from wrapped([("quiet", closing(shown))], width)


def numbers(map_: Array, width: int) -> Iterator[Styled]:
    """The numbers of one map as they lie, or of a large one what they are like."""
    text = [] if map_.size > MOST else matrix(map_.reshape(-1, map_.shape[-1]))
    if map_.ndim == 1 and text:
        yield from wrapped([("", f"  {' '.join(text[0].split())}")], width)
    elif text and len(text[0]) + 2 <= width:
        for i, line in enumerate(text):
            yield from [("", "")] * (map_.ndim == 3 and i > 0 and i % map_.shape[1] == 0)
            yield "", f"  {line}"
    else:
        least, mean, most = (figure(float(value)) for value in (map_.min(), map_.mean(), map_.max()))
        said = f"  {map_.size:,} numbers, the least {least}, the mean {mean}, the most {most}: --format csv prints them"
        yield from wrapped([("", said)], width)


def matrix(cells: Array) -> list[str]:
    """Rows of numbers, their columns below one another; a dot for a cell that does not count."""
    texts = [[figure(value) if value == value else "." for value in row] for row in cells.tolist()]
    wide = max(len(text) for row in texts for text in row)
    return [" ".join(text.rjust(wide) for text in row) for row in texts]


def workings(shown: Shown, width: int) -> Iterator[Styled]:
    """Every window that is asked for, worked; the channel is named where there are several."""
    channel = -1
    last = tuple([extent - 1 for extent in shown.out.shape[1:]])
    wide = len(label(last, shown.order)) if shown.every else 0
    for i, each in enumerate(shown.workings()):
        at = label(each.place, shown.order).ljust(wide)
        lines = fitting(each, at, shown.slice, width - 2)
        new = each.channel != channel and len(shown.names) > 1
        yield from [("", "")] * (i > 0 and (len(lines) > 1 or new))
        yield from [("heading", shown.names[each.channel])] * new
        yield from (("", f"  {line}".rstrip()) for line in lines)
        channel = each.channel


def fitting(each: Worked, at: str, slice_: int, width: int) -> list[str]:
    """One window: its sums beside the cells and the kernel, where there is no room below them, else alone."""
    ways = [laid(each, at, slice_)]
    if len(each.place) > 1:
        ways.append([*broken(beneath(each, at, slice_), width)])
    alone = [*broken(plain(each, at), width)]
    return next((lines for lines in ways if max(map(len, lines)) <= width), alone)


def broken(lines: Iterable[str], width: int) -> Iterator[str]:
    """Lines with sums broken between their terms."""
    for line in lines:
        parts = wrapped([("", line.replace(" = ", f" ={TIED}"))], width) if " = " in line else [("", line)]
        yield from (text.replace(TIED, " ") for _, text in parts)


def laid(each: Worked, at: str, slice_: int) -> list[str]:
    """Where the window is, the cells, the kernel beside them, the sum; below one another for each channel.

    An empty line parts slices of so many rows.
    """
    lines: list[str] = []
    for part in each.parts:
        text = in_rows(part, *around(each, part))
        lines += beside([*placed(each, part, at if not lines else " " * len(at)), text], slice_)
    if len(each.parts) > 1:
        lines.append(f"{' ' * len(at)}  {total(each)}")
    return lines


def beneath(each: Worked, at: str, slice_: int) -> Iterator[str]:
    """The same with each sum in a line below its window."""
    margin = " " * len(at)
    for i, part in enumerate(each.parts):
        yield from beside(placed(each, part, margin if i else at), slice_)
        yield f"{margin}  {sum_of(each, part)}"
    if len(each.parts) > 1:
        yield f"{margin}  {total(each)}"


def placed(each: Worked, part: Part, at: str) -> list[list[str]]:
    """Where the window is, its channel if there are several, the cells and the kernel."""
    name = [f"channel {part.channel}"] if len(each.parts) > 1 else []
    return [[at], name, *laid_out(part, len(each.place))]


def label(place: Axes, order: Order) -> str:
    """A place, in the order of the axes."""
    return ",".join(map(str, order.turned(place)))


def plain(each: Worked, at: str) -> Iterator[str]:
    """One window as sums alone."""
    single = len(each.parts) == 1
    for i, part in enumerate(each.parts):
        name = "" if single else f"channel {part.channel}  "
        yield f"{at if not i else ' ' * len(at)}  {name}{sum_of(each, part)}"
    if not single:
        yield f"{' ' * len(at)}  {total(each)}"


def sum_of(each: Worked, part: Part) -> str:
    """The sum of one channel, each sign tied to its term."""
    before, after = around(each, part)
    text = " ".join(token.replace(" ", TIED) for row in tokens(part) for token in row)
    return f"{before}{text}{after}"


def laid_out(part: Part, rank: int) -> list[list[str]]:
    """The cells under the window and the kernel, where they have rows."""
    if rank < 2:
        return []
    cells = matrix(part.cells)
    if part.kernel is None:
        return [cells, [" "]]
    times = [" "] * ((len(cells) - 1) // 2) + ["*"]
    return [cells, times, matrix(part.kernel), [" "]]


def in_rows(part: Part, before: str, after: str) -> list[str]:
    """The sum in one line where it is short, else in a line for each row of the window."""
    rows = [" ".join(row) for row in tokens(part)]
    if len(text := " ".join(rows)) <= SHORT or len(rows) == 1:
        return [f"{before}{text}{after}"]
    return [before + rows[0], *rows[1:-1], rows[-1] + after]


def tokens(part: Part) -> list[list[str]]:
    """The terms with the signs before them, or the commas behind them."""
    every = signed([term for row in part.terms for term in row], part.sign)
    ends = [sum(map(len, part.terms[: i + 1])) for i in range(len(part.terms))]
    return [every[end - len(row) : end] for row, end in zip(part.terms, ends, strict=True)]


def signed(terms: Sequence[str], sign: str) -> list[str]:
    """`2`, `- 3`, `+ 1`; in a list `2,`, `-3,`, `1`."""
    if sign == ",":
        return [*(f"{term}," for term in terms[:-1]), *terms[-1:]]
    later = [f"- {term[1:]}" if term[0] == "-" else f"+ {term}" for term in terms[1:]]
    return [*terms[:1], *later]


def around(each: Worked, part: Part) -> tuple[str, str]:
    """What stands before and behind the terms of a part: of the only one all that leads to the number."""
    return ends(each, part) if len(each.parts) == 1 else (part.before, f"{part.after} = {figure(part.value)}")


def ends(each: Worked, part: Part) -> tuple[str, str]:
    """What stands before and behind the terms of the only part."""
    over, bias = each.over != 1, f" {signed(['', figure(each.bias)], '+')[1]}" if each.bias else ""
    divided = f")/{second(each.over)}" if over else ""
    return f"{'(' * over}{part.before}", f"{part.after}{divided}{bias} = {figure(each.value)}"


def total(each: Worked) -> str:
    """The sum of what the channels give: 308 - 498 + 164 + 1 = -25."""
    before, after = ends(each, each.parts[0])
    text = " ".join(signed([figure(part.value) for part in each.parts], "+"))
    return f"{before}{text}{after}"


def beside(columns: Sequence[Sequence[str]], slice_: int) -> list[str]:
    """Columns of lines beside one another, those without any left out; slices of so many rows are parted."""
    used = [column for column in columns if column]
    wide = [max(map(len, column)) for column in used]
    lines: list[str] = []
    for i in range(max(map(len, used))):
        lines += [""] * (slice_ > 0 and i > 0 and i % slice_ == 0)
        row = ((column[i] if i < len(column) else "").ljust(w) for column, w in zip(used, wide, strict=True))
        lines.append("  ".join(row).rstrip())
    return lines


def indices(order: Order, rank: int) -> list[str]:
    """What the indices of a place count, in the order of the axes."""
    return [INDICES[name] for name in order.turned(axis_names(order, rank))]


def closing(shown: Shown) -> str:
    """How the places are counted, and how to see more."""
    by = indices(shown.order, shown.out.ndim - 1)
    left = shown.out.size - (0 if shown.large else min(shown.out[0].size, FIRST))
    more = shown.at is None and not shown.every and left
    last = label(tuple([extent - 1 for extent in shown.out.shape[1:]]), shown.order)
    size = f" of {shown.large:,} cells each" * (shown.large > 0)
    rest = f"; {counted(left, 'more window')}{size}: --all works all, --at {last} the last"
    return f"places by {','.join(by)} from 0{rest if more else ''}"
