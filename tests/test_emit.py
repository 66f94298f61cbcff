"""The emitted file: what a person reads, what torch runs, and what no spec can put into it."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnncalc import layers, load, loads, zoo
from cnncalc.emit.torch_module import fitted, torch_source
from cnncalc.emit.verify import behind, build, verify
from cnncalc.layer import Module
from cnncalc.layers import find
from cnncalc.network.node import LineOf, Node

GOLDEN = Path(__file__).parent / "golden" / "digits.py"
DIGITS = """\
# Digits: a small net with a bit of everything
# source: LeCun et al. 1998, section II, much changed
width = 8
INPUT: 28x28x1
CONV1: width 5x5 stride 2 pad 1:2 relu
POOL1: maxpool 2x2
CONV2: 2*width 3x3 pad 1 nobias bn relu
POOL2: avgpool 3x3 stride 2 pad 0:1 nocountpad
3a: conv depthwise 3x3 pad 1 reflect relu dropout 0.1
FC1: 32 neurons tanh
FC2: 10 neurons
"""
SMALL = """\
# A net
INPUT: 8x8x3
CONV1: 4 3x3 pad 1 relu
CONV2: 4 3x3 pad 1 bn
POOL: maxpool 2
FC: 5
"""


def changed(network, **fields):
    return type(network)(**{**vars(network), **fields})


def titled(text, title, origin=""):
    """A network whose comments say what the reader of specs would refuse."""
    network = loads(text)
    first, second, *rest = network.source.lines
    lines = (first._replace(text="", comment=title), second, *rest)
    lines += (first._replace(text="", comment=f"source: {origin}"),) if origin else ()
    return changed(network, source=network.source._replace(lines=lines))


def renamed(network, names):
    """The network with other names on its rows, such as no spec may bear."""
    nodes, last = [], network.inputs[0]
    for node, name in zip(network.nodes, names, strict=True):
        last = Node(name, name, node.layer, (last,), node.place)
        nodes.append(last)
    lines = [LineOf(node.name, (node,), (), at, at + 1, node) for at, node in enumerate(nodes)]
    return changed(network, nodes=tuple(nodes), lines=tuple(lines), outputs=(last,))


def chain(names):
    """A convolution for each name: 3,440 parameters where two of the names are one would be fewer."""
    spec = "\n".join(["INPUT: 8x8x16", *["conv 16 3x3 pad 1 nobias"] * len(names)])
    return renamed(loads(spec), names)


def imported(text, folder):
    """The module of a file as Python reads it: cookies, line ends and all."""
    path = folder / "emitted.py"
    path.write_bytes(text.encode("utf-8"))
    spec = importlib.util.spec_from_file_location("emitted", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def network_of(module):
    """The last class of a module, built without arguments."""
    return [v for v in vars(module).values() if isinstance(v, type) and v.__module__ == module.__name__][-1]()


def ruff(*arguments):
    return subprocess.run([sys.executable, "-m", "ruff", *arguments], capture_output=True, text=True)


def assert_tidy(folder):
    """ruff would change nothing and has nothing to say, under its own defaults."""
    formatted = ruff("format", "--isolated", "--line-length", "120", "--diff", "--no-cache", folder)
    assert formatted.returncode == 0, formatted.stdout + formatted.stderr
    checked = ruff("check", "--isolated", "--no-cache", folder)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def assert_harmless(network, tmp_path):
    """The file imports, is the network, and nothing else of it has run."""
    text = torch_source(network)
    module = imported(text, tmp_path)
    assert not hasattr(torch, "PWNED")
    net = network_of(module)
    assert sum(p.numel() for p in net.parameters()) == network.params
    assert verify(network, text) == []
    assert_tidy(tmp_path)
    body = ast.parse(text.encode("utf-8")).body
    assert {type(statement) for statement in body} <= {ast.Expr, ast.Import, ast.ImportFrom, ast.ClassDef, ast.If}
    return text


# What a person reads


def test_the_golden_file_is_what_is_written(golden):
    golden(GOLDEN.name, torch_source(loads(DIGITS, "digits")))


def test_the_golden_file_needs_only_torch():
    tree = ast.parse(GOLDEN.read_text(encoding="utf-8"))
    found = {n.module if isinstance(n, ast.ImportFrom) else n.names[0].name for n in ast.walk(tree) if is_import(n)}
    assert found == {"torch", "torch.nn"}


def is_import(node):
    return isinstance(node, ast.Import | ast.ImportFrom)


def test_functional_is_imported_where_it_is_used():
    assert "import functional" in torch_source(loads(DIGITS))
    assert "import functional" not in torch_source(loads(SMALL + "# F.pad\n", "F.pad"))


def test_keys_follow_the_spec():
    keys = set(build(torch_source(loads(DIGITS))).state_dict())
    assert keys >= {"CONV1.weight", "CONV1.bias", "CONV2.weight", "CONV2_bn.running_mean", "layer_3a.weight"}
    assert "CONV2.bias" not in keys


@pytest.mark.parametrize(
    ("axes", "given_input", "said", "words"),
    [
        ("WxHxC", "9x7x3", "# 9x7x2", "width x height x channels"),
        ("CxHxW", "3x7x9", "# 2x7x9", "channels x height x width"),
        ("HxWxC", "7x9x3", "# 7x9x2", "height x width x channels"),
    ],
)
def test_shapes_stand_in_the_order_of_the_file(axes, given_input, said, words):
    text = torch_source(loads(f"axes {axes}\nINPUT: {given_input}\nconv 2 1x1"))
    assert said in text
    assert words in text
    assert "N x 3 x 7 x 9" in text


def test_the_head_tells_what_the_caller_has_set():
    text = torch_source(loads(DIGITS, "digits", set={"width": 4}, input="30x30x1"))
    assert "With:    width = 4 (set by the caller)" in text
    assert "Input:   30x30x1 (N x 1 x 30 x 30 in PyTorch) (set by the caller)" in text
    assert "set by the caller" not in torch_source(loads(DIGITS, "digits"))


def test_the_head_names_the_text_it_was_written_from():
    one, same, other = (torch_source(loads(text)).split("sha256 ")[1][:12] for text in (SMALL, SMALL, SMALL + "\n"))
    assert one == same != other


def test_postfixes_nest_while_the_shape_stays_and_the_line_is_short():
    text = torch_source(loads("INPUT: 8x8x3\nA: conv 4 3 relu maxpool 2 bn\n" + "B" * 80 + ": conv 4 3 relu"))
    assert "x = self.relu(self.A(x)) " in text
    assert "x = self.A_bn(self.maxpool(x)) " in text
    assert f"x = self.{'B' * 60}(x)" in text
    text = torch_source(loads("INPUT: 8x8x3\nA: conv 4 3 relu avgpool 2 stride 1 pad 0:1\nfc 1"))
    assert "x = self.avgpool(F.pad(x, (0, 1, 0, 1))) " in text


def test_a_helper_stands_once_and_keeps_its_name():
    lines = torch_source(loads("INPUT: 8x8x3\nbias\nbias untied", "bias")).split("\n")
    classes = [line for line in lines if line.startswith("class")]
    assert classes == ["class Bias(nn.Module):", "class Bias_(nn.Module):"]


FREE = """\
INPUT: 16x16x4
conv 5x5 connect 0,1 1,2,3 0,3
subsample 2
bn
deconv 2 3x3 nobias
fc 3
"""


def test_frozen_weights_are_buffers_under_the_same_names():
    frozen = "\n".join(f"{line} frozen" if line[0] in "csbd" else line for line in FREE.split("\n")[:-1])
    free, net = (loads(text.strip()) for text in (FREE, frozen))
    one, other = (build(torch_source(network)) for network in (free, net))
    assert verify(net, torch_source(net)) == []
    assert set(other.state_dict()) == set(one.state_dict())
    assert {name for name, _ in other.named_parameters()} == {"fc1.weight", "fc1.bias"}
    assert sum(b.numel() for b in other.buffers()) == sum(
        v.numel() for n, v in other.state_dict().items() if "fc" not in n
    )
    assert (net.params, free.params - net.params) == (sum(p.numel() for p in other.parameters()), 178 + 6 + 6 + 54)
    assert other.fc1.weight.requires_grad and not any(b.requires_grad for b in other.buffers())
    assert torch_source(net).count("def frozen(") == 1


def test_frozen_changes_nothing_where_there_are_no_weights():
    one, other = (torch_source(loads(f"INPUT: 8x8x2\nmaxpool 2{word}\nfc 2", "n")) for word in ("", " frozen"))
    assert [a for a, b in zip(one.split("\n"), other.split("\n"), strict=True) if a != b and "sha256" not in a] == []


def test_after_freezes_every_such_line():
    net = loads("INPUT: 8x8x2\nafter conv: frozen relu\nconv 4 3x3\nconv 4 3x3\nconv 4 1x1 plain")
    assert [(node.params, node.buffers) for node in net if node.kind == "conv"] == [(0, 76), (0, 148), (20, 0)]
    assert verify(net, torch_source(net)) == []


def test_a_spec_with_errors_is_not_written():
    from cnncalc.api import analyse

    with pytest.raises(ValueError, match="broken has errors"):
        torch_source(analyse("INPUT: 8x8x3\nconv 4 9x9", "broken", "<text>"))


# What ruff says


def test_every_kind_is_written_tidily_and_is_what_its_table_says(tmp_path):
    for keyword in layers.keywords():
        kind = find(keyword)
        for number, (given_input, line) in enumerate(kind.examples if kind.arity else ()):
            network = loads(f"INPUT: {given_input}\nL: {line}", f"{keyword}{number}")
            text = torch_source(network)
            assert verify(network, text) == [], line
            (tmp_path / f"{keyword}{number}.py").write_text(text, encoding="utf-8")
    assert_tidy(tmp_path)


def test_the_zoo_is_written_tidily(tmp_path):
    for name in zoo.names():
        (tmp_path / f"{name}.py").write_text(torch_source(load(name)), encoding="utf-8")
    assert_tidy(tmp_path)


WIDE = "stride 1x2x1 pad 1x2x3 dilation 1x1x2 groups 512 nobias relu"


@pytest.mark.parametrize(
    ("text", "longest"),
    [
        (f"INPUT: 28x29x27x1024\n{'L' * 58}1: conv 1024 3x5x7 {WIDE}", 120),
        (f"INPUT: 28x29x27x1024\n{'L' * 400}: conv 4 3x3x2 pad 1:2x1x2:3 circular bn relu", 120),
        (f"INPUT: 28x29x27x1024\n{'L' * 58}: maxpool 3 pad 0:1 relu; fc 4", 120),
        (f"INPUT: 28x28x3\nA: conv {'9' * 130} 3x3 stride 2 pad 1 relu", 300),
        (f"INPUT: 28x28x{'9' * 130}\nA: bias untied", 400),
    ],
)
def test_long_lines_are_broken_as_ruff_breaks_them(text, longest, tmp_path):
    written = torch_source(loads(text, "n" * 300))
    (tmp_path / "long.py").write_text(written, encoding="utf-8")
    assert_tidy(tmp_path)
    assert max(map(len, written.split("\n"))) <= longest


def test_a_string_is_never_broken():
    words = '"' + "a, (b) " * 30 + '"'
    assert fitted(f"print({words})", 4) == ["    print(", f"        {words}", "    )"]
    assert fitted(f"f(1, {words}, (2, 3))", 0) == ["f(", "    1,", f"    {words},", "    (2, 3),", ")"]


# What no spec can do

PAYLOAD = "import torch; torch.PWNED = 1"
TITLES = [
    f'"""\n{PAYLOAD}\n"""',
    f'""" + ({PAYLOAD}) + """',
    "'''",
    'ends with a quote "',
    'ends with quotes """',
    '"begins',
    "ends with a backslash \\",
    "\\",
    '\\"\\"\\"',
    "\\N{DIGIT ONE} \\x41 \\u0041 \\777 \\8",
    f"\r{PAYLOAD}",
    f"a\r\n{PAYLOAD}",
    f"a\n{PAYLOAD}",
    f"a\x0b{PAYLOAD}\x0c{PAYLOAD}\x85{PAYLOAD}",
    f"a\u2028{PAYLOAD}\u2029{PAYLOAD}",
    "a\x00b",
    "a\x1a\x1b[31mb",
    "lone \ud800 surrogate \udfff",
    "right \u202eto left\u2066 and zero\u200bwidth",
    "-*- coding: utf-7 -*- +AAo-import torch+ADs- torch.PWNED +AD0- 1",
    "# coding: bogus",
    "coding=utf-16",
    f"{'w' * 115} # coding: bogus",
    "{name} {params:,} {0} %s {{}}",
    "w" * 1000,
    "\\" * 300,
    "many words " * 60,
    "\U0001f9e0 卷积 naïve \u0301",
    "# fmt: on # noqa # type: ignore",
    "F.pad",
    "",
    " ",
]


