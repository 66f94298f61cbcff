from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Activation, Module, Saved
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Relu(Activation):
    """max(0, x): one compare a number (Nair & Hinton 2010, section 2; Krizhevsky et al. 2012, section 3.1)."""

    bounds = (0, None)
    keeps = (0, None)
    examples = (("6x5x4", "relu"), ("9x3", "relu"), ("2x3x4x2", "relu"), ("10", "relu"))

    def work(self, *inputs: Shape) -> Work:
        return Work(compares=inputs[0].elements)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(output=True)

    def torch(self, *inputs: Shape) -> Module:
        return Module("nn.ReLU()")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        return np.maximum(inputs[0], 0.0)
