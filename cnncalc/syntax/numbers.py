"""Numbers as a slide prints them: `1 0 2 / 0 1 -1`, rows behind one another or below one another.

Spaces, tabs or commas part numbers; `/` or the end of a line parts rows, `//` slices of depth, `|` or an empty line
channels; `#` starts a comment. Brackets nest as in NumPy and JSON: `[[1, 0], [0, 1]]`.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from math import isfinite
from typing import TYPE_CHECKING

from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncalc.layer import Array

    Nested = list["Nested"] | float

FACTOR = re.compile(r"(?:\s|#[^\n]*\n)*([^\s*/|\[\]]+?)\s*(?:/\s*([^\s*/|\[\]]+?)\s*)?\*")
"""What stands before a kernel to be multiplied with it: `1/16 *`, `0.5 *`."""
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
STRANGE = re.compile(r"[^-+.,\deE\s]", re.ASCII)
"""What no number has; float() alone would take `nan`, `1_000` and the digits of any script."""
BETWEEN = re.compile(r"\s*,\s*|\s+")
QUOTED = re.compile(r"[\s,;'\"]+")
"""What parts numbers in files of other programs, some of it wrongly."""
FRACTION = re.compile(r"(?<![\d.])1/[1-9]\d*(?!\S)")
PARTS = re.compile(r"(//|/|\|)")
COMMENT = re.compile(r"#[^\r\n]*")
LONE_COMMA = re.compile(r"[\[,]\s*,|,\s*\]")
BRACKETS = re.compile(r"[\[\]]|[^\[\]\s,]+")
DEEPEST = 5
"""How deep brackets nest: filters, channels and three axes."""
LONG = 30
"""How much of a text a message shows."""


class Unread(ValueError):
    """Text that is no numbers, or numbers that make no block; the message says where."""


class Row(NamedTuple):
    """One row of numbers, and the channel and slice that it stands in, whose numbers only grow."""

    channel: int
    slice: int
    where: str
    text: str


def factor(text: str) -> tuple[float, float, str]:
    """(what a kernel is multiplied with, what its sums are divided by, the rest of its text). Raises Unread."""
    match = FACTOR.match(text)
    if match is None:
        return 1.0, 1.0, text
    top, bottom = (number(part or "1", "before the '*'") for part in match.groups())
    if bottom == 0:
        raise Unread(f"'{match[0].strip()}' divides by 0")
    return top, bottom, "\n" * match[0].count("\n") + text[match.end() :]


def block(text: str) -> Array:
    """The numbers of a text without brackets: (channels, slices, rows, columns). Raises Unread."""
    import numpy as np

    found = list(rows(text))
    if not found:
        raise Unread("there are no numbers")
    values = [numbers(row) for row in found]
    hint = "; / parts rows, a factor stands before all: 1/3 * 1 1 1" if FRACTION.search(text) else ""
    even([len(row) for row in values], [f"{row.where} ('{short(row.text)}')" for row in found], "number", hint)
    slices = [list(group) for _, group in groupby(found, lambda row: (row.channel, row.slice))]
    channels = [list(group) for _, group in groupby(slices, lambda rows: rows[0].channel)]
    even([len(each) for each in channels], [f"channel {i}" for i in range(len(channels))], "slice")
    names = [f"slice {j} of channel {i}" for i, each in enumerate(channels) for j in range(len(each))]
    if len(slices) == len(channels):
        names = [f"channel {i}" for i in range(len(channels))]
    even([len(each) for each in slices], names, "row")
    return np.array(values).reshape(len(channels), len(channels[0]), len(slices[0]), -1)


def rows(text: str) -> Iterator[Row]:
    """The rows of a text with where they stand: in which line, or as which row where there is only one line."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
    channel = depth = count = 0
    for number_, line in enumerate(lines, 1):
        written, comment, _ = line.partition("#")
        channel += not written.strip() and not comment
        for part in PARTS.split(written):
            channel, depth = channel + (part == "|"), depth + (part == "//")
            if part.strip() and not PARTS.fullmatch(part):
                count += 1
                yield Row(channel, depth, f"line {number_}" if len(lines) > 1 else f"row {count}", part.strip())


