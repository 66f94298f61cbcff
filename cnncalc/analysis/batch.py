"""The largest batch whose training memory fits a given one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc.analysis.memory import memory
from cnncalc.recipe import recipe
from cnncalc.record import NamedTuple
from cnncalc.storage import OPTIMIZERS, USUAL

if TYPE_CHECKING:
    from cnncalc.analysis.memory import Memory
    from cnncalc.network.node import Network

POWERS = "kmgtp"
FORM = re.compile(r"(\d{1,30})(?:\.(\d{1,30}))?\s*(?:([kmgtp])(i?)b?|b)", re.IGNORECASE | re.ASCII)
DIGITS = 20
"""How many digits a number of bytes has at most."""


class Largest(NamedTuple):
    """The largest batch that fits `limit` bytes: its memory and the bytes of one sample more.

    `batch` is 0 where not even one sample fits: then `used` is the memory of that one, and `after` its bytes. It is
    None where nothing that training keeps grows with the batch. `named`: the optimizer is that of the recipe or the
    caller, not the usual one.
    """

    limit: int
    batch: int | None
    used: Memory
    after: int
    optimizer: str
    named: bool

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """What the memory is made of, in bytes; what every batch needs stands first."""
        used = self.used
        state = (f"{self.optimizer} state", used.optimizer[self.optimizer])
        fixed = (("weights", used.weights), ("buffers", used.buffers), ("gradients", used.gradients), state)
        return (*fixed, used.held)

    @property
    def total(self) -> int:
        """The bytes of all parts."""
        return self.used.training(self.optimizer)

    @property
    def without_samples(self) -> int:
        """The bytes that do not depend on what a pass holds."""
        return self.total - self.used.held[1]


def bytes_of(text: str) -> int:
    """Bytes as written: 24GiB and 24Gi are 24*2^30, 24GB and 24G 24*10^9, as in SI and IEC 80000-13.

    Raises ValueError where that is not so written, or nothing.
    """
    match = FORM.fullmatch(text.strip())
    if not match:
        raise ValueError(f"a memory is written as 24GiB, 512MiB, 24GB or 800000B, not '{text}'")
    whole, digits, unit, binary = match[1], match[2] or "", (match[3] or "").lower(), match[4]
    factor: int = (1024 if binary else 1000) ** (POWERS.find(unit) + 1 if unit else 0)
    count: int = int(whole + digits) * factor // 10 ** len(digits)
    if not 0 < count < 10**DIGITS:
        raise ValueError(f"a memory of '{text}' is {'nothing' if count == 0 else 'more than any machine has'}")
    return count


def chosen(network: Network, given: str) -> tuple[str, bool]:
    """The optimizer to count, and whether anything names it; raises ValueError for one that is not known."""
    word = given.lower().replace("-", "")
    if word and word not in OPTIMIZERS:
        raise ValueError(f"no optimizer is called '{given}'; there are {', '.join(OPTIMIZERS)}")
    named = word or recipe(network.recipe).state
    return named or USUAL, bool(named)


def largest_batch(network: Network, limit: int, dtype: str = "float32", optimizer: str = "") -> Largest:
    """The largest batch whose training memory is at most so many bytes; heads that only train are in it.

    Each tensor grows with the batch or not at all, so that c + g*B <= limit has to hold for what is saved and for the
    forward peak. Raises ValueError for a dtype or an optimizer that is not known, or a network that has errors.
    """
    if not network.complete:
        raise ValueError("the spec has errors: its shapes are not known")
    word, named = chosen(network, optimizer)

    def used(batch: int) -> Memory:
        return memory(network, batch, dtype, training=True)

    one, two = used(1), used(2)
    free = limit - one.training(word) + one.held[1]
    each = ((one.saved_for_backward, two.saved_for_backward), (one.forward_peak, two.forward_peak))
    most = [1 + (free - first) // (second - first) for first, second in each if second > first]
    if free >= one.held[1] and not most:
        return Largest(limit, None, one, one.training(word), word, named)
    batch = max(0, min(most)) if free >= one.held[1] else 0
    after = used(batch + 1)
    return Largest(limit, batch, used(batch) if batch else after, after.training(word), word, named)
