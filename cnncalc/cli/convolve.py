"""`cnncalc convolve`: a kernel or a pool over numbers or a picture, window by window."""

from __future__ import annotations

import os
import sys
from itertools import chain
from typing import TYPE_CHECKING, Annotated

import typer

from cnncalc.cli import common, complete
from cnncalc.cli.common import ORDERS, Colour, Failure

if TYPE_CHECKING:
    from cnncalc.api import Network
    from cnncalc.cli.arrays import Given
    from cnncalc.cli.window import Sliding
    from cnncalc.diagnostic import Diagnostic
    from cnncalc.geometry import Axes as Place
    from cnncalc.geometry import Order
    from cnncalc.layer import Array
    from cnncalc.render.windows import Shown

SETTINGS = {"ignore_unknown_options": True}
"""An input may begin with a minus sign."""
FORMATS = ("text", "json", "csv")
RANKS = ("1", "2", "3")
MANY = 100_000
"""The most windows in JSON."""
NUMBERS = (".csv", ".json", ".npy")
"""The suffixes of files of numbers; every other is one of pictures."""


def complete_kernel(incomplete: str) -> list[str]:
    """Kernels with a name for the shell's completion; the shell knows files."""
    from cnncalc.analysis.kernels import KERNELS

    return [kernel.name for kernel in KERNELS if kernel.name.startswith(incomplete)]


def complete_pool(incomplete: str) -> list[str]:
    """Pools for the shell's completion."""
    from cnncalc.cli.window import POOLS, WEIGHTED

    return [name for name in (*POOLS, WEIGHTED) if name.startswith(incomplete)]


Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="INPUT", help="Numbers ('1 0 2 / 0 1 3'), a file of text, CSV or .npy, a picture, - for stdin."
    ),
]
Kernels = Annotated[
    list[str] | None,
    typer.Option(
        "--kernel", metavar="KERNEL", help="Numbers, a file, or a name (sobel-x, 'blur 5x5'); again for more filters.",
        autocompletion=complete_kernel,
    ),
]  # fmt: skip
Pool = Annotated[
    str,
    typer.Option(
        "--pool", metavar="POOL", help="'max 2x2', 'average 2x2', 'l2 3x3', or weighted by the --kernel.",
        autocompletion=complete_pool,
    ),
]  # fmt: skip
Bias = Annotated[
    str, typer.Option("--bias", metavar="NUMBERS", help="What is added: one number, or one a channel of the output.")
]
Stride = Annotated[str, typer.Option("--stride", metavar="S", help="Cells from window to window: 2, 2x1.")]
Pad = Annotated[
    str, typer.Option("--pad", metavar="P", help="1, 1x2, 0:1, same, valid, full; '1 reflect', copy, circular.")
]
Dilation = Annotated[str, typer.Option("--dilation", metavar="D", help="Cells from tap to tap of the kernel: 2.")]
Rounding = Annotated[
    str,
    typer.Option("--rounding", metavar="HOW", help="exact: a stride that does not fit is an error, as in textbooks."),
]
Depthwise = Annotated[bool, typer.Option("--depthwise", help="Each channel by itself, under kernels of one channel.")]
At = Annotated[str, typer.Option("--at", metavar="COLUMN,ROW", help="Work the window of one place, counted from 0.")]
All = Annotated[bool, typer.Option("--all", help="Work every window.")]
Draw = Annotated[bool, typer.Option("--draw", help="Draw a series before and after.")]
Output = Annotated[
    str, typer.Option("-o", "--output", metavar="FILE", help="Also write it: a picture (.png, ...), .csv, .json, .npy.")
]
Format = Annotated[
    str, typer.Option("--format", metavar="FORMAT", help="text, json or csv.", autocompletion=lambda: FORMATS)
]
Rank = Annotated[str, typer.Option("--rank", metavar="N", help="How many spatial axes the input has: 1, 2 or 3.")]
Axes = Annotated[
    str,
    typer.Option(
        "--axes", metavar="AXES", help="The order of axes: WxHxC; HxWxC also reads arrays channels last.",
        autocompletion=lambda: ORDERS,
    ),
]  # fmt: skip
Grey = Annotated[bool, typer.Option("--grey", "--gray", help="Read a picture without its colours.")]
Limit = Annotated[
    list[str] | None,
    typer.Option(
        "--limit", metavar="NAME=N", help="Raise a limit: numbers=200000000, bytes=...", autocompletion=complete.limits
    ),
]
Listing = Annotated[bool, typer.Option("--kernels", help="List the kernels that have a name, and where they are from.")]


