"""Input meant to do harm: every file goes through every door, and nothing but a coded error comes out.

A `Case` is a file and what is said of it: the code and the line of one finding, or no code where the file is right.
"""

import ast
import contextlib
import io
import json
import keyword
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from typing import NamedTuple

import pytest
from ending import SECONDS, Endless, ending
from torch import nn

from cnncalc.api import analyse
from cnncalc.cli import run as command_line
from cnncalc.emit.verify import build
from cnncalc.source import Limits

INPUT = "INPUT: 8x8x3\n"
CANARY = "canary"
OPEN = f"__import__('os').mkdir('{CANARY}')"


class Case(NamedTuple):
    """A file; the code and line of a finding that is made of it, "" where it is right as it stands."""

    name: str
    data: bytes
    code: str = ""
    line: int = 2


def case(name: str, text: str, code: str = "", line: int = 2) -> Case:
    """A case whose file is `text` in UTF-8."""
    return Case(name, text.encode("utf-8", "surrogatepass"), code, line)


def each(chars: str, text: str, code: str, line: int = 2) -> list[Case]:
    """A case for each of some characters, put in place of `@`."""
    return [case(f"U+{ord(c):04X} in {text!r}", text.replace("@", c), code, line) for c in chars]


# Characters

C0 = "".join(map(chr, (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F)))
C1 = "".join(map(chr, range(0x80, 0xA0)))
SEPARATORS = "\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029"
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
UNSEEN = "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u2060\u2061\u2064\u206a\u206f\u2800\u3164\ufe0f"
UNSEEN += "\ufeff\uffa0\ufff9\ufffc\ufffd\ufffe\uffff\U000e0001\U000e0061\U0001d173\U0010ffff\ue000"
SPACES = "\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u200a\u205f\u3000"
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u00af"
DIGITS = "\u0663\u06f3\u0969\u09e9\uff13\u00b3\u2083\u2462\u2162\U0001d7d1\U0001d7db\u3023\u0be9"
TIMES = "\u2715\u2716\u22c5\u2a2f\u2573\u0445\u0425\u03c7\u03a7\uff58\u217d\u2179\U0001d431"
COLONS = "\uff1a\ufe55\u0589\u05c3\u2236\ua789"
EQUALS = "\uff1d\u2261\u21d2\u27f9\u2192\u2265\u2264\u300d\u2019\u201c\uff03\uff1b\u037e\uff0c\u201a"
LETTERS = {"c": "\u0441\u03f2\uff43\u217d\U0001d41c", "o": "\u043e\u03bf\uff4f\u2134\U0001d428", "n": "\u207f\uff4e"}
LETTERS |= {"v": "\u03bd\u2174\uff56\U0001d42f"}
MARKS = "\u0300\u0301\u0308\u20dd\u0338\u3099"

CHARACTERS = {
    "control characters in code": each(C0 + C1, f"{INPUT}relu@", "SYN102"),
    "control characters in names": each(C0 + "\x80\x9f", f"{INPUT}a@b: relu", "SYN102"),
    "control characters in comments": each(C0 + C1 + BIDI + "\u2028\u2029", f"{INPUT}relu # @", "SYN102"),
    "control characters in titles": each("\x00\x07\x1b\x7f\x9b\u202e\u2028", "# @\n" + INPUT + "relu", "SYN102", 1),
    "separators that are no line ends": each(SEPARATORS, f"{INPUT}relu@conv 8 3x3", "SYN102"),
    "carriage returns": [
        case("alone", f"{INPUT}relu\rrelu", "SYN102"),
        case("old Macs", "INPUT: 8x8x3\rrelu\r", "SYN102", 1),
        case("twice", "INPUT: 8x8x3\r\n\r\r\nrelu\r\n", "SYN102"),
        case("DOS", "INPUT: 8x8x3\r\nrelu\r\n"),
    ],
    "bidirectional": each(BIDI, f"{INPUT}conv @8 3x3", "SYN102"),
    "unseen": each(UNSEEN, f"{INPUT}re@lu", "SYN102"),
    "unseen in names": each(UNSEEN, f"{INPUT}a@: relu", "SYN102"),
    "spaces": each(SPACES, f"{INPUT}conv@8 3x3", "SYN102"),
    "dashes": each(DASHES, f"{INPUT}conv 8@2 3x3", "SYN102"),
    "digits": each(DIGITS, f"{INPUT}conv 8 @", "SYN102"),
    "digits in names": each(DIGITS, f"{INPUT}CONV@: 8 3x3", "SYN102"),
    "times": each(TIMES, f"{INPUT}conv 8 3@3", "SYN102"),
    "colons": each(COLONS, f"{INPUT}CONV1@ 8 3x3", "SYN102"),
    "equals": each(EQUALS, f"{INPUT}conv 8 3x3 @ 6x6x8", "SYN102"),
    "homoglyphs": [
        new._replace(name=f"{letter}: {new.name}")
        for letter, chars in LETTERS.items()
        for new in each(chars, INPUT + "conv 8 3x3".replace(letter, "@", 1), "SYN102")
    ],
    "marks apart": each(MARKS, f"{INPUT}re\u0301lu@: relu", "SYN102"),
    "ligatures": [
        case("fi", f"{INPUT}conv 8 3x3 \ufb01lters"),
        case("ffl", f"{INPUT}a\ufb04b: conv 8 3x3"),
        case("st", f"{INPUT}conv 8 3x3 \ufb06ride 2"),
        case("long st", f"{INPUT}conv 8 3x3 \ufb05ride 2"),
        case("twins by a ligature", f"{INPUT}\ufb01x: relu\nfix: relu", "SYN112", 3),
        case("of a kind", f"{INPUT}\ufb02atten"),
        case("Dutch", f"{INPUT}a\u0133: relu", "SYN102"),
        case("Armenian", f"{INPUT}a\ufb13: relu", "SYN102"),
    ],
    "other letters are names": [
        case(word, f"{INPUT}{word}: conv 8 3x3\nCONV2: 8 3x3")
        for word in ("\u5377\u79ef1", "na\xefve", "\xe9t\xe9", "\u0986", "\u1e9e", "\u0130I", "\xdf", "\u05d0\u05d1")
    ],
}

# Bytes

