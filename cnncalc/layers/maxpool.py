from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.geometry import Shape
from cnncalc.layer import Module, Parameter, Part, figure, literal
from cnncalc.layers._pool import Pool
from cnncalc.layers._sliding import (
    CALL,
    explicit_pad,
    module_pads,
    options,
    overhang,
    run_pad,
    saved_input,
    windows,
)
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Axes, Sides, Window
    from cnncalc.layer import Array, Saved


class Maxpool(Pool):
    """The largest value under each window; padding is -inf and never wins.

    Output (W - F + 2P)/S + 1 on each axis, channels as they are; no params; F*F - 1 compares an output
    (CS231n, "Pooling Layer"; Dumoulin & Visin 2016, relationship 7; overlapping: Krizhevsky et al. 2012,
    section 3.4). Training keeps the input and one int64 index an output, as PyTorch does.
    """

    aliases = ("max pool", "pool")
    parameters = (*Pool.parameters, Parameter("dilation", "extents", default="1"))
    within = True
    examples = (
        ("55x55x8", "maxpool 3x3 stride 2"),
        ("28x28x6", "maxpool 2"),
        ("12x11x3", "maxpool 3x2 stride 2x1 pad 1"),
        ("112x112x4", "maxpool 3x3 stride 2 ceil"),
        ("8x8x2", "maxpool 2x2 stride 3 pad 1 ceil"),
        ("9x9x2", "maxpool 3x3 stride 2 pad 0:1x1:0"),
        ("10x9x2", "maxpool 3x3 stride 2 pad 0:1 ceil"),
        ("6x6x2", "maxpool 2x2 stride 3 pad 0:1 ceil"),
        ("13x13x4", "maxpool 2x2 stride 1 pad same"),
        ("11x11x2", "maxpool 3x3 stride 1 dilation 2x1 pad 1"),
        ("8x8x2", "maxpool 3x3 stride 1 pad 2 reflect"),
        ("9x9x2", "maxpool 3x3 stride 2 pad 1 copy ceil"),
        ("20x5", "maxpool 3 stride 2 pad 1"),
        ("6x7x5x2", "maxpool 3x2x2 stride 2x1x1 pad 1x0x1"),
    )

    dilation: Axes

    def taps(self) -> Axes:
        return self.dilation

    def work(self, *inputs: Shape) -> Work:
        return Work(compares=self.out(*inputs).elements * (prod(self.kernel) - 1))

    def saved(self, *inputs: Shape) -> Saved:
        kept = saved_input(inputs[0], self.sides(self.window(*inputs), inputs[0]), self.pad.fill)
        return kept._replace(extra=(*kept.extra, (self.out(*inputs).elements, 8)))

    def sides(self, window: Window, x: Shape) -> Sides:
        """The cells to pad: those of F.pad reach as far as the last window does."""
        if module_pads(window.pad, self.pad.fill):
            return window.pad
        ends = zip(window.pad, overhang(window, x.extents), strict=True)
        return tuple((start, end + over) for (start, end), over in ends)

    def torch(self, *inputs: Shape) -> Module:
        x, window = inputs[0], self.window(*inputs)
        inside, call = explicit_pad(self.sides(window, x), self.pad.fill, 'float("-inf")')
        given = {
            "stride": (literal(self.stride), literal(self.kernel)),
            "padding": (literal(inside), "0"),
            "dilation": (literal(self.dilation), "1"),
            "ceil_mode": (str(window.ceil and call == CALL), "False"),
        }
        return Module(f"nn.MaxPool{x.rank}d({literal(self.kernel)}{options(given)})", call)

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        x = inputs[0]
        shape = Shape(x.shape[1], x.shape[2:])
        window = self.window(shape)
        padded = run_pad(x, window.pad, self.pad.fill, float("-inf"))
        over = tuple((0, cells) for cells in overhang(window, shape.extents))
        taps = windows(run_pad(padded, over, "zeros", float("-inf")), window, window.out(shape.extents))
        out: Array = taps.max(axis=tuple(range(-shape.rank, 0)))
        return out

    def worked(self, weights: Mapping[str, Array], x: Array, place: Axes, channel: int) -> tuple[Part, ...]:
        cells, counted = self.under(x, place, channel)
        terms = tuple(map(figure, counted.tolist()))
        value = max(counted.tolist(), default=float("-inf"))
        return (Part(channel, cells, None, (terms,), value, "max(", ")", ","),)
