"""`cnncalc rule`: the page of a finding."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import common
from cnncalc.cli.common import Colour, Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncalc import diagnostic

FORMATS = ("text", "json")


def complete_rule(incomplete: str) -> list[str]:
    """Codes and names for the shell's completion."""
    from cnncalc.lint.choice import codes

    return [word for pair in codes() for word in pair if word.lower().startswith(incomplete.lower())]


Codes = Annotated[
    list[str] | None, typer.Argument(metavar="[CODE]...", help="Codes or names: FIT101.", autocompletion=complete_rule)
]
All = Annotated[bool, typer.Option("--all", help="Every page.")]
Format = Annotated[str, typer.Option("--output-format", help="text or json.", autocompletion=lambda: FORMATS)]


def rule(codes: Codes = None, all_: All = False, output_format: Format = "text", color: Colour = "auto") -> None:
    """Say what a finding means, why it matters and what to write instead; without a code, list them all."""
    given = codes or []
    if given and all_:
        raise Failure(f"--all shows every page; leave out '{given[0]}' or --all")
    if output_format not in FORMATS:
        raise Failure(f"--output-format takes {', '.join(FORMATS)}, not '{output_format}'")
    common.colour(color)
    if output_format == "json":
        print(as_json(given))
    else:
        show(given, all_, color)


def asked(given: Sequence[str]) -> tuple[diagnostic.Code, ...]:
    """The codes of these codes and names, each once; all where none is given."""
    from cnncalc.lint.registry import page, pages

    try:
        return tuple(dict.fromkeys(map(page, given))) if given else pages()
    except ValueError as error:
        raise Failure(str(error)) from None


def as_json(given: Sequence[str]) -> str:
    """The page that is asked for as an object, several as a list."""
    from json import dumps

    from cnncalc.render.pages import to_dict

    every = [to_dict(each) for each in asked(given)]
    return dumps(every[0] if len(given) == 1 else every, indent=1)


def show(given: Sequence[str], all_: bool, color: str) -> None:
    """Some pages, every page, or the list."""
    from cnncalc.render.pages import listed, styled
    from cnncalc.render.screen import screen

    out, codes = screen(sys.stdout, color), asked(given)
    for style, line in styled(codes, out.width) if given or all_ else listed(codes):
        print(out.paint(style, line) if style else line)
