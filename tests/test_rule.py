"""`cnncalc rule` and docs/rules.md: every code by family, and its page for people and for programs."""

import json
import re
import subprocess
import sys

import pytest

from cnncalc.diagnostic import Code
from cnncalc.lint.registry import FAMILIES, family, fixes, pages, rule
from cnncalc.lint.rule import HEADINGS
from cnncalc.render import reference
from cnncalc.render.pages import grouped, markdown, parts, prose, styled

CODES = pages()


def test_every_code_is_of_a_family_and_every_family_has_codes():
    assert {family(code) for code in CODES} <= set(FAMILIES)
    assert [code for group in grouped(CODES).values() for code in group] == sorted(
        CODES, key=lambda code: ([*FAMILIES].index(family(code)), code)
    )
    assert family("FIT101") == "FIT"


def test_the_list_tells_code_name_severity_and_fix_by_family(run):
    status, out, _ = run("rule")
    assert status == 0
    wanted = []
    for letters, codes in grouped(CODES).items():
        wanted += [[letters, *FAMILIES[letters].split()]]
        wanted += [[c.code, c.name, c.severity, *([fixes(c), "fix"] if fixes(c) else [])] for c in codes]
    assert [line.split() for line in out.splitlines() if line] == wanted
    assert "\n\nFIT  stride, padding and size\n  FIT101  stride-drops-pixels           warning\n" in out
    assert re.search(r"^  ARC102  bias-before-batchnorm +warning  unsafe fix$", out, re.MULTILINE)


def test_a_page_tells_its_fix(run):
    assert run("rule", "ARC102")[1].startswith("ARC102 bias-before-batchnorm (warning, unsafe fix)\n## What it does\n")
    assert run("rule", "FIT101")[1].startswith("FIT101 stride-drops-pixels (warning)\n## What it does\n")


def test_json_of_a_page(run):
    status, out, _ = run("rule", "bias-before-batchnorm", "--output-format", "json")
    told = json.loads(out)
    page = told.pop("page")
    assert (status, told) == (
        0,
        {
            "code": "ARC102",
            "name": "bias-before-batchnorm",
            "severity": "warning",
            "family": "ARC",
            "fix": "unsafe",
        },
    )
    assert tuple(page) == HEADINGS
    assert page["Example"] == "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 bn relu"
    assert page["Use instead"] == "INPUT: 32x32x3\nCONV1: 64 3x3 pad 1 nobias bn relu"
    assert "```" not in out


@pytest.mark.parametrize("arguments", [(), ("--all",)])
def test_json_of_all(run, arguments):
    listed = json.loads(run("rule", *arguments, "--output-format", "json")[1])
    assert [each["code"] for each in listed] == [code.code for code in CODES]
    assert {each["fix"] for each in listed} <= {"safe", "unsafe", None}


@pytest.mark.parametrize("code", CODES)
def test_the_parts_of_a_page_are_its_text(code):
    found = parts(code.page)
    joined = "\n\n".join(f"## {heading}\n{text}" for heading, text in found.items())
    assert joined == re.sub(r"\n\n+", "\n\n", code.page).strip("\n") or joined == code.page.strip("\n")
    assert prose(found["What it does"])
    assert all(found.values())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("FIT101", "--all"), "--all shows every page; leave out 'FIT101' or --all"),
        (("FIT101", "--output-format", "xml"), "--output-format takes text, json, not 'xml'"),
        (("stride-drop-pixels",), "no rule is called 'stride-drop-pixels'; did you mean 'stride-drops-pixels'?"),
        (
            ("stride-drop",),
            "no rule is called 'stride-drop'; did you mean 'stride-drops-pixels' or 'stride-drops-padding'?",
        ),
        (("FIT101", "Padding"), "no rule is called 'Padding'; did you mean 'padding-exceeds-kernel'?"),
        (("pa",), "no rule is called 'pa'; cnncalc rule lists the codes"),
        (("FIX101", "--output-format", "json"), "no rule is called 'FIX101'; did you mean 'FIT101'?"),
        (("FIT",), "'FIT' means several codes; name one of them, such as FIT101"),
    ],
)
def test_wrong_use(run, arguments, told):
    assert run("rule", *arguments) == (2, "", f"cnncalc: {told}\n")


