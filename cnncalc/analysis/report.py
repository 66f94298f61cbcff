"""Every number of a network in one place: a row a layer, and the totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis import conventions
from cnncalc.analysis.conventions.cnncalc import Cnncalc
from cnncalc.analysis.intensity import moved
from cnncalc.analysis.memory import Kept, Sizes, memory
from cnncalc.analysis.receptive_field import fields
from cnncalc.analysis.totals import totals
from cnncalc.collector import Paused
from cnncalc.record import NamedTuple
from cnncalc.work import CONVENTION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncalc.analysis.convention import Convention, Count
    from cnncalc.analysis.folding import Fold
    from cnncalc.analysis.totals import Totals
    from cnncalc.geometry import Field, Whole
    from cnncalc.network.node import Network, Node


class Row(NamedTuple):
    """A node with its receptive field and its memory, or several folded into one: what is shown of one layer.

    `shares` names what owns its weights, where it has none of its own. `layers` are those folded into it, and `times`
    how often what it tells stands in it: 36 of one block. `flops` is the convention's figure for a sample,
    `operations` are those of a batch and `moved` the bytes that they move.
    """

    node: Node | Fold
    field: Field | Whole
    kept: Kept = Kept()
    shares: str = ""
    layers: tuple[Node, ...] = ()
    times: int = 1
    flops: int = 0
    operations: int = 0
    moved: int = 0


class View(NamedTuple):
    """What a report is asked for: the depth to fold to, the most rows where no depth is given, the batch, the dtype and
    the name of the convention.
    """

    depth: int | None = None
    most: int = 0
    batch: int = 1
    dtype: str = "float32"
    convention: str = CONVENTION


class Report(NamedTuple):
    """All rows in execution order; no totals where a layer is unknown.

    `training` are the totals with the heads that only train, None where there is none. `depth` is what the rows are
    folded to, None where every layer has its own row, which it has at depth `deepest`. `asked`: of another batch or
    dtype than the usual one. `counts` is what the convention's figure is the sum of.
    """

    rows: tuple[Row, ...]
    totals: Totals | None
    training: Totals | None = None
    depth: int | None = None
    deepest: int = 0
    asked: bool = False
    convention: Convention = Cnncalc()
    counts: tuple[Count, ...] = ()


def report(network: Network, view: View = View()) -> Report:
    """Rows and totals of a network; raises ValueError for a dtype or convention that does not exist, a batch below 1.

    The cyclic collector waits, as it does while a text is read: nothing made here is garbage.
    """
    with Paused():
        return told(network, view)


def told(network: Network, view: View) -> Report:
    """The report itself."""
    seen = fields(network)
    used = memory(network, view.batch, view.dtype)
    trained = memory(network, view.batch, view.dtype, training=True) if network.heads else used
    convention, sizes = conventions.find(view.convention), Sizes(used.batch, used.dtype)
    run = convention.runs(network)
    idle = {*network.counted} - {*run}
    rows = [row(n, seen[n.name], trained.per_layer[n.name], convention, sizes) for n in network.nodes]
    rows = [each._replace(flops=0) if each.node in idle else each for each in rows] if idle else rows
    asked = (used.batch, used.dtype) != (1, "float32")
    known = Report(tuple(rows), None, asked=asked, convention=convention)
    if network.complete:
        counts = convention.itemised(run)
        training = totals(network.nodes, trained, convention.itemised(network.nodes)) if network.heads else None
        known = known._replace(totals=totals(network.counted, used, counts), training=training, counts=counts)
    if view.depth is None and (not view.most or len(network) <= view.most):
        return known
    return folded(network, known, view, seen)


def row(node: Node, field: Field | Whole, kept: Kept, convention: Convention, sizes: Sizes) -> Row:
    """One layer."""
    figure, operations = convention.figure(node), sizes.batch * node.work.flops
    return Row(node, field, kept, shares(node), (), 1, figure, operations, sum(moved(node, sizes)))


def shares(node: Node) -> str:
    """The row that owns a layer's weights; nothing where they are its own or it has none."""
    return node.owner.name if node.owner and node.facts.params else ""


def folded(network: Network, known: Report, view: View, seen: Mapping[str, Field | Whole]) -> Report:
    """A report with its rows folded to a depth."""
    from cnncalc.analysis.folding import deepest, flat, fold, grouped, parts, usual

    depth = view.depth
    if depth is None and flat(network):
        return known
    every, own = parts(network), {row.node.name: row for row in known.rows}
    depth = usual(network, every, view.most) if depth is None else depth
    if depth >= deepest(every):
        return known
    rows = [
        Row(fold(part, nodes), seen[part.exit.name], summed(nodes, own), part.owner, tuple(nodes), part.times,
            *added(nodes, own))
        if part else own[nodes[0].name]
        for part, nodes in grouped(network, every, depth)
    ]  # fmt: skip
    return known._replace(rows=tuple(rows), depth=depth, deepest=deepest(every))


def summed(nodes: Sequence[Node], own: Mapping[str, Row]) -> Kept:
    """The memory of several layers: what they put out and keep together, and the most that is alive in one."""
    each = [own[node.name].kept for node in nodes]
    return Kept(sum(k.activations for k in each), sum(k.saved for k in each), max((k.live for k in each), default=0))


def added(nodes: Sequence[Node], own: Mapping[str, Row]) -> tuple[int, int, int]:
    """The convention's figure, the operations and the bytes moved of several layers."""
    rows = [own[node.name] for node in nodes]
    return sum(row.flops for row in rows), sum(row.operations for row in rows), sum(row.moved for row in rows)
