"""What a network or a part of it comes to: parameters, work and activations of all its layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.record import NamedTuple
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncalc.analysis.convention import Count
    from cnncalc.analysis.memory import Memory
    from cnncalc.network.node import Node


class Totals(NamedTuple):
    """Sums over the layers that run when the trained network is used; the memory of a whole network, None of a part.

    `flops` is the convention's figure.
    """

    params: int
    weights: int
    buffers: int
    macs: int
    flops: int
    activations: int
    work: Work
    memory: Memory | None = None


def totals(nodes: Sequence[Node], memory: Memory | None = None, counts: Sequence[Count] | None = None) -> Totals:
    """The sums over some nodes; without a convention's counts the FLOPs are those of their work."""
    work = Work.total(node.work for node in nodes)
    params, biases = sum(n.params for n in nodes), sum(n.biases for n in nodes)
    buffers, activations = sum(n.buffers for n in nodes), sum(n.activations for n in nodes)
    flops = work.flops if counts is None else sum(count.figure for count in counts)
    return Totals(params, params - biases, buffers, work.macs, flops, activations, work, memory)
