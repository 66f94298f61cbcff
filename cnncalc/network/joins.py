"""Lines that join branches, fit a shortcut to one of them, or share the weights of a line above."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake
from cnncalc.faults import LIMIT, MISFIT, MISPLACED, MISSING, UNKNOWN_NAME
from cnncalc.geometry import ratio
from cnncalc.network.bind import Reads, Refusal, layer_of, missed
from cnncalc.network.chain import LOST, Flow, own_parts, postfixes
from cnncalc.network.node import LineOf, Node, Section, Unknown
from cnncalc.network.scope import Names
from cnncalc.network.unknowns.solving import Solving
from cnncalc.record import NamedTuple
from cnncalc.syntax.tree import If, LayerLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Rational, Shape
    from cnncalc.layer import Layer
    from cnncalc.network.chain import Part
    from cnncalc.network.scope import Scope
    from cnncalc.syntax.tree import Branch, Join, Reference, Statement

    Steps = Iterator["Steps"]


class Beside(NamedTuple):
    """What a shortcut is fitted to: the tensor that the first other branch gives."""

    other: Flow | None
    """None where there is no other branch."""
    dropped: list[bool]
    """Filled where the shortcut turns out to be no branch."""


class Joins(Solving):
    """Traces branches, shortcuts and shared lines."""

    beside: Beside | None = None

    def join(self, statement: Join, line: LayerLine, scope: Scope, name: str, i: int | None) -> Steps:
        """The branches of a join, each from the tensor that comes in, then the line that joins them."""
        place = statement.place
        full = self.take(line.label, name or scope.anonymous(line.body.uses[0].kind.slug()), scope, place)
        self.begin(place)
        if line.body.origins:
            begin, end = line.body.origins[0].begin + line.base, line.body.origins[-1].end + line.base
            hint = "keep the one or the other; a branch may begin elsewhere: - from A"
            self.find(place, Mistake(MISPLACED, "the join has branches and names layers", begin, end, hint))
        if line.label and line.label.origin:
            self.start(line.label.origin, scope, place, 0)
        start, first = self.flow, len(self.nodes)
        flows: dict[int, Flow] = {}
        outer, outside, constants = self.beside, self.branch, scope.constants
        if i is not None:
            scope.constants = Names(constants, {"i": i})
        for number in in_turn(statement.branches):
            self.flow, self.branch = start, []
            beside = self.beside = Beside(next(iter(flows.values()), None), [])
            yield self.body(statement.branches[number].body, scope)
            self.aliases |= {f"{full}.{number}.{at}": inner for at, inner in enumerate(self.branch)}
            if self.branch:
                self.aliases[f"{full}.{number}"] = self.branch[-1]
            if not beside.dropped:
                flows[number] = self.flow
        self.beside, self.branch, scope.constants = outer, outside, constants
        joined = tuple([flows[number] for number in sorted(flows)])
        self.flow, self.spans[full] = start, (first, first, start.node)
        self.run_line(line, scope, full, i, joined or (LOST,), first)

    def body(self, statements: list[Statement], scope: Scope) -> Steps:
        """The statements of one body, in order."""
        raise NotImplementedError

    # Shortcuts

    def shortcut(self, statement: LayerLine, scope: Scope, name: str, i: int | None) -> None:
        """The input of the join, fitted to its first other branch."""
        use = statement.body.uses[0]
        full = self.take(statement.label, name or scope.anonymous(use.kind.slug()), scope, statement.place)
        self.begin(statement.place)
        if self.beside is None:
            text, hint = "the shortcut stands in no branch", "write it in a branch of add or concat: - shortcut"
            raise Mistake(MISPLACED, text, use.begin + statement.base, use.end + statement.base, hint)
        if self.beside.other is None:
            text, hint = (
                "no other branch stands beside the shortcut",
                "write the branch that it goes around: - conv 64 3x3",
            )
            raise Mistake(MISPLACED, text, use.begin + statement.base, use.end + statement.base, hint)
        first, *rest = own_parts(statement)
        self.read_by(statement, scope)
        nodes, before, wanted = [], len(self.nodes), 0
        layers = self.fitted(first, self.flow, self.beside.other, scope)
        if layers is None:
            self.unknown.append(Unknown(full, first.keyword, statement.place.line.number))
            self.flow, self.partial = LOST, True
        elif not layers:
            self.beside.dropped.append(True)
        for layer in layers or ():
            row = f"{full}.{layer.word}" if wanted else full
            wanted += 1
            if wanted > 1:
                self.take_row(row, first)
            nodes.append(self.put(row, full, layer, (self.flow,), first))
        if rest and layers:
            rest = self.solved_behind(rest, statement, scope, full, i, before)
        more = self.chain(full, postfixes(full, rest), scope, i) if rest and layers else ()
        made = (*(node for node in nodes if node), *more)
        claims, names = self.said(statement, scope, i)
        self.close_line(full, made, wanted + len(rest) if layers else -1, before, claims, names, statement.place, scope)

    def fitted(self, part: Part, x: Flow, other: Flow, scope: Scope) -> tuple[Layer, ...] | None:
        """The layers of a shortcut; none where there is no branch, None where that is not known."""
        if x.shape is None or other.shape is None or not (x.node and other.node):
            # behind an error the strides are not known, even where a claim tells the shape
            return None
        made = layer_of(
            part.use, None, Reads((x.shape,)), self.names(scope, None) if part.use.names else {}, self.setting
        )
        if isinstance(made, Refusal):
            self.note(part.refused(made))
            return None
        stride = beside(x, other)
        unmet = next((r for r in made.fits(x.shape, other.shape, stride) if not r.holds), None)
        if unmet:
            self.note(part.finding(missed(unmet, part.use)[0]))
            return None
        return made.fitted(x.shape, other.shape, stride)

    # Shared weights

    def share(self, statement: LayerLine, scope: Scope, name: str, i: int | None) -> None:
        """A line, a block's call or a group above once more, on what flows now, with the same weights."""
        first, *rest = own_parts(statement)
        place = statement.place
        if not first.use.refers:
            text, hint, base = "share names no line", "write whose weights it has: share CONV1", statement.base
            raise Mistake(MISSING, text, first.use.begin + base, first.use.end + base, hint)
        reference = first.use.refers[0]
        full = self.take(statement.label, name or scope.anonymous(first.use.kind.slug()), scope, place)
        self.begin(place)
        self.read_by(statement, scope)
        shared = self.spanned(self.full_name(reference.name, scope))
        before = len(self.nodes)
        if not shared:
            if not (self.partial and self.written_somewhere(reference.name)):
                self.find(place, self.not_shared(reference, scope), statement.base)
            self.flow, self.partial = LOST, True
            self.unknown.append(Unknown(full, first.keyword, place.line.number))
        else:
            begin, end, _ = self.spans[shared]
            self.refuse_shared_head(self.nodes[begin:end], reference, statement)
            self.check_room(end - begin, first.use.begin + statement.base, first.use.end + statement.base)
            self.check_bodies(first.use.begin + statement.base, first.use.end + statement.base)
            self.replay(full, shared, first)
        rest = self.solved_behind(rest, statement, scope, full, i, before)
        wanted = len(self.nodes) - before + len(rest)
        nodes = (*self.nodes[before:], *self.chain(full, self.behind(full, rest), scope, i))
        claims, names = self.said(statement, scope, i)
        self.close_line(full, nodes, wanted if self.flow.node else -1, before, claims, names, place, scope)

    def refuse_shared_head(self, nodes: list[Node], reference: Reference, statement: LayerLine) -> None:
        """The weights of a head are shared in it alone."""
        try:
            self.refuse_head(reference.name, nodes[0] if nodes else None, reference)
        except Mistake as mistake:
            self.find(statement.place, mistake, statement.base)

    def behind(self, full: str, parts: list[Part]) -> Iterator[tuple[str, Part]]:
        """Postfixes of a line that shares one, each with the name of its row: numbers go on behind the shared ones."""
        for part in parts:
            row, count = f"{full}.{part.use.kind.word}", 1
            while row in self.rows:
                count += 1
                row = f"{full}.{part.use.kind.word}{count}"
            yield row, part

    def spanned(self, full: str) -> str:
        """The name of the line or the body that a whole name stands for; "" where it stands for neither."""
        while full not in self.spans and full in self.aliases:
            full = self.aliases[full]
        return full if full in self.spans and full not in self.scattered else ""

    def not_shared(self, reference: Reference, scope: Scope) -> Mistake:
        """A name that stands for nothing, or for nothing that can be passed once more."""
        name, full = reference.name, self.full_name(reference.name, scope)
        if not full:
            return self.nothing(name, reference, scope)
        text, hint = f"'{name}' is no whole line, block or group", "name one that stands above: share CONV1"
        if full in self.scattered:
            text, hint = f"other lines stand between those of '{name}'", "share them one by one"
        return Mistake(UNKNOWN_NAME, text, reference.begin, reference.end, hint)

    def replay(self, full: str, shared: str, part: Part) -> None:
        """The nodes of a line or a body again: those that read what came in to it read what flows now."""
        first, last, entry = self.spans[shared]
        if entry is None and first < last and self.nodes[first].inputs:
            entry = self.nodes[first].inputs[0]
        again: dict[str, Flow] = {entry.name: self.flow} if entry else {}
        moved, head = len(self.nodes) - first, self.head
        for node in self.nodes[first:last]:
            row = renamed(node.name, shared, full)
            if row != full:
                self.take_row(row, part)
            flows = tuple([again.get(x.name) or self.flow_of(x.name) for x in node.inputs])
            self.head = renamed(node.head, shared, full) if within(node.head, shared) else head
            again[node.name] = self.once_more(row, renamed(node.line, shared, full), node, flows, part)
        self.head = head
        self.replay_sections(full, shared, again, moved)
        self.replay_lines(full, shared, again, moved)
        given = self.outs[shared]
        self.flow = again.get(given.node.name, given) if given.node else given

    def replay_lines(self, full: str, shared: str, again: dict[str, Flow], moved: int) -> None:
        """The lines and bodies of a stretch again, under their new names, for lines below that name them."""
        first, last, _ = self.spans[shared]
        if len(self.nodes) != last + moved:
            return
        for line in self.lines[
            bisect_right(self.lines, first, key=end_of) : bisect_right(self.lines, last, key=end_of)
        ]:
            if line.first >= first and line.name != shared and line.output.name in again:
                nodes = tuple([node for x in line.nodes if (node := again[x.name].node)])
                name, flow = renamed(line.name, shared, full), again[line.output.name]
                self.lines.append(
                    LineOf(name, nodes, (), line.first + moved, line.last + moved, flow.node or line.output)
                )
                self.stands(name, line.name, flow, again, moved)

    def stands(self, name: str, shared: str, flow: Flow, again: dict[str, Flow], moved: int) -> None:
        """A shared line or body inside another, under its new name: what it gives, and which nodes it is."""
        first, last, entry = self.spans[shared]
        self.outs[name] = flow
        self.spans[name] = (
            first + moved,
            last + moved,
            again[entry.name].node if entry and entry.name in again else entry,
        )

    def check_bodies(self, begin: int, end: int) -> None:
        """Bodies are no more than layers may be: those without a layer could double without end."""
        limit = self.options.limits.layers
        if len(self.sections) > limit:
            text = f"the file makes more than {limit:,} bodies"
            raise Mistake(LIMIT, text, begin, end, "--limit layers=N raises it")

    def replay_sections(self, full: str, shared: str, again: dict[str, Flow], moved: int) -> None:
        """The sections of a stretch again, under their new names."""
        first, last, _ = self.spans[shared]
        around, places = self.inside[-1] if self.inside else -1, dict[int, int]()
        for at in range(bisect_left(self.sections, first, key=start_of), len(self.sections)):
            section = self.sections[at]
            if not (section.first <= last and 0 <= section.last <= last and within(section.name, shared)):
                continue
            name = renamed(section.name, shared, full)
            places[at] = len(self.sections)
            entry, leaving = (again[x.name].node if x and x.name in again else x for x in (section.entry, section.exit))
            self.sections.append(
                section._replace(
                    name=name, sort="again", first=section.first + moved, last=section.last + moved, owner=section.name,
                    parent=places.get(section.parent, around), entry=entry, exit=leaving,
                )
            )  # fmt: skip
            if section.name != shared and section.exit:
                self.stands(
                    name, section.name, again.get(section.exit.name) or self.flow_of(section.name), again, moved
                )

    def once_more(self, row: str, line: str, node: Node, flows: tuple[Flow, ...], part: Part) -> Flow:
        """A node's layer with its weights on other tensors."""
        shapes = [flow.shape for flow in flows if flow.shape]
        if len(shapes) == len(flows):
            if unmet := misfit(node, tuple(shapes)):
                self.note(part.finding(Mistake(MISFIT, unmet[0], part.use.begin, part.use.end, unmet[1])))
            else:
                self.put(row, line, node.layer, flows, part, node.owner or node, node.named)
                return self.flow
        self.partial = True
        self.unknown.append(Unknown(row, node.kind, part.line.number))
        return LOST


