"""The rules there are, found by walking `cnncalc/lint/rules`.

A file's name is its rule's code and name, so that choosing rules imports only those chosen.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnncalc.faults import FAULTS
from cnncalc.lint.rule import Rule

if TYPE_CHECKING:
    from cnncalc.diagnostic import Code

FAMILIES = {
    "SYN": "syntax",
    "SHP": "shapes",
    "FIT": "stride, padding and size",
    "REF": "claims and expectations",
    "ARC": "architecture",
    "GPU": "efficiency on a GPU",
    "STY": "style",
    "SUP": "suppressions",
}
"""What the findings of a family are about, by the letters their codes begin with."""
_FILES: list[str] = []


def files() -> tuple[str, ...]:
    """The rules' modules, by code: `fit101_stride_drops_pixels`."""
    if not _FILES:
        names = os.listdir(os.path.join(os.path.dirname(__file__), "rules"))
        _FILES.extend(sorted(name[:-3] for name in names if name.endswith(".py") and name[0] != "_"))
    return tuple(_FILES)


def name_of(file: str) -> str:
    """The kebab name in a file's name."""
    return file.partition("_")[2].replace("_", "-")


def rule(file: str) -> type[Rule]:
    """The rule of a module, imported now if it was not."""
    from importlib import import_module

    module = import_module(f"cnncalc.lint.rules.{file}")
    kinds = (v for v in vars(module).values() if isinstance(v, type) and issubclass(v, Rule))
    return next(kind for kind in kinds if kind.__module__ == module.__name__)


def family(code: str) -> str:
    """The letters a code begins with: FIT of FIT101."""
    return code.rstrip("0123456789")


def rule_of(code: str) -> type[Rule] | None:
    """The rule with this code; none for an error of syntax or shape."""
    return next((rule(file) for file in files() if file.startswith(f"{code.lower()}_")), None)


def fixes(code: str) -> str:
    """How the findings of a code are repaired: safe, unsafe, or not at all."""
    found = rule_of(code)
    return found.fixes if found else ""


def pages() -> tuple[Code, ...]:
    """Every code there is: errors of syntax and shape, then the rules, each by code."""
    return (*FAULTS, *(rule(file).code for file in files()))


def page(word: str) -> Code:
    """The code of this code or name; raises ValueError where there is none."""
    from cnncalc.lint.choice import known

    meant = known(word)
    matching = [code for code in pages() if meant in (code.code, code.name)]
    if not matching:
        such = next(code.code for code in pages() if meant == "ALL" or code.code.startswith(meant))
        raise ValueError(f"'{word}' means several codes; name one of them, such as {such}")
    return matching[0]
