"""Yes or no."""

import torch
from torch.nn import functional as F

MEASURE = "accuracy"
"""What is told beside the loss: the more the better."""


def criterion(y: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The mean binary cross entropy of scores with targets of 0 and 1, both of one shape."""
    return F.binary_cross_entropy_with_logits(y, target)


def measured(y: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """How many of the targets have a score on their side of 0."""
    return ((y > 0) == (target > 0.5)).sum()
