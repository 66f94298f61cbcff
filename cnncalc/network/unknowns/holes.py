"""Where a line has `?`, and the same line with numbers in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.geometry import Pad, Shape
from cnncalc.record import NamedTuple
from cnncalc.syntax.expression import Expression, Step
from cnncalc.syntax.tree import UNKNOWN, Use

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnncalc.geometry import Order
    from cnncalc.layer import Layer, Value
    from cnncalc.network.chain import Part
    from cnncalc.syntax.tree import Written

    Values = Mapping[int, int]
    """The number in each hole, by the hole's place in the order of `holes_of`."""

LOW = {"pad": 0, "outpad": 0}
"""The lowest value of each number that is solved for, where it is not 1."""
COUNTS = ("filters", "units")


class Hole(NamedTuple):
    """One `?`: the part of the line, its argument, the axis as written, start or end of a pad; its place."""

    part: int
    argument: int
    axis: int
    side: int
    name: str
    begin: int
    end: int

    @property
    def low(self) -> int:
        """The lowest value it may have."""
        return LOW.get(self.name, 1)


def holes_of(parts: Sequence[Part]) -> tuple[Hole, ...]:
    """Every `?` of a line's parts, in the order of the parts and of the arguments of their kinds, however written."""
    found: list[Hole] = []
    for at, part in enumerate(parts):
        if UNKNOWN in part.use.names:
            names = [parameter.name for parameter in part.use.kind.parameters]
            own = sorted(in_use(at, part.use), key=lambda hole: (hole.axis, hole.side))
            found += sorted(own, key=lambda hole: names.index(hole.name))
    return tuple(found)


def in_use(at: int, use: Use) -> Iterator[Hole]:
    """The `?`s of one kind's arguments."""
    for number, argument in enumerate(use.arguments):
        for axis, ends in enumerate(argument.value.axes if argument.value else ()):
            for side, said in enumerate(ends):
                if UNKNOWN in said.names:
                    yield Hole(at, number, axis, side, argument.parameter.name, said.begin, said.end)


def filled(use: Use, at: int, holes: Sequence[Hole], values: Values) -> Use:
    """The use of the part `at` with a number in each of its holes."""
    arguments = list(use.arguments)
    for number, hole in enumerate(holes):
        said = arguments[hole.argument].value if hole.part == at else None
        if said:
            written = put(said, hole, values.get(number, hole.low))
            arguments[hole.argument] = arguments[hole.argument]._replace(value=written)
    return Use(use.kind, tuple(arguments), use.names - {UNKNOWN}, use.begin, use.end, use.refers)


def put(said: Written, hole: Hole, value: int) -> Written:
    """A value with a number in one hole."""
    step = Step("number", str(value), 0, hole.begin, hole.end)
    ends = list(said.axes[hole.axis])
    ends[hole.side] = Expression((step,), frozenset(), hole.begin, hole.end)
    return said._replace(axes=(*said.axes[: hole.axis], tuple(ends), *said.axes[hole.axis + 1 :]))


class Entry(NamedTuple):
    """A number of a layer on one axis: known, or what stands in a hole."""

    value: int
    hole: int = -1

    def given(self, values: Values) -> int:
        """The number, its hole filled."""
        return self.value if self.hole < 0 else values[self.hole]


class Form(NamedTuple):
    """A layer over its inputs with holes in its arguments: each has the lowest value in `layer`.

    `entries` are the arguments with holes: on each axis in PyTorch's order one number, of a pad start and end.
    """

    layer: Layer
    shapes: tuple[Shape, ...]
    entries: Mapping[str, tuple[tuple[Entry, ...], ...]]
    follows: tuple[str, ...]
    """The arguments left out whose value is that of another: a pool's stride is its kernel."""

    def filled(self, values: Values) -> Layer:
        """The layer with its holes filled."""
        new: dict[str, Value] = {name: self.value(name, values) for name in self.entries}
        for parameter in self.layer.parameters:
            if parameter.name in self.follows:
                new[parameter.name] = new[parameter.default]
        return self.layer.replaced(**new)

    def value(self, name: str, values: Values) -> Value:
        """One argument."""
        rows, now = self.entries[name], self.layer.__dict__[name]
        if isinstance(now, Pad):
            return now._replace(sides=tuple([(row[0].given(values), row[-1].given(values)) for row in rows]))
        numbers = tuple([row[0].given(values) for row in rows])
        return numbers if isinstance(now, tuple) else numbers[0]

    def entry(self, name: str, axis: int, default: int = 1) -> Entry:
        """The number of an argument on one axis; the default where the kind has no such argument."""
        source = next((p.default for p in self.layer.parameters if p.name == name and name in self.follows), name)
        if source in self.entries:
            return self.entries[source][axis][0]
        known = self.layer.__dict__.get(source)
        return Entry(known[axis] if isinstance(known, tuple) and isinstance(known[axis], int) else default)

    def sides(self, axis: int) -> tuple[Entry, Entry]:
        """The padding at the start and the end of one axis."""
        if "pad" in self.entries:
            row = self.entries["pad"][axis]
            return row[0], row[-1]
        pad = self.layer.__dict__.get("pad")
        start, end = pad.sides[axis] if isinstance(pad, Pad) and pad.sides else (0, 0)
        return Entry(start), Entry(end)


def form_of(layer: Layer, shapes: tuple[Shape, ...], use: Use, at: int, holes: Sequence[Hole], order: Order) -> Form:
    """The form of a layer whose holes have their lowest values."""
    entries: dict[str, tuple[tuple[Entry, ...], ...]] = {}
    for number, argument in enumerate(use.arguments):
        own = {(h.axis, h.side): i for i, h in enumerate(holes) if h.part == at and h.argument == number}
        if own and argument.value:
            ends = [len(axis) for axis in argument.value.axes]
            rows = [tuple(Entry(0, own.get((axis, side), -1)) for side in range(n)) for axis, n in enumerate(ends)]
            entries[argument.parameter.name] = known(rows, layer.__dict__[argument.parameter.name], order)
    given = {argument.parameter.name for argument in use.arguments}
    follows = tuple(p.name for p in use.kind.parameters if p.default in entries and p.name not in given)
    return Form(layer, shapes, entries, follows)


def known(rows: list[tuple[Entry, ...]], now: Value, order: Order) -> tuple[tuple[Entry, ...], ...]:
    """The entries of an argument in PyTorch's order, those without a hole with the number that the layer has."""
    every: Sequence[object] = now.sides if isinstance(now, Pad) else now if isinstance(now, tuple) else (now,)
    turned = tuple(rows) * len(every) if len(rows) == 1 else order.turned(tuple(rows))
    out = []
    for row, value in zip(turned, every, strict=True):
        numbers = value if isinstance(value, tuple) else (value,) * len(row)
        each = zip(row if len(row) == len(numbers) else row * 2, numbers, strict=True)
        out.append(tuple([Entry(int(number), entry.hole) for entry, number in each]))
    return tuple(out)
