from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Activation, Module, Saved
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Gelu(Activation):
    """x*(1 + erf(x/sqrt(2)))/2, exactly, not by its tanh approximation (Hendrycks & Gimpel 2016, section 2).

    Three products, an addition and an error function, counted as an exponential, a number.
    """

    examples = (("6x5x4", "gelu"), ("9x3", "gelu"), ("2x3x4x2", "gelu"), ("10", "gelu"))

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work(muls=3 * n, adds=n, exps=n)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True)

    def torch(self, *inputs: Shape) -> Module:
        return Module("nn.GELU()")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import math

        import numpy as np

        x = inputs[0]
        erf = np.vectorize(math.erf, otypes=[float])
        out: Array = 0.5 * x * (1.0 + erf(x / math.sqrt(2.0)))
        return out
