from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.faults import CONTRADICTION, EMPTY_OUTPUT, GROUPS, OUTPAD
from cnncalc.geometry import Shape, Window
from cnncalc.layer import Layer, Module, Parameter, Requirement, Saved, Weight, literal
from cnncalc.layers._sliding import CALL, NAMES, larger, options, sliced
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Axes, Pad, Sides
    from cnncalc.layer import Array


class Deconv(Layer):
    """Transposed convolution: each cell of the input puts its K kernels of extent F down, a stride apart.

    Output S*(W - 1) + F - 2P + outpad on each axis, K channels; params F*F*C*K/groups + K; MACs in*F*F*K/groups
    (Dumoulin & Visin 2016, relationship 14). The pad cuts the output: `same` to W*S, the odd cell at the end, as
    Keras' Conv2DTranspose does; `full` by F - 1 on each side. `outpad` adds cells at the end.
    """

    parameters = (
        Parameter("filters", "count", unit="filters", letters="K", positional=True, required=True),
        Parameter("kernel", "extents", letters="F", positional=True, required=True),
        Parameter("stride", "extents", letters="S", default="1"),
        Parameter("pad", "pad", letters="P", default="0", low=0),
        Parameter("outpad", "extents", default="0", low=0),
        Parameter("dilation", "extents", default="1"),
        Parameter("groups", "count", default="1"),
        Parameter("nobias", "flag"),
    )
    ranks = (1, 2, 3)
    linear = True
    examples = (
        ("7x7x16", "deconv 8 4x4 stride 2 pad 1"),
        ("8x8x4", "deconv 3 3x3 stride 2 pad 1 outpad 1"),
        ("6x5x6", "deconv 4 3x5 stride 2x1 pad 1x2 dilation 2x1 groups 2 nobias"),
        ("8x7x4", "deconv 3 3x3 stride 2 pad same"),
        ("6x6x2", "deconv 3 2x2 stride 3 pad same"),
        ("9x8x2", "deconv 3 3x3 pad full"),
        ("8x8x2", "deconv 3 5x4 stride 2 pad 0:2x1:0"),
        ("20x5", "deconv 7 4 stride 2 pad 1"),
        ("5x4x6x2", "deconv 3 3x2x1 stride 1x2x2 pad 1x0x0"),
    )

    filters: int
    kernel: Axes
    stride: Axes
    pad: Pad
    outpad: Axes
    dilation: Axes
    groups: int
    nobias: int

    def window(self, *inputs: Shape) -> Window:
        slide = Window(self.kernel, self.stride, (), self.dilation, False, "transposed", self.outpad)
        if self.pad.rule != "same":
            return slide._replace(pad=self.pad.cells(inputs[0].extents, slide.reach, self.stride))
        over = [k - s for k, s in zip(slide.reach, self.stride, strict=True)]
        pad = tuple((max(n, 0) // 2, (max(n, 0) + 1) // 2) for n in over)
        return slide._replace(pad=pad, outpad=tuple(max(-n, 0) for n in over))

    def out(self, *inputs: Shape) -> Shape:
        return Shape(self.filters, self.window(*inputs).out(inputs[0].extents))

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        weight = {"weight": Weight((inputs[0].channels, self.filters // self.groups, *self.kernel))}
        return weight if self.nobias else {**weight, "bias": Weight((self.filters,), bias=True)}

    def work(self, *inputs: Shape) -> Work:
        return Work(macs=inputs[0].elements * (self.filters // self.groups) * prod(self.kernel))

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        x = inputs[0]
        text = "the pad of a deconv cuts its output: {0} has nothing to fill"
        fill = (self.pad.fill,)
        yield Requirement(fill == ("zeros",), CONTRADICTION, text, fill, "leave out '{0}'", "pad")
        text = "pad same makes the output as large as the input times the stride, and outpad {0} is asked for as well"
        free = self.pad.rule != "same" or not any(self.outpad)
        yield Requirement(free, CONTRADICTION, text, (max(self.outpad),), "leave out 'outpad' or 'same'", "outpad")
        text, values = "{0} groups do not divide the {1} input channels", (self.groups, x.channels, self.filters)
        remedy = "use groups that divide both {1} channels and {2} filters"
        yield Requirement(x.channels % self.groups == 0, GROUPS, text, values, remedy, "groups")
        text = "{0} groups do not divide the {2} filters"
        yield Requirement(self.filters % self.groups == 0, GROUPS, text, values, remedy, "filters")
        yield from below_stride(self.window(x), x.rank)
        yield from something_left(self.window(x), x)

    def made(self, output: Shape, *inputs: Shape) -> Shape:
        more = map(sum, uneven(self.window(*inputs)))
        return output._replace(extents=tuple(n + cut for n, cut in zip(output.extents, more, strict=True)))

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=True)

    def torch(self, *inputs: Shape) -> Module:
        x, window = inputs[0], self.window(*inputs)
        inside, rest = tuple(map(min, window.pad)), uneven(window)
        given = {
            "stride": (literal(self.stride), "1"),
            "padding": (literal(inside), "0"),
            "output_padding": (literal(window.outpad), "0"),
            "groups": (str(self.groups), "1"),
            "bias": (str(not self.nobias), "True"),
            "dilation": (literal(self.dilation), "1"),
        }
        sizes = f"{x.channels}, {self.filters}, {literal(self.kernel)}"
        call = CALL + sliced(rest) if any(map(any, rest)) else CALL
        return Module(f"nn.ConvTranspose{x.rank}d({sizes}{options(given)})", call)

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        x = inputs[0]
        window = self.window(Shape(x.shape[1], x.shape[2:]))
        parts = np.split(x, self.groups, axis=1), np.split(weights["weight"], self.groups)
        out: Array = np.concatenate([put_down(x, w, window) for x, w in zip(*parts, strict=True)], axis=1)
        return out + weights["bias"].reshape(1, -1, *[1] * (x.ndim - 2)) if "bias" in weights else out


def uneven(window: Window) -> Sides:
    """The cells of the pad that PyTorch's module does not cut, as it cuts both ends alike."""
    return tuple((start - min(start, end), end - min(start, end)) for start, end in window.pad)


def below_stride(window: Window, rank: int) -> Iterator[Requirement]:
    """On each axis `outpad` is smaller than the stride or the dilation."""
    text = "outpad is {0} {1}, as much as the stride of {2} and the dilation of {3}, or more"
    axes = zip(NAMES[rank], window.outpad, map(int, window.stride), window.dilation, strict=True)
    for name, more, s, d in axes:
        values = (more, name, s, d, max(s, d) - 1, more + 1)
        remedy = "use an outpad of at most {4}, or a stride of at least {5}"
        yield Requirement(more < max(s, d), OUTPAD, text, values, remedy, "outpad")


def something_left(window: Window, x: Shape) -> Iterator[Requirement]:
    """The pad leaves at least one cell of the output on each axis."""
    text = "the output would be {0} {1}: {2} less the pad of {3} + {4}"
    for name, out, (start, end) in zip(NAMES[x.rank], window.out(x.extents), window.pad, strict=True):
        whole = out + start + end
        values = (out, name, whole, start, end, larger(0, whole - 1))
        yield Requirement(out >= 1, EMPTY_OUTPUT, text, values, "pad at most {5} in all, start and end together", "pad")


def put_down(x: Array, weight: Array, window: Window) -> Array:
    """Every cell's kernel put down where it belongs and added up, then cut: one group of a transposed convolution."""
    import numpy as np

    uncut = window._replace(pad=((0, 0),) * len(window.pad)).out(x.shape[2:])
    out = np.zeros((len(x), weight.shape[1], *uncut))
    for tap in np.ndindex(*window.kernel):
        axes = zip(tap, window.dilation, x.shape[2:], map(int, window.stride), strict=True)
        where = tuple(slice(t * d, t * d + (w - 1) * s + 1, s) for t, d, w, s in axes)
        out[(slice(None), slice(None), *where)] += np.moveaxis(np.tensordot(x, weight[(..., *tap)], (1, 0)), -1, 1)
    inside = tuple(slice(start, size - end) for size, (start, end) in zip(uncut, window.pad, strict=True))
    return out[(slice(None), slice(None), *inside)]
