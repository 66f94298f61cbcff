"""One pass over the statements: constants, repeats and lines, with shapes as it goes.

Bodies are generators driven by a loop, so nesting never meets Python's recursion limit. A mistake costs its line:
it is noted, and the pass goes on from the shape the line claims, if it claims one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncalc.diagnostic import Diagnostic, Mistake, Span, did_you_mean
from cnncalc.faults import (
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
from cnncalc.network.bind import Binder
from cnncalc.network.claim import claimed
from cnncalc.network.node import Claimed, LineOf, Network, Node, Unknown
from cnncalc.source import Limits, Line
from cnncalc.syntax.expression import Expression, evaluate
from cnncalc.syntax.tree import (
    After,
    Axes,
    Broken,
    Claim,
    Constant,
    Expect,
    Group,
    Later,
    LayerLine,
    Repeat,
    Rounding,
    Train,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cnncalc.geometry import Rational
    from cnncalc.layer import Layer, Requirement, Value
    from cnncalc.source import Source
    from cnncalc.syntax.parse import Parsed
    from cnncalc.syntax.tree import Label, Place, Statement, Use

    Steps = Iterator["Steps"]


class Options(NamedTuple):
    """What the caller changes of a spec: constants, the input's shape, the limits."""

    constants: Mapping[str, Rational] = {}
    shape: Shape | None = None
    limits: Limits = Limits()


class Part(NamedTuple):
    """A use with the line it is written on, the offset its places count from, and the options `after` gives it."""

    use: Use
    line: Line
    base: int
    given: Part | None

    def span(self) -> Span:
        """The place of the use."""
        return self.line.span(self.base + self.use.begin, self.base + self.use.end)

    def finding(self, mistake: Mistake) -> Diagnostic:
        """A mistake in this use, at its place."""
        span = self.line.span(self.base + mistake.begin, self.base + mistake.end)
        return Diagnostic(mistake.code, mistake.message, span, mistake.hint)

    def unmet(self, requirement: Requirement) -> Diagnostic:
        """A requirement that does not hold, at the argument it is about."""
        about = next((a for a in self.use.arguments if a.parameter.name == requirement.about), self.use)
        message = requirement.message.format(*requirement.values)
        remedy = requirement.remedy.format(*requirement.values)
        return self.finding(Mistake(requirement.code, message, about.begin, about.end, remedy))


class Scope:
    """The names of one body: what is taken, what is counted, what `after` gives."""

    def __init__(self, prefix: str, written: frozenset[str], above: Scope | None = None, i: int | None = None) -> None:
        self.prefix, self.written = prefix, written
        self.taken: dict[str, int] = {}
        self.counters: dict[str, int] = {}
        self.after: dict[str, After] = dict(above.after) if above else {}
        self.constants: dict[str, Rational] = dict(above.constants) if above else {}
        if i is not None:
            self.constants["i"] = i

    def anonymous(self, kind: str) -> str:
        """The next name of a kind that no line of this scope bears."""
        while True:
            self.counters[kind] = self.counters.get(kind, 0) + 1
            name = f"{kind}{self.counters[kind]}"
            if name not in self.written:
                return name


