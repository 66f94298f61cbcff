from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from cnncalc.diagnostic import INFO, Code, Diagnostic, Fix
from cnncalc.lint.edits import inserted, rows_removed
from cnncalc.lint.rule import Rule
from cnncalc.record import NamedTuple
from cnncalc.syntax.tree import LayerLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnncalc.lint.study import Study
    from cnncalc.lint.suppress import Suppressions
    from cnncalc.syntax.tree import Statement

LEAST = 3
"""How many lines are worth a range: two stand on the screen at once."""
NUMBER = re.compile(r"(?<!\d)(0|[1-9]\d{0,8})$")
COUNTER = re.compile(r"\bi\b")


class RangePossible(Rule):
    """Lines that differ in the number of their name alone."""

    code = Code(
        "STY102",
        "range-possible",
        INFO,
        """\
## What it does
Finds three or more lines below each other that are equal but for the number at the end of their names, which counts
up by one. A range says the same once: `CONV2..4: 192 3x3 pad 1`. Lines with a comment are left, as it speaks of one,
and so are lines of which only some have a warning or an error: what it asks for could not be done to one layer of a
range.

## Why is this bad
Nobody compares eleven long lines word by word, so a difference among them is not seen, and one that is wanted has to
be written eleven times.

## Example
    INPUT: 19x19x192
    CONV2: 192 3x3 pad 1 relu => 19x19x192
    CONV3: 192 3x3 pad 1 relu => 19x19x192
    CONV4: 192 3x3 pad 1 relu => 19x19x192

## Use instead
    INPUT: 19x19x192
    CONV2..4: 192 3x3 pad 1 relu => 19x19x192

## Fix safety
The fix is safe: a range makes layers of the same names, and its claims are held for each.

## Source
Section 5 of docs/language.md: "a range repeats the line".
""",
    )
    fixes = "safe"
    turn = 1
    good = (
        "INPUT: 19x19x192\nCONV2..4: 192 3x3 pad 1 relu => 19x19x192",
        "INPUT: 19x19x192\nCONV2: 192 3x3 pad 1 relu\nCONV3: 192 3x3 pad 1 relu\nCONV4: 192 3x3 pad 1 tanh",
        "INPUT: 19x19x192\nCONV2: 192 3x3 pad 1 relu\nCONV3: 192 3x3 pad 1 relu",
        "INPUT: 19x19x192\nCONV2: 192 3x3 pad 1 relu\nCONV3: 192 3x3 pad 1 relu\nCONV5: 192 3x3 pad 1 relu",
    )
    bad = (
        "INPUT: 19x19x192\nCONV2: 192 3x3 pad 1 relu => 19x19x192\nCONV3: 192 3x3 pad 1 relu => 19x19x192\n"
        "CONV4: 192 3x3 pad 1 relu => 19x19x192",
        "INPUT: 19x19x192\nCONV2: 192 3x3 pad 1 relu\nCONV3: 192 3x3 pad 1 relu\nCONV4: 192 3x3 pad 1 relu",
        "block basic(c)\n  add relu\n    - conv c 3x3 pad 1\n    - identity\nINPUT: 9x9x8\n"
        "layer1.0: basic 8\nlayer1.1: basic 8\nlayer1.2: basic 8\nlayer2: basic 8",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        if study.network.complete:
            codes = by_line(study.found)
            for body in bodies(study.network.parsed.statements):
                for run in (part for every in runs(body) for part in self.silent(every, study.suppressions)):
                    if len({frozenset(codes.get(each.line.place.line.number, ())) for each in run}) == 1:
                        yield told(self.code, study, run)

    def silent(self, run: Sequence[Numbered], suppressions: Suppressions) -> Iterator[list[Numbered]]:
        """The parts of a run without comments, which speak of one line; one that ignores this rule is used by that."""
        parts: list[list[Numbered]] = [[]]
        for each in run:
            if each.line.place.line.comment:
                suppressions.mute(Diagnostic(self.code, "", each.line.place.span()))
                parts.append([])
            else:
                parts[-1].append(each)
        return (part for part in parts if len(part) >= LEAST)


class Numbered(NamedTuple):
    """A line by itself that a range might hold: what its name is without its number, the number, and the line."""

    stem: str
    number: int
    line: LayerLine


def by_line(found: Iterable[Diagnostic]) -> dict[int, set[str]]:
    """The codes of the errors and warnings found, by the line that they begin on."""
    codes: dict[int, set[str]] = {}
    for finding in (finding for finding in found if finding.severity != INFO):
        codes.setdefault(finding.span.line, set()).add(finding.code)
    return codes


def bodies(statements: Sequence[Statement]) -> Iterator[Sequence[Statement]]:
    """Some statements and the bodies below them, without a limit of depth."""
    waiting = [statements]
    while waiting:
        body = waiting.pop()
        yield body
        for statement in body:
            if not isinstance(statement, LayerLine):
                waiting += [
                    below for name in ("body", "branches", "otherwise") if (below := getattr(statement, name, ()))
                ]


def runs(body: Sequence[Statement]) -> Iterator[list[Numbered]]:
    """The stretches of lines that a range could say.

    Equal texts behind the names of lines are read once: lines with two bodies differ, without comparing them.
    """
    run: list[Numbered] = []
    for above, below in pairwise(body):
        if isinstance(above, LayerLine) and isinstance(below, LayerLine) and above.body is below.body:
            one, other = run[-1] if run else taken(above), taken(below)
            if one and other and follows(one, other):
                run = run or [one]
                run.append(other)
                continue
        if len(run) >= LEAST:
            yield run
        run = []
    if len(run) >= LEAST:
        yield run


def taken(line: LayerLine) -> Numbered | None:
    """The line taken apart; nothing where it cannot stand in a range, or not alone in its row."""
    label, body, place = line.label, line.body, line.place
    if label is None or label.last or label.origin or body.origins or body.asks or line.tentative:
        return None
    if not (body.uses or body.call) or any(use.refers for use in body.uses) or len(place.line.anchors) > 1:
        return None
    text, number = place.line.text, NUMBER.search(label.name)
    alone = not text[: place.begin].strip() and place.end == len(text)
    if (
        not alone
        or not number
        or COUNTER.search(text, place.begin + label.end)
        or "*" in text[: place.begin + label.end]
    ):
        return None
    return Numbered(label.name[: number.start()], int(number[0]), line)


def follows(one: Numbered, other: Numbered) -> bool:
    """Whether a line is the one above with the next number."""
    above, below = one.line.place, other.line.place
    if one.number + 1 != other.number or one.stem != other.stem or above.line.number + 1 != below.line.number:
        return False
    return around(one.line) == around(other.line)


def around(line: LayerLine) -> tuple[str, str]:
    """What stands in a line before and behind its name."""
    assert line.label
    text, at = line.place.line.text, line.place.begin
    return text[: at + line.label.begin], text[at + line.label.end :]


def told(code: Code, study: Study, run: Sequence[Numbered]) -> Diagnostic:
    """The finding: the first and the last line, and the range."""
    (_, _, line), last = run[0], run[-1]
    label, place = line.label, line.place
    assert label and last.line.label
    end, rows = place.begin + label.end, (place.line.number + 1, last.line.place.line.number)
    edits = (inserted(place.line, end, f"..{last.number}"), rows_removed(study.network.source, *rows))
    name = f"{label.name}..{last.number}"
    text = f"{label.name} to {last.line.label.name} are {len(run):,} equal lines"
    span = place.span(place.begin + label.begin, end)
    return Diagnostic(code, text, span, f"write them as one, {name}", fix=Fix(f"write {name}", edits, safe=True))
