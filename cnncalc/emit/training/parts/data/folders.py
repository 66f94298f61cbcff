"""Folders of images."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import torch

from cnncalc.emit.training.parts.data.classes import check_targets
from cnncalc.emit.training.parts.data.samples import Batch, Source, fail
from cnncalc.emit.training.parts.settings import CROP, INPUT, INPUT_FROM

IMAGES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")


def image_folders(folder: Path, fit: str) -> tuple["Images", "Images"] | None:
    """A folder for each class with its images, below train/ and val/ (or test/); without them every tenth validates."""
    train, val = folder / "train", next((folder / name for name in ("val", "test") if (folder / name).is_dir()), None)
    if train.is_dir() and val:
        names = class_names(train)
        if class_names(val) != names:
            odd = ", ".join(sorted(set(names) ^ set(class_names(val))))
            fail(f"{train} and {val} have not the same classes: {odd} is in one alone")
        return Images(listed(train, names), len(names), folder, CROP), Images(listed(val, names), len(names), folder)
    names = class_names(folder) if folder.is_dir() else []
    files = listed(folder, names)
    if not files:
        return None
    tenth = [at % 10 == min(9, len(files) - 1) for at in range(len(files))]
    train_files = [file for file, left in zip(files, tenth, strict=True) if not left]
    val_files = [file for file, left in zip(files, tenth, strict=True) if left]
    return Images(train_files, len(names), folder, CROP), Images(val_files, len(names), folder)


def class_names(folder: Path) -> list[str]:
    """The folders of a folder that hold images, by name: the classes in order."""
    return sorted(part.name for part in folder.iterdir() if part.is_dir() and any(map(is_image, part.iterdir())))


def listed(folder: Path, names: Sequence[str]) -> list[tuple[Path, int]]:
    """Every image with the number of its class."""
    return [(path, at) for at, name in enumerate(names) for path in sorted((folder / name).iterdir()) if is_image(path)]


def is_image(path: Path) -> bool:
    """Whether a file's name says that it is an image."""
    return path.suffix.lower() in IMAGES


class Images(Source):
    """Image files with their classes: scaled and cut to the network's extents and `room` pixels more at every edge."""

    def __init__(self, files: Sequence[tuple[Path, int]], classes: int, folder: Path, room: int = 0) -> None:
        if find_spec("PIL") is None:
            fail("folders of images need Pillow: pip install pillow")
        if INPUT[0] not in (1, 3):
            fail(f"images have 1 or 3 channels, the network reads {INPUT[0]} ({INPUT_FROM})")
        self.files, self.size = files, (INPUT[2] + 2 * room, INPUT[1] + 2 * room)
        self.targets = check_targets(torch.tensor([at for _, at in files]), str(folder), classes)

    def __len__(self) -> int:
        return len(self.files)

    def __getitems__(self, places: Sequence[int]) -> Batch:
        return torch.stack([self.image(self.files[at][0]) for at in places]), self.targets[torch.as_tensor(places)]

    def image(self, path: Path) -> torch.Tensor:
        """An image's bytes, channels first: its shorter side scaled to fit, its longer side cut alike at both ends."""
        from PIL import Image, ImageOps

        try:
            with Image.open(path) as file:
                image = ImageOps.fit(file.convert("L" if INPUT[0] == 1 else "RGB"), self.size)
        except OSError as error:
            fail(f"{path} does not read as an image: {error}")
        pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
        return pixels.reshape(*reversed(self.size), INPUT[0]).permute(2, 0, 1)
