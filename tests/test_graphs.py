"""Branches, blocks, groups, references, shared weights and heads: section 5 of the language, sentence by sentence.

`wired` writes a network as `NAME kind SHAPE < INPUTS`, worked out by hand for each small spec.
"""

import pytest
from ending import ending

from cnncalc.analysis.receptive_field import fields
from cnncalc.api import analyse, loads
from cnncalc.lint.claims import checked, unheld
from cnncalc.source import Limits

INPUT = "INPUT: 8x8x4\n"


def network(text, **options):
    """The whole network of a text that has no error."""
    net = analyse(text, "spec", "spec.spec", **options)
    assert not net.findings, [(f.span[:2], f.message) for f in net.findings]
    return net


def wired(text, **options):
    """Every layer of a text as `NAME kind SHAPE < INPUTS`, in the order of execution."""
    net = network(text, **options)
    return [f"{n.name} {n.kind} {net.order.text(n.output)} < {', '.join(x.name for x in n.inputs)}" for n in net]


def shaped(text, **options):
    """Every layer of a text as `NAME SHAPE`."""
    net = network(text, **options)
    return [f"{n.name} {net.order.text(n.output)}" for n in net]


def holds(text, *expectations, **options):
    """Each of these expectations holds of a text."""
    net = network(text + "".join(f"\nexpect {e}" for e in expectations), **options)
    assert [f.message for f in net.diagnostics if f.code.code.startswith("REF")] == []
    assert checked(net) >= len(expectations)


def codes(text):
    """`CODE line:column` of what is wrong with a text."""
    return [f"{f.code.code} {f.span.line}:{f.span.column}" for f in analyse(text, "spec", "spec.spec").findings]


def sizes(text):
    """The receptive field of every layer: its size on the first axis, or "whole"."""
    return {name: getattr(seen, "size", (seen,))[0] for name, seen in fields(network(text)).items()}


# Branches

INCEPTION = """\
3a: concat
  - conv 6 1x1 relu
  - conv 4 1x1 relu; conv 8 3x3 pad 1 relu
  - conv 2 1x1 relu
    conv 3 5x5 pad 2 relu
  - maxpool 3x3 stride 1 pad 1; conv 5 1x1 relu
"""


def test_branches_begin_at_what_comes_in_and_the_join_stands_behind_them():
    assert wired(INPUT + INCEPTION) == [
        "conv1 conv 8x8x6 < INPUT",
        "conv1.relu relu 8x8x6 < conv1",
        "conv2 conv 8x8x4 < INPUT",
        "conv2.relu relu 8x8x4 < conv2",
        "conv3 conv 8x8x8 < conv2.relu",
        "conv3.relu relu 8x8x8 < conv3",
        "conv4 conv 8x8x2 < INPUT",
        "conv4.relu relu 8x8x2 < conv4",
        "conv5 conv 8x8x3 < conv4.relu",
        "conv5.relu relu 8x8x3 < conv5",
        "maxpool1 maxpool 8x8x4 < INPUT",
        "conv6 conv 8x8x5 < maxpool1",
        "conv6.relu relu 8x8x5 < conv6",
        "3a concat 8x8x22 < conv1.relu, conv3.relu, conv5.relu, conv6.relu",
    ]
    params = 30 + (20 + 296) + (10 + 153) + 25
    holds(INPUT + INCEPTION, f"params(3a) = {params}", "params(conv3) = 296", "rf(3a) = 5", f"params = {params}")


def test_a_branch_layer_is_known_by_its_place_as_well():
    text = INPUT + INCEPTION
    holds(text, "params(3a.1.0) = 20", "params(3a.1.1) = 296", "params(3a.3.1) = 25", "params(3a.3) = 25")
    assert wired(f"{text}S: concat from 3a.0.0, 3a.1, 3a.2.0")[-1] == (
        "S concat 8x8x16 < conv1.relu, conv3.relu, conv4.relu"
    )
    assert wired(f"{text}from 3a.1.0\nconv 2 1")[-1] == "conv7 conv 8x8x2 < conv2.relu"
    assert codes(f"{text}from 3a.4\nrelu") == ["SYN110 8:6"]
    assert codes(f"{text}from 3a.1.2\nrelu") == ["SYN110 8:6"]


def test_the_line_below_a_join_reads_the_join():
    assert wired(INPUT + INCEPTION + "conv 7 1x1")[-1] == "conv7 conv 8x8x7 < 3a"


def test_joins_take_postfixes_and_claims():
    text = f"{INPUT}J: add relu dropout 0.5 => 8x8x4, 20 params, rf 1\n  - conv 4 1x1\n  - identity\n"
    assert wired(text) == [
        "conv1 conv 8x8x4 < INPUT",
        "identity1 identity 8x8x4 < INPUT",
        "J add 8x8x4 < conv1, identity1",
        "J.relu relu 8x8x4 < J",
        "J.dropout dropout 8x8x4 < J.relu",
    ]
    holds(text, "params(J) = 20", "params(J.add) = 0", "macs(J) = 1024", "activations(J) = 1024")
    assert [f.code.code for f in network(text.replace("8x8x4, 20", "8x8x5, 21")).diagnostics] == ["REF101", "REF102"]


def test_joins_nest_and_names_count_in_the_order_of_the_text():
    text = """\
concat
  - conv 1 1
    add
      - conv 1 1
      - concat
          - conv 1 1
  - conv 2 1
concat from concat1, add1, concat2
"""
    assert wired(INPUT + text) == [
        "conv1 conv 8x8x1 < INPUT",
        "conv2 conv 8x8x1 < conv1",
        "conv3 conv 8x8x1 < conv1",
        "concat2 concat 8x8x1 < conv3",
        "add1 add 8x8x1 < conv2, concat2",
        "conv4 conv 8x8x2 < INPUT",
        "concat1 concat 8x8x3 < add1, conv4",
        "concat3 concat 8x8x5 < concat1, add1, concat2",
    ]


def test_a_bullet_belongs_to_the_join_above_it_whose_line_begins_to_its_left():
    text = """\
add
        - concat
            - conv 2 1
            - conv 2 1
          relu
        - conv 4 1
"""
    assert wired(INPUT + text)[2:] == [
        "concat1 concat 8x8x4 < conv1, conv2",
        "relu1 relu 8x8x4 < concat1",
        "conv3 conv 8x8x4 < INPUT",
        "add1 add 8x8x4 < relu1, conv3",
    ]
    assert codes(f"{INPUT}add\n- identity") == ["SYN116 3:1"]


def test_a_join_behind_a_semicolon_takes_the_branches_below():
    assert wired(f"{INPUT}relu; add\n  - identity; relu\n  - identity")[-1] == "add1 add 8x8x4 < relu2, identity2"


def test_a_branch_that_hands_on_its_input_is_written_identity():
    [finding] = analyse(f"{INPUT}add\n  -\n  - relu", "spec", "spec.spec").findings
    assert (finding.code.code, finding.message) == ("SYN108", "the branch is empty")
    assert "- identity" in finding.hint


def test_a_join_of_one_branch_passes_it_on():
    node = network(f"{INPUT}add\n  - conv 4 1").nodes[-1]
    assert (node.macs, node.work.flops, node.activations, node.output.dims) == (0, 0, 0, (4, 8, 8))


