"""Processes and devices."""

import os
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import torch
from torch import distributed

from cnncalc.emit.training.parts.data.samples import fail

T = TypeVar("T")


class World(NamedTuple):
    """The processes that train together, and the device of this one."""

    size: int
    rank: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this is the process that writes and speaks."""
        return self.rank == 0

    @property
    def here(self) -> int:
        """How many of the processes are on this machine."""
        return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))

    def from_first(self, make: Callable[[], T]) -> T:
        """What the first process makes, for all; where it ends, all do."""
        found: list[T | None] = [None]
        try:
            if self.first:
                found = [make()]
        finally:
            if self.size > 1:
                distributed.broadcast_object_list(found)
        if found[0] is None:
            raise SystemExit(2)
        return found[0]

    def total(self, values: torch.Tensor) -> torch.Tensor:
        """The sum over all processes."""
        if self.size > 1:
            distributed.all_reduce(values)
        return values

    def least(self, number: int) -> int:
        """The least of the numbers that all processes have."""
        if self.size == 1:
            return number
        value = torch.tensor(number, device=self.device)
        distributed.all_reduce(value, distributed.ReduceOp.MIN)
        return int(value)


def join(device: str) -> World:
    """The processes that torchrun started, one a GPU; without it this one alone."""
    size, rank, local = (int(os.environ.get(name, "0")) for name in ("WORLD_SIZE", "RANK", "LOCAL_RANK"))
    have, need = torch.cuda.device_count(), int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    cuda = device == "cuda" or (device == "auto" and have > 0)
    if cuda and have < need:
        fail(f"PyTorch sees {have} GPUs here for {need} process{'es' * (need > 1)}; --device cpu needs none")
    place = torch.device("cuda", local) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(place)
    if size > 1:
        distributed.init_process_group("nccl" if cuda else "gloo", device_id=place if cuda else None)
    return World(max(1, size), rank, place)
