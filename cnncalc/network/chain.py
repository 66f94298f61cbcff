"""What one line is made of, and the tensor that runs through it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Diagnostic
from cnncalc.geometry import Window, ratio
from cnncalc.record import NamedTuple
from cnncalc.syntax.tree import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.diagnostic import Mistake
    from cnncalc.geometry import Rational, Shape, Whole
    from cnncalc.network.bind import Refusal
    from cnncalc.network.node import Node
    from cnncalc.network.scope import Scope
    from cnncalc.source import Line
    from cnncalc.syntax.tree import After, LayerLine, Use


class Flow(NamedTuple):
    """The tensor that comes in to a line: the node that gives it; behind an error at most its assumed shape.

    `jump` is the product of the strides up to it on each axis, along the first branch of every join.
    """

    node: Node | None = None
    shape: Shape | None = None
    jump: tuple[Rational, ...] = ()

    def through(self, node: Node) -> Flow:
        """The tensor behind one more node."""
        rank = node.output.rank
        jump = self.jump if len(self.jump) == rank else (1,) * rank
        return Flow(node, node.output, moved(jump, node.window) if node.facts.moves else jump)


LOST = Flow()
"""Behind an error on a line that claims no shape."""


def moved(jump: tuple[Rational, ...], window: Window | Whole | None) -> tuple[Rational, ...]:
    """The product of strides behind a window that has one."""
    if not isinstance(window, Window) or len(window.stride) != len(jump):
        return jump
    if window.mode == "transposed":
        return tuple([ratio(j, s) for j, s in zip(jump, window.stride, strict=True)])
    return tuple([j * s for j, s in zip(jump, window.stride, strict=True)])


class Part(NamedTuple):
    """A use with the line it is written on, the offset its places count from, and the options `after` gives it."""

    use: Use
    line: Line
    base: int
    given: Part | None = None

    @property
    def keyword(self) -> str:
        """The kind's word."""
        return self.use.kind.keyword()

    @property
    def place(self) -> Place:
        """Where the use is written."""
        return Place(self.line, self.base + self.use.begin, self.base + self.use.end)

    def finding(self, mistake: Mistake) -> Diagnostic:
        """A mistake in this use, at its place."""
        span = self.line.span(self.base + mistake.begin, self.base + mistake.end)
        return Diagnostic(mistake.code, mistake.message, span, mistake.hint)

    def refused(self, refusal: Refusal) -> Diagnostic:
        """Why there is no layer, where the fault is written: on this line or on that of `after`."""
        source = self.given if refusal.given and self.given else self
        return source.finding(refusal.mistake)


def postfixes(name: str, parts: list[Part]) -> Iterator[tuple[str, Part]]:
    """Parts that all follow what the line's own name stands for, each with the name of its row."""
    return islice(rows(name, [*parts[:1], *parts]), 1, None) if parts else iter(())


def own_parts(statement: LayerLine) -> list[Part]:
    """The kinds that a line itself writes."""
    base = statement.place.begin + statement.base
    return [Part(use, statement.place.line, base) for use in statement.body.uses]


def parts_of(statement: LayerLine, scope: Scope) -> list[Part] | None:
    """A line's kinds; of what `after` gives them it takes all or, with a postfix of its own, nothing.

    None where it should take what does not read.
    """
    own = own_parts(statement)
    if len(own) > 1 or statement.body.plain or not scope.after:
        return own
    first, keyword = own[0], own[0].keyword
    given = scope.after.get(keyword, scope.after.get(""))
    if given is None:
        return None if {keyword, ""} & scope.after.keys() else own
    return [Part(first.use, first.line, first.base, given[0]), *given[1:]]


def given_parts(after: After) -> list[Part]:
    """The options and postfixes of an `after`, where they are written."""
    return [Part(use, after.place.line, after.place.begin + after.base) for use in after.uses]


def rows(name: str, parts: list[Part]) -> Iterator[tuple[str, Part]]:
    """Every part with the name of its row: CONV1, CONV1.relu, CONV1.relu2."""
    yield name, parts[0]
    seen: dict[str, int] = {}
    for part in parts[1:]:
        word = part.use.kind.word
        count = seen[word] = seen.get(word, 0) + 1
        yield f"{name}.{word}{count}" if count > 1 else f"{name}.{word}", part
