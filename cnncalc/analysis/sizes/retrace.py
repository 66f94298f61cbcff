"""Networks whose layers themselves change with the size of the input: traced anew for each size.

They do where an argument, a condition or a count is worked out from the extents of the tensor that comes in (W, H, D,
L; C behind a flattened map), and where a shortcut is fitted to a branch with an adaptive pool.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc.analysis.fit import along, fits
from cnncalc.geometry import Window
from cnncalc.network.trace import Options, trace
from cnncalc.record import NamedTuple
from cnncalc.source import Limits
from cnncalc.syntax.expression import Expression
from cnncalc.syntax.parse import parse
from cnncalc.syntax.tree import Claim, Expect, LayerLine, Use

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from cnncalc.analysis.sizes.pieces import Scene
    from cnncalc.geometry import Shape
    from cnncalc.network.node import Network, Node
    from cnncalc.source import Source

EXTENTS = frozenset("WHDL")
"""The names of the extents that come in."""
LAYERS = 20_000
"""How many layers all traces together have, about."""
LEAST, MOST = 64, 1_000
"""How many sizes are traced at least, and at most."""


class Spoken(NamedTuple):
    """What a file says its layers by: the names that it reads, and whether one is fitted to a branch."""

    names: frozenset[str]
    fitted: bool


def spoken(source: Source) -> Spoken:
    """The names in all arguments, conditions and counts of a file; those in claims change no layer."""
    waiting: list[object] = [*parse(source).statements]
    names: set[str] = set()
    fitted = False
    while waiting:
        item = waiting.pop()
        if isinstance(item, Expression):
            names |= item.names
        elif isinstance(item, (tuple, list)) and not isinstance(item, (Claim, Expect)):
            fitted = fitted or (isinstance(item, Use) and item.kind.role == "fitted")
            names.update(guessed(item) if isinstance(item, LayerLine) and item.tentative else ())
            waiting += item
    return Spoken(frozenset(names), fitted)


def guessed(line: LayerLine) -> Collection[str]:
    """The words of a line that only reads where a block's parameters are kinds."""
    text = line.place.line.text[line.place.begin : line.place.end].partition("=>")[0]
    return re.findall(r"\b[WHDLC]\b", text)


def changes(network: Network, said: Spoken) -> bool:
    """Whether layers may be others at another size."""
    adaptive = [at for at, node in enumerate(network.nodes) if isinstance(node.window, Window) and is_adaptive(node)]
    last = max((at for at, node in enumerate(network.nodes) if len(node.inputs) > 1), default=-1)
    return bool(said.names & EXTENTS) or (said.fitted and bool(adaptive) and adaptive[0] < last)


def is_adaptive(node: Node) -> bool:
    """Whether a layer's windows follow from the extents of its map."""
    return isinstance(node.window, Window) and node.window.mode == "adaptive"


class Traced(NamedTuple):
    """What the sizes from `first` to `last` are: legal, fitting, with the shapes that are kept."""

    first: int
    last: int
    legal: Sequence[int]
    fits: Sequence[int]
    same: Sequence[int]


def traced(network: Network, scene: Scene, kept: Mapping[Node, Shape]) -> Traced:
    """Every size around the one that is written, as many as LAYERS allows; from 1 on where that one is among them."""
    source, shape = network.source, network.inputs[0].output
    written = next(iter(scene.varied)).output.extents[scene.axis]
    count = max(LEAST, min(4 * written, LAYERS // len(network.nodes), MOST))
    first = 1 if count >= written else written - count // 2
    if {node.output for node in scene.varied} != {shape} or network.inputs[0] not in scene.varied:
        # a trace takes another shape for the inputs that are like the first alone
        first, count = written, 1
    parsed, constants = parse(source), {name: network.constants[name] for name in network.overridden if name != "input"}
    legal, fitting, same = [], [], []
    for size in range(first, first + count):
        extents = (*shape.extents[: scene.axis], size, *shape.extents[scene.axis + 1 :])
        options = Options(constants, shape._replace(extents=extents), Limits(layers=1 << 20))
        net = trace(source, parsed, network.name, options)
        if net.complete:
            legal.append(size)
            fitting += [size] if all(fits_along(node, scene) for node in net.nodes) else []
            same += [size] if all(n.name in net and net[n.name].output == s for n, s in kept.items()) else []
    return Traced(first, first + count - 1, legal, fitting, same)


def fits_along(node: Node, scene: Scene) -> bool:
    """Whether a layer's window fits the axis that is varied exactly, if it has one."""
    if not scene.slides(node):
        return True
    assert isinstance(node.window, Window)
    return all(fits(along(node.window, node.shapes[0].extents, axis)) for axis in scene.slides(node))
