"""Samples, and whether they are what the network reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import torch
from torch.utils.data import Dataset

from cnncalc.emit.training.parts.settings import INPUT, INPUT_FROM, TARGET

Batch = tuple[torch.Tensor, torch.Tensor]


def fail(message: str) -> NoReturn:
    """End with a sentence, of one process of a machine, and no traceback."""
    if os.environ.get("LOCAL_RANK", "0") == "0":
        print(f"train: {message}", file=sys.stderr)
    raise SystemExit(2)


class Unreadable(Exception):
    """A sample that does not read, and why; what a loading process writes around that is left out."""

    def __str__(self) -> str:
        return super().__str__().rpartition("Unreadable: ")[2].strip()


class Source(Dataset[Batch]):
    """Samples that are taken by the batch."""

    in_files = False
    """Whether they are read one by one, which takes longer than a small network does."""

    def __len__(self) -> int:
        raise NotImplementedError

    def __getitems__(self, places: Sequence[int]) -> Batch:
        """The inputs and the targets at these places."""
        raise NotImplementedError


class Samples(Source):
    """Inputs N x ... and targets N x ... in memory."""

    def __init__(self, inputs: torch.Tensor, targets: torch.Tensor) -> None:
        self.inputs, self.targets = inputs, targets

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitems__(self, places: Sequence[int]) -> Batch:
        at = torch.as_tensor(places)
        return self.inputs[at], self.targets[at]

    def only(self, which: torch.Tensor) -> Samples:
        """Those that are asked for."""
        return Samples(self.inputs[which], self.targets[which])


def shown(shape: Sequence[int]) -> str:
    """A shape, channels first: 3x32x32."""
    return "x".join(map(str, shape)) or "one number"


def check(shape: tuple[int, ...], what: str) -> None:
    """Whether samples of this shape are what the network reads."""
    if shape == INPUT:
        return
    said = f"{what} has samples of {shown(shape)}, the network reads {shown(INPUT)} ({INPUT_FROM})"
    if len(shape) != len(INPUT) or len(shape) == 1:
        fail(f"{said}: write the input as the data has it")
    if shape[0] == INPUT[0] and TARGET:
        fail(f"{said}: write the input as large as the data, or scale both x and y of it")
    if shape[0] == INPUT[0]:
        fail(f"{said}: --fit pad puts zeros around them or cuts their edges, --fit resize scales them")
    if shape[-1] == INPUT[0]:
        fail(f"{said}: put the channels first, as in numpy.moveaxis(x, -1, 1)")
    fail(f"{said}: {shape[0]} is not {INPUT[0]}; write the input with as many channels as the data has")
