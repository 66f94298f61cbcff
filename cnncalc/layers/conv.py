from __future__ import annotations

from functools import reduce
from math import prod
from operator import iadd
from typing import TYPE_CHECKING

from cnncalc.faults import CONNECTION, CONTRADICTION, GROUPS, MISSING
from cnncalc.geometry import Shape, Window
from cnncalc.layer import Layer, Module, Parameter, Part, Requirement, Weight, figure, literal, second
from cnncalc.layers._sliding import (
    CALL,
    MODES,
    explicit_pad,
    module_pads,
    options,
    padded_call,
    room,
    rows,
    run_pad,
    saved_input,
    seen,
    windows,
)  # fmt: skip
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Axes, Pad
    from cnncalc.layer import Array, Saved

HELPER = """\
class Connected(nn.Module):
    \"\"\"A convolution whose filters each read maps of their own: a row of indices for every filter.\"\"\"

    def __init__(
        self, conv: type[nn.Module], kernel: int | tuple[int, ...], *rows: tuple[int, ...], **options: object
    ) -> None:
        super().__init__()
        self.rows = [list(row) for row in rows]
        self.convs = nn.ModuleList(conv(len(row), 1, kernel, **options) for row in rows)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([conv(x[:, row]) for conv, row in zip(self.convs, self.rows, strict=True)], 1)
"""


