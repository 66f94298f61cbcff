"""What stands for a `?`, in words: the working of an answer, and what could not be searched for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from cnncalc.geometry import Window
from cnncalc.network.node import joined as in_words
from cnncalc.network.slide import along
from cnncalc.network.slide import fits as fits_exactly
from cnncalc.network.unknowns.holes import COUNTS
from cnncalc.network.unknowns.search import SUMMED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnncalc.geometry import Axes, Shape
    from cnncalc.layer import Layer
    from cnncalc.network.node import Claimed
    from cnncalc.network.unknowns.along import Row
    from cnncalc.network.unknowns.holes import Hole, Values
    from cnncalc.network.unknowns.search import Search, State

NAMES = {"W": "width", "H": "height", "D": "depth", "L": "length"}
SIDES = ("start", "end")


def listed(words: Iterable[str]) -> str:
    """a, b and c."""
    return in_words([*words])


class Teller:
    """Tells what a search found of the line called `name`; `unheld` of its claims are not held as it is."""

    def __init__(self, search: Search, name: str, unheld: int = 0) -> None:
        self.search, self.name, self.order, self.unheld = search, name, search.equations.order, unheld

    # Words

    @cached_property
    def words(self) -> tuple[str, ...]:
        """What the holes are called: pad, kernel width, pad start, maxpool stride."""
        kinds: dict[str, set[int]] = {}
        for hole in self.search.holes:
            kinds.setdefault(hole.name, set()).add(hole.part)
        return tuple([self.word(hole, len(kinds[hole.name]) > 1) for hole in self.search.holes])

    def word(self, hole: Hole, several: bool) -> str:
        """What a hole is called; with the kind where several have such a number."""
        use = self.search.parts[hole.part].use
        said = use.arguments[hole.argument].value
        text = f"{use.kind.keyword()} {hole.name}" if several else hole.name
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
            unit = "B memory" if claim.quantity == "memory" else claim.quantity
            return f"{number(state.sums.quantity(claim.quantity))} {unit}"
        if claim.quantity == "rf":
            sizes = getattr(state.field, "size", ())
            return f"rf {self.order.by(sizes)}" if sizes else "no receptive field of one size"
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
