from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Module
from cnncalc.layers._join import Joining, arrays, operands, promoted
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array, Requirement


class Add(Joining):
    """The sum of its branches, number by number (He et al. 2016, "Deep Residual Learning", equation 1).

    All of one shape: nothing is broadcast. One addition an output for every branch but the first.
    """

    linear = True
    examples = (
        ("6x5x4", "add from INPUT, INPUT"),
        ("9x3", "add from INPUT and INPUT"),
        ("2x3x4x2", "add from INPUT, INPUT, INPUT"),
        ("10", "add from INPUT, INPUT"),
    )

    def out(self, *inputs: Shape) -> Shape:
        return promoted(inputs)[0]

    def work(self, *inputs: Shape) -> Work:
        return Work(adds=(len(inputs) - 1) * self.out(*inputs).elements)

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        yield from self.axiswise(inputs)
        yield from self.channelwise(inputs)

    def torch(self, *inputs: Shape) -> Module:
        return Module("", " + ".join(operands(inputs)))

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        return sum(arrays(inputs)[1:], arrays(inputs)[0])
