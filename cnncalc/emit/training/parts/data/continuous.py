"""Inputs that are numbers."""

import torch

from cnncalc.emit.training.parts.data.fit import fitted
from cnncalc.emit.training.parts.settings import INPUT


def prepared(x: torch.Tensor, what: str, fit: str) -> torch.Tensor:
    """Inputs as the network reads them: bytes stay bytes, other numbers are 32 bits each."""
    x = x[:, None] if INPUT[0] == 1 and x.ndim == len(INPUT) else x
    return fitted(x if x.dtype == torch.uint8 else x.float(), what, fit)
