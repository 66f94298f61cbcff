from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.faults import SLICE
from cnncalc.layer import Arrangement, Module, Parameter, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Axes, Shape
    from cnncalc.layer import Array


class Slice(Arrangement):
    """Channels A to B of its input, counted from 0 and B not among them, without a copy.

    No params and no work (the channel split of Ma et al. 2018, "ShuffleNet V2", section 3: `slice 0:C//2`).
    """

    view = True
    parameters = (Parameter("channels", "range", unit="A:B", positional=True, required=True, low=0),)
    linear = True
    examples = (
        ("6x5x8", "slice 0:3"),
        ("9x4", "slice C//2:C"),
        ("2x3x4x2", "slice channels=1:2"),
        ("10", "slice 4:10"),
    )

    channels: Axes

    def out(self, *inputs: Shape) -> Shape:
        begin, end = self.channels
        return inputs[0]._replace(channels=end - begin)

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        (begin, end), channels = self.channels, inputs[0].channels
        text = "the slice begins at channel {0} and ends before {1}: it holds none"
        remedy = "write {0}:{2}, the end above the start"
        yield Requirement(begin < end, SLICE, text, (begin, end, begin + 1), remedy, "channels")
        text, remedy = "the slice ends before channel {0}, and the input has {1} channels", "end it at {1} at most"
        yield Requirement(end <= channels, SLICE, text, (end, channels), remedy, "channels")

    def torch(self, *inputs: Shape) -> Module:
        begin, end = self.channels
        return Module("", f"{{x}}[:, {begin or ''}:{end}]")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        return inputs[0][:, slice(*self.channels)]
