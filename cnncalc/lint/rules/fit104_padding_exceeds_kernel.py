from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import WARNING, Code, Diagnostic
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import alike, counted, empty, listed, where, written
from cnncalc.lint.rules._taps import taps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncalc.lint.rules._taps import Taps
    from cnncalc.lint.study import Study


class PaddingExceedsKernel(Rule):
    """Some windows lie wholly in the padding."""

    code = Code(
        "FIT104",
        "padding-exceeds-kernel",
        WARNING,
        """\
## What it does
Finds windows that lie wholly in zero padding: none of their taps is on a cell of the map. With K = D(F-1)+1 that is
so at the start where P >= K, at the end where a window begins behind the map, and between where the dilation D is
larger than the map, so that it lies between two taps. Other fills (copy, reflect, circular) hold values of the map and
are not meant.

## Why is this bad
Such an output knows nothing of the input: it is the bias alone, for every image. The rim of the map is a constant
frame, which every layer behind reads, and the multiplications of it are wasted. PyTorch limits the padding of pools,
not that of convolutions.

## Example
    INPUT: 12x12x3
    CONV1: 8 3x3 pad 3

## Use instead
    INPUT: 12x12x3
    CONV1: 8 3x3 pad 2

## Fix safety
There is no automatic fix: another pad gives another output.

## Source
Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", section 2.2.2: full padding, P = F - 1, is
the most of which every window still reads the input.
""",
    )
    good = (
        "INPUT: 12x12x3\nCONV1: 8 3x3 pad 2",
        "INPUT: 12x12x3\nCONV1: 8 3x3 pad full",
        "INPUT: 12x12x3\nCONV1: 8 3x3 pad 3 reflect",
        "INPUT: 12x12x3\nCONV1: 8 3x3 pad 3 dilation 2",
        "INPUT: 9x3\nCONV1: 8 3 stride 5 pad 0:3",
    )
    bad = (
        "INPUT: 12x12x3\nCONV1: 8 3x3 pad 3",
        "INPUT: 12x12x3\nCONV1: 8 3x3 pad 0:3x1",
        "INPUT: 2x4\nCONV1: 8 2 dilation 5 pad 2",
        "INPUT: 8x8x8x1\nCONV1: 4 1x1x1 pad 1x0x0",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        for node, each in study.padded:
            if any(max(s.pad) >= s.reach or s.extent < s.reach for s in each) and empty(node):
                axes = alike(taps(node, each), study.network.order)
                found = [(names, tap) for tap, (names, _) in axes.items() if any(tap.blind)]
                if found:
                    text = "; ".join(told(names, tap) for names, tap in found)
                    hint = "; ".join(f"{remedy(tap)}{where(names, len(each))}" for names, tap in found)
                    yield Diagnostic(self.code, f"{node.name}: {text}", node.span, hint)


def told(names: Sequence[str], tap: Taps) -> str:
    """How many outputs read nothing, on which side, and why."""
    places = zip(tap.blind, ("at the start", "between its taps", "at the end"), strict=True)
    sides = ", ".join(f"{count:,} {place}" for count, place in places if count)
    verb = "reads" if sum(tap.blind) == 1 else "read"
    text = (
        f"{sum(tap.blind):,} of {counted(tap.slide.out, 'output')} on the {listed(names, 'and')} {verb} padding alone"
    )
    return f"{text} ({sides}), as {listed(reasons(tap), 'and')}"


def reasons(tap: Taps) -> list[str]:
    """What lets windows miss the map."""
    before, between, behind = tap.blind
    slide = tap.slide
    padded = f"pad {written(slide.pad)} is not below the kernel's reach of {slide.reach}"
    apart = f"taps {tap.dilation} apart step over all {counted(slide.extent, 'cell')}"
    return [padded] * (before + behind > 0) + [apart] * (between > 0)


def remedy(tap: Taps) -> str:
    """The most padding, or the largest dilation, that leaves no window without a cell."""
    before, between, behind = tap.blind
    pad = f"pad at most {tap.slide.reach - 1}" if tap.slide.reach > 1 else "leave out the pad"
    dilation = f"use a dilation of at most {tap.slide.extent}"
    return listed([pad] * (before + behind > 0) + [dilation] * (between > 0), "and")
