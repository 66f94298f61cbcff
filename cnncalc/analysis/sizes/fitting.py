"""The input sizes that fit: every stride comes out even; and those that give the same maps, and the smallest legal.

One axis of an input is varied, the others are as written; inputs of equal extents are varied together, since they
mostly have to agree. Layers are as the file has them at the size that is written, and are put on other shapes
(`pieces`), which is exact and has no end; where the file works layers out from the size itself, each size is traced
(`retrace`), which has one.

Legal is what gives no error of shape (SHP). A window fits where (W + Pstart + Pend - K) mod S = 0 (CS231n,
"Convolutional Networks"; Dumoulin & Visin 2016, section 2.4), a pool that rounds up as any other: where the linter has
nothing to say of its stride (FIT101, FIT102), which it has not either where rounding up leaves nothing over. The
projection that a shortcut stands for is judged where its branch is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.fit import along, fits
from cnncalc.analysis.sizes.pieces import Progression, Rewired, Scene, Search, TooMany, read
from cnncalc.analysis.sizes.progressions import merged, runs
from cnncalc.analysis.sizes.retrace import changes, is_adaptive, spoken, traced
from cnncalc.geometry import WHOLE, Window
from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from cnncalc.analysis.sizes.pieces import Piece, Told
    from cnncalc.analysis.sizes.retrace import Spoken
    from cnncalc.geometry import Shape
    from cnncalc.network.node import Network, Node
    from cnncalc.network.slide import Slide

    Progressions = tuple[Progression, ...]

NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
"""What the axes of a map are called, in PyTorch's order."""
SHOWN = 3
"""How many of what refuses all sizes are told."""
NAMED = 8
"""For how many layers that contradict each other the sizes of each alone are worked out."""
PATIENCE = 200_000
"""How many layers are asked to find the fewest that contradict each other."""


class Misfit(NamedTuple):
    """A layer whose window leaves cells over at the size that is written."""

    name: str
    slide: Slide


class Refusal(NamedTuple):
    """Sizes that fit a window, and what refuses them: a layer, and why."""

    name: str
    sizes: Progression
    why: str


class Clash(NamedTuple):
    """Why no size fits: layers of which each fits some sizes and all together none, none of them to spare.

    `alone` are the sizes that are legal and fit each by itself, None where they are in too many pieces or behind NAMED.
    Of a single layer `stuck` is a piece of sizes that its window never fits, `refused` what refuses those that it does.
    """

    alone: tuple[tuple[str, Progressions | None], ...]
    stuck: Told | None
    refused: tuple[Refusal, ...]


class Least(NamedTuple):
    """The smallest legal size, and that of the network without its training heads; None where it is not known."""

    size: int | None = None
    without_heads: int | None = None


class Sizes(NamedTuple):
    """What is known of all sizes of some axes of some inputs; they answer alike.

    `fits`, `legal` and `same` (what gives the maps in `maps` as written) are None where they fall into too many pieces
    to go through. `told` are the layers that narrowed the sizes that fit, where these are one progression.
    `traced`: the sizes that were traced one by one, and no others; None where the answer holds for all.
    """

    inputs: tuple[str, ...]
    axes: tuple[str, ...]
    written: int
    misfits: tuple[Misfit, ...]
    fits: Progressions | None
    legal: Progressions | None
    smallest: Least
    same: Progressions | None
    maps: tuple[Node, ...]
    told: tuple[Told, ...] = ()
    clash: Clash | None = None
    traced: tuple[int, int] | None = None

    @property
    def fitting(self) -> bool:
        """Whether any size fits, as far as is known."""
        return self.fits is None or bool(self.fits)


def sizes(network: Network) -> tuple[Sizes, ...]:
    """What fits, for each axis of each group of inputs; axes that answer alike are told together.

    Raises ValueError for a network that has errors.
    """
    if not network.complete:
        raise ValueError("the spec has errors: its shapes are not known")
    said = spoken(network.source)
    found: list[Sizes] = []
    for inputs in grouped(network.inputs):
        first = len(found)
        for axis in range(inputs[0].output.rank):
            one = along_axis(network, inputs, axis, said)
            like = next((at for at in range(first, len(found)) if alike(found[at], one)), -1)
            if like < 0:
                found.append(one)
            else:
                found[like] = one._replace(axes=(*found[like].axes, *one.axes))
    return tuple(found)


def alike(a: Sizes, b: Sizes) -> bool:
    """Whether two axes answer alike, but for what messages call them."""
    return a._replace(axes=(), clash=None) == b._replace(axes=(), clash=None)


def grouped(inputs: Sequence[Node]) -> Iterator[tuple[Node, ...]]:
    """The inputs that are maps or tokens, those of equal extents together."""
    found: dict[tuple[int, ...], list[Node]] = {}
    for node in inputs:
        found.setdefault(node.output.extents, []).append(node)
    yield from (tuple(nodes) for extents, nodes in found.items() if extents)


def along_axis(network: Network, inputs: tuple[Node, ...], axis: int, said: Spoken) -> Sizes:
    """What fits along one axis of some inputs."""
    scene = Scene(network.nodes, inputs, axis, "C" not in said.names)
    names, written = tuple(node.name for node in inputs), inputs[0].output.extents[axis]
    kept = last_maps(network)
    maps = tuple(node for node in kept if node in scene.nodes or node in inputs)
    windows = tuple(node for node in scene.nodes if scene.slides(node))
    blank = Sizes(names, (NAMES[scene.rank][axis],), written, tuple(misfits(windows, scene)), (), (), Least(), (), maps)
    try:
        if not changes(network, said):
            return worked_out(blank, network, scene, windows, kept)
    except Rewired:
        pass
    return one_by_one(blank, network, scene, kept)


