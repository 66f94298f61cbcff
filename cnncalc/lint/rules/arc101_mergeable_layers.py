from __future__ import annotations

from math import gcd, prod
from typing import TYPE_CHECKING

from cnncalc.diagnostic import WARNING, Code, Diagnostic
from cnncalc.geometry import WHOLE, Window
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import counted
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnncalc.geometry import Axes, Order, Whole
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Network, Node

    Sliding = tuple[Window, Window]


class Merged(NamedTuple):
    """The one layer that does what two do: what it is, in words, and its parameters."""

    text: str
    params: int


class Chain(NamedTuple):
    """Two layers with weights, and what stands between them."""

    first: Node
    between: Sequence[Node]
    second: Node

    @property
    def shifts(self) -> bool:
        """Whether something is added to what the second layer reads."""
        return any(weight.bias for node in (self.first, *self.between) for weight in node.weights.values())

    @property
    def biased(self) -> bool:
        """Whether the one layer needs a bias."""
        return self.shifts or any(weight.bias for weight in self.second.weights.values())


class MergeableLayers(Rule):
    """Two layers with nothing nonlinear between them do what one does."""

    code = Code(
        "ARC101",
        "mergeable-layers",
        WARNING,
        """\
## What it does
Finds two convolutions or fully connected layers, the second reading the first through nothing nonlinear, where one
layer with no more parameters computes exactly the same. Batch norm, which is a scale and a shift in evaluation, a
bias, dropout and views may stand between. Two convolutions are one where the second adds no padding of its own to
what the first gives, or the first is 1x1 and adds no bias; a fully connected layer takes up any linear layer.
A slide that says the shape of its lines and no activation at all leaves them to the reader, and has no finding.

## Why is this bad
A product of two matrices is one matrix. Without a nonlinearity between them two layers can represent nothing that
one cannot: the second costs parameters, MACs and memory and buys nothing. Mostly a relu was forgotten.
Factors that are narrow on purpose are not meant, as one layer would be larger: the linear bottleneck of MobileNetV2,
depthwise separable convolutions, the 1x7 and 7x1 of Inception, a matrix in two factors of low rank.

## Example
    INPUT: 6x6x256
    FC6: 4096
    FC7: 4096 relu

## Use instead
    INPUT: 6x6x256
    FC6: 4096 relu
    FC7: 4096 relu

## Fix safety
There is no automatic fix: whether a nonlinearity is missing or a layer is too many only its author knows.

## Source
Goodfellow et al. 2016, section 6.1: without a nonlinear hidden layer the network is linear in its input, and
section 6.4.1: factors of low rank. Simonyan & Zisserman 2015, section 2.3: three 3x3 layers against one 7x7, "with
non-linearity injected in between". Sandler et al. 2018, section 3.2: linear bottlenecks.
""",
    )
    good = (
        "INPUT: 6x6x256\nFC6: 4096 relu\nFC7: 4096 relu",
        "INPUT: 6x6x256\nFC6: 256\nFC7: 4096 relu",
        "[6x6x256] INPUT\n[4096] FC6: 4096 neurons\n[4096] FC7: 4096 neurons\n[1000] FC8: 1000 neurons",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 bn relu\nCONV2: 64 1x1 relu",
        "INPUT: 32x32x64\nCONV1: 64 3x3 pad 1\nCONV2: 64 3x3 pad 1 relu",
        "INPUT: 32x32x64\nconv depthwise 3x3 pad 1\nconv 64 1x1 relu",
        "INPUT: 56x56x144\nconv 24 1x1 nobias bn\nconv 144 1x1 nobias bn relu6",
        "INPUT: 17x17x192\nconv 192 7x1 pad 3x0 nobias\nconv 192 1x7 pad 0x3 nobias relu",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1\nCONV2: 64 1x1 relu\nadd from CONV1, CONV2",
        "INPUT: 32x32x3\nA: conv 64 3x3 pad 1 frozen\nB: conv 64 1x1 relu",
        "INPUT: 32x32x16\nconv 16 1x1 groups 4\nshuffle 4\nconv 16 1x1 groups 4 relu",
    )
    bad = (
        "[6x6x256] INPUT\n[4096] FC6: 4096 neurons\n[4096] FC7: 4096 neurons relu\n[1000] FC8: 1000 neurons",
        "INPUT: 6x6x256\nFC6: 4096\nFC7: 4096 relu",
        "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 bn\nCONV2: 64 1x1 relu",
        "INPUT: 28x28x1\nCONV1: 8 5x5\nflatten\nFC2: 10",
        "INPUT: 32x32x64\nCONV1: 64 1x1 nobias\nCONV2: 64 3x3 pad 1 stride 2 relu",
        "INPUT: 60x16\nconv 16 1\ndropout\nconv 16 3 dilation 2 relu",
        "INPUT: 32x32x16\nconv 16 1x1 groups 4\nconv 16 3x3 groups 4 relu",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        linear = [node for node in study.network.nodes if node.layer.linear and node.macs]
        found = [pair for node in linear for pair in behind(node, study.readers)]
        if found and study.network.complete and not abridged(study.network):
            ends = {node.name for node in study.ends}
            shared = {node.owner.name for node in study.network.nodes if node.owner}
            for pair in found:
                inside = {node.name for node in (pair.first, *pair.between)}
                if inside.isdisjoint(ends) and not {pair.first.name, pair.second.name} & shared:
                    yield from self.told(pair, study.network.order)

    def told(self, pair: Chain, order: Order) -> Iterator[Diagnostic]:
        """The finding, where one layer is no larger."""
        one = merged(pair, order)
        both = pair.first.params + pair.second.params
        if one and one.params <= both:
            first, second = pair.first.name, pair.second.name
            does = f"does what both do with {both:,}"
            text = f"nothing nonlinear lies between {first} and {second}, so that one {one.text} {does}"
            hint = f"put an activation behind {first}, or write the one layer in place of both"
            yield Diagnostic(self.code, f"{second}: {text}", pair.second.span, hint)


def abridged(network: Network) -> bool:
    """Whether it is a slide that tells shapes and leaves out every activation, but for that of the output."""
    said = any(claim.quantity == "shape" for line in network.lines for claim in line.claims)
    return said and not any(node.layer.activation and node not in network.outputs for node in network.nodes)


def behind(second: Node, readers: Mapping[str, Sequence[Node]]) -> Iterator[Chain]:
    """A layer with the one whose weights its input went through last, if all between is linear and read by it alone."""
    between: list[Node] = []
    x = second.inputs[0]
    while x.layer.linear and len(readers[x.name]) == 1:
        if x.macs:
            if joinable(x.window, second.window) and plain(x) and plain(second):
                yield Chain(x, between, second)
            return
        if x.window is not None or len(x.inputs) != 1:
            return
        between.append(x)
        x = x.inputs[0]


def joinable(first: Window | Whole | None, second: Window | Whole | None) -> bool:
    """Whether two windows may be one: the second reads all of its map, or pads no axis on which the first is wide."""
    if not isinstance(second, Window):
        return second == WHOLE
    if not isinstance(first, Window) or first.mode != "slide" or second.mode != "slide":
        return False
    return all(pad == (0, 0) or k == 1 for k, pad in zip(first.kernel, second.pad, strict=False))


def plain(node: Node) -> bool:
    """Whether a layer trains one tensor of weights of its own."""
    return node.params > 0 and sum(not weight.bias for weight in node.weights.values()) == 1


def merged(pair: Chain, order: Order) -> Merged | None:
    """The one layer in place of two; none where none does exactly the same."""
    first, second = pair.first.window, pair.second.window
    if second == WHOLE:
        inputs, units = pair.first.shapes[0].elements, pair.second.output.elements
        return counting(f"{pair.second.kind} of {inputs:,} to {units:,}", inputs * units, pair)
    if not isinstance(first, Window) or not isinstance(second, Window):
        return None
    kept = all(node.output == pair.first.output for node in pair.between)
    return convolution(pair, (first, second), order) if kept and exact(pair, (first, second)) else None


def exact(pair: Chain, windows: Sliding) -> bool:
    """Whether on each axis the second window pads nothing, or what it pads the first would give of its own padding."""
    first, second = windows
    still = zip(first.kernel, first.stride, first.pad, strict=True)
    single = [k == 1 and s == 1 and pad == (0, 0) and not pair.shifts for k, s, pad in still]
    return all(one or pad == (0, 0) for one, pad in zip(single, second.pad, strict=True))


def convolution(pair: Chain, windows: Sliding, order: Order) -> Merged:
    """The one convolution: its kernel spans both, its stride is their product, its groups divide those of both."""
    kernel, inputs = spanned(*windows), pair.first.shapes[0].channels
    mixes = any(not (node.weights or node.layer.view or node.layer.rests) for node in pair.between)
    groups = 1 if mixes else gcd(grouped(pair.first, windows[0]), grouped(pair.second, windows[1]))
    filters = pair.second.output.channels
    groups = groups if filters % groups == 0 else 1
    extents = order.by(kernel)
    text = f"{pair.second.kind} of {filters:,} {extents}{f' in {groups} groups' if groups > 1 else ''}"
    return counting(text, prod(kernel) * (inputs // groups) * filters, pair)


def spanned(first: Window, second: Window) -> Axes:
    """The kernel of two windows one behind the other, on each axis, counted in steps that meet all their taps."""
    axes = zip(first.kernel, first.dilation, map(int, first.stride), second.kernel, second.dilation, strict=True)
    return tuple(span(f, d, k, s * e) for f, d, s, k, e in axes)


def span(first: int, step: int, second: int, apart: int) -> int:
    """The taps from the first to the last, where some stand `step` apart and groups of them `apart`."""
    if first == 1 or second == 1:
        return first * second
    return ((first - 1) * step + (second - 1) * apart) // gcd(step, apart) + 1


def grouped(node: Node, window: Window) -> int:
    """The groups of a convolution: how many times fewer channels an output reads than there are."""
    return prod(window.kernel) * node.shapes[0].channels * node.output.elements // node.macs


def counting(text: str, weights: int, pair: Chain) -> Merged:
    """The one layer with so many weights, and a bias an output where it needs any."""
    params = weights + (pair.second.output.channels if pair.biased else 0)
    return Merged(f"{text} with {counted(params, 'parameter')}", params)
