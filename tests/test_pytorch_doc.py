"""docs/pytorch.md is true: torchvision's layout of weights goes into the emitted ResNets by its translation."""

import re
from pathlib import Path

import pytest
import torch
from twins import residual

import cnncalc
from cnncalc.emit.torch_module import torch_source
from cnncalc.emit.verify import build

DOC = (Path(__file__).parent.parent / "docs" / "pytorch.md").read_text()


def translated(weights):
    space = {}
    exec(re.search(r"```python\n(.*?)```", DOC, re.DOTALL)[1], space)
    return {space["ours"](key): value for key, value in weights.items()}


@pytest.mark.parametrize("name", ["resnet18", "resnet34", "resnet50", "resnext50_32x4d", "wide_resnet50_2"])
def test_every_weight_of_torchvision_has_its_place(name):
    with torch.device("meta"):
        theirs = getattr(residual, name)().state_dict()
        ours = build(torch_source(cnncalc.load(name))).state_dict()
    assert {key: tuple(value.shape) for key, value in translated(theirs).items()} == {
        key: tuple(value.shape) for key, value in ours.items()
    }


def test_with_the_same_weights_the_outputs_are_the_same():
    torch.manual_seed(0)
    theirs = residual.resnet18().double().eval()
    for module in theirs.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    ours = build(torch_source(cnncalc.load("resnet18"))).double().eval()
    ours.load_state_dict(translated(theirs.state_dict()))
    x = torch.randn(1, 3, 64, 64, dtype=torch.float64)
    assert torch.allclose(ours(x), theirs(x), rtol=1e-9, atol=1e-9)


def test_what_the_page_names_is_written_so():
    text = torch_source(cnncalc.load("googlenet"))
    assert "return GoogLeNetOutputs(x, aux2, aux1) if self.training else x" in text
    assert "self.layer_3a = Inception(192, 64, 96, 128, 16, 32, 32)" in text
    assert "4 * c" in torch_source(cnncalc.load("resnet50"))
