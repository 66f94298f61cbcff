"""The language of chains, sentence by sentence of its contract: a legal spec, and where there is one its illegal twin.

`rows` writes a network as `NAME kind SHAPE`; `same` holds two texts to one network.
"""

from fractions import Fraction

import pytest
from listings import ALEXNET, ALPHAGO

from cnncalc import layers
from cnncalc.api import analyse, loads
from cnncalc.geometry import Order, Pad
from cnncalc.lint.claims import checked, unheld

INPUT = "INPUT: 32x32x3\n"


def network(text, **options):
    """The whole network of a text that has no error."""
    net = analyse(text, "spec", "spec.spec", **options)
    assert not net.findings, [(f.span[:2], f.message) for f in net.findings]
    return net


def rows(text, **options):
    """Every layer of a text as `NAME kind SHAPE`, in the file's own order of axes."""
    net = network(text, **options)
    return [f"{node.name} {node.kind} {net.order.text(node.output)}" for node in net]


def layer(line, given=INPUT):
    """The arguments of the last layer of a line."""
    node = network(given + line).nodes[-1]
    return node.kind, {**node.layer.__dict__}, node.output


def same(one, other, given=INPUT):
    assert layer(one, given) == layer(other, given)


def codes(text):
    """`CODE line:column` of what is wrong with a text."""
    found = analyse(text, "spec", "spec.spec").findings
    return [f"{f.code.code} {f.span.line}:{f.span.column}" for f in found]


def refused(line, code, given=INPUT):
    """The one thing that is wrong with a line below an input."""
    [told] = codes(given + line)
    assert told.startswith(f"{code} 2:"), told


# 1. Three ways to write the same layer


def test_three_ways_to_write_the_same_layer():
    given = "INPUT: 227x227x3\n"
    slide = "[55x55x96] CONV1: 96 11x11 filters at stride 4, pad 0"
    for line in ("CONV1: 96 11x11 stride 4 pad 0 => 55x55x96", "CONV1: K=96 F=11 S=4 P=0"):
        same(slide, line, given)
    assert rows(given + slide) == ["CONV1 conv 55x55x96"]


@pytest.mark.parametrize(
    "line",
    [
        "CONV1: K=96 F=11 S=4 P=0",
        "CONV1: K = 96, F = 11, S = 4, P = 0",
        "CONV1: K=96,F=11,S=4,P=0",
        "CONV1: P=0 S=4 F=11x11 K=96",
        "CONV1: k=96 f=11 s=4 p=0",
        "CONV1: 96 F=11 S=4",
        "CONV1: filters=96 kernel=11 stride=4 pad=0",
    ],
)
def test_textbook_letters_only_with_an_equals_sign(line):
    same(line, "CONV1: 96 11x11 stride 4", "INPUT: 227x227x3\n")


def test_letters_of_pools_and_of_fully_connected_layers():
    same("POOL1: F=3 S=2", "maxpool 3x3 stride 2")
    same("POOL1: K=3 S=2", "maxpool 3x3 stride 2")
    same("FC1: K=10", "fc 10")
    refused("conv K 3x3", "SYN110")
    refused("POOL1: F=3 K=3", "SYN113")


@pytest.mark.parametrize("text", [INPUT + "A: relu\nB: bn\n", INPUT + "A: relu\nB: bn"])
def test_a_byte_order_mark_and_any_line_end_are_accepted(text):
    plain = rows(text)
    assert plain == ["A relu 32x32x3", "B bn 32x32x3"]
    assert rows("\ufeff" + text) == rows(text.replace("\n", "\r\n")) == plain
    assert rows(("\ufeff" + text.replace("\n", "\r\n")).encode()) == plain


@pytest.mark.parametrize(
    "text", ["conv 8 \\\n3x3", "conv 8\\\n3x3", "conv 8 \\  \n  3x3", "conv \\\n 8 \\\n 3x3", "conv 8 3x3 \\\n"]
)
def test_a_line_that_ends_in_a_backslash_goes_on(text):
    same(text, "conv 8 3x3")


def test_places_on_continued_lines_are_those_of_the_file():
    assert codes(f"{INPUT}conv 8 \\\n  3x3 \\\n   strid 2") == ["SYN107 4:4"]
    assert codes(f"{INPUT}conv 8 3x3 \\ # goes on") == ["SYN107 2:12"]


def test_a_hash_starts_a_comment_the_first_is_the_title_and_one_names_the_source():
    net = network(f"\n# A title\n# source: a book, page 3\n{INPUT}relu # not the title\n# more")
    assert (net.title, net.source.origin) == ("A title", "a book, page 3")
    assert network(f"# cnncalc: ignore-file[FIT101] as printed\n# A title\n{INPUT}relu").title == "A title"
    assert rows(f"{INPUT}conv 8 3x3 # stride 2\n#conv 9 9") == ["conv1 conv 30x30x8"]
    assert rows(f"{INPUT}FC8: 10 (class # 3)") == ["FC8 fc 10"]


@pytest.mark.parametrize("name", ["CONV1", "3a", "0", "conv3_1", "layer2.0.conv1", "stem", "Größe", "a_b", "1.2.3"])
def test_names_are_letters_digits_and_underscores_joined_by_dots(name):
    assert rows(f"{INPUT}{name}: conv 8 3x3") == [f"{name} conv 30x30x8"]


def test_case_of_names_is_kept_and_counts_and_names_are_unique():
    assert rows(f"{INPUT}Conv1: 8 3x3\nCONV1: 8 3x3") == ["Conv1 conv 30x30x8", "CONV1 conv 28x28x8"]
    assert codes(f"{INPUT}CONV1: 8 3x3\nCONV1: 8 3x3") == ["SYN112 3:1"]
    assert rows(f"{INPUT}a:\n  A: relu\nb:\n  A: relu") == ["a.A relu 32x32x3", "b.A relu 32x32x3"]


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("MAX POOL1: 2x2", "POOL1 maxpool 16x16x3"),
        ("AVG POOL1: 2x2", "POOL1 avgpool 16x16x3"),
        ("Average pool1: 2x2", "pool1 avgpool 16x16x3"),
        ("GLOBAL AVG POOL:", "POOL gap 1x1x3"),
        ("GLOBAL AVERAGE POOL5:", "POOL5 gap 1x1x3"),
        ("AVG P1: pool 2x2", "P1 avgpool 16x16x3"),
        ("MAX CONV1: 8 3x3", "CONV1 conv 30x30x8"),
        ("GLOBAL MAX POOL:", "POOL global maxpool 1x1x3"),
        ("ADAPTIVE AVG POOL: 7x7", "POOL adaptive avgpool 7x7x3"),
        ("ADAPTIVE MAX POOL1: 7", "POOL1 adaptive maxpool 7x7x3"),
    ],
)
def test_before_the_name_stand_slide_words(line, row):
    assert rows(INPUT + line) == [row]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("CONV1: 8 3x3", "conv"),
        ("conv1a: 8 3x3", "conv"),
        ("conv3_1: 8 3x3", "conv"),
        ("Conv.1: 8 3x3", "conv"),
        ("conv: 8 3x3", "conv"),
        ("POOL2: 2x2", "maxpool"),
        ("FC6: 10", "fc"),
        ("NORM1:", "lrn"),
        ("LRN1: 5", "lrn"),
        ("BN1:", "bn"),
        ("SOFTMAX:", "softmax"),
        ("MAXPOOL1: 2", "maxpool"),
        ("AVGPOOL_1: 2", "avgpool"),
        ("linear1: 10", "fc"),
    ],
)
def test_the_kind_may_be_left_out_where_the_name_begins_with_one(line, kind):
    assert network(INPUT + line).nodes[0].kind == kind


@pytest.mark.parametrize("line", ["conva: 8 3x3", "convolution1: 8 3x3", "stem: 8 3x3", "xconv1: 8 3x3"])
def test_otherwise_the_kind_stands_first(line):
    refused(line, "SYN106")
    name, _, rest = line.partition(":")
    same(f"{name}: conv{rest}", "conv 8 3x3")


