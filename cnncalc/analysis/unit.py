"""The cells of the input that one unit sees, clipped at every layer, and the first layer that sees all of them.

A unit needs some cells of what its layer reads, those need some of what the layer above reads, and so on to the input.
What a window reads of its zero padding, or beyond an end, is nothing. Channels are taken together: a unit is a place
of the map in all of its channels, and a layer that reads some of them is taken to read all. Statistics that a norm
takes over the whole map are left out, as they are in the receptive field.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.analysis.cells import (
    Slide,
    along,
    apart,
    beyond,
    common,
    first,
    flat,
    full,
    hangs,
    missing,
    nearest,
    read,
    reading,
    size,
    union,
)
from cnncalc.geometry import WHOLE, Field, Order, Pad, Window
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cnncalc.analysis.cells import Box, Cells
    from cnncalc.geometry import Axes, Shape, Whole
    from cnncalc.network.node import Network, Node

    Needs = Mapping[str, Cells]

LONGEST = 1 << 18
"""The longest axis that is worked out cell by cell."""
MANY = 64
"""How many layers are held to account for holes one by one."""
CENTRE = ("centre", "center")
AXES = {"W": "x", "H": "y", "D": "z", "L": "x"}
SIDES = {"x": ("on the left", "on the right"), "y": ("at the top", "at the bottom"), "z": ("in front", "at the back")}


class Seen(NamedTuple):
    """What a unit sees of one input, `node`: a union of products of cells, on the axes in PyTorch's order.

    Bit i of a number stands for cell i of its axis. An input that is a vector has no axes: it is seen or not.
    """

    node: Node
    cells: Cells

    @property
    def total(self) -> int:
        """How many cells the input has."""
        return prod(self.node.output.extents)

    @property
    def pixels(self) -> int:
        """How many of them the unit sees."""
        return size(self.cells)

    @property
    def hull(self) -> tuple[tuple[int, int], ...]:
        """The first and the last cell that it sees on each axis; nothing where it sees none."""
        return tuple([(first(bits), bits.bit_length() - 1) for bits in sides(self)]) if self.cells else ()

    @property
    def unseen(self) -> int:
        """How many cells between those it does not see."""
        return prod(last - begin + 1 for begin, last in self.hull) - self.pixels if self.cells else 0

    def __contains__(self, cell: object) -> bool:
        """Whether it sees a cell, one index an axis."""
        return isinstance(cell, tuple) and any(
            all(axis >> i & 1 for axis, i in zip(box, cell, strict=True)) for box in self.cells
        )


def seen(network: Network, node: Node, unit: Axes) -> Mapping[str, Seen]:
    """What a unit of a node's map sees of each input, by the input's name.

    `unit` is one 0-based index an axis in PyTorch's order, () for a vector, of which every unit sees the same.
    Raises ValueError where the map has no such unit, or an axis on the way is longer than 262,144 cells.
    """
    within(node, unit, Order(channels_first=True, width_first=False))
    needs = needed(network, node, alone(unit))
    return {x.name: Seen(x, needs.get(x.name, ())) for x in network.inputs}


def alone(cell: Axes) -> Cells:
    """One cell as a set."""
    return (tuple([1 << i for i in cell]),)


def place(node: Node, text: str, order: Order) -> Axes:
    """The unit that a text names, in PyTorch's order: `3,5` in that of the file, or `centre`, the middle one.

    A vector's unit is named by its channel, and its place is (). Raises ValueError.
    """
    extents, word = node.output.extents, text.strip().lower()
    if word in CENTRE:
        return tuple([extent // 2 for extent in extents])
    parts = [part.strip() for part in word.split(",")]
    if not all(part.removeprefix("-").isdigit() and part.isascii() and len(part) < 16 for part in parts):
        raise ValueError(f"--unit takes a number an axis, {example(node, order)}, or centre; not '{text}'")
    unit = tuple(map(int, parts))
    if node.output.rank:
        return within(node, order.turned(unit), order)
    if len(unit) != 1:
        raise ValueError(
            f"{node.name} is {order.text(node.output)}: --unit takes 1 number, its channel, not {len(unit)}"
        )
    if not 0 <= unit[0] < node.output.channels:
        last = node.output.channels - 1
        raise ValueError(f"{node.name} is {order.text(node.output)}: its units are 0 to {last}, and {unit[0]} is none")
    return ()


def within(node: Node, unit: Axes, order: Order) -> Axes:
    """The unit, where the node's map has it; raises ValueError with the axes in this order."""
    shape, axes = node.output, names(order, node.output.rank)
    count = f"{shape.rank} number{'s' * (shape.rank != 1)}"
    if len(unit) != shape.rank:
        said = f"{node.name} is {order.text(shape)}: a unit of it is {count}, {','.join(axes) or 'none'}"
        raise ValueError(f"{said}, not {len(unit)}")
    for axis, extent, i in order.turned(tuple(zip(order.turned(axes), shape.extents, unit, strict=True))):
        if not 0 <= i < extent:
            said = f"{node.name} is {order.text(shape)}: its units are 0 to {extent - 1} on {axis}"
            raise ValueError(f"{said}, and {i} is none")
    return unit


