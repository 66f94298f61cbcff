"""Source to statements, recovering line by line: one mistake costs one statement."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.diagnostic import Diagnostic, Mistake, did_you_mean
from cnncalc.faults import (
    BAD_EXPRESSION,
    ILLEGAL_VALUE,
    INDENTATION,
    LIMIT,
    MISPLACED,
    MISSING,
    NOT_YET,
    RESERVED_NAME,
    UNEXPECTED,
    UNKNOWN_KIND,
)
from cnncalc.source import Limits, Line, Source, split_statements
from cnncalc.syntax.arguments import Arguments
from cnncalc.syntax.claims import Claims
from cnncalc.syntax.expression import Expression, Reader
from cnncalc.syntax.tokens import tokenize
from cnncalc.syntax.tree import (
    After,
    Axes,
    Body,
    Broken,
    Claim,
    Constant,
    Expect,
    Group,
    Label,
    Later,
    LayerLine,
    Place,
    Repeat,
    Rounding,
    Train,
)
from cnncalc.syntax.words import DIRECTIVES, kind_in, kind_of, kind_words, reserved

if TYPE_CHECKING:
    from cnncalc.syntax.tree import Statement

SLIDE = r"(?:(?:max|avg|average|global|adaptive)\s+)*"
NAME = r"\w+(?:\.\w+)*"
LABEL = re.compile(rf"\s*(?P<slide>{SLIDE})\**(?P<name>{NAME})\**(?:\.\.(?P<last>\w+|\())?", re.IGNORECASE)
COLON = re.compile(r"\**\s*(?P<origin>from\s+[\w.]+\s*)?\**:\**")
CONSTANT = re.compile(rf"\s*(?P<name>{NAME})\s*=(?![=>])")
DEFINED = re.compile(rf"(?:^|;)\s*({NAME})\s*=(?![=>])")
AXES = frozenset("CxHxW HxWxC WxHxC CxWxH CxDxHxW DxHxWxC WxHxDxC CxWxHxD CxL LxC".lower().split())
LATER_LINES = {"block": "blocks", "if": "conditions", "else": "conditions", "from": "lines that start elsewhere"}


class Parsed(NamedTuple):
    """The statements of a file and what was wrong with the others."""

    statements: list[Statement]
    findings: list[Diagnostic]


class Open(NamedTuple):
    """A body that lines may still continue: its column, its statements, and whether they are passed over."""

    column: int
    body: list[Statement]
    muted: bool = False


def parse(source: Source, limits: Limits = Limits()) -> Parsed:
    """Every statement of a source; findings hold the mistakes, the characters' included."""
    parser = Parser(source, limits)
    for line in source.lines:
        if line.text.strip():
            parser.line(line)
    return Parsed(parser.top, parser.findings)


