"""The receptive field of every node, in cells of the network's input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.network.fields import fields_of

if TYPE_CHECKING:
    from cnncalc.geometry import Field, Whole
    from cnncalc.network.node import Network


def fields(network: Network) -> dict[str, Field | Whole]:
    """Row name -> size, jump and start on each axis, or "whole" once a layer reads its whole input."""
    return fields_of(network.inputs, network.nodes)
