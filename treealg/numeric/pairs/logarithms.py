"""Normalised kernels of pairs whose kernels are beyond floating point, by their logarithms.

The last level of the recursion is an exponential: its exponent, the integral of the level before,
is finite long after the value is not. Where exponents are infinite too, which from depth 2 on takes
paths of length 30 only, it is enough to know which of them is larger: a normalised kernel is then 0
to any precision, but for paths that agree to rounding. What is compared are iterated exponentials,
by how often and of what the exponential is taken.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.numeric.arguments.batches import parts
from treealg.numeric.arguments.duals import sum_dtype
from treealg.numeric.arguments.rows import Rows
from treealg.numeric.pairs.problem import Problem

__all__ = ["gradients_of_logarithms", "normalized_by_logarithms"]

Floats = npt.NDArray[np.floating]
Indices = npt.NDArray[np.int64]

_NUMBERS = 1 << 20
_CORNERS = [
    (slice(None), rows, columns)
    for rows in (slice(-1), slice(1, None))
    for columns in (slice(-1), slice(1, None))
]
_LARGEST = 700.0  # exponent, whose exponential is finite
_LARGEST_BITS = 400  # of points, whose products are finite by far
# Relative, of an exponent: what it sums up are exponentials, whose own exponents are rounded, and
# are up to 700; its terms may be several times their sum.
_ROUNDINGS = 4096


def normalized_by_logarithms(problem: Problem, first: Indices, second: Indices) -> Floats:
    """Return K(x, y) / sqrt(K(x, x) K(y, y)) of pairs.

    A path with itself gives 1 whatever its kernel is, and so do paths of equal increments where
    only these count. NaN where exponents are infinite and agree to rounding, though paths do not.
    """
    if problem.rows1.dtype.kind == "c":
        both: Floats = _with_tangents(problem, first, second)
        return both
    with np.errstate(all="ignore"):
        exponent = _exponent(problem, first, second)
        unknown = np.flatnonzero(np.isnan(exponent))
        if unknown.size:
            exponent[unknown] = _compared(problem, first[unknown], second[unknown])
        found: Floats = np.exp(exponent)
    if problem.rows1.item == problem.rows2.item:
        dtype = sum_dtype(problem.rows1.dtype)
        x, y = (p.astype(dtype) for p in (problem.paths1[first], problem.paths2[second]))
        if not problem.rbf:  # which sees more than increments
            x, y = np.diff(x, axis=1), np.diff(y, axis=1)
        found[((x == y) & np.isfinite(x)).all(axis=(1, 2))] = 1.0
    return found


def _exponent(problem: Problem, first: Indices, second: Indices) -> Floats:
    """Return the logarithm of what is normalised."""
    if problem.depth == 1 and not problem.rbf:
        # Of the steps x and y from end to end it is (x, y) - (x, x) / 2 - (y, y) / 2.
        x, y = (points[:, -1] - points[:, 0] for points in _points(problem, first, second))
        own: Floats = -problem.parameter / 2 * ((x - y) ** 2).sum(axis=1)
        return own
    of_first, of_second = problem.with_itself(0), problem.with_itself(1)
    norms = _logarithms(of_first, first, first) + _logarithms(of_second, second, second)
    found: Floats = _logarithms(problem, first, second) - norms / 2
    # Less than the rounding of exponents, where that is much, is no difference of theirs; and what
    # is above 0 by more than floats hold is rounding, as a kernel is at most the root of the norms.
    rounding = _ROUNDINGS * np.finfo(norms.real.dtype).eps * abs(norms.real)
    lost = (rounding > 0.5) & np.isfinite(rounding) & (abs(found.real) <= 4 * rounding)
    found[lost | (np.isfinite(norms.real) & (found.real > _LARGEST))] = np.nan
    return found


def _with_tangents(problem: Problem, first: Indices, second: Indices) -> Any:
    """Return the same over dual numbers; what is 0 or 1 to any precision has no tangent."""
    values = normalized_by_logarithms(_of_values(problem), first, second)
    with np.errstate(all="ignore"):
        tangents = values * _exponent(problem, first, second).imag
    tangents[(values == 0) | (values == 1)] = 0
    found = values.astype(np.complex128)
    found.imag = tangents
    return found


def _of_values(problem: Problem) -> Problem:
    """Return a problem of dual numbers without their tangents."""
    sides: dict[str, Any] = {}
    for place, rows in enumerate((problem.rows1, problem.rows2), 1):
        array = np.ascontiguousarray(np.real(rows.array))
        sides[f"rows{place}"] = own = Rows(array, rows.kind, 2, rows.name)
        sides[f"paths{place}"] = own.slab(0, own.count)
    return replace(problem, **sides)


def _of_wide_pairs(problem: Problem, first: Indices, second: Indices) -> Problem:
    """Return the problem of pairs alone, in numbers that hold what is beyond those of the paths."""
    sides: dict[str, Any] = {}
    indices = first, second
    for place, (rows, paths) in enumerate(
        ((problem.rows1, problem.paths1), (problem.rows2, problem.paths2))
    ):
        wide = paths[indices[place]].astype(sum_dtype(rows.dtype), copy=False)
        sides[f"rows{place + 1}"] = own = Rows(wide, rows.kind, 2, rows.name)
        sides[f"paths{place + 1}"] = own.slab(0, own.count)
    return replace(problem, **sides)


def _logarithms(problem: Problem, first: Indices, second: Indices) -> Floats:
    """Return the logarithms of the kernels of pairs."""
    found = np.zeros(len(first), sum_dtype(problem.rows1.dtype))
    if not problem.depth:
        return found
    (n1, _), (n2, _) = problem.point_shapes
    size = (n1 << problem.orders[0]) * (n2 << problem.orders[1])
    for part in parts(len(first), max(_NUMBERS // size, 1)):
        levels = [
            _LastLevel(problem, first[part], second[part], lower) for _, lower in problem.terms
        ]
        found[part] = _logarithm(problem, levels)[0]
    return found


def gradients_of_logarithms(
    problem: Problem, first: Indices, second: Indices, derivs: Floats
) -> tuple[Floats, Floats]:
    """Return the gradients of weighted logarithms of kernels, in the transformed paths of pairs."""
    dtype = sum_dtype(problem.rows1.dtype)
    one, two = (np.zeros((len(first), *shape), dtype) for shape in problem.point_shapes)
    (n1, _), (n2, _) = problem.point_shapes
    size = (n1 << problem.orders[0]) * (n2 << problem.orders[1])
    for part in parts(len(first) if problem.depth else 0, max(_NUMBERS // size, 1)):
        levels = [
            _LastLevel(problem, first[part], second[part], lower) for _, lower in problem.terms
        ]
        for level, share in zip(levels, _logarithm(problem, levels)[1], strict=True):
            gradients = level.gradients(share * derivs[part])
            one[part] += gradients[0]
            two[part] += gradients[1]
    return one, two


def _logarithm(problem: Problem, levels: list[_LastLevel]) -> tuple[Floats, Floats]:
    """Return logarithms of weighted sums of exponentials, and the shares of these in the sums."""
    exponents = np.array([level.exponents for level in levels])
    weights = np.array([weight for weight, _ in problem.terms])[:, None]
    largest = exponents.max(axis=0)
    numbers = weights * np.exp(exponents - largest)
    total = numbers.sum(axis=0)
    return largest + np.log(total), numbers / total


class _LastLevel:
    """The exponent of the last level: the integral of the level before, by the trapezoid rule.

    Parameters
    ----------
    problem : Problem
        The kernel, of depth 1 at least.
    first, second : ndarray of int64
        The pairs.
    lower : int
        By how much the grid is less refined.
    """

    def __init__(self, problem: Problem, first: Indices, second: Indices, lower: int) -> None:
        self._problem, self._pairs = problem, (first, second)
        self._orders = orders = (problem.orders[0] - lower, problem.orders[1] - lower)
        self._inner = replace(
            _of_wide_pairs(problem, first, second),
            depth=problem.depth - 1, grid=True, orders=orders, terms=((1.0, 0),),
        )  # fmt: skip
        self._every = np.arange(len(first))
        nodes = self._inner.values(self._every, self._every)
        self._means = np.sum([nodes[corner] for corner in _CORNERS], axis=0) / 4
        cells = _cells(problem, first, second) / 2.0 ** sum(orders)
        for axis, order in enumerate(orders):
            cells = np.repeat(cells, 1 << order, axis=axis + 1)
        self._increments = cells
        self.exponents: Floats = (self._means * cells).sum(axis=(1, 2))

    def gradients(self, derivs: Floats) -> list[Floats]:
        """Return the gradients of weighted exponents in the transformed paths."""
        count, rows, columns = self._means.shape
        each = derivs[:, None, None]
        (o1, o2), d_cells = self._orders, self._means * each
        d_cells = d_cells.reshape(count, rows >> o1, 1 << o1, columns >> o2, 1 << o2)
        found = _gradients_of_cells(
            self._problem, *self._pairs, d_cells.sum(axis=(2, 4)) / 2.0 ** (o1 + o2)
        )
        if self._inner.depth:
            d_nodes = np.zeros((count, rows + 1, columns + 1), self._means.dtype)
            for corner in _CORNERS:
                d_nodes[corner] += self._increments * each / 4
            inner = self._inner.gradients(self._every, self._every, d_nodes)
            for total, own in zip(found, inner, strict=True):
                total += own
        return found


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
    cells, factor = _small_cells(problem, first, second)
    cells = cells / 2.0 ** sum(problem.orders)
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
        if number > 0 and greatest + np.log(number) + factor > _LARGEST:
            return problem.depth - level, greatest + np.log(number) + factor
        # The factor may be infinite where what it multiplies is small.
        sizes = np.exp(greatest + np.log(abs(exponents[1:, 1:])) + factor)
        exponents[1:, 1:] = np.copysign(sizes, exponents[1:, 1:])
    return 0, exponents[-1, -1]


def _small_cells(problem: Problem, first: Indices, second: Indices) -> tuple[Floats, float]:
    """Return the increments of one pair divided by a factor, and the logarithm of that.

    Products of points that are floats need not be.
    """
    points = _points(problem, first, second)
    exponents = [0, 0]
    if not problem.rbf:
        for place, own in enumerate(points):
            exponents[place] = max(int(np.frexp(abs(own).max())[1]) - _LARGEST_BITS, 0)
            points[place] = np.ldexp(own, -exponents[place])
    cells: Floats = _increments(problem, *points)[0]
    return cells, float(sum(exponents) * np.log(2))


def _points(problem: Problem, first: Indices, second: Indices) -> list[Floats]:
    """Return the points of the transformed paths of pairs."""
    points: list[Floats] = []
    for paths, indices, shape in zip(
        (problem.paths1, problem.paths2), (first, second), problem.point_shapes, strict=True
    ):
        moved = np.empty((len(indices), *shape), sum_dtype(paths.dtype))
        problem.transform.write(paths[indices], moved)
        points.append(moved)
    return points


def _cells(problem: Problem, first: Indices, second: Indices) -> Floats:
    """Return the increments of the static kernel over the cells of the grid of points."""
    return _increments(problem, *_points(problem, first, second))


def _increments(problem: Problem, x: Floats, y: Floats) -> Floats:
    if not problem.rbf:
        steps: Floats = np.diff(x, axis=1) @ np.diff(y, axis=1).swapaxes(1, 2)
        return problem.parameter * steps
    return np.diff(np.diff(_gaussian(x, y, problem.parameter), axis=1), axis=2)


def _gaussian(x: Floats, y: Floats, parameter: float) -> Floats:
    squares = ((x[:, :, None] - y[:, None]) ** 2).sum(axis=-1)
    found: Floats = np.exp(-parameter * squares)
    return found


def _gradients_of_cells(
    problem: Problem, first: Indices, second: Indices, derivs: Floats
) -> list[Floats]:
    """Return the gradients in the points from derivatives in the cells."""
    x, y = _points(problem, first, second)
    if not problem.rbf:
        dx = problem.parameter * (derivs @ np.diff(y, axis=1))
        dy = problem.parameter * (derivs.swapaxes(1, 2) @ np.diff(x, axis=1))
        return [_adjoint_of_diff(dx, 1), _adjoint_of_diff(dy, 1)]
    d_static = _adjoint_of_diff(_adjoint_of_diff(derivs, 1), 2)
    weights = -2 * problem.parameter * d_static * _gaussian(x, y, problem.parameter)
    return [
        weights.sum(axis=2)[..., None] * x - weights @ y,
        weights.sum(axis=1)[..., None] * y - weights.swapaxes(1, 2) @ x,
    ]


def _adjoint_of_diff(derivs: Floats, axis: int) -> Floats:
    """Return derivatives in numbers from those in their differences along an axis."""
    wide = [(int(k == axis), int(k == axis)) for k in range(derivs.ndim)]
    found: Floats = -np.diff(np.pad(derivs, wide), axis=axis)
    return found
