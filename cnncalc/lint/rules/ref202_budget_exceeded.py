from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import ERROR, Code, Diagnostic
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._claims import amount, grouped, no_field, said
from cnncalc.lint.rules._expect import missed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Rational
    from cnncalc.lint.rules._expect import Measured
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Network


class BudgetExceeded(Rule):
    """`expect QUANTITY <= FIGURE` does not hold."""

    code = Code(
        "REF202",
        "budget-exceeded",
        ERROR,
        """\
## What it does
Holds a bound that the file sets (`<=`, `<`, `>=`, `>`) against the arithmetic, and names the layer with most of it.

## Why is this bad
The network does not fit what it is meant for: a device, a latency, the size of an object in pixels.

## Example
    INPUT: 227x227x3
    CONV1: 96 11x11 stride 4
    expect macs <= 100M

## Use instead
    INPUT: 227x227x3
    CONV1: 64 11x11 stride 4
    expect macs <= 100M

## Fix safety
There is no automatic fix: which layer to make smaller is yours to say.

## Source
The bounds are the file's own.
""",
    )
    good = (
        "INPUT: 227x227x3\nCONV1: 96 11x11 stride 4\nexpect macs <= 106M\nexpect params < 34,945",
        "INPUT: 8x8x3\nCONV1: 4 3x3\nexpect rf(CONV1) >= 3\nexpect rf > 2",
        "INPUT: 8x8x3\nCONV1: 4 3x3\nexpect memory(weights) <= 448 B\nexpect memory(CONV1) <= 576 B",
        "INPUT: 8x8x3\nCONV1: 4 3x3\nexpect rf(CONV1) >= 3",
    )
    bad = (
        "INPUT: 227x227x3\nCONV1: 96 11x11 stride 4\nexpect macs <= 100M",
        "INPUT: 227x227x3\nCONV1: 96 11x11 stride 4\nexpect params < 34,944",
        "INPUT: 8x8x3\nCONV1: 4 3x3\nexpect rf(CONV1) >= 5",
        "INPUT: 8x8x3\nCONV1: 4 3x3\nexpect memory(batch=2) <= 1KiB",
        "INPUT: 8x8x3\nCONV1: 4 3x3\nexpect memory(weights) >= 449 B",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        for measure in missed(study.network, ("<=", "<", ">=", ">")):
            yield Diagnostic(self.code, text(study.network, measure), measure.claim.span, hint(measure))


def text(network: Network, measure: Measured) -> str:
    """Both sides and what lies between; the layer with most of it."""
    claim, many, bound = measure.claim, measure.quantity not in ("rf", "memory"), said(measure.claim)
    if not measure.values:
        return f"{measure.what} {claim.op} {bound} cannot be held, as {no_field(measure.meant.nodes[-1])}"
    value = worst(measure)
    start = f"{measure.what} {measure.found(network)}"
    if value == claim.value:
        return f"{start} {'are' if many else 'is'} not {'below' if claim.op == '<' else 'above'} {bound}"
    unit = " B" * bool(measure.bytes)
    if claim.op[0] == ">":
        return f"{start} {'fall' if many else 'falls'} short of {bound} by {amount(claim.value - value)}{unit}"
    over = f"{'exceed' if many else 'exceeds'} the budget of {bound} by {amount(value - claim.value)}{unit}"
    if measure.bytes:
        needed = measure.bytes
        how = f" ({needed.working})" if " + " in needed.working else ""
        return f"{start}{how} {over}; {needed.line} takes the most: {grouped(needed.most)} B"
    return f"{start} {over}{most(measure) if many else ''}"


def worst(measure: Measured) -> Rational:
    """The value on the axis that misses the bound by most."""
    return max(measure.values) if measure.claim.op[0] == "<" else min(measure.values)


def hint(measure: Measured) -> str:
    """Which layer to make smaller or larger, and the bound that would hold."""
    if not measure.values:
        return "name a line above that one: expect rf(CONV5) >= 100"
    less, layer = measure.claim.op[0] == "<", measure.meant.nodes[-1].name
    if measure.bytes:
        layer = measure.bytes.line
    elif less and measure.quantity != "rf":
        layer = measure.meant.largest[measure.quantity][0]
    change = f"make {layer} {'smaller' if less else 'larger'}"
    bound = f"{amount(worst(measure))}{' B' * bool(measure.bytes)}"
    return f"{change}, or expect {measure.what} {'<=' if less else '>='} {bound}"


def most(measure: Measured) -> str:
    """The layer with the largest share."""
    name, value = measure.meant.largest[measure.quantity]
    total = measure.meant.sums[measure.quantity]
    tenths = (2000 * value + total) // (2 * total)
    if value == total:
        return f"; all of them are in {name}"
    return f"; {name} has most of them: {grouped(value)} ({tenths // 10}.{tenths % 10} %)"
