from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import ERROR, Code, Diagnostic
from cnncalc.geometry import Field
from cnncalc.lint.claims import claims
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._claims import amount, no_field, said, seen, span_of
from cnncalc.network.claim import holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Rational, Whole
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Claimed, LineOf, Network

    Fields = dict[str, Field | Whole]
    Sizes = dict[tuple[Rational, ...], str]


class WrongReceptiveField(Rule):
    """A line claims another receptive field than its arithmetic gives."""

    code = Code(
        "REF103",
        "wrong-receptive-field",
        ERROR,
        """\
## What it does
Holds the receptive field that a line claims, in pixels of the input on every axis, against the arithmetic:
size + (K - 1)*jump from layer to layer, after the last postfix of the line.

## Why is this bad
Published figures differ by what they count (before or after a pool, the theoretical field or what is left of it
inside the image). The claim is of the theoretical field, clipped nowhere; behind fc and gap it is the whole input.

## Example
    INPUT: 32x32x3
    CONV1: 8 3x3
    CONV2: 8 3x3 => rf 7

## Use instead
    INPUT: 32x32x3
    CONV1: 8 3x3
    CONV2: 8 3x3 => rf 5

## Fix safety
There is no automatic fix: whether the claim or a layer is wrong is yours to say.

## Source
Araujo et al. 2019, "Computing Receptive Fields of Convolutional Neural Networks", equations 2 to 4.
""",
    )
    good = (
        "INPUT: 32x32x3\nCONV1: 8 3x3 => rf 3\nCONV2: 8 3x3 => rf 5",
        "INPUT: 227x227x3\nCONV1: 96 11x11 stride 4 => rf 11\nCONV2: 4 5x5 => rf 27",
        "INPUT: 32x32x3\nCONV1: 8 3x3\nCONV2: 8 3x3 => rf 5",
    )
    bad = (
        "INPUT: 32x32x3\nCONV1: 8 3x3\nCONV2: 8 3x3 => rf 7",
        "INPUT: 32x32x3\nCONV1: 8 3x5 => rf 3",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        held = [(line, claim) for line, claim in claims(study.network) if claim.quantity == "rf"]
        known = study.fields if held else {}
        first = {size_of(field): name for name, field in reversed(known.items())}
        for line, claim in held:
            if not agrees(claim, known[line.output.name]):
                text = wrong(study.network, line, claim, known)
                yield Diagnostic(self.code, text, claim.span, remedy(first, line, claim, known))


def wrong(network: Network, line: LineOf, claim: Claimed, known: Fields) -> str:
    """Both sides, with the working."""
    start = f"{line.name} claims a receptive field of {said(claim)}"
    if not size_of(known[line.output.name]):
        return f"{start}, and {no_field(line.output)}"
    return f"{start}, the arithmetic gives {seen(network, line.nodes or (line.output,), known)}{span_of(claim)}"


def remedy(first: Sizes, line: LineOf, claim: Claimed, known: Fields) -> str:
    """The first layer that has the claimed field, if there is one; else what to claim."""
    sizes = size_of(known[line.output.name])
    other = first.get((claim.value,) * len(sizes))
    if other and sizes:
        return f"{said(claim)} is the receptive field of {other}"
    if len(set(sizes)) == 1:
        return f"claim rf {amount(sizes[0])}"
    return "leave the claim out: it speaks of one size on every axis" if sizes else "claim it of a line above that one"


def size_of(field: Field | Whole) -> tuple[Rational, ...]:
    """The size on each axis; none for the whole input."""
    return field.size if isinstance(field, Field) else ()


def agrees(claim: Claimed, field: Field | Whole) -> bool:
    """Whether a field has the claimed size on every axis."""
    sizes = size_of(field)
    return bool(sizes) and all(holds(claim, size) for size in sizes)
