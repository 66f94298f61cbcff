"""Answers to questions asked backwards: the unknowns of a spec, the input sizes that fit, the largest batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.memory import LEFT_OUT
from cnncalc.analysis.sizes.fitting import NAMED, NAMES
from cnncalc.analysis.sizes.progressions import around
from cnncalc.render.machine import SCHEMA
from cnncalc.render.machine import answers as in_numbers
from cnncalc.render.people import aligned, safe, size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncalc.analysis.batch import Largest
    from cnncalc.analysis.sizes.fitting import Clash, Sizes
    from cnncalc.analysis.sizes.pieces import Progression
    from cnncalc.geometry import Order
    from cnncalc.network.node import Network, Solved
    from cnncalc.render.people import Styled

    Json = dict[str, object]
    Progressions = tuple[Progression, ...]

SHOWN = 12
"""How many progressions are written one by one."""
FIRST = 3
"""How many members of an endless progression are, and how many maps."""
TOLD = 2
"""How many windows that do not fit are told."""
TOO_MANY = "not known: the sizes fall into too many pieces to go through"


def heading(network: Network, order: Order) -> Iterator[Styled]:
    """What is asked of."""
    yield "title", safe(network.source.title or network.name)
    yield "", f"input {', '.join(f'{node.name} {order.text(node.output)}' for node in network.inputs)}"


# Unknowns


def unknowns(network: Network) -> Iterator[Styled]:
    """Every line with a `?`: all answers, smallest first, and the working."""
    for solved in network.solved:
        yield "", ""
        yield "title", f"{solved.name}  (line {solved.place.line.number}: {safe(written(solved))})"
        yield from rows([*answers(solved), ("because", safe(solved.how))])
    if not network.solved:
        yield "", ""
        yield "", "no line has a '?': nothing is to be solved; --fits gives the input sizes that fit, --batch 24GiB"
        yield "", "the largest batch for a memory"


def written(solved: Solved) -> str:
    """The statement with the `?`."""
    from cnncalc.render.people import short
    from cnncalc.render.people import written as statement

    return short(statement(solved.place))


def answers(solved: Solved) -> Iterator[tuple[str, str]]:
    """All answers, smallest first: the values of one number in a line, several numbers together in a line each."""
    one = len(solved.answers) == 1
    if one or (len(solved.what) == 1 and solved.answers):
        each = zip(solved.what, zip(*solved.answers, strict=True), strict=True)
        told = [f"{what} {', '.join(f'{value:,}' for value in values)}" for what, values in each]
        yield "answer" if one else "answers", ", ".join(told)
    elif solved.answers:
        every = [solved.what, *([f"{value:,}" for value in answer] for answer in solved.answers)]
        yield from (("answers", answer) for answer in aligned(every, range(len(solved.what))))
    else:
        yield "answers", f"none for {' and '.join(solved.what)}"


# Sizes


def fits(every: Sequence[Sizes], order: Order) -> Iterator[Styled]:
    """The sizes that fit, each axis or those that answer alike."""
    for one in every:
        yield "", ""
        yield "title", f"{' and '.join(map(safe, one.inputs))}, {axes(one, order)}: {one.written:,} as written"
        yield from rows([*fitting(one), *maps(one, order), ("legal", legal(one)), *because(one), *notes(one)])
    if not every:
        yield "", ""
        yield "", "no input is a map: a vector has no size to vary"


def rows(every: Sequence[tuple[str, str]]) -> Iterator[Styled]:
    """Lines of what and how, one below the other."""
    wide, above = max(len(what) for what, _ in every), ""
    for what, how in every:
        yield "", f"  {('' if what == above else what).ljust(wide)}  {how}".rstrip()
        above = what


def axes(one: Sizes, order: Order) -> str:
    """The axes in the file's order: width and height."""
    known = [name for names in NAMES.values() for name in names if name in one.axes]
    *first, last = order.turned(tuple(dict.fromkeys(known)))
    return f"{', '.join(first)} and {last} each" if first else last


def fitting(one: Sizes) -> Iterator[tuple[str, str]]:
    """What fits, whether the written size does, and what is nearest to it."""
    yield "fit", TOO_MANY if one.fits is None else listed(one.fits, one.written)
    told = [f"{safe(misfit.name)} {misfit.slide.working}" for misfit in one.misfits[:TOLD]]
    more = f"; and {len(one.misfits) - TOLD} more" if len(one.misfits) > TOLD else ""
    yield "as written", f"{one.written:,} does not fit: {'; '.join(told)}{more}" if told else f"{one.written:,} fits"
    below, above = around(one.fits or (), one.written)
    near = [f"{n:,}" for n in (below, above) if n is not None]
    if near:
        yield "nearest", " and ".join(near)


