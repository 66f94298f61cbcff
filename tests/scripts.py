"""Training scripts as tests use them: written, imported under names of their own, and run in this process."""

from __future__ import annotations

import itertools
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

import cnncalc

COUNT = itertools.count()


class Done(NamedTuple):
    """How a run ended: its exit status and what it printed."""

    status: int
    out: str
    err: str


def written(folder: Path, text: str, **options) -> tuple[Path, Path]:
    """The module and the script of a spec's text, or of a name in the zoo, in a folder."""
    network = cnncalc.loads(text, **options) if "\n" in text else cnncalc.load(text, **options)
    names = (f"model_{next(COUNT)}", f"train_{next(COUNT)}")
    model, script = (folder / f"{name}.py" for name in names)
    model.write_text(network.torch_source(), encoding="utf-8")
    script.write_text(network.training_source(names[0]), encoding="utf-8")
    return model, script


def emitted(folder: Path, text: str, **options) -> ModuleType:
    """The training script of a spec's text, or of a name in the zoo, as a module."""
    script = written(folder, text, **options)[1]
    sys.path.insert(0, str(folder))
    try:
        return import_module(script.stem)
    finally:
        sys.path.remove(str(folder))


def run(script: ModuleType, capfd: pytest.CaptureFixture[str], *options: object) -> Done:
    """Run a script's `main` with these options; its folder is `run` beside it unless they say otherwise."""
    before, sys.argv = sys.argv, [str(script.__file__), *map(str, options)]
    capfd.readouterr()
    try:
        script.main()
        status = 0
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
    finally:
        sys.argv = before
    return Done(status, *capfd.readouterr())
