"""Sets of whole numbers as few progressions: first + step*k, endless or not."""

from __future__ import annotations

from itertools import chain
from math import lcm
from typing import TYPE_CHECKING

from cnncalc.analysis.sizes.pieces import Progression

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST = 1 << 16
"""How many residues or single numbers are put together; more are left in the pieces they come in."""
RUN = 3
"""From how many numbers on a stretch of equal distance is told as a progression."""


def merged(pieces: Iterable[Progression]) -> tuple[Progression, ...]:
    """The same numbers in few progressions, by their first members.

    From the largest first member on they are residues of the common period, which is as short as may be: each
    progression is one of the widest that hold nothing else, begun as far down as its numbers go.
    """
    every = sorted(pieces, key=in_order)
    endless = [one for one in every if one.length is None]
    period = lcm(*(one.step for one in endless))
    regular = max((one.first for one in endless), default=0)
    single = sum(one.length or (regular - one.first) // one.step for one in every)
    if sum(period // one.step for one in endless) > MOST or single > MOST:
        return tuple(every)
    wide = [begun(one, every, endless) for one in widest(residues(endless, period), period, regular)]
    below = (range(one.first, max(regular, one.first), one.step) for one in endless)
    known = {n for n in chain(*below, *map(members, every)) if not any(n in one for one in wide)}
    return tuple(sorted((*wide, *runs(sorted(known))), key=in_order))


def in_order(one: Progression) -> tuple[int, int, int]:
    """By its first number, its step, how many there are."""
    return one.first, one.step, one.length or 0


def members(one: Progression) -> range:
    """The numbers of a progression with an end; none of an endless one."""
    return range(0) if one.last is None else range(one.first, one.last + 1, one.step)


def residues(endless: Sequence[Progression], period: int) -> frozenset[int]:
    """The residues of the period that endless progressions come to."""
    return frozenset(n % period for one in endless for n in range(one.first, one.first + period, one.step))


def widest(kept: frozenset[int], period: int, start: int) -> Iterator[Progression]:
    """The widest progressions from `start` on with nothing but these residues, until every one is in one."""
    missing = set(kept)
    for step in (period // parts for parts in range(len(kept), 0, -1) if period % parts == 0):
        count: dict[int, int] = {}
        for residue in kept:
            count[residue % step] = count.get(residue % step, 0) + 1
        for residue in sorted(r for r, found in count.items() if found == period // step):
            held = set(range(residue, period, step))
            if held & missing:
                missing -= held
                yield Progression(start + (residue - start) % step, step)
        if not missing:
            return


def begun(one: Progression, every: Sequence[Progression], endless: Sequence[Progression]) -> Progression:
    """An endless progression begun as far down as all its numbers are in the set."""
    first = one.first
    while first > one.step and any(first - one.step in other for other in every):
        first -= one.step
    return one._replace(first=first)


def runs(numbers: Sequence[int]) -> Iterator[Progression]:
    """Single numbers in their order, stretches of equal distance as one progression."""
    at = 0
    while at < len(numbers):
        end = at + 1
        while end + 1 < len(numbers) and numbers[end + 1] - numbers[end] == numbers[at + 1] - numbers[at]:
            end += 1
        step = numbers[end] - numbers[end - 1] if end < len(numbers) else 1
        count = end - at + 1 if end < len(numbers) else 1
        if count < RUN and step != 1:
            step, count = 1, 1
        yield Progression(numbers[at], step if count > 1 else 1, count)
        at += count


def around(every: Iterable[Progression], size: int) -> tuple[int | None, int | None]:
    """The nearest members below and above a number; None where there is none."""
    below, above = [], []
    for one in every:
        steps = (size - 1 - one.first) // one.step
        steps = steps if one.length is None else min(steps, one.length - 1)
        below += [one.first + steps * one.step] if steps >= 0 else []
        after = max(0, (size - one.first) // one.step + 1)
        above += [one.first + after * one.step] if one.length is None or after < one.length else []
    return max(below, default=None), min(above, default=None)
