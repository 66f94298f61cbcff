"""Branches, blocks and heads as PyTorch: the emitted text is what the table says, tidy, and trains."""

import re
import runpy
import subprocess
import sys

import pytest
import torch

import cnncalc
from cnncalc.emit.torch_module import torch_source
from cnncalc.emit.verify import build, verify

SPECS = {
    "share line": """\
INPUT: 8x8x4
A: conv 4 3x3 pad 1 relu
B: share A
C: share B
fc 3
""",
    "share group": """\
left: input 8x8x4
t:
  conv 4 3x3 pad 1 relu
  fc 5
right: input 8x8x4
r: share t
add from t, r
""",
    "share group2": """\
left: input 8x8x4
t:
  conv 4 3x3 pad 1 relu
  fc 5
right: input 8x8x4
r: share t
add from t, r
""",
    "share block": """\
block b(c)
  conv c 3x3 pad 1 relu
  add
    - conv c 1x1
    - identity
INPUT: 8x8x4
x1: b 4
y1: share x1
z1: share x1
concat from x1, y1, z1
""",
    "share cross": """\
INPUT: 8x8x4
A: conv 4 3x3 pad 1
block b
  share A
  relu
u: b
v: b
add from u, v
""",
    "share join": """\
INPUT: 8x8x4
j: concat
  - conv 2 1x1 relu
  - conv 2 3x3 pad 1
k: share j
""",
    "share same": """\
a: input 7x7x4
A: conv 4 3x3 stride 2 pad same
b: input 8x8x4
B: share A
add from A, B
""",
    "share connected": """\
a: input 7x4
A: conv 3 stride 2 pad same copy connect 0,1 2,3 frozen
b: input 8x4
B: share A
add from A, B
""",
    "share same pool": """\
a: input 7x7x4
A: maxpool 3 stride 2 pad same
b: input 8x8x4
B: share A
add from A, B
""",
    "share group same": """\
a: input 8x8x4
t:
  conv 4 3x3 stride 2 pad same
  relu
b: input 7x7x4
r: share t
add from t, r
""",
    "share upsample": """\
a: input 4x4x2
A: upsample to a
b: input 2x2x2
B: share A
add from A, B
""",
    "only an inner line is read": """\
INPUT: 8x8x4
g:
  a: conv 4 1x1
  b: conv 5 1x1
h from g.a: conv 3 1x1
""",
    "one of two values is read": """\
left: input 8x8x4
t:
  a: conv 4 1x1
  b: conv 4 1x1
r from left: share t
add from t, r.a
""",
    "slices that differ": """\
INPUT: 8x8x9
block b(k, n)
  slice k:n
  conv C 1x1
b 1 7
b 2 4
x: b 0 2
y from x: b 1 2
""",
    "two out": """\
INPUT: 8x8x4
A: conv 4 3x3 pad 1
B: conv 4 3x3 pad 1
OUT: output from A, B
""",
    "two in": """\
a: input 8x8x4
A: conv 4 3x3 pad 1
b: input 8
B: fc 4
scale from A, B
""",
    "inner ref": """\
block b(c)
  one: conv c 3x3 pad 1
  two: conv c 3x3 pad 1
INPUT: 8x8x4
x1: b 4
x2: b 4
add from x1.one, x2, x2.one
""",
    "section is from": """\
INPUT: 8x8x4
A: conv 4 3x3 pad 1
g:
  conv 4 3x3 pad 1
  from A
B: relu
""",
    "identity block": """\
block nothing
  identity
INPUT: 8x8x4
nothing
A: conv 4 1x1
n2: nothing
fc 3
""",
    "stage": """\
block basic(c, s=1)
  add relu
    - conv c 3x3 stride s pad 1 nobias bn relu
      conv c 3x3 pad 1 nobias bn
    - shortcut
block stage(c, n, s=2)
  0: basic c s
  1..(n-1): basic c
INPUT: 16x16x4
layer1: stage 4 3 s=1
layer2: stage 8 2
layer3: stage 8 1
gap
fc 3
""",
    "skips through": """\
INPUT: 8x8x4
block b
  conv C 3x3 pad 1 relu
l.0..3: b
add from l.0, l.1, l.3
""",
    "unet": """\
block down(c)
  conv c 3x3 pad 1 relu
block up(c, skip)
  deconv c 2x2 stride 2
  concat
    - identity
    - from skip
  conv c 3x3 pad 1 relu
INPUT: 16x16x3
d1: down 4
maxpool 2
d2: down 8
maxpool 2
d3: down 16
u2: up 8 skip=d2
u1: up 4 skip=d1
conv 2 1x1
""",
    "heads": """\
INPUT: 8x8x4
A: conv 4 3x3 pad 1 relu
aux1: aux weight 0.3
  gap
  fc 3
B: conv 4 3x3 pad 1 relu
aux2 from A: aux
  fc 3 dropout
fc 3
""",
    "heads end": """\
INPUT: 8x8x4
A: conv 4 3x3 pad 1 relu
fc 3
aux1 from A: aux weight 0.3
  gap
  fc 3
""",
    "heads in bodies": """\
INPUT: 8x8x4
block b
  A: conv 4 3x3 pad 1 relu
  aux1: aux weight 0.3
    gap
    identity
    from A
    B: fc 3 relu
b
b
g:
  conv 4 1x1
  aux2: aux
    fc 3 dropout
  relu
r: share g
fc 3
""",
    "heads of other names": """\
INPUT: 8x8x4
logits: aux
  fc 3
count: aux
  fc 3
_fields: aux
  fc 3
x: aux
  identity
fc 3
""",
    "head of one": """\
INPUT: 8x8x4
A: conv 4 3x3 pad 1 relu
aux1: aux
  gap
fc 3
""",
    "kinds": """\
block b(c, act=relu, nrm=bn)
  conv c 3x3 pad 1 nobias nrm act
INPUT: 8x8x4
b 4
b 8 act=gelu
b 8 nrm=ln
fc 2
""",
    "weird": """\
block class(lambda, self=1)
  def: conv lambda 3x3 stride self pad 1
INPUT: 8x8x4
3a: class 4
3.0: class 6
forward: class 8 2
return: conv 3 1x1
""",
    "repeat": """\
INPUT: 8x8x4
tower: repeat 3
  conv 4+i 3x3 pad 1
  relu
policy from tower:
  conv 2 1x1
  fc 3
value from tower:
  conv 1 1x1
  fc 1 tanh
output from policy, value
""",
    "repeat in repeat": """\
INPUT: 8x8x4
t: repeat 2
  u: repeat 2
    conv 4 3x3 pad 1
  add
    - identity
    - conv 4 1x1
fc 2
""",
    "groups nested": """\
INPUT: 8x8x4
a:
  b:
    c:
      conv 4 1x1
    conv 4 1x1
  conv 4 1x1
fc 2
""",
    "dense": """\
block l
  concat
    - identity
    - conv 4 3x3 pad 1
INPUT: 8x8x4
d.0..3: l
fc 2
""",
    "if variants": """\
block b(t)
  if t > 1
    e: conv t*C 1x1 relu
  d: conv depthwise 3x3 pad 1
  p: conv 4 1x1
INPUT: 8x8x4
x.0: b 1
x.1..2: b 6
fc 2
""",
    "outputs of block": """\
block b
  a: conv 4 1x1
  c: conv 4 1x1
INPUT: 8x8x4
u.0: b
u.1: b
output from u.0.a, u.1
""",
    "in and out": """\
INPUT: 8x8x4
output from INPUT, INPUT
conv 3 1x1
""",
    "vector": """\
INPUT: 16
add
  - fc 16 relu; fc 16
  - shortcut
add
  - fc 8
  - shortcut
fc 2
""",
    "1d": """\
INPUT: 32x4
add relu
  - conv 8 3 stride 2 pad 1 bn
  - shortcut
add
  - conv 16 3 stride 2 pad 1
  - shortcut pad
gap
""",
    "3d rect": """\
INPUT: 8x8x8x2
add
  - conv 4 3x3x3 stride 2x1x2 pad 1
  - shortcut
add
  - conv 6 3x3x3 stride 2x1x2 pad 1
  - shortcut pad

""",
    "frozen": """\
block b(c)
  conv c 3x3 pad 1 frozen
  bn frozen
INPUT: 8x8x4
b 4
b 8
fc 2
""",
    "connect": """\
block b
  conv 3x3 pad 1 connect 0,1 2,3
  conv 4 1x1
INPUT: 8x8x4
x.0..1: b
fc 2
""",
    "tokens": """\
words: input 16 tokens
embed 8 vocab 50
j: concat
  - conv 4 3 relu; global maxpool
  - conv 4 4 relu; global maxpool
fc 2 dropout
""",
    "same name x": """\
x: input 8x8x4
y: input 8x8x4
add from x, y
conv 3 1x1
""",
    "dropped": """\
block mb(t, c, s=1)
  add
    - if t > 1
        conv t*C 1x1 nobias bn relu6
      conv depthwise 3 stride s pad 1 nobias bn relu6
      conv c 1x1 nobias bn
    - shortcut none
INPUT: 16x16x8
f.0: mb 1 8
f.1: mb 6 16 2
f.2..3: mb 6 16
f.4: mb 6 24 2
fc 3
""",
    "calls with numbers": """\
block b(p)
  conv 4 3x3 pad p:0 reflect
  slice 0:p
  conv 4 1x1
INPUT: 8x8x4
b 1
b 2
b 3
fc 2
""",
    "rank": """\
INPUT: 8x8x4
scale
  - identity
  - gap; fc C; sigmoid
concat
  - gap
  - fc 3
fc 2
""",
}


