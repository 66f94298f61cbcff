"""What a spec says, before any shape is known: statements with their places.

Offsets inside a statement count from its beginning, those inside a layer's body from `base` there, so that equal
texts are read once, wherever they stand.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from cnncalc.record import NamedTuple
from cnncalc.source import Line

if TYPE_CHECKING:
    from cnncalc.diagnostic import Mistake, Span
    from cnncalc.layer import Layer, Parameter
    from cnncalc.syntax.expression import Expression

    Statement: TypeAlias = (
        "LayerLine | Join | Head | Group | Repeat | If | Block | From | Constant | After | Axes | Rounding"
        " | Expect | Train | Else | Broken"
    )


NO_NAMES: frozenset[str] = frozenset()
UNKNOWN = "?"
"""The name that a number to solve for reads; no constant bears it."""


class Written(NamedTuple):
    """A value as written: one tuple of expressions an axis ((start, end) for pads), or a word."""

    axes: tuple[tuple[Expression, ...], ...]
    word: str
    begin: int
    end: int
    channels_first: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The constants it is computed from."""
        return frozenset().union(*(e.names for axis in self.axes for e in axis))


class Argument(NamedTuple):
    """One argument of a kind: the parameter it fills and its value; flags have none."""

    parameter: Parameter
    value: Written | None
    begin: int
    end: int


class Use(NamedTuple):
    """A kind with its arguments: the layer of a line, or one of its postfixes; `names` are those they read.

    Equal texts are read once, so a use is itself alone: what is remembered of it is found without comparing it.
    """

    kind: type[Layer]
    arguments: tuple[Argument, ...]
    names: frozenset[str]
    begin: int
    end: int
    refers: tuple[Reference, ...] = ()
    """The layers that its arguments name."""

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


class Figure(NamedTuple):
    """A printed figure: its value in units of `scale`, printed to `decimals` places; or an expression.

    Like a use it is itself alone, and so is a claim: what they come to is remembered.
    """

    digits: str
    scale: int
    expression: Expression | None
    begin: int
    end: int

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    @property
    def names(self) -> frozenset[str]:
        """The constants it is computed from."""
        return self.expression.names if self.expression else NO_NAMES


class Claim(NamedTuple):
    """What a line says of itself: `quantity` is shape, or params, weights, macs, rf, ..."""

    quantity: str
    shape: Written | None
    figure: Figure | None
    begin: int
    end: int

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    @property
    def names(self) -> frozenset[str]:
        """The constants it is computed from."""
        return read_by(self)


@lru_cache(maxsize=8192)
def read_by(claim: Claim) -> frozenset[str]:
    """The constants a claim is computed from."""
    return claim.shape.names if claim.shape else claim.figure.names if claim.figure else NO_NAMES


class Place(NamedTuple):
    """Where a statement stands: `[begin, end)` of its line."""

    line: Line
    begin: int
    end: int

    def span(self, begin: int | None = None, end: int | None = None) -> Span:
        """The whole statement, or the part of it at these offsets of the line."""
        return self.line.span(self.begin if begin is None else begin, self.end if end is None else end)

    @property
    def length(self) -> int:
        """How long the statement is."""
        return self.end - self.begin


class Reference(NamedTuple):
    """A name that stands for a line above; with `last` for a range of them (`stack0..9.skip`)."""

    name: str
    begin: int
    end: int
    last: Expression | None = None
    rest: str = ""
    """What follows the number in each name of a range."""


class Label(NamedTuple):
    """A line's name, the last number of a range (`CONV2..12`), and the line it reads (`aux1 from 4a:`)."""

    name: str
    last: Expression | None
    begin: int
    end: int
    origin: Reference | None = None


class Given(NamedTuple):
    """One argument of a block's call: the parameter's name where it is written, and a value or a single word."""

    name: str
    value: Expression | None
    word: str
    begin: int
    end: int


