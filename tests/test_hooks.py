"""What runs cnncalc in other people's repositories: the hooks of pre-commit, and the workflow that the README shows."""

import re
from pathlib import Path

import pytest
import transcripts

ROOT = Path(__file__).parent.parent
HOOKS = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
TIDY, UNTIDY, WRONG = (
    "INPUT: 7x7x1\nCONV1: 1 3x3 stride 2\n",
    "INPUT: 7x7x1\nCONV1: 1 3x3 filters at stride 2\n",
    "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3\n",
)


def block(name: str) -> str:
    """The README's file of this name."""
    return re.search(rf"```yaml {re.escape(name)}\n(.*?)```", README, re.DOTALL)[1]


def ends(command: str, folder: Path) -> bool:
    """Whether a command ends well."""
    return transcripts.command(f"{command} > /dev/null 2>&1; echo $?", folder).strip() == "0"


def entries() -> dict[str, str]:
    """The command of each hook."""
    return dict(re.findall(r"- id: (\S+)\n(?:  .*\n)*?  entry: (.+)", HOOKS))


def test_there_is_a_hook_for_lint_and_for_fmt():
    assert entries() == {"cnncalc-lint": "cnncalc lint", "cnncalc-fmt": "cnncalc fmt"}
    assert HOOKS.count(r"files: \.spec$") == HOOKS.count("language: python") == 2


def test_the_hooks_tell_good_specs_from_bad(tmp_path):
    spec = tmp_path / "net.spec"
    for text, well in ((TIDY, True), (WRONG, False)):
        spec.write_text(text)
        assert ends(f"{entries()['cnncalc-lint']} net.spec", tmp_path) is well
    spec.write_text(UNTIDY)
    assert ends(f"{entries()['cnncalc-fmt']} net.spec", tmp_path)
    assert spec.read_text() == TIDY


def test_the_readme_names_hooks_that_exist():
    assert set(re.findall(r"- id: (\S+)", block(".pre-commit-config.yaml"))) == set(entries())


@pytest.mark.parametrize(("text", "wanted"), [(TIDY, [True, True]), (UNTIDY, [False, True]), (WRONG, [True, False])])
def test_the_workflow_fails_where_it_should(text, wanted, tmp_path):
    (tmp_path / "net.spec").write_text(text)
    runs = [line for line in re.findall(r"- run: (.+)", block("networks.yml")) if line.startswith("cnncalc")]
    assert [ends(run, tmp_path) for run in runs] == wanted
