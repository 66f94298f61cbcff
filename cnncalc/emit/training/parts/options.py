"""What the command line says."""

import argparse
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from cnncalc.emit.training.parts.choices import INITS
from cnncalc.emit.training.parts.data.samples import fail
from cnncalc.emit.training.parts.settings import ACCUMULATE, BATCH, EPOCHS, LEARNING_RATE, SEED

AGAIN = ("data", "fit", "samples", "epochs", "accumulate", "lr", "seed", "init", "precision", "channels_last")
"""The options that a run goes on with where no others are given, beside its batch."""


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


def parsed(before: Mapping[str, object] | None = None) -> Options:
    """The options of the command line; without them those of the run `before`, or the recipe's."""
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--data", default="synthetic", help="a folder or .npz file; synthetic (the default) needs none")
    add("--fit", choices=("exact", "pad", "resize"), default="exact", help="what is done with maps of another size")
    add("--samples", type=whole(1), default=2000, help="samples of the synthetic task, a fifth more to validate with")
    add("--out", type=Path, default=Path(__file__).parent / "run", help="the folder of the run (default: run)")
    add("--resume", action="store_true", help="go on behind the folder's last epoch, with its options")
    add("--epochs", type=whole(1), default=EPOCHS, help=f"how often all samples are seen ({EPOCHS})")
    add("--batch", type=whole_or_auto, default=str(BATCH), help=f"samples of a step ({BATCH}), or auto: what fits")
    add("--accumulate", type=whole(1), default=ACCUMULATE, help=f"parts a step is worked in ({ACCUMULATE})")
    add("--lr", type=positive, default=LEARNING_RATE, help=f"the learning rate ({LEARNING_RATE})")
    add("--seed", type=whole(0), default=SEED, help=f"of weights, order and chance ({SEED})")
    add(
        "--init",
        choices=tuple(INITS),
        default=next(iter(INITS)),
        help="how weights begin; paper: where a recipe has it",
    )
    add("--device", choices=("auto", "cpu", "cuda"), default="auto", help="a GPU where there is one, unless told")
    add("--precision", choices=("auto", "fp32", "tf32", "bf16", "fp16"), default="auto", help="auto: bf16 on a GPU")
    add("--channels-last", action="store_true", help="keep the channels of a pixel together")
    add("--compile", action="store_true", help="compile the network first")
    add("--sync-bn", action="store_true", help="norms over the batch take all processes' samples")
    add("--workers", type=whole(0), default=-1, help="processes that load samples (default: up to 8 for images)")
    parser.set_defaults(**before or {})
    return parser.parse_args(namespace=Options())


def told_again(options: Options, batch: int) -> dict[str, object]:
    """The options that are kept with a run; its data by a path that holds in any folder."""
    data = options.data if options.data == "synthetic" else str(Path(options.data).resolve())
    return {name: getattr(options, name) for name in AGAIN} | {"data": data, "batch": str(batch)}


def whole(least: int) -> Callable[[str], int]:
    """What reads a whole number from `least` on, of at most nine digits."""

    def read(text: str) -> int:
        if not text.isdecimal() or len(text) > 9 or int(text) < least:
            raise argparse.ArgumentTypeError(f"'{text}' is no whole number from {least} to 999999999")
        return int(text)

    return read


def whole_or_auto(text: str) -> str:
    """A whole number from 1 on, or auto."""
    try:
        return text if text == "auto" else str(whole(1)(text))
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error}, nor auto") from None


def positive(text: str) -> float:
    """A number above 0."""
    number = 0.0
    with suppress(ValueError):
        number = float(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"'{text}' is no number above 0")
    return number