class Parser:
    """Keeps the open bodies while lines are read; `stack` holds the innermost last."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.source, self.limits = source, limits
        self.findings = list(source.findings)
        self.unread = {finding.span.line for finding in source.findings}
        self.top: list[Statement] = []
        self.stack: list[Open] = []
        self.defined = frozenset(
            name for line in source.lines if "=" in line.text for name in DEFINED.findall(line.text)
        )

    def line(self, line: Line) -> None:
        """One logical line: its place in the bodies, then each of its statements."""
        raw = self.source.rows[line.number - 1]
        if "\t" in raw[: len(raw) - len(raw.lstrip())]:
            self.find(line, Mistake(INDENTATION, "the line is indented with a tab", 0, 1, "indent with spaces"))
        parts, findings = split_statements(line)
        self.findings += findings
        body = self.body(line, len(line.text) - len(line.text.lstrip()))
        for begin, end in parts or [(0, len(line.text))]:
            place = Place(line, *trimmed(line.text, begin, end))
            if place.begin >= place.end or self.stack[-1].muted:
                continue
            if findings or line.number in self.unread:
                body.append(self.broken(place, line.text[place.begin : place.end]))
            else:
                self.statement(place, body)

    def find(self, line: Line, mistake: Mistake, base: int = 0) -> None:
        """Turn a mistake into a finding at its place."""
        span = line.span(base + mistake.begin, base + mistake.end)
        self.findings.append(Diagnostic(mistake.code, mistake.message, span, mistake.hint))

    def body(self, line: Line, column: int) -> list[Statement]:
        """The body that a line at this column continues; a new one when the line above may have one."""
        if not self.stack:
            self.stack.append(Open(column, self.top))
        left = [level.column for level in self.stack]
        while len(self.stack) > 1 and self.stack[-1].column > column:
            self.stack.pop()
        inner = self.stack[-1]
        if inner.column == column:
            return inner.body
        if inner.column < column and column not in left and max(left) > column:
            text = (
                f"column {column + 1} continues no body: those above begin at {' and '.join(str(c + 1) for c in left)}"
            )
            self.find(line, Mistake(INDENTATION, text, column, column + 1, f"begin at column {inner.column + 1}"))
            return inner.body
        if inner.column > column:
            text = f"the line begins at column {column + 1}, the first line of the file at {inner.column + 1}"
            self.find(line, Mistake(INDENTATION, text, column, column + 1, "begin both at the same column"))
            return inner.body
        return self.deeper(line, column, inner)

    def deeper(self, line: Line, column: int, inner: Open) -> list[Statement]:
        """The body of the statement above, which this line opens."""
        owner = inner.body[-1] if inner.body else None
        if isinstance(owner, LayerLine) and (group := as_group(owner)):
            inner.body[-1] = owner = group
        if not isinstance(owner, (Repeat, Group, Later, Broken)):
            text = "the line is indented, but the one above takes no body"
            self.find(line, Mistake(MISPLACED, text, column, column + 1, f"begin at column {inner.column + 1}"))
            return inner.body
        if len(self.stack) > self.limits.nesting:
            text = f"bodies nest deeper than {self.limits.nesting} (--limit nesting=N raises it)"
            self.find(line, Mistake(LIMIT, text, column, column + 1))
            return []
        self.stack.append(Open(column, owner.body, inner.muted or isinstance(owner, (Later, Broken))))
        return owner.body

    def statement(self, place: Place, body: list[Statement]) -> None:
        """Read one statement into its body."""
        text = place.line.text[place.begin : place.end]
        try:
            body.append(self.classify(place, text))
        except Mistake as mistake:
            self.find(place.line, mistake, place.begin)
            body.append(self.broken(place, text))

    def broken(self, place: Place, text: str) -> Broken:
        """What can still be told of a line that does not read: its name and the shape it claims."""
        label = re.match(rf"(?:\[.*?\])?\s*(?:{SLIDE})\**({NAME})", text, re.IGNORECASE)
        constant = CONSTANT.match(text)
        claims: tuple[Claim, ...] = ()
        try:
            start = text.index("=>") + 2 if "=>" in text else 1
            stop = text.find("]") if start == 1 else len(text)
            if start > 1 or text.startswith("["):
                claims = Claims(text, tokenize(text[:stop], start), self.defined).claims()
        except Mistake:
            pass
        return Broken(place, label[1] if label else "", constant["name"] if constant else "", claims, [])

    def classify(self, place: Place, text: str) -> Statement:
        """What a statement is: a bullet, a directive, a constant or a layer."""
        word = re.match(r"[A-Za-z]+(?!\w)", text)
        first = word[0].lower() if word else ""
        behind = text[len(first) :].lstrip()[:1]
        if text.startswith("- ") or text == "-":
            return Later(place, "branches ('- ')", [])
        if first == "repeat" and behind not in (":", "="):
            return Repeat(place, None, whole_expression(text, len(first)), [])
        if first in LATER_LINES and behind not in (":", "="):
            return Later(place, f"{LATER_LINES[first]} ('{first}')", [])
        if first in DIRECTIVES and (behind not in (":", "=") or first in ("train", "after")):
            return self.directive(place, text, first)
        if constant := CONSTANT.match(text):
            return self.constant(place, text, constant)
        return self.layer(place, text)

    def directive(self, place: Place, text: str, word: str) -> Statement:
        """A line that speaks to the whole file or to the lines below it."""
        rest = text[len(word) :].strip()
        if word == "train":
            return Train(place, rest.removeprefix(":").strip())
        if word == "after":
            return self.after(place, text)
        if word == "axes":
            check_word(text, rest, rest.lower() in AXES, "WxHxC, CxHxW, HxWxC or one with D or L")
            return Axes(place, rest)
        if word == "rounding":
            check_word(text, rest, rest.lower() in ("floor", "ceil", "exact"), "floor, ceil or exact")
            return Rounding(place, rest.lower())
        claims = Claims(text, tokenize(text, len(word)), self.defined)
        return Expect(place, *claims.expectation())

    def constant(self, place: Place, text: str, match: re.Match[str]) -> Constant:
        """`name = expression`; names of the language's own words are refused."""
        if reserved(match["name"]) or "." in match["name"]:
            what = f"'{match['name']}' cannot name a constant"
            hint = "it is a word of the language; choose another name"
            raise Mistake(RESERVED_NAME, what, match.start("name"), match.end("name"), hint)
        return Constant(place, match["name"], whole_expression(text, match.end()))

    def after(self, place: Place, text: str) -> After:
        """`after KIND: options postfixes`, read as a line of that kind."""
        match = re.match(r"after\s+([A-Za-z0-9_ ]+?)\s*:", text, re.IGNORECASE)
        keyword = kind_of(*match[1].split()[::-1]) if match else ""
        if not match or not keyword:
            at = len("after")
            hint = "write 'after conv: relu'"
            raise Mistake(UNEXPECTED, "'after' needs a kind and a colon", at, max(len(text), at + 1), hint)
        body = layer_body(text[match.end() :], keyword, self.defined, given=True)
        if body.claims:
            claim = body.claims[0]
            raise Mistake(MISPLACED, "'after' takes no claims", match.end() + claim.begin, match.end() + claim.end)
        return After(place, body.uses, place.begin + match.end())

    def layer(self, place: Place, text: str) -> Statement:
        """`[CLAIM] NAME: KIND ARGUMENTS POSTFIXES => CLAIMS`, `NAME: repeat N`, or a group's head."""
        bracket, start = self.bracket(text)
        label, at, implied = self.label(text, start)
        rest = text[at:]
        if label and (match := re.match(r"\s*repeat\b", rest, re.IGNORECASE)):
            return Repeat(place, shifted(label, place.begin), whole_expression(text, at + match.end()), [])
        if bracket and not label and kind_of(rest.strip("* :")) == "input":
            return self.bracketed_input(place, text, start)
        if label and not rest.strip() and not implied:
            return LayerLine(place, shifted(label, place.begin), (), Body((), False, ()), place.begin + at)
        try:
            body = layer_body(rest, implied, self.defined)
        except Mistake as mistake:
            if label and mistake.code is UNKNOWN_KIND and rest.lstrip()[:1].isdigit():
                raise unnamed_kind(label) from None
            raise Mistake(mistake.code, mistake.message, at + mistake.begin, at + mistake.end, mistake.hint) from None
        return LayerLine(place, shifted(label, place.begin), bracket, body, place.begin + at)

    def bracket(self, text: str) -> tuple[tuple[Claim, ...], int]:
        """The claims in front of a line, and where they end."""
        if not text.startswith("["):
            return (), 0
        end = text.index("]")
        return Claims(text, tokenize(text[:end], 1), self.defined).claims(), end + 1

    def bracketed_input(self, place: Place, text: str, start: int) -> LayerLine:
        """`[227x227x3] INPUT`: the bracket is the shape, the word is the name."""
        match = re.compile(r"[\s*]*(\w+)").match(text, start)
        assert match
        body = layer_body(text[: start - 1].replace("[", " ", 1), "input", self.defined)
        label = Label(match[1], None, place.begin + match.start(1), place.begin + match.end(1))
        return LayerLine(place, label, (), body, place.begin)

    def label(self, text: str, start: int) -> tuple[Label | None, int, str]:
        """(the line's name, where it ends, the kind it implies)."""
        match = LABEL.match(text, start)
        if not match:
            return None, start, ""
        end, last = match.end(), None
        if match["last"]:
            reader = Reader(tokenize(text, match.start("last")), 0)
            last = reader.read()
            end = last.end
        colon = COLON.match(text, end)
        if not colon:
            return None, start, ""
        if colon["origin"]:
            what = "'from' (a line that reads another than the one above) is not supported yet"
            raise Mistake(NOT_YET, what, colon.start("origin"), colon.end("origin"))
        implied = kind_in(match["name"], *match["slide"].split())
        return Label(match["name"], last, match.start("name"), end), colon.end(), implied


