from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import WARNING, Code, Diagnostic
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import counted
from cnncalc.lint.rules._flow import flagged, whole
from cnncalc.lint.study import key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from cnncalc.lint.study import Study
    from cnncalc.network.node import Network, Node

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
        behind = [node.inputs[0] for node in study.network.nodes if node.layer.centres and centred(node.inputs[0])]
        if behind and study.network.complete:
            ends, again = {node.name for node in study.ends}, sharers(study.network)
            places = {x: [x, *again.get(x.name, ())] for x in dict.fromkeys(behind)}
            idle = {x: every for x, every in places.items() if all(lost(study, at, ends) for at in every)}
            flags = whole(study, [x for x in idle if flaggable(x)])
            saved = {key(x.place): saving(study, x) for x in flags}
            yield from (found(self.code, study, x, saved[key(x.place)] if x in flags else "") for x in idle)


def found(code: Code, study: Study, node: Node, saved: str) -> Diagnostic:
    """The finding, with what all layers of the same text save where a flag leaves their biases out."""
    norm = study.readers[node.name][0].kind
    biases = "1 bias adds" if node.biases == 1 else f"{node.biases:,} biases add"
    text = f"{node.name}: {norm} takes the mean of each channel off, and with it what the {biases}"
    if not saved:
        spare = f"leave {node.name} out" if spared(node) else f"leave the bias out where {norm} follows"
        return Diagnostic(code, text, node.span, spare)
    return Diagnostic(code, text, node.span, f"write {FLAG} on the line, which saves {saved}", fix=flagged(node, FLAG))


def saving(study: Study, node: Node) -> str:
    """How many parameters go with the biases of all layers that the text of one made."""
    made = study.made_with(node)
    where = f" in {len(made)} layers" if len(made) > 1 else ""
    return f"{counted(sum(each.biases for each in made), 'parameter')}{where}"


def sharers(network: Network) -> dict[str, list[Node]]:
    """The nodes that have a row's weights, by its name."""
    found: dict[str, list[Node]] = {}
    for node in network.nodes:
        if node.owner:
            found.setdefault(node.owner.name, []).append(node)
    return found


def centred(x: Node) -> bool:
    """Whether a layer adds one trained number to each channel, is linear, and could do without."""
    return x.layer.linear and 0 < x.biases == x.output.channels and (flaggable(x) or spared(x))


def flaggable(x: Node) -> bool:
    """Whether a layer's bias is left out by a flag."""
    return any(parameter.name == FLAG for parameter in x.layer.parameters)


def spared(x: Node) -> bool:
    """Whether a layer could go where the mean is taken off behind it: it adds biases alone, or takes it off too."""
    return x.biases == x.params or x.layer.centres


def lost(study: Study, node: Node, ends: Collection[str]) -> bool:
    """Whether all that read a layer take the mean of each channel off in training."""
    readers = study.readers.get(node.name, ())
    return bool(readers) and node.name not in ends and all(x.layer.centres and not x.layer.frozen for x in readers)
