"""What one unit sees: marks carried through PyTorch's own layers, gradients, brute force, and what is said of it."""

import re
from itertools import product
from math import prod

import pytest
import torch
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from test_cli import terminal
from test_random_chains import specs
from test_random_graphs import graphs
from torch.nn import functional

from cnncalc import load, loads
from cnncalc.analysis import cells
from cnncalc.analysis.cells import Slide
from cnncalc.analysis.receptive_field import fields, fields_from
from cnncalc.analysis.unit import Seen, first_whole, holed, seeing, seen
from cnncalc.geometry import WHOLE
from cnncalc.layer import Elementwise, Normalization

# Marks: every pixel of an input alone, through the modules that a spec becomes


def marks(network, source):
    """Node -> (pixel, unit...) -> whether a mark on that pixel of one input reaches that unit, in some channel.

    The layers are PyTorch's, with weights of 1 and no bias; behind each a number is a mark or none. Numbers are scaled
    and normed in place, and a product of branches passes the marks of each.
    """
    pixels = prod(source.output.extents)
    eye = torch.eye(pixels, dtype=torch.float64).reshape(pixels, 1, *source.output.extents)
    shapes = {x.name: (max(x.output.channels, 1), *x.output.extents) for x in network.inputs}
    known = {name: torch.zeros(pixels, *shape, dtype=torch.float64) for name, shape in shapes.items()}
    known[source.name] = eye.expand(pixels, *shapes[source.name])
    for node in network.nodes:
        with torch.no_grad():
            found = passed(node, [known[x.name] for x in node.inputs])
        known[node.name] = ((found != 0) & torch.isfinite(found)).double()
    return {node.name: known[node.name].amax(1) > 0 for node in network.nodes}


def passed(node, reads):
    """What a layer makes of marks."""
    x = reads[0]
    if isinstance(node.layer, (Elementwise, Normalization)):
        return x
    if node.kind == "embed":
        return x[:, :1].expand(-1, node.output.channels, -1)
    if node.kind == "rbf":
        return x.flatten(1).amax(1, keepdim=True).expand(-1, node.output.channels)
    module = node.layer.torch(*node.shapes)
    space = {"torch": torch, "nn": torch.nn, "F": functional}
    exec(module.helper, space)
    m = eval(module.text, space).double().eval() if module.text else None
    for name, tensor in m.named_parameters() if m else ():
        tensor.fill_(0 if name.endswith("bias") else 1)
    call = module.call if len(reads) == 1 else module.call.replace(" * ", " + ")
    call = call.format(*[f"reads[{i}]" for i in range(len(reads))], x="reads[0]", m="m")
    return eval(call, {**space, "m": m, "reads": reads})


APART = ("slice", "reshape")
"""Kinds that read some channels alone, or move a cell where no window says: what is stated behind them is a bound."""


def exact(network):
    """The nodes for which every pixel is told exactly."""
    good = {x.name for x in network.inputs}
    for node in network.nodes:
        some = node.kind in APART or node.layer.__dict__.get("connect")
        if all(x.name in good for x in node.inputs) and not some:
            good.add(node.name)
    return good


def masks(found, source):
    """What a unit sees of an input, as a tensor of its pixels."""
    grid = torch.zeros(source.output.extents, dtype=torch.bool)
    for box in found.cells:
        axes = [
            torch.tensor([axis >> i & 1 for i in range(extent)], dtype=torch.bool)
            for axis, extent in zip(box, source.output.extents, strict=True)
        ]
        grid |= torch.cartesian_prod(*axes).reshape(*grid.shape, -1).all(-1) if axes else torch.tensor(True)
    return grid


def agree(network):
    """Every unit of every map sees what the marks say; returns how many units were held."""
    good, held = exact(network), 0
    for source in network.inputs:
        reached = marks(network, source)
        for node in network.nodes:
            for unit in product(*map(range, node.output.extents)):
                truth = reached[node.name][(slice(None), *unit)].reshape(source.output.extents)
                found = seen(network, node, unit)[source.name]
                said = masks(found, source)
                assert found.pixels == said.sum(), (node.name, unit)
                if node.name in good:
                    assert torch.equal(said, truth), (node.name, unit)
                    held += 1
                else:
                    assert bool((said | ~truth).all()), (node.name, unit)
        hold_first(network, source, reached, good)
        hold_seeing(network, source, reached, good)
    return held


def hold_seeing(network, source, reached, good):
    """The units that see one pixel are those that its mark reaches, in every map."""
    for pixel, cell in enumerate(product(*map(range, source.output.extents))):
        known = seeing(network, source, cell)
        for node in network.nodes:
            found = masks(Seen(node, known.get(node.name, ())), node)
            truth = reached[node.name][pixel]
            assert torch.equal(found, truth) if node.name in good else bool((found | ~truth).all()), (node.name, cell)


def hold_first(network, source, reached, good):
    """The first layer that sees all of an input is the first with a unit that every pixel reaches."""
    found = first_whole(network, source)
    nodes = [node for node in network.nodes if not node.head]
    all_seen = [node for node in nodes if bool(reached[node.name].all(0).any())]
    if all(node.name in good for node in nodes):
        assert found.node is (all_seen[0] if all_seen else None)
    if found.node is not None:
        assert seen(network, found.node, found.unit)[source.name].pixels == prod(source.output.extents)
    if found.dark is not None:
        pixel = int(torch.arange(prod(source.output.extents)).reshape(source.output.extents)[found.dark])
        assert not any(bool(reached[node.name][pixel].any()) for node in network.nodes)


