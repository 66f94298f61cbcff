"""Findings as people and programs read them: the whole output, to the character."""

import json

import pytest

from cnncalc.api import analyse
from cnncalc.diagnostic import ERROR, Code, Diagnostic, Span
from cnncalc.lint.engine import CHECKED, findings
from cnncalc.render import findings as render
from cnncalc.source import read

CODE = Code("TST101", "a-test", ERROR, "")
SPEC = """\
# A network with mistakes
INPUT: 7x7x1
CONV1: 1 3x3 stride 3 => 3x3x1
CONV2: 1 1x1 strde 2
expect params = 9
"""

FULL = """\
warning[FIT101 stride-drops-pixels]: CONV1: (7 + 2*0 - 3)/3 + 1 = 2.33 on the width and height: does not fit; \
PyTorch takes 2 and never reads the last 1 pixel
 --> net.spec:3:8
  |
3 | CONV1: 1 3x3 stride 3 => 3x3x1
  |        ^^^^^^^^^^^^^^
  = help: use an input of 6 or 9, or pad 1, or stride 2

error[REF101 wrong-shape]: CONV1 claims 3x3x1, the arithmetic gives 2x2x1: (7 + 2*0 - 3)/3 + 1 = 2.33, rounded down to 2
 --> net.spec:3:26
  |
3 | CONV1: 1 3x3 stride 3 => 3x3x1
  |                          ^^^^^
  = help: pad 1 on line 3 would give 3x3x1

error[SYN107 unexpected-word]: HERE
 --> net.spec:4:14
  |
4 | CONV2: 1 1x1 strde 2
  |              ^^^^^
  = help: did you mean 'stride'?"""

CONCISE = """\
net.spec:3:8: FIT101 stride-drops-pixels warning: CONV1: (7 + 2*0 - 3)/3 + 1 = 2.33 on the width and height: \
does not fit; PyTorch takes 2 and never reads the last 1 pixel; use an input of 6 or 9, or pad 1, or stride 2
net.spec:3:26: REF101 wrong-shape error: CONV1 claims 3x3x1, the arithmetic gives 2x2x1: \
(7 + 2*0 - 3)/3 + 1 = 2.33, rounded down to 2; pad 1 on line 3 would give 3x3x1
net.spec:4:14: SYN107 unexpected-word error: HERE; did you mean 'stride'?"""

GITHUB = """\
::error file=net.spec,line=3,endLine=3,col=26,endColumn=31,title=REF101 wrong-shape::net.spec:3:26: REF101 \
CONV1 claims 3x3x1, the arithmetic gives 2x2x1: (7 + 2*0 - 3)/3 + 1 = 2.33, rounded down to 2\
%0Apad 1 on line 3 would give 3x3x1
::error file=net.spec,line=4,endLine=4,col=14,endColumn=19,title=SYN107 unexpected-word::net.spec:4:14: SYN107 HERE\
%0Adid you mean 'stride'?
::warning file=net.spec,line=3,endLine=3,col=8,endColumn=22,title=FIT101 stride-drops-pixels::net.spec:3:8: FIT101 \
CONV1: (7 + 2*0 - 3)/3 + 1 = 2.33 on the width and height: does not fit; PyTorch takes 2 and never reads the last \
1 pixel%0Ause an input of 6 or 9, or pad 1, or stride 2"""


@pytest.mark.parametrize(("form", "wanted"), [("full", FULL), ("concise", CONCISE), ("github", GITHUB)])
def test_formats(form, wanted):
    network = analyse(SPEC, "net", "net.spec")
    found = findings(network, CHECKED)
    message = next(f.message for f in found if f.code.code == "SYN107")
    assert render.written(form, [(network.source, found)]) == wanted.replace("HERE", message)


def test_json():
    network = analyse(SPEC, "net", "net.spec")
    listed = json.loads(render.written("json", [(network.source, findings(network, CHECKED)), (network.source, ())]))
    assert [f["code"] for f in listed] == ["FIT101", "REF101", "SYN107"]
    assert listed[1] == {
        "code": "REF101",
        "name": "wrong-shape",
        "severity": "error",
        "message": "CONV1 claims 3x3x1, the arithmetic gives 2x2x1: (7 + 2*0 - 3)/3 + 1 = 2.33, rounded down to 2",
        "file": "net.spec",
        "line": 3,
        "column": 26,
        "end_line": 3,
        "end_column": 31,
        "hint": "pad 1 on line 3 would give 3x3x1",
        "fix": None,
    }
    assert render.written("json", []) == "[]"


def one(row: str, column: int, end: int, message: str = "wrong", **more) -> Diagnostic:
    return Diagnostic(CODE, message, Span(1, column, 1, end), **more)


def shown(row: str, column: int, end: int) -> tuple[str, str]:
    """The source line and its underline, behind the bar."""
    lines = render.full(read(row, "a"), [one(row, column, end)]).split("\n")
    return lines[3].removeprefix("1 | "), lines[4].removeprefix("  | ")


