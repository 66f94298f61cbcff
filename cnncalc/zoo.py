"""The specs that come with the package, found by name from anywhere."""

from __future__ import annotations

import os


def folder() -> str:
    """Where they lie: inside an installed package, beside it in a checkout."""
    here = os.path.dirname(os.path.abspath(__file__))
    inside = os.path.join(here, "specs")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(here), "specs")


def names() -> tuple[str, ...]:
    """Every name, in alphabetical order."""
    found = os.listdir(folder()) if os.path.isdir(folder()) else []
    return tuple(sorted(name.removesuffix(".spec") for name in found if name.endswith(".spec")))


def path(name: str) -> str | None:
    """The file of a name, with or without `.spec`; None when there is none."""
    bare = name.removesuffix(".spec")
    return os.path.join(folder(), f"{bare}.spec") if bare in names() else None
