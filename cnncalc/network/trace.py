"""One pass over the statements: constants, repeats and lines, with shapes as it goes.

Bodies are generators driven by a loop, so nesting never meets Python's recursion limit. A mistake costs its line:
it is noted, and the pass goes on from the shape the line claims, if it claims one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncalc.diagnostic import Diagnostic, Mistake, Span, did_you_mean
from cnncalc.faults import (
    BAD_CLAIM,
    DUPLICATE_NAME,
    ILLEGAL_VALUE,
    LIMIT,
    MISPLACED,
    NO_NETWORK,
    NOT_YET,
    UNKNOWN_KIND,
    UNKNOWN_NAME,
)
from cnncalc.geometry import Order, Shape
from cnncalc.network.bind import Refusal, Setting, layer_of
from cnncalc.network.chain import LOST, Flow, Part, own_parts, parts_of, rows
from cnncalc.network.claim import claimed, fits
from cnncalc.network.node import Claimed, LineOf, Network, Node, Unknown
from cnncalc.network.scope import Scope, ends, numbered, parted, written_names
from cnncalc.source import Limits
from cnncalc.syntax.expression import Expression, evaluate, shown
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
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cnncalc.geometry import Rational
    from cnncalc.layer import Layer
    from cnncalc.source import Source
    from cnncalc.syntax.parse import Parsed
    from cnncalc.syntax.tree import Label, Place, Statement

    Steps = Iterator["Steps"]
    Placed = tuple[Claim, int]

AXES = {0: (), 1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
"""The letters of the spatial axes in PyTorch's order."""
QUIET = frozenset(("expect", "train", "block"))
"""Directives that change no shape, so that one that does not read leaves the shapes below known."""
MOST_DIGITS = 4_000
"""A little less than Python converts to text and back."""
WORDS = ("train", "weights")
"""What may stand beside names in the parentheses of an expectation."""


class Options(NamedTuple):
    """What the caller changes of a spec: constants, the input's shape, the limits."""

    constants: Mapping[str, Rational] = {}
    shape: Shape | None = None
    limits: Limits = Limits()