def convolve(
    context: typer.Context,
    words: Words = None,
    kernel: Kernels = None,
    pool: Pool = "",
    bias: Bias = "",
    stride: Stride = "",
    pad: Pad = "",
    dilation: Dilation = "",
    rounding: Rounding = "",
    depthwise: Depthwise = False,
    at: At = "",
    every: All = False,
    draw: Draw = False,
    output: Output = "",
    format_: Format = "text",
    rank: Rank = "",
    axes: Axes = "",
    grey: Grey = False,
    listing: Listing = False,
    limit: Limit = None,
    color: Colour = "auto",
) -> None:
    """Slide a kernel or a pool over numbers or a picture, and show the work window by window."""
    if listing:
        return list_kernels(color)
    from cnncalc.cli import arrays, window
    from cnncalc.cli.filters import filters
    from cnncalc.geometry import Order

    options = window.Options(pool, stride, pad, dilation, rounding, depthwise, bias, axes)
    argument = checked(words or [], kernel or [], [name for each in context.command.params for name in each.opts])
    window.checked(options, len(kernel or ()))
    common.colour(color)
    format_of(format_)
    suffix, order = suffix_of(output, [argument, *(kernel or [])]), common.order_of(axes) or Order()
    wanted = arrays.Wanted(rank_of(rank), order, grey, common.limits(limit))
    x = arrays.given(argument, wanted)
    drawable(x, draw, at or every, output, suffix)
    seen(format_, output, {"--draw": draw, "--at": at, "--all": every})
    sliding = window.Sliding(options, x, filters(kernel, x, wanted) if kernel else None, order)
    network = window.network(sliding, wanted.limits)
    found = findings(network)
    if network.complete and not common.status(found):
        shown = shown_of(network, sliding, at, every)
        if output:
            common.put(content(shown, sliding, found, output, suffix), output)
        write(shown, x, found, draw, format_, color)
    elif format_ == "json":
        print(refused(found))
    report(network, found, color)
    raise typer.Exit(common.status(found))


def checked(words: list[str], kernels: list[str], known: list[str]) -> str:
    """The one input; `known` are the names of options."""
    for word in words:
        if word.startswith("--") or (word[0:1] == "-" and word[1:2].isalpha()):
            raise Failure(f"there is no option {word}; {meant(word, known)}")
    if not words:
        raise Failure("over what? Type cnncalc convolve '1 0 2 3 5 1 2 3' --kernel '-1 2 1', or a file's name")
    if [*words, *kernels].count("-") > 1:
        raise Failure("stdin is read once: give the input or the kernel as a file, or as numbers")
    if len(words) > 1:
        instead = "quote each value that has spaces, '1 0 2' --kernel '-1 2 1' or --pool 'max 2x2'"
        raise Failure(f"one input is taken, and '{words[1]}' is a second: {instead}")
    return words[0]


def meant(word: str, known: list[str]) -> str:
    """The option that a word is close to, or that it begins with: --padding."""
    from cnncalc.diagnostic import did_you_mean

    name = f"--{word.lstrip('-').partition('=')[0]}"
    begun = max(filter(name.startswith, known), key=len, default="")
    return did_you_mean(name, known) or did_you_mean(begun, known) or "cnncalc convolve --help lists them"


