"""Two networks layer by layer: which layer of the one is which of the other, what differs in it, how much it is in all.

Layers of the same name are the same. The others are held against each other by their places between those: in order,
as many as can be, first those that say the same of themselves, then those of one kind (a longest common subsequence;
Hunt & Szymanski 1977 for names, of which each stands once; bit by bit for kinds, Hyyro 2004, section 3).
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from cnncalc.analysis.report import View, report
from cnncalc.geometry import Field, Pad
from cnncalc.network.node import Node
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from cnncalc.analysis.report import Report, Row
    from cnncalc.analysis.totals import Totals
    from cnncalc.geometry import Rational
    from cnncalc.layer import Layer, Value
    from cnncalc.network.node import Network

    Pairs = list[tuple[int, int]]

CELLS = 1 << 28
"""How many pairs of layers one search by place looks at: 32 MiB of bits. Longer stretches are cut in halves first."""
UNKNOWN = "unknown"
"""What differs of a layer whose numbers an error left unknown: nobody can say."""


class Side(NamedTuple):
    """A layer of one of the two: its row, None where an error left its numbers unknown."""

    name: str
    kind: str
    row: Row | None

    @property
    def memory(self) -> int:
        """The bytes of its output; 0 for a view."""
        return self.row.kept.activations if self.row else 0

    @property
    def size(self) -> tuple[Rational, ...] | str:
        """The size of its receptive field on each axis, or "whole"."""
        seen = self.row.field if self.row else ()
        return seen.size if isinstance(seen, Field) else seen


class Pair(NamedTuple):
    """A layer of both, or of one alone, and what differs: words of `FACTS` and of `LINKS`, or that it is unknown."""

    a: Side | None
    b: Side | None
    differs: tuple[str, ...] = ()

    @property
    def renamed(self) -> bool:
        """Whether the two bear different names."""
        return bool(self.a and self.b and self.a.name != self.b.name)

    @property
    def equal(self) -> bool:
        """Whether it is in both and nothing differs but perhaps its name."""
        return bool(self.a and self.b and not self.differs)


class Change(NamedTuple):
    """A number of both networks."""

    name: str
    a: int
    b: int


class Last(NamedTuple):
    """The last layer of a network that still sees a part of its input, and how much: cells on each axis."""

    layer: str
    size: tuple[Rational, ...]


class Difference(NamedTuple):
    """Two networks side by side: every layer of both once, and the totals.

    `totals` and `memory` (bytes) are None where a layer of one is unknown; `last` the receptive fields of the last
    maps. `inputs` and `outputs` tell whether those of the networks differ. `known` are all their numbers.
    """

    a: Network
    b: Network
    known: tuple[Report, Report]
    pairs: tuple[Pair, ...]
    totals: tuple[Change, ...] | None
    memory: tuple[Change, ...] | None
    last: tuple[Last | None, Last | None]
    inputs: bool
    outputs: bool

    @property
    def same(self) -> bool:
        """Whether nothing differs but perhaps names."""
        return not self.inputs and not self.outputs and all(pair.equal for pair in self.pairs)


def compare(a: Network, b: Network, view: View = View()) -> Difference:
    """Two networks side by side, as `view` asks: the batch and dtype of the memory, the depth their rows are folded to.

    Raises ValueError for a dtype that does not exist or a batch below 1.
    """
    known = report(a, view), report(b, view)
    found = list(paired(sides(a, known[0]), sides(b, known[1])))
    links = Links(found, (a, b), known)
    pairs = tuple([Pair(x, y, differing(x, y, links)) for x, y in found])
    totals, memory = summed(known[0].totals, known[1].totals) or (None, None)
    layers = Change("layers", len(a.counted), len(b.counted))
    return Difference(
        a, b, known, pairs, totals and (layers, *totals), memory, (last_of(known[0]), last_of(known[1])),
        links.other_inputs(), bool(totals) and links.other_outputs(),
    )  # fmt: skip


MEMORY = ("weights", "buffers", "activations", "forward_peak", "saved_for_backward")
"""What of the memory is compared in all."""


def sides(network: Network, known: Report) -> list[Side]:
    """The layers of a network, those behind an error with it."""
    rows = [Side(row.node.name, row.node.kind, row) for row in known.rows]
    return rows + [Side(lost.name, lost.kind, None) for lost in network.unknown]


def nodes_of(row: Row) -> tuple[Node, ...]:
    """The layers of a row."""
    return (row.node,) if isinstance(row.node, Node) else row.layers


def summed(a: Totals | None, b: Totals | None) -> tuple[tuple[Change, ...], tuple[Change, ...]] | None:
    """The totals of both and their memory; None where a layer of one is unknown."""
    if not a or not b or not a.memory or not b.memory:
        return None
    names = ("params", "weights", "buffers", "macs", "flops", "activations")
    return changes(a, b, names), changes(a.memory, b.memory, MEMORY)


def changes(a: object, b: object, names: Iterable[str]) -> tuple[Change, ...]:
    """These numbers of both."""
    return tuple([Change(name, getattr(a, name), getattr(b, name)) for name in names])


def last_of(known: Report) -> Last | None:
    """The last map that sees a part of the input; None where there is none or a layer is unknown."""
    rows = reversed(known.rows) if known.totals else ()
    seen = ((row.node.name, row.field) for row in rows if not row.node.head)
    return next((Last(name, field.size) for name, field in seen if isinstance(field, Field) and field.size), None)


# What differs


def node_fact(read: Callable[[Row], object]) -> Callable[[Side], object]:
    """A fact of a known layer."""
    return lambda side: read(side.row) if side.row else None


FACTS: tuple[tuple[str, Callable[[Side], object]], ...] = (
    ("kind", lambda side: side.kind),
    ("output", node_fact(lambda row: row.node.output)),
    ("window", node_fact(lambda row: row.node.window)),
    ("params", node_fact(lambda row: row.node.params)),
    ("biases", node_fact(lambda row: row.node.biases)),
    ("buffers", node_fact(lambda row: row.node.buffers)),
    ("macs", node_fact(lambda row: row.node.macs)),
    ("flops", node_fact(lambda row: row.node.work.flops)),
    ("memory", lambda side: side.memory),
    ("receptive_field", lambda side: side.size),
    ("head", node_fact(lambda row: row.node.head)),
    ("layers", node_fact(lambda row: [node.kind for node in row.layers])),
)
"""What a layer says by itself, and what is in it where several are folded into one."""
LINKS = ("arguments", "inputs", "shares")
"""What differs between layers that are held against each other: what they are given, read, and share weights with."""


def differing(a: Side | None, b: Side | None, links: Links) -> tuple[str, ...]:
    """What differs between two layers; nothing is said of one that stands alone."""
    if not a or not b:
        return ()
    if not a.row or not b.row:
        return (UNKNOWN,)
    found = [name for name, fact in FACTS if fact(a) != fact(b)]
    found += [name for name, others in zip(LINKS, links.differ(a.row, b.row), strict=True) if others]
    return tuple(found)


class Links:
    """What the layers of two networks read and share, held against each other through the pairs found."""

    def __init__(
        self, found: Iterable[tuple[Side | None, Side | None]], nets: tuple[Network, Network],
        known: tuple[Report, Report],
    ) -> None:  # fmt: skip
        self.nets = nets
        self.rows = tuple([{n.name: r.node.name for r in one.rows if r.layers for n in r.layers} for one in known])
        self.twin: dict[str, str] = dict(inputs_matched(*nets))
        self.twin.update((a.name, b.name) for a, b in found if a and b)
        self.paired = set(self.twin.values())

    def differ(self, a: Row, b: Row) -> tuple[bool, bool, bool]:
        """Whether the arguments, the inputs and the sharing of two layers differ."""
        given = a.node is not b.node and any(map(arguments, nodes_of(a), nodes_of(b)))
        return given, self.read(names(a), names(b)), self.read((a.shares,), (b.shares,), alone=True)

    def read(self, a: Sequence[str], b: Sequence[str], alone: bool = False) -> bool:
        """Whether two lists of layers differ; with `alone` also where one of them is nothing.

        A layer that stands in one network only is shown as such: what reads it instead of another is no news.
        """
        if len(a) != len(b) or (alone and any(bool(x) != bool(y) for x, y in zip(a, b, strict=True))):
            return True
        each = [(self.rows[0].get(x, x), self.rows[1].get(y, y)) for x, y in zip(a, b, strict=True)]
        return any(x in self.twin and y in self.paired and self.twin[x] != y for x, y in each)

    def other_inputs(self) -> bool:
        """Whether the networks' inputs differ in number or shape."""
        a, b = self.nets
        shapes = [(x.output, y.output) for x in a.inputs for y in b.inputs if self.twin.get(x.name) == y.name]
        return len(a.inputs) != len(b.inputs) or any(x != y for x, y in shapes)

    def other_outputs(self) -> bool:
        """Whether the networks' outputs are others."""
        a, b = ([node.name for node in net.outputs] for net in self.nets)
        return self.read(a, b)


