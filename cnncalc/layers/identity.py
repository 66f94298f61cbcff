from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Arrangement, Module

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Identity(Arrangement):
    """Its input, as it is (He et al. 2016, "Identity Mappings in Deep Residual Networks", equation 1)."""

    view = True
    linear = True
    examples = (("6x5x4", "identity"), ("9x3", "identity"), ("2x3x4x2", "identity"), ("10", "identity"))

    def out(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def torch(self, *inputs: Shape) -> Module:
        return Module("", "{x}")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        return inputs[0]
