"""Pictures read as numbers, by Pillow."""

from __future__ import annotations

import logging
import re
import sys
import warnings
from io import BytesIO
from typing import TYPE_CHECKING

from cnncalc.cli.arrays import within
from cnncalc.syntax.numbers import Unread

if TYPE_CHECKING:
    from PIL.Image import Image

    from cnncalc.layer import Array
    from cnncalc.source import Limits

ONE = ("1", "L", "I", "F")
"""Pillow's modes with one number a pixel; others are read as grey or as red, green, blue."""
SIXTEEN = re.compile(r";16|'ppm'.*\D\d{4,}[)]+$")
"""What the plan of a picture says where colours have 16 bits: their layout, or the most of a portable one."""
GREY = ("LA", "La")


def pixels(data: bytes, grey: bool, limits: Limits) -> Array:
    """The picture in a file: (channels, height, width), its numbers as they are stored; transparency is left out.

    Raises Unread for what is no picture, a damaged one or one of too many numbers, ImportError without Pillow.
    """
    import numpy as np
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # what follows counts by itself
    logging.getLogger("PIL").setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            opened = Image.open(BytesIO(data))
            small(opened, grey, limits)
            deep(opened)
            values = np.asarray(plain(ImageOps.exif_transpose(opened), grey), float)
    except UnidentifiedImageError:
        raise Unread("neither numbers, nor a .npy array, nor a picture of a format that Pillow reads") from None
    except (Unread, MemoryError):
        raise
    except Exception as error:  # every format is read by code of its own, which fails in its own ways
        raise Unread(f"the picture is damaged: {error}") from None
    return values[None] if values.ndim == 2 else np.ascontiguousarray(np.moveaxis(values, -1, 0))


def small(image: Image, grey: bool, limits: Limits) -> None:
    """Refuse a picture of too many numbers before it is decoded."""
    bands = 1 if grey or whole(image) or image.mode in GREY else 3
    within(f"the picture has {image.width}x{image.height}x{bands} = ", image.width * image.height * bands, limits)


def deep(image: Image) -> None:
    """Refuse colours of 16 bits, of which Pillow would keep 8, and say that of several pictures the first is read."""
    if not whole(image) and any(SIXTEEN.search(str(tile)) for tile in getattr(image, "tile", ())):
        raise Unread("its colours have 16 bits, and pictures of 8 are read: save the array with numpy.save")
    if (count := getattr(image, "n_frames", 1)) > 1:
        print(f"cnncalc: of {count} pictures in the file the first is read", file=sys.stderr)


def whole(image: Image) -> bool:
    """Whether a picture is stored as one number a pixel."""
    return image.mode in ONE or image.mode.startswith("I;16")


def plain(image: Image, grey: bool) -> Image:
    """The picture in a mode of one number a pixel, or in red, green, blue."""
    if whole(image):
        return image
    return image.convert("L" if grey or image.mode in GREY else "RGB")
