"""Source to statements, recovering line by line: one mistake costs one statement."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import combinations, product
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Diagnostic, Mistake
from cnncalc.faults import DUPLICATE_NAME, INDENTATION, LIMIT, MISPLACED, MISSING
from cnncalc.record import NamedTuple
from cnncalc.source import MARK, Limits, Line, Source, split_statements, too_many, trimmed
from cnncalc.syntax.statement import AXES, NAME, broken, read_statement, whole_expression
from cnncalc.syntax.tree import After, Block, Branch, Broken, Else, Group, Head, If, Join, LayerLine, Place, Repeat
from cnncalc.syntax.words import Vocabulary, reserved

if TYPE_CHECKING:
    from cnncalc.syntax.tree import Statement

__all__ = ["AXES", "Parsed", "parse", "whole_expression"]

DEFINED = re.compile(rf"(?:^(?:\s*-\s)?|;)\s*({NAME})\s*=(?![=>])")
WORD_LABEL = re.compile(
    r"(?:(?:max|avg|average|global|adaptive)[\s*]+)*([a-zA-Z]+)[\s*]*(?:from\s[^:]*)?:", re.IGNORECASE
)
"""A line's name that may be a word of the language."""
BLOCK = re.compile(r"(?:^|;)\s*block\s+(\w+)", re.IGNORECASE)

STAND_INS = ("relu", "maxpool", "conv")
"""A kind without values, one with a value that may be a postfix, and one with two: what a parameter may stand for."""


class Parsed(NamedTuple):
    """The statements of a file and what was wrong with the others.

    `words` are the names that the file gives, `inside` those that its blocks add, by the numbers of their lines.
    """

    statements: list[Statement]
    findings: list[Diagnostic]
    words: Vocabulary
    inside: dict[int, Vocabulary]

    def words_at(self, line: int) -> Vocabulary:
        """The names that a line may use."""
        return self.inside.get(line, self.words)


@lru_cache(maxsize=8192)
def constants(text: str) -> tuple[str, ...]:
    """The names of the constants that a line defines."""
    return tuple(DEFINED.findall(text))


class Open(NamedTuple):
    """A body that lines may still continue, or the branches of a join that bullets may.

    `muted`: what stands in it is passed over.
    """

    column: int
    body: list[Statement]
    depth: int = 0
    muted: bool = False
    join: Join | None = None


def parse(source: Source, limits: Limits = Limits()) -> Parsed:
    """Every statement of a source; findings hold the mistakes, the characters' included."""
    parser = Parser(source, limits)
    most = len(source.findings) + limits.errors
    for line in source.lines:
        if len(parser.findings) > most:
            parser.findings.append(too_many(line.span(0, 1), limits))
            break
        if line.text or not line.whole:
            parser.line(line)
    parser.refuse_empty()
    return Parsed(parser.top, parser.findings, parser.words, parser.inside)


