"""Findings for people: with the source underlined, or one a line.

Whatever comes from a spec is shown without its power over a terminal: control, format and bidirectional characters
appear as escapes. Colour is the caller's: `paint(style, text)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cnncalc.diagnostic import Diagnostic, Fix, Span
    from cnncalc.source import Source

    Paint = Callable[[str, str], str]

MOST: Final = 200
"""How many findings of one file people are shown."""
WIDE: Final = 100
"""How many columns of a source line are shown at most."""
LEAST: Final = 20
"""How many are shown on the narrowest screen."""
BEFORE: Final = 0.4
"""How much of them, in a line that is cut, stands before the underlined part."""
STEERING: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
MARKS: Final = {"safe": " [*]", "unsafe": " [* unsafe]"}
"""What stands in a line behind the severity of a finding that has a fix."""


class Cell(NamedTuple):
    """One character as shown, and how many columns of a terminal it takes."""

    text: str
    columns: int


def cell(char: str) -> Cell:
    """A character of a source line; a tab is one space, as in the language."""
    if char == "\t":
        return Cell(" ", 1)
    if " " <= char <= "~":
        return Cell(char, 1)
    from unicodedata import category, east_asian_width

    kind = category(char)
    if kind in STEERING:
        number = f"{ord(char):x}"
        escape = f"\\u{{{number}}}"
        return Cell(escape, len(escape))
    return Cell(char, 0 if kind in ("Mn", "Me") else 2 if east_asian_width(char) in "WF" else 1)


def safe(text: str) -> str:
    """Text without characters that steer a terminal."""
    return text if text.isascii() and text.isprintable() else "".join(cell(char).text for char in text)


def plain(style: str, text: str) -> str:
    """Text without colour."""
    return text


def full(source: Source, findings: Sequence[Diagnostic], paint: Paint = plain, width: int = 0) -> str:
    """Each finding with its place in the source underlined, its notes, its hint and its fix.

    Lines are broken where the screen is narrower; a `width` of 0 knows no end.
    """
    blocks = ["\n".join(block(source, finding, paint, width)) for finding in findings[:MOST]]
    return "\n\n".join([*blocks, *more(findings)])


def concise(source: Source, findings: Sequence[Diagnostic], paint: Paint = plain) -> str:
    """A line each: file:line:column: CODE name severity: message; hint (N more layers).

    Behind the severity `[*]` tells of a fix.
    """
    return "\n".join([*(line(source, finding, paint) for finding in findings[:MOST]), *more(findings)])


def more(findings: Sequence[Diagnostic]) -> list[str]:
    """What is not shown of a flood."""
    left = len(findings) - MOST
    return [f"... and {left:,} more {'finding' if left == 1 else 'findings'}"] if left > 0 else []


def line(source: Source, finding: Diagnostic, paint: Paint) -> str:
    """One finding on one line."""
    code, hint, others = finding.code, f"; {finding.hint}" if finding.hint else "", finding.times - 1
    many = f" ({others:,} more {'layer' if others == 1 else 'layers'})" if others else ""
    mark = MARKS[sort(finding.fix)] if finding.fix else ""
    what = f"{code.code} {code.name} {paint(finding.severity, finding.severity)}{mark}"
    return f"{paint('place', place(source, finding.span))}: {what}: {safe(finding.message + hint + many)}"


def block(source: Source, finding: Diagnostic, paint: Paint, width: int) -> Iterator[str]:
    """The lines of one finding."""
    span, title = finding.span, f"{finding.severity}[{finding.code.code} {finding.code.name}]"
    margin = " " * len(str(span.line))
    message = spread(safe(finding.message), len(title) + 2, 4, width)
    yield f"{paint(finding.severity, title)}: {paint('heading', message)}"
    yield f"{margin}{paint('place', '-->')} {place(source, span)}"
    if span.line <= len(source.rows):
        code, marks = snippet(source.rows[span.line - 1], span, seen(width, margin))
        yield f"{margin} {paint('place', '|')}"
        yield f"{paint('place', f'{span.line} |')} {code}".rstrip()
        yield f"{margin} {paint('place', '|')} {marks[0]}{paint(finding.severity, marks[1])}"
    for style, head, text in remarks(finding):
        indent, label = len(f"{margin} = {head}: "), paint(style, head) if style else head
        yield f"{margin} {paint('place', '=')} {label}: {spread(safe(text), indent, indent, width)}"


def remarks(finding: Diagnostic) -> Iterator[tuple[str, str, str]]:
    """(style, what it is, text) of what stands below the source."""
    yield from (("", "note", note) for note in finding.notes)
    repair, hint = finding.fix, finding.hint
    same = bool(repair and hint.startswith(repair.message))
    if hint and not same:
        yield "hint", "help", hint
    if repair:
        yield "hint", f"fix ({sort(repair)})", hint if same else repair.message


def spread(text: str, first: int, indent: int, width: int) -> str:
    """Text that begins in column `first`, broken between words where the screen ends and set in below."""
    if not width or first + len(text) <= width:
        return text
    from textwrap import TextWrapper

    wrapper = TextWrapper(width, " " * first, " " * indent, break_long_words=False, break_on_hyphens=False)
    return wrapper.fill(text)[first:]


def seen(width: int, margin: str) -> int:
    """How many columns of a source line fit behind the margin, between dots."""
    return max(min(WIDE, width - len(f"{margin} | ......")), LEAST) if width else WIDE


def sort(fix: Fix) -> str:
    """Whether a fix is applied by --fix alone, or by --unsafe-fixes only."""
    return "safe" if fix.safe else "unsafe"


def place(source: Source, span: Span) -> str:
    """file:line:column."""
    return f"{safe(source.name)}:{span.line}:{span.column}"


def snippet(row: str, span: Span, wide: int) -> tuple[str, tuple[str, str]]:
    """(the source line, (the space before its underline, the underline)), a long line cut around the latter."""
    begin = min(span.column - 1, len(row))
    end = max(span.end_column - 1 if span.end_line == span.line else len(row), begin + 1)
    low = max(0, begin - wide)
    cells = [cell(char) for char in row[low : begin + wide + 1]]
    first, last = cut(cells, begin - low, low > 0 or begin + wide + 1 < len(row), wide)
    head, tail = "..." * (low + first > 0), "..." * (low + last < len(row))
    code = head + "".join(c.text for c in cells[first:last]) + tail
    indent = " " * (len(head) + columns(cells[first : begin - low]))
    return code, (indent, "^" * max(1, columns(cells[begin - low : min(end - low, last)])))


def cut(cells: list[Cell], begin: int, long: bool, wide: int) -> tuple[int, int]:
    """The stretch of cells to show: all, or `wide` columns from a little before `begin`."""
    if not long and columns(cells) <= wide:
        return 0, len(cells)
    first = last = begin
    while first > 0 and columns(cells[first - 1 : begin]) <= wide * BEFORE:
        first -= 1
    while last < len(cells) and columns(cells[first : last + 1]) <= wide:
        last += 1
    return first, last


def columns(cells: Iterable[Cell]) -> int:
    """The columns that some cells take."""
    return sum(c.columns for c in cells)