class Tracer:
    """What is known so far: nodes, lines, the tensor that flows, findings."""

    def __init__(self, source: Source, parsed: Parsed, options: Options) -> None:
        self.source, self.options = source, options
        self.digits = min(options.limits.digits, MOST_DIGITS)
        self.findings = {(finding.code.code, finding.span): finding for finding in parsed.findings}
        self.order, self.axes_line, self.rounding = Order(), 0, "floor"
        self.doubts: set[str] = set()
        self.poisoned: set[str] = set()
        self.inputs: list[Node] = []
        self.nodes: list[Node] = []
        self.lines: list[LineOf] = []
        self.unknown: list[Unknown] = []
        self.rows: dict[str, int] = {}
        self.expects: list[Expect] = []
        self.expectations: list[Claimed] = []
        self.recipe = ""
        self.flow, self.started, self.partial = LOST, False, False
        self.steps, self.stopped = 0, False
        self.spoken: frozenset[str] = frozenset()
        self.top = Scope("", written_names(parsed.statements))
        self.handlers: dict[type, Callable[..., Steps | None]] = {
            LayerLine: self.layer_line, Constant: self.constant, After: self.after, Axes: self.axes,
            Rounding: self.set_rounding, Expect: self.expect, Train: self.train, Repeat: self.repeat,
            Group: self.group, Broken: self.broken,
        }  # fmt: skip
        self.statements = parsed.statements
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
        """Whether the limit of layers is reached; said once."""
        if self.stopped:
            return True
        self.steps += 1
        limits, made = self.options.limits, len(self.nodes) + len(self.unknown)
        self.stopped = made > limits.layers or self.steps > limits.layers + limits.lines
        if self.stopped:
            text = f"the spec makes more than {limits.layers:,} layers"
            self.find(statement.place, Mistake(LIMIT, text, 0, statement.place.length, "--limit layers=N raises it"))
        return self.stopped

    def find(self, place: Place, mistake: Mistake, base: int = 0) -> None:
        """Note a mistake whose places count from its statement's beginning, or from `base` behind it."""
        start = place.begin + base
        span = place.line.span(start + mistake.begin, start + mistake.end)
        self.note(Diagnostic(mistake.code, mistake.message, span, mistake.hint))

    def note(self, finding: Diagnostic) -> None:
        """Keep one finding of a code and place, and none that only repeats that a broken constant has no value."""
        if finding.code is UNKNOWN_NAME and self.poisoned and finding.message.split("'")[1] in self.poisoned:
            return
        self.findings.setdefault((finding.code.code, finding.span), finding)

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

    def value(self, expression: Expression, names: Mapping[str, Rational]) -> Rational:
        """The value of an expression within the limit of digits."""
        return evaluate(expression, names, self.digits)

    def names(self, scope: Scope, i: int | None) -> dict[str, Rational]:
        """The constants, the extents of the tensor that comes in, and the number in a range."""
        names, shape = dict(scope.constants), self.flow.shape
        if shape is not None:
            names.update(zip(("C", *AXES[shape.rank]), shape.dims, strict=True))
        if i is not None:
            names["i"] = i
        return names

    # Directives

    def axes(self, statement: Axes, scope: Scope) -> None:
        """`axes CxHxW`: once, before the first shape."""
        if self.axes_line or self.started:
            reason = f"given twice: here and on line {self.axes_line}" if self.axes_line else "after the first shape"
            hint = "keep one, above the input"
            raise Mistake(MISPLACED, f"'axes' is {reason}", 0, len("axes"), hint)
        self.axes_line = statement.place.line.number
        self.order = Order.of(statement.word)

    def set_rounding(self, statement: Rounding, scope: Scope) -> None:
        """`rounding ceil`: how the pools below round."""
        self.rounding = statement.word
        self.doubts.discard("rounding")

    def train(self, statement: Train, scope: Scope) -> None:
        """The recipe is kept as text."""
        self.recipe = statement.recipe

    def expect(self, statement: Expect, scope: Scope) -> None:
        """Expectations are worked out when everything is known."""
        self.expects.append(statement)

    def after(self, statement: After, scope: Scope) -> None:
        """`after conv: relu` speaks to every such line below it."""
        scope.after[statement.uses[0].kind.keyword()] = statement

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
        name = statement.label.name if statement.label else scope.anonymous(statement.kind) if statement.kind else ""
        if statement.label:
            scope.taken.setdefault(name, statement.place.line.number)
        self.lose(statement.place, scope.prefix + name, kind if kind != "input" else "")
        self.assume([(claim, 0) for claim in statement.claims], statement.place, scope)

    def lose(self, place: Place, name: str, kind: str) -> None:
        """From here on shapes are unknown; a row says so where a kind is told."""
        self.flow, self.partial = LOST, True
        if kind:
            self.unknown.append(Unknown(name or kind, kind, place.line.number))

    def doubt(self) -> None:
        """From here on the shape is only assumed: errors below are found, and no row shows a number."""
        self.flow, self.partial = Flow(None, self.flow.shape), True

    def assume(self, claims: Iterable[Placed], place: Place, scope: Scope) -> None:
        """Go on from the shape that a broken line claims, so that the errors below it are found too."""
        for claim, base in claims:
            if claim.shape and all(claim.shape.axes) and 1 < len(claim.shape.axes) <= 4:
                try:
                    held = self.claimed(claim, base, "", place, scope.constants)
                except Mistake:
                    continue
                axes = tuple(axis or 1 for axis in held.axes)
                self.flow = Flow(None, self.order.shape(axes, held.channels_first))

    # Bodies

    def group(self, statement: Group, scope: Scope) -> Steps:
        """`name:` with a body: a scope of its own, once or for every number of its range."""
        written = written_names(statement.body)
        each = list(self.named(statement.label, statement.place, scope))

        def passes() -> Steps:
            for name, i in each:
                self.take(statement.label, name, scope, statement.place)
                yield self.body(statement.body, Scope(f"{scope.prefix}{name}.", written, scope, i))

        return passes()

    def repeat(self, statement: Repeat, scope: Scope) -> Steps:
        """`tower: repeat 19`: that many passes, `i` counting from 0."""
        count = self.value(statement.times, self.names(scope, None))
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
        written = written_names(statement.body)
        for name, _ in each:
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
        if label is None or label.last is None:
            yield label.name if label else "", None
            return
        first, last = ends(label, self.value(label.last, self.names(scope, None)))
        self.check_room(last - first + 1, label.begin, label.end)
        stem, digits = parted(label.name)
        for number in range(first, last + 1):
            yield numbered(stem, digits, number), number

    def take(self, label: Label | None, name: str, scope: Scope, place: Place) -> str:
        """A name of this scope with its prefix; one that is taken costs what follows its numbers."""
        full = scope.prefix + name
        begin, end = (label.begin, label.end) if label else (0, place.length)
        try:
            if label:
                scope.take(name, place.line.number, begin, end)
            self.claim_row(full, place.line.number, begin, end)
        except Mistake as mistake:
            self.find(place, mistake)
            self.doubt()
        return full

    def claim_row(self, row: str, line: int, begin: int, end: int) -> None:
        """No two rows of the table bear one name, however each came by it."""
        if row in self.rows:
            text = f"'{row}' is named twice: on line {self.rows[row]} and here"
            raise Mistake(DUPLICATE_NAME, text, begin, end, "give each its own name")
        self.rows[row] = line

    # Lines

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

    def line(self, statement: LayerLine, scope: Scope, name: str, i: int | None) -> None:
        """One line with its postfixes: nodes, and the claims it makes."""
        place, kind = statement.place, statement.body.uses[0].kind
        own, further = name or scope.anonymous(kind.keyword()), kind.arity == 0 and bool(self.inputs)
        full = scope.prefix + own if further else self.take(statement.label, own, scope, place)
        parts = parts_of(statement, scope)
        claims = [*((c, 0) for c in statement.bracket), *((c, statement.base) for c in statement.body.claims)]
        names = self.names(scope, i) if any(claim.names for claim, _ in claims) else {}
        if kind.arity == 0:
            first, *rest = own_parts(statement)
            self.input(full, first, place, scope)
            return self.behind_input(full, rest, claims, place, scope)
        self.begin(place)
        if parts is None or self.doubted(parts[0]):
            self.lose(place, full, kind.keyword())
            return self.assume(claims, place, scope)
        nodes = self.chain(full, rows(full, parts), scope, i)
        if len(nodes) == len(parts):
            self.lines.append(LineOf(full, nodes, tuple(self.held(claims, full, place, names))))
        elif self.flow.shape is None:
            self.assume(claims, place, scope)

    def begin(self, place: Place) -> None:
        """A layer needs something to read."""
        if not self.started:
            self.started = True
            hint = "declare its shape above the layers: INPUT: 227x227x3"
            self.find(place, Mistake(NO_NETWORK, "the network begins without an input", 0, place.length, hint))
            self.doubts.add("input")

    def doubted(self, part: Part) -> bool:
        """Whether a layer rounds as a directive says that does not read."""
        return "rounding" in self.doubts and any(p.name == "ceil" for p in part.use.kind.parameters)

    def chain(self, line: str, parts: Iterable[tuple[str, Part]], scope: Scope, i: int | None) -> tuple[Node, ...]:
        """The nodes of a line, each reading the one before; fewer once an error makes them unknown."""
        nodes: list[Node] = []
        for row, part in parts:
            if row != line:
                self.take_row(row, part)
            node = self.step(row, line, part, scope, i)
            if node:
                nodes.append(node)
        self.nodes += nodes
        return tuple(nodes)

    def take_row(self, row: str, part: Part) -> None:
        """The row of a postfix; another line may bear its name."""
        try:
            self.claim_row(row, part.line.number, part.use.begin, part.use.end)
        except Mistake as mistake:
            self.note(part.finding(mistake))
            self.doubt()

    def step(self, row: str, line: str, part: Part, scope: Scope, i: int | None) -> Node | None:
        """One layer on the tensor that flows; None, and an unknown row, where its numbers are not known."""
        node, shape = self.flow
        layer = self.layer(part, scope, i) if shape else None
        if layer is None or shape is None:
            self.flow, self.partial = LOST, True
        elif node is None:
            self.flow = Flow(None, layer.out(shape))
        else:
            made = Node(row, line, layer, (node,), part.span())
            if self.printable(made, part):
                self.flow = Flow(made, made.output)
                return made
            self.flow, self.partial = LOST, True
        self.unknown.append(Unknown(row, part.keyword, part.line.number))
        return None

    def printable(self, node: Node, part: Part) -> bool:
        """Whether a layer's numbers stay within the limit of digits; Python prints no number without one."""
        most = max(node.work.macs, node.output.elements)
        if most.bit_length() * 3 <= self.digits * 10:
            return True
        text = f"the layer's numbers have more than {self.digits:,} digits"
        self.note(part.finding(Mistake(LIMIT, text, part.use.begin, part.use.end, "--limit digits=N raises it")))
        return False

    def layer(self, part: Part, scope: Scope, i: int | None) -> Layer | None:
        """The layer of a part over what flows, or None after an error, which is noted."""
        given = part.given.use if part.given else None
        wanted = part.use.names or (given and given.names)
        setting = Setting(self.order, self.rounding == "ceil", self.digits)
        made = layer_of(part.use, given, self.flow.shape, self.names(scope, i) if wanted else {}, setting)
        if not isinstance(made, Refusal):
            return made
        self.note(part.refused(made))
        return None

    def input(self, name: str, part: Part, place: Place, scope: Scope) -> None:
        """The input; its shape is the caller's, if the caller gives one. A second one is read for its shape alone."""
        further, late, self.started = bool(self.inputs), self.started, True
        self.flow = LOST
        layer = None if "axes" in self.doubts else self.layer(part, scope, None)
        if layer is None:
            return self.lose(place, "", "")
        node = Node(
            name, name, layer.replaced(shape=self.options.shape) if self.options.shape else layer, (), place.span()
        )
        self.flow = Flow(node, node.output)
        if not further and not late:
            return self.inputs.append(node)
        self.doubt()
        if further:
            raise Mistake(NOT_YET, "several inputs are not supported yet", 0, place.length)
        if "input" not in self.doubts:
            raise Mistake(MISPLACED, "the input stands below a layer", 0, place.length, "move it to the top")

    def behind_input(self, name: str, parts: list[Part], claims: list[Placed], place: Place, scope: Scope) -> None:
        """What an input's line says besides its shape: postfixes, and a claim of the shape."""
        if parts:
            [_, *named] = rows(name, [parts[0], *parts])
            nodes = self.chain(name, named, scope, None)
            if nodes and len(nodes) == len(parts):
                self.lines.append(LineOf(name, nodes, tuple(self.held(claims, name, place, {}))))
            return
        node = self.flow.node
        for claim, base in claims:
            held = self.claimed(claim, base, name, place, self.top.constants)
            agrees = node and fits(held, node.output, self.order.width_first, self.order.channels_first)
            if node and not self.options.shape and not (held.quantity == "shape" and agrees):
                text = f"the input is {self.order.text(node.output)} and claims {held.text}"
                hint = "an input claims its own shape at most"
                self.find(place, Mistake(BAD_CLAIM, text, claim.begin, claim.end, hint), base)

    # Claims

    def claimed(self, claim: Claim, base: int, target: str, place: Place, names: Mapping[str, Rational]) -> Claimed:
        """A claim with its numbers; its places count from `base` in its statement."""
        digits = self.digits
        return claimed(claim, (target,), names, place.line, place.begin + base, digits)

    def held(self, claims: list[Placed], target: str, place: Place, names: Mapping[str, Rational]) -> Iterator[Claimed]:
        """A line's claims with their numbers."""
        for claim, base in claims:
            try:
                yield self.claimed(claim, base, target, place, names)
            except Mistake as mistake:
                self.find(place, mistake, base)

    def expected(self, statement: Expect, scope: Scope) -> None:
        """An expectation with its numbers, its names looked up."""
        for target in statement.targets:
            if not self.partial and target.name not in self.speakable():
                text = f"'{target.name}' names no line of the file"
                hint = (
                    did_you_mean(target.name, tuple(self.rows)) or "write a line's name as it stands before its colon"
                )
                raise Mistake(UNKNOWN_NAME, text, target.begin, target.end, hint)
        place, names = statement.place, tuple(target.name for target in statement.targets)
        claim = Claim(statement.quantity, None, statement.figure, 0, place.length)
        held = self.claimed(claim, 0, "", place, self.top.constants)
        op = "=" if statement.op == "==" else statement.op
        self.expectations.append(held._replace(target=names, op=op))

    def speakable(self) -> frozenset[str]:
        """Every name that stands for something: rows, the groups they are in, bare layers, words."""
        if not self.spoken:
            bare = (f"{node.name}.{node.kind}" for node in self.nodes if node.name == node.line)
            groups = (row[:at] for row in self.rows for at, char in enumerate(row) if char == ".")
            self.spoken = frozenset((*self.rows, *groups, *bare, *WORDS))
        return self.spoken

    # The end

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
            exact=self.rounding == "exact",
        )


def trace(source: Source, parsed: Parsed, name: str, options: Options = Options()) -> Network:
    """The network of a parsed spec; raises ValueError for a constant to set that the file does not have."""
    tracer = Tracer(source, parsed, options)
    for constant in options.constants:
        if constant not in tracer.top.taken:
            hint = did_you_mean(constant, tuple(tracer.top.taken))
            have = f"the file has {', '.join(sorted(tracer.top.taken)) or 'none'}"
            raise ValueError(f"no constant '{constant}' to set; {hint or have}")
    tracer.run()
    return tracer.network(name)