def names(order: Order, rank: int) -> tuple[str, ...]:
    """x, y and z in the file's order."""
    return tuple([AXES[letter] for letter in order.letters(rank)])


def example(node: Node, order: Order) -> str:
    """A unit as it may be written: the middle one."""
    return told(tuple([extent // 2 for extent in node.output.extents]), order) or "0"


def told(unit: Axes, order: Order) -> str:
    """A unit as --unit takes it."""
    return ",".join(map(str, order.turned(unit)))


# From a unit back to the inputs


def needed(network: Network, node: Node, cells: Cells, solid: str = "") -> Needs:
    """The cells of every node and input on the way that some units of a node need, by name.

    The window of the node called `solid` is taken without its holes. Raises ValueError where an axis is too long.
    """
    needs: dict[str, Cells] = {node.name: cells}
    for each in reversed(network.nodes):
        if each.name not in needs:
            continue
        bounded(each)
        for x, found in zip(each.inputs, back(each, needs[each.name], each.name == solid), strict=True):
            needs[x.name] = union((*needs.get(x.name, ()), *found))
    return needs


def workable(network: Network) -> None:
    """Raises ValueError where an axis of a network is too long to be worked out cell by cell."""
    for node in network.nodes:
        bounded(node)


def bounded(node: Node) -> None:
    """An axis that is too long to be worked out cell by cell is refused."""
    window = node.window
    sides = [*window.reach, *map(int, window.stride)] if isinstance(window, Window) else []
    longest = max((*sides, *node.output.extents, *(w for x in node.shapes for w in x.extents)), default=0)
    if longest > LONGEST:
        said = f"{node.name} is over an axis of {longest:,} cells, and --unit goes cell by cell"
        raise ValueError(f"{said}: {LONGEST:,} are the most")


def slides(node: Node) -> tuple[Slide, ...]:
    """The window of a node on each axis; none where it has none."""
    if not isinstance(node.window, Window):
        return ()
    pad = node.layer.__dict__.get("pad")
    fill = pad.fill if isinstance(pad, Pad) else "zeros"
    return along(node.window, node.shapes[0].extents, node.output.extents, fill)


def back(node: Node, cells: Cells, solid: bool = False) -> Iterator[Cells]:
    """The cells of each input of a node that some cells of its output need."""
    if node.window == WHOLE:
        yield from ((full(x.extents),) if cells else () for x in node.shapes)
    elif node.window is None:
        yield from (union(lowered(box, x) for box in cells) for x in node.shapes)
    else:
        sides = slides(node)
        yield carried(cells, tuple([slide.solid for slide in sides]) if solid else sides, read)


def carried(cells: Cells, sides: tuple[Slide, ...], along: Callable[[Slide, int], int]) -> Cells:
    """Some cells through a window, axis by axis."""
    return union(tuple([along(slide, bits) for slide, bits in zip(sides, box, strict=True)]) for box in cells)


def lowered(box: Box, x: Shape) -> Box:
    """What cells of an output need of a branch: the same; all of it where it is flattened, 0 where it is repeated."""
    if len(box) != x.rank:
        return full(x.extents)
    return tuple([bits if extent > 1 else 1 for bits, extent in zip(box, x.extents, strict=True)])


def forth(node: Node, known: Needs) -> Cells:
    """The cells of a node that need any of the known cells of its inputs."""
    every, inputs = full(node.output.extents), [known.get(x.name, ()) for x in node.inputs]
    if node.window == WHOLE:
        return (every,) if any(inputs) else ()
    if node.window is not None:
        return carried(inputs[0], slides(node), reading)
    pairs = zip(inputs, node.shapes, strict=True)
    return union(raised(box, x, node.output, every) for cells, x in pairs for box in cells)


def raised(box: Box, x: Shape, out: Shape, every: Box) -> Box:
    """The cells of an output that need some of a branch: the same; all of them where it is repeated."""
    if x.rank != out.rank:
        return every
    pairs = zip(box, x.extents, every, strict=True)
    return tuple([bits if extent > 1 else whole for bits, extent, whole in pairs])


def seeing(network: Network, source: Node, cell: Axes) -> Needs:
    """The units of every node that see one cell of an input, by name; the other way of `needed`."""
    known: dict[str, Cells] = {source.name: alone(cell)}
    for node in network.nodes:
        if any(x.name in known for x in node.inputs):
            known[node.name] = forth(node, known)
    return known


# The first layer that sees all of an input


class First(NamedTuple):
    """The first layer one of whose units sees all of an input, and that unit; or a cell that no layer's unit sees."""

    node: Node | None
    unit: Axes
    dark: Axes | None = None


def first_whole(network: Network, source: Node, head: str = "") -> First:
    """The first layer in the order of execution one of whose units sees every cell of an input.

    Layers of heads that only train are passed over, but those of `head`. Raises ValueError where an axis is too long.

    The units that see all are among those that see a few cells, the corners to begin with. Of those one is tried;
    a cell that it does not see strikes out all that do not see it either, in every layer.
    """
    workable(network)
    tried = [(cell, seeing(network, source, cell)) for cell in corners(source.output.extents)]
    for node in network.nodes:
        if node.head in ("", head):
            unit = whole_unit(network, node, source, tried)
            if unit is not None:
                return First(node, unit)
    nodes = [node.name for node in network.nodes]
    dark = next((cell for cell, known in tried if not any(known.get(name) for name in nodes)), None)
    return First(None, (), dark)


def whole_unit(network: Network, node: Node, source: Node, tried: list[tuple[Axes, Needs]]) -> Axes | None:
    """A unit of a node that sees all of an input; cells that others do not see are added to those tried."""
    left: Cells = (full(node.output.extents),)
    for _, known in tried:
        left = common(left, known.get(node.name, ()))
    while left:
        unit = tuple([nearest(bits, w // 2) for bits, w in zip(left[0], node.output.extents, strict=True)])
        cells = needed(network, node, alone(unit)).get(source.name, ())
        cell = missing(cells, source.output.extents)
        if cell is None:
            return unit
        tried.append((cell, seeing(network, source, cell)))
        left = common(left, tried[-1][1].get(node.name, ()))
    return None


def corners(extents: Axes) -> list[Axes]:
    """The cells at the corners of a map."""
    found: list[Axes] = [()]
    for extent in extents:
        found = [(*cell, end) for cell in found for end in dict.fromkeys((0, extent - 1))]
    return found


# Why it sees no more


class Clip(NamedTuple):
    """The cells before the first and behind the last of a node's input that a unit would read, on each axis.

    They are padding; where one `hangs` there is none: the window is transposed, or its output was rounded up.
    """

    node: Node
    cells: tuple[tuple[int, int], ...]
    hangs: bool


def clips(network: Network, needs: Needs) -> Iterator[Clip]:
    """Where what a unit sees is cut: the nodes that read padding without a fill, or beyond an end, for it."""
    for node in network.nodes:
        cells, sides = needs.get(node.name, ()), slides(node)
        if cells and sides and sides[0].fill == "zeros":
            reads = [(slide, flat(cells, axis)) for axis, slide in enumerate(sides)]
            cut = tuple([beyond(*pair) for pair in reads])
            if any(map(any, cut)):
                yield Clip(node, cut, any(hangs(*pair) for pair in reads))


def bounds(network: Network, needs: Needs) -> bool:
    """Whether the receptive field is the most that a unit sees: a window on the way is transposed or adaptive."""
    windows = [node.window for node in network.nodes if node.name in needs]
    return any(isinstance(window, Window) and window.mode in ("transposed", "adaptive") for window in windows)


def misaligned(network: Network, needs: Needs, known: Mapping[str, Field | Whole]) -> str:
    """The first join on the way whose branches have different jumps, so that no one start holds for all units."""
    for node in network.nodes:
        fields = [known[x.name] for x in node.inputs if x.name in known] if node.name in needs else []
        if len({field.jump for field in fields if isinstance(field, Field) and field.jump}) > 1:
            return node.name
    return ""


def holed(network: Network, node: Node, unit: Axes, seen: Seen) -> Iterator[Node]:
    """The layers that leave cells between those a unit sees unseen: without their holes it would see more of them.

    Where too many might, or none does so alone and no branches are to blame, all whose windows have holes.
    """
    start, inside = alone(unit), hull_box(seen)
    needs = needed(network, node, start)
    some = [each for each in network.nodes if needs.get(each.name) and any(slide.holed for slide in slides(each))]

    def more(each: Node) -> bool:
        cells = needed(network, node, start, each.name).get(seen.node.name, ())
        return size(common(cells, inside)) > seen.pixels

    alone_to_blame = list(filter(more, some)) if len(some) <= MANY else []
    yield from alone_to_blame or (some if square(seen) else ())


def circling(network: Network, needs: Needs) -> Iterator[Node]:
    """The layers whose padding reads on at the other end of their map for what a unit sees."""
    for node in network.nodes:
        cells, sides = needs.get(node.name, ()), slides(node)
        if cells and sides and sides[0].fill == "circular":
            ends = (beyond(slide, flat(cells, axis)) for axis, slide in enumerate(sides))
            yield from [node] * any(map(any, ends))


def hull_box(seen: Seen) -> Cells:
    """All cells from the first to the last that a unit sees on each axis."""
    return (tuple([(2 << last) - (1 << begin) for begin, last in seen.hull]),)


def sides(seen: Seen) -> tuple[int, ...]:
    """All cells along each axis that a unit sees some of."""
    return tuple([flat(seen.cells, axis) for axis in range(seen.node.output.rank)])


def square(seen: Seen) -> bool:
    """Whether what is seen is a product of cells on each axis, and no union of several."""
    return len(apart(seen.cells)) == 1
