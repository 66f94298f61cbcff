"""Whole numbers that grow with a size: the whole part of (a*k + b)/m for k = 0, 1, 2, ..., exact for every k at once.

A layer's arithmetic uses only `+ - * // %` and comparisons (`cnncalc.geometry`), so that it runs on these as it does on
plain numbers, and says of all k what it says of each. Where the answer is not the same for every k, `Parting` is
raised, and says into what parts the k fall for which it is.

Sums with whole numbers, and whole parts of whole parts, are of that form: floor((floor(x/m) + c)/s) =
floor((x + m*c)/(m*s)) for whole numbers (Graham, Knuth & Patashnik 1994, "Concrete Mathematics", equation 3.11). What
is not, as a multiple of a whole part, is linear on each residue of k mod m: until somebody compares it, it is `Vague`.
A comparison turns round where a*k + b passes a number, once; equality holds on a stretch of k.
"""

from __future__ import annotations

from math import gcd, lcm


class Parting(Exception):
    """The k part: into residues by `into`, or where it is 0 into those below `at` and those from it on."""

    def __init__(self, into: int = 0, at: int = 0) -> None:
        super().__init__(into, at)
        self.into, self.at = into, at


class Unsettled(int):
    """A number that need not be the same for every k: sums and comparisons, which may part the k.

    As a plain number it means nothing.
    """

    def __add__(self, other: int, /) -> int:
        return added(self, other)

    __radd__ = __add__

    def __rsub__(self, other: int, /) -> int:
        return added(-self, other)

    def __lt__(self, other: int, /) -> bool:
        return negative(self - other)

    def __gt__(self, other: int, /) -> bool:
        return negative(other - self)

    def __le__(self, other: int, /) -> bool:
        return not negative(other - self)

    def __ge__(self, other: int, /) -> bool:
        return not negative(self - other)

    def __eq__(self, other: object, /) -> bool:
        return isinstance(other, int) and zero(self - other)

    def __ne__(self, other: object, /) -> bool:
        return not self == other

    def __bool__(self) -> bool:
        return not zero(self)

    def __hash__(self) -> int:
        raise TypeError("a number that is not the same for every k is no key")


class Growing(Unsettled):
    """floor((a*k + b)/m) for k from 0 to `most` (None: without end); m does not divide a, or is 1, and a is not 0."""

    a: int
    b: int
    m: int
    most: int | None

    def __sub__(self, other: int, /) -> int:
        return less(self, other)

    def __neg__(self) -> int:
        return number(-self.a, self.m - 1 - self.b, self.m, self.most)

    def __mul__(self, other: int, /) -> int:
        return times(self, other)

    __rmul__ = __mul__

    def __floordiv__(self, other: int, /) -> int:
        return divided(self, other)

    def __rfloordiv__(self, other: int, /) -> int:
        return divided(other, self)

    def __mod__(self, other: int, /) -> int:
        return self - divided(self, other) * other

    def __rmod__(self, other: int, /) -> int:
        return other - divided(other, self) * self

    def __int__(self) -> int:
        raise TypeError("a number that grows is many")

    def __repr__(self) -> str:
        linear = f"{'' if self.a == 1 else self.a}k" + (
            f" {'+' if self.b > 0 else '-'} {abs(self.b)}" if self.b else ""
        )
        return linear if self.m == 1 else f"floor(({linear})/{self.m})"


class Vague(Unsettled):
    """A number that is linear in k only on each residue of k mod `into`; whoever must know it has the k parted.

    Where `d` is not 0 it lies between (a*k + low)/d and (a*k + high)/d, which often is all that a comparison asks.
    """

    into: int
    a: int
    low: int
    high: int
    d: int
    most: int | None

    def __sub__(self, other: int, /) -> int:
        return added(self, -other)

    def __neg__(self) -> Vague:
        return vague(self.into, (-self.a, -self.high, -self.low, self.d), self.most)

    def with_(self, other: int, /) -> int:
        """A product, quotient or rest with another number, of which no more is known."""
        return vague(lcm(self.into, parts(other)[2]))

    __mul__ = __rmul__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = with_

    def __int__(self) -> int:
        raise Parting(into=self.into)

    def __repr__(self) -> str:
        return f"(by k mod {self.into})"


def number(a: int, b: int, m: int, most: int | None) -> int:
    """floor((a*k + b)/m) in lowest terms; a plain number where it is the same for every k."""
    if a == 0 or most == 0:
        return b // m
    common = gcd(a, m)
    grown = int.__new__(Growing, 0)
    grown.a, grown.b, grown.m, grown.most = a // common, b // common, m // common, most
    return grown


def vague(into: int, between: tuple[int, int, int, int] = (0, 0, 0, 0), most: int | None = None) -> Vague:
    """A number that has to be asked for on each residue of k mod `into`, and what it lies between."""
    unknown = int.__new__(Vague, 0)
    unknown.into, unknown.most = into, most
    unknown.a, unknown.low, unknown.high, unknown.d = between
    return unknown


def bounds(of: int) -> tuple[int, int, int, int]:
    """The a, low, high and d of what a number lies between."""
    if isinstance(of, Vague):
        return of.a, of.low, of.high, of.d
    a, b, m, _ = parts(of)
    return a, b - m + 1, b, m


