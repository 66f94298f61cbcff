"""The search for what `?` stands for: all answers of one line, smallest first, or the certainty that there is none.

An answer makes every layer of the line legal, every window from the first `?` on fit exactly, and every claim of the
line hold. Windows are solved axis by axis, counts by bisection, as everything that is claimed grows with them; what is
left is worked out through the whole line. Every number has a finite interval, so that the search ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.geometry import Field, Pad, Shape, Window
from cnncalc.network.claim import fits, holds
from cnncalc.network.fields import through as seen_through
from cnncalc.network.node import facts
from cnncalc.network.slide import along
from cnncalc.network.slide import fits as fits_exactly
from cnncalc.network.unknowns.along import axis_of, joined, rows_along
from cnncalc.network.unknowns.holes import COUNTS, form_of
from cnncalc.record import NamedTuple
from cnncalc.storage import DTYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cnncalc.geometry import Axes, Order, Rational, Whole
    from cnncalc.layer import Layer
    from cnncalc.network.chain import Part
    from cnncalc.network.node import Claimed, Facts, Node
    from cnncalc.network.unknowns.along import Budget, Row
    from cnncalc.network.unknowns.holes import Form, Hole, Values

    Shapes = tuple[Shape, ...]
    Bind = Callable[[int, Shapes], Layer]
    """The layer of a part over its inputs, every hole at its lowest, whatever it requires; raises Stuck."""


class Stuck(Exception):
    """A part of the line has no layer for any number: what is wrong is told as without `?`."""


class Undetermined(Exception):
    """No equation bounds the number in a hole."""

    def __init__(self, hole: int) -> None:
        super().__init__(hole)
        self.hole = hole


class Sums(NamedTuple):
    """What adds up over the layers of a line."""

    params: int = 0
    biases: int = 0
    buffers: int = 0
    macs: int = 0
    flops: int = 0
    activations: int = 0

    def plus(self, known: Facts) -> Sums:
        """With one layer more."""
        own = (known.params, known.biases, known.buffers, known.work.macs, known.work.flops, known.activations)
        return Sums(*map(sum, zip(self, own, strict=True)))

    @classmethod
    def of(cls, nodes: Sequence[Node]) -> Sums:
        """Those of whole nodes; shared weights count where they stand first."""
        each = [(n.params, n.biases, n.buffers, n.macs, n.work.flops, n.activations) for n in nodes]
        return cls(*map(sum, zip(cls(), *each, strict=True)))

    def quantity(self, name: str) -> int:
        """What a claim calls one of them."""
        if name == "memory":
            return self.activations * DTYPES["float32"]
        return self.params - self.biases if name == "weights" else self._asdict()[name]


WHOLE_LINE = 25
"""For how many numbers one counts that is worked out through its whole line."""
LARGE = 1 << 64
"""A count by which a sum has grown if it ever does."""
RUNNING = ("macs", "flops", "activations", "memory")
"""What adds up over a line that grows with its extents, not with its channels alone."""
SUMMED = frozenset((*Sums._fields, "weights", "memory"))


class State(NamedTuple):
    """A line traced up to the part `at`: the shapes it reads, what the holes before have, the sums, the field."""

    at: int
    shapes: Shapes
    values: Values
    sums: Sums
    field: Field | Whole | None


class Equations(NamedTuple):
    """What must hold of the line: its claims that are held, and how the file writes axes."""

    claims: tuple[Claimed, ...]
    order: Order

    def only(self, *quantities: str) -> Equations:
        """Those of some quantities."""
        return self._replace(claims=tuple(claim for claim in self.claims if claim.quantity in quantities))

    def without(self, quantity: str) -> Equations:
        """Those of all other quantities."""
        return self._replace(claims=tuple(claim for claim in self.claims if claim.quantity != quantity))

    @property
    def sums(self) -> tuple[Claimed, ...]:
        """The claims of sums."""
        return tuple(claim for claim in self.claims if claim.quantity in SUMMED)

    @property
    def shapes(self) -> tuple[Claimed, ...]:
        """The claims of the shape."""
        return tuple(claim for claim in self.claims if claim.quantity == "shape")

    def unmet(self, state: State) -> Claimed | None:
        """The first claim that a whole line does not meet."""
        return next((claim for claim in self.claims if not self.met(claim, state)), None)

    def met(self, claim: Claimed, state: State) -> bool:
        """Whether one claim holds."""
        if claim.quantity == "shape":
            return fits(claim, state.shapes[0], self.order.width_first, self.order.channels_first)
        if claim.quantity in SUMMED:
            return holds(claim, state.sums.quantity(claim.quantity))
        if claim.quantity == "rf":
            return isinstance(state.field, Field) and all(holds(claim, size) for size in state.field.size)
        return True

    def extents(self, rank: int) -> Axes:
        """The extents claimed of a map, in PyTorch's order; -1 for one left open."""
        for claim in self.shapes:
            axes = tuple([-1 if axis is None else axis for axis in claim.axes])
            if len(axes) == rank + 1:
                first = claim.channels_first or self.order.channels_first
                return self.order.turned(axes[1:] if first else axes[:-1])
            if len(axes) == rank > 1:
                return self.order.turned(axes)
            if len(axes) == 1 < rank:
                return (1,) * rank
        return (-1,) * rank

    def channels(self, rank: int) -> tuple[int, ...]:
        """What the channels may be by the claim of a shape; none where that leaves them open."""
        for claim in self.shapes:
            axes, first = claim.axes, claim.channels_first or self.order.channels_first
            if len(axes) == rank:
                return (1, axes[0]) if rank == 1 and axes[0] else (1,) * (rank > 1)
            axis = axes[0 if first else -1]
            return (axis,) if axis else ()
        return ()


