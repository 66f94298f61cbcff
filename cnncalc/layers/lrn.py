from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Module, Normalization, Parameter, Saved, number
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array, Weight


class Lrn(Normalization):
    """Local response normalization: x / (k + alpha/size * sum of x^2 over `size` neighbouring channels)^beta.

    No params; a number costs a square, `size` additions, a product, a power and a division (Krizhevsky et al. 2012,
    section 3.3, whose alpha is PyTorch's alpha/size). Training keeps the squares with their channel padding too.
    """

    aliases = ("norm",)
    ranks = (1, 2, 3)
    parameters = (
        Parameter("size", "count", unit="size", positional=True, default="5"),
        Parameter("alpha", "number", default="1e-4", low=0),
        Parameter("beta", "number", default="0.75", low=0),
        Parameter("k", "number", default="2", low=0),
    )
    examples = (
        ("6x5x8", "lrn"),
        ("6x5x3", "norm 5 alpha 1e-2 beta 0.5 k 1"),
        ("5x6x4", "lrn 4 alpha 0.5"),
        ("9x7", "lrn 3 alpha 1"),
        ("3x4x2x6", "lrn 2 alpha 1"),
    )

    size: int
    alpha: Fraction
    beta: Fraction
    k: Fraction

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {}

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work(muls=2 * n, adds=self.size * n, pows=n, divs=n)

    def saved(self, *inputs: Shape) -> Saved:
        n, position = inputs[0].elements, inputs[0].elements // inputs[0].channels
        return Saved(input=True, extra=((n + position * (self.size - 1), 0), (2 * n, 0)))

    def torch(self, *inputs: Shape) -> Module:
        rest = f"alpha={number(self.alpha)}, beta={number(self.beta)}, k={number(self.k)}"
        return Module(f"nn.LocalResponseNorm({self.size}, {rest})")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        x = inputs[0]
        ends = [(0, 0), (self.size // 2, (self.size - 1) // 2), *[(0, 0)] * (x.ndim - 2)]
        near = np.lib.stride_tricks.sliding_window_view(np.pad(x**2, ends), self.size, axis=1)
        mean = near.sum(axis=-1) / self.size
        out: Array = x / (float(self.k) + float(self.alpha) * mean) ** float(self.beta)
        return out
