"""`cnncalc rule`: the page of a finding."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import common
from cnncalc.cli.common import Colour, Failure

if TYPE_CHECKING:
    from cnncalc import diagnostic

FORMATS = ("text", "json")


def complete_rule(incomplete: str) -> list[str]:
    """Codes and names for the shell's completion."""
    from cnncalc.lint.choice import codes

    return [word for pair in codes() for word in pair if word.lower().startswith(incomplete.lower())]


Code = Annotated[str, typer.Argument(help="A code or a name: FIT101.", autocompletion=complete_rule)]
All = Annotated[bool, typer.Option("--all", help="Every page.")]
Format = Annotated[str, typer.Option("--output-format", help="text or json.", autocompletion=lambda: FORMATS)]


def rule(code: Code = "", all_: All = False, output_format: Format = "text", color: Colour = "auto") -> None:
    """Say what a finding means, why it matters and what to write instead; without a code, list them all."""
    if code and all_:
        raise Failure(f"--all shows every page; leave out '{code}' or --all")
    if output_format not in FORMATS:
        raise Failure(f"--output-format takes {', '.join(FORMATS)}, not '{output_format}'")
    common.colour(color)
    if output_format == "json":
        print(as_json(code))
    else:
        show(code, all_, color)


def asked(code: str) -> tuple[diagnostic.Code, ...]:
    """The code of this code or name; all where none is given."""
    from cnncalc.lint.registry import page, pages

    try:
        return (page(code),) if code else pages()
    except ValueError as error:
        raise Failure(str(error)) from None


def as_json(code: str) -> str:
    """One page as an object, all of them as a list."""
    from json import dumps

    from cnncalc.render.pages import to_dict

    every = [to_dict(each) for each in asked(code)]
    return dumps(every[0] if code else every, indent=1)


def show(code: str, all_: bool, color: str) -> None:
    """The page, every page, or the list."""
    from cnncalc.render.pages import listed, styled
    from cnncalc.render.screen import screen

    out = screen(sys.stdout, color)
    for style, line in (styled if code or all_ else listed)(asked(code)):
        print(out.paint(style, line) if style else line)
