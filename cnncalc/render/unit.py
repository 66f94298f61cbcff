"""What `explain --unit` prints: the cells of the input that one unit sees."""

from __future__ import annotations

from itertools import pairwise
from math import floor
from typing import TYPE_CHECKING

from cnncalc.analysis import unit as units
from cnncalc.analysis.cells import cells_of
from cnncalc.analysis.receptive_field import fields_from
from cnncalc.analysis.working import Step
from cnncalc.geometry import WHOLE, Field
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnncalc.analysis.cells import Slide
    from cnncalc.analysis.unit import Clip, Needs, Seen
    from cnncalc.geometry import Axes, Order, Whole
    from cnncalc.network.node import Network, Node

    Styled = tuple[str, str]

DRAWN = 40
"""The longest axis of an input that is drawn."""
FEW = 4
"""How many layers are named one by one."""
NTH = {2: "second", 3: "third"}


class Asked(NamedTuple):
    """A unit and what is known of it: of the layers that one input reaches the receptive fields there, and what the
    unit needs of each.
    """

    net: Network
    node: Node
    unit: Axes
    order: Order
    fields: Mapping[str, Field | Whole]
    needs: Needs


def explained(net: Network, node: Node, unit: Axes, order: Order, width: int) -> Iterator[Styled]:
    """(style, line) of what a unit of a node sees of every input, in a network that is `workable`."""
    needs = units.needed(net, node, units.alone(unit))
    where = f", unit {units.told(unit, order)}" if unit else ", any unit"
    yield "title", f"{node.name}{where} of {order.text(node.output)}"
    for number, seen in enumerate(units.seen(net, node, unit).values()):
        known = fields_from(net, seen.node)
        asked = Asked(net, node, unit, order, known, {name: needs[name] for name in known if name in needs})
        yield from [("", "")] * bool(number)
        yield from laid_out(list(steps(asked, seen)), width)
        yield from drawing(seen, width)


def laid_out(steps: Sequence[Step], width: int) -> Iterator[Styled]:
    """The steps below one another, their text broken between words where the screen is narrower."""
    from textwrap import wrap

    wide = len("in theory")
    for step in steps:
        room = max(width - wide - 4, 12)
        for i, line in enumerate(wrap(step.how, room, break_long_words=False, break_on_hyphens=False)):
            yield "", f"  {(step.what if not i else '').ljust(wide)}  {line}"


def steps(asked: Asked, seen: Seen) -> Iterator[Step]:
    """What a unit sees of one input, why no more, and who sees all."""
    yield Step("input", f"{seen.node.name} {asked.order.text(seen.node.output)}")
    if not seen.cells and not on_the_way(asked, seen):
        yield Step("sees", f"nothing: no unit of {asked.node.name} reads it")
    elif not seen.node.output.rank:
        yield Step("sees", "all of it")
    else:
        yield from ranges(seen, asked.order) if seen.cells else ()
        yield Step("sees", share(seen) if seen.cells else unread(asked))
        yield from theory(asked, seen)
        if seen.unseen:
            yield Step("holes", holes(asked, seen))
        yield from whole(asked, seen)


def unread(asked: Asked) -> str:
    """Why a unit sees nothing of an input that others see some of."""
    if any(units.clips(asked.net, asked.needs)):
        return "nothing: all that it reads is padding, or lies beyond an edge"
    return "nothing: the kernel of a transposed window is smaller than its stride, and puts nothing down here"


def on_the_way(asked: Asked, seen: Seen) -> bool:
    """Whether some unit of the layer sees some of an input."""
    every = tuple([(1 << extent) - 1 for extent in asked.node.output.extents])
    return bool(units.needed(asked.net, asked.node, (every,)).get(seen.node.name))


def ranges(seen: Seen, order: Order) -> Iterator[Step]:
    """The first and the last cell on each axis, and how many of those between are seen."""
    extents, axes = seen.node.output.extents, units.names(order, seen.node.output.rank)
    sides = tuple([axis.bit_count() for axis in units.sides(seen)])
    for name, (begin, last), n, extent in zip(
        axes, order.turned(seen.hull), order.turned(sides), order.turned(extents), strict=True
    ):
        yield Step(name, f"{span(begin, last)} of {span(0, extent - 1)} ({n:,} of {extent:,})")


