"""Of what numbers with roots, or with cosines of parts of pi, are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import gcd
from typing import Any

from treealg.symbolic.linear.walks import ascending, opened

__all__ = ["coprime_base", "in_cosines", "is_power", "is_root", "is_unit", "parts_of", "turn_of"]


def in_cosines(value: Any) -> Any:
    """Return an expression with sines and cosines in the place of other functions of angles.

    Examples
    --------
    >>> from sympy import pi, tan
    >>> in_cosines(tan(pi / 7))
    cos(-5*pi/14)/cos(pi/7)
    """
    from sympy import S, cos, cot, csc, exp, sec, sqrt, tan

    rule = {part: part.rewrite(cos) for part in value.atoms(cot, csc, exp, sec, tan)}
    if value.has(S.GoldenRatio):
        rule[S.GoldenRatio] = (1 + sqrt(5)) / 2
    return value.xreplace(rule) if rule else value


def turn_of(part: Any) -> Any:
    """Return the fraction t for which an expression is the cosine of 2 pi t, None for any other.

    Examples
    --------
    >>> from sympy import cos, pi, sin
    >>> turn_of(cos(3 * pi / 7)), turn_of(sin(pi / 7)), turn_of(cos(1))
    (3/14, 5/28, None)
    """
    from sympy import Rational, cos, pi, sin

    if not isinstance(part, (cos, sin)):
        return None
    turn = part.args[0] / (2 * pi)
    if not turn.is_Rational:
        return None
    return turn if isinstance(part, cos) else Rational(1, 4) - turn


def is_unit(part: Any) -> bool:
    """Tell whether an expression is the imaginary unit.

    Examples
    --------
    >>> from sympy import I
    >>> is_unit(I), is_unit(2 * I)
    (True, False)
    """
    from sympy import I

    return part is I


def is_root(part: Any) -> bool:
    """Tell whether an expression is a root of a polynomial with integer coefficients, by its place.

    Examples
    --------
    >>> from sympy import CRootOf, Symbol
    >>> x = Symbol("x")
    >>> is_root(CRootOf(x**5 - x - 1, 0)), is_root(x)
    (True, False)
    """
    from sympy.polys.rootoftools import ComplexRootOf

    return isinstance(part, ComplexRootOf) and bool(part.poly.domain.is_ZZ)


def is_power(part: Any) -> bool:
    """Tell whether an expression is a power with a rational exponent.

    Examples
    --------
    >>> from sympy import Symbol, sqrt
    >>> is_power(sqrt(2)), is_power(2 ** Symbol("a"))
    (True, False)
    """
    return bool(part.is_Pow and part.exp.is_Rational)


def parts_of(values: Iterable[Any]) -> Iterator[Any]:
    """Iterate over the parts of expressions, each once, those that it is made of before it.

    Examples
    --------
    >>> from sympy import sqrt
    >>> list(parts_of([1 + sqrt(2)]))
    [2, sqrt(2), 1, 1 + sqrt(2)]
    """
    return ascending(values, _opened)


def _opened(part: Any) -> Iterable[Any]:
    return (part.base,) if is_power(part) else opened(part)


def coprime_base(numbers: Iterable[int]) -> list[int]:
    """Return coprime integers, greater than 1, of which positive integers are products.

    Examples
    --------
    >>> coprime_base([12, 18, 35])
    [2, 3, 35]
    """
    base: list[int] = []
    waiting = [number for number in numbers if number > 1]
    while waiting:
        number = waiting.pop()
        for place, other in enumerate(base):
            common = gcd(number, other)
            if common > 1:
                del base[place]
                parts = (common, number // common, other // common)
                waiting += [part for part in parts if part > 1]
                break
        else:
            base.append(number)
    return sorted(base)
