"""What is kept of a run."""

import os
import pickle
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

import torch

from cnncalc.emit.training.parts.data.samples import fail
from cnncalc.emit.training.parts.report import History
from cnncalc.emit.training.parts.settings import SPEC


class Kept(TypedDict, total=False):
    """What best.pt and last.pt hold: the spec and the weights, and what else each needs."""

    spec: str
    model: dict[str, torch.Tensor]
    mean: torch.Tensor  # best.pt: what bytes are scaled by
    deviation: torch.Tensor
    epoch: dict[str, float]  # what is known of the best epoch
    optimizer: dict[str, list[dict[str, object]]]  # last.pt: what the next epoch begins with
    scaler: dict[str, float]
    options: dict[str, object]
    history: History


def save(state: Kept, path: Path) -> None:
    """Write a whole file in place of the old one: whenever this is killed, one of the two is there."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def kept(path: Path) -> Kept:
    """What a file of this network holds; tensors are in the processor's memory."""
    state: Kept | None = None
    if not path.exists():
        fail(f"there is no {path}: --out names another folder")
    with suppress(OSError, EOFError, RuntimeError, ValueError, KeyError, pickle.UnpicklingError):
        state = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(state, dict) or "spec" not in state:
        fail(f"{path} is no whole checkpoint: move it away, or name another folder with --out")
    if state["spec"] != SPEC:
        fail(f"{path} is of another network (spec {state['spec']}, here {SPEC}); --out names another folder")
    return state
