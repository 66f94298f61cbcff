"""Comments that speak to the linter: `# cnncalc: ignore[NAMES] reason`, `ignore-file[NAMES]`, `# noqa: CODES`."""

from __future__ import annotations

import re
from bisect import bisect
from functools import cached_property
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Span
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncalc.diagnostic import Diagnostic
    from cnncalc.source import Line, Source

SAID = r"(?i)\bcnncalc:\s*ignore(-file)?\s*\[([^\]]*)\]|\bnoqa:\s*([A-Z]+\d+(?:[\s,]+[A-Z]+\d+)*)"
WORD = r"[^\s,]+"


class Suppression(NamedTuple):
    """One code or name that a comment says is meant.

    `line` is the number of its line, `comment` all of the marker that it stands in. `scope` is line, file, or late for
    what would speak of the file and stands below its first statement, so that it does nothing.
    """

    text: str
    line: int
    span: Span
    comment: Span
    scope: str
    noqa: bool

    def means(self, finding: Diagnostic) -> bool:
        """Whether it speaks of this code, wherever that is."""
        return self.text.upper() == finding.code or self.text.lower() == finding.name


class Suppressions:
    """What the comments of a file say is meant, and which of it was found."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.used: set[Suppression] = set()

    def mute(self, finding: Diagnostic) -> bool:
        """Whether a finding is meant; what says so is used."""
        said = [*self.everywhere, *self.by_line.get(self.line_at(finding.span.line), ())] if self.every else ()
        meant = [each for each in said if each.means(finding)]
        self.used.update(meant)
        return bool(meant)

    @cached_property
    def every(self) -> Sequence[Suppression]:
        """All of them, in the order of the file."""
        return tuple(found(self.source))

    @cached_property
    def everywhere(self) -> Sequence[Suppression]:
        """Those that speak of the whole file."""
        return [each for each in self.every if each.scope == "file"]

    @cached_property
    def by_line(self) -> dict[int, list[Suppression]]:
        """Those that speak of one line, by its number."""
        lines: dict[int, list[Suppression]] = {}
        for each in self.every:
            if each.scope == "line":
                lines.setdefault(each.line, []).append(each)
        return lines

    @cached_property
    def numbers(self) -> list[int]:
        """The number of every logical line."""
        return [line.number for line in self.source.lines]

    def line_at(self, row: int) -> int:
        """The number of the logical line that a row belongs to."""
        return self.numbers[max(bisect(self.numbers, row) - 1, 0)]


def found(source: Source) -> Iterator[Suppression]:
    """Every suppression of a file."""
    top = True
    for at, line in enumerate(source.lines):
        top = top and not line.text.strip()
        if ":" in line.comment and (matches := list(re.finditer(SAID, line.comment))):
            after = source.lines[at + 1].number if at + 1 < len(source.lines) else len(source.rows) + 1
            for match in matches:
                yield from words(line, match, Span(after - 1, 1, after - 1, 1), source.rows[after - 2], top)


def words(line: Line, match: re.Match[str], row: Span, text: str, top: bool) -> Iterator[Suppression]:
    """The codes and names of one marker, which stands in the last row of its line."""
    begin = text.rindex(line.comment) + 1
    group = 3 if match[3] else 2
    scope = "line" if not match[1] else "file" if top else "late"
    comment = stretch(row, begin + match.start(), begin + match.end())
    for word in re.finditer(WORD, match[group]):
        at = begin + match.start(group)
        span = stretch(row, at + word.start(), at + word.end())
        yield Suppression(word[0], line.number, span, comment, scope, group == 3)


def stretch(row: Span, begin: int, end: int) -> Span:
    """A part of a row."""
    return row._replace(column=begin, end_column=end)
