from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.faults import WINDOW_EXCEEDS
from cnncalc.geometry import Shape, Window
from cnncalc.layer import Layer, Module, Parameter, Requirement, Saved, Weight, literal
from cnncalc.layers._sliding import NAMES, options, windows
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Axes
    from cnncalc.layer import Array

HELPER = """\
class Subsample(nn.Module):
    \"\"\"A pool whose maps are each scaled by a trained coefficient and shifted by a trained bias.\"\"\"

    def __init__(self, maps: int, pool: nn.Module) -> None:
        super().__init__()
        self.pool = pool
        self.weight = nn.Parameter(torch.ones(maps))
        self.bias = nn.Parameter(torch.zeros(maps))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shape = (-1, *[1] * (x.dim() - 2))
        return self.pool(x) * self.weight.view(shape) + self.bias.view(shape)
"""


class Subsample(Layer):
    """LeNet-5's trainable pooling: the mean under each window, times a coefficient, plus a bias, both one a map.

    Output (W - F)/S + 1 on each axis, channels as they are; 2C params; F*F adds, a division and a product an output,
    no MACs; F*F + 1 connections an output (LeCun et al. 1998, section II.B, where the sum takes the place of the mean
    and the coefficient that of 1/F^2).
    """

    parameters = (
        Parameter("kernel", "extents", letters="FK", positional=True, required=True),
        Parameter("stride", "extents", letters="S", default="kernel"),
    )
    ranks = (1, 2, 3)
    postfix = True
    linear = True
    examples = (
        ("28x28x6", "subsample 2x2"),
        ("10x10x16", "subsample 2"),
        ("9x8x3", "subsample 3x2 stride 2x1"),
        ("20x5", "subsample 4 stride 2"),
        ("6x7x5x2", "subsample 3x2x2 stride 2x1x1"),
    )

    kernel: Axes
    stride: Axes

    def window(self, *inputs: Shape) -> Window:
        rank = len(self.kernel)
        return Window(self.kernel, self.stride, ((0, 0),) * rank, (1,) * rank)

    def out(self, *inputs: Shape) -> Shape:
        return Shape(inputs[0].channels, self.window(*inputs).out(inputs[0].extents))

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        maps = (inputs[0].channels,)
        return {"weight": Weight(maps), "bias": Weight(maps, bias=True)}

    def work(self, *inputs: Shape) -> Work:
        outputs = self.out(*inputs).elements
        return Work(adds=outputs * prod(self.kernel), muls=outputs, divs=outputs)

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        text, remedy = (
            "the window is {0} {1}, its input {2}",
            "use a kernel of at most {2}, or an input at least {0} {1}",
        )
        for name, k, extent in zip(NAMES[inputs[0].rank], self.kernel, inputs[0].extents, strict=True):
            yield Requirement(extent >= k, WINDOW_EXCEEDS, text, (k, name, extent), remedy, "kernel")

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True, extra=() if self.frozen else ((self.out(*inputs).elements, 0),))

    def trained(self, needs: tuple[bool, ...], *inputs: Shape) -> Saved:
        return self.saved(*inputs)._replace(input=needs[0])

    def connections(self, *inputs: Shape) -> int:
        return self.out(*inputs).elements * (prod(self.kernel) + 1)

    def torch(self, *inputs: Shape) -> Module:
        x = inputs[0]
        stride = options({"stride": (literal(self.stride), literal(self.kernel))})
        pool = f"nn.AvgPool{x.rank}d({literal(self.kernel)}{stride})"
        return Module(f"Subsample({x.channels}, {pool})", helper=HELPER)

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        x = inputs[0]
        shape = Shape(x.shape[1], x.shape[2:])
        window = self.window(shape)
        mean = windows(x, window, window.out(shape.extents)).mean(axis=tuple(range(-shape.rank, 0)))
        scale, bias = (weights[name].reshape(-1, *[1] * shape.rank) for name in ("weight", "bias"))
        out: Array = mean * scale + bias
        return out
