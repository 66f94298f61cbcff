"""What is told of a run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tqdm import tqdm

from cnncalc.emit.training.parts.losses.cross_entropy import MEASURE
from cnncalc.emit.training.parts.settings import INPUT

UNIT = "images" if len(INPUT) == 3 else "samples"
History = list[dict[str, float]]
"""What is known of every epoch."""


def told(measure: float) -> str:
    """The measure as people read it: an accuracy in percent."""
    return f"{100 * measure:.2f} %" if MEASURE == "accuracy" else f"{measure:.4f}"


HEAD = ("  epoch", "   loss", f"{MEASURE:>8}", "val loss", f"val {MEASURE}", f"{UNIT}/s", "   left")


def row(cells: Sequence[str]) -> str:
    """A line of the table of epochs, each cell below its heading."""
    return "  ".join(cell.rjust(len(head)) for cell, head in zip(cells, HEAD, strict=True))


def line(epoch: dict[str, float], epochs: int) -> str:
    """One epoch in a line."""
    losses = [f"{epoch[key]:.4f}" for key in ("loss", "val_loss")]
    measures = [told(epoch[key]) for key in (MEASURE, f"val_{MEASURE}")]
    left = tqdm.format_interval((epochs - epoch["epoch"]) * epoch["seconds"])
    columns = (losses[0], measures[0], losses[1], measures[1], f"{epoch['samples_per_second']:,.0f}", left)
    return row((f"{epoch['epoch']}/{epochs}", *columns))


def progress(title: str, total: int, quiet: bool) -> tqdm[object]:
    """The bar of an epoch; without a terminal there is none."""
    form = "{desc}: {percentage:3.0f}%|{bar}| {remaining} left, {rate_fmt}{postfix}"
    bar = partial(tqdm, bar_format=form, unit=f" {UNIT}", unit_scale=True, dynamic_ncols=True, leave=False)
    return bar(desc=title, total=total, disable=quiet)


def better(new: dict[str, float], best: dict[str, float] | None) -> bool:
    """Whether an epoch is the best so far: more accurate in validation, or as accurate with a lower loss."""
    if best is None:
        return True
    sign = 1 if MEASURE == "accuracy" else -1
    return (sign * new[f"val_{MEASURE}"], -new["val_loss"]) > (sign * best[f"val_{MEASURE}"], -best["val_loss"])


def log(history: History, path: Path) -> None:
    """Every epoch as a line of JSON; the file is replaced as a whole.

    The keys: epoch (from 1 on); loss and the measure, of training and val_ of validation; rate, the last step's;
    seconds; samples_per_second of training; peak_bytes, the GPU's.
    """
    part = path.with_suffix(".part")
    part.write_text("".join(json.dumps(epoch) + "\n" for epoch in history), encoding="utf-8")
    part.replace(path)


def curves(history: History, path: Path) -> str:
    """Draw the losses and the measures of all epochs; what is to be said of it."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return "no picture of the curves: it needs matplotlib (pip install matplotlib)"
    figure = Figure(figsize=(9, 3.5), layout="constrained")
    for axes, name in zip(figure.subplots(1, 2), ("loss", MEASURE), strict=True):
        for key, label in ((name, "training"), (f"val_{name}", "validation")):
            axes.plot([epoch["epoch"] for epoch in history], [epoch[key] for epoch in history], ".-", label=label)
        axes.set(xlabel="epoch", ylabel=name)
        axes.legend()
    part = path.with_suffix(".part")
    figure.savefig(part, dpi=150, format="png")
    part.replace(path)
    return f"the curves are in {path}"


def say(text: str, first: bool = True) -> None:
    """A line, of the first process alone."""
    if first:
        print(text, flush=True)
