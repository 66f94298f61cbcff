"""`cnncalc lint`: coded findings of one or many specs, and their repair."""

from __future__ import annotations

from typing import Annotated

import typer

from cnncalc.cli import common, complete
from cnncalc.cli.common import Colour, Failure, Input, Limit, Set

Many = list[str] | None
Specs = Annotated[
    Many, typer.Argument(help="Files, folders, - for stdin, or zoo names.", autocompletion=complete.specs)
]
Select = Annotated[
    Many,
    typer.Option(
        "--select",
        metavar="CODES",
        help="Codes, names, prefixes or ALL, commas between.",
        autocompletion=complete.selectors,
    ),
]
Ignore = Annotated[
    Many, typer.Option("--ignore", metavar="CODES", help="The same, to leave out.", autocompletion=complete.selectors)
]
Extend = Annotated[
    Many,
    typer.Option(
        "--extend-select", metavar="CODES", help="The same, beside those chosen.", autocompletion=complete.selectors
    ),
]
PerFile = Annotated[
    Many,
    typer.Option(
        "--per-file-ignores",
        metavar="PATTERN:CODES",
        help="What some files do without: 'old/*.spec:FIT101'.",
        autocompletion=complete.ignores,
    ),
]
Severity = Annotated[
    str,
    typer.Option(
        "--severity",
        metavar="LEVEL",
        help="Show findings from this severity up: error, warning (usual) or info.",
        autocompletion=complete.severities,
    ),
]
Override = Annotated[
    Many,
    typer.Option(
        "--severity-override",
        metavar="CODES=LEVEL",
        help="Another severity: FIT101=error.",
        autocompletion=complete.overrides,
    ),
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
        metavar="FORMAT",
        help="full (usual), concise, json, github, junit or sarif.",
        autocompletion=complete.formats,
    ),
]
Output = Annotated[str, typer.Option("-o", "--output-file", metavar="FILE", help="The file to write the report to.")]
Statistics = Annotated[bool, typer.Option("--statistics", help="Show how many findings each code has instead.")]
MaxWarnings = Annotated[
    str, typer.Option("--max-warnings", metavar="N", help="Fail only with more warnings than this.")
]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="End with 0 though there are findings.")]
Filename = Annotated[
    str, typer.Option("--stdin-filename", metavar="FILE", help="What to call the spec read from stdin.")
]
ConfigFile = Annotated[str, typer.Option("--config", metavar="FILE", help="Read the settings from this file.")]
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
    given = specs or ["-"] * bool(stdin_filename)
    linting.check(given, asked, output_format.lower())
    if isolated and config:
        raise Failure("--isolated reads no settings, and --config names a file of them; leave one of them out")
    rules = Words(select, ignore, extend_select, per_file_ignores, severity_override)
    line = settings(rules, severity, output_format, max_warnings, unsafe_fixes)
    configs = linting.configurations(line, isolated, config)
    run = linting.shown if show_settings else linting.linted
    raise typer.Exit(run(given, configs, asked, common.colour(color)))
