"""Residual and dense networks, their submodules named and ordered as in torchvision, Cadene's SENets and darknet."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import nn
from torch.nn import functional

Norms = tuple[nn.Conv2d, nn.BatchNorm2d]


def normed(inputs: int, filters: int, extent: int, stride: int = 1, groups: int = 1) -> Norms:
    """A convolution without bias that keeps the map's size at stride 1, and its norm."""
    conv = nn.Conv2d(inputs, filters, extent, stride, extent // 2, groups=groups, bias=False)
    return conv, nn.BatchNorm2d(filters)


def projection(inputs: int, filters: int, stride: int, extent: int = 1) -> nn.Module | None:
    """What makes a block's input as large as its output, where it is not."""
    if stride == 1 and inputs == filters:
        return None
    return nn.Sequential(*normed(inputs, filters, extent, stride))


class Block(nn.Module):
    """What all blocks share: convolutions with norms, and a way around them."""

    downsample: nn.Module | None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.body(x)
        way = self.downsample(x) if self.downsample else x
        return functional.relu(out + way)


class BasicBlock(Block):
    expansion = 1

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = normed(inputs, width, 3, stride)
        self.relu = nn.ReLU()
        self.conv2, self.bn2 = normed(width, width, 3)
        self.downsample = projection(inputs, width, stride)

    def body(self, x: torch.Tensor) -> torch.Tensor:
        return self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))


class Squeeze(nn.Module):
    """Hu et al. 2018, figure 2: a factor for each channel, from the means of all."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(channels, channels // 16)
        self.fc2 = nn.Linear(channels // 16, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        factors = torch.sigmoid(self.fc2(functional.relu(self.fc1(x.mean((2, 3))))))
        return x * factors[:, :, None, None]


class Bottleneck(Block):
    """1x1, 3x3, 1x1. `first` puts the stride in the first 1x1, as He et al. did."""

    expansion = 4

    def __init__(
        self,
        inputs: int,
        width: int,
        stride: int,
        *,
        first: bool = False,
        groups: int = 1,
        base: int = 64,
        se: bool = False,
    ) -> None:
        super().__init__()
        inner, out = width * base // 64 * groups, 4 * width
        self.conv1, self.bn1 = normed(inputs, inner, 1, stride if first else 1)
        self.conv2, self.bn2 = normed(inner, inner, 3, 1 if first else stride, groups)
        self.conv3, self.bn3 = normed(inner, out, 1)
        self.relu = nn.ReLU()
        self.se_module = Squeeze(out) if se else nn.Identity()
        self.downsample = projection(inputs, out, stride)

    def body(self, x: torch.Tensor) -> torch.Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        return self.se_module(self.bn3(self.conv3(out)))


class WideBottleneck(Bottleneck):
    """SENet-154's: 64 groups, half the filters in the first 1x1, a 3x3 projection where the map shrinks."""

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__(inputs, width, stride, se=True)
        self.conv1, self.bn1 = normed(inputs, 2 * width, 1)
        self.conv2, self.bn2 = normed(2 * width, 4 * width, 3, stride, 64)
        self.conv3, self.bn3 = normed(4 * width, 4 * width, 1)
        self.downsample = projection(inputs, 4 * width, stride, 3 if stride == 2 else 1)


class PaddedBlock(BasicBlock):
    """Option A of He et al. 2016, section 4.2: the identity, every other cell of it, and channels of zeros."""

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__(inputs, width, stride)
        self.downsample = None
        if inputs != width:
            self.downsample = Padded(width - inputs, stride)


class Padded(nn.Module):
    def __init__(self, zeros: int, stride: int) -> None:
        super().__init__()
        self.zeros, self.stride = zeros, stride

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.zeros))


def stages(block: Callable[..., Block], inputs: int, width: int, counts: tuple[int, ...]) -> Iterator[nn.Sequential]:
    """Stages of blocks, each of twice the width and half the size of the one before."""
    expansion = getattr(block, "expansion", 4)
    for i, count in enumerate(counts):
        blocks = []
        for j in range(count):
            blocks.append(block(inputs, width << i, 2 if i and not j else 1))
            inputs = (width << i) * expansion
        yield nn.Sequential(*blocks)


class ResNet(nn.Module):
    def __init__(self, block: Callable[..., Block], *counts: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1, self.layer2, self.layer3, self.layer4 = stages(block, 64, 64, counts)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(512 * getattr(block, "expansion", 4), 1000)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))


def resnet18() -> nn.Module:
    return ResNet(BasicBlock, 2, 2, 2, 2)


def resnet34() -> nn.Module:
    return ResNet(BasicBlock, 3, 4, 6, 3)


def resnet50(first: bool = False) -> nn.Module:
    return ResNet(partial(Bottleneck, first=first), 3, 4, 6, 3)


def resnet101(first: bool = False) -> nn.Module:
    return ResNet(partial(Bottleneck, first=first), 3, 4, 23, 3)


def resnet152(first: bool = False) -> nn.Module:
    return ResNet(partial(Bottleneck, first=first), 3, 8, 36, 3)


def resnext50_32x4d() -> nn.Module:
    return ResNet(partial(Bottleneck, groups=32, base=4), 3, 4, 6, 3)


def wide_resnet50_2() -> nn.Module:
    return ResNet(partial(Bottleneck, base=128), 3, 4, 6, 3)


def se_resnet50() -> nn.Module:
    """Its pool has no padding and rounds up, as in Caffe."""
    net = ResNet(partial(Bottleneck, first=True, se=True), 3, 4, 6, 3)
    net.maxpool = nn.MaxPool2d(3, 2, ceil_mode=True)
    return net


