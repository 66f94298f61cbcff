"""`diff`: which layer is which, what differs, how it reads, and that the differences add up to those of the totals."""

import json
import random
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_cli import terminal

import cnncalc
from cnncalc.analysis import difference
from cnncalc.analysis.difference import CELLS, Item, aligned, common, compare, increasing, matched
from cnncalc.analysis.report import View
from cnncalc.api import analyse
from cnncalc.geometry import Order
from cnncalc.render.changes import share, to_dict
from cnncalc.render.difference import people, percent, titles

FIRST = """\
# First
INPUT: 32x32x3
CONV1: 16 5x5 pad 2 relu
POOL1: maxpool 2x2 stride 2
NORM1: lrn 5
CONV2: 32 3x3 relu
SLOPE: leaky 0.1
D: dropout 0.5
FC: fc 10
"""
SECOND = """\
# Second
INPUT: 32x32x3
CONV1: 16 5x5 pad 2 relu
NORM1: lrn 5
POOL1: maxpool 2x2 stride 2
CONV2: 32 3x3 groups 2 nobias relu
SLOPE: leaky 0.2
EXTRA: conv 32 1x1
D: dropout 0.4
FC: relu
"""
BROKEN = """\
# Broken
INPUT: 32x32x3
CONV1: 16 5x5 pad 2 relu
POOL1: maxpool 90x90 stride 2
NORM1: lrn 5
X: conv 3 3x3
"""
V1 = ("diff", "resnet50", "resnet50", "--set-a", "v1=1")


@pytest.fixture
def specs(tmp_path):
    """The three above as files in the folder that commands run in."""
    for name, text in {"first": FIRST, "second": SECOND, "broken": BROKEN}.items():
        (tmp_path / f"{name}.spec").write_text(text)


def net(text, name="net"):
    """The network of a text, whole or not."""
    return analyse(text, name, name)


def named(found):
    """The names of the pairs, and what differs."""
    return [(pair.a and pair.a.name, pair.b and pair.b.name, pair.differs) for pair in found.pairs]


def chain(*lines):
    """Lines on a map, as a network."""
    return net("INPUT: 16x16x4\n" + "\n".join(lines))


def drawn(found, width, every=False):
    """The lines of a comparison on a screen of so many columns."""
    return [line for _, line in people(found, titles(found, ("A", "B"), View()), Order(), width, every)]


# What people read


def test_vgg16_against_vgg19(run, golden):
    """Simonyan & Zisserman 2015, table 1: E has a convolution more in each of the last three stages."""
    status, out, _ = run("diff", "vgg16", "vgg19")
    assert status == 0
    golden("diff-vgg16-vgg19.txt", out)
    added = [line.split()[1] for line in out.splitlines() if line.startswith("+ CONV")]
    assert added == [f"CONV{i}_4{postfix}" for i in (3, 4, 5) for postfix in ("", ".relu")]
    assert "38 layers in both: 23 equal, 15 not; 6 layers in vgg19 alone" in out
    assert "138,357,544 ->    143,667,240      +5,309,696   +3.8 %" in out


def test_resnet50_as_in_the_paper_against_v15(run, golden):
    """The stride stands in the 3x3 instead of the first 1x1 (He et al. 2016; torchvision): 231,211,008 MACs more."""
    status, out, _ = run(*V1)
    assert status == 0
    golden("diff-resnet50-v1.txt", out)
    assert "3,857,973,248 -> 4,089,184,256  +231,211,008   +6.0 %" in out
    assert "+0     +0 %" in next(line for line in out.splitlines() if line.startswith("params"))
    for stage in (2, 3, 4):
        rows = out.partition(f"- layer{stage}.0.conv1 ")[2].splitlines()
        assert "1x1/2/0" in rows[0] and "1x1/1/0" in rows[1]
    both = [line for line in out.splitlines() if line.startswith("- layer")]
    assert [line.split()[1].split(".", 2)[2] for line in both] == ["conv1", "conv1.bn", "conv1.relu", "conv2"] * 3