def test_joins_of_one_branch_in_each_other_each_read_their_own():
    """Their lines say the same of the same shapes, and read other layers."""
    net = loads("INPUT: 8x8x3\nadd\n  - add\n    - relu\n  - add\n    - add\n      - tanh\nadd\n  - abs")
    reads = {node.name: [x.name for x in node.inputs] for node in net if node.kind == "add"}
    assert reads == {"add2": ["relu1"], "add4": ["tanh1"], "add3": ["add4"], "add1": ["add2", "add3"], "add5": ["abs1"]}


def test_a_row_of_branches_in_one_line_of_text_may_carry_on_below():
    text = "add\n  - relu; conv 4 1\n    bn\n    tanh\n  - identity"
    assert wired(INPUT + text)[3] == "tanh1 tanh 8x8x4 < bn1"


# What joins compute


def test_add_never_broadcasts():
    assert codes(f"{INPUT}add\n  - conv 1 1\n  - identity") == ["SHP115 2:1"]
    assert codes(f"{INPUT}add\n  - gap\n  - identity") == ["SHP115 2:1"]
    assert codes(f"{INPUT}add\n  - conv 4 1 stride 2\n  - identity")[0] == "SHP115 2:1"


def test_scale_without_a_number_multiplies_and_repeats_axes_of_1():
    for branch, shape in (("gap", "8x8x4"), ("conv 1 1", "8x8x4"), ("conv 1 8x1", "8x8x4"), ("fc 4", "8x8x4")):
        assert shaped(f"{INPUT}scale\n  - identity\n  - {branch}")[-1] == f"scale1 {shape}"
    assert shaped(f"{INPUT}scale\n  - gap; conv 1 1\n  - identity")[-1] == "scale1 8x8x4"
    assert codes(f"{INPUT}scale\n  - conv 2 1\n  - identity") == ["SHP115 2:1"]
    assert codes(f"{INPUT}scale 2\n  - identity\n  - identity") == ["SHP108 2:7"]
    assert shaped(f"{INPUT}scale 2\nscale from INPUT, scale1 scale 3")[1:] == ["scale2 8x8x4", "scale2.scale 8x8x4"]


def test_concat_joins_channels_in_order_and_takes_any_number_of_them():
    assert wired(f"{INPUT}concat\n  - conv 3 1\n  - conv 1 1\n  - identity")[-1] == (
        "concat1 concat 8x8x8 < conv1, conv2, identity1"
    )
    assert codes(f"{INPUT}concat\n  - conv 3 1 stride 3\n  - identity")[0] == "SHP115 2:1"


def test_fc_gives_a_map_of_one_cell_where_a_join_needs_it():
    assert shaped(f"{INPUT}concat\n  - gap\n  - fc 10")[-1] == "concat1 1x1x14"
    assert shaped(f"{INPUT}concat\n  - fc 10\n  - gap")[-1] == "concat1 1x1x14"
    assert shaped(f"{INPUT}add\n  - fc 10\n  - fc 10")[-1] == "add1 10"
    assert codes(f"{INPUT}concat\n  - fc 10\n  - identity") == ["SHP115 2:1"]


def test_the_work_of_joins():
    for join, adds, muls in (("add", 2 * 256, 0), ("scale", 0, 2 * 256), ("concat", 0, 0)):
        work = network(f"{INPUT}{join} from INPUT, INPUT, INPUT").nodes[0].work
        assert (work.adds, work.muls, work.macs) == (adds, muls, 0)


# Shortcuts


def test_a_shortcut_of_the_same_channels_and_stride_1_is_an_identity():
    text = f"{INPUT}add\n  - conv 9 3x3 pad 1\n    conv 4 3x3 pad 1\n  - shortcut"
    assert wired(text)[2:] == ["shortcut1 identity 8x8x4 < INPUT", "add1 add 8x8x4 < conv2, shortcut1"]
    assert network(text)["shortcut1"].activations == 0


@pytest.mark.parametrize(
    "order", [("- conv 6 3x3 stride 2 pad 1", "- shortcut"), ("- shortcut", "- conv 6 3x3 stride 2 pad 1")]
)
def test_else_it_is_a_projection_fitted_to_the_other_branch_wherever_it_stands(order):
    net = network("INPUT: 7x7x4\nadd\n  " + "\n  ".join(order))
    assert {n.name: (n.kind, n.output.dims, n.params, n.macs) for n in net} == {
        "conv1": ("conv", (6, 4, 4), 222, 16 * 216),
        "shortcut1": ("conv", (6, 4, 4), 24, 16 * 24),
        "shortcut1.bn": ("bn", (6, 4, 4), 12, 0),
        "add1": ("add", (6, 4, 4), 0, 0),
    }
    names = [x.name for x in net["add1"].inputs]
    assert names == (["conv1", "shortcut1.bn"] if order[1] == "- shortcut" else ["shortcut1.bn", "conv1"])


def test_its_stride_is_the_product_of_those_on_the_first_other_branch_and_never_guessed_from_sizes():
    text = "INPUT: 16x16x4\nadd\n  - {}\n  - shortcut"
    for branch, stride in (
        ("conv 8 3x3 stride 2 pad 1; maxpool 2", (4, 4)),
        ("conv 8 1x1 stride 4x2", (2, 4)),
        ("conv 8 1x1 stride 2 => 8x8x8; upsample 2; conv 8 1 stride 2", (2, 2)),
        ("concat; conv 8 1x1", None),
    ):
        if stride:
            net = network(text.format(branch.replace("; ", "\n    ")))
            assert net["shortcut1"].layer.stride == stride
    # 15 is no half of 16: a branch that shrinks without a stride is no stride of 1.07
    assert codes("INPUT: 16x16x4\nadd\n  - conv 8 2x2\n  - shortcut") == ["SHP115 2:1"]
    # of two branches the first counts
    three = "INPUT: 16x16x4\nadd\n  - conv 8 1 stride {}\n  - conv 8 1 stride 2\n  - shortcut"
    assert network(three.format(2))["shortcut1"].layer.stride == (2, 2)
    assert codes(three.format(1))[0] == "SHP115 2:1"


def test_a_shortcut_around_an_inner_join_follows_its_first_branch():
    text = "add\n  - concat\n      - conv 2 1 stride 2\n      - maxpool 2\n    conv 8 1\n  - shortcut"
    net = network(INPUT + text)
    assert (net["shortcut1"].layer.stride, net["shortcut1"].output.dims) == ((2, 2), (8, 4, 4))


def test_shortcut_pad_takes_every_s_th_cell_and_channels_of_zeros():
    text = f"{INPUT}add relu\n  - conv 6 3x3 stride 2 pad 1\n  - shortcut pad"
    net = network(text)
    assert wired(text)[1:3] == ["shortcut1 shortcut 4x4x6 < INPUT", "add1 add 4x4x6 < conv1, shortcut1"]
    assert (net["shortcut1"].params, net["shortcut1"].macs, net["shortcut1"].activations) == (0, 0, 96)
    assert wired(f"{INPUT}add\n  - conv 4 1\n  - shortcut pad")[1] == "shortcut1 identity 8x8x4 < INPUT"
    assert codes(f"{INPUT}add\n  - conv 3 1\n  - shortcut pad") == ["SHP116 4:14"]


