"""Rules of style: every message and hint in full, what is left alone, and the range that is written."""

import pytest

from cnncalc import layers
from cnncalc.api import analyse
from cnncalc.lint import engine
from cnncalc.lint.choice import choice
from cnncalc.lint.fixing import fixed, numbers

INPUT = "INPUT: 9x9x4\n"
STYLE = choice(["STY"])


def read(text):
    return analyse(text, "net", "net.spec")


def told(text, code):
    """(what the finding stands at, its message, its hint) of each finding of a code."""
    network = read(text)
    found = [f for f in engine.findings(network, STYLE) if f.code.code == code]
    rows = network.source.rows
    return [(rows[f.span.line - 1][f.span.column - 1 : f.span.end_column - 1], f.message, f.hint) for f in found]


# names


@pytest.mark.parametrize(
    ("line", "name", "kind", "word", "better"),
    [
        ("CONV5: fc 10", "CONV5", "fc", "conv", "FC5"),
        ("conv3_1: bn", "conv3_1", "bn", "conv", "bn3_1"),
        ("conv1a: relu", "conv1a", "relu", "conv", "relu1a"),
        ("CONV2..4: relu", "CONV2..4", "relu", "conv", "RELU2..4"),
        ("**CONV1**: relu", "CONV1", "relu", "conv", "RELU1"),
        ("[9x9x4] CONV1: relu", "CONV1", "relu", "conv", "RELU1"),
        ("conv1: deconv 4 2x2", "conv1", "deconv", "conv", "deconv1"),
        ("CONV1: dropout\nDROPOUT1: 0.5", "CONV1", "dropout", "conv", "DROPOUT, with a number"),
        ("POOL1: conv 4 3x3", "POOL1", "conv", "pool", "CONV1"),
        ("maxpool: gap", "maxpool", "gap", "maxpool", "gap"),
        ("avgpool1: global maxpool", "avgpool1", "global maxpool", "avgpool", "global_maxpool1"),
        ("NORM1: relu", "NORM1", "relu", "norm", "RELU1"),
        ("bn1: gn 2", "bn1", "gn", "bn", "gn1"),
        ("relu: tanh", "relu", "tanh", "relu", "tanh"),
        ("linear1: relu", "linear1", "relu", "linear", "relu1"),
        ("fc6: conv 8 3x3 pad 1", "fc6", "conv", "fc", "conv6"),
        ("add1: conv 4 1x1", "add1", "conv", "add", "conv1"),
        ("concat3: add\n  - identity\n  - relu", "concat3", "add", "concat", "add3"),
        ("softmax: fc 10", "softmax", "fc", "softmax", "fc"),
        ("g:\n  conv1: fc 10", "conv1", "fc", "conv", "fc1"),
        ("add\n  - conv1: relu\n  - identity", "conv1", "relu", "conv", "relu1"),
        ("block b(c)\n  conv1: fc c\nx: b 3\ny: b 4", "conv1", "fc", "conv", "fc1"),
    ],
)
def test_names_that_contradict_are_told_once(line, name, kind, word, better):
    message = f"{name} is {kind}, not {word} as its name says"
    assert told(INPUT + line, "STY101") == [(name, message, f"call it {better}")]


