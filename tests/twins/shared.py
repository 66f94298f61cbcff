"""Networks that use layers side by side or twice, by hand: Kim's sentence classifiers, Koch's siamese network."""

import torch
from torch import Tensor, nn

WORDS = 18_766


class Lookup(nn.Embedding):
    """Channels before positions, as a convolution of torch reads them."""

    def forward(self, tokens: Tensor) -> Tensor:
        return super().forward(tokens).transpose(1, 2)


class Sentences(nn.Module):
    """Kim 2014: filters of three widths, the largest answer of each over all positions."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.embeds = nn.ModuleList(Lookup(WORDS, 300) for _ in range(channels))
        for fixed in self.embeds[: channels - 1]:
            fixed.requires_grad_(False)
        self.convs = nn.ModuleList(nn.Conv1d(300, 100, h) for h in (3, 4, 5))
        self.dropout, self.fc = nn.Dropout(0.5), nn.Linear(300, 2)

    def forward(self, tokens: Tensor) -> Tensor:
        channels = [embed(tokens) for embed in self.embeds]
        maps = [torch.relu(sum(conv(x) for x in channels)) for conv in self.convs]
        largest = torch.cat([x.amax(2) for x in maps], 1)
        return self.fc(self.dropout(largest)).softmax(1)


def textcnn() -> Sentences:
    return Sentences(1)


def textcnn_multichannel() -> Sentences:
    """Figure 1: one channel of word vectors stays as it was, the other is trained."""
    return Sentences(2)


class Siamese(nn.Module):
    """Koch et al. 2015, figure 4: one tower for both images, the distances of its 4096 numbers weighed."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, filters, kernel in ((1, 64, 10), (64, 128, 7), (128, 128, 4), (128, 256, 4)):
            layers += [nn.Conv2d(inputs, filters, kernel), nn.ReLU(), nn.MaxPool2d(2, 2)]
        self.tower = nn.Sequential(*layers[:-1], nn.Flatten(), nn.Linear(9216, 4096), nn.Sigmoid())
        self.weigh = nn.Linear(4096, 1)

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        return torch.sigmoid(self.weigh((self.tower(left) - self.tower(right)).abs()))


def siamese() -> Siamese:
    return Siamese()
