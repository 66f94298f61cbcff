"""A task of what is seen."""

from collections.abc import Sequence

import torch
from torch.nn import functional as F

from cnncalc.emit.training.parts.data.samples import Batch, Source
from cnncalc.emit.training.parts.settings import INPUT, TARGET
from cnncalc.emit.training.parts.synthetic.classes import FACTORS, drawn
from cnncalc.emit.training.parts.synthetic.noise import Noise


class Synthetic(Source):
    """A task that can be learned: sample i of a seed is always the same.

    Each target has smooth patterns of its own; a sample is their sum, and noise. Patterns are at right angles where
    there is room for that.
    """

    def __init__(self, count: int, seed: int) -> None:
        extents = [min(extent, 6) for extent in INPUT[1:]]
        size = torch.Size([INPUT[0], *extents]).numel()
        flat = torch.randn(FACTORS, size, generator=torch.Generator().manual_seed(0))
        if size >= FACTORS:
            flat = torch.linalg.qr(flat.T).Q.T * size**0.5
        near = size**0.5 if size >= FACTORS else float(torch.pdist(flat[:1000]).min())
        self.patterns = flat.reshape(FACTORS, INPUT[0], *extents)
        self.axes = [F.interpolate(torch.eye(min(n, 6))[None], n, mode="linear")[0] for n in INPUT[1:]]
        self.count, self.noise = count, Noise(seed, min(0.4, near / 10))

    def __len__(self) -> int:
        return self.count

    def __getitems__(self, places: Sequence[int]) -> Batch:
        generators = self.noise.generators(places)
        weights, targets = map(torch.cat, zip(*[drawn(1, generator) for generator in generators], strict=True))
        inputs = torch.tensordot(weights, self.patterns, 1)
        for axis, larger in enumerate(self.axes, 2):
            inputs = (inputs.movedim(axis, -1) @ larger).movedim(-1, axis)
        targets = targets.reshape(*targets.shape, *[1] * (len(TARGET) + 1 - targets.ndim))
        return self.noise.added(inputs, generators), targets.expand(-1, *TARGET)
