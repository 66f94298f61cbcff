"""Other tools' figures: `benchmarks/conventions.py` runs the tools and writes what they say; here we say the same."""

import json
import re
from pathlib import Path

import pytest
from test_cli import terminal

import cnncalc
from cnncalc import layers
from cnncalc.analysis import conventions
from cnncalc.analysis.convention import Count
from cnncalc.analysis.report import View, report
from cnncalc.api import analyse
from cnncalc.render.machine import to_dict

ROOT = Path(__file__).parent.parent
DATA = json.loads((ROOT / "benchmarks" / "conventions.json").read_text(encoding="utf-8"))
TOOLS = {name: conventions.find(name) for name in conventions.names() if name != "cnncalc"}
every_tool = pytest.mark.parametrize("tool", TOOLS)
TORCHVISION = {
    "alexnet": ("alexnet-torchvision", {}),
    "vgg16": ("vgg16", {"torchvision": 1}),
    "resnet50": ("resnet50", {}),
    "mobilenet_v2": ("mobilenet_v2", {}),
}
FUNCTION = {("mobilenet_v2", "thop"): 64_000, ("mobilenet_v2", "ptflops"): 62_720}
"""torchvision's MobileNetV2 pools by a function, which thop does not see and ptflops counts once; a spec has a module:
its 7*7*1280 = 62,720 inputs and 1,280 outputs more."""
AGAIN = "what is counted changed, or the tools were not run since: run benchmarks/conventions.py again"


def figure(network, tool):
    return sum(map(TOOLS[tool].figure, TOOLS[tool].runs(network)))


def figures(network):
    return {tool: figure(network, tool) for tool in TOOLS}


def without(row, *names):
    return {key: value for key, value in row.items() if key not in names}


def test_the_conventions_are_the_files_of_their_folder():
    folder = ROOT / "cnncalc" / "analysis" / "conventions"
    assert set(conventions.names()) == {path.stem for path in folder.glob("[a-z]*.py")}
    assert {"cnncalc", "torch", "fvcore", "thop", "ptflops", "torchinfo"} <= set(conventions.names())
    for name in conventions.names():
        assert conventions.find(name).name == name
        assert conventions.find(name).note
    assert conventions.find("cnncalc").title == "cnncalc"


@every_tool
def test_a_convention_names_the_version_that_was_run(tool):
    assert DATA["tools"][tool]["version"] == TOOLS[tool].version
    assert TOOLS[tool].call
    assert TOOLS[tool].title == f"{tool} {TOOLS[tool].version}"


@every_tool
@pytest.mark.parametrize("name", TORCHVISION)
def test_the_totals_of_torchvisions_own_modules(name, tool):
    spec, constants = TORCHVISION[name]
    more = FUNCTION.get((name, tool), 0)
    assert figure(cnncalc.load(spec, set=constants), tool) - more == DATA["torchvision"][name][tool]


def test_the_figures_that_are_quoted():
    assert DATA["torchvision"]["alexnet"] == {
        "torch": 1_428_376_960, "fvcore": 714_197_696, "thop": 714_206_912, "ptflops": 716_441_128,
        "torchinfo": 714_682_664,
    }  # fmt: skip


@pytest.mark.parametrize(("name", "tool"), [(name, tool) for name in TORCHVISION for tool in DATA["layers"][name]])
def test_torchvisions_layers_one_by_one(name, tool):
    spec, constants = TORCHVISION[name]
    found = [TOOLS[tool].figure(node) for node in cnncalc.load(spec, set=constants)]
    pooled = {"fvcore": 62_720, "thop": 64_000}.get(tool)
    if name == "mobilenet_v2" and pooled:
        found.remove(pooled)  # a function is no layer of theirs
    assert [count for count in found if count] == list(DATA["layers"][name][tool].values())


@pytest.mark.parametrize("name", DATA["zoo"])
def test_the_totals_of_every_network_of_the_zoo(name):
    assert figures(cnncalc.load(name)) == DATA["zoo"][name], AGAIN


def test_every_network_of_the_zoo_was_run():
    assert set(DATA["zoo"]) == set(cnncalc.zoo.names()), AGAIN


@pytest.mark.parametrize("keyword", sorted({row["kind"] for row in DATA["examples"]}))
def test_the_examples_of_every_kind(keyword):
    for row in DATA["examples"]:
        if row["kind"] == keyword:
            given, line = row["input"], row["line"]
            network = cnncalc.loads(f"INPUT: {given}\n{line}" if given else line)
            assert figures(network) == without(row, "kind", "input", "line"), (given, line, AGAIN)


