"""`cnncalc explain`: the working of a network, of one of its layers, or of a single line."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc import zoo
from cnncalc.cli import common
from cnncalc.cli.common import Axes, Batch, Colour, Dtype, Failure, Input, Limit, Set, Spec

if TYPE_CHECKING:
    from cnncalc.api import Network
    from cnncalc.geometry import Order

Layer = Annotated[str, typer.Argument(help="A layer's name; all of them without it.")]
Unit = Annotated[
    str, typer.Option("--unit", metavar="UNIT", help="What one unit of LAYER sees of the input: 3,5, or centre.")
]


def explain(
    spec: Spec = "",
    layer: Layer = "",
    unit: Unit = "",
    set_: Set = None,
    shape: Input = "",
    axes: Axes = "",
    batch: Batch = "",
    dtype: Dtype = "",
    limit: Limit = None,
    color: Colour = "auto",
) -> None:
    """Show the working, numbers put in, as on the board; SPEC may be a single line in quotes."""
    if not spec:
        raise Failure("what? Type cnncalc explain alexnet CONV1, or --input 227x227x3 '96 11x11 stride 4'")
    from cnncalc.analysis.memory import Sizes
    from cnncalc.analysis.working import chosen
    from cnncalc.render import people
    from cnncalc.render.screen import screen

    sizes = Sizes(common.batch_of(batch), common.dtype_of(dtype))
    network = single(spec, shape) if is_line(spec) else common.network(spec, set_, shape, limit)
    wanted = {node.name for node in chosen(network, layer)} if layer else {node.name for node in network}
    if layer and not wanted and network.complete:
        raise Failure(no_layer(layer, network))
    if layer and not any(node.name in wanted for node in network) and layer in network:
        shape = network.order.text(network[layer].output)
        raise Failure(f"{layer} is the input, {shape}: there is nothing to work out; name a layer")
    out = screen(sys.stdout, common.colour(color))
    about, order = bool(layer) or is_line(spec), common.order(axes, network)
    lines = people.explained(network, wanted, order, layer, about, sizes)
    for style, line in of_unit(network, layer, unit, order, out.width) if unit and wanted else lines:
        print(out.paint(style, line) if style else line)
    rows = {node.span.line for node in network if node.name in wanted}
    found = [f for f in network.diagnostics if not layer or f.severity == "error" or f.line in rows]
    common.report(network, found, screen(sys.stderr, color))
    raise typer.Exit(common.status(found))


def of_unit(network: Network, layer: str, unit: str, order: Order, width: int) -> list[tuple[str, str]]:
    """What a unit of the layer's map sees; that of a line with postfixes, of a part or of a lone line is its last."""
    from cnncalc.analysis.unit import place, workable
    from cnncalc.render.unit import explained

    if not layer and len({node.line for node in network}) > 1:
        raise Failure("--unit is a unit of one layer: name it, cnncalc explain SPEC LAYER --unit 3,5")
    node = network.gives(layer) if layer else network.nodes[-1]
    try:
        workable(network)
        at = place(node, unit, order)
    except ValueError as error:
        raise Failure(str(error)) from None
    return list(explained(network, node, at, order, width))


def is_line(spec: str) -> bool:
    """No such file or zoo name, and a space in it: a line of a spec."""
    return " " in spec.strip() and not os.path.exists(spec) and zoo.path(spec) is None


def single(line: str, shape: str) -> Network:
    """The network of one line on an input; one that starts with a number is a convolution."""
    from cnncalc.api import analyse

    if not shape:
        raise Failure(f"'{line}' is a line: give its input as well, --input 227x227x3")
    text = f"conv {line}" if line.lstrip()[:1].isdigit() and ":" not in line.split()[0] else line
    return analyse(f"INPUT: {shape}; {text}", "line", "<line>")


def no_layer(layer: str, network: Network) -> str:
    """A layer that does not exist, and what may have been meant."""
    from cnncalc.diagnostic import did_you_mean

    rows = [node.name for node in network]
    lines = [*network.outs, *network.aliases]
    top = [name.partition(".")[0] for name in rows]
    close = (did_you_mean(layer, tuple(dict.fromkeys(names))) for names in ((*top, *lines, *rows), (*top, *lines), top))
    first = list(dict.fromkeys(top or rows))
    return f"{network.name} has no layer '{layer}'; {next(filter(None, close), '') or listed(first)}"


def listed(names: list[str]) -> str:
    """The first few of some names."""
    return f"there are {', '.join(names[:6])}{', ...' * (len(names) > 6)}"
