"""A task of maps."""

from collections.abc import Sequence

import torch
from torch.nn import functional as F

from cnncalc.emit.training.parts.data.samples import Batch, Source
from cnncalc.emit.training.parts.settings import CENTRES, INPUT, OUTPUT


class Synthetic(Source):
    """A task that can be learned, the same on every machine: sample i of a seed is always the same.

    The input is parted into regions of one class each, which has a colour of its own; with noise. The target of a cell
    is the class in the middle of what it sees.
    """

    def __init__(self, count: int, seed: int) -> None:
        self.colours = 2 * torch.randn(OUTPUT[0], INPUT[0], generator=torch.Generator().manual_seed(1))
        self.count, self.seed = count, seed

    def __len__(self) -> int:
        return self.count

    def __getitems__(self, places: Sequence[int]) -> Batch:
        samples = [self.sample(torch.Generator().manual_seed((self.seed << 32) + at)) for at in places]
        inputs, targets = zip(*samples, strict=True)
        return torch.stack(inputs), torch.stack(targets)

    def sample(self, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """A map of regions with noise, and the classes that the output's cells look at."""
        coarse = torch.randint(OUTPUT[0], [min(extent, 4) for extent in INPUT[1:]], generator=generator)
        classes = F.interpolate(coarse[None, None].float(), INPUT[1:]).long()[0, 0]
        inputs = self.colours[classes].movedim(-1, 0) + torch.randn(INPUT, generator=generator) / 2
        for axis, (first, step) in enumerate(CENTRES):
            at = (first + step * torch.arange(OUTPUT[1 + axis])).long().clamp(0, INPUT[1 + axis] - 1)
            classes = classes.index_select(axis, at)
        return inputs, classes
