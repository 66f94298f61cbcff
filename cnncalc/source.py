"""The text of a spec: its lines, their comments, and where every character came from.

Nothing else knows of line ends, continuations, look-alike characters or columns.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cnncalc.diagnostic import Diagnostic, Span
from cnncalc.faults import ILLEGAL_CHARACTER, LIMIT, UNBALANCED, UNREADABLE


class Limits(NamedTuple):
    """How much one spec may ask for; `--limit NAME=VALUE` changes each."""

    bytes: int = 20_000_000
    columns: int = 20_000
    lines: int = 100_000
    layers: int = 100_000
    nesting: int = 200
    digits: int = 1_000


SAME = {"\u00a0": " ", "\u00d7": "x", "\t": " "}
LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
PLAIN = re.compile(r"[\t\x20-\x7e]*")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
MARKS = re.compile(r"[()\[\]#;]")
INSTEAD = {"minus": "-", "dash": "-", "hyphen": "-", "multiplication": "x", "quotation": "nothing", "arrow": "=>"}


LOOKALIKES = dict(
    zip(
        "\u0445\u0425\u0441\u0421\u0430\u0410\u0435\u0415\u043e\u041e\u0440\u0420\u043a\u041a",
        "xXcCaAeEoOpPkK",
        strict=True,
    )
)
"""Cyrillic letters that are set like Latin ones."""


class Line(NamedTuple):
    """One logical line: its code, its comment, and the places its characters come from."""

    number: int
    text: str
    comment: str
    anchors: tuple[tuple[int, int, int], ...]
    """(offset in `text`, line, column): from there on characters follow one by one."""

    def span(self, begin: int, end: int) -> Span:
        """The place in the file of `text[begin:end]`."""
        last = self.place(max(end - 1, begin))
        return Span(*self.place(begin), last[0], last[1] + 1)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of one character of `text`."""
        at, line, column = next((a for a in reversed(self.anchors) if a[0] <= offset), self.anchors[0])
        return line, column + offset - at


class Source(NamedTuple):
    """A spec as read: the file it came from, its physical rows, its logical lines, what was wrong."""

    name: str
    rows: tuple[str, ...]
    lines: tuple[Line, ...]
    findings: tuple[Diagnostic, ...]

    @property
    def title(self) -> str:
        """The first comment line."""
        return next((line.comment for line in self.lines if line.comment and not line.text.strip()), "")

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
        hint = "it looks like UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "save the file as UTF-8"
        message = f"byte 0x{data[error.start]:02x} is not UTF-8; {hint}"
        span = Span(line, len(before) + 1, line, len(before) + 2)
        return Source(name, (), (), (Diagnostic(UNREADABLE, message, span),))


def read(text: str, name: str = "<text>", limits: Limits = Limits()) -> Source:
    """Split a text into logical lines, and name every character that may not stand in one."""
    rows = tuple(row.removesuffix("\r") for row in text.removeprefix("\ufeff").split("\n"))
    findings: list[Diagnostic] = []
    if len(rows) > limits.lines:
        message = f"the file has {len(rows):,} lines, the limit is {limits.lines:,} (--limit lines=N raises it)"
        findings.append(Diagnostic(LIMIT, message, Span(limits.lines + 1, 1, limits.lines + 1, 2)))
        rows = rows[: limits.lines]
    lines: list[Line] = []
    row = 0
    while row < len(rows):
        line, used = logical(rows, row, limits, findings)
        lines.append(line)
        row += used
    return Source(name, rows, tuple(lines), tuple(findings))


def logical(rows: tuple[str, ...], first: int, limits: Limits, findings: list[Diagnostic]) -> tuple[Line, int]:
    """The logical line that begins at row `first`, and how many rows it takes."""
    text, comment, used = "", "", 0
    anchors: list[tuple[int, int, int]] = []
    while True:
        row = rows[first + used] if first + used < len(rows) else ""
        code, comment = split_comment(row) if fits(row, first + used + 1, limits, findings) else ("", "")
        used += 1
        more = code.endswith("\\") and not comment
        text += clean(code[:-1] if more else code, len(text), first + used, anchors, findings)
        check_comment(comment, len(code), first + used, findings)
        if not more:
            return Line(first + 1, text.rstrip(), comment.strip("# \t"), tuple(anchors)), used


