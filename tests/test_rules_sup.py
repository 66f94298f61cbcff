"""What is said of comments that ignore findings: every message and hint in full, and every repair."""

import pytest

from cnncalc.api import analyse
from cnncalc.lint import engine
from cnncalc.lint.choice import choice
from cnncalc.lint.fixing import fixed

FITS = "INPUT: 7x7x1\nCONV1: 1 3x3 stride 2"
DROPS = "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3"
"""The second line has one FIT101 (stride-drops-pixels)."""
WANTED = choice(["FIT", "SUP"])


def read(text):
    return analyse(text, "net", "net.spec")


def told(text, code, wanted=WANTED):
    """(what the finding stands at, its message, its hint) of each finding of a code."""
    network = read(text)
    found = [f for f in engine.findings(network, wanted) if f.code.code == code]
    rows = network.source.rows
    return [(rows[f.span.line - 1][f.span.column - 1 : f.span.end_column - 1], f.message, f.hint) for f in found]


NOTHING = "FIT101 is ignored on this line, where stride-drops-pixels finds nothing"
AGAIN = "is ignored on this line, but another word of this line does so already"
LOW = "ignore-file[FIT101] speaks of nothing: the first statement stands above it, on line 1"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{FITS} # cnncalc: ignore[FIT101] slides", [("FIT101", NOTHING, "remove FIT101")]),
        (f"{FITS} # noqa: FIT101", [("FIT101", NOTHING, "remove FIT101")]),
        (f"{FITS} # noqa: fit101", [("fit101", NOTHING.replace("FIT101", "fit101"), "remove fit101")]),
        (
            f"{FITS} # cnncalc: ignore[stride-drops-pixels]",
            [
                (
                    "stride-drops-pixels",
                    "stride-drops-pixels is ignored on this line, where it finds nothing",
                    "remove stride-drops-pixels",
                )
            ],
        ),
        (
            f"{FITS} # noqa: FIT103, stride-drops-pixels well-known case",
            [
                ("FIT103", "FIT103 is ignored on this line, where stride-skips-pixels finds nothing", "remove FIT103"),
                (
                    "stride-drops-pixels",
                    "stride-drops-pixels is ignored on this line, where it finds nothing",
                    "remove stride-drops-pixels",
                ),
            ],
        ),
        (
            f"{DROPS} # noqa: FIT101, FIT103",
            [("FIT103", "FIT103 is ignored on this line, where stride-skips-pixels finds nothing", "remove FIT103")],
        ),
        (f"{DROPS} # cnncalc: ignore[FIT101, FIT101]", [("FIT101", f"FIT101 {AGAIN}", "remove FIT101")]),
        (
            f"{DROPS} # cnncalc: ignore[FIT101, stride-drops-pixels]",
            [("stride-drops-pixels", f"stride-drops-pixels {AGAIN}", "remove stride-drops-pixels")],
        ),
        (
            f"# cnncalc: ignore-file[FIT103]\n{FITS}",
            [("FIT103", "FIT103 is ignored in this file, where stride-skips-pixels finds nothing", "remove FIT103")],
        ),
        (
            f"# cnncalc: ignore-file[FIT101]\n{DROPS} # noqa: FIT101",
            [
                (
                    "FIT101",
                    "FIT101 is ignored in this file, but every line that it is found on does so already",
                    "remove FIT101",
                )
            ],
        ),
        (
            f"# cnncalc: ignore-file[FIT101, FIT101]\n{DROPS}",
            [("FIT101", "FIT101 is ignored in this file, but ignore-file does so already", "remove FIT101")],
        ),
        (
            f"# cnncalc: ignore-file[FIT101]\n{DROPS}\nCONV2: 1 1x1 # noqa: FIT101",
            [("FIT101", "FIT101 is ignored on this line, but ignore-file does so already", "remove FIT101")],
        ),
        (
            f"{FITS} # cnncalc: ignore[SYN107]",
            [("SYN107", "SYN107 is ignored, but an error of syntax is always told", "remove SYN107")],
        ),
        (
            f"{FITS} # noqa: SHP101",
            [("SHP101", "SHP101 is ignored, but an error of shape is always told", "remove SHP101")],
        ),
        (
            f"{FITS}\n# cnncalc: ignore-file[FIT101]",
            [("FIT101", LOW, "move it above line 1, or write ignore[FIT101] on the line that it is about")],
        ),
        (
            "INPUT: 7x7x1 # cnncalc: ignore-file[FIT101]\nCONV1: 1 3x3 stride 3",
            [
                (
                    "FIT101",
                    "ignore-file[FIT101] speaks of nothing on a line with a statement",
                    "move it above line 1, or write ignore[FIT101] on the line that it is about",
                )
            ],
        ),
        (
            f"{FITS}\n# cnncalc: ignore[FIT101]\nCONV2: 1 2x2 stride 2",
            [
                (
                    "FIT101",
                    "FIT101 is ignored on a line without a layer, and a comment speaks of its own line alone",
                    "write it at the end of the line that it is about",
                )
            ],
        ),
    ],
)
def test_suppressions_that_do_nothing_are_told(text, found):
    assert told(text, "SUP101") == found


