"""`cnncalc lint`: coded findings of one or many specs."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import common, complain
from cnncalc.cli.common import Colour, Failure, Input, Limit, Set, Specs

if TYPE_CHECKING:
    from cnncalc.api import Network
    from cnncalc.diagnostic import Diagnostic

FORMATS = ("full", "concise", "json", "github")
SEVERITIES = ("error", "warning", "info")
Format = Annotated[
    str, typer.Option("--output-format", help="full, concise, json or github.", autocompletion=lambda: FORMATS)
]
Select = Annotated[list[str] | None, typer.Option("--select", help="Codes, names, prefixes or ALL, commas between.")]
Ignore = Annotated[list[str] | None, typer.Option("--ignore", help="The same, to leave out.")]
Severity = Annotated[str, typer.Option("--severity", help="Show findings from this severity up: error, warning, info.")]
Filename = Annotated[str, typer.Option("--stdin-filename", help="What to call the spec read from stdin.")]


def lint(
    specs: Specs = None,
    select: Select = None,
    ignore: Ignore = None,
    output_format: Format = "full",
    severity: Severity = "warning",
    stdin_filename: Filename = "",
    set_: Set = None,
    shape: Input = "",
    limit: Limit = None,
    color: Colour = "auto",
) -> None:
    """Find what is wrong: syntax, shapes, strides that do not fit, claims that do not hold."""
    if not specs:
        raise Failure("which spec? Type a file (cnncalc lint my.spec), a folder, or a zoo name (cnncalc lint alexnet)")
    if output_format not in FORMATS:
        raise Failure(f"--output-format takes {', '.join(FORMATS)}, not '{output_format}'")
    if severity not in SEVERITIES:
        raise Failure(f"--severity takes {', '.join(SEVERITIES)}, not '{severity}'")
    common.colour(color)
    paths = [path for spec in specs for path in inside(spec)]
    networks = [readable(path, set_, shape, limit, stdin_filename) for path in paths]
    found = [(network, asked(network, select, ignore)) for network in networks if network is not None]
    if found:
        write(found, SEVERITIES[: SEVERITIES.index(severity) + 1], output_format, color)
    wrong = any(f.severity != "info" for _, findings in found for f in findings)
    raise typer.Exit(2 if None in networks else int(wrong))


def inside(spec: str) -> list[str]:
    """The specs of a folder and its subfolders, in order; or the spec itself."""
    if not os.path.isdir(spec):
        return [spec]
    files = [os.path.join(at, name) for at, _, names in os.walk(spec) for name in names if name.endswith(".spec")]
    if not files:
        raise Failure(f"{spec} holds no .spec file")
    return sorted(files)


def readable(
    spec: str, constants: list[str] | None, shape: str, limit: list[str] | None, shown_as: str
) -> Network | None:
    """One spec; None where it cannot be read, which stderr says while the others go on."""
    try:
        return common.network(spec, constants, shape, limit, shown_as)
    except Failure as failure:
        complain(f"cnncalc: {failure}")
    except OSError as error:
        complain(f"cnncalc: {error.filename or spec}: {error.strerror or error}")
    return None


def asked(network: Network, select: list[str] | None, ignore: list[str] | None) -> tuple[Diagnostic, ...]:
    """The findings asked for."""
    from cnncalc.lint.choice import choice
    from cnncalc.lint.engine import findings

    try:
        return findings(network, choice(split(select) or ("ALL",), split(ignore)))
    except ValueError as error:
        raise Failure(str(error)) from None


def split(given: list[str] | None) -> tuple[str, ...]:
    """Selectors, commas or options between them."""
    return tuple(word.strip() for text in given or () for word in text.split(",") if word.strip())


def write(
    found: list[tuple[Network, tuple[Diagnostic, ...]]], shown: tuple[str, ...], output_format: str, color: str
) -> None:
    """The findings on stdout; for people a line that counts them."""
    from cnncalc.render import findings
    from cnncalc.render.screen import screen

    loud = [(network.source, tuple(f for f in every if f.severity in shown)) for network, every in found]
    text = findings.written(output_format, loud, screen(sys.stdout, color).paint)
    if text:
        print(text + "\n" * (output_format == "full"))
    if output_format == "full":
        print(counted([f for _, every in found for f in every], len(found), shown))


def counted(found: list[Diagnostic], files: int, shown: tuple[str, ...]) -> str:
    """How many findings of each severity there are, and which are not shown."""
    numbers = {severity: sum(f.severity == severity for f in found) for severity in SEVERITIES}
    parts = [f"{n} {severity}{'s' if n != 1 else ''}" for severity, n in numbers.items() if n]
    hidden = [severity for severity in SEVERITIES if numbers[severity] and severity not in shown]
    where = f" (--severity {hidden[-1]} shows all)" if hidden else ""
    return f"{files} spec{'s' if files != 1 else ''}: {', '.join(parts) or 'no findings'}{where}"
