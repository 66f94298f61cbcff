"""The words of a line: numbers, names, separators, each with its place."""

from __future__ import annotations

import re

from cnncalc.record import NamedTuple

GROUPED = r"\d{1,3}(?:,\d{3}){1,340}(?!,*\d)"
"""4,096: digits in groups of three to the end of their run; more than a thousand digits are none.

Not possessive: in Python 3.11.2 such a group takes the comma behind the number too.
"""
NUMBER = rf"(?:{GROUPED}|\d+)(?:\.\d+)?(?:[eE][+-]?\d+)?"
AFTER_NUMBER = r"(?=\s*[xX]\s*[\d(?]|\.\.|\.(?!\w)|[^\w.]|$)"
REST = (
    r"|(?P<name>\w+(?:\.\w+)*)"
    r"|(?P<op>\*\*|//|==|!=|<=|>=|=>|\.\.|[-+*/%<>=:@?(),\[\]])"
    r"|(?P<space>\s+)"
    r"|(?P<bad>.)"
)
TOKEN = re.compile(rf"(?P<number>(?:{NUMBER}|\.\d+(?:[eE][+-]?\d+)?){AFTER_NUMBER})" + REST, re.DOTALL)
TIMES = re.compile(r"\s*[xX]\s*(?=[\d(?])")
BEFORE_TIMES = frozenset(("number", ")", "?"))


class Token(NamedTuple):
    """`type` is number, name, x, bad, end, or an operator's own text; `spaced`: a space stands before it."""

    type: str
    text: str
    begin: int
    end: int
    spaced: bool


def tokenize(text: str, begin: int = 0) -> list[Token]:
    """The tokens of `text` from `begin` on, an `end` token last.

    `x` between two extents is a separator of its own; inside a call's parentheses a comma parts arguments,
    elsewhere `4,096` is one number.
    """
    tokens: list[Token] = []
    calls: list[bool] = []
    at, spaced, last = begin, True, ""
    while at < len(text):
        if last in BEFORE_TIMES and (times := TIMES.match(text, at)):
            tokens.append(Token("x", "x", at, times.end(), times[0][0] == " "))
            at, spaced, last = times.end(), False, "x"
            continue
        found = TOKEN.match(text, at)
        if found is None:
            break
        kind, written = found.lastgroup or "bad", found[0]
        if kind == "number" and calls and calls[-1]:
            written = written.partition(",")[0]
        at = found.start() + len(written)
        if kind == "space":
            spaced = True
            continue
        last = written if kind == "op" else kind
        if last == "(":
            calls.append((calls and calls[-1]) or (not spaced and bool(tokens) and tokens[-1].type == "name"))
        elif last == ")" and calls:
            calls.pop()
        tokens.append(Token(last, written, found.start(), at, spaced))
        spaced = False
    tokens.append(Token("end", "", len(text), len(text), True))
    return tokens
