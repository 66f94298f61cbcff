"""A window over numbers: what one layer makes of them, and how each number comes about.

The arithmetic is the kind's own (`run`, `worked`); here sums are divided and biases added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Axes
    from cnncalc.layer import Array, Part
    from cnncalc.network.node import Node


class Operation(NamedTuple):
    """One layer on one sample `x`, (channels, *extents), with its weights.

    What it sums up is divided by `over` and a `bias` is added, a number for each channel of the output.
    """

    node: Node
    x: Array
    weights: Mapping[str, Array]
    over: tuple[float, ...]
    bias: tuple[float, ...]


class Worked(NamedTuple):
    """How one number of the output comes about: the sum of its parts, over a number, plus a bias."""

    channel: int
    place: Axes
    parts: tuple[Part, ...]
    over: float
    bias: float
    value: float


def result(operation: Operation) -> Array:
    """The output: (channels, *extents)."""
    import numpy as np

    ones = (1,) * operation.node.output.rank
    over, bias = (np.reshape(np.array(each, float), (-1, *ones)) for each in (operation.over, operation.bias))
    # sums run in the order of memory: the same numbers end in the same last bits, channels first or last
    x, weights = np.ascontiguousarray(operation.x), {n: np.ascontiguousarray(w) for n, w in operation.weights.items()}
    with np.errstate(over="ignore", invalid="ignore"):
        found: Array = operation.node.layer.run(weights, x[None])[0] / over + bias
    return found


def worked(operation: Operation, out: Array, place: Axes, channel: int) -> Worked:
    """The working of the number at a place of one channel of the output."""
    parts = operation.node.layer.worked(operation.weights, operation.x, place, channel)
    over, bias = operation.over[channel], operation.bias[channel]
    return Worked(channel, place, parts, over, bias, float(out[(channel, *place)]))