class Tracer:
    """What is known so far: nodes, the shape that comes in (None: unknown after an error), findings."""

    def __init__(self, source: Source, parsed: Parsed, options: Options) -> None:
        self.source, self.options = source, options
        self.findings = list(parsed.findings)
        self.poisoned: set[str] = set()
        self.order = Order()
        self.axes_line = 0
        self.rounding = "floor"
        self.inputs: list[Node] = []
        self.nodes: list[Node] = []
        self.lines: list[LineOf] = []
        self.unknown: list[Unknown] = []
        self.expects: list[Expect] = []
        self.expectations: list[Claimed] = []
        self.recipe = ""
        self.last: Node | None = None
        self.assumed: Shape | None = None
        self.started = False
        self.top = Scope("", written_names(parsed.statements))
        self.handlers: dict[type, Callable[..., Steps | None]] = {
            LayerLine: self.layer_line, Constant: self.constant, After: self.after, Axes: self.axes,
            Rounding: self.set_rounding, Expect: self.expect, Train: self.train, Repeat: self.repeat,
            Group: self.group, Later: self.later, Broken: self.broken,
        }  # fmt: skip
        self.file_constants(parsed.statements)
        self.statements = parsed.statements

    def run(self) -> None:
        """Trace every statement, bodies by a stack of generators."""
        stack = [self.body(self.statements, self.top)]
        while stack:
            step = next(stack[-1], None)
            if step is None:
                stack.pop()
            elif len(self.nodes) + len(self.unknown) <= self.options.limits.layers:
                stack.append(step)
        self.finish()

    def body(self, statements: list[Statement], scope: Scope) -> Steps:
        """The statements of one body, in order."""
        for statement in statements:
            try:
                step = self.handlers[type(statement)](statement, scope)
            except Mistake as mistake:
                self.find(statement.place, mistake)
            else:
                if step is not None:
                    yield step

    def find(self, place: Place, mistake: Mistake) -> None:
        """Note a mistake whose places count from its statement's beginning."""
        span = place.line.span(place.begin + mistake.begin, place.begin + mistake.end)
        self.note(Diagnostic(mistake.code, mistake.message, span, mistake.hint))

    def note(self, finding: Diagnostic) -> None:
        """Keep a finding, unless it only repeats that a broken constant has no value."""
        quoted = finding.message.split("'")
        if not (finding.code is UNKNOWN_NAME and len(quoted) > 1 and quoted[1] in self.poisoned):
            self.findings.append(finding)

    def value(self, expression: Expression, names: Mapping[str, Rational]) -> Rational:
        return evaluate(expression, names, self.options.limits.digits)

    def file_constants(self, statements: list[Statement]) -> None:
        """The constants of the file, in order, before any layer; those set from outside first."""
        for statement in statements:
            if isinstance(statement, Broken) and statement.constant:
                self.poisoned.add(statement.constant)
            if isinstance(statement, Constant):
                try:
                    self.define(statement, self.top, self.top.constants)
                except Mistake as mistake:
                    self.find(statement.place, mistake)
                    self.poisoned.add(statement.name)

    def define(self, statement: Constant, scope: Scope, names: Mapping[str, Rational]) -> None:
        """Give a constant its value, once."""
        name = statement.name
        if name in scope.taken:
            text = f"'{name}' is set twice: here and on line {scope.taken[name]}"
            raise Mistake(DUPLICATE_NAME, text, 0, len(name), "set it once, or override it with --set")
        scope.taken[name] = statement.place.line.number
        value = self.value(statement.expression, names)
        scope.constants[name] = self.options.constants.get(name, value) if scope is self.top else value

    def constant(self, statement: Constant, scope: Scope) -> None:
        """A constant of a body is evaluated where it stands; the file's own are known already."""
        if scope is not self.top:
            self.define(statement, scope, self.names(scope))

    def names(self, scope: Scope) -> dict[str, Rational]:
        """The constants, and the extents of the tensor that comes in."""
        shape = self.shape()
        if shape is None:
            return scope.constants
        axes = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}.get(shape.rank, ())
        return {**scope.constants, "C": shape.channels, **dict(zip(axes, shape.extents, strict=True))}

    def shape(self) -> Shape | None:
        """The shape that comes in: the last layer's, or the one a broken line claims."""
        return self.last.output if self.last else self.assumed

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

    def train(self, statement: Train, scope: Scope) -> None:
        """The recipe is kept as text."""
        self.recipe = statement.recipe

    def expect(self, statement: Expect, scope: Scope) -> None:
        """Expectations are worked out when everything is known."""
        self.expects.append(statement)

    def after(self, statement: After, scope: Scope) -> None:
        """`after conv: relu` speaks to every such line below it."""
        scope.after[statement.uses[0].kind.keyword()] = statement

    def later(self, statement: Later, scope: Scope) -> None:
        """A part of the language still to come: said once, and nothing below is known."""
        self.lose(statement.place.line.number, "", "")
        raise Mistake(
            NOT_YET, f"{statement.what} are not supported yet", 0, statement.place.end - statement.place.begin
        )

    def broken(self, statement: Broken, scope: Scope) -> None:
        """A line that does not read; what it claims is all that is known of it."""
        if statement.constant:
            return
        self.lose(statement.place.line.number, statement.name, "?")
        self.assume([(claim, statement.place.begin) for claim in statement.claims], statement.place, scope)

    def lose(self, line: int, name: str, kind: str) -> None:
        """From here on shapes are unknown."""
        self.last, self.assumed, self.started = None, None, True
        if kind:
            self.unknown.append(Unknown(name or kind, kind, line))

    def assume(self, claims: list[tuple[Claim, int]], place: Place, scope: Scope) -> None:
        """Go on from the shape that a broken line claims, so that the errors below it are found too."""
        for claim, base in claims:
            if claim.shape and all(claim.shape.axes) and len(claim.shape.axes) > 1:
                try:
                    held = claimed(claim, (), scope.constants, place.line, base)
                    self.assumed = self.order.shape(tuple(a or 1 for a in held.axes), held.channels_first)
                except Mistake:
                    continue

    def group(self, statement: Group, scope: Scope) -> Steps:
        """`name:` with a body: a scope of its own."""
        name = self.take(statement.label, statement.label.name, scope, statement.place)
        inner = Scope(f"{name}.", written_names(statement.body), scope)
        return self.body(statement.body, inner)

    def repeat(self, statement: Repeat, scope: Scope) -> Steps:
        """`tower: repeat 19`: that many passes, `i` counting from 0."""
        count = self.value(statement.times, self.names(scope))
        begin, end = statement.times.begin, statement.times.end
        if count.denominator != 1 or count < 0:
            raise Mistake(ILLEGAL_VALUE, f"a repeat of {count} is not a whole number", begin, end, "repeat 0 or more")
        self.check_room(int(count) * max(1, len(statement.body)), begin, end)
        if not statement.body:
            raise Mistake(MISPLACED, "the repeat has no body", begin, end, "indent the lines that it repeats")
        if statement.label:
            self.take(statement.label, statement.label.name, scope, statement.place)
        return self.passes(statement, scope, int(count))

    def passes(self, statement: Repeat, scope: Scope, count: int) -> Steps:
        """The bodies of a repeat; without a name its lines are anonymous and count on."""
        if not statement.label and (named := next((s for s in statement.body if getattr(s, "label", None)), None)):
            hint = "name the repeat: 'tower: repeat 3'"
            text = "a repeat without a name may hold anonymous lines only"
            self.find(named.place, Mistake(MISPLACED, text, 0, named.place.end - named.place.begin, hint))
        written = written_names(statement.body)
        for i in range(count):
            prefix = f"{scope.prefix}{statement.label.name}.{i}." if statement.label else scope.prefix
            inner = Scope(prefix, written if statement.label else scope.written, scope, i)
            if not statement.label:
                inner.counters = scope.counters
            yield self.body(statement.body, inner)

    def check_room(self, count: int, begin: int, end: int) -> None:
        """No spec expands beyond the limit of layers."""
        limit = self.options.limits.layers
        if count + len(self.nodes) > limit:
            text = f"this makes {count:,} layers, the limit is {limit:,} (--limit layers=N raises it)"
            raise Mistake(LIMIT, text if count < 10**20 else f"this makes more than {limit:,} layers", begin, end)

    def take(self, label: Label, name: str, scope: Scope, place: Place) -> str:
        """A name of this scope, used once; with its scope's prefix."""
        if name in scope.taken:
            begin, end = label.begin - place.begin, label.end - place.begin
            text = f"'{name}' names two layers: on line {scope.taken[name]} and here"
            raise Mistake(DUPLICATE_NAME, text, begin, end, "give each its own name")
        scope.taken[name] = place.line.number
        return scope.prefix + name

    def layer_line(self, statement: LayerLine, scope: Scope) -> None:
        """A line: once, or for every number of its range."""
        label, place = statement.label, statement.place
        if not statement.body.uses:
            return self.no_kind(statement)
        if label is None or label.last is None:
            return self.line(statement, scope, label.name if label else "", self.names(scope))
        stem, first, last = self.range_of(label, place, scope)
        self.check_room(last - first + 1, label.begin - place.begin, label.end - place.begin)
        width = len(label.name) - len(stem)
        for number in range(first, last + 1):
            self.line(statement, scope, stem + str(number).zfill(width), {**self.names(scope), "i": number})

    def no_kind(self, statement: LayerLine) -> None:
        """A name alone that spells no kind, without a body below it."""
        name = statement.label.name if statement.label else ""
        self.lose(statement.place.line.number, name, "?")
        hint = did_you_mean(name.rstrip("0123456789"), ("conv", "pool", "fc", "input", "relu", "norm"))
        text = f"'{name}' names no kind of layer, and no body follows"
        raise Mistake(UNKNOWN_KIND, text, 0, len(name), hint or "write the kind behind the colon")

    def range_of(self, label: Label, place: Place, scope: Scope) -> tuple[str, int, int]:
        """(stem, first, last) of `CONV2..12`."""
        begin, end = label.begin - place.begin, label.end - place.begin
        stem = label.name.rstrip("0123456789")
        digits = label.name[len(stem) :]
        if not digits or label.last is None or len(digits) > 9:
            raise Mistake(
                ILLEGAL_VALUE, f"the range '{label.name}..' has no first number", begin, end, "write CONV2..12"
            )
        last = self.value(label.last, self.names(scope))
        if last.denominator != 1:
            raise Mistake(ILLEGAL_VALUE, f"the range ends at {last}, which is not whole", begin, end, "use //")
        return stem, int(digits), int(last)

    def line(self, statement: LayerLine, scope: Scope, name: str, names: Mapping[str, Rational]) -> None:
        """One line with its postfixes: nodes, and the claims it makes."""
        place, label = statement.place, statement.label
        kind = statement.body.uses[0].kind
        own = name or scope.anonymous(kind.keyword())
        full = self.take(label, own, scope, place) if label else scope.prefix + own
        parts = self.parts(statement, scope)
        if kind.arity == 0:
            return self.input(full, parts[0], names, place)
        if not self.started:
            self.started = True
            self.find(
                place,
                Mistake(NO_NETWORK, NO_INPUT, 0, place.end - place.begin, "declare its shape first: INPUT: 227x227x3"),
            )
        claims = [(claim, place.begin) for claim in statement.bracket]
        claims += [(claim, statement.base) for claim in statement.body.claims]
        claim_names = {**names, **self.names(scope), **({"i": names["i"]} if "i" in names else {})}
        nodes = self.chain(full, parts, scope, names)
        if not nodes or len(nodes) < len(parts):
            return self.assume(claims, place, scope)
        self.lines.append(LineOf(full, nodes, tuple(self.claims(claims, full, place, claim_names))))

    def parts(self, statement: LayerLine, scope: Scope) -> list[Part]:
        """A line's kinds; of what `after` gives them it takes all or, with a postfix of its own, nothing."""
        line, base = statement.place.line, statement.base
        own = [Part(use, line, base, None) for use in statement.body.uses]
        after = scope.after.get(own[0].use.kind.keyword())
        if after is None or len(own) > 1 or statement.body.plain:
            return own
        given = [Part(use, after.place.line, after.base, None) for use in after.uses]
        return [own[0]._replace(given=given[0]), *given[1:]]

    def input(self, name: str, part: Part, names: Mapping[str, Rational], place: Place) -> None:
        """The input; its shape is the caller's, if the caller gives one."""
        if self.inputs:
            raise Mistake(NOT_YET, "several inputs are not supported yet", 0, place.end - place.begin)
        if self.started:
            raise Mistake(MISPLACED, "the input stands below a layer", 0, place.end - place.begin, "move it to the top")
        self.started = True
        layer = self.bound(part, None, names)
        if layer is None:
            return self.lose(place.line.number, "", "")
        if self.options.shape:
            layer = layer.replaced(shape=self.options.shape)
        self.last = Node(name, name, layer, (), place.span())
        self.inputs.append(self.last)

    def claims(
        self, claims: list[tuple[Claim, int]], target: str, place: Place, names: Mapping[str, Rational]
    ) -> Iterator[Claimed]:
        """A line's claims with their numbers."""
        for claim, base in claims:
            try:
                yield claimed(claim, (target,), names, place.line, base)
            except Mistake as mistake:
                self.find(place._replace(begin=base), mistake)

    def chain(self, name: str, parts: list[Part], scope: Scope, names: Mapping[str, Rational]) -> tuple[Node, ...]:
        """The nodes of a line, each reading the one before; fewer once an error makes them unknown."""
        nodes: list[Node] = []
        seen: dict[str, int] = {}
        for index, part in enumerate(parts):
            keyword = part.use.kind.keyword()
            seen[keyword] = seen.get(keyword, 0) + 1
            row = f"{name}.{keyword}{seen[keyword] if seen[keyword] > 1 else ''}" if index else name
            shape, number = self.shape(), names.get("i")
            here = names if not index else self.names(scope) if number is None else {**self.names(scope), "i": number}
            layer = self.bound(part, shape, here) if shape else None
            if layer is None or shape is None:
                self.lose(parts[0].line.number, row, keyword)
            elif self.last is None:
                self.unknown.append(Unknown(row, keyword, parts[0].line.number))
                self.assumed = layer.out(shape)
            else:
                self.last = Node(row, name, layer, (self.last,), parts[0].span() if not index else part.span())
                nodes.append(self.last)
        self.nodes += nodes
        return tuple(nodes)

    def bound(self, part: Part, shape: Shape | None, names: Mapping[str, Rational]) -> Layer | None:
        """A layer with its arguments, once all it requires holds; None after an error, which is noted."""
        binder = Binder(shape, names, self.order, self.options.limits.digits)
        given: dict[str, Value] = {}
        if self.rounding == "ceil" and any(p.name == "ceil" for p in part.use.kind.parameters):
            given["ceil"] = 1
        for source in filter(None, (part.given, part)):
            try:
                binder.check_rank(source.use)
                given.update({a.parameter.name: binder.argument(a) for a in source.use.arguments})
            except Mistake as mistake:
                self.note(source.finding(mistake))
                return None
        try:
            layer = binder.layer(part.use, given)
        except Mistake as mistake:
            self.note(part.finding(mistake))
            return None
        unmet = next((r for r in layer.requires(*filter(None, [shape])) if not r.holds), None)
        if unmet is None:
            return layer
        self.note(part.unmet(unmet))
        return None

    def finish(self) -> None:
        """What can only be told at the end: expectations, and a file without a network."""
        for statement in self.expects:
            try:
                self.expected(statement)
            except Mistake as mistake:
                self.find(statement.place, mistake)

    def network(self, name: str) -> Network:
        """Everything traced."""
        if not self.nodes and not self.findings:
            line = self.inputs[0].span.line if self.inputs else 1
            text = "the file has no layer" if self.inputs else "the file has no input and no layer"
            hint = "a network begins like this: INPUT: 227x227x3, then CONV1: 96 11x11 stride 4"
            self.findings.append(Diagnostic(NO_NETWORK, text, Span(line, 1, line, 2), hint))
        fields = ("source", "order", "inputs", "nodes", "lines", "unknown", "recipe")
        known = {field: getattr(self, field) for field in fields}
        tuples = {field: tuple(value) if isinstance(value, list) else value for field, value in known.items()}
        return Network(
            **tuples,
            name=name,
            constants=dict(self.top.constants),
            expectations=tuple(self.expectations),
            findings=tuple(sorted(self.findings, key=lambda finding: finding.span)),
            overridden=(*self.options.constants, *(("input",) if self.options.shape else ())),
            exact=self.rounding == "exact",
        )

    def expected(self, statement: Expect) -> None:
        """An expectation with its numbers, its names looked up."""
        known = {line.name for line in self.lines} | {node.name for node in self.nodes}
        for name in statement.names:
            group = any(line.startswith(f"{name}.") for line in known)
            bare = any(f"{node.name}.{node.kind}" == name for node in self.nodes)
            if not (name in known or group or bare or name in WORDS) and not self.unknown:
                begin = statement.place.line.text.find(name, statement.place.begin) - statement.place.begin
                text = f"'{name}' names no line of the file"
                raise Mistake(UNKNOWN_NAME, text, begin, begin + len(name), did_you_mean(name, tuple(known)))
        claim = Claim(statement.quantity, None, statement.figure, 0, statement.place.end - statement.place.begin)
        line, base = statement.place.line, statement.place.begin
        held = claimed(claim, statement.names, self.top.constants, line, base)
        self.expectations.append(held._replace(op="=" if statement.op == "==" else statement.op))


NO_INPUT = "the network begins without an input"
WORDS = ("train", "weights")


def written_names(statements: list[Statement]) -> frozenset[str]:
    """The names that the lines of one body bear, plain ranges spread out."""
    names: set[str] = set()
    for statement in statements:
        label = getattr(statement, "label", None)
        if isinstance(statement, Constant):
            names.add(statement.name)
        if label is None:
            continue
        names.add(label.name)
        names.update(spread(label))
    return frozenset(names)


def spread(label: Label) -> Iterator[str]:
    """The names of a range whose end is a plain number; none for a single name or a computed end."""
    stem = label.name.rstrip("0123456789")
    first = label.name[len(stem) :]
    last = label.last.steps[0].text if label.last and len(label.last.steps) == 1 else ""
    if first.isdigit() and last.isdigit() and len(first + last) < 12:
        yield from (f"{stem}{n}" for n in range(int(first), min(int(last), int(first) + 10_000) + 1))


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
