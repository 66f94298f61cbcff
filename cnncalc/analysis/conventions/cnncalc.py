from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.convention import Convention, Count
from cnncalc.work import NOTE, Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncalc.network.node import Node


class Cnncalc(Convention):
    """The work that the kinds state: 2 for a multiply-accumulate, 1 for every other operation, none for a bias."""

    note = NOTE

    def counts(self, node: Node) -> Iterator[Count]:
        yield from sorts(node.work)

    def itemised(self, nodes: Iterable[Node]) -> tuple[Count, ...]:
        return tuple(sorts(Work.total(node.work for node in nodes)))

    def figure(self, node: Node) -> int:
        return node.work.flops


def sorts(work: Work) -> Iterator[Count]:
    """Multiply-accumulates, none of them too, and every other operation there is."""
    yield Count("MACs", work.macs, 2)
    yield from (Count(what, number) for what, number in work._asdict().items() if number and what != "macs")