class Conv(Layer):
    """Convolution in one, two or three dimensions: K filters of extent F, each over C/groups channels.

    Output (W - F + 2P)/S + 1 on each axis, K channels; params (F*F*C/groups + 1)*K, weights without the +1;
    MACs out*F*F*C/groups (CS231n, "Convolutional Networks"; Dumoulin & Visin 2016, relationship 6;
    dilation: section 5.1). `depthwise` gives each channel filters of its own (Howard et al. 2017, eq. 3). `connect`
    gives each filter the maps it reads, counted from 0: F*F a map and a bias (LeCun et al. 1998, table I).
    """

    parameters = (
        Parameter("filters", "count", unit="filters", letters="K", positional=True, yields=("depthwise", "connect")),
        Parameter("kernel", "extents", letters="F", positional=True, required=True),
        Parameter("stride", "extents", letters="S", default="1"),
        Parameter("pad", "pad", letters="P", default="0", low=0),
        Parameter("dilation", "extents", default="1"),
        Parameter("groups", "count", default="1"),
        Parameter("nobias", "flag"),
        Parameter("depthwise", "flag"),
        Parameter("in", "count"),
        Parameter("connect", "rows", low=0),
    )
    ranks = (1, 2, 3)
    linear = True
    examples = (
        ("227x227x3", "conv 96 11x11 stride 4"),
        ("32x32x3", "conv 10 5x5 pad 2"),
        ("12x10x6", "conv 4 3x5 stride 2x1 pad 1x2 dilation 2x1 groups 2 nobias"),
        ("9x9x4", "conv depthwise 3x3 pad same"),
        ("9x9x4", "conv depthwise 3"),
        ("20x3", "conv 3 connect 0,1 1,2"),
        ("9x9x4", "conv 2*C depthwise 3 pad 0:1x1:2"),
        ("8x8x2", "conv 3 3x3 pad 1 reflect"),
        ("8x8x2", "conv 3 3x3 pad full circular stride 2"),
        ("8x7x2", "conv 3 4x4 pad same copy stride 2"),
        ("14x14x6", "conv 5x5 connect 0,1,2 1,2,3,4 5 0,1,2,3,4,5"),
        ("9x8x4", "conv 3 3x3 stride 2 pad 1 nobias connect 0,1 2,3 0,3"),
        ("9x8x4", "conv 3x3 pad 1 reflect connect 0 3,1"),
        ("9x8x4", "conv 3x2 pad 0:1 connect 0,2 1"),
        ("12x4", "conv F=3 dilation 2 connect 0,1 1,2 2,3"),
        ("5x4x6x3", "conv F=2 pad 1x0x0 circular connect 0,1 1,2"),
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
    connect: tuple[Axes, ...] | None

    def split(self, x: Shape) -> tuple[int, int]:
        """(filters, groups) over an input of shape x."""
        counted = len(self.connect) if self.connect else x.channels
        filters = counted if self.filters is None else self.filters
        return filters, x.channels if self.depthwise else self.groups

    @property
    def links(self) -> int:
        """The maps that the filters read, counted for each filter by itself."""
        return sum(map(len, self.connect or ()))

    def window(self, *inputs: Shape) -> Window:
        slide = Window(self.kernel, self.stride, (), self.dilation)
        return slide._replace(pad=self.pad.cells(inputs[0].extents, slide.reach, self.stride))

    def out(self, *inputs: Shape) -> Shape:
        return Shape(self.split(inputs[0])[0], self.window(*inputs).out(inputs[0].extents))

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        if self.connect:
            return row_weights(self.connect, self.kernel, not self.nobias)
        filters, groups = self.split(inputs[0])
        weight = {"weight": Weight((filters, inputs[0].channels // groups, *self.kernel))}
        return weight if self.nobias else {**weight, "bias": Weight((filters,), bias=True)}

    def work(self, *inputs: Shape) -> Work:
        filters, groups = self.split(inputs[0])
        each = self.links if self.connect else filters * (inputs[0].channels // groups)
        return Work(macs=prod(self.out(*inputs).extents) * each * prod(self.kernel))

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        filters, groups = self.split(inputs[0])
        counted = self.filters is not None or self.depthwise == 1 or bool(self.connect)
        yield Requirement(counted, MISSING, "conv has no number of filters", (), "write it first: conv 64 3x3")
        text = "depthwise is one group a channel, and groups {0} is asked for as well"
        remedy = "leave out 'groups' or 'depthwise'"
        yield Requirement(not self.depthwise or self.groups == 1, CONTRADICTION, text, (self.groups,), remedy, "groups")
        if self.connect:
            yield from self.connected(self.connect, inputs[0].channels, filters)
        text = "{0} groups do not divide the {1} input channels"
        remedy = "use groups that divide both {1} channels and {2} filters"
        values = (groups, inputs[0].channels, filters)
        yield Requirement(inputs[0].channels % groups == 0, GROUPS, text, values, remedy, "groups")
        text = "{0} groups do not divide the {2} filters"
        yield Requirement(filters % groups == 0, GROUPS, text, values, remedy, "filters")
        yield from room(self.window(*inputs), inputs[0], self.pad.fill)

    def connected(self, rows: tuple[Axes, ...], channels: int, filters: int) -> Iterator[Requirement]:
        """`connect` chooses maps by itself: a row for each filter, of maps that exist, none twice."""
        text, other = "'connect' says which maps each filter reads, and '{0}' is given as well", "groups"
        other = "depthwise" if self.depthwise else other
        remedy = f"leave out 'connect' or '{other}'"
        yield Requirement(not self.depthwise and self.groups == 1, CONTRADICTION, text, (other,), remedy, other)
        text, remedy = (
            "{0} filters are asked for, and 'connect' has {1} rows",
            "write a row for each, or leave out the {0}",
        )
        yield Requirement(filters == len(rows), CONTRADICTION, text, (filters, len(rows)), remedy, "connect")
        for number, row in enumerate(rows, 1):
            text, remedy = "row {0} of 'connect' reads map {1}, and there are {2}", "they are counted from 0 to {3}"
            values = (number, max(row), channels, channels - 1)
            yield Requirement(max(row) < channels, CONNECTION, text, values, remedy, "connect")
            twice = next((index for at, index in enumerate(row) if index in row[:at]), -1)
            text = "row {0} of 'connect' reads map {1} twice"
            remedy = "write {1} once in row {0}; the next row begins behind a space without a comma"
            yield Requirement(twice < 0, CONNECTION, text, (number, twice), remedy, "connect")

    def saved(self, *inputs: Shape) -> Saved:
        kept = saved_input(inputs[0], self.window(*inputs).pad, self.pad.fill)
        if not self.connect:
            return kept
        copied = kept.extra[0][0] if kept.extra else inputs[0].elements
        gathered = copied // inputs[0].channels * self.links
        return kept._replace(input=kept.input and bool(kept.extra), extra=((gathered, 0),), once=((self.links, 8),))

    def trained(self, needs: tuple[bool, ...], *inputs: Shape) -> Saved:
        # what F.pad reflects or copies and which maps are gathered are kept for the gradient of the input alone
        saved = self.saved(*inputs)
        return saved if needs[0] else saved._replace(input=saved.input and not saved.extra, once=())

    def torch(self, *inputs: Shape) -> Module:
        window = self.window(*inputs)
        inside, call = explicit_pad(window.pad, self.pad.fill)
        mode, starts = "zeros", tuple(start for start, _ in window.pad)
        if call != CALL and not self.connect and module_pads(window.pad, "zeros"):
            inside, call, mode = starts, CALL, MODES[self.pad.fill]
        return self.written(inputs[0], inside, mode, call)

    def torch_shared(self, *inputs: Shape) -> Module:
        """With `pad same` and a stride the padding follows from the extents, so that F.pad does all of it."""
        pad = self.window(*inputs).pad
        call = padded_call(pad, self.pad.fill) if any(map(any, pad)) else CALL
        return self.written(inputs[0], (0,) * len(pad), "zeros", call)

    def written(self, x: Shape, inside: Axes, mode: str, call: str) -> Module:
        """The module that pads so much itself, in this mode, and how it is called."""
        filters, groups = self.split(x)
        given = {
            "stride": (literal(self.stride), "1"),
            "padding": (literal(inside), "0"),
            "dilation": (literal(self.dilation), "1"),
            "groups": (str(groups), "1"),
            "bias": (str(not self.nobias), "True"),
            "padding_mode": (f'"{mode}"', '"zeros"'),
        }
        kind, kernel = f"nn.Conv{x.rank}d", literal(self.kernel)
        if self.connect:
            rows = ", ".join(map(str, self.connect))
            return Module(f"Connected({kind}, {kernel}, {rows}{options(given)})", call, HELPER)
        return Module(f"{kind}({x.channels}, {filters}, {kernel}{options(given)})", call)

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        x = inputs[0]
        shape = Shape(x.shape[1], x.shape[2:])
        _, groups = self.split(shape)
        window = self.window(shape)
        taps = windows(run_pad(x, window.pad, self.pad.fill), window, window.out(shape.extents))
        if self.connect:
            parts = [taps[:, row] for row in map(list, self.connect)]
            filters = [weights[f"convs.{i}.weight"] for i in range(len(parts))]
        else:
            filters, parts = np.split(weights["weight"], groups), np.split(taps, groups, axis=1)
        out: Array = np.concatenate([summed(f, p) for f, p in zip(filters, parts, strict=True)], axis=1)
        biases = [bias for name, bias in weights.items() if name.endswith("bias")]
        return out + np.concatenate(biases).reshape(1, -1, *[1] * shape.rank) if biases else out

    def worked(self, weights: Mapping[str, Array], x: Array, place: Axes, channel: int) -> tuple[Part, ...]:
        shape = Shape(len(x), x.shape[1:])
        filters, groups = self.split(shape)
        if self.connect:
            maps, kernels = self.connect[channel], weights[f"convs.{channel}.weight"][0]
        else:
            each = len(x) // groups
            first = channel * groups // filters * each
            maps, kernels = tuple(range(first, first + each)), weights["weight"][channel]
        cells = seen(x, self.window(shape), self.pad.fill, place)
        return tuple(multiplied(*pair) for pair in zip(maps, cells[list(maps)], kernels, strict=True))

    def claims(self, *inputs: Shape) -> Iterator[tuple[str, int, int, str]]:
        said = self.__dict__.get("in")
        if said is not None:
            yield "in", said, inputs[0].channels, "the map above has {found} channels"


def summed(weight: Array, taps: Array) -> Array:
    """The sums of products of all windows: tap by tap, so that nothing as large as all windows is made."""
    import numpy as np

    def product(weight: Array, x: Array) -> Array:
        single = weight.shape[1] == 1  # a matrix product would copy the map
        return np.multiply.outer(weight[:, 0], x[:, 0]) if single else np.tensordot(weight, x, (1, 1))

    parts = (product(weight[(..., *tap)], taps[(..., *tap)]) for tap in np.ndindex(weight.shape[2:]))
    return np.moveaxis(reduce(iadd, parts), 0, 1)


def multiplied(channel: int, cells: Array, kernel: Array) -> Part:
    """A kernel over the cells of one map: every weight times the number below it."""
    pairs = zip(rows(kernel).tolist(), rows(cells).tolist(), strict=True)
    terms = tuple(tuple(f"{figure(w)}*{second(x)}" for w, x in zip(*pair, strict=True)) for pair in pairs)
    return Part(channel, rows(cells), rows(kernel), terms, float((kernel * cells).sum()))


def row_weights(rows: tuple[Axes, ...], kernel: Axes, biased: bool) -> Mapping[str, Weight]:
    """The tensors of a convolution that has one filter of its own for each row of input maps."""
    each: dict[str, Weight] = {}
    for number, row in enumerate(rows):
        each[f"convs.{number}.weight"] = Weight((1, len(row), *kernel))
        each |= {f"convs.{number}.bias": Weight((1,), bias=True)} if biased else {}
    return each
