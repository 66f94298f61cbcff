"""Numbers."""

import torch
from torch.nn import functional as F

MEASURE = "error"
"""What is told beside the loss: the less the better."""


def criterion(y: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The mean square of what differs; both of one shape."""
    return F.mse_loss(y, target)


def measured(y: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The sum of all absolute differences."""
    return (y - target).abs().sum()
