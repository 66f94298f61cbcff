from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Activation, Module, Saved
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Tanh(Activation):
    """The hyperbolic tangent, 2/(1 + exp(-2x)) - 1 (LeCun et al. 1998, "Efficient BackProp", section 4.4).

    A product, an exponential, a division and two additions a number.
    """

    bounds = (-1, 1)
    examples = (("6x5x4", "tanh"), ("9x3", "tanh"), ("2x3x4x2", "tanh"), ("10", "tanh"))

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work(muls=n, exps=n, divs=n, adds=2 * n)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(output=True)

    def torch(self, *inputs: Shape) -> Module:
        return Module("nn.Tanh()")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        return np.tanh(inputs[0])
