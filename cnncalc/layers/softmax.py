from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Module, Normalization, Saved
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array, Weight


class Softmax(Normalization):
    """exp(x) over the sum of exp(x) across the channels of each position (Goodfellow et al. 2016, equation 6.29).

    An exponential and a division a number, C - 1 additions a position.
    """

    activation = True
    bounds = (0, 1)
    losses = ("cross_entropy",)
    examples = (("6x5x4", "softmax"), ("9x3", "softmax"), ("2x3x4x2", "softmax"), ("10", "softmax"))

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {}

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work(exps=n, adds=n - n // inputs[0].channels, divs=n)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(output=True)

    def torch(self, *inputs: Shape) -> Module:
        return Module("nn.Softmax(dim=1)")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        exps = np.exp(inputs[0] - inputs[0].max(axis=1, keepdims=True))
        out: Array = exps / exps.sum(axis=1, keepdims=True)
        return out
