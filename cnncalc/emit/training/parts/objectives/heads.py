"""An output and training heads."""

import torch

from cnncalc.emit.training.parts.losses.cross_entropy import criterion
from cnncalc.emit.training.parts.scores import SCORES
from cnncalc.emit.training.parts.settings import HEAD_WEIGHTS


def objective(y: torch.Tensor | tuple[torch.Tensor, ...], target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss with those of the training heads, each with its weight, and the scores of the network itself."""
    every = [read(each) for read, each in zip(SCORES, y if isinstance(y, tuple) else (y,), strict=False)]
    loss = criterion(every[0], target)
    for weight, head in zip(HEAD_WEIGHTS, every[1:], strict=False):
        loss = loss + weight * criterion(head, target)
    return loss, every[0]
