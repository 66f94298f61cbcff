"""The canonical text of a spec: one way to write what it says, its comments kept.

Every statement is printed from what was read of it, and what is printed is read again: a spelling that would not say
the same is never written. Values are copied from the source by their places, so that a kind may take values of any
form. A new sort of statement needs one function here, entered in `FORMS`; until then it stays as it is written.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake
from cnncalc.layers import find
from cnncalc.record import NamedTuple
from cnncalc.source import Limits, read, split_comment
from cnncalc.syntax.arguments import Arguments
from cnncalc.syntax.expression import Step
from cnncalc.syntax.parse import Parser, parse
from cnncalc.syntax.spelling import figure, spelled, value
from cnncalc.syntax.statement import BRACKETED, read_statement
from cnncalc.syntax.tree import After, Axes, Constant, Expect, Group, LayerLine, Repeat, Rounding, Train, Use
from cnncalc.syntax.words import Vocabulary, kind_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cnncalc.source import Source
    from cnncalc.syntax.parse import Parsed
    from cnncalc.syntax.tree import Argument, Claim, Label, Statement

INDENT = "  "
WIDTH = 120
"""Code that is wider goes on in a further row; comments are left as they are."""
SPEAKS = re.compile(r"(?i)\bcnncalc:|\bnoqa:|^source:|;\s*[\w.]+\s*=")
"""A remark that would say something to the program if it were a comment, or that the reader looks into."""
SOURCE = re.compile(r"(?i)#[#\s]*source:")
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


class Row(NamedTuple):
    """A logical line: its statements' depth, and the columns of the bodies that are open at it."""

    depth: int
    columns: tuple[int, ...]


class Block(NamedTuple):
    """A logical line as it is written: its rows, and the statements in them, each with its depth."""

    rows: list[str]
    statements: list[tuple[int, str]]


def canonical(source: Source, parsed: Parsed, limits: Limits = Limits()) -> str:
    """The canonical text of a spec that was read without findings; raises RuntimeError rather than change a meaning."""
    out: list[str] = []
    statements: list[tuple[int, str]] = []
    defined = Parser(source, limits).words
    for block in blocks(source, parsed, limits, defined):
        statements += block.statements
        if any(block.rows) or (out and out[-1]):
            out += block.rows
    text = "\n".join(out).rstrip("\n")
    text = f"{text}\n" if text else ""
    again = read(text, source.name, limits)
    spaced = [(depth, " ".join(said.split())) for depth, said in statements]
    if outline(again, limits) != (source.title, source.origin, defined, spaced):
        raise RuntimeError(f"the canonical text of {source.name} would not say the same; the file is left as it is")
    return text


def outline(source: Source, limits: Limits) -> tuple[str, str, Vocabulary, list[tuple[int, str]]]:
    """Title, source, names and statements of a text: each statement by itself says what it was written to say."""
    parser = Parser(source, limits)
    every = flattened(parse(source, limits))
    statements = [(depth, " ".join(text_of(statement).split())) for depth, statement in every]
    return source.title, source.origin, parser.words, statements


def blocks(source: Source, parsed: Parsed, limits: Limits, defined: Vocabulary) -> Iterator[Block]:
    """What each logical line becomes."""
    depths: dict[int, int] = {}
    parts: dict[int, list[Statement]] = {}
    for depth, statement in flattened(parsed):
        depths[statement.place.line.number] = depth
        parts.setdefault(statement.place.line.number, []).append(statement)
    ends = [line.number - 1 for line in source.lines[1:]] + [len(source.rows)]
    for line, end, row in zip(source.lines, ends, levels(source, depths), strict=True):
        before, comment = split_comment(source.rows[end - 1])
        comment = comment.rstrip(" \t")
        if line.number in parts:
            codes, comment = joined(parts[line.number], comment, defined)
            rows = wrapped(INDENT * row.depth + "; ".join(codes), comment, limits.columns, INDENT * (row.depth + 2))
            yield Block(rows, [(row.depth, code) for code in codes])
        else:
            column = len(before.expandtabs()) - len(before.lstrip())
            depth = sum(open_ <= column for open_ in row.columns[1:])
            yield Block([lone(comment, depth, bool(line.text))], [])


def lone(comment: str, depth: int, marked: bool) -> str:
    """A row without a statement; one with only `;` before its comment keeps it, as it is no title."""
    return (INDENT * depth + ";  " * marked + comment) if comment else ""


def text_of(statement: Statement) -> str:
    """A statement as it stands in its line."""
    place = statement.place
    return place.line.text[place.begin : place.end]


def flattened(parsed: Parsed) -> Iterator[tuple[int, Statement]]:
    """Every statement with its depth, in the order of the file."""
    waiting = [(0, statement) for statement in reversed(parsed.statements)]
    while waiting:
        depth, statement = waiting.pop()
        yield depth, statement
        body = getattr(statement, "body", ())
        if isinstance(body, list):
            waiting += [(depth + 1, inner) for inner in reversed(body)]


def levels(source: Source, depths: dict[int, int]) -> list[Row]:
    """The bodies open at each line; at a line without statements those of the deeper of its neighbours."""
    rows: list[Row] = []
    columns: tuple[int, ...] = ()
    for line in source.lines:
        if line.number in depths:
            column = len(line.text) - len(line.text.lstrip())
            columns = (*columns[: depths[line.number]], column)
        rows.append(Row(depths.get(line.number, -1), columns))
    for at in range(len(rows) - 2, -1, -1):
        if rows[at].depth < 0 and len(rows[at + 1].columns) > len(rows[at].columns):
            rows[at] = rows[at + 1]._replace(depth=-1)
    return rows


