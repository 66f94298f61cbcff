"""The canonical form: it says the same, keeps every comment, and is its own canonical form; and the command `fmt`."""

import os
import re
import stat
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import listings
import pytest
import transcripts
from hypothesis import given, settings
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
PLACES = ("begin", "end", "base", "place")
BODIES = ("body", "branches", "otherwise")


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
        return type(part).__name__, {f: said(getattr(part, f)) for f in part._fields if f not in (*PLACES, *BODIES)}
    if isinstance(part, (tuple, list)):
        return [said(each) for each in part]
    return part.replace(",", "") if isinstance(part, str) and part[:1].isdigit() else part


def statements(text):
    """Every statement of a text as it reads, bodies within bodies."""

    def within(body):
        return [
            (said(each), [within(found) for name in BODIES if isinstance(found := getattr(each, name, 0), list)])
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
    ("Train :  batch 128,  lr 1e-2 (slow)  # x", "train: batch 128,  lr 1e-2 (slow)  # x"),
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
    ("after FC: ReLU, dropout 0.5", "after fc: relu dropout 0.5"), ("train:batch 1,  lr 2 ", "train: batch 1,  lr 2"),
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


@settings(max_examples=300, deadline=None)
@given(messes())
def test_messy_texts_have_the_canonical_form(pair):
    messy, clean = pair
    assert re.sub(r" \\\n +", " ", holds(messy)) == clean


BITS = st.sampled_from(
    """ ( ) () (a) (k) [ ] , ; = => x * ** # \\ : @ ? . .. - + k 3 64 4,096 pad stride=2 relu F= K= of filters plain max
    avg pool params (k)x3 (noqa:FIT101) repeat g: axes POOL1: max(1,2) -1 // not 1..3 \u00d7 \ufb01 \u00a0""".split(" ")
) | st.sampled_from((" ", "  ", "\n", "\n  ", "\r\n", "\t", "\\\n"))
SHORT = [text for text in TEXTS if len(text) < 900]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SHORT), st.lists(st.tuples(st.integers(0, 900), st.integers(0, 2), BITS), max_size=4))
def test_texts_with_slips_say_the_same_or_are_refused(text, slips):
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