def inputs_matched(a: Network, b: Network) -> Iterator[tuple[str, str]]:
    """The networks' inputs by name, the others in order."""
    left, right = ([node.name for node in net.inputs] for net in (a, b))
    both = set(left) & set(right)
    yield from ((name, name) for name in left if name in both)
    yield from zip([x for x in left if x not in both], [y for y in right if y not in both], strict=False)


def names(row: Row) -> tuple[str, ...]:
    """The names of what a row reads."""
    return tuple([node.name for node in row.node.inputs])


def arguments(a: Node, b: Node) -> tuple[tuple[str, Value, Value], ...]:
    """(argument, its value in the one, in the other) of two layers of one kind, where they differ.

    Those that only claim something of the input are none, and `None` stands for one left out.
    """
    if a.layer is b.layer or type(a.layer) is not type(b.layer):
        return ()
    left, right = vars(a.layer), vars(b.layer)
    claims = {claim[0] for node in (a, b) for claim in node.layer.claims(*node.shapes)}
    each = [(name, left.get(name), right.get(name)) for name in given(a.layer) if name not in claims]
    return tuple([one for one in each if one[1] != one[2] and not alike(one[1], one[2])])


def alike(x: Value, y: Value) -> bool:
    """Whether two values say the same for every axis, of which one map has more."""
    if isinstance(x, Pad) and isinstance(y, Pad) and (x.rule, x.fill) == (y.rule, y.fill):
        x, y = x.sides, y.sides
    return isinstance(x, tuple) and isinstance(y, tuple) and len(x) != len(y) and len({*x, *y}) == 1


