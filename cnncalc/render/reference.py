"""The reference pages docs/kinds.md and docs/rules.md, written from the kinds and the findings themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc import layers
from cnncalc.layer import UNBOUNDED
from cnncalc.lint.registry import FAMILIES, fixes, pages
from cnncalc.network.trace import trace
from cnncalc.render.pages import escaped, grouped, markdown
from cnncalc.source import read
from cnncalc.syntax.parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cnncalc.diagnostic import Code
    from cnncalc.layer import Layer, Parameter
    from cnncalc.network.node import Network

TYPES = {
    "count": ("N", "a whole number: `64`, `2*C`"),
    "extents": ("WxH", "one whole number for every axis, or one for each: `3`, `3x3`, `7x1`"),
    "pad": (
        "P",
        "cells on each side (`1`), for each axis (`1x2`), at start and end (`0:1`), or `same`, `valid`, `full`",
    ),
    "number": ("X", "any exact number: `0.5`, `1e-4`, `1/3`"),
    "shape": ("SHAPE", "extents and channels: `227x227x3`, `3@32x32`, `784`; of an input also `64 tokens`"),
    "range": ("A:B", "from A to B, which is not included: `0:58`, `C//2:C`"),
    "rows": ("ROWS", "indices from 0, commas within a row and spaces between: `0,1,2 1,2,3`"),
    "layer": ("NAME", "the name of a line above, which gives its size: `to CONV3`"),
    "flag": ("", "a word alone: written, it is on"),
}
"""What stands for a value of each type in a usage line, and how such a value is written."""
ROLES = {
    "head": "heads-that-only-train",
    "gives": "several-inputs-and-outputs",
    "again": "shared-weights",
    "fitted": "shortcuts",
}
"""Where the language's page tells of what arranges the network."""
RANKS = ("vectors", "1-D", "2-D", "3-D maps")
KINDS = """\
# Kinds of layers

Written from the kinds themselves by a test; [the language](language.md) explains the words used here.

In a usage line capitals stand for values and brackets enclose what may be left out. A value in capitals alone has a
place and no word before it; its name in the table of arguments is for use with an equals sign: `filters=96`. So is
the *letter*, the textbook's: `K=96 F=11 S=4 P=0`. A *postfix* may follow another layer on its line.

Every kind takes the flag `frozen`: its weights are then kept and never trained, so that they count as buffers.
"""
RULES = """\
# Findings

Written from the pages of `cnncalc rule` by a test. Codes and names are accepted alike: `cnncalc rule FIT101`,
`cnncalc lint --select wrong-shape`, `# cnncalc: ignore[FIT101]`. SYN and SHP speak of the spec's syntax and shapes;
they are always told, and behind one of them numbers are unknown.

A safe fix (`cnncalc lint --fix`) changes no number of the network; an unsafe one (`--fix --unsafe-fixes`) may, and its
page says how. In `--output-format concise` a finding with a safe fix is marked `[*]`, one with an unsafe fix
`[* unsafe]`.
"""


def kinds() -> str:
    """docs/kinds.md: every kind that `cnncalc.layers` holds."""
    every = [kind for kind in map(layers.find, layers.keywords()) if kind]
    parts = [KINDS, index(every), *map(section, every)]
    return "\n".join(parts)


def rules() -> str:
    """docs/rules.md: every page of `cnncalc rule`, by family."""
    groups = grouped(pages())
    parts = [part for letters, codes in groups.items() for part in (f"## {heading(letters)}\n", *map(page, codes))]
    return "\n".join([RULES, contents(groups), *parts])


def heading(letters: str) -> str:
    """A family's title."""
    return f"{letters}: {FAMILIES[letters]}"


def contents(groups: Mapping[str, Iterable[Code]]) -> str:
    """All codes in one table, a row with the title before those of a family."""
    rows: list[list[str]] = []
    for letters, codes in groups.items():
        rows.append([f"**[{letters}](#{anchor(heading(letters))})**", f"**{FAMILIES[letters]}**", "", ""])
        rows += [[f"[{c.code}](#{c.code.lower()}-{c.name})", c.name, c.severity, fixes(c)] for c in codes]
    return table(("code", "name", "severity", "fix"), rows)


