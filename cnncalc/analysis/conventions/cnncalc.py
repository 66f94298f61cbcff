from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.convention import Convention, Count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.network.node import Node


class Cnncalc(Convention):
    """The work that the kinds state: 2 for a multiply-accumulate, 1 for every other operation, none for a bias."""

    note = "FLOPs = 2*MACs + other operations"

    def counts(self, node: Node) -> Iterator[Count]:
        for what, number in node.work._asdict().items():
            yield Count("MACs", number, 2) if what == "macs" else Count(what, number)

    def figure(self, node: Node) -> int:
        return node.work.flops
