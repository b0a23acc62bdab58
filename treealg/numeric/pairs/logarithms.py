"""Normalised kernels of pairs whose kernels are beyond floating point, by their logarithms.

The last level of the recursion is an exponential: its exponent, the integral of the level before,
is finite long after the value is not.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from treealg.numeric.arguments.batches import parts
from treealg.numeric.pairs.problem import Problem

__all__ = ["normalized_by_logarithms"]

Floats = npt.NDArray[np.floating]
Indices = npt.NDArray[np.int64]

_NUMBERS = 1 << 20


def normalized_by_logarithms(problem: Problem, first: Indices, second: Indices) -> Floats:
    """Return K(x, y) / sqrt(K(x, x) K(y, y)) of pairs; NaN where exponents are infinite too.

    A path with itself gives 1 whatever its kernel is.
    """
    of_first, of_second = problem.with_itself(0), problem.with_itself(1)
    with np.errstate(over="ignore", invalid="ignore"):
        exponent = _logarithms(problem, first, second)
        exponent -= (
            _logarithms(of_first, first, first) + _logarithms(of_second, second, second)
        ) / 2
        found: Floats = np.exp(exponent)
    if problem.rows1.item == problem.rows2.item:
        same = problem.paths1[first] == problem.paths2[second]
        same &= np.isfinite(problem.paths1[first])
        found[same.all(axis=(1, 2))] = 1.0
    return found


def _logarithms(problem: Problem, first: Indices, second: Indices) -> Floats:
    """Return the logarithms of the kernels of pairs."""
    found = np.zeros(len(first))
    if not problem.depth:
        return found
    (n1, _), (n2, _) = problem.point_shapes
    size = (n1 << problem.orders[0]) * (n2 << problem.orders[1])
    for part in parts(len(first), max(_NUMBERS // size, 1)):
        exponents = np.array(
            [_exponents(problem, first[part], second[part], lower) for _, lower in problem.terms]
        )
        weights = np.array([weight for weight, _ in problem.terms])[:, None]
        largest = exponents.max(axis=0)
        found[part] = largest + np.log((weights * np.exp(exponents - largest)).sum(axis=0))
    return found


def _exponents(problem: Problem, first: Indices, second: Indices, lower: int) -> Floats:
    """Return the integrals of the last level but one, by the trapezoid rule."""
    orders = (problem.orders[0] - lower, problem.orders[1] - lower)
    inner = replace(problem, depth=problem.depth - 1, grid=True, orders=orders, terms=((1.0, 0),))
    nodes = inner.values(first, second).astype(np.float64)
    means = (nodes[:, :-1, :-1] + nodes[:, 1:, :-1] + nodes[:, :-1, 1:] + nodes[:, 1:, 1:]) / 4
    cells = _cells(problem, first, second) / 2.0 ** sum(orders)
    for axis, order in enumerate(orders):
        cells = np.repeat(cells, 1 << order, axis=axis + 1)
    total: Floats = (means * cells).sum(axis=(1, 2))
    return total


def _cells(problem: Problem, first: Indices, second: Indices) -> Floats:
    """Return the increments of the static kernel over the cells of the grid of points."""
    points = []
    for paths, indices, shape in zip(
        (problem.paths1, problem.paths2), (first, second), problem.point_shapes, strict=True
    ):
        moved = np.empty((len(indices), *shape))
        problem.transform.write(paths[indices], moved)
        points.append(moved)
    x, y = points
    if not problem.rbf:
        steps: Floats = np.diff(x, axis=1) @ np.diff(y, axis=1).swapaxes(1, 2)
        return problem.parameter * steps
    squares = ((x[:, :, None] - y[:, None]) ** 2).sum(axis=-1)
    static = np.exp(-problem.parameter * squares)
    return np.diff(np.diff(static, axis=1), axis=2)
