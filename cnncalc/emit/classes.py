"""Bodies as classes: equal ones share a class whose constructor takes the numbers that differ.

Instances of one block that are wired alike are one class; parts that some of them lack are built on a flag. A number
that all have stands as it is; one that differs is named after the block's parameter that it follows, else after its
place.
"""

from __future__ import annotations

import re
from itertools import count, pairwise
from typing import TYPE_CHECKING

from cnncalc.emit.forward import statements
from cnncalc.emit.names import attribute, attributes, class_name, unused
from cnncalc.emit.parameters import Parameters, role
from cnncalc.emit.text import WIDTH, calling, counted_sequence, fitted, full, prose, sequence, shortened, template
from cnncalc.emit.units import Graph, Piece, Unit, consecutive, counted, definition, local
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncalc.emit.forward import Statement

    Reference = tuple[str, int]
    Wired = tuple[str, str, tuple[Reference, ...], int, str, str]

RETURNED = "torch.Tensor"
PLAIN = calling("{m}({0})").text
SLICE = re.compile(r"(?<=[\[ ])([^][,: ]*):([^][,: ]*)(?=[],])")
"""The start and the end of one axis of an index."""


class Structure(NamedTuple):
    """How a body is wired, by the names of its pieces: (constructor, call, what it reads, ..., helper)."""

    wired: dict[str, Wired]
    gives: tuple[Reference, ...]
    inputs: int


class Body(NamedTuple):
    """A body with its pieces; `lacks` are those of its class that it has not."""

    unit: Unit
    pieces: list[Piece]
    structure: Structure
    lacks: frozenset[str] = frozenset()


class Calls(NamedTuple):
    """Pieces with their calls as a class has them, and the attributes that those read: each with its value."""

    pieces: list[Piece]
    kept: dict[str, str]