SMALL = 1500
"""The pixels times units that one example may have."""


def fits(network):
    units = sum(prod(node.output.extents) for node in network.nodes)
    return units * max(prod(x.output.extents) for x in network.inputs) < SMALL * 40 and units < SMALL


@settings(max_examples=120)
@given(specs())
@example("INPUT: 9x1\nconv 1 3 pad 2 reflect dilation 2; avgpool 2")
@example("INPUT: 9x1\nconv 1 3 pad 3:4 circular")
@example("INPUT: 9x1\nconv 1 3 pad 3:4 copy stride 2")
@example("INPUT: 7x1\nupsample 3 bilinear; conv 1 2 stride 2")
@example("INPUT: 9x8x1\nadaptive avgpool 4x5; conv 1 1x2")
@example("INPUT: 9x1\ndeconv 1 2 stride 3; conv 1 1")
@example("INPUT: 5x1\ndeconv 1 3 stride 2 dilation 3 pad 2:3 outpad 1")
@example("INPUT: 7x7x1\nmaxpool 2 stride 2 ceil; zeropad 1; crop 1:0")
@example("INPUT: 5x1\navgpool 3 stride 3 pad 1 ceil")
def test_every_unit_of_a_random_chain_sees_what_marks_reach_it(text):
    network = loads(text)
    assume(fits(network))
    agree(network)


@settings(max_examples=120)
@given(graphs())
def test_every_unit_of_a_random_graph_sees_what_marks_reach_it(graph):
    network = loads(graph.text)
    assume(fits(network))
    agree(network)


BRANCHES = st.sampled_from(
    ("conv 1 3 pad 1", "conv 1 3 pad 2 dilation 2", "conv 1 1x3 pad 0x1", "conv 1 3x1 pad 1x0", "conv 1 2 pad 0:1",
     "conv 1 2 pad 1:0", "identity", "avgpool 3 stride 1 pad 1", "conv 1 3 pad 3 dilation 3", "conv 1 3 pad 1 circular")
)  # fmt: skip
STEPS = st.sampled_from(
    ("maxpool 2", "conv 1 3 stride 2", "conv 1 1 stride 2", "conv 1 2 dilation 2", "upsample 2", "")
)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.lists(BRANCHES, min_size=2, max_size=3), STEPS), min_size=1, max_size=3), st.booleans())
def test_every_unit_behind_branches_that_cross_sees_what_marks_reach_it(joins, few):
    lines = ["INPUT: 8x7x1"]
    for branches, step in joins:
        lines += ["add", *(f"  - {branch}" for branch in branches), *[step] * bool(step)]
    try:
        network = loads("\n".join(lines))
    except ValueError:
        assume(False)
    assume(fits(network))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "MOST", 1 if few else cells.MOST)
        assert agree(network) > 0


def test_many_boxes_are_cut_into_rows_and_stay_exact():
    """Moved aside by 1, 2, 4, ... and added: a unit sees a diagonal, on which no two pixels make a box."""
    lines = ["INPUT: 80x80x1"]
    for by in (1, 2, 4, 8, 16, 32):
        lines += ["add", "  - identity", f"  - zeropad {by}:0; crop 0:{by}"]
    network = loads("\n".join(lines))
    found = seen(network, network.nodes[-1], (70, 75))["INPUT"]
    assert found.pixels == 64 > cells.MOST
    assert {(70 - i, 75 - i) for i in range(64)} == {(y, x) for y, x in product(range(80), repeat=2) if (y, x) in found}
    assert found.unseen == 64 * 64 - 64


