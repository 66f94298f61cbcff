"""The linter: every rule's own cases and fixes, the registry, choosing rules, suppressing findings."""

import re

import pytest

from cnncalc.api import analyse
from cnncalc.diagnostic import Code, Diagnostic, Span
from cnncalc.faults import FAULTS
from cnncalc.lint import engine, registry
from cnncalc.lint.choice import EVERY, Choice, choice
from cnncalc.lint.fixing import edited, fixed, numbers
from cnncalc.lint.rule import HEADINGS, Rule

RULES = {file: registry.rule(file) for file in registry.files()}
MISFIT = "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3"


FITS = choice(["FIT", "REF"])
"""The families that the tests of the engine are about."""


def read(text: str):
    return analyse(text, "net", "net.spec")


def found(text: str, wanted: Choice = EVERY) -> list[str]:
    """The codes of a spec's findings."""
    return [f.code.code for f in engine.findings(read(text), wanted)]


def checked(text: str) -> list[str]:
    """The codes of a spec's findings of fit and claims."""
    return found(text, FITS)


def cases(sort: str):
    return [(file, text) for file, rule in RULES.items() for text in getattr(rule, sort)]


@pytest.mark.parametrize(("file", "text"), cases("bad"))
def test_bad_cases_have_the_finding(file, text):
    assert found(text).count(RULES[file].code.code) == 1


@pytest.mark.parametrize(("file", "text"), cases("good"))
def test_good_cases_have_none(file, text):
    network = read(text)
    assert network.complete
    assert RULES[file].code.code not in found(text)


def one_line_apart(one: str, other: str) -> bool:
    """Whether two texts differ in one line that is changed, added or removed."""
    a, b = one.split("\n"), other.split("\n")
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return max(len(a), len(b)) == 1


def fixes_of(rule: type[Rule]) -> list[Diagnostic]:
    """The findings of a rule's bad cases that have a fix."""
    every = [f for text in rule.bad for f in engine.findings(read(text)) if f.code is rule.code]
    return [finding for finding in every if finding.fix]


SAYS = {"": "There is no automatic fix", "safe": r"(?i)\bsafe\b", "unsafe": r"(?i)\bunsafe\b"}
"""What a page says of its fix."""


def faults_of(file: str, rule: type[Rule]) -> list[str]:
    """What is missing of a rule."""
    code = rule.code
    headings = [line[3:] for line in code.page.splitlines() if line.startswith("## ")]
    safety = section(code, "Fix safety")
    wrong = {
        "headings": headings != list(HEADINGS),
        "file": file != f"{code.code}_{code.name}".lower().replace("-", "_"),
        "name": not re.fullmatch("[a-z]+(-[a-z0-9]+)+", code.name),
        "good": len(rule.good) < 3,
        "bad": len(rule.bad) < 2,
        "near": not any(one_line_apart(good, bad) for good in rule.good for bad in rule.bad),
        "severity": code.severity not in ("error", "warning", "info"),
        "doc": not rule.__doc__,
        "example": example(code, "Example") not in rule.bad,
        "instead": found_in(example(code, "Use instead"), code),
        "fixes": {f.fix.safe for f in fixes_of(rule)} != {"safe": {True}, "unsafe": {False}}.get(rule.fixes, set()),
        "safety": [word for word, said in SAYS.items() if re.search(said, safety)] != [rule.fixes],
    }
    return [what for what, missing in wrong.items() if missing]


def section(code: Code, heading: str) -> str:
    """What stands under a heading of a page, each paragraph on a line."""
    part = code.page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.sub(r"(?<!\n)\n(?!\n)", " ", part)


def example(code: Code, heading: str) -> str:
    """The spec under a heading of a page."""
    part = code.page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return "\n".join(line.removeprefix("    ") for line in part.strip("\n").splitlines()).strip()


def found_in(text: str, code: Code) -> bool:
    return code.code in found(text) or not read(text).complete


