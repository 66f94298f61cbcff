"""Workflow commands: GitHub shows each beside its line, as an annotation.

Source: docs.github.com/actions, "Workflow commands for GitHub Actions"; docs.github.com/rest/checks/runs for the ten
annotations of a level that a step may have. Columns end as ruff ends them: the last is not included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cnncalc.record import NamedTuple
from cnncalc.render.findings.paths import relative
from cnncalc.render.findings.text import safe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncalc.diagnostic import Diagnostic, Span
    from cnncalc.render.findings import Reports

MOST: Final = 10
"""How many annotations of one level GitHub shows of a step."""
LEVELS: Final = {"error": "error", "warning": "warning", "info": "notice"}
DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


class Placed(NamedTuple):
    """A finding and the name of its file."""

    file: str
    finding: Diagnostic


def document(reports: Reports) -> str:
    """The worst findings of all files first, ten of a level; a notice counts those that are left.

    The notice is itself one of the ten notices.
    """
    every = [Placed(source.name, finding) for source, found in reports for finding in in_order(found)]
    levels = {level: [each for each in every if each.finding.severity == level] for level in LEVELS}
    shown = dict.fromkeys(LEVELS, MOST)
    if any(len(some) > MOST for some in levels.values()):
        shown["info"] = MOST - 1
    commands = [command(each) for level, some in levels.items() for each in some[: shown[level]]]
    left = {level: len(some) - shown[level] for level, some in levels.items()}
    return "\n".join([*commands, *more(left)])


def in_order(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Findings by their place in the file."""
    return sorted(found, key=lambda finding: finding.span)


def more(left: Mapping[str, int]) -> list[str]:
    """The notice of what GitHub would not show."""
    parts = [f"{count:,} more {level}{'s' * (count > 1)}" for level, count in left.items() if count > 0]
    rest = f"GitHub shows {MOST} of each; cnncalc lint --output-format concise tells all"
    return [f"::notice title=cnncalc::{', '.join(parts)}: {rest}"] if parts else []


def command(placed: Placed) -> str:
    """One workflow command: `%`, line ends and, in properties, `:` and `,` are escaped.

    The log shows the text alone, which therefore begins with the place.
    """
    finding = placed.finding
    file, title = relative(placed.file), f"{finding.code.code} {finding.code.name}"
    given = {"file": file, **place(finding.span), "title": title}
    properties = ",".join(f"{name}={safe(value).translate(PROPERTY)}" for name, value in given.items())
    told = f"{file}:{finding.line}:{finding.column}: {finding.code.code} {finding.message}"
    text = "\n".join(map(safe, filter(None, [told, *finding.notes, finding.hint])))
    return f"::{LEVELS[finding.severity]} {properties}::{text.translate(DATA)}"


def place(span: Span) -> dict[str, str]:
    """Lines, and columns where it is of one line: GitHub takes no others."""
    columns = {"col": str(span.column), "endColumn": str(span.end_column)} if span.line == span.end_line else {}
    return {"line": str(span.line), "endLine": str(span.end_line), **columns}
