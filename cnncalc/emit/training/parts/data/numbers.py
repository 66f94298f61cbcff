"""Whether the targets are what the network gives: numbers."""

import torch

from cnncalc.emit.training.parts.data.samples import fail, shown
from cnncalc.emit.training.parts.settings import BETWEEN, OUTPUT_FROM, TARGET


def check_targets(targets: torch.Tensor, what: str) -> torch.Tensor:
    """Numbers in the output's shape (its only channel may be left out) and the loss's range; else an error."""
    if TARGET[0] == 1 and tuple(targets.shape[1:]) == TARGET[1:]:
        targets = targets[:, None]
    if tuple(targets.shape[1:]) != TARGET:
        said = f"{what} has {shown(targets.shape[1:])} for a target, the network gives {shown(TARGET)}"
        fail(f"{said} ({OUTPUT_FROM}): write the layer as the data has it")
    least, most = targets.min().item(), targets.max().item()
    if BETWEEN and not BETWEEN[0] <= least <= most <= BETWEEN[1]:
        fail(f"{what} has targets from {least:g} to {most:g}; the loss takes {BETWEEN[0]} (no) to {BETWEEN[1]} (yes)")
    return targets.float()