def emitted(text, name="network"):
    network = cnncalc.loads(text, name)
    return network, torch_source(network)


@pytest.mark.parametrize("name", SPECS)
def test_the_text_is_what_the_table_says(name, tmp_path, capsys):
    network, text = emitted(SPECS[name], name)
    assert verify(network, text) == []
    assert max(map(len, text.split("\n"))) <= 120
    path = tmp_path / "net.py"
    path.write_text(text)
    runpy.run_path(str(path), run_name="__main__")
    assert "one step backward: ok" in capsys.readouterr().out


def test_every_text_is_as_ruff_writes_it(tmp_path):
    for name, text in SPECS.items():
        (tmp_path / f"{name.replace(' ', '_')}.py").write_text(emitted(text, name)[1])
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["format", "--check"], ["check", "--select", "E,F,I,B,UP,RUF059"]):
        done = subprocess.run(
            [*ruff, *command, "--isolated", "--line-length", "120", tmp_path],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout


def test_a_block_is_a_class_with_its_own_parameters():
    _, text = emitted(SPECS["stage"])
    assert "def __init__(self, in_channels: int, c: int, s: int = 1, shortcut1: bool = False) -> None:" in text
    assert "self.layer1 = nn.Sequential(*(Basic(4, 4) for _ in range(3)))" in text
    assert "self.layer2 = nn.Sequential(Basic(4, 8, s=2, shortcut1=True), Basic(8, 8))" in text
    assert "self.layer3 = nn.Sequential(Basic(8, 8, s=2, shortcut1=True))" in text
    assert "nn.Conv2d(in_channels, c, 3, stride=s, padding=1, bias=False)" in text
    assert text.count("class ") == 2


def test_keys_follow_the_names_of_the_spec():
    keys = set(build(emitted(SPECS["stage"])[1]).state_dict())
    assert {"layer1.2.conv1.weight", "layer1.2.conv1_bn.bias", "layer2.0.shortcut1.weight"} <= keys
    assert {"layer2.0.shortcut1_bn.running_mean", "fc1.weight"} <= keys
    assert not any(key.startswith("layer2.1.shortcut1") for key in keys)


def test_growing_layers_are_one_construct():
    _, text = emitted(SPECS["dense"])
    assert "self.d = nn.Sequential(*(L(channels) for channels in range(4, 20, 4)))" in text


def test_a_value_read_further_down_has_a_name():
    _, text = emitted(SPECS["skips through"])
    assert "return x + l_1 + l_3" in text
    assert "self.l = nn.ModuleList([B(), B(), B(), B()])" in text


def test_a_layer_that_a_block_names_is_an_argument_of_its_forward():
    _, text = emitted(SPECS["unet"])
    assert "def forward(self, x: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:" in text
    assert "u2 = self.u2(d3, d2)" in text


def test_parts_that_some_instances_lack_are_built_on_a_flag():
    _, text = emitted(SPECS["if variants"])
    assert "self.e = nn.Conv2d(in_channels, 6 * in_channels, 1) if e else nn.Identity()" in text
    assert "self.x_ = nn.Sequential(B(4), *(B(4, t=6, e=True) for _ in range(2)))" in text


def test_kinds_that_differ_make_classes_that_differ():
    _, text = emitted(SPECS["kinds"])
    assert [*re.findall(r"^class (\w+)", text, re.MULTILINE)] == ["B", "B2", "B3", "Network"]
    assert "nn.GELU()" in text
    assert "nn.LayerNorm(" in text


# Heads


def test_heads_run_in_training_alone():
    network, text = emitted(SPECS["heads"])
    net = build(text)
    x = torch.randn(2, 4, 8, 8)
    assert isinstance(net.eval()(x), torch.Tensor)
    given = net.train()(x)
    assert given._fields == ("logits", "aux2", "aux1")
    assert [tuple(each.shape) for each in given] == [(2, 3)] * 3
    assert network.params == sum(p.numel() for name, p in net.named_parameters() if not name.startswith("aux"))


def test_heads_inside_bodies_run_in_training_alone():
    net = build(emitted(SPECS["heads in bodies"])[1])
    ran = []
    for name, module in net.named_modules():
        module.register_forward_hook(lambda *_, name=name: ran.append(name))
    assert isinstance(net.eval()(torch.randn(2, 4, 8, 8)), torch.Tensor)
    assert not [name for name in ran if "aux" in name]
    given = net.train()(torch.randn(2, 4, 8, 8))
    assert given._fields == ("logits", "r_aux2", "g_aux2", "b2_aux1", "b1_aux1")
    given.g_aux2.sum().backward()
    assert net.b1_A.weight.grad.abs().sum() > 0


def test_the_gradient_of_a_head_reaches_the_trunk():
    net = build(emitted(SPECS["heads"])[1])
    net.train()(torch.randn(2, 4, 8, 8)).aux1.sum().backward()
    assert net.A.weight.grad.abs().sum() > 0
    assert net.B.weight.grad is None


# Shared weights


@pytest.mark.parametrize("name", ["share line", "share group2", "share block", "share cross", "share join"])
def test_shared_weights_are_one_tensor(name):
    network, text = emitted(SPECS[name], name)
    net = build(text)
    assert sum(p.numel() for p in net.parameters()) == network.params
    assert sum(t.numel() for t in net.state_dict().values()) == network.params
    once = sum(node.params for node in network if not node.owner)
    assert once == network.params
    assert any(node.owner and node.macs for node in network)


def test_verify_finds_a_branch_that_reads_another_value():
    network, text = emitted(SPECS["share join"])
    assert verify(network, text) == []
    found = verify(network, text.replace("x = self.conv2(x)", "x = self.conv2(x + 1)", 1))
    assert found == ["conv2: it reads another value in torch than INPUT, as the table says"]


def test_verify_finds_a_join_in_another_order():
    network, text = emitted(SPECS["unet"])
    found = verify(network, text.replace("torch.cat([x, skip], 1)", "torch.cat([skip, x], 1)"))
    assert found[0] == "u2.conv1: it reads another value in torch than u2.concat1, as the table says"


def test_verify_takes_what_is_no_number_for_equal():
    """A window of nothing but padding gives minus infinity, whose product with 0 is no number."""
    network, source = emitted("INPUT: 1x1x3\nmaxpool 2x2 stride 1 pad 1 dilation 2\nconv 4 1x1\nbn")
    assert verify(network, source) == []


def test_verify_finds_an_output_that_is_another():
    network, text = emitted(SPECS["repeat"])
    assert "return policy, x" in text
    found = verify(network, text.replace("return policy, x", "return x, policy"))
    assert found == ["output 1: shape 1 in torch, 3 in the table", "output 2: shape 3 in torch, 1 in the table"]


# Every network of the zoo


@pytest.mark.parametrize("name", ["resnet50", "googlenet", "googlenet-torchvision"])
def test_well_known_networks_stay_short(name):
    text = torch_source(cnncalc.load(name))
    assert text.count("\n") < 150


def test_the_zoo_is_as_ruff_writes_it(tmp_path):
    for name in cnncalc.zoo.names():
        (tmp_path / f"{name.replace('-', '_')}.py").write_text(torch_source(cnncalc.load(name)))
    for command in (["format", "--check"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length", "120", tmp_path],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