def test_shortcut_none_is_no_branch_where_shapes_differ():
    assert wired(f"{INPUT}add\n  - conv 4 3x3 pad 1\n  - shortcut none")[1:] == [
        "shortcut1 identity 8x8x4 < INPUT",
        "add1 add 8x8x4 < conv1, shortcut1",
    ]
    for branch, shape in (("conv 6 1", "8x8x6"), ("conv 4 1 stride 7", "2x2x4")):
        assert wired(f"{INPUT}add\n  - {branch}\n  - shortcut none")[1:] == [f"add1 add {shape} < conv1"]
        assert wired(f"{INPUT}add\n  - shortcut none\n  - {branch}")[1:] == [f"add1 add {shape} < conv1"]


def test_shortcuts_on_vectors_and_1_d_and_3_d_maps():
    assert wired("INPUT: 10\nadd\n  - fc 20\n  - shortcut")[1:] == [
        "shortcut1 fc 20 < INPUT",
        "shortcut1.bn bn 20 < shortcut1",
        "add1 add 20 < fc1, shortcut1.bn",
    ]
    assert shaped("INPUT: 10\nadd\n  - fc 25\n  - shortcut pad")[1:] == ["shortcut1 25", "add1 25"]
    assert shaped("INPUT: 10\nadd\n  - fc 10\n  - shortcut") == ["fc1 10", "shortcut1 10", "add1 10"]
    assert shaped("INPUT: 10\nadd\n  - fc 20\n  - shortcut none") == ["fc1 20", "add1 20"]
    assert shaped("INPUT: 9x3\nadd\n  - conv 5 3 stride 2 pad 1\n  - shortcut pad")[1] == "shortcut1 5x5"
    assert shaped("INPUT: 9x8x7x2\nadd\n  - conv 4 1 stride 3x2x1\n  - shortcut")[1] == "shortcut1 3x4x7x4"


def test_a_shortcut_has_a_name_postfixes_claims_and_may_be_frozen():
    text = "INPUT: 9x3\nadd\n  - conv 5 3 stride 2 pad 1\n  - down: shortcut frozen relu => 5x5"
    assert wired(text)[1:4] == ["down conv 5x5 < INPUT", "down.bn bn 5x5 < down", "down.relu relu 5x5 < down.bn"]
    holds(text, "params(down) = 0", "buffers(down) = 15 + 21", "params(down.conv) = 0", "macs(down) = 75")
    assert wired(f"{text}\nfrom down\nrelu")[-1] == "relu1 relu 5x5 < down.relu"


def test_a_shortcut_may_begin_elsewhere():
    text = f"{INPUT}X: conv 3 1\nconv 5 1\nadd\n  - conv 6 1 stride 7\n  - shortcut from X\n  - d from INPUT: shortcut"
    assert wired(text)[3:] == [
        "shortcut1 conv 2x2x6 < X",
        "shortcut1.bn bn 2x2x6 < shortcut1",
        "d conv 2x2x6 < INPUT",
        "d.bn bn 2x2x6 < d",
        "add1 add 2x2x6 < conv2, shortcut1.bn, d.bn",
    ]


def test_what_a_shortcut_cannot_follow_is_refused():
    assert codes(f"{INPUT}shortcut") == ["SYN116 2:1"]
    assert codes(f"{INPUT}add\n  - shortcut") == ["SYN116 3:5"]
    assert codes(f"{INPUT}add\n  - shortcut none\n  - shortcut") == ["SYN116 3:5"]
    assert codes(f"{INPUT}add\n  - deconv 4 2 stride 2\n  - shortcut") == ["SHP116 4:5"]
    assert codes(f"{INPUT}add\n  - conv 6 1\n  - shortcut pad none") == ["SHP108 4:18"]


# References


def test_from_names_earlier_layers_with_commas_or_and():
    text = "A: conv 3 1\nB: conv 3 1\nC: conv 3 1 relu\n"
    for line in ("add from A, B, C", "add from A and B and C", "add from A, B and C", "J: add from A,B,C"):
        assert wired(INPUT + text + line)[-1].endswith("add 8x8x3 < A, B, C.relu".replace("C.", "C."))
    assert wired(f"{INPUT}{text}add from A, B relu bn")[-1] == "add1.bn bn 8x8x3 < add1.relu"
    assert wired(f"{INPUT}{text}add from A, B, relu, max pool 2")[-1] == "add1.maxpool maxpool 4x4x3 < add1.relu"
    assert wired(f"{INPUT}{text}concat from A, INPUT")[-1] == "concat1 concat 8x8x7 < A, INPUT"


def test_any_line_may_read_another():
    text = "A: conv 3 1\nB: conv 5 1\n"
    for line in ("D from A: conv 4 3x3 pad 1", "D: conv 4 3x3 pad 1 from A", "D: conv 4 from A 3x3, pad 1"):
        assert wired(INPUT + text + line)[-1] == "D conv 8x8x4 < A"
    assert wired(f"{INPUT}{text}from A; D: conv 4 1")[-1] == "D conv 8x8x4 < A"
    assert wired(f"{INPUT}{text}from A\nD: conv 4 1")[-1] == "D conv 8x8x4 < A"
    assert wired(f"{INPUT}{text}conv 4 1 from A, stride 2")[-1] == "conv1 conv 4x4x4 < A"
    assert codes(f"{INPUT}{text}conv 4 1 from A, B") == ["SYN107 4:15"]


def test_a_name_stands_for_its_whole_line_and_a_row_for_itself():
    text = f"{INPUT}A: conv 3 1 bn relu\n"
    for name, row in (("A", "A.relu"), ("A.conv", "A"), ("A.bn", "A.bn"), ("A.relu", "A.relu")):
        assert wired(f"{text}tanh from {name}")[-1] == f"tanh1 tanh 8x8x3 < {row}"


def test_a_branch_may_begin_elsewhere():
    text = """\
A: conv 3 1
B: conv 5 1
J: concat
  - from A
    conv 2 1
  - from B; conv 1 1
  - from INPUT
  - conv 6 1 from A
  - x from A: conv 7 1
  - relu
"""
    assert wired(INPUT + text)[2:] == [
        "conv1 conv 8x8x2 < A",
        "conv2 conv 8x8x1 < B",
        "conv3 conv 8x8x6 < A",
        "x conv 8x8x7 < A",
        "relu1 relu 8x8x5 < B",
        "J concat 8x8x25 < conv1, conv2, INPUT, conv3, x, relu1",
    ]


def test_dotted_prefixes_stand_for_the_group_below_them():
    text = f"{INPUT}layer2.0: conv 3 1 relu\nlayer2.1..3: conv 5 1\nfc 2\n"
    assert wired(f"{text}from layer2\ntanh")[-1] == "tanh1 tanh 8x8x5 < layer2.3"
    holds(text, "params(layer2) = 15 + 20 + 30 + 30", "rf(layer2) = 1", "macs(layer2) = 64*(12 + 15 + 25 + 25)")
    joined = f"{INPUT}l.0: add\n  - conv 4 1\n  - identity\nl.1: conv 4 1\n"
    holds(joined, "params(l) = 40", "params(l.0) = 20")


def test_a_group_that_is_written_wins_over_the_prefix_of_other_lines():
    text = f"{INPUT}g:\n  conv 4 1\ng.x: conv 5 1\n"
    holds(text, "params(g) = 20", "params(g.x) = 25")
    assert wired(f"{text}from g\nrelu")[-1] == "relu1 relu 8x8x4 < g.conv1"
    assert wired(f"{text}from g.x\nrelu")[-1] == "relu1 relu 8x8x5 < g.x"
    assert wired(f"{INPUT}A: conv 4 1\nA.b: conv 5 1\nfrom A\nrelu")[-1] == "relu1 relu 8x8x4 < A"


