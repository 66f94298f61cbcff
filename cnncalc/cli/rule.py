"""`cnncalc rule`: the page of a finding."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cnncalc.cli import common
from cnncalc.cli.common import Colour, Failure


def complete_rule(incomplete: str) -> list[str]:
    """Codes and names for the shell's completion."""
    from cnncalc.lint.registry import pages

    words = (word for code in pages() for word in (code.code, code.name))
    return [word for word in words if word.lower().startswith(incomplete.lower())]


Code = Annotated[str, typer.Argument(help="A code or a name: FIT101.", autocompletion=complete_rule)]
All = Annotated[bool, typer.Option("--all", help="Every page.")]


def rule(code: Code = "", all_: All = False, color: Colour = "auto") -> None:
    """Say what a finding means, why it matters and what to write instead."""
    from cnncalc.lint.registry import page, pages
    from cnncalc.render import people
    from cnncalc.render.screen import screen

    out = screen(sys.stdout, common.colour(color))
    if not code and not all_:
        print("\n".join(people.codes(pages())))
        return
    try:
        wanted = pages() if all_ else (page(code),)
    except ValueError as error:
        raise Failure(str(error)) from None
    for style, line in people.pages(wanted):
        print(out.paint(style, line) if style else line)
