from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.faults import NOT_YET
from cnncalc.layer import UNBOUNDED, Elementwise, Module, Parameter, Requirement, Saved, number
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Scale(Elementwise):
    """Multiplies every number by a constant: a product a number (Szegedy et al. 2017, section 3.3: 0.1 to 0.3)."""

    parameters = (Parameter("number", "number", positional=True, low=-UNBOUNDED),)
    examples = (
        ("6x5x4", "scale 0.17"),
        ("9x3", "scale -1"),
        ("2x3x4x2", "scale 1/8"),
        ("10", "scale number=2"),
    )

    number: Fraction | None

    def work(self, *inputs: Shape) -> Work:
        return Work(muls=inputs[0].elements)

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        text = "scale without a number (a join that multiplies branches) is not supported yet"
        yield Requirement(self.number is not None, NOT_YET, text, (), "write the number: scale 0.17")

    def saved(self, *inputs: Shape) -> Saved:
        return Saved()

    def torch(self, *inputs: Shape) -> Module:
        return Module("", f"{{x}} * {number(self.number)}")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        return inputs[0] * float(self.number or 0)
