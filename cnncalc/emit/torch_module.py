"""A network as one readable PyTorch file that needs only torch.

A block becomes a class, the spec's names become attributes, and nothing else of its words becomes code: titles stand
in the docstring, numbers are numbers. The text is as `ruff format --line-length 120` would have it.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from cnncalc import __version__
from cnncalc.emit.classes import Classes, code_of, returning
from cnncalc.emit.forward import NESTED, Statement, statements
from cnncalc.emit.names import attributes, class_name
from cnncalc.emit.text import WIDTH, fitted, prose
from cnncalc.emit.units import Graph, Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncalc.emit.units import Piece
    from cnncalc.network.node import Network, Node

FROZEN = """\
def frozen(module: nn.Module) -> nn.Module:
    \"\"\"The module with its weights as buffers: saved with it, and never trained.\"\"\"
    for part in module.modules():
        for name, weight in list(part.named_parameters(recurse=False)):
            delattr(part, name)
            part.register_buffer(name, weight.detach())
    return module
"""


class Written:
    """A network as the classes that are written of it."""

    def __init__(self, network: Network) -> None:
        self.network, self.graph = network, Graph(network)
        modules = self.graph.modules
        frozen = [FROZEN] if any(module.text.startswith("frozen(") for module in modules) else []
        found = [*frozen, *(module.helper for module in modules)]
        self.helpers = list(dict.fromkeys(helper.strip("\n") for helper in found if helper))
        words = set(re.findall(r"\w+", "\n".join(self.helpers)))
        self.name = class_name(network.name, network.title, {*BESIDE, *words})
        self.classes = Classes(self.graph, {*words, *BESIDE, self.name, f"{self.name}Outputs"})
        self.inputs = dict(zip(self.graph.units[-1].reads, input_names(network), strict=True))
        self.heads = self.head_values()

    @property
    def root(self) -> list[Piece]:
        """What the network itself runs."""
        return self.classes.root

    @property
    def named(self) -> Mapping[str, str]:
        """The attributes of the network itself."""
        return self.classes.named[-1]

    def head_values(self) -> dict[str, int]:
        """The heads in the order of the spec, each with the number of the value it gives."""
        exits = {section.name: section.exit for section in self.network.sections}
        names = dict.fromkeys(node.head for node in self.network.nodes if node.head)
        return {name: self.graph.number[id(end)] for name in names if (end := exits[name])}

    def rows(self) -> list[Row]:
        """Every node in order, with its module and the way to it."""
        paths: dict[int, str] = {}
        for at, pieces in self.classes.bodies.items():
            way = f"{self.classes.path(at)}." if at >= 0 else ""
            for piece in pieces:
                if piece.node >= 0 and piece.text:
                    paths[piece.node] = way + self.classes.named[at][piece.name]
        return [self.row(at, paths) for at in range(len(self.graph.nodes))]

    def row(self, at: int, paths: Mapping[int, str]) -> Row:
        """One node; a shared layer is called where its weights stand first."""
        return Row(self.graph.nodes[at], self.graph.modules[at], paths.get(self.graph.holder(at), ""))


BESIDE = ("NamedTuple", "OrderedDict", "SystemExit")
"""What no class may be called: the file reads these names itself."""
CHECKED = ("params", "shape", "net", "found", "y", "each")
"""What the file's own check calls something."""


def rows(network: Network) -> list[Row]:
    """Every node in order, with its module and the attributes that lead to it."""
    return Written(network).rows()


def input_names(network: Network) -> list[str]:
    """The arguments of `forward`: x, or the names of several inputs."""
    if len(network.inputs) == 1:
        return ["x"]
    names = attributes([node.name.lower() for node in network.inputs])
    return [name + "_" * (name in CHECKED) for name in names]


def torch_source(network: Network) -> str:
    """The file; its last class is the network and is built without arguments."""
    if not network.complete:
        raise ValueError(f"{network.name} has errors; only a whole network can be written as a module")
    written = Written(network)
    classes = [*written.classes.written, *outputs_class(written), network_class(written), self_check(written)]
    code = "\n\n\n".join([*written.helpers, *classes])
    functional = "from torch.nn import functional as F\n" if called(r"F\.\w+", code) else ""
    typing = "from typing import NamedTuple\n\n" if written.heads else ""
    typing = "from collections import OrderedDict\n" + (typing or "\n") if called("OrderedDict", code) else typing
    top = f"{docstring(network, written.name)}\n\n{typing}import torch\nfrom torch import nn\n{functional}"
    return f"{top.rstrip()}\n\n\n{code}\n"


def called(pattern: str, code: str) -> bool:
    """Whether a text calls what is imported under a name; a docstring or an attribute that says it does not."""
    return bool(re.search(rf"(?<![\w.]){pattern}\(", code))


