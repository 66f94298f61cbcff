from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analysis.views import computed
from cnncalc.diagnostic import WARNING, Code, Diagnostic
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules._fit import counted
from cnncalc.recipe import recipe, spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.lint.study import Study


class SoftmaxBeforeCrossEntropy(Rule):
    """The network ends in what the loss of its recipe applies itself."""

    code = Code(
        "ARC104",
        "softmax-before-cross-entropy",
        WARNING,
        """\
## What it does
Finds networks, and heads that only train, that end in an activation which the loss of the file's recipe applies
itself: softmax under `loss cross_entropy`, sigmoid under `loss bce_with_logits`. Without a recipe, or with one that
names no loss, nothing is known and nothing is said.

## Why is this bad
It is then applied twice. The probabilities of softmax lie between 0 and 1, and a second softmax over 10 classes turns
them into at most e/(e + 9) = 0.23: the loss never falls below 1.46, its gradients are small, and the network trains
slowly or not at all. No framework says a word, for both shapes are right.

## Example
    INPUT: 784
    FC1: 100 relu
    FC2: 10 softmax
    train: sgd, lr 0.1, loss cross_entropy

## Use instead
    INPUT: 784
    FC1: 100 relu
    FC2: 10
    train: sgd, lr 0.1, loss cross_entropy

## Fix safety
There is no automatic fix: what reads the network's output after training may count on probabilities.

## Source
PyTorch, nn.CrossEntropyLoss: the input is expected to contain the unnormalized logits for each class;
nn.BCEWithLogitsLoss combines a sigmoid and the loss. Goodfellow et al. 2016, section 6.2.2.3.
""",
    )
    good = (
        "INPUT: 784\nFC1: 100 relu\nFC2: 10\ntrain: sgd, lr 0.1, loss cross_entropy",
        "INPUT: 784\nFC1: 100 relu\nFC2: 10 softmax\ntrain: sgd, lr 0.1, loss nll",
        "INPUT: 784\nFC1: 100 relu\nFC2: 10 softmax\ntrain: sgd, lr 0.1",
        "INPUT: 784\nFC1: 100 relu\nFC2: 10 softmax",
        "INPUT: 784\nFC1: 10 softmax\nFC2: 10\ntrain: sgd, lr 0.1, loss cross_entropy",
        "INPUT: 784\nFC1: 1 sigmoid\ntrain: loss binary_cross_entropy",
        "INPUT: 784\nFC1: 1 sigmoid\ntrain: loss cross_entropy",
        "INPUT: 784\nFC1: 10 softmax\ntrain: loss categorical_crossentropy",
    )
    bad = (
        "INPUT: 784\nFC1: 100 relu\nFC2: 10 softmax\ntrain: sgd, lr 0.1, loss cross_entropy",
        "train: LOSS=CrossEntropy lr=0.1\nINPUT: 8x8x3\nconv 10 1x1\ngap\nsoftmax\nflatten",
        "train: loss cross-entropy\nINPUT: 784\nFC1: 100 relu\nh: aux weight 0.3\n  fc 10 softmax dropout\nFC2: 10",
        "INPUT: 784\nFC1: 1 sigmoid\ntrain: loss bce_with_logits",
    )

    def check(self, study: Study) -> Iterator[Diagnostic]:
        said = recipe(study.network.recipe).loss
        if not said or not study.network.complete:
            return
        for node in dict.fromkeys(map(computed, study.ends)):
            if node.layer.losses and spelled(said) in map(spelled, node.layer.losses):
                above, numbers = computed(node.inputs[0]), counted(node.output.elements, "number")
                text = f"{node.name}: the recipe's loss {said} applies {node.kind} itself, so that it is applied twice"
                hint = f"leave {node.name} out: the loss reads the {numbers} of {above.name}"
                yield Diagnostic(self.code, text, node.span, hint)