class Parser:
    """Keeps the open bodies while lines are read; `stack` holds the innermost last."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.source, self.limits = source, limits
        self.findings = list(source.findings)
        self.top: list[Statement] = []
        self.stack: list[Open] = []
        self.branches: list[Branch] = []
        texts = [line.text for line in source.lines if line.text]
        defined = frozenset(name for text in texts if "=" in text for name in constants(text))
        blocks = frozenset(name for text in texts if "block" in text.lower() for name in BLOCK.findall(text))
        labelled = (WORD_LABEL.match(text.lstrip("- *")) for text in texts if ":" in text)
        spoken = frozenset(match[1] for match in labelled if match and reserved(match[1]))
        self.words, self.inside = Vocabulary(defined, blocks, (), spoken), dict[int, Vocabulary]()
        self.blocks: dict[str, Vocabulary] = {}

    def line(self, line: Line) -> None:
        """One logical line: its place in the bodies, then each of its statements."""
        tabbed = self.refuse_tabs(line)
        parts, findings = split_statements(line)
        self.findings += findings
        readable = line.whole and not findings
        told = len(self.findings)
        column = len(line.text) - len(line.text.lstrip())
        first = 0
        if line.text[column : column + 2] in ("- ", "-"):
            first = self.branch(line, column)
            body = self.stack[-1].body
        else:
            body = self.body(line, column)
        if tabbed:
            del self.findings[told:]
        words = self.vocabulary(line)
        for begin, end in parts if readable else [trimmed(line.text, 0, len(line.text))]:
            place = Place(line, max(begin, min(first, end)), end)
            if self.stack[-1].muted or (readable and place.begin >= place.end):
                continue
            text = line.text[place.begin : place.end]
            found = self.statement(place, text, body, words) if readable else self.unread(place, text, words)
            if found is not None:
                body.append(found)

    def vocabulary(self, line: Line) -> Vocabulary:
        """The names that a line may use: in a block its parameters as well."""
        if not self.blocks or len(self.stack) == 1:
            return self.words
        owner = self.top[-1] if self.top else None
        if not isinstance(owner, Block):
            return self.words
        return self.inside.setdefault(line.number, self.blocks[owner.name])

    def refuse_tabs(self, line: Line) -> bool:
        """Tabs in indentation are as wide as the reader's editor says; nothing more is said of their column."""
        row = self.source.rows[line.number - 1]
        if "\t" not in row:
            return False
        at = row.find("\t", 0, len(row) - len(row.lstrip()))
        if at >= 0:
            self.find(line, Mistake(INDENTATION, "the line is indented with a tab", at, at + 1, "indent with spaces"))
        return at >= 0

    def refuse_empty(self) -> None:
        """A dash without anything behind or below it."""
        for branch in self.branches:
            if not branch.body:
                text, hint = "the branch is empty", "to hand the input on as it is write '- identity'"
                self.find(branch.place.line, Mistake(MISSING, text, branch.place.begin, branch.place.end, hint))

    def find(self, line: Line, mistake: Mistake, base: int = 0) -> None:
        """Turn a mistake into a finding at its place."""
        span = line.span(base + mistake.begin, base + mistake.end)
        self.findings.append(Diagnostic(mistake.code, mistake.message, span, mistake.hint))

    # Bodies

    def body(self, line: Line, column: int) -> list[Statement]:
        """The body that a line at this column continues; a new one when the line above may have one."""
        if not self.stack:
            self.stack.append(Open(column, self.top))
        above = self.stack
        if above[-1].column < column:
            return self.deeper(line, column, above[-1])
        left = above[-1]
        while len(above) > 1 and (above[-1].column > column or above[-1].join):
            left = above.pop()
        inner = above[-1]
        if inner.column < column and not left.muted:
            begins = " and ".join(str(level.column + 1) for level in (*above, left) if not level.join)
            text = f"column {column + 1} continues no body: those above begin at {begins}"
            hint = f"begin at column {inner.column + 1}"
            if left.join and left.column == column:
                hint = f"to begin a branch write '- ' before it; else {hint}"
            self.find(line, Mistake(INDENTATION, text, column, column + 1, hint))
        elif inner.column > column:
            text = f"the line begins at column {column + 1}, the first line of the file at {inner.column + 1}"
            self.find(line, Mistake(INDENTATION, text, column, column + 1, "begin both at the same column"))
        return inner.body

    def deeper(self, line: Line, column: int, inner: Open) -> list[Statement]:
        """The body of the statement above, which this line opens."""
        body = None if inner.muted or not inner.body else body_below(inner.body)
        if inner.muted or (inner.body and isinstance(inner.body[-1], Broken)):
            return self.mute(column)
        if body is None:
            owner = inner.body[-1] if inner.body else None
            text, hint = "the line is indented, but the one above takes no body", f"begin at column {inner.column + 1}"
            if isinstance(owner, Join) or (isinstance(owner, LayerLine) and joins(owner)):
                text, hint = "the line stands under a join and begins no branch", "begin each branch with '- '"
                inner.body[-1] = self.lost(owner)
                if line.whole or line.text[column] != MARK:
                    # a bullet that is another character was told as such
                    self.find(line, Mistake(MISPLACED, text, column, column + 1, hint))
                return self.mute(column)
            self.find(line, Mistake(MISPLACED, text, column, column + 1, hint))
            return inner.body
        return self.open(line, column, body)

    def open(self, line: Line, column: int, body: list[Statement]) -> list[Statement]:
        """Begin a body at this column, while bodies do not nest too deep."""
        depth = self.stack[-1].depth + 1
        if depth > self.limits.nesting:
            text = f"bodies nest deeper than {self.limits.nesting}"
            self.find(line, Mistake(LIMIT, text, column, column + 1, "--limit nesting=N raises it"))
            return self.mute(column)
        self.stack.append(Open(column, body, depth))
        return body

    def mute(self, column: int) -> list[Statement]:
        """Pass over what stands at this column and deeper."""
        self.stack.append(Open(column, [], self.stack[-1].depth, True))
        return self.stack[-1].body

    # Branches

    def branch(self, line: Line, column: int) -> int:
        """Begin a branch whose dash stands at this column; where its text begins."""
        text = line.text
        first = len(text) - len(text[column + 1 :].lstrip()) if text[column + 1 :].strip() else column + 2
        if not self.stack:
            self.stack.append(Open(column, self.top))
        try:
            join = self.join(column)
        except Mistake as mistake:
            self.find(line, mistake)
            join = None
        if join is None:
            self.mute(column)
        elif not self.stack[-1].muted:
            branch = Branch(Place(line, column, max(len(text), column + 1)), [])
            self.branches.append(branch)
            join.branches.append(branch)
            self.open(line, first, branch.body)
        return first

    def join(self, column: int) -> Join | None:
        """The join that a bullet at this column belongs to; None where what stands above it does not read.

        That is the join of the branches whose dashes stand there, or the last one whose line begins further left.
        """
        while True:
            top = self.stack[-1]
            owner = top.body[-1] if top.body else None
            if top.join:
                if top.column <= column:
                    return self.beside(top, top.join, column)
            elif top.muted and top.column <= column:
                return None
            elif owner is not None and begins(owner) < column and (top.column <= column or may_join(owner)):
                return self.joined(top, owner, column)
            elif top.column <= column or len(self.stack) == 1:
                raise self.unjoined(top, owner, column)
            self.stack.pop()

    def beside(self, top: Open, join: Join, column: int) -> Join:
        """The join of the branches that are open."""
        if top.column < column:
            raise astray(column, top.column)
        return join

    def joined(self, top: Open, owner: Statement, column: int) -> Join | None:
        """The join that the last line of a body turns out to be."""
        if isinstance(owner, Broken):
            return None
        if isinstance(owner, Join):
            raise astray(column, owner.branches[0].place.begin)
        if not isinstance(owner, LayerLine) or not joins(owner):
            if isinstance(owner, LayerLine) and not owner.body.uses and not owner.body.call:
                top.body[-1] = self.lost(owner)
            raise no_join(owner, column)
        top.body[-1] = join = Join(owner.place, owner, [])
        self.stack.append(Open(column, [], top.depth, False, join))
        return join

    def unjoined(self, top: Open, owner: Statement | None, column: int) -> Mistake:
        """A bullet that stands right of no join."""
        if isinstance(owner, LayerLine) and joins(owner):
            top.body[-1] = self.lost(owner)
        text, hint = "the branch stands under no join", "indent it below add, concat or scale"
        return Mistake(MISPLACED, text, column, column + 1, hint)

    # Statements

    def statement(self, place: Place, text: str, body: list[Statement], words: Vocabulary) -> Statement | None:
        """Read one statement; one that does not read is told, unless what stands above it told it already."""
        try:
            return self.placed(place, self.read(text, words), body)
        except Mistake as mistake:
            lost = self.unread(place, text, words)
            if not self.known(mistake, text, lost, body):
                self.find(place.line, mistake, place.begin)
            return lost

    def read(self, text: str, words: Vocabulary) -> Statement:
        """A statement; in a block a line that reads only where some of its parameters are kinds is tentative."""
        try:
            return read_statement(text, words)
        except Mistake as mistake:
            if words is self.words or (found := tentative(text, words, self.words)) is None:
                raise
            return found._replace(tentative=mistake)

    def placed(self, place: Place, found: Statement, body: list[Statement]) -> Statement | None:
        """A statement at its place, with a body of its own; an `else` goes to the `if` above it."""
        if isinstance(found, LayerLine):
            return LayerLine(place, *found[1:])
        if isinstance(found, Else):
            above = body[-1] if body else None
            if not isinstance(above, If) or above.otherwise:
                raise Mistake(MISPLACED, "'else' follows no 'if'", 0, place.length, "it stands at the column of its if")
            above.otherwise.append(Else(place, []))
            return None
        if isinstance(found, If):
            return found._replace(place=place, body=[], otherwise=[])
        if isinstance(found, Repeat):
            return found._replace(place=place, body=[])
        return self.block(place, found) if isinstance(found, Block) else found._replace(place=place)

    def block(self, place: Place, found: Block) -> Block:
        """The head of a block, which stands at the top level and has a name of its own."""
        begin = place.line.text[place.begin : place.end].index(found.name, len("block"))
        if len(self.stack) > 1:
            raise Mistake(MISPLACED, "a block stands at the top level", 0, place.length, "begin it at the first column")
        if found.name in self.blocks:
            text = f"the block '{found.name}' is defined twice"
            raise Mistake(DUPLICATE_NAME, text, begin, begin + len(found.name), "give each its own name")
        formals = frozenset(formal.name for formal in found.parameters)
        self.blocks[found.name] = self.words._replace(defined=self.words.defined | formals)
        return found._replace(place=place, body=[])

    def unread(self, place: Place, text: str, words: Vocabulary) -> Broken:
        """A statement that does not read, as far as it can be told what it is."""
        return broken(text, words)._replace(place=place, body=[])

    def lost(self, owner: LayerLine | Join) -> Broken:
        """A line that reads, and of which something wrong was told already."""
        place = owner.place
        return self.unread(place, place.line.text[place.begin : place.end], self.words)

    def known(self, mistake: Mistake, text: str, lost: Broken, body: list[Statement]) -> bool:
        """Whether a mistake only follows from one above: an `else` below an `if` that does not read."""
        above = body[-1] if body else None
        before = above.directive if isinstance(above, Broken) else ""
        return (lost.directive, before) in (("else", "if"), ("else", "else"))