class Classes:
    """Writes the classes of a network's bodies, the innermost first."""

    def __init__(self, graph: Graph, taken: set[str]) -> None:
        self.graph, self.taken = graph, taken
        self.texts: dict[int, str] = {}
        self.paths: dict[int, str] = {}
        self.bodies: dict[int, list[Piece]] = {}
        self.named: dict[int, dict[str, str]] = {}
        self.written: list[str] = []
        for level in levels(graph):
            self.write(level)
        self.root = self.pieces(graph.units[-1])
        self.name([-1], {piece.name for piece in self.root if not self.stateless(piece)})

    # What a body runs

    def raw(self, unit: Unit) -> list[Piece]:
        """The layers and bodies of a body, in the order they run."""
        children = {self.graph.units[child].first: child for child in unit.children}
        pieces: list[Piece] = []
        at = unit.first
        while at < unit.last:
            if at in children:
                child = self.graph.units[children[at]]
                pieces.append(self.child(child, unit))
                at = child.last
            else:
                pieces.append(self.layer(at, unit))
                at += 1
        return pieces

    def layer(self, at: int, unit: Unit) -> Piece:
        """A node as a piece of its body."""
        node = self.graph.nodes[at]
        module, shape = self.graph.modules[at], self.graph.network.order.text(node.output)
        holder = self.graph.holder(at)
        owner = local(self.graph.nodes[holder].name, unit.prefix) if holder != at and module.text else ""
        text, call = "" if owner else module.text, module.call.replace("{x}", "{0}")
        name, line = local(node.name, unit.prefix), local(node.line, unit.prefix)
        reads, trains = self.graph.reads[at], bool(node.head) and unit.section < 0
        return Piece(name, line, text, call, reads, (at,), shape, module.helper, owner, -1, at, trains)

    def child(self, child: Unit, unit: Unit) -> Piece:
        """A body as a piece of the one around it."""
        section = self.graph.sections[child.section]
        name, reads, owner = local(section.name, unit.prefix), child.reads, ""
        if child.owner >= 0:
            first = self.graph.units[child.owner]
            owner = local(self.graph.sections[child.owner].name, unit.prefix)
            reads = self.graph.reads_again(child, first)
        call = f"{{m}}({', '.join(f'{{{i}}}' for i in range(len(reads)))})"
        shape = self.graph.network.order.text(self.graph.value(child.gives[0]).output)
        text, trains = self.texts.get(child.section, ""), section.sort == "head"
        return Piece(name, name, text, call, reads, child.gives, shape, "", owner, child.section, -1, trains)

    def pieces(self, unit: Unit) -> list[Piece]:
        """What a body runs, numbered bodies in a chain as one; keeps the attributes that hold the modules."""
        pieces = self.raw(unit)
        for stem in stems(pieces):
            pieces = self.contained(pieces, stem, unit)
        self.bodies[unit.section] = pieces
        return pieces

    def name(self, bodies: Sequence[int], own: set[str]) -> None:
        """The attributes of bodies of one class; layers without weights or a line of their own share them by kind."""
        pieces = [piece for at in bodies for piece in self.bodies[at] if piece.text]
        names = dict.fromkeys(piece.name if piece.name in own else self.common(piece) for piece in pieces)
        given = dict(zip(names, attributes([name.partition("\n")[0] for name in names]), strict=True))
        for at in bodies:
            here = [piece for piece in self.bodies[at] if piece.text]
            self.named[at] = {p.name: given[p.name if p.name in own else self.common(p)] for p in here}
            self.paths |= {piece.unit: self.named[at][piece.name] for piece in here if piece.unit >= 0}

    def contained(self, pieces: list[Piece], stem: str, unit: Unit) -> list[Piece]:
        """The bodies stem.0, stem.1, ... in one container: run as one where each only reads the one before."""
        inside = [piece for piece in pieces if piece.name.rpartition(".")[0] == stem]
        for number, piece in enumerate(inside):
            self.paths[piece.unit] = f"{attribute(stem)}.{number}"
        texts = [piece.text for piece in inside]
        if chained(inside, pieces, unit.gives):
            whole = inside[-1]._replace(
                name=stem, line=stem, text=sequence(texts), call="{m}({0})", reads=inside[0].reads, unit=-2
            )
            return [whole if piece is inside[-1] else piece for piece in pieces if piece not in inside[:-1]]
        holder = Piece(stem, stem, f"nn.ModuleList([{', '.join(texts)}])", "", (), (), "")
        called = {
            piece.name: piece._replace(text="", owner=stem, call=piece.call.replace("{m}", f"{{m}}[{number}]"))
            for number, piece in enumerate(inside)
        }
        at = pieces.index(inside[0])
        return [*pieces[:at], holder, *(called.get(piece.name, piece) for piece in pieces[at:])]

    # Classes

    def write(self, level: list[int]) -> None:
        """The classes of bodies that hold only bodies written before; a chain of numbered bodies needs none."""
        waiting: dict[object, list[Body]] = {}
        for at in level:
            unit = self.graph.units[at]
            raw = self.raw(unit)
            if text := chain_of(raw, unit):
                self.texts[at] = text
                self.paths |= {piece.unit: piece.name for piece in raw}
                self.bodies[at] = []
                continue
            pieces = self.pieces(unit)
            body = Body(unit, pieces, structure(pieces, unit))
            waiting.setdefault(definition(self.graph.sections[at]), []).append(body)
        for bodies in waiting.values():
            for group in groups(bodies):
                self.write_class(group)

    def write_class(self, group: list[Body]) -> None:
        """One class, and the text that builds each of its instances."""
        most = max(group, key=lambda body: len(body.structure.wired))
        section = self.graph.sections[most.unit.section]
        own = {piece.name for body in group for piece in body.pieces if not self.stateless(piece)}
        texts = [{piece.name: piece.text for piece in body.pieces} for body in group]
        own |= {name for each in texts for name in each if any(other.get(name, "") != each[name] for other in texts)}
        self.name([body.unit.section for body in group], own)
        name = self.class_name(section.block or plain(section.name))
        parameters = Parameters(self.columns(group), self.words(group))
        order, flags = [*parameters.given], self.flags(group, most, parameters.names)
        calls = self.calls(most, group, parameters)
        columns = {flag: tuple([str(not names & body.lacks) for body in group]) for flag, names in flags.items()}
        lines = [
            line for piece in self.built(most.unit.section)
            for line in self.constructed(piece, most, group, parameters, flags)
        ]  # fmt: skip
        lines += [f"        self.{name} = {text}" for name, text in calls.kept.items()]
        listed = [*parameters.listed(order)]
        for number, body in enumerate(group):
            given = [str(p.column[number]) for p in listed if not p.default]
            given += [
                f"{p.name}={p.column[number]}"
                for p in listed
                if p.default and p.column[number] not in (p.default, None)
            ]
            given += [f"{flag}=True" for flag, column in columns.items() if column[number] == "True"]
            self.texts[body.unit.section] = f"{name}({', '.join(given)})"
        signature = ["self", *(p.written for p in listed), *(f"{flag}: bool = False" for flag in flags)]
        head = f"def __init__({', '.join(signature)}) -> None:"
        self.written.append("\n".join([
            f"class {name}(nn.Module):",
            *docstring(self.described(group, most)),
            "",
            *([*fitted(head, 4), "        super().__init__()", *lines, ""] if lines else []),
            *self.forward(most._replace(pieces=calls.pieces)),
        ]))  # fmt: skip

    def built(self, at: int) -> list[Piece]:
        """The pieces of a body whose modules are built, each attribute once."""
        first: dict[str, Piece] = {}
        for piece in self.bodies[at]:
            if piece.text:
                first.setdefault(self.named[at][piece.name], piece)
        return list(first.values())

    def stateless(self, piece: Piece) -> bool:
        """Whether a piece is a postfix without weights: it needs no module of its own."""
        return piece.node >= 0 and piece.name != piece.line and not self.graph.nodes[piece.node].facts.weights

    def common(self, piece: Piece) -> str:
        """What layers share that are built alike: the kind's word, and behind it how they are built."""
        return f"{self.graph.nodes[piece.node].layer.word}\n{piece.text}"

    def class_name(self, name: str) -> str:
        """A class for a block or a body: Bottleneck, and Bottleneck2 for those of it that are wired otherwise."""
        stem = class_name(name, "")
        made = next(name for n in count(1) if (name := f"{stem}{n if n > 1 else ''}") not in self.taken)
        self.taken.add(made)
        return made

    def columns(self, group: list[Body]) -> dict[str, tuple[str | None, ...]]:
        """The numbers that instances are made with: the channels that come in, and the block's arguments."""
        given: dict[str, tuple[str | None, ...]] = {}
        read = [body.unit.reads for body in group]
        arguments = [dict(self.graph.sections[body.unit.section].arguments) for body in group]
        if all(read) and "in_channels" not in arguments[0]:
            given["in_channels"] = tuple([str(self.graph.value(reads[0]).output.channels) for reads in read])
        for name in arguments[0]:
            values = [each.get(name) for each in arguments]
            if not any(isinstance(value, str) for value in values):
                given[name] = tuple([decimal(value) for value in values])
        return given

    def calls(self, most: Body, group: list[Body], parameters: Parameters) -> Calls:
        """The pieces with attributes in place of the numbers in their calls that differ."""
        kept: dict[str, str] = {}
        taken = dict.fromkeys(self.named[most.unit.section].values(), 0)
        pieces = [self.kept_call(piece, group, parameters, kept, taken) for piece in most.pieces]
        return Calls(pieces, kept)

    def kept_call(
        self, piece: Piece, group: list[Body], parameters: Parameters, kept: dict[str, str], taken: dict[str, int]
    ) -> Piece:
        """A piece whose call reads from attributes the numbers that differ."""
        own = calling(piece.call)
        if not own.numbers or len(group) == 1:
            return piece
        others = [next((calling(p.call).numbers for p in body.pieces if p.name == piece.name), None) for body in group]
        values: list[str] = []
        for place, number in enumerate(own.numbers):
            column = tuple([numbers[place] if numbers else None for numbers in others])
            text = number
            if len({value for value in column if value is not None}) > 1:
                said = parameters.expression(column, attribute(piece.name))
                known = next((name for name, other in kept.items() if other == said), "")
                name = known or unused(attribute(piece.name), taken, {})
                kept[name] = said
                text = f"self.{name}"
            values.append(text)
        return piece._replace(call=SLICE.sub(spaced, own.filled(tuple(values))))

    def words(self, group: list[Body]) -> set[str]:
        """What the constructor of a class calls something, or may call."""
        texts = " ".join(piece.text for body in group for piece in body.pieces)
        return {"super", *re.findall(r"(?<!\.)\b[A-Za-z_]\w*(?=\()|(?<=for )\w+(?= in )", texts)}

    def flags(self, group: list[Body], most: Body, names: dict[str, int]) -> dict[str, frozenset[str]]:
        """The parts that some instances lack, each under the name of its line, if no argument has it."""
        lines = {piece.name: piece.line for piece in most.pieces}
        order = [piece.name for piece in most.pieces]
        lacked = {body.lacks for body in group if body.lacks}
        named = [(lines[min(parts, key=order.index)], parts) for parts in sorted(lacked, key=sorted)]
        return {unused(attribute(line), names, {}): parts for line, parts in named}

    def constructed(
        self, piece: Piece, most: Body, group: list[Body], parameters: Parameters, flags: dict[str, frozenset[str]]
    ) -> list[str]:
        """The assignment of a submodule, with arguments for the numbers that differ."""
        texts = [self.text_of(piece.name, body) for body in group]
        shapes = [template(full(text)) if text else None for text in texts]
        own = template(full(piece.text))
        slot = self.named[most.unit.section][piece.name]
        values = [
            parameters.expression(
                tuple([shape.numbers[place] if shape else None for shape in shapes]),
                f"{slot}_{role(own.text, place, len(own.numbers))}",
            )
            for place in range(len(own.numbers))
        ]
        text = shortened(own.filled(tuple(values)))
        flag = next((flag for flag, names in flags.items() if piece.name in names), "")
        return optional(f"self.{slot}", text, flag) if flag else fitted(f"self.{slot} = {text}", 8)

    def text_of(self, name: str, body: Body) -> str:
        """The constructor of an instance's piece; "" where it lacks it."""
        return "" if name in body.lacks else next((p.text for p in body.pieces if p.name == name), "")

    def described(self, group: list[Body], most: Body) -> str:
        """What a class is, and whose shapes its lines carry."""
        section = self.graph.sections[most.unit.section]
        what = f"The block {section.block}" if section.block else f"The body of {plain(section.name)}"
        if section.sort == "head":
            what = f"The head {section.name}, which only trains"
        if len(group) == 1:
            return f"{what}."
        return f"{what}, {len(group)} times; shapes as in {section.name}."

    def forward(self, body: Body) -> list[str]:
        """The way through a body."""
        unit, names = body.unit, ["x"]
        words = self.layers_named(unit)
        taken = {"x": 0}
        for value in unit.reads[1:]:
            node = self.graph.value(value)
            names.append(unused(attribute(words.get(node.name, plain(node.line))), taken, {}))
        given = dict(zip(unit.reads, names, strict=False))
        made, out = statements(body.pieces, given, unit.gives, self.named[unit.section])
        several = len(out) > 1
        returned = f"tuple[{', '.join([RETURNED] * len(out))}]" if several else RETURNED
        takes = "".join(f", {name}: {RETURNED}" for name in names[: max(len(unit.reads), 1)])
        lines = fitted(f"def forward(self{takes}) -> {returned}:", 4)
        return [*lines, *(line for step in returning(made, out) for line in plain_lines(step))]

    def layers_named(self, unit: Unit) -> dict[str, str]:
        """The nodes that the arguments of a call name, each with its parameter."""
        network, given = self.graph.network, self.graph.sections[unit.section].arguments
        named = [(name, word) for name, word in given if isinstance(word, str) and network.part(word)]
        return {network.gives(word).name: name for name, word in named}

    def path(self, at: int) -> str:
        """The attributes that lead to a body from the network, joined by dots."""
        parts: list[str] = []
        while at >= 0:
            unit = self.graph.units[at]
            if unit.owner >= 0:
                at = unit.owner
                continue
            parts.append(self.paths[at])
            at = self.graph.parent[at]
        return ".".join(reversed(parts))


