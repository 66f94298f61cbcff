"""A run of `lint`: every spec read, repaired where that is asked for, and all that is found in one report."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from cnncalc.cli import common, complain, tally
from cnncalc.cli.common import Failure
from cnncalc.cli.specs import gathered
from cnncalc.cli.tally import Linted
from cnncalc.lint.choice import Choice, choice
from cnncalc.lint.config import Configs, Settings, Wrong, written
from cnncalc.lint.engine import findings
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncalc.cli.specs import Spec
    from cnncalc.diagnostic import Diagnostic
    from cnncalc.network.node import Network
    from cnncalc.render.screen import Screen


class Asked(NamedTuple):
    """What the command line asks of the whole run."""

    constants: list[str] | None
    shape: str
    limit: list[str] | None
    shown_as: str
    fix: bool
    diff: bool
    show_fixes: bool
    statistics: bool
    output: str
    exit_zero: bool

    @property
    def repairs(self) -> bool:
        """Whether fixes are worked out."""
        return self.fix or self.diff


def check(given: Sequence[str], asked: Asked, output_format: str) -> None:
    """Raises Failure for options that do not go together, and where no spec is named."""
    if not given:
        raise Failure("which spec? Type a file (cnncalc lint my.spec), a folder, or a zoo name (cnncalc lint alexnet)")
    if asked.shown_as and "-" not in given:
        raise Failure(
            "--stdin-filename names the spec on stdin, which is not read; add - to the specs, or leave it out"
        )
    if asked.repairs and (asked.constants or asked.shape):
        option = "--diff is of" if asked.diff else "--fix repairs"
        other = "--set" if asked.constants else "--input"
        raise Failure(f"{option} the file as written, and {other} makes another network; leave one of them out")
    if asked.diff and (other := beside_diff(asked, output_format)):
        raise Failure(f"--diff prints what would change in place of a report; leave {other} out")
    if asked.statistics and output_format not in ("", "full", "concise", "json"):
        raise Failure(f"--statistics are text or JSON (--output-format json), not {output_format}")
    if asked.fix and not asked.diff:
        from cnncalc.cli.repair import writable

        writable(given)


def beside_diff(asked: Asked, output_format: str) -> str:
    """An option that asks for the report that a diff stands in place of; empty where there is none."""
    if asked.statistics or asked.output:
        return "--statistics" if asked.statistics else "--output-file"
    return f"--output-format {output_format}" if output_format not in ("", "full", "concise") else ""


def configurations(line: Settings, isolated: bool, file: str) -> Configs:
    """Where settings come from; raises Failure for a file that cannot be read."""
    try:
        return Configs(line, isolated, file)
    except Wrong as wrong:
        raise Failure(str(wrong)) from None


def collected(given: Sequence[str], configs: Configs, asked: Asked) -> tuple[list[Spec], bool]:
    """The specs to lint with their settings, and whether one is missing."""
    try:
        return gathered(given, configs, asked.shown_as)
    except Wrong as wrong:
        raise Failure(str(wrong)) from None


def shown(given: Sequence[str], configs: Configs, asked: Asked, color: str) -> int:
    """Print the settings for the first spec; the exit status."""
    specs, missing = collected(given, configs, asked)
    if specs:
        print(written(specs[0].settings))
    return 2 * missing


def linted(given: Sequence[str], configs: Configs, asked: Asked, color: str) -> int:
    """Lint all specs and report what is found; the exit status."""
    specs, missing = collected(given, configs, asked)
    outputs = {"/dev/stdin" if spec.path == "-" else spec.path for spec in specs}
    if any(common.same(asked.output, path) for path in outputs):
        raise Failure(f"{asked.output} is one of the specs; name another file for the report")
    done = [one for spec in specs if (one := readable(spec, asked)) is not None]
    if done:
        aside = asked.diff or (asked.fix and "-" in given)
        report(done, specs[0].settings, asked, color, aside)
    failed = bool(done) and fails(done, specs[0].settings, asked)
    return 2 if missing or len(done) < len(specs) else int(failed)


def readable(spec: Spec, asked: Asked) -> Linted | None:
    """What is found in one spec; None where it cannot be read or written, which stderr says: the others go on."""
    try:
        return repaired(spec, asked) if asked.repairs else examined(spec, asked)
    except Failure as failure:
        complain(f"cnncalc: {failure}")
    except OSError as error:
        complain(f"cnncalc: {error.filename or spec.path}: {error.strerror or error}")
    return None


def examined(spec: Spec, asked: Asked) -> Linted:
    """What is found in one spec."""
    network = common.network(spec.path, asked.constants, asked.shape, asked.limit, asked.shown_as)
    return judged(spec, network, findings(network, rules(spec)))


def repaired(spec: Spec, asked: Asked) -> Linted | None:
    """What is left in one spec when its fixes are applied; None where they cannot be written."""
    from cnncalc.cli.repair import repaired

    done = repaired(spec, rules(spec), common.limits(asked.limit), asked.diff)
    return done and judged(spec, done.network, done.findings, done.applied)


def judged(spec: Spec, network: Network, found: tuple[Diagnostic, ...], applied: tuple[Diagnostic, ...] = ()) -> Linted:
    """One spec with what is to be shown of it."""
    loud = tuple(finding for finding in found if finding.severity in spec.settings.shown)
    return Linted(network.source, found, loud, applied, spec.settings.unsafe_fixes, network.complete)


def rules(spec: Spec) -> Choice:
    """The rules for one spec."""
    to = spec.settings
    path = os.path.abspath(spec.path if spec.path != "-" else spec.name)
    return chosen(to.select + to.extend_select, to.ignore, to.never(path), to.severity_overrides)


@lru_cache(maxsize=256)
def chosen(
    select: tuple[str, ...], ignore: tuple[str, ...], never: tuple[str, ...], levels: tuple[tuple[str, str], ...]
) -> Choice:
    """The choice of these selectors, which many specs share."""
    return choice(select, ignore, never, dict(levels))


def fails(done: Sequence[Linted], settings: Settings, asked: Asked) -> bool:
    """Whether what is found makes the run fail."""
    if asked.exit_zero:
        return False
    if asked.diff:
        return any(one.applied or not one.sound for one in done)
    warnings = sum(finding.severity == "warning" for one in done for finding in one.found)
    if warnings > settings.max_warnings and "max-warnings" in dict(settings.origins):
        sys.stdout.flush()
        complain(f"cnncalc: {tally.number(warnings, 'warning')}, and max-warnings allows {settings.max_warnings}")
    return tally.fails(done, settings.max_warnings)


def report(done: Sequence[Linted], settings: Settings, asked: Asked, color: str, aside: bool) -> None:
    """What was found, in a file or on stdout; `aside` on stderr, since stdout has the text of a spec or a diff."""
    from cnncalc.render.screen import UNBOUNDED, screen

    stream = sys.stderr if aside else sys.stdout
    on = screen(stream, "never" if asked.output and color == "auto" else color)
    if asked.output:
        on = on._replace(width=UNBOUNDED)
    text, words = differences(done, asked, on) if asked.diff else document(done, settings, asked, on)
    sys.stdout.flush()
    if asked.output:
        common.write(f"{text}\n" if text else "", asked.output)
    elif text:
        print(text, file=stream)
    if words:
        sys.stdout.flush()
        print(words, file=sys.stderr)


def document(done: Sequence[Linted], settings: Settings, asked: Asked, on: Screen) -> tuple[str, str]:
    """(the report, what people are told beside one that is for programs)."""
    from cnncalc.render.findings import written

    output_format = settings.output_format
    if asked.statistics and output_format == "json":
        text = tally.statistics_json(done)
    elif asked.statistics:
        text, output_format = tally.statistics(done, on.paint), "full"
    else:
        text = written(output_format, [(one.source, one.shown) for one in done], on.paint, on.width)
    told = [tally.repairs(done, asked.diff) if asked.show_fixes else ""]
    gap = "\n" * (output_format == "concise" and bool(text and told[0] and not asked.output))
    if output_format in ("full", "concise") or asked.fix:
        told.append(tally.footer(done, asked.fix))
    words = gap + "\n\n".join(filter(None, told))
    return ("\n\n".join(filter(None, [text, words])), "") if output_format == "full" else (text, words)


def differences(done: Sequence[Linted], asked: Asked, on: Screen) -> tuple[str, str]:
    """What is told beside a diff: errors that keep specs from being read, and how much would be repaired."""
    from cnncalc.render.findings import written

    broken = [(one.source, [f for f in one.found if f.severity == "error"]) for one in done if not one.sound]
    parts = [
        written("full", broken, on.paint, on.width),
        tally.repairs(done, asked.diff) if asked.show_fixes else "",
        tally.would_fix(done),
    ]
    return "\n\n".join(filter(None, parts)), ""
