"""The layer that the options of `convolve` describe: its line in the language, and its numbers."""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING

from cnncalc.analysis.convolution import Operation, rounding
from cnncalc.analysis.working import Step
from cnncalc.cli.arrays import within
from cnncalc.cli.common import Failure
from cnncalc.geometry import Shape, Window
from cnncalc.record import NamedTuple
from cnncalc.syntax.numbers import Unread, block, counted, short

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
LETTERED = re.compile(r"(?<=\b[A-Za-z])=(?=\d)")
"""The letters of slides, F=2 S=2, which the language reads."""
STRANGE = re.compile(r"[;#\\=\n\r]")
"""What would end the line that the options make, or claim something of it."""
STRIDE = re.compile(r"^([0-9x]+)/([0-9x]+)(?!\S)")
SAME = 1e-9
"""How far from 1 a kernel's weights may add up where a picture stays as bright as it is."""


class Options(NamedTuple):
    """What the command line says of the layer, as it is written there."""

    pool: str
    stride: str
    pad: str
    dilation: str
    rounding: str
    depthwise: bool
    bias: str
    axes: str

    @property
    def head(self) -> str:
        """The word of the pool; the language's own, maxpool, is read as well."""
        return self.pool.split()[0].lower().removesuffix("pool") if self.pool.strip() else ""

    @property
    def size(self) -> str:
        """What stands behind it; 2x2/2 is a stride of 2, as on slides."""
        return STRIDE.sub(r"\1 stride \2", " ".join(self.pool.split()[1:]))

    def value(self, name: str) -> str:
        """What is written for an option, without the letter that slides put before its number: S=2."""
        return re.sub(rf"^{name[0]}\s*=\s*(?=\d)", "", getattr(self, name).strip(), flags=re.IGNORECASE)

    def given(self, *names: str) -> list[str]:
        """Those of the options that are given, as the language writes them."""
        return [f"{name} {value}" for name in names if (value := self.value(name))]


class Sliding(NamedTuple):
    """What slides over what: `filters`, or a pool where there are none."""

    options: Options
    x: Given
    filters: Filters | None
    order: Order

    @property
    def channels(self) -> int:
        """Those of the input."""
        return len(self.x.x)

    @property
    def separate(self) -> bool:
        """Whether each channel is taken by itself: as is asked, as pools do, and as kernels do that have a name."""
        if self.filters is None or self.options.depthwise or self.options.head == WEIGHTED:
            return True
        return self.filters.weights.shape[1] == 1 < self.channels and all(self.filters.named)


def checked(options: Options, kernels: int) -> None:
    """Refuse what no layer is: neither kernel nor pool, both, a pool that there is not or that has no size."""
    head = options.head
    if not head and not kernels:
        raise Failure("what slides over it? Give --kernel '-1 2 1', --kernel sobel-x or --pool 'max 2x2'")
    if head and head != WEIGHTED and head not in POOLS:
        raise Failure(f"--pool takes {', '.join(POOLS)} or {WEIGHTED}, not '{short(head)}'; write --pool 'max 2x2'")
    if head in POOLS and kernels:
        rest = "take --kernel or --pool, or pipe one into the other as --format csv"
        raise Failure(f"--pool {head} has no kernel: {rest}")
    if head in POOLS and not options.size:
        raise Failure(f"--pool {head} of what size? --pool '{head} 2x2'")
    if head == WEIGHTED and (not kernels or options.size):
        size = f"--pool {WEIGHTED} has the weights and the size of its kernel"
        raise Failure(f"{size}: --pool {WEIGHTED} --kernel '1 2 1'")
    if options.depthwise and head:
        raise Failure(f"--pool {head} takes each channel by itself as it is: leave --depthwise out")
    if options.rounding.strip() == "ceil" and head not in POOLS:
        raise Failure("--rounding ceil is for max, average and L2 pools: leave it out, or write --rounding exact")
    if options.bias and head:
        raise Failure("--bias is added by a convolution: leave it out, or take --kernel without --pool")
    for name in ("pool", "stride", "pad", "dilation", "rounding"):
        value = LETTERED.sub("", options.pool) if name == "pool" else options.value(name)
        if "," in value:
            raise Failure(f"--{name} '{short(value)}': numbers for several axes are joined by x, as in 2x1")
        if found := STRANGE.search(value):
            raise Failure(f"--{name} '{short(value)}': {found[0]!r} has no place in it")


def fitting(sliding: Sliding, filters: Filters) -> None:
    """Refuse kernels of other channels than they are laid on."""
    has, channels = filters.weights.shape[1], sliding.channels
    kernel = f"the kernel has {counted(has, 'channel')}"
    if sliding.separate and has > 1:
        raise Failure(f"{kernel}, and where each channel is taken by itself it has 1")
    if sliding.separate or has == channels:
        return
    if channels == 1:
        rest = f"for several filters give --kernel again, or an array of {sliding.x.rank + 2} axes"
        raise Failure(f"{kernel}, the input 1: write one, or an input with {has}, | between them; {rest}")
    rest = "; --depthwise lays it on each of them by itself" * (has == 1)
    rest += ", --grey reads the picture without its colours" * (sliding.x.picture and has == 1)
    raise Failure(f"{kernel}, the input {channels}: write {channels} with | between them{rest}")