def spaced(found: re.Match[str]) -> str:
    """A slice with spaces around its colon where it reads an attribute."""
    start, end = found.groups()
    return f"{start} : {end}".strip() if "self." in found[0] else found[0]


def levels(graph: Graph) -> list[list[int]]:
    """The bodies by how deep others nest in them, the innermost first; shared ones are written where they are first."""
    height: dict[int, int] = {}
    for at in sorted((at for at in graph.units if at >= 0), reverse=True):
        height[at] = max((height[child] + 1 for child in graph.units[at].children), default=0)
    every: list[list[int]] = [[] for _ in range(max(height.values(), default=-1) + 1)]
    for at in sorted(height):
        if graph.units[at].owner < 0:
            every[height[at]].append(at)
    return every


def structure(pieces: Sequence[Piece], unit: Unit) -> Structure:
    """The wiring of a body by names; what only hands its input on is left out."""
    source: dict[int, Reference] = {value: ("", at) for at, value in enumerate(unit.reads)}
    wired: dict[str, Wired] = {}
    for piece in pieces:
        reads = tuple([source[value] for value in piece.reads])
        if piece.call == "{0}":
            source[piece.gives[0]] = reads[0]
            continue
        source |= {value: (piece.name, at) for at, value in enumerate(piece.gives)}
        text = template(full(piece.text)).text
        wired[piece.name] = (text, calling(piece.call).text, reads, len(piece.gives), piece.owner, piece.helper)
    return Structure(wired, tuple([source[value] for value in unit.gives]), len(unit.reads))


