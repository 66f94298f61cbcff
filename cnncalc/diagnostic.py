"""Findings: what is wrong, where, how bad it is, and what would repair it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

ERROR, WARNING, INFO = "error", "warning", "info"
MANY, LONG = 1_000, 40
"""Among more words, or for a longer one, no suggestion is worth its search."""


class Span(NamedTuple):
    """A stretch of a file: lines and columns from 1, the end column not included."""

    line: int
    column: int
    end_line: int
    end_column: int


class Code(str):
    """A kind of finding: the text is its code; beside it its name, usual severity and page for `cnncalc rule`."""

    __slots__ = ("name", "page", "severity")
    name: str
    severity: str
    page: str

    def __new__(cls, code: str, name: str, severity: str, page: str) -> Code:
        made = super().__new__(cls, code)
        made.name, made.severity, made.page = name, severity, page
        return made

    @property
    def code(self) -> str:
        """The code alone: FIT101."""
        return str(self)


class Edit(NamedTuple):
    """Other text for a stretch of a file; an empty stretch is where text is put in."""

    span: Span
    text: str


class Fix(NamedTuple):
    """What would repair a finding: edits that belong together. A safe one changes no number of the network."""

    message: str
    edits: tuple[Edit, ...]
    safe: bool


class Diagnostic(NamedTuple):
    """One finding. `notes` explain; `hint` says what to do, in the imperative; `times`: of how many layers."""

    code: Code
    message: str
    span: Span
    hint: str = ""
    notes: tuple[str, ...] = ()
    level: str = ""
    times: int = 1
    fix: Fix | None = None

    def __str__(self) -> str:
        """Its place in the file, its code and name, how bad it is and its message, in a line."""
        return f"{self.line}:{self.column}: {self.code.code} {self.name} {self.severity}: {self.message}"

    @property
    def severity(self) -> str:
        """error, warning or info."""
        return self.level or self.code.severity

    @property
    def name(self) -> str:
        """The code's name: stride-drops-pixels."""
        return self.code.name

    @property
    def line(self) -> int:
        """The line it begins on, from 1."""
        return self.span.line

    @property
    def column(self) -> int:
        """The column it begins at, from 1."""
        return self.span.column


class Mistake(Exception):
    """A fault found while one line is read or evaluated; its place is `[begin, end)` of that line's text.

    It never leaves the core: whoever reads the line turns it into a Diagnostic and goes on.
    """

    def __init__(self, code: Code, message: str, begin: int, end: int, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.begin, self.end, self.hint = code, begin, end, hint
        self.message = message


@lru_cache(maxsize=4096)
def nearest(word: str, known: tuple[str, ...]) -> str:
    """The known word closest to `word` by edit distance, or nothing when none is close."""
    limit, letters = (len(word) > 1) + (len(word) > 4), set(word.lower())
    near = (k for k in known if abs(len(k) - len(word)) <= limit and len(letters.difference(k.lower())) <= limit)
    best = min(((distance(word.lower(), k.lower()), k) for k in near), default=(limit + 1, ""))
    return best[1] if best[0] <= limit else ""


def distance(one: str, other: str) -> int:
    """Edits (insert, delete, replace, swap neighbours) between two words."""
    above: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, above, row = above, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
    return row[-1]


def did_you_mean(word: str, known: Collection[str]) -> str:
    """A hint for a misspelt word; nothing where none is close, or too many are known."""
    close = nearest(word, tuple(known)) if len(known) <= MANY and len(word) <= LONG else ""
    return f"did you mean '{close}'?" if close else ""