def test_every_kind_was_run():
    kinds = {word: layers.find(word) for word in layers.keywords()}
    assert {row["kind"] for row in DATA["examples"]} == {
        word for word, kind in kinds.items() if kind.examples and kind.arity and not kind.role
    }, AGAIN


@pytest.mark.parametrize("row", DATA["specs"], ids=lambda row: row["spec"].split("\n")[1])
def test_frozen_and_shared_weights_heads_uneven_pads_and_what_nothing_reads(row):
    assert figures(cnncalc.loads(row["spec"])) == without(row, "spec")


def test_no_tool_raised():
    rows = [*DATA["torchvision"].values(), *DATA["zoo"].values(), *DATA["specs"], *DATA["examples"]]
    assert all(isinstance(row[tool], int) for row in rows for tool in TOOLS)


def test_the_comparison_can_fail():
    net = cnncalc.loads("INPUT: 8x8x3\nconv 4 3x3 bn")
    assert figures(net) == {"torch": 7776, "fvcore": 4176, "thop": 4464, "ptflops": 4320, "torchinfo": 4040}


def test_the_table_of_the_page_is_the_data():
    page = (ROOT / "docs" / "conventions.md").read_text(encoding="utf-8")
    every = ([cell.strip() for cell in line.split("|")] for line in page.splitlines())
    rows = {cells[1]: cells[2:6] for cells in every if len(cells) == 7}
    networks = [cnncalc.load(spec, set=constants) for spec, constants in TORCHVISION.values()]
    assert rows["MACs"] == [f"{net.macs:,}" for net in networks]
    assert rows["cnncalc, FLOPs"] == [f"{net.to_dict()['totals']['flops']:,}" for net in networks]
    for tool, convention in TOOLS.items():
        said = [f"{DATA['torchvision'][name][tool]:,}" for name in TORCHVISION]
        assert rows[f"{convention.title}, {convention.unit}"] == said


# What show makes of them


def test_the_line_of_the_convention_breaks_on_a_narrow_terminal():
    said = terminal("show alexnet vgg16 --convention thop", 60, NO_COLOR="1")
    told = said[said.index("convention ") : said.index("network ")].strip().splitlines()
    assert len(told) > 1
    assert max(map(len, told)) <= 60
    thop = conventions.find("thop")
    assert " ".join(" ".join(told).split()) == f"convention {thop.title}: {thop.note}"


def test_the_header_says_whose_and_what_and_the_footer_the_sum(run):
    status, out, _ = run("show", "alexnet-torchvision", "--convention", "fvcore")
    assert status == 0
    note = conventions.find("fvcore").note
    assert f"convention fvcore 0.1.5.post20221221: {note}" in out
    head = next(line for line in out.splitlines() if line.startswith("layer "))
    assert "MACs  fvcore FLOPs" in head
    assert "fvcore FLOPs 714,197,696 = 714,188,480 MACs + 9,216 AdaptiveAvgPool2d inputs" in out
    total = next(line for line in out.splitlines() if line.startswith("total"))
    assert "714,188,480   714,197,696" in total
    assert "FLOPs  " not in out.replace("fvcore FLOPs  ", "")


@pytest.mark.parametrize(
    ("tool", "text"),
    [
        ("torch", "torch FLOPs 1,428,376,960 = 2 * 714,188,480 MACs"),
        ("thop", "thop MACs 714,206,912 = 714,188,480 MACs + 18,432 AdaptiveAvgPool2d inputs and outputs"),
        (
            "ptflops",
            "ptflops MACs 716,441,128 = 714,188,480 MACs + 494,184 biases + 2 * 493,184 ReLU inputs "
            "+ 2 * 376,832 MaxPool2d inputs + 2 * 9,216 AdaptiveAvgPool2d inputs",
        ),
        ("torchinfo", "torchinfo mult-adds 714,682,664 = 714,188,480 MACs + 494,184 biases"),
        ("cnncalc", "FLOPs  1,429,585,920 = 2 * 714,188,480 MACs + 9,216 divs + 1,199,744 compares"),
    ],
)
def test_the_footers_of_the_others(run, tool, text):
    _, out, _ = run("show", "alexnet-torchvision", "--convention", tool)
    assert text in out.splitlines()


