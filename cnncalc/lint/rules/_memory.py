"""What an expectation of memory comes to: which bytes are meant, their working, and the layer with most of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.memory import Kept, buffer_bytes, memory, states, trained_tensors
from cnncalc.lint.rules._claims import grouped
from cnncalc.network.claim import MEMORY
from cnncalc.recipe import recipe
from cnncalc.record import NamedTuple
from cnncalc.storage import DTYPES, USUAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncalc.analysis.memory import Memory
    from cnncalc.network.node import Claimed, Network, Node

HELD = "held"
"""What a training step holds of the activations at least: what is saved, or the peak where that is more."""
TRAINING = ("weights", "buffers", "gradients", "state", HELD)
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
    """The bytes that an expectation is about, over these nodes; heads that only train take part where they count."""
    layers, parts, settings = meant(network, claim.target)
    trains = "train" in claim.target or "training" in claim.target or not {"peak", "activations"} & set(parts)
    every = memory(network, int(settings.get("batch", "1")), settings.get("dtype", "float32"), trains)
    more = "saved" if every.saved_for_backward >= every.forward_peak else "peak"
    parts = [more if part == HELD else part for part in parts]
    optimizer = settings.get("optimizer") or recipe(network.recipe).state or USUAL
    every_line: dict[str, list[Node]] = {}
    for node in nodes if layers else network.nodes if trains else network.counted:
        every_line.setdefault(node.line, []).append(node)
    known = of_layers(every, nodes, optimizer) if layers else whole(every, optimizer)
    taken = ((line, of_layers(every, own, optimizer)) for line, own in every_line.items())
    line, most = max(((line, sum(each[part] for part in parts)) for line, each in taken), key=lambda pair: pair[1])
    return Bytes({part: known[part] for part in parts}, line, most)


def whole(every: Memory, optimizer: str) -> dict[str, int]:
    """Every part of a network's memory by its word."""
    return {
        "weights": every.weights, "buffers": every.buffers, "gradients": every.gradients,
        "state": every.optimizer[optimizer], "saved": every.saved_for_backward, "peak": every.forward_peak,
        "activations": every.activations,
    }  # fmt: skip


def of_layers(every: Memory, nodes: Sequence[Node], optimizer: str) -> dict[str, int]:
    """The same parts of some layers' memory: sums, and of the peak the most in one of them; an input has nothing."""
    kept, size = [every.per_layer.get(node.name, Kept()) for node in nodes], DTYPES[every.dtype]
    params, tensors = sum(node.params for node in nodes), sum(map(trained_tensors, nodes))
    return {
        "weights": params * size, "buffers": sum(buffer_bytes(node, size) for node in nodes),
        "gradients": params * size, "state": states(params, tensors, size)[optimizer],
        "saved": sum(one.saved for one in kept), "peak": max((one.live for one in kept), default=0),
        "activations": sum(one.activations for one in kept),
    }  # fmt: skip