@pytest.mark.parametrize(
    "text",
    [
        f"{DROPS} # cnncalc: ignore[FIT101]",
        f"{DROPS} # noqa: stride-drops-pixels",
        f"{DROPS} # noqa:Stride-Drops-Pixels by-the-book",
        f"{DROPS} # as printed; noqa : E501, stride-drops-pixels FIT well-known",
        f"# cnncalc: ignore-file[Stride-Drops-Pixels]\n{DROPS}",
        f"{FITS} # noqa: E501, W291",
        f"{FITS} # noqa",
        f"{FITS} # cnncalc: ignore[nonsense]",
        f"{FITS} # cnncalc: ignore[REF101]",
        f"{FITS} # cnncalc: ignore[SUP101]",
        f"{FITS} # cnncalc: ignore[unused-suppression, FIT101]",
        f"{FITS} # cnncalc: ignore[unknown-rule]",
        f"# cnncalc: ignore-file[SUP101]\n{FITS} # noqa: FIT101",
        f"{FITS} # noqa: FIT101\nCONV2: 1 9x9",
        f"{FITS} # noqa: FIT101\nCONV2: 1 strde 2",
    ],
)
def test_what_is_used_or_not_known_to_be_unused_is_left(text):
    assert told(text, "SUP101") == []


def test_only_rules_that_are_run_are_judged():
    text = f"{FITS} # cnncalc: ignore[FIT101, REF101]"
    assert [word for word, *_ in told(text, "SUP101", choice(["ALL"]))] == ["FIT101", "REF101"]
    assert [word for word, *_ in told(text, "SUP101", choice(["SUP", "REF"]))] == ["REF101"]
    assert told(text, "SUP101", choice(["SUP"])) == []
    assert told(text, "SUP101", choice(["ALL"], ["FIT101"], ["REF"])) == []


def test_another_network_than_the_written_one_is_not_judged():
    text = f"{DROPS} # noqa: FIT101"
    assert told(text, "SUP101") == []
    for network in (
        analyse(text, "net", "net.spec", input="9x9x1"),
        analyse(text.replace("stride 3", "stride s") + "\ns = 3", "net", "net.spec", set={"s": 1}),
    ):
        assert engine.findings(network, WANTED) == ()


