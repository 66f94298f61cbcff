"""What is installed: the wheel holds the specs and works from any folder; so does an editable install."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel of this tree, unpacked as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def shown(path: Path, *arguments: str) -> str:
    """What the package at a path prints, run from another folder with nothing else of this tree in reach."""
    code = f"import sys; sys.path.insert(0, {str(path)!r}); from cnncalc.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd="/", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_every_spec(wheel):
    there = {path.name for path in (wheel / "cnncalc" / "specs").glob("*.spec")}
    assert there == {path.name for path in (ROOT / "specs").glob("*.spec")}
    assert (wheel / "cnncalc" / "py.typed").exists()


def test_the_wheel_holds_what_training_scripts_are_made_of(wheel, tmp_path):
    parts = Path("cnncalc/emit/training/parts")
    there = {path.relative_to(wheel) for path in (wheel / parts).rglob("*.py")}
    assert there == {path.relative_to(ROOT) for path in (ROOT / parts).rglob("*.py")}
    script = shown(wheel, "build", "lenet5", "-o", str(tmp_path / "model.py"), "--train", "-")
    assert "from model import LeNet5 as Network" in script


def test_the_wheel_shows_alexnet_from_anywhere(wheel):
    assert "62,378,344" in shown(wheel, "show", "alexnet")
    assert shown(wheel, "show", "alexnet.spec") == shown(wheel, "show", "alexnet")


def test_the_wheel_lists_the_zoo(wheel):
    assert len(shown(wheel, "zoo").splitlines()) == len(list((ROOT / "specs").glob("*.spec"))) + 1


def test_the_tree_itself_works_from_anywhere():
    assert "62,378,344" in shown(ROOT, "show", "alexnet")


def test_the_wheel_asks_for_no_more_than_it_says(wheel):
    (metadata,) = wheel.glob("*.dist-info/METADATA")
    needs = [
        line for line in metadata.read_text().splitlines() if line.startswith("Requires-Dist") and "extra" not in line
    ]
    assert sorted(need.split()[1].split(">")[0].split("<")[0] for need in needs) == ["numpy", "rich", "typer"]