@pytest.mark.parametrize("width", [120, 80, 60, 30])
@pytest.mark.parametrize("pair", ["resnet50", "vgg"])
def test_a_narrow_screen_drops_columns_and_says_so(golden, pair, width):
    nets = ("vgg16", {}), ("vgg19", {})
    a, b = (cnncalc.load(*one) for one in (nets if pair == "vgg" else (("resnet50", {"v1": 1}), ("resnet50", {}))))
    found = compare(a, b)
    lines = drawn(found, width)
    text = "\n".join(lines) + "\n"
    assert width < 60 or all(len(line) <= width for line in lines)
    assert ("want of width" in text) == (width < 120)
    if width in (80, 60):
        golden(f"diff-{pair}-{width}.txt", text)
    kept = text.partition("\n\n")[2].partition("\n\n")[0]
    for shape in ("28x28x128", "14x14x512") if pair == "resnet50" and width > 30 else ():
        assert shape in kept


def test_no_column_that_tells_a_difference_goes_before_one_that_does_not():
    a, b = cnncalc.load("resnet50", {"v1": 1}), cnncalc.load("resnet50")
    lines = drawn(compare(a, b), 84)
    assert "params" not in lines[4] and "memory" in lines[4]
    assert "not shown, for want of width: params, place (a pipe shows all)" in lines[-1]


def test_everything_else_that_differs_is_told(run, specs, golden):
    status, out, err = run("diff", "first.spec", "second.spec")
    assert (status, err) == (0, "")
    golden("diff-small.txt", out)
    for note in ("groups 1 -> 2", "nobias no -> yes", "slope 0.1 -> 0.2", "p 0.5 -> 0.4", "reads POOL1 -> CONV1.relu"):
        assert f"      {note}\n" in out


def test_markdown(run, specs, golden):
    status, out, _ = run("diff", "first.spec", "second.spec", "--format", "markdown", "--batch", "8", "--dtype", "bf16")
    assert status == 0
    golden("diff-small.md", out)
    head = out.splitlines()[0]
    assert head == "|  | layer | kind | output | F/S/P | params | MACs | field | memory/B |"
    assert all(line.count("|") == head.count("|") for line in out.partition("\n\n")[0].splitlines())
    assert "| memory in bytes, of a batch of 8 in bfloat16 |  |  |  |  |" in out


def test_a_layer_that_says_the_same_under_another_name(run, tmp_path):
    (tmp_path / "a.spec").write_text("INPUT: 8x8x3\nA: conv 4 3x3\nB: relu\n")
    (tmp_path / "b.spec").write_text("INPUT: 8x8x3\nC: conv 4 3x3\nB: relu\n")
    status, out, _ = run("diff", "a.spec", "b.spec", "--exit-code")
    assert (status, out) == (0, "no difference but the names of 1 layer: 2 layers, 112 params, 3,888 MACs\n")
    every = run("diff", "a.spec", "b.spec", "--all").out.splitlines()
    assert [line[:8].rstrip() for line in every[5:8]] == ["  A", "  -> C", "  B"]


def test_no_difference_is_a_line_with_the_totals(run):
    said = "no difference: 38 layers, 138,357,544 params, 15,470,264,320 MACs\n"
    assert run("diff", "vgg16", "vgg16").out == said
    assert run("diff", "vgg16", "vgg16", "--format", "markdown").out == said
    out = run("diff", "vgg16", "vgg16", "--all").out
    assert "38 layers in both: 38 equal, 0 not\n" in out
    assert "CONV1_1 " in out and "equal layers" not in out


def test_inputs_and_outputs_of_the_networks(run, tmp_path):
    (tmp_path / "a.spec").write_text("x: input 8x8x3\ny: input 8x8x3\nA: relu\nB from x: relu\nO: output from A, B\n")
    (tmp_path / "b.spec").write_text("x: input 8x8x3\ny: input 9x9x3\nA: relu\nB from x: relu\nO: output from B, A\n")
    same = run("diff", "a.spec", "a.spec").out
    assert same.startswith("no difference: ")
    out = run("diff", "a.spec", "b.spec").out
    assert "input x 8x8x3, y 8x8x3 -> x 8x8x3, y 9x9x3; outputs A, B -> B, A; convention" in out


def test_inputs_and_outputs_alone_are_a_difference():
    texts = [f"x: input 8x8x3\ny: input {y}x{y}x3\nA from x: relu\nB from x: relu\nO: output from {o}\n"
             for y, o in ((8, "A, B"), (9, "A, B"), (8, "B, A"))]  # fmt: skip
    one, larger, swapped = map(net, texts)
    assert compare(one, one).same
    for other, at in ((larger, "inputs"), (swapped, "outputs")):
        found = compare(one, other)
        assert all(pair.equal for pair in found.pairs)
        assert (found.same, found.inputs, found.outputs) == (False, at == "inputs", at == "outputs")