def rank_of(given: str) -> int:
    """The value of --rank, checked; 0 where it is not given."""
    if given and given not in RANKS:
        raise Failure(f"--rank takes {', '.join(RANKS)}, not '{given}'")
    return int(given or 0)


def format_of(given: str) -> None:
    """Refuse what is no value of --format."""
    if given not in FORMATS:
        raise Failure(f"--format takes {', '.join(FORMATS)}, not '{given}'")


def suffix_of(output: str, read: list[str]) -> str:
    """The suffix of the file to write, checked before anything is worked out; it is none of those that are read."""
    if output and any(common.same(output, each) for each in read):
        raise Failure(f"{output} is read; write to another file")
    suffix = os.path.splitext(output)[1].lower()
    if output and suffix not in NUMBERS and not written(output, suffix):
        raise Failure(f"{output}: its suffix says what to write: .png, .jpg, ..., {', '.join(NUMBERS)}")
    return suffix


def written(output: str, suffix: str) -> bool:
    """Whether files of a suffix are pictures that can be written."""
    from cnncalc.render import picture

    try:
        return picture.drawn(suffix)
    except ImportError:
        numbers = ", ".join(NUMBERS)
        raise Failure(f"{output}: for pictures pip install 'cnncalc[images]'; without it {numbers}") from None


def drawable(x: Given, draw: bool, worked: str | bool, output: str, suffix: str) -> None:
    """Refuse a drawing of what has other axes, and one in place of windows that are asked for."""
    if draw and worked:
        raise Failure("--draw draws in place of windows: leave it out, or --at and --all")
    if draw and x.rank > 1:
        raise Failure("--draw is for a series; -o FILE.png draws pictures")
    if output and suffix not in NUMBERS and x.rank != 2:
        rest = "; --draw draws a series" * (x.rank == 1)
        raise Failure(f"{output}: a picture has 2 axes, and the input {x.rank}{rest}")


def seen(format_: str, output: str, options: dict[str, str | bool]) -> None:
    """Refuse options that change nothing in a format; windows may be meant for a file."""
    for name, given in options.items():
        if given and format_ != "text" and (name == "--draw" or (format_ == "csv" and not output)):
            raise Failure(f"{name} shows nothing in --format {format_}: leave one of them out")


def shown_of(network: Network, sliding: Sliding, at: str, every: bool) -> Shown:
    """The layer on the numbers, and what is shown of it."""
    from cnncalc.analysis.convolution import result
    from cnncalc.cli import window
    from cnncalc.render.windows import Shown

    if at and every:
        raise Failure("--at works one window, --all works every one: leave one of them out")
    node = network.nodes[-1]
    place = place_of(at, node.output.extents, sliding.order) if at else None
    operation = window.operation(node, sliding)
    out = finite(result(operation))
    return Shown(
        operation, out, tuple(window.names(sliding)), tuple(window.notes(sliding)), sliding.order, place, every
    )


def place_of(text: str, extents: Place, order: Order) -> Place:
    """The place of a window, in PyTorch's order, from one index an axis in the order of the axes."""
    from cnncalc.render.windows import indices

    parts = text.replace(",", " ").split()
    if len(parts) != len(extents) or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise Failure(f"--at takes {','.join(indices(order, len(extents)))}, counted from 0, not '{text}'")
    place = order.turned(tuple(map(int, parts)))
    if any(index >= extent for index, extent in zip(place, extents, strict=True)):
        last = order.turned(tuple(extent - 1 for extent in extents))
        raise Failure(f"--at {text} is beyond the output, whose last place is {','.join(map(str, last))}")
    return place


def finite(out: Array) -> Array:
    """The numbers, if none grew beyond what a double holds; a maximum over padding alone is -inf."""
    import numpy as np

    if np.isnan(out).any() or np.isposinf(out).any():
        raise Failure("some sums are larger than numbers go: 1.8e308")
    return out


