"""Two networks side by side, for people and for programs.

A layer that differs has two lines, one for each network, the second with nothing but what is another there; where the
receptive field alone differs one is enough. On a narrow screen columns are dropped, first those that tell no
difference, the last first; a cell is never cut.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from cnncalc.analysis.difference import UNKNOWN, arguments, names
from cnncalc.geometry import Order, Pad, Shape
from cnncalc.layer import number
from cnncalc.network.node import Node
from cnncalc.record import NamedTuple
from cnncalc.render import table
from cnncalc.render.people import aligned, safe, wrapped
from cnncalc.work import CONVENTION, NOTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cnncalc.analysis.difference import Change, Difference, Last, Pair, Side
    from cnncalc.analysis.report import Row, View
    from cnncalc.geometry import Rational
    from cnncalc.layer import Value
    from cnncalc.network.node import Network
    from cnncalc.render.people import Styled
    from cnncalc.render.table import Column

    Texts = tuple[str, str]

MOST = 60
"""How many lines a table has before layers that differ in their receptive field alone are folded: about a screen."""
EQUAL, FIELD = "equal", "rf"
SHOWN = {"kind", "output", "window", "params", "macs", FIELD, "memory"}
COLUMNS = tuple(column for column in table.COLUMNS if column.name in SHOWN)
SLIDES = {"kernel", "stride", "pad", "ceil", "outpad"}
"""Arguments that the column of the window tells."""
STYLES = {"-": "red", "+": "green", "~": "yellow"}
LABELS = {
    "layers": "layers", "params": "params", "weights": "weights", "buffers": "buffers", "macs": "MACs",
    "flops": "FLOPs", "activations": "activations", "forward_peak": "forward peak",
    "saved_for_backward": "saved for backward",
}  # fmt: skip


class Told(NamedTuple):
    """A layer of both, or of one alone, as text: a cell of each for every column, the columns where they differ, notes.

    Of equal layers there is none where they are folded.
    """

    pair: Pair
    cells: Mapping[str, Texts] = {}
    other: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Entry(NamedTuple):
    """A line of the table: its mark and its cells, or prose."""

    mark: str
    cells: tuple[str, ...] = ()
    prose: str = ""


class Look(NamedTuple):
    """How a table is laid out: its columns beside the layers' names, and whether every layer has its lines.

    With `brief` layers that differ in their receptive field alone, and those that an error leaves unknown, are folded.
    """

    columns: tuple[Column, ...]
    every: bool = False
    brief: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple([column.name for column in self.columns])

    def folding(self, row: Told) -> str:
        """Why a layer is in one line with its neighbours: equal, unknown, or in what it differs; nothing if it is not.

        What differs in columns that are not shown alone has no lines either.
        """
        if self.every:
            return ""
        if row.pair.equal:
            return EQUAL
        if UNKNOWN in row.pair.differs:
            return UNKNOWN if self.brief else ""
        if not row.pair.a or not row.pair.b or row.notes:
            return ""
        if any(name in self.names and not (self.brief and name == FIELD) for name in row.other):
            return ""
        return " and ".join(column.heading for column in COLUMNS if column.name in row.other)


class Titles(NamedTuple):
    """What the two networks are called, and what their memory is for."""

    a: str
    b: str
    memory: str


def titles(difference: Difference, typed: Texts, view: View) -> Titles:
    """The names as typed, with the constants set for one of them."""
    a, b = (called(net, name) for net, name in zip(difference[:2], typed, strict=True))
    return Titles(a, b, f"memory in bytes, of a batch of {view.batch:,} in {view.dtype}")


def called(net: Network, typed: str) -> str:
    """A network as it was typed, with what is set in it."""
    changed = [f"{name}={net.constants[name]}" for name in net.overridden if name in net.constants]
    typed = net.name if typed == "-" else typed
    return safe(typed + (" with " + " ".join(changed)) * bool(changed))


# What people read


def people(found: Difference, said: Titles, order: Order, width: int, every: bool) -> Iterator[Styled]:
    """(style, line) of the comparison; one line where nothing differs."""
    if found.same and not every:
        yield from wrapped([("total", nothing(found))], width)
        return
    yield from wrapped(heading(found, said, order), width)
    yield "", ""
    lines, dropped = laid_out(found, order, width, every)
    yield from lines
    yield "", ""
    yield from wrapped([("", counted(found.pairs, said))], width)
    below, narrow = totals(found, said, order, width)
    yield from below
    if lost := [*dropped, *narrow]:
        yield from wrapped([("quiet", f"not shown, for want of width: {', '.join(lost)} (a pipe shows all)")], width)


def nothing(found: Difference) -> str:
    """That nothing differs, and the totals."""
    renamed = sum(pair.renamed for pair in found.pairs)
    names = f" but the names of {many(renamed, 'layer')}" * bool(renamed)
    sums = {change.name: change.a for change in found.totals or ()}
    return f"no difference{names}: {many(len(found.pairs), 'layer')}, {sums['params']:,} params, {sums['macs']:,} MACs"


def many(count: int, noun: str) -> str:
    """A number of things: 12 layers, 1 layer."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def heading(found: Difference, said: Titles, order: Order) -> Iterator[Styled]:
    """Both networks, what they read, and the convention."""
    yield STYLES["-"], f"- {said.a}: {safe(found.a.title or found.a.name)}"
    yield STYLES["+"], f"+ {said.b}: {safe(found.b.title or found.b.name)}"
    inputs = [", ".join(f"{x.name} {order.text(x.output)}" for x in net.inputs) or "?" for net in found[:2]]
    outputs = [", ".join(x.name for x in net.outputs) for net in found[:2]]
    others = f"; outputs {' -> '.join(outputs)}" * found.outputs
    yield "", f"input {turned(*inputs)}{others}; convention {CONVENTION}: {NOTE}"


