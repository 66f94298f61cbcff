"""For networks without rectifiers."""

import torch
from torch import nn

from cnncalc.emit.training.parts.weighted import WEIGHTED


@torch.no_grad()
def xavier(net: nn.Module) -> None:
    """Uniform weights of variance 2/(fan_in + fan_out) (Glorot & Bengio 2010, equation 16); biases 0."""
    for module in net.modules():
        if isinstance(module, WEIGHTED):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
