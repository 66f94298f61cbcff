"""A training script, put together of the parts that a network and its recipe ask for.

A part is a module of `parts`: its imports, then its text. The script has the imports of all its parts, its constants
with the words that stand beside them in `parts/settings.py`, and the texts one behind the other.
"""

from __future__ import annotations

import ast
import os
import re
from hashlib import sha256
from typing import TYPE_CHECKING

from cnncalc import __version__
from cnncalc.emit.text import prose
from cnncalc.emit.torch_module import Written, torch_source
from cnncalc.emit.training.plan import Plan, defaults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cnncalc.network.node import Network

HERE = os.path.join(os.path.dirname(__file__), "parts")
OWN = "cnncalc.emit.training.parts."
SETTING = re.compile(r"(?m)^([A-Z_]+)(: [^=]+)? = .*?(  # .*)?$")
INSTALLED = ("torch", "tqdm")


def training_source(network: Network, module: str = "model") -> str:
    """The script that trains a network, whose module is written as `module`.py beside it.

    Raises ValueError where no script can train it.
    """
    plan = Plan(network)
    model = torch_source(network)
    every = [Part(name) for name in chosen(plan)]
    texts = {**{part.name: part.text for part in every}, **own_texts(plan, model)}
    wanted = {name for part in every for name in part.settings}
    constants = settings(wanted, values(plan, model))
    body = "\n\n\n".join([constants, *(texts[part.name] for part in every)])
    imports = imported(part.imports for part in every if part.name != "choices")
    name = Written(network).name
    own = f"from {module} import {name}" + " as Network" * (name != "Network")
    return f"{docstring(plan)}\n\n{imports}\n\n{own}\n\n{body}\n"


class Part:
    """A part by its name: what it imports, the settings that it reads, and its text."""

    def __init__(self, name: str) -> None:
        self.name = name
        with open(os.path.join(HERE, f"{name}.py"), encoding="utf-8") as file:
            code = file.read()
        tree = ast.parse(code)
        head = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
        last = max([node.end_lineno or 0 for node in (tree.body[0], *head)])
        self.text = "".join(code.splitlines(keepends=True)[last:]).strip("\n")
        froms = [node for node in head if isinstance(node, ast.ImportFrom)]
        self.settings = [a.name for node in froms if node.module == f"{OWN}settings" for a in node.names]
        self.imports = [node for node in head if not (isinstance(node, ast.ImportFrom) and own(node))]


def own(node: ast.ImportFrom) -> bool:
    """Whether an import is of another part."""
    return (node.module or "").startswith(OWN)


def chosen(plan: Plan) -> Iterator[str]:
    """The parts of a script, in their order."""
    vector = plan.loss == "cross_entropy"
    yield from ("world", "data/samples", "data/classes" if vector else "data/numbers", "data/split")
    yield from ("data/tokens" if plan.tokens else "data/continuous", "data/arrays")
    if plan.images:
        yield from ("data/mnist", "data/cifar")
    if plan.images and plan.input.output.rank == 2:
        yield "data/folders"
    yield from synthetic(plan)
    yield "inputs"
    yield from ["augment"] * augments(plan)
    yield "weighted"
    yield from dict.fromkeys(f"inits/{name}" for name in (plan.init, plan.recipe.choice("paper init")) if name)
    yield from ("choices", "scores", f"losses/{plan.loss}", f"objectives/{'heads' if plan.heads else 'plain'}")
    yield from ("groups", f"optimizers/{plan.optimizer}", f"schedules/{schedule(plan)}")
    yield from ("options", "report", "checkpoint", "training", "batches", "main")


def schedule(plan: Plan) -> str:
    """The schedule by the name of its part."""
    named = plan.recipe.choice("schedule", "constant")
    return "poly" if named == "linear" else named


def synthetic(plan: Plan) -> Iterator[str]:
    """The parts of the task that needs no data."""
    if plan.tokens:
        yield "synthetic/sentences"
    elif plan.loss == "cross_entropy" and plan.cells > 1:
        yield "synthetic/maps"
    else:
        yield {"cross_entropy": "synthetic/classes", "bce": "synthetic/yes_no"}.get(plan.loss, "synthetic/numbers")
        yield "synthetic/patterns"


