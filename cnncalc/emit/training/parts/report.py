"""What is told of a run."""

import json
import os
from pathlib import Path

from cnncalc.emit.training.parts.losses.cross_entropy import MEASURE

History = list[dict[str, float]]
"""What is known of every epoch."""


def told(measure: float) -> str:
    """The measure as people read it: an accuracy in percent."""
    return f"{100 * measure:.2f} %" if MEASURE == "accuracy" else f"{measure:.4g}"


def line(epoch: dict[str, float], epochs: int) -> str:
    """One epoch in a line."""
    left = (epochs - epoch["epoch"]) * epoch["seconds"]
    return (
        f"epoch {epoch['epoch']:.0f}/{epochs}  loss {epoch['loss']:.4f}  {MEASURE} {told(epoch[MEASURE])}"
        f"  validation: loss {epoch['val_loss']:.4f}  {MEASURE} {told(epoch[f'val_{MEASURE}'])}"
        f"  {epoch['samples_per_second']:,.0f} samples/s  {epoch['seconds']:.1f} s, {left:.0f} s left"
    )


def better(new: dict[str, float], best: dict[str, float] | None) -> bool:
    """Whether an epoch is the best so far: more accurate in validation, or as accurate with a lower loss."""
    if best is None:
        return True
    sign = 1 if MEASURE == "accuracy" else -1
    return (sign * new[f"val_{MEASURE}"], -new["val_loss"]) > (sign * best[f"val_{MEASURE}"], -best["val_loss"])


def log(history: History, path: Path) -> None:
    """Every epoch as a line of JSON; the file is replaced as a whole."""
    part = path.with_suffix(".part")
    part.write_text("".join(json.dumps(epoch) + "\n" for epoch in history), encoding="utf-8")
    os.replace(part, path)


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
    figure.savefig(path, dpi=150)
    return f"the curves are in {path}"


def say(text: str, first: bool = True) -> None:
    """A line, of the first process alone."""
    if first:
        print(text, flush=True)