@pytest.mark.parametrize(
    ("row", "after"),
    [
        (" # cnncalc: ignore[FIT101] the reason", ""),
        ("\t#cnncalc:ignore[ FIT101 ]", ""),
        (" # cnncalc: ignore[FIT101, E501] why", " # cnncalc: ignore[E501] why"),
        (" # cnncalc: ignore[E501 , FIT101] why", " # cnncalc: ignore[E501] why"),
        (" # cnncalc: ignore[FIT101, FIT103] why", ""),
        (" # noqa: E501, FIT101", " # noqa: E501"),
        (" # noqa: FIT101 E501 why", " # noqa: E501 why"),
        (" # noqa: stride-drops-pixels, E501 well-known", " # noqa: E501 well-known"),
        (" # x # noqa : stride-drops-pixels well-known", " # x"),
        (" # wide enough; cnncalc: ignore[FIT101] why", " # wide enough"),
        (" # wide enough # noqa: FIT101", " # wide enough"),
        (" # cnncalc: ignore[FIT101] why # noqa: E501", " # noqa: E501"),
        (" # cnncalc: ignore[FIT101] why noqa: E501", " # noqa: E501"),
        (" # x # noqa: FIT101 y # z", " # x # z"),
        (" # cnncalc: ignore[FIT103] why # noqa: FIT101", ""),
        (" \\\n  pad 0 # noqa: FIT101", " \\\n  pad 0"),
        (" \\\n  # noqa: FIT101", " \\\n"),
    ],
)
@pytest.mark.parametrize("behind", ["", "\n", "\nCONV2: 1 1x1\n"])
def test_the_repair_takes_the_word_or_the_comment(row, after, behind):
    done = fixed(f"{FITS}{row}{behind}", read, WANTED)
    assert done.text == f"{FITS}{after}{behind}"
    assert {f.code.code for f in done.applied} == {"SUP101"}
    assert all(f.fix and f.fix.message == f"remove {f.hint.split()[1]}" for f in done.applied)


def test_the_repair_takes_a_row_that_is_empty_then():
    top = "# A net\n# cnncalc: ignore-file[FIT101] why\n"
    assert fixed(f"{top}{FITS}", read, WANTED).text == f"# A net\n{FITS}"
    crlf = f"{top}{FITS}\n".replace("\n", "\r\n")
    assert fixed(crlf, read, WANTED).text == f"# A net\n{FITS}\n".replace("\n", "\r\n")


def test_what_may_only_have_to_move_is_left():
    for text in (f"{FITS}\n# cnncalc: ignore-file[FIT101]", f"# cnncalc: ignore[FIT101]\n{FITS}"):
        assert [f.fix for f in engine.findings(read(text), WANTED)] == [None]
        assert fixed(text, read, WANTED, unsafe=True).text == text


def test_a_suppression_of_what_its_line_would_take_part_in_is_used():
    text = "INPUT: 9x9x1\n" + "\n".join(f"CONV{i}: 1 3x3 pad 1{' # noqa: STY102' * (i == 1)}" for i in (1, 2, 3))
    assert told(text, "SUP101", choice(["STY", "SUP"])) == []
    assert fixed(text, read, choice(["STY", "SUP"])).text == text