def test_ranges_of_references():
    text = f"{INPUT}s0..2:\n  skip: conv 3 1\n  conv 4 1\nt: repeat 2\n  skip: conv 3 1\n"
    rows = {
        "concat from s0..2.skip": "s0.skip, s1.skip, s2.skip",
        "concat from s0..2": "s0.conv1, s1.conv1, s2.conv1",
        "concat from s0..(1+1)": "s0.conv1, s1.conv1, s2.conv1",
        "concat from s1..1.skip and t.0..1.skip": "s1.skip, t.0.skip, t.1.skip",
        "concat from s0..1, t": "s0.conv1, s1.conv1, t.1.skip",
    }
    for line, read in rows.items():
        assert wired(text + line)[-1].partition(" < ")[2] == read
    assert codes(f"{text}concat from s0..3.skip") == ["SYN110 7:13"]
    assert codes(f"{text}concat from t..3") == ["SYN111 7:13"]


def test_a_reference_is_looked_up_in_its_block_then_outward():
    text = """\
A: conv 3 1
B: conv 5 1
g:
  A: conv 7 1
  h:
    concat from A, B, h.concat0, g.A
    concat0: relu
"""
    assert codes(INPUT + text) == ["SYN110 7:23"]
    text = text.replace("h.concat0, ", "")
    assert "g.h.concat1 concat 8x8x19 < g.A, B, g.A" in wired(INPUT + text)
    assert wired(f"{INPUT}{text}relu from g.h.concat0\nrelu from A")[-1] == "relu2 relu 8x8x3 < A"


def test_what_is_referred_to_stands_above():
    [finding] = analyse(f"{INPUT}add from INPUT, B\nB: conv 4 1", "spec", "spec.spec").findings
    assert finding.message == "'B' does not stand above this line"
    [finding] = analyse(f"{INPUT}AB: relu\nadd from INPUT, ABB", "spec", "spec.spec").findings
    assert (finding.message, finding.hint) == ("'ABB' names no line above", "did you mean 'AB'?")
    assert codes(f"{INPUT}A: add from A, INPUT") == ["SYN110 2:13"]


def test_upsample_and_crop_to_a_layer():
    text = f"{INPUT}A: conv 3 1\nmaxpool 2 stride 4 \n"
    assert wired(f"{text}upsample to A")[-1] == "upsample1 upsample 8x8x3 < maxpool1"
    assert wired(f"{text}upsample bilinear to A")[-1] == "upsample1 upsample 8x8x3 < maxpool1"
    assert wired(f"{INPUT}A: conv 3 3\nfrom INPUT\ncrop to A")[-1] == "crop1 crop 6x6x4 < INPUT"
    assert codes(f"{text}crop to A") == ["SHP116 4:6"]
    assert codes(f"{text}upsample to INPUT2")[0].startswith("SYN110 4:")


# Groups, repeats, ranges


def test_a_group_is_a_named_body_and_may_start_elsewhere():
    text = """\
tower: repeat 3
  conv 4*(i+1) 3x3 pad 1 nobias bn relu
policy from tower:
  conv 2 1x1 nobias bn relu
  fc 362
value from tower.1:
  conv 1 1x1
OUT: output from policy, value
"""
    net = network(INPUT + text)
    assert [n.name for n in net.outputs] == ["policy.fc1", "value.conv1"]
    assert wired(INPUT + text)[-6:] == [
        "tower.2.conv1.relu relu 8x8x12 < tower.2.conv1.bn",
        "policy.conv1 conv 8x8x2 < tower.2.conv1.relu",
        "policy.conv1.bn bn 8x8x2 < policy.conv1",
        "policy.conv1.relu relu 8x8x2 < policy.conv1.bn",
        "policy.fc1 fc 362 < policy.conv1.relu",
        "value.conv1 conv 8x8x1 < tower.1.conv1.relu",
    ]
    tower = 9 * (16 + 32 + 96) + 2 * (4 + 8 + 12)
    holds(
        INPUT + text,
        f"params(tower) = {tower}",
        "params(tower.1) = 304",
        "params(policy) = 28 + 46698",
        "rf(tower) = 7",
    )


def test_i_counts_passes_and_is_the_number_in_a_range():
    assert shaped(f"{INPUT}a: repeat 2\n  b: repeat 2\n    conv i+1 1\n  conv 5*(i+1) 1") == [
        "a.0.b.0.conv1 8x8x1",
        "a.0.b.1.conv1 8x8x2",
        "a.0.conv1 8x8x5",
        "a.1.b.0.conv1 8x8x1",
        "a.1.b.1.conv1 8x8x2",
        "a.1.conv1 8x8x10",
    ]
    assert shaped(f"{INPUT}g2..3:\n  conv i 1\n  add\n    - conv 2*i 1\n    - conv 2*i 1")[-1] == "g3.add1 8x8x6"
    assert shaped(f"{INPUT}j1..2: add\n  - conv i 1\n  - conv i 1")[-1] == "j2 8x8x2"


def test_computed_and_empty_ranges():
    text = "n = {}\nINPUT: 8x8x4\na0: conv 2 1\na1..(n-1): conv 3 1\nfc 1"
    assert [n.name for n in network(text.format(3))] == ["a0", "a1", "a2", "fc1"]
    assert [n.name for n in network(text.format(1))] == ["a0", "fc1"]
    assert [n.name for n in network(f"{INPUT}repeat 0\n  relu\nbn")] == ["bn1"]
    assert [n.name for n in network(f"{INPUT}t: repeat 0\n  relu\nfrom t\nbn")] == ["bn1"]


# Conditions


def test_if_and_else_decide_while_expanding_and_make_no_scope():
    text = "k = {}\nINPUT: 8x8x4\nif k > 1 and k < 5\n  conv k 1\n  A: relu\nelse\n  A: tanh\nconv 2 1 from A"
    assert wired(text.format(2)) == ["conv1 conv 8x8x2 < INPUT", "A relu 8x8x2 < conv1", "conv2 conv 8x8x2 < A"]
    assert wired(text.format(9)) == ["A tanh 8x8x4 < INPUT", "conv1 conv 8x8x2 < A"]
    assert wired(text.format(9), set={"k": 3})[0] == "conv1 conv 8x8x3 < INPUT"
    assert (
        wired(f"{INPUT}if C == 4\n  relu\nif C == 5\n  bn\nif 0\n  bn\nelse\n  if W\n    tanh")[-1]
        == "tanh1 tanh 8x8x4 < relu1"
    )


def test_a_branch_may_be_conditional():
    text = "add\n  - if {}\n      conv 8 1\n    conv 4 1\n  - identity"
    assert wired(INPUT + text.format(1))[1] == "conv2 conv 8x8x4 < conv1"
    assert wired(INPUT + text.format(0))[0] == "conv1 conv 8x8x4 < INPUT"
    within = "concat\n  - conv 2 1\n  - if 0\n      conv 3 1\n    else\n      conv 5 1\n"
    assert shaped(INPUT + within)[-1] == "concat1 8x8x7"


# Blocks

BASIC = """\
block basic(c, s=1)
  add relu
    - conv c 3x3 stride s pad 1 nobias bn relu
      conv c 3x3 pad 1 nobias bn
    - shortcut
"""


