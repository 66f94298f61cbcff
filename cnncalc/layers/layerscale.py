from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import UNBOUNDED, Elementwise, Module, Parameter, Saved, Weight, number
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


HELPER = """\
class LayerScale(nn.Module):
    \"\"\"Multiplies each channel by one trained number.\"\"\"

    def __init__(self, init: float, *shape: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full(shape, float(init)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.weight
"""


class Layerscale(Elementwise):
    """Multiplies each channel by a trained number that begins small (Touvron et al. 2021, "Going deeper with Image
    Transformers", section 2).

    C params, a product a number. Training keeps the input.
    """

    parameters = (Parameter("init", "number", positional=True, default="1e-6", low=-UNBOUNDED),)
    linear = True
    examples = (
        ("6x5x4", "layerscale"),
        ("9x3", "layerscale 0.1"),
        ("2x3x4x2", "layerscale init=1"),
        ("10", "layerscale 1e-5"),
    )

    init: Fraction

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {"weight": Weight((inputs[0].channels, *[1] * inputs[0].rank))}

    def work(self, *inputs: Shape) -> Work:
        return Work(muls=inputs[0].elements)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=not self.frozen)

    def torch(self, *inputs: Shape) -> Module:
        shape = ", ".join(map(str, self.weights(*inputs)["weight"].shape))
        return Module(f"LayerScale({number(self.init)}, {shape})", helper=HELPER)

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        return inputs[0] * weights["weight"]
