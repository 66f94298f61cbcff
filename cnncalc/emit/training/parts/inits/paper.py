"""As the paper says; the script writes how the weights are drawn."""

import torch
from torch import nn

from cnncalc.emit.training.parts.inits.normal import normal
from cnncalc.emit.training.parts.settings import PAPER_BIASES, PAPER_DEVIATION


@torch.no_grad()
def paper(net: nn.Module) -> None:
    """Weights as the paper has them drawn; biases 0, but for those that it names."""
    normal(net, PAPER_DEVIATION)
    for name, value in PAPER_BIASES.items():
        nn.init.constant_(net.get_parameter(name), value)
