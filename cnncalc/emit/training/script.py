"""A training script, put together of the parts that a network and its recipe ask for.

A part is a module of `parts`: its imports, then its text. The script has the imports of all its parts, its constants
with the words that stand beside them in `parts/settings.py`, and the texts one behind the other.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from functools import cache
from hashlib import sha256
from keyword import iskeyword
from math import prod
from shlex import quote
from typing import TYPE_CHECKING

from cnncalc import __version__
from cnncalc.analysis.views import computed
from cnncalc.emit.names import attributes
from cnncalc.emit.text import WIDTH, arguments, prose
from cnncalc.emit.torch_module import Written, torch_source
from cnncalc.emit.training.places import centres
from cnncalc.emit.training.plan import Plan, Untrainable, biased, defaults
from cnncalc.recipe import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cnncalc.network.node import Network, Node

NAMED = {"recipe": "bias", "paper": "paper bias"}
"""The terms of a recipe that name biases, by the ways in which weights begin."""
LONGEST = 70
"""How much of a name a constant holds at most."""
HERE = os.path.join(os.path.dirname(__file__), "parts")
OWN = "cnncalc.emit.training.parts."
SETTING = re.compile(r"(?m)^([A-Z_]+)(: [^=]+)? = .*?(  # .*)?$")
INSTALLED = ("torch", "tqdm")
USED = (*INSTALLED, "numpy", "PIL", "matplotlib")
"""What a script imports that does not come with Python."""


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


def heading(words: str) -> str:
    """A line across the page that says what follows."""
    return f"{words} {'-' * (WIDTH - len(words) - 1)}"


def importable(module: str) -> None:
    """Raises ValueError for a module that cannot stand beside the script: Python would not find it, or what it hides.

    A file beside a script comes before all that is installed.
    """
    if not module.isidentifier() or iskeyword(module):
        raise Untrainable(f"no script can import a module '{module}'; name it like a variable: model")
    if module in sys.stdlib_module_names or module in USED:
        raise Untrainable(f"a module '{module}' beside the script would hide Python's own; name it otherwise: model")


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


@cache
def part_of(name: str) -> Part:
    """A part; each is read once."""
    return Part(name)


def own(node: ast.ImportFrom) -> bool:
    """Whether an import is of another part."""
    return (node.module or "").startswith(OWN)


def chosen(plan: Plan) -> Iterator[str]:
    """The parts of a script in their order, under headings."""
    yield from ("# How the weights begin, what is minimised, and how", "weighted")
    yield from dict.fromkeys(f"inits/{name}" for name in (*ways(plan).values(), *ways(plan)))
    yield from ("scores", f"losses/{plan.loss}", f"objectives/{'heads' if plan.heads else 'plain'}")
    yield from ("groups", f"optimizers/{plan.optimizer}", f"schedules/{schedule(plan)}")
    yield from ["augment"] * augments(plan)
    yield from ("# The steps, in one process or several", "world", "training")
    yield "# The data"
    yield from data(plan)
    yield from synthetic(plan)
    yield from ("inputs", "batches", "# The run", "choices", "options", "report", "checkpoint", "main")


def data(plan: Plan) -> Iterator[str]:
    """The parts that read what is given, and see that the network reads it too."""
    yield from ("data/samples", "data/classes" if plan.loss == "cross_entropy" else "data/numbers", "data/split")
    yield from ("data/tokens" if plan.tokens else "data/continuous", "data/arrays")
    if plan.images:
        yield from ("data/mnist", "data/cifar")
    if plan.images and plan.input.output.rank == 2:
        yield "data/folders"


def schedule(plan: Plan) -> str:
    """The schedule by the name of its part."""
    named = plan.recipe.choice("schedule", "constant")
    return {"linear": "poly"}.get(named, named)


def synthetic(plan: Plan) -> Iterator[str]:
    """The parts of the task that needs no data."""
    if plan.tokens:
        yield "synthetic/sentences"
        return
    yield {"cross_entropy": "synthetic/classes", "bce": "synthetic/yes_no"}.get(plan.loss, "synthetic/numbers")
    yield from ("synthetic/noise", "synthetic/maps" if plan.maps else "synthetic/patterns")


def augments(plan: Plan) -> bool:
    """Whether images are cut or mirrored by chance."""
    return plan.images and plan.input.output.rank == 2 and bool({"crop", "flip"} & plan.recipe.said.keys())


def values(plan: Plan, model: str) -> Mapping[str, str]:
    """The constants of a script, as Python source."""
    usual, recipe = defaults(plan), plan.recipe
    fixed, each = plan.bytes

    def number(name: str) -> str:
        return literal(recipe.number(name, usual.get(name, "0")))

    steps = [*map(literal, recipe.said["schedule"].numbers)] if "schedule" in recipe else []
    dims = plan.input.output.dims
    return {
        "INPUT": tupled(dims), "INPUT_FROM": quoted(plan.place(plan.input)), "SPEC": quoted(identity(model)),
        "OUTPUT": tupled(plan.output.output.dims), "OUTPUT_FROM": quoted(plan.place(plan.counts)),
        "TARGET": tupled(plan.target), "BETWEEN": "(0, 1)" if plan.loss == "bce" else "()",
        "WORDS": str(plan.words) if plan.tokens else "0",
        "WORDS_FROM": quoted(plan.place(plan.table) if plan.tokens else ""),
        "BATCH": number("batch"), "EPOCHS": number("epochs"),
        "CENTRES": tupled([tupled(pair) for pair in centres(plan.output)]) if plan.maps else "()",
        "LEARNING_RATE": number("lr"), "MOMENTUM": number("momentum"),
        "NESTEROV": str("nesterov" in recipe), "BETAS": f"({number('beta1')}, {number('beta2')})",
        "ALPHA": number("alpha"), "EPSILON": number("eps"), "DECAY": number("decay"), "WARMUP": number("warmup"),
        "FACTOR": number("factor"), "STEPS": tupled(steps), "STEP": (*steps, "30")[0], "PATIENCE": number("patience"),
        "POWER": (*steps, "1")[0], "SMOOTHING": number("smoothing"),
        "CLIP": number("clip"), "HEAD_WEIGHTS": tupled(plan.heads), "ACCUMULATE": number("accumulate"),
        "CROP": literal(recipe.number("crop", str(max(1, dims[-1] // 14)) if recipe.said.get("crop") else "0")),
        "FLIP": str("flip" in recipe), "SEED": number("seed"), "FIXED_BYTES": f"{fixed:_}",
        "SAMPLE_BYTES": f"{each:_}",
        "DEVIATION": literal(recipe.number("init", "0.01")), "BIASES": biases(plan, "bias"),
        "PAPER_DEVIATION": literal(recipe.number("paper init", "0.01")), "PAPER_BIASES": biases(plan, "paper bias"),
    }  # fmt: skip


def tupled(items: Sequence[object]) -> str:
    """A tuple as Python source."""
    return f"({', '.join(map(str, items))}{',' * (len(items) == 1)})"


def quoted(text: str) -> str:
    """Any text as a string of Python: nothing in it ends it or escapes. What is long loses its middle."""
    shown = "".join(char if char.isprintable() and char not in '"\\' else "_" for char in text)
    return f'"{shown}"' if len(shown) <= LONGEST else f'"{shown[:30]} ... {shown[35 - LONGEST :]}"'


def identity(model: str) -> str:
    """What tells one module from another."""
    return sha256(model.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def ways(plan: Plan) -> Mapping[str, str]:
    """How the weights may begin, by the words of --init, the usual first; each with the way in which they are drawn."""
    recipe = plan.recipe
    own = "recipe" if plan.init == "normal" or recipe.said.get(NAMED["recipe"]) else plan.init
    paper = {"paper": recipe.choice("paper init") or plan.init}
    return {own: plan.init, **(paper if {"paper init", "paper bias"} & recipe.said.keys() else {})}


def biases(plan: Plan, term: str) -> str:
    """The biases that do not begin at 0, by the names of their parameters.

    A name stands for its convolutions and matrices; where it has none, for all in it that has a bias.
    """
    said = plan.recipe.said.get(term)
    if not said:
        return "{}"
    named: set[str] = set()
    for name in said.names:
        nodes = [node for node in plan.network.part(name) if biased(node)]
        named |= {node.name for node in nodes if node.macs} or {node.name for node in nodes}
    rows = [row for row in Written(plan.network).rows() if row.node.name in named]
    paths = [
        f"{row.attribute}.{name}" for row in rows for name, w in row.node.weights.items() if w.bias and w.trainable
    ]
    return "{" + ", ".join(f'"{path}": {literal(said.numbers[0])}' for path in dict.fromkeys(paths)) + "}"


def settings(wanted: Iterable[str], values: Mapping[str, str]) -> str:
    """The constants that a script needs, in the order of `parts/settings.py` and with its words."""
    with open(os.path.join(HERE, "settings.py"), encoding="utf-8") as file:
        known = SETTING.finditer(file.read())
    need = set(wanted)
    return "\n".join(constant(m[1] + (m[2] or ""), values[m[1]], m[3] or "") for m in known if m[1] in need)


def constant(name: str, value: str, words: str) -> str:
    """A constant and the words beside it; what is too long has a line for each item."""
    line = f"{name} = {value}{words}"
    if len(line) <= WIDTH or value[0] not in "({":
        return line
    items = "".join(f"    {item},\n" for item in arguments(value[1:-1]))
    return f"{name} = {value[0]}\n{items}{value[-1]}{words}"


def own_texts(plan: Plan, model: str) -> Mapping[str, str]:
    """The parts that are written for this network."""
    kinds = sorted(set(re.findall(r"\bnn\.(?:Conv(?:Transpose)?[123]d|Linear)\b", model)))
    begun = {f"inits/{name}": begin(plan, name, way) for name, way in ways(plan).items() if name != way}
    folders = part_of("data/folders").text
    return {
        "weighted": f"WEIGHTED = {tupled(kinds)}",
        "choices": choices(plan),
        "scores": scores(plan),
        "training": training(plan),
        "data/folders": folders if augments(plan) else folders.replace(", CROP)", ")"),
        **begun,
    }


def begin(plan: Plan, name: str, way: str) -> str:
    """How the weights begin as the recipe or the paper has it: drawn in this way, then the biases that it names."""
    text = part_of(f"inits/{name}").text
    if NAMED[name] not in plan.recipe:
        text = text.partition("    for name")[0].rstrip().replace(", but for those that it names", "")
    return text if way == "normal" else re.sub(r"\bnormal\(net, \w+\)", f"{way}(net)", text)


def choices(plan: Plan) -> str:
    """What the command line may choose from."""
    formats = ["npz", *["mnist", "cifar10"] * plan.images]
    formats += ["image_folders"] * (plan.images and plan.input.output.rank == 2)
    listed = ", ".join(f'"{name}": {name}' for name in ways(plan))
    return f"FORMATS = {tupled(formats)}\nINITS = {{{listed}}}"


def scores(plan: Plan) -> str:
    """What the loss reads of the network's output, as a function; one more for a head that ends in another way."""
    heads = {s.name: s.exit for s in reversed(plan.network.sections) if s.sort == "head" and s.exit}
    ends = dict(
        zip(attributes(["scores", *(f"{name}_scores" for name in heads)]), [plan.output, *heads.values()], strict=True)
    )
    called: dict[str, str] = {}
    for name, end in ends.items():
        called.setdefault(reading(plan, end), name)
    texts = [f"def {name}(y: torch.Tensor) -> torch.Tensor:\n{text}" for text, name in called.items()]
    every = [called[reading(plan, end)] for end in ends.values()]
    told = f'SCORES = {tupled(every)}\n"""What reads each output: the network\'s, then its training heads\'."""'
    return "\n\n\n".join([*texts, *[told] * bool(heads)])