def tentative(text: str, words: Vocabulary, outside: Vocabulary) -> LayerLine | After | None:
    """A line of a block, or its `after`, with as few of its parameters read as kinds as it takes.

    None where that does not help.
    """
    spoken = set(re.findall(r"\w+", text))
    formals = sorted((words.defined - outside.defined) & spoken)[:8]
    for count in range(1, min(len(formals), 3) + 1):
        for chosen, kind in product(combinations(formals, count), STAND_INS):
            kinds = tuple((name, kind) for name in chosen)
            try:
                found = read_statement(text, words._replace(defined=words.defined - {*chosen}, kinds=kinds))
            except Mistake:
                continue
            return found if isinstance(found, (LayerLine, After)) else None
    return None


def begins(statement: Statement) -> int:
    """The column where a statement's line begins, its dash included."""
    text = statement.place.line.text
    return len(text) - len(text.lstrip())


def joins(line: LayerLine) -> bool:
    """Whether a line may have branches."""
    return bool(line.body.uses) and not line.body.call and line.body.uses[0].kind.joins


def may_join(owner: Statement) -> bool:
    """Whether a line has branches, may have them, or cannot be told to have none."""
    return isinstance(owner, (Join, Broken)) or (isinstance(owner, LayerLine) and joins(owner))


