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

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError

__all__ = ["MAX_POINTS", "count_points", "lattice_points"]

MAX_POINTS = 50_000
"""The most points that a proof may need."""


def count_points(weights: Sequence[int], bound: int, linear: Sequence[bool] | None = None) -> int:
    """Count the points that `lattice_points` lists, without listing them.

    Examples
    --------
    >>> count_points([1, 2], 2)
    4
    """
    marks = [False] * len(weights) if linear is None else linear
    # Points of each degree, without and with a linear variable.
    plain, marked = [1] + [0] * bound, [0] * (bound + 1)
    for weight, mark in zip(weights, marks, strict=True):
        if mark:
            marked = [
                count + (plain[degree - weight] if degree >= weight else 0)
                for degree, count in enumerate(marked)
            ]
            continue
        for degree in range(weight, bound + 1):
            plain[degree] += plain[degree - weight]
            marked[degree] += marked[degree - weight]
    return sum(plain) + sum(marked)


def lattice_points(
    weights: Sequence[int], bound: int, linear: Sequence[bool] | None = None
) -> npt.NDArray[np.int64]:
    """List the points that decide about polynomials of bounded weighted degree.

    Examples
    --------
    >>> lattice_points([1, 2], 2).tolist()
    [[0, 0], [1, 0], [2, 0], [0, 1]]
    """
    count = count_points(weights, bound, linear)
    if count > MAX_POINTS:
        raise InvalidValueError(
            f"a proof in {len(weights)} variables up to degree {bound} needs {count:,} points, "
            f"beyond the bound of {MAX_POINTS:,}; lower the dimension or the degree"
        )
    marks = [False] * len(weights) if linear is None else list(linear)
    points = np.zeros((count, len(weights)), dtype=np.int64)
    # What is not 0 of each point: variables with their values, the degree left, and whether a
    # linear variable is among them. A point is extended by variables behind its last one.
    pending: list[tuple[tuple[tuple[int, int], ...], int, bool]] = [((), bound, False)]
    for row in range(count):
        chosen, left, used = pending[row]
        for variable, value in chosen:
            points[row, variable] = value
        for variable in range(chosen[-1][0] + 1 if chosen else 0, len(weights)):
            weight, mark = weights[variable], marks[variable]
            most = min(left // weight, 1 - used if mark else left)
            for value in range(1, most + 1):
                extended = (*chosen, (variable, value))
                pending.append((extended, left - value * weight, used or mark))
    return points
