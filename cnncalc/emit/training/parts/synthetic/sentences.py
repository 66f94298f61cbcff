"""A task of tokens."""

from collections.abc import Sequence

import torch

from cnncalc.emit.training.parts.data.samples import Batch, Source
from cnncalc.emit.training.parts.settings import INPUT, OUTPUT, WORDS


class Synthetic(Source):
    """A task that can be learned, the same on every machine: sample i of a seed is always the same.

    Each class has words of its own; a sample is a row of any words, every fifth on average one of its class.
    """

    def __init__(self, count: int, seed: int) -> None:
        size = max(1, min(8, WORDS // OUTPUT[0]))
        order = torch.randperm(WORDS, generator=torch.Generator().manual_seed(1))
        self.words = order[torch.arange(OUTPUT[0] * size) % WORDS].reshape(OUTPUT[0], size)
        self.count, self.seed = count, seed

    def __len__(self) -> int:
        return self.count

    def __getitems__(self, places: Sequence[int]) -> Batch:
        samples = [self.sample(torch.Generator().manual_seed((self.seed << 32) + at)) for at in places]
        inputs, targets = zip(*samples, strict=True)
        return torch.stack(inputs), torch.stack(targets)

    def sample(self, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """The tokens and the class of one sample."""
        target = torch.randint(OUTPUT[0], (), generator=generator)
        own = self.words[target, torch.randint(self.words.shape[1], INPUT, generator=generator)]
        where = torch.rand(INPUT, generator=generator) < 0.2
        return torch.where(where, own, torch.randint(WORDS, INPUT, generator=generator)), target
