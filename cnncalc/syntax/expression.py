"""Expressions: compiled once to postfix code, evaluated exactly on a stack.

Neither step recurses, so nesting meets no recursion limit; every number and every result is held to a limit
of digits, so no input can ask for endless arithmetic. Decimals are exact rationals.
"""

from __future__ import annotations

import operator
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from cnncalc.diagnostic import Mistake, did_you_mean
from cnncalc.faults import BAD_EXPRESSION, LIMIT, UNKNOWN_NAME, UNKNOWN_NUMBER
from cnncalc.record import NamedTuple
from cnncalc.syntax.words import TENSOR

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

    from cnncalc.geometry import Rational
    from cnncalc.syntax.tokens import Token

    Result: TypeAlias = "Rational | Fault"
    Stack = list[Result]

BINARY = {
    "or": 1, "and": 2, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6, "**": 8,
}  # fmt: skip
ODD = {
    "(": "a function's parenthesis touches its name: max(1, 2); to multiply write *",
    "x": "one number is wanted; to multiply write *",
}
"""What a sign may have been meant to be that stands where no expression goes on."""
ALONE = "write the number; '?' stands for a whole number of a layer by itself: pad ?"
"""What to do about a `?` in an expression."""
OPERATORS_SHOWN = ("+", "-", "*", "/", "//", "%", "**")
UNARY = {"not": 3, "-": 7, "+": 7}
OPENING, COMPARES = 0, 4


class Step(NamedTuple):
    """One step of postfix code: push a number or a name, or apply an operator or function to `arity` values."""

    op: str
    text: str
    arity: int
    begin: int
    end: int


class Expression(NamedTuple):
    """Compiled code, the names it reads, and its place in the line."""

    steps: tuple[Step, ...]
    names: frozenset[str]
    begin: int
    end: int


class Fault(NamedTuple):
    """A value that does not exist; it only matters if the result needs it."""

    text: str
    begin: int
    end: int
    code: str = ""


