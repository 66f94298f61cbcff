from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.geometry import WHOLE, Shape
from cnncalc.layer import Layer, Module, Saved
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Whole
    from cnncalc.layer import Array, Requirement, Weight


class GlobalMaxpool(Layer):
    """Global max pooling: the largest value of each channel's whole map.

    Output 1x1xC; no params; W*H - 1 compares a channel (Kim 2014, section 2: "max-over-time
    pooling"). Training keeps the input and one int64 index a channel, as PyTorch does.
    """

    aliases = ("global max pool", "global pool")
    ranks = (1, 2, 3)
    postfix = True
    examples = (
        ("7x6x8", "global maxpool"),
        ("1x1x8", "global maxpool"),
        ("30x6", "global max pool"),
        ("4x5x3x2", "maxpool global"),
    )

    def out(self, *inputs: Shape) -> Shape:
        return Shape(inputs[0].channels, (1,) * inputs[0].rank)

    def window(self, *inputs: Shape) -> Whole:
        return WHOLE

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {}

    def work(self, *inputs: Shape) -> Work:
        return Work(compares=inputs[0].channels * (prod(inputs[0].extents) - 1))

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        return iter(())

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True, extra=((inputs[0].channels, 8),))

    def torch(self, *inputs: Shape) -> Module:
        return Module(f"nn.AdaptiveMaxPool{inputs[0].rank}d(1)")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        out: Array = inputs[0].max(axis=tuple(range(2, inputs[0].ndim)), keepdims=True)
        return out
