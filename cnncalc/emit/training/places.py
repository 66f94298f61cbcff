"""Where the cells of a network's output look, in cells of its input."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncalc.geometry import Steps, Window
    from cnncalc.network.node import Node


def centres(output: Node) -> Sequence[tuple[float, float]]:
    """On each axis the middle of what the output's first cell sees, and the way to the next, in cells of the input.

    Of branches the first is followed. Where a cell sees everything the cells are spread evenly.
    """
    nodes = [output]
    while nodes[-1].inputs:
        nodes.append(nodes[-1].inputs[0])
    extents = nodes[-1].output.extents
    places = [(0.0, 1.0)] * len(extents)
    for node in reversed(nodes):
        window = node.facts.window
        if node.output.rank != len(extents) or isinstance(window, str):
            pairs = zip(extents, output.output.extents, strict=True)
            return [(have / give / 2 - 0.5, have / give) for have, give in pairs]
        if window:
            places = seen(places, node.facts.steps or window.steps, window)
    return places


def seen(places: Sequence[tuple[float, float]], steps: Steps, window: Window) -> list[tuple[float, float]]:
    """The middle of what a window's first cell sees, and the way to the next, from those of the map below.

    A cell o of a window that slides has its middle at o*S - P + (K-1)/2; of one that is laid down, at
    (o + P - (K-1)/2)/S (Dumoulin & Visin 2016, relationships 6 and 13).
    """
    if window.mode == "transposed":
        axes = zip(places, window.reach, window.pad, window.stride, strict=True)
        return [(at + way * (p - (k - 1) / 2) / s, way / s) for (at, way), k, (p, _), s in axes]
    return [(float(at + way * (k / 2 - p)), float(way * s)) for (at, way), (k, p, s) in zip(places, steps, strict=True)]
