from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.diagnostic import INFO, Code, Diagnostic
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import counted, listed
from cnncalc.lint.rules._sizes import LARGE, large_kernels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Axes, Order, Window
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node

FEW = 8
"""Filters that are fewer than such a part of the channels they read make all of a stack but its first layer narrow."""
WORDS = dict(enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 2))


class StackableKernel(Rule):
    """A large kernel with more parameters than the stack of 3x3 that sees as much."""

    code = Code(
        "ARC108",
        "stackable-kernel",
        INFO,
        """\
## What it does
Finds kernels of 5x5, 7x7 and larger with more parameters than a stack of 3x3 layers with as many filters: two 3x3
for a 5x5, three for a 7x7, (F - 1)/2 for FxF. The first layer of the stack reads the C channels, the others read K.

## Why is this bad
Three 3x3 see 7x7 pixels as one 7x7 does. Where C = K they have 27 weights for a pair of channels, not 49, with
three nonlinearities in place of one. It is no gain where C is much below K, as in a first layer on 3 channels:
there the later layers of the stack cost more than the large kernel, and nothing is said. Nor is it for kernels of
one long axis (1x7), for groups, for dilated kernels and for those with a stride, whose stack would see more or skip
cells, nor where the filters are fewer than an eighth of the channels, which the whole stack would have to pass.

## Example
    INPUT: 28x28x192
    CONV1: 192 7x7 pad 3 relu

## Use instead
    INPUT: 28x28x192
    CONV1..3: 192 3x3 pad 1 relu

## Fix safety
There is no automatic fix: more layers with a nonlinearity between are another network.

## Source
Simonyan & Zisserman 2015, "Very Deep Convolutional Networks for Large-Scale Image Recognition", section 2.3: the
49*C^2 weights of a 7x7 against the 27*C^2 of three 3x3. Szegedy et al. 2016, "Rethinking the Inception
Architecture", section 3.1.
""",
    )
    good = (
        "INPUT: 28x28x192\nCONV1..3: 192 3x3 pad 1 relu",
        "INPUT: 28x28x3\nCONV1: 192 7x7 pad 3 relu",
        "INPUT: 28x28x192\nCONV1: 192 7x7 pad 3 groups 2 relu",
        "INPUT: 28x28x192\nCONV1: 192 7x7 pad 6 dilation 2 relu",
        "INPUT: 28x28x192\nCONV1: 192 7x1 pad 3x0 relu\nCONV2: 192 1x7 pad 0x3 relu",
        "INPUT: 28x28x192\nconv depthwise 7x7 pad 3",
        "INPUT: 28x28x24\nCONV1: 36 5x5 stride 2 pad 2",
        "INPUT: 28x28x64\nCONV1: 3 7x7 pad 3",
        "INPUT: 6x6x192\nCONV1: 192 7x7 pad 3 relu",
        "INPUT: 28x28x48\nCONV1: 64 6x6",
        "INPUT: 28x28x16\nCONV1: 32 5x5 pad 2",
    )
    bad = (
        "INPUT: 28x28x192\nCONV1: 192 7x7 pad 3 relu",
        "INPUT: 28x28x192\nCONV1: 32 5x5 pad 2 nobias relu",
        "INPUT: 28x28x24\nCONV1: 36 5x5 pad 2",
        "INPUT: 28x28x8x16\nCONV1: 16 5x5x1",
        "INPUT: 28x28x64\nCONV1..3: 64 9x9 pad same",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        for node, window in large_kernels(study):
            long = set(window.kernel) - {1}
            if len(long) == 1 and stackable(node, window, *long) and (count := stacked(node, window)) < node.params:
                yield found(self.code, node, window, count, study.network.order)


def stackable(node: Node, window: Window, extent: int) -> bool:
    """Whether 3x3 layers can stand for it: odd, square, at stride 1, without holes, no larger than its map.

    Nor with few filters on many channels, which all layers of the stack but the first would read in their place.
    """
    square = extent % 2 == 1 and extent >= LARGE and sum(k > 1 for k in window.kernel) > 1
    plain = set(window.dilation) == {1} == set(window.stride)
    narrow = FEW * node.output.channels < node.shapes[0].channels
    return square and plain and not narrow and extent <= min(node.shapes[0].extents)


def stacked(node: Node, window: Window) -> int:
    """The parameters of the stack: the first layer reads C channels, the others K; biases in each if in the layer."""
    c, k = node.shapes[0].channels, node.output.channels
    layers = (max(window.kernel) - 1) // 2
    return prod(small(window)) * (c * k + (layers - 1) * k * k) + layers * node.biases


def small(window: Window) -> Axes:
    """The kernel of the stack's layers: 3 where the large one is not 1."""
    return tuple(min(k, 3) for k in window.kernel)


def found(code: Code, node: Node, window: Window, count: int, order: Order) -> Diagnostic:
    """The finding: both parameter counts, and the stack in full."""
    layers = (max(window.kernel) - 1) // 2
    stack = f"{WORDS.get(layers, f'{layers:,}')} {order.by(small(window))}"
    text = f"{node.name}: a {order.by(window.kernel)} on {node.shapes[0].channels:,} channels has {node.params:,}"
    hint = f"write {stack} of {counted(node.output.channels, 'filter')}{padded(node, window, layers, order)}"
    hint += ", a nonlinearity behind each"
    return Diagnostic(code, f"{text} parameters, {stack} have {count:,}", node.span, hint)


def padded(node: Node, window: Window, layers: int, order: Order) -> str:
    """The pads of the stack that make a map of the same extents: pad 1 each; pads 2, 1 and 1."""
    each = [pads(side, layers, k) for sides, k in zip(window.pad, window.kernel, strict=True) for side in sides]
    if any(one != each[0] for one in each):
        return f", pads that give {order.by(node.output.extents)}"
    if len(set(each[0])) > 1:
        return f", pads {listed(each[0], 'and')}"
    return f", pad {each[0][0]} each" if each[0][0] else ""


def pads(side: int, layers: int, extent: int) -> list[int]:
    """The pad at one side of each layer of the stack: 1 behind the first as long as there is any, the rest on it."""
    first = side if extent == 1 else max(side - layers + 1, 0)
    return [first, *(int(place < side - first) for place in range(layers - 1))]
