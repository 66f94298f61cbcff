"""What a pass over a spec knows: the tensor that flows, the rows that are named, what is wrong, what is in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import Diagnostic, Mistake
from cnncalc.faults import DUPLICATE_NAME, LIMIT, NO_NETWORK, UNKNOWN_NAME
from cnncalc.geometry import Order, Shape
from cnncalc.network.bind import Setting
from cnncalc.network.chain import LOST, Flow
from cnncalc.network.claim import claimed
from cnncalc.network.node import Claimed, LineOf, Node, Section, Solved, Unknown
from cnncalc.network.scope import Names, Scope, written_names
from cnncalc.record import NamedTuple
from cnncalc.source import Limits
from cnncalc.syntax.expression import Expression, evaluate, shown
from cnncalc.syntax.tree import Claim, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnncalc.geometry import Rational
    from cnncalc.source import Source
    from cnncalc.syntax.parse import Parsed
    from cnncalc.syntax.tree import Label

    Placed = tuple[Claim, int]

AXES = {0: (), 1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
"""The letters of the spatial axes in PyTorch's order."""
MOST_DIGITS = 4_000
"""A little less than Python converts to text and back."""


class Options(NamedTuple):
    """What the caller changes of a spec: constants, the input's shape, the limits."""

    constants: Mapping[str, Rational] = {}
    shape: Shape | None = None
    limits: Limits = Limits()


