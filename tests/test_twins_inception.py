"""Networks with branches, crops and shared layers beside twins written by hand in PyTorch: rows, totals, outputs."""

from typing import NamedTuple

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from twins import dense_outputs, inception, shared

import cnncalc

PAIR = [(1, 105, 105)] * 2
# of each twin: its inputs as torch has them, then params, params with the heads of training, MACs
TWINS = {
    "googlenet": (inception.googlenet, [(3, 224, 224)], 6_998_552, 13_378_280, 1_582_671_872),
    "googlenet-torchvision": (
        inception.googlenet_torchvision,
        [(3, 224, 224)],
        6_624_904,
        13_004_888,
        1_498_376_192,
    ),
    "inception-naive": (inception.inception_naive, [(256, 28, 28)], 1_089_952, 1_089_952, 854_196_224),
    "inception-reduced": (inception.inception_reduced, [(256, 28, 28)], 346_720, 346_720, 271_351_808),
    "inception_v3": (inception.inception_v3, [(3, 299, 299)], 23_834_568, 27_161_264, 5_713_216_096),
    "unet": (dense_outputs.unet, [(1, 572, 572)], 31_030_658, 31_030_658, 150_428_424_448),
    "unet-padded": (dense_outputs.unet_padded, [(3, 256, 256)], 31_037_698, 31_037_698, 48_171_581_440),
    "fcn": (dense_outputs.fcn, [(3, 500, 500)], 134_376_863, 134_376_863, 181_529_034_048),
    "siamese": (shared.siamese, PAIR, 38_951_745, 38_951_745, 1_817_251_840),
    "textcnn": (shared.textcnn, [(64,)], 5_990_702, 5_990_702, 21_900_600),
    "textcnn-multichannel": (shared.textcnn_multichannel, [(64,)], 5_990_702, 5_990_702, 43_800_600),
}


class Row(NamedTuple):
    """A layer that owns tensors: their shapes, its output without the batch, what it adds to the totals."""

    tensors: dict[str, tuple[int, ...]]
    output: tuple[int, ...]
    params: int
    macs: int
    head: bool


def sample(shapes: list[tuple[int, ...]], batch: int = 1) -> list[torch.Tensor]:
    """Inputs of these shapes: tokens where there is one axis, numbers otherwise."""
    return [torch.randn(batch, *s) if len(s) > 1 else torch.randint(shared.WORDS, (batch, *s)) for s in shapes]


def trained(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters() if p.requires_grad)


def leaves(module: nn.Module) -> dict[nn.Module, bool]:
    """The modules that own tensors, and whether each is in a head that only training runs."""
    named = module.named_modules()
    return {leaf: name.startswith("head") for name, leaf in named if not [*leaf.children()] and leaf.state_dict()}


def watched(module: nn.Module, inputs: list[torch.Tensor]) -> list[Row]:
    """A row for every time a leaf runs, in the order they run; params are counted the first time."""
    rows: list[Row] = []
    seen: set[nn.Module] = set()
    before = [0]
    batch = len(inputs[0])

    def note(leaf: nn.Module, _, output: torch.Tensor) -> None:
        macs = (counter.get_total_flops() - before[0]) // (2 * batch)
        tensors = {name: tuple(tensor.shape) for name, tensor in leaf.state_dict().items()}
        rows.append(Row(tensors, tuple(output.shape[1:]), 0 if leaf in seen else trained(leaf), macs, heads[leaf]))
        seen.add(leaf)

    heads = leaves(module)
    with FlopCounterMode(display=False) as counter:
        for leaf in heads:
            leaf.register_forward_pre_hook(lambda *_: before.__setitem__(0, counter.get_total_flops()))
            leaf.register_forward_hook(note)
        module(*inputs)
    return rows


@pytest.mark.parametrize("name", TWINS)
def test_twins_have_the_published_figures(name):
    build, shapes, params, training, macs = TWINS[name]
    with torch.device("meta"), torch.no_grad(), FlopCounterMode(display=False) as counter:
        twin = build().eval()
        twin(*sample(shapes))
    of_heads = sum(trained(leaf) for leaf, in_head in leaves(twin).items() if in_head)
    assert (trained(twin) - of_heads, trained(twin), counter.get_total_flops()) == (params, training, 2 * macs)


@pytest.mark.parametrize("name", TWINS)
def test_specs_have_the_figures_of_their_twins(name):
    _, shapes, params, training, macs = TWINS[name]
    net = cnncalc.load(name)
    assert (net.params, net.macs, sum(node.params for node in net)) == (params, macs, training)
    assert [node.output.dims or node.output.extents for node in net.inputs] == shapes


@pytest.mark.parametrize("name", TWINS)
def test_every_layer_with_weights_is_that_of_the_twin(name):
    """In the order they run, heads of training included; two at a time, for the norms of training."""
    build, shapes, *_ = TWINS[name]
    with torch.device("meta"), torch.no_grad():
        twin = watched(build(), sample(shapes, batch=2))
    ours = [
        Row(
            {key: tuple(weight.shape) for key, weight in node.weights.items()},
            node.output.dims,
            node.params,
            node.macs,
            bool(node.head),
        )
        for node in cnncalc.load(name)
        if node.weights or node.macs
    ]
    assert ours == twin


