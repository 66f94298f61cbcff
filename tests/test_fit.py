"""The stride fit, against brute force over cells, and the remedies that findings name, re-applied."""

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cnncalc import loads
from cnncalc.analysis.fit import Slide, fits, inputs, pads, slides, strides
from cnncalc.api import analyse
from cnncalc.geometry import Window
from cnncalc.lint.choice import Choice
from cnncalc.lint.engine import findings

SLIDES = st.builds(
    Slide,
    st.integers(1, 24),
    st.integers(1, 9),
    st.integers(1, 9),
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
    st.booleans(),
)


MISFITS = SLIDES.map(lambda s: s._replace(extent=s.extent + s.reach)).filter(lambda s: s.remainder)


STRIDE = Choice(select=("FIT101", "FIT102", "FIT103"))


def read(slide: Slide) -> set[int]:
    """The cells that windows read, one by one, padding included; cell 0 is the first of the input."""
    starts = [o * slide.stride - slide.pad[0] for o in range(slide.out)]
    return {cell for start in starts for cell in range(start, start + slide.reach)}


@given(SLIDES)
@example(Slide(1, 1, 9, (3, 0)))
def test_lost_and_gaps_are_the_cells_that_no_window_reads(slide):
    assume(slide.out >= 1)
    unread = set(range(slide.extent)) - read(slide)
    last = max(read(slide))
    assert slide.lost == sum(cell > last for cell in unread)
    assert slide.gaps == sum(cell < last for cell in unread)


@given(SLIDES)
def test_dropped_is_the_padding_at_the_end_that_no_window_reads(slide):
    assume(slide.out >= 1)
    end = set(range(slide.extent, slide.extent + slide.pad[1]))
    after = {cell for cell in end if cell > max(read(slide))}
    assert slide.dropped == len(after)


@given(SLIDES)
def test_floor_loses_as_the_remainder_says(slide):
    """Lost is min(W, max(0, r - Pend)), dropped min(r, Pend), for pools that round down and every convolution."""
    assume(slide.out >= 1)
    slide = slide._replace(ceil=False)
    assume(slide.out >= 1)
    r, end = slide.remainder, slide.pad[1]
    assert slide.lost == min(slide.extent, max(0, r - end))
    assert slide.dropped == min(r, end)


@given(SLIDES)
def test_a_slide_that_fits_drops_nothing(slide):
    assume(fits(slide))
    assert (slide.lost, slide.dropped) == (0, 0)


@given(SLIDES)
def test_the_formula_evaluates_to_what_is_printed(slide):
    assume(slide.out >= 1 and slide.room >= 0)
    exact = eval(slide.formula)
    if slide.remainder:
        places = len(slide.quotient.partition(".")[2])
        assert abs(float(slide.quotient) - exact) <= 0.5 * 10**-places + 1e-12
        assert float(slide.quotient) != int(float(slide.quotient))
    else:
        assert slide.quotient == str(int(exact))
    assert slide.working.startswith(f"{slide.formula} = {slide.quotient}")
    assert slide.working.endswith(f" {slide.out}")


@given(MISFITS)
def test_remedies_fit(slide):
    below_above = inputs(slide)
    assert all(fits(slide._replace(extent=w)) for w in below_above)
    near = range(max(1, slide.extent - slide.stride + 1), slide.extent + slide.stride)
    assert [w for w in near if fits(slide._replace(extent=w))] == list(below_above)
    found = list(pads(slide))
    assert all(fits(slide._replace(pad=p)) and max(p) < max(slide.reach, slide.pad[0] + 1) for p in found)
    nearest = strides(slide)
    assert all(fits(slide._replace(stride=s)) for s in nearest)
    below = [s for s in range(1, slide.stride) if fits(slide._replace(stride=s))]
    assert max(below, default=0) == min([0, *(s for s in nearest if s < slide.stride)], key=lambda s: -s)


@given(MISFITS)
def test_even_pads_come_first_and_none_is_missed(slide):
    slide = slide._replace(pad=(slide.pad[0], slide.pad[0]))
    assume(slide.remainder)
    even = {p for p in range(slide.reach) if fits(slide._replace(pad=(p, p))) and abs(p - slide.pad[0]) <= slide.stride}
    if even:
        assert {p for p, _ in pads(slide)} == even
        assert all(a == b for a, b in pads(slide))


@pytest.mark.parametrize(
    ("slide", "quotient"),
    [
        (Slide(7, 3, 3, (0, 0)), "2.33"),
        (Slide(8, 3, 2, (0, 0)), "3.5"),
        (Slide(300, 1, 300, (0, 0)), "1.997"),
        (Slide(302, 1, 300, (0, 0)), "2.003"),
        (Slide(11, 1, 4, (0, 0)), "3.5"),
    ],
)
def test_quotients_never_look_whole(slide, quotient):
    assert slide.quotient == quotient


