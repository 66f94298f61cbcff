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


ROUNDING = 1e-12
"""A sum as small as this beside its terms is 0, but for their last bits: 0.1 + 0.2 - 0.3."""


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

    with np.errstate(over="ignore", invalid="ignore"):
        return settled(operation, summed(operation))


def settled(operation: Operation, out: Array) -> Array:
    """The output with 0 for what is no more than the last bits of its terms."""
    import numpy as np

    least = abs(out).min(initial=np.inf, where=out != 0)
    if not operation.node.layer.linear or least > ROUNDING * most(operation):
        return out
    x, weights, over, bias = operation[1:]
    sizes = {name: abs(weight) for name, weight in weights.items()}
    terms = summed(Operation(operation.node, abs(x), sizes, tuple(map(abs, over)), tuple(map(abs, bias))))
    return np.where(np.isfinite(terms) & (abs(out) <= ROUNDING * terms), 0.0, out)


def most(operation: Operation) -> float:
    """What the terms of no sum are more than, all together."""
    each = max((float(abs(weight).sum()) for weight in operation.weights.values()), default=1.0)
    return each * float(abs(operation.x).max()) / min(map(abs, operation.over)) + max(map(abs, operation.bias))


def summed(operation: Operation) -> Array:
    """The output as the kind works it out."""
    import numpy as np

    ones = (1,) * operation.node.output.rank
    over, bias = (np.reshape(np.array(each, float), (-1, *ones)) for each in (operation.over, operation.bias))
    # sums run in the order of memory: the same numbers end in the same last bits, channels first or last
    x, weights = np.ascontiguousarray(operation.x), {n: np.ascontiguousarray(w) for n, w in operation.weights.items()}
    found: Array = operation.node.layer.run(weights, x[None])[0] / over + bias
    return found


def worked(operation: Operation, out: Array, place: Axes, channel: int) -> Worked:
    """The working of the number at a place of one channel of the output."""
    parts = operation.node.layer.worked(operation.weights, operation.x, place, channel)
    over, bias = operation.over[channel], operation.bias[channel]
    return Worked(channel, place, parts, over, bias, float(out[(channel, *place)]))
