from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.faults import GROUPS
from cnncalc.layer import Module, Normalization, Parameter, Requirement, Weight
from cnncalc.layers._statistics import enough, kept, standardized, standardizing
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array, Saved


class Gn(Normalization):
    """Group normalization: (x - mean)/sqrt(variance + 1e-5) * weight + bias over each group of C/groups channels.

    2C params, in evaluation as in training (Wu & He 2018, section 3, equations 1 to 7). A number costs 4 additions
    (less one a group), 2 products and a division, a group 2 divisions and a root. Training keeps the input, and a
    mean and a deviation a group. The receptive field is that of the numbers it scales: what each of them reads of
    the whole map through the statistics is left out.
    """

    parameters = (Parameter("groups", "count", positional=True, required=True),)
    gathers = "batch"
    examples = (("6x5x4", "gn 2"), ("9x3", "gn groups=1"), ("2x3x4x2", "gn 2"), ("10", "gn 5"))

    groups: int

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {"weight": Weight((inputs[0].channels,)), "bias": Weight((inputs[0].channels,), bias=True)}

    def work(self, *inputs: Shape) -> Work:
        n = inputs[0].elements
        return Work.total((standardizing(n, self.groups), Work(muls=n, adds=n)))

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        channels, groups = inputs[0].channels, self.groups
        text, remedy = "{0} groups do not divide the {1} channels", "use a number of groups that divides {1}"
        yield Requirement(channels % groups == 0, GROUPS, text, (groups, channels), remedy, "groups")
        yield enough(inputs[0].elements // groups, "a group", "use fewer groups, or normalize a larger map", "groups")

    def saved(self, *inputs: Shape) -> Saved:
        return kept(self.groups)

    def torch(self, *inputs: Shape) -> Module:
        return Module(f"nn.GroupNorm({self.groups}, {inputs[0].channels})")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        x = inputs[0]
        weight, bias = (weights[name].reshape(-1, *[1] * (x.ndim - 2)) for name in ("weight", "bias"))
        return standardized(x.reshape(len(x), self.groups, -1), (2,), 1e-5).reshape(x.shape) * weight + bias
