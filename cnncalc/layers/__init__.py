"""The kinds of layers, one file each: the file's name is the kind's word in a spec.

A kind is imported when a spec names it. `ALIASES` only says which file to open for another spelling;
the kinds state them, and a test walks this folder and holds the two against each other.
"""

from __future__ import annotations

import os

ALIASES = {
    "avg global pool": "gap",
    "avg pool": "avgpool",
    "avgpool global": "gap",
    "linear": "fc",
    "max pool": "maxpool",
    "norm": "lrn",
    "pool": "maxpool",
}
"""Words in alphabetical order for a kind that is written in several: `AVG POOL`, `pool avg`."""

_FOUND: list[str] = []


def keywords() -> tuple[str, ...]:
    """Every kind's own keyword."""
    if not _FOUND:
        names = os.listdir(os.path.dirname(__file__))
        _FOUND.extend(sorted(name[:-3] for name in names if name.endswith(".py") and name[0] != "_"))
    return tuple(_FOUND)