def worked_out(
    blank: Sizes, network: Network, scene: Scene, windows: Collection[Node], kept: Mapping[Node, Shape]
) -> Sizes:
    """The answer for all sizes at once."""
    fits_at, told = gathered(Search(scene, windows))
    legal, _ = gathered(Search(scene))
    same, _ = gathered(Search(scene, (), kept))
    if any(node in kept for node in scene.varied):
        same = (Progression(blank.written, 1, 1),)
    bare = Scene([node for node in network.nodes if not node.head], scene.varied, scene.axis, scene.wired)
    smallest = legal[0].first if legal else smallest_of(Search(scene))
    least = smallest_of(Search(bare)) if len(bare.nodes) < len(scene.nodes) else smallest
    return blank._replace(
        fits=fits_at, legal=legal, smallest=Least(smallest, least), same=same,
        told=told if fits_at and len(fits_at) == 1 else (), clash=None if fits_at != () else conflict(scene, windows),
    )  # fmt: skip


def one_by_one(blank: Sizes, network: Network, scene: Scene, kept: Mapping[Node, Shape]) -> Sizes:
    """The answer for the sizes that are traced."""
    known = traced(network, scene, kept)
    fits_at, legal, same = (tuple(runs(found)) for found in (known.fits, known.legal, known.same))
    smallest = known.legal[0] if known.first == 1 and known.legal else None
    return blank._replace(
        fits=fits_at, legal=legal, smallest=Least(smallest), same=same, traced=(known.first, known.last)
    )


def gathered(search: Search) -> tuple[Progressions | None, tuple[Told, ...]]:
    """All sizes that come through a search, and what narrowed the first endless piece of them."""
    try:
        pieces = list(search)
    except TooMany:
        return None, ()
    told = next((piece.told for piece in pieces if piece.sizes.length is None), ())
    return merged(piece.sizes for piece in pieces), told


def smallest_of(search: Search) -> int | None:
    """The smallest size that comes through a search; None where none does as far as it goes."""
    try:
        return next((piece.sizes.first for piece in search), None)
    except TooMany:
        return None


def empty(search: Search) -> bool:
    """Whether it is certain that no size comes through a search."""
    try:
        return next(iter(search), None) is None
    except TooMany:
        return False


def last_maps(network: Network) -> Mapping[Node, Shape]:
    """The tensors that make two sizes the same to what follows: the outputs, and what is only read as a whole.

    A gate (gap, then fc) reads its map as a whole too, but the map goes on beside it: it is not among them. Nor is what
    has one shape whatever the size, as all behind a global pool.
    """
    readers: dict[Node, list[Node]] = {}
    rigid: set[Node] = set()
    for node in network.nodes:
        rigid.update([node] if reads_whole(node) or rigid.issuperset(node.inputs) else [])
        for x in node.inputs:
            readers.setdefault(x, []).append(node)
    whole = [x for x, every in readers.items() if all(map(reads_whole, every))]
    return {node: node.output for node in (*whole, *network.outputs) if node not in rigid}


def reads_whole(node: Node) -> bool:
    """Whether a layer gives as much whatever the extents of its map: every window of it depends on all of them."""
    return node.window == WHOLE or is_adaptive(node)


def misfits(windows: Collection[Node], scene: Scene) -> Iterator[Misfit]:
    """The layers whose windows do not fit at the size that is written."""
    for node in windows:
        assert isinstance(node.window, Window)
        slides = [along(node.window, node.shapes[0].extents, axis) for axis in scene.slides(node)]
        yield from (Misfit(node.name, slide) for slide in slides if not fits(slide))


def conflict(scene: Scene, windows: Collection[Node]) -> Clash:
    """Layers that leave no size, and what each of them alone leaves."""
    needed = fewest(scene, [node for node in windows if moves(node, scene)] or [*windows])
    alone = tuple((node.name, gathered(Search(scene, (node,)))[0]) for node in needed[:NAMED])
    alone += tuple((node.name, None) for node in needed[NAMED:])
    if len(needed) > 1:
        return Clash(alone, None, ())
    search = Search(scene, needed)
    empty(search)
    refused = {node: (node, piece) for node, piece in reversed(search.refused) if piece.sizes.length is None}
    return Clash(alone, search.stopped.get(needed[0]), tuple(refusal(*one, search) for one in refused.values())[:SHOWN])


def fewest(scene: Scene, needed: list[Node]) -> list[Node]:
    """Layers of these that leave no size: those without which there still is none are dropped, halves of them first.

    None is to spare in the end, unless the search takes too long.
    """
    asked, size = 0, len(needed)
    while size := size // 2:
        for end in range(len(needed), 0, -size):
            search = Search(scene, needed[: max(0, end - size)] + needed[end:])
            if search.windows and asked < PATIENCE and empty(search):
                needed = [*search.windows]
            asked += search.asked
    return needed


def moves(node: Node, scene: Scene) -> bool:
    """Whether a window has a stride along the axis, so that it may leave cells over."""
    assert isinstance(node.window, Window)
    return any(node.window.stride[axis] != 1 for axis in scene.slides(node))


def refusal(node: Node, piece: Piece, search: Search) -> Refusal:
    """Why a layer refuses a piece of sizes that fit."""
    inputs = tuple(read(piece.shapes, x) for x in node.inputs)
    unmet = next((r for r in search.layer(node, piece.shapes).requires(*inputs) if not r.holds), None)
    why = unmet.message.format(*unmet.values) if unmet else "it shares weights that such a map does not have"
    return Refusal(node.name, piece.sizes, why)
