"""What norms have in common that take a mean and a variance of the sample itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.faults import TOO_FEW
from cnncalc.layer import Requirement, Saved
from cnncalc.work import Work

if TYPE_CHECKING:
    from cnncalc.layer import Array


def standardizing(n: int, sets: int) -> Work:
    """The work of (x - mean)/sqrt(variance + eps) over n numbers in so many sets of their own statistics.

    A set of m numbers: m - 1 additions and a division for its mean; m subtractions, m squares, m - 1 additions and
    a division for its variance; an addition and a root (counted as a power); then a division a number.
    """
    return Work(adds=3 * n - sets, muls=n, divs=n + 2 * sets, pows=sets)


def standardized(x: Array, axes: tuple[int, ...], eps: float) -> Array:
    """(x - mean)/sqrt(variance + eps), the statistics taken over these axes."""
    import numpy as np

    out: Array = (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    return out


def kept(sets: int) -> Saved:
    """What training keeps: the input, and the mean and the deviation of every set."""
    return Saved(input=True, extra=((2 * sets, 0),))


def enough(size: int, what: str, remedy: str, about: str = "") -> Requirement:
    """One number less its own mean is 0, whatever it was; PyTorch refuses it."""
    text = "{0} holds {1} number, and a mean and a variance need at least 2"
    return Requirement(size >= 2, TOO_FEW, text, (what, size), remedy, about)
