from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.convention import Convention, Count
from cnncalc.analysis.conventions._module import option, seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.network.node import Network, Node

NORMS = {
    "BatchNorm1d": 2, "BatchNorm2d": 2, "BatchNorm3d": 2, "GroupNorm": 5, "LayerNorm": 5,
    "InstanceNorm1d": 4, "InstanceNorm2d": 4, "InstanceNorm3d": 4,
}  # fmt: skip
"""What a number costs, all with weights and in evaluation, but for instance norms, which have none."""
UPSAMPLED = {"nearest": 1, "bilinear": 4}
"""What an output costs. Other ways, and maps of one or three axes, are other operators, which have no handle."""


class Fvcore(Convention):
    """fvcore traces the model and has a handle for some operators; those without one cost nothing.

    A layer whose numbers reach no output is not in the trace.

    It calls its figure FLOPs, and a multiply-accumulate is one of them ("We count one fused multiply-add as one flop",
    fvcore.nn.FlopCountAnalysis).
    """

    version = "0.1.5.post20221221"
    call = "FlopCountAnalysis(model, x).total()"
    note = "1 for a MAC, 1 to 5 a number for norms, AdaptiveAvgPool2d and 2-D upsampling; no bias, no activation"

    def runs(self, network: Network) -> tuple[Node, ...]:
        reaching = set(network.outputs if network.complete else network.counted)
        for node in reversed(network.counted):
            if node in reaching:
                reaching.update(node.inputs)
        return tuple(node for node in network.counted if node in reaching)

    def counts(self, node: Node) -> Iterator[Count]:
        module = seen(node)
        yield Count("MACs", node.macs)
        if module.kind in NORMS:
            yield Count(f"{module.kind} numbers", module.reads.elements, NORMS[module.kind])
        elif module.kind == "AdaptiveAvgPool2d":
            yield Count(f"{module.kind} inputs", module.reads.elements)
        elif module.kind == "Upsample" and module.reads.rank == 2:
            mode = option(module.text, "mode", "nearest")
            yield Count(f"{module.kind} outputs", module.gives.elements, UPSAMPLED.get(mode, 0))