@pytest.mark.parametrize("file", RULES)
def test_rules_are_whole(file):
    assert faults_of(file, RULES[file]) == []


def test_the_test_of_rules_finds_what_is_missing():
    class Lame(RULES["fit101_stride_drops_pixels"]):
        code = Code("FIT999", "Lame", "bad", "## What it does\n")
        good = bad = ()
        fixes = "safe"

    Lame.__doc__ = ""
    wanted = {"headings", "file", "name", "good", "bad", "near", "severity", "doc", "example", "instead"}
    assert set(faults_of("fit999_lam", Lame)) == wanted | {"fixes", "safety"}


@pytest.mark.parametrize(
    ("other", "wanted"),
    [("a\nx\nc", True), ("a\nc", True), ("a\nb\nx\nc", True), ("a\nb\nc", False), ("a\nx\ny", False), ("c\na", False)],
)
def test_near_misses_are_one_line_apart(other, wanted):
    assert one_line_apart("a\nb\nc", other) is one_line_apart(other, "a\nb\nc") is wanted


# fixes


def fixable():
    """Every bad case of the rules with fixes."""
    return [(file, text) for file, text in cases("bad") if RULES[file].fixes]


def loud(text: str) -> dict[str, int]:
    """How many findings of each code are no mere remarks."""
    every = [f.code.code for f in engine.findings(read(text)) if f.severity != "info"]
    return {code: every.count(code) for code in every}


@pytest.mark.parametrize(("file", "text"), fixable())
def test_a_fix_repairs_its_finding_and_brings_no_other(file, text):
    code = RULES[file].code
    for finding in engine.findings(read(text)):
        if finding.code is code and finding.fix:
            after, before = edited(text, finding.fix.edits), loud(text)
            assert read(after).complete
            assert code.code not in found(after)
            assert {c: n for c, n in loud(after).items() if n > before.get(c, 0)} == {}
            assert finding.fix.message and finding.fix.safe is (RULES[file].fixes == "safe")
            if finding.fix.safe:
                assert numbers(read(after)) == numbers(read(text))


@pytest.mark.parametrize(("file", "text"), fixable())
def test_fixes_are_applied_as_they_are_asked_for(file, text):
    code, unsafe = RULES[file].code, RULES[file].fixes == "unsafe"
    done, usual = fixed(text, read, EVERY, unsafe), fixed(text, read, EVERY)
    assert all(f.fix and f.fix.safe for f in usual.applied)
    wanted = [f.message for f in engine.findings(read(text)) if f.code is code and f.fix]
    assert [f.message for f in done.applied if f.code is code] == wanted
    assert [f.message for f in usual.applied if f.code is code] == ([] if unsafe else wanted)
    assert numbers(usual.network) == numbers(read(text))
    again = fixed(done.text, read, EVERY, unsafe)
    assert (again.text, again.applied) == (done.text, ())


def test_codes_and_names_are_unique():
    every = registry.pages()
    assert len({code.code for code in every}) == len({code.name for code in every}) == len(every)
    assert {code.code for code in every} == {f.code for f in FAULTS} | {rule.code.code for rule in RULES.values()}


@pytest.mark.parametrize("code", registry.pages(), ids=str)
def test_every_page_has_the_headings_in_their_order_and_a_text_below_each(code):
    parts = re.split(r"^## (.*)$", code.page, flags=re.MULTILINE)[1:]
    assert tuple(parts[::2]) == HEADINGS
    assert all(text.strip() for text in parts[1::2])


def test_rules_are_found_not_listed():
    assert {"fit101_stride_drops_pixels", "ref202_budget_exceeded"} <= set(registry.files())
    assert not any(file.startswith("_") for file in registry.files())


# choosing