class Call(NamedTuple):
    """A block's name with its arguments."""

    block: str
    arguments: tuple[Given, ...]
    begin: int
    end: int


class Body(NamedTuple):
    """The part of a layer line behind its label.

    `uses` are its layer and postfixes; with a `call` all of them are postfixes. `origins`: behind `from`.
    """

    uses: tuple[Use, ...]
    plain: bool
    claims: tuple[Claim, ...]
    origins: tuple[Reference, ...] = ()
    call: Call | None = None

    @property
    def asks(self) -> bool:
        """Whether a number of it is to be solved for."""
        return any(UNKNOWN in use.names for use in self.uses)


class LayerLine(NamedTuple):
    """A layer with its postfixes and claims; `base` is where `body`'s places count from.

    A `tentative` line reads only where parameters of its block are kinds; with them it is read again, without them
    this is what is wrong.
    """

    place: Place
    label: Label | None
    bracket: tuple[Claim, ...]
    body: Body
    base: int
    tentative: Mistake | None = None


class Constant(NamedTuple):
    """`name = expression`."""

    place: Place
    name: str
    expression: Expression


class After(NamedTuple):
    """`after KIND: options postfixes`; tentative as a layer's line may be."""

    place: Place
    uses: tuple[Use, ...]
    base: int
    tentative: Mistake | None = None


class Axes(NamedTuple):
    """`axes CxHxW`."""

    place: Place
    word: str


class Rounding(NamedTuple):
    """`rounding floor|ceil|exact`."""

    place: Place
    word: str


class Expect(NamedTuple):
    """`expect QUANTITY(names) OP figure`."""

    place: Place
    quantity: str
    targets: tuple[Reference, ...]
    op: str
    figure: Figure


class Train(NamedTuple):
    """`train: recipe`, kept as text for a training script."""

    place: Place
    recipe: str


class Repeat(NamedTuple):
    """`[name:] repeat N` and its body."""

    place: Place
    label: Label | None
    times: Expression
    body: list[Statement]


class Group(NamedTuple):
    """`name:` and its body."""

    place: Place
    label: Label
    body: list[Statement]


class Branch(NamedTuple):
    """One branch of a join; `place` is where its dash stands."""

    place: Place
    body: list[Statement]


class Join(NamedTuple):
    """A line that joins the branches below it."""

    place: Place
    line: LayerLine
    branches: list[Branch]

    @property
    def label(self) -> Label | None:
        """The name of its line."""
        return self.line.label


class Head(NamedTuple):
    """A line whose body only trains: `aux1 from 4a: aux weight 0.3`."""

    place: Place
    line: LayerLine
    body: list[Statement]

    @property
    def label(self) -> Label | None:
        """The name of its line."""
        return self.line.label


class Formal(NamedTuple):
    """A parameter of a block, and its default: a value, or a word."""

    name: str
    default: Expression | None
    word: str
    begin: int
    end: int


class Block(NamedTuple):
    """`block name(parameters)` and its body."""

    place: Place
    name: str
    parameters: tuple[Formal, ...]
    body: list[Statement]


class If(NamedTuple):
    """`if condition` with its body, and the `else` below it, if there is one."""

    place: Place
    condition: Expression
    body: list[Statement]
    otherwise: list[Else]


class Else(NamedTuple):
    """`else` with its body."""

    place: Place
    body: list[Statement]


class From(NamedTuple):
    """A line that is only `from NAME`: what follows goes on from there."""

    place: Place
    origin: Reference


class Broken(NamedTuple):
    """A statement that does not read, and what can still be told of it.

    A layer: its label, its kind, its claims. A constant: its name. A directive: its word, and for `after` the kind.
    """

    place: Place
    label: Label | None
    kind: str
    constant: str
    directive: str
    claims: tuple[Claim, ...]
    body: list[Statement]


NOWHERE = Place(Line(0, "", "", ()), 0, 0)
"""The place of a statement that is read by its text alone."""
