"""The statements of a `forward`: each line of the spec its own, with a name for what is read again further down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.emit.names import attribute, unused
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncalc.emit.units import Piece

NESTED = 88
"""Calls are nested while they are this short; shapes stand in a column behind lines as short as this."""


class Statement(NamedTuple):
    """What the variables `targets` become, and the shape that the spec gives it; the last statement returns."""

    targets: tuple[str, ...]
    value: str
    shape: str
    trains: bool = False


class Expression(NamedTuple):
    """A call or nested calls, over values by number; gives `gives`."""

    text: str
    reads: tuple[int, ...]
    gives: tuple[int, ...]
    line: str
    shape: str
    trains: bool
    nests: bool = False


def statements(
    pieces: Sequence[Piece], inputs: Mapping[int, str], gives: Sequence[int], modules: Mapping[str, str],
    words: Sequence[str] = (),
) -> tuple[list[Statement], list[str]]:  # fmt: skip
    """The statements of a body and the variables it returns; `inputs` names what it reads, `modules` its modules.

    No variable is called as one of the `words`.
    """
    same: dict[int, int] = {}
    steps = nested(expressions(pieces, modules, same), [same.get(value, value) for value in gives])
    last: dict[int, int] = {}
    for at, step in enumerate(steps):
        last.update(dict.fromkeys(step.reads, at))
    last.update(dict.fromkeys((same.get(value, value) for value in gives), len(steps)))
    names = Variables(inputs, last, words)
    made = [names.statement(at, step) for at, step in enumerate(steps)]
    return made, [names.of[same.get(value, value)] for value in gives]


def expressions(pieces: Sequence[Piece], modules: Mapping[str, str], same: dict[int, int]) -> list[Expression]:
    """Every piece as a call; one that hands its input on is that value."""
    made: list[Expression] = []
    for piece in pieces:
        reads = tuple([same.get(value, value) for value in piece.reads])
        if not piece.call:
            continue
        if piece.call == "{0}":
            same[piece.gives[0]] = reads[0]
            continue
        module = f"self.{modules[piece.owner or piece.name]}" if piece.text or piece.owner else ""
        text = piece.call.replace("{m}", module)
        nests = piece.call == "{m}({0})" and piece.unit < 0
        made.append(Expression(text, reads, piece.gives, piece.line, piece.shape, piece.trains, nests))
    return made


def nested(steps: list[Expression], gives: Sequence[int]) -> list[Expression]:
    """A line's postfixes around its layer, while they keep its shape and the statement stays short."""
    uses: dict[int, int] = {}
    for value in (*gives, *(value for step in steps for value in step.reads)):
        uses[value] = uses.get(value, 0) + 1
    made: list[Expression] = []
    for step in steps:
        before = made[-1] if made else None
        if before and step.nests and step.reads == before.gives[:1] and len(before.gives) == 1:
            text = step.text.format(before.text)
            alone = uses[step.reads[0]] == 1 and before.line == step.line and before.shape == step.shape
            if alone and len(text) + 15 <= NESTED:
                made[-1] = step._replace(text=text, reads=before.reads)
                continue
        made.append(renumbered(step))
    return made


def renumbered(step: Expression) -> Expression:
    """An expression whose text reads its values by their numbers, so that others may be nested around it."""
    return step._replace(text=step.text.format(*(f"{{{value}}}" for value in step.reads)))


class Variables:
    """Names for values: `x` while nothing else is read from it, else the name of the line."""

    def __init__(self, inputs: Mapping[int, str], last: Mapping[int, int], words: Sequence[str]) -> None:
        self.of, self.last = dict(inputs), last
        self.taken = dict.fromkeys((*inputs.values(), *words), 0)
        self.held = next((number for number, name in inputs.items() if name == "x"), None)

    def statement(self, at: int, step: Expression) -> Statement:
        """One statement; what nothing reads any more gives up the name x."""
        value = substituted(step.text, self.of)
        if not any(number in self.last for number in step.gives):
            return Statement((), value, step.shape, step.trains)
        free = not step.trains and (self.held is None or self.last.get(self.held, -1) <= at)
        for number in step.gives:
            self.of[number] = self.named(number, step.line, free)
            free &= self.of[number] != "x"
        shape = step.shape if step.gives[0] in self.last else ""
        return Statement(tuple([self.of[number] for number in step.gives]), value, shape, step.trains)

    def named(self, number: int, line: str, free: bool) -> str:
        """The variable of a value; `_` for what nothing reads."""
        if number not in self.last:
            return "_"
        if not free:
            return unused(attribute(line), self.taken, {})
        self.held = number
        return "x"


def substituted(text: str, names: Mapping[int, str]) -> str:
    """A text with the variables in place of its values' numbers."""
    out, at = "", 0
    while (begin := text.find("{", at)) >= 0:
        end = text.index("}", begin)
        out += text[at:begin] + names[int(text[begin + 1 : end])]
        at = end + 1
    return out + text[at:]
