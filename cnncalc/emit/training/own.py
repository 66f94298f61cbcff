"""The parts of a training script that are written for its network and recipe."""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING

from cnncalc.analysis.views import computed
from cnncalc.emit.names import attributes
from cnncalc.emit.training.chosen import NAMED, augments, ways
from cnncalc.emit.training.constants import tupled
from cnncalc.emit.training.part import part_of
from cnncalc.emit.training.plan import Untrainable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.emit.training.plan import Plan
    from cnncalc.network.node import Node


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


def training(plan: Plan) -> str:
    """The network's steps; images are cut and mirrored where the recipe says so."""
    text = part_of("training").text
    return text if augments(plan) else text.replace("augmented(self.moved(x))", "self.moved(x)")


def scores(plan: Plan) -> str:
    """What the loss reads of the network's output, as a function; one more for a head that ends in another way."""
    named = [f"{name}_scores".lstrip("_") for name in plan.ends]
    ends = dict(zip(attributes(named), plan.ends.values(), strict=True))
    called: dict[str, str] = {}
    for name, end in ends.items():
        called.setdefault(reading(plan, end), name)
    texts = [f"def {name}(y: torch.Tensor) -> torch.Tensor:\n{text}" for text, name in called.items()]
    every = [called[reading(plan, end)] for end in ends.values()]
    told = f'SCORES = {tupled(every)}\n"""What reads each output: the network\'s, then its training heads\'."""'
    return "\n\n\n".join([*texts, *[told] * (len(ends) > 1)])


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
