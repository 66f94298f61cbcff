"""Networks of the zoo beside modules written by hand from their papers: rows, params, shapes, MACs and outputs."""

import re

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import cnncalc
from cnncalc import zoo

Layers = list[tuple[str, nn.Module]]


def relu(name: str, layer: nn.Module) -> Layers:
    return [(name, layer), (f"{name}.relu", nn.ReLU())]


def dense(name: str, inputs: int, units: int) -> Layers:
    return [*relu(name, nn.Linear(inputs, units)), (f"{name}.dropout", nn.Dropout(0.5))]


def normed(name: str, conv: nn.Conv2d, slope: float = 0) -> Layers:
    """A convolution, its norm, and a relu, leaky where a slope is given."""
    act = (f"{name}.leaky", nn.LeakyReLU(slope)) if slope else (f"{name}.relu", nn.ReLU())
    return [(name, conv), (f"{name}.bn", nn.BatchNorm2d(conv.out_channels)), act]


class Subsampling(nn.Module):
    """Four inputs added, times a trained coefficient, plus a trained bias, each one a map (section II.B)."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.coefficient = nn.Parameter(torch.full((maps, 1, 1), 0.25))
        self.bias = nn.Parameter(torch.zeros(maps, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        added = x[..., ::2, ::2] + x[..., ::2, 1::2] + x[..., 1::2, ::2] + x[..., 1::2, 1::2]
        return self.coefficient * added + self.bias


# table I of LeCun et al. 1998: the maps of S2 that each map of C3 reads
TABLE_I = "012 123 234 345 045 015 0123 1234 2345 0345 0145 0125 0134 1245 0235 012345".split()


class Partial(nn.Module):
    """C3: sixteen convolutions, each over the maps its column of table I names."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = [[int(digit) for digit in column] for column in TABLE_I]
        self.maps = nn.ModuleList(nn.Conv2d(len(read), 1, 5) for read in self.reads)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([conv(x[:, read]) for read, conv in zip(self.reads, self.maps, strict=True)], 1)


