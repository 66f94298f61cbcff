"""How a window's stride fits its map on one axis: what it reads, what it never reads, what the formula gives.

With K = D(F-1)+1 and r = (W + Pstart + Pend - K) mod S the window fits where r is 0 (CS231n notes, "Convolutional
Networks"; Dumoulin & Visin 2016, relationship 6). The holes inside a dilated kernel are not counted as unread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.geometry import out_extent
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from cnncalc.geometry import Axes, Window

Sides = tuple[int, int]


class Slide(NamedTuple):
    """A window over one axis: W, K, S, the pad at start and end, whether the output rounds up."""

    extent: int
    reach: int
    stride: int
    pad: Sides
    ceil: bool = False

    @property
    def room(self) -> int:
        """How far the window can slide: W + Pstart + Pend - K."""
        return self.extent + sum(self.pad) - self.reach

    @property
    def remainder(self) -> int:
        """The cells left over at the end of the padded axis where the output rounds down."""
        return self.room % self.stride

    @property
    def out(self) -> int:
        """The output extent."""
        return out_extent(self.extent, self.reach, self.stride, self.pad, self.ceil)

    @property
    def covered(self) -> int:
        """Where the last window ends, in cells of the input."""
        return (self.out - 1) * self.stride - self.pad[0] + self.reach

    @property
    def lost(self) -> int:
        """The input cells at the end that no window reads."""
        return min(self.extent, max(0, self.extent - self.covered))

    @property
    def dropped(self) -> int:
        """The padding cells at the end that no window reads."""
        return min(self.pad[1], max(0, self.extent + self.pad[1] - self.covered))

    @property
    def gaps(self) -> int:
        """The input cells between neighbouring windows that none reads, where S > K."""
        end = min(self.extent, max(0, self.covered))
        return self.between(end + self.pad[0]) - self.between(self.pad[0])

    def between(self, cells: int) -> int:
        """The cells in gaps among the first ones of the padded axis."""
        gap = max(0, self.stride - self.reach)
        return cells // self.stride * gap + max(0, cells % self.stride - self.reach) * (gap > 0)

    @property
    def formula(self) -> str:
        """(W + 2P - K)/S + 1 with its numbers."""
        start, end = self.pad
        pad = f"2*{start}" if start == end else f"{start} + {end}"
        return f"({self.extent} + {pad} - {self.reach})/{self.stride} + 1"

    @property
    def quotient(self) -> str:
        """What the formula gives before rounding, never so short that it looks whole: 2.33."""
        whole, digits = self.room // self.stride + 1, 2
        if self.remainder == 0:
            return str(whole)
        while not 0 < (parts := (self.remainder * 10**digits * 2 + self.stride) // (2 * self.stride)) < 10**digits:
            digits += 1
        return f"{whole}.{parts:0{digits}}".rstrip("0")

    @property
    def working(self) -> str:
        """The formula and what it gives, rounded where it does not fit."""
        if self.quotient == str(self.out):
            return f"{self.formula} = {self.out}"
        up, back = self.out > self.room // self.stride + 1, "rounded up but for a window that begins in the padding:"
        how = "rounded up to" if up else back if self.ceil else "rounded down to"
        return f"{self.formula} = {self.quotient}, {how} {self.out}"


def along(window: Window, extents: Axes, axis: int) -> Slide:
    """A window on one axis of a map."""
    return Slide(extents[axis], window.reach[axis], int(window.stride[axis]), window.pad[axis], window.ceil)


def fits(slide: Slide) -> bool:
    """Whether nothing is left over, nor lost to a window that would begin in the padding where the output rounds up."""
    return slide.room >= 0 and slide.remainder == slide.lost == slide.dropped == 0
