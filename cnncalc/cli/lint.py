"""`cnncalc lint`: coded findings of one or many specs, and their repair."""

from __future__ import annotations

from typing import Annotated

import typer

from cnncalc.cli import common, complete
from cnncalc.cli.common import Colour, Failure, Input, Limit, Set, Specs

Many = list[str] | None
Select = Annotated[
    Many,
    typer.Option("--select", help="Codes, names, prefixes or ALL, commas between.", autocompletion=complete.selectors),
]
Ignore = Annotated[Many, typer.Option("--ignore", help="The same, to leave out.", autocompletion=complete.selectors)]
Extend = Annotated[
    Many, typer.Option("--extend-select", help="The same, beside those chosen.", autocompletion=complete.selectors)
]
PerFile = Annotated[Many, typer.Option("--per-file-ignores", help="What some files do without: 'old/*.spec:FIT101'.")]
Severity = Annotated[
    str,
    typer.Option(
        "--severity",
        help="Show findings from this severity up: error, warning (usual), info.",
        autocompletion=complete.severities,
    ),
]
Override = Annotated[
    Many,
    typer.Option("--severity-override", help="Another severity: FIT101=error.", autocompletion=complete.overrides),
]
Fix = Annotated[bool, typer.Option("--fix", help="Repair what can be repaired, in place; stdin to stdout.")]
Unsafe = Annotated[
    bool | None, typer.Option("--unsafe-fixes/--no-unsafe-fixes", help="Also in ways that change numbers.")
]
Diff = Annotated[bool, typer.Option("--diff", help="Write nothing; show what --fix would change.")]
ShowFixes = Annotated[bool, typer.Option("--show-fixes", help="List what was repaired.")]
Format = Annotated[
    str,
    typer.Option(
        "--output-format",
        help="full (usual), concise, json, github, junit or sarif.",
        autocompletion=complete.formats,
    ),
]
Output = Annotated[str, typer.Option("-o", "--output-file", help="The file to write the report to.")]
Statistics = Annotated[bool, typer.Option("--statistics", help="Show how many findings each code has instead.")]
MaxWarnings = Annotated[str, typer.Option("--max-warnings", help="Fail only with more warnings than this.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="End with 0 though there are findings.")]
Filename = Annotated[str, typer.Option("--stdin-filename", help="What to call the spec read from stdin.")]
ConfigFile = Annotated[str, typer.Option("--config", help="Read the settings from this file.")]
Isolated = Annotated[bool, typer.Option("--isolated", help="Read no settings from files.")]
ShowSettings = Annotated[bool, typer.Option("--show-settings", help="Print the settings for the first spec.")]


def lint(
    specs: Specs = None,
    select: Select = None,
    ignore: Ignore = None,
    extend_select: Extend = None,
    per_file_ignores: PerFile = None,
    severity: Severity = "",
    severity_override: Override = None,
    fix: Fix = False,
    unsafe_fixes: Unsafe = None,
    diff: Diff = False,
    show_fixes: ShowFixes = False,
    output_format: Format = "",
    output_file: Output = "",
    statistics: Statistics = False,
    max_warnings: MaxWarnings = "",
    exit_zero: ExitZero = False,
    stdin_filename: Filename = "",
    config: ConfigFile = "",
    isolated: Isolated = False,
    show_settings: ShowSettings = False,
    set_: Set = None,
    shape: Input = "",
    limit: Limit = None,
    color: Colour = "auto",
) -> None:
    """Find what is wrong: syntax, shapes, strides that do not fit, claims that do not hold; repair it."""
    from cnncalc.cli import linting
    from cnncalc.cli.chosen import Words, settings

    asked = linting.Asked(set_, shape, limit, stdin_filename, fix, diff, show_fixes, statistics, output_file, exit_zero)
    linting.check(specs or [], asked, output_format)
    if isolated and config:
        raise Failure("--isolated reads no settings, and --config names a file of them; leave one of them out")
    rules = Words(select, ignore, extend_select, per_file_ignores, severity_override)
    line = settings(rules, severity, output_format, max_warnings, unsafe_fixes)
    configs = linting.configurations(line, isolated, config)
    run = linting.shown if show_settings else linting.linted
    raise typer.Exit(run(specs or [], configs, asked, common.colour(color)))
