from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Activation, Module, Saved
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Mish(Activation):
    """x*tanh(log(1 + exp(x))) (Misra 2020; PyTorch, nn.Mish).

    The work of a softplus and of a tanh, and a product: two products, three exponentials (one of them a logarithm),
    three additions and a division a number.
    """

    examples = (("6x5x4", "mish"), ("9x3", "mish"), ("2x3x4x2", "mish"), ("10", "mish"))

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work(muls=2 * n, exps=3 * n, adds=3 * n, divs=n)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True)

    def torch(self, *inputs: Shape) -> Module:
        return Module("nn.Mish()")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        out: Array = inputs[0] * np.tanh(np.logaddexp(0.0, inputs[0]))
        return out
