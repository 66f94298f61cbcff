"""Named tuples that cost next to nothing to define.

`typing.NamedTuple` compiles text for every class and every field, 0.18 ms a class; the command line has 60 of them.
Here the constructors are compiled with this file, one for each number of fields. To a type checker the two are the
same, and `tests/test_record.py` holds one against the other.
"""

from __future__ import annotations

import collections
from types import FunctionType
from typing import TYPE_CHECKING

__all__ = ["NamedTuple"]

getter = vars(collections)["_tuplegetter"]
make = tuple.__new__
CONSTRUCTORS = (
    lambda _cls: make(_cls, ()),
    lambda _cls, a: make(_cls, (a,)),
    lambda _cls, a, b: make(_cls, (a, b)),
    lambda _cls, a, b, c: make(_cls, (a, b, c)),
    lambda _cls, a, b, c, d: make(_cls, (a, b, c, d)),
    lambda _cls, a, b, c, d, e: make(_cls, (a, b, c, d, e)),
    lambda _cls, a, b, c, d, e, f: make(_cls, (a, b, c, d, e, f)),
    lambda _cls, a, b, c, d, e, f, g: make(_cls, (a, b, c, d, e, f, g)),
    lambda _cls, a, b, c, d, e, f, g, h: make(_cls, (a, b, c, d, e, f, g, h)),
    lambda _cls, a, b, c, d, e, f, g, h, i: make(_cls, (a, b, c, d, e, f, g, h, i)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j: make(_cls, (a, b, c, d, e, f, g, h, i, j)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k: make(_cls, (a, b, c, d, e, f, g, h, i, j, k)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m: make(_cls, (a, b, c, d, e, f, g, h, i, j, k, m)),
)


class Maker(type):
    """Makes a tuple with named items of a class that has `NamedTuple` as its base."""

    def __new__(cls, name: str, bases: tuple[type, ...], space: dict[str, object]) -> Maker:
        if not bases or tuple in bases[0].__mro__:
            return super().__new__(cls, name, bases, space)
        annotations = space.get("__annotations__")
        fields = tuple(annotations) if isinstance(annotations, dict) else ()
        defaults = tuple(space.pop(field) for field in fields if field in space)
        made = {"__new__": constructor(fields, defaults), **methods(fields)}
        return super().__new__(cls, name, (tuple,), {**made, **space})


def constructor(fields: tuple[str, ...], defaults: tuple[object, ...]) -> FunctionType:
    """`__new__` with these fields as its arguments: the code for as many, their names put in."""
    code = CONSTRUCTORS[len(fields)].__code__.replace(co_varnames=("_cls", *fields), co_name="__new__")
    return FunctionType(code, {"make": make}, "__new__", defaults)


def methods(fields: tuple[str, ...]) -> dict[str, object]:
    """What every named tuple has beside its constructor."""

    def as_text(self: tuple[object, ...]) -> str:
        return f"{type(self).__name__}({', '.join(map('{}={!r}'.format, fields, self))})"

    def replaced(self: tuple[object, ...], /, **changes: object) -> object:
        new = make(type(self), tuple(map(changes.pop, fields, self)))
        if changes:
            raise ValueError(f"Got unexpected field names: {list(changes)!r}")
        return new

    def as_dict(self: tuple[object, ...]) -> dict[str, object]:
        return dict(zip(fields, self, strict=True))

    getters = {field: getter(at, f"Item {at}") for at, field in enumerate(fields)}
    shared = {"__slots__": (), "__repr__": as_text, "_replace": replaced, "_asdict": as_dict, "_fields": fields}
    return {**shared, "__getnewargs__": lambda self: tuple(self), **getters}


if TYPE_CHECKING:
    from typing import NamedTuple
else:

    class NamedTuple(metaclass=Maker):
        """A tuple whose items have names: `class Shape(NamedTuple): channels: int`."""