def end_of(line: LineOf) -> int:
    """Where a line's nodes end: lines stand in the order of their ends."""
    return line.last


def start_of(section: Section) -> int:
    """Where a section's nodes begin: sections stand in the order of their beginnings."""
    return section.first


def in_turn(branches: list[Branch]) -> list[int]:
    """The branches in the order they are traced: those with a shortcut when the others are known."""
    late = [number for number, branch in enumerate(branches) if fits_another(branch.body)]
    return [*(number for number in range(len(branches)) if number not in set(late)), *late]


def fits_another(body: list[Statement]) -> bool:
    """Whether a body has a shortcut, which is fitted to another branch."""
    waiting = [*body]
    while waiting:
        statement = waiting.pop()
        if isinstance(statement, If):
            waiting += [*statement.body, *(inner for other in statement.otherwise for inner in other.body)]
        elif isinstance(statement, LayerLine) and any(use.kind.role == "fitted" for use in statement.body.uses):
            return True
    return False


def beside(x: Flow, other: Flow) -> tuple[Rational, ...]:
    """The product of the strides on another branch, on each axis."""
    if len(x.jump) != len(other.jump):
        return (1,) * len(x.jump)
    return tuple([ratio(there, here) for here, there in zip(x.jump, other.jump, strict=True)])


