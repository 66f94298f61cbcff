"""The recipe of `train:`: what it says, by the thing it says it of, and the words that mean nothing.

    train: batch 128, sgd momentum 0.9, lr 1e-2, decay 5e-4, epochs 90, schedule steps 30 60, loss cross_entropy

A recipe is a row of terms, a word or two and what belongs to it, in any order. Commas, colons, equals signs, brackets
and words like `of` are free, and so are capitals, dashes and underscores within a word. docs/training.md lists them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

FREE = frozenset(("a", "and", "at", "augment", "by", "in", "of", "optimizer", "the", "to", "with"))
"""Words that say nothing."""
LONGEST = 3
"""How many words a term has at most."""
DIGITS = 30
"""How long a number is at most."""
MANY = 64
"""How many numbers a term has at most."""
MOST = 1e9
"""Numbers are below this one, where nothing else bounds them."""
FAULTS = 20
"""After so many faults a recipe is read no further."""
SHOWN = 40
"""How much of a word a message shows."""


class Numbers(NamedTuple):
    """The numbers behind a word: how many, whole or not, from `low` on and below `high`; `above`: not `low` itself."""

    least: int = 1
    most: int = 1
    low: float = 0
    high: float = MOST
    above: bool = False
    whole: bool = False


NONE = Numbers(0, 0)
COUNT = Numbers(low=1, whole=True)
POSITIVE = Numbers(above=True)
SHARE = Numbers(high=1)
PART = Numbers(high=1, above=True)
ANY = Numbers(0, MANY, low=float("-inf"))


class Term(NamedTuple):
    """One thing that a recipe says: how it is called, also otherwise, and the numbers behind it.

    With `words` one of them follows, and the numbers behind that are the word's. `example` is a right way to write it;
    `extra` what to do about a number too many. `epochs`: the numbers are epochs, and that word may follow them.
    `names`: all words up to the next comma belong to it.
    """

    name: str
    others: str = ""
    numbers: Numbers = NONE
    example: str = ""
    words: tuple[Term, ...] = ()
    extra: str = ""
    epochs: bool = False
    names: bool = False


LOSSES = (
    Term("cross_entropy", "nll|ce|categorical_crossentropy|sparse_categorical_crossentropy"),
    Term("bce", "bce_with_logits|binary_cross_entropy|binary_cross_entropy_with_logits"),
    Term("mse", "l2|mean_squared_error|squared_error"),
    Term("l1", "mae|mean_absolute_error"),
    Term("huber", "smooth_l1"),
)
"""The losses by the name of the part that works them out, each with its other names; those of PyTorch and Keras that
read probabilities and those that read scores are one: what the network ends in says which it is."""
SCHEDULES = (
    Term("constant", "none|fixed"),
    Term("plateau", extra="write 'factor 0.1' or 'patience 10' for it"),
    Term("steps", "multistep", COUNT._replace(most=MANY), "schedule steps 30 60", epochs=True),
    Term("step", "", COUNT._replace(least=0), extra="write 'schedule steps' with all of them", epochs=True),
    Term("cosine", extra="write 'epochs' for its length"),
    Term("exponential", extra="write 'factor 0.95' for it"),
    Term("poly", "polynomial", POSITIVE._replace(least=0)),
    Term("linear"),
)
INITS = (Term("he", "kaiming"), Term("xavier", "glorot"), Term("normal", "gaussian", POSITIVE._replace(least=0)))
OPTIMIZERS = ("sgd", "adam", "adamw", "rmsprop", "adadelta")
"""The optimizers by the names of their parts; `storage.OPTIMIZERS` tells them with momentum from those without."""
BIAS = Numbers(low=-1e9)
TERMS = (
    Term("batch", "batch size|minibatch", COUNT, "batch 128"),
    Term("epochs", "", COUNT, "epochs 90"),
    Term("lr", "learning rate|rate", POSITIVE, "lr 0.1"),
    *(Term(name, extra="say what it is of: 'lr 0.1'") for name in OPTIMIZERS),
    Term("momentum", "", SHARE._replace(least=0)),
    Term("nesterov", "nesterov momentum", PART._replace(least=0)),
    Term("beta1", "", SHARE, "beta1 0.9"),
    Term("beta2", "", SHARE, "beta2 0.999"),
    Term("alpha", "rho", SHARE, "alpha 0.99"),
    Term("eps", "epsilon", POSITIVE, "eps 1e-8"),
    Term("decay", "weight decay", Numbers(), "decay 5e-4"),
    Term("schedule", "lr schedule", words=SCHEDULES),
    Term("factor", "gamma", PART, "factor 0.1"),
    Term("patience", "", Numbers(whole=True), "patience 10", epochs=True),
    Term("warmup", "warm up", Numbers(), "warmup 5", epochs=True),
    Term("smoothing", "label smoothing", SHARE, "smoothing 0.1"),
    Term("clip", "clip norm|clip gradients|gradient clipping", POSITIVE, "clip 1"),
    Term("loss", words=LOSSES),
    Term("init", words=INITS),
    Term("bias", "", BIAS, "bias 0.1", names=True),
    Term("paper init", words=INITS),
    Term("paper bias", "", BIAS, "paper bias 1", names=True),
    Term("crop", "", COUNT._replace(least=0)),
    Term("flip", "mirror"),
    Term("accumulate", "accumulation", COUNT, "accumulate 4"),
    Term("seed", "", Numbers(whole=True), "seed 1"),
)
MOMENTUM = "0.9"
"""A momentum that is said without a number."""


def spelled(word: str) -> str:
    """A word however it is written: CrossEntropy, cross-entropy and cross_entropy are one."""
    return "".join([char for char in word.lower() if char.isalnum()])


@lru_cache(maxsize=8)
def called(terms: tuple[Term, ...]) -> Mapping[str, Term]:
    """Terms by all that they are called."""
    return {spelled(call): term for term in terms for call in (term.name, *term.others.split("|")) if call}


class Said(NamedTuple):
    """What a recipe says of one thing: the word that follows it, as written and by its first name; its numbers.

    It stands at `[begin, end)` of the recipe. `names` are the words up to the next comma, where they belong to it.
    """

    word: str
    choice: str
    numbers: tuple[str, ...]
    begin: int
    end: int
    names: tuple[str, ...] = ()


class Fault(NamedTuple):
    """What is wrong at `[begin, end)` of a recipe, and what to write."""

    message: str
    hint: str
    begin: int
    end: int


class Token(NamedTuple):
    """A number, a word, a stop or anything else, at `[begin, end)`."""

    kind: str
    text: str
    begin: int
    end: int


class Recipe:
    """What a recipe says, by the names of the terms, and its faults."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.said: dict[str, Said] = {}
        self.faults: list[Fault] = []
        Reader(self, tokens(text)).read()

    def __contains__(self, name: str) -> bool:
        return name in self.said

    def number(self, name: str, default: str = "") -> str:
        """The first number of a term, as Python writes it; the default where there is none."""
        said = self.said.get(name)
        return said.numbers[0] if said and said.numbers else default

    def choice(self, name: str, default: str = "") -> str:
        """The word of a term by its first name; the default where it is not said, or not known."""
        return self.said[name].choice if name in self.said else default

    @property
    def batch(self) -> int:
        """The samples of a step; 0 where it names none."""
        return int(self.number("batch", "0"))

    @property
    def loss(self) -> str:
        """The loss as it is written; nothing where it names none."""
        return self.said["loss"].word if "loss" in self.said else ""

    @property
    def optimizer(self) -> str:
        """The optimizer that it names; nothing for none."""
        named = next((name for name in OPTIMIZERS if name in self.said), "")
        return named or ("sgd" if {"momentum", "nesterov"} & self.said.keys() else "")

    @property
    def momentum(self) -> str:
        """The momentum, Nesterov's or not; nothing where it names none."""
        fast = bool({"momentum", "nesterov"} & self.said.keys())
        return self.number("momentum", self.number("nesterov", MOMENTUM)) if fast else ""

    @property
    def state(self) -> str:
        """The optimizer, as its state has it: momentum for SGD with one, or with Nesterov's."""
        fast = bool(float(self.momentum or 0))
        held = {"sgd": "momentum", "rmsprop": "rmsprop_momentum"} if fast else {}
        return held.get(self.optimizer, self.optimizer)


