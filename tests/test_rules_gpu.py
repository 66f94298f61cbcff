"""Rules of what a GPU does (GPU101, GPU102): every message, and PyTorch asked whether it is so."""

from pathlib import Path

import pytest
import torch

from cnncalc import loads
from cnncalc.api import analyse
from cnncalc.lint import engine
from cnncalc.lint.choice import choice

SPECS = Path(__file__).parent.parent / "specs"


def told(code: str, text: str) -> list[tuple[str, str, int]]:
    """What is said, what to do, and on which line."""
    every = engine.findings(analyse(text, "net", "net.spec"), choice([code]))
    return [(finding.message, finding.hint, finding.line) for finding in every if finding.code == code]


# channels-not-multiple-of-8

NET = "INPUT: 32x32x3\nCONV1: 30 3x3 pad 1 relu\nCONV2: 64 3x3 pad 1 relu\nGAP: gap\nFC: 10"
UNEVEN = {
    NET: [("CONV1 makes 30 channels, which is not a multiple of 8, as FP16 tensor cores want", "use 24 or 32", 2)],
    "INPUT: 784\nA: fc 300\nB: fc 300\nC: fc 300\nD: fc 10": [
        ("A and 2 more layers make 300 channels, which is not a multiple of 8, as FP16 tensor cores want",
         "use 296 or 304", 2),
    ],
    "INPUT: 8x8x1\nA: conv 6 3x3\nB: conv 12 3x3\nC: conv 6 3x3\nD: fc 10": [
        ("A and 1 more layer make 6 channels, which is not a multiple of 8, as FP16 tensor cores want", "use 8", 2),
        ("B makes 12 channels, which is not a multiple of 8, as FP16 tensor cores want", "use 8 or 16", 3),
    ],
    "INPUT: 64 tokens\nEMBED: 1050 vocab 1000\nconv 64 3\nglobal maxpool\nfc 2": [
        ("EMBED makes 1,050 channels, which is not a multiple of 8, as FP16 tensor cores want", "use 1,048 or 1,056", 2)
    ],
}  # fmt: skip


@pytest.mark.parametrize("text", UNEVEN)
def test_uneven_channels_are_told_whole(text):
    assert told("GPU101", text) == UNEVEN[text]


@pytest.mark.parametrize("text", UNEVEN)
def test_what_is_told_is_what_torch_makes(text):
    """Of all modules with a matrix: the channels that they make and that leave a rest by 8, without the last."""
    network = loads(text)
    made = [part.weight.shape[0] for part in network.to_torch().modules() if hasattr(part, "in_channels")]
    made += [part.weight.shape[0] for part in network.to_torch().modules() if hasattr(part, "in_features")]
    made += [part.weight.shape[1] for part in network.to_torch().modules() if hasattr(part, "num_embeddings")]
    uneven = {count for count in made if count % 8 and count != network.outputs[0].output.channels}
    said = {count for count in uneven for message, _, _ in told("GPU101", text) if f" {count:,} channels" in message}
    assert said == uneven
    assert len(told("GPU101", text)) == len(uneven)


@pytest.mark.parametrize(
    "text",
    [
        NET.replace("30", "32"),
        # the classes, through softmax, a sum, a norm; two outputs; a head that only trains
        "INPUT: 32x32x3\nCONV1: 32 3x3 relu\nCONV2: 10 1x1\nGAP: gap\nsoftmax",
        "INPUT: 32x32x3\nA: conv 10 3x3\nB: conv 10 3x3 bn from INPUT\nadd from A, B\ngap",
        "INPUT: 32x32x3\nA: conv 21 3x3\nB: conv 13 3x3 from INPUT\nOUT: output from A, B",
        "INPUT: 32x32x3\nA: conv 16 3x3\naux\n  fc 13\nB: fc 10",
        # 21 scores on the way to 21 scores
        "INPUT: 32x32x3\nconv 64 3x3 pad 1\nconv 21 1x1\ndeconv 21 4x4 stride 2 pad 1",
        # 3 channels are the input's, one map is a gate, 4 units are nearly no work
        "INPUT: 32x32x3\nconv depthwise 3x3 pad 1\nconv 16 1x1\nfc 2",
        "INPUT: 32x32x3\nscale\n  - conv 16 3x3\n  - conv 1 3x3 sigmoid\nfc 2",
        "INPUT: 32x32x3\nconv 64 3x3\nscale\n  - identity\n  - gap; fc 4 relu; fc 64 sigmoid\ngap\nfc 10",
        # behind an error nothing is known of the outputs
        NET.replace("FC: 10", "FC: 10 wide"),
    ],
)
def test_what_the_task_gives_is_not_told(text):
    assert told("GPU101", text) == []


def test_a_head_is_trained_and_told():
    text = "INPUT: 32x32x3\nA: conv 16 3x3\naux\n  conv 20 3x3\n  fc 13\nB: fc 10"
    assert [line for _, _, line in told("GPU101", text)] == [4]


