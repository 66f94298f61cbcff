"""Which single change of a spec would make a claim hold: one argument of one line, the nearest first.

Every candidate is worked out through the layers' own `requires` and `out`, from the changed line to the claim.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from cnncalc.analysis.fit import along, fits
from cnncalc.geometry import Pad, Shape, Window
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from cnncalc.geometry import Axes, Order
    from cnncalc.layer import Layer, Parameter, Value
    from cnncalc.network.node import Network, Node

    Shapes = Mapping[str, Shape]
    Check = tuple[Node, Callable[[Shapes], bool]]
    """A node, and what must hold of the shapes up to it."""

LINES, STEPS = 20, 30_000
"""How many lines above a claim are tried, and how many layers a network may cost in all."""
REACH = {"stride": 4, "pad": 8, "kernel": 8, "shape": 40}
"""How far from what is written a value is tried."""
LIKING = ("count", "pad", "flag", "stride", "kernel", "shape")
"""Of changes that are equally small, which is named first."""
OWN = re.compile(r"(?<![\w.])[CWHDL](?![\w.])")
"""A size of the incoming tensor in an expression: a change above would change the line as well."""


class Change(NamedTuple):
    """Other values for arguments of one line; `text` is how the spec would write them, `size` how far they are."""

    node: Node
    values: Mapping[str, Value]
    text: str
    size: int
    sort: str


class Repairs:
    """The search over one network; it ends, unsuccessful, when the network has cost too much."""

    def __init__(self, network: Network) -> None:
        self.network, self.steps = network, 0
        self.every = (*network.inputs, *network.nodes)
        self.index = {node.name: i for i, node in enumerate(self.every)}
        self.sizes_used = any(OWN.search(line.text) for line in network.source.lines)
        self.first_at = {node.span: node for node in reversed(self.every)}

    @property
    def tired(self) -> bool:
        """Whether the search has cost all it may."""
        return self.steps > STEPS

    def best(self, places: Iterable[Iterable[Node]], wanted: Axes, checks: Sequence[Check]) -> Change | None:
        """The smallest change that passes all checks, at the first place that has one.

        `wanted` are the counts worth trying for channels.
        """
        for nodes in () if self.tired else islice(places, LINES):
            every = [change for node in nodes for change in changes(node, wanted, self.network.order)]
            for change in sorted(every, key=preference):
                if self.makes(change, checks):
                    return change
        return None

    def makes(self, change: Change, checks: Sequence[Check]) -> bool:
        """Whether a change passes all checks, every layer up to them still being possible."""
        for node, goal in checks:
            shapes = self.rerun(change, node)
            if shapes is None or not goal(shapes):
                return False
        return True

    def places(self, index: int, held: Callable[[int], bool]) -> Iterator[Iterable[Node]]:
        """The lines to change for a claim on one of them: itself, those above up to one that is held, the input."""
        for at in range(index, -1, -1):
            if at < index and held(at):
                return
            yield self.network.lines[at].nodes
        yield self.network.inputs

    def rerun(self, change: Change, until: Node) -> Shapes | None:
        """The shapes that a change gives up to a node; None where a layer refuses its input.

        A range or a repeat makes many layers of one text: the change is of all of them.
        """
        span, kind = change.node.span, type(change.node.layer)
        shapes: dict[str, Shape] = {}
        for node in self.every[self.index[self.first_at[span].name] : self.index[until.name] + 1]:
            self.steps += 1
            changed = node.span == span and type(node.layer) is kind
            touched = any(above.name in shapes for above in node.inputs)
            if not (changed or touched):
                continue
            layer = node.layer.replaced(**change.values) if changed else node.layer
            out = result(layer, tuple(shapes.get(x.name, x.output) for x in node.inputs))
            if out is None or self.tired or (touched and self.sizes_used):
                return None
            if out != node.output:
                shapes[node.name] = out
        return shapes or None


def result(layer: Layer, inputs: tuple[Shape, ...]) -> Shape | None:
    """The output of a layer, or None where its requirements do not hold."""
    return layer.out(*inputs) if all(r.holds for r in layer.requires(*inputs)) else None


def preference(change: Change) -> tuple[int, int, bool]:
    """Small changes first; of one argument, those that fit exactly."""
    return change.size, LIKING.index(change.sort), not exact(change)


def exact(change: Change) -> bool:
    """Whether the changed window fits its input exactly on every axis."""
    if not change.node.inputs:
        return True
    x = change.node.shapes[0]
    window = change.node.layer.replaced(**change.values).window(*change.node.shapes)
    if not isinstance(window, Window) or window.mode != "slide":
        return True
    return all(fits(along(window, x.extents, axis)) for axis in range(x.rank))


def changes(node: Node, wanted: Axes, order: Order) -> Iterator[Change]:
    """Every single change of a node's arguments that is tried."""
    for parameter in node.layer.parameters:
        sort = sort_of(parameter)
        if sort == "count":
            yield from counts(node, parameter, wanted)
        elif sort == "flag":
            yield from flag(node, parameter)
        elif sort == "pad":
            yield from pads(node, parameter, order)
        elif sort == "shape":
            yield from shapes(node, parameter, wanted, order)
        elif sort:
            yield from extents(node, parameter, sort, order)


