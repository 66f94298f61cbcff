"""One pass over the statements: constants, repeats and lines, with shapes as it goes.

Bodies are generators driven by a loop, so nesting never meets Python's recursion limit. A mistake costs its line:
it is noted, and the pass goes on from the shape the line claims, if it claims one. `State` keeps what is known,
`Lines` traces a line, `Tracer` walks.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Diagnostic, Mistake, Span, did_you_mean
from cnncalc.faults import ILLEGAL_VALUE, LIMIT, MISPLACED, NO_NETWORK, UNKNOWN_KIND, UNKNOWN_NAME
from cnncalc.geometry import Order
from cnncalc.network.chain import given_parts
from cnncalc.network.claim import claimed
from cnncalc.network.lines import Lines
from cnncalc.network.node import Claimed, Network, inside
from cnncalc.network.scope import Scope, ends, numbered, parted, written_names
from cnncalc.network.state import Options
from cnncalc.source import too_many
from cnncalc.syntax.expression import shown
from cnncalc.syntax.tree import (
    After,
    Axes,
    Broken,
    Claim,
    Constant,
    Expect,
    Group,
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
    from cnncalc.syntax.tree import Figure, Label, Place, Statement

    Steps = Iterator["Steps"]

__all__ = ["Options", "trace"]

QUIET = frozenset(("expect", "train", "block"))
"""Directives that change no shape, so that one that does not read leaves the shapes below known."""
TIMES = 5
"""How many layers the expectations of a file may speak of, in limits of layers."""
WORDS = ("train", "weights")
"""What may stand beside names in the parentheses of an expectation."""


class Tracer(Lines):
    """Walks the statements of a file, bodies included."""

    def __init__(self, source: Source, parsed: Parsed, options: Options) -> None:
        super().__init__(source, parsed, options)
        self.statements, self.axes_line = parsed.statements, 0
        self.steps, self.stopped = 0, False
        self.most = len(self.findings) + options.limits.errors
        self.expects: list[Expect] = []
        self.expectations: list[Claimed] = []
        self.expected_of: set[tuple[str, ...]] = set()
        self.reached = 0
        self.spoken: frozenset[str] = frozenset()
        self.sorted_rows: list[str] = []
        self.written_in: dict[int, frozenset[str]] = {}
        self.recipe = ""
        self.handlers: dict[type, Callable[..., Steps | None]] = {
            LayerLine: self.layer_line, Constant: self.constant, After: self.after, Axes: self.axes,
            Rounding: self.set_rounding, Expect: self.expect, Train: self.train, Repeat: self.repeat,
            Group: self.group, Broken: self.broken,
        }  # fmt: skip
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
        for statement in self.expects:
            self.attempt(self.expected, statement, self.top)

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
            self.find(statement.place, mistake)
            if isinstance(statement, (LayerLine, Repeat, Group)):
                label = statement.label
                self.lose(statement.place, scope.prefix + label.name if label else "", "?" if label else "")
            return None

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
        if scope is not self.top:
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
        self.expects.append(statement)

    def after(self, statement: After, scope: Scope) -> None:
        """`after conv: relu` speaks to every such line below it."""
        scope.after[statement.uses[0].kind.keyword()] = given_parts(statement)

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

    # Bodies

    def group(self, statement: Group, scope: Scope) -> Steps:
        """`name:` with a body: a scope of its own, once or for every number of its range."""
        written = self.written(statement.body)
        each = list(self.named(statement.label, statement.place, scope))

        def passes() -> Steps:
            for name, i in each:
                self.take(statement.label, name, scope, statement.place)
                yield self.body(statement.body, Scope(f"{scope.prefix}{name}.", written, scope, i))

        return passes()

    def written(self, body: list[Statement]) -> frozenset[str]:
        """The names that the lines of a body bear, collected once however often it is passed."""
        if id(body) not in self.written_in:
            self.written_in[id(body)] = written_names(body)
        return self.written_in[id(body)]

    def repeat(self, statement: Repeat, scope: Scope) -> Steps:
        """`tower: repeat 19`: that many passes, `i` counting from 0."""
        count = self.value(statement.times, self.names(scope, None) if statement.times.names else {})
        begin, end = statement.times.begin, statement.times.end
        if count.denominator != 1 or count < 0:
            text = f"a repeat of {shown(count)} is asked for, and must be whole and at least 0"
            raise Mistake(ILLEGAL_VALUE, text, begin, end, "write 'repeat 3', or use floor(...), ceil(...) or //")
        if not statement.body:
            raise Mistake(MISPLACED, "the repeat has no body", begin, end, "indent the lines that it repeats")
        self.check_room(int(count) * len(statement.body), begin, end)
        if statement.label is None:
            return self.unnamed(statement, scope, int(count))
        return self.passes(statement, scope, int(count), list(self.named(statement.label, statement.place, scope)))

    def passes(self, statement: Repeat, scope: Scope, count: int, each: list[tuple[str, int | None]]) -> Steps:
        """The passes of a named repeat: tower.0, tower.1, ..."""
        written = self.written(statement.body)
        for name, _ in each:
            if self.full(statement):
                return
            if statement.label:
                self.take(statement.label, name, scope, statement.place)
            for i in range(count):
                yield self.body(statement.body, Scope(f"{scope.prefix}{name}.{i}.", written, scope, i))

    def unnamed(self, statement: Repeat, scope: Scope, count: int) -> Steps:
        """The passes of a repeat without a name: its lines are anonymous and count on."""
        for named in statement.body:
            label: Label | None = getattr(named, "label", None)
            if label:
                text, hint = "a repeat without a name holds anonymous lines only", "name the repeat: 'tower: repeat 3'"
                self.find(named.place, Mistake(MISPLACED, text, label.begin, label.end, hint))
                self.lose(statement.place, "", "")
                return
        for i in range(count):
            inner = Scope(scope.prefix, scope.written, scope, i)
            inner.counters = scope.counters
            yield self.body(statement.body, inner)

    def check_room(self, count: int, begin: int, end: int) -> None:
        """No spec expands beyond the limit of layers."""
        limit = self.options.limits.layers
        if count + len(self.nodes) > limit:
            made = f"{count:,}" if count < 10**20 else shown(count)
            text = f"this makes {made} layers, the limit is {limit:,}"
            raise Mistake(LIMIT, text, begin, end, "--limit layers=N raises it")

    def named(self, label: Label | None, place: Place, scope: Scope) -> Iterator[tuple[str, int | None]]:
        """(name, number) of a line: once, or for every number of its range."""
        if label is not None:
            self.check_name(label, scope)
        if label is None or label.last is None:
            yield label.name if label else "", None
            return
        first, last = ends(label, self.value(label.last, self.names(scope, None)))
        self.check_room(last - first + 1, label.begin, label.end)
        stem, digits = parted(label.name)
        for number in range(first, last + 1):
            yield numbered(stem, digits, number), number

    # Lines by their names

    def layer_line(self, statement: LayerLine, scope: Scope) -> None:
        """A line: once, or for every number of its range."""
        if not statement.body.uses:
            return self.headless(statement)
        for name, i in self.named(statement.label, statement.place, scope):
            if self.full(statement):
                return
            self.line(statement, scope, name, i)

    def headless(self, statement: LayerLine) -> None:
        """A name alone that spells no kind, without a body below it."""
        label = statement.label
        name = label.name if label else ""
        close = did_you_mean(name.rstrip("0123456789"), kind_words())
        hint = close or "write the kind behind the colon, or indent the lines that belong to it"
        text = f"'{name}' names no kind of layer, and no body follows"
        begin, end = (label.begin, label.end) if label else (0, statement.place.length)
        raise Mistake(UNKNOWN_KIND, text, begin, end, hint)

    # The end

    def expected(self, statement: Expect, scope: Scope) -> None:
        """An expectation with its numbers, its names looked up."""
        for target in statement.targets:
            if not self.partial and not self.reach(target.name):
                text = f"'{target.name}' names no line of the file"
                hint = did_you_mean(target.name, self.rows) or "write a line's name as it stands before its colon"
                raise Mistake(UNKNOWN_NAME, text, target.begin, target.end, hint)
        place, names = statement.place, tuple(dict.fromkeys(target.name for target in statement.targets))
        self.check_reach(statement, names)
        claim = claim_of(statement.quantity, statement.figure, place.length)
        op = "=" if statement.op == "==" else statement.op
        self.expectations.append(claimed(claim, names, self.top.constants, place, self.digits, op))

    def check_reach(self, statement: Expect, names: tuple[str, ...]) -> None:
        """All expectations together stay within some times the limit of layers."""
        self.reached += 0 if names in self.expected_of else sum(map(self.reach, names))
        self.expected_of.add(names)
        most = TIMES * self.options.limits.layers
        if self.reached > most:
            text = f"the expectations up to this one speak of more than {most:,} layers"
            raise Mistake(LIMIT, text, 0, statement.place.length, "--limit layers=N raises it")

    def reach(self, name: str) -> int:
        """For how many rows a name stands: a row, a bare layer or a word for one, a group for all in it."""
        if not self.spoken:
            bare = (f"{node.name}.{node.layer.slug()}" for node in self.nodes if node.name == node.line)
            self.spoken, self.sorted_rows = frozenset((*self.rows, *bare, *WORDS)), sorted(self.rows)
        return (name in self.spoken) + len(inside(self.sorted_rows, name))

    def network(self, name: str) -> Network:
        """Everything traced."""
        if not self.nodes and not self.findings:
            line = self.inputs[0].span.line if self.inputs else 1
            text = "the file has no layer" if self.inputs else "the file has no input and no layer"
            hint = "a network begins like this: INPUT: 227x227x3, then CONV1: 96 11x11 stride 4"
            self.note(Diagnostic(NO_NETWORK, text, Span(line, 1, line, 2), hint))
        fields = ("source", "order", "inputs", "nodes", "lines", "unknown", "recipe", "expectations")
        known = {field: getattr(self, field) for field in fields}
        tuples = {field: tuple(value) if isinstance(value, list) else value for field, value in known.items()}
        return Network(
            **tuples,
            name=name,
            constants=dict(self.top.constants),
            findings=tuple(sorted(self.findings.values(), key=lambda finding: finding.span)),
            overridden=(*self.options.constants, *(("input",) if self.options.shape else ())),
            exact=self.exact,
        )


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
