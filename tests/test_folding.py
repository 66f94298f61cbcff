"""`show --depth`: what is folded, what a row then says, and that the rows of every depth add up."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import added, number, rows
from test_cli import terminal

import cnncalc
from cnncalc import zoo
from cnncalc.analysis.folding import deepest, grouped, parts
from cnncalc.analysis.report import View, report
from cnncalc.api import analyse

RESNET = """\
# Two stages
block basic(c, s=1)
  add relu
    - conv1: conv c 3x3 stride s pad 1 nobias bn relu
      conv2: conv c 3x3 pad 1 nobias bn
    - downsample: shortcut

INPUT: 32x32x3
conv1: 16 3x3 pad 1 nobias bn relu
layer1.0..1: basic 16
layer2.0: basic 32 s=2
layer2.1: basic 32
gap
fc: 10
"""
SHARED = """\
# Two eyes and a head
left: input 32x32x16
right: input 32x32x16
TRUNK from left:
  conv 16 3x3 pad 1 bn relu
  tower: repeat 3
    conv 16 3x3 pad 1 relu
aux1: aux weight 0.3
  gap
  fc 4
J from TRUNK: concat
  - conv 8 1x1
  - conv 8 3x3 pad 1; relu
from right
R: share TRUNK
K: share J relu
L: fc 3
OUT: output from J, L
"""
SUMS = ("params", "MACs", "memory/B")


@pytest.fixture
def spec(tmp_path):
    """Write a spec into the folder commands run in."""

    def write(text: str) -> str:
        (tmp_path / "net.spec").write_text(text)
        return "net.spec"

    return write


def column(text: str, heading: str) -> list[str]:
    return [row[heading] for row in rows(text)[:-1]]


SECTIONED = [name for name in zoo.names() if deepest(parts(cnncalc.load(name))) > 1]


def test_the_zoo_has_specs_to_fold():
    assert {"resnet152", "densenet201", "efficientnet", "wavenet-stack"} <= set(SECTIONED)


@pytest.mark.parametrize("name", SECTIONED)
def test_the_printed_columns_add_up_at_every_depth_of_every_zoo_spec(name, run):
    counts = []
    for depth in range(deepest(parts(cnncalc.load(name))) + 1):
        out = run("show", name, "--depth", str(depth)).out
        for heading in SUMS:
            found, total = added(out, heading)
            assert found == total > 0, (depth, heading)
        counts.append(len(rows(out)) - 1)
    net = cnncalc.load(name)
    assert counts == sorted(set(counts))
    assert counts[-1] == len(net)


def test_every_depth_of_a_resnet(run, spec):
    net = spec(RESNET)
    assert column(run("show", net, "--depth", "0").out, "layer") == ["conv1", "layer1", "layer2", "gap1", "fc"]
    one = run("show", net, "--depth", "1").out
    blocks = ["layer1.0", "layer1.1", "layer2.0", "layer2.1"]
    assert column(one, "layer") == ["conv1", *blocks, "gap1", "fc"]
    two = run("show", net, "--depth", "2").out
    assert column(two, "layer")[1:5] == [f"layer1.0.{name}" for name in ("conv1", "conv2", "downsample", "add1")]
    assert column(two, "kind")[:5] == ["conv bn relu", "conv bn relu", "conv bn", "identity", "add relu"]
    three = run("show", net, "--depth", "3").out
    assert three == run("show", net, "--depth", "4").out == run("show", net).out
    assert len(column(three, "layer")) == 38


def test_a_folded_row_says_what_it_is_and_sums_what_is_in_it(run, spec, golden):
    out = run("show", spec(RESNET), "--depth", "0").out
    golden("show-depth.txt", out)
    first, _, second, *_ = rows(out)
    assert (first["kind"], first["F/S/P"], first["field"]) == ("conv bn relu", "3x3/1/1", "3")
    net = cnncalc.loads(RESNET)
    below = net.part("layer2")
    assert (second["layer"], second["kind"], second["output"]) == ("layer2", "basic x 2", "16x16x32")
    assert second["F/S/P"] == ""
    assert number(second["params"]) == sum(node.params for node in below)
    assert number(second["MACs"]) == sum(node.macs for node in below)
    assert number(second["memory/B"]) == 4 * sum(node.activations for node in below)
    assert second["MACs %"] == f"{100 * sum(node.macs for node in below) / net.macs:.1f}"
    assert second["field"] == "25" == str(net.to_dict()["layers"][-3]["receptive_field"]["size"][0])


def test_heads_are_marked_and_in_no_total(run, spec, golden):
    net = spec(SHARED)
    out = run("show", net).out
    golden("show-heads.txt", out)
    heads = {row["layer"]: row for row in rows(out) if row["head"]}
    assert set(heads) == {"aux1.gap1", "aux1.fc1"}
    assert {row["head"] for row in heads.values()} == {"aux1"}
    assert (heads["aux1.fc1"]["params"], heads["aux1.fc1"]["MACs %"]) == ("68", "")
    whole = cnncalc.loads(SHARED)
    assert f"with training heads: {whole.params + 68:,} params, {whole.macs + 64:,} MACs" in out
    folded = {row["layer"]: row for row in rows(run("show", net, "--depth", "0").out)}
    assert (folded["aux1"]["kind"], folded["aux1"]["head"], folded["aux1"]["params"]) == ("head", "aux1", "68")
    assert "training heads" not in run("show", "alexnet").out


def test_several_inputs_and_outputs_stand_above_the_table(run, spec):
    out = run("show", spec(SHARED)).out
    assert "input left 32x32x16, right 32x32x16; outputs J 32x32x16, L 3; convention" in out
    assert "; outputs" not in run("show", spec(RESNET)).out
    assert run("show", "net.spec", "net.spec").out.count("32x32x3  ") == 2


def test_shared_rows_say_whose_weights_they_have(run, spec):
    net = spec(SHARED)
    said = {row["layer"]: row["params"] for row in rows(run("show", net).out)}
    assert said["R.conv1"] == "= TRUNK.conv1"
    assert said["R.tower.1.conv1"] == "= TRUNK.tower.1.conv1"
    assert said["K.conv2"] == "= conv2"
    assert said["R.conv1.relu"] == said["K"] == ""
    folded = {row["layer"]: row for row in rows(run("show", net, "--depth", "0").out)}
    assert {name: folded[name]["params"] for name in "RK"} == {"R": "= TRUNK", "K": "= J"}
    assert folded["TRUNK"]["MACs"] == folded["R"]["MACs"]
    assert (folded["R"]["kind"], folded["K"]["kind"]) == ("group", "concat relu")
    lines = run("show", net, "--format", "csv", "--columns", "layer,params,shares,head").out.splitlines()
    assert "R.conv1,0,TRUNK.conv1," in lines
    assert "aux1.fc1,68,,aux1" in lines


def test_repeats_and_passes_are_levels(run, spec):
    text = RESNET.split("\nINPUT", maxsplit=1)[0]
    net = spec(f"{text}\nINPUT: 8x8x4\ntower: repeat 3\n  conv 4 1x1\n  basic 4\nfc 2\n")
    (tower, _, _) = rows(run("show", net, "--depth", "0").out)
    assert (tower["layer"], tower["kind"]) == ("tower", "repeat x 3")
    out = run("show", net, "--depth", "1").out
    assert column(out, "layer") == ["tower.0", "tower.1", "tower.2", "fc1"]
    assert column(out, "kind") == ["pass", "pass", "pass", "fc"]
    assert column(run("show", net, "--depth", "2").out, "layer")[:2] == ["tower.0.conv1", "tower.0.basic1"]


def test_a_call_with_postfixes_is_one_level(run, spec):
    block = "block b(c)\n  add\n    - conv c 3x3 pad 1\n    - shortcut\n"
    net = spec(f"{block}INPUT: 8x8x4\nx: b 4 relu dropout\nfc 2\n")
    first = rows(run("show", net, "--depth", "0").out)[0]
    assert (first["layer"], first["kind"]) == ("x", "b relu dropout")
    assert column(run("show", net, "--depth", "1").out, "layer")[:-1] == ["x.conv1", "x.shortcut1", "x.add1", "x.relu"]


def test_names_that_begin_alike_are_one_part_only_where_they_stand_together(run, spec):
    apart = spec("INPUT: 8x8x4\na.x: conv 4 1x1\nb: conv 4 1x1\na.y: conv 4 1x1\na.z: conv 4 1x1\n")
    assert column(run("show", apart, "--depth", "0").out, "layer") == ["a.x", "b", "a.y", "a.z"]
    inner = spec("INPUT: 8x8x4\na.b.x: conv 4 1x1\na.b.y: relu\na.c: conv 4 1x1\nfc 2\n")
    assert column(run("show", inner, "--depth", "0").out, "layer") == ["a", "fc1"]
    assert column(run("show", inner, "--depth", "1").out, "layer") == ["a.b", "a.c", "fc1"]
    assert column(run("show", inner, "--depth", "1").out, "kind") == ["group", "conv", "fc"]
    below = spec("INPUT: 8x8x4\na.x: conv 4 1x1\nJ: concat\n  - a.y: conv 4 1x1\n  - a.z: conv 4 1x1\nfc 2\n")
    assert column(run("show", below, "--depth", "0").out, "layer") == ["a.x", "J", "fc1"]


# Long tables


def test_a_long_table_folds_to_a_screen_and_says_how_to_unfold(run):
    out = run("show", "resnet152").out
    assert len(column(out, "layer")) == 54
    assert len(column(run("show", "resnet152", "--depth", "2").out, "layer")) > 60
    assert "folded to depth 1 of 3: --depth 3 shows all 560 rows" in out
    whole = run("show", "resnet152", "--depth", "3").out
    assert len(column(whole, "layer")) == 560
    assert "folded" not in whole
    dense = run("show", "densenet201").out
    assert len(column(dense, "layer")) == 13
    assert "folded to depth 0 of 3: --depth 3 shows all 804 rows" in dense


def test_what_programs_read_is_whole_unless_a_depth_is_given(run):
    assert len(run("show", "resnet50", "--format", "csv").out.splitlines()) == 187
    assert len(run("show", "resnet50", "--format", "markdown").out.splitlines()) == 189
    assert len(json.loads(run("show", "resnet50", "--format", "json").out)["layers"]) == 186
    assert len(run("show", "resnet50", "--format", "csv", "--depth", "0").out.splitlines()) == 9
    assert len(run("show", "resnet50", "--format", "markdown", "--depth", "0").out.splitlines()) == 11


@pytest.mark.parametrize("lines", ["conv 4 1x1 relu\n" * 40, "conv 4 1x1\n" * 200, "conv 4 1x1 relu\n" * 30])
def test_lines_alone_are_not_folded(run, spec, lines):
    out = run("show", spec(f"INPUT: 8x8x4\n{lines}")).out
    assert len(column(out, "layer")) == lines.count("conv") + lines.count("relu")
    assert "folded" not in out


def test_lines_fold_their_postfixes_where_it_is_asked(run):
    out = run("show", "vgg16-bn", "--depth", "0").out
    assert column(out, "layer")[:3] == ["CONV1_1", "CONV1_2", "POOL1"]
    assert column(out, "kind")[:3] == ["conv bn relu", "conv bn relu", "maxpool"]
    assert column(out, "F/S/P")[:3] == ["3x3/1/1", "3x3/1/1", "2x2/2/0"]


@pytest.mark.parametrize("depth", ["-1", "x", "1.5", "٣", "9999999999"])
def test_a_depth_is_a_number(run, depth):
    status, out, err = run("show", "alexnet", "--depth", depth)
    assert (status, out) == (2, "")
    assert err == f"cnncalc: --depth takes a number of levels, 0 or more, not '{depth}'\n"


def test_behind_an_error_whole_parts_are_folded_and_no_unknown_row_is_hidden(run, spec):
    broken = RESNET.replace("layer2.1: basic 32", "layer2.1: basic 32\nlayer3.0: basic 32\nbad: conv 4 99x99")
    status, out, err = run("show", spec(broken), "--depth", "0")
    assert status == 1
    assert "SHP101" in err
    lines = [line.split() for line in out.splitlines()[3:] if line]
    assert [line[0] for line in lines][1:8] == ["conv1", "layer1", "layer2", "layer3.0", "bad", "gap1", "fc"]
    assert all("?" in line for line in lines[5:8])
    inside = RESNET.replace("conv2: conv c 3x3 pad 1", "conv2: conv c (65-c-s)x3 pad 1")
    _, out, _ = run("show", spec(inside), "--depth", "0")
    names = [line.split()[0] for line in out.splitlines()[4:] if line]
    assert "layer1.0.conv1" in names
    assert "layer1" not in names and "layer1.0" not in names


def test_a_narrow_screen_keeps_names_and_shapes():
    for columns in (80, 60):
        out = terminal("show resnet152", columns, NO_COLOR="1")
        assert max(map(len, out.splitlines())) <= columns
        assert "layer3.35" in out and "14x14x1024" in out
        assert "not shown, for want of width: " in out
        assert "folded to depth 1 of 3: --depth 3 shows all 560 rows" in out
        assert not any(line.strip() == "total" for line in out.splitlines())


# JSON


def test_json_folds_with_its_graph(run, spec):
    found = json.loads(run("show", spec(RESNET), "--depth", "1", "--format", "json").out)
    names = [row["name"] for row in found["layers"]]
    known = {"INPUT"}
    for row in found["layers"]:
        assert set(row["inputs"]) <= known
        known.add(row["name"])
    by_name = {row["name"]: row for row in found["layers"]}
    assert by_name["layer2.0"]["inputs"] == ["layer1.1"]
    assert by_name["layer2.0"]["kind"] == "basic"
    assert (by_name["layer2.0"]["line"], by_name["layer2.0"]["layers"]) == (11, 9)
    assert by_name["layer2.0"]["window"] is None
    assert "layers" not in by_name["gap1"]
    assert sum(row.get("layers", 1) for row in found["layers"]) == 38
    assert found["outputs"] == [names[-1]] == ["fc"]
    for key in ("params", "weights", "buffers", "macs", "flops", "activations"):
        assert sum(row[key] for row in found["layers"]) == found["totals"][key]
    top = cnncalc.load("resnet152").to_dict()
    assert len(top["layers"]) == 560


def test_json_of_heads_and_shared_weights():
    found = cnncalc.loads(SHARED).to_dict()
    by_name = {row["name"]: row for row in found["layers"]}
    assert by_name["R.conv1"]["shares"] == "TRUNK.conv1"
    assert [name for name, row in by_name.items() if "shares" in row] == [
        "R.conv1", "R.conv1.bn", "R.tower.0.conv1", "R.tower.1.conv1", "R.tower.2.conv1", "K.conv1", "K.conv2",
    ]  # fmt: skip
    train, totals = found["totals"]["train"], found["totals"]
    for key in ("params", "weights", "buffers", "macs", "flops", "activations"):
        assert train[key] == sum(row[key] for row in found["layers"])
        assert totals[key] == sum(row[key] for row in found["layers"] if not row["head"])
    assert train["params"] == totals["params"] + 68
    assert found["outputs"] == ["J", "L"]
    assert "train" not in cnncalc.load("alexnet").to_dict()["totals"]


# Whatever the names


@st.composite
def specs(draw):
    """Lines with dotted names, bare, with postfixes, with branches, and groups of them."""
    count = draw(st.integers(1, 8))
    text, used = "INPUT: 4x4x2\n", set()
    for _ in range(count):
        name = ".".join(draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=3)))
        if name in used or any(other.startswith(f"{name}.") or name.startswith(f"{other}.") for other in used):
            continue
        used.add(name)
        body = draw(st.sampled_from((
            "conv 2 1x1", "conv 2 1x1 relu", "add\n  - conv 2 1x1 bn\n  - identity", "\n  relu\n  conv 2 1x1 relu",
            "repeat 2\n  conv 2 1x1", "aux\n  gap\n  fc 3", "\n  0..1: conv 2 1x1 bn\n  k: relu",
        )))  # fmt: skip
        text += f"{name}: {body}\n"
    return f"{text}fc 3\n"


@settings(max_examples=150)
@given(specs())
def test_whatever_the_names_every_layer_is_in_one_row_of_every_depth(text):
    net = analyse(text, "net", "net.spec")
    every = parts(net)
    whole = report(net)
    last = 0
    for depth in range(deepest(every) + 1):
        groups = grouped(net, every, depth)
        assert sorted(id(node) for _, nodes in groups for node in nodes) == sorted(id(node) for node in net)
        shown = report(net, View(depth))
        names = [row.node.name for row in shown.rows]
        assert len(set(names)) == len(names) >= last
        assert all(len({node.head for node in nodes}) == 1 for _, nodes in groups)
        counted = [row.node for row in shown.rows if not row.node.head]
        assert sum(node.params for node in counted) == net.params
        assert sum(node.macs for node in counted) == net.macs
        assert shown.totals == whole.totals
        last = len(names)
    assert last == len(net)
