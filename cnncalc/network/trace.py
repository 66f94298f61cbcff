"""One pass over the statements: constants, bodies and lines, with shapes as it goes.

Bodies are generators driven by a loop, so nesting never meets Python's recursion limit. A mistake costs its line:
it is noted, and the pass goes on from the shape the line claims, if it claims one. `State` keeps what is known,
`References` finds what names stand for, `Lines` traces a line, `Joins` its branches, `Bodies` what has a scope of its
own, and `Tracer` walks.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from cnncalc.diagnostic import Diagnostic, Mistake, Span, did_you_mean
from cnncalc.faults import BAD_CLAIM, ILLEGAL_VALUE, LIMIT, MISPLACED, NO_NETWORK, UNKNOWN_KIND, UNKNOWN_NAME
from cnncalc.geometry import Order
from cnncalc.network.bodies import Bodies
from cnncalc.network.chain import given_parts, own_parts
from cnncalc.network.claim import MEMORY, OF_LAYERS, WORDS, claimed
from cnncalc.network.node import Claimed, Network, Node, inside
from cnncalc.network.scope import Scope
from cnncalc.network.state import Options
from cnncalc.source import too_many
from cnncalc.syntax.expression import shown
from cnncalc.syntax.statement import read_statement
from cnncalc.syntax.tree import (
    After,
    Axes,
    Block,
    Broken,
    Claim,
    Constant,
    Expect,
    From,
    Group,
    Head,
    If,
    Join,
    LayerLine,
    Repeat,
    Rounding,
    Train,
)
from cnncalc.syntax.words import kind_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cnncalc.geometry import Rational
    from cnncalc.source import Source
    from cnncalc.syntax.parse import Parsed
    from cnncalc.syntax.tree import Call, Figure, Reference, Statement

    Steps = Iterator["Steps"]
    T = TypeVar("T", LayerLine, After)

__all__ = ["Options", "trace"]

QUIET = frozenset(("expect", "train", "block"))
"""Directives that change no shape, so that one that does not read leaves the shapes below known."""
LARGEST_BATCH = 10**15
"""No memory holds as many samples."""
TIMES = 5
"""How many layers the expectations of a file may speak of, in limits of layers."""


class Tracer(Bodies):
    """Walks the statements of a file, bodies included."""

    def __init__(self, source: Source, parsed: Parsed, options: Options) -> None:
        super().__init__(source, parsed, options)
        self.statements, self.axes_line = parsed.statements, 0
        self.steps, self.stopped = 0, False
        self.most = len(self.findings) + options.limits.errors
        self.expects: list[tuple[Expect, Scope]] = []
        self.expectations: list[Claimed] = []
        self.expected_of: set[tuple[str, ...]] = set()
        self.reached = 0
        self.spoken: frozenset[str] = frozenset()
        self.sorted_rows: list[str] = []
        self.recipe = ""
        self.handlers: dict[type, Callable[..., Steps | None]] = {
            LayerLine: self.layer_line, Constant: self.constant, After: self.after, Axes: self.axes,
            Rounding: self.set_rounding, Expect: self.expect, Train: self.train, Repeat: self.repeat,
            Group: self.group, Broken: self.broken, Join: self.join_line, Head: self.head_line,
            If: self.condition, From: self.go_on, Block: self.skip,
        }  # fmt: skip
        self.roles = {"again": self.share, "gives": self.output, "fitted": self.shortcut, "": self.line}
        self.collect_blocks(parsed.statements)
        self.known: set[int] = set()
        self.file_constants()

    # The walk

    def run(self) -> None:
        """Trace every statement, bodies by a stack of generators; then what can only be told at the end."""
        stack = [self.body(self.statements, self.top)]
        while stack:
            step = next(stack[-1], None)
            if step is None:
                stack.pop()
            else:
                stack.append(step)
        for statement, scope in self.expects:
            self.attempt(self.expected, statement, scope)

    def body(self, statements: list[Statement], scope: Scope) -> Steps:
        """The statements of one body, in order."""
        for statement in statements:
            if self.full(statement):
                return
            step = self.attempt(self.handlers[type(statement)], statement, scope)
            if step is not None:
                yield step

    def attempt(self, handler: Callable[..., Steps | None], statement: Statement, scope: Scope) -> Steps | None:
        """Trace one statement; a mistake is noted, and costs what the statement would have made."""
        try:
            return handler(statement, scope)
        except Mistake as mistake:
            self.spoilt(statement, scope, mistake)
        return None

    def spoilt(self, statement: Statement, scope: Scope, mistake: Mistake) -> None:
        """Note a mistake, and that what the statement would have made is not known."""
        self.find(statement.place, mistake)
        if isinstance(statement, (LayerLine, Repeat, Group, Join, Head)):
            label = statement.label
            self.lose(statement.place, scope.prefix + label.name if label else "", "?" if label else "")

    def full(self, statement: Statement) -> bool:
        """Whether the limit of layers or of errors is reached; said once."""
        if self.stopped:
            return True
        self.steps += 1
        limits, made = self.options.limits, len(self.nodes) + len(self.unknown)
        if made < limits.layers and self.steps <= limits.layers and len(self.findings) <= self.most:
            return False
        more = isinstance(statement, LayerLine) and bool(self.inputs)
        self.stopped = made + more > limits.layers or self.steps - 2 * made > limits.layers + len(self.source.lines)
        if self.stopped:
            text = f"the spec makes more than {limits.layers:,} layers"
            self.find(statement.place, Mistake(LIMIT, text, 0, statement.place.length, "--limit layers=N raises it"))
        elif len(self.findings) > self.most:
            self.stopped = True
            self.note(too_many(statement.place.span(), limits))
        return self.stopped

    # Constants

    def file_constants(self) -> None:
        """The constants of the file, in order, before any layer; those set from outside first."""
        for statement in self.statements:
            if isinstance(statement, Broken) and statement.constant:
                self.spoil(statement.constant)
            elif isinstance(statement, Constant):
                self.known.add(id(statement))
                try:
                    self.define(statement, self.top, self.top.constants)
                except Mistake as mistake:
                    self.find(statement.place, mistake)
                    self.spoil(statement.name)

    def spoil(self, name: str) -> None:
        """A constant without a value: set from outside it has one, else no line is blamed for using it."""
        self.top.taken.setdefault(name, 0)
        if name in self.options.constants:
            self.top.constants[name] = self.options.constants[name]
        elif name not in self.top.constants:
            self.poisoned.add(name)

    def define(self, statement: Constant, scope: Scope, names: Mapping[str, Rational]) -> None:
        """Give a constant its value, once."""
        name = statement.name
        scope.take(name, statement.place.line.number, 0, len(name))
        value = self.value(statement.expression, names)
        scope.constants[name] = self.options.constants.get(name, value) if scope is self.top else value

    def constant(self, statement: Constant, scope: Scope) -> None:
        """A constant of a body is evaluated where it stands; the file's own are known already."""
        if id(statement) not in self.known:
            try:
                self.define(statement, scope, self.names(scope, None))
            except Mistake:
                self.poisoned.add(statement.name)
                raise

    # Directives

    def axes(self, statement: Axes, scope: Scope) -> None:
        """`axes CxHxW`: once, before the first shape."""
        if self.axes_line or self.started:
            reason = f"given twice: here and on line {self.axes_line}" if self.axes_line else "after the first shape"
            hint = "keep one, above the input"
            raise Mistake(MISPLACED, f"'axes' is {reason}", 0, len("axes"), hint)
        self.axes_line = statement.place.line.number
        self.setting = self.setting._replace(order=Order.of(statement.word))

    def set_rounding(self, statement: Rounding, scope: Scope) -> None:
        """`rounding ceil`: how the pools below round."""
        self.setting = self.setting._replace(ceil=statement.word == "ceil")
        self.exact = statement.word == "exact"
        self.doubts.discard("rounding")

    def train(self, statement: Train, scope: Scope) -> None:
        """The recipe is kept as text."""
        self.recipe = statement.recipe

    def expect(self, statement: Expect, scope: Scope) -> None:
        """Expectations are worked out when everything is known."""
        self.expects.append((statement, scope))

    def after(self, statement: After, scope: Scope) -> None:
        """`after conv: relu` speaks to every such line below it."""
        said = self.read_again(statement, scope)
        scope.after[said.uses[0].kind.keyword()] = given_parts(said)

    # What does not read

    def broken(self, statement: Broken, scope: Scope) -> None:
        """A statement that does not read: what it would have changed is in doubt from here on."""
        if statement.directive in ("axes", "rounding"):
            self.doubts.add(statement.directive)
        elif statement.directive == "after":
            scope.after[statement.kind] = None
        elif statement.directive not in QUIET and not statement.constant:
            self.lost_line(statement, scope)

    def lost_line(self, statement: Broken, scope: Scope) -> None:
        """A layer that does not read; what it claims is all that is known of it."""
        self.started = True
        kind = "" if statement.directive else statement.kind or "?"
        name = (
            statement.label.name
            if statement.label
            else scope.anonymous(statement.kind.replace(" ", "_"))
            if statement.kind
            else ""
        )
        if statement.label:
            scope.taken.setdefault(name, statement.place.line.number)
        self.lose(statement.place, scope.prefix + name, kind if kind != "input" else "")
        self.assume([(claim, 0) for claim in statement.claims], statement.place, scope)

    # Lines by their names

    def layer_line(self, written: LayerLine, scope: Scope) -> Steps | None:
        """A line: once, or for every number of its range."""
        statement = self.read_again(written, scope) if written.tentative or scope.kinds else written
        body = statement.body
        if body.call:
            return self.guarded(self.call_lines(statement, body.call, scope), statement, scope)
        if not body.uses:
            raise headless(statement)
        trace, label = self.roles[self.role_of(statement)], statement.label
        if label is None or label.last is None:
            if label:
                self.check_name(label, scope)
            trace(statement, scope, label.name if label else "", None)
            return None
        for name, i in self.named(label, statement.place, scope):
            if self.full(statement):
                return None
            trace(statement, scope, name, i)
        return None

    def role_of(self, statement: LayerLine) -> str:
        """What a line does to the graph; raises Mistake for a head without a body."""
        use = statement.body.uses[0]
        if use.kind.role != "head":
            return use.kind.role
        text, hint = "the head has no body", "indent its lines below it"
        raise Mistake(MISPLACED, text, use.begin + statement.base, use.end + statement.base, hint)

    def call_lines(self, statement: LayerLine, call: Call, scope: Scope) -> Steps:
        """The calls of a block: one, or one for every number of the line's range."""
        for name, i in list(self.named(statement.label, statement.place, scope)):
            if self.full(statement):
                return
            yield self.guarded(self.call(statement, call, scope, name, i), statement, scope)

    def join_line(self, statement: Join, scope: Scope) -> Steps:
        """A join with its branches, what is wrong with it noted."""
        return self.guarded(self.join_lines(statement, scope), statement, scope)

    def join_lines(self, statement: Join, scope: Scope) -> Steps:
        """A join with its branches: once, or for every number of its range."""
        line = self.read_again(statement.line, scope) if statement.line.tentative or scope.kinds else statement.line
        for name, i in list(self.named(line.label, line.place, scope)):
            if self.full(statement):
                return
            yield self.guarded(self.join(statement, line, scope, name, i), statement, scope)

    def head_line(self, statement: Head, scope: Scope) -> Steps:
        """A head that only trains."""
        return self.guarded(self.training_head(statement, scope), statement, scope)

    def guarded(self, steps: Steps, statement: Statement, scope: Scope) -> Steps:
        """Steps whose mistakes are noted, as those of a single line are."""
        try:
            yield from steps
        except Mistake as mistake:
            self.spoilt(statement, scope, mistake)

    def read_again(self, statement: T, scope: Scope) -> T:
        """A line of a block, or its `after`, its parameters that are kinds known.

        Raises Mistake where it reads with none of them.
        """
        said = self.again(statement, scope) if scope.kinds else statement
        if said is statement and statement.tentative:
            raise statement.tentative
        return said

    def again(self, statement: T, scope: Scope) -> T:
        """A statement with the kinds that its block's parameters stand for, if it speaks of any."""
        place = statement.place
        text = place.line.text[place.begin : place.end]
        kinds = tuple((name, kind) for name, kind in scope.kinds.items() if name in spoken(text))
        if not kinds:
            return statement
        words = self.parsed.words_at(place.line.number)
        words = words._replace(defined=words.defined.difference(scope.kinds), kinds=kinds)
        said = read_statement(text, words)
        return said._replace(place=place) if isinstance(said, type(statement)) else statement

    def go_on(self, statement: From, scope: Scope) -> None:
        """`from NAME`: the line below reads that one."""
        self.begin(statement.place)
        self.start(statement.origin, scope, statement.place, 0)

    def skip(self, statement: Block, scope: Scope) -> None:
        """A block says nothing until it is called."""

    def output(self, statement: LayerLine, scope: Scope, name: str, i: int | None) -> None:
        """What the network gives: the lines it names, or the one above."""
        first, *rest = own_parts(statement)
        self.take(statement.label, name or scope.anonymous(first.use.kind.slug()), scope, statement.place)
        self.begin(statement.place)
        if rest or statement.bracket or statement.body.claims:
            text, hint = (
                "an output is no layer: it claims nothing and nothing follows it",
                "say it of the lines it names",
            )
            raise Mistake(MISPLACED, text, 0, statement.place.length, hint)
        flows = self.read_by(statement._replace(body=statement.body._replace(origins=())), scope)
        if statement.body.origins:
            try:
                flows = self.origins(statement.body.origins, scope)
            except Mistake as mistake:
                return self.find(statement.place, mistake, statement.base)
        self.given += [flow.node for flow in flows if flow.node]

    # The end

    def expected(self, statement: Expect, scope: Scope) -> None:
        """An expectation with its numbers, its names looked up."""
        settings = {target.name: self.memory_for(target, scope) for target in statement.targets if "=" in target.name}
        known = {target.name: self.full_name(target.name, scope) or target.name for target in statement.targets}
        known |= settings
        words = MEMORY if statement.quantity == "memory" else WORDS
        for target in statement.targets:
            there = target.name in settings or target.name in words or self.reach(known[target.name])
            if not self.partial and not there:
                text = f"'{target.name}' names no line of the file"
                hint = did_you_mean(target.name, self.rows) or "write a line's name as it stands before its colon"
                raise Mistake(UNKNOWN_NAME, text, target.begin, target.end, hint)
        place, names = statement.place, tuple(known.values())
        if statement.quantity == "memory":
            self.check_parts(statement, [known[t.name] for t in statement.targets if t.name not in settings])
        self.check_reach(statement, names)
        claim = claim_of(statement.quantity, statement.figure, place.length)
        op = "=" if statement.op == "==" else statement.op
        self.expectations.append(claimed(claim, names, scope.constants, place, self.digits, op))

    def memory_for(self, target: Reference, scope: Scope) -> str:
        """What a memory is expected for: `batch=b` with the value of the constant."""
        word, _, said = target.name.partition("=")
        if word != "batch":
            return target.name
        value = int(said) if said.isdigit() else scope.constants[said]
        if value.denominator != 1 or not 1 <= value < LARGEST_BATCH:
            bound = f"at least 1 and below {LARGEST_BATCH:,}" if value.denominator == 1 else "whole"
            text = f"a batch of {shown(value)} is expected, and must be {bound}"
            raise Mistake(ILLEGAL_VALUE, text, target.begin, target.end, "write batch=32")
        return f"batch={value}"

    def check_parts(self, statement: Expect, names: list[str]) -> None:
        """Beside names of layers only those parts of memory stand that are told of layers."""
        bare = [name for name in names if name in MEMORY and not self.reach(name, ())]
        alone = [name for name in bare if name not in OF_LAYERS]
        if alone and len(bare) < len(names):
            text = f"memory({alone[0]}) is that of the whole network, and layers are named beside it"
            hint = f"of layers write {', '.join(OF_LAYERS)}"
            raise Mistake(BAD_CLAIM, text, statement.targets[0].begin, statement.targets[-1].end, hint)

    def check_reach(self, statement: Expect, names: tuple[str, ...]) -> None:
        """All expectations together stay within some times the limit of layers."""
        every = len(self.nodes) if statement.quantity == "memory" else 0
        self.reached += 0 if names in self.expected_of else every + sum(map(self.reach, names))
        self.expected_of.add(names)
        most = TIMES * self.options.limits.layers
        if self.reached > most:
            text = f"the expectations up to this one speak of more than {most:,} layers"
            raise Mistake(LIMIT, text, 0, statement.place.length, "--limit layers=N raises it")

    def reach(self, name: str, words: tuple[str, ...] = WORDS) -> int:
        """For how many rows a name stands: a row, a bare layer or a word for one, a group for all in it."""
        if not self.spoken:
            bare = (f"{node.name}.{node.layer.slug()}" for node in self.nodes if node.name == node.line)
            self.spoken = frozenset((*self.rows, *bare, *self.aliases))
            self.sorted_rows = sorted(self.rows)
        first, last, _ = self.spans.get(name, (0, 0, None))
        return max((name in self.spoken or name in words) + len(inside(self.sorted_rows, name)), last - first)

    def last(self) -> tuple[Node, ...]:
        """The node that the last line gives; behind an error the last one that is known."""
        return (self.flow.node,) if self.flow.node and self.nodes else tuple(self.nodes[-1:])

    def network(self, name: str) -> Network:
        """Everything traced."""
        if not self.nodes and not self.findings:
            line = self.inputs[0].span.line if self.inputs else 1
            text = "the file has no layer" if self.inputs else "the file has no input and no layer"
            hint = "a network begins like this: INPUT: 227x227x3, then CONV1: 96 11x11 stride 4"
            self.note(Diagnostic(NO_NETWORK, text, Span(line, 1, line, 2), hint))
        fields = (
            "source",
            "order",
            "inputs",
            "nodes",
            "lines",
            "unknown",
            "recipe",
            "expectations",
            "aliases",
            "solved",
        )
        known = {field: getattr(self, field) for field in fields}
        tuples = {field: tuple(value) if isinstance(value, list) else value for field, value in known.items()}
        return Network(
            **tuples,
            name=name,
            parsed=self.parsed,
            sections=tuple(self.sections),
            outputs=tuple(self.given) or self.last(),
            constants=dict(self.top.constants),
            findings=tuple(sorted(self.findings.values(), key=lambda finding: finding.span)),
            overridden=(*self.options.constants, *(("input",) if self.options.shape else ())),
            exact=self.exact,
        )


