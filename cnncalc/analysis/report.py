"""Every number of a network in one place: a row a layer, and the totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.receptive_field import fields
from cnncalc.record import NamedTuple
from cnncalc.work import Work

if TYPE_CHECKING:
    from cnncalc.geometry import Field, Whole
    from cnncalc.network.node import Network, Node


class Row(NamedTuple):
    """A node with its receptive field; what a table, JSON or CSV shows of one layer."""

    node: Node
    field: Field | Whole


class Totals(NamedTuple):
    """Sums over the layers that run when the trained network is used."""

    params: int
    weights: int
    buffers: int
    macs: int
    flops: int
    activations: int
    work: Work


class Report(NamedTuple):
    """All rows in execution order; no totals where a layer is unknown."""

    rows: tuple[Row, ...]
    totals: Totals | None


def report(network: Network) -> Report:
    """Rows and totals of a network."""
    known = fields(network)
    rows = tuple(Row(node, known[node.name]) for node in network.nodes)
    return Report(rows, totals(network.counted) if network.complete else None)


def totals(nodes: tuple[Node, ...]) -> Totals:
    """The sums over some nodes."""
    work = Work.total(node.work for node in nodes)
    params, biases = sum(n.params for n in nodes), sum(n.biases for n in nodes)
    buffers, activations = sum(n.buffers for n in nodes), sum(n.activations for n in nodes)
    return Totals(params, params - biases, buffers, work.macs, work.flops, activations, work)
