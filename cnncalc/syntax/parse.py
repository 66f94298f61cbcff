"""Source to statements, recovering line by line: one mistake costs one statement."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Diagnostic, Mistake
from cnncalc.faults import INDENTATION, LIMIT, MISPLACED, UNKNOWN_KIND
from cnncalc.record import NamedTuple
from cnncalc.source import Limits, Line, Source, split_statements, too_many, trimmed
from cnncalc.syntax.statement import AXES, NAME, broken, read_statement, whole_expression
from cnncalc.syntax.tree import Broken, Group, LayerLine, Place, Repeat

if TYPE_CHECKING:
    from cnncalc.syntax.tree import Statement

__all__ = ["AXES", "Parsed", "parse", "whole_expression"]

DEFINED = re.compile(rf"(?:^|;)\s*({NAME})\s*=(?![=>])")
BLOCK = re.compile(r"\s*block\s+(\w+)", re.IGNORECASE)


class Parsed(NamedTuple):
    """The statements of a file and what was wrong with the others."""

    statements: list[Statement]
    findings: list[Diagnostic]


@lru_cache(maxsize=8192)
def constants(text: str) -> tuple[str, ...]:
    """The names of the constants that a line defines."""
    return tuple(DEFINED.findall(text))


class Open(NamedTuple):
    """A body that lines may still continue: its column, its statements, and whether they are passed over."""

    column: int
    body: list[Statement]
    muted: bool = False


def parse(source: Source, limits: Limits = Limits()) -> Parsed:
    """Every statement of a source; findings hold the mistakes, the characters' included."""
    parser = Parser(source, limits)
    most = len(source.findings) + limits.errors
    for line in source.lines:
        if len(parser.findings) > most:
            parser.findings.append(too_many(line.span(0, 1), limits))
            break
        if line.text or not line.whole:
            parser.line(line)
    return Parsed(parser.top, parser.findings)


class Parser:
    """Keeps the open bodies while lines are read; `stack` holds the innermost last."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.source, self.limits = source, limits
        self.findings = list(source.findings)
        self.top: list[Statement] = []
        self.stack: list[Open] = []
        texts = [line.text for line in source.lines if line.text]
        self.defined = frozenset(name for text in texts if "=" in text for name in constants(text))
        self.blocks = frozenset(match[1] for text in texts if "block" in text.lower() and (match := BLOCK.match(text)))

    def line(self, line: Line) -> None:
        """One logical line: its place in the bodies, then each of its statements."""
        tabbed = self.refuse_tabs(line)
        parts, findings = split_statements(line)
        self.findings += findings
        readable = line.whole and not findings
        told = len(self.findings)
        body = self.body(line, len(line.text) - len(line.text.lstrip()))
        if tabbed:
            del self.findings[told:]
        for begin, end in parts if readable else [trimmed(line.text, 0, len(line.text))]:
            place = Place(line, begin, end)
            if self.stack[-1].muted or (readable and place.begin >= place.end):
                continue
            text = line.text[place.begin : place.end]
            body.append(self.statement(place, text, body) if readable else self.unread(place, text))

    def refuse_tabs(self, line: Line) -> bool:
        """Tabs in indentation are as wide as the reader's editor says; nothing more is said of their column."""
        row = self.source.rows[line.number - 1]
        if "\t" not in row:
            return False
        at = row.find("\t", 0, len(row) - len(row.lstrip()))
        if at >= 0:
            self.find(line, Mistake(INDENTATION, "the line is indented with a tab", at, at + 1, "indent with spaces"))
        return at >= 0

    def find(self, line: Line, mistake: Mistake, base: int = 0) -> None:
        """Turn a mistake into a finding at its place."""
        span = line.span(base + mistake.begin, base + mistake.end)
        self.findings.append(Diagnostic(mistake.code, mistake.message, span, mistake.hint))

    def body(self, line: Line, column: int) -> list[Statement]:
        """The body that a line at this column continues; a new one when the line above may have one."""
        if not self.stack:
            self.stack.append(Open(column, self.top))
        above = self.stack
        if above[-1].column < column:
            return self.deeper(line, column, above[-1])
        while len(above) > 1 and above[-1].column > column:
            left = above.pop()
        inner = above[-1]
        if inner.column < column and not left.muted:
            begins = " and ".join(str(level.column + 1) for level in (*above, left))
            text = f"column {column + 1} continues no body: those above begin at {begins}"
            self.find(line, Mistake(INDENTATION, text, column, column + 1, f"begin at column {inner.column + 1}"))
        elif inner.column > column:
            text = f"the line begins at column {column + 1}, the first line of the file at {inner.column + 1}"
            self.find(line, Mistake(INDENTATION, text, column, column + 1, "begin both at the same column"))
        return inner.body

    def deeper(self, line: Line, column: int, inner: Open) -> list[Statement]:
        """The body of the statement above, which this line opens."""
        owner = inner.body[-1] if inner.body else None
        if isinstance(owner, LayerLine) and (group := as_group(owner)):
            inner.body[-1] = owner = group
        if inner.muted or isinstance(owner, Broken):
            self.stack.append(Open(column, [], True))
            return self.stack[-1].body
        if not isinstance(owner, (Repeat, Group)):
            text = "the line is indented, but the one above takes no body"
            self.find(line, Mistake(MISPLACED, text, column, column + 1, f"begin at column {inner.column + 1}"))
            return inner.body
        if len(self.stack) > self.limits.nesting:
            text = f"bodies nest deeper than {self.limits.nesting}"
            self.find(line, Mistake(LIMIT, text, column, column + 1, "--limit nesting=N raises it"))
            self.stack.append(Open(column, [], True))
            return self.stack[-1].body
        self.stack.append(Open(column, owner.body))
        return owner.body

    def statement(self, place: Place, text: str, body: list[Statement]) -> Statement:
        """Read one statement; one that does not read is told, unless what stands above it told it already."""
        try:
            found = read_statement(text, self.defined)
        except Mistake as mistake:
            lost = self.unread(place, text)
            if not self.known(mistake, text, lost, body):
                self.find(place.line, mistake, place.begin)
            return lost
        if isinstance(found, Repeat):
            return found._replace(place=place, body=[])
        return found._replace(place=place)

    def unread(self, place: Place, text: str) -> Broken:
        """A statement that does not read, as far as it can be told what it is."""
        return broken(text, self.defined)._replace(place=place, body=[])

    def known(self, mistake: Mistake, text: str, lost: Broken, body: list[Statement]) -> bool:
        """Whether a mistake only follows from one above: a call of a block, a branch below another, `else`."""
        if mistake.code is UNKNOWN_KIND and text[mistake.begin : mistake.end] in self.blocks:
            return True
        above = body[-1] if body else None
        before = above.directive if isinstance(above, Broken) else ""
        return (lost.directive, before) in (("-", "-"), ("else", "if"), ("else", "else"))


def as_group(line: LayerLine) -> Group | None:
    """A name and a colon alone, with a body below it, are a group's head."""
    place = line.place
    behind = place.line.text[place.begin + line.base : place.end]
    return Group(place, line.label, []) if line.label and not line.bracket and not behind.strip() else None