class Squash(nn.Module):
    """A tanh(S a) with A = 1.7159 and S = 2/3 (equation 6)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 1.7159 * torch.tanh(2 / 3 * x)


class Distances(nn.Module):
    """Squared distances to ten centres of 84 (equation 7), a product for each link."""

    macs = 840

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("centres", torch.randn(10, 84).sign())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x.unsqueeze(1) - self.centres).square().sum(2)


def lenet5() -> Layers:
    def squashed(name: str, layer: nn.Module) -> Layers:
        return [(name, layer), (f"{name}.stanh", Squash())]

    return [
        *squashed("C1", nn.Conv2d(1, 6, 5)),
        *squashed("S2", Subsampling(6)),
        *squashed("C3", Partial()),
        *squashed("S4", Subsampling(16)),
        *squashed("C5", nn.Conv2d(16, 120, 5)),
        ("", nn.Flatten()),
        *squashed("F6", nn.Linear(120, 84)),
        ("OUTPUT", Distances()),
    ]


def zfnet() -> Layers:
    def norm():
        return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)

    return [
        *relu("CONV1", nn.Conv2d(3, 96, 7, stride=2, padding=1)),
        ("POOL1", nn.MaxPool2d(3, 2, ceil_mode=True)),
        ("NORM1", norm()),
        *relu("CONV2", nn.Conv2d(96, 256, 5, stride=2)),
        ("POOL2", nn.MaxPool2d(3, 2, ceil_mode=True)),
        ("NORM2", norm()),
        *relu("CONV3", nn.Conv2d(256, 384, 3, padding=1)),
        *relu("CONV4", nn.Conv2d(384, 384, 3, padding=1)),
        *relu("CONV5", nn.Conv2d(384, 256, 3, padding=1)),
        ("POOL5", nn.MaxPool2d(3, 2)),
        ("", nn.Flatten()),
        *dense("FC6", 6 * 6 * 256, 4096),
        *dense("FC7", 4096, 4096),
        ("FC8", nn.Linear(4096, 1000)),
    ]


def nin_cifar10() -> Layers:
    return [
        *relu("CONV1", nn.Conv2d(3, 192, 5, padding=2)),
        *relu("CCCP1", nn.Conv2d(192, 160, 1)),
        *relu("CCCP2", nn.Conv2d(160, 96, 1)),
        ("POOL1", nn.MaxPool2d(3, 2, ceil_mode=True)),
        ("DROPOUT1", nn.Dropout(0.5)),
        *relu("CONV2", nn.Conv2d(96, 192, 5, padding=2)),
        *relu("CCCP3", nn.Conv2d(192, 192, 1)),
        *relu("CCCP4", nn.Conv2d(192, 192, 1)),
        ("POOL2", nn.MaxPool2d(3, 2, ceil_mode=True)),
        ("DROPOUT2", nn.Dropout(0.5)),
        *relu("CONV3", nn.Conv2d(192, 192, 3, padding=1)),
        *relu("CCCP5", nn.Conv2d(192, 192, 1)),
        *relu("CCCP6", nn.Conv2d(192, 10, 1)),
        ("GLOBAL", nn.AvgPool2d(8)),
        ("SOFTMAX", nn.Softmax(1)),
    ]


def nin_imagenet() -> Layers:
    def perceptron(number: int, conv: nn.Conv2d, hidden: int, out: int) -> Layers:
        return [
            *relu(f"CONV{number}", conv),
            *relu(f"CCCP{2 * number - 1}", nn.Conv2d(conv.out_channels, hidden, 1)),
            *relu(f"CCCP{2 * number}", nn.Conv2d(hidden, out, 1)),
        ]

    return [
        *perceptron(1, nn.Conv2d(3, 96, 11, stride=4), 96, 96),
        ("POOL1", nn.MaxPool2d(3, 2, ceil_mode=True)),
        *perceptron(2, nn.Conv2d(96, 256, 5, padding=2), 256, 256),
        ("POOL2", nn.MaxPool2d(3, 2, ceil_mode=True)),
        *perceptron(3, nn.Conv2d(256, 384, 3, padding=1), 384, 384),
        ("POOL3", nn.MaxPool2d(3, 2, ceil_mode=True)),
        ("DROPOUT3", nn.Dropout(0.5)),
        *perceptron(4, nn.Conv2d(384, 1024, 3, padding=1), 1024, 1000),
        ("POOL4", nn.AvgPool2d(6, 1)),
        ("SOFTMAX", nn.Softmax(1)),
    ]


def convnetjs_cifar10() -> Layers:
    return [
        *relu("CONV1", nn.Conv2d(3, 16, 5, padding=2)),
        ("POOL1", nn.MaxPool2d(2)),
        *relu("CONV2", nn.Conv2d(16, 20, 5, padding=2)),
        ("POOL2", nn.MaxPool2d(2)),
        *relu("CONV3", nn.Conv2d(20, 20, 5, padding=2)),
        ("POOL3", nn.MaxPool2d(2)),
        ("", nn.Flatten()),
        ("FC4", nn.Linear(4 * 4 * 20, 10)),
        ("SOFTMAX", nn.Softmax(1)),
    ]


def convnetjs_mnist() -> Layers:
    return [
        *relu("CONV1", nn.Conv2d(1, 8, 5, padding=2)),
        ("POOL1", nn.MaxPool2d(2)),
        *relu("CONV2", nn.Conv2d(8, 16, 5, padding=2)),
        ("POOL2", nn.MaxPool2d(3)),
        ("", nn.Flatten()),
        ("FC3", nn.Linear(4 * 4 * 16, 10)),
        ("SOFTMAX", nn.Softmax(1)),
    ]


def pilotnet() -> Layers:
    return [
        *relu("CONV1", nn.Conv2d(3, 24, 5, stride=2)),
        *relu("CONV2", nn.Conv2d(24, 36, 5, stride=2)),
        *relu("CONV3", nn.Conv2d(36, 48, 5, stride=2)),
        *relu("CONV4", nn.Conv2d(48, 64, 3)),
        *relu("CONV5", nn.Conv2d(64, 64, 3)),
        ("FLATTEN", nn.Flatten()),
        *relu("FC6", nn.Linear(1152, 100)),
        *relu("FC7", nn.Linear(100, 50)),
        *relu("FC8", nn.Linear(50, 10)),
        ("FC9", nn.Linear(10, 1)),
    ]


def c3d() -> Layers:
    def conv(name: str, inputs: int, filters: int) -> Layers:
        return relu(name, nn.Conv3d(inputs, filters, (3, 3, 3), padding=(1, 1, 1)))

    return [
        *conv("CONV1A", 3, 64),
        ("POOL1", nn.MaxPool3d((1, 2, 2), (1, 2, 2))),
        *conv("CONV2A", 64, 128),
        ("POOL2", nn.MaxPool3d(2)),
        *conv("CONV3A", 128, 256),
        *conv("CONV3B", 256, 256),
        ("POOL3", nn.MaxPool3d(2)),
        *conv("CONV4A", 256, 512),
        *conv("CONV4B", 512, 512),
        ("POOL4", nn.MaxPool3d(2)),
        *conv("CONV5A", 512, 512),
        *conv("CONV5B", 512, 512),
        ("POOL5", nn.MaxPool3d(2, ceil_mode=True)),
        ("", nn.Flatten()),
        *dense("FC6", 8192, 4096),
        *dense("FC7", 4096, 4096),
        ("FC8", nn.Linear(4096, 101)),
    ]


def tiny_vgg() -> Layers:
    return [
        *relu("CONV_1_1", nn.Conv2d(3, 10, 3)),
        *relu("CONV_1_2", nn.Conv2d(10, 10, 3)),
        ("POOL_1", nn.MaxPool2d(2, 2)),
        *relu("CONV_2_1", nn.Conv2d(10, 10, 3)),
        *relu("CONV_2_2", nn.Conv2d(10, 10, 3)),
        ("POOL_2", nn.MaxPool2d(2, 2)),
        ("FLATTEN", nn.Flatten()),
        ("OUTPUT", nn.Linear(1690, 10)),
        ("SOFTMAX", nn.Softmax(1)),
    ]


def wavenet_stack() -> Layers:
    layers: Layers = []
    for i in range(10):
        layers += [("", nn.ConstantPad1d((2**i, 0), 0.0))]
        layers += relu(f"stack.CAUSAL{i}", nn.Conv1d(32 if i else 1, 32, 2, dilation=2**i))
    return [*layers, ("LEVELS", nn.Conv1d(32, 256, 1)), ("SOFTMAX", nn.Softmax(1))]


def series() -> Layers:
    return [("CONV1", nn.Conv1d(1, 1, 3, bias=False))]


def dcgan() -> Layers:
    def up(number: int, inputs: int, filters: int, stride: int, pad: int) -> Layers:
        name = f"DECONV{number}"
        deconv = nn.ConvTranspose2d(inputs, filters, 4, stride, pad, bias=False)
        return [(name, deconv), (f"{name}.bn", nn.BatchNorm2d(filters)), (f"{name}.relu", nn.ReLU())]

    return [
        *up(1, 100, 512, 1, 0),
        *up(2, 512, 256, 2, 1),
        *up(3, 256, 128, 2, 1),
        *up(4, 128, 64, 2, 1),
        ("DECONV5", nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False)),
        ("DECONV5.tanh", nn.Tanh()),
    ]


def dcgan_paper() -> Layers:
    def norm(name: str, maps: int) -> Layers:
        return [(f"{name}.bn", nn.BatchNorm2d(maps)), (f"{name}.relu", nn.ReLU())]

    def up(number: int, inputs: int, maps: int, bias: bool = False) -> Layers:
        return [(f"DECONV{number}", nn.ConvTranspose2d(inputs, maps, 5, 2, 2, output_padding=1, bias=bias))]

    return [
        ("PROJECT", nn.Linear(100, 4 * 4 * 1024, bias=False)),
        ("RESHAPE", nn.Unflatten(1, (1024, 4, 4))),
        *norm("RESHAPE", 1024),
        *up(1, 1024, 512),
        *norm("DECONV1", 512),
        *up(2, 512, 256),
        *norm("DECONV2", 256),
        *up(3, 256, 128),
        *norm("DECONV3", 128),
        *up(4, 128, 3, bias=True),
        ("DECONV4.tanh", nn.Tanh()),
    ]


def mobilenet_v1(alpha: float = 1) -> Layers:
    """Table 1; TensorFlow's padding puts the odd row and column at the end."""

    def conv(name: str, inputs: int, filters: int, stride: int, groups: int = 1) -> Layers:
        pad = [("", nn.ZeroPad2d((0, 1, 0, 1) if stride == 2 else 1))]
        return pad + normed(name, nn.Conv2d(inputs, filters, 3, stride, groups=groups, bias=False))

    def pair(name: str, inputs: int, filters: int, stride: int) -> Layers:
        pointwise = nn.Conv2d(inputs, filters, 1, bias=False)
        return conv(f"{name}DW", inputs, inputs, stride, inputs) + normed(f"{name}PW", pointwise)

    pairs = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]
    layers = conv("CONV0", 3, inputs := int(32 * alpha), 2)
    for i, (out, stride) in enumerate(pairs, 1):
        name = f"CONV7_11.{i - 7}." if 7 <= i <= 11 else f"CONV{i}_"
        layers += pair(name, inputs, inputs := int(out * alpha), stride)
    head = [("FC", nn.Linear(inputs, 1000)), ("SOFTMAX", nn.Softmax(1))]
    return [*layers, ("POOL", nn.AdaptiveAvgPool2d(1)), ("", nn.Flatten()), *head]


