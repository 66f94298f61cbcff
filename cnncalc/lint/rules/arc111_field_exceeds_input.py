from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import INFO, Code, Diagnostic
from cnncalc.geometry import Field, Window
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import counted
from cnncalc.lint.rules._sizes import least_fields, share, shrinks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Axes, Whole
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Network, Node

    Seeing = tuple[Node, Field]

LITTLE = 20
"""What is at most a part of 1/20 of the network is not worth telling."""
STEM = "CONV1: 32 3x3 stride 2 pad 1 relu\nCONV2: 64 3x3 stride 2 pad 1 relu\nCONV3: 64 3x3 pad 1 relu\n"


class FieldExceedsInput(Rule):
    """Convolutions behind the point where a unit already sees the whole image."""

    code = Code(
        "ARC111",
        "field-exceeds-input",
        INFO,
        """\
## What it does
In a network of one input that makes no map larger again (which answers pixel by pixel), finds the convolutions
larger than 1x1 whose input already sees as much as the whole image, on every axis. The first of them is the border
layer. Where branches meet, the smallest of their receptive fields counts, so that a layer behind a shortcut is told
only when the shortcut sees all of the image. Layers that are together at most a twentieth of the parameters and of
the MACs are not told.

## Why is this bad
A convolution adds context: it puts together what its neighbours see. Behind the border layer there is no more to
add, and probes of trained networks find that these layers improve nothing. Their parameters and MACs are better
spent before the border: on a larger input, or on fewer strides. A unit near the edge of the map sees less of the
image than one in the middle, and still gains: the border is where the middle has all there is.

## Example
    INPUT: 12x12x3
    CONV1: 32 3x3 stride 2 pad 1 relu
    CONV2: 64 3x3 stride 2 pad 1 relu
    CONV3: 64 3x3 pad 1 relu
    CONV4: 64 3x3 pad 1 relu
    GAP: gap
    FC: 10

## Use instead
    INPUT: 32x32x3
    CONV1: 32 3x3 stride 2 pad 1 relu
    CONV2: 64 3x3 stride 2 pad 1 relu
    CONV3: 64 3x3 pad 1 relu
    CONV4: 64 3x3 pad 1 relu
    GAP: gap
    FC: 10

## Fix safety
There is no automatic fix: another input, stride or depth is another network.

## Source
Richter et al. 2021, "(Input) Size Matters for CNN Classifiers" (ICANN), and Richter et al. 2021, "Should You Go
Deeper? Optimizing Convolutional Neural Network Architectures without Training by Receptive Field Analysis": the
border layer, and the minimum receptive field of several paths.
""",
    )
    good = (
        f"INPUT: 32x32x3\n{STEM}CONV4: 64 3x3 pad 1 relu\nGAP: gap\nFC: 10",
        f"INPUT: 12x12x3\n{STEM}CONV4: 64 1x1 relu\nGAP: gap\nFC: 10",
        f"INPUT: 12x12x3\n{STEM}CONV4: 64 3x3 pad 1 relu\ndeconv 3 4x4 stride 4",
        f"INPUT: 16x16x3\n{STEM}CONV4: 64 3x3 pad 1 relu\nGAP: gap\nFC: 10",
        f"INPUT: 8x7x3\n{STEM}GAP: gap\nFC: 10",
        f"INPUT: 7x8x3\n{STEM}GAP: gap\nFC: 10",
        f"INPUT: 12x12x3\n{STEM}conv depthwise 3x3 pad 1\nGAP: gap\nFC: 10",
        "INPUT: 5x6x3\nCONV1: 8 5x5 pad 2 relu\nCONV2: 8 5x5 pad 2 relu\nGAP: gap\nFC: 10",
        "INPUT: 5x5x8\nadd relu\n  - conv 8 5x5 pad 2 relu; conv 8 1x1\n  - identity\n"
        "CONV2: 8 3x3 pad 1 relu\nGAP: gap\nFC: 10",
    )
    bad = (
        f"INPUT: 12x12x3\n{STEM}CONV4: 64 3x3 pad 1 relu",
        f"INPUT: 12x12x3\n{STEM}CONV4: 64 3x3 pad 1 relu\nGAP: gap\nFC: 10",
        f"INPUT: 7x7x3\n{STEM}GAP: gap\nFC: 10\nTWO: output from FC",
        "INPUT: 5x5x3\nCONV1: 8 5x5 pad 2 relu\nscale\n  - identity\n  - gap; fc 8 sigmoid\n"
        "CONV2: 8 3x3 pad 1 relu\nGAP: gap\nFC: 10",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        if study.sliding and shrinks(study):
            extents = study.network.inputs[0].output.extents
            looking = [node for node, _ in study.sliding if node.macs and not node.head and wide(node)]
            if looking and any(covers(study.fields[node.inputs[0].name], extents) for node in looking):
                seen = least_fields(study)
                reads = [(node, seen[node.inputs[0].name]) for node in looking]
                behind = [(node, field) for node, field in reads if isinstance(field, Field) and covers(field, extents)]
                if behind and worth(behind, study.network):
                    yield exceeding(self.code, behind, study)


def wide(node: Node) -> bool:
    """Whether the window of a layer puts neighbours together."""
    return isinstance(node.window, Window) and max(node.window.kernel) > 1


def covers(field: Field | Whole, extents: Axes) -> bool:
    """Whether it is as large as the input on every axis."""
    if not isinstance(field, Field):
        return True
    return len(field.size) == len(extents) and all(w <= size for w, size in zip(extents, field.size, strict=True))


def worth(behind: list[Seeing], network: Network) -> bool:
    """Whether the layers are more than a twentieth of the network, in parameters or in MACs."""
    params, macs = sums(behind)
    return params * LITTLE > network.params or macs * LITTLE > network.macs


def sums(behind: list[Seeing]) -> tuple[int, int]:
    """The parameters and the MACs of some layers."""
    return sum(node.params for node, _ in behind), sum(node.macs for node, _ in behind)


def exceeding(code: Code, behind: list[Seeing], study: Study) -> Diagnostic:
    """The finding, at the border layer: what it sees, and what the layers from there on cost."""
    (first, field), network = behind[0], study.network
    image, order = network.inputs[0], network.order
    params, macs = sums(behind)
    layers = f"it and {counted(len(behind) - 1, 'more layer')} add" if len(behind) > 1 else "it adds"
    sees = f"{'at least ' if study.joins else ''}{order.by(field.size)}"
    text = f"{first.name} reads units that see {sees} of {image.name}, {order.text(image.output)}"
    cost = f"{params:,} of {network.params:,} parameters and {share(macs, network.macs)} of the MACs"
    largest = tuple(map(max, zip(*(seen.size for _, seen in behind), strict=True)))
    hint = f"use an input larger than {order.by(largest)}, fewer strides, or fewer layers"
    return Diagnostic(code, f"{text}; {layers} context at the edges of the map alone, with {cost}", first.span, hint)
