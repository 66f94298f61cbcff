"""The network and its steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader
from tqdm import tqdm

from cnncalc.emit.training.parts.augment import augmented
from cnncalc.emit.training.parts.checkpoint import Kept
from cnncalc.emit.training.parts.choices import INITS
from cnncalc.emit.training.parts.data.samples import Batch
from cnncalc.emit.training.parts.groups import groups
from cnncalc.emit.training.parts.inputs import Scale
from cnncalc.emit.training.parts.losses.cross_entropy import MEASURE, measured
from cnncalc.emit.training.parts.network import Network
from cnncalc.emit.training.parts.objectives.plain import objective
from cnncalc.emit.training.parts.optimizers.sgd import optimizer
from cnncalc.emit.training.parts.options import Options
from cnncalc.emit.training.parts.report import told
from cnncalc.emit.training.parts.schedules.constant import factor
from cnncalc.emit.training.parts.settings import CLIP, INPUT, SPEC, WARMUP
from cnncalc.emit.training.parts.world import World

PRECISIONS = {"bf16": torch.bfloat16, "fp16": torch.float16}


class Training:
    """The network with all that trains it, in one process of a world of them."""

    def __init__(self, options: Options, world: World, scale: Scale) -> None:
        self.options, self.world, self.scale = options, world, scale
        net: nn.Module = Network()
        INITS[options.init](net)
        self.net = nn.SyncBatchNorm.convert_sync_batchnorm(net) if options.sync_bn and world.size > 1 else net
        self.net.to(world.device)
        for p in self.net.parameters():
            p.data = self.laid(p.data)
        self.model = DistributedDataParallel(self.net, gradient_as_bucket_view=True) if world.size > 1 else self.net
        if options.compile:
            self.model.compile()
        self.optimizer = optimizer(groups(self.net), options.lr, world.device.type == "cuda")
        self.scaler = torch.amp.GradScaler(world.device.type, enabled=options.precision == "fp16")

    def epoch(self, number: int, loader: DataLoader[Batch], losses: Sequence[float], bar: tqdm[object]) -> list[float]:
        """One epoch, counted from 0: the mean loss and measure of its samples; `losses` are validation's so far.

        It ends early where the loss is not finite.
        """
        torch.manual_seed(self.options.seed + 1 + number * self.world.size + self.world.rank)
        self.model.train()
        sums = torch.zeros(3, dtype=torch.float64, device=self.world.device)
        for at, (inputs, targets) in enumerate(loader):
            self.turn(number + at / len(loader), 1 / len(loader), losses)
            sums += self.step(inputs, targets)
            bar.update(len(inputs) * self.world.size)
            if at % 10 == 0:  # seldom: to read a number, the processor waits for the GPU
                loss, measure = means(self.world.total(sums.clone()))
                bar.set_postfix_str(f"loss {loss:.4f}, {MEASURE} {told(measure)}")
                if not math.isfinite(loss):
                    break
        return means(self.world.total(sums))

    def turn(self, epoch: float, step: float, losses: Sequence[float]) -> None:
        """Set the learning rate for a step at this time, which takes so much of an epoch."""
        warm = min(1.0, (epoch + step) / WARMUP) if WARMUP else 1.0
        for group in self.optimizer.param_groups:
            group["lr"] = self.options.lr * warm * factor(epoch, self.options.epochs, losses)

    def step(self, inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """One step down the gradient; the sums of losses, measures and targets."""
        sums = torch.zeros(3, dtype=torch.float64, device=self.world.device)
        count = min(self.options.accumulate, len(inputs))
        parts = list(zip(inputs.tensor_split(count), targets.tensor_split(count), strict=True))
        for at, (x, target) in enumerate(parts):
            with self.alone(at + 1 < len(parts)):
                loss, found = self.work(augmented(self.moved(x)), self.moved(target), self.model)
                self.scaler.scale(loss * len(x) / len(inputs)).backward()
            sums += found
        if CLIP:
            self.scaler.unscale_(self.optimizer)
            nn.utils.clip_grad_norm_(self.net.parameters(), CLIP)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad()
        return sums

    def alone(self, alone: bool) -> AbstractContextManager[object]:
        """Gradients of all parts but the last stay in their process."""
        model = self.model
        return model.no_sync() if alone and isinstance(model, DistributedDataParallel) else nullcontext()

    def work(self, x: torch.Tensor, target: torch.Tensor, model: nn.Module) -> tuple[torch.Tensor, torch.Tensor]:
        """The loss of a part, and its sums: of the loss, of the measure, of the targets."""
        x = self.laid(self.scale(x))
        dtype = PRECISIONS.get(self.options.precision)
        with torch.autocast(self.world.device.type, dtype, enabled=dtype is not None):
            y = model(x)
        loss, answers = objective(y, target)
        count = torch.full_like(loss, target.numel(), dtype=torch.float64)
        return loss, torch.stack([loss.detach() * count, measured(answers.detach(), target).double(), count])

    def laid(self, x: torch.Tensor) -> torch.Tensor:
        """Planes, volumes and weights of their rank, with the channels of a cell together if so wished."""
        layout = {4: torch.channels_last, 5: torch.channels_last_3d}.get(x.ndim)
        together = layout and self.options.channels_last and x.ndim == len(INPUT) + 1
        return x.contiguous(memory_format=layout) if layout and together else x

    def moved(self, values: torch.Tensor) -> torch.Tensor:
        """A tensor on the device, sent while the last step still runs."""
        return values.to(self.world.device, non_blocking=True)

    @torch.no_grad()
    def evaluated(self, loader: DataLoader[Batch], bar: tqdm[object]) -> list[float]:
        """The mean loss and measure over all processes; norms count with the first one's means."""
        for buffer in self.net.buffers() if self.world.size > 1 else ():
            distributed.broadcast(buffer, 0)
        self.net.eval()
        sums = torch.zeros(3, dtype=torch.float64, device=self.world.device)
        for inputs, targets in loader:
            sums += self.work(self.moved(inputs), self.moved(targets), self.net)[1]
            bar.update(len(inputs) * self.world.size)
        return means(self.world.total(sums))

    def state(self) -> Kept:
        """The weights, and what the next step needs beside them."""
        optimizer, scaler = self.optimizer.state_dict(), self.scaler.state_dict()
        return {"spec": SPEC, "model": self.net.state_dict(), "optimizer": optimizer, "scaler": scaler}

    def load(self, state: Kept) -> bool:
        """Take up what was kept; the script's own numbers count. False where it is of another optimizer."""
        own, old = self.optimizer.state_dict()["param_groups"], state["optimizer"]["param_groups"]
        if own[0].keys() != old[0].keys():
            return False
        self.net.load_state_dict(state["model"])
        self.optimizer.load_state_dict({**state["optimizer"], "param_groups": own})
        if state["scaler"]:
            self.scaler.load_state_dict(state["scaler"])
        return True


def means(sums: torch.Tensor) -> list[float]:
    """The mean loss and measure from their sums and the number of targets."""
    loss, measure, count = sums.tolist()
    return [loss / count, measure / count]