@pytest.mark.parametrize(
    "body", ["A: conv 20 3x3 pad 1\nB: share A from INPUT", "add\n  - A: conv 20 3x3 pad 1\n  - shortcut"]
)
def test_shared_and_fitted_layers_make_no_channels_of_their_own(body):
    ((message, _, _),) = told("GPU101", f"INPUT: 9x9x4\n{body}\nfc 10")
    assert message.endswith("A makes 20 channels, which is not a multiple of 8, as FP16 tensor cores want")


def test_a_grouped_layer_and_one_of_a_single_channel_are_told():
    assert [line for _, _, line in told("GPU101", "INPUT: 9x9x4\nconv 20 3x3 groups 2\nfc 16\nfc 2")] == [2]
    assert [line for _, _, line in told("GPU101", "INPUT: 9x9x1\nconv 20 3x3\nfc 16\nfc 2")] == [2]


# batchnorm-on-one-value

HINT = "leave the norm out, normalize before the map shrinks, or say 'train: batch 2' or more"
SINGLE = {
    "INPUT: 33x33x256\ngap\nCONV1: 64 1x1 nobias bn relu\nFC: 10": (
        "CONV1.bn has 1 value a channel in a map of 1x1x64: PyTorch does not train it on a batch of 1", 3,
    ),
    "axes CxHxW\nafter conv: nobias bn relu\nINPUT: 256x5x5\nCONV1: 64 5x5\nFC: 10\ntrain: batch size = 1, sgd": (
        "CONV1.bn has 1 value a channel in a map of 64x1x1: PyTorch does not train it on the recipe's batch of 1", 4,
    ),
    "INPUT: 784\nFC1: 100 nobias bn relu\nFC2: 10\ntrain: lr 1e-2, batch 1, sgd": (
        "FC1.bn has 1 value a channel in a vector of 100: PyTorch does not train it on the recipe's batch of 1", 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", SINGLE)
def test_norms_of_one_value_are_told_whole(text):
    message, line = SINGLE[text]
    assert told("GPU102", text) == [(message, HINT, line)]


@pytest.mark.parametrize("text", SINGLE)
def test_torch_refuses_a_batch_of_1_and_takes_2(text):
    network = loads(text)
    model, shape = network.to_torch().train(), network.inputs[0].output.dims
    with pytest.raises(ValueError, match="Expected more than 1 value per channel when training"):
        model(torch.rand(1, *shape))
    assert model(torch.rand(2, *shape)).shape == (2, 10)
    assert model.eval()(torch.rand(1, *shape)).shape == (1, 10)


@pytest.mark.parametrize(
    "text",
    [
        "INPUT: 2x1x4\nCONV1: 8 1x1 bn\nFC: 10",
        "INPUT: 2x4\nCONV1: 8 1 bn\nFC: 10",
        "INPUT: 3x3x4\nCONV1: 8 3x3 ln\nFC: 10",
        "INPUT: 3x3x4\nCONV1: 8 3x3\nFC: 10",
    ],
)
def test_torch_trains_on_one_image_where_nothing_is_told(text):
    assert told("GPU102", text) == []
    network = loads(text)
    assert network.to_torch().train()(torch.rand(1, *network.inputs[0].output.dims)).shape == (1, 10)


VECTOR = "INPUT: 784\nFC1: 100 nobias bn relu\nFC2: 10"
CELL = "INPUT: 3x3x4\nCONV1: 8 3x3 nobias bn relu\nFC2: 10"


@pytest.mark.parametrize(
    ("recipe", "vector", "cell"),
    [
        ("", False, True),
        ("sgd momentum 0.9", False, True),
        ("batch 1", True, True),
        ("Batch size = 1, sgd", True, True),
        ("batch of 1", True, True),
        ("batch=1", True, True),
        ("sgd, batch 2", False, False),
        ("batch 1,024, sgd", False, False),
        ("batch size 16", False, False),
        ("minibatches, lr 1", False, True),
        ("batch " + "9" * 5_000, False, False),
    ],
)
def test_the_recipe_says_the_batch(recipe, vector, cell):
    for text, tells in ((VECTOR, vector), (CELL, cell)):
        assert bool(told("GPU102", f"{text}\ntrain: {recipe}" if recipe else text)) is tells


def test_a_norm_that_is_written_for_all_is_told_where_its_layer_stands():
    text = "after conv: bn\nINPUT: 5x5x3\nA: conv 8 3x3 pad 1\nB: conv 8 5x5\nC: conv 8 1x1\nfc 2"
    [(message, _, line)] = told("GPU102", text)
    assert line == 4
    assert message == (
        "B.bn has 1 value a channel in a map of 1x1x8, and so has 1 more norm: PyTorch does not train it on a batch of "
        "1"
    )


def test_inception_says_that_it_is_meant():
    text = (SPECS / "inception_v3.spec").read_text(encoding="utf-8")
    assert told("GPU102", text) == []
    assert [line for _, _, line in told("GPU102", text.replace("cnncalc: ignore[batchnorm", "[batchnorm"))] == [66]
