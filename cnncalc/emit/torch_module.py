"""A network as one readable PyTorch file that needs only torch.

The spec's names become attributes and nothing else of its words becomes code: titles stand in the docstring,
numbers are numbers. The text is as `ruff format --line-length 120` would have it.
"""

from __future__ import annotations

import re
from hashlib import sha256
from textwrap import wrap
from typing import TYPE_CHECKING

from cnncalc import __version__
from cnncalc.emit.names import attributes, class_name
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncalc.layer import Module
    from cnncalc.network.node import Network, Node

WIDTH = 120
NESTED = 88
"""Calls are nested while they are this short; shapes stand in a column behind lines as short as this."""
CALL = "{m}({x})"


class Row(NamedTuple):
    """A node with its module and the attribute that holds it; "" for a layer that is only a call."""

    node: Node
    module: Module
    attribute: str

    def call(self, x: str) -> str:
        """The layer called on the expression `x`."""
        return self.module.call.format(m=f"self.{self.attribute}", x=x)


class Step(NamedTuple):
    """One statement of `forward`: what `x` becomes, and its shape as the spec writes it; the last is returned."""

    value: str
    shape: str


FROZEN = """\
def frozen(module: nn.Module) -> nn.Module:
    \"\"\"The module with its weights as buffers: saved with it, and never trained.\"\"\"
    for part in module.modules():
        for name, weight in list(part.named_parameters(recurse=False)):
            delattr(part, name)
            part.register_buffer(name, weight.detach())
    return module
"""


def module_of(node: Node) -> Module:
    """A node's module; a frozen one keeps its weights as buffers."""
    module = node.layer.torch(*node.shapes)
    return module._replace(text=f"frozen({module.text})") if node.layer.frozen and node.weights else module


def rows(network: Network) -> list[Row]:
    """Every node in order, with its module."""
    modules = [module_of(node) for node in network.nodes]
    names = iter(attributes([n.name for n, module in zip(network.nodes, modules, strict=True) if module.text]))
    return [Row(n, m, next(names) if m.text else "") for n, m in zip(network.nodes, modules, strict=True)]


def torch_source(network: Network) -> str:
    """The file; its last class is the network and is built without arguments."""
    if not network.complete:
        raise ValueError(f"{network.name} has errors; only a whole network can be written as a module")
    every = rows(network)
    frozen = [FROZEN] if any(row.module.text.startswith("frozen(") for row in every) else []
    helpers = list(dict.fromkeys(h.strip("\n") for h in [*frozen, *(row.module.helper for row in every)] if h))
    code = "\n".join([*helpers, *(row.module.text + row.module.call for row in every)])
    name = class_name(network.name, network.title, {"SystemExit", *re.findall(r"\w+", "\n".join(helpers))})
    functional = "from torch.nn import functional as F\n" if re.search(r"\bF\.", code) else ""
    top = f"{docstring(network, name)}\n\nimport torch\nfrom torch import nn\n{functional}"
    return (
        "\n\n\n".join([top.rstrip(), *helpers, network_class(network, name, every), self_check(network, name)]) + "\n"
    )


def docstring(network: Network, name: str) -> str:
    """What the file is, where it comes from, and its numbers."""
    text = "\n".join(network.source.rows)
    identity = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    given = f"{network.order.text(network.inputs[0].output)} (N x {dims(network.inputs[0], ' x ')} in PyTorch)"
    facts = {
        "Source": network.source.origin,
        "Spec": f"{network.name}, sha256 {identity}, written by cnncalc {__version__}",
        "Input": given + changed(network, "input"),
        "Output": network.order.text(network.outputs[0].output),
        "Params": f"{network.params:,}",
        "MACs": f"{network.macs:,} a sample",
        "With": ", ".join(f"{key} = {value}{changed(network, key)}" for key, value in network.constants.items()),
    }
    lines = [line for label, fact in facts.items() if fact for line in entry(label, fact)]
    head = prose(re.sub(r"(?i)(coding)([:=])", r"\1 \2", network.title) or name)
    return "\n".join(['"""' + head[0], *head[1:], "", *lines, '"""'])


def changed(network: Network, key: str) -> str:
    """A remark on what the caller has set."""
    return " (set by the caller)" if key in network.overridden else ""


def entry(label: str, fact: str) -> list[str]:
    """One fact of the docstring, its further lines indented."""
    first, *more = prose(fact, WIDTH - 9)
    return [f"{label + ':':<9}{first}", *(" " * 9 + line for line in more)]


def prose(text: str, width: int = WIDTH - 4) -> list[str]:
    """Any text as lines that may stand in a docstring: nothing in them ends it, steers a screen or escapes."""
    shown = "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split()))
    return [line.replace("\\", "\\\\") for line in wrap(shown.replace('"', "'"), width)] or [""]


def dims(node: Node, between: str = ", ") -> str:
    """A shape in PyTorch's order."""
    return between.join(map(str, node.output.dims))


