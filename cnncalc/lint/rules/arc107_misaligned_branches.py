from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import WARNING, Code, Diagnostic
from cnncalc.geometry import Field
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import NAMES, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Order, Rational
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Network, Node

    Branch = tuple[Node, Field]


class MisalignedBranches(Rule):
    """The branches of a join step over the input at different paces."""

    code = Code(
        "ARC107",
        "misaligned-branches",
        WARNING,
        """\
## What it does
Finds joins (add, concat, scale) of branches whose maps are as large but step over the input differently: the jump,
which is the product of a branch's strides, is not the same in all.

## Why is this bad
A join puts cell i of one branch on cell i of the other. Where the one steps 2 pixels a cell and the other 1, the
cells of a corner see about the same place and those of the opposite corner places far apart: the join mixes what
does not belong together. The shapes agree by accident, and no framework says a word. The receptive fields behind
such a join are given with the jump of its first branch.

## Example
    INPUT: 32x32x16
    JOIN: add
      - conv 16 3x3 stride 2 pad 1
      - conv 16 17x17

## Use instead
    INPUT: 32x32x16
    JOIN: add
      - conv 16 3x3 stride 2 pad 1
      - conv 16 1x1 stride 2

## Fix safety
There is no automatic fix: another stride is another network.

## Source
Araujo et al. 2019, "Computing Receptive Fields of Convolutional Neural Networks", section "Arbitrary computation
graphs": the alignment criteria. Long et al. 2015, section 4.2, and Ronneberger et al. 2015 crop what they join so
that it stays aligned.
""",
    )
    good = (
        "INPUT: 28x28x192\nMODULE: concat\n  - conv 64 1x1\n  - conv 96 1x1; conv 128 3x3 pad 1\n"
        "  - conv 16 1x1; conv 32 5x5 pad 2\n  - maxpool 3x3 stride 1 pad 1; conv 32 1x1",
        "INPUT: 32x32x16\nadd\n  - conv 32 3x3 stride 2 pad 1; conv 32 3x3 pad 1\n  - conv 32 1x1 stride 2",
        "INPUT: 44x44x1\nDOWN: conv 8 3x3\nconv 16 3x3 stride 2 pad 1\ndeconv 8 2x2 stride 2\nUP: concat\n"
        "  - identity\n  - from DOWN; crop to deconv1",
        "left: input 64x64x3\nright: input 32x32x3\nA: conv 8 3x3 stride 2 pad 1 from left\n"
        "B: conv 8 3x3 pad 1 from right\nconcat from A, B",
        "INPUT: 64x16\nconcat\n  - conv 8 3; maxpool 62\n  - conv 8 4; maxpool 61",
        "INPUT: 8x8x4\nscale\n  - conv 8 3x3 stride 2 pad 1\n  - gap; fc 8 sigmoid",
    )
    bad = (
        "INPUT: 32x32x16\nJOIN: add\n  - conv 16 3x3 stride 2 pad 1\n  - conv 16 17x17",
        "INPUT: 9x9x4\nA: conv 4 1x5\nB: conv 4 1x1 stride 1x2 from INPUT\nconcat from A, B, A",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        seen = study.fields if study.joins else {}
        for node in study.joins:
            branches = [(x, field) for x in node.inputs if isinstance(field := seen[x.name], Field)]
            pairs = ((branches[0], other, apart(branches[0], other)) for other in branches[1:])
            found = next(
                (pair for pair in pairs if pair[2] and comparable(study.network, pair[0][0], pair[1][0])), None
            )
            if found:
                yield misaligned(self.code, node, *found, study.network.order)


def apart(one: Branch, other: Branch) -> list[int]:
    """The axes on which two branches have different jumps and more than one cell each."""
    axes = zip(one[1].jump, other[1].jump, one[0].output.extents, other[0].output.extents, strict=False)
    return [axis for axis, (a, b, w, v) in enumerate(axes) if a != b and w > 1 and v > 1]


def comparable(network: Network, one: Node, other: Node) -> bool:
    """Whether two branches see the same inputs: the pixels of two inputs may differ in size."""
    return len(network.inputs) == 1 or origins(one) == origins(other)


def origins(node: Node) -> set[str]:
    """The inputs that a layer sees."""
    waiting, met = [node], {node.name: node}
    while waiting:
        fresh = [x for x in waiting.pop().inputs if x.name not in met]
        met.update((x.name, x) for x in fresh)
        waiting += fresh
    return {x.name for x in met.values() if not x.inputs}


def misaligned(code: Code, join: Node, one: Branch, other: Branch, axes: list[int], order: Order) -> Diagnostic:
    """The finding: the join, both branches and both jumps."""
    names = order.turned(tuple(NAMES[letter] for letter in order.letters(join.output.rank)))
    (a, here), (b, there) = [(x.name, pixels([field.jump[axis] for axis in axes])) for x, field in (one, other)]
    where = listed(order.turned(tuple(names[axis] for axis in axes)), "and")
    text = f"{join.name}: the cells of {a} lie {here} of the input apart on the {where}, those of {b} {there}"
    return Diagnostic(code, text, join.span, f"give both branches the same product of strides, {here} or {there}")


def pixels(jump: list[Rational]) -> str:
    """1 pixel, 2 pixels, 2 and 4 pixels where axes differ."""
    return f"{listed(dict.fromkeys(jump), 'and')} pixel{'' if set(jump) == {1} else 's'}"
