"""`explain` in graphs: dotted names, joins with their branches, shortcuts, shared weights, sums, suggestions."""

import pytest

NET = """\
# A bit of everything
block se(r=4)
  c = C
  scale
    - identity
    - gap; fc c//r relu; fc c sigmoid

block basic(c, s=1)
  add relu
    - conv1: conv c 3x3 stride s pad 1 nobias bn relu
      conv2: conv c 3x3 pad 1 nobias bn
    - downsample: shortcut

INPUT: 32x32x16
layer1.0..1: basic 16
layer2.0: basic 32 s=2
layer2.1: basic 32 dropout
3a: concat
  - conv 64 1x1
  - conv 96 1x1; conv 128 3x3 pad 1
  - conv 16 1x1
    conv 32 5x3 pad 2x1
  - maxpool 3x3 stride 1 pad 1; conv 32 1x1
aux1 from 3a: aux weight 0.3
  gap
  fc 10
from 3a
gate: se
A: conv 8 1x1 bn
from 3a
B: share A
left: identity
SUM: add from A, B
pool: repeat 2
  maxpool 2x2
fc 10
"""


@pytest.fixture
def explain(run, tmp_path):
    """Explain a name of the network above; what stands below each title."""
    (tmp_path / "net.spec").write_text(NET)

    def call(name: str, text: str = "") -> dict[str, dict[str, list[str]]]:
        if text:
            (tmp_path / "net.spec").write_text(text)
        status, out, err = run("explain", "net.spec", name)
        assert (status, err) == (0, "")
        return sections(out)

    return call


def sections(out: str) -> dict[str, dict[str, list[str]]]:
    """Title -> what is worked out -> how, each as often as it stands there."""
    found: dict[str, dict[str, list[str]]] = {}
    steps: dict[str, list[str]] = {}
    for line in out.splitlines():
        if line and not line.startswith(" "):
            steps = found[line.split("  ")[0]] = {}
        elif "  " in line.strip():
            what, how = line.strip().split("  ", 1)
            steps.setdefault(what, []).append(how.strip())
    return found


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("layer2.0.conv1", ["layer2.0.conv1", "layer2.0.conv1.bn", "layer2.0.conv1.relu"]),
        ("layer2.0.conv1.conv", ["layer2.0.conv1"]),
        ("layer2.0.conv1.bn", ["layer2.0.conv1.bn"]),
        ("layer2.0.downsample", ["layer2.0.downsample", "layer2.0.downsample.bn"]),
        ("3a.0.0", ["conv1"]),
        ("3a.1.1", ["conv3"]),
        ("3a.1", ["conv2", "conv3"]),
        ("3a.concat", ["3a"]),
        ("aux1", ["aux1.gap1", "aux1.fc1"]),
        ("aux1.fc1", ["aux1.fc1"]),
        ("gate.scale1.1", ["gate.gap1", "gate.fc1", "gate.fc1.relu", "gate.fc2", "gate.fc2.sigmoid"]),
        ("B", ["B", "B.bn"]),
        ("pool", ["pool.0.maxpool1", "pool.1.maxpool1"]),
        ("pool.1", ["pool.1.maxpool1"]),
    ],
)
def test_names_that_can_be_explained(explain, name, rows):
    assert [title for title in explain(name) if " in all" not in title and title != f"{name} in all"] == rows


@pytest.mark.parametrize(("name", "count"), [("layer2.0", 9), ("layer2", 18), ("3a", 8), ("layer1", 16)])
def test_parts_are_explained_layer_by_layer_with_their_sums(explain, name, count):
    found = explain(name)
    assert len(found) == count + 1
    assert list(found)[-1] == f"{name} in all"


def test_the_sums_of_a_part(explain):
    sums = explain("layer2.0")["layer2.0 in all"]
    assert sums["output"] == ["16x16x32"]
    assert sums["params"] == ["4,608 + 64 + 9,216 + 64 + 512 + 64 = 14,528"]
    assert sums["MACs"] == ["1,179,648 + 2,359,296 + 131,072 = 3,670,016"]
    assert sums["receptive field"] == ["15"]
    whole = explain("layer2")["layer2 in all"]
    assert whole["params"] == [f"{14_528 + 18_560:,}"]
    shared = explain("B")["B in all"]
    assert shared["params"] == ["0"]
    assert shared["shared"] == ["weights of another part, counted where they stand first"]


def test_the_title_of_a_part_says_what_it_is(run, tmp_path):
    (tmp_path / "net.spec").write_text(NET)
    for name, kind in {
        "layer1": "basic x 2, 16 layers", "layer2.1": "basic dropout, 9 layers", "3a": "concat, 8 layers",
        "pool": "repeat x 2, 2 layers", "aux1": "head, 2 layers", "A": "conv bn, 2 layers", "3a.1": "2 layers",
    }.items():  # fmt: skip
        assert f"\n{name} in all  ({kind})\n" in run("explain", "net.spec", name).out


def test_a_concat_adds_channels_and_unites_what_its_branches_see(explain):
    steps = explain("3a.concat")["3a"]
    assert steps["from"] == ["conv1, conv3, conv5, conv6"]
    assert steps["channels"] == ["64 + 128 + 32 + 32 = 256"]
    assert steps["branch"] == [
        "conv1: -11 to 11 = 23",
        "conv3 and conv6: -13 to 13 = 27",
        "conv5: width -15 to 15 = 31; height -13 to 13 = 27",
    ]
    assert steps["receptive field"] == ["width -15 to 15 = 31; height -13 to 13 = 27"]
    assert steps["jump"] == ["2"]
    assert steps["output"] == ["16x16x256"]