def turned(a: str, b: str) -> str:
    """A text that becomes another: `a -> b`, or the one where they are the same."""
    return a if a == b else f"{a} -> {b}"


def counted(pairs: Sequence[Pair], said: Titles) -> str:
    """How many layers are in both, equal, and in one alone."""
    both = [pair for pair in pairs if pair.a and pair.b]
    equal = sum(pair.equal for pair in both)
    lost = sum(UNKNOWN in pair.differs for pair in both)
    alone = [many(sum(not getattr(p, side) for p in pairs), "layer") for side in ("b", "a")]
    unknown = f", {lost:,} unknown" * bool(lost)
    counts = f"{many(len(both), 'layer')} in both: {equal:,} equal, {len(both) - equal - lost:,} not{unknown}"
    only = [f"; {n} in {name} alone" for n, name in zip(alone, said[:2], strict=True) if n[0] != "0"]
    return counts + "".join(only)


# The table of the layers


def laid_out(found: Difference, order: Order, width: int, every: bool) -> tuple[list[Styled], list[str]]:
    """The lines of the table, and the columns left out for want of width."""
    rows = [*texts(found.pairs, order, every)]
    look = Look(COLUMNS, every)
    entries, wide = entered(rows, look)
    spoken = {name for row in rows for name in row.other}
    dropping = sorted(COLUMNS, key=lambda column: (column.name in spoken, -COLUMNS.index(column)))
    dropped: list[Column] = []
    while dropping and sum(wide) + 2 * len(wide) > width:
        dropped.append(dropping.pop(0))
        look = look._replace(columns=tuple(c for c in COLUMNS if c not in dropped))
        entries, wide = entered(rows, look)
    return [*lined(entries, look, wide, width)], [c.heading for c in COLUMNS if c in dropped]


def texts(pairs: Iterable[Pair], order: Order, every: bool) -> Iterator[Told]:
    """Every layer as text."""
    for pair in pairs:
        if pair.equal and not every:
            yield Told(pair)
            continue
        cells = {column.name: both(column, pair, order) for column in COLUMNS}
        other = tuple([name for name, (x, y) in cells.items() if x != y])
        yield Told(pair, cells, other, tuple(map(safe, notes(pair, order, bool(other)))))


def both(column: Column, pair: Pair, order: Order) -> Texts:
    """A cell of both; where only one is empty it says so."""
    a, b = cell(column, pair.a, order), cell(column, pair.b, order)
    if a == b or UNKNOWN in pair.differs or not pair.a or not pair.b:
        return a, b
    blank = "0" if column.total else "none"
    return a or blank, b or blank