@pytest.mark.parametrize("title", TITLES, ids=[f"{number}" for number in range(len(TITLES))])
def test_no_title_becomes_code(title, tmp_path):
    text = assert_harmless(changed(titled(SMALL, title, origin=title), name=title), tmp_path)
    assert not set(text) & set("\r\x00\x0b\x0c\x1b\x85\u2028\u2029\u202e\u2066\u200b\ud800\udfff")
    assert not any("coding:" in line or "coding=" in line for line in text.split("\n")[:2])


def test_a_title_says_what_it_said(tmp_path):
    """Its escapes are not Python's, its quotes are single."""
    title = 'A\r\n\u00a0\\net\\x41 for "digits" \u2013 na\u00efve 100 %'
    assert imported(torch_source(titled(SMALL, title)), tmp_path).__doc__.split("\n")[0] == " ".join(
        title.split()
    ).replace('"', "'")


NAMES = [
    ["forward", "train", "type", "to", "apply", "half", "_modules", "training", "eval", "state_dict"],
    ["class", "None", "def", "lambda", "match", "case", "_", "async", "import"],
    ["x", "self", "F", "nn", "torch", "super", "params", "net"],
    ["__init__", "__class__", "__call__", "__getattr__", "__x", "_", "__"],
    ["\ufb01", "fi", "\xb5", "\u03bc", "\uff45\uff56\uff41\uff4c", "\u212a", "K", "\xe9", "e\u0301", "e"],
    ["a.b", "a_b", "A_b", "a_b_2", "a..b", "a.b_"],
    ["3a", "3.0", "layer_3a", "", ".", "0"],
    [
        f"x); {PAYLOAD}; (",
        f"\n{PAYLOAD}\n",
        f"a\r{PAYLOAD}",
        'a"""',
        "a'b",
        "a\\",
        "a\x00",
        "\ud800",
        "a#b",
        "{x}",
        "{m}",
    ],
    ["n" * 1000, "n" * 1001, "卷" * 300],
]


