"""What the rules of kernels, channels and parameters ask alike."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.geometry import WHOLE, Field, Window
from cnncalc.network.fields import through

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncalc.diagnostic import Span
    from cnncalc.geometry import Whole
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node

LARGE = 5
"""From this extent on a kernel is large: the 5x5 of Simonyan & Zisserman 2015 and of Szegedy et al. 2015."""


def large_kernels(study: Study) -> Iterator[tuple[Node, Window]]:
    """The layers with large kernels whose filters read all channels, and own trained weights."""
    for node, _ in study.sliding:
        window = node.window
        if isinstance(window, Window) and max(window.kernel) >= LARGE and node.params and dense(node, window):
            yield node, window


def dense(node: Node, window: Window) -> bool:
    """Whether every filter reads all channels: not in groups, not depthwise, not over chosen maps."""
    return node.macs == node.output.elements * node.shapes[0].channels * prod(window.kernel)


def share(part: int, whole: int) -> str:
    """A part in percent: 61%; a part is neither all nor nothing."""
    percent = (200 * part + whole) // (2 * whole)
    return f"{min(max(percent, 1), 99) if 0 < part < whole else percent}%"


def place(study: Study, node: Node) -> Span:
    """Where to change a layer: where it is written, or where its line is, if an `after` line wrote it."""
    if study.statement(node):
        return node.span
    return study.network.by_name.get(node.line, node).span


def classifies(study: Study) -> bool:
    """Whether the network looks at one map and answers with vectors, each from all of the last map."""
    network = study.network
    if not network.complete or len(network.inputs) != 1 or not network.inputs[0].output.rank:
        return False
    return all(answers(node, study) for node in network.outputs)


def shrinks(study: Study) -> bool:
    """Whether the network looks at one map, and makes none larger again as those do that answer pixel by pixel."""
    network = study.network
    if not network.complete or len(network.inputs) != 1 or not network.inputs[0].output.rank:
        return False
    return all(node.window.mode != "transposed" for node in network.nodes if isinstance(node.window, Window))


def answers(node: Node, study: Study) -> bool:
    """Whether a node's value is a vector of its own, and not a map whose cells are only written in a row."""
    while node.inputs and not node.output.rank and study.fields[node.name] != WHOLE:
        node = node.inputs[0]
    return prod(node.output.extents) == 1


def least_fields(study: Study) -> dict[str, Field | Whole]:
    """The smallest part of the input that some way to each layer sees: of branches the least, not their hull.

    What reads the whole map in a side branch, as the gate of a scale does, is left out where another branch does not
    (Richter et al. 2021, "Should You Go Deeper?", whose minimum receptive field this is).
    """
    if not study.joins:
        return study.fields
    known: dict[str, Field | Whole] = {x.name: study.fields[x.name] for x in study.network.inputs}
    for node in study.network.nodes:
        reads = node.inputs
        before = known[reads[0].name] if len(reads) == 1 else least([known[x.name] for x in reads])
        known[node.name] = through(node.facts, before)
    return known


def least(fields: Iterable[Field | Whole]) -> Field | Whole:
    """The smallest size on each axis; "whole" where all are."""
    own = [field for field in fields if isinstance(field, Field)]
    if not own:
        return WHOLE
    alike = [field.size for field in own if len(field.size) == len(own[0].size)]
    return own[0]._replace(size=tuple(map(min, zip(*alike, strict=True))))
