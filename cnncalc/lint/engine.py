"""Runs the rules over a network: which are wanted, what the file suppresses, in what order they are told.

Rules are found by walking `cnncalc/lint/rules`; a file's name is its code and name, so that choosing rules imports
only those chosen.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnncalc.diagnostic import did_you_mean
from cnncalc.faults import FAULTS
from cnncalc.lint.rule import Rule
from cnncalc.lint.suppress import heard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncalc.diagnostic import Code, Diagnostic
    from cnncalc.network.node import Network

CHECKED = ("SYN", "SHP", "FIT", "REF")
"""The families that speak of right and wrong: what `show` and `net.diagnostics` tell."""

FAMILY = 3
"""Letters of a family: the shortest prefix."""
_FILES: list[str] = []


def files() -> tuple[str, ...]:
    """The rules' modules, by code: `fit101_stride_drops_pixels`."""
    if not _FILES:
        names = os.listdir(os.path.join(os.path.dirname(__file__), "rules"))
        _FILES.extend(sorted(name[:-3] for name in names if name.endswith(".py") and name[0] != "_"))
    return tuple(_FILES)


def rule(file: str) -> type[Rule]:
    """The rule of a module, imported now if it was not."""
    from importlib import import_module

    module = import_module(f"cnncalc.lint.rules.{file}")
    kinds = (v for v in vars(module).values() if isinstance(v, type) and issubclass(v, Rule))
    return next(kind for kind in kinds if kind.__module__ == module.__name__)


def findings(network: Network, families: Iterable[str] | None = None) -> tuple[Diagnostic, ...]:
    """What is wrong with a network, by place; `families` (or other selectors) narrow the rules.

    Errors of syntax and shape are always among them: behind them nothing is known.
    """
    wanted = tuple(families) if families is not None else ("ALL",)
    chosen_files = [file for file in files() if selects(wanted, file.partition("_")[0].upper(), name_of(file))]
    found = [finding for file in chosen_files for finding in rule(file)().check(network)]
    told = [*network.findings, *once(heard(found, network.source))]
    return tuple(sorted(told, key=lambda finding: (finding.span, finding.code.code)))


def once(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """A line that a range or a repeat expands is told once, with the number of its other layers."""
    places: dict[tuple[Code, object], list[Diagnostic]] = {}
    for finding in found:
        places.setdefault((finding.code, finding.span), []).append(finding)
    for first, *more in places.values():
        layers = f"{len(more)} more {'layer' if len(more) == 1 else 'layers'}"
        note = (f"the same place says so of {layers}",) if more else ()
        yield first._replace(notes=first.notes + note, times=1 + len(more))


def name_of(file: str) -> str:
    """The kebab name in a file's name."""
    return file.partition("_")[2].replace("_", "-")


def chosen(found: Iterable[Diagnostic], select: Iterable[str], ignore: Iterable[str] = ()) -> tuple[Diagnostic, ...]:
    """The findings that `select` wants more exactly than `ignore` does not: ALL, then prefixes, then codes and names.

    Errors of syntax and shape stay. Raises ValueError for a selector that means nothing.
    """
    wanted, unwanted = tuple(map(known, select)), tuple(map(known, ignore))
    fixed = {fault.code for fault in FAULTS}
    return tuple(
        f for f in found
        if f.code.code in fixed or weight(wanted, f.code.code, f.code.name) > weight(unwanted, f.code.code, f.code.name)
    )  # fmt: skip


def selects(selectors: tuple[str, ...], code: str, name: str) -> bool:
    """Whether any of the selectors means this rule."""
    return weight(tuple(map(known, selectors)), code, name) >= 0


def weight(selectors: tuple[str, ...], code: str, name: str) -> int:
    """How exactly the selectors name a code; -1 when none does."""
    return max((exactness(selector, code, name) for selector in selectors), default=-1)


def exactness(selector: str, code: str, name: str) -> int:
    """0 for ALL, the length of a prefix or a whole code, -1 for another rule's."""
    if selector == "ALL":
        return 0
    return len(code) if selector == name else len(selector) if code.startswith(selector) else -1


def known(selector: str) -> str:
    """A selector as codes and names are spelled; raises ValueError where it means nothing."""
    both = [(fault.code, fault.name) for fault in FAULTS]
    both += [(file.partition("_")[0].upper(), name_of(file)) for file in files()]
    upper, lower = selector.strip().upper(), selector.strip().lower()
    if upper == "ALL" or (len(upper) >= FAMILY and any(code.startswith(upper) for code, _ in both)):
        return upper
    if any(lower == name for _, name in both):
        return lower
    words = ("ALL", *(word for code, name in both for word in (code[:FAMILY], code, name)))
    hint = did_you_mean(selector, tuple(dict.fromkeys(words))) or "cnncalc rule lists the codes"
    raise ValueError(f"no rule is called '{selector}'; {hint}")


def pages() -> tuple[Code, ...]:
    """Every code there is: errors of syntax and shape, then the rules, each by code."""
    return (*FAULTS, *(rule(file).code for file in files()))


def page(word: str) -> Code:
    """The code of this code or name; raises ValueError where there is none."""
    meant = known(word)
    matching = [code for code in pages() if meant in (code.code, code.name)]
    if not matching:
        such = next(code.code for code in pages() if meant == "ALL" or code.code.startswith(meant))
        raise ValueError(f"'{word}' means several codes; name one of them, such as {such}")
    return matching[0]
