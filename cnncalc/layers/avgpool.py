from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.faults import CONTRADICTION, POOL_EXCEEDS
from cnncalc.geometry import Shape
from cnncalc.layer import Module, Parameter, Part, Requirement, figure, literal
from cnncalc.layers._pool import Pool, level
from cnncalc.layers._sliding import (
    CALL,
    NAMES,
    cells,
    explicit_pad,
    inside,
    module_pads,
    options,
    overhang,
    run_pad,
    saved_input,
    windows,
)
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy import bool_
    from numpy.typing import NDArray

    from cnncalc.geometry import Axes
    from cnncalc.layer import Array, Saved

HELPER = """\
class RealAvgPool{rank}d(nn.AvgPool{rank}d):
    \"\"\"Averages the real cells under each window; the padding, as F.pad takes it, does not count.\"\"\"

    def __init__(self, kernel: int | tuple[int, ...], stride: int | tuple[int, ...], cells: tuple[int, ...]) -> None:
        super().__init__(kernel, stride)
        self.cells = cells

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        real = torch.ones_like(x[:1, :1])
        return super().forward(F.pad(x, self.cells)) / super().forward(F.pad(real, self.cells))
"""


class Avgpool(Pool):
    """The mean of the values under each window; `nocountpad` leaves padding out of the mean.

    Output (W - F + 2P)/S + 1 on each axis, channels as they are; no params; F*F - 1 adds and a division an output
    (LeCun et al. 1998, section II.B; CS231n, "Pooling Layer"; Dumoulin & Visin 2016, relationship 7).
    The part of a window that `ceil` lets hang over the end never counts (PyTorch, nn.AvgPool2d).
    """

    aliases = ("avg pool",)
    parameters = (*Pool.parameters, Parameter("countpad", "flag"), Parameter("nocountpad", "flag"))
    linear = True
    within = True
    examples = (
        ("28x28x6", "avgpool 2x2"),
        ("14x14x3", "avgpool 5x5 stride 3"),
        ("9x8x3", "avgpool 3x2 stride 2x1 pad 1"),
        ("9x9x2", "avgpool 3x3 stride 2 pad 1 nocountpad"),
        ("8x8x2", "avgpool 3x3 stride 2 pad 1 countpad ceil"),
        ("8x8x2", "avgpool 3x3 stride 2 pad 1 ceil nocountpad"),
        ("9x9x2", "avgpool 3x3 stride 2 pad 0:1x1:0"),
        ("8x8x2", "avgpool 3x3 stride 2 pad same nocountpad"),
        ("8x8x2", "avgpool 3x3 stride 1 pad 2 circular"),
        ("20x5", "avgpool 4 stride 2 pad 0:2 nocountpad"),
        ("21x5", "avgpool 4 stride 2 pad 2 ceil"),
        ("6x7x5x2", "avgpool 3x2x2 stride 2x1x1 pad 1x0x1"),
        ("6x6x6x2", "avgpool 3 stride 1 pad 0:1 nocountpad"),
    )

    countpad: int
    nocountpad: int

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        x, fill = inputs[0], self.pad.fill
        text, remedy = "'countpad' and 'nocountpad' exclude each other", "keep one of the two; countpad is the default"
        yield Requirement(not (self.countpad and self.nocountpad), CONTRADICTION, text, (), remedy, "nocountpad")
        text = "'nocountpad' leaves empty cells out of the mean, and a {0} pad has none"
        counted = fill == "zeros" or not self.nocountpad
        yield Requirement(counted, CONTRADICTION, text, (fill,), "leave out 'nocountpad'", "nocountpad")
        yield from super().requires(*inputs)
        window = self.window(x)
        inside = module_pads(window.pad, fill)
        if window.ceil:
            yield from level(window, x, fill, inside)
        if x.rank == 3:
            yield from self.covered(x, inside)

    def covered(self, x: Shape, inside: bool) -> Iterator[Requirement]:
        """PyTorch's avg_pool3d asks that the map cover the kernel before it pads; F.pad pads before it asks."""
        text = "the kernel is {0} {1} and the map {2}: a 3-D average pool asks for as much before padding"
        for name, k, extent in zip(NAMES[x.rank], self.kernel, x.extents, strict=True):
            remedy = "use a kernel of at most {2}, or an input at least {0} {1}"
            yield Requirement(
                (k <= extent) + (1 - inside) >= 1, POOL_EXCEEDS, text, (k, name, extent), remedy, "kernel"
            )

    def work(self, *inputs: Shape) -> Work:
        outputs = self.out(*inputs).elements
        return Work(adds=outputs * (prod(self.kernel) - 1), divs=outputs)

    def masked(self, x: Shape) -> bool:
        """Whether the cells that count are counted by a helper: no module leaves out an uneven pad."""
        return bool(self.nocountpad) and not module_pads(self.window(x).pad, self.pad.fill)

    def saved(self, *inputs: Shape) -> Saved:
        kept = saved_input(inputs[0], self.window(*inputs).pad, self.pad.fill)
        counts = prod(self.out(*inputs).extents)
        return kept._replace(once=((counts, 0),)) if self.masked(inputs[0]) else kept

    def torch(self, *inputs: Shape) -> Module:
        x, window = inputs[0], self.window(*inputs)
        if self.masked(x):
            text = f"{literal(self.kernel)}, {literal(self.stride)}, {cells(window.pad)}"
            numbers = prod(w + start + end for w, (start, end) in zip(x.extents, window.pad, strict=True))
            called = tuple((f"avg_pool{x.rank}d", many * numbers) for many in (x.channels, 1))
            return Module(f"RealAvgPool{x.rank}d({text})", CALL, HELPER.format(rank=x.rank), called)
        inside, call = explicit_pad(window.pad, self.pad.fill)
        given = {
            "stride": (literal(self.stride), literal(self.kernel)),
            "padding": (literal(inside), "0"),
            "ceil_mode": (str(window.ceil and call == CALL), "False"),
            "count_include_pad": (str(not self.nocountpad), "True"),
        }
        return Module(f"nn.AvgPool{x.rank}d({literal(self.kernel)}{options(given)})", call)

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        x = inputs[0]
        shape = Shape(x.shape[1], x.shape[2:])
        window = self.window(shape)
        over = tuple((0, hanging) for hanging in overhang(window, shape.extents))
        real = run_pad(np.ones((1, 1, *shape.extents)), window.pad, "zeros", 1.0 - self.nocountpad)
        padded = (run_pad(x, window.pad, self.pad.fill), real)
        taps = (windows(run_pad(a, over, "zeros"), window, window.out(shape.extents)) for a in padded)
        total, count = (t.sum(axis=tuple(range(-shape.rank, 0))) for t in taps)
        out: Array = total / count
        return out

    def counted(self, x: Array, place: Axes) -> NDArray[bool_]:
        window = self.window(Shape(len(x), x.shape[1:]))
        return inside(window, x.shape[1:], place, () if self.nocountpad else window.pad)

    def worked(self, weights: Mapping[str, Array], x: Array, place: Axes, channel: int) -> tuple[Part, ...]:
        cells, counted = self.under(x, place, channel)
        terms = tuple(map(figure, counted.tolist()))
        return (Part(channel, cells, None, (terms,), float(counted.mean()), "(", f")/{len(terms)}"),)
