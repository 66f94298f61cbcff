"""Classes."""

import torch
from torch.nn import functional as F

from cnncalc.emit.training.parts.settings import SMOOTHING

MEASURE = "accuracy"
"""What is told beside the loss: the more the better."""


def criterion(y: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The mean cross entropy of scores N x classes (x map) with classes N (x map)."""
    return F.cross_entropy(y, target, label_smoothing=SMOOTHING)


def measured(y: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """How many of the targets have the largest score."""
    return (y.argmax(1) == target).sum()
