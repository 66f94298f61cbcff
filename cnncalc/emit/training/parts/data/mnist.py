"""MNIST's files."""

import gzip
import zlib
from pathlib import Path

import torch

from cnncalc.emit.training.parts.data.classes import check_targets
from cnncalc.emit.training.parts.data.fit import fitted
from cnncalc.emit.training.parts.data.samples import Samples, fail
from cnncalc.emit.training.parts.settings import OUTPUT

DIGITS = 10


def mnist(folder: Path, fit: str) -> tuple[Samples, Samples] | None:
    """MNIST as published (LeCun, Cortes & Burges 1998), packed or not: train-images-idx3-ubyte.gz and its like."""
    if not found(folder, "train-images", 3):
        return None
    what, parts = f"MNIST in {folder}", []
    for part in ("train", "t10k"):
        images, labels = idx(folder, f"{part}-images", 3), idx(folder, f"{part}-labels", 1)
        if len(images) != len(labels):
            fail(f"{what} has {len(images)} {part} images and {len(labels)} labels; it takes one for each")
        parts.append((images, labels))
    classes = 1 + max(int(labels.max()) for _, labels in parts)
    classes *= OUTPUT[0] > max(DIGITS, classes)  # a part of the digits may be without the last
    train, test = (Samples(fitted(x[:, None], what, fit), check_targets(y, what, classes)) for x, y in parts)
    return train, test


def found(folder: Path, stem: str, rank: int) -> Path | None:
    """The file of this name, with its dash or a dot before idx, packed or not."""
    names = (f"{stem}{mark}idx{rank}-ubyte{end}" for mark in "-." for end in ("", ".gz"))
    return next((folder / name for name in names if (folder / name).exists()), None)


def idx(folder: Path, stem: str, rank: int) -> torch.Tensor:
    """A file of MNIST's format: 0, 0, 8 (for bytes), the number of axes, their extents in 32 bits each, the bytes."""
    path = found(folder, stem, rank)
    if path is None:
        fail(f"{folder} has no {stem}-idx{rank}-ubyte, packed (.gz) or not; MNIST is four files")
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        fail(f"{path} does not read: {error}")
    head, begin = bytes((0, 0, 8, rank)), 4 + 4 * rank
    if data[:4] != head:
        fail(f"{path} begins with {data[:4].hex(' ') or 'nothing'}; {stem} of MNIST begin with {head.hex(' ')}")
    extents = [int.from_bytes(data[at : at + 4], "big") for at in range(4, begin, 4)]
    count = torch.Size(extents).numel()
    if len(data) != begin + count or not count:
        shape = "x".join(map(str, extents))
        fail(f"{path} is not whole: it has {len(data):,} bytes, and its head says {begin} and {shape}")
    return torch.frombuffer(bytearray(data[begin:]), dtype=torch.uint8).reshape(extents)
