from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Activation, Module, Saved
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Sigmoid(Activation):
    """1/(1 + exp(-x)): an exponential, an addition and a division a number (Goodfellow et al. 2016, equation 3.30)."""

    bounds = (0, 1)
    losses = ("bce_with_logits", "binary_cross_entropy_with_logits")
    examples = (("6x5x4", "sigmoid"), ("9x3", "sigmoid"), ("2x3x4x2", "sigmoid"), ("10", "sigmoid"))

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work(exps=n, adds=n, divs=n)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(output=True)

    def torch(self, *inputs: Shape) -> Module:
        return Module("nn.Sigmoid()")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        out: Array = np.exp(-np.logaddexp(0.0, -inputs[0]))
        return out
