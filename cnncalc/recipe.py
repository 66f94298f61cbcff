"""The recipe of `train:`: what it says, by the thing it says it of, and the words that mean nothing.

    train: batch 128, sgd momentum 0.9, lr 1e-2, decay 5e-4, epochs 90, schedule steps 30 60, loss cross_entropy

A recipe is a row of terms, a word or two and what belongs to it, in any order. Commas, colons, equals signs and words
like `of` are free, and so are capitals, dashes and underscores within a word.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NUMBER = r"\d{1,3}(?:,\d{3})+(?![\d.])|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
TOKEN = re.compile(rf"(?P<number>{NUMBER})|(?P<word>[^\W\d][\w-]*)|(?P<stop>[,;])|(?P<gap>[\s=:]+)|(?P<other>.)", re.S)
FREE = frozenset(("a", "and", "at", "augment", "by", "in", "of", "the", "to", "with"))
"""Words that say nothing."""
LONGEST = 3
"""How many words a term has at most."""
DIGITS = 30
"""How long a number is at most."""


class Term(NamedTuple):
    """One thing that a recipe says: how it is called, how many numbers follow it, from `low` to `high`, whole or not.

    With `words` one of them follows the name. `rest`: all words up to the next comma belong to it.
    """

    name: str
    called: str
    least: int = 1
    most: int = 1
    whole: bool = False
    low: float = 0
    high: float = float("inf")
    words: Mapping[str, tuple[str, ...]] = {}
    rest: bool = False


LOSSES = {
    "cross_entropy": ("nll", "ce", "categorical_crossentropy", "sparse_categorical_crossentropy"),
    "bce": ("bce_with_logits", "binary_cross_entropy", "binary_cross_entropy_with_logits"),
    "mse": ("l2", "mean_squared_error", "squared_error"),
    "l1": ("mae", "mean_absolute_error"),
    "huber": ("smooth_l1",),
}
"""The losses by the name of the part that works them out, each with its other names; those of PyTorch and Keras that
read probabilities and those that read scores are one: what the network ends in says which it is."""
SCHEDULES = {
    "constant": ("none", "fixed"), "plateau": (), "steps": ("multistep",), "step": (), "cosine": (), "exponential": (),
    "poly": ("polynomial",), "linear": (),
}  # fmt: skip
INITS = {"he": ("kaiming",), "xavier": ("glorot",), "normal": ("gaussian",)}
OPTIMIZERS = ("sgd", "adam", "adamw", "rmsprop", "adadelta")
MANY = 64
TERMS = (
    Term("batch", "batch|batch size|minibatch", whole=True, low=1),
    Term("epochs", "epochs", whole=True, low=1),
    Term("lr", "lr|learning rate|rate"),
    *(Term(name, name, 0, 0) for name in OPTIMIZERS),
    Term("momentum", "momentum", 0, 1, high=1),
    Term("nesterov", "nesterov|nesterov momentum", 0, 1, high=1),
    Term("beta1", "beta1", high=1),
    Term("beta2", "beta2", high=1),
    Term("alpha", "alpha|rho", high=1),
    Term("eps", "eps|epsilon"),
    Term("decay", "decay|weight decay"),
    Term("schedule", "schedule|lr schedule", 0, MANY, words=SCHEDULES),
    Term("factor", "factor|gamma", high=1),
    Term("patience", "patience", whole=True),
    Term("warmup", "warmup|warm up"),
    Term("smoothing", "smoothing|label smoothing", high=1),
    Term("clip", "clip|clip norm|clip gradients|gradient clipping"),
    Term("loss", "loss", 0, 0, words=LOSSES),
    Term("init", "init", 0, 1, words=INITS),
    Term("bias", "bias", 1, 1, rest=True),
    Term("paper init", "paper init", 0, 1, words=INITS),
    Term("paper bias", "paper bias", 1, 1, rest=True),
    Term("crop", "crop", 0, 1, whole=True, low=1),
    Term("flip", "flip|mirror", 0, 0),
    Term("accumulate", "accumulate|accumulation", whole=True, low=1),
    Term("seed", "seed", whole=True),
)


def spelled(word: str) -> str:
    """A word however it is written: CrossEntropy, cross-entropy and cross_entropy are one."""
    return re.sub(r"[\W_]+", "", word.lower())


CALLED = {spelled(call): term for term in TERMS for call in term.called.split("|")}


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
        """The first number of a term as it is written, without commas; the default where there is none."""
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
    def state(self) -> str:
        """The optimizer, as its state has it: momentum for SGD with one, or with Nesterov's."""
        fast = bool({"momentum", "nesterov"} & self.said.keys())
        return {"sgd": "momentum", "rmsprop": "rmsprop_momentum"}.get(self.optimizer, self.optimizer) if fast else (
            self.optimizer
        )  # fmt: skip


@lru_cache(maxsize=64)
def recipe(text: str) -> Recipe:
    """What the recipe of a spec says."""
    return Recipe(text)


def tokens(text: str) -> list[Token]:
    """A recipe in its words and numbers; what says nothing is left out."""
    found = (Token(m.lastgroup or "", m[0], m.start(), m.end()) for m in TOKEN.finditer(text))
    return [each for each in found if each.kind != "gap" and each.text.lower() not in FREE]


