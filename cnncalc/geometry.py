"""Shapes, windows and receptive fields: the integer algebra of sliding.

Shapes are channels first without a batch axis; spatial axes stand in PyTorch's order
(length; height, width; depth, height, width). All arithmetic uses only `+ - * // %` and comparisons,
so it is exact on Python integers of any size and runs unchanged on NumPy int64 arrays.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction

    Rational = int | Fraction

Whole = Literal["whole"]
WHOLE: Final[Whole] = "whole"
"""The window of a layer, or the field of a unit, that spans its entire input."""

T = TypeVar("T")
Axes = tuple[int, ...]
Sides = tuple[tuple[int, int], ...]
Steps = tuple[tuple[int, int, "Rational"], ...]


class Shape(NamedTuple):
    """A tensor without its batch axis: `channels`, then the spatial `extents` (none for a vector).

    A sequence of tokens is one of integers: it has an extent and no channels, which is 0 of them.
    """

    channels: int
    extents: Axes = ()

    @property
    def rank(self) -> int:
        """How many spatial axes there are: 0 for a vector, 2 for an image."""
        return len(self.extents)

    @property
    def sort(self) -> str:
        """What a message calls it: a vector, a 2-D map, tokens."""
        return (f"a {self.rank}-D map" if self.rank else "a vector") if self.channels else "tokens"

    @property
    def dims(self) -> Axes:
        """Channels first, then the spatial axes: what `tensor.shape[1:]` is in PyTorch."""
        return (self.channels, *self.extents) if self.channels else self.extents

    @property
    def elements(self) -> int:
        """How many numbers one such tensor holds."""
        return prod(self.dims)


class Pad(NamedTuple):
    """Padding as written: cells at the (start, end) of each axis, or the `rule` that yields them."""

    sides: Sides = ()
    rule: str = ""
    fill: str = "zeros"

    def cells(self, extents: Axes, reach: Axes, stride: Axes) -> Sides:
        """The cells at (start, end) of each axis of a map of these `extents`."""
        if self.rule == "same":
            return tuple(map(same_sides, extents, reach, stride))
        if self.rule == "full":
            return tuple((k - 1, k - 1) for k in reach)
        return self.sides


def same_sides(extent: int, reach: int, stride: int) -> tuple[int, int]:
    """TensorFlow's rule: pad so that out = ceil(W/S), the odd cell at the end (tf.nn "SAME")."""
    total = (-(-extent // stride) - 1) * stride + reach - extent
    total = total * (total > 0)
    return total // 2, total - total // 2


Mode = Literal["slide", "transposed", "adaptive", "frame"]
"""How a window moves: by its stride over the input; by it over the output, each cell of the input put down there
once; by as much as makes an output of the size asked for; not at all, where cells are only added or taken away."""


class Window(NamedTuple):
    """A window over a map: one number an axis, `pad` as (start, end), `outpad` added at the end where transposed.

    Cells taken away are negative padding; an adaptive stride may be a fraction.
    """

    kernel: Axes
    stride: tuple[Rational, ...]
    pad: Sides
    dilation: Axes
    ceil: bool = False
    mode: Mode = "slide"
    outpad: Axes = ()

    @property
    def reach(self) -> Axes:
        """The dilated kernel extent K = D(F-1)+1 on each axis (Dumoulin & Visin 2016, section 5)."""
        return tuple(map(reach, self.kernel, self.dilation))

    @property
    def steps(self) -> Steps:
        """On each axis (K-1, the padding at its start, the stride): what moves a receptive field."""
        return tuple([(k - 1, p, s) for k, (p, _), s in zip(self.reach, self.pad, self.stride, strict=True)])

    def out(self, extents: Axes) -> Axes:
        """The output extents over a map of these `extents`; not for an adaptive window, which is made for one."""
        if self.mode == "transposed":
            sides = zip(extents, self.reach, map(int, self.stride), self.pad, self.outpad, strict=True)
            return tuple((w - 1) * s + k - a - b + more for w, k, s, (a, b), more in sides)
        sizes = zip(extents, self.reach, self.stride, self.pad, strict=True)
        return tuple(out_extent(w, k, s, p, self.ceil) for w, k, s, p in sizes)


def reach(kernel: int, dilation: int) -> int:
    """The cells from a dilated kernel's first to its last tap: K = D(F-1)+1."""
    return dilation * (kernel - 1) + 1


def out_extent(extent: int, reach: int, stride: Rational, pad: tuple[int, int], ceil: bool = False) -> int:
    """floor((W + Pstart + Pend - K)/S) + 1 (CS231n notes; Dumoulin & Visin 2016, relationship 6).

    With `ceil` the last window may hang over the end as long as it starts on the input or its start
    padding (PyTorch's pooling_output_shape).
    """
    room = extent + pad[0] + pad[1] - reach
    if not ceil:
        return room // stride + 1
    out = -(-room // stride) + 1
    return out - ((out - 1) * stride >= extent + pad[0])


class Field(NamedTuple):
    """The receptive field of a map's units, on each axis, in cells of the input.

    Unit i sees the cells `start + i*jump` to `start + i*jump + size - 1`, clipped nowhere
    (Araujo et al. 2019, "Computing Receptive Fields of Convolutional Neural Networks").
    Behind a transposed or adaptive window the jump may be a fraction: then that is the mean, both ends are rounded
    down, and the size is the largest.
    """

    size: tuple[Rational, ...]
    jump: tuple[Rational, ...]
    start: tuple[Rational, ...]

    def through(self, window: Window) -> Field:
        """The field after one more window: size += (K-1)*jump, start -= P*jump, jump *= S."""
        return self.back(window) if window.mode == "transposed" else self.stepped(window.steps)

    def stepped(self, steps: Steps) -> Field:
        """The field after a window that slides: (K-1, P, S) on each axis."""
        size, jump, start = self
        return Field(
            tuple([n + k * j for n, j, (k, _, _) in zip(size, jump, steps, strict=True)]),
            tuple([j * s for j, (_, _, s) in zip(jump, steps, strict=True)]),
            tuple([a - p * j for a, j, (_, p, _) in zip(start, jump, steps, strict=True)]),
        )

    def back(self, window: Window) -> Field:
        """The field after a transposed window.

        Output o comes from the cells ceil((o + P - K + 1)/S) to floor((o + P)/S) of the map below, at most ceil(K/S)
        of them: size += (ceil(K/S) - 1)*jump, start += (P/S - ceil(K/S) + 1)*jump, jump /= S.
        """
        more = tuple(-(-k // s) - 1 for k, s in zip(window.reach, window.stride, strict=True))
        size = tuple(n + m * j for n, m, j in zip(self.size, more, self.jump, strict=True))
        jump = tuple(ratio(j, s) for j, s in zip(self.jump, window.stride, strict=True))
        moves = zip(self.start, window.pad, jump, more, self.jump, strict=True)
        return Field(size, jump, tuple(a + p * now - m * j for a, (p, _), now, m, j in moves))


def ratio(a: Rational, b: Rational) -> Rational:
    """a/b, exactly: a whole number where it is one."""
    from fractions import Fraction

    exact = Fraction(a) / b
    return int(exact) if exact.denominator == 1 else exact


def pixel(rank: int) -> Field:
    """The receptive field of the input itself: every cell sees one cell."""
    return Field((1,) * rank, (1,) * rank, (0,) * rank)


class Order(NamedTuple):
    """How a file writes its axes: `WxHxC` on slides, `CxHxW` in PyTorch, `HxWxC` in Keras."""

    channels_first: bool = False
    width_first: bool = True

    @classmethod
    def of(cls, word: str) -> Order:
        """The order a word such as `CxHxW` spells."""
        letters = word.upper().split("X")
        return cls(letters[0] == "C", next(axis for axis in letters if axis != "C") in "WL")

    @property
    def channels_last(self) -> bool:
        """Whether arrays of this order have their channels behind rows and columns, as Keras has them."""
        return not self.channels_first and not self.width_first

    def turned(self, axes: tuple[T, ...]) -> tuple[T, ...]:
        """Spatial values from the file's order to PyTorch's, and back."""
        return axes[::-1] if self.width_first else axes

    def by(self, axes: tuple[Rational, ...]) -> str:
        """One number an axis as the file would write them: 7x1."""
        return "x".join(map(str, self.turned(axes)))

    def shape(self, axes: Axes, channels_first: bool = False) -> Shape:
        """The shape written as these axes."""
        if self.channels_first or channels_first:
            return Shape(axes[0], self.turned(axes[1:]))
        return Shape(axes[-1], self.turned(axes[:-1]))

    def text(self, shape: Shape) -> str:
        """A shape as the file would write it: 55x55x96, 64 tokens."""
        if not shape.channels:
            return f"{shape.extents[0]} tokens"
        spatial = self.turned(shape.extents)
        axes = (shape.channels, *spatial) if self.channels_first else (*spatial, shape.channels)
        return "x".join(map(str, axes))

    def letters(self, rank: int) -> tuple[str, ...]:
        """The names of the spatial axes in the file's order."""
        return ((), ("L",), ("W", "H"), ("W", "H", "D"))[rank][:: 1 if self.width_first else -1]
