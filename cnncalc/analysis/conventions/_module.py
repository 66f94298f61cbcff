"""A layer as tools see it: the PyTorch modules its text constructs, what they are given and what they put out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc.geometry import Shape
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from cnncalc.network.node import Node

PADDED = re.compile(r"F\.pad\(\{x\}, \(([-\d, ]+)\)")
CUT = re.compile(r"\{m\}\(\{x\}\)\[:, :, ([-\d:, ]+)\]$")


class Seen(NamedTuple):
    """One layer's module, whose constructor is `text`. `kind` is the class of PyTorch that runs, `Conv2d`: nothing
    where a layer is written as a function or in a helper of its own, the class inside where a helper holds one
    (`inner`).

    `reads` is the shape it is given, the input as padded before the call, `gives` what it puts out, before the call
    cuts cells away. `functions` are a helper's own calls of torch.nn.functional, with how many numbers each is given.
    """

    kind: str
    inner: bool
    text: str
    reads: Shape
    gives: Shape
    functions: tuple[tuple[str, int], ...]

    @property
    def family(self) -> str:
        """The class without the axes it is for: `Conv`, `AdaptiveAvgPool`."""
        return re.sub(r"\dd$", "", self.kind)


def seen(node: Node) -> Seen:
    """What a tool sees of a layer, from the text that its kind states."""
    text, call, _, functions = node.layer.torch(*node.shapes)
    found = re.search(r"\bnn\.(\w+)", text)
    reads = padded(node.shapes[0], call) if node.shapes else node.output
    inner = found is not None and found.start() > 0
    return Seen(found[1] if found else "", inner, text, reads, uncut(node.output, call), functions)


def bias(node: Node) -> bool:
    """Whether a layer's module adds biases, trained or frozen."""
    return any(weight.bias for weight in node.layer.weights(*node.shapes).values())


def padded(x: Shape, call: str) -> Shape:
    """The shape of an input once the call has padded it; the cells of F.pad are the last axis first."""
    found = PADDED.search(call)
    cells = list(map(int, found[1].split(","))) if found else []
    pairs = list(zip(cells[::2], cells[1::2], strict=True))[::-1] or [(0, 0)] * x.rank
    return Shape(x.channels, tuple(w + start + end for w, (start, end) in zip(x.extents, pairs, strict=True)))


def uncut(out: Shape, call: str) -> Shape:
    """The shape of what a module puts out, where the call takes cells of it away: [:, :, 1:-1, :-2]."""
    found = CUT.search(call)
    axes = found[1].split(", ") if found else [":"] * out.rank
    cut = [sum(abs(int(end)) for end in axis.split(":") if end) for axis in axes]
    return Shape(out.channels, tuple(w + cells for w, cells in zip(out.extents, cut, strict=True)))


def option(text: str, name: str, usual: str) -> str:
    """A keyword argument of a constructor, its quotes taken off: `mode="bilinear"`; its first, under its own name."""
    found = re.search(rf'\b{name}[=(]"?([^",)]+)', text)
    return found[1] if found else usual
