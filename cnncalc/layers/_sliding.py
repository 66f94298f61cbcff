"""What all kinds with a sliding window share: requirements, explicit padding in PyTorch, windows in NumPy."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Literal

from cnncalc.faults import FILL_EXCEEDS, WINDOW_EXCEEDS
from cnncalc.layer import Requirement, Saved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
