"""The kinds of layers, one file each: the file's name is the kind's word in a spec, `_` standing for a space.

A kind is imported when a spec names it. `ALIASES` only says which file to open for another spelling;
the kinds state them, and a test walks this folder and holds the two against each other.
"""

from __future__ import annotations

import os

from cnncalc.layer import Layer

ALIASES = {
    "adaptive avg pool": "adaptive avgpool",
    "adaptive max pool": "adaptive maxpool",
    "adaptive pool": "adaptive maxpool",
    "avg pool": "avgpool",
    "global avg pool": "gap",
    "global avgpool": "gap",
    "global max pool": "global maxpool",
    "global pool": "global maxpool",
    "l2pool": "lppool",
    "leaky relu": "leaky",
    "linear": "fc",
    "max pool": "maxpool",
    "norm": "lrn",
    "pool": "maxpool",
    "swish": "silu",
}
"""Other spellings as they are usually written; the words of a pool are read in any order: `AVG POOL`, `pool avg`."""

_FOUND: list[str] = []


def keywords() -> tuple[str, ...]:
    """Every kind's own keyword."""
    if not _FOUND:
        names = os.listdir(os.path.dirname(__file__))
        kinds = (name[:-3].replace("_", " ") for name in names if name.endswith(".py") and name[0] != "_")
        _FOUND.extend(sorted(kinds))
    return tuple(_FOUND)


def find(keyword: str) -> type[Layer] | None:
    """The kind of this keyword or alias, imported now if it was not; None when there is none."""
    name = ALIASES.get(keyword, keyword)
    if name not in keywords():
        return None
    from importlib import import_module

    module = import_module(f"cnncalc.layers.{name.replace(' ', '_')}")
    kinds = (v for v in vars(module).values() if isinstance(v, type) and issubclass(v, Layer))
    return next(kind for kind in kinds if kind.__module__ == module.__name__)
