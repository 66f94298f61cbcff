"""One statement from its text alone: a directive, a constant, a block's head, a repeat or a layer.

Equal texts are read once. Whoever calls gives the statement its place, and its body if lines below belong to it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from cnncalc.diagnostic import Mistake, did_you_mean
from cnncalc.faults import (
    BAD_EXPRESSION,
    DUPLICATE_NAME,
    ILLEGAL_VALUE,
    MISPLACED,
    MISSING,
    RESERVED_NAME,
    UNEXPECTED,
    UNKNOWN_KIND,
    UNKNOWN_NUMBER,
)
from cnncalc.syntax.arguments import Arguments
from cnncalc.syntax.claims import Claims
from cnncalc.syntax.expression import ODD, Expression, Reader
from cnncalc.syntax.tokens import tokenize
from cnncalc.syntax.tree import (
    NOWHERE,
    After,
    Axes,
    Block,
    Body,
    Broken,
    Claim,
    Constant,
    Else,
    Expect,
    Formal,
    From,
    If,
    Label,
    LayerLine,
    Reference,
    Repeat,
    Rounding,
    Train,
)
from cnncalc.syntax.words import (
    DIRECTIVES,
    ELSEWHERE,
    TENSOR,
    WORDS_ELSEWHERE,
    Vocabulary,
    kind_in,
    kind_of,
    kind_words,
    reserved,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnncalc.syntax.tokens import Token
    from cnncalc.syntax.tree import Statement

NAME = r"\w+(?:\.\w+)*"
LABEL = re.compile(
    rf"[\s*]*(?P<slide>(?:(?:max|avg|average|global|adaptive)[\s*]+)*)(?P<name>{NAME})(?:\s*\.\.\s*(?P<last>\w+|\())?",
    re.IGNORECASE,
)
PLAIN_LABEL = re.compile(rf"({NAME}):(?!\*)")
REPEAT = re.compile(r"\s*repeat\b", re.IGNORECASE)
COLON = re.compile(r"[\s*]*(?:from\s+(?P<origin>[\w.]+)[\s*]*)?:\**", re.IGNORECASE)
HEADER = re.compile(r"block\s+(\w+)\s*(\()?", re.IGNORECASE)
CONSTANT = re.compile(rf"({NAME})\s*=(?![=>])")
BRACKETED = re.compile(r"[\s*]*\[[^\]]*\]")
AFTER = re.compile(r"after\s+(\w+(?: +\w+)*)\s*:", re.IGNORECASE)
REMARK = re.compile(r"\s*\((?:[^()]|\([^()]*\))*\)$")
WORD = re.compile(r"[A-Za-z]+(?!\w)")
ELIF = re.compile(r"(?:elif|elseif)\b(?!\s*[:=](?!=))", re.IGNORECASE)
AXES = frozenset("CxHxW HxWxC WxHxC CxWxH CxDxHxW DxHxWxC WxHxDxC CxWxHxD CxL LxC".lower().split())
FROM_LINE = re.compile(r"from\s+(\w+(?:\.\w+)*)\s*:(?!\s*$)", re.IGNORECASE)
"""What a line without a name reads: `from CONV3: conv 64 3x3`."""
ELSE = re.compile(r"else\s*:$", re.IGNORECASE)
"""What other languages write; with a kind behind the colon it names a layer."""
NO_WORDS = Vocabulary()
ROUNDINGS = ("floor", "ceil", "exact")


@lru_cache(maxsize=8192)
def read_statement(text: str, words: Vocabulary) -> Statement:
    """What a statement says; raises Mistake, its offsets counted from the text's beginning.

    `words` are the names that the file gives.
    """
    first, behind = first_word(text)
    if first == "from" and (match := FROM_LINE.match(text)):
        return nameless(text, match, words)
    if first in STRUCTURES and (behind not in (":", "=") or ELSE.match(text)):
        return STRUCTURES[first](text)
    if first in DIRECTIVES and behind != "=" and (behind != ":" or first in ("train", "after")):
        return directive(text, first, words)
    if match := CONSTANT.match(text):
        return constant(text, match)
    return layer(text, words)


def repeated(text: str) -> Repeat:
    """`repeat N`."""
    return Repeat(NOWHERE, None, counted(text, len("repeat")), [])


def condition(text: str) -> If:
    """`if COND`."""
    if not text[len("if") :].strip(" :"):
        raise Mistake(MISSING, "'if' has no condition", 0, len("if"), "write 'if s > 1'")
    return If(NOWHERE, whole_expression(text, len("if")), [], [])


def otherwise(text: str) -> Else:
    """`else`."""
    rest = text[len("else") :].strip(" :")
    if rest:
        begin = text.index(rest, len("else"))
        hint = "what happens otherwise stands on the lines below it, indented"
        if rest.lower().startswith("if"):
            hint = WORDS_ELSEWHERE["elif"]
        raise Mistake(UNEXPECTED, f"'{rest}' follows 'else'", begin, begin + len(rest), hint)
    return Else(NOWHERE, [])


def nameless(text: str, match: re.Match[str], words: Vocabulary) -> LayerLine:
    """`from NAME: KIND`: a line without a name that reads another than the one above."""
    at = match.end()
    try:
        body = body_of(text[at:], "", words)
    except Mistake as mistake:
        raise moved(mistake, at) from None
    if body.origins:
        what, hint = "the line says twice what it reads", "keep one 'from'"
        raise Mistake(UNEXPECTED, what, at + body.origins[0].begin, at + body.origins[-1].end, hint)
    origin = Reference(match[1], match.start(1) - at, match.end(1) - at)
    return LayerLine(NOWHERE, None, (), body._replace(origins=(origin,)), at)


def going_on(text: str) -> From:
    """`from NAME`: what follows goes on from there."""
    arguments = Arguments(tokenize(text), NO_WORDS)
    arguments.origin()
    rest, (first, *more) = arguments.token, arguments.origins
    if more or first.last:
        text, hint = "a line that is only 'from' names one layer", "to read several, name them on a join: add from A, B"
        raise Mistake(UNEXPECTED, text, first.begin, arguments.origins[-1].end, hint)
    if rest.type != "end":
        hint = "the kind stands first: conv 64 3x3 from A; or part the two with ';'"
        raise Mistake(UNEXPECTED, f"'{rest.text}' follows the name", rest.begin, max(rest.end, rest.begin + 1), hint)
    return From(NOWHERE, first)


def block(text: str) -> Block:
    """`block name(c, s=1)`."""
    match = HEADER.match(text)
    if not match:
        raise Mistake(MISSING, "'block' has no name", 0, len(text), "write 'block basic(c, s=1)'")
    name, begin = match[1], match.start(1)
    refuse_name(name, begin, "a block")
    tokens = tokenize(text, match.end(1))
    formals, at = parameters(tokens) if match[2] else ((), 0)
    at += tokens[at].type == ":"
    if tokens[at].type != "end":
        token, hint = tokens[at], "its lines stand below it, indented; its parameters in parentheses: block b(c, s=1)"
        raise Mistake(UNEXPECTED, f"'{token.text}' follows the block's name", token.begin, token.end, hint)
    return Block(NOWHERE, name, formals, [])


def parameters(tokens: list[Token]) -> tuple[tuple[Formal, ...], int]:
    """The parameters of a block from its opening parenthesis on, and the token behind the closing one."""
    formals: list[Formal] = []
    at = 1
    while tokens[at].type != ")":
        if formals and tokens[at].type == ",":
            at += 1
        formal, at = parameter(tokens, at)
        if any(formal.name == other.name for other in formals):
            text = f"the parameter '{formal.name}' stands twice"
            raise Mistake(DUPLICATE_NAME, text, formal.begin, formal.end, "give each its own name")
        formals.append(formal)
    return tuple(formals), at + 1


def parameter(tokens: list[Token], at: int) -> tuple[Formal, int]:
    """One parameter, `c` or `s=1` or `act=relu`, and the token behind it."""
    token = tokens[at]
    if token.type != "name":
        what = f"'{token.text}' names no parameter"
        raise Mistake(UNEXPECTED, what, token.begin, max(token.end, token.begin + 1), "write block b(c, s=1)")
    refuse_name(token.text, token.begin, "a parameter")
    if tokens[at + 1].type != "=":
        return Formal(token.text, None, "", token.begin, token.end), at + 1
    value, behind = tokens[at + 2], tokens[min(at + 3, len(tokens) - 1)]
    if value.type in (",", ")", "end"):
        text, hint = f"'{token.text}' has no default behind its '='", f"write {token.text}=1, or leave out the '='"
        raise Mistake(MISSING, text, token.begin, tokens[at + 1].end, hint)
    if value.type == "name" and behind.type in (",", ")") and (kind_of(value.text) or value.text not in TENSOR):
        return Formal(token.text, None, value.text, token.begin, value.end), at + 3
    reader = Reader(tokens, at + 2, spaces=True)
    expression = reader.read()
    return Formal(token.text, expression, "", token.begin, expression.end), reader.at


def refuse_name(name: str, begin: int, what: str) -> None:
    """No constant, block or parameter is named like a word of the language, or like a number."""
    end, hint = begin + len(name), "choose another name"
    if "." in name or name[0].isdigit():
        why = "it has a dot" if "." in name else "it begins with a digit"
        raise Mistake(RESERVED_NAME, f"'{name}' cannot name {what}: {why}", begin, end, hint)
    if reserved(name):
        text = f"'{name}' is a word of the language and cannot name {what}"
        raise Mistake(RESERVED_NAME, text, begin, end, hint)


STRUCTURES: dict[str, Callable[[str], Statement]] = {
    "repeat": repeated, "if": condition, "else": otherwise, "from": going_on, "block": block,
}  # fmt: skip
"""Lines that say what the lines around them belong to."""


def first_word(text: str) -> tuple[str, str]:
    """(the first word in small letters, the sign behind it)."""
    word = WORD.match(text)
    return (word[0].lower(), text[word.end() :].lstrip()[:1]) if word else ("", "")


def directive(text: str, word: str, words: Vocabulary) -> Statement:
    """A line that speaks to the whole file or to the lines below it."""
    rest = text[len(word) :].strip()
    if word == "train":
        return train(text, rest)
    if word == "after":
        return after(text, words)
    if word == "expect":
        return Expect(NOWHERE, *Claims(text, tokenize(text, len(word)), words).expectation())
    remark = REMARK.search(rest)
    rest = rest[: remark.start()] if remark else rest
    choices = "floor, ceil or exact" if word == "rounding" else "WxHxC, CxHxW, HxWxC or one with D or L"
    if rest.lower().replace(" ", "") not in (ROUNDINGS if word == "rounding" else AXES):
        begin = text.index(rest, len(word)) if rest else 0
        what = f"'{word}' has no '{rest}'" if rest else f"'{word}' has no value"
        raise Mistake(ILLEGAL_VALUE, what, begin, begin + len(rest or word), f"write {choices}")
    if word == "rounding":
        return Rounding(NOWHERE, rest.lower())
    return Axes(NOWHERE, rest.replace(" ", ""))


def train(text: str, rest: str) -> Train:
    """`train: recipe`; the recipe is kept as text, one space between its words."""
    if not rest.startswith(":"):
        raise Mistake(UNEXPECTED, "'train' needs a colon", 0, len("train"), "write 'train: batch 128, lr 1e-2'")
    return Train(NOWHERE, " ".join(rest.removeprefix(":").split()))


def constant(text: str, match: re.Match[str]) -> Constant:
    """`name = expression`; names of the language's own words are refused."""
    name, hint = match[1], "choose another name"
    if "." in name or tokenize(name)[0].type == "number":
        what = f"'{name}' cannot name a constant: it has a dot" if "." in name else f"'{name}' is a number, not a name"
        raise Mistake(RESERVED_NAME, what, 0, len(name), "write one word, as in 'k = 192'")
    if reserved(name):
        what = f"'{name}' is a word of the language and cannot name a constant"
        raise Mistake(RESERVED_NAME, what, 0, len(name), hint)
    return Constant(NOWHERE, name, whole_expression(text, match.end()))