def findings(network: Network) -> list[Diagnostic]:
    """What is wrong, and how the stride fits even where no cell of the input is lost.

    A name cannot be set on the command line, so that no remedy says so.
    """
    every = [each for each in network.diagnostics if each.severity != "info" or each.code.name.startswith("stride-")]
    return [each._replace(hint="write a number") if " = " in each.hint else each for each in every]


def report(network: Network, found: list[Diagnostic], color: str) -> None:
    """The findings on stderr."""
    from cnncalc.render.findings import full
    from cnncalc.render.screen import screen

    sys.stdout.flush()
    on = screen(sys.stderr, color)
    if found:
        print(full(network.source, found, on.paint, on.width), file=sys.stderr)


def write(shown: Shown, x: Given, found: list[Diagnostic], draw: bool, format_: str, color: str) -> None:
    """The result on stdout, in any format."""
    from cnncalc.render import plot, values, windows
    from cnncalc.render.screen import screen

    if format_ == "json":
        print(as_json(shown, found))
    elif format_ == "csv":
        sys.stdout.write(values.csv(shown.out))
    else:
        on = screen(sys.stdout, color)
        body = plot.drawn(series(x, shown), on.width) if draw else windows.body(shown, on.width)
        for style, line in chain(windows.heading(shown, on.width), body):
            print(on.paint(style, line) if style else line)


def series(x: Given, shown: Shown) -> list[tuple[str, list[float]]]:
    """The channels of a series before and after."""
    before = [f"input, channel {i}" for i in range(len(x.x))] if len(x.x) > 1 else ["input"]
    return [*zip(before, x.x.tolist(), strict=True), *zip(shown.names, shown.out.tolist(), strict=True)]


def content(shown: Shown, sliding: Sliding, found: list[Diagnostic], output: str, suffix: str) -> bytes:
    """What a file of a suffix holds."""
    from cnncalc.cli import window
    from cnncalc.render import picture, values

    if suffix == ".npy":
        return values.npy(shown.out, sliding.order.channels_last)
    if suffix == ".csv":
        return values.csv(shown.out).encode()
    if suffix == ".json":
        return f"{as_json(shown, found)}\n".encode()
    maps, kept = zip(*window.pictures(sliding, shown.out), strict=True)
    try:
        return picture.write(sliding.x.x, maps, kept, sliding.x.picture, suffix)
    except ValueError as error:
        raise Failure(f"{output}: {error}") from None


def as_json(shown: Shown, found: list[Diagnostic]) -> str:
    """All of it as JSON, which is put together in memory."""
    from cnncalc.render import machine, values

    if shown.every and shown.out.size > MANY:
        many = f"--all would put {shown.out.size:,} windows into JSON, which holds up to {MANY:,}"
        raise Failure(f"{many}: take --at for one, or --format text")
    return machine.text(values.to_dict(shown, found))


def refused(found: list[Diagnostic]) -> str:
    """What is wrong with a layer as JSON."""
    from cnncalc.render import machine, values

    return machine.text(values.refused(found))


def list_kernels(color: str) -> None:
    """The kernels that have a name."""
    from cnncalc.analysis.kernels import KERNELS, USUAL
    from cnncalc.render.people import wrapped
    from cnncalc.render.screen import screen
    from cnncalc.render.windows import matrix

    on = screen(sys.stdout, common.colour(color))
    for i, kernel in enumerate(KERNELS):
        over = kernel.over((USUAL, USUAL))
        divided = f"; the sums are divided by {over}" * (over > 1)
        said = [("title", kernel.name), ("", f"  {kernel.about}{divided}"), ("quiet", f"  {kernel.source}")]
        rows = [("", f"    {row}") for row in matrix(kernel.weights((USUAL, USUAL)))]
        for style, line in [*[("", "")] * (i > 0), *wrapped(said, on.width), *rows]:
            print(on.paint(style, line) if style else line)