def entered(rows: Sequence[Told], look: Look) -> tuple[list[Entry], list[int]]:
    """The entries of the table, brief where they would be more than a screen, and how wide its columns are."""
    entries = [*entries_of(rows, look)]
    if len(entries) > MOST and not look.every:
        entries = [*entries_of(rows, look._replace(brief=True))]
    cells = [("layer", *(c.heading for c in look.columns)), *(entry.cells for entry in entries if entry.cells)]
    return entries, [max(map(len, column)) for column in zip(*cells, strict=True)]


def lined(entries: Iterable[Entry], look: Look, wide: Sequence[int], width: int) -> Iterator[Styled]:
    """The heading and the entries as lines."""
    left = (True, *(column.left for column in look.columns))

    def line(mark: str, cells: Sequence[str]) -> str:
        each = zip(cells, wide, left, strict=True)
        return f"{mark} {'  '.join(c.ljust(w) if first else c.rjust(w) for c, w, first in each)}".rstrip()

    yield "heading", line(" ", ("layer", *(column.heading for column in look.columns)))
    for entry in entries:
        if entry.cells:
            yield STYLES.get(entry.mark, ""), line(entry.mark, entry.cells)
        else:
            yield from wrapped([("" if entry.mark else "quiet", f"  {entry.prose}")], width)


def entries_of(rows: Iterable[Told], look: Look) -> Iterator[Entry]:
    """The lines of all layers; neighbours that say no more than their number are one."""
    for fold, group in groupby(rows, key=look.folding):
        run = [*group]
        if fold and (len(run) > 1 or fold == EQUAL or FIELD not in look.names):
            yield Entry("", prose=f"... {folded(fold, run)}")
        else:
            for row in run:
                yield from told(row, look)


def folded(why: str, run: Sequence[Told]) -> str:
    """What is said of several layers in one line."""
    if why == EQUAL:
        renamed = sum(row.pair.renamed for row in run)
        return many(len(run), "equal layer") + f", {renamed:,} under another name" * bool(renamed)
    if why == UNKNOWN:
        return f"{many(len(run), 'layer')} that an error leaves unknown"
    alone = f"{many(len(run), 'layer')} that differ in {why} alone" if len(run) > 1 else f"1 layer differs in {why}"
    ends = [turned(*row.cells[FIELD]) for row in (run[0], run[-1])]
    return alone + f": {' to '.join(dict.fromkeys(ends))}" * (run[0].other == (FIELD,))


def told(row: Told, look: Look) -> Iterator[Entry]:
    """The lines of one layer, and what the columns do not tell."""
    pair, each = row.pair, [row.cells[name] for name in look.names]
    if not pair.a or not pair.b:
        yield Entry("-" if pair.a else "+", (name_of(pair.a or pair.b), *(x or y for x, y in each)))
        return
    other = [name for name in row.other if name in look.names]
    yield from twofold(pair, each) if other and (other != [FIELD] or pair.renamed) else single(pair, each)
    yield from (Entry("~", prose=f"    {note}") for note in row.notes)


def twofold(pair: Pair, each: Sequence[Texts]) -> Iterator[Entry]:
    """A line for each network, the second with nothing but what is another there."""
    yield Entry("-", (name_of(pair.a), *(x for x, _ in each)))
    yield Entry("+", (name_of(pair.b) * pair.renamed, *(y * (x != y) for x, y in each)))


def single(pair: Pair, each: Sequence[Texts]) -> Iterator[Entry]:
    """One line for both; the other's name below it where they bear two."""
    yield Entry(" " if pair.equal else "~", (name_of(pair.a), *(turned(x, y) for x, y in each)))
    if pair.renamed:
        yield Entry(" ", (f"-> {name_of(pair.b)}", *("" for _ in each)))


def name_of(side: Side | None) -> str:
    """A layer's name; nothing where there is none."""
    return safe(side.name) if side else ""


