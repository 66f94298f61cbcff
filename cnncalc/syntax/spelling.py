"""Values as the canonical form spells them: the author's words and signs, with one way to space them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc.syntax.expression import BINARY, UNARY
from cnncalc.syntax.tokens import tokenize

if TYPE_CHECKING:
    from cnncalc.syntax.tokens import Token
    from cnncalc.syntax.tree import Figure, Written

TIGHT = frozenset(("x", "@", ":", "..", "["))
ENDS = frozenset(("number", "name", ")", "?"))
STARS = re.compile(r"[\d,.?\s]+(?:\*[\d,.?\s]+)+")
"""Extents of plain numbers, joined by `*`."""


def value(written: Written, text: str, grouped: bool = False) -> str:
    """A value from its own text; what stands apart from it, as the fill of a pad, follows it.

    `grouped` keeps the digit groups of its numbers.
    """
    if not written.axes:
        return written.word or spelled(text, grouped)
    said = spelled(text.lstrip("[ "), grouped)
    if len(written.axes) > 1 and STARS.fullmatch(said):
        said = "x".join(part.strip() for part in said.split("*"))
    if written.word and said.lower().endswith(written.word.lower()):
        said = said[: -len(written.word)].rstrip()
    return f"{said} {written.word}" if written.word else said


def figure(printed: Figure, text: str) -> str:
    """A figure, its digits as they are printed."""
    return spelled(text, True) if printed.expression else text.replace(" ", "")


def spelled(text: str, grouped: bool = False) -> str:
    """Words, numbers and signs with canonical spaces: an operator has them on both sides or on none."""
    tokens = tokenize(text)
    roles = [role(tokens[max(at - 1, 0)] if at else None, token) for at, token in enumerate(tokens)]
    opened: list[bool] = []
    out: list[str] = []
    for at, token in enumerate(tokens[:-1]):
        out += [gap(tokens, roles, at, opened[-1:] == [True]), word(token, grouped)]
        if token.type == "(":
            opened.append(not token.spaced and at > 0 and tokens[at - 1].type == "name" and not roles[at - 1])
        elif token.type == ")" and opened:
            opened.pop()
    return "".join(out)


def word(token: Token, grouped: bool) -> str:
    """One token, in small letters where its case says nothing."""
    return token.text.replace(",", "") if token.type == "number" and not grouped else token.text


def role(before: Token | None, token: Token) -> str:
    """Whether a token is an operator between two values, one before a value, or neither."""
    if token.text in BINARY and before and before.type in ENDS and before.text not in (*BINARY, *UNARY):
        return "infix"
    return "sign" if token.text in UNARY else ""


def gap(tokens: list[Token], roles: list[str], at: int, in_call: bool) -> str:
    """The space before a token: one or none."""
    token, before = tokens[at], tokens[at - 1]
    if at == 0 or before.type == "(" or token.type in (")", ",") or not TIGHT.isdisjoint((before.type, token.type)):
        return ""
    if before.type == ",":
        return " " if in_call or token.spaced else ""
    if roles[at] == "infix" or roles[at - 1] == "infix":
        return " " if wide(tokens, at - (roles[at] != "infix")) else ""
    if roles[at - 1] == "sign" and before.type != "name":
        return ""
    return " " if token.spaced else ""


def wide(tokens: list[Token], at: int) -> bool:
    """Whether an operator has a space on either side, or needs one."""
    return tokens[at].spaced or tokens[at + 1].spaced or tokens[at].type == "name"
