"""Whether the targets are what the network gives: numbers."""

import torch

from cnncalc.emit.training.parts.data.samples import fail, shown
from cnncalc.emit.training.parts.settings import OUTPUT, OUTPUT_FROM


def check_targets(targets: torch.Tensor, what: str, classes: int = 0) -> torch.Tensor:
    """Targets as numbers in the output's shape; else an error."""
    if OUTPUT == (1,) and targets.ndim == 1:
        targets = targets[:, None]
    if tuple(targets.shape[1:]) != OUTPUT:
        fail(f"{what} has targets of {shown(targets.shape[1:]) or '1'} a sample, the network gives {shown(OUTPUT)}"
             f" ({OUTPUT_FROM})")  # fmt: skip
    return targets.float()
