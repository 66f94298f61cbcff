from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.diagnostic import INFO, Code, Diagnostic
from cnncalc.geometry import Window
from cnncalc.lint.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node

STEP = 8
"""The FP16 numbers in the 16 bytes that tensor cores read at once."""


class ChannelsNotMultipleOf8(Rule):
    """A number of channels that tensor cores have to fill up."""

    code = Code(
        "GPU101",
        "channels-not-multiple-of-8",
        INFO,
        """\
## What it does
Finds layers of multiplications whose filters, units or channels are not a multiple of 8. It tells each where it is
made, not again where it is read. The input's channels, the classes and other outputs, maps of one channel, and
depthwise layers are left out: they are given by the task, or made elsewhere.

## Why is this bad
Tensor cores multiply small tiles. In FP16 and BF16 they are fastest where both channel numbers of a layer are
multiples of 8, which is 16 bytes. Libraries fill up other numbers with zeros or fall back on slower kernels: 84
units cost what 88 do. It is no matter on a CPU.

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
            answers = answering(study)
            for node in odd:
                if node.name not in answers:
                    yield uneven(self.code, node)


def makes(node: Node) -> bool:
    """Whether a layer makes channels of its own, several, by multiplying or by looking them up."""
    own = node.output.channels > 1 and not node.owner and not node.layer.follows
    if not own or not node.macs:
        return own and not node.shapes[0].channels and bool(node.facts.weights)
    window, x = node.window, node.shapes[0]
    depthwise = isinstance(window, Window) and node.macs == node.output.elements * prod(window.kernel)
    return not depthwise or x.channels == 1


def answering(study: Study) -> set[str]:
    """The layers whose channels are the task's: the last that multiply on each way to an output or a head's end."""
    waiting = list(study.ends)
    met = {node.name for node in waiting}
    while waiting:
        node = waiting.pop()
        fresh = [] if node.macs else [x for x in node.inputs if x.name not in met]
        met.update(x.name for x in fresh)
        waiting += fresh
    return met


def uneven(code: Code, node: Node) -> Diagnostic:
    """The finding: the channels, and the multiples below and above them."""
    channels = node.output.channels
    below = channels - channels % STEP
    near = f"{below:,} or {below + STEP:,}" if below else f"{STEP}"
    text = f"{node.name} makes {channels:,} channels, which is not a multiple of {STEP}: FP16 tensor cores take them as"
    return Diagnostic(code, f"{text} {below + STEP:,}", node.span, f"use {near}")
