"""What the taps of a window meet on one axis: cells of the map or padding, exactly, dilation counted.

Tap t of window o lies on the cell o*S - Pstart + D*t of the map; the cells 0 to W - 1 are the map's, all others
padding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.geometry import Window
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncalc.analysis.fit import Slide
    from cnncalc.network.node import Node

MOST = 4096
"""Of how many taps on an axis each is looked at."""


class Taps(NamedTuple):
    """A window's taps on one axis."""

    slide: Slide
    kernel: int
    dilation: int

    @property
    def blind(self) -> tuple[int, int, int]:
        """How many windows have all taps in padding: before the map, with the map between two taps, behind it."""
        extent, reach, stride, (start, _), _ = self.slide
        out = self.slide.out
        before = first_from(start - reach + 1, stride, out)
        behind = out - first_from(extent + start, stride, out)
        return before, sum(map(self.over, range(min(self.kernel - 1, MOST)))), behind

    def over(self, tap: int) -> int:
        """The windows that have the map between this tap and the next."""
        extent, _, stride, (start, _), _ = self.slide
        low, high = extent + start - self.dilation * (tap + 1), start - self.dilation * tap
        out = self.slide.out
        return max(0, first_from(high, stride, out) - first_from(low, stride, out))

    @property
    def used(self) -> int:
        """How many taps are on the map in some window; the others meet padding alone."""
        return sum(map(self.meets, range(min(self.kernel, MOST)))) + max(0, self.kernel - MOST)

    def meets(self, tap: int) -> bool:
        """Whether a tap is on the map in some window."""
        extent, _, stride, (start, _), _ = self.slide
        before, out = start - self.dilation * tap, self.slide.out
        return first_from(before, stride, out) < first_from(extent + before, stride, out)


def first_from(cell: int, stride: int, out: int) -> int:
    """The first window whose place o*S is not before a cell, of `out` windows; `out` where none is."""
    return min(out, max(0, -(-cell // stride)))


def taps(node: Node, each: Sequence[Slide]) -> tuple[Taps, ...]:
    """The taps on each axis, in PyTorch's order."""
    assert isinstance(node.window, Window)
    return tuple(map(Taps, each, node.window.kernel, node.window.dilation))
