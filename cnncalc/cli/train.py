"""`cnncalc train`: a network's module and training script in a folder, and a run of them."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import common
from cnncalc.cli.build import trained
from cnncalc.cli.common import Colour, Failure, Input, Limit, Set, Spec

if TYPE_CHECKING:
    from collections.abc import Sequence

SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True}
"""Options that are not ours are the script's."""
Out = Annotated[str, typer.Option("-o", "--out", metavar="FOLDER", help="The folder of the run [default: runs/NAME].")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the last run, behind the last epoch it holds.")]
Processes = Annotated[int, typer.Option("--processes", metavar="N", min=1, help="How many train together: one a GPU.")]


def train(
    context: typer.Context,
    spec: Spec = "",
    out: Out = "",
    resume: Resume = False,
    processes: Processes = 1,
    set_: Set = None,
    shape: Input = "",
    limit: Limit = None,
    color: Colour = "auto",
) -> None:
    """Train the network, on one GPU or many or none: writes model.py and train.py into a folder and runs them.

    All other options are the script's: --data --fit --samples --epochs --batch --accumulate --lr --seed --init
    --device --precision --channels-last --compile --sync-bn --workers. `python train.py --help` explains them.
    """
    if not spec or spec.startswith("--"):
        raise Failure("which network? Name it first: cnncalc train lenet5 --epochs 3")
    for name in ("torch", "tqdm"):
        if find_spec(name) is None:
            raise Failure(f"training needs {name}: pip install 'cnncalc[train]'")
    from cnncalc.render.screen import screen

    network = common.network(spec, set_, shape, limit)
    common.report(network, network.diagnostics, screen(sys.stderr, common.colour(color)))
    if not network.complete:
        raise typer.Exit(1)
    texts = {"model.py": network.torch_source(), "train.py": trained(network, "model", color)}
    folder = out or latest(network.name, resume)
    prepare(folder, texts, resume)
    raise typer.Exit(run(folder, processes, [*context.args, *["--resume"] * resume]))


def latest(name: str, resume: bool) -> str:
    """The folder of the last run of a network, to go on with it; else the next that is free."""
    number, before = 1, ""
    while os.path.exists(folder := os.path.join("runs", name + f"-{number}" * (number > 1))):
        number, before = number + 1, folder
    return before if resume and before else folder


def prepare(folder: str, texts: dict[str, str], resume: bool) -> None:
    """Write the files of a run; one that goes on must be of the same network."""
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise Failure(f"{folder} is no folder")
    if os.path.exists(os.path.join(folder, "last.pt")) and not resume:
        raise Failure(f"{folder} holds a run already: --resume goes on with it, --out names another folder")
    model = os.path.join(folder, "model.py")
    if resume and os.path.exists(model):
        with open(model, encoding="utf-8") as file:
            if file.read() != texts["model.py"]:
                raise Failure(f"{model} is of another network, or of another version; --out names another folder")
        return
    os.makedirs(folder, exist_ok=True)
    for name, text in texts.items():
        common.write(text, os.path.join(folder, name))


def run(folder: str, processes: int, options: Sequence[str]) -> int:
    """Run a folder's script with these options; its exit status."""
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)] * (processes > 1)
    command = [sys.executable, *launch, os.path.join(folder, "train.py"), "--out", folder, *options]
    with subprocess.Popen(command) as script:
        while True:
            try:
                return script.wait()
            except KeyboardInterrupt:  # the script has it too, and ends in its own time
                continue
