"""Runs of training scripts: they learn, go on where they ended, and are the same however they are cut."""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from scripts import emitted, run
from torch.nn import functional as F

import cnncalc

CHAIN = """\
INPUT: 8x8x1
CONV1: 4 3x3 pad 1 relu
POOL1: maxpool 2x2
FC2: 3
train: batch 20, sgd momentum 0.9, lr 0.1, epochs 3
"""
WHOLE = """\
INPUT: 8x8x1
CONV1: 4 3x3 pad 1 bn relu
POOL1: maxpool 2x2
DROP1: dropout 0.5
FC2: 3
train: batch 20, sgd momentum 0.9, lr 2, epochs 6, crop 1, flip, schedule plateau factor 0.5 patience 1, clip 1
"""
"""All that draws by chance, keeps means of its own or looks back on earlier epochs."""
NORMED = """\
INPUT: 6
FC1: 4 bn relu
FC2: 3
train: batch 1, adam, lr 0.01, epochs 2
"""
TIMES = ("seconds", "samples_per_second", "peak_bytes")
FEW = ("--samples", 60, "--workers", 0)
LEAST = ("--samples", 20, "--workers", 0)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """No curves, which take longer to draw than these networks to train; PyTorch as it was before."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    yield
    torch.set_float32_matmul_precision("highest")


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    return emitted(tmp_path_factory.mktemp("chain"), CHAIN)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return emitted(tmp_path_factory.mktemp("whole"), WHOLE)


def read(path):
    return torch.load(path, weights_only=True)


def timeless(epoch):
    return {key: value for key, value in epoch.items() if key not in TIMES}


def lines(folder):
    """The epochs of metrics.jsonl, without what no two runs have alike."""
    return [timeless(json.loads(line)) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def flat(value, path=""):
    """All leaves of a checkpoint by their paths, tensors by their bits; without times."""
    if isinstance(value, dict):
        items = timeless(value).items()
    elif isinstance(value, (list, tuple)):
        items = enumerate(value)
    else:
        return {path: value.numpy().tobytes() if isinstance(value, torch.Tensor) else value}
    return {at: leaf for key, each in items for at, leaf in flat(each, f"{path}/{key}").items()}


def same(one, two):
    """Whether two folders hold the same run."""
    assert flat(read(one / "last.pt")) == flat(read(two / "last.pt"))
    assert flat(read(one / "best.pt")) == flat(read(two / "best.pt"))
    assert lines(one) == lines(two)


def npz(path, x, y, x_val, y_val):
    np.savez(path, x_train=x, y_train=y, x_val=x_val, y_val=y_val)
    return path


def test_a_small_network_learns_the_task_that_needs_no_data(tmp_path, capfd):
    script = emitted(tmp_path, CHAIN)
    done = run(script, capfd, "--samples", 200)
    assert done.status == 0, done.err
    best = read(tmp_path / "run" / "best.pt")
    assert best["epoch"]["val_accuracy"] > 0.95
    assert f"best: epoch {best['epoch']['epoch']}" in done.out
    assert [epoch["epoch"] for epoch in lines(tmp_path / "run")] == [1, 2, 3]


# one run and the same run in two


@pytest.mark.parametrize(
    "options",
    [(), ("--workers", 2), ("--precision", "fp16"), ("--precision", "bf16", "--accumulate", 3), ("--channels-last",)],
    ids=lambda options: "-".join(map(str, options)).strip("-") or "plain",
)
def test_resuming_gives_every_bit_of_a_run_that_was_not_cut(whole, tmp_path, capfd, options):
    one, two = tmp_path / "one", tmp_path / "two"
    options = (*FEW, *options)
    assert run(whole, capfd, *options, "--out", one).status == 0
    assert run(whole, capfd, *options, "--out", two, "--epochs", 2).status == 0
    done = run(whole, capfd, "--out", two, "--resume", "--epochs", 6)
    assert "going on behind epoch 2" in done.out
    same(one, two)
    assert len(lines(one)) == 6
    assert {epoch["rate"] for epoch in lines(one)[2:]} > {2.0}, "no plateau was reached behind the cut"
    momentum = read(one / "last.pt")["optimizer"]["state"][0]["momentum_buffer"]
    assert momentum.abs().max() > 0


def test_a_run_goes_on_with_the_options_it_began_with(whole, tmp_path, capfd, monkeypatch):
    x, y = bytes_of(60, np.random.default_rng(0))
    np.savez(tmp_path / "d.npz", x=x, y=y)
    options = ("--data", "d.npz", "--batch", 9, "--lr", 0.003, "--seed", 5, "--workers", 0, "--channels-last")
    monkeypatch.chdir(tmp_path)
    assert run(whole, capfd, *options, "--epochs", 4, "--out", tmp_path / "straight").status == 0
    for count, more in ((1, options), (4, ())):
        again = ["--resume"] * (count > 1)
        assert run(whole, capfd, *more, "--epochs", count, "--out", tmp_path / "cut", *again).status == 0
        (tmp_path / "elsewhere").mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path / "elsewhere")
    same(tmp_path / "straight", tmp_path / "cut")
    assert read(tmp_path / "cut" / "last.pt")["options"]["data"] == str((tmp_path / "d.npz").resolve())
    done = run(whole, capfd, "--out", tmp_path / "cut", "--resume")
    assert "going on behind epoch 4; --epochs 4 asks for no more" in done.out
    done = run(whole, capfd, "--out", tmp_path / "cut", "--resume", "--epochs", 5, "--batch", 6, "--lr", 0.002)
    assert "batch 6, " in done.out
    assert lines(tmp_path / "cut")[-1]["rate"] < 0.003


def test_a_run_without_its_best_weights_is_told(chain, tmp_path, capfd):
    run(chain, capfd, *FEW, "--epochs", 1, "--out", tmp_path / "run")
    (tmp_path / "run" / "best.pt").unlink()
    done = run(chain, capfd, "--out", tmp_path / "run", "--resume", "--epochs", 2)
    said = f"train: there is no {tmp_path / 'run' / 'best.pt'}: --out names another folder\n"
    assert (done.status, done.err) == (2, said)


def test_who_loads_samples_changes_no_bit(whole, tmp_path, capfd):
    one, two = tmp_path / "one", tmp_path / "two"
    run(whole, capfd, "--samples", 60, "--epochs", 3, "--workers", 0, "--out", one)
    run(whole, capfd, "--samples", 60, "--epochs", 3, "--workers", 2, "--out", two)
    same(one, two)


def test_the_seed_decides_a_run(whole, tmp_path, capfd):
    for name, seed in (("one", 7), ("two", 7), ("other", 8)):
        run(whole, capfd, *FEW, "--epochs", 1, "--seed", seed, "--out", tmp_path / name)
    same(tmp_path / "one", tmp_path / "two")
    assert lines(tmp_path / "one") != lines(tmp_path / "other")


def test_a_run_is_not_begun_twice_and_not_gone_on_with_where_there_is_none(chain, tmp_path, capfd):
    out = tmp_path / "run"
    done = run(chain, capfd, *FEW, "--out", out, "--resume", "--epochs", 1)
    assert (done.status, "no epoch is kept yet: this run begins" in done.out) == (0, True)
    done = run(chain, capfd, *FEW, "--out", out)
    assert done.status == 2
    assert done.err == f"train: {out} holds a run already: --resume goes on with it, --out names another folder\n"
    (out / "last.pt").unlink()
    assert "holds a run already" in run(chain, capfd, *FEW, "--out", out).err


def test_fewer_epochs_than_there_are_ask_for_no_more(chain, tmp_path, capfd):
    run(chain, capfd, *FEW, "--out", tmp_path / "run")
    before = (tmp_path / "run" / "last.pt").read_bytes()
    done = run(chain, capfd, *FEW, "--out", tmp_path / "run", "--resume", "--epochs", 2)
    assert done.status == 0
    assert "going on behind epoch 3; --epochs 2 asks for no more" in done.out
    assert "best: epoch" in done.out
    assert (tmp_path / "run" / "last.pt").read_bytes() == before


def test_a_script_goes_on_with_its_own_numbers_and_another_precision(chain, tmp_path, capfd, monkeypatch):
    run(chain, capfd, *FEW, "--out", tmp_path / "run", "--epochs", 1)
    monkeypatch.setattr(chain, "MOMENTUM", 0.5)
    run(chain, capfd, *FEW, "--out", tmp_path / "run", "--epochs", 2, "--resume", "--lr", 0.025, "--precision", "fp16")
    last = read(tmp_path / "run" / "last.pt")
    assert [(g["momentum"], g["lr"]) for g in last["optimizer"]["param_groups"]] == [(0.5, 0.025)] * 2
    assert last["scaler"]["scale"] > 0


# files that are cut, broken or of something else


class Killed(BaseException):
    """Nothing catches it: the process is gone."""


class Deadly:
    """Ends a run at one of the points where a file is written: before, within or behind each call."""

    def __init__(self, at):
        self.left = at

    def point(self, half=lambda: None):
        self.left -= 1
        if self.left == 0:
            half()
            raise Killed

    def around(self, call, half):
        def called(*args, **options):
            self.point()
            self.point(lambda: half(*args, **options))
            given = call(*args, **options)
            self.point()
            return given

        return called

    def patch(self, monkeypatch):
        nothing = lambda *args, **options: None  # noqa: E731
        monkeypatch.setattr(torch, "save", self.around(torch.save, lambda state, file: file.write(b"half a file")))
        monkeypatch.setattr(os, "fsync", self.around(os.fsync, nothing))
        monkeypatch.setattr(Path, "replace", self.around(Path.replace, nothing))
        half = lambda path, text, **options: path.write_bytes(text[: len(text) // 2].encode())  # noqa: E731
        monkeypatch.setattr(Path, "write_text", self.around(Path.write_text, half))


def killed_at(at, script, capfd, out):
    """Whether a run of two epochs is killed at this point."""
    with pytest.MonkeyPatch.context() as patch:
        Deadly(at).patch(patch)
        try:
            run(script, capfd, *LEAST, "--epochs", 2, "--out", out)
        except Killed:
            return True
    return False


def test_wherever_a_write_is_cut_at_most_an_epoch_is_lost(whole, tmp_path, capfd, monkeypatch):
    straight = tmp_path / "straight"
    run(whole, capfd, *LEAST, "--epochs", 2, "--out", straight)
    points = 0
    while killed_at(points + 1, whole, capfd, out := tmp_path / str(points)):
        points += 1
        history = read(out / "last.pt")["history"] if (out / "last.pt").exists() else []
        assert list(map(timeless, history)) == lines(straight)[: len(history)]
        told = lines(out) if (out / "metrics.jsonl").exists() else []
        assert told == lines(straight)[: len(told)]
        assert len(history) - len(told) in (0, 1)
        if history:
            assert read(out / "best.pt")["epoch"]["epoch"] <= len(history) + 1
        assert run(whole, capfd, *LEAST, "--epochs", 2, "--out", out, "--resume").status == 0
        same(straight, out)
    # a file has 3 points a call: save, fsync and replace twice an epoch for weights, write and replace once for lines
    assert points >= 2 * 3 * (3 + 2)


def test_the_best_weights_of_an_epoch_that_was_cut_are_not_lost_to_worse_ones(chain, tmp_path, capfd, monkeypatch):
    out = tmp_path / "run"
    run(chain, capfd, *FEW, "--epochs", 1, "--lr", 1e-6, "--out", out)
    save = chain.save

    def killed(state, path):
        if path.name == "last.pt":
            raise Killed
        save(state, path)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(chain, "save", killed)
        run(chain, capfd, "--epochs", 2, "--lr", chain.LEARNING_RATE, "--out", out, "--resume")
    best = read(out / "best.pt")["epoch"]
    assert best["epoch"] == 2
    done = run(chain, capfd, *FEW, "--epochs", 3, "--lr", 1e-6, "--out", out, "--resume")
    assert read(out / "best.pt")["epoch"] == best
    assert f"best: epoch 2, validation loss {best['val_loss']:.4f}" in done.out


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no disk that is always full")
@pytest.mark.parametrize("name", ["best", "last", "metrics"])
def test_a_full_disk_is_told_in_a_line_and_breaks_no_file(chain, tmp_path, capfd, name):
    out = tmp_path / "run"
    run(chain, capfd, *FEW, "--epochs", 1, "--lr", 1e-6, "--out", out)
    before = {path.name: path.read_bytes() for path in out.glob("*.pt")}
    (out / f"{name}.part").symlink_to(FULL)
    done = run(chain, capfd, *FEW, "--epochs", 2, "--out", out, "--resume")
    assert done.status == 1
    assert done.err == (
        f"train: [Errno 28] No space left on device; --resume goes on behind the last epoch that {out} holds\n"
    )
    assert [epoch["epoch"] for epoch in lines(out)] == [1]
    assert name != "best" or {path.name: path.read_bytes() for path in out.glob("*.pt")} == before
    (out / f"{name}.part").unlink()
    assert run(chain, capfd, *FEW, "--epochs", 2, "--out", out, "--resume").status == 0
    assert [epoch["epoch"] for epoch in lines(out)] == [1, 2]


def halved(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def less(path):
    path.write_bytes(path.read_bytes()[:-5])


def of_another_network(path):
    torch.save({**read(path), "spec": "0123"}, path)


BROKEN = {
    "halved": halved,
    "less": less,
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("weights"),
    "tensor": lambda path: torch.save(torch.zeros(3), path),
    "weights": lambda path: torch.save(read(path)["model"], path),
}


@pytest.mark.parametrize("name", ["last.pt", "best.pt"])
@pytest.mark.parametrize("broken", BROKEN.values(), ids=list(BROKEN))
def test_a_checkpoint_that_is_none_is_named(chain, tmp_path, capfd, name, broken):
    path = tmp_path / "run" / name
    run(chain, capfd, *FEW, "--epochs", 1, "--out", path.parent)
    broken(path)
    done = run(chain, capfd, *FEW, "--out", path.parent, "--resume")
    assert done.status == 2
    assert done.err == f"train: {path} is no whole checkpoint: move it away, or name another folder with --out\n"


def test_a_checkpoint_of_another_network_is_named(chain, whole, tmp_path, capfd):
    path = tmp_path / "run" / "last.pt"
    run(whole, capfd, *FEW, "--epochs", 1, "--out", path.parent)
    done = run(chain, capfd, *FEW, "--out", path.parent, "--resume")
    assert done.status == 2
    said = f"{path} is of another network (spec {whole.SPEC}, here {chain.SPEC}); --out names another folder"
    assert done.err == f"train: {said}\n"


def test_a_checkpoint_of_another_optimizer_is_named(chain, tmp_path, capfd, monkeypatch):
    path = tmp_path / "run" / "last.pt"
    run(chain, capfd, *FEW, "--epochs", 1, "--out", path.parent)
    other = emitted(tmp_path, CHAIN.replace("sgd momentum 0.9", "adam"))
    monkeypatch.setattr(other, "SPEC", chain.SPEC)
    done = run(other, capfd, *FEW, "--out", path.parent, "--resume")
    assert done.status == 2
    assert done.err == f"train: {path} is of another optimizer; --out names another folder\n"


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_folder_that_cannot_be_one_is_named(chain, tmp_path, capfd, below):
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / below
    done = run(chain, capfd, *FEW, "--out", out)
    assert done.status == 2
    why = "Not a directory" if below else "File exists"
    assert done.err == f"train: --out {out}: {why}; it takes a folder that can be written\n"


def test_a_folder_that_cannot_be_written_is_told_before_the_first_step(chain, tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(Path, "write_bytes", lambda *_: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    done = run(chain, capfd, *FEW, "--out", tmp_path / "run")
    assert (done.status, done.out) == (2, "")
    assert done.err == (f"train: --out {tmp_path / 'run'}: Permission denied; it takes a folder that can be written\n")


def interrupting(script, monkeypatch, after):
    """The script's steps, in one of which Ctrl-C is pressed."""
    step, steps = script.Training.step, []

    def pressed(self, *batch):
        steps.append(1)
        if len(steps) == after:
            signal.raise_signal(signal.SIGINT)
        return step(self, *batch)

    monkeypatch.setattr(script.Training, "step", pressed)


