"""What pools of a given output extent share: windows spread over the map as evenly as whole cells allow.

Window i of O over W cells is [floor(i*W/O), ceil((i + 1)*W/O)): PyTorch, nn.AdaptiveAvgPool2d, whose source gives it.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.geometry import WHOLE, Shape, Window, ratio
from cnncalc.layer import Layer, Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Axes, Whole
    from cnncalc.layer import Array, Requirement, Weight


class AdaptivePool(Layer):
    """One number a channel from the cells of each window, so many windows as are asked for."""

    parameters = (Parameter("output", "extents", positional=True, required=True),)
    ranks = (1, 2, 3)
    postfix = True

    output: Axes

    def out(self, *inputs: Shape) -> Shape:
        return Shape(inputs[0].channels, self.output)

    def window(self, *inputs: Shape) -> Window | Whole:
        if set(self.output) == {1}:
            return WHOLE
        axes = list(zip(inputs[0].extents, self.output, strict=True))
        rank = len(axes)
        stride = tuple(ratio(w, o) for w, o in axes)
        return Window(tuple(widest(*pair) for pair in axes), stride, ((0, 0),) * rank, (1,) * rank, mode="adaptive")

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {}

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        return iter(())

    def cells(self, x: Shape) -> int:
        """The cells under all windows of all channels, those under several counted as often."""
        return x.channels * prod(w + o - common(w, o) for w, o in zip(x.extents, self.output, strict=True))


def widest(extent: int, output: int) -> int:
    """The cells of the largest window: W/O, or one or two more than its whole part where it is broken."""
    whole, rest = extent // output, extent % output
    return whole + (rest > 0) + (output % (rest + (rest == 0)) > 0)


def common(extent: int, output: int) -> int:
    """The greatest common divisor, by Euclid's steps, which are fewer than 3/2 of the digits of the smaller + 2.

    Neighbouring windows share a cell wherever the boundary between them, i*W/O, is broken: all but gcd(W, O) - 1 of
    the O - 1 boundaries, so that the windows have W + O - gcd(W, O) cells.
    """
    a, b = extent, output
    for _ in range(2 * output.bit_length() + 2):
        done = b == 0
        a, b = b + a * done, a % (b + done) * (1 - done)
    return a


def each_window(x: Array, output: Axes) -> Iterator[tuple[tuple[slice | int, ...], Array]]:
    """(where it goes, the cells of a window) for every output cell."""
    import numpy as np

    for place in np.ndindex(*output):
        axes = zip(place, x.shape[2:], output, strict=True)
        cells = tuple(slice(i * w // o, -(-(i + 1) * w // o)) for i, w, o in axes)
        yield (slice(None), slice(None), *place), x[(slice(None), slice(None), *cells)]
