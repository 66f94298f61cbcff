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
    from collections.abc import Mapping

    from cnncalc.api import Network

ToTorch = Annotated[bool, typer.Option("--to-torch", help="Write a PyTorch module: the only target yet.")]
Output = Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="The file to write; stdout without it.")]
Train = Annotated[
    str, typer.Option("--train", metavar="FILE", help="Also write a training script, in the folder of -o FILE.")
]
OTHERWISE = "-o model.py --train train.py"
"""Names that are always right."""
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
    refuse_spec(network, spec, {output: "module", train: "script"})
    found = network.diagnostics
    common.report(network, found, screen(sys.stderr, common.colour(color)))
    if not network.complete:
        raise typer.Exit(1)
    script = trained(network, module_of(output, train), color, script_of(train)) if train else ""
    text = network.torch_source()
    failed = verify and not verified(network, text)
    common.write(text, output)
    if train:
        common.write(script, train)
    raise typer.Exit(1 if failed else common.status(found))


def refuse_spec(network: Network, spec: str, files: Mapping[str, str]) -> None:
    """See that none of the files that are written is the spec itself."""
    read = "/dev/stdin" if spec == "-" else network.source.name
    for file, what in files.items():
        if common.same(file, read):
            raise Failure(f"{file} is the spec itself; name another file for the {what}")


def module_of(output: str, train: str) -> str:
    """The name under which a training script imports the module that is written beside it."""
    folder, file = os.path.split(output)
    if file in ("", "-"):
        raise Failure(f"{shown(train)} imports the module: name its file too, as in {OTHERWISE}")
    stem = file.removesuffix(".py")
    if train != "-" and os.path.realpath(folder) != os.path.realpath(os.path.dirname(train)):
        raise Failure(f"{train} imports {output}: both must be in one folder")
    if not file.endswith(".py") or not stem.isidentifier() or not stem.isascii() or iskeyword(stem):
        raise Failure(f"{shown(train)} cannot import {output}: name the module like a variable, as in -o model.py")
    if os.path.realpath(output) == os.path.realpath(train):
        raise Failure(f"{train} is the module's file; name another one for the script")
    for path in (output, train):
        refuse_hidden(path)
    return stem


def script_of(train: str) -> str:
    """The name of the script's file, as its own words have it."""
    return "train.py" if train == "-" else os.path.basename(train)


def shown(train: str) -> str:
    """The script as a message names it."""
    return "the script" if train == "-" else train


def refuse_hidden(path: str) -> None:
    """See that a file beside the script does not stand in the way of what Python and the script import."""
    from cnncalc.emit.training.part import hides

    stem = os.path.basename(path).removesuffix(".py")
    if hides(stem):
        raise Failure(f"{path} would hide the module {stem} from the script; name it otherwise, as in {OTHERWISE}")


def trained(network: Network, module: str, color: str, script: str = "train.py") -> str:
    """The training script; what of the recipe it cannot follow is reported, and ends the command."""
    from cnncalc.emit.training.plan import Plan, Untrainable
    from cnncalc.render.screen import screen

    try:
        found = Plan(network).findings()
        common.report(network, found, screen(sys.stderr, common.colour(color)))
        if found:
            raise typer.Exit(1)
        return network.training_source(module, script)
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
