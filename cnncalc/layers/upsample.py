from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.faults import CONTRADICTION, MISFIT, MISSING
from cnncalc.geometry import Shape, Window
from cnncalc.layer import Layer, Module, Parameter, Requirement, Saved, literal
from cnncalc.layers._sliding import NAMES
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Axes
    from cnncalc.layer import Array, Weight

LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}


class Upsample(Layer):
    """A map made larger by a whole factor: each cell repeated (nearest), or each output mixed of its neighbours.

    Output factor*W on each axis, channels as they are; no params, no MACs (PyTorch, nn.Upsample). `nearest` is the
    default and costs nothing; `bilinear` (linear in 1-D, trilinear in 3-D; corners not aligned) reads two cells an
    axis, which is 2^d products and 2^d - 1 adds an output. Training keeps nothing. `upsample to NAME` makes it as
    large as that layer's output, a whole number of times.
    """

    parameters = (
        Parameter("factor", "extents", positional=True),
        Parameter("nearest", "flag"),
        Parameter("bilinear", "flag"),
        Parameter("to", "layer"),
    )
    ranks = (1, 2, 3)
    linear = True
    within = True
    examples = (
        ("7x6x4", "upsample 2"),
        ("5x4x3", "upsample 3x1 nearest"),
        ("7x6x2", "upsample 2 bilinear"),
        ("6x5x2", "upsample 3x4 bilinear"),
        ("20x5", "upsample 2"),
        ("9x2", "upsample 5 bilinear"),
        ("4x3x5x2", "upsample 2x1x3"),
        ("4x3x5x2", "upsample 2x3x1 bilinear"),
        ("7x6x4", "upsample to INPUT"),
    )

    factor: Axes | None
    to: Shape | None
    nearest: int
    bilinear: int

    def times(self, x: Shape) -> Axes:
        """The factor on each axis."""
        if self.to is not None:
            return tuple(there // w for there, w in zip(self.to.extents, x.extents, strict=True))
        return self.factor or ()

    def window(self, *inputs: Shape) -> Window:
        factor = kernel = self.times(inputs[0])
        pad = (0,) * len(factor)
        if self.bilinear:
            # an even factor puts no output on a cell of the input, an odd one every factor-th: that reads one cell
            kernel = tuple(2 * f - f % 2 for f in factor)
            pad = tuple(f // 2 for f in factor)
        sides, ones = tuple((p, p) for p in pad), (1,) * len(pad)
        return Window(kernel, factor, sides, ones, mode="transposed", outpad=(0,) * len(pad))

    def out(self, *inputs: Shape) -> Shape:
        x = inputs[0]
        return Shape(x.channels, tuple(w * f for w, f in zip(x.extents, self.times(x), strict=True)))

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {}

    def work(self, *inputs: Shape) -> Work:
        outputs, taps = self.out(*inputs).elements, 1 << inputs[0].rank
        return Work(muls=outputs * taps, adds=outputs * (taps - 1)) if self.bilinear else Work()

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        text, remedy = "'nearest' and 'bilinear' exclude each other", "keep one of the two; nearest is the default"
        yield Requirement(not (self.nearest and self.bilinear), CONTRADICTION, text, (), remedy, "bilinear")
        text, remedy = (
            "upsample has neither a factor nor a layer to be as large as",
            "write upsample 2 or upsample to CONV3",
        )
        yield Requirement(self.factor is not None or self.to is not None, MISSING, text, (), remedy)
        text, remedy = "upsample has both a factor and a layer to be as large as", "keep one of the two"
        yield Requirement(self.factor is None or self.to is None, CONTRADICTION, text, (), remedy, "to")
        if self.to is not None:
            yield from self.multiple(inputs[0], self.to)

    def multiple(self, x: Shape, to: Shape) -> Iterator[Requirement]:
        """The map to be as large as is the input a whole number of times."""
        text, remedy = "upsample to {1}, and the input is {0}", "name a layer of the same rank"
        yield Requirement(x.rank == to.rank, MISFIT, text, (x.sort, to.sort), remedy, "to")
        for name, extent, there in zip(NAMES[x.rank], x.extents, to.extents, strict=True):
            text = "upsample to {1} {2}, which is no whole multiple of the {0} of the map"
            remedy = "choose an input that the strides above divide, or crop behind 'upsample 2'"
            yield Requirement(there % extent == 0, MISFIT, text, (extent, there, name), remedy, "to")

    def saved(self, *inputs: Shape) -> Saved:
        return Saved()

    def torch(self, *inputs: Shape) -> Module:
        # "nearest" multiplies by 1/factor in single precision: of 41 cells it gives one to the neighbour
        factor = self.times(inputs[0])
        nearest = "" if all(f & (f - 1) == 0 for f in factor) else "nearest-exact"
        mode = LINEAR[inputs[0].rank] if self.bilinear else nearest
        chosen = f', mode="{mode}"' if mode else ""
        return Module(f"nn.Upsample(scale_factor={literal(factor)}{chosen})")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        out = inputs[0]
        for axis, factor in enumerate(self.times(Shape(out.shape[1], out.shape[2:])), 2):
            out = mixed(out, factor, axis) if self.bilinear else out.repeat(factor, axis)
        return out


def mixed(x: Array, factor: int, axis: int) -> Array:
    """One axis made larger, each output mixed of the two cells around its centre; beyond the ends they are repeated."""
    import numpy as np

    size = x.shape[axis]
    centre = (np.arange(size * factor) + 0.5) / factor - 0.5
    low = np.floor(centre).astype(int)
    share = (centre - low).reshape(-1, *[1] * (x.ndim - axis - 1))
    first, second = (x.take(np.clip(cell, 0, size - 1), axis) for cell in (low, low + 1))
    out: Array = first * (1 - share) + second * share
    return out
