"""Claims with their numbers, and whether they hold at the precision they are printed to."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake
from cnncalc.faults import ILLEGAL_VALUE, LIMIT
from cnncalc.geometry import Shape
from cnncalc.network.node import Claimed
from cnncalc.record import NamedTuple
from cnncalc.syntax.expression import evaluate, shown
from cnncalc.syntax.words import TENSOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Rational
    from cnncalc.syntax.expression import Expression
    from cnncalc.syntax.tree import Claim, Figure, Place


WORDS = ("train", "weights")
"""What may stand beside names of layers in the parentheses of an expectation."""
OF_LAYERS = ("weights", "activations", "saved", "peak")
"""What may stand so in one of memory."""
MEMORY = (*OF_LAYERS, "buffers", "gradients", "state", "inference", "training", "train")
"""What may stand there alone."""


def claimed(
    claim: Claim, target: tuple[str, ...], names: Mapping[str, Rational], place: Place, digits: int, op: str = "="
) -> Claimed:
    """A claim at its place with its expressions evaluated; raises Mistake where one has no value."""
    used = claim.names
    said = worked_out(claim, names, digits) if used else known(claim, digits)
    first = claim.shape is not None and (claim.shape.channels_first or claim.shape.word == "tokens")
    computed = bool(used) and bool(used - TENSOR)
    return Claimed(claim.quantity, op, said.value, said.half, said.axes, first, computed, target, place)


class Said(NamedTuple):
    """What a claim comes to: a figure with half a unit of its last place, or the axes of a shape.

    Tokens have 0 channels, which stand first.
    """

    value: Rational = 0
    half: Rational = 0
    axes: tuple[int | None, ...] = ()


def worked_out(claim: Claim, names: Mapping[str, Rational], digits: int) -> Said:
    """A claim's numbers; raises Mistake where one has no value."""
    if claim.shape:
        axes = tuple([extent(axis[0], names, digits) if axis else None for axis in claim.shape.axes])
        return Said(axes=(0, *axes) if claim.shape.word == "tokens" else axes)
    return Said(*printed(claim.figure, names, digits)) if claim.figure else Said()


@lru_cache(maxsize=8192)
def known(claim: Claim, digits: int) -> Said:
    """The numbers of a claim that reads no names."""
    return worked_out(claim, {}, digits)


def extent(expression: Expression, names: Mapping[str, Rational], digits: int) -> int:
    """One claimed extent: a whole number above 0."""
    value = evaluate(expression, names, digits)
    if value.denominator != 1 or value < 1:
        text = f"an extent of {shown(value)} is claimed, and must be {'whole' if value >= 1 else 'at least 1'}"
        hint = "use floor(...), ceil(...) or //" if value >= 1 else "write a value of at least 1"
        raise Mistake(ILLEGAL_VALUE, text, expression.begin, expression.end, hint)
    return int(value)


def printed(figure: Figure, names: Mapping[str, Rational], digits: int) -> tuple[Rational, Rational]:
    """(value, half a unit of the last place printed); an expression or a plain integer is exact."""
    if figure.expression:
        return evaluate(figure.expression, names, digits), 0
    if len(figure.digits) > digits:
        text = f"the number has more than {digits:,} digits"
        raise Mistake(LIMIT, text, figure.begin, figure.end, "--limit digits=N raises it")
    decimals = len(figure.digits.partition(".")[2])
    if figure.scale == 1 and not decimals:
        return int(figure.digits), 0
    from fractions import Fraction

    return Fraction(figure.digits) * figure.scale, Fraction(figure.scale, 2 * 10**decimals)


def holds(claim: Claimed, found: Rational) -> bool:
    """Whether a figure holds; an equality within half a unit of its last printed place."""
    if claim.op in ("=", "!="):
        return (-claim.half <= found - claim.value <= claim.half) == (claim.op == "=")
    return {
        "<=": found <= claim.value, ">=": found >= claim.value, "<": found < claim.value, ">": found > claim.value,
    }[claim.op]  # fmt: skip


def fits(claim: Claimed, shape: Shape, width_first: bool, channels_first: bool) -> bool:
    """Whether a shape is the one claimed: `?` is any extent, one extent a vector or a 1x1 map, a vector may be
    claimed as a 1x1 map (CS231n writes [1x1x4096]), one extent fewer than the map means one channel.
    """
    if len(claim.axes) == 1 and set(shape.extents) <= {1} and agree(claim.axes, (shape.channels,)):
        return True
    if shape.rank == 0:
        shape = Shape(shape.channels, (1,) * (len(claim.axes) - 1))
    spatial = shape.extents[::-1] if width_first else shape.extents
    if len(claim.axes) == shape.rank and shape.channels == 1:
        return agree(claim.axes, spatial)
    first = channels_first or claim.channels_first
    return agree(claim.axes, (shape.channels, *spatial) if first else (*spatial, shape.channels))


def agree(said: tuple[int | None, ...], found: tuple[int, ...]) -> bool:
    """Axis by axis; an axis left open agrees with any."""
    return len(said) == len(found) and all(s in (None, f) for s, f in zip(said, found, strict=True))
