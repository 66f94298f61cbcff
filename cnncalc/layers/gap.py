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


class Gap(Layer):
    """Global average pooling: the mean of each channel's whole map.

    Output 1x1xC; no params; W*H - 1 adds and a division a channel (Lin et al. 2014, "Network In Network",
    section 3.2). Training keeps nothing: the gradient is spread evenly.
    """

    aliases = ("global avgpool", "global avg pool")
    ranks = (1, 2, 3)
    postfix = True
    examples = (
        ("7x7x512", "gap"),
        ("1x1x8", "global avgpool"),
        ("30x6", "gap"),
        ("4x5x3x2", "average global pool"),
    )

    def out(self, *inputs: Shape) -> Shape:
        return Shape(inputs[0].channels, (1,) * inputs[0].rank)

    def window(self, *inputs: Shape) -> Whole:
        return WHOLE

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {}

    def work(self, *inputs: Shape) -> Work:
        return Work(adds=inputs[0].channels * (prod(inputs[0].extents) - 1), divs=inputs[0].channels)

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        return iter(())

    def saved(self, *inputs: Shape) -> Saved:
        return Saved()

    def torch(self, *inputs: Shape) -> Module:
        return Module(f"nn.AdaptiveAvgPool{inputs[0].rank}d(1)")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        out: Array = inputs[0].mean(axis=tuple(range(2, inputs[0].ndim)), keepdims=True)
        return out
