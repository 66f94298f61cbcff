"""A whole run."""

import math
import os
import sys
import time
from pathlib import Path
from typing import NoReturn

import torch
from torch import distributed

from cnncalc.emit.training.parts.batches import batch_size, loaders, out_of_memory
from cnncalc.emit.training.parts.checkpoint import Kept, kept, save
from cnncalc.emit.training.parts.choices import FORMATS
from cnncalc.emit.training.parts.data.samples import Source, Unreadable, fail
from cnncalc.emit.training.parts.inputs import measured_scale
from cnncalc.emit.training.parts.losses.cross_entropy import MEASURE
from cnncalc.emit.training.parts.options import Options, parsed, told_again
from cnncalc.emit.training.parts.report import HEAD, UNIT, History, better, curves, line, log, progress, row, say, told
from cnncalc.emit.training.parts.settings import EXACT, SPEC
from cnncalc.emit.training.parts.synthetic.patterns import Synthetic
from cnncalc.emit.training.parts.training import Training
from cnncalc.emit.training.parts.world import World, join


def opened(options: Options) -> tuple[Source, Source]:
    """The samples to train with and those to validate with."""
    if options.data == "synthetic":
        return Synthetic(options.samples, 1), Synthetic(-(-options.samples // 5), 2)
    path = Path(options.data)
    if not options.data or not path.exists():
        fail(f"there is no {options.data or repr('')}; --data takes a folder, a .npz file or synthetic")
    try:
        found = next((pair for form in FORMATS if (pair := form(path, options.fit))), None)
    except OSError as error:
        fail(f"{error.filename or path} does not read: {error.strerror or error}")
    if found is None:
        names = ", ".join(form.__name__.replace("_", " ") for form in FORMATS)
        fail(f"{path} is none of what this network reads: {names}")
    return found


LAST = "last.pt"


class Run:
    """A training with its data, its folder and what is known of its epochs."""

    def __init__(self, options: Options, world: World) -> None:
        self.options, self.world, self.folder = options, world, options.out
        self.best_path = self.folder / "best.pt"
        world.from_first(self.claimed)
        train, val = opened(options)
        scale = measured_scale(train, world.device)
        batch = batch_size(options, world, train, scale)
        torch.manual_seed(options.seed)
        self.training = Training(options, world, scale)
        self.loader, self.val, self.order = loaders(train, val, batch, options, world)
        self.history: History = []
        self.best: dict[str, float] | None = None
        self.again = told_again(options, batch)
        self.introduce(len(train), len(val), batch)

    def claimed(self) -> bool:
        """See that the folder is there, can be written, and holds no other run."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{os.getpid()}.part").write_bytes(b"")
            (self.folder / f"{os.getpid()}.part").unlink()
        except OSError as error:
            fail(f"--out {self.folder}: {error.strerror}; it takes a folder that can be written")
        if ((self.folder / LAST).exists() or self.best_path.exists()) and not self.options.resume:
            fail(f"{self.folder} holds a run already: --resume goes on with it, --out names another folder")
        return True

    def introduce(self, train: int, val: int, batch: int) -> None:
        """Say what is trained, where, and with how much."""
        net, size, world = self.training.net, self.world.size, self.world
        params = sum(p.numel() for p in net.parameters())
        name = torch.cuda.get_device_name(world.device) if world.device.type == "cuda" else "the CPU"
        share, steps = f" = {size} processes x {batch // size}" if size > 1 else "", len(self.loader)
        say(
            f"{type(net).__name__}: {params:,} parameters, {self.options.precision} on {name}\n{train:,} {UNIT} to"
            f" train and {val:,} to validate with; batch {batch}{share}, {steps} step{'s' * (steps > 1)} an epoch",
            world.first,
        )

    def resume(self, state: Kept) -> None:
        """Take up the last whole epoch, if there is one. The best may be of one that was cut short behind it."""
        if self.world.first and (state or self.best_path.exists()):
            self.best = kept(self.best_path)["epoch"]
        if not state:
            say("no epoch is kept yet: this run begins", self.world.first)
            return
        if not self.training.load(state):
            fail(f"{self.folder / LAST} is of another optimizer; --out names another folder")
        self.history = state["history"]
        done, wanted = len(self.history), self.options.epochs
        more = f"; --epochs {wanted} asks for no more" if done >= wanted else ""
        say(f"going on behind epoch {done}{more}", self.world.first)

    def epochs(self) -> None:
        """All epochs that are left; each is kept before the next begins."""
        left = range(len(self.history), self.options.epochs)
        say(row(HEAD), self.world.first and bool(left))
        for number in left:
            epoch = self.epoch(number)
            self.history.append(epoch)
            if self.world.first:
                self.keep(epoch)
            say(line(epoch, self.options.epochs), self.world.first)

    def epoch(self, number: int) -> dict[str, float]:
        """Train for an epoch, counted from 0, and validate."""
        self.order.set_epoch(number)
        total, began = len(self.loader) * (self.loader.batch_size or 1) * self.world.size, time.perf_counter()
        title = f"epoch {number + 1}/{self.options.epochs}"
        with progress(title, total, self.quiet) as bar:
            loss, measure = self.training.epoch(number, self.loader, [past["val_loss"] for past in self.history], bar)
        seconds = time.perf_counter() - began
        self.check_finite(loss, f"training loss is {loss} in epoch {number + 1}")
        val_loss, val_measure = self.validated(f"{title}, validating")
        self.check_finite(val_loss, f"validation loss is {val_loss} in epoch {number + 1}")
        return {
            "epoch": number + 1, "loss": loss, MEASURE: measure, "val_loss": val_loss, f"val_{MEASURE}": val_measure,
            "rate": self.training.optimizer.param_groups[0]["lr"], "seconds": time.perf_counter() - began,
            "samples_per_second": total / seconds, "peak_bytes": self.peak(),
        }  # fmt: skip

    def validated(self, title: str) -> list[float]:
        """The loss and the measure in validation."""
        with progress(title, len(self.val) * (self.val.batch_size or 1) * self.world.size, self.quiet) as bar:
            return self.training.evaluated(self.val, bar)

    @property
    def quiet(self) -> bool:
        """Whether nobody looks: not on a terminal, and of all processes only the first has one."""
        return not (self.world.first and sys.stderr.isatty())

    def check_finite(self, loss: float, said: str) -> None:
        """End where a loss is not finite: no further step can mend the weights."""
        if not math.isfinite(loss):
            stop(f"the {said}: lower --lr, or look for such numbers in the data", self.world.first)

    def peak(self) -> int:
        """The most memory of the GPU that was taken at once; 0 without one."""
        return torch.cuda.max_memory_allocated(self.world.device) if self.world.device.type == "cuda" else 0

    def keep(self, epoch: dict[str, float]) -> None:
        """Write the best weights if these are, then all that going on needs, then the log."""
        if better(epoch, self.best):
            self.best = epoch
            weights = {name: tensor.cpu() for name, tensor in self.training.net.state_dict().items()}
            mean, deviation = (tensor.cpu() for tensor in self.training.scale)
            best: Kept = {"spec": SPEC, "model": weights, "mean": mean, "deviation": deviation, "epoch": epoch}
            save(best, self.best_path)
        save({**self.training.state(), "history": self.history, "options": self.again}, self.folder / LAST)
        log(self.history, self.folder / "metrics.jsonl")

    def finish(self) -> None:
        """Evaluate the best weights, and draw the curves."""
        state = self.world.from_first(lambda: kept(self.best_path))
        self.training.net.load_state_dict(state["model"])
        loss, measure = self.validated("the best weights")
        if self.world.first:
            log(self.history, self.folder / "metrics.jsonl")
            say(f"best: epoch {state['epoch']['epoch']}, validation loss {loss:.4f}, {MEASURE} {told(measure)}")
            say(f"its weights are in {self.best_path}; {curves(self.history, self.folder / 'curves.png')}")


def stop(message: str, alone: bool = True) -> NoReturn:
    """End a run that cannot go on, with a sentence of this process where it is to speak."""
    if alone:
        print(f"train: {message}", file=sys.stderr)
    raise SystemExit(1)


def settled(options: Options, world: World) -> Options:
    """The options with what the machine decides: the precision."""
    cuda = world.device.type == "cuda"
    if options.precision == "auto":
        sixteen = cuda and not EXACT and torch.cuda.get_device_capability(world.device) >= (8, 0)
        options.precision = "bf16" if sixteen else "fp32"
    if EXACT and options.precision in ("bf16", "fp16"):
        fail(f"--precision {options.precision}: {EXACT}, for which 16 bits hold too little; take fp32")
    if options.sync_bn and not cuda:
        fail("--sync-bn needs GPUs: PyTorch has no such norm for the CPU")
    torch.set_float32_matmul_precision("highest" if options.precision == "fp32" else "high")
    torch.backends.cudnn.allow_tf32 = options.precision != "fp32"
    torch.backends.cudnn.benchmark = True
    return options


def remedy(error: Exception, options: Options) -> str:
    """What to do about an error of the machine or of the options; nothing where the script itself is wrong."""
    text = str(error)
    if isinstance(error, OSError):
        return f"{text}; --resume goes on behind the last epoch that {options.out} holds"
    if out_of_memory(error):
        return "memory does not hold a step: lower --batch, raise --accumulate, or let --batch auto choose"
    if "more than 1 value per channel" in text:
        return "a norm over the batch has a single sample: raise --batch, or lower --accumulate"
    if "by peer" in text:
        return "another process of this run has ended; its own line says why"
    if "DataLoader worker" in text:
        return text.splitlines()[0]
    if options.compile and type(error).__module__.startswith(("torch._dynamo", "torch._inductor")):
        return f"--compile: {text.strip().splitlines()[0]}; without --compile the network trains as it is"
    return ""


def train(options: Options, world: World) -> None:
    """A run, whose network is gone before the processes part."""
    state: Kept = {}
    if options.resume:
        state = world.from_first(lambda: kept(options.out / LAST) if (options.out / LAST).exists() else Kept())
        options = parsed(state.get("options", {}))
    run = Run(settled(options, world), world)
    if options.resume:
        run.resume(state)
    run.epochs()
    run.finish()


def main() -> None:
    """Train, from the command line."""
    options = parsed()
    world = join(options.device)
    try:
        train(options, world)
    except Unreadable as error:
        print(f"train: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        say(f"\nstopped; --resume goes on behind the last whole epoch that {options.out} holds", world.first)
        raise SystemExit(130) from None
    except (OSError, RuntimeError, ValueError, MemoryError) as error:
        if said := remedy(error, options):
            stop(said)
        raise
    finally:
        if world.size > 1:
            distributed.destroy_process_group()


if __name__ == "__main__":
    main()
