"""Two networks side by side, for programs: JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.difference import arguments, names
from cnncalc.geometry import Order
from cnncalc.network.node import Node
from cnncalc.render import machine
from cnncalc.render.difference import value
from cnncalc.work import CONVENTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncalc.analysis.difference import Difference, Last, Pair, Side
    from cnncalc.analysis.report import Report, Row, View
    from cnncalc.diagnostic import Diagnostic
    from cnncalc.geometry import Rational
    from cnncalc.network.node import Network
    from cnncalc.render.machine import Json


def to_dict(found: Difference, findings: Sequence[Iterable[Diagnostic]], view: View) -> Json:
    """The comparison as JSON schema 1; `totals` None where a layer of one is unknown."""
    a, b = map(side, found[:2], found.known, findings)
    return {
        "schema": machine.SCHEMA, "convention": CONVENTION, "batch": view.batch, "dtype": view.dtype,
        "same": found.same, "a": a, "b": b, "layers": [layer(pair) for pair in found.pairs], "totals": changes(found),
    }  # fmt: skip


def side(network: Network, known: Report, findings: Iterable[Diagnostic]) -> Json:
    """One of the two networks: what `show` says of it beside its layers, and the constants set."""
    return {
        "name": network.name, "title": network.source.title, "source": network.source.origin,
        "set": {name: machine.exact(network.constants[name]) for name in network.overridden if name != "input"},
        "inputs": [{"name": node.name, "shape": list(node.output.dims)} for node in network.inputs],
        "outputs": [node.name for node in network.outputs] if network.complete else [],
        "totals": machine.totals(known),
        "diagnostics": [machine.diagnostic(finding, network.source.name) for finding in findings],
    }  # fmt: skip


def layer(pair: Pair) -> Json:
    """One layer of both, or of one: every number twice, None where it is in one alone or unknown."""
    both = [facts(side) for side in (pair.a, pair.b)]
    keys = next((one for one in both if len(one) > 1), both[0] or both[1])
    known: Json = {key: [one.get(key) for one in both] for key in keys}
    rows = [side.row for side in (pair.a, pair.b) if side and side.row]
    more: Json = {"arguments": changed(*rows)} if "arguments" in pair.differs else {}
    a, b = (side.name if side else None for side in (pair.a, pair.b))
    return {"a": a, "b": b, "differs": list(pair.differs), **known, **more}


def facts(side: Side | None) -> Json:
    """The numbers of a layer of one network; its kind alone where they are unknown, nothing where there is none."""
    if not side:
        return {}
    if not side.row:
        return {"kind": side.kind}
    node = side.row.node
    return {
        "kind": node.kind, "output": list(node.output.dims), "window": machine.window(node), "params": node.params,
        "weights": node.params - node.biases, "buffers": node.buffers, "macs": node.macs, "flops": node.work.flops,
        "memory": side.memory, "receptive_field": size(side), "inputs": list(names(side.row)),
        "shares": side.row.shares or None, "head": node.head or None,
    }  # fmt: skip


def size(side: Side) -> list[int | str] | str:
    """The size of a receptive field on each axis, or "whole"."""
    return side.size if isinstance(side.size, str) else [machine.exact(cells) for cells in side.size]


def changed(a: Row, b: Row) -> Json:
    """The arguments that differ, as text, axes in PyTorch's order; those of the layers of a folded row are left out."""
    if not isinstance(a.node, Node) or not isinstance(b.node, Node):
        return {}
    order = Order(True, False)
    return {name: [value(x, False, order), value(y, False, order)] for name, x, y in arguments(a.node, b.node)}


def changes(found: Difference) -> Json | None:
    """The totals of both, what was added, and that in percent of the first; None where a layer is unknown."""
    if found.totals is None or found.memory is None:
        return None
    memory = {change.name: change_of(change.a, change.b) for change in found.memory}
    sums = {change.name: change_of(change.a, change.b) for change in found.totals}
    return {**sums, "memory": memory, "receptive_field": lasts(*found.last)}


def change_of(a: Rational, b: Rational) -> Json:
    """A number of both."""
    return {"a": machine.exact(a), "b": machine.exact(b), "delta": machine.exact(b - a), "percent": share(a, b)}


def share(a: Rational, b: Rational) -> float | int | None:
    """How much was added in percent of the first, six digits of it; None of nothing."""
    if a == b or not a:
        return 0 if a == b else None
    try:
        return float(f"{float(100 * (b - a) / a):.6g}")
    except OverflowError:
        return int(100 * (b - a) // a)


def lasts(a: Last | None, b: Last | None) -> Json:
    """The receptive fields of the last maps, axis by axis, and the layers that have them."""
    known: Json = {"layers": [one.layer if one else None for one in (a, b)]}
    if not a or not b or len(a.size) != len(b.size):
        sizes = [[machine.exact(cells) for cells in one.size] if one else None for one in (a, b)]
        return {"a": sizes[0], "b": sizes[1], "delta": None, "percent": None, **known}
    each = [change_of(x, y) for x, y in zip(a.size, b.size, strict=True)]
    return {key: [one[key] for one in each] for key in ("a", "b", "delta", "percent")} | known