class Reader:
    """Compiles the expression that begins at token `at`; ends at a space outside parentheses unless `spaces`."""

    def __init__(self, tokens: list[Token], at: int, spaces: bool = False) -> None:
        self.tokens, self.at, self.spaces = tokens, at, spaces
        self.steps: list[Step] = []
        self.pending: list[tuple[Token, int, int]] = []
        self.depth = 0

    def read(self) -> Expression:
        """The expression; `at` then stands behind it."""
        begin = self.tokens[self.at].begin
        self.operand()
        while self.more():
            token = self.tokens[self.at]
            self.at += 1
            self.infix(token)
        if self.depth:
            raise self.unexpected()
        self.unwind(OPENING)
        names = frozenset(step.text for step in self.steps if step.op == "name")
        return Expression(tuple(self.steps), names, begin, self.tokens[self.at - 1].end)

    def more(self) -> bool:
        """Whether the expression goes on after a whole operand."""
        token = self.tokens[self.at]
        if self.depth:
            return token.type != "end"
        if token.spaced and not self.spaces:
            return False
        return token.text in BINARY

    def infix(self, token: Token) -> None:
        """Take what may stand behind an operand: an operator, a comma or a closing parenthesis."""
        power = BINARY.get(token.text)
        if token.text == "=" and self.depth:
            raise Mistake(BAD_EXPRESSION, "'=' does not compare", token.begin, token.end, "write '=='")
        if power is not None:
            self.refuse_chain(token, power)
            self.unwind(power + (token.text == "**"))
            self.pending.append((token, power, 2))
            self.operand()
        elif token.type == "," and self.in_call():
            self.unwind(OPENING)
            opened, power, arity = self.pending[-1]
            self.pending[-1] = (opened, power, arity + 1)
            self.operand()
        elif token.type == ")" and self.depth:
            self.close(token)
        else:
            self.at -= 1
            raise self.unexpected()

    def refuse_chain(self, token: Token, power: int) -> None:
        """`1 < 2 < 3` would compare 1 with 3."""
        if power == COMPARES and any(p == COMPARES for _, p, _ in self.open_operators()):
            hint = "write a < b and b < c, or parentheses"
            raise Mistake(BAD_EXPRESSION, "comparisons do not chain", token.begin, token.end, hint)

    def open_operators(self) -> Iterator[tuple[Token, int, int]]:
        """The operators waiting since the innermost parenthesis that bind at least as tightly as a comparison."""
        for entry in reversed(self.pending):
            if entry[1] < COMPARES:
                return
            yield entry

    def operand(self) -> None:
        """Take signs, opening parentheses and then one number or name."""
        while True:
            token = self.tokens[self.at]
            if token.type == "end" or (token.spaced and not self.depth and not self.spaces and self.pending):
                raise self.missing(token)
            self.at += 1
            if token.type == "number":
                return self.push("number", token)
            if token.text in UNARY:
                self.pending.append((token, UNARY[token.text], 1))
            elif token.type == "(":
                self.depth += 1
                self.pending.append((token, OPENING, 1))
            elif token.type == "name" and self.calls():
                self.depth += 1
                self.at += 1
                self.pending.append((token, OPENING, 1))
            elif token.type == "name" and token.text not in BINARY:
                return self.push("name", token)
            else:
                self.at -= 1
                raise self.unexpected()

    def missing(self, token: Token) -> Mistake:
        """An operator without the value behind it."""
        sign = self.tokens[self.at - 1]
        end = max(token.end, token.begin + 1)
        if token.type == "end" or self.at == 0:
            hint = "write a number or an expression"
            return Mistake(BAD_EXPRESSION, "a value is missing", token.begin, end, hint)
        hint = "an argument ends at a space; an expression with spaces takes parentheses"
        return Mistake(BAD_EXPRESSION, f"no value touches '{sign.text}'", sign.begin, sign.end, hint)

    def calls(self) -> bool:
        """Whether a parenthesis touches the name just taken."""
        following = self.tokens[self.at]
        return following.type == "(" and not following.spaced

    def push(self, op: str, token: Token) -> None:
        self.steps.append(Step(op, token.text, 0, token.begin, token.end))

    def in_call(self) -> bool:
        """Whether the innermost open parenthesis is a function's."""
        opened = next((token for token, power, _ in reversed(self.pending) if power == OPENING), None)
        return opened is not None and opened.type == "name"

    def unwind(self, power: int) -> None:
        """Emit the waiting operators that bind at least as tightly as `power`."""
        while self.pending and self.pending[-1][1] >= max(power, 1):
            token, _, arity = self.pending.pop()
            op = token.text if arity == 2 else f"unary {token.text}"
            self.steps.append(Step(op, token.text, arity, token.begin, token.end))

    def close(self, token: Token) -> None:
        """Take a closing parenthesis: the end of a group or of a call."""
        self.unwind(OPENING)
        opened, _, arity = self.pending.pop()
        self.depth -= 1
        if opened.type == "name":
            self.steps.append(Step("call", opened.text, arity, opened.begin, token.end))

    def unexpected(self) -> Mistake:
        """A sign or word that no expression has at this place."""
        token = self.tokens[self.at]
        if not token.text:
            return Mistake(
                BAD_EXPRESSION, "the expression is cut short", token.begin, token.begin + 1, "add what is missing"
            )
        if token.type == "?":
            return Mistake(UNKNOWN_NUMBER, "'?' cannot stand in an expression", token.begin, token.end, ALONE)
        hint = f"an expression has numbers, names, {' '.join(OPERATORS_SHOWN)} and parentheses"
        hint = ODD.get(token.type, hint)
        return Mistake(BAD_EXPRESSION, f"'{token.text}' cannot stand here", token.begin, token.end, hint)


def evaluate(expression: Expression, names: Mapping[str, Rational], digits: int = 1_000) -> Rational:
    """The exact value; raises Mistake where there is none."""
    if len(expression.steps) == 1 and expression.steps[0].op == "number":
        plain = number_of(expression.steps[0].text, digits)
        if plain is not None:
            return plain
    stack: Stack = []
    for step in expression.steps:
        if step.op == "number":
            stack.append(parse_number(step, digits))
        elif step.op == "name":
            stack.append(names[step.text] if step.text in names else unknown(step, names))
        else:
            stack[len(stack) - step.arity :] = [
                held(apply(step, stack[len(stack) - step.arity :], digits), step, digits)
            ]
    value = stack[-1]
    if isinstance(value, tuple):
        code = {"limit": LIMIT, "name": UNKNOWN_NAME}.get(value.code, BAD_EXPRESSION)
        text, _, hint = value.text.partition("\n")
        raise Mistake(code, text, value.begin, value.end, hint)
    return value


def parse_number(step: Step, digits: int) -> Result:
    """A literal; its digits are counted before anything is converted."""
    value = number_of(step.text, digits)
    if value is None:
        return Fault(f"the number has more than {digits:,} digits\n{RAISE}", step.begin, step.end, "limit")
    return value


