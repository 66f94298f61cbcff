"""JSON schema 1: the contract's own example, and what is said of errors."""

import json

import cnncalc
from cnncalc.api import analyse
from cnncalc.render.machine import to_dict

CONV1 = {
    "name": "CONV1", "kind": "conv", "line": 2, "inputs": ["INPUT"], "output": [96, 55, 55],
    "params": 34944, "weights": 34848, "biases": 96, "buffers": 0, "macs": 105415200, "flops": 210830400,
    "activations": 290400,
    "window": {"kernel": [11, 11], "stride": [4, 4], "pad": [[0, 0], [0, 0]], "dilation": [1, 1]},
    "receptive_field": {"size": [11, 11], "jump": [4, 4], "start": [0, 0]}, "head": None,
}  # fmt: skip


def test_what_stands_for_a_question_mark():
    found = cnncalc.loads("INPUT: 33x33x3\nA: conv 4 5 stride 2 pad ? => 17x17x4\nB: conv 8 3").to_dict()
    assert found["solved"] == [
        {"name": "A", "line": 2, "what": ["pad"], "answers": [[2]], "how": "(33 + 2*2 - 5)/2 + 1 = 17"}
    ]
    assert "solved" not in cnncalc.loads("INPUT: 8x8x3\nconv 4 3").to_dict()


def test_the_example_of_the_contract():
    from listings import ALEXNET

    found = cnncalc.loads(ALEXNET.strip(), name="alexnet").to_dict()
    assert {key: found["layers"][0][key] for key in CONV1} == CONV1
    assert found["schema"] == 1
    assert found["name"] == "alexnet"
    assert found["convention"] == "cnncalc"
    assert found["inputs"] == [{"name": "INPUT", "shape": [3, 227, 227]}]
    assert found["outputs"] == ["FC8"]
    assert found["totals"]["params"] == 62378344
    assert found["totals"]["weights"] == 62367776
    assert found["totals"]["macs"] == 1135256096
    memory = found["totals"]["memory"]
    assert (memory["dtype"], memory["batch"]) == ("float32", 1)
    assert (memory["weights"], memory["gradients"], memory["buffers"]) == (4 * 62378344, 4 * 62378344, 0)
    assert memory["activations"] == 4 * sum(layer["activations"] for layer in found["layers"])
    assert (memory["forward_peak"], memory["peak_layer"]) == (4 * (290400 + 69984), "POOL1")
    assert memory["saved_for_backward"] == sum(layer["memory"]["saved"] for layer in found["layers"])
    assert found["layers"][0]["memory"] == {"activations": 4 * 290400, "saved": 4 * 227 * 227 * 3, "live": 4 * 290400}
    assert memory["optimizer"]["momentum"] == 4 * 62378344
    assert found["diagnostics"] == []
    assert list(found) == [
        "schema", "name", "title", "source", "convention", "inputs", "layers", "outputs", "totals", "diagnostics",
    ]  # fmt: skip


def test_totals_are_the_sums_of_the_rows():
    for name in ("alexnet", "vgg16", "alphago"):
        found = cnncalc.load(name).to_dict()
        for key in ("params", "weights", "buffers", "macs", "flops", "activations"):
            assert found["totals"][key] == sum(layer[key] for layer in found["layers"])


def test_flops_are_twice_the_macs_and_all_other_work():
    for layer in cnncalc.load("alexnet").to_dict()["layers"]:
        work = dict(layer["work"])
        assert layer["flops"] == 2 * work.pop("macs", 0) + sum(work.values())


def test_the_command_line_prints_the_same(run):
    status, out, _ = run("show", "alexnet", "--format", "json")
    assert status == 0
    printed, own = json.loads(out), cnncalc.load("alexnet").to_dict()
    assert printed == own


def test_rows_up_to_an_error_and_no_totals():
    net = analyse("INPUT: 8x8x3\nA: conv 4 3x3\nB: conv 4 9x9\nC: relu", "bad", "bad.spec")
    found = to_dict(net, net.diagnostics)
    assert [layer["name"] for layer in found["layers"]] == ["A"]
    assert found["totals"] is None
    assert [(d["code"], d["line"], d["column"], d["end_column"], d["file"]) for d in found["diagnostics"]] == [
        ("SHP101", 3, 11, 14, "bad.spec")
    ]


def test_whole_fields_and_missing_windows():
    layers = {x["name"]: x for x in cnncalc.loads("INPUT: 8x8x3\nrelu\ngap\nfc 3").to_dict()["layers"]}
    assert layers["relu1"]["window"] is None
    assert layers["gap1"]["receptive_field"] == layers["fc1"]["receptive_field"] == "whole"
    assert layers["gap1"]["window"] is None


def test_shapes_are_channels_first_whatever_the_axes():
    first = cnncalc.loads("axes CxHxW\nINPUT: 3x10x20\nconv 5 3x1").to_dict()
    usual = cnncalc.loads("INPUT: 20x10x3\nconv 5 1x3").to_dict()
    assert first["layers"][0]["output"] == usual["layers"][0]["output"] == [5, 8, 20]
    assert first["layers"][0]["window"]["kernel"] == usual["layers"][0]["window"]["kernel"] == [3, 1]
