"""The working of a layer with its numbers put in, as on the board: `(227 + 2*0 - 11)/4 + 1 = 55`.

All of it is derived from what a kind states: its window, its weights, its work.
"""

from __future__ import annotations

from itertools import count, takewhile
from math import prod
from typing import TYPE_CHECKING

from cnncalc.analysis.conventions.cnncalc import Cnncalc
from cnncalc.analysis.fit import slides
from cnncalc.analysis.intensity import moved, told
from cnncalc.analysis.memory import Sizes
from cnncalc.geometry import WHOLE, Field, Window
from cnncalc.layers import find
from cnncalc.network.node import inside
from cnncalc.record import NamedTuple
from cnncalc.syntax.words import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cnncalc.geometry import Axes, Order, Rational, Shape, Whole
    from cnncalc.layer import Weight
    from cnncalc.network.node import Network, Node

    Seen = Mapping[str, Field | Whole]
    Readers = Mapping[str, Node]


class Step(NamedTuple):
    """One line of the working: what is worked out, and how."""

    what: str
    how: str


AXES = {"W": "width", "H": "height", "D": "depth", "L": "length"}


def axis_names(order: Order, rank: int) -> tuple[str, ...]:
    """The names of the spatial axes in PyTorch's order."""
    return tuple(AXES[letter] for letter in order.turned(order.letters(rank)))


def working(node: Node, seen: Seen, readers: Readers, order: Order, storage: Sizes = Sizes()) -> Iterator[Step]:
    """The steps of one layer; `seen` are the receptive fields of all rows and inputs, `readers` who reads each line.

    Bytes are those of `storage`, FLOPs of one sample but where they stand beside bytes.
    """
    yield Step("input", ", ".join(order.text(shape) for shape in node.shapes))
    yield from joined(node, order)
    yield from fitted(node, readers, order)
    yield from sizes(node, order)
    yield from params(node)
    yield from macs(node)
    yield from connections(node)
    yield from other_work(node, storage)
    yield from reached(node, seen, order)
    if node.activations:
        yield Step("activations", equation(times(node.output.dims[::-1]), node.activations))


FEW = 8
"""How many numbers a sum of a part's layers shows."""


def chosen(network: Network, name: str) -> tuple[Node, ...]:
    """The layers that a name stands for: a row, a line, a part, a branch of a join (`3a.1`), all of one prefix."""
    lines = list(takewhile(network.aliases.__contains__, (f"{name}.{i}" for i in count())))
    if name in network.aliases and lines and not inside(network.by_line[0], name):
        return tuple(node for line in lines for node in network.part(line))
    return network.part(name)


def summed(nodes: Sequence[Node], output: Node, seen: Seen, order: Order, storage: Sizes = Sizes()) -> Iterator[Step]:
    """The sums over several layers, and what the last of them gives."""
    field = seen[output.name]
    yield Step("output", order.text(output.output))
    macs, buffers = [node.macs for node in nodes], sum(node.buffers for node in nodes)
    yield Step("params", addition([node.params for node in nodes]))
    yield from [Step("buffers", f"{buffers:,}")] * bool(buffers)
    yield Step("MACs", addition(macs))
    yield Step("FLOPs", itemised(nodes))
    moving = [moved(node, storage) for node in nodes]
    yield from intensity(sum(node.work.flops for node in nodes), tuple(map(sum, zip(*moving, strict=True))), storage)
    if any(node.owner and node.facts.params for node in nodes):
        yield Step("shared", "weights of another part, counted where they stand first")
    yield Step("receptive field", each_axis(list(map(str, field.size)), order) if isinstance(field, Field) else field)
    yield Step("activations", f"{sum(node.activations for node in nodes):,}")


def addition(values: Sequence[int]) -> str:
    """`a + b = sum` of a few numbers, zeros left out; else the sum alone."""
    terms = [f"{value:,}" for value in values if value]
    return f"{' + '.join(terms)} = {sum(values):,}" if 1 < len(terms) <= FEW else f"{sum(values):,}"


def equation(product: str, value: int) -> str:
    """`product = value`, or the value alone where there is nothing to work out."""
    return f"{value:,}" if product == str(value) else f"{product} = {value:,}"


def joined(node: Node, order: Order) -> Iterator[Step]:
    """What a join makes of its branches: their channels one behind the other, or one shape of all."""
    if len(node.inputs) < 2:
        return
    yield Step("from", ", ".join(x.name for x in node.inputs))
    channels, out = [shape.channels for shape in node.shapes], node.output
    if sum(channels) == out.channels:
        yield Step("channels", f"{' + '.join(map(str, channels))} = {out.channels:,}")
        return
    for x in node.inputs:
        if x.output != out:
            flat = x.output.elements == out.elements
            how = f"read as {order.text(out)}" if flat else f"repeated along {spread(x.output, out, order)}"
            yield Step("broadcast", f"{x.name} {order.text(x.output)} is {how}")


