from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import INFO, Code, Diagnostic
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import counted, parts, remedy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.analysis.fit import Slide
    from cnncalc.lint.rules._fit import Part
    from cnncalc.lint.study import Study


class CeilAddsWindow(Rule):
    """Rounding up adds a window that hangs over the end of the map."""

    code = Code(
        "FIT108",
        "ceil-adds-window",
        INFO,
        """\
## What it does
Finds pools that round up (`ceil`, `rounding ceil`) and so have one more window on an axis than rounding down gives: the
last one hangs over the end.

## Why is this bad
It is not, where it is meant: no pixel is lost. But the map is one larger than most formulas and most frameworks give,
the usual reason why a network of Caffe, which rounds up, does not load elsewhere, and its last cell sums up fewer
pixels than the others.

## Example
    INPUT: 112x112x64
    POOL1: max 3x3 stride 2 ceil

## Use instead
    INPUT: 113x113x64
    POOL1: max 3x3 stride 2 ceil

## Fix safety
There is no automatic fix: another size is another network.

## Source
Jia et al. 2014, Caffe, pooling_layer.cpp (pooled_height_ rounds up); PyTorch, nn.MaxPool2d, ceil_mode.
""",
    )
    good = (
        "INPUT: 113x113x64\nPOOL1: max 3x3 stride 2 ceil",
        "INPUT: 112x112x64\nPOOL1: max 3x3 stride 2",
        "INPUT: 112x112x64\nPOOL1: max 3x3 stride 2 pad 0:1",
        "INPUT: 4x4x4\nPOOL1: max 2x2 stride 4 ceil",
    )
    bad = (
        "INPUT: 112x112x64\nPOOL1: max 3x3 stride 2 ceil",
        "rounding ceil\nINPUT: 8x9x4\nPOOL1: avg 2x2",
        "INPUT: 50x16\nPOOL1: max 3 ceil",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        for node, each in study.moving:
            if each[0].ceil and any(map(adds, each)):
                found = parts(each, study.network.order, adds)
                text = "; ".join(map(told, found))
                yield Diagnostic(self.code, f"{node.name}: {text}", node.span, remedy(node, found, padded=False))


def adds(slide: Slide) -> bool:
    """Whether rounding up gives a window more."""
    return slide.ceil and slide.remainder > 0 and slide.out > slide.room // slide.stride + 1


def told(part: Part) -> str:
    """Both extents, and by how much the last window hangs over."""
    slide = part.slide
    over = slide.covered - slide.extent - slide.pad[1]
    reading = f"{slide.formula} = {slide.quotient} on {part.where}"
    return f"{reading}: ceil makes it {slide.out}, floor {slide.out - 1}; the last window hangs {over_end(over, slide)}"


def over_end(over: int, slide: Slide) -> str:
    """1 cell of its 3 over the end."""
    return f"{counted(over, 'cell')} of its {slide.reach} over the end"
