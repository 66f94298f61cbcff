"""Kernels that have a name, each with where it is from."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.record import NamedTuple

if TYPE_CHECKING:
    from cnncalc.geometry import Axes
    from cnncalc.layer import Array

USUAL = 3
"""The extent of a kernel whose size is not given."""
LOWE = "Lowe, Computer Vision (University of British Columbia), slides on linear filters"


class Kernel(NamedTuple):
    """A kernel by name: its `rows`, or for one of any size where its one stands.

    That is `shift` cells behind the centre on the last axis; without it there are ones everywhere, a mean.
    """

    name: str
    about: str
    source: str
    rows: tuple[Axes, ...] = ()
    shift: int | None = None

    def weights(self, extents: Axes) -> Array:
        """Its numbers: of these extents, where it has no rows of its own."""
        import numpy as np

        if self.rows:
            return np.array(self.rows, float)
        if self.shift is None:
            return np.ones(extents)
        found = np.zeros(extents)
        centre = tuple((extent - 1) // 2 for extent in extents)
        found[(*centre[:-1], centre[-1] + self.shift)] = 1
        return found

    def over(self, extents: Axes) -> int:
        """What its sums are divided by."""
        return prod(extents) if self.shift is None and not self.rows else 1


KERNELS = (
    Kernel(
        "sobel-x",
        "how much brighter it gets to the right",
        "Sobel & Feldman 1968, A 3x3 Isotropic Gradient Operator for Image Processing",
        ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    ),
    Kernel(
        "sobel-y",
        "how much brighter it gets downwards",
        "Sobel & Feldman 1968, A 3x3 Isotropic Gradient Operator for Image Processing",
        ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    ),
    Kernel(
        "vertical-edge",
        "bright on the left, dark on the right",
        "Prewitt 1970, Object Enhancement and Extraction; its signs: Ng 2017, Convolutional Neural Networks, week 1",
        ((1, 0, -1), (1, 0, -1), (1, 0, -1)),
    ),
    Kernel(
        "blur", "the mean of the cells, of any size", "Gonzalez & Woods 2018, Digital Image Processing, section 3.5"
    ),
    Kernel(
        "sharpen",
        "the cell less the Laplacian around it",
        "Gonzalez & Woods 2018, Digital Image Processing, section 3.6",
        ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    ),
    Kernel("identity", "the cell itself, of any size", LOWE, shift=0),
    Kernel(
        "shift-left",
        "the cell to the right, so that all moves left; of any size",
        LOWE,
        shift=1,
    ),
)


def find(name: str) -> Kernel | None:
    """The kernel of a name; a blur is a mean, and found as such."""
    wanted = {"mean": "blur"}.get(name.lower(), name.lower())
    return next((kernel for kernel in KERNELS if kernel.name == wanted), None)
