from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Activation, Module, Saved
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Hardsigmoid(Activation):
    """min(max(0, x + 3), 6)/6: a sigmoid of straight lines (Howard et al. 2019, section 5.2).

    An addition, two compares and a division a number.
    """

    bounds = (0, 1)
    examples = (("6x5x4", "hardsigmoid"), ("9x3", "hardsigmoid"), ("2x3x4x2", "hardsigmoid"), ("10", "hardsigmoid"))

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work(adds=n, compares=2 * n, divs=n)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True)

    def torch(self, *inputs: Shape) -> Module:
        return Module("nn.Hardsigmoid()")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        out: Array = np.clip(inputs[0] + 3.0, 0.0, 6.0) / 6.0
        return out
