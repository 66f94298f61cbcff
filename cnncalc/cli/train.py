"""`cnncalc train`: a network's module and training script in a folder, and a run of them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from importlib.util import find_spec
from shutil import rmtree
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import common
from cnncalc.cli.build import trained
from cnncalc.cli.common import Colour, Failure, Input, Limit, Set, Spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from typer._click.core import Context, Parameter

    from cnncalc.api import Network

SETTINGS = {"allow_extra_args": True}
"""What stands behind `--` goes to the script as it is."""
GIVEN = "cnncalc.train"
"""Where the options for the script are kept until it starts."""
RUNS = "runs"
WRONG = 2
"""The exit status of a script that was used wrongly, or whose data does not fit."""
TICK, GRACE = 0.1, 5.0
"""Seconds between two looks at the processes, and those that they have to end once one of them failed."""
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
    """Train the network, on GPUs or without one.

    Writes the module model.py, the script train.py and a copy of the spec into a folder and runs the script there.
    The options from --data on are the script's own; what none of them says, the spec's recipe (train: ...) says.
    """
    if not spec:
        raise Failure("which network? Type cnncalc train lenet5")
    network = common.network(spec, set_, shape, limit)
    texts = files(network, color, [*words("--set", set_), *words("--input", [shape] if shape else [])])
    missing = [name for name in ("torch", "tqdm") if find_spec(name) is None]
    if missing:
        raise Failure(f"training needs {' and '.join(missing)}: pip install 'cnncalc[train]'")
    folder = out or (latest(network.name) if resume else "")
    new = not folder or not os.path.exists(folder)
    folder = folder or fresh(network.name)
    prepare(folder, texts, resume)
    status = run(folder, processes, [*context.meta.get(GIVEN, ()), *["--resume"] * resume, *context.args])
    if status == WRONG and new:
        withdraw(folder)
    raise typer.Exit(status)


def further() -> list[Parameter]:
    """The script's own options, as options of the command."""
    from typer.core import TyperOption

    from cnncalc.emit.training.offered import offers

    return [
        TyperOption(
            param_decls=[offer.name],
            metavar=offer.metavar,
            help=f"{offer.told[:1].upper()}{offer.told[1:]}.",
            is_flag=offer.flag,
            callback=kept,
            expose_value=False,
            autocompletion=completing(offer.choices) if offer.choices else None,
        )
        for offer in offers()
        if offer.name not in ("--out", "--resume")
    ]


def completing(choices: Sequence[str]) -> Callable[[Context, Sequence[str], str], list[str]]:
    """What completes the words that an option takes."""
    return lambda context, words, incomplete: [choice for choice in choices if choice.startswith(incomplete)]


def kept(context: Context, option: Parameter, value: str | bool | None) -> None:
    """Keep an option for the script, with what was said, be it nothing: `--data ""` is no synthetic task."""
    if value not in (None, False):
        said = [option.opts[0]] if value is True else [f"{option.opts[0]}={value}"]
        context.meta.setdefault(GIVEN, []).extend(said)


def words(option: str, given: Iterable[str] | None) -> list[str]:
    """An option as it was typed, again and again."""
    return [word for value in given or () for word in (option, value)]


def files(network: Network, color: str, options: Sequence[str]) -> Mapping[str, str]:
    """What a run needs, by its name in the folder: module, script and spec; `options` say what it was read with.

    Findings are told; errors in the network or its recipe end the command.
    """
    from shlex import join

    from cnncalc.render.screen import screen

    common.report(network, network.diagnostics, screen(sys.stderr, common.colour(color)))
    if not network.complete:
        raise typer.Exit(1)
    script = trained(network, "model", color)
    copy = "\n".join(network.source.rows)
    if options:
        copy = f"{copy.rstrip()}\n# read with {join(' '.join(word.split()) for word in options)}\n"
    return {"model.py": network.torch_source(), "train.py": script, f"{network.name}.spec": copy}


def numbered(name: str) -> list[tuple[int, str]]:
    """The folders in `runs` called after a network, by their numbers: NAME is 1, NAME-2 is 2."""
    entries = os.listdir(RUNS) if os.path.isdir(RUNS) else []
    found = ((re.fullmatch(re.escape(name) + r"(?:-([1-9]\d{0,8}))?", entry), entry) for entry in entries)
    return sorted((int(match[1] or 1), os.path.join(RUNS, entry)) for match, entry in found if match)


