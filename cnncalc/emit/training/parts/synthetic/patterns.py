"""A task of numbers."""

from collections.abc import Sequence

import torch
from torch.nn import functional as F

from cnncalc.emit.training.parts.data.samples import Batch, Source
from cnncalc.emit.training.parts.settings import INPUT
from cnncalc.emit.training.parts.synthetic.classes import FACTORS, drawn_target

MODES = {1: "linear", 2: "bilinear", 3: "trilinear"}


class Synthetic(Source):
    """A task that can be learned, the same on every machine: sample i of a seed is always the same.

    Each target has a smooth pattern of its own; a sample is the sum of the patterns of its target, and noise.
    """

    def __init__(self, count: int, seed: int) -> None:
        extents = [min(extent, 6) for extent in INPUT[1:]]
        self.patterns = torch.randn(FACTORS, INPUT[0], *extents, generator=torch.Generator().manual_seed(1))
        self.count, self.seed = count, seed

    def __len__(self) -> int:
        return self.count

    def __getitems__(self, places: Sequence[int]) -> Batch:
        samples = [self.sample(torch.Generator().manual_seed((self.seed << 32) + at)) for at in places]
        weights, noise, targets = zip(*samples, strict=True)
        coarse = torch.tensordot(torch.stack(weights), self.patterns, 1)
        smooth = F.interpolate(coarse, INPUT[1:], mode=MODES[len(INPUT) - 1]) if len(INPUT) > 1 else coarse
        return smooth + torch.stack(noise), torch.stack(targets)

    def sample(self, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The weights of the patterns, the noise and the target of one sample."""
        weights, target = drawn_target(generator)
        return weights, torch.randn(INPUT, generator=generator) / 2, target
