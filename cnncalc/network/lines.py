"""One line of a spec on the tensors it reads: its layer, its postfixes, its claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake
from cnncalc.faults import BAD_CLAIM, DUPLICATE_VALUE, LIMIT, MISPLACED, MISSING, UNEXPECTED
from cnncalc.geometry import Shape
from cnncalc.network.bind import Reads, Refusal, layer_of
from cnncalc.network.chain import LOST, Flow, own_parts, parts_of, postfixes, rows
from cnncalc.network.claim import fits
from cnncalc.network.node import Claimed, LineOf, Node, Unknown
from cnncalc.network.references import References
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnncalc.geometry import Rational
    from cnncalc.layer import Layer
    from cnncalc.network.chain import Part
    from cnncalc.network.scope import Scope
    from cnncalc.network.state import Options, Placed
    from cnncalc.source import Source
    from cnncalc.syntax.parse import Parsed
    from cnncalc.syntax.tree import Body, LayerLine, Place, Reference

    Key = tuple[int, Shape, bool]

MEAN = 20
"""How many digits the numbers of a layer have, on average over as many layers as the limit allows."""


class Known(NamedTuple):
    """The layers of a line, each with what its row adds to the line's name; and the text they were read from."""

    body: Body
    layers: tuple[tuple[str, Layer], ...]


