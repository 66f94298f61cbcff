"""`cnncalc solve`: questions asked backwards: what a `?` stands for, what sizes fit, what batch a memory takes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import common
from cnncalc.cli.common import Axes, Colour, Dtype, Failure, Input, Limit, Set, Spec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncalc.analysis.batch import Largest
    from cnncalc.analysis.sizes.fitting import Sizes
    from cnncalc.api import Network
    from cnncalc.geometry import Order
    from cnncalc.render.people import Styled

FORMATS = ("text", "json")


def complete_optimizer(incomplete: str) -> list[str]:
    """Optimizers for the shell's completion."""
    from cnncalc.storage import OPTIMIZERS

    return [name for name in OPTIMIZERS if name.startswith(incomplete)]


Fits = Annotated[bool, typer.Option("--fits", help="The input sizes for which every stride fits.")]
Memory = Annotated[
    str, typer.Option("--batch", metavar="MEMORY", help="The largest batch that trains in a memory: 24GiB.")
]
Format = Annotated[
    str, typer.Option("--format", metavar="FORMAT", help="text or json.", autocompletion=lambda: FORMATS)
]
Optimizer = Annotated[
    str,
    typer.Option(
        "--optimizer", metavar="NAME", help="sgd, momentum, adam, adamw, ...", autocompletion=complete_optimizer
    ),
]


def solve(
    spec: Spec = "",
    fits: Fits = False,
    batch: Memory = "",
    dtype: Dtype = "",
    optimizer: Optimizer = "",
    format_: Format = "text",
    set_: Set = None,
    shape: Input = "",
    axes: Axes = "",
    limit: Limit = None,
    color: Colour = "auto",
) -> None:
    """Solve for what a spec leaves open: its '?', its input's size (--fits), its batch (--batch 24GiB)."""
    check(spec, batch, dtype, optimizer, format_)
    common.colour(color)
    network = common.network(spec, set_, shape, limit)
    order = common.order(axes, network)
    largest = batch_of(network, batch, dtype, optimizer) if batch and network.complete else None
    every = sizes_of(network) if fits and network.complete else None
    if format_ == "json":
        write_json(network, every, largest)
    elif network.complete or network.solved:
        write(text(network, every, largest, order), color)
    errors = [finding for finding in network.diagnostics if finding.severity == "error"]
    from cnncalc.render.screen import screen

    common.report(network, errors, screen(sys.stderr, color))
    none = any(not one.fitting for one in every or ()) or (largest is not None and largest.batch == 0)
    raise typer.Exit(int(none) or common.status(errors))


def check(spec: str, batch: str, dtype: str, optimizer: str, format_: str) -> None:
    """Refuse what no command line can mean."""
    if not spec:
        raise Failure("solve what? Type cnncalc solve alexnet --fits, or cnncalc solve alexnet --batch 24GiB")
    if format_ not in FORMATS:
        raise Failure(f"--format takes {', '.join(FORMATS)}, not '{format_}'")
    if not batch and (dtype or optimizer):
        raise Failure(f"--{'dtype' if dtype else 'optimizer'} is for a batch: give the memory as well, --batch 24GiB")
    common.dtype_of(dtype)
    if batch:
        from cnncalc.analysis.batch import bytes_of

        try:
            bytes_of(batch)
        except ValueError as error:
            raise Failure(f"--batch: {error}") from None


def batch_of(network: Network, memory: str, dtype: str, optimizer: str) -> Largest:
    """The largest batch."""
    from cnncalc.analysis.batch import bytes_of, largest_batch

    try:
        return largest_batch(network, bytes_of(memory), common.dtype_of(dtype), optimizer)
    except ValueError as error:
        raise Failure(f"--optimizer: {error}") from None


def sizes_of(network: Network) -> Sequence[Sizes]:
    """The sizes that fit."""
    from cnncalc.analysis.sizes.fitting import sizes

    return sizes(network)


def text(network: Network, every: Sequence[Sizes] | None, largest: Largest | None, order: Order) -> Iterator[Styled]:
    """All answers, for people."""
    from cnncalc.render import solve

    yield from solve.heading(network, order)
    if network.solved or (every is None and largest is None):
        yield from solve.unknowns(network)
    if every is not None:
        yield from solve.fits(every, order)
    if largest is not None:
        yield from solve.batch(largest, network)


def write(lines: Iterator[Styled], color: str) -> None:
    """Lines as wide as the screen takes them."""
    from cnncalc.render.people import wrapped
    from cnncalc.render.screen import screen

    out = screen(sys.stdout, color)
    for style, line in lines:
        for _, part in wrapped([(style, line)], out.width) if line else [(style, line)]:
            print(out.paint(style, part) if style else part)


def write_json(network: Network, every: Sequence[Sizes] | None, largest: Largest | None) -> None:
    """All answers as JSON, with the errors of the spec."""
    from cnncalc.render import machine, solve

    found = [machine.diagnostic(f, network.source.name) for f in network.diagnostics if f.severity == "error"]
    print(machine.text(solve.to_dict(network, every, largest) | {"diagnostics": found}))