def test_the_kind_wins_over_the_name():
    same("FC6: conv 8 3x3", "conv 8 3x3")
    same("AVG POOL2: max 2x2", "maxpool 2x2")
    same("POOL1: gap", "gap")


@pytest.mark.parametrize(
    "head",
    [
        "[32x32x3] INPUT",
        "[32x32x3] Input",
        "[32x32x3] INPUT:",
        "[32x32x3] INPUT: input",
        "[32x32x3] Input layer",
        "[ 32 x 32 x 3 ] INPUT (raw pixels)",
        "[32*32*3] **INPUT**",
        "INPUT: 32x32x3",
        "INPUT: [32x32x3]",
        "INPUT: 3@32x32",
        "Input : 32 * 32 * 3",
        "image: input 32x32x3",
        "[32x32x3] image: input",
        "INPUT 32x32x3",
    ],
)
def test_a_bracket_before_input_is_its_shape(head):
    net = network(f"{head}\nrelu")
    assert net.inputs[0].output.dims == (3, 32, 32)
    assert net.inputs[0].name.lower() in ("input", "image", "input1")


def test_an_input_with_a_shape_of_its_own_makes_the_bracket_a_claim():
    assert rows("[32x32x3] INPUT: 32x32x3\nrelu") == ["relu1 relu 32x32x3"]
    assert codes("[28x28x3] INPUT: 32x32x3\nrelu") == ["SYN115 1:2"]
    assert codes("INPUT: 32x32x3 => 28x28x3\nrelu") == ["SYN115 1:19"]
    assert rows("INPUT: 32x32x3 bn\nrelu")[0] == "INPUT.bn bn 32x32x3"


def test_a_line_without_a_name_is_called_by_its_kind_and_a_counter_that_skips_written_names():
    text = "conv 8 1\nconv 8 1\nconv2: 8 1\nconv 8 1\nrelu\npool 1\npool avg 1\nnorm"
    names = [node.name for node in network(INPUT + text)]
    assert names == ["conv1", "conv3", "conv2", "conv4", "relu1", "maxpool1", "avgpool1", "lrn1"]
    assert [n.name for n in network(f"{INPUT}conv 8 1\nconv1..3: 8 1")] == ["conv4", "conv1", "conv2", "conv3"]
    assert [n.name for n in network(INPUT + "relu\n" * 61 + "relu6")][-2:] == ["relu61", "relu62"]
    assert [n.name for n in network(INPUT + "relu6\n" + "relu\n" * 61)][-2:] == ["relu60", "relu62"]
    assert [n.name for n in network(f"{INPUT}g:\n  relu\n  relu\nrelu")] == ["g.relu1", "g.relu2", "relu1"]


@pytest.mark.parametrize(
    "line",
    [
        "conv 8 filters of 3x3 with stride of 2 and pad of 1",
        "conv 8 3x3 filters at stride 2, pad 1",
        "conv 8 kernels, 3x3 kernel, stride 2, pad 1",
        "conv 8 units 3x3 layer stride 2 pad 1",
        "conv with 8 filters 3x3 and stride with 2 and pad at 1",
        "conv 8, 3x3, stride = 2, pad = 1",
        "conv ,, 8 3x3 stride 2 , , pad 1 ,",
        "CONV: 8 neurons 3x3 stride 2 pad 1 normalization",
    ],
)
def test_noise_is_dropped_between_arguments_and_before_values(line):
    same(line, "conv 8 3x3 stride 2 pad 1")


def test_a_name_the_file_defines_wins_over_noise():
    for name in ("filters", "with", "units", "of", "kernel"):
        same(f"conv {name} 3x3", "conv 5 3x3", f"{name} = 5\n{INPUT}")
    same("conv 8 3x3 stride of", "conv 8 3x3 stride 2", f"of = 2\n{INPUT}")


@pytest.mark.parametrize(
    ("line", "twin"),
    [
        ("FC8: 10 neurons (class scores)", "fc 10"),
        ("FC8: (10) neurons", "fc 10"),
        ("FC8: (5*2)", "fc 10"),
        ("conv (8) (3)", "conv 8 3"),
        ("conv (4 + 4) (1 + 2)", "conv 8 3"),
        ("conv 8 3x3 (same) (padding 1) (stride=2)", "conv 8 3x3"),
        ("dropout (during training)", "dropout 0.5"),
        ("dropout (training)", "dropout 0.5"),
        ("maxpool 2x2 (overlapping (no)) stride 1", "maxpool 2x2 stride 1"),
    ],
)
def test_a_group_in_parentheses_is_a_value_where_one_is_open_else_a_remark(line, twin):
    same(line, twin)


def test_a_group_that_misspells_a_constant_is_no_remark():
    assert codes(f"size2 = 5\n{INPUT}lrn (size1)") == ["SYN110 3:6"]


@pytest.mark.parametrize(
    "line",
    [
        "CONV1:\t8\t3x3",
        "CONV1:    8   3x3   ",
        "CONV1 : 8 3x3",
        "CONV1:8 3x3",
        "**CONV1**: 8 3x3",
        "**CONV1:** 8 3x3",
        "*CONV1*: 8 3x3",
        "** CONV1 ** : 8 3x3",
        "CONV1: 8\u00a03x3",
        "CONV1: 8 3\u00d73",
        "CONV1: 8 3 \u00d7 3",
        "CONV1: 8 3 x 3",
        "CONV1: 8 3X3",
        "CONV1: 8 3x 3",
        "CONV1: 8 3 x3",
        "CONV1: 8 3*3 \ufb01lters",
        "CONV1: 8 3 * 3 kernels",
        "CONV1: CONV 8 3x3",
        "CONV1: Conv 8 3x3 STRIDE 1 Pad 0",
    ],
)
def test_spaces_tabs_asterisks_and_typography(line):
    assert rows(INPUT + line) == ["CONV1 conv 30x30x8"]


def test_emphasis_around_other_names():
    assert rows(f"{INPUT}**MAX POOL1**: 2x2") == ["POOL1 maxpool 16x16x3"]
    assert rows(f"{INPUT}**[30x30x8] CONV1**: 8 3x3") == ["CONV1 conv 30x30x8"]
    assert rows(f"{INPUT}**CONV2..3**: 8 3x3 pad 1") == ["CONV2 conv 32x32x8", "CONV3 conv 32x32x8"]
    refused("CONV1: **8** 3x3", "SYN107")


def test_digit_groups_are_one_number():
    same("fc 4,096", "fc 4096")
    same("fc 4,096, relu", "fc 4096 relu")
    same("fc 1,000,000", "fc 1000000")
    refused("fc 12,34", "SYN113")
    refused("fc 1234,567", "SYN113")


def test_a_product_of_plain_numbers_is_an_extent_in_three_places():
    assert network("INPUT: 8*8*3\nrelu").inputs[0].output.dims == (3, 8, 8)
    assert network("INPUT: 8 * 8 * 3 => 8*8*3\nrelu")
    assert checked(network(f"{INPUT}conv 8 3x3 => 30*30*8")) == 1
    same("conv 8 3*3 filters", "conv 8 3x3")
    same("pool 2*2 kernel", "pool 2x2")
    same("conv 8 3*3", "conv 8 9x9")
    same("conv 2*4 3", "conv 8 3")


@pytest.mark.parametrize("char", "\u2013\u2014\u2212\uff13\u0445\u2217\u2192")
def test_other_look_alikes_are_errors_that_name_the_character(char):
    [finding] = analyse(f"{INPUT}conv 8 3x3 {char}", "spec", "spec.spec").findings
    assert (finding.code.code, finding.span[:2]) == ("SYN102", (2, 12))
    assert f"U+{ord(char):04X}" in finding.message