def augments(plan: Plan) -> bool:
    """Whether images are cut or mirrored by chance."""
    return plan.images and plan.input.output.rank == 2 and bool({"crop", "flip"} & plan.recipe.said.keys())


def values(plan: Plan, model: str) -> Mapping[str, str]:
    """The constants of a script, as Python source."""
    usual, recipe = defaults(plan), plan.recipe
    fixed, each = plan.bytes

    def number(name: str) -> str:
        return recipe.number(name, usual.get(name, "0"))

    steps = recipe.said["schedule"].numbers if "schedule" in recipe else ()
    dims = plan.input.output.dims
    return {
        "INPUT": tupled(dims), "INPUT_FROM": quoted(plan.place(plan.input)), "SPEC": quoted(identity(model)),
        "OUTPUT": tupled(plan.output.output.dims), "OUTPUT_FROM": quoted(plan.place(plan.output)),
        "WORDS": str(plan.words) if plan.tokens else "0", "BATCH": number("batch"), "EPOCHS": number("epochs"),
        "CENTRES": tupled([tupled(pair) for pair in plan.centres]) if plan.cells > 1 else "()",
        "LEARNING_RATE": number("lr"), "MOMENTUM": recipe.number("momentum", usual.get("momentum", "0.0")),
        "NESTEROV": str("nesterov" in recipe), "BETAS": f"({number('beta1')}, {number('beta2')})",
        "ALPHA": number("alpha"), "EPSILON": number("eps"), "DECAY": number("decay"), "WARMUP": number("warmup"),
        "FACTOR": number("factor"), "STEPS": tupled(steps), "STEP": (*steps, "30")[0], "PATIENCE": number("patience"),
        "POWER": "1" if recipe.choice("schedule") == "linear" else (*steps, "1")[0], "SMOOTHING": number("smoothing"),
        "CLIP": number("clip"), "HEAD_WEIGHTS": tupled(plan.heads), "ACCUMULATE": number("accumulate"),
        "CROP": recipe.number("crop", str(max(1, dims[-1] // 14)) if recipe.said.get("crop") else "0"),
        "FLIP": str("flip" in recipe), "SEED": number("seed"), "FIXED_BYTES": f"{fixed:_}",
        "SAMPLE_BYTES": f"{each:_}", "DEVIATION": deviation(plan), "BIASES": biases(plan),
    }  # fmt: skip


def tupled(items: Sequence[object]) -> str:
    """A tuple as Python source."""
    return f"({', '.join(map(str, items))}{',' * (len(items) == 1)})"


def quoted(text: str) -> str:
    """Any text as a string of Python: nothing in it ends it or escapes."""
    shown = "".join(char if char.isprintable() and char not in '"\\{}' else "_" for char in text)
    return f'"{shown[:80]}"'


def identity(model: str) -> str:
    """What tells one module from another."""
    return sha256(model.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def paper(plan: Plan) -> tuple[str, str]:
    """The names of the recipe's terms for drawn weights: the paper's where it has them, else the recipe's own."""
    return ("paper init", "paper bias") if "paper init" in plan.recipe else ("init", "bias")


def deviation(plan: Plan) -> str:
    """The deviation of weights that are drawn alike."""
    return plan.recipe.number(paper(plan)[0], "0.01")


def biases(plan: Plan) -> str:
    """The biases that do not begin at 0, by the attributes of their layers."""
    said = plan.recipe.said.get(paper(plan)[1])
    if not said:
        return "{}"
    layers = {node.name for name in said.names for node in plan.network.part(name)}
    paths = [row.attribute for row in Written(plan.network).rows() if row.node.name in layers and row.attribute]
    wanted = [path for path in paths if path]
    return "{" + ", ".join(f'"{path}": {said.numbers[0]}' for path in wanted) + "}"


def settings(wanted: Iterable[str], values: Mapping[str, str]) -> str:
    """The constants that a script needs, in the order of `parts/settings.py` and with its words."""
    with open(os.path.join(HERE, "settings.py"), encoding="utf-8") as file:
        known = SETTING.finditer(file.read())
    need = set(wanted)
    return "\n".join(f"{m[1]}{m[2] or ''} = {values[m[1]]}{m[3] or ''}" for m in known if m[1] in need)


def own_texts(plan: Plan, model: str) -> Mapping[str, str]:
    """The parts that are written for this network."""
    kinds = sorted(set(re.findall(r"\bnn\.(?:Conv(?:Transpose)?[123]d|Linear)\b", model)))
    inits = {"paper": plan.recipe.choice("paper init")} if "paper init" in plan.recipe else {}
    return {
        "weighted": f"WEIGHTED = {tupled(kinds)}",
        "choices": choices(plan, {plan.init: plan.init, **inits}),
        "scores": scores(plan),
        "training": training(plan),
    }


def choices(plan: Plan, inits: Mapping[str, str]) -> str:
    """What the command line may choose from."""
    formats = ["npz", *["mnist", "cifar10"] * plan.images]
    formats += ["image_folders"] * (plan.images and plan.input.output.rank == 2)
    listed = ", ".join(f'"{name}": {function}' for name, function in inits.items())
    return f"FORMATS = {tupled(formats)}\nINITS = {{{listed}}}"


def scores(plan: Plan) -> str:
    """What the loss reads of the network's output, as a function."""
    value, told = "y.float()", "The network's output as the loss reads it: in 32 bits"
    if plan.output.output.rank and plan.cells == 1:
        value, told = f"{value}.flatten(1)", f"{told}, without the axes of one cell"
    if plan.end.layer.distances:
        value, told = f"-{value}", f"{told}; the smallest distance is the largest score"
    elif plan.applied and plan.loss == "cross_entropy":
        value, told = f"{value}.clamp_min(1e-12).log()", f"{told}; it is probabilities, and their logarithms are scores"
    elif plan.applied:
        value, told = f"{value}.logit(1e-6)", f"{told}; it is probabilities, and their log-odds are scores"
    head = "def scores(y: torch.Tensor) -> torch.Tensor:"
    return f'{head}\n    """{told}."""\n    return {value}'


def training(plan: Plan) -> str:
    """The network's steps; images are cut and mirrored where the recipe says so."""
    text = Part("training").text
    return text if augments(plan) else text.replace("augmented(self.moved(x))", "self.moved(x)")


def imported(every: Iterable[Iterable[ast.Import | ast.ImportFrom]]) -> str:
    """The imports of all parts, each once, as isort has them: the standard library, then what is installed."""
    plain: set[str] = set()
    named: dict[str, set[str]] = {}
    for node in (node for some in every for node in some):
        for alias in node.names:
            words = alias.name + (f" as {alias.asname}" if alias.asname else "")
            if isinstance(node, ast.Import):
                plain.add(words)
            else:
                named.setdefault(node.module or "", set()).add(words)
    lines = [(name.split(".")[0], f"import {name}") for name in sorted(plain)]
    lines += [(name.split(".")[0], f"from {name} import {', '.join(sorted(named[name]))}") for name in sorted(named)]
    groups = [[line for top, line in lines if (top in INSTALLED) is installed] for installed in (False, True)]
    return "\n\n".join("\n".join(group) for group in groups if group)


def docstring(plan: Plan) -> str:
    """What the script does, of which recipe it is, and how it is run."""
    network = plan.network
    said = network.recipe or "none; what is usual"
    facts = [("Spec", f"{network.name}, written by cnncalc {__version__}"), ("Recipe", said)]
    lines = [line for label, fact in facts for line in indented(label, fact)]
    runs = [
        "python train.py --data FOLDER                            on one GPU, or without one",
        "torchrun --nproc-per-node 4 train.py --data FOLDER       on four GPUs of one machine",
        "python train.py                                          on a made-up task that needs no data",
    ]
    title = prose(network.title or network.name)
    return "\n".join([f'"""Trains {title[0]}', *title[1:], "", *lines, "", *runs, '"""'])


def indented(label: str, fact: str) -> list[str]:
    """One fact of the docstring, its further lines indented."""
    first, *more = prose(fact, 108)
    return [f"{label + ':':<9}{first}", *(" " * 9 + line for line in more)]
