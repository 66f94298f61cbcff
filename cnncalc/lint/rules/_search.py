"""The search for the line whose change would make a claim hold, as the rules of claims tell it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.analysis.repair import LINES, Repairs
from cnncalc.lint.claims import agrees, written

if TYPE_CHECKING:
    from cnncalc.analysis.repair import Change, Check, Shapes
    from cnncalc.diagnostic import Span
    from cnncalc.network.node import Claimed, LineOf, Network, Node


LATEST = 4
"""How many of the changes found are tried on the next claim."""


class Search:
    """What would make failing claims hold; a change that repaired one is tried on the next ones first."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.made: list[Change] = []
        self.hints: dict[Span, str] = {}
        self.repairs = Repairs(network)
        self.index = {node.name: i for i, line in enumerate(network.lines) for node in line.nodes}
        self.claims_at: dict[Span, list[LineOf]] = {}
        for line in network.lines:
            for claim in line.claims:
                self.claims_at.setdefault(claim.span, []).append(line)

    def held(self, index: int) -> bool:
        """Whether a line claims its shape, and rightly."""
        line = self.network.lines[index]
        shapes = [claim for claim in line.claims if claim.quantity == "shape"]
        return bool(shapes) and all(agrees(self.network, claim, line.output.output) for claim in shapes)

    def hint(self, line: LineOf, claim: Claimed) -> str:
        """The change that makes the claim hold and leaves the next claim below true; else what to claim.

        Of the many layers of a range or a repeat the first speaks for the text.
        """
        if claim.span not in self.hints:
            self.hints[claim.span] = self.sought(line, claim)
        return self.hints[claim.span]

    def admitted(self, claim: Claimed) -> str:
        """The claim that would hold; a range whose layers differ can make none for all."""
        lines = self.claims_at[claim.span]
        shapes = list(dict.fromkeys(self.network.order.text(line.output.output) for line in lines))
        if len(shapes) == 1:
            return f"claim {shapes[0]}"
        return f"its layers give {', '.join(shapes[:4])}{', ...' * (len(shapes) > 4)}: claim each on a line of its own"

    def sought(self, line: LineOf, claim: Claimed) -> str:
        """The hint for one claim, searched for."""
        index = self.index.get(line.output.name, -1)
        if self.repairs.tired or index < 0:
            return self.admitted(claim)
        checks = [self.check(line), *(self.check(other) for other in self.claims_at[claim.span] if other is not line)]
        if known := self.known(checks):
            return f"{said(known)} would give {written(claim)} as well"
        below = next((at for at in range(index + 1, len(self.network.lines))[:LINES] if self.held(at)), None)
        checks += [self.check(self.network.lines[below])] if below is not None else []
        change = self.repairs.best(self.repairs.places(index, self.held), wanted(claim), checks)
        if change is None:
            return self.admitted(claim) + (": the next claim below holds with it" if below is not None else "")
        self.made.append(change)
        return f"{said(change)} would give {written(claim)}"

    def known(self, checks: list[Check]) -> Change | None:
        """One of the latest changes, where it repairs this as well."""
        return next((change for change in self.made[-LATEST:] if self.repairs.makes(change, checks)), None)

    def check(self, line: LineOf) -> Check:
        """The shape claims of a line, as a check of shapes worked out anew."""
        node, shapes = line.output, [claim for claim in line.claims if claim.quantity == "shape"]
        return node, lambda new: all(agrees(self.network, c, new.get(node.name, node.output)) for c in shapes)

    def inputs(self, node: Node, number: int) -> str:
        """The change above a layer that would give it this number of inputs, if there is one."""

        def goal(shapes: Shapes) -> bool:
            above = (shapes.get(x.name, x.output) for x in node.inputs)
            return all(there == here for _, there, here, _ in node.layer.claims(*above))

        index, cells = self.index.get(node.name, -1), prod(node.shapes[0].extents)
        counts = (number, number // cells) if number % cells == 0 else (number,)
        change = self.known([(node, goal)])
        if change is None:
            change = self.repairs.best(self.repairs.places(index, self.held), counts, [(node, goal)])
        return f"{said(change)} would give {number}" if change else ""


def wanted(claim: Claimed) -> tuple[int, ...]:
    """The extents a claim names: one of them may be the channels."""
    return tuple(axis for axis in claim.axes if axis)


def said(change: Change) -> str:
    """A change and its line: pad 2 on line 2."""
    return f"{change.text} on line {change.node.span.line}"
