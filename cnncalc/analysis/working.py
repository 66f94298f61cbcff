"""The working of a layer with its numbers put in, as on the board: `(227 + 2*0 - 11)/4 + 1 = 55`.

All of it is derived from what a kind states: its window, its weights, its work.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.analysis.fit import slides
from cnncalc.geometry import WHOLE, Field, Window
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.analysis.report import Row
    from cnncalc.geometry import Axes, Order, Rational
    from cnncalc.layer import Weight
    from cnncalc.network.node import Node


class Step(NamedTuple):
    """One line of the working: what is worked out, and how."""

    what: str
    how: str


AXES = {"W": "width", "H": "height", "D": "depth", "L": "length"}


def axis_names(order: Order, rank: int) -> tuple[str, ...]:
    """The names of the spatial axes in PyTorch's order."""
    return tuple(AXES[letter] for letter in order.turned(order.letters(rank)))


def working(row: Row, before: Field | str, order: Order) -> Iterator[Step]:
    """The steps of one layer; `before` is the receptive field of its input."""
    node = row.node
    yield Step("input", ", ".join(order.text(shape) for shape in node.shapes))
    yield from sizes(node, order)
    yield from params(node)
    yield from macs(node)
    yield from other_work(node)
    yield from seen(row, before, order)
    if not node.layer.view:
        yield Step("activations", equation(times(node.output.dims[::-1]), node.output.elements))


def equation(product: str, value: int) -> str:
    """`product = value`, or the value alone where there is nothing to work out."""
    return f"{value:,}" if product == str(value) else f"{product} = {value:,}"


def sizes(node: Node, order: Order) -> Iterator[Step]:
    """The output's extents, one line where all axes agree."""
    each = extents(node)
    names = axis_names(order, len(each))
    yield from dilated(node, order)
    if len(set(each)) == 1:
        yield Step(" and ".join(order.turned(names)), each[0])
    else:
        yield from (Step(*pair) for pair in order.turned(tuple(zip(names, each, strict=True))))
    yield Step("output", order.text(node.output))


def extents(node: Node) -> list[str]:
    """How each extent of the output comes about, in PyTorch's order; nothing where no window moves."""
    window, outs = node.window, node.output.extents
    if not isinstance(window, Window) or window.mode == "slide":
        return [slide.working for slide in slides(node)]
    if window.mode == "adaptive":
        return [f"{out}, as asked for" for out in outs]
    if window.mode == "frame":
        sides = zip(node.shapes[0].extents, window.pad, outs, strict=True)
        return [f"{w} {a:+} {b:+} = {out}".replace(" +", " + ").replace(" -", " - ") for w, (a, b), out in sides]
    moves = zip(node.shapes[0].extents, window.stride, window.pad, window.reach, window.outpad, outs, strict=True)
    return [
        f"({w} - 1)*{s} - {f'2*{a}' if a == b else f'{a} - {b}'} + {k}{f' + {more}' * (more > 0)} = {out}"
        for w, s, (a, b), k, more, out in moves
    ]


def dilated(node: Node, order: Order) -> Iterator[Step]:
    """D(F - 1) + 1: how far a dilated kernel reaches."""
    if isinstance(node.window, Window) and set(node.window.dilation) != {1}:
        how = [f"{d}*({k} - 1) + 1" for k, d in zip(node.window.kernel, node.window.dilation, strict=True)]
        yield Step("dilated kernel", by_axis(how, node.window.reach, order))


def times(numbers: Axes) -> str:
    """Numbers multiplied."""
    return "*".join(map(str, numbers)) or "1"


def tensors(weights: list[Weight]) -> str:
    """(F*F*C + 1)*K where all tensors have one part for each of K filters, else each by itself."""
    first = weights[0].shape[:1]
    each = [times(w.shape[:0:-1]) for w in weights]
    if len(weights) == 1 or not all(first and w.shape[:1] == first for w in weights):
        return " + ".join(times((*w.shape[:0:-1], *w.shape[:1])) for w in weights)
    if set(each) == {"1"}:
        return f"{len(weights)}*{first[0]}"
    return f"({' + '.join(each)})*{first[0]}"


def products(node: Node) -> str:
    """Outputs (or, where the layer is transposed, inputs) times the products of each."""
    for weight in (w for w in node.weights.values() if not w.bias):
        for x in (node.output, *node.shapes):
            if x.elements * prod(weight.shape[1:]) == node.macs:
                each = "outputs" if x is node.output else "inputs"
                return f"{times(x.dims[::-1])} {each} * {times(weight.shape[:0:-1])}"
    return str(node.macs)


def params(node: Node) -> Iterator[Step]:
    """(F*F*C + 1)*K, and the buffers beside them."""
    trained = [w for w in node.weights.values() if w.trainable]
    kept = [w for w in node.weights.values() if not w.trainable]
    if trained:
        yield Step("params", equation(tensors(trained), node.params))
    if kept:
        yield Step("buffers", equation(tensors(kept), node.buffers))


def macs(node: Node) -> Iterator[Step]:
    """Outputs times the products in each."""
    if node.macs:
        yield Step("MACs", equation(products(node), node.macs))


def other_work(node: Node) -> Iterator[Step]:
    """Every other kind of work, and the FLOPs of all."""
    others = {what: count for what, count in node.work._asdict().items() if what != "macs" and count}
    for what, count in others.items():
        yield Step(what, f"{count:,}")
    if node.work.flops:
        sum_ = " + ".join([*(["2*MACs"] if node.macs else []), *others])
        yield Step("FLOPs", f"{sum_} = {node.work.flops:,}")


def seen(row: Row, before: Field | str, order: Order) -> Iterator[Step]:
    """The receptive field: size + (K-1)*jump, jump*S, start - P*jump."""
    field, window = row.field, row.node.window
    if row.node.window == WHOLE:
        yield Step("receptive field", "the whole input")
    if not isinstance(field, Field) or not isinstance(window, Window) or not isinstance(before, Field):
        return
    size_ = grown(before, window)
    back = window.mode == "transposed"
    jump = [f"{j}{'/' if back else '*'}{s}" for j, s in zip(before.jump, window.stride, strict=True)]
    begins = zip(before.start, window.pad, before.jump, window.reach, window.stride, strict=True)
    start = [f"{a} + ({p}/{s} - ceil({k}/{s}) + 1)*{j}" if back else f"{a} - {p}*{j}" for a, (p, _), j, k, s in begins]
    for what, how, values in (
        ("receptive field", size_, field.size), ("jump", jump, field.jump), ("start", start, field.start)
    ):  # fmt: skip
        yield Step(what, by_axis(how, values, order))


def grown(before: Field, window: Window) -> list[str]:
    """The receptive field's size behind one more window, on each axis as a sum."""
    back = window.mode == "transposed"
    sizes = zip(before.size, window.reach, before.jump, window.stride, strict=True)
    return [f"{n} + ({f'ceil({k}/{s})' if back else k} - 1)*{j}" for n, k, j, s in sizes]


def by_axis(how: list[str], values: tuple[Rational, ...], order: Order) -> str:
    """One equation where all axes agree, else one an axis."""
    each = [f"{text} = {value}" for text, value in zip(how, values, strict=True)]
    if len(set(each)) == 1:
        return each[0]
    names = axis_names(order, len(values))
    return "; ".join(f"{name} {text}" for name, text in order.turned(tuple(zip(names, each, strict=True))))