def fits(row: str, number: int, limits: Limits, findings: list[Diagnostic]) -> bool:
    """Whether a row is short enough to be read at all."""
    if len(row) <= limits.columns:
        return True
    message = f"the line has {len(row):,} characters, the limit is {limits.columns:,} (--limit columns=N raises it)"
    findings.append(Diagnostic(LIMIT, message, Span(number, limits.columns + 1, number, limits.columns + 2)))
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


def clean(code: str, offset: int, number: int, anchors: list[tuple[int, int, int]], findings: list[Diagnostic]) -> str:
    """`code` with its look-alikes read as what they stand for; `anchors` keep the columns true."""
    anchors.append((offset, number, 1))
    if PLAIN.fullmatch(code):
        return code.replace("\t", " ")
    out: list[str] = []
    for column, char in enumerate(code, 1):
        new = LIGATURES.get(char) or SAME.get(char, char)
        if len(new) > 1:
            here = offset + sum(map(len, out))
            anchors += [(here + i, number, column) for i in range(len(new))]
            anchors.append((here + len(new), number, column + 1))
        elif not PLAIN.fullmatch(new) and (reason := illegal(new)):
            findings.append(Diagnostic(ILLEGAL_CHARACTER, reason, Span(number, column, number, column + 1)))
            new = " "
        out.append(new)
    return "".join(out)


def illegal(char: str) -> str:
    """Why a character may not stand in code, or nothing."""
    from unicodedata import name, normalize

    title = name(char, "").lower() or "control character"
    code = f"U+{ord(char):04X}"
    if CONTROL.match(char):
        return f"{code} is a control character; remove it"
    plain = normalize("NFKC", char)
    script = title.split()[0]
    if char.isalpha() and plain == char and script not in ("cyrillic", "greek", "cherokee", "armenian", "fullwidth"):
        return ""
    alike = LOOKALIKES.get(char)
    if alike:
        return f"{code} ({title}) is not the letter it looks like; write {alike}"
    instead = next((INSTEAD[word] for word in title.split() if word in INSTEAD), plain if plain.isascii() else "")
    return f"{code} ({title}) is not the character it looks like" + (f"; write {instead}" if instead else "")


def check_comment(comment: str, offset: int, number: int, findings: list[Diagnostic]) -> None:
    """Comments may hold any text, but nothing that steers a terminal."""
    for match in CONTROL.finditer(comment):
        column = offset + match.start() + 1
        span = Span(number, column, number, column + 1)
        findings.append(Diagnostic(ILLEGAL_CHARACTER, illegal(match[0]), span))


def split_statements(line: Line) -> tuple[list[tuple[int, int]], list[Diagnostic]]:
    """The (begin, end) of each statement of a line: `;` parts them outside brackets."""
    parts: list[tuple[int, int]] = []
    opened: list[int] = []
    begin = 0
    for mark in MARKS.finditer(line.text):
        at = mark.start()
        if mark[0] in "([":
            opened.append(at)
        elif mark[0] in ")]":
            if not opened or "([".index(line.text[opened[-1]]) != ")]".index(mark[0]):
                return [], [unbalanced(line, at)]
            opened.pop()
        elif mark[0] == ";" and not opened:
            parts.append((begin, at))
            begin = at + 1
    if opened:
        return [], [unbalanced(line, opened[-1])]
    return [*parts, (begin, len(line.text))], []


def unbalanced(line: Line, at: int) -> Diagnostic:
    """A bracket without its other half."""
    other = {"(": ")", ")": "(", "[": "]", "]": "["}[line.text[at]]
    return Diagnostic(UNBALANCED, f"'{line.text[at]}' has no matching '{other}'", line.span(at, at + 1))
