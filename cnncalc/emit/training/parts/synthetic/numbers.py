"""Patterns weighed."""

import torch

from cnncalc.emit.training.parts.settings import INPUT, OUTPUT

FACTORS = min(4, INPUT[0] if len(OUTPUT) > 1 else torch.Size(INPUT).numel())
"""How many patterns there are."""


def drawn(count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Targets N x numbers, and the weights of the patterns, N x FACTORS: each number is their mean with signs."""
    weights = 2 * torch.rand(count, FACTORS, generator=generator) - 1
    signs = 2 * ((torch.arange(OUTPUT[0])[:, None] >> torch.arange(FACTORS)) & 1) - 1
    return weights, weights @ signs.float().T / FACTORS
