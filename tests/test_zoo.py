"""The specs that come with the package: published figures, no findings that matter, modules that are what they say."""

import re
from pathlib import Path

import pytest

import cnncalc
from cnncalc import zoo
from cnncalc.emit.verify import verify

ROOT = Path(__file__).parent.parent
EXACT = {
    "alexnet": (62_378_344, 1_135_256_096),
    "alexnet-paper": (60_965_224, 724_406_816),
    "alexnet-torchvision": (61_100_840, 714_188_480),
    "vgg11": (132_863_336, 7_609_090_048),
    "vgg11-lrn": (132_863_336, 7_609_090_048),
    "vgg13": (133_047_848, 11_308_466_176),
    "vgg16-c": (133_638_952, 11_770_888_192),
    "vgg16": (138_357_544, 15_470_264_320),
    "vgg19": (143_667_240, 19_632_062_464),
    "alphago": (3_882_793, 1_400_726_208),
    "mnist-mlp": (669_706, 668_672),
    "lenet5": (60_000, 326_520),
    "zfnet": (62_357_608, 1_168_032_896),
    "nin-cifar10": (966_986, 222_486_528),
    "nin-imagenet": (7_595_176, 1_100_188_800),
    "convnetjs-cifar10": (22_466, 3_920_000),
    "convnetjs-mnist": (5_994, 578_560),
    "pilotnet": (252_219, 26_876_342),
    "c3d": (78_409_573, 38_547_378_176),
    "tiny-vgg": (19_920, 5_608_780),
    "wavenet-stack": (27_264, 427_008_000),
    "series": (3, 18),
    "dcgan": (3_576_704, 104_628_224),
    "dcgan-paper": (18_855_043, 640_614_400),
    "mobilenet_v1": (4_231_976, 568_740_352),
    "vgg11-bn": (132_868_840, 7_609_090_048),
    "vgg13-bn": (133_053_736, 11_308_466_176),
    "vgg16-bn": (138_365_992, 15_470_264_320),
    "vgg19-bn": (143_678_248, 19_632_062_464),
    "alphago-value": (3_980_162, 1_402_551_680),
    "darknet19": (20_842_376, 2_790_989_824),
}
IN_MILLIONS = {"vgg11": 133, "vgg11-lrn": 133, "vgg13": 133, "vgg16-c": 134, "vgg16": 138, "vgg19": 144}


@pytest.mark.parametrize("name", zoo.names())
def test_a_spec_says_what_it_is_and_claims_its_figures(name):
    net = cnncalc.load(name)
    assert net.title and net.source.origin and len(net.title) <= 60 and len(net.source.origin) <= 80
    assert {"params", "macs"} <= {claim.quantity for claim in net.expectations if claim.op == "=" and not claim.target}


@pytest.mark.parametrize("name", zoo.names())
def test_a_spec_has_no_errors_and_no_warnings(name):
    assert [f.message for f in cnncalc.load(name).lint() if f.severity != "info"] == []


# whole images of these take a minute on one core
SMALLER = {"fcn": "52x52x3", "unet": "188x188x1"}


@pytest.mark.parametrize("name", zoo.names())
def test_the_module_is_what_the_table_says(name):
    net = cnncalc.load(name, input=SMALLER.get(name))
    assert verify(net, net.torch_source()) == []


@pytest.mark.parametrize("name", zoo.names())
def test_the_table_is_the_golden_one_and_adds_up(name, run, golden):
    status, out, err = run("show", name)
    assert (status, err) == (0, f"cnncalc: '{name}' is taken from the zoo\n")
    golden(f"show-{name}.txt", out)
    lines = out.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("layer"))
    last = next(i for i, line in enumerate(lines) if line.startswith("total"))
    head = lines[first].find(" head ") + 1
    counted = [line for line in lines[first + 1 : last + 1] if not head or line[head : head + 1].isspace()]
    for heading in ("params", "MACs", "memory/B"):
        end = lines[first].index(heading) + len(heading)
        cells = [re.search(r"\S*$", line.ljust(end)[:end])[0].replace(",", "") for line in counted]
        numbers = [int(cell) if cell.isdigit() else 0 for cell in cells]
        assert sum(numbers[:-1]) == numbers[-1] > 0, heading


@pytest.mark.parametrize("name", EXACT)
def test_exact_figures(name):
    net = cnncalc.load(name)
    assert (net.params, net.macs) == EXACT[name]


@pytest.mark.parametrize("name", IN_MILLIONS)
def test_vgg_table_2(name):
    assert round(cnncalc.load(name).params / 1e6) == IN_MILLIONS[name]


