"""Residual and dense networks of the zoo beside modules written by hand: figures, rows, and numbers."""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from twins import residual

import cnncalc

# torchvision's metadata: params, and MACs in units of 10^9
PUBLISHED = {
    "resnet18": (11_689_512, 1.814),
    "resnet34": (21_797_672, 3.664),
    "resnet50": (25_557_032, 4.089),
    "resnet101": (44_549_160, 7.801),
    "resnet152": (60_192_808, 11.514),
    "resnext50_32x4d": (25_028_904, 4.230),
    "wide_resnet50_2": (68_883_240, 11.398),
    "densenet121": (7_978_856, 2.834),
    "densenet161": (28_681_000, 7.728),
    "densenet169": (14_149_480, 3.360),
    "densenet201": (20_013_928, 4.291),
}
SIZES = dict.fromkeys([*PUBLISHED, "se_resnet50", "senet154"], 224)
SIZES |= {"resnet20": 32, "resnet56": 32, "resnet110": 32, "darknet53": 256, "yolov3": 416}


def on_paper(name: str, **options: bool) -> nn.Module:
    """A network that has shapes and no numbers."""
    with torch.device("meta"):
        return getattr(residual, name)(**options).eval()


def owners(module: nn.Module, x: torch.Tensor) -> list[tuple[nn.Module, tuple[int, ...]]]:
    """The layers that own parameters, each with the shape of its output, as they come while `x` goes through."""
    found: list[tuple[nn.Module, tuple[int, ...]]] = []
    for layer in module.modules():
        if layer._parameters:
            layer.register_forward_hook(lambda layer, _, out: found.append((layer, tuple(out.shape[1:]))))
    with torch.no_grad():
        module(x)
    return found


def rows_by_hand(module: nn.Module, size: int) -> list[tuple[object, ...]]:
    x = torch.empty(1, 3, size, size, device="meta")
    return [([tuple(p.shape) for p in layer.parameters()], out) for layer, out in owners(module, x)]


def faults(net: cnncalc.Network) -> list[str]:
    """What is said of a network, but for notes."""
    return [finding.message for finding in net.lint() if finding.severity != "info"]


def rows(net: cnncalc.Network) -> list[tuple[object, ...]]:
    owning = (node for node in net if node.params)
    return [([w.shape for w in node.weights.values() if w.trainable], node.output.dims) for node in owning]


def macs(module: nn.Module, size: int) -> int:
    """torch counts two operations for each MAC of convolutions and matrices, and no others."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(torch.empty(1, 3, size, size, device="meta"))
    return counter.get_total_flops() // 2


def params(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_module_written_by_hand_has_the_published_figures(name):
    module = on_paper(name)
    assert (params(module), round(macs(module, 224) / 1e9, 3)) == PUBLISHED[name]


@pytest.mark.parametrize("name", SIZES)
def test_params_macs_and_rows_are_those_of_the_module_written_by_hand(name):
    net, module = cnncalc.load(name), on_paper(name)
    assert (net.params, net.macs) == (params(module), macs(module, SIZES[name]))
    assert rows(net) == rows_by_hand(module, SIZES[name])
    assert faults(net) == []


# G MACs as table 1 of the paper rounds them or cuts them off, and both receptive fields
PLACES = {"resnet50": (3.858, 483, 427), "resnet101": (7.570, 1027, 971), "resnet152": (11.282, 1507, 1451)}


@pytest.mark.parametrize("name", PLACES)
def test_the_papers_stride_in_the_first_convolution(name):
    net, module = cnncalc.load(name, set={"v1": 1}), on_paper(name, first=True)
    assert (net.macs, round(net.macs / 1e9, 3)) == (macs(module, 224), PLACES[name][0])
    assert rows(net) == rows_by_hand(module, 224)


@pytest.mark.parametrize("name", PLACES)
def test_receptive_fields_tell_where_the_stride_stands(name):
    fields = []
    for v1 in (1, 0):
        layers = cnncalc.load(name, set={"v1": v1}).to_dict()["layers"]
        last = [layer for layer in layers if layer["name"].startswith("layer4.2.")][-1]
        fields.append(last["receptive_field"]["size"])
    assert fields == [[size, size] for size in PLACES[name][1:]]


# table 6 and its text: 20 to 110 layers, and 1202
CIFAR = {3: 269_722, 5: 464_154, 7: 658_586, 9: 853_018, 18: 1_727_962, 200: 19_421_274}


@pytest.mark.parametrize("n", CIFAR)
def test_resnets_for_cifar_of_any_depth(n):
    net = cnncalc.load("resnet20", set={"n": n})
    assert net.params == CIFAR[n]
    assert faults(net) == []


def test_resnext_of_one_group_of_64_is_resnet50():
    assert rows(cnncalc.load("resnext50_32x4d", set={"g": 1, "d": 64})) == rows(cnncalc.load("resnet50"))
    assert rows(cnncalc.load("wide_resnet50_2", set={"k": 1})) == rows(cnncalc.load("resnet50"))


def test_yolov3_at_the_sizes_of_darknets_page():
    billions = {size: 2 * cnncalc.load("yolov3", input=f"{size}x{size}x3").macs / 1e9 for size in (320, 416, 608)}
    assert {size: round(number, 2) for size, number in billions.items()} == {320: 38.97, 416: 65.86, 608: 140.69}


def settled(name: str, x: torch.Tensor) -> nn.Module:
    """The network by hand, its norms at the statistics of `x`, so that no number fades on its way through."""
    torch.manual_seed(0)
    module = getattr(residual, name)().double()
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = 1.0
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias)
    with torch.no_grad():
        module.train()(x)
    return module.eval()


def in_numpy(net: cnncalc.Network, tensors: list[nn.Module], x: torch.Tensor) -> list[torch.Tensor]:
    """The outputs of a network, each row by its kind's own NumPy, the tensors of a module put in as they come."""
    values = {net.inputs[0]: x.numpy()}
    given = iter(tensors)
    for node in net:
        own = next(given).state_dict() if node.params else {}
        weights = {name: own[name].numpy() for name in node.weights}
        values[node] = node.layer.run(weights, *(values[source] for source in node.inputs))
    return [torch.from_numpy(values[node]) for node in net.outputs]


# sizes at which maps of one cell are reached, or nearly
RUN = {"resnet20": 32, "resnet18": 64, "resnet50": 64, "resnext50_32x4d": 64, "se_resnet50": 64, "densenet121": 32}
RUN |= {"darknet53": 32, "yolov3": 32}


@pytest.mark.parametrize(("name", "size"), list(RUN.items()))
def test_the_rows_compute_what_the_module_written_by_hand_does(name, size):
    torch.manual_seed(1)
    batch = torch.randn(4, 3, size, size, dtype=torch.float64)
    module = settled(name, batch)
    x = batch[:1]
    with torch.no_grad():
        theirs = module(x)
    tensors = [layer for layer, _ in owners(module, x)]
    ours = in_numpy(cnncalc.load(name, input=f"{size}x{size}x3"), tensors, x)
    torch.testing.assert_close(ours, theirs if isinstance(theirs, list) else [theirs])
