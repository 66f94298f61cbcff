"""MNIST's files."""

import gzip
from pathlib import Path

import torch

from cnncalc.emit.training.parts.data.classes import check_targets
from cnncalc.emit.training.parts.data.samples import Samples, fail, fitted


def mnist(folder: Path, fit: str) -> tuple[Samples, Samples] | None:
    """MNIST as published (LeCun, Cortes & Burges 1998), packed or not: train-images-idx3-ubyte.gz and its like."""
    if not found(folder, "train-images"):
        return None
    parts = []
    for part in ("train", "t10k"):
        images, labels = idx(folder, f"{part}-images", 3), idx(folder, f"{part}-labels", 1)
        if len(images) != len(labels):
            fail(f"{folder} has {len(images)} {part} images and {len(labels)} labels")
        what = f"MNIST in {folder}"
        classes = int(labels.max()) + 1
        parts.append(Samples(fitted(images[:, None], what, fit), check_targets(labels, what, classes)))
    return parts[0], parts[1]


def found(folder: Path, stem: str) -> Path | None:
    """The file of this name, with its dash or a dot before idx, packed or not."""
    names = (f"{stem}{mark}idx{rank}-ubyte{end}" for mark in "-." for rank in (1, 3) for end in ("", ".gz"))
    return next((folder / name for name in names if (folder / name).is_file()), None)


def idx(folder: Path, stem: str, rank: int) -> torch.Tensor:
    """A file of MNIST's format: 0, 0, 8 (for bytes), the number of axes, their extents in 32 bits each, the bytes."""
    path = found(folder, stem)
    if path is None:
        fail(f"{folder} has no {stem}-idx{rank}-ubyte, packed or not")
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError) as error:
        fail(f"{path} does not read: {error}")
    extents = [int.from_bytes(data[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(rank)]
    count, begin = torch.Size(extents).numel(), 4 + 4 * rank
    if data[:4] != bytes((0, 0, 8, rank)) or len(data) != begin + count or not count:
        said = f"{begin:,} and {'x'.join(map(str, extents))}"
        fail(f"{path} is not whole: it has {len(data):,} bytes, its head says {said}")
    return torch.frombuffer(bytearray(data[begin:]), dtype=torch.uint8).reshape(extents)
