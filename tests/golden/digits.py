"""Digits: a small net with a bit of everything

Source:  LeCun et al. 1998, section II, much changed
Spec:    digits, sha256 4c92487e302a, written by cnncalc 0.1.0
Input:   28x28x1 (N x 1 x 28 x 28 in PyTorch)
Output:  10
Params:  6,522
MACs:    101,872 a sample
With:    width = 8
"""

import torch
from torch import nn
from torch.nn import functional as F


class RealAvgPool2d(nn.AvgPool2d):
    """Averages the real cells under each window; the padding, as F.pad takes it, does not count."""

    def __init__(self, kernel: int | tuple[int, ...], stride: int | tuple[int, ...], cells: tuple[int, ...]) -> None:
        super().__init__(kernel, stride)
        self.cells = cells

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        real = torch.ones_like(x[:1, :1])
        return super().forward(F.pad(x, self.cells)) / super().forward(F.pad(real, self.cells))


class Digits(nn.Module):
    """From 28x28x1 to 10."""

    def __init__(self) -> None:
        super().__init__()
        self.CONV1 = nn.Conv2d(1, 8, 5, stride=2)
        self.relu = nn.ReLU()
        self.POOL1 = nn.MaxPool2d(2)
        self.CONV2 = nn.Conv2d(8, 16, 3, padding=1, bias=False)
        self.CONV2_bn = nn.BatchNorm2d(16)
        self.POOL2 = RealAvgPool2d(3, 2, (0, 1, 0, 1))
        self.layer_3a = nn.Conv2d(16, 16, 3, padding=1, groups=16, padding_mode="reflect")
        self.dropout = nn.Dropout(0.1)
        self.FC1 = nn.Linear(144, 32)
        self.tanh = nn.Tanh()
        self.FC2 = nn.Linear(32, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The lines of the spec, each with its output: width x height x channels."""
        # fmt: off
        x = self.relu(self.CONV1(F.pad(x, (1, 2, 1, 2))))  # 14x14x8
        x = self.POOL1(x)                                  # 7x7x8
        x = self.relu(self.CONV2_bn(self.CONV2(x)))        # 7x7x16
        x = self.POOL2(x)                                  # 3x3x16
        x = self.dropout(self.relu(self.layer_3a(x)))      # 3x3x16
        x = self.tanh(self.FC1(x.flatten(1)))              # 32
        return self.FC2(x)                                 # 10
        # fmt: on


if __name__ == "__main__":
    params = 6_522
    shape = (2, 10)
    net = Digits()
    found = sum(p.numel() for p in net.parameters())
    if found != params:
        raise SystemExit(f"Digits: {found:,} parameters, expected {params:,}")
    x = torch.randn(2, 1, 28, 28, requires_grad=True)
    with torch.no_grad():
        y = net.eval()(x)
    if y.shape != shape:
        raise SystemExit(f"Digits: output {tuple(y.shape)}, expected {shape}")
    net.train()(x).float().square().mean().backward()
    print(f"Digits: {params:,} parameters, {tuple(x.shape)} to {shape}, one step backward: ok")
