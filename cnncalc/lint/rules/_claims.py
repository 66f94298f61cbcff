"""What the rules of claims say alike: figures as printed, sums with their working, what else a figure could be."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from cnncalc.analysis.totals import totals
from cnncalc.analysis.working import extents, grown, products, tensors, times
from cnncalc.geometry import WHOLE, Field, Window
from cnncalc.lint.rules._fit import NAMES, axis_parts, listed
from cnncalc.storage import DTYPES
from cnncalc.syntax.claims import FIGURE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnncalc.geometry import Order, Rational, Whole
    from cnncalc.layer import Weight
    from cnncalc.network.node import Claimed, Network, Node

    Sums = dict[str, int]

IS = {
    "params": "its params, biases included", "weights": "its weights without biases", "biases": "its biases alone",
    "buffers": "its buffers", "macs": "its macs", "flops": "its flops", "activations": "its activations",
    "memory": "the bytes of its activations",
}  # fmt: skip
OPERATOR = re.compile(r"^[^()<>=!]*(?:\([^)]*\))?\s*[<>=!]=?")
"""An expectation up to its figure, `memory(batch=32) <=`."""
MOST_TERMS = 4
"""How many layers a working spells out."""
SURE = 100
"""How much larger a figure is than what it leaves open, where it is a likeness and no chance."""
MOST_ALONE = 20
"""Of how many layers each is tried by itself."""


def amount(number: Rational) -> str:
    """A number as people write it: 34,944; 2.5."""
    whole = number.denominator == 1 or number.numerator.bit_length() > 1000
    return grouped(int(number)) if whole else f"{float(number):,}"


def grouped(number: int) -> str:
    """An integer with its thousands apart; of one beyond all reading, its size."""
    return f"{number:,}" if number.bit_length() < 4096 else f"about 2**{number.bit_length()}"


def said(claim: Claimed) -> str:
    """A claimed figure as printed, or the value of its expression."""
    if not claim.half:
        return amount(claim.value) + unit(claim.quantity)
    *_, figure = OPERATOR.split(claim.text, maxsplit=1)
    match = FIGURE.search(figure)
    return match[0] if match else amount(claim.value)


def span_of(claim: Claimed) -> str:
    """What a figure printed short stands for; nothing where it is exact."""
    if not claim.half:
        return ""
    low, high = amount(claim.value - claim.half), amount(claim.value + claim.half)
    return f"; {said(claim)} holds from {low} to {high}{unit(claim.quantity)}"


def unit(quantity: str) -> str:
    """What a figure is in: bytes, or numbers, of which nothing is said."""
    return " B" * (quantity == "memory")


def counts(nodes: Sequence[Node]) -> Sums:
    """Every quantity that adds up, of some nodes."""
    sums = totals(tuple(nodes))
    return {
        "params": sums.params, "weights": sums.weights, "biases": sums.params - sums.weights, "buffers": sums.buffers,
        "macs": sums.macs, "flops": sums.flops, "activations": sums.activations,
        "memory": sums.activations * DTYPES["float32"],
    }  # fmt: skip


def alone(claim: Claimed, nodes: Sequence[Node]) -> str:
    """The one layer of several that has the claimed figure by itself, if any."""
    each = nodes if 1 < len(nodes) <= MOST_ALONE else ()
    return next((bare(node) for node in each if near(claim, counts([node])[claim.quantity] or -1)), "")


def likeness(claim: Claimed, sums: Sums) -> str:
    """Which other quantity the claimed figure is, if any."""
    return next((what for what, value in sums.items() if value and near(claim, value)), "")


def besides(claim: Claimed, nodes: Sequence[Node], sums: Sums) -> str:
    """What the claimed figure is, though not what it claims to be; nothing where nothing has it, or it says little."""
    if claim.half * SURE > claim.value:
        return ""
    layer, quantity = alone(claim, nodes), likeness(claim, sums)
    what = f"that of {layer} alone" if layer else IS.get(quantity, "")
    return f"; {said(claim)} is {what}" if what else ""


def bare(node: Node) -> str:
    """How a claim names one layer of a line: CONV1.conv, CONV1.bn."""
    return f"{node.name}.{node.kind}" if node.name == node.line else node.name


def near(claim: Claimed, value: int) -> bool:
    """Whether a value is the claimed figure, as far as it is printed."""
    return -claim.half <= value - claim.value <= claim.half


def working(quantity: str, nodes: Sequence[Node], sums: Sums) -> str:
    """`(11*11*3 + 1)*96 = 34,944`: the sum over some nodes with its working, or alone where that is long."""
    value, whole = sums[quantity], f"{grouped(sums[quantity])}{unit(quantity)}"
    counted = (node for node in nodes if counts([node])[quantity])
    terms = [term(quantity, node) for node in islice(counted, MOST_TERMS + 1)]
    if not terms or len(terms) > MOST_TERMS or (text := " + ".join(terms)) in (str(value), grouped(value)):
        return whole
    return f"{text} = {whole}"


def term(quantity: str, node: Node) -> str:
    """The working of one node's figure."""
    if quantity == "macs":
        return products(node)
    if quantity == "flops":
        return operations(node)
    if quantity in ("activations", "memory"):
        return times(node.output.dims[::-1]) + f"*{DTYPES['float32']}" * (quantity == "memory")
    return tensors({name: weight for name, weight in node.weights.items() if BELONGS[quantity](weight)})


