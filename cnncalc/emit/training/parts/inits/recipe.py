"""As the recipe says; the script writes how the weights are drawn."""

import torch
from torch import nn

from cnncalc.emit.training.parts.inits.normal import normal
from cnncalc.emit.training.parts.settings import BIASES, DEVIATION


@torch.no_grad()
def recipe(net: nn.Module) -> None:
    """Weights as the recipe has them drawn; biases 0, but for those that it names."""
    normal(net, DEVIATION)
    for name, value in BIASES.items():
        nn.init.constant_(net.get_parameter(name), value)
