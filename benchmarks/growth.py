"""How the time from text to numbers grows, and what a graph costs beside PyTorch: one process, everything warm.

    pip install -e '.[dev]'
    python benchmarks/growth.py [--rounds 5] [--markdown]

Chains of distinct lines and nested joins become numbers, `report(loads(text)).totals`, each beside the same text
through Python's own `tokenize`; every size is measured again with twice the text. Then ResNet-50: its spec, the
number of classes another each time, against FlopCounterMode over the hand-written network on the meta device.
Times are of the processor, medians of rounds in which everything is measured in turn.
"""

from __future__ import annotations

import argparse
import gc
import io
import statistics
import sys
import time
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING

import cnncalc
from cnncalc.analysis.report import report
from cnncalc.api import analyse
from cnncalc.source import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
LIMITS = Limits(lines=10**6, layers=10**6, nesting=10**5, columns=10**6, bytes=10**9)
CLASSES = "fc: 1000"


def named(lines: int) -> str:
    """A chain: every name its own, and 171 ways to write what follows it."""
    each = (f"CONV{i}: {8 + i % 57} {1 + 2 * (i % 3)}x{1 + 2 * (i % 3)} stride 1 pad {i % 3}" for i in range(lines))
    return "\n".join(["INPUT: 32x32x3", *each])


def distinct(lines: int) -> str:
    """A chain: no two lines say the same."""
    return "\n".join(["INPUT: 32x32x3", *(f"CONV{i}: {8 + i} 3x3 stride 1 pad 1" for i in range(lines))])


def joins(lines: int) -> str:
    """Joins of two branches, one below the other."""
    join = "add relu\n  - conv 16 3x3 pad 1 relu\n    conv 16 3x3 pad 1\n  - identity"
    return "\n".join(["INPUT: 32x32x16", *[join] * (lines // 4)])


def nested(depth: int) -> str:
    """Joins each in a branch of the one before; the indentation is most of the text."""
    return "\n".join(["INPUT: 8x8x3", "add", *("  " * i + "- add" for i in range(1, depth)), "  " * depth + "- relu"])


SORTS: dict[str, tuple[Callable[[int], str], tuple[int, ...]]] = {
    "a chain, its names distinct": (named, (25_000, 50_000, 100_000)),
    "a chain, all of its lines distinct": (distinct, (10_000, 20_000)),
    "joins of two branches": (joins, (25_000, 50_000, 100_000)),
    "joins within joins": (nested, (5_000, 7_071, 10_000)),
}


def seconds(work: Callable[[], object]) -> float:
    """What a piece of work takes of the processor; what it leaves is collected outside of that."""
    gc.collect()
    begin = time.process_time()
    work()
    return time.process_time() - begin


def numbers(text: str) -> object:
    """The totals of a text."""
    network = analyse(text, "growth", "growth", limits=LIMITS)
    if not network.complete:
        raise SystemExit(network.findings[0].message)
    return report(network).totals


def words(text: str) -> int:
    """The tokens that Python finds in a text."""
    return sum(1 for _ in tokenize.generate_tokens(io.StringIO(text).readline))


def medians(texts: list[str], python: bool, rounds: int) -> list[float]:
    """The seconds of each text, and of Python's tokens of the last, in turn."""
    ways: list[Callable[[], object]] = [lambda text=text: numbers(text) for text in texts]
    ways += [lambda: words(texts[-1])] * python
    return [statistics.median(column) for column in zip(*(map(seconds, ways) for _ in range(rounds)), strict=True)]


def growth(rounds: int) -> list[list[str]]:
    """The table of sizes."""
    rows = [["text", "lines", "ms", "lines a second", "of tokenize", "of half the text"]]
    for name, (make, sizes) in SORTS.items():
        python = make is not nested
        found = medians([make(size) for size in sizes], python, rounds)
        for at, (size, now) in enumerate(zip(sizes, found, strict=False)):
            beside = f"{now / found[-1]:.1f}" if python and at == len(sizes) - 1 else ""
            grown = f"{now / found[at - 1]:.2f}" if at else ""
            rows.append([name, f"{size:,}", f"{now * 1000:.0f}", f"{size / now:,.0f}", beside, grown])
    return rows


def counter() -> Callable[[int], int]:
    """MACs of ResNet-50 by FlopCounterMode, the network built on the meta device."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    sys.path.insert(0, str(HERE.parent / "tests"))
    from twins.residual import resnet50

    with torch.device("meta"):
        module, x = resnet50().eval(), torch.empty(1, 3, 224, 224)

    def count(turn: int) -> int:
        with FlopCounterMode(display=False) as flops:
            module(x)
        return flops.get_total_flops() // 2

    return count


def reader() -> Callable[[int], int]:
    """MACs of ResNet-50, with every other number, from its text."""
    text = (HERE.parent / "specs" / "resnet50.spec").read_text(encoding="utf-8")
    if text.count(CLASSES) != 1:
        raise SystemExit(f"the spec of ResNet-50 has no line '{CLASSES}'")

    def read(turn: int) -> int:
        totals = report(cnncalc.loads(text.replace(CLASSES, f"fc: {1000 + turn}"))).totals
        return totals.macs if totals else 0

    return read


def resnet(rounds: int) -> list[list[str]]:
    """The table of ResNet-50: eight turns a round of each way."""
    ways = (counter(), reader())
    if ways[0](0) != ways[1](0):
        raise SystemExit("the two do not agree on the MACs")
    taken = [[seconds(lambda way=way, turn=turn: way(turn)) for way in ways] for turn in range(8 * (rounds + 1))][8:]
    torch, ours = (statistics.median(column) * 1000 for column in zip(*taken, strict=True))
    head = ["network", "FlopCounterMode, ms", "cnncalc, ms", "times faster"]
    return [head, ["resnet50", f"{torch:.2f}", f"{ours:.2f}", f"{torch / ours:.1f}"]]


def main() -> None:
    """Measure and print both tables."""
    from speed import shown

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is measured")
    parser.add_argument("--markdown", action="store_true", help="tables as docs/benchmarks.md has them")
    given = parser.parse_args()
    for rows in (resnet(given.rounds), growth(given.rounds)):
        print(shown(rows, given.markdown) + "\n", flush=True)


if __name__ == "__main__":
    main()
