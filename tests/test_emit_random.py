"""Random graphs, and names meant to do harm, as PyTorch: the text is tidy, and gives what the layers give."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import lru_cache
from keyword import kwlist, softkwlist

import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from test_hostile import INJECTED
from test_random_chains import randomized
from test_random_graphs import feeds, graphs
from torch import nn
from torch.nn import functional

from cnncalc import loads
from cnncalc.emit.torch_module import rows, torch_source
from cnncalc.emit.verify import build, verify


def apart(network, net) -> dict[str, torch.Tensor]:
    """What every node gives, each with a module of its own that is loaded with the weights of `net`."""
    fed = feeds(network)
    values, space = dict(fed), {"torch": torch, "nn": nn, "F": functional}
    for row in rows(network):
        node, plain = row.node, row.node.layer.torch(*row.node.shapes)
        exec(plain.helper, space)
        module = eval(plain.text, space) if plain.text else None
        if module is not None:
            module.double().eval().load_state_dict(net.get_submodule(row.attribute).state_dict())
        reads = [values[x.name] for x in node.inputs]
        call = plain.call.format(*[f"reads[{i}]" for i in range(len(reads))], x="reads[0]", m="module")
        values[node.name] = eval(call, {**space, "reads": reads, "module": module})
    return values


def heads(network) -> list[str]:
    """The nodes that the heads give, the last head first."""
    exits = {section.name: section.exit for section in network.sections}
    return [exits[name].name for name in reversed(dict.fromkeys(node.head for node in network.nodes if node.head))]


def gives(network, net) -> None:
    """The module gives what its layers give one by one, in training its heads as well."""
    randomized(net)
    with torch.no_grad():
        values = apart(network, net)
        given = [values[node.name] for node in network.inputs]
        said = [node.name for node in network.outputs]
        for training in (False, True):
            net.training = training
            found = net(*given)
            found = found if isinstance(found, tuple) else (found,)
            wanted = [*said, *heads(network)] if training else said
            assert len(found) == len(wanted)
            for x, name in zip(found, wanted, strict=True):
                torch.testing.assert_close(x, values[name], rtol=1e-12, atol=1e-12, msg=name)


def checked(text: str) -> str:
    """The PyTorch of a spec, when it is right."""
    network = loads(text)
    source = torch_source(network)
    assert verify(network, source) == []
    gives(network, build(source))
    return source


@settings(max_examples=60)
@given(graphs())
def test_a_random_graph_is_written_as_it_is(graph):
    checked(graph.text)


@lru_cache(maxsize=1)
def batch() -> tuple[str, ...]:
    """The texts of some random graphs, the same each time."""
    found: dict[str, None] = {}

    @settings(
        max_examples=60,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(graphs())
    def collect(graph) -> None:
        found.setdefault(graph.text)

    collect()
    return tuple(found)


def test_the_texts_of_random_graphs_are_as_ruff_writes_them(tmp_path):
    for number, text in enumerate(batch()):
        (tmp_path / f"net{number}.py").write_text(torch_source(loads(text)))
    assert number > 30
    tidy(tmp_path)


def tidy(folder) -> None:
    """Ruff has nothing to say of a folder."""
    for command in (["format", "--check"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", "--line-length", "120", folder],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout


# Names meant to do harm

MODULE = [name for name in sorted({*dir(nn.Module()), "training"}) if name.isidentifier()]
FILE = ["self", "x", "torch", "nn", "F", "super", "net", "y", "params", "shape", "found", "each", "print", "SystemExit"]
FILE += ["NamedTuple", "OrderedDict", "Connected", "Network", "NetworkOutputs", "tuple", "range", "int", "sum", "p"]
FILE += [
    "in_channels",
    "channels",
    "_",
    "i",
    "isinstance",
    "float",
    "bool",
    "logits",
    "count",
    "Inner",
    "type",
    "forward",
]
OTHERS = ["3a", "0", "1x1", "9" * 40, "a" * 390, "A" * 390, "\u5377\u79ef", "na\xefve", "\xdf", "__class__", "a-b"]
NAMES = [*FILE, *OTHERS, *[*kwlist, *softkwlist][::4], *MODULE[::8]]
PLACES = {
    "lines": "{n}: conv 3 3x3 pad same relu\n{n}2: share {n}\nadd from {n}, {n}2\n",
    "blocks": "block {n}(c, k=1)\n  {n}: conv c k pad same relu\n  conv c 1x1\n{n} 4\nk1: {n} 6 3\nk2..4: {n} 6\n",
    "parameters": "block inner(c)\n  conv c 1x1\n  bn\nblock b({n})\n  inner {n}\n  conv {n} 1x1 frozen\n"
    "  conv 1x1 connect 0 1 frozen\nblock b2({n})\n  a1..4: inner {n}\nb 4\nb {n}=5\nb2 3\nb2 4\n",
    "skips": "block b({n})\n  conv 4 1x1\n  concat\n    - identity\n    - from {n}\n{n}2: conv 4 1x1\nb {n}={n}2\n",
    "parts": "block b(t)\n  if t > 1\n    {n}: conv t*C 1x1 relu\n  conv 4 1x1\nx.0: b 1\nx.1: b 6\nx.2: b 3\n",
    "groups": "{n}:\n  {n}: conv 4 1x1\n  {n}2: relu\n{n}x from {n}.{n}: conv 4 1x1\nadd from {n}x, {n}\n",
    "repeats": "{n}: repeat 3\n  {n}: conv 4 3x3 pad same\n  add\n    - identity\n    - from {n}; relu\n",
    "heads": "A: conv 4 1x1\n{n}: aux weight 0.3\n  {n}: fc 3 relu\n  fc 2\n{n}2: aux\n  fc 2\n",
    "heads in groups": "g:\n  A: conv 4 1x1\n  {n}: aux weight 0.3\n    {n}: fc 3 relu\n  relu\n",
    "outputs": "{n}: conv 4 1x1\n{n}2: fc 3\nOUT: output from {n}, {n}2\n",
    "inputs": "{n}: input 8x8x3\n{n}2: conv 3 1x1\nadd from INPUT, {n}2\n",
}
"""What stands below the input, a name in place of {n}."""
WORDS = {"nn", "torch", "F", "super", "range", "print", "sum", "tuple", "int", "bool", "float", "list", "len", "zip"}
WORDS |= {"SystemExit", "NamedTuple", "OrderedDict", "object", "type", "delattr", "__name__"}
IMPORTED = {"torch", "nn", "functional", "NamedTuple", "OrderedDict"}
TOP = (ast.Expr, ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef, ast.If)
NEVER = (ast.Lambda, ast.Global, ast.Nonlocal, ast.Try, ast.While, ast.Delete, ast.Await, ast.Yield, ast.NamedExpr)


def only_a_network(source: str) -> None:
    """The text holds classes, their helpers and the check; it reads what it defines, and few words of Python."""
    tree = ast.parse(source.encode())
    assert all(isinstance(part, TOP) for part in tree.body)
    every = [*ast.walk(tree)]
    own = {node.name for node in every if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    own |= {node.arg for node in every if isinstance(node, ast.arg)}
    own |= {node.id for node in every if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    assert {node.id for node in every if isinstance(node, ast.Name)} <= own | WORDS
    assert not [node for node in every if isinstance(node, NEVER)]
    for node in every:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            assert {alias.name for alias in node.names} <= IMPORTED
        elif isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_") or node.attr == "__init__"


def named(place: str) -> list[str]:
    """Specs with each name in one place, where the language takes it there."""
    found = []
    for name in NAMES:
        text = f"INPUT: 8x8x3\n{PLACES[place].replace('{n}', name)}"
        try:
            loads(text)
        except ValueError:
            continue
        found.append(text)
    return found


@pytest.mark.parametrize("place", PLACES)
def test_no_name_is_more_than_a_name(place, tmp_path):
    texts = named(place)
    assert len(texts) > len(NAMES) * 3 // 4
    for number, text in enumerate(texts):
        source = checked(text)
        only_a_network(source)
        (tmp_path / f"net{number}.py").write_text(source)
    tidy(tmp_path)


@pytest.mark.parametrize("title", [f"# {text}" for text in INJECTED.values()], ids=INJECTED)
def test_no_title_is_more_than_a_title(title):
    text = f"{title}\nINPUT: 8x8x3\n" + PLACES["heads"].replace("{n}", "aux1")
    only_a_network(checked(text))


@pytest.mark.parametrize(
    "name", ["NamedTuple", "ordered-dict", "system_exit", "frozen", "Connected", "tuple", "nn", "9"]
)
def test_no_name_of_a_file_is_more_than_a_name(name):
    text = "INPUT: 8x8x3\n" + PLACES["parameters"].replace("{n}", "c") + PLACES["heads"].replace("{n}", "aux1")
    network = loads(text, name)
    source = torch_source(network)
    only_a_network(source)
    assert verify(network, source) == []