def misfit(node: Node, shapes: tuple[Shape, ...]) -> tuple[str, str] | None:
    """Why a node's layer cannot be put on inputs of these shapes, and what to do."""
    for a, b in zip(node.shapes, shapes, strict=True):
        if a.sort != b.sort:
            text = f"{node.name} reads {a.sort}, and this input is {b.sort}"
            return text, "bring the input to the form that the first one has"
    unmet = next((r for r in node.layer.requires(*shapes) if not r.holds), None)
    if unmet:
        return f"{node.name}: {unmet.message.format(*unmet.values)}", unmet.remedy.format(*unmet.values)
    for name, weight in node.layer.tensors(*shapes).items():
        if weight.shape != node.weights[name].shape:
            said, found = ("x".join(map(str, w.shape)) for w in (node.weights[name], weight))
            text = f"{node.name} has a {name} of {said}, and this input asks for {found}"
            return text, "bring the input to the shape that the first one has"
    return None


def renamed(name: str, shared: str, full: str) -> str:
    """A row of a shared line or body under the name of the line that shares it."""
    if within(name, shared):
        return full + name[len(shared) :]
    return f"{full}.{name[shared.rfind('.') + 1 :]}"


def within(name: str, shared: str) -> bool:
    """Whether a name is that of a shared line or body, or one inside it."""
    return name == shared or name.startswith(f"{shared}.")
