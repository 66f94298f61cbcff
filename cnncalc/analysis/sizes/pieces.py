"""What a network does with every size of its input: the sizes in pieces, on each of which it is one thing.

A piece is a progression of sizes, first + step*k. Through the network go extents that are linear in k (`growing`): a
layer's own `requires`, `out` and `window` are asked for all sizes of a piece at once, and where they do not give one
answer, the piece parts. So nothing is sampled and nothing has to be regular: each piece that comes through is legal,
or fits, at each of its sizes, and each size is in one piece.

Why it ends: a stride S that rounds (Dumoulin & Visin 2016, relationship 6) parts a piece into S at most, and behind it
the extents are linear again; a requirement compares linear numbers, which parts a piece into three at most. Where a
window has to fit, (a*k + b) mod S = 0 is solved for k outright: one residue of S/gcd(a, S) is left, or none.
"""

from __future__ import annotations

from heapq import heappop, heappush
from math import gcd
from typing import TYPE_CHECKING

from cnncalc.analysis.fit import along, fits
from cnncalc.analysis.sizes.growing import Growing, Parting, linear, number, parts, put_in, told
from cnncalc.geometry import Shape, Window
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from cnncalc.geometry import Axes
    from cnncalc.layer import Layer
    from cnncalc.network.node import Node
    from cnncalc.network.slide import Slide

MOST = 40_000
"""How many layers are asked, each time for a piece, before it is told that there are too many pieces.

Of a network with more layers each is asked a few times (ROUNDS) all the same.
"""
ROUNDS = 8


class TooMany(Exception):
    """The sizes fall into more pieces than are gone through."""


class Rewired(Exception):
    """The layers themselves are others at another size: the network has to be traced anew for each."""