@pytest.mark.parametrize("names", NAMES, ids=[f"{number}" for number in range(len(NAMES))])
def test_no_name_becomes_code_or_hides_another(names, tmp_path):
    network = chain(names)
    text = assert_harmless(network, tmp_path)
    assert len(build(text).state_dict()) == len(names)
    assert max(map(len, text.split("\n"))) <= 120


def test_every_attribute_of_a_module_may_name_a_layer():
    network = chain(dir(nn.Module()))
    text = torch_source(network)
    assert verify(network, text) == []
    net = build(text)
    net.train().eval().to(torch.float64).zero_grad()
    assert net.load_state_dict(net.state_dict()).missing_keys == []


def test_names_and_titles_of_a_spec_that_is_read(tmp_path):
    """The same through the front door: all that the language itself lets pass."""
    names = ("forward", "class", "é", "e", "3a", "__init__", "layer_3a")
    lines = "\n".join(f"{name}: conv 3 1x1 relu" for name in names)
    assert_harmless(loads(f'# """ coding: utf-7 \\\\\nINPUT: 8x8x3\n{lines}', '""")'), tmp_path)


# What torch does with it


@pytest.fixture(scope="module")
def digits():
    torch.manual_seed(0)
    return build(torch_source(loads(DIGITS, "digits")))


