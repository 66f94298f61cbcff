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
        return self.spread(weights @ self.colours, self.seen), self.spread(targets, self.looked)

    def spread(self, values: torch.Tensor, axes: Sequence[torch.Tensor]) -> torch.Tensor:
        """A map of values of the regions, regions x ...: on each axis the region of every cell."""
        values = values.movedim(0, -1).unflatten(-1, self.regions)
        for axis, at in enumerate(axes, -len(axes)):
            values = values.index_select(axis, at)
        return values


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
