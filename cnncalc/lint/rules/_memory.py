"""What an expectation of memory comes to: which bytes are meant, their working, and the layer with most of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.memory import memory
from cnncalc.lint.rules._claims import grouped
from cnncalc.network.claim import MEMORY, OF_LAYERS
from cnncalc.record import NamedTuple
from cnncalc.storage import DTYPES, USUAL, optimizer_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncalc.analysis.memory import Memory
    from cnncalc.network.node import Claimed, Network, Node

TRAINING = ("weights", "buffers", "gradients", "state", "saved")
"""What training takes, in the order in which it is told."""
INFERENCE = ("weights", "buffers", "peak")
"""What using the network takes."""
SUMS = {"training": TRAINING, "inference": INFERENCE}


class Bytes(NamedTuple):
    """A sum of memory: each part with its bytes, and the line that takes most of it with what it takes."""

    parts: Mapping[str, int]
    line: str
    most: int

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.parts.values())

    @property
    def working(self) -> str:
        """`8,388,608 weights + 1,024 peak`: the parts that there are."""
        return " + ".join(f"{grouped(count)} {part}" for part, count in self.parts.items() if count)


def summed(needed: Bytes) -> str:
    """The parts and what they come to."""
    each = needed.working
    return f"{each} = {grouped(needed.total)} B" if " + " in each else f"{grouped(needed.total)} B"


def meant(network: Network, target: Sequence[str]) -> tuple[list[str], list[str], dict[str, str]]:
    """(layers, parts, settings) that an expectation names; of a whole network training is meant, of layers their
    activations.
    """
    settings = dict(word.split("=", 1) for word in target if "=" in word)
    words = [word for word in target if "=" not in word]
    parts = [word for word in words if word in MEMORY and not network.part(word)]
    layers = [word for word in words if word not in parts]
    named = [part for part in parts if part != "train"] or ["activations" if layers else "training"]
    single = [one for part in named for one in SUMS.get(part, (part,))]
    return layers, list(dict.fromkeys(single)), settings


def used(network: Network, claim: Claimed, nodes: Sequence[Node]) -> Bytes:
    """The bytes that an expectation is about, over these nodes."""
    layers, parts, settings = meant(network, claim.target)
    trains = "train" in claim.target or "training" in claim.target or not {"peak", "activations"} & set(parts)
    every = memory(network, int(settings.get("batch", "1")), settings.get("dtype", "float32"), trains)
    optimizer = settings.get("optimizer") or optimizer_of(network.recipe) or USUAL
    every_line: dict[str, list[Node]] = {}
    for node in nodes if layers else network.nodes:
        every_line.setdefault(node.line, []).append(node)
    known = of_layers(every, nodes) if layers else whole(every, optimizer)
    told = [part for part in parts if part in OF_LAYERS]
    each = {line: of_layers(every, own) for line, own in every_line.items()}
    most = max(each, key=lambda line: sum(each[line][part] for part in told))
    return Bytes({part: known[part] for part in parts}, most, sum(each[most][part] for part in told))


def whole(every: Memory, optimizer: str) -> dict[str, int]:
    """Every part of a network's memory by its word."""
    return {
        "weights": every.weights, "buffers": every.buffers, "gradients": every.gradients,
        "state": every.optimizer[optimizer], "saved": every.saved_for_backward, "peak": every.forward_peak,
        "activations": every.activations,
    }  # fmt: skip


def of_layers(every: Memory, nodes: Sequence[Node]) -> dict[str, int]:
    """The parts of some layers' memory: sums, and of the peak the most in one of them."""
    kept = [every.per_layer[node.name] for node in nodes]
    return {
        "weights": sum(node.params for node in nodes) * DTYPES[every.dtype],
        "activations": sum(one.activations for one in kept), "saved": sum(one.saved for one in kept),
        "peak": max((one.live for one in kept), default=0),
    }  # fmt: skip
