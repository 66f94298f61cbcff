"""Questions asked backwards: sizes that fit, the largest batch, what a `?` is; held against tracing and torch."""

import json
import operator
import re
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_random_chains import specs
from test_random_graphs import graphs
from torch import nn

from cnncalc import SpecError, load, loads, zoo
from cnncalc.analysis.batch import bytes_of, largest_batch
from cnncalc.analysis.fit import fits, slides
from cnncalc.analysis.memory import memory
from cnncalc.analysis.sizes import pieces
from cnncalc.analysis.sizes.fitting import NAMES, last_maps, sizes
from cnncalc.analysis.sizes.growing import Growing, Parting, Vague, number, parts
from cnncalc.analysis.sizes.pieces import Progression
from cnncalc.analysis.sizes.progressions import around, merged, runs
from cnncalc.api import analyse
from cnncalc.geometry import out_extent
from cnncalc.lint.rules.fit101_stride_drops_pixels import StrideDropsPixels
from cnncalc.lint.rules.fit102_stride_drops_padding import StrideDropsPadding
from cnncalc.lint.study import Study
from cnncalc.render import solve as render
from cnncalc.storage import OPTIMIZERS

# Numbers that grow

OPERATORS = {
    name: getattr(operator, name)
    for name in ("add", "sub", "mul", "floordiv", "mod", "lt", "le", "gt", "ge", "eq", "ne")
}
COEFFICIENT = st.integers(-6, 6)
GROWN = st.tuples(COEFFICIENT, COEFFICIENT, st.integers(1, 6))