BELONGS: dict[str, Callable[[Weight], bool]] = {
    "params": lambda w: w.trainable,
    "weights": lambda w: w.trainable and not w.bias,
    "biases": lambda w: w.trainable and w.bias,
    "buffers": lambda w: not w.trainable,
}


def operations(node: Node) -> str:
    """2*MACs and the other operations."""
    others = sum(node.work[1:])
    return " + ".join([f"2*{grouped(node.macs)}"] * bool(node.macs) + [grouped(others)] * bool(others))


def sizes(nodes: Sequence[Node], order: Order) -> str:
    """The extents of a line worked out, window by window."""
    moving = [node for node in nodes if isinstance(node.window, Window)]
    each = [f"{node.kind} " * (len(moving) > 1) + size(node, order) for node in moving]
    return ", then ".join(each)


def size(node: Node, order: Order) -> str:
    """(55 + 2*0 - 3)/2 + 1 = 27, by axis where the axes differ."""
    parts = axis_parts(node, order)
    if not parts:
        return by_axis(extents(node), order)
    texts = [f"{part.slide.working}{f' on {part.where}' if len(parts) > 1 else ''}" for part in parts]
    return listed(texts, "and")


def no_field(node: Node) -> str:
    """Why a layer has no receptive field of a certain size: which one above reads all of its input."""
    stack, met = [node], set[str]()
    while stack:
        above = stack.pop()
        if above.window == WHOLE:
            return f"it is the whole input: {above.name} reads all of its map"
        stack += [x for x in above.inputs if x.name not in met]
        met.add(above.name)
    return "there is none: the input is a vector"


def seen(network: Network, nodes: Sequence[Node], known: Mapping[str, Field | Whole]) -> str:
    """The receptive field of a line worked out from its last window: 3 + (3 - 1)*1 = 5."""
    field = known[nodes[-1].name]
    assert isinstance(field, Field)
    last = next((node for node in reversed(nodes) if isinstance(node.window, Window)), None)
    before = known[last.inputs[0].name] if last else None
    if last is None or not isinstance(last.window, Window) or not isinstance(before, Field):
        return by_axis([amount(size) for size in field.size], network.order)
    texts = [f"{how} = {amount(size)}" for how, size in zip(grown(before, last.window), field.size, strict=True)]
    return by_axis(texts, network.order)


def by_axis(texts: list[str], order: Order) -> str:
    """One text where all axes agree, else each with its axis."""
    if len(set(texts)) == 1:
        return texts[0]
    names = [NAMES[letter] for letter in order.letters(len(texts))]
    turned = texts[::-1] if order.width_first else texts
    return listed((f"{text} on the {name}" for text, name in zip(turned, names, strict=True)), "and")
