"""What people read on a screen: the table with its heading and footer, summaries, workings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.render import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cnncalc.analysis.convention import Convention
    from cnncalc.analysis.memory import Keeping, Sizes
    from cnncalc.analysis.report import Report
    from cnncalc.analysis.totals import Totals
    from cnncalc.analysis.working import Step
    from cnncalc.diagnostic import Diagnostic
    from cnncalc.geometry import Field, Order, Whole
    from cnncalc.network.node import Network, Node, Solved
    from cnncalc.syntax.tree import Place

    Styled = tuple[str, str]


SOLVED = 20
"""How many lines with a `?` the footer tells."""
LONG = 200
"""How much of a spec's line is shown beside its working."""


def safe(text: str) -> str:
    """Text from a spec without anything that steers a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)


def network(
    net: Network, known: Report, grid: table.Grid, order: Order, found: Sequence[Diagnostic], width: int, spec: str
) -> Iterator[Styled]:
    """(style, line) of the whole table."""
    yield from wrapped(heading(net, order, known.convention), width)
    cut, dropped = table.fitted(grid, width)
    head, rows, total = table.lines(cut)
    yield "", ""
    yield "heading", head
    quiet = [bool(row.node.head) for row in known.rows]
    yield from (("quiet" if i >= len(quiet) or quiet[i] else "", row) for i, row in enumerate(rows))
    if known.totals:
        yield from [("total", total)] * any(cut.sums)
        yield "", ""
        yield from wrapped(footer(known, known.totals), width)
        yield from wrapped(needed(net, known), width)
    yield from wrapped(unfolding(net, known), width)
    if dropped:
        text = f"not shown, for want of width: {', '.join(dropped)} (--columns chooses, a pipe shows all)"
        yield from wrapped([("quiet", text)], width)
    yield from wrapped(closing(net, found, spec), width)


def wrapped(lines: Iterable[Styled], width: int) -> Iterator[Styled]:
    """Prose broken between words where the screen is narrower than it is long."""
    from textwrap import wrap

    for style, line in lines:
        broken = wrap(line, width, subsequent_indent="       ", break_long_words=False, break_on_hyphens=False)
        yield from ((style, part) for part in broken)


def heading(net: Network, order: Order, convention: Convention) -> Iterator[Styled]:
    """Title, source, input and convention."""
    yield "title", safe(net.source.title or net.name)
    if net.source.origin:
        yield "quiet", f"source: {safe(net.source.origin)}"
    inputs = ", ".join(f"{node.name} {order.text(node.output)}" for node in net.inputs)
    outputs = ", ".join(f"{node.name} {order.text(node.output)}" for node in net.outputs) if net.complete else ""
    several = f"; outputs {outputs}" * (len(net.outputs) > 1 and bool(outputs))
    yield "", f"input {inputs or '?'}{several}; convention {convention.title}: {convention.note}"


def footer(known: Report, sums: Totals) -> Iterator[Styled]:
    """The totals in words, everything that the convention counts apart."""
    kept = f"; {sums.buffers:,} numbers in buffers beside them" if sums.buffers else ""
    yield "", f"params {sums.params:,} = {sums.weights:,} weights + {sums.params - sums.weights:,} biases{kept}"
    counts, training = " + ".join(count.text for count in known.counts) or "0", known.training
    yield "", f"{known.convention.heading.ljust(6)} {sums.flops:,} = {counts}"
    if training:
        yield "", f"with training heads: {training.params:,} params, {training.macs:,} MACs"


def needed(net: Network, known: Report) -> Iterator[Styled]:
    """The memory that it takes to use the network and to train it, what takes most, and what is not counted."""
    from cnncalc.analysis.memory import LEFT_OUT, largest
    from cnncalc.recipe import recipe
    from cnncalc.storage import USUAL

    used = known.totals and known.totals.memory
    trained = known.training.memory if known.training else used
    if not used or not trained:
        return
    optimizer = recipe(net.recipe).state or USUAL
    buffers = [f"{used.buffers:,} buffers"] * bool(used.buffers)
    where = f" at {used.peak_layer}" * bool(used.peak_layer)
    parts = [f"{used.weights:,} weights", *buffers, f"{used.forward_peak:,} forward peak{where}"]
    yield "", f"memory {size(used.inference)} = {' + '.join(parts)}"
    state = [f"{trained.optimizer[optimizer]:,} of {optimizer}"] * bool(trained.optimizer[optimizer])
    parts = [f"{trained.weights:,} weights", *buffers, f"{trained.gradients:,} gradients", *state]
    heads = "with heads " * bool(known.training)
    total = size(trained.training(optimizer))
    what, held = trained.held
    yield "", f"train  {heads}{total} = {' + '.join([*parts, f'{held:,} {what}'])}"
    name, most = largest(net, trained, optimizer)
    yield "", f"       {name} takes the most: {size(most)}"
    what = f"memory is for a batch of {used.batch:,} in {used.dtype}, and a lower bound: without {LEFT_OUT}"
    yield "quiet", what


def size(count: int) -> str:
    """Bytes exactly, and in the largest unit of which there is one: 2,323,200 B (2.2 MiB)."""
    units = ("KiB", "MiB", "GiB", "TiB", "PiB")
    power = min((count.bit_length() - 1) // 10, len(units))
    if power <= 0:
        return f"{count:,} B"
    tenths = (count * 20 + (1 << 10 * power)) // (2 << 10 * power)
    return f"{count:,} B ({tenths // 10:,}.{tenths % 10} {units[power - 1]})"


def unfolding(net: Network, known: Report) -> Iterator[Styled]:
    """How to see what is folded."""
    if known.depth is not None:
        rows = f"all {len(net):,} rows" if net.complete else "every row"
        yield "quiet", f"folded to depth {known.depth} of {known.deepest}: --depth {known.deepest} shows {rows}"


def closing(net: Network, found: Sequence[Diagnostic], spec: str) -> Iterator[Styled]:
    """What was checked, what was not, and where to read on."""
    from cnncalc.lint.claims import checked, unheld

    yield from solutions(net)
    held = checked(net)
    if held:
        failed = sum(f.times for f in found if f.code.startswith("REF") and f.severity == "error")
        yield ("error" if failed else ""), f"claims {held - failed} of {held} hold"
    if skipped := unheld(net):
        what = "claim of the file as written is" if skipped == 1 else "claims of the file as written are"
        yield "quiet", f"{skipped} {what} not held under {' and '.join(overridden(net))}"
    infos = sum(f.severity == "info" for f in found)
    if infos:
        from shlex import quote

        noun = "note" if infos == 1 else "notes"
        yield "quiet", f"{infos} {noun} of the linter: cnncalc lint --severity info {safe(quote(spec))}"


def solutions(net: Network) -> Iterator[Styled]:
    """What was solved for, with its working; of many lines the first."""
    solved = [each for each in net.solved if each.answers]
    for each in solved[:SOLVED]:
        others = f"; the smallest of {len(each.answers):,} answers" if len(each.answers) > 1 else ""
        yield "", f"{each.name}: {each.used}, as {each.how}{others}"
    if len(solved) > SOLVED:
        yield "quiet", f"{len(solved) - SOLVED:,} more lines are solved: cnncalc solve tells all"


def overridden(net: Network) -> list[str]:
    """The options that change the file."""
    options = ["--input"] if "input" in net.overridden else []
    return ["--set", *options] if any(name != "input" for name in net.overridden) else options


def summary(nets: Sequence[Network], orders: Sequence[Order], convention: Convention, width: int) -> Iterator[str]:
    """One line a network: inputs, outputs, layers, params, MACs, and what another tool counts, which a line tells."""
    other = [convention.heading] * bool(convention.version)
    if other:
        yield from (line for _, line in wrapped([("", f"convention {convention.title}: {convention.note}")], width))
        yield ""
    rows = [["network", "input", "output", "layers", "params", "MACs", *other]]
    for net, order in zip(nets, orders, strict=True):
        shapes = [", ".join(order.text(node.output) for node in nodes) for nodes in (net.inputs, net.outputs)]
        figure = [f"{sum(map(convention.figure, convention.runs(net))):,}"] * len(other)
        known = [*shapes, str(len(net)), f"{net.params:,}", f"{net.macs:,}", *figure]
        rows.append([safe(net.name), *(known if net.complete else ["?"] * len(known))])
    yield from aligned(rows, right=range(1, len(rows[0])))


def aligned(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Rows in columns, those of the numbers `right` set right and the others left."""
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]

    def set_(i: int, cell: str) -> str:
        return cell.rjust(wide[i]) if i in right else cell.ljust(wide[i])

    return ["  ".join(set_(i, cell) for i, cell in enumerate(row)).rstrip() for row in rows]


