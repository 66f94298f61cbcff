"""Findings of some files as one document: for people, for programs, for GitHub's checks and for CI servers.

One module a format, imported when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cnncalc.render.findings.text import concise, full, plain, safe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncalc.diagnostic import Diagnostic
    from cnncalc.render.findings.text import Paint as Paint
    from cnncalc.source import Source

    Reports = Sequence[tuple[Source, Sequence[Diagnostic]]]
    Format = Callable[[Reports, Paint, int], str]

__all__ = ["FORMATS", "concise", "full", "plain", "safe", "written"]


def written(name: str, reports: Reports, paint: Paint = plain, width: int = 0) -> str:
    """The findings of some files in the format of this name, without a line end behind the last line.

    In full they are broken to the width of a screen; 0 knows no end. Raises KeyError for a name that is not in FORMATS.
    """
    return FORMATS[name](reports, paint, width)


def in_full(reports: Reports, paint: Paint, width: int) -> str:
    """Every finding with its source underlined; a file without any is left out."""
    return "\n\n".join(full(source, found, paint, width) for source, found in reports if found)


def in_lines(reports: Reports, paint: Paint, width: int) -> str:
    """Every finding in a line."""
    return "\n".join(concise(source, found, paint) for source, found in reports if found)


def as_commands(reports: Reports, paint: Paint, width: int) -> str:
    """Workflow commands for GitHub."""
    from cnncalc.render.findings.github import document

    return document(reports)


def as_json(reports: Reports, paint: Paint, width: int) -> str:
    """A JSON list."""
    from json import dumps

    from cnncalc.render.machine import diagnostic

    return dumps([diagnostic(finding, source.name) for source, found in reports for finding in found], indent=1)


def as_junit(reports: Reports, paint: Paint, width: int) -> str:
    """JUnit's XML."""
    from cnncalc.render.findings.junit import document

    return document(reports)


def as_sarif(reports: Reports, paint: Paint, width: int) -> str:
    """SARIF 2.1.0."""
    from cnncalc.render.findings.sarif import document

    return document(reports)


FORMATS: Final[dict[str, Format]] = {
    "full": in_full, "concise": in_lines, "json": as_json, "github": as_commands, "junit": as_junit, "sarif": as_sarif,
}  # fmt: skip
"""How findings are written, by the name of the format."""