def anchor(title: str) -> str:
    """What a link to a heading says."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def index(every: Iterable[type[Layer]]) -> str:
    """All kinds in one table."""
    rows = [
        [f"[{k.keyword()}](#{k.keyword().replace(' ', '-')})", code(k.aliases), yes(k.postfix), escaped(summary(k))]
        for k in every
    ]
    values = [[kind, how] for kind, (_, how) in TYPES.items()]
    heads = ("kind", "also written", "postfix", "what it does")
    return "\n".join([table(heads, rows), table(("type of value", "written"), values)])


def section(kind: type[Layer]) -> str:
    """One kind: its usage, what it computes, its arguments, and examples worked out."""
    parts = [f"## {kind.keyword()}\n", f"    {usage(kind)}\n", escaped(doc(kind)) + "\n", facts(kind)]
    if kind.parameters:
        heads = ("argument", "type", "unless given", "bounds", "letter")
        parts.append(table(heads, map(argument, kind.parameters)))
    rows = [example(shape, line) for shape, line in kind.examples]
    parts += [table(("input", "line", "output", "params", "MACs"), rows)] if rows else []
    return "\n".join(parts)


def facts(kind: type[Layer]) -> str:
    """What it reads, whether it may be a postfix, and its other spellings."""
    if kind.role:
        return f"It arranges the network: [the language](language.md#{ROLES[kind.role]}) shows how.\n"
    place = "It may be a postfix." if kind.postfix else "It has a line of its own."
    also = f" Also written {code(kind.aliases)}." if kind.aliases else ""
    return f"Reads {reads(kind)}. {place}{also}\n"


def usage(kind: type[Layer]) -> str:
    """The line a kind is written as: conv [FILTERS] KERNEL [stride WxH] [nobias]"""
    names = ["[from NAME, NAME]"] if kind.joins or kind.role == "gives" else ["[from NAME]"] * bool(kind.role)
    return " ".join([kind.keyword(), *map(piece, kind.parameters), *names])


def piece(parameter: Parameter) -> str:
    """One argument of a usage line."""
    sign = TYPES[parameter.type][0]
    slot = sign if parameter.type in ("range", "layer") else parameter.name.upper()
    text = slot if parameter.positional else f"{parameter.name} {sign}".rstrip()
    return text if parameter.required else f"[{text}]"


def argument(parameter: Parameter) -> list[str]:
    """One row of a kind's table of arguments."""
    letters = code(f"{letter}=" for letter in parameter.letters)
    kind = f"{parameter.type} of {parameter.unit}" if parameter.type == "count" and parameter.unit else parameter.type
    return [f"`{parameter.name}`", kind, default(parameter), bounds(parameter), letters]


def default(parameter: Parameter) -> str:
    """What stands for an argument left out."""
    if parameter.required:
        return "required"
    if parameter.type == "flag":
        return "off"
    if parameter.default.isidentifier():
        return f"the {parameter.default}"
    return f"`{parameter.default}`" if parameter.default else ""


def bounds(parameter: Parameter) -> str:
    """The smallest and largest value, where there is one."""
    if parameter.type in ("flag", "layer"):
        return ""
    ends = [f"at least {parameter.low}"] * (parameter.low > -UNBOUNDED)
    return ", ".join(ends + [f"at most {parameter.high}"] * (parameter.high < UNBOUNDED)) or "any"


def reads(kind: type[Layer]) -> str:
    """The inputs a kind takes."""
    if not kind.arity:
        return "nothing"
    if kind.arity > 1:
        return "two tensors or more"
    if kind.tokens:
        return "a sequence of tokens"
    if len(kind.ranks) == len(RANKS):
        return "anything"
    *first, last = (RANKS[rank] for rank in kind.ranks)
    return f"{', '.join(first)} or {last}" if first else last


def example(shape: str, line: str) -> list[str]:
    """One row of examples: what a line makes of an input."""
    net = traced(f"INPUT: {shape}\n{line}" if shape else line)
    node = (*net.inputs, *net.nodes)[-1]
    numbers = [net.order.text(node.output), f"{node.params:,}", f"{node.macs:,}"]
    return [shape, f"`{line}`", *numbers]


def traced(text: str) -> Network:
    """The network of a few lines."""
    source = read(text)
    return trace(source, parse(source), "example")


def page(of: Code) -> str:
    """One code's page, two headings deeper, its examples fenced."""
    fix = f" Its fix is {fixes(of)}." if fixes(of) else ""
    head = f"### {of.code} {of.name}\n\n{of.severity.capitalize()}.{fix}\n\n"
    return head + "\n".join(markdown(of.page, deeper="##")) + "\n"


def summary(kind: type[Layer]) -> str:
    """The first sentence of a kind's docstring, without its source."""
    first = re.sub(r"\s+", " ", doc(kind).partition("\n\n")[0])
    return re.sub(r" \([A-Z][^()]*\)$", "", first.rstrip(".:"))


def doc(kind: type[Layer]) -> str:
    """A kind's docstring without its indentation."""
    return "\n".join(line.strip() for line in (kind.__doc__ or "").strip().splitlines())


def code(words: Iterable[str]) -> str:
    """Words as code, commas between."""
    return ", ".join(f"`{word}`" for word in words)


def yes(flag: bool) -> str:
    """A cell that is empty where something does not hold."""
    return "yes" if flag else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    every = [list(heads), ["---"] * len(heads), *map(list, rows)]
    return "".join(f"| {' | '.join(row)} |\n" for row in every)