STRUCK = "INPUT: 5x1\nadd\n  - conv 1 2 dilation 4 pad 4\n  - conv 1 3 pad 8:0; crop 0:2\n  - conv 1 2 pad 5:0"
WRITTEN = {
    "rows repeated": "INPUT: 5x4x2\nscale\n  - identity\n  - conv 2 1x4\nconv 1 2",
    "columns and rows repeated": "INPUT: 4x5x2\nA: conv 2 4x1\nfrom INPUT\nB: conv 2 1x5\nscale from A, B\nconv 1 2x3",
    "a vector repeated": "INPUT: 4x5x2\nA: conv 2 3\nscale\n  - identity\n  - from INPUT; fc 2\nconv 1 2",
    "one cell repeated": "INPUT: 5x5x2\nA: conv 2 5\nscale from INPUT, A\nconv 1 2",
    "the middle struck out": STRUCK,
    "a tower shared": "left: input 5x5x1\nT: conv 2 3\nright: input 5x5x1\nS: share T\nadd from T, S\nconv 1 2",
    "an adaptive pool of more": "INPUT: 3x5x1\nadaptive maxpool 5x3\nconv 1 2",
    "fills": "INPUT: 6x5x1\nconv 1 3 pad 2 reflect\nmaxpool 3 stride 2 pad 1 circular\nconv 1 3 pad 2 copy",
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_every_unit_of_a_written_graph_sees_what_marks_reach_it(text):
    assert agree(loads(text)) > 0


def test_units_are_struck_out_until_one_sees_all():
    """Unit 4, in the middle, sees both ends and not what lies between; unit 8 sees all."""
    network = loads(STRUCK)
    found = seen(network, network["add1"], (4,))["INPUT"]
    assert [i for i in range(5) if (i,) in found] == [0, 4]
    assert first_whole(network, network.inputs[0])[:2] == (network["add1"], (8,))


# One axis, by brute force


@st.composite
def slides(draw):
    """A window along one axis, of every mode."""
    mode = draw(st.sampled_from(("slide", "slide", "transposed", "adaptive", "frame")))
    small = st.integers(0, 4)
    kernel, dilation, stride, extent = (draw(st.integers(1, most)) for most in (4, 3, 4, 9))
    start, end, fill = draw(small), draw(small), draw(st.sampled_from(("zeros", "copy", "reflect", "circular")))
    if mode == "adaptive":
        return Slide(mode, 1, 1, 1, 0, 0, extent, draw(st.integers(1, 9)))
    if mode == "frame":
        start, end = draw(st.integers(-2, 3)), draw(st.integers(-2, 3))
        assume(extent + start + end > 0)
        return Slide(mode, 1, 1, 1, start, end, extent, extent + start + end)
    if mode == "transposed":
        out = (extent - 1) * stride + dilation * (kernel - 1) + 1 - start - end + draw(st.integers(0, stride - 1))
        assume(out > 0)
        return Slide(mode, kernel, dilation, stride, start, end, extent, out)
    most = {"reflect": extent - 1, "circular": extent}.get(fill, 9)
    room = extent + start + end - dilation * (kernel - 1) - 1
    assume(room >= 0 and max(start, end) <= most)
    over = fill == "zeros" and draw(st.booleans())
    return Slide(mode, kernel, dilation, stride, start, end, extent, room // stride + 1 + over, fill)


def reads(slide, o):
    """The cells that output o reads, beyond the ends too, tap by tap."""
    taps = [t * slide.dilation for t in range(slide.kernel)]
    if slide.mode == "adaptive":
        return list(range(o * slide.extent // slide.out, -(-(o + 1) * slide.extent // slide.out)))
    if slide.mode == "transposed":
        return [(o + slide.start - t) // slide.stride for t in taps if (o + slide.start - t) % slide.stride == 0]
    return [o * slide.stride - slide.start + t for t in taps]


def held(slide, cell):
    """The cell that stands at one, inside or in the padding; none."""
    fill, w = slide.fill, slide.extent
    if 0 <= cell < w:
        return {cell}
    if fill == "zeros" or not -slide.start <= cell < w + slide.end:
        return set()
    if fill == "copy":
        return {0 if cell < 0 else w - 1}
    if fill == "reflect":
        return {-cell if cell < 0 else 2 * (w - 1) - cell}
    return {cell % w}


@settings(max_examples=600)
@given(slides(), st.integers(0, 2**16), st.integers(0, 2**16))
def test_a_window_carries_cells_both_ways_as_its_taps_do(slide, outputs, inputs):
    outputs, inputs = outputs % (1 << slide.out), inputs % (1 << slide.extent)
    each = {o: set().union(*(held(slide, cell) for cell in reads(slide, o))) for o in range(slide.out)}
    wanted = set().union(*(each[o] for o in range(slide.out) if outputs >> o & 1))
    assert set(cells.cells_of(cells.read(slide, outputs))) == wanted
    readers = {o for o in each if any(inputs >> i & 1 for i in each[o])}
    assert set(cells.cells_of(cells.reading(slide, inputs))) == readers
    every = {cell for o in range(slide.out) if outputs >> o & 1 for cell in reads(slide, o)}
    below, above = sum(cell < 0 for cell in every), sum(cell >= slide.extent for cell in every)
    assert cells.beyond(slide, outputs) == (below, above)
    hangs = slide.mode == "transposed" or any(cell >= slide.extent + slide.end for cell in every)
    assert cells.hangs(slide, outputs) == hangs


BOXES = st.lists(st.tuples(*[st.integers(0, 31)] * 3), max_size=7)


@settings(max_examples=300)
@given(BOXES, BOXES, st.sampled_from((0, 2, 48)))
def test_sets_of_boxes_are_what_sets_of_cells_are(some, others, most):
    def spelt(boxes):
        return {cell for box in boxes for cell in product(*map(cells.cells_of, box))}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "MOST", most)
        union, other = cells.union(some), cells.union(others)
        assert spelt(union) == spelt(some)
        assert cells.size(union) == len(spelt(some))
        assert spelt(cells.common(union, other)) == spelt(some) & spelt(others)
    assert sum(len(spelt([box])) for box in cells.apart(some)) == len(spelt(some))
    assert (cells.apart(some) == cells.apart(others)) == (spelt(some) == spelt(others))
    absent = cells.missing(some, (5, 5, 5))
    assert absent not in spelt(some) if absent else len(spelt(some)) == 125
    assert cells.missing([*some, (31, 31, 31)], (5, 5, 5)) is None


# Gradients of the whole module, as the theory is verified


def gradients(text, name="", **options):
    """(seen, where the gradient is) for every unit: averages for maxima, weights of 1, a bias of 1."""
    network = loads(text, **options)
    node = network.gives(name) if name else network.nodes[-1]
    module = network.to_torch().double().eval()
    with torch.no_grad():
        for tensor in module.parameters():
            tensor.fill_(1)
    source = network.inputs[0]
    picture = torch.ones(1, *source.output.dims, dtype=torch.float64, requires_grad=True)
    out = module(picture)
    for unit in product(*map(range, node.output.extents)):
        [gradient] = torch.autograd.grad(out[(0, slice(None), *unit)].sum(), picture, retain_graph=True)
        yield unit, masks(seen(network, node, unit)[source.name], source), gradient[0].abs().sum(0) > 0


HAND = {
    "clipped inside": "INPUT: 5x1\navgpool 2\nconv 1 3 pad 1",
    "dilated": "INPUT: 13x1\n" + "conv 1 3 pad 2 dilation 2\n" * 3,
    "nothing but padding": "INPUT: 5x4x1\nconv 1 1 pad 1",
    "transposed": "INPUT: 6x5x2\nconv 2 3 pad 1\ndeconv 2 3 stride 2 pad 1\nconv 1 3 stride 2",
    "residual": "INPUT: 9x9x2\nadd relu\n  - conv 4 3 stride 2 pad 1; conv 4 3 pad 1\n  - shortcut\nconv 2 2",
    "inception": "INPUT: 9x9x2\nconcat\n  - conv 1 1\n  - conv 1 1; conv 2 5 pad 2\n  - avgpool 3 stride 1 pad 1; "
    "conv 1 1\nconv 2 3 stride 2",
    "u": "INPUT: 12x10x1\nA: conv 2 3 pad 1 relu\navgpool 2\nconv 3 3 pad 1 relu\nU: deconv 2 2 stride 2\n"
    "concat from A, U\nconv 1 3",
}  # fmt: skip


@pytest.mark.parametrize("text", HAND.values(), ids=HAND)
def test_every_unit_sees_where_its_gradient_is(text):
    for unit, said, truth in gradients(text):
        assert torch.equal(said, truth), unit


def bits(text, name, unit, source="INPUT"):
    """The cells that a unit of a chain sees, one axis."""
    network = loads(text)
    found = seen(network, network.gives(name), unit)[source]
    return [i for i in range(found.node.output.extents[0]) if (i,) in found]


def test_padding_inside_the_network_sees_nothing():
    """Pixel 4 was dropped by the pool: theory says 0..5, cut at the input alone 0..4."""
    text = "INPUT: 5x1\npool: avgpool 2\nconv: conv 1 3 pad 1"
    assert bits(text, "conv", (1,)) == [0, 1, 2, 3]
    assert bits(text, "pool", (1,)) == [2, 3]


def test_dilations_leave_every_second_pixel():
    assert bits(HAND["dilated"], "conv3", (6,)) == [0, 2, 4, 6, 8, 10, 12]


def test_a_unit_in_the_padding_sees_nothing():
    network = loads("INPUT: 5x4x1\nconv 1 1 pad 1")
    found = seen(network, network["conv1"], (0, 0))["INPUT"]
    assert (found.pixels, found.cells, found.hull, found.unseen) == (0, (), (), 0)
    assert bits("INPUT: 4x1\ndeconv 1 2 stride 3", "deconv1", (2,)) == []


def test_fills_are_seen_where_they_come_from():
    assert bits("INPUT: 9x1\nconv 1 3 pad 1 circular", "conv1", (0,)) == [0, 1, 8]
    assert bits("INPUT: 9x1\nconv 1 5 pad 2 reflect dilation 1", "conv1", (0,)) == [0, 1, 2]
    assert bits("INPUT: 9x1\nconv 1 2 pad 2:0 copy", "conv1", (0,)) == [0]
    assert bits("INPUT: 9x1\nconv 1 2 pad 3 reflect stride 2", "conv1", (6,)) == [6, 7]


def test_an_embedding_sees_its_token_and_a_gate_all_of_the_map():
    assert bits("INPUT: 9 tokens\nembed 4 vocab 10\nconv 3 3", "conv1", (2,)) == [2, 3, 4]
    assert bits("INPUT: 9x4\nscale\n  - identity\n  - gap; fc 4 sigmoid", "scale1", (2,)) == list(range(9))


def test_each_input_has_its_own_pixels():
    text = (
        "left: input 9x1\nright: input 7x2\nfrom left\nA: conv 2 3\nfrom right\nB: conv 2 1\nJ: add from A, B\nconv 1 2"
    )
    assert bits(text, "conv1", (1,), "left") == [1, 2, 3, 4]
    assert bits(text, "conv1", (1,), "right") == [1, 2]
    assert bits(text, "A", (1,), "right") == []


def test_norms_leave_their_statistics_out_as_the_receptive_field_does():
    for norm in ("gn 1", "instancenorm", "ln", "bn", "softmax", "lrn"):
        assert bits(f"INPUT: 9x4\nconv 4 3\nN: {norm}", "N", (2,)) == [2, 3, 4]


def test_channels_are_taken_together():
    """A slice of a concat reads one branch; that its unit is said to see both is a bound."""
    text = "INPUT: 9x2\nconcat\n  - conv 2 3\n  - conv 2 1 pad -0; crop 1\nS: slice 2:4"
    assert bits(text.replace(" pad -0", ""), "S", (0,)) == [0, 1, 2]


def test_seen_refuses_units_that_are_none():
    network = load("alexnet")
    for name, unit, said in [
        ("CONV5", (13, 0), "CONV5.relu is 13x13x256: its units are 0 to 12 on y, and 13 is none"),
        ("CONV5", (0, -1), "CONV5.relu is 13x13x256: its units are 0 to 12 on x, and -1 is none"),
        ("CONV5", (1,), "a unit of it is 2 numbers, y,x, not 1"),
        ("FC6", (3,), "a unit of it is 0 numbers, none, not 1"),
    ]:
        with pytest.raises(ValueError, match=re.escape(said.removeprefix("CONV5.relu is 13x13x256: "))):
            seen(network, network.gives(name), unit)


# Against theory, and large networks


@pytest.mark.parametrize("name", ["alexnet", "vgg16", "googlenet", "resnet18", "mobilenet_v2", "densenet121", "lenet5"])
def test_where_theory_lies_inside_the_image_it_is_what_is_seen(name):
    network, held = load(name), 0
    extents, known = network.inputs[0].output.extents, fields(network)
    for node in network.nodes:
        field, unit = known[node.name], tuple(extent // 2 for extent in node.output.extents)
        if field == WHOLE or not unit:
            continue
        ends = [(a + i * j, a + i * j + n) for n, j, a, i in zip(*field, unit, strict=True)]
        if all(begin >= 0 and end <= extent for (begin, end), extent in zip(ends, extents, strict=True)):
            found = seen(network, node, unit)["INPUT"]
            assert found.hull == tuple((begin, end - 1) for begin, end in ends), node.name
            held += not found.unseen
    assert held > 5


@pytest.mark.parametrize(
    ("name", "first", "unit"),
    [("alexnet", "FC6", ()), ("vgg16", "FC6", ()), ("resnet50", "layer3.4.conv2", (7, 7)),
     ("resnet152", "layer3.2.conv2", (7, 7)), ("googlenet", "4b.conv5", (6, 6)), ("unet", None, ()),
     ("se_resnet50", "layer1.0.se_module.gap1", (0, 0)), ("inception_v3", "Mixed_6b.conv9", (8, 8))],
)  # fmt: skip
def test_the_first_layer_of_large_networks_that_sees_all(name, first, unit):
    network = load(name)
    found = first_whole(network, network.inputs[0])
    assert (found.node and found.node.name, found.unit) == (first, unit)


def seen_by_the_middle(network, node):
    return seen(network, node, tuple(extent // 2 for extent in node.output.extents))["INPUT"]


@pytest.mark.parametrize("name", ["resnet50", "googlenet", "inception_v3", "vgg16", "mobilenet_v2", "resnet152"])
def test_layers_before_the_first_have_no_unit_that_sees_all(name):
    """The unit in the middle is clipped least: it misses some pixel in every layer above."""
    network = load(name)
    first = first_whole(network, network.inputs[0]).node
    for node in network.nodes[: network.nodes.index(first)]:
        assert node.head or seen_by_the_middle(network, node).pixels < prod(network.inputs[0].output.extents), node.name


# What is said


@pytest.fixture
def told(run, tmp_path):
    """The steps of `explain LAYER --unit UNIT` over a text or a zoo name, the title first, the drawing last."""

    def call(spec, *arguments):
        if "\n" in spec:
            (tmp_path / "net.spec").write_text(spec)
            spec = "net.spec"
        status, out, _ = run("explain", spec, *arguments)
        assert status == 0
        title, *lines = out.splitlines()
        steps = [line for line in lines if re.match(r"  [a-z]", line)]
        drawn = [line.strip() for line in lines if line.strip() and line not in steps]
        return [title, *(tuple(re.split(r" {2,}", line.strip(), maxsplit=1)) for line in steps), *drawn]

    return call


def test_a_unit_of_alexnet(told):
    assert told("alexnet", "CONV5", "--unit", "3,5") == [
        "CONV5.relu, unit 3,5 of 13x13x256",
        ("input", "INPUT 227x227x3"),
        ("x", "0..146 of 0..226 (147 of 227)"),
        ("y", "16..178 of 0..226 (163 of 227)"),
        ("sees", "23,961 of 51,529 pixels (46.5 %)"),
        ("in theory", "x -16..146, y 16..178: 163x163"),
        ("clipped", "at CONV2: 2 cells of its padding on the left see nothing"),
        ("all of it", "no layer before FC6, which reads its whole input, sees all of INPUT"),
    ]


def test_the_unit_in_the_middle_sees_what_the_table_says(told):
    title, *steps = told("alexnet", "POOL3", "--unit", "centre")
    assert title == "POOL3, unit 3,3 of 6x6x256"
    assert ("x", "32..226 of 0..226 (195 of 227)") in steps
    assert ("sees", "38,025 of 51,529 pixels (73.8 %)") in steps
    assert not any(step[0] == "clipped" for step in steps)
    assert told("alexnet", "POOL3", "--unit", "center") == [title, *steps]


DILATED = "INPUT: 13x13x1\n" + "".join(f"conv{i}: conv 4 3x3 pad 2 dilation 2\n" for i in (1, 2, 3))


def test_the_holes_of_dilations_are_named_and_drawn(told):
    rows = ["#.#.#.#.#.#.#", "............."] * 6 + ["#.#.#.#.#.#.#"]
    assert told(DILATED, "conv3", "--unit", "6,6")[2:] == [
        ("x", "0..12 of 0..12 (7 of 13)"),
        ("y", "0..12 of 0..12 (7 of 13)"),
        ("sees", "49 of 169 pixels (29.0 %)"),
        ("in theory", "x 0..12, y 0..12: 13x13"),
        ("holes", "120 pixels between them are unseen (dilation 2 at conv1, conv2 and conv3): "
         "only every second of x 0..12 and y 0..12 is seen"),
        ("all of it", "no unit of any layer sees all of INPUT"),
        *rows,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("INPUT: 17x1\nA: conv 1 1 stride 4\nconv 1 3", "0",
         "6 positions between them are unseen (stride 4 over a kernel of 1 at A): only every 4th of x 0..8 is seen"),
        ("INPUT: 9x9x1\nA: conv 1 3x2 dilation 3x1", "0,0",
         "8 pixels between them are unseen (dilation 3x1 at A): only every third of x 0..6 is seen"),
        ("INPUT: 9x1\nA: conv 1 2 dilation 2", "0",
         "1 position between them is unseen (dilation 2 at A): only every second of x 0..2 is seen"),
        ("INPUT: 9x9x1\nadd\n  - conv 1 1x5 pad same\n  - conv 1 5x1 pad same", "4,4",
         "16 pixels between them are unseen (what its branches see together is no rectangle)"),
        ("INPUT: 9x1\nA: conv 1 3 pad 1 circular", "0",
         "6 positions between them are unseen (circular padding at A)"),
        ("INPUT: 30x1\n" + "conv 1 2 stride 2 dilation 4\n" + "conv 1 2 dilation 2\n" * 5, "0",
         "18 positions between them are unseen (dilation 4 at conv1; dilation 2 at conv2, conv3, conv4 and 2 more): "
         "only every 4th of x 0..24 is seen"),
        ("INPUT: 9 tokens\nembed 2 vocab 5\nA: conv 1 2 dilation 3", "0",
         "2 tokens between them are unseen (dilation 3 at A): only every third of x 0..3 is seen"),
        ("INPUT: 5x5x5x1\nadd\n  - conv 1 1x3x1 pad same\n  - conv 1 3x1x1 pad same", "2,2,2",
         "4 positions between them are unseen (what its branches see together is no cuboid)"),
    ],
)  # fmt: skip
def test_why_there_are_holes(told, text, unit, said):
    network = loads(text)
    lines = dict(step for step in told(text, network.nodes[-1].name, "--unit", unit) if isinstance(step, tuple))
    assert lines["holes"] == said


def test_the_layer_that_leaves_a_hole_is_held_to_account():
    """A layer with holes is not named where others see what it leaves out."""
    network = loads(
        "INPUT: 24x1\nadd\n  - conv 1 3 pad 2 dilation 2\n  - conv 1 5 pad 2\nB: conv 1 2 dilation 8\nC: conv 1 1"
    )
    found = seen(network, network["C"], (2,))["INPUT"]
    assert [i for i in range(24) if (i,) in found] == [0, 1, 2, 3, 4, 8, 9, 10, 11, 12]
    assert [node.name for node in holed(network, network["C"], (2,), found)] == ["B"]


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("INPUT: 9x8x1\nconv 1 3 pad 1", "8,0",
         "at conv1: 1 cell of its padding on the right and 1 at the top see nothing"),
        ("INPUT: 9x8x1\nconv 1 3 pad 2", "0,9",
         "at conv1: 2 cells of its padding on the left and 2 at the bottom see nothing"),
        ("INPUT: 8x8x1\nmaxpool 3 stride 2 ceil", "3,1",
         "at maxpool1: 1 cell beyond its input on the right sees nothing"),
        ("INPUT: 5x1\ndeconv 1 3", "0", "at deconv1: 2 cells beyond its input on the left see nothing"),
        ("INPUT: 5x1\nzeropad 2", "7", "at zeropad1: 1 cell of its padding on the right sees nothing"),
        ("INPUT: 5x6x7x1\nconv 1 3 pad 1", "1,1,0", "at conv1: 1 cell of its padding in front sees nothing"),
        ("INPUT: 5x6x7x1\nconv 1 3 pad 1", "1,1,6", "at conv1: 1 cell of its padding at the back sees nothing"),
    ],
)  # fmt: skip
def test_what_is_clipped(told, text, unit, said):
    assert ("clipped", said) in told(text, loads(text).nodes[-1].name, "--unit", unit)


@pytest.mark.parametrize("fill", ["reflect", "copy", "circular"])
def test_a_fill_is_seen_and_clips_nothing(told, fill):
    assert not any(step[0] == "clipped" for step in told(f"INPUT: 9x1\nA: conv 1 3 pad 1 {fill}", "A", "--unit", "0"))


TWO = """left: input 20x20x3
right: input 20x20x3
L1 from left: conv 4 3x3 pad 1
R1 from right: conv 4 7x5 pad 3x2
J: concat from L1, R1
C: conv 4 3x3 pad 1
G from right: gap
S: fc 4 sigmoid
M: scale from C, S
"""


def test_what_is_told_of_an_input_is_of_its_own_way_alone(told):
    def by_input(layer):
        found, name = {}, ""
        for what, how in (step for step in told(TWO, layer, "--unit", "0,0") if isinstance(step, tuple)):
            name = how.split()[0] if what == "input" else name
            found.setdefault(name, []).extend([how] if what in ("in theory", "clipped") else [])
        return found

    at_l1 = "at L1: 1 cell of its padding on the left and 1 at the top see nothing"
    assert by_input("J") == {
        "left": ["x -1..1, y -1..1: 3x3", at_l1],
        "right": [
            "x -3..3, y -2..2: 7x5",
            "at R1: 3 cells of its padding on the left and 2 at the top see nothing",
        ],
    }
    assert by_input("M") == {
        "left": ["x -2..2, y -2..2: 5x5", at_l1, at_l1.replace("L1", "C")],
        "right": ["the whole input"],
    }
    network = loads(TWO)
    of_right = fields_from(network, network.inputs[1])
    assert "L1" not in of_right
    assert (of_right["C"].size, of_right["J"].start, of_right["M"]) == ((7, 9), (-2, -3), "whole")


def test_many_clipped_layers_are_counted(told):
    steps = told("googlenet", "5b", "--unit", "0,6")
    assert [how for what, how in steps[1:] if what == "clipped"] == [
        "at CONV1: 3 cells of its padding on the left, 2 on the right, 3 at the top and 2 at the bottom see nothing",
        "at POOL1: 1 cell beyond its input on the right and 1 at the bottom see nothing",
        "at CONV2: 1 cell of its padding on the left, 1 on the right, 1 at the top and 1 at the bottom see nothing",
        "at POOL2: 1 cell beyond its input on the right and 1 at the bottom see nothing",
        "and at 29 more layers, the last of them 5b.maxpool1",
    ]
    assert ("all of it", "the first layer that sees all of INPUT is 4b.conv5 (its unit 6,6)") in steps
    assert ("sees", "all 50,176 pixels") in steps


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("INPUT: 5x4x1\nconv 1 1 pad 1", "0,0", "nothing: all that it reads is padding, or lies beyond an edge"),
        ("INPUT: 4x1\ndeconv 1 2 stride 3", "2",
         "nothing: the kernel of a transposed window is smaller than its stride, and puts nothing down here"),
        ("INPUT: 4x1\nright: input 4x1\nfrom INPUT; conv 1 1", "2", "nothing: no unit of conv1 reads it"),
        ("INPUT: 784\nfc 10", "9", "all of it"),
        ("INPUT: 100x100x1\nA: conv 1 1", "9,9", "1 of 10,000 pixels (0.1 %)"),
        ("INPUT: 100x100x1\nconv 1 99x100", "0,0", "9,900 of 10,000 pixels (99.0 %)"),
        ("INPUT: 2000x1\nA: conv 1 1999", "0", "1,999 of 2,000 positions (99.9 %)"),
        ("INPUT: 3 tokens\nembed 2 vocab 5", "1", "1 of 3 tokens (33.3 %)"),
    ],
)  # fmt: skip
def test_how_much_is_seen(told, text, unit, said):
    steps = told(text, loads(text).nodes[-1].name, "--unit", unit)
    assert ("sees", said) in steps
    assert not any(what.startswith("0.0") for what, *_ in steps)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("INPUT: 9x1\nA: conv 1 5\nB: conv 1 5", "the first layer that sees all of INPUT is B (its unit 0)"),
        ("INPUT: 9x1\nA: conv 1 3\ngap\nB: conv 1 1",
         "no layer before gap1, which reads its whole input, sees all of INPUT"),
        ("INPUT: 9x1\nA: conv 1 3 stride 3\nB: conv 1 2", "no unit of any layer sees all of INPUT"),
        ("INPUT: 10x9x1\nA: conv 1 3 stride 3\nB: conv 1 3",
         "no unit of any layer sees all of INPUT: x 9, y 0 is seen by none"),
        ("INPUT: 9x1\nA: conv 1 3\nH from INPUT: aux\n  fc 3\nB: conv 1 7",
         "the first layer that sees all of INPUT is B (its unit 0)"),
    ],
)  # fmt: skip
def test_which_layer_is_the_first_to_see_all(told, text, said):
    assert ("all of it", said) in told(text, "B", "--unit", "centre")


