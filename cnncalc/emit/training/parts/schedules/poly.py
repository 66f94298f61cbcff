"""A power of what is left."""

import math
from collections.abc import Sequence

from cnncalc.emit.training.parts.settings import POWER


def factor(epoch: float, epochs: int, losses: Sequence[float]) -> float:
    """What the learning rate is multiplied by: the share of all epochs that is left, to the power POWER."""
    return math.pow(max(0.0, 1 - epoch / epochs), POWER)