def test_an_interrupted_run_says_how_it_goes_on(chain, tmp_path, capfd, monkeypatch):
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        interrupting(chain, patch, 5)  # the second step of the second epoch
        done = run(chain, capfd, *FEW, "--out", out)
    assert done.status == 130
    assert done.out.endswith(f"\nstopped; --resume goes on behind the last whole epoch that {out} holds\n")
    assert done.err == ""
    assert [epoch["epoch"] for epoch in lines(out)] == [1]
    assert run(chain, capfd, *FEW, "--out", out, "--resume").status == 0
    run(chain, capfd, *FEW, "--out", tmp_path / "straight")
    same(tmp_path / "straight", out)


def shown(terminal, until):
    """What a terminal shows until a condition holds."""
    text, end = b"", time.monotonic() + 60
    while not until(text) and time.monotonic() < end:
        text += os.read(terminal, 4096)
    return text.decode()


def test_a_process_shows_its_steps_on_a_terminal_and_may_be_killed(chain, tmp_path, capfd):
    out = tmp_path / "run"
    mine, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("4H", 24, 100, 0, 0))
    options = map(str, ("--samples", 800, "--workers", 0, "--epochs", 99, "--batch", 4, "--out", out))
    with subprocess.Popen([sys.executable, chain.__file__, *options], stdout=terminal, stderr=terminal) as script:
        os.close(terminal)
        text = shown(mine, lambda text: b"epoch 3/99: " in text and b"accuracy" in text.rpartition(b"epoch 3/99: ")[2])
        script.kill()
    form = r"\repoch 3/99: +\d+%\|.*\| \d\d:\d\d left, [\d.]+k? images/s, loss \d\.\d{4}, accuracy [\d.]+ %"
    assert re.search(form, text)
    assert re.search(r"\r +2/99 +\d\.\d{4} .* \d\d:\d\d\r?\n", text)
    done = len(lines(out))
    assert done >= 2
    (out / "last.part").write_bytes(b"half a file")
    few = ("--samples", 800, "--workers", 0, "--batch", 4)
    assert run(chain, capfd, *few, "--epochs", done + 1, "--out", out, "--resume").status == 0
    run(chain, capfd, *few, "--epochs", done + 1, "--out", tmp_path / "straight")
    same(tmp_path / "straight", out)


