"""Inputs that are tokens."""

import torch

from cnncalc.emit.training.parts.data.samples import check, fail
from cnncalc.emit.training.parts.settings import INPUT_FROM, WORDS


def prepared(x: torch.Tensor, what: str, fit: str) -> torch.Tensor:
    """Tokens as the network reads them: whole numbers below WORDS."""
    check(tuple(x.shape[1:]), what)
    if x.is_floating_point() or int(x.min()) < 0 or int(x.max()) >= WORDS:
        fail(f"{what} has tokens from {x.min()} to {x.max()}; they are whole numbers below {WORDS} ({INPUT_FROM})")
    return x.long()
