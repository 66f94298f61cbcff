from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Module, Saved, literal
from cnncalc.layers._adaptive import AdaptivePool, each_window
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class AdaptiveMaxpool(AdaptivePool):
    """Max pooling to a given output extent: window i of O reads the cells floor(i*W/O) to ceil((i + 1)*W/O) - 1.

    Output as asked for, channels as they are, also where that is more than the input; no params; a compare for each
    cell under a window but one (PyTorch, nn.AdaptiveMaxPool2d; He et al. 2014, "Spatial Pyramid Pooling", section
    2.2). Training keeps the input and one int64 index an output, as PyTorch does.
    """

    aliases = ("adaptive max pool", "adaptive pool")
    within = True
    examples = (
        ("13x13x4", "adaptive maxpool 4x4"),
        ("14x9x3", "adaptive maxpool 6x4"),
        ("8x5x3", "adaptive max pool 3x7"),
        ("12x9x2", "adaptive maxpool 1x3"),
        ("7x6x8", "adaptive maxpool 1"),
        ("14x4", "adaptive maxpool 6"),
        ("5x6x4x2", "adaptive maxpool 3x3x2"),
    )

    def work(self, *inputs: Shape) -> Work:
        return Work(compares=self.cells(inputs[0]) - self.out(*inputs).elements)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True, extra=((self.out(*inputs).elements, 8),))

    def torch(self, *inputs: Shape) -> Module:
        return Module(f"nn.AdaptiveMaxPool{inputs[0].rank}d({literal(self.output)})")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        x = inputs[0]
        out = np.empty((*x.shape[:2], *self.output))
        for place, cells in each_window(x, self.output):
            out[place] = cells.max(axis=tuple(range(2, x.ndim)))
        return out
