"""Names of a spec become names of Python: each its own, and never anything but a name."""

from keyword import iskeyword, issoftkeyword
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from torch import nn

from cnncalc.emit.names import LONGEST, MODULE, USED, attributes, class_name

OWN = set(dir(nn.Module())) | {"training"}


def test_a_name_that_needs_no_change_keeps_itself():
    names = ["CONV1", "conv1", "layer_3a", "Conv1_relu", "é"]
    assert attributes(names) == ["CONV1", "conv1", "layer_3a", "Conv1_relu", "e"]


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("CONV1.relu", "CONV1_relu"),
        ("tower.0.conv1", "tower_0_conv1"),
        ("3a", "layer_3a"),
        ("0", "layer_0"),
        ("_modules", "layer_modules"),
        ("__init__", "layer__init__"),
        ("class", "class_"),
        ("None", "None_"),
        ("match", "match_"),
        ("type", "type_"),
        ("forward", "forward_"),
        ("training", "training_"),
        ("x", "x_"),
        ("self", "self_"),
        ("torch", "torch_"),
        ("F", "F_"),
        ("naïve", "naive"),
        ("卷积1", "u5377u79ef1"),
        ("x); import os; (", "x___import_os___"),
        ("", "layer_"),
        ("\ud800", "ud800"),
    ],
)
def test_an_attribute_is_readable(name, attribute):
    assert attributes([name]) == [attribute]


def test_names_that_would_meet_are_kept_apart():
    assert attributes(["a.b", "a_b", "a_b_2", "a.b"]) == ["a_b_3", "a_b", "a_b_2", "a_b_4"]
    assert attributes(["type", "type_"]) == ["type__2", "type_"]


@pytest.mark.parametrize(
    "twins", [("\ufb01x", "fix"), ("\xb5", "\u03bc"), ("\uff45\uff56al", "eval"), ("\u212a", "K"), ("\xe9", "e\u0301")]
)
def test_what_python_would_read_as_one_name_stays_two(twins):
    assert normalize("NFKC", twins[0]) == normalize("NFKC", twins[1])
    assert len(set(attributes(twins))) == 2


def test_every_attribute_of_a_module_is_left_alone():
    """The list in the code is held against the torch that is here."""
    assert not OWN & set(attributes(sorted(OWN)))
    assert {name for name in OWN if not name.startswith("_")} <= MODULE


def test_long_names_are_cut_and_stay_different():
    made = attributes(["a" * 500 + str(n) for n in range(100)])
    assert len(set(made)) == 100
    assert max(map(len, made)) <= LONGEST + len("_100")


HOSTILE = st.text(st.characters(), max_size=80)
PLAIN = st.text("ab.A_2\xe91", min_size=1, max_size=3)


@example(["forward", "forward_", "\ufb01", "fi", ""])
@given(st.lists(HOSTILE | PLAIN | st.sampled_from(sorted(OWN)), max_size=30))
def test_attributes_are_ascii_identifiers_and_differ(names):
    made = attributes(names)
    assert len(set(made)) == len(names)
    for name in made:
        assert name.isascii() and name.isidentifier() and not name.startswith("_")
        assert not iskeyword(name) and not issoftkeyword(name)
        assert name not in OWN | USED


@pytest.mark.parametrize(
    ("name", "title", "expected"),
    [
        ("alexnet", "AlexNet (Krizhevsky 2012)", "AlexNet"),
        ("alexnet-paper", "AlexNet as in the paper", "AlexNetPaper"),
        ("vgg16", "VGG, configuration D", "VGG16"),
        ("lenet5", "LeNet-5, 1998", "LeNet5"),
        ("vgg16-bn", "VGG16 with norms", "VGG16Bn"),
        ("alphago-value", "AlphaGo value network", "AlphaGoValue"),
        ("googlenet", "", "Googlenet"),
        ("my_net v2", "the net", "MyNetV2"),
        ("alexnet", "NotAlexNet", "Alexnet"),
        ("none", "", "None_"),
        ("f", "", "F_"),
        ("3d", "", "Net3D"),
        ("", "", "Network"),
        ("...", "the title", "Network"),
        ("bias", "", "Bias_"),
    ],
)
def test_a_class_is_spelt_as_the_title_spells_it(name, title, expected):
    assert class_name(name, title, {"Bias"}) == expected


@given(HOSTILE, HOSTILE)
def test_a_class_is_an_ascii_identifier(name, title):
    made = class_name(name, title)
    assert made.isascii() and made.isidentifier() and made[0].isupper() and not iskeyword(made)