# through specs


def told(text: str) -> list[tuple[str, str, str]]:
    """(code, message, hint) of a spec's findings."""
    return [(f.code.code, f.message, f.hint) for f in findings(analyse(text, "net", "net.spec"), STRIDE)]


@pytest.mark.parametrize(
    "text",
    [
        "INPUT: 227x227x3\nCONV1: 96 11x11 stride 4",
        "INPUT: 8x8x3\nCONV1: 4 3x3 stride 2 pad same",
        "INPUT: 7x7x3\nCONV1: 4 3x3 stride 2 pad same",
        "INPUT: 11x10x3\nCONV1: 4 5x5 stride 3 pad same",
        "INPUT: 56x56x3\nPOOL1: max 3x3 stride 2 ceil",
        "INPUT: 10x10x3\nCONV1: 4 3x3 pad full",
        "INPUT: 8x8x3\nGAP: gap\nFC: 10",
        "INPUT: 64x3\nCONV1: 4 3 dilation 2 pad 2",
    ],
)
def test_windows_that_fit_are_silent(text):
    assert told(text) == []


@pytest.mark.parametrize(
    "line",
    ["CONV1: 64 7x7 stride 2 pad 3", "CONV1: 64 11x11 stride 4 pad 2", "POOL1: max 3x3 stride 2 pad 1"],
)
def test_the_stems_of_resnet_and_alexnet_lose_padding_only(line):
    assert [code for code, _, _ in told(f"INPUT: 224x224x3\n{line}")] == ["FIT102"]


MESSAGES = {
    "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3": (
        "FIT101",
        "CONV1: (7 + 2*0 - 3)/3 + 1 = 2.33 on the width and height: does not fit; "
        "PyTorch takes 2 and never reads the last 1 pixel",
        "use an input of 6 or 9, or pad 1, or stride 2",
    ),
    "INPUT: 8x7x1\nCONV1: 1 3x3 stride 2": (
        "FIT101",
        "CONV1: (8 + 2*0 - 3)/2 + 1 = 3.5 on the width: does not fit; PyTorch takes 3 and never reads the last 1 pixel",
        "on the width use an input of 7 or 9, or pad 0:1, or stride 1",
    ),
    "axes CxHxW\nINPUT: 1x8x7\nCONV1: 1 3x3 stride 2": (
        "FIT101",
        "CONV1: (8 + 2*0 - 3)/2 + 1 = 3.5 on the height: does not fit; "
        "PyTorch takes 3 and never reads the last 1 pixel",
        "on the height use an input of 7 or 9, or pad 0:1, or stride 1",
    ),
    "INPUT: 9x10x1\nCONV1: 1 3x3 stride 4x3": (
        "FIT101",
        "CONV1: (9 + 2*0 - 3)/4 + 1 = 2.5 on the width: does not fit; "
        "PyTorch takes 2 and never reads the last 2 pixels; "
        "(10 + 2*0 - 3)/3 + 1 = 3.33 on the height: does not fit; PyTorch takes 3 and never reads the last 1 pixel",
        "on the width use an input of 7 or 11, or pad 1, or stride 3; "
        "on the height use an input of 9 or 12, or pad 1, or stride 1",
    ),
    "INPUT: 6x6x6x1\nCONV1: 1 3x3x3 stride 2": (
        "FIT101",
        "CONV1: (6 + 2*0 - 3)/2 + 1 = 2.5 on the width, height and depth: does not fit; "
        "PyTorch takes 2 and never reads the last 1 pixel",
        "use an input of 5 or 7, or pad 0:1, or stride 1 or 3",
    ),
    "INPUT: 12x4\nCONV1: 2 3 stride 5 pad 1": (
        "FIT102",
        "CONV1: (12 + 2*1 - 3)/5 + 1 = 3.2 on the length: does not fit; "
        "PyTorch takes 3 and never reads the last 1 cell of the padding; no pixel is lost",
        "use an input of 11 or 16, or pad 1:0, or stride 1",
    ),
    "INPUT: 8x8x1\nPOOL1: max 3x3 stride 3": (
        "FIT101",
        "POOL1: (8 + 2*0 - 3)/3 + 1 = 2.67 on the width and height: does not fit; "
        "PyTorch takes 2 and never reads the last 2 pixels",
        "use an input of 6 or 9, or stride 1",
    ),
    "INPUT: 224x224x3\nCONV1: 64 7x7 stride 2 pad 3": (
        "FIT102",
        "CONV1: (224 + 2*3 - 7)/2 + 1 = 112.5 on the width and height: does not fit; "
        "PyTorch takes 112 and never reads the last 1 cell of the padding; no pixel is lost",
        "use an input of 223 or 225, or pad 3:2 or 3:4, or stride 1",
    ),
    "INPUT: 10x10x1\nCONV1: 5 5x5 stride 4 pad 0:1": (
        "FIT101",
        "CONV1: (10 + 0 + 1 - 5)/4 + 1 = 2.5 on the width and height: does not fit; "
        "PyTorch takes 2 and never reads the last 1 pixel and 1 cell of padding",
        "use an input of 8 or 12, or pad 0:3, or stride 3",
    ),
    "INPUT: 2x2x1\nCONV1: 1 3x3 stride 9 pad 3": (
        "FIT101",
        "CONV1: (2 + 2*3 - 3)/9 + 1 = 1.56 on the width and height: does not fit; "
        "PyTorch takes 1 and reads none of the 2 pixels",
        "use an input of 6, or stride 5",
    ),
    "INPUT: 57x57x64\nCONV1: 128 1x1 stride 2": (
        "FIT103",
        "CONV1: stride 2 steps over 1 pixel after every 1 on the width and height: 28 of 57 are in no window",
        "use stride 1 or a kernel that reaches over 2 on the width and height",
    ),
}


