"""What the command line may choose from; the script names what its network allows."""

from collections.abc import Callable
from pathlib import Path

from torch import nn

from cnncalc.emit.training.parts.data.arrays import npz
from cnncalc.emit.training.parts.data.samples import Source
from cnncalc.emit.training.parts.inits.he import he

FORMATS: tuple[Callable[[Path, str], tuple[Source, Source] | None], ...] = (npz,)
INITS: dict[str, Callable[[nn.Module], None]] = {"he": he}
