"""How long the command line takes, as whole processes: ratios of medians measured in one run.

    python benchmarks/startup.py [--runs 15]

Each command runs in turn, round after round, so that a machine that slows down slows all of them.
To weigh another version of typer, install it into an environment of its own and name its interpreter:

    python benchmarks/startup.py --python old/bin/python --python new/bin/python
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

HELLO = "import typer\napp = typer.Typer()\n@app.command()\ndef main(name: str = 'x'): print('hello', name)\napp()"


def seconds(command: list[str]) -> float:
    """The wall time of one run, its output thrown away."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


def medians(commands: dict[str, list[str]], runs: int) -> dict[str, float]:
    """The median of each command; one round warms up and is not counted."""
    rounds = [{name: seconds(command) for name, command in commands.items()} for _ in range(runs + 1)][1:]
    return {name: statistics.median(r[name] for r in rounds) for name in commands}


def commands(pythons: list[str]) -> dict[str, list[str]]:
    """What is measured: the interpreter alone, a hello of the installed typer, and our commands."""
    found = {"python -c pass": [sys.executable, "-c", "pass"]}
    for python in pythons or [sys.executable]:
        version = subprocess.run(
            [python, "-c", "from importlib.metadata import version; print(version('typer'))"],
            check=True, capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip
        found[f"hello typer {version}"] = [python, "-c", HELLO]
    ours = [sys.executable, "-m", "cnncalc"]
    found["show alexnet"] = [*ours, "show", "alexnet"]
    found["show alexnet --format json"] = [*ours, "show", "alexnet", "--format", "json"]
    found["lint alexnet"] = [*ours, "lint", "alexnet"]
    return found


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--python", action="append", default=[], help="an interpreter whose typer is weighed")
    given = parser.parse_args()
    found = medians(commands(given.python), given.runs)
    base = next(value for name, value in found.items() if name.startswith("hello"))
    for name, value in found.items():
        print(f"{name:32} {value * 1000:7.1f} ms  {value / base:5.2f} of the first hello")


if __name__ == "__main__":
    main()
