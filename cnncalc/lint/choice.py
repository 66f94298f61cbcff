"""Which rules are wanted, and how bad each is: selectors by code, name, prefix or ALL, the most exact one winning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import ERROR, INFO, WARNING, did_you_mean
from cnncalc.faults import FAULTS
from cnncalc.lint.registry import files, name_of
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnncalc.diagnostic import Diagnostic

FAMILY = 3
"""Letters of a family: the shortest prefix."""
MOST = 5
"""Names that are suggested at most."""
LEVELS = (ERROR, WARNING, INFO)


class Choice(NamedTuple):
    """Selectors as `known` spells them.

    A rule runs where `select` names it more exactly than `ignore`, and `never` does not name it at all. `levels` are
    severities other than the usual ones.
    """

    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    levels: tuple[tuple[str, str], ...] = ()

    def wants(self, code: str, name: str) -> bool:
        """Whether a rule is to be run."""
        if any(exactness(selector, code, name) >= 0 for selector in self.never):
            return False
        return weight(self.select, code, name) > weight(self.ignore, code, name)

    def levelled(self, finding: Diagnostic) -> Diagnostic:
        """A finding as bad as it is said to be."""
        code, name = finding.code.code, finding.name
        named = [(exactness(selector, code, name), level) for selector, level in self.levels]
        best = max((at for at, _ in named), default=-1)
        return finding if best < 0 else finding._replace(level=next(level for at, level in named if at == best))


EVERY = Choice()


def choice(
    select: Iterable[str] = ("ALL",),
    ignore: Iterable[str] = (),
    never: Iterable[str] = (),
    levels: Mapping[str, str] | None = None,
) -> Choice:
    """The choice that these selectors make. Raises ValueError for one that means nothing, and for a level that is none.

    Errors of syntax and shape stay what they are: behind them nothing is known.
    """
    changed = [(known(selector), level_of(level)) for selector, level in (levels or {}).items()]
    fixed = next((word for word, _ in changed if any(exactness(word, f.code, f.name) > 0 for f in FAULTS)), "")
    if fixed:
        raise ValueError(f"{fixed} is of syntax or shape, and always an error")
    return Choice(tuple(map(known, select)), tuple(map(known, ignore)), tuple(map(known, never)), tuple(changed))


def level_of(word: str) -> str:
    """A severity as it is spelled; raises ValueError where it is none."""
    if word.lower() in LEVELS:
        return word.lower()
    raise ValueError(f"a severity is {LEVELS[0]}, {LEVELS[1]} or {LEVELS[2]}, not '{word}'")


def weight(selectors: Iterable[str], code: str, name: str) -> int:
    """How exactly the selectors name a code; -1 when none does."""
    return max((exactness(selector, code, name) for selector in selectors), default=-1)


def exactness(selector: str, code: str, name: str) -> int:
    """0 for ALL, the length of a prefix or a whole code, -1 for another rule's."""
    if selector == "ALL":
        return 0
    return len(code) if selector == name else len(selector) if code.startswith(selector) else -1


def words() -> tuple[str, ...]:
    """Every selector there is: ALL, families, codes, names."""
    return ("ALL", *dict.fromkeys(word for code, name in codes() for word in (code[:FAMILY], code, name)))


def codes() -> list[tuple[str, str]]:
    """Every code with its name."""
    rules = [(file.partition("_")[0].upper(), name_of(file)) for file in files()]
    return [*((fault.code, fault.name) for fault in FAULTS), *rules]


def known(selector: str) -> str:
    """A selector as codes and names are spelled; raises ValueError where it means nothing."""
    upper, lower = selector.strip().upper(), selector.strip().lower()
    if upper == "ALL" or (len(upper) >= FAMILY and any(code.startswith(upper) for code, _ in codes())):
        return upper
    if any(lower == name for _, name in codes()):
        return lower
    hint = suggested(selector) or "cnncalc rule lists the codes"
    raise ValueError(f"no rule is called '{selector}'; {hint}")


def suggested(word: str) -> str:
    """A hint for a word that is no selector: the one it is close to, or the names that it begins, at most some."""
    begun = [name for _, name in codes() if name.startswith(word.strip().lower())] if len(word) >= FAMILY else []
    if not begun:
        return did_you_mean(word, words())
    *before, last = [f"'{name}'" for name in begun[:MOST]]
    return f"did you mean {', '.join(before)} or {last}?" if before else f"did you mean {last}?"
