from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from cnncalc.diagnostic import WARNING, Code, Diagnostic
from cnncalc.lint.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.lint.study import Study
    from cnncalc.network.node import Solved

MOST = 20
"""How many answers are told."""


class SeveralAnswers(Rule):
    """More than one number could stand for a `?`."""

    code = Code(
        "REF105",
        "several-answers",
        WARNING,
        """\
## What it does
Finds lines whose `?` has more than one answer: numbers with which the line is what it claims, and its windows fit
exactly. The smallest is used.

## Why is this bad
Each answer is another network, and every number below the line depends on which is meant.

## Example
    INPUT: 33x33x3
    CONV1: 8 5x5 stride 2 pad ?

## Use instead
    INPUT: 33x33x3
    CONV1: 8 5x5 stride 2 pad ? => 17x17x8

## Fix safety
There is no automatic fix: which number is meant is yours to say.

## Source
The equations are the file's own claims and the exact fit of the stride (CS231n, "Convolutional Networks").
""",
    )
    good = (
        "INPUT: 33x33x3\nCONV1: 8 5x5 stride 2 pad ? => 17x17x8",
        "INPUT: 55x55x96\nCONV2: 64 ? stride 2 => 27x27x64",
        "INPUT: 9216\nFC6: ? => 37.75M params",
    )
    bad = (
        "INPUT: 33x33x3\nCONV1: 8 5x5 stride 2 pad ?",
        "INPUT: 32x32x3\nCONV1: 8 ? pad ? => 32x32x8",
        "INPUT: 9216\nFC6: ? => 38M params",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        for solved in study.network.solved:
            if len(solved.answers) > 1:
                first = solved.told(solved.answers[0])
                hint = f"write the one that is meant, or claim more; used is the smallest, {first}"
                yield Diagnostic(self.code, listed(solved), solved.place.span(), hint)


def listed(solved: Solved) -> str:
    """All answers, smallest first, or the first of them."""
    parting = ", " if len(solved.what) == 1 else "; "
    told = parting.join(", ".join(f"{number:,}" for number in answer) for answer in islice(solved.answers, MOST))
    count = len(solved.answers)
    more = f"{parting}and {count - MOST:,} more" if count > MOST else ""
    order = ", in this order" if len(solved.what) > 1 else ""
    verb = "has" if len(solved.what) == 1 else "have"
    return f"{solved.asked} on {solved.name} {verb} {count:,} answers{order}: {told}{more}"
