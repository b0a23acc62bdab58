"""Polynomials of SymPy's rings as expressions, in less time than SymPy takes for that."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cmp_to_key
from math import lcm
from operator import itemgetter
from typing import Any

__all__ = ["monomials_of", "written"]

_Monomial = tuple[int, ...]


def monomials_of(
    value: Any, places: Mapping[Any, int]
) -> tuple[dict[_Monomial, int], int, list[Any]]:
    """Return an expression as integers times monomials over an integer, and the other summands.

    Examples
    --------
    >>> from sympy.abc import a, b
    >>> monomials_of(a**2 / 2 - 3 * a * b + 1 / b, {a: 0, b: 1})[0]
    {(2, 0): 1, (1, 1): -6}
    """
    none = [0] * len(places)
    found: list[tuple[_Monomial, int, int]] = []
    rest = []
    powers: dict[int, tuple[int, int]] = {}  # by identity, as there are few in many terms
    for term in value.args if value.is_Add else (value,):
        exponents = none.copy()
        upper, lower = 1, 1
        for part in term.args if term.is_Mul else (term,):
            power = powers.get(id(part))
            if power is not None:
                exponents[power[0]] += power[1]
            elif part.is_Rational:
                upper, lower = upper * int(part.p), lower * int(part.q)
            elif (power := _power(part, places)) is not None:
                powers[id(part)] = power
                exponents[power[0]] += power[1]
            else:
                rest.append(term)
                break
        else:
            found.append((tuple(exponents), upper, lower))
    number = lcm(*(lower for _, _, lower in found))
    terms: dict[_Monomial, int] = {}
    for monomial, upper, lower in found:
        terms[monomial] = terms.get(monomial, 0) + upper * (number // lower)
    return {monomial: factor for monomial, factor in terms.items() if factor}, number, rest


def _power(part: Any, places: Mapping[Any, int]) -> tuple[int, int] | None:
    """Return the place and the exponent of a power of a variable, None for anything else."""
    if part.is_Symbol:
        return places[part], 1
    if part.is_Pow and part.base.is_Symbol and part.exp.is_positive:
        return places[part.base], int(part.exp)
    return None


def written(polynomial: Any) -> Any:
    """Return a polynomial with integer coefficients as the expression that ``as_expr`` returns.

    SymPy sorts and gathers the factors of each term, and then the terms, by comparing expressions.
    Here the powers of variables that occur are sorted so, once, and terms by the places of these.

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
    factors = [power for power, _, _ in powers]
    # Of classes, that of products is compared with others.
    product = Mul._from_args([Integer(2), *symbols[:1]], True) if symbols else None
    groups = [0 if key(power) < key(product) else 2 for power in factors]
    constant: list[Any] = []
    terms: list[tuple[Any, Any]] = []
    for monomial, coefficient in polynomial.items():
        places = sorted([rank[pair] for pair in enumerate(monomial) if pair[1]])
        number = int(coefficient)
        if not places:
            constant.append(Integer(number))
        elif number == 1 and len(places) == 1:
            terms.append(((groups[places[0]], *places), factors[places[0]]))
        elif number == 1:
            each = [factors[place] for place in places]
            terms.append(((1, len(each), (2, 0), *places), Mul._from_args(each, True)))
        else:
            # Numbers come before symbols, and among them -1, which has a class of its own.
            first = (0, 0) if number == -1 else (1, number)
            each = [Integer(number), *(factors[place] for place in places)]
            terms.append(((1, len(each), first, *places), Mul._from_args(each, True)))
    terms.sort(key=itemgetter(0))
    return Add._from_args([*constant, *(term for _, term in terms)], True)
