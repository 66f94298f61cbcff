from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import INFO, Code, Diagnostic
from cnncalc.geometry import WHOLE, Field
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import NAMES, listed
from cnncalc.lint.rules._sizes import classifies, place
from cnncalc.lint.study import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node


class FieldMissesInput(Rule):
    """No unit of the last map before the classifier sees the whole image."""

    code = Code(
        "ARC112",
        "field-misses-input",
        INFO,
        """\
## What it does
In a network that classifies one map, finds a last map before the classifier whose units see less than the input on
some axis. The classifier is the first layer that reads all of a map: a fully connected layer, or gap.

## Why is this bad
A pattern larger than the receptive field is never seen in one piece. A fully connected layer still puts the pieces
together by place, with a weight for each; gap only adds up what each unit found. Units see most at the centre of
their field, so the part that counts is smaller still.

## Example
    INPUT: 64x64x3
    CONV1: 32 3x3 pad 1 relu
    POOL1: 2x2
    CONV2: 64 3x3 pad 1 relu
    POOL2: 2x2
    GAP: gap
    FC: 10

## Use instead
    INPUT: 64x64x3
    CONV1: 32 7x7 stride 4 pad 3 relu
    POOL1: 2x2
    CONV2: 64 5x5 pad 2 relu
    POOL2: 4x4
    GAP: gap
    FC: 10

## Fix safety
There is no automatic fix: another input, stride or depth is another network.

## Source
Araujo et al. 2019, "Computing Receptive Fields of Convolutional Neural Networks"; Luo et al. 2016, "Understanding
the Effective Receptive Field in Deep Convolutional Neural Networks"; Richter et al. 2021, "(Input) Size
Matters for CNN Classifiers".
""",
    )
    good = (
        "INPUT: 64x64x3\nCONV1: 32 7x7 stride 4 pad 3 relu\nPOOL1: 2x2\nCONV2: 64 5x5 pad 2 relu\nPOOL2: 4x4\n"
        "GAP: gap\nFC: 10",
        "INPUT: 10x10x3\nCONV1: 32 3x3 pad 1 relu\nPOOL1: 2x2\nCONV2: 64 3x3 pad 1 relu\nPOOL2: 2x2\nGAP: gap\nFC: 10",
        "INPUT: 64x64x3\nCONV1: 32 3x3 pad 1 relu\nPOOL1: 2x2\nCONV2: 64 3x3 pad 1 relu\nPOOL2: 2x2\nCONV3: 10 1x1",
        "INPUT: 28x28x1\nFC1: 100 relu\nFC2: 10",
        "left: input 64x64x3\nright: input 64x64x3\nA: conv 8 3x3 from left\nB: conv 8 3x3 from right\n"
        "concat from A, B\ngap\nfc 10",
    )
    bad = (
        "INPUT: 64x64x3\nCONV1: 32 3x3 pad 1 relu\nPOOL1: 2x2\nCONV2: 64 3x3 pad 1 relu\nPOOL2: 2x2\nGAP: gap\nFC: 10",
        "INPUT: 10x11x3\nCONV1: 32 3x3 pad 1 relu\nPOOL1: 2x2\nCONV2: 64 3x3 pad 1 relu\nPOOL2: 2x2\nflatten\n"
        "dropout 0.5\nFC: 10 softmax",
        "INPUT: 64 tokens\nembed 16 vocab 100\nconv 32 5 relu\nglobal maxpool\nfc 2",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        network = study.network
        if study.sliding and classifies(study):
            readers = {node.name: node for end in network.outputs if (node := reader(end, study))}
            for node in readers.values():
                above = source_of(node)
                field, extents = study.fields[above.name], network.inputs[0].output.extents
                if isinstance(field, Field) and len(field.size) == len(extents) and max(field.size) > 1:
                    short = [axis for axis, (n, w) in enumerate(zip(field.size, extents, strict=True)) if n < w]
                    if short:
                        yield missing(self.code, node, above, short, study)


def reader(end: Node, study: Study) -> Node | None:
    """The first layer on the way to an output that reads all of a map; none where branches meet behind it."""
    node = end
    while len(node.inputs) == 1 and study.fields[node.name] == WHOLE:
        if study.fields[node.inputs[0].name] != WHOLE:
            return node
        node = node.inputs[0]
    return None


def missing(code: Code, node: Node, above: Node, short: list[int], study: Study) -> Diagnostic:
    """The finding: the last map, what its units see, and what there is; the axes where only some fall short."""
    order, image, field = study.network.order, study.network.inputs[0], study.fields[above.name]
    assert isinstance(field, Field)
    named = above.line if above.line != node.line else above.name
    text = f"no unit of {named}, the last map before {node.name}, sees more than {order.by(field.size)}"
    names = order.turned(tuple(NAMES[letter] for letter in order.letters(image.output.rank)))
    lacking = order.turned(tuple(name if axis in short else "" for axis, name in enumerate(names)))
    where = f", too little on the {listed(filter(None, lacking), 'and')}" if len(short) < len(names) else ""
    most = order.by(tuple(map(min, field.size, image.output.extents)))
    hint = f"use an input of at most {most}, or strides and kernels before {node.name} that see more"
    return Diagnostic(code, f"{text} of {image.name}, {order.text(image.output)}{where}", place(study, above), hint)
