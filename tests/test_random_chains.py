"""Random chains of layers: the table, the emitted module on real tensors, and plain NumPy agree."""

import numpy as np
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnncalc import SpecError, loads
from cnncalc.emit.torch_module import rows
from cnncalc.emit.verify import behind, build, verify

SMALL = st.integers(1, 3)
FILLS = ("", "", "", " reflect", " copy", " circular")
ACTIVATIONS = (
    *("relu", "leaky 0.2", "elu", "sigmoid", "tanh", "softmax", "relu6", "prelu", "prelu channelwise", "stanh", "silu"),
    *("gelu", "hardswish", "hardsigmoid", "softplus", "mish", "abs", "dropout 0.3", "droppath 0.3", "layerscale 0.5"),
    *("scale -0.5", "bn", "ln", "ln eps 1e-2", "gn 1", "gn 2", "instancenorm"),
)
WHOLE_LINES = ("identity", "bias", "bias untied", "norm 3 alpha 0.5")


ENDS = (
    *("", "gap", "global maxpool", "flatten", "fc 2", "gap; fc 4 relu; fc 3 nobias softmax", "rbf 3"),
    *("reshape C*L", "reshape C*W*H", "reshape C*W*H*D", "fc 12 gn 3; reshape 2x3x2; conv 2 2x1 ln"),
)
TOKENS = 7
"""How many tokens an embedding knows."""


@st.composite
def extents(draw, rank, low=1, high=3):
    """One number for all axes, or one an axis."""
    values = draw(st.lists(st.integers(low, high), min_size=rank, max_size=rank))
    return str(values[0]) if draw(st.booleans()) else "x".join(map(str, values))


@st.composite
def pads(draw, rank, most=2):
    sides = "x".join(f"{draw(st.integers(0, most))}:{draw(st.integers(0, most))}" for _ in range(rank))
    plain = draw(extents(rank, 0, most))
    return draw(st.sampled_from((plain, plain, plain, sides, sides, "same", "valid", "full")))


@st.composite
def convs(draw, rank):
    depthwise = draw(st.sampled_from(("", "", "depthwise ")))
    groups = f" groups {draw(SMALL)}" if not depthwise else ""
    options = f" stride {draw(extents(rank))} dilation {draw(extents(rank, 1, 2))}{groups}"
    pad = f" pad {draw(pads(rank))}{draw(st.sampled_from(FILLS))}"
    bias = draw(st.sampled_from(("", " nobias")))
    return f"conv {depthwise}{'' if depthwise else draw(st.integers(1, 6))} {draw(extents(rank))}{options}{pad}{bias}"


@st.composite
def connected(draw, rank):
    rows = st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True).map(lambda row: ",".join(map(str, row)))
    every = " ".join(draw(st.lists(rows, min_size=1, max_size=4)))
    fill = draw(st.sampled_from(FILLS))
    return f"conv F={draw(extents(rank))} stride {draw(extents(rank))} pad {draw(pads(rank))}{fill} connect {every}"


@st.composite
def deconvs(draw, rank):
    options = f" stride {draw(extents(rank))} dilation {draw(extents(rank, 1, 2))} groups {draw(SMALL)}"
    pad = f" pad {draw(pads(rank))} outpad {draw(extents(rank, 0, 1))}"
    return (
        f"deconv {draw(st.integers(1, 6))} {draw(extents(rank))}{options}{pad}{draw(st.sampled_from(('', ' nobias')))}"
    )


@st.composite
def frames(draw, rank):
    """Larger, smaller, or as large as wanted."""
    some = draw(extents(rank, 0, 2))
    spread = f"adaptive {draw(st.sampled_from(('avgpool', 'maxpool')))} {draw(extents(rank, 1, 6))}"
    factor = f"upsample {draw(extents(rank))}{draw(st.sampled_from(('', ' nearest', ' bilinear')))}"
    subsample = f"subsample {draw(extents(rank, 1, 3))} stride {draw(extents(rank))}"
    return draw(st.sampled_from((f"zeropad {some}", f"crop {some}", "crop 0:1", spread, factor, subsample)))


WORDS = {
    "avgpool": ("", " ceil", " nocountpad", " ceil nocountpad"),
    "maxpool": ("", " ceil", " dilation 2"),
    "lppool": ("", " ceil", " power 3", " ceil power 1"),
}