def test_semicolons_join_statements_and_deeper_lines_belong_to_the_last():
    assert rows(f"{INPUT}A: relu; B: conv 8 3x3 ; [28x28x8] conv 8 3x3; ") == [
        "A relu 32x32x3",
        "B conv 30x30x8",
        "conv1 conv 28x28x8",
    ]
    assert rows("k = 3; INPUT: 8x8x3; conv k 3; expect rf = 3") == ["conv1 conv 6x6x3"]
    assert len(rows(f"{INPUT}relu; repeat 2\n  bn")) == 3
    assert codes(f"{INPUT}repeat 2; relu\n  bn") == ["SYN116 2:8", "SYN116 3:3"]


@pytest.mark.parametrize(
    "line", ["conv 8 3x3 stride 2 pad 1", "CONV 8 3X3 STRIDE=2 PAD=1", "Conv 8 3x3 Stride 2 pad=1"]
)
def test_kinds_options_and_directives_are_case_insensitive_and_an_equals_sign_is_free(line):
    same(line, "conv 8 3x3 stride = 2 pad 1")
    same(line, line, f"AXES wxhxc\nRounding Floor\nAfter CONV: ReLU\nTRAIN: x\n{INPUT}")


def test_after_an_option_exactly_one_value_is_read_whatever_it_is_called():
    for name in ("stride", "pad", "with", "filters", "groups"):
        same(f"conv 9 3x3 stride {name}", "conv 9 3x3 stride 3", f"{name} = 3\n{INPUT}")
    refused("conv 8 3x3 stride pad 1", "SYN108")
    refused("conv 8 3x3 stride", "SYN108")


def test_options_first_then_postfixes():
    assert [n.name for n in network(f"{INPUT}CONV1: 8 3x3 pad 1 nobias bn relu dropout 0.2")] == [
        "CONV1",
        "CONV1.bn",
        "CONV1.relu",
        "CONV1.dropout",
    ]
    refused("conv 8 3x3 relu pad 1", "SYN107")
    refused("conv 8 3x3 relu stride 2", "SYN107")
    assert network(f"{INPUT}conv 8 3x3 maxpool 2x2 stride 1").nodes[1].layer.stride == (1, 1)


def test_slots_are_typed():
    same("conv 3x3 64", "conv 64 3x3")
    same("conv 64 3", "conv 64 3x3")
    same("conv 3x3 K=64", "conv 64 3x3")
    refused("conv 3x3 64x64", "SYN113")
    refused("conv 64", "SYN108")
    refused("conv 3x3", "SYN108")


def test_one_number_is_that_extent_on_every_axis():
    same("conv 8 3 stride 2 pad 1 dilation 2", "conv 8 3x3 stride 2x2 pad 1x1 dilation 2x2")
    assert network("INPUT: 9x9x9x2\nconv 3 3").nodes[0].layer.kernel == (3, 3, 3)


@pytest.mark.parametrize(
    "line",
    [
        "conv 0 3",
        "conv 8 0",
        "conv 8 0x3",
        "conv 8 3 stride 0",
        "conv 8 3 dilation 0",
        "conv 8 3 groups 0",
        "conv 8 3 pad -1",
        "conv 8 3 pad 0:-1",
        "conv -8 3",
        "fc 0",
        "maxpool 0",
        "lrn 0",
        "INPUT2: 0x3x3",
    ],
)
def test_extents_strides_dilations_groups_and_counts_are_at_least_1_and_pads_at_least_0(line):
    refused(line, "SYN111")


@pytest.mark.parametrize(
    ("line", "code", "twin"),
    [
        ("conv 8 33", "SHP101", "conv 8 32"),
        ("conv 8 33 dilation 2", "SHP101", "conv 8 16 dilation 2"),
        ("maxpool 33", "SHP101", "maxpool 32"),
        ("conv 8 3 groups 2", "SHP102", "conv 9 3 groups 3"),
        ("conv 8 3 groups 3", "SHP102", "conv 9 3 groups 3"),
        ("maxpool 3 pad 2", "SHP103", "maxpool 3 pad 1"),
        ("conv 8 3 pad 32 reflect", "SHP106", "conv 8 3 pad 31 reflect"),
    ],
)
def test_what_pytorch_refuses_is_an_error_of_shape(line, code, twin):
    refused(line, code)
    assert network(INPUT + twin)


# 2. Shapes and axes


@pytest.mark.parametrize(
    ("text", "dims"),
    [
        ("INPUT: 227x200x3", (3, 200, 227)),
        ("INPUT: 3@227x200", (3, 200, 227)),
        ("axes CxHxW\nINPUT: 3x227x200", (3, 227, 200)),
        ("axes CxHxW\nINPUT: 3@227x200", (3, 227, 200)),
        ("axes HxWxC\nINPUT: 227x200x3", (3, 227, 200)),
        ("axes WxHxC\nINPUT: 227x200x3", (3, 200, 227)),
        ("axes CxWxH\nINPUT: 3x227x200", (3, 200, 227)),
        ("axes cxhxw\nINPUT: 3x227x200", (3, 227, 200)),
        ("axes C x H x W  (PyTorch)\nINPUT: 3x227x200", (3, 227, 200)),
        ("INPUT: 64x300", (300, 64)),
        ("axes CxL\nINPUT: 64x300", (64, 300)),
        ("axes LxC\nINPUT: 64x300", (300, 64)),
        ("INPUT: 112x110x16x3", (3, 16, 110, 112)),
        ("axes CxHxW\nINPUT: 3x16x110x112", (3, 16, 110, 112)),
        ("axes CxDxHxW\nINPUT: 3x16x110x112", (3, 16, 110, 112)),
        ("axes HxWxC\nINPUT: 16x110x112x3", (3, 16, 110, 112)),
        ("axes DxHxWxC\nINPUT: 16x110x112x3", (3, 16, 110, 112)),
        ("INPUT: 784", (784,)),
        ("INPUT: 3@28", (3, 28)),
        ("k = 16\nINPUT: (2*k)x(k)x3", (3, 16, 32)),
    ],
)
def test_shapes_are_read_in_the_order_of_the_file(text, dims):
    assert network(f"{text}\nrelu").inputs[0].output.dims == dims


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("INPUT: 32x30x3\nconv 8 7x1", "26x30x8"),
        ("axes CxHxW\nINPUT: 3x32x30\nconv 8 7x1", "8x26x30"),
        ("axes HxWxC\nINPUT: 32x30x3\nconv 8 7x1", "26x30x8"),
        ("INPUT: 32x30x3\nconv 8 1 stride 2x1", "16x30x8"),
        ("axes CxHxW\nINPUT: 3x32x30\nconv 8 1 stride 2x1", "8x16x30"),
        ("INPUT: 32x30x3\nconv 8 1 pad 1x0", "34x30x8"),
        ("INPUT: 32x30x3\nconv 8 1 pad 0:1x2:3", "33x35x8"),
        ("axes CxHxW\nINPUT: 3x32x30\nconv 8 1 pad 0:1x2:3", "8x33x35"),
        ("INPUT: 9x8x7x2\nconv 3 3x1x2", "7x8x6x3"),
        ("axes CxDxHxW\nINPUT: 2x7x8x9\nconv 3 3x1x2", "3x5x8x8"),
    ],
)
def test_per_axis_values_follow_the_spatial_letters(text, shape):
    assert rows(text)[-1].split()[-1] == shape


def test_axes_stands_once_before_the_first_shape():
    assert codes("axes CxHxW\naxes CxHxW\nINPUT: 3x8x8\nrelu") == ["SYN116 2:1"]
    assert codes("INPUT: 3x8x8\naxes CxHxW\nrelu") == ["SYN116 2:1"]
    assert codes("axes NCHW\nINPUT: 3x8x8\nrelu") == ["SYN111 1:6"]


