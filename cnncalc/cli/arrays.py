"""Where the numbers of `convolve` come from: text on the command line, files of text, NumPy arrays, pictures."""

from __future__ import annotations

import os
import re
import sys
from io import BytesIO
from typing import TYPE_CHECKING

from cnncalc.cli import common
from cnncalc.cli.common import Failure
from cnncalc.record import NamedTuple
from cnncalc.syntax import numbers
from cnncalc.syntax.numbers import Unread, counted

if TYPE_CHECKING:
    from cnncalc.geometry import Order
    from cnncalc.layer import Array
    from cnncalc.source import Limits

NUMERIC = re.compile(r"(?=\D*\d)[\d\s.,eE+\-/|\[\]*]*", re.ASCII)
"""What is meant as numbers, though there be a file of that name."""
RAISED = " (--limit numbers=N raises the limit)"
COLOURS = (1, 3, 4)
"""How many channels pictures have."""
SUFFIX = re.compile(r"[^\W\d]\.[A-Za-z]\w{0,8}$")
"""How the name of a file ends."""
PATHS = ("./", "../", "/")
SEPARATORS = re.compile(r"[\s,|;\[\]]")
NUMPY = b"\x93NUMPY"
ZIP = b"PK\x03\x04"
PORTABLE = re.compile(rb"P[1-6]\s")
"""How pictures begin that are text."""


class Wanted(NamedTuple):
    """How arrays are read: the spatial axes asked for (0: by themselves), the order of axes, pictures as grey."""

    rank: int
    order: Order
    grey: bool
    limits: Limits


class Given(NamedTuple):
    """The input: (channels, *extents), and whether it is a picture."""

    x: Array
    picture: bool

    @property
    def rank(self) -> int:
        """How many spatial axes there are."""
        return self.x.ndim - 1


class Loose(NamedTuple):
    """Numbers before it is known what their axes are.

    Those of a `block` are (channels, slices, rows, columns); of an array as many axes as it has.
    """

    values: Array
    block: bool = False
    picture: bool = False
    over: float = 1.0


def given(argument: str, wanted: Wanted) -> Given:
    """The input that an argument stands for."""
    name, data = source(argument, "the input", wanted.limits)
    try:
        if isinstance(data, str) and not SEPARATORS.search(data) and not NUMERIC.fullmatch(data):
            raise Unread(f"no file '{numbers.short(data)}', and no number either")
        loose = read(data, wanted)
        if loose.picture and wanted.rank not in (0, 2):
            raise Unread(f"a picture has 2 axes, and --rank {wanted.rank} asks for {wanted.rank}")
        values = scaled(loose.values, 1.0, loose.over)
        x = values if loose.picture else of_block(values, wanted.rank) if loose.block else of_array(values, wanted)
    except Unread as error:
        raise Failure(f"{name}: {error}") from None
    if wanted.grey and not loose.picture:
        raise Failure(f"{name} holds numbers, no picture: leave --grey out")
    if not loose.block and not loose.picture:
        doubted(name, values, wanted)
    return Given(x, loose.picture)


def doubted(name: str, values: Array, wanted: Wanted) -> None:
    """Say how an array is read whose last axis is as long as that of the colours of pixels."""
    if values.ndim == 3 and wanted.rank in (0, 2) and not wanted.order.channels_last:
        extents, first, last = "x".join(map(str, values.shape)), values.shape[0], values.shape[-1]
        if last in COLOURS and first not in COLOURS:
            text = f"{name}, {extents}, is read as {first} channels; --axes HxWxC reads the last axis as {last}"
            print(f"cnncalc: {text}", file=sys.stderr)


def source(argument: str, name: str, limits: Limits) -> tuple[str, str | bytes]:
    """(what it is called, the text itself or the bytes of the file) of an argument; numbers come before files."""
    if NUMERIC.fullmatch(argument) and not argument.startswith(PATHS):
        return name, argument
    if argument != "-" and not common.exists(argument):
        if argument.startswith(PATHS) or (" " in argument and SUFFIX.search(argument[-12:])):
            raise Failure(f"no file '{numbers.short(argument)}'")
        return name, argument
    if os.path.isdir(argument):
        raise Failure(f"{argument} is a folder; name a file of numbers or a picture in it")
    return ("stdin" if argument == "-" else argument), common.content(argument, limits.bytes)


def read(data: str | bytes, wanted: Wanted) -> Loose:
    """The numbers in a text, an array's file or a picture. Raises Unread."""
    if isinstance(data, bytes):
        text = None if PORTABLE.match(data) or data.startswith((NUMPY, ZIP)) else decoded(data)
        if text is None:
            return stored(data, wanted)
        data = text
    top, over, rest = numbers.factor(data)
    brackets = "[" in numbers.uncommented(rest)
    values = numbers.nested(rest) if brackets else numbers.block(rest)
    return Loose(few(scaled(values, top, 1.0), wanted.limits), not brackets, over=over)


