"""Long networks folded: the parts of a network by their depth, and one row for each part at a depth.

A part is a line with its branches and postfixes, a block's call, a group, a repeat and its passes, a head, or the
lines whose names begin alike (`layer2` of `layer2.0` and `layer2.1..3`). What stands in no part at a depth keeps its
own row, so that the rows of any depth add up to the same totals. Lines show their postfixes at the deepest alone.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cnncalc.analysis.totals import totals
from cnncalc.geometry import Window
from cnncalc.network.node import inside
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cnncalc.analysis.totals import Totals
    from cnncalc.diagnostic import Span
    from cnncalc.geometry import Shape, Whole
    from cnncalc.layer import Weight
    from cnncalc.network.node import Network, Node
    from cnncalc.work import Work

SCOPE, LINE, RUN, PREFIX = range(4)
"""What a part is; of two that hold the same layers the first of these stays."""


class Part(NamedTuple):
    """The layers `[first, last)` under one name, which give `exit`, and how deep they stand: 0 at the top.

    `times` is how often its `kind` stands in it, `prefix` how the names of the lines in it begin, `owner` whose
    weights it shares, `head` the training-only head around it.
    """

    name: str
    kind: str
    times: int
    first: int
    last: int
    exit: Node
    sort: int
    span: Span
    prefix: str = ""
    owner: str = ""
    head: str = ""
    level: int = 0


class Fold(NamedTuple):
    """Several layers as one: what a table shows of a node, summed over them."""

    name: str
    kind: str
    nodes: tuple[Node, ...]
    exit: Node
    inputs: tuple[Node, ...]
    """The nodes outside that are read."""
    span: Span
    sums: Totals
    slider: Node | None
    """The one layer of a line that has a window."""

    @property
    def output(self) -> Shape:
        return self.exit.output

    @property
    def window(self) -> Window | Whole | None:
        return self.slider.window if self.slider else None

    @property
    def weights(self) -> dict[str, Weight]:
        return dict(self.slider.weights) if self.slider else {}

    @property
    def params(self) -> int:
        return self.sums.params

    @property
    def biases(self) -> int:
        return self.sums.params - self.sums.weights

    @property
    def buffers(self) -> int:
        return self.sums.buffers

    @property
    def macs(self) -> int:
        return self.sums.macs

    @property
    def work(self) -> Work:
        return self.sums.work

    @property
    def activations(self) -> int:
        return self.sums.activations

    @property
    def head(self) -> str:
        return self.nodes[0].head


def parts(network: Network) -> tuple[Part, ...]:
    """Every part of a network, outer ones first; behind an error only those that are known as a whole."""
    written = nested([*scopes(network), *lines(network), *runs(network)])
    more = list(prefixes(network, written))
    return tuple(nested([*written, *more]) if more else written)


def flat(network: Network) -> bool:
    """Whether there is nothing but lines, each with a name of its own: said without looking for parts."""
    if network.sections or any("." in line.name for line in network.lines):
        return False
    return all(line.last - line.first == len(line.nodes) for line in network.lines)


def usual(network: Network, every: Sequence[Part], most: int) -> int:
    """The largest depth of at most so many rows, 0 where none has so few; the deepest where there are only lines."""
    whole, depth = deepest(every), 0
    if all(part.sort == RUN for part in every):
        return whole
    while depth < whole and len(grouped(network, every, depth + 1)) <= most:
        depth += 1
    return depth


def deepest(every: Iterable[Part]) -> int:
    """The depth at which every layer has its own row."""
    return max((part.level + 1 for part in every), default=0)


# Parts as they are written


def scopes(network: Network) -> Iterator[Part]:
    """Calls, groups, repeats and their passes, heads."""
    kinds = words(network)
    passes = Counter(section.parent for section in network.sections if section.sort == "pass")
    for at, section in enumerate(network.sections):
        first, last = section.first, section.last
        if first < last and section.exit and known(network, section.name):
            name, nodes = section.name, network.nodes[first:last]
            span = nodes[0].span if section.owner else section.place.span()
            yield Part(
                name, kinds[name], passes.get(at, 1), first, last, section.exit, SCOPE, span, f"{name}.",
                section.owner if shared(nodes) else "", name if section.sort == "head" else "",
            )  # fmt: skip


def words(network: Network) -> Mapping[str, str]:
    """What each section is: its block, or group, repeat, pass, head; one with shared weights what their owner is."""
    found: dict[str, str] = {}
    for section in network.sections:
        found[section.name] = found.get(section.owner) or section.block or section.sort
    return found


def shared(nodes: Iterable[Node]) -> bool:
    """Whether all layers with weights have those of others."""
    owners = [node.owner for node in nodes if node.facts.params]
    return bool(owners) and all(owners)


def known(network: Network, name: str) -> bool:
    """Whether no layer of a part is unknown."""
    return not network.unknown or not (inside(network.lost, name) or name in network.lost)


def owner_of(node: Node) -> str:
    """The line whose weights a layer's line shares."""
    return node.owner.line if node.owner else ""


