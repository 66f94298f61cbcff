"""What the rules of the architecture ask alike: what a value went through, and how words of a line are changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import Fix
from cnncalc.lint.edits import inserted, replaced
from cnncalc.lint.study import key

if TYPE_CHECKING:
    from collections.abc import Collection

    from cnncalc.lint.study import Key, Study
    from cnncalc.network.node import Node


def whole(study: Study, found: Collection[Node]) -> set[Node]:
    """Those of some nodes whose text made no other than them."""
    counts: dict[Key, int] = {}
    for node in found:
        at = key(node.place)
        counts[at] = counts.get(at, 0) + 1
    return {node for node in found if counts[key(node.place)] == len(study.made_with(node))}


def flagged(node: Node, word: str) -> Fix:
    """A flag more for a layer; it changes the network."""
    return Fix(f"write {word}", (inserted(node.place.line, node.place.end, f" {word}"),), False)


def removed(study: Study, node: Node) -> Fix | None:
    """A line without one of its postfixes; none for the layer itself and for its only postfix."""
    statement, use = study.statement(node), study.use(node)
    if statement is None or use is None or len(statement.body.uses) < 3 or use is statement.body.uses[0]:
        return None
    base, text = node.place.begin - use.begin, node.place.line.text
    read = next((origin.begin for origin in statement.body.origins if use.begin < origin.begin < use.end), use.end)
    if any(argument.begin > read for argument in use.arguments):
        return None
    end = base + use.end if read == use.end else text.lower().rindex("from", 0, base + read)
    begin, end = len(text[: node.place.begin].rstrip(" \t,")), len(text[:end].rstrip())
    return Fix(f"remove the second {node.kind}", (replaced(node.place.line, begin, end, ""),), False)
