"""From samples to batches, and how large a batch may be."""

import gc
import os
from functools import partial

import torch
from torch.utils.data import DataLoader, DistributedSampler, Subset

from cnncalc.emit.training.parts.data.samples import Batch, Source, fail
from cnncalc.emit.training.parts.inputs import Scale
from cnncalc.emit.training.parts.options import Options
from cnncalc.emit.training.parts.settings import FIXED_BYTES, SAMPLE_BYTES
from cnncalc.emit.training.parts.training import Training
from cnncalc.emit.training.parts.world import World

SHORT = (
    "out of memory",
    "can't allocate memory",
    "unable to find an engine",
    "CUDNN_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "32-bit index",
)
"""What PyTorch and the libraries below it say where a step is too large."""


def loaders(
    train: Source, val: Source, batch: int, options: Options, world: World
) -> tuple[DataLoader[Batch], DataLoader[Batch], DistributedSampler[Batch]]:
    """Batches to train with, in another order every epoch, those to validate with, and the order's sampler.

    Of a batch every process takes its share; what no whole batch is left for sits out an epoch. In validation none is
    taken twice. Chance has a generator of its own here: how samples are loaded changes nothing else.
    """
    share, made = batch // world.size, world.device.type == "cuda" and not hasattr(train, "inputs")
    usual = min(8, cores() // world.here) if train.in_files or made else 0
    workers = options.workers if options.workers >= 0 else usual
    order = DistributedSampler[Batch](train, world.size, world.rank, seed=options.seed, drop_last=True)
    own = Subset(val, range(world.rank, len(val), world.size))
    form = partial(
        DataLoader[Batch],
        batch_size=share,
        num_workers=workers,
        collate_fn=tuple,
        pin_memory=world.device.type == "cuda",
        persistent_workers=workers > 0,
        prefetch_factor=4 if workers else None,
        generator=torch.Generator(),
    )
    return form(train, sampler=order, drop_last=True), form(own), order


def cores() -> int:
    """The cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # only Linux tells
        return os.cpu_count() or 1


def batch_size(options: Options, world: World, samples: Source, scale: Scale) -> int:
    """The samples of a step over all processes: never more than there are."""
    most = len(samples) // world.size
    if not most:
        fail(f"there are {len(samples)} samples to train with for {world.size} processes; each needs one")
    if options.batch == "auto":
        return automatic(most, options, world, samples, scale) * world.size
    batch = int(options.batch)
    if batch % world.size:
        near = batch - batch % world.size or world.size
        fail(f"a batch of {batch} does not part into {world.size} processes; --batch {near} does")
    return min(batch, most * world.size)


def automatic(most: int, options: Options, world: World, samples: Source, scale: Scale) -> int:
    """The largest power of two of a process's samples that memory holds: by the spec's numbers, and as steps show.

    Weights stay in 32 bits. In 16 bits what is kept between the passes takes half, or more where some of it stays
    in 32: a GPU is asked for half, as it says when a step does not fit; a processor is not, as it ends the process.
    """
    half = world.device.type == "cuda" and options.precision in ("bf16", "fp16")
    each = SAMPLE_BYTES * (0.5 if half else 1) / options.accumulate
    room = world.least(int(max(1, min(most, (0.9 * free_bytes(world) - FIXED_BYTES) / each))))
    batch: int = 1 << (room.bit_length() - 1)
    while batch > 1 and not holds(batch, options, world, samples, scale):
        batch //= 2
    return batch


def free_bytes(world: World) -> float:
    """The memory that a process may take."""
    if world.device.type == "cuda":
        return torch.cuda.mem_get_info(world.device)[0]
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / world.here
    except (AttributeError, ValueError):
        fail("--batch auto: this system does not tell its free memory; give a number")


def holds(batch: int, options: Options, world: World, samples: Source, scale: Scale) -> bool:
    """Whether every process has room for a step of so many samples: one is tried."""
    room = 1
    try:
        try_steps(Training(options, world._replace(size=1), scale), samples.__getitems__(range(batch)))
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        room = 0
    gc.collect()
    if world.device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(world.device)
    return bool(world.least(room))


def try_steps(training: Training, samples: Batch) -> None:
    """One step, which makes the optimizer's state, and one beside that."""
    for _ in range(2):
        training.step(*samples)


def out_of_memory(error: Exception) -> bool:
    """Whether an error says that memory is short, or indices are, which ends in the same way."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in SHORT)
