"""A whole run."""

import math
import sys
import time
from pathlib import Path

import torch
from torch import distributed
from tqdm import tqdm

from cnncalc.emit.training.parts.batches import batch_size, loaders
from cnncalc.emit.training.parts.checkpoint import save
from cnncalc.emit.training.parts.choices import FORMATS
from cnncalc.emit.training.parts.data.samples import Source, fail
from cnncalc.emit.training.parts.inputs import measured_scale
from cnncalc.emit.training.parts.losses.cross_entropy import MEASURE
from cnncalc.emit.training.parts.options import Options, parsed
from cnncalc.emit.training.parts.report import History, better, curves, line, log, say, told
from cnncalc.emit.training.parts.settings import SPEC
from cnncalc.emit.training.parts.synthetic.patterns import Synthetic
from cnncalc.emit.training.parts.training import Training
from cnncalc.emit.training.parts.world import World, join


def opened(options: Options) -> tuple[Source, Source]:
    """The samples to train with and those to validate with."""
    if options.data == "synthetic":
        return Synthetic(options.samples, 1), Synthetic(-(-options.samples // 5), 2)
    path = Path(options.data)
    if not path.exists():
        fail(f"there is no {path}; --data takes a folder, a .npz file or synthetic")
    found = next((pair for form in FORMATS if (pair := form(path, options.fit))), None)
    if found is None:
        names = ", ".join(form.__name__.replace("_", " ") for form in FORMATS)
        fail(f"{path} is none of what this network reads: {names}")
    return found


class Run:
    """A training with its data, its folder and what is known of its epochs."""

    def __init__(self, options: Options, world: World) -> None:
        self.options, self.world, self.folder = options, world, options.out
        self.last, self.best_path = self.folder / "last.pt", self.folder / "best.pt"
        self.claim()
        train, val = opened(options)
        scale = measured_scale(train, world.device)
        batch = batch_size(options, world, train, scale)
        torch.manual_seed(options.seed)
        self.training = Training(options, world, scale)
        self.loader, self.val, self.order = loaders(train, val, batch, options, world)
        self.history: History = []
        self.best: dict[str, float] | None = None
        self.introduce(len(train), len(val), batch)

    def claim(self) -> None:
        """See that the folder is there, and holds no other run."""
        if self.last.exists() and not self.options.resume:
            fail(f"{self.folder} holds a run already: --resume goes on with it, --out names another folder")
        self.folder.mkdir(parents=True, exist_ok=True)

    def introduce(self, train: int, val: int, batch: int) -> None:
        """Say what is trained, where, and with how much."""
        net, size, world = self.training.net, self.world.size, self.world
        params = sum(p.numel() for p in net.parameters())
        name = torch.cuda.get_device_name(world.device) if world.device.type == "cuda" else "the CPU"
        share = f" = {size} processes x {batch // size}" if size > 1 else ""
        say(
            f"{type(net).__name__}: {params:,} parameters, {self.options.precision} on {name}; {train:,} samples to"
            f" train and {val:,} to validate with; batch {batch}{share}, {len(self.loader)} steps an epoch",
            world.first,
        )

    def resume(self) -> None:
        """Take up the last whole epoch, if there is one."""
        if not self.options.resume or not self.last.exists():
            say("no epoch is kept yet: this run begins", self.options.resume and self.world.first)
            return
        state = torch.load(self.last, map_location=self.world.device, weights_only=True)
        if state["spec"] != SPEC:
            fail(f"{self.last} is of another network (spec {state['spec']}, here {SPEC}); --out names another folder")
        self.training.load(state)
        self.history, self.best = state["history"], state["best"]
        say(f"going on behind epoch {len(self.history)}", self.world.first)

    def epochs(self) -> None:
        """All epochs that are left; each is kept before the next begins."""
        for number in range(len(self.history), self.options.epochs):
            epoch = self.epoch(number)
            if not math.isfinite(epoch["loss"]):
                say(f"train: the loss is {epoch['loss']} in epoch {number + 1}: lower --lr; {self.last} is as it was")
                raise SystemExit(1)
            self.history.append(epoch)
            if self.world.first:
                self.keep(epoch)
            say(line(epoch, self.options.epochs), self.world.first)

    def epoch(self, number: int) -> dict[str, float]:
        """Train for an epoch, counted from 0, and validate."""
        self.order.set_epoch(number)
        total, began = len(self.loader) * (self.loader.batch_size or 1) * self.world.size, time.perf_counter()
        quiet = not (self.world.first and sys.stderr.isatty())
        title = f"epoch {number + 1}/{self.options.epochs}"
        with tqdm(total=total, desc=title, unit=" samples", leave=False, disable=quiet) as bar:
            loss, measure = self.training.epoch(number, self.loader, [past["val_loss"] for past in self.history], bar)
        seconds = time.perf_counter() - began
        val_loss, val_measure = self.training.evaluated(self.val)
        return {
            "epoch": number + 1, "loss": loss, MEASURE: measure, "val_loss": val_loss, f"val_{MEASURE}": val_measure,
            "rate": self.training.optimizer.param_groups[0]["lr"], "seconds": time.perf_counter() - began,
            "samples_per_second": total / seconds, "peak_bytes": self.peak(),
        }  # fmt: skip

    def peak(self) -> int:
        """The most memory of the GPU that was taken at once; 0 without one."""
        return torch.cuda.max_memory_allocated(self.world.device) if self.world.device.type == "cuda" else 0

    def keep(self, epoch: dict[str, float]) -> None:
        """Write the best weights if these are, then all that going on needs, then the log."""
        if better(epoch, self.best):
            self.best = epoch
            scale = self.training.scale
            beside = {"mean": scale.mean, "deviation": scale.deviation, "epoch": epoch, "spec": SPEC}
            save({"model": self.training.net.state_dict(), **beside}, self.best_path)
        state = {"history": self.history, "best": self.best, "spec": SPEC}
        save({**self.training.state(), **state}, self.last)
        log(self.history, self.folder / "metrics.jsonl")

    def finish(self) -> None:
        """Evaluate the best weights, and draw the curves."""
        if self.world.size > 1:
            distributed.barrier()
        state = torch.load(self.best_path, map_location=self.world.device, weights_only=True)
        self.training.net.load_state_dict(state["model"])
        loss, measure = self.training.evaluated(self.val)
        if self.world.first:
            log(self.history, self.folder / "metrics.jsonl")
            say(f"best: epoch {state['epoch']['epoch']}, validation loss {loss:.4f}, {MEASURE} {told(measure)}")
            say(f"its weights are in {self.best_path}; {curves(self.history, self.folder / 'curves.png')}")


def settled(options: Options, world: World) -> Options:
    """The options with what the machine decides: the precision."""
    cuda = world.device.type == "cuda"
    if options.precision == "auto":
        options.precision = "bf16" if cuda and torch.cuda.is_bf16_supported() else "fp32"
    if options.sync_bn and not cuda:
        fail("--sync-bn needs GPUs: PyTorch has no such norm for the CPU")
    torch.set_float32_matmul_precision("highest" if options.precision == "fp32" else "high")
    torch.backends.cudnn.allow_tf32 = options.precision != "fp32"
    torch.backends.cudnn.benchmark = True
    return options


def main() -> None:
    """Train, from the command line."""
    options = parsed()
    world = join(options.device)
    try:
        run = Run(settled(options, world), world)
        run.resume()
        run.epochs()
        run.finish()
    except KeyboardInterrupt:
        say(f"\nstopped; {options.out} holds the last whole epoch, --resume goes on behind it", world.first)
        raise SystemExit(130) from None
    finally:
        if world.size > 1:
            distributed.destroy_process_group()


if __name__ == "__main__":
    main()
