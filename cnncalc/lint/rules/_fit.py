"""What the rules of the stride fit say alike: axes that agree are told together, remedies in the file's order."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from cnncalc.analysis.fit import remedies, slides
from cnncalc.diagnostic import ERROR, Diagnostic
from cnncalc.geometry import Pad
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cnncalc.analysis.fit import Sides, Slide
    from cnncalc.diagnostic import Code
    from cnncalc.geometry import Order
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node

T = TypeVar("T")
NAMES = {"W": "width", "H": "height", "D": "depth", "L": "length"}


class Part(NamedTuple):
    """The axes of one node that slide alike: their names, one of them in PyTorch's order, the slide."""

    names: tuple[str, ...]
    axis: int
    slide: Slide

    @property
    def where(self) -> str:
        """The width and height."""
        return f"the {listed(self.names, 'and')}"


def listed(words: Iterable[object], last: str = "or") -> str:
    """a, b or c."""
    *first, end = map(str, words)
    return f"{', '.join(first)} {last} {end}" if first else end


def counted(number: int, noun: str) -> str:
    """1 pixel, 2 pixels."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def alike(each: Sequence[T], order: Order) -> dict[T, tuple[tuple[str, ...], int]]:
    """What holds on each axis, in PyTorch's order: the names of the axes where the same does, and one of these axes.

    In the file's order.
    """
    axes = list(enumerate(each))
    found: dict[T, tuple[tuple[str, ...], int]] = {}
    letters = order.letters(len(axes))
    for letter, (axis, value) in zip(letters, axes[::-1] if order.width_first else axes, strict=True):
        names, first = found.get(value, ((), axis))
        found[value] = ((*names, NAMES[letter]), first)
    return found


def axis_parts(node: Node, order: Order) -> tuple[Part, ...]:
    """The axes of a sliding window, those that agree together, in the file's order."""
    return parts_of(slides(node), order)


def parts_of(each: Sequence[Slide], order: Order) -> tuple[Part, ...]:
    """Axes by how they slide, those that agree together, in the file's order."""
    return tuple(Part(names, axis, slide) for slide, (names, axis) in alike(each, order).items())


def parts(each: Sequence[Slide], order: Order, wanted: Callable[[Slide], bool]) -> tuple[Part, ...]:
    """Those of a node's axes that slide in the way wanted."""
    return tuple(part for part in parts_of(each, order) if wanted(part.slide))


def empty(node: Node) -> bool:
    """Whether the padding holds nothing: a fill repeats cells of the map."""
    pad = node.layer.__dict__.get("pad")
    return not isinstance(pad, Pad) or pad.fill == "zeros"


def where(names: Sequence[str], rank: int) -> str:
    """On which axes a remedy is meant; nothing where it is all of them."""
    return f" on the {listed(names, 'and')}" if len(names) < rank else ""


def misfits(
    study: Study, code: Code, wanted: Callable[[Slide], bool], told: Callable[[Slide], str]
) -> Iterator[Diagnostic]:
    """A finding for each node with a wanted slide; an error where the file rounds exactly."""
    for node, each in study.moving:
        if any(slide.remainder > 0 and wanted(slide) for slide in each):
            found = parts(each, study.network.order, lambda slide: slide.remainder > 0 and wanted(slide))
            text = "; ".join(f"{misfit(part)} {told(part.slide)}" for part in found)
            level = ERROR if study.network.exact else ""
            yield Diagnostic(code, f"{node.name}: {text}", node.span, remedy(node, found), level=level)


def misfit(part: Part) -> str:
    """Both readings of the textbooks: it does not fit; it is rounded."""
    slide = part.slide
    reading = f"{slide.formula} = {slide.quotient} on {part.where}: does not fit"
    return f"{reading}; PyTorch takes {slide.out}{' (ceil)' if slide.ceil else ''}"


def remedy(node: Node, found: tuple[Part, ...], padded: bool = True) -> str:
    """What would fit: nearest inputs, pads (but for `padded`) and strides, by axis where the axes differ."""
    each = [(part.where, fitting(node, part, padded)) for part in found]
    if len(each) == 1 and len(found[0].names) == node.output.rank:
        return f"use {each[0][1]}"
    return "; ".join(f"on {where} use {text}" for where, text in each)


def fitting(node: Node, part: Part, padded: bool) -> str:
    """An input of 6 or 9, or pad 1, or stride 1 or 4; behind other layers a map of 6 or 9."""
    known = remedies(node, part.axis)
    reads = "a map of" if node.inputs[0].inputs else "an input of"
    pads = tuple(map(written, known.pads)) if padded else ()
    ways = {reads: known.inputs, "pad": pads, "stride": known.strides}
    return ", or ".join(f"{what} {listed(values)}" for what, values in ways.items() if values)


def written(pad: Sides) -> str:
    """A pad as a spec writes it."""
    return str(pad[0]) if pad[0] == pad[1] else f"{pad[0]}:{pad[1]}"
