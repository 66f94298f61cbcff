"""Names that stand for lines above: looked up in their body, then in those around it."""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake, did_you_mean
from cnncalc.faults import LIMIT, MISPLACED, MISSING, UNKNOWN_NAME
from cnncalc.network.chain import Flow
from cnncalc.network.scope import ends, numbered, parted
from cnncalc.network.state import State
from cnncalc.syntax.tree import Label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.network.node import Node
    from cnncalc.network.scope import Scope
    from cnncalc.syntax.tree import Reference, Statement


class References(State):
    """Finds what a name stands for."""

    def origins(self, references: tuple[Reference, ...], scope: Scope) -> tuple[Flow, ...]:
        """What each of these names stands for, ranges spread out."""
        return tuple(
            [self.found(name, reference, scope) for reference in references for name in self.each(reference, scope)]
        )

    def each(self, reference: Reference, scope: Scope) -> list[str]:
        """The names of a range of references, or the one name."""
        if reference.last is None:
            return [reference.name]
        label = Label(reference.name, reference.last, reference.begin, reference.end)
        first, last = ends(label, self.value(reference.last, self.names(scope, None)))
        if last < first:
            text = f"the range '{reference.name}..{last}' names nothing"
            raise Mistake(MISSING, text, reference.begin, reference.end, f"write {reference.name} alone, or count up")
        if last - first > self.options.limits.layers:
            text = f"the range '{reference.name}..' has {last - first + 1:,} names"
            raise Mistake(LIMIT, text, reference.begin, reference.end, "--limit layers=N raises it")
        stem, digits = parted(reference.name)
        return [numbered(stem, digits, number) + reference.rest for number in range(first, last + 1)]

    def found(self, name: str, reference: Reference, scope: Scope) -> Flow:
        """What a name stands for; raises Mistake where nothing above bears it."""
        full = self.full_name(name, scope)
        if full:
            flow = self.flow_of(full)
            self.refuse_head(name, flow.node, reference)
            return flow
        if self.partial and self.written_somewhere(name):
            return Flow()
        raise self.nothing(name, reference, scope)

    def refuse_head(self, name: str, node: Node | None, reference: Reference) -> None:
        """Nothing outside a head reads it: the network in use has none."""
        if node and node.head and node.head != self.head:
            text = f"'{name}' stands in the head {node.head}, which only trains"
            hint = "read a line outside of it: in use the network has no heads"
            raise Mistake(MISPLACED, text, reference.begin, reference.end, hint)

    def full_name(self, name: str, scope: Scope) -> str:
        """The whole name of what a name stands for, seen from a body; "" where nothing above bears it."""
        first, dot, rest = name.partition(".")
        if first in scope.layers:
            name = scope.layers[first] + dot + rest
        prefix = scope.prefix
        while True:
            if self.bears(prefix + name):
                return prefix + name
            if not prefix:
                return ""
            prefix = prefix[: prefix.rfind(".", 0, -1) + 1]

    def bears(self, full: str) -> bool:
        """Whether a line, a body or a row above has this whole name."""
        return full in self.outs or full in self.made or self.bare(full) in self.made or full in self.aliases

    def bare(self, full: str) -> str:
        """The row of a bare layer by its line and kind: CONV1 for `CONV1.conv`."""
        row, _, kind = full.rpartition(".")
        return row if row in self.made and self.made[row].layer.slug() == kind else ""

    def flow_of(self, full: str) -> Flow:
        """The tensor that a whole name stands for."""
        if full in self.outs:
            return self.outs[full]
        if full in self.aliases:
            return self.flow_of(self.aliases[full])
        node = self.made[full if full in self.made else self.bare(full)]
        return Flow(node, node.output, self.outs[node.line].jump if node.line in self.outs else ())

    def nothing(self, name: str, reference: Reference, scope: Scope) -> Mistake:
        """No line above bears a name: it is misspelt, stands below, or is the line itself."""
        text = f"'{name}' names no line above"
        hint = (
            did_you_mean(name, [*islice(self.outs, 1_000)])
            or "a line reads what stands above it, by its name before the colon"
        )
        if inner := next((full for full in islice(self.outs, 1_000) if full.endswith(f".{name}")), ""):
            hint = f"did you mean '{inner}'?"
        elif self.written_somewhere(name):
            text, hint = (
                f"'{name}' does not stand above this line",
                "a line reads only what stands above it: move it down",
            )
        return Mistake(UNKNOWN_NAME, text, reference.begin, reference.end, hint)

    def written_somewhere(self, name: str) -> bool:
        """Whether any line of the file bears a name, its numbers and groups left out."""
        return name.split(".")[0] in self.stems

    @cached_property
    def stems(self) -> frozenset[str]:
        """What stands before the first dot in the name of every line of the file."""
        return frozenset(label.name.split(".")[0] for _, label in labels(self.parsed.statements))


def labels(statements: list[Statement]) -> Iterator[tuple[Statement, Label]]:
    """All statements that bear a name, those of bodies included."""
    waiting = [*statements]
    while waiting:
        statement = waiting.pop()
        label: Label | None = getattr(statement, "label", None)
        if label:
            yield statement, label
        waiting += getattr(statement, "body", ()) if isinstance(getattr(statement, "body", None), list) else ()
        for more in ("branches", "otherwise"):
            waiting += [inner for part in getattr(statement, more, ()) for inner in part.body]
