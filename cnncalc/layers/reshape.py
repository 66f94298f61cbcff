from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.faults import ELEMENTS, WRONG_RANK
from cnncalc.geometry import WHOLE
from cnncalc.layer import Arrangement, Module, Parameter, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Shape, Whole
    from cnncalc.layer import Array


class Reshape(Arrangement):
    """The same numbers under another shape, in PyTorch's order of memory and without a copy (PyTorch, nn.Unflatten).

    The order is channel by channel, and in each row by row. Where the extents change, a number of the output is one
    of the input, but which one no window says: the receptive field is then the whole input, a bound.
    """

    view = True
    gathers = "sample"
    parameters = (Parameter("shape", "shape", positional=True, required=True),)
    linear = True
    examples = (
        ("784", "reshape 28x28x1"),
        ("6x5x4", "reshape 10x12"),
        ("6x5x4", "reshape 120"),
        ("9x4", "reshape 3x2x6"),
        ("2x3x4x2", "reshape 2x3x4x2"),
    )

    shape: Shape

    def out(self, *inputs: Shape) -> Shape:
        return self.shape

    def window(self, *inputs: Shape) -> Whole | None:
        # a vector keeps the field of the cells it came from, as behind flatten
        return None if self.shape.extents in ((), inputs[0].extents) else WHOLE

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        text, remedy = "numbers under another shape are still no tokens", "write {0} for a vector"
        yield Requirement(self.shape.channels >= 1, WRONG_RANK, text, (self.shape.elements,), remedy, "shape")
        wanted, there = self.shape.elements, inputs[0].elements
        text = "the shape asked for holds {0:,} numbers, the input {1:,}"
        remedy = "write a shape whose extents and channels multiply to {1}"
        yield Requirement(wanted == there, ELEMENTS, text, (wanted, there), remedy, "shape")

    def torch(self, *inputs: Shape) -> Module:
        return Module("", f"{{x}}.reshape(-1, {', '.join(map(str, self.shape.dims))})")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        return inputs[0].reshape(len(inputs[0]), *self.shape.dims)
