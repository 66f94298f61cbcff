"""The words the language keeps for itself, and those of its parts still to come."""

from __future__ import annotations

from cnncalc import layers

DIRECTIVES = ("axes", "rounding", "expect", "after", "train", "block", "if", "else", "repeat", "from")
NOISE = frozenset(
    "filter filters kernel kernels neuron neurons unit units layer layers normalization at with of and".split()
)
SLIDE_WORDS = frozenset(("max", "avg", "average", "global", "adaptive"))
EXTENT_WORDS = frozenset(("filter", "filters", "kernel", "kernels"))
FLAGS = frozenset("nobias ceil plain depthwise untied countpad nocountpad frozen nearest bilinear".split())
TENSOR = frozenset("CWHDLi")
"""Names every line has: the incoming tensor's own, and the counter of a range or repeat."""
LATER = frozenset(
    """deconv lppool l2pool subsample rbf embed ln gn instancenorm relu6 prelu stanh silu swish gelu hardswish
    hardsigmoid softplus mish abs droppath layerscale scale reshape upsample crop zeropad shuffle slice add concat
    shortcut share aux output""".split()
)
"""Kinds of the language that have no file in `layers` yet."""
ELSEWHERE = {
    "batchnorm": "bn", "batchnormalization": "bn", "batch_norm": "bn", "conv1d": "conv", "conv2d": "conv",
    "conv3d": "conv", "convolution": "conv", "dense": "fc", "leakyrelu": "leaky", "leaky_relu": "leaky",
    "maxpooling": "maxpool", "max_pool": "maxpool", "maxpool2d": "maxpool", "avgpooling": "avgpool",
    "avg_pool": "avgpool", "averagepooling": "avgpool", "avgpool2d": "avgpool", "pooling": "pool",
    "globalavgpool": "gap", "localresponsenorm": "lrn", "localresponsenormalization": "lrn",
}  # fmt: skip
"""What other tools call our kinds: for hints only."""
LATER_OPTIONS = frozenset(("connect", "frozen"))


def kind_of(word: str, *slide: str) -> str:
    """The keyword that these words spell (`pool` and `avg`: avgpool), or nothing."""
    word = word.lower()
    beside = sorted({"avg" if s.lower() == "average" else s.lower() for s in slide})
    together = " ".join(sorted({word, *beside}))
    keyword = layers.ALIASES.get(together) or layers.ALIASES.get(word, word)
    return keyword if keyword in layers.keywords() or keyword in LATER else ""


def kind_in(name: str, *slide: str) -> str:
    """The kind that a name begins with, ending there or before a digit, `_` or `.`; or nothing."""
    for end in range(len(name), 0, -1):
        if (end == len(name) or name[end] in "0123456789_.") and (kind := kind_of(name[:end], *slide)):
            return kind
    return ""


def kind_words() -> tuple[str, ...]:
    """Every single word that names a kind."""
    return (*layers.keywords(), *(alias for alias in layers.ALIASES if " " not in alias), *sorted(LATER))


def reserved(name: str) -> bool:
    """Whether the language keeps this name for itself."""
    lower = name.lower()
    return name in TENSOR or lower in ("x", *DIRECTIVES, *kind_words()) or lower in FLAGS
