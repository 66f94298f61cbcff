"""The formats for servers, held against their published schemas (tests/data)."""

import json
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
import xmlschema
from jsonschema import Draft202012Validator

from cnncalc.api import analyse
from cnncalc.diagnostic import Diagnostic, Edit, Fix, Span
from cnncalc.lint.engine import findings
from cnncalc.lint.registry import pages
from cnncalc.render.findings import FORMATS, written
from cnncalc.source import read

DATA = Path(__file__).parent / "data"
SPECS = sorted((Path(__file__).parent.parent / "specs").glob("*.spec"))
SARIF = Draft202012Validator(
    json.loads((DATA / "sarif-2.1.0.json").read_text(encoding="utf-8")),
    format_checker=Draft202012Validator.FORMAT_CHECKER,
)
JUNIT = xmlschema.XMLSchema(DATA / "junit-10.xsd")
STEERING = "\x1b]0;t\x07\u202e\x9b\n\x00\ufffe\udc80]]><&\"'{0}[a](1)"


@pytest.fixture(autouse=True)
def no_checkout(monkeypatch):
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)


def report(text: str, name: str = "net.spec"):
    """A file and everything found in it."""
    network = analyse(text, "net", name)
    return network.source, findings(network)


def strange():
    """A file and findings that are hard to write down: every code, fixes, names and texts of any characters."""
    edits = (Edit(Span(1, 2, 1, 2), f" {STEERING}"), Edit(Span(1, 3, 2, 1), ""))
    repairs = (None, Fix(f"f{STEERING}", edits, True), Fix("f", edits[:1], False))
    found = [
        Diagnostic(code, f"m{STEERING}", Span(1, 2, 2, 1), f"h{STEERING}", (f"n{STEERING}",), level, fix=fix)
        for code in pages()
        for level, fix in zip(("error", "warning", "info"), repairs, strict=True)
    ]
    return read("conv 64", f"a b/ü:#?%{STEERING}.spec"), found


REPORTS = {
    "no files": [],
    "clean": [report("INPUT: 8x8x3\nconv 8 3x3\n")],
    "bad": [report("INPUT: 7x7x1\nCONV1: 1 3x3 stride 3 => 3x3x1\nCONV2: 1 1x1 strde 2\n")],
    "unreadable": [report(b"conv \xff")],
    "strange": [strange()],
    "stdin": [report("conv", "<stdin>"), report("conv", "/elsewhere/a.spec")],
    "several": [report("INPUT: 8x8x3\nconv 8 3x3\n"), strange(), report("INPUT: 7x7x1\nconv 1 3x3 stride 3")],
    "zoo": [report(path.read_bytes(), str(path)) for path in SPECS],
}


def faults(log: object) -> list[str]:
    """What the schema of SARIF says against a log."""
    return [f"{error.json_path}: {error.message}" for error in SARIF.iter_errors(log)]


def test_the_schemas_are_the_published_ones():
    rows = [line.split(" | ") for line in (DATA / "README.md").read_text(encoding="utf-8").splitlines()]
    told = {row[0].strip("| `"): row[-1].strip("| `") for row in rows if "`" in row[0]}
    assert told == {p.name: sha256(p.read_bytes()).hexdigest() for p in DATA.iterdir() if p.suffix != ".md"}
    Draft202012Validator.check_schema(SARIF.schema)


@pytest.mark.parametrize("name", REPORTS)
def test_sarif_is_valid(name):
    log = json.loads(written("sarif", REPORTS[name]))
    assert faults(log) == []
    found = [finding for _, every in REPORTS[name] for finding in every]
    results = log["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == [finding.code.code for finding in found]


@pytest.mark.parametrize("name", REPORTS)
def test_sarif_says_more_than_its_schema_asks(name):
    run = json.loads(written("sarif", REPORTS[name]))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({result["ruleId"] for result in run["results"]})
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        file = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert ("uriBaseId" in file) != file["uri"].startswith("file:///")
        for change in (change for fix in result.get("fixes", ()) for change in fix["artifactChanges"]):
            assert change["artifactLocation"] == file


def test_sarif_tells_names_by_their_bytes():
    run = json.loads(written("sarif", [report("conv", "ü b/c:d%#?.spec")]))["runs"][0]
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "%C3%BC%20b/c%3Ad%25%23%3F.spec"
    assert unquote(uri) == "ü b/c:d%#?.spec"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda log: log.update(version="2.2.0"), "version"),
        (lambda log: log["runs"][0]["tool"].pop("driver"), "driver"),
        (lambda log: log["runs"][0]["results"][0].pop("message"), "message"),
        (lambda log: log["runs"][0]["results"][0].update(level="info"), "level"),
        (lambda log: log["runs"][0]["results"][0].update(extra=1), "extra"),
        (lambda log: log["runs"][0].update(columnKind="bytes"), "columnKind"),
        (
            lambda log: log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"].update(startLine=0),
            "startLine",
        ),
    ],
)
def test_sarif_that_is_wrong_is_refused(change, fault):
    log = json.loads(written("sarif", REPORTS["bad"]))
    change(log)
    assert any(fault in each for each in faults(log)), faults(log)


@pytest.mark.parametrize("name", REPORTS)
def test_junit_is_valid(name):
    text = written("junit", REPORTS[name])
    JUNIT.validate(text)
    root = ElementTree.fromstring(text)
    found = [finding for _, every in REPORTS[name] for finding in every]
    failed = sum(finding.severity != "info" for finding in found)
    assert len(root.findall(".//failure")) == failed == int(root.get("failures"))
    assert len(root.findall(".//testcase")) == int(root.get("tests"))
    assert sum(int(suite.get("tests")) for suite in root) == int(root.get("tests"))
    assert sum(int(suite.get("failures")) for suite in root) == failed
    assert len(root) == len(REPORTS[name])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (' classname="net"', ' line="3"'),
        (' errors="0" file', " file"),
        ("failure>", "fault>"),
        ("</failure>", "\x1b</failure>"),
        ("</failure>", "&#27;</failure>"),
    ],
)
def test_junit_that_is_wrong_is_refused(old, new):
    text = written("junit", REPORTS["bad"])
    assert old in text
    with pytest.raises((xmlschema.XMLSchemaValidationError, ElementTree.ParseError)):
        JUNIT.validate(text.replace(old, new))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", REPORTS)
def test_every_format_holds_no_steering_character(name, form):
    text = written(form, REPORTS[name])
    assert not [c for c in text if not c.isprintable() and c != "\n"]
    assert not text.endswith("\n")