def test_inputs_of_other_names_are_matched_in_order():
    one = net("image: input 8x8x3\nextra: input 4\nA from image: relu\nB from extra: relu\n")
    other = net("data: input 8x8x3\nextra: input 4\nA from data: relu\nB from extra: relu\n")
    turned = net("data: input 8x8x3\nextra: input 8x8x3\nA from extra: relu\nB from data: relu\n")
    assert compare(one, other).same
    assert compare(one, turned).pairs[0].differs == ("inputs",)


def test_heads_that_only_train_are_not_in_the_totals():
    lines = "A: conv 4 1x1", "H: aux weight 0.3\n  conv 2 1x1\n  fc 3", "B: relu"
    found = compare(chain(*lines), chain(*lines[::2]))
    assert [pair.a.name for pair in found.pairs if not pair.b] == ["H.conv1", "H.fc1"]
    assert all(change.a == change.b for change in found.totals)
    assert found.totals[0] == ("layers", 2, 2)


def test_from_nothing_is_new_and_only_equals_are_zero_percent():
    assert percent(7, 7) == percent(0, 0) == "+0 %"
    assert percent(0, 5) == "new"
    assert percent(5, 0) == "-100.0 %"
    assert percent(3, 4) == "+33.3 %"
    assert percent(10_000, 10_001) == "+<0.1 %"
    assert percent(10_000, 9_999) == "-<0.1 %"
    assert percent(1, 10**30) == f"+{(10**30 - 1) * 100:,}.0 %"


@given(st.integers(1, 10**12), st.integers(0, 10**12))
def test_percentages_are_rounded_to_a_tenth(a, b):
    exact, said = Fraction(100 * (b - a), a), percent(a, b)
    assert (said[0] == "-") == (b < a)
    if "<" not in said:
        assert abs(Fraction(said.removesuffix(" %").replace(",", "")) - exact) <= Fraction(1, 20)
    else:
        assert 0 < abs(exact) < Fraction(1, 10)


def test_shares_of_whole_numbers_of_any_size():
    assert share(10**400, 2 * 10**400) == 100.0
    assert share(1, 10**400) == 100 * (10**400 - 1)
    assert (share(0, 0), share(0, 1), share(3, 4)) == (0, None, 33.3333)


# How it ends, and what it says of wrong use


def test_the_status_tells_a_difference_where_it_is_asked_to(run, specs):
    assert run("diff", "first.spec", "second.spec").status == 0
    assert run("diff", "first.spec", "second.spec", "--exit-code").status == 1
    assert run("diff", "first.spec", "first.spec", "--exit-code").status == 0
    assert run("diff", "first.spec", "second.spec", "--exit-code", "--format", "json").status == 1


def test_a_spec_with_errors(run, specs, golden):
    status, out, err = run("diff", "first.spec", "broken.spec")
    assert status == 1
    golden("diff-broken.txt", out + "--- stderr\n" + err)
    assert "totals unknown: broken.spec has errors" in out
    assert "error[SHP101 window-exceeds-input]" in err
    assert "5 layers in both: 2 equal, 0 not, 3 unknown; 4 layers in first.spec alone" in out
    both = run("diff", "broken.spec", "broken.spec", "--exit-code")
    assert both.status == 1
    assert both.err.count("error[") == 1
    assert "totals unknown: broken.spec and broken.spec have errors" in both.out


def test_what_an_error_leaves_unknown_is_folded_where_it_is_long(run, tmp_path):
    rows = "".join(f"L{i}: relu\n" for i in range(80))
    (tmp_path / "a.spec").write_text(f"INPUT: 8x8x3\nA: conv 4 3x3\n{rows}")
    (tmp_path / "b.spec").write_text(f"INPUT: 8x8x3\nA: conv 4 9x9\n{rows}")
    out = run("diff", "a.spec", "b.spec").out
    assert "  ... 81 layers that an error leaves unknown\n" in out
    assert run("diff", "a.spec", "b.spec", "--all").out.count("?") == 81 * 6


