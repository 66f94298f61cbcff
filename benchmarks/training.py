"""Networks learn: six of them, trained by `cnncalc train` on the task that needs no data, on the CPU.

    pip install -e '.[dev]'
    python benchmarks/training.py [--samples 2000] [--only NAME] [--markdown] [--write]

Each is trained by a command of its own, one after the other, with the recipe of its spec; the zoo's recipes are those
of the papers, for millions of images, and run for a few epochs only. Told are the accuracy in validation of the
weights that a run keeps, the seconds of the whole command, and the samples a second of its median epoch. The exit
status is 1 where a network stays at 95 % or below.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from page import ask, told

import cnncalc

NETWORKS = Path(__file__).parent / "networks"
AIM = 0.95
"""The accuracy that every network passes."""


class Trained(NamedTuple):
    """A network of the zoo or of `networks`, with options where its recipe's epochs are too many."""

    name: str
    title: str
    options: tuple[str, ...] = ()

    @property
    def spec(self) -> str:
        """What the command is given."""
        own = NETWORKS / f"{self.name}.spec"
        return str(own) if own.is_file() else self.name


CASES = (
    Trained("lenet5", "LeNet-5", ("--epochs", "5")),
    Trained("alexnet-64", "AlexNet for 64x64"),
    Trained("vgg11-bn-32", "VGG-11 with norms for 32x32"),
    Trained("resnet20", "ResNet-20", ("--epochs", "6")),
    Trained("googlenet-32", "GoogLeNet for 32x32, two heads"),
    Trained("textcnn", "Kim's text CNN", ("--epochs", "3")),
)


class Result(NamedTuple):
    """What a run came to."""

    epochs: int
    accuracy: float
    seconds: float
    speed: float


def run(case: Trained, samples: int) -> Result:
    """Train a network in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--samples", str(samples), "--workers", "0", "--device", "cpu", "--out", folder, *case.options]
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-m", "cnncalc", "train", case.spec, *options], check=True)
        seconds = time.perf_counter() - begin
        lines = (Path(folder) / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    epochs = [json.loads(line) for line in lines]
    speed = statistics.median(epoch["samples_per_second"] for epoch in epochs)
    return Result(len(epochs), max(epoch["val_accuracy"] for epoch in epochs), seconds, speed)


def row(case: Trained, samples: int, found: Result) -> list[str]:
    """A network's line of the table; its params are those that are trained, heads included."""
    params = sum(node.params for node in cnncalc.load(case.spec))
    figures = [f"{params:,}", f"{samples:,}", str(found.epochs), f"{100 * found.accuracy:.1f}"]
    return [case.title, *figures, f"{found.seconds:.0f}", f"{found.speed:,.0f}"]


def main() -> None:
    """Train them all, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=2000, help="samples to train with, a fifth more to validate")
    parser.add_argument("--only", choices=[case.name for case in CASES], help="one of them")
    ask(parser)
    given = parser.parse_args()
    rows = [["network", "params", "samples", "epochs", "accuracy %", "seconds", "samples a second"]]
    found = {case: run(case, given.samples) for case in CASES if given.only in (None, case.name)}
    told(rows + [row(case, given.samples, result) for case, result in found.items()], given)
    poor = [case.title for case, result in found.items() if result.accuracy <= AIM]
    if poor:
        raise SystemExit(f"{', '.join(poor)}: {100 * AIM:.0f} % or below")


if __name__ == "__main__":
    main()
