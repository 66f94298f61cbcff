from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import WARNING, Code, Diagnostic
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._flow import removed, whole
from cnncalc.lint.study import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.layer import Interval
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node

    Pair = tuple[Node, Node]


class RepeatedActivation(Rule):
    """An activation is applied to what an activation put out: it changes nothing, squashes twice, or gets one half."""

    code = Code(
        "ARC103",
        "repeated-activation",
        WARNING,
        """\
## What it does
Finds activations that read what another put out, where the second changes nothing, because all it is given lies in
the stretch that it hands on as it is (relu behind relu6, sigmoid or abs), or where both are of one kind (sigmoid
behind sigmoid), or where a rectifier has cut off the numbers below 0 that the second is for (sigmoid behind relu).
Dropout and views such as flatten may stand between; in front of one that changes nothing also a pool that puts out no
more than it is given.

## Why is this bad
The first sort is dead weight, and often a sign that a layer between the two was lost. The others do harm: sigmoid puts
out 0 to 1, and a second one turns that into 0.5 to 0.73, with gradients that are at most 1/16 of those that came in.
Behind relu it puts out nothing below 0.5, and a softmax there cannot tell one class from another that scored below 0.

## Example
    INPUT: 32x32x3
    CONV1: 64 3x3 pad 1 bn relu relu

## Use instead
    INPUT: 32x32x3
    CONV1: 64 3x3 pad 1 bn relu

## Fix safety
The fix removes the second where it is written behind the first on one line. It is unsafe: it changes what a second
sigmoid computes, and the FLOPs of the network. Where the second has a line of its own there is no fix, nor behind a
rectifier, where the first may be the one to leave out.

## Source
Goodfellow et al. 2016, section 6.3: what the usual units put out, and the saturation of sigmoidal ones. Jarrett et al.
2009, section 3.1, rectify what tanh gives with abs, which does change it.
""",
    )
    fixes = "unsafe"
    good = (
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 bn relu",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 tanh abs",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 leaky relu",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 leaky sigmoid",
        "INPUT: 32x32x3\nCONV1: 10 3x3 pad 1 relu\ngap\nsoftmax",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 relu relu6",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 relu dropout\nCONV2: 64 3x3 pad 1 relu",
        "INPUT: 32x32x8\nadd relu\n  - conv 8 3x3 pad 1 relu\n  - identity",
        "INPUT: 100\nFC1: 10 sigmoid\nFC2: 10 sigmoid",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 leaky maxpool 2 relu",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 tanh avgpool 2 tanh",
    )
    bad = (
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 relu sigmoid",
        "INPUT: 100\nFC1: 10 relu6 dropout\nOUT: softmax",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 bn relu relu",
        "INPUT: 100\nFC1: 10 sigmoid\nOUT: sigmoid",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 relu6 dropout relu",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 relu maxpool 2 relu",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 sigmoid\nflatten\nA: abs",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 relu\nCONV2..4: 3 3x3 pad 1 leaky leaky",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        acting = (node for node in study.network.nodes if node.layer.activation)
        found = [(node, first) for node in acting if (first := repeated(node))]
        mendable = whole(study, [node for node, _ in found])
        for node, first in found:
            halved = type(first.layer) is not type(node.layer) and not kept(first, node)
            hint = f"leave {(first if halved else node).name} out, or put the layer that is missing between the two"
            fix = removed(study, node) if node in mendable and not halved else None
            yield Diagnostic(self.code, told(first, node), node.span, hint, fix=fix)


def repeated(second: Node) -> Node | None:
    """The activation that a second one only repeats: of its kind, with nothing the second would change, or half."""
    first = source_of(second)
    if first.layer.activation and (type(first.layer) is type(second.layer) or half(first, second)):
        return first
    while first.inputs and (first.layer.within or first.layer.view or first.layer.rests):
        first = first.inputs[0]
    return first if first.layer.activation and kept(first, second) else None


def half(first: Node, second: Node) -> bool:
    """Whether the first is a rectifier, and the second one that makes something of every number."""
    return first.layer.bounds[0] == 0 and first.layer.bounds == first.layer.keeps and second.layer.keeps is None


def kept(first: Node, second: Node) -> bool:
    """Whether all that the first puts out lies in the stretch that the second hands on as it is."""
    keeps, bounds = second.layer.keeps, first.layer.bounds
    return keeps is not None and within(bounds, keeps)


def within(inner: Interval, outer: Interval) -> bool:
    """Whether one stretch of numbers lies in another."""
    (low, high), (least, most) = inner, outer
    above = least is None or (low is not None and low >= least)
    return above and (most is None or (high is not None and high <= most))


def told(first: Node, second: Node) -> str:
    """What the second is given, and what it makes of it."""
    if not kept(first, second) and type(first.layer) is type(second.layer):
        return f"{second.name}: {first.name} has put these numbers through {first.kind} already"
    if not kept(first, second):
        return f"{second.name}: {first.name} has cut off all numbers below 0, which {second.kind} is for as well"
    given, keeps = stretch(first.layer.bounds), stretch(second.layer.keeps)
    hands = f"which {second.kind} hands" if given == keeps else f"and {second.kind} hands those {keeps}"
    return f"{second.name}: {first.name} puts out numbers {given}, {hands} on as they are"


def stretch(interval: Interval | None) -> str:
    """From 0 up, from 0 to 6."""
    low, high = interval or (None, None)
    return f"from {low} up" if high is None else f"from {low} to {high}"