class Lines(References):
    """Traces lines, one at a time; equal ones on equal inputs are worked out once."""

    def __init__(self, source: Source, parsed: Parsed, options: Options) -> None:
        super().__init__(source, parsed, options)
        self.learned: dict[Key, Known] = {}

    def line(self, statement: LayerLine, scope: Scope, name: str, i: int | None) -> None:
        """One line with its postfixes: nodes, and the claims it makes."""
        place, kind = statement.place, statement.body.uses[0].kind
        own = name or scope.anonymous(kind.slug())
        full = self.take(statement.label, own, scope, place)
        if kind.arity == 0:
            return self.input_line(statement, full, scope)
        self.begin(place)
        flows = self.read_by(statement, scope)
        self.refuse_lone(statement)
        self.run_line(statement, scope, full, i, flows)

    def read_by(self, statement: LayerLine, scope: Scope) -> tuple[Flow, ...]:
        """What a line reads: the line above it, or those it names."""
        label, origins = statement.label, statement.body.origins
        self.refuse_two(statement)
        if label and label.origin:
            self.start(label.origin, scope, statement.place, 0)
        if not origins:
            return (self.flow,)
        kind = statement.body.uses[0].kind
        if len(origins) > 1 and not kind.joins:
            text = f"{kind.keyword()} reads one layer, and 'from' names {len(origins)}"
            hint = "join them first: add from A, B or concat from A, B"
            raise Mistake(UNEXPECTED, text, origins[0].begin + statement.base, origins[-1].end + statement.base, hint)
        try:
            flows = self.origins(origins, scope)
        except Mistake as mistake:
            self.find(statement.place, mistake, statement.base)
            flows = (LOST,)
            self.partial = True
        self.flow = flows[0]
        return flows

    def refuse_two(self, statement: LayerLine) -> None:
        """A line says once what it reads: behind its name, or behind its kind."""
        label, origins = statement.label, statement.body.origins
        if label and label.origin and origins:
            text, hint = f"the line reads '{label.origin.name}' and '{origins[0].name}'", "keep one 'from'"
            begin, end = origins[0].begin + statement.base, origins[-1].end + statement.base
            raise Mistake(DUPLICATE_VALUE, text, begin, end, hint)

    def start(self, origin: Reference, scope: Scope, place: Place, base: int) -> None:
        """Go on from a line above; a name that nothing bears costs what follows its numbers."""
        try:
            self.flow = self.found(origin.name, origin, scope)
        except Mistake as mistake:
            self.find(place, mistake, base)
            self.flow, self.partial = LOST, True

    def refuse_lone(self, statement: LayerLine) -> None:
        """A join without branches joins nothing, nor does one of a single layer."""
        use, origins = statement.body.uses[0], statement.body.origins
        many = len(origins) > 1 or any(origin.last for origin in origins)
        if not use.kind.joins or many or (use.kind.arity < 2 and use.arguments):
            return
        word = use.kind.keyword()
        text = f"{word} has no branches" if use.kind.arity > 1 else f"{word} has neither a number nor branches"
        hint = f"indent them below it, each behind '- ', or name what it joins: {word} from A, B"
        if origins:
            text, hint = f"{word} names '{origins[0].name}' alone", f"a join reads two or more: {word} from A, B"
        raise Mistake(MISSING, text, use.begin + statement.base, use.end + statement.base, hint)

    def run_line(
        self, statement: LayerLine, scope: Scope, full: str, i: int | None, flows: tuple[Flow, ...], first: int = -1
    ) -> None:
        """A line's layer on what it reads, its postfixes, its claims; its nodes begin at `first`."""
        place, before = statement.place, len(self.nodes)
        claims, names = self.said(statement, scope, i)
        key = self.key(statement, scope, flows)
        if key and key in self.learned:
            self.flow = flows[0]
            wanted, nodes = len(statement.body.uses), self.known_line(statement, scope, full, i, self.learned[key])
        else:
            parts = parts_of(statement, scope)
            if parts and statement.body.asks:
                parts = self.asked(parts, statement, scope, full, i, flows, before if first < 0 else first)
            if parts is None or self.doubted(parts[0]):
                self.lose(place, full, statement.body.uses[0].kind.keyword())
                return self.assume(claims, place, scope)
            wanted, nodes = len(parts), self.chain(full, rows(full, parts), scope, i, flows)
            if key and len(nodes) == wanted:
                self.learn(key, statement, full, nodes)
        self.close_line(full, nodes, wanted, before if first < 0 else first, claims, names, place, scope)

    def asked(
        self, parts: list[Part], statement: LayerLine, scope: Scope, full: str, i: int | None, flows: tuple[Flow, ...],
        first: int,
    ) -> list[Part] | None:  # fmt: skip
        """A line's parts with a number for each `?`; None behind an error, which is noted."""
        try:
            return self.solve(parts, statement, scope, full, i, flows, first)
        except Mistake as mistake:
            self.find(statement.place, mistake)
            return None

    def solve(
        self, parts: list[Part], statement: LayerLine, scope: Scope, full: str, i: int | None, flows: tuple[Flow, ...],
        first: int,
    ) -> list[Part] | None:  # fmt: skip
        """A line's parts with a number for each `?`; None where nothing is known of what comes in."""
        raise NotImplementedError

    def solved_behind(
        self, parts: list[Part], statement: LayerLine, scope: Scope, full: str, i: int | None, first: int
    ) -> list[Part]:
        """Postfixes of what is no layer of one line, with a number for each `?`."""
        raise NotImplementedError

    def key(self, statement: LayerLine, scope: Scope, flows: tuple[Flow, ...]) -> Key | None:
        """What all the layers of a line follow from; None where more does than its text and its input's shape."""
        if scope.after or self.doubts or len(flows) > 1 or not flows[0].node:
            return None
        return id(statement.body), flows[0].node.output, self.setting.ceil

    def learn(self, key: Key, statement: LayerLine, full: str, nodes: tuple[Node, ...]) -> None:
        """Keep the layers of a line for those with its text; the body with them, so that it stays the only one."""
        if not any(use.names or use.refers for use in statement.body.uses):
            layers = [(node.name[len(full) :], node.layer) for node in nodes]
            self.learned[key] = Known(statement.body, tuple(layers))

    def known_line(
        self, statement: LayerLine, scope: Scope, full: str, i: int | None, known: Known
    ) -> tuple[Node, ...]:
        """The nodes of a line whose layers are known; behind an error they are worked out anew."""
        nodes: list[Node] = []
        for part, (suffix, layer) in zip(own_parts(statement), known.layers, strict=True):
            row, flows = full + suffix, (self.flow,)
            if suffix:
                self.take_row(row, part)
            put = self.put(row, full, layer, flows, part) if self.flow.node else None
            node = put or (None if flows[0].node else self.step(row, full, part, scope, i, flows))
            nodes += [node] if node else []
        return tuple(nodes)

    def said(self, statement: LayerLine, scope: Scope, i: int | None) -> tuple[list[Placed], Mapping[str, Rational]]:
        """A line's claims, and the numbers they may read: those of the tensor that comes in."""
        if not (statement.bracket or statement.body.claims):
            return [], {}
        claims = [(claim, 0) for claim in statement.bracket]
        claims += [(claim, statement.base) for claim in statement.body.claims]
        return claims, self.names(scope, i) if any(claim.names for claim, _ in claims) else {}

    def close_line(
        self, full: str, nodes: tuple[Node, ...], wanted: int, first: int, claims: list[Placed],
        names: Mapping[str, Rational], place: Place, scope: Scope,
    ) -> None:  # fmt: skip
        """Keep a line and what it claims; where its numbers are not known, go on from the shape it claims."""
        if len(nodes) == wanted and self.flow.node:
            held = tuple(self.held(claims, full, place, names)) if claims else ()
            self.lines.append(LineOf(full, nodes, held, first, len(self.nodes), self.flow.node))
            self.spans[full] = first, len(self.nodes), self.spans[full][2] if full in self.spans else None
        elif self.flow.shape is None:
            self.assume(claims, place, scope)
        self.ended(full, scope)

    def doubted(self, part: Part) -> bool:
        """Whether a layer rounds as a directive says that does not read."""
        return "rounding" in self.doubts and any(p.name == "ceil" for p in part.use.kind.parameters)

    def chain(
        self, line: str, parts: Iterable[tuple[str, Part]], scope: Scope, i: int | None, flows: tuple[Flow, ...] = ()
    ) -> tuple[Node, ...]:
        """The nodes of a line, each reading the one before; fewer once an error makes them unknown."""
        nodes: list[Node] = []
        for row, part in parts:
            if row != line:
                self.take_row(row, part)
            node = self.step(row, line, part, scope, i, flows or (self.flow,))
            flows = ()
            if node:
                nodes.append(node)
        return tuple(nodes)

    def take_row(self, row: str, part: Part) -> None:
        """The row of a postfix; another line may bear its name."""
        try:
            self.claim_row(row, part.line.number, part.use.begin, part.use.end)
        except Mistake as mistake:
            self.note(part.finding(mistake))
            self.doubt()

    def step(
        self, row: str, line: str, part: Part, scope: Scope, i: int | None, flows: tuple[Flow, ...]
    ) -> Node | None:
        """One layer on the tensors that flow; None, and an unknown row, where its numbers are not known."""
        layer = self.layer(part, scope, i, flows)
        if layer is not None:
            named = tuple([node for refer in part.use.refers if (node := self.found(refer.name, refer, scope).node)])
            return self.put(row, line, layer, flows, part, named=named)
        self.flow, self.partial = LOST, True
        self.unknown.append(Unknown(row, part.keyword, part.line.number))
        return None

    def put(
        self, row: str, line: str, layer: Layer, flows: tuple[Flow, ...], part: Part, owner: Node | None = None,
        named: tuple[Node, ...] = (),
    ) -> Node | None:  # fmt: skip
        """The node of a layer; behind an error only the shape it gives is known."""
        inputs = [flow.node for flow in flows if flow.node]
        if len(inputs) == len(flows):
            made = Node(row, line, layer, tuple(inputs), part.place, self.head, owner, named)
            flow = flows[0].through(made)
            if self.printable(made, part, flow):
                self.flow = flow
                self.nodes.append(made)
                self.made[row] = made
                return made
            self.flow, self.partial = LOST, True
        else:
            self.flow = Flow(None, layer.out(*[flow.shape or Shape(1) for flow in flows]))
        self.unknown.append(Unknown(row, layer.keyword(), part.line.number))
        return None

    def printable(self, node: Node, part: Part, flow: Flow) -> bool:
        """Whether a layer's numbers stay within the limit of digits, and those of all layers within a mean of MEAN.

        Python prints no number without a limit, and long numbers in many layers cost their product.
        """
        bits, layers = node.facts.bits, self.options.limits.layers
        if node.facts.moves:
            bits = max(bits, *(max(jump.numerator, jump.denominator).bit_length() for jump in flow.jump))
        self.bits += bits
        if bits * 3 <= self.digits * 10 and self.bits * 3 <= MEAN * layers * 10:
            return True
        text, limit = f"the layer's numbers have more than {self.digits:,} digits", "digits"
        if bits * 3 <= self.digits * 10:
            text, limit = f"the numbers of the layers have more than {MEAN * layers:,} digits in all", "layers"
        self.note(part.finding(Mistake(LIMIT, text, part.use.begin, part.use.end, f"--limit {limit}=N raises it")))
        return False

    def layer(self, part: Part, scope: Scope, i: int | None, flows: tuple[Flow, ...]) -> Layer | None:
        """The layer of a part over what flows, or None after an error, which is noted."""
        given = part.given.use if part.given else None
        shapes = [flow.shape for flow in flows if flow.shape]
        named = self.named_by(part, scope) if part.use.refers else ()
        if len(shapes) < len(flows) or named is None:
            return None
        wanted = part.use.names or (given and given.names)
        reads = Reads(tuple(shapes), named)
        made = layer_of(part.use, given, reads, self.names(scope, i) if wanted else {}, self.setting)
        if not isinstance(made, Refusal):
            return made
        self.note(part.refused(made))
        return None

    def named_by(self, part: Part, scope: Scope) -> tuple[Shape, ...] | None:
        """The shapes of the layers that arguments name; None where one is not known."""
        try:
            shapes = [self.found(refer.name, refer, scope).shape for refer in part.use.refers]
        except Mistake as mistake:
            self.note(part.finding(mistake))
            return None
        known = [shape for shape in shapes if shape]
        return tuple(known) if len(known) == len(shapes) else None

    # Inputs

    def input_line(self, statement: LayerLine, full: str, scope: Scope) -> None:
        """An input, and what its line says besides its shape."""
        claims = [(claim, 0) for claim in statement.bracket]
        claims += [(claim, statement.base) for claim in statement.body.claims]
        first, *rest = own_parts(statement)
        if statement.body.origins or (statement.label and statement.label.origin):
            text, hint = "an input reads no layer", "leave out 'from', or write the kind of a layer"
            raise Mistake(MISPLACED, text, 0, statement.place.length, hint)
        if scope is not self.top or self.branch is not None:
            text, hint = "an input stands in a body", "declare it at the top level, and read it with 'from'"
            raise Mistake(MISPLACED, text, 0, statement.place.length, hint)
        self.input(full, first, statement.place, scope)
        rest = self.solved_behind(rest, statement, scope, full, None, len(self.nodes))
        self.behind_input(full, rest, claims, statement.place, scope)

    def input(self, name: str, part: Part, place: Place, scope: Scope) -> None:
        """An input; its shape is the caller's, if the caller gives one for those of the first one's shape."""
        late, self.started = self.started and not self.inputs, True
        self.flow = LOST
        layer = None if "axes" in self.doubts else self.layer(part, scope, None, ())
        if layer is None:
            return self.lose(place, "", "")
        written = layer.out()
        self.first = self.first if self.inputs else written
        if self.options.shape and written == self.first:
            layer = layer.replaced(shape=self.options.shape)
        node = Node(name, name, layer, (), place)
        self.flow = Flow(node, node.output, (1,) * node.output.rank)
        if not late:
            self.made[name] = node
            return self.inputs.append(node)
        self.doubt()
        if "input" not in self.doubts:
            raise Mistake(MISPLACED, "the input stands below a layer", 0, place.length, "move it to the top")

    def behind_input(self, name: str, parts: list[Part], claims: list[Placed], place: Place, scope: Scope) -> None:
        """What an input's line says besides its shape: postfixes, and a claim of the shape."""
        node = self.flow.node
        if parts:
            first = len(self.nodes)
            nodes = self.chain(name, postfixes(name, parts), scope, None)
            return self.close_line(name, nodes, len(parts), first, claims, {}, place, scope)
        for claim, base in claims:
            held = self.claimed(claim, base, name, place, self.top.constants)
            agrees = node and fits(held, node.output, self.order.width_first, self.order.channels_first)
            if node and not self.options.shape and not (held.quantity == "shape" and agrees):
                text = f"the input is {self.order.text(node.output)} and claims {held.text}"
                hint = "an input claims its own shape at most"
                self.find(place, Mistake(BAD_CLAIM, text, claim.begin, claim.end, hint), base)
        self.ended(name, scope)

    def held(self, claims: list[Placed], target: str, place: Place, names: Mapping[str, Rational]) -> Iterator[Claimed]:
        """A line's claims with their numbers."""
        for claim, base in claims:
            try:
                yield self.claimed(claim, base, target, place, names)
            except Mistake as mistake:
                self.find(place, mistake, base)
