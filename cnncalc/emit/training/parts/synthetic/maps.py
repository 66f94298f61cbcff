"""A task of maps."""

from collections.abc import Sequence

import torch

from cnncalc.emit.training.parts.data.samples import Batch, Source
from cnncalc.emit.training.parts.settings import CENTRES, INPUT, OUTPUT
from cnncalc.emit.training.parts.synthetic.classes import FACTORS, drawn
from cnncalc.emit.training.parts.synthetic.noise import Noise


class Synthetic(Source):
    """A task that can be learned: sample i of a seed is always the same.

    The input is parted into regions, each with the colour of its target, and noise. The target of a cell of the output
    is that of the middle of what the cell sees.
    """

    def __init__(self, count: int, seed: int) -> None:
        self.colours, near = colours()
        self.regions = [min(extent, 4) for extent in INPUT[1:]]
        self.seen = [torch.arange(n) * m // n for n, m in zip(INPUT[1:], self.regions, strict=True)]
        self.looked = [
            seen[(first + step * torch.arange(cells)).long().clamp(0, len(seen) - 1)]
            for seen, (first, step), cells in zip(self.seen, CENTRES, OUTPUT[1:], strict=True)
        ]
        self.count, self.noise = count, Noise(seed, min(0.5, near / 6))

    def __len__(self) -> int:
        return self.count

    def __getitems__(self, places: Sequence[int]) -> Batch:
        generators = self.noise.generators(places)
        samples = [self.sample(generator) for generator in generators]
        inputs, targets = map(torch.stack, zip(*samples, strict=True))
        return self.noise.added(inputs, generators), targets

    def sample(self, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """A map of regions, and the targets where the output's cells look."""
        weights, targets = drawn(torch.Size(self.regions).numel(), generator)
        inputs = spread((weights @ self.colours).reshape(*self.regions, -1), self.seen)
        targets = spread(targets.reshape(*self.regions, *targets.shape[1:]), self.looked)
        return inputs.movedim(-1, 0), targets.movedim(-1, 0) if targets.ndim == len(OUTPUT) else targets


def spread(regions: torch.Tensor, axes: Sequence[torch.Tensor]) -> torch.Tensor:
    """A map from what its regions hold: on each axis the region of every cell."""
    for axis, at in enumerate(axes):
        regions = regions.index_select(axis, at)
    return regions


def colours() -> tuple[torch.Tensor, float]:
    """The colour of each factor, FACTORS x channels, and how far apart they are.

    Each has channels of its own; where there are too few, factors are numbers with a digit a channel.
    """
    channels = torch.arange(INPUT[0])
    factors = torch.arange(FACTORS)[:, None]
    if INPUT[0] >= FACTORS:
        return 2.0 * (channels % FACTORS == factors), 2
    base = next(base for base in range(2, FACTORS + 1) if base ** INPUT[0] >= FACTORS)
    return 4 * (factors // base**channels % base) / (base - 1) - 2, 4 / (base - 1)