def groups(bodies: list[Body]) -> list[list[Body]]:
    """Bodies that can be one class: wired alike, or alike but for parts that some lack."""
    made: list[list[Body]] = []
    for body in sorted(bodies, key=lambda body: -len(body.structure.wired)):
        for group in made:
            lacks = lacking(group[0].structure, body.structure)
            known = {other.lacks for other in group if other.lacks}
            if lacks is not None and (not lacks or lacks in known or all(not lacks & other for other in known)):
                group.append(body._replace(lacks=lacks))
                break
        else:
            made.append([body])
    return sorted((in_order(group) for group in made), key=lambda group: group[0].unit.section)


def in_order(group: list[Body]) -> list[Body]:
    """The instances of a class as they stand in the file."""
    return sorted(group, key=lambda body: body.unit.section)


def lacking(whole: Structure, part: Structure) -> frozenset[str] | None:
    """The pieces that one body has and another passes over, if that is all they differ in."""
    lacks = frozenset(whole.wired.keys() - part.wired.keys())
    if whole.inputs != part.inputs or not all(plainly(whole.wired[name]) for name in lacks):
        return None
    passed = {(name, 0): whole.wired[name][2][0] for name in lacks}

    def through(reference: Reference) -> Reference:
        while reference in passed:
            reference = passed[reference]
        return reference

    rest = {name: wired for name, wired in whole.wired.items() if name not in lacks}
    contracted = {name: (*w[:2], tuple(map(through, w[2])), *w[3:]) for name, w in rest.items()}
    same = contracted == part.wired and tuple(map(through, whole.gives)) == part.gives
    return lacks if same else None


