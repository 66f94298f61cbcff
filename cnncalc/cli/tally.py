"""What was found in all specs together: the last line for people, the statistics, the exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import ERROR, WARNING
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncalc.diagnostic import Diagnostic
    from cnncalc.render.findings.text import Paint
    from cnncalc.source import Source

SEVERITIES = ("error", "warning", "info")


class Linted(NamedTuple):
    """One spec with what is found in it, what of that is to be shown, and what was repaired.

    `unsafe`: whether unsafe fixes are asked for. `sound` is false behind an error of syntax or shape.
    """

    source: Source
    found: tuple[Diagnostic, ...]
    shown: tuple[Diagnostic, ...]
    applied: tuple[Diagnostic, ...]
    unsafe: bool
    sound: bool

    def fixable(self, finding: Diagnostic) -> bool:
        """Whether --fix would repair it, with no other option."""
        return bool(finding.fix and (finding.fix.safe or self.unsafe))


def number(count: int, what: str) -> str:
    """So many of something: 1 spec, 2 specs."""
    return f"{count} {what}{'s' * (count != 1)}"


def footer(linted: Sequence[Linted], fixed: bool) -> str:
    """How many findings of each severity there are, which are not shown, what was and what could be repaired."""
    every = [finding for each in linted for finding in each.found]
    found = by_severity(every) + hidden(linted)
    specs = number(len(linted), "spec")
    if not fixed:
        return f"{specs}: {found or 'no findings'}{repairable(linted)}"
    more = f"; {unsafe(linted)} fixable with --unsafe-fixes" if unsafe(linted) else ""
    done = sum(len(each.applied) for each in linted)
    if not done:
        return f"{specs}: {found or 'no findings'}{more}"
    left = f": {found}{more}" if every else ""
    return f"{specs}: {done} fixed, {len(every)} left{left}"


def by_severity(found: Sequence[Diagnostic]) -> str:
    """How many there are of each severity."""
    numbers = {severity: sum(f.severity == severity for f in found) for severity in SEVERITIES}
    return ", ".join(number(count, severity) for severity, count in numbers.items() if count)


def hidden(linted: Sequence[Linted]) -> str:
    """What to type for the findings that are not shown."""
    severities = [({f.severity for f in each.found}, {f.severity for f in each.shown}) for each in linted]
    quiet = {severity for every, loud in severities for severity in every - loud}
    return f" (--severity {max(quiet, key=SEVERITIES.index)} shows all)" if quiet else ""


def repairable(linted: Sequence[Linted]) -> str:
    """How many of the findings --fix would repair, shown or not."""
    ready = sum(each.fixable(f) for each in linted for f in each.found)
    more = unsafe(linted)
    if not ready:
        return f"; {more} fixable with --fix --unsafe-fixes" if more else ""
    return f"; {ready} fixable with --fix" + (f", {more} more with --fix --unsafe-fixes" if more else "")


def unsafe(linted: Sequence[Linted]) -> int:
    """How many of the findings have a fix that is unsafe, where such fixes are not asked for."""
    return sum(bool(finding.fix) and not each.fixable(finding) for each in linted for finding in each.found)


def would_fix(linted: Sequence[Linted]) -> str:
    """What --diff shows, counted; and the errors that keep specs from being read."""
    changed = [each for each in linted if each.applied]
    count, more = sum(len(each.applied) for each in changed), unsafe(linted)
    said = f"would fix {number(count, 'finding')} in {number(len(changed), 'spec')}" if count else ""
    rest = f"{number(more, 'finding')} fixable with --unsafe-fixes" if more else ""
    broken = sum(not each.sound for each in linted)
    errors = f"{number(broken, 'spec')} with errors of syntax or shape left as written" if broken else ""
    return "; ".join(filter(None, [said or f"nothing to fix in {number(len(linted), 'spec')}", rest, errors]))


def repairs(linted: Sequence[Linted], diff: bool) -> str:
    """What was repaired, or would be, by file and code, the most frequent first."""
    from cnncalc.render.findings import safe

    out: list[str] = []
    for each in (one for one in linted if one.applied):
        codes = [finding.code for finding in each.applied]
        counts = sorted({code: codes.count(code) for code in codes}.items(), key=lambda row: (-row[1], row[0]))
        out.append(f"{'would fix' if diff else 'fixed'} in {safe(each.source.name)}:")
        out += [f"  {count} x {code} {code.name}" for code, count in counts]
    return "\n".join(out)


class Row(NamedTuple):
    """The findings of one code and severity: how many there are, and how many --fix repairs."""

    code: str
    name: str
    severity: str
    total: int
    fixable: int


def rows(linted: Sequence[Linted]) -> list[Row]:
    """The findings that are shown, by code, the most frequent first."""
    found: dict[tuple[str, str, str], list[bool]] = {}
    for each in linted:
        for finding in each.shown:
            key = (finding.code.code, finding.name, finding.severity)
            found.setdefault(key, []).append(each.fixable(finding))
    counted = (Row(*key, len(fixes), sum(fixes)) for key, fixes in found.items())
    return sorted(counted, key=lambda row: (-row.total, row.code, SEVERITIES.index(row.severity)))


def statistics(linted: Sequence[Linted], paint: Paint) -> str:
    """A line for each code: how many, the code, [*] where --fix repairs some, severity and name."""
    found = rows(linted)
    wide = max((len(str(row.total)) for row in found), default=0)
    lines = [
        f"{row.total:>{wide}}  {row.code}  {'[*]' if row.fixable else '   '}  "
        f"{paint(row.severity, f'{row.severity:<7}')}  {row.name}"
        for row in found
    ]
    return "\n".join(lines)


def statistics_json(linted: Sequence[Linted]) -> str:
    """The same as a JSON list."""
    from json import dumps

    listed = [
        {"code": r.code, "name": r.name, "severity": r.severity, "count": r.total, "fixable": r.fixable}
        for r in rows(linted)
    ]
    return dumps(listed, indent=1)


def fails(linted: Sequence[Linted], most: int) -> bool:
    """Whether there are errors, or more warnings than so many."""
    every = [finding.severity for each in linted for finding in each.found]
    return ERROR in every or every.count(WARNING) > most
