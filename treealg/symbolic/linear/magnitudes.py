"""Sizes of coefficients, and whether a difference of floats is larger than rounding explains.

Of an expression with symbols, its size at a point counts, with no signs to cancel: that of a sum is
the sum of the sizes of its summands, and a quotient is as much larger than its value as what it is
divided by is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from math import inf, isfinite, nan, prod
from typing import Any

from treealg.symbolic.linear.fields import is_expression
from treealg.symbolic.linear.sampling import points, value_at
from treealg.symbolic.linear.walks import ascending

__all__ = ["Summands", "is_beyond", "is_beyond_rounding", "magnitude"]

#: What returns the sizes of what a difference is made of, when it is given a function that measures
#: a coefficient.
Summands = Callable[..., Iterable[float]]

#: What a float may be off that is rounded, to single precision and a few times: this part of it.
_ROUNDING = 2.0**-20

#: At so many points, expressions are looked at.
_POINTS = 4

#: Digits of values of functions.
_DIGITS = 15


def is_beyond_rounding(difference: Any, summands: Summands) -> bool:
    """Tell whether a difference is larger than the rounding of what it is the sum of.

    The summands are those of the conditions that are decided, of which signs do not matter. With
    symbols, it is larger if it is at one of a few points.

    Examples
    --------
    >>> from sympy import Symbol
    >>> a = Symbol("a")
    >>> parts = lambda *values: lambda size: map(size, values)
    >>> is_beyond_rounding(1e-3, parts(0.1, 0.101)), is_beyond_rounding(1e-9, parts(1, 1))
    (True, False)
    >>> is_beyond_rounding(0.3 * a - 0.5, parts(0.3 * a, 0.5))
    True
    """
    sizes = list(summands(size=magnitude))
    if all(map(isfinite, sizes)) and isfinite(own := magnitude(difference)):
        return own > _ROUNDING * sum(sizes)
    symbols: set[Any] = set()

    def note(value: Any) -> float:
        symbols.update(value.free_symbols if is_expression(value) else ())
        return 0.0

    note(difference)
    list(summands(size=note))
    return any(_is_beyond_at(place, difference, summands) for place in points(symbols)[:_POINTS])


def _is_beyond_at(place: Mapping[Any, Any], difference: Any, summands: Summands) -> bool:
    try:
        value, own = _measured(difference, place)
        total = own + sum(summands(size=partial(magnitude, place=place)))
    except (ArithmeticError, TypeError, ValueError):  # where there is no value, or beyond floats
        return False
    return isfinite(total) and abs(value) > _ROUNDING * total


def is_beyond(difference: Any, bound: float) -> bool:
    """Tell whether an expression with symbols is certainly larger than a bound at a few points.

    Examples
    --------
    >>> from sympy import Symbol, sin
    >>> a = Symbol("a")
    >>> is_beyond(sin(a) - 0.5, 1e-3), is_beyond(sin(a) ** 2 + sin(a + 1e-9) ** 2, 10)
    (True, False)
    """

    def is_beyond_at(place: Mapping[Any, Any]) -> bool:
        try:
            value, size = _measured(difference, place)
        except (ArithmeticError, TypeError, ValueError):
            return False
        return isfinite(size) and abs(value) > max(bound, _ROUNDING * size)

    return any(map(is_beyond_at, points(difference.free_symbols)[:_POINTS]))


def magnitude(value: Any, place: Mapping[Any, Any] | None = None) -> float:
    """Return the absolute value of a number as a float, NaN for what has symbols.

    Infinity beyond floats.

    At a point, the size of what has symbols: at least its absolute value.

    Examples
    --------
    >>> from fractions import Fraction
    >>> magnitude(Fraction(-1, 2)), magnitude(3 + 4j)
    (0.5, 5.0)
    >>> from sympy import Symbol
    >>> a = Symbol("a")
    >>> magnitude(a - 0.5, {a: 2})
    2.5
    """
    if not is_expression(value):
        try:
            return float(abs(value))
        except OverflowError:
            return inf
    if value.is_number:
        return abs(complex(value))
    return nan if place is None else _measured(value, place)[1]


def _measured(value: Any, place: Mapping[Any, Any]) -> tuple[complex, float]:
    """Return the value of a coefficient at a point, and its size there."""
    if not is_expression(value):
        return complex(value), float(abs(value))
    known: dict[Any, tuple[complex, float]] = {}
    for part in ascending([value]):
        if part not in known:
            known[part] = _combined(part, [known[each] for each in part.args], place)
    return known[value]


def _combined(
    part: Any, parts: list[tuple[complex, float]], place: Mapping[Any, Any]
) -> tuple[complex, float]:
    """Return value and size of an expression, from those of what it is made of."""
    values, sizes = [value for value, _ in parts], [size for _, size in parts]
    if part.is_Add:
        return sum(values), sum(sizes)
    if part.is_Mul:
        return prod(values), prod(sizes)
    if part.is_Pow and part.exp.is_Integer:
        exponent = int(part.exp)
        value = values[0] ** exponent
        growth = sizes[0] / abs(values[0]) if values[0] else 1.0
        return value, abs(value) * growth ** abs(exponent) if value else sizes[0] ** exponent
    if part.is_number and not parts:
        return complex(part), abs(complex(part))
    if part in place:
        return complex(place[part]), abs(complex(place[part]))
    found = value_at(part, dict(place), _DIGITS, _DIGITS)
    if found is None:
        raise ValueError("no value")
    # Of a function, as of an exponential, arguments that are off count for more.
    return complex(found), (1 + abs(complex(found))) * (1 + sum(sizes))
