"""The canonical text of a spec: one way to write what it says, its comments kept.

Every statement is printed from what was read of it, and what is printed is read again: a spelling that would not say
the same is never written. Values are copied from the source by their places, so that a kind may take values of any
form. A new sort of statement needs one function here, entered in `FORMS`; until then it stays as it is written.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import combinations, product
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake
from cnncalc.layers import find
from cnncalc.record import NamedTuple
from cnncalc.source import Limits, read, split_comment
from cnncalc.syntax.arguments import OPTIONS, Arguments
from cnncalc.syntax.expression import Step
from cnncalc.syntax.parse import STAND_INS, parse
from cnncalc.syntax.spelling import figure, spelled, value
from cnncalc.syntax.statement import read_statement
from cnncalc.syntax.tree import (
    After,
    Axes,
    Block,
    Branch,
    Constant,
    Else,
    Expect,
    Formal,
    From,
    Given,
    Group,
    Head,
    If,
    Join,
    LayerLine,
    Repeat,
    Rounding,
    Train,
    Use,
)
from cnncalc.syntax.words import NOISE, SLIDE_WORDS, Vocabulary, kind_in, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cnncalc.source import Line, Source
    from cnncalc.syntax.parse import Parsed
    from cnncalc.syntax.tree import Argument, Call, Claim, Label, Reference, Statement

    Part = Argument | Claim | Given | Label | Reference

INDENT, DASH = "  ", "- "
WIDTH = 120
"""Code that is wider goes on in a further row; deep in bodies half as much has room. Comments are left as they are."""
SPEAKS = re.compile(r"(?i)\bcnncalc:|\bnoqa\b|^source:|;\s*[\w.]+\s*=")
"""A remark that would say something to the program if it were a comment, or that the reader looks into."""
SOURCE = re.compile(r"(?i)#[#\s]*source:")
TAKING = OPTIONS - NOISE
"""Words that take the one behind them for their value."""
UNIT_FIRST = ("rf",)
"""Quantities whose figure is no count of them: `rf 11`, but `34,944 params`."""


class Form(NamedTuple):
    """The texts that may say a statement, the best first, and the places of its values.

    Parentheses elsewhere in the statement are remarks.
    """

    texts: Iterable[str]
    values: list[tuple[int, int]]


class Text(NamedTuple):
    """The text that places are counted in, and where they count from."""

    text: str
    base: int = 0

    def at(self, begin: int, end: int) -> str:
        """What stands at these places."""
        return self.text[self.base + begin : self.base + end]


class Manner(NamedTuple):
    """What a text writes only where it would not say the same without.

    Digit groups of arguments, names of arguments that have a place, the kind that a name implies, units first.
    """

    grouped: bool = False
    named: bool = False
    keyword: bool = False
    unit: bool = False


class Item(NamedTuple):
    """A statement, or the dash that begins a branch, and how many bodies and dashes stand around it."""

    depth: int
    part: Statement | Branch


class Level(NamedTuple):
    """The columns of the bodies and dashes open at a line; where the next statement or dash begins, and its depth."""

    open: tuple[int, ...]
    column: int = -1
    depth: int = 0

    def of(self, column: int) -> int:
        """The depth of a comment at this column."""
        return self.depth if column == self.column else sum(other <= column for other in self.open[1:])


class Entry(NamedTuple):
    """What stands in a row: a statement's sort, its depth and its text; or a dash."""

    depth: int
    sort: type
    text: str


class Piece(NamedTuple):
    """A logical line as it is written: its rows, and what stands in them."""

    rows: list[str]
    outline: list[Entry]


class Names(NamedTuple):
    """The names that a line may use, and those of them that the whole file may."""

    here: Vocabulary
    everywhere: Vocabulary


def canonical(source: Source, parsed: Parsed, limits: Limits = Limits()) -> str:
    """The canonical text of a spec that was read without findings; raises RuntimeError rather than change a meaning."""
    out: list[str] = []
    said: list[Entry] = []
    for piece in pieces(source, parsed, limits):
        said += piece.outline
        if any(piece.rows) or (out and out[-1]):
            out += piece.rows
    text = "\n".join(out).rstrip("\n")
    text = f"{text}\n" if text else ""
    if outline(read(text, source.name, limits), limits) != (source.title, source.origin, vocabulary(parsed), said):
        raise RuntimeError(f"the canonical text of {source.name} would not say the same; the file is left as it is")
    return text