def line(sliding: Sliding) -> str:
    """The layer in the language."""
    options, filters = sliding.options, sliding.filters
    own = options.given("stride", "pad", "dilation")
    if filters is None:
        return " ".join([POOLS[options.head], options.size, *own])
    kernel, weighted = sliding.order.by(filters.weights.shape[2:]), options.head == WEIGHTED
    deep = sliding.separate and (sliding.channels > 1 or weighted)
    count = len(filters.weights) * (sliding.channels if deep else 1)
    stride = [f"stride {kernel}"] * (weighted and not options.stride.strip())
    after = ["nobias"] * (not options.bias) + ["frozen"] * weighted
    return " ".join(["conv", str(count), *["depthwise"] * deep, kernel, *stride, *own, *after])


def network(sliding: Sliding, limits: Limits) -> Network:
    """The layer behind its input."""
    from cnncalc.api import analyse

    if sliding.filters is not None:
        fitting(sliding, sliding.filters)
    text = line(sliding)
    shape = sliding.order.text(Shape(sliding.channels, sliding.x.x.shape[1:]))
    statements = [*sliding.options.given("axes", "rounding"), f"INPUT: {shape}", text]
    found = analyse("; ".join(statements), "convolve", "<convolve>", limits=limits)
    if found.complete and len(found.nodes) > 1:
        raise Failure(f"'{text}' is more than one layer; the options take one value each")
    if found.complete:
        bounded(found.nodes[-1], limits)
    return found


def bounded(node: Node, limits: Limits) -> None:
    """Refuse a layer that pads its input to too many numbers, or puts too many out, before it is run."""
    x, window = node.shapes[0], node.window
    pads = window.pad if isinstance(window, Window) else ()
    padded = x.channels * prod(w + a + b for w, (a, b) in zip(x.extents, pads, strict=True))
    try:
        within("the padded input has ", padded, limits)
        within("the output has ", node.output.elements, limits)
    except Unread as error:
        raise Failure(str(error)) from None


def operation(node: Node, sliding: Sliding) -> Operation:
    """That layer on those numbers."""
    import numpy as np

    options, filters, x, count = sliding.options, sliding.filters, sliding.x.x, node.output.channels
    if filters is None:
        return Operation(node, x, {}, (1.0,) * count, (0.0,) * count)
    times = count // len(filters.weights)
    over = sums(filters) if options.head == WEIGHTED else filters.over
    weights = {"weight": np.concatenate([filters.weights] * times)}
    return Operation(node, x, weights, over * times, biases(options.bias, count))


def sums(filters: Filters) -> tuple[float, ...]:
    """The sums of the weights of kernels, by which a weighted mean is divided."""
    found = [float(weights.sum()) for weights in filters.weights]
    for number, (total, weights) in enumerate(zip(found, filters.weights, strict=True)):
        if abs(total) <= rounding(weights.size) * float(abs(weights).sum()):
            what = "divides by the sum of the weights"
            raise Failure(f"--pool {WEIGHTED} {what}, and that of kernel {number} is 0")
    return tuple(found)


def biases(text: str, count: int) -> tuple[float, ...]:
    """A bias for each channel of the output."""
    if "/" in text:
        raise Failure(f"--bias '{short(text)}': write 0.5 for 1/2, and spaces between the biases of several channels")
    try:
        given = block(text).ravel().tolist() if text else [0.0]
    except Unread as error:
        raise Failure(f"--bias: {error}") from None
    if len(given) not in (1, count):
        several = f", or {count}, one for each channel of the output" * (count > 1)
        raise Failure(f"--bias has {counted(len(given), 'number')}: give 1{several}")
    return tuple(given * (count // len(given)))


def names(sliding: Sliding) -> list[str]:
    """What the channels of the output are called."""
    channels = [f"channel {i}" for i in range(sliding.channels)]
    if sliding.filters is None:
        return channels
    own = [known.name if known else f"filter {i}" for i, known in enumerate(sliding.filters.named)]
    if not sliding.separate or len(channels) == 1:
        return own
    return channels if len(own) == 1 else [f"{channel}, {name}" for channel in channels for name in own]


def notes(sliding: Sliding) -> list[Step]:
    """What is to be said of the kernels: which have a name, whether channels are taken by themselves."""
    if sliding.filters is None:
        return []
    known = [each for each in sliding.filters.named if each]
    said = [Step("kernel", f"{each.name}: {each.about} ({each.source})") for each in known]
    deep = sliding.separate and sliding.channels > 1
    return [*said, *[Step("channels", f"{sliding.channels}, each by itself")] * deep]


def pictures(sliding: Sliding, out: Array) -> list[tuple[Array, bool]]:
    """(channels of the output that are a picture together, whether it is as bright as the input)."""
    filters, mean, shifted = sliding.filters, sliding.options.head == WEIGHTED, bool(sliding.options.bias)
    if filters is None:
        return [(out, True)]
    sums = [each.sum() / over for each, over in zip(filters.weights, filters.over, strict=True)]
    kept = [mean or (abs(each - 1) < SAME and not shifted) for each in sums]
    return [(out[i :: len(kept)], same) for i, same in enumerate(kept)]