def cell(column: Column, side: Side | None, order: Order) -> str:
    """A cell of one network; `?` where an error leaves it unknown."""
    if not side:
        return ""
    if side.row:
        return table.shown(column, side.row, order, ",")
    return side.kind if column.name == "kind" else "?"


# What no column tells


def notes(pair: Pair, order: Order, seen: bool) -> list[str]:
    """What else differs: arguments, what is read, whose weights are shared, training heads.

    Where that is nothing and no column tells a difference either (not `seen`), the words for it.
    """
    a, b = pair.a and pair.a.row, pair.b and pair.b.row
    if not a or not b:
        return []
    said = [*given(a, b, order)] if "arguments" in pair.differs else []
    if "inputs" in pair.differs:
        said.append(f"reads {', '.join(names(a))} -> {', '.join(names(b))}")
    if "shares" in pair.differs:
        said.append(f"weights {owner(a)} -> {owner(b)}")
    if "head" in pair.differs:
        said.append(f"only in training: {a.node.head or 'no'} -> {b.node.head or 'no'}")
    return said if said or seen or pair.equal else [f"differs in {', '.join(pair.differs)}"]


def owner(row: Row) -> str:
    """Whose weights a layer has."""
    return f"of {row.shares}" if row.shares else "of its own"


def given(a: Row, b: Row, order: Order) -> Iterator[str]:
    """The arguments that differ, without those that a column tells."""
    if not isinstance(a.node, Node) or not isinstance(b.node, Node):
        yield "arguments of its layers"
        return
    slides = table.fsp(a, order) != table.fsp(b, order)
    channels = a.node.output.channels, b.node.output.channels
    flags = {parameter.name for parameter in a.node.layer.parameters if parameter.type == "flag"} | {"frozen"}
    for name, x, y in arguments(a.node, b.node):
        if not (slides and name in SLIDES) and (x, y) != channels:
            yield f"{name} {value(x, name in flags, order)} -> {value(y, name in flags, order)}"


def value(given: Value, flag: bool, order: Order) -> str:
    """An argument's value as a person writes it."""
    if flag:
        return "yes" if given else "no"
    if isinstance(given, Pad):
        sides = table.per_axis([table.ends(*side) for side in given.sides], order)
        return f"{given.rule or sides} {given.fill}"
    if isinstance(given, Shape):
        return order.text(given)
    if isinstance(given, tuple):
        rows = [",".join(map(str, row)) for row in given if isinstance(row, tuple)]
        return " ".join(rows) or table.per_axis(given, order)
    return given if isinstance(given, str) else "none" if given is None else number(given)


# The totals


class Sum(NamedTuple):
    """A total of both as text."""

    label: str
    a: str
    b: str
    change: str
    percent: str
    place: str = ""


def totals(found: Difference, said: Titles, order: Order, width: int) -> tuple[list[Styled], list[str]]:
    """The block of the totals, and the columns left out for want of width."""
    if found.totals is None or found.memory is None:
        return [*wrapped([("quiet", unknown(found, said))], width)], []
    above, below = [*summed(found.totals, ""), *seen(found.last, order)], [*stored(found, "  ")]
    dropped: list[str] = []
    lines = beside([*above, *below], 3)
    for left, column in reversed([*enumerate(Sum._fields[3:])]):
        if max(map(len, lines)) > width:
            dropped.insert(0, column)
            lines = beside([*above, *below], left)
    rows = [("", line) for line in lines]
    return [*rows[: len(above)], *wrapped([("total", said.memory)], width), *rows[len(above) :]], dropped


def beside(sums: Sequence[Sum], more: int) -> list[str]:
    """Totals in columns, so many behind the two numbers."""
    wide = [max(len(text) for text in column) for column in zip(*((one.a, one.b) for one in sums), strict=True)]
    rows = [(one.label, f"{one.a:>{wide[0]}} -> {one.b:>{wide[1]}}", *one[3 : 3 + more]) for one in sums]
    return aligned(rows, right=(2, 3))


def unknown(found: Difference, said: Titles) -> str:
    """That there are no totals, and why."""
    broken = [name for name, net in zip(said[:2], found[:2], strict=True) if not net.complete]
    return f"totals unknown: {' and '.join(broken)} {'has' if len(broken) == 1 else 'have'} errors"


