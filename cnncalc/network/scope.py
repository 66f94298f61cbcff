"""The names of one body: which are taken, what anonymous lines are called, what constants and `after` give it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake
from cnncalc.faults import DUPLICATE_NAME, ILLEGAL_VALUE
from cnncalc.syntax.expression import shown
from cnncalc.syntax.tree import Constant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Rational
    from cnncalc.network.chain import Part
    from cnncalc.syntax.tree import Label, Statement

MOST = 10_000
"""Of a longer range the names are not kept from anonymous lines, nor are those of more ranges than this in all."""


class Names(Mapping[str, "Rational"]):
    """Numbers by name: this body's own, behind them those of the bodies around it.

    They are looked up where they stand, and counted once: a copy for every line would make long files slow.
    """

    def __init__(self, above: Names | None, own: dict[str, Rational]) -> None:
        self.above, self.own = above, own
        self.count = -1

    def levels(self) -> Iterator[dict[str, Rational]]:
        """The numbers of each body, the innermost first."""
        names: Names | None = self
        while names is not None:
            yield names.own
            names = names.above

    def __getitem__(self, name: str) -> Rational:
        for level in self.levels():
            if name in level:
                return level[name]
        raise KeyError(name)

    def __setitem__(self, name: str, value: Rational) -> None:
        self.count += self.count >= 0 and name not in self
        self.own[name] = value

    def __contains__(self, name: object) -> bool:
        return any(name in level for level in self.levels())

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for level in reversed([*self.levels()]) for name in level))

    def __len__(self) -> int:
        if self.count < 0:
            above: Mapping[str, Rational] = {} if self.above is None else self.above
            self.count = len(above) + sum(name not in above for name in self.own)
        return self.count


class Scope:
    """One body: the file's, or that of a group or one pass of a repeat.

    `after` holds what every line of a kind takes; None where that does not read, under "" for any kind. In the body
    of a block `kinds` and `layers` are the parameters that stand for kinds, and for the whole names of layers.
    """

    def __init__(self, prefix: str, written: frozenset[str], above: Scope | None = None, i: int | None = None) -> None:
        self.prefix, self.written = prefix, written
        self.taken: dict[str, int] = {}
        self.counters: dict[str, int] = {}
        self.given: set[str] = set()
        self.after: dict[str, list[Part] | None] = dict(above.after) if above else {}
        self.kinds: dict[str, str] = above.kinds if above else {}
        self.layers: dict[str, str] = above.layers if above else {}
        self.constants: Names = Names(above.constants if above else None, {} if i is None else {"i": i})

    def anonymous(self, kind: str) -> str:
        """The next name of a kind that no line of this scope bears; the first relu6 and the 61st relu are two."""
        while True:
            self.counters[kind] = self.counters.get(kind, 0) + 1
            name = f"{kind}{self.counters[kind]}"
            if name not in self.written and name not in self.given:
                self.given.add(name)
                return name

    def take(self, name: str, line: int, begin: int, end: int) -> None:
        """Use a name of this scope, once."""
        if name in self.taken:
            text = f"'{name}' is named twice: on line {self.taken[name]} and here"
            raise Mistake(DUPLICATE_NAME, text, begin, end, "give each its own name")
        self.taken[name] = line


def written_names(statements: list[Statement]) -> frozenset[str]:
    """The names that the lines of one body bear, plain ranges spread out."""
    names: set[str] = set()
    ranges: list[Label] = []
    for statement in statements:
        label: Label | None = getattr(statement, "label", None)
        if isinstance(statement, Constant):
            names.add(statement.name)
        elif label is not None:
            names.add(label.name)
            ranges += [label] if label.last else []
    names.update(islice((name for label in ranges for name in spread(label)), MOST))
    return frozenset(names)


def spread(label: Label) -> Iterator[str]:
    """The names of a range whose end is a plain number; none for a single name or a computed end."""
    if label.last is None or len(label.last.steps) != 1:
        return
    stem, digits = parted(label.name)
    last = label.last.steps[0].text
    if digits.isdigit() and last.isdigit() and len(digits + last) < 12:
        numbers = range(int(digits), min(int(last), int(digits) + MOST) + 1)
        yield from (numbered(stem, digits, number) for number in numbers)


def parted(name: str) -> tuple[str, str]:
    """(stem, the digits at its end) of a name."""
    stem = name.rstrip("0123456789")
    return stem, name[len(stem) :]


def numbered(stem: str, digits: str, number: int) -> str:
    """One name of a range, as wide as the first: CONV01..12."""
    return stem + str(number).zfill(len(digits))


def ends(label: Label, last: Rational) -> tuple[int, int]:
    """(first, last) of a range."""
    _, digits = parted(label.name)
    if not digits or len(digits) > 9:
        text = f"the range '{label.name}..' has no first number"
        raise Mistake(ILLEGAL_VALUE, text, label.begin, label.end, "write CONV2..12")
    if last.denominator != 1:
        text = f"the range ends at {shown(last)}, and must end at a whole number"
        raise Mistake(ILLEGAL_VALUE, text, label.begin, label.end, "use floor(...), ceil(...) or //")
    return int(digits), int(last)
