"""The canonical form: it says the same, keeps every comment, and is its own canonical form; and the command `fmt`."""

import os
import re
import stat
import subprocess
import sys
import tempfile
from collections import Counter
from itertools import count
from pathlib import Path
from typing import NamedTuple

import listings
import pytest
import transcripts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc import layers
from cnncalc.api import analyse
from cnncalc.layer import Parameter
from cnncalc.source import Limits, read
from cnncalc.syntax import format as form
from cnncalc.syntax import tree
from cnncalc.syntax.parse import parse
from cnncalc.syntax.statement import body_of, read_statement
from cnncalc.syntax.words import kind_of

ROOT = Path(__file__).parent.parent
SPECS = sorted((ROOT / "specs").glob("*.spec"))
SLIDES = ("alexnet",)
"""Specs that stay as their slide has them."""
PAGES = [ROOT / "README.md", ROOT / "docs" / "language.md"]
BLOCKS = [
    m[3] for page in PAGES for m in transcripts.FENCE.finditer(page.read_text("utf-8")) if m[1] in ("spec", "wrong")
]
KINDS = [
    f"INPUT: {shape}\n{line}" if shape else line for k in layers.keywords() for shape, line in layers.find(k).examples
]
TEXTS = [*(path.read_text("utf-8") for path in SPECS), listings.ALEXNET, listings.ALPHAGO, *BLOCKS, *KINDS]
PLACES = ("begin", "end", "base", "place", "tentative")
INSIDE = ("body", "branches", "otherwise")


# what a text says, worked out apart from the formatter


def said(part):
    """A part of a statement without its places; arguments and claims by what they say, not by where they stand."""
    if isinstance(part, (tree.Join, tree.Head)):
        return type(part).__name__, said(part.line)
    if isinstance(part, tree.LayerLine):
        body = part.body
        reads = said(part.label), said(body.origins), said(body.call)
        return "layer", *reads, said(body.uses), body.plain, said(part.bracket + body.claims)
    if isinstance(part, tree.Use):
        return part.kind.keyword(), {a.parameter.name: said(a.value) for a in part.arguments}
    if isinstance(part, (tree.Given, tree.Formal)):
        value = part.value if isinstance(part, tree.Given) else part.default
        return part.name, said(value), kind_of(part.word) or part.word
    if isinstance(part, tree.Axes):
        return "axes", part.word.lower()
    if hasattr(part, "_fields"):
        return type(part).__name__, {f: said(getattr(part, f)) for f in part._fields if f not in (*PLACES, *INSIDE)}
    if isinstance(part, (tuple, list)):
        return [said(each) for each in part]
    return part.replace(",", "") if isinstance(part, str) and part[:1].isdigit() else part


def statements(text):
    """Every statement of a text as it reads, bodies within bodies."""

    def within(body):
        return [
            (said(each), [within(found) for name in INSIDE if isinstance(found := getattr(each, name, 0), list)])
            for each in body
        ]

    parsed = parse(read(text))
    assert parsed.findings == []
    return within(parsed.statements)


def comments(text):
    return [line.comment for line in read(text).lines if line.comment]


def network(text):
    """What is worked out of a text, places left out."""
    net = analyse(text, "net", "net")
    rows = [(n.name, n.kind, n.output, n.params, n.macs, n.window, n.layer.__dict__) for n in (*net.inputs, *net)]
    held = [c for line in net.lines for c in line.claims] + list(net.expectations)
    claims = Counter((*c.target, c.quantity, c.op, c.value, c.half, c.axes, c.channels_first, c.computed) for c in held)
    # of two errors on a line the first is told, and arguments may have changed places
    codes = Counter(f.code.code for f in net.diagnostics) if net.complete else len(net.findings)
    return rows, claims, codes, net.title, net.source.origin, net.recipe


def holds(text):
    """The canonical text of a text, all that must be true of it checked."""
    found = cnncalc.format(text)
    assert cnncalc.format(found) == found
    assert statements(found) == statements(text)
    assert network(found) == network(text)
    before, behind = comments(text), [line for line in found.split("\n") if "#" in line]
    for comment in reversed(before):
        while not behind.pop().rstrip("# \t").endswith(comment):
            pass
    assert found == "" or re.fullmatch(r"(?:(?:  )*[^ \n](?:.*[^ \t])?\n\n?)*(?:  )*[^ \n](?:.*[^ \t])?\n", found)
    return found


def reads(text):
    return not parse(read(text)).findings


@pytest.mark.parametrize("text", [text for text in TEXTS if reads(text)])
def test_every_text_we_have_says_the_same(text):
    holds(text)


def test_there_are_such_texts():
    assert sum(map(reads, TEXTS)) > 150


@pytest.mark.parametrize("path", [p for p in SPECS if p.stem not in SLIDES], ids=lambda p: p.stem)
def test_the_specs_of_the_zoo_are_canonical(path):
    assert cnncalc.format(path.read_text("utf-8")) == path.read_text("utf-8")


def test_the_slides_among_them_are_not():
    assert len(SLIDES) <= 3
    for name in SLIDES:
        text = (ROOT / "specs" / f"{name}.spec").read_text("utf-8")
        assert cnncalc.format(text) != text


# one line at a time

