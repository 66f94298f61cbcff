from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import INFO, Code
from cnncalc.faults import MISFIT, UNEQUAL
from cnncalc.geometry import Window
from cnncalc.lint.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.diagnostic import Diagnostic
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node


class IndivisibleInput(Rule):
    """An input that the strides do not divide does not come back as large as it was."""

    code = Code(
        "FIT110",
        "indivisible-input",
        INFO,
        """\
## What it does
Finds networks that make a map smaller and larger again (deconv, upsample), whose total stride does not divide the
input, where that shows: the output is not as large as the input, or `crop to` takes off what is over. Both must be gone
at the next input that the stride divides, which is named; so a network that crops by design, as the U-Net of the paper
and FCN do at every size, is not meant. Where maps do not meet at a join or an `upsample to`, which is an error of its
own, the inputs are named for which they would.

## Why is this bad
Each stride rounds, and the way back multiplies exactly: 500 becomes 250, 125, 62 and then 124, 248, 496. The rim is
lost or made up, and what a skip connection joins is half a cell apart.

## Example
    INPUT: 30x30x1
    DOWN: conv 8 3x3 pad 1
    conv 16 2x2 stride 2
    conv 32 2x2 stride 2
    deconv 16 2x2 stride 2
    deconv 8 2x2 stride 2
    conv 1 1x1

## Use instead
    INPUT: 32x32x1
    DOWN: conv 8 3x3 pad 1
    conv 16 2x2 stride 2
    conv 32 2x2 stride 2
    deconv 16 2x2 stride 2
    deconv 8 2x2 stride 2
    conv 1 1x1

## Fix safety
There is no automatic fix: another input is another network. Pad or resize the images.

## Source
Ronneberger et al. 2015, "U-Net", section 2: "it is important to select the input tile size such that all 2x2
max-pooling operations are applied to a layer with an even x- and y-size"; Redmon & Farhadi 2017, "YOLO9000", section 2:
sizes that are multiples of 32.
""",
    )
    good = (
        "INPUT: 32x32x1\nconv 8 2x2 stride 2\nconv 8 2x2 stride 2\ndeconv 8 4x4 stride 4",
        "INPUT: 30x30x1\nconv 8 2x2 stride 2\nconv 8 2x2 stride 2",
        "INPUT: 28x28x1\nconv 8 3x3 stride 2 pad 1\nconv 8 3x3 stride 2 pad 1\nconv 8 3x3 stride 2 pad 1\n"
        "deconv 8 3x3 stride 2 pad 1\ndeconv 8 3x3 stride 2 pad 1 outpad 1\ndeconv 1 3x3 stride 2 pad 1 outpad 1",
        "INPUT: 45x45x1\nDOWN: conv 8 3x3\nmaxpool 2x2\nconv 8 3x3\nUP: deconv 8 2x2 stride 2\nconcat\n"
        "  - from DOWN; crop to UP\n  - from UP\nconv 2 1x1",
        "INPUT: 48x48x1\nDOWN: conv 8 3x3 pad 1\nmaxpool 16x16\nUP: upsample 16\nconcat\n"
        "  - from DOWN; crop to UP\n  - from UP",
        "INPUT: 100\nfc 49\nreshape 7x7x1\nupsample 2",
    )
    bad = (
        "INPUT: 30x30x1\nDOWN: conv 8 3x3 stride 2 pad 1\nconv 8 3x3 stride 2 pad 1\nUP: upsample 2\nadd from UP, DOWN",
        "INPUT: 30x30x1\nDOWN: conv 8 3x3 pad 1\nconv 16 2x2 stride 2\nconv 32 2x2 stride 2\n"
        "deconv 16 2x2 stride 2\ndeconv 8 2x2 stride 2\nconv 1 1x1",
        "INPUT: 28x28x1\nconv 8 3x3 stride 2 pad 1\nconv 8 3x3 stride 2 pad 1\nconv 8 3x3 stride 2 pad 1\n"
        "deconv 8 4x4 stride 2 pad 1\ndeconv 8 4x4 stride 2 pad 1\ndeconv 1 4x4 stride 2 pad 1",
        "INPUT: 50x48x1\nDOWN: conv 8 3x3 pad 1\nmaxpool 16x16\nUP: upsample 16\nconcat\n"
        "  - from DOWN; crop to UP\n  - from UP",
        "INPUT: 100x4\nconv 8 4 stride 8\nupsample 8 bilinear",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        if study.moving and study.network.complete and any(map(enlarges, study.network.nodes)):
            from cnncalc.lint.rules._returns import found

            yield from found(self.code, study)
        elif study.moving and any(finding.code in (UNEQUAL, MISFIT) for finding in study.network.findings):
            from cnncalc.lint.rules._returns import apart

            yield from apart(self.code, study)


def enlarges(node: Node) -> bool:
    """Whether a layer makes its map larger."""
    window = node.window
    return isinstance(window, Window) and window.mode == "transposed" and not set(window.stride) <= {1}
