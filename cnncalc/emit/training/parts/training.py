"""The network and its steps."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader
from tqdm import tqdm

from cnncalc.emit.training.parts.augment import augmented
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
from cnncalc.emit.training.parts.settings import CLIP, INPUT, WARMUP
from cnncalc.emit.training.parts.world import World

PRECISIONS = {"bf16": torch.bfloat16, "fp16": torch.float16}


class Training:
    """The network with all that trains it, in one process of a world of them."""

    def __init__(self, options: Options, world: World, scale: Scale) -> None:
        self.options, self.world, self.scale = options, world, scale
        net: nn.Module = Network()
        INITS[options.init](net)
        planes = {3: torch.channels_last, 4: torch.channels_last_3d}
        self.layout = planes.get(len(INPUT), torch.preserve_format) if options.channels_last else torch.preserve_format
        net = net.to(device=world.device, memory_format=self.layout)
        self.net = nn.SyncBatchNorm.convert_sync_batchnorm(net) if options.sync_bn and world.size > 1 else net
        self.model = self.net
        if options.compile:
            self.model.compile()
        if world.size > 1:
            self.model = DistributedDataParallel(self.model)
        self.optimizer = optimizer(groups(self.net), options.lr, world.device.type == "cuda")
        self.scaler = torch.amp.GradScaler(world.device.type, enabled=options.precision == "fp16")

    def epoch(
        self, number: int, loader: DataLoader[Batch], losses: Sequence[float], bar: "tqdm[object]"
    ) -> list[float]:
        """One epoch, counted from 0: the mean loss and measure of its samples; `losses` are validation's so far."""
        torch.manual_seed(self.options.seed + 1 + number * self.world.size + self.world.rank)
        self.model.train()
        sums = torch.zeros(3, dtype=torch.float64, device=self.world.device)
        for at, (inputs, targets) in enumerate(loader):
            self.turn(number + at / len(loader), 1 / len(loader), losses)
            sums += self.step(inputs, targets)
            bar.update(len(inputs) * self.world.size)
            if at % 10 == 9 and not bar.disable:
                loss, measure = means(sums)
                bar.set_postfix_str(f"loss {loss:.4f}, {MEASURE} {told(measure)}")
        return means(self.world.total(sums))

    def turn(self, epoch: float, step: float, losses: Sequence[float]) -> None:
        """Set the learning rate for a step at this time, which takes so much of an epoch."""
        warm = min(1.0, (epoch + step) / WARMUP) if WARMUP else 1.0
        for group in self.optimizer.param_groups:
            group["lr"] = self.options.lr * warm * factor(epoch, self.options.epochs, losses)

    def step(self, inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """One step down the gradient; the sums of losses, measures and targets."""
        sums = torch.zeros(3, dtype=torch.float64, device=self.world.device)
        parts = list(zip(inputs.chunk(self.options.accumulate), targets.chunk(self.options.accumulate), strict=True))
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
        x = self.scale(x)
        if self.layout is not torch.preserve_format:
            x = x.contiguous(memory_format=self.layout)
        dtype = PRECISIONS.get(self.options.precision)
        with torch.autocast(self.world.device.type, dtype, enabled=dtype is not None):
            y = model(x)
        loss, answers = objective(y, target)
        count = torch.full_like(loss, target.numel())
        return loss, torch.stack([loss.detach() * count, measured(answers.detach(), target), count]).double()

    def moved(self, values: torch.Tensor) -> torch.Tensor:
        """A tensor on the device, sent while the last step still runs."""
        return values.to(self.world.device, non_blocking=True)

    @torch.no_grad()
    def evaluated(self, loader: DataLoader[Batch]) -> list[float]:
        """The mean loss and measure over all processes; norms count with the first one's means."""
        for buffer in self.net.buffers() if self.world.size > 1 else ():
            distributed.broadcast(buffer, 0)
        self.net.eval()
        sums = torch.zeros(3, dtype=torch.float64, device=self.world.device)
        for inputs, targets in loader:
            sums += self.work(self.moved(inputs), self.moved(targets), self.net)[1]
        return means(self.world.total(sums))

    def state(self) -> dict[str, object]:
        """All that going on needs."""
        return {
            "model": self.net.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scaler": self.scaler.state_dict(),
        }

    def load(self, state: dict[str, dict[str, object]]) -> None:
        """Take up what was kept."""
        self.net.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scaler.load_state_dict(state["scaler"])


def means(sums: torch.Tensor) -> list[float]:
    """The mean loss and measure from their sums and the number of targets."""
    loss, measure, count = sums.tolist()
    return [loss / count, measure / count]
