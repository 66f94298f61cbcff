"""Other tools' ways to count, one file each: the file's name is the tool's, and walking the folder finds them."""

from __future__ import annotations

import os

from cnncalc.analysis.convention import Convention

_FOUND: list[str] = []


def names() -> tuple[str, ...]:
    """Every convention, in alphabetical order."""
    if not _FOUND:
        files = os.listdir(os.path.dirname(__file__))
        _FOUND.extend(sorted(file[:-3] for file in files if file.endswith(".py") and file[0] != "_"))
    return tuple(_FOUND)


def find(name: str) -> Convention:
    """The convention of this name; raises ValueError, which tells what there is, where there is none."""
    if name not in names():
        from cnncalc.diagnostic import did_you_mean

        hint = did_you_mean(name, names())
        raise ValueError(f"no convention is called '{name}'; {f'{hint} ' * bool(hint)}there are {', '.join(names())}")
    from importlib import import_module

    module = import_module(f"cnncalc.analysis.conventions.{name}")
    kinds = (v for v in vars(module).values() if isinstance(v, type) and issubclass(v, Convention))
    return next(kind for kind in kinds if kind.__module__ == module.__name__)()
