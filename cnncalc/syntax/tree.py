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
    from cnncalc.diagnostic import Span
    from cnncalc.layer import Layer, Parameter
    from cnncalc.syntax.expression import Expression

    Statement: TypeAlias = "LayerLine | Constant | After | Axes | Rounding | Expect | Train | Repeat | Group | Broken"


NO_NAMES: frozenset[str] = frozenset()


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


class Label(NamedTuple):
    """A line's name, and the last number of a range (`CONV2..12`)."""

    name: str
    last: Expression | None
    begin: int
    end: int


class Reference(NamedTuple):
    """A name that stands for a line above."""

    name: str
    begin: int
    end: int


class Body(NamedTuple):
    """The part of a layer line behind its label."""

    uses: tuple[Use, ...]
    plain: bool
    claims: tuple[Claim, ...]


class LayerLine(NamedTuple):
    """A layer with its postfixes and claims; `base` is where `body`'s places count from."""

    place: Place
    label: Label | None
    bracket: tuple[Claim, ...]
    body: Body
    base: int


class Constant(NamedTuple):
    """`name = expression`."""

    place: Place
    name: str
    expression: Expression


class After(NamedTuple):
    """`after KIND: options postfixes`."""

    place: Place
    uses: tuple[Use, ...]
    base: int


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
