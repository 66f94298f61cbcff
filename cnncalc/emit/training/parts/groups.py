"""Which parameters decay."""

from torch import nn

from cnncalc.emit.training.parts.settings import DECAY

Groups = list[dict[str, object]]
"""Parameters that decay alike, as PyTorch's optimizers take them."""


def groups(net: nn.Module) -> Groups:
    """The weights of layers, which decay, and the rest, which does not: biases, and norms' factors a channel."""
    named = list(net.named_parameters())
    weights = [p for name, p in named if p.ndim > 1 and not name.endswith("bias")]
    others = [p for name, p in named if p.ndim <= 1 or name.endswith("bias")]
    return [{"params": weights, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}]