def test_several_pages(run):
    one, other = (run("rule", code)[1] for code in ("FIT101", "ARC102"))
    assert run("rule", "FIT101", "bias-before-batchnorm", "stride-drops-pixels") == (0, f"{one}\n{other}", "")
    told = json.loads(run("rule", "FIT101", "ARC102", "--output-format", "json")[1])
    assert [each["code"] for each in told] == ["FIT101", "ARC102"]


@pytest.mark.parametrize("code", CODES)
def test_prose_is_broken_to_the_screen_and_examples_are_not(code):
    whole = [line for _, line in styled([code], 1 << 20)]
    assert "\n".join(whole[1:]) == code.page.rstrip()
    narrow = [line for _, line in styled([code], 40)]
    assert " ".join(" ".join(narrow).split()) == " ".join(" ".join(whole).split())
    kept = [line for line in whole if line.startswith(("    ", "## ")) or not line]
    assert [line for line in narrow if line.startswith(("    ", "## ")) or not line] == kept
    assert all(len(line) <= 40 or line in kept or " " not in line for line in narrow[1:])
    assert any(line not in whole for line in narrow)


def test_a_paragraph_that_fits_stays_as_it_is_written():
    code = Code(
        "FIT101",
        "a-test",
        "info",
        "## What it does\nFinds\nit.\n\nThis one is longer than 20.\n    conv 64 3x3 pad 1 relu",
    )
    wanted = ["## What it does", "Finds", "it.", "", "This one is longer", "than 20.", "    conv 64 3x3 pad 1 relu"]
    assert [line for _, line in styled([code], 20)][1:] == wanted


def test_completion_offers_codes_and_names_without_importing_the_rules():
    probe = (
        "import sys\nfrom cnncalc.cli.rule import complete_rule\n"
        "print(*complete_rule('fit10'), *complete_rule('bias'))\n"
        "print([m for m in sys.modules if m.startswith('cnncalc.lint.rules.')])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    words, imported = done.stdout.splitlines()
    assert {"FIT101", "FIT109", "bias-before-batchnorm"} <= set(words.split())
    assert imported == "[]"


def test_the_reference_holds_every_page_by_family():
    text = reference.rules()
    headings = re.findall(r"^##(#?) (.*)$", text, re.MULTILINE)
    wanted = []
    for letters, codes in grouped(CODES).items():
        wanted += [("", f"{letters}: {FAMILIES[letters]}"), *(("#", f"{c.code} {c.name}") for c in codes)]
    assert headings == wanted
    for code in CODES:
        fix = f" Its fix is {fixes(code)}." if fixes(code) else ""
        body = "\n".join(markdown(code.page, deeper="##"))
        assert f"### {code.code} {code.name}\n\n{code.severity.capitalize()}.{fix}\n\n{body}\n" in text
        row = f"| [{code.code}](#{code.code.lower()}-{code.name}) | {code.name} | {code.severity} | {fixes(code)} |\n"
        assert text.count(row) == 1


def test_the_reference_changes_with_a_page_and_with_a_fix(monkeypatch):
    before, kind = reference.rules(), rule("fit101_stride_drops_pixels")
    with monkeypatch.context() as patch:
        code = Code("FIT101", "stride-drops-pixels", "warning", kind.code.page.replace("Finds", "Seeks"))
        patch.setattr(kind, "code", code)
        assert (
            reference.rules() == before.replace("Finds windows whose stride", "Seeks windows whose stride", 1) != before
        )
    monkeypatch.setattr(kind, "fixes", "safe")
    assert "stride-drops-pixels | warning | safe |" in reference.rules()
    assert "stride-drops-pixels\n\nWarning. Its fix is safe.\n" in reference.rules()


def test_examples_stand_between_fences_and_stars_are_no_emphasis():
    page = "## Example\n    conv 2*3\n\n## Source\nA 2*3 of `a*b` | c."
    assert "\n".join(markdown(page, "#")) == (
        "### Example\n\n```text\nconv 2*3\n```\n\n### Source\n\nA 2\\*3 of `a*b` \\| c."
    )