@pytest.mark.parametrize(
    "line",
    [
        "CONV1: conv 4 3x3",
        "POOL1: avgpool 3x3",
        "MAX POOL1: 3x3",
        "POOL2: gap",
        "pool: subsample 3x3",
        "pool2: lppool 3x3",
        "avgpool: gap",
        "gap: avgpool 9x9",
        "maxpool: global maxpool",
        "avgpool: adaptive avgpool 3x3",
        "NORM1: bn",
        "norm: ln",
        "RELU6: relu6",
        "relu6: relu6",
        "relu: leaky 0.1",
        "relu1: prelu",
        "dropout: droppath 0.1",
        "FC6: conv 64 9x9",
        "FC6: conv 64 7x7",
        "FC7: conv 64 1x1",
        "fc6: conv 64 3x3 pad 2 dilation 2",
        "linear: conv 64 1x1",
        "softmax: fc 10 softmax",
        "conv1_relu: relu",
        "conv_final: fc 10",
        "fc6_drop: dropout",
        "conv2_1: add\n  - conv 4 3x3 pad 1\n  - identity",
        "conv2_x:\n  conv 4 3x3",
        "conv2_x: repeat 2\n  relu",
        "block basic(c)\n  conv c 3x3\nconv2_x: basic 8",
        "conv1: conv 4 3x3\nconv2: share conv1",
        "output: fc 10",
        "output1: conv 4 1x1",
        "input_1: conv 4 1x1",
        "scale1: conv 4 3x3",
        "embed: conv 4 3x3 stride 3",
        "dropout1: identity",
        "upsample1: deconv 4 2x2 stride 2",
        "convolve: relu",
        "stem: relu",
        "block b(c)\n  conv1: fc c\nconv 3 1x1",
        "if 0 > 1\n  CONV1: relu\nconv 3 1x1",
    ],
)
def test_names_that_only_seem_to_contradict_are_left(line):
    assert read(INPUT + line).complete
    assert told(INPUT + line, "STY101") == []


KINDS = [kind for word in layers.keywords() if (kind := layers.find(word)) and kind.arity]
EXAMPLES = [(kind, *example) for kind in KINDS for example in kind.examples]


@pytest.mark.parametrize(("kind", "shape", "line"), EXAMPLES)
def test_every_kind_may_bear_its_own_word(kind, shape, line):
    text = f"INPUT: {shape}\n{kind.slug()}1: {line}"
    assert read(text).complete
    assert told(text, "STY101") == []


def test_a_network_that_is_not_whole_is_read_as_far_as_it_is_known():
    text = f"{INPUT}CONV1: relu\nCONV2: 4 11x11\nCONV3: relu"
    assert [name for name, *_ in told(text, "STY101")] == ["CONV1"]


# ranges


def lines(*numbers, before="", name="CONV", behind=": 4 3x3 pad 1"):
    return "\n".join(f"{before}{name}{number}{behind}" for number in numbers)


@pytest.mark.parametrize(
    ("text", "found", "after"),
    [
        (lines(1, 2, 3), [("CONV1", "CONV3", 3)], "CONV1..3: 4 3x3 pad 1"),
        (lines(9, 10, 11, 12), [("CONV9", "CONV12", 4)], "CONV9..12: 4 3x3 pad 1"),
        (
            lines(1, 2, 3, 5, 6, 7),
            [
                ("CONV1", "CONV3", 3),
                ("CONV5", "CONV7", 3),
            ],
            "CONV1..3: 4 3x3 pad 1\nCONV5..7: 4 3x3 pad 1",
        ),
        (
            lines(1, 2, 3, name="CONV4_", behind=" : 4 3x3 pad 1 relu => 9x9x4, 148 params"),
            [("CONV4_1", "CONV4_3", 3)],
            "CONV4_1..3 : 4 3x3 pad 1 relu => 9x9x4, 148 params",
        ),
        (
            lines(1, 2, 3, before="[9x9x4] MAX ", name="POOL", behind=": 3x3 stride 1 pad 1"),
            [("POOL1", "POOL3", 3)],
            "[9x9x4] MAX POOL1..3: 3x3 stride 1 pad 1",
        ),
        (
            "g:\n" + lines(0, 1, 2, before="  ", name="", behind=": conv 2*C 3x3") + "\nconv 1 1x1",
            [("0", "2", 3)],
            "g:\n  0..2: conv 2*C 3x3\nconv 1 1x1",
        ),
        (
            f"concat\n  - a1: conv 4 1\n{lines(2, 3, 4, before='    ', name='a', behind=': conv 4 1')}\n  - relu",
            [("a2", "a4", 3)],
            "concat\n  - a1: conv 4 1\n    a2..4: conv 4 1\n  - relu",
        ),
        (
            f"block b(c, n=2)\n{lines(1, 2, 3, before='  ', name='s', behind=': conv c 1x1')}\n"
            + lines(1, 2, 3, name="g.", behind=": b 4 n=3"),
            [
                ("s1", "s3", 3),
                ("g.1", "g.3", 3),
            ],
            "block b(c, n=2)\n  s1..3: conv c 1x1\ng.1..3: b 4 n=3",
        ),
        (
            "# the body\n" + lines(1, 2, 3) + " \nfc 10",
            [("CONV1", "CONV3", 3)],
            "# the body\nCONV1..3: 4 3x3 pad 1\nfc 10",
        ),
        (
            lines(1, 2, 3) + "\nadd from CONV1, CONV3\nexpect params(CONV2) = 148",
            [("CONV1", "CONV3", 3)],
            "CONV1..3: 4 3x3 pad 1\nadd from CONV1, CONV3\nexpect params(CONV2) = 148",
        ),
    ],
)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_equal_lines_become_a_range(text, found, after, end):
    text, after = ((INPUT + each).replace("\n", end or "\n") + end for each in (text, after))
    ranges = [f"{first}..{last.removeprefix(first.rstrip('0123456789'))}" for first, last, _ in found]
    assert told(text, "STY102") == [
        (first, f"{first} to {last} are {many} equal lines", f"write them as one, {name}")
        for (first, last, many), name in zip(found, ranges, strict=True)
    ]
    done = fixed(text, read, STYLE)
    assert done.text == after
    assert [f.fix.message for f in done.applied if f.fix] == [f"write {name}" for name in ranges]
    assert numbers(done.network) == numbers(read(text))


