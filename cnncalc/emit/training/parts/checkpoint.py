"""What is kept of a run."""

import os
from pathlib import Path

import torch


def save(state: dict[str, object], path: Path) -> None:
    """Write a whole file in place of the old one: whenever this is killed, one of the two is there."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
