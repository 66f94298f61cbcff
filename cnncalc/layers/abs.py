from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Activation, Module, Saved
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Abs(Activation):
    """The absolute value: a compare a number (Jarrett et al. 2009, section 2, where it is `R_abs`).

    Alone it is this kind; where its parenthesis touches it, `abs(x)` is the function of expressions.
    """

    bounds = (0, None)
    keeps = (0, None)
    examples = (("6x5x4", "abs"), ("9x3", "abs"), ("2x3x4x2", "abs"), ("10", "abs"))

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work(compares=n)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True)

    def torch(self, *inputs: Shape) -> Module:
        return Module("", "{x}.abs()")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        return np.abs(inputs[0])
