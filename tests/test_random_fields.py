"""Random chains of windows: receptive fields by gradients, MACs by counting every product in loops."""

from itertools import product
from math import floor

import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnncalc import loads
from cnncalc.analysis.receptive_field import fields
from cnncalc.api import analyse

EXTENT = 60


@st.composite
def slides(draw, rank):
    """A convolution or an average pool (a maximum passes its gradient to one tap only)."""
    kernel, dilation = draw(st.integers(1, 4)), draw(st.integers(1, 2))
    stride, pad = draw(st.integers(1, min(kernel, 3))), draw(st.integers(0, 2))
    if draw(st.booleans()):
        return f"avgpool {kernel} stride {stride} pad {min(pad, kernel // 2)}"
    ends = draw(st.sampled_from((str(pad), "same", f"{pad}:0" + f"x0:{pad}" * (rank - 1))))
    return f"conv 2 {kernel} stride {stride} pad {ends} dilation {dilation}"


@st.composite
def chains(draw):
    rank = draw(st.sampled_from((1, 1, 2)))
    lines = draw(st.lists(slides(rank), min_size=1, max_size=4))
    extents = (EXTENT, EXTENT - 7)[:rank]
    return "\n".join([f"INPUT: {'x'.join(map(str, extents))}x1", *lines])


def interior(size, jump, start, extent, units):
    """A unit whose field lies inside the input: there theory clips nothing."""
    return next((i for i in range(units) if start + i * jump >= 0 and start + i * jump + size <= extent), None)


@settings(max_examples=300)
@given(chains())
def test_the_receptive_field_is_where_the_gradient_is(text):
    net = analyse(text, "chain", "chain.spec")
    assume(net.complete)
    node, x = net.outputs[0], net.inputs[0].output
    field = fields(net)[node.name]
    units = list(map(interior, field.size, field.jump, field.start, x.extents, node.output.extents))
    assume(None not in units)
    module = net.to_torch().double()
    with torch.no_grad():
        for name, tensor in module.named_parameters():
            tensor.fill_(0 if name.endswith("bias") else 1)
    picture = torch.ones(1, *x.dims, dtype=torch.float64, requires_grad=True)
    module(picture)[(0, 0, *units)].backward()
    seen = picture.grad[0, 0].nonzero()
    first = [start + unit * jump for start, unit, jump in zip(field.start, units, field.jump, strict=True)]
    assert seen.min(0).values.tolist() == first
    assert (seen.max(0).values + 1).tolist() == [a + n for a, n in zip(first, field.size, strict=True)]


@st.composite
def backs(draw):
    """A transposed or adaptive window behind windows of stride 1."""
    before = draw(
        st.lists(st.sampled_from(("conv 2 3 pad 1", "conv 2 2 dilation 3", "avgpool 3 stride 1")), max_size=2)
    )
    kernel, stride = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    pad, dilation = draw(st.sampled_from(("0", "1", "0:1", "2:0", "same", "full"))), draw(st.sampled_from((1, 1, 2, 3)))
    last = (
        f"deconv 2 {kernel} stride {stride} pad {pad} dilation {dilation}",
        f"adaptive avgpool {draw(st.integers(2, 40))}",
        f"upsample {stride} bilinear",
        f"upsample {stride}",
    )
    return "\n".join(["INPUT: 23x1", *before, draw(st.sampled_from(last))])


@settings(max_examples=300)
@given(backs())
def test_the_field_behind_a_window_that_moves_back_covers_all_gradients(text):
    """Ends rounded down; where nothing is dilated, some unit in the interior sees as many cells as stated."""
    net = analyse(text, "chain", "chain.spec")
    assume(net.complete)
    node, x = net.outputs[0], net.inputs[0].output
    [size], [jump], [start] = fields(net)[node.name]
    module = net.to_torch().double()
    with torch.no_grad():
        for name, tensor in module.named_parameters():
            tensor.fill_(0 if name.endswith("bias") else 1)
    picture = torch.ones(1, *x.dims, dtype=torch.float64, requires_grad=True)
    out, largest, inside = module(picture)[0, 0], 0, False
    for unit in range(node.output.extents[0]):
        [gradient] = torch.autograd.grad(out[unit], picture, retain_graph=True)
        seen = (gradient[0, 0].abs() > 1e-12).nonzero().flatten().tolist()
        first, last = floor(start + unit * jump), floor(start + unit * jump + size - 1)
        assert not seen or first <= seen[0] <= seen[-1] <= last, (text, unit)
        inside |= unit >= node.window.stride[0] and first >= 0 and last + 1 < x.extents[0]
        largest = max(largest, seen[-1] - seen[0] + 1 if seen else 0)
    whole_period = node.output.extents[0] > 3 * max(node.window.stride)
    if node.window.dilation == (1,):
        assert largest <= size
        assert not (inside and whole_period) or largest == size, text


def counted(node):
    """The products of a convolution, one by one: for every window, filter, tap and channel."""
    x, window = node.shapes[0], node.window
    filters, channels = node.weights["weight"].shape[:2]
    starts = [
        range(-start, extent + end - reach + 1, stride)
        for extent, (start, end), reach, stride in zip(x.extents, window.pad, window.reach, window.stride, strict=True)
    ]
    taps = [range(0, reach, d) for reach, d in zip(window.reach, window.dilation, strict=True)]
    return sum(1 for _ in product(*starts, range(filters), *taps, range(channels)))


@settings(max_examples=100)
@given(
    st.integers(1, 2), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2),
    st.sampled_from(("", " depthwise")),
)  # fmt: skip
def test_macs_are_the_products_counted_one_by_one(rank, channels, kernel, stride, pad, dilation, depthwise):
    shape = "x".join([*("7", "8")[:rank], str(channels)])
    net = loads(
        f"INPUT: {shape}\nconv {3 * channels} {kernel} stride {stride} pad {pad} dilation {dilation}{depthwise}"
    )
    assert net.macs == counted(net["conv1"])
