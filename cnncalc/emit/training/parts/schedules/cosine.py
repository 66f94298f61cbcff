"""Half a cosine."""

import math
from collections.abc import Sequence

from cnncalc.emit.training.parts.settings import WARMUP


def factor(epoch: float, epochs: int, losses: Sequence[float]) -> float:
    """What the learning rate is multiplied by: half a cosine down to 0 (Loshchilov & Hutter 2017, equation 5).

    It begins where the warm-up ends.
    """
    return (1 + math.cos(math.pi * max(0.0, epoch - WARMUP) / max(epochs - WARMUP, 1e-9))) / 2
