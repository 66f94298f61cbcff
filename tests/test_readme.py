"""README and docs say what the commands print."""

import re
from pathlib import Path

import pytest
import transcripts

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_block_is_true(path, tmp_path):
    transcripts.check(path, tmp_path)


def test_the_check_can_fail(tmp_path):
    document = tmp_path / "false.md"
    document.write_text("```console\n$ echo 1\n2\n```\n")
    if not transcripts.UPDATE:
        with pytest.raises(AssertionError):
            transcripts.check(document, tmp_path)


def test_the_readme_has_its_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for mark in ("run", "test"):
        assert re.search(rf"<!-- {mark} -->\n```sh\n[^\n]+\n```", text)


def test_links_lead_somewhere():
    for path in (*DOCUMENTS, ROOT / "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (path.parent / target).exists(), (path.name, target)


def test_the_picture_is_what_show_draws():
    path, found = ROOT / "docs" / "show.svg", transcripts.picture("cnncalc show alexnet")
    if transcripts.UPDATE:
        path.write_text(found, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == found
