from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.diagnostic import INFO, Code, Diagnostic
from cnncalc.geometry import WHOLE
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._sizes import share
from cnncalc.network.node import facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Order
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node


class FcDominates(Rule):
    """Most parameters of the network are in the layer that reads the last map."""

    code = Code(
        "ARC110",
        "fc-dominates",
        INFO,
        """\
## What it does
Finds a fully connected layer on a whole map that holds more than half of the network's parameters. It tells what
is left of them when gap stands before it: the layer then reads one number a channel.

## Why is this bad
A weight for every cell of the map ties the layer to one place and one input size, is most of what is to store and
to download, and overfits: it is where AlexNet and VGG need dropout. With gap the map before it has to hold one
channel for what is looked for, so the layers before may need more channels.

## Example
    INPUT: 32x32x3
    CONV1: 32 3x3 pad 1 relu
    POOL1: 2x2
    FC2: 128 relu
    FC3: 10

## Use instead
    INPUT: 32x32x3
    CONV1: 32 3x3 pad 1 relu
    GAP1: gap
    FC2: 128 relu
    FC3: 10

## Fix safety
There is no automatic fix: the mean of a map is not the map.

## Source
Lin et al. 2014, "Network In Network", section 3.2: global average pooling in place of fully connected layers.
""",
    )
    good = (
        "INPUT: 32x32x3\nCONV1: 32 3x3 pad 1 relu\nGAP1: gap\nFC2: 128 relu\nFC3: 10",
        "INPUT: 32x32x3\nCONV1: 32 3x3 pad 1 relu\nPOOL1: 32x32\nFC2: 128 relu\nFC3: 10",
        "INPUT: 28x28x1\nFC1: 800 relu\nFC2: 10",
        "INPUT: 28x28x1\nPOOL1: 2x2\nFC1: 800 relu\nFC2: 10",
        "INPUT: 8x8x16\nCONV1: 32 3x3 pad 1 relu\nCONV2: 32 3x3 pad 1 relu\nPOOL2: 4x4\nFC3: 10",
    )
    bad = (
        "INPUT: 32x32x3\nCONV1: 32 3x3 pad 1 relu\nPOOL1: 2x2\nFC2: 128 relu\nFC3: 10",
        "INPUT: 32x32x3\nCONV1: 32 3x3 pad 1 relu\nPOOL1: 2x2\nflatten\ndropout 0.5\nFC2: 128 nobias relu\nFC3: 10",
        "INPUT: 1000x4\nCONV1: 16 5 relu\nFC2: 10",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        readers = [node for node in study.network.nodes if node.window == WHOLE and node.params]
        total = study.network.params if readers and study.network.complete else 0
        for node in readers:
            if 0 < total < 2 * node.params and not node.head:
                above = map_of(node)
                if prod(above.output.extents) > 1 and learned(above):
                    yield dominating(self.code, node, above, total, study.network.order)


def map_of(node: Node) -> Node:
    """The map that a layer reads: what lies between only views it, or changes each number by itself."""
    above = node.inputs[0]
    while len(above.inputs) == 1 and above.window is None and same(above):
        above = above.inputs[0]
    return above


def same(node: Node) -> bool:
    """Whether a layer gives as many numbers as it reads, and has none of its own."""
    return node.output.elements == node.shapes[0].elements and not node.facts.weights


def learned(node: Node) -> bool:
    """Whether some layer on the way to this one has learned channels: gap of the image itself leaves nothing."""
    waiting, met = [node], {node.name}
    while waiting:
        above = waiting.pop()
        if above.macs:
            return True
        fresh = [x for x in above.inputs if x.name not in met]
        met.update(x.name for x in fresh)
        waiting += fresh
    return False


def dominating(code: Code, node: Node, above: Node, total: int, order: Order) -> Diagnostic:
    """The finding: what the layer holds of all, and both numbers with gap before it."""
    pooled = above.output._replace(extents=(1,) * above.output.rank)
    less = facts(node.layer, (pooled,)).params
    text = f"{node.name} holds {node.params:,} of the network's {total:,} parameters ({share(node.params, total)})"
    reads = f"it reads all of {above.name}, {order.text(above.output)}"
    with_gap = f"with gap before it, it holds {less:,} of {total - node.params + less:,}"
    return Diagnostic(code, f"{text}, as {reads}; {with_gap}", node.span, f"write gap before {node.name}")
