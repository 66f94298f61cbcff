"""Lines with `?`: what stands there is found before the line is traced, and the line goes on with the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake
from cnncalc.faults import LIMIT, NO_ANSWER, UNDETERMINED, UNKNOWN_NUMBER
from cnncalc.network.bind import Reads, Refusal, unchecked
from cnncalc.network.lines import Lines
from cnncalc.network.node import Solved
from cnncalc.syntax.words import TENSOR

if TYPE_CHECKING:
    from cnncalc.geometry import Field, Shape, Whole
    from cnncalc.layer import Layer
    from cnncalc.network.chain import Flow, Part
    from cnncalc.network.scope import Scope
    from cnncalc.network.unknowns.along import Row
    from cnncalc.network.unknowns.holes import Hole, Values
    from cnncalc.network.unknowns.refusal import Refuser
    from cnncalc.network.unknowns.search import Bind, Equations, Search, Sums
    from cnncalc.network.unknowns.search import State as TracedTo
    from cnncalc.syntax.tree import LayerLine


PROOFS = 5
"""Which part of what a search may try the proofs may try, beside it."""


class Solving(Lines):
    """Solves the lines that ask for numbers; a line without `?` never comes here."""

    def solve(
        self, parts: list[Part], statement: LayerLine, scope: Scope, full: str, i: int | None, flows: tuple[Flow, ...],
        first: int,
    ) -> list[Part] | None:  # fmt: skip
        """A line's parts with a number for each `?`; None where nothing is known of what comes in.

        Raises Mistake where no number is an answer, where any would be, and where the line is made many times.
        """
        from cnncalc.network.unknowns.holes import holes_of

        holes = holes_of(parts)
        self.refuse_many(holes, statement, scope, i)
        shapes = tuple([flow.shape for flow in flows if flow.shape])
        if len(shapes) < len(flows):
            return None
        from cnncalc.network.unknowns.search import State, Stuck

        equations, sums = self.equations(statement, scope, full, i), self.sums(first)
        field = self.field(equations, flows)
        if field is None:
            equations = equations.without("rf")
        start = State(0, shapes, {}, sums, field)
        try:
            answers = self.searched_for(
                parts, holes, self.binding(parts, holes, scope, i), start, equations, full, statement
            )
        except Stuck:
            return None
        return with_numbers(parts, holes, dict(enumerate(answers[0])))

    def solved_behind(
        self, parts: list[Part], statement: LayerLine, scope: Scope, full: str, i: int | None, first: int
    ) -> list[Part]:
        """Postfixes of what is no layer of one line, a number for each `?`; lows where nothing is known."""
        if not statement.body.asks:
            return parts
        from cnncalc.network.unknowns.holes import holes_of

        made = self.solve(parts, statement, scope, full, i, (self.flow,), first)
        return with_numbers(parts, holes_of(parts), {}) if made is None else made

    def searched_for(
        self, parts: list[Part], holes: tuple[Hole, ...], bind: Bind, start: TracedTo, equations: Equations, full: str,
        statement: LayerLine,
    ) -> list[Row]:  # fmt: skip
        """The answers, kept with their working; raises Mistake where there is none."""
        from cnncalc.network.unknowns.along import Budget
        from cnncalc.network.unknowns.refusal import Refuser
        from cnncalc.network.unknowns.search import Search

        most = self.options.limits.search
        trying, proving = Budget(most - self.searched), Budget(most // PROOFS - self.proved)
        search = Search(parts, holes, bind, start, equations, trying)
        teller = Refuser(search, full, self.unheld(statement), proving)
        try:
            answers = self.found_by(search, teller, statement)
        finally:
            self.searched, self.proved = self.searched + trying.tried, self.proved + proving.tried
        return answers

    def found_by(self, search: Search, teller: Refuser, statement: LayerLine) -> list[Row]:
        """What a search finds; raises Mistake where that is nothing."""
        from cnncalc.network.unknowns.along import TooMany
        from cnncalc.network.unknowns.search import Undetermined

        begin = min(hole.begin for hole in search.holes) + statement.base
        end = max(hole.end for hole in search.holes) + statement.base
        try:
            answers = search.answers()
        except Undetermined as error:
            text, hint = teller.undetermined(error.hole)
            raise Mistake(UNDETERMINED, text, begin, end, hint) from None
        except TooMany:
            text, hint = teller.too_many(self.options.limits.search)
            raise Mistake(LIMIT, text, begin, end, hint) from None
        text, hint = ("", "") if answers else teller.refusal()
        how = teller.how(answers) if answers else text
        self.solved.append(Solved(teller.name, statement.place, teller.words, tuple(answers), how))
        if not answers:
            raise Mistake(NO_ANSWER, text, begin, end, hint)
        return answers

    def refuse_many(self, holes: tuple[Hole, ...], statement: LayerLine, scope: Scope, i: int | None) -> None:
        """A line that is written once and made many times has no one answer."""
        where = self.repeated(scope, i)
        if where:
            begin, end = holes[0].begin + statement.base, holes[0].end + statement.base
            text = f"'?' stands in {where}, and may have another answer each time the line is made"
            raise Mistake(UNKNOWN_NUMBER, text, begin, end, "write the number, or the line by itself")

    def repeated(self, scope: Scope, i: int | None) -> str:
        """What makes a line more than once."""
        return "a repeat or a range" if i is not None or "i" in scope.constants else ""

    def equations(self, statement: LayerLine, scope: Scope, full: str, i: int | None) -> Equations:
        """What a line claims of itself; where the caller changes the file, only what is computed."""
        from cnncalc.network.unknowns.search import Equations

        claims, names = self.said(statement, scope, i)
        changed = bool(self.options.constants or self.options.shape)
        held = self.held(claims, full, statement.place, names)
        return Equations(tuple([claim for claim in held if claim.computed or not changed]), self.order)

    def unheld(self, statement: LayerLine) -> int:
        """How many claims of a line are not held because the caller changes the file."""
        claims = (*statement.bracket, *statement.body.claims)
        changed = bool(self.options.constants or self.options.shape)
        return sum(not claim.names - TENSOR for claim in claims) if changed else 0

    def sums(self, first: int) -> Sums:
        """Those of the branches or the body that belong to the line."""
        from cnncalc.network.unknowns.search import Sums

        nodes = self.nodes[first:]
        mixed = len({node.head for node in nodes}) > 1
        return Sums.of([node for node in nodes if not (mixed and node.head)])

    def field(self, equations: Equations, flows: tuple[Flow, ...]) -> Field | Whole | None:
        """The receptive field of what comes in, where the line claims its own."""
        if not any(claim.quantity == "rf" for claim in equations.claims):
            return None
        from cnncalc.network.fields import fields_of, hull

        self.searched += len(self.nodes)
        known = fields_of(self.inputs, self.nodes)
        return hull([known[flow.node.name] for flow in flows if flow.node]) if all(f.node for f in flows) else None

    def binding(self, parts: list[Part], holes: tuple[Hole, ...], scope: Scope, i: int | None) -> Bind:
        """The layer of a part over its inputs, every hole at its lowest; raises Stuck where it has none."""
        from cnncalc.network.unknowns.holes import filled
        from cnncalc.network.unknowns.search import Stuck

        def bind(at: int, shapes: tuple[Shape, ...]) -> Layer:
            part = parts[at]
            use, given = filled(part.use, at, holes, {}), part.given.use if part.given else None
            named = self.named_by(part, scope) if use.refers else ()
            if named is None:
                raise Stuck
            made = unchecked(use, given, Reads(shapes, named), self.names(scope, i, shapes[0]), self.setting)
            if isinstance(made, Refusal):
                self.note(part.refused(made))
                raise Stuck
            return made

        return bind


def with_numbers(parts: list[Part], holes: tuple[Hole, ...], values: Values) -> list[Part]:
    """The parts of a line with numbers in their holes; the lowest where none is given."""
    from cnncalc.network.unknowns.holes import filled

    return [part._replace(use=filled(part.use, at, holes, values)) for at, part in enumerate(parts)]
