"""Graphs as a reader of docs/language.md writes them: the names and messages that he meets."""

from __future__ import annotations

import pytest

from cnncalc import SpecError, loads

HEAD = "INPUT: 8x8x4\n"
NAMED = f"""{HEAD}layer1.0: conv 16 3x3 pad 1
layer1.1..2: conv 5 3x3 pad 1
M: concat
  - conv 2 1x1 relu
    conv 3 1x1
  - relu
"""


def told(text: str) -> list[str]:
    """What is said of a spec that does not read: code, place, message and remedy."""
    with pytest.raises(SpecError) as caught:
        loads(text)
    return [f"{d.code} {d.line}:{d.column} {d.message} | {d.hint}" for d in caught.value.diagnostics]


def test_python_knows_the_names_that_a_spec_may_refer_to() -> None:
    net = loads(NAMED)
    assert net["layer1"] is net["layer1.2"]
    assert net["M.0.1"] is net["conv2"]
    assert net["M.0.0"] is net["conv1"]
    assert "M.0.1" in net
    assert "M.2.0" not in net
    assert [node.name for node in net.part("M.0.0")] == ["conv1", "conv1.relu"]
    with pytest.raises(KeyError, match=r"M\.2\.0"):
        net["M.2.0"]


def test_an_elif_is_one_mistake() -> None:
    branches = "  relu\nelif C > 3\n  conv 4 1x1\nelse\n  conv 5 1x1\n"
    said = "SYN106 4:1 'elif' is no kind of layer | write 'else', and below it, indented, 'if ...'"
    assert told(f"{HEAD}if C > 9\n{branches}") == [said]
    assert told(f"{HEAD}if C > 9\n{branches.replace('elif', 'elseif')}") == [said.replace("elif", "elseif")]
    assert loads(f"{HEAD}elif: conv 3 1x1\n")["elif"].params == 15


def test_a_second_branch_without_its_dash_is_told_of_the_dash() -> None:
    between = "column 3 continues no body: those above begin at 1"
    hint = "to begin a branch write '- ' before it; else begin at column 1"
    assert told(f"{HEAD}concat\n  - conv 8 1x1\n  conv 8 3x3 pad 1\n") == [f"SYN104 4:3 {between} | {hint}"]
    plain = "begin at column 1"
    assert told(f"{HEAD}concat\n    - conv 8 1x1\n  conv 8 3x3 pad 1\n") == [f"SYN104 4:3 {between} | {plain}"]


def test_a_bullet_of_another_character_is_told_once() -> None:
    dashes = [f"SYN102 {line}:3 U+2013 (en dash) is not the character it looks like | write -" for line in (3, 4)]
    assert told(f"{HEAD}concat\n  \N{EN DASH} conv 8 1x1\n  \N{EN DASH} conv 8 1x1\n") == dashes
    named = "SYN116 3:3 the line stands under a join and begins no branch | begin each branch with '- '"
    assert told(f"{HEAD}concat\n  _a: conv 8 1x1\n") == [named]


def test_arguments_in_parentheses_are_no_remark() -> None:
    block = f"{HEAD}block b(c=8, s=1)\n  conv c 1x1 stride s\n"
    said = "SYN107 4:5 the arguments of 'b' stand in parentheses | write them behind its name: b"
    assert told(f"{block}l: b(4, s=2)\n") == [f"{said} 4 s=2"]
    assert told(f"{block}l: b(4, 2) relu\n") == [f"{said} 4 2"]
    assert loads(f"{block}l: b(4)\n").params == 20
    assert loads(f"{block}l: b(as in table 1, row 3)\n").params == 40
    assert loads(f"{block}l: b 4 (a remark, with s=2)\n").params == 20


def test_a_line_named_like_a_word_of_the_language_is_read_behind_a_comma():
    net = loads("INPUT: 8x8x4\na: conv 4 1\nrelu: relu\ngap: gap\nadd from a, INPUT, relu\nadd from a, INPUT, tanh")
    assert [node.name for node in net["add1"].inputs] == ["a", "INPUT", "relu"]
    assert [node.name for node in net["add2"].inputs] == ["a", "INPUT"]
    assert "add2.tanh" in net


def test_a_line_without_a_name_may_read_another():
    net = loads(
        "INPUT: 8x8x4\na: conv 4 1\nmaxpool 2\nfrom a: conv 3 1 relu\nconcat\n  - from a: conv 2 1\n  - identity"
    )
    assert [net[name].inputs[0].name for name in ("conv1", "conv2")] == ["a", "a"]
    assert net["concat1"].output.dims == (5, 8, 8)
    with pytest.raises(SpecError, match="the line says twice what it reads"):
        loads("INPUT: 8x8x4\na: conv 4 1\nfrom a: relu from INPUT")


def test_a_branch_whose_condition_does_not_hold_hands_its_input_on():
    net = loads("INPUT: 8x8x4\nconcat\n  - conv 8 1\n  - if 0\n      conv 1 1")
    assert net["concat1"].output.dims == (12, 8, 8)