@pytest.mark.parametrize(
    ("select", "ignore", "left"),
    [
        (["ALL"], [], ["FIT101", "FIT103"]),
        (["FIT"], [], ["FIT101", "FIT103"]),
        (["fit103"], [], ["FIT103"]),
        (["stride-skips-pixels"], [], ["FIT103"]),
        (["Stride-Skips-Pixels", "FIT101"], [], ["FIT101", "FIT103"]),
        (["FIT1"], ["FIT103"], ["FIT101"]),
        (["FIT101"], ["FIT"], ["FIT101"]),
        (["ALL"], ["FIT10"], []),
        (["ALL"], ["ALL"], []),
        (["ALL"], ["stride-drops-pixels"], ["FIT103"]),
        (["FIT101"], ["stride-drops-pixels"], []),
        (["REF"], [], []),
        ([], [], []),
    ],
)
def test_select_and_ignore(select, ignore, left):
    text = "INPUT: 6x6x1\nCONV1: 1 1x1 stride 2"
    every = found(text, choice(select, ignore))
    assert [code for code in every if code[:3] in ("FIT", "REF")] == left


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("FIT10l", "did you mean 'FIT101'?"),
        ("stride-drop-pixels", "did you mean 'stride-drops-pixels'?"),
        ("FTI", "did you mean 'FIT'?"),
        ("FIT9", "did you mean 'FIT'?"),
        ("F", "cnncalc rule lists the codes"),
        ("", "cnncalc rule lists the codes"),
        ("something", "cnncalc rule lists the codes"),
    ],
)
def test_unknown_selectors_are_told(selector, hint):
    with pytest.raises(ValueError) as error:
        choice(["ALL"], [selector])
    assert str(error.value) == f"no rule is called '{selector}'; {hint}"


@pytest.mark.parametrize(
    ("select", "ignore", "never", "wanted"),
    [
        (["ALL"], [], [], True),
        (["ALL"], [], ["FIT101"], False),
        (["FIT101"], [], ["ALL"], False),
        (["stride-drops-pixels"], [], ["FIT"], False),
        (["FIT101"], ["FIT"], ["FIT102"], True),
        (["FIT101"], ["FIT10"], [], True),
        (["FIT10"], ["FIT"], [], True),
        (["FIT"], ["FIT10"], [], False),
        (["FIT10", "ALL"], ["FIT"], ["REF"], True),
        (["REF"], [], [], False),
    ],
)
def test_the_most_exact_selector_wins_and_never_means_never(select, ignore, never, wanted):
    assert choice(select, ignore, never).wants("FIT101", "stride-drops-pixels") is wanted


@pytest.mark.parametrize(
    ("levels", "severity"),
    [
        ({}, "warning"),
        ({"FIT": "info"}, "info"),
        ({"ALL": "ERROR"}, "error"),
        ({"ALL": "error", "FIT": "info"}, "info"),
        ({"FIT101": "error", "FIT": "info"}, "error"),
        ({"FIT": "info", "FIT101": "error"}, "error"),
        ({"Stride-Drops-Pixels": "error", "FIT10": "info"}, "error"),
        ({"stride-drops-pixels": "info", "FIT101": "error"}, "info"),
        ({"fit102": "error"}, "warning"),
        ({"REF": "error"}, "warning"),
    ],
)
def test_severities_are_those_of_the_most_exact_selector(levels, severity):
    (finding,) = engine.findings(read(MISFIT), choice(["FIT"], levels=levels))
    assert finding.severity == severity


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ({"FIT101": "warn"}, "a severity is error, warning or info, not 'warn'"),
        ({"FIT101": ""}, "a severity is error, warning or info, not ''"),
        ({"FIT10l": "info"}, "no rule is called 'FIT10l'; did you mean 'FIT101'?"),
        ({"SYN": "info"}, "SYN is of syntax or shape, and always an error"),
        ({"FIT": "info", "shp101": "error"}, "SHP101 is of syntax or shape, and always an error"),
        ({"unexpected-word": "info"}, "unexpected-word is of syntax or shape, and always an error"),
    ],
)
def test_levels_that_mean_nothing_are_told(levels, message):
    with pytest.raises(ValueError) as error:
        choice(levels=levels)
    assert str(error.value) == message


