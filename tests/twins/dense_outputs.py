"""Networks with a map at the end, by hand: the U-Net of the paper, a padded one, FCN-8s."""

import torch
from torch import Tensor, nn


def doubled(inputs: int, filters: int) -> nn.Sequential:
    """Two 3x3 convolutions without padding (Ronneberger et al. 2015, section 2)."""
    first, second = nn.Conv2d(inputs, filters, 3), nn.Conv2d(filters, filters, 3)
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU())


def padded(inputs: int, filters: int) -> nn.Sequential:
    """DoubleConv of milesial/Pytorch-UNet."""
    layers: list[nn.Module] = []
    for read in (inputs, filters):
        layers += [nn.Conv2d(read, filters, 3, padding=1, bias=False), nn.BatchNorm2d(filters), nn.ReLU()]
    return nn.Sequential(*layers)


def centre(x: Tensor, like: Tensor) -> Tensor:
    """The middle of a map, as large as another."""
    top, left = (x.shape[2] - like.shape[2]) // 2, (x.shape[3] - like.shape[3]) // 2
    return x[:, :, top : top + like.shape[2], left : left + like.shape[3]]


class UNet(nn.Module):
    """Down four times, up four times, each map beside the one of the way down."""

    def __init__(self, pair, inputs: int, classes: int, dropout: float = 0.0) -> None:
        super().__init__()
        widths = [64, 128, 256, 512, 1024]
        self.down = nn.ModuleList(pair(a, b) for a, b in zip([inputs, *widths], widths, strict=False))
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * w, w, 2, stride=2) for w in widths[3::-1])
        self.merge = nn.ModuleList(pair(2 * w, w) for w in widths[3::-1])
        self.score = nn.Conv2d(64, classes, 1)
        self.pool, self.dropout = nn.MaxPool2d(2, 2), nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        skips: list[Tensor] = []
        for depth, down in enumerate(self.down):
            x = down(self.pool(x) if depth else x)
            x = self.dropout(x) if depth >= 3 else x
            skips.append(x)
        for skip, up, merge in zip(skips[3::-1], self.up, self.merge, strict=True):
            x = up(x)
            x = merge(torch.cat([centre(skip, x), x], 1))
        return self.score(x)


def unet() -> UNet:
    return UNet(doubled, 1, 2, 0.5)


def unet_padded() -> UNet:
    return UNet(padded, 3, 2)


class FCN8s(nn.Module):
    """VGG16 as convolutions, and its scores summed at three scales (voc-fcn8s/net.py of the authors)."""

    def __init__(self, classes: int = 21) -> None:
        super().__init__()
        self.groups = nn.ModuleList()
        inputs = 3
        for count, filters in zip((2, 2, 3, 3, 3), (64, 128, 256, 512, 512), strict=True):
            self.groups.append(self.group(inputs, filters, count))
            inputs = filters
        dense = [nn.Conv2d(512, 4096, 7), nn.ReLU(), nn.Dropout(0.5), nn.Conv2d(4096, 4096, 1), nn.ReLU()]
        self.dense = nn.Sequential(*dense, nn.Dropout(0.5), nn.Conv2d(4096, classes, 1))
        self.score3, self.score4 = nn.Conv2d(256, classes, 1), nn.Conv2d(512, classes, 1)
        up = [nn.ConvTranspose2d(classes, classes, k, k // 2, bias=False) for k in (4, 4, 16)]
        self.up2, self.up4, self.up8 = up
        self.up8.requires_grad_(False)

    def group(self, inputs: int, filters: int, count: int) -> nn.Sequential:
        layers: list[nn.Module] = []
        for i in range(count):
            pad = 100 if inputs == 3 else 1
            layers += [nn.Conv2d(filters if i else inputs, filters, 3, padding=1 if i else pad), nn.ReLU()]
        return nn.Sequential(*layers, nn.MaxPool2d(2, 2, ceil_mode=True))

    def forward(self, x: Tensor) -> Tensor:
        size, pools = x.shape[2:], []
        for group in self.groups:
            x = group(x)
            pools.append(x)
        x = self.up2(self.dense(x))
        x = self.up4(x + centre(self.score4(pools[3]), x))
        x = self.up8(x + centre(self.score3(pools[2]), x))
        return x[:, :, 31 : 31 + size[0], 31 : 31 + size[1]]


def fcn() -> FCN8s:
    return FCN8s()
