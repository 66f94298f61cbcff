"""The mobile and efficient families beside modules written by hand as torchvision builds them."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import NamedTuple

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from twins import mobile

import cnncalc


class Case(NamedTuple):
    """A spec with its constants, its twin, and what torchvision publishes of it: params, and GMACs at `side`."""

    spec: str
    set: tuple[tuple[str, float], ...]
    twin: Callable[[], nn.Module]
    side: int
    params: int
    gmacs: float


def case(spec: str, twin: Callable[[], nn.Module], params: int, gmacs: float, side: int = 224, **set_: float) -> Case:
    return Case(spec, tuple(set_.items()), twin, side, params, gmacs)


EFFICIENT = [
    (5_288_548, 0.386, 224), (7_794_184, 0.687, 240), (9_109_994, 1.088, 288), (12_233_232, 1.827, 300),
    (19_341_616, 4.394, 380), (30_389_784, 10.266, 456), (43_040_704, 19.068, 528), (66_347_960, 37.746, 600),
]  # fmt: skip
CASES = [
    case("mobilenet_v2", mobile.mobilenet_v2, 3_504_872, 0.301),
    case("mobilenet_v3_large", mobile.mobilenet_v3_large, 5_483_032, 0.217),
    case("mobilenet_v3_small", mobile.mobilenet_v3_small, 2_542_856, 0.057),
    case("mnasnet1_0", mobile.mnasnet, 4_383_312, 0.314),
    case("mnasnet1_0", partial(mobile.mnasnet, 0.5), 2_218_512, 0.104, alpha=0.5),
    case("mnasnet1_0", partial(mobile.mnasnet, 0.75), 3_170_208, 0.215, alpha=0.75),
    case("mnasnet1_0", partial(mobile.mnasnet, 1.3), 6_282_256, 0.526, alpha=1.3),
    *[case("efficientnet", partial(mobile.efficientnet, b), *row, b=b) for b, row in enumerate(EFFICIENT)],
    case("efficientnet_v2_s", mobile.efficientnet_v2_s, 21_458_488, 8.366, 384),
    case("shufflenet_v2_x1_0", mobile.shufflenet_v2, 2_278_604, 0.145),
    case("shufflenet_v2_x1_0", partial(mobile.shufflenet_v2, 48), 1_366_792, 0.040, c=48),
    case("shufflenet_v2_x1_0", partial(mobile.shufflenet_v2, 176), 3_503_624, 0.296, c=176),
    case("shufflenet_v2_x1_0", partial(mobile.shufflenet_v2, 244, 2048), 7_393_996, 0.583, c=244, last=2048),
    case("regnet_y_400mf", mobile.regnet_y_400mf, 4_344_144, 0.402),
    case("convnext_tiny", mobile.convnext, 28_589_128, 4.456),
    *[
        case("convnext_tiny", partial(mobile.convnext, width, 27, drop), *row, width=width, n=27, drop=drop)
        for width, drop, row in [
            (96, 0.4, (50_223_688, 8.684)),
            (128, 0.5, (88_591_464, 15.355)),
            (192, 0.5, (197_767_336, 34.361)),
        ]
    ],
    case("squeezenet1_0", mobile.squeezenet1_0, 1_248_424, 0.819),
    case("squeezenet1_1", mobile.squeezenet1_1, 1_235_496, 0.349),
]
# widths of the paper that torchvision has no weights of
UNPUBLISHED = [
    case("mobilenet_v2", partial(mobile.mobilenet_v2, alpha), 0, 0, alpha=alpha) for alpha in (0.35, 0.75, 1.4)
]


def name(case: Case) -> str:
    return "-".join([case.spec, *(f"{name}={value}" for name, value in case.set)])


published = pytest.mark.parametrize("case", CASES, ids=name)
everywhere = pytest.mark.parametrize("case", CASES + UNPUBLISHED, ids=name)

# a dense layer is an fc here and a 1x1 convolution there: on one position, or on each
KINDS = {
    nn.Conv2d: "conv", nn.Linear: "conv", nn.BatchNorm2d: "bn", nn.LayerNorm: "ln", mobile.LayerNorm2d: "ln",
    nn.ReLU: "relu", nn.ReLU6: "relu6", nn.SiLU: "silu", nn.GELU: "gelu", nn.Hardswish: "hardswish",
    nn.Sigmoid: "sigmoid", nn.Hardsigmoid: "hardsigmoid", nn.Dropout: "dropout", mobile.StochasticDepth: "droppath",
    nn.MaxPool2d: "maxpool", nn.AdaptiveAvgPool2d: "gap",
}  # fmt: skip
CHANNELS_LAST = (nn.Linear, nn.LayerNorm, nn.GELU)
# joins and views have no module there, the scale of a layer is a bare parameter
NO_MODULE = {"add", "concat", "scale", "shuffle", "identity", "flatten", "slice", "layerscale"}


class Row(NamedTuple):
    """What one layer is: its kind, the shapes of its params and of its output, its probability."""

    kind: str
    params: list[tuple[int, ...]]
    output: tuple[int, ...]
    p: float


class Measured(NamedTuple):
    rows: list[Row]
    params: int
    macs: int


def plain(shape: torch.Size | tuple[int, ...]) -> tuple[int, ...]:
    """Without ones at its end, so that a vector is a map of one position."""
    while shape and shape[-1] == 1:
        shape = shape[:-1]
    return tuple(shape)


def visits(module: nn.Module, x: torch.Tensor) -> Iterator[tuple[nn.Module, torch.Tensor]]:
    """Every module below in the order of their calls, with its output."""
    seen: list[tuple[nn.Module, torch.Tensor]] = []
    hooks = [m.register_forward_hook(lambda m, _, y: seen.append((m, y))) for m in module.modules()]
    with torch.no_grad():
        module(x)
    for hook in hooks:
        hook.remove()
    yield from seen


def row(module: nn.Module, y: torch.Tensor) -> Row:
    if type(module) in CHANNELS_LAST and y.ndim == 4:
        y = y.movedim(-1, 1)
    params = [plain(p.shape) for p in module.parameters()]
    return Row(KINDS[type(module)], params, plain(y.shape[1:]), float(getattr(module, "p", 0)))


@cache
def measured(case: Case) -> Measured:
    """The twin on the meta device, which has shapes and no numbers."""
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        twin = case.twin().eval()
        seen = list(visits(twin, torch.empty(1, 3, case.side, case.side)))
    rows = [row(module, y) for module, y in seen if type(module) in KINDS]
    macs = counter.get_total_flops() // 2
    return Measured([r for r in rows if r.kind != "droppath" or r.p], sum(p.numel() for p in twin.parameters()), macs)


@cache
def loaded(case: Case) -> cnncalc.Network:
    return cnncalc.load(case.spec, set=dict(case.set))


@published
def test_the_twin_has_the_figures_that_torchvision_publishes(case):
    _, params, macs = measured(case)
    assert (params, round(macs / 1e9, 3)) == (case.params, case.gmacs)


@everywhere
def test_the_spec_has_the_totals_of_its_twin(case):
    net = loaded(case)
    _, params, macs = measured(case)
    assert (net.params, net.macs) == (params, macs)
    assert [f.message for f in net.diagnostics if f.severity != "info"] == []
    assert net.inputs[0].output.dims == (3, case.side, case.side)


@everywhere
def test_every_layer_is_that_of_the_twin(case):
    """Kinds, shapes of all params and outputs, and probabilities, in the order of execution."""
    rows = []
    for node in loaded(case):
        params = [plain(weight.shape) for weight in node.weights.values() if weight.trainable]
        kind, p = {"fc": "conv"}.get(node.kind, node.kind), float(getattr(node.layer, "p", 0))
        if kind not in NO_MODULE and (kind != "droppath" or p):
            rows.append(Row(kind, params, plain(node.output.dims), p))
    twins = measured(case).rows
    for ours, theirs in zip(rows, twins, strict=False):
        assert ours[:3] == theirs[:3]
        assert ours.p == pytest.approx(theirs.p, abs=1e-12)
    assert len(rows) == len(twins)


@published
def test_another_image_changes_no_params_and_fails_no_claim(case):
    net = cnncalc.load(case.spec, set=dict(case.set), input="256x256x3")
    assert (net.params, net.inputs[0].output.dims) == (case.params, (3, 256, 256))
    assert [f.message for f in net.diagnostics if f.severity == "error"] == []


# the authors' table (slim/nets/mobilenet/README.md, as in Keras): params without the norms, and MACs by image, both in
# millions; the MACs are cut, not rounded
AUTHORS = {
    1.4: (6.06, {224: 582}),
    1.3: (5.34, {224: 509}),
    1.0: (3.47, {224: 300, 192: 221, 160: 154, 128: 99, 96: 56}),
    0.75: (2.61, {224: 209, 192: 153, 160: 107, 128: 69, 96: 39}),
    0.5: (1.95, {224: 97, 192: 71, 160: 50, 128: 32, 96: 18}),
    0.35: (1.66, {224: 59, 192: 43, 160: 30, 128: 20, 96: 11}),
}


@pytest.mark.parametrize("alpha", AUTHORS)
def test_mobilenet_v2_at_all_22_widths_and_images_of_its_authors(alpha):
    params, by_side = AUTHORS[alpha]
    for side, macs in by_side.items():
        net = cnncalc.load("mobilenet_v2", set={"alpha": alpha}, input=f"{side}x{side}x3")
        unnormed = sum(node.params for node in net if node.kind != "bn")
        assert (round(unnormed / 1e6, 2), net.macs // 10**6) == (params, macs)


def settled(twin: nn.Module, x: torch.Tensor) -> nn.Module:
    """Filled so that no number fades on its way through many layers (He et al. 2015), and every norm changes them."""
    for module in twin.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight)
        if isinstance(module, nn.BatchNorm2d | nn.LayerNorm):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias)
            module.momentum = 1.0
        if isinstance(module, mobile.NextBlock):
            nn.init.uniform_(module.layer_scale, 0.5, 1.5)
    twin.train()(x)
    for module in twin.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_var.clamp_(min=0.1)
    return twin.eval()


def tensors(module: nn.Module, x: torch.Tensor) -> list[torch.Tensor]:
    """Params and buffers in the order of execution."""
    owners = [owner for owner, _ in visits(module, x)]
    return [t for m in owners for t in (*m.parameters(recurse=False), *m.buffers(recurse=False))]


RUN = [
    "mobilenet_v2", "mobilenet_v3_small", "efficientnet-b=0", "shufflenet_v2_x1_0", "regnet_y_400mf", "convnext_tiny",
    "squeezenet1_1",
]  # fmt: skip


@pytest.mark.parametrize("case", [case for case in CASES if name(case) in RUN], ids=name)
def test_the_emitted_module_computes_what_the_twin_does(case):
    """With the same weights both give the same numbers, on a real input and in double precision."""
    torch.manual_seed(0)
    x = torch.randn(2, 3, 64, 64, dtype=torch.double)
    ours = cnncalc.load(case.spec, input="64x64x3").to_torch().double().eval()
    with torch.no_grad():
        theirs = settled(case.twin().double(), x)
        for mine, other in zip(tensors(ours, x), tensors(theirs, x), strict=True):
            mine.copy_(other.reshape(mine.shape))
        expected = theirs(x)
        assert expected.std() > 0.01
        torch.testing.assert_close(ours(x).reshape(expected.shape), expected)
