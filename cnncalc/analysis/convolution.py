"""A window over numbers: what one layer makes of them, and how each number comes about.

The arithmetic is the kind's own (`run`, `worked`); here sums are divided and biases added.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.geometry import Window
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Axes
    from cnncalc.layer import Array, Part
    from cnncalc.network.node import Node


EPSILON = 2.0**-52
"""From 1 to the next number."""


class Operation(NamedTuple):
    """One layer on one sample `x`, (channels, *extents), with its weights.

    What it sums up is divided by `over` and a `bias` is added, a number for each channel of the output.
    """

    node: Node
    x: Array
    weights: Mapping[str, Array]
    over: tuple[float, ...]
    bias: tuple[float, ...]

    @property
    def cells(self) -> int:
        """How many numbers lie under a window, of all channels that it sums up; 0 where none slides."""
        window = self.node.window
        cells = prod(window.kernel) if isinstance(window, Window) else 0
        return max((prod(each.shape[1:]) for each in self.weights.values()), default=cells)


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

    x, weights, over, bias = operation[1:]
    share = rounding(operation.cells)
    least = abs(out).min(initial=np.inf, where=out != 0)
    if not operation.node.layer.linear or least > share * most(operation) or whole(x, *weights.values()):
        return out
    sizes = {name: abs(weight) for name, weight in weights.items()}
    terms = summed(Operation(operation.node, abs(x), sizes, tuple(map(abs, over)), tuple(map(abs, bias))))
    return np.where(np.isfinite(terms) & (abs(out) <= share * terms), 0.0, out)


def rounding(count: int) -> float:
    """What share of its terms, all without their signs, the last bits of a sum of so many are at most.

    Each term is rounded twice, as it is read and as it is multiplied, the sum once a term (Higham 2002, equation 4.4);
    three more are a bias, a division and the number that is divided by.
    """
    return (count + 3) * EPSILON


def whole(*values: Array) -> bool:
    """Whether all are whole numbers, whose sums are exact."""
    return all(bool((each == each.round()).all()) for each in values)


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
    layer = operation.node.layer
    parts = layer.worked(operation.weights, operation.x, place, channel)
    parts = tuple(part._replace(value=0.0) if layer.linear and cancelled(part) else part for part in parts)
    over, bias = operation.over[channel], operation.bias[channel]
    return Worked(channel, place, parts, over, bias, float(out[(channel, *place)]))


def cancelled(part: Part) -> bool:
    """Whether the terms of one map add up to no more than their last bits."""
    import numpy as np

    terms = part.cells if part.kernel is None else part.cells * part.kernel
    exact = whole(*(each for each in (part.cells, part.kernel) if each is not None))
    return not exact and abs(part.value) <= rounding(terms.size) * float(np.nansum(abs(terms)))
