"""Names of a spec as names of Python: readable, ASCII, each its own, and never anything but a name."""

from __future__ import annotations

import re
from keyword import iskeyword, issoftkeyword
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

LONGEST = 60
"""A longer name is cut: a line of the file has to hold it."""
USED = frozenset(("F", "nn", "self", "torch", "x"))
"""What the emitted file itself calls something."""
MODULE = frozenset(
    """T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches
    eval extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict
    modules mtia named_buffers named_children named_modules named_parameters parameters register_backward_hook
    register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook
    register_full_backward_pre_hook register_load_state_dict_post_hook register_load_state_dict_pre_hook
    register_module register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
    set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu zero_grad""".split()
)
"""What `nn.Module` has already, but for names with a leading underscore: no attribute of ours begins so."""


def attributes(names: Sequence[str]) -> list[str]:
    """An attribute for each of these names, all different; a name that needs no change keeps itself."""
    given: dict[int, str] = {i: name for i, name in enumerate(names) if attribute(name) == name}
    chosen: dict[str, int] = {}
    given = {i: name for i, name in given.items() if chosen.setdefault(name, i) == i}
    counts: dict[str, int] = {}
    return [given.get(i) or unused(attribute(name), chosen, counts) for i, name in enumerate(names)]


def unused(stem: str, chosen: dict[str, int], counts: dict[str, int]) -> str:
    """`stem`, `stem_2`, `stem_3`, ...: the first that is not chosen yet; now it is."""
    name = stem
    while name in chosen:
        counts[stem] = counts.get(stem, 1) + 1
        name = f"{stem}_{counts[stem]}"
    chosen[name] = -1
    return name


def attribute(name: str) -> str:
    """`name` as an attribute of a module: `3a.0.relu` is `layer_3a_0_relu`, `type` is `type_`."""
    plain = ascii_word(name)[:LONGEST]
    if not plain[:1].isalpha():
        plain = f"layer{'' if plain.startswith('_') else '_'}{plain}"
    return plain + "_" * taken(plain)


def taken(name: str) -> bool:
    """Whether Python, `nn.Module` or the file itself means something by this name."""
    return iskeyword(name) or issoftkeyword(name) or name in MODULE or name in USED


def ascii_word(name: str) -> str:
    """`name` in letters, digits and `_`: accents fall, what has no ASCII letter becomes its code point."""
    return "".join(map(ascii_letter, normalize("NFKD", name)))


def ascii_letter(letter: str) -> str:
    """What stands for one character of a name."""
    if letter.isascii():
        return letter if letter.isalnum() else "_"
    return "" if combining(letter) else f"u{ord(letter):04x}"


def class_name(name: str, title: str, used: Collection[str] = ()) -> str:
    """A class for the spec `name`, spelt as its title spells it: vgg16 under "# VGG, configuration D" is VGG16."""
    word = ascii_word(name)
    whole = spelling(word, title)
    pieces = re.split(r"[^a-zA-Z0-9]+|_", name) if word.isascii() else [word]
    parts = [whole] if whole else [part for piece in pieces for part in spelled(piece, title)]
    camel = "".join(part[0].upper() + part[1:] for part in parts)[:32] or "Network"
    camel = camel if camel[0].isalpha() else f"Net{camel}"
    return camel + "_" * (taken(camel) or camel in used)


def spelling(word: str, title: str) -> str:
    """`word` with the capitals that the title gives it: LeNet5 for lenet5 where it says LeNet-5; or nothing."""
    letters = "[^a-zA-Z0-9]?".join(re.findall(r"[a-zA-Z0-9]", word))
    found = re.search(rf"(?<![a-zA-Z0-9]){letters}(?![a-zA-Z0-9])", title, re.IGNORECASE | re.ASCII)
    return "".join(part[0].upper() + part[1:] for part in re.findall("[a-zA-Z0-9]+", found[0])) if found else ""


def spelled(piece: str, title: str) -> list[str]:
    """A piece of a name as the title spells it, or its letters and its digits by themselves."""
    whole = spelling(piece, title) if piece else ""
    return [whole] if whole else [spelling(part, title) or part for part in re.findall(r"[a-zA-Z]+|[0-9]+", piece)]
