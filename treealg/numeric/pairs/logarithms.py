"""Normalised kernels of pairs whose kernels are beyond floating point, by their logarithms.

The last level of the recursion is an exponential: its exponent, the integral of the level before,
is finite long after the value is not. Where exponents are infinite too, which from depth 2 on takes
paths of length 30 only, it is enough to know which of them is larger: a normalised kernel is then 0
to any precision, but for paths that agree to rounding. What is compared are iterated exponentials,
by how often and of what the exponential is taken.
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
_LARGEST = 700.0  # exponent, whose exponential is finite


def normalized_by_logarithms(problem: Problem, first: Indices, second: Indices) -> Floats:
    """Return K(x, y) / sqrt(K(x, x) K(y, y)) of pairs.

    A path with itself gives 1 whatever its kernel is. NaN where exponents are infinite and agree to
    rounding, though paths do not.
    """
    of_first, of_second = problem.with_itself(0), problem.with_itself(1)
    with np.errstate(all="ignore"):
        exponent = _logarithms(problem, first, second)
        exponent -= (
            _logarithms(of_first, first, first) + _logarithms(of_second, second, second)
        ) / 2
        unknown = np.flatnonzero(np.isnan(exponent))
        if unknown.size:
            exponent[unknown] = _compared(problem, first[unknown], second[unknown])
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


def _compared(problem: Problem, first: Indices, second: Indices) -> Floats:
    """Return minus infinity where the exponent of a pair is surely below those of both norms."""
    of_first, of_second = problem.with_itself(0), problem.with_itself(1)
    found = np.full(len(first), np.nan)
    for at in range(len(first)):
        pair = _tower(problem, first[at : at + 1], second[at : at + 1])
        norms = (
            _tower(of_first, first[at : at + 1], first[at : at + 1]),
            _tower(of_second, second[at : at + 1], second[at : at + 1]),
        )
        found[at] = _sign_of_difference(pair, *norms)
    return found


# (k, v) is the k-th iterated exponential of v, as long as that is beyond floating point.
Tower = tuple[int, float]


def _sign_of_difference(pair: Tower, first: Tower, second: Tower) -> float:
    largest = max(first, second)
    if np.isnan([pair[1], first[1], second[1]]).any() or not largest[0]:
        return np.nan
    mean = largest[1]
    if largest[0] == 1:
        # Of two that are exponentials of finite numbers, the mean is known.
        one, two = (v if k else -np.inf for k, v in (first, second))
        mean = float(np.logaddexp(one, two) - np.log(2))
    if pair[0] != largest[0]:
        return -np.inf if pair[0] < largest[0] else np.nan
    return -np.inf if pair[1] < mean - 1e-9 * max(1.0, abs(mean)) else np.nan


def _tower(problem: Problem, first: Indices, second: Indices) -> Tower:
    """Return the exponent of the kernel of one pair, on the finest grid.

    Beyond the first level that is infinite, each level is the exponential of the one before.
    """
    cells = _cells(problem, first, second)[0] / 2.0 ** sum(problem.orders)
    for axis, order in enumerate(problem.orders):
        cells = np.repeat(cells, 1 << order, axis=axis)
    exponents = np.zeros((cells.shape[0] + 1, cells.shape[1] + 1))
    for level in range(problem.depth):
        # All numbers are multiples of the exponential of the greatest exponent.
        greatest = exponents.max() if level else 0.0
        nodes = np.exp(exponents - greatest)
        means = (nodes[:-1, :-1] + nodes[1:, :-1] + nodes[:-1, 1:] + nodes[1:, 1:]) / 4
        exponents[1:, 1:] = (means * cells).cumsum(axis=0).cumsum(axis=1)
        last = level == problem.depth - 1
        number = exponents[-1, -1] if last else exponents.max()
        if number > 0 and greatest + np.log(number) > _LARGEST:
            return problem.depth - level, greatest + np.log(number)
        factor = np.exp(greatest)
        exponents[1:, 1:] = np.where(exponents[1:, 1:] == 0, 0.0, exponents[1:, 1:] * factor)
    return 0, exponents[-1, -1]


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