@pytest.mark.parametrize(
    "text",
    [
        lines(1, 2),
        lines(1, 2, 4),
        lines(3, 2, 1),
        lines("01", "02", "03"),
        lines(1, 2, 3, behind=": 4 3x3 pad 1 # like the one above"),
        lines(1, 2, 3).replace("pad 1", "pad 1 # noqa: GPU101", 1),
        lines(1, 2, 3).replace("\n", "\n\n"),
        lines(1, 2, 3).replace("\n", "\n# the next\n"),
        lines(1, 2, 3).replace("\n", "; "),
        lines(1, 2, 3).replace("pad 1", "pad \\\n 1"),
        lines(1, 2, 3, behind=": 4 3x3 pad 1 from INPUT"),
        lines(1, 2, 3, behind=" from INPUT: 4 3x3 pad 1"),
        lines(1, 2, 3, name="c", behind=": share CONV0").replace("c1", "CONV0: 4 3x3 pad 1\nc1", 1),
        lines(1, 2, 3, behind=": crop to INPUT", name="c"),
        lines(1, 2, 3, behind=": 4 ? pad 1 => 9x9x4"),
        lines(1, 2, 3).replace("CONV2:", "CONV2 :"),
        lines(1, 2, 3).replace("pad 1", "pad  1", 1),
        lines("1..2", "3..4", "5..6"),
        "\n".join(["conv 4 3x3 pad 1"] * 4),
        "\n".join(f"**CONV{i}**: 4 3x3 pad 1" for i in (1, 2, 3)),
        "g: repeat 2\n" + lines(1, 2, 3, before="  ", behind=": 4+i 3x3 pad 1"),
        "\n".join(f"a{i}: add\n  - relu\n  - identity" for i in (1, 2, 3)),
        "\n".join(f"a{i}:\n  relu" for i in (1, 2, 3)),
        "\n".join(f"k{i} = 3" for i in (1, 2, 3)) + "\nrelu",
    ],
)
def test_lines_that_no_range_says_are_left(text):
    assert read(INPUT + text).complete
    assert told(INPUT + text, "STY102") == []


def test_nothing_is_said_of_ranges_where_the_network_is_not_whole():
    assert told(f"{INPUT}{lines(1, 2, 3)}\nCONV4: 4 99x99", "STY102") == []


def test_a_long_number_is_no_reason_to_count():
    huge = 10**300
    assert told(f"{INPUT}{lines(huge, huge + 1, huge + 2)}", "STY102") == []


