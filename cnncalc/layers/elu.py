from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import UNBOUNDED, Activation, Module, Parameter, Saved, number
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Elu(Activation):
    """x where it is positive, else alpha*(exp(x) - 1) (Clevert et al. 2016, section 3).

    A compare, an exponential, an addition and a product a number.
    """

    parameters = (Parameter("alpha", "number", positional=True, default="1.0", low=-UNBOUNDED),)
    keeps = (0, None)
    examples = (
        ("6x5x4", "elu"),
        ("9x3", "elu 0.5"),
        ("2x3x4x2", "elu alpha=2"),
        ("10", "elu"),
    )

    alpha: Fraction

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work(compares=n, exps=n, adds=n, muls=n)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True)

    def torch(self, *inputs: Shape) -> Module:
        return Module(f"nn.ELU({number(self.alpha)})")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        below = float(self.alpha) * np.expm1(np.minimum(inputs[0], 0.0))
        return np.where(inputs[0] > 0.0, inputs[0], below)