def scaled(values: Array, top: float, bottom: float) -> Array:
    """The numbers times a fraction. Raises Unread where that is more than a number holds."""
    import numpy as np

    if top == bottom:
        return values
    with np.errstate(over="ignore"):
        found: Array = values * top / bottom
    if not np.isfinite(found).all():
        raise Unread(f"numbers times {top / bottom:g} are too large: numbers end at 1.8e308")
    return found


def decoded(data: bytes) -> str | None:
    """The text of a file, if it is one."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def stored(data: bytes, wanted: Wanted) -> Loose:
    """The numbers of a .npy file or of a picture."""
    if data.startswith(ZIP):
        raise Unread("a ZIP file, as .npz are: write the one array that is meant with numpy.save")
    if data.startswith(NUMPY):
        return Loose(few(loaded(data), wanted.limits))
    from cnncalc.cli.picture import pixels

    try:
        return Loose(finite(pixels(data, wanted.grey, wanted.limits)), picture=True)
    except ImportError:
        raise Unread("no text and no .npy array; for pictures: pip install 'cnncalc[images]'") from None


def loaded(data: bytes) -> Array:
    """The array of a .npy file."""
    import numpy as np

    try:
        values = np.load(BytesIO(data), allow_pickle=False)
    except Exception as error:  # the header is read by Python's own parser, which fails in many ways
        if "allow_pickle" in str(error):
            raise Unread("an array of Python objects: numbers are wanted, whole or with a point") from None
        raise Unread(f"a damaged .npy file: {str(error).partition(chr(10))[0]}") from None
    if values.dtype.kind not in "biuf":
        raise Unread(f"an array of {values.dtype}: numbers are wanted, whole or with a point")
    return finite(values.astype(float))


def finite(values: Array) -> Array:
    """The numbers, if all are finite."""
    import numpy as np

    if not np.isfinite(values).all():
        place = ", ".join(map(str, np.argwhere(~np.isfinite(values))[0]))
        raise Unread(f"the number at [{place}] is {values[~np.isfinite(values)][0]}; all must be finite")
    return values


def few(values: Array, limits: Limits) -> Array:
    """The numbers, if there are any and not too many."""
    if not values.size:
        raise Unread(f"an array of {values.shape} holds no numbers")
    within("", values.size, limits)
    return values


def within(before: str, count: int, limits: Limits) -> None:
    """Refuse more numbers than the limit."""
    if count > limits.numbers:
        raise Unread(f"{before}{count:,} numbers, more than {limits.numbers:,}{RAISED}")


def of_block(values: Array, rank: int) -> Array:
    """Rows of numbers as (channels, *extents): a single row or column is a series, unless `rank` asks for more."""
    channels, slices, rows, columns = values.shape
    least = 3 if slices > 1 else 2 if rows > 1 and columns > 1 else 1
    rank = rank or least
    if rank < least:
        what = (
            f"{counted(slices, 'slice')} of " * (slices > 1) + f"{counted(rows, 'row')} of {counted(columns, 'number')}"
        )
        raise Unread(f"{what} have {least} axes, not {rank}")
    extents = (slices, rows, columns) if rank == 3 else (rows, columns) if rank == 2 else (rows * columns,)
    return values.reshape(channels, *extents)


def of_array(values: Array, wanted: Wanted) -> Array:
    """An array as (channels, *extents): of 1 or 2 axes it has one channel, of more the first is that of channels."""
    rank = wanted.rank or {1: 1, 2: 2, 3: 2, 4: 3}.get(values.ndim, 0)
    if values.ndim not in (rank, rank + 1) or not rank:
        asked = f"--rank {wanted.rank} takes {rank} or {rank + 1}" if wanted.rank else "1 to 4 are read"
        raise Unread(f"an array of {counted(values.ndim, 'axis')} ({'x'.join(map(str, values.shape))}): {asked}")
    return channels_first(values, rank, wanted.order.channels_last)


def channels_first(values: Array, rank: int, last: bool) -> Array:
    """An array of `rank` spatial axes with its channels in front, one channel where it has no axis of them."""
    import numpy as np

    if values.ndim == rank:
        return values[None]
    return np.moveaxis(values, -1, 0) if last else values


def described(x: Given) -> str:
    """What an input is: a series of 8 numbers, a 2-D map."""
    return f"a series of {counted(x.x.shape[1], 'number')}" if x.rank == 1 else f"a {x.rank}-D map"
