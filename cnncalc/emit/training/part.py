"""The parts of training scripts: modules of `parts`, each its imports and then its text."""

from __future__ import annotations

import ast
import os
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = os.path.join(os.path.dirname(__file__), "parts")
OWN = "cnncalc.emit.training.parts."
INSTALLED = ("torch", "tqdm")
"""What every script imports that does not come with Python."""
LATER = ("numpy", "PIL", "matplotlib")
"""What parts import where it is used."""
BELOW = (
    *("typing_extensions", "sympy", "mpmath", "filelock", "fsspec", "jinja2", "markupsafe", "networkx", "triton"),
    *("contourpy", "cycler", "dateutil", "fontTools", "kiwisolver", "packaging", "pyparsing", "six"),
)
"""What these import themselves."""


class Part:
    """A part by its name: what it imports, the settings that it reads, and its text."""

    def __init__(self, name: str) -> None:
        self.name = name
        with open(os.path.join(HERE, f"{name}.py"), encoding="utf-8") as file:
            code = file.read()
        tree = ast.parse(code)
        head = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
        last = max([node.end_lineno or 0 for node in (tree.body[0], *head)])
        self.text = "".join(code.splitlines(keepends=True)[last:]).strip("\n")
        froms = [node for node in head if isinstance(node, ast.ImportFrom)]
        self.settings = [a.name for node in froms if node.module == f"{OWN}settings" for a in node.names]
        self.imports = [node for node in head if not (isinstance(node, ast.ImportFrom) and own(node))]


@cache
def part_of(name: str) -> Part:
    """A part; each is read once."""
    return Part(name)


def own(node: ast.ImportFrom) -> bool:
    """Whether an import is of another part."""
    return (node.module or "").startswith(OWN)


def imported(every: Iterable[Iterable[ast.Import | ast.ImportFrom]]) -> str:
    """The imports of all parts, each once, as isort has them: the standard library, then what is installed."""
    plain: set[str] = set()
    named: dict[str, set[str]] = {}
    for node in (node for some in every for node in some):
        for alias in node.names:
            words = alias.name + (f" as {alias.asname}" if alias.asname else "")
            if isinstance(node, ast.Import):
                plain.add(words)
            else:
                named.setdefault(node.module or "", set()).add(words)
    named.pop("__future__", None)
    lines = [(name.split(".")[0], f"import {name}") for name in sorted(plain)]
    lines += [
        (name.split(".")[0], f"from {name} import {', '.join(sorted(named[name], key=by_case))}")
        for name in sorted(named)
    ]
    groups = [[line for top, line in lines if (top in INSTALLED) is installed] for installed in (False, True)]
    return "\n\n".join(["from __future__ import annotations", *("\n".join(group) for group in groups if group)])


def by_case(name: str) -> tuple[bool, str]:
    """Where isort puts a name: capitals first, else by its letters."""
    return name[0].islower(), name.lower()


def hides(module: str) -> bool:
    """Whether a module of this name beside a script comes before one that Python or the script imports."""
    return module in sys.stdlib_module_names or module in ("__main__", *INSTALLED, *LATER, *BELOW)
