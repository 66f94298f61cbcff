"""A part to validate with."""

import torch

from cnncalc.emit.training.parts.data.samples import fail


def left_out(targets: torch.Tensor, what: str) -> torch.Tensor:
    """Which samples validate: every tenth of each class; of a class of fewer than ten its last, but never its only.

    Targets that are not one class a sample count as of one class.
    """
    if targets.ndim > 1 or targets.is_floating_point():
        targets = torch.zeros(len(targets))
    ordered, order = targets.sort(stable=True)
    first, end = (torch.searchsorted(ordered, ordered, right=right) for right in (False, True))
    number, size = torch.arange(len(targets)) - first, end - first
    left = (number % 10 == (size - 1).clamp(max=9)) & (size > 1)
    if not left.any():
        fail(f"{what} leaves none to validate with: it takes 2 samples of a class, and has {len(targets)} in all")
    return left[order.argsort()]
