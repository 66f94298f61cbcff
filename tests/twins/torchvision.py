"""AlexNet, VGG-16, ResNet-50 and MobileNet V2 in the very form of torchvision 0.29.2: in-place operations and all."""

from collections.abc import Iterator

import torch
from torch import nn

from twins import mobile


def rectifier() -> nn.ReLU:
    return nn.ReLU(inplace=True)


class Classifier(nn.Module):
    """Features, a pool to maps of one size, and layers that read them laid flat."""

    def __init__(self, features: nn.Sequential, size: int, classifier: nn.Sequential) -> None:
        super().__init__()
        self.features, self.classifier = features, classifier
        self.avgpool = nn.AdaptiveAvgPool2d((size, size))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)
        x = self.avgpool(x)
        x = torch.flatten(x, 1)
        return self.classifier(x)


def alexnet() -> nn.Module:
    features = nn.Sequential(
        nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2),
        rectifier(),
        nn.MaxPool2d(kernel_size=3, stride=2),
        nn.Conv2d(64, 192, kernel_size=5, padding=2),
        rectifier(),
        nn.MaxPool2d(kernel_size=3, stride=2),
        nn.Conv2d(192, 384, kernel_size=3, padding=1),
        rectifier(),
        nn.Conv2d(384, 256, kernel_size=3, padding=1),
        rectifier(),
        nn.Conv2d(256, 256, kernel_size=3, padding=1),
        rectifier(),
        nn.MaxPool2d(kernel_size=3, stride=2),
    )
    classifier = nn.Sequential(
        nn.Dropout(p=0.5),
        nn.Linear(256 * 6 * 6, 4096),
        rectifier(),
        nn.Dropout(p=0.5),
        nn.Linear(4096, 4096),
        rectifier(),
        nn.Linear(4096, 1000),
    )
    return Classifier(features, 6, classifier)


def vgg_features() -> Iterator[nn.Module]:
    """Column D of table 1."""
    inputs = 3
    for filters, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            yield from (nn.Conv2d(inputs, filters, kernel_size=3, padding=1), rectifier())
            inputs = filters
        yield nn.MaxPool2d(kernel_size=2, stride=2)


def vgg16() -> nn.Module:
    classifier = nn.Sequential(
        nn.Linear(512 * 7 * 7, 4096),
        rectifier(),
        nn.Dropout(p=0.5),
        nn.Linear(4096, 4096),
        rectifier(),
        nn.Dropout(p=0.5),
        nn.Linear(4096, 1000),
    )
    return Classifier(nn.Sequential(*vgg_features()), 7, classifier)


class Bottleneck(nn.Module):
    """The stride stands in the 3x3."""

    def __init__(self, inputs: int, width: int, stride: int, downsample: nn.Module | None) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, kernel_size=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.relu = rectifier()
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


def stage(inputs: int, width: int, count: int, stride: int) -> nn.Sequential:
    project = nn.Conv2d(inputs, 4 * width, kernel_size=1, stride=stride, bias=False)
    first = Bottleneck(inputs, width, stride, nn.Sequential(project, nn.BatchNorm2d(4 * width)))
    return nn.Sequential(first, *(Bottleneck(4 * width, width, 1, None) for _ in range(count - 1)))


class ResNet50(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = rectifier()
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = stage(64, 64, 3, 1)
        self.layer2 = stage(256, 128, 4, 2)
        self.layer3 = stage(512, 256, 6, 2)
        self.layer4 = stage(1024, 512, 3, 2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(2048, 1000)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        x = self.avgpool(x)
        x = torch.flatten(x, 1)
        return self.fc(x)


def resnet50() -> nn.Module:
    return ResNet50()


def mobilenet_v2() -> nn.Module:
    """That of `mobile`, its rectifiers in place."""
    module = mobile.mobilenet_v2()
    for layer in module.modules():
        if isinstance(layer, nn.ReLU6):
            layer.inplace = True
    return module
