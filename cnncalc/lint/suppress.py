"""Comments that speak to the linter: `# cnncalc: ignore[NAMES] reason`, `ignore-file[NAMES]`, `# noqa: CODES`."""

from __future__ import annotations

import re
from bisect import bisect
from functools import cached_property
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Span, nearest
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncalc.diagnostic import Diagnostic
    from cnncalc.source import Source

SAID = r"(?i)\bcnncalc:\s*ignore(-file)?\s*\[([^][]*)\]|\bnoqa:\s*([A-Z]+\d+(?:[\s,]+[A-Z]+\d+)*)"
MEANT = r"(?i)cnncalc:\s*(ignore(?:-file)?(?![\w-])|[\w-]+(?=\s*\[))\s*(?:\[([^][]*)\]?)?"
"""What a comment begins with that may be meant for the linter."""
MARKERS = ("ignore", "ignore-file")
LIKE = ("ignore", "disable", "allow", "suppress", "skip", "expect", "noqa", "off")
"""How words begin that say so to other tools."""
WORD = r"[^\s,]+"
EVERYWHERE = 0
"""The number of no line: all of the file."""


class Suppression(NamedTuple):
    """One code or name that a comment says is meant.

    `line` is the number of its line, `comment` all of the marker that it stands in. `scope` is line, file, or late for
    what would speak of the file and does not stand above its first statement, so that it does nothing.
    """

    text: str
    line: int
    span: Span
    comment: Span
    scope: str
    noqa: bool


class Odd(NamedTuple):
    """A comment that would speak to the linter and says nothing: the word that it says, and what in brackets."""

    word: str
    inside: str
    line: int
    span: Span


class Suppressions:
    """What the comments of a file say is meant, which of it was found, and the codes that are left, by line."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.used: set[Suppression] = set()
        self.left: dict[int, set[str]] = {}

    def mute(self, finding: Diagnostic) -> bool:
        """Whether a finding is meant; the first that says so of its line, or else of the file, is used."""
        if not self.speaking:
            return False
        line, words = self.line_at(finding.span.line), (finding.code.code, finding.name.upper())
        for at in (line, EVERYWHERE):
            meant = [self.named[at, word] for word in words if (at, word) in self.named]
            if meant:
                self.used.add(min(meant, key=lambda each: each.span))
                return True
        self.left.setdefault(line, set()).add(finding.code.code)
        return False

    @cached_property
    def every(self) -> list[Suppression]:
        """All of them, in the order of the file."""
        return [each for at in self.speaking for each in found(self.source, at, self.top)]

    @cached_property
    def odd(self) -> Sequence[Odd]:
        """What would be one and is none."""
        return [each for at in self.speaking if (each := odd(self.source, at))]

    @cached_property
    def speaking(self) -> Sequence[int]:
        """Which of the lines have a comment that may speak to the linter."""
        with_colon = [at for at, line in enumerate(self.source.lines) if line.comment and ":" in line.comment]
        return [at for at in with_colon if re.search("(?i)cnncalc:|noqa:", self.source.lines[at].comment)]

    @cached_property
    def top(self) -> int:
        """Which line the first statement stands on; behind the last where there is none."""
        lines = self.source.lines
        return next((at for at, line in enumerate(lines) if line.text.strip()), len(lines))

    @cached_property
    def named(self) -> dict[tuple[int, str], Suppression]:
        """The first of each code or name, in capitals, by the number of the line that it speaks of."""
        heard = [each for each in reversed(self.every) if each.scope != "late"]
        return {(each.line if each.scope == "line" else EVERYWHERE, each.text.upper()): each for each in heard}

    @cached_property
    def numbers(self) -> list[int]:
        """The number of every logical line."""
        return [line.number for line in self.source.lines]

    def line_at(self, row: int) -> int:
        """The number of the logical line that a row belongs to."""
        return self.numbers[max(bisect(self.numbers, row) - 1, 0)]


def found(source: Source, at: int, top: int) -> Iterator[Suppression]:
    """Every suppression of one line; the first statement stands on line `top`."""
    line, (row, begin) = source.lines[at], comment_of(source, at)
    for match in re.finditer(SAID, line.comment):
        group = 3 if match[3] else 2
        scope = "line" if not match[1] else "file" if at < top else "late"
        comment = stretch(row, begin, *match.span())
        for word in re.finditer(WORD, match[group]):
            from_here = begin + match.start(group)
            yield Suppression(word[0], line.number, stretch(row, from_here, *word.span()), comment, scope, group == 3)


def odd(source: Source, at: int) -> Odd | None:
    """What a line's comment would say to the linter, where it says nothing."""
    line = source.lines[at]
    meant, said = re.match(MEANT, line.comment), re.match(SAID, line.comment)
    if not meant or (said and said[2].strip(" \t,")):
        return None
    if not meant[1].lower().startswith(LIKE) and not nearest(meant[1], MARKERS):
        return None
    row, begin = comment_of(source, at)
    return Odd(
        meant[1],
        (meant[2] or "").strip(" \t,"),
        line.number,
        stretch(row, begin, meant.start(), len(meant[0].rstrip())),
    )


def comment_of(source: Source, at: int) -> tuple[int, int]:
    """The row of a line's comment, which is its last, and the column of it behind the `#`."""
    line = source.lines[at]
    row = line.anchors[-1][1]
    return row, source.rows[row - 1].rindex(line.comment) + 1


def stretch(row: int, column: int, begin: int, end: int) -> Span:
    """A part of what begins at a column of a row."""
    return Span(row, column + begin, row, column + end)