@pytest.fixture
def images():
    return torch.randn(4, 1, 28, 28, generator=torch.Generator().manual_seed(0))


def test_it_compiles_in_one_graph(digits, images):
    net = digits.eval()
    torch._dynamo.reset()
    with torch.no_grad():
        torch.testing.assert_close(torch.compile(net, fullgraph=True, backend="eager")(images), net(images))


def test_it_trains_compiled(digits, images):
    torch._dynamo.reset()
    torch.compile(digits.train(), fullgraph=True, backend="eager")(images).square().mean().backward()
    assert all(p.grad is not None for p in digits.parameters())
    digits.zero_grad()


def test_it_runs_under_bfloat16_autocast(digits, images):
    with torch.no_grad():
        exact = digits.eval()(images)
    with torch.autocast("cpu", torch.bfloat16):
        rough = digits(images)
    assert rough.dtype == torch.bfloat16
    torch.testing.assert_close(rough.float(), exact, rtol=0.1, atol=0.05)


def test_it_takes_channels_last(digits, images):
    with torch.no_grad():
        plain = digits.eval()(images)
        net = build(torch_source(loads(DIGITS, "digits"))).eval()
        net.load_state_dict(digits.state_dict())
        last = net.to(memory_format=torch.channels_last)(images.to(memory_format=torch.channels_last))
    torch.testing.assert_close(last, plain)


