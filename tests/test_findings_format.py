"""Findings as people and programs read them: the whole output, to the character."""

import json
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

import cnncalc
from cnncalc.api import analyse
from cnncalc.diagnostic import ERROR, INFO, WARNING, Code, Diagnostic, Edit, Fix, Span
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


@pytest.fixture(autouse=True)
def no_checkout(monkeypatch):
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)


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
        "notes": [],
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


PAGE = """\
## What it does
Finds *this*. And
that.

## Why is this bad
It is.

## Example
    conv {3}

## Use instead
    conv 3x3
"""
STYLE = Code("STY901", "a-style", WARNING, PAGE)
SAFE = Fix("write 3x3", (Edit(Span(1, 6, 1, 8), "3x3"),), True)
UNSAFE = Fix("write nobias", (Edit(Span(2, 9, 2, 9), " nobias"), Edit(Span(2, 1, 2, 5), "CONV")), False)
MIXED = (
    Diagnostic(STYLE, "wrong", Span(1, 6, 1, 8), "do", ("why",), fix=SAFE),
    Diagnostic(STYLE, "bad {0}", Span(2, 1, 3, 4), level=ERROR, fix=UNSAFE),
    Diagnostic(STYLE, "a 50% saving", Span(2, 6, 2, 9), level=INFO),
)
MIXED_FULL = """\
warning[STY901 a-style]: wrong
 --> a.spec:1:6
  |
1 | conv 3x
  |      ^^
  = note: why
  = help: do
  = fix (safe): write 3x3

error[STY901 a-style]: bad {0}
 --> a.spec:2:1
  |
2 | conv 3x3 \\
  | ^^^^^^^^^^
  = fix (unsafe): write nobias

info[STY901 a-style]: a 50% saving
 --> a.spec:2:6
  |
2 | conv 3x3 \\
  |      ^^^"""
MIXED_CONCISE = """\
a.spec:1:6: STY901 a-style warning [*]: wrong; do
a.spec:2:1: STY901 a-style error [* unsafe]: bad {0}
a.spec:2:6: STY901 a-style info: a 50% saving"""
MIXED_GITHUB = """\
::error file=a.spec,line=2,endLine=3,title=STY901 a-style::a.spec:2:1: STY901 bad {0}
::warning file=a.spec,line=1,endLine=1,col=6,endColumn=8,title=STY901 a-style::a.spec:1:6: STY901 wrong%0Awhy%0Ado
::notice file=a.spec,line=2,endLine=2,col=6,endColumn=9,title=STY901 a-style::a.spec:2:6: STY901 a 50%25 saving"""
MIXED_JUNIT = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="cnncalc" tests="4" failures="2" errors="0">
  <testsuite name="a.spec" tests="3" failures="2" errors="0" file="a.spec">
    <testcase name="STY901 a-style (line 1, column 6)" classname="a">
      <failure message="wrong" type="warning">line 1, column 6: wrong
why
do</failure>
    </testcase>
    <testcase name="STY901 a-style (line 2, column 1)" classname="a">
      <failure message="bad {0}" type="error">line 2, column 1: bad {0}</failure>
    </testcase>
    <testcase name="STY901 a-style (line 2, column 6)" classname="a">
      <system-out>line 2, column 6: a 50% saving</system-out>
    </testcase>
  </testsuite>
  <testsuite name="sub/&#252;.spec" tests="1" failures="0" errors="0" file="sub/&#252;.spec">
    <testcase name="cnncalc" classname="sub/&#252;" />
  </testsuite>
</testsuites>"""


def mixed():
    """Two files: one with findings of every severity, with a note, a hint and fixes, and a clean one."""
    return [(read("conv 3x\nconv 3x3 \\\n  pad 1", "a.spec"), MIXED), (read("", "sub/ü.spec"), ())]


@pytest.mark.parametrize(
    ("form", "wanted"),
    [("full", MIXED_FULL), ("concise", MIXED_CONCISE), ("github", MIXED_GITHUB), ("junit", MIXED_JUNIT)],
)
def test_formats_tell_notes_hints_and_fixes(form, wanted):
    assert render.written(form, mixed()) == wanted


NARROW = """\
warning[STY901 a-style]: a message
    that goes on for longer than a
    narrow screen does
  --> a.spec:10:30
   |
