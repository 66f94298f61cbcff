"""The exercises of the slides, with the answers the slides give."""

import pytest
from listings import ALEXNET, ALPHAGO

import cnncalc


def one(shape: str, line: str):
    """The only layer of a network of one line."""
    (node,) = cnncalc.loads(f"INPUT: {shape}\n{line}")
    return node


def test_the_alexnet_listing_reads_as_it_stands():
    net = cnncalc.loads(ALEXNET)
    assert (net.params, net.macs) == (62_378_344, 1_135_256_096)
    assert [node.output.dims for node in net] == [
        (96, 55, 55), (96, 27, 27), (96, 27, 27), (256, 27, 27), (256, 13, 13), (256, 13, 13),
        (384, 13, 13), (384, 13, 13), (256, 13, 13), (256, 6, 6), (4096,), (4096,), (1000,),
    ]  # fmt: skip
    assert sum(len(line.claims) for line in net.lines) == 13
    assert net.diagnostics == ()


@pytest.mark.parametrize("row", range(1, 14))
def test_every_claim_of_the_alexnet_listing_is_checked(row):
    lines = ALEXNET.strip().splitlines()
    lines[row] = lines[row].replace("[", "[1", 1)
    net = cnncalc.loads("\n".join(lines))
    assert [(f.code.code, f.span.line) for f in net.diagnostics] == [("REF101", row + 1)]


def test_the_alphago_listing_reads_as_it_stands():
    net = cnncalc.loads(ALPHAGO)
    assert [node.name for node in net] == [f"CONV{n}" for n in range(1, 13)] + ["CONV"]
    assert sum(len(line.claims) for line in net.lines) == 13
    assert net.diagnostics == ()
    # 3,880,128 weights, the hidden layers' 12 * 192 biases and the last filter's one
    assert net.params == 3_880_128 + 2_304 + 1
    assert net.macs == 1_400_726_208


def test_ten_5x5_filters_on_32x32x3():
    node = one("32x32x3", "conv 10 5x5 stride 1 pad 2")
    assert node.output.dims == (10, 32, 32)
    assert node.params == (5 * 5 * 3 + 1) * 10 == 760


def test_64_3x3_filters_on_rgb_have_1728_weights():
    assert one("224x224x3", "conv 64 3x3 nobias").params == 1_728


@pytest.mark.parametrize(("stride", "extent"), [(1, 5), (2, 3)])
def test_7x7_with_3x3(stride, extent):
    net = cnncalc.loads(f"INPUT: 7x7x1\nconv 1 3x3 stride {stride}")
    assert net["conv1"].output.extents == (extent, extent)
    assert net.diagnostics == ()


def test_7x7_with_3x3_at_stride_3_does_not_fit():
    (finding,) = cnncalc.loads("INPUT: 7x7x1\nconv 1 3x3 stride 3").diagnostics
    assert finding.code.code == "FIT101"
    assert "(7 + 2*0 - 3)/3 + 1 = 2.33" in finding.message
    assert "does not fit; PyTorch takes 2" in finding.message


def test_9_wide_3_kernel_pad_1_stride_2_gives_5():
    net = cnncalc.loads("INPUT: 9x9x1\nconv 1 3x3 pad 1 stride 2")
    assert net["conv1"].output.extents == (5, 5)
    assert net.diagnostics == ()


def test_a_1x1_bottleneck_saves_most_multiplications():
    wide = one("11x11x120", "conv 20 5x5 pad 2")
    assert wide.macs == 7_260_000
    narrow = cnncalc.loads("INPUT: 11x11x120\nconv 6 1x1\nconv 20 5x5 pad 2")
    assert narrow.macs == 450_120


def test_three_stacked_3x3_see_7x7():
    net = cnncalc.loads("INPUT: 32x32x3\nconv1..3: 64 3x3 pad 1\nexpect rf = 7")
    assert [layer["receptive_field"]["size"] for layer in net.to_dict()["layers"]] == [[3, 3], [5, 5], [7, 7]]
    assert net.diagnostics == ()


@pytest.mark.parametrize(
    ("i", "k", "s", "p", "d", "o"),
    [
        (4, 3, 1, 0, 1, 2), (5, 4, 1, 2, 1, 6), (5, 3, 1, 1, 1, 5), (5, 3, 1, 2, 1, 7),
        (5, 3, 2, 0, 1, 2), (5, 3, 2, 1, 1, 3), (6, 3, 2, 1, 1, 3), (7, 3, 1, 0, 2, 3),
    ],
)  # fmt: skip
def test_convolution_arithmetic_of_dumoulin_and_visin(i, k, s, p, d, o):
    assert one(f"{i}x{i}x1", f"conv 1 {k} stride {s} pad {p} dilation {d}").output.extents == (o, o)


def test_cs231n_notes():
    assert one("227x227x3", "96 11x11 stride 4".join(["conv ", ""])).output.elements == 290_400
    # unshared weights: every one of the 290,400 neurons with 363 weights and a bias of its own
    assert 290_400 * (11 * 11 * 3 + 1) == 105_705_600
    (finding,) = cnncalc.loads("INPUT: 10x10x1\nconv 1 3x3 stride 2").diagnostics
    assert "= 4.5" in finding.message
    assert one("5x5x3", "conv 2 3x3 stride 2 pad 1").output.dims == (2, 3, 3)
