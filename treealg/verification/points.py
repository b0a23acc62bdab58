r"""Points that decide whether two polynomials are equal.

For a set E of exponents that with each exponent contains all smaller ones, a polynomial with
monomials in E that vanishes at the points of E itself is zero: interpolation on lower sets is
unisolvent. So two maps whose weighted degrees are bounded by N agree everywhere if they agree at
the integer points :math:`\alpha \ge 0` with :math:`\sum_i w_i \alpha_i \le N`.

References
----------
N. Dyn and M. S. Floater (2014), "Multivariate polynomial interpolation on lower sets", J. Approx.
Theory 177.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from treealg.errors import InvalidValueError

__all__ = ["MAX_POINTS", "Degree", "lattice_points"]

MAX_POINTS = 20_000
"""The most points that a proof may need."""


def lattice_points(
    weights: Sequence[int], bound: int, linear: Sequence[bool] | None = None
) -> list[tuple[int, ...]]:
    """List the points that decide about polynomials of bounded weighted degree.

    Parameters
    ----------
    weights : sequence of int
        The weight of each variable, at least 1.
    bound : int
        The largest weighted degree.
    linear : sequence of bool, optional
        Variables in which the polynomials are of total degree 1 at most.

    Returns
    -------
    list of tuple of int
        The points, in lexicographic order of their construction.

    Raises
    ------
    InvalidValueError
        If there are more than `MAX_POINTS`.

    Examples
    --------
    >>> lattice_points([1, 2], 2)
    [(0, 0), (0, 1), (1, 0), (2, 0)]
    """
    marks = [False] * len(weights) if linear is None else linear
    # Partial points: chosen exponents, degree left, whether a linear variable was used.
    partial: list[tuple[tuple[int, ...], int, bool]] = [((), bound, False)]
    for weight, mark in zip(weights, marks, strict=True):
        extended = []
        for point, left, used in partial:
            most = left // weight
            if mark:
                most = min(most, 0 if used else 1)
            extended += [
                ((*point, value), left - value * weight, used or (mark and value > 0))
                for value in range(most + 1)
            ]
        if len(extended) > MAX_POINTS:
            raise InvalidValueError(
                f"a proof in {len(weights)} variables up to degree {bound} needs more than "
                f"{MAX_POINTS:,} points; lower the dimension or the degree"
            )
        partial = extended
    return [point for point, _, _ in partial]


class Degree:
    """A bound of the degree of a polynomial: sums take the maximum, products the sum.

    Parameters
    ----------
    value : int
        The degree; -1 for the constant 0.

    Raises
    ------
    None
        Nothing is checked.

    Examples
    --------
    >>> (Degree(2) * Degree(1) + 5).value
    3
    """

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value

    def __add__(self, other: Any) -> Degree:
        return Degree(max(self.value, _degree(other)))

    __radd__ = __sub__ = __rsub__ = __add__

    def __mul__(self, other: Any) -> Degree:
        right = _degree(other)
        return Degree(-1 if self.value < 0 or right < 0 else self.value + right)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Degree:
        return self

    def __neg__(self) -> Degree:
        return self


def _degree(value: Any) -> int:
    if isinstance(value, Degree):
        return value.value
    return 0 if value else -1
