"""The receptive field of every node, in cells of the network's input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.geometry import pixel
from cnncalc.network.fields import fields_of, hull, through

if TYPE_CHECKING:
    from cnncalc.geometry import Field, Whole
    from cnncalc.network.node import Network, Node


def fields(network: Network) -> dict[str, Field | Whole]:
    """Row name -> size, jump and start on each axis, or "whole" once a layer reads its whole input."""
    return fields_of(network.inputs, network.nodes)


def fields_from(network: Network, source: Node) -> dict[str, Field | Whole]:
    """The same in cells of one of several inputs, of the rows alone that it reaches."""
    known: dict[str, Field | Whole] = {source.name: pixel(source.output.rank)}
    for node in network.nodes:
        reached = [known[x.name] for x in node.inputs if x.name in known]
        if reached:
            known[node.name] = through(node.facts, hull(reached))
    return known
