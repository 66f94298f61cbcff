"""Claims with their numbers, and whether they hold at the precision they are printed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.network.node import Claimed
from cnncalc.syntax.expression import evaluate
from cnncalc.syntax.words import TENSOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Rational, Shape
    from cnncalc.source import Line
    from cnncalc.syntax.tree import Claim, Figure


def claimed(claim: Claim, target: tuple[str, ...], names: Mapping[str, Rational], line: Line, base: int) -> Claimed:
    """A claim with its expressions evaluated; raises Mistake, its places from `base`, where one has no value."""
    text = line.text[base + claim.begin : base + claim.end]
    computed = bool(claim.names - TENSOR)
    span = line.span(base + claim.begin, base + claim.end)
    if claim.shape:
        axes = tuple(evaluate(axis[0], names) if axis else None for axis in claim.shape.axes)
        whole = tuple(None if a is None else int(a) if a.denominator == 1 else -1 for a in axes)
        return Claimed("shape", "=", 0, 0, whole, claim.shape.channels_first, text, computed, target, span)
    assert claim.figure
    value, half = printed(claim.figure, names)
    return Claimed(claim.quantity, "=", value, half, (), False, text, computed, target, span)


def printed(figure: Figure, names: Mapping[str, Rational]) -> tuple[Rational, Rational]:
    """(value, half a unit of the last place printed); an expression or a plain integer is exact."""
    if figure.expression:
        return evaluate(figure.expression, names), 0
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
    """Whether a shape is the one claimed: `?` is any extent, one extent a vector or a 1x1 map,
    one extent fewer than the map means one channel.
    """
    if len(claim.axes) == 1 and set(shape.extents) <= {1} and agree(claim.axes, (shape.channels,)):
        return True
    spatial = shape.extents[::-1] if width_first else shape.extents
    if len(claim.axes) == shape.rank and shape.channels == 1:
        return agree(claim.axes, spatial)
    first = channels_first or claim.channels_first
    return agree(claim.axes, (shape.channels, *spatial) if first else (*spatial, shape.channels))


def agree(said: tuple[int | None, ...], found: tuple[int, ...]) -> bool:
    """Axis by axis; an axis left open agrees with any."""
    return len(said) == len(found) and all(s in (None, f) for s, f in zip(said, found, strict=True))
