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

NEXT = r"(?i)#|\bcnncalc:|\bnoqa\s*:"
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
    turn = 2
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
        known = Meanings(said)
        for at, one in enumerate(said.every):
            code = known.of(one)
            if one not in said.used and judged(study, one, code):
                stays = one.scope == "late" or apart(said, one)
                fix = None if stays else Fix(f"remove {one.text}", (removal(said, at),), safe=True)
                yield Diagnostic(self.code, *told(said, one, known), fix=fix)


class Meanings:
    """What codes and names mean, and what is ignored where."""

    def __init__(self, said: Suppressions) -> None:
        rules = [(file.partition("_")[0].upper(), name_of(file)) for file in files()]
        every = [*rules, *((fault.code, fault.name) for fault in FAULTS)]
        self.meant = {word: pair for pair in every for word in pair}
        self.lines = {(one.line, self.of(one)[0]) for one in said.used if one.scope == "line"}
        self.file = {self.of(one)[0] for one in said.used if one.scope == "file"}
        self.somewhere = {code for _, code in self.lines}

    def of(self, one: Suppression) -> tuple[str, str]:
        """The code and the name that a suppression means; nothing where it means none."""
        return self.meant.get(one.text.upper()) or self.meant.get(one.text.lower()) or ("", "")

    def already(self, one: Suppression) -> str:
        """What else ignores the same, so that this has nothing left to ignore; nothing where nothing does."""
        code, _ = self.of(one)
        if (one.line, code) in self.lines:
            return "another word of this line does so already"
        if code in self.file:
            return "ignore-file does so already"
        return (
            "every line that it is found on does so already" if one.scope == "file" and code in self.somewhere else ""
        )


def judged(study: Study, one: Suppression, code: tuple[str, str]) -> bool:
    """Whether it is known that a suppression does nothing."""
    known = code[0] in study.ran or code[0] in FAULTS or (one.scope == "late" and bool(code[0]))
    return known and not code[0].startswith(ABOUT)


def told(said: Suppressions, one: Suppression, known: Meanings) -> tuple[str, Span, str]:
    """Why it does nothing, where it stands, and what to do."""
    (code, name), hint = known.of(one), f"remove {one.text}"
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
    if code in FAULTS:
        what = "syntax" if code.startswith("SYN") else "shape"
        return f"{one.text} is ignored, but an error of {what} is always told", one.span, hint
    if again := known.already(one):
        return f"{one.text} is ignored {where}, but {again}", one.span, hint
    return f"{one.text} is ignored {where}, where {name if one.text != name else 'it'} finds nothing", one.span, hint


def apart(said: Suppressions, one: Suppression) -> bool:
    """Whether it speaks of a line that has nothing but the comment."""
    return one.scope == "line" and not said.source.lines[bisect(said.numbers, one.line) - 1].text.strip()


def removal(said: Suppressions, at: int) -> Edit:
    """The text without a word of a marker, or without the marker and its reason if that is its only one."""
    one, others = said.every[at], said.every[max(at - 1, 0) : at] + said.every[at + 1 : at + 2]
    beside = [other.span for other in others if other.comment == one.comment]
    if not beside:
        return marker_removed(said.source, one)
    if beside[-1] > one.span:
        return Edit(one.span._replace(end_column=beside[-1].column), "")
    return Edit(one.span._replace(column=beside[0].end_column), "")


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
