"""A training script, put together of the parts that a network and its recipe ask for.

It has its docstring, the imports of all its parts, its constants, and the texts of its parts one behind the other.
"""

from __future__ import annotations

import re
from keyword import iskeyword
from shlex import quote
from typing import TYPE_CHECKING

from cnncalc import __version__
from cnncalc.emit.text import WIDTH, prose
from cnncalc.emit.torch_module import torch_source
from cnncalc.emit.training.chosen import chosen
from cnncalc.emit.training.constants import settings, values
from cnncalc.emit.training.own import own_texts
from cnncalc.emit.training.part import hides, imported, part_of
from cnncalc.emit.training.plan import Plan, Untrainable

if TYPE_CHECKING:
    from cnncalc.network.node import Network


def training_source(network: Network, module: str = "model", script: str = "train.py") -> str:
    """The script that trains a network, whose module is written as `module`.py beside it.

    `script` is the name of its own file, for the lines that say how it is run. Raises ValueError where no script can
    train the network, or import a module of this name.
    """
    plan = Plan(network)
    plan.follow()
    importable(module)
    model = torch_source(network)
    order = [*chosen(plan)]
    every = [part_of(name) for name in order if name[0] != "#"]
    texts = {**{part.name: part.text for part in every}, **own_texts(plan, model)}
    wanted = {name for part in every for name in part.settings if re.search(rf"\b{name}\b", texts[part.name])}
    constants = settings(wanted, values(plan, model))
    body = "\n\n\n".join([constants, *(texts.get(name, heading(name)) for name in order)])
    imports = imported(part.imports for part in every if part.name != "choices")
    name = re.findall(r"(?m)^class (\w+)\(nn\.Module\)", model)[-1]
    own = f"from {module} import {name}" + " as Network" * (name != "Network")
    return f"{docstring(plan, script)}\n\n{imports}\n\n{own}\n\n{body}\n"


def importable(module: str) -> None:
    """Raises Untrainable for a module that Python would not find beside the script, or that hides another."""
    if not module.isidentifier() or iskeyword(module):
        raise Untrainable(f"no script can import a module '{module}'; name it like a variable: model")
    if hides(module):
        raise Untrainable(
            f"a module '{module}' beside the script would hide the one that is installed; name it otherwise: model"
        )


def heading(words: str) -> str:
    """A line across the page that says what follows."""
    return f"{words} {'-' * (WIDTH - len(words) - 1)}"


def docstring(plan: Plan, script: str) -> str:
    """What the script does, of which recipe it is, and how it is run; none of the words is an order to argparse."""
    network = plan.network
    said = network.recipe or "none; what is usual"
    facts = [("Spec", f"{network.name}, written by cnncalc {__version__}"), ("Recipe", said)]
    lines = [line for label, fact in facts for line in indented(label, fact)]
    file = " ".join(prose(quote(script), 999))
    runs = {
        f"python {file} --data FOLDER": "on one GPU, or without one",
        f"torchrun --nproc-per-node 4 {file} --data FOLDER": "on four GPUs of one machine",
        f"python {file}": "on a made-up task that needs no data",
    }
    width = max(map(len, runs)) + 3
    calls = [f"{call:<{width}}{where}" for call, where in runs.items()]
    title = prose(network.title or network.name, WIDTH - 12)
    text = "\n".join([f'"""Trains {title[0]}', *title[1:], "", *lines, "", *calls, '"""'])
    return text.replace("%(", "% (")


def indented(label: str, fact: str) -> list[str]:
    """One fact of the docstring, its further lines indented."""
    first, *more = prose(fact, 108)
    return [f"{label + ':':<9}{first}", *(" " * 9 + line for line in more)]
