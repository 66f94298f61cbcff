"""The constants of a training script, each with the words that stand beside it in `parts/settings.py`."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from typing import TYPE_CHECKING

from cnncalc.emit.text import WIDTH, arguments
from cnncalc.emit.torch_module import Written
from cnncalc.emit.training.part import HERE
from cnncalc.emit.training.places import centres
from cnncalc.emit.training.plan import biased, defaults
from cnncalc.recipe import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cnncalc.emit.training.plan import Plan

SETTING = re.compile(r"(?m)^([A-Z_]+)(: [^=]+)? = .*?(  # .*)?$")
LONGEST = 70
"""How much of a name a constant holds at most."""


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
        "SAMPLE_BYTES": f"{each:_}", "EXACT": quoted(plan.exact),
        "DEVIATION": literal(recipe.number("init", "0.01")), "BIASES": biases(plan, "bias"),
        "PAPER_DEVIATION": literal(recipe.number("paper init", "0.01")), "PAPER_BIASES": biases(plan, "paper bias"),
    }  # fmt: skip


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


def identity(model: str) -> str:
    """What tells one module from another."""
    return sha256(model.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def tupled(items: Sequence[object]) -> str:
    """A tuple as Python source."""
    return f"({', '.join(map(str, items))}{',' * (len(items) == 1)})"


def quoted(text: str) -> str:
    """Any text as a string of Python: nothing in it ends it or escapes. What is long loses its middle."""
    shown = "".join(char if char.isprintable() and char not in '"\\' else "_" for char in text)
    return f'"{shown}"' if len(shown) <= LONGEST else f'"{shown[:30]} ... {shown[35 - LONGEST :]}"'
