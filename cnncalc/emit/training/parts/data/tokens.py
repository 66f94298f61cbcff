"""Inputs that are tokens."""

import torch

from cnncalc.emit.training.parts.data.samples import check, fail
from cnncalc.emit.training.parts.settings import WORDS, WORDS_FROM


def prepared(x: torch.Tensor, what: str, fit: str) -> torch.Tensor:
    """Tokens as the network reads them: whole numbers below WORDS."""
    check(tuple(x.shape[1:]), what)
    if x.is_floating_point():
        fail(f"{what} holds numbers of a kind that has fractions; tokens are whole: write x.astype(int)")
    if int(x.min()) < 0 or int(x.max()) >= WORDS:
        fail(f"{what} has tokens from {x.min()} to {x.max()}, the network reads 0 to {WORDS - 1} ({WORDS_FROM})")
    return x.long()
