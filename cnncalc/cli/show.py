"""`cnncalc show`: the table of one network, or a line for each of several."""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import common
from cnncalc.cli.common import Axes, Batch, Colour, Dtype, Failure, Input, Limit, Set, Specs
from cnncalc.work import CONVENTION

if TYPE_CHECKING:
    from cnncalc.analysis.convention import Convention
    from cnncalc.analysis.report import Report, View
    from cnncalc.api import Network
    from cnncalc.diagnostic import Diagnostic
    from cnncalc.geometry import Order
    from cnncalc.render.screen import Screen
    from cnncalc.render.table import Grid

FORMATS = ("table", "json", "csv", "markdown")
MOST = 60
"""How many rows a table has before it is folded without being asked: about a screen."""
Format = Annotated[
    str,
    typer.Option("--format", metavar="FORMAT", help="table, json, csv or markdown.", autocompletion=lambda: FORMATS),
]
Columns = Annotated[
    str, typer.Option("--columns", metavar="NAMES", help="Which columns, in order: layer,output,params.")
]
Depth = Annotated[
    str, typer.Option("--depth", metavar="N", help="Fold what stands deeper than so many levels; 0: one row each.")
]


def complete_convention(incomplete: str) -> list[str]:
    """Conventions for the shell's completion."""
    from cnncalc.analysis import conventions

    return [name for name in conventions.names() if name.startswith(incomplete)]


Counts = Annotated[
    str,
    typer.Option(
        "--convention",
        metavar="TOOL",
        help="Whose FLOPs: those of fvcore, torch or another tool that counts.",
        autocompletion=complete_convention,
    ),
]


def show(
    specs: Specs = None,
    set_: Set = None,
    shape: Input = "",
    axes: Axes = "",
    format_: Format = "table",
    columns: Columns = "",
    depth: Depth = "",
    batch: Batch = "",
    dtype: Dtype = "",
    convention: Counts = CONVENTION,
    limit: Limit = None,
    color: Colour = "auto",
) -> None:
    """Show every layer's shape, params, MACs, receptive field and memory, and the totals."""
    if not specs:
        raise Failure("which network? Type a zoo name (cnncalc show alexnet) or a file (cnncalc show my.spec)")
    if format_ not in FORMATS:
        raise Failure(f"--format takes {', '.join(FORMATS)}, not '{format_}'")
    from cnncalc.analysis.report import View
    from cnncalc.render.screen import screen

    if columns and len(specs) > 1:
        raise Failure("--columns chooses those of one network; name one, or leave it out")
    folded = level(depth)
    most = MOST if format_ == "table" and folded is None else 0
    counted = convention_of(convention)
    view = View(folded, most, common.batch_of(batch), common.dtype_of(dtype), counted.name)
    networks = [common.network(spec, set_, shape, limit) for spec in specs]
    found = [network.diagnostics for network in networks]
    out = screen(sys.stdout, common.colour(color))
    if len(networks) > 1:
        write_all(networks, axes, format_, found, view, counted, out.width)
    else:
        write_one(networks[0], common.order(axes, networks[0]), format_, columns, found[0], out, specs[0], view)
    for network, findings in zip(networks, found, strict=True):
        common.report(network, findings, screen(sys.stderr, color))
    raise typer.Exit(max(map(common.status, found)))


def convention_of(given: str) -> Convention:
    """The value of --convention, checked."""
    from cnncalc.analysis import conventions

    try:
        return conventions.find(given)
    except ValueError as error:
        raise Failure(f"--convention: {error}") from None


def level(depth: str) -> int | None:
    """The depth to fold to, None where it is not given."""
    if depth and not (depth.isascii() and depth.isdigit() and len(depth) < 10):
        raise Failure(f"--depth takes a number of levels, 0 or more, not '{depth}'")
    return int(depth) if depth else None


def write_one(
    network: Network, order: Order, format_: str, columns: str, found: tuple[Diagnostic, ...], out: Screen, spec: str,
    view: View,
) -> None:  # fmt: skip
    """One network, in any format; only a table that nobody gave a depth is folded where it is long."""
    from cnncalc.analysis.report import report
    from cnncalc.render import table

    if format_ == "json":
        return write_json(network, found, view)
    known = report(network, view)
    try:
        wanted = table.chosen(columns, known)
    except ValueError as error:
        raise Failure(f"--columns: {error}") from None
    grid = table.grid(network, known, wanted, order, digits="" if format_ == "csv" else ",")
    if format_ == "table":
        return write_table(network, known, grid, order, found, out, spec)
    sys.stdout.write(table.csv(grid) if format_ == "csv" else table.markdown(grid))
    return None


def write_json(network: Network, found: tuple[Diagnostic, ...], view: View) -> None:
    """JSON schema 1."""
    from cnncalc.render.machine import text, to_dict

    print(text(to_dict(network, found, view)))


def write_table(
    network: Network, known: Report, grid: Grid, order: Order, found: tuple[Diagnostic, ...], out: Screen, spec: str
) -> None:
    """The table as a person reads it."""
    from cnncalc.render import people

    every = people.network(network, known, grid, order, found, out.width, spec)
    lines = (out.paint(style, line) if style else line for style, line in every)
    while some := list(islice(lines, 1000)):
        print("\n".join(some))


def write_all(
    networks: list[Network], axes: str, format_: str, found: list[tuple[Diagnostic, ...]], view: View,
    convention: Convention, width: int,
) -> None:  # fmt: skip
    """A line for each network."""
    from cnncalc.render import people

    if format_ == "json":
        from cnncalc.render.machine import text, to_dict

        print(text([to_dict(network, findings, view) for network, findings in zip(networks, found, strict=True)]))
        return
    if format_ != "table":
        raise Failure(f"--format {format_} shows one network; name one, or take table or json")
    orders = [common.order(axes, network) for network in networks]
    print("\n".join(people.summary(networks, orders, convention, width)))