def test_its_state_goes_to_a_file_and_back(digits, images, tmp_path):
    torch.save(digits.state_dict(), tmp_path / "digits.pt")
    net = build(torch_source(loads(DIGITS, "digits"))).eval()
    net.load_state_dict(torch.load(tmp_path / "digits.pt", weights_only=True))
    with torch.no_grad():
        assert torch.equal(net(images), digits.eval()(images))


def test_a_few_steps_lower_the_loss(images):
    torch.manual_seed(1)
    net, classes = build(torch_source(loads(DIGITS.replace(" dropout 0.1", ""), "digits"))), torch.tensor([3, 1, 4, 1])
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    losses = []
    for _ in range(12):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(images), classes)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_five_hundred_layers():
    network = loads("INPUT: 4x4x2\ntower: repeat 250\n  conv 2 3x3 pad 1 relu\n")
    text = torch_source(network)
    assert len(network) == 500
    assert verify(network, text) == []
    assert build(text).get_submodule("tower.249.conv1")


def test_vectors_sequences_and_volumes(tmp_path):
    for given_input, line in (("784", "fc 10 bn"), ("64x300", "conv 8 3 bn; gap"), ("6x5x4x3", "conv 2 2x2x2; fc 3")):
        network = loads(f"INPUT: {given_input}\n{line}", "vector")
        assert_harmless(network, tmp_path)


# The file checks itself


def run_file(path):
    return subprocess.run([sys.executable, "-I", path], capture_output=True, text=True)


