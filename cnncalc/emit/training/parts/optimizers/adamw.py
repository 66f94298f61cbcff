"""AdamW."""

import torch

from cnncalc.emit.training.parts.groups import Groups
from cnncalc.emit.training.parts.settings import BETAS, EPSILON


def optimizer(groups: Groups, rate: float, fused: bool) -> torch.optim.Optimizer:
    """AdamW (Loshchilov & Hutter 2019, algorithm 2); the decay stands beside the gradient."""
    return torch.optim.AdamW(groups, lr=rate, betas=BETAS, eps=EPSILON, fused=fused)
