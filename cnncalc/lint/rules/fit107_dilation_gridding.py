from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

from cnncalc.diagnostic import WARNING, Code, Diagnostic
from cnncalc.geometry import Window
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import alike, listed
from cnncalc.network.node import joined
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node

MOST = 4096
"""How many cells a stack may span; what a larger one reads is not worked out."""
BEHIND = 256
"""How many layers behind a stack are asked whether they close its holes; behind more it is not told."""


class DilationGridding(Rule):
    """Stacked dilations with a common factor read every other cell alone."""

    code = Code(
        "FIT107",
        "dilation-gridding",
        WARNING,
        """\
## What it does
Finds two or more dilated layers in a row whose dilations have a common factor: a unit of the last one reads every
second (or third, ...) cell of the map that the first one reads, and none in between, however many layers there are.
Layers of one tap and layers that work on each number alone may stand between them; a join begins anew.

Two sorts of stacks are not meant: those whose holes the layers behind close, and those whose holes undilated layers
right above fill, as neighbouring units of these share cells (1, 2, 4, 8 in WaveNet; 1, 2, 2). Right behind a join that
is so where a branch of it is less dilated.

## Why is this bad
Neighbouring units are made of different cells, and share none: the network is several coarse ones side by side. Lines
and edges between the cells are lost, and the output shows the pattern of a grid.

## Example
    INPUT: 64x64x16
    CONV1: 16 3x3 pad 2 dilation 2
    CONV2: 16 3x3 pad 2 dilation 2
    CONV3: 16 3x3 pad 2 dilation 2

## Use instead
    INPUT: 64x64x16
    CONV1: 16 3x3 pad 1
    CONV2: 16 3x3 pad 2 dilation 2
    CONV3: 16 3x3 pad 5 dilation 5

## Fix safety
There is no automatic fix: other dilations are another network.

## Source
Wang et al. 2018, "Understanding Convolution for Semantic Segmentation", section 3.2: hybrid dilated convolution;
Yu, Koltun & Funkhouser 2017, "Dilated Residual Networks", section 4: layers behind that take the grid away;
van den Oord et al. 2016, "WaveNet", section 2.1; Bai et al. 2018, "An Empirical Evaluation of Generic Convolutional and
Recurrent Networks for Sequence Modeling", section 3.2.
""",
    )
    good = (
        "INPUT: 64x64x16\nCONV1: 16 3x3 pad 1\nCONV2: 16 3x3 pad 2 dilation 2\nCONV3: 16 3x3 pad 5 dilation 5",
        "INPUT: 64x64x16\nCONV1: 16 3x3 pad 2 dilation 2",
        "INPUT: 64x64x16\nCONV1: 16 3x3 pad 2 dilation 2\nCONV2: 16 3x3 pad 3 dilation 3",
        "INPUT: 64x64x16\nCONV1: 16 3x3 pad 2 dilation 2\nCONV2: 16 3x3 pad 2 dilation 2\nCONV3: 16 3x3 pad 1",
        "INPUT: 99x16\nCONV1: 16 2\nCONV2: 16 2 dilation 2\nCONV3: 16 2 dilation 4\nCONV4: 16 2 dilation 8",
        "INPUT: 64x64x16\nCONV1: 16 3x3 pad 2 dilation 2\nCONV2: 16 1x1\nCONV3: 16 3x3 pad 1\n"
        "CONV4: 16 3x3 pad 2 dilation 2",
    )
    bad = (
        "INPUT: 64x64x16\nCONV1: 16 3x3 pad 2 dilation 2\nCONV2: 16 3x3 pad 2 dilation 2\n"
        "CONV3: 16 3x3 pad 2 dilation 2",
        "INPUT: 64x64x16\nCONV0: 16 3x3 pad 2 stride 2\nCONV1..3: 16 3x3 pad 2 dilation 2 bn relu",
        "INPUT: 99x16\nCONV1: 16 2 dilation 2\nCONV2: 8 1 relu\nCONV3: 16 2 dilation 4\nCONV4: 8 1",
        "INPUT: 64x64x16\nCONV1: 16 3x3 dilation 4x1\nCONV2: 16 3x3 dilation 6x1\nCONV3: 16 3x3",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        dilated = [n for n, _ in study.sliding if isinstance(n.window, Window) and max(n.window.dilation) > 1]
        found: dict[Sequence[Node], list[Stack | None]] = {}
        for axis in range(max((node.output.rank for node in dilated), default=0)):
            for stack in stacks(study, dilated, axis):
                each = found.setdefault(stack.nodes, [None] * stack.nodes[-1].output.rank)
                each[axis] = stack
        for each in found.values():
            yield gridding(self.code, study, each)


class Stack(NamedTuple):
    """Dilated layers in a row on one axis, the factor that their dilations have in common, and what they read.

    `cells` has a bit for each cell that a unit of the last one spans on the first one's map, set where it is read.
    """

    nodes: tuple[Node, ...]
    dilations: tuple[int, ...]
    factor: int
    cells: int


def wide(node: Node) -> Window:
    """The window of a node that slides."""
    assert isinstance(node.window, Window)
    return node.window


def stacks(study: Study, dilated: Sequence[Node], axis: int) -> Iterator[Stack]:
    """The stacks with a common factor along an axis, with holes that no neighbouring layer closes."""
    before: dict[Node, Node | None] = {}
    ends: dict[Node, Node] = {}
    for node in dilated:
        if len(node.output.extents) > axis and spread(node, axis) > 1:
            above = source(node.inputs[0], axis, ends)
            before[node] = above if above and above in before and wide(above).stride[axis] == 1 else None
    followed = set(before.values())
    for node in (node for node in before if node not in followed):
        nodes = run(node, before, axis)
        if len(nodes) > 1 and (stack := gridded(study, nodes, axis, ends)):
            yield stack


def run(last: Node, before: Mapping[Node, Node | None], axis: int) -> tuple[Node, ...]:
    """The dilated layers in a row that end with this one; none where they span too much."""
    nodes, node, span = [last], before[last], wide(last).reach[axis]
    while node and span <= MOST:
        nodes.append(node)
        span += wide(node).reach[axis] - 1
        node = before[node]
    return tuple(nodes[::-1]) if span <= MOST else ()


def spread(node: Node, axis: int) -> int:
    """The distance of a kernel's taps on an axis; 0 where there is one tap."""
    return wide(node).dilation[axis] if wide(node).kernel[axis] > 1 else 0


def source(node: Node, axis: int, ends: dict[Node, Node]) -> Node | None:
    """The node at or above this one whose window has several taps; none where a join comes first."""
    above = end(node, axis, ends)
    return above if isinstance(above.window, Window) and above.window.mode == "slide" else None


def end(node: Node, axis: int, ends: dict[Node, Node]) -> Node:
    """The node at or above this one that does more than hand cells on; found again at once."""
    way = [node]
    while way[-1] not in ends and passes(way[-1], axis):
        way.append(way[-1].inputs[0])
    found = ends.get(way[-1], way[-1])
    ends.update(dict.fromkeys(way, found))
    return found


def passes(node: Node, axis: int) -> bool:
    """Whether each cell of a node's output is made of one cell of its only input, as far apart as these are."""
    window = node.window
    if len(node.inputs) != 1 or node.output.rank <= axis or node.shapes[0].rank != node.output.rank:
        return False
    if not isinstance(window, Window):
        return window is None and node.output.extents == node.shapes[0].extents
    single = window.mode == "frame" or (window.mode == "slide" and window.kernel[axis] == 1)
    return single and window.stride[axis] == 1


def gridded(study: Study, nodes: tuple[Node, ...], axis: int, ends: dict[Node, Node]) -> Stack | None:
    """A stack of these layers, where their dilations have a common factor and nothing closes the holes."""
    dilations = tuple(spread(node, axis) for node in nodes)
    factor = gcd(*dilations)
    if factor == 1:
        return None
    stack = Stack(nodes, dilations, factor, read(nodes, axis))
    return None if grown(stack, axis, ends) or closed(study, stack, axis) else stack


def read(nodes: Sequence[Node], axis: int, cells: int = 1) -> int:
    """The cells that the taps of layers of stride 1 come to, put one behind the other."""
    for node in nodes:
        shifts = range(0, wide(node).reach[axis], wide(node).dilation[axis])
        before, cells = cells, 0
        for shift in shifts:
            cells |= before << shift
    return cells


def full(cells: int) -> bool:
    """Whether no cell is left out between the first and the last."""
    return cells & (cells + 1) == 0


def grown(stack: Stack, axis: int, ends: dict[Node, Node]) -> bool:
    """Whether undilated layers right above read what lies between; behind a join, whether one there is less dilated."""
    start, cells = stack.nodes[0].inputs[0], stack.cells
    above = source(start, axis, ends)
    if above is None:
        branches = [one for x in end(start, axis, ends).inputs if (one := source(x, axis, ends))]
        return any(spread(one, axis) < stack.dilations[0] for one in branches)
    while above and wide(above).stride[axis] == 1 and spread(above, axis) <= 1 and not full(cells):
        cells = read((above,), axis, cells)
        above = source(above.inputs[0], axis, ends) if cells.bit_length() <= MOST else None
    return full(cells)


def closed(study: Study, stack: Stack, axis: int) -> bool:
    """Whether the layers right behind read what lies between."""
    waiting = [(stack.nodes[-1], stack.cells)] if wide(stack.nodes[-1]).stride[axis] == 1 else []
    for node, cells in waiting:
        for reader in study.readers.get(node.name, ()):
            if passes(reader, axis) or (reader.window is None and reader.output.extents == node.output.extents):
                waiting.append((reader, cells))
            elif slides(reader, axis) and cells.bit_length() <= MOST:
                seen = read((reader,), axis, cells)
                if full(seen):
                    return True
                waiting += [(reader, seen)] if wide(reader).stride[axis] == 1 else []
        if len(waiting) > BEHIND:
            return True
    return False


def slides(node: Node, axis: int) -> bool:
    """Whether a node's window slides along an axis and reaches over no more cells than are worked out."""
    window = node.window
    sliding = isinstance(window, Window) and window.mode == "slide" and node.output.rank > axis
    return sliding and wide(node).reach[axis] <= MOST


def gridding(code: Code, study: Study, each: Sequence[Stack | None]) -> Diagnostic:
    """The finding for a stack, its axes told together where they agree."""
    axes = {stack: names for stack, (names, _) in alike(each, study.network.order).items() if stack}
    text = "; ".join(told(stack, names) for stack, names in axes.items())
    last = next(iter(axes)).nodes[-1]
    hint = f"use dilations without a common factor, such as {better(last, next(iter(axes)))}"
    return Diagnostic(code, f"{last.name}: {text}", last.span, hint)


def told(stack: Stack, names: Sequence[str]) -> str:
    """The dilations, their factor, and how many cells of how many are read."""
    said = f"the dilations {joined([str(d) for d in stack.dilations])} of {joined([n.name for n in stack.nodes])}"
    first, span = stack.nodes[0].inputs[0].name, stack.cells.bit_length()
    some = f"a unit reads {stack.cells.bit_count():,} of the {span:,} cells of {first} that it spans"
    return f"{said} have the common factor {stack.factor}: {some} on the {listed(names, 'and')}"


def better(node: Node, stack: Stack) -> str:
    """As many dilations that leave no cell out: 1, 2, 5, 1, 2, 5 (Wang et al. 2018); of two taps 1, 2, 4, 8."""
    pair = 2 in wide(node).kernel
    some = [2**i if pair else (1, 2, 5)[i % 3] for i in range(len(stack.nodes))]
    return joined([str(d) for d in some])
