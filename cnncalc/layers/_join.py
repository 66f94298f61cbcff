"""What the layers share that join several tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.faults import UNEQUAL
from cnncalc.geometry import Shape
from cnncalc.layer import Arrangement, Requirement
from cnncalc.layers._sliding import NAMES, larger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.layer import Array


class Joining(Arrangement):
    """A join reads its branches cell by cell, in the order they are written: nothing slides, nothing is learned."""

    arity = 2
    joins = True
    remedy = "give every branch the same stride and pad"

    def passes(self, *inputs: Shape) -> bool:
        return len(inputs) == 1

    def axiswise(self, inputs: tuple[Shape, ...], broadcast: bool = False) -> Iterator[Requirement]:
        """Every branch has the extents of the first; with `broadcast` an extent of 1 goes with any."""
        first, *others = promoted(inputs)
        for number, shape in enumerate(others, 2):
            text = "{0} needs branches of one rank: the first is a {1}-D map, branch {2} a {3}-D one"
            values = (self.keyword(), first.rank, number, shape.rank)
            yield Requirement(first.rank == shape.rank, UNEQUAL, text, values, "reshape one of them")
            for name, a, b in zip(NAMES[first.rank], first.extents, shape.extents, strict=True):
                text = "{0} needs maps of one size: {5} {1} {4}, branch {2} is {3}"
                before = "those above are" if broadcast and number > 2 else "the first branch is"
                sizes = (self.keyword(), a, number, b, name, before)
                holds = (a == b) | (broadcast & ((a == 1) | (b == 1)))
                yield Requirement(holds, UNEQUAL, text, sizes, self.remedy)
            first = repeated(first, shape) if broadcast else first

    def channelwise(self, inputs: tuple[Shape, ...], broadcast: bool = False) -> Iterator[Requirement]:
        """Every branch has the channels of the first; with `broadcast` one channel goes with any."""
        first, *others = inputs
        for number, shape in enumerate(others, 2):
            a, b = first.channels, shape.channels
            text = "{0} needs as many channels in every branch: {4} {1}, branch {2} has {3}"
            before = "those above have" if broadcast and number > 2 else "the first has"
            remedy = "end every branch with as many filters, or project the input: - shortcut"
            holds = (a == b) | (broadcast & ((a == 1) | (b == 1)))
            yield Requirement(holds, UNEQUAL, text, (self.keyword(), a, number, b, before), remedy)
            first = Shape(larger(a, b)) if broadcast else first


def repeated(a: Shape, b: Shape) -> Shape:
    """Two branches with an axis of 1 repeated along the other's."""
    return Shape(larger(a.channels, b.channels), tuple(map(larger, a.extents, b.extents)))


def promoted(inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Vectors beside maps as maps of 1x1."""
    rank = max((shape.rank for shape in inputs), default=0)
    return tuple([shape if shape.rank else Shape(shape.channels, (1,) * rank) for shape in inputs])


def operands(inputs: tuple[Shape, ...]) -> list[str]:
    """The text of each operand; a vector beside maps gets their axes."""
    rank = max((shape.rank for shape in inputs), default=0)
    mapped = "[" + ", ".join([":", ":", *["None"] * rank]) + "]"
    return [f"{{{i}}}" + mapped * (rank > shape.rank) for i, shape in enumerate(inputs)]


def arrays(inputs: tuple[Array, ...]) -> list[Array]:
    """The operands themselves; a vector beside maps gets their axes."""
    rank = max(x.ndim for x in inputs)
    return [x.reshape(*x.shape, *[1] * (rank - x.ndim)) for x in inputs]