10 | ... this line is long enough...
   |              ^^^^
   = note: so does what explains it,
           to the end
   = help: do something about it,
           and soon
   = fix (unsafe): write it on two
                   lines"""


def test_on_a_narrow_screen_lines_are_broken_and_nothing_of_a_message_is_lost():
    row = "conv 64 3x3 pad 1 # this line is long enough to be cut"
    message, note = (
        "a message that goes on for longer than a narrow screen does",
        "so does what explains it, to the end",
    )
    fix = Fix("write it on two lines", (), False)
    finding = Diagnostic(STYLE, message, Span(10, 30, 10, 34), "do something about it, and soon", (note,), fix=fix)
    reports = [(read("\n" * 9 + row, "a.spec"), [finding])]
    assert render.written("full", reports, width=36) == NARROW
    lines = render.written("full", reports, width=0).split("\n")
    assert lines == render.written("full", reports, width=1 << 20).split("\n")
    assert [len(line) for line in lines] == [84, 18, 4, 59, 38, 47, 42, 40]
    for form in set(render.FORMATS) - {"full"}:
        assert render.written(form, reports, width=36) == render.written(form, reports)


@pytest.mark.parametrize("width", [1, 10, 30, 50, 80])
def test_on_any_screen_every_word_is_told(width):
    text = render.written("full", mixed(), width=width)
    whole = render.written("full", mixed())
    kept = [word for word in whole.split() if word in ("wrong", "bad", "{0}", "saving", "why", "do", "nobias")]
    assert [word for word in text.split() if word in kept] == kept
    long = Diagnostic(STYLE, "x" * 90, Span(1, 1, 1, 2))
    assert "x" * 90 in render.written("full", [(read("conv", "a"), [long])], width=width)


def test_files_follow_each_other():
    source, found = read("x", "b"), [one("x", 1, 2)]
    for form, between in (("full", "\n\n"), ("concise", "\n"), ("github", "\n")):
        alone = render.written(form, [(source, found)])
        assert render.written(form, [(source, found), (source, ()), (source, found)]) == alone + between + alone
        assert render.written(form, [(source, ())]) == ""


SAYS = "the same place says so of 2 more layers"
ONCE = "the same place says so of 1 more layer"


def test_every_format_tells_of_how_many_layers_a_line_says_so():
    found = [one("x", 1, 2, hint="do", notes=("why", SAYS), times=3), one("x", 1, 2, notes=(ONCE,), times=2)]
    reports = [(read("x", "a.spec"), found)]
    assert render.written("concise", reports).split("\n") == [
        "a.spec:1:1: TST101 a-test error: wrong; do (2 more layers)",
        "a.spec:1:1: TST101 a-test error: wrong (1 more layer)",
    ]
    assert [each["notes"] for each in json.loads(render.written("json", reports))] == [["why", SAYS], [ONCE]]
    assert render.written("full", reports).count(f"  = note: {SAYS}\n") == 1
    assert render.written("github", reports).count(f"%0Awhy%0A{SAYS}%0Ado") == 1
    results = json.loads(render.written("sarif", [(read("x", "a.spec"), [found[0]._replace(code=STYLE)])]))["runs"]
    assert results[0]["results"][0]["message"]["text"] == f"wrong\nwhy\n{SAYS}\ndo"
    failures = ElementTree.fromstring(render.written("junit", reports)).iter("failure")
    assert next(failures).text == f"line 1, column 1: wrong\nwhy\n{SAYS}\ndo"


def test_what_a_hint_and_a_fix_say_alike_is_told_once():
    found = [
        one("x", 1, 2, hint=hint, fix=Fix("remove it", (), safe))
        for hint, safe in (("remove it", True), ("remove it, or move it", False), ("or remove it", True))
    ]
    ends = [text.split("^\n")[1] for text in render.written("full", [(read("x", "a"), found)]).split("\n\n")]
    assert ends == [
        "  = fix (safe): remove it",
        "  = fix (unsafe): remove it, or move it",
        "  = help: or remove it\n  = fix (safe): remove it",
    ]


def test_json_tells_fixes():
    listed = json.loads(render.written("json", mixed()))
    assert [f["notes"] for f in listed] == [["why"], [], []]
    assert [f["fix"] for f in listed] == [
        {
            "message": "write 3x3",
            "safe": True,
            "edits": [{"line": 1, "column": 6, "end_line": 1, "end_column": 8, "text": "3x3"}],
        },
        {
            "message": "write nobias",
            "safe": False,
            "edits": [
                {"line": 2, "column": 9, "end_line": 2, "end_column": 9, "text": " nobias"},
                {"line": 2, "column": 1, "end_line": 2, "end_column": 5, "text": "CONV"},
            ],
        },
        None,
    ]


def region(*ends: int) -> dict[str, int]:
    return dict(zip(("startLine", "startColumn", "endLine", "endColumn"), ends, strict=True))


def result(level: str, text: str, place: dict[str, int], **more) -> dict[str, object]:
    """A result of MIXED in SARIF."""
    where = {"physicalLocation": {"artifactLocation": FILE, "region": place}}
    return {
        "ruleId": "STY901", "ruleIndex": 0, "level": level, "message": {"text": text}, "locations": [where], **more,
    }  # fmt: skip


def change(text: str, *replacements: tuple[dict[str, int], str]) -> list[dict[str, object]]:
    """A fix in SARIF."""
    listed = [{"deletedRegion": place, "insertedContent": {"text": new}} for place, new in replacements]
    return [{"description": {"text": text}, "artifactChanges": [{"artifactLocation": FILE, "replacements": listed}]}]


FILE = {"uri": "a.spec", "uriBaseId": "%SRCROOT%"}
RULE = {
    "id": "STY901",
    "name": "a-style",
    "shortDescription": {"text": "Finds *this*"},
    "fullDescription": {"text": "Finds *this*. And that. It is."},
    "help": {
        "text": PAGE.replace("{3}", "{{3}}").rstrip(),
        "markdown": "## What it does\n\nFinds \\*this\\*. And\nthat.\n\n## Why is this bad\n\nIt is.\n\n"
        "## Example\n\n```text\nconv {{3}}\n```\n\n## Use instead\n\n```text\nconv 3x3\n```",
    },
    "defaultConfiguration": {"level": "warning"},
    "properties": {"tags": ["style"]},
}


def test_sarif():
    assert json.loads(render.written("sarif", mixed())) == {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "cnncalc", "version": cnncalc.__version__, "rules": [RULE]}},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {
                    "%SRCROOT%": {"description": {"text": "The root of the repository, or the folder cnncalc ran in."}}
                },
                "results": [
                    result(
                        "warning",
                        "wrong\nwhy\ndo",
                        region(1, 6, 1, 8),
                        fixes=change("write 3x3", (region(1, 6, 1, 8), "3x3")),
                    ),
                    result(
                        "error",
                        "bad {{0}}",
                        region(2, 1, 3, 4),
                        fixes=change(
                            "write nobias (unsafe)", (region(2, 9, 2, 9), " nobias"), (region(2, 1, 2, 5), "CONV")
                        ),
                    ),
                    result("note", "a 50% saving", region(2, 6, 2, 9)),
                ],
            }
        ],
    }


def many(**counts: int) -> list[Diagnostic]:
    """So many findings of each severity, the last line first, infos before errors."""
    return [
        Diagnostic(CODE, level, Span(line, 1, line, 2), level=level)
        for level, count in reversed(counts.items())
        for line in range(count, 0, -1)
    ]


def commands(*files: list[Diagnostic]) -> list[tuple[str, str]]:
    """(command, place) of what GitHub is told of some files."""
    reports = [(read("x", f"{name}.spec"), found) for name, found in zip("ab", files, strict=False)]
    lines = render.written("github", reports).split("\n")
    return [(line.split(" ")[0], line.partition("::")[2].partition("::")[2].partition(": ")[0]) for line in lines]


def test_github_is_told_the_worst_first_over_all_files():
    assert commands(many(error=1, warning=1, info=1), many(error=2, warning=1, info=1)) == [
        ("::error", "a.spec:1:1"),
        ("::error", "b.spec:1:1"),
        ("::error", "b.spec:2:1"),
        ("::warning", "a.spec:1:1"),
        ("::warning", "b.spec:1:1"),
        ("::notice", "a.spec:1:1"),
        ("::notice", "b.spec:1:1"),
    ]


@pytest.mark.parametrize(
    ("counts", "shown", "left"),
    [
        ({"error": 10, "warning": 10, "info": 10}, (10, 10, 10), ""),
        ({"error": 11, "warning": 10, "info": 10}, (10, 10, 10), "1 more error, 1 more info"),
        ({"error": 12, "warning": 1013, "info": 2}, (10, 10, 3), "2 more errors, 1,003 more warnings"),
        ({"error": 0, "warning": 0, "info": 12}, (0, 0, 10), "3 more infos"),
    ],
)
def test_github_is_told_how_many_it_would_not_show(counts, shown, left):
    lines = render.written("github", [(read("x", "a.spec"), many(**counts))]).split("\n")
    kinds = [line.split(" ")[0] for line in lines]
    assert tuple(kinds.count(f"::{kind}") for kind in ("error", "warning", "notice")) == shown
    rest = "GitHub shows 10 of each; cnncalc lint --output-format concise tells all"
    told = f"::notice title=cnncalc::{left}: {rest}"
    assert (lines[-1] == told) if left else all("more" not in line for line in lines)


@pytest.mark.parametrize(
    ("name", "workspace", "wanted"),
    [
        ("nets/a.spec", "", "nets/a.spec"),
        ("./nets/../a.spec", "", "a.spec"),
        ("{here}/nets/a.spec", "", "nets/a.spec"),
        ("nets/a.spec", "{up}", "sub/nets/a.spec"),
        ("../a.spec", "{up}", "a.spec"),
        ("../a.spec", "", "{up}/a.spec"),
        ("{here}/nets/a.spec", "{up}", "sub/nets/a.spec"),
        ("nets/a.spec", "/elsewhere", "nets/a.spec"),
        ("{here}-2/a.spec", "", "{here}-2/a.spec"),
        ("/elsewhere/a.spec", "{up}", "/elsewhere/a.spec"),
        ("<stdin>", "{up}", "<stdin>"),
    ],
)
def test_servers_are_told_paths_from_the_root_of_the_repository(name, workspace, wanted, tmp_path, monkeypatch):
    here = tmp_path / "sub"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("GITHUB_WORKSPACE", workspace.format(up=tmp_path))
    name, wanted = (text.format(here=here, up=tmp_path) for text in (name, wanted))
    reports = [(read("x", name), [one("x", 1, 2)])]
    assert render.written("github", reports).startswith(f"::error file={wanted},line=1,")
    suite = ElementTree.fromstring(render.written("junit", reports))[0]
    assert suite.get("name") == suite.get("file") == wanted
    reports = [(read("x", name), [MIXED[2]])]
    file = json.loads(render.written("sarif", reports))["runs"][0]["results"][0]["locations"][0]
    uri = quote(wanted)
    known = {"uri": f"file://{uri}"} if uri.startswith("/") else {"uri": uri, "uriBaseId": "%SRCROOT%"}
    assert file["physicalLocation"]["artifactLocation"] == known


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


def test_the_settings_know_the_formats():
    from cnncalc.lint.config import FORMATS

    assert [*render.FORMATS] == [*FORMATS]
