"""Bodies with a scope of their own: groups, repeats, heads, the calls of blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake, did_you_mean
from cnncalc.faults import CYCLE, DUPLICATE_VALUE, ILLEGAL_VALUE, MISPLACED, MISSING, UNKNOWN_NAME
from cnncalc.network.chain import Part, given_parts, postfixes
from cnncalc.network.expansion import Expansion
from cnncalc.network.joins import Joins
from cnncalc.network.node import Section
from cnncalc.network.references import labels
from cnncalc.network.scope import Scope, ends, numbered, parted, written_names
from cnncalc.syntax.expression import shown
from cnncalc.syntax.tree import After, Block, Broken
from cnncalc.syntax.words import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Rational
    from cnncalc.network.state import Options
    from cnncalc.source import Source
    from cnncalc.syntax.parse import Parsed
    from cnncalc.syntax.tree import Call, Formal, Given, Group, Head, If, Label, LayerLine, Place, Repeat, Statement

    Steps = Iterator["Steps"]


class Bodies(Joins):
    """Traces statements that have a body."""

    def __init__(self, source: Source, parsed: Parsed, options: Options) -> None:
        super().__init__(source, parsed, options)
        self.written_in: dict[int, frozenset[str]] = {}
        self.blocks: dict[str, Block] = {}
        self.expansion = Expansion(self.blocks)
        self.given_at: dict[str, dict[str, list[Part] | None]] = {}
        self.calls: list[str] = []

    def full(self, statement: Statement) -> bool:
        """Whether the limit of layers or of errors is reached; said once."""
        raise NotImplementedError

    def written(self, body: list[Statement]) -> frozenset[str]:
        """The names that the lines of a body bear, collected once however often it is passed."""
        if id(body) not in self.written_in:
            self.written_in[id(body)] = written_names(body)
        return self.written_in[id(body)]

    def section(
        self, sort: str, full: str, statement: Statement, steps: Steps,
        block: str = "", arguments: tuple[tuple[str, Rational | str], ...] = (),
    ) -> Steps:  # fmt: skip
        """The steps of a body under a name of its own."""
        at, entry = len(self.sections), self.flow.node
        parent, first = self.inside[-1] if self.inside else -1, len(self.nodes)
        section = Section(full, sort, statement.place, parent, first, -1, entry, None, block, arguments)
        self.sections.append(section)
        self.inside.append(at)
        outside, ceil, self.branch = self.branch, self.setting.ceil, None
        yield steps
        self.branch, self.setting = outside, self.setting._replace(ceil=ceil)
        self.inside.pop()
        self.sections[at] = section._replace(last=len(self.nodes), exit=self.flow.node)
        self.spans[full] = first, len(self.nodes), entry

    # Groups, repeats, heads

    def group(self, statement: Group, scope: Scope) -> Steps:
        """`name:` with a body: a scope of its own, once or for every number of its range."""
        written = self.written(statement.body)
        each = list(self.named(statement.label, statement.place, scope))

        def passes() -> Steps:
            for name, i in each:
                full = self.take(statement.label, name, scope, statement.place)
                if statement.label.origin:
                    self.start(statement.label.origin, scope, statement.place, 0)
                inner = Scope(f"{full}.", written, scope, i)
                yield self.section("group", full, statement, self.body(statement.body, inner))
                self.ended(full, scope)

        return passes()

    def training_head(self, statement: Head, scope: Scope) -> Steps:
        """A head that only trains: the line below it goes on as if it were not there."""
        line, place = statement.line, statement.place
        use = line.body.uses[0]
        full = self.take(line.label, line.label.name if line.label else scope.anonymous(use.kind.slug()), scope, place)
        if line.label and line.label.last:
            text, hint = "a head stands once, and a range asks for several", "write a line for each head"
            raise Mistake(MISPLACED, text, line.label.begin, line.label.end, hint)
        if self.head:
            text = f"the head stands inside another head, '{self.head}'"
            raise Mistake(MISPLACED, text, use.begin + line.base, use.end + line.base, "end the first head above it")
        part = Part(use, place.line, place.begin + line.base)
        before = self.flow
        self.read_by(line, scope)
        head = self.layer(part, scope, None, ())
        given = tuple((p.name, str(vars(head)[p.name])) for p in use.kind.parameters) if head else ()
        inner = Scope(f"{full}.", self.written(statement.body), scope)
        self.head, outside = full, self.branch
        yield self.section("head", full, statement, self.body(statement.body, inner), "", given)
        self.ended(full, scope)
        self.head, self.flow, self.branch = "", before, outside

    def repeat(self, statement: Repeat, scope: Scope) -> Steps:
        """`tower: repeat 19`: that many passes, `i` counting from 0."""
        if statement.label and statement.label.origin:
            self.start(statement.label.origin, scope, statement.place, 0)
        count = self.value(statement.times, self.names(scope, None) if statement.times.names else {})
        begin, end = statement.times.begin, statement.times.end
        if count.denominator != 1 or count < 0:
            text = f"a repeat of {shown(count)} is asked for, and must be whole and at least 0"
            raise Mistake(ILLEGAL_VALUE, text, begin, end, "write 'repeat 3', or use floor(...), ceil(...) or //")
        if not statement.body:
            raise Mistake(MISPLACED, "the repeat has no body", begin, end, "indent the lines that it repeats")
        self.check_room(int(count) * max(len(statement.body), self.expansion.least(statement.body)), begin, end)
        if statement.label is None:
            return self.unnamed(statement, scope, int(count))
        return self.passes(statement, scope, int(count), list(self.named(statement.label, statement.place, scope)))

    def passes(self, statement: Repeat, scope: Scope, count: int, each: list[tuple[str, int | None]]) -> Steps:
        """The passes of a named repeat: tower.0, tower.1, ..."""
        for name, _ in each:
            if self.full(statement):
                return
            full = self.take(statement.label, name, scope, statement.place)
            yield self.section("repeat", full, statement, self.every_pass(statement, scope, full, count))
            self.ended(full, scope)

    def every_pass(self, statement: Repeat, scope: Scope, full: str, count: int) -> Steps:
        """The passes of a repeat, each a section in that of all."""
        written = self.written(statement.body)
        for i in range(count):
            inner = Scope(f"{full}.{i}.", written, scope, i)
            yield self.section("pass", f"{full}.{i}", statement, self.body(statement.body, inner))
            self.outs[f"{full}.{i}"] = self.flow

    def unnamed(self, statement: Repeat, scope: Scope, count: int) -> Steps:
        """The passes of a repeat without a name: its lines are anonymous and count on."""
        for named, label in labels(statement.body):
            text, hint = "a repeat without a name holds anonymous lines only", "name the repeat: 'tower: repeat 3'"
            self.find(named.place, Mistake(MISPLACED, text, label.begin, label.end, hint))
            self.lose(statement.place, "", "")
            return
        for i in range(count):
            inner = Scope(scope.prefix, scope.written, scope, i)
            inner.counters, inner.given = scope.counters, scope.given
            yield self.body(statement.body, inner)

    def condition(self, statement: If, scope: Scope) -> Steps:
        """`if` and its `else`: the one body or the other, decided where it stands."""
        if not statement.body or not all(other.body for other in statement.otherwise):
            place = statement.place if not statement.body else statement.otherwise[0].place
            word = "else" if statement.body else "if"
            text, hint = f"no line belongs to the '{word}'", "indent the lines that it decides on"
            self.find(place, Mistake(MISPLACED, text, 0, place.length, hint))
        holds = self.value(statement.condition, self.names(scope, None))
        return self.body(statement.body if holds else [s for other in statement.otherwise for s in other.body], scope)

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

    # Blocks

    def repeated(self, scope: Scope, i: int | None) -> str:
        """What makes a line more than once: a block's call, or what may stand around any line."""
        return "a block" if self.calls else super().repeated(scope, i)

    def collect_blocks(self, statements: list[Statement]) -> None:
        """Every block of the file, with what `after` gives the lines of its body: what stands above it there."""
        given: dict[str, list[Part] | None] = {}
        for statement in statements:
            if isinstance(statement, After):
                given[statement.uses[0].kind.keyword()] = given_parts(statement)
            elif isinstance(statement, Broken) and statement.directive == "after":
                given[statement.kind] = None
            elif isinstance(statement, Block):
                self.blocks[statement.name], self.given_at[statement.name] = statement, dict(given)

    def call(self, statement: LayerLine, call: Call, scope: Scope, name: str, i: int | None) -> Steps:
        """A block's lines under the name of its call, then the call's postfixes."""
        place, base = statement.place, statement.base
        full = self.take(statement.label, name or scope.anonymous(call.block), scope, place)
        self.begin(place)
        self.read_call(statement, scope)
        block = self.blocks.get(call.block)
        if block is None:
            # what is wrong with its head was told there
            return self.lose(place, full, "?")
        if call.block in self.calls:
            raise self.cycle(call, base)
        if not block.body:
            text, hint = f"the block '{call.block}' has no body", "indent its lines below its head"
            raise Mistake(MISPLACED, text, call.begin + base, call.begin + base + len(call.block), hint)
        self.check_size(full, block, call.begin + base)
        inner = Scope(f"{full}.", self.written(block.body), self.top)
        inner.after, inner.kinds, inner.layers = dict(self.given_at[call.block]), {}, {}
        inner.taken = {formal.name: block.place.line.number for formal in block.parameters}
        arguments = self.bound(block, call, scope, inner, base, i)
        claims, names = self.said(statement, scope, i)
        first = len(self.nodes)
        self.calls.append(call.block)
        yield self.section("call", full, statement, self.body(block.body, inner), call.block, arguments)
        self.calls.pop()
        parts = [Part(use, place.line, place.begin + base) for use in statement.body.uses]
        parts = self.solved_behind(parts, statement, scope, full, i, first)
        nodes = self.chain(full, postfixes(full, parts), scope, i) if parts else ()
        self.close_line(full, nodes, len(parts), first, claims, names, place, scope)

    def check_size(self, full: str, block: Block, begin: int) -> None:
        """A call makes no more layers than the limit, and no longer names: calls within calls have those of all."""
        end = begin + len(block.name)
        self.check_length(len(full), begin, end)
        self.check_room(self.expansion.least(block.body), begin, end)

    def read_call(self, statement: LayerLine, scope: Scope) -> None:
        """Where a call begins: at the line above it, or at the one it names."""
        label, origins = statement.label, statement.body.origins
        if len(origins) > 1:
            begin, end = origins[0].begin + statement.base, origins[-1].end + statement.base
            hint = "name the others in its parentheses: block b(skip), and call it with skip=conv3"
            raise Mistake(MISPLACED, "a block reads one layer", begin, end, hint)
        self.refuse_two(statement)
        if label and label.origin:
            self.start(label.origin, scope, statement.place, 0)
        if origins:
            self.start(origins[0], scope, statement.place, statement.base)

    def cycle(self, call: Call, base: int) -> Mistake:
        """A call of a block that calls itself."""
        begin, end = call.begin + base, call.begin + base + len(call.block)
        way = " -> ".join([*self.calls[self.calls.index(call.block) :], call.block])
        text = f"the block '{call.block}' calls itself ({way})"
        return Mistake(CYCLE, text, begin, end, "to pass lines several times write 'repeat N'")

    def bound(
        self, block: Block, call: Call, scope: Scope, inner: Scope, base: int, i: int | None
    ) -> tuple[tuple[str, Rational | str], ...]:
        """The parameters of a block with the arguments of a call, in their order; they are then names of its body."""
        formals = {formal.name: formal for formal in block.parameters}
        given: dict[str, Given] = {}
        for number, argument in enumerate(call.arguments):
            name = argument.name or self.in_place(block, call, number, base)
            if name not in formals:
                text = f"the block '{block.name}' has no parameter '{name}'"
                hint = did_you_mean(name, formals) or f"its head is {head_of(block)}"
                raise Mistake(UNKNOWN_NAME, text, argument.begin + base, argument.end + base, hint)
            if name in given:
                text, hint = f"'{name}' is given twice", "keep the one that is meant"
                raise Mistake(DUPLICATE_VALUE, text, argument.begin + base, argument.end + base, hint)
            given[name] = argument
        return tuple(
            [(name, self.argument(formal, given, call, scope, inner, base, i)) for name, formal in formals.items()]
        )

    def in_place(self, block: Block, call: Call, number: int, base: int) -> str:
        """The parameter that a value without a name is for."""
        if number < len(block.parameters):
            return block.parameters[number].name
        argument = call.arguments[number]
        count = len(block.parameters)
        text = f"one value too many: the block '{block.name}' has {count} parameter{'s' * (count != 1)}"
        raise Mistake(
            DUPLICATE_VALUE, text, argument.begin + base, argument.end + base, f"its head is {head_of(block)}"
        )

    def argument(
        self, formal: Formal, given: dict[str, Given], call: Call, scope: Scope, inner: Scope, base: int, i: int | None
    ) -> Rational | str:
        """One parameter's value, or the word of the kind or layer that it stands for."""
        argument = given.get(formal.name)
        where, value, word = inner, formal.default, formal.word
        if argument:
            where, value, word = scope, argument.value, argument.word
        elif value is None and not word:
            text, begin = f"the block '{call.block}' needs its '{formal.name}'", call.begin + base
            hint = f"write {call.block} {formal.name}=64, or {formal.name}=relu for a kind"
            raise Mistake(MISSING, text, begin, begin + len(call.block), hint)
        if value and (passed := value.steps[0].text) in {**where.kinds, **where.layers} and len(value.steps) == 1:
            value, word = None, passed
        if value is None:
            return self.word(formal, word, where, inner, argument, call, base)
        try:
            found = self.value(value, self.names(where, i if argument else None))
        except Mistake as mistake:
            begin, end = (
                (mistake.begin + base, mistake.end + base) if argument else (call.begin + base, call.end + base)
            )
            raise Mistake(mistake.code, mistake.message, begin, end, mistake.hint) from None
        inner.constants.own[formal.name] = found
        return found

    def word(
        self, formal: Formal, word: str, where: Scope, inner: Scope, argument: Given | None, call: Call, base: int
    ) -> str:
        """A parameter that stands for a kind or a layer."""
        kind = where.kinds.get(word) or (word if kind_of(word) else "")
        if kind:
            inner.kinds[formal.name] = kind
            return kind
        full = self.full_name(word, where)
        if full:
            inner.layers[formal.name] = full
            return full
        begin, end = (argument.begin, argument.end) if argument else (call.begin, call.end)
        said = f"'{word}'" if argument else f"'{word}', the default of '{formal.name}',"
        text = f"{said} is no number, no kind and no layer above"
        hint = (
            did_you_mean(word, [*where.constants, *self.rows]) or "write a value, a kind (act=relu) or a layer's name"
        )
        raise Mistake(UNKNOWN_NAME, text, begin + base, end + base, hint)


def head_of(block: Block) -> str:
    """How a block begins."""
    formals = [formal.name + "=..." * (formal.default is not None or bool(formal.word)) for formal in block.parameters]
    return f"block {block.name}({', '.join(formals)})"
