"""AlexNet as on the CS231n slides, printed by torchinfo: what `cnncalc show alexnet` is measured against."""

from torch import nn
from torchinfo import summary


def convolution(channels: int, filters: int, kernel: int, **options: int) -> list[nn.Module]:
    """A convolution with its ReLU."""
    return [nn.Conv2d(channels, filters, kernel, **options), nn.ReLU()]


def dense(inputs: int, units: int) -> list[nn.Module]:
    """A fully connected layer with its ReLU and dropout."""
    return [nn.Linear(inputs, units), nn.ReLU(), nn.Dropout(0.5)]


norm = {"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 2.0}
alexnet = nn.Sequential(
    *convolution(3, 96, 11, stride=4),
    nn.MaxPool2d(3, 2),
    nn.LocalResponseNorm(**norm),
    *convolution(96, 256, 5, padding=2),
    nn.MaxPool2d(3, 2),
    nn.LocalResponseNorm(**norm),
    *convolution(256, 384, 3, padding=1),
    *convolution(384, 384, 3, padding=1),
    *convolution(384, 256, 3, padding=1),
    nn.MaxPool2d(3, 2),
    nn.Flatten(),
    *dense(9216, 4096),
    *dense(4096, 4096),
    nn.Linear(4096, 1000),
)

if __name__ == "__main__":
    summary(alexnet, input_size=(1, 3, 227, 227))
