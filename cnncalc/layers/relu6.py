from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Activation, Module, Saved
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Relu6(Activation):
    """min(max(0, x), 6): two compares a number (Sandler et al. 2018, section 4; PyTorch, nn.ReLU6).

    As a name `RELU6:` is the sixth relu; `RELU6: relu6` and `conv 64 3x3 relu6` are this kind.
    """

    bounds = (0, 6)
    keeps = (0, 6)
    examples = (("6x5x4", "relu6"), ("9x3", "relu6"), ("2x3x4x2", "relu6"), ("10", "relu6"))

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work(compares=2 * n)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True)

    def torch(self, *inputs: Shape) -> Module:
        return Module("nn.ReLU6()")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        return np.clip(inputs[0], 0.0, 6.0)
