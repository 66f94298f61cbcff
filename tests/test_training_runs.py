"""Runs of training scripts: they learn, go on where they ended, and are the same however they are cut."""

import torch
from scripts import emitted, run

CHAIN = """\
INPUT: 8x8x1
CONV1: 4 3x3 pad 1 relu
POOL1: maxpool 2x2
FC2: 3
train: batch 20, sgd momentum 0.9, lr 0.1, epochs 3
"""


def test_a_small_network_learns_the_task_that_needs_no_data(tmp_path, capfd):
    script = emitted(tmp_path, CHAIN)
    done = run(script, capfd, "--samples", 200)
    assert done.status == 0, done.err
    best = torch.load(tmp_path / "run" / "best.pt", weights_only=True)
    assert best["epoch"]["val_accuracy"] > 0.95
    assert f"best: epoch {best['epoch']['epoch']}" in done.out
