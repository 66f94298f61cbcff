"""The emitted text built in this process, and held row by row against the numbers of the network."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from cnncalc.emit.torch_module import rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import torch
    from torch import nn

    from cnncalc.emit.torch_module import Row
    from cnncalc.network.node import Network


def build(source: str) -> nn.Module:
    """The module that exactly this text defines: its last class, built without arguments. Needs torch."""
    from torch import nn

    space: dict[str, object] = {"__name__": "cnncalc_network"}
    exec(compile(source, "<emitted by cnncalc>", "exec", dont_inherit=True), space)
    own = [(name, v) for name, v in space.items() if isinstance(v, type) and v.__module__ == space["__name__"]]
    classes = [v for name, v in own if v.__name__ == name]
    made: object = classes[-1]() if classes else None
    if not isinstance(made, nn.Module):
        raise TypeError("the last class of the text is no nn.Module")
    return made


def verify(network: Network, source: str) -> list[str]:
    """What this text and the network disagree on, each a sentence with both numbers; nothing when they agree.

    Needs torch. One sample goes through, without gradients.
    """
    import torch

    try:
        net = build(source).eval()
    except Exception as error:  # whatever the text holds
        return [f"the text does not build: {type(error).__name__}: {error}"]
    every = rows(network)
    with torch.no_grad():
        return [*tensors(network, every, net), *flow(network, every, net)]


def differ(about: str, what: str, found: object, said: object) -> Iterator[str]:
    """The sentence about two values that should be equal."""
    if found != said:
        yield f"{about}: {what} {shown(found)} in torch, {shown(said)} in the table"


def shown(value: object) -> str:
    """A number with separators, a shape as 96x55x55."""
    return "x".join(map(str, value)) or "()" if isinstance(value, tuple) else f"{value:,}"


def tensors(network: Network, every: Sequence[Row], net: nn.Module) -> Iterator[str]:
    """Where parameters and buffers differ: of a row, and of the whole."""
    children = dict(net.named_children())
    for row in every:
        if row.attribute in children:
            yield from row_tensors(row, children[row.attribute])
        elif row.attribute:
            yield from differ(row.node.name, f"submodules named {row.attribute}:", 0, 1)
    yield from differ("the network", "parameters", sum(p.numel() for p in net.parameters()), network.params)
    buffers = sum(node.buffers for node in network.counted)
    yield from differ("the network", "numbers in buffers", sum(b.numel() for b in net.buffers()), buffers)


def row_tensors(row: Row, module: nn.Module) -> Iterator[str]:
    """Where a row's own parameters and buffers differ, in number or else in layout."""
    name, node = row.node.name, row.node
    counts = [
        *differ(name, "parameters", sum(p.numel() for p in module.parameters()), node.params),
        *differ(name, "numbers in buffers", sum(b.numel() for b in module.buffers()), node.buffers),
    ]
    yield from counts
    held = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    for key, weight in node.weights.items() if not counts else ():
        yield from differ(name, key, tuple(held[key].shape) if key in held else "absent", weight.shape)


def flow(network: Network, every: Sequence[Row], net: nn.Module) -> list[str]:
    """Where shapes and MACs differ as one sample goes through."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    watch = Watch(every, net)
    try:
        with FlopCounterMode(display=False) as counter:
            given = network.inputs[0].output
            x = torch.zeros(1, *given.dims, dtype=torch.float32 if given.channels else torch.long)
            watch.follow(-1, x)
            shape = tuple(net(x).shape[1:])
    except Exception as error:  # whatever the text does
        return [*watch.found, f"the forward pass fails: {type(error).__name__}: {error}"]
    last = differ("the output", "shape", shape, network.outputs[0].output.dims)
    flops = {name: sum(each.values()) for name, each in counter.get_flop_counts().items()}
    return [*watch.found, *last, *watch.order(), *macs(network, every, flops, type(net).__name__)]


def macs(network: Network, every: Sequence[Row], flops: Mapping[str, int], name: str) -> Iterator[str]:
    """Where the multiply-accumulates differ: torch counts two operations for each."""
    for row in every:
        if row.attribute:
            yield from differ(row.node.name, "MACs", flops.get(f"{name}.{row.attribute}", 0) // 2, row.node.macs)
    yield from differ("the network", "MACs", flops.get("Global", 0) // 2, network.macs)


def behind(call: str) -> str:
    """What a call does to the output of its module: `.movedim(-1, 1)` in `{m}({x}).movedim(-1, 1)`."""
    depth = 0
    for at, char in enumerate(call):
        depth += (char == "(") - (char == ")")
        if char == ")" and not depth:
            return call[at + 1 :]
    return ""


class Watch:
    """Holds each row's output as it comes by; a row without a module is called on what comes before it."""

    def __init__(self, every: Sequence[Row], net: nn.Module) -> None:
        self.rows, self.found, self.seen = every, list[str](), list[int]()
        self.names = dict(vars(type(net))["forward"].__globals__)
        children = dict(net.named_children())
        for index, row in enumerate(every):
            if row.attribute in children:
                self.hook(index, children[row.attribute])

    def hook(self, index: int, module: nn.Module) -> None:
        """See the row's output whenever its module runs, with what the call does behind the module."""
        made = f"y{behind(self.rows[index].module.call)}"

        def note(module: nn.Module, inputs: object, output: torch.Tensor) -> None:
            self.seen.append(index)
            output = eval(made, self.names, {"y": output})
            self.hold(index, output)
            self.follow(index, output)

        module.register_forward_hook(note)

    def follow(self, index: int, x: torch.Tensor) -> None:
        """Run the rows behind this one that have no module, up to the next that has one."""
        for after in range(index + 1, len(self.rows)):
            if self.rows[after].attribute:
                return
            x = eval(self.rows[after].call("x"), self.names, {"x": x})
            self.hold(after, x)

    def hold(self, index: int, output: torch.Tensor) -> None:
        """Note where a row's shape differs."""
        node = self.rows[index].node
        self.found += differ(node.name, "output", tuple(output.shape[1:]), node.output.dims)

    def order(self) -> Iterator[str]:
        """Where the text first runs another row than the table has there, or none."""
        said = [index for index, row in enumerate(self.rows) if row.attribute]
        for place, (found, index) in enumerate(zip_longest(self.seen, said), 1):
            if found != index:
                names = ["nothing" if at is None else self.rows[at].node.name for at in (found, index)]
                yield f"the forward pass: number {place} to run is {names[0]} in torch, {names[1]} in the table"
                return
