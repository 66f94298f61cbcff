"""The Python interface, as the contract words it."""

import subprocess
import sys
from pathlib import Path

import pytest

import cnncalc

CACHE = str(Path(__file__).parent.parent / ".mypy_cache")
"""Shared with ./check, so that the package is read once."""


def test_load_reads_zoo_names_and_files(tmp_path, monkeypatch):
    assert cnncalc.load("alexnet").name == "alexnet"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "alexnet.spec").write_text("INPUT: 4\nfc 2")
    assert cnncalc.load("alexnet.spec").params == 10
    assert cnncalc.load(Path("alexnet.spec")).name == "alexnet"
    assert cnncalc.load("alexnet").params == 62_378_344


def test_a_missing_file_is_a_missing_file():
    with pytest.raises(FileNotFoundError, match=r"no such spec, and no such name in the zoo: 'nix\.spec'"):
        cnncalc.load("nix.spec")


def test_set_reads_numbers_as_they_print():
    text = "k = 1\nINPUT: 10x10x3\nconv 10*k 3x3"
    assert cnncalc.loads(text, set={"k": 1.4})["conv1"].output.channels == 14
    assert cnncalc.loads(text, set={"k": 2})["conv1"].output.channels == 20
    assert cnncalc.loads(text, set={"k": "7/5"})["conv1"].output.channels == 14


@pytest.mark.parametrize(
    ("set_", "shape", "message"),
    [
        ({"q": 1}, None, "no constant 'q' to set; the file has k"),
        ({"width": 1}, None, "no constant 'width' to set; the file has k"),
        ({"k": "1 +"}, None, "k=1 +: "),
        ({"k": "many"}, None, "k=many: 'many' is not defined here"),
        ({}, "10x", "input '10x' is no shape: "),
        ({}, "10x10x3\nfc 3", "input '10x10x3\nfc 3' is no shape: one shape is wanted; write 227x227x3"),
    ],
)
def test_wrong_settings_say_what_is_wrong(set_, shape, message):
    with pytest.raises(cnncalc.SpecError) as error:
        cnncalc.loads("k = 1\nINPUT: 10x10x3\nconv k 3x3", set=set_, input=shape)
    assert str(error.value).startswith(message)
    assert error.value.diagnostics == ()


def test_input_is_a_shape_as_the_spec_writes_it():
    assert cnncalc.loads("axes CxHxW\nINPUT: 3x8x9\nconv 2 3", input="5x10x20")["conv1"].output.dims == (2, 8, 18)
    assert cnncalc.loads("INPUT: 8x9x3\nconv 2 3", input="20x10x5")["conv1"].output.dims == (2, 8, 18)


def test_errors_of_syntax_and_shape_raise_and_carry_every_finding():
    with pytest.raises(cnncalc.SpecError) as error:
        cnncalc.loads("INPUT: 8x8x3\nA: conv 4 3x3 => 6x6x4\nB: conv 4 9x9 => 6x6x4\nC: cnv 3 3x3")
    assert [(d.code.code, d.span.line) for d in error.value.diagnostics] == [("SHP101", 3), ("SYN106", 4)]
    assert str(error.value).startswith("<text>:3:11: SHP101 the window is 9 high, its padded input 6")
    assert str(error.value).endswith("(and 1 more)")


def test_failed_claims_and_strides_are_findings_not_errors():
    net = cnncalc.loads("INPUT: 8x8x3\nA: conv 4 3x3 stride 2 => 4x4x4")
    assert [d.code.code for d in net.diagnostics] == ["FIT101", "REF101"]


def test_a_network_iterates_its_nodes_and_finds_them_by_name():
    net = cnncalc.loads("INPUT: 8x8x3\nCONV1: 4 3x3 nobias bn relu\nFC2: 2")
    assert [node.name for node in net] == ["CONV1", "CONV1.bn", "CONV1.relu", "FC2"]
    assert len(net) == 4
    assert net["CONV1"] is net["CONV1.conv"]
    assert net["CONV1.bn"].buffers == 9
    assert net["INPUT"].output.dims == (3, 8, 8)
    assert "CONV1" in net and "CONV9" not in net
    with pytest.raises(KeyError):
        net["CONV9"]
    assert net.params == 4 * 27 + 8 + 2 * (144 + 1)


def test_findings_compare_by_code_and_say_where():
    (finding,) = cnncalc.loads("INPUT: 7x7x1\nconv 1 3x3 stride 3").lint()
    assert (finding.code, finding.name, finding.severity) == ("FIT101", "stride-drops-pixels", "warning")
    assert (finding.line, finding.column) == (2, 1)


def test_a_network_prints_what_it_is():
    assert repr(cnncalc.load("alexnet")) == "Network('alexnet', 22 layers, 62,378,344 params)"


def test_nothing_of_a_network_can_be_set():
    net = cnncalc.loads("INPUT: 8x8x3\nCONV1: 4 3x3")
    for thing in (net, net["CONV1"], net["CONV1"].layer):
        with pytest.raises(AttributeError, match="immutable"):
            thing.name = "other"


def test_to_torch_is_the_module_of_the_text():
    torch = pytest.importorskip("torch")
    net = cnncalc.loads("INPUT: 8x8x3\nCONV1: 4 3x3 relu\nFC2: 2")
    module = net.to_torch()
    assert isinstance(module, torch.nn.Module)
    assert module(torch.zeros(5, 3, 8, 8)).shape == (5, 2)
    assert list(module.state_dict()) == ["CONV1.weight", "CONV1.bias", "FC2.weight", "FC2.bias"]
    assert "class" in net.torch_source()


def test_only_the_interface_is_exported():
    assert set(cnncalc.__all__) == {"Network", "SpecError", "__version__", "format", "load", "loads"}
    with pytest.raises(AttributeError):
        cnncalc.nix  # noqa: B018


def test_the_interface_has_its_types(tmp_path):
    (tmp_path / "user.py").write_text(
        "import cnncalc\n\nnetwork: cnncalc.Network = cnncalc.load('alexnet', set={}, input='227x227x3')\n"
        "channels: int = network['CONV1'].output.channels\ntext: str = cnncalc.format('INPUT: 8')\n"
        "wrong: str = cnncalc.loads(text).macs\n"
    )
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", CACHE, "user.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    [error, _] = ran.stdout.strip().splitlines()
    assert error.startswith("user.py:6: error: Incompatible types in assignment")
