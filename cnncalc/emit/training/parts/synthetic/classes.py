"""A pattern for each class."""

import torch

from cnncalc.emit.training.parts.settings import OUTPUT

FACTORS = OUTPUT[0]
"""How many patterns there are: one a class."""


def drawn(count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Targets, and the weights of their patterns, N x FACTORS: the pattern of one class alone."""
    targets = torch.randint(FACTORS, (count,), generator=generator)
    return torch.nn.functional.one_hot(targets, FACTORS).float(), targets
