from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import WARNING, Code, Diagnostic, nearest
from cnncalc.lint.choice import FAMILY, codes, suggested
from cnncalc.lint.rule import Rule
from cnncalc.lint.suppress import MARKERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.diagnostic import Span
    from cnncalc.lint.study import Study
    from cnncalc.lint.suppress import Odd, Suppression, Suppressions

    Known = list[tuple[str, str]]

EXAMPLE = "stride-drops-pixels"


class UnknownRule(Rule):
    """A comment would ignore a rule that does not exist."""

    code = Code(
        "SUP102",
        "unknown-rule",
        WARNING,
        """\
## What it does
Finds comments that would ignore findings and name no rule: a misspelt code or name, a family (`ignore[FIT]`), no name
at all (`# cnncalc: ignore`, `# noqa`), a misspelt marker (`ingore[FIT101]`) or another tool's (`disable=FIT101`). Of
`# noqa:` only names and codes with a family of this linter are read; those of other tools are theirs.

## Why is this bad
The comment does nothing. What it was to ignore is told, or, worse, whoever reads it believes that something is wrong
on a line where nothing is.

## Example
    INPUT: 7x7x1
    CONV1: 1 3x3 stride 2 # cnncalc: ignore[stride-drop-pixels]

## Use instead
    INPUT: 7x7x1
    CONV1: 1 3x3 stride 2

## Fix safety
There is no automatic fix: which rule is meant is yours to say.

## Source
The rule of other linters: ruff's RUF102, "invalid-rule-code"; ESLint, "Definition for rule not found".
""",
    )
    turn = 2
    good = (
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 2",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3 # cnncalc: ignore[Stride-Drops-Pixels, fit101]",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 2 # noqa: E501, SIM102",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3 # noqa: stride-drops-pixels well-known case",
        "# cnncalc: show prints the table\nINPUT: 7x7x1\nCONV1: 1 3x3 stride 2",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3 # cnncalc: ignore[FIT101] slides",
    )
    bad = (
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 2 # cnncalc: ignore[stride-drop-pixels]",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3 # cnncalc: ignore[FIT]",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3 # noqa: FIT999",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3 # cnncalc: ignore",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3 # cnncalc: ingore[FIT101] slides",
        "# cnncalc: ignore-file[]\nINPUT: 7x7x1\nCONV1: 1 3x3 stride 3",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3 # noqa",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3 # cnncalc: disable=FIT101",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        said = study.suppressions
        if not said.speaking:
            return
        known = codes()
        for one in said.every:
            if not any(one.text.upper() == code or one.text.lower() == name for code, name in known):
                yield from self.unknown(said, one, known)
        for each in said.odd:
            yield Diagnostic(self.code, *told(said, each))

    def unknown(self, said: Suppressions, one: Suppression, known: Known) -> Iterator[Diagnostic]:
        """The finding about a word that is no rule's; of other tools' codes there is none."""
        upper = one.text.upper()
        such = [code for code, _ in known if upper == "ALL" or (len(upper) >= FAMILY and code.startswith(upper))]
        if such:
            here = sorted(set(such) & left(said, one.line, one.scope == "line"))
            hint = f"write {', '.join(here)}" if here else f"name each by its code or name, such as {such[0]}"
            text = f"'{one.text}' means several rules, and a comment ignores only what it names one by one"
            yield Diagnostic(self.code, text, one.span, hint)
        elif not one.noqa or ours(upper, known):
            hint = suggested(one.text) or "cnncalc rule lists the codes"
            yield Diagnostic(self.code, f"'{one.text}' names no rule, so that it ignores nothing", one.span, hint)


def ours(code: str, known: Known) -> bool:
    """Whether a code is made like those of this linter."""
    return code[FAMILY:].isdigit() and code[:FAMILY] in {each[:FAMILY] for each, _ in known}


def left(said: Suppressions, line: int, alone: bool) -> set[str]:
    """The codes that are found on a line, or in all of the file, and not ignored."""
    if alone:
        return said.left.get(line, set())
    return {code for found in said.left.values() for code in found}


def told(said: Suppressions, each: Odd) -> tuple[str, Span, str]:
    """What is missing of a marker, where it stands, and what to write."""
    word, nothing = each.word.lower(), f"'{each.word}' names no rule, so that it ignores nothing"
    names = ", ".join(named(each.inside) or sorted(left(said, each.line, "file" not in word))) or EXAMPLE
    if each.bare:
        return nothing, each.span, (each.inside and suggested(each.inside)) or f"write {word}: {names}"
    if word not in MARKERS:
        text = f"'{each.word}' says nothing to the linter, so that nothing is ignored"
        return text, each.span, f"write {nearest(word, MARKERS) or MARKERS['file' in word]}[{names}]"
    text = f"the bracket behind '{each.word}' is not closed" if each.open and each.inside else nothing
    return text, each.span, f"write {word}[{names}]"


def named(inside: str) -> list[str]:
    """The words among these that name a rule."""
    known = {word for pair in codes() for word in pair}
    return [word for word in inside.replace(",", " ").split() if word.upper() in known or word.lower() in known]
