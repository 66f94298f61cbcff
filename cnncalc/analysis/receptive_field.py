"""The receptive field of every node, in cells of the network's input."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cnncalc.geometry import WHOLE, Field, pixel

if TYPE_CHECKING:
    from cnncalc.geometry import Whole, Window
    from cnncalc.network.node import Network, Node


def fields(network: Network) -> dict[str, Field | Whole]:
    """Row name -> size, jump and start on each axis, or "whole" once a layer reads its whole input.

    Araujo et al. 2019, equations 2 to 4; clipped nowhere. Layers without a window pass their input's on.
    """
    known: dict[str, Field | Whole] = {node.name: pixel(node.output.rank) for node in network.inputs}
    for node in network.nodes:
        known[node.name] = through(node, known)
    return known


def through(node: Node, known: dict[str, Field | Whole]) -> Field | Whole:
    """The field of one node, from those of its inputs."""
    before = known[node.inputs[0].name]
    if node.window is None or before == WHOLE:
        return before
    if node.window == WHOLE or not isinstance(node.window, tuple) or not isinstance(before, Field):
        return WHOLE
    return behind(before, node.window)


@lru_cache(maxsize=8192)
def behind(before: Field, window: Window) -> Field:
    """The field behind one more window."""
    return before.through(window)
