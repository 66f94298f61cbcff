"""Networks of the zoo learn the task that needs no data; `benchmarks/training.py` trains larger ones."""

import json
import sys
from pathlib import Path

import pytest
import torch
from scripts import emitted, run

import cnncalc

ROOT = Path(__file__).parent.parent

# The text CNN with fewer words: a step of Adadelta goes through the table of all of them.
NETWORKS = {
    "lenet5": ({}, ("--epochs", 3, "--batch", 32)),
    "textcnn": ({"words": 500}, ("--epochs", 2)),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """No curves."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    yield
    torch.set_float32_matmul_precision("highest")


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_of_the_zoo_learn(tmp_path, capfd, name):
    constants, options = NETWORKS[name]
    script = emitted(tmp_path, name, set=constants)
    done = run(script, capfd, "--samples", 600, "--workers", 0, "--device", "cpu", *options)
    assert done.status == 0, done.err
    epochs = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert epochs[-1]["val_accuracy"] > 0.95
    assert epochs[-1]["accuracy"] > epochs[0]["accuracy"]


def test_the_page_tells_of_six_networks_that_learn():
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    lines = page.partition("## Networks learn")[2].partition("The aim")[0].splitlines()
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    found = {row[0]: float(row[head.index("accuracy %")]) for row in rows}
    assert len(found) == 6
    assert min(found.values()) > 95


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks" / "networks").glob("*.spec")), ids=lambda path: path.stem)
def test_the_networks_of_the_benchmark_are_written_as_fmt_writes_them_and_clean(path):
    text = path.read_text(encoding="utf-8")
    assert cnncalc.format(text) == text
    assert [finding.message for finding in cnncalc.load(path).lint() if finding.severity != "info"] == []
    assert "train:" in text
