from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.analysis.convention import Convention, Count
from cnncalc.analysis.conventions._module import bias, option, seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.analysis.conventions._module import Seen
    from cnncalc.network.node import Node

LINEAR = ("Conv", "ConvTranspose", "Linear")
NUMBERS = {
    "BatchNorm": 2, "GroupNorm": 2, "LayerNorm": 1, "InstanceNorm": 1,
    "ReLU": 2, "PReLU": 2, "ELU": 2, "GELU": 2, "LeakyReLU": 1, "ReLU6": 1, "SiLU": 1, "Softmax": 1,
    "MaxPool": 2, "AvgPool": 2, "AdaptiveMaxPool": 2, "AdaptiveAvgPool": 2,
}  # fmt: skip
"""What a number that comes in costs. A module with a hook costs 1, so does a function that is patched, and these run
such a function within such a module: 2."""


class Ptflops(Convention):
    """ptflops, its default backend, hooks modules and patches functions, so that it counts many layers twice.

    Its own README counts them once; `backend_specific_config={"count_functional": False}` would.
    """

    version = "0.7.5"
    call = 'get_model_complexity_info(model, (3, 224, 224), as_strings=False, backend="pytorch")'
    unit = "MACs"
    note = "1 for a MAC and for a bias, 2 a number for BatchNorm, and pools and most activations twice"

    def counts(self, node: Node) -> Iterator[Count]:
        module = seen(node)
        if module.family in LINEAR:
            yield Count("MACs", node.macs)
            yield Count("biases", module.gives.elements * bias(node))
        elif module.family in NUMBERS:
            yield Count(f"{module.kind} inputs", module.reads.elements, NUMBERS[module.family])
        elif module.kind in INSIDE:
            yield from INSIDE[module.kind](module)
        for function, numbers in module.functions:
            yield Count(f"{function} inputs", numbers)


def upsampled(module: Seen) -> Iterator[Count]:
    """A hook and F.interpolate, each of which counts outputs."""
    yield Count("Upsample outputs", module.gives.elements, 2)


def powers(module: Seen) -> Iterator[Count]:
    """F.lp_pool takes the mean of powers, a ReLU of it and a product: three patched functions."""
    yield Count(f"{module.kind} inputs", module.reads.elements)
    yield Count(f"{module.kind} outputs", module.gives.elements, 2)


def response(module: Seen) -> Iterator[Count]:
    """F.local_response_norm squares, averages over padded channels, and scales and shifts."""
    size = int(option(module.text, "LocalResponseNorm", "0"))
    x = module.reads
    yield Count(f"{module.kind} numbers", x.elements, 3)
    yield Count(f"{module.kind} padded numbers", (x.channels + size - 1) * prod(x.extents))


INSIDE = {
    "Upsample": upsampled, "LPPool1d": powers, "LPPool2d": powers, "LPPool3d": powers, "LocalResponseNorm": response
}  # fmt: skip
"""Modules that run patched functions inside functions."""
