from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import INFO, Code, Diagnostic
from cnncalc.geometry import Field
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._claims import amount
from cnncalc.lint.rules._fit import alike, listed, where, written
from cnncalc.lint.rules._taps import taps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncalc.analysis.fit import Slide
    from cnncalc.geometry import Rational
    from cnncalc.lint.rules._taps import Taps
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node


class LopsidedPadding(Rule):
    """More padding at one end than at the other moves the map."""

    code = Code(
        "FIT106",
        "lopsided-padding",
        INFO,
        """\
## What it does
Finds windows of stride 1 that are padded more at one end than at the other, mostly an even kernel with `pad same`. The
centres of the outputs then lie (Pend - Pstart)/2 cells off those of the map, toward the end where that is above 0. A
causal window, all of whose padding (K - 1 cells) stands at the start, looks back on purpose and is not meant.

## Why is this bad
The map drifts by half a cell a layer: behind ten 2x2 layers with `pad same` it is five cells off, and masks, boxes and
skip connections with it. An odd kernel has a middle, and drifts not at all. At a larger stride `pad same` is lopsided
too, as TensorFlow's convolutions are; there the sides follow from the input, and nothing is said.

## Example
    INPUT: 32x32x3
    CONV1: 8 2x2 pad same

## Use instead
    INPUT: 32x32x3
    CONV1: 8 3x3 pad same

## Fix safety
There is no automatic fix: another kernel is another network.

## Source
TensorFlow, tf.nn, "Notes on padding": the odd cell of SAME goes at the bottom and right. Wu et al. 2019, "Convolution
with even-sized kernels and symmetric padding", section 3: the shift problem. van den Oord et al. 2016, "WaveNet",
section 2.1: causal convolutions.
""",
    )
    good = (
        "INPUT: 32x32x3\nCONV1: 8 3x3 pad same",
        "INPUT: 32x32x3\nCONV1: 8 2x2",
        "INPUT: 32x32x3\nCONV1: 8 2x2 dilation 2 pad same",
        "INPUT: 33x33x3\nCONV1: 8 2x2 stride 2 pad same",
        "INPUT: 100x8\nCONV1: 8 2 pad 1:0",
        "INPUT: 100x8\nCONV1: 8 3 dilation 4 pad 8:0",
    )
    bad = (
        "INPUT: 32x32x3\nCONV1: 8 2x2 pad same",
        "INPUT: 32x32x3\nCONV1: 8 3x3 pad 0:2x1",
        "INPUT: 100x8\nCONV1: 8 3 dilation 4 pad 7:1",
        "INPUT: 13x13x512\nPOOL6: max 2x2 stride 1 pad same",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        for node, each in study.padded:
            if any(map(drifts, each)) and not any(max(slide.pad) >= slide.reach for slide in each):
                axes = alike(tuple(zip(taps(node, each), jumps(study, node), strict=True)), study.network.order)
                found = [(names, *fact) for fact, (names, _) in axes.items() if drifts(fact[0].slide)]
                text = "; ".join(told(*each) for each in found)
                hint = "; ".join(f"{remedy(tap, node)}{where(names, len(each))}" for names, tap, _ in found)
                yield Diagnostic(self.code, f"{node.name}: {text}", node.span, hint)


def drifts(slide: Slide) -> bool:
    """Whether the outputs of an axis lie off the cells they stand for, and not because the window looks back."""
    start, end = slide.pad
    return start != end and slide.stride == 1 < slide.extent and (start, end) != (slide.reach - 1, 0)


def jumps(study: Study, node: Node) -> tuple[Rational, ...]:
    """How many cells of the input one cell of a node's map is, on each axis; 0 where that is not known."""
    field = study.fields[node.inputs[0].name]
    known = isinstance(field, Field) and len(field.jump) == node.output.rank
    return field.jump if known and isinstance(field, Field) else (0,) * node.output.rank


def told(names: Sequence[str], tap: Taps, jump: Rational) -> str:
    """By how much the map drifts, and where to, in its own cells and in those of the input where these differ."""
    start, end = tap.slide.pad
    drift = off(end - start)
    side = "end" if end > start else "start"
    pixels = f", {off(jump * (end - start))} of the input" if jump > 1 else ""
    text = f"with pad {written(tap.slide.pad)} each output looks {drift} further toward the {side}{pixels}"
    return f"{text} on the {listed(names, 'and')}"


def off(twice: Rational) -> str:
    """Half of a number of cells: half a cell, 1 cell, 1.5 cells."""
    from fractions import Fraction

    many = abs(Fraction(twice) / 2)
    return "half a cell" if many == Fraction(1, 2) else f"{amount(many)} cell{'' if many == 1 else 's'}"


def remedy(tap: Taps, node: Node) -> str:
    """Padding alike at both ends that gives the same size, with a kernel one larger where the sum is odd.

    That may be more than a dilated pool takes, half of its kernel.
    """
    total, pool = sum(tap.slide.pad), not node.facts.weights
    if total % 2 == 0:
        return f"use pad {total // 2}"
    if tap.slide.reach % 2 == 0 and not (pool and tap.dilation > 1):
        return f"use a kernel of {tap.kernel + 1} and pad {(total + tap.dilation) // 2}"
    return f"use pad {max(tap.slide.pad)}"
