"""What a spec claims of itself: `[55x55x96]`, `=> 55x55x96, 34,944 params`, `expect macs <= 600M`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake, did_you_mean
from cnncalc.faults import BAD_CLAIM, NOT_YET
from cnncalc.syntax.arguments import Arguments
from cnncalc.syntax.expression import Reader
from cnncalc.syntax.tree import Claim, Figure
from cnncalc.syntax.words import TENSOR

if TYPE_CHECKING:
    from cnncalc.syntax.tokens import Token

FIGURE = re.compile(r"(\d{1,3}(?:,\d{3})+(?![\d,]*\d)|\d+)(\.\d+)?( ?(?:[KMGT]i?|k)(?!\w))?(?![\w.])")
SCALES = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
BINARY_SCALES = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
UNITS = {
    "params": "params", "param": "params", "parameters": "params", "weights": "weights", "weight": "weights",
    "biases": "biases", "buffers": "buffers", "macs": "macs", "mac": "macs", "flops": "flops",
    "activations": "activations", "rf": "rf", "memory": "memory",
}  # fmt: skip
OPERATORS = ("=", "==", "<=", ">=", "<", ">", "!=")


class Claims(Arguments):
    """Reads claims from tokens; `text` is what the tokens come from, for figures as printed."""

    def __init__(self, text: str, tokens: list[Token], defined: frozenset[str], at: int = 0) -> None:
        super().__init__(tokens, defined)
        self.text, self.at = text, at

    def claims(self) -> tuple[Claim, ...]:
        """Items up to the end of the tokens or a closing bracket."""
        items: list[Claim] = []
        while self.token.type not in ("end", "]"):
            if self.token.type == "," or self.token.text == "and":
                self.at += 1
            elif self.token.type == "(" and ((items and self.tokens[self.at - 1].type != ",") or not self.readable()):
                self.skip_remark()
            else:
                items.append(self.item())
        if not items:
            text = "the claim says nothing"
            raise Mistake(BAD_CLAIM, text, self.token.begin, self.token.begin + 1, "write a shape: => 55x55x96")
        return tuple(items)

    def readable(self) -> bool:
        """Whether the parenthesis here reads as an expression of known names."""
        try:
            return Reader(self.tokens, self.at).read().names <= self.defined | TENSOR
        except Mistake:
            return False

    def item(self) -> Claim:
        """`55x55x96`, `34,944 params` or `rf 11`."""
        begin = self.token.begin
        if unit := self.unit():
            figure = self.figure()
            return Claim(unit, None, figure, begin, figure.end)
        if self.token.type == "name" and not self.suffixed() and self.token.text not in self.defined:
            raise self.bad_item()
        first = self.at
        if (match := FIGURE.match(self.text, begin)) and (match[3] or self.followed_by_unit(match.end())):
            figure = self.figure()
        else:
            shape = self.shape()
            if not self.token_is_unit():
                return Claim("shape", shape, None, begin, shape.end)
            self.at = first
            figure = self.figure()
        if not (unit := self.unit()):
            raise self.bad_item()
        return Claim(unit, None, figure, begin, self.tokens[self.at - 1].end)

    def suffixed(self) -> bool:
        """Whether the word here is a figure such as 105.4M."""
        return bool(FIGURE.match(self.text, self.token.begin))

    def followed_by_unit(self, at: int) -> bool:
        """Whether a unit stands at this offset."""
        word = re.match(r"\s*([A-Za-z]+)", self.text[at : at + 40])
        return bool(word) and word[1].lower() in UNITS  # type: ignore[index]

    def token_is_unit(self) -> bool:
        return self.token.type == "name" and self.token.text.lower() in UNITS

    def unit(self) -> str:
        """Take a unit if one stands here."""
        if not self.token_is_unit():
            return ""
        unit = UNITS[self.token.text.lower()]
        if unit == "memory":
            text = "claims of memory are not supported yet"
            raise Mistake(NOT_YET, text, self.token.begin, self.token.end, "leave the claim out")
        self.at += 1
        return unit

    def figure(self) -> Figure:
        """A printed figure, or an expression of constants."""
        begin = self.token.begin
        match = FIGURE.match(self.text, begin)
        if not match or self.goes_on(match.end()):
            if self.token.type == "end":
                raise Mistake(BAD_CLAIM, "a figure is missing", begin, begin + 1, "write a number, 61.1M or 34,944")
            reader = Reader(self.tokens, self.at, spaces=True)
            expression = reader.read()
            self.at = reader.at
            return Figure("", 1, expression, begin, expression.end)
        while self.token.type != "end" and self.token.begin < match.end():
            self.at += 1
        suffix = (match[3] or "").strip()
        digits = match[1].replace(",", "") + (match[2] or "")
        return Figure(digits, {**SCALES, **BINARY_SCALES}[suffix], None, begin, match.end())

    def goes_on(self, at: int) -> bool:
        """Whether an operator follows, so that the number is part of an expression."""
        return bool(re.match(r"\s*(\*|/|\+|-|%)", self.text[at : at + 40]))

    def bad_item(self) -> Mistake:
        """Something that is neither a shape nor a figure with its unit."""
        token = self.token
        if token.type == "end":
            token = self.tokens[self.at - 1]
        hint = (
            did_you_mean(token.text, tuple(UNITS)) or f"a figure takes one of {', '.join(sorted(set(UNITS.values())))}"
        )
        what = f"'{token.text}' is neither a shape nor a figure with its unit"
        return Mistake(BAD_CLAIM, what, token.begin, max(token.end, token.begin + 1), hint)

    def expectation(self) -> tuple[str, tuple[str, ...], str, Figure]:
        """QUANTITY(names) OP figure."""
        if not (quantity := self.unit()):
            raise self.bad_item()
        names = self.listed() if self.token.type == "(" else ()
        op = self.take()
        if op.type not in OPERATORS:
            hint = f"write one of {' '.join(OPERATORS)}"
            raise Mistake(BAD_CLAIM, f"'{op.text}' does not compare", op.begin, max(op.end, op.begin + 1), hint)
        figure = self.figure()
        while self.token.type == "(":
            self.skip_remark()
        if self.token.type != "end":
            raise self.bad_item()
        return quantity, names, op.type, figure

    def listed(self) -> tuple[str, ...]:
        """The names in the parentheses behind a quantity."""
        names: list[str] = []
        opening = self.take()
        while (token := self.take()).type not in (")", "end"):
            names += [token.text] if token.type in ("name", "number") else []
        if token.type == "end" or not names:
            raise Mistake(BAD_CLAIM, "names are missing between the parentheses", opening.begin, opening.end)
        return tuple(names)
