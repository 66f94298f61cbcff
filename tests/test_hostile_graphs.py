"""Graphs meant to do harm: every one is an error that says what and where, or the right network.

A `Case` is a file, the code and line of its first finding with words of its message, or how many layers it has.
"""

from __future__ import annotations

import json
import random
from typing import NamedTuple

import pytest
from ending import ending
from test_hostile import LEAKS, process

from cnncalc import SpecError, loads
from cnncalc.api import analyse
from cnncalc.source import Limits

INPUT = "INPUT: 8x8x3\n"
DOORS = (("show",), ("lint", "--output-format", "concise"), ("show", "--format", "json"))


class Case(NamedTuple):
    """What stands below the input; a finding's code, line and words, or the layers of a right network."""

    text: str
    code: str = ""
    line: int = 0
    says: str = ""
    layers: int = 0


def right(text: str, layers: int) -> Case:
    """A file that has so many layers."""
    return Case(text, layers=layers)


def called(body: str, levels: int) -> str:
    """Blocks that each call the one before, `body` says how; the last is called."""
    blocks = "".join(f"block b{i + 1}\n" + body.format(f"b{i}") for i in range(levels))
    return f"block b0\n  relu\n{blocks}b{levels}\n"


ABOVE = "does not stand above this line"
REFERENCES = {
    "itself": Case("A: add from A, INPUT", "SYN110", 2, f"'A' {ABOVE}"),
    "itself before its colon": Case("A from A: relu", "SYN110", 2, f"'A' {ABOVE}"),
    "itself behind its kind": Case("CONV1: 8 3 from CONV1", "SYN110", 2, f"'CONV1' {ABOVE}"),
    "one below": Case("A: add from B, INPUT\nB: conv 3 1", "SYN110", 2, f"'B' {ABOVE}"),
    "a line that is only from": Case("from B\nB: conv 3 1", "SYN110", 2, f"'B' {ABOVE}"),
    "a ring of two": Case("A: add from B, INPUT\nB: add from A, INPUT", "SYN110", 2, f"'B' {ABOVE}"),
    "the group around it": Case("g:\n  relu\n  add from g, INPUT", "SYN110", 4, "'g'"),
    "the join around it": Case("J: add\n  - identity\n  - from J; relu", "SYN110", 4, f"'J' {ABOVE}"),
    "a branch above it": right("J: add\n  - relu\n  - from J.0; relu", 3),
    "a branch below it": Case("J: add\n  - from J.1; relu\n  - relu", "SYN110", 3, "'J.1'"),
    "its own share": Case("A: share A", "SYN110", 2, f"'A' {ABOVE}"),
    "the share of one below": Case("A: share B\nB: relu", "SYN110", 2, f"'B' {ABOVE}"),
    "a ring of shares": Case("A: share B\nB: share A", "SYN110", 2, f"'B' {ABOVE}"),
    "a share of the group around it": Case("g:\n  conv 3 1\n  share g", "SYN110", 4, "'g'"),
    "a share of a share": right("A: conv 3 1\nB: share A\nD: share B\nadd from A, B, D", 4),
    "a billion names": Case("a0: relu\nconcat from a0..10**9", "SYN103", 3, "has 1,000,000,001 names"),
    "more names than digits": Case("a0: relu\nconcat from a0..(10**400)", "SYN103", 3, "the range 'a0..' has"),
    "a range that counts down": Case("a3: relu\nconcat from a3..1", "SYN108", 3, "the range 'a3..1' names nothing"),
    "a range to a half": Case("a0..3: relu\nconcat from a0..(1/2)", "SYN111", 3, "whole number"),
    "a range of names that are not there": Case("a0: relu\nconcat from a0..3", "SYN110", 3, "'a1'"),
    "one name 1,500 times": right("a0..9: conv 1 1\nconcat from " + ", ".join(["a0..9"] * 1500), 11),
    "a name that goes on": Case("relu\nadd from relu1.a.b.c.d, INPUT", "SYN110", 3, "'relu1.a.b.c.d'"),
}
AGAIN = "calls itself"
BLOCKS = {
    "itself": Case("block b\n  conv 3 1\n  b\nb", "SYN119", 4, "the block 'b' calls itself (b -> b)"),
    "itself in a branch": Case("block b\n  add\n    - b\n    - relu\nb", "SYN119", 4, AGAIN),
    "itself in a repeat of none": right("block b\n  relu\n  repeat 0\n    b\nb", 1),
    "through three": Case("block a\n  b\nblock b\n  d\nblock d\n  a\na", "SYN119", 7, "a -> b -> d -> a"),
    "unknown": Case("resnet 3", "SYN106", 2, "'resnet' is no kind of layer"),
    "misspelt": Case("block basic(c)\n  conv c 1\nA: bsic 3", "SYN106", 4, "'bsic'"),
    "below its call": right("A: basic 3\nblock basic(c)\n  conv c 1", 1),
    "defined twice": Case("block b\n  relu\nblock b\n  relu\nb", "SYN112", 4, "the block 'b' is defined twice"),
    "in a body": Case("g:\n  block b\n    relu\n  b", "SYN116", 3, "a block stands at the top level"),
    "without a body": Case("block b\nb", "SYN116", 3, "the block 'b' has no body"),
    "a parameter twice": Case("block b(c, c)\n  relu\nb 1 1", "SYN112", 2, "the parameter 'c' stands twice"),
    "5,000 arguments": Case("block b(c)\n  conv c 1\nb " + "1 " * 5000, "SYN113", 4, "one value too many"),
    "2,000 parameters": right(f"block b({', '.join(f'p{i}=1' for i in range(2000))})\n  conv p9 1\n" + "b\n" * 9, 9),
    "10,000 parentheses": right(f"block b(c)\n  conv c 1\nb {'(' * 9000}8{')' * 9000}", 1),
    "a shape for a number": Case("block b(c)\n  conv c 1\nb 3x3", "SYN109", 4, "'x' cannot stand here"),
    "no argument": Case("block b(c)\n  conv c 1\nb", "SYN108", 4, "the block 'b' needs its 'c'"),
    "a name nothing bears": Case("block b(c)\n  conv c 1\nb q", "SYN110", 4, "'q'"),
    "a constant of its name": right("c = 5\nblock b(c)\n  conv c 1\nb 3\nconv c 1", 2),
    "a constant inside of its name": Case("block b(c)\n  c = 4\n  relu\nb 3", "SYN112", 3, "'c' is named twice"),
    "a line inside of its name": Case("c = 5\nblock b(c)\n  c: relu\nb 3", "SYN112", 4, "'c' is named twice"),
    "500 calls deep": Case(called("  {}\n", 499), "SYN103", 871, "the name has 401 characters with those"),
    "190 calls deep": right(called("  0: {}\n", 189), 1),
    **{
        f"named {word}": Case(f"block {word}(q)\n  conv q 1", "SYN114", 2, f"'{word}' is a word of the language")
        for word in ("conv", "relu", "add", "repeat", "x", "C", "nobias", "aux", "block", "axes", "share", "plain")
    },
    **{f"named like the option {word}": right(f"block {word}(c)\n  conv c 1\n{word} 3", 1) for word in ("pad", "in")},
}  # fmt: skip
CONDITIONS = {
    "else alone": Case("else\n  relu", "SYN116", 2, "'else' follows no 'if'"),
    "else twice": Case("if 1\n  relu\nelse\n  relu\nelse\n  relu", "SYN116", 6, "'else' follows no 'if'"),
    "else of a line": Case("relu\nelse\n  relu", "SYN116", 3, "'else' follows no 'if'"),
    "else beside its column": Case("if 1\n  relu\n else\n  relu", "SYN104", 4, "column 2 continues no body"),
    "no condition": Case("if\n  relu", "SYN108", 2, "'if' has no condition"),
    "no body": Case("if 1\nrelu", "SYN116", 2, "no line belongs to the"),
    "an else without a body": Case("if 0\n  relu\nelse\nconv 1 1", "SYN116", 4, "no line belongs to the"),
    "a shape": Case("if 3x3\n  relu", "SYN109", 2, "x"),
    "a division by nothing": Case("if 1/0\n  relu", "SYN109", 2, "zero"),
    "4,900 times not": right(f"if {'not ' * 4900}1\n  relu", 1),
    "199 deep": right("".join(" " * i + "if 1\n" for i in range(199)) + " " * 199 + "relu", 1),
    "201 deep": Case(
        "".join(" " * i + "if 1\n" for i in range(201)) + " " * 201 + "relu", "SYN103", 203, "nest deeper"
    ),
}
HEADS = {
    "in a head": Case("h1: aux\n  h2: aux\n    relu", "SYN116", 3, "the head stands inside another"),
    "without a body": Case("h1: aux", "SYN116", 2, "the head has no body"),
    "a hundred deep": Case(
        "".join(" " * i + f"h{i}: aux\n" for i in range(100)) + " " * 100 + "relu", "SYN116", 3, "head"
    ),
    "that goes on elsewhere": right("A: conv 3 1\nh1: aux\n  conv 2 1\n  from A\n  fc 2\nadd from A, INPUT", 4),
    "with a hundred weights": Case("h1: aux weight 10**999999\n  relu", "SYN103", 2, "digits"),
}
COLUMNS = {
    "a bullet at the first column": Case("add\n- relu\n- relu", "SYN116", 3, "the branch stands under no join"),
    "a bullet under nothing": Case("  - relu", "SYN116", 2, "input joins no branches"),
    "a bullet under a chain": Case("relu\n  - relu", "SYN116", 3, "relu joins no branches"),
    "a bullet between two columns": Case("add\n    - relu\n  - relu", "SYN104", 4, "column 3, those above it at 5"),
    "a bullet further right": Case("add\n  - relu\n   - relu", "SYN104", 4, "column 4, those above it at 3"),
    "a line between bullets": Case("add\n  - relu\n  relu\n  - relu", "SYN104", 4, "column 3 continues no body"),
    "a line left of a branch": Case("add\n  - relu\n   relu\n  - relu", "SYN104", 4, "column 4"),
    "a dash alone": Case("add\n  -\n  - relu", "SYN108", 3, "the branch is empty"),
    "dashes": Case("add\n  - - relu\n  - relu", "SYN106", 3, "names no kind of layer"),
    "a tab before a dash": Case("add\n\t- relu\n\t- relu", "SYN104", 3, "the line is indented with a tab"),
    "a tab behind a dash": right("add\n  -\trelu\n  - relu", 3),
    "a tab in a body": Case("g:\n\trelu", "SYN104", 3, "the line is indented with a tab"),
    "a join without branches": Case("add\nrelu", "SYN108", 2, "add has no branches"),
    "300 deep": Case(
        "\n".join(["add", *(" " * 2 * i + "- add" for i in range(1, 300)), " " * 600 + "- relu"]),
        "SYN103",
        203,
        "nest deeper",
    ),
}
MISFITS = {
    "maps of two sizes": Case("add\n  - conv 3 3\n  - identity", "SHP115", 2, "the first branch is 6"),
    "as many channels as none": Case("add\n  - conv 8 1\n  - identity", "SHP115", 2, "the first has 8, branch 2 has 3"),
    "one rank beside another": Case("A: fc 3\nadd from A, INPUT", "SHP115", 3, "the first branch is 1"),
    "a shortcut alone": Case("add\n  - shortcut", "SYN116", 3, "shortcut"),
    "a shortcut in no branch": Case("shortcut", "SYN116", 2, "the shortcut stands in no branch"),
    "shortcuts of each other": Case("add\n  - shortcut\n  - shortcut", "SYN116", 3, "shortcut"),
    "a shortcut beside a larger map": Case("add\n  - upsample 2\n  - shortcut", "SHP116", 4, "makes the map larger"),
    "a share of other channels": Case("A: conv 3 1 nobias\nconv 5 1\nshare A", "SHP116", 4, "weight"),
}  # fmt: skip
FAMILIES = {
    "references": REFERENCES, "blocks": BLOCKS, "conditions": CONDITIONS, "heads": HEADS, "columns": COLUMNS,
    "misfits": MISFITS,
}  # fmt: skip
CASES = [
    pytest.param(case, id=f"{family}: {name}") for family, cases in FAMILIES.items() for name, case in cases.items()
]


