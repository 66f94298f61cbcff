"""Memory to the byte: weights, activations, the forward pass's peak, what training keeps, gradients, optimizer state.

Each tensor is a storage of its own, and a view has that of its input. What a layer needs for a moment within itself,
the loss, and what an allocator rounds up are not counted, so that every number is a lower bound.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from cnncalc.analysis.views import copies, view, views
from cnncalc.record import NamedTuple
from cnncalc.storage import DTYPES, INTEGER, OPTIMIZERS, STEPS, dtype_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cnncalc.analysis.views import Views
    from cnncalc.layer import Saved
    from cnncalc.network.node import Network, Node

LEFT_OUT = "workspaces within layers, the loss and what allocators round up"
"""What no number here counts."""


class Kept(NamedTuple):
    """One layer's bytes: its output (0 for a view), what training keeps first for it, what is alive while it runs."""

    activations: int = 0
    saved: int = 0
    live: int = 0


class Memory(NamedTuple):
    """Bytes of a network for a batch in a dtype; training heads are in them where they were asked for.

    `forward_peak` is the most that is alive at once in evaluation, where `peak_layer` runs: what it reads, what it
    puts out and what is read later; weights and the network's input are not in it. `saved_for_backward` are the
    storages that autograd keeps between the passes, each once, the network's input among them. `optimizer` is the state
    by optimizer.
    """

    dtype: str
    batch: int
    weights: int
    buffers: int
    activations: int
    forward_peak: int
    peak_layer: str
    saved_for_backward: int
    gradients: int
    optimizer: Mapping[str, int]
    per_layer: Mapping[str, Kept]

    def training(self, optimizer: str) -> int:
        """Weights, buffers, gradients, optimizer state and what a pass holds: all there in the midst of a step.

        Raises ValueError for an optimizer whose state is not known.
        """
        if optimizer not in self.optimizer:
            raise ValueError(f"no optimizer is called '{optimizer}'; there are {', '.join(self.optimizer)}")
        return sum((self.weights, self.buffers, self.gradients, self.optimizer[optimizer], self.held[1]))

    @property
    def held(self) -> tuple[str, int]:
        """What a training step holds of the activations at least: what is saved, or the forward peak if it is more."""
        saved, peak = ("saved for backward", self.saved_for_backward), ("forward peak", self.forward_peak)
        return saved if saved[1] >= peak[1] else peak

    @property
    def inference(self) -> int:
        """Weights, buffers and the forward pass's peak."""
        return self.weights + self.buffers + self.forward_peak


def memory(network: Network, batch: int = 1, dtype: str = "float32", training: bool = False) -> Memory:
    """The memory of a network; with `training` its training-only heads are counted too, but for the peak.

    Raises ValueError for a dtype that does not exist, or a batch that is no whole number or below 1.
    """
    dtype = dtype_of(dtype)
    if batch < 1 or batch % 1:
        raise ValueError(f"a batch of {batch} is asked for, and must be {'at least 1' if batch < 1 else 'whole'}")
    size, nodes = DTYPES[dtype], network.nodes if training else network.counted
    sizes = Sizes(int(batch), dtype)
    saved = {name: kept.total for name, kept in keeping(nodes, sizes).items()}
    alive = live_bytes(network, sizes)
    layers = {n.name: Kept(sizes.put_out(n), saved.get(n.name, 0), alive.get(n.name, 0)) for n in network.nodes}
    peak = max(alive, key=alive.__getitem__, default="")
    params, tensors = sum(n.params for n in nodes), sum(map(trained_tensors, nodes))
    return Memory(
        dtype, sizes.batch, params * size, sum(buffer_bytes(n, size) for n in nodes), sum(map(sizes.put_out, nodes)),
        alive.get(peak, 0), peak, sum(saved.values()), params * size, states(params, tensors, size), layers,
    )  # fmt: skip


def largest(network: Network, used: Memory, optimizer: str) -> tuple[str, int]:
    """The layer that takes most of the memory of training, with its weights, their gradients and state, and how much.

    Of the state the count of steps is left out.
    """
    size = DTYPES[used.dtype]
    per = size * (2 + OPTIMIZERS[optimizer])
    return max(
        ((n.name, n.params * per + buffer_bytes(n, size) + used.per_layer[n.name].saved) for n in network),
        key=lambda pair: pair[1],
    )


def states(params: int, tensors: int, size: int) -> Mapping[str, int]:
    """The bytes of state of every optimizer (torch.optim): most count their steps, once a tensor."""
    return {name: per * params * size + tensors * STEPS.get(name, 0) for name, per in OPTIMIZERS.items()}


def trained_tensors(node: Node) -> int:
    """How many tensors of a layer are trained."""
    return 0 if node.owner else sum(weight.trainable for weight in node.weights.values())