@lru_cache(maxsize=64)
def recipe(text: str) -> Recipe:
    """What the recipe of a spec says."""
    return Recipe(text)


@lru_cache(maxsize=1)
def chunk() -> re.Pattern[str]:
    """A stop, a number whose thousands are parted by commas, or all up to the next space, comma or the like."""
    return re.compile(r"[,;]|\d{1,3}(?:,\d{3})+(?![^\s,;=:()\[\]])|[^\s,;=:()\[\]]+")


def tokens(text: str) -> list[Token]:
    """A recipe in its words and numbers; what says nothing is left out."""
    found = (Token(kind(m[0]), m[0], m.start(), m.end()) for m in chunk().finditer(text))
    return [token for token in found if token.text.lower() not in FREE]


def kind(text: str) -> str:
    """stop, word, number or other."""
    if text in (",", ";"):
        return "stop"
    if text[0].isalpha():
        return "word" if text.replace("-", "").replace("_", "").isalnum() else "other"
    return "number" if numeric(text.replace(",", "")) else "other"


def numeric(text: str) -> bool:
    """Whether a text is a decimal number."""
    if len(text) > DIGITS:
        return text.isascii() and text.lstrip("+-").replace(".", "", 1).isdecimal()
    try:
        return set(text) <= set("0123456789+-.eE") and float(text) < float("inf")
    except ValueError:
        return False


