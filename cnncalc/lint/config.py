"""What a project asks of the linter: `[tool.cnncalc]` of a pyproject.toml, or a cnncalc.toml, which is all of it.

The nearest file at or above the folder of a spec counts, alone; a pyproject.toml without that table is passed over.
What the command line says goes on top (`over`).
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from cnncalc.diagnostic import did_you_mean
from cnncalc.lint.choice import LEVELS, choice, codes, exactness, known
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

FORMATS: Final = ("full", "concise", "json", "github", "junit", "sarif")
FILES: Final = ("cnncalc.toml", "pyproject.toml")
"""The first one in a folder counts."""
COMMAND_LINE: Final = "command line"
TABLE: Final = rb"""tool["']?\s*(\.\s*["']?cnncalc|\]|=)"""
"""What no pyproject.toml with our table is without: no other is parsed, which would take 3 ms."""


class Ignored(NamedTuple):
    """Selectors that files do without; the pattern of the files is relative to the folder."""

    pattern: str
    selectors: tuple[str, ...]
    folder: str


class Settings(NamedTuple):
    """What is asked for, as `choice.known` spells it. `exclude` is relative to `folder`; `origins` names, for each key
    that was given, where.
    """

    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: tuple[Ignored, ...] = ()
    severity: str = "warning"
    severity_overrides: tuple[tuple[str, str], ...] = ()
    unsafe_fixes: bool = False
    output_format: str = "full"
    max_warnings: int = 0
    exclude: tuple[str, ...] = ()
    folder: str = ""
    origins: tuple[tuple[str, str], ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """The severities that are shown, the worst first."""
        return LEVELS[: LEVELS.index(self.severity) + 1]

    def never(self, path: str) -> tuple[str, ...]:
        """The selectors that a file of this absolute path does without."""
        if not self.per_file_ignores:
            return ()
        from cnncalc.lint.globs import covers

        return tuple(w for i in self.per_file_ignores if covers(i.pattern, i.folder, path) for w in i.selectors)

    def excludes(self, path: str) -> bool:
        """Whether a file or folder of this absolute path is passed over where folders are walked."""
        if not self.exclude:
            return False
        from cnncalc.lint.globs import matches

        return any(matches(pattern, self.folder, path) for pattern in self.exclude)


class Wrong(ValueError):
    """What a configuration says that cannot be: one sentence, with its file."""


class Unfit(ValueError):
    """A value of another sort than its key takes."""

    def __init__(self, what: str, value: object) -> None:
        super().__init__(f"takes {what}, not {told(value)}")


def told(value: object) -> str:
    """A value of TOML in words."""
    if isinstance(value, list):
        return next((f"a list with {told(item)}" for item in value if not isinstance(item, str)), "a list")
    if isinstance(value, bool):
        return str(value).lower()
    return "a table" if isinstance(value, dict) else f"'{value}'" if isinstance(value, str) else str(value)


def texts(value: object, what: str) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Unfit(f"a list of {what}", value)
    return tuple(map(str, value))


def selectors(value: object) -> tuple[str, ...]:
    """A list of codes, names and prefixes."""
    return tuple(map(known, texts(value, "codes")))


def table(value: object, what: str) -> Mapping[str, object]:
    """A table by its keys."""
    if not isinstance(value, dict):
        raise Unfit(f"a table of {what}", value)
    return {str(key): item for key, item in value.items()}


def ignored(value: object, folder: str) -> tuple[Ignored, ...]:
    """A table of patterns and what their files do without."""
    rows = table(value, "patterns and codes").items()
    return tuple(Ignored(pattern_of(pattern), selectors(codes), folder) for pattern, codes in rows)


def pattern_of(text: str) -> str:
    """A pattern that is one; raises ValueError otherwise."""
    from cnncalc.lint.globs import covers

    covers(text, "/", "/")
    return text


def excluded(text: str) -> str:
    """A pattern of `exclude`; raises ValueError for one that is none, and for one that would mean all other files."""
    if text.startswith("!"):
        raise ValueError(
            f"'{text}' has the ! that means all other files in per-file-ignores only; write what is to be left out"
        )
    return pattern_of(text)


def overrides(value: object) -> tuple[tuple[str, str], ...]:
    """A table of selectors and their severities."""
    rows = table(value, "codes and severities").items()
    return choice(levels={word: one_of(level, LEVELS) for word, level in rows}).levels


def alternatives(words: tuple[str, ...]) -> str:
    """Words in a sentence: error, warning or info."""
    return f"{', '.join(words[:-1])} or {words[-1]}"


def one_of(value: object, words: tuple[str, ...]) -> str:
    """One of some words."""
    if not isinstance(value, str) or value not in words:
        raise Unfit(alternatives(words), value)
    return value


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Unfit("true or false", value)
    return value


def number(value: object) -> int:
    """A number of warnings."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Unfit("a whole number, at least 0", value)
    return value


KEYS: Final[Mapping[str, Callable[[Settings, object], Settings]]] = {
    "select": lambda to, value: to._replace(select=selectors(value)),
    "extend-select": lambda to, value: to._replace(extend_select=selectors(value)),
    "ignore": lambda to, value: to._replace(ignore=selectors(value)),
    "exclude": lambda to, value: to._replace(exclude=tuple(map(excluded, texts(value, "patterns")))),
    "severity": lambda to, value: to._replace(severity=one_of(value, LEVELS)),
    "output-format": lambda to, value: to._replace(output_format=one_of(value, FORMATS)),
    "max-warnings": lambda to, value: to._replace(max_warnings=number(value)),
    "unsafe-fixes": lambda to, value: to._replace(unsafe_fixes=flag(value)),
    "per-file-ignores": lambda to, value: to._replace(per_file_ignores=ignored(value, to.folder)),
    "severity-overrides": lambda to, value: to._replace(severity_overrides=overrides(value)),
}
"""The keys of a configuration, and how each is read; ValueError says what is wrong with a value."""
INSTEAD: Final = {
    "extend-ignore": "ignore", "extend-exclude": "exclude", "extend-per-file-ignores": "per-file-ignores",
    "fix": "the option --fix", "show-fixes": "the option --show-fixes", "statistics": "the option --statistics",
    "include": "the paths on the command line", "extend-include": "the paths on the command line",
    "format": "output-format", "severity-override": "severity-overrides",
}  # fmt: skip
"""What does here what keys of ruff and options of ours are for."""


def read(values: Mapping[str, object], folder: str, place: str, origin: str) -> Settings:
    """The settings of a table; raises Wrong, which names the place, for a key or a value that cannot be."""
    settings = Settings(folder=folder, origins=tuple((key, origin) for key in values))
    for key, value in values.items():
        if key not in KEYS:
            raise Wrong(f"unknown key '{key}' in {place}; {remedy(key, origin)}")
        try:
            settings = KEYS[key](settings, value)
        except Unfit as unfit:
            raise Wrong(f"{key} in {place} {unfit}") from None
        except ValueError as error:
            raise Wrong(f"{key} in {place}: {error}") from None
    return settings


def remedy(key: str, origin: str) -> str:
    """What to write in place of a key that is none, in the file of this name."""
    if key in INSTEAD:
        return f"use {INSTEAD[key]}"
    if key in ("tool", "lint", "cnncalc"):
        whole = os.path.basename(origin) != "pyproject.toml"
        return f"the keys stand {'at the top of the file, in no table' if whole else 'directly in [tool.cnncalc]'}"
    return did_you_mean(key, KEYS) or f"its keys are {', '.join(KEYS)}"


def of_file(path: str, folder: str) -> Settings | None:
    """The settings of one file, its patterns relative to the folder; None for a pyproject.toml without the table.

    Raises Wrong, and OSError where the file cannot be read.
    """
    name = shown(path)
    with open(path, "rb") as file:
        data = file.read()
    whole = os.path.basename(path) != "pyproject.toml"
    if not whole and not re.search(TABLE, data):
        return None
    document = parsed(data, name)
    if whole:
        return read(document, folder, name, name)
    tools = document.get("tool")
    values = tools.get("cnncalc") if isinstance(tools, dict) else None
    if values is None:
        return None
    if not isinstance(values, dict):
        raise Wrong(f"tool.cnncalc in {name} is no table")
    return read(values, folder, f"{name} [tool.cnncalc]", name)


def parsed(data: bytes, name: str) -> dict[str, object]:
    """A document of TOML; raises Wrong where it is none, with the place."""
    from tomllib import loads

    try:
        return loads(data.decode().removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Wrong(f"{name}:{line}: byte 0x{data[error.start]:02x} is not UTF-8") from None
    except RecursionError:
        raise Wrong(f"{name}: its values nest too deeply") from None
    except ValueError as error:
        where = re.search(r" \(at line (\d+), column (\d+)\)$", str(error))
        at = f":{where[1]}:{where[2]}" if where else ""
        raise Wrong(f"{name}{at}: {str(error)[: where.start()] if where else error}") from None


def shown(path: str) -> str:
    """A path from the working folder, where it is in it."""
    near = os.path.relpath(path)
    return os.path.abspath(path) if near.startswith(os.pardir) else near


class Configs:
    """The settings of the folders that specs are in; every file is read once."""

    def __init__(self, line: Settings = Settings(), isolated: bool = False, file: str = "") -> None:
        self.line, self.isolated = line, isolated
        self.known: dict[str, Settings] = {}
        self.only = self.named(file) if file else None

    def named(self, file: str) -> Settings:
        """The settings of a file that is asked for by its path: its patterns are relative to the working folder."""
        if not os.path.isfile(file):
            raise Wrong(f"no file '{file}' to read settings from")
        settings = of_file(file, os.getcwd())
        if settings is None:
            raise Wrong(f"{shown(file)} has no [tool.cnncalc]")
        return over(settings, self.line)

    def of(self, folder: str) -> Settings:
        """The settings for the specs of a folder. Raises Wrong, OSError."""
        if self.only:
            return self.only
        at, passed = os.path.abspath(folder), list[str]()
        while at not in self.known:
            passed.append(at)
            found = None if self.isolated else nearest(at)
            above = os.path.dirname(at)
            if found or above == at:
                self.known[at] = over(found or Settings(folder=os.getcwd()), self.line)
            else:
                at = above
        self.known.update(dict.fromkeys(passed, self.known[at]))
        return self.known[at]


def nearest(folder: str) -> Settings | None:
    """The settings that lie in a folder itself."""
    paths = (os.path.join(folder, name) for name in FILES)
    found = (of_file(path, folder) for path in paths if os.path.isfile(path))
    return next((settings for settings in found if settings is not None), None)


def over(settings: Settings, line: Settings) -> Settings:
    """Settings with those of the command line, whose `origins` tell what it says, on top.

    What it selects starts afresh; what it ignores or selects beside wins over what stands below, whatever is more
    exact there, and so do its severities.
    """
    given = {key for key, _ in line.origins}
    fresh = "select" in given
    below = settings._replace(select=line.select, extend_select=(), ignore=()) if fresh else settings
    off, on = ((), ()) if fresh else (line.ignore, line.extend_select)
    levels = tuple(pair for pair in settings.severity_overrides if beside(pair[:1], dict(line.severity_overrides)))
    return settings._replace(
        select=beside(below.select, off),
        extend_select=beside(below.extend_select, off) + line.extend_select,
        ignore=beside(below.ignore, on) + line.ignore,
        per_file_ignores=settings.per_file_ignores + line.per_file_ignores,
        severity=line.severity if "severity" in given else settings.severity,
        severity_overrides=line.severity_overrides + levels,
        unsafe_fixes=line.unsafe_fixes if "unsafe-fixes" in given else settings.unsafe_fixes,
        output_format=line.output_format if "output-format" in given else settings.output_format,
        max_warnings=line.max_warnings if "max-warnings" in given else settings.max_warnings,
        origins=origins(settings, line, fresh),
    )


def origins(settings: Settings, line: Settings, fresh: bool) -> tuple[tuple[str, str], ...]:
    """Where each key comes from: a file, the command line, or both where one adds to the other."""
    found = dict(settings.origins)
    if fresh:
        found.update(dict.fromkeys(("select", "extend-select", "ignore"), COMMAND_LINE))
    for key, origin in line.origins:
        adds = key in ("extend-select", "ignore", "per-file-ignores", "severity-overrides") and key in found
        found[key] = f"{found[key]}, {origin}" if adds and found[key] != origin else origin
    return tuple(found.items())


def beside(words: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """The selectors that mean a code that none of the others means."""
    wide = [meant(word) for word in others]
    return tuple(word for word in words if not any(meant(word) <= codes for codes in wide))


def meant(selector: str) -> frozenset[str]:
    """The codes that a selector means."""
    return frozenset(code for code, name in codes() if exactness(selector, code, name) >= 0)


def written(settings: Settings) -> str:
    """Settings as a cnncalc.toml, with a comment where each comes from."""
    found = dict(settings.origins)
    lines = {key: "  # " + printable(found.get(key, "default")) for key in KEYS}
    plain = settings._asdict()
    keys = [key for key in KEYS if key not in ("per-file-ignores", "severity-overrides")]
    out = [f"{key} = {value_of(plain[key.replace('-', '_')])}{lines[key]}" for key in keys]
    out += ["", f"[per-file-ignores]{lines['per-file-ignores']}"]
    out += [f"{value_of(pattern)} = {value_of(words)}" for pattern, words in together(settings.per_file_ignores)]
    out += ["", f"[severity-overrides]{lines['severity-overrides']}"]
    out += [f"{word} = {value_of(level)}" for word, level in settings.severity_overrides]
    return "\n".join(out)


def together(rows: Iterable[Ignored]) -> list[tuple[str, tuple[str, ...]]]:
    """The selectors of each pattern, which may be given several times."""
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        found[row.pattern] = found.get(row.pattern, ()) + row.selectors
    return list(found.items())


def value_of(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(value_of, value))}]"
    return str(value).lower() if isinstance(value, bool | int) else quoted(str(value))


def quoted(text: str) -> str:
    """A text as TOML writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'


def printable(text: str) -> str:
    """A text on one line of a comment."""
    return "".join(c if c.isprintable() else "?" for c in text)
