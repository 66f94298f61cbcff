"""Random chains of windows: receptive fields by gradients, MACs by counting every product in loops."""

from itertools import product

import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnncalc import loads
from cnncalc.analysis.receptive_field import fields
from cnncalc.api import analyse

torch.set_num_threads(1)
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


@settings(max_examples=300, deadline=None)
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


@settings(max_examples=100, deadline=None)
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