def after(text: str, words: Vocabulary) -> After:
    """`after KIND: options postfixes`, read as a line of that kind."""
    match = AFTER.match(text)
    keyword = after_kind(text)
    if not match or not keyword:
        word = match[1] if match else text[len("after") :].strip()
        what = f"'{word}' is no kind of layer" if match else "'after' needs a kind and a colon"
        begin = text.index(word, len("after")) if word else 0
        hint = (match and did_you_mean(word, kind_words())) or "write 'after conv: relu', a line for each kind"
        raise Mistake(
            UNKNOWN_KIND if match else UNEXPECTED, what, begin, len(word) + begin if word else len(text), hint
        )
    try:
        body = body_of(text[match.end() :], keyword, words, given=True)
    except Mistake as mistake:
        raise moved(mistake, match.end()) from None
    if body.origins:
        what, (first, *_) = "'after' takes no 'from'", body.origins
        hint = "the lines themselves say what they read"
        raise Mistake(MISPLACED, what, match.end() + first.begin, match.end() + first.end, hint)
    if body.asks:
        asking = next(use for use in body.uses if Body((use,), False, ()).asks)
        what, hint = "'after' takes no '?': it speaks to many lines", "write the number, or '?' on a line itself"
        raise Mistake(UNKNOWN_NUMBER, what, match.end() + asking.begin, match.end() + asking.end, hint)
    if body.claims or body.plain:
        hint = (
            "claims stand on the lines themselves" if body.claims else "'plain' stands on the lines that take nothing"
        )
        begin, end = (body.claims[0].begin, body.claims[0].end) if body.claims else (0, len(text) - match.end())
        what = f"'after' takes no {'claims' if body.claims else 'plain'}"
        raise Mistake(MISPLACED, what, match.end() + begin, match.end() + end, hint)
    return After(NOWHERE, body.uses, match.end())