RIGHT = b"INPUT: 8x8x3\nconv 8 3x3\n"
BAD_UTF8 = {
    "overlong NUL": b"\xc0\x80", "overlong slash": b"\xc1\xaf", "overlong in three": b"\xe0\x80\xaf",
    "overlong in four": b"\xf0\x80\x80\xaf", "high surrogate": b"\xed\xa0\x80", "low surrogate": b"\xed\xbf\xbf",
    "CESU-8": b"\xed\xa0\xbd\xed\xb8\x80", "beyond Unicode": b"\xf4\x90\x80\x80", "F5": b"\xf5\x80\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80", "six bytes": b"\xfc\x84\x80\x80\x80\x80", "FE": b"\xfe", "FF": b"\xff",
    "continuation": b"\x80", "continuations": b"\xbf" * 9, "two of three": b"\xe2\x82",
    "three of four": b"\xf0\x9f\x98",
    "lead and ASCII": b"\xc3(", "Latin-1": b"\xe9", "Windows": b"\x93", "Shift JIS": b"\x83\x5c",
    "GB18030": b"\x81\x30\x81",
    "all bytes": bytes(range(32, 256)),
}  # fmt: skip
SPEC = "INPUT: 8x8x3\nconv 8 3x3\n"
BYTES = {
    "invalid UTF-8": [Case(name, RIGHT + b"relu " + bad + b"\n", "SYN101", 3) for name, bad in BAD_UTF8.items()],
    "invalid UTF-8 in comments": [Case(name, RIGHT + b"# " + bad, "SYN101", 3) for name, bad in BAD_UTF8.items()],
    "encodings": [
        *[Case(name, SPEC.encode(name), "SYN101", 1) for name in ("utf-16", "utf-32", "cp500", "cp037")],
        *[Case(name, SPEC.encode(name), "SYN102", 1) for name in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")],
        Case("utf-7", "\xd7".join(SPEC.split("x")).encode("utf-7"), "SYN110", 1),
        Case("UTF-16 of a big file", (SPEC * 400).encode("utf-16"), "SYN101", 1),
    ],
    "marks of order": [
        Case("one", b"\xef\xbb\xbf" + RIGHT),
        Case("alone", b"\xef\xbb\xbf", "SYN117", 1),
        Case("two", b"\xef\xbb\xbf" * 2 + RIGHT, "SYN102", 1),
        Case("on line 2", RIGHT[:13] + b"\xef\xbb\xbf" + RIGHT[13:], "SYN102", 2),
        Case("before a comment", b"\xef\xbb\xbf# net\n" + RIGHT),
    ],
    "NULs": [
        Case("first", b"\0" + RIGHT, "SYN102", 1),
        Case("last", RIGHT + b"\0", "SYN102", 3),
        Case("only", b"\0" * 4096, "SYN102", 1),
        Case("lines of them", b"\0\n" * 500, "SYN102", 1),
        Case("in a title", b"# a\0b\n" + RIGHT, "SYN102", 1),
    ],
    "nothing": [
        Case(name, data, "SYN117", 1)
        for name, data in (("no byte", b""), ("a line", b"\n"), ("spaces", b"   \n  "), ("a comment", b"# nothing"))
    ],
}

# Numbers

LONG = "9" * 5000


def values(texts: str) -> list[str]:
    """The lines of a block of text."""
    return texts.split()


NUMBERS = {
    "too many digits": [
        case(name, f"{INPUT}conv {text} 3", "SYN103")
        for name, text in {
            "5000 digits": LONG, "5000 digits behind a point": f"0.{LONG}", "5000 noughts": "0" * 5000,
            **{text: text for text in values("1e999999999 1e-999999999 1e99999 1e-99999 10**2000 2**(10**9) 9**9**9**9"
               " 10**-99999 2**-(10**9) (1/3)**99999 10**900*10**900 (10**900)**2 -10**2000 1e999*1e999 10**999999999"
               " 2**10**10**10 (2**3000)**2000 max(1,10**9999) if(1,9**9999,1) abs(-9**9999)")},
        }.items()
    ],
    "no value": [
        case(text, f"{INPUT}conv {text} 3", "SYN109")
        for text in values("1/0 0/0 1//0 1%0 0**-1 (8/(3-3)) 1/(10**400-10**400) 2**(1/2) pick(9,1,2) pick(-1,1)"
                           " divisible(8,0) divisible(8,-8) min() round(1,2) if(1,2)")
    ],
    "out of bounds": [
        case(text, f"{INPUT}conv {text} 3", "SYN111")
        for text in values("0 -1 -(10**400) 1/3 1e-400 0.1 10**-400 10**400/3 0**10**9 -0 0.0 7%7 min(0,1) not(1)")
    ],
    "right": [
        case(text, f"{INPUT}conv {text} 3")
        for text in values("10**400%7 2**10**400%1+8 1**(10**400) 10**400//10**400 1e400%9 8.0 0.8e1 80e-1 +8 --8 0010"
                           " 1,024 max(1,2,3) pick(0,8,1/0) if(1,8,1/0)")
        if text != "2**10**400%1+8"
    ],
    "larger than a window": [
        case("the kernel", f"{INPUT}conv 8 10**400", "SHP101"),
        case("the dilation", f"{INPUT}conv 8 3 dilation 10**400", "SHP101"),
        case("the pool", f"{INPUT}maxpool 10**300", "SHP101"),
    ],
    "huge and right": [
        case("the input", "INPUT: (10**400)x(10**400)x3\nconv 8 3x3"),
        case("the filters", f"{INPUT}conv 10**400 3"),
        case("the pad", f"{INPUT}conv 8 3 pad 10**400"),
        case("the stride", f"{INPUT}conv 8 3 stride 10**400"),
        case("the units", f"{INPUT}fc 10**400"),
        case("all of it", "INPUT: (10**200)x(10**200)x(10**100)\nconv 10**200 (10**99) stride 10**9 pad 10**50\nfc 9"),
        case("a jump", f"{INPUT}conv 8 3 pad 10**900 stride 10**450\nconv 8 3 pad 10**400 stride 10**600", "SYN103", 3),
        case("a constant", f"k = 10**999\n{INPUT}relu"),
        case("a claim", f"{INPUT}fc 10**400 => 193*10**400 params"),
    ],
    "huge and wrong claims": [
        case("a shape", f"{INPUT}relu => (10**400)x8x3", "REF101"),
        case("params", f"{INPUT}relu => 10**900 params", "REF102"),
        case("macs", f"{INPUT}relu\nexpect macs = 10**900", "REF201", 3),
        case("a printed figure", f"{INPUT}relu => {'9' * 900}.9G params", "REF102"),
        case("a field", f"{INPUT}relu => rf {'9' * 900}", "REF103"),
        case("too long", f"{INPUT}relu => {LONG} params", "SYN103"),
        case("in the input", f"{INPUT}fc 3 in 10**900", "REF104"),
    ],
    "repeats": [
        case(text, f"{INPUT}{text}", code)
        for text, code in {
            "repeat 10**9\n  relu": "SYN103", "repeat 10**400\n  relu": "SYN103", "repeat 2**(10**9)\n  relu": "SYN103",
            "t: repeat 10**9\n  g:\n    relu": "SYN103", "repeat 10**9": "SYN116", "repeat -1\n  relu": "SYN111",
            "repeat 1/2\n  relu": "SYN111", "repeat 1/0\n  relu": "SYN109",
            "CONV1..1000000000: 8 1": "SYN103", "CONV1..(10**400): 8 1": "SYN103", "g1..(2**63): relu": "SYN103",
            "CONV999999999999..9: 8 1": "SYN111", "CONV1..1/2: 8 1": "SYN106", "CONV1..(1/2): 8 1": "SYN111",
            "t1..(10**9):\n  relu": "SYN103",
        }.items()
    ],
}  # fmt: skip

# Depth and length


def deep(line: str, end: str = "") -> str:
    """5,000 bodies, each within the one before."""
    return "\n".join([*(" " * i + line.replace("@", str(i)) for i in range(5000)), " " * 5000 + end])


NAMES_DEEP = case("named groups", INPUT + deep("g@:", "relu"), "SYN103", 104)
DEPTH = {
    "nesting": [
        case("parentheses", f"{INPUT}conv {'(' * 5000}8{')' * 5000} 3"),
        case("open parentheses", f"{INPUT}conv {'(' * 5000}8 3", "SYN105"),
        case("closing parentheses", f"{INPUT}conv {')' * 5000}8 3", "SYN105"),
        case("brackets", f"{'[' * 5000}8{']' * 5000} INPUT", "SYN109", 1),
        case("brackets of both kinds", f"{INPUT}relu {'([' * 2500}{'])' * 2500}"),
        case("calls", f"{INPUT}conv {'max(' * 3000}8{')' * 3000} 3"),
        case("signs", f"{INPUT}conv {'-' * 5000}8 3"),
        case("odd signs", f"{INPUT}conv {'-' * 4999}8 3", "SYN111"),
        case("not", f"k = {'not ' * 4000}8\n{INPUT}relu"),
        case("powers", f"{INPUT}conv {'1**' * 5000}8 3"),
        case("towers", f"{INPUT}conv {'9**' * 5000}8 3", "SYN103"),
        case("remarks", f"{INPUT}relu {'(a ' * 4900}{')' * 4900}"),
        case("choices", f"{INPUT}conv {'if(1,' * 2000}8{',1)' * 2000} 3"),
        case("repeats", INPUT + deep("repeat 1", "relu"), "SYN103", 203),
        case("repeats of two", INPUT + deep("repeat 2", "relu"), "SYN103", 203),
        case("repeats with names", INPUT + deep("r: repeat 1", "relu"), "SYN103", 102),
        NAMES_DEEP,
        case("conditions", INPUT + deep("if 1", "relu"), "SYN103", 203),
        case("branches", INPUT + deep("- relu"), "SYN116"),
        case("blocks", INPUT + deep("block b@", "relu"), "SYN116", 3),
        case("lines without a body", INPUT + deep("relu"), "SYN116", 3),
    ],
    "long lines": [
        case(name, INPUT + text, code)
        for name, (text, code) in {
            "x": ("conv 8 " + "3x" * 6000 + "3", "SHP105"),
            "starred": ("conv 8 " + "3*" * 6000 + "3 filters", "SHP105"),
            "commas": ("relu" + "," * 15000, ""), "dots": ("relu" + "." * 15000, "SYN107"),
            "colons": ("relu" + ":" * 15000, "SYN107"), "equals": ("k " + "=" * 15000, "SYN106"),
            "quotes": ("relu " + '"' * 15000, "SYN107"), "backslashes": ("relu " + "\\" * 15000, "SYN107"),
            "hashes": ("relu " + "#" * 15000, ""), "semicolons": ("relu" + ";" * 15000, ""),
            "at signs": ("relu => " + "1@" * 7000 + "1", "SYN107"), "arguments": ("conv 8 3 " + "1 " * 7000, "SYN113"),
            "options": ("conv 8 3 " + "pad 1 " * 2500, "SYN113"), "flags": ("conv 8 3 " + "nobias " * 2000, "SYN113"),
            "postfixes": ("conv 8 3" + " relu" * 3000, ""), "min": (f"conv min({'9,' * 7000}8) 3", ""),
            "sums": ("conv " + "1+" * 7000 + "1 3", ""), "fractions": ("conv " + "1/2+" * 3999 + "1/2 3", ""),
            "comparisons": ("conv " + "1<" * 7000 + "1 3", "SYN109"),
            "claims": ("relu => " + "1 params, " * 1500, "REF102"),
            "one name": ("a" * 15000 + ": relu", "SYN103"), "one word": ("a" * 15000, "SYN106"),
            "dotted": ("a" + ".a" * 7000 + ": relu", "SYN103"), "slide words": ("max " * 4000 + "POOL: 3", ""),
            "ranges": ("a1" + "..2" * 5000 + ": relu", "SYN106"), "bytes": ("relu => " + "1," * 7000 + "GiB", "SYN115"),
            "unknowns": ("conv 8 ?" + " maxpool ? stride ? pad ?" * 600, "SYN103"),
            "open axes": ("conv 8 " + "?x" * 6000 + "?", "SHP105"),
            "open ends": ("conv 8 3 pad " + "?:" * 6000 + "?", "SYN107"),
            "exponents": ("conv 1" + "e1" * 7000 + " 3", "SYN110"), "digit groups": ("fc 1" + ",111" * 4000, "SYN113"),
            "after": ("after" + " " * 15000 + "x", "SYN107"), "after words": ("after" + " x" * 7000 + ":", "SYN106"),
            "from": ("a from" + " " * 15000 + "b", "SYN106"), "stars": ("*" * 15000 + "a", "SYN106"),
            "suppressions": ("relu # " + "cnncalc: ignore[" * 900, ""), "noqa": ("relu # " + "noqa: " * 2500, ""),
            "noqa codes": ("relu # noqa: " + "A1," * 5000, ""),
            "brackets": ("relu # cnncalc: ignore" + "[" * 15000, ""),
            "too long": ("relu " + "x" * 20_000, "SYN103"), "a long comment": ("relu # " + "x" * 20_000, "SYN103"),
        }.items()
    ],
    "long files": [
        case("lines that go on", INPUT + "relu \\\n" * 3000),
        case("lines that go on too long", INPUT + "relu \\\n" * 40_000, "SYN103", 33336),
        case("errors", INPUT + "".join(f"konv{i} 3\n" for i in range(3000)), "SYN103", 1003),
        case("wrong characters", INPUT + "".join("relu \u2013\n" for i in range(3000)), "SYN103", 1003),
        case("bad shapes", INPUT + "".join(f"A{i}: conv 8 9x9 => 8x8x3\n" for i in range(3000)), "SYN103", 1003),
    ],
}  # fmt: skip

# Words that are something else elsewhere

MODULE = sorted(name for name in {*dir(nn.Module()), "training"} if name.isidentifier())
PYTHON = [*keyword.kwlist, *keyword.softkwlist, *values("print open exec eval compile __import__ __name__ __class__")]
PYTHON += values(
    "torch nn self F x super object type params shape net found y SystemExit __builtins__ __init__ __del__"
)
INJECTED = {
    "a call": OPEN,
    "the end of a docstring": f'"""\n{OPEN}\n"""'.replace("\n", " "),
    "the end of another": f"''' {OPEN} '''",
    "a quote": f'" + {OPEN} + "',
    "a backslash": "\\",
    "an escaped quote": f'\\""" ; {OPEN} #',
    "escapes": "\\x22\\x22\\x22 \\u0022 \\N{QUOTATION MARK} \\101 \\",
    "braces": "{" + OPEN + "} {0} {x.__class__} %s %(a)s",
    "a coding cookie": "-*- coding: utf-7 -*-",
    "another cookie": "vim: set fileencoding=cp037 :",
    "a cookie in capitals": "CODING: utf-16 Coding=raw_unicode_escape coding:unicode_escape",
    "markdown": "| a | b | `code` <script>alert(1)</script> ![x](http://x)",
    "a formula": "=cmd|' /C calc'!A0",
    "commands of GitHub": "::error file=a,line=1::b %0A::set-output name=a::b",
    "rich markup": "[red]a[/red] [link=http://x]b[/link] [/]",
    "shell": "$(touch canary) `touch canary` ; touch canary | touch canary & touch canary",
    "spaces": " " * 5000 + "x",
    "hyphens": "-" * 9000,
    "words with hyphens": "a-" * 9000,
    "a long word": "w" * 15000,
    "quotes": '"' * 9000,
}
SAFE_WORDS = [w for w in dict.fromkeys([*PYTHON, *MODULE]) if "." not in w]
LANGUAGE = {"if", "else", "from", "block", "repeat", "train", "share"}
WORDS = {
    "words of Python as names": [
        case(" ".join(SAFE_WORDS[i : i + 8]), INPUT + "".join(f"{w}: conv 2 1\n" for w in SAFE_WORDS[i : i + 8]))
        for i in range(0, len(SAFE_WORDS), 8)
    ],
    "groups of them": [case(w, f"{INPUT}{w}:\n  {w}: conv 2 1\n  a.{w}.b: relu") for w in PYTHON[::3]],
    "inputs of them": [case(w, f"{w}: input 8x8x3\nconv 2 1") for w in PYTHON[::5]],
    "constants of them": [
        case(w, f"{w} = 8\n{INPUT}conv {w} 3", "SYN114" if w in {"x"} | LANGUAGE else "", 1)
        for w in PYTHON
        if w not in ("F", "if", "else", "from", "and", "or", "not", "in", "with")
    ],
    "twins": [
        case(" ".join(twins), INPUT + "".join(f"{twin}: conv 2 1\n" for twin in twins))
        for twins in (
            ("\xe9", "e"), ("a.b", "a_b"), ("type", "type_"), ("a.b_c", "a_b.c"), ("\xb5", "u00b5"), ("\xdf", "ss"),
            ("\u0131", "i1"), ("forward", "forward_", "forward__"), ("1", "layer_1"), ("_a", "layer_a", "layer__a"),
            ("\xe5", "\xe0", "\xe1", "a"), ("a" * 80, "a" * 79, "a" * 61 + "b"), ("\u01c5x", "Dzx"),
        )
        if not {"\xb5", "\u01c5x"} & set(twins)
    ],
    "twins by NFKC": [
        case(f"{one!a} and {other!a}", f"{INPUT}{one}: relu\n{other}: relu", "SYN102")
        for one, other in (("\uff41", "a"), ("\u1d43", "a"), ("\u2115", "N"), ("\u01c5x", "Dzx"), ("\xb5", "\u03bc"))
    ],
    "titles": [case(name, f"# {text}\n{INPUT}conv 2 1") for name, text in INJECTED.items()],
    "sources": [case(name, f"# t\n# source: {text}\n{INPUT}conv 2 1") for name, text in INJECTED.items()],
    "comments": [case(name, f"{INPUT}conv 2 1 # {text}") for name, text in INJECTED.items()],
    "recipes": [
        case(name, f"{INPUT}conv 2 1\ntrain: {text}")
        for name, text in INJECTED.items()
        if not re.search(r"[][();#]|\\$", text)
    ],
    "code for a layer": [
        case(text, f"{INPUT}{text}", code)
        for text, code in {
            f"conv 2 1 {OPEN}": "SYN107", f"{OPEN}: conv 2 1": "SYN106", "nn.Conv2d(3, 8, 3)": "SYN106",
            "import os": "SYN106", "conv {3} 1": "SYN107", "conv 2 1; import os": "SYN106", "x: lambda: 0": "SYN106",
            f"k = {OPEN}": "SYN109", "conv f'{1}' 3": "SYN110", "conv 0x8 3": "SYN111", "conv 1_000 3": "SYN110",
            "conv 8j 3": "SYN110", "conv True 3": "SYN110", "conv None 3": "SYN110", "conv C.__class__ 3": "SYN110",
            "conv max.__self__(1) 3": "SYN110", "conv (lambda:8)() 3": "SYN108", "conv [8][0] 3": "SYN107",
            "conv 8if(1)else(3) 3": "SYN113", "k = exec(1)": "SYN110", "k = open(8)": "SYN110", "k = C": "SYN110",
            "conv chr(8) 3": "SYN110", "conv globals() 3": "SYN109", "@conv 8 3": "SYN106", "%run x": "SYN106",
            "!touch canary": "SYN106", "$(touch canary)": "SYN106", "`touch canary`": "SYN106", "%(a)s 3": "SYN106",
            "-o x": "SYN106", "--help": "SYN106", "../../etc/passwd": "SYN106", "~root": "SYN106",
        }.items()
    ],
}  # fmt: skip

FAMILIES = {**CHARACTERS, **BYTES, **NUMBERS, **DEPTH, **WORDS}


# The doors


class Ran(NamedTuple):
    """What one command line gave."""

    status: int
    out: str
    err: str


STEERING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
LEAKS = re.compile(r"Traceback|internal failure|\b[A-Z]\w+Error\b|Exception|File \"")
DOORS = [
    *[("show", "--format", form) for form in ("table", "json", "csv", "markdown")],
    *[("lint", "--output-format", form) for form in ("full", "concise", "json", "github")],
    ("build",),
    ("build", "-o", "old.py"),
    ("explain",),
    ("fmt",),
]
FORBIDDEN = ("os.system", "os.exec", "os.fork", "os.posix_spawn", "subprocess.Popen", "socket.connect", "os.mkdir")
watched: list[str] = []
watching: set[int] = set()


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Notes what a door must never do."""
    if watching and event in FORBIDDEN and threading.get_ident() in watching:
        watched.append(event)


sys.addaudithook(watch)


@pytest.fixture
def door(monkeypatch, tmp_path):
    """Run a command line in this process, its streams in an encoding; nothing it does may start or connect."""
    monkeypatch.chdir(tmp_path)
    for name in ("FORCE_COLOR", "NO_COLOR", "CNNCALC_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str, stdin: bytes = b"", encoding: str = "utf-8") -> Ran:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
        with monkeypatch.context() as streams, pytest.raises(SystemExit) as stop:
            streams.setattr(sys, "argv", ["cnncalc", *arguments])
            streams.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            streams.setattr(sys, "stdout", out)
            streams.setattr(sys, "stderr", err)
            watching.add(threading.get_ident())
            try:
                command_line()
            finally:
                watching.clear()
                out.flush()
                err.flush()
        assert not watched
        texts = [stream.buffer.getvalue().decode("utf-8") for stream in (out, err)]
        return Ran(stop.value.code, *texts)

    return call


def clean(ran: Ran) -> Ran:
    """What no door ever shows."""
    assert not LEAKS.search(ran.err), ran.err
    assert not (found := STEERING.search(ran.out + ran.err)), repr(found)
    return ran


def told(arguments: tuple[str, ...], ran: Ran, code: str, line: int) -> bool:
    """Whether a door names the code and its line."""
    if "json" in arguments:
        answer = json.loads(ran.out)
        findings = answer if arguments[0] == "lint" else answer["diagnostics"]
        return any((f["code"], f["line"]) == (code, line) for f in findings)
    shown = ran.out if arguments[0] == "lint" else ran.err
    patterns = {"concise": f"^hostile.spec:{line}:.* {code} ", "github": f"line={line},.*{code} "}
    full = rf"\[{code} .*\]: .*\n *--> hostile.spec:{line}:"
    return bool(re.search(patterns.get(arguments[-1], full), shown, re.MULTILINE))


ALIKE = {name for name, cases in FAMILIES.items() if len(cases) > 12 or name == "long files"}
"""Of families whose files are alike, or long, every eighth goes through every door, the others through four."""
FEW = (("show", "--format", "table"), ("build", "-o", "old.py"))
CASES = [
    pytest.param(
        each,
        (*FEW, DOORS[i % 12], DOORS[(i + 5) % 12]) if family in ALIKE and i % 8 != 1 else DOORS,
        id=f"{family}: {each.name[:60]!a}",
    )
    for family, cases in FAMILIES.items()
    for i, each in enumerate(cases)
]


@pytest.mark.parametrize(("hostile", "doors"), CASES)
def test_every_door_answers(door, tmp_path, hostile, doors):
    (tmp_path / "hostile.spec").write_bytes(hostile.data)
    (tmp_path / "old.py").write_bytes(b"old")
    shape = hostile.code.startswith(("SYN", "SHP"))
    for arguments in doors:
        if arguments == ("fmt",):
            ran = clean(door("fmt", "-", stdin=hostile.data))
            assert ran.status in (0, 1)
            continue
        ran = clean(door(*arguments, "hostile.spec"))
        assert ran.status == (1 if hostile.code else ran.status & (arguments[0] == "lint")), (arguments, ran)
        flood = hostile.line > 200 and "json" not in arguments
        assert not hostile.code or flood or told(arguments, ran, hostile.code, hostile.line), (arguments, ran)
        if arguments == ("build",):
            assert bool(ran.out) == (not shape), ran
            only_a_network(ran.out) if ran.out else None
    assert ((tmp_path / "old.py").read_bytes() == b"old") == shape
    assert sorted(os.listdir(tmp_path)) == ["hostile.spec", "old.py"]
    assert (tmp_path / "hostile.spec").read_bytes() == hostile.data


@pytest.mark.parametrize(("hostile", "doors"), CASES[::9])
def test_a_screen_of_ascii_shows_all_of_it(door, tmp_path, hostile, doors):
    (tmp_path / "hostile.spec").write_bytes(hostile.data)
    for arguments in (("show",), ("lint", "--severity", "info"), ("explain",)):
        ran = clean(door(*arguments, "hostile.spec", encoding="ascii"))
        assert (ran.out + ran.err).isascii()


# What is written


def only_a_network(text: str) -> ast.Module:
    """The text as Python reads it, which is classes of modules made of `nn`, and a check of them."""
    compile(text, "hostile.py", "exec")
    compile(text.encode("utf-8"), "hostile.py", "exec")
    tree = ast.parse(text)
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    kinds = (ast.Expr, ast.Import, ast.ImportFrom, ast.ClassDef, ast.If)
    assert all(isinstance(node, kinds) for node in tree.body)
    known = {"nn", "torch", "F", "self", "super", "x", "y", "net", "params", "shape", "found", "sum", "p", "print"}
    known |= {"SystemExit", "tuple", "range", "int", "bool", "float", "str", "__name__", "math", *classes}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            assert node.id in known, node.id
        elif isinstance(node, ast.Attribute):
            assert not node.attr.startswith("__") or node.attr == "__init__", node.attr
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            assert {alias.name for alias in node.names} <= {"torch", "nn", "functional"}
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            assert isinstance(node.value.value, str)
    return tree


BUILT = [
    pytest.param(each, id=f"{family}: {each.name[:60]!a}")
    for family, cases in {**WORDS, "letters": CHARACTERS["other letters are names"]}.items()
    for each in cases
    if not each.code
]


@pytest.mark.parametrize("hostile", BUILT)
def test_what_is_written_runs_and_does_nothing_else(hostile, tmp_path, monkeypatch):
    import torch

    monkeypatch.chdir(tmp_path)
    net = analyse(hostile.data, hostile.name, "hostile.spec")
    text = net.torch_source()
    watching.add(threading.get_ident())
    try:
        module = build(text)
        made = module.eval()(torch.zeros(1, 3, 8, 8))
    finally:
        watching.clear()
    assert not watched
    assert tuple(made.shape[1:]) == net.outputs[0].output.dims
    assert sum(p.numel() for p in module.parameters()) == net.params
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", [*INJECTED.values(), *PYTHON[::4], "\ud800", "", "9", "a\nb", "\x1b[31m"])
def test_no_file_name_becomes_code(name):
    only_a_network(analyse(f"{INPUT}conv 2 1", name[:200], name).torch_source())


# The command line itself

LOADS = ("show", "lint", "build", "explain")
VALUES = [
    "9" * 5000,
    "9**9**9**9",
    "2**(10**9)",
    "1/0",
    "\x1b[31m8",
    "8\u202e",
    "\u0663",
    "nan",
    "inf",
    "1e999999999",
    OPEN,
]
VALUES += ["(" * 5000, "-" * 5000, "8\n8", "0x8", "\ud800", "q", "=", "8;8", "8 # 8", "\\", "'" * 99, "10**400/3"]
SHAPES = ["", " ", "8", "x", "8x", "8x8x8x8x8", "0x0x0", "-1x8x3", "8x8x3; relu", "8x8x3\nrelu", "8x8x3 # a", "?x8x3"]
SHAPES += [
    "1e9999x8x3",
    f"{LONG}x8x3",
    "8x8x3 => 1x1x1",
    "axes CxHxW",
    "\x1b[31m",
    "8\u00d78\u00d73\u202e",
    "3x" * 9000,
    OPEN,
]
LIMITS = [
    "columns=0",
    "lines=0",
    "layers=0",
    "nesting=0",
    "digits=0",
    "bytes=0",
    "errors=0",
    "names=0",
    "digits=999999",
]
LIMITS += [
    "digits=-1",
    "digits=1e9",
    "digits=\u0663",
    "digits=" + "9" * 5000,
    "digits",
    "=3",
    "x=3",
    "\x1b[31m=3",
    "bytes=10 ",
]
NAMES = [
    "\x1b[31m",
    "a\nb",
    "\udcff\udcfe",
    "~",
    "~root",
    "a" * 5000,
    "../" * 2000 + "etc/passwd",
    "\u202espec",
    "-x",
    "--\x1b",
]
NAMES += [
    "$(touch canary)",
    "con",
    "/dev/null/x",
    "alexnet/",
    "ALEXNET",
    "alexnet.spec.spec",
    "\u200b",
    "%s",
    "{}",
    " ",
]
LINES = [
    "conv 8 3x3; conv 8 3x3",
    "8 3x3\nrelu",
    "\x1b[31m 8",
    "8 3x3 # \u202e",
    "( " * 3000,
    "8 " * 3000,
    "k = 3",
    "= =",
    "a b",
]
LINES += [
    "repeat 10**9 relu",
    "8 3x3 => " + "9" * 5000,
    "INPUT: 9x9x9",
    "import os; os.system('x')",
    "3 \ud800",
    "from x",
    "8 9**9**9**9",
]


def survives(ran: Ran, statuses: tuple[int, ...] = (0, 1, 2)) -> None:
    """A sentence or a coded error, no more."""
    assert ran.status in statuses, ran
    clean(ran)
    assert ran.status == 0 or ran.err or ran.out


@pytest.mark.parametrize("value", VALUES)
def test_hostile_constants(door, tmp_path, value):
    (tmp_path / "hostile.spec").write_text(f"k = 8\n{INPUT}conv k 3\n")
    for command in LOADS:
        survives(door(command, "hostile.spec", "--set", f"k={value}"))
    survives(door("show", "hostile.spec", "--set", f"{value}=8"), (2,))
    survives(door("show", "hostile.spec", "--set", value), (2,))


@pytest.mark.parametrize("shape", SHAPES)
def test_hostile_shapes(door, tmp_path, shape):
    (tmp_path / "hostile.spec").write_text(f"{INPUT}conv 8 3\n")
    for command in LOADS:
        survives(door(command, "hostile.spec", "--input", shape))
    survives(door("explain", "conv 8 3x3", "--input", shape))


@pytest.mark.parametrize("limit", LIMITS)
def test_hostile_limits(door, tmp_path, limit):
    (tmp_path / "hostile.spec").write_text(f"{INPUT}a: conv 10**900 3\nrepeat 2\n  conv 8 3 pad 1\nkonv 3\n")
    for command in LOADS:
        survives(door(command, "hostile.spec", "--limit", limit), (1, 2))


@pytest.mark.parametrize("digits", ["4000", "999999999"])
def test_digits_beyond_those_that_python_prints(door, tmp_path, digits):
    lines = "conv 8 3 pad 10**3000 stride 10**3000\nconv 8 (10**3000) pad 10**3000\nfc 10**900\nexpect rf(conv2) = 3\n"
    (tmp_path / "hostile.spec").write_text(INPUT + lines)
    for arguments in DOORS[:-1]:
        survives(door(*arguments, "hostile.spec", "--limit", f"digits={digits}"), (0, 1))


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names(door, name):
    for command in (*LOADS, "rule", "fmt", "nix"):
        ran = door(command, name)
        survives(ran, (2,))
    survives(door(name), (2,))
    survives(door("show", "alexnet", "--columns", name), (2,))
    survives(door("lint", "alexnet", "--select", name), (0, 2) if not name.strip() else (2,))
    survives(door("explain", "alexnet", name), (2,))
    survives(door("zoo", "--format", name), (2,))


@pytest.mark.parametrize("line", LINES)
def test_hostile_lines(door, line):
    survives(door("explain", line, "--input", "8x8x3"))
    survives(door("explain", line), (2,))


def test_names_of_files_steer_nothing(door, tmp_path):
    for name in ("a\x1b[31m.spec", "b\nc.spec", "\u202ed.spec", "e f.spec", os.fsdecode(b"g\xff.spec")):
        (tmp_path / name).write_text(f"{INPUT}conv 8 3 stride 2\nkonv 8\nrelu\n")
        for arguments in DOORS[:-1]:
            survives(door(*arguments, name), (1,))
        (tmp_path / name).write_text(f"{INPUT}conv 8 3 stride 4 pad 1\nconv 8 1 stride 2\n")
        for arguments in DOORS[:-1]:
            survives(door(*arguments, name), (0, 1))
        survives(door("show", name, name), (0,))
        survives(door("build", name, "-o", f"{name}.py"), (0,))
    survives(door("lint", "."), (1,))


def test_streams_of_bytes(door):
    for data in (b"\0" * 9999, b"\xff" * 9999, bytes(range(256)) * 99, b""):
        for command in LOADS:
            survives(door(command, "-", stdin=data), (1,))
        survives(door("lint", "-", "--stdin-filename", "\x1b[31m\n", stdin=data), (1,))


# Processes of their own, with little memory

MEMORY = 512 * 2**20
HEAVY = {
    "a line of 10 MB": (b"x" * 10_000_000, "SYN103"),
    "10 MB of parentheses": (b"(" * 10_000_000, "SYN103"),
    "10 MB of NULs": (b"\0" * 10_000_000, "SYN103"),
    "10 MB of lines of NULs": (b"\0\n" * 5_000_000, "SYN103"),
    "10 MB of 0xff": (b"\xff" * 10_000_000, "SYN101"),
    "a million lines": (b"\n" * 1_000_000, "SYN103"),
    "a million layers": (b"INPUT: 1x1x1\n" + b"relu\n" * 1_000_000, "SYN103"),
    "a million comments": (b"#\n" * 1_000_000, "SYN103"),
    "a million semicolons": (b"INPUT: 1x1x1\n" + b";;;;;;;;;;\n" * 90_000, "SYN117"),
    "wrong lines": ("\n".join(f"konv{i} 3" for i in range(90_000)).encode(), "SYN106"),
    "wrong constants": ("\n".join(f"conv q{i} 3" for i in range(90_000)).encode(), "SYN110"),
    "wrong characters": ("relu \u2013\n".encode() * 90_000, "SYN102"),
    "one line that goes on": (b"relu \\\n" * 99_000, "SYN103"),
    "constants and wrong lines": ("".join(f"k{i} = 1\nconv q{i} k{i}\n" for i in range(9_000)).encode(), "SYN110"),
    "constants and groups": ("".join(f"k{i} = 1\ng{i}:\n  c = 1\n" for i in range(9_000)).encode(), "SYN117"),
    "repeats of nothing": (b"INPUT: 1x1x1\nrepeat 50000\n  repeat 50000\n    c = 1\n", "SYN103"),
    "a thousand cubed": (b"INPUT: 1x1x1\nrepeat 10**3\n  repeat 10**3\n    repeat 10**3\n      c = 1\n", "SYN103"),
    "ranges of nothing": ("".join(f"b{i}_1..9999: repeat 0\n  relu\n" for i in range(9_000)).encode(), "SYN103"),
    "long names, many times": (b"INPUT: 1x1x1\n" + b"a" * 15_000 + b"1..99998: relu\n", "SYN103"),
    "long names in each other": ("".join(f"{' ' * i}{'a' * 9_000}:\n" for i in range(190)).encode(), "SYN103"),
    "a body that is never run": (b"t: repeat 50000\n  g: repeat 0\n" + b"    c = 1\n" * 40_000, "SYN117"),
    "expectations of a group": (
        b"INPUT: 1x1x1\nt: repeat 9000\n  relu\n"
        + "".join(f"expect params(t, t.{i}.relu1) = 0\n" for i in range(4_000)).encode(),
        "SYN103",
    ),
    "5000 bodies": ((INPUT + deep("g@:", "relu")).encode(), "SYN103"),
    "5000 calls": ((INPUT + f"conv {'max(1,' * 2500}8{')' * 2500} 3").encode(), ""),
    "19000 signs": ((INPUT + f"conv {'-' * 19_000}8 3").encode(), ""),
}  # fmt: skip


def limit() -> None:
    """What a child may take; what would never end is ended by the second limit."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def process(*arguments: str, **options) -> tuple[int, bytes, bytes]:
    """(status, stdout, stderr) of one command line in a process of its own."""
    env = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    for name in ("FORCE_COLOR", "CNNCALC_DEBUG"):
        env.pop(name, None)
    command = [sys.executable, "-m", "cnncalc", *arguments]
    done = subprocess.run(command, capture_output=True, env=env, preexec_fn=limit, timeout=120, **options)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(("number", "data", "code"), [(i, *v) for i, v in enumerate(HEAVY.values())], ids=HEAVY)
def test_a_process_answers_within_its_limits(tmp_path, number, data, code):
    (tmp_path / "hostile.spec").write_bytes(data)
    arguments = (("show",), ("lint", "--output-format", "concise"))[number % 2]
    status, out, err = process(*arguments, "hostile.spec", cwd=tmp_path)
    both = (out + err).decode("ascii")
    assert not LEAKS.search(both)
    assert (status, code in both) == (int(bool(code)), True), both[:500]


def bash(line: str, folder) -> subprocess.CompletedProcess:
    """A line of the shell, in which `cnncalc` is this one."""
    function = f'cnncalc() {{ "{sys.executable}" -m cnncalc "$@"; }}\n'
    return subprocess.run(["bash", "-c", function + line], cwd=folder, capture_output=True, text=True, timeout=60)


STREAMS = {
    "mkfifo p; cnncalc show p": (2, "p is a pipe, and nothing writes to it"),
    "cnncalc show <(true)": (2, "is a pipe, and nothing writes to it"),
    "cnncalc show <(cat net.spec) >/dev/null": (0, ""),
    "cnncalc show <(sleep 2; cat net.spec) >/dev/null": (0, ""),
    "mkfifo p; (sleep 0.3; cat net.spec >p) & cnncalc show p >/dev/null": (0, ""),
    "cnncalc show /dev/zero": (2, "/dev/zero is larger than 20,000,000 bytes"),
    "cnncalc show - </dev/zero": (2, "- is larger than 20,000,000 bytes"),
    "cnncalc show - </dev/zero --limit bytes=10": (2, "- is larger than 10 bytes"),
    "cnncalc show /dev/null >/dev/null": (1, "SYN117"),
    "cnncalc show net.spec --limit bytes=999999999999999 >/dev/null": (0, ""),
    "cnncalc show - <&-": (2, "cnncalc: stdin: Bad file descriptor"),
    "cnncalc show net.spec >&-": (2, "cnncalc: output: Bad file descriptor"),
    "cnncalc build net.spec -o net.py >&- 2>&-; cat net.py >/dev/null": (0, ""),
    "cnncalc show nix 2>&-": (2, ""),
    "cnncalc show nix 2>/dev/full": (2, ""),
    "cnncalc show net.spec >/dev/full": (2, "cnncalc: output: No space left on device"),
    "cnncalc show net.spec --format json >/dev/full": (2, "cnncalc: output: No space left on device"),
    "cnncalc build net.spec >/dev/full": (2, "cnncalc: output: No space left on device"),
    "cnncalc build net.spec -o /dev/full": (2, "cnncalc: output: No space left on device"),
    "cnncalc show vgg16 --format json 2>/dev/null | head -1 >/dev/null": (0, ""),
    "cnncalc build net.spec -o no/net.py": (2, "no/net.py: No such file or directory"),
    "cnncalc build net.spec -o .": (2, "Is a directory"),
    "mkfifo p; cnncalc build net.spec -o p": (2, "p: No such device or address"),
    "cnncalc build net.spec -o net.spec": (2, "net.spec is the spec itself"),
    "ln -s net.spec a; cnncalc build net.spec -o a": (2, "a is the spec itself"),
    "ln net.spec a; cnncalc build a -o net.spec": (2, "net.spec is the spec itself"),
    "cnncalc build - -o net.spec <net.spec": (2, "net.spec is the spec itself"),
    f"cnncalc build net.spec -o {'a' * 250}": (0, "wrote"),
    f"cnncalc build net.spec -o {'a' * 256}": (2, "File name too long"),
    f"cnncalc show {'a' * 4000}": (2, "no file"),
    "ln -s a b; ln -s b a; cnncalc show a": (2, "a: Too many levels of symbolic links"),
    "ln -s nix a; cnncalc show a": (2, "a: a link to nothing"),
    "mkdir a.spec; cnncalc lint a.spec": (2, "holds no .spec file"),
    "mkfifo a.spec; cnncalc lint .": (0, ""),
    "mkfifo a.spec; cnncalc lint a.spec": (2, "a pipe, and nothing writes to it"),
}
NET = INPUT + "conv 8 3x3\n"


@pytest.mark.parametrize(("line", "status", "text"), [(k, *v) for k, v in STREAMS.items()], ids=STREAMS)
def test_streams_of_the_shell(tmp_path, line, status, text):
    (tmp_path / "net.spec").write_text(NET)
    done = bash(line, tmp_path)
    assert done.returncode == status, done
    assert text in done.stderr
    assert not LEAKS.search(done.stderr) and not STEERING.search(done.stderr)
    assert (tmp_path / "net.spec").read_text() == NET


def test_an_output_keeps_its_link_and_its_mode(tmp_path):
    (tmp_path / "net.spec").write_text(NET)
    (tmp_path / "real.py").write_text("old")
    (tmp_path / "real.py").chmod(0o750)
    (tmp_path / "link.py").symlink_to("real.py")
    assert bash("cnncalc build net.spec -o link.py", tmp_path).returncode == 0
    assert (tmp_path / "link.py").is_symlink()
    assert "class Net" in (tmp_path / "real.py").read_text()
    assert (tmp_path / "real.py").stat().st_mode & 0o777 == 0o750
    assert bash("cnncalc build net.spec -o /dev/stdout >real.py", tmp_path).returncode == 0
    assert sorted(os.listdir(tmp_path)) == ["link.py", "net.spec", "real.py"]


def test_an_output_that_may_not_be_written_stays(door, tmp_path, monkeypatch):
    """A superuser may write anything, so the answer of the system is given here."""
    (tmp_path / "net.spec").write_text(NET)
    (tmp_path / "net.py").write_text("old")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert door("build", "net.spec", "-o", "net.py") == (2, "", "cnncalc: net.py: Permission denied\n")
    assert (tmp_path / "net.py").read_text() == "old"


@pytest.mark.parametrize("text", ["", "INPUT: 1x1x1\nrepeat 99999\n  relu\n"], ids=["reading", "at work"])
def test_an_interrupt_ends_quietly(tmp_path, text):
    os.mkfifo(tmp_path / "pipe")
    program = [sys.executable, "-m", "cnncalc", "show", "pipe"]
    with subprocess.Popen(program, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as child:
        with open(tmp_path / "pipe", "w") as pipe:  # which waits until the child reads
            pipe.write(text)
            if not text:
                child.send_signal(signal.SIGINT)
                child.wait()
        time.sleep(0.1 * bool(text))
        child.send_signal(signal.SIGINT)
        assert child.communicate() == (b"", None)
    assert child.returncode == 130


def test_what_never_ends_is_ended():
    with pytest.raises(Endless), ending(0.1):
        while True:
            with contextlib.suppress(Exception):
                re.match("(a*)*b", "a" * 60)


# How the cost grows

BAIT = {
    "after": "after{}x", "after words": "after {}:", "digit groups": "conv 1{}", "names": "{}: relu",
    "spaces": "conv 8 {}3",
    "a claim": "relu => 1{}", "a label": "{}CONV1: 8 3", "a bracket": "[{}] CONV1: 8 3", "a comment": "relu # {}",
    "a constant": "k = {}1", "an expectation": "expect params({}) = 1", "a range": "CONV1..{}: 8 3",
    "code": "conv {} 3",
    "a recipe": "train: {}", "a figure": "relu => rf {}", "an input": "INPUT2 {}: 8x8x3", "a source": "# source: {}",
    "a list of codes": "relu # noqa: {}", "another's marker": "relu # cnncalc: disable {}",
}  # fmt: skip
UNITS = (
    " ",
    "a",
    "a ",
    "1",
    "1,",
    ",111",
    "1,111,",
    "1.",
    "1 x ",
    "( ",
    ". ",
    "* ",
    "max ",
    "[",
    "cnncalc: ignore[",
    "noqa: A1,",
    "noqa: a-b ",
    "noqa:",
    "#noqa ",
    "cnncalc:",
)
SMALL, TIMES_LONGER, MOST_GROWTH, ROUNDS = 2_400, 8, 30, 9


def cost(text: str) -> float:
    """Seconds of the processor to read a file."""
    begin = time.process_time()
    analyse(INPUT + text, "bait", "bait.spec").lint()
    return time.process_time() - begin


def in_proportion(short: str, long: str) -> bool:
    """Whether the cost of a longer text keeps to a proportion: the least of some rounds, as a busy machine only adds.

    A number in the text is another one in each round, so that nothing is known from the round before.
    """
    least = [float("inf")] * 2
    for turn in range(1, ROUNDS):
        costs = (cost(text.replace("8 3", f"{turn} 3")) for text in (short, long))
        least = [*map(min, least, costs)]
        if least[1] < MOST_GROWTH * max(least[0], 0.002):
            return True
    return False


@pytest.mark.parametrize("bait", BAIT.values(), ids=BAIT)
def test_cost_grows_with_the_length_of_a_line_and_no_faster(bait):
    """Eight times the length costs eight times the time, its square 64 times; a cost too small to tell passes."""
    for unit in UNITS:
        texts = [bait.format(unit * (SMALL * times // len(unit))) for times in (1, TIMES_LONGER)]
        if cost(texts[1]) < 0.1:
            continue
        assert in_proportion(*texts), unit


MANY = {
    "constants": "k{i} = {i}\n", "their uses": "conv k{i} 1\n", "layers": "A{i}: relu\n", "groups": "g{i}:\n  relu\n",
    "repeats": "r{i}: repeat 2\n  relu\n", "claims": "conv 8 1 => 8x8x8\n", "wrong claims": "relu => 1 params\n",
    "expectations": "expect params(A{i}) = 0\n", "silent lines": "conv 8 1 stride 3 # noqa: FIT101\n",
    "after": "after conv: relu\n",
    "remarks": "relu (a b{i})\n",
}  # fmt: skip


@pytest.mark.parametrize("above", MANY)
def test_cost_grows_with_the_number_of_lines_and_no_faster(above):
    """Two kinds of lines, so many of each: neither looks through all of the other."""
    for below in MANY:
        sizes = (50, 400)
        texts = ["".join(MANY[kind].format(i=i) for kind in (above, below) for i in range(n)) for n in sizes]
        if cost(texts[1]) > 0.15:
            assert in_proportion(*texts), below


def test_limits_are_the_numbers_they_name():
    many = "".join(f"konv{i} 3\n" for i in range(9))
    told = [f.message for f in analyse(INPUT + many, "a", "a", limits=Limits(errors=4)).findings]
    assert len(told) == 6
    assert told[-1] == "the spec has more than 4 errors; what follows is not read"
    assert len(analyse(INPUT + many, "a", "a", limits=Limits(errors=9)).findings) == 9
    shapes = "conv 8 9x9 => 8x8x3\n" * 9
    assert len(analyse(INPUT + shapes, "a", "a", limits=Limits(errors=4)).findings) == 6
    name = "a" * 40
    assert not analyse(f"{INPUT}{name}: relu", "a", "a", limits=Limits(names=40)).findings
    assert analyse(f"{INPUT}{name}b: relu", "a", "a", limits=Limits(names=40)).findings
    goes_on = analyse(INPUT + "relu \\\n" * 40, "a", "a", limits=Limits(columns=13)).findings
    assert [f.message for f in goes_on] == ["the line goes on for more than 130 characters"]
