"""NumPy's archives."""

import zipfile
import zlib
from pathlib import Path

import torch

from cnncalc.emit.training.parts.data.classes import check_targets
from cnncalc.emit.training.parts.data.continuous import prepared
from cnncalc.emit.training.parts.data.samples import Samples, fail
from cnncalc.emit.training.parts.data.split import left_out


def npz(path: Path, fit: str) -> tuple[Samples, Samples] | None:
    """A NumPy archive: x_train, y_train, x_val, y_val (or x_test, y_test); or x and y, of which every tenth validates.

    Inputs are channels first; the only channel of a network may be left out.
    """
    if path.suffix == ".npy":
        fail(f"{path} is one array; inputs x and targets y go into one file: numpy.savez('data.npz', x=x, y=y)")
    if path.suffix != ".npz":
        return None
    if not zipfile.is_zipfile(path):
        fail(f"{path} is no archive as numpy.savez writes them")
    with zipfile.ZipFile(path) as archive:
        names = {name.removesuffix(".npy") for name in archive.namelist()}
    for val in ("val", "test"):
        if {"x_train", "y_train", f"x_{val}", f"y_{val}"} <= names:
            return samples(path, "_train", fit), samples(path, f"_{val}", fit)
    if not {"x", "y"} <= names:
        found = ", ".join(sorted(names)) or "nothing"
        fail(f"{path} holds {found}; it takes x_train, y_train, x_val and y_val, or x and y")
    every = samples(path, "", fit)
    left = left_out(every.targets, str(path))
    return every.only(~left), every.only(left)


def samples(path: Path, part: str, fit: str) -> Samples:
    """The inputs and targets of one part of an archive."""
    x, y = array(path, f"x{part}"), array(path, f"y{part}")
    if len(x) != len(y):
        fail(f"{path} has {len(x)} inputs x{part} and {len(y)} targets y{part}; it takes one for each")
    return Samples(prepared(x, f"x{part} of {path}", fit), check_targets(y, f"y{part} of {path}"))


def array(path: Path, name: str) -> torch.Tensor:
    """An array of an archive: bytes as they are, whole numbers in 64 bits, others in 32."""
    import numpy as np

    what = f"{name} of {path}"
    try:
        with np.load(path, allow_pickle=False) as archive:
            found = archive[name]
    except (OSError, ValueError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        fail(f"{what} does not read: {error} (rows of different lengths make no array)")
    if found.dtype.kind not in "biuf" or not found.size or not found.ndim:
        shape = "x".join(map(str, found.shape)) or "one"
        fail(f"{what} holds {shape} of {found.dtype}; it takes an array of numbers, samples first")
    wanted = "uint8" if found.dtype == np.uint8 else "int64" if found.dtype.kind in "iu" else "float32"
    with np.errstate(over="ignore"):
        values = torch.from_numpy(np.ascontiguousarray(found, wanted))
    odd = sorted({int(at) for at, *_ in (~values.isfinite()).nonzero()})
    if odd:
        fail(f"{what} holds numbers that are not finite in {len(odd)} of {len(values)} samples, first in {odd[0]}")
    return values