def unnamed_kind(label: Label) -> Mistake:
    """A name that spells no kind, and none behind it."""
    stem = label.name.rstrip("0123456789_.")
    close = did_you_mean(stem, kind_words())
    hint = close or f"write the kind behind the colon: '{label.name}: conv ...'"
    return Mistake(UNKNOWN_KIND, f"'{label.name}' begins with no kind of layer", label.begin, label.end, hint)


def as_group(line: LayerLine) -> Group | None:
    """A name alone, with a body below it, is a group."""
    alone = line.label and not line.bracket and not line.body.claims
    if not alone or line.label is None or any(use.arguments for use in line.body.uses) or len(line.body.uses) > 1:
        return None
    return Group(line.place, line.label, [])


@lru_cache(maxsize=4096)
def layer_body(text: str, implied: str, defined: frozenset[str], given: bool = False) -> Body:
    """Kinds, arguments and claims of a text; places count from its beginning."""
    tokens = tokenize(text)
    arguments = Arguments(tokens, defined)
    body = arguments.read(implied, given)
    if tokens[arguments.at].type != "=>":
        return body
    claims = Claims(text, tokens, defined, arguments.at + 1).claims()
    return body._replace(claims=claims)


def whole_expression(text: str, begin: int) -> Expression:
    """The expression that is the rest of a statement, spaces and all."""
    tokens = tokenize(text, begin)
    if tokens[0].type == "end":
        raise Mistake(MISSING, "a value is missing", begin - 1, begin, "write a number or an expression")
    reader = Reader(tokens, 0, spaces=True)
    expression = reader.read()
    rest = tokens[reader.at]
    if rest.type == "end" or (rest.type == ":" and tokens[reader.at + 1].type == "end"):
        return expression
    raise Mistake(BAD_EXPRESSION, f"'{rest.text}' cannot stand here", rest.begin, rest.end)


def check_word(text: str, word: str, known: bool, choices: str) -> None:
    """A directive's word must be one it knows."""
    if not known:
        begin = text.find(word) if word else len(text) - 1
        raise Mistake(ILLEGAL_VALUE, f"'{word}' is not one of its words", begin, len(text), f"write {choices}")


def trimmed(text: str, begin: int, end: int) -> tuple[int, int]:
    """`[begin, end)` without the spaces at its ends."""
    part = text[begin:end]
    return begin + len(part) - len(part.lstrip()), begin + len(part.rstrip())


def shifted(label: Label | None, by: int) -> Label | None:
    """A label with its places counted from the line's beginning."""
    return label and label._replace(begin=label.begin + by, end=label.end + by)
