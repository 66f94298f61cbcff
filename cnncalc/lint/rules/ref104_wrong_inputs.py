from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostic import ERROR, Code, Diagnostic
from cnncalc.lint.claims import inputs, shapes_wrong
from cnncalc.lint.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.lint.rules._search import Search
    from cnncalc.lint.study import Study
    from cnncalc.network.node import Network


class WrongInputs(Rule):
    """`in N` names another number of inputs than the map above gives."""

    code = Code(
        "REF104",
        "wrong-inputs",
        ERROR,
        """\
## What it does
Holds `in N` against what comes in: the channels in front of a convolution, the flattened size in front of fc.

## Why is this bad
In PyTorch this number is written by hand (`nn.Linear(9216, 4096)`), and a wrong one fails at the first forward.

## Example
    INPUT: 6x6x256
    FC6: 4096 in 6400

## Use instead
    INPUT: 6x6x256
    FC6: 4096 in 9216

## Fix safety
There is no automatic fix: whether the claim or a layer above is wrong is yours to say.

## Source
The claims are the file's own.
""",
    )
    good = (
        "INPUT: 6x6x256\nFC6: 4096 in 9216",
        "INPUT: 8x8x3\nCONV1: 4 3x3 in 3\nCONV2: 4 3x3 in 4",
        "INPUT: 8x8x3\nCONV1: 4 3x3\nCONV2: 4 3x3 in 4",
    )
    bad = ("INPUT: 6x6x256\nFC6: 4096 in 6400", "INPUT: 8x8x3\nCONV1: 4 3x3\nCONV2: 4 3x3 in 3")

    def check(self, study: Study) -> Iterator[Diagnostic]:
        wrong = [(node, claim) for node, claim in inputs(study.network) if claim[1] != claim[2]]
        search = searched(study.network) if wrong else None
        for node, (argument, said, found, working) in wrong:
            hint = (search and search.inputs(node, said)) or f"write {argument} {found}"
            gives = working.format(shape=study.network.order.text(node.shapes[0]), found=found)
            yield Diagnostic(self.code, f"{node.name} says {said} inputs, {gives}", node.span, hint)


def searched(network: Network) -> Search:
    """A search that knows what repairs the claims of shapes: the same may give the inputs."""
    from cnncalc.lint.rules._search import Search

    search = Search(network)
    for line, claim in shapes_wrong(network):
        search.hint(line, claim)
    return search
