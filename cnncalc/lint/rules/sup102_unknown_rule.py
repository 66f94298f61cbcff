from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import WARNING, Code, Diagnostic, did_you_mean, nearest
from cnncalc.lint.choice import FAMILY, codes
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
at all (`# cnncalc: ignore`), a misspelt marker (`ingore[FIT101]`). Of `# noqa:` only codes with a family of this
linter are read; those of other tools are theirs.

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
    last = True
    good = (
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 2",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3 # cnncalc: ignore[Stride-Drops-Pixels, fit101]",
        "INPUT: 7x7x1\nCONV1: 1 3x3 stride 2 # noqa: E501, SIM102",
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
            words = [word for pair in known for word in pair]
            hint = did_you_mean(one.text, words) or "cnncalc rule lists the codes"
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
    word, inside = each.word.lower(), each.inside
    if word not in MARKERS:
        text = f"'{each.word}' says nothing to the linter, so that nothing is ignored"
        return text, each.span, f"write {nearest(word, MARKERS) or MARKERS[0]}[{inside or EXAMPLE}]"
    if inside:
        return f"the bracket behind '{each.word}' is not closed", each.span, f"write {word}[{inside.split()[0]}]"
    here = ", ".join(sorted(left(said, each.line, word == MARKERS[0])))
    return f"'{each.word}' names no rule, so that it ignores nothing", each.span, f"write {word}[{here or EXAMPLE}]"
