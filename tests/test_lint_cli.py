"""`cnncalc lint` as it is typed: every option, where settings come from, repairs, reports, exit status."""

import io
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from cnncalc.cli import complete
from cnncalc.cli.common import Failure
from cnncalc.cli.specs import inside, left_by
from cnncalc.lint import config
from cnncalc.lint.choice import choice
from cnncalc.lint.globs import covers, matches
from cnncalc.render import findings

CLEAN = "INPUT: 32x32x3\nCONV1: 8 3x3 pad 1\nrelu\n"
STRIDE = "INPUT: 32x32x3\nPOOL: maxpool 3 stride 2\n"
"""FIT101, a warning without a fix."""
PADDING = "INPUT: 32x32x3\nconv 8 3x3 stride 2 pad 1\n"
"""FIT102, an info."""
WRONG = "INPUT: 8x8x3\nconv 4 9x9\n"
"""SHP, an error."""
MEANT = "  # cnncalc: ignore[FIT101] once meant"
DIRTY = f"INPUT: 32x32x3\nCONV1: 8 3x3 pad 1{MEANT}\nbn\nrelu\nPOOL: maxpool 3 stride 2\n"
"""SUP101 with a safe fix, ARC102 with an unsafe one, FIT101 with none: a warning each."""
SAFE = DIRTY.replace(MEANT, "")
UNSAFE = SAFE.replace("pad 1\n", "pad 1 nobias\n")
PICK = ("--select", "SUP101,ARC102,FIT101")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a spec of each sort."""
    monkeypatch.chdir(tmp_path)
    texts = {"clean": CLEAN, "stride": STRIDE, "padding": PADDING, "wrong": WRONG, "dirty": DIRTY}
    for name, text in texts.items():
        (tmp_path / f"{name}.spec").write_text(text)
    return tmp_path


def codes(out: str) -> list[str]:
    """The codes of findings in the concise format."""
    return [line.split()[1] for line in out.splitlines()]


def chosen(run, *arguments: str) -> list[str]:
    """The codes found of FIT101 (stride.spec) and FIT102 (padding.spec) under some options."""
    every = ("--output-format", "concise", "--severity", "info")
    return [
        code for code in codes(run("lint", "stride.spec", "padding.spec", *every, *arguments).out) if "FIT10" in code
    ]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("clean.spec",), 0),
        (("stride.spec",), 1),
        (("padding.spec", "--select", "FIT102"), 0),
        (("padding.spec", "--select", "FIT102", "--severity", "info"), 0),
        (("wrong.spec",), 1),
        (("stride.spec", "--severity", "error"), 1),
        (("stride.spec", "--exit-zero"), 0),
        (("wrong.spec", "--exit-zero"), 0),
        (("stride.spec", "--max-warnings", "1"), 0),
        (("stride.spec", "--max-warnings", "0"), 1),
        (("wrong.spec", "--max-warnings", "9"), 1),
        (("stride.spec", "--severity-override", "FIT101=info"), 0),
        (("padding.spec", "--select", "FIT102", "--severity-override", "FIT102=error", "--max-warnings", "9"), 1),
        (("nix.spec",), 2),
        (("clean.spec", "nix.spec"), 2),
        (("nix.spec", "clean.spec", "--exit-zero"), 2),
        (("stride.spec", "nix.spec"), 2),
        (("clean.spec", "--select", "FTI"), 2),
        (("clean.spec", "--config", "nix.toml"), 2),
        (("clean.spec", "--nix"), 2),
        ((), 2),
    ],
)
def test_exit_status(run, folder, arguments, status):
    assert run("lint", *arguments).status == status


def test_a_missing_file_is_told_and_the_others_are_linted(run, folder):
    status, out, err = run("lint", "nix.spec", "stride.spec", "--output-format", "concise")
    assert (status, codes(out)) == (2, ["FIT101"])
    assert err.startswith("cnncalc: no file 'nix.spec'")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--select", "FTI"), "no rule is called 'FTI'; did you mean 'FIT'?"),
        (("--extend-select", "stride-drop-pixels"), "did you mean 'stride-drops-pixels'?"),
        (("--ignore", "XYZ999"), "no rule is called 'XYZ999'; cnncalc rule lists the codes"),
        (("--per-file-ignores", "FIT101"), "--per-file-ignores takes PATTERN:CODES, such as 'old/*.spec:FIT101', not"),
        (("--per-file-ignores", "a:"), "--per-file-ignores takes PATTERN:CODES, such as 'old/*.spec:FIT101', not 'a:'"),
        (("--per-file-ignores", "a:FTI"), "no rule is called 'FTI'; did you mean 'FIT'?"),
        (("--per-file-ignores", "[a:FIT"), "the pattern '[a' has a bracket without its other half"),
        (("--severity", "loud"), "--severity takes error, warning or info, not 'loud'"),
        (("--severity-override", "FIT101"), "--severity-override takes name=value, not 'FIT101'"),
        (("--severity-override", "FIT101=loud"), "a severity is error, warning or info, not 'loud'"),
        (("--severity-override", "SYN=info"), "SYN is of syntax or shape, and always an error"),
        (("--max-warnings", "-1"), "--max-warnings takes a number of warnings, at least 0, not '-1'"),
        (("--max-warnings", "few"), "--max-warnings takes a number of warnings, at least 0, not 'few'"),
        (("--output-format", "xml"), "--output-format takes full, concise, json, github, junit or sarif, not 'xml'"),
        (("--isolated", "--config", "a.toml"), "--isolated reads no settings, and --config names a file of them"),
        (("--config", "nix.toml"), "no file 'nix.toml' to read settings from"),
        (("--fix", "--set", "k=3"), "--fix repairs the file as written, and --set makes another network; leave one of"),
        (("--diff", "--input", "8x8x3"), "--diff is of the file as written, and --input makes another network; leave"),
        (("--diff", "-o", "out"), "--diff prints what would change in place of a report; leave --output-file out"),
        (("--diff", "--statistics"), "--diff prints what would change in place of a report; leave --statistics out"),
        (
            ("--statistics", "--output-format", "sarif"),
            "--statistics are text or JSON (--output-format json), not sarif",
        ),
        (("-o", "clean.spec"), "clean.spec is one of the specs; name another file for the report"),
        (("--color", "red"), "--color takes auto, always or never, not 'red'"),
        (
            ("--per-file-ignores", "a:FIT,b:"),
            "--per-file-ignores takes PATTERN:CODES, such as 'old/*.spec:FIT101', not",
        ),
        (("--per-file-ignores", "FIT,a:FIT"), "takes PATTERN:CODES, such as 'old/*.spec:FIT101', not 'FIT'"),
        (("--select", ""), "--select names no rule; write --select FIT,REF or ALL, or leave --select out"),
        (("--ignore", " , "), "--ignore names no rule; write --ignore FIT,REF or ALL, or leave --ignore out"),
        (("--select", "FIT", "--extend-select", ""), "--extend-select names no rule; write --extend-select FIT,REF or"),
        (("--severity-override", ""), "--severity-override takes name=value, not ''"),
        (("--severity-override", "SYN1=info"), "SYN1 is of syntax or shape, and always an error"),
        (("--severity-override", "shp101=info"), "SHP101 is of syntax or shape, and always an error"),
        (
            ("--severity-override", "window-exceeds-input=info"),
            "window-exceeds-input is of syntax or shape, and always",
        ),
        (("--diff", "--set", "k=3"), "--diff is of the file as written, and --set makes another network; leave one of"),
        (
            ("--diff", "--output-format", "SARIF"),
            "--diff prints what would change in place of a report; leave --output-",
        ),
        (("--stdin-filename", "x.spec"), "--stdin-filename names the spec on stdin, which is not read; add - to the"),
    ],
)
def test_wrong_use_is_told_in_one_sentence(run, folder, arguments, message):
    status, out, err = run("lint", "clean.spec", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("cnncalc: ") and message in err and err.count("\n") == 1
    assert (folder / "clean.spec").read_text() == CLEAN


# Which specs


def test_a_spec_given_twice_is_linted_once(run, folder):
    (folder / "link.spec").symlink_to("stride.spec")
    _, out, _ = run("lint", "stride.spec", "./stride.spec", "link.spec", ".", "--select", "FIT101")
    assert out.endswith("\n5 specs: 1 error, 2 warnings\n")
    assert run("lint", "alexnet", "alexnet.spec", "--select", "REF").out == "1 spec: no findings\n"
    assert run("lint", "-", "-", stdin=CLEAN.encode()).out.startswith("1 spec: ")


def test_folders_are_walked_without_what_is_hidden(run, folder):
    for name in ("sub/deep/b.spec", ".hidden/c.spec", ".d.spec", "sub/.git/e.spec", "sub/notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(STRIDE)
    _, out, _ = run("lint", "sub", "--output-format", "concise", "--select", "FIT101")
    assert [line.split(":")[0] for line in out.splitlines()] == ["sub/deep/b.spec"]
    assert run("lint", ".hidden", "--select", "FIT101").out.endswith("1 spec: 1 warning\n")
    assert run("lint", ".d.spec", "--select", "FIT101").status == 1
    assert run("fmt", "--check", "sub").err == "1 file would be reformatted\n"


def test_folders_of_others_are_not_walked(run, folder):
    for name in ("node_modules/p/a", "lib/site-packages/b", "x/__pycache__/c", "env/lib/d", "build/e"):
        (folder / "sub" / f"{name}.spec").parent.mkdir(parents=True, exist_ok=True)
        (folder / "sub" / f"{name}.spec").write_text(STRIDE)
    (folder / "sub/env/pyvenv.cfg").touch()
    assert inside("sub") == ["sub/build/e.spec"]
    assert inside("sub/env") == ["sub/env/lib/d.spec"]
    assert inside("./sub//node_modules/") == ["sub/node_modules/p/a.spec"]
    os.chdir(folder / "sub" / "build")
    assert inside("../env") == ["../env/lib/d.spec"]
    assert inside(".") == ["e.spec"]
    assert run("fmt", "--check", str(folder / "sub")).err == "1 file would be reformatted\n"


def test_what_is_no_file_is_not_walked_and_a_broken_link_is_told(run, folder):
    (folder / "dd").mkdir()
    os.mkfifo(folder / "dd" / "pipe.spec")
    (folder / "dd" / "a.spec").write_text(STRIDE)
    assert run("lint", "dd", "--select", "FIT101").out.endswith("\n1 spec: 1 warning\n")
    (folder / "dd" / "dang.spec").symlink_to("nix")
    for more in ((), ("--fix",), ("--diff",)):
        status, _, err = run("lint", "dd", "--select", "FIT101", *more)
        assert status == 2 and err.startswith("cnncalc: dd/dang.spec: a link to nothing\n")
    assert run("lint", "dd", "--select", "FIT101").out.endswith("\n1 spec: 1 warning\n")
    assert run("lint", "dd/dang.spec")[1:] == ("", "cnncalc: dd/dang.spec: a link to nothing\n")
    assert run("fmt", "--check", "dd") == (2, "", "cnncalc: dd/dang.spec: a link to nothing\n")


@pytest.mark.parametrize("arguments", [("lint", "d/b.spec"), ("fmt", "d/b.spec"), ("show", "d/b.spec")])
def test_a_folder_that_may_not_be_entered_is_told(arguments):
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "d" / "b.spec"
        path.parent.mkdir()
        path.write_text(CLEAN)
        path.parent.chmod(0)
        Path(name).chmod(0o755)
        command = [sys.executable, "-c", AS_NOBODY, *arguments]
        done = subprocess.run(command, cwd=name, capture_output=True, text=True)
        path.parent.chmod(0o755)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "cnncalc: d/b.spec: Permission denied\n")


def test_the_name_of_stdin_asks_for_stdin(run, folder):
    asked = ("--stdin-filename", "x.spec", "--select", "FIT101", "--output-format", "concise")
    assert run("lint", *asked, stdin=STRIDE.encode()).out.startswith("x.spec:2:7: FIT101 ")
    assert run("lint", "clean.spec", "-", *asked, stdin=STRIDE.encode()).out.startswith("x.spec:2:7: FIT101 ")
    _, out, err = run("lint", "--fix", "--stdin-filename", "x.spec", *PICK, stdin=DIRTY.encode())
    assert out == SAFE and "x.spec:2:8" in err


def test_a_folder_without_specs_is_no_success(run, folder):
    (folder / "empty").mkdir()
    status, out, err = run("lint", "empty", "clean.spec")
    assert (status, err) == (2, "cnncalc: empty holds no .spec file that is not excluded\n")
    assert out.startswith("1 spec: ")


def test_a_folder_that_cannot_be_read_is_no_success(run, folder, monkeypatch):
    (folder / "sub").mkdir()
    listed = os.scandir

    def refuse(path):
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    status, _, err = run("lint", ".", "clean.spec")
    assert (status, err) == (2, "cnncalc: sub: Permission denied\n")


def test_excluded_is_what_is_walked_and_not_what_is_named(run, folder):
    (folder / "old" / "deep").mkdir(parents=True)
    for name in ("old/a.spec", "old/deep/b.spec", "old.spec"):
        (folder / name).write_text(STRIDE)
    (folder / "cnncalc.toml").write_text('exclude = ["old/", "w*.spec", "dirty.spec"]\nselect = ["FIT101"]\n')
    _, out, _ = run("lint", ".", "--output-format", "concise")
    assert [line.split(":")[0] for line in out.splitlines()] == ["old.spec", "stride.spec"]
    assert run("lint", "old/a.spec").status == 1
    assert run("lint", "old").out.endswith("2 specs: 2 warnings\n")
    assert run("lint", ".", "--isolated", "--select", "FIT101").out.endswith("8 specs: 1 error, 5 warnings\n")


# Rules and severities


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("--select", "FIT"), ["FIT101", "FIT102"]),
        (("--select", "FIT", "--ignore", "FIT102"), ["FIT101"]),
        (("--select", "fit101"), ["FIT101"]),
        (("--select", "stride-drops-padding"), ["FIT102"]),
        (("--select", "REF,FIT101", "--select", "FIT102"), ["FIT101", "FIT102"]),
        (("--ignore", "ALL", "--extend-select", "FIT101"), ["FIT101"]),
        (("--ignore", "FIT10", "--select", "FIT102"), ["FIT102"]),
        (("--select", "FIT", "--per-file-ignores", "stride.*:FIT"), ["FIT102"]),
        (("--select", "FIT", "--per-file-ignores", "!stride.*:ALL"), ["FIT101"]),
        (("--select", "FIT101,FIT102", "--per-file-ignores", "*.spec:FIT101,stride-drops-padding"), []),
        (("--select", "FIT", "--per-file-ignores", "stride.spec:FIT101,padding.spec:FIT102"), []),
        (("--select", "FIT", "--per-file-ignores", "stride.spec:REF,FIT,padding.spec:REF"), ["FIT102"]),
        (("--select", "FIT", "--per-file-ignores", "{padding,x:y}.spec:REF,FIT102,s[a,t]ride.spec:FIT101"), []),
        (("--select", "FIT", "--per-file-ignores", "padding.spec:FIT102, ./stride.spec:FIT101"), ["FIT101"]),
        (("--select", "FIT", "--severity", "INFO", "--output-format", "Concise"), ["FIT101", "FIT102"]),
    ],
)
def test_rules_that_are_chosen(run, folder, arguments, found):
    assert chosen(run, *arguments) == found


@pytest.mark.parametrize(
    ("toml", "arguments", "found"),
    [
        ('ignore = ["FIT101"]', (), ["FIT102"]),
        ('ignore = ["FIT101"]', ("--select", "FIT101"), ["FIT101"]),
        ('ignore = ["FIT101"]', ("--extend-select", "FIT"), ["FIT101", "FIT102"]),
        ('ignore = ["FIT"]', ("--extend-select", "FIT102"), ["FIT102"]),
        ('ignore = ["FIT"]', ("--extend-select", "REF"), []),
        ('select = ["FIT101"]', (), ["FIT101"]),
        ('select = ["FIT101"]', ("--extend-select", "stride-drops-padding"), ["FIT101", "FIT102"]),
        ('select = ["FIT101"]', ("--ignore", "FIT"), []),
        ('select = ["FIT101"]', ("--select", "FIT102"), ["FIT102"]),
        ('select = ["REF"]\nextend-select = ["FIT101"]', (), ["FIT101"]),
        ('select = ["REF"]\nextend-select = ["FIT101"]', ("--select", "FIT102"), ["FIT102"]),
        ('select = ["FIT"]\nextend-select = ["FIT101"]', ("--ignore", "FIT101"), ["FIT102"]),
        ('select = ["FIT"]\nignore = ["FIT102"]', ("--ignore", "FIT101"), []),
        ('per-file-ignores = {"stride.spec" = ["FIT"]}', ("--select", "FIT"), ["FIT102"]),
        ('per-file-ignores = {"str*" = ["FIT"]}', ("--per-file-ignores", "pad*:FIT"), []),
    ],
)
def test_the_command_line_goes_on_top_of_the_file(run, folder, toml, arguments, found):
    (folder / "cnncalc.toml").write_text(toml)
    assert [code for code in chosen(run, *arguments) if code in ("FIT101", "FIT102")] == found


@pytest.mark.parametrize(
    ("toml", "arguments", "levels"),
    [
        ("", (), ["warning", "info"]),
        ("severity-overrides = {FIT101 = 'error', stride-drops-padding = 'warning'}", (), ["error", "warning"]),
        ("severity-overrides = {FIT = 'error', FIT102 = 'warning'}", (), ["error", "warning"]),
        ("severity-overrides = {FIT101 = 'error'}", ("--severity-override", "FIT101=info"), ["info", "info"]),
        ("severity-overrides = {FIT101 = 'error'}", ("--severity-override", "FIT=warning"), ["warning", "warning"]),
        ("severity-overrides = {FIT = 'error'}", ("--severity-override", "FIT101=info"), ["info", "error"]),
        ("", ("--severity-override", "FIT101=error,FIT102=error"), ["error", "error"]),
        ("", ("--severity-override", "FIT=error", "--severity-override", "FIT=info"), ["info", "info"]),
    ],
)
def test_severities_are_changed(run, folder, toml, arguments, levels):
    (folder / "cnncalc.toml").write_text(toml)
    every = ("--output-format", "concise", "--severity", "info", "--select", "FIT101,FIT102")
    out = run("lint", "stride.spec", "padding.spec", *every, *arguments).out
    assert [line.split()[3].rstrip(":") for line in out.splitlines()] == levels


def test_what_is_not_shown_is_counted(run, folder):
    rules = ("--select", "FIT101,FIT102")
    _, out, _ = run("lint", "stride.spec", "padding.spec", "--severity", "error", *rules)
    assert out == "2 specs: 1 warning, 1 info (--severity info shows all)\n"
    _, out, _ = run("lint", "stride.spec", "--severity", "error", *rules)
    assert out == "1 spec: 1 warning (--severity warning shows all)\n"


def test_more_warnings_than_allowed_are_told(run, folder):
    status, out, err = run("lint", "stride.spec", "dirty.spec", *PICK, "--max-warnings", "3")
    assert (status, err) == (1, "cnncalc: 4 warnings, and max-warnings allows 3\n")
    status, out, err = run("lint", "stride.spec", "dirty.spec", *PICK, "--max-warnings", "4")
    assert (status, err) == (0, "")
    assert "4 warnings" in out


# Where settings come from


def test_settings_of_the_nearest_file_count_alone(run, folder):
    deep = folder / "a" / "b"
    deep.mkdir(parents=True)
    (folder / "cnncalc.toml").write_text('ignore = ["FIT101"]')
    (deep / "s.spec").write_text(STRIDE)
    (folder / "a" / "s.spec").write_text(STRIDE)

    def found(path, *more):
        return codes(run("lint", path, "--output-format", "concise", *more).out)

    assert (found("a/b/s.spec"), found("a/s.spec"), found("a/b")) == ([], [], [])
    (deep / "pyproject.toml").write_text('[project]\nname = "cnncalc"\n[tool.other]\nx = 1\n')
    assert found("a/b/s.spec") == []
    (deep / "pyproject.toml").write_text("[tool.cnncalc]\n")
    assert (found("a/b/s.spec"), found("a/s.spec")) == (["FIT101"], [])
    (deep / "cnncalc.toml").write_text('ignore = ["FIT"]')
    assert found("a/b/s.spec") == []
    assert found("a/b/s.spec", "--isolated") == ["FIT101"]
    assert found("a/b/s.spec", "--config", "a/b/pyproject.toml") == ["FIT101"]
    assert [x for x in found(".") if x == "FIT101"] == []


@pytest.mark.parametrize(
    "text",
    [
        "[tool]\ncnncalc = {ignore = ['FIT101']}",
        "tool.'cnncalc'.ignore = ['FIT101']",
        "tool = {cnncalc.ignore = ['FIT101']}",
        "\ufeff[tool . cnncalc]\r\nignore=['FIT101']\r\n",
    ],
)
def test_every_way_to_write_the_table_of_a_pyproject(run, folder, text):
    (folder / "pyproject.toml").write_bytes(text.encode())
    assert run("lint", "stride.spec", "--output-format", "concise").out == ""


def test_a_pyproject_without_our_table_is_not_even_parsed(run, folder):
    (folder / "pyproject.toml").write_text("this is = no TOML [ at all")
    assert run("lint", "clean.spec").status == 0
    code = "import sys; from cnncalc.cli import main\ntry: main()\nexcept SystemExit: print('tomllib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, "lint", "alexnet"], capture_output=True, text=True)
    assert done.stdout.endswith("\nFalse\n")


def test_settings_for_stdin_and_the_zoo(run, folder):
    (folder / "sub").mkdir()
    (folder / "sub" / "cnncalc.toml").write_text('ignore = ["FIT101"]')
    asked = ("--output-format", "concise", "--select", "FIT101", "--input", "224x224x3")
    assert run("lint", "alexnet", *asked).status == 1
    concise = ("--output-format", "concise")
    assert codes(run("lint", "-", *concise, stdin=STRIDE.encode()).out) == ["FIT101"]
    assert run("lint", "-", "--stdin-filename", "sub/x.spec", *concise, stdin=STRIDE.encode()).out == ""
    (folder / "cnncalc.toml").write_text('per-file-ignores = {"x.spec" = ["FIT"], "alexnet.spec" = ["FIT101"]}')
    assert run("lint", "alexnet", *asked).out == ""
    assert codes(run("lint", "-", *concise, stdin=STRIDE.encode()).out) == ["FIT101"]
    assert run("lint", "-", "--stdin-filename", "x.spec", *concise, stdin=STRIDE.encode()).out == ""


def test_a_folder_of_per_file_ignores_is_all_below_it(run, folder):
    (folder / "old" / "deep").mkdir(parents=True)
    (folder / "old" / "deep" / "s.spec").write_text(STRIDE)
    for pattern in ("old/", "old", "./old", "deep", str(folder / "old")):
        asked = ("lint", "old/deep/s.spec", "--select", "FIT101", "--per-file-ignores", f"{pattern}:FIT")
        assert run(*asked).status == 0, pattern
    (folder / "cnncalc.toml").write_text('per-file-ignores = {"old/" = ["FIT101"]}')
    assert run("lint", "old", "--select", "FIT101").status == 0
    assert run("lint", "old", "stride.spec", "--select", "FIT101").status == 1


def test_patterns_are_relative_to_the_file_they_stand_in(run, folder):
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "s.spec").write_text(STRIDE)
    for pattern, quiet in [("b/s.spec", True), ("a/b/s.spec", False), ("s.spec", True), ("b/*", True), ("b/**", True)]:
        (folder / "a" / "cnncalc.toml").write_text(f'per-file-ignores = {{"{pattern}" = ["FIT101"]}}')
        assert (run("lint", "a/b/s.spec", "--select", "FIT101").status == 0) is quiet, pattern
    where = (folder / "a" / "cnncalc.toml").rename(folder / "a" / "other.toml")
    where.write_text('per-file-ignores = {"a/b/s.spec" = ["FIT101"]}')
    assert run("lint", "a/b/s.spec", "--select", "FIT101", "--config", "a/other.toml").status == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("selct = []", "unknown key 'selct' in cnncalc.toml; did you mean 'select'?"),
        ("max_warnings = 1", "unknown key 'max_warnings' in cnncalc.toml; did you mean 'max-warnings'?"),
        ("extend-ignore = []", "unknown key 'extend-ignore' in cnncalc.toml; use ignore"),
        ("extend-exclude = []", "unknown key 'extend-exclude' in cnncalc.toml; use exclude"),
        ("fix = true", "unknown key 'fix' in cnncalc.toml; use the option --fix"),
        ("[tool.cnncalc]", "unknown key 'tool' in cnncalc.toml; the keys stand at the top of the file, in no table"),
        ("[lint]", "unknown key 'lint' in cnncalc.toml; the keys stand at the top of the file, in no table"),
        ("exclude = ['!a']", "exclude in cnncalc.toml: '!a' has the ! that means all other files in per-file-ignores"),
        ("zzz = 1", "unknown key 'zzz' in cnncalc.toml; its keys are select, extend-select, ignore, exclude, severity"),
        ("select = 'FIT'", "select in cnncalc.toml takes a list of codes, not 'FIT'"),
        ("ignore = ['FIT', 5]", "ignore in cnncalc.toml takes a list of codes, not a list with 5"),
        ("ignore = [[]]", "ignore in cnncalc.toml takes a list of codes, not a list with a list"),
        ("extend-select = ['FTI']", "extend-select in cnncalc.toml: no rule is called 'FTI'; did you mean 'FIT'?"),
        ("exclude = true", "exclude in cnncalc.toml takes a list of patterns, not true"),
        ("exclude = ['{a']", "exclude in cnncalc.toml: the pattern '{a' has a bracket without its other half"),
        ("severity = 'loud'", "severity in cnncalc.toml takes error, warning or info, not 'loud'"),
        ("output-format = 5", "output-format in cnncalc.toml takes full, concise, json, github, junit or sarif, not 5"),
        ("max-warnings = true", "max-warnings in cnncalc.toml takes a whole number, at least 0, not true"),
        ("max-warnings = -1", "max-warnings in cnncalc.toml takes a whole number, at least 0, not -1"),
        ("max-warnings = 1.5", "max-warnings in cnncalc.toml takes a whole number, at least 0, not 1.5"),
        ("unsafe-fixes = 'yes'", "unsafe-fixes in cnncalc.toml takes true or false, not 'yes'"),
        (
            "per-file-ignores = ['a']",
            "per-file-ignores in cnncalc.toml takes a table of patterns and codes, not a list",
        ),
        ("per-file-ignores = {a = 'FIT'}", "per-file-ignores in cnncalc.toml takes a list of codes, not 'FIT'"),
        ("severity-overrides = {FTI = 'info'}", "severity-overrides in cnncalc.toml: no rule is called 'FTI'; did you"),
        ("severity-overrides = {FIT = 3}", "severity-overrides in cnncalc.toml takes error, warning or info, not 3"),
        (
            "severity-overrides = {FIT = 'x'}",
            "severity-overrides in cnncalc.toml takes error, warning or info, not 'x'",
        ),
        (f"max-warnings = {'9' * 5000}", "cnncalc.toml: Exceeds the limit"),
        (f"select = {'[' * 9999}", "cnncalc.toml: its values nest too deeply"),
        ("severity-overrides = {SHP = 'info'}", "severity-overrides in cnncalc.toml: SHP is of syntax or shape, and"),
        ("select = ", "cnncalc.toml: Invalid value (at end of document)"),
        ("severity = 'info'\nselect == 3", "cnncalc.toml:2:9: Invalid value"),
        ("\n\nselect = [", "cnncalc.toml: "),
        (b"select = []\nignore = ['\xff']", "cnncalc.toml:2: byte 0xff is not UTF-8"),
    ],
)
def test_a_wrong_configuration_is_refused_with_its_place(run, folder, text, message):
    (folder / "cnncalc.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    status, out, err = run("lint", "clean.spec")
    assert (status, out) == (2, "")
    assert err.startswith(f"cnncalc: {message}") and err.count("\n") == 1
    assert run("lint", "clean.spec", "--isolated").status == 0


def test_a_wrong_pyproject_names_its_table_and_its_folder(run, folder):
    (folder / "sub").mkdir()
    (folder / "sub" / "a.spec").write_text(CLEAN)
    path = folder / "sub" / "pyproject.toml"
    path.write_text("[tool.cnncalc]\nselct = []\n")
    said = "unknown key 'selct' in sub/pyproject.toml [tool.cnncalc]; did you mean 'select'?"
    assert run("lint", "sub/a.spec").err == run("lint", "sub").err == f"cnncalc: {said}\n"
    path.write_text("[tool.cnncalc.lint]\nselect = []\n")
    said = "unknown key 'lint' in sub/pyproject.toml [tool.cnncalc]; the keys stand directly in [tool.cnncalc]"
    assert run("lint", "sub").err == f"cnncalc: {said}\n"
    path.write_text("[tool]\ncnncalc = 3\n")
    assert run("lint", "sub").err == "cnncalc: tool.cnncalc in sub/pyproject.toml is no table\n"
    path.write_text("[tool.other]\nx = 1\n")
    err = run("lint", "sub", "--config", "sub/pyproject.toml").err
    assert err == "cnncalc: sub/pyproject.toml has no [tool.cnncalc]\n"
    (folder / "a").mkdir()
    (folder / "cnncalc.toml").write_text("select = 1")
    os.chdir(folder / "a")
    named = config.shown(str(folder / "cnncalc.toml"))
    assert named == str(folder / "cnncalc.toml")


def test_run_wide_settings_of_a_file(run, folder):
    (folder / "cnncalc.toml").write_text(
        'output-format = "concise"\nmax-warnings = 2\nseverity = "info"\nselect = ["FIT10"]\n'
    )
    status, out, err = run("lint", "stride.spec", "padding.spec")
    assert (status, err, {"FIT101", "FIT102"} <= set(codes(out))) == (0, "2 specs: 1 warning, 1 info\n", True)
    status, out, _ = run("lint", "stride.spec", "--output-format", "json", "--max-warnings", "0", "--severity", "error")
    assert (status, json.loads(out)) == (1, [])


def test_formats_are_those_that_are_written():
    assert tuple(findings.FORMATS) == config.FORMATS


# --show-settings


def settings(run, *arguments: str) -> str:
    """What --show-settings prints for one spec."""
    status, out, err = run("lint", "stride.spec", "--show-settings", *arguments)
    assert (status, err) == (0, "")
    return out


def test_settings_are_shown_with_their_origin(run, folder):
    assert settings(run).splitlines() == [
        'select = ["ALL"]  # default',
        "extend-select = []  # default",
        "ignore = []  # default",
        "exclude = []  # default",
        'severity = "warning"  # default',
        'output-format = "full"  # default',
        "max-warnings = 0  # default",
        "unsafe-fixes = false  # default",
        "",
        "[per-file-ignores]  # default",
        "",
        "[severity-overrides]  # default",
    ]
    path = folder / "cnncalc.toml"
    path.write_text('ignore = ["fit101"]\nmax-warnings = 4\nunsafe-fixes = true\n')
    out = settings(run, "--ignore", "FIT103", "--severity", "info", "--max-warnings", "5", "--no-unsafe-fixes")
    assert 'ignore = ["FIT101", "FIT103"]  # cnncalc.toml, command line\n' in out
    assert 'severity = "info"  # command line\n' in out
    assert "max-warnings = 5  # command line\n" in out
    assert "unsafe-fixes = false  # command line\n" in out
    assert 'select = ["REF"]  # command line\nextend-select = []  # command line\n' in settings(run, "--select", "REF")
    assert "# default" not in settings(run, "--isolated").partition("\n")[0].replace("# default", "", 1)


def test_settings_that_are_shown_make_the_same_settings(run, folder):
    typed = (
        "--select", "FIT,ref101", "--extend-select", "STY", "--ignore", "FIT103", "--severity", "info",
        "--max-warnings", "7", "--unsafe-fixes", "--output-format", "junit", "--severity-override", "FIT101=error",
        "--per-file-ignores", "a/**/*.spec:FIT102", "--per-file-ignores", 'q"\\é.spec:ALL',
        "--per-file-ignores", "a/**/*.spec:FIT101",
    )  # fmt: skip
    first = settings(run, *typed)
    (folder / "cnncalc.toml").write_text(first, encoding="utf-8")
    again = settings(run)
    assert again.replace("cnncalc.toml", "") == first.replace("command line", "").replace("default", "")
    assert settings(run, "--isolated") != first


def test_settings_are_those_of_the_first_spec_and_nothing_is_linted(run, folder):
    (folder / "sub").mkdir()
    (folder / "sub" / "x.spec").write_text(WRONG)
    (folder / "sub" / "cnncalc.toml").write_text("max-warnings = 3")
    assert "max-warnings = 3" in run("lint", "sub/x.spec", "clean.spec", "--show-settings").out
    assert "max-warnings = 0" in run("lint", "clean.spec", "sub/x.spec", "--show-settings").out
    assert run("lint", "nix.spec", "--show-settings").status == 2


# --fix, --diff


def test_fix_writes_what_is_safe_and_tells_what_is_left(run, folder):
    status, out, err = run("lint", "--fix", "dirty.spec", *PICK)
    assert (status, err) == (1, "")
    assert (folder / "dirty.spec").read_text() == SAFE
    assert out.endswith("\n\n1 spec: 1 fixed, 2 left: 2 warnings; 1 fixable with --unsafe-fixes\n")
    assert "[SUP101" not in out and "[ARC102" in out
    _, out, _ = run("lint", "--fix", "dirty.spec", *PICK)
    assert out.endswith("\n1 spec: 2 warnings; 1 fixable with --unsafe-fixes\n")
    status, out, _ = run("lint", "--fix", "--unsafe-fixes", "dirty.spec", "--select", "SUP101,ARC102")
    assert (status, out) == (0, "1 spec: 1 fixed, 0 left\n")
    assert (folder / "dirty.spec").read_text() == UNSAFE


def test_the_footer_tells_what_could_be_repaired(run, folder):
    def last(*arguments):
        return run("lint", "dirty.spec", *arguments).out.splitlines()[-1]

    assert last(*PICK) == "1 spec: 3 warnings; 1 fixable with --fix, 1 more with --fix --unsafe-fixes"
    assert last(*PICK, "--unsafe-fixes") == "1 spec: 3 warnings; 2 fixable with --fix"
    assert last("--select", "ARC102") == "1 spec: 1 warning; 1 fixable with --fix --unsafe-fixes"
    assert last("--select", "FIT101") == "1 spec: 1 warning"
    (folder / "cnncalc.toml").write_text("unsafe-fixes = true")
    assert last(*PICK) == "1 spec: 3 warnings; 2 fixable with --fix"
    assert last(*PICK, "--no-unsafe-fixes").endswith("1 fixable with --fix, 1 more with --fix --unsafe-fixes")


def test_what_is_not_shown_is_counted_and_repaired_as_well(run, folder):
    quiet = ("dirty.spec", *PICK, "--severity-override", "SUP101=info")
    assert run("lint", *quiet).out.endswith("; 1 fixable with --fix, 1 more with --fix --unsafe-fixes\n")
    _, out, _ = run("lint", "--fix", *quiet)
    assert (folder / "dirty.spec").read_text() == SAFE
    assert out.endswith("1 spec: 1 fixed, 2 left: 2 warnings; 1 fixable with --unsafe-fixes\n")


def test_fixes_are_listed(run, folder):
    (folder / "more.spec").write_text(DIRTY.replace("POOL: ", f"POOL1: maxpool 2{MEANT}\nPOOL: "))
    _, out, _ = run("lint", "--fix", "--unsafe-fixes", "--show-fixes", "dirty.spec", "more.spec", *PICK)
    listed = "fixed in dirty.spec:\n  1 x ARC102 bias-before-batchnorm\n  1 x SUP101 unused-suppression\n"
    listed += "fixed in more.spec:\n  2 x SUP101 unused-suppression\n  1 x ARC102 bias-before-batchnorm\n"
    assert f"\n\n{listed}\n2 specs: 5 fixed, " in out


def test_fixes_are_listed_below_the_lines_of_findings(run, folder):
    asked = ("lint", "--fix", "--show-fixes", "--output-format", "concise", *PICK)
    _, out, err = run(*asked, "dirty.spec")
    listed = "fixed in dirty.spec:\n  1 x SUP101 unused-suppression\n\n1 spec: 1 fixed, "
    assert codes(out) == ["ARC102", "FIT101"] and err.startswith(f"\n{listed}2 left: ")
    (folder / "dirty.spec").write_text(f"{CLEAN[:-1]}{MEANT}\n")
    _, out, err = run(*asked, "dirty.spec")
    assert (out, err) == ("", f"{listed}0 left\n")


def test_fix_beside_a_format_for_programs_speaks_on_stderr(run, folder):
    status, out, err = run("lint", "--fix", "--show-fixes", "dirty.spec", *PICK, "--output-format", "json")
    assert (status, [each["code"] for each in json.loads(out)]) == (1, ["ARC102", "FIT101"])
    assert err == (
        "fixed in dirty.spec:\n  1 x SUP101 unused-suppression\n\n"
        "1 spec: 1 fixed, 2 left: 2 warnings; 1 fixable with --unsafe-fixes\n"
    )


@pytest.mark.parametrize("change", [lambda t: t.replace("\n", "\r\n"), lambda t: "\ufeff" + t, lambda t: t[:-1]])
def test_fix_keeps_ends_of_lines_and_marks(run, folder, change):
    path = folder / "dirty.spec"
    path.write_bytes(change(DIRTY).encode())
    run("lint", "--fix", "dirty.spec", *PICK)
    assert path.read_bytes() == change(SAFE).encode()


def test_fix_writes_through_links_and_keeps_the_mode(run, folder):
    (folder / "link.spec").symlink_to("dirty.spec")
    (folder / "dirty.spec").chmod(0o640)
    run("lint", "--fix", "link.spec", *PICK)
    assert (folder / "link.spec").is_symlink()
    assert (folder / "dirty.spec").read_text() == SAFE
    assert (folder / "dirty.spec").stat().st_mode & 0o777 == 0o640
    assert not list(folder.glob(".cnncalc*"))


def test_fix_leaves_files_alone_that_need_none(run, folder):
    before = (folder / "clean.spec").stat()
    assert run("lint", "--fix", "clean.spec", "--select", "SUP101").out == "1 spec: no findings\n"
    assert run("lint", "--fix", "wrong.spec").status == 1
    assert (folder / "clean.spec").stat() == before
    assert (folder / "wrong.spec").read_text() == WRONG


AS_NOBODY = """
import os
import cnncalc.api, cnncalc.cli.fmt, cnncalc.cli.lint, cnncalc.cli.linting, cnncalc.cli.repair, cnncalc.lint.fixing
import cnncalc.render.screen, cnncalc.render.findings, cnncalc.lint.registry
from cnncalc.cli import app, main
cnncalc.loads("INPUT: 8x8x3; conv 4 3x3").lint()
os.getuid() or os.setuid(65534)
main()
"""


@pytest.mark.parametrize(("file", "above", "status"), [(0o444, 0o777, 2), (0o666, 0o555, 2), (0o666, 0o777, 0)])
def test_fix_of_what_is_read_only(file, above, status):
    """Root may write anywhere, so the command runs as nobody."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "b.spec"
        path.write_text(f"{CLEAN[:-1]}{MEANT}\n")
        path.chmod(file)
        path.parent.chmod(above)
        command = [sys.executable, "-c", AS_NOBODY, "lint", "--fix", "b.spec", "--select", "SUP101,FIT101"]
        done = subprocess.run(command, cwd=name, capture_output=True, text=True)
        path.parent.chmod(0o755)
        assert done.returncode == status, done.stderr
        said = "cnncalc: b.spec: Permission denied; it is left as it was\n"
        assert (done.stderr, done.stdout) == ((said, "") if status else ("", "1 spec: 1 fixed, 0 left\n"))
        assert path.read_text() == (f"{CLEAN[:-1]}{MEANT}\n" if status else CLEAN)


