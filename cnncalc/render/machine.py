"""JSON schema 1 and CSV: for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.intensity import thousandths
from cnncalc.analysis.report import View, report
from cnncalc.geometry import Field, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnncalc.analysis.folding import Fold
    from cnncalc.analysis.memory import Memory
    from cnncalc.analysis.report import Report, Row
    from cnncalc.analysis.totals import Totals
    from cnncalc.diagnostic import Diagnostic, Fix
    from cnncalc.geometry import Rational, Whole
    from cnncalc.network.node import Network, Node, Solved

    Json = dict[str, object]

SCHEMA = 1


def to_dict(network: Network, findings: Iterable[Diagnostic], view: View = View()) -> Json:
    """Everything known of a network; shapes channels first, `totals` None after an error; `solved` where it has a `?`.

    Folded to a depth a row may stand for several layers: their number is its `layers`, its inputs are rows as well.
    """
    known = report(network, view)
    rows = {node.name: row.node.name for row in known.rows for node in row.layers}
    solved: Json = {"solved": [answers(one) for one in network.solved]} if network.solved else {}
    return {
        "schema": SCHEMA, "name": network.name, "title": network.source.title, "source": network.source.origin,
        "convention": known.convention.name,
        "inputs": [{"name": node.name, "shape": list(node.output.dims)} for node in network.inputs],
        "layers": [layer(row, rows) for row in known.rows],
        "outputs": [rows.get(node.name, node.name) for node in network.outputs] if network.complete else [],
        "totals": totals(known), **solved,
        "diagnostics": [diagnostic(finding, network.source.name) for finding in findings],
    }  # fmt: skip


def text(value: object) -> str:
    """JSON with a line for every key and for every layer: quick to write, to read and to compare."""
    import json

    if isinstance(value, list) and value and isinstance(value[0], dict) and "schema" in value[0]:
        return "[\n" + ",\n".join(map(text, value)) + "\n]"
    if not isinstance(value, dict):
        return listed(value)
    return "{\n" + ",\n".join(f" {json.dumps(key)}: {listed(item)}" for key, item in value.items()) + "\n}"


def listed(value: object) -> str:
    """A value in one line, a list of objects in a line for each."""
    import json

    if not isinstance(value, list) or not value or not isinstance(value[0], dict):
        return json.dumps(value)
    return "[\n" + ",\n".join(f"  {json.dumps(item)}" for item in value) + "\n ]"


def layer(row: Row, rows: Mapping[str, str]) -> Json:
    """One layer, or several folded into one; `rows` are the rows of the layers that have none of their own."""
    node = row.node
    more: Json = {"shares": row.shares} if row.shares else {}
    many: Json = {"layers": len(row.layers)} if row.layers else {}
    rate = thousandths(row.operations, row.moved)
    return {
        "name": node.name, "kind": node.kind, "line": node.span.line, "inputs": read(row, rows),
        "output": list(node.output.dims), "params": node.params, "weights": node.params - node.biases,
        "biases": node.biases, "buffers": node.buffers, "macs": node.macs, "flops": row.flops,
        "intensity": None if rate is None else rate / 1000,
        "work": {what: count for what, count in node.work._asdict().items() if count},
        "activations": node.activations, "memory": row.kept._asdict(), "window": window(node),
        "receptive_field": field(row.field), "head": node.head or None, **more, **many,
    }  # fmt: skip


def read(row: Row, rows: Mapping[str, str]) -> list[str]:
    """The names of the rows that a row reads."""
    names = [node.name for node in row.node.inputs]
    return list(dict.fromkeys(rows.get(name, name) for name in names)) if rows else names


def window(node: Node | Fold) -> Json | None:
    """The sliding window; None for a layer that has none or reads its whole input."""
    slide = node.window
    if not isinstance(slide, Window):
        return None
    pad = [list(sides) for sides in slide.pad]
    kernel, stride, dilation = list(slide.kernel), [exact(s) for s in slide.stride], list(slide.dilation)
    known: Json = {"kernel": kernel, "stride": stride, "pad": pad, "dilation": dilation}
    more = {"mode": slide.mode} if slide.mode != "slide" else {}
    return {**known, **more, **({"outpad": list(slide.outpad)} if slide.outpad else {})}


def field(seen: Field | Whole) -> Json | str:
    """Size, jump and start on each axis, or "whole"."""
    if not isinstance(seen, Field):
        return seen
    return {what: [exact(value) for value in values] for what, values in seen._asdict().items()}


def exact(value: Rational) -> int | str:
    """A fraction is a string."""
    return int(value) if value.denominator == 1 else str(value)


def totals(known: Report) -> Json | None:
    """The totals. Where heads only train `train` are the totals with theirs."""
    if known.totals is None:
        return None
    more: Json = {"train": sums(known.training)} if known.training else {}
    return {**sums(known.totals), **more}


def sums(every: Totals) -> Json:
    """Totals without the kinds of work."""
    known = {name: value for name, value in every._asdict().items() if name != "work"}
    return {**known, "memory": bytes_of(every.memory) if every.memory else None}


def bytes_of(memory: Memory) -> Json:
    """The memory of the whole network, in bytes."""
    return {name: value for name, value in memory._asdict().items() if name != "per_layer"}


def answers(one: Solved) -> Json:
    """A line with a `?`."""
    return {
        "name": one.name, "line": one.place.line.number, "what": [*one.what],
        "answers": [[*answer] for answer in one.answers], "how": one.how,
    }  # fmt: skip


def diagnostic(finding: Diagnostic, file: str) -> Json:
    """One finding; notes explain, a hint says what to do, a fix would do it."""
    span = finding.span
    return {
        "code": finding.code.code, "name": finding.code.name, "severity": finding.severity,
        "message": finding.message, "file": file, "line": span.line, "column": span.column,
        "end_line": span.end_line, "end_column": span.end_column, "hint": finding.hint or None,
        "notes": [*finding.notes], "fix": fix(finding.fix) if finding.fix else None,
    }  # fmt: skip


def fix(repair: Fix) -> Json:
    """What would repair a finding."""
    edits = [{**place._asdict(), "text": text} for place, text in repair.edits]
    return {"message": repair.message, "safe": repair.safe, "edits": edits}
