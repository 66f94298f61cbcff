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


class Gap(GlobalPool):
    """Global average pooling: the mean of each channel's whole map.

    Output 1x1xC; no params; W*H - 1 adds and a division a channel (Lin et al. 2014, "Network In Network",
    section 3.2). Training keeps nothing: the gradient is spread evenly.
    """

    aliases = ("global avgpool", "global avg pool")
    linear = True
    within = True
    examples = (
        ("7x7x512", "gap"),
        ("1x1x8", "global avgpool"),
        ("30x6", "gap"),
        ("4x5x3x2", "average global pool"),
    )

    def work(self, *inputs: Shape) -> Work:
        return Work(adds=inputs[0].channels * (prod(inputs[0].extents) - 1), divs=inputs[0].channels)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved()

    def torch(self, *inputs: Shape) -> Module:
        return Module(f"nn.AdaptiveAvgPool{inputs[0].rank}d(1)")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        out: Array = inputs[0].mean(axis=tuple(range(2, inputs[0].ndim)), keepdims=True)
        return out
