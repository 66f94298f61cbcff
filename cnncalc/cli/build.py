"""`cnncalc build`: a network as a PyTorch module."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import common
from cnncalc.cli.common import Colour, Failure, Input, Limit, Set, Spec

if TYPE_CHECKING:
    from cnncalc.api import Network

ToTorch = Annotated[bool, typer.Option("--to-torch", help="Write a PyTorch module: the only target yet.")]
Output = Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="The file to write; stdout without it.")]
Verify = Annotated[bool, typer.Option("--verify", help="Build it and hold shapes, params and MACs against the table.")]


def build(
    spec: Spec = "",
    to_torch: ToTorch = True,
    output: Output = "",
    verify: Verify = False,
    set_: Set = None,
    shape: Input = "",
    limit: Limit = None,
    color: Colour = "auto",
) -> None:
    """Write the network as a readable PyTorch module."""
    if not spec:
        raise Failure("which network? Type cnncalc build alexnet --to-torch -o alexnet.py")
    from cnncalc.render.screen import screen

    network = common.network(spec, set_, shape, limit)
    if common.same(output, "/dev/stdin" if spec == "-" else network.source.name):
        raise Failure(f"{output} is the spec itself; name another file for the module")
    found = network.diagnostics
    common.report(network, found, screen(sys.stderr, common.colour(color)))
    if not network.complete:
        raise typer.Exit(1)
    text = network.torch_source()
    failed = verify and not verified(network, text)
    common.write(text, output)
    raise typer.Exit(1 if failed else common.status(found))


def verified(network: Network, text: str) -> bool:
    """Build exactly this text and hold it against the table; say what differs."""
    try:
        from cnncalc.emit.verify import verify

        wrong = verify(network, text)
    except ImportError:
        raise Failure("--verify needs PyTorch: pip install 'cnncalc[torch]'") from None
    for sentence in wrong:
        print(f"cnncalc: {sentence}", file=sys.stderr)
    if not wrong:
        count = len(network)
        rows = f"{count} row{'s' * (count != 1)}, {network.params:,} params and {network.macs:,} MACs"
        print(f"cnncalc: verified: {rows} are the module's own", file=sys.stderr)
    return not wrong
