"""A pattern for each question."""

import torch

from cnncalc.emit.training.parts.settings import INPUT, OUTPUT

FACTORS = min(OUTPUT[0], INPUT[0] if len(OUTPUT) > 1 else torch.Size(INPUT).numel(), 16)
"""How many patterns there are: one for each question; where there are more, several ask the same."""


def drawn(count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Targets N x questions, and the weights of the patterns, N x FACTORS: each is there or taken away."""
    answers = torch.randint(2, (count, FACTORS), generator=generator).float()
    return 2 * answers - 1, answers[:, torch.arange(OUTPUT[0]) % FACTORS]
