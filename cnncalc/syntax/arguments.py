"""The part of a line behind its name: kinds, options, flags, postfixes and claims.

Slots are typed: a value is read first and then takes the first open slot it fits; an option belongs to the kind
just before it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake, did_you_mean
from cnncalc.faults import DUPLICATE_VALUE, MISSING, UNEXPECTED, UNKNOWN_KIND, UNKNOWN_NAME, UNKNOWN_NUMBER
from cnncalc.layer import EVERYWHERE
from cnncalc.layers import ALIASES, find
from cnncalc.syntax.expression import ALONE, BINARY, CALLABLE, Expression, Reader, Step, spelled_out
from cnncalc.syntax.tree import UNKNOWN, Argument, Body, Call, Given, Reference, Use, Written
from cnncalc.syntax.words import (
    ELSEWHERE,
    EXTENT_WORDS,
    FLAGS,
    NOISE,
    OPTIONS_ELSEWHERE,
    POOLS,
    SLIDE_WORDS,
    TENSOR,
    WORDS_ELSEWHERE,
    kind_in,
    kind_of,
    kind_words,
)

if TYPE_CHECKING:
    from cnncalc.layer import Layer, Parameter
    from cnncalc.syntax.tokens import Token
    from cnncalc.syntax.words import Vocabulary

RULES = frozenset(("same", "valid", "full"))
FILLS = frozenset(("copy", "reflect", "circular"))
VALUE_STARTS = frozenset(("number", "(", "-", "+", "?", "["))
AXIS = ("number", "?")
SIDED = ("pad", "range")
"""Types of values that may be written as start:end."""
TYPED = ("shape", "pad", "range", "layer")
"""Types of values that are read in a way of their own where they stand without their name."""
MANY_AXES = ("extents", "shape", "pad", "range")
"""Types of values that may have more than one axis."""
RANGE_END = re.compile(r"(\d+)((?:\.\w+)*)$")
"""The end of a range of names, and what follows the number in each of them."""
OPTIONS = frozenset("stride pad dilation groups in kernel filters units alpha beta size vocab outpad weight".split())
SOLVED = ("filters", "units", "kernel", "stride", "pad", "dilation", "outpad")
"""What `?` may stand for."""
SIGNS = {
    "//": "comments start with '#'", ":": "a name is one word of letters, digits, _ and . before its colon: 'CONV1:'",
    "/": "a stride is written 'stride 2'", "*": "an argument ends at a space: write 32*2 or (32 * 2)",
    "**": "emphasis is dropped around names only", "@": "6@28x28 is a shape: it stands behind INPUT and in claims",
    "\\": "a line goes on behind '\\' only where nothing follows it", ">": "a claim begins with '=>'",
    "|": "the parts of a line are parted by spaces", "[": "claims stand before the name or behind '=>'",
}  # fmt: skip
"""What a sign that means nothing here may have been meant to be."""
REMARK = "a remark stands in parentheses, a comment behind '#'"


class Arguments:
    """Reads one line's layer and its postfixes from its tokens; the names that a file gives win over noise words."""

    def __init__(self, tokens: list[Token], words: Vocabulary) -> None:
        self.tokens, self.words, self.defined, self.at = tokens, words, words.defined, 0
        self.uses: list[Use] = []
        self.origins: list[Reference] = []
        self.call: Call | None = None
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

    def read(self, implied: str, slide: tuple[str, ...] = ()) -> Body:
        """The whole part up to the claims; `implied` is the kind that the line's name spells, after `slide` words."""
        first = self.at
        if self.token.type == "name" and self.token.text in self.words.blocks:
            return self.block()
        keyword = self.leading_kind(*slide) or self.chosen(implied, *slide)
        if not keyword:
            raise self.no_kind()
        return self.rest(keyword, first)

    def rest(self, keyword: str, first: int = 0) -> Body:
        """What follows a kind's words, which begin at the token `first`, up to the claims."""
        self.open(keyword, first)
        while self.token.type not in ("end", "=>"):
            self.step()
        self.close(self.at)
        return self.body()

    def body(self) -> Body:
        """What was read."""
        return Body(tuple(self.uses), self.plain, (), tuple(self.origins), self.call)

    def block(self) -> Body:
        """A call of a block: values, `name=value`, then postfixes."""
        name = self.take()
        self.refuse_bracketed(name)
        given: list[Given] = []
        while self.token.type not in ("end", "=>") and not self.starts_postfix():
            if self.token.type == "(" and not self.known_group():
                self.skip_remark()
            elif self.passed_over():
                self.at += 1
            elif self.token.type == "name" and self.token.text.lower() == "from":
                self.origin()
            else:
                given.append(self.given(given))
        self.call = Call(name.text, tuple(given), name.begin, self.tokens[self.at - 1].end)
        if self.token.type in ("end", "=>"):
            return self.body()
        first = self.at
        keyword = self.leading_kind()
        self.begin_postfix(keyword, first)
        while self.token.type not in ("end", "=>"):
            self.step()
        self.close(self.at)
        return self.body()

    def refuse_bracketed(self, name: Token) -> None:
        """`basic(128, s=2)`: what touches the block's name and reads as arguments is no remark."""
        begin, first = self.token.begin, self.at
        if self.token.type != "(" or self.token.spaced or self.known_group():
            return
        self.skip_remark()
        inside, end = self.tokens[first + 1 : self.at - 1], self.tokens[self.at - 1].end
        self.at = first
        values = all(token.type != "name" or token.text in self.defined for token in inside)
        if inside and (values or any(token.type == "=" for token in inside)):
            plain = "".join(" " if token.type == "," else token.text for token in inside)
            text = f"the arguments of '{name.text}' stand in parentheses"
            raise Mistake(UNEXPECTED, text, begin, end, f"write them behind its name: {name.text} {plain}")

    def passed_over(self) -> bool:
        """Whether a comma or a word of noise stands here."""
        word = self.token.text
        return self.token.type == "," or (word.lower() in NOISE and word not in self.defined and not self.keyed())

    def keyed(self) -> bool:
        """Whether the word here names the parameter that the value behind it is for."""
        return self.token.type == "name" and self.tokens[self.at + 1].type == "="

    def starts_postfix(self) -> bool:
        """Whether the arguments of a call end here: a kind follows that is no value."""
        word = self.token.text
        if self.token.type != "name" or self.keyed() or self.calls() or self.names_value(word):
            return False
        return bool(kind_of(word)) or word.lower() in SLIDE_WORDS

    def given(self, before: list[Given]) -> Given:
        """One argument of a call: a value in its place or behind its name, a kind or a layer by its word."""
        begin, name = self.token.begin, ""
        if self.keyed():
            name = self.take().text
            self.at += 1
        elif any(given.name for given in before):
            hint = "values without a name stand first"
            raise Mistake(UNEXPECTED, f"'{self.token.text}' stands behind a named value", begin, self.token.end, hint)
        if self.token.type in ("end", ",", "=>", ")", "="):
            raise Mistake(MISSING, f"'{name}' has no value", begin, self.tokens[self.at - 1].end, f"write '{name}=1'")
        if self.single():
            token = self.take()
            return Given(name, None, token.text, begin, token.end)
        value = self.expression()
        return Given(name, value, "", begin, value.end)

    def single(self) -> bool:
        """Whether one word stands here that is no number's name: a kind, or a layer."""
        token, behind = self.token, self.tokens[self.at + 1]
        if token.type != "name" or self.names_value(token.text) or self.calls():
            return False
        return behind.spaced or behind.type in ("end", ",", "=>")

    def origin(self) -> None:
        """`from A, B and C`: the layers that the line reads."""
        word = self.take()
        if self.token.type not in ("name", "number"):
            text, hint = "'from' names no layer", "write a layer's name: from CONV3"
            raise Mistake(MISSING, text, word.begin, word.end, hint)
        self.origins.append(self.reference())
        while self.lists_on():
            self.at += 1
            self.origins.append(self.reference())

    def lists_on(self) -> bool:
        """Whether a comma or `and` joins one more name."""
        behind = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        joined = self.token.type == "," or (self.token.type == "name" and self.token.text.lower() == "and")
        return (
            joined
            and behind.type in ("name", "number")
            and (behind.text in self.words.lines or not self.speaks(behind.text))
        )

    def speaks(self, word: str) -> bool:
        """Whether a word behind a comma goes on with the line: a postfix, an option, a flag, noise."""
        lower, kind = word.lower(), find(kind_of(word))
        return (kind is not None and kind.postfix) or lower in (*OPTIONS, *FLAGS, *NOISE, *SLIDE_WORDS, "plain")

    def reference(self) -> Reference:
        """The name of a line above, or of a range of them: `stack0..9.skip`."""
        token = self.take()
        if self.token.type != ".." or self.token.spaced:
            return Reference(token.text, token.begin, token.end)
        self.at += 1
        if self.token.type == "name" and (match := RANGE_END.match(self.token.text)):
            end, begin = self.take(), self.tokens[self.at - 1].begin
            step = Step("number", match[1], 0, begin, begin + len(match[1]))
            last = Expression((step,), frozenset(), begin, step.end)
            return Reference(token.text, token.begin, end.end, last, match[2])
        last = self.expression()
        return Reference(token.text, token.begin, last.end, last)

    def known_group(self) -> bool:
        """Whether the parenthesis here reads as an expression of known names."""
        try:
            return Reader(self.tokens, self.at).read().names <= self.defined | TENSOR
        except Mistake:
            return False

    def slide_words(self) -> tuple[str, ...]:
        """Take the slide words that stand here."""
        first = self.at
        while self.token.type == "name" and self.token.text.lower() in SLIDE_WORDS:
            self.at += 1
        return tuple(token.text for token in self.tokens[first : self.at])

    def leading_kind(self, *slide: str) -> str:
        """The kind the line begins with, slide words before it or, for a pool, behind it."""
        first = self.at
        before = self.slide_words()
        word = self.token.text if self.token.type == "name" else ""
        keyword = kind_of(word, *before)
        if not keyword:
            self.at = first
            return ""
        self.at += 1
        if word.lower() not in POOLS:
            return self.longer(word) or keyword
        return self.behind(word, *before) or kind_of(word, *slide, *before) or keyword

    def longer(self, word: str) -> str:
        """The kind that the word here and the one before it spell together: `leaky relu`."""
        keyword = ALIASES.get(f"{word} {self.token.text}".lower(), "")
        self.at += bool(keyword)
        return keyword

    def behind(self, word: str, *before: str) -> str:
        """The kind of pool that slide words behind it choose: `pool avg 2x2`."""
        first = self.at
        chosen = kind_of(word, *before, *self.slide_words())
        if self.at > first and chosen and self.token.text.lower() not in POOLS:
            return chosen
        self.at = first
        return ""

    def chosen(self, implied: str, *slide: str) -> str:
        """The kind that a name implies, changed by slide words: `POOL2: avg 2x2`."""
        first = self.at
        if implied in POOLS and (words := self.slide_words()):
            if kind := kind_of(implied, *words) or kind_of("pool", *slide, *words) or kind_of("pool", *words):
                return kind
            self.at = first
        return implied

    def no_kind(self) -> Mistake:
        """Nothing on the line says what it is."""
        token, word = self.token, self.token.text.lower()
        if token.type != "name":
            text, hint = (
                "the line names no kind of layer",
                "begin it with a kind (conv 64 3x3) or a name (CONV1: 64 3x3)",
            )
            return Mistake(UNKNOWN_KIND, text, token.begin, max(token.end, token.begin + 1), hint)
        behind = self.tokens[self.at + 1]
        hint = did_you_mean(token.text, [*self.words.blocks, *kind_words()])
        if word in ELSEWHERE:
            hint = f"here it is called '{ELSEWHERE[word]}'"
        elif word in WORDS_ELSEWHERE:
            hint = WORDS_ELSEWHERE[word]
        elif word in SLIDE_WORDS:
            hint = "before a kind it says which pool: avg pool 2x2"
        elif behind.type in ("..", "-") and kind_in(token.text):
            hint = "a range of layers is written CONV2..12:"
        elif behind.type != ":" and kind_in(token.text):
            hint = f"a name ends with a colon: '{token.text}:'"
        elif behind.text.lower() == "from":
            hint = f"a name reads one layer: '{token.text} from A: conv ...'; a join names several: add from A, B"
        elif behind.type == "==":
            hint = f"a constant is written '{token.text} = ...'"
        elif kind := next((k for k in kind_words() if word.startswith(k) and len(k) > 1), ""):
            hint = f"did you mean '{kind}'?"
        begins = "a layer begins with its kind (conv 64 3x3) or a name and a colon (CONV1: 64 3x3)"
        if behind.type == "end":
            begins += f"; to go on from one of this name write 'from {token.text}'"
        hint = hint or begins
        return Mistake(UNKNOWN_KIND, f"'{token.text}' is no kind of layer", token.begin, token.end, hint)

    def open(self, keyword: str, first: int) -> None:
        """Begin the arguments of a kind, whose words were just taken or are implied by the line's name."""
        begin, kind = self.tokens[first].begin, find(keyword)
        if kind is None:
            raise LookupError(keyword)
        self.kind, self.arguments, self.begin = kind, [], begin

    def hand_on(self) -> None:
        """Give a lone value to the required slot behind its own, where another argument says so."""
        given = {argument.parameter.name for argument in self.arguments}
        open_ = [p for p in self.kind.parameters if p.positional and p.required and p.name not in given]
        for at, (parameter, value, begin, end) in enumerate(self.arguments):
            if open_ and value and begin == value.begin and not given.isdisjoint(parameter.yields):
                self.arguments[at] = Argument(open_[0], value, begin, end)

    def close(self, behind: int) -> None:
        """End the arguments of the kind before the token there."""
        self.hand_on()
        if self.kind.joins and not self.arguments and (self.uses or self.call):
            word, end = self.kind.keyword(), max(self.tokens[max(behind - 1, 0)].end, self.begin + 1)
            raise Mistake(MISSING, f"{word} has no number", self.begin, end, f"write the number: {word} 0.17")
        end = self.tokens[max(behind - 1, 0)].end
        names = frozenset().union(*(argument.value.names for argument in self.arguments if argument.value))
        if UNKNOWN in names:
            self.refuse_unknown()
        refers = tuple([referred(a.value) for a in self.arguments if a.value and a.parameter.type == "layer"])
        self.uses.append(Use(self.kind, tuple(self.arguments), names, self.begin, max(end, self.begin + 1), refers))

    def refuse_unknown(self) -> None:
        """`?` stands for numbers that a window or a count of channels has, and for no others."""
        for parameter, value, *_ in self.arguments:
            if value and parameter.name not in SOLVED and UNKNOWN in value.names:
                text = f"'?' cannot stand for the {parameter.name} of {self.kind.keyword()}"
                hint = f"write the number; '?' stands for {', '.join(SOLVED[:-1])} or {SOLVED[-1]}"
                raise Mistake(UNKNOWN_NUMBER, text, value.begin, value.end, hint)

    def step(self) -> None:
        """Take one argument, flag, noise word, remark or the start of a postfix."""
        token = self.token
        if token.type == ",":
            self.at += 1
        elif token.type == "(" and not self.value_group():
            self.skip_remark()
        elif token.type == "-" and self.tokens[self.at + 1].type == ">":
            raise Mistake(UNEXPECTED, "'->' begins no claim", token.begin, token.end + 1, "write '=>'")
        elif self.calls():
            self.positional()
        elif token.type in VALUE_STARTS or (token.type == "name" and self.names_value(token.text)):
            self.named_or_positional()
        elif token.type == "name":
            self.word()
        else:
            raise self.unexpected()

    def calls(self) -> bool:
        """Whether a function is called here: its parenthesis touches its name."""
        behind = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        return self.token.text in CALLABLE and behind.type == "(" and not behind.spaced

    def names_value(self, word: str) -> bool:
        """Whether the word is a constant's, or the tensor's own."""
        return word in self.defined or word in TENSOR

    def named_or_positional(self) -> None:
        """A name the file defines is a value, unless it is an option's name at an option's place."""
        if self.token.type == "name" and (parameter := self.option()):
            self.named(parameter)
        else:
            self.positional()

    def option(self) -> Parameter | None:
        """The parameter that the word here names as an option, a flag or, before `=`, a textbook letter."""
        word, equals = self.token.text.lower(), self.tokens[self.at + 1].type == "="
        for parameter in (*self.kind.parameters, *EVERYWHERE):
            if word == parameter.name and (equals or not parameter.positional or self.spoken(word)):
                return parameter
        if equals and len(word) == 1:
            return next((p for p in self.kind.parameters if word.upper() in p.letters), None)
        return None

    def spoken(self, word: str) -> bool:
        """Whether the name of a positional argument may stand before its value: `lrn size 5`."""
        return word not in NOISE and word not in self.defined

    def word(self) -> None:
        """A word: an option, a flag, a postfix, `plain`, noise, or a value by its name."""
        lower = self.token.text.lower()
        if parameter := self.option():
            self.named(parameter)
        elif lower == "from":
            self.origin()
        elif self.wants_layer():
            self.positional()
        elif lower == "plain" or lower in NOISE:
            self.at += 1
            self.plain |= lower == "plain"
        elif lower in RULES and any(p.positional and p.type == "pad" for p in self.kind.parameters):
            self.positional()
        elif kind_of(lower) or lower in SLIDE_WORDS:
            self.postfix()
        elif self.slot(1) and self.looks_computed():
            self.positional()
        else:
            raise self.unexpected()

    def wants_layer(self) -> bool:
        """Whether the name of a layer is asked for here: `share trunk`."""
        slot = self.slot(1)
        return slot is not None and slot.type == "layer"

    def looks_computed(self) -> bool:
        """Whether the word here is meant as a value: an operator, `x` or a call touches it, or it misspells one."""
        behind = self.tokens[self.at + 1]
        if not behind.spaced and (behind.type in "(*/%+-x" or behind.type in ("//", "**")):
            return True
        close = did_you_mean(self.token.text, self.known())
        return not close and bool(did_you_mean(self.token.text, self.defined))

    def known(self) -> tuple[str, ...]:
        """The words that may stand here."""
        own = (p.name for p in (*self.kind.parameters, *EVERYWHERE) if not p.positional)
        return (*own, "plain", *(k for k in kind_words() if len(k) > 2))

    def postfix(self) -> None:
        """Begin a postfix: a kind that may follow another on its line."""
        first = self.at
        keyword = self.leading_kind()
        if not keyword:
            raise self.unexpected()
        self.close(first)
        self.begin_postfix(keyword, first)

    def begin_postfix(self, keyword: str, first: int) -> None:
        """Begin a postfix of this kind; its words begin at the token `first`."""
        token = self.tokens[first]
        self.open(keyword, first)
        if not self.kind.postfix:
            hint = "give it a line of its own, or part the two with ';'"
            raise Mistake(UNEXPECTED, f"'{token.text}' cannot follow another layer", token.begin, token.end, hint)

    def named(self, parameter: Parameter) -> None:
        """An option with its value, `=` or noise between them; or a flag."""
        token = self.take()
        self.refuse_twice(parameter, token)
        equals = self.token.type == "="
        if parameter.type == "flag":
            if equals:
                hint = f"write '{parameter.name}' alone, or leave it out"
                raise Mistake(UNEXPECTED, f"'{parameter.name}' takes no value", token.begin, token.end, hint)
            return self.arguments.append(Argument(parameter, None, token.begin, token.end))
        self.at += equals
        while self.passed_over() and self.token.type == "name":
            self.at += 1
        if parameter.type != "layer" and self.valueless():
            text, hint = f"'{token.text}' has no value", f"write '{token.text} 1' or leave it out"
            if parameter.positional:
                hint = f"write '{token.text}=3', or the number alone"
            raise Mistake(MISSING, text, token.begin, token.end, hint)
        value = self.value(parameter)
        self.arguments.append(Argument(parameter, value, token.begin, value.end))

    def valueless(self) -> bool:
        """Whether no value stands here: the line ends, or another word of the language follows."""
        if self.token.type != "name" or self.names_value(self.token.text) or self.calls():
            return self.token.type in ("end", ",", "=>", ")")
        lower = self.token.text.lower()
        return bool(self.option() or lower in FLAGS or kind_of(lower))

    def refuse_twice(self, parameter: Parameter, token: Token) -> None:
        """No parameter is given twice."""
        if any(a.parameter is parameter for a in self.arguments):
            kernel = next((p for p in self.kind.parameters if "F" in p.letters and p is not parameter), None)
            hint = "keep the one that is meant"
            if kernel and token.text in ("K", "k"):
                hint = f"K counts the {parameter.name}; the {kernel.name} is F"
            raise Mistake(DUPLICATE_VALUE, f"'{parameter.name}' is given twice", token.begin, token.end, hint)

    def positional(self) -> None:
        """A value without an option: it takes the first open slot it fits."""
        first = self.at
        typed = next((p for p in self.kind.parameters if p.positional and p.type in TYPED), None)
        if self.token.type == "[" and (typed is None or typed.type != "shape"):
            raise self.unexpected()
        value = self.times() or self.value(typed)
        parameter = self.slot(len(value.axes))
        if parameter is None:
            self.at = first
            raise self.no_slot(value)
        self.arguments.append(Argument(parameter, value, value.begin, value.end))

    def slot(self, axes: int) -> Parameter | None:
        """The first open positional parameter for a value of so many axes."""
        taken = [a.parameter for a in self.arguments]
        free = (p for p in self.kind.parameters if p.positional and p not in taken)
        return next((p for p in free if axes <= 1 or p.type in MANY_AXES), None)

    def no_slot(self, value: Written) -> Mistake:
        """A value for which no slot is left."""
        keyword = self.kind.keyword()
        slots = [f"[{p.unit or p.name}]" for p in self.kind.parameters if p.positional]
        takes = f"{keyword} takes {' '.join(slots)}" if slots else f"{keyword} takes no such value"
        options = [p.name for p in self.kind.parameters if not p.positional and p.type != "flag"]
        hint = f"name what it is: {', '.join(options)}" if options else "remove it"
        if any(p.type == "shape" for p in self.kind.parameters):
            hint = "the axes of a shape are joined by 'x': 227x227x3"
        elif kernel := next((p.name for p in self.kind.parameters if p.type == "extents" and p.positional), ""):
            hint += f"; a {kernel} is joined by 'x': 3x3"
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
        if parameter and parameter.type in ("shape", "rows"):
            return self.shape() if parameter.type == "shape" else self.rows()
        if parameter and parameter.type == "layer":
            return self.layer_name()
        if parameter and parameter.type == "pad" and self.token.text.lower() in FILLS:
            self.refuse_lone_fill()
        pad, begin = parameter is not None and parameter.type in SIDED, self.token.begin
        axes = [self.axis(pad)]
        while self.token.type == "x":
            self.at += 1
            axes.append(self.axis(pad))
        end = self.tokens[self.at - 1].end
        filled = parameter is not None and parameter.type == "pad"
        return Written(tuple(axes), " ".join(self.fill()) if filled else "", begin, end)

    def layer_name(self) -> Written:
        """The name of a layer as a value."""
        token = self.token
        if token.type not in ("name", "number"):
            text = f"'{token.text}' names no layer" if token.text else "no layer is named here"
            hint = "write the name of a line above"
            raise Mistake(UNEXPECTED, text, token.begin, max(token.end, token.begin + 1), hint)
        self.at += 1
        return Written((), token.text, token.begin, token.end)

    def refuse_lone_fill(self) -> None:
        """A fill says with what, behind how many; a name that the file defines is no fill."""
        token = self.token
        if token.text not in self.defined:
            hint = f"a fill follows its pad: 1 {token.text.lower()}"
            raise Mistake(MISSING, f"no cells stand before '{token.text}'", token.begin, token.end, hint)

    def rows(self) -> Written:
        """Rows of indices: a comma joins them (`0, 1` is one row) and groups no digits, spaces part `0,1,2 1,2,3`."""
        begin = self.token.begin
        rows: list[list[Token]] = []
        while self.token.type == "number" or (self.token.type == "," and rows and not self.token.spaced):
            joined = self.tokens[self.at - 1].type == "," and rows
            if self.token.type == "number" and not joined and (self.token.spaced or not rows):
                rows.append([])
            rows[-1].append(self.take())
        if not rows:
            hint = "write the input maps of each filter: connect 0,1,2 1,2,3"
            raise Mistake(MISSING, "no rows of indices stand here", begin, max(self.token.end, begin + 1), hint)
        axes = tuple(tuple(index for token in row for index in indices(token)) for row in rows)
        return Written(axes, "", begin, self.tokens[self.at - 1].end)

    def shape(self) -> Written:
        """A shape: `55x55x96`, `55 * 55 * 96`, `96@55x55`; `?` for an axis is an empty one."""
        bracket, begin = self.token.type == "[", self.token.begin
        self.at += bracket
        axes = self.starred() or [self.extent()]
        first = self.token.type == "@"
        while self.token.type == "x" or (self.token.type == "@" and len(axes) == 1):
            self.at += 1
            axes.append(self.extent())
        if self.token.type == "@":
            hint = "channels stand first and once: 96@55x55"
            raise Mistake(
                UNEXPECTED, "'@' stands behind the number of channels", self.token.begin, self.token.end, hint
            )
        tokens = len(axes) == 1 and self.token.text.lower() == "tokens"
        self.at += tokens
        end = self.tokens[self.at - 1].end
        if bracket:
            self.expect_closing()
        return Written(tuple(axes), "tokens" if tokens else "", begin, end, first)

    def starred(self) -> list[tuple[Expression, ...]]:
        """The axes of a shape of plain numbers (or `?`) joined by `*`, if one stands here."""
        last = self.at
        while self.tokens[last].type in AXIS and self.tokens[last + 1].type == "*":
            last += 2
        if last == self.at or self.tokens[last].type not in AXIS or not self.ends_shape(self.tokens[last + 1]):
            return []
        axes: list[tuple[Expression, ...]] = []
        axes += [(literal(t),) if t.type == "number" else () for t in self.tokens[self.at : last + 1 : 2]]
        self.at = last + 1
        return axes

    def ends_shape(self, token: Token) -> bool:
        """Whether a product of plain numbers that ends before this token can be a shape."""
        return token.type in ("end", ",", "]", "=>", "(", "name") and token.text not in BINARY

    def extent(self) -> tuple[Expression, ...]:
        """One axis of a shape."""
        if self.token.type != "?":
            return (self.expression(),)
        self.at += 1
        return ()

    def expect_closing(self) -> None:
        """Take the closing bracket of a shape."""
        token = self.take()
        if token.type != "]":
            end = max(token.end, token.begin + 1)
            hint = "the axes of a shape are joined by 'x': [55x55x96]"
            raise Mistake(UNEXPECTED, f"'{token.text or 'nothing'}' stands in a shape", token.begin, end, hint)

    def fill(self) -> list[str]:
        """The fill that may follow a pad."""
        return [self.take().text.lower()] if self.token.text.lower() in FILLS else []

    def axis(self, pad: bool) -> tuple[Expression, ...]:
        """The value on one axis; two of them for `start:end`."""
        first = self.number()
        if not pad or self.token.type != ":":
            return (first,)
        self.at += 1
        second = self.number()
        if self.token.type == ":":
            hint = "write start:end, for a pad on each axis: pad 0:1x2:3"
            raise Mistake(UNEXPECTED, "more than two ends are joined by ':'", self.token.begin, self.token.end, hint)
        return first, second

    def number(self) -> Expression:
        """One expression, or `?` by itself for a number to solve for."""
        if self.token.type != "?":
            return self.expression()
        token = self.take()
        if not self.token.spaced and self.token.text in BINARY:
            raise Mistake(UNKNOWN_NUMBER, "'?' cannot stand in an expression", token.begin, token.end, ALONE)
        step = Step("name", UNKNOWN, 0, token.begin, token.end)
        return Expression((step,), frozenset((UNKNOWN,)), token.begin, token.end)

    def expression(self) -> Expression:
        """One expression; it ends at a space."""
        if self.token.type == "?":
            text, hint = (
                "'?' cannot stand here",
                "write the number; '?' stands for one of a layer's own: conv 8 3x3 pad ?",
            )
            raise Mistake(UNKNOWN_NUMBER, text, self.token.begin, self.token.end, hint)
        reader = Reader(self.tokens, self.at)
        expression = reader.read()
        self.at = reader.at
        return expression

    def value_group(self) -> bool:
        """Whether the parenthesis here is a value: a slot is open, it reads, and its names are known or nearly so."""
        if not self.slot(1):
            return False
        reader = Reader(self.tokens, self.at)
        try:
            names = reader.read().names - TENSOR - self.defined
        except Mistake:
            return False
        return all(did_you_mean(name, self.defined) for name in names)

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
        token, keyword = self.token, self.kind.keyword()
        end = max(token.end, token.begin + 1)
        hint = self.meant() if token.type == "name" else SIGNS.get(token.text, REMARK)
        if not hint and self.slot(1):
            text = f"'{token.text}' is no word of {keyword} and no constant of the file"
            hint = did_you_mean(token.text, self.defined) or f"a constant has a line of its own: {token.text} = 64"
            return Mistake(UNKNOWN_NAME, text, token.begin, end, hint)
        if token.text == "=" and self.at:
            before = self.tokens[self.at - 1]
            hint = "a claim begins with '=>'"
            if before.type == "name" and not kind_of(before.text):
                hint = f"{keyword} has no option '{before.text}'"
        what = f"'{token.text}' means nothing to {keyword}"
        return Mistake(UNEXPECTED, what, token.begin, end, hint or self.options_known())

    def options_known(self) -> str:
        """What the kind takes besides its values."""
        options = [p.name for p in self.kind.parameters if not p.positional]
        return (
            f"{self.kind.keyword()} knows {', '.join(options)}" if options else f"{self.kind.keyword()} has no options"
        )

    def meant(self) -> str:
        """What a word that means nothing here may have been meant to be."""
        word = self.token.text.lower()
        if self.token.text in self.words.blocks:
            return "a block is called on a line of its own"
        if owner := next((use.kind.keyword() for use in self.uses if takes(use.kind, word)), ""):
            return f"an option stands behind its kind: write '{self.token.text}' before what follows {owner}"
        if word in OPTIONS_ELSEWHERE:
            return OPTIONS_ELSEWHERE[word]
        if word in ELSEWHERE:
            return f"here it is called '{ELSEWHERE[word]}'"
        if word in SLIDE_WORDS:
            return "it says which pool: max pool, pool avg"
        if word in FLAGS or word in OPTIONS:
            return f"{self.kind.keyword()} has no such option"
        if word == "x":
            return "extents that are no plain numbers take parentheses: (k)x3"
        if word[0] == "x" and not self.token.spaced:
            return f"write 'x({self.token.text[1:]})'"
        times = spelled_out(self.token.text, self.defined)
        close = f"write '{times}'" if times else did_you_mean(self.token.text, self.known())
        if (self.kind.joins or self.kind.role == "gives") and not close:
            return f"{self.kind.keyword()} names its layers behind 'from': {self.kind.keyword()} from {self.token.text}"
        return close


def referred(written: Written) -> Reference:
    """The layer that a value names."""
    return Reference(written.word, written.begin, written.end)


def takes(kind: type[Layer], word: str) -> bool:
    """Whether a kind has an option of this name."""
    return any(p.name == word.lower() and not p.positional for p in kind.parameters)


def stars(numbers: list[Token]) -> Written:
    """Plain numbers joined by `*`, read as extents."""
    axes = tuple((literal(token),) for token in numbers)
    return Written(axes, "", numbers[0].begin, numbers[-1].end)


def indices(token: Token) -> list[Expression]:
    """The numbers of one token, each by itself; the comma between two rows' indices is none."""
    parts = [part for part in token.text.split(",") if part]
    steps = [Step("number", part, 0, token.begin, token.end) for part in parts]
    return [Expression((step,), frozenset(), token.begin, token.end) for step in steps]


def literal(token: Token) -> Expression:
    """The expression that is one number."""
    step = Step("number", token.text, 0, token.begin, token.end)
    return Expression((step,), frozenset(), token.begin, token.end)