def maps(one: Sizes, order: Order) -> Iterator[tuple[str, str]]:
    """The sizes that give the same maps where a layer reads the whole of them, and the same outputs."""
    kept = [node for node in one.maps if node.output.rank] or list(one.maps)
    stay = ", ".join(f"{safe(node.name)} {order.text(node.output)}" for node in kept[:FIRST])
    more = f" and {len(kept) - FIRST} more" if len(kept) > FIRST else ""
    verb = "stays" if len(kept) == 1 else "stay"
    if kept:
        same = TOO_MANY if one.same is None else listed(one.same)
        yield "same output", f"{same}: {stay}{more} {verb}" if one.same is not None else same


def legal(one: Sizes) -> str:
    """The sizes without an error of shape, the smallest of them."""
    smallest = one.smallest
    text = f"{TOO_MANY}; the smallest is {smallest.size:,}" if smallest.size else TOO_MANY
    text = text if one.legal is None else listed(one.legal)
    if smallest.without_heads in (None, smallest.size):
        return text
    return f"{text}; without the heads that only train {smallest.without_heads:,} is the smallest"


def because(one: Sizes) -> Iterator[tuple[str, str]]:
    """What narrowed the sizes to those that fit, worked out for one of them; or why there are none."""
    if one.clash:
        yield from (("because", text) for text in clash(one.clash))
    if one.told and one.fits:
        near = around(one.fits, one.written)
        sizes = (one.written if not one.misfits else None, near[1], near[0])
        shown = next(n for n in sizes if n is not None and n in one.told[-1].sizes)
        wide = max(len(told.node.name) for told in one.told)
        for told in one.told:
            step = f"{told.sizes.first % told.sizes.step} + {told.sizes.step}k".removeprefix("0 + ")
            yield f"at {shown:,}", f"{safe(told.node.name).ljust(wide)}  {told.at(shown).working}: fits sizes {step}"


def clash(why: Clash) -> Iterator[str]:
    """The proof that no size fits."""
    names = [safe(name) for name, _ in why.alone]
    if len(names) > 1:
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else f" and {names[-1]}"
        yield f"{', '.join(names[: min(NAMED, len(names) - 1)])}{more} never fit at one size"
        for name, alone in why.alone[:NAMED]:
            yield f"{safe(name)} alone fits {TOO_MANY if alone is None else listed(alone)}"
        return
    yield f"{names[0]} fits at no legal size"
    if why.stuck:
        where, slide = why.stuck.sizes, why.stuck.slide
        at = f"{where.first:,} + {'' if where.step == 1 else f'{where.step:,}'}k"
        room = f"the room W + Pstart + Pend - K of its window is {slide.room}"
        yield f"at {at} {room}, no multiple of its stride of {slide.stride}"
    for refusal in why.refused:
        yield f"at {short(refusal.sizes)} it fits, and {safe(refusal.name)} is refused: {safe(refusal.why)}"


def notes(one: Sizes) -> Iterator[tuple[str, str]]:
    """What was held fixed, and what was looked at."""
    if len(one.inputs) > 1:
        yield "note", f"{' and '.join(map(safe, one.inputs))} are of one size and varied together"
    if one.traced:
        first, last = one.traced
        yield (
            "note",
            f"the file works its layers out from the size: each from {first:,} to {last:,} was traced, no other",
        )


def listed(every: Progressions, near: int = 0) -> str:
    """Progressions as people write them, a lone one with its first members and those near a number."""
    if len(every) == 1 and every[0].length is None and every[0].step > 1:
        return f"{anchored(every[0], near)}: {begun(every[0], near)}, ..."
    parts = [short(one._replace(first=last), one.first) for one, last in stretches(every)]
    more = f", and {len(parts) - SHOWN:,} more such" if len(parts) > SHOWN else ""
    endless = " for k = 0, 1, 2, ..." if any(one.length is None and one.step > 1 for one in every) else ""
    return ", ".join(parts[:SHOWN]) + more + endless if parts else "none"


def anchored(one: Progression, near: int) -> str:
    """An endless progression from a number in it, where that is one: 227 + 32k from 67 on."""
    if near > one.first and near in one:
        return f"{near:,} + {one.step:,}k from {one.first:,} on"
    return f"{short(one)} for k = 0, 1, 2, ..."


def stretches(every: Progressions) -> Iterator[tuple[Progression, int]]:
    """Endless progressions of one step whose first numbers follow each other as one, with the last of these."""
    begun: list[tuple[Progression, int]] = []
    for one in every:
        before, last = begun[-1] if begun else (None, 0)
        if before and one.length is None and before == one._replace(first=before.first) and one.first == last + 1:
            begun[-1] = before, one.first
        else:
            begun.append((one, one.first))
    yield from begun


