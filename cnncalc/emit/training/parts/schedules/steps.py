"""Steps at given epochs."""

from collections.abc import Sequence

from cnncalc.emit.training.parts.settings import FACTOR, STEPS


def factor(epoch: float, epochs: int, losses: Sequence[float]) -> float:
    """What the learning rate is multiplied by: once more by FACTOR after each of the STEPS."""
    return FACTOR ** sum(epoch >= step for step in STEPS)
