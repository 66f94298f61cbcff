from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Activation, Module, Parameter, Saved, Weight
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Prelu(Activation):
    """x where it is positive, else x times a trained slope (He et al. 2015, "Delving Deep", equation 1).

    One slope for the whole layer, or with `channelwise` one a channel; it begins at 0.25. A compare and a product a
    number.
    """

    parameters = (Parameter("channelwise", "flag"),)
    keeps = (0, None)
    examples = (
        ("6x5x4", "prelu"),
        ("9x3", "prelu channelwise"),
        ("2x3x4x2", "prelu channelwise"),
        ("10", "prelu"),
        ("10", "prelu channelwise"),
    )

    channelwise: int

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {"weight": Weight((inputs[0].channels if self.channelwise else 1,))}

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work(compares=n, muls=n)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True)

    def torch(self, *inputs: Shape) -> Module:
        return Module(f"nn.PReLU({inputs[0].channels if self.channelwise else ''})")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        slope = weights["weight"].reshape(-1, *[1] * (inputs[0].ndim - 2))
        return np.where(inputs[0] > 0.0, inputs[0], slope * inputs[0])
