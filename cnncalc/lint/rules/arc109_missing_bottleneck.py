from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.diagnostic import INFO, Code, Diagnostic
from cnncalc.geometry import Window
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._sizes import LARGE, large_kernels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Order
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node

MANY = 64
"""The channels from which a reduction is worth a layer."""
FACTOR = 4
"""What a bottleneck divides the channels by (He et al. 2016)."""


class MissingBottleneck(Rule):
    """A large kernel reads many channels that no 1x1 reduced before it."""

    code = Code(
        "ARC109",
        "missing-bottleneck",
        INFO,
        """\
## What it does
Finds kernels of 25 cells or more (5x5, 7x7) on 64 channels or more that no 1x1 convolution has reduced. It tells
what a 1x1 to a quarter of the channels before the layer would save.

## Why is this bad
A large kernel pays for every channel 25 times or more, a 1x1 once. GoogLeNet's first module, 3a, has 163,328 weights;
without the 1x1 before its 3x3 and its 5x5 it would have 393,216. Whether fewer channels carry enough is for a
training run to say.

## Example
    INPUT: 28x28x192
    CONV1: 32 5x5 pad 2 relu

## Use instead
    INPUT: 28x28x192
    REDUCE1: conv 48 1x1 relu
    CONV1: 32 5x5 pad 2 relu

## Fix safety
There is no automatic fix: a narrower layer in between is another network.

## Source
Szegedy et al. 2015, "Going Deeper with Convolutions", section 4: reductions before the 3x3 and 5x5 convolutions.
He et al. 2016, "Deep Residual Learning for Image Recognition", section 4.1, "Deeper Bottleneck Architectures": a
quarter of the channels.
""",
    )
    good = (
        "INPUT: 28x28x192\nREDUCE1: conv 48 1x1 relu\nCONV1: 32 5x5 pad 2 relu",
        "INPUT: 28x28x192\nREDUCE1: conv 64 1x1 bn relu\nPOOL1: 3x3 stride 1 pad 1\nCONV1: 32 5x5 pad 2 relu",
        "INPUT: 28x28x192\nCONV1: 32 3x3 pad 1 relu",
        "INPUT: 28x28x48\nCONV1: 32 5x5 pad 2 relu",
        "INPUT: 28x28x192\nCONV1: 192 5x5 pad 2 groups 192 relu",
        "INPUT: 16x28x28x64\nCONV1: 64 3x3x3 pad 1 relu",
        "INPUT: 32x32x64\nCONV1: 2 5x5 stride 16 relu",
    )
    bad = (
        "INPUT: 28x28x192\nCONV1: 32 5x5 pad 2 relu",
        "INPUT: 28x28x192\nWIDEN1: conv 256 1x1 relu\nCONV1: 32 5x5 pad 2 relu",
        "INPUT: 7x7x512\nFC6: conv 4096 7x7 nobias",
        "INPUT: 16000x64\nCONV1: 64 25",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        for node, window in large_kernels(study):
            many = node.shapes[0].channels >= MANY and prod(window.kernel) >= LARGE * LARGE
            if many and not reduced(node) and (found := saving(self.code, node, window, study.network.order)):
                yield found


def reduced(node: Node) -> bool:
    """Whether the layer of weights before it is a 1x1 with fewer channels than it reads."""
    above = node.inputs[0]
    while len(above.inputs) == 1 and not above.macs:
        above = above.inputs[0]
    window = above.window
    small = isinstance(window, Window) and set(window.kernel) == {1}
    return small and above.output.channels < above.shapes[0].channels


def saving(code: Code, node: Node, window: Window, order: Order) -> Diagnostic | None:
    """What the layer costs, and what it costs with a 1x1 to a quarter of its channels before it, if that is less."""
    c = node.shapes[0].channels
    few, reads = c // FACTOR, prod(node.shapes[0].extents)
    params = (node.params - node.biases) * few // c + node.biases + c * few + few * (node.biases > 0)
    macs = node.macs * few // c + reads * c * few
    if params >= node.params or macs >= node.macs:
        return None
    kernel = order.by(window.kernel)
    cost = f"{node.params:,} parameters and {node.macs:,} MACs"
    text = f"{node.name}: a {kernel} on {c:,} channels costs {cost}; a 1x1 to {few:,} channels before it makes that"
    hint = f"write a 1x1 of {few:,} filters before it"
    return Diagnostic(code, f"{text} {params:,} and {macs:,}", node.span, hint)
