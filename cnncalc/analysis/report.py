"""Every number of a network in one place: a row a layer, and the totals."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from cnncalc.analysis.receptive_field import fields
from cnncalc.record import NamedTuple
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncalc.analysis.folding import Fold
    from cnncalc.geometry import Field, Whole
    from cnncalc.network.node import Network, Node


class Row(NamedTuple):
    """A node with its receptive field, or several folded into one; what a table, JSON or CSV shows of one layer.

    `shares` names what owns its weights, where it has none of its own. `layers` are those folded into it, and `times`
    how often what it tells stands in it: 36 of one block.
    """

    node: Node | Fold
    field: Field | Whole
    shares: str = ""
    layers: tuple[Node, ...] = ()
    times: int = 1


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
    """All rows in execution order; no totals where a layer is unknown.

    `training` are the totals with the heads that only train, None where there is none. `depth` is what the rows are
    folded to, None where every layer has its own row, which it has at depth `deepest`.
    """

    rows: tuple[Row, ...]
    totals: Totals | None
    training: Totals | None = None
    depth: int | None = None
    deepest: int = 0


def report(network: Network, depth: int | None = None, most: int = 0) -> Report:
    """Rows and totals of a network, folded to a depth; with `most` to as many rows where no depth is given.

    The cyclic collector waits, as it does while a text is read: nothing made here is garbage.
    """
    pausing = gc.isenabled()
    gc.disable()
    try:
        return told(network, depth, most)
    finally:
        if pausing:
            gc.enable()


def told(network: Network, depth: int | None, most: int) -> Report:
    """The report itself."""
    seen = fields(network)
    known = Report(tuple([Row(node, seen[node.name], shares(node)) for node in network.nodes]), None)
    if network.complete:
        training = totals(network.nodes) if network.heads else None
        known = known._replace(totals=totals(network.counted), training=training)
    if depth is None and (not most or len(network) <= most):
        return known
    return folded(network, known, depth, most, seen)


def shares(node: Node) -> str:
    """The row that owns a layer's weights; nothing where they are its own or it has none."""
    return node.owner.name if node.owner and node.facts.params else ""


def folded(network: Network, known: Report, depth: int | None, most: int, seen: Mapping[str, Field | Whole]) -> Report:
    """A report with its rows folded to a depth."""
    from cnncalc.analysis.folding import deepest, flat, fold, grouped, parts, usual

    if depth is None and flat(network):
        return known
    every, own = parts(network), {row.node.name: row for row in known.rows}
    depth = usual(network, every, most) if depth is None else depth
    if depth >= deepest(every):
        return known
    rows = [
        Row(fold(part, nodes), seen[part.exit.name], part.owner, tuple(nodes), part.times)
        if part else own[nodes[0].name]
        for part, nodes in grouped(network, every, depth)
    ]  # fmt: skip
    return known._replace(rows=tuple(rows), depth=depth, deepest=deepest(every))


def totals(nodes: Sequence[Node]) -> Totals:
    """The sums over some nodes."""
    work = Work.total(node.work for node in nodes)
    params, biases = sum(n.params for n in nodes), sum(n.biases for n in nodes)
    buffers, activations = sum(n.buffers for n in nodes), sum(n.activations for n in nodes)
    return Totals(params, params - biases, buffers, work.macs, work.flops, activations, work)
