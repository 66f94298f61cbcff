"""How fast cnncalc is: ratios of medians, all of them measured in one run, with an installed wheel.

    pip install -e '.[dev,bench]'
    python benchmarks/speed.py [--runs 15] [--markdown]

First whole processes: the interpreter alone, a hello of the installed typer, torchinfo printing AlexNet's table, and
our commands, with the memory each needs at most. Then text to numbers within a process, the text changed each time,
against PyTorch's FlopCounterMode on the meta device with everything warm. Commands run in turn, round after round,
so that a machine that slows down slows all of them.
To weigh another version of typer, install it into an environment of its own and name its interpreter: --python PATH.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
HELLO = "import typer\napp = typer.Typer()\n@app.command()\ndef main(name: str = 'x'): print('hello', name)\napp()"
NETS = ("alexnet", "vgg16")
BLOCKS, BLOCK = 6, 20
"""How often text becomes numbers within the process: in blocks, the first few of each warm up and are not counted."""


class Cost(NamedTuple):
    """The medians of one command: seconds of wall time, bytes of memory at the peak."""

    seconds: float
    memory: float


def run(command: list[str]) -> Cost:
    """One run, its output thrown away."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tempfile.gettempdir())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with exit status {process.returncode}")
    return Cost(time.perf_counter() - begin, usage.ru_maxrss * 1024)


def medians(commands: dict[str, list[str]], runs: int) -> dict[str, Cost]:
    """The medians of each command; one round warms up and is not counted."""
    rounds = [{name: run(command) for name, command in commands.items()} for _ in range(runs + 1)][1:]
    return {name: Cost(*map(statistics.median, zip(*(r[name] for r in rounds), strict=True))) for name in commands}


def installed(folder: str) -> Path:
    """The programs of a fresh environment that has this project installed from a wheel."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    programs = Path(folder) / "bin"
    subprocess.run([str(programs / "pip"), "install", "--quiet", str(HERE.parent)], check=True)
    return programs


def commands(programs: Path, pythons: list[str]) -> dict[str, list[str]]:
    """What is measured; torchinfo runs in the interpreter that runs this file."""
    found = {"python -c pass": [str(programs / "python"), "-c", "pass"]}
    for python in [str(programs / "python"), *pythons]:
        ask = [python, "-c", "from importlib.metadata import version; print(version('typer'))"]
        version = subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip()
        found[f"a hello of typer {version}"] = [python, "-c", HELLO]
    ours = str(programs / "cnncalc")
    found["cnncalc show alexnet"] = [ours, "show", "alexnet"]
    found["cnncalc show alexnet --format json"] = [ours, "show", "alexnet", "--format", "json"]
    found["cnncalc lint alexnet"] = [ours, "lint", "alexnet"]
    found["torchinfo 1.8.0, AlexNet's table"] = [sys.executable, str(HERE / "alexnet_torchinfo.py")]
    return found


def processes(runs: int, pythons: list[str]) -> list[list[str]]:
    """The table of whole processes."""
    with tempfile.TemporaryDirectory() as folder:
        found = medians(commands(installed(folder), pythons), runs)
    hello = next(cost for name, cost in found.items() if "hello" in name)
    info = next(cost for name, cost in found.items() if "torchinfo" in name)
    rows = [["command", "ms", "of hello", "faster than torchinfo", "MB", "lighter than torchinfo"]]
    for name, cost in found.items():
        times = [f"{cost.seconds * 1000:.0f}", f"{cost.seconds / hello.seconds:.2f}"]
        sizes = [f"{cost.memory / 1e6:.0f}", f"{info.memory / cost.memory:.1f}"]
        rows.append([name, *times, f"{info.seconds / cost.seconds:.1f}", *sizes])
    return rows


def counter(name: str) -> Callable[[int], int]:
    """MACs by FlopCounterMode over the built network on the meta device."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    import cnncalc

    network = cnncalc.load(name)
    with torch.device("meta"):
        module = network.to_torch().eval()
        x = torch.empty(1, *network.inputs[0].output.dims)

    def count(turn: int) -> int:
        with FlopCounterMode(display=False) as flops:
            module(x)
        return flops.get_total_flops() // 2

    return count


def reader(name: str) -> Callable[[int], int]:
    """MACs, with every other number, from the spec's text; the number of classes is another each time."""
    import cnncalc
    from cnncalc.analysis.report import report

    text = (HERE.parent / "specs" / f"{name}.spec").read_text(encoding="utf-8")

    def read(turn: int) -> int:
        totals = report(cnncalc.loads(text.replace("FC8: 1000", f"FC8: {1000 + turn}"))).totals
        return totals.macs if totals else 0

    return read


def block(way: Callable[[int], int], first: int) -> list[float]:
    """The seconds of one block, without its first quarter."""
    taken = []
    for turn in range(first, first + BLOCK):
        begin = time.perf_counter()
        way(turn)
        taken.append(time.perf_counter() - begin)
    return taken[BLOCK // 4 :]


def within() -> list[list[str]]:
    """The table of text to numbers within this process."""
    rows = [["network", "FlopCounterMode, ms", "cnncalc, ms", "times faster"]]
    for name in NETS:
        ways = (counter(name), reader(name))
        if len({way(0) for way in ways}) > 1:
            raise SystemExit(f"{name}: the two do not agree")
        blocks = [[block(way, BLOCK * turn) for way in ways] for turn in range(BLOCKS)]
        torch, ours = (statistics.median(t for b in each for t in b) * 1000 for each in zip(*blocks, strict=True))
        rows.append([name, f"{torch:.2f}", f"{ours:.2f}", f"{torch / ours:.1f}"])
    return rows


def shown(rows: list[list[str]], markdown: bool) -> str:
    """A table, its numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [[c.rjust(w) if i else c.ljust(w) for i, (c, w) in enumerate(zip(r, widths, strict=True))] for r in rows]
    if not markdown:
        return "\n".join("  ".join(line) for line in lines)
    rule = ["-" * w if not i else "-" * (w - 1) + ":" for i, w in enumerate(widths)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [lines[0], rule, *lines[1:]])


def main() -> None:
    """Measure and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=15, help="how often each command runs")
    parser.add_argument("--python", action="append", default=[], help="an interpreter whose typer is weighed")
    parser.add_argument("--markdown", action="store_true", help="tables as docs/benchmarks.md has them")
    given = parser.parse_args()
    for rows in (processes(given.runs, given.python), within()):
        print(shown(rows, given.markdown) + "\n")


if __name__ == "__main__":
    main()
