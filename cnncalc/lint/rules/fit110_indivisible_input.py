from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.sizes.pieces import named_by, read, resized
from cnncalc.analysis.sizes.retrace import changes, spoken
from cnncalc.diagnostic import INFO, Code, Diagnostic
from cnncalc.geometry import Field, Window
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import alike, counted, listed, where
from cnncalc.network.node import joined
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnncalc.geometry import Axes, Shape
    from cnncalc.layer import Layer
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Network, Node

    Shapes = Mapping[Node, Shape]


class IndivisibleInput(Rule):
    """An input that the strides do not divide does not come back as large as it was."""

    code = Code(
        "FIT110",
        "indivisible-input",
        INFO,
        """\
## What it does
Finds networks that make a map smaller and larger again (deconv, upsample), whose total stride does not divide the
input, where that shows: the output is not as large as the input, or `crop to` takes off what is over. Both must be gone
at the next input that the stride divides, which is named; so a network that crops by design, as the U-Net of the paper
and FCN do at every size, is not meant.

## Why is this bad
Each stride rounds, and the way back multiplies exactly: 500 becomes 250, 125, 62 and then 124, 248, 496. The rim is
lost or made up, and what a skip connection joins is half a cell apart.

## Example
    INPUT: 30x30x1
    DOWN: conv 8 3x3 pad 1
    conv 16 2x2 stride 2
    conv 32 2x2 stride 2
    deconv 16 2x2 stride 2
    deconv 8 2x2 stride 2
    conv 1 1x1

## Use instead
    INPUT: 32x32x1
    DOWN: conv 8 3x3 pad 1
    conv 16 2x2 stride 2
    conv 32 2x2 stride 2
    deconv 16 2x2 stride 2
    deconv 8 2x2 stride 2
    conv 1 1x1

## Fix safety
There is no automatic fix: another input is another network. Pad or resize the images.

## Source
Ronneberger et al. 2015, "U-Net", section 2: "it is important to select the input tile size such that all 2x2
max-pooling operations are applied to a layer with an even x- and y-size"; Redmon & Farhadi 2017, "YOLO9000", section 2:
sizes that are multiples of 32.
""",
    )
    good = (
        "INPUT: 32x32x1\nconv 8 2x2 stride 2\nconv 8 2x2 stride 2\ndeconv 8 4x4 stride 4",
        "INPUT: 30x30x1\nconv 8 2x2 stride 2\nconv 8 2x2 stride 2",
        "INPUT: 28x28x1\nconv 8 3x3 stride 2 pad 1\nconv 8 3x3 stride 2 pad 1\nconv 8 3x3 stride 2 pad 1\n"
        "deconv 8 3x3 stride 2 pad 1\ndeconv 8 3x3 stride 2 pad 1 outpad 1\ndeconv 1 3x3 stride 2 pad 1 outpad 1",
        "INPUT: 45x45x1\nDOWN: conv 8 3x3\nmaxpool 2x2\nconv 8 3x3\nUP: deconv 8 2x2 stride 2\nconcat\n"
        "  - from DOWN; crop to UP\n  - from UP\nconv 2 1x1",
        "INPUT: 48x48x1\nDOWN: conv 8 3x3 pad 1\nmaxpool 16x16\nUP: upsample 16\nconcat\n"
        "  - from DOWN; crop to UP\n  - from UP",
        "INPUT: 100\nfc 49\nreshape 7x7x1\nupsample 2",
    )
    bad = (
        "INPUT: 30x30x1\nDOWN: conv 8 3x3 pad 1\nconv 16 2x2 stride 2\nconv 32 2x2 stride 2\n"
        "deconv 16 2x2 stride 2\ndeconv 8 2x2 stride 2\nconv 1 1x1",
        "INPUT: 28x28x1\nconv 8 3x3 stride 2 pad 1\nconv 8 3x3 stride 2 pad 1\nconv 8 3x3 stride 2 pad 1\n"
        "deconv 8 4x4 stride 2 pad 1\ndeconv 8 4x4 stride 2 pad 1\ndeconv 1 4x4 stride 2 pad 1",
        "INPUT: 50x48x1\nDOWN: conv 8 3x3 pad 1\nmaxpool 16x16\nUP: upsample 16\nconcat\n"
        "  - from DOWN; crop to UP\n  - from UP",
        "INPUT: 100x4\nconv 8 4 stride 8\nupsample 8 bilinear",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        network = study.network
        if study.moving and network.complete and any(map(enlarges, network.nodes)):
            inputs = maps(network)
            if len({node.output.extents for node in inputs}) == 1:
                cuts = tuple(cut(study, inputs, axis) for axis in range(inputs[0].output.rank))
                if any(cuts) and not changes(network, spoken(network.source)):
                    yield told(self.code, network, inputs, cuts)


class Cut(NamedTuple):
    """What an axis comes to: its extent, the total stride, what became of it where, the sizes that come back."""

    extent: int
    stride: int
    name: str
    what: str
    sizes: Axes


def enlarges(node: Node) -> bool:
    """Whether a layer makes its map larger."""
    window = node.window
    return isinstance(window, Window) and window.mode == "transposed" and not set(window.stride) <= {1}


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
    found: dict[Node, str] = {}
    for node in network.nodes:
        after, window = read(shapes, node), node.window
        if node.named and isinstance(window, Window) and window.mode == "frame" and len(after.extents) > axis:
            gone = read(shapes, node.inputs[0]).extents[axis] - after.extents[axis]
            found |= {node: f"takes off {counted(gone, 'cell')}"} if gone else {}
        elif node in network.outputs and len(after.extents) > axis and after.extents[axis] != extent:
            found[node] = f"puts out {after.extents[axis]:,}"
    return found


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
    found = {fact: names for fact, (names, _) in alike(cuts, network.order).items() if fact}
    text = "; ".join(
        f"the total stride of {one.stride} does not divide the {listed(names, 'and')} of {one.extent:,}: "
        f"{one.name} {one.what}"
        for one, names in found.items()
    )
    hint = "; ".join(
        f"use an input of {listed(f'{size:,}' for size in one.sizes)}{where(names, len(cuts))}"
        for one, names in found.items()
    )
    return Diagnostic(code, f"{joined([node.name for node in inputs])}: {text}", inputs[0].span, hint)
