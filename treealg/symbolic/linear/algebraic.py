"""Whether an algebraic number is zero: exactly, by how small it can be if it is not.

The conjugates of an algebraic integer multiply to an integer, so that one whose D conjugates are at
most u is 0 or at least 1 / u^(D - 1). Such bounds follow an expression from its numbers up (C.
Burnikel, S. Funke, K. Mehlhorn, S. Schirra and S. Schmitt, "A separation bound for real algebraic
expressions", Algorithmica 55 (2009)): each part is a quotient of algebraic integers, with bounds
for the conjugates of both. Beside them goes a disk that holds the value, of a precision that is
doubled until the disk excludes 0 or lies within the bound.
"""

from __future__ import annotations

from math import lcm, log2
from typing import Any, NamedTuple

from treealg.checks import brief
from treealg.errors import InvalidValueError
from treealg.symbolic.linear.disks import (
    FEW_DIGITS,
    MOST_DIGITS,
    Disks,
    NotAlgebraicError,
    TooFewDigitsError,
)
from treealg.symbolic.linear.number_parts import (
    coprime_base,
    in_cosines,
    is_root,
    is_unit,
    turn_of,
)
from treealg.symbolic.linear.root_sums import is_zero_sum_of_roots
from treealg.symbolic.trees.meter import spend

__all__ = ["is_zero_algebraic"]

#: Binary digits to which what cannot be decided is looked at: it may well not be zero.
_TRIED = 4096


def is_zero_algebraic(value: Any) -> bool | None:
    """Tell whether a number is zero that is written with roots, or with cosines of parts of pi.

    None for an expression that is no such number, or has no value. What would take more than
    50,000 binary digits is refused.

    Examples
    --------
    >>> from sympy import cos, pi, sqrt
    >>> is_zero_algebraic(sqrt(3 + 2 * sqrt(2)) - 1 - sqrt(2)), is_zero_algebraic(pi)
    (True, None)
    >>> is_zero_algebraic(2 * sum(cos(k * pi / 97) for k in range(1, 97, 2)) - 1)
    True
    """
    value = in_cosines(value)
    known = is_zero_sum_of_roots(value)
    if known is not None:
        return known
    try:
        return _Number().is_zero(value)
    except NotAlgebraicError:
        return None
    except _BeyondBoundsError:
        raise InvalidValueError(
            f"cannot decide whether {brief(value)} is zero: of a number with these roots, this "
            f"takes more than {MOST_DIGITS:,} binary digits; simplify it first, or give floats "
            "and a tolerance"
        ) from None


class _BeyondBoundsError(Exception):
    """More digits are needed than there may be."""


class _Bounds(NamedTuple):
    """Logarithms to base 2 of bounds: for the conjugates of a numerator and of a denominator."""

    upper: float
    lower: float


class _Number:
    """What is known of the parts of an expression."""

    def __init__(self) -> None:
        self._degrees: dict[Any, int] = {}
        self._radicands: dict[int, int] = {}
        self._turns = 1
        self._bounds: dict[Any, _Bounds] = {}

    def is_zero(self, value: Any) -> bool:
        """Tell whether the expression, or a part of it, is zero."""
        upper, lower = self._of(value)
        # A little more, as logarithms are rounded.
        needed = ((self._degree() - 1) * upper + lower) * (1 + 1e-6) + 1
        digits, most = FEW_DIGITS, 2 * MOST_DIGITS if needed <= MOST_DIGITS else _TRIED
        while digits <= most:
            try:
                disk = Disks(digits, self.is_zero).of(value)
            except TooFewDigitsError:
                pass
            else:
                if not disk.holds_zero:
                    return False
                if disk.is_within(needed):
                    return True
            near = int(needed) + FEW_DIGITS
            digits = near if digits < near < 4 * digits else 2 * digits
        raise _BeyondBoundsError

    def _degree(self) -> int:
        """Return a bound for the degree of the field that has all parts met so far."""
        degree = 1 if self._turns < 3 else _totient(self._turns) // 2
        # Roots of integers are products of those of coprime ones.
        base = coprime_base(self._radicands)
        roots = [
            lcm(*(each for number, each in self._radicands.items() if number % divisor == 0))
            for divisor in base
        ]
        for each in (*self._degrees.values(), *roots):
            degree *= each
        return degree

    def _of(self, part: Any) -> _Bounds:
        known = self._bounds.get(part)
        if known is None:
            spend(4)
            known = self._bounds[part] = self._found(part)
        return known

    def _found(self, part: Any) -> _Bounds:
        if part.is_Rational:
            return _Bounds(_log2(abs(int(part.p))), _log2(int(part.q)))
        if part.is_Add:
            return self._of_sum(part)
        if part.is_Mul:
            factors = list(map(self._of, part.args))
            return _Bounds(sum(x.upper for x in factors), sum(x.lower for x in factors))
        if part.is_Pow and part.exp.is_Rational:
            return self._of_power(part)
        if is_unit(part):
            self._degrees[part] = 2
            return _Bounds(0.0, 0.0)
        if is_root(part):
            # Roots of a polynomial, times its first coefficient, are algebraic integers.
            first, *others = map(abs, part.poly.all_coeffs())
            self._degrees[part] = len(others)
            return _Bounds(_log2(int(first + max(others))), _log2(int(first)))
        turn = turn_of(part)
        if turn is None:
            raise NotAlgebraicError
        # Twice a cosine is an algebraic integer, in the real part of a field of roots of 1.
        self._turns = lcm(self._turns, int(turn.q))
        return _Bounds(1.0, 1.0)

    def _of_sum(self, part: Any) -> _Bounds:
        terms = [term.as_coeff_Mul(rational=True) for term in part.args]
        common = lcm(*(int(factor.q) for factor, _ in terms))
        upper, lower = float("-inf"), 0.0
        for factor, rest in terms:
            more, less = self._of(rest)
            more += _log2(abs(int(factor.p)) * (common // int(factor.q)))
            high, low = sorted((upper + less, more + lower), reverse=True)
            upper = high + log2(1 + 2.0 ** max(low - high, -1000))
            lower += less
        return _Bounds(upper, lower + _log2(common))

    def _of_power(self, part: Any) -> _Bounds:
        upper, lower = self._of(part.base)
        degree, exponent = int(part.exp.q), int(part.exp.p)
        if degree > 1:
            # The root of u/l is that of u l^(degree - 1), over l, and that of u is over the root of
            # u^(degree - 1) l.
            if part.base.is_Rational and part.base.is_positive:
                for number in (int(part.base.p), int(part.base.q)):
                    self._radicands[number] = lcm(self._radicands.get(number, 1), degree)
            else:
                self._degrees[part.base, degree] = degree
            if upper >= lower:
                upper = (upper + (degree - 1) * lower) / degree
            else:
                lower = ((degree - 1) * upper + lower) / degree
        if exponent < 0:
            upper, lower = lower, upper
        return _Bounds(upper * abs(exponent), lower * abs(exponent))


def _totient(number: int) -> int:
    from sympy import totient

    return int(totient(number))


def _log2(number: int) -> float:
    """Return a bound for the logarithm of an integer; that of 1 for 0."""
    return float(max(number - 1, 0).bit_length())