def test_all_the_levels_leave_syntax_an_error():
    text = f"{MISFIT}\nCONV2: 1 3x3 strde 4"
    every = engine.findings(read(text), choice(["FIT"], levels={"ALL": "info"}))
    assert [(f.code.code, f.severity) for f in every] == [("FIT101", "info"), ("SYN107", "error")]


def test_errors_of_syntax_and_shape_cannot_be_chosen_away():
    text = f"{MISFIT} # cnncalc: ignore[ALL, SYN107, unexpected-word]\nCONV2: 1 3x3 strde 4 # noqa: SYN107, FIT101"
    assert found(text, choice(["REF"], ["SYN", "SYN107"])) == ["SYN107"]


def test_selectors_narrow_the_rules():
    text = f"{MISFIT} => 9x9x9"
    assert found(text, FITS) == ["FIT101", "REF101"]
    assert found(text, choice(["REF"])) == ["REF101"]
    assert found(text, choice(())) == []
    assert found(text, engine.CHECKED) == ["FIT101", "REF101"]
    assert found("INPUT: 7x7x1\nCONV1: 1 9x9", choice(["FIT"])) == ["SHP101"]


def test_pages_are_found_by_code_and_name():
    assert registry.page("fit101") is registry.page("stride-drops-pixels") is RULES["fit101_stride_drops_pixels"].code
    assert registry.page("SYN101").name == "unreadable-text"
    for word, message in {
        "FIT": "'FIT' means several codes; name one of them, such as FIT101",
        "SYN11": "'SYN11' means several codes; name one of them, such as SYN110",
        "FIT10l": "no rule is called 'FIT10l'; did you mean 'FIT101'?",
    }.items():
        with pytest.raises(ValueError) as error:
            registry.page(word)
        assert str(error.value) == message


# suppressing


@pytest.mark.parametrize(
    "comment",
    [
        "cnncalc: ignore[stride-drops-pixels] the last column is empty",
        "cnncalc: ignore[FIT101]",
        "CNNCALC:ignore [ fit101 , REF101 ]",
        "wide enough; cnncalc: ignore[wrong-shape, Stride-Drops-Pixels] see the paper",
        "noqa: FIT101",
        "noqa:REF101,fit101 on purpose",
    ],
)
def test_a_comment_on_the_line_suppresses(comment):
    assert checked(f"{MISFIT} # {comment}") == []


@pytest.mark.parametrize(
    "comment",
    [
        "cnncalc: ignore[stride-skips-pixels]",
        "cnncalc: ignore",
        "ignore[FIT101]",
        "cnncalc: ignore[FIT]",
        "cnncalc: ignore[FIT1011]",
        "cnncalc: ignore-file[FIT101]",
        "noqa",
        "noqa: FIT102",
        "noqa: E501 FIT",
    ],
)
def test_other_comments_do_not(comment):
    assert checked(f"{MISFIT} # {comment}") == ["FIT101"]


def test_a_comment_speaks_of_its_own_line_only():
    text = "INPUT: 7x7x1 # noqa: FIT101\nCONV1: 1 3x3 stride 3\nCONV2: 1 1x1 # noqa: FIT101"
    assert checked(text) == ["FIT101"]


def test_a_continued_line_is_one_line():
    assert checked("INPUT: 7x7x1\nCONV1: 1 3x3 \\\n stride 3 # noqa: FIT101") == []
    assert checked("INPUT: 7x7x1\nCONV1: 1 3x3 \\\n stride 3 => \\\n 9x9x9 # noqa: REF101") == ["FIT101"]


def test_the_top_of_a_file_suppresses_in_all_of_it():
    top = "# A net\n\n# cnncalc: ignore-file[FIT101, wrong-shape] slides\n"
    assert checked(f"{top}{MISFIT} => 1x1x1") == []
    assert checked(f"INPUT: 7x7x1\n{top}CONV1: 1 3x3 stride 3") == ["FIT101"]


