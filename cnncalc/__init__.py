"""Shapes, parameters, MACs, receptive fields and memory of convolutional networks, from the text on the slide.

`load("alexnet")` or `loads(text)` gives a `Network`; `SpecError` says why there is none. `format(text)` is the
canonical text of a spec.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnncalc.api import Network, SpecError, load, loads
    from cnncalc.api import formatted as format  # noqa: A004

__version__ = "0.1.0"
__all__ = ["Network", "SpecError", "__version__", "format", "load", "loads"]


def __getattr__(name: str) -> object:
    """The interface, imported when it is first asked for: the command line starts without it."""
    if name in __all__:
        from cnncalc import api

        return getattr(api, "formatted" if name == "format" else name)
    raise AttributeError(f"module 'cnncalc' has no attribute '{name}'")
