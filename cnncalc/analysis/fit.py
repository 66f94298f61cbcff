"""How the windows of a network fit their maps: what would fit exactly where one does not."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from cnncalc.geometry import Pad, Window
from cnncalc.network.slide import Sides, Slide, along, fits
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Axes, Shape
    from cnncalc.layer import Layer, Value
    from cnncalc.network.node import Node

__all__ = ["Remedies", "Sides", "Slide", "along", "fits", "remedies", "slides"]

T = TypeVar("T")
MOST = 64
"""How far the search for pads and strides goes."""


def slides(node: Node) -> tuple[Slide, ...]:
    """A node's window on each axis, in PyTorch's order; none where nothing slides."""
    window = node.window
    if not isinstance(window, Window) or window.mode != "slide" or node.layer.follows:
        return ()
    return every(window, node.shapes[0].extents)


@lru_cache(maxsize=4096)
def every(window: Window, extents: Axes) -> tuple[Slide, ...]:
    """A window on each axis of a map."""
    return tuple([along(window, extents, axis) for axis in range(len(extents))])


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
