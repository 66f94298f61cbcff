"""What a training script needs to know of a network: what it reads and gives, its loss, how its weights begin."""

from __future__ import annotations

import os
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

from cnncalc.analysis.memory import memory
from cnncalc.analysis.views import computed
from cnncalc.diagnostic import Diagnostic
from cnncalc.faults import UNCLEAR_RECIPE
from cnncalc.recipe import MOMENTUM, recipe
from cnncalc.storage import USUAL
from cnncalc.syntax.tree import Train

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnncalc.network.node import Network, Node

LEFT_OUT = {
    "batch": "128", "epochs": "10", "momentum": MOMENTUM, "beta1": "0.9", "beta2": "0.999", "eps": "1e-8",
    "decay": "0.0", "factor": "0.1", "patience": "10", "warmup": "0.0", "smoothing": "0.0", "clip": "0.0",
    "accumulate": "1", "seed": "0",
}  # fmt: skip
"""The numbers that a recipe leaves out, where neither its optimizer nor its schedule has another."""


ALONE = "'cnncalc build' writes the module alone, for a script of your own"


class Untrainable(ValueError):
    """No script can train this network as it stands; the message says why and what to do."""


class Plan:
    """A network as its training script sees it. Raises Untrainable where none can be written."""

    def __init__(self, network: Network) -> None:
        self.statements = [s for s in network.parsed.statements if isinstance(s, Train)]
        self.network, self.recipe = network, recipe(self.written.partition(":")[2])
        for reason in refusals(network):
            raise Untrainable(f"{network.name} {reason}")
        self.input, self.output = network.inputs[0], network.outputs[0]

    @property
    def written(self) -> str:
        """The recipe's statement as it stands in its line: `train: lr 0.1`; nothing where there is none."""
        place = self.statements[-1].place if self.statements else None
        return place.line.text[place.begin : place.end] if place else ""

    @property
    def tokens(self) -> bool:
        """Whether it reads tokens."""
        return not self.input.output.channels

    @property
    def words(self) -> int:
        """How many tokens there are: as many as the smallest table of those that read them has rows."""
        return self.table.weights["weight"].shape[0]

    @property
    def table(self) -> Node:
        """The layer that reads tokens; of several the one with the fewest."""
        return min((n for n in self.network.nodes if n.layer.tokens), key=lambda node: node.weights["weight"].shape[0])

    @property
    def cells(self) -> int:
        """How many places of a map the network answers for: 1 for a vector."""
        return prod(self.output.output.extents)

    @property
    def images(self) -> bool:
        """Whether it reads planes, or what may be a plane laid flat, and names one class for each."""
        flat = self.input.output.rank in (0, 2) and not self.tokens
        return self.loss == "cross_entropy" and self.cells == 1 and flat

    @property
    def end(self) -> Node:
        """The layer that works out what the network gives."""
        return computed(self.output)

    @cached_property
    def loss(self) -> str:
        """The loss by the name of its part: the recipe's; else what the network's end asks for."""
        named = self.recipe.choice("loss")
        if named:
            return named
        end, single = self.end.layer, self.output.output.channels == 1
        if single:
            return "bce" if end.bounds == (0, 1) else "mse"
        if end.activation and "cross_entropy" not in end.losses:
            kind = self.end.kind
            raise Untrainable(
                f"{self.network.name} ends in {kind} and its recipe names no loss; write 'train: loss mse' for numbers"
                " or 'train: loss cross_entropy' for classes"
            )
        return "cross_entropy"

    @property
    def init(self) -> str:
        """How weights begin: as the recipe says; else He's way where some layer rectifies, Glorot's where none does."""
        layers = [node.layer for node in self.network.nodes if node.layer.activation]
        rectifies = any(layer.keeps is not None or None in layer.bounds for layer in layers)
        return self.recipe.choice("init") or ("he" if rectifies else "xavier")

    @property
    def optimizer(self) -> str:
        """The optimizer by the name of its part."""
        return self.recipe.optimizer or "sgd"

    @property
    def heads(self) -> Sequence[str]:
        """The weights of the training heads, in the order in which the module gives them: the deepest first."""
        weights = [dict(s.arguments).get("weight", "1") for s in self.network.sections if s.sort == "head" and s.exit]
        return [str(float_of(str(weight))) for weight in reversed(weights)]

    @property
    def bytes(self) -> tuple[int, int]:
        """Bytes of training in float32: those that any batch needs, and those of every sample."""
        one, two = (memory(self.network, batch, training=True) for batch in (1, 2))
        state = self.recipe.state or USUAL
        return one.training(state) - one.held[1], two.held[1] - one.held[1]

    @property
    def target(self) -> tuple[int, ...]:
        """What a sample is held against: nothing more than a class, or numbers in these extents."""
        output = self.output.output
        if self.loss == "cross_entropy":
            return output.extents if self.cells > 1 else ()
        return output.dims if self.cells > 1 else (output.channels,)

    @property
    def maps(self) -> bool:
        """Whether it answers for places of what it reads."""
        return self.cells > 1 and self.output.output.rank == self.input.output.rank and not self.tokens

    @property
    def counts(self) -> Node:
        """The layer that says how many numbers the network gives for a place."""
        node = self.output
        while len(node.inputs) == 1 and not node.params and node.inputs[0].output.channels == node.output.channels:
            node = node.inputs[0]
        return node

    @property
    def ends(self) -> Mapping[str, Node]:
        """What the loss reads: the network's output, under no name, then those of its training heads."""
        heads = (section for section in reversed(self.network.sections) if section.sort == "head")
        return {"": self.output} | {section.name: section.exit for section in heads if section.exit}

    @property
    def exact(self) -> str:
        """Why the loss needs all bits of an output, where it does: it turns a sigmoid back, or compares distances."""
        classes = self.loss == "cross_entropy"
        for node in map(computed, self.ends.values()):
            if (classes and node.layer.distances) or (self.loss == "bce" and node.layer.bounds == (0, 1)):
                return f"{self.network.name} ends in {node.kind}"
        return ""

    def number(self, name: str) -> str:
        """A number of the recipe by the name of its term, or what is usual."""
        return self.recipe.number(name, defaults(self).get(name, "0"))

    def place(self, node: Node) -> str:
        """Where a layer is written: `FC8, line 15 of alexnet.spec`."""
        name = os.path.basename(self.network.source.name)
        return f"{node.line}, line {node.span.line} of {name}"

    def findings(self) -> tuple[Diagnostic, ...]:
        """What of the recipe the script cannot follow, each at its place."""
        from cnncalc.emit.training.conflicts import conflicts

        if not self.statements:
            return ()
        *above, place = [statement.place for statement in self.statements]
        begin = place.begin + self.written.find(":") + 1
        every = self.recipe.faults or sorted(conflicts(self), key=lambda fault: (fault.begin, fault.end))
        text = f"this recipe is not followed, but that of line {place.line.number}"
        return (
            *(
                Diagnostic(UNCLEAR_RECIPE, text, p.span(p.begin, p.end), "keep one; a \\ carries a line on")
                for p in above
            ),
            *(Diagnostic(UNCLEAR_RECIPE, f.message, place.span(begin + f.begin, begin + f.end), f.hint) for f in every),
        )

    def follow(self) -> None:
        """Raises Untrainable for a recipe that the script cannot follow."""
        for found in self.findings()[:1]:
            raise Untrainable(f"{self.network.name}: {found.message}; {found.hint} (line {found.line})")