def after_kind(text: str) -> str:
    """The kind that an `after` line speaks to, or nothing."""
    match = AFTER.match(text)
    return kind_of(*match[1].split()[::-1]) if match else ""


def layer(text: str, words: Vocabulary) -> Statement:
    """`[CLAIM] NAME: KIND ARGUMENTS POSTFIXES => CLAIMS`, `NAME: repeat N`, or a group's head."""
    bracket, start = bracketed(text, words) if "[" in text else ((), 0)
    label, at, implied, slide = labelled(text, start)
    rest = text[at:]
    if label and rest.lstrip()[:6].lower() == "repeat" and (match := REPEAT.match(rest)):
        if bracket:
            what, hint = "a repeat claims nothing itself", "claims stand on the lines that it repeats"
            raise Mistake(MISPLACED, what, text.index("["), start, hint)
        return Repeat(NOWHERE, label, counted(text, at + match.end()), [])
    if label and not rest.strip() and not implied:
        return LayerLine(NOWHERE, label, bracket, Body((), False, ()), at)
    if bracket and not label and (match := re.match(rf"[\s*]*({NAME})[\s*]*", rest)) and kind_of(match[1]) == "input":
        label = Label(match[1], None, at + match.start(1), at + match.end(1))
        rest, at, implied = text[at + match.end() :], at + match.end(), "input"
    try:
        body = body_of(rest, implied, words, slide)
    except Mistake as mistake:
        if mistake.code is UNKNOWN_KIND and label:
            raise unnamed_kind(label, rest, moved(mistake, at)) from None
        raise moved(mistake, at) from None
    if bracket and lacks_shape(body):
        return LayerLine(NOWHERE, label, (), declared(text, start, at, words), 0)
    return LayerLine(NOWHERE, label, bracket, body, at)