def lines(network: Network) -> Iterator[Part]:
    """Lines with their branches, and calls with their postfixes."""
    kinds, owners = words(network), {section.name: section.owner for section in network.sections}
    for line in network.lines:
        own = [node for node in line.nodes if node.line == line.name]
        call = kinds.get(line.name, "")
        if own and line.last - line.first > len(own) and known(network, line.name):
            kind = " ".join([call] * bool(call) + [node.kind for node in own])
            nodes = network.nodes[line.first : line.last]
            owner = (owners.get(line.name) or owner_of(own[0])) if shared(nodes) else ""
            prefix = f"{line.name}." if call else ""
            yield Part(line.name, kind, 1, line.first, line.last, line.output, LINE, own[0].span, prefix, owner)


def runs(network: Network) -> Iterator[Part]:
    """Layers with their postfixes, branches left out."""
    nodes, first = network.nodes, 0
    for last in range(1, len(nodes) + 1):
        if last < len(nodes) and nodes[last].line == nodes[first].line:
            continue
        if last - first > 1:
            run = nodes[first:last]
            owner = owner_of(run[0]) if shared(run) else ""
            kind = " ".join(node.kind for node in run)
            yield Part(run[0].name, kind, 1, first, last, run[-1], RUN, run[0].span, "", owner)
        first = last


def nested(every: Iterable[Part]) -> list[Part]:
    """Parts with their depths and the heads around them; of those that hold the same layers one is left."""
    around: list[Part] = []
    found: list[Part] = []
    held = (0, 0)
    for part in sorted(every, key=lambda part: (part.first, -part.last, part.sort)):
        while around and around[-1].last <= part.first:
            around.pop()
        outer = around[-1] if around else None
        same, held = held == (part.first, part.last), (part.first, part.last)
        if same or (outer and outer.name == part.name and part.sort == SCOPE):
            continue
        prefix = part.prefix or (outer.prefix if outer else "")
        head = part.head or (outer.head if outer else "")
        found.append(part._replace(level=len(around), prefix=prefix, head=head))
        around.append(found[-1])
    return found


# Parts by their names


class Item(NamedTuple):
    """A part or a lone layer as one of several that stand beside each other."""

    name: str
    kind: str
    first: int
    last: int
    exit: Node
    span: Span


def prefixes(network: Network, every: Sequence[Part]) -> Iterator[Part]:
    """Neighbours whose names begin alike, where no line has that name and no other line's name begins so."""
    bodies = [*beside(network, every)]
    several = {name: 0 for body, prefix in bodies for name, first, last in alike(body, prefix) if last - first > 1}
    for body, prefix in bodies if several else ():
        for name, *_ in alike(body, prefix):
            if name in several:
                several[name] += 1
    for body, prefix in bodies if several else ():
        for name, first, last in alike(body, prefix):
            if several.get(name) == 1 and name not in network.outs and known(network, name):
                yield named(name, body[first:last])