def zoo(nets: Sequence[Network], width: int) -> list[str]:
    """The specs that come with the package; on a narrow screen without their sources, then names and titles alone."""
    rows = [["name", "params", "MACs", "title", "source"]]
    rows += [[net.name, f"{net.params:,}", f"{net.macs:,}", safe(net.title), safe(net.source.origin)] for net in nets]
    lines = aligned(rows, right=(1, 2))
    if max(map(len, lines)) <= width:
        return lines
    lines = aligned([row[:4] for row in rows], right=(1, 2))
    if max(map(len, lines)) <= width:
        return [*lines, "not shown, for want of width: source (a pipe shows all)"]
    note = "not shown, for want of width: params, MACs, source (a pipe shows all)"
    wide = max(len(row[0]) for row in rows)
    said = [line for row in rows for line in titled(row[0], row[3], wide, width)]
    return [*said, *(line for _, line in wrapped([("", note)], width))]


def titled(name: str, title: str, wide: int, width: int) -> list[str]:
    """A name and its title, which goes on below itself where the screen is too narrow."""
    from textwrap import wrap

    first, *more = wrap(title, max(width - wide - 2, 20)) or [""]
    return [f"{name.ljust(wide)}  {first}".rstrip(), *(" " * (wide + 2) + line for line in more)]


