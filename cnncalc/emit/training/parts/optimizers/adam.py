"""Adam."""

import torch

from cnncalc.emit.training.parts.groups import Groups
from cnncalc.emit.training.parts.settings import BETAS, EPSILON


def optimizer(groups: Groups, rate: float, fused: bool) -> torch.optim.Optimizer:
    """Adam (Kingma & Ba 2015, algorithm 1); the decay is part of the gradient."""
    return torch.optim.Adam(groups, lr=rate, betas=BETAS, eps=EPSILON, fused=fused)
