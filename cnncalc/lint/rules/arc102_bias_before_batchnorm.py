from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import WARNING, Code, Diagnostic
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._flow import flagged, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node

FLAG = "nobias"


class BiasBeforeBatchnorm(Rule):
    """A bias is added to what a normalization takes the mean off."""

    code = Code(
        "ARC102",
        "bias-before-batchnorm",
        WARNING,
        """\
## What it does
Finds layers with a trained bias whose output is read by nothing but normalizations that take the mean of each channel
off: batch normalization, instance normalization.

## Why is this bad
The bias adds one number to a whole channel, and the mean that is taken off contains the same number: the sum is what
it would be without the bias, and the gradient of the bias is zero. The parameters are stored, moved and decayed for
nothing. The shift that the normalization adds afterwards is the bias that counts.

## Example
    INPUT: 32x32x3
    CONV1: 64 3x3 pad 1 bn relu

## Use instead
    INPUT: 32x32x3
    CONV1: 64 3x3 pad 1 nobias bn relu

## Fix safety
The fix writes `nobias` on the line. It is unsafe: the network computes the same, but it has fewer parameters, so that
claims about them and checkpoints with the biases no longer match. There is no fix where other layers made by the same
line need their bias.

## Source
Ioffe & Szegedy 2015, section 3.2: "the bias b can be ignored since its effect will be canceled by the subsequent mean
subtraction". Ulyanov et al. 2016, equation 2: the mean of instance normalization is that of each map.
""",
    )
    fixes = "unsafe"
    good = (
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 nobias bn relu",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 relu bn",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 gn 8 relu",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 frozen bn relu",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 bn frozen relu",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1\nA: bn\nB: relu from CONV1\nadd from A, B",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1\nA: bn\noutput from CONV1, A",
        "INPUT: 19x19x4\nCONV1: 2 1x1 nobias\nbias untied\nbn",
    )
    bad = (
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 bn relu",
        "INPUT: 32x32x3\nafter conv: bn relu\nCONV1..3: 64 3x3 pad 1",
        "INPUT: 100\nFC1: 64\nA: bn\nB: bn from FC1\nadd from A, B",
        "INPUT: 8x8x16\ndeconv 8 2x2 stride 2 instancenorm relu",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1\nA: bn\noutput from A",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        behind = [node for node in study.network.nodes if node.layer.centres and centred(node.inputs[0])]
        found = list(dict.fromkeys(node.inputs[0] for node in behind))
        if found:
            owners = {node.owner.name: node for node in study.network.nodes if node.owner}
            ends = {node.name for node in study.ends}
            idle = [x for x in found if x.name not in ends and x.name not in owners and lost(study.readers[x.name])]
            for node in idle:
                yield self.found(study, node, idle)

    def found(self, study: Study, node: Node, idle: Sequence[Node]) -> Diagnostic:
        """The finding, with what all layers of the same text save."""
        norm = study.readers[node.name][0].kind
        biases = f"{node.biases:,} bias{'' if node.biases == 1 else 'es'}"
        text = f"{node.name}: {norm} takes the mean of each channel off, and with it what the {biases} add"
        words = written(study, node, idle)
        if words is None or all(parameter.name != FLAG for parameter in node.layer.parameters):
            return Diagnostic(self.code, text, node.span, "leave the bias out")
        made = study.made_with(node)
        saved = f"{sum(each.biases for each in made):,} parameters"
        where = f" in {len(made)} layers" if len(made) > 1 else ""
        hint = f"write {FLAG} on the line, which saves {saved}{where}"
        return Diagnostic(self.code, text, node.span, hint, fix=flagged(words, FLAG, f"write {FLAG}"))


def centred(x: Node) -> bool:
    """Whether a layer adds one trained number to each channel, and does nothing that is not linear."""
    return x.layer.linear and 0 < x.biases == x.output.channels


def lost(readers: Sequence[Node]) -> bool:
    """Whether all that read a value take the mean of each channel off in training."""
    return all(node.layer.centres and not node.layer.frozen for node in readers)