class Reader:
    """Reads a recipe term by term."""

    def __init__(self, recipe: Recipe, tokens: list[Token]) -> None:
        self.recipe, self.tokens, self.at = recipe, tokens, 0

    def read(self) -> None:
        """Every term; what is none is a fault, and what follows is read on."""
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            call, count = self.known(CALLED)
            if call:
                self.at += count
                self.take(CALLED[call], token)
            else:
                self.at += 1
                self.stray(token)

    def known(self, words: Mapping[str, object]) -> tuple[str, int]:
        """The longest run of words from here on that is known, and how many they are."""
        run = []
        for token in self.tokens[self.at : self.at + LONGEST]:
            if token.kind != "word":
                break
            run.append(spelled(token.text))
        for count in range(len(run), 0, -1):
            if "".join(run[:count]) in words:
                return "".join(run[:count]), count
        return "", 0

    def stray(self, token: Token) -> None:
        """A word or a number that belongs to no term."""
        if token.kind == "stop":
            return
        if token.kind == "number":
            self.fault(f"the number {token.text} belongs to nothing", "write what it is of: 'epochs 90'", token, token)
        else:
            self.fault(f"a recipe knows no '{token.text}'", known_words(token.text), token, token)

    def fault(self, message: str, hint: str, first: Token, last: Token) -> None:
        """Note what is wrong."""
        self.recipe.faults.append(Fault(message, hint, first.begin, last.end))

    def take(self, term: Term, first: Token) -> None:
        """A term with what belongs to it."""
        word, choice = self.chosen(term, first) if term.words else ("", "")
        numbers = tuple(self.numbers(term))
        names = tuple(self.rest()) if term.rest else ()
        last = self.tokens[self.at - 1]
        if len(numbers) < term.least:
            self.fault(f"'{term.name}' has no number", f"write it behind: '{term.name} {example(term)}'", first, last)
        elif term.name in self.recipe.said:
            self.fault(f"'{term.name}' is said twice", "leave one of them out", first, last)
        else:
            self.recipe.said[term.name] = Said(word, choice, numbers, first.begin, last.end, names)

    def chosen(self, term: Term, first: Token) -> tuple[str, str]:
        """The word behind a term, as written and by its first name."""
        called = {spelled(call): name for name, others in term.words.items() for call in (name, *others)}
        call, count = self.known(called)
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        listed = ", ".join(term.words)
        if call and token:
            self.at += count
            return self.recipe.text[token.begin : self.tokens[self.at - 1].end], called[call]
        if token and token.kind == "word":
            self.at += 1
            self.fault(f"no {term.name} is called '{token.text}'", f"there are {listed}", first, token)
            return token.text, ""
        self.fault(f"'{term.name}' says none", f"write one of {listed}", first, first)
        return "", ""

    def numbers(self, term: Term) -> Iterator[str]:
        """The numbers behind a term, as many as belong to it; commas may stand between several."""
        count = 0
        while count < term.most and self.number_next(count):
            token = self.tokens[self.at]
            self.at += 1
            count += 1
            text = token.text.replace(",", "")
            if self.fits(term, text, token):
                yield text[:DIGITS]
        if term.name == "warmup" and count and self.known({"epochs": 0, "epoch": 0})[1] and not self.number_next(0, 1):
            self.at += 1

    def number_next(self, count: int, ahead: int = 0) -> bool:
        """Whether a number follows; behind another one a comma may stand before it."""
        kinds = [token.kind for token in self.tokens[self.at + ahead : self.at + ahead + 2]]
        if count and kinds == ["stop", "number"]:
            self.at += 1
        return kinds[:1] == ["number"] or bool(count and kinds == ["stop", "number"])

    def fits(self, term: Term, text: str, token: Token) -> bool:
        """Whether a number is what the term takes."""
        if len(text) > DIGITS:
            self.fault(f"'{term.name}' has a number of {len(text):,} digits", f"write {DIGITS} at most", token, token)
            return True
        value = float(text)
        if term.whole and not text.isdecimal():
            self.fault(f"'{term.name} {text}' is not whole", f"write a whole number: '{term.name} 5'", token, token)
        elif not (term.low <= value <= term.high and value < 1e30):
            high = f" to {term.high:g}" if term.high < 1e30 else " on"
            self.fault(
                f"'{term.name} {text}' is out of bounds", f"write a number from {term.low:g}{high}", token, token
            )
        else:
            return True
        return False

    def rest(self) -> Iterator[str]:
        """The words up to the next comma, as they stand in the text."""
        begin = self.tokens[self.at].begin if self.at < len(self.tokens) else len(self.recipe.text)
        while self.at < len(self.tokens) and self.tokens[self.at].kind != "stop":
            self.at += 1
        end = self.tokens[self.at - 1].end if self.at else begin
        yield from self.recipe.text[begin:end].split()


def example(term: Term) -> str:
    """A number that a term may have."""
    return "8" if term.whole else "0.1"


def known_words(word: str) -> str:
    """What to write for a word that is not known."""
    from cnncalc.diagnostic import did_you_mean

    calls = [call for term in TERMS for call in term.called.split("|")]
    return did_you_mean(word, calls) or "docs/training.md lists the words of a recipe"
