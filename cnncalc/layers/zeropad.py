from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Module
from cnncalc.layers._frame import Frame
from cnncalc.layers._sliding import cells, run_pad

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Zeropad(Frame):
    """Zeros around a map: P on each side, or as many at the start and the end of each axis as written.

    Output W + 2P on each axis, channels as they are; no params, no work (PyTorch, nn.ZeroPad2d). Training keeps
    nothing.
    """

    linear = True
    examples = (
        ("8x7x3", "zeropad 2"),
        ("9x8x2", "zeropad 1x2"),
        ("9x8x2", "zeropad 0:1x2:3"),
        ("20x5", "zeropad P=3:0"),
        ("6x7x5x2", "zeropad 1x2:0x1"),
    )
    unfilled = "it fills with zeros"
    instead = ", or pad the layer behind it: pad 1 {0}"

    def torch(self, *inputs: Shape) -> Module:
        sides = self.pad.sides
        one = len({cell for pair in sides for cell in pair}) == 1
        return Module(f"nn.ZeroPad{inputs[0].rank}d({sides[0][0] if one else cells(sides)})")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        return run_pad(inputs[0], self.pad.sides, "zeros")
