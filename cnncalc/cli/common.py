"""What the commands share: finding specs, the options of every command, printing findings."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from cnncalc import zoo
from cnncalc.cli import complete

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncalc.api import Network
    from cnncalc.diagnostic import Diagnostic
    from cnncalc.geometry import Order
    from cnncalc.render.screen import Screen
    from cnncalc.source import Limits

ORDERS = ("WxHxC", "CxHxW", "HxWxC", "CxWxH")
COLOURS = ("auto", "always", "never")


PIECE = 1 << 20
"""Bytes that are read at once."""
PATIENCE = 20
"""How often, each twentieth of a second, something is looked for in an empty pipe."""


class Reads(Protocol):
    """What bytes are read from."""

    def read(self, most: int, /) -> bytes | None:
        """So many bytes at most."""


class Failure(Exception):
    """Wrong use or an unreadable file: one sentence, exit status 2."""


def complete_dtype(incomplete: str) -> list[str]:
    """Dtypes for the shell's completion."""
    from cnncalc.storage import DTYPES

    return [name for name in DTYPES if name.startswith(incomplete)]


Spec = Annotated[str, typer.Argument(help="A file, - for stdin, or a zoo name.", autocompletion=complete.specs)]
Specs = Annotated[
    list[str] | None, typer.Argument(help="Files, - for stdin, or zoo names.", autocompletion=complete.specs)
]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a constant: k=256; again and again.")
]
Input = Annotated[str, typer.Option("--input", metavar="SHAPE", help="Another input shape: 320x320x3.")]
Axes = Annotated[
    str,
    typer.Option(
        "--axes", metavar="AXES", help="How shapes are shown: WxHxC, CxHxW, HxWxC.", autocompletion=lambda: ORDERS
    ),
]
Batch = Annotated[str, typer.Option("--batch", metavar="N", help="How many samples the memory is for.")]
Dtype = Annotated[
    str,
    typer.Option(
        "--dtype",
        metavar="DTYPE",
        help="What the memory is for: float32, float16, bfloat16, float64.",
        autocompletion=complete_dtype,
    ),
]
Limit = Annotated[
    list[str] | None,
    typer.Option("--limit", metavar="NAME=N", help="Raise a limit: layers=200000.", autocompletion=complete.limits),
]
Colour = Annotated[
    str, typer.Option("--color", metavar="WHEN", help="auto, always or never.", autocompletion=lambda: COLOURS)
]


def pairs(given: list[str] | None, option: str) -> dict[str, str]:
    """`name=value` options as a mapping."""
    found: dict[str, str] = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise Failure(f"{option} takes name=value, not '{text}'")
        found[name.strip()] = value.strip()
    return found


def limits(given: list[str] | None) -> Limits:
    """The limits, some of them changed."""
    from cnncalc.source import Limits

    changed: dict[str, int] = {}
    for name, value in pairs(given, "--limit").items():
        if name not in Limits._fields:
            raise Failure(f"--limit knows {', '.join(Limits._fields)}, not '{name}'")
        if not (value.isascii() and value.isdigit() and len(value) < 16):
            raise Failure(f"--limit {name} takes a number, not '{value}'")
        changed[name] = int(value)
    return Limits(**changed)


def batch_of(given: str) -> int:
    """The value of --batch, checked; 1 where it is not given."""
    if given and not (given.isascii() and given.isdigit() and len(given) < 16 and int(given)):
        large = given.isascii() and given.isdigit() and len(given) > 15
        least = f"below {10**15:,}" if large else "at least 1"
        raise Failure(f"--batch takes a number of samples, {least}, not '{given}'")
    return int(given or 1)


def dtype_of(given: str) -> str:
    """The value of --dtype, checked; float32 where it is not given."""
    from cnncalc.storage import dtype_of

    try:
        return dtype_of(given or "float32")
    except ValueError as error:
        raise Failure(f"--dtype: {error}") from None


def order(axes: str, network: Network) -> Order:
    """The order shapes are shown in: the file's, unless --axes says another."""
    return order_of(axes) or network.order


def order_of(axes: str) -> Order | None:
    """The value of --axes, checked; None where it is not given."""
    from cnncalc.geometry import Order
    from cnncalc.syntax.parse import AXES

    if axes and axes.lower() not in AXES:
        raise Failure(f"--axes takes {', '.join(ORDERS)}, not '{axes}'")
    return Order.of(axes) if axes else None


def colour(given: str) -> str:
    """The value of --color, checked."""
    if given not in COLOURS:
        raise Failure(f"--color takes auto, always or never, not '{given}'")
    return given


def exists(path: str) -> bool:
    """Whether there is something of this path; raises OSError where that cannot be told, Failure for a broken link."""
    try:
        os.stat(path)
    except ValueError:
        return False
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG):
            raise
        if os.path.islink(path):
            raise Failure(f"{path}: a link to nothing") from None
        return False
    return True


