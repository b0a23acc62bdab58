"""The nodes in time that carry a logarithm or an exponential in a graded Hopf algebra.

With ``Y_t = exp_*(t L)`` every coefficient of order n is a polynomial of degree n in t without
constant term, and its time derivative is a polynomial of degree n - 1. A few values of it
determine the integral over [0, 1], which the top order needs, and over [0, t_i], which the lower
orders need.

Nodes and weights are computed in fixed point, as integers in units of 2**-384, and rounded once.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.checks import check_integer
from treealg.errors import InvalidValueError
from treealg.tables.frozen import freeze, same_numbers

__all__ = ["MAX_DEGREE", "Quadrature", "nodes"]

MAX_DEGREE = 64
"""No basis of a larger degree fits in memory, but for words of one letter."""

_BITS = 384
_ONE = 1 << _BITS


class Quadrature(NamedTuple):
    """Nodes and weights on [0, 1]; all arrays are float64 and read-only.

    Attributes
    ----------
    t : numpy.ndarray
        Shape ``(nodes,)``: the nodes in increasing order, the last one is 1, 0 is left out.
    w : numpy.ndarray
        Shape ``(nodes,)``: ``sum_i w[i] f(t[i])`` is the integral of f over [0, 1].
    A : numpy.ndarray
        Shape ``(nodes, nodes)``: ``sum_j A[i, j] f(t[j])`` is the integral of f over [0, t[i]].
    """

    t: npt.NDArray[np.float64]
    w: npt.NDArray[np.float64]
    A: npt.NDArray[np.float64]

    # As tuples are compared, arrays would be asked for one truth value.

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quadrature):
            return NotImplemented
        return same_numbers(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((Quadrature, self.t.tobytes()))


def nodes(degree: int) -> Quadrature:
    """Return the quadrature that solves a logarithm or an exponential up to `degree`.

    For f polynomial with f(0) = 0, `w` is exact up to degree ``degree - 1`` and `A` up to degree
    ``degree - 2``. Degree 1 needs no node; degree 2 has the node 1; degree 3 the two Radau nodes
    1/3 and 1; degree N >= 4 the N - 1 Gauss--Lobatto nodes without 0, where f vanishes.

    Parameters
    ----------
    degree : int
        Between 0 and `MAX_DEGREE`.

    Returns
    -------
    Quadrature
        The named tuple ``(t, w, A)`` of correctly rounded, read-only float64 arrays.

    Raises
    ------
    InvalidTypeError
        If `degree` is no integer.
    InvalidValueError
        If `degree` is negative or above `MAX_DEGREE`.

    References
    ----------
    E. Hairer, S. P. Norsett and G. Wanner (1993), "Solving Ordinary Differential Equations I",
    section II.7; G. Wanner and E. Hairer (1996), part II, section IV.5 (Radau IIA, Lobatto IIIA).

    Examples
    --------
    >>> nodes(4).t.tolist()
    [0.5, 1.0]
    >>> nodes(3).w.tolist()
    [0.75, 0.25]
    >>> nodes(3).A[1].tolist()
    [0.75, 0.25]
    """
    degree = check_integer("degree", degree, 0)
    if degree > MAX_DEGREE:
        raise InvalidValueError(
            f"degree must be at most {MAX_DEGREE} for logarithms, exponentials and products, whose "
            f"nodes in time are made up to there, got {degree}; in more than one channel no larger "
            f"basis fits in memory"
        )
    return _nodes(degree)


@cache
def _nodes(degree: int) -> Quadrature:
    if degree < 2:
        return Quadrature(freeze(np.zeros(0)), freeze(np.zeros(0)), freeze(np.zeros((0, 0))))
    interpolation = [_ONE // 3, _ONE] if degree == 3 else _lobatto(degree - 1)
    # The value at 0 is 0, so that its cardinal polynomial contributes nothing.
    times = [time for time in interpolation if time]
    cardinal = [_cardinal(interpolation, time) for time in times]
    # Division of Python integers rounds correctly.
    matrix = [[_integral(poly, time) / _ONE for poly in cardinal] for time in times]
    weights = np.array(matrix)
    nodes_ = np.array([time / _ONE for time in times])
    return Quadrature(freeze(nodes_), freeze(weights[-1].copy()), freeze(weights))


def _times(left: int, right: int) -> int:
    return left * right >> _BITS


def _over(left: int, right: int) -> int:
    return (left << _BITS) // right


def _lobatto(points: int) -> list[int]:
    """Return the Gauss--Lobatto nodes on [0, 1] with an error far below float64.

    They are -1, 1 and the roots of P'_{points-1}, moved from [-1, 1]; one point alone is 1 with
    the 0 that always belongs to it.
    """
    order = max(points - 1, 1)
    found = []
    for index in range(1, order):
        root = int(float(-np.cos(np.pi * index / order)) * 2**53) << (_BITS - 53)
        step = _ONE
        # Newton's iteration doubles the number of right digits each time.
        while abs(step) >> (_BITS // 4):
            slope, curvature = _legendre_slopes(order, root)
            step = _over(slope, curvature)
            root -= step
        found.append((root + _ONE) >> 1)
    return [0, *found, _ONE]


def _legendre_slopes(order: int, x: int) -> tuple[int, int]:
    """Evaluate the first two derivatives of the Legendre polynomial inside (-1, 1)."""
    before, value = _ONE, x
    for n in range(1, order):
        before, value = value, ((2 * n + 1) * _times(x, value) - n * before) // (n + 1)
    gap = _ONE - _times(x, x)
    slope = _over(order * (before - _times(x, value)), gap)
    curvature = _over(2 * _times(x, slope) - order * (order + 1) * value, gap)
    return slope, curvature


def _cardinal(points: list[int], own: int) -> list[int]:
    """Return the coefficients of the polynomial that is 1 at one point and 0 at the others."""
    poly = [_ONE]
    for point in points:
        if point != own:
            pairs = zip([0, *poly], [*poly, 0], strict=True)
            poly = [_over(high - _times(point, low), own - point) for high, low in pairs]
    return poly


def _integral(poly: list[int], end: int) -> int:
    """Integrate a polynomial from 0 to `end`."""
    total = 0
    for power in range(len(poly), 0, -1):
        total = _times(total + poly[power - 1] // power, end)
    return total