def literal(text: str) -> str:
    """A decimal number as Python and its formatters write it: 7 for 007, 0.5 for .5, 1e-2 for 1E-2."""
    mantissa, mark, exponent = text.lower().partition("e")
    sign = "-" * mantissa.startswith("-")
    whole, point, part = mantissa.lstrip("+-").partition(".")
    whole = whole.lstrip("0") or "0"
    return f"{sign}{whole}{point}{part or '0' * len(point)}{mark}{exponent.replace('+', '')}"


class Reader:
    """Reads a recipe term by term."""

    def __init__(self, recipe: Recipe, tokens: list[Token]) -> None:
        self.recipe, self.tokens, self.at = recipe, tokens, 0

    def read(self) -> None:
        """Every term; what is none is a fault, and what follows is read on until there are too many."""
        while self.at < len(self.tokens) and len(self.recipe.faults) < FAULTS:
            first = self.tokens[self.at]
            term, count = self.known(TERMS)
            self.at += count or 1
            if term:
                self.take(term, first)
            elif first.kind == "number":
                self.stray(first)
            elif first.kind != "stop":
                self.fault(f"a recipe knows no '{shown(first.text)}'", instead(first.text), first, first)
                self.skip()

    def known(self, terms: tuple[Term, ...], at: int = -1) -> tuple[Term | None, int]:
        """The term that the longest run of words from here on is, and how many they are."""
        words, run = called(terms), []
        begin = self.at if at < 0 else at
        for token in self.tokens[begin : begin + LONGEST]:
            if token.kind != "word" or len(token.text) > SHOWN:
                break
            run.append(spelled(token.text))
        for count in range(len(run), 0, -1):
            if "".join(run[:count]) in words:
                return words["".join(run[:count])], count
        return None, 0

    def ahead(self, at: int) -> str:
        """What kind of token stands at a place; nothing behind the last."""
        return self.tokens[at].kind if at < len(self.tokens) else ""

    def turned(self, at: int) -> int:
        """How many words a term has that stands behind its number, as in `90 epochs`; 0 for none."""
        term, count = self.known(TERMS, at + 1)
        return count if term and term.numbers.least and self.ahead(at + 1 + count) != "number" else 0

    def stray(self, token: Token) -> None:
        """A number that belongs to no term; one that stands before its term is a fault with it."""
        count = self.turned(self.at - 1)
        if not count:
            text = f"the number {shown(token.text)} belongs to nothing"
            self.fault(text, "write what it is of: 'epochs 90'", token, token)
            return
        self.at += count
        last = self.tokens[self.at - 1]
        word = " ".join(each.text for each in self.tokens[self.at - count : self.at])
        text = f"the number {shown(token.text)} stands before '{word}'"
        self.fault(text, f"write '{word} {shown(token.text)}'", token, last)

    def fault(self, message: str, hint: str, first: Token, last: Token) -> None:
        """Note what is wrong."""
        self.recipe.faults.append(Fault(message, hint, first.begin, last.end))

    def take(self, term: Term, first: Token) -> None:
        """A term with what belongs to it."""
        right = len(self.recipe.faults)
        begin = self.at
        chosen = self.chosen(term, first) if term.words else term
        word = self.recipe.text[self.tokens[begin].begin : self.tokens[self.at - 1].end] if self.at > begin else ""
        numbers = self.numbers(chosen, term.name if chosen is term else f"{term.name} {chosen.name}", first)
        names = self.names() if term.names else ()
        last = self.tokens[self.at - 1]
        if term.name not in self.recipe.said:
            choice = "" if chosen is term else chosen.name
            self.recipe.said[term.name] = Said(word, choice, numbers, first.begin, last.end, names)
        elif len(self.recipe.faults) == right:
            self.fault(f"'{term.name}' is said twice", "leave one of them out", first, last)

    def chosen(self, term: Term, first: Token) -> Term:
        """The word behind a term; for one that is not known, or none, a term without a name."""
        word, count = self.known(term.words)
        self.at += count
        if word:
            return word
        listed = "write one of " + ", ".join(each.name for each in term.words)
        if self.ahead(self.at) in ("word", "other") and not self.known(TERMS)[0]:
            token = self.tokens[self.at]
            self.at += 1
            self.fault(f"no {term.name} is called '{shown(token.text)}'", listed, first, token)
        else:
            self.fault(f"'{term.name}' names none", listed, first, first)
        return Term("", numbers=ANY)

    def numbers(self, term: Term, name: str, first: Token) -> tuple[str, ...]:
        """The numbers behind a term, as many as belong to it; one too many or too few is a fault."""
        begin, taken = self.at, list[str]()
        count = 0
        while count < term.numbers.most and self.number_next(count, term.epochs):
            token = self.tokens[self.at]
            parts = token.text.split(",") if term.numbers.most > 1 else [token.text.replace(",", "")]
            self.at, count = self.at + 1, count + len(parts)
            taken += [text for part in parts if (text := self.fitting(term, name, part, token))]
        if term.epochs and count and self.epochs_next():
            self.at += 1
        if count < term.numbers.least:
            self.missing(term, name, first)
        elif self.ahead(self.at) == "number" and not self.turned(self.at):
            self.surplus(term, name, first, self.at - begin)
        return tuple(taken)

    def number_next(self, count: int, epochs: bool) -> bool:
        """Whether a number follows that is no other term's; behind another one a comma may stand before it."""
        comma = bool(count and self.ahead(self.at) == "stop")
        others = count and (comma or not epochs) and self.turned(self.at + comma)
        if self.ahead(self.at + comma) != "number" or others:
            return False
        self.at += comma
        return True

    def epochs_next(self) -> bool:
        """Whether the word `epochs` follows as a unit, without a number of its own."""
        near = self.ahead(self.at) == "word" and spelled(self.tokens[self.at].text) in ("epoch", "epochs")
        return near and self.ahead(self.at + 1) != "number"

    def missing(self, term: Term, name: str, first: Token) -> None:
        """A term without its number; a word that stands in its place is part of the fault."""
        last = self.tokens[self.at - 1]
        text = f"'{name}' has no number"
        if self.ahead(self.at) in ("word", "other") and not self.known(TERMS)[0]:
            last = self.tokens[self.at]
            self.at += 1
            text = f"'{name}' takes a number, not '{shown(last.text)}'"
        self.fault(text, f"write it behind: '{term.example}'", first, last)

    def surplus(self, term: Term, name: str, first: Token, had: int) -> None:
        """More numbers behind a term than belong to it."""
        begin = self.at
        self.skip()
        most = f"{term.numbers.most or 'no'} number{'s' * (term.numbers.most > 1)}"
        text = f"'{name}' takes {most}, {self.at - begin + had} stand{'s' * (self.at - begin + had == 1)} behind it"
        extra = shown(self.tokens[begin].text)
        self.fault(text, term.extra or f"leave out {extra}, or say what it is of", first, self.tokens[self.at - 1])

    def skip(self) -> None:
        """Go on behind the numbers that stand here and belong to what has its fault already."""
        while self.ahead(self.at) == "number" and not self.turned(self.at):
            self.at += 1

    def fitting(self, term: Term, name: str, text: str, token: Token) -> str:
        """A number as Python writes it, if the term takes it; of one it does not the whole ones are kept."""
        wrong, hint = unfit(term.numbers, text)
        if wrong:
            said = text if len(text) <= DIGITS else "..."
            self.fault(f"'{name} {said}' {wrong}", hint, token, token)
            return literal(text[:DIGITS]) if text.isdecimal() else ""
        return literal(text)

    def names(self) -> tuple[str, ...]:
        """The words up to the next comma, as they stand in the text."""
        begin = self.tokens[self.at - 1].end
        while self.ahead(self.at) not in ("stop", ""):
            self.at += 1
        end = self.tokens[self.at].begin if self.ahead(self.at) else len(self.recipe.text)
        return tuple(chunk().findall(self.recipe.text[begin:end]))


