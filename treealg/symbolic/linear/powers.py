"""How large an expression becomes when it is expanded: a bound that is asked before the work."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb
from typing import Any

from treealg.checks import brief
from treealg.errors import InvalidValueError

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
        power.exp.is_Integer and abs(power.exp) > _SMALL_EXPONENT and not power.base.is_Atom
        for power in _powers(value)
    ):
        terms, degree, _ = _size(value)
        if terms > _MOST_TERMS or (terms > 1 and terms * degree > _MOST):
            raise InvalidValueError(
                f"{brief(value)} has powers of sums that are beyond the bounds of {_MOST_TERMS:,} "
                f"for the number of terms, and of {_MOST:,} for that times their degree; "
                "substitute numbers first, or take lower powers"
            )


def _powers(value: Any) -> Iterator[Any]:
    """Iterate over the powers in an expression, each once or more often."""
    stack = [value]
    seen: set[int] = set()  # by identity, as there are few in many terms
    while stack:
        part = stack.pop()
        if part.is_Atom or id(part) in seen:
            continue
        if part.is_Pow:
            seen.add(id(part))
            yield part
        stack.extend(part.args)


def _size(part: Any) -> _Size:
    """Return bounds for the number of terms and the degree, and what the terms are powers of.

    Powers of a single variable are no work, and have no degree.
    """
    if part.is_Rational:
        return 1, 0, frozenset()
    if part.is_Add:
        sizes = [_size(each) for each in part.args]
        terms = sum(each for each, _, _ in sizes)
        degree = max(each for _, each, _ in sizes)
    elif part.is_Mul:
        sizes = [_size(each) for each in part.args]
        terms, degree = 1, 0
        for some, more, _ in sizes:
            terms, degree = min(terms * some, _MOST + 1), degree + more
    elif part.is_Pow and part.exp.is_Integer:
        terms, degree, variables = _size(part.base)
        sizes = [(terms, degree, variables)]
        exponent = abs(int(part.exp))
        if terms > 1:
            terms, degree = _choices(exponent, terms - 1), degree * exponent
    else:
        return 1, 1, frozenset((part,))
    variables = frozenset().union(*(each for _, _, each in sizes))
    return min(terms, _choices(degree, len(variables))), degree, variables


def _choices(total: int, kinds: int) -> int:
    """Return the number of monomials in some kinds of variables, up to a degree, or many."""
    if not min(total, kinds):
        return 1
    if max(total, kinds) > _MOST or min(total, kinds) > 30:
        return _MOST + 1
    return min(comb(total + kinds, kinds), _MOST + 1)
