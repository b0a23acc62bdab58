"""Polynomials of SymPy's rings as expressions, in less time than SymPy takes for that."""

from __future__ import annotations

from functools import cmp_to_key
from typing import Any

__all__ = ["written"]


def written(polynomial: Any) -> Any:
    """Return a polynomial with integer coefficients as the expression that ``as_expr`` returns.

    SymPy sorts and gathers the factors of each term anew. Here the powers of variables that occur
    are sorted once, in SymPy's order.

    Examples
    --------
    >>> import sympy
    >>> _, a, b = sympy.ring("a, b", sympy.ZZ)
    >>> written(2 * a * b**2 - 1)
    2*a*b**2 - 1
    """
    from sympy import Add, Basic, Integer, Mul, Pow

    symbols = polynomial.ring.symbols
    found = {
        (place, exponent)
        for monomial in polynomial
        for place, exponent in enumerate(monomial)
        if exponent
    }
    powers = [(Pow(symbols[place], exponent), place, exponent) for place, exponent in found]
    key = cmp_to_key(Basic.compare)
    powers.sort(key=lambda entry: key(entry[0]))
    rank = {(place, exponent): number for number, (_, place, exponent) in enumerate(powers)}
    terms = []
    for monomial, coefficient in polynomial.terms():
        places = sorted(rank[place, power] for place, power in enumerate(monomial) if power)
        factors = [powers[place][0] for place in places]
        if coefficient != 1 or not factors:
            factors.insert(0, Integer(int(coefficient)))
        terms.append(factors[0] if len(factors) == 1 else Mul(*factors, evaluate=False))
    return Add(*terms)