def unfit(numbers: Numbers, text: str) -> tuple[str, str]:
    """Why a number is none of these, and what to write; nothing where it is one."""
    if len(text) > DIGITS:
        return f"has {len(text):,} digits", f"write {DIGITS} at most"
    value, low, high = float(text), f"{numbers.low:,.0f}", f"{numbers.high:,.0f}"
    sort = "a whole number" if numbers.whole else "a number"
    hint = f"write {sort} " + bounds(numbers)
    if numbers.whole and not text.lstrip("+").isdecimal():
        return "is no whole number", hint
    if value < numbers.low or (numbers.above and value == numbers.low):
        return f"is not above {low}" if numbers.above else f"is below {low}", hint
    return ("", "") if value < numbers.high else (f"is not below {high}", hint)


def bounds(numbers: Numbers) -> str:
    """Between which bounds numbers are: above 0, from 0 to below 1."""
    low, limited = f"{numbers.low:,.0f}", numbers.high != MOST
    if numbers.above:
        return f"above {low}" + f" and below {numbers.high:,.0f}" * limited
    return f"from {low}" + (f" to below {numbers.high:,.0f}" if limited else " on")


def shown(word: str) -> str:
    """A word as a message shows it: its beginning, and nothing that steers a screen."""
    clean = "".join([char if char.isprintable() else "?" for char in word[:SHOWN]])
    return clean + "..." * (len(word) > SHOWN)


def instead(word: str) -> str:
    """What to write for a word that begins no term."""
    from cnncalc.diagnostic import did_you_mean

    if len(word) <= SHOWN:
        for term in TERMS:
            found = called(term.words).get(spelled(word))
            if found:
                return f"write '{term.name} {found.name}'"
    return did_you_mean(word, calls()) or "docs/training.md lists the words of a recipe"


@lru_cache(maxsize=1)
def calls() -> tuple[str, ...]:
    """All that terms are called, as it is written."""
    return tuple([call for term in TERMS for call in (term.name, *term.others.split("|")) if call])