@pytest.mark.parametrize("text", MESSAGES)
def test_messages(text):
    assert told(text)[0] == MESSAGES[text]


@st.composite
def lines(draw):
    """A convolution over a map, with its arguments apart."""
    kernel = draw(st.integers(1, 7))
    dilation = draw(st.integers(1, 2))
    return {
        "extents": (draw(st.integers(12, 30)), draw(st.integers(12, 30))),
        "kernel": kernel,
        "stride": draw(st.integers(2, 6)),
        "pad": draw(st.integers(0, kernel)),
        "dilation": dilation,
    }


def spec(v, **changes):
    """Its text, with values changed: one for both axes, or (width, height)."""
    w, h = changes.pop("extents", v["extents"])
    both = {name: changes.get(name, (v[name], v[name])) for name in ("stride", "pad")}
    arguments = " ".join(f"{name} {x}x{y}" for name, (x, y) in both.items())
    return f"INPUT: {w}x{h}x2\nCONV1: 3 {v['kernel']}x{v['kernel']} {arguments} dilation {v['dilation']}"


def fitting(text: str, axis: int) -> bool:
    """Whether the only layer of a spec fits one axis (0 the width)."""
    node = analyse(text, "net", "net.spec").nodes[0]
    assert isinstance(node.window, Window)
    return fits(slides(node)[1 - axis])


@given(lines())
def test_what_hints_name_fits_when_it_is_written_into_the_spec(v):
    for finding in findings(analyse(spec(v), "net", "net.spec"), STRIDE):
        if finding.code.code not in ("FIT101", "FIT102"):
            continue
        for clause in finding.hint.split("; "):
            named = [axis for axis, name in enumerate(("width", "height")) if name in clause]
            check_clause(v, clause, named or [0, 1])


def check_clause(v, clause, axes):
    """Every value of `use an input of A or B, or pad C or D, or stride E or F`, applied by itself."""
    for part in clause.removeprefix("on the width ").removeprefix("on the height ").split(", or "):
        what = next(name for name in ("input", "pad", "stride") if name in part)
        values = re.findall(r"\d+(?::\d+)?", part)
        assert values, part
        for value in values:
            name = "extents" if what == "input" else what
            old = v["extents"] if what == "input" else (v[what], v[what])
            new = tuple(value if axis in axes else old[axis] for axis in (0, 1))
            assert all(fitting(spec(v, **{name: new}), axis) for axis in axes), (clause, value)


@pytest.mark.parametrize("line", ["lppool 3 stride 2", "subsample 3 stride 2", "subsample 3"])
def test_every_pool_that_slides_is_held_to_its_map(line):
    assert [f.code.code for f in loads(f"INPUT: 14x14x4\n{line}").diagnostics] == ["FIT101"]
    assert [f.code.code for f in loads(f"INPUT: 15x15x4\n{line}").diagnostics] == []


@pytest.mark.parametrize(
    "line",
    ["deconv 4 2 stride 3", "upsample 3", "upsample 3 bilinear", "adaptive avgpool 5", "crop 1:2", "zeropad 1:0"],
)
def test_windows_that_do_not_slide_fit_any_map(line):
    for rounding in ("floor", "exact"):
        assert [
            f.code.code
            for f in loads(f"rounding {rounding}\nINPUT: 14x13x4\n{line}").diagnostics
            if f.code[:5] == "FIT10"
        ] == []


def test_rounding_up_speaks_of_pools_that_can():
    net = loads("rounding ceil\nINPUT: 14x14x4\nlppool 3 stride 2\nsubsample 3 stride 2\nconv 4 2 stride 2")
    assert [node.output.extents for node in net] == [(7, 7), (3, 3), (1, 1)]
