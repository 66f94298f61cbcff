"""Folders of images."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import torch

from cnncalc.emit.training.parts.data.classes import check_targets
from cnncalc.emit.training.parts.data.samples import Batch, Source, Unreadable, fail
from cnncalc.emit.training.parts.data.split import left_out
from cnncalc.emit.training.parts.settings import CROP, INPUT, INPUT_FROM

IMAGES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")


def image_folders(folder: Path, fit: str) -> tuple[Images, Images] | None:
    """A folder for each class with its images, below train/ and val/ (or test/); without, every tenth validates."""
    root, classes = folder / "train", listed(folder / "train")
    val = next((folder / name for name in ("val", "test") if (folder / name).is_dir()), None)
    if not any(classes.values()):
        root, val, classes = folder, None, listed(folder)
    if not any(classes.values()):
        return None
    paths, targets = checked(classes, root)
    if val:
        others = listed(val)
        if odd := sorted(others.keys() ^ classes.keys()):
            counts = f"{root} has {len(classes)} class folders and {val} has {len(others)}"
            fail(f"{counts}: {odd[0]} is in one alone; make them alike")
        return Images(paths, targets, CROP), Images(*checked(others, val))
    left = left_out(targets, str(root))
    train, held = ([path for path, one in zip(paths, which, strict=True) if one] for which in (~left, left))
    return Images(train, targets[~left], CROP), Images(held, targets[left])


def listed(folder: Path) -> dict[str, list[str]]:
    """The images of each class: of every folder of a folder; what is hidden does not count."""
    if not folder.is_dir():
        return {}
    names = sorted(part.name for part in folder.iterdir() if part.is_dir() and part.name[0] != ".")
    return {name: sorted(images(folder / name)) for name in names}


def images(folder: Path) -> Iterator[str]:
    """The files of a folder, and of the folders in it, whose names say that they are images."""
    for place, folders, files in os.walk(folder, onerror=stopped):
        folders[:] = [name for name in folders if name[0] != "."]
        yield from (os.path.join(place, name) for name in files if name.lower().endswith(IMAGES) and name[0] != ".")


def stopped(error: OSError) -> NoReturn:
    """A folder that may not be read is no empty one."""
    raise error


def checked(classes: dict[str, list[str]], folder: Path) -> tuple[list[str], torch.Tensor]:
    """All images with the numbers of their classes, which are those of the network."""
    if find_spec("PIL") is None:
        fail("folders of images need Pillow: pip install pillow")
    if INPUT[0] not in (1, 3):
        fail(f"{folder}: images have 1 or 3 channels, the network reads {INPUT[0]} ({INPUT_FROM}); write 1 or 3 there")
    if empty := [name for name, paths in classes.items() if not paths]:
        fail(f"{folder / empty[0]} holds no image ({' '.join(IMAGES)}), and every folder of {folder} is a class")
    some = ", ".join([*list(classes)[:3], *["..."] * (len(classes) > 3)])
    targets = torch.tensor([at for at, paths in enumerate(classes.values()) for _ in paths])
    paths = [path for paths in classes.values() for path in paths]
    return paths, check_targets(targets, f"{folder} ({some})", len(classes))


class Images(Source):
    """Image files with their classes: scaled and cut to the network's extents and `room` pixels more at every edge."""

    in_files = True

    def __init__(self, paths: Sequence[str], targets: torch.Tensor, room: int = 0) -> None:
        self.targets, self.size = targets, (INPUT[2] + 2 * room, INPUT[1] + 2 * room)
        # one text, not a million: the processes that load share it
        every = [os.fsencode(path) for path in paths]
        self.paths, self.begins = b"".join(every), torch.tensor([0, *map(len, every)]).cumsum(0)

    def __len__(self) -> int:
        return len(self.targets)

    def __getitems__(self, places: Sequence[int]) -> Batch:
        paths = [os.fsdecode(self.paths[self.begins[at] : self.begins[at + 1]]) for at in places]
        return torch.stack([self.image(path) for path in paths]), self.targets[torch.as_tensor(places)]

    def image(self, path: str) -> torch.Tensor:
        """An image's bytes, channels first: its shorter side scaled to fit, its longer side cut alike at both ends."""
        from PIL import Image, ImageOps

        try:
            with Image.open(path) as file:
                file.draft(None, (2 * max(self.size), 2 * max(self.size)))  # a large JPEG is read at half its size
                if file.mode == "F" or (file.mode, file.format) == ("I", "TIFF"):
                    raise ValueError("it has numbers of 32 bits a pixel, and those of 8 and 16 are read")
                upright = ImageOps.exif_transpose(file)
                upright.info.pop("transparency", None)  # what is transparent has its colour, and no warning
                if upright.mode.startswith("I"):
                    upright = upright.point(lambda level: level / 256)  # 16 bits a pixel
                image = ImageOps.fit(upright.convert("L" if INPUT[0] == 1 else "RGB"), self.size)
        except Exception as error:
            raise Unreadable(f"{path} does not read as an image: {error}") from error
        pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
        return pixels.reshape(*reversed(self.size), INPUT[0]).permute(2, 0, 1)