@lru_cache(maxsize=4096)
def number_of(text: str, digits: int) -> Rational | None:
    """The value of a literal, or None where it has too many digits."""
    text = text.replace(",", "")
    mantissa, _, exponent = text.lower().partition("e")
    if len(mantissa) > digits or len(exponent) > 5 or abs(int(exponent or 0)) > digits:
        return None
    if text.isdigit():
        return int(text)
    from fractions import Fraction

    return whole(Fraction(text))


def unknown(step: Step, names: Mapping[str, Rational]) -> Fault:
    """A name without a value, and what may have been meant."""
    word = step.text
    if hint := spelled_out(word, names):
        return Fault(f"'{word}' is one word\nwrite '{hint}'", step.begin, step.end, "name")
    hint = did_you_mean(word, names) or f"a name is set above the line that uses it: {word} = 64"
    if word == "i":
        hint = "i counts in a repeat or a range: CONV2..4: 8*i 3x3"
    elif word in TENSOR:
        hint = f"{word} is a size of the tensor that comes in to a layer; here nothing has one"
    elif word[0].isdigit() and word[-1] in "KMG":
        hint = "a figure with K, M or G stands alone; in an expression write 61.1e6"
    elif word.replace("_", "").isdigit():
        hint = f"write {word.replace('_', '')}"
    elif word[0].isdigit():
        hint = "a number is written 64, 4,096, 0.5 or 1e-4"
    return Fault(f"'{word}' is not defined here\n{hint}", step.begin, step.end, "name")


def spelled_out(word: str, names: Container[str]) -> str:
    """`3xk` and `kx3` as they should be written: `3x(k)`, `(k)x3`; nothing for other words."""
    parts = word.replace("X", "x").split("x")
    if len(parts) < 2 or not all(part.isdigit() or part in names or len(part) == 1 for part in parts) or "" in parts:
        return ""
    return "x".join(part if part.isdigit() else f"({part})" for part in parts)


def whole(value: Rational) -> Rational:
    """An integer where the value is one, so that integer arithmetic stays integer arithmetic."""
    return value.numerator if value.denominator == 1 else value


def shown(value: Rational) -> str:
    """A number for people: 64, 7/2 = 3.5, and of a very long one only how large it is."""
    if value.denominator == 1 and -(10**20) < value < 10**20:
        return str(value)
    size = value.numerator.bit_length() - value.denominator.bit_length()
    if abs(size) > 500 or value.denominator == 1:
        return f"about {'-' * (value < 0)}10**{size * 301 // 1000}"
    plain = f"{value} = " if len(str(value)) < 12 else "about "
    return f"{plain}{float(value):.6g}"


def held(value: Result, step: Step, digits: int) -> Result:
    """The value, or a fault when it has too many digits."""
    if isinstance(value, tuple):
        return value
    if max(value.numerator.bit_length(), value.denominator.bit_length()) * 3 > digits * 10:
        return Fault(f"the result has more than {digits:,} digits\n{RAISE}", step.begin, step.end, "limit")
    return value


def apply(step: Step, values: Stack, digits: int) -> Result:
    """One operator or function on its values; a value that does not exist spreads unless it is not chosen."""
    if step.op in LAZY:
        return LAZY[step.op](step, values)
    if step.op == "call" and step.text in CHOOSE:
        return CHOOSE[step.text](step, values)
    good: list[Rational] = []
    for value in values:
        if isinstance(value, tuple):
            return value
        good.append(value)
    if step.op == "call":
        return call(step, good)
    if step.op == "**":
        return power(step, good[0], good[1], digits)
    if step.op in ("/", "//", "%") and not good[1]:
        return Fault("division by zero\nwrite a divisor that is not 0", step.begin, step.end)
    if step.op == "/":
        from fractions import Fraction

        return whole(Fraction(good[0]) / good[1])
    return whole(OPERATORS[step.op](*good))


def power(step: Step, base: Rational, exponent: Rational, digits: int) -> Result:
    """Base ** exponent, its size known before it is worked out."""
    if exponent.denominator != 1:
        return Fault(
            f"the exponent is {shown(exponent)}, and must be whole\nuse floor(...), ceil(...) or //",
            step.begin,
            step.end,
        )
    if not base and exponent < 0:
        return Fault("division by zero: 0 to a negative power\nwrite an exponent of 0 or more", step.begin, step.end)
    size = max(abs(base.numerator), base.denominator).bit_length()
    if size > 1 and max(exponent, -exponent) * (size - 1) * 3 > digits * 10:
        return Fault(f"the result has more than {digits:,} digits\n{RAISE}", step.begin, step.end, "limit")
    if exponent >= 0:
        return whole(base ** int(exponent))
    from fractions import Fraction

    return whole(Fraction(base) ** int(exponent))


