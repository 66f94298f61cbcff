from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.analysis.convention import Convention, Count
from cnncalc.analysis.conventions._module import option, seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.analysis.conventions._module import Seen
    from cnncalc.network.node import Node

NORMS = {"BatchNorm": 4, "LayerNorm": 4, "InstanceNorm": 2}
"""What a number costs: twice as much with weights. Group norms have no rule."""
UPSAMPLED = {"nearest": 1, "linear": 5, "bilinear": 11}
"""What an output costs; other ways have no rule."""


class Thop(Convention):
    """thop hooks modules whose class has a rule; what is called as a function, and every other class, costs nothing.

    A transposed convolution is counted over its output, as if it were a convolution: about stride^d times too much.
    """

    version = "0.1.1.post2209072238"
    call = "thop.profile(model, inputs=(x,))"
    unit = "MACs"
    note = "1 for a MAC and what its rules say of norms, average pools, Softmax, PReLU and Upsample; no bias, no ReLU"

    def counts(self, node: Node) -> Iterator[Count]:
        module = seen(node)
        kind, family = module.kind, module.family
        if family in ("Conv", "Linear"):
            yield Count("MACs", node.macs)
        elif family == "ConvTranspose":
            yield Count(f"{kind} products", node.macs // prod(module.reads.extents) * prod(module.gives.extents))
        elif family in NORMS:
            yield Count(f"{kind} numbers", module.reads.elements, NORMS[family])
        elif family == "AvgPool":
            yield Count(f"{kind} outputs", module.gives.elements)
        elif family == "AdaptiveAvgPool":
            yield Count(f"{kind} inputs and outputs", averaged(module))
        elif kind == "PReLU":
            yield Count(f"{kind} inputs", module.reads.elements)
        elif kind == "Softmax":
            yield Count(
                f"{kind} operations", 3 * module.reads.elements - module.reads.elements // module.reads.channels
            )
        elif kind == "Upsample":
            yield Count(
                f"{kind} outputs", module.gives.elements, UPSAMPLED.get(option(module.text, "mode", "nearest"), 0)
            )


def averaged(module: Seen) -> int:
    """The numbers under each output's window and a division, worked out as thop does it, in floating point."""
    pairs = zip(module.reads.extents, module.gives.extents, strict=True)
    return int((prod(inside / outside for inside, outside in pairs) + 1) * module.gives.elements)
