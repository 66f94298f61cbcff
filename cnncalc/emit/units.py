"""A network as nested bodies: what each reads, what it gives, and the modules and calls in it.

A block's call, a group, a pass of a repeat and a head become a body of their own (`Unit`); a named repeat is only the
list of its passes. Values are numbered as the network's nodes are, its inputs from -1 down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnncalc.layer import Module
    from cnncalc.network.node import Network, Node, Section


class Row(NamedTuple):
    """A node with its module, and the path of the attributes that hold it; "" for a layer that is only a call."""

    node: Node
    module: Module
    attribute: str


class Piece(NamedTuple):
    """One thing that a body runs: a layer, or a body inside it.

    `name` is its own in the body, `line` that of its line; `text` makes its module, or a module of the same body is
    called again, that of the piece `owner`. `call` is over the values `reads`, {0}, {1}, ..., and gives `gives`.
    """

    name: str
    line: str
    text: str
    call: str
    reads: tuple[int, ...]
    gives: tuple[int, ...]
    shape: str
    helper: str = ""
    owner: str = ""
    unit: int = -1
    node: int = -1
    trains: bool = False


class Unit(NamedTuple):
    """A body: its section's place among the network's, -1 for the whole file; its children by their places."""

    section: int
    prefix: str
    first: int
    last: int
    reads: tuple[int, ...]
    gives: tuple[int, ...]
    children: tuple[int, ...]
    owner: int = -1
    """The body whose modules it calls again, with the same weights."""


class Graph:
    """A network's values by number, and its bodies."""

    def __init__(self, network: Network) -> None:
        self.network, self.nodes = network, network.nodes
        self.number = {id(node): i for i, node in enumerate(network.nodes)}
        self.number |= {id(node): -1 - i for i, node in enumerate(network.inputs)}
        self.reads = [tuple([self.number[id(x)] for x in node.inputs]) for node in network.nodes]
        self.outputs = tuple([self.number[id(node)] for node in network.outputs])
        self.modules = modules(network)
        self.last_use = self.uses()
        self.sections = network.sections
        self.parent: dict[int, int] = {}
        self.units = self.nested() or {-1: self.whole(())}

    def uses(self) -> list[int]:
        """The last node that reads each node; beyond the end for what the network gives."""
        last = [-1] * len(self.nodes)
        for i, reads in enumerate(self.reads):
            for value in reads:
                if value >= 0:
                    last[value] = i
        for value in self.outputs:
            if value >= 0:
                last[value] = len(self.nodes)
        return last

    def holder(self, at: int) -> int:
        """The node whose module a node calls: its own where the one above is built for another shape."""
        node = self.nodes[at]
        first = self.number[id(node.owner)] if node.owner else at
        return first if self.modules[first].text == self.modules[at].text else at

    def value(self, number: int) -> Node:
        """The node of a value."""
        return self.nodes[number] if number >= 0 else self.network.inputs[-1 - number]

    def whole(self, children: tuple[int, ...]) -> Unit:
        """The whole file as one body."""
        inputs = tuple(range(-1, -1 - len(self.network.inputs), -1))
        return Unit(-1, "", 0, len(self.nodes), inputs, self.outputs, children)

    def nested(self) -> dict[int, Unit] | None:
        """The bodies by their sections; None where weights are shared across bodies, or a head stands inside one."""
        parents = self.parents()
        children: dict[int, list[int]] = {-1: []}
        for at, parent in parents.items():
            children.setdefault(parent, []).append(at)
            children.setdefault(at, [])
        owners = {at: self.owner(at) for at in parents if self.sections[at].owner}
        if not self.simple(parents, owners):
            return None
        given = {at: self.given(at) for at in parents}
        for at, owner in owners.items():
            moved = self.sections[at].first - self.sections[owner].first
            given[owner] = (*given[owner], *(v - moved for v in given[at] if v - moved not in given[owner]))
        for at, owner in owners.items():
            moved = self.sections[at].first - self.sections[owner].first
            given[at] = tuple([value + moved for value in given[owner]])
        self.parent = parents
        units = {at: self.unit(at, given[at], tuple(children[at]), owners.get(at, -1)) for at in parents}
        return {-1: self.whole(tuple(children[-1])), **units}

    def parents(self) -> dict[int, int]:
        """The bodies around bodies: sections that hold something, repeats passed over, nothing inside a shared one."""
        parents: dict[int, int] = {}
        skipped: set[int] = set()
        for at, section in enumerate(self.sections):
            parent = section.parent
            while parent >= 0 and self.sections[parent].sort == "repeat":
                parent = self.sections[parent].parent
            inside = next((s for s in self.again_around(at) if s != at), None) is not None
            if section.sort == "repeat" or section.first >= section.last or parent in skipped or inside:
                skipped |= {at} if section.sort != "repeat" else set()
            else:
                parents[at] = parent
        return parents

    def again_around(self, at: int) -> Iterator[int]:
        """The shared sections that a section lies in."""
        section = self.sections[at]
        for other in range(at - 1, -1, -1):
            there = self.sections[other]
            if there.last <= section.first:
                return
            if there.sort == "again" and there.first <= section.first and section.last <= there.last:
                yield other

    def owner(self, at: int) -> int:
        """The section whose modules a shared one calls."""
        names = {section.name: i for i, section in enumerate(self.sections)}
        while self.sections[at].owner:
            at = names[self.sections[at].owner]
        return at

    def simple(self, parents: Mapping[int, int], owners: Mapping[int, int]) -> bool:
        """Whether every shared weight is called in the body that has it, a shared body as it stands, and heads stand
        in the file itself.
        """
        if any(owner not in parents or parents[owner] != parents[at] for at, owner in owners.items()):
            return False
        if not all(self.alike(self.sections[at], self.sections[owner]) for at, owner in owners.items()):
            return False
        if any(self.sections[at].sort == "head" and parents[at] >= 0 for at in parents):
            return False
        covered = [(self.sections[at].first, self.sections[at].last) for at in owners]
        home = self.homes(parents)
        for i, node in enumerate(self.nodes):
            shared = node.owner and not any(first <= i < last for first, last in covered)
            if shared and node.owner and home[i] != home[self.number[id(node.owner)]]:
                return False
        return True

    def alike(self, one: Section, other: Section) -> bool:
        """Whether a shared body is built and called as the first is: `pad same` may pad other extents otherwise."""
        return self.modules[one.first : one.last] == self.modules[other.first : other.last]

    def homes(self, parents: Mapping[int, int]) -> list[int]:
        """The innermost body of every node."""
        home = [-1] * len(self.nodes)
        for at in parents:
            section = self.sections[at]
            home[section.first : section.last] = [at] * (section.last - section.first)
        return home

    def given(self, at: int) -> tuple[int, ...]:
        """What a body gives: its own value first, then others of it that are read outside; its own at least."""
        section = self.sections[at]
        used = [i for i in range(section.first, section.last) if self.last_use[i] >= section.last]
        own = self.number[id(section.exit)] if section.exit else -1
        if section.first <= own < section.last and (own in used or not used):
            return (own, *(i for i in used if i != own))
        return tuple(used) or (section.last - 1,)

    def unit(self, at: int, gives: tuple[int, ...], children: tuple[int, ...], owner: int) -> Unit:
        """The body of a section."""
        section = self.sections[at]
        found = {value: None for i in range(section.first, section.last) for value in self.reads[i]}
        outside = [value for value in found if not section.first <= value < section.last]
        entry = self.number[id(section.entry)] if section.entry else None
        outside.sort(key=lambda value: value != entry)
        return Unit(at, f"{section.name}.", section.first, section.last, tuple(outside), gives, children, owner)

    def reads_again(self, unit: Unit, owner: Unit) -> tuple[int, ...]:
        """What a shared body reads in place of what the first one reads."""
        moved = unit.first - owner.first
        instead: dict[int, int] = {}
        for i in range(owner.first, owner.last):
            for there, here in zip(self.reads[i], self.reads[i + moved], strict=True):
                instead.setdefault(there, here)
        return tuple([instead[value] for value in owner.reads])


