from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.faults import CONTRADICTION, MISFIT
from cnncalc.geometry import Pad, Shape, Window
from cnncalc.layer import Arrangement, Layer, Module, Parameter, Requirement, Saved, Structure
from cnncalc.layers.bn import Bn
from cnncalc.layers.conv import Conv
from cnncalc.layers.fc import Fc
from cnncalc.layers.identity import Identity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Axes, Rational
    from cnncalc.layer import Array


class Shortcut(Structure):
    """The input of a join, fitted to its first other branch (He et al. 2016, section 3.3).

    With the same channels and a stride of 1 it is the input itself; else a 1x1 convolution with that branch's stride
    and channels and a norm behind it (option B), with `pad` every s-th cell and channels of zeros (option A), with
    `none` no branch at all (Sandler et al. 2018, section 3.3).
    """

    role = "fitted"
    parameters = (Parameter("pad", "flag"), Parameter("none", "flag"))

    pad: int
    none: int

    def fits(self, x: Shape, other: Shape, stride: tuple[Rational, ...]) -> Iterator[Requirement]:
        """What must hold for an input x beside a branch with this output and stride."""
        text, remedy = "'pad' and 'none' exclude each other", "keep one of the two"
        yield Requirement(not (self.pad and self.none), CONTRADICTION, text, (), remedy, "none")
        text = "the shortcut cannot follow its branch, which makes the map larger: a stride of {0}"
        remedy = "write what stands on this branch: upsample, deconv"
        whole = all(s >= 1 and s.denominator == 1 for s in stride) or bool(self.none)
        yield Requirement(whole, MISFIT, text, (", ".join(map(str, stride)),), remedy)
        text = "the branch beside the shortcut has {1} channels, fewer than the {0} that come in"
        fewer = bool(self.pad) and other.channels < x.channels
        yield Requirement(
            not fewer, MISFIT, text, (x.channels, other.channels), "leave out 'pad' to project them", "pad"
        )

    def fitted(self, x: Shape, other: Shape, stride: tuple[Rational, ...]) -> tuple[Layer, ...]:
        """The layers that stand for it; none where there is no branch."""
        if x.channels == other.channels and set(stride) <= {1}:
            return (Identity(),)
        steps = tuple(map(int, stride))
        if self.none:
            return ()
        if self.pad:
            return (Thinned(stride=steps, channels=other.channels - x.channels),)
        return projection(x.rank, other.channels, steps, self.frozen)


def projection(rank: int, channels: int, stride: Axes, frozen: int) -> tuple[Layer, ...]:
    """A 1x1 convolution without bias, or on a vector the matrix that it is, and a norm."""
    ones, rest = (1,) * rank, {"nobias": 1, "in": None, "frozen": frozen, "follows": 1}
    if not rank:
        return Fc(units=channels, **rest), Bn(frozen=frozen)
    pad = Pad(((0, 0),) * rank)
    conv = Conv(
        filters=channels,
        kernel=ones,
        stride=stride,
        pad=pad,
        dilation=ones,
        groups=1,
        depthwise=0,
        connect=None,
        **rest,
    )
    return conv, Bn(frozen=frozen)


class Thinned(Arrangement):
    """Option A: every s-th cell of the map on each axis, and so many channels of zeros behind its own."""

    follows = 1
    stride: Axes
    channels: int

    def window(self, *inputs: Shape) -> Window:
        ones = (1,) * len(self.stride)
        return Window(ones, self.stride, ((0, 0),) * len(ones), ones)

    def out(self, *inputs: Shape) -> Shape:
        x = inputs[0]
        return Shape(x.channels + self.channels, self.window(x).out(x.extents))

    def passes(self, *inputs: Shape) -> bool:
        return self.channels == 0

    def saved(self, *inputs: Shape) -> Saved:
        return Saved()

    def torch(self, *inputs: Shape) -> Module:
        steps = "".join(f", ::{s}" if s > 1 else ", :" for s in self.stride)
        cells = f"{{x}}[:, :{steps}]" if not set(self.stride) <= {1} else "{x}"
        behind = ", ".join(["0"] * (2 * len(self.stride) + 1) + [str(self.channels)])
        return Module("", f"F.pad({cells}, ({behind}))" if self.channels else cells)

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        import numpy as np

        x = inputs[0][(slice(None), slice(None), *(slice(None, None, s) for s in self.stride))]
        return np.pad(x, [(0, 0), (0, self.channels), *[(0, 0)] * len(self.stride)])
