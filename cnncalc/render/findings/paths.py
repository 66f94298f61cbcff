"""Files as servers name them: relative to the root of the repository."""

from __future__ import annotations

import os


def root() -> str:
    """The folder that paths are relative to: the one GitHub checked the repository out into, or the working one.

    GitHub's is GITHUB_WORKSPACE, which counts where the working folder is in it.
    """
    here = os.getcwd()
    checkout = os.environ.get("GITHUB_WORKSPACE", "")
    return checkout if checkout and inside(here, checkout) else here


def inside(path: str, folder: str) -> bool:
    """Whether an absolute path is a folder or in it."""
    return os.path.normpath(path) == os.path.normpath(folder) or path.startswith(os.path.join(folder, ""))


def relative(name: str) -> str:
    """A file's path from the root, slashes between; one outside stays absolute, and `<stdin>` what it is."""
    if unnamed(name):
        return name
    path, base = os.path.abspath(name), root()
    return (os.path.relpath(path, base) if inside(path, base) else path).replace(os.sep, "/")


def unnamed(name: str) -> bool:
    """Whether a text comes from no file."""
    return name.startswith("<") and name.endswith(">")
