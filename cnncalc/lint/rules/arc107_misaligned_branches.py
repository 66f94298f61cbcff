from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from cnncalc.diagnostic import WARNING, Code, Diagnostic
from cnncalc.geometry import Field, Window, ratio
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import NAMES, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cnncalc.geometry import Order, Rational
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Network, Node

    Branch = tuple[Node, Field]

SIDES = {
    "W": ("to the left", "to the right"),
    "H": ("up", "down"),
    "D": ("to the front", "to the back"),
    "L": ("towards the start", "towards the end"),
}
"""What smaller and larger places on an axis are called."""


class MisalignedBranches(Rule):
    """The branches of a join step over the input at different paces, or look at different places of it."""

    code = Code(
        "ARC107",
        "misaligned-branches",
        WARNING,
        """\
## What it does
Finds joins (add, concat, scale) of branches whose maps are as large but see the input differently. Either they step
over it differently: the jump, which is the product of a branch's strides, is not the same in all. Or the same cell
looks at different places: the centres of the fields lie more than half a cell apart.

## Why is this bad
A join puts cell i of one branch on cell i of the other. Where the one steps 2 pixels a cell and the other 1, the
cells of a corner see about the same place and those of the opposite corner places far apart: the join mixes what
does not belong together. Where the centres differ it does so in every cell. The shapes agree by accident, and no
framework says a word. The receptive fields behind branches that step differently are given with the first one's jump.

Up to half a cell is common and not meant: the 2x2 average beside a 3x3 stride 2, or an even kernel beside an odd one.
Branches that end at the same pixel are aligned on purpose, as causal convolutions are. Behind a transposed
convolution or an adaptive pool fields are means, and centres are not compared.

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
graphs": the alignment criteria, which ask for equal jumps and equal centres. Long et al. 2015, section 4.2, and
Ronneberger et al. 2015 crop what they join so that it stays aligned.
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
        "INPUT: 32x32x16\nJOIN: add\n  - conv 16 3x3 stride 2 pad 1\n  - conv 16 1x1 stride 2",
        "INPUT: 32x32x16\nJOIN: add\n  - conv 16 3x3 stride 2 pad 1\n  - avgpool 2x2 stride 2; conv 16 1x1",
        "INPUT: 32x32x16\nJOIN: add\n  - conv 16 4x4 pad 1:2\n  - identity",
        "INPUT: 9x9x4\nA: conv 4 5x5 pad 2\nB: conv 4 1x1 from INPUT\nconcat from A, B",
        "INPUT: 100x16\nadd\n  - conv 16 3 dilation 4 pad 8:0\n  - identity",
        "INPUT: 44x44x1\nDOWN: conv 8 5x5\nconv 8 5x5\nUP: concat\n  - identity\n  - from DOWN; crop 2",
    )
    bad = (
        "INPUT: 32x32x16\nJOIN: add\n  - conv 16 3x3 stride 2 pad 1\n  - conv 16 17x17",
        "INPUT: 9x9x4\nA: conv 4 1x5\nB: conv 4 1x1 stride 1x2 from INPUT\nconcat from A, B, A",
        "INPUT: 9x9x4\nA: conv 4 5x5 pad 0:4x2\nB: conv 4 3x3 pad 1 from INPUT\nconcat from A, B",
        "INPUT: 44x44x1\nDOWN: conv 8 5x5\nconv 8 5x5\nUP: concat\n  - identity\n  - from DOWN; crop 0:4",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        seen = study.fields if study.joins else {}
        for node in study.joins:
            branches = [(x, field) for x in node.inputs if isinstance(field := seen[x.name], Field)]
            fields = dict.fromkeys(field for _, field in branches)
            if len(fields) > 1:
                first = branches[0]
                pairs = [(first, other) for other in branches[1:] if other[1] != first[1]]
                yield from islice(self.differing(study.network, node, pairs), 1)

    def differing(self, network: Network, join: Node, pairs: Sequence[tuple[Branch, Branch]]) -> Iterator[Diagnostic]:
        """A finding for each pair of branches: of their jumps, or where these agree of their centres."""
        for one, other in pairs:
            paces, shifts = apart(one, other), aside(one, other)
            if (paces or shifts) and comparable(network, one[0], other[0]):
                if paces:
                    yield misaligned(self.code, join, one, other, paces, network.order)
                elif calm(network) or exact(one[0], other[0]):
                    yield shifted(self.code, join, one, other, shifts, network.order)


def apart(one: Branch, other: Branch) -> list[int]:
    """The axes on which two branches have different jumps and more than one cell each."""
    axes = zip(one[1].jump, other[1].jump, one[0].output.extents, other[0].output.extents, strict=False)
    return [axis for axis, (a, b, w, v) in enumerate(axes) if a != b and w > 1 and v > 1]


def aside(one: Branch, other: Branch) -> dict[int, Rational]:
    """By how many pixels the second branch looks past the first, on the axes where that is over half a cell.

    Those that end at the same pixel are aligned there.
    """
    extents = zip(one[0].output.extents, other[0].output.extents, strict=False)
    found: dict[int, Rational] = {}
    for axis, (w, v) in enumerate(extents):
        pace, begin = one[1].jump[axis], other[1].start[axis] - one[1].start[axis]
        end = begin + other[1].size[axis] - one[1].size[axis]
        twice: Rational = begin + end
        if w > 1 and v > 1 and end and not -pace <= twice <= pace:
            found[axis] = ratio(twice, 2)
    return found


def comparable(network: Network, one: Node, other: Node) -> bool:
    """Whether two branches see the same inputs: the pixels of two inputs may differ in size."""
    return len(network.inputs) == 1 or origins(one) == origins(other)


def origins(node: Node) -> set[str]:
    """The inputs that a layer sees."""
    return {x.name for x in above(node).values() if not x.inputs}


def above(node: Node) -> dict[str, Node]:
    """A layer and all that it sees, by their rows."""
    waiting, met = [node], {node.name: node}
    while waiting:
        fresh = [x for x in waiting.pop().inputs if x.name not in met]
        met.update((x.name, x) for x in fresh)
        waiting += fresh
    return met


def exact(one: Node, other: Node) -> bool:
    """Whether the fields of two branches are no means: since they parted all their windows slide."""
    here, there = above(one), above(other)
    return all(steady(node) for name, node in (here | there).items() if not (name in here and name in there))


@lru_cache(maxsize=1)
def calm(network: Network) -> bool:
    """Whether no field of a network is a mean; of the last network asked it is remembered."""
    return all(map(steady, network.nodes))


def steady(node: Node) -> bool:
    """Whether a layer's window, if it has one, moves by whole steps over its input."""
    return not isinstance(node.window, Window) or node.window.mode in ("slide", "frame")


def named(axes: Iterable[int], join: Node, order: Order) -> list[tuple[int, str]]:
    """Axes in the file's order, each with its letter."""
    letters = order.turned(order.letters(join.output.rank))
    return [(axis, letters[axis]) for axis in order.turned(tuple(sorted(axes)))]


def misaligned(code: Code, join: Node, one: Branch, other: Branch, axes: list[int], order: Order) -> Diagnostic:
    """The finding: the join, both branches and both jumps."""
    (a, here), (b, there) = [(x.name, pixels([field.jump[axis] for axis in axes])) for x, field in (one, other)]
    where = listed([NAMES[letter] for _, letter in named(axes, join, order)], "and")
    text = f"{join.name}: the cells of {a} lie {here} of the input apart on the {where}, those of {b} {there}"
    return Diagnostic(code, text, join.span, f"give both branches the same product of strides, {here} or {there}")


def shifted(
    code: Code, join: Node, one: Branch, other: Branch, shifts: Mapping[int, Rational], order: Order
) -> Diagnostic:
    """The finding: the join, both branches, and by how much the one looks past the other."""
    each = [(shifts[axis], SIDES[letter]) for axis, letter in named(shifts, join, order)]
    where = listed([f"{pixels([-by if by < 0 else by])} further {sides[by > 0]}" for by, sides in each], "and")
    text = f"{join.name}: each cell of {other[0].name} looks {where} than the same cell of {one[0].name}"
    hint = "pad or crop both branches alike at the start and the end of the axis"
    return Diagnostic(code, text, join.span, hint)


def pixels(numbers: Sequence[Rational]) -> str:
    """1 pixel, 1.5 pixels, 2 and 4 pixels where axes differ."""
    return f"{listed(dict.fromkeys(map(decimal, numbers)), 'and')} pixel{'' if set(numbers) == {1} else 's'}"


def decimal(number: Rational) -> str:
    """A number with halves as a decimal; other fractions as they are."""
    return f"{float(number)}" if number.denominator == 2 else str(number)