def traced(text: str, limits: Limits = Limits()):
    """The network of a file, worked out in an end."""
    with ending():
        return analyse(text, "hostile", "hostile.spec", limits=limits)


@pytest.mark.parametrize("case", CASES)
def test_a_graph_is_an_error_in_its_place_or_right(case, run, tmp_path):
    network = traced(INPUT + case.text)
    told = [(f.code.code, f.span.line, f.message) for f in network.findings]
    named = [text for code, line, text in told if (code, line) == (case.code, case.line)]
    assert bool(case.code) == bool(told) and all(f.hint for f in network.findings)
    assert not case.code or any(case.says in text for text in named), told
    assert told or len(network.nodes) == case.layers
    (tmp_path / "hostile.spec").write_text(INPUT + case.text, encoding="utf-8")
    for door in DOORS:
        ran = run(*door, "hostile.spec")
        assert ran.status in ((1,) if told else (0, 1) if door[0] == "lint" else (0,)), ran.err
        assert not LEAKS.search(ran.out + ran.err)
        assert not told or case.code in ran.out + ran.err
    if told:
        with pytest.raises(SpecError, match=r"SYN|SHP"):
            loads(INPUT + case.text)


# In processes of their own


def joins(depth: int) -> str:
    """Joins of one branch, each in the one before."""
    return "\n".join(["add", *("  " * i + "- add" for i in range(1, depth)), "  " * depth + "- relu"])