def astray(column: int, other: int) -> Mistake:
    """A bullet beside the column of those above it."""
    text = f"the branch begins at column {column + 1}, those above it at {other + 1}"
    return Mistake(INDENTATION, text, column, column + 1, f"begin it at column {other + 1}")


def no_join(owner: Statement, column: int) -> Mistake:
    """Branches below what joins nothing."""
    hint = "branches stand below add, concat or scale"
    if isinstance(owner, LayerLine) and not owner.body.uses and owner.label:
        return Mistake(
            MISPLACED, f"'{owner.label.name}' says no join", column, column + 1, f"write '{owner.label.name}: concat'"
        )
    what = "the line above"
    if isinstance(owner, LayerLine) and owner.body.uses and not owner.body.call:
        what = owner.body.uses[0].kind.keyword()
    return Mistake(MISPLACED, f"{what} joins no branches", column, column + 1, hint)


def body_below(body: list[Statement]) -> list[Statement] | None:
    """The body of the last statement, which turns out to have one; None where it takes none."""
    owner = body[-1]
    if isinstance(owner, LayerLine) and (bodied := as_group(owner) or as_head(owner)):
        body[-1] = owner = bodied
    if isinstance(owner, If):
        return owner.otherwise[-1].body if owner.otherwise else owner.body
    return owner.body if isinstance(owner, (Repeat, Group, Head, Block)) else None


def as_head(line: LayerLine) -> Head | None:
    """A line whose kind trains what stands below it."""
    return Head(line.place, line, []) if line.body.uses and line.body.uses[0].kind.role == "head" else None


def as_group(line: LayerLine) -> Group | None:
    """A name and a colon alone, with a body below it, are a group's head."""
    place = line.place
    behind = place.line.text[place.begin + line.base : place.end]
    return Group(place, line.label, []) if line.label and not line.bracket and not behind.strip() else None