def test_the_default_is_our_own_and_hides_no_column(run):
    _, plain, _ = run("show", "alexnet")
    _, own, _ = run("show", "alexnet", "--convention", "cnncalc")
    assert plain == own
    assert "convention cnncalc: FLOPs = 2*MACs + other operations" in plain
    assert "FLOPs" not in next(line for line in plain.splitlines() if line.startswith("layer "))


@every_tool
def test_json_has_the_figures_of_the_tool(run, tool):
    _, out, _ = run("show", "resnet50", "--format", "json", "--convention", tool)
    found, own = json.loads(out), cnncalc.load("resnet50").to_dict()
    assert found["convention"] == tool
    assert found["totals"]["flops"] == DATA["zoo"]["resnet50"][tool]
    assert sum(layer["flops"] for layer in found["layers"]) == DATA["zoo"]["resnet50"][tool]
    for theirs, ours in zip(found["layers"], own["layers"], strict=True):
        assert without(theirs, "flops") == without(ours, "flops")


@every_tool
@pytest.mark.parametrize("depth", [0, 1, 2, 5])
def test_folded_rows_are_the_sums_of_their_layers(tool, depth):
    net = cnncalc.load("mobilenet_v2")
    known = report(net, View(depth, convention=tool))
    assert sum(row.flops for row in known.rows) == known.totals.flops == DATA["zoo"]["mobilenet_v2"][tool]
    for row in known.rows:
        nodes = row.layers or (row.node,)
        assert row.flops == sum(map(TOOLS[tool].figure, nodes))
        assert known.convention is not None


def test_csv_markdown_and_a_chosen_column_follow(run):
    _, out, _ = run("show", "alexnet-torchvision", "--convention", "ptflops", "--format", "csv")
    head, first, *_ = (line.split(",") for line in out.splitlines())
    assert first[head.index("flops")] == str(70_276_800 + 193_600)
    _, out, _ = run("show", "alexnet-torchvision", "--convention", "ptflops", "--format", "markdown")
    assert "| ptflops MACs |" in out
    assert "| **716,441,128** |" in out
    _, out, _ = run("show", "alexnet-torchvision", "--convention", "torch", "--columns", "layer,flops")
    assert "layer         torch FLOPs" in out
    assert re.search(r"^total +1,428,376,960$", out, re.M)


def test_several_networks_have_a_column_of_the_tool(run):
    _, out, _ = run("show", "alexnet", "vgg16", "--convention", "torch")
    assert out.startswith("convention torch 2.13.0: 2 for a MAC")
    rows = {line.split()[0]: line.split()[-1] for line in out.splitlines()[2:]}
    assert rows == {"network": "FLOPs", "alexnet": "2,270,512,192", "vgg16": "30,940,528,640"}
    _, out, _ = run("show", "alexnet", "vgg16", "--convention", "torch", "--format", "json")
    assert [net["convention"] for net in json.loads(out)] == ["torch", "torch"]


def test_a_convention_that_does_not_exist(run):
    status, out, err = run("show", "alexnet", "--convention", "fvcor")
    assert (status, out) == (2, "")
    assert "--convention: no convention is called 'fvcor'; did you mean 'fvcore'? there are cnncalc, fvcore" in err
    status, _, err = run("show", "alexnet", "--convention", "nonsense")
    assert status == 2
    assert "no convention is called 'nonsense'; there are cnncalc, fvcore, ptflops, thop, torch, torchinfo" in err
    status, _, err = run("show", "alexnet", "--convention", "_module")
    assert (status, "no convention is called '_module'" in err) == (2, True)


def test_the_shell_completes_conventions():
    from cnncalc.cli.show import complete_convention

    assert complete_convention("t") == ["thop", "torch", "torchinfo"]
    assert complete_convention("") == list(conventions.names())


def test_behind_an_error_the_layers_above_keep_their_figures():
    for tool in TOOLS:
        net = analyse("INPUT: 8x8x3\nA: conv 4 3x3\nB: conv 4 9x9\nC: relu", "bad", "bad.spec")
        found = to_dict(net, (), View(convention=tool))
        assert [row["flops"] for row in found["layers"]] == [TOOLS[tool].figure(net["A"])]
        assert found["totals"] is None


