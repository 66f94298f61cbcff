from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Arrangement, Module, Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Input(Arrangement):
    """What the network reads: its shape, without the batch axis (CS231n, "Convolutional Networks": INPUT [32x32x3])."""

    parameters = (Parameter("shape", "shape", positional=True, required=True),)
    arity = 0
    view = True
    examples = (
        ("", "input 227x227x3"),
        ("", "input 3@32x32"),
        ("", "input 64x300"),
        ("", "input 784"),
        ("", "input 64 tokens"),
    )

    shape: Shape

    def out(self, *inputs: Shape) -> Shape:
        return self.shape

    def torch(self, *inputs: Shape) -> Module:
        return Module("", "{x}")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        return inputs[0]
