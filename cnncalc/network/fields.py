"""Receptive fields from node to node, in cells of the network's input."""

from __future__ import annotations

from operator import add, sub
from typing import TYPE_CHECKING

from cnncalc.geometry import WHOLE, Field, Window, pixel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncalc.geometry import Whole
    from cnncalc.network.node import Facts, Node


def fields_of(inputs: Iterable[Node], nodes: Iterable[Node]) -> dict[str, Field | Whole]:
    """Row name -> size, jump and start on each axis, or "whole" once a layer reads its whole input.

    Araujo et al. 2019, equations 2 to 4; clipped nowhere. Layers without a window pass their input's on; joins see
    the hull of what their branches see.
    """
    known: dict[str, Field | Whole] = {node.name: pixel(node.output.rank) for node in inputs}
    for node in nodes:
        reads = node.inputs
        before = known[reads[0].name] if len(reads) == 1 else hull([known[x.name] for x in reads])
        known[node.name] = through(node.facts, before)
    return known


def through(facts: Facts, before: Field | Whole) -> Field | Whole:
    """The field of one layer, from that of its input."""
    window = facts.window
    if window is None:
        return before
    if not isinstance(before, Field) or not isinstance(window, Window):
        return WHOLE
    return before.stepped(facts.steps) if facts.steps else before.through(window)


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
