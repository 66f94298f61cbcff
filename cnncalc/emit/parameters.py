"""The numbers in which instances of one class differ, as arguments of its constructor."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

from cnncalc.emit.names import attribute, unused
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    Column = tuple[str | None, ...]
    """A number of every instance, as text; None where an instance has none there."""

LARGE = 8
"""Smaller numbers are no multiple of another: that would be chance."""
FLAGS = {"True": "1/7919", "False": "1/7907"}
TIMES = range(2, 9)
PARTS = (2, 3, 4, 6, 8, 12, 16, 24, 32)
ROLES = ("in", "out", "kernel")
"""What the numbers of a convolution or a matrix are that have no name of their own."""


class Parameter(NamedTuple):
    """An argument of a constructor: its column of values, and its default, "" for none."""

    name: str
    column: Column
    default: str

    @property
    def annotation(self) -> str:
        """Its type."""
        values = {value for value in self.column if value is not None}
        if values <= {"True", "False"}:
            return "bool"
        return "int" if all(value.isdigit() for value in values) else "float"

    @property
    def written(self) -> str:
        """How the constructor has it."""
        return f"{self.name}: {self.annotation}" + (f" = {self.default}" if self.default else "")


class Parameters:
    """The arguments that a class needs so far: the block's own, and new ones for what follows none of them.

    None is called as one of the words that the constructor says otherwise.
    """

    def __init__(self, given: Mapping[str, Column], words: Iterable[str]) -> None:
        self.names = dict.fromkeys(words, 0)
        self.given = {unused(attribute(name), self.names, {}): column for name, column in given.items()}
        self.used: dict[str, Column] = {}

    def expression(self, column: Column, name: str) -> str:
        """A number of every instance: itself where all have it, else by an argument; `name` is for a new one."""
        said = {value for value in column if value is not None}
        chance = None not in column or not (name.endswith(("_stride", "_in")) or all(large(value) for value in said))
        if len(said) == 1 and chance:
            return said.pop()
        text, used = next(self.follows(column), ("", ()))
        if not text and len(said) == 1:
            return said.pop()
        if not text:
            text = unused(name, self.names, {})
            self.given[text] = column
            used = (text,)
        self.used |= {argument: self.given[argument] for argument in used}
        return text

    def follows(self, column: Column) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The ways to work a column out of arguments, the plainest first."""
        for name, other in self.given.items():
            if agree(column, other, lambda a, b: a == b):
                yield name, (name,)
        if {"True", "False"} & {*column}:
            return
        for name, other in self.given.items():
            yield from ((text, (name,)) for text in derived(name, column, other))
        for (one, a), (two, b) in combinations(self.given.items(), 2):
            if agree(column, product(a, b), lambda x, y: x == y):
                yield f"{one} * {two}", (one, two)

    def listed(self, order: Sequence[str]) -> list[Parameter]:
        """The arguments in use: those of `order` first, those with a default last."""
        known = [*(name for name in order if name in self.used), *(name for name in self.used if name not in order)]
        every = [Parameter(name, self.used[name], usual(self.used[name])) for name in known]
        return sorted(every, key=lambda parameter: bool(parameter.default))


def large(value: str) -> bool:
    """Whether a number is so large that it equals another hardly by chance."""
    return value.isdigit() and int(value) >= LARGE


def derived(name: str, column: Column, other: Column) -> Iterator[str]:
    """A column as a multiple, a part or the predecessor of an argument."""
    if all(value is None or large(value) for value in column):
        for k in TIMES:
            if agree(column, other, times(k)):
                yield f"{k} * {name}"
        for k in PARTS[1:]:
            if agree(column, other, part(k)):
                yield f"{name} // {k}"
    if agree(column, other, lambda a, b: a == b // 2):
        yield f"{name} // 2"
    if agree(column, other, lambda a, b: a == b - 1):
        yield f"{name} - 1"


def times(k: int) -> Callable[[Fraction, Fraction], bool]:
    """Whether a number is k times another."""
    return lambda a, b: a == k * b


def part(k: int) -> Callable[[Fraction, Fraction], bool]:
    """Whether a number is the k-th part of another, rounded down."""
    return lambda a, b: a == b // k


def agree(column: Column, other: Column, holds: Callable[[Fraction, Fraction], bool]) -> bool:
    """Whether a relation holds between two columns wherever the first has a number."""
    pairs = [(a, b) for a, b in zip(column, other, strict=True) if a is not None]
    return all(b is not None and holds(value(a), value(b)) for a, b in pairs)


def value(text: str) -> Fraction:
    """A number; a flag as one that equals no other flag's and no number's of a text."""
    return Fraction(FLAGS.get(text, text))


def product(a: Column, b: Column) -> Column:
    """Two columns multiplied."""
    return tuple([numeric(x, y) for x, y in zip(a, b, strict=True)])


def numeric(a: str | None, b: str | None) -> str | None:
    """The product of two numbers; None where one is none."""
    if a is None or b is None or {a, b} & {"True", "False"}:
        return None
    return str(Fraction(a) * Fraction(b))


def usual(column: Column) -> str:
    """The default of an argument: a stride of 1, a flag that is off."""
    if {value for value in column if value is not None} <= {"True", "False"}:
        return "False"
    return "1" if column.count("1") * 3 >= len(column) else ""


def role(text: str, place: int, number: int) -> str:
    """What the number at a place of a constructor's template is called: in, out, kernel, stride."""
    head, *parts = text.split("{}")
    before = "".join([head, *parts[:place]])
    option = before[max(before.rfind("("), before.rfind(",")) + 1 :].strip()
    if option.endswith("="):
        return option[:-1]
    return ROLES[place] if place < len(ROLES) and number > 1 else "channels" if number == 1 else str(place)