@pytest.mark.parametrize(("k", "params"), [(128, 1_777_641), (192, 3_882_793), (256, 6_798_953), (384, 15_064_297)])
def test_alphago_with_other_widths(k, params):
    net = cnncalc.load("alphago", set={"k": k})
    assert net.params == params
    assert net.diagnostics == ()


TABLES_6_AND_7 = [
    ({}, 4_231_976, 568_740_352, 4.2, 569),
    ({"alpha": 0.75}, 2_585_560, 325_400_448, 2.6, 325),
    ({"alpha": 0.5}, 1_331_592, 149_497_088, 1.3, 149),
    ({"alpha": 0.25}, 470_072, 41_030_272, 0.5, 41),
    ({"r": 192}, 4_231_976, 418_121_728, 4.2, 418),
    ({"r": 160}, 4_231_976, 290_675_200, 4.2, 291),  # printed as 290; the authors' code has 291
    ({"r": 128}, 4_231_976, 186_400_768, 4.2, 186),
]


@pytest.mark.parametrize(("set_", "params", "macs", "millions", "million_macs"), TABLES_6_AND_7)
def test_mobilenet_at_the_widths_and_resolutions_of_the_paper(set_, params, macs, millions, million_macs):
    net = cnncalc.load("mobilenet_v1", set=set_)
    assert (net.params, net.macs, net.diagnostics) == (params, macs, ())
    assert (round(params / 1e6, 1), round(macs / 1e6)) == (millions, million_macs)


@pytest.mark.parametrize(("r", "macs"), [(192, 418_121_728), (160, 290_675_200), (128, 186_400_768)])
def test_mobilenet_takes_its_resolution_from_the_input_as_well(r, macs):
    net = cnncalc.load("mobilenet_v1", input=f"{r}x{r}x3")
    assert (net.params, net.macs, net.diagnostics) == (4_231_976, macs, ())


@pytest.mark.parametrize(("size", "billions"), [(224, 5.58), (256, 7.29)])
def test_darknet19_at_both_of_its_published_sizes(size, billions):
    net = cnncalc.load("darknet19", input=f"{size}x{size}x3")
    assert (round(2 * net.macs / 1e9, 2), net.params) == (billions, 20_842_376)


@pytest.mark.parametrize(
    ("conv13", "params"),
    [
        ("1 1x1 plain", 3_980_162),
        ("1 1x1 nobias plain", 3_980_161),
        ("1 1x1 nobias plain\nBIAS13: untied", 3_980_522),
    ],
)
def test_alphago_values_last_bias_is_one_number(conv13, params):
    """Of the three readings of layer 13 the spec takes the first, and says so to its claims."""
    text = re.sub("(?m)^CONV13: .*", f"CONV13: {conv13}", "\n".join(cnncalc.load("alphago-value").source.rows))
    net = cnncalc.loads(text)
    assert net.params == params
    assert bool(net.diagnostics) == (params != 3_980_162)


def test_alexnet_keeps_the_slide_line_by_line():
    text = (ROOT / "specs" / "alexnet.spec").read_text()
    from listings import ALEXNET

    spec = [line.replace(" plain", "") for line in text.splitlines()]
    assert [line for line in ALEXNET.strip().splitlines() if line not in spec] == []


def test_receptive_fields_of_the_literature():
    fields = {
        "alexnet": {
            "CONV1": 11, "POOL1": 19, "CONV2": 51, "POOL2": 67,
            "CONV3": 99, "CONV4": 131, "CONV5": 163, "POOL3": 195,
        },
        "vgg16": {"POOL5": 212}, "vgg11": {"POOL5": 150}, "vgg13": {"POOL5": 156}, "vgg19": {"POOL5": 268},
        "zfnet": {"POOL5": 171}, "lenet5": {"C1": 5, "S2": 6, "C3": 14, "S4": 16, "C5": 32},
    }  # fmt: skip
    for name, known in fields.items():
        rows = {row["name"]: row["receptive_field"] for row in cnncalc.load(name).to_dict()["layers"]}
        for layer, size in known.items():
            assert rows[layer]["size"] == [size, size], (name, layer)


def test_activations_of_vgg_as_worked_out_with_the_input():
    """The published sums count the input and the outputs of conv, pool and fc; the rows here leave the input out."""
    for name, published in {"vgg11": 9_116_136, "vgg13": 13_933_032, "vgg16": 15_237_608, "vgg19": 16_542_184}.items():
        net = cnncalc.load(name)
        bare = sum(node.activations for node in net if node.name == node.line)
        assert bare + 224 * 224 * 3 == published
