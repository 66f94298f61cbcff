"""What `convolve` writes for programs: JSON, CSV, NumPy's own format."""

from __future__ import annotations

from io import BytesIO
from math import isfinite
from typing import TYPE_CHECKING

from cnncalc.render import machine
from cnncalc.render.machine import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncalc.analysis.convolution import Worked
    from cnncalc.diagnostic import Diagnostic
    from cnncalc.layer import Array
    from cnncalc.render.windows import Shown

    Json = dict[str, object]


def to_dict(shown: Shown, found: Sequence[Diagnostic]) -> Json:
    """All of it as JSON schema 1; shapes channels first, places in PyTorch's order."""
    node = shown.operation.node
    return {
        "schema": SCHEMA, "line": shown.line, "input": list(node.shapes[0].dims), "output": list(node.output.dims),
        "window": machine.window(node), "channels": [*shown.names], "values": nested(shown.out),
        "windows": [window(each) for each in shown.workings()],
        "diagnostics": [machine.diagnostic(finding, "<convolve>") for finding in found],
    }  # fmt: skip


def refused(found: Sequence[Diagnostic]) -> Json:
    """What is left to say of a layer that is refused."""
    return {"schema": SCHEMA, "values": None, "diagnostics": [machine.diagnostic(one, "<convolve>") for one in found]}


def window(each: Worked) -> Json:
    """One window worked: what the channels of the input give, what that is divided by, what is added."""
    parts = [
        {"channel": part.channel, "cells": nested(part.cells), "value": number(part.value)}
        | ({} if part.kernel is None else {"kernel": nested(part.kernel)})
        for part in each.parts
    ]
    own = {"over": number(each.over), "bias": number(each.bias), "value": number(each.value)}
    return {"channel": each.channel, "at": list(each.place), "parts": parts, **own}


def nested(values: Array) -> object:
    """Numbers as lists in lists."""
    if values.ndim == 0:
        return number(float(values))
    return [nested(each) for each in values]


def number(value: float) -> int | float | None:
    """A number as JSON has it: whole ones without a point, none for what is not finite."""
    if not isfinite(value):
        return None
    return int(value) if value == int(value) and abs(value) < 2**53 else value


def csv(out: Array) -> str:
    """The numbers, a line for each row: between slices stands a line `//`, between channels an empty one."""
    return "\n".join(channel(map_) for map_ in out)


def channel(map_: Array) -> str:
    """The numbers of one channel."""
    slices = map_ if map_.ndim == 3 else [map_.reshape(-1, map_.shape[-1])]
    return "//\n".join("".join(f"{','.join(cell(x) for x in row)}\n" for row in each.tolist()) for each in slices)


def cell(value: float) -> str:
    """A number as CSV has it; the largest of padding alone is -inf."""
    return str(value) if number(value) is None else str(number(value))


def npy(out: Array, last: bool) -> bytes:
    """The file that numpy.load reads; the channels are its first axis, or its last."""
    import numpy as np

    data = BytesIO()
    np.save(data, np.moveaxis(out, 0, -1) if last else out)
    return data.getvalue()
