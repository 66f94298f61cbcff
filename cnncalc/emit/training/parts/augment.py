"""Other views of images."""

import torch
from torch.nn import functional as F

from cnncalc.emit.training.parts.settings import CROP, FLIP, INPUT


def augmented(x: torch.Tensor) -> torch.Tensor:
    """Images cut at random out of CROP pixels more at every edge (zeros beyond them), every second mirrored."""
    height, width = INPUT[1:]
    if CROP and x.shape[2] == height:
        x = F.pad(x, (CROP, CROP, CROP, CROP))
    if CROP:
        tops, lefts = (torch.randint(2 * CROP + 1, (len(x),)).tolist() for _ in "yx")
        corners = zip(x, tops, lefts, strict=True)
        x = torch.stack([image[:, top : top + height, left : left + width] for image, top, left in corners])
    if FLIP:
        turned = torch.rand(len(x)) < 0.5
        x = torch.where(turned.to(x.device, non_blocking=True)[:, None, None, None], x.flip(3), x)
    return x
