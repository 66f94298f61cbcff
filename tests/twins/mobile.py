"""The mobile and efficient families as torchvision 0.29.2 builds them: the same submodules in the same order.

MobileNet V2 and V3, MNASNet, EfficientNet and its V2, ShuffleNet V2, RegNet, ConvNeXt, SqueezeNet. One thing differs:
batch norms keep PyTorch's eps of 1e-5 everywhere.
"""

from functools import partial
from math import ceil

import torch
from torch import nn

Act = type[nn.Module] | None


def divisible(width: float, by: int = 8) -> int:
    """MobileNet's rule: the nearest multiple, one more where that loses over a tenth."""
    near = max(by, int(width + by / 2) // by * by)
    return near + by if near < 0.9 * width else near


class ConvNorm(nn.Sequential):
    """A convolution that keeps the size at stride 1, its norm and, but for None, its activation."""

    def __init__(self, inputs: int, out: int, k: int, stride: int = 1, groups: int = 1, act: Act = nn.ReLU) -> None:
        conv = nn.Conv2d(inputs, out, k, stride, k // 2, groups=groups, bias=False)
        super().__init__(conv, nn.BatchNorm2d(out), *([act()] if act else []))


class SqueezeExcitation(nn.Module):
    """One number in 0 to 1 a channel, from the means of all channels."""

    def __init__(self, channels: int, squeeze: int, act: Act, gate: Act = nn.Sigmoid) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, squeeze, 1)
        self.fc2 = nn.Conv2d(squeeze, channels, 1)
        self.activation = act()
        self.scale_activation = gate()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scale_activation(self.fc2(self.activation(self.fc1(self.avgpool(x))))) * x


class StochasticDepth(nn.Module):
    """While training drops whole samples with probability p."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.p == 0:
            return x
        kept = torch.empty(len(x), 1, 1, 1, device=x.device).bernoulli_(1 - self.p)
        return x * kept / (1 - self.p)


class Residual(nn.Module):
    """A block that is added to its input where it keeps the shape; training drops it with probability p."""

    def __init__(self, block: nn.Sequential, keeps: bool, p: float = 0) -> None:
        super().__init__()
        self.block = block
        self.keeps = keeps
        self.stochastic_depth = StochasticDepth(p)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.block(x)
        return x + self.stochastic_depth(y) if self.keeps else y


class Network(nn.Module):
    """Features, their mean over all positions, a classifier."""

    def __init__(self, features: list[nn.Module], classifier: list[nn.Module]) -> None:
        super().__init__()
        self.features = nn.Sequential(*features)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(*classifier)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


def inverted(inputs: int, wide: int, out: int, k: int, stride: int, act: Act, gate: nn.Module | None) -> nn.Sequential:
    """1x1 to `wide` channels where that is another number, depthwise, a gate where there is one, 1x1 to `out`."""
    expand = [ConvNorm(inputs, wide, 1, act=act)] if wide != inputs else []
    depthwise = ConvNorm(wide, wide, k, stride, groups=wide, act=act)
    return nn.Sequential(*expand, depthwise, *([gate] if gate else []), ConvNorm(wide, out, 1, act=None))


def mobilenet_v2(alpha: float = 1) -> nn.Module:
    rows = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    inputs = divisible(32 * alpha)
    last = divisible(1280 * max(1, alpha))
    layers: list[nn.Module] = [ConvNorm(3, inputs, 3, 2, act=nn.ReLU6)]
    for t, c, n, first in rows:
        out = divisible(c * alpha)
        for stride in [first] + [1] * (n - 1):
            block = inverted(inputs, t * inputs, out, 3, stride, nn.ReLU6, None)
            layers.append(Residual(block, stride == 1 and inputs == out))
            inputs = out
    layers.append(ConvNorm(inputs, last, 1, act=nn.ReLU6))
    return Network(layers, [nn.Dropout(0.2), nn.Linear(last, 1000)])


def mobilenet_v3(last: int, rows: list[tuple[int, int, int, int, str, int]]) -> nn.Module:
    """Tables 1 and 2: kernel, width inside, width out, whether gated, RE or HS, stride."""
    inputs = 16
    layers: list[nn.Module] = [ConvNorm(3, inputs, 3, 2, act=nn.Hardswish)]
    for k, wide, out, gated, name, stride in rows:
        act = nn.ReLU if name == "RE" else nn.Hardswish
        gate = SqueezeExcitation(wide, divisible(wide // 4), nn.ReLU, nn.Hardsigmoid) if gated else None
        block = inverted(inputs, wide, out, k, stride, act, gate)
        layers.append(Residual(block, stride == 1 and inputs == out))
        inputs = out
    layers.append(ConvNorm(inputs, 6 * inputs, 1, act=nn.Hardswish))
    head = [nn.Linear(6 * inputs, last), nn.Hardswish(), nn.Dropout(0.2), nn.Linear(last, 1000)]
    return Network(layers, head)


def mobilenet_v3_large() -> nn.Module:
    rows = [(3, 16, 16, 0, "RE", 1), (3, 64, 24, 0, "RE", 2), (3, 72, 24, 0, "RE", 1), (5, 72, 40, 1, "RE", 2)]
    rows += [(5, 120, 40, 1, "RE", 1), (5, 120, 40, 1, "RE", 1), (3, 240, 80, 0, "HS", 2), (3, 200, 80, 0, "HS", 1)]
    rows += [(3, 184, 80, 0, "HS", 1), (3, 184, 80, 0, "HS", 1), (3, 480, 112, 1, "HS", 1), (3, 672, 112, 1, "HS", 1)]
    rows += [(5, 672, 160, 1, "HS", 2), (5, 960, 160, 1, "HS", 1), (5, 960, 160, 1, "HS", 1)]
    return mobilenet_v3(1280, rows)


def mobilenet_v3_small() -> nn.Module:
    rows = [(3, 16, 16, 1, "RE", 2), (3, 72, 24, 0, "RE", 2), (3, 88, 24, 0, "RE", 1), (5, 96, 40, 1, "HS", 2)]
    rows += [(5, 240, 40, 1, "HS", 1), (5, 240, 40, 1, "HS", 1), (5, 120, 48, 1, "HS", 1), (5, 144, 48, 1, "HS", 1)]
    rows += [(5, 288, 96, 1, "HS", 2), (5, 576, 96, 1, "HS", 1), (5, 576, 96, 1, "HS", 1)]
    return mobilenet_v3(1024, rows)


def mnasnet(alpha: float = 1) -> nn.Module:
    rows = [
        (24, 3, 2, 3, 3),
        (40, 5, 2, 3, 3),
        (80, 5, 2, 6, 3),
        (96, 3, 1, 6, 2),
        (192, 5, 2, 6, 4),
        (320, 3, 1, 6, 1),
    ]
    wide, inputs = divisible(32 * alpha), divisible(16 * alpha)
    layers: list[nn.Module] = [ConvNorm(3, wide, 3, 2), ConvNorm(wide, wide, 3, groups=wide)]
    layers.append(ConvNorm(wide, inputs, 1, act=None))
    for c, k, first, t, n in rows:
        out = divisible(c * alpha)
        for stride in [first] + [1] * (n - 1):
            block = inverted(inputs, t * inputs, out, k, stride, nn.ReLU, None)
            layers.append(Residual(block, stride == 1 and inputs == out))
            inputs = out
    layers.append(ConvNorm(inputs, 1280, 1))
    return Network(layers, [nn.Dropout(0.2), nn.Linear(1280, 1000)])


def gated(t: int, k: int, stride: int, inputs: int, out: int) -> nn.Sequential:
    """MBConv: its gate squeezes to a quarter of the channels that come into the block."""
    gate = SqueezeExcitation(t * inputs, max(1, inputs // 4), nn.SiLU)
    return inverted(inputs, t * inputs, out, k, stride, nn.SiLU, gate)


def fused(t: int, k: int, stride: int, inputs: int, out: int) -> nn.Sequential:
    """Fused-MBConv: one full convolution in place of the first 1x1 and the depthwise one."""
    if t == 1:
        return nn.Sequential(ConvNorm(inputs, out, k, stride, act=nn.SiLU))
    wide = ConvNorm(inputs, t * inputs, k, stride, act=nn.SiLU)
    return nn.Sequential(wide, ConvNorm(t * inputs, out, 1, act=None))


def stages(rows: list[tuple], inputs: int) -> list[nn.Module]:
    """(block, t, k, stride, out, times) a stage; the last of all blocks would be dropped with probability 0.2."""
    layers: list[nn.Module] = []
    total = sum(n for *_, n in rows)
    for build, t, k, first, out, n in rows:
        blocks: list[nn.Module] = []
        for stride in [first] + [1] * (n - 1):
            p = 0.2 * (sum(len(stage) for stage in layers) + len(blocks)) / total
            blocks.append(Residual(build(t, k, stride, inputs, out), stride == 1 and inputs == out, p))
            inputs = out
        layers.append(nn.Sequential(*blocks))
    return layers


WIDTHS = (1.0, 1.0, 1.1, 1.2, 1.4, 1.6, 1.8, 2.0)
DEPTHS = (1.0, 1.1, 1.2, 1.4, 1.8, 2.2, 2.6, 3.1)
DROPOUTS = (0.2, 0.2, 0.3, 0.3, 0.4, 0.4, 0.5, 0.5)


def efficientnet(b: int = 0) -> nn.Module:
    rows = [(1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3)]
    rows += [(6, 5, 2, 192, 4), (6, 3, 1, 320, 1)]
    scaled = [(gated, t, k, s, divisible(c * WIDTHS[b]), ceil(n * DEPTHS[b])) for t, k, s, c, n in rows]
    first, last = divisible(32 * WIDTHS[b]), scaled[-1][4]
    stem, top = ConvNorm(3, first, 3, 2, act=nn.SiLU), ConvNorm(last, 4 * last, 1, act=nn.SiLU)
    return Network([stem, *stages(scaled, first), top], [nn.Dropout(DROPOUTS[b]), nn.Linear(4 * last, 1000)])


def efficientnet_v2_s() -> nn.Module:
    rows = [(fused, 1, 3, 1, 24, 2), (fused, 4, 3, 2, 48, 4), (fused, 4, 3, 2, 64, 4)]
    rows += [(gated, 4, 3, 2, 128, 6), (gated, 6, 3, 1, 160, 9), (gated, 6, 3, 2, 256, 15)]
    stem, top = ConvNorm(3, 24, 3, 2, act=nn.SiLU), ConvNorm(256, 1280, 1, act=nn.SiLU)
    return Network([stem, *stages(rows, 24), top], [nn.Dropout(0.2), nn.Linear(1280, 1000)])


class ShuffleUnit(nn.Module):
    """Half of the channels goes by, or both halves are computed where the stride is 2; then the halves interleave."""

    def __init__(self, inputs: int, out: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        half = out // 2
        into = inputs if stride > 1 else half
        down = [self.depthwise(inputs, stride), ConvNorm(inputs, half, 1)]
        self.branch1 = nn.Sequential(*(down if stride > 1 else []))
        self.branch2 = nn.Sequential(ConvNorm(into, half, 1), self.depthwise(half, stride), ConvNorm(half, half, 1))

    @staticmethod
    def depthwise(channels: int, stride: int) -> ConvNorm:
        return ConvNorm(channels, channels, 3, stride, groups=channels, act=None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        left, right = x.chunk(2, 1) if self.stride == 1 else (x, x)
        out = torch.cat([self.branch1(left), self.branch2(right)], 1)
        return out.unflatten(1, (2, -1)).transpose(1, 2).flatten(1, 2)


def shufflenet_v2(first: int = 116, last: int = 1024) -> nn.Module:
    layers: list[nn.Module] = [ConvNorm(3, 24, 3, 2), nn.MaxPool2d(3, 2, 1)]
    inputs = 24
    for n, out in ((4, first), (8, 2 * first), (4, 4 * first)):
        for stride in [2] + [1] * (n - 1):
            layers.append(ShuffleUnit(inputs, out, stride))
            inputs = out
    return Network([*layers, ConvNorm(inputs, last, 1)], [nn.Linear(last, 1000)])


class YBlock(nn.Module):
    """RegNet's bottleneck of ratio 1, in groups of 8 channels, its gate squeezed to a quarter of the input."""

    def __init__(self, inputs: int, out: int, stride: int) -> None:
        super().__init__()
        self.proj = ConvNorm(inputs, out, 1, stride, act=None) if stride > 1 or inputs != out else nn.Identity()
        grouped = ConvNorm(out, out, 3, stride, groups=out // 8)
        gate = SqueezeExcitation(out, round(inputs / 4), nn.ReLU)
        self.f = nn.Sequential(ConvNorm(inputs, out, 1), grouped, gate, ConvNorm(out, out, 1, act=None))
        self.activation = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.activation(self.f(x) + self.proj(x))


def regnet_y_400mf() -> nn.Module:
    layers: list[nn.Module] = [ConvNorm(3, 32, 3, 2)]
    inputs = 32
    for n, out in ((1, 48), (3, 104), (6, 208), (6, 440)):
        for stride in [2] + [1] * (n - 1):
            layers.append(YBlock(inputs, out, stride))
            inputs = out
    return Network(layers, [nn.Linear(440, 1000)])


class LayerNorm2d(nn.LayerNorm):
    """Over the channels of each position of a map, channels first."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Permute(nn.Module):
    def __init__(self, *axes: int) -> None:
        super().__init__()
        self.axes = axes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.permute(self.axes)


class NextBlock(nn.Module):
    """7x7 depthwise, norm, and two dense layers on each position, channels last."""

    def __init__(self, c: int, p: float) -> None:
        super().__init__()
        depthwise = nn.Conv2d(c, c, 7, padding=3, groups=c)
        dense = [nn.LayerNorm(c, eps=1e-6), nn.Linear(c, 4 * c), nn.GELU(), nn.Linear(4 * c, c)]
        self.block = nn.Sequential(depthwise, Permute(0, 2, 3, 1), *dense, Permute(0, 3, 1, 2))
        self.layer_scale = nn.Parameter(torch.full((c, 1, 1), 1e-6))
        self.stochastic_depth = StochasticDepth(p)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.stochastic_depth(self.layer_scale * self.block(x))


def convnext(width: int = 96, deep: int = 9, drop: float = 0.1) -> nn.Module:
    """`deep` blocks in the third of four stages; the last block would be dropped with probability `drop`."""
    norm = partial(LayerNorm2d, eps=1e-6)
    layers: list[nn.Module] = [nn.Sequential(nn.Conv2d(3, width, 4, 4), norm(width))]
    done, c = 0, width
    for n in (3, 3, deep, 3):
        if done:
            layers.append(nn.Sequential(norm(c), nn.Conv2d(c, 2 * c, 2, 2)))
            c *= 2
        layers.append(nn.Sequential(*(NextBlock(c, drop * (done + i) / (8 + deep)) for i in range(n))))
        done += n
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), norm(c), nn.Flatten(), nn.Linear(c, 1000))


class Fire(nn.Module):
    """1x1 to `squeeze` channels; 1x1 and 3x3 from there, side by side."""

    def __init__(self, inputs: int, squeeze: int, expand: int) -> None:
        super().__init__()
        self.squeeze = nn.Sequential(nn.Conv2d(inputs, squeeze, 1), nn.ReLU())
        self.expand1x1 = nn.Sequential(nn.Conv2d(squeeze, expand, 1), nn.ReLU())
        self.expand3x3 = nn.Sequential(nn.Conv2d(squeeze, expand, 3, padding=1), nn.ReLU())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.squeeze(x)
        return torch.cat([self.expand1x1(x), self.expand3x3(x)], 1)


def squeezenet(stem: nn.Conv2d, pools: tuple[int, int, int]) -> nn.Module:
    """A pool stands before the fire modules that `pools` counts to, from 0."""
    layers: list[nn.Module] = [stem, nn.ReLU()]
    inputs = stem.out_channels
    for i, (squeeze, expand) in enumerate((s, 4 * s) for s in (16, 16, 32, 32, 48, 48, 64, 64)):
        layers += [nn.MaxPool2d(3, 2, ceil_mode=True)] if i in pools else []
        layers.append(Fire(inputs, squeeze, expand))
        inputs = 2 * expand
    head = [nn.Dropout(0.5), nn.Conv2d(512, 1000, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, *head)


def squeezenet1_0() -> nn.Module:
    return squeezenet(nn.Conv2d(3, 96, 7, 2), (0, 3, 7))


def squeezenet1_1() -> nn.Module:
    return squeezenet(nn.Conv2d(3, 64, 3, 2), (0, 2, 4))
