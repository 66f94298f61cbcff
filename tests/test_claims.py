"""Claims and expectations: at which precision they hold, what their failure says, what repairs them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnncalc
from cnncalc.api import analyse
from cnncalc.lint.choice import Choice
from cnncalc.lint.claims import checked, unheld
from cnncalc.lint.engine import findings

REF = Choice(select=("REF",), ignore=("REF106",))


def told(text: str, **options) -> list[tuple[str, str, str]]:
    """(code, message, hint) of the claims of a spec that fail."""
    found = findings(analyse(text, "net", "net.spec", **options), REF)
    return [(f.code.code, f.message, f.hint) for f in found]


def params(number: int, claim: str) -> str:
    """A network of so many params that expects something."""
    return f"INPUT: {number}\nFC: 1 nobias\nexpect {claim}"


# the precision of printed figures


@pytest.mark.parametrize(
    ("number", "figure", "holds"),
    [
        (138_357_544, "138M", True),
        (61_250_000, "61.1M", False),
        (61_150_000, "61.1M", True),
        (61_150_001, "61.1M", False),
        (61_050_000, "61.1M", True),
        (61_049_999, "61.1M", False),
        (138_500_000, "138M", True),
        (138_500_001, "138M", False),
        (137_500_000, "138M", True),
        (34_944, "34,944", True),
        (34_945, "34,944", False),
        (34_944, "34944", True),
        (34_944, "35K", True),
        (34_944, "35k", True),
        (34_944, "34.9K", True),
        (34_944, "34.944K", True),
        (34_944, "34.94K", True),
        (34_944, "34.93K", False),
        (159 * 1024 + 512, "159Ki", True),
        (159 * 1024 + 513, "159Ki", False),
        (159 * 1000, "159Ki", False),
        (3 * 2**30, "3Gi", True),
        (3 * 10**9, "3G", True),
        (3 * 2**20, "3.0Mi", True),
        (3 * 10**12, "3T", True),
        (7, "7.0", True),
        (7, "6.95", False),
        (8, "7.5", False),
    ],
)
def test_figures_hold_at_their_printed_precision(number, figure, holds):
    assert (told(params(number, f"params = {figure}")) == []) == holds
    assert (told(params(number, f"params != {figure}")) == []) == (not holds)


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("params <= 1000", True),
        ("params <= 999", False),
        ("params < 1000", False),
        ("params < 1001", True),
        ("params >= 1000", True),
        ("params >= 1001", False),
        ("params > 1000", False),
        ("params > 999", True),
        ("params <= 1K", True),
        ("params <= 0.9K", False),
        ("params == 1000", True),
        ("params = 10*100", True),
        ("params = 10*100 + 1", False),
    ],
)
def test_bounds_hold_to_the_number(claim, holds):
    assert (told(params(1000, claim)) == []) == holds


# claims of shapes


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("55x55x96", True),
        ("55 x 55 x 96", True),
        ("96@55x55", True),
        ("?x55x96", True),
        ("?x?x?", True),
        ("55x55x?", True),
        ("54x55x96", False),
        ("55x55", False),
        ("96x55x55", False),
        ("55@96x55", False),
        ("96", False),
        ("55x55x96x1", False),
    ],
)
def test_shapes(claim, holds):
    assert (told(f"INPUT: 227x227x3\nCONV1: 96 11x11 stride 4 => {claim}") == []) == holds
    assert (told(f"INPUT: 227x227x3\n[{claim}] CONV1: 96 11x11 stride 4") == []) == holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("INPUT: 7x5x3\nCONV: 4 3x3 => 5x3x4", True),
        ("INPUT: 7x5x3\nCONV: 4 3x3 => 3x5x4", False),
        ("INPUT: 7x5x3\nCONV: 1 3x3 => 5x3", True),
        ("axes CxHxW\nINPUT: 3x5x7\nCONV: 4 3x3 => 4x3x5", True),
        ("axes CxHxW\nINPUT: 3x5x7\nCONV: 1 3x3 => 3x5", True),
        ("axes HxWxC\nINPUT: 5x7x3\nCONV: 4 3x3 => 3x5x4", True),
        ("axes HxWxC\nINPUT: 5x7x3\nCONV: 4 3x3 => 4@3x5", True),
        ("INPUT: 3x3x4\nCONV: 8 3x3 => 8", True),
        ("INPUT: 3x3x4\nFC: 8 => 8", True),
        ("INPUT: 3x3x4\nFC: 8 => 9", False),
        ("n = 5\nINPUT: 7x7x3\nCONV: 4 3x3 => (n)x(n)x4", True),
        ("n = 6\nINPUT: 7x7x3\nCONV: 4 3x3 => (n)x(n)x4", False),
        ("INPUT: 32x32x3\nCONV1: 8 3x3 pad 1 relu\nCONV2: 4 3x3; maxpool 2x2 => 15x15x4", True),
    ],
)
def test_shapes_in_context(text, holds):
    assert (told(text) == []) == holds


def test_a_line_is_claimed_after_its_last_postfix():
    text = "INPUT: 32x32x3\nCONV1: 8 3x3 bn relu maxpool 2x2 => 15x15x8, 240 params, 224 weights, 17 buffers"
    assert told(text.replace("224 weights", "224 weights, 16 biases")) == []
    assert [code for code, _, _ in told(text.replace("15x15", "30x30"))] == ["REF101"]


# what failures say: word by word

CHAIN = "INPUT: 224x224x3\nCONV1: 96 11x11 stride 4 => 55x55x96\nPOOL1: max 3x3 stride 2"
ALEX = "INPUT: 227x227x3\nCONV1: 96 11x11 stride 4"

MESSAGES = {
    CHAIN: [
        (
            "REF101",
            "CONV1 claims 55x55x96, the arithmetic gives 54x54x96: (224 + 2*0 - 11)/4 + 1 = 54.25, rounded down to 54",
            "pad 2 on line 2 would give 55x55x96",
        )
    ],
    f"{CHAIN} => 27x27x96": [
        (
            "REF101",
            "CONV1 claims 55x55x96, the arithmetic gives 54x54x96: (224 + 2*0 - 11)/4 + 1 = 54.25, rounded down to 54",
            "pad 2 on line 2 would give 55x55x96",
        ),
        (
            "REF101",
            "POOL1 claims 27x27x96, the arithmetic gives 26x26x96: (54 + 2*0 - 3)/2 + 1 = 26.5, rounded down to 26",
            "pad 2 on line 2 would give 27x27x96 as well",
        ),
    ],
    f"{ALEX} => 55x55x96\nPOOL1: max 3x3 stride 2 => 26x26x96\nCONV2: 256 5x5 pad 2 => 27x27x256": [
        (
            "REF101",
            "POOL1 claims 26x26x96, the arithmetic gives 27x27x96: (55 + 2*0 - 3)/2 + 1 = 27",
            "claim 27x27x96: the next claim below holds with it",
        )
    ],
    "INPUT: 28x28x1\nCONV1: 6 5x5\nPOOL1: max 2x2 stride 2\nCONV2: 16 5x5 => 10x10x16": [
        (
            "REF101",
            "CONV2 claims 10x10x16, the arithmetic gives 8x8x16: (12 + 2*0 - 5)/1 + 1 = 8",
            "pad 1 on line 4 would give 10x10x16",
        )
    ],
    "INPUT: 28x28x1\nCONV1: 6 5x5\nPOOL1: max 2x2 stride 2 => 14x14x6": [
        (
            "REF101",
            "POOL1 claims 14x14x6, the arithmetic gives 12x12x6: (24 + 2*0 - 2)/2 + 1 = 12",
            "pad 2 on line 2 would give 14x14x6",
        )
    ],
    "INPUT: 28x28x1\nCONV1: 6 5x5\nN: conv 8 1x1\nGAP: gap\nFC: 10 => 8": [
        ("REF101", "FC claims 8, the arithmetic gives 10: it has 10 units", "8 units on line 5 would give 8")
    ],
    "INPUT: 8x8x3\nPOOL: max 2x2 => 4x4x8": [
        (
            "REF101",
            "POOL claims 4x4x8, the arithmetic gives 4x4x3: it keeps the channels of its input",
            "the input 8x8x8 on line 1 would give 4x4x8",
        )
    ],
    f"{ALEX} => 55x55x64": [
        (
            "REF101",
            "CONV1 claims 55x55x64, the arithmetic gives 55x55x96: it has 96 filters",
            "64 filters on line 2 would give 55x55x64",
        )
    ],
    "INPUT: 9x7x3\nCONV1: 8 3x3 maxpool 3x3 stride 2 => 5x7x8": [
        (
            "REF101",
            "CONV1 claims 5x7x8, the arithmetic gives 3x2x8: "
            "conv (9 + 2*0 - 3)/1 + 1 = 7 on the width and (7 + 2*0 - 3)/1 + 1 = 5 on the height, then "
            "maxpool (7 + 2*0 - 3)/2 + 1 = 3 on the width and (5 + 2*0 - 3)/2 + 1 = 2 on the height",
            "claim 3x2x8",
        )
    ],
    "INPUT: 8x8x3\nFC: 10 => 1x10x10": [("REF101", "FC claims 1x10x10, the arithmetic gives 10", "claim 10")],
    "INPUT: 57x57x4\nPOOL1: max 2x2 => 29x29x4": [
        (
            "REF101",
            "POOL1 claims 29x29x4, the arithmetic gives 28x28x4: (57 + 2*0 - 2)/2 + 1 = 28.5, rounded down to 28",
            "pad 1 on line 2 would give 29x29x4",
        )
    ],
    f"{ALEX} => 34,848 params": [
        (
            "REF102",
            "CONV1 claims 34,848 params, the arithmetic gives (11*11*3 + 1)*96 = 34,944; "
            "34,848 is its weights without biases",
            "claim 34,848 weights or 34,944 params",
        )
    ],
    f"{ALEX} => 34,944 weights": [
        (
            "REF102",
            "CONV1 claims 34,944 weights, the arithmetic gives 11*11*3*96 = 34,848; "
            "34,944 is its params, biases included",
            "claim 34,944 params or 34,848 weights",
        )
    ],
    f"{ALEX} => 95 biases": [("REF102", "CONV1 claims 95 biases, the arithmetic gives 96", "claim 96 biases")],
    f"{ALEX} => 210.8M macs": [
        (
            "REF102",
            "CONV1 claims 210.8M macs, the arithmetic gives 55*55*96 outputs * 11*11*3 = 105,415,200; "
            "210.8M holds from 210,750,000 to 210,850,000; 210.8M is its flops",
            "claim 210.8M flops or 105,415,200 macs",
        )
    ],
    f"{ALEX} => 105.4M flops": [
        (
            "REF102",
            "CONV1 claims 105.4M flops, the arithmetic gives 2*105,415,200 = 210,830,400; "
            "105.4M holds from 105,350,000 to 105,450,000; 105.4M is its macs",
            "claim 105.4M macs or 210,830,400 flops",
        )
    ],
    f"{ALEX} relu => 290,400 activations": [
        (
            "REF102",
            "CONV1 claims 290,400 activations, the arithmetic gives 55*55*96 + 55*55*96 = 580,800; "
            "290,400 is that of CONV1.conv alone",
            "claim 580,800 activations",
        )
    ],
    "INPUT: 8x8x3\nCONV: 4 3x3 bn => 3 buffers, 112 params": [
        ("REF102", "CONV claims 3 buffers, the arithmetic gives 4 + 4 + 1 = 9", "claim 9 buffers"),
        (
            "REF102",
            "CONV claims 112 params, the arithmetic gives (3*3*3 + 1)*4 + 2*4 = 120; 112 is that of CONV.conv alone",
            "claim 120 params",
        ),
    ],
    "INPUT: 8x8x3\nCONV: depthwise 3x3 => 81 weights": [
        ("REF102", "CONV claims 81 weights, the arithmetic gives 3*3*1*3 = 27", "claim 27 weights")
    ],
    "INPUT: 8x8x3\nPOOL: max 2x2 => 5 params": [
        ("REF102", "POOL claims 5 params, the arithmetic gives 0", "claim 0 params")
    ],
    "INPUT: 8x8x3\nFC: 10 => 7.5 params": [
        (
            "REF102",
            "FC claims 7.5 params, the arithmetic gives (192 + 1)*10 = 1,930; 7.5 holds from 7.45 to 7.55",
            "claim 1,930 params",
        )
    ],
    f"{ALEX}\nPOOL1: max 3x3 stride 2\nCONV2: 256 5x5 pad 2 => rf 35": [
        ("REF103", "CONV2 claims a receptive field of 35, the arithmetic gives 19 + (5 - 1)*8 = 51", "claim rf 51")
    ],
    f"{ALEX}\nPOOL1: max 3x3 stride 2 => rf 11": [
        (
            "REF103",
            "POOL1 claims a receptive field of 11, the arithmetic gives 11 + (3 - 1)*4 = 19",
            "11 is the receptive field of CONV1",
        )
    ],
    "INPUT: 32x32x3\nCONV1: 8 3x5 => rf 3": [
        (
            "REF103",
            "CONV1 claims a receptive field of 3, the arithmetic gives "
            "1 + (3 - 1)*1 = 3 on the width and 1 + (5 - 1)*1 = 5 on the height",
            "leave the claim out: it speaks of one size on every axis",
        )
    ],
    "INPUT: 32x32x3\nCONV1: 8 3x3\nR: relu => rf 5": [
        ("REF103", "R claims a receptive field of 5, the arithmetic gives 3", "claim rf 3")
    ],
    "INPUT: 8x8x3\nFC6: 10 relu\nFC7: 4 => rf 8": [
        (
            "REF103",
            "FC7 claims a receptive field of 8, and it is the whole input: FC7 reads all of its map",
            "claim it of a line above that one",
        )
    ],
    "INPUT: 8\nR: relu => rf 1": [
        (
            "REF103",
            "R claims a receptive field of 1, and there is none: the input is a vector",
            "claim it of a line above that one",
        )
    ],
    "INPUT: 6x6x256\nFC6: 4096 in 6400": [
        (
            "REF104",
            "FC6 says 6400 inputs, the map above gives 6x6x256 = 9216",
            "the input 5x5x256 on line 1 would give 6400",
        )
    ],
    "INPUT: 8x8x3\nCONV1: 4 3x3\nCONV2: 4 3x3 in 3": [
        ("REF104", "CONV2 says 3 inputs, the map above has 4 channels", "3 filters on line 2 would give 3")
    ],
    "INPUT: 8x8x3\nCONV1: 4 3x3 => 6x6x4\nCONV2: 4 3x3 in 3": [
        ("REF104", "CONV2 says 3 inputs, the map above has 4 channels", "write in 4")
    ],
    "INPUT: 4x4x3\nCONV: 8 1x1\nFC: 10 in 64": [
        ("REF104", "FC says 64 inputs, the map above gives 4x4x8 = 128", "4 filters on line 2 would give 64")
    ],
    "INPUT: 12x12x3\nCONV: 8 3x3 stride 3 => 5x5x8": [
        (
            "REF101",
            "CONV claims 5x5x8, the arithmetic gives 4x4x8: (12 + 2*0 - 3)/3 + 1 = 4",
            "stride 2 on line 2 would give 5x5x8",
        )
    ],
    "INPUT: 32x32x3\nCONV1: 8 3x5\nexpect rf(CONV1) != 3": [],
    "INPUT: 16x16x3\nCONV1: 4 3x3 => 16x16x4\nFC: 10 in 1024": [
        (
            "REF101",
            "CONV1 claims 16x16x4, the arithmetic gives 14x14x4: (16 + 2*0 - 3)/1 + 1 = 14",
            "pad 1 on line 2 would give 16x16x4",
        ),
        ("REF104", "FC says 1024 inputs, the map above gives 14x14x4 = 784", "pad 1 on line 2 would give 1024"),
    ],
    f"{ALEX}\nexpect params = 34,848": [
        (
            "REF201",
            "expected params = 34,848, the arithmetic gives (11*11*3 + 1)*96 = 34,944; "
            "34,848 is its weights without biases",
            "expect params = 34,944, if the layers are meant as they stand",
        )
    ],
    f"{ALEX}\nexpect params(CONV1, weights) = 35K": [],
    f"{ALEX}\nexpect params(CONV1, weights) = 34K": [
        (
            "REF201",
            "expected params(CONV1, weights) = 34K, the arithmetic gives 11*11*3*96 = 34,848; "
            "34K holds from 33,500 to 34,500",
            "expect params(CONV1, weights) = 34,848, if the layers are meant as they stand",
        )
    ],
    f"{ALEX}\nexpect macs != 105.4M": [
        (
            "REF201",
            "expected macs != 105.4M, the arithmetic gives 105,415,200; 105.4M holds from 105,350,000 to 105,450,000",
            "leave the expectation out, or change the layers",
        )
    ],
    "INPUT: 32x32x3\nCONV1: 8 3x5\nexpect rf(CONV1) = 3": [
        (
            "REF201",
            "expected rf(CONV1) = 3, the arithmetic gives 1 + (3 - 1)*1 = 3 on the width and 1 + (5 - 1)*1 = 5 on the "
            "height",
            "leave the expectation out, or change the layers",
        )
    ],
    "INPUT: 8x8x3\nCONV: 8 3x3\nFC6: 10\nexpect rf = 8": [
        (
            "REF201",
            "expected rf = 8, and it is the whole input: FC6 reads all of its map",
            "name a line above that one: expect rf(CONV5) = 163",
        )
    ],
    "INPUT: 4x4x1\n" + "conv 1 1x1\n" * 5 + "expect params = 9": [
        (
            "REF201",
            "expected params = 9, the arithmetic gives 10",
            "expect params = 10, if the layers are meant as they stand",
        )
    ],
    f"{ALEX}\nFC: 10\nexpect macs <= 100M": [
        (
            "REF202",
            "macs 108,319,200 exceed the budget of 100M by 8,319,200; CONV1 has most of them: 105,415,200 (97.3 %)",
            "make CONV1 smaller, or expect macs <= 108,319,200",
        )
    ],
    f"{ALEX}\nexpect macs(CONV1) < 100M": [
        (
            "REF202",
            "macs(CONV1) 105,415,200 exceed the budget of 100M by 5,415,200; all of them are in CONV1",
            "make CONV1 smaller, or expect macs(CONV1) <= 105,415,200",
        )
    ],
    f"{ALEX}\nexpect params < 34,944\nexpect params > 34,944\nexpect params >= 40K": [
        ("REF202", "params 34,944 are not below 34,944", "make CONV1 smaller, or expect params <= 34,944"),
        ("REF202", "params 34,944 are not above 34,944", "make CONV1 larger, or expect params >= 34,944"),
        ("REF202", "params 34,944 fall short of 40K by 5,056", "make CONV1 larger, or expect params >= 34,944"),
    ],
    "INPUT: 32x32x3\nCONV1: 8 3x5\nexpect rf(CONV1) >= 5\nexpect rf(CONV1) <= 4\nexpect rf < 5": [
        (
            "REF202",
            "rf(CONV1) 3 on the width and 5 on the height falls short of 5 by 2",
            "make CONV1 larger, or expect rf(CONV1) >= 3",
        ),
        (
            "REF202",
            "rf(CONV1) 3 on the width and 5 on the height exceeds the budget of 4 by 1",
            "make CONV1 smaller, or expect rf(CONV1) <= 5",
        ),
        ("REF202", "rf 3 on the width and 5 on the height is not below 5", "make CONV1 smaller, or expect rf <= 5"),
    ],
    "INPUT: 8x8x3\nGAP: gap\nexpect rf <= 8": [
        (
            "REF202",
            "rf <= 8 cannot be held, as it is the whole input: GAP reads all of its map",
            "name a line above that one: expect rf(CONV5) >= 100",
        )
    ],
}


@pytest.mark.parametrize("text", MESSAGES)
def test_messages(text):
    assert told(text) == MESSAGES[text]


def test_shapes_are_written_in_the_order_of_the_file():
    (_, message, hint), *_ = told("axes CxHxW\nINPUT: 3x7x9\nCONV1: 8 3x3 => 8x5x9")
    assert message == (
        "CONV1 claims 8x5x9, the arithmetic gives 8x5x7: "
        "(7 + 2*0 - 3)/1 + 1 = 5 on the height and (9 + 2*0 - 3)/1 + 1 = 7 on the width"
    )
    assert hint == "pad 0x1 on line 3 would give 8x5x9"


# what expectations are about

NET = """\
INPUT: 32x32x3
a: repeat 2
  conv 8 3x3 pad 1 bn relu
