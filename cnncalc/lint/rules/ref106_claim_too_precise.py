from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import INFO, Code, Diagnostic
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._claims import grouped, said, unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Rational
    from cnncalc.lint.study import Study

ONE = {
    "params": "a param", "weights": "a weight", "biases": "a bias", "buffers": "a number", "macs": "a MAC",
    "flops": "a FLOP", "activations": "a number", "memory": "a byte",
}  # fmt: skip
"""One of what each quantity counts; a receptive field may be a fraction."""
LEAST = 10**-6


class ClaimTooPrecise(Rule):
    """The last digit of a figure stands for less than one of what it counts."""

    code = Code(
        "REF106",
        "claim-too-precise",
        INFO,
        """\
## What it does
Finds figures printed to more places than what they count can have: the last digit of 60.96522412M params stands for a
hundredth of a parameter, that of 1.0005KiB for a tenth of a byte. Receptive fields may be fractions and are not meant.

## Why is this bad
Params, MACs and bytes are whole numbers. Such digits come of a division, or of a figure copied with a wrong unit, and a
figure held to them fails for the true count too, if they are not all right.

## Example
    INPUT: 28x28x1
    CONV1: 6 5x5 => 0.1560K params

## Use instead
    INPUT: 28x28x1
    CONV1: 6 5x5 => 0.156K params

## Fix safety
There is no automatic fix: which digit is wrong is yours to say.

## Source
The claims are the file's own; Taylor 1997, "An Introduction to Error Analysis", section 2.2: the last significant
figure is of the order of what is known.
""",
    )
    good = (
        "INPUT: 28x28x1\nCONV1: 6 5x5 => 0.156K params",
        "INPUT: 28x28x1\nCONV1: 6 5x5 => 156 params",
        "INPUT: 28x28x1\nCONV1: 6 5x5 => 13.500KiB memory",
        "INPUT: 4x1\nUP: deconv 1 4 stride 2\nCONV: 1 3\nexpect rf = 3.0",
    )
    bad = (
        "INPUT: 28x28x1\nCONV1: 6 5x5 => 0.1560K params",
        "INPUT: 28x28x1\nCONV1: 6 5x5 => 13.5000KiB memory",
        "INPUT: 28x28x1\nCONV1: 6 5x5\nexpect macs <= 90000.5",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        network = study.network
        every = [claim for line in network.lines if line.claims for claim in line.claims]
        for claim in (*every, *network.expectations):
            if claim.half and 2 * claim.half < 1 and claim.quantity in ONE:
                text = f"the last digit of {said(claim)} {claim.quantity} stands for {size(2 * claim.half)} of"
                text = f"{text} {ONE[claim.quantity]}, which is counted whole"
                hint = f"write {grouped(round(claim.value))}{unit(claim.quantity)}, or fewer digits"
                yield Diagnostic(self.code, text, claim.span, hint)


def size(part: Rational) -> str:
    """A number between 0 and 1 as people write it: 0.01, 0.1024."""
    if part < LEAST:
        return f"less than {LEAST:f}"
    return f"{float(part):.6f}".rstrip("0")
