"""A series drawn in characters."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from cnncalc.layer import figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncalc.render.people import Styled

HEIGHT = 9
"""The rows of a drawing."""
WIDEST = 100
"""The most columns of one; a longer series is drawn by the means of neighbours."""


def drawn(series: Sequence[tuple[str, Sequence[float]]], width: int) -> Iterator[Styled]:
    """(style, line) of several series, one below the other on one scale: `*` is a number, `:` is between two."""
    longest = max(len(values) for _, values in series)
    each = wide = 0
    while each < (needed := -(-longest // max(min(WIDEST, width - wide - 4), 1))):
        each = needed
        shown = [means(values, each) for _, values in series]
        finite = [value for columns in shown for value in columns if isfinite(value)] or [0.0]
        least, most = min(finite), max(finite)
        wide = max(len(figure(least)), len(figure(most)))
    for (name, _), columns in zip(series, shown, strict=True):
        yield "", ""
        yield "heading", f"{name}, each * the mean of {each} numbers" if each > 1 else name
        for row, line in enumerate(lines([level(value, least, most) for value in columns])):
            yield "", f"  {label(row, least, most).rjust(wide)} |{line}".rstrip()


def label(row: int, least: float, most: float) -> str:
    """What stands before a row: the largest number at the top, the least below, one that is both in the middle."""
    if least == most:
        return figure(most) if row == level(most, least, most) else ""
    return {0: figure(most), HEIGHT - 1: figure(least)}.get(row, "")


def means(values: Sequence[float], each: int) -> list[float]:
    """The means of so many neighbours."""
    parts = (values[i : i + each] for i in range(0, len(values), each))
    return [sum(value / len(part) for value in part) for part in parts]


def level(value: float, least: float, most: float) -> int:
    """The row that a number is drawn in, from the top; halves, as the distance of two numbers may be none."""
    below, height = most / 2 - max(value, least) / 2, most / 2 - least / 2
    return round((below / height if height else 0.5) * (HEIGHT - 1))


def lines(rows: Sequence[int]) -> Iterator[str]:
    """The rows of a drawing, from the top."""
    before = [rows[0], *rows[:-1]]
    for row in range(HEIGHT):
        yield "".join(mark(row, *ends) for ends in zip(before, rows, strict=True)).rstrip()


def mark(row: int, before: int, at: int) -> str:
    """What stands in a row, where the line goes from one row to another."""
    return "*" if at == row else ":" if min(before, at) < row < max(before, at) else " "