def vocabulary(parsed: Parsed) -> Vocabulary:
    """The names of numbers and blocks; lines may come to bear theirs in another place."""
    return parsed.words._replace(lines=frozenset())


def outline(source: Source, limits: Limits) -> tuple[str, str, Vocabulary, list[Entry]] | None:
    """Title, source, names, statements and dashes of a text that reads: each by itself says what it was written to."""
    parsed = parse(source, limits)
    said = [entry(item, text_of(item.part)) for item in flattened(parsed)]
    return None if parsed.findings else (source.title, source.origin, vocabulary(parsed), said)


def entry(item: Item, text: str) -> Entry:
    """A statement written as this text."""
    return Entry(item.depth, type(item.part), " ".join(text.split()))


def pieces(source: Source, parsed: Parsed, limits: Limits) -> Iterator[Piece]:
    """What each logical line becomes."""
    items: dict[int, list[Item]] = {}
    for item in flattened(parsed):
        items.setdefault(item.part.place.line.number, []).append(item)
    around = levels(source, items)
    join_dashes(source, items)
    ends = [line.number - 1 for line in source.lines[1:]] + [len(source.rows)]
    for line, end, level in zip(source.lines, ends, around, strict=True):
        before, comment = split_comment(source.rows[end - 1])
        comment = comment.rstrip(" \t")
        if line.number in items:
            yield coded(items[line.number], comment, Names(parsed.words_at(line.number), parsed.words), limits)
        else:
            column = len(before.expandtabs()) - len(before.lstrip())
            depth = min(level.of(column), (limits.columns - len(comment)) // len(INDENT))
            yield Piece([lone(comment, depth, bool(line.text))], [])


def coded(items: list[Item], comment: str, names: Names, limits: Limits) -> Piece:
    """A line with statements, or with a dash; one whose dash went to the line below it leaves no row."""
    if not items:
        return Piece([], [])
    depth, first = items[0]
    dash = isinstance(first, Branch)
    codes, comment = joined([item.part for item in items if not isinstance(item.part, Branch)], comment, names)
    code = f"{INDENT * depth}{DASH * dash}{'; '.join(codes)}".rstrip()
    rows = wrapped(code, comment, limits.columns, INDENT * (depth + dash + 2))
    return Piece(rows, [entry(item, text) for item, text in zip(items, ["-"] * dash + codes, strict=True)])


def lone(comment: str, depth: int, marked: bool) -> str:
    """A row without a statement; one with only `;` before its comment keeps it, as it is no title."""
    return (INDENT * depth + ";  " * marked + comment) if comment else ""


def text_of(part: Statement | Branch) -> str:
    """A statement as it stands in its line; of a branch its dash."""
    place = part.place
    return "-" if isinstance(part, Branch) else place.line.text[place.begin : place.end]


def flattened(parsed: Parsed) -> Iterator[Item]:
    """Every statement and dash with its depth, in the order of the file."""
    waiting = [Item(0, statement) for statement in reversed(parsed.statements)]
    while waiting:
        item = waiting.pop()
        yield item
        waiting += reversed(below(item))


def below(item: Item) -> list[Item]:
    """The branches or the body of a statement, the body of a branch, and the `else` of an `if` beside it."""
    depth, part = item
    inner = part.branches if isinstance(part, Join) else getattr(part, "body", ())
    beside = part.otherwise if isinstance(part, If) else ()
    deeper = [Item(depth + 1, each) for each in inner] if isinstance(inner, list) else []
    return [*deeper, *(Item(depth, each) for each in beside)]


def levels(source: Source, items: dict[int, list[Item]]) -> list[Level]:
    """What is open at each line; at one that says nothing, what is at the deeper of its neighbours."""
    rows: list[Level] = []
    columns: tuple[int, ...] = ()
    for line in source.lines:
        if own := items.get(line.number):
            begun = begins(line, own[0])
            columns = (*columns[: own[0].depth], *begun)
            rows.append(Level(columns, begun[0], own[0].depth))
        else:
            rows.append(Level(columns))
    for at in range(len(rows) - 2, -1, -1):
        if rows[at].column < 0:
            below = rows[at + 1]
            rows[at] = below._replace(open=max(rows[at].open, below.open, key=len))
    return rows


def begins(line: Line, first: Item) -> tuple[int, ...]:
    """The column of a line's first statement; before it that of its dash, if it has one."""
    column = len(line.text) - len(line.text.lstrip())
    if not isinstance(first.part, Branch):
        return (column,)
    behind = line.text[column + 1 :]
    return column, column + 1 + max(len(behind) - len(behind.lstrip()), 1)


def join_dashes(source: Source, items: dict[int, list[Item]]) -> None:
    """A dash alone goes before the statement below it, unless a comment stands beside it or between the two."""
    target = 0
    for line in reversed(source.lines):
        own, comment = items.get(line.number, []), "#" in source.rows[line.number - 1] or line.comment
        if target and not comment and len(own) == 1 and isinstance(own[0].part, Branch):
            items[target].insert(0, own.pop())
        elif own or comment:
            target = line.number if own else 0


def joined(parts: list[Statement], comment: str, names: Names) -> tuple[list[str], str]:
    """The statements of a line as they are written, and its comment, remarks first."""
    done = [printed(part, bool(SOURCE.match(comment)), names) for part in parts]
    remarks = [f"# {remark}" for _, found in done for remark in found]
    return [code for code, _ in done], "  ".join([*remarks, *([comment] if comment else [])])


def wrapped(code: str, comment: str, columns: int, indent: str) -> list[str]:
    """One row, or several where the code is wider than WIDTH or the limit asks for it; further ones are indented.

    A row ends behind a comma where one stands in its second half.
    """
    width = min(max(WIDTH, len(indent) + WIDTH // 2), columns)
    rows: list[str] = []
    behind = len(comment) + 2 if comment else 0
    while len(code) > width or len(code) + behind > columns:
        first = len(code) - len(code.lstrip(" -")) + 1
        at = code.rfind(", ", max(first, width // 2), width - 1) + 1 or code.rfind(" ", first, width - 1)
        at = at if at > 0 else code.find(" ", max(first, width - 1))
        if at < 0:
            break
        rows.append(f"{code[:at]} \\")
        code = indent + code[at:].lstrip()
    if len(code) + behind > columns and comment:
        return [*rows, f"{code} \\", comment]
    return [*rows, f"{code}  {comment}" if comment else code]


def printed(statement: Statement, silent: bool, names: Names) -> tuple[str, list[str]]:
    """A statement in its best form that says the same, and its remarks; they stay in it where it is `silent`."""
    text = text_of(statement)
    form = FORMS.get(type(statement), as_written)(statement, text)
    remarks = remarked(text, form.values)
    kept = [f"({remark})" for remark in remarks if silent or SPEAKS.search(remark)]
    meant = meanings(text, names)
    for best in form.texts:
        code = " ".join([best, *kept])
        if all(says(code, words) == said for words, said in meant):
            return code, [remark for remark in remarks if f"({remark})" not in kept]
    code = " ".join(text.split())
    return (code if all(says(code, words) == said for words, said in meant) else text), []


@lru_cache(maxsize=8192)
def says(text: str, words: Vocabulary) -> object:
    """What a text says with these names; None where it does not read."""
    try:
        return meaning(read_statement(text, words))
    except Mistake:
        return None


def meanings(text: str, names: Names) -> list[tuple[Vocabulary, object]]:
    """What a statement says with the names of its line, and in a block with up to three of its parameters as kinds.

    A block is read again with the kinds that a call gives, so its lines must say the same with them too; where one
    does not read there is nothing to keep.
    """
    here = names.here
    spoken = sorted((here.defined - names.everywhere.defined).intersection(alone(text)))[:8]
    chosen = [each for count in (1, 2, 3) for each in combinations(spoken, count)]
    ways = [
        here._replace(defined=here.defined.difference(each), kinds=tuple((name, kind) for name in each))
        for each, kind in product(chosen, STAND_INS)
    ]
    other = [(words, says(text, words)) for words in ways]
    return [(here, says(text, here)), *(pair for pair in other if pair[1] is not None)]


def alone(text: str) -> Iterator[str]:
    """The words that may be kinds: they touch no operator and are no option's value."""
    words = re.split(r"[\s,:]+", text)
    return (word for before, word in zip(["", *words], words, strict=False) if before.lower() not in TAKING)


def remarked(text: str, values: list[tuple[int, int]]) -> list[str]:
    """What stands in parentheses outside the values."""
    found: list[str] = []
    at = text.find("(")
    while at >= 0:
        end = max((end for begin, end in values if begin <= at < end), default=0)
        if not end:
            end = closing(text, at)
            found.append(text[at + 1 : end - 1].strip())
        at = text.find("(", end)
    return [remark for remark in found if remark]


def closing(text: str, at: int) -> int:
    """The place behind the parenthesis that closes the one at `at`."""
    depth = 0
    for mark in re.finditer(r"[()]", text[at:]):
        depth += 1 if mark[0] == "(" else -1
        if not depth:
            return at + mark.end()
    return len(text)


def layer_line(line: LayerLine, text: str) -> Form:
    """`NAME: KIND POSITIONALS OPTIONS POSTFIXES => CLAIMS`."""
    body = line.body
    front: list[Part] = [*line.bracket, *([line.label] if line.label else [])]
    behind: list[Part] = [*body.claims, *body.origins, *(body.call.arguments if body.call else ())]
    behind += [argument for use in body.uses for argument in use.arguments]
    places = [(part.begin, part.end) for part in front]
    places += [(line.base + part.begin, line.base + part.end) for part in behind]
    return Form((layer(line, text, Manner(*manner)) for manner in product((False, True), repeat=4)), places)


def bodied(line: Join | Head, text: str) -> Form:
    """The line above branches or a head's body."""
    return layer_line(line.line, text)


def layer(line: LayerLine, text: str, manner: Manner) -> str:
    """A layer's line."""
    body, source = line.body, Text(text, line.base)
    front = [claimed(claim, Text(text), manner) for claim in line.bracket]
    behind = [claimed(claim, source, manner) for claim in body.claims]
    if (body.uses or body.call) and not (shaped(line.bracket) and shaped(body.claims)):
        front, behind = [], front + behind
    parts = [*([f"[{', '.join(front)}]"] if front else []), *([titled(line.label, text)] if line.label else [])]
    parts += [*called(body.call, source, manner), *layers(line, source, manner)]
    return " ".join([*parts, *(["=> " + ", ".join(behind)] if behind else [])])


def layers(line: LayerLine, source: Text, manner: Manner) -> Iterator[str]:
    """The layer with its arguments, what it reads from, and the postfixes."""
    uses, plain, _, origins, call = line.body
    reads = [f"from {', '.join(referred(origin, source) for origin in origins)}"] if origins else []
    yield from reads if call else []
    for at, use in enumerate(uses):
        passed = parameter_of(use, source) if line.tentative else ""
        if at or call or passed or manner.keyword or not implied(line):
            yield passed or use.kind.keyword()
        yield from arguments(use, source, manner)
        if at == 0:
            yield from [*([] if call else reads), *(["plain"] if plain else [])]


def parameter_of(use: Use, source: Text) -> str:
    """The parameter of a block that stands here for a kind; no word of a line whose name implies its kind."""
    found = re.match(r"\w*", source.at(use.begin, use.end))
    word = found[0] if found and all(argument.begin > use.begin for argument in use.arguments) else ""
    return "" if kind_of(word) or word.lower() in (*NOISE, *SLIDE_WORDS, "plain", "from") else word


def called(call: Call | None, source: Text, manner: Manner) -> Iterator[str]:
    """A block's name and its arguments in the author's order."""
    if call:
        yield call.block
        for argument in call.arguments:
            yield f"{argument.name}={passed(argument, source, manner)}".removeprefix("=")


def passed(given: Given | Formal, source: Text, manner: Manner) -> str:
    """The value of a block's parameter; a kind in its own word."""
    said = given.value if isinstance(given, Given) else given.default
    if said:
        return spelled(source.at(said.begin, said.end), manner.grouped)
    return single(given.word)


def single(word: str) -> str:
    """A word that is a kind's or else a layer's, as it is written behind `=`."""
    kind = kind_of(word)
    return word if " " in kind else kind or word


def referred(said: Reference, source: Text) -> str:
    """The name of a layer above, or of a range of them."""
    return f"{said.name}..{spelled(source.at(said.last.begin, said.last.end))}{said.rest}" if said.last else said.name


def implied(line: LayerLine) -> bool:
    """Whether the line says its kind by its name: the kind's own word, or another before the values it must have.

    What a line does to the graph, as a head does, is written in any case.
    """
    if not line.label or line.body.uses[0].kind.role:
        return False
    name, use = line.label.name, line.body.uses[0]
    own = name.lower().startswith(use.kind.keyword()) or any(p.required for p in use.kind.parameters)
    return own and find(kind_in(name)) is use.kind


def shaped(claims: tuple[Claim, ...]) -> bool:
    """Whether a shape is among the claims: one list of claims names one."""
    return any(claim.shape for claim in claims)


def titled(label: Label, text: str) -> str:
    """A line's name or range, the line it reads, and its colon."""
    last = f"..{spelled(text[label.last.begin : label.last.end])}" if label.last else ""
    return f"{label.name}{last}{f' from {label.origin.name}' if label.origin else ''}:"


def arguments(use: Use, source: Text, manner: Manner) -> Iterator[str]:
    """A kind's arguments: values in the order of their places, flags among them where they stood, then options.

    A value is named where it would otherwise take the place of another.
    """
    reader = Arguments([], Vocabulary())
    reader.kind, reader.arguments = use.kind, []
    given = {argument.parameter.name for argument in use.arguments}
    for argument in ordered(use):
        parameter, said = argument.parameter, argument.value
        if said is None:
            yield parameter.name
            continue
        text = value(said, source.at(said.begin, said.end), manner.grouped)
        slot = reader.slot(len(said.axes))
        handed = slot is not None and parameter.required and not given.isdisjoint(slot.yields)
        bare = not manner.named and (slot is parameter or handed)
        yield text if bare else f"{parameter.name}{'=' if parameter.positional else ' '}{text}"
        reader.arguments.append(argument)


def ordered(use: Use) -> Iterator[Argument]:
    """A kind's arguments in canonical order."""
    given = use.arguments
    placed = [argument for argument in given if argument.parameter.positional]
    last = max((at for at, argument in enumerate(given) if argument.parameter.positional), default=-1)
    values = iter(sorted(placed, key=lambda argument: use.kind.parameters.index(argument.parameter)))
    for argument in given[: last + 1]:
        if argument.parameter.positional or argument.value is None:
            yield next(values) if argument.parameter.positional else argument
    options = (a for a in given[: last + 1] if not a.parameter.positional and a.value is not None)
    yield from (*options, *given[last + 1 :])


def claimed(claim: Claim, source: Text, manner: Manner) -> str:
    """A shape, or a figure with its unit, its digits as they are printed."""
    if claim.shape:
        return value(claim.shape, source.at(claim.shape.begin, claim.shape.end), True)
    assert claim.figure
    number = figure(claim.figure, source.at(claim.figure.begin, claim.figure.end))
    first = manner.unit or claim.quantity in UNIT_FIRST
    return f"{claim.quantity} {number}" if first else f"{number} {claim.quantity}"


def after(line: After, text: str) -> Form:
    """`after KIND: OPTIONS POSTFIXES`."""
    places = [(line.base + a.begin, line.base + a.end) for use in line.uses for a in use.arguments]
    return Form((given(line, Text(text, line.base), Manner(*m)) for m in product((False, True), repeat=2)), places)


def given(line: After, source: Text, manner: Manner) -> str:
    """What an `after` line gives, and to which kind."""
    first, *rest = line.uses
    parts = [f"after {first.kind.keyword()}:", *arguments(first, source, manner)]
    for use in rest:
        parts += [parameter_of(use, source) or use.kind.keyword(), *arguments(use, source, manner)]
    return " ".join(parts)


def axes(line: Axes, text: str) -> Form:
    """`axes CxHxW`."""
    return worded(f"axes {line.word.upper().replace('X', 'x')}", text)


def rounding(line: Rounding, text: str) -> Form:
    """`rounding floor`."""
    return worded(f"rounding {line.word}", text)


def worded(best: str, text: str) -> Form:
    """A directive of two words, with one remark behind them at most: the reader looks no further."""
    at = text.find("(")
    return Form([best] if at < 0 or closing(text, at) == len(text) else [], [])


def expect(line: Expect, text: str) -> Form:
    """`expect QUANTITY(names) OP figure`."""
    targets = f"({', '.join(target.name for target in line.targets)})" if line.targets else ""
    number = figure(line.figure, text[line.figure.begin : line.figure.end])
    return Form([f"expect {line.quantity}{targets} {line.op} {number}"], [(0, line.figure.end)])


def train(line: Train, text: str) -> Form:
    """`train: RECIPE`."""
    return Form([f"train: {line.recipe}".rstrip()], [(0, len(text))])


def constant(line: Constant, text: str) -> Form:
    """`name = expression`."""
    said = line.expression
    return Form([f"{line.name} = {spelled(text[said.begin : said.end], True)}"], [(0, len(text))])


def repeat(line: Repeat, text: str) -> Form:
    """`NAME: repeat N`."""
    times = f"repeat {spelled(text[line.times.begin : line.times.end], True)}"
    return Form([f"{titled(line.label, text)} {times}" if line.label else times], [(0, len(text))])


def group(line: Group, text: str) -> Form:
    """`NAME:`, although its name may say a kind."""
    return Form([titled(line.label, text)], [(0, len(text))])


def block(line: Block, text: str) -> Form:
    """`block NAME(PARAMETERS)`."""
    formals = [formal(part, text) for part in line.parameters]
    return Form([f"block {line.name}({', '.join(formals)})".removesuffix("()")], [(0, len(text))])


def formal(part: Formal, text: str) -> str:
    """A parameter, and its default if it has one."""
    return f"{part.name}={passed(part, Text(text), Manner())}" if part.default or part.word else part.name


def condition(line: If, text: str) -> Form:
    """`if CONDITION`."""
    return Form([f"if {spelled(text[line.condition.begin : line.condition.end], True)}"], [(0, len(text))])


def otherwise(line: Else, text: str) -> Form:
    """`else`."""
    return Form(["else"], [])


def going_on(line: From, text: str) -> Form:
    """`from NAME`."""
    return Form([f"from {line.origin.name}"], [])


def as_written(line: Statement, text: str) -> Form:
    """A statement that has no canonical form."""
    return Form([], [(0, len(text))])


FORMS: dict[type, Callable[..., Form]] = {
    LayerLine: layer_line, After: after, Axes: axes, Rounding: rounding, Expect: expect, Train: train,
    Constant: constant, Repeat: repeat, Group: group, Join: bodied, Head: bodied, Block: block, If: condition,
    Else: otherwise, From: going_on,
}  # fmt: skip
"""How each sort of statement is written."""

PLACES = frozenset(("begin", "end", "base", "place", "body"))
"""What a statement says is none of these; bodies are walked, not read by themselves."""


def meaning(part: object) -> object:
    """What a part of a statement says, wherever it stands and in whatever order its arguments do."""
    sort = type(part)
    if sort in SAID:
        return SAID[sort](part)
    if sort is tuple or sort is list:
        return tuple(map(meaning, part)) if isinstance(part, (tuple, list)) else part
    names = getattr(part, "_fields", None)
    return part if names is None else (sort, *[meaning(getattr(part, name)) for name in names if name not in PLACES])


def said_by_line(line: LayerLine) -> object:
    """A claim says the same before and behind a layer."""
    return (
        line.label and meaning(line.label),
        meaning(line.body.uses),
        line.body.plain,
        meaning(line.body.origins),
        line.body.call and meaning(line.body.call),
        meaning(line.bracket + line.body.claims),
    )


def said_by_given(part: Given | Formal) -> object:
    """A kind says the same by any of its words."""
    expression = part.value if isinstance(part, Given) else part.default
    return part.name, expression and meaning(expression), single(part.word)


def said_by_use(use: Use) -> object:
    """The order of arguments says nothing."""
    return use.kind, frozenset((a.parameter.name, meaning(a.value)) for a in use.arguments)


SAID: dict[type, Callable[..., object]] = {
    LayerLine: said_by_line,
    Use: said_by_use,
    Given: said_by_given,
    Formal: said_by_given,
    Axes: lambda axes: axes.word.lower(),
    Step: lambda step: (step.op, step.text.replace(",", ""), step.arity),
}
"""What is not said by the fields of a part alone."""
