"""Adadelta."""

import torch

from cnncalc.emit.training.parts.groups import Groups
from cnncalc.emit.training.parts.settings import ALPHA, EPSILON


def optimizer(groups: Groups, rate: float, fused: bool) -> torch.optim.Optimizer:
    """Adadelta (Zeiler 2012, algorithm 1); PyTorch has no fused kernel for it."""
    return torch.optim.Adadelta(groups, lr=rate, rho=ALPHA, eps=EPSILON)
