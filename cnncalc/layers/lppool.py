from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.geometry import Shape
from cnncalc.layer import Module, Parameter, Part, Saved, figure, literal, number, second
from cnncalc.layers._pool import Pool
from cnncalc.layers._sliding import CALL, options, overhang, padded_call, run_pad, windows
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Axes, Rational, Sides
    from cnncalc.layer import Array


class Lppool(Pool):
    """The p-norm of the values under each window: (sum of abs(x)^p)^(1/p), p = 2 unless `power` says otherwise.

    Output (W - F + 2P)/S + 1 on each axis, channels as they are; no params; F*F powers (products for p = 2),
    F*F - 1 adds and a root an output (Sermanet et al. 2012, "Lp-Pooling"; PyTorch, nn.LPPool2d for an even p).
    Padding is 0, and so is what `ceil` lets hang over the end: PyTorch's ceil_mode scales such a window up, here the
    sum is that of what is there. Training keeps the input, its powers, and four numbers an output.
    """

    aliases = ("l2pool",)
    parameters = (*Pool.parameters, Parameter("power", "number", default="2", high=1024))
    examples = (
        ("28x28x6", "lppool 2x2"),
        ("9x8x3", "lppool 3x2 stride 2x1 pad 1"),
        ("8x8x2", "lppool 3x3 stride 2 pad 0:1x1:0 ceil"),
        ("9x9x2", "lppool 2x2 ceil"),
        ("9x9x2", "lppool 3x3 stride 2 pad 1 copy ceil"),
        ("8x8x2", "lppool 3x3 stride 2 power 3"),
        ("8x8x2", "lppool 2x2 power 1 pad 1"),
        ("8x8x2", "lppool 3x3 stride 1 pad 1 reflect power 3/2"),
        ("20x5", "lppool 4 stride 2 pad same"),
        ("6x7x5x2", "lppool 3x2x2 stride 2x1x1 pad 1x0x1 power 4"),
    )

    power: Rational

    def signed(self) -> bool:
        """Whether PyTorch's x^p can be negative or no number where abs(x)^p is neither."""
        return self.power % 2 != 0

    def work(self, *inputs: Shape) -> Work:
        outputs, taps = self.out(*inputs).elements, prod(self.kernel)
        if self.power == 1:
            return Work(adds=outputs * (taps - 1))
        products = outputs * taps * (self.power == 2)
        return Work(adds=outputs * (taps - 1), muls=products, pows=outputs * (taps + 1) - products)

    def sides(self, x: Shape) -> Sides:
        """The cells to pad: as far as the last window reaches."""
        window = self.window(x)
        ends = zip(window.pad, overhang(window, x.extents), strict=True)
        return tuple((start, end + over) for (start, end), over in ends)

    def saved(self, *inputs: Shape) -> Saved:
        x, fill = inputs[0], self.pad.fill
        sides = self.sides(x)
        padded = x.channels * prod(w + start + end for w, (start, end) in zip(x.extents, sides, strict=True))
        copied = sum(map(sum, sides)) > 0
        kept = [padded, *[self.out(x).elements] * 4, *[padded] * (copied + self.signed())]
        return Saved(input=not copied or fill in ("reflect", "copy"), extra=tuple((n, 0) for n in kept))

    def torch(self, *inputs: Shape) -> Module:
        x, sides = inputs[0], self.sides(inputs[0])
        call = padded_call(sides, self.pad.fill) if sum(map(sum, sides)) else CALL
        call = f"{call[:-1]}.abs())" if self.signed() else call
        stride = options({"stride": (literal(self.stride), literal(self.kernel))})
        return Module(f"nn.LPPool{x.rank}d({number(self.power)}, {literal(self.kernel)}{stride})", call)

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        x = inputs[0]
        shape = Shape(x.shape[1], x.shape[2:])
        window = self.window(shape)
        over = tuple((0, cells) for cells in overhang(window, shape.extents))
        padded = run_pad(run_pad(x, window.pad, self.pad.fill), over, "zeros")
        taps = windows(padded, window, window.out(shape.extents))
        power = float(self.power)
        out: Array = (abs(taps) ** power).sum(axis=tuple(range(-shape.rank, 0))) ** (1 / power)
        return out

    def worked(self, weights: Mapping[str, Array], x: Array, place: Axes, channel: int) -> tuple[Part, ...]:
        cells, counted = self.under(x, place, channel)
        power, shown = float(self.power), abs(counted) if self.signed() else counted
        terms = tuple(f"{second(value)}^{figure(power)}" for value in shown.tolist())
        before, after = ("sqrt(", ")") if power == 2 else ("(", f")^(1/{figure(power)})")
        value = float((abs(counted) ** power).sum() ** (1 / power))
        return (Part(channel, cells, None, (terms,), value, before, after),)