def vgg_bn(*groups: int) -> Layers:
    """torchvision's vgg.py: groups of 3x3 convolutions, with their biases, a norm and a relu behind each."""
    layers: Layers = []
    inputs = 3
    for g, (count, filters) in enumerate(zip(groups, (64, 128, 256, 512, 512), strict=True), 1):
        for i in range(1, count + 1):
            layers += normed(f"CONV{g}_{i}", nn.Conv2d(inputs, filters, 3, padding=1))
            inputs = filters
        layers.append((f"POOL{g}", nn.MaxPool2d(2, 2)))
    head = [*dense("FC6", 7 * 7 * 512, 4096), *dense("FC7", 4096, 4096), ("FC8", nn.Linear(4096, 1000))]
    return [*layers, ("", nn.Flatten()), *head]


def vgg11_bn() -> Layers:
    return vgg_bn(1, 1, 2, 2, 2)


def vgg13_bn() -> Layers:
    return vgg_bn(2, 2, 2, 2, 2)


def vgg16_bn() -> Layers:
    return vgg_bn(2, 2, 3, 3, 3)


def vgg19_bn() -> Layers:
    return vgg_bn(2, 2, 4, 4, 4)


def alphago_value() -> Layers:
    layers = relu("CONV1", nn.Conv2d(49, 192, 5, padding=2))
    for i in range(2, 13):
        layers += relu(f"CONV{i}", nn.Conv2d(192, 192, 3, padding=1))
    return [
        *layers,
        ("CONV13", nn.Conv2d(192, 1, 1)),
        ("", nn.Flatten()),
        *relu("FC14", nn.Linear(361, 256)),
        ("FC15", nn.Linear(256, 1)),
        ("FC15.tanh", nn.Tanh()),
    ]


