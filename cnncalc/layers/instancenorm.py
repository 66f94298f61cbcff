from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.layer import Module, Normalization
from cnncalc.layers._statistics import enough, kept, standardized, standardizing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array, Requirement, Saved, Weight
    from cnncalc.work import Work


class Instancenorm(Normalization):
    """Instance normalization: (x - mean)/sqrt(variance + 1e-5) over each channel's whole map.

    No params, in evaluation as in training (Ulyanov et al. 2016, "Instance Normalization", section 2; PyTorch,
    nn.InstanceNorm2d). A number costs 3 additions (less one a channel), a product and a division, a channel 2
    divisions and a root. Training keeps the input, and a mean and a deviation a channel. The receptive field is that
    of the numbers it scales: what each of them reads of the whole map through the statistics is left out.
    """

    ranks = (1, 2, 3)
    gathers = "batch"
    centres = True
    examples = (("6x5x4", "instancenorm"), ("9x3", "instancenorm"), ("2x3x4x2", "instancenorm"))

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {}

    def work(self, *inputs: Shape) -> Work:
        return standardizing(inputs[0].elements, inputs[0].channels)

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        yield enough(prod(inputs[0].extents), "a channel's map", "normalize a larger map, or use ln")

    def saved(self, *inputs: Shape) -> Saved:
        return kept(inputs[0].channels)

    def torch(self, *inputs: Shape) -> Module:
        return Module(f"nn.InstanceNorm{inputs[0].rank}d({inputs[0].channels})")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        return standardized(inputs[0], tuple(range(2, inputs[0].ndim)), 1e-5)
