"""What the command line says."""

import argparse
import math
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from cnncalc.emit.training.parts.choices import INITS
from cnncalc.emit.training.parts.data.samples import fail
from cnncalc.emit.training.parts.settings import ACCUMULATE, BATCH, EPOCHS, LEARNING_RATE, SEED


class Options(argparse.Namespace):
    """The options, with their types."""

    data: str
    out: Path
    resume: bool
    epochs: int
    batch: str
    accumulate: int
    lr: float
    seed: int
    init: str
    fit: str
    samples: int
    device: str
    precision: str
    channels_last: bool
    compile: bool
    sync_bn: bool
    workers: int


class Parser(argparse.ArgumentParser):
    """Tells what is wrong in one line, and of all processes only once."""

    def error(self, message: str) -> NoReturn:
        fail(f"{message} (--help tells all options)")


def parsed() -> Options:
    """The options of the command line; without them the recipe's."""
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--data", default="synthetic", help="a folder or .npz file; synthetic (the default) needs none")
    add("--fit", choices=("exact", "pad", "resize"), default="exact", help="what is done with maps of another size")
    add("--samples", type=whole(1), default=2000, help="samples of the synthetic task, a fifth more to validate with")
    add("--out", type=Path, default=Path(__file__).parent / "run", help="the folder of the run (default: run)")
    add("--resume", action="store_true", help="go on behind the last epoch that the folder holds")
    add("--epochs", type=whole(1), default=EPOCHS, help=f"how often all samples are seen ({EPOCHS})")
    add("--batch", type=whole_or_auto, default=str(BATCH), help=f"samples of a step ({BATCH}), or auto: what fits")
    add("--accumulate", type=whole(1), default=ACCUMULATE, help=f"parts a step is worked in ({ACCUMULATE})")
    add("--lr", type=positive, default=LEARNING_RATE, help=f"the learning rate ({LEARNING_RATE})")
    add("--seed", type=whole(0), default=SEED, help=f"of weights, order and chance ({SEED})")
    add(
        "--init", choices=tuple(INITS), default=next(iter(INITS)), help="how weights begin; paper: as the recipe has it"
    )
    add("--device", choices=("auto", "cpu", "cuda"), default="auto", help="a GPU where there is one, unless told")
    add("--precision", choices=("auto", "fp32", "tf32", "bf16", "fp16"), default="auto", help="auto: bf16 on a GPU")
    add("--channels-last", action="store_true", help="keep the channels of a pixel together")
    add("--compile", action="store_true", help="compile the network first")
    add("--sync-bn", action="store_true", help="norms over the batch take all processes' samples")
    add("--workers", type=whole(0), default=-1, help="processes that load samples (default: up to 8 for images)")
    return parser.parse_args(namespace=Options())


def whole(least: int) -> Callable[[str], int]:
    """What reads a whole number from `least` on, of at most nine digits."""

    def read(text: str) -> int:
        if not text.isdecimal() or len(text) > 9 or int(text) < least:
            raise argparse.ArgumentTypeError(f"'{text}' is no whole number from {least} to 999999999")
        return int(text)

    return read


def whole_or_auto(text: str) -> str:
    """A whole number from 1 on, or auto."""
    return text if text == "auto" else str(whole(1)(text))


def positive(text: str) -> float:
    """A number above 0."""
    number = 0.0
    with suppress(ValueError):
        number = float(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"'{text}' is no number above 0")
    return number
