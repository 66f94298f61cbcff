from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Elementwise, Module, Parameter, Saved, number
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Dropout(Elementwise):
    """Training sets each number to 0 with probability p and scales the rest by 1/(1 - p); evaluation changes nothing.

    No params, and no work in evaluation (Srivastava et al. 2014, section 4; scaled while training, as in PyTorch).
    Training keeps its mask in the network's dtype, as PyTorch does on a CPU.
    """

    parameters = (Parameter("p", "number", positional=True, default="0.5", low=0, high=1),)
    rests = True
    linear = True
    examples = (
        ("6x5x4", "dropout"),
        ("9x3", "dropout 0"),
        ("2x3x4x2", "dropout p=0.2"),
        ("10", "dropout 1"),
    )

    p: Fraction

    def work(self, *inputs: Shape) -> Work:
        return Work()

    def passes(self, *inputs: Shape) -> bool:
        return self.p == 0

    def saved(self, *inputs: Shape) -> Saved:
        mask = ((inputs[0].elements, 0),) if 0 < self.p < 1 else ()
        return Saved(extra=mask, once=((1, 0),) if self.p == 1 else ())

    def torch(self, *inputs: Shape) -> Module:
        return Module(f"nn.Dropout({number(self.p)})")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        return inputs[0]
