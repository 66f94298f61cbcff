"""What the rules of the architecture ask alike: what a value went through, and how words of a line are changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import Fix
from cnncalc.lint.edits import option, replaced
from cnncalc.syntax.tree import LayerLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node
    from cnncalc.syntax.tree import Use

    Written = tuple[LayerLine, Use]


def computed(node: Node) -> Node:
    """The node whose numbers a node hands on: itself, unless it only views them or acts in training alone."""
    while node.inputs and (node.layer.view or node.layer.rests):
        node = node.inputs[0]
    return node


def written(study: Study, node: Node, found: Sequence[Node]) -> Written | None:
    """The line and the words that made a node; none where they made others too that have no finding."""
    statement, use = study.statement(node), study.use(node)
    if statement is None or use is None or use.kind is not type(node.layer):
        return None
    return (statement, use) if set(study.made_with(node)) <= set(found) else None


def flagged(words: Written, word: str, message: str) -> Fix:
    """A flag more for a layer; it changes the network."""
    return Fix(message, (option(*words, word),), False)


def removed(words: Written, message: str) -> Fix | None:
    """A line without one of its postfixes; none for the layer itself and for its only postfix."""
    (statement, use), base = words, words[0].place.begin + words[0].base
    read = next((origin.begin for origin in statement.body.origins if use.begin < origin.begin < use.end), use.end)
    behind = any(argument.begin > read for argument in use.arguments)
    if len(statement.body.uses) < 3 or use is statement.body.uses[0] or behind:
        return None
    text = statement.place.line.text
    end = base + use.end if read == use.end else text.lower().rindex("from", 0, base + read)
    begin, end = len(text[: base + use.begin].rstrip(" \t,")), len(text[:end].rstrip())
    return Fix(message, (replaced(statement.place.line, begin, end, ""),), False)
