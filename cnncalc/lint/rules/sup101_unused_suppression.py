from __future__ import annotations

import re
from bisect import bisect
from typing import TYPE_CHECKING

from cnncalc.diagnostic import WARNING, Code, Diagnostic, Edit, Fix, Span
from cnncalc.faults import FAULTS
from cnncalc.lint.edits import rows_removed
from cnncalc.lint.registry import files, name_of
from cnncalc.lint.rule import Rule
from cnncalc.source import split_comment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.lint.study import Study
    from cnncalc.lint.suppress import Suppression, Suppressions
    from cnncalc.source import Source

NEXT = r"(?i)#|\bcnncalc:|\bnoqa:"
"""What ends the reason behind a marker."""
ABOUT = "SUP"
"""The family of what is said of comments: it is found last of all, so what ignores it is not judged."""


class UnusedSuppression(Rule):
    """A comment ignores what is not found."""

    code = Code(
        "SUP101",
        "unused-suppression",
        WARNING,
        """\
## What it does
Finds codes and names in `# cnncalc: ignore[...]`, `ignore-file[...]` and `# noqa:` that ignore nothing: the rule
finds nothing there, something else ignores it already, or it is an error of syntax or shape, which is never ignored.
Only rules that are run are judged, and only the file as it is written: under `--set` and `--input` nothing is.

## Why is this bad
The comment says that something is wrong here and meant. The line was repaired since, or the code was never the right
one; the next fault of that kind on that line will not be told.

## Example
    INPUT: 7x7x1
    CONV1: 1 3x3 stride 2 # cnncalc: ignore[stride-drops-pixels] the last column is empty

## Use instead
    INPUT: 7x7x1
    CONV1: 1 3x3 stride 2

## Fix safety
The fix is safe: it removes the word, or the comment with its reason where no other word is left in it. A comment is
no part of the network. A comment that stands on a line of its own, or an `ignore-file` below the first statement, is
left, as it may only have to move.

## Source
The rule of other linters: flake8-noqa's NQA102, ruff's RUF100, "unused-noqa".
""",
    )
    fixes = "safe"
    last = True
    good = (
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3 # cnncalc: ignore[stride-drops-pixels] the last column is empty",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 2",
        "# cnncalc: ignore-file[FIT101]\nINPUT: 7x7x1\nCONV1: 1 3x3 stride 3",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 2 # noqa: E501",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 2 # cnncalc: ignore[unused-suppression, FIT101] being changed",
    )
    bad = (
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 2 # cnncalc: ignore[stride-drops-pixels] the last column is empty",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3 # noqa: FIT101, FIT103",
        "# cnncalc: ignore-file[FIT103]\nINPUT: 7x7x1\nCONV1: 1 3x3 stride 2",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 2 # cnncalc: ignore[SYN107]",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3 # cnncalc: ignore[FIT101, FIT101]",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        said = study.suppressions
        if not said.every or not study.network.complete or study.network.overridden:
            return
        for one in said.every:
            code = resolved(one)
            if one not in said.used and judged(study, one, code):
                stays = one.scope == "late" or apart(said, one)
                fix = None if stays else Fix(f"remove {one.text}", (removal(said, one),), safe=True)
                yield Diagnostic(self.code, *told(said, one, code), fix=fix)


def resolved(one: Suppression) -> tuple[str, str]:
    """The code and the name that a suppression means; nothing where it means none."""
    code, name = one.text.upper(), one.text.lower()
    every = [*((file.partition("_")[0].upper(), name_of(file)) for file in files()), *((f, f.name) for f in FAULTS)]
    return next(((str(c), n) for c, n in every if code == c or name == n), ("", ""))


def judged(study: Study, one: Suppression, code: tuple[str, str]) -> bool:
    """Whether it is known that a suppression does nothing."""
    known = code[0] in study.ran or code[0] in FAULTS or (one.scope == "late" and bool(code[0]))
    return known and not code[0].startswith(ABOUT)


def told(said: Suppressions, one: Suppression, code: tuple[str, str]) -> tuple[str, Span, str]:
    """Why it does nothing, where it stands, and what to do."""
    name, hint = code[1], f"remove {one.text}"
    where = "on this line" if one.scope == "line" else "in this file"
    if apart(said, one):
        text = f"{one.text} is ignored on a line without a layer, and a comment speaks of its own line alone"
        return text, one.span, "write it at the end of the line that it is about"
    if one.scope == "late":
        first = said.numbers[said.top]
        text = f"ignore-file[{one.text}] speaks of nothing: the first statement stands above it, on line {first:,}"
        if first == one.line:
            text = f"ignore-file[{one.text}] speaks of nothing on a line with a statement"
        return text, one.span, f"move it above line {first:,}, or write ignore[{one.text}] on the line that it is about"
    if code[0] in FAULTS:
        what = "syntax" if code[0].startswith("SYN") else "shape"
        return f"{one.text} is ignored, but an error of {what} is always told", one.span, hint
    if again := ignored_already(said, one, code):
        return f"{one.text} is ignored {where}, but {again}", one.span, hint
    return f"{one.text} is ignored {where}, where {name if one.text != name else 'it'} finds nothing", one.span, hint


def apart(said: Suppressions, one: Suppression) -> bool:
    """Whether it speaks of a line that has nothing but the comment."""
    return one.scope == "line" and not said.source.lines[bisect(said.numbers, one.line) - 1].text.strip()


def ignored_already(said: Suppressions, one: Suppression, code: tuple[str, str]) -> str:
    """Where else the same is ignored, so that this has nothing left to ignore; nothing if it is not."""
    others = [other for other in said.used if resolved(other) == code]
    if any(other.scope == "line" and other.line == one.line for other in others):
        return "another word of this line does so already"
    if any(other.scope == "file" for other in others):
        return "ignore-file does so already"
    return "every line that it is found on does so already" if others and one.scope == "file" else ""


def removal(said: Suppressions, one: Suppression) -> Edit:
    """The text without a word of a marker, or without the marker and its reason if that is its only one."""
    words = [each for each in said.every if each.comment == one.comment]
    at, span = words.index(one), one.span
    if len(words) == 1:
        return marker_removed(said.source, one)
    if at + 1 < len(words):
        return Edit(span._replace(end_column=words[at + 1].span.column), "")
    return Edit(span._replace(column=words[at - 1].span.end_column), "")


def marker_removed(source: Source, one: Suppression) -> Edit:
    """The text without a marker and its reason; what else stands in the comment stays, an empty row does not."""
    number, row = one.comment.line, source.rows[one.comment.line - 1]
    marker, code = one.comment.column - 1, split_comment(row)[0]
    rest = re.compile(NEXT).search(row, one.comment.end_column - 1)
    end = rest.start() if rest else len(row)
    before = len(row[:marker].rstrip("# \t;,"))
    if before > len(code):
        return Edit(Span(number, before + 1, number, end + 1), " " if rest else "")
    if rest:
        begin = len(code) if rest[0] == "#" else marker
        return Edit(Span(number, begin + 1, number, end + 1), "")
    if not code.strip() and number == one.line:
        return rows_removed(source, number, number)
    return Edit(Span(number, len(code.rstrip()) + 1, number, end + 1), "")
