from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Activation, Module, Saved
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Hardswish(Activation):
    """x*min(max(0, x + 3), 6)/6: a silu of straight lines (Howard et al. 2019, section 5.2).

    An addition, two compares, a product and a division a number.
    """

    keeps = (3, None)
    examples = (("6x5x4", "hardswish"), ("9x3", "hardswish"), ("2x3x4x2", "hardswish"), ("10", "hardswish"))

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work(adds=n, compares=2 * n, muls=n, divs=n)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True)

    def torch(self, *inputs: Shape) -> Module:
        return Module("nn.Hardswish()")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        out: Array = inputs[0] * np.clip(inputs[0] + 3.0, 0.0, 6.0) / 6.0
        return out
