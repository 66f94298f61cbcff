"""Stands for the module that is written beside the script."""

from torch import nn


class Network(nn.Module):
    """The network."""
