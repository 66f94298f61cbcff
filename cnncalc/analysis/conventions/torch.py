from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.convention import Convention, Count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.network.node import Node


class Torch(Convention):
    """PyTorch's own FlopCounterMode, forward: two for each multiply-accumulate of a convolution or a matrix product.

    Cells of padding are multiplied too. Whatever is no convolution and no matrix product costs nothing.
    """

    version = "2.13.0"
    call = "with FlopCounterMode() as mode: model(x); mode.get_total_flops()"
    note = "2 for a MAC of convolutions and matrix products, nothing else"

    def counts(self, node: Node) -> Iterator[Count]:
        yield Count("MACs", node.macs, 2)