def given(layer: Layer) -> Iterator[str]:
    """The names of a layer's arguments."""
    yield from (parameter.name for parameter in layer.parameters)
    yield "frozen"


# Which is which


def paired(a: Sequence[Side], b: Sequence[Side]) -> Iterator[tuple[Side | None, Side | None]]:
    """Every layer of both once, in an order to read: that of the one, what is only in the other put between.

    Layers of the same name whose order is another in the two stand where they stand in the first.
    """
    fixed, moved = matched([*map(item, a)], [*map(item, b)])
    others, taken = dict(moved), {j for _, j in moved}
    at = below = 0
    for i, j in (*fixed, (len(a), len(b))):
        for k in range(at, i):
            yield a[k], b[others[k]] if k in others else None
        yield from ((None, b[k]) for k in range(below, j) if k not in taken)
        if i < len(a):
            yield a[i], b[j]
        at, below = i + 1, j + 1


class Item(NamedTuple):
    """What a layer is matched by: its name, else its place among those of its kind or, better, with its numbers."""

    name: str
    kind: Hashable
    numbers: Hashable


def item(side: Side) -> Item:
    """What a layer is matched by."""
    node = side.row.node if side.row else None
    numbers = (side.kind, node.output, node.window, node.params, node.macs) if node else (side.kind,)
    return Item(side.name, side.kind, numbers)


