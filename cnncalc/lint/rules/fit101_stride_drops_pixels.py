from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import WARNING, Code
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import counted, misfits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.analysis.fit import Slide
    from cnncalc.diagnostic import Diagnostic
    from cnncalc.lint.study import Study


class StrideDropsPixels(Rule):
    """The window stops short of the end of the map."""

    code = Code(
        "FIT101",
        "stride-drops-pixels",
        WARNING,
        """\
## What it does
Finds windows whose stride does not fit: (W - F + 2P)/S + 1 is not whole, and the pixels left over at the end
are real ones that no window reads.

## Why is this bad
The textbook calls such a layer illegal; PyTorch rounds down and silently ignores the last columns and rows.
`rounding exact` makes it an error.

## Example
    INPUT: 7x7x1
    CONV1: 1 3x3 stride 3

## Use instead
    INPUT: 7x7x1
    CONV1: 1 3x3 stride 2

## Fix safety
There is no automatic fix: another input, pad or stride is another network.

## Source
CS231n, "Convolutional Networks", constraints on strides; Dumoulin & Visin 2016, "A guide to convolution
arithmetic for deep learning", relationship 6 and section 4.
""",
    )
    good = (
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 2",
        "INPUT: 227x227x3\nCONV1: 96 11x11 stride 4",
        "INPUT: 224x224x3\nCONV1: 64 7x7 stride 2 pad 3",
        "INPUT: 8x8x3\nCONV1: 4 3x3 stride 2 pad same",
    )
    bad = (
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3",
        "INPUT: 8x7x1\nCONV1: 1 3x3 stride 2",
        "INPUT: 224x224x3\nCONV1: 96 11x11 stride 4",
        "INPUT: 30x8\nCONV1: 4 3 stride 4",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        return misfits(study, self.code, lambda slide: slide.lost > 0, told)


def told(slide: Slide) -> str:
    """What is lost on an axis."""
    if slide.lost == slide.extent:
        return f"and reads none of the {counted(slide.extent, 'pixel')}"
    text = f"and never reads the last {counted(slide.lost, 'pixel')}"
    return f"{text} and {counted(slide.dropped, 'cell')} of padding" if slide.dropped else text