def test_a_block_is_called_by_its_name_with_values_in_place_or_by_name():
    text = f"{BASIC}INPUT: 7x7x4\nlayer2.0: basic 8 s=2\nlayer2.1..3: basic 8\nbasic 8 1"
    net = network(text)
    assert [n.name for n in net][:9] == [
        "layer2.0.conv1",
        "layer2.0.conv1.bn",
        "layer2.0.conv1.relu",
        "layer2.0.conv2",
        "layer2.0.conv2.bn",
        "layer2.0.shortcut1",
        "layer2.0.shortcut1.bn",
        "layer2.0.add1",
        "layer2.0.add1.relu",
    ]
    first, other = 288 + 16 + 576 + 16 + 32 + 16, 2 * (576 + 16)
    holds(
        text, f"params(layer2.0) = {first}", f"params(layer2) = {first + 3 * other}", f"params(basic1) = {other}",
        "params(layer2.0.shortcut1) = 48", "params(layer2.0.add1.0.1) = 592", "rf(layer2.0) = 7",
        "params(layer2.0.add1) = 944",
    )  # fmt: skip
    assert net["layer2.1"].name == "layer2.1.add1.relu"
    for call in ("basic 8 s=2", "basic 8 2", "basic c=8 s=2", "basic s=2 c=8", "basic 8, s = 2", "basic (8) (2)"):
        assert shaped(f"{BASIC}INPUT: 7x7x4\nb: {call}")[-1] == "b.add1.relu 4x4x8"


def test_calls_take_postfixes_claims_and_from():
    text = f"{BASIC}{INPUT}A: conv 4 1\nb: basic 8 from A gap relu => 1x1x8, 944 params\nx from A: basic 4 bn"
    assert wired(text)[10:12] == ["b.gap gap 1x1x8 < b.add1.relu", "b.relu relu 1x1x8 < b.gap"]
    assert wired(text)[12] == "x.conv1 conv 8x8x4 < A"
    assert wired(text)[-1] == "x.bn bn 8x8x4 < x.add1.relu"
    assert network(text).diagnostics == ()
    assert wired(f"{text}\nfrom b\ntanh")[-1] == "tanh1 tanh 1x1x8 < b.relu"
    assert wired(f"{text}\nfrom b.add1\ntanh")[-1] == "tanh1 tanh 8x8x8 < b.add1.relu"


def test_blocks_call_blocks_and_may_stand_below_their_calls():
    text = f"""\
a: stage 8 1
b: stage 8 3 s=1
block stage(c, n, s=2)
  0: basic c s
  1..(n-1): basic c
{BASIC}"""
    names = [n.name for n in network("INPUT: 7x7x4\n" + text)]
    assert (names[0], names[-1], len(names)) == ("a.0.conv1", "b.2.add1.relu", 9 + 3 * 8)
    holds("INPUT: 7x7x4\n" + text, "params(b.1) = 1184", "params(b) = 3*1184", "params(a) = 944")


def test_a_block_never_calls_itself():
    [finding] = analyse(f"block a\n  b\nblock b\n  a\n{INPUT}a", "spec", "spec.spec").findings
    assert (finding.code.code, finding.message) == ("SYN119", "the block 'a' calls itself (a -> b -> a)")


def test_a_default_or_an_argument_sees_the_channels_that_come_in():
    text = f"block d(c=2*C, s=W//4)\n  conv c 1 stride s\n{INPUT}"
    assert shaped(f"{text}d\nd c=C+1\nd W 1") == ["d1.conv1 4x4x8", "d2.conv1 4x4x9", "d3.conv1 4x4x4"]
    assert shaped(f"block d(c, e=c*2, f=e+1)\n  conv f 1\n{INPUT}d 3\nd 3 e=1") == ["d1.conv1 8x8x7", "d2.conv1 8x8x2"]


def test_constants_of_a_block_are_evaluated_where_they_stand():
    text = """\
block se(r=2)
  c = C
  scale
    - identity
    - gap; fc c//r relu; fc c sigmoid
"""
    assert wired(f"{text}{INPUT}se; se r=4")[-7:] == [
        "se2.identity1 identity 8x8x4 < se1.scale1",
        "se2.gap1 gap 1x1x4 < se1.scale1",
        "se2.fc1 fc 1 < se2.gap1",
        "se2.fc1.relu relu 1 < se2.fc1",
        "se2.fc2 fc 4 < se2.fc1.relu",
        "se2.fc2.sigmoid sigmoid 4 < se2.fc2",
        "se2.scale1 scale 8x8x4 < se2.identity1, se2.fc2.sigmoid",
    ]
    inside = "block q(n)\n  m = n + C\n  if m > 5\n    k = m*2\n    conv k 1\n  else\n    k = 1\n    conv k 1\n"
    assert shaped(f"{inside}{INPUT}q 2\nq 0-C\nconv C+1 1") == ["q1.conv1 8x8x12", "q2.conv1 8x8x1", "conv1 8x8x2"]
    assert codes(f"block q\n  k = 2\n  k = 3\n{INPUT}q") == ["SYN112 3:3"]
    assert codes(f"block q(k)\n  k = 2\n{INPUT}q 1") == ["SYN112 2:3"]


def test_parameters_are_values_kinds_or_layers_and_are_passed_on():
    text = """\
block inner(c, other, act=relu)
  conv c 1x1 act
  add from conv1, other
block outer(c, o, a=gelu)
  inner c o act=a
  x: inner c other=o act=a
INPUT: 8x8x4
A: conv 6 1x1
B: conv 3 1x1
"""
    assert wired(f"{text}outer 6 A")[2:] == [
        "outer1.inner1.conv1 conv 8x8x6 < B",
        "outer1.inner1.conv1.gelu gelu 8x8x6 < outer1.inner1.conv1",
        "outer1.inner1.add1 add 8x8x6 < outer1.inner1.conv1.gelu, A",
        "outer1.x.conv1 conv 8x8x6 < outer1.inner1.add1",
        "outer1.x.conv1.gelu gelu 8x8x6 < outer1.x.conv1",
        "outer1.x.add1 add 8x8x6 < outer1.x.conv1.gelu, A",
    ]
    assert wired(f"{text}outer 3 o=B a=silu relu")[-1] == "outer1.relu relu 8x8x3 < outer1.x.add1"
    assert wired(f"{text}inner 3 B")[3] == "inner1.conv1.relu relu 8x8x3 < inner1.conv1"
    assert (
        wired(f"{text}outer 6 A\nouter 6 outer1.x")[-1]
        == "outer2.x.add1 add 8x8x6 < outer2.x.conv1.gelu, outer1.x.add1"
    )


def test_a_kind_parameter_may_be_any_word_of_the_line():
    body = "  k 3x3 stride 1\n  conv 2 1 act\n  act\n  J: add act\n    - act\n    - identity\n"
    text = f"block b(k, act=relu)\n{body}{INPUT}"
    assert wired(f"{text}b k=maxpool act=tanh") == [
        "b1.maxpool1 maxpool 6x6x4 < INPUT",
        "b1.conv1 conv 6x6x2 < b1.maxpool1",
        "b1.conv1.tanh tanh 6x6x2 < b1.conv1",
        "b1.tanh1 tanh 6x6x2 < b1.conv1.tanh",
        "b1.tanh2 tanh 6x6x2 < b1.tanh1",
        "b1.identity1 identity 6x6x2 < b1.tanh1",
        "b1.J add 6x6x2 < b1.tanh2, b1.identity1",
        "b1.J.tanh tanh 6x6x2 < b1.J",
    ]


