from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layer import Elementwise, Module, Parameter, Saved, Weight
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


HELPER = """\
class Bias(nn.Module):
    \"\"\"Adds one trained number a channel, or one a position of each.\"\"\"

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(shape))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.bias
"""


class Bias(Elementwise):
    """Adds a trained number: one a channel, or with `untied` one a position of each channel.

    C params, or W*H*C; one addition a number (untied: Silver et al. 2016, Methods, "Neural network architecture":
    "a different bias for each position").
    """

    parameters = (Parameter("untied", "flag"),)
    # `conv 64 3x3 bias` means the bias that conv has anyway, not a second one
    postfix = False
    linear = True
    examples = (
        ("19x19x1", "bias untied"),
        ("6x5x4", "bias"),
        ("9x3", "bias"),
        ("2x3x4x2", "bias untied"),
        ("10", "bias"),
    )

    untied: int

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        shape = inputs[0].dims if self.untied else (inputs[0].channels, *[1] * inputs[0].rank)
        return {"bias": Weight(shape, bias=True)}

    def work(self, *inputs: Shape) -> Work:
        return Work(adds=inputs[0].elements)

    def saved(self, *inputs: Shape) -> Saved:
        return Saved()

    def torch(self, *inputs: Shape) -> Module:
        shape = ", ".join(map(str, self.weights(*inputs)["bias"].shape))
        return Module(f"Bias({shape})", helper=HELPER)

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        return inputs[0] + weights["bias"]
