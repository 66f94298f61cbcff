from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Activation, Module, Saved
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Softplus(Activation):
    """log(1 + exp(x)), a smooth relu (Goodfellow et al. 2016, equation 3.31).

    An exponential, an addition and a logarithm, counted as an exponential, a number. PyTorch returns x itself above
    20, where the difference is below 3e-9.
    """

    bounds = (0, None)
    examples = (("6x5x4", "softplus"), ("9x3", "softplus"), ("2x3x4x2", "softplus"), ("10", "softplus"))

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work(exps=2 * n, adds=n)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True)

    def torch(self, *inputs: Shape) -> Module:
        return Module("nn.Softplus()")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        out: Array = np.logaddexp(0.0, inputs[0])
        return out
