"""The settings that the command line of `lint` makes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnncalc.cli.common import Failure, pairs
from cnncalc.lint.choice import LEVELS, choice, known
from cnncalc.lint.config import COMMAND_LINE, FORMATS, Ignored, Settings, pattern_of
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    Many = list[str] | None


class Words(NamedTuple):
    """The options that speak of rules, as typed."""

    select: Many
    ignore: Many
    extend_select: Many
    per_file_ignores: Many
    severity_override: Many


def settings(words: Words, severity: str, output_format: str, max_warnings: str, unsafe: bool | None) -> Settings:
    """What was typed, each key that was with the command line as its origin; raises Failure where it cannot be."""
    try:
        made = rules(words)
    except ValueError as error:
        raise Failure(str(error)) from None
    given = {
        "select": words.select, "ignore": words.ignore, "extend-select": words.extend_select,
        "per-file-ignores": words.per_file_ignores, "severity": severity, "severity-overrides": words.severity_override,
        "output-format": output_format, "max-warnings": max_warnings,
        "unsafe-fixes": None if unsafe is None else "given",
    }  # fmt: skip
    return made._replace(
        severity=one_of("--severity", severity, LEVELS) or made.severity,
        output_format=one_of("--output-format", output_format, FORMATS) or made.output_format,
        max_warnings=number(max_warnings),
        unsafe_fixes=bool(unsafe),
        origins=tuple((key, COMMAND_LINE) for key, value in given.items() if value),
    )


def rules(words: Words) -> Settings:
    """The rules that were chosen; raises ValueError for a word that means none."""
    levels = pairs(list(split(words.severity_override)), "--severity-override")
    return Settings(
        select=tuple(map(known, split(words.select))) or Settings().select,
        ignore=tuple(map(known, split(words.ignore))),
        extend_select=tuple(map(known, split(words.extend_select))),
        per_file_ignores=tuple(map(ignored, words.per_file_ignores or ())),
        severity_overrides=choice(levels=levels).levels,
    )


def split(given: Iterable[str] | None) -> tuple[str, ...]:
    """Selectors, commas or options between them."""
    return tuple(word.strip() for text in given or () for word in text.split(",") if word.strip())


def ignored(text: str) -> Ignored:
    """PATTERN:CODES; the pattern is relative to the working folder."""
    pattern, _, words = text.rpartition(":")
    if not pattern or not split([words]):
        raise ValueError(f"--per-file-ignores takes PATTERN:CODES, such as 'old/*.spec:FIT101', not '{text}'")
    return Ignored(pattern_of(pattern), tuple(map(known, split([words]))), os.getcwd())


def one_of(option: str, given: str, words: tuple[str, ...]) -> str:
    """The value of an option, checked; empty where it is not given."""
    if given and given not in words:
        raise Failure(f"{option} takes {', '.join(words)}, not '{given}'")
    return given


def number(given: str) -> int:
    """The value of --max-warnings, checked; 0 where it is not given."""
    if given and not (given.isascii() and given.isdigit() and len(given) < 16):
        raise Failure(f"--max-warnings takes a number of warnings, at least 0, not '{given}'")
    return int(given or 0)