def explained(net: Network, wanted: set[str], order: Order, name: str, about: bool, sizes: Sizes) -> Iterator[Styled]:
    """The working of the wanted layers, and the sums of those of a part called `name`.

    With `about`, where they are of one line, what their kinds do and where the formulas come from. Bytes are those of
    `sizes`.
    """
    from cnncalc.analysis.memory import keeping
    from cnncalc.analysis.receptive_field import fields
    from cnncalc.analysis.working import readers, working

    seen, read_by, solved = fields(net), readers(net), {each.name: each for each in net.solved}
    kept = keeping(net.nodes, sizes)
    chosen = [node for node in net if node.name in wanted]
    told = set[type]() if about and len({node.line for node in chosen}) == 1 else {type(n.layer) for n in chosen}
    for i, node in enumerate(chosen):
        yield from [("", "")] * bool(i)
        head = f", only in training: {node.head}" if node.head else ""
        yield "title", f"{node.name}  ({node.kind}, line {node.span.line}: {short(safe(written(node.place)))}{head})"
        every = [*working(node, seen, read_by, order, sizes), *in_bytes(node, kept.get(node.name), sizes)]
        yield from steps([*every, *solving(solved.get(node.name), node)])
        if type(node.layer) not in told:
            told.add(type(node.layer))
            yield "", ""
            yield from (("quiet", f"  {text}".rstrip()) for text in paragraph(type(node.layer).__doc__ or ""))
    if len(chosen) > 1 and name:
        yield from in_all(net, chosen, name, seen, order, sizes)
    elif net.complete and len(chosen) == len(net) > 1:
        yield from linked(net)


def in_bytes(node: Node, kept: Keeping | None, sizes: Sizes) -> Iterator[Step]:
    """The bytes that a layer puts out, and which of what is there training keeps for its backward pass."""
    from cnncalc.analysis.working import Step

    if node.activations:
        many = f"{sizes.batch:,}*" * (sizes.batch > 1)
        how = f"{many}{node.activations:,} numbers of {sizes.size} B = {sizes.put_out(node):,} B"
        yield Step("memory", f"{how}, a batch of {sizes.batch:,} in {sizes.dtype}")
    tensors, beside = kept or ((), 0)
    parts = [f"{name} {count:,} B" for name, count in tensors] + [f"{beside:,} B of its own"] * bool(beside)
    yield Step("backward", f"keeps {' and '.join(parts)}" if parts else "keeps nothing that is not kept above")


def solving(solved: Solved | None, node: Node) -> Iterator[Step]:
    """What was solved for on the line of a layer, told where its line begins."""
    from cnncalc.analysis.working import Step

    if solved and solved.answers and node.name == node.line:
        count = len(solved.answers)
        others = f"the smallest of {count:,} answers" if count > 1 else "the only answer"
        yield Step("solved", f"{solved.used}, as {solved.how}; {others}")


def in_all(
    net: Network, nodes: Sequence[Node], name: str, seen: Mapping[str, Field | Whole], order: Order, sizes: Sizes
) -> Iterator[Styled]:
    """The sums over the layers of a part, and what it is."""
    from cnncalc.analysis.folding import parts
    from cnncalc.analysis.working import Step, summed

    part = next((part for part in parts(net) if part.name == name), None)
    kind = f"{table.many(part.kind, part.times)}, " if part else ""
    yield "", ""
    yield "total", f"{name} in all  ({kind}{len(nodes):,} layers)"
    memory = Step("memory", f"{sum(map(sizes.put_out, nodes)):,} B, a batch of {sizes.batch:,} in {sizes.dtype}")
    yield from steps([*summed(nodes, net.gives(name), seen, order, sizes), memory])


def steps(every: Iterable[Step]) -> Iterator[Styled]:
    """Some steps of a working, one below the other."""
    known = list(every)
    wide = max(len(step.what) for step in known)
    yield from (("", f"  {step.what.ljust(wide)}  {step.how}") for step in known)


def written(place: Place) -> str:
    """The statement that a layer stands in, its name and postfixes with it; the spaces between words are one each."""
    from cnncalc.source import split

    text = place.line.text
    begin, end = next(((a, b) for a, b in split(text)[0] if a <= place.begin < b), (place.begin, place.end))
    return " ".join(text[begin:end].split())


def short(text: str) -> str:
    """Text of one line at most; a spec's line may be as long as a book."""
    return text if len(text) <= LONG else f"{text[:LONG]}..."


def linked(net: Network) -> Iterator[Styled]:
    """The weighted links of the whole network, where it has any (LeCun et al. 1998, section II.B)."""
    every = sum(node.layer.connections(*node.shapes) for node in net.counted)
    if every:
        yield "", ""
        yield "total", f"connections, biases among them: {every:,}"


def paragraph(doc: str) -> list[str]:
    """A docstring's lines without their indentation."""
    return [line.strip() for line in doc.strip().splitlines()]