def biased(node: Node) -> bool:
    """Whether a layer adds a bias."""
    return any(weight.bias for weight in node.weights.values())


def refusals(network: Network) -> Iterator[str]:
    """Why no script can train a network."""
    if not network.complete:
        yield "has errors; only a whole network can be trained"
        return
    if len(network.inputs) > 1:
        yield f"has {len(network.inputs)} inputs; the script feeds one: {ALONE}"
    if len(network.outputs) > 1:
        yield f"has {len(network.outputs)} outputs; the script compares one with its targets: {ALONE}"
    if not any(node.params for node in network.nodes):
        yield f"has no weights that could be trained: {ALONE}"


def float_of(text: str) -> float:
    """A number of a spec as Python has it."""
    over, _, under = text.partition("/")
    return float(over) / float(under or 1)


def defaults(plan: Plan) -> Mapping[str, str]:
    """The numbers that a recipe leaves out, by the name of its term."""
    recipe = plan.recipe
    usual = {
        "sgd": {"lr": "0.01", "momentum": "0.0" if "sgd" in recipe else "0.9"},
        "adam": {"lr": "1e-3"},
        "adamw": {"lr": "1e-3"},
        "rmsprop": {"lr": "1e-3", "alpha": "0.99", "momentum": "0.0"},
        "adadelta": {"lr": "1.0", "alpha": "0.9", "eps": "1e-6"},
    }[plan.optimizer]
    moving = {"momentum": recipe.momentum} if recipe.momentum else {}
    decaying = {"factor": "0.95"} if recipe.choice("schedule") == "exponential" else {}
    return {**LEFT_OUT, **usual, **moving, **decaying, **lasting(plan)}


def lasting(plan: Plan) -> Mapping[str, str]:
    """The epochs of a recipe that only says after which ones it steps: as many follow the last step as led to it."""
    if plan.recipe.choice("schedule") != "steps":
        return {}
    before, last = [0, 0, *map(int, plan.recipe.said["schedule"].numbers)][-2:]
    return {"epochs": str(max(1, 2 * last - before))}