def call(step: Step, values: list[Rational]) -> Result:
    """A function on its values, the number of them checked."""
    if step.text not in FUNCTIONS:
        known = sorted(CALLABLE)
        hint = did_you_mean(step.text, known) or f"the functions are {', '.join(known)}"
        return Fault(f"there is no function '{step.text}'\n{hint}", step.begin, step.end, "name")
    function, least, most = FUNCTIONS[step.text]
    if not least <= len(values) <= most:
        return miscounted(step, least if least == most else f"at least {least}", len(values))
    if step.text == "divisible" and values[1] <= 0:
        text = f"divisible(v, d) needs d above 0, and d is {shown(values[1])}\nwrite divisible(32*0.75, 8)"
        return Fault(text, step.begin, step.end)
    return whole(function(*values))


def miscounted(step: Step, wanted: int | str, given: int) -> Fault:
    """A function with too many or too few values."""
    values = "1 value" if wanted == 1 else f"{wanted} values"
    verb = f"{given} {'is' if given == 1 else 'are'} given"
    return Fault(f"{step.text}() takes {values}, {verb}\npart them with commas", step.begin, step.end)


def choose_if(step: Step, values: Stack) -> Result:
    """if(c, a, b): a where c is not 0, else b; the other need not exist."""
    if len(values) != 3:
        return miscounted(step, 3, len(values))
    return values[0] if isinstance(values[0], tuple) else values[1] if values[0] else values[2]


def choose_pick(step: Step, values: Stack) -> Result:
    """pick(i, a0, a1, ...): the i-th, counted from 0."""
    if len(values) < 2:
        return miscounted(step, "at least 2", len(values))
    if isinstance(values[0], tuple):
        return values[0]
    if values[0].denominator != 1 or not 0 <= values[0] < len(values) - 1:
        text = (
            f"pick() has {len(values) - 1} values to choose from, counted from 0, and its index is {shown(values[0])}"
        )
        return Fault(text + "\nadd values, or change the index", step.begin, step.end)
    return values[int(values[0]) + 1]


def lazy_and(step: Step, values: Stack) -> Result:
    """A and b, as 0 or 1; b need not exist where a is 0."""
    first, second = values
    if isinstance(first, tuple) or not first:
        return first
    return second if isinstance(second, tuple) else int(bool(second))


def lazy_or(step: Step, values: Stack) -> Result:
    """A or b, as 0 or 1; b need not exist where a is not 0."""
    first, second = values
    if isinstance(first, tuple):
        return first
    return 1 if first else second if isinstance(second, tuple) else int(bool(second))


def divisible(value: Rational, divisor: Rational) -> Rational:
    """MobileNet's rule (_make_divisible): the nearest multiple, one more if that is below 0.9 of the value."""
    nearest = max(divisor, (2 * value + divisor) // (2 * divisor) * divisor)
    return nearest + divisor * (10 * nearest < 9 * value)


LAZY: dict[str, Callable[[Step, Stack], Result]] = {"and": lazy_and, "or": lazy_or}
CHOOSE: dict[str, Callable[[Step, Stack], Result]] = {"if": choose_if, "pick": choose_pick}
OPERATORS: dict[str, Callable[..., Rational]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "//": operator.floordiv, "%": operator.mod,
    "unary -": operator.neg, "unary +": operator.pos, "unary not": lambda a: int(not a),
    "==": lambda a, b: int(a == b), "!=": lambda a, b: int(a != b), "<": lambda a, b: int(a < b),
    "<=": lambda a, b: int(a <= b), ">": lambda a, b: int(a > b), ">=": lambda a, b: int(a >= b),
}  # fmt: skip
MANY = 1 << 30
RAISE = "--limit digits=N raises it"
FUNCTIONS: dict[str, tuple[Callable[..., Rational], int, int]] = {
    "min": (lambda *v: min(v), 1, MANY), "max": (lambda *v: max(v), 1, MANY), "abs": (abs, 1, 1),
    "round": (round, 1, 1), "floor": (lambda v: v // 1, 1, 1), "ceil": (lambda v: -(-v // 1), 1, 1),
    "divisible": (divisible, 2, 2),
}  # fmt: skip
CALLABLE = frozenset((*FUNCTIONS, *CHOOSE))
"""The functions of the language."""
