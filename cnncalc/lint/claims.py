"""Which claims of a file are held: under --set or --input only those computed from constants."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.network.node import Claimed, LineOf, Network, Node


def claims(network: Network) -> Iterator[tuple[LineOf, Claimed]]:
    """The claims of lines that are held, each with its line."""
    for line in network.lines:
        yield from ((line, claim) for claim in line.claims if held(network, claim))


def expectations(network: Network) -> Iterator[Claimed]:
    """The expectations that are held."""
    return (claim for claim in network.expectations if held(network, claim))


def inputs(network: Network) -> Iterator[tuple[Node, tuple[str, int, int, str]]]:
    """What arguments claim of their input (`in 9216`); never computed, so held only of the file as written."""
    if not network.overridden:
        yield from every_input(network)


def every_input(network: Network) -> Iterator[tuple[Node, tuple[str, int, int, str]]]:
    """What the arguments of every node claim of its input."""
    for node in network.nodes:
        yield from ((node, claim) for claim in node.layer.claims(*node.shapes))


def held(network: Network, claim: Claimed) -> bool:
    """Whether a claim still speaks of the network as it is."""
    return claim.computed or not network.overridden


def checked(network: Network) -> int:
    """How many claims are held."""
    return sum(1 for _ in claims(network)) + sum(1 for _ in expectations(network)) + sum(1 for _ in inputs(network))


def unheld(network: Network) -> int:
    """How many claims are not, because the caller changed what they speak of."""
    every = [*(claim for line in network.lines for claim in line.claims), *network.expectations]
    hidden = sum(1 for _ in every_input(network)) if network.overridden else 0
    return sum(not held(network, claim) for claim in every) + hidden
