"""What a traced spec is: nodes with their facts, the lines they come from, and the network of them."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property, lru_cache
from math import prod
from typing import TYPE_CHECKING

from cnncalc.geometry import Order, Shape, Window
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnncalc.diagnostic import Diagnostic, Span
    from cnncalc.geometry import Rational, Steps, Whole
    from cnncalc.layer import Layer, Weight
    from cnncalc.source import Source
    from cnncalc.syntax.parse import Parsed
    from cnncalc.syntax.tree import Place
    from cnncalc.work import Work


class Node:
    """One layer in its place: its inputs, and the facts its kind states of them. Immutable.

    `name` is its row (`CONV1`, a postfix `CONV1.relu`), `line` the name of its whole line; shapes have no batch axis.
    `head` names the training-only head it is in. `owner` is the node whose weights it shares. `named` are the nodes
    that its arguments name, whose shapes they are.
    """

    __slots__ = (
        "facts", "head", "inputs", "layer", "line", "name", "named", "output", "owner", "place", "shapes", "window",
    )  # fmt: skip

    def __init__(
        self, name: str, line: str, layer: Layer, inputs: tuple[Node, ...], place: Place, head: str = "",
        owner: Node | None = None, named: tuple[Node, ...] = (),
    ) -> None:  # fmt: skip
        keep = object.__setattr__
        shapes = tuple([node.output for node in inputs])
        known = facts(layer, shapes)
        keep(self, "name", name)
        keep(self, "line", line)
        keep(self, "layer", layer)
        keep(self, "inputs", inputs)
        keep(self, "place", place)
        keep(self, "head", head)
        keep(self, "owner", owner)
        keep(self, "named", named)
        keep(self, "shapes", shapes)
        keep(self, "facts", known)
        keep(self, "output", known.output)
        keep(self, "window", known.window)

    name: str
    line: str
    layer: Layer
    inputs: tuple[Node, ...]
    place: Place
    head: str
    owner: Node | None
    named: tuple[Node, ...]
    shapes: tuple[Shape, ...]
    facts: Facts
    output: Shape
    window: Window | Whole | None

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"Node.{name}: nodes are immutable")

    def __repr__(self) -> str:
        return f"Node({self.name!r}, {self.kind}, {'x'.join(map(str, self.output.dims))})"

    @property
    def weights(self) -> Mapping[str, Weight]:
        """The tensors it owns."""
        return self.facts.weights

    @property
    def work(self) -> Work:
        """The operations of one sample."""
        return self.facts.work

    @property
    def params(self) -> int:
        """Trainable numbers: weights and biases; shared ones count where they stand first."""
        return 0 if self.owner else self.facts.params

    @property
    def biases(self) -> int:
        """Trainable numbers that are only added."""
        return 0 if self.owner else self.facts.biases

    @property
    def buffers(self) -> int:
        """Numbers that are kept but not trained."""
        return 0 if self.owner else self.facts.buffers

    @property
    def span(self) -> Span:
        """Where the layer is written."""
        return self.place.span()

    @property
    def kind(self) -> str:
        """The kind's keyword."""
        return self.layer.keyword()

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one sample."""
        return self.work.macs

    @property
    def activations(self) -> int:
        """Numbers the layer puts out; 0 where it only views its input."""
        return self.facts.activations


class Facts(NamedTuple):
    """What a layer states of itself over its inputs, and how many numbers it owns."""

    output: Shape
    window: Window | Whole | None
    weights: Mapping[str, Weight]
    work: Work
    params: int
    biases: int
    buffers: int
    bits: int
    """How long its largest number is."""
    moves: bool
    """Whether it has a stride other than 1."""
    activations: int
    steps: Steps
    """What a window that slides does to receptive fields; nothing for any other."""


@lru_cache(maxsize=8192)
def facts(layer: Layer, shapes: tuple[Shape, ...]) -> Facts:
    """The facts of a layer over inputs of these shapes."""
    weights = layer.tensors(*shapes)
    sizes = [(prod(weight.shape), weight.trainable, weight.bias) for weight in weights.values()]
    params = sum(size for size, trained, _ in sizes if trained)
    biases = sum(size for size, trained, bias in sizes if trained and bias)
    buffers = sum(size for size, trained, _ in sizes if not trained)
    output, work = layer.out(*shapes), layer.work(*shapes)
    bits = max(work.macs, output.elements).bit_length()
    window = layer.window(*shapes)
    moves = isinstance(window, Window) and not set(window.stride) <= {1}
    activations = 0 if layer.passes(*shapes) else output.elements
    steps = window.steps if isinstance(window, Window) and window.mode != "transposed" else ()
    return Facts(output, window, weights, work, params, biases, buffers, bits, moves, activations, steps)


class Claimed(NamedTuple):
    """A claim with its numbers: `value` for figures, `axes` for shapes (None for an axis left open).

    `computed`: from constants, so that it holds under --set as well. `target` names what it is about.
    """

    quantity: str
    op: str
    value: Rational
    half: Rational
    axes: tuple[int | None, ...]
    channels_first: bool
    computed: bool
    target: tuple[str, ...]
    place: Place

    @property
    def text(self) -> str:
        """The claim as written."""
        return self.place.line.text[self.place.begin : self.place.end]

    @property
    def span(self) -> Span:
        """Where the claim is written."""
        return self.place.span()


class LineOf(NamedTuple):
    """One line of the spec as traced: its name, the nodes of its layer and postfixes, its claims.

    With its branches, or the body of the block that it calls, it is the network's nodes `[first, last)`; `output`
    is what it gives.
    """

    name: str
    nodes: tuple[Node, ...]
    claims: tuple[Claimed, ...]
    first: int
    last: int
    output: Node


class Section(NamedTuple):
    """A body with a scope of its own: what a block's call, a group, a pass of a repeat or a head makes.

    `sort` is call, group, repeat, pass, head, or again for the section `owner` on another input. Its nodes are the
    network's `[first, last)`: they read `entry` and what they name, and it gives `exit`. `parent` is the section around
    it, by its place in `Network.sections`.
    `arguments` are those of a call, numbers or the words of kinds and layers.
    """

    name: str
    sort: str
    place: Place
    parent: int
    first: int
    last: int
    entry: Node | None
    exit: Node | None
    block: str = ""
    arguments: tuple[tuple[str, Rational | str], ...] = ()
    owner: str = ""


class Unknown(NamedTuple):
    """A layer whose numbers are unknown, because of an error on its line or above it."""

    name: str
    kind: str
    line: int


MOST_WORDS = 12
"""How many words a sentence lists."""


class Solved(NamedTuple):
    """What was solved for on one line: `what` are its `?`s by the kind's arguments, an answer has a number for each.

    The answers are all there are, smallest first; the first is used. Without one there is an error. `how` is the
    working of the first, or the proof that there is none, in one sentence.
    """

    name: str
    place: Place
    what: tuple[str, ...]
    answers: tuple[tuple[int, ...], ...]
    how: str

    @property
    def asked(self) -> str:
        """The line's `?`s: kernel ? and stride ?"""
        return joined([f"{word} ?" for word in self.what])

    @property
    def used(self) -> str:
        """The answer that is used: kernel ? = 3 and stride ? = 2."""
        return joined([f"{word} ? = {value:,}" for word, value in zip(self.what, self.answers[0], strict=True)])

    def told(self, answer: tuple[int, ...]) -> str:
        """One answer: 2; of several numbers kernel 3 and stride 2."""
        if len(answer) == 1:
            return f"{answer[0]:,}"
        return joined([f"{word} {value:,}" for word, value in zip(self.what, answer, strict=True)])


