"""Comments that speak to the linter: `# cnncalc: ignore[NAMES] reason`, `ignore-file[NAMES]`, `# noqa: NAMES`."""

from __future__ import annotations

import re
from bisect import bisect
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Span, nearest
from cnncalc.lint.choice import words
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncalc.diagnostic import Diagnostic
    from cnncalc.source import Line, Source

SAID = r"(?i)\bcnncalc:\s*ignore(-file)?\s*\[([^][]*)\]|\bnoqa\s*:\s*"
ITEM = r"(?i)[\s,]*([a-z]+\d+|[a-z]+(?:-[a-z0-9]+)*)(?![\w-])"
"""What may be a code, a prefix or a name in a list without brackets; what is none begins the prose behind."""
MEANT = r"(?i)cnncalc:\s*([a-z][\w-]*)\s*(?:\[([^][]*)\]?|[=:]?)"
"""What a comment begins with that may be meant for the linter."""
BARE = r"(?i)(?:^|#)\s*(noqa)(?![\w-])"
FOREIGN = r"\s*:\s*[A-Z]+\d*(?![\w-])"
"""What stands behind `noqa` for another tool: its code, or how its codes begin."""
MARKERS = ("ignore", "ignore-file")
NOQA = "noqa"
LIKE = ("ignore", "disable", "allow", "suppress", "skip", "expect", NOQA, "off")
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
    """A comment that would speak to the linter and says nothing: the word that it says, and the names behind.

    `bare` is a `noqa` by itself, `open` a bracket that is not closed.
    """

    word: str
    inside: str
    line: int
    span: Span
    bare: bool
    open: bool


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
        lines = ((at, line.comment.lower()) for at, line in enumerate(self.source.lines) if line.comment)
        return [at for at, comment in lines if NOQA in comment or "cnncalc:" in comment]

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
        listed = match[2] is None
        spans = items(line.comment, match.end()) if listed else within(line.comment, *match.span(2))
        scope = "line" if not match[1] else "file" if at < top else "late"
        end = spans[-1][1] if listed and spans else match.end()
        comment = stretch(row, begin, match.start(), end)
        for first, last in spans:
            span = stretch(row, begin, first, last)
            yield Suppression(line.comment[first:last], line.number, span, comment, scope, listed)


def within(comment: str, begin: int, end: int) -> list[tuple[int, int]]:
    """Where the words of a bracket stand."""
    return [word.span() for word in re.compile(WORD).finditer(comment, begin, end)]


def items(comment: str, begin: int) -> list[tuple[int, int]]:
    """Where the codes and names of a list stand that no bracket ends; the first other word ends it."""
    item, spans = re.compile(ITEM), list[tuple[int, int]]()
    while (match := item.match(comment, begin)) and is_item(match[1], not spans, "," in match[0]):
        spans.append(match.span(1))
        begin = match.end()
    return spans


def is_item(word: str, first: bool, parted: bool) -> bool:
    """Whether a word is a code, ours or another tool's, or a name.

    How codes begin is one in front, and in capitals behind a comma: FIT alone.
    """
    if "-" in word:
        return word.lower() in known()
    return word[-1].isdigit() or ((first or (parted and word.isupper())) and word.upper() in known())


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """Every code and name, and how codes begin."""
    return frozenset(words())


def odd(source: Source, at: int) -> Odd | None:
    """What a line's comment would say to the linter, where it says nothing."""
    line = source.lines[at]
    row, begin = comment_of(source, at)
    return marker(line, row, begin) or bare(line, row, begin)


def marker(line: Line, row: int, column: int) -> Odd | None:
    """The marker that a comment begins with, where it is none of ours or names nothing."""
    meant, said = re.match(MEANT, line.comment), re.match(SAID, line.comment)
    if not meant or (said and said[2] and said[2].strip(" \t,")):
        return None
    word, bracket, end = meant[1].lower(), meant[2] is not None, meant.end()
    behind = [] if bracket else items(line.comment, end)
    alone = bool(behind) or not line.comment[end:].strip()
    if not is_marker(word, bracket, alone) or (word == NOQA and behind):
        return None
    names = ", ".join(line.comment[first:last] for first, last in behind)
    inside = meant[2].strip(" \t,") if bracket else names
    span = stretch(row, column, 0, len(line.comment[: behind[-1][1] if behind else end].rstrip()))
    return Odd(meant[1], inside, line.number, span, bare=False, open=bracket and meant[0][-1] != "]")


def is_marker(word: str, bracket: bool, alone: bool) -> bool:
    """Whether a word is meant to speak to the linter: by itself, or with no more than names behind it."""
    if word in MARKERS:
        return True
    like = bool(nearest(word, MARKERS)) or word.startswith(LIKE)
    return like if bracket else alone and (bool(nearest(word, MARKERS)) or word.partition("-")[0] in LIKE)


def bare(line: Line, row: int, column: int) -> Odd | None:
    """A `noqa` that names nothing, and no code of another tool."""
    found = re.search(BARE, line.comment)
    if not found or re.compile(FOREIGN).match(line.comment, found.end()):
        return None
    colon = re.compile(r"\s*:").match(line.comment, found.end())
    if colon and items(line.comment, colon.end()):
        return None
    tried = re.compile(ITEM).match(line.comment, colon.end()) if colon else None
    span = stretch(row, column, *found.span(1))
    return Odd(found[1], tried[1] if tried else "", line.number, span, bare=True, open=False)


def comment_of(source: Source, at: int) -> tuple[int, int]:
    """The row of a line's comment, which is its last, and the column of it behind the `#`."""
    line = source.lines[at]
    row = line.anchors[-1][1]
    return row, source.rows[row - 1].rindex(line.comment) + 1


def stretch(row: int, column: int, begin: int, end: int) -> Span:
    """A part of what begins at a column of a row."""
    return Span(row, column + begin, row, column + end)
