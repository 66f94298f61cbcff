"""Random graphs: what the language has for them, a flat text, PyTorch, NumPy and gradients agree.

Every network is written twice. The one text has joins with branches, blocks, groups, repeats, conditions, heads and
shared lines; the other is flat: one layer a line, each with a name and the names of what it reads. `Walk` writes the
flat one by the rules of the language, written here once more without the tracer.
"""

from __future__ import annotations

from copy import copy
from fractions import Fraction
from functools import lru_cache
from itertools import count
from math import floor
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_random_chains import ACTIVATIONS, TOKENS, lines, numbers, randomized
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from cnncalc import loads
from cnncalc.analysis.receptive_field import fields
from cnncalc.api import analyse
from cnncalc.geometry import Field, Order, Shape

FORMALS = {"c": ("1", "2", "4"), "k": ("1", "3"), "s": ("1", "2"), "act": ("relu", "prelu", "bn", "gelu")}
"""The parameters of blocks, and what a call may give for each."""
WORDS = {name: name for name in (*FORMALS, "i")}
JOINS = ("add", "concat", "scale")
LARGEST = 20_000
"""How many numbers a tensor has at most."""


class Illegal(Exception):
    """A random statement that does not fit where it would stand."""


@lru_cache(maxsize=50_000)
def gives(text: str, *shapes: Shape) -> Shape | None:
    """The shape of a statement over inputs A0, A1, ... of these shapes; None where it is refused."""
    inputs = "".join(f"A{i}: input {Order().text(shape)}\n" for i, shape in enumerate(shapes))
    net = analyse(f"{inputs}from A0\n{text}", "trial", "trial")
    return net.outputs[0].output if net.complete else None


@lru_cache(maxsize=50_000)
def moves(text: str, *shapes: Shape) -> tuple[Fraction, ...]:
    """By how much a statement over A0 makes the step between units larger, on each axis."""
    inputs = "".join(f"A{i}: input {Order().text(shape)}\n" for i, shape in enumerate(shapes))
    net = analyse(f"{inputs}from A0\n{text}", "trial", "trial")
    jump = (Fraction(1),) * net.outputs[0].output.rank
    for node in net.nodes:
        if getattr(node.window, "stride", ()) and len(jump) == len(node.window.stride) == node.output.rank:
            back = node.window.mode == "transposed"
            jump = tuple(j / s if back else j * s for j, s in zip(jump, node.window.stride, strict=True))
    return jump


# The flat text


class Flat(NamedTuple):
    """One line of the flat text: its name, what it says, the names that it reads, the head it stands in.

    `thinned` is what `shortcut pad` reads as the last branch of a join, `to` the name that an argument says.
    """

    name: str
    text: str
    reads: tuple[str, ...]
    head: str
    thinned: str = ""
    to: str = ""

    @property
    def path(self) -> str:
        """Its name from outside its head."""
        return f"{self.head}.{self.name}" if self.head else self.name

    @property
    def lines(self) -> list[str]:
        """As it is written."""
        if self.text not in JOINS:
            return [f"{self.name} from {self.reads[0]}: {self.text.format(to=self.to)}"]
        if len(self.reads) > 1 and not self.thinned:
            return [f"{self.name}: {self.text} from {', '.join(self.reads)}"]
        thinned = [f"  - from {self.thinned}; shortcut pad"] if self.thinned else []
        return [f"{self.name}: {self.text}", *(f"  - from {name}" for name in self.reads), *thinned]