LINES = [
    ("[55x55x96] CONV1: 96 11x11 filters at stride 4, pad 0", "CONV1: 96 11x11 stride 4 pad 0 => 55x55x96"),
    ("CONV1: K=96 F=11 S=4 P=0", "CONV1: 96 11 stride 4 pad 0"),
    ("CONV1: F=11 K=96", "CONV1: 96 11"),
    ("[227x227x3] INPUT", "INPUT: 227x227x3"),
    ("[227x227x3] left: input", "left: input 227x227x3"),
    ("Input : 227 * 227 * 3", "Input: 227x227x3"),
    ("INPUT: [1x2x3]", "INPUT: 1x2x3"),
    ("INPUT: [3 @ 227 x 228]", "INPUT: 3@227x228"),
    ("INPUT : 64 Tokens", "INPUT: 64 tokens"),
    ("**CONV1**: 8 3\u00d73", "CONV1: 8 3x3"),
    ("conv1_a: Conv 8 filters of 3 x 3, with stride of 1 and pad = 1", "conv1_a: 8 3x3 stride 1 pad 1"),
    ("MAX POOL1: 3*3 filters at stride 2", "POOL1: 3x3 stride 2"),
    ("AVERAGE POOL2: 2x2", "POOL2: avgpool 2x2"),
    ("POOL2: avg 2x2", "POOL2: avgpool 2x2"),
    ("POOL2: Pool Avg 2x2", "POOL2: avgpool 2x2"),
    ("POOL2: pool max 2x2", "POOL2: 2x2"),
    ("POOL3: global average", "POOL3: gap"),
    ("NORM1: Normalization layer", "NORM1: lrn"),
    ("NORM1: size=3 alpha=1e-4", "NORM1: lrn 3 alpha 1e-4"),
    ("norm1: NORM relu", "norm1: lrn relu"),
    ("RELU6:", "RELU6:"),
    ("stem: CONV 64 7x7 STRIDE 2", "stem: conv 64 7x7 stride 2"),
    ("CONV1: fc 10", "CONV1: fc 10"),
    ("conv depthwise 3x3 pad 1", "conv depthwise 3x3 pad 1"),
    ("conv depthwise F=3", "conv depthwise 3"),
    ("conv depthwise (k)", "conv depthwise (k)"),
    ("conv 2*C depthwise 3x3", "conv 2*C depthwise 3x3"),
    ("conv stride 2 3x3 nobias 64 frozen", "conv 64 nobias 3x3 stride 2 frozen"),
    (
        "conv 4,096 3x3 => 1x1x4,096, 1,234,567 Parameters and 11 RF",
        "conv 4096 3x3 => 1x1x4,096, 1,234,567 params, rf 11",
    ),
    ("conv (k//2+ 1) 3x3 groups=( 2 )", "conv (k//2 + 1) 3x3 groups (2)"),
    ("conv max(k,2) (k)x3 pad 0 : 1 x 2:3 REFLECT", "conv max(k, 2) (k)x3 pad 0:1x2:3 reflect"),
    ("conv 8 3 pad Same  Circular", "conv 8 3 pad same circular"),
    ("conv 8 3 dilation=-(-2)", "conv 8 3 dilation -(-2)"),
    ("conv if(k>2 and not(k==3),1,2) 3", "conv if(k>2 and not(k==3), 1, 2) 3"),
    ("conv 64 3x3 pad 1 Relu  dropout of 0.5 norm size 5", "conv 64 3x3 pad 1 relu dropout 0.5 lrn 5"),
    ("fc 10 relu plain", "fc 10 plain relu"),
    ("FC8: 1000 neurons (class scores)", "FC8: 1000  # class scores"),
    ("FC8: 1000 (class scores) # exact", "FC8: 1000  # class scores  # exact"),
    ("FC8: 1000 (one (two)) () (three) => 1000 (four)", "FC8: 1000 => 1000  # one (two)  # three  # four"),
    ("FC8: 1000 (a) ;relu(b);;  softmax # c", "FC8: 1000; relu; softmax  # a  # b  # c"),
    ("FC8: 1000 (cnncalc: ignore[FIT101])", "FC8: 1000 (cnncalc: ignore[FIT101])"),
    ("FC8: 1000 (noqa: FIT101) relu (b)", "FC8: 1000 relu (noqa: FIT101)  # b"),
    ("FC8: 1000 (source: me)", "FC8: 1000 (source: me)"),
    ("FC8: 1000 (a)  # source: me", "FC8: 1000 (a)  # source: me"),
    ("FC8: 1000 (a; q = 3)", "FC8: 1000 (a; q = 3)"),
    ("[10 (ten)] FC8: 10", "FC8: 10 => 10  # ten"),
    ("[10] FC8: 10 => 10", "[10] FC8: 10 => 10"),
    ("[90 params] FC8: 10 => 10", "FC8: 10 => 90 params, 10"),
    ("fc 10 => params k + 1", "fc 10 => k + 1 params"),
    ("fc 10 => (k+1) params, 61.1 M macs", "fc 10 => (k+1) params, 61.1M macs"),
    ("fc 10 => params (q)", "fc 10 => params (q)"),
    ("POOL1: F=max(2,3)", "POOL1: kernel=max(2, 3)"),
    ("CONV2 .. ( k+1 ) : 8 3x3", "CONV2..(k+1): 8 3x3"),
    ("conv 8 3x3#x", "conv 8 3x3  #x"),
    ("conv 8 3x3 \\\n   # x", "conv 8 3x3  # x"),
    ("conv 8 \\\n\\\n  3x3 \\\n  pad 1 # x", "conv 8 3x3 pad 1  # x"),
    ("after CONV : Pad=1 ,ReLU", "after conv: pad 1 relu"),
    ("after max pool: S=1 (overlaps)", "after maxpool: stride 1  # overlaps"),
    ("Axes c x h x w (PyTorch's)", "axes CxHxW  # PyTorch's"),
    ("ROUNDING  Ceil", "rounding ceil"),
    ("ROUNDING  Ceil (as (old) Caffe)", "rounding ceil  # as (old) Caffe"),
    ("Expect  params(A,B)<=34,944 (paper)", "expect params(A, B) <= 34,944  # paper"),
    ("expect parameters == 61.1 M", "expect params == 61.1M"),
    ("expect macs=3*( k+1 )", "expect macs = 3*(k+1)"),
    ("Train :  batch 128,  lr 1e-2 (slow)  # x", "train: batch 128, lr 1e-2 (slow)  # x"),
    ("Q=1,000* k", "Q = 1,000 * k"),
    ("REPEAT 3 :", "repeat 3"),
    ("tower : Repeat  (k)", "tower: repeat (k)"),
    ("NORM1 :\n      stem: conv 16 3x3", "NORM1:\n  stem: conv 16 3x3"),
    ("**head** : # of two\n     fc 10 # last", "head:  # of two\n  fc 10  # last"),
    (";;", ""),
    (";  # no title", ";  # no title"),
    ("# a\u00a0", "# a\u00a0"),
    ("#  # a #\t", "#  # a #"),
]


@pytest.mark.parametrize(("text", "clean"), LINES, ids=[text for text, _ in LINES])
def test_one_line(text, clean):
    for end in ("\n", "\r\n"):
        found = holds(f"# title{end}k = 3{end}" + text.replace("\n", end))
        assert found == f"# title\nk = 3\n{clean}".rstrip("\n") + "\n"


def test_names_that_are_words_of_a_kind_stay_apart_from_them():
    assert holds("stride = 5\nconv K=stride F=3") == "stride = 5\nconv filters=stride kernel=3\n"
    assert holds("units = 5\nfc of units") == "units = 5\nfc units\n"
    assert holds("max = 2\nPOOL1: K=max") == "max = 2\nPOOL1: kernel=max\n"


def test_values_of_axes_are_never_turned():
    for axes in ("", "axes CxHxW\n", "axes HxWxC\n", "axes CxWxH\n"):
        text = f"{axes}INPUT: 5@24x32\nconv 64 7x1 stride 2x1 pad 1x2 => ?x?x64\n"
        assert holds(text) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("connect 0,1,2  1,2,3", "connect 0,1,2 1,2,3"),
        ("connect 0,100,200  1,2,3 S=1", "connect 0,100,200 1,2,3 stride 1"),
    ],
)
def test_values_of_any_form_are_copied(text, clean, monkeypatch):
    """Rows of indices have commas that are no digit groups."""
    conv = layers.find("conv")
    others = tuple(p for p in conv.parameters if p.name != "connect")
    monkeypatch.setattr(conv, "parameters", (*others, Parameter("connect", "rows")))
    text, clean = f"conv 2 5x5 {text}  # of two maps", f"conv 2 5x5 {clean}  # of two maps\n"
    read_statement.cache_clear()
    body_of.cache_clear()
    assert cnncalc.format(text) == clean
    assert statements(clean) == statements(text)
    read_statement.cache_clear()
    body_of.cache_clear()


BODIES = """

repeat 2
# about the line below
      conv 8 3x3


      # of the body
      tower:
       relu # inner
            # further right than all
       bn
         # of the innermost
      # of the outer
  # between the two is the outermost
fc 10
   # aside

"""
CLEAN = """\
repeat 2
# about the line below
  conv 8 3x3

  # of the body
  tower:
    relu  # inner
    # further right than all
    bn
    # of the innermost
  # of the outer
# between the two is the outermost
fc 10
# aside
"""


def test_bodies_comments_and_blank_lines():
    assert holds(BODIES) == CLEAN
    assert holds(BODIES.replace("\n", "\r\n").replace(" #", "\t#")) != ""
    assert holds("\ufeff  INPUT: 3\n  # a\n\n  fc 1") == "INPUT: 3\n# a\n\nfc 1\n"


# branches, blocks, conditions, heads and what lines read from

SECTION_5 = """\
3a: concat
  - conv 64 1x1 relu
  - conv 96 1x1 relu; conv 128 3x3 pad 1 relu
  - conv 16 1x1 relu
    conv 32 5x5 pad 2 relu
  - maxpool 3x3 stride 1 pad 1; conv 32 1x1 relu

block basic(c, s=1)
  add relu
    - conv c 3x3 stride s pad 1 nobias bn relu
      conv c 3x3 pad 1 nobias bn
    - shortcut

layer2.0: basic 128 s=2
layer2.1..3: basic 128  # a range repeats the line: layer2.1, layer2.2, layer2.3

CONV2..12: 192 3x3 stride 1 pad 1 => 19x19x192  # the claim holds for each

block stage(c, n, s=2)
  0: basic c s
  1..(n-1): basic c  # an end may be (an expression); an empty range makes nothing

block se(r=16)
  c = C  # a constant of the block, evaluated where it stands
  scale
    - identity
    - gap; fc c//r relu; fc c sigmoid

block mb(t, c, k, s=1)
  add
    - if t > 1
        conv t*C 1x1 nobias bn relu6
      conv depthwise k stride s pad k//2 nobias bn relu6
      conv c 1x1 nobias bn
    - shortcut none

tower: repeat 19  # passes tower.0, tower.1, ...; i counts from 0 (in a range, i is the number)
  conv 256 3x3 pad 1 nobias bn relu

policy from tower:  # a group: a named body, here starting from another layer
  conv 2 1x1 nobias bn relu
  fc 362

aux1 from 4a: aux weight 0.3  # a training-only head; the next line goes on as if it were not there
  avgpool 5x5 stride 3
  conv 128 1x1 relu
  fc 1024 relu dropout 0.7
  fc 1000

SUM: add from CONV3, POOL2  # earlier layers by name; `and` or commas between
from n5  # a line (or branch) that is only `from X` goes on from there
OUT: output from FC8, BOX4  # several outputs; by default the last line
"""
"""The listings of section 5 of the language's contract; a comment stands two spaces behind its line."""


