"""A step where nothing improves."""

from collections.abc import Sequence

from cnncalc.emit.training.parts.settings import FACTOR, PATIENCE


def factor(epoch: float, epochs: int, losses: Sequence[float]) -> float:
    """What the learning rate is multiplied by: once more by FACTOR whenever validation stops improving.

    `losses` are those of validation, one an epoch. It has stopped where more than PATIENCE epochs were none better than
    the best before them by one part in 10,000; as many go by before it can stop again.
    """
    times, best, since = 0, float("inf"), 0
    for loss in losses:
        best, since = (loss, 0) if loss < best * (1 - 1e-4) else (best, since + 1)
        if since > PATIENCE:
            times, since = times + 1, 0
    return FACTOR**times