def senet154() -> nn.Module:
    """Three 3x3 convolutions stand for the one of 7x7; dropout before the last layer."""
    convs = [normed(3, 64, 3, 2), normed(64, 64, 3), normed(64, 128, 3)]
    stem = [layer for conv in convs for layer in (*conv, nn.ReLU())]
    layers = OrderedDict(layer0=nn.Sequential(*stem, nn.MaxPool2d(3, 2, ceil_mode=True)))
    layers.update({f"layer{i}": stage for i, stage in enumerate(stages(WideBottleneck, 128, 64, (3, 8, 36, 3)), 1)})
    head = nn.AdaptiveAvgPool2d(1), nn.Dropout(0.2), nn.Flatten(), nn.Linear(2048, 1000)
    layers.update(zip(("avg_pool", "dropout", "flatten", "last_linear"), head, strict=True))
    return nn.Sequential(layers)


class Cifar(nn.Module):
    """6n + 2 layers for images of 32x32."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = normed(3, 16, 3)
        self.layer1, self.layer2, self.layer3 = stages(PaddedBlock, 16, 16, (n, n, n))
        self.fc = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.relu(self.bn1(self.conv1(x)))
        return self.fc(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


def resnet20() -> nn.Module:
    return Cifar(3)


def resnet56() -> nn.Module:
    return Cifar(9)


def resnet110() -> nn.Module:
    return Cifar(18)


class Dense(nn.Sequential):
    """A norm before each convolution; what comes out stands behind what went in."""

    def __init__(self, inputs: int, growth: int) -> None:
        layers = OrderedDict(norm1=nn.BatchNorm2d(inputs), relu1=nn.ReLU())
        layers["conv1"], layers["norm2"] = normed(inputs, 4 * growth, 1)
        layers["relu2"] = nn.ReLU()
        layers["conv2"] = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)
        super().__init__(layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, super().forward(x)], 1)


def transition(inputs: int) -> nn.Sequential:
    layers: OrderedDict[str, nn.Module] = OrderedDict(norm=nn.BatchNorm2d(inputs), relu=nn.ReLU())
    layers["conv"] = nn.Conv2d(inputs, inputs // 2, 1, bias=False)
    layers["pool"] = nn.AvgPool2d(2, 2)
    return nn.Sequential(layers)


class DenseNet(nn.Module):
    def __init__(self, growth: int, *counts: int) -> None:
        super().__init__()
        inputs = 2 * growth
        features = OrderedDict(conv0=nn.Conv2d(3, inputs, 7, 2, 3, bias=False), norm0=nn.BatchNorm2d(inputs))
        features.update(relu0=nn.ReLU(), pool0=nn.MaxPool2d(3, 2, 1))
        for i, count in enumerate(counts, 1):
            layers = {f"denselayer{j + 1}": Dense(inputs + j * growth, growth) for j in range(count)}
            features[f"denseblock{i}"] = nn.Sequential(OrderedDict(layers))
            inputs += count * growth
            if i < len(counts):
                features[f"transition{i}"] = transition(inputs)
                inputs //= 2
        features[f"norm{len(counts) + 1}"] = nn.BatchNorm2d(inputs)
        self.features = nn.Sequential(features)
        self.classifier = nn.Linear(inputs, 1000)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(functional.relu(self.features(x)).mean((2, 3)))


def densenet121() -> nn.Module:
    return DenseNet(32, 6, 12, 24, 16)


def densenet161() -> nn.Module:
    return DenseNet(48, 6, 12, 36, 24)


def densenet169() -> nn.Module:
    return DenseNet(32, 6, 12, 32, 32)


def densenet201() -> nn.Module:
    return DenseNet(32, 6, 12, 48, 32)


def leaky(inputs: int, filters: int, extent: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(*normed(inputs, filters, extent, stride), nn.LeakyReLU(0.1))


class Residual(nn.Sequential):
    """Darknet's: the activation stands before the sum, and none behind it."""

    def __init__(self, width: int) -> None:
        super().__init__(leaky(width, width // 2, 1), leaky(width // 2, width, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + super().forward(x)


def darknet() -> Iterator[nn.Sequential]:
    """Five stages, each a convolution at stride 2 and residual blocks; the first begins with one at stride 1."""
    for i, count in enumerate((1, 2, 8, 8, 4)):
        width = 64 << i
        blocks = [Residual(width) for _ in range(count)]
        stem = [] if i else [leaky(3, 32, 3)]
        yield nn.Sequential(*stem, leaky(width // 2, width, 3, 2), *blocks)


def darknet53() -> nn.Module:
    return nn.Sequential(*darknet(), nn.AdaptiveAvgPool2d(1), nn.Conv2d(1024, 1000, 1), nn.Softmax(1))


class Yolo(nn.Module):
    """cfg/yolov3.cfg: three scales of three boxes each, a box 4 numbers, 1 of its own and 80 classes."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleList(darknet())
        self.sets, self.heads, self.laterals = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for width, inputs in ((512, 1024), (256, 768), (128, 384)):
            pairs = [(leaky(inputs if i == 0 else 2 * width, width, 1), leaky(width, 2 * width, 3)) for i in range(3)]
            five = [layer for pair in pairs for layer in pair][:5]
            self.sets.append(nn.Sequential(*five))
            self.heads.append(nn.Sequential(pairs[2][1], nn.Conv2d(2 * width, 255, 1)))
            if width > 128:
                self.laterals.append(nn.Sequential(leaky(width, width // 2, 1), nn.Upsample(scale_factor=2)))

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        maps = [x := stage(x) for stage in self.stages]
        outputs = []
        for i, (five, head) in enumerate(zip(self.sets, self.heads, strict=True)):
            if i:
                x = torch.cat([self.laterals[i - 1](x), maps[4 - i]], 1)
            outputs.append(head(x := five(x)))
        return outputs


def yolov3() -> nn.Module:
    return Yolo()
