"""What layers share that only add cells around a map or take them away."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnncalc.faults import CONTRADICTION
from cnncalc.geometry import Shape, Window
from cnncalc.layer import Arrangement, Parameter, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Pad, Sides


class Frame(Arrangement):
    """A map with other ends: nothing is computed, nothing is learned."""

    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("pad", "pad", letters="P", positional=True, required=True, low=0),
    )
    ranks = (1, 2, 3)

    pad: Pad

    def cells(self, x: Shape) -> Sides:
        """The cells added at (start, end) of each axis; those taken away are negative."""
        return self.pad.sides

    def window(self, *inputs: Shape) -> Window:
        ones = (1,) * inputs[0].rank
        return Window(ones, ones, self.cells(inputs[0]), ones, mode="frame")

    def out(self, *inputs: Shape) -> Shape:
        sides = zip(inputs[0].extents, self.cells(inputs[0]), strict=True)
        return Shape(inputs[0].channels, tuple(w + start + end for w, (start, end) in sides))

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        kind = self.keyword()
        text = "'{0}' sets a pad by the window behind it, and {1} has none"
        values, remedy = (self.pad.rule, kind), "write how many cells: {1} 2, {1} 1x2 or {1} 0:1"
        yield Requirement(not self.pad.rule, CONTRADICTION, text, values, remedy, "pad")
        text, remedy = "{1} {0}: " + self.unfilled, "leave out '{0}'" + self.instead
        yield Requirement(self.pad.fill == "zeros", CONTRADICTION, text, (self.pad.fill, kind), remedy, "pad")

    unfilled: ClassVar[str]
    """Why it takes no fill."""
    instead: ClassVar[str] = ""
    """What has one."""