def messed(text, indent, space):
    """A text with its indentation this much wider, and its words this far apart."""
    rows = []
    for row in text.split("\n"):
        code, mark, comment = row.partition("#")
        depth, words = (len(code) - len(code.lstrip())) * indent, code.lstrip().rstrip().split(" ")
        dash = f"-{' ' * (2 * indent - 1)}" if words[0] == "-" else ""
        rows.append(" " * depth + dash + space.join(words[1:] if dash else words) + mark + comment)
    return "\n".join(rows)


@pytest.mark.parametrize("indent", [1, 2, 4])
@pytest.mark.parametrize("space", [" ", "   ", "\t"])
def test_the_listings_of_the_language_are_canonical(indent, space):
    text = messed(SECTION_5, indent, space)
    assert holds(text) == holds(SECTION_5) == SECTION_5


HEADED = [
    ("BLOCK  b", "block b"),
    ("block b ( ) :", "block b"),
    ("block  b( c,s = 1 )", "block b(c, s=1)"),
    ("block b(c s=2*3 t=(1 + 2)):", "block b(c, s=2*3, t=(1 + 2))"),
    ("block b(c=1,024 s=max(1,2))", "block b(c=1024, s=max(1, 2))"),
    ("block b(act=ReLU, skip=Stem, gate=swish)", "block b(act=relu, skip=Stem, gate=silu)"),
    ("IF k>1 :", "if k>1"),
    ("if  k >1 and  not (k== 2)", "if k > 1 and not (k == 2)"),
    ("if (k)", "if (k)"),
    ("if k > 1,000", "if k > 1,000"),
    ("T.0 .. 2 from  A : repeat  k", "T.0..2 from A: repeat k"),
    ("head  from A:", "head from A:"),
    ("**head** :", "head:"),
    ("Aux1 From 4a : AUX, weight of 0.3", "Aux1 from 4a: aux weight 0.3"),
    ("aux from A", "aux from A"),
    ("aux2 : aux from A weight=1", "aux2: aux weight 1 from A"),
]


@pytest.mark.parametrize(("text", "clean"), HEADED, ids=[text for text, _ in HEADED])
def test_one_head(text, clean):
    assert holds(f"# title\nk = 3\n{text}\n   relu") == f"# title\nk = 3\n{clean}\n  relu\n"


CALLS = [
    ("b  8 ,2", "b 8 2"),
    ("B1 : b 8 units, s = 2", "B1: b 8 s=2"),
    ("b 1,024 (k+ 1) -1 k//2", "b 1024 (k + 1) -1 k//2"),
    ("b s=2 c=8", "b s=2 c=8"),
    ("b 8 act=ReLU6 skip=Stem", "b 8 act=relu6 skip=Stem"),
    ("b 8 (a remark) s=2 ReLU dropout of 0.5", "b 8 s=2 relu dropout 0.5  # a remark"),
    ("[8x8x8] B2.1..(k): b c=8 from A relu", "B2.1..(k): b c=8 from A relu => 8x8x8"),
    ("b from A 8 => 8x8x8,  3 PARAMS", "b 8 from A => 8x8x8, 3 params"),
    ("b relu plain", "b relu plain"),
    ("[8] b => 9", "[8] b => 9"),
]


@pytest.mark.parametrize(("text", "clean"), CALLS, ids=[text for text, _ in CALLS])
def test_one_call(text, clean):
    assert holds(f"k = 3\nblock b(c)\n relu\n{text}") == f"k = 3\nblock b(c)\n  relu\n{clean}\n"


READING = [
    ("FROM  n5", "from n5"),
    ("from 4a.0 ;relu", "from 4a.0; relu"),
    ("Sum : Add,from A ,B and C.d", "Sum: add from A, B, C.d"),
    ("add relu from A and B", "add from A, B relu"),
    ("add from A from B relu", "add from A, B relu"),
    ("concat  from stack0..9.skip , B", "concat from stack0..9.skip, B"),
    ("concat from S0..( k-1 )", "concat from S0..(k-1)"),
    ("conv from A 8 3x3 relu (why)", "conv 8 3x3 from A relu  # why"),
    ("CONV1  from  A : conv 8", "CONV1 from A: 8"),
    ("C1 from A : Conv 8", "C1 from A: conv 8"),
    ("fc 8 relu plain from A", "fc 8 from A plain relu"),
    ("Out : OUTPUT from A, B", "Out: output from A, B"),
    ("output : output from A", "output: output from A"),
    ("upsample TO  A bilinear", "upsample to A bilinear"),
    ("crop from A to=B relu", "crop to B from A relu"),
    ("twin: Share  a.B", "twin: share a.B"),
    ("share1: share line=a", "share1: share a"),
    ("scale1: SCALE of 0.17", "scale1: 0.17"),
    ("downsample: Shortcut NONE", "downsample: shortcut none"),
    ("slice 0 : 58", "slice 0:58"),
]


@pytest.mark.parametrize(("text", "clean"), READING, ids=[text for text, _ in READING])
def test_one_line_that_reads_from_others(text, clean):
    assert holds(f"k = 3\n{text}") == f"k = 3\n{clean}\n"


KINDLY = [
    ("conv c filters  of 3 x 3 , nobias, bn act", "conv c 3x3 nobias bn act"),
    ("conv c stride=2 (k)x1 act ,with dropout of 0.5", "conv c (k)x1 stride 2 act dropout 0.5"),
    ("R1 :  act", "R1: act"),
    ("relu1 : act  from A", "relu1: act from A"),
    ("FC1: c act (why)", "FC1: c act  # why"),
    ("act relu act", "act relu act"),
    ("conv c 3 norm act", "conv c 3 lrn act"),
    ("add  act", "add act\n    - relu\n    - bn"),
    ("conv c 3x3 frozen act  frozen", "conv c 3x3 frozen act frozen"),
    ("maxpool stride  2  act", "maxpool stride 2 act"),
    ("conv S=3 act 2", "conv S=3 act 2"),
    ("conv  act  64", "conv act 64"),
    ("POOL1: F=act", "POOL1: act"),
    ("conv c stride 2  act", "conv c stride 2 act"),
    ("b1 : inner  c act", "b1: inner c act"),
    ("inner act=act  k", "inner act=act k"),
    ("Global  average pool act", "gap act"),
    ("act of 64, 3 x 3 stride=2 BN", "act 64 3x3 stride 2 bn"),
    ("stem : act S=2 K=8 F=3", "stem: act 8 3 stride 2"),
    ("conv c 3x3 act 2 x 2 , stride=1", "conv c 3x3 act 2x2 stride 1"),
    ("after conv : pad=1 , BN act", "after conv: pad 1 bn act"),
    ("after conv: act stride=1 3 relu", "after conv: act 3 stride 1 relu"),
    ("CONV1: K=c F=3 from A act", "CONV1: c 3 from A act"),
    ("BN1 : with act", "BN1: bn act"),
]
"""Lines of a block whose parameter `act` may be a number or a kind: the canonical line says the same with either."""


@pytest.mark.parametrize(("text", "clean"), KINDLY, ids=[text for text, _ in KINDLY])
def test_lines_whose_parameters_may_be_kinds(text, clean):
    below = "".join(f"\n{row}" for row in clean.split("\n")[1:])
    head = "block inner(c=1, act=relu)\n  identity\nblock b(c, k, act)\n"
    try:
        found = cnncalc.format(f"{head} {text}{below}")
    except cnncalc.SpecError:
        with pytest.raises(cnncalc.SpecError):
            cnncalc.format(f"{head} {clean}")
        return
    assert found == f"{head}  {clean}\n"
    assert cnncalc.format(found) == found
    for kind in ("relu", "maxpool", "avgpool", "prelu", "conv", "lrn", "3"):
        calls = f"INPUT: 16x16x4\nA: relu\nb 4 3 act={kind}\n"
        before, behind = (f"{each}\n{calls}" for each in (f"{head} {text}{below}", found))
        assert network(before) == network(behind) or not analyse(before, "net", "net").complete


TREES = [
    (
        "add\n- relu\n".replace("- ", " - ") + " - bn; add\n         -   tanh\n         -  identity\n   silu",
        "add\n  - relu\n  - bn; add\n      - tanh\n      - identity\n    silu\n",
    ),
    (
        "a: add\n     - add\n       - relu\n       - bn\n       tanh\n     - b: concat relu\n       - bn\nsilu",
        "a: add\n  - add\n      - relu\n      - bn\n    tanh\n  - b: concat relu\n      - bn\nsilu\n",
    ),
    (
        "add\n    -\n      relu\n    - ;bn; ;\n      tanh\n    -\n\n\n      silu\n",
        "add\n  - relu\n  - bn\n    tanh\n\n  - silu\n",
    ),
    (
        "add\n - relu; g: ; if 1\n    bn\n   else\n     tanh; repeat 2\n        silu\n   gelu\n - g:\n    relu\nelu",
        "add\n  - relu; g:; if 1\n      bn\n    else\n      tanh; repeat 2\n        silu\n    gelu\n"
        "  - g:\n      relu\nelu\n",
    ),
    (
        "if 1:\n    if 0 ;else\n       relu\nELSE :\n     bn;if 1\n          tanh",
        "if 1\n  if 0; else\n    relu\nelse\n  bn; if 1\n    tanh\n",
    ),
    (
        "block b\n      add\n           -    from A;relu\n           -    from  B\n                bn\nb",
        "block b\n  add\n    - from A; relu\n    - from B\n      bn\nb\n",
    ),
]


