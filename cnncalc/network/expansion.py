"""How many layers bodies make at least, told before any of them is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake
from cnncalc.network.scope import ends
from cnncalc.syntax.expression import evaluate
from cnncalc.syntax.tree import Block, Group, Head, Join, LayerLine, Repeat

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Rational
    from cnncalc.syntax.expression import Expression
    from cnncalc.syntax.tree import Label, Statement

    Passed = tuple[int, list[Statement]]

MOST = 1 << 128
"""Larger numbers are cut down to this."""


class Expansion:
    """Counts what each body makes, once, by a stack: bodies may call each other to any depth.

    Only counts that are plain numbers are known before a body is passed; others count for nothing, as do both sides
    of a condition, shared lines and shortcuts. So no body makes fewer layers than is said.
    """

    def __init__(self, blocks: Mapping[str, Block]) -> None:
        self.blocks = blocks
        self.known: dict[int, int] = {}

    def least(self, body: list[Statement]) -> int:
        """The layers that a body makes at least."""
        waiting = [] if id(body) in self.known else [body]
        while waiting:
            top = waiting[-1]
            inner = [passed for statement in top for passed in self.passed(statement)]
            new = [] if id(top) in self.known else [b for _, b in inner if id(b) not in self.known]
            self.known.setdefault(id(top), 0)
            if new:
                waiting += new
                continue
            made = sum(map(lines, top)) + sum(times * self.known.get(id(b), 0) for times, b in inner)
            self.known[id(top)] = min(made, MOST)
            waiting.pop()
        return self.known[id(body)]

    def passed(self, statement: Statement) -> Iterator[Passed]:
        """The bodies that a statement passes, and how often each."""
        if isinstance(statement, Join):
            times = numbers(statement.label)
            yield from ((times, branch.body) for branch in statement.branches)
        elif isinstance(statement, (Group, Head)):
            yield numbers(statement.label), statement.body
        elif isinstance(statement, Repeat):
            yield numbers(statement.label) * plain(statement.times), statement.body
        elif isinstance(statement, LayerLine) and statement.body.call:
            block = self.blocks.get(statement.body.call.block)
            yield from [(numbers(statement.label), block.body)] if block else []


def lines(statement: Statement) -> int:
    """The layers that a statement itself makes at least."""
    line = statement.line if isinstance(statement, Join) else statement
    if not isinstance(line, LayerLine) or not line.body.uses or line.body.call:
        return 0
    first = line.body.uses[0].kind
    return 0 if first.role or not (first.arity or first.joins) else numbers(line.label)


def numbers(label: Label | None) -> int:
    """How many numbers the range of a name has: 1 without one, 0 where its end is not known yet."""
    if label is None or label.last is None:
        return 1
    if label.last.names:
        return 0
    try:
        first, last = ends(label, evaluate(label.last, {}))
    except Mistake:
        return 0
    return max(0, last - first + 1)


def plain(times: Expression) -> int:
    """A count that is a number; 0 where it is none, or is not known yet."""
    found: Rational = 0
    try:
        found = 0 if times.names else evaluate(times, {})
    except Mistake:
        return 0
    return max(0, int(found)) if found.denominator == 1 else 0