def located(spec: str) -> str:
    """The path of a spec: an existing path wins, then the zoo, and stderr says so.

    Raises Failure where there is neither, OSError for a path that cannot be looked at.
    """
    if os.path.isdir(spec):
        raise Failure(f"{spec} is a folder; name a file in it, or lint the folder: cnncalc lint {spec}")
    if spec == "-" or exists(spec):
        return spec
    found = zoo.path(spec) if os.sep not in spec else None
    if found is None:
        from cnncalc.diagnostic import did_you_mean

        hint = did_you_mean(spec.removesuffix(".spec"), zoo.names()) or "cnncalc zoo lists the specs that come with it"
        raise Failure(f"no file '{spec}', and no such name in the zoo; {hint}")
    print(f"cnncalc: '{spec}' is taken from the zoo", file=sys.stderr)
    return found


def content(path: str, most: int) -> bytes:
    """The bytes of a file or of stdin; more than so many are refused."""
    data = taken(path, most)
    if len(data) > most:
        raise Failure(f"{path} is larger than {most:,} bytes (--limit bytes=N raises the limit)")
    return data


def taken(path: str, most: int) -> bytes:
    """The bytes of a file or of stdin, one more than the limit at most."""
    if path == "-":
        try:
            return limited(sys.stdin.buffer, most + 1)
        except OSError as error:
            raise Failure(f"stdin: {error.strerror}") from None
    if stat.S_ISFIFO(os.stat(path).st_mode):
        return from_pipe(path, most + 1)
    with open(path, "rb") as file:
        return limited(file, most + 1)


def limited(file: Reads, most: int) -> bytes:
    """At most so many bytes, taken in pieces: no room is made for more than there is."""
    parts: list[bytes] = []
    while most > 0 and (part := file.read(min(most, PIECE))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def from_pipe(path: str, most: int) -> bytes:
    """The bytes of a named pipe; one that nothing writes to is refused, since waiting for it might never end."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as pipe:
        for _ in range(PATIENCE):
            first = pipe.read(min(most, PIECE))
            if first != b"":
                os.set_blocking(pipe.fileno(), True)
                return (first or b"") + limited(pipe, most - len(first or b""))
            time.sleep(0.05)
    raise Failure(f"{path} is a pipe, and nothing writes to it")


def replace(path: str, data: bytes) -> None:
    """Put a whole file in place of an old one, whose permissions it keeps."""
    if os.path.exists(path) and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    beside = os.path.join(os.path.dirname(path), f".cnncalc-{os.getpid()}.part")
    with open(beside, "xb") as file:
        try:
            file.write(data)
            file.flush()
            if os.path.exists(path):
                os.chmod(beside, stat.S_IMODE(os.stat(path).st_mode))
            os.replace(beside, path)
        except BaseException:
            os.remove(beside)
            raise


def same(output: str, spec: str) -> bool:
    """Whether both are one file, by whatever names."""
    return os.path.isfile(output) and os.path.exists(spec) and os.path.samefile(output, spec)


def write(text: str, output: str) -> None:
    """To stdout, or to a file whose old text stays until the new one is whole."""
    if output in ("", "-"):
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8"))
    else:
        put(text.encode("utf-8"), output)


def put(data: bytes, output: str) -> None:
    """To a file, whose old content stays until the new one is whole; stderr says so."""
    from cnncalc.render.findings import safe

    if os.path.exists(output) and not os.path.isfile(output):
        with open(os.open(output, os.O_WRONLY | os.O_NONBLOCK), "wb") as file:
            os.set_blocking(file.fileno(), True)
            file.write(data)
        return
    try:
        replace(os.path.realpath(output), data)
    except OSError as error:
        raise Failure(f"{output}: {error.strerror}") from None
    print(f"cnncalc: wrote {safe(output)}", file=sys.stderr)


def network(
    spec: str, constants: list[str] | None = None, shape: str = "", limit: list[str] | None = None, shown_as: str = ""
) -> Network:
    """The network of a spec as the user names it."""
    from cnncalc.api import analyse, stem

    bounds = limits(limit)
    path = located(spec)
    data = content(path, bounds.bytes)
    name, path = (stem(shown_as or "stdin"), shown_as or "<stdin>") if path == "-" else (stem(path), path)
    try:
        return analyse(data, name, path, pairs(constants, "--set"), shape or None, bounds)
    except ValueError as error:
        raise Failure(str(error)) from None


def report(network: Network, found: Iterable[Diagnostic], on: Screen) -> None:
    """Findings on stderr, errors and warnings whole."""
    from cnncalc.render.findings import full

    loud = tuple(f for f in found if f.severity != "info")
    if loud:
        sys.stdout.flush()
        print(full(network.source, loud, on.paint, on.width), file=sys.stderr)


def status(found: Iterable[Diagnostic]) -> int:
    """1 where the spec has errors."""
    return int(any(f.severity == "error" for f in found))
