"""How soon files meant to do harm are answered: `cnncalc show` on each in a process of its own, as the tests run it.

    pip install -e '.[dev]'
    python benchmarks/hostile.py [--rounds 3] [--slowest 8] [--markdown]

The files are those of the tests: megabytes of nothing, repeats of repeats, graphs that double. Seconds are of the
processor, medians of rounds; the slowest files are shown, and how often one takes as long as `show alexnet`.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))


def files() -> dict[str, bytes]:
    """The files of the tests by their names."""
    import test_bad_input
    import test_hostile
    import test_hostile_graphs

    graphs = {name: test_hostile_graphs.INPUT + text for name, (text, _) in test_hostile_graphs.HEAVY.items()}
    texts = {name: text.encode() for name, text in (graphs | test_bad_input.HUGE).items()}
    return {name: data for name, (data, _) in test_hostile.HEAVY.items()} | texts


def seconds(spec: str, folder: Path) -> float:
    """What `show` takes of the processor for a file or a name."""
    from test_hostile import process

    begin = resource.getrusage(resource.RUSAGE_CHILDREN)
    process("show", spec, cwd=folder)
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    return end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime


def median(spec: str, folder: Path, rounds: int) -> float:
    """The median of some rounds."""
    return statistics.median(seconds(spec, folder) for _ in range(rounds))


def main() -> None:
    """Measure and print the table."""
    from speed import shown

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=3, help="how often each file is shown")
    parser.add_argument("--slowest", type=int, default=8, help="how many of them are told")
    parser.add_argument("--markdown", action="store_true", help="a table as docs/benchmarks.md has it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, taken = Path(name), {}
        alexnet = median("alexnet", folder, given.rounds)
        for number, (title, data) in enumerate(files().items()):
            spec = folder / f"{number}.spec"
            spec.write_bytes(data)
            taken[title] = len(data), median(spec.name, folder, given.rounds)
    rows = [["file", "KB", "s", "of show alexnet"]]
    for title, (size, took) in sorted(taken.items(), key=lambda item: -item[1][1])[: given.slowest]:
        rows.append([title, f"{size / 1000:,.0f}", f"{took:.2f}", f"{took / alexnet:.1f}"])
    print(f"{len(taken)} files, the slowest {given.slowest}:\n\n{shown(rows, given.markdown)}")


if __name__ == "__main__":
    main()