def test_a_failed_claim_is_an_error_and_the_totals_are_there(run, tmp_path):
    (tmp_path / "claim.spec").write_text("INPUT: 8x8x3\nA: conv 4 3x3 => 8x8x4\n")
    status, out, err = run("diff", "claim.spec", "claim.spec")
    assert (status, out) == (1, "no difference: 1 layer, 112 params, 3,888 MACs\n")
    assert err.count("error[REF101 wrong-shape]") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "which two networks? Type cnncalc diff vgg16 vgg19, or the files of two"),
        (("vgg16",), "vgg16 and which other? Type cnncalc diff vgg16 OTHER; the same twice with --set-b k=128 for one"),
        (("-", "-"), "stdin is read once; name a file for one of the two"),
        (("vgg16", "vgg91"), "vgg91: no file 'vgg91', and no such name in the zoo; did you mean 'vgg11'?"),
        (("vgg16", "vgg19", "--format", "csv"), "--format takes table, json, markdown, not 'csv'"),
        (("vgg16", "vgg19", "--set-a", "k"), "--set-a takes name=value, not 'k'"),
        (
            ("alexnet", "resnet50", "--set", "v1=1"),
            "alexnet: no constant 'v1' to set; the file has none; --set-a and --set-b",
        ),
        (("vgg16", "vgg19", "--set-b", "v1=1"), "vgg19: no constant 'v1' to set; the file has "),
        (("vgg16", "vgg19", "--batch", "0"), "--batch takes a number of samples, at least 1, not '0'"),
        (("vgg16", "vgg19", "--batch", "000"), "--batch takes a number of samples, at least 1, not '000'"),
        (("vgg16", "vgg19", "--batch", "1e3"), "--batch takes a number of samples, at least 1, not '1e3'"),
        (
            ("vgg16", "vgg19", "--batch", "1" + "0" * 15),
            f"--batch takes a number of samples, below 1,000,000,000,000,000, not '1{'0' * 15}'",
        ),
        (("vgg16", "vgg19", "--dtype", "int8"), "--dtype: no dtype is called 'int8'; there are float32"),
        (("vgg16", "vgg19", "--depth", "x"), "--depth takes a number of levels, 0 or more, not 'x'"),
        (("vgg16", "vgg19", "--axes", "HxW"), "--axes takes WxHxC, CxHxW, HxWxC, CxWxH, not 'HxW'"),
        (("vgg16", "vgg19", "--color", "red"), "--color takes auto, always or never, not 'red'"),
        (("vgg16", "vgg19", "--input", "big"), "vgg16: input 'big' is no shape"),
    ],
)
def test_wrong_use_ends_in_one_sentence(run, arguments, message):
    status, out, err = run("diff", *arguments)
    assert (status, out) == (2, "")
    said = [line for line in err.splitlines() if "taken from the zoo" not in line]
    assert len(said) == 1
    assert said[0].startswith(f"cnncalc: {message}")


def test_three_are_too_many(run):
    status, out, err = run("diff", "vgg16", "vgg19", "vgg11")
    assert (status, out) == (2, "")
    assert "vgg11" in err


def test_one_of_the_two_may_be_stdin(run, specs):
    _, out, _ = run("diff", "first.spec", "-", stdin=SECOND.encode())
    assert out.startswith("- first.spec: First\n+ stdin: Second\n")
    assert out.splitlines()[4:] == [
        line.replace("second.spec", "stdin") for line in run("diff", "first.spec", "second.spec").out.splitlines()[4:]
    ]


def test_constants_of_both_and_of_one(run):
    out = run("diff", "alphago", "alphago", "--set", "k=128", "--set-b", "k=256").out
    assert out.startswith("- alphago with k=128: ")
    assert "\n+ alphago with k=256: " in out
    assert run("diff", "alphago", "alphago", "--set", "k=128").out.startswith("no difference: ")


def test_the_shapes_of_both_are_in_one_order(run, tmp_path):
    (tmp_path / "a.spec").write_text("INPUT: 20x10x3\nconv 5 1x3\n")
    (tmp_path / "b.spec").write_text("axes CxHxW\nINPUT: 3x10x20\nconv 6 1x3\n")
    out = run("diff", "a.spec", "b.spec").out
    assert "input INPUT 20x10x3; convention" in out
    assert "20x8x5" in out and "18x10x6" in out
    turned = run("diff", "a.spec", "b.spec", "--axes", "CxHxW").out
    assert "5x8x20" in turned and "6x10x18" in turned


