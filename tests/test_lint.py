"""The linter: every rule's own cases, the registry, choosing rules, suppressing findings."""

import pytest

from cnncalc.api import analyse
from cnncalc.diagnostic import Code, Diagnostic, Span
from cnncalc.faults import FAULTS
from cnncalc.lint import engine, registry
from cnncalc.lint.choice import EVERY, Choice, choice
from cnncalc.lint.rule import HEADINGS, Rule

RULES = {file: registry.rule(file) for file in registry.files()}
MISFIT = "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3"


FITS = choice(["FIT", "REF"])
"""The families that the tests of the engine are about."""


def found(text: str, wanted: Choice = EVERY) -> list[str]:
    """The codes of a spec's findings."""
    return [f.code.code for f in engine.findings(analyse(text, "net", "net.spec"), wanted)]


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
    network = analyse(text, "net", "net.spec")
    assert network.complete
    assert RULES[file].code.code not in found(text)


def faults_of(file: str, rule: type[Rule]) -> list[str]:
    """What is missing of a rule."""
    code = rule.code
    headings = [line[3:] for line in code.page.splitlines() if line.startswith("## ")]
    wrong = {
        "headings": headings != list(HEADINGS),
        "file": file != f"{code.code}_{code.name}".lower().replace("-", "_"),
        "good": len(rule.good) < 2,
        "bad": len(rule.bad) < 2,
        "severity": code.severity not in ("error", "warning", "info"),
        "doc": not rule.__doc__,
        "example": example(code, "Example") not in rule.bad,
        "instead": found_in(example(code, "Use instead"), code),
    }
    return [what for what, missing in wrong.items() if missing]


def example(code: Code, heading: str) -> str:
    """The spec under a heading of a page."""
    part = code.page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return "\n".join(line.removeprefix("    ") for line in part.strip("\n").splitlines()).strip()


def found_in(text: str, code: Code) -> bool:
    return code.code in found(text) or not analyse(text, "net", "net.spec").complete


@pytest.mark.parametrize("file", RULES)
def test_rules_are_whole(file):
    assert faults_of(file, RULES[file]) == []


def test_the_test_of_rules_finds_what_is_missing():
    class Lame(RULES["fit101_stride_drops_pixels"]):
        code = Code("FIT999", "lame", "bad", "## What it does\n")
        good = bad = ()

    Lame.__doc__ = ""
    wanted = {"headings", "file", "good", "bad", "severity", "doc", "example", "instead"}
    assert set(faults_of("fit999_lam", Lame)) == wanted


def test_codes_and_names_are_unique():
    every = registry.pages()
    assert len({code.code for code in every}) == len({code.name for code in every}) == len(every)
    assert {code.code for code in every} == {f.code for f in FAULTS} | {rule.code.code for rule in RULES.values()}


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
        "FIT110": "no rule is called 'FIT110'; did you mean 'FIT101'?",
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
    every = engine.findings(analyse(text, "net", "net.spec"), FITS)
    assert [f.span[:2] for f in every] == sorted(f.span[:2] for f in every)
    assert [f.code.code for f in every] == ["FIT101", "FIT103", "REF101", "REF102", "SYN107"]


def test_the_layers_of_one_text_are_told_once():
    text = "INPUT: 9x9x3\nCONV1..4: 3 3x3 pad 1 => 8x8x3\nCONV5: 3 3x3 pad 1 => 8x8x3"
    first, second = engine.findings(analyse(text, "net", "net.spec"), FITS)
    assert first.message.startswith("CONV1 claims 8x8x3, the arithmetic gives 9x9x3")
    assert first.notes == ("the same place says so of 3 more layers",)
    assert (second.message[:5], second.notes) == ("CONV5", ())


def test_two_findings_of_one_place_keep_their_notes():
    code = RULES["fit101_stride_drops_pixels"].code
    one = Diagnostic(code, "one", Span(1, 1, 1, 2), notes=("a note",))
    assert [f.notes for f in engine.once([one, one])] == [("a note", "the same place says so of 1 more layer")]
