"""A pattern for each class."""

import torch

from cnncalc.emit.training.parts.settings import OUTPUT

FACTORS = OUTPUT[0]
"""How many patterns there are: one a class."""


def drawn_target(generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """The weights of the patterns and the target: the pattern of one class alone."""
    target = torch.randint(FACTORS, (), generator=generator)
    return torch.nn.functional.one_hot(target, FACTORS).float(), target
