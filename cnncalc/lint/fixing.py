"""Puts right what findings say how to: edits of the text, pass by pass, until nothing is left that can be done.

A pass applies all fixes that do not touch each other, reads the text anew and looks again. It is undone where it
breaks the network or a claim that held, and where it changes a number though its fixes are safe; then half as many are
tried, down to the one that does not do what it says, which is left alone from there on.
"""

from __future__ import annotations

from bisect import bisect, insort
from collections import Counter
from typing import TYPE_CHECKING

from cnncalc.diagnostic import ERROR
from cnncalc.lint.choice import Choice
from cnncalc.lint.engine import findings
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cnncalc.diagnostic import Diagnostic, Edit
    from cnncalc.network.node import Network, Node

    Change = tuple[int, int, str]
    """Offsets of the text, begin and end, and what to write there."""
    Numbers = tuple[object, ...]

PASSES = 100
"""How often a text is tried with changes; what is still to be done then is left."""
CLAIMS = Choice(select=("REF",))
MARK = "\ufeff"


class Fixed(NamedTuple):
    """A text with all fixes that apply, the network of it, and what is left of its findings.

    `applied` are the findings that were repaired, in the order of their repair, each with its fix.
    """

    text: str
    network: Network
    findings: tuple[Diagnostic, ...]
    applied: tuple[Diagnostic, ...]


def fixed(text: str, again: Callable[[str], Network], choice: Choice, unsafe: bool = False) -> Fixed:
    """A text with its findings repaired, the unsafe ways where they are asked for too.

    `again` reads a text. Safe fixes go first. A network with errors of syntax or shape is left as it is: what its
    lines mean is not known.
    """
    repairs = Repairs(text, again, choice)
    for _ in range(PASSES):
        batch = repairs.waiting(safe=True) or (repairs.waiting(safe=False) if unsafe else [])
        if not batch:
            break
        repairs.go(batch)
    return repairs.now._replace(applied=tuple(repairs.applied))


