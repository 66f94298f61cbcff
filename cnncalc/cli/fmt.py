"""`cnncalc fmt`: specs in their canonical form."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc import zoo
from cnncalc.cli import common, complain
from cnncalc.cli.common import Colour, Failure, Limit
from cnncalc.cli.specs import inside
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from cnncalc.source import Limits

Files = Annotated[list[str] | None, typer.Argument(help="Files, folders, or - for stdin.")]
Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 if a file would change.")]
Diff = Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change, and exit with 1 if any.")]
CLEAN, CHANGED, BROKEN, UNWRITTEN = "clean", "changed", "broken", "unwritten"


class Given(NamedTuple):
    """A spec as it was read: its path as typed, and its bytes."""

    path: str
    data: bytes


def fmt(
    specs: Files = None, check: Check = False, diff: Diff = False, limit: Limit = None, color: Colour = "auto"
) -> None:
    """Write specs in their canonical form: one way to say what they say, comments kept."""
    if not specs:
        raise Failure("which spec? Type a file (cnncalc fmt my.spec), a folder (cnncalc fmt .), or - for stdin")
    common.colour(color)
    bounds = common.limits(limit)
    paths = [path for spec in specs for path in files(spec)]
    once = {os.path.realpath(path): path for path in reversed(paths)}
    given = [Given(path, common.content(path, bounds.bytes)) for path in reversed(once.values())]
    ends = [formatted(each, bounds, check, diff, color) for each in given]
    if check or diff or paths != ["-"]:
        print(counted(ends, check or diff), file=sys.stderr)
    failed = BROKEN in ends or (CHANGED in ends and (check or diff))
    raise typer.Exit(2 if UNWRITTEN in ends else int(failed))


def files(spec: str) -> list[str]:
    """The paths that one argument stands for; a name of the zoo stands for none."""
    if os.path.isdir(spec):
        return [path for path in inside(spec) if common.exists(path)]
    if spec == "-" or os.path.isfile(spec):
        return [spec]
    if common.exists(spec):
        raise Failure(f"{spec} is no file to write to; give its text on stdin: cnncalc fmt - < {spec}")
    found = zoo.path(spec) if os.sep not in spec else None
    if found:
        name = f"{spec.removesuffix('.spec')}.spec"
        hint = f"copy it first: cp {found} {name} && cnncalc fmt {name}"
        raise Failure(f"'{spec}' is a spec of the zoo, and fmt writes files in place; {hint}")
    raise Failure(f"no file '{spec}'; type the path of a spec: cnncalc fmt my.spec")


def formatted(given: Given, bounds: Limits, check: bool, diff: bool, color: str) -> str:
    """Format one spec, or say what keeps it from being formatted; how that ended."""
    text = canonical_text(given, bounds, color)
    if text is None:
        return BROKEN
    changed = text.encode() != given.data
    if diff:
        show(unified(given, text))
    elif check:
        if changed:
            print(f"would reformat {shown(given.path)}")
    elif given.path == "-":
        show(text)
    elif changed:
        return written(given.path, text.encode())
    return CHANGED if changed else CLEAN


def canonical_text(given: Given, bounds: Limits, color: str) -> str | None:
    """The canonical text of a spec; None where it has errors of syntax, which are told on stderr."""
    from cnncalc.render.findings import full
    from cnncalc.render.screen import screen
    from cnncalc.source import decode, read
    from cnncalc.syntax.format import canonical
    from cnncalc.syntax.parse import parse

    source = decode(given.data, shown(given.path))
    if isinstance(source, str):
        source = read(source, shown(given.path), bounds)
    parsed = parse(source, bounds)
    if not parsed.findings:
        return canonical(source, parsed, bounds)
    sys.stdout.flush()
    found = sorted(parsed.findings, key=lambda finding: finding.span)
    on = screen(sys.stderr, color)
    print(full(source, found, on.paint, on.width), file=sys.stderr)
    return None


def shown(path: str) -> str:
    """What to call a spec."""
    from cnncalc.render.findings import safe

    return "<stdin>" if path == "-" else safe(path)


def show(text: str) -> None:
    """Text on stdout as it would stand in a file, whatever the terminal's encoding."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())


def unified(given: Given, text: str) -> str:
    """What would change, as `diff -u` prints it; ends of lines and marks that a screen hides are shown."""
    from difflib import unified_diff

    from cnncalc.render.findings import safe

    before, behind, name = rows(given.data.decode()), rows(text), shown(given.path)
    found = unified_diff(before, behind, name, name)
    ends = {True: "\n", False: "\n\\ No newline at end of file\n"}
    return "".join(safe(row.removesuffix("\n")) + ends[row.endswith("\n")] for row in found)


def rows(text: str) -> list[str]:
    """The rows of a text with their ends; only the last may have none."""
    *whole, last = text.split("\n")
    return [f"{row}\n" for row in whole] + [last] * bool(last)


def written(path: str, data: bytes) -> str:
    """Put new bytes in the place of a file in one step, or say why that cannot be; how that ended."""
    try:
        common.replace(os.path.realpath(path), data)
    except OSError as error:
        complain(f"cnncalc: {path}: {error.strerror}; it is left as it was")
        return UNWRITTEN
    return CHANGED


def counted(ends: list[str], dry: bool) -> str:
    """How many files there are of each end, in a sentence."""
    words = {
        CHANGED: "would be reformatted" if dry else "reformatted",
        CLEAN: "already formatted" if dry else "left unchanged",
        BROKEN: "with errors left as written" if not dry else "with errors",
        UNWRITTEN: "not writable",
    }
    numbers = {end: ends.count(end) for end in words}
    return ", ".join(f"{n} file{'s' * (n != 1)} {words[end]}" for end, n in numbers.items() if n)