def joined(words: Sequence[str]) -> str:
    """a, b and c; of many the first."""
    told = [*words[:MOST_WORDS], f"{len(words) - MOST_WORDS:,} more"] if len(words) > MOST_WORDS else words
    return f"{', '.join(told[:-1])} and {told[-1]}" if len(told) > 1 else "".join(told)


class Network:
    """A traced spec: its inputs, its nodes in execution order, its lines; immutable.

    Where `complete` is false an error left `unknown` layers behind the nodes, and there are no totals.
    """

    source: Source
    parsed: Parsed
    name: str
    constants: Mapping[str, Rational]
    order: Order
    inputs: tuple[Node, ...]
    nodes: tuple[Node, ...]
    lines: tuple[LineOf, ...]
    sections: tuple[Section, ...]
    outputs: tuple[Node, ...]
    aliases: Mapping[str, str]
    """Names that stand for a line beside its own: `3a.0.1`, and `layer2` for the last of `layer2.0..3`."""
    unknown: tuple[Unknown, ...]
    expectations: tuple[Claimed, ...]
    solved: tuple[Solved, ...]
    findings: tuple[Diagnostic, ...]
    overridden: tuple[str, ...]
    recipe: str
    exact: bool

    def __init__(self, **fields: object) -> None:
        self.__dict__.update(fields)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"Network.{name}: networks are immutable")

    def __repr__(self) -> str:
        return f"Network({self.name!r}, {len(self.nodes)} layers, {self.params:,} params)"

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, name: str) -> Node:
        """The node of a row: `CONV1` or `CONV1.conv` for the bare layer, `CONV1.relu` for a postfix.

        A body's name and that of a line of a branch (`layer2`, `3a.0.1`) stand for what they stand for in a spec.
        """
        return self[self.aliases[name]] if name in self.aliases and name not in self.by_name else self.by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self.by_name or name in self.aliases

    @cached_property
    def by_name(self) -> Mapping[str, Node]:
        """Every node by the names of its row."""
        found: dict[str, Node] = {}
        for node in (*self.nodes, *self.inputs):
            found.setdefault(node.name, node)
            if node.name == node.line:
                found.setdefault(f"{node.name}.{node.layer.slug()}", node)
        for section in self.sections:
            if section.exit:
                found.setdefault(section.name, section.exit)
        return found

    @cached_property
    def by_line(self) -> tuple[Sequence[str], Sequence[int], Mapping[str, tuple[int, int]]]:
        """The names of the nodes' lines in alphabetical order, which node each is, and the nodes of whole lines."""
        order = sorted(range(len(self.nodes)), key=lambda i: self.nodes[i].line)
        whole = {section.name: (section.first, section.last) for section in self.sections}
        whole |= {line.name: (line.first, line.last) for line in self.lines}
        return [self.nodes[i].line for i in order], order, whole

    @property
    def title(self) -> str:
        """The first comment line of the file."""
        return self.source.title

    @property
    def complete(self) -> bool:
        """Whether every layer is known."""
        return bool(self.nodes) and not self.findings

    @property
    def counted(self) -> tuple[Node, ...]:
        """The nodes in the totals: those of training-only heads are not."""
        return tuple(node for node in self.nodes if not node.head)

    @property
    def params(self) -> int:
        """Trainable numbers of the whole network."""
        return sum(node.params for node in self.counted)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one sample."""
        return sum(node.macs for node in self.counted)

    @cached_property
    def lost(self) -> Sequence[str]:
        """The names of the unknown layers in alphabetical order."""
        return sorted(layer.name for layer in self.unknown)

    def part(self, name: str) -> tuple[Node, ...]:
        """The nodes a name stands for in claims: a whole line, a group, or one row; none if there is no such name."""
        lines, order, whole = self.by_line
        if name in whole:
            return self.stretch(range(*whole[name]))
        group = {order[at] for at in inside(lines, name)}
        for at in inside(self.wholes, name):
            group.update(range(*whole[self.wholes[at]]))
        if group or name in self.by_name:
            return self.stretch(sorted(group)) or (self[name],)
        return self.part(self.aliases[name]) if name in self.aliases else ()

    def whole(self, line: LineOf) -> tuple[Node, ...]:
        """A line's nodes with those of its branches or its body."""
        return self.stretch(range(line.first, line.last))

    def stretch(self, places: Sequence[int]) -> tuple[Node, ...]:
        """The nodes at these places, without those of the heads among them."""
        nodes = tuple([self.nodes[at] for at in places])
        mixed = self.heads and len({node.head for node in nodes}) > 1
        return tuple([node for node in nodes if not node.head]) if mixed else nodes

    @cached_property
    def wholes(self) -> Sequence[str]:
        """The names of the lines and bodies in alphabetical order."""
        return sorted(self.by_line[2])

    @cached_property
    def heads(self) -> bool:
        """Whether some layers only train."""
        return any(node.head for node in self.nodes)

    def gives(self, name: str) -> Node:
        """The node whose value a name stands for: a line's, a group's last, or a row's own."""
        return self.outs[name] if name in self.outs else self.part(name)[-1]

    @cached_property
    def outs(self) -> Mapping[str, Node]:
        """What every line and every body gives."""
        given = {section.name: section.exit for section in self.sections if section.exit}
        return given | {line.name: line.output for line in self.lines}


def inside(rows: Sequence[str], group: str) -> range:
    """Where in an alphabetical list of names those of a group stand: between `group.` and the character behind it."""
    return range(bisect_left(rows, f"{group}."), bisect_left(rows, f"{group}/"))
