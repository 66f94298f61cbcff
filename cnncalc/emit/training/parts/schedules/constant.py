"""No schedule."""

from collections.abc import Sequence


def factor(epoch: float, epochs: int, losses: Sequence[float]) -> float:
    """What the learning rate is multiplied by: it stays as it is."""
    return 1.0
