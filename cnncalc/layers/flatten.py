from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.geometry import Shape
from cnncalc.layer import Arrangement, Module

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.layer import Array


class Flatten(Arrangement):
    """A map as a vector of C*H*W numbers, channel by channel, without a copy (PyTorch, nn.Flatten)."""

    view = True
    gathers = "sample"
    linear = True
    examples = (("6x5x4", "flatten"), ("9x3", "flatten"), ("2x3x4x2", "flatten"), ("10", "flatten"))

    def out(self, *inputs: Shape) -> Shape:
        return Shape(inputs[0].elements)

    def torch(self, *inputs: Shape) -> Module:
        return Module("nn.Flatten()")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        return inputs[0].reshape(len(inputs[0]), -1)
