"""Processes and devices."""

import os
from typing import NamedTuple

import torch
from torch import distributed


class World(NamedTuple):
    """The processes that train together, and the device of this one."""

    size: int
    rank: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this is the process that writes and speaks."""
        return self.rank == 0

    def total(self, values: torch.Tensor) -> torch.Tensor:
        """The sum over all processes."""
        if self.size > 1:
            distributed.all_reduce(values)
        return values


def join(device: str) -> World:
    """The processes that torchrun started, one a GPU; without it this one alone."""
    cuda = device == "cuda" or (device == "auto" and torch.cuda.is_available())
    size, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    place = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(place)
    if size > 1:
        distributed.init_process_group("nccl" if cuda else "gloo")
    return World(size, rank, place)