def spread(shape: Shape, out: Shape, order: Order) -> str:
    """The axes that a shape is repeated along, and how often."""
    names = axis_names(order, out.rank)
    extents = shape.extents or (1,) * out.rank
    axes = order.turned(tuple(zip(names, extents, out.extents, strict=True)))
    every = (*axes, ("channels", shape.channels, out.channels))
    return " and ".join(f"the {name} {b} times" for name, a, b in every if a != b)


def readers(network: Network) -> Readers:
    """Every line with the first layer of another line that reads it."""
    found: dict[str, Node] = {}
    for node in network:
        for x in node.inputs:
            if x.line != node.line:
                found.setdefault(x.line, node)
    return found


def fitted(node: Node, readers: Readers, order: Order) -> Iterator[Step]:
    """How a shortcut is fitted to the branch beside it, and why."""
    if node.name != node.line or role(node) != "fitted":
        return
    join = readers.get(node.line)
    other = next((x for x in join.inputs if x.line != node.line), None) if join else None
    if other:
        yield Step("beside it", f"{other.name} {order.text(other.output)}")
        yield Step("shortcut", reason(node, other, order))


def role(node: Node) -> str:
    """What the word that a layer is written with does, where it stands for other layers."""
    words = node.place.line.text[node.place.begin : node.place.end].split()
    kind = find(kind_of(words[0])) if words else None
    return kind.role if kind else ""


def reason(node: Node, other: Node, order: Order) -> str:
    """Why a shortcut is a projection, zeros behind its input, or its input itself."""
    here, there = node.shapes[0].channels, other.output.channels
    stride = node.window.stride if isinstance(node.window, Window) else ()
    step = str(stride[0]) if len(set(stride)) == 1 else order.by(stride)
    differ = [f"{there} channels for {here}"] * (here != there) + [f"stride {step}"] * bool(set(stride) - {1})
    if not differ:
        return "the same channels and stride 1: the input as it is"
    if node.weights:
        return f"{' and '.join(differ)}: a 1x1 projection"
    cells = f"one cell in {step}" if set(stride) - {1} else "the input"
    return f"{' and '.join(differ)}: {cells}, and {there - here} channels of zeros behind its own"


def sizes(node: Node, order: Order) -> Iterator[Step]:
    """The output's extents, one line where all axes agree."""
    each = extents(node)
    names = axis_names(order, len(each))
    yield from dilated(node, order)
    if len(set(each)) == 1:
        yield Step(" and ".join(order.turned(names)), each[0])
    else:
        yield from (Step(*pair) for pair in order.turned(tuple(zip(names, each, strict=True))))
    yield Step("output", order.text(node.output))


def extents(node: Node) -> list[str]:
    """How each extent of the output comes about, in PyTorch's order; nothing where no window moves."""
    window, outs = node.window, node.output.extents
    if not isinstance(window, Window) or window.mode == "slide":
        return [slide.working for slide in slides(node)]
    if window.mode == "adaptive":
        return [f"{out}, as asked for" for out in outs]
    if window.mode == "frame":
        sign = "-" if any(cell < 0 for pair in window.pad for cell in pair) else "+"
        sides = zip(node.shapes[0].extents, window.pad, outs, strict=True)
        return [f"{w} {sign} {abs(a)} {sign} {abs(b)} = {out}" for w, (a, b), out in sides]
    moves = zip(node.shapes[0].extents, window.stride, window.pad, window.reach, window.outpad, outs, strict=True)
    if not node.weights:
        return [f"{w}*{s} = {out}" for w, s, *_, out in moves]
    return [
        f"({w} - 1)*{s} - {f'2*{a}' if a == b else f'{a} - {b}'} + {k}{f' + {more}' * (more > 0)} = {out}"
        for w, s, (a, b), k, more, out in moves
    ]


def dilated(node: Node, order: Order) -> Iterator[Step]:
    """D(F - 1) + 1: how far a dilated kernel reaches."""
    if isinstance(node.window, Window) and set(node.window.dilation) != {1}:
        how = [f"{d}*({k} - 1) + 1" for k, d in zip(node.window.kernel, node.window.dilation, strict=True)]
        yield Step("dilated kernel", by_axis(how, node.window.reach, order))


def times(numbers: Axes) -> str:
    """Numbers multiplied."""
    return "*".join(map(str, numbers)) or "1"


