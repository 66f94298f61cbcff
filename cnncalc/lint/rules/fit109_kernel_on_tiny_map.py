from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.diagnostic import INFO, Code, Diagnostic
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import empty
from cnncalc.lint.rules._taps import taps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.analysis.fit import Slide
    from cnncalc.geometry import Axes, Order
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node


class KernelOnTinyMap(Rule):
    """Some weights of a kernel never meet the map."""

    code = Code(
        "FIT109",
        "kernel-on-tiny-map",
        INFO,
        """\
## What it does
Finds kernels of which some taps are on zero padding in every window, as a padded 3x3 on a 1x1 map has 8 of 9.

## Why is this bad
The weights of such a tap are multiplied by zero for every image: they are never trained and never used, but stored and
multiplied. It happens deep in a network that was made for larger images, and where a dilation is larger than what is
left of the map: a 3x3 with dilation 36 on 28x28 is a 1x1.

## Example
    INPUT: 1x1x64
    CONV1: 64 3x3 pad 1

## Use instead
    INPUT: 1x1x64
    CONV1: 64 1x1

## Fix safety
There is no automatic fix: a smaller kernel has other weights.

## Source
Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", section 2: which cells a tap meets.
Chen et al. 2017, "Rethinking Atrous Convolution for Semantic Image Segmentation", section 3.3: the taps that are still
on the map as the rate grows.
""",
    )
    good = (
        "INPUT: 1x1x64\nCONV1: 64 1x1",
        "INPUT: 2x2x64\nCONV1: 64 3x3 pad 1",
        "INPUT: 1x1x64\nCONV1: 64 3x3 pad 1 copy",
        "INPUT: 1x1x64\nPOOL1: max 3x3 stride 1 pad 1",
        "INPUT: 3x3x8\nCONV1: 8 3x3 dilation 2 pad 2",
    )
    bad = (
        "INPUT: 1x1x64\nCONV1: 64 3x3 pad 1",
        "INPUT: 40x2x4\nCONV1: 4 5x5 pad 2",
        "INPUT: 2x8\nCONV1: 8 3 dilation 2 pad 2",
        "INPUT: 2x2x8\nCONV1: 8 3x3 stride 2 pad 1",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        for node, each in study.padded:
            if any(map(close, each)) and node.facts.work.macs and empty(node):
                known = taps(node, each)
                kernel, used = tuple(tap.kernel for tap in known), tuple(tap.used for tap in known)
                if used != kernel:
                    yield unused(self.code, node, kernel, used, study.network.order)


def close(slide: Slide) -> bool:
    """Whether the first or the last tap stays off the map, or the map lies between steps of the stride."""
    start, extent = slide.pad[0], slide.extent
    return extent < slide.stride or slide.reach - 1 - start >= extent or (slide.out - 1) * slide.stride < start


def unused(code: Code, node: Node, kernel: Axes, used: Axes, order: Order) -> Diagnostic:
    """The finding: the taps and the weights that are never used."""
    taps, met = prod(kernel), prod(used)
    weights = sum(prod(weight.shape) for weight in node.facts.weights.values() if not weight.bias)
    idle = weights * (taps - met) // taps
    extents = order.by(node.shapes[0].extents)
    text = (
        f"{node.name}: {taps - met:,} of the {taps:,} taps of the {written(kernel, order)} are on padding wherever it"
    )
    text = f"{text} stands on the map of {extents}: {idle:,} of {weights:,} weights are never used"
    return Diagnostic(code, text, node.span, remedy(used, order))


def remedy(used: Axes, order: Order) -> str:
    """A kernel of as many taps as are on the map."""
    if not all(used):
        return "use a smaller pad or dilation, so that the kernel meets the map"
    return f"use a {written(used, order)}, which has as many taps as are on the map"


def written(kernel: Axes, order: Order) -> str:
    """A kernel in the file's order: 3x3; of a line of cells `kernel of 3`."""
    return order.by(kernel) if len(kernel) > 1 else f"kernel of {kernel[0]}"