def buffer_bytes(node: Node, size: int) -> int:
    """The bytes of a layer's buffers; one without axes counts batches, in whole numbers."""
    from math import prod

    if node.owner:
        return 0
    kept = [weight.shape for weight in node.weights.values() if not weight.trainable]
    return sum(prod(shape) * size if shape else INTEGER for shape in kept)


class Sizes(NamedTuple):
    """How many bytes things take for a batch of numbers of this dtype."""

    batch: int = 1
    dtype: str = "float32"

    @property
    def size(self) -> int:
        """The bytes of one number."""
        return DTYPES[self.dtype]

    def output(self, node: Node) -> int:
        """The bytes of a node's output; tokens are whole numbers."""
        return self.batch * node.output.elements * (self.size if node.output.channels else INTEGER)

    def storage(self, node: Node) -> int:
        """The bytes of what a node makes, of which its output may be a part."""
        made = node.layer.made(node.output, *node.shapes)
        return self.output(node) if made == node.output else self.batch * made.elements * self.size

    def put_out(self, node: Node) -> int:
        """The bytes of output that a node adds: none where it is a view."""
        return self.batch * node.activations * self.size

    def beside(self, saved: Saved) -> int:
        """The bytes kept that are neither input nor output."""
        grown = sum(count * (each or self.size) for count, each in saved.extra)
        return self.batch * grown + sum(count * (each or self.size) for count, each in saved.once)


def hands_on(node: Node) -> bool:
    """Whether a layer's output is its input's own memory."""
    return node.layer.passes(*node.shapes)


def rests(node: Node) -> bool:
    """Whether it is so in evaluation, where dropout changes nothing."""
    return node.layer.rests or hands_on(node)


class Keeping(NamedTuple):
    """What a layer makes training keep: tensors by the rows that make them, and the bytes of what is no row's."""

    tensors: tuple[tuple[str, int], ...]
    beside: int

    @property
    def total(self) -> int:
        """All of it, in bytes."""
        return sum(count for _, count in self.tensors) + self.beside


def keeping(nodes: Sequence[Node], sizes: Sizes) -> dict[str, Keeping]:
    """What each layer makes training keep between the passes, by row: of one storage the first that needs it.

    Autograd keeps nothing for a layer that no gradient runs through: neither its weights nor anything above is trained.
    """
    known = views(nodes, hands_on)
    trained: set[Node] = set()
    seen: set[Node] = set()
    found: dict[str, Keeping] = {}
    for node in nodes:
        needs = tuple([x in trained for x in node.inputs])
        if any(needs) or any(weight.trainable for weight in node.weights.values()):
            trained.add(node)
            saved = node.layer.trained(needs, *node.shapes)
            read = [*kept_tensors(node, saved)]
            copied = [x for x in read if x is not node and copies(node, x, known)]
            kept = [x for x in dict.fromkeys(view(x, known).owner for x in read if x not in copied) if x not in seen]
            seen.update(kept)
            beside = sum(map(sizes.output, copied)) + sizes.beside(saved)
            found[node.name] = Keeping(tuple([(x.name, sizes.storage(x)) for x in kept]), beside)
    return found


def kept_tensors(node: Node, saved: Saved) -> Iterator[Node]:
    """The inputs and the output that a layer keeps."""
    if saved.input:
        yield from (x for i, x in enumerate(node.inputs) if i not in saved.but)
    if saved.output:
        yield node


def live_bytes(network: Network, sizes: Sizes) -> dict[str, int]:
    """The bytes alive while each layer runs in evaluation, by row: ideal liveness.

    A storage lives from the layer that makes it to the last that reads it or a view of it, outputs to the end;
    the network's inputs are the caller's.
    """
    nodes = network.counted
    known = views(nodes, rests)
    last = last_reads(nodes, known, network.outputs)
    ends: dict[int, list[Node]] = {}
    for node, at in last.items():
        ends.setdefault(at, []).append(node)
    alive = 0
    found: dict[str, int] = {}
    for at, node in enumerate(nodes):
        alive += sizes.storage(node) if known[node].owner is node else 0
        found[node.name] = alive
        alive -= sum(sizes.storage(ended) for ended in ends.get(at, ()))
    return found


def last_reads(nodes: Sequence[Node], known: Views, outputs: Iterable[Node]) -> dict[Node, int]:
    """Where each storage that a layer makes is read last, by the number of the layer: there if nothing reads it."""
    reads = ((at, x) for at, node in enumerate(nodes) for x in (node, *node.inputs))
    last = {view(x, known).owner: at for at, x in chain(reads, ((len(nodes), node) for node in outputs))}
    return {owner: at for owner, at in last.items() if owner in known}