UNKNOWN = "names no rule, so that it ignores nothing"
GROUP = "means several rules, and a comment ignores only what it names one by one"
SILENT = "says nothing to the linter, so that nothing is ignored"


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        ("cnncalc: ignore[FIT10l]", [("FIT10l", f"'FIT10l' {UNKNOWN}", "did you mean 'FIT101'?")]),
        (
            "cnncalc: ignore[stride-drop-pixels]",
            [("stride-drop-pixels", f"'stride-drop-pixels' {UNKNOWN}", "did you mean 'stride-drops-pixels'?")],
        ),
        ("cnncalc: ignore[zzzzzz]", [("zzzzzz", f"'zzzzzz' {UNKNOWN}", "cnncalc rule lists the codes")]),
        ("cnncalc: ignore[E501]", [("E501", f"'E501' {UNKNOWN}", "cnncalc rule lists the codes")]),
        ("cnncalc: ignore[FIT, FIT101]", [("FIT", f"'FIT' {GROUP}", "name each by its code or name, such as FIT101")]),
        ("cnncalc: ignore[fit]", [("fit", f"'fit' {GROUP}", "write FIT101")]),
        ("cnncalc: ignore[ALL]", [("ALL", f"'ALL' {GROUP}", "write FIT101")]),
        ("noqa: FIT1", [("FIT1", f"'FIT1' {GROUP}", "write FIT101")]),
        ("noqa: REF1", [("REF1", f"'REF1' {GROUP}", "name each by its code or name, such as REF101")]),
        ("noqa: E501, REF1011, SIM1", [("REF1011", f"'REF1011' {UNKNOWN}", "did you mean 'REF101'?")]),
        ("cnncalc: ignore", [("cnncalc: ignore", f"'ignore' {UNKNOWN}", "write ignore[FIT101]")]),
        ("cnncalc: ignore FIT101", [("cnncalc: ignore FIT101", f"'ignore' {UNKNOWN}", "write ignore[FIT101]")]),
        ("cnncalc: ignore[ , ]", [("cnncalc: ignore[ , ]", f"'ignore' {UNKNOWN}", "write ignore[FIT101]")]),
        ("cnncalc: Ignore-File", [("cnncalc: Ignore-File", f"'Ignore-File' {UNKNOWN}", "write ignore-file[FIT101]")]),
        (
            "cnncalc: ingore[FIT101] x",
            [("cnncalc: ingore[FIT101]", f"'ingore' {SILENT}", "write ignore[FIT101]")],
        ),
        (
            "cnncalc: ignore-flie[FIT101]",
            [("cnncalc: ignore-flie[FIT101]", f"'ignore-flie' {SILENT}", "write ignore-file[FIT101]")],
        ),
        ("cnncalc: disable[]", [("cnncalc: disable[]", f"'disable' {SILENT}", "write ignore[FIT101]")]),
        ("cnncalc: disable", [("cnncalc: disable", f"'disable' {SILENT}", "write ignore[FIT101]")]),
        ("cnncalc: disable all", [("cnncalc: disable all", f"'disable' {SILENT}", "write ignore[FIT101]")]),
        ("CNNcalc:Disable=fit103", [("CNNcalc:Disable=fit103", f"'Disable' {SILENT}", "write ignore[fit103]")]),
        (
            "cnncalc: disable-file: stride-skips-pixels, FIT102 as printed",
            [
                (
                    "cnncalc: disable-file: stride-skips-pixels, FIT102",
                    f"'disable-file' {SILENT}",
                    "write ignore-file[stride-skips-pixels, FIT102]",
                )
            ],
        ),
        ("cnncalc: ingore FIT103", [("cnncalc: ingore FIT103", f"'ingore' {SILENT}", "write ignore[FIT103]")]),
        ("cnncalc: noqa", [("cnncalc: noqa", f"'noqa' {SILENT}", "write ignore[FIT101]")]),
        ("noqa", [("noqa", f"'noqa' {UNKNOWN}", "write noqa: FIT101")]),
        ("NoQA as printed", [("NoQA", f"'NoQA' {UNKNOWN}", "write noqa: FIT101")]),
        ("noqa:", [("noqa", f"'noqa' {UNKNOWN}", "write noqa: FIT101")]),
        ("as printed # noqa", [("noqa", f"'noqa' {UNKNOWN}", "write noqa: FIT101")]),
        ("noqa: FIT101-like", [("noqa", f"'noqa' {UNKNOWN}", "write noqa: FIT101")]),
        ("noqa: well-known case", [("noqa", f"'noqa' {UNKNOWN}", "write noqa: FIT101")]),
        ("noqa: stride-drop-pixels", [("noqa", f"'noqa' {UNKNOWN}", "did you mean 'stride-drops-pixels'?")]),
        (
            "noqa: stride-drop",
            [("noqa", f"'noqa' {UNKNOWN}", "did you mean 'stride-drops-pixels' or 'stride-drops-padding'?")],
        ),
        ("noqa: FIT", [("FIT", f"'FIT' {GROUP}", "write FIT101")]),
        ("noqa: fit", [("fit", f"'fit' {GROUP}", "write FIT101")]),
        ("noqa: all of them", [("all", f"'all' {GROUP}", "write FIT101")]),
        (
            "noqa: FIT103, REF as printed",
            [("REF", f"'REF' {GROUP}", "name each by its code or name, such as REF101")],
        ),
        (
            "cnncalc: ignore[FIT101 as printed",
            [
                (
                    "cnncalc: ignore[FIT101 as printed",
                    "the bracket behind 'ignore' is not closed",
                    "write ignore[FIT101]",
                )
            ],
        ),
    ],
)
def test_markers_that_name_no_rule_are_told(comment, found):
    assert told(f"{DROPS} # {comment}", "SUP102") == found


