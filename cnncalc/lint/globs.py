"""Patterns of paths, as ruff reads them: `*` crosses folders, `**/` is any number of them, none too."""

from __future__ import annotations

import os
import re
from functools import lru_cache

TOKENS = re.compile(
    r"(?s)(?P<deep>(?:^|(?<=/))\*\*/)|(?P<any>\*+)|(?P<one>\?)|\[(?P<no>[!^]?)(?P<set>\][^]]*|[^]]+)\]"
    r"|\\(?P<plain>.)|(?P<other>.)"
)
BRACES = {"{": "(?:", "}": ")", ",": "|"}


def matches(pattern: str, folder: str, path: str) -> bool:
    """Whether a path is meant: its name alone, or all of it from the folder on.

    `folder` and `path` are absolute. Raises ValueError for a pattern that is none.
    """
    above = "" if os.path.isabs(pattern) else re.escape(os.path.join(folder, ""))
    named = re.fullmatch(expression(pattern), os.path.basename(path), re.DOTALL)
    whole = above + expression(pattern.removeprefix("./").rstrip("/"))
    return bool(named or re.fullmatch(whole, path, re.DOTALL))


def covers(pattern: str, folder: str, path: str) -> bool:
    """Whether a path is meant, or a folder that it is in, up to `folder`; `!` in front means all others.

    `folder` and `path` are absolute. Raises ValueError for a pattern that is none.
    """
    bare = pattern.removeprefix("!")
    top = os.sep if os.path.isabs(bare) else os.path.join(folder, "")
    found = matches(bare, folder, path)
    while not found and len(path) > 1 and os.path.dirname(path).startswith(top):
        path = os.path.dirname(path)
        found = matches(bare, folder, path)
    return found is not pattern.startswith("!")


@lru_cache(maxsize=1024)
def expression(pattern: str) -> str:
    """The regular expression of a pattern; raises ValueError where it has a bracket alone or a range that is none."""
    out, depth = "", 0
    for token in TOKENS.finditer(pattern):
        char = token["other"] or ""
        depth += (char == "{") - (char == "}")
        if char == "[" or depth < 0:
            break
        out += part(token) if char not in BRACES or (char == "," and not depth) else BRACES[char]
    else:
        if not depth:
            return sound(pattern, out)
    raise ValueError(f"the pattern '{pattern}' has a bracket without its other half")


def sound(pattern: str, made: str) -> str:
    """What was made of a pattern; raises ValueError where it is no expression."""
    try:
        re.compile(made)
    except re.error as error:
        raise ValueError(f"the pattern '{pattern}' has a {error.msg}") from None
    return made


def part(token: re.Match[str]) -> str:
    """The regular expression of one piece of a pattern."""
    if token["set"] is not None:
        inside = token["set"].replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace("&", "\\&")
        return f"[{'^' * bool(token['no'])}{inside}]"
    wild = {"deep": "(?:.*/)?", "any": ".*", "one": "."}.get(str(token.lastgroup))
    return wild or re.escape(token["plain"] or token[0])
