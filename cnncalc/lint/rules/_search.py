"""The search for the line whose change would make a claim hold, as the rules of claims tell it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.analysis.repair import Repairs
from cnncalc.network.claim import fits

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncalc.analysis.repair import Change, Shapes
    from cnncalc.geometry import Shape
    from cnncalc.network.node import Claimed, LineOf, Network, Node


def agrees(network: Network, claim: Claimed, shape: Shape) -> bool:
    """Whether a claim of a shape holds."""
    return fits(claim, shape, network.order.width_first, network.order.channels_first)


def written(claim: Claimed) -> str:
    """A claimed shape by its numbers."""
    if -1 in claim.axes:
        return claim.text
    axes = ["?" if axis is None else str(axis) for axis in claim.axes]
    return f"{axes[0]}@{'x'.join(axes[1:])}" if claim.channels_first else "x".join(axes)


class Search:
    """What would make failing claims hold; a change that repaired one is tried on the next ones first."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.made: list[Change] = []
        self.repairs = Repairs(network)
        self.index = {id(line): i for i, line in enumerate(network.lines)}

    def held(self, index: int) -> bool:
        """Whether a line claims its shape, and rightly."""
        line = self.network.lines[index]
        shapes = [claim for claim in line.claims if claim.quantity == "shape"]
        return bool(shapes) and all(agrees(self.network, claim, line.nodes[-1].output) for claim in shapes)

    def hint(self, line: LineOf, claim: Claimed) -> str:
        """The line whose change would make the claim hold and leave the next claim below true, or the claim itself."""
        index = self.index[id(line)]
        below = next((at for at in range(index + 1, len(self.network.lines)) if self.held(at)), None)
        checks = [self.check(line.nodes[-1], (claim,))]
        known = next((change for change in self.made if self.repairs.makes(change, checks)), None)
        if known:
            return f"{said(known)} would give {written(claim)} as well"
        checks += [self.check(self.network.lines[below].nodes[-1], self.network.lines[below].claims)] if below else []
        wanted = tuple(axis for axis in claim.axes if axis)
        change = self.repairs.best(self.repairs.places(index, self.held), wanted, checks)
        if change is None:
            shape = self.network.order.text(line.nodes[-1].output)
            return f"claim {shape}: " + (
                "the next claim below holds with it" if below else "no one change gives the other"
            )
        self.made.append(change)
        return f"{said(change)} would give {written(claim)}"

    def inputs(self, node: Node, number: int) -> str:
        """The change above a layer that would give it this number of inputs, if there is one."""

        def goal(shapes: Shapes) -> bool:
            above = (shapes.get(x.name, x.output) for x in node.inputs)
            return all(there == here for _, there, here, _ in node.layer.claims(*above))

        index = next((i for i, line in enumerate(self.network.lines) if node in line.nodes), -1)
        cells = prod(node.shapes[0].extents)
        wanted = (number, number // cells) if number % cells == 0 else (number,)
        places = self.repairs.places(index, self.held)
        change = self.repairs.best(places, wanted, [(node, goal)])
        return f"{said(change)} would give {number}" if change else ""

    def check(self, node: Node, claimed: tuple[Claimed, ...]) -> tuple[Node, Callable[[Shapes], bool]]:
        """The shape claims of a line, as a check of shapes worked out anew."""
        wanted = [claim for claim in claimed if claim.quantity == "shape"]
        return node, lambda shapes: all(agrees(self.network, c, shapes.get(node.name, node.output)) for c in wanted)


def said(change: Change) -> str:
    """A change and its line: pad 2 on line 2."""
    return f"{change.text} on line {change.node.span.line}"
