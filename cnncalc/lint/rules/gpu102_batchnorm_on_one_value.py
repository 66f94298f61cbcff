from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.diagnostic import WARNING, Code, Diagnostic
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import counted
from cnncalc.lint.rules._sizes import place
from cnncalc.recipe import recipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncalc.lint.study import Study
    from cnncalc.network.node import Node


class BatchnormOnOneValue(Rule):
    """A norm over the batch where each sample has one value a channel."""

    code = Code(
        "GPU102",
        "batchnorm-on-one-value",
        WARNING,
        """\
## What it does
Finds batch norms on maps shrunk to one cell, so that each sample gives one value a channel to the mean and the
variance. Where the recipe says a batch of more than one it is silent. On vectors it speaks only where the recipe says
`batch 1`: a norm behind a fully connected layer is usual, and meant for a batch.

## Why is this bad
With a batch of 1 there is one value a channel. Less its own mean that is 0, whatever it was, and PyTorch refuses to
train: "Expected more than 1 value per channel when training". It also happens in the last, smaller batch of an
epoch. With a small batch the statistics are those of a few values, far from those that evaluation uses.

## Example
    INPUT: 33x33x256
    ASPP: concat
      - conv 64 1x1 nobias bn relu
      - gap; conv 64 1x1 nobias bn relu; upsample to INPUT
    conv 21 1x1

## Use instead
    INPUT: 33x33x256
    ASPP: concat
      - conv 64 1x1 nobias bn relu
      - gap; conv 64 1x1 relu; upsample to INPUT
    conv 21 1x1

## Fix safety
There is no automatic fix: without the norm, or with ln or gn in its place, it is another network. A recipe with a
batch above 1 (`train: batch 16`) says that it is meant.

## Source
Ioffe & Szegedy 2015, "Batch Normalization", section 3.2: for a convolution the statistics are of all values of a map
over the batch. Wu & He 2018, "Group Normalization", section 1: the error of batch norm grows as the batch shrinks.
PyTorch, torch.nn.functional.batch_norm.
""",
    )
    good = (
        "INPUT: 33x33x256\nASPP: concat\n  - conv 64 1x1 nobias bn relu\n  - gap; conv 64 1x1 relu; upsample to INPUT\n"
        "conv 21 1x1",
        "INPUT: 33x33x256\nASPP: concat\n  - conv 64 1x1 nobias bn relu\n"
        "  - gap; conv 64 1x1 nobias bn relu; upsample to INPUT\nconv 21 1x1\ntrain: batch 16, sgd",
        "INPUT: 2x1x256\nCONV1: 64 1x1 nobias bn relu\nFC: 10",
        "INPUT: 784\nFC1: 100 nobias bn relu\nFC2: 10",
        "INPUT: 784\nFC1: 100 nobias bn relu\nFC2: 10\ntrain: batch 2",
        "INPUT: 33x33x256\ngap\nCONV1: 64 1x1 ln relu\nFC: 10",
    )
    bad = (
        "INPUT: 33x33x256\nASPP: concat\n  - conv 64 1x1 nobias bn relu\n"
        "  - gap; conv 64 1x1 nobias bn relu; upsample to INPUT\nconv 21 1x1",
        "INPUT: 33x33x256\ngap\nCONV1: 64 1x1 nobias bn relu\nFC: 10\ntrain: sgd, batch 1, lr 1e-2",
        "INPUT: 784\nFC1: 100 nobias bn relu\nFC2: 10\ntrain: batch 1",
        "INPUT: 5x4\nCONV1: 8 5 nobias bn",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        found = [node for node in study.network.nodes if node.layer.batched and prod(node.output.extents) == 1]
        batch = recipe(study.network.recipe).batch if found else 0
        told = [node for node in found if node.output.rank or batch] if batch < 2 else []
        if told:
            yield single(self.code, told, batch, study)


def single(code: Code, norms: Sequence[Node], batch: int, study: Study) -> Diagnostic:
    """The finding at the first norm: what there is of a channel, what becomes of it, and how many others are alike."""
    node, more = norms[0], len(norms) - 1
    what = (
        f"a map of {study.network.order.text(node.output)}"
        if node.output.rank
        else f"a vector of {node.output.channels:,}"
    )
    when = "the recipe's batch of 1" if batch else "a batch of 1"
    others = f", and so {'has' if more == 1 else 'have'} {counted(more, 'more norm')}" if more else ""
    text = f"{node.name} has 1 value a channel in {what}{others}: PyTorch does not train it on {when}"
    hint = "leave the norm out, normalize before the map shrinks, or say 'train: batch 2' or more"
    return Diagnostic(code, text, place(study, node), hint)
