"""A task of tokens."""

from collections.abc import Sequence

import torch
from torch.nn import functional as F

from cnncalc.emit.training.parts.data.samples import Batch, Source
from cnncalc.emit.training.parts.settings import INPUT, OUTPUT, TARGET, WORDS

KINDS = max(2, OUTPUT[0])
"""How many kinds of sentences there are."""


class Synthetic(Source):
    """A task that can be learned: sample i of a seed is always the same.

    Each kind has words of its own; a sample is a row of any words, every fifth on average one of its kind, and more of
    a short row; where the network answers for each word, all of them.
    """

    def __init__(self, count: int, seed: int) -> None:
        size = max(1, min(8, WORDS // KINDS))
        order = torch.randperm(WORDS, generator=torch.Generator().manual_seed(0))
        self.words = order[torch.arange(KINDS * size) % WORDS].reshape(KINDS, size)
        self.own = 1.0 if len(OUTPUT) > 1 else max(0.2, 12 / INPUT[0])
        self.count, self.seed = count, seed

    def __len__(self) -> int:
        return self.count

    def __getitems__(self, places: Sequence[int]) -> Batch:
        samples = [self.sample(torch.Generator().manual_seed((self.seed << 28) + at)) for at in places]
        inputs, targets = zip(*samples, strict=True)
        return torch.stack(inputs), torch.stack(targets)

    def sample(self, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """The tokens and the target of one sample: its kind, or a number for each kind."""
        kind = torch.randint(KINDS, (), generator=generator)
        own = self.words[kind, torch.randint(self.words.shape[1], INPUT, generator=generator)]
        where = torch.rand(INPUT, generator=generator) < self.own
        target = F.one_hot(kind, KINDS)[: OUTPUT[0]].float() if TARGET == OUTPUT else kind
        target = target.reshape([*target.shape, *[1] * (len(TARGET) - target.ndim)]).expand(TARGET)
        return torch.where(where, own, torch.randint(WORDS, INPUT, generator=generator)), target