# what a step is


@pytest.mark.parametrize("batch", [20, 7])
def test_a_step_in_parts_is_the_same_step(chain, tmp_path, capfd, batch):
    for parts in (1, 2, 3):
        run(chain, capfd, *FEW, "--batch", batch, "--accumulate", parts, "--out", tmp_path / str(parts))
    one, *others = (read(tmp_path / str(parts) / "last.pt")["model"] for parts in (1, 2, 3))
    for other in others:
        for name, weight in one.items():
            torch.testing.assert_close(other[name], weight, atol=1e-6, rtol=0)


def test_the_parts_of_a_step_differ_by_one_sample_at_most(chain, tmp_path, capfd, monkeypatch):
    sizes, work = [], chain.Training.work

    def counted(self, x, target, model):
        sizes.append(len(x))
        return work(self, x, target, model)

    monkeypatch.setattr(chain.Training, "work", counted)
    options = ("--samples", 7, "--workers", 0, "--epochs", 1, "--out", tmp_path / "run", "--batch", 7)
    run(chain, capfd, *options, "--accumulate", 3)
    assert sizes[:3] == [3, 2, 2]


@pytest.mark.parametrize("precision", ["fp32", "tf32", "bf16", "fp16"])
def test_every_precision_learns(chain, tmp_path, capfd, precision):
    done = run(chain, capfd, "--samples", 200, "--workers", 0, "--out", tmp_path / "run", "--precision", precision)
    assert done.status == 0, done.err
    assert f"235 parameters, {precision} on the CPU" in done.out
    best = read(tmp_path / "run" / "best.pt")
    assert best["epoch"]["val_accuracy"] > 0.95
    assert {weight.dtype for weight in best["model"].values()} == {torch.float32}