def joined(parts: list[Statement], comment: str, defined: Vocabulary) -> tuple[list[str], str]:
    """The statements of a line as they are written, and its comment, remarks first."""
    done = [printed(part, bool(SOURCE.match(comment)), defined) for part in parts]
    remarks = [f"# {remark}" for _, found in done for remark in found]
    return [code for code, _ in done], "  ".join([*remarks, *([comment] if comment else [])])


def wrapped(code: str, comment: str, columns: int, indent: str) -> list[str]:
    """One row, or several where the code is wider than WIDTH or the limit asks for it; further ones are indented."""
    width = min(WIDTH, columns)
    rows: list[str] = []
    behind = len(comment) + 2 if comment else 0
    while len(code) > width or len(code) + behind > columns:
        first = len(code) - len(code.lstrip()) + 1
        at = code.rfind(" ", first, width - 1)
        at = at if at > 0 else code.find(" ", max(first, width - 1))
        if at < 0:
            break
        rows.append(f"{code[:at]} \\")
        code = indent + code[at:].lstrip()
    return [*rows, f"{code}  {comment}" if comment else code]


def printed(statement: Statement, silent: bool, defined: Vocabulary) -> tuple[str, list[str]]:
    """A statement in its best form that says the same, and its remarks; they stay in it where it is `silent`."""
    text = text_of(statement)
    form = FORMS.get(type(statement), as_written)(statement, text)
    remarks = remarked(text, form.values)
    kept = [f"({remark})" for remark in remarks if silent or SPEAKS.search(remark)]
    said = meaning(read_statement(text, defined))
    for best in form.texts:
        code = " ".join([best, *kept])
        if says(code, said, defined):
            return code, [remark for remark in remarks if f"({remark})" not in kept]
    code = " ".join(text.split())
    return (code if says(code, said, defined) else text), []


def says(text: str, said: object, defined: Vocabulary) -> bool:
    """Whether a text reads as what is meant."""
    try:
        return meaning(read_statement(text, defined)) == said
    except Mistake:
        return False


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
    places = [(line.base + a.begin, line.base + a.end) for use in line.body.uses for a in use.arguments]
    places += [(line.base + claim.begin, line.base + claim.end) for claim in line.body.claims]
    places += [(claim.begin, claim.end) for claim in line.bracket]
    places += [(line.label.begin, line.label.end)] if line.label else []
    return Form((layer(line, text, Manner(*manner)) for manner in product((False, True), repeat=4)), places)


def layer(line: LayerLine, text: str, manner: Manner) -> str:
    """A layer's line."""
    uses, plain, said, *_ = line.body
    front = [claimed(claim, Text(text), manner) for claim in line.bracket]
    behind = [claimed(claim, Text(text, line.base), manner) for claim in said]
    if uses and not (shaped(line.bracket) and shaped(said)):
        front, behind = [], front + behind
    parts = [*([f"[{', '.join(front)}]"] if front else []), *([titled(line.label, text)] if line.label else [])]
    for at, use in enumerate(uses):
        parts += [use.kind.keyword()] * (at > 0 or manner.keyword or not implied(line))
        parts += arguments(use, Text(text, line.base), manner)
        parts += ["plain"] * (plain and at == 0)
    return " ".join([*parts, *(["=> " + ", ".join(behind)] if behind else [])])


def implied(line: LayerLine) -> bool:
    """Whether the line says its kind by its name: the kind's own word, or another before the values it must have."""
    if not line.label:
        return False
    name, use = line.label.name, line.body.uses[0]
    own = name.lower().startswith(use.kind.keyword()) or any(p.required for p in use.kind.parameters)
    return own and find(kind_in(name)) is use.kind


def shaped(claims: tuple[Claim, ...]) -> bool:
    """Whether a shape is among the claims: one list of claims names one."""
    return any(claim.shape for claim in claims)


def titled(label: Label, text: str) -> str:
    """A line's name or range, and its colon."""
    last = f"..{spelled(text[label.last.begin : label.last.end])}" if label.last else ""
    return f"{label.name}{last}:"


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
        parts += [use.kind.keyword(), *arguments(use, source, manner)]
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
    """`NAME: repeat N`; a bracket before it, which nothing reads, is not thrown away."""
    times = f"repeat {spelled(text[line.times.begin : line.times.end], True)}"
    best = f"{titled(line.label, text)} {times}" if line.label else times
    return Form([] if BRACKETED.match(text) else [best], [(0, len(text))])


def group(line: Group, text: str) -> Form:
    """`NAME:`, although its name may say a kind."""
    return Form([titled(line.label, text)], [(0, len(text))])


def as_written(line: Statement, text: str) -> Form:
    """A statement that has no canonical form."""
    return Form([], [(0, len(text))])


FORMS: dict[type, Callable[..., Form]] = {
    LayerLine: layer_line, After: after, Axes: axes, Rounding: rounding, Expect: expect, Train: train,
    Constant: constant, Repeat: repeat, Group: group,
}  # fmt: skip
"""How each sort of statement is written."""

PLACES = frozenset(("begin", "end", "base", "place", "body"))


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
        meaning(line.bracket + line.body.claims),
    )


def said_by_use(use: Use) -> object:
    """The order of arguments says nothing."""
    return use.kind, frozenset((a.parameter.name, meaning(a.value)) for a in use.arguments)


SAID: dict[type, Callable[..., object]] = {
    LayerLine: said_by_line,
    Use: said_by_use,
    Axes: lambda axes: axes.word.lower(),
    Step: lambda step: (step.op, step.text.replace(",", ""), step.arity),
}
"""What is not said by the fields of a part alone."""
