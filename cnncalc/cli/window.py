"""The layer that the options of `convolve` describe: its line in the language, and its numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc.analysis.convolution import Operation
from cnncalc.analysis.working import Step
from cnncalc.cli.common import Failure
from cnncalc.geometry import Shape
from cnncalc.record import NamedTuple
from cnncalc.syntax.numbers import Unread, block, short, told

if TYPE_CHECKING:
    from cnncalc.api import Network
    from cnncalc.cli.arrays import Given
    from cnncalc.cli.filters import Filters
    from cnncalc.geometry import Order
    from cnncalc.layer import Array
    from cnncalc.network.node import Node
    from cnncalc.source import Limits

POOLS = {"max": "maxpool", "average": "avgpool", "avg": "avgpool", "mean": "avgpool", "l2": "lppool", "lp": "lppool"}
WEIGHTED = "weighted"
STRANGE = re.compile(r"[;#\\=\n\r]")
"""What would end the line that the options make, or claim something of it."""
SAME = 1e-9
"""How far from 1 a kernel's weights may add up where a picture stays as bright as it is."""


class Options(NamedTuple):
    """What the command line says of the layer, as it is written there."""

    pool: str
    depthwise: bool
    bias: str
    stride: str
    pad: str
    dilation: str

    @property
    def head(self) -> str:
        """The word of the pool."""
        return self.pool.split()[0].lower() if self.pool.strip() else ""

    @property
    def size(self) -> str:
        """What stands behind it."""
        return self.pool.strip()[len(self.head) :].strip()


def checked(options: Options, kernels: int) -> None:
    """Refuse what no layer is: neither kernel nor pool, both, a pool that there is not or that has no size."""
    head = options.head
    if not head and not kernels:
        raise Failure("what slides over it? Give --kernel '-1 2 1', --kernel sobel-x or --pool 'max 2x2'")
    if head and head != WEIGHTED and head not in POOLS:
        raise Failure(f"--pool takes {', '.join(POOLS)} or {WEIGHTED}, not '{short(head)}'")
    if head in POOLS and kernels:
        raise Failure(
            f"--pool {head} has no kernel: take --kernel or --pool, or pipe one into the other as --format csv"
        )
    if head in POOLS and not options.size:
        raise Failure(f"--pool {head} of what size? --pool '{head} 2x2'")
    if head == WEIGHTED and (not kernels or options.size):
        raise Failure(
            f"--pool {WEIGHTED} has the weights and the size of its kernel: --pool {WEIGHTED} --kernel '1 2 1'"
        )
    if options.bias and head:
        raise Failure("--bias is added by a convolution: leave it out, or take --kernel without --pool")
    for name in ("pool", "stride", "pad", "dilation"):
        value = getattr(options, name)
        if found := STRANGE.search(value):
            raise Failure(f"--{name} '{short(value)}': {found[0]!r} has no place in it")


def alone(options: Options, x: Given, filters: Filters | None) -> bool:
    """Whether each channel is taken by itself: as is asked, as pools do, and as kernels do that have a name."""
    if filters is None or options.depthwise or options.head == WEIGHTED:
        return True
    return filters.weights.shape[1] == 1 < len(x.x) and all(filters.named)


def fitting(options: Options, x: Given, filters: Filters) -> None:
    """Refuse kernels of other channels than they are laid on."""
    has, channels, separate = filters.weights.shape[1], len(x.x), alone(options, x, filters)
    kernel = f"the kernel has {told(has, 'channel')}"
    if separate and has > 1:
        raise Failure(f"{kernel}, and where each channel is taken by itself it has 1")
    if separate or has == channels:
        return
    if channels == 1:
        raise Failure(f"{kernel}, the input 1: write one, or an input with {has}, | between them")
    rest = "; --depthwise lays it on each of them by itself" * (has == 1)
    raise Failure(f"{kernel}, the input {channels}: write {channels} with | between them{rest}")


