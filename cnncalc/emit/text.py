"""Python source as text: calls parted into their arguments, numbers taken out of them, lines broken as ruff does."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from textwrap import wrap

from cnncalc.record import NamedTuple

WIDTH = 120
NUMBER = re.compile(r"(?<![\w.\"'])(?:\d+(?:\.\d+)?(?:e-?\d+)?|True|False)(?![\w.\"'])")
USUAL = {
    "stride": "1", "padding": "0", "output_padding": "0", "dilation": "1", "groups": "1", "bias": "True",
}  # fmt: skip
"""PyTorch's defaults of the arguments that a convolution's text leaves out."""


class Template(NamedTuple):
    """A text without its numbers, `{}` in their places, and the numbers."""

    text: str
    numbers: tuple[str, ...]

    def filled(self, values: tuple[str, ...]) -> str:
        """The text with other numbers, or with names in their places."""
        return self.text.format(*values)


@lru_cache(maxsize=4096)
def template(text: str) -> Template:
    """A text without its numbers."""
    return Template(NUMBER.sub("{}", text.replace("{", "{{").replace("}", "}}")), tuple(NUMBER.findall(text)))


@lru_cache(maxsize=4096)
def calling(call: str) -> Template:
    """A call over {0}, {1}, ... without its other numbers; `filled` keeps what stands in braces."""
    parts = re.split(r"(\{[^}]*\})", call)
    numbers = tuple(number for part in parts[::2] for number in NUMBER.findall(part))
    kept = [f"{{{part}}}" if at % 2 else NUMBER.sub("{}", part) for at, part in enumerate(parts)]
    return Template("".join(kept), numbers)


@lru_cache(maxsize=4096)
def full(text: str) -> str:
    """The constructor of a convolution with the arguments that it leaves out; other texts as they are."""
    if not text.startswith(("nn.Conv", "nn.ConvTranspose")):
        return text
    head, _, inner = text[:-1].partition("(")
    parts = arguments(inner)
    given = dict(part.split("=", 1) for part in parts if "=" in part)
    usual = {name: value for name, value in USUAL.items() if name != "output_padding" or "Transpose" in head}
    named = [f"{name}={value}" for name, value in {**usual, **given}.items()]
    return f"{head}({', '.join([*(part for part in parts if '=' not in part), *named])})"


def shortened(text: str) -> str:
    """The constructor of a convolution without the arguments that have PyTorch's defaults."""
    if not text.startswith(("nn.Conv", "nn.ConvTranspose")):
        return text
    head, _, inner = text[:-1].partition("(")
    usual = {f"{name}={value}" for name, value in USUAL.items()}
    return f"{head}({', '.join(part for part in arguments(inner) if part not in usual)})"


def arguments(text: str) -> list[str]:
    """The arguments of a call: the text parted at its outermost commas."""
    parts, depth = [""], 0
    for piece in re.findall(r'"[^"]*"|.', text):
        depth += (piece in "([") - (piece in ")]")
        parts[-1] += piece
        if piece == "," and not depth:
            parts[-1:] = [parts[-1][:-1], ""]
    return [part.strip() for part in parts if part.strip()]


def fitted(code: str, indent: int, width: int = WIDTH) -> list[str]:
    """`code` at this indent, broken at its outermost call where it is too long, as ruff would break it."""
    begin, end = code.find("(") + 1, code.rfind(")")
    if indent + len(code) <= width or not begin or code.startswith(('"', 'f"')):
        return [" " * indent + code]
    parts = [code[begin:end]]
    if indent + 4 + len(parts[0]) > WIDTH and len(arguments(parts[0])) > 1:
        parts = [f"{part}," for part in arguments(parts[0])]
    body = [line for part in parts for line in fitted(part, indent + 4)]
    return [" " * indent + code[:begin], *body, " " * indent + code[end:]]


def prose(text: str, width: int = WIDTH - 4) -> list[str]:
    """Any text as lines that may stand in a docstring: nothing in them ends it, steers a screen or escapes."""
    shown = "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split()))
    return [line.replace("\\", "\\\\") for line in wrap(shown.replace('"', "'"), width)] or [""]


def sequence(texts: list[str]) -> str:
    """A module that runs these one behind the other: equal ones, and those of even steps, as one construct."""
    parts: list[str] = []
    at = 0
    while at < len(texts):
        same = next((n for n in range(at, len(texts)) if texts[n] != texts[at]), len(texts)) - at
        steps, stepped = progression(texts, at)
        if same > 1:
            parts.append(f"*({texts[at]} for _ in range({same}))")
        elif steps:
            parts.append(steps)
        else:
            parts.append(texts[at])
        at += max(same, stepped)
    return f"nn.Sequential({', '.join(parts)})"


def counted_sequence(texts: list[str], stem: str, first: int) -> str:
    """Modules named stem1, stem2, ... that run one behind the other: equal, or different by even steps; else ""."""
    if len(texts) < 4:
        return f"nn.Sequential(OrderedDict({', '.join(f'{stem}{first + i}={text}' for i, text in enumerate(texts))}))"
    shape, numbers = template(texts[0])
    every = [template(text) for text in texts]
    if any(other.text != shape for other in every):
        return ""
    columns = list(zip(*(other.numbers for other in every), strict=True))
    said = [column[0] if len(set(column)) == 1 else linear(column, first) for column in columns]
    if not all(said) or any("{" in value for value in said):
        return ""
    made = Template(shape, numbers).filled(tuple(said))
    return f'nn.Sequential(OrderedDict((f"{stem}{{i}}", {made}) for i in range({first}, {first + len(texts)})))'


def linear(column: tuple[str, ...], first: int) -> str:
    """Whole numbers that grow by even steps, by the number i that counts from `first`; else ""."""
    if not all(number.isdigit() for number in column) or not even([(number,) for number in column], 0):
        return ""
    step = int(column[1]) - int(column[0])
    start = int(column[0]) - step * first
    return f"{start} + {step} * i" if start > 0 else f"{step} * i" if not start else f"{step} * i - {-start}"


def progression(texts: list[str], at: int) -> tuple[str, int]:
    """Three texts or more that differ in one number, which grows by even steps: as one construct, and how many."""
    shape, first = template(texts[at])
    run = [first]
    place = -1
    for text in texts[at + 1 :]:
        other = template(text)
        differ = [i for i, (a, b) in enumerate(zip(run[-1], other.numbers, strict=False)) if a != b]
        if other.text != shape or len(differ) != 1 or (place >= 0 and differ != [place]):
            break
        if not even([*run, other.numbers], differ[0]):
            break
        place = differ[0]
        run.append(other.numbers)
    if len(run) < 3:
        return "", 1
    numbers = [int(values[place]) for values in run]
    step = numbers[1] - numbers[0]
    inner = Template(shape, first).filled((*first[:place], "channels", *first[place + 1 :]))
    return f"*({inner} for channels in range({numbers[0]}, {numbers[-1] + step}, {step}))", len(run)


def even(run: list[tuple[str, ...]], place: int) -> bool:
    """Whether the numbers at one place are whole and grow by the same step."""
    numbers = [values[place] for values in run]
    if not all(number.isdigit() for number in numbers):
        return False
    steps = {int(b) - int(a) for a, b in pairwise(numbers)}
    return len(steps) == 1 and steps != {0}
