"""Whether the targets are what the network gives: classes."""

import torch

from cnncalc.emit.training.parts.data.samples import fail, shown
from cnncalc.emit.training.parts.settings import OUTPUT, OUTPUT_FROM, TARGET


def check_targets(targets: torch.Tensor, what: str, classes: int = 0) -> torch.Tensor:
    """Targets as whole numbers, a class each (of so many, where the data says so); else an error."""
    wanted = f"the network gives {OUTPUT[0]} classes ({OUTPUT_FROM})"
    if targets.ndim > 1 and tuple(targets.shape[1:]) == (1, *TARGET):
        targets = targets[:, 0]
    if tuple(targets.shape[1:]) == (OUTPUT[0], *TARGET):
        fail(f"{what} has {OUTPUT[0]} numbers for each target, the network takes one class: write y.argmax(1)")
    if tuple(targets.shape[1:]) != TARGET:
        each = f"{shown(TARGET)} of them" if TARGET else "one"
        fail(f"{what} has {shown(targets.shape[1:])} for a target; {wanted}, of which a sample has {each}")
    if bool((targets != targets.round()).any()):
        fail(f"{what} has targets that are no whole numbers; {wanted}: number them from 0 to {OUTPUT[0] - 1}")
    least, most = int(targets.min()), int(targets.max())
    if classes and classes != OUTPUT[0]:
        fail(f"{what} has {classes} class{'es' * (classes > 1)}, {wanted}; write as many there")
    if least < 0 or most >= OUTPUT[0]:
        fail(f"{what} has classes from {least} to {most}, {wanted}: number them from 0, or write more there")
    return targets.long()
