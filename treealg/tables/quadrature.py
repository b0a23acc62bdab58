"""The nodes in time that carry a logarithm or an exponential in a graded Hopf algebra.

With ``Y_t = exp_*(t L)`` every coefficient of order n is a polynomial of degree n in t without
constant term, and its time derivative is a polynomial of degree n - 1. A few values of it
determine the integral over [0, 1], which the top order needs, and over [0, t_i], which the lower
orders need.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError
from treealg.tables.frozen import freeze
from treealg.tables.sizes import as_integer

__all__ = ["MAX_DEGREE", "Quadrature", "nodes"]

MAX_DEGREE = 64
"""No basis of a larger degree fits in memory, whatever its dimension and kind."""

_BITS = 384


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
    degree = as_integer(degree, "degree", 0)
    if degree > MAX_DEGREE:
        raise InvalidValueError(
            f"degree must be at most {MAX_DEGREE}, got {degree}: no larger basis fits in memory"
        )
    return _nodes(degree)


@lru_cache(maxsize=None)
def _nodes(degree: int) -> Quadrature:
    if degree < 2:
        empty = np.zeros((0, 0))
        return Quadrature(freeze(empty[0:0].reshape(0)), freeze(empty.reshape(0)), freeze(empty))
    if degree == 3:
        interpolation = [Fraction(1, 3), Fraction(1)]
    else:
        interpolation = _lobatto(degree - 1)
    cardinal = [_cardinal(interpolation, j) for j in range(len(interpolation))]
    first = 1 if interpolation[0] == 0 else 0
    times = interpolation[first:]
    matrix = [[_integral(poly, time) for poly in cardinal[first:]] for time in times]
    exact = np.array([[float(entry) for entry in row] for row in matrix])
    return Quadrature(
        freeze(np.array([float(time) for time in times])), freeze(exact[-1].copy()), freeze(exact)
    )


def _lobatto(points: int) -> list[Fraction]:
    """Return the Gauss--Lobatto nodes on [0, 1] with an error far below float64.

    They are -1, 1 and the roots of P'_{points-1}, moved from [-1, 1]; one point alone is 1 with
    the 0 that always belongs to it.
    """
    if points < 2:
        return [Fraction(0), Fraction(1)]
    order = points - 1
    found = []
    for index in range(1, points - 1):
        root = Fraction(float(-np.cos(np.pi * index / order)))
        for _ in range(60):
            slope, curvature = _legendre_slopes(order, root)
            step = slope / curvature
            root = _rounded(root - step)
            if abs(step) < Fraction(1, 1 << 100):
                break
        found.append((root + 1) / 2)
    return [Fraction(0), *found, Fraction(1)]


def _rounded(value: Fraction) -> Fraction:
    """Round to a multiple of 2**-384, to keep numerators short."""
    return Fraction(round(value * (1 << _BITS)), 1 << _BITS)


def _legendre_slopes(order: int, x: Fraction) -> tuple[Fraction, Fraction]:
    """Evaluate the first two derivatives of the Legendre polynomial inside (-1, 1)."""
    before, value = Fraction(1), x
    for n in range(1, order):
        before, value = value, _rounded(((2 * n + 1) * x * value - n * before) / (n + 1))
    slope = order * (before - x * value) / (1 - x * x)
    curvature = (2 * x * slope - order * (order + 1) * value) / (1 - x * x)
    return slope, curvature


def _cardinal(points: list[Fraction], index: int) -> list[Fraction]:
    """Return the coefficients of the polynomial that is 1 at one point and 0 at the others."""
    poly = [Fraction(1)]
    for j, point in enumerate(points):
        if j != index:
            scale = _rounded(1 / (points[index] - point))
            shifted = [Fraction(0), *poly]
            poly = [
                _rounded((high - point * low) * scale)
                for high, low in zip(shifted, [*poly, Fraction(0)], strict=True)
            ]
    return poly


def _integral(poly: list[Fraction], end: Fraction) -> Fraction:
    """Integrate a polynomial from 0 to `end`."""
    total = Fraction(0)
    for power in range(len(poly), 0, -1):
        total = _rounded((total + poly[power - 1] / power) * end)
    return total
