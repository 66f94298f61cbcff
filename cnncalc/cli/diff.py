"""`cnncalc diff`: two networks layer by layer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import common
from cnncalc.cli.common import Axes, Batch, Colour, Dtype, Failure, Input, Limit, Set, Spec
from cnncalc.cli.show import Depth, level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.analysis.difference import Difference
    from cnncalc.analysis.report import View
    from cnncalc.api import Network
    from cnncalc.diagnostic import Diagnostic
    from cnncalc.geometry import Order
    from cnncalc.render.difference import Titles
    from cnncalc.render.screen import Screen

    Findings = list[tuple[Diagnostic, ...]]

FORMATS = ("table", "json", "markdown")
Format = Annotated[
    str, typer.Option("--format", metavar="FORMAT", help="table, json or markdown.", autocompletion=lambda: FORMATS)
]
SetA = Annotated[
    list[str] | None, typer.Option("--set-a", metavar="NAME=VALUE", help="Set a constant of the first spec alone.")
]
SetB = Annotated[
    list[str] | None, typer.Option("--set-b", metavar="NAME=VALUE", help="Set a constant of the second spec alone.")
]
All = Annotated[bool, typer.Option("--all", help="Show equal layers too, and nothing folded.")]
ExitCode = Annotated[bool, typer.Option("--exit-code", help="End with status 1 where the two differ.")]


def diff(
    a: Spec = "",
    b: Spec = "",
    set_: Set = None,
    set_a: SetA = None,
    set_b: SetB = None,
    shape: Input = "",
    axes: Axes = "",
    format_: Format = "table",
    every: All = False,
    depth: Depth = "",
    batch: Batch = "",
    dtype: Dtype = "",
    exit_code: ExitCode = False,
    limit: Limit = None,
    color: Colour = "auto",
) -> None:
    """Compare two networks: shapes, params, MACs, receptive fields, memory, layer by layer and in all."""
    checked(a, b, format_)
    from cnncalc.analysis.difference import compare
    from cnncalc.analysis.report import View
    from cnncalc.render.difference import titles
    from cnncalc.render.screen import screen

    view = View(level(depth), 0, common.batch_of(batch), common.dtype_of(dtype))
    out = screen(sys.stdout, common.colour(color))
    nets = [one(a, "a", set_, set_a, shape, limit), one(b, "b", set_, set_b, shape, limit)]
    found = [net.diagnostics for net in nets]
    difference = compare(nets[0], nets[1], view)
    order = common.order(axes, nets[0])
    if format_ == "json":
        write_json(difference, found, view)
    else:
        write_text(difference, titles(difference, (a, b), view), order, every, format_, out)
    for net, findings in told(nets, found):
        common.report(net, findings, screen(sys.stderr, color))
    raise typer.Exit(max(*map(common.status, found), int(exit_code and not difference.same)))


def checked(a: str, b: str, format_: str) -> None:
    """Two specs, of which one may be stdin, and a format that there is."""
    if not a:
        raise Failure("which two networks? Type cnncalc diff vgg16 vgg19, or the files of two")
    if not b:
        raise Failure(f"{a} and which other? Type cnncalc diff {a} OTHER; the same twice with --set-b k=128 for one")
    if a == b == "-":
        raise Failure("stdin is read once; name a file for one of the two")
    if format_ not in FORMATS:
        raise Failure(f"--format takes {', '.join(FORMATS)}, not '{format_}'")


def one(
    spec: str, which: str, both: list[str] | None, own: list[str] | None, shape: str, limit: list[str] | None
) -> Network:
    """One of the two, with the constants set for both and for it."""
    common.pairs(own, f"--set-{which}")
    try:
        return common.network(spec, [*(both or ()), *(own or ())], shape, limit)
    except Failure as failure:
        other = "; --set-a and --set-b set those of one spec" if both and "to set" in str(failure) else ""
        raise Failure(f"{spec}: {failure}{other}") from None


def told(nets: list[Network], found: Findings) -> Iterator[tuple[Network, tuple[Diagnostic, ...]]]:
    """The findings of both, once where they are those of one file."""
    if nets[0].source.name != nets[1].source.name or found[0] != found[1]:
        yield nets[0], found[0]
    yield nets[1], found[1]


def write_json(difference: Difference, found: Findings, view: View) -> None:
    """JSON schema 1."""
    from cnncalc.render.changes import to_dict
    from cnncalc.render.machine import text

    print(text(to_dict(difference, found, view)))


def write_text(difference: Difference, said: Titles, order: Order, every: bool, format_: str, out: Screen) -> None:
    """The comparison as a person reads it."""
    from cnncalc.render.difference import markdown, people

    if format_ == "markdown":
        sys.stdout.write(markdown(difference, said, order, every))
        return
    for style, line in people(difference, said, order, out.width, every):
        print(out.paint(style, line) if style else line)
