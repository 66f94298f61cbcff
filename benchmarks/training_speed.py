"""How fast emitted networks train beside hand-written ones of torchvision's form: ratios of medians, in one run.

    pip install -e '.[dev]'
    python benchmarks/training_speed.py [--rounds 9] [--only NAME] [--markdown] [--write]
    python benchmarks/training_speed.py --device cuda [--batch 256] [--compile] [--markdown] [--write]

One training step is measured: forward, cross entropy, backward, SGD with momentum. The hand-written networks
(`tests/twins/torchvision.py`) work in place where torchvision does, the emitted ones nowhere. On the CPU a third of
each is the emitted one with its rectifiers in place: what that alone changes. Maps and batches are small there.
On a GPU: bf16 autocast, channels last, images of 224x224, eager and then compiled where `--compile` asks for it. The
most memory that PyTorch's allocator gave out at once stands beside what cnncalc predicts: see `predicted`.
Networks step in turn, round after round, so that a machine that slows down slows all of them.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from functools import partial
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import torch
from page import ask, told
from torch import nn

import cnncalc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnncalc.api import Network

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from twins import torchvision

SIDE = 224
"""Pixels of a side on a GPU."""
BLOCK = {"cpu": 1, "cuda": 10}
"""Steps that are timed together."""


class Case(NamedTuple):
    """A network of the zoo with its constants, the hand-written one, and the side and batch of the CPU's steps."""

    name: str
    twin: Callable[[], nn.Module]
    side: int
    batch: int
    set: tuple[tuple[str, str], ...] = ()

    def network(self, side: int) -> Network:
        """The network for images of so many pixels a side."""
        return cnncalc.load(self.name, input=f"{side}x{side}x3", set=dict(self.set))


CASES = (
    Case("resnet50", torchvision.resnet50, 64, 16),
    Case("vgg16", torchvision.vgg16, 64, 8, (("torchvision", "1"),)),
    Case("alexnet-torchvision", torchvision.alexnet, 224, 16),
    Case("mobilenet_v2", torchvision.mobilenet_v2, 96, 16),
)


class Trainer:
    """Trains a network with one batch, over and over."""

    def __init__(self, module: nn.Module, batch: int, side: int, device: str, compiled: bool = False) -> None:
        self.cuda = device == "cuda"
        layout = torch.channels_last if self.cuda else torch.contiguous_format
        self.module = module.train().to(device=device, memory_format=layout)
        if compiled:
            self.module.compile()
        self.optimizer = torch.optim.SGD(module.parameters(), lr=1e-3, momentum=0.9, fused=self.cuda)
        self.x = torch.randn(batch, 3, side, side, device=device).contiguous(memory_format=layout)
        self.classes = torch.randint(1000, (batch,), device=device)

    def step(self) -> None:
        """One step."""
        with torch.autocast("cuda", torch.bfloat16, enabled=self.cuda):
            y = self.module(self.x)
        nn.functional.cross_entropy(y.float(), self.classes).backward()
        self.optimizer.step()
        self.optimizer.zero_grad()

    def seconds(self) -> float:
        """The time of a step, the mean of a block of them."""
        count = BLOCK["cuda" if self.cuda else "cpu"]
        self.wait()
        begin = time.perf_counter()
        for _ in range(count):
            self.step()
        self.wait()
        return (time.perf_counter() - begin) / count

    def wait(self) -> None:
        """Until the GPU is done."""
        if self.cuda:
            torch.cuda.synchronize()


def in_place(module: nn.Module) -> nn.Module:
    """The module, its rectifiers in place."""
    for layer in module.modules():
        if isinstance(layer, (nn.ReLU, nn.ReLU6)):
            layer.inplace = True
    return module


def medians(trainers: list[Trainer], rounds: int) -> list[float]:
    """The median seconds of a step of each; one round warms up, and each round another one begins."""
    found: list[list[float]] = [[] for _ in trainers]
    for turn in range(rounds + 1):
        for at in range(len(trainers)):
            which = (at + turn) % len(trainers)
            found[which].append(trainers[which].seconds())
    return [statistics.median(times[1:]) for times in found]