def headless(statement: LayerLine) -> Mistake:
    """A name alone that spells no kind, without a body below it."""
    label = statement.label
    name = label.name if label else ""
    close = did_you_mean(name.rstrip("0123456789"), kind_words())
    hint = close or "write the kind behind the colon, or indent the lines that belong to it"
    text = f"'{name}' names no kind of layer, and no body follows"
    begin, end = (label.begin, label.end) if label else (0, statement.place.length)
    return Mistake(UNKNOWN_KIND, text, begin, end, hint)


WORD = re.compile(r"\w+")


@lru_cache(maxsize=8192)
def spoken(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(WORD.findall(text))


@lru_cache(maxsize=8192)
def claim_of(quantity: str, figure: Figure, length: int) -> Claim:
    """An expectation as the claim it makes."""
    return Claim(quantity, None, figure, 0, length)


def trace(source: Source, parsed: Parsed, name: str, options: Options = Options()) -> Network:
    """The network of a parsed spec; raises ValueError for a constant to set that the file does not have."""
    tracer = Tracer(source, parsed, options)
    for constant in options.constants:
        if constant not in tracer.top.taken:
            hint = did_you_mean(constant, tracer.top.taken)
            have = f"the file has {', '.join(sorted(tracer.top.taken)) or 'none'}"
            raise ValueError(f"no constant '{constant}' to set; {hint or have}")
    tracer.run()
    return tracer.network(name)