def test_a_parameter_that_is_a_layer_stands_for_it_in_every_place():
    text = """\
block up(skip)
  upsample to skip
  conv 2 1 from skip
  concat from skip, upsample1
  J: add
    - from skip
    - identity from skip
  share skip
INPUT: 8x8x4
A: conv 4 1 relu
maxpool 2
up A
"""
    assert wired(text)[3:] == [
        "up1.upsample1 upsample 8x8x4 < maxpool1",
        "up1.conv1 conv 8x8x2 < A.relu",
        "up1.concat1 concat 8x8x8 < A.relu, up1.upsample1",
        "up1.identity1 identity 8x8x4 < A.relu",
        "up1.J add 8x8x4 < A.relu, up1.identity1",
        "up1.share1 conv 8x8x4 < up1.J",
        "up1.share1.relu relu 8x8x4 < up1.share1",
    ]


def test_a_parameter_may_be_named_like_an_option_that_takes_a_value():
    text = f"block a(stride, pad=1, groups=2)\n  conv 4 3 stride stride pad pad groups groups\n{INPUT}a 2"
    assert network(text).nodes[0].layer.stride == (2, 2)
    for name in ("conv", "relu", "nobias", "plain", "after", "x", "i", "C", "W"):
        assert codes(f"{INPUT}block a({name})\n  relu")[0].startswith("SYN114 2:9")
        assert codes(f"{INPUT}block {name}\n  relu")[0].startswith("SYN114 2:7")


def test_a_block_is_a_scope():
    text = "k = 3\nblock b\n  k = 5\n  A: conv k 1\nINPUT: 8x8x4\nA: conv 2 1\nb\nb\nconv k 1 from A"
    assert wired(text) == [
        "A conv 8x8x2 < INPUT",
        "b1.A conv 8x8x5 < A",
        "b2.A conv 8x8x5 < b1.A",
        "conv1 conv 8x8x3 < A",
    ]


# after


def test_after_speaks_to_bodies_of_blocks_below_it_and_not_to_those_above():
    body = "  conv 8 1x1\n  add\n    - conv 8 1x1 plain\n    - shortcut\n"
    text = f"block early\n{body}after conv: nobias bn\nblock late\n{body}{INPUT}early\nlate\nconv 8 1"
    names = [n.name for n in network(text)]
    assert names == [
        "early1.conv1", "early1.conv2", "early1.shortcut1", "early1.add1",
        "late1.conv1", "late1.conv1.bn", "late1.conv2", "late1.shortcut1", "late1.add1",
        "conv1", "conv1.bn",
    ]  # fmt: skip
    holds(text, "params(early1.conv1) = 40", "params(late1.conv1) = 64 + 16", "params(late1.conv2) = 72")


def test_after_in_a_block_ends_with_it_and_the_latest_wins():
    body = "  conv 4 1\n  after conv: relu\n  conv 4 1\n  add\n    - conv 4 1\n    - identity\n"
    kinds = [n.kind for n in network(f"after conv: bn\nblock b\n{body}{INPUT}b\nconv 4 1")]
    assert kinds == ["conv", "bn", "conv", "relu", "conv", "relu", "identity", "add", "conv", "bn"]


def test_after_may_speak_of_a_parameter_that_is_a_kind():
    text = f"block b(act=relu)\n  after conv: bn act\n  conv 4 1\n{INPUT}b\nb act=tanh"
    assert [n.kind for n in network(text)] == ["conv", "bn", "relu", "conv", "bn", "tanh"]
    assert codes(f"block b(act)\n  after conv: bn act\n  conv 4 1\n{INPUT}b 3") == ["SYN113 2:18"]


def test_rounding_ends_with_its_body_like_after():
    text = "INPUT: 7x7x1\nblock b\n  rounding ceil\n  maxpool 2\nb\nmaxpool 3 stride 2\nrounding ceil\ng:\n  maxpool 2"
    assert shaped(text) == ["b1.maxpool1 4x4x1", "maxpool1 1x1x1", "g.maxpool1 1x1x1"]
    assert shaped("INPUT: 7x7x1\ng:\n  rounding ceil\nmaxpool 2") == ["maxpool1 3x3x1"]


def test_a_shortcuts_hidden_layers_take_nothing_from_after():
    text = f"after conv: relu\nafter bn: tanh\n{INPUT}add\n  - conv 8 1\n  - shortcut"
    assert [n.name for n in network(text)] == ["conv1", "conv1.relu", "shortcut1", "shortcut1.bn", "add1"]


def test_after_speaks_to_joins_as_well():
    text = f"after add: relu\n{INPUT}add\n  - conv 4 1\n  - identity\nadd from INPUT, add1\nadd plain from INPUT, add1"
    assert [n.name for n in network(text)][2:] == ["add1", "add1.relu", "add2", "add2.relu", "add3"]


# Heads

HEAD = """\
INPUT: 15x15x4
4a: conv 4 1
aux1 from 4a: aux weight 0.3
  avgpool 5x5 stride 5
  conv 8 1x1 relu
  fc 10
4b: conv 8 1
fc 10
"""


def test_a_head_only_trains_and_the_line_below_goes_on_as_if_it_were_not_there():
    net = network(HEAD)
    assert wired(HEAD)[5] == "4b conv 15x15x8 < 4a"
    assert [n.name for n in net.outputs] == ["fc1"]
    assert {n.name: n.head for n in net if n.head} == dict.fromkeys(
        ("aux1.avgpool1", "aux1.conv1", "aux1.conv1.relu", "aux1.fc1"), "aux1"
    )
    trunk, head = 20 + 40 + 18010, 40 + 730
    assert (net.params, net.macs) == (trunk, 225 * (16 + 32) + 18000)
    holds(
        HEAD, f"params = {trunk}", f"params(train) = {trunk + head}", f"params(aux1) = {head}", "params(aux1.fc1) = 730"
    )
    totals = net.to_dict()["totals"]
    assert totals["params"] == trunk


def test_a_head_may_read_the_line_above_it_and_stand_in_a_branch_or_a_block():
    assert wired(f"{INPUT}relu\naux\n  fc 2\nbn")[1:] == ["aux1.fc1 fc 2 < relu1", "bn1 bn 8x8x4 < relu1"]
    inside = f"block b\n  conv 4 1\n  h: aux weight 1/2\n    fc 2\n  relu\n{INPUT}b\nfc 1"
    assert wired(inside)[1:3] == ["b1.h.fc1 fc 2 < b1.conv1", "b1.relu1 relu 8x8x4 < b1.conv1"]
    holds(inside, "params(b1) = 20", "params(b1.h) = 514", "params(train) = 20 + 514 + 257")
    branch = f"{INPUT}add\n  - conv 4 1\n    aux\n      fc 2\n  - identity"
    assert wired(branch)[-1] == "add1 add 8x8x4 < conv1, identity1"
    holds(branch, "params(add1) = 20")


def test_a_group_that_holds_a_head_counts_what_it_does_without_it():
    text = f"{INPUT}g:\n  h: aux\n    fc 2\n  conv 4 1\n"
    holds(text, "params(g) = 20", "params(g.h) = 514", "params = 20", "params(train) = 534")


def test_a_head_in_a_head_is_refused_and_a_head_without_a_body():
    assert codes(f"{INPUT}h: aux\n  relu\n  k: aux\n    relu") == ["SYN116 4:6"]
    assert codes(f"{INPUT}h: aux weight 0.3\nrelu") == ["SYN116 2:4"]
    assert codes(f"{INPUT}h: aux weight -1\n  relu") == ["SYN111 2:15"]