def short(one: Progression, begin: int = 0) -> str:
    """The formula alone: 67 + 32k; 25..32 + 32k; 227..258; 12; `begin` is the first of a stretch of first numbers."""
    if one.last is not None:
        ends = f"{one.first:,}..{one.last:,}" + (f" in steps of {one.step:,}" if one.step > 1 else "")
        return ends if one.last > one.first else f"{one.first:,}"
    firsts = f"{begin:,}..{one.first:,}" if 0 < begin < one.first else f"{one.first:,}"
    return f"{firsts} + {one.step:,}k" if one.step > 1 else f"every size from {firsts} on"


def begun(one: Progression, near: int) -> str:
    """The first members of an endless progression, and those around a number further on."""
    at = max(0, (near - one.first) // one.step)
    first = [f"{one.first + one.step * k:,}" for k in range(FIRST)]
    gap = ["..."] if at > FIRST else []
    return ", ".join([*first, *gap, *(f"{one.first + one.step * k:,}" for k in (at, at + 1) if k >= FIRST)])


# Batches


def batch(one: Largest, network: Network) -> Iterator[Styled]:
    """The largest batch and what it takes; what one sample takes where none fits."""
    yield "", ""
    unnamed = " (neither the recipe nor --optimizer names one that is known)"
    optimizer = one.optimizer + unnamed * (not one.named)
    yield "title", f"training memory of {size(one.limit)}: {one.used.dtype}, optimizer {optimizer}"
    yield from rows([*verdict(one), *((what, size(count)) for what, count in one.parts if count)])
    heads = ", with the heads that only train" if network.heads else ""
    yield "quiet", f"  a lower bound{heads}: without {LEFT_OUT}"


def verdict(one: Largest) -> Iterator[tuple[str, str]]:
    """The batch, and the next one, which does not fit."""
    if one.batch is None:
        yield "batch", f"any: {size(one.total)}, and nothing that training keeps grows with the batch"
    elif one.batch:
        yield "batch", f"{one.batch:,} takes {size(one.total)}"
        yield "next", f"{one.batch + 1:,} takes {size(one.after)}, {one.after - one.limit:,} B too many"
    else:
        yield "batch", f"none: one sample takes {size(one.after)}, {one.after - one.limit:,} B too many"
        yield "too large", too_large(one)


def too_large(one: Largest) -> str:
    """Which part does not fit by itself."""
    alone = next((what for what, count in one.parts if count > one.limit), "")
    if alone:
        return f"{alone} alone"
    if one.without_samples > one.limit:
        return f"what is there for any batch: {size(one.without_samples)}"
    return f"{size(one.without_samples)} for any batch, with what one sample saves"


# Programs


def to_dict(network: Network, every: Sequence[Sizes] | None, largest: Largest | None) -> Json:
    """All answers, for programs; what was not asked for is not there."""
    found: Json = {"schema": SCHEMA, "name": network.name, "solved": [in_numbers(one) for one in network.solved]}
    found |= {} if every is None else {"fits": [sizes_dict(one) for one in every]}
    return found | ({} if largest is None else {"batch": batch_dict(largest)})


def sizes_dict(one: Sizes) -> Json:
    """The sizes of some axes; null what falls into too many pieces."""
    return {
        "inputs": [*one.inputs], "axes": [*one.axes], "written": one.written, "written_fits": not one.misfits,
        "misfits": [{"name": m.name, "remainder": m.slide.remainder, "stride": m.slide.stride} for m in one.misfits],
        "fits": progressions(one.fits), "legal": progressions(one.legal), "smallest_legal": one.smallest.size,
        "smallest_legal_without_heads": one.smallest.without_heads, "same_output": progressions(one.same),
        "nearest": [*around(one.fits or (), one.written)], "traced": [*one.traced] if one.traced else None,
        "clash": [{"name": name, "fits": progressions(alone)} for name, alone in one.clash.alone] if one.clash else [],
        "because": [*clash(one.clash)] if one.clash else [],
    }  # fmt: skip


def progressions(every: Progressions | None) -> list[Json] | None:
    """first, step and count; a count of null has no end."""
    if every is None:
        return None
    return [{"first": one.first, "step": one.step, "count": one.length} for one in every]


def batch_dict(one: Largest) -> Json:
    """The largest batch."""
    return {
        "limit": one.limit, "batch": one.batch, "bytes": one.total, "next_bytes": one.after, "dtype": one.used.dtype,
        "optimizer": one.optimizer, "parts": dict(one.parts),
    }  # fmt: skip
