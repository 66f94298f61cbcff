from __future__ import annotations

from functools import reduce
from operator import mul
from typing import TYPE_CHECKING

from cnncalc.faults import CONTRADICTION
from cnncalc.layer import UNBOUNDED, Module, Parameter, Requirement, Saved, number
from cnncalc.layers._join import Joining, arrays, operands, promoted, repeated
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Scale(Joining):
    """Every number times a constant; or, without one, its branches multiplied number by number.

    The constant is 0.1 to 0.3 behind residual branches (Szegedy et al. 2017, section 3.3). Of branches an axis of 1 is
    repeated along the others (Hu et al. 2018, equation 4): one product an output for the constant, or for every branch
    but the first.
    """

    arity = 1
    postfix = True
    parameters = (Parameter("number", "number", positional=True, low=-UNBOUNDED),)
    examples = (
        ("6x5x4", "scale 0.17"),
        ("9x3", "scale -1"),
        ("2x3x4x2", "scale 1/8"),
        ("10", "scale number=2"),
        ("6x5x4", "scale from INPUT, INPUT"),
        ("9x3", "scale from INPUT, INPUT, INPUT"),
    )

    number: Fraction | None

    def passes(self, *inputs: Shape) -> bool:
        return len(inputs) == 1 and self.number is None

    def out(self, *inputs: Shape) -> Shape:
        return reduce(repeated, promoted(inputs))

    def work(self, *inputs: Shape) -> Work:
        products = len(inputs) - 1 + (self.number is not None)
        return Work(muls=products * self.out(*inputs).elements)

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        text = "scale has a number and {0} branches"
        remedy = "leave the number out, or give it a line of its own behind the join"
        alone = len(inputs) == 1
        yield Requirement(alone or self.number is None, CONTRADICTION, text, (len(inputs),), remedy, "number")
        yield from self.axiswise(inputs, True)
        yield from self.channelwise(inputs, True)

    def saved(self, *inputs: Shape) -> Saved:
        products = [self.out(*inputs[:count]) for count in range(2, len(inputs))]
        return Saved(input=len(inputs) > 1, extra=tuple((product.elements, 0) for product in products))

    def trained(self, needs: tuple[bool, ...], *inputs: Shape) -> Saved:
        # a product keeps each factor for the other's gradient
        known = [any(needs[:place]) for place in range(1, len(needs))]
        kept = (needs[1], *known) if known else ()
        products = self.saved(*inputs).extra
        extra = tuple(product for product, needed in zip(products, needs[2:], strict=True) if needed) if known else ()
        return Saved(input=any(kept), extra=extra, but=tuple(place for place, keep in enumerate(kept) if not keep))

    def torch(self, *inputs: Shape) -> Module:
        if self.number is not None:
            return Module("", f"{{x}} * {number(self.number)}")
        return Module("", " * ".join(operands(inputs)))

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        out: Array = reduce(mul, arrays(inputs)) * float(1 if self.number is None else self.number)
        return out
