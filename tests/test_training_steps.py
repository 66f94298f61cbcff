"""What a step of a training script computes, held against NumPy, PyTorch's own and numbers worked out by hand."""

import ast
import json
import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scripts import emitted, run
from torch import nn
from torch.nn import functional as F
from tqdm import tqdm

from cnncalc import layers, load, loads, zoo
from cnncalc.emit.torch_module import rows
from cnncalc.emit.training.constants import quoted
from cnncalc.emit.training.plan import Untrainable
from cnncalc.recipe import literal

NORMED = """\
INPUT: 6x6x2
CONV1: 4 3x3 pad 1 nobias bn prelu layerscale 0.5
POOL2: subsample 2x2
BIAS3: bias untied
FC4: 3
train: {recipe}
"""
DECAYING = {"CONV1.weight", "FC4.weight"}


def trainer(script, monkeypatch, *options):
    """The training of a script in this process, with these options."""
    monkeypatch.setattr(sys, "argv", ["train.py", *options])
    world = script.World(1, 0, torch.device("cpu"))
    torch.manual_seed(0)
    return script.Training(script.settled(script.parsed(), world), world, script.Scale(torch.zeros(1), torch.ones(1)))


# Optimizers: the weights after some steps are those of the papers' formulas in NumPy


def sgd(w, g, state, lr, decay, momentum=0.0, nesterov=False):
    g = g + decay * w
    state["v"] = v = momentum * state["v"] + g if "v" in state else g
    return w - lr * (g + momentum * v if nesterov else v)


def adam(w, g, state, lr, decay, beta1, beta2, eps, apart=False):
    w, g = (w * (1 - lr * decay), g) if apart else (w, g + decay * w)
    state["t"] = t = state.get("t", 0) + 1
    state["m"] = beta1 * state.get("m", 0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0) + (1 - beta2) * g**2
    return w - lr * state["m"] / (1 - beta1**t) / (np.sqrt(state["v"] / (1 - beta2**t)) + eps)


def rmsprop(w, g, state, lr, decay, alpha, eps, momentum=0.0):
    g = g + decay * w
    state["s"] = alpha * state.get("s", 0) + (1 - alpha) * g**2
    state["v"] = momentum * state.get("v", 0) + g / (np.sqrt(state["s"]) + eps)
    return w - lr * state["v"]


def adadelta(w, g, state, lr, decay, rho, eps):
    g = g + decay * w
    state["s"] = rho * state.get("s", 0) + (1 - rho) * g**2
    step = np.sqrt(state.get("d", 0) + eps) / np.sqrt(state["s"] + eps) * g
    state["d"] = rho * state.get("d", 0) + (1 - rho) * step**2
    return w - lr * step