def test_lecuns_channels_stand_once_and_first():
    assert checked(network(f"{INPUT}conv 6 5x5 => 6@28x28")) == 1
    assert checked(network(f"{INPUT}[6@28x28] conv 6 5x5")) == 1
    assert codes("INPUT: 28x28@6\nrelu") == ["SYN107 1:13"]


def test_an_input_never_drops_an_axis():
    assert codes("INPUT: 28x28\nconv 6 5x5") == ["SHP105 2:8"]
    [finding] = analyse("INPUT: 28x28\nconv 6 5x5", "spec", "spec.spec").findings
    assert "28x28x1" in finding.hint
    [finding] = analyse("axes CxHxW\nINPUT: 28x28\nconv 6 5x5", "spec", "spec.spec").findings
    assert "1x28x28" in finding.hint
    assert rows("INPUT: 28x28\nconv 6 5") == ["conv1 conv 24x6"]
    assert rows("INPUT: 28x28x1\nconv 6 5x5") == ["conv1 conv 24x24x6"]


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        ("conv 8 3 => 30x30x8", True),
        ("conv 8 3 => ?x30x8", True),
        ("conv 8 3 => ?x?x8", True),
        ("conv 8 3 => 30x30x?", True),
        ("conv 8 3 => 31x30x8", False),
        ("conv 8 3 => [30x30x8] (a remark)", True),
        ("conv 1 3 => 30x30", True),
        ("conv 1 3 => [30x30] (probability map)", True),
        ("conv 2 3 => 30x30", False),
        ("fc 10 => 10", True),
        ("[10] FC: 10", True),
        ("gap => 3", True),
        ("gap => [3]", True),
        ("gap => 1x1x3", True),
        ("conv 8 3 => 8", False),
        ("conv 8 32 => 8", True),
    ],
)
def test_claims_of_shapes(line, holds):
    net = network(INPUT + line)
    assert [f.code.code for f in net.diagnostics] == ([] if holds else ["REF101"])


@pytest.mark.parametrize("line", ["INPUT: 64 tokens", "[64 tokens] INPUT", "text: input 64 TOKENS", "INPUT: n tokens"])
def test_a_sequence_of_tokens(line):
    text = f"n = 64\n{line}\nEMBED1: 32 vocab 100 => 64x32, 3,200 params, 0 macs, rf 1\nconv 8 3 => 62x8, rf 3"
    assert rows(text) == ["EMBED1 embed 64x32", "conv1 conv 62x8"]
    assert network(text).inputs[0].output.dims == (64,)
    assert not network(text).diagnostics


def test_tokens_have_no_channels_to_order_and_the_caller_may_give_others():
    text = "axes CxL\nINPUT: 64 tokens => 64 tokens\nembed 8 vocab L"
    assert rows(text) == ["embed1 embed 8x64"]
    assert rows(text, input="9 tokens") == ["embed1 embed 8x9"]
    assert network(text, input="9 tokens").params == 72


@pytest.mark.parametrize("given", ["64", "64x8", "8x8x3"])
def test_an_input_of_numbers_is_no_input_of_tokens(given):
    [told] = analyse("INPUT: 64 tokens\nembed 8 vocab 9", "spec", "spec.spec", input=given).findings
    assert (told.code.code, told.message) == ("SHP104", f"embed reads tokens, and the input is {given}")
    [told] = analyse(f"INPUT: {given}\nrelu", "spec", "spec.spec", input="64 tokens").findings
    assert (told.code.code, told.message) == ("SHP104", "relu reads numbers, and the input is 64 tokens")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("embed 8 vocab 9 => 64 tokens", "embed1 claims 64 tokens, the arithmetic gives 64x8"),
        ("embed 8 vocab 9 => 64x9", "embed1 claims 64x9, the arithmetic gives 64x8"),
        ("embed 64 vocab 9; gap => 64 tokens", "gap1 claims 64 tokens, the arithmetic gives 1x64"),
    ],
)
def test_a_claim_of_tokens_is_none_of_numbers(line, message):
    [told] = network(f"INPUT: 64 tokens\n{line}").diagnostics
    assert (told.code.code, told.message) == ("REF101", message)


def test_a_claim_of_other_channels_is_told_without_a_wrong_reason():
    [told] = network("INPUT: 8x8x6\nslice 0:3 => 8x8x4").diagnostics
    assert told.message == "slice1 claims 8x8x4, the arithmetic gives 8x8x3"
    [told] = network("INPUT: 8x8x6\nbn => 8x8x4").diagnostics
    assert told.message.endswith("gives 8x8x6: it keeps the channels of its input")


def test_several_inputs_are_declared_by_name():
    net = network("left: input 64x64x3\nright: input 32x32x1\nrelu")
    assert [(x.name, x.output.dims) for x in net.inputs] == [("left", (3, 64, 64)), ("right", (1, 32, 32))]
    assert net.nodes[0].inputs == (net.inputs[1],)


# 3. Kinds and postfixes


@pytest.mark.parametrize(
    ("line", "twin"),
    [
        ("pool max 2x2", "maxpool 2x2"),
        ("pool avg 2x2", "avgpool 2x2"),
        ("pool average 2x2", "avgpool 2x2"),
        ("pool 2x2", "maxpool 2x2"),
        ("max pool 2x2", "maxpool 2x2"),
        ("avg pool 2x2", "avgpool 2x2"),
        ("POOL2: avg 2x2", "avgpool 2x2"),
        ("POOL2: max 2x2 stride 1", "maxpool 2x2 stride 1"),
        ("POOL5: global avg", "gap"),
        ("global avg pool", "gap"),
        ("global avgpool", "gap"),
        ("avgpool global", "gap"),
        ("GLOBAL POOL: avg", "gap"),
        ("linear 10", "fc 10"),
        ("max pool global", "global maxpool"),
        ("adaptive maxpool 7", "ADAPTIVE MAX POOL: 7x7"),
        ("norm", "lrn 5"),
        ("swish", "silu"),
        ("Swish", "SILU1:"),
        ("layerscale", "layerscale 1e-6"),
        ("droppath 0.1", "droppath p=1/10"),
        ("gn 3", "gn groups 3"),
        ("ln", "ln eps 1e-5"),
        ("scale 0.5", "scale 1/2"),
        ("shuffle 3", "shuffle groups=3"),
        ("slice 0:C//2", "slice 0:1"),
        ("reshape 1024x3", "reshape [1024x3]"),
        ("reshape 3@1024", "reshape 1024*3"),
        ("rbf 10", "RBF: K=10"),
        ("NORM1: Normalization layer", "lrn 5"),
        ("lrn size 5 alpha 1e-4 beta 0.75 k 2", "lrn"),
        ("leaky", "leaky 0.01"),
        ("elu", "elu 1.0"),
        ("dropout", "dropout 0.5"),
        ("dropout p 0.2", "dropout 1/5"),
        ("dropout p=0.2", "dropout 0.2"),
        ("maxpool 2x2", "maxpool 2x2 stride 2x2"),
        ("maxpool 3x2", "maxpool 3x2 stride 3x2"),
        ("conv depthwise 3x3", "conv 3 depthwise 3x3"),
        ("conv depthwise 3", "conv 3 3x3 depthwise"),
        ("conv (C) depthwise", "conv 3 3x3 depthwise"),
        ("conv depthwise C stride 2 pad C//2", "conv 3 3x3 depthwise stride 2 pad 1"),
        ("conv 2*C depthwise 3x3", "conv 6 3x3 depthwise"),
        ("conv 8 3x3", "conv 8 3x3 stride 1 pad 0 dilation 1 groups 1"),
        ("fc 10 in 3,072", "fc 10 in 3072"),
    ],
)
def test_other_spellings_and_defaults(line, twin):
    one, other = layer(line), layer(twin)
    assert one[::2] == other[::2]
    left, right = ({k: v for k, v in made[1].items() if k not in ("filters",)} for made in (one, other))
    assert left == right


