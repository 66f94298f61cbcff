from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Activation, Module, Saved
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Silu(Activation):
    """x/(1 + exp(-x)), also called swish (Elfwing et al. 2018, section 2; Ramachandran et al. 2017, section 4).

    An exponential, an addition and a division a number.
    """

    aliases = ("swish",)
    examples = (("6x5x4", "silu"), ("9x3", "silu"), ("2x3x4x2", "silu"), ("10", "silu"))

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work(exps=n, adds=n, divs=n)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True)

    def torch(self, *inputs: Shape) -> Module:
        return Module("nn.SiLU()")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        out: Array = inputs[0] * np.exp(-np.logaddexp(0.0, -inputs[0]))
        return out