def beside(network: Network, every: Sequence[Part]) -> Iterator[tuple[list[Item], str]]:
    """What stands beside each other in each body, and how the names of its lines begin."""
    inner: dict[int, list[Part]] = {}
    around: list[int] = []
    for at, part in enumerate(every):
        del around[part.level :]
        inner.setdefault(around[-1] if around else -1, []).append(part)
        around.append(at)
    yield items(network, inner.get(-1, []), 0, len(network)), ""
    for at, part in enumerate(every):
        if part.sort != RUN:
            yield items(network, inner.get(at, []), part.first, part.last), part.prefix


def items(network: Network, within: Sequence[Part], first: int, last: int) -> list[Item]:
    """What stands beside each other in a stretch: the parts in it, but for heads, and the layers between them."""
    found: list[Item] = []
    for part in (*within, None):
        end = part.first if part else last
        found += [Item(n.line, n.kind, i, i + 1, n, n.span) for i, n in enumerate(network.nodes[first:end], first)]
        if part:
            first = part.last
            if part.head != part.name:
                name = network.nodes[part.first].line if part.sort == RUN else part.name
                found.append(Item(name, part.kind, part.first, part.last, part.exit, part.span))
    return found


def alike(body: Sequence[Item], prefix: str) -> Iterator[tuple[str, int, int]]:
    """Every name that the names of neighbours begin with, up to a dot, and the stretch of them; inner ones first."""
    starts: list[int] = []
    path: list[str] = []
    for at in range(len(body) + 1):
        name = body[at].name if at < len(body) else ""
        words = name[len(prefix) :].split(".")[:-1] if name.startswith(prefix) else []
        same = next(
            (i for i, (a, b) in enumerate(zip(path, words, strict=False)) if a != b), min(len(path), len(words))
        )
        while len(starts) > same:
            yield prefix + ".".join(path[: len(starts)]), starts.pop(), at
        starts += [at] * (len(words) - same)
        path = words


def named(name: str, members: Sequence[Item]) -> Part:
    """The part of some neighbours."""
    first, last, kinds = members[0], members[-1], {item.kind for item in members}
    kind, times = (kinds.pop(), len(members)) if len(kinds) == 1 else ("group", 1)
    return Part(name, kind, times, first.first, last.last, last.exit, PREFIX, first.span, f"{name}.")


# Rows


def grouped(network: Network, every: Sequence[Part], depth: int) -> list[tuple[Part | None, list[Node]]]:
    """The layers of every row at a depth, with the part that they are."""
    found: dict[int, tuple[Part | None, list[Node]]] = {}
    for node, part in zip(network.nodes, cover(network, every, depth), strict=True):
        found.setdefault(id(part or node), (part, []))[1].append(node)
    return list(found.values())


def cover(network: Network, every: Sequence[Part], depth: int) -> list[Part | None]:
    """The part at a depth that each layer is in; the layers of a head are in no row of what it hangs on.

    Lines that stand higher keep their postfixes folded until every layer has its row.
    """
    found: list[Part | None] = [None] * len(network)
    heads: dict[str, Part] = {}
    whole = depth >= deepest(every)
    for part in () if whole else every:
        if part.level == depth or (part.sort == RUN and part.level < depth):
            found[part.first : part.last] = [part] * (part.last - part.first)
        if part.sort == SCOPE and part.head == part.name:
            heads[part.name] = part
    if not heads:
        return found
    pairs = zip(network.nodes, found, strict=True)
    return [heads.get(node.head) if part and part.head != node.head else part for node, part in pairs]


def fold(part: Part, nodes: list[Node]) -> Fold:
    """A part as a row."""
    own = {id(node) for node in nodes}
    outside = {x.name: x for node in nodes for x in node.inputs if id(x) not in own}
    sliding = [node for node in nodes if node.window is not None]
    slider = sliding[0] if len(sliding) == 1 and (part.sort == RUN or len(nodes) == 1) else None
    inputs = tuple(outside.values())
    return Fold(part.name, part.kind, tuple(nodes), part.exit, inputs, part.span, totals(nodes), slider)
