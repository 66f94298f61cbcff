"""As a paper says; the script writes its own, with the numbers of the recipe."""

import torch
from torch import nn

from cnncalc.emit.training.parts.settings import BIASES, DEVIATION
from cnncalc.emit.training.parts.weighted import WEIGHTED


@torch.no_grad()
def normal(net: nn.Module) -> None:
    """Normal weights of deviation DEVIATION; biases 0, but for those of the layers in BIASES."""
    for name, module in net.named_modules():
        if isinstance(module, WEIGHTED):
            nn.init.normal_(module.weight, std=DEVIATION)
            if module.bias is not None:
                nn.init.constant_(module.bias, BIASES.get(name, 0.0))
