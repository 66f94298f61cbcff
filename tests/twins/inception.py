"""Szegedy's networks by hand: GoogLeNet of the paper, GoogLeNet and Inception v3 of torchvision, single modules."""

import torch
from torch import Tensor, nn

# figure 3 and table 1 of Szegedy et al. 2015: #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pool proj
WIDTHS = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


def with_bias(inputs: int, filters: int, *kernel, **options) -> list[nn.Module]:
    return [nn.Conv2d(inputs, filters, *kernel, **options), nn.ReLU()]


def with_norm(inputs: int, filters: int, *kernel, **options) -> list[nn.Module]:
    """torchvision's BasicConv2d, but for the eps of its norms: 1e-3 there, PyTorch's 1e-5 here."""
    return [nn.Conv2d(inputs, filters, *kernel, bias=False, **options), nn.BatchNorm2d(filters), nn.ReLU()]


class Branches(nn.Module):
    """Chains side by side on one input, their outputs stacked along the channels."""

    def __init__(self, *chains: list[nn.Module]) -> None:
        super().__init__()
        self.chains = nn.ModuleList(nn.Sequential(*chain) for chain in chains)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([chain(x) for chain in self.chains], 1)


def inception(conv, inputs: int, widths: tuple[int, ...], last: int, ceil: bool = False) -> Branches:
    """An Inception module; `last` is the extent of its widest filters."""
    one, three_reduce, three, five_reduce, five, proj = widths
    return Branches(
        conv(inputs, one, 1),
        [*conv(inputs, three_reduce, 1), *conv(three_reduce, three, 3, padding=1)],
        [*conv(inputs, five_reduce, 1), *conv(five_reduce, five, last, padding=last // 2)],
        [nn.MaxPool2d(3, 1, padding=1, ceil_mode=ceil), *conv(inputs, proj, 1)],
    )


class GoogLeNet(nn.Module):
    """A stem, nine modules, two heads that only training runs, a classifier."""

    def __init__(self, stem: list[nn.Module], module, pool4: nn.Module, aux, dropout: float) -> None:
        super().__init__()
        self.stem = nn.Sequential(*stem)
        self.modules_ = nn.ModuleDict()
        inputs = 192
        for name, widths in WIDTHS.items():
            self.modules_[name] = module(inputs, widths)
            inputs = widths[0] + widths[2] + widths[4] + widths[5]
        self.pools = nn.ModuleDict({"3b": nn.MaxPool2d(3, 2, ceil_mode=True), "4e": pool4})
        self.heads = nn.ModuleDict({"4a": aux(512), "4d": aux(528)})
        self.top = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout), nn.Linear(1024, 1000))

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        x, heads = self.stem(x), []
        for name, module in self.modules_.items():
            x = module(x)
            if self.training and name in self.heads:
                heads.append(self.heads[name](x))
            if name in self.pools:
                x = self.pools[name](x)
        return self.top(x), *heads


def head(pool: nn.Module, conv: list[nn.Module]) -> nn.Sequential:
    dense = [nn.Flatten(), nn.Linear(2048, 1024), nn.ReLU(), nn.Dropout(0.7), nn.Linear(1024, 1000)]
    return nn.Sequential(pool, *conv, *dense)


def googlenet() -> GoogLeNet:
    """Szegedy et al. 2015, table 1 and figure 3; the norms have the figures of Caffe's bvlc_googlenet."""

    def pool():
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    def norm():
        return nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=1.0)

    stem = [*with_bias(3, 64, 7, stride=2, padding=3), pool(), norm(), *with_bias(64, 64, 1)]
    stem += [*with_bias(64, 192, 3, padding=1), norm(), pool()]
    return GoogLeNet(
        stem,
        lambda inputs, widths: inception(with_bias, inputs, widths, 5),
        pool(),
        lambda inputs: head(nn.AvgPool2d(5, 3), with_bias(inputs, 128, 1)),
        0.4,
    )


def googlenet_torchvision() -> GoogLeNet:
    """torchvision/models/googlenet.py: norms, 3x3 in place of 5x5, another last pool."""

    def pool():
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    stem = [*with_norm(3, 64, 7, stride=2, padding=3), pool(), *with_norm(64, 64, 1)]
    stem += [*with_norm(64, 192, 3, padding=1), pool()]
    return GoogLeNet(
        stem,
        lambda inputs, widths: inception(with_norm, inputs, widths, 3, ceil=True),
        nn.MaxPool2d(2, 2, ceil_mode=True),
        lambda inputs: head(nn.AdaptiveAvgPool2d(4), with_norm(inputs, 128, 1)),
        0.2,
    )


