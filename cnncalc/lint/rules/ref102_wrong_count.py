from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import ERROR, Code, Diagnostic
from cnncalc.lint.claims import claims
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._claims import IS, alone, besides, counts, grouped, likeness, said, span_of, unit, working
from cnncalc.network.claim import holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.lint.rules._claims import Sums
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Claimed, Node


class WrongCount(Rule):
    """A line claims other params, macs or the like than its arithmetic gives."""

    code = Code(
        "REF102",
        "wrong-count",
        ERROR,
        """\
## What it does
Holds the params, weights, biases, buffers, macs, flops, activations or memory (the bytes of those, in float32) that a
line claims against the arithmetic, summed over the layer and its postfixes. A figure printed short (105.4M) holds
within half a unit of its last place.

## Why is this bad
A count that is off by the biases, or by a factor of two, is the usual slip of a slide; the finding says which
other quantity of the line the figure is.

## Example
    INPUT: 227x227x3
    CONV1: 96 11x11 stride 4 => 34,848 params

## Use instead
    INPUT: 227x227x3
    CONV1: 96 11x11 stride 4 => 34,944 params, 34,848 weights

## Fix safety
There is no automatic fix: whether the claim or the layer is wrong is yours to say.

## Source
The claims are the file's own; the formulas are those of each kind of layer (`cnncalc explain`).
""",
    )
    good = (
        "INPUT: 227x227x3\nCONV1: 96 11x11 stride 4 => 34,944 params, 34,848 weights, 105.4M macs",
        "INPUT: 8x8x3\nCONV1: 4 3x3 nobias => 108 params, 0 biases, 3,888 macs, 7776 flops, 144 activations",
        "INPUT: 8x8x3\nCONV1: 4 3x3 => 144 activations, 0.6KiB memory",
    )
    bad = (
        "INPUT: 227x227x3\nCONV1: 96 11x11 stride 4 => 34,848 params",
        "INPUT: 227x227x3\nCONV1: 96 11x11 stride 4 => 105.5M macs",
        "INPUT: 227x227x3\nCONV1: 96 11x11 stride 4 => 105.4M flops",
        "INPUT: 8x8x3\nCONV1: 4 3x3 => 100 activations",
        "INPUT: 8x8x3\nCONV1: 4 3x3 => 1.0KiB memory",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        for line, claim in claims(study.network):
            nodes = study.network.whole(line) if claim.quantity in IS else ()
            sums = counts(nodes) if nodes else {}
            if sums and not holds(claim, sums[claim.quantity]):
                text = f"{line.name} claims {said(claim)} {claim.quantity}, the arithmetic gives"
                how = working(claim.quantity, nodes, sums)
                text = f"{text} {how}{span_of(claim)}{besides(claim, nodes, sums)}"
                yield Diagnostic(self.code, text, claim.span, hint(nodes, claim, sums))


def hint(nodes: tuple[Node, ...], claim: Claimed, sums: Sums) -> str:
    """What to claim: the figure under its right name, or the right figure."""
    other = "" if alone(claim, nodes) else likeness(claim, sums)
    meant = f"{said(claim)} {other} or " if other else ""
    return f"claim {meant}{grouped(sums[claim.quantity])}{unit(claim.quantity)} {claim.quantity}"