DEEP = joins(3_000)
TWICE = called("  {0}\n  {0}\n", 40)
SHARES = "a0: conv 3 1\n" + "".join(f"a{i + 1}:\n  share a{i}\n  share a{i}\n" for i in range(40))
RAISED = ("--limit", "nesting=99999", "--limit", "columns=99999", "--limit", "bytes=999999999")
HEAVY = {
    "5,000 branches": ("concat\n" + "  - conv 1 1\n" * 5000, ""),
    "5,000 names": ("A0..4999: conv 1 1\nB: concat from A0..4999", ""),
    "channels doubled 200 times": ("repeat 200\n  concat\n    - identity\n    - identity\n", ""),
    "channels doubled 5,000 times": ("repeat 5000\n  concat\n    - identity\n    - identity\n", "digits"),
    "10**30 layers by repeats": (called("  repeat 1000\n    {}\n", 10), "this makes about 10**29 layers"),
    "10**30 layers by ranges": (called("  x1..1000: {}\n", 10), "this makes about 10**29 layers"),
    "10**30 layers by calls": (called("  {0}\n" * 10, 30), "this makes about 10**29 layers"),
    "2**40 layers by branches": (called("  add\n    - {0}\n    - {0}\n", 40), "this makes 2,199,023,255,551 layers"),
    "10**30 layers by groups": (called("  g1..1000:\n    {}\n", 10), "this makes about 10**29 layers"),
    "2**40 times nothing": (TWICE.replace("relu", "k = 1"), "more than 100,000 layers"),
    "2**40 conditions": (TWICE.replace("relu", "if 0\n    relu"), "more than 100,000 layers"),
    "2**40 empty repeats": (TWICE.replace("relu", "repeat 0\n    relu"), "more than 100,000 layers"),
    "shares that double": (SHARES, "the limit is 5,000"),
    "joins 3,000 deep": (DEEP, ""),
    "100 outputs of 1,000 lines": ("a0..999: relu\n" + "output from a0..999\n" * 100, ""),
    "2,000 inputs": ("".join(f"i{k}: input 8x8x3\n" for k in range(2000)) + "concat from INPUT, i0..1999", ""),
    "3,000 blocks": ("".join(f"block b{i}(c)\n  conv c 1\n" for i in range(3000)) + "b2999 3", ""),
    "unknown blocks": ("".join(f"bl{i} 3\n" for i in range(900)), "is no kind of layer"),
}  # fmt: skip