# Shared weights


def test_a_shared_line_has_the_same_weights_and_its_postfixes():
    text = f"{INPUT}A: conv 4 3x3 pad 1 nobias bn relu\nB: share A\nC1: share A from A.conv relu => 8x8x4, 0 params\n"
    assert wired(text)[3:] == [
        "B conv 8x8x4 < A.relu",
        "B.bn bn 8x8x4 < B",
        "B.relu relu 8x8x4 < B.bn",
        "C1 conv 8x8x4 < A",
        "C1.bn bn 8x8x4 < C1",
        "C1.relu relu 8x8x4 < C1.bn",
        "C1.relu2 relu 8x8x4 < C1.relu",
    ]
    net = network(text)
    assert net.diagnostics == ()
    assert (net.params, net["B"].params, net["B"].macs) == (152, 0, 9216)
    assert net["B"].owner is net["A"] and net["C1.bn"].owner is net["A.bn"]
    holds(text, "params = 152", "params(B) = 0", "macs(B) = 9216", "macs = 3*9216", "buffers(B) = 0", "rf(B) = 5")
    assert wired(f"{text}from B\ntanh")[-1] == "tanh1 tanh 8x8x4 < B.relu"


def test_a_shared_join_block_group_and_repeat():
    text = f"""\
{BASIC}{INPUT}J: add relu
  - conv 4 1x1
  - shortcut
K: share J
b: basic 4
c: share b
g:
  conv 4 1
  x: add
    - conv 4 1 relu
    - identity
h: share g
t: repeat 2
  conv 4 1
u: share t
v: share t.1
"""
    rows = {row.split()[0]: row for row in wired(text)}
    assert rows["K"] == "K add 8x8x4 < K.conv1, K.shortcut1"
    assert rows["K.conv1"] == "K.conv1 conv 8x8x4 < J.relu"
    assert rows["K.relu"] == "K.relu relu 8x8x4 < K"
    assert rows["b.conv1"].endswith("< K.relu")
    assert rows["c.conv1"].endswith("< b.add1.relu")
    assert rows["c.add1"] == "c.add1 add 8x8x4 < c.conv2.bn, c.shortcut1"
    assert rows["h.conv1"].endswith("< g.x")
    assert rows["h.x"] == "h.x add 8x8x4 < h.conv2.relu, h.identity1"
    assert rows["u.0.conv1"].endswith("< t.1.conv1")
    assert rows["v.conv1"].endswith("< u.1.conv1")
    holds(
        text, "params = 20 + 2*(144 + 8) + 40 + 40", "params(c) = 0", "macs(c) = 2*9216", "macs(h) = 2*1024",
        "macs(K) = 1024", "macs(u) = 2*1024", "macs(v) = 1024",
    )  # fmt: skip
    assert loads(text).params == 404


def test_lines_of_a_shared_body_may_be_named():
    text = f"{INPUT}g:\n  A: conv 4 1 relu\n  B: conv 4 1\nh: share g\nconcat from h.A, h.B, h\nk: share h.A"
    assert codes(text) == ["SHP116 7:4"]
    text = text.replace("concat from h.A, h.B, h", "add from h.A, h.B, h")
    assert wired(text)[-3:] == ["add1 add 8x8x4 < h.A.relu, h.B, h.B", "k conv 8x8x4 < add1", "k.relu relu 8x8x4 < k"]
    holds(text, "macs(h.A) = 1024", "params(h.A) = 0", "activations(h.A) = 512", "params(g.A) = 20")


def test_a_shared_group_gives_what_the_group_gives_and_its_heads_stay_heads():
    text = f"{INPUT}g:\n  A: conv 4 1\n  k: aux\n    fc 2\nh: share g\nrelu"
    net = network(text)
    assert wired(text)[2:] == ["h.A conv 8x8x4 < g.A", "h.k.fc1 fc 2 < h.A", "relu1 relu 8x8x4 < h.A"]
    assert (net["h.k.fc1"].head, net.params, net.macs) == ("h.k", 20, 2048)
    ends_elsewhere = f"{INPUT}g:\n  A: conv 4 1\n  B: conv 4 1\n  from A\nh: share g\nrelu"
    assert wired(ends_elsewhere)[-1] == "relu1 relu 8x8x4 < h.A"


def test_a_shared_line_reads_what_flows_now_wherever_its_branches_begin():
    text = f"{INPUT}X: conv 4 1\nJ: add\n  - from X; conv 4 1\n  - identity\nK: share J from INPUT"
    # X is J's input as well: both branches read it, and K's read INPUT
    assert wired(text)[4:] == [
        "K.conv1 conv 8x8x4 < INPUT",
        "K.identity1 identity 8x8x4 < INPUT",
        "K add 8x8x4 < K.conv1, K.identity1",
    ]
    other = f"{INPUT}X: conv 4 1\nY: conv 4 1\nJ: add\n  - from X; conv 4 1\n  - identity\nK: share J from INPUT"
    assert wired(other)[5:] == [
        "K.conv1 conv 8x8x4 < X",
        "K.identity1 identity 8x8x4 < INPUT",
        "K add 8x8x4 < K.conv1, K.identity1",
    ]


def test_a_dotted_prefix_is_shared_whole():
    text = f"{INPUT}l.0: add\n  - conv 4 1\n  - identity\nl.1: conv 4 1\nr: share l\n"
    assert wired(text)[4:] == [
        "r.conv1 conv 8x8x4 < l.1",
        "r.identity1 identity 8x8x4 < l.1",
        "r.0 add 8x8x4 < r.conv1, r.identity1",
        "r.1 conv 8x8x4 < r.0",
    ]
    holds(text, "macs(r) = 2048", "params(r) = 0")
    [finding] = analyse(f"{INPUT}l.0: relu\ntanh\nl.1: relu\nshare l", "spec", "spec.spec").findings
    assert finding.message == "other lines stand between those of 'l'"


def test_what_cannot_be_shared_is_refused():
    for line, code in (("share", "SYN108 3:1"), ("share INPUT", "SYN110 3:7"), ("share A.relu", "SYN110 3:7")):
        assert codes(f"{INPUT}A: conv 4 1 relu\n{line}") == [code]
    assert codes(f"{INPUT}A: conv 5 1\nB: share A") == ["SHP116 3:4"]
    [finding] = analyse(f"{INPUT}A: conv 5 1\nB: share A", "spec", "spec.spec").findings
    assert finding.message == "A has a weight of 5x4x1x1, and this input asks for 5x5x1x1"
    assert codes(f"{INPUT}A: fc 5\nB: share A") == ["SHP116 3:4"]


# Several inputs and outputs


def test_several_inputs_and_the_line_below_each_reads_it():
    text = (
        "left: input 8x8x4\nright: input 8x8x3\nB: conv 2 1\nA from left: conv 2 1\nadd from A, B\nconv 2 1 from left"
    )
    assert wired(text) == [
        "B conv 8x8x2 < right",
        "A conv 8x8x2 < left",
        "add1 add 8x8x2 < A, B",
        "conv1 conv 8x8x2 < left",
    ]
    assert [(x.name, x.output.dims) for x in network(text).inputs] == [("left", (4, 8, 8)), ("right", (3, 8, 8))]


def test_inputs_may_stand_below_layers_of_another():
    text = "left: input 8x8x4\nA: conv 2 1\nright: input 8x8x3\nB: conv 2 1\nadd from A, B"
    assert wired(text) == ["A conv 8x8x2 < left", "B conv 8x8x2 < right", "add1 add 8x8x2 < A, B"]


