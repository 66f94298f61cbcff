from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.geometry import Shape
from cnncalc.layer import Module, Saved
from cnncalc.layers._pool import GlobalPool
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.layer import Array


class GlobalMaxpool(GlobalPool):
    """Global max pooling: the largest value of each channel's whole map.

    Output 1x1xC; no params; W*H - 1 compares a channel (Kim 2014, section 2: "max-over-time
    pooling"). Training keeps the input and one int64 index a channel, as PyTorch does.
    """

    aliases = ("global max pool", "global pool")
    within = True
    examples = (
        ("7x6x8", "global maxpool"),
        ("1x1x8", "global maxpool"),
        ("30x6", "global max pool"),
        ("4x5x3x2", "maxpool global"),
    )

    def work(self, *inputs: Shape) -> Work:
        return Work(compares=inputs[0].channels * (prod(inputs[0].extents) - 1))

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True, extra=((inputs[0].channels, 8),))

    def torch(self, *inputs: Shape) -> Module:
        return Module(f"nn.AdaptiveMaxPool{inputs[0].rank}d(1)")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        out: Array = inputs[0].max(axis=tuple(range(2, inputs[0].ndim)), keepdims=True)
        return out
