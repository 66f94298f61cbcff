from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Elementwise, Module, Parameter, Saved, number
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


HELPER = """\
class DropPath(nn.Module):
    \"\"\"While training sets whole samples to 0 with probability p and scales the rest by 1/(1 - p).\"\"\"

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x
        return x * F.dropout(x.new_ones(len(x), *[1] * (x.ndim - 1)), self.p)
"""


class Droppath(Elementwise):
    """Stochastic depth: training sets a whole sample to 0 with probability p, scaling the rest by 1/(1 - p).

    At the end of a branch it drops the branch. No params, and no work in evaluation, which changes nothing (Huang et
    al. 2016, "Deep Networks with Stochastic Depth", section 3; scaled while training, so that evaluation need not
    scale). Training keeps one number a sample.
    """

    parameters = (Parameter("p", "number", positional=True, required=True, low=0, high=1),)
    rests = True
    linear = True
    examples = (
        ("6x5x4", "droppath 0.1"),
        ("9x3", "droppath 0"),
        ("2x3x4x2", "droppath p=0.5"),
        ("10", "droppath 1"),
    )

    p: Fraction

    def work(self, *inputs: Shape) -> Work:
        return Work()

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(extra=((1, 0),))

    def torch(self, *inputs: Shape) -> Module:
        return Module(f"DropPath({number(self.p)})", helper=HELPER)

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        return inputs[0]
