"""What an input comes to whose extents the strides do not divide: which sizes of it come back as large as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.sizes.pieces import named_by, read, resized
from cnncalc.analysis.sizes.retrace import changes, spoken
from cnncalc.diagnostic import Diagnostic
from cnncalc.faults import MISFIT, UNEQUAL
from cnncalc.geometry import Field, Window
from cnncalc.lint.rules._fit import alike, counted, listed, where
from cnncalc.network.node import joined
from cnncalc.network.state import Options
from cnncalc.network.trace import trace
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnncalc.diagnostic import Code
    from cnncalc.geometry import Axes, Shape
    from cnncalc.layer import Layer
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Network, Node

    Shapes = Mapping[Node, Shape]


class Cut(NamedTuple):
    """What an axis comes to: its extent, the total stride, what became of it where, the sizes that come back."""

    extent: int
    stride: int
    name: str
    what: str
    sizes: Axes


def found(code: Code, study: Study) -> Iterator[Diagnostic]:
    """The finding of the inputs, where they have one size and some other size would come back."""
    network, inputs = study.network, maps(study.network)
    if len({node.output.extents for node in inputs}) == 1:
        cuts = tuple(cut(study, inputs, axis) for axis in range(inputs[0].output.rank))
        if any(cuts) and not changes(network, spoken(network.source)):
            yield told(code, network, inputs, cuts)


def maps(network: Network) -> Sequence[Node]:
    """The inputs that have extents."""
    return [node for node in network.inputs if node.output.rank]


def cut(study: Study, inputs: Sequence[Node], axis: int) -> Cut | None:
    """What an input that its strides do not divide comes to on an axis; nothing where they do, or it does no harm."""
    network = study.network
    extent = inputs[0].output.extents[axis]
    marks = harmed(network, {}, axis, extent) if rounds(study, axis) else {}
    stride = total_stride(study, axis) if marks else 1
    below = extent - extent % stride
    near = [size for size in (below, below + stride) if size] if below < extent else []
    known = {size: at_size(network, inputs, axis, size) for size in near}
    left = {size: harmed(network, shapes, axis, size) for size, shapes in known.items() if shapes}
    for node, what in marks.items():
        sizes = tuple(size for size, still in left.items() if node not in still)
        if sizes:
            return Cut(extent, stride, node.name, what, sizes)
    return None


def rounds(study: Study, axis: int) -> bool:
    """Whether some stride does not divide its own map."""
    slides = (each[axis] for _, each in study.moving if len(each) > axis)
    return any(slide.extent % slide.stride for slide in slides)


def total_stride(study: Study, axis: int) -> int:
    """The most cells of the input that neighbouring units of any map lie apart: all strides on one way down."""
    fields = [field for field in study.fields.values() if isinstance(field, Field) and len(field.jump) > axis]
    whole = [field.jump[axis] for field in fields if field.jump[axis].denominator == 1]
    return int(max(whole, default=1))


def harmed(network: Network, shapes: Shapes, axis: int, extent: int) -> Mapping[Node, str]:
    """Where it shows that an input did not come back, and how: outputs of another extent, and crops to a layer."""
    marks: dict[Node, str] = {}
    for node in network.nodes:
        after, window = read(shapes, node), node.window
        if node.named and isinstance(window, Window) and window.mode == "frame" and len(after.extents) > axis:
            gone = read(shapes, node.inputs[0]).extents[axis] - after.extents[axis]
            marks |= {node: f"takes off {counted(gone, 'cell')}"} if gone else {}
        elif node in network.outputs and len(after.extents) > axis and after.extents[axis] != extent:
            marks[node] = f"puts out {after.extents[axis]:,}"
    return marks


def at_size(network: Network, inputs: Sequence[Node], axis: int, size: int) -> Shapes | None:
    """The shapes of all rows where inputs have another extent on an axis; nothing where a layer refuses that."""
    shapes: dict[Node, Shape] = {node: resized(node.output, axis, size) for node in inputs}
    for node in network.nodes:
        layer, reads = here(node, shapes), [read(shapes, x) for x in node.inputs]
        if not all(requirement.holds for requirement in layer.requires(*reads)):
            return None
        shapes[node] = layer.out(*reads)
    return shapes


def here(node: Node, shapes: Shapes) -> Layer:
    """A node's layer, where it names another with that one's shape here."""
    word = named_by(node)
    return node.layer.replaced(**{word: read(shapes, node.named[0])}) if word else node.layer


def told(code: Code, network: Network, inputs: Sequence[Node], cuts: Sequence[Cut | None]) -> Diagnostic:
    """The finding of the inputs, their axes told together where they agree."""
    facts = {fact: names for fact, (names, _) in alike(cuts, network.order).items() if fact}
    text = "; ".join(
        f"the total stride of {one.stride} does not divide the {listed(names, 'and')} of {one.extent:,}: "
        f"{one.name} {one.what}"
        for one, names in facts.items()
    )
    hint = "; ".join(
        f"use an input of {listed(f'{size:,}' for size in one.sizes)}{where(names, len(cuts))}"
        for one, names in facts.items()
    )
    return Diagnostic(code, f"{joined([node.name for node in inputs])}: {text}", inputs[0].span, hint)


def apart(code: Code, study: Study) -> Iterator[Diagnostic]:
    """The finding of an input for which maps do not meet, where the next multiples of the total stride mend that."""
    network, failing = study.network, [f for f in study.network.findings if f.code in (UNEQUAL, MISFIT)]
    if len(network.inputs) != 1 or network.overridden or not network.inputs[0].output.rank:
        return
    (image,) = network.inputs
    axes = range(image.output.rank)
    strides = tuple(total_stride(study, axis) for axis in axes)
    extents = image.output.extents
    below = tuple(w - w % s for w, s in zip(extents, strides, strict=True))
    above = tuple(-(-w // s) * s for w, s in zip(extents, strides, strict=True))
    sizes = [size for size in dict.fromkeys((below, above)) if size != extents and meets(network, size, failing[0])]
    if sizes:
        yield parted(code, study, strides, failing[0], sizes)


def meets(network: Network, size: Axes, failing: Diagnostic) -> bool:
    """Whether the join of a finding holds where the input has another size."""
    if not all(size):
        return False
    other = network.inputs[0].output._replace(extents=size)
    traced = trace(network.source, network.parsed, network.name, Options(shape=other))
    return all((f.code, f.span) != (failing.code, failing.span) for f in traced.findings)


def parted(code: Code, study: Study, strides: Axes, failing: Diagnostic, sizes: Sequence[Axes]) -> Diagnostic:
    """What the strides do not divide, where the maps part, and the sizes for which they meet."""
    order, (image,) = study.network.order, study.network.inputs
    facts = {
        fact: names for fact, (names, _) in alike(list(zip(strides, image.output.extents, strict=True)), order).items()
    }
    text = "; ".join(
        f"the total stride of {s:,} does not divide the {listed(names, 'and')} of {w:,}"
        for (s, w), names in facts.items()
        if w % s
    )
    written = [order.by(size) if len(set(size)) > 1 else size[0] for size in sizes]
    message = f"{image.name}: {text}, so that the maps on line {failing.span.line} do not meet"
    return Diagnostic(code, message, image.span, f"use an input of {listed(written)}")