POOL: max 2x2
FC: 10
"""


@pytest.mark.parametrize(
    "claim",
    [
        "params = 21330",
        "params(train) = 21330",
        "params(train, weights) = 21288",
        "params(a) = 840",
        "params(a, weights) = 808",
        "params(a.0, a.1) = 840",
        "params(a, a.0) = 840",
        "params(a.0.conv1) = 240",
        "params(a.0.conv1.conv) = 224",
        "params(a.0.conv1.bn) = 16",
        "weights(a) = 808",
        "buffers = 34",
        "buffers(a.1) = 17",
        "macs(FC) = 20480",
        "rf(a) = 5",
        "rf(a.0) = 3",
        "rf(POOL) = 6",
        "rf(a.0.conv1.relu) = 3",
        "activations(FC) = 10",
    ],
)
def test_names_stand_for_whole_lines_and_groups(claim):
    assert told(f"{NET}expect {claim}") == []
    wrong = claim.rpartition(" ")[0] + " 7"
    assert [code for code, _, _ in told(f"{NET}expect {wrong}")] == ["REF201"]


def test_behind_an_error_only_what_is_known_is_held():
    text = (
        "INPUT: 8x8x3\nCONV1: 4 3x3 => 5x5x4\nr: repeat 2\n  conv 4 5x5\nexpect params = 1\nexpect params(train) = 1\n"
    )
    text += (
        "expect params(CONV1) = 1\nexpect params(r) = 1\nexpect params(r.1) = 1\nexpect rf = 1\nexpect rf(CONV1) = 1"
    )
    network = analyse(text, "net", "net.spec")
    assert not network.complete
    assert [message.partition(",")[0] for code, message, _ in told(text) if code != "SHP101"] == [
        "CONV1 claims 5x5x4",
        "expected params(CONV1) = 1",
        "expected rf(CONV1) = 1",
    ]


# under --set and --input

SET = """\
k = 8
INPUT: 16x16x3
CONV1: k 3x3 => 14x14x8, (k*28) params
CONV2: 4 3x3 in 8 => 12x12x4
expect params = 516
expect params(CONV1) = k*28
expect macs <= 10000*k
"""


def test_claims_speak_of_the_file_as_written():
    written = analyse(SET, "net", "net.spec")
    assert (checked(written), unheld(written)) == (7, 0)
    assert [code for code, _, _ in told(SET)] == ["REF202"]


def test_under_set_only_computed_claims_are_held():
    changed = analyse(SET, "net", "net.spec", {"k": 9})
    assert (checked(changed), unheld(changed)) == (3, 4)
    assert [code for code, _, _ in told(SET, set={"k": 9})] == ["REF202"]
    smaller = analyse(SET, "net", "net.spec", None, "8x8x3")
    assert (checked(smaller), unheld(smaller)) == (3, 4)
    assert told(SET, input="8x8x3") == []


# repairs, re-applied

HINT = re.compile(r"(.*) on line (\d+) would give (\S+)( as well)?")


def rendered(layers: list[dict]) -> str:
    """The text of a chain; every argument written."""
    rows = []
    for layer in layers:
        words = {key: value for key, value in layer.items() if key not in ("kind", "claim", "kernel", "filters")}
        arguments = " ".join(key if value is True else f"{key} {value}" for key, value in words.items())
        claim = f" => {layer['claim']}" if layer.get("claim") else ""
        head = {"input": "INPUT:", "conv": f"conv {layer.get('filters')}", "maxpool": "maxpool"}[layer["kind"]]
        rows.append(f"{head} {layer.get('kernel', '')} {arguments}{claim}".replace(" shape ", " "))
    return "\n".join(rows)


def repaired(layers: list[dict], change: str, line: int) -> list[dict]:
    """The chain with one change of a hint written into it."""
    layer, words = dict(layers[line - 1]), change.split()
    if words[0] == "the":
        layer["shape"] = words[2]
    elif words[-1] in ("filters", "filter"):
        layer["filters"] = words[0]
    elif words == ["ceil"]:
        layer["ceil"] = True
    else:
        layer.update(zip(words[::2], words[1::2], strict=True))
    return [*layers[: line - 1], layer, *layers[line:]]


@st.composite
def chains(draw):
    """An input and some layers, the last of which claims a shape that may be wrong."""
    layers = [{"kind": "input", "shape": f"{draw(st.integers(12, 40))}x{draw(st.integers(12, 40))}x3"}]
    for _ in range(draw(st.integers(1, 3))):
        kernel = draw(st.sampled_from(["1x1", "2x2", "3x3", "3x2", "5x5"]))
        layer = {"kind": draw(st.sampled_from(["conv", "maxpool"])), "kernel": kernel}
        if layer["kind"] == "conv":
            layer["filters"] = draw(st.sampled_from([4, 6]))
        layer["stride"] = draw(st.sampled_from(["1", "2", "2x1"]))
        layer["pad"] = draw(st.sampled_from(["0", "0:1"] if layer["kind"] == "maxpool" and kernel != "1x1" else ["0"]))
        layers.append(layer)
    return layers


@given(chains(), st.tuples(st.integers(-2, 2), st.integers(-2, 2), st.sampled_from([0, 0, 1])), st.data())
def test_what_a_hint_names_makes_the_claim_hold(layers, off, data):
    network = analyse(rendered(layers), "net", "net.spec")
    if not network.complete:
        return
    at = data.draw(st.integers(1, len(layers) - 1))
    channels, height, width = network.nodes[at - 1].output.dims
    claim = f"{max(1, width + off[0])}x{max(1, height + off[1])}x{channels + off[2]}"
    layers = [{**layer, "claim": claim} if i == at else layer for i, layer in enumerate(layers)]
    for code, _, hint in told(rendered(layers)):
        assert code == "REF101"
        if match := HINT.fullmatch(hint):
            assert match[3] == claim
            again = analyse(rendered(repaired(layers, match[1], int(match[2]))), "net", "net.spec")
            assert again.complete or at < len(layers) - 1, (hint, again.findings)
            assert not [f for f in findings(again, REF) if f.code.code == "REF101"], hint
        else:
            assert hint == f"claim {width}x{height}x{channels}"


@pytest.mark.parametrize("text", [text for text, said in MESSAGES.items() if any(HINT.fullmatch(s[2]) for s in said)])
def test_hints_of_the_pinned_messages_repair_their_specs(text):
    change, line, _, _ = next(m for _, _, hint in told(text) if (m := HINT.fullmatch(hint))).groups()
    rows = text.splitlines()
    row, _, claim = rows[int(line) - 1].partition(" =>")
    if change.startswith("the input "):
        row = f"INPUT: {change.removeprefix('the input ')}"
    elif change.endswith((" filters", " units")):
        row = re.sub(r": \d+", f": {change.split()[0]}", row)
    else:
        name = change.split()[0]
        row = f"{re.sub(rf' {name} [0-9x:]+', '', row)} {change}"
    rows[int(line) - 1] = f"{row} =>{claim}" if claim else row
    left = told("\n".join(rows))
    assert len(left) < len(told(text))


def test_a_change_of_a_range_is_of_all_its_layers():
    """Pad 0 would repair the first layer of the range and spoil the second: it is not named."""
    text = "INPUT: 27x27x3\nCONV3..4: 10 3x3 pad 1 => 25x25x10"
    assert [hint for _, _, hint in told(text)] == ["the input 25x25x3 on line 1 would give 25x25x10"]
    text = "INPUT: 27x27x3\nCONV2: 3 1x1 => 27x27x3\nCONV3..4: 10 3x3 pad 1 => 25x25x10"
    assert [hint for _, _, hint in told(text)] == ["claim 27x27x10"]
    text = "INPUT: 27x27x10\nCONV3..4: 10 3x3 => 27x27x10"
    assert [hint for _, _, hint in told(text)] == ["pad 1 on line 2 would give 27x27x10"]


def test_sizes_of_the_incoming_tensor_forbid_changes_above():
    """`2*C` filters follow the layer above; a change there is not what its numbers say."""
    text = "INPUT: 9x9x3\nCONV1: 4 3x3\nCONV2: (2*C) 3x3\nPOOL: max 5x5 stride 1 => 1x1x9"
    assert all(" on line 4 " in hint or hint.startswith("claim") for _, _, hint in told(text))


def test_the_search_ends_in_time():
    """Thousands of failing claims cost a bounded search; every one is told."""
    text = "INPUT: 32x32x3\n" + "conv 8 3x3 pad 1 => 31x30x8\n" * 2000
    found = told(text)
    assert len(found) == 2000
    assert {hint for _, _, hint in found} == {"claim 32x32x8"}


def test_the_working_of_inputs_is_in_the_order_of_the_file():
    net = analyse("axes CxHxW\nINPUT: 256x6x7\nFC6: 10 in 5", "net", "net.spec")
    (finding,) = net.diagnostics
    assert finding.message == "FC6 says 5 inputs, the map above gives 256x6x7 = 10752"


@pytest.mark.parametrize(("claim", "holds"), [("10", 1), ("1x1x10", 1), ("1x10", 1), ("2x1x10", 0), ("10x1x1", 0)])
def test_a_vector_may_be_claimed_as_a_map_of_one_cell(claim, holds):
    assert len(analyse(f"INPUT: 8x8x3\nFC: 10 => {claim}", "net", "net.spec").diagnostics) == 1 - holds


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        (
            "deconv 4 4x4 stride 2 pad 1 => 63x63x4",
            "deconv1 claims 63x63x4, the arithmetic gives 64x64x4: (32 - 1)*2 - 2*1 + 4 = 64",
            "kernel 3x3 on line 2 would give 63x63x4",
        ),
        (
            "upsample 2 => 100x100x8",
            "upsample1 claims 100x100x8, the arithmetic gives 64x64x8: 32*2 = 64",
            "the input 50x50x8 on line 1 would give 100x100x8",
        ),
        (
            "crop 2 => 24x24x8",
            "crop1 claims 24x24x8, the arithmetic gives 28x28x8: 32 - 2 - 2 = 28",
            "crop 4 on line 2 would give 24x24x8",
        ),
        (
            "adaptive avgpool 7 => 8x8x8",
            "adaptive_avgpool1 claims 8x8x8, the arithmetic gives 7x7x8: 7, as asked for",
            "claim 7x7x8",
        ),
    ],
)
def test_a_wrong_shape_is_worked_out_however_its_window_moves(line, message, hint):
    [finding] = analyse(f"INPUT: 32x32x8\n{line}", "one", "one").diagnostics
    assert (finding.code.code, finding.message) == ("REF101", message)
    assert hint in finding.hint


MEMORY = "train: adam\nb = 4\nINPUT: 8x8x3\nCONV1: 4 3x3 pad 1 relu\nPOOL1: maxpool 2\nFC2: 5\n"
# by hand, in bytes: weights (112 + 325)*4; CONV1 and its relu 8x8x4*4 each, POOL1 4x4x4*4, FC2 5*4; saved are the
# input, CONV1.relu (which POOL1 reads), POOL1's indices and its output
WEIGHTS, CONV, POOL = 437 * 4, 256 * 4, 64 * 4
SAVED = 192 * 4 + CONV + 64 * 8 + POOL
STATE = 2 * WEIGHTS + 4 * 4


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("memory", 2 * WEIGHTS + STATE + SAVED),
        ("memory(training)", 2 * WEIGHTS + STATE + SAVED),
        ("memory(batch=b)", 2 * WEIGHTS + STATE + 4 * SAVED),
        ("memory(batch=3, optimizer=sgd)", 2 * WEIGHTS + 3 * SAVED),
        ("memory(optimizer=momentum)", 3 * WEIGHTS + SAVED),
        ("memory(inference)", WEIGHTS + 2 * CONV),
        ("memory(inference, dtype=half)", (WEIGHTS + 2 * CONV) // 2),
        ("memory(weights)", WEIGHTS),
        ("memory(gradients, state)", WEIGHTS + STATE),
        ("memory(activations)", 2 * CONV + POOL + 20),
        ("memory(peak)", 2 * CONV),
        ("memory(saved, dtype=bf16)", (SAVED - 64 * 8) // 2 + 64 * 8),
        ("memory(buffers)", 0),
        ("memory(CONV1)", 2 * CONV),
        ("memory(CONV1.conv)", CONV),
        ("memory(CONV1, POOL1, batch=2)", 2 * (2 * CONV + POOL)),
        ("memory(CONV1, weights)", 112 * 4),
        ("memory(CONV1, saved)", 192 * 4 + CONV),
        ("memory(POOL1, peak)", CONV + POOL),
        ("memory(CONV1, weights, activations)", 112 * 4 + 2 * CONV),
    ],
)
def test_memory_that_is_expected(said, found):
    assert cnncalc.loads(f"{MEMORY}expect {said} = {found} B").diagnostics == ()
    [missed] = cnncalc.loads(f"{MEMORY}expect {said} = {found + 1} B").diagnostics
    name = said.replace("batch=b", "batch=4")
    assert missed.message.startswith(f"expected {name} = {found + 1:,} B, the arithmetic gives ")
    assert missed.message.endswith(f"{found:,} B")
    assert missed.hint == f"expect {name} = {found:,} B, if the layers are meant as they stand"


def test_heads_that_only_train_are_in_the_memory_of_training_alone():
    text = "INPUT: 8x8x3\nCONV1: 4 3x3\naux1 from CONV1: aux weight 0.3\n  fc 5\nFC: 2\n"
    conv, head, fc = 112, 144 * 5 + 5, 144 * 2 + 2
    for said, numbers in (
        ("weights", conv + head + fc),
        ("peak", 144 + 2),
        ("activations", 144 + 2),
        ("activations, train", 144 + 5 + 2),
    ):
        assert cnncalc.loads(f"{text}expect memory({said}) = {4 * numbers} B").diagnostics == (), said


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        (
            "memory(batch=2, optimizer=sgd) <= 4KiB",
            "memory(batch=2, optimizer=sgd) 8,616 B (1,748 weights + 1,748 gradients + 5,120 saved)"
            " exceeds the budget of 4KiB by 4,520 B; CONV1 takes the most: 4,480 B",
            "make CONV1 smaller, or expect memory(batch=2, optimizer=sgd) <= 8,616 B",
        ),
        (
            "memory(weights) >= 2KB",
            "memory(weights) 1,748 B falls short of 2KB by 252 B",
            "make FC2 larger, or expect memory(weights) >= 1,748 B",
        ),
        (
            "memory(weights) < 1,748 B",
            "memory(weights) 1,748 B is not below 1,748 B",
            "make FC2 smaller, or expect memory(weights) <= 1,748 B",
        ),
        (
            "memory(CONV1) <= 1KiB",
            "memory(CONV1) 2,048 B exceeds the budget of 1KiB by 1,024 B; CONV1 takes the most: 2,048 B",
            "make CONV1 smaller, or expect memory(CONV1) <= 2,048 B",
        ),
    ],
)
def test_a_budget_of_memory_names_what_takes_the_most(said, message, hint):
    [missed] = cnncalc.loads(f"{MEMORY}expect {said}").diagnostics
    assert (missed.code.code, missed.message, missed.hint) == ("REF202", message, hint)


HEAVY_HEAD = (
    "INPUT: 8x8x4\nA: conv 16 3x3 pad 1\nB: conv 4 3x3 bn\nside from A: aux\n  fc 100\nexpect memory({}) <= 1 B\n"
)
A_OUT, A_WEIGHTS = 1024 * 4, (36 + 1) * 16 * 4
B_OUT, B_WEIGHTS = 144 * 4, ((144 + 1) * 4 + 8) * 4
HEAD_WEIGHTS = (1024 + 1) * 100 * 4


@pytest.mark.parametrize(
    ("said", "line", "most"),
    [
        ("inference", "B", B_WEIGHTS + 8 * 4 + 8 + A_OUT + B_OUT),
        ("activations", "A", A_OUT),
        ("peak", "B", A_OUT + B_OUT),
        ("weights", "side.fc1", HEAD_WEIGHTS),
        ("buffers", "B", 8 * 4 + 8),
        ("gradients, state", "side.fc1", 2 * HEAD_WEIGHTS),
        ("state, optimizer=adam", "side.fc1", 2 * HEAD_WEIGHTS + 2 * 4),
        ("batch=2, optimizer=sgd", "side.fc1", 2 * HEAD_WEIGHTS),
        ("saved", "B", A_OUT + B_OUT + 8 * 4),
        ("A, B, weights", "A", A_WEIGHTS),
    ],
)
def test_what_takes_the_most_is_measured_in_all_that_the_budget_counts(said, line, most):
    [missed] = cnncalc.loads(HEAVY_HEAD.format(said)).diagnostics
    assert missed.message.endswith(f"; {line} takes the most: {most:,} B")


def test_an_input_puts_out_nothing_that_is_counted():
    for said in ("INPUT", "INPUT, saved", "INPUT, weights, peak"):
        assert cnncalc.loads(f"{MEMORY}expect memory({said}) = 0 B").diagnostics == ()
        [missed] = cnncalc.loads(f"{MEMORY}expect memory({said}) > 0 B").diagnostics
        assert missed.message == f"memory({said}) 0 B is not above 0 B"
    assert cnncalc.loads(f"{MEMORY}expect activations(INPUT) = 0").diagnostics == ()
    assert cnncalc.loads(f"{MEMORY}expect memory(INPUT, CONV1) = {2 * CONV} B").diagnostics == ()


def test_memory_that_a_line_claims():
    assert cnncalc.loads("INPUT: 8x8x3\nCONV1: 4 3x3 pad 1 relu => 2KiB memory").diagnostics == ()
    assert cnncalc.loads("INPUT: 8x8x3\nCONV1: 4 3x3 pad 1 relu => 8x8x4, memory 2.0KiB").diagnostics == ()
    [missed] = cnncalc.loads("INPUT: 8x8x3\nCONV1: 4 3x3 pad 1 => 2KiB").diagnostics
    assert missed.message == (
        "CONV1 claims 2KiB memory, the arithmetic gives 8*8*4*4 = 1,024 B; 2KiB holds from 1,536 to 2,560 B"
    )
    assert missed.hint == "claim 1,024 B memory"
    assert cnncalc.loads("INPUT: 8x8x3\nCONV1: 4 3x3 pad 1 => 1,024 B memory").diagnostics == ()
    [missed] = cnncalc.loads("INPUT: 8x8x3\nI: identity => 5 B memory").diagnostics
    assert missed.message == "I claims 5 B memory, the arithmetic gives 0 B"


@pytest.mark.parametrize(
    ("figure", "holds", "fails"),
    [
        ("2KB", (375, 625), (374, 626)),
        ("2.0KiB", (500, 524), (499, 525)),
        ("2 kB", (500,), (626,)),
        ("2,048 B", (512,), (511, 513)),
    ],
)
def test_printed_bytes_hold_at_their_precision_and_a_number_takes_four(figure, holds, fails):
    for counts, wrong in ((holds, 0), (fails, 1)):
        for count in counts:
            net = cnncalc.loads(f"INPUT: {count}\nrelu\nexpect memory(activations) = {figure}")
            assert len(net.diagnostics) == wrong, count


def test_training_holds_its_forward_peak_where_that_is_more_than_what_is_saved():
    text = "INPUT: 20x20x3\nC: conv 64 1x1\nG: gap\nFC: 10\n"
    weights, saved, peak = 4 * (256 + 650), 4 * (1200 + 64), 4 * (25600 + 64)
    for said, found in (
        ("memory", 3 * weights + peak),
        ("memory(training, batch=2)", 3 * weights + 2 * peak),
        ("memory(saved)", saved),
    ):
        assert cnncalc.loads(f"{text}expect {said} = {found} B").diagnostics == (), said
    used = cnncalc.loads(text).memory()
    assert used.held == ("forward peak", peak)
    [missed] = cnncalc.loads(f"{text}expect memory <= 1 B").diagnostics
    assert f"+ {peak:,} peak)" in missed.message


def test_spaces_and_units_of_bytes():
    for figure in ("<= 4   GiB", "<= 4GiB", "< 1PiB", "< 1 PB", ">= 1 B"):
        assert cnncalc.loads(f"INPUT: 8x8x3\nconv 4 3\nexpect memory {figure}").diagnostics == (), figure


@pytest.mark.parametrize(("said", "likeness"), [("4K", False), ("3.89K", True)])
def test_a_figure_that_leaves_much_open_is_likened_to_nothing(said, likeness):
    """3,888 MACs: within five of a figure is none by chance, within five hundred it may be."""
    [missed] = cnncalc.loads(f"INPUT: 8x8x3\nCONV1: 4 3x3\nexpect params = {said}").diagnostics
    assert missed.message.endswith(f"; {said} is its macs") is likeness
