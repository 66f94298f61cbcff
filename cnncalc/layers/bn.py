from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Module, Normalization, Saved, Weight
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Bn(Normalization):
    """Batch normalization: (x - mean)/sqrt(variance + 1e-5) * weight + bias, one set of four a channel.

    2C params (weight and bias) and 2C + 1 buffers (running mean, running variance, batches seen); in evaluation one
    product and one addition a number, the rest folded into two constants a channel (Ioffe & Szegedy 2015,
    algorithms 1 and 2). Training keeps the input and, once a batch, its mean and deviation.
    """

    linear = True
    centres = True
    batched = True
    examples = (("6x5x4", "bn"), ("9x3", "bn"), ("2x3x4x2", "bn"), ("10", "bn"))

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        channels = (inputs[0].channels,)
        return {
            "weight": Weight(channels),
            "bias": Weight(channels, bias=True),
            "running_mean": Weight(channels, trainable=False),
            "running_var": Weight(channels, trainable=False),
            "num_batches_tracked": Weight((), trainable=False),
        }

    def work(self, *inputs: Shape) -> Work:
        return Work(muls=inputs[0].elements, adds=inputs[0].elements)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True, once=((2 * inputs[0].channels, 0),))

    def torch(self, *inputs: Shape) -> Module:
        return Module(f"nn.BatchNorm{max(inputs[0].rank, 1)}d({inputs[0].channels})")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        each = {name: w.reshape(-1, *[1] * (inputs[0].ndim - 2)) for name, w in weights.items()}
        scaled = (inputs[0] - each["running_mean"]) / np.sqrt(each["running_var"] + 1e-5)
        return scaled * each["weight"] + each["bias"]
