from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.geometry import WHOLE, Shape
from cnncalc.layer import Layer, Module, Parameter, Saved, Weight
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Whole
    from cnncalc.layer import Array, Requirement


class Fc(Layer):
    """Fully connected: every unit reads every number of its input, which is flattened by itself.

    Output a vector of K; params (W*H*C + 1)*K, weights without the +1; MACs W*H*C*K
    (CS231n, "Fully-connected layer"; Goodfellow et al. 2016, equation 6.1 and section 6.1).
    """

    aliases = ("linear",)
    parameters = (
        Parameter("units", "count", unit="units", letters="K", positional=True, required=True),
        Parameter("nobias", "flag"),
        Parameter("in", "count"),
    )
    gathers = "sample"
    linear = True
    examples = (
        ("6x6x256", "fc 40 in 9216"),
        ("784", "fc 10"),
        ("120", "linear 84 nobias"),
        ("12x5", "fc 7"),
        ("3x4x2x2", "fc K=9"),
    )

    units: int
    nobias: int

    def out(self, *inputs: Shape) -> Shape:
        return Shape(self.units)

    def window(self, *inputs: Shape) -> Whole:
        return WHOLE

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        weight = {"weight": Weight((self.units, inputs[0].elements))}
        return weight if self.nobias else {**weight, "bias": Weight((self.units,), bias=True)}

    def work(self, *inputs: Shape) -> Work:
        return Work(macs=inputs[0].elements * self.units)

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        return iter(())

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=not self.frozen)

    def torch(self, *inputs: Shape) -> Module:
        bias = ", bias=False" if self.nobias else ""
        call = "{m}({x}.flatten(1))" if inputs[0].rank else "{m}({x})"
        return Module(f"nn.Linear({inputs[0].elements}, {self.units}{bias})", call)

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        out: Array = inputs[0].reshape(len(inputs[0]), -1) @ weights["weight"].T
        return out + weights["bias"] if "bias" in weights else out

    def claims(self, *inputs: Shape) -> Iterator[tuple[str, int, int, str]]:
        said, x = self.__dict__.get("in"), inputs[0]
        if said is not None:
            product = "{shape} = {found}" if x.rank else "a vector of {found}"
            yield "in", said, x.elements, f"the {'map' if x.rank else 'layer'} above gives {product}"
