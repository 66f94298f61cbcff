"""What an axis asks of the number in its only hole, by its equation, and why that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.geometry import reach

if TYPE_CHECKING:
    from cnncalc.network.unknowns.along import Along


def needs(axis: Along) -> str:
    """Why one axis has no answer; nothing where it has one or its equation does not tell."""
    if axis.mode == "frame":
        return framed(axis) if axis.out >= 0 else ""
    if axis.mode == "transposed":
        return transposed(axis) if axis.out >= 0 else ""
    if axis.rule:
        return ""
    if axis.start.hole == axis.end.hole >= 0:
        return padded(axis)
    if axis.out < 0:
        return ""
    if axis.stride.hole == axis.kernel.hole >= 0:
        cells = axis.extent + cut(axis)
        told = f"{axis.out} windows side by side need F = {cells}/{axis.out}, which is not whole"
        return told if cells % axis.out else ""
    if axis.stride.hole >= 0:
        return strided(axis)
    needed = axis.extent + cut(axis) - axis.stride.value * (axis.out - 1)
    return tapped(axis, needed, f"{axis.extent + cut(axis)} - {axis.stride.value}*({axis.out} - 1)")


def cut(axis: Along) -> int:
    """The padding of an axis, start and end together."""
    return axis.start.value + axis.end.value


def padded(axis: Along) -> str:
    """What 2P would have to be."""
    k, s, w = reach(axis.kernel.value, axis.dilation.value), axis.stride.value, axis.extent
    if axis.out < 0:
        parity = f"({w} + 2P - {k})/{s} + 1 is never whole: {w - k} + 2P is odd for every P"
        return parity if s % 2 == 0 and (w - k) % 2 else ""
    return twice(axis, s * (axis.out - 1) + k - w, f"{s}*({axis.out} - 1) + {k} - {w}", k - 1)


def twice(axis: Along, needed: int, how: str, most: int) -> str:
    """2P of this size, where P is at most so large; -1 where nothing bounds it."""
    text = f"{axis.out} cells need 2P = {how} = {needed}"
    if needed < 0 or needed % 2:
        return f"{text}, which is {'below 0' if needed < 0 else 'odd'}"
    return f"{text}, and P is at most {most}" if 0 <= 2 * most < needed else ""


def strided(axis: Along) -> str:
    """What the stride would have to be."""
    k, cells = reach(axis.kernel.value, axis.dilation.value), axis.extent + cut(axis)
    if cells < k:
        return f"the window is {k}, its padded input {cells}"
    if axis.out == 1:
        return f"1 cell needs a window that fills the padded {cells}, and it is {k}" if cells > k else ""
    return parted(f"{axis.out} cells need S = ({cells} - {k})/({axis.out} - 1)", cells - k, axis.out - 1)


def parted(text: str, rest: int, steps: int) -> str:
    """A stride that would have to be rest/steps."""
    text = f"{text} = {rest}/{steps}"
    if rest < steps:
        return f"{text}, which is below 1"
    return f"{text}, which is not whole" if rest % steps else ""


def tapped(axis: Along, needed: int, how: str) -> str:
    """A reach of this size, where the kernel or its dilation is open."""
    if axis.kernel.hole >= 0:
        letter, step, d = "F", axis.dilation.value, axis.dilation.value
        left = "F" if d == 1 else f"{d}(F - 1) + 1"
    elif axis.dilation.hole >= 0:
        letter, step = "D", axis.kernel.value - 1
        left = f"D({axis.kernel.value} - 1) + 1"
    else:
        return ""
    text = f"{axis.out} cells need {left} = {how} = {needed}"
    if needed < 1:
        return f"{text}, which is below 1"
    return f"{text}, which no whole {letter} gives" if step and (needed - 1) % step else ""


def framed(axis: Along) -> str:
    """What the pad of a frame would have to be."""
    if axis.start.hole != axis.end.hole:
        return ""
    more = axis.sign * (axis.out - axis.extent)
    how = f"{axis.out} - {axis.extent}" if axis.sign > 0 else f"{axis.extent} - {axis.out}"
    return twice(axis, more, how, -1)


def transposed(axis: Along) -> str:
    """What a number of a transposed window would have to be."""
    w, s, out, k = axis.extent, axis.stride.value, axis.out, reach(axis.kernel.value, axis.dilation.value)
    if axis.rule == "same":
        if axis.stride.hole >= 0:
            return f"{out} cells are no multiple of the {w} that come in" if out % w else ""
        return f"pad same makes {w}*{s} = {w * s} cells whatever the kernel" if w * s != out else ""
    if axis.rule:
        return ""
    less, more = (f" + {cut(axis)}" if cut(axis) else ""), (f" - {axis.outpad.value}" if axis.outpad.value else "")
    lacking = out + cut(axis) - axis.outpad.value
    if axis.stride.hole >= 0 and w > 1:
        return parted(f"{out} cells need S = ({out}{less}{more} - {k})/({w} - 1)", lacking - k, w - 1)
    if axis.start.hole == axis.end.hole >= 0:
        longer = f" + {axis.outpad.value}" if axis.outpad.value else ""
        whole = (w - 1) * s + k + axis.outpad.value
        return twice(axis, whole - out, f"({w} - 1)*{s} + {k}{longer} - {out}", k - 1)
    return tapped(axis, lacking - (w - 1) * s, f"{out}{less}{more} - ({w} - 1)*{s}")
