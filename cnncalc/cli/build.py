"""`cnncalc build`: a network as a PyTorch module."""

from __future__ import annotations

import os
import sys
from keyword import iskeyword
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import common
from cnncalc.cli.common import Colour, Failure, Input, Limit, Set, Spec

if TYPE_CHECKING:
    from cnncalc.api import Network

ToTorch = Annotated[bool, typer.Option("--to-torch", help="Write a PyTorch module: the only target yet.")]
Output = Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="The file to write; stdout without it.")]
Train = Annotated[str, typer.Option("--train", metavar="FILE", help="Also write a training script, beside -o FILE.")]
Verify = Annotated[bool, typer.Option("--verify", help="Build it and hold shapes, params and MACs against the table.")]


def build(
    spec: Spec = "",
    to_torch: ToTorch = True,
    output: Output = "",
    train: Train = "",
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
    script = trained(network, module_of(output, train), color) if train else ""
    text = network.torch_source()
    failed = verify and not verified(network, text)
    common.write(text, output)
    if train:
        common.write(script, train)
    raise typer.Exit(1 if failed else common.status(found))


def module_of(output: str, train: str) -> str:
    """The name under which a training script imports the module that is written beside it."""
    folder, file = os.path.split(output)
    if not file:
        raise Failure(f"{train} imports the module: name its file too, as in -o model.py --train train.py")
    stem = file.removesuffix(".py")
    if os.path.abspath(folder) != os.path.abspath(os.path.dirname(train)):
        raise Failure(f"{train} imports {output}: both must be in one folder")
    if not file.endswith(".py") or not stem.isidentifier() or not stem.isascii() or iskeyword(stem):
        raise Failure(f"{train} cannot import {output}: name the module like a variable, as in -o model.py")
    if os.path.abspath(output) == os.path.abspath(train):
        raise Failure(f"{train} is the module's file; name another one for the script")
    return stem


def trained(network: Network, module: str, color: str) -> str:
    """The training script; what of the recipe it cannot follow is reported, and ends the command."""
    from cnncalc.emit.training.plan import Plan, Untrainable
    from cnncalc.render.screen import screen

    try:
        found = Plan(network).findings()
        common.report(network, found, screen(sys.stderr, common.colour(color)))
        if found:
            raise typer.Exit(1)
        return network.training_source(module)
    except Untrainable as error:
        raise Failure(str(error)) from None


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
