from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import INFO, Code
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import counted, misfits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.analysis.fit import Slide
    from cnncalc.diagnostic import Diagnostic
    from cnncalc.lint.study import Study


class StrideDropsPadding(Rule):
    """The window stops short of the end of the padding, and reads every pixel."""

    code = Code(
        "FIT102",
        "stride-drops-padding",
        INFO,
        """\
## What it does
Finds windows whose stride does not fit, (W - F + 2P)/S + 1 not being whole, where only padding is left over
at the end: no pixel is lost.

## Why is this bad
It seldom is: every ResNet and GoogLeNet does it at 224. The map is off its centre by part of a cell, and the
textbook's formula does not give a whole number. `rounding exact` makes it an error.

## Example
    INPUT: 224x224x3
    CONV1: 64 7x7 stride 2 pad 3

## Use instead
    INPUT: 225x225x3
    CONV1: 64 7x7 stride 2 pad 3

## Fix safety
There is no automatic fix. `pad 3:2` says what PyTorch computes, number for number.

## Source
He et al. 2016, "Deep Residual Learning for Image Recognition", table 1; Dumoulin & Visin 2016, "A guide to
convolution arithmetic for deep learning", relationship 6.
""",
    )
    good = (
        "INPUT: 225x225x3\nCONV1: 64 7x7 stride 2 pad 3",
        "INPUT: 224x224x3\nCONV1: 64 7x7 stride 2 pad 3:2",
        "INPUT: 8x8x3\nCONV1: 4 3x3 stride 2 pad same",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3",
    )
    bad = (
        "INPUT: 224x224x3\nCONV1: 64 7x7 stride 2 pad 3",
        "INPUT: 224x224x3\nCONV1: 64 11x11 stride 4 pad 2",
        "INPUT: 8x7x1\nCONV1: 1 3x3 stride 2 pad 1",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        return misfits(study, self.code, lambda slide: slide.lost == 0 < slide.dropped, told)


def told(slide: Slide) -> str:
    """What is lost on an axis."""
    return f"and never reads the last {counted(slide.dropped, 'cell')} of the padding; no pixel is lost"
