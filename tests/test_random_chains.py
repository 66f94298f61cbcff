"""Random chains of layers: the table, the emitted module on real tensors, and plain NumPy agree."""

import numpy as np
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnncalc import SpecError, loads
from cnncalc.emit.torch_module import rows
from cnncalc.emit.verify import build, verify

torch.set_num_threads(1)
SMALL = st.integers(1, 3)
FILLS = ("", "", "", " reflect", " copy", " circular")
ACTIVATIONS = ("relu", "leaky 0.2", "elu", "sigmoid", "tanh", "softmax", "identity", "dropout 0.3", "bn", "bias")


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
def pools(draw, rank):
    kind = draw(st.sampled_from(("maxpool", "avgpool", "avgpool")))
    words = ("", " ceil", " nocountpad", " ceil nocountpad") if kind == "avgpool" else ("", " ceil", " dilation 2")
    fill = draw(st.sampled_from(FILLS))
    options = f" stride {draw(extents(rank))} pad {draw(pads(rank, 1))}{fill}{draw(st.sampled_from(words))}"
    return f"{kind} {draw(extents(rank, 2, 4))}{options}"


@st.composite
def lines(draw, rank):
    layer = convs(rank) | pools(rank) | st.sampled_from((*ACTIVATIONS, "bias untied", "norm 3 alpha 0.5"))
    postfixes = draw(st.lists(st.sampled_from(ACTIVATIONS[:6]), max_size=2))
    return " ".join([draw(layer), *postfixes])


@st.composite
def specs(draw):
    """The text of a legal network: what a random line makes illegal is left out."""
    rank = draw(SMALL)
    shape = draw(st.lists(st.integers(2, 9 - 2 * (rank == 3)), min_size=rank, max_size=rank))
    end = draw(st.sampled_from(("", "gap", "flatten", f"fc {draw(SMALL)}", "gap; fc 4 relu; fc 3 nobias softmax")))
    text = f"INPUT: {'x'.join(map(str, [*shape, draw(st.integers(1, 6))]))}"
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


@settings(max_examples=400, deadline=None)
@given(specs())
def test_shapes_params_and_macs_are_those_of_torch(text):
    network = loads(text)
    assert verify(network, network.torch_source()) == []


@settings(max_examples=250, deadline=None)
@given(specs(), st.integers(0, 2**16))
def test_numpy_and_the_emitted_module_compute_the_same(text, seed):
    torch.manual_seed(seed)
    network = loads(text)
    net = randomized(build(network.torch_source()))
    seen = {}
    for name, child in net.named_children():
        child.register_forward_hook(lambda _m, _x, out, name=name: seen.__setitem__(name, out.numpy().copy()))
    x = torch.randn(2, *network.inputs[0].output.dims, dtype=torch.float64)
    with torch.no_grad():
        last = net(x).numpy()
    y = x.numpy()
    for row in rows(network):
        y = row.node.layer.run(numbers(getattr(net, row.attribute)) if row.attribute else {}, y)
        np.testing.assert_allclose(seen.get(row.attribute, y), y, rtol=1e-9, atol=1e-12, err_msg=row.node.name)
    np.testing.assert_allclose(last, y, rtol=1e-9, atol=1e-12)
