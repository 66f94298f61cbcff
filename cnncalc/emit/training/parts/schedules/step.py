"""A step every so many epochs."""

from collections.abc import Sequence

from cnncalc.emit.training.parts.settings import FACTOR, STEP


def factor(epoch: float, epochs: int, losses: Sequence[float]) -> float:
    """What the learning rate is multiplied by: once more by FACTOR after every STEP epochs."""
    return FACTOR ** int(epoch // STEP)
