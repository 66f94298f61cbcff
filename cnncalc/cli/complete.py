"""What the shell's completion offers for the options of `lint` and for the paths of specs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import MutableMapping


def join(environment: MutableMapping[str, str]) -> None:
    """Take `--option = value`, as bash parts what is typed with an `=` in it, for `--option value`."""
    words, at = environment.get("COMP_WORDS", "").split("\n"), int(environment.get("COMP_CWORD", "0"))
    if 2 < at < len(words) and words[at - 1] == "=" and words[at - 2].startswith("--"):
        del words[at - 1]
        environment.update(COMP_WORDS="\n".join(words), COMP_CWORD=str(at - 1))


def before(incomplete: str) -> tuple[str, str]:
    """What is typed up to the last comma, and the word behind it."""
    done, comma, word = incomplete.rpartition(",")
    return done + comma, word


def selectors(incomplete: str) -> list[str]:
    """Codes, names, families and ALL, also behind a comma."""
    from cnncalc.lint.choice import words

    done, word = before(incomplete)
    return [done + each for each in words() if each.startswith(word)]


def overrides(incomplete: str) -> list[str]:
    """Selectors, and severities behind the `=`."""
    from cnncalc.lint.choice import LEVELS

    selector, equals, _ = incomplete.rpartition("=")
    return [selector + equals + level for level in LEVELS] if equals else selectors(incomplete)


def limits(incomplete: str) -> list[str]:
    """The names of limits."""
    from cnncalc.source import Limits

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
    if not names:
        return []
    beside = sorted(entry.name + "/" * entry.is_dir() for entry in os.scandir(".") if not entry.name.startswith("."))
    return names + [name for name in beside if name.startswith(incomplete) and name.endswith((".spec", "/"))]
