"""The commands of `cnncalc`, each in a module of its name."""

from __future__ import annotations

from typing import Annotated

import typer

from cnncalc.cli.build import build
from cnncalc.cli.explain import explain
from cnncalc.cli.lint import lint
from cnncalc.cli.rule import rule
from cnncalc.cli.show import show
from cnncalc.cli.zoo import zoo

ABOUT = "Shapes, parameters, MACs and receptive fields of convolutional networks, from the text on the slide."
app = typer.Typer(
    name="cnncalc", help=ABOUT, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None
)


def print_version(asked: bool) -> None:
    """`--version`."""
    if asked:
        from cnncalc import __version__

        print(f"cnncalc {__version__}")
        raise typer.Exit()


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=print_version, is_eager=True)] = False,
) -> None:
    """Nothing to do: the options of the program itself act by themselves."""


for command in (show, lint, build, explain, rule, zoo):
    app.command()(command)
