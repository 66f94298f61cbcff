"""What all tests share: running the command line in this process, and golden files."""

import io
import os
import signal
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings

# CI runs the same examples each time, elsewhere every run looks for new ones; none has to be quick anywhere
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# one thread in each process, those that tests start included: sums in another order end in other last bits
os.environ["OMP_NUM_THREADS"] = "1"

# what a shell starts in the background ignores Ctrl-C, and so would all that tests start
signal.signal(signal.SIGINT, signal.default_int_handler)

GOLDEN = Path(__file__).parent / "golden"


class Ran(NamedTuple):
    """What one command line gave."""

    status: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run `cnncalc ARGUMENTS` in this process, from a folder of its own; `stdin` are bytes."""
    from cnncalc.cli import run as command

    monkeypatch.chdir(tmp_path)
    for name in ("FORCE_COLOR", "NO_COLOR", "CNNCALC_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["cnncalc", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as stop:
            command()
        out, err = capsys.readouterr()
        return Ran(stop.value.code, out, err)

    return call


@pytest.fixture
def golden():
    """Hold a text against `tests/golden/NAME`; UPDATE_GOLDEN=1 writes it instead."""

    def hold(name: str, text: str) -> None:
        path = GOLDEN / name
        if os.environ.get("UPDATE_GOLDEN"):
            GOLDEN.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text

    return hold