def tensors(weights: Mapping[str, Weight]) -> str:
    """The numbers in some tensors; those of equal submodules together: 6*(5*5*3 + 1) + 9*(5*5*4 + 1)."""
    owners: dict[str, list[Weight]] = {}
    for name, weight in weights.items():
        owners.setdefault(name.rpartition(".")[0], []).append(weight)
    if len(owners) == 1:
        return together(*owners.values())
    texts = [together(each).removesuffix("*1") for each in owners.values()]
    return " + ".join(f"{texts.count(text)}*{text}".removeprefix("1*") for text in dict.fromkeys(texts))


def together(weights: list[Weight]) -> str:
    """(F*F*C + 1)*K where all tensors have one part for each of K filters, else each by itself."""
    first = weights[0].shape[:1]
    each = [times(w.shape[:0:-1]) for w in weights]
    if len(weights) == 1 or not all(first and w.shape[:1] == first for w in weights):
        return " + ".join(times((*w.shape[:0:-1], *w.shape[:1])) for w in weights)
    if set(each) == {"1"}:
        return f"{len(weights)}*{first[0]}"
    return f"({' + '.join(each)})*{first[0]}"


class Product(NamedTuple):
    """So many outputs (inputs where the layer is transposed, positions where they differ) times what each takes."""

    many: str
    of: str
    each: str

    @property
    def text(self) -> str:
        """28*28*6 outputs * 5*5*1"""
        return f"{self.many} {self.of} * {self.each}"


def products(node: Node) -> str:
    """28*28*6 outputs * 5*5*1, or the number of MACs alone where they are no product."""
    product = product_of(node)
    return product.text if product else str(node.macs)


def product_of(node: Node) -> Product | None:
    """The MACs as a product, where they are one."""
    weights = [w for w in node.weights.values() if not w.bias]
    for weight in weights:
        for x in (node.output, *node.shapes):
            if x.elements * prod(weight.shape[1:]) == node.macs:
                of = "outputs" if x is node.output else "inputs"
                return Product(times(x.dims[::-1]), of, times(weight.shape[:0:-1]))
    numbers = sum(prod(w.shape) for w in weights)
    if numbers and prod(node.output.extents) * numbers == node.macs:
        return Product(times(node.output.extents[::-1]), "positions", f"{numbers:,}")
    return None


def links(node: Node, count: int) -> str:
    """The connections as a product: the MACs and a bias for each output, or the window's cells and a bias."""
    product, outputs, window = product_of(node), node.output, node.window
    if not node.macs and isinstance(window, Window) and outputs.elements * (prod(window.kernel) + 1) == count:
        return f"{times(outputs.dims[::-1])} outputs * ({times(window.kernel[::-1])} + 1)"
    if count == node.macs:
        return products(node)
    if product is None or count != node.macs + outputs.elements:
        return str(count)
    if product.of == "inputs":
        return f"{product.text} + {times(outputs.dims[::-1])} biases"
    biases = 1 if product.of == "outputs" else outputs.channels
    return product._replace(each=f"({product.each} + {biases})").text


def params(node: Node) -> Iterator[Step]:
    """(F*F*C + 1)*K, and the buffers beside them; those of shared weights count where they stand first."""
    trained = {name: w for name, w in node.weights.items() if w.trainable}
    kept = {name: w for name, w in node.weights.items() if not w.trainable}
    where = f", those of {node.owner.name}: counted there" if node.owner else ""
    if trained:
        yield Step("params", equation(tensors(trained), node.facts.params) + where)
    if kept:
        yield Step("buffers", equation(tensors(kept), node.facts.buffers) + where)


def macs(node: Node) -> Iterator[Step]:
    """Outputs times the products in each."""
    if node.macs:
        yield Step("MACs", equation(products(node), node.macs))


def connections(node: Node) -> Iterator[Step]:
    """The weighted links of a layer with weights, biases among them."""
    count = node.layer.connections(*node.shapes)
    if count and node.weights:
        yield Step("connections", equation(links(node, count), count))


def other_work(node: Node, storage: Sizes) -> Iterator[Step]:
    """Every other kind of work, and the FLOPs of all."""
    others = {what: count for what, count in node.work._asdict().items() if what != "macs" and count}
    for what, number in others.items():
        yield Step(what, f"{number:,}")
    if node.work.flops:
        sum_ = " + ".join([*(["2*MACs"] if node.macs else []), *others])
        yield Step("FLOPs", f"{sum_} = {node.work.flops:,}")
        yield from intensity(node.work.flops, moved(node, storage), storage)


def itemised(nodes: Iterable[Node]) -> str:
    """The FLOPs of several layers and what they are the sum of."""
    counts = [count for count in Cnncalc().itemised(nodes) if count.number]
    return equation(" + ".join(count.text for count in counts) or "0", sum(count.figure for count in counts))


