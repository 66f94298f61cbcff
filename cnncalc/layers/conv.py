from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.faults import CONTRADICTION, GROUPS, MISSING
from cnncalc.geometry import Shape, Window
from cnncalc.layer import Layer, Module, Parameter, Requirement, Weight, literal
from cnncalc.layers._sliding import explicit_pad, options, room, run_pad, saved_input, windows
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Axes, Pad
    from cnncalc.layer import Array, Saved


class Conv(Layer):
    """Convolution in one, two or three dimensions: K filters of extent F, each over C/groups channels.

    Output (W - F + 2P)/S + 1 on each axis, K channels; params (F*F*C/groups + 1)*K, weights without the +1;
    MACs out*F*F*C/groups (CS231n, "Convolutional Networks"; Dumoulin & Visin 2016, relationship 6;
    dilation: section 5.1). `depthwise` gives each channel filters of its own (Howard et al. 2017, eq. 3).
    """

    parameters = (
        Parameter("filters", "count", unit="filters", letters="K", positional=True),
        Parameter("kernel", "extents", letters="F", positional=True, required=True),
        Parameter("stride", "extents", letters="S", default="1"),
        Parameter("pad", "pad", letters="P", default="0", low=0),
        Parameter("dilation", "extents", default="1"),
        Parameter("groups", "count", default="1"),
        Parameter("nobias", "flag"),
        Parameter("depthwise", "flag"),
        Parameter("in", "count"),
    )
    ranks = (1, 2, 3)
    examples = (
        ("227x227x3", "conv 96 11x11 stride 4"),
        ("32x32x3", "conv 10 5x5 pad 2"),
        ("12x10x6", "conv 4 3x5 stride 2x1 pad 1x2 dilation 2x1 groups 2 nobias"),
        ("9x9x4", "conv depthwise 3x3 pad same"),
        ("9x9x4", "conv 2*C depthwise 3 pad 0:1x1:2"),
        ("8x8x2", "conv 3 3x3 pad 1 reflect"),
        ("8x8x2", "conv 3 3x3 pad full circular stride 2"),
        ("8x7x2", "conv 3 4x4 pad same copy stride 2"),
        ("20x5", "conv 7 3 stride 2 pad 1"),
        ("6x7x5x2", "conv 3 3x2x1 pad 1x0x0"),
    )

    filters: int | None
    kernel: Axes
    stride: Axes
    pad: Pad
    dilation: Axes
    groups: int
    nobias: int
    depthwise: int

    def split(self, x: Shape) -> tuple[int, int]:
        """(filters, groups) over an input of shape x."""
        filters = x.channels if self.filters is None else self.filters
        return filters, x.channels if self.depthwise else self.groups

    def window(self, *inputs: Shape) -> Window:
        slide = Window(self.kernel, self.stride, (), self.dilation)
        return slide._replace(pad=self.pad.cells(inputs[0].extents, slide.reach, self.stride))

    def out(self, *inputs: Shape) -> Shape:
        return Shape(self.split(inputs[0])[0], self.window(*inputs).out(inputs[0].extents))

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        filters, groups = self.split(inputs[0])
        weight = {"weight": Weight((filters, inputs[0].channels // groups, *self.kernel))}
        return weight if self.nobias else {**weight, "bias": Weight((filters,), bias=True)}

    def work(self, *inputs: Shape) -> Work:
        _, groups = self.split(inputs[0])
        taps = prod(self.kernel) * (inputs[0].channels // groups)
        return Work(macs=self.out(*inputs).elements * taps)

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        filters, groups = self.split(inputs[0])
        counted = self.filters is not None or self.depthwise == 1
        yield Requirement(counted, MISSING, "conv has no number of filters", (), "write it first: conv 64 3x3")
        text = "depthwise is one group a channel, and groups {0} is asked for as well"
        remedy = "leave out 'groups' or 'depthwise'"
        yield Requirement(not self.depthwise or self.groups == 1, CONTRADICTION, text, (self.groups,), remedy, "groups")
        text = "{0} groups do not divide the {1} input channels"
        remedy = "use groups that divide both {1} channels and {2} filters"
        values = (groups, inputs[0].channels, filters)
        yield Requirement(inputs[0].channels % groups == 0, GROUPS, text, values, remedy, "groups")
        text = "{0} groups do not divide the {2} filters"
        yield Requirement(filters % groups == 0, GROUPS, text, values, remedy, "filters")
        yield from room(self.window(*inputs), inputs[0], self.pad.fill)

    def saved(self, *inputs: Shape) -> Saved:
        return saved_input(inputs[0], self.window(*inputs).pad, self.pad.fill)

    def torch(self, *inputs: Shape) -> Module:
        x, window = inputs[0], self.window(*inputs)
        filters, groups = self.split(x)
        inside, call = explicit_pad(window.pad, self.pad.fill)
        given = {
            "stride": (literal(self.stride), "1"),
            "padding": (literal(inside), "0"),
            "dilation": (literal(self.dilation), "1"),
            "groups": (str(groups), "1"),
            "bias": (str(not self.nobias), "True"),
        }
        sizes = f"{x.channels}, {filters}, {literal(self.kernel)}"
        return Module(f"nn.Conv{x.rank}d({sizes}{options(given)})", call)

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        x = inputs[0]
        shape = Shape(x.shape[1], x.shape[2:])
        _, groups = self.split(shape)
        window = self.window(shape)
        taps = windows(run_pad(x, window.pad, self.pad.fill), window, window.out(shape.extents))
        filters, parts = np.split(weights["weight"], groups), np.split(taps, groups, axis=1)
        axes = (range(1, 2 + shape.rank), [1, *range(2 + shape.rank, 2 + 2 * shape.rank)])
        outs = [np.moveaxis(np.tensordot(f, p, axes), 0, 1) for f, p in zip(filters, parts, strict=True)]
        out: Array = np.concatenate(outs, axis=1)
        return out + weights["bias"].reshape(1, -1, *[1] * shape.rank) if "bias" in weights else out

    def claims(self, *inputs: Shape) -> Iterator[tuple[str, int, int, str]]:
        said = self.__dict__.get("in")
        if said is not None:
            yield "in", said, inputs[0].channels, "the map above has {found} channels"