def test_new_norms_and_activations_are_postfixes():
    for words in ("bn relu6", "gn 4 silu", "ln eps=1e-6 gelu droppath 0.1", "layerscale scale -1 mish", "stanh abs"):
        kinds = [word for word in words.split() if word in layers.keywords()]
        assert len(kinds) > 1
        assert [node.kind for node in network(f"{INPUT}CONV1: 64 3x3 pad 1 {words}")] == ["conv", *kinds]
        assert [node.kind for node in network(f"{INPUT}after conv: {words}\nconv 64 3x3")] == ["conv", *kinds]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("SILU1:", "silu"),
        ("GELU:", "gelu"),
        ("LN1:", "ln"),
        ("gn_2: 3", "gn"),
        ("ABS:", "abs"),
        ("PRELU2: channelwise", "prelu"),
        ("SCALE1: 0.17", "scale"),
        ("SLICE1: 0:2", "slice"),
        ("RBF: 10", "rbf"),
        ("swish3:", "silu"),
        # a number at the end of a name counts layers
        ("RELU6:", "relu"),
        ("relu6:", "relu"),
        ("RELU6: relu6", "relu6"),
        ("relu6_1:", "relu6"),
        ("relu6", "relu6"),
    ],
)
def test_names_spell_the_new_kinds(line, kind):
    assert [node.kind for node in network(INPUT + line)] == [kind]


def test_abs_is_a_kind_alone_and_a_function_where_its_parenthesis_touches_it():
    assert rows(f"{INPUT}abs\nabs (a remark)\nconv abs(-8) 3x3 abs\nconv (abs(C) + 1) 3x3 stride abs(-1)") == [
        "abs1 abs 32x32x3",
        "abs2 abs 32x32x3",
        "conv1 conv 30x30x8",
        "conv1.abs abs 30x30x8",
        "conv2 conv 28x28x9",
    ]
    assert layer("k = -2\nscale abs(k)")[1]["number"] == 2
    assert codes(f"abs = 3\n{INPUT}relu") == ["SYN114 1:1"]


@pytest.mark.parametrize("line", ["scale -1/2", "scale k", "scale (k)", "scale number=k", "conv 3 1x1 scale k"])
def test_scale_multiplies_by_any_number(line):
    given = f"k = -1/2\n{INPUT}"
    assert layer(line, given)[1]["number"] == Fraction(-1, 2)


@pytest.mark.parametrize(
    "line", ["slice 0:C//2", "slice 0:(C - C//2)", "slice channels 0:k", "SLICE1: 0:k", "slice 0:1+1"]
)
def test_slices_are_expressions(line):
    assert rows(f"k = 2\nINPUT: 8x8x4\n{line}")[0].endswith("slice 8x8x2")


def test_reshape_reads_shapes_as_the_file_orders_them():
    assert rows("INPUT: 784\nreshape 28x28x1\nconv 6 5x5") == ["reshape1 reshape 28x28x1", "conv1 conv 24x24x6"]
    assert rows("axes CxHxW\nINPUT: 3x4x5\nreshape 5x4x3") == ["reshape1 reshape 5x4x3"]
    assert network("axes CxHxW\nINPUT: 3x4x5\nreshape 5x4x3").nodes[0].output.dims == (5, 4, 3)
    assert network("INPUT: 5x4x3\nreshape 2x6x5").nodes[0].output.dims == (5, 6, 2)


def test_a_pool_behind_another_layer_keeps_its_words():
    assert rows(f"{INPUT}conv 8 3x3 relu avg pool 2x2") == [
        "conv1 conv 30x30x8",
        "conv1.relu relu 30x30x8",
        "conv1.avgpool avgpool 15x15x8",
    ]
    assert rows(f"{INPUT}relu max pool 2x2 global avg pool")[1:] == [
        "relu1.maxpool maxpool 16x16x3",
        "relu1.gap gap 1x1x3",
    ]


def test_postfixes_stand_in_order_and_are_named_by_their_kind():
    text = "CONV1: 8 3x3 relu relu bn relu maxpool 2 dropout 0.1 dropout 0.2"
    assert [node.name for node in network(INPUT + text)] == [
        "CONV1",
        "CONV1.relu",
        "CONV1.relu2",
        "CONV1.bn",
        "CONV1.relu3",
        "CONV1.maxpool",
        "CONV1.dropout",
        "CONV1.dropout2",
    ]
    assert {node.line for node in network(INPUT + text)} == {"CONV1"}
    assert [n.name for n in network(f"{INPUT}relu relu")] == ["relu1", "relu1.relu"]
    refused("conv 8 3x3 fc 10", "SYN107")
    refused("relu conv 8 3x3", "SYN107")


def test_a_name_stands_for_its_whole_line_and_its_parts_for_themselves():
    text = f"{INPUT}CONV1: 8 3x3 pad 1 bn relu\n"
    for claim in ("params(CONV1) = 240", "params(CONV1.conv) = 224", "params(CONV1.bn) = 16", "params(CONV1.relu) = 0"):
        assert network(f"{text}expect {claim}").diagnostics == ()
    assert network(f"{text}expect params(CONV1, CONV1.bn) > 0").diagnostics == ()
    assert codes(f"{text}expect params(CONV1.gap) = 0") == ["SYN110 3:15"]


def test_after_speaks_to_every_such_line_below_it():
    text = "CONV1: 8 3x3\nafter conv: pad 1 relu\nCONV2: 8 3x3\nCONV3: 8 3x3 pad 0\nFC: 10"
    assert rows(INPUT + text) == [
        "CONV1 conv 30x30x8",
        "CONV2 conv 30x30x8",
        "CONV2.relu relu 30x30x8",
        "CONV3 conv 28x28x8",
        "CONV3.relu relu 28x28x8",
        "FC fc 10",
    ]


def test_after_is_all_or_nothing():
    after = "after conv: pad 1 relu\n" + INPUT
    assert rows(f"{after}conv 8 3x3 bn") == ["conv1 conv 30x30x8", "conv1.bn bn 30x30x8"]
    assert rows(f"{after}conv 8 3x3 plain") == ["conv1 conv 30x30x8"]
    assert rows(f"{after}conv 8 3x3 plain stride 2") == ["conv1 conv 15x15x8"]


def test_the_latest_after_wins_and_a_body_ends_its_own():
    text = "after conv: relu\nafter conv: bn\ng:\n  conv 8 1\n  after conv: tanh\n  conv 8 1\nconv 8 1"
    kinds = [node.kind for node in network(INPUT + text)]
    assert kinds == ["conv", "bn", "conv", "tanh", "conv", "bn"]


def test_after_reaches_ranges_repeats_and_every_spelling_of_its_kind():
    kinds = [n.kind for n in network(f"after pool: dropout\n{INPUT}MAX POOL1..2: 2x2\nrepeat 2\n  max pool 1")]
    assert kinds == ["maxpool", "dropout"] * 4
    assert [n.kind for n in network(f"after norm: relu\n{INPUT}NORM1:\nlrn")] == ["lrn", "relu"] * 2
    assert [n.kind for n in network(f"after avg pool: relu\n{INPUT}AVG POOL1: 2")] == ["avgpool", "relu"]
    assert [n.kind for n in network(f"after conv:\n{INPUT}conv 8 1")] == ["conv"]


# 4. Padding and rounding