def test_a_unit_of_a_head_counts_the_layers_of_its_head(told):
    text = "INPUT: 9x1\nA: conv 1 3\nH from A: aux\n  F: fc 3\n  G: fc 2\nB: conv 1 2"
    said = ("all of it", "no layer before H.F, which reads its whole input, sees all of INPUT")
    assert said in told(text, "H.G", "--unit", "1")
    assert said not in told(text, "B", "--unit", "1")


def test_theory_beside_it(told):
    assert ("in theory", "the whole input") in told("alexnet", "FC6", "--unit", "4095")
    assert ("in theory", "x 0..199, y 0..199: at most 200x200") in told("unet", "SCORE", "--unit", "0,0")
    text = "INPUT: 9x9x4\nA: conv 4 5x5\nfrom INPUT\nB: conv 4 1x1 stride 2\nJ: concat from A, B"
    said = "5x5; at J its branches are out of step, so that no one range holds for every unit"
    assert ("in theory", said) in told(text, "J", "--unit", "4,4")


def test_no_range_is_told_that_a_unit_sees_beyond(told):
    text = "INPUT: 30x1\nA: conv 1 5 stride 2\nB: deconv 1 4 stride 2 pad 1\n"
    theory = {unit: dict(told(text, "B", "--unit", str(unit))[1:6])["in theory"] for unit in (6, 7)}
    seen = {unit: dict(told(text, "B", "--unit", str(unit))[1:6])["x"] for unit in (6, 7)}
    assert seen == {6: "4..10 of 0..29 (7 of 30)", 7: "6..12 of 0..29 (7 of 30)"}
    said = "at most 7; behind a transposed or adaptive window no one range holds for every unit"
    assert theory == {6: said, 7: "x 6..12: at most 7"}


