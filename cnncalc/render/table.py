"""The table of `show`: columns stated once, laid out as text, CSV or Markdown.

On a narrow terminal columns are dropped, the last first; a cell is never cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis import intensity
from cnncalc.geometry import WHOLE, Field, Window
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncalc.analysis.report import Report, Row
    from cnncalc.analysis.totals import Totals
    from cnncalc.geometry import Order, Sides
    from cnncalc.network.node import Network

    Cell = Callable[[Row, Order], str | int]


class Column(NamedTuple):
    """A column: its name for `--columns`, its heading, its cell, and its sum in the totals, if it has one.

    `instead` is what people read where a number is left out.
    """

    name: str
    heading: str
    cell: Cell
    total: Callable[[Totals], int] | None = None
    left: bool = False
    usual: bool = True
    instead: Callable[[Row], str] | None = None


class Grid(NamedTuple):
    """A table as text: headings, rows, and the sums below them."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    sums: tuple[str, ...]


def per_axis(values: Sequence[object], order: Order, single: bool = True) -> str:
    """Per-axis values: 3, 3x3, or 7w x 1h where they differ; three of them as the file orders them, 2x2x1."""
    if len(set(values)) > 1 and len(values) == 3:
        return "x".join(map(str, order.turned(tuple(values))))
    if len(set(values)) > 1:
        each = zip(order.turned(tuple(values)), order.letters(len(values)), strict=True)
        return " x ".join(f"{value}{letter.lower()}" for value, letter in each)
    return "" if not values else str(values[0]) if single else "x".join(map(str, values))


def slide(row: Row) -> Window:
    """The window that slides over the map; one of no axes where none does."""
    window = row.node.window
    return window if isinstance(window, Window) else Window((), (), (), ())


def kernel(row: Row, order: Order) -> str:
    """The kernel: 11x11, 7w x 1h, or whole."""
    return per_axis(slide(row).kernel, order, single=False) or (WHOLE if row.node.window == WHOLE else "")


def stride(row: Row, order: Order) -> str:
    """The stride: 4, or 2w x 1h."""
    return per_axis(slide(row).stride, order)


def dilation(row: Row, order: Order) -> str:
    """The dilation: 2, or 2w x 1h."""
    return per_axis(slide(row).dilation, order)


def pad(row: Row, order: Order) -> str:
    """Cells on both sides: 1, or 0:1 where start and end differ."""
    return per_axis([ends(*pair) for pair in slide(row).pad], order)


def fsp(row: Row, order: Order) -> str:
    """Kernel, stride and pad in the textbook's order: 11x11/4/0."""
    mode, extents = slide(row).mode, row.node.output.extents
    if mode == "adaptive":
        return f"to {order.by(extents)}"
    if mode == "frame":
        return framed(slide(row).pad, order)
    if mode == "transposed" and not row.node.weights:
        return f"times {stride(row, order)}"
    more = per_axis(slide(row).outpad, order) if any(slide(row).outpad) else ""
    parts = (kernel(row, order), stride(row, order), pad(row, order) + f"+{more}" * bool(more))
    return "/".join(filter(None, parts)) + " ceil" * slide(row).ceil


def framed(pad: Sides, order: Order) -> str:
    """Cells added or taken away around a map: pad 1, cut 0:1."""
    cut = any(cell < 0 for pair in pad for cell in pair)
    sides = [(abs(a), abs(b)) for a, b in pad]
    return f"{'cut' if cut else 'pad'} {per_axis([ends(*pair) for pair in sides], order)}"


def ends(start: int, end: int) -> str:
    """Cells at both ends of an axis: 1, or 0:1 where they differ."""
    return str(start) if start == end else f"{start}:{end}"


def kind(row: Row, order: Order) -> str:
    """The kind, and how often it stands in a folded row: conv, bottleneck x 36."""
    return many(row.node.kind, row.times)


def many(kind: str, times: int) -> str:
    """A kind, and how often it stands in a part."""
    return f"{kind} x {times:,}" if times > 1 else kind


def equals(row: Row) -> str:
    """= CONV1: the weights are those of CONV1."""
    return f"= {row.shares}" * bool(row.shares)


def seen(what: str) -> Cell:
    """A column of the receptive field: its size, jump or start."""

    def cell(row: Row, order: Order) -> str:
        return per_axis(row.field._asdict()[what], order) if isinstance(row.field, Field) else row.field

    return cell


def work(row: Row, order: Order) -> str:
    """Every kind of work but MACs."""
    counts = row.node.work._asdict().items()
    return ", ".join(counted(count, what) for what, count in counts if count and what != "macs")


def counted(count: int, what: str) -> str:
    """A number of operations: 12 adds, 1 add."""
    return f"{count:,} {what if count != 1 else what.removesuffix('s')}"


def used(what: str) -> Callable[[Totals], int]:
    """A sum of memory."""
    return lambda sums: sums.memory._asdict()[what] if sums.memory else 0


