"""Maps drawn as pictures, by Pillow."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy import uint8
    from numpy.typing import NDArray
    from PIL.Image import Image

    from cnncalc.layer import Array

GAP, GROUND = 8, (176, 196, 222)
"""The pixels between two pictures, and their colour: a light blue, which no map without colours has."""
SMALL, LARGE = 64, 256
"""Where all sides are below the first, pixels are drawn so large that the longest reaches the second."""
BYTE = 255.0
"""The largest number of a stored pixel."""


def drawn(suffix: str) -> bool:
    """Whether Pillow writes pictures of such a suffix. Raises ImportError without Pillow."""
    from PIL import Image

    Image.init()
    return Image.registered_extensions().get(suffix.lower(), "") in Image.SAVE


def write(x: Array, maps: Sequence[Array], keeps: Sequence[bool], stored: bool, suffix: str) -> bytes:
    """A file with the input beside what came of it: (channels, height, width), in colour where there are 3.

    What `keeps` the brightness is drawn like the input: by the numbers 0 to 255 where it is `stored` so. Raises
    ValueError where such a file cannot hold it.
    """
    from PIL import Image

    scale = range_of(x, stored)
    levels = [shade(each, scale) for each in apart(x)]
    for map_, kept in zip(maps, keeps, strict=True):
        levels += [shade(each, scale if kept else own(map_)) for each in apart(map_)]
    side = max(max(each.shape[:2]) for each in levels)
    times = -(-LARGE // side) if side < SMALL else 1
    panels = [Image.fromarray(each.repeat(times, 0).repeat(times, 1)) for each in levels]
    wide = sum(image.width for image in panels) + GAP * (len(panels) - 1)
    sheet = Image.new("RGB", (wide, max(image.height for image in panels)), GROUND)
    at = 0
    for image in panels:
        sheet.paste(image, (at, 0))
        at += image.width + GAP
    return saved(sheet, Image.registered_extensions()[suffix.lower()])


def saved(sheet: Image, kind: str) -> bytes:
    """A file of a kind. Raises ValueError where it cannot hold such a picture."""
    data = BytesIO()
    try:
        sheet.save(data, kind)
    except Exception as error:  # every format is written by code of its own, which fails in its own ways
        raise ValueError(f"a picture of {sheet.width}x{sheet.height} is no {kind}: {error}") from None
    return data.getvalue()


def apart(map_: Array) -> list[Array]:
    """A map in colour, or each of its channels by itself."""
    return [map_] if len(map_) == 3 else [channel[None] for channel in map_]


def range_of(x: Array, stored: bool) -> tuple[float, float]:
    """(what is black, what is white) in an input."""
    most = float(x.max())
    return min(0.0, float(x.min())), BYTE if stored and 1 < most <= BYTE else most


def own(map_: Array) -> tuple[float, float]:
    """(what is black, what is white) in a map of its own range: 0 is black, or grey where numbers lie below it."""
    least, most = float(map_.min()), float(map_.max())
    far = max(-least, most)
    return (-far, far) if least < 0 else (0.0, most)


def shade(map_: Array, scale: tuple[float, float]) -> NDArray[uint8]:
    """The pixels of one picture: (height, width), or with red, green, blue behind."""
    import numpy as np

    black, white = scale
    # halves, as the distance of two numbers may be none
    levels = (map_ / 2 - black / 2) / (white / 2 - black / 2) if white > black else np.zeros_like(map_)
    pixels = np.moveaxis(np.clip(levels * BYTE, 0, BYTE).round().astype(np.uint8), 0, -1)
    return pixels if len(map_) == 3 else pixels[..., 0]