def summed(changes: Iterable[Change], indent: str) -> Iterator[Sum]:
    """The totals that there are: buffers only where one has some."""
    for name, a, b in changes:
        if a or b or name != "buffers":
            yield Sum(indent + LABELS[name], f"{a:,}", f"{b:,}", f"{b - a:+,}", percent(a, b))


def stored(found: Difference, indent: str) -> Iterator[Sum]:
    """The memory of both, with the layers at the forward pass's peak."""
    peaks = [known.totals.memory.peak_layer for known in found.known if known.totals and known.totals.memory]
    for one in summed(found.memory or (), indent):
        at = one.label.strip() == LABELS["forward_peak"]
        yield one._replace(place=f"at {safe(turned(*peaks))}") if at else one


def seen(last: tuple[Last | None, Last | None], order: Order) -> Iterator[Sum]:
    """The receptive fields of the last maps; one number where all axes have the same."""
    if not last[0] and not last[1]:
        return
    a, b = (table.per_axis(one.size, order) if one else "none" for one in last)
    x, y = (one.size[0] if one and len({*one.size}) == 1 else None for one in last)
    grown = ("", "") if x is None or y is None else (f"{'+' * (y >= x)}{y - x}", percent(x, y))
    where = turned(*(one.layer if one else "none" for one in last))
    yield Sum("receptive field", a, b, *grown, f"at {safe(where)}")


def percent(a: Rational, b: Rational) -> str:
    """By how much a number grew, in percent with one decimal: +3.8 %, +0 % where it did not, new where it was 0."""
    if a == b:
        return "+0 %"
    if not a:
        return "new"
    sign, more = ("+", b - a) if b > a else ("-", a - b)
    tenths = (2000 * more + a) // (2 * a)
    return f"{sign}{tenths // 10:,}.{tenths % 10} %" if tenths else f"{sign}<0.1 %"


# Markdown


def markdown(found: Difference, said: Titles, order: Order, every: bool) -> str:
    """Two Markdown tables: the layers, whose cells tell both where they differ, and the totals."""
    if found.same and not every:
        return f"{nothing(found)}\n"
    rows = [*listed([*texts(found.pairs, order, every)], Look(COLUMNS, every))]
    head = ["", "layer", *(column.heading for column in COLUMNS)]
    rule = [":--", ":--", *(":--" if column.left else "--:" for column in COLUMNS)]
    sums = [("", said.a, said.b, "change", "percent"), (":--", *["--:"] * 4), *added(found, said, order)]
    return "\n".join([*map(ruled, (head, rule, *rows)), "", *map(ruled, sums)]) + "\n"


def listed(rows: Iterable[Told], look: Look) -> Iterator[Sequence[str]]:
    """The rows of all layers; equal neighbours are one, and what no column tells has its own."""
    rest = [""] * len(COLUMNS)
    for fold, group in groupby(rows, key=look.folding):
        run = [*group]
        if fold:
            yield ["", f"... {folded(fold, run)}", *rest]
            continue
        for row in run:
            yield inline(row)
            yield from (["", note, *rest] for note in row.notes)


def inline(row: Told) -> list[str]:
    """A layer of both in one row."""
    a, b = row.pair[:2]
    if not a or not b:
        return ["-" if a else "+", name_of(a or b), *(x or y for x, y in row.cells.values())]
    each = (turned(x, y) for x, y in row.cells.values())
    return ["" if row.pair.equal else "~", turned(name_of(a), name_of(b)), *each]


def added(found: Difference, said: Titles, order: Order) -> Iterator[Sequence[str]]:
    """The rows of the totals."""
    if found.totals is None or found.memory is None:
        yield unknown(found, said), *[""] * 4
        return
    note = Sum(said.memory, "", "", "", "")
    for one in (*summed(found.totals, ""), *seen(found.last, order), note, *stored(found, "")):
        yield f"{one.label} {one.place}".rstrip(), *one[1:5]


def ruled(cells: Iterable[str]) -> str:
    """A row of a Markdown table."""
    escaped = [cell.replace("|", "\\|") for cell in cells]
    return f"| {' | '.join(escaped)} |"