class Repairs:
    """A text while it is repaired: what it is `now`, what was `applied`, and the fixes that are `refused`."""

    def __init__(self, text: str, again: Callable[[str], Network], choice: Choice) -> None:
        self.again, self.choice = again, choice
        network = again(text)
        self.now = Fixed(text, network, findings(network, choice), ())
        self.seen = {text}
        self.applied: list[Diagnostic] = []
        self.refused: set[tuple[str, str]] = set()

    def waiting(self, safe: bool) -> Sequence[Diagnostic]:
        """The findings with such a fix that can be repaired together; of those that touch the first."""
        if not self.now.network.complete:
            return []
        wanted = (f for f in self.now.findings if identity(f) not in self.refused)
        return apart(self.now.text, (f for f in wanted if f.fix and f.fix.safe is safe))

    def go(self, batch: Sequence[Diagnostic]) -> None:
        """Repairs as many of these as can be at once, or refuses the first."""
        while (after := self.tried(batch)) is None:
            if len(batch) == 1:
                self.refused.add(identity(batch[0]))
                return
            batch = batch[: len(batch) // 2]
        self.now = after
        self.seen.add(after.text)
        self.applied += batch

    def tried(self, batch: Sequence[Diagnostic]) -> Fixed | None:
        """What comes of repairing these; nothing where a text comes back or the network does not stay what it was."""
        text = edited(self.now.text, (edit for finding in batch if finding.fix for edit in finding.fix.edits))
        if text in self.seen:
            return None
        network = self.again(text)
        safe = all(finding.fix and finding.fix.safe for finding in batch)
        if not network.complete or not kept(self.now.network, network, safe):
            return None
        return Fixed(text, network, findings(network, self.choice), ())


def identity(finding: Diagnostic) -> tuple[str, str]:
    """What tells a finding from others when the lines have moved."""
    return finding.code.code, finding.message


def apart(text: str, found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings, in their order, whose edits touch none of an earlier one, nor each other."""
    starts, taken = beginnings(text), list[tuple[int, int]]()
    chosen: list[Diagnostic] = []
    for finding in found:
        own = [place(text, starts, edit)[:2] for edit in finding.fix.edits] if finding.fix else []
        if own and all(is_free(taken, *span) for span in own) and disjoint(own):
            chosen.append(finding)
            for span in own:
                insort(taken, span)
    return chosen


def disjoint(spans: Sequence[tuple[int, int]]) -> bool:
    """Whether the stretches touch none of each other."""
    kept: list[tuple[int, int]] = []
    for span in spans:
        if not is_free(kept, *span):
            return False
        insort(kept, span)
    return True


def is_free(taken: Sequence[tuple[int, int]], begin: int, end: int) -> bool:
    """Whether a stretch overlaps none of those taken, in their order; where text is put in is no end of another."""
    at = bisect(taken, (begin, end))
    return not any(touch(begin, end, *other) for other in taken[max(at - 1, 0) : at + 1])


def touch(begin: int, end: int, first: int, last: int) -> bool:
    """Whether two stretches overlap, or are side by side and one of them is empty."""
    if begin == end or first == last:
        return begin <= last and first <= end
    return begin < last and first < end


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text with other text in the place of some stretches that are apart; its ends of lines stay what they are."""
    starts = beginnings(text)
    parts, at = list[str](), 0
    for begin, end, new in sorted(place(text, starts, edit) for edit in edits):
        parts += text[at:begin], new
        at = end
    return "".join(parts) + text[at:]


def place(text: str, starts: Sequence[int], edit: Edit) -> Change:
    """An edit by the offsets of the text; rows that it writes end as the first of the text does."""
    span, first = edit.span, text.find("\n")
    new = edit.text.replace("\n", "\r\n") if text[first - 1 : first] == "\r" else edit.text
    return offset(text, starts, span.line, span.column), offset(text, starts, span.end_line, span.end_column), new


def offset(text: str, starts: Sequence[int], line: int, column: int) -> int:
    """Where a line and a column are, both from 1: behind a row at its end, behind the last row at that of the text."""
    if line > len(starts):
        return len(text)
    end = starts[line] - 1 if line < len(starts) else len(text)
    end -= text.startswith("\r", end - 1) and end > starts[line - 1]
    return min(starts[line - 1] + column - 1, end)


def beginnings(text: str) -> list[int]:
    """Where each row begins; a byte order mark stands before the first."""
    found = [len(MARK) * text.startswith(MARK)]
    while (end := text.find("\n", found[-1])) >= 0:
        found.append(end + 1)
    return found


def kept(before: Network, after: Network, safe: bool) -> bool:
    """Whether fixes leave alone what they must: safe ones every number, unsafe ones the claims that hold."""
    if safe:
        return numbers(before) == numbers(after)
    return Counter(code for code, _ in failing(after)) <= Counter(code for code, _ in failing(before))


def failing(network: Network) -> list[tuple[str, str]]:
    """The claims that fail."""
    return [identity(finding) for finding in findings(network, CLAIMS) if finding.code.severity == ERROR]


def numbers(network: Network) -> Numbers:
    """All that a safe fix leaves as it is: every row, what is given, and the claims with those that fail."""
    claims = [(line.name, *[(claim.quantity, claim.op) for claim in line.claims]) for line in network.lines]
    expected = [(claim.quantity, claim.op, claim.target) for claim in network.expectations]
    given = [node.name for node in network.outputs]
    return (
        [row(node) for node in (*network.inputs, *network.nodes)],
        given,
        sorted(claims),
        expected,
        sorted(failing(network)),
    )


def row(node: Node) -> Numbers:
    """One row: its name and kind, what it reads, and every number of it."""
    read, facts = [x.name for x in node.inputs], node.facts
    counts = (node.params, node.biases, node.buffers, facts.work, facts.activations)
    return node.name, node.kind, node.head, read, facts.output, facts.window, counts
