"""The words the language keeps for itself, and those that a file adds to them."""

from __future__ import annotations

from functools import lru_cache

from cnncalc import layers
from cnncalc.record import NamedTuple


class Vocabulary(NamedTuple):
    """The names a file gives: to numbers, to blocks, lines, and in a block to the kinds that its parameters are."""

    defined: frozenset[str] = frozenset()
    blocks: frozenset[str] = frozenset()
    kinds: tuple[tuple[str, str], ...] = ()
    lines: frozenset[str] = frozenset()
    """The names of lines that are words of the language as well."""


DIRECTIVES = ("axes", "rounding", "expect", "after", "train", "block", "if", "else", "repeat", "from")
NOISE = frozenset(
    "filter filters kernel kernels neuron neurons unit units layer layers normalization at with of and".split()
)
SLIDE_WORDS = frozenset(("max", "avg", "average", "global", "adaptive"))
EXTENT_WORDS = frozenset(("filter", "filters", "kernel", "kernels"))
FLAGS = frozenset("nobias ceil plain depthwise untied channelwise countpad nocountpad frozen nearest bilinear".split())
TENSOR = frozenset("CWHDLi")
"""Names every line has: the incoming tensor's own, and the counter of a range or repeat."""
ELSEWHERE = {
    "activation": "relu", "adaptiveavgpool2d": "adaptive avgpool", "adaptivemaxpool2d": "adaptive maxpool",
    "averagepooling": "avgpool", "avg_pool": "avgpool", "avgpool2d": "avgpool", "avgpooling": "avgpool",
    "batch_norm": "bn", "batchnorm": "bn", "batchnorm2d": "bn", "batchnormalization": "bn", "center_crop": "crop",
    "centercrop": "crop", "channel_shuffle": "shuffle", "channelshuffle": "shuffle", "conv1d": "conv", "conv2d": "conv",
    "conv2dtranspose": "deconv", "conv3d": "conv", "conv_transpose": "deconv", "convolution": "conv",
    "convolutional": "conv", "convtranspose": "deconv", "convtranspose2d": "deconv", "deconv2d": "deconv",
    "dense": "fc", "depthwise": "conv depthwise", "drop_path": "droppath", "embedding": "embed", "fully": "fc",
    "global_avg_pool": "gap", "globalaveragepooling2d": "gap", "globalavgpool": "gap",
    "globalmaxpooling2d": "global maxpool", "group_norm": "gn", "groupnorm": "gn", "groupnormalization": "gn",
    "hard_sigmoid": "hardsigmoid", "hard_swish": "hardswish", "hsigmoid": "hardsigmoid", "hswish": "hardswish",
    "innerproduct": "fc", "instance_norm": "instancenorm", "instancenorm2d": "instancenorm", "interpolate": "upsample",
    "layer_norm": "ln", "layer_scale": "layerscale", "layernorm": "ln", "layernormalization": "ln",
    "leaky_relu": "leaky", "leakyrelu": "leaky", "localresponsenorm": "lrn", "localresponsenormalization": "lrn",
    "lrelu": "leaky", "max_pool": "maxpool", "maxpool2d": "maxpool", "maxpooling": "maxpool", "maxpooling2d": "maxpool",
    "multiply": "scale", "normalization": "norm", "pad": "zeropad", "padding": "zeropad", "pooling": "pool",
    "stochastic_depth": "droppath", "stochasticdepth": "droppath", "subsampling": "subsample", "tconv": "deconv",
    "transposed": "deconv", "transposedconv": "deconv", "unflatten": "reshape", "upconv": "deconv",
    "upsample2d": "upsample", "upsampling": "upsample", "upsampling2d": "upsample", "view": "reshape",
    "zeropad2d": "zeropad", "zeropadding2d": "zeropad",
}  # fmt: skip
"""What other tools call our kinds: for hints only."""
WORDS_ELSEWHERE = {
    "elif": "write 'else', and below it, indented, 'if ...'",
    "elseif": "write 'else', and below it, indented, 'if ...'",
    "for": "to pass lines several times write 'repeat 3'",
    "while": "to pass lines several times write 'repeat 3'",
    "loop": "to pass lines several times write 'repeat 3'",
    "def": "a body with parameters is written 'block b(c, s=1)'",
    "end": "a body ends where its indentation does",
    "endif": "a body ends where its indentation does",
}
"""Words that begin a line in other languages: for hints only."""
OPTIONS_ELSEWHERE = {
    "bias": "leave it out; 'nobias' turns the bias off", "dilate": "write 'dilation'", "group": "write 'groups'",
    "kernel_size": "write 'kernel'", "no": "write 'nobias' as one word", "out_channels": "write 'filters'",
    "in_channels": "write 'in'", "padding": "write 'pad'", "rate": "write 'dilation'", "same": "write 'pad same'",
    "steps": "write 'stride'", "step": "write 'stride'", "strides": "write 'stride'", "valid": "write 'pad valid'",
    "full": "write 'pad full'", "zero": "'pad 1' pads with zeros", "zeros": "'pad 1' pads with zeros",
    "copy": "a fill follows its pad: pad 1 copy", "replicate": "this fill is called 'copy': pad 1 copy",
    "edge": "this fill is called 'copy': pad 1 copy", "mirror": "this fill is called 'reflect': pad 1 reflect",
    "wrap": "this fill is called 'circular': pad 1 circular", "output_padding": "write 'outpad'",
    "reflect": "a fill follows its pad: pad 1 reflect", "circular": "a fill follows its pad: pad 1 circular",
    "channels": "filters say how many channels come out; 'in N' claims how many come in",
    "outputs": "leave it out: the number alone is enough", "tokens": "an input is a sequence of them: INPUT: 64 tokens",
    "token": "an input is a sequence of them: INPUT: 64 tokens",
    "vocabulary": "write 'vocab'", "vocab_size": "write 'vocab'",
}  # fmt: skip
"""What other tools call our options: for hints only."""

