"""Which parameters decay."""

from torch import nn

from cnncalc.emit.training.parts.settings import DECAY
from cnncalc.emit.training.parts.weighted import WEIGHTED

Groups = list[dict[str, object]]
"""Parameters that decay alike, as PyTorch's optimizers take them."""


def groups(net: nn.Module) -> Groups:
    """The weights of convolutions, matrices and tables, which decay, and the rest, which does not.

    The rest are biases and what scales a channel or a layer: the factors of norms, slopes, coefficients.
    """
    decaying = {id(part.weight) for part in net.modules() if isinstance(part, (*WEIGHTED, nn.Embedding))}
    weights = [p for p in net.parameters() if id(p) in decaying]
    others = [p for p in net.parameters() if id(p) not in decaying]
    return [{"params": weights, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}]
