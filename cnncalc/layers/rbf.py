from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.geometry import WHOLE, Shape
from cnncalc.layer import Layer, Module, Parameter, Saved, Weight
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Whole
    from cnncalc.layer import Array, Requirement


HELPER = """\
class RBF(nn.Module):
    \"\"\"The squared distance of the input to each of some fixed centres: +1 and -1 at random, or those loaded.\"\"\"

    centres: torch.Tensor

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.register_buffer("centres", torch.randint(0, 2, (units, inputs)) * 2.0 - 1.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        squares = x.square().sum(1, keepdim=True) + self.centres.square().sum(1)
        return squares - 2 * F.linear(x, self.centres)
"""


class Rbf(Layer):
    """Euclidean radial basis functions: unit i gives the sum over j of (x_j - w_ij)^2, its centre w_i fixed.

    The output of LeNet-5 (LeCun et al. 1998, section II.B, equation 7), whose centres are drawn by hand from +1 and
    -1. Flattens by itself. No params; a buffer of a centre a unit; a link costs a subtraction and a
    multiply-accumulate. The module multiplies the square out, so that its MACs are those of one matrix product.
    """

    parameters = (Parameter("units", "count", unit="units", letters="K", positional=True, required=True),)
    gathers = "sample"
    distances = True
    examples = (("84", "rbf 10"), ("5x4x3", "rbf 7"), ("12x5", "rbf units=4"), ("3x4x2x2", "rbf K=3"))

    units: int

    def out(self, *inputs: Shape) -> Shape:
        return Shape(self.units)

    def window(self, *inputs: Shape) -> Whole:
        return WHOLE

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {"centres": Weight((self.units, inputs[0].elements), trainable=False)}

    def work(self, *inputs: Shape) -> Work:
        links = inputs[0].elements * self.units
        return Work(macs=links, adds=links)

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        return iter(())

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True)

    def torch(self, *inputs: Shape) -> Module:
        call = "{m}({x}.flatten(1))" if inputs[0].rank else "{m}({x})"
        return Module(f"RBF({inputs[0].elements}, {self.units})", call, HELPER)

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        x = inputs[0].reshape(len(inputs[0]), 1, -1)
        out: Array = ((x - weights["centres"]) ** 2).sum(axis=2)
        return out