COLUMNS = (
    Column("layer", "layer", lambda row, order: row.node.name, left=True),
    Column("kind", "kind", kind, left=True),
    Column("head", "head", lambda row, order: row.node.head, left=True, usual=False),
    Column("output", "output", lambda row, order: order.text(row.node.output)),
    Column("window", "F/S/P", fsp),
    Column("kernel", "kernel", kernel, usual=False),
    Column("stride", "stride", stride, usual=False),
    Column("pad", "pad", pad, usual=False),
    Column("dilation", "dilation", dilation, usual=False),
    Column("params", "params", lambda row, order: row.node.params, lambda t: t.params, instead=equals),
    Column("shares", "shares", lambda row, order: row.shares, left=True, usual=False),
    Column(
        "weights", "weights", lambda row, order: row.node.params - row.node.biases, lambda t: t.weights, usual=False
    ),
    Column("biases", "biases", lambda row, order: row.node.biases, lambda t: t.params - t.weights, usual=False),
    Column("buffers", "buffers", lambda row, order: row.node.buffers, lambda t: t.buffers, usual=False),
    Column("macs", "MACs", lambda row, order: row.node.macs, lambda t: t.macs),
    Column("flops", "FLOPs", lambda row, order: row.flops, lambda t: t.flops, usual=False),
    Column("work", "other work", work, usual=False, left=True),
    Column("intensity", "FLOPs/B", lambda row, order: intensity.told(row.operations, row.moved), usual=False),
    Column("rf", "field", seen("size")),
    Column("jump", "jump", seen("jump"), usual=False),
    Column("start", "start", seen("start"), usual=False),
    Column("activations", "activations", lambda row, order: row.node.activations, lambda t: t.activations, usual=False),
    Column("memory", "memory/B", lambda row, order: row.kept.activations, used("activations")),
    Column("saved", "saved/B", lambda row, order: row.kept.saved, used("saved_for_backward"), usual=False),
    Column("live", "live/B", lambda row, order: row.kept.live, usual=False),
)
SHARE = "share"


def chosen(names: str, known: Report) -> tuple[Column, ...]:
    """The columns of a list of names; raises ValueError for one that does not exist."""
    share, convention = Column(SHARE, "MACs %", share_of(known.totals)), known.convention
    named = (c._replace(heading=convention.heading) if c.name == "flops" else c for c in COLUMNS)
    every = (*named, share)
    if not names:
        told = {"dilation"} if any(set(slide(row).dilation) - {1} for row in known.rows) else set[str]()
        told |= {"saved"} if known.asked else set()
        told |= {"flops"} if convention.version else set()
        told |= {"head"} if any(row.node.head for row in known.rows) else set()
        return tuple(c for c in every if c.usual or c.name in told)
    found = {column.name: column for column in every}
    wanted = [name.strip() for name in names.split(",")]
    for name in wanted:
        if name not in found:
            raise ValueError(f"no column '{name}'; there are {', '.join(found)}")
    return tuple(found[name] for name in wanted)


def share_of(sums: Totals | None) -> Cell:
    """The share of the MACs, in percent; a head that only trains has none."""

    def cell(row: Row, order: Order) -> str:
        counts = sums and sums.macs and row.node.macs and not row.node.head
        return f"{100 * row.node.macs / sums.macs:.1f}" if sums and counts else ""

    return cell


def grid(network: Network, known: Report, columns: tuple[Column, ...], order: Order, digits: str = ",") -> Grid:
    """The cells of a network's table; `?` where an error leaves them unknown."""
    rows = [tuple(shown(c, row, order, digits) for c in columns) for row in known.rows]
    for lost in network.unknown:
        own = {"layer": lost.name, "kind": lost.kind, "head": "", "shares": ""}
        rows.append(tuple(own.get(c.name, "?") for c in columns))
    sums = tuple(format(c.total(known.totals), digits) if c.total and known.totals else "" for c in columns)
    return Grid(columns, tuple(rows), sums)


def shown(column: Column, row: Row, order: Order, digits: str) -> str:
    """A cell; zeros are left out of tables for people."""
    value = column.cell(row, order)
    if isinstance(value, str):
        return value
    if value or not digits:
        return format(value, digits)
    return column.instead(row) if column.instead else ""


def widths(table: Grid) -> list[int]:
    """How wide each column is."""
    lines = ([c.heading for c in table.columns], *table.rows, table.sums)
    return [max(len(line[i]) for line in lines) for i in range(len(table.columns))]


def fitted(table: Grid, width: int) -> tuple[Grid, tuple[str, ...]]:
    """The table without the last columns that do not fit, and their names; the first always stays."""
    wide = widths(table)
    keep = len(wide)
    while keep > 1 and sum(wide[:keep]) + 2 * (keep - 1) > width:
        keep -= 1
    cut = Grid(table.columns[:keep], tuple(row[:keep] for row in table.rows), table.sums[:keep])
    return cut, tuple(column.name for column in table.columns[keep:])


def lines(table: Grid) -> tuple[str, list[str], str]:
    """(heading, rows, sums) as aligned text."""
    wide = widths(table)

    def line(cells: Sequence[str]) -> str:
        parts = zip(cells, wide, table.columns, strict=True)
        return "  ".join(c.ljust(w) if column.left else c.rjust(w) for c, w, column in parts).rstrip()

    total = ("total", *table.sums[1:]) if table.columns[0].name == "layer" else table.sums
    return line([c.heading for c in table.columns]), [line(row) for row in table.rows], line(total)


def csv(table: Grid) -> str:
    """Comma-separated values, numbers without separators."""
    import csv as writer
    from io import StringIO

    text = StringIO()
    rows = writer.writer(text, lineterminator="\n")
    rows.writerow([column.name for column in table.columns])
    rows.writerows(table.rows)
    return text.getvalue()


def markdown(table: Grid) -> str:
    """A Markdown table, the totals last."""
    sums = tuple(f"**{cell}**" if cell else "" for cell in ("total", *table.sums[1:]))
    rule = tuple(":--" if column.left else "--:" for column in table.columns)
    every = (tuple(c.heading for c in table.columns), rule, *table.rows, *([sums] if any(table.sums) else []))
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in every)