def matched(a: Sequence[Item], b: Sequence[Item]) -> tuple[Pairs, Pairs]:
    """(places of what is matched and in order in both, places of what is matched by name but crosses those).

    The two are taken in an order of their own, so that it is the same whichever is named first.
    """
    if [one.name for one in a] > [one.name for one in b]:
        fixed, moved = matched(b, a)
        return [(j, i) for i, j in fixed], sorted((j, i) for i, j in moved)
    named = by_name(a, b)
    steady = increasing(named)
    fast = set(steady)
    moved = [pair for pair in named if pair not in fast]
    return sorted([*steady, *by_place(a, b, steady, moved)]), moved


def by_name(a: Sequence[Item], b: Sequence[Item]) -> Pairs:
    """The places of the layers with one name, in the order of the first; of several the first is meant."""
    places: dict[str, int] = {}
    for j, one in enumerate(b):
        places.setdefault(one.name, j)
    return [(i, places.pop(one.name)) for i, one in enumerate(a) if one.name in places]


def increasing(pairs: Pairs) -> Pairs:
    """The most of these pairs, whose first places rise, that are in order in the second as well: O(n log n)."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, (_, j) in enumerate(pairs):
        rank = bisect_left(tops, j)
        before.append(ends[rank - 1] if rank else -1)
        tops[rank : rank + 1], ends[rank : rank + 1] = [j], [at]
    found: Pairs = []
    at = ends[-1] if ends else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]


def by_place(a: Sequence[Item], b: Sequence[Item], steady: Pairs, moved: Pairs) -> Iterator[tuple[int, int]]:
    """The rest, between the same neighbours: first those with the same numbers, between them those of one kind."""
    left, right = {i for i, _ in moved}, {j for _, j in moved}
    for rows, columns in gaps(steady, len(a), len(b)):
        own = [i for i in rows if i not in left]
        other = [j for j in columns if j not in right]
        sure = aligned(own, other, lambda i: a[i].numbers, lambda j: b[j].numbers)
        yield from sure
        places = [(bisect_left(own, i), bisect_left(other, j)) for i, j in sure]
        for some, more in gaps(places, len(own), len(other)):
            near = own[some.start : some.stop], other[more.start : more.stop]
            yield from aligned(*near, lambda i: a[i].kind, lambda j: b[j].kind)


def gaps(pairs: Pairs, rows: int, columns: int) -> Iterator[tuple[range, range]]:
    """The places between pairs that are in order, before the first and behind the last."""
    at = below = 0
    for i, j in (*pairs, (rows, columns)):
        yield range(at, i), range(below, j)
        at, below = i + 1, j + 1


def aligned(
    rows: Sequence[int], columns: Sequence[int], left: Callable[[int], Hashable], right: Callable[[int], Hashable]
) -> Pairs:
    """The places of as many equals as can be in order; stretches too long for one search are cut in the middle."""
    if not rows or not columns:
        return []
    if len(rows) * len(columns) > CELLS:
        i, j = len(rows) // 2, len(columns) // 2
        return aligned(rows[:i], columns[:j], left, right) + aligned(rows[i:], columns[j:], left, right)
    found = common([*map(left, rows)], [*map(right, columns)])
    return [(rows[i], columns[j]) for i, j in found]


def common(a: Sequence[Hashable], b: Sequence[Hashable]) -> Pairs:
    """The places of a longest common subsequence, the first of several.

    Bit i of a row of the table is 0 where the first i+1 items of `a` have one more in common than the first i with
    what was read of `b`; a row follows from the one above in a few operations on whole numbers as long as `a`
    (Hyyro 2004, section 3).
    """
    masks: dict[Hashable, int] = {}
    for i, one in enumerate(a):
        masks[one] = masks.get(one, 0) | 1 << i
    full = (1 << len(a)) - 1
    table = [full]
    for one in b:
        row = table[-1]
        shared = row & masks.get(one, 0)
        table.append((row + shared | row - shared) & full)
    return walked(table, len(a), len(b))


def walked(table: Sequence[int], i: int, j: int) -> Pairs:
    """The pairs of a table of `common`, from its end to its start."""
    found: Pairs = []
    while i and j:
        if table[j] >> (i - 1) & 1:
            i -= 1
        elif not table[j - 1] >> (i - 1) & 1:
            j -= 1
        else:
            i, j = i - 1, j - 1
            found.append((i, j))
    return found[::-1]
