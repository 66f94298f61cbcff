"""The emitted text built in this process, and held row by row against the numbers of the network."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from cnncalc.emit.torch_module import rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import torch
    from torch import nn

    from cnncalc.emit.units import Row
    from cnncalc.network.node import Network, Node


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

    Needs torch. One sample goes through, without gradients; heads run, everything else is as in evaluation.
    """
    import torch

    try:
        net = build(source).eval()
    except Exception as error:  # whatever the text holds
        return [f"the text does not build: {type(error).__name__}: {error}"]
    net.training = True
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
    modules = dict(net.named_modules())
    for row in every:
        if row.attribute in modules and row.attribute and not row.node.owner:
            yield from row_tensors(row, modules[row.attribute])
        elif row.attribute and not row.node.owner:
            yield from differ(row.node.name, f"submodules named {row.attribute}:", 0, 1)
    params, buffers = sum(node.params for node in network.nodes), sum(node.buffers for node in network.nodes)
    yield from differ("the network", "parameters", sum(p.numel() for p in net.parameters()), params)
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
    """Where wiring, shapes and MACs differ as one sample goes through."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    generator = torch.Generator().manual_seed(1)
    given = [sample(node, generator) for node in network.inputs]
    watch = Watch(network, every, net, given)
    try:
        with FlopCounterMode(display=False) as counter:
            found = net(*given)
        last = list(outputs(network, found if isinstance(found, tuple) else (found,)))
    except Exception as error:  # whatever the text does
        watch.follow(len(every))
        return [*watch.found, f"the forward pass fails: {type(error).__name__}: {error}"]
    watch.follow(len(every))
    flops = {name: sum(each.values()) for name, each in counter.get_flop_counts().items()}
    return [*watch.found, *last, *watch.order(), *macs(network, every, flops, type(net).__name__)]


def outputs(network: Network, found: Sequence[torch.Tensor]) -> Iterator[str]:
    """Where the shapes of what the network gives differ."""
    several = len(network.outputs) > 1
    for number, node in enumerate(network.outputs):
        about = f"output {number + 1}" if several else "the output"
        yield from differ(about, "shape", tuple(found[number].shape[1:]), node.output.dims)


def sample(node: Node, generator: torch.Generator) -> torch.Tensor:
    """One sample of an input."""
    import torch

    if not node.output.channels:
        return torch.zeros(1, *node.output.dims, dtype=torch.long)
    return torch.randn(1, *node.output.dims, generator=generator)


def macs(network: Network, every: Sequence[Row], flops: Mapping[str, int], name: str) -> Iterator[str]:
    """Where the multiply-accumulates differ: torch counts two operations for each, of all calls of a module."""
    said: dict[str, int] = {}
    for row in every:
        if row.attribute:
            said[row.attribute] = said.get(row.attribute, 0) + row.node.macs
    for row in every:
        if row.attribute and not row.node.owner:
            found = flops.get(f"{name}.{row.attribute}", 0) // 2
            yield from differ(row.node.name, "MACs", found, said[row.attribute])
    yield from differ("the network", "MACs", flops.get("Global", 0) // 2, sum(said.values()))


def before(call: str) -> str:
    """What a call hands to its module, over the values it reads: `{x}.flatten(1)` in `{m}({x}.flatten(1))`."""
    begin = call.index("{m}(") + len("{m}(")
    return call[begin : len(call) - len(behind(call[begin - 1 :])) - 1]


def behind(call: str) -> str:
    """What a call does to the output of its module: `.movedim(-1, 1)` in `{m}({x}).movedim(-1, 1)`."""
    depth = 0
    for at, char in enumerate(call):
        depth += (char == "(") - (char == ")")
        if char == ")" and not depth:
            return call[at + 1 :]
    return ""


class Watch:
    """Holds each row's input and output as it comes by; a row without a module is worked out from what it reads."""

    def __init__(self, network: Network, every: Sequence[Row], net: nn.Module, given: Sequence[torch.Tensor]) -> None:
        self.rows, self.found, self.seen = every, list[str](), list[int]()
        self.names = dict(vars(type(net))["forward"].__globals__)
        self.values = {node.name: x for node, x in zip(network.inputs, given, strict=True)}
        self.last = {x.name: at for at, row in enumerate(every) for x in row.node.inputs}
        self.at = 0
        self.turns: dict[str, list[int]] = {}
        for at, row in enumerate(every):
            if row.attribute:
                self.turns.setdefault(row.attribute, []).append(at)
        modules = dict(net.named_modules())
        for path, turns in self.turns.items():
            if path in modules:
                self.hook(path, turns, modules[path])

    def hook(self, path: str, turns: list[int], module: nn.Module) -> None:
        """See the input and the output of a module whenever it runs, with what the call does behind it."""
        waiting = iter(turns)

        def note(module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
            at = next(waiting, turns[-1])
            self.seen.append(at)
            self.follow(at)
            self.wired(at, inputs[0])
            self.hold(at, eval(f"y{behind(self.rows[at].module.call)}", self.names, {"y": output}))

        module.register_forward_hook(note)

    def read(self, at: int, text: str) -> torch.Tensor:
        """An expression over what a row reads."""
        values = [self.values[x.name] for x in self.rows[at].node.inputs]
        names = {f"v{i}": value for i, value in enumerate(values)}
        result: torch.Tensor = eval(text.format(*names, x="v0", m=""), self.names, names)
        return result

    def wired(self, at: int, found: torch.Tensor) -> None:
        """Note where a module reads something else than the table says."""
        import torch

        node = self.rows[at].node
        if all(x.name in self.values for x in node.inputs):
            said = self.read(at, before(self.rows[at].module.call))
            same = said.shape == found.shape and said.dtype == found.dtype
            if not same or not torch.allclose(said, found, rtol=0, atol=0, equal_nan=True):
                names = ", ".join(x.name for x in node.inputs)
                self.found.append(f"{node.name}: it reads another value in torch than {names}, as the table says")

    def follow(self, until: int) -> None:
        """Work out the rows before this one that have no module, and let go of what nothing reads any more."""
        while self.at < until:
            at, self.at = self.at, self.at + 1
            row = self.rows[at]
            if not row.attribute and all(x.name in self.values for x in row.node.inputs):
                self.work_out(at, row)
            for x in row.node.inputs:
                if self.last[x.name] <= at:
                    self.values.pop(x.name, None)

    def work_out(self, at: int, row: Row) -> None:
        """The value of a row without a module; one that cannot be is no value."""
        try:
            self.hold(at, self.read(at, row.module.call))
        except Exception as error:  # whatever the call does
            self.found.append(f"{row.node.name}: its call fails: {type(error).__name__}: {error}")

    def hold(self, at: int, output: torch.Tensor) -> None:
        """Keep a row's value; note where its shape differs."""
        node = self.rows[at].node
        self.found += differ(node.name, "output", tuple(output.shape[1:]), node.output.dims)
        self.values[node.name] = output

    def order(self) -> Iterator[str]:
        """Where the text first runs another row than the table has there, or none."""
        said = [at for at, row in enumerate(self.rows) if row.attribute]
        for place, (found, at) in enumerate(zip_longest(self.seen, said), 1):
            if found != at:
                names = ["nothing" if which is None else self.rows[which].node.name for which in (found, at)]
                yield f"the forward pass: number {place} to run is {names[0]} in torch, {names[1]} in the table"
                return
