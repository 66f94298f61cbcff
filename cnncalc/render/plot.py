"""A series drawn in characters."""

from __future__ import annotations

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
    every = [value for _, values in series for value in values]
    least, most = min(every), max(every)
    wide = max(len(figure(least)), len(figure(most)))
    longest = max(len(values) for _, values in series)
    for name, values in series:
        yield "", ""
        yield "heading", name
        columns = means(values, longest, max(min(WIDEST, width - wide - 4), 1))
        for row, line in enumerate(lines([level(value, least, most) for value in columns])):
            label = {0: figure(most), HEIGHT - 1: figure(least)}.get(row, "")
            yield "", f"  {label.rjust(wide)} |{line}".rstrip()


def means(values: Sequence[float], longest: int, columns: int) -> list[float]:
    """The numbers, or the means of as many neighbours as make the longest series fit the columns."""
    each = -(-longest // columns)
    parts = (values[i : i + each] for i in range(0, len(values), each))
    return [sum(part) / len(part) for part in parts]


def level(value: float, least: float, most: float) -> int:
    """The row that a number is drawn in, from the top."""
    share = (most - value) / (most - least) if most > least else 0.5
    return round(share * (HEIGHT - 1))


def lines(rows: Sequence[int]) -> Iterator[str]:
    """The rows of a drawing, from the top."""
    before = [rows[0], *rows[:-1]]
    for row in range(HEIGHT):
        yield "".join(
            "*" if at == row else ":" if min(a, at) < row < max(a, at) else " "
            for a, at in zip(before, rows, strict=True)
        ).rstrip()