def lacks_shape(body: Body) -> bool:
    """Whether a line needs a shape and has none."""
    if body.call:
        return False
    use = body.uses[0]
    wanted = [p for p in use.kind.parameters if p.type == "shape" and p.required]
    return bool(wanted) and not any(argument.parameter in wanted for argument in use.arguments)


def declared(text: str, start: int, at: int, words: Vocabulary) -> Body:
    """`[227x227x3] INPUT`: the bracket is the shape itself; every character stays where it stands."""
    opening = text.index("[") + 1
    rest = re.sub(r"^[\s*]*input\b[\s*]*", lambda match: " " * len(match[0]), text[at:], flags=re.IGNORECASE)
    return body_of(
        " " * opening + text[opening : start - 1] + " " * (at - start + 1) + rest, "input", words, given=True
    )


def bracketed(text: str, words: Vocabulary) -> tuple[tuple[Claim, ...], int]:
    """The claims in front of a line, and where they end."""
    match = BRACKETED.match(text)
    if not match:
        return (), 0
    return Claims(text, tokenize(text[: match.end() - 1], text.index("[") + 1), words).claims(), match.end()


def labelled(text: str, start: int) -> tuple[Label | None, int, str, tuple[str, ...]]:
    """(the line's name, where it ends, the kind it implies, the slide words before it)."""
    if match := PLAIN_LABEL.match(text, start):
        return Label(match[1], None, start, match.end(1)), match.end(), kind_in(match[1]), ()
    match = LABEL.match(text, start)
    if not match:
        return None, start, "", ()
    end, last = match.end(), None
    if match["last"]:
        refuse_named_end(match)
        reader = Reader(tokenize(text[: range_end(text, match)], match.start("last")), 0)
        last = reader.read()
        end = last.end
    colon = COLON.match(text, end)
    if not colon:
        return None, start, "", ()
    origin = Reference(colon["origin"], *colon.span("origin")) if colon["origin"] else None
    if origin and ".." in origin.name:
        what, hint = f"'{origin.name}' names several layers", f"join them first: concat from {origin.name}"
        raise Mistake(UNEXPECTED, what, origin.begin, origin.end, hint)
    slide = tuple(match["slide"].replace("*", " ").split())
    label = Label(match["name"], last, match.start("name"), end, origin)
    return label, colon.end(), kind_in(match["name"], *slide), slide