@pytest.mark.parametrize(("text", "clean"), TREES, ids=range(len(TREES)))
def test_bodies_within_branches_within_bodies(text, clean):
    assert holds(text) == holds(clean) == clean
    assert holds(text.replace("\n", "\r\n")) == clean


REMARKED = """
# title
concat
          # before all
     # of the first
     - relu  # behind it
            # further right
       # in the first

       bn
       # behind the first
     # of the second


     -    # the dash's own
       # below the dash
       tanh; add
          # of what joins
          - silu # inner
            # in the inner
          # of the second inner
          - gelu
       # behind the inner join
       softplus
     # last of all
   # aside
if 1
    mish
    # in the body
# of the other
else  # other
       # in the other
       abs
       # of it
# end
"""
KEPT = """\
# title
concat
    # before all
  # of the first
  - relu  # behind it
    # further right
    # in the first

    bn
    # behind the first
  # of the second

  -  # the dash's own
    # below the dash
    tanh; add
      # of what joins
      - silu  # inner
        # in the inner
      # of the second inner
      - gelu
    # behind the inner join
    softplus
  # last of all
# aside
if 1
  mish
  # in the body
# of the other
else  # other
  # in the other
  abs
  # of it
# end
"""


def test_comments_stay_at_branches_and_above_else():
    assert holds(REMARKED) == holds(KEPT) == KEPT
    assert holds(REMARKED.replace("\n", "\r\n")) == KEPT


def test_a_dash_alone_keeps_its_place_above_a_comment():
    for kept in ("  -  # why\n    relu", "  -\n    # why\n    relu", "  -\n\n    # why\n    relu  # it"):
        assert holds(f"add\n{kept}\n  - bn\n") == f"add\n{kept}\n  - bn\n"
    assert holds("add\n - # source: me\n   relu\n - bn") == "add\n  -  # source: me\n    relu\n  - bn\n"


def test_rows_of_branches_that_are_too_wide_go_on_further_right():
    words = "relu " * 40
    found = holds(f"add\n - conv 8 3; {words}\n   bn\n - bn")
    rows = found.split("\n")
    assert rows[1].startswith("  - conv 8 3; relu ") and rows[2].startswith("        relu ") and rows[3] == "    bn"
    name = "a" * 150
    assert holds(f"add\n - {name}: relu\n - bn") == f"add\n  - {name}: \\\n        relu\n  - bn\n"
    assert holds(f"add\n - {name}: bn\n - bn").count("\\") == 1


def test_deep_rows_keep_half_the_width():
    text = "".join(f"{' ' * depth}g{depth}:\n" for depth in range(90)) + " " * 90 + "relu " * 30
    rows = holds(text).rstrip("\n").split("\n")[90:]
    assert [row.count("relu") for row in rows] == [12, 11, 7]
    assert rows[0].startswith(" " * 180 + "relu") and rows[1].startswith(" " * 184 + "relu")
    assert max(map(len, rows)) <= 184 + 60


def test_a_comment_that_has_no_room_takes_a_row_of_its_own():
    most = Limits().columns
    for text in ("relu #{}", "repeat 2\n #{}\n relu", "add\n - #{}\n   relu\n - bn"):
        wide = text.format("x" * (most - max(row.find("#") + 1 for row in text.split("\n"))))
        found = holds(wide)
        assert max(map(len, wide.split("\n"))) == most >= max(map(len, found.split("\n")))
        assert wide.replace(" ", "") == found.replace(" ", "").replace("\\\n", "").rstrip("\n")


DEEP = 2_000
"""Twice Python's limit of recursion; what is indented by its depth is quadratic in it."""


@pytest.mark.parametrize(
    ("first", "messy", "clean"),
    [
        ("if 1", "if 1 :", "if 1"),
        ("g:", "g : repeat  2", "g: repeat 2"),
        ("block b", "if 0; else :", "if 0; else"),
        ("add", "-  add", "- add"),
        ("add", "- relu; g : add", "- relu; g: add"),
        ("add", "- if 1; else; add", "- if 1; else; add"),
    ],
)
def test_nesting_meets_no_limit_of_recursion(first, messy, clean):
    limits = Limits(nesting=DEEP + 1, columns=DEEP * 5)
    dash = 2 * clean.startswith("-")
    rows = [" " * at * (1 + dash) + messy for at in range(1, DEEP)]
    last = " " * DEEP * (1 + dash) + "- relu"[2 - dash :]
    source = read("\n".join([first, *rows, last]), "deep", limits)
    parsed = parse(source, limits)
    assert parsed.findings == []
    found = form.canonical(source, parsed, limits).split("\n")
    assert found[0] == first and found[DEEP:] == [f"{'  ' * DEEP * (1 + dash // 2)}"[dash:] + last.lstrip(), ""]
    assert found[1:DEEP] == [f"{'  ' * at * (1 + dash // 2)}"[dash:] + clean for at in range(1, DEEP)]


def test_a_line_never_moves_to_another_branch(monkeypatch):
    """What is written is read again, bodies and branches included."""
    real = form.wrapped
    for text, row, odd in (
        ("add\n - relu\n - bn", "  - bn", "    bn"),
        ("add\n - relu\n   bn\n - tanh", "    bn", "  - bn"),
        ("if 1\n relu\n bn", "  bn", "bn"),
        ("if 1\n relu\nelse\n bn", "else", "if 0"),
        ("add\n - add\n   - relu\n - bn", "  - bn", "      - bn"),
        ("aux1: aux\n relu", "aux1: aux", "aux1:"),
        ("g:\n relu", "  relu", "  - relu"),
    ):
        monkeypatch.setattr(form, "wrapped", lambda code, *rest, row=row, odd=odd: [odd if code == row else code])
        with pytest.raises(RuntimeError, match="the canonical text of <text> would not say the same"):
            cnncalc.format(text)
        monkeypatch.setattr(form, "wrapped", real)
        assert row in cnncalc.format(text).split("\n")


# random trees


class Line(NamedTuple):
    """A line of a random tree: what it says, messy and clean, and the bodies below it.

    `below` is nothing, "body" with one list of lines, "branches" with one for each, or "if" with one or two.
    """

    messy: str
    clean: str
    below: str = ""
    bodies: tuple[tuple["Line", ...], ...] = ()
    remark: str = ""


LEAVES = [
    ("RELU", "relu"), ("conv 4 filters of 3 x 3, pad=1", "conv 4 3x3 pad 1"), ("bn  relu", "bn relu"),
    ("Conv (4) F=1 ", "conv (4) 1"), ("max pool 3x3 , stride=1 pad 1 ", "maxpool 3x3 stride 1 pad 1"),
    ("dropout  of 0.5", "dropout 0.5"), ("Conv 4 3 pad 1 silu  (why not)", "conv 4 3 pad 1 silu"),
    ("identity", "identity"), ("[8x8x4] gelu", "gelu => 8x8x4"), ("n{}=4 ", "n{} = 4"),
    ("**L{}** : conv 4 units 1x1", "L{}: conv 4 1x1"), ("T{}.0 .. 1 : tanh", "T{}.0..1: tanh"),
]  # fmt: skip
OUTSIDE = [
    ("from  image", "from image"), ("Share  first", "share first"), ("J{} : add from first , image relu",
     "J{}: add from first, image relu"), ("b0 4 ,s=1", "b0 4 s=1"), ("B{} : b0 s=1 c=4 BN", "B{}: b0 s=1 c=4 bn"),
    ("upsample to  image", "upsample to image"), ("X{} from first : Mish", "X{} from first: mish"),
]  # fmt: skip
"""What names lines of the whole file."""
BODIED = [("G{} :", "G{}:"), ("R{} : Repeat  2 :", "R{}: repeat 2"), ("S{}.1 .. 2:", "S{}.1..2:")]
JOINED = [
    ("ADD", "add"), ("J{} : Add  relu", "J{}: add relu"), ("scale  sigmoid", "scale sigmoid"),
    ("[8x8x4] add (sum)", "add => 8x8x4"),
]  # fmt: skip
NUMBERS = count()


