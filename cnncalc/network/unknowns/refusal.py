"""Why no number stands for a `?`: one sentence with the numbers, and what would have an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.geometry import Pad, Window, reach
from cnncalc.network.unknowns.along import ANY, Budget, TooMany, axis_of, most_reach, rows_along
from cnncalc.network.unknowns.holes import COUNTS
from cnncalc.network.unknowns.needs import needs
from cnncalc.network.unknowns.proof import Teller, listed
from cnncalc.network.unknowns.search import WHOLE_LINE, State, Undetermined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cnncalc.layer import Layer
    from cnncalc.network.unknowns.along import Along, Row
    from cnncalc.network.unknowns.holes import Form
    from cnncalc.network.unknowns.search import Search

FEW = 6
"""How many numbers are told one by one."""
FAR = 256
"""How far from what is written another number is looked for."""
CHANGE = "change the claim, or one of the numbers that are written"


class Refuser(Teller):
    """Tells why a search found nothing: what each number would give, and what would have an answer.

    Its own search has a budget of its own: a proof is shorter where that is spent.
    """

    def __init__(self, search: Search, name: str, unheld: int, budget: Budget) -> None:
        super().__init__(search.with_(search.equations, budget), name, unheld)
        self.budget = budget

    def refusal(self) -> tuple[str, str]:
        """(why there is no answer, what has one)."""
        claims = [claim.text.strip() for claim in self.search.equations.claims]
        each = zip(self.search.holes, self.words, strict=True)
        many = [f"number of {word}" if hole.name in COUNTS else word for hole, word in each]
        verb = ("give" if claims else "let") + "s" * (len(many) == 1)
        goal = f"{verb} {self.name} {listed(claims) if claims else 'fit exactly'}"
        try:
            why, hint = self.reason()
        except TooMany:
            why, hint = f"none of {self.bounds()} is an answer", CHANGE
        return f"no {listed(many)} {goal}: {why}", hint

    def reason(self) -> tuple[str, str]:
        """What excludes every number, and what would have an answer."""
        state = self.search.advance(self.search.first)
        if state is None:
            return self.before()
        if len(self.search.holes) > 1:
            return self.nothing(state)
        return self.no_count(state) if self.search.counting else self.no_number(state)

    def before(self) -> tuple[str, str]:
        """A layer before the first `?` is not legal, or does not fit what it reads."""
        search, state = self.search, self.search.first
        while True:
            layer = search.layer(state.at, state.shapes)
            if why := self.refused(state, layer):
                return f"{search.parts[state.at].keyword} before it: {why}", "change the line"
            known = search.through(state, layer)
            assert known
            state = known

    # Other claims

    def relaxed(self, *quantities: str) -> list[Row] | None:
        """The answers of the line if it claimed only these quantities; None where they are not known."""
        try:
            return self.search.with_(self.search.equations.only(*quantities), self.budget).answers()
        except (Undetermined, TooMany):
            return None

    def nearest(self, rows: Sequence[Row]) -> list[Row]:
        """Two of the rows whose shapes are nearest to the one claimed, the nearest first."""
        wanted = self.search.equations.extents(self.search.first.shapes[0].rank)

        def far(row: Row) -> int:
            end = self.ends(row)[0]
            sizes = zip(end.shapes[0].extents if end else (), wanted, strict=False)
            return sum(abs(size - want) for size, want in sizes if want >= 0)

        return sorted(rows[:FAR], key=far)[:2]

    def gives(self, rows: Iterable[Row]) -> str:
        """What some rows give: pad 1 gives 26x26x8; 16 filters give 448 params."""
        return listed(self.giving(row) for row in rows)

    def giving(self, row: Row) -> str:
        """What one row gives, or why it gives nothing."""
        many = len(row) > 1 or bool(self.search.counting)
        state, why = self.ends(row)
        verb = ":" if state is None else " give" if many else " gives"
        return f"{self.filling(row)}{verb} {why or self.verdict(row)}"

    def other_claim(self, rows: Sequence[Row]) -> str:
        """A claim of the shape that would hold."""
        end = self.ends(self.nearest(rows)[0])[0]
        if end is None or not self.search.equations.shapes:
            return CHANGE
        return f"claim {self.shape(end.shapes[0])}, or change one of the numbers"

    # Several numbers

    def nothing(self, state: State) -> tuple[str, str]:
        """Why no way to fill several holes is an answer: the claims that exclude each other, or what comes nearest."""
        if self.search.equations.sums and (rows := self.relaxed("shape")):
            more = f" ({len(rows):,} fit the shape)" if len(rows) > 1 else ""
            return f"{self.gives(rows[:1])}{more}", CHANGE
        rows = self.relaxed()
        if rows:
            near = self.gives(sorted(self.nearest(rows)))
            return f"{len(rows):,} fit, the nearest: {near}", self.other_claim(rows)
        if rows is None:
            return f"none of {self.bounds()} is an answer", CHANGE
        return f"no numbers of {self.bounds()} are legal and fit exactly", self.other_input(state)

    def bounds(self) -> str:
        """The intervals that were searched."""
        state = self.search.advance(self.search.first)
        known = state is not None and {hole.part for hole in self.search.holes} == {state.at}
        if state is None or not known or self.search.counting:
            return listed(f"{word} ?" for word in self.words)
        axis = self.open_axis(self.search.form(state))
        return listed(f"{word} {span(axis, h.name)}" for word, h in zip(self.words, self.search.holes, strict=True))

    # One count

    def no_count(self, state: State) -> tuple[str, str]:
        """Why no number of filters or units is an answer."""
        search, word = self.search, self.words[0]
        form = search.form(state)
        given = search.equations.channels(form.layer.out(*form.shapes).rank)
        if given:
            hint = f"change the claim, or what else the line says: {word} follow from the channels claimed"
            return self.gives([(given[-1],)]), hint
        low, high = search.between(form, state, {})
        around = [(max(min(low, high), 1),), (max(low, high),)]
        return self.gives(dict.fromkeys(around)), f"claim what one of these numbers of {word} gives"

    # One number of a window

    def no_number(self, state: State) -> tuple[str, str]:
        """Why no number of a window is an answer."""
        if self.search.equations.sums and (found := self.relaxed("shape")):
            return self.gives(found[:2]), CHANGE
        form, rows = self.search.form(state), self.relaxed() or []
        wanted = self.search.wanted(state.at + 1, state.shapes)
        axes = [axis_of(form, axis, out) for axis, out in enumerate(wanted)]
        why = next(filter(None, map(needs, axes)), "")
        apart = "" if why else self.apart(axes)
        near = (
            self.gives(sorted(self.nearest(rows))) if rows else "" if why or apart else self.each(self.open_axis(form))
        )
        hint = self.other_claim(rows) if rows else self.other_input(state) if why or not self.fit(axes) else CHANGE
        hint = f"write ?x? for one number an axis, or {hint}" if apart else hint
        hints = [*self.shorter(form, state, self.rounded), hint, *self.shorter(form, state, self.uneven)]
        return "; ".join(filter(None, (why or apart, near))), "; or ".join(filter(None, hints))

    def fit(self, axes: Sequence[Along]) -> bool:
        """Whether a number fits on every axis, legal or not."""
        return all(axis.open or rows_along(axis, self.search.spend) for axis in axes)

    def apart(self, axes: Sequence[Along]) -> str:
        """Axes that each have an answer, and not the same."""
        own = [(at, axis) for at, axis in enumerate(axes) if axis.holes and not axis.open]
        found = [
            (at, {row for row in rows_along(axis, self.search.spend) if ANY not in row or not axis.loose})
            for at, axis in own
        ]
        rows = [some for _, some in found]
        if len(rows) < 2 or not all(rows) or set.intersection(*rows) or max(axis.out for axis in axes) < 0:
            return ""
        each = [f"{self.filling(min(some))}{self.on(at, len(axes))}" for at, some in found]
        return f"the axes ask for {listed(self.order.turned(tuple(each)))}"

    def open_axis(self, form: Form) -> Along:
        """The first axis that has a hole, without what is claimed of it."""
        axes = [axis_of(form, at, -1) for at in range(form.shapes[0].rank)]
        return next((axis for axis in axes if axis.holes), axes[0])

    def each(self, axis: Along) -> str:
        """What every number of the interval gives, or the first of them."""
        low, high = interval(axis, self.search.holes[0].name)
        rows = [(number,) for number in range(low, min(high, low + FEW - 1) + 1)]
        more = f", and none up to {high} fits" if high >= low + FEW else ""
        return f"{'; '.join(f'{self.filling(row)}: {self.verdict(row)}' for row in rows)}{more}"

    # What would have an answer

    def other_input(self, state: State) -> str:
        """The nearest inputs of the window for which there is an answer."""
        form = self.search.form(state)
        wanted = self.search.wanted(state.at + 1, state.shapes)
        try:
            found = [self.nearby(form, axis_of(form, at, out)) for at, out in enumerate(wanted)]
        except TooMany:
            return CHANGE
        if not found or not all(found):
            window = form.layer.window(*form.shapes)
            slides = isinstance(window, Window) and window.mode == "slide"
            return "write the number that is meant: a window need not fit" if slides else CHANGE
        texts = [" or ".join(map(str, sizes)) for sizes in found]
        if len(set(texts)) == 1:
            return f"an input of {texts[0]} would fit"
        each = self.order.turned(tuple(f"{text}{self.on(at, len(texts))}" for at, text in enumerate(texts)))
        return f"an input would fit of {listed(each)}"

    def nearby(self, form: Form, axis: Along) -> list[int]:
        """The nearest extents of an axis, below and above or as it is, that have a legal answer on it."""
        if self.legal(form, axis):
            return [axis.extent]
        found: list[int] = []
        for step in (-1, 1):
            for far in range(1, min(FAR, axis.extent if step < 0 else FAR)):
                if self.legal(form, axis._replace(extent=axis.extent + step * far)):
                    found.append(axis.extent + step * far)
                    break
        return found

    def legal(self, form: Form, axis: Along) -> bool:
        """Whether one axis has an answer that the layer takes."""
        x = form.shapes[0]._replace(extents=(axis.extent,) * form.shapes[0].rank)
        lows = {at: hole.low for at, hole in enumerate(self.search.holes)}
        for row in () if axis.open else rows_along(axis, self.search.spend):
            chosen = {hole: value or (hole in axis.loose) * 1 for hole, value in zip(axis.holes, row, strict=True)}
            self.search.spend(WHOLE_LINE)
            layer = form.filled({**lows, **chosen})
            if all(requirement.holds for requirement in layer.requires(x)):
                return True
        return False

    def shorter(self, form: Form, state: State, remedy: Callable[[Form, State], str]) -> list[str]:
        """A remedy, if the budget allows to look for it."""
        try:
            return [remedy(form, state)]
        except TooMany:
            return []

    def rounded(self, form: Form, state: State) -> str:
        """The first number that meets the claims though its window does not fit exactly."""
        name = self.search.holes[0].name
        low, high = interval(self.open_axis(form), name)
        for value in range(low, min(high, low + FAR) + 1) if self.search.equations.shapes else ():
            if self.meets(state, form.filled({0: value}), False):
                return f"{name} {value} gives it rounded, and may be meant"
        return ""

    def uneven(self, form: Form, state: State) -> str:
        """A pad of one cell more at the end, where that is an answer."""
        pad, window = form.layer.__dict__.get("pad"), form.layer.window(*form.shapes)
        if self.search.holes[0].name != "pad" or not isinstance(pad, Pad) or not isinstance(window, Window):
            return ""
        for start in range(min(FAR, max(window.reach) + 1) if window.mode == "slide" else FAR):
            sides = ((start, start + 1),) * len(window.kernel)
            if self.meets(state, form.layer.replaced(pad=pad._replace(sides=sides)), True):
                return f"pad {start}:{start + 1}"
        return ""

    def meets(self, state: State, layer: Layer, fit: bool) -> bool:
        """Whether a layer in place of the one with a hole makes the line legal and what it claims, and fit exactly."""
        known: State | None = state
        self.search.spend(WHOLE_LINE)
        while known and all(requirement.holds for requirement in layer.requires(*known.shapes)):
            if not fit or self.search.fitting(known, layer):
                known = self.search.through(known, layer, free=True)
            else:
                return False
            if known and known.at == len(self.search.parts):
                return not self.search.equations.unmet(known)
            layer = self.search.layer(known.at, known.shapes) if known else layer
        return False


def interval(axis: Along, name: str) -> tuple[int, int]:
    """The first and the last number that is tried in the only hole of an axis."""
    k = reach(axis.kernel.value, axis.dilation.value)
    if name == "pad":
        return 0, k - 1
    if name == "outpad":
        return 0, max(axis.stride.value, axis.dilation.value) - 1
    if name == "kernel":
        return 1, max((most_reach(axis) - 1) // axis.dilation.value + 1, 1)
    if name == "dilation":
        return 1, max((most_reach(axis) - 1) // max(axis.kernel.value - 1, 1), 1)
    return 1, max(axis.extent + axis.start.value + axis.end.value - k, 1)


def span(axis: Along, name: str) -> str:
    """The interval of a number beside others that are searched for as well."""
    if name in ("pad", "outpad") and axis.kernel.hole >= 0:
        return "0 to the window's extent less 1"
    if name == "stride":
        return "1 to the room of its window"
    low, high = interval(axis, name)
    return f"{low} to {high}"
