"""Arguments to a layer: expressions are evaluated, axes put in PyTorch's order, bounds held."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake
from cnncalc.faults import ILLEGAL_VALUE, MISSING, WRONG_AXES, WRONG_RANK
from cnncalc.geometry import Order, Pad, Shape
from cnncalc.record import NamedTuple
from cnncalc.syntax.arguments import Arguments
from cnncalc.syntax.expression import Expression, evaluate, shown
from cnncalc.syntax.tokens import tokenize
from cnncalc.syntax.words import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.geometry import Axes, Rational
    from cnncalc.layer import Layer, Parameter, Requirement, Value
    from cnncalc.syntax.tree import Argument, Use, Written


LARGEST = (1 << 1024) - (1 << 970)
"""The largest number that a float holds, 1.8e308."""


class Refusal(NamedTuple):
    """Why there is no layer; `given`: the fault is in the options that `after` gives."""

    mistake: Mistake
    given: bool


class Setting(NamedTuple):
    """What a file sets for every line: its axes, whether pools round up, how many digits a number may have."""

    order: Order
    ceil: bool
    digits: int


class Reads(NamedTuple):
    """What a layer reads: the shapes of its inputs, and of the layers that its arguments name, in their order."""

    inputs: tuple[Shape, ...] = ()
    named: tuple[Shape, ...] = ()


def layer_of(
    use: Use, given: Use | None, reads: Reads, names: Mapping[str, Rational], setting: Setting
) -> Layer | Refusal:
    """The layer of a use over its inputs, once all it requires holds. Equal questions are answered once."""
    wanted = use.names | given.names if given else use.names
    if not wanted:
        return remembered(use, given, reads, (), setting)
    if not wanted <= names.keys():
        return worked_out(use, given, reads, names, setting)
    return remembered(use, given, reads, tuple((name, names[name]) for name in sorted(wanted)), setting)


@lru_cache(maxsize=8192)
def remembered(
    use: Use, given: Use | None, reads: Reads, names: tuple[tuple[str, Rational], ...], setting: Setting
) -> Layer | Refusal:
    """The answer for these names and no others."""
    return worked_out(use, given, reads, dict(names), setting)


def worked_out(
    use: Use, given: Use | None, reads: Reads, names: Mapping[str, Rational], setting: Setting
) -> Layer | Refusal:
    """The layer, or the first reason why there is none."""
    layer = unchecked(use, given, reads, names, setting)
    if isinstance(layer, Refusal):
        return layer
    unmet = next((r for r in layer.requires(*reads.inputs) if not r.holds), None)
    return Refusal(*missed(unmet, use, given)) if unmet else layer


def unchecked(
    use: Use, given: Use | None, reads: Reads, names: Mapping[str, Rational], setting: Setting
) -> Layer | Refusal:
    """The layer, whatever it requires."""
    binder = Binder(reads, names, setting.order, setting.digits)
    values: dict[str, Value] = {}
    if setting.ceil and any(parameter.name == "ceil" for parameter in use.kind.parameters):
        values["ceil"] = 1
    for source in (given, use) if given else (use,):
        try:
            binder.check_rank(source)
            values.update({a.parameter.name: binder.argument(a) for a in source.arguments})
        except Mistake as mistake:
            return Refusal(mistake, source is given)
    try:
        return binder.layer(use, values)
    except Mistake as mistake:
        return Refusal(mistake, False)


def missed(requirement: Requirement, use: Use, given: Use | None = None) -> tuple[Mistake, bool]:
    """A requirement that does not hold, at the argument it is about, wherever that stands."""
    message, remedy = requirement.message.format(*requirement.values), requirement.remedy.format(*requirement.values)
    for source in (use, given) if given else (use,):
        for argument in source.arguments:
            if argument.parameter.name == requirement.about:
                return Mistake(requirement.code, message, argument.begin, argument.end, remedy), source is given
    return Mistake(requirement.code, message, use.begin, use.end, remedy), False


class Binder:
    """Evaluates the arguments of one kind over its inputs; `x` is the first (None: the kind reads none)."""

    def __init__(self, reads: Reads, names: Mapping[str, Rational], order: Order, digits: int) -> None:
        self.reads, self.x = reads, reads.inputs[0] if reads.inputs else None
        self.names, self.order, self.digits = names, order, digits
        self.named = iter(reads.named)

    def layer(self, use: Use, given: dict[str, Value]) -> Layer:
        """The layer of a use with the arguments given; the others take their defaults."""
        for parameter in use.kind.parameters:
            if parameter.name not in given:
                given[parameter.name] = self.default(parameter, given, use)
        return use.kind(**given)

    def check_rank(self, use: Use) -> None:
        """A window needs a map to slide over; tokens and numbers are not read by the same kinds."""
        if self.x is None:
            return
        for x in self.reads.inputs:
            if use.kind.tokens != (not x.channels):
                raise self.wrong_sort(use, x)
        if self.x.rank in use.kind.ranks:
            return
        message = f"{use.kind.keyword()} needs a map, and the input is a vector of {self.order.text(self.x)}"
        point = self.order.text(Shape(self.x.channels, (1, 1)))
        hint = f"put it before fc or flatten, give the input its extents (28x28x1), or reshape it: reshape {point}"
        raise Mistake(WRONG_RANK, message, use.begin, use.end, hint)

    def wrong_sort(self, use: Use, x: Shape) -> Mistake:
        """Tokens where numbers are read, or numbers where tokens are."""
        reads = "tokens" if use.kind.tokens else "numbers"
        hint = "declare them: INPUT: 64 tokens" if use.kind.tokens else "embed them first: embed 128 vocab 10000"
        text = f"{use.kind.keyword()} reads {reads}, and the input is {self.order.text(x)}"
        return Mistake(WRONG_RANK, text, use.begin, use.end, hint)

    def default(self, parameter: Parameter, given: dict[str, Value], use: Use) -> Value:
        """What stands for an argument left out."""
        if parameter.required:
            message = f"{use.kind.keyword()} has no {parameter.name}"
            raise Mistake(MISSING, message, use.begin, use.end, f"write {use.kind.keyword()} {form(use.kind)}")
        if parameter.type == "flag":
            return 0
        if parameter.default in given:
            return given[parameter.default]
        written = default_value(parameter)
        return None if written is None else self.value(parameter, written)

    def argument(self, argument: Argument) -> Value:
        """An argument's value."""
        return 1 if argument.value is None else self.value(argument.parameter, argument.value)

    def value(self, parameter: Parameter, written: Written) -> Value:
        """A value as its parameter's type reads it."""
        if parameter.type == "layer":
            return next(self.named)
        if parameter.type == "pad":
            return self.pad(parameter, written)
        if parameter.type == "extents":
            return self.spread(parameter, written, tuple(self.whole(parameter, e) for (e,) in written.axes))
        if parameter.type == "shape":
            return self.shape(parameter, written)
        if parameter.type == "rows":
            return tuple(tuple(self.whole(parameter, index) for index in row) for row in written.axes)
        if parameter.type == "range":
            return self.range(parameter, written)
        if len(written.axes) != 1 or len(written.axes[0]) != 1:
            text = f"{parameter.name} is one number, not {len(written.axes)} joined by 'x'"
            hint = f"write '{parameter.name} 2'" if not parameter.positional else "write one number"
            raise Mistake(ILLEGAL_VALUE, text, written.begin, written.end, hint)
        if parameter.type == "count":
            return self.whole(parameter, written.axes[0][0])
        return self.bounded(parameter, written.axes[0][0])

    def bounded(self, parameter: Parameter, expression: Expression) -> Rational:
        """A number within its parameter's bounds."""
        value = evaluate(expression, self.names, self.digits)
        if parameter.type == "number" and not -LARGEST <= value <= LARGEST:
            what = f"{parameter.name} is beyond 1.8e308, the largest number that PyTorch holds"
            raise Mistake(ILLEGAL_VALUE, what, expression.begin, expression.end, "write a smaller number")
        if not parameter.low <= value <= parameter.high:
            bound = f"at least {parameter.low}" if value < parameter.low else f"at most {shown(parameter.high)}"
            what = f"{called(parameter)} is {shown(value)}, and must be {bound}"
            raise Mistake(ILLEGAL_VALUE, what, expression.begin, expression.end, f"write a value of {bound}")
        return value

    def whole(self, parameter: Parameter, expression: Expression) -> int:
        """A whole number within its parameter's bounds."""
        value = evaluate(expression, self.names, self.digits)
        if value.denominator != 1:
            what = f"{called(parameter)} is {shown(value)}, and must be whole"
            hint = "use floor(...), ceil(...) or //"
            if "F" in parameter.letters and any(step.op == "/" for step in expression.steps):
                hint = "write a stride as 'stride N', or use // to divide"
            raise Mistake(ILLEGAL_VALUE, what, expression.begin, expression.end, hint)
        return int(self.bounded(parameter, expression))

    def spread(self, parameter: Parameter, written: Written, values: Axes) -> Axes:
        """One number for every axis, or one an axis in PyTorch's order."""
        rank = self.x.rank if self.x else 0
        if len(values) == 1:
            return values * rank
        self.check_axes(parameter, written, len(values), rank)
        return self.order.turned(values)

    def check_axes(self, parameter: Parameter, written: Written, count: int, rank: int) -> None:
        """A value that names its axes must name them all."""
        if count == rank or self.x is None:
            return
        text = self.order.text(self.x)
        message = f"{parameter.name} has {count} axes, and the input {text} is a {rank}-D map"
        hint = f"write one number or {rank} joined by 'x'"
        if (count, rank) == (2, 1):
            image = f"1x{text}" if self.order.channels_first else f"{text}x1"
            hint = f"an image with one channel is written {image}"
        elif rank == 1:
            hint = "write one number: a 1-D map is long, not wide and high"
        raise Mistake(WRONG_AXES, message, written.begin, written.end, hint)

    def pad(self, parameter: Parameter, written: Written) -> Pad:
        """Padding: a rule by name, or cells at (start, end) of each axis, with a fill."""
        rule, _, fill = written.word.partition(" ")
        if not written.axes:
            rank = self.x.rank if self.x else 0
            sides = ((0, 0),) * rank
            return Pad(sides, "" if rule == "valid" else rule, fill or "zeros")
        ends = [(self.whole(parameter, axis[0]), self.whole(parameter, axis[-1])) for axis in written.axes]
        starts = self.spread(parameter, written, tuple(a for a, _ in ends))
        stops = self.spread(parameter, written, tuple(b for _, b in ends))
        return Pad(tuple(zip(starts, stops, strict=True)), "", rule or "zeros")

    def range(self, parameter: Parameter, written: Written) -> Axes:
        """The two ends of a range."""
        if len(written.axes) != 1 or len(written.axes[0]) != 2:
            text, hint = f"{parameter.name} is a start and an end joined by ':'", "write 0:58; the end is not included"
            raise Mistake(ILLEGAL_VALUE, text, written.begin, written.end, hint)
        return tuple(self.whole(parameter, end) for end in written.axes[0])

    def shape(self, parameter: Parameter, written: Written) -> Shape:
        """A shape as the file orders its axes; a sequence of tokens has no channels."""
        if not 1 <= len(written.axes) <= 4 or (written.channels_first and len(written.axes) < 2):
            text = f"a shape has 1 to 4 axes, this one has {len(written.axes)}"
            raise Mistake(WRONG_AXES, text, written.begin, written.end, "an image is 227x227x3, a vector 784")
        if not all(written.axes):
            text = "every extent of the shape must be known: '?' cannot stand in it"
            raise Mistake(ILLEGAL_VALUE, text, written.begin, written.end, "write the number")
        axes = tuple(self.whole(parameter, axis[0]) for axis in written.axes)
        if written.word == "tokens":
            return Shape(0, axes)
        return self.order.shape(axes, written.channels_first)


def form(kind: type[Layer]) -> str:
    """What a kind needs, as it is written: [filters] [kernel]."""
    if any(p.type == "shape" for p in kind.parameters):
        return "227x227x3"
    needed = (p for p in kind.parameters if p.positional or p.required)
    return " ".join(f"[{p.unit or p.name}]" if p.positional else f"{p.name} N" for p in needed)


def called(parameter: Parameter) -> str:
    """What a message calls a value."""
    return "an extent" if parameter.type == "shape" else parameter.name


@lru_cache(maxsize=256)
def default_value(parameter: Parameter) -> Written | None:
    """A parameter's default, read as the language reads it."""
    return Arguments(tokenize(parameter.default), Vocabulary()).value(parameter) if parameter.default else None
