"""Patterns weighed."""

import torch

from cnncalc.emit.training.parts.settings import OUTPUT

FACTORS = 4
"""How many patterns there are."""


def drawn_target(generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """The weights of the patterns, between -1 and 1, and the target: the mean of the weights, each with a sign."""
    weights = 2 * torch.rand(FACTORS, generator=generator) - 1
    count = torch.Size(OUTPUT).numel()
    signs = 2 * ((torch.arange(count)[:, None] >> torch.arange(FACTORS)) & 1) - 1
    return weights, (signs * weights).mean(1).reshape(OUTPUT)
