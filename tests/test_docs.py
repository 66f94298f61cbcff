"""The documentation of the language is true, and the reference pages are what the code says."""

import re
from pathlib import Path

import pytest
import transcripts

from cnncalc import layers
from cnncalc.api import analyse
from cnncalc.render import reference
from cnncalc.source import Limits

DOCS = Path(__file__).parent.parent / "docs"
LANGUAGE = (DOCS / "language.md").read_text(encoding="utf-8")
INPUT = re.compile(r"\binput\b", re.IGNORECASE)


def blocks(sort: str, document: str = LANGUAGE):
    """(offset, end, text) of the fenced blocks of one sort that have no name."""
    return [(m.start(), m.end(), m[3]) for m in transcripts.FENCE.finditer(document) if m[1] == sort and not m[2]]


def section(heading: str) -> str:
    """The text under one heading of the language's page."""
    return LANGUAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def whole(text: str) -> str:
    """A spec, behind an input where it declares none."""
    return text if INPUT.search(text) else f"INPUT: 32x32x3\n{text}"


def errors(text: str) -> set[str]:
    """The codes of the errors in a spec or a part of one."""
    return {f.code.code for f in analyse(whole(text), "block", "block").diagnostics if f.severity == "error"}


def beside(document: str, start: int, end: int) -> str:
    """The lines of prose just above and below a block."""
    above, below = document[:start].rstrip().split("\n")[-1], document[end:].lstrip().split("\n")[0]
    return above + below


@pytest.mark.parametrize("text", [text for _, _, text in blocks("spec")])
def test_every_spec_is_without_an_error(text):
    net = analyse(whole(text), "block", "block")
    assert errors(text) == set()
    assert net.complete


@pytest.mark.parametrize(("start", "end", "text"), blocks("wrong"))
def test_every_wrong_spec_gives_the_error_named_beside_it(start, end, text):
    found = errors(text)
    assert found & set(re.findall(r"[A-Z]{3}\d{3}", beside(LANGUAGE, start, end))), found


def test_the_checks_can_fail():
    assert errors("conv 8 3x3 => 1x1x1") == {"REF101"}
    assert "SYN107" not in beside("SYN107\n\nprose\n\n```wrong\n```\n\nprose", 15, 27)
    assert len(blocks("spec")) > 30 and len(blocks("wrong")) > 15


def test_the_table_of_limits_is_that_of_the_code():
    said = dict(re.findall(r"^\| `(\w+)` \| ([\d,]+) \|", section("Limits"), re.MULTILINE))
    assert said == {name: f"{value:,}" for name, value in Limits()._asdict().items()}


def test_the_directives_of_axes_are_those_of_the_code():
    from cnncalc.syntax.parse import AXES

    said = re.findall(r"`(?:axes )?((?:[CHWDL]x)+[CHWDL])`", section("Shapes and axes"))
    assert {word.lower() for word in said} == AXES


@pytest.mark.parametrize("name", ["kinds", "rules"])
def test_the_reference_is_what_the_code_says(name):
    path, found = DOCS / f"{name}.md", getattr(reference, name)()
    if transcripts.UPDATE:
        path.write_text(found, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == found


def test_the_reference_holds_every_kind():
    said = re.findall(r"^## (.+)$", reference.kinds(), re.MULTILINE)
    assert said == [*layers.keywords()]


ALIASES = [(kind, alias) for kind in map(layers.find, layers.keywords()) for alias in kind.aliases]


@pytest.mark.parametrize(("kind", "alias"), ALIASES, ids=lambda v: v if isinstance(v, str) else v.keyword())
def test_every_other_spelling_reads_as_printed(kind, alias):
    shape, line = next((s, x) for s, x in kind.examples if x.startswith(kind.keyword()))
    net = analyse(f"INPUT: {shape}\n{line.replace(kind.keyword(), alias, 1)}", "alias", "alias")
    assert net.complete
    assert net.nodes[-1].kind == kind.keyword()


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize(
    "path", [DOCS.parent / "README.md", DOCS.parent / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]
)
def test_links_into_a_page_find_their_heading(path):
    text = path.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\(([^)#]*)#([^)]+)\)", text):
        if not target.startswith("http"):
            page = (path.parent / target).read_text(encoding="utf-8") if target else text
            assert anchor in {slug(h) for h in re.findall(r"^#+ (.*)$", page, re.MULTILINE)}, (path.name, anchor)


def measured(heading):
    """The figures of a table of docs/benchmarks.md, by row and column."""
    page = (DOCS / "benchmarks.md").read_text(encoding="utf-8")
    lines = page.partition(heading)[2].partition("The aim")[0].splitlines()
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return {row[0]: dict(zip(head[1:], map(float, row[1:]), strict=True)) for row in rows}


def test_the_figures_on_the_page_reach_the_aims_it_states():
    processes, within = measured("## Whole processes"), measured("## Text to numbers")
    show, json, lint = (
        processes[f"cnncalc {c}"] for c in ("show alexnet", "show alexnet --format json", "lint alexnet")
    )
    assert show["faster than torchinfo"] >= 15
    assert show["lighter than torchinfo"] >= 8
    assert max(json["of hello"], lint["of hello"]) <= 1.35
    (linting,) = measured("## Linting").values()
    assert linting["linting / tracing"] <= 1.5
    assert linting["linting / tracing"] == round(linting["linting s"] / linting["tracing s"], 2)
    assert set(within) == {"alexnet", "vgg16"}
    assert min(net["times faster"] for net in within.values()) >= 10
