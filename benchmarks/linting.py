"""What linting costs beside tracing: 1,000 specs of 100 lines in one process.

    pip install -e '.[dev]'
    python benchmarks/linting.py [--specs 1000] [--rounds 5] [--rules] [--markdown]

Every spec is another one, made of a seed: convolutions with norms and activations, some with comments, pools, joins of
branches, a classifier; few lines are alike, and each spec has a dozen findings or so. In turn one half of the specs is
traced and the other linted, then the halves change; times are of the processor, medians of the rounds. Linting is
tracing and the findings of every rule. `--rules` says what each rule costs by itself.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import time
from typing import TYPE_CHECKING

from cnncalc.api import analyse
from cnncalc.lint.choice import choice
from cnncalc.lint.engine import findings
from cnncalc.lint.registry import files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LINES, STEP = 100, 8
"""Lines of a spec, and what its counts of channels are multiples of."""
NEURONS = ("relu", "relu", "nobias bn relu", "nobias bn relu", "leaky 0.1", "nobias bn relu dropout 0.1")


def spec(seed: int) -> str:
    """A network of so many lines."""
    draw = random.Random(seed)
    lines = [f"# net {seed}", f"INPUT: {draw.choice((96, 128, 224, 227))}x{draw.choice((96, 128, 224))}x3"]
    while len(lines) < LINES - 3:
        sort = draw.random()
        room = LINES - 3 - len(lines)
        if sort < 0.12 and room >= 5:
            lines += joined(draw, len(lines))
        elif sort < 0.16 and sum("stride 2" in line for line in lines) < 4:
            lines.append(f"POOL{len(lines)}: max 3x3 stride 2 pad 1")
        else:
            lines.append(convolution(draw, len(lines)))
    return "\n".join([*lines, "gap", f"FC1: {STEP * draw.randrange(8, 128)} relu dropout 0.5", "FC2: 1000"])


def convolution(draw: random.Random, number: int) -> str:
    """One line, some with a comment."""
    kernel, filters = draw.choice((1, 1, 3, 3, 3, 3, 3, 5)), STEP * draw.randrange(1, 64)
    note = "  # as in the paper" * (draw.random() < 0.05)
    return f"CONV{number}: {filters} {kernel}x{kernel} pad {kernel // 2} {draw.choice(NEURONS)}{note}"


def joined(draw: random.Random, number: int) -> list[str]:
    """A join of two branches, in five lines."""
    filters, few, more = (STEP * draw.randrange(1, 32) for _ in range(3))
    first = f"  - conv {few} 1x1 relu"
    then = [f"    conv {more} 3x3 pad 1 relu", f"    conv {filters} 3x3 pad 1"]
    return [f"J{number}: add relu", first, *then, f"  - conv {filters} 1x1"]


def traced(texts: Sequence[str]) -> None:
    """Text to networks."""
    for text in texts:
        analyse(text, "net", "net.spec")


def linted(texts: Sequence[str]) -> None:
    """Text to findings."""
    for text in texts:
        findings(analyse(text, "net", "net.spec"))


def seconds(job: Callable[[Sequence[str]], None], texts: Sequence[str]) -> float:
    """The time of the processor that a job takes."""
    gc.collect()
    begin = time.process_time()
    job(texts)
    return time.process_time() - begin


def measured(texts: list[str], rounds: int) -> tuple[float, float]:
    """The medians of tracing and of linting one half of the specs."""
    halves = texts[::2], texts[1::2]
    linted(halves[0][:20])
    both = []
    for at in range(rounds):
        one, other = halves[at % 2], halves[1 - at % 2]
        both.append((seconds(traced, one), seconds(linted, other)))
    return statistics.median(t for t, _ in both), statistics.median(n for _, n in both)


def by_rule(texts: list[str]) -> list[tuple[str, float]]:
    """What each rule costs by itself, as a part of tracing; what rules share is counted with each."""
    networks = [analyse(text, "net", "net.spec") for text in texts]
    tracing = seconds(traced, texts)
    found = []
    for file in files():
        alone = choice([file.partition("_")[0]])
        gc.collect()
        begin = time.process_time()
        for network in networks:
            findings(network, alone)
        found.append((file, (time.process_time() - begin) / tracing))
    return sorted(found, key=lambda pair: -pair[1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--specs", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rules", action="store_true", help="what each rule costs by itself")
    parser.add_argument("--markdown", action="store_true", help="print a table of Markdown")
    given = parser.parse_args()
    texts = [spec(seed) for seed in range(given.specs)]
    tracing, linting = measured(texts, given.rounds)
    row = [f"{given.specs:,} specs of {LINES} lines", *(f"{2 * t:.2f}" for t in (tracing, linting))]
    rows = [["input", "tracing s", "linting s", "linting / tracing"], [*row, f"{linting / tracing:.2f}"]]
    if given.markdown:
        rows.insert(1, ["---"] * len(rows[0]))
    few = [findings(analyse(text, "net", "net.spec")) for text in texts[:100]]
    print(f"{sum(map(len, few)) / len(few):.1f} findings a spec")
    print("\n".join(f"| {' | '.join(row)} |" if given.markdown else "  ".join(row) for row in rows))
    for file, part in by_rule(texts[:100]) if given.rules else ():
        print(f"{file:40} {100 * part:6.2f} % of tracing")


if __name__ == "__main__":
    main()
