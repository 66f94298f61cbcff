"""What other tools count: torch, fvcore, thop, ptflops and torchinfo, run on real modules; their figures as data.

    pip install -e '.[dev]' torchinfo==1.8.0 fvcore==0.1.5.post20221221 thop==0.1.1.post2209072238 ptflops==0.7.5
    pip install --no-deps torchvision==0.29.2
    python benchmarks/conventions.py

Writes `conventions.json` beside itself: each tool's total for torchvision's own four networks, for the module that
cnncalc emits of every network of the zoo, and for every example of every kind; and layer by layer where a tool tells.
Where a tool raises, its error stands in place of the number. The tests read the file and run no tool.
All modules are in evaluation mode, and all inputs a batch of one.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import torch
from torch import nn

import cnncalc
from cnncalc import layers, zoo

OUT = Path(__file__).with_suffix(".json")
CALLS = {
    "torch": "with FlopCounterMode(display=False) as mode: model(*inputs); mode.get_total_flops()",
    "fvcore": "FlopCountAnalysis(model, inputs).total()",
    "thop": "thop.profile(model, inputs)",
    "ptflops": 'get_model_complexity_info(model, shape, as_strings=False, backend="pytorch")',
    "torchinfo": "torchinfo.summary(model, input_data=inputs).total_mult_adds",
}
NETWORKS = {"alexnet": "alexnet", "vgg16": "vgg16", "resnet50": "resnet50", "mobilenet_v2": "mobilenet_v2"}
SPECS = (
    "INPUT: 13x13x3\nadaptive avgpool 6x5\nfc 3",
    "INPUT: 11x7x5\nadaptive avgpool 4x3 relu\nfc 3",
    "INPUT: 9x9x4\nconv 6 3x3 frozen\nbn frozen\nprelu frozen\nconv 6 3x3 bn prelu",
    "INPUT: 16x16x3\nA: conv 3 3x3 stride 2 pad same\nB: share A\nC: share A\nfc 5\nsoftmax",
    "left: input 16x16x1\nright: input 16x16x1\ntrunk from left:\n  conv 4 3x3 pad 1 bn relu maxpool 2x2\n  gap; fc 3\n"
    "twin from right: share trunk\nconcat from trunk, twin\nfc 2",
    "INPUT: 16x16x3\nA: conv 8 3x3 pad 1 bn relu\nh: aux weight 0.3\n  gap; fc 3\nconv 8 3x3; gap; fc 2",
    "INPUT: 10x9x3\nmaxpool 3x3 stride 2 pad 0:1x1:0\navgpool 3x3 stride 1 pad 1:0 nocountpad\nlppool 2x2 stride 1",
    "INPUT: 6x5x3\ndeconv 4 4x3 stride 2 pad 0:1x1:0 bn leaky\nupsample 2 bilinear\nupsample 3\nconv 2 3x3 pad 1 copy",
    "INPUT: 8x8x2\nA: conv 4 3x3 bn\nB: gap; fc 3\nC: conv 5 1x1 bn relu from A",
    "INPUT: 20x4\nconv 8 3 groups 2 nobias gn 2 silu\nadd\n  - conv 8 1 elu\n  - scale 0.5\nlrn 3; gap; fc 3",
    "INPUT: 6x6x6x2\nconv 4 3 depthwise pad 1; ln; gelu; instancenorm; avgpool 2; adaptive avgpool 2; fc 3",
)
"""What no example of a single kind shows: frozen and shared weights, heads, uneven pads, axes that do not divide."""
Inputs = tuple[torch.Tensor, ...]
Figures = dict[str, "int | str"]
Layers = dict[str, dict[str, int]]


def whole(count: float) -> int:
    """A count that a tool keeps as a float."""
    if count != int(count):
        raise ValueError(f"{count} is no whole number")
    return int(count)


def by_torch(model: nn.Module, inputs: Inputs) -> tuple[int, dict[str, int]]:
    """PyTorch's own FlopCounterMode; a module is told with what runs in it."""
    from torch.utils.flop_counter import FlopCounterMode

    with torch.no_grad(), FlopCounterMode(display=False) as mode:
        model(*inputs)
    top = f"{type(model).__name__}."
    names = {name.removeprefix(top): sum(counts.values()) for name, counts in mode.get_flop_counts().items()}
    return mode.get_total_flops(), names


def by_fvcore(model: nn.Module, inputs: Inputs) -> tuple[int, dict[str, int]]:
    """fvcore, which traces the model."""
    from fvcore.nn import FlopCountAnalysis

    logging.disable(logging.WARNING)
    found = FlopCountAnalysis(model, inputs)
    return whole(found.total()), {name: whole(count) for name, count in found.by_module().items()}


def by_thop(model: nn.Module, inputs: Inputs) -> tuple[int, dict[str, int]]:
    """thop, which hooks modules."""
    from thop import profile

    def flat(tree: dict[str, tuple[float, float, dict]], prefix: str) -> dict[str, int]:
        named: dict[str, int] = {}
        for name, (ops, _, inner) in tree.items():
            named |= {prefix + name: whole(ops)} | flat(inner, f"{prefix}{name}.")
        return named

    ops, _, tree = profile(model, inputs, verbose=False, ret_layer_info=True)
    return whole(ops), flat(tree, "")