def test_heads_that_only_train_are_in_no_total():
    net = cnncalc.loads(DATA["specs"][5]["spec"])
    found = to_dict(net, (), View(convention="thop"))
    assert found["totals"]["flops"] == DATA["specs"][5]["thop"]
    head = [row["flops"] for row in found["layers"] if row["head"]]
    assert found["totals"]["train"]["flops"] == found["totals"]["flops"] + sum(head)
    assert head == [8 * 16 * 16 + 8, 8 * 3]


def test_what_nothing_reads_is_not_traced():
    net = cnncalc.loads("INPUT: 8x8x2\nA: conv 4 3x3\nB: conv 9 3x3\nC: conv 5 1x1 from A")
    for tool, flops in (("fvcore", 0), ("thop", net["B"].macs)):
        rows = {row["name"]: row["flops"] for row in to_dict(net, (), View(convention=tool))["layers"]}
        assert rows["B"] == flops


# FLOPs a byte


def test_bytes_are_moved_once():
    net = cnncalc.loads("INPUT: 8x6x3\nA: conv 4 3x3\nB: bn\nC: relu\nD: add from B, C\nflatten; fc 5")
    rows = {row["name"]: row["intensity"] for row in net.to_dict()["layers"]}
    macs = 6 * 4 * 4 * 27
    assert rows["A"] == round(2 * macs / (4 * (8 * 6 * 3 + 4 * 28 + 6 * 4 * 4)), 3)
    assert rows["B"] == round(2 * 96 / (4 * (96 + 16 + 96) + 8), 3)
    assert rows["C"] == 0.125
    assert rows["D"] == round(96 / (4 * 3 * 96), 3)
    assert rows["flatten1"] is None
    assert rows["fc1"] == round(2 * 480 / (4 * (96 + 96 * 5 + 5 + 5)), 3)


def test_a_batch_reads_the_weights_once_and_a_small_dtype_moves_less():
    net = cnncalc.loads("INPUT: 8\nfc 5")
    found = {
        (batch, dtype): to_dict(net, (), View(batch=batch, dtype=dtype))["layers"][0]["intensity"]
        for batch, dtype in ((1, "float32"), (64, "float32"), (64, "float16"))
    }
    assert found[1, "float32"] == round(80 / (4 * (8 + 45 + 5)), 3)
    assert found[64, "float32"] == round(64 * 80 / (4 * (64 * 13 + 45)), 3)
    assert found[64, "float16"] == round(64 * 80 / (2 * (64 * 13 + 45)), 3)


def test_tokens_are_eight_bytes_and_what_changes_nothing_moves_nothing():
    net = cnncalc.loads("TEXT: input 7 tokens\nA: embed 4 vocab 10\nB: dropout 0.5\nC: conv 2 3")
    rows = {row["name"]: row["intensity"] for row in net.to_dict()["layers"]}
    assert (rows["A"], rows["B"]) == (0, None)
    assert rows["C"] == round(2 * 5 * 2 * 12 / (4 * (28 + 26 + 10)), 3)


def test_the_column_and_the_folded_row(run):
    _, out, _ = run("show", "alexnet", "--columns", "layer,intensity", "--depth", "0")
    rows = dict(line.split() for line in out.splitlines() if len(line.split()) == 2 and line[0].isupper())
    assert rows["POOL1"] == f"{27 * 27 * 96 * 8 / (4 * 96 * (55 * 55 + 27 * 27)):.3f}"
    # with its ReLU, whose bytes are its own
    assert rows["CONV1"] == f"{211_120_800 / (618_348 + 139_776 + 1_161_600 + 2 * 1_161_600):.3f}"
    _, out, _ = run("show", "alexnet", "--columns", "layer,intensity", "--format", "csv")
    assert "CONV1,109.823\nCONV1.relu,0.125\n" in out
    assert "\nlayer,intensity\n" in f"\n{out}"


def test_explain_has_the_working(run):
    _, out, _ = run("explain", "alexnet", "CONV1")
    assert "FLOPs a byte      210,830,400/(618,348 in + 139,776 weights + 1,161,600 out in float32) = 109.823" in out
    assert "FLOPs            2 * 105,415,200 MACs + 290,400 compares = 211,120,800" in out
    _, out, _ = run("explain", "alexnet", "DROPOUT6")
    assert "FLOPs a byte" not in out


def test_counts_as_people_read_them():
    assert Count("MACs", 512, 2).text == "2 * 512 MACs"
    assert Count("adds", 1).text == "1 add"
    assert Count("adds", 1_000).text == "1,000 adds"
