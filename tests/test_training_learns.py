"""Networks of the zoo learn the task that needs no data; `benchmarks/training.py` trains larger ones."""

import json
import sys

import pytest
import torch
from scripts import emitted, run

# The text CNN with fewer words: a step of Adadelta goes through the table of all of them.
NETWORKS = {
    "lenet5": ({}, ("--epochs", 3, "--batch", 32)),
    "textcnn": ({"words": 500}, ("--epochs", 2)),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """One thread, as these networks are too small for more; no curves."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
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
