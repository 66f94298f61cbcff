"""NumPy's archives."""

from pathlib import Path

import torch

from cnncalc.emit.training.parts.data.classes import check_targets
from cnncalc.emit.training.parts.data.continuous import prepared
from cnncalc.emit.training.parts.data.samples import Samples, fail
from cnncalc.emit.training.parts.data.split import parted


def npz(path: Path, fit: str) -> tuple[Samples, Samples] | None:
    """A NumPy archive: x_train, y_train, x_val, y_val; or x and y, of which every tenth sample validates.

    Inputs are channels first; the only channel of a network may be left out.
    """
    if path.suffix != ".npz":
        return None
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: torch.from_numpy(archive[name]) for name in archive.files}
    except (OSError, ValueError, TypeError, KeyError, EOFError) as error:
        fail(f"{path} does not read as a NumPy archive: {error}")
    for val in ("val", "test"):
        if {"x_train", "y_train", f"x_{val}", f"y_{val}"} <= set(arrays):
            return samples(arrays, "_train", path, fit), samples(arrays, f"_{val}", path, fit)
    if "x" in arrays and "y" in arrays:
        return parted(samples(arrays, "", path, fit))
    fail(f"{path} holds {', '.join(sorted(arrays)) or 'nothing'}; it takes x_train, y_train, x_val, y_val, or x and y")


def samples(arrays: dict[str, torch.Tensor], part: str, path: Path, fit: str) -> Samples:
    """The inputs and targets of one part of an archive."""
    x, y = arrays[f"x{part}"], arrays[f"y{part}"]
    if len(x) != len(y) or not len(x):
        fail(f"{path} has {len(x)} inputs x{part} and {len(y)} targets y{part}")
    return Samples(prepared(x, str(path), fit), check_targets(y, str(path)))
