from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import WARNING, Code, Diagnostic
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import counted
from cnncalc.lint.study import key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncalc.lint.study import Key, Study
    from cnncalc.network.node import Network, Node


class UnusedLayer(Rule):
    """No layer reads what a layer gives, and the network does not give it either."""

    code = Code(
        "ARC106",
        "unused-layer",
        WARNING,
        """\
## What it does
Finds layers and inputs that no layer reads and that are no output, and tells how many layers are computed for them
alone. A layer whose size is asked for (`crop to NAME`) or whose weights are shared is used.

## Why is this bad
The layers are computed, and they count in the totals of parameters and MACs, but nothing depends on them: they get no
gradient and never change. PyTorch's DistributedDataParallel stops with an error over such parameters. Mostly a `from`
names the wrong layer, or a branch was meant to be joined.

## Example
    INPUT: 32x32x3
    CONV1: 8 3x3 pad 1 relu
    SIDE: conv 8 1x1 relu
    CONV2: 8 3x3 pad 1 from CONV1

## Use instead
    INPUT: 32x32x3
    CONV1: 8 3x3 pad 1 relu
    SIDE: conv 8 1x1 relu
    CONV2: 8 3x3 pad 1 from CONV1
    SUM: add from SIDE, CONV2

## Fix safety
There is no automatic fix: whether the layer goes or is read by another only its author knows.

## Source
PyTorch, nn.parallel.DistributedDataParallel, find_unused_parameters: parameters that receive no gradient.
""",
    )
    good = (
        "INPUT: 32x32x3\nCONV1: 8 3x3 pad 1 relu\nSIDE: conv 8 1x1 relu\nCONV2: 8 3x3 pad 1 from CONV1\n"
        "SUM: add from SIDE, CONV2",
        "INPUT: 32x32x3\nA: conv 8 3x3\nB: conv 8 3x3 from INPUT\noutput from A, B",
        "INPUT: 32x32x3\nCONV1: 8 3x3\nh: aux weight 0.3\n  fc 10\nCONV2: 8 3x3",
        "INPUT: 32x32x3\nCONV1: 8 3x3\nA: maxpool 2\nupsample to CONV1\nsigmoid",
        "INPUT: 32x32x3\nA: conv 8 3x3 pad 1\nfrom INPUT\nshare A",
    )
    bad = (
        "INPUT: 32x32x3\nCONV1: 8 3x3 pad 1 relu\nSIDE: conv 8 1x1 relu\nCONV2: 8 3x3 pad 1 from CONV1",
        "left: input 32x32x3\nright: input 32x32x3\nconv 8 3x3 from left",
        "INPUT: 32x32x3\nA: conv 8 3x3\nB: conv 8 3x3\noutput from A",
        "INPUT: 32x32x3\nA: concat\n  - conv 8 3x3\n  - conv 8 3x3\nB: conv 8 3x3 from INPUT",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        network, readers = study.network, study.readers
        given = {node.name for node in study.ends}
        unread = [node for node in network.nodes if node.name not in readers and node.name not in given]
        unread += [node for node in network.inputs if node.name not in readers]
        if unread and network.complete:
            used = given | set(needed(network))
            for alike in by_text(node for node in unread if node.name not in used):
                yield found(self.code, alike, [x for node in alike for x in chain(study, node, used)])


def by_text(nodes: Iterable[Node]) -> Iterable[list[Node]]:
    """Nodes that one text makes, as those of a block's calls, together."""
    places: dict[Key, list[Node]] = {}
    for node in nodes:
        places.setdefault(key(node.place), []).append(node)
    return places.values()


def needed(network: Network) -> Iterator[str]:
    """The rows whose sizes or weights others have."""
    for node in network.nodes:
        yield from (x.name for x in node.named)
        if node.owner:
            yield node.owner.name


def chain(study: Study, last: Node, used: set[str]) -> list[Node]:
    """The nodes that are computed for one alone, itself among them."""
    alone, waiting = {last.name: last}, [last]
    while waiting:
        for x in waiting.pop().inputs:
            fresh = x.name not in alone and x.name not in used and x.inputs
            if fresh and all(reader.name in alone for reader in study.readers[x.name]):
                alone[x.name] = x
                waiting.append(x)
    return list(alone.values())


def found(code: Code, alike: list[Node], alone: list[Node]) -> Diagnostic:
    """The finding at the last of some layers that are computed for nothing, as often as they are."""
    last = alike[0]
    if not last.inputs:
        hint = "leave it out, or let a layer read it"
        return Diagnostic(code, f"{last.name}: no layer reads this input", last.span, hint)
    text = f"{last.name}: no layer reads it, and it is no output"
    cost = f"{counted(sum(node.params for node in alone), 'parameter')} and {sum(node.macs for node in alone):,} MACs"
    text = f"{text}: {counted(len(alone), 'layer')} with {cost} for nothing"
    if len(alike) > 1:
        return Diagnostic(code, f"{text}, in {len(alike)} places", last.span, "leave it out, or let a layer read it")
    hint = f"leave it out, let a layer read it, or give it as well: output from {last.line}, ..."
    return Diagnostic(code, text, last.span, hint)