def docstring(network: Network, name: str) -> str:
    """What the file is, where it comes from, and its numbers."""
    text = "\n".join(network.source.rows)
    identity = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    given = "; ".join(
        f"{network.order.text(node.output)} (N x {dims(node, ' x ')} in PyTorch)" for node in network.inputs
    )
    training = sum(node.params for node in network.nodes)
    facts = {
        "Source": network.source.origin,
        "Spec": f"{network.name}, sha256 {identity}, written by cnncalc {__version__}",
        "Input": given + changed(network, "input"),
        "Output": "; ".join(network.order.text(node.output) for node in network.outputs),
        "Params": f"{network.params:,}" + f" ({training:,} with its training heads)" * (training > network.params),
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


def dims(node: Node, between: str = ", ") -> str:
    """A shape in PyTorch's order."""
    return between.join(map(str, node.output.dims))


def outputs_class(written: Written) -> list[str]:
    """What the network gives while it trains, where it has heads: the deepest of them first, as torchvision does."""
    if not written.heads:
        return []
    fields = [f"    {name}: torch.Tensor" for name in given_names(written)]
    head = [f"class {written.name}Outputs(NamedTuple):", '    """What the network gives while it trains."""', ""]
    return ["\n".join([*head, *fields])]


def given_names(written: Written) -> list[str]:
    """The names of what a network with heads gives while it trains."""
    outputs = ["logits"] if len(written.graph.outputs) == 1 else [node.line for node in written.network.outputs]
    return attributes([*outputs, *reversed(written.heads)])


def network_class(written: Written) -> str:
    """The class of the network: a submodule for every layer that has one, and the way through them."""
    network = written.network
    shapes = [", ".join(network.order.text(n.output) for n in some) for some in (network.inputs, network.outputs)]
    modules = [line for piece in written.classes.built(-1) for line in constructed(piece, written)]
    build = ["    def __init__(self) -> None:", "        super().__init__()", *modules, ""] if modules else []
    takes = ", ".join(f"{name}: torch.Tensor" for name in written.inputs.values())
    return "\n".join([
        f"class {written.name}(nn.Module):",
        f'    """From {" to ".join(shapes)}."""',
        "",
        *build,
        *fitted(f"def forward(self, {takes}) -> {returned(written)}:", 4),
        f'        """The lines of the spec, each with its output: {axes(network)}."""',
        "        # fmt: off",
        *column(steps(written)),
        "        # fmt: on",
    ])  # fmt: skip


def returned(written: Written) -> str:
    """What `forward` gives."""
    several = len(written.graph.outputs)
    plain = "torch.Tensor" if several == 1 else f"tuple[{', '.join(['torch.Tensor'] * several)}]"
    return f"{plain} | {written.name}Outputs" if written.heads else plain


def constructed(piece: Piece, written: Written) -> list[str]:
    """The assignment of a submodule."""
    return fitted(f"self.{written.named[piece.name]} = {piece.text}", 8)


def steps(written: Written) -> list[Statement]:
    """The statements of `forward`, the last of which returns."""
    heads = [*reversed(written.heads.values())]
    gives = [*written.graph.outputs, *heads]
    made, out = statements(written.root, written.inputs, gives, written.named, (f"{written.name}Outputs",))
    if not heads:
        return returning(made, out)
    made = [s._replace(value=f"{s.value} if self.training else None") if s.trains else s for s in made]
    usual, training = ", ".join(out[: -len(heads)]), f"{written.name}Outputs({', '.join(out)})"
    usual = f"({usual})" if len(out) > len(heads) + 1 else usual
    return [*made, Statement(("return",), f"{training} if self.training else {usual}", "")]


AXES = {"L": "length", "W": "width", "H": "height", "D": "depth"}


def axes(network: Network) -> str:
    """How the shapes are to be read, in words."""
    rank = max(node.output.rank for node in (*network.inputs, *network.nodes))
    spatial = [AXES[letter] for letter in network.order.letters(rank)]
    return " x ".join(["channels", *spatial] if network.order.channels_first else [*spatial, "channels"])


def column(every: Sequence[Statement]) -> list[str]:
    """The statements of `forward`, their shapes in a column."""
    codes = [fitted(code_of(step), 8, max(NESTED, WIDTH - len(step.shape) - 4)) for step in every]
    width = max((len(code[0]) for code in codes if len(code) == 1 and len(code[0]) <= NESTED), default=0)
    return [line for code, step in zip(codes, every, strict=True) for line in beside(code, step.shape, width)]


def beside(code: list[str], shape: str, width: int) -> list[str]:
    """A statement's lines, its shape behind the last one."""
    return [*code[:-1], f"{code[-1]:<{width}}  # {shape}"] if shape else code


CHECK = """\
if __name__ == "__main__":
    params = {params:_}
    shape = {shape}
    net = {name}()
    found = sum(p.numel() for p in net.parameters())
    if found != params:
        raise SystemExit(f"{name}: {{found:,}} parameters, expected {{params:,}}")
    {made}
    with torch.no_grad():
        y = net.eval()({given})
    if {wrong}:
        raise SystemExit(f"{name}: output {{{found}}}, expected {{shape}}")
    {back}
    print(f"{name}: {{params:,}} parameters, {{{taken}}} to {{shape}}, one step backward: ok")"""


def self_check(written: Written) -> str:
    """What the file does when it is run: it holds itself against its numbers."""
    network, names = written.network, [*written.inputs.values()]
    several = len(network.outputs) > 1
    shapes = [f"(2, {dims(node)})" for node in network.outputs]
    tree = several or bool(written.heads)
    step = f"net.train()({', '.join(names)})"
    one = f"{step}.float().square().mean().backward()"
    lines = CHECK.format(
        name=written.name,
        params=sum(node.params for node in network.nodes),
        shape=f"[{', '.join(shapes)}]" if several else shapes[0],
        made="\n    ".join(sample(name, node) for name, node in zip(names, network.inputs, strict=True)),
        given=", ".join(names),
        wrong="[each.shape for each in y] != shape" if several else "y.shape != shape",
        found="[tuple(each.shape) for each in y]" if several else "tuple(y.shape)",
        back=f"sum(each.float().square().mean() for each in {step}).backward()" if tree else one,
        taken=", ".join(f"tuple({name}.shape)" for name in names),
    ).split("\n")  # fmt: skip
    return "\n".join(part for line in lines for part in fitted(line.strip(), len(line) - len(line.lstrip())))


def sample(name: str, node: Node) -> str:
    """Two samples of an input."""
    if node.output.channels:
        return f"{name} = torch.randn(2, {dims(node)}, requires_grad=True)"
    return f"{name} = torch.zeros(2, {dims(node)}, dtype=torch.long)"