def modules(network: Network) -> list[Module]:
    """Every node's module; weights that stand on several inputs are built in one way for all of them."""
    plain = [node.layer.torch(*node.shapes) for node in network.nodes]
    built: dict[int, set[str]] = {}
    for node, module in zip(network.nodes, plain, strict=True):
        built.setdefault(id(node.owner or node), set()).add(module.text)
    return [
        kept(node, module if len(built[id(node.owner or node)]) == 1 else node.layer.torch_shared(*node.shapes))
        for node, module in zip(network.nodes, plain, strict=True)
    ]


def kept(node: Node, module: Module) -> Module:
    """A node's module; a frozen one keeps its weights as buffers."""
    return module._replace(text=f"frozen({module.text})") if node.layer.frozen and node.facts.weights else module


def local(name: str, prefix: str) -> str:
    """A name as its body says it."""
    return name[len(prefix) :] if name.startswith(prefix) else name


def definition(section: Section) -> tuple[str, object]:
    """What a section is one instance of: a block, or the text of a body."""
    return (section.block, "") if section.block else (section.sort, section.place)


def counted(names: Sequence[str]) -> tuple[str, int]:
    """(stem, first number) of names that are a stem with numbers that follow each other; no stem where they are not."""
    stem = names[0].rstrip("0123456789") if names else ""
    first = names[0][len(stem) :] if names else ""
    if not stem or not first or stem[-1] == ".":
        return "", 0
    wanted = [f"{stem}{number}" for number in range(int(first), int(first) + len(names))]
    return (stem, int(first)) if [*names] == wanted else ("", 0)


def consecutive(names: Sequence[str]) -> bool:
    """Whether names are the numbers 0, 1, 2, ..."""
    return [*names] == [str(i) for i in range(len(names))]