def test_colour_is_for_terminals_that_want_it(tmp_path):
    (tmp_path / "a.spec").write_text(FIRST)
    (tmp_path / "b.spec").write_text(SECOND)
    line = f"diff {tmp_path}/a.spec {tmp_path}/b.spec"
    painted = terminal(line, 120)
    assert "\x1b[31m- CONV2" in painted and "\x1b[32m+" in painted
    plain = terminal(line, 120, NO_COLOR="1")
    assert "\x1b[" not in plain
    assert "\x1b[" not in terminal(f"{line} --color never", 120)
    narrow = terminal(line, 60, NO_COLOR="1")
    assert max(map(len, table(narrow.splitlines()))) <= 60
    assert "not shown, for want of width" in narrow


def test_nothing_from_a_spec_steers_the_terminal(run, tmp_path):
    (tmp_path / "a.spec").write_text("# \x1b[2Jtitle\nINPUT: 8x8x3\nA: conv 4 3x3\n")
    (tmp_path / "b.spec").write_text("# \x1b]0;x\x07\nINPUT: 8x8x3\nA: conv 5 3x3\n")
    for form in ("table", "json", "markdown"):
        _, out, err = run("diff", "a.spec", "b.spec", "--format", form)
        assert not any(ord(c) < 32 and c != "\n" for c in out + err), form


# For programs


def test_json(run, specs, golden):
    status, out, _ = run("diff", "first.spec", "second.spec", "--format", "json")
    assert status == 0
    golden("diff-small.json", "".join(line for line in out.splitlines(True) if line[:5] not in (' "a":', ' "b":')))
    found = json.loads(out)
    assert list(found) == ["schema", "convention", "batch", "dtype", "same", "a", "b", "layers", "totals"]
    assert (found["schema"], found["batch"], found["dtype"], found["same"]) == (1, 1, "float32", False)
    assert (found["a"]["name"], found["b"]["name"]) == ("first", "second")
    assert found["a"]["totals"] == cnncalc.loads(FIRST).to_dict()["totals"]
    params = found["totals"]["params"]
    assert params == {"a": 68586, "b": 4576, "delta": -64010, "percent": -93.3281}
    assert found["totals"]["receptive_field"]["layers"] == ["D", "FC"]
    layers = {layer["b"]: layer for layer in found["layers"]}
    assert layers["CONV2"]["arguments"] == {"groups": ["1", "2"], "nobias": ["0", "1"]}
    assert layers["CONV2"]["params"] == [4640, 2304]
    assert (layers["EXTRA"]["a"], layers["EXTRA"]["output"]) == (None, [None, [32, 14, 14]])


def test_json_says_of_both_what_show_says(run):
    found = json.loads(run(*V1, "--format", "json", "--batch", "2").out)
    for side, options in (("a", ("--set", "v1=1")), ("b", ())):
        shown = json.loads(run("show", "resnet50", *options, "--format", "json", "--batch", "2").out)
        own = found[side]
        assert own.pop("set") == ({"v1": 1} if options else {})
        assert own == {key: shown[key] for key in own}
        at = "ab".index(side)
        rows = [
            {
                key: layer[key][at]
                for key in ("params", "weights", "buffers", "macs", "flops", "output", "window", "inputs")
            }
            for layer in found["layers"]
        ]
        assert rows == [{key: layer[key] for key in rows[0]} for layer in shown["layers"]]
        assert [layer[side] for layer in found["layers"]] == [layer["name"] for layer in shown["layers"]]


def test_a_receptive_field_that_is_no_whole_number(run, tmp_path):
    """Behind an adaptive pool the mean jump may be a fraction, and the size of what slides over it as well."""
    for name, more in (("a", ""), ("b", "conv 4 3x3\n")):
        (tmp_path / f"{name}.spec").write_text(f"INPUT: 7x7x4\nadaptive avgpool 5x5\nconv 4 3x3\n{more}")
    said = " ".join(run("diff", "a.spec", "b.spec").out.split())
    assert "receptive field 29/5 -> 43/5 +14/5 +48.3 % at conv1 -> conv2" in said
    field = json.loads(run("diff", "a.spec", "b.spec", "--format", "json").out)["totals"]["receptive_field"]
    assert (field["delta"], field["percent"]) == (["14/5"] * 2, [48.2759] * 2)


def test_json_of_a_spec_with_errors(run, specs):
    status, out, _ = run("diff", "broken.spec", "first.spec", "--format", "json")
    found = json.loads(out)
    assert (status, found["totals"], found["same"]) == (1, None, False)
    assert [finding["code"] for finding in found["a"]["diagnostics"]] == ["SHP101"]
    assert (found["a"]["totals"], found["b"]["totals"]["params"]) == (None, 68586)
    unknown = {layer["a"]: layer for layer in found["layers"]}["POOL1"]
    assert (unknown["differs"], unknown["output"]) == (["unknown"], [None, [16, 16, 16]])


