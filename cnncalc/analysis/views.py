"""Views: in whose memory each layer's output lies, and whether in one piece.

A view has the memory of its input. Where it takes a part of it, a layer that needs one piece works on a copy.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnncalc.geometry import Shape
    from cnncalc.network.node import Node

    Views = Mapping[Node, "View"]

WHOLE, APART, SCATTERED = range(3)
"""A batch lies in one piece; each sample does, with gaps between them; not even a sample does."""
ENDURES = {"": SCATTERED, "sample": APART, "batch": WHOLE}
"""How scattered an input may lie that a layer does not copy, by what it gathers."""


class View(NamedTuple):
    """Where an output lies: in the memory that `owner` has made, and how scattered in it."""

    owner: Node
    scattered: int = WHOLE


def views(nodes: Sequence[Node], through: Callable[[Node], bool]) -> dict[Node, View]:
    """Where each node's output lies: in its own memory, or in that of its first input where it hands it on.

    `through` tells what hands its input on; even that makes memory of its own for what it has to copy.
    """
    found: dict[Node, View] = {}
    for node in nodes:
        if node.inputs and through(node) and not copies(node, node.inputs[0], found):
            x = view(node.inputs[0], found)
            found[node] = View(x.owner, max(x.scattered, scattered(node.shapes[0], node.output)))
        else:
            found[node] = View(node, scattered(node.layer.made(node.output, *node.shapes), node.output))
    return found


def view(node: Node, known: Views) -> View:
    """Where an output lies; that of a network's input, or of what is not counted, in its own memory."""
    return known.get(node) or View(node)


def copies(node: Node, x: Node, known: Views) -> bool:
    """Whether a layer works on a copy of its input x."""
    return view(x, known).scattered > ENDURES[node.layer.gathers]


def scattered(whole: Shape, part: Shape) -> int:
    """How scattered a part lies in a whole: by the last axis that is cut, as those before it go in steps."""
    if whole.elements == part.elements:
        return WHOLE
    axes = zip(whole.dims, part.dims, strict=True)
    cut = max(at for at, (extent, left) in enumerate(axes) if extent != left)
    return APART if prod(part.dims[:cut]) == 1 else SCATTERED


def computed(node: Node) -> Node:
    """The node whose numbers a node hands on: itself, unless it only views them or acts in training alone."""
    while node.inputs and (node.layer.view or node.layer.rests):
        node = node.inputs[0]
    return node