def inception_naive() -> Branches:
    """CS231n, lecture 9: the filters look at all 256 maps."""
    return Branches(
        with_bias(256, 128, 1),
        with_bias(256, 192, 3, padding=1),
        with_bias(256, 96, 5, padding=2),
        [nn.MaxPool2d(3, 1, padding=1)],
    )


def inception_reduced() -> Branches:
    """CS231n, lecture 9: 1x1 convolutions make 64 maps of the 256 first."""
    return inception(with_bias, 256, (128, 64, 192, 64, 96, 64), 5)


def chain(inputs: int, *convs: tuple) -> list[nn.Module]:
    """Convolutions with norms, each (filters, kernel) or (filters, kernel, stride); stride 1 keeps the extent."""
    layers: list[nn.Module] = []
    for filters, kernel, *stride in convs:
        pad = 0 if stride else (kernel // 2 if isinstance(kernel, int) else (kernel[0] // 2, kernel[1] // 2))
        layers += with_norm(inputs, filters, kernel, stride=stride[0] if stride else 1, padding=pad)
        inputs = filters
    return layers


def averaged(inputs: int, filters: int) -> list[nn.Module]:
    return [nn.AvgPool2d(3, 1, padding=1), *with_norm(inputs, filters, 1)]


def module_a(inputs: int, pooled: int) -> Branches:
    double = chain(inputs, (64, 1), (96, 3), (96, 3))
    return Branches(chain(inputs, (64, 1)), chain(inputs, (48, 1), (64, 5)), double, averaged(inputs, pooled))


def module_b(inputs: int) -> Branches:
    double = chain(inputs, (64, 1), (96, 3), (96, 3, 2))
    return Branches(chain(inputs, (384, 3, 2)), double, [nn.MaxPool2d(3, 2)])


# (height, width)
ROW, COLUMN = (1, 7), (7, 1)


def module_c(inputs: int, c: int) -> Branches:
    single = chain(inputs, (c, 1), (c, ROW), (192, COLUMN))
    double = chain(inputs, (c, 1), (c, COLUMN), (c, ROW), (c, COLUMN), (192, ROW))
    return Branches(chain(inputs, (192, 1)), single, double, averaged(inputs, 192))


def module_d(inputs: int) -> Branches:
    seven = chain(inputs, (192, 1), (192, ROW), (192, COLUMN), (192, 3, 2))
    return Branches(chain(inputs, (192, 1), (320, 3, 2)), seven, [nn.MaxPool2d(3, 2)])


def module_e(inputs: int) -> Branches:
    def split() -> Branches:
        return Branches(chain(384, (384, (1, 3))), chain(384, (384, (3, 1))))

    double = [*chain(inputs, (448, 1), (384, 3)), split()]
    return Branches(chain(inputs, (320, 1)), [*chain(inputs, (384, 1)), split()], double, averaged(inputs, 192))


class InceptionV3(nn.Module):
    """torchvision/models/inception.py, for 299x299."""

    def __init__(self) -> None:
        super().__init__()
        stem = [*chain(3, (32, 3, 2), (32, 3, 1), (64, 3)), nn.MaxPool2d(3, 2)]
        stem += [*chain(64, (80, 1), (192, 3, 1)), nn.MaxPool2d(3, 2)]
        early = [module_a(192, 32), module_a(256, 64), module_a(288, 64), module_b(288)]
        early += [module_c(768, c) for c in (128, 160, 160, 192)]
        self.early = nn.Sequential(*stem, *early)
        last = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(768, 1000)]
        self.head = nn.Sequential(nn.AvgPool2d(5, 3), *chain(768, (128, 1), (768, 5, 1)), *last)
        top = [nn.AdaptiveAvgPool2d(1), nn.Dropout(0.5), nn.Flatten(), nn.Linear(2048, 1000)]
        self.late = nn.Sequential(module_d(768), module_e(1280), module_e(2048), *top)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        x = self.early(x)
        heads = [self.head(x)] if self.training else []
        return self.late(x), *heads


def inception_v3() -> InceptionV3:
    return InceptionV3()
