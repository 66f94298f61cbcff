"""One line of a spec on the tensor that flows: its layer, its postfixes, its claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake
from cnncalc.faults import BAD_CLAIM, LIMIT, MISPLACED, NOT_YET
from cnncalc.geometry import Window
from cnncalc.network.bind import Refusal, layer_of
from cnncalc.network.chain import LOST, Flow, own_parts, parts_of, rows
from cnncalc.network.claim import fits
from cnncalc.network.node import Claimed, LineOf, Node, Unknown
from cnncalc.network.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnncalc.geometry import Rational
    from cnncalc.layer import Layer
    from cnncalc.network.chain import Part
    from cnncalc.network.scope import Scope
    from cnncalc.network.state import Placed
    from cnncalc.syntax.tree import LayerLine, Place


MEAN = 20
"""How many digits the numbers of a layer have, on average over as many layers as the limit allows."""


class Lines(State):
    """Traces lines, one at a time."""

    def line(self, statement: LayerLine, scope: Scope, name: str, i: int | None) -> None:
        """One line with its postfixes: nodes, and the claims it makes."""
        place, kind = statement.place, statement.body.uses[0].kind
        own, further = name or scope.anonymous(kind.slug()), kind.arity == 0 and bool(self.inputs)
        full = scope.prefix + own if further else self.take(statement.label, own, scope, place)
        parts = parts_of(statement, scope)
        claims = [(claim, 0) for claim in statement.bracket]
        claims += [(claim, statement.base) for claim in statement.body.claims]
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
            made = Node(row, line, layer, (node,), part.place)
            if self.printable(made, part):
                self.flow = Flow(made, made.output)
                return made
            self.flow, self.partial = LOST, True
        self.unknown.append(Unknown(row, part.keyword, part.line.number))
        return None

    def printable(self, node: Node, part: Part) -> bool:
        """Whether a layer's numbers stay within the limit of digits, and those of all layers within a mean of MEAN.

        Python prints no number without a limit, and long numbers in many layers cost their product.
        """
        if isinstance(node.window, Window):
            self.jump *= int(max(1, *node.window.stride))
        bits, layers = max(node.facts.bits, self.jump.bit_length()), self.options.limits.layers
        self.bits += bits
        if bits * 3 <= self.digits * 10 and self.bits * 3 <= MEAN * layers * 10:
            return True
        text, limit = f"the layer's numbers have more than {self.digits:,} digits", "digits"
        if bits * 3 <= self.digits * 10:
            text, limit = f"the numbers of the layers have more than {MEAN * layers:,} digits in all", "layers"
        self.note(part.finding(Mistake(LIMIT, text, part.use.begin, part.use.end, f"--limit {limit}=N raises it")))
        return False

    def layer(self, part: Part, scope: Scope, i: int | None) -> Layer | None:
        """The layer of a part over what flows, or None after an error, which is noted."""
        given = part.given.use if part.given else None
        wanted = part.use.names or (given and given.names)
        made = layer_of(part.use, given, self.flow.shape, self.names(scope, i) if wanted else {}, self.setting)
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
        node = Node(name, name, layer.replaced(shape=self.options.shape) if self.options.shape else layer, (), place)
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

    def held(self, claims: list[Placed], target: str, place: Place, names: Mapping[str, Rational]) -> Iterator[Claimed]:
        """A line's claims with their numbers."""
        for claim, base in claims:
            try:
                yield self.claimed(claim, base, target, place, names)
            except Mistake as mistake:
                self.find(place, mistake, base)