def values(of, most):
    a, b, m = of
    return [(a * k + b) // m for k in range(60 if most is None else most + 1)]


@settings(max_examples=600)
@given(st.sampled_from([*OPERATORS]), GROWN, GROWN, st.none() | st.integers(1, 9))
def test_a_number_that_grows_is_what_it_is_for_every_k(name, x, y, most):
    left, right = values(x, most), values(y, most)
    if name in ("floordiv", "mod") and (min(right) <= 0 or y[0] < 0):
        return
    if name == "mul" and x[0] and y[0]:
        return
    known = [OPERATORS[name](a, b) for a, b in zip(left, right, strict=True)]
    try:
        found = OPERATORS[name](number(*x, most), number(*y, most))
    except Parting as parting:
        assert len(set(known)) > 1 or parting.into > 1
        assert parting.into > 1 or 0 < parting.at < len(known)
        return
    if isinstance(found, Vague):
        assert found.into > 1
    else:
        a, b, m, _ = parts(found)
        assert [(a * k + b) // m for k in range(len(known))] == known


@settings(max_examples=600)
@given(
    st.tuples(st.integers(1, 6), st.integers(0, 20), st.integers(1, 6)), st.integers(1, 6), st.integers(1, 5),
    st.tuples(st.integers(0, 4), st.integers(0, 4)), st.booleans(), st.none() | st.integers(1, 9),
)  # fmt: skip
def test_a_window_over_what_grows_gives_what_it_does_for_every_k(w, reach, stride, pad, ceil, most):
    known = [out_extent(extent, reach, stride, pad, ceil) for extent in values(w, most)]
    try:
        found = out_extent(number(*w, most), reach, stride, pad, ceil)
    except Parting as parting:
        assert ceil and (parting.into > 1 or 0 < parting.at < len(known))
        return
    a, b, m, _ = parts(found)
    assert [(a * k + b) // m for k in range(len(known))] == known


def test_windows_that_cannot_begin_in_the_padding_leave_no_piece_to_part():
    pools = "\n".join("maxpool 3 stride 2 ceil" for _ in range(20))
    (one,) = sizes(loads(f"INPUT: 10000000x1\n{pools}"))
    assert one.fits == (Progression(2**21 - 1, 2**20),) and one.legal == (Progression(2**20),)


def test_a_comparison_turns_round_where_the_numbers_part():
    with pytest.raises(Parting) as stop:
        bool(number(3, -7, 1, None) < 5)
    assert (stop.value.into, stop.value.at) == (0, 4)
    with pytest.raises(Parting) as stop:
        bool(number(3, 1, 1, None) // number(1, 1, 1, None) == 1)
    assert (stop.value.into, stop.value.at) == (0, 1)
    assert number(2, 1, 1, None) // number(1, 1, 1, None) == 1


def test_numbers_that_grow_are_no_plain_numbers():
    grown = number(2, 1, 1, None)
    assert isinstance(grown, Growing) and repr(grown) == "2k + 1" and repr(number(1, -3, 2, None)) == "floor((k - 3)/2)"
    for wrong in (lambda: grown * grown, lambda: hash(grown), lambda: int(grown)):
        with pytest.raises(TypeError):
            wrong()


# Progressions

PROGRESSIONS = st.builds(Progression, st.integers(1, 40), st.integers(1, 9), st.none() | st.integers(1, 7))


@settings(max_examples=400)
@given(st.lists(PROGRESSIONS, max_size=5), st.integers(1, 70))
def test_merged_progressions_hold_the_same_numbers(every, size):
    found = merged(every)
    members = {n for n in range(1, 700) if any(n in one for one in every)}
    assert {n for n in range(1, 700) if any(n in one for one in found)} == members
    near = max((n for n in members if n < size), default=None), min((n for n in members if n > size), default=None)
    assert around(found, size) == near
    assert len([one for one in found if one.length is None]) <= len([one for one in every if one.length is None])


def test_progressions_are_the_fewest_and_begin_as_low_as_they_can():
    assert merged(Progression(193 + i, 32, 1) for i in range(32)) == (Progression(193, 1, 32),)
    assert merged([Progression(13, 12), Progression(7, 12), Progression(1, 3, 1)]) == (Progression(1, 6),)
    assert merged([Progression(4, 2), Progression(3, 3)]) == (Progression(3, 3), Progression(4, 2))
    assert tuple(runs([1, 4, 7, 20, 21])) == (Progression(1, 3, 3), Progression(20, 1, 2))


# Against traces, one for each size


def at(network, text, names, axis, size):
    """The text with an extent of some inputs changed where they are declared."""
    rows = text.split("\n")
    for node in network.inputs:
        if node.name in names:
            extents = node.output.extents
            shape = node.output._replace(extents=(*extents[:axis], size, *extents[axis + 1 :]))
            rows[node.span.line - 1] = f"{node.name}: input {network.order.text(shape)}"
    return "\n".join(rows)


def told(network, text, names, axis, size):
    """(legal, fits, gives the same) of one size, by a trace of its own."""
    try:
        traced = loads(at(network, text, names, axis, size))
    except SpecError:
        return False, False, False
    known = {node for node in traced.inputs if node.name in names}
    rank, fitting = next(iter(known)).output.rank, True
    for node in traced:
        if not known.isdisjoint((*node.inputs, *node.named)):
            known.add(node)
            held = (s for i, s in enumerate(slides(node)) if i == axis or node.shapes[0].rank != rank)
            fitting = all(map(fits, held)) and fitting
    kept = last_maps(network).items()
    return True, fitting, all(node.name in traced and traced[node.name].output == shape for node, shape in kept)


def check(text, most):
    """All that is said of the sizes up to some is what traces say."""
    network = loads(text)
    for one in sizes(network):
        rank = network[one.inputs[0]].output.rank
        for name in one.axes:
            axis = NAMES[rank].index(name)
            for size in range(1, most):
                if one.traced and not one.traced[0] <= size <= one.traced[1]:
                    continue
                said = tuple(any(size in part for part in known) for known in (one.legal, one.fits, one.same))
                assert said == told(network, text, one.inputs, axis, size), (name, size, one)


@settings(max_examples=30)
@given(specs())
def test_every_size_of_a_random_chain_is_what_its_trace_says(text):
    check(text, 40)


@settings(max_examples=10)
@given(graphs())
def test_every_size_of_a_random_graph_is_what_its_trace_says(graph):
    check(graph.text, 20)
    check(graph.flat, 20)


SPECS = {
    "congruences that clash": "INPUT: 32x32x3\nA: conv 8 3x3 stride 4\nB: conv 8 2x2 stride 2 from INPUT",
    "sums cross once":
        "INPUT: 40x9x3\nA: conv 4 3x3 stride 2 pad 1\nB: crop 10:10x2:2 from INPUT\nC: conv 4 1 from B\n"
        "fc 3",
    "crop to a line": "INPUT: 40x40x3\nA: maxpool 2\nB: maxpool 3 from A\nC: crop to B from A\nadd from B, C",
    "upsample to a line": "INPUT: 40x40x3\nA: conv 3 2x2 stride 2\nB: upsample to INPUT from A\nadd from INPUT, B",
    "upsample to what grows": "INPUT: 16x16x3\nA: maxpool 2\nB: conv 3 5x5 from A\nupsample to A from B",
    "a pad by the extent":
        "INPUT: 33x21x3\nconv 4 3x3 stride 2 pad same\nmaxpool 2 stride 3 pad same\n"
        "conv 2 3 stride 2",
    "rounded up": "INPUT: 30x30x3\nmaxpool 3x3 stride 2 ceil\nmaxpool 2 stride 3 pad 1 ceil\nfc 4",
    "a stride beyond its window": "INPUT: 30x30x3\nmaxpool 2 stride 5 ceil\nconv 3 1 stride 3",
    "groups of a vector": "INPUT: 12x10x2\nmaxpool 2\nflatten\ngn 5\nfc 3",
    "a vector that is reshaped": "INPUT: 8x8x3\nconv 4 3x3 stride 2\nreshape 36\nfc 3",
    "two sizes": "A: input 16x16x3\nB: input 32x32x3\nC: conv 3 2 stride 2 from B\nD: add from A, C\nfc 2",
    "two of a size": "A: input 16x16x3\nB: input 16x16x1\nC: conv 3 1 from B\nD: add from A, C\nmaxpool 2",
    "by the extent": "INPUT: 16x16x3\nconv 4 3x3 stride W//8\nfc 3",
    "by channels behind flatten": "INPUT: 6x6x3\nmaxpool 2\nflatten\nfc C//9\nfc 2",
    "a fitted branch": "INPUT: 16x16x3\nadd\n  - adaptive avgpool 4; conv 5 1\n  - shortcut\nfc 2",
    "shared":
        "INPUT: 18x18x3\nA: conv 4 3x3 pad 1\nB: share A from INPUT\nadd from A, B\nC: fc 5\n"
        "D: share C from B\nadd from C, D",
    "tokens": "INPUT: 20 tokens\nembed 4 vocab 9\nconv 3 4 stride 3\nmaxpool 2",
    "deconvs":
        "INPUT: 9x9x3\ndeconv 4 4 stride 3 pad 1\nconv 3 3 stride 2 pad 1 reflect\n"
        "deconv 2 3 stride 2 pad same\nmaxpool 4",
    "heads":
        "INPUT: 40x40x3\nA: conv 4 5x5 stride 2\naux1 from A: aux weight 0.3\n  avgpool 9 stride 3\n  fc 2\n"
        "B: maxpool 2 from A\nfc 2",
    "by a condition": "INPUT: 16x16x3\nif W >= 12\n  maxpool 2\nelse\n  maxpool 3\nfc 2",
}  # fmt: skip


@pytest.mark.parametrize("name", SPECS)
def test_every_size_is_what_its_trace_says(name):
    check(SPECS[name], 130)


@pytest.mark.parametrize("name", ["lenet5", "alexnet", "unet-padded", "siamese", "resnet20", "c3d", "squeezenet1_1"])
def test_sizes_of_the_zoo_are_what_traces_say(name):
    with open(zoo.path(name), encoding="utf-8") as file:
        text = re.sub(r" *#.*", "", file.read())
    network = loads(text)
    for one in sizes(network):
        axis = NAMES[network.inputs[0].output.rank].index(one.axes[-1])
        for size in (*range(1, 80, 3), *range(one.written - 9, one.written + 40, 7)):
            if size > 0:
                said = tuple(any(size in part for part in known) for known in (one.legal, one.fits, one.same))
                assert said == told(network, text, one.inputs, axis, size), (name, size)


@pytest.mark.parametrize("name", ["alexnet", "resnet18", "mobilenet_v2", "unet", "densenet121"])
def test_at_sizes_that_fit_the_linter_has_nothing_to_say_of_strides(name):
    (one,) = sizes(load(name))
    first, second = (around(one.fits, n)[1] for n in (0, one.written))
    for size in (first, second, second + 1):
        with open(zoo.path(name), encoding="utf-8") as file:
            found = analyse(file.read(), name, name, input=f"{size}x{size}x{load(name).inputs[0].output.channels}")
        study = Study(found)
        quiet = not [*StrideDropsPixels().check(study), *StrideDropsPadding().check(study)]
        assert quiet == (size != second + 1)


# Against published sizes and torch


@pytest.mark.parametrize(
    ("name", "first", "step", "smallest", "same"),
    [
        ("alexnet", 67, 32, 67, (227, 258)),
        ("alexnet-torchvision", 63, 32, 63, (223, 254)),
        ("vgg16", 32, 32, 32, (224, 255)),
        ("resnet50", 1, 32, 1, (193, 224)),
        ("mobilenet_v2", 1, 32, 1, (193, 224)),
        ("unet", 188, 16, 188, (572, 587)),
        ("lenet5", 32, 4, 32, (32, 35)),
        ("inception_v3", 299, 96, 299, (299, 330)),
    ],
)
def test_sizes_of_known_networks(name, first, step, smallest, same):
    (one,) = sizes(load(name))
    assert one.axes == ("height", "width") and one.traced is None
    assert one.fits == (Progression(first, step),)
    assert one.smallest.size == smallest
    assert [(part.first, part.last) for part in one.same] == [same]


def test_the_smallest_input_without_training_heads_is_told_apart():
    (one,) = sizes(load("inception_v3"))
    assert one.smallest == (299, 75)
    (one,) = sizes(load("alexnet"))
    assert one.smallest == (67, 67)


def runs_in(net, size):
    """Whether torch takes an input so wide."""
    try:
        with torch.no_grad():
            return net(torch.zeros(1, 3, 96, size)).numel() > 0
    except RuntimeError:
        return False


POOL = "maxpool 3x3 stride 2"
FEATURES = f"INPUT: 96x96x3\nconv 4 11x11 stride 4 pad 2\n{POOL}\nconv 4 5x5 pad 2\n{POOL}\n{POOL}"
NETS = [
    (FEATURES, nn.Sequential(nn.Conv2d(3, 4, 11, 4, 2), nn.MaxPool2d(3, 2), nn.Conv2d(4, 4, 5, 1, 2),
                             nn.MaxPool2d(3, 2), nn.MaxPool2d(3, 2))),
    ("INPUT: 96x96x3\nmaxpool 3 stride 2 ceil\nconv 2 5 stride 3 dilation 2\nmaxpool 4 stride 3 pad 2 ceil",
     nn.Sequential(nn.MaxPool2d(3, 2, ceil_mode=True), nn.Conv2d(3, 2, 5, 3, dilation=2),
                   nn.MaxPool2d(4, 3, 2, ceil_mode=True))),
    ("INPUT: 96x96x3\nconv 3 3x3 pad 4 reflect\ndeconv 2 2 stride 2 pad 9\navgpool 3 stride 2 pad 1",
     nn.Sequential(nn.ReflectionPad2d(4), nn.Conv2d(3, 3, 3), nn.ConvTranspose2d(3, 2, 2, 2, 9),
                   nn.AvgPool2d(3, 2, 1))),
    ("INPUT: 96x96x3\nadaptive avgpool 5\nconv 2 3", nn.Sequential(nn.AdaptiveAvgPool2d(5), nn.Conv2d(3, 2, 3))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "net"), NETS)
def test_legal_is_what_torch_takes(text, net):
    (one,) = sizes(loads(text))
    legal = [any(size in part for part in one.legal) for size in range(1, 100)]
    assert legal == [runs_in(net, size) for size in range(1, 100)]


# What it cannot do exactly, it says


def test_periods_beyond_all_tracing_are_exact():
    strides = "\n".join("conv 2 3 stride 1000 pad 1" for _ in range(6))
    (one,) = sizes(loads(f"INPUT: {10**18 + 1}x1\n{strides}"))
    assert one.fits == (Progression(1, 10**18),)
    assert [(part.first, part.last) for part in one.same] == [(10**18 + 1, 2 * 10**18)]


def test_too_many_pieces_are_told(monkeypatch):
    monkeypatch.setattr(pieces, "MOST", 500)
    text = "INPUT: 1024x1\n" + "\n".join("conv 1 3 stride 2 pad same" for _ in range(9))
    network = loads(text)
    (one,) = sizes(network)
    assert one.fits is None and one.legal is None and one.smallest.size == 1
    said = "\n".join(line for _, line in render.fits([one], network.order))
    assert "not known: the sizes fall into too many pieces to go through; the smallest is 1" in said


def test_layers_worked_out_from_the_size_are_traced_and_that_is_said(run):
    every = sizes(loads(SPECS["by the extent"]))
    assert [one.traced for one in every] == [(1, 64), (1, 64)] and every[0].fits != every[1].fits
    found = run("solve", "-", "--fits", stdin=SPECS["by the extent"].encode())
    assert "the file works its layers out from the size: each from 1 to 64 was traced, no other" in found.out


def test_a_large_size_is_traced_around_itself():
    (one,) = sizes(loads("INPUT: 30000x1\nconv 2 3 stride L//10000\nrelu"))
    assert one.traced[0] < 30000 < one.traced[1] and one.smallest.size is None


def test_inputs_that_are_not_alike_are_not_traced_together():
    every = sizes(loads("A: input 16x16x3\nB: input 9x9x3\nmaxpool W//4 from B\nC: maxpool 2 from A"))
    assert [one.inputs for one in every] == [("A",), ("B",)]
    assert every[1].traced == (9, 9)


def test_errors_are_refused():
    broken = analyse("INPUT: 3x3x1\nconv 2 5x5", "broken", "broken")
    for ask in (sizes, lambda network: largest_batch(network, 1000)):
        with pytest.raises(ValueError, match="the spec has errors: its shapes are not known"):
            ask(broken)


# Why no size fits


def clash(text):
    network = loads(text)
    return [line.strip() for _, line in render.fits(sizes(network), network.order)]


def test_strides_that_contradict_are_named_with_their_congruences():
    said = clash(SPECS["congruences that clash"])
    assert "because      A and B never fit at one size" in said
    assert "A alone fits 3 + 4k for k = 0, 1, 2, ...: 3, 7, 11, ..." in said
    assert "B alone fits 4 + 2k for k = 0, 1, 2, ...: 4, 6, 8, ..." in said


def test_layers_to_spare_are_not_named():
    text = "INPUT: 32x32x3\nP: maxpool 3 stride 3\nfrom INPUT\nA: conv 8 3x3 stride 4\nQ: maxpool 2\n"
    text += "B: conv 8 2x2 stride 2 from INPUT"
    (one,) = sizes(loads(text))
    assert [name for name, _ in one.clash.alone] == ["A", "B"]


def test_a_window_that_fits_no_size_is_proved():
    said = clash("INPUT: 33x33x3\nU: upsample 2\nC: conv 8 3x3 stride 2")
    assert "because    C fits at no legal size" in [re.sub(r"  +", "    ", line) for line in said]
    assert "at 1 + k the room W + Pstart + Pend - K of its window is 2k - 1, no multiple of its stride of 2" in said


def test_what_refuses_the_sizes_that_fit_is_named():
    said = " ".join(clash("INPUT: 32x32x3\nA: conv 3 3x3 stride 2 pad 1\nB: upsample 2\nC: add from INPUT, B"))
    assert "A fits at no legal size" in said
    assert "it fits, and C is refused: add needs maps of one size" in said


# The largest batch

SMALL = "INPUT: 16x16x3\nconv 8 3x3 pad 1 bn relu\nmaxpool 2\nfc 10"


@settings(max_examples=40)
@given(st.integers(1, 10**7), st.sampled_from([*OPTIMIZERS]), st.sampled_from(["float32", "bfloat16"]))
def test_the_largest_batch_fits_and_the_next_does_not(limit, optimizer, dtype):
    network = loads(SMALL)
    found = largest_batch(network, limit, dtype, optimizer)

    def used(batch):
        return memory(network, batch, dtype, training=True).training(optimizer)

    assert used(found.batch + 1) == found.after > limit
    assert found.batch == 0 or (used(found.batch) == found.total == sum(size for _, size in found.parts) <= limit)


def test_memory_is_linear_in_the_batch():
    network = load("googlenet")
    used = [memory(network, batch, training=True).training("adam") for batch in (1, 2, 3, 100)]
    (step, same), ahead = (b - a for a, b in pairwise(used[:3])), used[3] - used[0]
    assert step == same and ahead == 99 * step


def test_what_does_not_grow_takes_any_batch():
    network = loads("INPUT: 8x8x3\nreshape 192")
    assert largest_batch(network, 10).batch is None
    said = [line for _, line in render.batch(largest_batch(network, 10), network)]
    assert any("any: 0 B, and nothing that training keeps grows with the batch" in line for line in said)


@pytest.mark.parametrize(
    ("text", "count"),
    [("24GiB", 24 << 30), ("24Gi", 24 << 30), ("24G", 24 * 10**9), ("24gb", 24 * 10**9), ("1.5 MiB", 3 << 19),
     ("800B", 800), ("7KB", 7000), ("7kib", 7168), ("1TiB", 1 << 40)],
)  # fmt: skip
def test_a_memory_is_read(text, count):
    assert bytes_of(text) == count


@pytest.mark.parametrize(
    "text", ["", "24", "GiB", "-3GiB", "24GiBs", "1e9B", "٣GiB", "1..5G", "0GiB", "0.1B", "9" * 30 + "T"]
)
def test_a_memory_that_is_none_is_refused_with_the_form(run, text):
    with pytest.raises(ValueError, match="a memory"):
        bytes_of(text)
    if text:
        found = run("solve", "alexnet", f"--batch={text}")
        assert found.status == 2 and found.err.startswith("cnncalc: --batch: a memory") and not found.out


def test_the_optimizer_is_that_of_the_caller_then_of_the_recipe_then_the_usual_one():
    plain, recipe = loads(SMALL), loads(SMALL + "\ntrain: adam lr 0.001 batch 32")
    assert largest_batch(plain, 10**6)[4:] == ("momentum", False)
    assert largest_batch(recipe, 10**6)[4:] == ("adam", True)
    assert largest_batch(recipe, 10**6, optimizer="SGD")[4:] == ("sgd", True)
    with pytest.raises(ValueError, match=r"no optimizer is called 'lion'; there are sgd, momentum"):
        largest_batch(plain, 10**6, optimizer="lion")


# The command


def test_solve_prints_the_sizes(run, golden):
    found = run("solve", "alexnet", "--fits")
    assert found.status == 0 and found.err == "cnncalc: 'alexnet' is taken from the zoo\n"
    golden("solve-alexnet.txt", found.out)


def test_no_size_ends_with_status_1(run):
    found = run("solve", "-", "--fits", stdin=SPECS["congruences that clash"].encode())
    assert found.status == 1 and "fit          none" in found.out


def test_solve_prints_the_batch_and_both_at_once(run):
    found = run("solve", "lenet5", "--batch", "1MiB", "--fits", "--dtype", "half", "--optimizer", "adam")
    assert found.status == 0
    assert "training memory of 1,048,576 B (1.0 MiB): float16, optimizer adam\n" in found.out
    assert found.out.index("same output") < found.out.index("saved for backward")
    assert "a lower bound: without" in found.out


def test_no_batch_ends_with_status_1_and_says_what_is_too_large(run):
    found = run("solve", "lenet5", "--batch", "1KiB")
    assert found.status == 1 and "too large           weights alone" in found.out
    assert (
        "(neither the recipe nor --optimizer names one that is known)" in run("solve", "mnist-mlp", "--batch", "1G").out
    )
    network = loads("INPUT: 16x16x3\nfc 10")
    few, many = (largest_batch(network, limit, optimizer="sgd") for limit in (40_000, 62_000))
    assert render.too_large(few) == "what is there for any batch: 61,520 B (60.1 KiB)"
    assert render.too_large(many) == "61,520 B (60.1 KiB) for any batch, with what one sample saves"


def test_json_has_all_answers(run):
    found = json.loads(run("solve", "alexnet-torchvision", "--fits", "--batch", "2GiB", "--format", "json").out)
    (one,) = found["fits"]
    assert one["fits"] == [{"first": 63, "step": 32, "count": None}] and one["smallest_legal"] == 63
    assert one["misfits"] == [{"name": "CONV1", "remainder": 1, "stride": 4}] and one["nearest"] == [223, 255]
    assert one["axes"] == ["height", "width"] and one["same_output"] == [{"first": 223, "step": 1, "count": 32}]
    kept = found["batch"]
    assert kept["bytes"] <= kept["limit"] < kept["next_bytes"] and sum(kept["parts"].values()) == kept["bytes"]
    assert found["solved"] == [] and found["diagnostics"] == []
    assert "fits" not in json.loads(run("solve", "alexnet", "--format", "json").out)
    text = SPECS["congruences that clash"].encode()
    (one,) = json.loads(run("solve", "-", "--fits", "--format", "json", stdin=text).out)["fits"]
    assert one["fits"] == [] and one["because"][0] == "A and B never fit at one size"
    assert one["clash"][1] == {"name": "B", "fits": [{"first": 4, "step": 2, "count": None}]}


def test_what_a_question_mark_is_is_printed(run):
    text = b"INPUT: 32x32x3\nA: conv 8 5x5 pad ? => 32x32x8\nmaxpool ? stride 2 => 16x16x8\n"
    found = run("solve", "-", stdin=text)
    assert "A  (line 2: A: conv 8 5x5 pad ? => 32x32x8)" in found.out
    assert "pad 2" in found.out and "because" in found.out
    assert found.status == 0
    assert json.loads(run("solve", "-", "--format", "json", stdin=text).out)["solved"][0]["answers"] == [[2]]
    assert "pad 2" in run("solve", "-", "--fits", stdin=text).out


def test_no_answer_is_an_error_of_the_spec(run):
    found = run("solve", "-", stdin=b"INPUT: 32x32x3\nA: conv 8 4x4 pad ? => 32x32x8\n")
    assert found.status == 1 and "error" in found.err


def test_a_spec_without_question_marks_says_what_else_there_is(run):
    found = run("solve", "alexnet")
    assert found.status == 0
    assert "no line has a '?'" in found.out and "--fits" in found.out and "--batch" in found.out


def test_an_error_in_the_spec_is_reported_and_nothing_answered(run):
    found = run("solve", "-", "--fits", "--batch", "1G", stdin=b"INPUT: 3x3x1\nconv 2 5x5\n")
    assert found.status == 1 and "SHP" in found.err and not found.out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "solve what? Type cnncalc solve alexnet --fits"),
        (("alexnet", "--dtype", "half"), "--dtype is for a batch: give the memory as well, --batch 24GiB"),
        (("alexnet", "--optimizer", "adam"), "--optimizer is for a batch"),
        (("alexnet", "--batch", "1G", "--optimizer", "lion"), "--optimizer: no optimizer is called 'lion'"),
        (("alexnet", "--batch", "1G", "--dtype", "int3"), "--dtype: no dtype is called 'int3'"),
        (("alexnet", "--format", "csv"), "--format takes text, json, not 'csv'"),
        (("alexnet", "--fits", "--input", "7"), "--fits"),
    ],
)
def test_wrong_use_is_told(run, arguments, reason):
    found = run("solve", *arguments)
    if reason == "--fits":
        assert found.status == 1
    else:
        assert found.status == 2 and reason in found.err and not found.out


def test_a_vector_has_no_size(run):
    found = run("solve", "mnist-mlp", "--fits")
    assert found.status == 0 and "no input is a map: a vector has no size to vary" in found.out


def test_axes_and_inputs_are_told_apart(run):
    found = run("solve", "c3d", "--fits").out
    assert "INPUT, depth: 16 as written" in found and "INPUT, width and height each: 112 as written" in found
    assert "left and right are of one size and varied together" in run("solve", "siamese", "--fits").out
    assert "INPUT, height and width each" in run("solve", "alexnet", "--fits", "--axes", "CxHxW").out


def test_other_inputs_and_constants_are_taken(run):
    assert "195 as written" in run("solve", "alexnet", "--fits", "--input", "195x195x3").out
    text = b"s = 2\nINPUT: 33x33x3\nconv 4 3x3 stride s\n"
    assert "3 + 5k" in run("solve", "-", "--fits", "--set", "s=5", stdin=text).out


def test_a_narrow_terminal_breaks_lines_between_words(run, monkeypatch):
    from cnncalc.render import screen

    monkeypatch.setattr(screen, "screen", lambda *_: screen.Screen(60, False))
    found = run("solve", "resnet50", "--fits").out
    assert max(map(len, found.splitlines())) <= 60 and "193 and 225" in found


def test_colour_is_asked_for(run):
    assert "\x1b[" in run("solve", "alexnet", "--fits", "--color", "always").out
    assert "\x1b[" not in run("solve", "alexnet", "--fits").out


def test_the_largest_batch_has_room_for_the_forward_peak():
    network = loads("INPUT: 224x224x3\nC: conv 64 1x1\nG: gap\nFC: 10")
    for limit in (10_000, 12_856_183, 12_856_184, 25_701_495, 25_701_496, 10**9):
        found = largest_batch(network, limit).batch
        assert found is not None
        totals = [memory(network, batch, training=True).training("momentum") for batch in (max(found, 1), found + 1)]
        assert (found == 0 or totals[0] <= limit) and totals[1] > limit
