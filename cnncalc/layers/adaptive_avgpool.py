from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Module, Saved, literal
from cnncalc.layers._adaptive import AdaptivePool, each_window
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class AdaptiveAvgpool(AdaptivePool):
    """Average pooling to a given output extent: window i of O reads the cells floor(i*W/O) to ceil((i + 1)*W/O) - 1.

    Output as asked for, channels as they are, also where that is more than the input; no params; a division an output
    and an add for each further cell under its window (PyTorch, nn.AdaptiveAvgPool2d). Where O divides W it is the
    average pool of kernel and stride W/O. Training keeps the input, unless the output is 1 everywhere.
    """

    aliases = ("adaptive avg pool",)
    linear = True
    within = True
    examples = (
        ("7x7x8", "adaptive avgpool 7x7"),
        ("13x13x4", "adaptive avgpool 6x6"),
        ("14x9x3", "adaptive avgpool 6x4"),
        ("8x5x3", "adaptive avg pool 3x7"),
        ("12x9x2", "adaptive avgpool 1x3"),
        ("7x6x8", "adaptive avgpool 1"),
        ("14x4", "adaptive avgpool 6"),
        ("5x6x4x2", "adaptive avgpool 3x3x2"),
    )

    def work(self, *inputs: Shape) -> Work:
        outputs = self.out(*inputs).elements
        return Work(adds=self.cells(inputs[0]) - outputs, divs=outputs)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=set(self.output) != {1})

    def torch(self, *inputs: Shape) -> Module:
        return Module(f"nn.AdaptiveAvgPool{inputs[0].rank}d({literal(self.output)})")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        x = inputs[0]
        out = np.empty((*x.shape[:2], *self.output))
        for place, cells in each_window(x, self.output):
            out[place] = cells.mean(axis=tuple(range(2, x.ndim)))
        return out