def intensity(operations: int, moving: tuple[int, ...], storage: Sizes) -> Iterator[Step]:
    """The operations for each byte that is moved once: what is read, the weights and buffers, what is put out."""
    if operations and any(moving):
        parts = [f"{count:,} {what}" for count, what in zip(moving, ("in", "weights", "out"), strict=True) if count]
        many = f"{storage.batch:,}*" * (storage.batch > 1)
        rate = told(storage.batch * operations, sum(moving))
        yield Step("FLOPs a byte", f"{many}{operations:,}/({' + '.join(parts)} in {storage.dtype}) = {rate}")


def reached(node: Node, seen: Seen, order: Order) -> Iterator[Step]:
    """The receptive field: size + (K-1)*jump, jump*S, start - P*jump; of a join the hull of its branches'."""
    field, window, before = seen[node.name], node.window, seen[node.inputs[0].name]
    if window == WHOLE:
        yield Step("receptive field", "the whole input")
    elif len(node.inputs) > 1:
        yield from hull(node, seen, order)
    if not isinstance(field, Field) or not isinstance(window, Window) or not isinstance(before, Field):
        return
    if window.mode != "frame":
        yield Step("receptive field", by_axis(grown(before, window), field.size, order))
        yield Step("jump", by_axis(apart(before, window), field.jump, order))
    yield Step("start", by_axis(begun(before, window), field.start, order))


def hull(node: Node, seen: Seen, order: Order) -> Iterator[Step]:
    """What each branch of a join sees, and all of them together."""
    field = seen[node.name]
    groups: dict[Field | Whole, list[str]] = {}
    for x in node.inputs:
        groups.setdefault(seen[x.name], []).append(x.name)
    for branch, names in groups.items():
        if isinstance(branch, Field) and branch.size:
            ends = [f"{a} to {a + n - 1} = {n}" for n, a in zip(branch.size, branch.start, strict=True)]
            yield Step("branch", f"{' and '.join(names)}: {each_axis(ends, order)}")
        elif branch == WHOLE:
            yield Step("branch", f"{' and '.join(names)}: the whole input")
    if not isinstance(field, Field):
        yield Step("receptive field", "the whole input")
    elif field.size:
        axes = zip(field.size, field.start, strict=True)
        yield Step("receptive field", each_axis([f"{a} to {a + n - 1} = {n}" for n, a in axes], order))
        jumps = {branch.jump for branch in groups if isinstance(branch, Field) and branch.jump}
        said = f"{each_axis(list(map(str, field.jump)), order)}, as {node.inputs[0].name} has it"
        yield Step("jump", said if len(jumps) > 1 else each_axis(list(map(str, field.jump)), order))


def grown(before: Field, window: Window) -> list[str]:
    """The receptive field's size behind one more window, on each axis as a sum."""
    back = window.mode == "transposed"
    sizes = zip(before.size, window.reach, before.jump, window.stride, strict=True)
    return [f"{n} + ({f'ceil({k}/{s})' if back else k} - 1)*{factor(j)}" for n, k, j, s in sizes]


def apart(before: Field, window: Window) -> list[str]:
    """How far neighbouring units' fields lie apart behind one more window, on each axis."""
    sign = "/" if window.mode == "transposed" else "*"
    return [f"{factor(j)}{sign}{factor(s)}" for j, s in zip(before.jump, window.stride, strict=True)]


def begun(before: Field, window: Window) -> list[str]:
    """Where the first unit's field begins behind one more window, on each axis."""
    axes = zip(before.start, window.pad, before.jump, window.reach, window.stride, strict=True)
    if window.mode == "transposed":
        return [f"{a} + ({p}/{s} - ceil({k}/{s}) + 1)*{factor(j)}" for a, (p, _), j, k, s in axes]
    return [f"{a} {'-' if p >= 0 else '+'} {abs(p)}*{factor(j)}" for a, (p, _), j, *_ in axes]


def factor(value: Rational) -> str:
    """A number where it is multiplied or divided: a fraction in parentheses."""
    return str(value) if value.denominator == 1 else f"({value})"


def by_axis(how: list[str], values: tuple[Rational, ...], order: Order) -> str:
    """One equation where all axes agree, else one an axis."""
    return each_axis([f"{text} = {value}" for text, value in zip(how, values, strict=True)], order)


def each_axis(texts: list[str], order: Order) -> str:
    """One text where all axes agree, else one an axis, in PyTorch's order."""
    if len(set(texts)) == 1:
        return texts[0]
    names = axis_names(order, len(texts))
    return "; ".join(f"{name} {text}" for name, text in order.turned(tuple(zip(names, texts, strict=True))))
