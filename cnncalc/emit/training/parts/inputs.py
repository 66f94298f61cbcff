"""From what is loaded to what the network reads."""

from typing import NamedTuple

import torch

from cnncalc.emit.training.parts.data.samples import Source

MEASURED = 1000
"""From how many samples the mean and the deviation of bytes are taken."""


class Scale(NamedTuple):
    """What is taken off each channel, and what it is divided by then."""

    mean: torch.Tensor
    deviation: torch.Tensor

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Bytes become numbers of mean 0 and deviation 1 a channel; what is a number already stays as it is."""
        return (x.float() - self.mean) / self.deviation if x.dtype == torch.uint8 else x


def measured_scale(samples: Source, device: torch.device) -> Scale:
    """The mean and the deviation of every channel, of samples evenly spaced through all."""
    x = samples.__getitems__(range(0, len(samples), -(-len(samples) // MEASURED)))[0]
    if x.dtype != torch.uint8:
        return Scale(torch.zeros(1, device=device), torch.ones(1, device=device))
    axes = [axis for axis in range(x.ndim) if axis != 1 or x.ndim == 2]
    x = x.to(device).float()
    return Scale(x.mean(axes, keepdim=True), x.std(axes, keepdim=True).clamp_min(1))
