from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Module, Normalization, Parameter, Weight, number
from cnncalc.layers._statistics import kept, standardized, standardizing
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array, Saved


class Ln(Normalization):
    """Layer normalization over the channels of each position: (x - mean)/sqrt(variance + eps) * weight + bias.

    2C params, in evaluation as in training (Ba et al. 2016, section 3; on maps as Liu et al. 2022, section 2.6, whose
    eps is 1e-6). A number costs 4 additions (less one a position), 2 products and a division, a position 2 divisions
    and a root. Training keeps the input, and a mean and a deviation a position.
    """

    parameters = (Parameter("eps", "number", default="1e-5", low=0),)
    examples = (
        ("6x5x4", "ln"),
        ("9x3", "ln eps 1e-6"),
        ("2x3x4x2", "ln"),
        ("10", "ln eps 1e-3"),
    )

    eps: Fraction

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {"weight": Weight((inputs[0].channels,)), "bias": Weight((inputs[0].channels,), bias=True)}

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work.total((standardizing(n, n // inputs[0].channels), Work(muls=n, adds=n)))

    def saved(self, *inputs: Shape) -> Saved:
        return kept(inputs[0].elements // inputs[0].channels)

    def torch(self, *inputs: Shape) -> Module:
        call = "{m}({x}.movedim(1, -1)).movedim(-1, 1)" if inputs[0].rank else "{m}({x})"
        return Module(f"nn.LayerNorm({inputs[0].channels}, eps={number(self.eps)})", call)

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        weight, bias = (weights[name].reshape(-1, *[1] * (inputs[0].ndim - 2)) for name in ("weight", "bias"))
        return standardized(inputs[0], (1,), float(self.eps)) * weight + bias