@pytest.mark.parametrize(
    ("pad", "cells"),
    [
        ("pad 2", ((2, 2), (2, 2))),
        ("pad=2", ((2, 2), (2, 2))),
        ("pad 1x2", ((2, 2), (1, 1))),
        ("pad 0:1", ((0, 1), (0, 1))),
        ("pad 0:1x2:3", ((2, 3), (0, 1))),
        ("pad 1x2:3", ((2, 3), (1, 1))),
        ("pad valid", ((0, 0), (0, 0))),
        ("pad full", ((4, 4), (4, 4))),
        ("pad same", ((2, 2), (2, 2))),
        ("pad SAME", ((2, 2), (2, 2))),
        ("pad (1 + 1)", ((2, 2), (2, 2))),
        ("pad (1):(2)x(3):(4)", ((3, 4), (1, 2))),
        ("P=2", ((2, 2), (2, 2))),
        ("", ((0, 0), (0, 0))),
    ],
)
def test_pads(pad, cells):
    assert network(f"{INPUT}conv 8 5x5 {pad}").nodes[0].window.pad == cells


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_pad_same_is_tensorflows_rule_with_the_odd_cell_at_the_end(stride):
    for extent in range(5, 12):
        node = network(f"INPUT: {extent}x{extent}x1\nconv 1 4 pad same stride {stride}").nodes[0]
        assert node.output.extents == (-(-extent // stride),) * 2
        assert all(end - start in (0, 1) for start, end in node.window.pad)


@pytest.mark.parametrize("fill", ["copy", "reflect", "circular"])
def test_fills_follow_their_pad(fill):
    assert network(f"{INPUT}conv 8 3x3 pad 2 {fill}").nodes[0].layer.pad == Pad(((2, 2), (2, 2)), "", fill)
    assert network(f"{INPUT}conv 8 3x3 pad same {fill} relu").nodes[0].layer.pad.fill == fill
    refused(f"conv 8 3x3 {fill}", "SYN107")


def test_pad_is_solved_for():
    assert network(f"{INPUT}conv 8 3x3 pad ? => 32x32x8").nodes[0].layer.pad == Pad(((1, 1), (1, 1)), "", "zeros")
    refused("CONV: K=32 F=5 S=2 P=?", "SHP117")


def test_rounding_speaks_of_pooling():
    line = "maxpool 3x3 stride 2"
    assert rows(f"{INPUT}{line}")[0].endswith("15x15x3")
    assert rows(f"rounding ceil\n{INPUT}{line}")[0].endswith("16x16x3")
    assert rows(f"{INPUT}{line} ceil")[0].endswith("16x16x3")
    assert rows(f"rounding ceil\n{INPUT}conv 3 3x3 stride 2")[0].endswith("15x15x3")
    assert rows(f"rounding floor\n{INPUT}{line}")[0].endswith("15x15x3")
    assert "error" in {f.severity for f in network(f"rounding exact\n{INPUT}{line}").diagnostics}
    assert "error" not in {f.severity for f in network(INPUT + line).diagnostics}
    assert codes(f"rounding up\n{INPUT}relu") == ["SYN111 1:10"]


# 5. Ranges, repeats and groups


def test_a_range_repeats_its_line_and_its_claim_holds_for_each():
    net = network("INPUT: 19x19x48\nCONV2..12: 192 3x3 filters, stride 1, pad 1 => [19x19x192]")
    assert [node.name for node in net] == [f"CONV{n}" for n in range(2, 13)]
    assert checked(net) == 11
    assert [n.name for n in network(f"{INPUT}CONV08..10: 8 1")] == ["CONV08", "CONV09", "CONV10"]
    assert [n.name for n in network(f"{INPUT}3.1..2: conv 8 1")] == ["3.1", "3.2"]
    assert [n.name for n in network(f"{INPUT}CONV1 .. 2 : 8 1")] == ["CONV1", "CONV2"]


def test_an_end_may_be_an_expression_and_an_empty_range_makes_nothing():
    for end in ("2", "(n-1)", "(n - 1)", "(2*n - 4)"):
        assert len(rows(f"n = 3\n{INPUT}CONV1..{end}: 8 1")) == 2
    assert rows(f"{INPUT}relu\nCONV2..(1): 8 1\nCONV3..1: 8 1") == ["relu1 relu 32x32x3"]
    assert codes(f"{INPUT}CONV1..(7/2): 8 1") == ["SYN111 2:1"]
    assert codes(f"{INPUT}CONV..3: 8 1") == ["SYN111 2:1"]
    assert codes(f"{INPUT}CONV2..CONV4: 8 1") == ["SYN107 2:8"]


def test_in_a_range_i_is_the_number():
    net = network(f"{INPUT}CONV2..4: 8*i 1 dropout i/10 => 32x32x(8*i)")
    assert [node.output.channels for node in net if node.kind == "conv"] == [16, 24, 32]
    assert [str(node.layer.p) for node in net if node.kind == "dropout"] == ["1/5", "3/10", "2/5"]
    assert net.diagnostics == ()
    refused("conv i 3", "SYN110")


def test_a_named_repeat_numbers_its_passes_from_0():
    net = network(f"{INPUT}tower: repeat 2\n  conv 8*(i+1) 1\n  out: relu")
    assert [n.name for n in net] == ["tower.0.conv1", "tower.0.out", "tower.1.conv1", "tower.1.out"]
    assert [n.output.channels for n in net] == [8, 8, 16, 16]
    nested = network(f"{INPUT}a: repeat 2:\n  b: repeat 1+1\n    conv 1+i 1")
    assert [n.name for n in nested][1:3] == ["a.0.b.1.conv1", "a.1.b.0.conv1"]
    assert [n.output.channels for n in nested] == [1, 2, 1, 2]


def test_an_unnamed_repeat_holds_anonymous_lines_only():
    assert [n.name for n in network(f"{INPUT}conv 8 1\nrepeat 2\n  conv 8 1 relu\nconv 8 1")] == [
        "conv1",
        "conv2",
        "conv2.relu",
        "conv3",
        "conv3.relu",
        "conv4",
    ]
    assert len(rows(f"{INPUT}repeat 2\n  repeat 3\n    relu")) == 6
    assert codes(f"{INPUT}repeat 2\n  CONV1: 8 1") == ["SYN116 3:3"]
    assert codes(f"{INPUT}repeat 2\nrelu") == ["SYN116 2:8"]
    assert rows(f"{INPUT}repeat 0\n  conv 8 1\nrelu") == ["relu1 relu 32x32x3"]


def test_a_group_is_a_named_body():
    net = network(
        f"{INPUT}head:\n  conv 8 3x3 => 30x30x8\n  relu\nFC: 10\nexpect params(head) = 224\nexpect rf(head) = 3"
    )
    assert [n.name for n in net] == ["head.conv1", "head.relu1", "FC"]
    assert net.diagnostics == ()
    assert [n.name for n in network(f"{INPUT}conv1:\n  conv 8 1\npool:\n  pool 2")] == ["conv1.conv1", "pool.maxpool1"]
    assert [n.name for n in network(f"{INPUT}s1..2:\n  conv 8*i 1")] == ["s1.conv1", "s2.conv1"]
    assert len(rows(f"{INPUT}t1..2: repeat 2\n  relu")) == 4
    assert codes(f"{INPUT}head:\nrelu") == ["SYN106 2:1"]


def test_a_dotted_prefix_is_the_group_below_it():
    text = f"{INPUT}layer4.0: conv 8 1\nlayer4.1: conv 8 1\n"
    assert network(f"{text}expect params(layer4) = 104").diagnostics == ()
    assert network(f"{INPUT}t: repeat 2\n  conv 8 1\nexpect params(t.0) = 32\nexpect params(t) = 104").diagnostics == ()
    assert codes(f"{text}expect params(layer) = 104") == ["SYN110 4:15"]


def test_indentation_nests_and_tabs_are_errors():
    assert rows(f"{INPUT}a:\n      b:\n        relu\n      bn\nrelu") == [
        "a.b.relu1 relu 32x32x3",
        "a.bn1 bn 32x32x3",
        "relu1 relu 32x32x3",
    ]
    assert codes(f"{INPUT}a:\n    relu\n  bn") == ["SYN104 4:3"]
    assert codes(f"{INPUT}a:\n\trelu") == ["SYN104 3:1"]
    assert codes(f"{INPUT}relu\n  bn") == ["SYN116 3:3"]


# 5 is in test_graphs.py


# 6. Constants and expressions


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("192", 192),
        ("2 * (3 + 4)", 14),
        ("7 // 2", 3),
        ("7 % 4", 3),
        ("2 ** 10", 1024),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2 + 8", 4),
        ("- -3", 3),
        ("1.1 * 10", 11),
        ("0.1 + 0.2 + 0.7", 1),
        ("1e3", 1000),
        ("1.5e1", 15),
        (".5 * 4", 2),
        ("4,096", 4096),
        ("10 / 4 * 2", 5),
        ("min(3, 4)", 3),
        ("min(3)", 3),
        ("max(3)", 3),
        ("max(3, 4, 5)", 5),
        ("floor(7/2)", 3),
        ("ceil(7/2)", 4),
        ("round(5/2)", 2),
        ("round(7/2)", 4),
        ("abs(-3)", 3),
        ("if(1, 2, 3)", 2),
        ("if(0, 2, 3)", 3),
        ("if(1, 2, 1/0)", 2),
        ("pick(0, 5, 6)", 5),
        ("pick(1, 5, 6)", 6),
        ("divisible(32*0.75, 8)", 24),
        ("divisible(32*0.35, 8)", 16),
        ("divisible(3, 8)", 8),
        ("divisible(12, 8)", 16),
        ("1 + (2 < 3)", 2),
        ("1 + (2 > 3)", 1),
        ("2 <= 2", 1),
        ("2 == 2", 1),
        ("2 != 2 or 1", 1),
        ("1 and 1", 1),
        ("not 0", 1),
        ("1 + (0 and 1/0)", 1),
        ("1 or 1/0", 1),
        ("2**64 // 2**60", 16),
        ("7//2*2", 6),
        ("(1 + 2) * -1 + 4", 1),
        ("-7 // 2 + 5", 1),
        ("-7 % 4", 1),
        ("max((1), 2)", 2),
    ],
)
def test_expressions_are_exact(expression, value):
    for text in (f"k = {expression}\n{INPUT}fc k", f"{INPUT}fc ({expression})"):
        assert network(text).nodes[0].output.channels == value
    if " " not in expression:
        assert network(f"{INPUT}fc {expression}").nodes[0].output.channels == value


