from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.receptive_field import fields
from cnncalc.diagnostic import ERROR, Code, Diagnostic
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._claims import amount, besides, no_field, said, seen, span_of, working
from cnncalc.lint.rules._expect import missed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.lint.rules._expect import Measured
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Network


class ExpectationMissed(Rule):
    """`expect QUANTITY = FIGURE` does not hold."""

    code = Code(
        "REF201",
        "expectation-missed",
        ERROR,
        """\
## What it does
Holds what the file expects of the network or of named layers (`=`, `!=`) against the arithmetic. A figure printed
short (61.1M) holds within half a unit of its last place.

## Why is this bad
The spec does not describe the network whose published figure it quotes.

## Example
    INPUT: 227x227x3
    CONV1: 96 11x11 stride 4
    expect params = 34,848

## Use instead
    INPUT: 227x227x3
    CONV1: 96 11x11 stride 4
    expect params(CONV1, weights) = 34,848
    expect params = 34,944

## Fix safety
There is no automatic fix: whether the figure or a layer is wrong is yours to say.

## Source
The expectations are the file's own.
""",
    )
    good = (
        "INPUT: 227x227x3\nCONV1: 96 11x11 stride 4\nexpect params = 34,944\nexpect macs = 105.4M\nexpect rf != 12",
        "INPUT: 8x8x3\nCONV1: 4 3x3 relu\nexpect rf(CONV1) = 3\nexpect params(CONV1, weights) = 108",
        "INPUT: 8x8x3\nCONV1: 4 3x3 relu\nexpect memory(weights) = 448 B",
    )
    bad = (
        "INPUT: 227x227x3\nCONV1: 96 11x11 stride 4\nexpect params = 34,848",
        "INPUT: 227x227x3\nCONV1: 96 11x11 stride 4\nexpect macs = 105.5M",
        "INPUT: 8x8x3\nCONV1: 4 3x3 relu\nexpect rf(CONV1) = 5",
        "INPUT: 8x8x3\nCONV1: 4 3x3 relu\nexpect params != 112",
        "INPUT: 8x8x3\nCONV1: 4 3x3 relu\nexpect memory(weights) = 1KiB",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        for measure in missed(study.network, ("=", "!=")):
            yield Diagnostic(self.code, text(study.network, measure), measure.claim.span, hint(measure))


def text(network: Network, measure: Measured) -> str:
    """Both sides; what the figure holds for; what else it is."""
    claim, nodes = measure.claim, measure.meant.nodes
    start = f"expected {measure.what} {claim.op} {said(claim)}"
    if not measure.values:
        return f"{start}, and {no_field(nodes[-1])}"
    if measure.bytes and claim.op == "=":
        from cnncalc.lint.rules._memory import summed

        return f"{start}, the arithmetic gives {summed(measure.bytes)}{span_of(claim)}"
    if measure.quantity == "rf" and claim.op == "=":
        return f"{start}, the arithmetic gives {seen(network, nodes, fields(network))}{span_of(claim)}"
    if claim.op == "!=":
        return f"{start}, the arithmetic gives {measure.found(network)}{span_of(claim)}"
    sums = measure.meant.sums
    how = working(measure.quantity, nodes, sums)
    return f"{start}, the arithmetic gives {how}{span_of(claim)}{besides(claim, nodes, sums)}"


def hint(measure: Measured) -> str:
    """What could be expected instead."""
    values = sorted(set(measure.values))
    if not values:
        return "name a line above that one: expect rf(CONV5) = 163"
    if measure.claim.op == "!=" or len(values) > 1:
        return "leave the expectation out, or change the layers"
    unit = " B" if measure.bytes else ""
    return f"expect {measure.what} = {amount(values[0])}{unit}, if the layers are meant as they stand"