def test_claims_can_be_suppressed():
    assert checked(f"{MISFIT} => 3x3x1") == ["FIT101", "REF101"]
    assert checked(f"{MISFIT} => 3x3x1 # cnncalc: ignore[REF101] the slide's figure") == ["FIT101"]
    assert checked(f"{MISFIT}\nexpect params = 1 # noqa: REF201") == ["FIT101"]


# rounding exact


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("CONV1: 1 3x3 stride 3", [("FIT101", "error")]),
        ("CONV1: 1 3x3 stride 2 pad 1", []),
        ("CONV1: 1 4x4 stride 2 pad 1", [("FIT102", "error")]),
        ("CONV1: 1 1x1 stride 3", [("FIT103", "info")]),
    ],
)
def test_rounding_exact_makes_errors(line, wanted):
    for directive, level in (("rounding exact", None), ("rounding floor", "as usual")):
        every = engine.findings(analyse(f"{directive}\nINPUT: 7x7x1\n{line}", "net", "net.spec"), FITS)
        usual = [(code, {"FIT101": "warning"}.get(code, "info") if level else severity) for code, severity in wanted]
        assert [(f.code.code, f.severity) for f in every] == usual


# order and repetition


def test_findings_stand_in_the_order_of_the_file():
    text = "INPUT: 9x9x1\nCONV1: 1 3x3 stride 4 => 9x9x9, 1 params\nCONV2: 1 3x3 strde 1\nexpect params = 1"
    every = engine.findings(read(text), FITS)
    assert [f.span[:2] for f in every] == sorted(f.span[:2] for f in every)
    assert [f.code.code for f in every] == ["FIT101", "FIT103", "REF101", "REF102", "SYN107"]


def test_findings_of_one_place_stand_worst_first():
    text, two = "INPUT: 9x9x64\nCONV1: 65 7x7 relu\nBN1: bn\nFC1: 10", ["ARC108", "ARC109"]
    usual = engine.findings(read(text), choice(two))
    assert [f.code.code for f in usual] == two
    assert usual[0].span == usual[1].span
    worse = choice(two, levels={"ARC109": "error"})
    assert [f.code.code for f in engine.findings(read(text), worse)] == ["ARC109", "ARC108"]
    better = choice(["FIT101", "REF101"], levels={"REF101": "info"})
    text = "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3 => 3x3x1\nCONV2: 1 1x1 => 3x3x1"
    assert [f.code.code for f in engine.findings(read(text), better)] == ["FIT101", "REF101", "REF101"]


def test_a_finding_is_printed_in_a_line():
    (finding,) = read(MISFIT).diagnostics
    message = "CONV1: (7 + 2*0 - 3)/3 + 1 = 2.33 on the width and height: does not fit; PyTorch takes 2 and never reads"
    assert str(finding).startswith(f"2:8: FIT101 stride-drops-pixels warning: {message}")
    assert str(finding) == f"2:8: FIT101 stride-drops-pixels warning: {finding.message}"
    assert "2:8: FIT101 stride-drops-pixels error: " in str(finding._replace(level="error"))
    assert repr(finding).startswith("Diagnostic(code='FIT101', message='CONV1: ")


def test_the_layers_of_one_text_are_told_once():
    text = "INPUT: 9x9x3\nCONV1..4: 3 3x3 pad 1 => 8x8x3\nCONV5: 3 3x3 pad 1 => 8x8x3"
    first, second = engine.findings(read(text), FITS)
    assert first.message.startswith("CONV1 claims 8x8x3, the arithmetic gives 9x9x3")
    assert first.notes == ("the same place says so of 3 more layers",)
    assert (second.message[:5], second.notes) == ("CONV5", ())


def test_two_findings_of_one_place_keep_their_notes():
    code = RULES["fit101_stride_drops_pixels"].code
    one = Diagnostic(code, "one", Span(1, 1, 1, 2), notes=("a note",))
    assert [f.notes for f in engine.once([one, one])] == [("a note", "the same place says so of 1 more layer")]
