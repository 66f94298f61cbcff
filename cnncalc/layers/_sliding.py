"""What all kinds with a sliding window share: requirements, explicit padding in PyTorch, windows in NumPy."""

from __future__ import annotations

from functools import reduce
from math import prod
from typing import TYPE_CHECKING, Literal

from cnncalc.faults import FILL_EXCEEDS, WINDOW_EXCEEDS
from cnncalc.layer import Requirement, Saved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy import bool_, int64
    from numpy.typing import NDArray

    from cnncalc.geometry import Axes, Shape, Sides, Window
    from cnncalc.layer import Array

MODES = {"zeros": "constant", "copy": "replicate", "reflect": "reflect", "circular": "circular"}
NUMPY_MODES: dict[str, Literal["edge", "reflect", "wrap"]]
NUMPY_MODES = {"copy": "edge", "reflect": "reflect", "circular": "wrap"}
NAMES = {0: (), 1: ("long",), 2: ("high", "wide"), 3: ("deep", "high", "wide")}
CALL = "{m}({x})"


def room(window: Window, x: Shape, fill: str) -> Iterator[Requirement]:
    """The window must fit its padded input on every axis, and a fill must find cells to repeat."""
    text = "the window is {0} {1}, its padded input {2} ({3} + {4} + {5})"
    remedy = "use a kernel of at most {2}, a pad of {6} more, or an input at least {7} {1}"
    axes = zip(NAMES[x.rank], x.extents, window.reach, window.pad, window.out(x.extents), strict=True)
    for name, extent, k, (start, end), out in axes:
        padded = extent + start + end
        values = (k, name, padded, extent, start, end, -((padded - k) // 2), extent + k - padded)
        yield Requirement(out >= 1, WINDOW_EXCEEDS, text, values, remedy, "kernel")
        most = {"reflect": extent - 1, "circular": extent}.get(fill, start + end)
        numbers = (larger(start, end), fill, extent, name, most)
        text_fill = "a {1} pad of {0} needs more cells than the map has: it is {2} {3}"
        fits = (start <= most) * (end <= most) == 1
        yield Requirement(fits, FILL_EXCEEDS, text_fill, numbers, "pad at most {4}, or with zeros", "pad")


def larger(a: int, b: int) -> int:
    """The larger of two numbers, or of each pair of two arrays."""
    return a + (b - a) * (b > a)


def overhang(window: Window, extents: Axes) -> Axes:
    """The cells by which the last window hangs over the padded end of each axis; rounding up alone makes any."""
    axes = zip(window.out(extents), window.stride, window.reach, extents, window.pad, strict=True)
    return tuple(larger(0, (out - 1) * int(s) + k - w - start - end) for out, s, k, w, (start, end) in axes)


def module_pads(pad: Sides, fill: str) -> bool:
    """Whether a PyTorch module can do this padding itself: zeros, as many at the start as at the end."""
    return sum((start != end) + (fill != "zeros") * (start + end) for start, end in pad) == 0


def explicit_pad(pad: Sides, fill: str, value: str = "") -> tuple[Axes, str]:
    """(the padding a module does itself, how to call it): F.pad does what no module can."""
    if module_pads(pad, fill):
        return tuple(a for a, _ in pad), CALL
    return (0,) * len(pad), padded_call(pad, fill, value)


def padded_call(pad: Sides, fill: str, value: str = "") -> str:
    """How to call a module on its input padded by F.pad."""
    mode = f', mode="{MODES[fill]}"' if fill != "zeros" else f", value={value}" if value else ""
    return f"{{m}}(F.pad({{x}}, {cells(pad)}{mode}))"


def cells(pad: Sides) -> str:
    """A pad as F.pad takes it: (start, end) pairs, the last axis first."""
    return f"({', '.join(str(cell) for pair in reversed(pad) for cell in pair)})"


def sliced(sides: Sides) -> str:
    """The index that takes cells away at (start, end) of each axis: [:, :, 1:-1, :-2]."""
    parts = (f"{start or ''}:{-end if end else ''}" for start, end in sides)
    return f"[:, :, {', '.join(parts)}]"


def options(given: Mapping[str, tuple[str, str]]) -> str:
    """The keyword arguments of a constructor, from (value, PyTorch's default) pairs; defaults are left out."""
    return "".join(f", {name}={value}" for name, (value, usual) in given.items() if value != usual)


def saved_input(x: Shape, pad: Sides, fill: str) -> Saved:
    """A window's backward pass needs its input: as it is, or the padded copy that F.pad makes of it.

    F.pad itself keeps its input to reflect or copy, and nothing for zeros or circular.
    """
    if module_pads(pad, fill):
        return Saved(input=True)
    padded = prod(w + start + end for w, (start, end) in zip(x.extents, pad, strict=True))
    return Saved(input=fill in ("reflect", "copy"), extra=((x.channels * padded, 0),))


def run_pad(x: Array, pad: Sides, fill: str, value: float = 0.0) -> Array:
    """The padded array; negative cells do not occur."""
    import numpy as np

    sides = ((0, 0), (0, 0), *pad)
    if fill == "zeros":
        return np.pad(x, sides, mode="constant", constant_values=value)
    return np.pad(x, sides, mode=NUMPY_MODES[fill])


def windows(x: Array, window: Window, out: Axes) -> Array:
    """Every window of a padded array: (batch, channels, *out, *kernel), a view."""
    import numpy as np

    axes = tuple(range(2, x.ndim))
    taps = np.lib.stride_tricks.sliding_window_view(x, window.reach, axis=axes)
    where = [slice(0, (o - 1) * s + 1, s) for o, s in zip(out, window.stride, strict=True)]
    inside = [slice(None, None, d) for d in window.dilation]
    return taps[(slice(None), slice(None), *where, *inside)]


def seen(x: Array, window: Window, fill: str, place: Axes) -> Array:
    """The cells under the window whose output stands at a place: (channels, *kernel), of one sample.

    `x` is (channels, *extents). Beyond it the cells are 0, or what the padding is filled with.
    """
    import numpy as np

    axes = [fold(at, extent, fill) for at, extent in zip(cells_at(window, place), x.shape[1:], strict=True)]
    cells: Array = x[np.ix_(np.arange(len(x)), *axes)]
    return cells * inside(window, x.shape[1:], place, ()) if fill == "zeros" else cells


def cells_at(window: Window, place: Axes) -> list[NDArray[int64]]:
    """Where the cells under a window lie on each axis of the map; below 0 and from its extent on, in the padding."""
    import numpy as np

    axes = zip(place, window.stride, window.pad, window.kernel, window.dilation, strict=True)
    return [o * int(s) - start + d * np.arange(k) for o, s, (start, _), k, d in axes]


def fold(at: NDArray[int64], extent: int, fill: str) -> NDArray[int64]:
    """The cells of an axis that stand for those beyond its ends; for zeros any."""
    import numpy as np

    if fill == "circular":
        return at % extent
    if fill == "reflect":
        back = 2 * (extent - 1)
        return np.minimum(at % back, back - at % back) if back else at * 0
    return np.clip(at, 0, extent - 1)


def inside(window: Window, extents: Axes, place: Axes, sides: Sides) -> NDArray[bool_]:
    """Which cells under a window lie on the map, or on so much of its padding: (*kernel)."""
    import numpy as np

    grown = sides or ((0, 0),) * len(extents)
    axes = zip(cells_at(window, place), extents, grown, strict=True)
    parts = [(at >= -start) & (at < w + end) for at, w, (start, end) in axes]
    found: NDArray[bool_] = reduce(np.logical_and.outer, parts)
    return found


def rows(cells: Array) -> Array:
    """The cells of a window as rows of its last axis."""
    return cells.reshape(-1, cells.shape[-1])
