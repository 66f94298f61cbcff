from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import INFO, Code, Diagnostic
from cnncalc.geometry import Pad
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import alike, counted, empty, listed, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.analysis.fit import Slide
    from cnncalc.geometry import Order, Shape
    from cnncalc.layer import Layer
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node


class PaddedPooling(Rule):
    """A pool reads padding, and no join needs the size that it keeps with it."""

    code = Code(
        "FIT105",
        "padded-pooling",
        INFO,
        """\
## What it does
Finds pools with zero padding that some window reads. In a network with joins those are left out that keep the size of
the map at stride 1, as in the branches of an Inception module.

## Why is this bad
Such padding is not common, and seldom needed: a pool sums up what is there, and beyond the rim there is nothing. An
average that counts padding is too small along the rim; a maximum has fewer cells there. Rounding up (`ceil`) mostly
gives the same size without it.

## Example
    INPUT: 112x112x64
    POOL1: max 3x3 stride 2 pad 1

## Use instead
    INPUT: 112x112x64
    POOL1: max 3x3 stride 2 ceil

## Fix safety
There is no automatic fix: other windows give other maxima.

## Source
CS231n, "Convolutional Networks", section "Pooling Layer": "it is not common to pad the input using zero-padding".
""",
    )
    good = (
        "INPUT: 112x112x64\nPOOL1: max 3x3 stride 2 ceil",
        "INPUT: 112x112x64\nPOOL1: max 3x3 stride 2",
        "INPUT: 112x112x64\nCONV1: 64 3x3 stride 2 pad 1",
        "INPUT: 112x112x64\nPOOL1: max 3x3 stride 2 pad 1 reflect",
        "INPUT: 28x28x8\nconcat\n  - identity\n  - avgpool 3x3 stride 1 pad same",
    )
    bad = (
        "INPUT: 112x112x64\nPOOL1: max 3x3 stride 2 pad 1",
        "INPUT: 28x28x8\nPOOL1: avg 2x2 stride 2 pad 1x0",
        "INPUT: 40x16\nPOOL1: max 2 stride 1 pad 1",
        "INPUT: 112x112x64\nPOOL1: max 3x3 stride 1 pad 1",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        for node, each in study.padded:
            meant = study.joins and all(map(keeps, each))
            if not node.facts.weights and not meant and any(map(read, each)) and empty(node):
                parts = alike(each, study.network.order)
                text = "; ".join(told(names, slide) for slide, (names, _) in parts.items() if read(slide))
                hint = remedy(node, each, study.network.order)
                yield Diagnostic(self.code, f"{node.name}: {text}", node.span, hint)


def keeps(slide: Slide) -> bool:
    """Whether an axis comes out as large as it goes in, cell by cell, or is not padded."""
    return slide.pad == (0, 0) or (slide.stride == 1 and slide.out == slide.extent)


def read(slide: Slide) -> int:
    """How many windows read cells of the padding, at either end; what hangs over where a pool rounds up is none."""
    start, end = slide.pad
    first = -(-start // slide.stride)
    last = (slide.extent + start - slide.reach) // slide.stride if end else slide.out - 1
    return slide.out - max(0, min(slide.out - 1, last) - first + 1)


def told(names: tuple[str, ...], slide: Slide) -> str:
    """How many windows read padding."""
    verb = "reads" if read(slide) == 1 else "read"
    windows = f"{read(slide):,} of the pool's {counted(slide.out, 'window')} on the {listed(names, 'and')}"
    return f"{windows} {verb} the padding of {written(slide.pad)}"


def remedy(node: Node, each: tuple[Slide, ...], order: Order) -> str:
    """The same size without padding where rounding up gives it; else what leaving it out comes to."""
    x, bare = node.shapes[0], node.layer.replaced(pad=Pad(((0, 0),) * len(each)))
    up = bare.replaced(ceil=1)
    if result(up, x) == node.output:
        ceil = "keep ceil" if each[0].ceil else "write ceil"
        return f"leave out the pad and {ceil}: the output stays {order.text(node.output)}"
    shape = result(bare, x)
    return f"leave out the pad: the output is then {order.text(shape)}" if shape else "use a kernel that fits the map"


def result(layer: Layer, x: Shape) -> Shape | None:
    """What a layer makes of an input; nothing where it refuses it."""
    return layer.out(x) if all(requirement.holds for requirement in layer.requires(x)) else None