class Progression(NamedTuple):
    """The sizes first + step*k: `length` of them, or without end."""

    first: int
    step: int = 1
    length: int | None = None

    @property
    def last(self) -> int | None:
        """The largest, if there is one."""
        return None if self.length is None else self.first + self.step * (self.length - 1)

    def __contains__(self, size: object) -> bool:
        if not isinstance(size, int) or size < self.first or (size - self.first) % self.step:
            return False
        return self.last is None or size <= self.last

    def part(self, into: int, begin: int) -> Progression | None:
        """Those of its sizes whose k is into*j + begin; None if there is none."""
        left = None if self.length is None else -((begin - self.length) // into)
        return Progression(self.first + self.step * begin, self.step * into, left) if left is None or left > 0 else None


class Told(NamedTuple):
    """A layer that narrowed a piece: of the sizes that reached it its window fits at these alone, on this axis."""

    node: Node
    sizes: Progression
    slide: Slide

    def at(self, size: int) -> Slide:
        """The window over the map that one of the sizes gives."""
        a, b, *_ = parts(self.slide.extent)
        return self.slide._replace(extent=a * ((size - self.sizes.first) // self.sizes.step) + b)


class Piece(NamedTuple):
    """Sizes, how far through the network they are, and the shapes there of what is still read."""

    sizes: Progression
    at: int
    shapes: Mapping[Node, Shape]
    told: tuple[Told, ...] = ()


class Scene:
    """A network of which one axis of some inputs is varied: `varied` are these inputs, as written all of one extent.

    `wired`: whether its layers stay as they are while channels grow, which they do only behind a flattened map.
    """

    def __init__(self, nodes: Sequence[Node], varied: Collection[Node], axis: int, wired: bool = True) -> None:
        self.varied, self.axis, self.rank, self.wired = varied, axis, next(iter(varied)).output.rank, wired
        self.nodes = tuple(reached(nodes, varied))
        self.last = last_reads(self.nodes)
        self.layers = {node: parameter for node in self.nodes if (parameter := named_by(node))}

    def start(self) -> Piece:
        """All sizes from 1 on, at the inputs."""
        sizes = Progression(1)
        first = number(1, 1, 1, None)
        return Piece(sizes, 0, {node: resized(node.output, self.axis, first) for node in self.varied})

    def slides(self, node: Node) -> tuple[int, ...]:
        """The axes of a node's map that its window is held to: the one that is varied; all of a map of another rank."""
        if not isinstance(node.window, Window) or node.window.mode != "slide" or node.layer.follows:
            return ()
        rank = node.shapes[0].rank
        return (self.axis,) if rank == self.rank else tuple(range(rank))


class Search:
    """Goes through all sizes, the smallest first.

    `windows` are the layers whose windows along the axis have to fit, `kept` the shapes that tensors have to keep.
    Where pieces end on the way: `stopped` has the first that a layer's window does not fit, `refused` all that a layer
    refuses.
    """

    def __init__(self, scene: Scene, windows: Collection[Node] = (), kept: Mapping[Node, Shape] | None = None) -> None:
        self.scene, self.windows, self.kept = scene, windows, kept or {}
        self.stopped: dict[Node, Told] = {}
        self.refused: list[tuple[Node, Piece]] = []
        self.asked, self.most = 0, max(MOST, ROUNDS * len(scene.nodes))

    def __iter__(self) -> Iterator[Piece]:
        """The pieces that come through, in the order of their smallest sizes; raises TooMany."""
        heap = [(1, 0, self.scene.start())]
        made = 0
        while heap:
            piece = self.advanced(heappop(heap)[2])
            for part in (piece,) if isinstance(piece, Piece) else piece:
                if part.at == len(self.scene.nodes):
                    yield part
                else:
                    made += 1
                    heappush(heap, (part.sizes.first, made, part))

    def advanced(self, piece: Piece) -> Piece | list[Piece]:
        """A piece at the end of the network, or the parts that it falls into on the way; none where it stops."""
        nodes = self.scene.nodes
        shapes = dict(piece.shapes)
        while piece.at < len(nodes):
            self.ask(1)
            node = nodes[piece.at]
            try:
                narrowed = self.narrowed(piece, shapes)
                if narrowed is not None:
                    return narrowed
                shape = self.through(node, shapes)
            except Parting as parting:
                self.ask(parting.into)
                return parted(piece._replace(shapes=shapes), parting)
            if shape is None:
                self.refused.append((node, piece._replace(shapes=shapes)))
                return []
            shapes[node] = shape
            heard = self.heard(piece, node, shapes)
            for done in self.scene.last.get(piece.at, ()):
                shapes.pop(done, None)
            piece = piece._replace(at=piece.at + 1, told=heard)
        return piece._replace(shapes=shapes)

    def ask(self, times: int) -> None:
        """Count what is asked; raises TooMany."""
        self.asked += times
        if self.asked > self.most:
            raise TooMany

    def heard(self, piece: Piece, node: Node, shapes: Mapping[Node, Shape]) -> tuple[Told, ...]:
        """What narrowed a piece, this node's window with it."""
        before = piece.told[-1].sizes.step if piece.told else 1
        narrows = node in self.windows and piece.sizes.step != before
        if not narrows or node.shapes[0].rank != self.scene.rank:
            return piece.told
        x = read(shapes, node.inputs[0])
        window = node.layer.window(x)
        assert isinstance(window, Window)
        return (*piece.told, Told(node, piece.sizes, along(window, x.extents, self.scene.axis)))

    def narrowed(self, piece: Piece, shapes: Mapping[Node, Shape]) -> list[Piece] | None:
        """What is left of a piece whose window must fit; None where all of it does."""
        node = self.scene.nodes[piece.at]
        if node not in self.windows:
            return None
        x = read(shapes, node.inputs[0])
        window = node.layer.window(x)
        assert isinstance(window, Window)
        for axis in self.scene.slides(node):
            slide = along(window, x.extents, axis)
            left = solved(linear(slide.room), slide.stride)
            if left == (1, 0) and fits(slide):
                continue
            here = piece._replace(shapes=shapes)
            if left is None or left == (1, 0):
                self.stopped.setdefault(node, Told(node, piece.sizes, slide))
                return []
            return [one for one in (part(here, *left),) if one]
        return None

    def through(self, node: Node, shapes: Mapping[Node, Shape]) -> Shape | None:
        """A node's output at all sizes of a piece; None where it is refused or another one than is kept."""
        inputs = tuple([read(shapes, x) for x in node.inputs])
        layer = self.layer(node, shapes)
        if not all(requirement.holds for requirement in layer.requires(*inputs)):
            return None
        if node.owner and not shared(layer, inputs, node.owner, tuple([read(shapes, x) for x in node.owner.inputs])):
            return None
        out = layer.out(*inputs)
        if not self.scene.wired and isinstance(told(out.channels), Growing):
            raise Rewired
        for extent in out.dims:
            told(extent)
        return out if node not in self.kept or out.dims == self.kept[node].dims else None

    def layer(self, node: Node, shapes: Mapping[Node, Shape]) -> Layer:
        """A node's layer, its arguments that name others with their shapes here."""
        word = self.scene.layers.get(node)
        return node.layer.replaced(**{word: read(shapes, node.named[0])}) if word else node.layer


def reached(nodes: Sequence[Node], varied: Collection[Node]) -> Iterator[Node]:
    """The nodes that read the varied inputs, through others or by name."""
    known = set(varied)
    for node in nodes:
        if not known.isdisjoint((*node.inputs, *node.named)):
            known.add(node)
            yield node


def last_reads(nodes: Sequence[Node]) -> Mapping[int, Sequence[Node]]:
    """What is read last by the node at each place."""
    last: dict[Node, int] = {}
    for at, node in enumerate(nodes):
        shared_with = node.owner.inputs if node.owner else ()
        last |= dict.fromkeys((node, *node.inputs, *node.named, *shared_with), at)
    found: dict[int, list[Node]] = {}
    for node, at in last.items():
        found.setdefault(at, []).append(node)
    return found


def named_by(node: Node) -> str:
    """The argument of a node that names another; "" where none does."""
    if not node.named:
        return ""
    given = (p.name for p in node.layer.parameters if p.type == "layer")
    return next((name for name in given if node.layer.__dict__[name] is not None), "")


def read(shapes: Mapping[Node, Shape], node: Node) -> Shape:
    """A node's output here; one that the varied inputs do not reach has that of the network."""
    return shapes.get(node) or node.output


def shared(layer: Layer, inputs: tuple[Shape, ...], owner: Node, theirs: tuple[Shape, ...]) -> bool:
    """Whether a layer asks for the weights that its owner has, of an input of the same sort."""
    mine, kept = layer.tensors(*inputs), owner.layer.tensors(*theirs)
    alike = all(a.rank == b.rank for a, b in zip(inputs, theirs, strict=True))
    return alike and all(mine[name].shape == kept[name].shape for name in mine)


def solved(room: int, stride: int) -> tuple[int, int] | None:
    """The k at which a*k + b is a multiple of a stride, as (m, r) for m*j + r; None where there is none."""
    if not isinstance(room, Growing):
        return (1, 0) if room % stride == 0 else None
    common = gcd(room.a, stride)
    if room.b % common:
        return None
    into = stride // common
    return into, -room.b // common * pow(room.a // common, -1, into) % into


def parted(piece: Piece, parting: Parting) -> list[Piece]:
    """A piece in parts."""
    if parting.into:
        every = (part(piece, parting.into, begin) for begin in range(parting.into))
        return [one for one in every if one]
    below, above = part(piece, 1, 0, parting.at), part(piece, 1, parting.at)
    return [one for one in (below, above) if one]


def part(piece: Piece, into: int, begin: int, count: int | None = None) -> Piece | None:
    """The part of a piece whose k is into*j + begin, so many of them at most."""
    sizes = piece.sizes.part(into, begin)
    if sizes is None:
        return None
    sizes = sizes._replace(length=count) if count is not None else sizes
    most = None if sizes.length is None else sizes.length - 1

    def moved(shape: Shape) -> Shape:
        axes = tuple([put_in(w, into, begin, most) for w in shape.extents])
        return Shape(put_in(shape.channels, into, begin, most), axes)

    return piece._replace(sizes=sizes, shapes={node: moved(shape) for node, shape in piece.shapes.items()})


def resized(shape: Shape, axis: int, extent: int) -> Shape:
    """A shape with one extent changed."""
    axes: Axes = (*shape.extents[:axis], extent, *shape.extents[axis + 1 :])
    return shape._replace(extents=axes)
