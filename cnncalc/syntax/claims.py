"""What a spec claims of itself: `[55x55x96]`, `=> 55x55x96, 34,944 params`, `expect macs <= 600M`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake, did_you_mean
from cnncalc.faults import BAD_CLAIM
from cnncalc.storage import DTYPES, OPTIMIZERS, SHORT
from cnncalc.syntax.arguments import Arguments
from cnncalc.syntax.expression import Reader, spelled_out
from cnncalc.syntax.tokens import GROUPED
from cnncalc.syntax.tree import Claim, Figure, Reference
from cnncalc.syntax.words import TENSOR

if TYPE_CHECKING:
    from cnncalc.syntax.tokens import Token
    from cnncalc.syntax.words import Vocabulary

FIGURE = re.compile(rf"({GROUPED}|\d++)(\.\d+)?( *(?:(?:[KMGTP]i?|k)B?|B)(?!\w))?(?![\w.])")
SCALES = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
BINARY_SCALES = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50}
UNITS = {
    "params": "params", "param": "params", "parameters": "params", "weights": "weights", "weight": "weights",
    "biases": "biases", "buffers": "buffers", "macs": "macs", "mac": "macs", "flops": "flops",
    "activations": "activations", "rf": "rf", "memory": "memory",
}  # fmt: skip
SETTINGS: dict[str, tuple[str, ...]] = {"batch": (), "dtype": (*DTYPES, *SHORT), "optimizer": tuple(OPTIMIZERS)}
"""What a memory may be expected for, and the words of each."""
OPERATORS = ("=", "==", "<=", ">=", "<", ">", "!=")


class Claims(Arguments):
    """Reads claims from tokens; `text` is what the tokens come from, for figures as printed."""

    def __init__(self, text: str, tokens: list[Token], words: Vocabulary, at: int = 0) -> None:
        super().__init__(tokens, words)
        self.text, self.at = text, at

    def claims(self) -> tuple[Claim, ...]:
        """Items up to the end of the tokens or a closing bracket."""
        items: list[Claim] = []
        while self.token.type not in ("end", "]"):
            if self.token.type == "," or self.token.text == "and":
                self.at += 1
            elif self.token.type == "(" and (
                (items and self.tokens[self.at - 1].type != ",") or not self.known_group()
            ):
                self.skip_remark()
            else:
                items.append(self.item())
                self.refuse_second_shape(items)
        if not items:
            text = "the claim says nothing"
            begin = max(self.token.begin - 2, 0)
            raise Mistake(BAD_CLAIM, text, begin, begin + 2, "write a shape, or a figure: => 55x55x96, 34,944 params")
        return tuple(items)

    def refuse_second_shape(self, items: list[Claim]) -> None:
        """One list of claims names one shape: 55, 55, 96 is none."""
        *before, last = items
        if last.shape and any(item.shape for item in before):
            hint = "the axes of a shape are joined by 'x': 55x55x96"
            raise Mistake(BAD_CLAIM, "a second shape is claimed", last.begin, last.end, hint)

    def item(self) -> Claim:
        """`55x55x96`, `34,944 params` or `rf 11`."""
        begin = self.token.begin
        if unit := self.unit():
            figure = self.figure()
            return self.sound(Claim(unit, None, figure, begin, figure.end))
        if not self.is_figure():
            self.refuse_word()
            shape = self.shape()
            return Claim("shape", shape, None, begin, shape.end)
        figure = self.figure()
        unit = self.unit() or ("memory" if self.in_bytes(figure) else "")
        if not unit:
            raise self.bad_item(figure)
        return self.sound(Claim(unit, None, figure, begin, self.tokens[self.at - 1].end))

    def is_figure(self) -> bool:
        """Whether the item here is a figure with its unit: one with a suffix, or one without the `x` of a shape."""
        match = FIGURE.match(self.text, self.token.begin)
        if match and match[3]:
            return True
        for token in self.tokens[self.at :]:
            if token.type in ("end", ",", "x", "@", "?", "[", "=>"):
                return False
            if is_unit(token):
                return True
        return False

    def refuse_word(self) -> None:
        """A word that is no constant begins no shape."""
        token = self.token
        if token.type == "name" and token.text not in self.defined | TENSOR:
            raise self.bad_item()
        if token.type in (">", "=", "=>", ":", "/", ".."):
            hint = "claims stand behind one '=>', commas between them"
            raise Mistake(BAD_CLAIM, f"'{token.text}' begins no claim", token.begin, token.end, hint)

    def in_bytes(self, figure: Figure) -> bool:
        """Whether a figure is printed in bytes: 4GiB."""
        return self.text[figure.begin : figure.end].endswith("B") and bool(figure.digits)

    def sound(self, claim: Claim) -> Claim:
        """A claim; raises Mistake where something that is no memory is claimed in bytes."""
        if claim.figure and claim.quantity != "memory" and self.in_bytes(claim.figure):
            raise self.no_bytes(claim.quantity, claim.figure)
        return claim

    def no_bytes(self, quantity: str, figure: Figure) -> Mistake:
        """A count that is claimed in bytes."""
        printed = self.text[figure.begin : figure.end]
        text = f"{quantity} are claimed in bytes, {printed}, and are numbers"
        hint = f"write {printed.rstrip('B').strip()} {quantity}, or {printed} memory"
        return Mistake(BAD_CLAIM, text, figure.begin, figure.end, hint)

    def unit(self) -> str:
        """Take a unit if one stands here."""
        token = self.token
        if not is_unit(token):
            return ""
        self.at += 1
        return UNITS[token.text.lower()]

    def figure(self) -> Figure:
        """A printed figure, or an expression of constants."""
        begin = self.token.begin
        match = FIGURE.match(self.text, begin)
        if not match or self.goes_on(match.end()):
            return self.computed()
        while self.token.type != "end" and self.token.begin < match.end():
            self.at += 1
        suffix = (match[3] or "").strip().removesuffix("B")
        digits = match[1].replace(",", "") + (match[2] or "")
        return Figure(digits, {**SCALES, **BINARY_SCALES}[suffix], None, begin, match.end())

    def computed(self) -> Figure:
        """An expression in place of a printed figure."""
        token = self.token
        if token.type in ("end", ",", "]", "=>"):
            before = self.tokens[self.at - 1]
            hint = "write a number, 61.1M or 34,944"
            raise Mistake(BAD_CLAIM, f"no figure follows '{before.text}'", before.begin, before.end, hint)
        if token.type in OPERATORS:
            hint = "in a claim write '34,944 params'; after 'expect' one comparison"
            raise Mistake(BAD_CLAIM, f"'{token.text}' begins no figure", token.begin, token.end, hint)
        reader = Reader(self.tokens, self.at, spaces=True)
        expression = reader.read()
        self.at = reader.at
        return Figure("", 1, expression, token.begin, expression.end)

    def goes_on(self, at: int) -> bool:
        """Whether an operator follows, so that the number is part of an expression."""
        return bool(GOES_ON.match(self.text, at))

    def bad_item(self, figure: Figure | None = None) -> Mistake:
        """Something that is neither a shape nor a figure with its unit."""
        token = self.token
        units = f"a figure takes one of {', '.join(sorted(set(UNITS.values())))}"
        if (figure and token.type in ("end", ",", "]", "(")) or token.type == "end":
            begin, end = (figure.begin, figure.end) if figure else (token.begin - 1, token.begin)
            return Mistake(BAD_CLAIM, f"'{self.text[begin:end].strip()}' of what?", begin, end, units)
        what = f"'{token.text}' is neither a shape nor a figure with its unit"
        times = spelled_out(token.text, self.defined)
        hint = f"write '{times}'" if times else did_you_mean(token.text, tuple(UNITS)) or units
        return Mistake(BAD_CLAIM, what, token.begin, token.end, hint)

    def expectation(self) -> tuple[str, tuple[Reference, ...], str, Figure]:
        """QUANTITY(names) OP figure."""
        if not (quantity := self.unit()):
            token, hint = self.token, f"write one of {', '.join(sorted(set(UNITS.values())))}"
            what = f"'{token.text}' is no quantity" if token.text else "nothing is expected"
            close = did_you_mean(token.text, tuple(UNITS))
            raise Mistake(BAD_CLAIM, what, token.begin, max(token.end, token.begin + 1), close or hint)
        targets = self.listed(quantity) if self.token.type == "(" else ()
        op = self.take()
        if op.type not in OPERATORS or self.token.type in ("<", ">", "="):
            what = (
                f"'{op.text}{self.token.text * (op.type in OPERATORS)}' does not compare"
                if op.text
                else "nothing is compared"
            )
            hint = f"write one of {' '.join(OPERATORS)}"
            raise Mistake(BAD_CLAIM, what, op.begin, max(op.end, op.begin + 1), hint)
        figure = self.figure()
        if quantity != "memory" and self.in_bytes(figure):
            raise self.no_bytes(quantity, figure)
        while self.token.type == "(":
            self.skip_remark()
        if self.token.type != "end":
            token, hint = self.token, "one comparison a line: expect params = 61.1M"
            raise Mistake(BAD_CLAIM, f"'{token.text}' follows the figure", token.begin, token.end, hint)
        return quantity, targets, op.type, figure

    def listed(self, quantity: str) -> tuple[Reference, ...]:
        """The names in the parentheses behind a quantity, and what its memory is for: `batch=32`."""
        targets: list[Reference] = []
        opening = self.take()
        while (token := self.take()).type not in (")", "end"):
            if quantity == "memory" and self.token.type == "=":
                targets.append(self.setting(token))
                self.refuse_both(targets)
            elif token.type in ("name", "number"):
                targets.append(Reference(token.text, token.begin, token.end))
            elif token.type != ",":
                hint = "write names with commas between them: params(CONV1, CONV2)"
                raise Mistake(BAD_CLAIM, f"'{token.text}' names no layer", token.begin, token.end, hint)
        if not targets:
            hint = "write names: params(CONV1), or leave the parentheses out"
            raise Mistake(BAD_CLAIM, "no name stands between the parentheses", opening.begin, opening.end, hint)
        return tuple(targets)

    def refuse_both(self, targets: list[Reference]) -> None:
        """One memory is for one batch, one dtype, one optimizer."""
        *before, last = targets
        word = last.name.partition("=")[0]
        if any(one.name.startswith(f"{word}=") for one in before):
            raise Mistake(BAD_CLAIM, f"'{word}' is given twice", last.begin, last.end, "keep the one that is meant")

    def setting(self, name: Token) -> Reference:
        """What a memory is for: `batch=32`, `dtype=bfloat16`, `optimizer=adam`; a batch may be a constant."""
        self.at += 1
        value = self.take()
        word, said = name.text.lower(), value.text.lower()
        if word not in SETTINGS:
            hint = did_you_mean(word, tuple(SETTINGS)) or f"write one of {', '.join(SETTINGS)}"
            raise Mistake(BAD_CLAIM, f"memory has no '{name.text}'", name.begin, name.end, hint)
        if word == "batch" and (value.text in self.defined or (said.isascii() and said.isdigit() and len(said) < 16)):
            said = value.text
        elif said not in SETTINGS[word]:
            choices = ", ".join(SETTINGS[word]) or "32, or the name of a constant"
            text = f"'{value.text}' is no {word}" if value.text else f"no {word} follows"
            end = max(value.end, value.begin + 1)
            raise Mistake(BAD_CLAIM, text, value.begin, end, f"write {word}={choices}")
        return Reference(f"{word}={said}", name.begin, value.end)


def is_unit(token: Token) -> bool:
    """Whether a token names a quantity."""
    return token.type == "name" and token.text.lower() in UNITS


GOES_ON = re.compile(r"\s*[*/+%-]")
