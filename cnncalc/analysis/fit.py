"""How a window's stride fits its map on one axis: what it never reads, and what would fit exactly.

With K = D(F-1)+1 and r = (W + Pstart + Pend - K) mod S the window fits where r is 0 (CS231n notes, "Convolutional
Networks"; Dumoulin & Visin 2016, relationship 6). The holes inside a dilated kernel are not counted as unread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from cnncalc.geometry import Pad, Window, out_extent
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Axes, Shape
    from cnncalc.layer import Layer, Value
    from cnncalc.network.node import Node

Sides = tuple[int, int]
T = TypeVar("T")
MOST = 64
"""How far the search for pads and strides goes."""


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
        return f"{self.formula} = {self.quotient}, rounded {'up' if self.ceil else 'down'} to {self.out}"


def slides(node: Node) -> tuple[Slide, ...]:
    """A node's window on each axis, in PyTorch's order; none where nothing slides."""
    window = node.window
    if not isinstance(window, Window) or window.mode != "slide" or node.layer.follows:
        return ()
    extents = node.shapes[0].extents
    return tuple(along(window, extents, axis) for axis in range(len(extents)))


def along(window: Window, extents: Axes, axis: int) -> Slide:
    """A window on one axis of a map."""
    return Slide(extents[axis], window.reach[axis], int(window.stride[axis]), window.pad[axis], window.ceil)


def inputs(slide: Slide) -> tuple[int, ...]:
    """The nearest input extents, below and above, that fit exactly."""
    below, above = slide.extent - slide.remainder, slide.extent - slide.remainder + slide.stride
    return tuple(w for w in (below, above) if w > 0 and fits(slide._replace(extent=w)))


def pads(slide: Slide) -> Iterator[Sides]:
    """Pads that fit exactly, the nearest first: the same at both ends, else with the end's alone changed."""
    start, end = slide.pad
    step = min(slide.stride, MOST)
    even = [(p, p) for p in range(max(0, start - step), min(start + step + 1, slide.reach))] if start == end else []
    ends = [(start, p) for p in (end - slide.remainder, end - slide.remainder + slide.stride) if 0 <= p < slide.reach]
    fitting = [[pad for pad in some if fits(slide._replace(pad=pad))] for some in (even, ends)]
    yield from sorted(fitting[0] or fitting[1], key=lambda pad: (abs(sum(pad) - start - end), pad))


def strides(slide: Slide) -> tuple[int, ...]:
    """The nearest strides, below and above, that fit exactly; none above that would leave gaps."""
    below = range(slide.stride - 1, max(0, slide.stride - MOST), -1)
    above = range(slide.stride + 1, min(slide.reach, slide.stride + MOST) + 1)
    nearest = (next((s for s in side if fits(slide._replace(stride=s))), 0) for side in (below, above))
    return tuple(s for s in nearest if s)


def fits(slide: Slide) -> bool:
    """Whether nothing is left over, nor lost to a window that would begin in the padding where the output rounds up."""
    return slide.room >= 0 and slide.remainder == slide.lost == slide.dropped == 0


class Remedies(NamedTuple):
    """What would make a window fit one axis of its input, each by itself."""

    inputs: tuple[int, ...]
    pads: tuple[Sides, ...]
    strides: tuple[int, ...]


def remedies(node: Node, axis: int) -> Remedies:
    """The inputs, pads and strides that fit this axis, as far as the layer takes them."""
    slide, window, x = slides(node)[axis], node.window, node.shapes[0]
    assert isinstance(window, Window)
    written = node.layer.__dict__.get("pad")
    fill = written.fill if isinstance(written, Pad) else "zeros"
    sized = (w for w in inputs(slide) if works(node.layer, x._replace(extents=put(x.extents, axis, w)), axis))
    padded = (p for p in pads(slide) if replaced(node, axis, "pad", Pad(put(window.pad, axis, p), "", fill)))
    strided = (
        s for s in strides(slide) if replaced(node, axis, "stride", put(tuple(map(int, window.stride)), axis, s))
    )
    return Remedies(tuple(sized), tuple(padded)[:2], tuple(strided))


def replaced(node: Node, axis: int, argument: str, value: Value) -> bool:
    """Whether the layer has this argument, and fits its input with this value of it."""
    if all(parameter.name != argument for parameter in node.layer.parameters):
        return False
    return works(node.layer.replaced(**{argument: value}), node.shapes[0], axis)


def works(layer: Layer, x: Shape, axis: int) -> bool:
    """Whether all that a layer requires of this input holds, and its window fits the axis exactly."""
    if not all(requirement.holds for requirement in layer.requires(x)):
        return False
    window = layer.window(x)
    return isinstance(window, Window) and fits(along(window, x.extents, axis))


def put(axes: tuple[T, ...], axis: int, value: T) -> tuple[T, ...]:
    """The axes with one value changed."""
    return (*axes[:axis], value, *axes[axis + 1 :])