def test_fix_goes_on_behind_a_file_it_cannot_write(run, folder, monkeypatch):
    (folder / "other.spec").write_text(DIRTY)
    put = os.replace

    def refuse(old, new):
        if str(new).endswith("dirty.spec"):
            raise OSError(28, "No space left on device", str(new))
        put(old, new)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        status, out, err = run("lint", "--fix", "dirty.spec", "other.spec", *PICK)
    assert (status, err) == (2, "cnncalc: dirty.spec: No space left on device; it is left as it was\n")
    assert out.endswith("\n1 spec: 1 fixed, 2 left: 2 warnings; 1 fixable with --unsafe-fixes\n")
    assert ((folder / "dirty.spec").read_text(), (folder / "other.spec").read_text()) == (DIRTY, SAFE)
    assert not list(folder.glob(".cnncalc*"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("alexnet",), "'alexnet' is a spec of the zoo, and --fix writes files in place; copy it first: cp "),
        (("clean.spec", "vgg16.spec"), "'vgg16.spec' is a spec of the zoo, and --fix writes files in place; copy it"),
        (("/dev/null",), "/dev/null is no file to write to; give its text on stdin: cnncalc lint --fix - < /dev/null"),
    ],
)
def test_fix_refuses_what_it_cannot_write_to(run, folder, arguments, message):
    status, out, err = run("lint", "--fix", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith(f"cnncalc: {message}") and err.count("\n") == 1


def test_what_fix_says_to_type_for_a_zoo_name_works(run, folder):
    hint = run("lint", "--fix", "vgg16").err.partition("copy it first: ")[2]
    copy, _, lint = hint.partition(" && ")
    subprocess.run(copy, shell=True, check=True, cwd=folder)
    assert run(*lint.split()[1:]).status == 0


def test_fix_of_stdin_gives_the_text_on_stdout(run, folder):
    status, out, err = run("lint", "--fix", "-", *PICK, stdin=DIRTY.encode())
    assert (status, out) == (1, SAFE)
    assert err.endswith("\n1 spec: 1 fixed, 2 left: 2 warnings; 1 fixable with --unsafe-fixes\n")
    assert "--> <stdin>:2:8" in err
    status, out, err = run("lint", "--fix", "-", "--stdin-filename", "net.spec", *PICK, stdin=DIRTY.encode())
    assert out == SAFE and "--> net.spec:2:8" in err
    asked = ("--output-format", "json", "-o", "report.json")
    _, out, err = run("lint", "--fix", "-", *PICK, *asked, stdin=DIRTY.encode())
    assert out == SAFE and err.startswith("cnncalc: wrote report.json\n1 spec: 1 fixed, ")
    assert [each["code"] for each in json.loads((folder / "report.json").read_text())] == ["ARC102", "FIT101"]
    for broken in (WRONG.encode(), b"INPUT: 8x8x3\r\nconv 4 3x3 # \xe9\r\n"):
        command = [sys.executable, "-m", "cnncalc", "lint", "--fix", "-"]
        done = subprocess.run(command, input=broken, capture_output=True)
        assert (done.returncode, done.stdout) == (1, broken)
        assert done.stderr.endswith(b"\n1 spec: 1 error\n")


DIFF = """\
--- dirty.spec
+++ dirty.spec
@@ -1,5 +1,5 @@
 INPUT: 32x32x3
-CONV1: 8 3x3 pad 1  # cnncalc: ignore[FIT101] once meant
+CONV1: 8 3x3 pad 1
 bn
 relu
 POOL: maxpool 3 stride 2
"""


def test_diff_shows_what_fix_would_write_and_writes_nothing(run, folder):
    status, out, err = run("lint", "--diff", "dirty.spec", "clean.spec", *PICK)
    assert (status, out) == (1, DIFF)
    assert err == "would fix 1 finding in 1 spec; 1 finding fixable with --unsafe-fixes\n"
    assert (folder / "dirty.spec").read_text() == DIRTY
    status, out, err = run("lint", "--diff", "--fix", "--show-fixes", "--unsafe-fixes", "dirty.spec", *PICK)
    assert "+CONV1: 8 3x3 pad 1 nobias\n" in out
    assert err == (
        "would fix in dirty.spec:\n  1 x ARC102 bias-before-batchnorm\n  1 x SUP101 unused-suppression\n\n"
        "would fix 2 findings in 1 spec\n"
    )
    assert (folder / "dirty.spec").read_text() == DIRTY
    assert run("lint", "--diff", "dirty.spec", *PICK, "--exit-zero")[:2] == (0, DIFF)
    assert run("lint", "--diff", "stride.spec", *PICK) == (0, "", "nothing to fix in 1 spec\n")
    assert run("lint", "--diff", "alexnet", *PICK).status == 0


def test_diff_of_stdin_and_of_a_spec_with_errors(run, folder):
    status, out, _ = run("lint", "--diff", "-", "--stdin-filename", "dirty.spec", *PICK, stdin=DIRTY.encode())
    assert (status, out) == (1, DIFF)
    assert run("lint", "--diff", "-", *PICK, stdin=DIRTY.encode()).out == DIFF.replace("dirty.spec", "<stdin>")
    status, out, err = run("lint", "--diff", "wrong.spec", *PICK)
    assert (status, out) == (1, "")
    assert err.startswith("error[SHP") and "wrong.spec:2:8" in err
    assert err.endswith("\nnothing to fix in 1 spec; 1 spec with errors of syntax or shape left as written\n")


def test_a_diff_applies(run, folder):
    (folder / "fix.patch").write_text(run("lint", "--diff", "--unsafe-fixes", "dirty.spec", *PICK).out)
    subprocess.run(["patch", "-p0", "-i", "fix.patch"], cwd=folder, check=True, capture_output=True)
    assert (folder / "dirty.spec").read_text() == UNSAFE


# Reports


@pytest.mark.parametrize("name", config.FORMATS)
def test_a_report_in_a_file_is_what_stdout_has(run, folder, name):
    asked = ("lint", "stride.spec", "dirty.spec", *PICK, "--output-format", name)
    status, text, _ = run(*asked)
    counts = "2 specs: 4 warnings; 1 fixable with --fix, 1 more with --fix --unsafe-fixes\n" * (name == "concise")
    assert run(*asked, "-o", "report") == (status, "", f"cnncalc: wrote report\n{counts}")
    assert (folder / "report").read_text() == text
    assert run(*asked, "--output-file", "no/report")[::2] == (2, "cnncalc: no/report: No such file or directory\n")


def test_reports_of_several_specs_are_one_document(run, folder):
    out = run("lint", "stride.spec", "dirty.spec", *PICK, "--output-format", "json").out
    assert [(d["file"], d["code"]) for d in json.loads(out)] == [
        ("stride.spec", "FIT101"), ("dirty.spec", "ARC102"), ("dirty.spec", "SUP101"), ("dirty.spec", "FIT101"),
    ]  # fmt: skip
    sarif = json.loads(run("lint", "stride.spec", "dirty.spec", *PICK, "--output-format", "sarif").out)
    assert [len(each["results"]) for each in sarif["runs"]] == [4]
    assert json.loads(run("lint", "clean.spec", "--select", "FIT", "--output-format", "json").out) == []


def test_statistics(run, folder):
    _, out, _ = run("lint", "stride.spec", "dirty.spec", *PICK, "--statistics")
    assert out.splitlines() == [
        "2  FIT101       warning  stride-drops-pixels",
        "1  ARC102       warning  bias-before-batchnorm",
        "1  SUP101  [*]  warning  unused-suppression",
        "",
        "2 specs: 4 warnings; 1 fixable with --fix, 1 more with --fix --unsafe-fixes",
    ]
    _, out, _ = run("lint", "dirty.spec", *PICK, "--statistics", "--output-format", "json", "--unsafe-fixes")
    assert json.loads(out)[0] == {
        "code": "ARC102", "name": "bias-before-batchnorm", "severity": "warning", "count": 1, "fixable": 1,
    }  # fmt: skip
    assert run("lint", "clean.spec", "--select", "FIT", "--statistics").out == "1 spec: no findings\n"
    _, out, _ = run("lint", "wrong.spec", "stride.spec", "--statistics", "--severity", "error")
    assert "FIT101" not in out and "SHP" in out
    (folder / "cnncalc.toml").write_text('output-format = "sarif"')
    assert run("lint", "stride.spec", *PICK, "--statistics").out.startswith("1  FIT101")


def test_lines_for_editors_are_counted_on_stderr(run, folder):
    asked = ("lint", "padding.spec", "--select", "FIT102", "--output-format", "concise")
    assert run(*asked) == (0, "", "1 spec: 1 info (--severity info shows all)\n")
    assert run("lint", "clean.spec", *asked[2:]) == (0, "", "1 spec: no findings\n")
    _, out, err = run("lint", "dirty.spec", *PICK, *asked[4:])
    assert codes(out) == ["ARC102", "SUP101", "FIT101"]
    assert err == "1 spec: 3 warnings; 1 fixable with --fix, 1 more with --fix --unsafe-fixes\n"
    assert run("lint", "--fix", "clean.spec", *asked[2:]).err == "1 spec: no findings\n"


@pytest.mark.parametrize("value, painted", [("1", True), ("0", False), ("false", False), ("", True)])
def test_colour_is_forced_and_forbidden(monkeypatch, value, painted):
    from cnncalc.render.screen import screen

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("FORCE_COLOR", value)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert screen(Terminal()).colour is painted
    assert screen(io.StringIO()).colour is (value == "1")
    assert screen(Terminal(), "always").colour
    monkeypatch.setenv("NO_COLOR", "1")
    assert not screen(Terminal()).colour


def test_colour_is_for_screens_and_not_for_files(run, folder):
    assert "\x1b[" in run("lint", "stride.spec", "--color", "always").out
    run("lint", "stride.spec", "--color", "auto", "-o", "report")
    assert "\x1b[" not in (folder / "report").read_text()


# Patterns


@pytest.mark.parametrize(
    ("pattern", "path", "meant"),
    [
        ("a.spec", "a.spec", True), ("a.spec", "x/y/a.spec", True), ("a.spec", "xa.spec", False),
        ("*.spec", "x/y/a.spec", True), ("x/*.spec", "x/y/a.spec", True), ("y/*.spec", "x/y/a.spec", False),
        ("x/**/a.spec", "x/a.spec", True), ("x/**/a.spec", "x/y/z/a.spec", True), ("x/**", "x/y/a.spec", True),
        ("**/y/a.spec", "x/y/a.spec", True), ("**/a.spec", "a.spec", True), ("**/y/*", "y/a.spec", True),
        ("?.spec", "a.spec", True), ("?.spec", "ab.spec", False), ("[ab].spec", "b.spec", True),
        ("[!ab].spec", "b.spec", False), ("[^ab].spec", "c.spec", True), ("[]a].spec", "].spec", True),
        ("{a,b*}.spec", "bc.spec", True), ("{a,b}.spec", "c.spec", False), ("a,b.spec", "a,b.spec", True),
        ("a.b", "aXb", False), ("x", "x", True), ("x/", "x", True), ("./x", "x", True), ("/top/x/a", "x/a", True),
        ("/other/x", "x", False), ("a\nb", "a\nb", True),
        ("", "a", False), ("(a)", "(a)", True), ("a|b", "b", False), ("[a-c]", "b", True), ("[a&&b]", "&", True),
    ],
)  # fmt: skip
def test_patterns_of_paths(pattern, path, meant):
    assert matches(pattern, "/top", f"/top/{path}") is meant


@pytest.mark.parametrize(
    ("pattern", "path", "meant"),
    [
        ("!a.spec", "b.spec", True), ("!a.spec", "a.spec", False), ("!x", "x/y/a.spec", False),
        ("!x/", "y/a.spec", True), ("x", "x/y/a.spec", True), ("x/", "x/a.spec", True), ("y", "x/y/a.spec", True),
        ("x/y/", "x/y/a.spec", True), ("x/y", "x/a.spec", False), ("./x", "x/a.spec", True), ("top", "a.spec", False),
        ("/top/x", "x/a.spec", True), ("/", "a.spec", False), ("/other/x/", "x/a.spec", False),
    ],
)  # fmt: skip
def test_patterns_of_folders_cover_all_below(pattern, path, meant):
    assert covers(pattern, "/top", f"/top/{path}") is meant


def test_an_absolute_pattern_covers_a_folder_elsewhere():
    assert covers("/other/x/", "/top", "/other/x/a.spec")
    assert not covers("other", "/top", "/other/x/a.spec")


@pytest.mark.parametrize("pattern", ["[a", "{a", "a}", "{a,{b}", "[]", "a}{"])
def test_patterns_without_half_a_bracket(pattern):
    with pytest.raises(ValueError, match="has a bracket without its other half"):
        matches(pattern, "/top", "/top/a")


def test_a_pattern_with_a_range_that_is_none():
    with pytest.raises(ValueError, match=r"^the pattern '\[z-a\]' has a bad character range z-a$"):
        matches("[z-a]", "/top", "/top/a")


RUFF = Path(sys.executable).parent / "ruff"


def told_by_ruff(folder: Path, toml: str, *arguments: str) -> set[tuple[str, str]]:
    """The (file, code) of every finding of ruff itself in a folder, under a configuration of its own."""
    (folder / "ruff.toml").write_text(toml)
    command = [RUFF, "check", "--no-cache", "--output-format", "json", *arguments, "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return {(os.path.relpath(each["filename"], folder), each["code"]) for each in json.loads(done.stdout)}


@pytest.fixture(scope="session")
def tree(tmp_path_factory):
    """A tree of files in each of which ruff finds F401."""
    folder = tmp_path_factory.mktemp("tree").resolve()
    for name in ("a", "ab", "b", "c", "x/a", "x/y/a", "x/y/z/b", "y/a", "y/x/a", "x/c,d", "x/[a]"):
        (folder / f"{name}.py").parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.py").write_text("import os\n")
    return folder


PATTERNS = (
    "a.py", "*.py", "x/*.py", "y/*", "x/**/a.py", "x/**", "**/y/a.py", "**/a.py", "**/y/*", "?.py", "[ab].py",
    "[!ab].py", "[^ab].py", "{a,b*}.py", "c,d.py", "x", "x/", "./a.py", "./x/a.py", "!a.py", "!x/**", "x/y", "*",
    "**", "x*/a.py", "x/*/a.py", "**/*.py", "*/a.py", "x/?/a.py", "[a-b]*", "[]a].py", "x**", "{x,y}/a.py", "a.*",
    "/x/a.py", "\\[a].py",
)  # fmt: skip


FOLDERS = ("x", "x/", "x/y", "x**")
"""Patterns that mean folders, which per-file-ignores of ruff take for files alone."""


@pytest.mark.parametrize("pattern", [pattern for pattern in PATTERNS if pattern not in FOLDERS])
def test_patterns_of_files_are_those_of_ruff(tree, pattern):
    found = told_by_ruff(
        tree, f"lint.select = ['F401']\n[lint.per-file-ignores]\n{config.quoted(pattern)} = ['F401']\n"
    )
    files = (str(path.relative_to(tree)) for path in tree.rglob("*.py"))
    assert {name for name in files if not covers(pattern, str(tree), str(tree / name))} == {name for name, _ in found}


def walked(folder: str, configs: config.Configs) -> list[str]:
    """The specs of a folder that its settings leave to lint."""
    try:
        return inside(folder, left_by(configs))
    except Failure:
        return []


@pytest.mark.parametrize("pattern", [pattern for pattern in PATTERNS if pattern[0] != "!"])
def test_what_is_excluded_is_what_ruff_excludes(tree, pattern):
    found = told_by_ruff(tree, f"exclude = [{config.quoted(pattern)}]\nlint.select = ['F401']\n")
    for path in [*tree.rglob("*.py")]:
        path.with_suffix(".py.spec").write_text(CLEAN)
    spelled = pattern.replace(".py", ".py.spec")
    (tree / "cnncalc.toml").write_text(f"exclude = [{config.quoted(spelled)}]\n")
    kept, configs = {name for name, _ in found}, config.Configs()
    ours = {os.path.relpath(p, tree) for p in walked(str(tree), configs)}
    assert {name.removesuffix(".spec") for name in ours} == kept


SELECTORS = st.sampled_from([(), ("ALL",), ("FIT",), ("FIT101",), ("FIT102",), ("FIT101", "FIT102")])
LAYERS = st.fixed_dictionaries(dict.fromkeys(("select", "extend-select", "ignore"), SELECTORS))
AS_RUFF = {"ALL": "ALL", "FIT": "F", "FIT101": "F401", "FIT102": "F841"}


@settings_of_hypothesis(max_examples=60, suppress_health_check=list(HealthCheck))
@given(LAYERS, LAYERS)
def test_the_command_line_goes_on_top_as_in_ruff(tmp_path, file, line):
    (tmp_path / "a.py").write_text("import os\n\n\ndef f():\n    x = 1\n")
    file, line = ({key: list(words) for key, words in each.items() if words} for each in (file, line))
    toml = "".join(f"lint.{key} = {[AS_RUFF[word] for word in words]}\n" for key, words in file.items())
    typed = [word for key, words in line.items() for word in (f"--{key}", ",".join(AS_RUFF[w] for w in words))]
    theirs = {code for _, code in told_by_ruff(tmp_path, toml, *typed)} & {"F401", "F841"}
    both = config.over(config.read(file, "/", "", ""), config.read(line, "/", "", ""))
    rules = choice(both.select + both.extend_select, both.ignore)
    ours = [("FIT101", "stride-drops-pixels"), ("FIT102", "stride-drops-padding")]
    assert {AS_RUFF[code] for code, name in ours if rules.wants(code, name)} == theirs


# Help


def test_help_names_what_options_take(run):
    out = run("lint", "--help").out
    typed = ("select CODES", "severity LEVEL", "output-format FORMAT", "max-warnings N", "config FILE", "limit NAME=N")
    for words in (*typed, "per-file-ignores PATTERN:CODES", "set NAME=VALUE", "  Files, folders, - for stdin, or zoo"):
        assert words in out
    helps = {name: run(name, "--help").out for name in ("show", "lint", "build", "explain", "solve", "diff", "zoo")}
    assert [name for name, text in helps.items() if "<" in text] == []
    assert re.search(r"--version +Print the version", run("--help").out)


# Completion


def completed(typed: str, shell: str, folder: Path) -> list[str]:
    """What the installed program offers for what is typed, by the protocol of each shell."""
    words = typed.split(" ")
    env = {
        **os.environ, "_CNNCALC_COMPLETE": f"complete_{shell}", "COMP_WORDS": "\n".join(words),
        "COMP_CWORD": str(len(words) - 1), "_TYPER_COMPLETE_ARGS": typed, "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }  # fmt: skip
    program = Path(sys.executable).parent / "cnncalc"
    done = subprocess.run([program], env=env, cwd=folder, capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("lint --select FIT10", ["FIT101", "FIT102"]),
        ("lint --select FIT101,stride-d", ["FIT101,stride-drops-pixels", "FIT101,stride-drops-padding"]),
        ("lint --output-format s", ["sarif"]),
        ("lint alexnet-p", ["alexnet-paper"]),
        ("rule stride-sk", ["stride-skips-pixels"]),
    ],
)
def test_completion_inside_commands(tmp_path, shell, typed, offered):
    text = "\n".join(completed(f"cnncalc {typed}", shell, tmp_path))
    assert all(word in text for word in offered)
    assert "SYN101" not in text


@pytest.fixture(scope="session")
def bash(tmp_path_factory):
    """What bash offers for some words, by the script that the program prints, each in a line."""
    folder = tmp_path_factory.mktemp("completion")
    (folder / "alexnet-mine.spec").write_text(CLEAN)
    typed = [
        "lint --ignore A", "lint --select = FIT101", "lint --extend-select SUP,sup", "lint --severity ",
        "lint --severity-override REF20", "lint alexnet-", "lint nothing-such", "show --format ", "show --color a",
        "show --axes C", "show --limit la", "show --convention th", "zoo --format j", "rule FIT101", "lin",
        "lint --stat", "build alphago-", "diff alexnet alexnet-t", "lint --severity-override FIT101 =",
        "lint --severity-override FIT101 = e", "lint --severity-override = FIT101 = w",
        "lint --severity-override FIT101=error,FIT102 = i", "lint --severity-override = FIT20", "lint --select =",
        "lint --per-file-ignores x : FIT10", "lint --per-file-ignores a.spec : FIT101,b.spec : FIT101,stride-sk",
        "lint --per-file-ignores x :", "lint --per-file-ignores alexnet-", "lint --select fit10", "lint a = alexnet",
        "show --limit layers =", "show --set k = 3 alexnet-t", "lint --severity-override FIT101 = e --severity i",
    ]  # fmt: skip
    script = ["source <(cnncalc --show-completion bash)", "complete -p cnncalc"]
    for each in typed:
        words = " ".join(f'"{word}"' for word in ["cnncalc", *each.split(" ")])
        script += [f"COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); _cnncalc_completion cnncalc",
                   'echo "${COMPREPLY[*]}"']  # fmt: skip
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", "\n".join(script)], env=env, cwd=folder, capture_output=True, text=True)
    assert done.stderr == ""
    first, *rest = done.stdout.split("\n")
    assert first == "complete -o default -F _cnncalc_completion cnncalc"
    return dict(zip(typed, rest, strict=False))


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("lint --select = FIT101", "FIT101"),
        ("lint --extend-select SUP,sup", "SUP,sup SUP,sup101 SUP,sup102"),
        ("lint --severity ", "error warning info"),
        ("lint --severity-override REF20", "REF201 REF202"),
        ("lint --severity-override FIT101 =", "error warning info"),
        ("lint --severity-override FIT101 = e", "error"),
        ("lint --severity-override = FIT101 = w", "warning"),
        ("lint --severity-override FIT101=error,FIT102 = i", "info"),
        ("lint --severity-override = FIT20", ""),
        ("lint --per-file-ignores x : FIT10", " ".join(f"FIT10{i}" for i in range(1, 10))),
        ("lint --per-file-ignores a.spec : FIT101,b.spec : FIT101,stride-sk", "FIT101,stride-skips-pixels"),
        ("lint --per-file-ignores alexnet-", ""),
        ("lint --select fit10", " ".join(f"fit10{i}" for i in range(1, 10))),
        ("lint a = alexnet", ""),
        ("show --limit layers =", ""),
        ("show --set k = 3 alexnet-t", "alexnet-torchvision"),
        ("lint --severity-override FIT101 = e --severity i", "info"),
        ("lint alexnet-", "alexnet-paper alexnet-torchvision alexnet-mine.spec"),
        ("lint nothing-such", ""),
        ("show --format ", "table json csv markdown"),
        ("show --color a", "auto always"),
        ("show --axes C", "CxHxW CxWxH"),
        ("show --limit la", "layers="),
        ("show --convention th", "thop"),
        ("zoo --format j", "json"),
        ("rule FIT101", "FIT101"),
        ("lin", "lint"),
        ("lint --stat", "--statistics"),
        ("build alphago-", "alphago-value"),
        ("diff alexnet alexnet-t", "alexnet-torchvision"),
    ],
)
def test_bash_completes(bash, typed, offered):
    assert bash[typed].split() == offered.split()