IFS = [("IF  1 :", "if 1"), ("if n  > 3", "if n > 3"), ("If ( 0 )", "if (0)")]
AUX = [("aux{} from first : Aux , weight=0.3", "aux{} from first: aux weight 0.3")]
SORTS = [(BODIED, "body", 1, 1), (JOINED, "branches", 1, 3), (IFS, "if", 1, 2), (AUX, "body", 1, 1)]
"""What has bodies: its heads, what the bodies are, and how many there may be. A head stands in no other."""


@st.composite
def heads(draw, choices):
    """One of (messy, clean), a number of its own in its names."""
    number = str(next(NUMBERS))
    return tuple(text.replace("{}", number) for text in draw(st.sampled_from(choices)))


@st.composite
def lines_of(draw, depth, inside):
    """One line: statements without bodies and, behind their `;`, one that may have bodies."""
    leaves = LEAVES if inside else LEAVES + OUTSIDE
    parts = [draw(heads(leaves)) for _ in range(draw(st.sampled_from((0, 0, 0, 1, 2))))]
    nests = depth > 0 and draw(st.booleans())
    choices, below, least, most = draw(st.sampled_from(SORTS[: 4 - inside])) if nests else (leaves, "", 0, 0)
    parts.append(draw(heads(choices)))
    inner = trees(depth - 1, inside or choices is AUX)
    bodies = draw(st.lists(inner, min_size=least, max_size=most)) if nests else []
    remarks = [f"# {remark}" for messy, _ in parts for remark in re.findall(r" \(([a-z ]+)\)", messy)]
    messy = draw(st.sampled_from((";", " ; ", ";;  "))).join(messy for messy, _ in parts)
    return Line(messy, "; ".join(clean for _, clean in parts), below, tuple(bodies), "  ".join(remarks))


@st.composite
def trees(draw, depth, inside):
    """The lines of one body."""
    return tuple(draw(st.lists(lines_of(depth, inside), min_size=1, max_size=3)))


@st.composite
def comments_above(draw):
    return draw(st.sampled_from(((), (), (), ("# about it",), ("#1", "## two"))))


def straight(lines, depth, remarks, dash=False):
    """The canonical rows of a body; `remarks` gives the comments above each row in turn."""
    rows = []
    for line in lines:
        pad = "  " * depth
        lead = pad[2:] + "- " if dash else pad
        rows += [(pad[2:] if dash else pad) + comment for comment in next(remarks)]
        rows.append(f"{lead}{line.clean}" + (f"  {line.remark}" if line.remark else ""))
        dash = False
        for at, body in enumerate(line.bodies):
            if line.below == "if" and at:
                rows += [*(f"{pad}{comment}" for comment in next(remarks)), f"{pad}else"]
            branch = line.below == "branches"
            rows += straight(body, depth + 1 + branch, remarks, branch)
    return rows


def crooked(draw, lines, column, remarks, dash=None):
    """The rows of a body as many people write: any indentation, a dash alone, odd spaces."""
    rows = []
    for line in lines:
        begin = column if dash is None else dash
        said = next(remarks)
        rows += [" " * begin + comment for comment in said]
        if dash is not None and not said and draw(st.integers(0, 5)) == 0 and column == dash + 2:
            rows += [" " * dash + "-", " " * column + line.messy]
            begin = column
        else:
            lead = " " * column if dash is None else " " * dash + "-" + " " * (column - dash - 1)
            rows.append(lead + line.messy)
        dash = None
        at_dash = column + draw(st.integers(0 if begin < column else 1, 8))
        inner = column + draw(st.integers(1, 8))
        for at, body in enumerate(line.bodies):
            if line.below == "if" and at:
                rows += [
                    *(" " * column + comment for comment in next(remarks)),
                    " " * column + "ELSE" + ": "[: draw(st.integers(0, 2))],
                ]
                inner = column + draw(st.integers(1, 8))
            if line.below == "branches":
                text = at_dash + draw(st.sampled_from((2, 2, 3, 5)))
                rows += crooked(draw, body, text, remarks, at_dash)
            else:
                rows += crooked(draw, body, inner, remarks)
    return rows


def rows_of(lines):
    """How many rows may have comments above them."""
    return sum(1 + sum(map(rows_of, line.bodies)) + (line.below == "if") for line in lines)


@st.composite
def grown(draw):
    """A random network with blocks and everything that nests, messy and clean."""
    block, top = draw(trees(draw(st.integers(0, 2)), True)), draw(trees(draw(st.integers(1, 4)), False))
    lines = [
        Line("n=4", "n = 4"),
        Line("Block  b0 ( c , s=1 ) :", "block b0(c, s=1)", "body", (block,)),
        Line("image :INPUT 8 * 8 * 4", "image: input 8x8x4"),
        Line("first : CONV 4 , 1x1", "first: conv 4 1x1"),
        *top,
    ]
    remarks = [draw(comments_above()) for _ in range(rows_of(lines))]
    messy = crooked(draw, lines, 0, iter(remarks))
    clean = straight(lines, 0, iter(remarks))
    return "\n".join(["# title", *messy, ""]), "\n".join(["# title", *clean, ""])


def numbers_of(text):
    """The rows of a network's table; where it has errors, how many of each."""
    net = analyse(text, "net", "net")
    if not net.complete:
        return Counter(f.code.code for f in net.findings)
    return [{name: value for name, value in row.items() if name != "line"} for row in net.to_dict()["layers"]]


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(grown())
def test_random_trees_have_the_canonical_form(pair):
    messy, clean = pair
    assert cnncalc.format(messy) == clean
    assert cnncalc.format(clean) == clean
    assert statements(messy) == statements(clean)
    assert numbers_of(messy) == numbers_of(clean)


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n", "\ufeff", "\r\n\r\n", ";\n;;\n"])
def test_nothing_stays_nothing(text):
    assert cnncalc.format(text) == ""


def test_wide_code_goes_on_behind_a_backslash():
    text = (
        "conv 8 3x3 \\\n"
        + "relu " * 30
        + "\\\n"
        + "relu " * 15
        + "# a comment stays behind the code, however wide it is"
    )
    rows = holds(text).rstrip("\n").split("\n")
    assert [len(row) for row in rows[:-1]] == [117, 120]
    assert all(row.endswith(" \\") for row in rows[:-1])
    assert all(row.startswith("    relu") for row in rows[1:])
    assert rows[-1].endswith("relu  # a comment stays behind the code, however wide it is")
    assert " ".join(rows).count("relu") == 45


def test_wide_code_is_broken_behind_a_comma_of_its_second_half():
    text = "train: batch 128, sgd momentum 0.9, lr 1e-2, decay 5e-4, epochs 90, schedule plateau, loss cross_entropy, "
    rows = holds(f"INPUT: 9\nfc 3\n{text}paper init normal 0.01, flip\n").split("\n")
    assert rows[2:] == [f"{text}\\", "    paper init normal 0.01, flip", ""]
    rows = holds(f"INPUT: 9\nfc 3\ntrain: batch 128, {'sgd ' * 30}\n").split("\n")
    assert rows[2].startswith("train: batch 128, sgd sgd") and len(rows[2]) > 110


def test_code_without_a_space_is_not_broken():
    name = "a" * 150
    assert holds(f"{name}: relu   dropout 0.5") == f"{name}: \\\n    relu dropout 0.5\n"


def test_no_row_is_longer_than_the_limit():
    assert max(map(len, holds("relu " * 3_900 + "\\\n" + "relu " * 1_500 + "# a").split("\n"))) <= Limits().columns


def test_errors_of_syntax_are_refused_whole():
    with pytest.raises(cnncalc.SpecError, match=r"<text>:2:7: SYN107 'strde' means nothing to fc") as error:
        cnncalc.format("INPUT: 3\nfc 10 strde 2\nfc 10 \u2013")
    assert {d.code.code for d in error.value.diagnostics} == {"SYN102", "SYN107"}


def test_errors_of_shape_are_none_of_its_business():
    assert cnncalc.format("INPUT: 4x4x3\nconv 8 9x9") == "INPUT: 4x4x3\nconv 8 9x9\n"


def test_every_sort_of_statement_has_its_form():
    alias = re.search(r"Statement: TypeAlias = \((.*?)\)", Path(tree.__file__).read_text("utf-8"), re.DOTALL)
    assert set(re.findall(r"\w+", alias[1])) - {"Broken"} == {sort.__name__ for sort in form.FORMS}