def test_integers_are_exact_at_any_size():
    net = network(f"k = 10**300\n{INPUT}fc k")
    assert net.params == 3073 * 10**300


@pytest.mark.parametrize(
    ("line", "twin"),
    [
        ("conv k 3x3", "conv 4 3x3"),
        ("conv 2*k 3x3 stride k//2 pad k-3", "conv 8 3x3 stride 2 pad 1"),
        ("conv k (k-1)x(k)", "conv 4 3x4"),
        ("conv k (k)x1", "conv 4 4x1"),
        ("conv k 3x(k)", "conv 4 3x4"),
        ("conv k k", "conv 4 4"),
        ("conv K=k F=k", "conv 4 4"),
        ("conv k 3x3 pad k//2:k", "conv 4 3x3 pad 2:4"),
        ("conv C 3x3", "conv 3 3x3"),
        ("conv max(C,8) 3x3", "conv 8 3x3"),
        ("conv 2*C 3x3 groups C", "conv 6 3x3 groups 3"),
        ("maxpool W", "maxpool 32"),
        ("maxpool (W)x(H)", "maxpool 32x32"),
        ("fc W*H*C", "fc 3072"),
        ("maxpool ceil(3/2)", "maxpool 2"),
        ("dropout 1/k", "dropout 0.25"),
        ("conv k 3x3 stride if(W>10,2,1)", "conv 4 3x3 stride 2"),
        ("conv -k+8 3x3", "conv 4 3x3"),
    ],
)
def test_anywhere_a_number_stands_an_expression_may(line, twin):
    same(line, twin, f"k = 4\n{INPUT}")


def test_an_argument_ends_at_a_space():
    refused("conv 4 * 2 3x3", "SYN107")
    refused("conv 4* 2 3x3", "SYN109")
    same("conv (4 * 2) 3x3", "conv 8 3x3")
    same("conv 8 3 pad +1", "conv 8 3 pad 1")


def test_extents_that_are_no_plain_numbers_take_parentheses():
    for line in ("conv 8 3xk", "conv 8 kx3", "conv 8 3 x k"):
        assert codes(f"k = 3\n{INPUT}{line}")[0].startswith("SYN107 3:")


def test_c_w_h_d_l_are_the_incoming_tensors_own_on_that_line():
    assert [n.output.channels for n in network(f"{INPUT}conv C+1 3\nconv C+1 3\nfc W")] == [4, 5, 28]
    assert network("INPUT: 7x5x3\nfc 10*W+H").nodes[0].output.channels == 75
    assert network("INPUT: 7x3\nfc 10*L+C").nodes[0].output.channels == 73
    assert network("INPUT: 7x6x5x3\nfc 100*W+10*H+D").nodes[0].output.channels == 765
    assert network(f"{INPUT}conv 8 3 maxpool W").nodes[1].output.extents == (1, 1)
    refused("fc L", "SYN110")
    refused("fc D", "SYN110")


def test_a_count_that_is_not_whole_is_an_error_that_suggests():
    [finding] = analyse(f"{INPUT}conv C/2 3", "spec", "spec.spec").findings
    assert finding.message == "filters is 3/2 = 1.5, and must be whole"
    assert finding.hint == "use floor(...), ceil(...) or //"


def test_constants_are_set_once_in_order_before_any_layer():
    assert rows(f"{INPUT}conv k 1\nk = 8") == ["conv1 conv 32x32x8"]
    assert rows(f"k=4\nm = 2*k # twice\n{INPUT}conv m 1") == ["conv1 conv 32x32x8"]
    assert codes(f"m = 2*k\nk = 4\n{INPUT}relu") == ["SYN110 1:7"]
    assert codes(f"k = 4\nk = 4\n{INPUT}relu") == ["SYN112 2:1"]
    assert codes(f"k = C\n{INPUT}relu") == ["SYN110 1:5"]


def test_set_overrides_constants_and_those_made_from_them():
    text = f"k = 4\nm = 2*k\n{INPUT}conv k 1\nconv m 1"
    assert [n.output.channels for n in loads(text, set={"k": 5})] == [5, 10]
    assert [n.output.channels for n in loads(text, set={"k": "2*3", "m": 7})] == [6, 7]
    assert loads(f"p = 0.5\n{INPUT}dropout p", set={"p": 0.1}).nodes[0].layer.p * 10 == 1
    with pytest.raises(ValueError, match="no constant 'q' to set"):
        loads(text, set={"q": 3})


@pytest.mark.parametrize(
    "name", ["conv", "relu", "pool", "nobias", "ceil", "plain", "axes", "expect", "x", "i", *"CWHDL", "and"]
)
def test_a_constant_is_not_named_like_a_word_of_the_language(name):
    assert codes(f"{name} = 3\n{INPUT}relu") == ["SYN114 1:1"]


@pytest.mark.parametrize(
    "name", ["k", "stride", "pad", "groups", "filters", "c", "w", "k2", "n_blocks", "alpha", "größe"]
)
def test_any_other_name_may_be_a_constants(name):
    same(f"conv ({name}) 3x3 stride {name}", "conv 3 3x3 stride 3", f"{name} = 3\n{INPUT}")


def test_a_constant_of_a_body_is_evaluated_where_it_stands():
    assert [n.output.channels for n in network(f"{INPUT}conv 4 1\ng:\n  c = 2*C\n  conv c 1\nconv C 1")] == [4, 8, 8]
    assert [n.output.channels for n in network(f"{INPUT}repeat 3\n  c = i + 1\n  conv c 1")] == [1, 2, 3]


# 7. Claims and expectations