def numbers(row: Row) -> list[float]:
    """The numbers of a row."""
    words = BETWEEN.split(row.text)
    if not STRANGE.search(row.text):
        try:
            found = list(map(float, words))
        except ValueError:
            found = []
        if found and all(map(isfinite, found)):
            return found
    if row.where.startswith("line") and not any(map(NUMBER.fullmatch, QUOTED.split(row.text))):
        headings = "leave out a line of headings, or put # before it"
        raise Unread(f"'{short(words[0])}' in {row.where} is no number, and nothing in that line is: {headings}")
    return [number(word, f"in {row.where}") for word in words]


def number(word: str, where: str) -> float:
    """The number that a word is. Raises Unread."""
    if not word:
        raise Unread(f"{where} nothing stands before or behind a comma: write 0 where there is nothing")
    if NUMBER.fullmatch(word):
        if isfinite(found := float(word)):
            return found
        raise Unread(f"'{short(word)}' {where} is too large: numbers end at 1.8e308")
    raise Unread(f"'{short(word)}' {where} is no number{instead(word)}")


def instead(word: str) -> str:
    """What to write for a character that looks like a part of a number and is none."""
    strange = next((c for c in word if not c.isascii()), "")
    if strange:
        name = unicodedata.name(strange, "a character without a name")
        minus = not {"MINUS", "DASH", "HYPHEN"}.isdisjoint(re.split("[ -]", name))
        return f": '{strange}' is {name}{', write -' * minus}"
    if word[0] in "'\"":
        return ": leave out the quotes"
    rest = "write a decimal point, commas between numbers, / between rows"
    return f": ';' parts nothing; {rest}" if ";" in word else ""


def even(counts: Sequence[int], names: Sequence[str], what: str, hint: str = "") -> None:
    """Refuse parts that are not all as long as the first."""
    for count, name in zip(counts, names, strict=True):
        if count != counts[0]:
            raise Unread(f"{name} has {counted(count, what)}, {names[0]} has {counts[0]:,}{hint}")


def counted(count: int, what: str) -> str:
    """1 row, 3 rows"""
    several = {"axis": "axes", "entry": "entries"}.get(what, f"{what}s")
    return f"{count:,} {what if count == 1 else several}"


def short(text: str) -> str:
    """A text, or the beginning of a long one."""
    return text if len(text) <= LONG else f"{text[:LONG]}..."


def nested(text: str) -> Array:
    """The numbers of a text in brackets, with an axis for each depth of brackets. Raises Unread."""
    import numpy as np

    extents: list[int] = []
    items: list[Nested] = lists(text)
    while lists_ := [item for item in items if isinstance(item, list)]:
        if len(lists_) < len(items):
            raise Unread("brackets and numbers stand side by side")
        depth = len(extents) + 1
        even(
            [len(item) for item in lists_], [f"bracket {i} of depth {depth}" for i in range(1, len(items) + 1)], "entry"
        )
        extents.append(len(lists_[0]))
        items = [entry for item in lists_ for entry in item]
    if not items:
        raise Unread("there are no numbers")
    return np.array(items, float).reshape(extents)


def uncommented(text: str) -> str:
    """A text without its comments."""
    return COMMENT.sub("", text)


def lists(text: str) -> list[Nested]:
    """What brackets hold, as lists in lists: one list with all."""
    text = uncommented(text)
    if LONE_COMMA.search(text):
        raise Unread("in brackets nothing stands before or behind a comma: write 0 where there is nothing")
    open_: list[list[Nested]] = [[]]
    for token in BRACKETS.findall(text):
        if token == "[":
            open_.append([])
        elif token != "]":
            open_[-1].append(number(token, "in brackets"))
        elif len(open_) > 1:
            open_[-2].append(open_.pop())
        if len(open_) > DEEPEST + 1:
            raise Unread(f"brackets nest deeper than {DEEPEST}: filters, channels and three axes")
    outer = open_[0]
    if len(open_) > 1 or text.count("[") != text.count("]") or len(outer) != 1 or not isinstance(outer[0], list):
        raise Unread("brackets do not match: one pair stands around all, as in [[1, 0], [0, 1]]")
    return outer