def test_the_file_checks_itself():
    done = run_file(GOLDEN)
    line = "Digits: 6,522 parameters, (2, 1, 28, 28) to (2, 10), one step backward: ok\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, line, "")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("params = 6_522", "params = 6_523", "Digits: 6,522 parameters, expected 6,523\n"),
        ("shape = (2, 10)", "shape = (2, 11)", "Digits: output (2, 10), expected (2, 11)\n"),
    ],
)
def test_the_file_fails_where_its_numbers_do_not_hold(old, new, message, tmp_path):
    path = tmp_path / "digits.py"
    text = GOLDEN.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    done = run_file(path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", message)


# verify finds what is wrong


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("Conv2d(3, 4, 3", "Conv2d(3, 4, 5", "CONV1: parameters 304 in torch, 112 in the table"),
        ("Conv2d(3, 4, 3", "Conv2d(3, 4, 5", "the network: parameters 785 in torch, 593 in the table"),
        ("Conv2d(3, 4, 3", "Conv2d(3, 4, 5", "CONV1: output 4x6x6 in torch, 4x8x8 in the table"),
        ("3, 4, 3, padding=1", "3, 4, 5, padding=2", "CONV1: MACs 19,200 in torch, 6,912 in the table"),
        ("Conv2d(3, 4, 3", "Conv2d(3, 5, 3", "CONV1: output 5x8x8 in torch, 4x8x8 in the table"),
        ("Conv2d(3, 4, 3", "Conv2d(3, 4, 11", "the forward pass fails: RuntimeError: Calculated padded input size"),
        ("Linear(64, 5)", "Linear(64, 6)", "the output: shape 6 in torch, 5 in the table"),
        ("Linear(64, 5)", "Linear(60, 5)", "the forward pass fails: RuntimeError: mat1 and mat2 shapes cannot be"),
        ("BatchNorm2d(4)", "BatchNorm2d(4, affine=False)", "CONV2.bn: parameters 0 in torch, 8 in the table"),
        ("BatchNorm2d(4)", "BatchNorm2d(4, track_running_stats=False)", "CONV2.bn: numbers in buffers 0 in torch, 9"),
        ("MaxPool2d(2)", "MaxPool2d(2, stride=1)", "POOL: output 4x7x7 in torch, 4x4x4 in the table"),
        ("self.CONV2 =", "self.CONV3 =", "CONV2: submodules named CONV2: 0 in torch, 1 in the table"),
        ("self.CONV2_bn(self.CONV2(x))", "self.CONV2(x)", "the forward pass: number 4 to run is POOL in torch"),
        ("self.relu(self.CONV1(x))", "self.CONV1(x)", "the forward pass: number 2 to run is CONV2 in torch"),
        ("x.flatten(1))", "x.flatten(1))[:, 1:]", "the output: shape 4 in torch, 5 in the table"),
        ("return self.FC(x.flatten(1))", "return x.flatten(1)", "FC: MACs 0 in torch, 320 in the table"),
        ("return self.FC(x.flatten(1))", "return x.flatten(1)", "the forward pass: number 6 to run is nothing"),
        ("return self.FC", "self.FC", "the forward pass fails: AttributeError"),
        ("super().__init__()", "super().__init__()\n        self.w = nn.Linear(1, 1)", "the network: parameters 595"),
        ("nn.ReLU()", "nn.RELU()", "the text does not build: AttributeError: module 'torch.nn' has no attribute"),
        ("class Network", "class class", "the text does not build: SyntaxError: invalid syntax"),
        ("(nn.Module)", "", "the text does not build: TypeError:"),
    ],
)  # fmt: skip
def test_verify_finds_a_planted_mistake(old, new, sentence):
    network = loads(SMALL)
    text = torch_source(network)
    assert old in text
    assert verify(network, text) == []
    found = verify(network, text.replace(old, new, 1))
    assert any(line.startswith(sentence) for line in found)


def test_verify_compares_layouts_where_the_counts_agree():
    network = loads("axes CxHxW\nINPUT: 2x6x6\nA: conv 2 3x5 pad 1x2")
    text = torch_source(network).replace("(3, 5), padding=(1, 2)", "(5, 3), padding=(2, 1)")
    assert verify(network, text) == ["A: weight 2x2x5x3 in torch, 2x2x3x5 in the table"]


def test_verify_finds_a_table_that_counts_wrong(monkeypatch):
    from cnncalc.layers.conv import Conv
    from cnncalc.work import Work

    monkeypatch.setattr(Conv, "work", lambda self, *inputs: Work(macs=7))
    network = loads("INPUT: 4x4x1\nA: conv 1 3x3")
    said = ["A: MACs 36 in torch, 7 in the table", "the network: MACs 36 in torch, 7 in the table"]
    assert verify(network, torch_source(network)) == said