def parts(of: int) -> tuple[int, int, int, int | None]:
    """The a, b, m and last k of a number."""
    if isinstance(of, Vague):
        return 0, 0, of.into, of.most
    return (of.a, of.b, of.m, of.most) if isinstance(of, Growing) else (0, of, 1, None)


def told(of: int) -> int:
    """A number, once it is told."""
    if isinstance(of, Vague):
        raise Parting(into=of.into)
    return of


def linear(of: int) -> int:
    """A number that is linear in k, once it is."""
    if parts(of)[2] > 1:
        raise Parting(into=parts(of)[2])
    return of


def added(x: int, y: int) -> int:
    """The sum: of two whole parts no single one, but it lies between two lines."""
    (a, b, m, most), (c, d, n, last) = parts(x), parts(y)
    end = last if most is None else most
    if not (isinstance(x, Vague) or isinstance(y, Vague) or (m > 1 and n > 1)):
        return number(a * n + c * m, b * n + d * m, m * n, end)
    (a, low, high, m), (c, least, most_, n) = bounds(x), bounds(y)
    between = (a * n + c * m, low * n + least * m, high * n + most_ * m, m * n)
    return vague(lcm(parts(x)[2], parts(y)[2]), between, end)


def less(x: int, y: int) -> int:
    """The difference: of two whole parts that differ by a linear number it is that."""
    (a, b, m, most), (c, d, n, last) = parts(x), parts(y)
    if isinstance(y, Growing) and m == n > 1 and (a - c) % m == (b - d) % m == 0:
        return number((a - c) // m, (b - d) // m, 1, last if most is None else most)
    return added(x, -y)


def times(x: Growing, y: int) -> int:
    """The product, with a y that does not grow."""
    if isinstance(y, Growing):
        raise TypeError("the product of two extents that grow is not linear")
    if isinstance(y, Vague):
        return vague(lcm(x.m, y.into))
    if x.m == 1:
        return number(x.a * y, x.b * y, 1, x.most)
    if y in (0, 1, -1):
        return 0 if y == 0 else x if y > 0 else -x
    low, high = sorted((y * (x.b - x.m + 1), y * x.b))
    return vague(x.m, (y * x.a, low, high, x.m), x.most)


def negative(of: int) -> bool:
    """Whether a number is below 0, for every k or for none; raises Parting at the first k where it turns round."""
    if isinstance(of, Vague):
        return between(of)
    a, b, _, most = parts(of)
    begins = b < 0
    if a == 0 or (a > 0) != begins or (most is not None and (a * most + b < 0) == begins):
        return begins
    raise Parting(at=-(b // a) if a > 0 else b // -a + 1)


def between(of: Vague) -> bool:
    """Whether a number is below 0 by what it lies between; raises Parting where that does not say.

    It is a whole number, so that it is not below 0 where it is more than -1.
    """
    a, low, high, d = bounds(of)
    if d and below(a, high, of.most):
        return True
    if d and below(-a, -low - d, of.most):
        return False
    raise Parting(into=of.into)


def below(a: int, b: int, most: int | None) -> bool:
    """Whether a*k + b < 0 for every k."""
    return b < 0 and (a <= 0 or (most is not None and a * most + b < 0))


def zero(of: int) -> bool:
    """Whether a number is 0, for every k or for none; raises Parting where that begins or ends.

    It is where 0 <= a*k + b < m; for a below 0 the same is said of -a*k + m - 1 - b.
    """
    if isinstance(of, Vague):
        return not between(of) and not between(-of)
    a, b, m, most = parts(of)
    if a == 0:
        return b == 0
    a, b = (a, b) if a > 0 else (-a, m - 1 - b)
    begin, end = max(0, -(b // a)), -((b - m) // a)
    if begin >= (end if most is None else min(end, most + 1)):
        return False
    if begin == 0 and most is not None and end > most:
        return True
    raise Parting(at=begin or end)


def divided(x: int, y: int) -> int:
    """The whole part of x/y for a positive y."""
    (a, b, m, most), (c, d, n, last) = parts(told(x)), parts(told(y))
    if not negative(-y):
        raise ZeroDivisionError("division by an extent that is not positive")
    if c:
        return stepped((a, b), (c, d), last if most is None else most) if m * n == 1 else vague(lcm(m, n))
    return number(a, b, m * d, most)


def stepped(x: tuple[int, int], y: tuple[int, int], most: int | None) -> int:
    """The whole part of (a*k + b)/(c*k + d), if it is the same for every k; raises Parting where it first differs.

    The quotient minus a/c is (b*c - a*d)/(c*(c*k + d)), of one sign and ever smaller: towards a/c it goes one way.
    """
    (a, b), (c, d) = x, y
    first, ahead = b // d, b * c - a * d
    end = (a * most + b) // (c * most + d) if most is not None else (a - (ahead < 0)) // c if a % c == 0 else a // c
    if first == end:
        return first
    if end > first:
        raise Parting(at=-(((first + 1) * d - b) // -(a - (first + 1) * c)))
    raise Parting(at=(b - first * d) // (first * c - a) + 1)


def put_in(of: int, step: int, begin: int, most: int | None) -> int:
    """A number at k = step*j + begin, for j from 0 to `most`."""
    a, b, m, _ = parts(told(of))
    return number(a * step, a * begin + b, m, most)
