"""Which specs the arguments of `lint` and `fmt` stand for: files, folders walked, stdin, the zoo."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from cnncalc.cli import common, complain
from cnncalc.cli.common import Failure
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cnncalc.lint.config import Configs, Settings


class Spec(NamedTuple):
    """One spec to lint: its path (`-` is stdin), what it is called, what is asked of it."""

    path: str
    name: str
    settings: Settings


SKIPPED = ("node_modules", "site-packages", "__pycache__")
"""Folders of what others wrote; those of virtual environments are told by their pyvenv.cfg."""


def every(path: str) -> bool:
    """Takes all files and folders."""
    return True


def inside(spec: str, wanted: Callable[[str], bool] = every) -> list[str]:
    """The specs of a folder and its subfolders, in order, those that are hidden left out; or the spec itself.

    Of a folder that is not `wanted` nothing is, nor of one that others wrote.
    """
    if not os.path.isdir(spec):
        return [spec]
    found: list[str] = []
    top = straight(spec)
    for at, folders, names in os.walk(top, onerror=refuse):
        if "pyvenv.cfg" in names and at != top:
            folders[:] = []
            continue
        folders[:] = [name for name in folders if entered(name) and wanted(os.path.join(at, name))]
        files = (os.path.join(at, name) for name in names if name.endswith(".spec") and name[0] != ".")
        found += [straight(path) for path in files if wanted(path) and readable(path)]
    if not found:
        raise Failure(f"{spec} holds no .spec file{'' if wanted is every else ' that is not excluded'}")
    return sorted(found)


def entered(name: str) -> bool:
    """Whether a folder of this name is walked."""
    return name[0] != "." and name not in SKIPPED


def readable(path: str) -> bool:
    """Whether a path may be a spec: a file, or what cannot be looked at, of which reading will tell."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return True


def straight(path: str) -> str:
    """A path without `.` and doubled slashes; one with `..` stays, which may be behind a link."""
    return path if os.pardir in path.split(os.sep) else os.path.normpath(path)


def refuse(error: OSError) -> None:
    """What keeps a folder from being read, as a failure of the run: it may hold specs."""
    error.filename = straight(error.filename)
    raise error


def gathered(given: Iterable[str], configs: Configs, shown_as: str) -> tuple[list[Spec], bool]:
    """The specs that the arguments stand for, each file once; whether one could not be found or read, as stderr says.

    Raises Failure where a configuration is wrong.
    """
    specs: dict[str, Spec] = {}
    missing = False
    for argument in given:
        try:
            for spec in expanded(argument, configs, shown_as):
                specs.setdefault(os.path.realpath(spec.path) if spec.path != "-" else "-", spec)
        except Failure as failure:
            missing = bool(complain(f"cnncalc: {failure}"))
        except OSError as error:
            missing = bool(complain(f"cnncalc: {error.filename or argument}: {error.strerror or error}"))
    return list(specs.values()), missing


def expanded(argument: str, configs: Configs, shown_as: str) -> list[Spec]:
    """The specs that one argument stands for, with their settings."""
    if argument == "-":
        return [Spec("-", shown_as or "<stdin>", configs.of(os.path.dirname(shown_as)))]
    if os.path.isdir(argument):
        kept = left_by(configs)
        return [Spec(path, path, configs.of(os.path.dirname(path))) for path in inside(argument, kept)]
    path = common.located(argument)
    folder = os.path.dirname(argument) if path == argument else ""
    return [Spec(path, path, configs.of(folder))]


def left_by(configs: Configs) -> Callable[[str], bool]:
    """Whether the settings of its folder leave a path among those to lint."""
    return lambda path: not configs.of(os.path.dirname(path)).excludes(os.path.abspath(path))
