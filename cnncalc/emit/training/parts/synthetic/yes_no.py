"""A pattern for each question."""

import torch

from cnncalc.emit.training.parts.settings import OUTPUT

FACTORS = torch.Size(OUTPUT).numel()
"""How many patterns there are: one for each question."""


def drawn_target(generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """The weights of the patterns and the target: each pattern is there or taken away."""
    target = torch.randint(2, OUTPUT, generator=generator).float()
    return 2 * target.flatten() - 1, target