def test_without_a_finding_the_remedy_is_an_example():
    assert told(f"{FITS} # cnncalc: ignore", "SUP102")[0][2] == "write ignore[stride-drops-pixels]"
    assert told(f"# cnncalc: ignore-file[FIT]\n{DROPS}", "SUP102")[0][2] == "write FIT101"
    assert told(f"# cnncalc: ignore-file\n{DROPS}", "SUP102")[0][2] == "write ignore-file[FIT101]"
    assert told(f"{FITS} # cnncalc: ignore[SYN]", "SUP102")[0][2].startswith(
        "name each by its code or name, such as SYN"
    )


@pytest.mark.parametrize(
    "comment",
    [
        "cnncalc: ignore[FIT101] as printed",
        "cnncalc: ignore[SYN107]",
        "cnncalc: show prints 34,944 params",
        "cnncalc: show[x]",
        "cnncalc: ignores the bias",
        "cnncalc:",
        "noqa: E501",
        "noqa: SIM",
        "noqa : FIT101",
        "noqa: FIT101 well-known case",
        "noqa: FIT101, by-the-book fit of all padding",
        "noqa: FIT101 GPU memory is short, GPU and ALL",
        "noqa: stride-drops-pixels well-known",
        "no noqa here",
        "noqa-like",
        "cnncalc: noqa: FIT101",
        "cnncalc: disable the bias",
        "cnncalc: skipped",
        "cnncalc: offset 3",
        "noqa: SIM101, FITS101, REFS1",
        "see cnncalc: ignore",
        "ignore[FIT101]",
    ],
)
def test_other_comments_are_left(comment):
    assert told(f"{DROPS} # {comment}", "SUP102") == []


def test_misspelt_rules_are_told_of_a_network_that_is_not_whole():
    assert len(told(f"{DROPS} # cnncalc: ignore[FIT10l]\nCONV2: 1 9x9", "SUP102")) == 1
    assert len(told("# cnncalc: ignore[FIT10l]", "SUP102")) == 1


def test_what_is_said_of_comments_can_be_ignored():
    assert told(f"{DROPS} # cnncalc: ignore[FIT10l, unknown-rule]", "SUP102") == []
    assert told(f"# cnncalc: ignore-file[SUP102]\n{DROPS} # cnncalc: ignore[FIT10l]", "SUP102") == []
    assert told(f"# cnncalc: ignore-file[SUP102]\n{DROPS} # cnncalc: ignore[FIT10l]", "SUP101") == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("INPUT: 7x7x1\n" + "relu \u2013 # noqa: FIT999\n" * 1100, (1002, 16)),
        ("INPUT: 7x7x1\nrelu \\\n # noqa: FIT999", (3, 10)),
        ("INPUT: 7x7x1\nrelu \\\n tanh # noqa: FIT999\ngelu", (3, 15)),
        ("\ufeff# \u00d7 noqa: FIT999\r\nINPUT: 7x7x1\r\nrelu", (1, 11)),
        ("INPUT: 7x7x1\n\tpad  # FIT999 ## noqa:\tFIT999 #\nrelu", (2, 25)),
    ],
)
def test_comments_are_found_where_they_stand(text, place):
    """In a file with more errors than are told, the lines end before the rows do."""
    assert [f.span[:2] for f in engine.findings(read(text), WANTED) if f.code.code == "SUP102"][-1] == place
