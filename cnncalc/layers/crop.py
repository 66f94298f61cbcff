from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.faults import CONTRADICTION, EMPTY_OUTPUT, MISFIT, MISSING
from cnncalc.geometry import Shape
from cnncalc.layer import Module, Parameter, Requirement
from cnncalc.layers._frame import Frame
from cnncalc.layers._sliding import NAMES, sliced

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Sides
    from cnncalc.layer import Array


class Crop(Frame):
    """Cells taken away around a map: P on each side, or as many at the start and the end of each axis as written.

    Output W - 2P on each axis, channels as they are; no params, no work, and no memory: a view of the input
    (Ronneberger et al. 2015, section 2: "cropping is necessary due to the loss of border pixels"). `crop to NAME`
    leaves the middle, as large as that layer's output; of an odd number of cells the larger half goes at the end.
    """

    parameters = (
        Parameter("pad", "pad", letters="P", positional=True, low=0),
        Parameter("to", "layer"),
    )

    view = True
    linear = True
    examples = (
        ("8x7x3", "crop 2"),
        ("9x8x2", "crop 1x2"),
        ("9x8x2", "crop 0:1x2:3"),
        ("20x5", "crop P=3:0"),
        ("6x7x5x2", "crop 1x2:0x1"),
        ("9x8x2", "crop to INPUT"),
    )
    unfilled = "what is taken away needs no filling"

    to: Shape | None

    def taken(self, x: Shape) -> Sides:
        """The cells taken away at (start, end) of each axis."""
        if self.to is None:
            return self.pad.sides if self.pad else ()
        over = tuple(w - there for w, there in zip(x.extents, self.to.extents, strict=True))
        return tuple((n // 2, n - n // 2) for n in over)

    def cells(self, x: Shape) -> Sides:
        return tuple((-start, -end) for start, end in self.taken(x))

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        text, remedy = "crop has neither a pad nor a layer to be as large as", "write crop 2, or crop to CONV3"
        yield Requirement(self.pad is not None or self.to is not None, MISSING, text, (), remedy)
        text, remedy = "crop has both a pad and a layer to be as large as", "keep one of the two"
        yield Requirement(self.pad is None or self.to is None, CONTRADICTION, text, (), remedy, "to")
        if self.to is not None:
            return (yield from self.inside(inputs[0], self.to))
        yield from super().requires(*inputs)
        text = "the crop takes {0} + {1} cells of a map that is {2} {3}"
        for name, extent, (start, end) in zip(
            NAMES[inputs[0].rank], inputs[0].extents, self.taken(inputs[0]), strict=True
        ):
            values = (start, end, extent, name, extent - 1)
            remedy = "take at most {4} in all, start and end together"
            yield Requirement(start + end < extent, EMPTY_OUTPUT, text, values, remedy, "pad")

    def inside(self, x: Shape, to: Shape) -> Iterator[Requirement]:
        """The map to be as large as lies within the input."""
        text, remedy = "crop to {1}, and the input is {0}", "name a layer of the same rank"
        yield Requirement(x.rank == to.rank, MISFIT, text, (x.sort, to.sort), remedy, "to")
        for name, extent, there in zip(NAMES[x.rank], x.extents, to.extents, strict=True):
            text = "crop to {1} {2}, and the map is only {0} {2}"
            remedy = "crop the larger of the two, or upsample this one"
            yield Requirement(there <= extent, MISFIT, text, (extent, there, name), remedy, "to")

    def torch(self, *inputs: Shape) -> Module:
        return Module("", "{x}" + sliced(self.taken(inputs[0])))

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        sides = zip(inputs[0].shape[2:], self.taken(Shape(inputs[0].shape[1], inputs[0].shape[2:])), strict=True)
        inside = tuple(slice(start, extent - end) for extent, (start, end) in sides)
        return inputs[0][(slice(None), slice(None), *inside)]
