"""Inputs that are made to fit."""

import torch
from torch.nn import functional as F

from cnncalc.emit.training.parts.data.samples import check
from cnncalc.emit.training.parts.settings import INPUT


def fitted(inputs: torch.Tensor, what: str, fit: str) -> torch.Tensor:
    """Inputs in the network's shape; a map laid flat, or made to fit where that is asked for; else an error."""
    shape = tuple(inputs.shape[1:])
    if len(shape) == len(INPUT) > 1 and shape[0] == INPUT[0] and fit != "exact":
        inputs = centred(inputs) if fit == "pad" else resized(inputs)
    elif len(INPUT) == 1 and shape and inputs[0].numel() == INPUT[0]:
        inputs = inputs.flatten(1)
    check(tuple(inputs.shape[1:]), what)
    return inputs


def centred(inputs: torch.Tensor) -> torch.Tensor:
    """Maps N x C x ... with zeros around them, or without their edges, in the network's extents."""
    rooms = [want - have for have, want in zip(inputs.shape[2:], INPUT[1:], strict=True)]
    return F.pad(inputs, [side for room in reversed(rooms) for side in (room // 2, room - room // 2)])


def resized(inputs: torch.Tensor) -> torch.Tensor:
    """Maps N x C x ... scaled linearly to the network's extents."""
    mode = ("linear", "bilinear", "trilinear")[inputs.ndim - 3]
    scaled = F.interpolate(inputs.float(), INPUT[1:], mode=mode)
    return scaled if inputs.is_floating_point() else scaled.round().to(inputs.dtype)
