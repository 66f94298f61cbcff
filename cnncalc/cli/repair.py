"""`lint --fix` and `lint --diff`: what the fixes make of a spec, written, printed or shown."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from cnncalc import zoo
from cnncalc.cli import common
from cnncalc.cli.common import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncalc.api import Network
    from cnncalc.cli.specs import Spec
    from cnncalc.diagnostic import Diagnostic
    from cnncalc.lint.choice import Choice
    from cnncalc.lint.fixing import Fixed
    from cnncalc.source import Limits


def writable(given: Iterable[str]) -> None:
    """Raises Failure for an argument that exists and cannot be written: a spec of the zoo, a device."""
    for argument in given:
        if argument == "-" or os.path.isfile(argument) or os.path.isdir(argument):
            continue
        if os.path.exists(argument):
            raise Failure(
                f"{argument} is no file to write to; give its text on stdin: cnncalc lint --fix - < {argument}"
            )
        found = zoo.path(argument) if os.sep not in argument else None
        if found:
            name = f"{argument.removesuffix('.spec')}.spec"
            hint = f"copy it first: cp {found} {name} && cnncalc lint --fix {name}"
            raise Failure(f"'{argument}' is a spec of the zoo, and --fix writes files in place; {hint}")


def repaired(spec: Spec, choice: Choice, bounds: Limits, diff: bool) -> Fixed | None:
    """A spec with its fixes applied, which stdout shows or the file holds by then; None where it cannot be written."""
    from cnncalc.api import analyse, stem
    from cnncalc.lint.engine import findings
    from cnncalc.lint.fixing import Fixed, fixed
    from cnncalc.source import decode

    def again(given: str | bytes) -> Network:
        return analyse(given, stem(spec.name.strip("<>")), spec.name, limits=bounds)

    data = common.content(spec.path, bounds.bytes)
    text = decode(data, spec.name)
    if not isinstance(text, str):
        return Fixed("", again(data), (), ()) if put(spec.path, data, data, diff) else None
    narrow = worth(choice, spec.settings.shown, findings(again(text), choice))
    done = fixed(text, again, narrow, spec.settings.unsafe_fixes)
    return done if put(spec.path, data, done.text.encode(), diff) else None


def put(path: str, old: bytes, new: bytes, diff: bool) -> bool:
    """The new text in the file, on stdout, or as a diff; whether that could be done."""
    from cnncalc.cli import fmt

    if diff:
        if new != old:
            fmt.show(fmt.unified(fmt.Given(path, old), new.decode()))
    elif path == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(new)
    elif new != old:
        return fmt.written(path, new) != fmt.UNWRITTEN
    return True


def worth(choice: Choice, shown: tuple[str, ...], found: Iterable[Diagnostic]) -> Choice:
    """The choice without what is not shown: nothing is repaired that the user does not see."""
    from cnncalc.diagnostic import Diagnostic, Span
    from cnncalc.lint.registry import pages

    seen = {finding.code for finding in found if finding.severity in shown}
    usual = (Diagnostic(code, "", Span(1, 1, 1, 1)) for code in pages())
    quiet = tuple(each.code.code for each in usual if choice.levelled(each).severity not in shown)
    return choice._replace(never=choice.never + tuple(code for code in quiet if code not in seen))
