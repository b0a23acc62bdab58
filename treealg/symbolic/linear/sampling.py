"""Values of expressions at a few points: one that is not zero tells that the expression is not.

Where digits cancel, SymPy computes with more, up to a bound, and returns what is left beyond it:
noise, which it does not always mark as such. A value counts as one where two computations agree, of
different precision, in which noise has different sizes.

The bound of SymPy does not hold for the last of its attempts, which may take as many digits as the
sizes of the terms of a sum are apart. So each term of a sum has a bound of its own: where it is
asked for more, the sum seems to be zero.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from treealg.errors import TreeAlgError
from treealg.symbolic.trees.memo import remembered

__all__ = ["attempted", "differs", "points", "value_at"]

#: Decimal digits of the two computations, and those that these may have on the way.
_DIGITS = (15, 60), (25, 90)

#: Of integrals and sums, which take long.
_FEW_DIGITS = (10, 10), (15, 15)

#: Binary digits to which terms of sums are computed at most.
_MOST_BITS = 5_000

#: The precision of a number of SymPy of which no digit is known.
_NOISE = 1

#: Values agree if they differ by at most this part of them.
_AGREEMENT = 1e-6

#: Signs of the real and the imaginary part: of points off the axes, where functions have branches.
_QUADRANTS = (1, 1), (1, -1), (-1, 1), (-1, -1)


def attempted(step: Callable[[], Any]) -> Any:
    """Return what a step of SymPy returns, None if it raises, as it does of some functions.

    Examples
    --------
    >>> import sympy
    >>> attempted(lambda: sympy.floor(2.5)), attempted(lambda: sympy.Max(sympy.I, 1)) is None
    (2, True)
    """
    try:
        return step()
    except (TreeAlgError, MemoryError):
        raise
    except Exception:  # of any function of SymPy and mpmath, or one that a user wrote
        return None


def differs(value: Any, places: Iterable[dict[Any, Any]], *, roughly: bool = False) -> bool | None:
    """Tell whether an expression is certainly not zero at one of these points.

    False if it seems to be zero wherever it has a value, None if it has none at any of them. If
    `roughly`, fewer digits are computed, and small values are not seen.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> differs(sympy.sin(x) - x, points([x])), differs(sympy.erf(x) + sympy.erfc(x) - 1, [{x: 50}])
    (True, False)
    """
    known = None
    digits, more = _FEW_DIGITS if roughly else _DIGITS
    for place in places:
        first = value_at(value, place, *digits)
        if first is None:
            continue
        known = False
        if first and _agree(first, value_at(value, place, *more)):
            return True
    return known


def _agree(first: Any, second: Any) -> bool:
    if second is None:
        return False
    return bool(abs(first - second) <= _AGREEMENT * abs(second))


def value_at(value: Any, place: dict[Any, Any], digits: int, most: int) -> Any:
    """Return a finite value with so many digits as a number of mpmath, None if there is none.

    With up to `most` digits on the way; 0 where a sum cancels beyond all bounds.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> value_at(sympy.sqrt(x), {x: 4}, 15, 30), value_at(1 / x, {x: 0}, 15, 30)
    (mpf('2.0'), None)
    """
    from mpmath import mp

    def computed() -> Any:
        taken = value.subs(place) if place else value
        try:
            found = _with_bounds(taken, most).evalf(digits, maxn=most)
        except _CancelledError:
            return mp.mpf(0)
        real, imaginary = _coordinates(found)
        with mp.workdps(digits):
            sizes = [mp.mpf(part._to_mpmath(mp.prec)) for part in (real, imaginary)]
            number = mp.mpc(*sizes) if sizes[1] else sizes[0]
            return number if mp.isfinite(number) else None

    return attempted(computed)


class _CancelledError(Exception):
    """More digits are needed than there may be."""


def _with_bounds(value: Any, most: int) -> Any:
    """Return an expression the terms of whose sums refuse to be computed to too many digits."""
    from sympy import Function, Integer, Piecewise

    if not value.args or not (
        value.is_Add or value.is_Mul or value.is_Pow or isinstance(value, Function)
    ):
        return value
    if isinstance(value, Piecewise):
        return value
    args = [_with_bounds(part, most) for part in value.args]
    if value.is_Add:
        bounded = _bounded_term()
        args = [part if part.is_Number else bounded(part, Integer(most)) for part in args]
    elif args == list(value.args):
        return value
    return value.func(*args)


@remembered(1)
def _bounded_term() -> Any:
    """Return the class of terms with a bound, which is made when SymPy is there."""
    from mpmath.libmp import prec_to_dps
    from sympy import Expr

    class BoundedTerm(Expr):  # type: ignore[misc]
        """A number, and how many decimal digits there may be on the way to it."""

        is_commutative = True

        def _eval_evalf(self, prec: int) -> Any:
            if prec > _MOST_BITS:
                raise _CancelledError
            value, most = self.args
            return value.evalf(prec_to_dps(prec) + 2, maxn=int(most))

    return BoundedTerm


def _coordinates(found: Any) -> tuple[Any, ...]:
    """Return real and imaginary part of what was computed; an error if it is no number.

    Parts that SymPy marks as noise are 0.
    """
    from sympy import I, S

    real, imaginary = S.Zero, S.Zero
    for term in found.args if found.is_Add else (found,):
        if term.is_Number:
            real = term
        else:
            imaginary = term.coeff(I)
            if not imaginary.is_Number or not imaginary:
                raise ValueError("no number")
    return tuple(
        S.Zero if part.is_Float and part._prec == _NOISE else part for part in (real, imaginary)
    )


def points(symbols: Iterable[Any]) -> list[dict[Any, Any]]:
    """Return a few points whose coordinates are values that the symbols may take.

    Most are off the axes and in the unit circle, where series converge; some are real, and at some
    all symbols are the same integer.

    Examples
    --------
    >>> import sympy
    >>> points([sympy.Symbol("n", integer=True, negative=True)])[0]
    {n: -2}
    """
    ordered = sorted(symbols, key=lambda symbol: symbol.sort_key())
    columns = [_fitting(symbol, _candidates(number)) for number, symbol in enumerate(ordered)]
    if not all(columns):
        return []
    rows: Iterator[list[Any]] = (
        [column[number % len(column)] for column in columns]
        for number in range(max(map(len, columns), default=1))
    )
    found = [dict(zip(ordered, row, strict=True)) for row in rows]
    for integer in (1, 4) if len(ordered) > 1 else ():
        value = _integer(integer)
        if all(_fitting(symbol, [value]) for symbol in ordered):
            found.append(dict.fromkeys(ordered, value))
    return found


@remembered(32)
def _candidates(number: int) -> list[Any]:
    """Return what the symbol with this number may be, others for each."""
    from sympy import I, Rational

    rng = random.Random(number)

    def size() -> Any:
        return Rational(rng.randint(15, 65), 97)

    found = [x * size() + y * size() * I for x, y in _QUADRANTS]
    found += [2 * size() + I * (5 + size()), size(), -size(), I * size()]
    return [*found, _integer(2 + number), _integer(-2 - number), _integer(3 + number)]


def _integer(value: int) -> Any:
    from sympy import Integer

    return Integer(value)


def _fitting(symbol: Any, values: list[Any]) -> list[Any]:
    """Return those of some values that a symbol with its assumptions may take."""
    facts = [fact for fact in symbol.assumptions0.items() if fact[0] != "commutative"]
    return [
        value
        for value in values
        if all(getattr(value, f"is_{name}", None) in (None, fact) for name, fact in facts)
    ]