def test_the_order_of_axes_is_that_of_the_file_or_of_the_option(told):
    text = "INPUT: 9x7x1\nA: conv 1 3x1"
    assert told(text, "A", "--unit", "6,0")[:4] == [
        "A, unit 6,0 of 7x7x1", ("input", "INPUT 9x7x1"),
        ("x", "6..8 of 0..8 (3 of 9)"), ("y", "0..0 of 0..6 (1 of 7)"),
    ]  # fmt: skip
    turned = told(text, "A", "--unit", "0,6", "--axes", "CxHxW")
    assert turned[:4] == [
        "A, unit 0,6 of 1x7x7", ("input", "INPUT 1x7x9"),
        ("y", "0..0 of 0..6 (1 of 7)"), ("x", "6..8 of 0..8 (3 of 9)"),
    ]  # fmt: skip
    first = told(f"axes CxHxW\n{text.replace('9x7x1', '1x7x9').replace('3x1', '1x3')}", "A", "--unit", "0,6")
    assert first == turned
    assert turned[-7:] == ["......###", *["........."] * 6]


def test_a_line_by_itself_and_a_line_with_postfixes(told, run):
    _, out, err = run("explain", "--input", "9x9x1", "2 3x3 pad 1 relu", "--unit", "0,0")
    assert out.startswith("conv1.relu, unit 0,0 of 9x9x2\n") and err == ""
    text = "INPUT: 9x9x1\nA: conv 2 3x3 relu maxpool 7x7\nB: fc 2"
    assert told(text, "A", "--unit", "0,0")[0] == "A.maxpool, unit 0,0 of 1x1x2"
    assert told(text, "A.conv", "--unit", "6,0")[0] == "A, unit 6,0 of 7x7x2"
    assert told("resnet50", "layer1", "--unit", "0,0")[0] == "layer1.2.add1.relu, unit 0,0 of 56x56x256"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("alexnet CONV5 --unit 3", "CONV5.relu is 13x13x256: a unit of it is 2 numbers, x,y, not 1"),
        ("alexnet CONV5 --unit 3,4,5", "CONV5.relu is 13x13x256: a unit of it is 2 numbers, x,y, not 3"),
        ("alexnet CONV5 --unit 13,0", "CONV5.relu is 13x13x256: its units are 0 to 12 on x, and 13 is none"),
        ("alexnet CONV5 --unit 0,-1", "CONV5.relu is 13x13x256: its units are 0 to 12 on y, and -1 is none"),
        ("alexnet CONV5 --unit a,b", "--unit takes a number an axis, 6,6, or centre; not 'a,b'"),
        ("alexnet CONV5 --unit 1,,2", "--unit takes a number an axis, 6,6, or centre; not '1,,2'"),
        ("alexnet CONV5 --unit ²,1", "--unit takes a number an axis, 6,6, or centre; not '²,1'"),
        ("alexnet FC6 --unit 4096", "FC6.dropout is 4096: its units are 0 to 4095, and 4096 is none"),
        ("alexnet FC6 --unit 1,2", "FC6.dropout is 4096: --unit takes 1 number, its channel, not 2"),
        ("alexnet FC6 --unit x", "--unit takes a number an axis, 0, or centre; not 'x'"),
        ("alexnet --unit 1,1", "--unit is a unit of one layer: name it, cnncalc explain SPEC LAYER --unit 3,5"),
        ("alexnet INPUT --unit 1,1", "INPUT is the input, 227x227x3: there is nothing to work out; name a layer"),
        ("alexnet CONV9 --unit 1,1", "alexnet has no layer 'CONV9'; did you mean 'CONV1'?"),
    ],
)  # fmt: skip
def test_units_that_are_none(run, arguments, said):
    status, out, err = run("explain", *arguments.split())
    assert (status, out) == (2, "")
    assert err.splitlines()[-1] == f"cnncalc: {said}"


