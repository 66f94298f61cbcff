"""RMSprop."""

import torch

from cnncalc.emit.training.parts.groups import Groups
from cnncalc.emit.training.parts.settings import ALPHA, EPSILON, MOMENTUM


def optimizer(groups: Groups, rate: float, fused: bool) -> torch.optim.Optimizer:
    """RMSprop (Hinton 2012, lecture 6e); PyTorch has no fused kernel for it."""
    return torch.optim.RMSprop(groups, lr=rate, alpha=ALPHA, eps=EPSILON, momentum=MOMENTUM)