def test_the_last_map_of_nets_of_other_ranks(run, tmp_path):
    (tmp_path / "a.spec").write_text("INPUT: 16x4\nconv 4 3\n")
    (tmp_path / "b.spec").write_text("INPUT: 16x12x4\nconv 4 3x5\n")
    (tmp_path / "c.spec").write_text("INPUT: 16\nfc 4\n")
    assert "receptive field 3 -> 3w x 5h at conv1" in " ".join(run("diff", "a.spec", "b.spec").out.split())
    found = json.loads(run("diff", "a.spec", "b.spec", "--format", "json").out)["totals"]["receptive_field"]
    assert found == {"a": [3], "b": [5, 3], "delta": None, "percent": None, "layers": ["conv1", "conv1"]}
    assert "receptive field 3 -> none at conv1 -> none" in " ".join(run("diff", "a.spec", "c.spec").out.split())
    assert "receptive field" not in run("diff", "c.spec", "c.spec", "--all").out


# Which is which


def test_names_first_then_kinds_by_their_place():
    a = chain("A: conv 8 3x3 pad 1", "B: relu", "C: conv 8 3x3 pad 1", "D: relu", "E: maxpool 2x2 stride 2")
    b = chain("A: conv 8 3x3 pad 1", "Q: conv 8 3x3 pad 1", "R: relu", "E: maxpool 2x2 stride 2")
    found = [(x, y) for x, y, _ in named(compare(a, b))]
    assert found == [("A", "A"), ("B", None), ("C", "Q"), ("D", "R"), ("E", "E")]


def test_by_place_what_has_the_same_numbers_comes_before_what_is_of_one_kind():
    a = chain("A: conv 4 1x1", "B: conv 16 3x3", "C: conv 8 1x1")
    b = chain("X: conv 16 3x3", "Y: conv 9 1x1")
    assert [(x, y) for x, y, _ in named(compare(a, b))] == [("A", None), ("B", "X"), ("C", "Y")]
    b = chain("W: conv 5 1x1", "X: conv 17 3x3")
    assert [(x, y) for x, y, _ in named(compare(a, b))] == [("A", "W"), ("B", "X"), ("C", None)]


def test_layers_of_one_name_are_one_even_of_two_kinds_and_in_another_order():
    a = chain("A: conv 8 1x1", "B: relu", "C: maxpool 2x2 stride 2", "D: lrn 5")
    b = chain("A: conv 8 1x1", "D: relu", "B: relu", "C: maxpool 2x2 stride 2")
    found = named(compare(a, b))
    assert [(x, y) for x, y, _ in found] == [("A", "A"), ("B", "B"), ("C", "C"), ("D", "D")]
    assert found[-1][2][:2] == ("kind", "output")
    assert found[1][2] == ("inputs",)


def test_what_is_added_is_no_other_input_of_what_follows():
    a = chain("A: conv 4 1x1", "B: relu")
    b = chain("A: conv 4 1x1", "N: bn", "B: relu")
    assert named(compare(a, b)) == [("A", "A", ()), (None, "N", ()), ("B", "B", ())]


def test_other_wiring_shares_and_heads_differ():
    a = chain("A: conv 4 1x1", "B: conv 4 1x1", "C from A: relu", "D from B: share A")
    b = chain("A: conv 4 1x1", "B: conv 4 1x1", "C from B: relu", "D from B: share B")
    assert named(compare(a, b)) == [("A", "A", ()), ("B", "B", ()), ("C", "C", ("inputs",)), ("D", "D", ("shares",))]
    found = compare(chain("A: conv 4 1x1", "D: conv 4 1x1"), chain("A: conv 4 1x1", "D: share A"))
    assert set(found.pairs[-1].differs) == {"params", "biases", "shares"}
    lines = drawn(found, 200)
    assert "      weights of its own -> of A" in lines
    assert any("20" in line and line.startswith("- D") for line in lines)
    assert any(line.split() == ["+", "=", "A"] for line in lines)
    heads = "A: relu", "H: aux weight 0.3\n  G: fc 4"
    found = compare(chain(*heads), chain(heads[0], "H:\n  G: fc 4"))
    assert "head" in next(pair for pair in found.pairs if pair.a and "G" in pair.a.name).differs