class Walk:
    """Goes through a network and writes it flat; `names` are those that may be said here, with their flat ones.

    `stretches` are the lines and bodies that may be shared: their first and last flat line, and what they read.
    """

    def __init__(self, inputs: dict[str, Shape]) -> None:
        self.inputs, self.shapes = inputs, dict(inputs)
        self.jumps = {name: (Fraction(1),) * shape.rank for name, shape in inputs.items()}
        self.said: list[Flat] = []
        self.names = {name: name for name in inputs}
        self.stretches: dict[str, tuple[int, int, str]] = {}
        self.values: dict[str, str] = {}
        self.now, self.head = list(inputs)[-1], ""

    def tried(self) -> Walk:
        """A copy to go on with, and to throw away where that goes wrong."""
        new = copy(self)
        for key, value in vars(self).items():
            setattr(new, key, copy(value))
        return new

    @property
    def shape(self) -> Shape:
        """What flows."""
        return self.shapes[self.now]

    def put(self, flat: Flat, text: str, *shapes: Shape) -> None:
        """One more line, which flows from here on, as it is said over inputs A0, A1, ... of these shapes."""
        shape = gives(text, *shapes)
        if shape is None or shape.elements > LARGEST:
            raise Illegal
        self.said.append(flat)
        self.shapes[flat.name] = shape
        self.jumps[flat.name] = self.along(flat.reads[0], moves(text, *shapes))
        self.now = flat.name

    def along(self, read: str, moved: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
        """The product of all strides up to a line that reads another and moves by so much."""
        before = self.jumps[read]
        return tuple(a * b for a, b in zip(before, moved, strict=True)) if len(before) == len(moved) else moved

    def strides(self, start: str, end: str) -> tuple[Fraction, ...]:
        """The product of the strides from one line to another, along the first branches of joins."""
        return tuple(there / here for here, there in zip(self.jumps[start], self.jumps[end], strict=True))

    def name(self) -> str:
        return f"n{len(self.said)}"

    def line(self, text: str, to: str = "") -> None:
        """A layer on what flows."""
        text = text.format(**{**WORDS, **self.values}, to="{to}")
        shapes = [self.shape, *([self.shapes[to]] if to else [])]
        self.put(Flat(self.name(), text, (self.now,), self.head, to=to), text.format(to="A1"), *shapes)

    def join(self, kind: str, reads: list[str], thinned: str = "") -> None:
        """Branches come together; the thinned one has the shape of the first."""
        shapes = [self.shapes[name] for name in reads] + [self.shapes[reads[0]]] * bool(thinned)
        names = ", ".join(f"A{i}" for i in range(len(shapes)))
        text = f"{kind} from {names}" if len(shapes) > 1 else f"{kind}\n  - from A0"
        self.put(Flat(self.name(), kind, tuple(reads), self.head, thinned), text, *shapes)

    def text(self, outputs: list[str]) -> str:
        """The flat text."""
        rows, head = [f"{name}: input {Order().text(shape)}" for name, shape in self.inputs.items()], ""
        for flat in self.said:
            if flat.head and flat.head != head:
                rows.append(f"{flat.head} from {flat.reads[0]}: aux weight 0.3")
            rows += ["  " * bool(flat.head) + line for line in flat.lines]
            head = flat.head
        return "\n".join([*rows, f"OUT: output from {', '.join(outputs)}"])

    def scope(self, label: str, body: list[Item], values: dict[str, str], names: dict[str, str]) -> None:
        """A body with a scope of its own: what it names is `label.name` from outside, and it is `label`."""
        first, entry, around = len(self.said), self.now, (self.names, self.values, self.stretches)
        self.names, self.values, self.stretches = dict(names), values, dict(around[2]) if names else {}
        for item in body:
            item.play(self)
        own = {key: name for key, name in self.names.items() if names.get(key) != name}
        spans = {key: span for key, span in self.stretches.items() if around[2].get(key) != span}
        self.names, self.values, self.stretches = around
        if label:
            self.names |= {f"{label}.{key}": name for key, name in own.items()} | {label: self.now}
            self.stretches |= {f"{label}.{key}": span for key, span in spans.items()}
            self.stretches[label] = first, len(self.said), entry

    def again(self, label: str, target: str) -> None:
        """A line or a body once more, on what flows, with the same weights."""
        first, last, entry = self.stretches[target]
        gave, begin, new = self.names[target], len(self.said), {entry: self.now}
        for flat in self.said[first:last]:
            head = self.head if flat.head in ("", self.head) else f"{flat.head}s{begin}"
            if self.head and head != self.head:
                raise Illegal
            text = flat.text if flat.text in JOINS else f"share {flat.path}"
            reads = tuple(new.get(name, name) for name in flat.reads)
            copied = Flat(self.name(), text, reads, head, new.get(flat.thinned, flat.thinned))
            new[flat.name] = copied.name
            self.said.append(copied)
        net = analyse(self.text(list(self.inputs)), "flat", "flat")
        if not net.complete:
            raise Illegal
        self.shapes |= {flat.name: net.gives(flat.path).output for flat in self.said[begin:]}
        for flat, old in zip(self.said[begin:], self.said[first:last], strict=True):
            alike = len(self.jumps[old.name]) == len(self.jumps[old.reads[0]]) == len(self.jumps[flat.reads[0]])
            moved = self.strides(old.reads[0], old.name) if alike else self.jumps[old.name]
            self.jumps[flat.name] = self.along(flat.reads[0], moved)
        self.now = new.get(gave, gave)
        if label:
            bodies = [key for key, name in self.names.items() if key.startswith(f"{target}.") and name in new]
            inner = [key for key in bodies if not any(part.isdigit() for part in key.split("."))]
            self.names |= {label + key.removeprefix(target): new[self.names[key]] for key in inner}
            self.names[label], self.stretches[label] = self.now, (begin, len(self.said), new[entry])


# What a text is made of


class Item(NamedTuple):
    """A line: its own name or "", what it says, the name that an argument of it says."""

    label: str
    text: str
    to: str = ""

    def written(self) -> list[str]:
        """Its rows."""
        text = self.text.format(**WORDS, to=self.to)
        return [f"{self.label}: {text}" if self.label else text]

    def play(self, walk: Walk) -> None:
        """Go through it; raises Illegal."""
        first, entry = len(walk.said), walk.now
        walk.line(self.text, walk.names[self.to] if self.to else "")
        if self.label:
            walk.names[self.label], walk.stretches[self.label] = walk.now, (first, len(walk.said), entry)


def indented(body: list[Item], by: int = 2) -> list[str]:
    return [" " * by + row for item in body for row in item.written()]


def bullet(branch: list[Item], one_line: bool) -> list[str]:
    """A branch behind its dash; short lines may stand on one."""
    rows = [row for item in branch for row in item.written()]
    if one_line and not any(row.startswith(" ") for row in rows) and len(rows) == len(branch):
        return ["  - " + "; ".join(rows)]
    return ["  - " + rows[0], *("    " + row for row in rows[1:])]


class Shortcut(NamedTuple):
    """The input of a join beside its first other branch, whose stride is known here."""

    label: str
    mode: str

    def written(self) -> list[str]:
        said = f"shortcut {self.mode}".strip()
        return [f"{self.label}: {said}" if self.label else said]

    def play(self, walk: Walk) -> None:
        raise Illegal

    def fitted(self, walk: Walk, other: str) -> str:
        """What it gives: the name of a line, "" for no branch, `pad` for what only a join can say."""
        channels, strides = walk.shapes[other].channels, walk.strides(walk.now, other)
        if walk.shape.channels == channels and set(strides) <= {1}:
            walk.line("identity")
        elif self.mode == "none":
            return ""
        elif any(s < 1 or s.denominator > 1 for s in strides) or (self.mode and channels < walk.shape.channels):
            raise Illegal
        elif self.mode == "pad":
            return "pad"
        else:
            steps = "x".join(str(s) for s in reversed(strides))
            walk.line(f"conv {channels} 1 stride {steps} nobias" if steps else f"fc {channels} nobias")
            walk.line("bn")
        if self.label:
            walk.names[self.label] = walk.now
        return walk.now


class Join(NamedTuple):
    """Branches and what joins them, its postfixes behind it."""

    label: str
    kind: str
    branches: list[list[Item]]
    tail: list[str]
    one_line: bool

    def written(self) -> list[str]:
        said = " ".join([self.kind, *self.tail])
        head = f"{self.label}: {said}" if self.label else said
        return [head, *(row for branch in self.branches for row in bullet(branch, self.one_line))]

    def play(self, walk: Walk) -> None:
        first, start = len(walk.said), walk.now
        late = [number for number, branch in enumerate(self.branches) if isinstance(branch[0], Shortcut)]
        outs: dict[int, str] = {}
        thinned = ""
        for number in sorted(range(len(self.branches)), key=lambda number: number in late):
            walk.now = start
            if number not in late:
                outs[number] = self.branch(walk, number)
                continue
            other = next(iter(outs.values()))
            if walk.shapes[other].rank != walk.shape.rank:
                raise Illegal
            gave = self.branches[number][0].fitted(walk, other)
            thinned = start if gave == "pad" else thinned
            outs |= {number: gave} if gave not in ("", "pad") else {}
            if gave == "pad" and number < max(outs):
                raise Illegal
        walk.join(self.kind, [outs[number] for number in sorted(outs)], thinned)
        for postfix in self.tail:
            walk.line(postfix)
        if self.label:
            walk.names[self.label], walk.stretches[self.label] = walk.now, (first, len(walk.said), start)

    def branch(self, walk: Walk, number: int) -> str:
        """One branch; its lines may be named by their place, `from` left out."""
        plain = all(isinstance(item, (Item, Join, From)) for item in self.branches[number])
        at = 0
        for item in self.branches[number]:
            item.play(walk)
            if self.label and plain and not isinstance(item, From):
                walk.names[f"{self.label}.{number}.{at}"] = walk.names[f"{self.label}.{number}"] = walk.now
                at += 1
        return walk.now


class Group(NamedTuple):
    """A named body, perhaps from another line; a head where it only trains."""

    label: str
    origin: str
    body: list[Item]
    head: bool = False

    def written(self) -> list[str]:
        origin = f" from {self.origin}" if self.origin else ""
        return [f"{self.label}{origin}:{' aux weight 0.3' if self.head else ''}", *indented(self.body)]

    def play(self, walk: Walk) -> None:
        before = walk.now
        walk.now = walk.names[self.origin] if self.origin else walk.now
        if not self.head:
            return walk.scope(self.label, self.body, walk.values, walk.names)
        if walk.head:
            raise Illegal
        walk.head = f"h{len(walk.said)}"
        walk.scope("", self.body, walk.values, walk.names)
        walk.head, walk.now = "", before


class Repeat(NamedTuple):
    """Passes of a body; without a name its lines are anonymous."""

    label: str
    times: int
    body: list[Item]

    def written(self) -> list[str]:
        head = f"{self.label}: repeat {self.times}" if self.label else f"repeat {self.times}"
        return [head, *indented(self.body)]

    def play(self, walk: Walk) -> None:
        for i in range(self.times):
            label = f"{self.label}.{i}" if self.label else ""
            walk.scope(label, self.body, {**walk.values, "i": str(i)}, walk.names)
            walk.stretches.pop(label, None)
        if self.label:
            walk.names[self.label] = walk.now


class Ranged(NamedTuple):
    """A line for every number of its range."""

    stem: str
    last: int
    text: str

    def written(self) -> list[str]:
        return [f"{self.stem}1..{self.last}: {self.text.format(**WORDS)}"]

    def play(self, walk: Walk) -> None:
        values = walk.values
        for i in range(1, self.last + 1):
            walk.values = {**values, "i": str(i)}
            Item(f"{self.stem}{i}", self.text).play(walk)
        walk.values = values


class If(NamedTuple):
    """Lines without names for one case, and for the other."""

    axis: str
    least: int
    body: list[Item]
    otherwise: list[Item]

    def written(self) -> list[str]:
        other = ["else", *indented(self.otherwise)] if self.otherwise else []
        return [f"if {self.axis} >= {self.least}", *indented(self.body), *other]

    def play(self, walk: Walk) -> None:
        found = int(walk.values[self.axis]) if self.axis in walk.values else walk.shape.channels
        for item in self.body if found >= self.least else self.otherwise:
            item.play(walk)


class From(NamedTuple):
    """What follows goes on from another line."""

    origin: str

    def written(self) -> list[str]:
        return [f"from {self.origin}"]

    def play(self, walk: Walk) -> None:
        walk.now = walk.names[self.origin]


class Share(NamedTuple):
    """A line or a body above again, with the same weights."""

    label: str
    target: str

    def written(self) -> list[str]:
        return [f"{self.label}: share {self.target}" if self.label else f"share {self.target}"]

    def play(self, walk: Walk) -> None:
        if self.target not in walk.stretches:
            raise Illegal
        walk.again(self.label, self.target)


class Define(NamedTuple):
    """A block; its parameters stand in its body by their names."""

    name: str
    formals: tuple[str, ...]
    body: list[Item]

    def written(self) -> list[str]:
        return [f"block {self.name}({', '.join(self.formals)})", *indented(self.body)]

    def play(self, walk: Walk) -> None:
        pass


class Call(NamedTuple):
    """A block with its arguments, `skip` among them a line above; postfixes behind it."""

    label: str
    block: Define
    given: dict[str, str]
    tail: list[str]

    def written(self) -> list[str]:
        kinds = [f"{name}={value.format(**WORDS)}" for name, value in self.given.items() if name in ("act", "skip")]
        plain = [value.format(**WORDS) for name, value in self.given.items() if name not in ("act", "skip")]
        said = " ".join([self.block.name, *plain, *kinds, *self.tail])
        return [f"{self.label}: {said}" if self.label else said]

    def play(self, walk: Walk) -> None:
        first, entry = len(walk.said), walk.now
        values = {name: value.format(**walk.values) for name, value in self.given.items() if name != "skip"}
        names = {"skip": walk.names[self.given["skip"]]} if "skip" in self.given else {}
        walk.scope(self.label, self.block.body, values, names)
        for postfix in self.tail:
            walk.line(postfix)
        if self.label:
            walk.names[self.label], walk.stretches[self.label] = walk.now, (first, len(walk.said), entry)


class Graph(NamedTuple):
    """A network in both texts."""

    text: str
    flat: str


# How they are drawn

SHARP = ("conv {n} {k} pad same", "conv depthwise 3 pad same", "conv {n} 1", "conv C 3 pad same nobias groups {n}")
KEEP = (*SHARP, "maxpool 3 stride 1 pad 1", "avgpool 3 stride 1 pad 1", "conv {n} 2 pad 0:1 dilation 1", "identity")
STRIDE = ("conv {n} {k} stride {s} pad same", "maxpool {k} stride {s} pad same", "avgpool 2 stride {s} pad same")
SMOOTH_KEEP = ("conv {n} {k} pad same", "conv depthwise 3 pad same", "conv {n} 1", "relu", "identity", "bn")
SMOOTH_KEEP = (*SMOOTH_KEEP, "conv {n} 3 pad 2:0", "conv {n} 3 pad 2 dilation 2", "avgpool 3 stride 1 pad 1")
SMOOTH_STRIDE = (STRIDE[0], STRIDE[2], "conv {n} 5 stride {s} pad same")
SMOOTH_LINES = (*SMOOTH_KEEP, "conv 2 3 stride 2", "avgpool 2", "conv 2 4 stride 2 pad 1", "upsample 2", "gap")
SMOOTH_LINES = (*SMOOTH_LINES, "conv 3 2 stride 2 pad 0:1", "deconv 2 4 stride 2 pad 1", "fc 3")
VECTOR = ("fc {n}", "fc {n} relu", "fc C nobias", "prelu", "sigmoid", "dropout 0.5", "identity", "bn", "softmax")


STEADY = ("fc {n}", "fc {n} relu", "fc C nobias", "identity", "bn")


class Draw:
    """Draws items that fit behind what a walk has so far. `smooth` ones have gradients that are never 0."""

    def __init__(self, draw: st.DrawFn, smooth: bool) -> None:
        self.draw, self.smooth, self.numbers = draw, smooth, count()
        self.blocks: list[Define] = []
        self.named, self.formals, self.depth = True, (), 0

    def some(self, *choices: object) -> object:
        """One of them; raises Illegal where there is none."""
        if not choices:
            raise Illegal
        return self.draw(st.sampled_from(choices))

    def label(self, stem: str, always: bool = False) -> str:
        """A name of its own, or none."""
        return f"{stem}{next(self.numbers)}x" if self.named and (always or self.some(True, False)) else ""

    def filled(self, template: str, stride: str = "1") -> str:
        """A template with numbers, or with the parameters of the block around it."""
        known = {"n": ("1", "2", "3", "4"), "k": ("1", "3", "2")}
        formals = {"n": ("{c}", "2*{c}") if "c" in self.formals else (), "k": ("{k}",) if "k" in self.formals else ()}
        values = {key: self.some(*known[key], *formals[key], *formals[key]) for key in known}
        text = template.replace("{s}", stride)
        for key, value in values.items():
            text = text.replace("{" + key + "}", value)
        act = " {act}" if "act" in self.formals and self.some(True, False, False) else ""
        return text + act

    def line(self, walk: Walk) -> Item:
        """Any line that the kind of map takes."""
        if not walk.shape.rank:
            return Item(self.label("v"), self.filled(self.some(*(STEADY if self.smooth else VECTOR))))
        if not walk.shape.channels:
            return Item(self.label("v"), f"embed 3 vocab {TOKENS}")
        if self.smooth:
            return Item(self.label("v"), self.filled(self.some(*SMOOTH_LINES)))
        if self.some(*[False] * 9, True):
            return Item(self.label("v"), self.some("gap", "fc 4 relu", "flatten", "global maxpool"))
        sort = self.some("any", "keep", "to")
        if sort == "to":
            return Item(self.label("v"), self.some("upsample to {to}", "crop to {to}"), self.some(*walk.names))
        text = self.filled(self.some(*KEEP)) if sort == "keep" else self.draw(lines(walk.shape.rank))
        return Item(self.label("v"), text)

    def kept(self, walk: Walk) -> Item:
        """A line that keeps the extents."""
        choices = (SMOOTH_KEEP, STEADY) if self.smooth else (KEEP, VECTOR)
        if not self.smooth and self.some(True, False, False):
            return Item(self.label("v"), self.some(*ACTIVATIONS))
        return Item(self.label("v"), self.filled(self.some(*choices[not walk.shape.rank])))

    def follow(self, walk: Walk, item: Item, body: list[Item]) -> None:
        """Take an item if it fits."""
        tried = walk.tried()
        try:
            item.play(tried)
        except Illegal:
            return
        vars(walk).update(vars(tried))
        body.append(item)

    def branch(self, walk: Walk, stride: str, last: str) -> list[Item]:
        """Lines that make the extents smaller by a stride, and end with so many channels if `last` says so."""
        body: list[Item] = []
        for _ in range(self.draw(st.integers(0, 2))):
            self.follow(walk, self.kept(walk) if self.some(True, True, False) else self.compound(walk, True), body)
        if stride != "1" and walk.shape.rank:
            text = self.filled(self.some(*(SMOOTH_STRIDE if self.smooth else STRIDE)), stride)
            self.follow(walk, Item(self.label("v"), text), body)
        if last or not body:
            text = (f"conv {last} 1" if walk.shape.rank else f"fc {last}") if last else "identity"
            self.follow(walk, Item(self.label("v"), text), body)
        if not body:
            raise Illegal
        return body

    def join(self, walk: Walk) -> Join:
        """A join whose branches agree, as far as lines that keep the extents can tell."""
        kind, label = self.some("add", "add", "concat", "concat", "scale"), self.label("j")
        stride = self.some("1", "1", "2", "{s}" if "s" in self.formals else "2")
        last = "" if kind == "concat" else self.some("2", "{c}" if "c" in self.formals else "4", "C")
        branches = [self.branch(walk.tried(), stride, last) for _ in range(self.draw(st.integers(1, 3)))]
        if kind == "scale" and self.some(True, False) and walk.shape.rank:
            gate = Item(self.label("v"), "relu" if self.smooth else "sigmoid")
            branches = [[Item("", "identity")], [Item("", "gap"), Item("", "fc C"), gate]]
        elif kind != "concat" and self.some(True, True, False):
            shortcut = Shortcut(self.label("v"), self.some("", "", "pad", "none"))
            branches.insert(self.some(0, len(branches)), [shortcut])
        if len(branches) < 2:
            branches.append([Item("", "identity")])
        tail = [] if self.smooth else self.draw(st.lists(st.sampled_from(("relu", "prelu", "bn")), max_size=1))
        return Join(label, kind, branches, tail, self.some(True, False))

    def apart(self, walk: Walk) -> Join:
        """A join of any lines: most do not fit."""
        branches = []
        for _ in range(2):
            body: list[Item] = []
            tried = walk.tried()
            if self.some(True, False, False):
                self.follow(tried, From(self.some(*walk.names)), body)
            self.follow(tried, self.line(tried), body)
            branches.append(body or [Item("", "identity")])
        return Join(self.label("j"), self.some(*JOINS), branches, [], False)

    def body(self, walk: Walk, most: int = 3) -> list[Item]:
        """The lines of a body."""
        body: list[Item] = []
        for _ in range(self.draw(st.integers(1, most))):
            try:
                self.follow(walk, self.item(walk), body)
            except Illegal:
                continue
        if not body:
            raise Illegal
        return body

    def within(self, walk: Walk, most: int = 2, **changes: object) -> list[Item]:
        """A body deeper down, with other names or parameters."""
        before = {key: vars(self)[key] for key in ("named", "formals", "depth")}
        vars(self).update(depth=self.depth + 1, **changes)
        try:
            return self.body(walk, most)
        finally:
            vars(self).update(before)

    def item(self, walk: Walk) -> Item:
        """A line, or something with a body."""
        if self.depth > 2 or not walk.shape.channels or self.some(True, False, False):
            return self.line(walk)
        return self.compound(walk, False)

    def compound(self, walk: Walk, keeps: bool) -> Item:
        """Something with a body or a name; those that keep the extents stand in branches."""
        sorts = ["join", "call"] if keeps else ["join", "join", "apart", "group", "repeat", "range", "if", "from"]
        sorts += [] if keeps else ["share", "share", "head", "call", "call"]
        if self.depth > 3:
            raise Illegal
        self.depth += 1
        try:
            return getattr(self, f"draw_{self.some(*sorts)}")(walk)
        finally:
            self.depth -= 1

    def draw_join(self, walk: Walk) -> Item:
        return self.join(walk)

    def draw_apart(self, walk: Walk) -> Item:
        return self.apart(walk)

    def draw_group(self, walk: Walk, head: bool = False) -> Item:
        tried, label = walk.tried(), self.label("h" if head else "g", always=True)
        origin = self.some("", *walk.names)
        if not label:
            raise Illegal
        tried.now = walk.names[origin] if origin else walk.now
        return Group(label, origin, self.within(tried), head)

    def draw_head(self, walk: Walk) -> Item:
        return self.draw_group(walk, head=True)

    def draw_repeat(self, walk: Walk) -> Item:
        tried, label = walk.tried(), self.label("r")
        tried.values = {**walk.values, "i": "0"}
        body = self.within(tried, named=self.named and bool(label))
        if self.some(True, False):
            body.append(Item("", "conv {i}+1 1" if tried.shape.rank else "fc {i}+1"))
        return Repeat(label, self.draw(st.integers(1, 3)), body)

    def draw_range(self, walk: Walk) -> Item:
        if not self.named or not walk.shape.channels:
            raise Illegal
        text = "conv {i} 3 pad same" if walk.shape.rank else "fc {i}"
        return Ranged(f"w{next(self.numbers)}x", self.draw(st.integers(1, 3)), text)

    def draw_if(self, walk: Walk) -> Item:
        axis = self.some("C", *[name for name in self.formals if name in ("c", "k", "s")])
        body = self.within(walk.tried(), named=False)
        return If(axis, self.draw(st.integers(1, 4)), body, self.within(walk.tried(), named=False))

    def draw_from(self, walk: Walk) -> Item:
        return From(self.some(*walk.names))

    def draw_share(self, walk: Walk) -> Item:
        if not walk.stretches:
            raise Illegal
        return Share(self.label("v"), self.some(*walk.stretches))

    def draw_call(self, walk: Walk) -> Item:
        """A call of a block that is there, or of one whose body is drawn now, on what flows here."""
        known = [block for block in self.blocks if not {"skip"} & {*block.formals}]
        if known and (self.formals or self.some(True, False)):
            block = self.some(*known)
            return Call(self.label("b"), block, self.arguments(block.formals), self.tail())
        if self.formals:
            raise Illegal
        formals = tuple(
            name for name in (*FORMALS, "skip") if self.some(True, False) and (name != "skip" or self.named)
        )
        given = self.arguments(tuple(name for name in formals if name != "skip"))
        given |= {"skip": self.some(*walk.names)} if "skip" in formals else {}
        tried = walk.tried()
        tried.names = {"skip": walk.names[given["skip"]]} if "skip" in formals else {}
        tried.stretches, tried.values = {}, {name: value for name, value in given.items() if name != "skip"}
        label = self.label("b")
        body = self.within(tried, 3, named=True, formals=formals or ("",))
        block = Define(f"made{next(self.numbers)}", formals, body)
        self.blocks.append(block)
        return Call(label, block, given, self.tail())

    def arguments(self, formals: tuple[str, ...]) -> dict[str, str]:
        """Values for parameters; in a block they may be those of its own."""
        own = {name: ("{" + name + "}",) if name in self.formals else () for name in formals}
        return {name: self.some(*FORMALS[name][: 3 if self.smooth else 4], *own[name]) for name in formals}

    def tail(self) -> list[str]:
        return [] if self.smooth else self.draw(st.lists(st.sampled_from(("relu", "prelu", "bn")), max_size=1))


@st.composite
def graphs(draw, smooth: bool = False) -> Graph:
    """A network in both texts; what a random statement makes illegal is left out."""
    rank = draw(st.sampled_from((1, 1, 2) if smooth else (0, 1, 2, 2, 3)))
    extents = (48, 41)[:rank] if smooth else tuple(draw(st.integers(2, (5, 9, 6, 4)[rank])) for _ in range(rank))
    inputs = {"left": Shape(draw(st.integers(1, 4)), extents)}
    if draw(st.booleans()):
        tokens = rank == 1 and not smooth and draw(st.booleans())
        inputs["right"] = Shape(0, extents) if tokens else Shape(draw(st.integers(1, 4)), extents)
    walk, drawn = Walk(inputs), Draw(draw, smooth)
    body: list[Item] = []
    for _ in range(draw(st.integers(2, 7))):
        try:
            drawn.follow(walk, drawn.item(walk), body)
        except Illegal:
            continue
    if not walk.said:
        for item in (From("left"), Item("", "relu")):
            drawn.follow(walk, item, body)
    said = {name: flat for name, flat in walk.names.items() if flat not in inputs}
    outputs = draw(st.lists(st.sampled_from([*said]), max_size=2, unique=True)) if said else []
    rows = [f"{name}: input {Order().text(shape)}" for name, shape in inputs.items()]
    rows += [row for part in (*drawn.blocks, *body) for row in part.written()]
    rows += [f"OUT: output from {' and '.join(outputs)}"] if outputs else []
    return Graph("\n".join(rows), walk.text([said[name] for name in outputs] or [walk.now]))


# One network


def described(network):
    """Every layer with its arguments, by places what it reads and whose weights it has, and the outputs."""
    place = {id(node): (at, sort) for sort in ("inputs", "nodes") for at, node in enumerate(getattr(network, sort))}
    heads = list(dict.fromkeys(node.head for node in network.nodes))
    for node in network.nodes:
        layer = {key: value for key, value in vars(node.layer).items() if value and key != "follows"}
        reads = [place[id(x)] for x in node.inputs]
        owner = place[id(node.owner)] if node.owner and node.weights else None
        yield node.kind, layer, reads, owner, heads.index(node.head), node.output
    yield [place[id(node)] for node in network.outputs]


@settings(max_examples=100)
@given(graphs())
def test_a_graph_is_what_its_flat_text_says(graph):
    assert list(described(loads(graph.text))) == list(described(loads(graph.flat))), graph


FOUND = {
    "an argument named like a kind's parameter": Graph(
        "INPUT: 4\nblock inner(act)\n  fc 2 act\nblock outer(act)\n  inner act=act\nouter act=prelu",
        "INPUT: 4\nfc 2 prelu",
    ),
    "equal pools where another rounding holds": Graph(
        "A: input 5x1\nfrom A\nmaxpool 2\nfrom A\nmaxpool 2\nrounding ceil\nfrom A\nmaxpool 2\nfrom A\nmaxpool 2",
        "A: input 5x1\nfrom A\nmaxpool 2\nfrom A\nmaxpool 2\nfrom A\nmaxpool 2 ceil\nfrom A\nmaxpool 2 ceil",
    ),
    "equal lines below an after": Graph(
        "A: input 5x1\nconv 1 1\nconv 1 1\nafter conv: relu\nconv 1 1\nconv 1 1\nconv 1 1 plain",
        "A: input 5x1\nconv 1 1\nconv 1 1\nconv 1 1 relu\nconv 1 1 relu\nconv 1 1",
    ),
    "equal lines on other shapes": Graph(
        "A: input 5x1\nconv C+1 1\nconv C+1 1\nconv 2 1\nconv 2 1",
        "A: input 5x1\nconv 2 1\nconv 3 1\nconv 2 1\nconv 2 1",
    ),
}
"""What random graphs once found, and what they rarely draw, in both texts."""


@pytest.mark.parametrize("graph", FOUND.values(), ids=FOUND)
def test_what_was_found_stays_mended(graph):
    assert list(described(loads(graph.text))) == list(described(loads(graph.flat)))


# In PyTorch and in NumPy


class Run(NamedTuple):
    """What every node gave, its module, and the multiply-accumulates that PyTorch counted for it."""

    values: dict[str, torch.Tensor]
    modules: dict[str, nn.Module]
    macs: dict[str, int]


def executed(network, fed, ready=randomized) -> Run:
    """The nodes one by one, each as its kind says it in PyTorch; what shares weights runs its owner's module."""
    ran = Run(dict(fed), {}, {})
    space = {"torch": torch, "nn": nn, "F": functional}
    for node in network.nodes:
        owner, module = node.owner or node, node.layer.torch(*node.shapes)
        if module.text and owner.name not in ran.modules:
            exec(module.helper, space)
            ran.modules[owner.name] = ready(eval(module.text, space))
        reads = [ran.values[x.name] for x in node.inputs]
        call = module.call.format(*[f"x[{i}]" for i in range(len(reads))], x="x[0]", m="m")
        with FlopCounterMode(display=False) as counter:
            ran.values[node.name] = eval(call, {**space, "x": reads, "m": ran.modules.get(owner.name)})
        ran.macs[node.name] = counter.get_total_flops() // (2 * BATCH)
    return ran


BATCH = 2


def feeds(network) -> dict[str, torch.Tensor]:
    """Random numbers for every input, or tokens."""
    shapes = {node.name: node.output for node in network.inputs}
    return {
        name: torch.randn(BATCH, *x.dims, dtype=torch.float64)
        if x.channels
        else torch.randint(TOKENS, (BATCH, *x.dims))
        for name, x in shapes.items()
    }


def owned(network, nodes) -> tuple[int, int]:
    """(parameters, numbers in buffers) of some nodes, by PyTorch: each module once, a frozen one is buffers."""
    ran = executed(
        network, {key: value[:1] for key, value in feeds(network).items()}, lambda module: module.double().eval()
    )
    owners = {owner.name: owner for node in nodes if (owner := node.owner or node).name in ran.modules}
    params = {name: sum(p.numel() for p in ran.modules[name].parameters()) for name in owners}
    buffers = sum(b.numel() for name in owners for b in ran.modules[name].buffers())
    frozen = sum(params[name] for name, owner in owners.items() if owner.layer.frozen)
    return sum(params.values()) - frozen, buffers + frozen


@settings(max_examples=80)
@given(graphs(), st.integers(0, 2**16))
def test_shapes_params_macs_and_numbers_are_those_of_torch_and_of_numpy(graph, seed):
    torch.manual_seed(seed)
    network = loads(graph.text)
    fed = feeds(network)
    with torch.no_grad():
        ran = executed(network, fed)
    known = {name: x.numpy() for name, x in fed.items()}
    for node in network.nodes:
        owner = (node.owner or node).name
        weights = numbers(ran.modules[owner]) if owner in ran.modules else {}
        assert {key: w.shape for key, w in node.weights.items()}.items() <= {
            k: w.shape for k, w in weights.items()
        }.items()
        known[node.name] = node.layer.run(weights, *[known[x.name] for x in node.inputs])
        assert tuple(ran.values[node.name].shape[1:]) == node.output.dims, node.name
        np.testing.assert_allclose(
            ran.values[node.name].numpy(), known[node.name], rtol=1e-9, atol=1e-9, err_msg=node.name
        )
        assert ran.macs[node.name] == node.macs, node.name
    params, buffers = owned(network, network.counted)
    assert (params, buffers) == (network.params, sum(node.buffers for node in network.counted))
    assert network.macs == sum(ran.macs[node.name] for node in network.nodes if not node.head)


# What a unit sees


def plain(module: nn.Module) -> nn.Module:
    """Weights of one and no bias, so that no path cancels another."""
    module = module.double().eval()
    with torch.no_grad():
        for name, tensor in module.named_parameters():
            tensor.fill_(0 if name.endswith("bias") else 1)
    return module


def aligned(network, known) -> set[str]:
    """The nodes behind no join of misaligned maps, where one jump speaks for all, and behind no window that moves back
    over units more than a cell apart or behind another such, whose fields are told as a mean of several.
    """
    bounds = back(network)
    good = {node.name for node in network.inputs}
    for node in network.nodes:
        jumps = {known[x.name].jump for x in node.inputs if isinstance(known[x.name], Field) and known[x.name].jump}
        far = any(set(jump) != {1} for jump in jumps) or any(x.name in bounds for x in node.inputs)
        apart = far and getattr(node.window, "mode", "slide") != "slide"
        if len(jumps) < 2 and not apart and all(x.name in good for x in node.inputs):
            good.add(node.name)
    return good


def back(network) -> set[str]:
    """The nodes behind a window that moves back: their fields are bounds, rounded down."""
    found: set[str] = set()
    for node in network.nodes:
        if getattr(node.window, "mode", "slide") != "slide" or any(x.name in found for x in node.inputs):
            found.add(node.name)
    return found


def units(field, extents, output):
    """For each axis a unit whose field lies inside the input, or nothing where an axis has none."""
    inside = [
        next((i for i in range(n) if floor(a + i * j) >= 0 and floor(a + i * j + k - 1) < extent), None)
        for k, j, a, extent, n in zip(*field, extents, output, strict=True)
    ]
    return None if None in inside else inside


@settings(max_examples=60)
@given(graphs(smooth=True))
def test_what_a_unit_sees_is_where_its_gradient_is(graph):
    network = loads(graph.text)
    known, extents = fields(network), network.inputs[0].output.extents
    good, bounds = aligned(network, known), back(network)
    shapes = {node.name: node.output.dims for node in network.inputs}
    fed = {name: torch.ones(1, *dims, dtype=torch.float64, requires_grad=True) for name, dims in shapes.items()}
    ran = executed(network, fed, plain)
    for node in network.nodes:
        field = known[node.name]
        at = [0] * node.output.rank if field == "whole" else units(field, extents, node.output.extents)
        if node.name not in good or at is None:
            continue
        out = ran.values[node.name][(0, slice(None), *at)].sum()
        gradients = torch.autograd.grad(out, [*fed.values()], retain_graph=True, allow_unused=True)
        seen = sum(g[0].abs().sum(0) for g in gradients if g is not None).nonzero()
        assert len(seen), node.name
        first, last = seen.min(0).values.tolist(), seen.max(0).values.tolist()
        if field == "whole":
            whole(node, first, last, extents)
            continue
        starts = [floor(a + i * j) for a, i, j in zip(field.start, at, field.jump, strict=True)]
        ends = [floor(a + i * j + k - 1) for k, j, a, i in zip(*field, at, strict=True)]
        if node.name in bounds:
            assert all(a <= x <= y <= b for a, x, y, b in zip(starts, first, last, ends, strict=True)), node.name
        else:
            assert (first, last) == (starts, ends), node.name


def whole(node, first, last, extents):
    """Behind a layer that reads all of its input: what that input sees, which in these nets is the most of the map."""
    assert all(x <= extent // 2 <= y for x, y, extent in zip(first, last, extents, strict=True)), node.name


# Joins that do not fit

SHAPES = st.lists(st.integers(1, 3), max_size=3).flatmap(
    lambda extents: st.integers(1, 3).map(lambda channels: Shape(channels, tuple(extents)))
)


def promoted(shapes: list[Shape]) -> list[torch.Tensor]:
    """Zeros of these shapes, vectors beside maps as maps of 1x1; the batch is no extent of theirs."""
    rank = max(shape.rank for shape in shapes)
    return [torch.zeros(7, *shape.dims, *[1] * (rank if not shape.rank else 0)) for shape in shapes]


def joined(kind: str, shapes: list[Shape]) -> tuple[int, ...] | None:
    """What PyTorch makes of a join, of maps of one rank; None where it refuses, or where a sum would be broadcast."""
    tensors = promoted(shapes)
    if len({x.ndim for x in tensors}) > 1:
        return None
    try:
        if kind == "concat":
            return tuple(torch.cat(tensors, 1).shape[1:])
        out = tensors[0]
        for x in tensors[1:]:
            out = out + x if kind == "add" else out * x
    except RuntimeError:
        return None
    broadcast = kind == "add" and any(x.shape != out.shape for x in tensors)
    return None if broadcast else tuple(out.shape[1:])


@settings(max_examples=200)
@given(st.sampled_from(JOINS), st.lists(SHAPES, min_size=2, max_size=4), st.booleans())
def test_a_join_is_refused_exactly_where_torch_refuses_it_or_a_sum_would_be_broadcast(kind, shapes, bullets):
    inputs = "".join(f"A{i}: input {Order().text(shape)}\n" for i, shape in enumerate(shapes))
    names = [f"A{i}" for i in range(len(shapes))]
    join = (
        "\n".join([f"Q: {kind}", *(f"  - from {x}" for x in names)])
        if bullets
        else f"Q: {kind} from {', '.join(names)}"
    )
    network = analyse(inputs + join, "join", "join.spec")
    found = joined(kind, shapes)
    codes = [finding.code.code for finding in network.findings]
    assert codes == (["SHP115"] if found is None else []), (shapes, found)
    assert not network.complete or network.outputs[0].output.dims == found
    assert all(word in network.findings[0].message for word in (kind, "branch")) if codes else True