def test_bash_completes_all_and_families(bash):
    assert bash["lint --ignore A"].split()[:3] == ["ALL", "ARC", "ARC101"]
    for typed in ("lint --select =", "lint --per-file-ignores x :"):
        assert bash[typed].split()[0] == "ALL" and "alexnet" not in bash[typed]


def test_zsh_completes_the_codes_of_a_pair(tmp_path):
    assert complete.ignores("old/*.spec:FIT101,fit10")[0] == "old/*.spec:FIT101,fit101"
    assert complete.ignores("old/*.spec") == []
    text = "\n".join(completed("cnncalc lint --per-file-ignores x:stride-sk", "zsh", tmp_path))
    assert ":stride-skips-pixels" in text and "alexnet" not in text.lower()


def test_overrides_complete_severities_behind_the_sign():
    assert complete.overrides("FIT101=w") == ["FIT101=error", "FIT101=warning", "FIT101=info"]
    assert complete.overrides("FIT10")[:2] == ["FIT101", "FIT102"]


def test_the_scripts_of_completion_are_those_of_the_shell_asked_for(run):
    assert run("--show-completion", "zsh").out.startswith("#compdef cnncalc\n")
    assert "complete --command cnncalc" in run("--show-completion", "fish").out
    status, out, err = run("--show-completion", "tcsh")
    assert (status, out) == (2, "")
    assert err == "cnncalc: --show-completion takes bash, zsh, fish, powershell, pwsh, not 'tcsh'\n"


def test_the_scripts_of_completion_are_those_of_the_shell_around(run, monkeypatch):
    from typer import _completion_shared

    for shell, begin in [("bash", "_cnncalc_completion() {"), ("zsh", "#compdef cnncalc")]:
        monkeypatch.setattr(_completion_shared, "_get_shell_name", lambda shell=shell: shell)
        assert run("--show-completion").out.lstrip().startswith(begin)
    monkeypatch.setattr(_completion_shared, "_get_shell_name", lambda: None)
    said = "cnncalc: --show-completion finds no shell that it runs in; name it: cnncalc --show-completion bash\n"
    assert run("--show-completion") == (2, "", said)


def test_completion_is_installed_for_the_shell_asked_for(run, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    status, out, err = run("--install-completion", "fish")
    where = tmp_path / ".config/fish/completions/cnncalc.fish"
    assert (status, out, err) == (0, "", f"cnncalc: wrote {where}; it takes effect in the next shell\n")
    assert "complete --command cnncalc" in where.read_text()