def test_the_fold_of_a_part_with_another_layer_in_it_differs(run, tmp_path):
    for name, more in (("a", ""), ("b", "  identity\n")):
        (tmp_path / f"{name}.spec").write_text(f"INPUT: 8x8x3\nG:\n  conv 4 3x3\n{more}  relu\nconv 4 1x1\n")
    status, out, _ = run("diff", "a.spec", "b.spec", "--depth", "0", "--exit-code")
    assert status == 1
    assert "      differs in layers\n" in out
    assert "1 layer in b.spec alone" in run("diff", "a.spec", "b.spec").out


def test_one_number_for_every_axis_is_no_difference_of_maps_with_more_axes():
    line = "A: conv 4 3 dilation {}\nB: upsample {}\nC: zeropad 1:2\nD: crop 1\nE: conv 4 3 pad 1 reflect\n"
    flat = net("INPUT: 32x32x3\n" + line.format(2, 2))
    for along, said in ((line.format(2, 2), []), (line.format(3, 2), ["      dilation 2 -> 3"])):
        every = drawn(compare(flat, net("INPUT: 32x3\n" + along)), 200)
        assert [text for text in every if text.startswith("      ")] == said


def test_arguments_that_no_column_tells():
    a = chain("A: conv 4 3x3 pad 1", "B: upsample 2 nearest", "C: conv 4 3x3 pad 2 dilation 2", "D: relu")
    b = chain("A: conv 4 3x3 pad 1 reflect", "B: upsample 2 bilinear", "C: conv 4 3x3 pad 1", "D: relu")
    found = compare(a, b)
    said = "\n".join(drawn(found, 200))
    assert "      pad 1 zeros -> 1 reflect\n" in said
    assert "      nearest yes -> no\n      bilinear no -> yes\n" in said
    assert "      dilation 2 -> 1\n" in said
    assert "      pad 2" not in said
    wider = drawn(compare(chain("A: conv 4 3x3"), chain("A: conv 8 5x5")), 200)
    assert not any(line.startswith("      ") for line in wider)


def brute(a, b):
    """The length of a longest common subsequence, by the textbook's table."""
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i + 1][j + 1] = table[i][j] + 1 if x == y else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


def rising(pairs):
    """Whether pairs are in order in both."""
    return all(i < k and j < m for (i, j), (k, m) in pairwise(pairs))


WORDS = st.lists(st.integers(0, 3), max_size=14)


@given(WORDS, WORDS)
def test_a_longest_common_subsequence(a, b):
    found = common(a, b)
    assert rising(found)
    assert all(a[i] == b[j] for i, j in found)
    assert len(found) == brute(a, b)


@given(st.permutations(range(9)))
def test_the_longest_run_of_names_in_order(places):
    pairs = list(enumerate(places))
    found = increasing(pairs)
    assert rising(found)
    assert set(found) <= set(pairs)
    assert len(found) == brute(range(9), places)


@given(WORDS, WORDS, st.integers(1, 30))
def test_long_stretches_are_searched_in_parts(a, b, cells):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(difference, "CELLS", cells)
        found = aligned(range(len(a)), range(len(b)), a.__getitem__, b.__getitem__)
    assert rising(found)
    assert all(a[i] == b[j] for i, j in found)


def test_thousands_of_layers():
    """Without a table of all pairs of layers: 400 million of them, and 5,000 gaps between names."""
    assert CELLS < 20_000**2
    many = random.Random(1)
    a, b = ([many.randrange(5) for _ in range(20_000)] for _ in range(2))
    found = aligned(range(20_000), range(20_000), a.__getitem__, b.__getitem__)
    assert rising(found) and len(found) > 10_000
    left = [Item(f"a{i}" if i % 2 else f"same{i}", 0, i) for i in range(10_000)]
    right = [Item(f"b{i}" if i % 2 else f"same{i}", 0, i) for i in range(10_000)]
    assert matched(left, right) == ([(i, i) for i in range(10_000)], [])


# Of any two networks