class State:
    """What is known so far. Behind an error `flow` holds no node and `partial` is set: rows are unknown.

    `made` are the nodes by their rows, `outs` what lines and bodies give, `given` the network's outputs where the
    file says them, `spans` which nodes a line or body is and what comes in to it, `inside` the sections that are open,
    `branch` the lines of the branch that is traced. The lines of a group in `scattered` do not stand together.
    """

    def __init__(self, source: Source, parsed: Parsed, options: Options) -> None:
        self.source, self.options = source, options
        self.digits = min(options.limits.digits, MOST_DIGITS)
        self.findings = {(finding.code.code, finding.span): finding for finding in parsed.findings}
        self.setting = Setting(Order(), False, self.digits)
        self.exact = False
        self.doubts: set[str] = set()
        self.poisoned: set[str] = set()
        self.inputs: list[Node] = []
        self.nodes: list[Node] = []
        self.lines: list[LineOf] = []
        self.unknown: list[Unknown] = []
        self.solved: list[Solved] = []
        self.searched, self.proved = 0, 0
        self.rows: dict[str, int] = {}
        self.flow, self.started, self.partial = LOST, False, False
        self.bits, self.head = 0, ""
        self.first = Shape(1)
        self.made: dict[str, Node] = {}
        self.outs: dict[str, Flow] = {}
        self.given: list[Node] = []
        self.sections: list[Section] = []
        self.spans: dict[str, tuple[int, int, Node | None]] = {}
        self.scattered: set[str] = set()
        self.inside: list[int] = []
        self.branch: list[str] | None = None
        self.aliases: dict[str, str] = {}
        self.parsed = parsed
        self.top = Scope("", written_names(parsed.statements))

    @property
    def order(self) -> Order:
        """How the file writes its axes."""
        return self.setting.order

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

    def value(self, expression: Expression, names: Mapping[str, Rational]) -> Rational:
        """The value of an expression within the limit of digits."""
        return evaluate(expression, names, self.digits)

    def names(self, scope: Scope, i: int | None, given: Shape | None = None) -> Names:
        """The constants, the extents of the tensor that comes in, or of a `given` one, and the number in a range."""
        own: dict[str, Rational] = {}
        shape = given or self.flow.shape
        if shape is not None:
            own.update(zip(("C", *AXES[shape.rank])[-len(shape.dims) :], shape.dims, strict=True))
        if i is not None:
            own["i"] = i
        return Names(scope.constants, own)

    def lose(self, place: Place, name: str, kind: str) -> None:
        """From here on shapes are unknown; a row says so where a kind is told."""
        self.flow, self.partial = LOST, True
        if kind:
            shown = name if 0 < len(name) <= self.options.limits.names else kind
            self.unknown.append(Unknown(shown, kind, place.line.number))

    def doubt(self) -> None:
        """From here on the shape is only assumed: errors below are found, and no row shows a number."""
        self.flow, self.partial = self.flow._replace(node=None), True

    def claimed(self, claim: Claim, base: int, target: str, place: Place, names: Mapping[str, Rational]) -> Claimed:
        """A claim with its numbers; its places count from `base` in its statement."""
        start = place.begin + base
        where = Place(place.line, start + claim.begin, start + claim.end)
        return claimed(claim, (target,), names, where, self.digits)

    def assume(self, claims: Iterable[Placed], place: Place, scope: Scope) -> None:
        """Go on from the shape that a broken line claims, so that the errors below it are found too."""
        for claim, base in claims:
            if claim.shape and all(claim.shape.axes) and 1 < len(claim.shape.axes) <= 4:
                try:
                    held = self.claimed(claim, base, "", place, scope.constants)
                except Mistake:
                    continue
                self.flow = Flow(None, self.meant(held))

    def meant(self, claim: Claimed) -> Shape:
        """The shape that a claim without `?` means; one extent fewer than the map leaves out its one channel."""
        axes = tuple(axis or 1 for axis in claim.axes)
        if len(axes) == max((node.output.rank for node in self.inputs), default=0):
            return Shape(1, self.order.turned(axes))
        return self.order.shape(axes, claim.channels_first)

    def claim_row(self, row: str, line: int, begin: int, end: int) -> None:
        """No two rows of the table bear one name, however each came by it."""
        if row in self.rows:
            text = f"'{row}' is named twice: on line {self.rows[row]} and here"
            raise Mistake(DUPLICATE_NAME, text, begin, end, "give each its own name")
        self.rows[row] = line

    def check_room(self, count: int, begin: int, end: int) -> None:
        """No spec expands beyond the limit of layers."""
        limit, above = self.options.limits.layers, len(self.nodes)
        if count + above > limit:
            made = f"{count:,}" if count < 10**20 else shown(count)
            beside = f" and {above:,} stand above" if count <= limit else ""
            text = f"this makes {made} layers{beside}, the limit is {limit:,}"
            raise Mistake(LIMIT, text, begin, end, "--limit layers=N raises it")

    def check_name(self, label: Label, scope: Scope) -> None:
        """A name, those of the groups around it included, is no longer than the limit."""
        self.check_length(len(scope.prefix) + len(label.name), label.begin, label.end)

    def check_length(self, length: int, begin: int, end: int) -> None:
        """A name has so many characters at most."""
        most = self.options.limits.names
        if length > most:
            text = f"the name has {length:,} characters with those of its groups, the limit is {most:,}"
            raise Mistake(LIMIT, text, begin, end, "--limit names=N raises it")

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

    def ended(self, name: str, scope: Scope) -> None:
        """What a line or a body gives, for lines below that name it: `layer2` stands for the last of `layer2.0..3`."""
        self.outs[name] = self.flow
        if self.branch is not None:
            self.branch.append(name)
        at = name.find(".", len(scope.prefix))
        while at >= 0:
            group = name[:at]
            if group not in self.rows:
                self.outs[group], self.aliases[group] = self.flow, name
                self.gather(group, name)
            at = name.find(".", at + 1)

    def gather(self, group: str, name: str) -> None:
        """A line more of those that a dotted prefix stands for: `layer2` for all of `layer2.0..3`."""
        if name not in self.spans:
            return
        first, last, entry = self.spans[name]
        begin, end, before = self.spans.get(group, (first, first, entry))
        if end != first:
            self.scattered.add(group)
        self.spans[group] = begin, last, before

    def begin(self, place: Place) -> None:
        """A layer needs something to read."""
        if not self.started:
            self.started = True
            hint = "declare its shape above the layers: INPUT: 227x227x3"
            self.find(place, Mistake(NO_NETWORK, "the network begins without an input", 0, place.length, hint))
            self.doubts.add("input")
