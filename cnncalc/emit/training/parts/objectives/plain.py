"""One output."""

import torch

from cnncalc.emit.training.parts.losses.cross_entropy import criterion
from cnncalc.emit.training.parts.scores import scores


def objective(y: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss, and the scores that it is of."""
    y = scores(y)
    return criterion(y, target), y