OPTIMIZERS = [
    ("sgd, lr 0.2, decay 0.1", sgd, {"lr": 0.2, "decay": 0.1}),
    ("sgd, lr 0.2", sgd, {"lr": 0.2, "decay": 0}),
    ("sgd momentum 0.7, lr 0.1, decay 0.03", sgd, {"lr": 0.1, "decay": 0.03, "momentum": 0.7}),
    ("lr 0.1, decay 0.2", sgd, {"lr": 0.1, "decay": 0.2, "momentum": 0.9}),
    (
        "nesterov momentum 0.6, lr 0.1, decay 0.2",
        sgd,
        {"lr": 0.1, "decay": 0.2, "momentum": 0.6, "nesterov": True},
    ),
    ("adam, lr 0.01, decay 0.2", adam, {"lr": 0.01, "decay": 0.2, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
    (
        "adam beta1 0.5 beta2 0.9 eps 1e-3, lr 0.05, decay 0.3",
        adam,
        {"lr": 0.05, "decay": 0.3, "beta1": 0.5, "beta2": 0.9, "eps": 1e-3},
    ),
    (
        "adamw beta1 0.8, lr 0.05, decay 0.3",
        adam,
        {"lr": 0.05, "decay": 0.3, "beta1": 0.8, "beta2": 0.999, "eps": 1e-8, "apart": True},
    ),
    ("rmsprop alpha 0.8, lr 0.01, decay 0.2", rmsprop, {"lr": 0.01, "decay": 0.2, "alpha": 0.8, "eps": 1e-8}),
    (
        "rmsprop momentum 0.5, eps 1e-3, decay 0.2",
        rmsprop,
        {"lr": 1e-3, "decay": 0.2, "alpha": 0.99, "eps": 1e-3, "momentum": 0.5},
    ),
    ("adadelta, decay 0.2", adadelta, {"lr": 1.0, "decay": 0.2, "rho": 0.9, "eps": 1e-6}),
    ("adadelta rho 0.8 eps 1e-4, lr 0.5", adadelta, {"lr": 0.5, "decay": 0, "rho": 0.8, "eps": 1e-4}),
]


@pytest.mark.parametrize(("recipe", "formula", "numbers"), OPTIMIZERS, ids=[name for name, _, _ in OPTIMIZERS])
def test_weights_after_some_steps_are_those_of_the_formula(tmp_path, monkeypatch, recipe, formula, numbers):
    script = emitted(tmp_path, NORMED.format(recipe=recipe))
    training = trainer(script, monkeypatch)
    training.model.train()
    net = script.Network().double().train()
    net.load_state_dict(training.net.state_dict())
    states = {name: {} for name, _ in net.named_parameters()}
    for _ in range(4):
        x, target = torch.randn(8, 2, 6, 6), torch.randint(3, (8,))
        training.step(x, target)
        F.cross_entropy(net(x.double()), target).backward()
        for name, p in net.named_parameters():
            said = numbers if name in DECAYING else {**numbers, "decay": 0}
            p.data = torch.from_numpy(formula(p.detach().numpy(), p.grad.numpy(), states[name], **said))
        net.zero_grad()
    for name, p in net.named_parameters():
        torch.testing.assert_close(training.net.get_parameter(name).double(), p, rtol=2e-3, atol=2e-4)
        assert not torch.equal(p, torch.zeros_like(p)), name


def weighing():
    """Every kind's examples that have something to train."""
    for keyword in layers.keywords():
        kind = layers.find(keyword)
        for shape, line in kind.examples[-2:] if kind.arity else ():
            text = f"INPUT: {shape}\nL: {line}\nFC: 3\n"
            network = loads(text)
            if any(node.params for node in network.nodes if node.name != "FC"):
                yield text, network


def test_decay_reaches_the_weights_of_products_and_tables_and_nothing_else(tmp_path):
    kinds = set()
    for text, network in weighing():
        script = emitted(tmp_path, text)
        net = script.Network()
        decaying, others = ({id(p) for p in group["params"]} for group in script.groups(net))
        assert decaying | others == {id(p) for p in net.parameters()}
        for node, _, path in rows(network):
            for name, weight in node.weights.items():
                if weight.trainable:
                    product = node.macs or node.layer.tokens
                    wanted = decaying if product and not weight.bias else others
                    assert id(net.get_parameter(f"{path}.{name}")) in wanted, (text, name)
                    kinds.add(node.kind)
    expected = {"bias", "bn", "conv", "deconv", "embed", "fc", "gn", "layerscale", "ln", "prelu", "subsample"}
    assert kinds >= expected


# Schedules: those of torch.optim.lr_scheduler, and by hand

CHAIN = """\
INPUT: 4x4x1
CONV1: 2 3x3 pad 1 relu
FC2: 3
train: {recipe}
"""


def theirs(make, count):
    """The learning rates of one of PyTorch's schedulers that begins at 1."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = make(optimizer)
    for _ in range(count):
        yield scheduler.get_last_lr()[0]
        optimizer.step()
        scheduler.step()


SCHEDULERS = [
    ("schedule constant", 1, lambda o: torch.optim.lr_scheduler.ConstantLR(o, 1.0)),
    ("", 1, lambda o: torch.optim.lr_scheduler.ConstantLR(o, 1.0)),
    ("schedule steps 3 7 11", 1, lambda o: torch.optim.lr_scheduler.MultiStepLR(o, [3, 7, 11])),
    ("schedule steps 5, factor 0.5", 1, lambda o: torch.optim.lr_scheduler.MultiStepLR(o, [5], 0.5)),
    ("schedule step 4, factor 0.3", 1, lambda o: torch.optim.lr_scheduler.StepLR(o, 4, 0.3)),
    ("schedule exponential", 1, lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.95)),
    ("schedule exponential, factor 0.8", 1, lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.8)),
    ("schedule cosine", 5, lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 60)),
    ("schedule poly 4", 5, lambda o: torch.optim.lr_scheduler.PolynomialLR(o, 60, 4)),
    ("schedule poly", 5, lambda o: torch.optim.lr_scheduler.PolynomialLR(o, 60, 1)),
    ("schedule linear", 5, lambda o: torch.optim.lr_scheduler.PolynomialLR(o, 60, 1)),
]


@pytest.mark.parametrize(("recipe", "parts", "make"), SCHEDULERS, ids=[name or "none" for name, _, _ in SCHEDULERS])
def test_schedules_are_those_of_pytorch(tmp_path, recipe, parts, make):
    script = emitted(tmp_path, CHAIN.format(recipe=f"epochs 12, {recipe}"))
    for at, rate in enumerate(theirs(make, 12 * parts)):
        epoch = at / parts
        assert script.factor(epoch, 12, ()) == pytest.approx(rate, abs=1e-12)
        if parts == 1:
            assert script.factor(epoch + 0.99, 12, ()) == script.factor(epoch, 12, ())


def plateau(losses, factor, patience):
    """The learning rate of ReduceLROnPlateau behind each of these losses; it begins at 1."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, "min", factor, patience, eps=0)
    for loss in losses:
        scheduler.step(loss)
        yield optimizer.param_groups[0]["lr"]


@pytest.fixture(scope="module")
def patient(tmp_path_factory):
    """The script of a recipe that lowers its learning rate where nothing improves."""
    recipe = "schedule plateau, patience 2, factor 0.5, epochs 30"
    return emitted(tmp_path_factory.mktemp("plateau"), CHAIN.format(recipe=recipe))


@settings(max_examples=60)
@given(losses=st.lists(st.floats(0.0, 3.0) | st.sampled_from((1.0, 0.9999, 0.99989, 0.5, math.nan)), max_size=30))
def test_the_plateau_is_that_of_pytorch_on_any_losses(patient, losses):
    assert (patient.PATIENCE, patient.FACTOR) == (2, 0.5)
    rates = list(plateau(losses, 0.5, 2))
    assert [patient.factor(n, 30, losses[:n]) for n in range(len(losses) + 1)] == [1.0, *rates]


def test_alexnets_rate_falls_where_validation_stops_improving(tmp_path):
    script = emitted(tmp_path, CHAIN.format(recipe="schedule plateau"))
    losses = [2.0, 1.0, *[1.0] * 23]
    assert [script.factor(n, 99, losses[:n]) for n in (2, 12, 13, 23, 24)] == pytest.approx([1, 1, 0.1, 0.1, 0.01])


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
@pytest.mark.parametrize(("clip", "scale"), [("clip 0.01", 0.01), ("clip 1e6", 0), ("lr 1", 0)])
def test_a_step_is_as_long_as_the_clipped_gradient(tmp_path, monkeypatch, clip, scale, precision):
    recipe = f"sgd, {clip}" + ", lr 1" * (clip != "lr 1")
    script = emitted(tmp_path, CHAIN.format(recipe=recipe))
    training = trainer(script, monkeypatch, "--precision", precision, "--device", "cpu")
    inputs, targets = torch.randn(8, *script.INPUT), torch.arange(8) % script.OUTPUT[0]
    net = training.net
    before = torch.cat([p.detach().flatten().clone() for p in net.parameters()])
    loss = script.objective(net(inputs), targets)[0]
    gradient = torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(net.parameters()))])
    training.step(inputs, targets)
    moved = before - torch.cat([p.detach().flatten() for p in net.parameters()])
    wanted = gradient * (scale / gradient.norm() if scale else 1)
    assert float(gradient.norm()) > 0.02
    torch.testing.assert_close(moved, wanted, rtol=0, atol=0.02 * float(wanted.norm()))


