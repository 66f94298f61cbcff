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

    data = common.content(common.located(spec.path), bounds.bytes)
    text = decode(data, spec.name)
    if not isinstance(text, str):
        network = again(data)
        return Fixed("", network, findings(network, choice), ()) if put(spec, data, data, diff) else None
    done = fixed(text, again, choice, spec.settings.unsafe_fixes)
    return done if put(spec, data, done.text.encode(), diff) else None


def put(spec: Spec, old: bytes, new: bytes, diff: bool) -> bool:
    """The new text in the file, on stdout, or as a diff; whether that could be done."""
    from cnncalc.cli import fmt

    if diff:
        if new != old:
            fmt.show(fmt.unified(fmt.Given("-" if spec.name == "<stdin>" else spec.name, old), new.decode()))
    elif spec.path == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(new)
    elif new != old:
        return fmt.written(spec.path, new) != fmt.UNWRITTEN
    return True
