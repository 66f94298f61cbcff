"""A part to validate with."""

import torch

from cnncalc.emit.training.parts.data.samples import Samples, fail


def parted(samples: Samples) -> tuple[Samples, Samples]:
    """Nine of ten samples to train with, every tenth to validate with."""
    if len(samples) < 2:
        fail(f"there are {len(samples)} samples; it takes 2 at least, one to train and one to validate with")
    tenth = torch.arange(len(samples)) % 10 == min(9, len(samples) - 1)
    return (
        Samples(samples.inputs[~tenth], samples.targets[~tenth]),
        Samples(samples.inputs[tenth], samples.targets[tenth]),
    )
