"""The contract of a convention: how one tool counts the work of a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncalc.network.node import Network, Node


class Count(NamedTuple):
    """So many of something, each of which costs `times` in a tool's figure: 2 * 512 MACs."""

    what: str
    number: int
    times: int = 1

    @property
    def figure(self) -> int:
        """What it adds to the figure."""
        return self.number * self.times

    @property
    def text(self) -> str:
        """As people read it: 2 * 512 MACs, 1 add."""
        what = self.what if self.number != 1 else self.what.removesuffix("s")
        return f"{self.times} * " * (self.times > 1) + f"{self.number:,} {what}"


class Convention:
    """One tool, as one module of `cnncalc.analysis.conventions`, whose name is the tool's.

    `version` is the one reproduced, `call` the Python that gives the figure, `unit` what the tool calls its figure, and
    `note` what it counts, in one sentence. A tool that looks at PyTorch modules sees the text a layer is written as.
    """

    name: ClassVar[str] = ""
    version: ClassVar[str] = ""
    call: ClassVar[str] = ""
    unit: ClassVar[str] = "FLOPs"
    note: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.name = cls.__module__.rpartition(".")[2]

    def counts(self, node: Node) -> Iterator[Count]:
        """What the tool counts of one layer for one sample; nothing of one it knows nothing of."""
        raise NotImplementedError(self.name)

    def figure(self, node: Node) -> int:
        """The tool's figure of one layer."""
        return sum(count.figure for count in self.counts(node))

    def runs(self, network: Network) -> tuple[Node, ...]:
        """The layers of a network that the tool sees run."""
        return network.counted

    def itemised(self, nodes: Iterable[Node]) -> tuple[Count, ...]:
        """What the tool counts of some layers, summed by sort, in the order met; MACs come first, none of them too."""
        found: dict[tuple[str, int], int] = {}
        for node in nodes:
            for what, number, times in self.counts(node):
                found[what, times] = found.get((what, times), 0) + number
        every = (Count(what, number, times) for (what, times), number in found.items())
        return tuple(sorted((c for c in every if c.number or c.what == "MACs"), key=lambda c: c.what != "MACs"))

    @property
    def title(self) -> str:
        """The tool and its version."""
        return f"{self.name} {self.version}".rstrip()

    @property
    def heading(self) -> str:
        """What a column of its figures is called."""
        return f"{self.name} {self.unit}" if self.version else self.unit
