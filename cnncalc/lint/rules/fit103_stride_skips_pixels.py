from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import INFO, Code, Diagnostic
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import counted, parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.lint.rules._fit import Part
    from cnncalc.lint.study import Study


class StrideSkipsPixels(Rule):
    """Between neighbouring windows lie pixels that neither reads."""

    code = Code(
        "FIT103",
        "stride-skips-pixels",
        INFO,
        """\
## What it does
Finds strides larger than the (dilated) kernel: S - K pixels between neighbouring windows are in none.

## Why is this bad
What lies in the gaps cannot reach the output. ResNet's 1x1 shortcuts of stride 2 do so on purpose and throw
three quarters of the map away; a kernel of the stride's size, or a pool before the layer, reads all of it.

## Example
    INPUT: 57x57x64
    CONV1: 128 1x1 stride 2

## Use instead
    INPUT: 57x57x64
    CONV1: 128 3x3 stride 2

## Fix safety
There is no automatic fix: another kernel or stride is another network.

## Source
He et al. 2019, "Bag of Tricks for Image Classification with Convolutional Neural Networks", section 4.1 (ResNet-D).
""",
    )
    good = (
        "INPUT: 57x57x64\nCONV1: 128 3x3 stride 2",
        "INPUT: 3x3x1\nCONV1: 1 3x3 stride 5",
        "INPUT: 57x57x64\nCONV1: 128 2x2 stride 2",
    )
    bad = ("INPUT: 57x57x64\nCONV1: 128 1x1 stride 2", "INPUT: 9x10x1\nCONV1: 1 3x2 stride 3x4")

    def check(self, study: Study) -> Iterator[Diagnostic]:
        for node, each in study.moving:
            if any(slide.stride > slide.reach and slide.gaps > 0 for slide in each):
                found = parts(each, study.network.order, lambda slide: slide.gaps > 0)
                text = "; ".join(map(told, found))
                yield Diagnostic(self.code, f"{node.name}: {text}", node.span, "; ".join(map(remedy, found)))


def told(part: Part) -> str:
    """The gap and what falls into it."""
    slide, gap = part.slide, part.slide.stride - part.slide.reach
    return (
        f"stride {slide.stride} steps over {counted(gap, 'pixel')} after every {slide.reach} on {part.where}: "
        f"{slide.gaps:,} of {slide.extent:,} are in no window"
    )


def remedy(part: Part) -> str:
    """The least change that closes the gaps."""
    return f"use stride {part.slide.reach} or a kernel that reaches over {part.slide.stride} on {part.where}"
