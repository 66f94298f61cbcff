"""The part of a line behind its name: kinds, options, flags, postfixes and claims.

Slots are typed: a value is read first and then takes the first open slot it fits; an option belongs to the kind
just before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake, did_you_mean
from cnncalc.faults import DUPLICATE_VALUE, MISSING, NOT_YET, UNEXPECTED, UNKNOWN_KIND, UNKNOWN_NAME
from cnncalc.layers import find
from cnncalc.syntax.expression import Expression, Reader, Step
from cnncalc.syntax.tree import Argument, Body, Use, Written
from cnncalc.syntax.words import (
    ELSEWHERE,
    EXTENT_WORDS,
    FLAGS,
    LATER,
    LATER_OPTIONS,
    NOISE,
    SLIDE_WORDS,
    TENSOR,
    kind_of,
    kind_words,
)

if TYPE_CHECKING:
    from cnncalc.layer import Layer, Parameter
    from cnncalc.syntax.tokens import Token

RULES = frozenset(("same", "valid", "full"))
FILLS = frozenset(("copy", "reflect", "circular"))
VALUE_STARTS = frozenset(("number", "(", "-", "+", "?", "["))


class Arguments:
    """Reads one line's layer and its postfixes from its tokens.

    `defined` are the names the file gives to constants and layers: they win over noise words.
    """

    def __init__(self, tokens: list[Token], defined: frozenset[str]) -> None:
        self.tokens, self.defined, self.at = tokens, defined, 0
        self.uses: list[Use] = []
        self.kind: type[Layer]
        self.arguments: list[Argument] = []
        self.begin = 0
        self.plain = False

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        """The token here; `at` then stands behind it."""
        self.at += 1
        return self.tokens[self.at - 1]

    def read(self, implied: str, given: bool = False) -> Body:
        """The whole part up to the claims; `implied` is the kind that the line's name spells.

        With `given` it is the kind, and the text holds only what follows it.
        """
        keyword = implied if given else self.leading_kind() or self.chosen(implied)
        if not keyword:
            raise self.no_kind()
        self.open(keyword)
        while self.token.type not in ("end", "=>"):
            self.step()
        self.close()
        return Body(tuple(self.uses), self.plain, ())

    def leading_kind(self) -> str:
        """The kind the line begins with, slide words before or behind it."""
        first = self.at
        slide: list[str] = []
        while self.token.type == "name" and self.token.text.lower() in SLIDE_WORDS:
            slide.append(self.take().text)
        keyword = kind_of(self.token.text, *slide) if self.token.type == "name" else ""
        if not keyword:
            self.at = first
            return ""
        word = self.take().text
        behind = self.token.text.lower() if self.token.type == "name" else ""
        if behind in SLIDE_WORDS and kind_of(word, behind) != keyword:
            return kind_of(word, *slide, self.take().text)
        if behind in SLIDE_WORDS and kind_of(word, behind) == keyword:
            self.at += 1
        return keyword

    def chosen(self, implied: str) -> str:
        """The kind that a name implies, changed by a first slide word: `POOL2: avg 2x2`."""
        behind = self.token.text.lower()
        if implied and self.token.type == "name" and behind in SLIDE_WORDS:
            self.at += 1
            return kind_of("pool", behind) if "pool" in implied else implied
        return implied

    def no_kind(self) -> Mistake:
        """Nothing on the line says what it is."""
        token = self.token
        if token.type != "name":
            hint = "start the line with a kind (conv 64 3x3) or a name that begins with one (CONV1: 64 3x3)"
            return Mistake(UNKNOWN_KIND, "the line names no kind of layer", token.begin, token.end + 1, hint)
        behind = self.tokens[self.at + 1]
        hint = did_you_mean(token.text, kind_words())
        if token.text.lower() in ELSEWHERE:
            hint = f"here it is called '{ELSEWHERE[token.text.lower()]}'"
        elif kind := next((k for k in kind_words() if token.text.lower().startswith(k)), ""):
            hint = f"a name ends with a colon: '{token.text}:'" if behind.type != ":" else f"did you mean '{kind}'?"
        return Mistake(UNKNOWN_KIND, f"'{token.text}' is no kind of layer", token.begin, token.end, hint)

    def open(self, keyword: str) -> None:
        """Begin the arguments of a kind, whose word was just taken or is implied."""
        before = self.tokens[max(self.at - 1, 0)]
        kind = find(keyword)
        if kind is None:
            raise Mistake(NOT_YET, f"layers of kind '{keyword}' are not supported yet", before.begin, before.end)
        self.kind, self.arguments, self.begin = kind, [], before.begin

    def close(self) -> None:
        """End the arguments of the kind."""
        end = self.tokens[max(self.at - 1, 0)].end
        self.uses.append(Use(self.kind, tuple(self.arguments), self.begin, max(end, self.begin + 1)))

    def step(self) -> None:
        """Take one argument, flag, noise word, remark or the start of a postfix."""
        token = self.token
        if token.type == ",":
            self.at += 1
        elif token.type == "(" and not self.value_group():
            self.skip_remark()
        elif token.type in VALUE_STARTS or (token.type == "name" and token.text in self.defined | set(TENSOR)):
            self.named_or_positional()
        elif token.type == "name":
            self.word()
        else:
            raise self.unexpected()

    def named_or_positional(self) -> None:
        """A name the file defines is a value, unless it is an option's name at an option's place."""
        if self.token.type == "name" and (parameter := self.option()):
            self.named(parameter)
        else:
            self.positional()

    def option(self) -> Parameter | None:
        """The parameter that the word here names as an option, a flag or a textbook letter."""
        word, equals = self.token.text, self.tokens[self.at + 1].type == "="
        for parameter in self.kind.parameters:
            if equals and word in parameter.letters:
                return parameter
            if word.lower() == parameter.name and (equals or not parameter.positional):
                return parameter
        return None

    def word(self) -> None:
        """A word: an option, a flag, a postfix, `plain`, noise, or a value by its name."""
        lower = self.token.text.lower()
        if parameter := self.option():
            return self.named(parameter)
        if lower in LATER_OPTIONS:
            raise Mistake(NOT_YET, f"'{lower}' is not supported yet", self.token.begin, self.token.end)
        if lower == "plain":
            self.at += 1
            self.plain = True
        elif lower in NOISE:
            self.at += 1
        elif kind_of(lower) or lower in SLIDE_WORDS:
            self.postfix()
        elif lower == "from":
            text = "'from' (a line that reads another than the one above) is not supported yet"
            raise Mistake(NOT_YET, text, self.token.begin, self.token.end)
        elif self.slot(1) and self.looks_computed():
            self.positional()
        elif self.slot(1) and not did_you_mean(self.token.text, self.known()) and not unread_extent(self.token.text):
            text = f"'{self.token.text}' is no word of {self.kind.keyword()} and no constant of the file"
            hint = did_you_mean(self.token.text, tuple(self.defined))
            raise Mistake(UNKNOWN_NAME, text, self.token.begin, self.token.end, hint)
        else:
            raise self.unexpected()

    def looks_computed(self) -> bool:
        """Whether the word here is meant as a value: an operator, `x` or a call touches it, or it misspells one."""
        behind = self.tokens[self.at + 1]
        if not behind.spaced and (behind.type in "(*/%+-x" or behind.type in ("//", "**")):
            return True
        close = did_you_mean(self.token.text, self.known())
        return not close and bool(did_you_mean(self.token.text, tuple(self.defined)))

    def known(self) -> tuple[str, ...]:
        """The words that may stand here."""
        own = (p.name for p in self.kind.parameters if not p.positional)
        return (*own, "plain", *(k for k in kind_words() if k not in LATER))

    def postfix(self) -> None:
        """Begin a postfix: a kind that may follow another on its line."""
        token = self.token
        keyword = self.leading_kind()
        self.close()
        if keyword in LATER or not keyword:
            raise Mistake(NOT_YET, f"layers of kind '{token.text}' are not supported yet", token.begin, token.end)
        self.open(keyword)
        if not self.kind.postfix:
            hint = "give it a line of its own, or part the two with ';'"
            raise Mistake(UNEXPECTED, f"'{token.text}' cannot follow another layer", token.begin, token.end, hint)

    def named(self, parameter: Parameter) -> None:
        """An option with its value, `=` or noise between them; or a flag."""
        token = self.take()
        self.refuse_twice(parameter, token.begin, token.end)
        if self.token.type == "=":
            self.at += 1
        elif parameter.type == "flag":
            return self.arguments.append(Argument(parameter, None, token.begin, token.end))
        while self.token.type == "name" and self.token.text.lower() in NOISE and self.token.text not in self.defined:
            self.at += 1
        if self.token.type in ("end", ",", "=>", ")"):
            text = f"'{parameter.name}' has no value"
            raise Mistake(MISSING, text, token.begin, token.end, f"write '{parameter.name} 1' or leave it out")
        value = self.value(parameter)
        self.arguments.append(Argument(parameter, value, token.begin, value.end))

    def refuse_twice(self, parameter: Parameter, begin: int, end: int) -> None:
        """No parameter is given twice."""
        if any(a.parameter is parameter for a in self.arguments):
            text = f"'{parameter.name}' is given twice"
            raise Mistake(DUPLICATE_VALUE, text, begin, end, "keep the one that is meant")

    def positional(self) -> None:
        """A value without an option: it takes the first open slot it fits."""
        first = self.at
        shape = next((p for p in self.kind.parameters if p.type == "shape"), None)
        value = self.times() or self.value(shape)
        parameter = self.slot(len(value.axes))
        if parameter is None:
            self.at = first
            raise self.no_slot(value)
        self.arguments.append(Argument(parameter, value, value.begin, value.end))

    def slot(self, axes: int) -> Parameter | None:
        """The first open positional parameter for a value of so many axes."""
        taken = [a.parameter for a in self.arguments]
        free = (p for p in self.kind.parameters if p.positional and p not in taken)
        return next((p for p in free if axes == 1 or p.type in ("extents", "shape")), None)

    def no_slot(self, value: Written) -> Mistake:
        """A value for which no slot is left."""
        keyword = self.kind.keyword()
        slots = [f"[{p.unit or p.name}]" for p in self.kind.parameters if p.positional]
        takes = f"{keyword} takes {' '.join(slots)}" if slots else f"{keyword} takes no such value"
        options = [p.name for p in self.kind.parameters if not p.positional and p.type != "flag"]
        hint = f"name what it is: {', '.join(options)}" if options else "remove it"
        return Mistake(DUPLICATE_VALUE, f"one value too many: {takes}", value.begin, value.end, hint)

    def times(self) -> Written | None:
        """`3*3 filters`: plain numbers with `*` between them, directly before filter(s) or kernel(s)."""
        last = self.at
        while self.tokens[last].type == "number" and self.tokens[last + 1].type == "*":
            last += 2
        behind = self.tokens[min(last + 1, len(self.tokens) - 1)].text.lower()
        if last == self.at or self.tokens[last].type != "number" or behind not in EXTENT_WORDS:
            return None
        numbers = self.tokens[self.at : last + 1 : 2]
        self.at = last + 1
        return stars(numbers)

    def value(self, parameter: Parameter | None) -> Written:
        """One value: extents joined by `x`, (start:end) pairs, or a word of padding."""
        if parameter and parameter.type == "pad" and self.token.text.lower() in RULES:
            token = self.take()
            return Written((), " ".join([token.text.lower(), *self.fill()]), token.begin, token.end)
        if parameter and parameter.type == "shape":
            return self.shape()
        pad = parameter is not None and parameter.type == "pad"
        begin = self.token.begin
        axes = [self.axis(pad)]
        while self.token.type == "x":
            self.at += 1
            axes.append(self.axis(pad))
        end = self.tokens[self.at - 1].end
        return Written(tuple(axes), " ".join(self.fill()) if pad else "", begin, end)

    def shape(self) -> Written:
        """A shape: `55x55x96`, `55 * 55 * 96`, `96@55x55`; `?` for an axis is an empty one."""
        bracket, begin = self.token.type == "[", self.token.begin
        self.at += bracket
        axes = [self.extent()]
        first = self.token.type == "@"
        while self.token.type in ("x", "@") or (self.token.type == "*" and self.tokens[self.at + 1].type in "number?"):
            self.at += 1
            axes.append(self.extent())
        end = self.tokens[self.at - 1].end
        if bracket:
            self.expect_closing("]")
        return Written(tuple(axes), "", begin, end, first)

    def extent(self) -> tuple[Expression, ...]:
        """One axis of a shape."""
        token = self.token
        if token.type == "?":
            self.at += 1
            return ()
        if token.type == "number" and self.tokens[self.at + 1].type == "*":
            self.at += 1
            return (literal(token),)
        return (self.expression(),)

    def expect_closing(self, bracket: str) -> None:
        """Take the closing bracket of a shape."""
        if self.take().type != bracket:
            raise Mistake(
                UNEXPECTED, f"'{bracket}' is missing", self.tokens[self.at - 1].begin, self.tokens[self.at - 1].end + 1
            )

    def fill(self) -> list[str]:
        """The fill that may follow a pad."""
        return [self.take().text.lower()] if self.token.text.lower() in FILLS else []

    def axis(self, pad: bool) -> tuple[Expression, ...]:
        """The value on one axis; two of them for `start:end`."""
        first = self.expression()
        if not pad or self.token.type != ":":
            return (first,)
        self.at += 1
        return first, self.expression()

    def expression(self) -> Expression:
        """One expression; it ends at a space."""
        if self.token.type == "?":
            text = "'?' (a number to solve for) is not supported yet"
            raise Mistake(NOT_YET, text, self.token.begin, self.token.end, "write the number")
        reader = Reader(self.tokens, self.at)
        expression = reader.read()
        self.at = reader.at
        return expression

    def value_group(self) -> bool:
        """Whether the parenthesis here is a value: a slot is open, it reads, and its names are known."""
        if not self.slot(1):
            return False
        reader = Reader(self.tokens, self.at)
        try:
            names = reader.read().names
        except Mistake:
            return False
        return names <= self.defined | TENSOR

    def skip_remark(self) -> None:
        """Pass over a remark in parentheses."""
        depth = 0
        while True:
            token = self.take()
            depth += (token.type == "(") - (token.type == ")")
            if depth == 0 or self.token.type == "end":
                return

    def unexpected(self) -> Mistake:
        """A word or sign that has no meaning here, and what may have been meant."""
        token = self.token
        hint = did_you_mean(token.text, self.known()) if token.type == "name" else ""
        if token.type == "//":
            hint = "comments start with '#'"
        elif token.type == ":":
            hint = "a name is one word without spaces: 'CONV1:'"
        elif owner := next((u.kind.keyword() for u in self.uses if takes(u.kind, token.text)), ""):
            hint = f"an option stands behind its kind: write '{token.text}' before what follows {owner}"
        elif token.text.lower() in FLAGS or (token.type == "=" and not hint):
            hint = f"{self.kind.keyword()} has no such option"
        elif token.text.lower() == "x":
            hint = "extents that are no plain numbers take parentheses: (k)x3"
        elif token.text.lower() in ELSEWHERE:
            hint = f"here it is called '{ELSEWHERE[token.text.lower()]}'"
        elif times := unread_extent(token.text):
            hint = f"write '{times}'"
        what = f"'{token.text}' means nothing to {self.kind.keyword()}"
        return Mistake(UNEXPECTED, what, token.begin, max(token.end, token.begin + 1), hint)


def takes(kind: type[Layer], word: str) -> bool:
    """Whether a kind has an option of this name."""
    return any(p.name == word.lower() and not p.positional for p in kind.parameters)


def unread_extent(word: str) -> str:
    """`3xk` and `kx3` as they should be written: `3x(k)`, `(k)x3`."""
    first, _, second = word.partition("x")
    if first.isdigit() and second.isidentifier():
        return f"{first}x({second})"
    return f"({first})x{second}" if first.isidentifier() and second.isdigit() else ""


def stars(numbers: list[Token]) -> Written:
    """Plain numbers joined by `*`, read as extents."""
    axes = tuple((literal(token),) for token in numbers)
    return Written(axes, "", numbers[0].begin, numbers[-1].end)


def literal(token: Token) -> Expression:
    """The expression that is one number."""
    step = Step("number", token.text, 0, token.begin, token.end)
    return Expression((step,), frozenset(), token.begin, token.end)
