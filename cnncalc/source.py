"""The text of a spec: its lines, their comments, and where every character came from.

Nothing else knows of line ends, continuations, look-alike characters or columns.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect
from functools import lru_cache

from cnncalc.diagnostic import Diagnostic, Span
from cnncalc.faults import ILLEGAL_CHARACTER, LIMIT, UNBALANCED, UNREADABLE
from cnncalc.record import NamedTuple


class Limits(NamedTuple):
    """How much one spec may ask for; `--limit NAME=VALUE` changes each."""

    bytes: int = 20_000_000
    columns: int = 20_000
    lines: int = 100_000
    layers: int = 100_000
    nesting: int = 200
    digits: int = 1_000
    names: int = 400
    errors: int = 1_000
    search: int = 1_000_000
    numbers: int = 50_000_000


JOINED = 10
"""How long a line is that goes on behind `\\`, in limits of columns."""
SAME = {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u00d7": "x", "\t": " "}
LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
PLAIN = re.compile(r"[\t\x20-\x7e]*")
SIMPLE = re.compile(r"[\x20-\x22\x24-\x5b\x5d-\x7e]*")
"""A row without comment, continuation, tab or anything that is not ASCII."""
CONTROL = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
"""Compiled when it is first needed: few specs have anything beyond ASCII."""
MARKS = re.compile(r"[()\[\]#;]")
BRACKETS = re.compile(r"[()\[\];]")
INSTEAD = {
    "minus": "-", "dash": "-", "hyphen": "-", "multiplication": "x", "quotation": "nothing", "arrow": "=>",
    "asterisk": "*", "ellipsis": "..", "colon": ":", "less-than": "<=", "greater-than": ">=", "division": "/",
}  # fmt: skip
"""What to write for a character with such a word in its name."""
MARKS_16 = (b"\xff\xfe", b"\xfe\xff")
MARK, NOTHING = "_", ("", "")
"""Stands for an illegal character, so that the words and columns around it stay what they are."""


LOOKALIKES = dict(
    zip(
        "\u0445\u0425\u0441\u0421\u0430\u0410\u0435\u0415\u043e\u041e\u0440\u0420\u043a\u041a",
        "xXcCaAeEoOpPkK",
        strict=True,
    )
)
"""Cyrillic letters that are set like Latin ones."""


class Line(NamedTuple):
    """One logical line: its code, its comment, and the places its characters come from.

    `whole` is false where a character or the length of the line keeps its code from being read.
    """

    number: int
    text: str
    comment: str
    anchors: tuple[tuple[int, int, int], ...]
    """(offset in `text`, line, column): from there on characters follow one by one."""
    whole: bool = True

    def span(self, begin: int, end: int) -> Span:
        """The place in the file of `text[begin:end]`."""
        last = end - 1 if end > begin else begin
        if len(self.anchors) == 1:
            return Span(self.number, begin + 1, self.number, last + 2)
        line, column = self.place(last)
        return Span(*self.place(begin), line, column + 1)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of one character of `text`."""
        at, line, column = self.anchors[max(bisect(self.anchors, (offset, sys.maxsize)) - 1, 0)]
        return line, column + offset - at


class Source(NamedTuple):
    """A spec as read: the file it came from, its physical rows, its logical lines, what was wrong."""

    name: str
    rows: tuple[str, ...]
    lines: tuple[Line, ...]
    findings: tuple[Diagnostic, ...]

    @property
    def title(self) -> str:
        """The first comment line that does not speak to the linter."""
        comments = (line.comment for line in self.lines if line.comment and not line.text.strip())
        return next((comment for comment in comments if not comment.lower().startswith("cnncalc:")), "")

    @property
    def origin(self) -> str:
        """What stands after `# source:`."""
        found = (re.match(r"source:\s*(.*)", line.comment, re.IGNORECASE) for line in self.lines if line.comment)
        return next((match[1].strip() for match in found if match), "")