def test_an_add_and_its_shortcuts(explain):
    steps = explain("layer2.0.add1")
    assert steps["layer2.0.add1"]["input"] == ["16x16x32, 16x16x32"]
    assert steps["layer2.0.add1"]["from"] == ["layer2.0.conv2.bn, layer2.0.downsample.bn"]
    assert "channels" not in steps["layer2.0.add1"]
    projected = steps["layer2.0.downsample"]
    assert projected["beside it"] == ["layer2.0.conv2.bn 16x16x32"]
    assert projected["shortcut"] == ["32 channels for 16 and stride 2: a 1x1 projection"]
    assert projected["params"] == ["1*1*16*32 = 512"]
    assert projected["MACs"] == ["16*16*32 outputs * 1*1*16 = 131,072"]
    assert "shortcut" not in steps["layer2.0.downsample.bn"]
    same = explain("layer1.1.downsample")["layer1.1.downsample"]
    assert same["shortcut"] == ["the same channels and stride 1: the input as it is"]


@pytest.mark.parametrize(
    ("branch", "said"),
    [
        ("conv 16 3x3 stride 2 pad 1", "stride 2: one cell in 2, and 0 channels of zeros behind its own"),
        ("conv 20 3x3 pad 1", "20 channels for 16: the input, and 4 channels of zeros behind its own"),
        (
            "conv 20 3x3 stride 2x1 pad 1",
            "20 channels for 16 and stride 2x1: one cell in 2x1, and 4 channels of zeros behind its own",
        ),
    ],
)
def test_a_shortcut_of_zeros(explain, branch, said):
    text = f"INPUT: 8x8x16\nadd\n  - {branch}\n  - shortcut pad\n"
    assert explain("shortcut1", text)["shortcut1"]["shortcut"] == [said]


def test_a_scale_repeats_what_has_axes_of_one(explain):
    steps = explain("gate.scale1.scale")["gate.scale1"]
    assert steps["broadcast"] == [
        "gate.fc2.sigmoid 256 is repeated along the width 16 times and the height 16 times",
    ]
    assert steps["branch"][1] == "gate.fc2.sigmoid: the whole input"
    assert steps["receptive field"] == ["the whole input"]


def test_vectors_join_maps_of_one_cell(explain):
    text = "INPUT: 8x8x4\nadd\n  - gap\n  - fc 4\n"
    steps = explain("add1.add", text)["add1"]
    assert steps["broadcast"] == ["fc1 4 is read as 1x1x4"]


def test_shared_weights_are_counted_elsewhere(explain):
    steps = explain("B")
    assert steps["B"]["params"] == ["(1*1*256 + 1)*8 = 2,056, those of A: counted there"]
    assert steps["B"]["MACs"] == ["16*16*8 outputs * 1*1*256 = 524,288"]
    assert steps["B.bn"]["buffers"] == ["8 + 8 + 1 = 17, those of A.bn: counted there"]


def test_branches_out_of_step_are_said_to_be(explain):
    text = "INPUT: 9x9x4\nA: conv 4 5x5\nfrom INPUT\nB: conv 4 1x1 stride 2\nJ: concat from A, B\n"
    assert explain("J", text)["J"]["jump"] == ["1, as A has it"]


def test_heads_say_so(run, tmp_path):
    (tmp_path / "net.spec").write_text(NET)
    out = run("explain", "net.spec", "aux1.fc1").out
    assert out.startswith("aux1.fc1  (fc, line 26: fc 10, only in training: aux1)\n")


def test_a_line_tells_what_its_kinds_do_once_and_a_part_does_not(run, tmp_path):
    (tmp_path / "net.spec").write_text(NET)
    about = "Convolution in one, two or three dimensions"
    assert run("explain", "net.spec", "layer2.0.conv1").out.count(about) == 1
    assert run("explain", "net.spec", "layer2.0").out.count(about) == 0


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("layr2", "did you mean 'layer2'?"),
        ("layer2.0.cov1", "did you mean 'layer2.0.conv1'?"),
        ("3b", "did you mean '3a'?"),
        ("aux2", "did you mean 'aux1'?"),
        ("layer2.0.donsample.bn", "did you mean 'layer2.0.downsample.bn'?"),
        ("zzzzzzzz", "there are layer1, layer2, conv1, conv2, conv3, conv4, ..."),
    ],
)
def test_a_misspelt_name(run, tmp_path, name, hint):
    (tmp_path / "net.spec").write_text(NET)
    status, out, err = run("explain", "net.spec", name)
    assert (status, out) == (2, "")
    assert err == f"cnncalc: net has no layer '{name}'; {hint}\n"


def test_a_misspelt_name_of_a_long_network(run):
    _, _, err = run("explain", "resnet152", "layer5")
    assert "resnet152 has no layer 'layer5'; did you mean 'layer1'?" in err


def test_the_whole_network_is_explained(run, tmp_path):
    (tmp_path / "net.spec").write_text(NET)
    status, out, err = run("explain", "net.spec")
    assert (status, err) == (0, "")
    assert " in all" not in out
    assert out.splitlines()[-1].startswith("connections, biases among them: ")


def test_bytes_are_those_of_a_batch_and_a_dtype(run):
    out = run("explain", "alexnet", "CONV1", "--batch", "128", "--dtype", "half").out
    assert "memory            128*290,400 numbers of 2 B = 74,342,400 B, a batch of 128 in float16" in out
    assert "backward          keeps INPUT 39,574,272 B" in out
    assert "128*210,830,400/(39,574,272 in + 69,888 weights + 74,342,400 out in float16) = 236.750" in out
    assert "memory           148,684,800 B, a batch of 128 in float16" in out
    assert run("explain", "alexnet", "CONV1", "--batch", "0").status == 2
    assert run("explain", "alexnet", "CONV1", "--dtype", "int4").status == 2
