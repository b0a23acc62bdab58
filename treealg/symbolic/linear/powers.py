"""How large an expression becomes when it is expanded: a bound that is asked before the work."""

from __future__ import annotations

from math import comb
from typing import Any

from treealg.checks import brief
from treealg.errors import InvalidValueError
from treealg.symbolic.linear.walks import ascending, opened, parts

__all__ = ["check_expansion"]

#: Terms, of which SymPy writes some thousand in a second, and terms times degree, which is what
#: coefficients have digits.
_MOST_TERMS, _MOST = 5_000, 2_000_000

#: Exponents up to which nobody counts.
_SMALL_EXPONENT = 5

_Size = tuple[int, int, frozenset[Any]]


def check_expansion(value: Any) -> None:
    """Refuse an expression whose expansion, or form as a quotient of polynomials, is a giant.

    Examples
    --------
    >>> import sympy
    >>> a = sympy.Symbol("a")
    >>> check_expansion((a + 1) ** 100 * a ** (10**20))
    """
    if any(
        part.is_Pow
        and part.exp.is_Integer
        and abs(part.exp) > _SMALL_EXPONENT
        and not part.base.is_Atom
        for part in parts(value)
    ):
        terms, degree, _ = _size(value)
        if terms > _MOST_TERMS or (terms > 1 and terms * degree > _MOST):
            first = "substitute numbers" if value.free_symbols else "give its value as a float"
            raise InvalidValueError(
                f"{brief(value)} has powers of sums that are beyond the bounds of {_MOST_TERMS:,} "
                f"for the number of terms, and of {_MOST:,} for that times their degree; "
                f"{first} first, or take lower powers"
            )


def _size(value: Any) -> _Size:
    """Return bounds for the number of terms and the degree, and what the terms are powers of.

    Powers of a single variable are no work, and have no degree.
    """
    sizes: dict[Any, _Size] = {}
    for part in ascending([value], opened):
        sizes[part] = _combined(part, [sizes[each] for each in opened(part)])
    return sizes[value]


def _combined(part: Any, sizes: list[_Size]) -> _Size:
    """Return the size of an expression, from those of what it is made of."""
    if not sizes:
        return (1, 0, frozenset()) if part.is_Rational else (1, 1, frozenset((part,)))
    if part.is_Add:
        terms = sum(each for each, _, _ in sizes)
        degree = max(each for _, each, _ in sizes)
    elif part.is_Mul:
        terms, degree = 1, 0
        for some, more, _ in sizes:
            terms, degree = min(terms * some, _MOST + 1), degree + more
    else:
        ((terms, degree, _),) = sizes
        exponent = abs(int(part.exp))
        if terms > 1:
            terms, degree = _choices(exponent, terms - 1), degree * exponent
    variables = frozenset().union(*(each for _, _, each in sizes))
    return min(terms, _choices(degree, len(variables))), degree, variables


def _choices(total: int, kinds: int) -> int:
    """Return the number of monomials in some kinds of variables, up to a degree, or many."""
    if not min(total, kinds):
        return 1
    if max(total, kinds) > _MOST or min(total, kinds) > 30:
        return _MOST + 1
    return min(comb(total + kinds, kinds), _MOST + 1)