@pytest.mark.parametrize(
    ("end", "kind"),
    [("fc 1; sigmoid", "sigmoid"), ("fc 3; rbf 4\ntrain: loss cross_entropy", "rbf"), ("fc 4; sigmoid", "")],
)
def test_what_16_bits_cannot_tell_is_not_trained_in_them(tmp_path, capfd, end, kind):
    """In bfloat16 a sigmoid of 7 is 1: nothing of the score is left to learn from."""
    network = cnncalc.loads(f"INPUT: 2\n{end}\n")
    script = emitted(tmp_path, f"INPUT: 2\n{end}\n" + "train: loss mse\n" * (not kind))
    assert (f"{network.name} ends in {kind}" if kind else "") == script.EXACT
    for precision in ("bf16", "fp16"):
        done = run(script, capfd, *FEW, "--epochs", 1, "--precision", precision, "--out", tmp_path / precision)
        said = f"train: --precision {precision}: {script.EXACT}, for which 16 bits hold too little; take fp32\n"
        assert (done.status, done.err) == ((2, said) if kind else (0, ""))
    assert ", fp32 on the CPU" in run(script, capfd, *FEW, "--epochs", 1, "--out", tmp_path / "auto").out


def test_workers_are_no_more_than_the_cores_that_may_be_used(chain, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {1, 5, 7})
    assert chain.cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert chain.cores() == 6


