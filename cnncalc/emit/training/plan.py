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
from cnncalc.geometry import Field
from cnncalc.network.fields import fields_of
from cnncalc.recipe import Fault, recipe
from cnncalc.storage import USUAL
from cnncalc.syntax.tree import Train

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnncalc.network.node import Network, Node

PATTERNS = ("bce", "mse", "l1", "huber")
"""The losses whose targets are numbers."""


class Untrainable(ValueError):
    """No script can train this network as it stands; the message says why and what to do."""


class Plan:
    """A network as its training script sees it. Raises Untrainable where none can be written."""

    def __init__(self, network: Network) -> None:
        self.network, self.recipe = network, recipe(network.recipe)
        for reason in refusals(network):
            raise Untrainable(f"{network.name} {reason}")
        self.input, self.output = network.inputs[0], network.outputs[0]

    @property
    def tokens(self) -> bool:
        """Whether it reads tokens."""
        return not self.input.output.channels

    @property
    def words(self) -> int:
        """How many tokens there are: as many as the smallest table of those that read them has rows."""
        tables = [node.weights["weight"].shape[0] for node in self.network.nodes if node.layer.tokens]
        return min(tables)

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
    def applied(self) -> bool:
        """Whether the network's end is what its loss applies: the loss then reads probabilities."""
        losses = self.end.layer.losses
        return {"cross_entropy": "cross_entropy", "bce": "bce_with_logits"}.get(self.loss, "") in losses

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
    def centres(self) -> Sequence[tuple[float, float]]:
        """On each axis the middle of what the output's first cell sees, and the way to the next, in cells of the input.

        Where a cell sees everything the cells are spread evenly.
        """
        field = fields_of(self.network.inputs, self.network.nodes)[self.output.name]
        if isinstance(field, Field):
            return [(float(a + (n - 1) / 2), float(j)) for n, j, a in zip(*field, strict=True)]
        pairs = zip(self.input.output.extents, self.output.output.extents, strict=True)
        return [(have / give / 2 - 0.5, have / give) for have, give in pairs]

    def place(self, node: Node) -> str:
        """Where a layer is written: `FC8, line 15 of alexnet.spec`."""
        name = os.path.basename(self.network.source.name)
        return f"{node.line}, line {node.span.line} of {name}"

    def findings(self) -> tuple[Diagnostic, ...]:
        """What of the recipe the script cannot follow, each at its place."""
        statement = next((s for s in reversed(self.network.parsed.statements) if isinstance(s, Train)), None)
        if statement is None:
            return ()
        place = statement.place
        begin = place.end - len(statement.recipe)
        every = sorted([*self.recipe.faults, *self.beyond()], key=lambda fault: (fault.begin, fault.end))
        return tuple(
            Diagnostic(UNCLEAR_RECIPE, f.message, place.span(begin + f.begin, begin + f.end), f.hint) for f in every
        )

    def beyond(self) -> Iterator[Fault]:
        """What the recipe's words say but this network cannot do."""
        for key in ("bias", "paper bias"):
            said = self.recipe.said.get(key)
            for name in said.names if said else ():
                if said and not any(map(biased, self.network.part(name))):
                    yield Fault(f"no layer '{name}' has a bias", "name layers of the file", said.begin, said.end)


def biased(node: Node) -> bool:
    """Whether a layer adds a bias."""
    return any(weight.bias for weight in node.weights.values())


def refusals(network: Network) -> Iterator[str]:
    """Why no script can train a network."""
    if not network.complete:
        yield "has errors; only a whole network can be trained"
        return
    if len(network.inputs) > 1:
        yield f"has {len(network.inputs)} inputs; the script feeds one"
    if len(network.outputs) > 1:
        yield f"has {len(network.outputs)} outputs; the script compares one with its targets"
    if not any(node.params for node in network.nodes):
        yield "has no weights that could be trained"


def float_of(text: str) -> float:
    """A number of a spec as Python has it."""
    over, _, under = text.partition("/")
    return float(over) / float(under or 1)


def defaults(plan: Plan) -> Mapping[str, str]:
    """The numbers that a recipe leaves out, by the name of its term."""
    usual = {
        "sgd": {"lr": "0.01", "momentum": "0.0" if "sgd" in plan.recipe else "0.9"},
        "adam": {"lr": "1e-3"},
        "adamw": {"lr": "1e-3"},
        "rmsprop": {"lr": "1e-3", "alpha": "0.99", "momentum": "0.0"},
        "adadelta": {"lr": "1.0", "alpha": "0.9", "eps": "1e-6"},
    }[plan.optimizer]
    if {"momentum", "nesterov"} & plan.recipe.said.keys():
        usual = {**usual, "momentum": plan.recipe.number("nesterov", "0.9")}
    factor = {"exponential": "0.95"}.get(plan.recipe.choice("schedule"), "0.1")
    others = {"batch": "128", "epochs": "10", "beta1": "0.9", "beta2": "0.999", "eps": "1e-8", "decay": "0.0"}
    rest = {"factor": factor, "patience": "10", "warmup": "0.0", "smoothing": "0.0", "clip": "0.0", "seed": "0"}
    return {**others, **rest, "accumulate": "1", **usual}
