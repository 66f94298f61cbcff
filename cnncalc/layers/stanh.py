from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Activation, Module, Saved
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Stanh(Activation):
    """1.7159*tanh(2x/3), the squashing function of LeNet-5 (LeCun et al. 1998, Appendix A; section II.B).

    The work of a tanh and two products more a number: 3 products, an exponential, a division and two additions.
    Training keeps the tanh, which is neither the input nor the output.
    """

    bounds = (-1.7159, 1.7159)
    examples = (("6x5x4", "stanh"), ("9x3", "stanh"), ("2x3x4x2", "stanh"), ("10", "stanh"))

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work(muls=3 * n, exps=n, divs=n, adds=2 * n)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(extra=((inputs[0].elements, 0),))

    def torch(self, *inputs: Shape) -> Module:
        return Module("", "1.7159 * torch.tanh(2 / 3 * {x})")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        return 1.7159 * np.tanh(2 / 3 * inputs[0])
