from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import ERROR, Code, Diagnostic
from cnncalc.lint.claims import shapes_wrong, written
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._claims import sizes
from cnncalc.network.claim import agree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.lint.study import Study
    from cnncalc.network.node import Claimed, LineOf, Network


class WrongShape(Rule):
    """A line claims another shape than its arithmetic gives."""

    code = Code(
        "REF101",
        "wrong-shape",
        ERROR,
        """\
## What it does
Holds the shape that a line claims, before it or behind `=>`, against the arithmetic, and looks for the one
change of a line that would make the claim hold.

## Why is this bad
Either the claim or a number above it is wrong, and whoever copies the spec inherits it. The AlexNet paper's
224x224 input is the best known case: its own 55x55x96 needs 227x227, or a pad of 2.

## Example
    INPUT: 224x224x3
    CONV1: 96 11x11 stride 4 => 55x55x96

## Use instead
    INPUT: 227x227x3
    CONV1: 96 11x11 stride 4 => 55x55x96

## Fix safety
There is no automatic fix: whether the claim or the layer is wrong is yours to say.

## Source
CS231n, "Convolutional Networks", case studies (AlexNet's input); the claims are the file's own.
""",
    )
    good = (
        "INPUT: 227x227x3\nCONV1: 96 11x11 stride 4 => 55x55x96",
        "INPUT: 224x224x3\n[55x55x96] CONV1: 96 11x11 stride 4 pad 2",
        "INPUT: 9x7x3\nCONV1: 1 3x3 => 7x5\nCONV2: 5 3x3 => 5x?x5",
    )
    bad = (
        "INPUT: 224x224x3\nCONV1: 96 11x11 stride 4 => 55x55x96",
        "INPUT: 227x227x3\n[55x55x64] CONV1: 96 11x11 stride 4",
        "INPUT: 9x7x3\nCONV1: 8 3x3 => 5x7x8",
        "INPUT: 9x9x3\nCONV1: 8 3x3 => 7x7",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        wrong = shapes_wrong(study.network)
        return told(study.network, wrong) if wrong else iter(())


def told(network: Network, wrong: list[tuple[LineOf, Claimed]]) -> Iterator[Diagnostic]:
    """Both shapes, the working, and what would repair the claim."""
    from cnncalc.lint.rules._search import Search

    search = Search(network)
    for line, claim in wrong:
        found = network.order.text(line.output.output)
        text = f"{line.name} claims {written(claim)}, the arithmetic gives {found}"
        how = working(network, line, claim)
        message = f"{text}: {how}" if how else text
        yield Diagnostic(WrongShape.code, message, claim.span, search.hint(line, claim))


def working(network: Network, line: LineOf, claim: Claimed) -> str:
    """The working of what differs: extents window by window, or the channels."""
    if line.last - line.first != len(line.nodes):
        return ""
    shape, axes = line.output.output, claim.axes
    first = network.order.channels_first or claim.channels_first
    channels, spatial = (axes[0], axes[1:]) if first else (axes[-1], axes[:-1])
    same = len(axes) == shape.rank + 1 and agree(spatial, network.order.turned(shape.extents))
    if (not same and shape.rank) or channels == shape.channels:
        return sizes(line.nodes, network.order)
    units = [p.unit for node in line.nodes for p in node.layer.parameters if p.type == "count" and "K" in p.letters]
    if units:
        return f"it has {shape.channels} {units[-1]}"
    kept = shape.channels == line.nodes[0].shapes[0].channels
    return "it keeps the channels of its input" if kept else ""