def test_a_meaning_is_never_changed(monkeypatch):
    """Neither by a form that is wrong, which is passed over, nor by a line that is lost, which ends it."""
    monkeypatch.setitem(form.FORMS, tree.Constant, lambda line, text: form.Form(["k = 4"], []))
    assert cnncalc.format("k  =  3") == "k = 3\n"
    monkeypatch.setattr(form, "wrapped", lambda *_: [""])
    with pytest.raises(RuntimeError, match="the canonical text of <text> would not say the same"):
        cnncalc.format("k = 3")


# messy texts, each beside its canonical form

ODD = st.sampled_from((" ", "  ", "\t", "\u00a0", "   "))
BETWEEN = st.sampled_from((" ", " ", "  ", "\t", ", ", " , ", " with ", " and ", " of ", " \\\n  ", " filters "))
REMARKS = st.sampled_from(("class scores", "see fig. 3", "a (nested) one", "3/4 of it!", "#1", "k of them"))
SMALL = st.integers(1, 9)


@st.composite
def cased(draw, word):
    return draw(st.sampled_from((word, word.upper(), word.title(), word)))


@st.composite
def counts(draw):
    number = draw(st.sampled_from((1, 7, 96, 384, 1000, 4096, 1234567)))
    return draw(st.sampled_from((str(number), f"{number:,}"))), str(number)


@st.composite
def values(draw, low=1):
    """An extent, or one an axis."""
    axes = draw(st.lists(st.integers(low, 12).map(str) | st.sampled_from(("(k)", "(k + 1)")), min_size=1, max_size=2))
    if len(axes) == 1:
        axes = [axes[0].strip("()") if "+" not in axes[0] else axes[0]]
    by = draw(st.sampled_from(("x", "X", " x ", "\u00d7", " \u00d7 ", "  x")))
    return by.join(axes), "x".join(axes)


@st.composite
def pads(draw):
    word, fill = draw(st.sampled_from(("same", "valid", "full"))), draw(st.sampled_from(("", "", " reflect", " copy")))
    a, b = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    plain, sides = draw(values(0)), (f"{a} : {b}", f"{a}:{b}")
    messy, clean = draw(st.sampled_from((plain, plain, sides, (draw(cased(word)), word))))
    return messy + draw(cased(fill)), clean + fill


@st.composite
def option(draw, name, value, letter=""):
    (messy, clean), word = draw(value), draw(cased(name))
    forms = [f"{word} {messy}", f"{word}={messy}", f"{word} = {messy}", f"{word} of {messy}", f"at {word}  {messy}"]
    forms += [f"{letter}={messy}", f"{letter.lower()} = {messy}"] * bool(letter)
    return draw(st.sampled_from(forms)), f"{name} {clean}"


@st.composite
def flags(draw, name):
    return draw(cased(name)), name


@st.composite
def given_in(draw, slots, options):
    """(messy, clean) arguments: `slots` are (name, letter, value), in their order; options may stand anywhere."""
    rest = draw(st.lists(st.sampled_from(range(len(options))), unique=True, max_size=3))
    rest = [draw(options[at]) for at in rest]
    drawn = [(name, letter, *draw(value)) for name, letter, value in slots]
    named = draw(st.booleans()) or not all(d[3] for d in drawn)
    texts = [
        draw(st.sampled_from((f"{draw(cased(n))}={m}", f"{letter}={m}" if letter else f"{n} = {m}"))) if named else m
        for n, letter, m, _ in drawn
    ]
    turned = draw(st.permutations(texts)) if named or "x" in drawn[-1][3] else texts
    messy = list(turned)
    for text, clean in rest:
        low = 0 if clean.partition(" ")[2] else len(messy)
        messy.insert(draw(st.integers(low, len(messy))), text)
    order = sorted(rest, key=lambda pair: messy.index(pair[0]))
    return messy, [*(d[3] for d in drawn), *(clean for _, clean in order)]


KERNEL = ("kernel", "F", values())
CONV = [
    option("stride", values(), "S"), option("pad", pads(), "P"), option("dilation", values()),
    option("groups", counts()), flags("nobias"),
]  # fmt: skip
POOL = [option("stride", values(), "S"), option("pad", pads(), "P"), flags("ceil")]
BODIES_OF = {
    "conv": given_in([("filters", "K", counts()), KERNEL], CONV),
    "maxpool": given_in([KERNEL], POOL),
    "avgpool": given_in([KERNEL], [*POOL, flags("nocountpad")]),
    "fc": given_in([("units", "K", counts())], [option("in", counts()), flags("nobias")]),
    "relu": st.just(([], [])),
    "softmax": st.just(([], [])),
}
WORDS = {
    "conv": ["conv"], "fc": ["fc", "linear"], "relu": ["relu"], "softmax": ["softmax"],
    "maxpool": ["maxpool", "pool", "max pool", "pool max"], "avgpool": ["avgpool", "avg pool", "pool average"],
}  # fmt: skip
NAMES = {"conv": "CONV", "fc": "fc", "maxpool": "Pool", "avgpool": "avgpool", "relu": "relu", "softmax": "Softmax"}
POSTFIXES = [
    ("relu", "relu"), ("Dropout of 0.5", "dropout 0.5"), ("norm size 5", "lrn 5"), ("BN", "bn"),
    ("Max Pool 2 x 2 ", "maxpool 2x2"), ("pool avg F=2 S=1", "avgpool 2 stride 1"),
]  # fmt: skip


@st.composite
def labels(draw, kind, number, bare):
    """(messy, clean) of the line's name and kind; where it is `bare`, only postfixes follow."""
    word = draw(cased(draw(st.sampled_from(WORDS[kind]))))
    name = f"{NAMES[kind]}{number}"
    slide = draw(st.sampled_from(("", "MAX ", "max  "))) if kind == "maxpool" else ""
    stem = f"stem{number}"
    star = draw(st.sampled_from(("", "**")))
    colon = draw(st.sampled_from((":", " :")))
    return draw(
        st.sampled_from(
            (
                (f"{word}", kind),
                (f"{star}{stem}{star}{colon} {word}", f"{stem}: {kind}"),
                (f"{slide}{star}{name}{star}{colon}{f' {word}' * bare}", f"{name}:{f' {kind}' * bare}"),
                (f"{name}{colon} {word}", f"{name}:{f' {kind}' * bare}"),
            )
        )
    )


@st.composite
def claims(draw):
    """(messy in front, messy behind, clean) claims."""
    axes = draw(st.lists(st.integers(1, 30).map(str) | st.just("?"), min_size=1, max_size=3))
    shape = draw(st.sampled_from(("x", " x ", "*", " * ", "\u00d7"))).join(axes), "x".join(axes)
    figures = [
        draw(
            st.sampled_from((("34,944 params", "34,944 params"), ("Params 760", "760 params"), ("3 param", "3 params")))
        ),
        draw(st.sampled_from((("rf 11", "rf 11"), ("11 RF", "rf 11")))),
        draw(st.sampled_from((("61.1 M MACs", "61.1M macs"), ("macs 5*k", "5*k macs"), ("1Ki mac", "1Ki macs")))),
    ]
    items = draw(st.permutations([shape, *figures]))[: draw(st.integers(0, 3))]
    at = draw(st.integers(0, len(items)))
    by = draw(st.sampled_from((", ", " ,  ", ",")))
    front, behind = (by.join(messy for messy, _ in part) for part in (items[:at], items[at:]))
    return front, behind, ", ".join(clean for _, clean in items)


@st.composite
def layer_lines(draw, number):
    """(messy, clean, remarks) of one layer's line."""
    kind = draw(st.sampled_from(sorted(BODIES_OF)))
    messy, clean = draw(BODIES_OF[kind])
    plain = draw(st.sampled_from(([], [], ["Plain"])))
    postfixes = draw(st.lists(st.sampled_from(POSTFIXES), max_size=2))
    head, label = draw(labels(kind, number, bool(postfixes and not messy and not plain)))
    remarks = draw(st.lists(REMARKS, max_size=2))
    words = [*messy, *plain, *(m for m, _ in postfixes), *(f"({remark})" for remark in remarks)]
    front, behind, all_claims = draw(claims())
    text = f"[{front}] {head}" if front else head
    for word in words:
        text += draw(BETWEEN) + word
    text += (draw(ODD) + "=>" + draw(st.sampled_from(("", " "))) + behind) if behind else ""
    tail = [*clean, *(["plain"] if plain else []), *(c for _, c in postfixes)]
    code = " ".join([label, *tail, *([f"=> {all_claims}"] if all_claims else [])])
    return text, code, remarks