def plainly(wired: Wired) -> bool:
    """Whether a piece is a module of its own, called on one value, so that nn.Identity can stand for it."""
    text, call, reads, gives, owner, _ = wired
    return bool(text) and call == PLAIN and len(reads) == 1 and gives == 1 and not owner


def stems(pieces: Sequence[Piece]) -> Iterator[str]:
    """The names before the last dot of bodies that are numbered 0, 1, 2, ... in the order they run."""
    numbers: dict[str, list[str]] = {}
    others: set[str] = set()
    for piece in pieces:
        stem, _, number = piece.name.rpartition(".")
        if stem and piece.unit >= 0 and piece.text and not piece.trains:
            numbers.setdefault(stem, []).append(number)
        elif stem:
            others.add(stem)
    names = {piece.name for piece in pieces}
    yield from (stem for stem, found in numbers.items() if consecutive(found) and stem not in others | names)


def chained(inside: Sequence[Piece], pieces: Sequence[Piece], gives: Sequence[int]) -> bool:
    """Whether bodies read each only the one before, and nothing else reads those."""
    if any(len(piece.reads) != 1 or len(piece.gives) != 1 for piece in inside):
        return False
    if any(b.reads != a.gives for a, b in pairwise(inside)):
        return False
    between = {piece.gives[0] for piece in inside[:-1]}
    readers = sum(value in between for piece in pieces for value in piece.reads)
    return readers == len(between) and not between & set(gives)