KINDS = (
    "conv 4 1x1", "conv 8 3x3 pad 1", "conv 4 3x3 stride 2 pad 1", "conv 8 1x1 groups 2 nobias relu", "relu", "bn",
    "maxpool 2x2 stride 2 ceil", "dropout 0.3", "dropout 0.4", "lrn 5", "identity", "conv 4 1x1 bn relu",
    "add\n  - conv 4 1x1\n  - conv 4 3x3 pad 1", "conv 4 3x3 pad 2 dilation 2", "aux weight 0.3\n  conv 2 1x1\n  fc 3",
)  # fmt: skip
NAMES = [f"L{i}" for i in range(12)]
LINES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(KINDS)), max_size=9, unique_by=lambda line: line[0])


def built(lines):
    """The network of named lines."""
    return chain(*(f"{name}: {kind}" for name, kind in lines), "END: conv 4 1x1")


@settings(max_examples=60)
@given(LINES, LINES, st.sampled_from((None, None, 0, 1)))
def test_every_layer_once_and_differences_that_add_up(a, b, depth):
    view = View(depth, 0, 2, "float16")
    nets = built(a), built(b)
    assert all(one.complete for one in nets)
    found = compare(*nets, view)
    for at in (0, 1):
        rows = [row.node.name for row in found.known[at].rows]
        seen = [pair[at].name for pair in found.pairs if pair[at]]
        assert sorted(seen) == sorted(rows)
        assert seen == rows if at == 0 else True
    assert {p.a.name for p in found.pairs if p.a and p.b and not p.renamed} == set.intersection(
        *({row.node.name for row in known.rows} for known in found.known)
    )
    assert all(pair.a.kind == pair.b.kind for pair in found.pairs if pair.renamed)
    for change in found.totals[1:]:
        deltas = [fact(pair.b, change.name) - fact(pair.a, change.name) for pair in found.pairs]
        assert sum(deltas) == change.b - change.a, change.name
    kept = {change.name: change.b - change.a for change in found.memory}
    assert sum(fact(p.b, "memory") - fact(p.a, "memory") for p in found.pairs) == kept["activations"]


def fact(side, name):
    """A number of a layer that counts in the totals."""
    if not side or side.row.node.head:
        return 0
    node = side.row.node
    own = {"weights": node.params - node.biases, "flops": node.work.flops, "memory": side.memory}
    return own[name] if name in own else getattr(node, name)


@settings(max_examples=60)
@given(LINES, st.sampled_from((None, 0)))
def test_a_network_does_not_differ_from_itself(lines, depth):
    one, other = built(lines), built(lines)
    for found in (compare(one, one, View(depth)), compare(one, other, View(depth))):
        assert found.same
        assert all(pair.equal and not pair.renamed for pair in found.pairs)
        assert [line[:14] for line in drawn(found, 80)] == ["no difference:"]


@settings(max_examples=60)
@given(LINES, LINES)
def test_the_other_way_round_it_is_its_mirror(a, b):
    nets = built(a), built(b)
    one, other = compare(*nets), compare(*reversed(nets))
    assert sorted(map(str, named(one))) == sorted(str((x, y, z)) for y, x, z in named(other))
    assert [(c.name, c.a, c.b) for c in one.totals] == [(c.name, c.b, c.a) for c in other.totals]
    assert one.same == other.same
    assert one.last == other.last[::-1]


@settings(max_examples=40)
@given(LINES, LINES, st.integers(30, 140), st.booleans())
def test_no_cell_is_cut_at_any_width(a, b, width, every):
    found = compare(built(a), built(b))
    wide, narrow = ({word for row in table(drawn(found, w, every)) for word in row.split()} for w in (1 << 20, width))
    assert narrow <= wide | {"->", "~"}


def table(lines):
    """The rows of the layers' table, without what folds and notes say."""
    blanks = [i for i, line in enumerate(lines) if not line]
    rows = lines[blanks[0] : blanks[1]] if blanks else []
    return [row for row in rows if "..." not in row and (row[:1] in "-+~" or row[2:3] != " ")]


@settings(max_examples=40)
@given(LINES, LINES)
def test_json_of_any_two(a, b):
    nets = built(a), built(b)
    found = compare(*nets)
    said = json.loads(json.dumps(to_dict(found, ((), ()), View())))
    assert [(layer["a"], layer["b"], tuple(layer["differs"])) for layer in said["layers"]] == named(found)
    keys = ("kind", "output", "params", "macs", "flops", "memory", "receptive_field", "head")
    for layer in said["layers"]:
        both = layer["a"] is not None and layer["b"] is not None
        other = {key for key in keys if both and layer[key][0] != layer[key][1]}
        assert other == set(layer["differs"]) & set(keys)
