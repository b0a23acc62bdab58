"""Stability functions of methods with stages, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from treealg.symbolic.bseries.coefficients import product_sum
from treealg.symbolic.bseries.methods_base import Matrix
from treealg.symbolic.linear.coefficients import expression
from treealg.symbolic.linear.fields import Arithmetic, arithmetic_of, is_expression

__all__ = ["stability_quotient"]


def stability_quotient(matrix: Matrix, weights: Sequence[Any], z: Any) -> Any:
    r"""Return :math:`1 + z b^T (I - z A)^{-1} \mathbb 1` as a quotient of polynomials.

    Parameters
    ----------
    matrix : tuple of tuples
        The matrix A.
    weights : sequence
        The weights b.
    z : SymPy symbol or None
        The variable; None for the symbol z.

    Returns
    -------
    SymPy expression
        A cancelled quotient.
    """
    import sympy

    z = sympy.Symbol("z") if z is None else expression("z", z)
    if all(entry == 0 for i, row in enumerate(matrix) for entry in row[i:]):
        return _stability_polynomial(matrix, weights, z)
    entries = [*weights, *(entry for row in matrix for entry in row)]
    arithmetic = arithmetic_of([*entries, z])
    if arithmetic.is_rational:
        return _quotient_of_rational(matrix, weights, z, arithmetic)
    arithmetic = arithmetic_of(entries)
    if not (arithmetic.is_plain or arithmetic.is_rational):
        return _quotient_of_radicals(matrix, weights, z, arithmetic)
    a = sympy.Matrix([[expression("a", entry) for entry in row] for row in matrix])
    b = sympy.Matrix([[expression("b", entry) for entry in weights]])
    # det(I - zM) is the characteristic polynomial of M read backwards; the numerator is that of
    # A - 1 b^T, by the formula for a change of rank one.
    above, below = (
        sum(value * z**k for k, value in enumerate(matrix.charpoly().all_coeffs()))
        for matrix in (a - sympy.ones(a.rows, 1) * b, a)
    )
    # Cancellation is over the field of the coefficients, so that square roots are seen through.
    above, below = sympy.expand(above), sympy.expand(below)
    return sympy.cancel(above / below, extension=True) if below != 1 else above


def _quotient_of_rational(
    matrix: Matrix, weights: Sequence[Any], z: Any, arithmetic: Arithmetic
) -> Any:
    """Return det(I - z(A - 1 b^T)) / det(I - zA), of rational functions of symbols."""
    z = arithmetic.enter(z)
    rows, changed = _entered(matrix, weights, arithmetic)
    above, below = (
        sum(value * z**power for power, value in enumerate(_reversed_characteristic(each)))
        for each in (changed, rows)
    )
    return expression("a quotient", arithmetic.leave(above / below))


def _stability_polynomial(matrix: Matrix, weights: Sequence[Any], z: Any) -> Any:
    """Return the sum of z**(k + 1) b A**k 1, which ends as A is strictly triangular."""
    total: Any = expression("1", 1)
    powers: list[Any] = [1] * len(weights)
    for k in range(len(weights)):
        total += expression("a coefficient", product_sum(weights, powers)) * z ** (k + 1)
        powers = [product_sum(row, powers) for row in matrix]
    return total.expand()


def _quotient_of_radicals(
    matrix: Matrix, weights: Sequence[Any], z: Any, arithmetic: Arithmetic
) -> Any:
    """Return det(I - z(A - 1 b^T)) / det(I - zA), of numbers with roots."""
    import sympy

    rows, changed = _entered(matrix, weights, arithmetic)
    above, below = _reversed_characteristic(changed), _reversed_characteristic(rows)
    common = _common_divisor(above, below)
    above, below = (
        [arithmetic.leave(value) for value in _divided(each, common)[0]] for each in (above, below)
    )
    upper, lower = (
        sum(expression("a coefficient", value) * z**power for power, value in enumerate(each))
        for each in (above, below)
    )
    if any(map(is_expression, above + below)):
        return upper / lower
    return sympy.cancel(upper / lower)


def _entered(
    matrix: Matrix, weights: Sequence[Any], arithmetic: Arithmetic
) -> tuple[list[list[Any]], list[list[Any]]]:
    """Return A and A - 1 b^T in a field."""
    rows = [list(map(arithmetic.enter, row)) for row in matrix]
    changes = list(map(arithmetic.enter, weights))
    return rows, [[a - b for a, b in zip(row, changes, strict=True)] for row in rows]


def _reversed_characteristic(matrix: Sequence[Sequence[Any]]) -> list[Any]:
    """Return the coefficients of det(I - zA), by the recursion of Faddeev and Leverrier."""
    stages = range(len(matrix))
    coefficients: list[Any] = [1]
    power: list[list[Any]] = [[0 for _ in stages] for _ in stages]
    for k in range(1, len(matrix) + 1):
        for i in stages:
            power[i][i] = power[i][i] + coefficients[-1]
        power = [
            [product_sum(row, [power[j][column] for j in stages]) for column in stages]
            for row in matrix
        ]
        coefficients.append(sum(power[i][i] for i in stages) * Fraction(-1, k))
    return coefficients


def _common_divisor(first: list[Any], second: list[Any]) -> list[Any]:
    """Return the greatest common divisor of polynomials, both 1 at 0, as one that is 1 there."""
    first, second = _stripped(first), _stripped(second)
    while second:
        first, second = second, _stripped(_divided(first, second)[1])
    return [value / first[0] for value in first]


def _divided(first: list[Any], second: list[Any]) -> tuple[list[Any], list[Any]]:
    """Return quotient and remainder of polynomials; the last coefficient of `second` is not 0."""
    left, quotient = list(first), []
    for power in range(len(first) - len(second), -1, -1):
        factor = left[power + len(second) - 1] / (Fraction(1) * second[-1])
        quotient.append(factor)
        for place, value in enumerate(second, power):
            left[place] = left[place] - factor * value
    return _stripped(quotient[::-1]), left[: len(second) - 1]


def _stripped(polynomial: list[Any]) -> list[Any]:
    """Return a polynomial without leading coefficients of 0."""
    while polynomial and polynomial[-1] == 0:
        polynomial = polynomial[:-1]
    return polynomial