OTHERS = [
    ("Rounding  FLOOR", "rounding floor"), ("after Conv :pad = 1  Relu", "after conv: pad 1 relu"),
    ("expect params<=62 M (x)", "expect params <= 62M"), ("expect RF( INPUT ,)=1", "expect rf(INPUT) = 1"),
    ("after FC: ReLU, dropout 0.5", "after fc: relu dropout 0.5"), ("train:batch 1,  lr 2 ", "train: batch 1, lr 2"),
]  # fmt: skip
COMMENTS = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")), max_size=12).map(
    lambda text: f"#{text}".rstrip(" ")
) | st.sampled_from(("# cnncalc: ignore[FIT101, wrong-shape] misprint", "# noqa: FIT101", "## twice ##", "# a # b"))


@st.composite
def rows(draw, number):
    """(messy, clean) of one logical line: a comment, or statements with `;` between them and a comment behind."""
    comment = draw(st.just("") | COMMENTS)
    if draw(st.integers(0, 5)) == 0:
        return comment or "#", comment or "#"
    parts = [draw(layer_lines(10 * number + at)) for at in range(draw(st.sampled_from((1, 1, 1, 2, 3))))]
    if draw(st.integers(0, 5)) == 0:
        messy, clean = draw(st.sampled_from(OTHERS))
        parts = [(messy, clean, ["x"] if "(x)" in messy else [])]
    remarks = [f"# {remark}" for _, _, found in parts for remark in found]
    by = draw(st.sampled_from((";", " ; ", "; ;")))
    behind = "  ".join([*remarks, *([comment] if comment else [])])
    code = "; ".join(clean for _, clean, _ in parts)
    return by.join(m for m, _, _ in parts) + draw(st.sampled_from((" ", "  "))) + comment, (
        f"{code}  {behind}" if behind else code
    )


INPUTS = [
    ("[20 x 30 x 4] INPUT", "INPUT: 20x30x4"), ("[20*30*4] **Input**", "Input: 20x30x4"),
    ("INPUT : 20 * 30 * 4", "INPUT: 20x30x4"), ("image:INPUT 20\u00d730x4", "image: input 20x30x4"),
    ("Input:4@20x30", "Input: 4@20x30"), ("INPUT: [4 @ 20 x 30]", "INPUT: 4@20x30"),
]  # fmt: skip
HEADS = [("", ""), ("", ""), ("Axes cxhxw", "axes CxHxW"), ("axes H x W x C", "axes HxWxC")]


@st.composite
def bodies(draw, depth=0):
    """(messy rows, clean rows) of a body, those of its repeats and groups with it."""
    step = draw(st.sampled_from(("  ", "    ", " ", "   "))) if depth else ""
    messy, clean = [], []
    for number in range(draw(st.integers(1, 4))):
        text, code = draw(rows(100 * depth + number + 1))
        messy.append(step + text)
        clean.append("  " * bool(depth) + code)
        blank = draw(st.integers(0, 3))
        messy += [draw(st.sampled_from(("", "  ", "\t"))) for _ in range(blank)]
        clean += [""] * bool(blank)
        if depth < 2 and draw(st.integers(0, 3)) == 0:
            head = draw(st.sampled_from((("Repeat  2 :", "repeat 2"), (f"g{number}:", f"g{number}:"))))
            inner, formatted = draw(bodies(depth + 1))
            if any(line.strip() and line.strip()[0] != "#" for line in inner):
                messy += [step + head[0], *((step + line) if line.strip() else line for line in inner)]
                clean += [
                    "  " * bool(depth) + head[1],
                    *(("  " * bool(depth) + line) if line else "" for line in formatted),
                ]
    return messy, clean


@st.composite
def messes(draw):
    """A spec as many people write, and its canonical form."""
    (axes, order), (declared, first) = draw(st.sampled_from(HEADS)), draw(st.sampled_from(INPUTS))
    messy, clean = draw(bodies())
    title = draw(st.sampled_from(([], ["# a title"], ["# a title", "", "# source: me"])))
    start = draw(st.sampled_from(("", "\ufeff", "\n \n"))) if title else ""
    texts = [*title, *([axes] if axes else []), "k=3", declared, *messy]
    codes = [*title, *([order] if order else []), "k = 3", first, *clean]
    end = draw(st.sampled_from(("\n", "\r\n")))
    text = start + "\n".join(texts) + draw(st.sampled_from(("", "\n", "\n\n \n")))
    return text.replace("\n", end), re.sub(r"\n\n+", "\n\n", "\n".join(codes)).rstrip("\n") + "\n"


@settings(max_examples=300)
@given(messes())
def test_messy_texts_have_the_canonical_form(pair):
    messy, clean = pair
    assert re.sub(r" \\\n +", " ", holds(messy)) == clean


BITS = st.sampled_from(
    """ ( ) () (a) (k) [ ] , ; = => x * ** # \\ : @ ? . .. - + k 3 64 4,096 pad stride=2 relu F= K= of filters plain max
    avg pool params (k)x3 (noqa:FIT101) repeat g: axes POOL1: max(1,2) -1 // not 1..3 \u00d7 \ufb01 \u00a0""".split(" ")
) | st.sampled_from((" ", "  ", "\n", "\n  ", "\r\n", "\t", "\\\n"))
SHORT = [text for text in TEXTS if len(text) < 900]
FORKED = [*SECTION_5.split("\n\n"), *(text for text, _ in TREES), REMARKED]
FORKED += [f"block inner(c=1, act=relu)\n  identity\nblock b(c, k, act)\n  {text}" for text, _ in KINDLY]
FORKS = st.sampled_from(
    ("-", "- ", "\n- ", "\n  - ", "\n    - ", "\n -\n", "else", "else:", "if 1", "; if 1", "; else", "\nelse\n", "add",
     "; add", "from A", "from A, B", "from A:", "concat", "share A", "block b(c)", "b 2", "s=2", "act", "act ", " c",
     "aux", "1..3", "\n   # c\n", " # c\n", "    ", "c = C; ", "repeat 2", "g:", ";", "plain")
)  # fmt: skip


def slips_of(texts, bits):
    """A text, and what is put in place of some of it."""
    return st.sampled_from(texts), st.lists(st.tuples(st.integers(0, 900), st.integers(0, 2), bits), max_size=4)


@settings(max_examples=300)
@given(*slips_of(SHORT, BITS))
def test_texts_with_slips_say_the_same_or_are_refused(text, slips):
    same_or_refused(text, slips)


@settings(max_examples=300)
@given(*slips_of(FORKED, FORKS | BITS))
def test_branches_and_blocks_with_slips_say_the_same_or_are_refused(text, slips):
    same_or_refused(text, slips)


def same_or_refused(text, slips):
    for at, lost, bit in slips:
        text = text[: at % (len(text) + 1)] + bit + text[at % (len(text) + 1) + lost :]
    if reads(text):
        holds(text)
    else:
        with pytest.raises(cnncalc.SpecError):
            cnncalc.format(text)


# the command

MESSY, TIDY = "INPUT : 8 x 8 x 3\r\nconv 4 3x3 # x\r\n", "INPUT: 8x8x3\nconv 4 3x3  # x\n"
WRONG = "INPUT: 8x8x3\nconv 4 3x3 strde 2\n"


@pytest.fixture
def folder(tmp_path):
    """A messy spec, a tidy one in a folder whose name ends like a spec's, and a file that is none."""
    (tmp_path / "b.spec").write_bytes(MESSY.encode())
    (tmp_path / "sub.spec").mkdir()
    (tmp_path / "sub.spec" / "a.spec").write_text(TIDY)
    (tmp_path / "notes.txt").write_text(MESSY)
    return tmp_path


def test_fmt_of_a_file(run, folder):
    os.chmod("b.spec", 0o640)
    assert run("fmt", "b.spec") == (0, "", "1 file reformatted\n")
    assert (folder / "b.spec").read_bytes() == TIDY.encode()
    assert stat.S_IMODE((folder / "b.spec").stat().st_mode) == 0o640
    before = (folder / "b.spec").stat()
    assert run("fmt", "b.spec") == (0, "", "1 file left unchanged\n")
    after = (folder / "b.spec").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_fmt_of_a_folder(run, folder):
    assert run("fmt", ".") == (0, "", "1 file reformatted, 1 file left unchanged\n")
    assert (folder / "b.spec").read_text() == TIDY
    assert (folder / "notes.txt").read_bytes() == MESSY.encode()
    assert sorted(p.name for p in folder.rglob("*")) == ["a.spec", "b.spec", "notes.txt", "sub.spec"]
    assert run("fmt", "sub.spec") == (0, "", "1 file left unchanged\n")
    assert run("fmt", "b.spec", ".", "./b.spec").err == "2 files left unchanged\n"


