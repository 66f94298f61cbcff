"""For networks of rectifiers."""

import torch
from torch import nn

from cnncalc.emit.training.parts.weighted import WEIGHTED


@torch.no_grad()
def he(net: nn.Module) -> None:
    """Normal weights of variance 2/fan_in, for rectifiers (He et al. 2015, equation 10); biases 0."""
    for module in net.modules():
        if isinstance(module, WEIGHTED):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
