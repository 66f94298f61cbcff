from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc.diagnostic import WARNING, Code, Diagnostic
from cnncalc.geometry import Window
from cnncalc.layer import Normalization
from cnncalc.layers import ALIASES, find
from cnncalc.lint.rule import Rule
from cnncalc.syntax.words import POOLS, kind_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.layer import Layer
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node
    from cnncalc.syntax.tree import LayerLine

EXTENT = frozenset(("global", "adaptive"))
"""Words of a pool that only say how large its windows are."""
WORD = re.compile("[A-Za-z]{2,}")
NUMBERED = re.compile(r"[\d_.]")


class NameContradictsKind(Rule):
    """A layer's name says one kind, its line another."""

    code = Code(
        "STY101",
        "name-contradicts-kind",
        WARNING,
        """\
## What it does
Finds lines whose name begins with a kind and that are of another one: `CONV5: fc 10`. The line wins. POOL and NORM
stand for their families, so `POOL1: avgpool` and `NORM1: bn` are fine. So are a join of branches that is named after
its convolutions (`conv2_1: add`), a name of several words (`conv1_relu: relu`), a postfix that the name speaks of
(`softmax: fc 10 softmax`), and a fully connected layer that is written as a convolution without padding
(`FC6: conv 4096 7x7`).

## Why is this bad
Whoever reads CONV5 in a table, a claim or the keys of a state_dict takes it for a convolution. In a line that is
copied and changed, the name is most often what was forgotten; or the kind was never meant.

## Example
    INPUT: 5x5x64
    CONV5: fc 10

## Use instead
    INPUT: 5x5x64
    FC5: 10

## Fix safety
There is no automatic fix: claims, `from` and trained weights know the layer by its name.

## Source
The names are those of Krizhevsky et al. 2012 in CS231n's slides (CONV1, MAX POOL1, NORM1, FC6). Long et al. 2015,
section 4.1, keep the name of a fully connected layer that becomes a convolution.
""",
    )
    good = (
        "INPUT: 5x5x64\nFC5: 10",
        "INPUT: 9x9x4\nPOOL1: avgpool 3x3\nNORM1: bn\nRELU6: relu\npool2: gap",
        "INPUT: 16x16x8\nFC6: conv 4096 7x7\nFC7: conv 4096 1x1",
        "INPUT: 9x9x4\nconv1_relu: relu\nsoftmax: fc 10 softmax",
        "INPUT: 9x9x4\nconv2_1: add\n  - conv 4 3x3 pad 1\n  - identity",
        "INPUT: 5x5x64\nSCORE: fc 10",
    )
    bad = (
        "INPUT: 5x5x64\nCONV5: fc 10",
        "INPUT: 9x9x4\nMAXPOOL1: avgpool 3x3",
        "INPUT: 9x9x4\nbn1: gn 2",
        "INPUT: 9x9x8\nFC6: conv 64 3x3 pad 1",
        "INPUT: 9x9x4\nconcat3: add\n  - conv 4 3x3 pad 1\n  - identity",
        "INPUT: 9x9x4\npool1: conv 4 3x3 stride 2",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        found: list[tuple[LayerLine, str]] = []
        for row in study.statements.values():
            for line in row:
                if line.label and line.body.uses and not line.body.call:
                    said, kind = kind_in(line.label.name), line.body.uses[0].kind
                    if said and said != kind.keyword() and contradicts(study, line, said):
                        found.append((line, said))
        names = {line.label.name for row in study.statements.values() for line in row if line.label} if found else set()
        for line, said in found:
            yield told(self.code, line, said, names)


def contradicts(study: Study, line: LayerLine, said: str) -> bool:
    """Whether a line is no such layer as its name says."""
    name, (use, *postfixes) = line.label.name if line.label else "", line.body.uses
    meant, node = find(said), made(study, line)
    if meant is None or node is None or not family(meant) or use.kind.view or use.kind.role:
        return False
    if any(postfix.kind is meant for postfix in postfixes) or WORD.search(name[len(first(name)) :]):
        return False
    if use.kind.arity > 1 and meant.arity < 2:
        return False
    return not (agree_as_families(meant, node) if first(name).lower() in ALIASES else agree(meant, node))


def made(study: Study, line: LayerLine) -> Node | None:
    """A layer that is made of a line; none where it is in a block that is never called."""
    begin = line.place.begin + line.base + line.body.uses[0].begin
    return next(iter(study.by_place.get((line.place.line.number, begin), ())), None)


def first(name: str) -> str:
    """What stands in a name before its first digit, `_` or dot."""
    return NUMBERED.split(name, maxsplit=1)[0]


def family(kind: type[Layer]) -> str:
    """What a kind does; nothing where names do not speak of it."""
    facts = {
        "activates": kind.activation,
        "normalizes": issubclass(kind, Normalization),
        "drops": kind.rests,
        "pools": kind.keyword() in POOLS,
        "joins": kind.arity > 1,
        "weighs": kind.linear and any(p.name in ("filters", "units") for p in kind.parameters),
    }
    return next((fact for fact, holds in facts.items() if holds), "")


def agree_as_families(meant: type[Layer], node: Node) -> bool:
    """Whether a layer does what a word says that stands for several kinds."""
    pools = family(meant) == "pools" and node.window is not None and node.macs == 0
    return pools or family(meant) == family(type(node.layer))


def agree(meant: type[Layer], node: Node) -> bool:
    """Whether a layer may bear the word of another kind: one that does the same in this place."""
    kind = type(node.layer)
    what = family(meant)
    if what != family(kind):
        return False
    if what == "pools":
        return set(POOLS[meant.keyword()]) ^ set(POOLS[kind.keyword()]) <= EXTENT
    if what == "activates":
        return any(meant.keyword() in word for word in (kind.keyword(), *kind.aliases))
    return what == "drops" or (what == "weighs" and convolved(meant, node))


def convolved(meant: type[Layer], node: Node) -> bool:
    """Whether a layer that sees all of its input is meant, and slides over a larger one here."""
    window = node.window
    if any(p.name == "kernel" for p in meant.parameters) or not isinstance(window, Window) or window.mode != "slide":
        return False
    padded = any(side for sides in window.pad for side in sides)
    return not padded or set(window.kernel) == {1} or not set(window.dilation) <= {1}


def told(code: Code, line: LayerLine, said: str, names: set[str]) -> Diagnostic:
    """The finding: the name, what it says, and a name that says what the line is."""
    assert line.label
    place, kind, word = line.place, line.body.uses[0].kind, first(line.label.name)
    begin, end = place.begin + line.label.begin, place.begin + line.label.end
    written = place.line.text[begin:end]
    slug = kind.slug().upper() if word.isupper() else kind.slug()
    new = slug + written[len(word) :]
    hint = f"call it {new}" if slug + line.label.name[len(word) :] not in names else f"call it {slug}, with a number"
    text = f"{written} is {kind.keyword()}, not {word.lower() if word.lower() in ALIASES else said} as its name says"
    return Diagnostic(code, text, place.span(begin, end), hint)