def test_an_axis_too_long_is_refused(run, tmp_path):
    (tmp_path / "long.spec").write_text("INPUT: 1000000000x1\nA: conv 1 3\nB: conv 1 3")
    status, out, err = run("explain", "long.spec", "B", "--unit", "5")
    assert (status, out) == (2, "")
    said = "A is over an axis of 1,000,000,000 cells, and --unit goes cell by cell: 262,144 are the most"
    assert err == f"cnncalc: {said}\n"
    with pytest.raises(ValueError, match="B is over an axis of 999,999,998 cells"):
        network = load(tmp_path / "long.spec")
        seen(network, network["B"], (5,))


def test_a_spec_with_an_error_tells_what_is_known(run, tmp_path):
    (tmp_path / "net.spec").write_text("INPUT: 9x1\nA: conv 1 3\nB: conv 1 99")
    status, out, err = run("explain", "net.spec", "A", "--unit", "2")
    assert status == 1
    assert "sees       3 of 9 positions (33.3 %)" in out
    assert "all of it" not in out
    assert "SHP101" in err
    assert run("explain", "net.spec", "B", "--unit", "2").out == ""


def test_a_narrow_terminal_breaks_lines_and_leaves_the_drawing_out():
    wide, narrow = terminal("explain lenet5 C1 --unit 0,0", 80), terminal("explain lenet5 C1 --unit 0,0", 30)
    assert "  " + "#" * 5 + "." * 27 in wide
    assert "#" not in narrow
    assert all(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) <= 30 for line in narrow.splitlines()[1:])
    assert "\x1b[1mC1" in wide
    assert "\x1b[" not in terminal("explain lenet5 C1 --unit 0,0", 80, NO_COLOR="1")


def test_large_inputs_are_not_drawn(told):
    assert told("INPUT: 41x3x1\nA: conv 1 1", "A", "--unit", "0,0")[-1][0] == "all of it"
    assert told("INPUT: 40x3x1\nA: conv 1 1", "A", "--unit", "0,0")[-1] == "." * 40
    assert told("INPUT: 5x1\nA: conv 1 1", "A", "--unit", "2")[-1] == "..#.."
