from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.analysis.convention import Convention, Count
from cnncalc.analysis.conventions._module import seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.layer import Weight
    from cnncalc.network.node import Node


class Torchinfo(Convention):
    """torchinfo multiplies the numbers that a module trains: by the positions of its output where its class is called
    Conv, by 1 elsewhere.

    So a bias is a mult-add, a norm costs 2 a channel however large the map is, and layers without numbers of their own
    cost nothing. It looks at modules without modules inside, and at parameters: frozen numbers are none.
    """

    version = "1.8.0"
    call = "torchinfo.summary(model, input_data=x).total_mult_adds"
    unit = "mult-adds"
    note = "weights and biases, those of convolutions at each position of the output; no other work"

    def counts(self, node: Node) -> Iterator[Count]:
        module = seen(node)
        convolves = "Conv" in module.kind
        times = prod(module.gives.extents) if convolves else 1
        for name, weight in node.weights.items():
            if weight.trainable and module.inner == ("." in name):
                yield Count(sort(node, module.kind, convolves, weight), prod(weight.shape) * times)


def sort(node: Node, kind: str, convolves: bool, weight: Weight) -> str:
    """What a trained number stands for: a multiply-accumulate, a bias, or itself."""
    if weight.bias and node.macs:
        return "biases"
    ahead = kind.startswith("ConvTranspose")
    return "MACs" if node.macs and not ahead else f"{kind or node.kind} {'products' if convolves else 'params'}"