def chain_of(pieces: Sequence[Piece], unit: Unit) -> str:
    """The container of a body that is nothing but numbered bodies one behind the other; "" for another."""
    names, texts = [piece.name for piece in pieces], [piece.text for piece in pieces]
    if not all(piece.unit >= 0 and piece.text for piece in pieces) or not chained(pieces, pieces, unit.gives):
        return ""
    if pieces[0].reads != unit.reads or unit.gives != pieces[-1].gives:
        return ""
    if consecutive(names):
        return sequence(texts)
    stem, first = counted(names)
    return counted_sequence(texts, stem, first) if stem and attribute(names[0]) == names[0] else ""


def optional(slot: str, text: str, flag: str) -> list[str]:
    """A part that is built on a flag."""
    whole = f"{text} if {flag} else nn.Identity()"
    if len(f"{slot} = {whole}") + 8 <= WIDTH:
        return [f"        {slot} = {whole}"]
    parts = [*fitted(text, 12), f"            if {flag}", "            else nn.Identity()"]
    body = [f"            {whole}"] if len(whole) + 12 <= WIDTH else parts
    return [f"        {slot} = (", *body, "        )"]


def returning(made: Sequence[Statement], out: Sequence[str]) -> list[Statement]:
    """The statements with the last as what is returned, where that is all that is."""
    last = made[-1] if made else None
    if last and list(last.targets) == list(out) and len(out) == 1:
        return [*made[:-1], last._replace(targets=("return",))]
    return [*made, made[-1]._replace(targets=("return",), value=", ".join(out), shape="")] if last else [only(out)]


def only(out: Sequence[str]) -> Statement:
    """A body that hands on what it reads."""
    from cnncalc.emit.forward import Statement

    return Statement(("return",), ", ".join(out), "")


def code_of(step: Statement) -> str:
    """A statement's code."""
    if not step.targets:
        return step.value
    return f"return {step.value}" if step.targets[0] == "return" else f"{', '.join(step.targets)} = {step.value}"


def plain_lines(step: Statement) -> list[str]:
    """A statement of a class with its shape behind it."""
    lines = fitted(code_of(step), 8, 118 - len(step.shape) - 2)
    return [*lines[:-1], f"{lines[-1]}  # {step.shape}"] if step.shape else lines


def docstring(text: str) -> list[str]:
    """A sentence as a class's docstring."""
    lines = prose(text, 108)
    return (
        [f'    """{lines[0]}"""']
        if len(lines) == 1
        else [f'    """{lines[0]}', *(f"    {line}" for line in lines[1:]), '    """']
    )


def plain(name: str) -> str:
    """A name without the numbers of its groups: the last word of it that is no number."""
    return next((part for part in reversed(name.split(".")) if not part.isdigit()), name)


def decimal(value: object) -> str | None:
    """A number as Python writes it."""
    from cnncalc.layer import number

    return None if value is None else number(value)
