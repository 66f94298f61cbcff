"""Numbers."""

import torch
from torch.nn import functional as F

MEASURE = "error"
"""What is told beside the loss: the less the better."""


def criterion(y: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The mean of half the squares of differences up to 1, of larger ones their size less 1/2 (Huber 1964)."""
    return F.smooth_l1_loss(y, target)


def measured(y: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The sum of all absolute differences."""
    return (y - target).abs().sum()