def latest(name: str) -> str:
    """The folder of the last run of a network; nothing where there is none."""
    runs = (folder for _, folder in reversed(numbered(name)))
    return next((folder for folder in runs if os.path.isfile(os.path.join(folder, f"{name}.spec"))), "")


def fresh(name: str) -> str:
    """A folder for the next run of a network, made for it alone: another run may begin at the same time."""
    while True:
        taken = numbered(name)
        folder = os.path.join(RUNS, f"{name}-{taken[-1][0] + 1}" if taken else name)
        with suppress(FileExistsError):
            os.makedirs(folder)
            return folder


def prepare(folder: str, texts: Mapping[str, str], resume: bool) -> None:
    """Write the files of a run; none that says something else is replaced."""
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise Failure(f"{folder} is no folder")
    if os.path.exists(os.path.join(folder, "last.pt")) and not resume:
        raise Failure(f"{folder} holds a run already: --resume goes on with it, --out names another folder")
    old = {name: text for name in texts if (text := content(os.path.join(folder, name))) is not None}
    for name in old:
        if resume and name == "model.py" and code(old[name]) != code(texts[name]):
            other = "is of another network, or of another version"
            raise Failure(f"{os.path.join(folder, name)} {other}; --out names another folder")
        if not resume and old[name] != texts[name]:
            raise Failure(f"{os.path.join(folder, name)} is there, and says something else; --out names another folder")
    if old.get("train.py", texts["train.py"]) != texts["train.py"]:
        told(f"{os.path.join(folder, 'train.py')} stays as it is: the run goes on with its own script and recipe")
    new = [name for name in texts if name not in old]
    os.makedirs(folder, exist_ok=True)
    for name in new:
        common.replace(os.path.join(folder, name), texts[name].encode("utf-8"))
    if new:
        told(f"wrote {', '.join(new[:-1])}{' and ' * (len(new) > 1)}{new[-1]} in {folder}")


def content(path: str) -> str | None:
    """The text of a file; None where there is none."""
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def code(text: str) -> str:
    """A module without its first words and its comments; nothing where it is none."""
    import ast

    with suppress(SyntaxError, ValueError):
        return ast.dump(ast.Module(ast.parse(text).body[1:], []))
    return ""


def told(text: str) -> None:
    """Say something on stderr."""
    from cnncalc.render.findings import safe

    print(f"cnncalc: {safe(text)}", file=sys.stderr)


def withdraw(folder: str) -> None:
    """Remove the folder of a run that did not begin, which this command made."""
    if not os.path.exists(os.path.join(folder, "last.pt")):
        rmtree(folder)
        if os.path.dirname(folder) == RUNS:
            with suppress(OSError):
                os.rmdir(RUNS)
        told(f"nothing was trained: {folder} is gone again")


def run(folder: str, processes: int, options: Sequence[str]) -> int:
    """Run a folder's script with these options, in one process or several; its exit status.

    Ctrl-C is the script's to answer, a request to end (SIGTERM) is passed on, and no process outlives the command.
    """
    command = [sys.executable, os.path.join(folder, "train.py"), "--out", folder, *options]
    scripts: list[subprocess.Popen[bytes]] = []

    def end(*_: object) -> None:
        for script in scripts:
            script.terminate()

    handlers = {signal.SIGINT: lambda *_: None, signal.SIGTERM: end}
    before = [(number, signal.signal(number, handler)) for number, handler in handlers.items()]
    try:
        scripts.extend(subprocess.Popen(command, env={**os.environ, **place}) for place in places(processes))
        return watched(scripts)
    finally:
        for script in scripts:
            script.kill()
            script.wait()
        for number, handler in before:
            signal.signal(number, handler)


def places(processes: int) -> Iterable[Mapping[str, str]]:
    """What tells each of several processes its place among them, as torchrun has it: variables of the environment."""
    if processes == 1:
        return [{}]
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    threads = os.environ.get("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // processes)))
    size = str(processes)
    shared = {"WORLD_SIZE": size, "LOCAL_WORLD_SIZE": size, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    return [
        {**shared, "OMP_NUM_THREADS": threads, "RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(processes)
    ]


def watched(scripts: Sequence[subprocess.Popen[bytes]]) -> int:
    """The exit status of processes that train together: of the first that failed. The others have a while to end."""
    failed, left = 0, GRACE
    while None in (states := [script.poll() for script in scripts]) and left > 0:
        failed = failed or next(filter(None, states), 0)
        left -= TICK * bool(failed)
        time.sleep(TICK)
    failed = failed or next(filter(None, states), 0)
    return failed if failed >= 0 else 128 - failed
