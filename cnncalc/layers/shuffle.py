from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.faults import GROUPS
from cnncalc.layer import Arrangement, Module, Parameter, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Shape
    from cnncalc.layer import Array


class Shuffle(Arrangement):
    """Channel shuffle: the channels in `groups` rows, read column by column (Zhang et al. 2018, section 3.1).

    Of 6 channels in 2 groups: 0, 3, 1, 4, 2, 5. No params and no work; the numbers are copied to new places.
    """

    ranks = (1, 2, 3)
    parameters = (Parameter("groups", "count", positional=True, required=True),)
    linear = True
    examples = (("6x5x4", "shuffle 2"), ("9x6", "shuffle 3"), ("2x3x4x6", "shuffle groups=2"))

    groups: int

    def out(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        channels, groups = inputs[0].channels, self.groups
        text, remedy = "{0} groups do not divide the {1} channels", "use a number of groups that divides {1}"
        yield Requirement(channels % groups == 0, GROUPS, text, (groups, channels), remedy, "groups")

    def torch(self, *inputs: Shape) -> Module:
        return Module(f"nn.ChannelShuffle({self.groups})")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        x = inputs[0]
        return x.reshape(len(x), self.groups, -1, *x.shape[2:]).swapaxes(1, 2).reshape(x.shape)
