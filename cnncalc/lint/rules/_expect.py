"""What an expectation speaks of: the layers it names, the quantity, the value that the arithmetic gives."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

from cnncalc.analysis.receptive_field import fields
from cnncalc.geometry import Field
from cnncalc.lint.claims import expectations
from cnncalc.lint.rules._claims import amount, by_axis, counts
from cnncalc.network.claim import WORDS, holds
from cnncalc.network.node import inside
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Rational, Whole
    from cnncalc.lint.rules._memory import Bytes
    from cnncalc.network.node import Claimed, Network, Node


class Meant:
    """The layers that expectations of one target are about, and their sums, worked out once."""

    def __init__(self, nodes: tuple[Node, ...]) -> None:
        self.nodes = nodes

    @cached_property
    def sums(self) -> dict[str, int]:
        """Every quantity that adds up."""
        return counts(self.nodes)

    @cached_property
    def largest(self) -> dict[str, tuple[str, int]]:
        """The layer with most of each quantity, and how much."""
        each = [(node.name, counts([node])) for node in self.nodes]
        most = {what: max((sums[what], i) for i, (_, sums) in enumerate(each)) for what in self.sums}
        return {what: (each[i][0], value) for what, (value, i) in most.items()}


class Measured(NamedTuple):
    """An expectation beside what the arithmetic gives: `values` one an axis for a receptive field, else one.

    No values stand for the whole input.
    """

    claim: Claimed
    meant: Meant
    quantity: str
    values: tuple[Rational, ...]
    bytes: Bytes | None = None

    @property
    def met(self) -> bool:
        """Whether it holds: on every axis, `!=` on one."""
        each = [holds(self.claim, value) for value in self.values]
        return any(each) if self.claim.op == "!=" else bool(each) and all(each)

    @property
    def what(self) -> str:
        """The left side: params(3a, weights)."""
        return f"{self.claim.quantity}({', '.join(self.claim.target)})" if self.claim.target else self.claim.quantity

    def found(self, network: Network) -> str:
        """The value as people read it."""
        if self.bytes:
            return f"{amount(self.values[0])} B"
        return by_axis([amount(value) for value in self.values], network.order)


def missed(network: Network, ops: tuple[str, ...]) -> Iterator[Measured]:
    """The expectations of these comparisons that do not hold; one about unknown layers is passed over."""
    targets: dict[tuple[str, ...], Meant] = {}
    known: dict[str, Field | Whole] = {}
    needed: dict[tuple[str, ...], Bytes] = {}
    for claim in expectations(network):
        if claim.op in ops:
            names = names_of(network, claim)
            meant = targets.setdefault(names, targets.get(names) or Meant(nodes_of(network, names)))
            if claim.quantity == "rf" and not known:
                known = fields(network)
            if claim.quantity == "memory" and meant.nodes and claim.target not in needed:
                from cnncalc.lint.rules._memory import used

                needed[claim.target] = used(network, claim, meant.nodes)
            measure = measured(network, claim, meant, known, needed)
            if meant.nodes and not measure.met:
                yield measure


def names_of(network: Network, claim: Claimed) -> tuple[str, ...]:
    """The names that an expectation is about, without what its memory is for."""
    if claim.quantity != "memory":
        return claim.target
    from cnncalc.lint.rules._memory import meant

    return tuple(meant(network, claim.target)[0])


def nodes_of(network: Network, target: tuple[str, ...]) -> tuple[Node, ...]:
    """The layers an expectation is about, each once; none where one of them is unknown."""
    names = [name for name in target if name not in WORDS or network.part(name)]
    if not names:
        return () if not network.complete else network.nodes if "train" in target else network.counted
    parts = [network.part(name) for name in names]
    if not all(parts) or any(lost(network, name) for name in names):
        return ()
    return tuple({node.name: node for part in parts for node in part}.values())


def lost(network: Network, name: str) -> bool:
    """Whether a layer of this name is unknown, or one of a group of this name."""
    at = bisect_left(network.lost, name)
    return name in network.lost[at : at + 1] or bool(inside(network.lost, name))


def measured(
    network: Network, claim: Claimed, meant: Meant, known: dict[str, Field | Whole],
    needed: dict[tuple[str, ...], Bytes],
) -> Measured:  # fmt: skip
    """The value of an expectation; of a receptive field that of the last layer meant."""
    if claim.quantity == "rf" and meant.nodes:
        named = [name for name in claim.target if name not in WORDS or network.part(name)]
        last = network.gives(named[-1]) if named else network.outputs[-1]
        field = known[last.name]
        return Measured(claim, Meant((last,)), "rf", field.size if isinstance(field, Field) else ())
    if claim.quantity == "memory":
        every = needed.get(claim.target)
        return Measured(claim, meant, "memory", (every.total if every else 0,), every)
    quantity = "weights" if "weights" in claim.target and claim.quantity == "params" else claim.quantity
    return Measured(claim, meant, quantity, (meant.sums.get(quantity, 0),))