def refuse_named_end(match: re.Match[str]) -> None:
    """`CONV2..CONV4`: a range ends at a number."""
    stem = match["name"].rstrip("0123456789")
    number = match["last"][len(stem) :]
    if stem and match["last"].startswith(stem) and number.isdigit():
        hint = f"write {match['name']}..{number}"
        raise Mistake(UNEXPECTED, f"'{match['last']}' ends no range", match.start("last"), match.end("last"), hint)


def range_end(text: str, match: re.Match[str]) -> int:
    """Where the end of a range ends: a word, or all that an expression may take."""
    return len(text) if match["last"] == "(" else match.end("last")


def unnamed_kind(label: Label, rest: str, mistake: Mistake) -> Mistake:
    """A name that spells no kind, and no kind behind it."""
    stem = label.name.rstrip("0123456789_.")
    behind = rest.strip()
    if label.name.lower() in DIRECTIVES:
        text = f"'{label.name}' names no kind of layer"
        return Mistake(
            UNKNOWN_KIND, text, label.begin, label.end, f"the directive takes no colon: {label.name} {behind}"
        )
    if behind[:1].isalpha() and not kind_of(behind.split()[0]) and mistake.begin >= label.end:
        return mistake
    close = did_you_mean(stem, kind_words())
    hint = close or f"write the kind behind the colon: '{label.name}: conv ...'"
    if stem.lower() in ELSEWHERE:
        close = hint = f"here it is called '{ELSEWHERE[stem.lower()]}': '{label.name}: {ELSEWHERE[stem.lower()]} ...'"
    if re.fullmatch(r"\d[\d.,]*", behind) and not close:
        hint = f"a constant is written '{label.name} = {behind}'; a layer has its kind behind the colon"
    return Mistake(UNKNOWN_KIND, f"'{label.name}' begins with no kind of layer", label.begin, label.end, hint)


def moved(mistake: Mistake, by: int) -> Mistake:
    """A mistake with its offsets counted anew."""
    return Mistake(mistake.code, mistake.message, mistake.begin + by, mistake.end + by, mistake.hint)


