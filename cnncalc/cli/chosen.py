"""The settings that the command line of `lint` makes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnncalc.cli.common import Failure, pairs
from cnncalc.lint.choice import LEVELS, choice, known
from cnncalc.lint.config import COMMAND_LINE, FORMATS, Ignored, Settings, alternatives, pattern_of
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Many = list[str] | None


OVERRIDE = "--severity-override"


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
    levels = pairs([part for text in words.severity_override or () for part in split([text]) or [text]], OVERRIDE)
    return Settings(
        select=named("--select", words.select) or Settings().select,
        ignore=named("--ignore", words.ignore),
        extend_select=named("--extend-select", words.extend_select),
        per_file_ignores=tuple(ignored(pair) for text in words.per_file_ignores or () for pair in apart(text)),
        severity_overrides=choice(levels=levels).levels,
    )


def named(option: str, given: Many) -> tuple[str, ...]:
    """The selectors of an option; raises ValueError where it has none, as behind a variable of the shell not set."""
    for text in given or ():
        if not split([text]):
            raise ValueError(f"{option} names no rule; write {option} FIT,REF or ALL, or leave {option} out")
    return tuple(map(known, split(given)))


def apart(text: str) -> Iterator[str]:
    """The pairs of PATTERN:CODES between commas: a piece with a colon begins one, a piece without is one more code."""
    pair = ""
    for piece in pieces(text):
        if pair and ":" in piece:
            yield pair
            pair = piece
        else:
            pair = f"{pair},{piece}" if pair else piece
    yield pair


def pieces(text: str) -> Iterator[str]:
    """What stands between the commas that are in no brackets."""
    depth, start = 0, 0
    for at, char in enumerate(text):
        depth += (char in "{[") - (char in "}]")
        if char == "," and depth <= 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]


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
    """The value of an option, in small letters, checked; empty where it is not given."""
    if given and given.lower() not in words:
        raise Failure(f"{option} takes {alternatives(words)}, not '{given}'")
    return given.lower()


def number(given: str) -> int:
    """The value of --max-warnings, checked; 0 where it is not given."""
    if given and not (given.isascii() and given.isdigit() and len(given) < 16):
        raise Failure(f"--max-warnings takes a number of warnings, at least 0, not '{given}'")
    return int(given or 0)