def sort_of(parameter: Parameter) -> str:
    """What changes of a parameter look like; nothing for one that no shape depends on."""
    if parameter.type == "extents":
        return "stride" if "S" in parameter.letters else "kernel" if "F" in parameter.letters else ""
    if parameter.type == "count":
        return "count" if "K" in parameter.letters else ""
    return parameter.type if parameter.type in ("pad", "shape") else "flag" if parameter.name == "ceil" else ""


def counts(node: Node, parameter: Parameter, wanted: Axes) -> Iterator[Change]:
    """The claimed counts as filters or units: one step each, the nearest first."""
    others = {count for count in wanted if count >= 1} - {node.output.channels}
    for count in sorted(others, key=lambda count: abs(count - node.output.channels)):
        yield Change(node, {parameter.name: count}, f"{count} {parameter.unit}", 1, "count")


def flag(node: Node, parameter: Parameter) -> Iterator[Change]:
    """A flag given."""
    if not node.layer.__dict__[parameter.name]:
        yield Change(node, {parameter.name: 1}, parameter.name, 1, "flag")


def shifts(rank: int, most: int) -> Iterator[Axes]:
    """Steps for the axes: all alike, then one alone."""
    for step in range(1, most + 1):
        for sign in (1, -1):
            yield (sign * step,) * rank
            if rank > 1:
                yield from (tuple(sign * step * (axis == at) for axis in range(rank)) for at in range(rank))


def extents(node: Node, parameter: Parameter, sort: str, order: Order) -> Iterator[Change]:
    """Other kernels or strides; an argument that follows this one by default is kept, and named."""
    now = node.layer.__dict__[parameter.name]
    if not isinstance(now, tuple):
        return
    followers = [p.name for p in node.layer.parameters if p.default == parameter.name]
    kept = "".join(f" {name} {axes_text(node.layer.__dict__[name], order, short=True)}" for name in followers)
    for shift in shifts(len(now), REACH[sort]):
        new = tuple(a + b for a, b in zip(now, shift, strict=True))
        if min(new) >= 1:
            text = f"{parameter.name} {axes_text(new, order, sort == 'stride')}{kept}"
            yield Change(node, {parameter.name: new}, text, max(map(abs, shift)), sort)


def pads(node: Node, parameter: Parameter, order: Order) -> Iterator[Change]:
    """Other pads, as many cells more or less at both ends."""
    written = node.layer.__dict__[parameter.name]
    if not isinstance(written, Pad) or not isinstance(node.window, Window):
        return
    fill = "" if written.fill == "zeros" else f" {written.fill}"
    word = node.kind if parameter.positional else parameter.name
    now = node.window.pad if written.rule else written.sides
    for shift in shifts(len(now), REACH["pad"]):
        sides = tuple((a + b, c + b) for (a, c), b in zip(now, shift, strict=True))
        if min(map(min, sides)) >= 0:
            texts = [str(a) if a == b else f"{a}:{b}" for a, b in sides]
            text = texts[0] if len(set(texts)) == 1 else "x".join(turned(texts, order))
            size = max(map(abs, shift))
            yield Change(node, {parameter.name: Pad(sides, "", written.fill)}, f"{word} {text}{fill}", size, "pad")


def shapes(node: Node, parameter: Parameter, wanted: Axes, order: Order) -> Iterator[Change]:
    """Other extents of the input, or other channels."""
    x = node.output
    for shift in shifts(x.rank, REACH["shape"]) if x.rank else ():
        new = tuple(a + b for a, b in zip(x.extents, shift, strict=True))
        if min(new) >= 1:
            yield shaped(node, parameter, x._replace(extents=new), max(map(abs, shift)), order)
    for count in sorted(set(wanted) - {x.channels}):
        if count >= 1:
            yield shaped(node, parameter, x._replace(channels=count), abs(count - x.channels), order)


def shaped(node: Node, parameter: Parameter, new: Shape, size: int, order: Order) -> Change:
    """Another shape for the input."""
    return Change(node, {parameter.name: new}, f"the input {order.text(new)}", size, "shape")


def axes_text(axes: Axes, order: Order, short: bool = False) -> str:
    """3x3, as the file orders its axes; `short`, one number where all agree."""
    return str(axes[0]) if short and len(set(axes)) == 1 else "x".join(turned([str(a) for a in axes], order))


def turned(texts: list[str], order: Order) -> list[str]:
    """Texts from PyTorch's order to the file's."""
    return texts[::-1] if order.width_first else texts
