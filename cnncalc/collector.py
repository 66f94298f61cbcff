"""The cyclic collector, held back while much is made and nothing is garbage: a third of the time of a long spec."""

from __future__ import annotations

import gc


class Paused:
    """`with Paused():` runs without the collector, which afterwards is as it was."""

    __slots__ = ("was",)

    def __enter__(self) -> None:
        self.was = gc.isenabled()
        gc.disable()

    def __exit__(self, *reason: object) -> None:
        if self.was:
            gc.enable()
