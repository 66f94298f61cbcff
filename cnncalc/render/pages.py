"""The pages of `cnncalc rule`: for people, in parts for programs, and as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.lint.registry import FAMILIES, family, fixes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnncalc.diagnostic import Code
    from cnncalc.render.machine import Json
    from cnncalc.render.people import Styled

INDENT = "    "
"""What examples are set in by."""


def listed(every: Iterable[Code]) -> Iterator[Styled]:
    """Every code, its name, its severity and its fix, under the titles of the families."""
    from cnncalc.render.people import aligned

    codes = [code for group in grouped(every).values() for code in group]
    rows = aligned([[f"  {code.code}", code.name, code.severity, repaired(code)] for code in codes])
    last = ""
    for code, row in zip(codes, rows, strict=True):
        if family(code) != last:
            yield from [("", "")] * bool(last)
            last = family(code)
            yield "heading", f"{last}  {FAMILIES[last]}"
        yield "", row


def repaired(code: Code) -> str:
    """Which fix there is for a code: safe fix, unsafe fix or none."""
    known = fixes(code)
    return f"{known} fix" if known else ""


def styled(every: Iterable[Code], width: int) -> Iterator[Styled]:
    """The pages of some codes; a paragraph with a line that is wider than the screen is broken anew."""
    for i, code in enumerate(every):
        yield from [("", "")] * bool(i)
        yield "title", f"{code.code} {code.name} ({', '.join(filter(None, [code.severity, repaired(code)]))})"
        for line in fitted(code.page.rstrip().splitlines(), width):
            yield ("", "") if not line else ("heading", line) if line.startswith("## ") else ("", line)


def fitted(lines: Iterable[str], width: int) -> Iterator[str]:
    """Lines of a page for a screen: headings and what is indented stay as they are."""
    paragraph: list[str] = []
    for line in lines:
        if line and not line.startswith(("## ", INDENT)):
            paragraph.append(line)
            continue
        yield from broken(paragraph, width)
        paragraph = []
        yield line
    yield from broken(paragraph, width)


def broken(paragraph: Sequence[str], width: int) -> Sequence[str]:
    """A paragraph in lines as wide as the screen; as it is written where it fits."""
    if all(len(line) <= width for line in paragraph):
        return paragraph
    from textwrap import wrap

    return wrap(" ".join(paragraph), width, break_long_words=False, break_on_hyphens=False)


def parts(page: str) -> dict[str, str]:
    """A page's texts by their headings, in order."""
    found: dict[str, str] = {}
    for part in f"\n{page}".split("\n## ")[1:]:
        heading, _, text = part.partition("\n")
        found[heading] = text.strip("\n")
    return found


def prose(text: str) -> str:
    """The first paragraph of a part, in one line."""
    return " ".join(text.partition("\n\n")[0].split())


def to_dict(code: Code) -> Json:
    """A code and its page for programs, examples as a file has them; `fix` is safe, unsafe or None."""
    page = {
        heading: "\n".join(line.removeprefix(INDENT) for line in text.split("\n"))
        for heading, text in parts(code.page).items()
    }
    return {
        "code": code.code, "name": code.name, "severity": code.severity, "family": family(code),
        "fix": fixes(code) or None, "page": page,
    }  # fmt: skip


def markdown(page: str, deeper: str = "") -> Iterator[str]:
    """The lines of a page: headings set off and deeper, what is indented between fences."""
    fenced = False
    for line in page.rstrip().splitlines():
        inside = line.startswith("    ")
        if inside != fenced:
            yield "```text" if inside else "```"
        fenced = inside
        if line.startswith("## "):
            yield from (f"{deeper}{line}", "")
        else:
            yield line[4:] if inside else escaped(line)
    yield from ["```"] * fenced


def escaped(text: str) -> str:
    """Prose as Markdown shows it: the stars of a formula are no emphasis."""
    parts = text.split("`")
    return "`".join(part if i % 2 else part.replace("*", r"\*").replace("|", r"\|") for i, part in enumerate(parts))


def grouped(codes: Iterable[Code]) -> dict[str, list[Code]]:
    """Codes by family, the families in their order."""
    every = list(codes)
    groups = {letters: [code for code in every if family(code) == letters] for letters in FAMILIES}
    return {letters: group for letters, group in groups.items() if group}