def test_sixteen_bits_are_used_where_they_are_asked_for(chain, monkeypatch, tmp_path, capfd):
    seen = set()
    monkeypatch.setattr(
        chain.nn.Linear, "forward", lambda self, x: seen.add(F.linear(x, self.weight).dtype) or x[:, :3]
    )
    for precision in ("fp32", "bf16", "fp16"):
        chain_options = ("--precision", precision, "--epochs", 1, "--out", tmp_path / precision)
        run(chain, capfd, *FEW, *chain_options)
        assert seen == {{"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]}
        seen.clear()


SOLID = """\
INPUT: 6x6x6x1
CONV1: 4 3x3x3 pad 1
BIAS1: bias untied
RELU1: relu
FC2: 3
train: batch 20, sgd momentum 0.9, lr 0.1, epochs 2
"""


@pytest.mark.parametrize(("text", "layout"), [(CHAIN, torch.channels_last), (SOLID, torch.channels_last_3d)])
def test_channels_that_lie_together_give_the_same_numbers(tmp_path, capfd, monkeypatch, text, layout):
    script = emitted(tmp_path, text)
    run(script, capfd, *FEW, "--out", tmp_path / "apart")
    laid, work = [], script.Training.laid

    def seen(self, x):
        laid.append(work(self, x))
        return laid[-1]

    monkeypatch.setattr(script.Training, "laid", seen)
    done = run(script, capfd, *FEW, "--out", tmp_path / "together", "--channels-last")
    assert done.status == 0, done.err
    assert all(x.is_contiguous(memory_format=layout) for x in laid if x.ndim == 5 - (layout == torch.channels_last))
    apart, together = (read(tmp_path / name / "last.pt")["model"] for name in ("apart", "together"))
    for name, weight in apart.items():
        torch.testing.assert_close(together[name], weight, atol=1e-5, rtol=1e-4)


def test_compiling_is_asked_for_once_and_changes_no_number(chain, tmp_path, capfd, monkeypatch):
    run(chain, capfd, *FEW, "--out", tmp_path / "eager")
    compiled = []
    monkeypatch.setattr(torch, "compile", lambda call, **_: compiled.append(call) or call)
    run(chain, capfd, *FEW, "--out", tmp_path / "compiled", "--compile")
    assert len(compiled) == 1
    same(tmp_path / "eager", tmp_path / "compiled")


def test_a_network_that_cannot_be_compiled_is_told_in_a_line(chain, tmp_path, capfd, monkeypatch):
    def compiled(call, **_):
        def called(*_):
            from torch._inductor.exc import InvalidCxxCompiler

            raise InvalidCxxCompiler

        return called

    monkeypatch.setattr(torch, "compile", compiled)
    done = run(chain, capfd, *FEW, "--out", tmp_path / "run", "--compile")
    assert done.status == 1
    assert done.err.startswith("train: --compile: No working C++ compiler found")
    assert done.err.endswith("; without --compile the network trains as it is\n")
    assert done.err.count("\n") == 1


def test_a_fault_of_the_script_itself_keeps_its_traceback(chain, tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(chain.Training, "turn", lambda *_: (_ for _ in ()).throw(RuntimeError("no such thing")))
    with pytest.raises(RuntimeError, match="no such thing"):
        run(chain, capfd, *FEW, "--out", tmp_path / "run")


def test_other_processes_that_end_are_told(chain, capfd, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train.py"])
    lost = RuntimeError("[pair.cc:553] Connection closed by peer [127.0.0.1]:4321")
    assert chain.remedy(lost, chain.parsed()) == "another process of this run has ended; its own line says why"
    loader = RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed.\nmore of it")
    assert chain.remedy(loader, chain.parsed()) == "DataLoader worker (pid 7) is killed by signal: Killed."


@pytest.mark.skipif(torch.cuda.is_available(), reason="of machines without a GPU")
def test_what_needs_a_gpu_is_told_without_one(chain, tmp_path, capfd):
    done = run(chain, capfd, "--device", "cuda", "--out", tmp_path / "run")
    assert (done.status, done.err) == (2, "train: PyTorch sees 0 GPUs here for 1 process; --device cpu needs none\n")
    done = run(chain, capfd, "--sync-bn", "--out", tmp_path / "run")
    assert (done.status, done.err) == (2, "train: --sync-bn needs GPUs: PyTorch has no such norm for the CPU\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--epochs", 0), "--epochs: '0' is no whole number from 1 to 999999999"),
        (("--samples", "2.5"), "--samples: '2.5' is no whole number from 1 to 999999999"),
        (("--accumulate", "1" * 10), "--accumulate: '1111111111' is no whole number from 1 to 999999999"),
        (("--batch", 0), "--batch: '0' is no whole number from 1 to 999999999"),
        (("--batch", "all"), "--batch: 'all' is no whole number from 1 to 999999999"),
        (("--seed", "-1"), "--seed: '-1' is no whole number from 0 to 999999999"),
        (("--workers", "-1"), "--workers: '-1' is no whole number from 0 to 999999999"),
        (("--lr", "nan"), "--lr: 'nan' is no number above 0"),
        (("--lr", "abc"), "--lr: 'abc' is no number above 0"),
        (("--lr", 0), "--lr: '0' is no number above 0"),
        (("--lr", "inf"), "--lr: 'inf' is no number above 0"),
        (("--precision", "fp8"), "--precision: invalid choice: 'fp8'"),
    ],
)
def test_values_that_cannot_be_name_themselves(chain, capfd, options, said):
    done = run(chain, capfd, *options)
    assert done.status == 2
    assert done.err.startswith(f"train: argument {said}")
    assert done.err.endswith(" (--help tells all options)\n")
    assert done.err.count("\n") == 1


def test_of_many_processes_one_tells_what_is_wrong(chain, capfd, monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert run(chain, capfd, "--lr", "nan") == (2, "", "")
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("LOCAL_RANK", "0")  # the first of its machine
    said = "train: argument --lr: 'nan' is no number above 0 (--help tells all options)\n"
    assert run(chain, capfd, "--lr", "nan") == (2, "", said)


# how large a batch may be


def world(script, size=1, device="cpu"):
    return script.World(size, 0, torch.device(device))


def automatic(script, tmp_path, capfd, *options):
    done = run(script, capfd, "--workers", 0, "--epochs", 1, "--batch", "auto", *options, "--out", tmp_path / "run")
    assert done.status == 0, done.err
    return int(re.search(r"batch (\d+),", done.out)[1])


def test_the_batch_is_what_memory_holds(chain, tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(chain, "free_bytes", lambda _: (chain.FIXED_BYTES + 40.5 * chain.SAMPLE_BYTES) / 0.9)
    assert automatic(chain, tmp_path / "a", capfd, "--samples", 200) == 32
    assert automatic(chain, tmp_path / "c", capfd, "--samples", 200, "--accumulate", 4) == 128
    assert automatic(chain, tmp_path / "d", capfd, "--samples", 31) == 16
    monkeypatch.setattr(chain, "free_bytes", lambda _: 0)
    assert automatic(chain, tmp_path / "e", capfd, "--samples", 31) == 1


def test_sixteen_bits_take_half_of_a_gpu(chain, monkeypatch):
    monkeypatch.setattr(chain, "free_bytes", lambda _: (chain.FIXED_BYTES + 40.5 * chain.SAMPLE_BYTES) / 0.9)
    monkeypatch.setattr(chain, "holds", lambda *_: True)
    scale = chain.Scale(torch.zeros(1), torch.ones(1))
    monkeypatch.setattr(sys, "argv", ["train.py", "--precision", "bf16"])
    options = chain.parsed()
    found = [chain.automatic(200, options, world(chain, device=name), None, scale) for name in ("cpu", "cuda")]
    assert found == [32, 64]


def test_free_memory_is_what_the_system_says(chain, tmp_path, capfd, monkeypatch):
    free = chain.free_bytes(world(chain))
    assert 1e6 < free < os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with monkeypatch.context() as patch:
        patch.setenv("LOCAL_WORLD_SIZE", "2")
        assert chain.free_bytes(world(chain, 4)) == pytest.approx(free / 2, rel=0.5)
    assert automatic(chain, tmp_path, capfd, "--samples", 100) == 64
    monkeypatch.delattr(os, "sysconf")
    done = run(chain, capfd, *FEW, "--batch", "auto", "--out", tmp_path / "other")
    assert done.status == 2
    assert done.err == "train: --batch auto: this system does not tell its free memory; give a number\n"


MEMORY = {
    "gpu": torch.OutOfMemoryError("CUDA out of memory."),
    "cpu": RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes."),
    "python": MemoryError(),
}


def narrow(script, monkeypatch, most, error):
    """A memory that holds so many samples."""
    step = script.Training.step

    def tried(self, inputs, targets):
        if len(inputs) > most:
            raise error
        return step(self, inputs, targets)

    monkeypatch.setattr(script.Training, "step", tried)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("FIND was unable to find an engine to execute this computation", True),
        ("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", True),
        ("cuDNN error: CUDNN_STATUS_ALLOC_FAILED", True),
        ("Expected canUse32BitIndexMath(input) to be true: 32-bit index math", True),
        ("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)", False),
    ],
)
def test_libraries_say_in_their_own_words_that_a_step_is_too_large(chain, text, short):
    assert chain.out_of_memory(RuntimeError(text)) == short


@pytest.mark.parametrize("error", MEMORY.values(), ids=list(MEMORY))
def test_a_batch_that_does_not_fit_is_halved(chain, tmp_path, capfd, monkeypatch, error):
    narrow(chain, monkeypatch, 13, error)
    assert automatic(chain, tmp_path, capfd, "--samples", 100) == 8


@pytest.mark.parametrize("error", MEMORY.values(), ids=list(MEMORY))
def test_a_given_batch_that_does_not_fit_is_told(chain, tmp_path, capfd, monkeypatch, error):
    narrow(chain, monkeypatch, 13, error)
    done = run(chain, capfd, *FEW, "--out", tmp_path / "run")
    assert done.status == 1
    said = "memory does not hold a step: lower --batch, raise --accumulate, or let --batch auto choose"
    assert done.err == f"train: {said}\n"


def test_trying_a_batch_changes_no_number(whole, tmp_path, capfd):
    run(whole, capfd, *FEW, "--out", tmp_path / "given", "--batch", 32, "--epochs", 2)
    run(whole, capfd, *FEW, "--out", tmp_path / "chosen", "--batch", "auto", "--epochs", 2)
    same(tmp_path / "given", tmp_path / "chosen")


def test_a_batch_is_never_larger_than_the_data(chain, tmp_path, capfd):
    done = run(chain, capfd, "--samples", 7, "--workers", 0, "--out", tmp_path / "run")
    assert "7 images to train and 2 to validate with; batch 7, 1 step an epoch" in done.out
    assert run(chain, capfd, "--samples", 1, "--workers", 0, "--out", tmp_path / "one").status == 0


# what cannot be learned of


@pytest.mark.parametrize(("batch", "near"), [(3, 4), (5, 4), (11, 8)])
def test_a_batch_that_does_not_part_names_one_that_does(chain, monkeypatch, capfd, batch, near):
    monkeypatch.setattr(sys, "argv", ["train.py", "--batch", str(batch)])
    with pytest.raises(SystemExit) as stop:
        chain.batch_size(chain.parsed(), world(chain, 4), range(100), None)
    assert stop.value.code == 2
    assert capfd.readouterr().err == f"train: a batch of {batch} does not part into 4 processes; --batch {near} does\n"


def test_a_norm_over_one_sample_is_told(tmp_path, capfd):
    script = emitted(tmp_path, NORMED)
    done = run(script, capfd, *FEW)
    assert done.status == 1
    assert done.err == "train: a norm over the batch has a single sample: raise --batch, or lower --accumulate\n"
    # 61 samples in steps of 2 leave one: it sits out
    done = run(script, capfd, "--samples", 61, "--workers", 0, "--batch", 2, "--out", tmp_path / "two")
    assert (done.status, "batch 2, 30 steps an epoch" in done.out) == (0, True)


def test_a_loss_that_is_no_number_ends_a_run_and_spoils_no_file(chain, tmp_path, capfd):
    out = tmp_path / "run"
    run(chain, capfd, *FEW, "--epochs", 1, "--out", out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    done = run(chain, capfd, *FEW, "--epochs", 3, "--out", out, "--resume", "--lr", 1e30)
    assert done.status == 1
    end = "in epoch 2: lower --lr, or look for such numbers in the data"
    assert re.fullmatch(rf"train: the (training|validation) loss is (nan|inf) {end}\n", done.err)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_loss_that_is_no_number_ends_a_run_within_the_epoch(chain, tmp_path, capfd, monkeypatch):
    steps, step = [], chain.Training.step

    def counted(self, *batch):
        steps.append(1)
        return step(self, *batch) * (float("nan") if len(steps) > 12 else 1)

    monkeypatch.setattr(chain.Training, "step", counted)
    done = run(chain, capfd, "--samples", 2000, "--workers", 0, "--out", tmp_path / "run")
    assert (done.status, len(steps)) == (1, 21)
    assert done.err == "train: the training loss is nan in epoch 1: lower --lr, or look for such numbers in the data\n"
    assert list((tmp_path / "run").iterdir()) == []


def bytes_of(count, generator):
    """Images that are dark, grey or bright."""
    y = generator.integers(0, 3, count)
    return (y[:, None, None, None] * 80 + generator.integers(0, 60, (count, 1, 8, 8))).astype(np.uint8), y


def test_numbers_too_large_to_validate_with_end_a_run(chain, tmp_path, capfd):
    x, y = bytes_of(40, np.random.default_rng(0))
    bad = x[:5] / 255
    bad[2] = 3e38 * (-1.0) ** np.indices((8, 8)).sum(0)
    data = npz(tmp_path / "data.npz", x / 255, y, bad, y[:5])
    done = run(chain, capfd, "--data", data, "--out", tmp_path / "run")
    assert done.status == 1
    end = "in epoch 1: lower --lr, or look for such numbers in the data"
    assert re.fullmatch(f"train: the validation loss is (nan|inf) {end}\n", done.err)


def test_one_sample_is_enough_to_validate_with(chain, tmp_path, capfd):
    x, y = bytes_of(41, np.random.default_rng(0))
    done = run(
        chain, capfd, "--data", npz(tmp_path / "data.npz", x[1:], y[1:], x[:1], y[:1]), "--out", tmp_path / "run"
    )
    assert done.status == 0, done.err
    assert "40 images to train and 1 to validate with" in done.out
    assert {epoch["val_accuracy"] for epoch in lines(tmp_path / "run")} <= {0.0, 1.0}


# what is told


def test_the_best_weights_are_as_good_with_the_module_alone(whole, tmp_path, capfd):
    generator = np.random.default_rng(0)
    (x, y), (x_val, y_val) = bytes_of(60, generator), bytes_of(23, generator)
    data = npz(tmp_path / "data.npz", x, y, x_val, y_val)
    done = run(whole, capfd, "--data", data, "--out", tmp_path / "run")
    best = read(tmp_path / "run" / "best.pt")
    net = whole.Network()
    net.load_state_dict(best["model"])
    net.eval()
    with torch.no_grad():
        scores = net((torch.from_numpy(x_val).float() - best["mean"]) / best["deviation"])
    target = torch.from_numpy(y_val)
    loss, right = float(F.cross_entropy(scores, target)), float((scores.argmax(1) == target).float().mean())
    told = f"best: epoch {best['epoch']['epoch']}, validation loss {loss:.4f}, accuracy {100 * right:.2f} %\n"
    assert told in done.out
    assert best["epoch"]["val_loss"] == pytest.approx(loss, rel=1e-6)
    # bytes have mean 0 and deviation 1 then, by NumPy
    assert float(best["mean"]) == pytest.approx(x.mean(), rel=1e-5)
    assert float(best["deviation"]) == pytest.approx(x.std(), rel=1e-5)


def test_the_best_epoch_is_the_most_accurate_then_the_one_with_the_lower_loss(chain):
    def epoch(accuracy, loss):
        return {"val_accuracy": accuracy, "val_loss": loss}

    assert chain.better(epoch(0.1, 3.0), None)
    assert chain.better(epoch(0.9, 3.0), epoch(0.8, 0.1))
    assert chain.better(epoch(0.9, 0.1), epoch(0.9, 0.2))
    assert not chain.better(epoch(0.9, 0.2), epoch(0.9, 0.2))
    assert not chain.better(epoch(0.8, 0.1), epoch(0.9, 0.2))


def test_the_best_epoch_of_numbers_is_the_one_with_the_lower_error(tmp_path):
    script = emitted(tmp_path, "INPUT: 4\nFC: 2\ntrain: loss mse\n")
    old = {"val_error": 0.5, "val_loss": 0.5}
    better = [(0.4, 0.6), (0.5, 0.4), (0.5, 0.5), (0.6, 0.4)]
    found = [script.better({"val_error": error, "val_loss": loss}, old) for error, loss in better]
    assert found == [True, True, False, False]


PERCENT = r"[ \d]{3}\.\d\d %"


def test_lines_are_plain_aligned_and_short_where_nobody_looks(chain, tmp_path, capfd):
    done = run(chain, capfd, *FEW, "--epochs", 12, "--out", tmp_path / "run")
    assert (done.err, "\r" in done.out, "\x1b" in done.out) == ("", False, False)
    head, *told = done.out.splitlines()[2:-2]
    assert head == "  epoch     loss  accuracy  val loss  val accuracy  images/s     left"
    assert [line.split("/")[0] for line in told] == [f"{epoch:>4}" for epoch in range(1, 13)]
    cells = (r" [ \d]{3}/12", r" \d\.\d{4}", PERCENT, r"  \d\.\d{4}", f"    {PERCENT}", r"[ \d,]{8}", r"  \d\d:\d\d")
    for line in told:
        assert len(line) == len(head) and re.fullmatch("  ".join(cells), line), line
    worst = {"epoch": 100, "loss": 2.5, "accuracy": 1.0, "val_loss": 2.5, "val_accuracy": 1.0}
    assert len(chain.line({**worst, "samples_per_second": 123456.0, "seconds": 400.0}, 182)) <= 80


def test_what_is_no_image_is_a_sample(tmp_path, capfd):
    done = run(emitted(tmp_path, NORMED), capfd, *FEW, "--batch", 20)
    assert "60 samples to train and 12 to validate with" in done.out
    assert " val accuracy  samples/s " in done.out


def test_every_line_of_the_log_has_the_keys_that_are_told(chain, tmp_path, capfd):
    run(chain, capfd, *FEW, "--out", tmp_path / "run")
    told = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    keys = {"epoch", "loss", "accuracy", "val_loss", "val_accuracy", "rate", *TIMES}
    assert all(line.keys() == keys for line in told)
    assert all(
        re.search(rf"\b{key.removeprefix('val_')}\b", chain.log.__doc__) for key in keys - {"accuracy", "val_accuracy"}
    )
    assert told[0]["seconds"] > 0 < told[0]["samples_per_second"]


def test_the_curves_are_drawn_where_there_is_matplotlib(chain, tmp_path, capfd, monkeypatch):
    out = tmp_path / "run"
    done = run(chain, capfd, *FEW, "--out", out)
    assert done.out.endswith("; no picture of the curves: it needs matplotlib (pip install matplotlib)\n")
    assert {path.name for path in out.iterdir()} == {"best.pt", "last.pt", "metrics.jsonl"}
    monkeypatch.undo()
    done = run(chain, capfd, *FEW, "--out", out, "--resume")
    assert done.out.endswith(f"its weights are in {out / 'best.pt'}; the curves are in {out / 'curves.png'}\n")
    assert (out / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in out.iterdir()} == {"best.pt", "last.pt", "metrics.jsonl", "curves.png"}


# two processes

PROCESSES = """\
import os
import sys

sys.modules["matplotlib.figure"] = None  # curves take longer than all the rest

from {plain} import main as plain
from {whole} import main as whole


def run(main, *options):
    os.environ["MASTER_PORT"] = str(int(os.environ["MASTER_PORT"]) + 1)  # each run has a store of its own
    os.environ["TORCHELASTIC_USE_AGENT_STORE"] = "False"
    sys.argv = ["train.py", "--workers", "0", *options]
    status = 0
    try:
        main()
    except SystemExit as stop:
        status = stop.code
    if os.environ["RANK"] == "0":
        print("ended with", status, flush=True)


run(plain, "--samples", "47", "--batch", "12", "--accumulate", "2", "--out", "plain")
run(whole, "--samples", "40", "--epochs", "4", "--out", "straight")
run(whole, "--samples", "40", "--epochs", "2", "--out", "resumed")
run(whole, "--samples", "40", "--epochs", "4", "--out", "resumed", "--resume")
run(plain, "--samples", "40", "--epochs", "1", "--batch", "auto", "--out", "auto")
run(plain, "--batch", "21", "--out", "odd")
run(plain, "--samples", "1", "--out", "few")
run(plain, "--data", "nowhere", "--out", "none")
run(plain, "--sync-bn", "--out", "sync")
run(plain, "--epochs", "none")
os.makedirs("machine" + os.environ["RANK"])
os.chdir("machine" + os.environ["RANK"])
run(whole, "--samples", "40", "--epochs", "2", "--out", "apart")
run(whole, "--epochs", "4", "--out", "apart", "--resume")
"""
TOLD = """\
train: a batch of 21 does not part into 2 processes; --batch 20 does
train: there are 1 samples to train with for 2 processes; each needs one
train: there is no nowhere; --data takes a folder, a .npz file or synthetic
train: --sync-bn needs GPUs: PyTorch has no such norm for the CPU
train: argument --epochs: 'none' is no whole number from 1 to 999999999 (--help tells all options)
"""


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    """The folder in which two processes ran, and what they printed: starting them costs seconds."""
    folder = tmp_path_factory.mktemp("processes")
    plain, whole = emitted(folder, CHAIN), emitted(folder, WHOLE)
    script = folder / "both.py"
    script.write_text(PROCESSES.format(plain=plain.__name__, whole=whole.__name__))
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", script]
    done = subprocess.run(launch, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout, done.stderr


def test_two_processes_have_the_losses_of_one(processes, chain, tmp_path, capfd):
    folder, out, _ = processes
    assert "47 images to train and 10 to validate with; batch 12 = 2 processes x 6, 3 steps an epoch" in out
    done = run(chain, capfd, "--samples", 47, "--workers", 0, "--batch", 12, "--out", tmp_path / "one")
    assert "batch 12, 3 steps an epoch" in done.out
    for two, one in zip(lines(folder / "plain"), lines(tmp_path / "one"), strict=True):
        assert two == pytest.approx(one, abs=1e-5)
    assert lines(tmp_path / "one")[0]["loss"] > 0.1
    weights = read(folder / "plain" / "last.pt")["model"]
    for name, weight in read(tmp_path / "one" / "last.pt")["model"].items():
        torch.testing.assert_close(weights[name], weight, atol=1e-5, rtol=0)


def test_two_processes_go_on_bit_for_bit_and_write_and_speak_once(processes):
    folder, out, _ = processes
    same(folder / "straight", folder / "resumed")
    assert [epoch["epoch"] for epoch in lines(folder / "resumed")] == [1, 2, 3, 4]
    assert out.count("going on behind epoch 2\n") == 2
    assert len(re.findall(r"(?m)^ +\d/\d  ", out)) == 3 + 4 + 2 + 2 + 1 + 2 + 2
    assert len(re.findall(r"(?m)^  epoch  ", out)) == 7
    assert out.count("best: epoch ") == 7
    assert {path.name for path in (folder / "resumed").iterdir()} == {"best.pt", "last.pt", "metrics.jsonl"}


def test_machines_need_no_folder_in_common(processes):
    folder = processes[0]
    same(folder / "straight", folder / "machine0" / "apart")
    assert list((folder / "machine1").iterdir()) == []


def test_two_processes_agree_on_a_batch(processes):
    assert "40 images to train and 8 to validate with; batch 32 = 2 processes x 16, 1 step an epoch" in processes[1]


def test_two_processes_tell_once_what_is_wrong(processes):
    _, out, err = processes
    assert "".join(line + "\n" for line in err.splitlines() if line.startswith("train: ")) == TOLD
    assert "Traceback" not in err
    assert re.findall(r"ended with (\d)", out) == ["0"] * 5 + ["2"] * 5 + ["0"] * 2