def span(begin: int, last: int) -> str:
    """3..13"""
    return f"{begin}..{last}"


def cells(count: int, seen: Seen) -> str:
    """So many pixels, tokens, or positions of a map that is no image."""
    shape = seen.node.output
    word = "pixel" if shape.rank == 2 else "position" if shape.channels else "token"
    return f"{count:,} {word}{'s' * (count != 1)}"


def share(seen: Seen) -> str:
    """`38,025 of 51,529 pixels (73.8 %)`; no part of it is 0 or 100 percent."""
    if seen.pixels == seen.total:
        return f"all {cells(seen.total, seen)}"
    tenths = min(max((2000 * seen.pixels + seen.total) // (2 * seen.total), 1), 999)
    return f"{seen.pixels:,} of {cells(seen.total, seen)} ({tenths // 10}.{tenths % 10} %)"


def theory(asked: Asked, seen: Seen) -> Iterator[Step]:
    """The receptive field, which is clipped nowhere, and where this unit's is."""
    field = asked.fields[asked.node.name]
    if not isinstance(field, Field):
        yield Step("in theory", "the whole input")
    elif asked.unit and len(field.size) == seen.node.output.rank:
        yield Step("in theory", placed(asked, seen, field))
        yield from clipped(asked)


def placed(asked: Asked, seen: Seen, field: Field) -> str:
    """The receptive field of this unit, clipped nowhere; ends rounded down as everywhere.

    Behind a window that is transposed or adaptive units differ, and no range is told for one that sees beyond it.
    """
    size = asked.order.by(field.size)
    join = units.misaligned(asked.net, asked.needs, asked.fields)
    if join:
        return f"{size}; at {join} its branches are out of step, so that no one range holds for every unit"
    moves = zip(field.start, asked.unit, field.jump, field.size, strict=True)
    ends = tuple([(floor(a + i * j), floor(a + i * j + n - 1)) for a, i, j, n in moves])
    most = "at most " * units.bounds(asked.net, asked.needs)
    pairs = zip(ends, seen.hull, strict=True) if seen.cells else ()
    if most and any(begin < a or last > b for (a, b), (begin, last) in pairs):
        return f"{most}{size}; behind a transposed or adaptive window no one range holds for every unit"
    axes = zip(units.names(asked.order, len(ends)), asked.order.turned(ends), strict=True)
    return f"{', '.join(f'{name} {span(*pair)}' for name, pair in axes)}: {most}{size}"


def clipped(asked: Asked) -> Iterator[Step]:
    """The layers whose padding the unit reads, which tells it nothing."""
    every = list(units.clips(asked.net, asked.needs))
    for clip in every[:FEW]:
        yield Step("clipped", f"at {clip.node.name}: {sides(clip, asked.order)}")
    if len(every) > FEW:
        rest = len(every) - FEW
        yield Step("clipped", f"and at {rest} more layer{'s' * (rest > 1)}, the last of them {every[-1].node.name}")


def sides(clip: Clip, order: Order) -> str:
    """`2 cells of its padding on the left see nothing`"""
    beyond = "beyond its input" if clip.hangs else "of its padding"
    said = []
    for axis, pair in zip(units.names(order, clip.node.output.rank), order.turned(clip.cells), strict=True):
        said += [f"{count} {side}" for count, side in zip(pair, units.SIDES[axis], strict=True) if count]
    count = sum(map(sum, clip.cells))
    number, _, side = said[0].partition(" ")
    noun = f"{number} cell{'s' * (number != '1')} {beyond} {side}"
    return f"{listed([noun, *said[1:]])} see{'s' * (count == 1)} nothing"


def listed(parts: Sequence[str]) -> str:
    """a, b and c"""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]


def holes(asked: Asked, seen: Seen) -> str:
    """How many cells between those seen are not, in what pattern, and which layers leave them."""
    count = f"{cells(seen.unseen, seen)} between them {'is' if seen.unseen == 1 else 'are'} unseen"
    causes = reasons(asked, seen)
    return f"{count}{f' ({causes})' if causes else ''}{regular(seen, asked.order)}"


def regular(seen: Seen, order: Order) -> str:
    """`: only every second of x 3..13 is seen`, where one step leads from each that is seen to the next."""
    axes = zip(units.names(order, seen.node.output.rank), order.turned(units.sides(seen)), strict=True)
    groups: dict[int, list[str]] = {}
    for name, bits in axes:
        places = list(cells_of(bits))
        steps = {b - a for a, b in pairwise(places)}
        if len(steps) == 1 and steps != {1}:
            groups.setdefault(max(steps), []).append(f"{name} {span(places[0], places[-1])}")
    said = [f"only every {NTH.get(step, f'{step}th')} of {listed(those)} is seen" for step, those in groups.items()]
    return f": {', '.join(said)}" if said else ""


def reasons(asked: Asked, seen: Seen) -> str:
    """The layers that leave holes, by what they have: dilation 2 at conv1 and conv2; stride 4 over 1 at conv3."""
    groups: dict[str, list[str]] = {}
    for layer in units.holed(asked.net, asked.node, asked.unit, seen):
        groups.setdefault(why(units.slides(layer), asked.order), []).append(layer.name)
    said = [f"{how} at {listed(some(names))}" for how, names in groups.items()]
    around = [layer.name for layer in units.circling(asked.net, asked.needs)]
    if around:
        said.append(f"circular padding at {listed(some(around))}")
    if not units.square(seen):
        said.append(f"what its branches see together is no {'rectangle' if seen.node.output.rank == 2 else 'cuboid'}")
    return "; ".join(said)


def some(names: list[str]) -> list[str]:
    """The first few names."""
    return names if len(names) <= FEW else [*names[: FEW - 1], f"{len(names) - FEW + 1} more"]


def why(slides: Sequence[Slide], order: Order) -> str:
    """What leaves holes in a window: its dilation, or a stride beyond its kernel."""
    dilation = order.turned(tuple([slide.dilation for slide in slides]))
    if max(slide.dilation for slide in slides if slide.holed) > 1:
        return f"dilation {axiswise(dilation)}"
    stride, kernel = (order.turned(tuple([getattr(s, word) for s in slides])) for word in ("stride", "kernel"))
    return f"stride {axiswise(stride)} over a kernel of {axiswise(kernel)}"


def axiswise(values: Axes) -> str:
    """One number where all axes agree."""
    return str(values[0]) if len(set(values)) == 1 else "x".join(map(str, values))


def whole(asked: Asked, seen: Seen) -> Iterator[Step]:
    """Which layer is the first to see all of an input; unknown where none of those known does."""
    name = seen.node.name
    node, unit, dark = units.first_whole(asked.net, seen.node, asked.node.head)
    if node and node.window == WHOLE:
        yield Step("all of it", f"no layer before {node.name}, which reads its whole input, sees all of {name}")
    elif node:
        its = f" (its unit {units.told(unit, asked.order)})" if unit else ""
        yield Step("all of it", f"the first layer that sees all of {name} is {node.name}{its}")
    elif asked.net.complete:
        none = f": {where(dark, asked.order)} is seen by none" if dark is not None else ""
        yield Step("all of it", f"no unit of any layer sees all of {name}{none}")


def where(cell: Axes, order: Order) -> str:
    """`x 226, y 0`"""
    axes = zip(units.names(order, len(cell)), order.turned(cell), strict=True)
    return ", ".join(f"{name} {i}" for name, i in axes)


def drawing(seen: Seen, width: int) -> Iterator[Styled]:
    """A small input, rows below one another: # what is seen, . what is not."""
    extents = seen.node.output.extents
    if len(extents) not in (1, 2) or max(extents) > DRAWN or extents[-1] + 2 > width or not seen.cells:
        return
    rows = [(y,) for y in range(extents[0])] if len(extents) == 2 else [()]
    yield "", ""
    for row in rows:
        yield "", "  " + "".join("#" if (*row, x) in seen else "." for x in range(extents[-1]))