def reading(plan: Plan, node: Node) -> str:
    """The body of the function that makes of an output what the loss reads."""
    shapes = [each.output for each in (node, plan.output)]
    if len({(shape.channels, prod(shape.extents) != 1 and shape.extents) for shape in shapes}) > 1:
        gives = [plan.network.order.text(shape) for shape in shapes]
        raise Untrainable(
            f"{plan.network.name} gives {gives[1]} and its head {node.head} gives {gives[0]} ({plan.place(node)}); the"
            " loss compares both with the same targets: let them end alike"
        )
    end, classes = computed(node).layer, plan.loss == "cross_entropy"
    value, told = "y.float()", "An output as the loss reads it: in 32 bits"
    if node.output.rank and plan.cells == 1:
        value, told = f"{value}.flatten(1)", f"{told}, its one cell laid flat"
    if classes and end.distances:
        value, told = f"-{value}", f"{told}; the least distance is the largest score"
    elif classes and "cross_entropy" in end.losses:
        value, told = f"{value}.clamp_min(1e-30).log()", f"{told}; of probabilities the logarithms"
    elif plan.loss == "bce" and end.bounds == (0, 1):
        value, told = f"{value}.logit(1e-7)", f"{told}; of probabilities the log-odds"
    return f'    """{told}."""\n    return {value}'


def training(plan: Plan) -> str:
    """The network's steps; images are cut and mirrored where the recipe says so."""
    text = part_of("training").text
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
    named.pop("__future__", None)
    lines = [(name.split(".")[0], f"import {name}") for name in sorted(plain)]
    lines += [(name.split(".")[0], f"from {name} import {', '.join(sorted(named[name]))}") for name in sorted(named)]
    groups = [[line for top, line in lines if (top in INSTALLED) is installed] for installed in (False, True)]
    return "\n\n".join(["from __future__ import annotations", *("\n".join(group) for group in groups if group)])


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
