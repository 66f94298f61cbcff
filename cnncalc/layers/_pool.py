"""What pools share: a window over each channel by itself, padded by at most half its kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnncalc.faults import NOT_YET, POOL_PAD
from cnncalc.geometry import WHOLE, Shape, Window
from cnncalc.layer import Layer, Parameter, Requirement
from cnncalc.layers._sliding import NAMES, inside, larger, overhang, room, rows, seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy import bool_
    from numpy.typing import NDArray

    from cnncalc.geometry import Axes, Pad, Whole
    from cnncalc.layer import Array, Weight


class Pool(Layer):
    """One number a channel from the cells under each window."""

    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("kernel", "extents", letters="FK", positional=True, required=True),
        Parameter("stride", "extents", letters="S", default="kernel"),
        Parameter("pad", "pad", letters="P", default="0", low=0),
        Parameter("ceil", "flag"),
    )
    ranks = (1, 2, 3)
    postfix = True

    kernel: Axes
    stride: Axes
    pad: Pad
    ceil: int

    def taps(self) -> Axes:
        """The distance of a window's cells on each axis."""
        return (1,) * len(self.kernel)

    def window(self, *inputs: Shape) -> Window:
        slide = Window(self.kernel, self.stride, (), self.taps(), self.ceil * (self.pad.fill == "zeros") == 1)
        return slide._replace(pad=self.pad.cells(inputs[0].extents, slide.reach, self.stride))

    def out(self, *inputs: Shape) -> Shape:
        return Shape(inputs[0].channels, self.window(*inputs).out(inputs[0].extents))

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {}

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        window = self.window(*inputs)
        yield from half(window, inputs[0], self.pad.fill)
        yield from room(window, inputs[0], self.pad.fill)
        if self.ceil and self.pad.fill != "zeros":
            yield from level(window, inputs[0], self.pad.fill)

    def counted(self, x: Array, place: Axes) -> NDArray[bool_]:
        """Which cells of a window count: (*kernel); those of a pad that is filled all do."""
        window = self.window(Shape(len(x), x.shape[1:]))
        return inside(window, x.shape[1:], place, () if self.pad.fill == "zeros" else window.pad)

    def under(self, x: Array, place: Axes, channel: int) -> tuple[Array, Array]:
        """The cells of a window on one map: as rows, nan where one does not count; and those that do, in a row."""
        import numpy as np

        cells = seen(x[channel : channel + 1], self.window(Shape(len(x), x.shape[1:])), self.pad.fill, place)[0]
        counted = self.counted(x, place)
        return rows(np.where(counted, cells, np.nan)), cells[counted]


def half(window: Window, x: Shape, fill: str) -> Iterator[Requirement]:
    """Empty cells are at most half the kernel, not counting dilation; a fill has values and may be more."""
    text = "the pad of {0} is more than half the kernel, which is {1} {2}"
    remedy = "pad at most {3}, or use a kernel of at least {4}"
    for name, k, (start, end) in zip(NAMES[x.rank], window.kernel, window.pad, strict=True):
        pad = larger(start, end)
        holds = (2 * pad <= k) + (fill != "zeros") >= 1
        yield Requirement(holds, POOL_PAD, text, (pad, k, name, k // 2, 2 * pad), remedy, "pad")


def level(window: Window, x: Shape, fill: str, inside: bool = False) -> Iterator[Requirement]:
    """Where F.pad pads, no window that is rounded up may hang over the end: only a module's padding (`inside`) says
    what it finds there.
    """
    text = "'ceil' lets the last window hang {0} over the end: beside {1} pad PyTorch cannot say that"
    remedy = "leave out 'ceil', or pad with zeros, as many at the start as at the end"
    sort, extents = "an uneven", x.extents
    if fill != "zeros":
        sort, extents = (
            f"a {fill}",
            tuple(w + start + end for w, (start, end) in zip(x.extents, window.pad, strict=True)),
        )
        window = window._replace(pad=((0, 0),) * x.rank, ceil=True)
    for over in overhang(window, extents):
        yield Requirement((over == 0) + inside >= 1, NOT_YET, text, (over, sort), remedy, "ceil")


class GlobalPool(Layer):
    """One number a channel from its whole map."""

    ranks = (1, 2, 3)
    postfix = True

    def out(self, *inputs: Shape) -> Shape:
        return Shape(inputs[0].channels, (1,) * inputs[0].rank)

    def window(self, *inputs: Shape) -> Whole:
        return WHOLE

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {}

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        return iter(())
