"""Counts of work, each kind of operation apart, and the convention that sums them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Work(NamedTuple):
    """Operations one sample costs. `macs` are multiply-accumulates; the rest are single operations.

    A bias costs nothing: it is the last addition of a sum whose first product needs none.
    """

    macs: int = 0
    adds: int = 0
    muls: int = 0
    divs: int = 0
    compares: int = 0
    exps: int = 0
    pows: int = 0

    @property
    def flops(self) -> int:
        """2*MACs and every other operation once: the convention `cnncalc`."""
        return 2 * self.macs + sum(self[1:])

    @classmethod
    def total(cls, every: Iterable[Work]) -> Work:
        """All of them, operation by operation."""
        return cls(*map(sum, zip(cls(), *every, strict=True)))


CONVENTION = "cnncalc"
NOTE = "FLOPs = 2*MACs + other operations"