def test_outputs_are_those_named_or_the_last_line():
    text = f"{INPUT}A: conv 2 1 relu\nB: conv 3 1\n"
    assert [n.name for n in network(text).outputs] == ["B"]
    assert [n.name for n in network(f"{text}OUT: output from B, A").outputs] == ["B", "A.relu"]
    assert [n.name for n in network(f"{text}output from A\nC: relu\noutput").outputs] == ["A.relu", "C"]
    assert [n.name for n in network(f"{text}from A\noutput").outputs] == ["A.relu"]
    assert wired(f"{text}OUT: output from A\nrelu")[-1] == "relu1 relu 8x8x3 < B"
    assert len(network(f"{text}output from A, B")) == 3
    assert codes(f"{text}output relu") == ["SYN116 4:1"]
    assert codes(f"{text}output from A => 8x8x2") == ["SYN116 4:1"]


def test_the_callers_input_is_for_inputs_of_the_first_ones_shape():
    twins = "left: input 8x8x4\nright: input 8x8x4\nA: conv 2 1\nB from left: conv 2 1"
    assert [x.output.dims for x in network(twins, input="4x4x4").inputs] == [(4, 4, 4)] * 2
    unlike = twins.replace("right: input 8x8x4", "right: input 16x16x4")
    assert [x.output.dims for x in network(unlike, input="4x4x4").inputs] == [(4, 4, 4), (4, 16, 16)]


# Claims and expectations


def test_claims_of_graphs_are_held_under_set_only_where_computed():
    call, join = "b: basic k => 8x8x(k), 304 params", "J: add => 8x8x4\n  - conv k 1\n  - identity"
    text = f"k = 4\n{BASIC}{INPUT}{call}\n{join}\nexpect params(J) = 5*k"
    assert network(text).diagnostics == ()
    net = network(text, set={"k": 4})
    assert (checked(net), unheld(net)) == (2, 2)


def test_a_claim_holds_for_each_line_of_a_range_of_joins_and_calls():
    text = f"{BASIC}{INPUT}b1..2: basic 4 => 8x8x4, 304 params\nj1..2: add => 8x8x4, rf 9\n  - conv 4 1\n  - identity"
    net = network(text)
    assert checked(net) == 8
    assert net.diagnostics == ()
    [finding] = network(text.replace("rf 9", "rf 17")).diagnostics
    assert finding.message == "j1 claims a receptive field of 17, the arithmetic gives 9"


def test_an_expectation_in_a_body_speaks_of_its_names_and_its_constants():
    body = "  A: conv c 1\n  expect params(A) = 5*c\n  expect params(conv1) = 20\n"
    text = f"block b(c)\n{body}{INPUT}conv 4 1\nb 4\nb 4\ng:\n  A: conv 5 1\n  expect params(A) = 25"
    net = network(text)
    assert (net.diagnostics, checked(net)) == ((), 5)
    [finding] = network(text.replace("= 5*c", "= 6*c")).diagnostics
    assert finding.message.startswith("expected params(b1.A) = 24, ") or "b1.A" in finding.message


def test_receptive_fields_are_the_hull_of_the_branches():
    text = "INPUT: 32x32x4\nconcat\n  - conv 4 3x3 pad 1\n  - conv 4 7x1 pad 3x0\n  - identity\n"
    field = fields(network(text))["concat1"]
    assert (field.size, field.start, field.jump) == ((3, 7), (-1, -3), (1, 1))
    uneven = "INPUT: 32x32x4\nadd\n  - conv 4 3x3 pad 0:2\n  - conv 4 3x3 pad 2:0\n"
    field = fields(network(uneven))["add1"]
    assert (field.size, field.start) == ((5, 5), (-2, -2))
    assert sizes(f"{text}conv 4 3x3")["conv3"] == 5


def test_a_gate_makes_the_field_whole():
    text = f"{INPUT}scale\n  - identity\n  - gap; fc 4 sigmoid\nconv 4 3x3 pad 1"
    assert sizes(text)["scale1"] == sizes(text)["conv1"] == "whole"
    assert sizes(text)["identity1"] == 1


# JSON


def test_the_json_of_graphs():
    text = """\
left: input 8x8x4
right: input 8x8x4
from left
t:
  conv 4 1 relu
r: share t from right
J: add from t, r
h: aux
  fc 2
K: fc 3
OUT: output from K, J
"""
    data = network(text).to_dict()
    assert data["inputs"] == [{"name": "left", "shape": [4, 8, 8]}, {"name": "right", "shape": [4, 8, 8]}]
    assert data["outputs"] == ["K", "J"]
    rows = {row["name"]: row for row in data["layers"]}
    assert list(rows) == ["t.conv1", "t.conv1.relu", "r.conv1", "r.conv1.relu", "J", "h.fc1", "K"]
    assert rows["J"]["inputs"] == ["t.conv1.relu", "r.conv1.relu"]
    assert (rows["h.fc1"]["head"], rows["K"]["head"], rows["K"]["inputs"]) == ("h", None, ["J"])
    assert [(rows[n]["params"], rows[n]["weights"], rows[n]["macs"]) for n in ("t.conv1", "r.conv1")] == [
        (20, 16, 1024),
        (0, 0, 1024),
    ]
    assert data["totals"]["params"] == 20 + 771
    assert data["totals"]["macs"] == 2048 + 768


# Size


def test_60_residual_adds_cost_linear_time():
    """Every add reads the one above twice: 2^60 ways lead from the input to the end."""
    text = INPUT + "add\n  - identity\n  - relu\n" * 60
    with ending():
        net = network(text)
        net.to_dict()
    assert sizes(text)["add60"] == 1


def test_10_000_nested_joins_meet_no_limit_of_recursion():
    depth = 10_000
    lines = ["INPUT: 2x2x1"]
    for level in range(depth):
        lines += [" " * (2 * level) + ("- " if level else "  ")[: 2 * bool(level)] + "add"]
    text = "\n".join(
        [lines[0], "add", *(" " * (2 * i) + "- add" for i in range(1, depth)), " " * (2 * depth) + "- relu"]
    )
    limits = Limits(nesting=depth + 1, columns=3 * depth, bytes=10**9)
    net = analyse(text, "deep", "deep.spec", limits=limits)
    assert not net.findings, net.findings[:3]
    assert len(net.nodes) == depth + 1
    assert fields(net)["add1"].size == (1, 1)
    assert len(net.to_dict()["layers"]) == depth + 1


def test_blocks_in_blocks_meet_no_limit_of_recursion():
    depth = 3_000
    blocks = "\n".join(f"block b{i}\n  b{i + 1}" for i in range(depth))
    limits = Limits(names=100_000, nesting=depth + 9)
    net = analyse(f"INPUT: 2x2x1\n{blocks}\nblock b{depth}\n  relu\nb0", "deep", "deep.spec", limits=limits)
    assert not net.findings, net.findings[:3]
    assert len(net.nodes) == 1


def test_calls_that_double_meet_the_limit_of_layers():
    blocks = "\n".join(f"block b{i}\n  b{i + 1}\n  b{i + 1}" for i in range(60))
    with ending():
        [finding] = analyse(f"INPUT: 2x2x1\n{blocks}\nblock b60\n  relu\nb0", "wide", "wide.spec").findings[:1]
    assert finding.code.code == "SYN103"