@st.composite
def pools(draw, rank):
    kind = draw(st.sampled_from(("maxpool", "avgpool", "avgpool", "lppool")))
    words = WORDS[kind]
    fill = draw(st.sampled_from(FILLS))
    options = f" stride {draw(extents(rank))} pad {draw(pads(rank, 1))}{fill}{draw(st.sampled_from(words))}"
    return f"{kind} {draw(extents(rank, 2, 4))}{options}"


@st.composite
def moves(draw):
    """Channels taken or put elsewhere."""
    begin = draw(st.integers(0, 3))
    end = draw(st.sampled_from(("C", str(begin + 1), str(begin + 2), f"{begin}+C//2")))
    return draw(st.sampled_from((f"slice {begin}:{end}", f"shuffle {draw(SMALL)}", "slice C//2:C")))


@st.composite
def lines(draw, rank):
    windows = convs(rank) | pools(rank) | deconvs(rank) | connected(rank) | frames(rank)
    layer = draw(windows | st.sampled_from((*ACTIVATIONS, *WHOLE_LINES)) | moves())
    frozen = draw(st.sampled_from(("", "", "", "frozen")))
    postfixes = draw(st.lists(st.sampled_from(ACTIVATIONS), max_size=2))
    return " ".join([layer, frozen, *postfixes])


@st.composite
def specs(draw):
    """The text of a legal network: what a random line makes illegal is left out."""
    rank = draw(SMALL)
    shape = draw(st.lists(st.integers(2, 9 - 2 * (rank == 3)), min_size=rank, max_size=rank))
    end = draw(st.sampled_from(ENDS))
    text = f"INPUT: {'x'.join(map(str, [*shape, draw(st.integers(1, 6))]))}"
    if rank == 1 and draw(st.booleans()):
        text = f"INPUT: {shape[0]} tokens\nembed {draw(st.integers(1, 6))} vocab {TOKENS}"
    for line in [*draw(st.lists(lines(rank), min_size=1, max_size=5)), end]:
        text = f"{text}\n{line}" if legal(f"{text}\n{line}") else text
    assume("\n" in text)
    return text


def legal(text):
    try:
        return len(loads(text)) > 0
    except SpecError:
        return False


def randomized(module):
    """In evaluation mode and double precision, no number of it a default."""
    module = module.double().eval()
    for tensor in (*module.parameters(), *module.buffers()):
        if tensor.is_floating_point():
            tensor.data = torch.rand_like(tensor) + (-0.5 if tensor.ndim > 1 else 0.5)
    return module


def numbers(module):
    """A submodule's tensors as NumPy arrays under torch's names."""
    return {key: tensor.detach().numpy() for key, tensor in module.state_dict().items()}


@settings(max_examples=400)
@given(specs())
def test_shapes_params_and_macs_are_those_of_torch(text):
    network = loads(text)
    assert verify(network, network.torch_source()) == []


@settings(max_examples=250)
@given(specs(), st.integers(0, 2**16))
def test_numpy_and_the_emitted_module_compute_the_same(text, seed):
    torch.manual_seed(seed)
    network = loads(text)
    net = randomized(build(network.torch_source()))
    seen = {name: [] for name, _ in net.named_modules()}
    for name, child in net.named_modules():
        child.register_forward_hook(lambda _m, _x, out, name=name: seen[name].append(out.clone()))
    fed = network.inputs[0].output
    tokens = torch.randint(TOKENS, (2, *fed.dims))
    x = torch.randn(2, *fed.dims, dtype=torch.float64) if fed.channels else tokens
    with torch.no_grad():
        last = net(x).numpy()
    y = x.numpy()
    for row in rows(network):
        y = row.node.layer.run(numbers(net.get_submodule(row.attribute)) if row.attribute else {}, y)
        out = eval(f"out{behind(row.module.call)}", {"out": seen[row.attribute].pop(0)}) if row.attribute else y
        np.testing.assert_allclose(out, y, rtol=1e-9, atol=1e-12, err_msg=row.node.name)
    np.testing.assert_allclose(last, y, rtol=1e-9, atol=1e-12)
