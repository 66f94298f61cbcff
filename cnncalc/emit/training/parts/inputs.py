"""From what is loaded to what the network reads."""

from typing import NamedTuple

import torch

from cnncalc.emit.training.parts.data.samples import Samples, Source

MEASURED = 1000
"""From how many samples the mean and the deviation are taken where each is read from a file."""


class Scale(NamedTuple):
    """What is taken off each channel, and what it is divided by then."""

    mean: torch.Tensor
    deviation: torch.Tensor

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Bytes become numbers of mean 0 and deviation 1 a channel; what is a number already stays as it is."""
        return (x.float() - self.mean) / self.deviation if x.dtype == torch.uint8 else x


def measured_scale(samples: Source, device: torch.device) -> Scale:
    """The mean and the deviation of every channel, over all samples in memory, or over some files of any place."""
    if samples.__getitems__([0])[0].dtype != torch.uint8:
        return Scale(torch.zeros(1, device=device), torch.ones(1, device=device))
    count = len(samples) if isinstance(samples, Samples) else MEASURED
    places = torch.randperm(len(samples), generator=torch.Generator().manual_seed(0))[:count]
    sums = [moments(samples.__getitems__(part.tolist())[0]) for part in places.split(100)]
    cells, total, squares = (sum(part) for part in zip(*sums, strict=True))
    mean = total / cells
    deviation = (squares / cells - mean**2).clamp_min(1).sqrt()
    return Scale(mean.float().to(device), deviation.float().to(device))


def moments(x: torch.Tensor) -> tuple[int, torch.Tensor, torch.Tensor]:
    """How many numbers of a channel there are, their sum and that of their squares; a vector is one channel."""
    axes = [axis for axis in range(x.ndim) if axis != 1 or x.ndim == 2]
    x = x.double()
    total = x.sum(axes, keepdim=True)
    return x.numel() // total.numel(), total, x.square().sum(axes, keepdim=True)