HEAD = "INPUT: 32x32x8\nFC1: 8 relu\nFC2: 8 relu\nFC3: 8 relu\nFC4: 8 relu"


@pytest.mark.parametrize("top", ["", "# cnncalc: ignore-file[ARC105] as printed\n"])
def test_lines_of_which_some_have_another_finding_are_left(top):
    """What ARC105 says of FC4, to leave its relu out, could not be done to one layer of a range."""
    wanted = choice(["ARC105", "STY102"])
    found = engine.findings(read(top + HEAD), wanted)
    assert [(f.code.code, f.line) for f in found] == ([] if top else [("ARC105", 5)])
    done = fixed(top + HEAD, read, wanted)
    assert (done.text, done.findings) == (top + HEAD, found)
    assert fixed(f"{HEAD}\nFC5: 2", read, wanted).text == "INPUT: 32x32x8\nFC1..4: 8 relu\nFC5: 2"
    assert fixed(HEAD, read, STYLE).text == "INPUT: 32x32x8\nFC1..4: 8 relu"


def test_lines_that_all_have_the_same_findings_become_a_range():
    text = "INPUT: 94x94x4\n" + lines(1, 2, 3, behind=": 4 3x3 stride 2")
    wanted = choice(["FIT101", "STY102"])
    found = engine.findings(read(text), wanted)
    assert sorted(f.code.code for f in found) == ["FIT101", "FIT101", "FIT101", "STY102"]
    assert fixed(text, read, wanted).text == "INPUT: 94x94x4\nCONV1..3: 4 3x3 stride 2"
    uneven = text.replace("94x94", "93x93")
    assert "FIT101" in {f.code.code for f in engine.findings(read(uneven), wanted)}
    assert fixed(uneven, read, wanted).text == uneven


def test_what_is_said_of_comments_is_no_other_finding():
    text = INPUT + lines(1, 2, 3).replace("pad 1", "pad 1 # cnncalc:", 1)
    assert told(text, "STY102") == []
    text = "# cnncalc: ignore-file[STY101]\n" + INPUT + lines(1, 2, 3)
    found = engine.findings(read(text), choice(["STY", "SUP"]))
    assert [f.code.code for f in found] == ["SUP101", "STY102"]


@pytest.mark.parametrize("at", range(3))
def test_a_line_that_ignores_the_rule_stays_by_itself_and_what_says_so_is_used(at):
    lines = [f"c{i}: conv 64 3x3 pad 1 relu" for i in range(3)]
    lines[at] += "  # cnncalc: ignore[range-possible] three on purpose"
    network = analyse("\n".join(["INPUT: 8x8x64", *lines]), "net", "net.spec")
    assert engine.findings(network, choice(["STY", "SUP"])) == ()


def test_a_comment_speaks_of_its_line_alone():
    lines = [f"c{i}: conv 64 3x3 pad 1 relu" for i in range(6)]
    for at, told in ((0, "c1 to c5 are 5 equal lines"), (2, "c3 to c5 are 3 equal lines"), (5, "c0 to c4 are 5 equal")):
        text = "\n".join(["INPUT: 8x8x64", *lines[:at], f"{lines[at]}  # as printed", *lines[at + 1 :]])
        (finding,) = engine.findings(analyse(text, "net", "net.spec"), choice(["STY", "SUP"]))
        assert finding.message.startswith(told)


def test_infos_on_one_of_the_lines_do_not_matter():
    text = "INPUT: 32x32x3\nCONV1: 8 3x3 pad 1 relu\nCONV2: 8 3x3 pad 1 relu\nCONV3: 8 3x3 pad 1 relu\ngap\nFC: 10"
    found = engine.findings(read(text))
    assert [(f.code.code, f.line) for f in found] == [("STY102", 2), ("ARC112", 4)]
    assert fixed(text, read, engine.EVERY).text == "INPUT: 32x32x3\nCONV1..3: 8 3x3 pad 1 relu\ngap\nFC: 10"
