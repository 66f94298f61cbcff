"""A network with what several rules ask of it, each worked out when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from cnncalc.analysis.fit import slides
from cnncalc.analysis.receptive_field import fields
from cnncalc.lint.suppress import Suppressions
from cnncalc.syntax.tree import Head, Join, LayerLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnncalc.analysis.fit import Slide
    from cnncalc.diagnostic import Diagnostic
    from cnncalc.geometry import Field, Whole
    from cnncalc.network.node import Network, Node
    from cnncalc.syntax.tree import Place, Statement, Use

    Key = tuple[int, int]


class Study:
    """What rules ask of a network.

    `ran` are the codes of the rules that are run on it; `found` is what those of earlier turns found, ignored or not.
    """

    def __init__(self, network: Network, ran: frozenset[str] = frozenset()) -> None:
        self.network, self.ran = network, ran
        self.found: list[Diagnostic] = []

    @cached_property
    def suppressions(self) -> Suppressions:
        """What the comments of the file say is meant."""
        return Suppressions(self.network.source)

    @cached_property
    def fields(self) -> dict[str, Field | Whole]:
        """The receptive field of every row."""
        return fields(self.network)

    @cached_property
    def sliding(self) -> Sequence[tuple[Node, tuple[Slide, ...]]]:
        """The nodes with a window that slides, and how it does on each axis, in PyTorch's order."""
        every = ((node, slides(node)) for node in self.network.nodes if node.window)
        return [(node, each) for node, each in every if each]

    @cached_property
    def moving(self) -> Sequence[tuple[Node, tuple[Slide, ...]]]:
        """Those of the sliding windows that have a stride other than 1."""
        return [pair for pair in self.sliding if pair[0].facts.moves]

    @cached_property
    def padded(self) -> Sequence[tuple[Node, tuple[Slide, ...]]]:
        """Those of the sliding windows that have padding."""
        return [pair for pair in self.sliding if any(slide.pad != (0, 0) for slide in pair[1])]

    @cached_property
    def joins(self) -> Sequence[Node]:
        """The nodes that read several tensors."""
        return [node for node in self.network.nodes if len(node.inputs) > 1]

    @cached_property
    def readers(self) -> Mapping[str, Sequence[Node]]:
        """The nodes that read each row; a row that none reads is not among them."""
        found: dict[str, list[Node]] = {}
        for node in self.network.nodes:
            for x in node.inputs:
                found.setdefault(x.name, []).append(node)
        return found

    @cached_property
    def ends(self) -> Sequence[Node]:
        """What the network gives: its outputs, and what each head that only trains does."""
        heads = [section.exit for section in self.network.sections if section.sort == "head"]
        return [*self.network.outputs, *(node for node in heads if node)]

    @cached_property
    def statements(self) -> Mapping[int, Sequence[LayerLine]]:
        """The lines of layers by the number of the line of the file that they stand on."""
        found: dict[int, list[LayerLine]] = {}
        for line in lines(self.network.parsed.statements):
            found.setdefault(line.place.line.number, []).append(line)
        return found

    def statement(self, node: Node) -> LayerLine | None:
        """The line that a node was made from."""
        number, begin = key(node.place)
        on_line = self.statements.get(number, ())
        return next((line for line in on_line if line.place.begin <= begin < line.place.end), None)

    def use(self, node: Node) -> Use | None:
        """The words that a node was made from, in its statement; none where they stand in an `after` line."""
        statement = self.statement(node)
        if statement is None:
            return None
        at = node.place.begin - statement.place.begin - statement.base
        return next((use for use in statement.body.uses if use.begin == at), None)

    def made_with(self, node: Node) -> Sequence[Node]:
        """All nodes that were made from the text that made this one: a block, range or repeat makes many."""
        return self.by_place[key(node.place)]

    @cached_property
    def by_place(self) -> Mapping[Key, Sequence[Node]]:
        """The nodes by where they are written."""
        found: dict[Key, list[Node]] = {}
        for node in self.network.nodes:
            found.setdefault(key(node.place), []).append(node)
        return found


def source_of(node: Node) -> Node:
    """The node whose numbers one reads: those in between only view them, or act in training alone."""
    above = node.inputs[0]
    while above.inputs and (above.layer.view or above.layer.rests):
        above = above.inputs[0]
    return above


def key(place: Place) -> Key:
    """What tells statements of one file apart."""
    return place.line.number, place.begin


def lines(statements: Sequence[Statement]) -> Iterator[LayerLine]:
    """The lines of layers among some statements and in the bodies below them, without a limit of depth."""
    waiting: list[Statement] = list(statements)
    while waiting:
        statement = waiting.pop()
        if isinstance(statement, LayerLine):
            yield statement
            continue
        if isinstance(statement, Join | Head):
            waiting.append(statement.line)
        for body in ("body", "branches", "otherwise"):
            waiting += getattr(statement, body, ())
