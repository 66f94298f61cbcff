"""Edits of a spec's text, as fixes make them: places in a statement become places in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import Edit, Span

if TYPE_CHECKING:
    from cnncalc.source import Line, Source
    from cnncalc.syntax.tree import LayerLine, Use


def inserted(line: Line, at: int, text: str) -> Edit:
    """Text put in front of a character of a line; behind the last one at its end."""
    if at == 0 or at < len(line.text):
        row, column = line.place(at)
    else:
        row, before = line.place(at - 1)
        column = before + 1
    return Edit(Span(row, column, row, column), text)


def replaced(line: Line, begin: int, end: int, text: str) -> Edit:
    """Other text for a stretch of a line that is not empty."""
    return Edit(line.span(begin, end), text)


def option(statement: LayerLine, use: Use, word: str) -> Edit:
    """A flag behind the arguments of a layer or a postfix of a line."""
    place = statement.place
    return inserted(place.line, place.begin + statement.base + use.end, f" {word}")


def rows_removed(source: Source, first: int, last: int) -> Edit:
    """Rows taken out, from the first to the last, with the ends of their lines."""
    if last < len(source.rows):
        return Edit(Span(first, 1, last + 1, 1), "")
    above = first - 1
    begin = (above, len(source.rows[above - 1]) + 1) if above else (1, 1)
    return Edit(Span(*begin, last, len(source.rows[last - 1]) + 1), "")
