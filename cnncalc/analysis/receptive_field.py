"""The receptive field of every node, in cells of the network's input."""

from __future__ import annotations

from functools import lru_cache
from operator import add, sub
from typing import TYPE_CHECKING

from cnncalc.geometry import WHOLE, Field, pixel

if TYPE_CHECKING:
    from cnncalc.geometry import Whole, Window
    from cnncalc.network.node import Network, Node


def fields(network: Network) -> dict[str, Field | Whole]:
    """Row name -> size, jump and start on each axis, or "whole" once a layer reads its whole input.

    Araujo et al. 2019, equations 2 to 4; clipped nowhere. Layers without a window pass their input's on; joins see
    the hull of what their branches see.
    """
    known: dict[str, Field | Whole] = {node.name: pixel(node.output.rank) for node in network.inputs}
    for node in network.nodes:
        known[node.name] = through(node, known)
    return known


def through(node: Node, known: dict[str, Field | Whole]) -> Field | Whole:
    """The field of one node, from those of its inputs."""
    before = hull([known[x.name] for x in node.inputs])
    if node.window is None or before == WHOLE:
        return before
    if node.window == WHOLE or not isinstance(node.window, tuple) or not isinstance(before, Field):
        return WHOLE
    return behind(before, node.window)


def hull(fields: list[Field | Whole]) -> Field | Whole:
    """The union of what several tensors see: from the first start to the last end; "whole" once one is.

    One jump holds for all; where branches are misaligned it is that of the first, and the hull is its first unit's.
    """
    first, *others = fields
    for field in others:
        if first == WHOLE or field == WHOLE:
            return WHOLE
        first = united(first, field)
    return first


def united(a: Field, b: Field) -> Field:
    """The hull of two fields; a vector's has no axes and adds none."""
    if len(a.size) != len(b.size):
        return max(a, b, key=lambda field: len(field.size))
    start = tuple(map(min, a.start, b.start))
    ends = map(max, map(add, a.start, a.size), map(add, b.start, b.size))
    return Field(tuple(map(sub, ends, start)), a.jump, start)


@lru_cache(maxsize=8192)
def behind(before: Field, window: Window) -> Field:
    """The field behind one more window."""
    return before.through(window)
