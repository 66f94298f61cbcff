"""The commands of `cnncalc`, each in a module of its name, imported when it is asked for."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cnncalc.cli.common import Failure

if TYPE_CHECKING:
    from typer._click.core import Command, Context

ABOUT = "Shapes, parameters, MACs, receptive fields and memory of convolutional networks, from the text on the slide."
COMMANDS = ("show", "lint", "build", "explain", "solve", "diff", "fmt", "train", "convolve", "rule", "zoo")


class Commands(TyperGroup):
    """The commands by name; typer reads a command's options only where it is run or listed."""

    def list_commands(self, ctx: Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        if cmd_name not in COMMANDS:
            return None
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        module = import_module(f"cnncalc.cli.{cmd_name}")
        alone.command(cmd_name, context_settings=getattr(module, "SETTINGS", None))(getattr(module, cmd_name))
        command = get_command(alone)
        command.params += getattr(module, "further", list)()
        return command

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Reads the words of the command line; typer takes no shell's name behind the options of completion."""
        if args and args[0] in ("--show-completion", "--install-completion"):
            completion(args[0], *args[1:2])
        return super().parse_args(ctx, args)


def completion(option: str, shell: str = "") -> None:
    """Print or install the script that completes for the shell of this name, or for the one that this runs in."""
    from typer._completion_shared import Shells, _get_shell_name, get_completion_script, install

    names = [each.value for each in Shells]
    shell = shell or _get_shell_name() or ""
    if not shell:
        raise Failure(f"{option} finds no shell that it runs in; name it: cnncalc {option} bash")
    if shell not in names:
        raise Failure(f"{option} takes {', '.join(names)}, not '{shell}'")
    if option == "--show-completion":
        print(get_completion_script(prog_name="cnncalc", complete_var="_CNNCALC_COMPLETE", shell=shell))
    else:
        where = install(shell=shell, prog_name="cnncalc")[1]
        print(f"cnncalc: wrote {where}; it takes effect in the next shell", file=sys.stderr)
    raise typer.Exit()


app = typer.Typer(
    cls=Commands,
    name="cnncalc",
    help=ABOUT,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def print_version(asked: bool) -> None:
    """`--version`."""
    if asked:
        from cnncalc import __version__

        print(f"cnncalc {__version__}")
        raise typer.Exit()


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=print_version, is_eager=True)
    ] = False,
) -> None:
    """Nothing to do: the options of the program itself act by themselves."""
