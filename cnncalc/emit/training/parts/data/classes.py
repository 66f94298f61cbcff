"""Whether the targets are what the network gives: classes."""

import torch

from cnncalc.emit.training.parts.data.samples import fail, shown
from cnncalc.emit.training.parts.settings import OUTPUT, OUTPUT_FROM


def check_targets(targets: torch.Tensor, what: str, classes: int = 0) -> torch.Tensor:
    """Targets as whole numbers, a class each (of so many, where the data says so); else an error."""
    extents = OUTPUT[1:] if any(extent > 1 for extent in OUTPUT[1:]) else ()
    if tuple(targets.shape[1:]) != extents:
        wanted = f"one of {shown(extents)}" if extents else "one class"
        fail(f"{what} has targets of {shown(targets.shape[1:]) or 'one class'} a sample, the network gives {wanted}"
             f" ({OUTPUT_FROM})")  # fmt: skip
    if targets.is_floating_point() and bool((targets != targets.round()).any()):
        fail(f"{what} has targets that are no whole numbers; the loss takes classes 0 to {OUTPUT[0] - 1}")
    least, most = int(targets.min()), int(targets.max())
    if least < 0:
        fail(f"{what} has a class {least}; classes are 0 to {OUTPUT[0] - 1} ({OUTPUT_FROM})")
    if max(classes, most + 1) > OUTPUT[0] or (classes and classes != OUTPUT[0]):
        found = f"{classes} classes" if classes else f"a class {most}"
        fail(f"{what} has {found}, the network gives {OUTPUT[0]} classes ({OUTPUT_FROM}); write as many there")
    return targets.long()