def test_fmt_of_stdin(run):
    assert run("fmt", "-", stdin=MESSY.encode()) == (0, TIDY, "")
    assert run("fmt", "-", "--check", stdin=TIDY.encode()) == (0, "", "1 file already formatted\n")
    assert run("fmt", "-", "--check", stdin=MESSY.encode())[:2] == (1, "would reformat <stdin>\n")
    assert run("fmt", "-", stdin=b"") == (0, "", "")
    status, out, err = run("fmt", "-", stdin=WRONG.encode())
    assert (status, out) == (1, "")
    assert "SYN107" in err and "<stdin>:2:12" in err


def test_fmt_check_writes_nothing(run, folder):
    (folder / "crlf.spec").write_bytes(TIDY.replace("\n", "\r\n").encode())
    status, out, err = run("fmt", "--check", "sub.spec", "crlf.spec", "b.spec")
    assert (status, out) == (1, "would reformat crlf.spec\nwould reformat b.spec\n")
    assert err == "2 files would be reformatted, 1 file already formatted\n"
    assert (folder / "b.spec").read_bytes() == MESSY.encode()
    assert run("fmt", "--check", "sub.spec") == (0, "", "1 file already formatted\n")


DIFF = """\
--- b.spec
+++ b.spec
@@ -1,3 +1,3 @@
-INPUT : 8 x 8 x 3
+INPUT: 8x8x3
 fc 10
-fc 5  stride
\\ No newline at end of file
+fc 5
"""


def test_fmt_diff_is_one_that_patch_takes(run, folder):
    text = "INPUT : 8 x 8 x 3\nfc 10\nfc  5"
    (folder / "b.spec").write_text(text)
    status, out, err = run("fmt", "--diff", "b.spec", "sub.spec/a.spec")
    assert (status, out) == (1, DIFF.replace("fc 5  stride", "fc  5"))
    assert err == "1 file would be reformatted, 1 file already formatted\n"
    assert (folder / "b.spec").read_text() == text
    subprocess.run(["git", "apply", "--unsafe-paths", "-p0"], input=out, text=True, check=True, cwd=folder)
    assert (folder / "b.spec").read_text() == cnncalc.format(text)
    assert run("fmt", "--diff", "sub.spec") == (0, "", "1 file already formatted\n")


def test_fmt_leaves_a_broken_file_and_goes_on(run, folder):
    (folder / "a.spec").write_text(WRONG)
    (folder / "latin.spec").write_bytes(b"fc 10 # \xe9\r\n")
    status, out, err = run("fmt", "a.spec", "latin.spec", "b.spec")
    assert (status, out) == (1, "")
    assert "error[SYN107 unexpected-word]: 'strde' means nothing to conv" in err and "a.spec:2:12" in err
    assert "error[SYN101 unreadable-text]: byte 0xe9 is not UTF-8" in err
    assert err.endswith("1 file reformatted, 2 files with errors left as written\n")
    assert (folder / "a.spec").read_text() == WRONG
    assert (folder / "latin.spec").read_bytes() == b"fc 10 # \xe9\r\n"
    assert (folder / "b.spec").read_text() == TIDY
    assert run("fmt", "--check", "a.spec")[0] == run("fmt", "--diff", "a.spec")[0] == 1


def test_fmt_writes_through_a_link(run, folder):
    os.symlink("../b.spec", "sub.spec/link.spec")
    assert run("fmt", "sub.spec/link.spec").err == "1 file reformatted\n"
    assert os.path.islink("sub.spec/link.spec")
    assert (folder / "b.spec").read_text() == TIDY


@pytest.mark.parametrize("failing", ["replace", "chmod"])
def test_fmt_loses_nothing_where_it_cannot_write(run, folder, monkeypatch, failing):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    (folder / "c.spec").write_bytes(MESSY.encode())
    with monkeypatch.context() as patch:
        patch.setattr(os, failing, refuse)
        status, out, err = run("fmt", "b.spec", "c.spec", "sub.spec")
    assert (status, out) == (2, "")
    assert err.splitlines() == [
        "cnncalc: b.spec: Permission denied; it is left as it was",
        "cnncalc: c.spec: Permission denied; it is left as it was",
        "1 file left unchanged, 2 files not writable",
    ]
    assert (folder / "b.spec").read_bytes() == MESSY.encode()
    assert sorted(p.name for p in folder.iterdir()) == ["b.spec", "c.spec", "notes.txt", "sub.spec"]


AS_NOBODY = """
import os, tempfile
import cnncalc, cnncalc.cli.fmt, cnncalc.render.findings, cnncalc.render.screen
from cnncalc.cli import app, main
cnncalc.format("INPUT: 8x8x3; conv 4 3x3")
os.getuid() or os.setuid(65534)
main()
"""


@pytest.mark.parametrize(("file", "folder_", "status"), [(0o444, 0o777, 2), (0o666, 0o555, 2), (0o666, 0o777, 0)])
def test_fmt_of_what_is_read_only(file, folder_, status):
    """Root may write anywhere, so the command runs as nobody."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "b.spec"
        path.write_bytes(MESSY.encode())
        path.chmod(file)
        path.parent.chmod(folder_)
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, "fmt", "b.spec"], cwd=name, capture_output=True, text=True
        )
        path.parent.chmod(0o755)
        assert done.returncode == status, done.stderr
        assert done.stderr.startswith("cnncalc: b.spec: Permission denied; it is left as it was\n") == (status == 2)
        assert path.read_bytes() == (MESSY if status else TIDY).encode()
        assert [each.name for each in path.parent.iterdir()] == ["b.spec"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "which spec? Type a file (cnncalc fmt my.spec), a folder (cnncalc fmt .), or - for stdin"),
        (("nix.spec",), "no file 'nix.spec'; type the path of a spec: cnncalc fmt my.spec"),
        (("b.spec", "nix.spec"), "no file 'nix.spec'; type the path of a spec: cnncalc fmt my.spec"),
        (("alexnet",), "'alexnet' is a spec of the zoo, and fmt writes files in place; copy it first: cp "),
        (("--check", "vgg16.spec"), "'vgg16.spec' is a spec of the zoo, and fmt writes files in place; copy it first"),
        (("/dev/null",), "/dev/null is no file to write to; give its text on stdin: cnncalc fmt - < /dev/null"),
        (("empty",), "empty holds no .spec file"),
        (("b.spec", "--color", "red"), "--color takes auto, always or never, not 'red'"),
        (("b.spec", "--limit", "bytes=10"), "b.spec is larger than 10 bytes (--limit bytes=N raises the limit)"),
    ],
)
def test_fmt_used_wrongly(run, folder, arguments, message):
    (folder / "empty").mkdir()
    status, out, err = run("fmt", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith(f"cnncalc: {message}") and err.count("\n") == 1
    assert (folder / "b.spec").read_bytes() == MESSY.encode()


def test_what_fmt_says_to_type_for_a_zoo_name_works(run, folder):
    _, _, err = run("fmt", "vgg16")
    copy = err.partition("copy it first: ")[2].partition(" && ")[0]
    subprocess.run(copy, shell=True, check=True, cwd=folder)
    assert run("fmt", "vgg16.spec") == (0, "", "1 file left unchanged\n")


def test_a_spec_in_the_folder_wins_over_the_zoo(run, folder):
    (folder / "alexnet.spec").write_text(MESSY)
    assert run("fmt", "alexnet.spec").err == "1 file reformatted\n"


def test_show_and_lint_do_without_the_formatter():
    code = "import sys; from cnncalc.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    probe = f"{code}print('cnncalc.syntax.format' in sys.modules, file=sys.stderr)"
    for command in ("show", "lint", "fmt"):
        done = subprocess.run(
            [sys.executable, "-c", probe, command, "-"], capture_output=True, text=True, input="INPUT: 3\nfc 3\n"
        )
        assert done.stderr.split()[-1:] == [str(command == "fmt")]


def test_a_diff_shows_ends_of_lines_and_steers_no_screen(run, tmp_path):
    (tmp_path / "crlf.spec").write_bytes(b"\xef\xbb\xbfINPUT: 8x8x3\r\nconv 8   3x3\r\n")
    status, out, _ = run("fmt", "--diff", "crlf.spec")
    assert status == 1
    assert out.split("\n")[3:7] == [
        "-\\u{feff}INPUT: 8x8x3\\u{d}",
        "-conv 8   3x3\\u{d}",
        "+INPUT: 8x8x3",
        "+conv 8 3x3",
    ]
    assert all(char.isprintable() or char == "\n" for char in out)