def by_ptflops(model: nn.Module, inputs: Inputs) -> tuple[int, dict[str, int]]:
    """ptflops, its default backend; it tells nothing of single modules."""
    from inspect import signature

    from ptflops import get_model_complexity_info

    given = dict(zip(signature(model.forward).parameters, inputs, strict=False))
    found, _ = get_model_complexity_info(
        model, tuple(inputs[0].shape[1:]), as_strings=False, print_per_layer_stat=False, backend="pytorch",
        input_constructor=(lambda shape: given) if len(inputs) > 1 else lambda shape: inputs[0],
    )  # fmt: skip
    if found is None:
        raise RuntimeError("ptflops gives None")
    return found, {}


def by_torchinfo(model: nn.Module, inputs: Inputs) -> tuple[int, dict[str, int]]:
    """torchinfo; a module that runs twice is told with both."""
    from torchinfo import summary

    found = summary(model, input_data=list(inputs), verbose=0)
    paths = {id(module): name for name, module in model.named_modules()}
    named: dict[str, int] = {}
    for info in found.summary_list:
        name = paths[info.layer_id]
        named[name] = named.get(name, 0) + (info.macs if info.is_leaf_layer else 0)
    return found.total_mult_adds, named


TOOLS = {"torch": by_torch, "fvcore": by_fvcore, "thop": by_thop, "ptflops": by_ptflops, "torchinfo": by_torchinfo}


def told(tool: str, model: nn.Module, inputs: Inputs) -> tuple[int | str, dict[str, int]]:
    """A tool's total and what it tells of each module; its error where it raises. What it prints is thrown away."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            return TOOLS[tool](model.eval(), inputs)
        except Exception as error:
            return f"{type(error).__name__}: {error}".splitlines()[0], {}


def leaves(model: nn.Module, named: dict[str, int]) -> dict[str, int]:
    """The counts of modules without modules of their own, in the order of their definition."""
    inner = [name for name, module in model.named_modules() if name and not any(module.children())]
    return {name: named[name] for name in inner if named.get(name)}


def sample(network: cnncalc.Network) -> Inputs:
    """A batch of one of a network's inputs: tokens are 0."""
    return tuple(
        torch.zeros(1, *node.output.extents, dtype=torch.long) if node.layer.tokens or tokens(network, node)
        else torch.randn(1, *node.output.dims)
        for node in network.inputs
    )  # fmt: skip


def tokens(network: cnncalc.Network, given: object) -> bool:
    """Whether an input is read as tokens."""
    return any(node.layer.tokens and given in node.inputs for node in network)


def every(network: cnncalc.Network) -> Figures:
    """The totals of all tools on the module that cnncalc emits; each tool has a module of its own."""
    return {tool: told(tool, network.to_torch(), sample(network))[0] for tool in TOOLS}


def stand_ins() -> None:
    """The wheel of torchvision may be built for another torch; neither networks nor tools need its operators."""
    for operator in ("nms", "qnms"):
        if not hasattr(torch.ops.torchvision, operator):
            torch.library.define(f"torchvision::{operator}", "(Tensor dets, Tensor scores, float iou) -> Tensor")


def published() -> tuple[dict[str, Figures], dict[str, Layers]]:
    """Torchvision's own modules: totals, and what each tool tells of their layers."""
    from torchvision import models

    totals: dict[str, Figures] = {}
    inner: dict[str, Layers] = {}
    for name, own in NETWORKS.items():
        totals[name], inner[name] = {}, {}
        for tool in TOOLS:
            model = getattr(models, own)(weights=None)
            totals[name][tool], named = told(tool, model, (torch.randn(1, 3, 224, 224),))
            if named:
                inner[name][tool] = leaves(model, named)
        print(name, totals[name], flush=True)
    return totals, inner


def examples() -> list[dict[str, object]]:
    """Every example of every kind, alone on its input."""
    found: list[dict[str, object]] = []
    for keyword in layers.keywords():
        kind = layers.find(keyword)
        for given, line in kind.examples if kind and kind.arity and not kind.role else ():
            network = cnncalc.loads(f"INPUT: {given}\n{line}" if given else line)
            found.append({"kind": keyword, "input": given, "line": line, **every(network)})
    return found


def small() -> list[dict[str, object]]:
    """The small specs."""
    return [{"spec": spec, **every(cnncalc.loads(spec))} for spec in SPECS]


def main() -> None:
    """All figures, the zoo's networks last; names of networks choose among them."""
    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    stand_ins()
    totals, inner = published()
    single = examples()
    own = {}
    for name in sys.argv[1:] or zoo.names():
        own[name] = every(cnncalc.load(name))
        print(name, own[name], flush=True)
    tools = {tool: {"version": plain(version(tool)), "call": call} for tool, call in CALLS.items()}
    data = {
        "tools": {**tools, "torchvision": {"version": plain(version("torchvision")), "call": ""}},
        "torchvision": totals, "zoo": own, "layers": inner, "specs": small(), "examples": single,
    }  # fmt: skip
    OUT.write_text(text(data), encoding="utf-8")


def plain(version: str) -> str:
    """A version as package indexes write it, without what it was built for."""
    return version.partition("+")[0].replace("-", ".post")


def text(data: dict[str, object]) -> str:
    """JSON with a line for each network, layer list and example."""
    parts = []
    for key, value in data.items():
        lines = value if isinstance(value, list) else [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()]
        rows = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        left, right = "[]" if isinstance(value, list) else "{}"
        parts.append(f'"{key}": {left}\n' + ",\n".join(rows) + f"\n{right}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    main()
