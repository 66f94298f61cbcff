from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import UNBOUNDED, Activation, Module, Parameter, Saved, number
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Leaky(Activation):
    """x where it is positive, else x times a small slope (Maas et al. 2013, section 2).

    A compare and a product a number.
    """

    aliases = ("leaky relu",)
    parameters = (Parameter("slope", "number", positional=True, default="0.01", low=-UNBOUNDED),)
    keeps = (0, None)
    examples = (
        ("6x5x4", "leaky"),
        ("9x3", "leaky 0.1"),
        ("2x3x4x2", "leaky slope=-1e-3"),
        ("10", "leaky 0"),
    )

    slope: Fraction

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work(compares=n, muls=n)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True)

    def torch(self, *inputs: Shape) -> Module:
        return Module(f"nn.LeakyReLU({number(self.slope)})")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        return np.where(inputs[0] > 0.0, inputs[0], float(self.slope) * inputs[0])
