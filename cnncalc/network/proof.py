"""Why a number stands for a `?`, or why none does: one sentence with the numbers, and what would have an answer."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from cnncalc.geometry import Pad, Window, reach
from cnncalc.network.along import axis_of, most_reach, rows_along
from cnncalc.network.holes import COUNTS
from cnncalc.network.node import joined as in_words
from cnncalc.network.slide import along
from cnncalc.network.slide import fits as fits_exactly
from cnncalc.network.unknowns import SUMMED, State, TooMany, Undetermined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnncalc.geometry import Axes, Shape
    from cnncalc.layer import Layer
    from cnncalc.network.along import Along, Row
    from cnncalc.network.holes import Form, Values
    from cnncalc.network.node import Claimed
    from cnncalc.network.unknowns import Search

FEW = 6
"""How many numbers are told one by one."""
FAR = 256
"""How far from the input another extent is looked for."""
NAMES = {"W": "width", "H": "height", "D": "depth", "L": "length"}
SIDES = ("start", "end")
LETTERS = {"pad": "P", "kernel": "F", "stride": "S", "dilation": "D", "outpad": "outpad"}


def listed(words: Iterable[str]) -> str:
    """a, b and c."""
    return in_words([*words])


class Teller:
    """Tells what a search found of the line called `name`; `unheld` of its claims are not held as it is."""

    def __init__(self, search: Search, name: str, unheld: int = 0) -> None:
        self.search, self.name, self.order, self.unheld = search, name, search.equations.order, unheld
        self.words = tuple(self.word(at) for at in range(len(search.holes)))

    # Words

    def word(self, at: int) -> str:
        """What a hole is called: pad, kernel width, pad start, maxpool stride."""
        hole, parts = self.search.holes[at], self.search.parts
        kinds = {h.part for h in self.search.holes if h.name == hole.name}
        text = f"{parts[hole.part].keyword} {hole.name}" if len(kinds) > 1 else hole.name
        said = parts[hole.part].use.arguments[hole.argument].value
        if said and len(said.axes) > 1:
            text += f" {NAMES[self.order.letters(len(said.axes))[hole.axis]]}"
        if said and len(said.axes[hole.axis]) > 1:
            text += f" {SIDES[hole.side]}"
        return text

    def filling(self, row: Row) -> str:
        """Numbers with what they are: kernel 5 and pad 2; 96 filters."""
        each = [
            f"{value:,} {word}" if hole.name in COUNTS else f"{word} {value}"
            for hole, word, value in zip(self.search.holes, self.words, row, strict=True)
        ]
        return listed(each)

    def asked(self) -> str:
        """What is asked for: kernel ? and stride ?"""
        return listed(f"{word} ?" for word in self.words)

    def shape(self, shape: Shape) -> str:
        """A shape as the file writes it."""
        return self.order.text(shape)

    # What a filling gives

    def ends(self, row: Row) -> tuple[State | None, str]:
        """The end of the line with these numbers, or why there is none."""
        search, state = self.search, self.search.first
        values = dict(enumerate(row))
        while state.at < len(search.parts):
            layer = self.layer(state, values)
            if why := self.refused(state, layer):
                return None, why
            known = search.through(state, layer, values)
            assert known
            state = known
        return state, ""

    def layer(self, state: State, values: Values) -> Layer:
        """The layer of the next part with its holes filled."""
        if state.at in self.search.asked:
            return self.search.form(state).filled(values)
        return self.search.layer(state.at, state.shapes)

    def refused(self, state: State, layer: Layer) -> str:
        """Why a layer is not legal or does not fit; nothing where it is and does."""
        unmet = next((r for r in layer.requires(*state.shapes) if not r.holds), None)
        if unmet:
            return unmet.message.format(*unmet.values)
        if self.search.fitting(state, layer):
            return ""
        window, extents = layer.window(*state.shapes), state.shapes[0].extents
        assert isinstance(window, Window)
        slides = [along(window, extents, axis) for axis in range(len(extents))]
        axis = next(axis for axis, slide in enumerate(slides) if not fits_exactly(slide))
        return f"{slides[axis].formula} = {slides[axis].quotient}{self.on(axis, len(extents), len(set(slides)) > 1)}"

    def on(self, axis: int, rank: int, differ: bool = True) -> str:
        """Which axis is meant, where they differ."""
        return f" on the {NAMES[self.order.turned(self.order.letters(rank))[axis]]}" if differ else ""

    def verdict(self, row: Row) -> str:
        """What some numbers give, or why they give nothing."""
        state, why = self.ends(row)
        if state is None:
            return why
        claim = self.search.equations.unmet(state)
        return self.found(claim, state) if claim else self.shape(state.shapes[0])

    def found(self, claim: Claimed, state: State) -> str:
        """What the line has in place of what it claims."""
        if claim.quantity in SUMMED:
            return f"{number(state.sums.quantity(claim.quantity))} {claim.quantity}"
        if claim.quantity == "rf":
            sizes = getattr(state.field, "size", ())
            return f"rf {'x'.join(map(str, self.order.turned(sizes)))}" if sizes else "no receptive field of one size"
        return self.shape(state.shapes[0])

    # An answer

    def how(self, answers: Sequence[Row]) -> str:
        """The working of the answer that is used."""
        search, state = self.search, self.search.first
        values = dict(enumerate(answers[0]))
        told: list[str] = []
        while state.at < len(search.parts):
            layer = self.layer(state, values)
            if state.at in search.asked:
                told += self.working(layer, state)
            known = search.through(state, layer, values, free=True)
            assert known
            state = known
        if any(hole.name in COUNTS for hole in search.holes):
            told.append(self.counted(state))
        return "; ".join(told) or self.shape(state.shapes[0])

    def working(self, layer: Layer, state: State) -> Iterator[str]:
        """The extents of a layer with holes in its window, one text where all axes agree."""
        window = layer.window(*state.shapes)
        if not isinstance(window, Window) or self.search.form(state).entries.keys() <= set(COUNTS):
            return
        extents = state.shapes[0].extents
        texts = [worked(window, extents, axis) for axis in range(len(extents))]
        if len(set(texts)) == 1:
            yield texts[0]
        else:
            each = (f"{text}{self.on(axis, len(extents))}" for axis, text in enumerate(texts))
            yield from self.order.turned(tuple(each))
        if window.mode == "slide" and set(window.out(extents)) == {1} and self.has("stride", state.at):
            yield "the window fits once, whatever its stride"
        if set(window.kernel) == {1} and self.has("dilation", state.at):
            yield "a kernel of 1 is the same for every dilation"

    def has(self, name: str, part: int) -> bool:
        """Whether a part has a hole for this argument."""
        return any(hole.name == name and hole.part == part for hole in self.search.holes)

    def counted(self, state: State) -> str:
        """What the line has that it claims."""
        claims = [claim for claim in self.search.equations.claims if claim.quantity in ("shape", *SUMMED)]
        told = list(dict.fromkeys(self.found(claim, state) for claim in claims))
        return f"the line gives {listed(told)}" if told else self.shape(state.shapes[0])

    def several(self, answers: Sequence[Row]) -> str:
        """What the first answers give."""
        each = (
            f"{self.filling(row)} gives {self.shape(end.shapes[0])}" for row in answers if (end := self.ends(row)[0])
        )
        return "; ".join(islice(each, 3))

    # No number, too many numbers

    def undetermined(self, at: int) -> tuple[str, str]:
        """Nothing bounds the number in a hole."""
        hole, word = self.search.holes[at], self.words[at]
        many = "how many" if hole.name in COUNTS else "how large"
        text = f"nothing says {many} {word} {self.name} has"
        if hole.name not in COUNTS:
            text = f"nothing says {many} the {word} of {self.name} is"
        if self.unheld:
            hint = "its claims are not held under --set or --input: write them with constants, or write the number"
            return text, hint
        hint = "claim the output or the params: => 27x27x64, 1,792 params"
        return text, hint if hole.name in COUNTS else "claim the output: => 16x16x8; or write the number"

    def too_many(self, most: int) -> tuple[str, str]:
        """More than the limit would have to be tried."""
        text = f"{self.asked()} on {self.name}: more than {most:,} numbers would have to be tried"
        return text, "write one of the numbers, or claim the output; --limit search=N raises the limit"

    # No answer

    def refusal(self) -> tuple[str, str]:
        """(why there is no answer, what has one)."""
        search = self.search
        claims = [claim.text.strip() for claim in search.equations.claims]
        many = [
            f"number of {word}" if h.name in COUNTS else word for h, word in zip(search.holes, self.words, strict=True)
        ]
        verb = "gives" if len(many) == 1 else "give"
        goal = (
            f"{verb} {self.name} {listed(claims)}"
            if claims
            else f"{'lets' if verb == 'gives' else 'let'} {self.name} fit exactly"
        )
        start = f"no {listed(many)} {goal}"
        try:
            why, hint = self.reason()
        except TooMany:
            why, hint = f"none of {self.bounds()} is an answer", "change the claim, or one of the numbers"
        return f"{start}: {why}", hint

    def reason(self) -> tuple[str, str]:
        """What excludes every number, and what would have an answer."""
        search = self.search
        if len(search.holes) > 1:
            return self.nothing()
        return self.no_count() if search.counting else self.no_number()

    def relaxed(self, *quantities: str) -> list[Row]:
        """The answers of the line if it claimed only these quantities; none where they are too many or unbounded."""
        try:
            return self.search.with_(self.search.equations.only(*quantities)).answers()
        except (Undetermined, TooMany):
            return []

    def nearest(self, rows: Sequence[Row]) -> list[Row]:
        """Two of the rows whose shapes are nearest to the one claimed."""
        wanted = self.search.equations.extents(self.rank)

        def far(row: Row) -> int:
            end = self.ends(row)[0]
            sizes = zip(end.shapes[0].extents if end else (), wanted, strict=False)
            return sum(abs(size - want) for size, want in sizes if want >= 0)

        return sorted(sorted(rows[:FAR], key=far)[:2])

    @property
    def rank(self) -> int:
        """How many axes what comes in has."""
        return self.search.first.shapes[0].rank

    def gives(self, rows: Iterable[Row]) -> str:
        """What some rows give: pad 1 gives 26x26x8; 16 filters give 448 params."""
        return listed(self.giving(row) for row in rows)

    def giving(self, row: Row) -> str:
        """What one row gives, or why it gives nothing."""
        many = len(row) > 1 or bool(self.search.counting)
        state, why = self.ends(row)
        verb = "" if state is None else " give" if many else " gives"
        return f"{self.filling(row)}{verb or ':'} {why or self.verdict(row)}"

    def nothing(self) -> tuple[str, str]:
        """Why no way to fill several holes is an answer: the claims that exclude each other, or what comes nearest."""
        if self.search.equations.sums and (rows := self.relaxed("shape")):
            more = f" ({len(rows):,} fit the shape)" if len(rows) > 1 else ""
            return f"{self.gives(rows[:1])}{more}", "change the claim, or one of the numbers that are written"
        rows = self.relaxed()
        if rows:
            return f"{len(rows):,} fit, the nearest: {self.gives(self.nearest(rows))}", self.other_claim(rows)
        return f"no numbers of {self.bounds()} are legal and fit exactly", self.other_input()

    def other_claim(self, rows: Sequence[Row]) -> str:
        """A claim that would hold."""
        end = self.ends(self.nearest(rows)[0])[0]
        return f"claim {self.shape(end.shapes[0])}, or change one of the numbers" if end else ""

    # One count

    def no_count(self) -> tuple[str, str]:
        """Why no number of filters or units is an answer."""
        search, word = self.search, self.words[0]
        state = search.advance(search.first)
        if state is None or state.at not in search.counting:
            return "a layer before it is not legal", "change the line"
        form = search.form(state)
        given = search.equations.channels(form.layer.out(*form.shapes).rank)
        if given:
            rows = [(count,) for count in given]
            hint = f"change the claim, or what else the line says: {word} follow from the channels claimed"
            return self.gives(rows[-1:]), hint
        low, high = search.between(form, state, {})
        around = [(max(min(low, high), 1),), (max(low, high),)]
        return self.gives(dict.fromkeys(around)), f"claim what one of these numbers of {word} gives"

    # One number of a window

    def no_number(self) -> tuple[str, str]:
        """Why no number of a window is an answer."""
        state = self.search.advance(self.search.first)
        rows = self.relaxed()
        if state is None or state.at not in self.search.asked:
            return "a layer before it is not legal", "change the line"
        form = self.search.form(state)
        wanted = self.search.wanted(state.at + 1, state.shapes)
        reasons = [reason for axis, out in enumerate(wanted) if (reason := needs(axis_of(form, axis, out)))]
        if self.search.equations.sums and (found := self.relaxed("shape")):
            return self.gives(found[:2]), "change the claim, or one of the numbers that are written"
        if rows:
            near = self.gives(self.nearest(rows))
            apart = self.apart(form, wanted)
            why, hint = f"{reasons[0] if reasons else apart or near}", self.other_claim(rows)
            hint = f"write ?x? for one number an axis, or {hint}" if apart else hint
            return f"{why}; {near}" if why != near else why, f"{hint}{self.uneven(form, wanted)}{self.rounded(form)}"
        hint = f"{self.other_input()}{self.uneven(form, wanted)}{self.rounded(form)}"
        return reasons[0] if reasons else self.each(form), hint

    def apart(self, form: Form, wanted: Axes) -> str:
        """Axes that each have an answer, and not the same."""
        found = [rows_along(axis_of(form, axis, out), self.search.spend) for axis, out in enumerate(wanted)]
        if len(found) < 2 or not all(found) or set(found[0]) & set(found[1]) or max(wanted) < 0:
            return ""
        each = [f"{self.filling(rows[0])}{self.on(axis, len(found))}" for axis, rows in enumerate(found)]
        return f"the axes ask for {listed(self.order.turned(tuple(each)))}"

    def each(self, form: Form) -> str:
        """What every number of the interval gives, or the first of them."""
        low, high = interval(axis_of(form, 0, -1), self.search.holes[0].name)
        rows = [(number,) for number in range(low, min(high, low + FEW - 1) + 1)]
        more = f", and none up to {high} fits" if high >= low + FEW else ""
        told = "; ".join(f"{self.filling(row)}: {self.verdict(row)}" for row in rows)
        return f"{told}{more}" if rows else f"{self.words[0]} {low} to {high} is empty"

    def bounds(self) -> str:
        """The intervals that were searched."""
        state = self.search.advance(self.search.first)
        known = state is not None and {hole.part for hole in self.search.holes} == {state.at}
        if state is None or not known or self.search.counting:
            return listed(f"{word} ?" for word in self.words)
        axis = axis_of(self.search.form(state), 0, -1)
        return listed(f"{word} {span(axis, h.name)}" for word, h in zip(self.words, self.search.holes, strict=True))

    def other_input(self) -> str:
        """The nearest inputs for which there is an answer."""
        state = self.search.advance(self.search.first)
        if state is None or state.at not in self.search.asked:
            return "change the line"
        form = self.search.form(state)
        found = [nearby(axis_of(form, axis, -1), self.search) for axis in range(len(form.shapes[0].extents))]
        if not found or not all(found):
            return "write the number that is meant: a window need not fit"
        texts = [" or ".join(map(str, sizes)) for sizes in found]
        if len(set(texts)) == 1:
            return f"an input of {texts[0]} would fit"
        return f"an input would fit of {listed(f'{text}{self.on(at, len(texts))}' for at, text in enumerate(texts))}"

    def rounded(self, form: Form) -> str:
        """The first number that meets the claims though its window does not fit exactly."""
        name, first = self.search.holes[0].name, self.search.first
        low, high = interval(axis_of(form, 0, -1), name)
        for value in range(low, min(high, low + FAR) + 1) if self.search.equations.shapes else ():
            layer, start = form.filled({0: value}), first._replace(at=self.search.holes[0].part, shapes=form.shapes)
            if all(r.holds for r in layer.requires(*form.shapes)):
                end = self.search.freely(form, start, {0: value})
                if not self.search.equations.unmet(end):
                    return f"; {name} {value} gives it rounded, and may be meant"
        return ""

    def uneven(self, form: Form, wanted: Axes) -> str:
        """A pad of one cell more at the end, where that is an answer."""
        pad = form.layer.__dict__.get("pad")
        if self.search.holes[0].name != "pad" or not isinstance(pad, Pad):
            return ""
        for total in range(1, 2 * FAR, 2):
            sides = ((total // 2, total - total // 2),) * len(wanted)
            layer = form.layer.replaced(pad=pad._replace(sides=sides))
            window = layer.window(*form.shapes)
            state = self.search.first._replace(at=max(self.search.moved, 0), shapes=form.shapes)
            if not isinstance(window, Window) or not self.search.fitting(state, layer):
                continue
            if all(w in (-1, o) for w, o in zip(wanted, window.out(form.shapes[0].extents), strict=True)):
                return f"; or pad {total // 2}:{total - total // 2}"
        return ""


def nearby(axis: Along, search: Search) -> list[int]:
    """The nearest extents below and above that have an answer on one axis."""
    found: list[int] = []
    for step in (-1, 1):
        for far in range(1, min(FAR, axis.extent if step < 0 else FAR)):
            try:
                rows = rows_along(axis._replace(extent=axis.extent + step * far), search.spend)
            except TooMany:
                break
            if rows:
                found.append(axis.extent + step * far)
                break
    return found


def interval(axis: Along, name: str) -> tuple[int, int]:
    """The first and the last number that is tried in the only hole of an axis."""
    k = reach(axis.kernel.value, axis.dilation.value)
    if name == "pad":
        return 0, k - 1
    if name == "outpad":
        return 0, max(axis.stride.value, axis.dilation.value) - 1
    if name == "kernel":
        return 1, (most_reach(axis) - 1) // axis.dilation.value + 1
    if name == "dilation":
        return 1, max((most_reach(axis) - 1) // max(axis.kernel.value - 1, 1), 1)
    return 1, max(axis.extent + axis.start.value + axis.end.value - k, 1)


def span(axis: Along, name: str) -> str:
    """The interval of a number beside others that are searched for as well."""
    if name in ("pad", "outpad") and -1 in (axis.kernel.hole, axis.stride.hole):
        return "0 to the window's extent less 1" if axis.kernel.hole >= 0 else f"0 to {interval(axis, name)[1]}"
    if name == "stride":
        return "1 to the room of its window"
    low, high = interval(axis, name)
    return f"{low} to {high}"


def needs(axis: Along) -> str:
    """Why one axis has no answer, by its equation; nothing where it has one or the equation does not tell."""
    if axis.mode != "slide" or axis.rule:
        return ""
    if axis.start.hole == axis.end.hole >= 0:
        return padded(axis)
    if axis.out < 0:
        return ""
    if axis.stride.hole == axis.kernel.hole >= 0:
        cells = axis.extent + axis.start.value + axis.end.value
        return f"{axis.out} windows side by side need F = {cells}/{axis.out}, which is not whole" * (
            cells % axis.out > 0
        )
    return strided(axis) if axis.stride.hole >= 0 else tapped(axis)


def padded(axis: Along) -> str:
    """What 2P would have to be."""
    k, s, w = reach(axis.kernel.value, axis.dilation.value), axis.stride.value, axis.extent
    if axis.out < 0:
        parity = f"({w} + 2P - {k})/{s} + 1 is never whole: {w - k} + 2P is odd for every P"
        return parity if s % 2 == 0 and (w - k) % 2 else ""
    twice = s * (axis.out - 1) + k - w
    text = f"{axis.out} cells need 2P = {s}*({axis.out} - 1) + {k} - {w} = {twice}"
    if twice < 0 or twice % 2:
        return f"{text}, which is {'below 0' if twice < 0 else 'odd'}"
    return f"{text}, and P is at most {k} - 1 = {k - 1}" if twice > 2 * (k - 1) else ""


def strided(axis: Along) -> str:
    """What the stride would have to be."""
    k, cells = reach(axis.kernel.value, axis.dilation.value), axis.extent + axis.start.value + axis.end.value
    if cells < k:
        return f"the window is {k}, its padded input {cells}"
    if axis.out == 1:
        return f"1 cell needs a window that fills the padded {cells}, and it is {k}" if cells > k else ""
    room, steps = cells - k, axis.out - 1
    text = f"{axis.out} cells need S = ({cells} - {k})/({axis.out} - 1) = {room}/{steps}"
    if room < steps:
        return f"{text}, which is below 1"
    return f"{text}, which is not whole" if room % steps else ""


def tapped(axis: Along) -> str:
    """What the kernel or its dilation would have to be."""
    cells, d = axis.extent + axis.start.value + axis.end.value, axis.dilation.value
    k = cells - axis.stride.value * (axis.out - 1)
    open_, step = ("F", d) if axis.kernel.hole >= 0 else ("D", axis.kernel.value - 1)
    letter = ("F" if d == 1 else f"{d}(F - 1) + 1") if open_ == "F" else f"D({axis.kernel.value} - 1) + 1"
    text = f"{axis.out} cells need {letter} = {cells} - {axis.stride.value}*({axis.out} - 1) = {k}"
    if k < 1:
        return f"{text}, which is below 1"
    return f"{text}, which no whole {open_} gives" if step and (k - 1) % step else ""


def worked(window: Window, extents: Axes, axis: int) -> str:
    """The extent of the output on one axis with its numbers."""
    if window.mode == "slide":
        return along(window, extents, axis).working
    w, (a, b), out = extents[axis], window.pad[axis], window.out(extents)[axis]
    if window.mode == "frame":
        sign = "-" if a < 0 or b < 0 else "+"
        return f"{w} {sign} {abs(a)} {sign} {abs(b)} = {w + a + b}"
    more = f" + {window.outpad[axis]}" if window.outpad[axis] else ""
    cut = f"2*{a}" if a == b else f"{a} - {b}"
    return f"({w} - 1)*{window.stride[axis]} - {cut} + {window.reach[axis]}{more} = {out}"


def number(value: int) -> str:
    """A count with its digits in groups; of one beyond all reading, its size."""
    return f"{value:,}" if value.bit_length() < 4096 else f"about 2**{value.bit_length()}"