@lru_cache(maxsize=8192)
def body_of(text: str, implied: str, words: Vocabulary, slide: tuple[str, ...] = (), given: bool = False) -> Body:
    """Kinds, arguments and claims of a text; its offsets count from its beginning.

    With `given` the text holds only what follows the kind's word.
    """
    tokens = tokenize(text)
    if words.kinds:
        kinds = dict(words.kinds)
        tokens = [said(token, after, kinds) for token, after in pairwise([*tokens, tokens[-1]])]
    arguments = Arguments(tokens, words)
    body = arguments.rest(implied) if given else arguments.read(implied, slide)
    if tokens[arguments.at].type != "=>":
        return body
    claims = Claims(text, tokens, words, arguments.at + 1).claims()
    return body._replace(claims=claims)


def said(token: Token, after: Token, kinds: Mapping[str, str]) -> Token:
    """A word as what it stands for in a block whose parameters are kinds; before `=` it is a name of its own."""
    if token.type != "name" or token.text not in kinds or after.type == "=":
        return token
    return token._replace(text=kinds[token.text])


def counted(text: str, at: int) -> Expression:
    """How often a repeat repeats."""
    if not text[at:].strip(" :"):
        raise Mistake(MISSING, "'repeat' has no number", at - len("repeat"), at, "write 'repeat 3'")
    return whole_expression(text, at)


def whole_expression(text: str, begin: int) -> Expression:
    """The expression that is the rest of a statement, spaces and all."""
    tokens = tokenize(text, begin)
    if tokens[0].type == "end":
        raise Mistake(
            MISSING, "no value follows '='", max(begin - 1, 0), max(begin, 1), "write a number or an expression"
        )
    reader = Reader(tokens, 0, spaces=True)
    expression = reader.read()
    rest = tokens[reader.at]
    if rest.type == "end" or (rest.type == ":" and tokens[reader.at + 1].type == "end"):
        return expression
    hint = "to compare write '=='" if rest.text == "=" else ODD.get(rest.type, "one value is wanted")
    if rest.text == "if":
        hint = "write if(condition, a, b)"
    elif rest.type == ":":
        hint = "what a repeat repeats stands on the lines below it, indented"
    raise Mistake(BAD_EXPRESSION, f"'{rest.text}' cannot follow an expression", rest.begin, rest.end, hint)


def broken(text: str, words: Vocabulary) -> Broken:
    """What can still be told of a statement that does not read."""
    first, behind = first_word(text)
    found = CONSTANT.match(text)
    if text.startswith("-"):
        return Broken(NOWHERE, None, "", "", "-", (), [])
    if ELIF.match(text):
        return Broken(NOWHERE, None, "", "", "if", (), [])
    if first in DIRECTIVES and (
        behind not in (":", "=") or first in ("train", "after", "axes", "rounding", "expect", "else")
    ):
        return Broken(NOWHERE, None, after_kind(text), "", first, (), [])
    if found or (found := re.match(rf"({NAME})\s*==", text)):
        return Broken(NOWHERE, None, "", found[1], "", (), [])
    bracket = BRACKETED.match(text)
    match = LABEL.match(text, bracket.end() if bracket else 0)
    named = match if match and COLON.match(text, match.end()) else None
    label = Label(named["name"], None, named.start("name"), named.end("name")) if named else None
    spoken = re.findall(r"[A-Za-z]+", text[named.end() if named else bracket.end() if bracket else 0 :][:80])
    kind = next((kind for word in spoken[:2] if (kind := kind_of(word))), "") or (
        kind_in(named["name"]) if named else ""
    )
    return Broken(NOWHERE, label, kind, "", "", told(text, words), [])


def told(text: str, words: Vocabulary) -> tuple[Claim, ...]:
    """The claims of a line that does not read otherwise."""
    claims: list[Claim] = []
    bracket, arrow = BRACKETED.match(text), text.find("=>")
    for stop, start in ((bracket.end() - 1, text.index("[") + 1) if bracket else (0, 0), (len(text), arrow + 2)):
        if start > 1 or (bracket and start):
            try:
                claims += Claims(text, tokenize(text[:stop], start), words).claims()
            except Mistake:
                continue
    return tuple(claims)
