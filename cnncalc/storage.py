"""How numbers are kept: the bytes of each dtype, and how many more an optimizer keeps."""

from __future__ import annotations

DTYPES = {"float32": 4, "float16": 2, "bfloat16": 2, "float64": 8}
"""Bytes of one number."""
SHORT = {
    "fp32": "float32", "float": "float32", "fp16": "float16", "half": "float16", "bf16": "bfloat16",
    "fp64": "float64", "double": "float64",
}  # fmt: skip
INTEGER = 8
"""Bytes of a token, of an index, and of batch normalization's count of batches: torch.int64."""
USUAL = "momentum"
"""The optimizer where nothing names one: SGD with momentum, as most published CNNs were trained."""
OPTIMIZERS = {"sgd": 0, "momentum": 1, "adam": 2, "adamw": 2, "adadelta": 2, "rmsprop": 1, "rmsprop_momentum": 2}
"""Numbers of state for each that is trained: none; a velocity; two moments (Kingma & Ba 2015, algorithm 1);
two running means (Zeiler 2012, algorithm 1); one; it and a velocity."""
STEPS = {"adam": 4, "adamw": 4, "adadelta": 4, "rmsprop": 4, "rmsprop_momentum": 4}
"""Bytes of the steps that they count for every tensor, in torch.optim: a float32."""


def dtype_of(word: str) -> str:
    """A dtype by torch's name or a short one (bf16); raises ValueError where there is none."""
    name = SHORT.get(word.lower(), word.lower())
    if name not in DTYPES:
        raise ValueError(f"no dtype is called '{word}'; there are {', '.join(DTYPES)}")
    return name
