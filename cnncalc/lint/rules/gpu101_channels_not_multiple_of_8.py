from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.diagnostic import INFO, Code, Diagnostic
from cnncalc.geometry import Window
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node

LITTLE = 1_000
"""What is less than a thousandth of the MACs is not worth telling."""
STEP = 8
"""The FP16 numbers in 16 bytes, of which NVIDIA asks for multiples."""


class ChannelsNotMultipleOf8(Rule):
    """A number of channels that tensor cores have to fill up."""

    code = Code(
        "GPU101",
        "channels-not-multiple-of-8",
        INFO,
        """\
## What it does
Finds layers that multiply whose filters or units are not a multiple of 8. It tells each number once, at the first
layer that makes so many channels, and not again where they are read. Left out are the input's channels, as many as
the classes or another output has, single maps, depthwise layers, and layers of less than a thousandth of the MACs.

## Why is this bad
Tensor cores multiply small tiles. In FP16 and BF16 they are fastest where both channel numbers of a layer are
multiples of 8, which is 16 bytes. For other numbers libraries fill up with zeros or take slower kernels. It is no
matter on a CPU.

## Example
    INPUT: 32x32x3
    CONV1: 30 3x3 pad 1 relu
    CONV2: 64 3x3 pad 1 relu
    GAP: gap
    FC: 10

## Use instead
    INPUT: 32x32x3
    CONV1: 32 3x3 pad 1 relu
    CONV2: 64 3x3 pad 1 relu
    GAP: gap
    FC: 10

## Fix safety
There is no automatic fix: other widths are another network.

## Source
NVIDIA, "Deep Learning Performance", the user's guides "Convolutional Layers" (channels in and out), "Linear/Fully-
Connected Layers" (batch size, inputs and outputs) and "Matrix Multiplication Background", section "Tensor Core
Requirements".
""",
    )
    good = (
        "INPUT: 32x32x3\nCONV1: 32 3x3 pad 1 relu\nCONV2: 64 3x3 pad 1 relu\nGAP: gap\nFC: 10",
        "INPUT: 32x32x3\nCONV1: 32 3x3 pad 1 relu\nCONV2: 10 1x1\nGAP: gap\nsoftmax",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 relu\nCONV2: 21 1x1\ndeconv 21 4x4 stride 2 pad 1",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 relu\nscale\n  - identity\n  - gap; fc 4 relu; fc 64 sigmoid\n"
        "GAP: gap\nFC: 10",
        "INPUT: 32x32x3\nadd\n  - conv 10 3x3 pad 1 bn\n  - conv 10 1x1",
        "INPUT: 32x32x3\nconv depthwise 3x3 pad 1\nCONV2: 16 1x1 relu\nFC: 2",
        "INPUT: 32x32x3\nscale\n  - conv 16 3x3 pad 1\n  - conv 1 3x3 pad 1 sigmoid\nFC: 2",
    )
    bad = (
        "INPUT: 32x32x3\nCONV1: 30 3x3 pad 1 relu\nCONV2: 64 3x3 pad 1 relu\nGAP: gap\nFC: 10",
        "INPUT: 784\nFC1: 300 relu\nFC2: 10 softmax",
        "INPUT: 8x8x1\nCONV1: 6 3x3\nFC2: 16 relu\nFC3: 10",
        "INPUT: 64 tokens\nembed 50 vocab 1000\nconv 64 3\nglobal maxpool\nfc 2",
        "INPUT: 32x32x3\nCONV1: 30 3x3 pad 1 relu\nconv depthwise 3x3 pad 1\nCONV2: 16 1x1\nFC: 2",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        odd = [node for node in study.network.nodes if node.output.channels % STEP and makes(node)]
        if odd and study.network.complete:
            told = answering(study)
            classes = {node.output.channels for node in told}
            most = study.network.macs
            for channels in dict.fromkeys(node.output.channels for node in odd):
                alike = [node for node in odd if node.output.channels == channels and worth(node, most)]
                if alike and channels not in classes:
                    yield uneven(self.code, alike, channels)


def makes(node: Node) -> bool:
    """Whether a layer makes channels of its own, several, by multiplying or by looking them up."""
    own = node.output.channels > 1 and not node.owner and not node.layer.follows
    if not own or not node.macs:
        return own and not node.shapes[0].channels and bool(node.facts.weights)
    window, x = node.window, node.shapes[0]
    depthwise = isinstance(window, Window) and node.macs == node.output.elements * prod(window.kernel)
    return not depthwise or x.channels == 1


def worth(node: Node, most: int) -> bool:
    """Whether a layer is a thousandth of the network's MACs, or has none and is read by those that have."""
    return not node.macs or node.macs * LITTLE >= most


def answering(study: Study) -> list[Node]:
    """The layers whose channels are the task's: the last that multiply on each way to an output or a head's end."""
    waiting = list(study.ends)
    met = {node.name for node in waiting}
    found: list[Node] = []
    while waiting:
        node = waiting.pop()
        fresh = [] if node.macs else [x for x in node.inputs if x.name not in met]
        found += [node] if node.macs else []
        met.update(x.name for x in fresh)
        waiting += fresh
    return found


def uneven(code: Code, alike: list[Node], channels: int) -> Diagnostic:
    """The finding: the layers that make so many channels, and the multiples below and above that."""
    first, others = alike[0], len(alike) - 1
    makes = f"{first.name} and {counted(others, 'more layer')} make" if others else f"{first.name} makes"
    below = channels - channels % STEP
    near = f"{below:,} or {below + STEP:,}" if below else f"{STEP}"
    text = f"{makes} {channels:,} channels, which is not a multiple of {STEP}, as FP16 tensor cores want"
    return Diagnostic(code, text, first.span, f"use {near}")
