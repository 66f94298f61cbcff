"""Where text goes: how wide it is, and whether it takes colour. Rich is imported only to paint."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from typing import TextIO

STYLES = {
    "error": "bold red", "warning": "bold yellow", "info": "bold cyan", "hint": "green", "place": "blue",
    "heading": "bold", "total": "bold", "title": "bold", "quiet": "dim", "name": "cyan",
}  # fmt: skip
UNBOUNDED = 1 << 20


class Screen(NamedTuple):
    """A stream's width in characters and whether it is painted."""

    width: int
    colour: bool

    def paint(self, style: str, text: str) -> str:
        """The text in a style of ours, or as it is."""
        if not self.colour or not text:
            return text
        from rich.color import ColorSystem
        from rich.style import Style

        return Style.parse(STYLES.get(style, style)).render(text, color_system=ColorSystem.STANDARD)


def screen(stream: TextIO, colour: str = "auto") -> Screen:
    """What a stream can show; piped text is as wide as it needs to be."""
    terminal = stream.isatty()
    wanted = terminal and os.environ.get("TERM") != "dumb"
    if forced := os.environ.get("FORCE_COLOR"):
        wanted = forced.lower() not in ("0", "false")
    wanted = wanted and not os.environ.get("NO_COLOR")
    painted = {"always": True, "never": False}.get(colour, wanted)
    return Screen(shutil.get_terminal_size().columns if terminal else UNBOUNDED, painted)
