"""SGD."""

import torch

from cnncalc.emit.training.parts.groups import Groups
from cnncalc.emit.training.parts.settings import MOMENTUM, NESTEROV


def optimizer(groups: Groups, rate: float, fused: bool) -> torch.optim.Optimizer:
    """Stochastic gradient descent, with momentum (Sutskever et al. 2013) where there is some."""
    return torch.optim.SGD(groups, lr=rate, momentum=MOMENTUM, nesterov=NESTEROV, fused=fused)
