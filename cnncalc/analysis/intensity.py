"""Operational intensity: the operations of a layer for each byte that it must move.

Williams, Waterman & Patterson 2009, "Roofline: An Insightful Visual Performance Model", section 3: below a machine's
operations a second over its bytes a second, a layer is bound by memory. Every byte is moved once: what the layer
reads, its weights and buffers, what it puts out; caches that keep more, or less, are another machine.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.analysis.memory import rests
from cnncalc.storage import INTEGER

if TYPE_CHECKING:
    from cnncalc.analysis.memory import Sizes
    from cnncalc.network.node import Node


def moved(node: Node, sizes: Sizes) -> tuple[int, int, int]:
    """The bytes that a layer reads, those of its weights and buffers, and those it puts out, in evaluation.

    None for a view and for what hands its input on. A tensor that it reads twice is read once; shared weights are read
    wherever they are used.
    """
    if rests(node):
        return 0, 0, 0
    read = sum(sizes.output(x) for x in dict.fromkeys(node.inputs))
    shapes = [weight.shape for weight in node.weights.values()]
    return read, sum(prod(s) * sizes.size if s else INTEGER for s in shapes), sizes.output(node)


def thousandths(operations: int, moved: int) -> int | None:
    """Operations a byte in thousandths, the nearest; None where nothing is moved."""
    return (2000 * operations + moved) // (2 * moved) if moved else None


def told(operations: int, moved: int) -> str:
    """Operations a byte with three decimals; nothing where nothing is moved."""
    found = thousandths(operations, moved)
    return "" if found is None else f"{found // 1000}.{found % 1000:03}"
