"""What the command line of a training script offers, read off the part that reads it."""

from __future__ import annotations

import ast
import os
from typing import TYPE_CHECKING

from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

PART = os.path.join(os.path.dirname(__file__), "parts", "options.py")
METAVARS = {"whole": "N", "whole_or_auto": "N|auto", "positive": "X"}
"""What stands behind an option, by the function that reads it."""


class Offer(NamedTuple):
    """One option of the script: its name with dashes, what stands behind it, its words in the script's help.

    `choices` are the words that it takes, where they are the same for every network.
    """

    name: str
    metavar: str
    told: str
    choices: tuple[str, ...]
    flag: bool


def offers() -> Iterator[Offer]:
    """The options of every training script, in the order of its help."""
    with open(PART, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args)
    yield from (offer(call) for call in calls if text(call.args[0]).startswith("--"))


def offer(call: ast.Call) -> Offer:
    """The option that a call makes, whose first argument is its name."""
    said = {word.arg: word.value for word in call.keywords}
    name = text(call.args[0])
    choices = said.get("choices")
    listed = tuple(map(text, choices.elts)) if isinstance(choices, ast.Tuple) else ()
    metavar = METAVARS.get(text(said["type"]) if "type" in said else "", name.lstrip("-").upper())
    return Offer(name, "|".join(listed) or metavar, text(said["help"]), listed, "action" in said)


def text(node: ast.expr) -> str:
    """A string or a name as it stands, of a call the function's; the numbers of a network's script are its recipe's."""
    if isinstance(node, ast.JoinedStr):
        return "".join(text(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return "the recipe's"
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Call):
        return text(node.func)
    return node.id if isinstance(node, ast.Name) else ""
