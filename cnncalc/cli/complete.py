"""What the shell's completion offers for the options of `lint` and for the paths of specs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping


BREAKS = frozenset("=:")
"""What bash takes for words of their own."""
BEHIND = "_CNNCALC_BEHIND"
"""The variable that tells what is typed in front of the part that bash completes."""


def join(environment: MutableMapping[str, str]) -> None:
    """Put together what bash parts at `=` and `:`, but for the part that is completed, which bash wants back alone."""
    parts, at = environment.get("COMP_WORDS", "").split("\n"), int(environment.get("COMP_CWORD", "0"))
    if not 0 < at < len(parts) or BREAKS.isdisjoint("".join(parts[: at + 1])):
        return
    words = joined(parts[: at + 1])
    part = "" if broken(parts[at]) else parts[at]
    behind = words[-1][: len(words[-1]) - len(part)]
    if behind.startswith("--") and "=" in behind:
        option, _, behind = behind.partition("=")
        words[-1:] = [option, part]
    else:
        words[-1] = part
    environment.update({"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1), BEHIND: behind})


def joined(parts: Iterable[str]) -> list[str]:
    """The words that were typed, from the parts that bash makes of them."""
    words: list[str] = []
    sticks = False
    for part in parts:
        if words and (sticks or broken(part)):
            words[-1] += part
        else:
            words.append(part)
        sticks = broken(part)
    return words


def broken(part: str) -> bool:
    """Whether a word of bash is one for its signs alone."""
    return bool(part) and BREAKS.issuperset(part)


def before(incomplete: str) -> tuple[str, str]:
    """What is typed up to the last comma, and the word behind it."""
    done, comma, word = incomplete.rpartition(",")
    return done + comma, word


def selectors(incomplete: str) -> list[str]:
    """Codes, names, families and ALL, also behind a comma; in small letters where such are typed."""
    from cnncalc.lint.choice import words

    done, word = before(incomplete)
    found = [each for each in words() if each.startswith(word)]
    if word and word == word.lower():
        found = [each.lower() for each in words() if each.lower().startswith(word)]
    return [done + each for each in dict.fromkeys(found)]


def overrides(incomplete: str) -> list[str]:
    """Selectors, and severities behind the `=`."""
    from cnncalc.lint.choice import LEVELS

    behind = os.environ.get(BEHIND, "")
    selector, equals, _ = incomplete.rpartition("=")
    return [selector + equals + level for level in LEVELS] if equals or behind else selectors(incomplete)


def ignores(incomplete: str) -> list[str]:
    """Selectors behind the `:`; the shell knows files."""
    if os.environ.get(BEHIND):
        return selectors(incomplete)
    pattern, colon, codes = incomplete.rpartition(":")
    return [pattern + colon + each for each in selectors(codes)] if colon else []


def limits(incomplete: str) -> list[str]:
    """The names of limits."""
    from cnncalc.source import Limits

    if os.environ.get(BEHIND):
        return []
    return [f"{name}=" for name in Limits._fields if name.startswith(incomplete)]


def severities() -> tuple[str, ...]:
    """The severities."""
    from cnncalc.lint.choice import LEVELS

    return LEVELS


def formats() -> tuple[str, ...]:
    """The formats of findings."""
    from cnncalc.lint.config import FORMATS

    return FORMATS


def specs(incomplete: str) -> list[str]:
    """Zoo names, and the specs and folders beside them; nothing where no zoo name is meant: the shell knows files."""
    from cnncalc import zoo

    names = [name for name in zoo.names() if name.startswith(incomplete)]
    if not names or os.environ.get(BEHIND):
        return []
    beside = sorted(entry.name + "/" * entry.is_dir() for entry in os.scandir(".") if not entry.name.startswith("."))
    return names + [name for name in beside if name.startswith(incomplete) and name.endswith((".spec", "/"))]
