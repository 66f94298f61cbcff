"""The pages of `cnncalc rule`: as parts for programs, and as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.lint.registry import FAMILIES, family, fixes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncalc.diagnostic import Code
    from cnncalc.render.machine import Json


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
    """A code and its page for programs; `fix` is safe, unsafe or None."""
    return {
        "code": code.code, "name": code.name, "severity": code.severity, "family": family(code),
        "about": FAMILIES[family(code)], "fix": fixes(code) or None, "page": parts(code.page),
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