def darknet19() -> Layers:
    """Table 6, row by row: (filters, extent), 0 for a pool."""
    rows = [(32, 3), 0, (64, 3), 0, (128, 3), (64, 1), (128, 3), 0, (256, 3), (128, 1), (256, 3), 0]
    rows += [(512, 3), (256, 1), (512, 3), (256, 1), (512, 3), 0, (1024, 3), (512, 1), (1024, 3), (512, 1), (1024, 3)]
    layers: Layers = []
    inputs, i = 3, 0
    for row in rows:
        if row:
            i += 1
            conv = nn.Conv2d(inputs, row[0], row[1], padding=row[1] // 2, bias=False)
            layers += normed(f"CONV{i}", conv, 0.1)
            inputs = row[0]
        else:
            layers.append((f"POOL{i}", nn.MaxPool2d(2, 2)))
    head = [("CONV19", nn.Conv2d(1024, 1000, 1)), ("POOL19", nn.AdaptiveAvgPool2d(1)), ("SOFTMAX", nn.Softmax(1))]
    return layers + head


def norms_behind(*convs: tuple[int, int]) -> list[int]:
    """Params of (params, filters) convolutions, each with the two a map of its norm."""
    return [number for params, filters in convs for number in (params, 2 * filters)]


# one convolution of VGG, by its inputs and filters: table 1 with biases
VGG = {
    (3, 64): 1_792,
    (64, 64): 36_928,
    (64, 128): 73_856,
    (128, 128): 147_584,
    (128, 256): 295_168,
    (256, 256): 590_080,
    (256, 512): 1_180_160,
    (512, 512): 2_359_808,
}


def vgg_params(*groups: int) -> list[int]:
    """Params of every layer of a VGG with norms that has any."""
    filters = [width for count, width in zip(groups, (64, 128, 256, 512, 512), strict=True) for _ in range(count)]
    convs = [(VGG[pair], pair[1]) for pair in zip([3, *filters], filters, strict=False)]
    return [*norms_behind(*convs), 102_764_544, 16_781_312, 4_097_000]


# input as torch has it, parameters of each layer that has any, in order
PUBLISHED = {
    lenet5: ((1, 32, 32), [156, 12, 1_516, 32, 48_120, 10_164]),
    zfnet: (
        (3, 224, 224),
        [14_208, 614_656, 885_120, 1_327_488, 884_992, 37_752_832, 16_781_312, 4_097_000],
    ),
    nin_cifar10: (
        (3, 32, 32),
        [14_592, 30_880, 15_456, 460_992, 37_056, 37_056, 331_968, 37_056, 1_930],
    ),
    nin_imagenet: (
        (3, 224, 224),
        [34_944, 9_312, 9_312, 614_656, 65_792, 65_792, 885_120, 147_840, 147_840, 3_539_968, 1_049_600, 1_025_000],
    ),
    convnetjs_cifar10: ((3, 32, 32), [1_216, 8_020, 10_020, 3_210]),
    convnetjs_mnist: ((1, 24, 24), [208, 3_216, 2_570]),
    pilotnet: ((3, 66, 200), [1_824, 21_636, 43_248, 27_712, 36_928, 115_300, 5_050, 510, 11]),
    c3d: (
        (3, 16, 112, 112),
        [5_248, 221_312, 884_992, 1_769_728, 3_539_456, *[7_078_400] * 3, 33_558_528, 16_781_312, 413_797],
    ),
    tiny_vgg: ((3, 64, 64), [280, 910, 910, 910, 16_910]),
    wavenet_stack: ((1, 16000), [96, *[2_080] * 9, 8_448]),
    series: ((1, 8), [3]),
    dcgan: ((100, 1, 1), [819_200, 1_024, 2_097_152, 512, 524_288, 256, 131_072, 128, 3_072]),
    dcgan_paper: ((100,), [1_638_400, 2_048, 13_107_200, 1_024, 3_276_800, 512, 819_200, 256, 9_603]),
    # those of the convolutions stand in the authors' slim/nets/mobilenet_v1.py
    mobilenet_v1: (
        (3, 224, 224),
        [
            *norms_behind((864, 32), (288, 32), (2_048, 64), (576, 64), (8_192, 128), (1_152, 128), (16_384, 128)),
            *norms_behind((1_152, 128), (32_768, 256), (2_304, 256), (65_536, 256), (2_304, 256), (131_072, 512)),
            *norms_behind(*[(4_608, 512), (262_144, 512)] * 5),
            *norms_behind((4_608, 512), (524_288, 1024), (9_216, 1024), (1_048_576, 1024)),
            1_025_000,
        ],
    ),
    vgg11_bn: ((3, 224, 224), vgg_params(1, 1, 2, 2, 2)),
    vgg13_bn: ((3, 224, 224), vgg_params(2, 2, 2, 2, 2)),
    vgg16_bn: ((3, 224, 224), vgg_params(2, 2, 3, 3, 3)),
    vgg19_bn: ((3, 224, 224), vgg_params(2, 2, 4, 4, 4)),
    alphago_value: ((49, 19, 19), [235_392, *[331_968] * 11, 193, 92_672, 257]),
    darknet19: (
        (3, 224, 224),
        [
            *norms_behind((864, 32), (18_432, 64), (73_728, 128), (8_192, 64), (73_728, 128)),
            *norms_behind((294_912, 256), (32_768, 128), (294_912, 256)),
            *norms_behind(*[(1_179_648, 512), (131_072, 256)] * 2, (1_179_648, 512)),
            *norms_behind(*[(4_718_592, 1024), (524_288, 512)] * 2, (4_718_592, 1024)),
            1_025_000,
        ],
    ),
}


def spec(build) -> str:
    """The zoo's name of a network, in which a hyphen may stand for the underscore."""
    name = build.__name__
    return name if name in zoo.names() else name.replace("_", "-")


NAMES = [spec(build) for build in PUBLISHED]
# of the VGGs with norms one is run on real numbers: the others repeat its lines
RUN = [build for build in PUBLISHED if build not in (vgg13_bn, vgg16_bn, vgg19_bn)]

# LeNet-5's coefficients multiply a sum of four in the paper, a mean in the module
SCALED = {"S2.weight": 4, "S4.weight": 4}


def sample(build) -> torch.Tensor:
    """One input of a network."""
    shape, _ = PUBLISHED[build]
    return torch.randn(1, *shape)


def measured(layers: Layers, x: torch.Tensor):
    """(name, output shape, params, MACs) of every named layer; padding and flattening of torch's own go unnamed."""
    for name, layer in layers:
        with FlopCounterMode(display=False) as counter:
            x = layer.eval()(x)
        if name:
            params = sum(p.numel() for p in layer.parameters())
            yield name, tuple(x.shape[1:]), params, getattr(layer, "macs", counter.get_total_flops() // 2)


@pytest.mark.parametrize("build", PUBLISHED, ids=NAMES)
def test_every_row_is_that_of_the_module_written_by_hand(build):
    net = cnncalc.load(spec(build))
    with torch.device("meta"), torch.no_grad():
        rows = list(measured(build(), sample(build)))
    assert [(node.name, node.output.dims, node.params, node.macs) for node in net] == rows
    assert sum(row[2] for row in rows) == net.params
    assert sum(row[3] for row in rows) == net.macs


@pytest.mark.parametrize("build", PUBLISHED, ids=NAMES)
def test_params_layer_by_layer_as_published(build):
    _, published = PUBLISHED[build]
    net = cnncalc.load(spec(build))
    assert [node.params for node in net if node.params] == published


def settled(build, x: torch.Tensor) -> nn.Module:
    """The module written by hand, filled so that no number fades on its way through many layers (He et al. 2015)."""
    module = nn.Sequential(*(layer for _, layer in build()))
    for layer in module:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight)
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = 1.0
    if any(isinstance(layer, nn.BatchNorm2d) for layer in module):
        module.train()(x)
    return module.eval()


@pytest.mark.parametrize("build", RUN, ids=spec)
def test_the_emitted_module_computes_what_the_one_written_by_hand_does(build):
    """With the same weights both give the same numbers, on a real input."""
    torch.manual_seed(0)
    ours = cnncalc.load(spec(build)).to_torch().eval()
    x = sample(build)
    with torch.no_grad():
        theirs = settled(build, x)
        for (name, mine), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
            mine.copy_(other.reshape(mine.shape) * SCALED.get(name, 1))
        for mine, other in zip(ours.buffers(), theirs.buffers(), strict=True):
            mine.copy_(other)
        torch.testing.assert_close(ours(x), theirs(x))


@pytest.mark.parametrize(("alpha", "r"), [(0.75, 224), (0.5, 160), (0.25, 128), (1, 192)])
def test_mobilenets_of_other_widths_and_resolutions(alpha, r):
    net = cnncalc.load("mobilenet_v1", set={"alpha": alpha, "r": r})
    with torch.device("meta"), torch.no_grad():
        rows = list(measured(mobilenet_v1(alpha), torch.randn(1, 3, r, r)))
    assert [(node.name, node.output.dims, node.params, node.macs) for node in net] == rows


def test_wavenet_sees_1024_samples_and_none_of_the_future():
    """Read off the gradient of the layer below the softmax, which would mix the channels of a position."""
    net = cnncalc.load("wavenet-stack").to_torch().double().eval()
    for tensor in net.parameters():
        nn.init.constant_(tensor, 1.0 if tensor.dim() > 1 else 0.0)
    seen = []
    net.LEVELS.register_forward_hook(lambda module, inputs, output: seen.append(output))
    sound = torch.ones(1, 1, 16000, dtype=torch.float64, requires_grad=True)
    net(sound)
    seen[0][0, 0, 2000].backward()
    heard = sound.grad[0, 0].nonzero().flatten().tolist()
    assert heard == list(range(2000 - 1023, 2001))


@pytest.mark.parametrize(
    ("numbers", "set_", "answer"),
    [
        ([1, 0, 2, 3, 5, 1, 2, 3], {}, [1, 7, 9, 8, -1, 6]),
        ([1, 0, 2, 3, 5, 1, 2, 3], {"p": 1}, [2, 1, 7, 9, 8, -1, 6, 4]),
        ([1, 0, 2, 3, 5, 1, 2], {"n": 7, "p": 1, "s": 2}, [2, 7, 8, 3]),
    ],
)
def test_the_series_of_the_lecture(numbers, set_, answer):
    net = cnncalc.load("series", set=set_)
    assert net["CONV1"].output.dims == (1, len(answer))
    assert net.diagnostics == ()
    module = net.to_torch()
    with torch.no_grad():
        next(module.parameters()).copy_(torch.tensor([[[-1.0, 2.0, 1.0]]]))
        assert module(torch.tensor([[numbers]], dtype=torch.float32)).flatten().tolist() == answer


def test_pilotnet_has_no_room_for_its_printed_1164_neurons():
    """Neither "27 million connections" nor "250 thousand parameters" would hold with a layer of 1164 units."""
    net = cnncalc.load("pilotnet")
    text = "\n".join(net.source.rows).replace("FLATTEN: => 1152", "FC5: 1164 => 1,342,092 params")
    wider = cnncalc.loads(text.replace("115,300 params", "116,500 params"))
    assert wider.params == 252_219 + 1_342_092 + 1_200
    assert {
        "expected macs = 27M, the arithmetic gives 28,218,470; 27M holds from 26,500,000 to 27,500,000",
        "expected params = 0.25M, the arithmetic gives 1,595,511; 0.25M holds from 245,000 to 255,000",
    } < {f.message for f in wider.diagnostics}


# section II.B, layer by layer
CONNECTIONS = {"C1": 122_304, "S2": 5_880, "C3": 151_600, "S4": 2_000, "C5": 48_120, "F6": 10_164, "OUTPUT": 840}


def test_connections_of_lenet_5():
    net = cnncalc.load("lenet5")
    found = {node.name: node.layer.connections(*node.shapes) for node in net}
    assert {name: count for name, count in found.items() if count} == CONNECTIONS
    assert sum(found.values()) == 340_908


def test_explain_works_the_connections_out(run):
    out = run("explain", "lenet5").out
    shown = [int(number.replace(",", "")) for number in re.findall(r"^  connections .* = ([\d,]+)$", out, re.MULTILINE)]
    assert shown == list(CONNECTIONS.values())
    assert "  connections       10*10 positions * (1,500 + 16) = 151,600\n" in out


def test_connections_are_what_the_module_written_by_hand_adds_up():
    """Where all weights, biases and inputs are 1 and all centres 0, an output is the number of its connections."""
    counted = {}
    x = torch.ones(1, 1, 32, 32)
    for name, layer in lenet5():
        for tensor in layer.parameters():
            nn.init.ones_(tensor)
        for tensor in layer.buffers():
            nn.init.zeros_(tensor)
        x = layer(torch.ones_like(x))
        if name in CONNECTIONS:
            counted[name] = int(x.sum().item())
    assert counted == CONNECTIONS
