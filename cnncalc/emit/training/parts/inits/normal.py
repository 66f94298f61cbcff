"""Weights that are drawn alike."""

import torch
from torch import nn

from cnncalc.emit.training.parts.weighted import WEIGHTED


@torch.no_grad()
def normal(net: nn.Module, deviation: float) -> None:
    """Normal weights of one deviation in all layers; biases 0."""
    for module in net.modules():
        if isinstance(module, WEIGHTED):
            nn.init.normal_(module.weight, std=deviation)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
