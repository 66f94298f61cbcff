"""What all kinds with a sliding window share: requirements, explicit padding in PyTorch, windows in NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.faults import FILL_EXCEEDS, WINDOW_EXCEEDS
from cnncalc.layer import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Axes, Shape, Sides, Window
    from cnncalc.layer import Array

MODES = {"zeros": "constant", "copy": "replicate", "reflect": "reflect", "circular": "circular"}
NAMES = {0: (), 1: ("long",), 2: ("high", "wide"), 3: ("deep", "high", "wide")}


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
        values = (max(start, end), fill, extent, name, most)
        text_fill = "a {1} pad of {0} needs more cells than the map has: it is {2} {3}"
        fits = (start <= most) * (end <= most) == 1
        yield Requirement(fits, FILL_EXCEEDS, text_fill, values, "pad at most {4}, or with zeros", "pad")


def explicit_pad(pad: Sides, fill: str, zeros_inside: bool, value: str = "") -> tuple[Axes, str]:
    """(the padding a module does itself, how to call it): F.pad does what no module can.

    F.pad takes (start, end) pairs, the last axis first.
    """
    if (fill == "zeros" and zeros_inside and all(a == b for a, b in pad)) or not any(map(any, pad)):
        return tuple(a for a, _ in pad), "{m}({x})"
    cells = ", ".join(str(cell) for pair in reversed(pad) for cell in pair)
    mode = f', mode="{MODES[fill]}"' if fill != "zeros" else f", value={value}" if value else ""
    return (0,) * len(pad), f"{{m}}(F.pad({{x}}, ({cells}){mode}))"


def run_pad(x: Array, pad: Sides, fill: str, value: float = 0.0) -> Array:
    """The padded array; negative cells do not occur."""
    import numpy as np

    modes = {"copy": "edge", "reflect": "reflect", "circular": "wrap"}
    cells = ((0, 0), (0, 0), *pad)
    if fill == "zeros":
        return np.pad(x, cells, mode="constant", constant_values=value)
    padded: Array = np.pad(x, cells, mode=modes[fill])  # type: ignore[call-overload]
    return padded


def windows(x: Array, window: Window, out: Axes) -> Array:
    """Every window of a padded array: (batch, channels, *out, *kernel), a view."""
    import numpy as np

    axes = tuple(range(2, x.ndim))
    taps = np.lib.stride_tricks.sliding_window_view(x, window.reach, axis=axes)
    where = [slice(0, (o - 1) * s + 1, s) for o, s in zip(out, window.stride, strict=True)]
    inside = [slice(None, None, d) for d in window.dilation]
    return taps[(slice(None), slice(None), *where, *inside)]
