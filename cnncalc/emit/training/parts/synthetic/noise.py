"""What makes a task hard."""

from collections.abc import Sequence

import torch

from cnncalc.emit.training.parts.settings import INPUT

SHIFTS = 1 << 16
"""How many rows of noise there are."""


class Noise:
    """Normal noise: each sample has a stretch of one long row. To draw it anew would take longer than a small network.

    A sample's numbers depend on its place and the task's seed alone. PyTorch reads 32 bits of a seed.
    """

    def __init__(self, seed: int, deviation: float) -> None:
        self.seed, self.size = seed, torch.Size(INPUT).numel()
        self.row = torch.randn(self.size + SHIFTS, generator=torch.Generator().manual_seed(seed)) * deviation

    def generators(self, places: Sequence[int]) -> list[torch.Generator]:
        """A source of chance for each sample."""
        return [torch.Generator().manual_seed((self.seed << 28) + at) for at in places]

    def added(self, inputs: torch.Tensor, generators: Sequence[torch.Generator]) -> torch.Tensor:
        """Inputs N x ... with noise."""
        inputs = inputs.contiguous()
        for numbers, generator in zip(inputs.view(len(inputs), -1), generators, strict=True):
            begin = int(torch.randint(SHIFTS, (), generator=generator))
            numbers += self.row[begin : begin + self.size]
        return inputs