def test_colours_are_the_callers():
    found = [one("conv 3x", 6, 8, hint="do", notes=("why",))]
    painted = render.full(read("conv 3x", "a"), found, lambda style, text: f"<{style}>{text}</>")
    assert painted == (
        "<error>error[TST101 a-test]</>: <heading>wrong</>\n"
        " <place>--></> a:1:6\n"
        "  <place>|</>\n"
        "<place>1 |</> conv 3x\n"
        "  <place>|</>      <error>^^</>\n"
        "  <place>=</> note: why\n"
        "  <place>=</> <hint>help</>: do"
    )


def test_infos_are_notices_on_github():
    info = one("x", 1, 2)._replace(level="info")
    assert render.written("github", [(read("x", "a"), [info])]).startswith(
        "::notice file=a,line=1,endLine=1,col=1,endColumn=2,"
    )


def test_github_escapes():
    found = [one("x", 1, 2, "50% of a:b, c\nnext\r")]
    wanted = (
        "::error file=a%3Ab%2Cc%25.spec,line=1,endLine=1,col=1,endColumn=2,title=TST101 a-test"
        "::a:b,c%25.spec:1:1: TST101 50%25 of a:b, c\\u{a}next\\u{d}"
    )
    assert render.written("github", [(read("x", "a:b,c%.spec"), found)]) == wanted


@pytest.mark.parametrize(
    ("row", "column", "end", "code", "marks"),
    [
        ("conv 64 3x3", 6, 8, "conv 64 3x3", "     ^^"),
        ("conv\t64 3x3", 6, 8, "conv 64 3x3", "     ^^"),
        ("畳込 64", 4, 6, "畳込 64", "     ^^"),
        ("a畳 b", 2, 3, "a畳 b", " ^^"),
        ("e\u0301 64", 4, 6, "e\u0301 64", "  ^^"),
        ("conv", 5, 6, "conv", "    ^"),
        ("conv", 3, 3, "conv", "  ^"),
        ("a\x1b[31m b", 9, 10, "a\\u{1b}[31m b", "             ^"),
        ("\u202eab", 2, 3, "\\u{202e}ab", "        ^"),
        ("a\u200bb", 2, 3, "a\\u{200b}b", " ^^^^^^^^"),
        ("a\udc80b", 3, 4, "a\\u{dc80}b", "         ^"),
    ],
)
def test_carets_stand_under_what_they_mean(row, column, end, code, marks):
    assert shown(row, column, end) == (code, marks)


@pytest.mark.parametrize("at", [0, 30, 45, 300, 970, 995])
def test_long_lines_are_cut_around_the_caret(at):
    row = "".join(f"{i:04d} " for i in range(200))
    code, marks = shown(row, at + 1, at + 5)
    head = 3 * code.startswith("...")
    begin = marks.index("^")
    assert code[begin : begin + 4] == row[at : at + 4]
    assert len(code) <= 106
    assert code[head:].removesuffix("...") in row
    assert code.endswith("...") == (at < 920)
    assert (head > 0) == (at > 40)


def test_a_long_span_is_cut_with_its_line():
    code, marks = shown("x" * 5000, 1, 5001)
    assert (code, marks) == ("x" * 100 + "...", "^" * 100)


def test_long_lines_of_wide_characters_are_cut_by_columns():
    code, marks = shown("畳" * 500, 300, 302)
    assert code == "..." + "畳" * 50 + "..."
    assert marks == " " * 43 + "^^^^"


def test_a_span_over_lines_is_underlined_on_its_first():
    finding = Diagnostic(CODE, "wrong", Span(1, 6, 2, 3))
    text = render.full(read("conv 64 \\\n3x3", "a"), [finding])
    assert text.split("\n")[3:5] == ["1 | conv 64 \\", "  |      ^^^^"]


def test_nothing_from_a_spec_steers_the_terminal():
    bad = "\x1b]0;t\x07\u202e\x9b\n"
    source = read("x", f"a{bad}.spec")
    found = [one("x", 1, 2, f"m{bad}", hint=f"h{bad}", notes=(f"n{bad}",))]
    for form in ("full", "concise", "github"):
        text = render.written(form, [(source, found)])
        assert not set(text) & set("\x1b\x07\u202e\x9b")
        assert text.count("\\u{202e}") == {"full": 4, "concise": 3, "github": 5}[form]
    assert "\x1b" not in render.written("json", [(source, found)])


def test_a_file_that_cannot_be_read_has_no_line_to_show():
    network = analyse(b"conv \xff", "net", "net.spec")
    text = render.full(network.source, network.findings[:1])
    assert text == "error[SYN101 unreadable-text]: byte 0xff is not UTF-8; save the file as UTF-8\n --> net.spec:1:6"


def test_a_flood_is_cut_and_says_so():
    source, found = read("x", "a"), [one("x", 1, 2)] * 203
    for form in (render.full, render.concise):
        assert form(source, found).endswith("\n... and 3 more findings")
        assert form(source, found[:201]).endswith("\n... and 1 more finding")
        assert "more" not in form(source, found[:200])
        assert form(source, found).count("wrong") == 200
    assert len(json.loads(render.written("json", [(source, found)]))) == 203