def test_every_epoch_of_every_process_has_a_chance_of_its_own(tmp_path, monkeypatch):
    script = emitted(tmp_path, CHAIN.format(recipe="epochs 5"))
    training, seeds = trainer(script, monkeypatch, "--seed", "7"), []

    def seeded(seed):
        seeds.append(seed)
        raise StopIteration

    monkeypatch.setattr(torch, "manual_seed", seeded)
    for rank in range(3):
        training.world = training.world._replace(size=3, rank=rank)
        for number in range(5):
            with pytest.raises(StopIteration):
                training.epoch(number, None, (), None)
    assert len({*seeds, 7}) == 16


WARM = [
    ("schedule constant", lambda at: 1.0),
    ("schedule steps 3, factor 0.5", lambda at: 0.5 if at >= 3 else 1.0),
    ("schedule step 2, factor 0.5", lambda at: 0.5 ** (at // 2)),
    ("schedule exponential, factor 0.5", lambda at: 0.5 ** (at // 1)),
    ("schedule cosine", lambda at: (1 + math.cos(math.pi * max(0, at - 1.5) / 4.5)) / 2),
    ("schedule poly 2", lambda at: (1 - at / 6) ** 2),
    ("schedule linear", lambda at: 1 - at / 6),
    ("schedule plateau, patience 0, factor 0.5", lambda at: 0.5 ** max(0, at // 1 - 1)),
]


@pytest.mark.parametrize(("recipe", "wanted"), WARM, ids=[name for name, _ in WARM])
def test_every_step_has_its_learning_rate_and_warms_up(tmp_path, monkeypatch, recipe, wanted):
    script = emitted(tmp_path, CHAIN.format(recipe=f"sgd, lr 0.2, epochs 6, warmup 1.5 epochs, {recipe}"))
    training, rates = trainer(script, monkeypatch), []
    training.optimizer.register_step_post_hook(lambda *_: rates.append(training.optimizer.param_groups[0]["lr"]))
    loader = [(torch.randn(2, 1, 4, 4), torch.randint(3, (2,)))] * 4
    for number in range(6):
        training.epoch(number, loader, [1.0] * number, tqdm(disable=True))
    hand = [0.2 * min(1, (step + 1) / 6) * wanted(step / 4) for step in range(24)]
    assert rates == pytest.approx(hand)
    assert max(rates[:6]) <= 0.2
    assert rates[0] == pytest.approx(0.2 / 6 * wanted(0))


# Losses: of what, and with which gradients

ENDS = {
    "softmax": ("FC: 5\nOUT: softmax\n", "OUT", lambda z, t: F.cross_entropy(z, t)),
    "softmax of maps": ("FC: conv 5 1x1\nOUT: softmax\n", "OUT", lambda z, t: F.cross_entropy(z, t)),
    "sigmoid": ("FC: 1\nOUT: sigmoid\n", "OUT", lambda z, t: F.binary_cross_entropy_with_logits(z, t)),
    "hardsigmoid": (
        "FC: 1\nOUT: hardsigmoid\n",
        "OUT",
        lambda z, t: F.binary_cross_entropy(F.hardsigmoid(z), t),
    ),
}


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("end", ["softmax", "softmax of maps"])
def test_logarithms_of_probabilities_lose_and_pull_as_the_scores_do(tmp_path, end, smoothing):
    layers_of, above = ENDS[end][0], "FC"
    script = emitted(tmp_path, f"INPUT: 6x6x2\n{layers_of}train: loss cross_entropy, smoothing {smoothing}\n")
    net = script.Network()
    scores = {}
    getattr(net, above).register_forward_hook(lambda m, i, out: scores.update(z=out))
    y = net(8 * torch.randn(9, 2, 6, 6))
    target = torch.randint(5, (9, *y.shape[2:]))
    z = scores["z"]
    loss, answers = script.objective(y, target)
    wanted = F.cross_entropy(z.double(), target, label_smoothing=smoothing)
    assert float(loss.detach()) == pytest.approx(float(wanted.detach()), rel=1e-5, abs=1e-6)
    found, hoped = (torch.autograd.grad(each, z, retain_graph=True)[0] for each in (loss, wanted))
    torch.testing.assert_close(found, hoped, rtol=1e-3, atol=1e-6)
    assert torch.equal(answers.argmax(1), z.argmax(1))


@pytest.mark.parametrize("end", ["sigmoid", "hardsigmoid"])
def test_log_odds_of_probabilities_lose_and_pull_as_the_scores_do(tmp_path, end):
    text, _, wanted = ENDS[end]
    script = emitted(tmp_path, f"INPUT: 4\n{text}")
    net = script.Network()
    scores = {}
    net.FC.register_forward_hook(lambda m, i, out: scores.update(z=out))
    y, target = net(torch.randn(40, 4)), torch.randint(2, (40, 1)).float()
    loss, answers = script.objective(y, target)
    hoped = wanted(scores["z"], target)
    assert float(loss.detach()) == pytest.approx(float(hoped.detach()), rel=1e-5)
    found, pull = (torch.autograd.grad(each, scores["z"], retain_graph=True)[0] for each in (loss, hoped))
    torch.testing.assert_close(found, pull, rtol=1e-4, atol=1e-6)
    assert int(script.measured(answers, target)) == int(((y > 0.5) == (target == 1)).sum())


def by_hand(loss, smoothing=0.0):
    """A loss in NumPy, of scores N x C x places and targets."""

    def cross_entropy(y, t):
        logs = y - np.log(np.exp(y).sum(1, keepdims=True))
        right = np.take_along_axis(logs, t[:, None], 1)[:, 0]
        return -((1 - smoothing) * right + smoothing * logs.mean(1)).mean()

    def bce(y, t):
        p = 1 / (1 + np.exp(-y))
        return -(t * np.log(p) + (1 - t) * np.log(1 - p)).mean()

    def huber(y, t):
        size = np.abs(y - t)
        return np.where(size < 1, size**2 / 2, size - 0.5).mean()

    return {
        "cross_entropy": cross_entropy, "bce": bce, "huber": huber,
        "mse": lambda y, t: ((y - t) ** 2).mean(), "l1": lambda y, t: np.abs(y - t).mean(),
    }[loss]  # fmt: skip


LOSSES = [
    ("FC: 4", "cross_entropy", 0.0),
    ("FC: 4", "cross_entropy, smoothing 0.2", 0.2),
    ("FC: conv 4 1x1", "cross_entropy, smoothing 0.2", 0.2),
    ("FC: conv 4 6x6", "cross_entropy", 0.0),
    ("FC: 4", "bce", 0.0),
    ("FC: 4", "mse", 0.0),
    ("FC: conv 1 6x6", "mse", 0.0),
    ("FC: conv 2 1x1", "l1", 0.0),
    ("FC: 4", "l1", 0.0),
    ("FC: 4", "huber", 0.0),
]


@pytest.mark.parametrize(("line", "loss", "smoothing"), LOSSES)
def test_losses_and_measures_are_those_worked_out_by_hand(tmp_path, line, loss, smoothing):
    script = emitted(tmp_path, f"INPUT: 6x6x2\n{line}\ntrain: loss {loss}\n")
    y = 2 * torch.randn(7, *script.OUTPUT)
    name = loss.partition(",")[0]
    if name == "cross_entropy":
        target = torch.randint(4, (7, *(extent for extent in script.OUTPUT[1:] if extent > 1)))
    else:
        y = y.flatten(1) if y[0, 0].numel() == 1 else y
        target = torch.randint(2, y.shape).float() if name == "bce" else torch.randn(y.shape)
    found, answers = script.objective(y, target)
    plain = y.double().numpy().reshape(7, 4) if name == "cross_entropy" and target.ndim == 1 else y.double().numpy()
    assert float(found) == pytest.approx(by_hand(name, smoothing)(plain, target.numpy()), rel=1e-5)
    told = float(script.measured(answers, target))
    if name == "cross_entropy":
        assert (script.MEASURE, told) == ("accuracy", float((plain.argmax(1) == target.numpy()).sum()))
    elif name == "bce":
        assert (script.MEASURE, told) == ("accuracy", float(((plain > 0) == (target.numpy() == 1)).sum()))
    else:
        assert script.MEASURE == "error"
        assert told == pytest.approx(np.abs(plain - target.numpy()).sum(), rel=1e-5)


def test_the_smallest_distance_is_the_answer(tmp_path):
    script = emitted(tmp_path, "INPUT: 4\nFC: 6 stanh\nOUT: rbf 3\ntrain: loss cross_entropy\n")
    net = script.Network()
    y = net(torch.randn(8, 4)).detach()
    loss, answers = script.objective(y, y.argmin(1))
    assert torch.equal(answers.argmax(1), y.argmin(1))
    assert float(loss) == pytest.approx(float(F.cross_entropy(-y, y.argmin(1))))
    assert float(script.measured(answers, y.argmin(1))) == 8


# Heads

HEADED = """\
INPUT: 6x6x2
CONST = 2
A: conv 4 3x3 pad 1 relu
near from A: aux weight 1/4
  gap
  fc 3{near}
B: conv 4 3x3 pad 1 relu
middle from B: aux{middle_weight}
  conv 3 6x6{middle}
C: conv 4 3x3 pad 1 relu
far from C: aux weight 0.3*CONST
  fc 3{far}
D: conv 4 3x3 pad 1 relu
FC: 3{end}
train: loss cross_entropy, smoothing 0.1
"""


@pytest.mark.parametrize(
    ("near", "middle", "far", "end"),
    [
        ("", "", "", ""),
        ("; softmax", "; softmax", "; softmax", "; softmax"),
        ("; softmax", "", "", ""),
        ("", "", "; softmax", ""),
        ("", "; softmax", "", "; softmax"),
    ],
)
@torch.no_grad()
def test_each_head_counts_with_its_weight_and_is_read_as_it_ends(tmp_path, near, middle, far, end):
    text = HEADED.format(near=near, middle=middle, far=far, end=end, middle_weight=" weight 2")
    script = emitted(tmp_path, text)
    net = script.Network().train()
    y = net(torch.randn(5, 2, 6, 6))
    assert y._fields == ("logits", "far", "middle", "near")
    target = torch.randint(3, (5,))

    def lost(given, ends):
        given = given.flatten(1)
        return F.cross_entropy(given.log() if ends else given, target, label_smoothing=0.1)

    wanted = lost(y.logits, end) + 0.6 * lost(y.far, far) + 2 * lost(y.middle, middle) + 0.25 * lost(y.near, near)
    found, answers = script.objective(y, target)
    assert float(found) == pytest.approx(float(wanted), rel=1e-5)
    assert torch.equal(answers.argmax(1), y.logits.argmax(1))
    alone = net.eval()(torch.randn(5, 2, 6, 6))
    assert float(script.objective(alone, target)[0]) == pytest.approx(float(lost(alone, end)), rel=1e-5)


def test_a_head_without_a_weight_counts_as_much_as_the_network(tmp_path):
    script = emitted(tmp_path, HEADED.format(near="", middle="", far="", end="", middle_weight=""))
    assert script.HEAD_WEIGHTS == (0.6, 1.0, 0.25)


def test_a_head_that_ends_in_another_shape_is_refused():
    text = HEADED.format(near="", middle="", far="", end="", middle_weight="").replace("fc 3", "fc 4", 1)
    with pytest.raises(Untrainable) as raised:
        loads(text, "net").training_source()
    assert str(raised.value) == (
        "net gives 3 and its head near gives 4 (near.fc1, line 6 of <text>); the loss compares both with the same"
        " targets: let them end alike"
    )


# How weights begin


def fans(weight, transposed=False):
    """What one output of a layer reads, and what reads one input, as He's and Glorot's papers count them."""
    taps = weight[0, 0].numel()
    return weight.shape[1] * taps, weight.shape[0] * taps


WIDE = """\
INPUT: 12x12x32
A: conv 64 3x3 pad 1 bn {act}
B: deconv 64 2x2 stride 2 {act}
FC: 40 {act}
OUT: fc 10
train: {recipe}
"""


def begun(folder, text, way=None):
    script = emitted(folder, text)
    torch.manual_seed(3)
    net = script.Network().requires_grad_(False)
    script.INITS[way or next(iter(script.INITS))](net)
    return script, net


@pytest.mark.parametrize(
    ("act", "recipe", "way"),
    [
        ("relu", "", "he"),
        ("leaky", "", "he"),
        ("gelu", "", "he"),
        ("tanh", "", "xavier"),
        ("sigmoid", "", "xavier"),
        ("stanh", "", "xavier"),
        ("tanh", "init he", "he"),
        ("relu", "init glorot", "xavier"),
        ("relu", "init normal 0.02", "recipe"),
    ],
)
def test_weights_have_the_variance_of_their_way_and_biases_none(tmp_path, act, recipe, way):
    script, net = begun(tmp_path, WIDE.format(act=act, recipe=recipe or "lr 0.1"))
    assert list(script.INITS) == [way]
    for module in (net.A if isinstance(net.A, nn.Conv2d) else net.A[0], net.B, net.FC):
        reads, feeds = fans(module.weight)
        wanted = {"he": 2 / reads, "xavier": 2 / (reads + feeds), "recipe": 0.02**2}[way]
        assert float(module.weight.var()) == pytest.approx(wanted, rel=0.06)
        assert abs(float(module.weight.mean())) < 4 * math.sqrt(wanted / module.weight.numel())
        assert not module.bias.any()
        if way == "xavier":
            assert float(module.weight.abs().max()) <= math.sqrt(6 / (reads + feeds))
        else:
            assert float(module.weight.abs().max()) > 3 * math.sqrt(wanted)
    norm = next(module for module in net.modules() if isinstance(module, nn.BatchNorm2d))
    assert bool((norm.weight == 1).all())
    assert not norm.bias.any()


def test_lenet_begins_as_networks_of_tanh_do(tmp_path):
    script, net = begun(tmp_path, "lenet5")
    assert list(script.INITS) == ["xavier"]
    assert all(not p.any() for name, p in net.named_parameters() if name.endswith("bias"))
    assert bool((net.S2.weight == 1).all())


PAPER = """\
block unit(c)
  conv1: conv c 3x3 pad 1 bn relu
  conv2: conv c 3x3 pad 1 relu

INPUT: 8x8x2
C0: conv 3 3x3 pad 1 connect 0 1 0,1 relu
C1..2: conv 4 3x3 pad 1 relu
layer1.0..1: unit 4
B: bias untied
U: deconv 4 2x2 stride 2 relu
S: share U
N: bn
FC: 10
train: {recipe}
"""


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        ("C0", {"C0.convs.0.bias", "C0.convs.1.bias", "C0.convs.2.bias"}),
        ("C1 FC", {"C1.bias", "FC.bias"}),
        ("layer1.0.conv1", {"layer1.0.conv1.bias"}),
        ("layer1.1", {"layer1.1.conv1.bias", "layer1.1.conv2.bias"}),
        ("layer1", {f"layer1.{i}.conv{j}.bias" for i in (0, 1) for j in (1, 2)}),
        ("B U", {"B.bias", "U.bias"}),
        ("S", {"U.bias"}),
        ("N", {"N.bias"}),
    ],
)
def test_named_biases_begin_where_the_recipe_says(tmp_path, names, wanted):
    text = PAPER.replace("S: share U\n", "").format(recipe="x") if "S" not in names.split() else PAPER
    text = text.replace("train: x", "train: {recipe}").format(recipe=f"bias 0.5 {names}")
    script, net = begun(tmp_path, text)
    assert list(script.INITS) == ["recipe"]
    given_half = {rows_name(net, name) for name, p in net.named_parameters() if bool((p == 0.5).all())}
    assert given_half == {rows_name(net, name) for name in script.BIASES}
    assert len(given_half) == len(wanted)
    assert {plain(name) for name in given_half} == {plain(name) for name in wanted}


def rows_name(net, name):
    """The first name of a parameter."""
    return next(other for other, p in net.named_parameters() if p is net.get_parameter(name))


def plain(name):
    """A parameter's name without what stands between its words."""
    return "".join(letter for letter in name if letter.isalnum())


def test_the_recipes_way_and_the_papers_have_each_their_numbers(tmp_path):
    recipe = "init normal 0.02, bias 0.25 C1, paper init normal 0.3, paper bias 1 C2 FC"
    text = PAPER.format(recipe=recipe)
    script, net = begun(tmp_path, text)
    assert list(script.INITS) == ["recipe", "paper"]
    assert (script.DEVIATION, script.PAPER_DEVIATION) == (0.02, 0.3)
    assert float(net.FC.weight.std()) == pytest.approx(0.02, rel=0.1)
    assert {name for name, p in net.named_parameters() if bool((p == 0.25).all())} == {"C1.bias"}
    script.INITS["paper"](net)
    assert float(net.FC.weight.std()) == pytest.approx(0.3, rel=0.1)
    assert {name for name, p in net.named_parameters() if name.endswith("bias") and p.any()} == {"C2.bias", "FC.bias"}


@pytest.mark.parametrize(("said", "way"), [("paper init xavier", "xavier"), ("paper bias 1 C1", "he")])
def test_a_paper_may_name_its_way_or_its_biases_alone(tmp_path, said, way):
    script, net = begun(tmp_path, PAPER.format(recipe=said), "paper")
    assert list(script.INITS) == ["he", "paper"]
    reads, feeds = fans(net.FC.weight)
    wanted = {"he": 2 / reads, "xavier": 2 / (reads + feeds)}[way]
    assert float(net.FC.weight.var()) == pytest.approx(wanted, rel=0.1)
    assert bool(net.C1.bias.any()) == ("bias" in said)
    assert hasattr(script, "PAPER_BIASES") == ("bias" in said)
    assert script.INITS["paper"].__doc__.endswith("names." if "bias" in said else "biases 0.")


@pytest.mark.parametrize("shape", ["20x6", "5x6x7x2"])
def test_convolutions_of_other_ranks_are_drawn_too(tmp_path, shape):
    k = "3" if shape.count("x") == 1 else "3x3x3"
    text = f"INPUT: {shape}\nA: conv 64 {k} relu\nB: deconv 32 {k} relu\nOUT: fc 3\n"
    _, net = begun(tmp_path, text)
    for module in (net.A, net.B):
        assert float(module.weight.var()) == pytest.approx(2 / fans(module.weight)[0], rel=0.1)


def test_the_same_seed_begins_alike_and_another_does_not(tmp_path, capfd, monkeypatch):
    text = CHAIN.format(recipe="lr 1e-30, epochs 1, batch 5")
    script = emitted(tmp_path, text)
    monkeypatch.setattr(script, "curves", lambda *_: "no picture")
    weights = []
    for number, seed in enumerate((1, 1, 2)):
        out = tmp_path / str(number)
        assert run(script, capfd, "--samples", 20, "--seed", seed, "--out", out).status == 0
        weights.append(torch.load(out / "best.pt", weights_only=True)["model"])
    same = [all(torch.equal(weights[0][name], other[name]) for name in other) for other in weights]
    assert same == [True, True, False]


# The script as a text


def test_the_scripts_of_the_whole_zoo_compile_and_are_tidy(tmp_path):
    odd = []
    for name in zoo.names():
        try:
            source = load(name).training_source()
        except Untrainable:
            odd.append(name)
            continue
        compile(source, name, "exec")
        (tmp_path / f"{plain(name)}.py").write_text(source, encoding="utf-8")
    assert odd == ["dcgan", "dcgan-paper", "siamese", "yolov3"]
    tidy(tmp_path)


def tidy(folder):
    """What ruff has to say of the files of a folder, beside the network's module: nothing."""
    (folder / "model.py").touch()
    ruff = [sys.executable, "-m", "ruff"]
    for call in (["format", "--check", "--diff"], ["check", "--select", "E,F,I,W,UP,B,SIM"]):
        given = [*ruff, *call, "--isolated", "--no-cache", "--line-length", "120", "."]
        done = subprocess.run(given, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


FORMS = {
    "classes of a vector": "INPUT: 8x8x3\nA: conv 4 3x3 relu\nFC: 3\ntrain: smoothing 0.1, clip 1, warmup 1\n",
    "a vector read": "INPUT: 12\nA: fc 8 relu\nFC: 3\n",
    "classes of one cell": "INPUT: 8x8x3\nA: conv 4 3x3 relu\nB: conv 3 1x1\ngap\n",
    "maps of classes": "INPUT: 8x8x3\nA: conv 4 3x3 pad 1 relu\nB: conv 3 1x1\n",
    "rows of classes": "INPUT: 16x2\nA: conv 4 3 pad 1 relu\nB: conv 3 1\n",
    "volumes of classes": "INPUT: 4x4x4x1\nA: conv 4 3x3x3 pad 1 relu\nB: conv 3 1x1x1\nC: softmax\n",
    "classes of volumes": "INPUT: 4x5x6x2\nA: conv 4 3x3x3 relu\nFC: 3\n",
    "classes of rows": "INPUT: 16x2\nA: conv 4 3 relu\nFC: 3\n",
    "sentences": "INPUT: 12 tokens\nE: embed 6 vocab 40\nA: conv 4 3 relu\nP: global maxpool\nFC: 2\nO: softmax\n",
    "a number": "INPUT: 8x8x1\nA: conv 4 3x3 relu\nFC: 1\ntrain: loss mse\n",
    "numbers": "INPUT: 8x8x1\nA: conv 4 3x3 relu\nFC: 5\ntrain: loss huber\n",
    "a number of one cell": "INPUT: 8x8x1\nA: conv 4 3x3 relu\nB: conv 1 6x6\ntrain: loss l1\n",
    "maps of numbers": "INPUT: 8x8x1\nA: conv 4 3x3 pad 1 relu\nB: conv 2 1x1\ntrain: loss mse\n",
    "yes or no": "INPUT: 8x8x1\nA: conv 4 3x3 relu\nFC: 1\nO: sigmoid\n",
    "several yes or no": "INPUT: 8x8x1\nA: conv 4 3x3 relu\nFC: 4\ntrain: loss bce\n",
    "distances": "INPUT: 8x8x1\nA: conv 4 3x3 stanh\nO: rbf 3\n",
    "heads": HEADED.format(near="", middle="; softmax", far="", end="", middle_weight=""),
    "crops": "INPUT: 8x8x3\nA: conv 4 3x3 relu\nFC: 3\ntrain: crop 1, flip, accumulate 2\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_target_takes_a_step(tmp_path, capfd, monkeypatch, form):
    script = emitted(tmp_path, FORMS[form])
    monkeypatch.setattr(script, "curves", lambda *_: "no picture")
    done = run(script, capfd, "--samples", 8, "--batch", 4, "--epochs", 1, "--precision", "fp32")
    assert done.status == 0, done.err
    epoch = json.loads((tmp_path / "run" / "metrics.jsonl").read_text())
    assert math.isfinite(epoch["loss"] + epoch["val_loss"])
    assert epoch["samples_per_second"] > 0


def test_the_scripts_of_all_forms_are_tidy(tmp_path):
    for form, text in FORMS.items():
        (tmp_path / f"{plain(form)}.py").write_text(loads(text).training_source(), encoding="utf-8")
    many = " ".join(map(str, range(3, 60)))
    long = f"epochs 90, schedule steps {many}, bias 1 {' '.join(f'A{i}' for i in range(1, 21))}, paper init normal"
    text = "".join(f"A{i}: conv 2 1x1 relu\n" for i in range(1, 21))
    source = loads(f"INPUT: 4x4x1\n{text}FC: 3\ntrain: {long}\n").training_source()
    assert "STEPS: tuple[float, ...] = (\n    3,\n" in source
    (tmp_path / "long.py").write_text(source, encoding="utf-8")
    tidy(tmp_path)


def test_constants_are_those_that_are_read(tmp_path):
    for form, text in FORMS.items():
        source = loads(text).training_source()
        head, _, body = source.partition("\n# How")
        for line in head.splitlines():
            name = line.partition(":")[0].partition(" ")[0]
            if name.isupper() and not line.startswith(" "):
                assert name in body, (form, name)
    assert "CROP" not in loads(FORMS["classes of a vector"]).training_source()


NAMES = "Run World Options Source Path F torch nn Network main tqdm math INPUT he class é 1 train".split()


@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_spec_stands_in_no_ones_way(tmp_path, name):
    network = loads(CHAIN.format(recipe="epochs 1"), name)
    source = network.training_source("model")
    own = next(line for line in source.splitlines() if line.startswith("from model import"))
    assert own.endswith(" as Network") or own == "from model import Network"
    scope = {"__name__": "script", "__file__": str(tmp_path / "train.py")}
    model = {"__name__": "model"}
    exec(compile(network.torch_source(), "model", "exec"), model)
    exec(compile(source.replace(own, ""), "train", "exec"), scope)
    assert issubclass(model[own.split()[3]], nn.Module)


TITLES = [
    'say """quotes""" and \\ slash',
    "coding: utf-7",
    "café 网络",
    "x" * 300,
    "100 %(prog)d %s {y}",
]


@pytest.mark.parametrize("title", TITLES)
def test_any_title_and_file_name_is_text_alone(tmp_path, capfd, title):
    text = f"# {title}\n" + CHAIN.format(recipe="epochs 1, lr 1e-2")
    script = emitted(tmp_path, text, name="n")
    assert script.__doc__.startswith("Trains ")
    assert run(script, capfd, "--help").status == 0
    folder = tmp_path / "alone"
    folder.mkdir()
    source = loads(text, "n").training_source(script="a 'file'\n\\")
    (folder / "script.py").write_text(source, encoding="utf-8")
    assert "--data FOLDER" in compile(source, "script", "exec").co_consts[0]
    tidy(folder)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("FC, line 3 of a.spec", '"FC, line 3 of a.spec"'),
        ('a"b\\c\nd', '"a_b_c_d"'),
        ("{x}", '"{x}"'),
        ("L" * 60 + ", line 7 of net.spec", '"' + "L" * 30 + " ... " + "L" * 15 + ', line 7 of net.spec"'),
    ],
)
def test_names_as_strings_of_python(text, wanted):
    assert quoted(text) == wanted


@pytest.mark.parametrize(
    ("number", "wanted"),
    [("010", "10"), ("0", "0"), (".5", "0.5"), ("1.", "1.0"), ("1E-2", "1e-2"), ("2e+5", "2e5"), ("00.10", "0.10")],
)
def test_numbers_of_a_recipe_as_numbers_of_python(number, wanted):
    assert literal(number) == wanted
    assert float(wanted) == float(number)


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("json", "a module 'json' beside the script would hide the one that is installed; name it otherwise: model"),
        ("torch", "a module 'torch' beside the script would hide the one that is installed; name it otherwise: model"),
        ("my net", "no script can import a module 'my net'; name it like a variable: model"),
        ("class", "no script can import a module 'class'; name it like a variable: model"),
    ],
)
def test_a_module_that_cannot_be_imported_is_refused(module, said):
    with pytest.raises(Untrainable) as raised:
        load("resnet20").training_source(module)
    assert str(raised.value) == said


@pytest.mark.parametrize(("file", "shown"), [("fit.py", "fit.py"), ("my run.py", "'my run.py'")])
def test_the_lines_that_run_a_script_name_its_file(file, shown):
    source = load("resnet20").training_source("net", file)
    assert f"\npython {shown} --data FOLDER   " in source
    assert f"\ntorchrun --nproc-per-node 4 {shown} --data FOLDER   " in source
    assert "from net import ResNet20 as Network" in source


def test_functions_are_short():
    for name in ("googlenet", "textcnn", "unet", "pilotnet", "resnet20"):
        for node in ast.walk(ast.parse(load(name).training_source())):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 40, node.name
