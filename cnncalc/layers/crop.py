from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.faults import EMPTY_OUTPUT
from cnncalc.layer import Module, Requirement
from cnncalc.layers._frame import Frame
from cnncalc.layers._sliding import NAMES, sliced

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Shape, Sides
    from cnncalc.layer import Array


class Crop(Frame):
    """Cells taken away around a map: P on each side, or as many at the start and the end of each axis as written.

    Output W - 2P on each axis, channels as they are; no params, no work, and no memory: a view of the input
    (Ronneberger et al. 2015, section 2: "cropping is necessary due to the loss of border pixels").
    """

    view = True
    examples = (
        ("8x7x3", "crop 2"),
        ("9x8x2", "crop 1x2"),
        ("9x8x2", "crop 0:1x2:3"),
        ("20x5", "crop P=3:0"),
        ("6x7x5x2", "crop 1x2:0x1"),
    )
    unfilled = "what is taken away needs no filling"

    def cells(self) -> Sides:
        return tuple((-start, -end) for start, end in self.pad.sides)

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        yield from super().requires(*inputs)
        text = "the crop takes {0} + {1} cells of a map that is {2} {3}"
        for name, extent, (start, end) in zip(NAMES[inputs[0].rank], inputs[0].extents, self.pad.sides, strict=True):
            values = (start, end, extent, name, extent - 1)
            remedy = "take at most {4} in all, start and end together"
            yield Requirement(start + end < extent, EMPTY_OUTPUT, text, values, remedy, "pad")

    def torch(self, *inputs: Shape) -> Module:
        return Module("", "{x}" + sliced(self.pad.sides))

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        sides = zip(inputs[0].shape[2:], self.pad.sides, strict=True)
        inside = tuple(slice(start, extent - end) for extent, (start, end) in sides)
        return inputs[0][(slice(None), slice(None), *inside)]
