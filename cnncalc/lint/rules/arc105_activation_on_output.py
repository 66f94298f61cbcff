from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.views import computed
from cnncalc.diagnostic import WARNING, Code, Diagnostic
from cnncalc.geometry import WHOLE
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import counted
from cnncalc.lint.rules._sizes import place
from cnncalc.lint.study import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node


class ActivationOnOutput(Rule):
    """What the network gives is cut off below zero."""

    code = Code(
        "ARC105",
        "activation-on-output",
        WARNING,
        """\
## What it does
Finds rectifiers (relu, relu6) on the last fully connected layer of a network or of a head that only trains.
Softmax, sigmoid and tanh have their use there and are not meant, nor are rectified maps, which the next network reads.

## Why is this bad
The scores of the classes are logarithms of something: those of the wrong classes are below 0. Cut off, they all are 0
and have no gradient, so that the network cannot learn to tell them apart; where all scores are below 0 it learns
nothing at all. Numbers to predict are cut off alike. The line was mostly copied from the layers above it.

## Example
    INPUT: 784
    FC1: 100 relu
    FC2: 10 relu

## Use instead
    INPUT: 784
    FC1: 100 relu
    FC2: 10

## Fix safety
There is no automatic fix: a network may end in features on purpose, and counts are not below 0.

## Source
Goodfellow et al. 2016, sections 6.2.2 and 6.2.2.2: output units, and what a rectified one does to its gradient.
CS231n, "Neural networks, part 1", "Layer-wise organization": the output layer most commonly has no activation.
""",
    )
    good = (
        "INPUT: 784\nFC1: 100 relu\nFC2: 10",
        "INPUT: 784\nFC1: 100 relu\nFC2: 10 softmax",
        "INPUT: 784\nFC1: 100 relu\nFC2: 10 softplus",
        "INPUT: 8x8x3\nconv 10 1x1 relu\ngap",
        "INPUT: 8x8x3\nconv 10 8x8 relu",
        "INPUT: 784\nCODE: fc 32 relu\nOUT: fc 784 sigmoid\noutput from CODE, OUT",
    )
    bad = (
        "INPUT: 784\nFC1: 100 relu\nFC2: 10 relu",
        "INPUT: 8x8x3\nFC1: 10 bn\nrelu6\ndropout",
        "INPUT: 8x8x3\nconv 16 3x3 relu\nh: aux weight 0.3\n  fc 10 relu\nFC2: 10",
        "INPUT: 8x8x3\nBODY: conv 16 3x3 relu\nA: fc 10\nB: fc 4 relu from BODY\noutput from A, B",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        for end in study.ends if study.network.complete else ():
            node = computed(end)
            if node.layer.activation and node.layer.bounds[0] == 0 and rectified(node) and last(study, node, end):
                above = scores(node)
                if above:
                    given = f"the network gives what {above.name} puts out, {counted(above.output.elements, 'number')}"
                    text = f"{node.name}: {given}, cut off below 0 by {node.kind}"
                    change = f"leave {node.name} out" if study.use(node) else f"write plain on the line of {node.line}"
                    hint = f"{change}: the loss reads the numbers as they are"
                    yield Diagnostic(self.code, text, place(study, node), hint)


def rectified(node: Node) -> bool:
    """Whether all an activation does is to cut numbers off at its bounds."""
    return node.layer.bounds == node.layer.keeps


def last(study: Study, node: Node, end: Node) -> bool:
    """Whether no layer reads an activation's values beside those on the way to where the network gives them."""
    way = [end]
    while way[-1] is not node:
        way.append(way[-1].inputs[0])
    return end.name not in study.readers and all(len(study.readers[x.name]) == 1 for x in way[1:])


def scores(node: Node) -> Node | None:
    """The layer with weights that reads all of its input, whose numbers an activation is given."""
    above = source_of(node)
    while above.layer.linear and not above.macs and above.window is None and len(above.inputs) == 1:
        above = above.inputs[0]
    return above if above.layer.linear and above.macs and above.window == WHOLE else None