@pytest.mark.parametrize(("number", "text", "says"), [(i, *v) for i, v in enumerate(HEAVY.values())], ids=HEAVY)
def test_a_process_answers_within_its_limits(tmp_path, number, text, says):
    (tmp_path / "hostile.spec").write_text(INPUT + text)
    raised = {DEEP: RAISED, SHARES: ("--limit", "layers=5000")}.get(text, ())
    for door in DOORS if number % 3 == 0 else (DOORS[number % 3], DOORS[0]):
        status, out, err = process(*door, "hostile.spec", *raised, cwd=tmp_path)
        both = (out + err).decode("ascii")
        assert not LEAKS.search(both), both[:500]
        assert status == int(bool(says)), (door, both[:500])
        told = json.loads(out)["diagnostics"] if "json" in door else [{"message": both}]
        assert not says or any(says in finding["message"] for finding in told)


def test_joins_10_000_deep_are_traced_and_counted():
    limits = Limits(nesting=99_999, columns=99_999, bytes=999_999_999)
    network = traced(INPUT + joins(10_000), limits)  # 100 MB of text, beyond every usual limit
    assert network.complete
    assert len(network.nodes) == 10_001
    assert network.outputs[0].output.dims == (3, 8, 8)


# Good graphs with letters and lines changed