def on_cpu(case: Case, rounds: int) -> list[str]:
    """A network's line of the CPU's table."""
    emitted = case.network(case.side).to_torch
    modules = [case.twin(), emitted(), in_place(emitted())]
    trainers = [Trainer(module, case.batch, case.side, "cpu") for module in modules]
    hand, ours, placed = medians(trainers, rounds)
    sizes = [f"{case.batch} of {case.side}x{case.side}"]
    return [case.name, *sizes, *(f"{1000 * t:.0f}" for t in (hand, ours)), f"{ours / hand:.3f}", f"{placed / ours:.3f}"]


def predicted(network: Network, batch: int) -> int:
    """Bytes that a step of mixed precision takes at least, as cnncalc counts them.

    In float32: weights, buffers, momentum, and the batch of images. Beside them the more of two: what training saves
    in bfloat16 and autocast's bfloat16 copies of the weights, when the pass forward ends, as gradients are freed
    between steps; or the gradients in float32, when the pass backward ends.
    """
    full, half = (network.memory(batch, dtype, training=True) for dtype in ("float32", "bfloat16"))
    kept = full.weights + full.buffers + full.optimizer["momentum"]
    images = 4 * batch * sum(prod(node.output.dims) for node in network.inputs)
    return kept + images + max(half.held[1] + half.weights, full.gradients)


def peak(make: Callable[[], nn.Module], batch: int, compiled: bool) -> int:
    """The most bytes that are given out at once while a network trains with nothing beside it."""
    torch.compiler.reset()
    trainer = Trainer(make(), batch, SIDE, "cuda", compiled)
    for _ in range(3):
        trainer.step()
    torch.cuda.reset_peak_memory_stats()
    trainer.step()
    trainer.wait()
    found = torch.cuda.max_memory_allocated()
    del trainer
    torch.cuda.empty_cache()
    return found


def on_gpu(case: Case, batch: int, rounds: int, compiled: bool) -> list[str]:
    """A network's line of the GPU's table."""
    network = case.network(SIDE)
    makes = [case.twin, network.to_torch]
    peaks = [peak(make, batch, compiled) for make in makes]
    hand, ours = medians([Trainer(make(), batch, SIDE, "cuda", compiled) for make in makes], rounds)
    torch.cuda.empty_cache()
    speeds = [f"{batch / t:,.0f}" for t in (hand, ours)]
    sizes = [f"{size / 2**30:.2f}" for size in (*peaks, predicted(network, batch))]
    return [case.name, "compiled" if compiled else "eager", *speeds, f"{ours / hand:.3f}", *sizes]


HEADS = {
    "cpu": "network,batch,by hand ms,emitted ms,emitted / by hand,in place / emitted",
    "cuda": "network,way,by hand images/s,emitted images/s,time emitted / by hand,by hand GiB,emitted GiB,at least GiB",
}


def rows(given: argparse.Namespace) -> Iterator[list[str]]:
    """The table of a device."""
    cases = [case for case in CASES if given.only in (None, case.name)]
    if given.device == "cpu":
        yield from (on_cpu(case, given.rounds) for case in cases)
        return
    torch.backends.cudnn.benchmark = True
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}", flush=True)
    for compiled in (False, True)[: 1 + given.compile]:
        yield from map(partial(on_gpu, batch=given.batch, rounds=given.rounds, compiled=compiled), cases)


def main() -> None:
    """Measure, and print the device's table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=tuple(HEADS), default="cpu")
    parser.add_argument("--rounds", type=int, default=9, help="how often each network steps")
    parser.add_argument("--batch", type=int, default=256, help="images of a step on a GPU")
    parser.add_argument("--compile", action="store_true", help="on a GPU, compiled networks too")
    parser.add_argument("--only", choices=[case.name for case in CASES], help="one of them")
    ask(parser)
    given = parser.parse_args()
    if given.device == "cuda" and not torch.cuda.is_available():
        raise SystemExit("there is no GPU here that PyTorch can use")
    told([HEADS[given.device].split(","), *rows(given)], given)


if __name__ == "__main__":
    main()
