"""Runs the rules over a network: those that are wanted, without what the file says is meant, in the file's order."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cnncalc.collector import Paused
from cnncalc.diagnostic import Diagnostic
from cnncalc.lint.choice import EVERY, LEVELS, Choice
from cnncalc.lint.registry import files, name_of, rule
from cnncalc.lint.study import Study

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncalc.diagnostic import Code
    from cnncalc.lint.rule import Rule
    from cnncalc.network.node import Network

CHECKED = Choice(select=("FIT", "REF"))
"""The families that speak of right and wrong beside syntax and shapes: what `show` and `net.diagnostics` tell."""
TURNS = range(3)
"""What runs first finds, what runs next looks at that, what runs last judges the comments."""


def findings(network: Network, choice: Choice = EVERY) -> tuple[Diagnostic, ...]:
    """What is wrong with a network, by place, the worst of one place first.

    Errors of syntax and shape are always among them: behind them nothing is known.
    """
    rules = chosen(choice)
    study, found = Study(network, frozenset(rule.code for rule in rules)), list[Diagnostic]()
    with Paused():
        for turn in TURNS:
            now = [finding for rule in rules if rule.turn == turn for finding in rule.check(study)]
            study.found += now
            found += [finding for finding in now if not study.suppressions.mute(finding)]
    told = [*network.findings, *(choice.levelled(finding) for finding in once(found))]
    return tuple(sorted(told, key=lambda finding: (finding.span, LEVELS.index(finding.severity), finding.code.code)))


@lru_cache(maxsize=64)
def chosen(choice: Choice) -> tuple[Rule, ...]:
    """The rules that are wanted, by code."""
    wanted = [file for file in files() if choice.wants(file.partition("_")[0].upper(), name_of(file))]
    return tuple(rule(file)() for file in wanted)


def once(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """A line that a range or a repeat expands is told once, with the number of its other layers."""
    places: dict[tuple[Code, object], list[Diagnostic]] = {}
    for finding in found:
        places.setdefault((finding.code, finding.span), []).append(finding)
    for first, *more in places.values():
        layers = f"{len(more)} more {'layer' if len(more) == 1 else 'layers'}"
        note = (f"the same place says so of {layers}",) if more else ()
        yield first._replace(notes=first.notes + note, times=1 + len(more))