GOOD = (
    """# residual
block basic(c, s=1, act=relu)
  add act
    - conv c 3x3 stride s pad 1 nobias bn act
      conv c 3x3 pad 1 nobias bn
    - shortcut
INPUT: 32x32x3
after conv: nobias bn relu
CONV1: 16 3x3 pad 1 => 32x32x16
layer1.0..2: basic 16
layer2.0: basic 32 s=2
layer2.1..2: basic 32
gap; FC: 10 => 10, 330 params
expect params(layer2) >= 1
""",
    """left: input 16x16x3
right: input 16x16x3
tower from left:
  c1: conv 8 3x3 pad 1 relu
  repeat 2
    conv 8 3x3 pad 1 prelu
other from right: share tower
both: concat from tower, other
aux1 from both: aux weight 0.3
  gap; fc 4
3a: concat
  - conv 4 1x1 relu
  - conv 6 1x1 relu; conv 8 3x3 pad 1 relu
  - maxpool 3x3 stride 1 pad 1
    conv 4 1x1
if C > 3
  conv C//2 1x1
else
  relu
se: scale
  - identity
  - gap; fc C//4 relu; fc 8 sigmoid
END: fc 10
OUT: output from END, 3a.0.0
""",
)
PIECES = (
    *"-:;=.,()[]x#\\ \t\n*?0917aCi", "\u00d7", "\u2013", "\x00", "\ud800", "\n  - ", "\n    ", "from ",
    " share ", "aux", "repeat 9", "if 1", "else", "block b(c)", "shortcut", "..", "0..99", "add", "concat",
    "scale", "identity", " => ", "9" * 40, "10**9", "after conv: ", "output", "input 3", "\r\n",
)  # fmt: skip
TIMES = 400


def mutated(text: str, dice: random.Random) -> str:
    """A text with a few letters, lines or pieces left out, put elsewhere or put in."""
    for _ in range(dice.randint(1, 4)):
        text = dice.choice((letters_gone, piece_put_in, line_gone, line_again, line_moved))(text, dice)
    return text


def letters_gone(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text) + 1)
    return text[:at] + text[at + dice.randint(1, 9) :]


def piece_put_in(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice(PIECES) + text[at:]


def line_gone(text: str, dice: random.Random) -> str:
    rows = text.split("\n")
    del rows[dice.randrange(len(rows))]
    return "\n".join(rows)


def line_again(text: str, dice: random.Random) -> str:
    rows = text.split("\n")
    rows.insert(dice.randrange(len(rows)), dice.choice(rows))
    return "\n".join(rows)


def line_moved(text: str, dice: random.Random) -> str:
    rows = text.split("\n")
    at = dice.randrange(len(rows))
    rows[at] = " " * dice.randint(0, 6) + rows[at].strip()
    return "\n".join(rows)


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_the_good_graphs_are_good(number):
    assert loads(GOOD[number]).complete


@pytest.mark.parametrize("seed", range(8))
def test_a_graph_with_letters_changed_is_read_or_refused(seed, run, tmp_path):
    dice = random.Random(seed)
    for turn in range(TIMES // 8):
        text = mutated(dice.choice(GOOD), dice)
        data = text.encode("utf-8", "surrogatepass")
        if dice.random() < 0.1:
            data = data.replace(b"a", bytes([dice.randrange(256)]), 1)
        with ending():
            network = analyse(data, "mutated", "mutated.spec")
            network.lint()
        assert network.complete or all(f.code.code[:3] in ("SYN", "SHP") and f.message for f in network.findings), text
        if turn % 5 == 0:
            (tmp_path / "mutated.spec").write_bytes(data)
            for door in DOORS:
                ran = run(*door, "mutated.spec")
                assert ran.status in (0, 1, 2) and not LEAKS.search(ran.out + ran.err), text