def line(options: Options, x: Given, filters: Filters | None, order: Order) -> str:
    """The layer in the language."""
    if filters is None:
        words = [POOLS[options.head], options.size]
    else:
        fitting(options, x, filters)
        count = len(filters.weights) * (len(x.x) if alone(options, x, filters) else 1)
        kernel = order.by(filters.weights.shape[2:])
        deep = ["depthwise"] * (alone(options, x, filters) and len(x.x) > 1)
        stride = [f"stride {kernel}"] * (options.head == WEIGHTED and not options.stride)
        words = ["conv", str(count), kernel, *deep, *stride]
    given = (f"{name} {value}" for name in ("stride", "pad", "dilation") if (value := getattr(options, name).strip()))
    return " ".join([*words, *given, *["nobias"] * (filters is not None and not options.bias)])


def network(text: str, x: Given, axes: str, order: Order, limits: Limits) -> Network:
    """The layer behind its input."""
    from cnncalc.api import analyse

    shape = order.text(Shape(len(x.x), x.x.shape[1:]))
    before = f"axes {axes}; " if axes else ""
    found = analyse(f"{before}INPUT: {shape}; {text}", "convolve", "<convolve>", limits=limits)
    if found.complete and len(found.nodes) > 1:
        raise Failure(f"'{text}' is more than one layer; the options take one value each")
    return found


def operation(node: Node, options: Options, x: Given, filters: Filters | None) -> Operation:
    """That layer on those numbers."""
    import numpy as np

    count = node.output.channels
    if filters is None:
        return Operation(node, x.x, {}, (1.0,) * count, (0.0,) * count)
    times = count // len(filters.weights)
    over = tuple(map(float, sums(filters))) if options.head == WEIGHTED else filters.over
    return Operation(
        node, x.x, {"weight": np.concatenate([filters.weights] * times)}, over * times, biases(options, count)
    )


def sums(filters: Filters) -> Array:
    """The sums of the weights of kernels, by which a weighted mean is divided."""
    found: Array = filters.weights.reshape(len(filters.weights), -1).sum(1)
    if not found.all():
        raise Failure(
            f"--pool {WEIGHTED} divides by the sum of the weights, and that of kernel {found.tolist().index(0)} is 0"
        )
    return found


def biases(options: Options, count: int) -> tuple[float, ...]:
    """A bias for each channel of the output."""
    try:
        given = block(options.bias).ravel().tolist() if options.bias else [0.0]
    except Unread as error:
        raise Failure(f"--bias: {error}") from None
    if len(given) not in (1, count):
        raise Failure(f"--bias has {told(len(given), 'number')}: give 1, or {count}, one for each filter")
    return tuple(given * (count // len(given)))


def names(options: Options, x: Given, filters: Filters | None) -> list[str]:
    """What the channels of the output are called."""
    channels = [f"channel {i}" for i in range(len(x.x))]
    if filters is None:
        return channels
    own = [known.name if known else f"filter {i}" for i, known in enumerate(filters.named)]
    if not alone(options, x, filters) or len(x.x) == 1:
        return own
    return channels if len(own) == 1 else [f"{channel}, {name}" for channel in channels for name in own]


def notes(options: Options, x: Given, filters: Filters | None) -> list[Step]:
    """What is to be said of the kernels: which have a name, whether channels are taken by themselves."""
    known = [each for each in (filters.named if filters else ()) if each]
    said = [Step("kernel", f"{each.name}: {each.about} ({each.source})") for each in known]
    by_itself = filters is not None and len(x.x) > 1 and alone(options, x, filters)
    return said + [Step("channels", f"{len(x.x)}, each by itself")] * by_itself


def pictures(options: Options, x: Given, filters: Filters | None) -> list[tuple[list[int], bool]]:
    """(channels of the output that are a picture together, whether it is as bright as the input)."""
    if filters is None:
        return [(list(range(len(x.x))), True)]
    kept = [abs(weights.sum() / over - 1) < SAME for weights, over in zip(filters.weights, filters.over, strict=True)]
    count = len(kept)
    every = [i for i in range(len(x.x)) if i == 0 or alone(options, x, filters)]
    return [([c * count + i for c in every], same or options.head == WEIGHTED) for i, same in enumerate(kept)]
