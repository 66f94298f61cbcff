"""From samples to batches, and how large a batch may be."""

import os
from functools import partial

import torch
from torch import distributed
from torch.utils.data import DataLoader, DistributedSampler, Subset

from cnncalc.emit.training.parts.data.samples import Batch, Source, fail
from cnncalc.emit.training.parts.inputs import Scale
from cnncalc.emit.training.parts.options import Options
from cnncalc.emit.training.parts.settings import FIXED_BYTES, SAMPLE_BYTES
from cnncalc.emit.training.parts.training import Training
from cnncalc.emit.training.parts.world import World


def loaders(
    train: Source, val: Source, batch: int, options: Options, world: World
) -> tuple[DataLoader[Batch], DataLoader[Batch], DistributedSampler[Batch]]:
    """Batches to train with, in another order every epoch, those to validate with, and the order's sampler.

    Of a batch every process takes its share. In validation none is taken twice.
    """
    share, cores = batch // world.size, os.cpu_count() or 1
    workers = options.workers if options.workers >= 0 else min(8, cores // world.size) * (not hasattr(train, "inputs"))
    order: DistributedSampler[Batch] = DistributedSampler(train, world.size, world.rank, seed=options.seed)
    own = Subset(val, range(world.rank, len(val), world.size))
    form = partial(
        DataLoader[Batch],
        batch_size=share,
        num_workers=workers,
        collate_fn=tuple,
        pin_memory=world.device.type == "cuda",
        persistent_workers=workers > 0,
        prefetch_factor=4 if workers else None,
    )
    return form(train, sampler=order, drop_last=len(train) >= batch), form(own), order


def batch_size(options: Options, world: World, samples: Source, scale: Scale) -> int:
    """The samples of a step over all processes."""
    if options.batch == "auto":
        return automatic(options, world, samples, scale) * world.size
    if not options.batch.isdecimal() or not int(options.batch):
        fail(f"--batch {options.batch}: a whole number from 1 on, or auto")
    batch = int(options.batch)
    if batch % world.size:
        near = batch - batch % world.size or world.size
        fail(f"--batch {batch} does not part into {world.size} processes; {near} does")
    return batch


def automatic(options: Options, world: World, samples: Source, scale: Scale) -> int:
    """The largest power of two of samples a process that its memory holds, by the spec's numbers and one real step."""
    cuda = world.device.type == "cuda"
    free = (
        torch.cuda.mem_get_info(world.device)[0] if cuda else os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    )
    each = SAMPLE_BYTES * (0.5 if options.precision in ("bf16", "fp16") else 1)
    most = min((0.9 * free / (1 if cuda else world.size) - FIXED_BYTES) / each, len(samples) / world.size)
    batch = 1 << max(0, int(max(1, most)).bit_length() - 1)
    while batch > 1 and not holds(batch, options, world, samples, scale):
        batch //= 2
    return batch


def holds(batch: int, options: Options, world: World, samples: Source, scale: Scale) -> bool:
    """Whether every process has room for a step of so many samples: one is tried."""
    room = torch.ones(1, device=world.device)
    try:
        Training(options, world._replace(size=1), scale).step(*samples.__getitems__(range(batch)))
    except (torch.OutOfMemoryError, MemoryError):
        room.zero_()
    if world.device.type == "cuda":
        torch.cuda.empty_cache()
    if world.size > 1:
        distributed.all_reduce(room, distributed.ReduceOp.MIN)
    return bool(room.item())
