"""Comments that speak to the linter: `# cnncalc: ignore[NAMES] reason`, `ignore-file[NAMES]`, `# noqa: CODES`."""

from __future__ import annotations

import re
from bisect import bisect
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncalc.diagnostic import Diagnostic
    from cnncalc.source import Line, Source

IGNORE = r"(?i)\bcnncalc:\s*ignore(-file)?\s*\[([^\]]*)\]"
NOQA = r"(?i)\bnoqa:\s*([A-Z]+\d+(?:[\s,]+[A-Z]+\d+)*)"


def heard(found: Iterable[Diagnostic], source: Source) -> Iterator[Diagnostic]:
    """The findings that neither their line nor the top of their file says are meant."""
    numbers = [line.number for line in source.lines]
    everywhere = frozenset(of_file(source))
    said: dict[int, frozenset[str]] = {}
    for finding in found:
        line = source.lines[max(bisect(numbers, finding.span.line) - 1, 0)]
        words = (finding.code.code, finding.name)
        if line.number not in said:
            said[line.number] = frozenset(of_line(line)) | everywhere
        if said[line.number].isdisjoint(words):
            yield finding


def listed(text: str) -> Iterator[str]:
    """Codes and names as they are spelled, commas or spaces between."""
    for word in re.split(r"[\s,]+", text.strip()):
        yield from (word.upper(), word.lower())


def of_line(line: Line) -> Iterator[str]:
    """What a line's comment suppresses on it."""
    if ":" in line.comment:
        texts = [match[2] for match in re.finditer(IGNORE, line.comment) if not match[1]]
        for text in texts + [match[1] for match in re.finditer(NOQA, line.comment)]:
            yield from listed(text)


def of_file(source: Source) -> Iterator[str]:
    """What the comment lines at the top suppress in the whole file."""
    for line in source.lines:
        if line.text.strip():
            return
        if "[" in line.comment:
            for match in re.finditer(IGNORE, line.comment):
                yield from listed(match[2]) if match[1] else ()