@pytest.mark.parametrize(
    "claims",
    [
        "30x30x8, 224 params, 194,400 macs, rf 3",
        "[30x30x8], 224 parameters, 0.1944M macs, rf 3",
        "30x30x8 (a remark), params 224",
        "224 params and 216 weights and 8 biases, 0 buffers",
        "28*8 params, 7,200 activations",
        "0.2M MACs, 194.4K macs, 194.4k macs",
        "(W-2)x(H-2)x8",
        "rf 3, 30x30x8",
        "388,800 flops",
    ],
)
def test_claims_hold(claims):
    net = network(f"{INPUT}CONV1: 8 3x3 => {claims}")
    assert [f.message for f in net.diagnostics] == []
    assert checked(net) >= 1


@pytest.mark.parametrize(
    "claims", ["225 params", "30x30x9", "rf 4", "0.3M macs", "215 weights", "9 biases", "1 buffers"]
)
def test_a_claim_that_fails_is_a_finding_and_never_a_crash(claims):
    net = network(f"{INPUT}CONV1: 8 3x3 => {claims}")
    assert [f.code.code[:3] for f in net.diagnostics] == ["REF"]
    assert [f.code.code[:3] for f in network(f"{INPUT}[{claims}] CONV1: 8 3x3").diagnostics] == ["REF"]


@pytest.mark.parametrize(
    ("figure", "holds"),
    [
        ("= 138,357,544", True),
        ("= 138357544", True),
        ("= 138M", True),
        ("== 138.4M", True),
        ("= 138.36M", True),
        ("= 139M", False),
        ("= 138.3M", False),
        ("= 138,357,545", False),
        ("= 0.1384G", True),
        ("= 132Mi", True),
        ("= 131.95Mi", True),
        ("= 131Mi", False),
        ("<= 140M", True),
        ("< 138,357,544", False),
        (">= 138,357,544", True),
        ("> 138M", True),
        ("!= 139M", True),
        ("!= 138M", False),
        ("= 138,357,000 + 544", True),
        ("= 2*69178772 (all)", True),
        ("= n*1000 + 544", True),
    ],
)
def test_a_printed_figure_is_held_at_its_printed_precision(figure, holds):
    text = f"n = 138357\nINPUT: 1\nfc 69178772\nexpect params {figure}"
    assert [f.code.code[:3] for f in network(text).diagnostics] == ([] if holds else ["REF"])


def test_exactly_half_a_unit_off_still_holds():
    for params, figure, holds in (
        (61_250_000, "61.2M", True),
        (61_250_000, "61.3M", True),
        (61_250_000, "61.1M", False),
    ):
        text = f"INPUT: 1\nfc {params} nobias\nexpect params = {figure}"
        assert (network(text).diagnostics == ()) is holds


@pytest.mark.parametrize(
    "expectation",
    [
        "params = 234",
        "Params == 234",
        "params(CONV1) = 224",
        "params(BN1) = 16",
        "params(CONV1, BN1) = 240",
        "params(CONV1, weights) = 216",
        "weights(CONV1) = 216",
        "rf(BN1) = 3",
        "rf = 3",
        "macs(CONV1) = 194.4K",
        "params(train) = 240",
        "buffers(BN1) = 17",
        "activations(CONV1) = 7200",
        "macs <= 600M",
        "params(CONV1.conv) = 224",
        "flops(CONV1) = 2*194400",
        "params(INPUT) = 0",
    ],
)
def test_expectations(expectation):
    net = analyse(f"{INPUT}CONV1: 8 3x3\nBN1:\nexpect {expectation}", "spec", "spec.spec")
    assert net.findings == ()


def test_claims_speak_of_the_file_as_written():
    text = f"k = 8\n{INPUT}CONV1: k 3x3 => 30x30x(k), 224 params\nexpect params = 28*k\nexpect macs = 194,400"
    for options in ({"set": {"k": 9}}, {"input": "32x32x3"}):
        net = network(text, **options)
        assert (checked(net), unheld(net)) == (2, 2)
        assert net.diagnostics == ()
    assert (checked(network(text)), unheld(network(text))) == (4, 0)


def test_the_callers_input_is_read_in_the_files_order():
    assert loads(f"{INPUT}relu", input="9x8x3").inputs[0].output.dims == (3, 8, 9)
    assert loads("axes CxHxW\nINPUT: 3x32x32\nrelu", input="3x9x8").inputs[0].output.dims == (3, 9, 8)
    with pytest.raises(ValueError, match="is no shape"):
        loads(f"{INPUT}relu", input="9 by 8")


# 8. Unknowns


@pytest.mark.parametrize(
    "line",
    ["conv ? 3x3 => 30x30x8", "conv 8 ? => 30x30x8", "conv 8 3 stride ? => 30x30x8", "conv 8 3 pad ? => 30x30x8"],
)
def test_unknowns_are_solved_for(line):
    net = network(INPUT + line)
    assert [net.order.text(node.output) for node in net] == ["30x30x8"]
    assert [len(solved.answers) for solved in net.solved] == [1]


# 9. Training recipe


def test_the_recipe_is_parsed_and_kept():
    recipe = "batch 128, sgd momentum 0.9, lr 1e-2, decay 5e-4, epochs 90, loss cross_entropy"
    assert network(f"{INPUT}relu\ntrain: {recipe}").recipe == recipe
    assert network(f"TRAIN : {recipe} # comment\n{INPUT}relu").recipe == recipe
    assert codes(f"{INPUT}relu\ntrain batch 128") == ["SYN107 3:1"]


# 10. Comments that speak to the linter


@pytest.mark.parametrize(
    "comment", ["cnncalc: ignore[stride-drops-pixels] a slide", "cnncalc: ignore[FIT101]", "noqa: FIT101"]
)
def test_comments_silence_the_linter(comment):
    text = "INPUT: 10x10x3\nconv 8 2x2 stride 3 pad 1:0; relu\nconv 8 3x3 stride 2"
    loud = {f.code.code for f in network(text).lint()}
    assert "FIT101" in loud
    assert "FIT101" not in {f.code.code for f in network(f"{text} # {comment}").lint()}


# The two listings of the README, whole


def marked(text):
    """A listing as a web page pastes it: emphasis, no-break spaces, the multiplication sign, ligatures, CRLF."""
    out = []
    for line in text.splitlines():
        name = line.rpartition(":")[0].rpartition("] ")[2] if ":" in line else ""
        out.append(line.replace(f"{name}:", f"**{name}:**") if name else line)
    return "\r\n".join(out).replace("x", "\u00d7").replace("filters", "\ufb01lters").replace(" ", "\u00a0")


@pytest.mark.parametrize(("text", "params", "claims"), [(ALEXNET, 62_378_344, 13), (ALPHAGO, 3_882_433, 13)])
def test_the_listings_are_read_as_they_stand(text, params, claims):
    net = network(text)
    assert (net.params, checked(net)) == (params, claims)
    assert not [f for f in net.diagnostics if f.severity == "error"]


@pytest.mark.parametrize("text", [ALEXNET, ALPHAGO])
@pytest.mark.parametrize(
    "turn", [marked, str.upper, lambda t: t.replace(" ", "\t"), lambda t: t.replace("\n", "  \n\n")]
)
def test_the_listings_are_read_however_they_are_pasted(text, turn):
    assert [(n.kind, n.layer.__dict__) for n in network(turn(text))] == [
        (n.kind, n.layer.__dict__) for n in network(text)
    ]


def test_order_of_axes_changes_only_how_a_shape_is_shown():
    net = network(ALEXNET)
    assert Order.of("CxHxW").text(net["CONV1"].output) == "96x55x55"


def test_a_kind_of_two_words_is_one_layer_as_a_line_and_as_a_postfix():
    """A kind is the longest match: `leaky relu` is one activation, as people write it, not two."""
    assert [node.kind for node in loads(f"{INPUT}conv 4 3x3 leaky relu")] == ["conv", "leaky"]
    assert [node.kind for node in loads(f"{INPUT}Leaky ReLU 0.2\nleaky 0.2 relu")] == ["leaky", "leaky", "relu"]
    assert [node.kind for node in loads(f"after conv: bn leaky relu\n{INPUT}conv 4 3x3")] == ["conv", "bn", "leaky"]