def decode(data: bytes, name: str) -> Source | str:
    """The text of `data`, or a Source that holds only the reason why it is none."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        before = data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8", "replace")
        hint = "it looks like UTF-16" if data[:2] in MARKS_16 else "save the file as UTF-8"
        message = f"byte 0x{data[error.start]:02x} is not UTF-8; {hint}"
        span = Span(line, len(before) + 1, line, len(before) + 2)
        return Source(name, (), (), (Diagnostic(UNREADABLE, message, span),))


def read(text: str, name: str = "<text>", limits: Limits = Limits()) -> Source:
    """Split a text into logical lines, and name every character that may not stand in one."""
    rows = tuple(row.removesuffix("\r") for row in text.removeprefix("\ufeff").split("\n"))
    findings: list[Diagnostic] = []
    if len(rows) > limits.lines:
        message = f"the file has {len(rows):,} lines, the limit is {limits.lines:,}"
        span = Span(limits.lines + 1, 1, limits.lines + 1, 2)
        findings.append(Diagnostic(LIMIT, message, span, "--limit lines=N raises it"))
    lines: list[Line] = []
    row, end = 0, 0 if len(rows) > limits.lines else len(rows)
    while row < end and len(findings) <= limits.errors:
        line, used = logical(rows, row, limits, findings)
        lines.append(line)
        row += used
    if row < end:
        findings.append(too_many(Span(row + 1, 1, row + 1, 2), limits))
    return Source(name, rows, tuple(lines), tuple(findings))


def too_many(span: Span, limits: Limits) -> Diagnostic:
    """The error behind which a file is not read on."""
    message = f"the spec has more than {limits.errors:,} errors; what follows is not read"
    return Diagnostic(LIMIT, message, span, "--limit errors=N raises it")


def logical(rows: tuple[str, ...], first: int, limits: Limits, findings: list[Diagnostic]) -> tuple[Line, int]:
    """The logical line that begins at row `first`, and how many rows it takes."""
    row = rows[first]
    if SIMPLE.fullmatch(row) and len(row) <= limits.columns:
        return Line(first + 1, row.rstrip(), "", ((0, first + 1, 1),)), 1
    text, comment, used, whole, more = "", "", 0, True, True
    anchors: list[tuple[int, int, int]] = []
    while more and first + used < len(rows):
        row, number = rows[first + used], first + used + 1
        used += 1
        readable = fits(row, number, limits, findings)
        code, comment = split_comment(row) if readable else ("", "")
        more = not comment and code.rstrip().endswith("\\")
        if len(text) > JOINED * limits.columns:
            readable, code = refuse_more(number, whole, limits, findings), ""
        cleaned, legal = clean(code.rstrip()[:-1] + " " if more else code, len(text), number, anchors, findings)
        check_comment(comment, len(code), number, findings)
        text += cleaned
        whole &= readable and legal
    return Line(first + 1, text.rstrip(), comment.strip("# \t"), tuple(anchors), whole), used


def refuse_more(number: int, first: bool, limits: Limits, findings: list[Diagnostic]) -> bool:
    """A line goes on for too long, which is said of the first row too many."""
    if first:
        message = f"the line goes on for more than {JOINED * limits.columns:,} characters"
        findings.append(Diagnostic(LIMIT, message, Span(number, 1, number, 2), "--limit columns=N raises it"))
    return False


def fits(row: str, number: int, limits: Limits, findings: list[Diagnostic]) -> bool:
    """Whether a row is short enough to be read at all."""
    if len(row) <= limits.columns:
        return True
    message = f"the line has {len(row):,} characters, the limit is {limits.columns:,}"
    span = Span(number, limits.columns + 1, number, limits.columns + 2)
    findings.append(Diagnostic(LIMIT, message, span, "--limit columns=N raises it; a line may go on after '\\'"))
    return False


def split_comment(row: str) -> tuple[str, str]:
    """The code and the comment of one row; `#` inside brackets is no comment."""
    if "#" not in row:
        return row, ""
    depth = 0
    for mark in MARKS.finditer(row):
        depth += (mark[0] in "([") - (mark[0] in ")]" and depth > 0)
        if mark[0] == "#" and depth == 0:
            return row[: mark.start()], row[mark.start() :]
    at = row.index("#") if depth else len(row)
    return row[:at], row[at:]


def clean(
    code: str, offset: int, number: int, anchors: list[tuple[int, int, int]], findings: list[Diagnostic]
) -> tuple[str, bool]:
    """(`code` with its look-alikes read as what they stand for, whether all of it is legal).

    `anchors` keep the columns true; of several equal characters that are illegal the first is told.
    """
    anchors.append((offset, number, 1))
    if PLAIN.fullmatch(code):
        return code.replace("\t", " "), True
    out: list[str] = []
    told: set[str] = set()
    for column, char in enumerate(code, 1):
        new = LIGATURES.get(char) or SAME.get(char, char)
        if len(new) > 1:
            anchors += [(offset + i, number, column) for i in range(len(new))]
            anchors.append((offset + len(new), number, column + 1))
        elif not PLAIN.fullmatch(new) and (reason := illegal(new))[0]:
            if new not in told:
                span = Span(number, column, number, column + 1)
                findings.append(Diagnostic(ILLEGAL_CHARACTER, reason[0], span, reason[1]))
            told.add(new)
            new = MARK
        offset += len(new)
        out.append(new)
    return "".join(out), not told


@lru_cache(maxsize=1024)
def illegal(char: str) -> tuple[str, str]:
    """(why a character may not stand in code, what to write instead), or nothing."""
    from unicodedata import combining, name, normalize

    title = name(char, "").lower() or "unnamed character"
    code = f"U+{ord(char):04X}"
    if re.match(CONTROL, char):
        return f"{code} is a control character", "remove it"
    if combining(char):
        return f"{code} ({title}) stands apart from its letter", "write the letter and its mark as one character"
    plain = normalize("NFKC", char)
    script = title.split()[0]
    seen = char.isalpha() and plain == char and "filler" not in title
    if seen and script not in ("cyrillic", "greek", "cherokee", "armenian", "fullwidth"):
        return NOTHING
    instead = LOOKALIKES.get(char) or next((INSTEAD[word] for word in title.split() if word in INSTEAD), "")
    instead = instead or (plain.strip() if plain.isascii() else "")
    looks = "is no character of the language" if not instead else "is not the character it looks like"
    return f"{code} ({title}) {looks}", f"write {instead}" if instead else "write it in plain letters"


def check_comment(comment: str, offset: int, number: int, findings: list[Diagnostic]) -> None:
    """Comments may hold any text, but nothing that steers a terminal."""
    if not PLAIN.fullmatch(comment) and (match := re.search(CONTROL, comment)):
        column = offset + match.start() + 1
        reason, remedy = illegal(match[0])
        findings.append(Diagnostic(ILLEGAL_CHARACTER, reason, Span(number, column, number, column + 1), remedy))


def split_statements(line: Line) -> tuple[tuple[tuple[int, int], ...], list[Diagnostic]]:
    """The (begin, end) of each statement of a line, without spaces at its ends: `;` parts them outside brackets."""
    if not BRACKETS.search(line.text):
        return (trimmed(line.text, 0, len(line.text)),), []
    parts, odd = split(line.text)
    return parts, [unbalanced(line, odd)] if odd >= 0 else []


@lru_cache(maxsize=8192)
def split(text: str) -> tuple[tuple[tuple[int, int], ...], int]:
    """(the statements' ends, -1), or nothing and the place of a bracket without its other half."""
    ends: list[int] = []
    opened: list[int] = []
    for mark in BRACKETS.finditer(text):
        at = mark.start()
        if mark[0] in "([":
            opened.append(at)
        elif mark[0] in ")]":
            if not opened or "([".index(text[opened[-1]]) != ")]".index(mark[0]):
                return (), at
            opened.pop()
        elif not opened:
            ends.append(at)
    if opened:
        return (), opened[-1]
    begins = (0, *(at + 1 for at in ends))
    return tuple(trimmed(text, begin, end) for begin, end in zip(begins, (*ends, len(text)), strict=True)), -1


def trimmed(text: str, begin: int, end: int) -> tuple[int, int]:
    """`[begin, end)` without the spaces at its ends."""
    part = text[begin:end]
    return begin + len(part) - len(part.lstrip()), begin + len(part.rstrip())


def unbalanced(line: Line, at: int) -> Diagnostic:
    """A bracket without its other half."""
    other = {"(": ")", ")": "(", "[": "]", "]": "["}[line.text[at]]
    what, hint = f"'{line.text[at]}' has no matching '{other}'", f"add '{other}', or remove '{line.text[at]}'"
    return Diagnostic(UNBALANCED, what, line.span(at, at + 1), hint)
