"""CIFAR-10's files."""

from pathlib import Path

import torch

from cnncalc.emit.training.parts.data.classes import check_targets
from cnncalc.emit.training.parts.data.fit import fitted
from cnncalc.emit.training.parts.data.samples import Samples, fail

RECORD = 1 + 3 * 32 * 32
"""Bytes of an image of CIFAR-10: its class, then its red, green and blue rows."""


def cifar10(folder: Path, fit: str) -> tuple[Samples, Samples] | None:
    """CIFAR-10 as published, "binary version" (Krizhevsky 2009): data_batch_1.bin to 5.bin, test_batch.bin."""
    inner = folder / "cifar-10-batches-bin"
    folder = inner if inner.is_dir() else folder
    train = sorted(folder.glob("data_batch_*.bin"))
    if not train:
        return None
    return cifar_samples(train, folder, fit), cifar_samples([folder / "test_batch.bin"], folder, fit)


def cifar_samples(paths: list[Path], folder: Path, fit: str) -> Samples:
    """The images and classes of some of its files."""
    data = b"".join(map(cifar_bytes, paths))
    records = torch.frombuffer(bytearray(data), dtype=torch.uint8).reshape(-1, RECORD)
    what = f"CIFAR-10 in {folder}"
    return Samples(fitted(records[:, 1:].reshape(-1, 3, 32, 32), what, fit), check_targets(records[:, 0], what, 10))


def cifar_bytes(path: Path) -> bytes:
    """The bytes of one of its files: whole records, of classes 0 to 9."""
    try:
        data = path.read_bytes()
    except OSError as error:
        fail(f"{path} does not read: {error.strerror}")
    if len(data) % RECORD or not data:
        fail(f"{path} is not whole: it has {len(data):,} bytes, and an image takes {RECORD:,}")
    if max(data[::RECORD]) > 9:
        fail(f"{path} is no file of CIFAR-10: it has a class {max(data[::RECORD])}, and those are 0 to 9")
    return data