POOLS = {
    "pool": ("pool",), "maxpool": ("max", "pool"), "avgpool": ("avg", "pool"), "gap": ("avg", "global", "pool"),
    "global maxpool": ("global", "max", "pool"), "adaptive avgpool": ("adaptive", "avg", "pool"),
    "adaptive maxpool": ("adaptive", "max", "pool"),
}  # fmt: skip
"""The words that spell each kind of pool, in alphabetical order; a bare pool is a max pool."""
SPELLED = {words: "maxpool" if kind == "pool" else kind for kind, words in POOLS.items()}
SPELLED[("global", "pool")] = "global maxpool"
SPELLED[("adaptive", "pool")] = "adaptive maxpool"
OPERATORS = frozenset(("and", "or", "not"))


@lru_cache(maxsize=4096)
def kind_of(word: str, *slide: str) -> str:
    """The keyword that these words spell (`pool` and `avg`: avgpool), or nothing; slide words speak of pools."""
    words = {"avg" if w == "average" else w for w in (word.lower(), *map(str.lower, slide))}
    if not words.isdisjoint(POOLS):
        return SPELLED.get(tuple(sorted({part for w in words for part in POOLS.get(w, (w,))})), "")
    keyword = layers.ALIASES.get(word.lower(), word.lower())
    return keyword if not slide and keyword in layers.keywords() else ""


@lru_cache(maxsize=4096)
def kind_in(name: str, *slide: str) -> str:
    """The kind that a name begins with, ending there or before a digit, `_` or `.`; or nothing.

    A number at its end counts layers (`RELU6` is the sixth, not a relu6). Slide words before a name that spells no
    pool say nothing.
    """
    if kind := kind_of(name.rstrip("0123456789"), *slide):
        return kind
    for end in range(min(len(name), LONGEST), 0, -1):
        if end == len(name) or name[end] in "0123456789_.":
            if name[:end].lower() in POOLS:
                return kind_of(name[:end], *slide) or kind_of(name[:end])
            if kind := kind_of(name[:end]):
                return kind
    return ""


LONGEST = 40
"""No kind's word is longer."""


@lru_cache(maxsize=1)
def kind_words() -> tuple[str, ...]:
    """Every single word that names a kind."""
    return (*layers.keywords(), *(alias for alias in layers.ALIASES if " " not in alias))


@lru_cache(maxsize=1024)
def reserved(name: str) -> bool:
    """Whether the language keeps this name for itself."""
    lower = name.lower()
    return name in TENSOR or lower in ("x", *DIRECTIVES, *kind_words()) or lower in FLAGS or lower in OPERATORS
