"""Tables for docs/benchmarks.md: the other benchmarks print theirs and, where they are asked to, put them there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from speed import shown

if TYPE_CHECKING:
    import argparse

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def ask(parser: argparse.ArgumentParser) -> None:
    """The options that say what becomes of a table."""
    parser.add_argument("--markdown", action="store_true", help="tables as docs/benchmarks.md has them")
    parser.add_argument("--write", action="store_true", help="put them there; words around them stay as they are")


def told(rows: list[list[str]], given: argparse.Namespace) -> None:
    """Print a table; with `--write` it takes the place of the one with its columns in docs/benchmarks.md.

    Raises SystemExit where that page has no such table.
    """
    print(shown(rows, given.markdown) + "\n", flush=True)
    if given.write:
        PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), rows), encoding="utf-8")


def replaced(page: str, rows: list[list[str]]) -> str:
    """The page with these rows in place of the table that has the same columns."""
    lines = page.split("\n")
    heads = [at for at, line in enumerate(lines) if cells(line) == rows[0]]
    if len(heads) != 1:
        raise SystemExit(f"{PAGE.name} has {len(heads)} tables with the columns {', '.join(rows[0])}; it needs one")
    begin = end = heads[0]
    while lines[end].startswith("|"):
        end += 1
    return "\n".join([*lines[:begin], shown(rows, markdown=True), *lines[end:]])


def cells(line: str) -> list[str]:
    """What the cells of a table's line hold; none for another line."""
    return [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
