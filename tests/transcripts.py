"""Fenced blocks of Markdown as tests: specs and configurations are written, consoles run and compared, Python executed.

`UPDATE_GOLDEN=1 pytest` writes what the commands print into the files, to be read as part of the change.
"""

import os
import re
import subprocess
import sys
from difflib import unified_diff
from pathlib import Path

FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))


def command(line: str, folder: Path) -> str:
    """What a shell prints for one command, both streams in order."""
    bin_ = str(Path(sys.executable).parent)
    env = {**os.environ, "PATH": bin_ + os.pathsep + os.environ["PATH"], "NO_COLOR": "1"}
    env.pop("FORCE_COLOR", None)
    done = subprocess.run(
        ["bash", "-c", line], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return done.stdout


def console(text: str, folder: Path) -> str:
    """A console block as it should be: each `$ command` with what it prints."""
    parts = []
    for line in text.splitlines():
        if line.startswith("$ "):
            parts += [line, *(out.rstrip() for out in command(line[2:], folder).rstrip("\n").split("\n"))]
    return "\n".join(part for i, part in enumerate(parts) if part or i) + "\n"


def renewed(document: str, folder: Path) -> str:
    """The document with its consoles as they print now; its other blocks are run."""

    def block(match: re.Match) -> str:
        kind, name, text = match[1], match[2], match[3]
        if kind == "console":
            return f"```console\n{console(text, folder)}```"
        if kind in ("spec", "toml") and name:
            (folder / name).write_text(text, encoding="utf-8")
        if kind == "python":
            exec(compile(text, name or "<document>", "exec"), {})
        return match[0]

    return FENCE.sub(block, document)


def check(path: Path, folder: Path) -> None:
    """The document says what the commands print."""
    said = path.read_text(encoding="utf-8")
    found = renewed(said, folder)
    if UPDATE:
        path.write_text(found, encoding="utf-8")
    elif found != said:
        raise AssertionError("\n".join(unified_diff(said.splitlines(), found.splitlines(), "said", "found", "", "", 1)))


def picture(line: str) -> str:
    """An SVG of what a command draws on a terminal."""
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    env = {**os.environ, "FORCE_COLOR": "1"}
    env.pop("NO_COLOR", None)
    arguments = [sys.executable, "-m", *line.split()]
    out = subprocess.run(arguments, env=env, capture_output=True, text=True, check=True).stdout
    text = Text.from_ansi(f"$ {line}\n{out}")
    width = max(len(row) for row in text.plain.splitlines())
    console = Console(record=True, width=width + 1, file=StringIO(), force_terminal=True)
    console.print(text)
    svg = console.export_svg(title=line, unique_id="cnncalc")
    return "\n".join(row.rstrip() for row in svg.splitlines()) + "\n"
