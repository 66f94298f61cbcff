"""Which claims of a file are held (under --set or --input only computed ones), and which of shapes fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.network.claim import fits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.geometry import Shape
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
    expected = sum(1 for _ in expectations(network)) if network.complete else 0
    return sum(1 for _ in claims(network)) + expected + sum(1 for _ in inputs(network))


def unheld(network: Network) -> int:
    """How many claims are not, because the caller changed what they speak of."""
    every = [*(claim for line in network.lines for claim in line.claims), *network.expectations]
    hidden = sum(1 for _ in every_input(network)) if network.overridden else 0
    return sum(not held(network, claim) for claim in every) + hidden


def agrees(network: Network, claim: Claimed, shape: Shape) -> bool:
    """Whether a claim of a shape holds."""
    return fits(claim, shape, network.order.width_first, network.order.channels_first)


def written(claim: Claimed) -> str:
    """A claimed shape by its numbers."""
    if -1 in claim.axes:
        return claim.text
    axes = ["?" if axis is None else str(axis) for axis in claim.axes]
    if claim.axes[0] == 0:
        return f"{axes[1]} tokens"
    return f"{axes[0]}@{'x'.join(axes[1:])}" if claim.channels_first else "x".join(axes)


def shapes_wrong(network: Network) -> list[tuple[LineOf, Claimed]]:
    """The claims of shapes that do not hold."""
    said = ((line, claim) for line, claim in claims(network) if claim.quantity == "shape")
    return [(line, claim) for line, claim in said if not agrees(network, claim, line.output.output)]