def network_class(network: Network, name: str, every: Sequence[Row]) -> str:
    """The class of the network: a submodule for every layer that has one, and the way through them."""
    shapes = [network.order.text(node.output) for node in (*network.inputs, *network.outputs)]
    modules = [line for row in every if row.attribute for line in constructed(row)]
    build = ["    def __init__(self) -> None:", "        super().__init__()", *modules, ""] if modules else []
    return "\n".join([
        f"class {name}(nn.Module):",
        f'    """From {" to ".join(shapes)}."""',
        "",
        *build,
        "    def forward(self, x: torch.Tensor) -> torch.Tensor:",
        f'        """The lines of the spec, each with its output: {axes(network)}."""',
        "        # fmt: off",
        *column(list(steps(network, every)) or [Step("x", shapes[-1])]),
        "        # fmt: on",
    ])  # fmt: skip


AXES = {"L": "length", "W": "width", "H": "height", "D": "depth"}


def axes(network: Network) -> str:
    """How the shapes are to be read, in words."""
    spatial = [AXES[letter] for letter in network.order.letters(network.inputs[0].output.rank)]
    return " x ".join(["channels", *spatial] if network.order.channels_first else [*spatial, "channels"])


def constructed(row: Row) -> list[str]:
    """The assignment of a submodule."""
    return fitted(f"self.{row.attribute} = {row.module.text}", 8)


def steps(network: Network, every: Sequence[Row]) -> Iterator[Step]:
    """The statements of `forward`, for each line of the spec its own."""
    row = iter(every)
    for line in network.lines:
        yield from line_steps(network, [next(row) for _ in line.nodes])


def line_steps(network: Network, line: Sequence[Row]) -> Iterator[Step]:
    """A line's layer with its postfixes around it, while they keep its shape and the statement stays short."""
    value, shape = "x", ""
    for row in line:
        now = network.order.text(row.node.output)
        if value != "x" and not (row.module.call == CALL and now == shape and len(row.call(value)) + 15 <= NESTED):
            yield Step(value, shape)
            value = "x"
        value, shape = row.call(value), now
    if value != "x":
        yield Step(value, shape)


def column(statements: Sequence[Step]) -> list[str]:
    """The statements of `forward`, their shapes in a column."""
    words = [*["x ="] * (len(statements) - 1), "return"]
    codes = [
        fitted(f"{word} {step.value}", 8, max(NESTED, WIDTH - len(step.shape) - 4))
        for word, step in zip(words, statements, strict=True)
    ]
    width = max((len(code[0]) for code in codes if len(code) == 1 and len(code[0]) <= NESTED), default=0)
    beside = zip(codes, statements, strict=True)
    return [line for code, step in beside for line in [*code[:-1], f"{code[-1]:<{width}}  # {step.shape}"]]


def fitted(code: str, indent: int, width: int = WIDTH) -> list[str]:
    """`code` at this indent, broken at its outermost call where it is too long, as ruff would break it."""
    begin, end = code.find("(") + 1, code.rfind(")")
    if indent + len(code) <= width or not begin or code.startswith(('"', 'f"')):
        return [" " * indent + code]
    parts = [code[begin:end]]
    if indent + 4 + len(parts[0]) > WIDTH and len(arguments(parts[0])) > 1:
        parts = [f"{part}," for part in arguments(parts[0])]
    body = [line for part in parts for line in fitted(part, indent + 4)]
    return [" " * indent + code[:begin], *body, " " * indent + code[end:]]


def arguments(text: str) -> list[str]:
    """The arguments of a call: the text parted at its outermost commas."""
    parts, depth = [""], 0
    for piece in re.findall(r'"[^"]*"|.', text):
        depth += (piece in "([") - (piece in ")]")
        parts[-1] += piece
        if piece == "," and not depth:
            parts[-1:] = [parts[-1][:-1], ""]
    return [part.strip() for part in parts]


CHECK = """\
if __name__ == "__main__":
    params = {params:_}
    shape = (2, {gives})
    net = {name}()
    found = sum(p.numel() for p in net.parameters())
    if found != params:
        raise SystemExit(f"{name}: {{found:,}} parameters, expected {{params:,}}")
    x = {x}
    with torch.no_grad():
        y = net.eval()(x)
    if y.shape != shape:
        raise SystemExit(f"{name}: output {{tuple(y.shape)}}, expected {{shape}}")
    net.train()(x).float().square().mean().backward()
    print(f"{name}: {{params:,}} parameters, {{tuple(x.shape)}} to {{shape}}, one step backward: ok")"""


def self_check(network: Network, name: str) -> str:
    """What the file does when it is run: it holds itself against its numbers."""
    given, gives = dims(network.inputs[0]), dims(network.outputs[0])
    numbers = bool(network.inputs[0].output.channels)
    x = f"torch.randn(2, {given}, requires_grad=True)" if numbers else f"torch.zeros(2, {given}, dtype=torch.long)"
    lines = CHECK.format(name=name, params=network.params, x=x, gives=gives).split("\n")
    return "\n".join(part for line in lines for part in fitted(line.strip(), len(line) - len(line.lstrip())))