# inputs that are quick to run, as a spec has them and as torch does; FCN's crop of 31:37 is right for 52 as for 500
RUN = {
    "googlenet": ("", [(3, 224, 224)]),
    "googlenet-torchvision": ("", [(3, 224, 224)]),
    "inception-naive": ("12x12x256", [(256, 12, 12)]),
    "inception-reduced": ("12x12x256", [(256, 12, 12)]),
    "inception_v3": ("", [(3, 299, 299)]),
    "unet": ("188x188x1", [(1, 188, 188)]),
    "unet-padded": ("32x32x3", [(3, 32, 32)]),
    "fcn": ("52x52x3", [(3, 52, 52)]),
    "siamese": ("", PAIR),
    "textcnn": ("", [(64,)]),
    "textcnn-multichannel": ("", [(64,)]),
}


def order(module: nn.Module, inputs: list[torch.Tensor]) -> list[nn.Module]:
    """The modules that own tensors, in the order they run."""
    found: list[nn.Module] = []
    hooks = [leaf.register_forward_hook(lambda own, *_: found.append(own)) for leaf in leaves(module)]
    module(*inputs)
    for hook in hooks:
        hook.remove()
    return found


def answer(module: nn.Module, inputs: list[torch.Tensor]) -> torch.Tensor:
    """What a module says, without the heads of training."""
    output = module(*inputs)
    return output[0] if isinstance(output, tuple) else output


def filled(module: nn.Module) -> nn.Module:
    """Numbers that do not fade on their way through many layers (He et al. 2015), and norms that do something."""
    for tensor in module.to_empty(device="cpu").state_dict().values():
        if tensor.dim() > 1:
            nn.init.kaiming_uniform_(tensor)
        elif tensor.dim() == 1:
            nn.init.uniform_(tensor, 0.5, 1.5)
    return module


def paired(name: str, size: str, shapes: list[tuple[int, ...]], batch: int = 1) -> tuple[nn.Module, nn.Module]:
    """The emitted module and the twin with the same numbers, dealt out in the order they run; dropout is off.

    Nothing is drawn for the emitted one: a tensor that the twin does not have would stay without numbers.
    """
    torch.manual_seed(0)
    with torch.device("meta"), torch.no_grad():
        pair = cnncalc.load(name, input=size or None).to_torch(), TWINS[name][0]()
        ours, theirs = (order(module.train(batch > 1), sample(shapes, batch)) for module in pair)
    filled(pair[1])
    for mine, other in zip(ours, theirs, strict=True):
        mine.load_state_dict(other.state_dict(), assign=True)
    for layer in (layer for module in pair for layer in module.modules() if isinstance(layer, nn.Dropout)):
        layer.p = 0.0
    return pair


@pytest.mark.parametrize("name", RUN)
def test_the_emitted_module_computes_what_the_twin_does(name):
    size, shapes = RUN[name]
    ours, twin = paired(name, size, shapes)
    inputs = sample(shapes)
    with torch.no_grad():
        theirs = answer(twin, inputs)
        torch.testing.assert_close(answer(ours, inputs), theirs, rtol=1e-4, atol=1e-5)
        assert not torch.allclose(answer(twin, sample(shapes)), theirs)


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_the_heads_of_training_say_what_those_of_the_twin_do(name):
    """With two images: norms over one number a map would have nothing to compare."""
    shapes = TWINS[name][1]
    ours, twin = paired(name, "", shapes, batch=2)
    inputs = sample(shapes, batch=2)
    with torch.no_grad():
        main, *heads = ours(*inputs)
        theirs, *their_heads = twin(*inputs)
    for found, known in zip([main, *heads[::-1]], [theirs, *their_heads], strict=True):
        torch.testing.assert_close(found, known, rtol=1e-4, atol=1e-4)


# table 1 of the paper as printed: params (weights, in units of 1024) and ops; marked is what the arithmetic denies
TABLE_1 = {
    "CONV1": "2.7Ki! 34M!",
    "REDUCE2, CONV2": "112Ki 360M",
    "3a": "159Ki 128M",
    "3b": "380Ki! 304M",
    "4a": "364Ki! 73M!",
    "4b": "437Ki! 88M",
    "4c": "463Ki! 100M",
    "4d": "580Ki! 119M",
    "4e": "840Ki! 170M",
    "5a": "1072Ki! 54M!",
    "5b": "1388Ki! 71M",
    "FC": "1000Ki 1M",
}


def denied(name: str, *expectations: str) -> list[str]:
    """Those of these expectations that a spec of the zoo does not hold."""
    rows = cnncalc.load(name).source.rows
    net = cnncalc.loads("\n".join([*rows, *(f"expect {each}" for each in expectations)]))
    return [expectations[f.span.line - len(rows) - 1] for f in net.diagnostics if f.severity == "error"]


def test_table_1_of_the_paper_cell_by_cell():
    cells = [
        f"{quantity}({row}) = {cell}"
        for row, printed in TABLE_1.items()
        for quantity, cell in zip(("weights", "macs"), printed.split(), strict=True)
    ]
    wrong = [cell.rstrip("!") for cell in cells if cell.endswith("!")]
    assert denied("googlenet", *(cell.rstrip("!") for cell in cells)) == wrong


def test_the_slide_counts_its_3x3_convolution_twice():
    assert denied("inception-naive", "macs = 854M") == []
    assert denied("inception-reduced", "macs = 358M", "macs = 271M") == ["macs = 358M"]
    again = cnncalc.load("inception-reduced")["conv3"].macs
    assert round((271_351_808 + again) / 1e6) == 358