def test_layers_that_are_only_calls_have_no_submodule(monkeypatch):
    monkeypatch.setattr(find("relu"), "torch", lambda self, *inputs: Module("", "F.relu({x})"))
    monkeypatch.setattr(find("flatten"), "torch", lambda self, *inputs: Module("", "{x}.flatten(1)"))
    network = loads("INPUT: 4x4x2\nrelu\nCONV: 3 3x3 relu\nflatten\nFC: 2 relu")
    text = torch_source(network)
    assert "x = F.relu(x) " in text
    assert "self.CONV_relu" not in text
    assert verify(network, text) == []
    monkeypatch.setattr(find("flatten"), "torch", lambda self, *inputs: Module("", "{x}.flatten(2)"))
    assert "flatten1: output 3x4 in torch, 12 in the table" in verify(network, torch_source(network))
    network = loads("INPUT: 4x3x2\nflatten\nFC: 2")
    assert "flatten1: output 2x12 in torch, 24 in the table" in verify(network, torch_source(network))


def test_a_network_of_calls_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(find("relu"), "torch", lambda self, *inputs: Module("", "F.relu({x})"))
    assert "__init__" not in assert_harmless(loads("INPUT: 4x4x2\nrelu"), tmp_path)


@pytest.mark.parametrize(
    ("call", "tail"),
    [
        ("{m}({x})", ""),
        ("{m}({x}.flatten(1))", ""),
        ("{m}({x}.movedim(1, -1)).movedim(-1, 1)", ".movedim(-1, 1)"),
        ("{m}(F.pad({x}, (1, 0)))[:, :, 1:]", "[:, :, 1:]"),
        ("{x}.flatten(1)", ""),
    ],
)
def test_what_a_call_does_behind_its_module_is_the_row_s(call, tail):
    assert behind(call) == tail


def test_verify_sees_a_row_behind_its_module():
    network = loads("INPUT: 5x4x3\nA: conv 7 1x1 ln\nB: ln")
    text = torch_source(network)
    assert verify(network, text) == []
    found = verify(network, text.replace("self.B(x.movedim(1, -1))", "self.B(x.movedim(1, -1)).movedim(1, 2)"))
    assert found == ["the output: shape 7x5x4 in torch, 7x4x5 in the table"]


def test_tokens_go_through_the_file_as_integers(tmp_path):
    network = loads("INPUT: 12 tokens\nembed 8 vocab 30\nconv 4 3 relu ln\ngap\nfc 3", "text")
    text = assert_harmless(network, tmp_path)
    assert "Input:   12 tokens (N x 12 in PyTorch)" in text
    assert "x = torch.zeros(2, 12, dtype=torch.long)" in text
    done = run_file(tmp_path / "emitted.py")
    line = f"Text: {network.params:,} parameters, (2, 12) to (2, 3), one step backward: ok\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, line, "")


def test_every_new_helper_stands_in_one_file_that_checks_itself(tmp_path):
    lines = "conv 8 3x3 gn 4 stanh layerscale droppath 0.1\nslice 0:4\nconv 8 1x1 scale 0.5 layerscale 0.1\nrbf 10"
    network = loads(f"INPUT: 9x8x3\n{lines}", "helpers")
    text = assert_harmless(network, tmp_path)
    assert [text.count(f"class {name}(") for name in ("LayerScale", "DropPath", "RBF")] == [1, 1, 1]
    assert run_file(tmp_path / "emitted.py").returncode == 0


def test_build_takes_the_last_class():
    text = "from torch import nn\nclass A(nn.Identity):\n    pass\nclass B(A):\n    pass\nC = A\n"
    assert type(build(text)).__name__ == "B"
    assert build("from torch import nn\nclass A(nn.Identity):\n    x: int = 1\n").__annotations__ == {"x": int}
    with pytest.raises(TypeError, match=r"no nn\.Module"):
        build("a = 1")


def test_without_torch_the_caller_hears_of_it(monkeypatch):
    network = loads(SMALL)
    text = torch_source(network)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match="torch"):
        verify(network, text)
    with pytest.raises(ImportError, match="torch"):
        build(text)
