from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Layer, Module, Parameter, Saved
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Shape, Whole, Window
    from cnncalc.layer import Array, Requirement, Weight


class Input(Layer):
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

    def window(self, *inputs: Shape) -> Window | Whole | None:
        return None

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {}

    def work(self, *inputs: Shape) -> Work:
        return Work()

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        return iter(())

    def saved(self, *inputs: Shape) -> Saved:
        return Saved()

    def torch(self, *inputs: Shape) -> Module:
        return Module("", "{x}")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        return inputs[0]
