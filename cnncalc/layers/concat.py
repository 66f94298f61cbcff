from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.geometry import Shape
from cnncalc.layer import Module
from cnncalc.layers._join import Joining, arrays, operands, promoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.layer import Array, Requirement


class Concat(Joining):
    """Its branches one behind the other along the channels (Szegedy et al. 2015, section 4, figure 2)."""

    linear = True
    examples = (
        ("6x5x4", "concat from INPUT, INPUT"),
        ("9x3", "concat from INPUT and INPUT"),
        ("2x3x4x2", "concat from INPUT, INPUT, INPUT"),
        ("10", "concat from INPUT, INPUT"),
    )

    def out(self, *inputs: Shape) -> Shape:
        return Shape(sum(shape.channels for shape in inputs), promoted(inputs)[0].extents)

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        yield from self.axiswise(inputs)

    def torch(self, *inputs: Shape) -> Module:
        if len(inputs) == 1:
            return Module("", "{0}")
        return Module("", f"torch.cat([{', '.join(operands(inputs))}], 1)")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        out: Array = np.concatenate(arrays(inputs), 1)
        return out
