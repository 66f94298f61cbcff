"""A factor an epoch."""

from collections.abc import Sequence

from cnncalc.emit.training.parts.settings import FACTOR


def factor(epoch: float, epochs: int, losses: Sequence[float]) -> float:
    """What the learning rate is multiplied by: FACTOR once an epoch."""
    return FACTOR ** int(epoch)