class Search:
    """The search over one line. `parts` are its kinds, `holes` its `?`s, `first` what comes in to it."""

    def __init__(
        self, parts: Sequence[Part], holes: tuple[Hole, ...], bind: Bind, first: State, equations: Equations,
        budget: Budget,
    ) -> None:  # fmt: skip
        self.parts, self.holes, self.binding, self.first = parts, holes, bind, first
        self.equations, self.spend = equations, budget.spend
        self.layers: dict[tuple[int, Shapes], Layer] = {}
        self.moved = next((h.part for h in holes if h.name not in COUNTS), len(parts))
        self.counting = {hole.part: at for at, hole in enumerate(holes) if hole.name in COUNTS}
        self.asked = frozenset(hole.part for hole in holes)

    def with_(self, equations: Equations, budget: Budget) -> Search:
        """The same search with other equations."""
        return Search(self.parts, self.holes, self.binding, self.first, equations, budget)

    # The walk

    def answers(self) -> list[Row]:
        """Every answer, smallest first; raises Undetermined, TooMany, Stuck."""
        return sorted({self.row(state) for state in self.ends() if not self.equations.unmet(state)})

    def row(self, state: State) -> Row:
        """The numbers of an end, in the order of the holes."""
        return tuple([state.values[at] for at in range(len(self.holes))])

    def ends(self) -> Iterator[State]:
        """Every way to fill the holes that is legal and fits."""
        start = self.advance(self.first)
        stack = [self.choices(start)] if start else []
        while stack:
            state = next(stack[-1], None)
            if state is None:
                stack.pop()
            elif state.at == len(self.parts):
                yield state
            else:
                stack.append(self.choices(state))

    def advance(self, state: State) -> State | None:
        """Through the parts without holes that follow; None where one is not legal or does not fit."""
        known: State | None = state
        while known and known.at < len(self.parts) and known.at not in self.asked:
            known = self.through(known, self.layer(known.at, known.shapes))
        return known

    def layer(self, at: int, shapes: Shapes) -> Layer:
        """The layer of a part, its holes at their lowest."""
        key = at, shapes
        if key not in self.layers:
            self.layers[key] = self.binding(at, shapes)
        return self.layers[key]

    def through(self, state: State, layer: Layer, values: Values | None = None, free: bool = False) -> State | None:
        """The state behind one more layer; None where it is not legal or does not fit, which a `free` one need not."""
        if not free and not self.fitting(state, layer):
            return None
        sums, field = state.sums, state.field
        output = layer.out(*state.shapes)
        if self.equations.sums or field is not None:
            known = facts(layer, state.shapes)
            sums = sums.plus(known)
            field = seen_through(known, field) if field is not None else None
        return State(state.at + 1, (output,), state.values if values is None else values, sums, field)

    def fitting(self, state: State, layer: Layer) -> bool:
        """Whether all that a layer requires holds and, from the first open window on, its own fits exactly."""
        if not all(requirement.holds for requirement in layer.requires(*state.shapes)):
            return False
        window = layer.window(*state.shapes) if state.at >= self.moved else None
        if not isinstance(window, Window) or window.mode != "slide":
            return True
        extents = state.shapes[0].extents
        if window.ceil:
            return all(fits_exactly(along(window, extents, axis)) for axis in range(len(extents)))
        sizes = zip(extents, window.reach, window.stride, window.pad, strict=True)
        return all((w + a + b - k) % s == 0 for w, k, s, (a, b) in sizes)

    def choices(self, state: State) -> Iterator[State]:
        """The states behind a part with holes, for all that may stand in them."""
        form = self.form(state)
        for values in self.windows(form, state):
            for number in self.counts(form, state, values):
                chosen = {**values, self.counting[state.at]: number} if state.at in self.counting else values
                behind = self.through(state, form.filled(chosen), {**state.values, **chosen})
                if behind and (end := self.advance(behind)):
                    yield end

    def form(self, state: State) -> Form:
        """The part that comes next, with its holes."""
        layer, use = self.layer(state.at, state.shapes), self.parts[state.at].use
        return form_of(layer, state.shapes, use, state.at, self.holes, self.equations.order)

    # Windows

    def windows(self, form: Form, state: State) -> Iterator[Values]:
        """What may stand in the holes of a window, axis by axis and then together."""
        if form.entries.keys() <= set(COUNTS):
            yield {}
            return
        wanted = self.wanted(state.at + 1, state.shapes)
        every = dict.fromkeys(axis_of(form, axis, out) for axis, out in enumerate(wanted))
        known = {hole for axis in every if not axis.open for hole in axis.holes}
        unbounded = next((hole for axis in every if axis.open for hole in axis.holes if hole not in known), None)
        if unbounded is not None:
            raise Undetermined(unbounded)
        axes = [axis for axis in every if not axis.open]
        found = ((axis.holes, axis.loose, rows_along(axis, self.spend)) for axis in axes)
        holes, rows = joined(found, self.spend)
        self.spend(WHOLE_LINE * len(rows))
        loose = {hole for axis in axes for hole in axis.loose}
        for row in rows:
            yield {hole: value or (hole in loose) * 1 for hole, value in zip(holes, row, strict=True)}

    def wanted(self, at: int, shapes: Shapes) -> Axes:
        """The extents that the part before `at` must give, worked back from the claim; -1 where that is open."""
        rank = shapes[0].rank
        extents = self.equations.extents(rank)
        for later in range(len(self.parts) - 1, at - 1, -1):
            if later in self.asked or self.parts[later].use.names:
                return (-1,) * rank
            extents = worked_back(self.layer(later, shapes), shapes, extents)
        return extents

    # Counts

    def counts(self, form: Form, state: State, values: Values) -> Iterator[int]:
        """What a count may be: the channels claimed, else what the claimed sums leave."""
        if state.at not in self.counting:
            yield 0
            return
        given = self.equations.channels(form.layer.out(*form.shapes).rank)
        yield from sorted(set(given))
        if given:
            return
        low, high = self.between(form, state, values)
        self.spend(WHOLE_LINE * max(high - low + 1, 0))
        yield from range(low, high + 1)

    def between(self, form: Form, state: State, values: Values) -> tuple[int, int]:
        """The first and the last count for which every claimed sum may hold; raises Undetermined."""
        low, high = 1, -1
        for claim in self.sums_known(state.at):
            sums = self.sums_of(claim, form, state, values)
            if sums(LARGE) > sums(1):
                most = (max(int(claim.value + claim.half), 0) + 2) * form.shapes[0].elements
                low = max(low, first_of(sums, claim.value - claim.half, most))
                last = first_of(sums, int(claim.value + claim.half) + 1, most) - 1
                high = last if high < 0 else min(high, last)
        if high < 0:
            raise Undetermined(self.counting[state.at])
        return low, high

    def sums_known(self, at: int) -> tuple[Claimed, ...]:
        """The claims of sums that follow from the parts up to `at`: all, if no later one has a hole."""
        later = any(part > at for part in self.asked)
        return tuple(c for c in self.equations.sums if not later or c.quantity not in RUNNING)

    def sums_of(self, claim: Claimed, form: Form, state: State, values: Values) -> Callable[[int], int]:
        """The sum that is claimed, by how many filters or units there are."""
        known: dict[int, int] = {}

        def sums(count: int) -> int:
            if count not in known:
                end = self.freely(form, state, {**values, self.counting[state.at]: count})
                known[count] = end.sums.quantity(claim.quantity)
            return known[count]

        return sums

    def freely(self, form: Form, state: State, values: Values) -> State:
        """The end of the line with these numbers, legal or not; later holes at their lowest."""
        self.spend(WHOLE_LINE)
        known = self.through(state, form.filled(values), {**state.values, **values}, free=True)
        while known and known.at < len(self.parts):
            known = self.through(known, self.layer(known.at, known.shapes), free=True)
        assert known
        return known


def first_of(sums: Callable[[int], int], bound: Rational, most: int) -> int:
    """The first count of at least 1, at most `most`, whose sum reaches a bound: where a line through two of them says,
    else by bisection, as sums only grow.
    """
    rise = (sums(LARGE) - sums(1)) // (LARGE - 1)
    if rise:
        guess = max(int(-((sums(1) - bound) // rise)) + 1, 1)
        if sums(guess) >= bound and (guess == 1 or sums(guess - 1) < bound):
            return guess
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if sums(middle) >= bound else (middle + 1, high)
    return low


def worked_back(layer: Layer, shapes: Shapes, extents: Axes) -> Axes:
    """The extents of the map that a window which fits exactly takes to these; -1 where it is open."""
    window, pad = layer.window(*shapes), layer.__dict__.get("pad")
    if window is None:
        return extents
    if not isinstance(window, Window) or window.mode != "slide" or (isinstance(pad, Pad) and pad.rule == "same"):
        return (-1,) * len(extents)
    axes = zip(extents, window.reach, map(int, window.stride), window.pad, strict=True)
    return tuple(s * (out - 1) + k - start - end if out >= 0 else -1 for out, k, s, (start, end) in axes)
