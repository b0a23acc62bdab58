"""Branched signature kernels of pairs of paths in readable NumPy, and their gradients.

A refined grid is an array (pairs, nodes of
the first path, nodes of the second).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["sig_kernel", "sig_kernel_backward"]

Array = npt.NDArray[Any]


def sig_kernel(
    path1: Array,
    path2: Array,
    first: Array,
    second: Array,
    out: Array,
    depth: int,
    order1: int,
    order2: int,
    rbf: bool,
    parameter: float,
    grid: bool,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
    spans1: Array | None = None,
    spans2: Array | None = None,
) -> None:
    """Write the branched signature kernel of each pair of paths to a row of `out`.

    Parameters
    ----------
    path1, path2 : ndarray of float32 or float64, shapes (count, length, channels)
        The paths.
    first, second : ndarray of int64, shape (pairs,)
        Paths of each pair.
    out : ndarray, shape (pairs, 1) or (pairs, nodes_1 * nodes_2)
        Receives the values.
    depth : int
        Levels of the recursion.
    order1, order2 : int
        Each segment is cut into ``2**order`` pieces.
    rbf : bool
        Gaussian static kernel ``exp(-parameter |x - y|**2)``, otherwise ``parameter <x, y>``.
    parameter : float
        See `rbf`.
    grid : bool
        Write the values at all nodes.
    time_aug, lead_lag : bool
        Transforms of the paths.
    end_time : float
        Last value of the time channel.
    n_threads : int
        Ignored here.
    spans1, spans2 : ndarray of int64, shape (count, 2), or None
        First point of each path, and how many there are, where that is not the whole of its row.
    """
    if spans1 is not None or spans2 is not None:
        rest: Any = (
            depth, order1, order2, rbf, parameter, grid, time_aug, lead_lag, end_time, n_threads,
        )  # fmt: skip
        zero = np.zeros(1, np.int64)
        for k, (i, j) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
            pair = _span(path1, i, spans1), _span(path2, j, spans2)
            sig_kernel(*pair, zero, zero, out[k : k + 1], *rest)
        return
    x, y = (_points(p, time_aug, lead_lag, end_time) for p in (path1, path2))
    cells = _cells(_static(x[first], y[second], rbf, parameter), order1, order2)
    last = _levels(cells, depth)[-1]
    out[...] = last.reshape(out.shape) if grid else last[:, -1, -1:]


def sig_kernel_backward(
    path1: Array,
    path2: Array,
    first: Array,
    second: Array,
    derivs: Array,
    grad1: Array,
    grad2: Array,
    depth: int,
    order1: int,
    order2: int,
    rbf: bool,
    parameter: float,
    grid: bool,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
    spans1: Array | None = None,
    spans2: Array | None = None,
) -> None:
    """Write the gradient of each pair's kernel in both transformed paths to rows of two arrays.

    Parameters
    ----------
    path1, path2, first, second
        As for `sig_kernel`.
    derivs : ndarray, shape (pairs, 1) or (pairs, nodes_1 * nodes_2)
        Derivatives with respect to what `sig_kernel` writes.
    grad1, grad2 : ndarray, shapes (pairs, length * channels)
        Receive the gradients in the points of the transformed paths; of spans as long as the
        longest, and what is beyond the end of a span, zero before, belongs to its last point.
    depth, order1, order2, rbf, parameter, grid, time_aug, lead_lag, end_time, n_threads
        As for `sig_kernel`.
    spans1, spans2 : ndarray of int64, shape (count, 2), or None
        As for `sig_kernel`.
    """
    if spans1 is not None or spans2 is not None:
        rest: Any = (
            depth, order1, order2, rbf, parameter, grid, time_aug, lead_lag, end_time, n_threads,
        )  # fmt: skip
        zero = np.zeros(1, np.int64)
        for k, (i, j) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
            pair = _span(path1, i, spans1), _span(path2, j, spans2)
            sizes = [_points(p[:1], time_aug, lead_lag, end_time).size for p in pair]
            targets = grad1[k : k + 1, : sizes[0]], grad2[k : k + 1, : sizes[1]]
            own = derivs[k : k + 1]
            sig_kernel_backward(*pair, zero, zero, own, *targets, *rest)
        return
    x, y = (_points(p, time_aug, lead_lag, end_time) for p in (path1, path2))
    x, y = x[first], y[second]
    static = _static(x, y, rbf, parameter)
    cells = _cells(static, order1, order2)
    levels = _levels(cells, depth)
    d_level = np.zeros_like(levels[-1])
    if grid:
        d_level[...] = derivs.reshape(d_level.shape)
    else:
        d_level[:, -1, -1] = derivs[:, 0]
    d_cells = np.zeros_like(cells)
    for m in range(depth, 0, -1):
        d_integral = (d_level * levels[m])[:, 1:, 1:]
        d_sums = d_integral[:, ::-1, ::-1].cumsum(1).cumsum(2)[:, ::-1, ::-1]
        d_cells += d_sums * _means(levels[m - 1])
        share = d_sums * cells / 4
        d_level = np.zeros_like(d_level)
        for rows in (slice(None, -1), slice(1, None)):
            for columns in (slice(None, -1), slice(1, None)):
                d_level[:, rows, columns] += share
    d_static = _static_of_cells(d_cells, static, order1, order2)
    if rbf:
        weight = -2 * parameter * d_static * static
        slopes = weight[..., None] * (x[:, :, None] - y[:, None])
        grad1[...] = slopes.sum(2).reshape(grad1.shape)
        grad2[...] = -slopes.sum(1).reshape(grad2.shape)
    else:
        grad1[...] = (parameter * d_static @ y).reshape(grad1.shape)
        grad2[...] = (parameter * d_static.swapaxes(1, 2) @ x).reshape(grad2.shape)


def _span(path: Array, i: int, spans: Array | None) -> Array:
    """Return one path as a batch."""
    if spans is None:
        return path[i : i + 1]
    first, points = spans[i].tolist()
    return path[i : i + 1, first : first + points]


def _points(path: Array, time_aug: bool, lead_lag: bool, end_time: float) -> Array:
    if lead_lag:
        twice = np.repeat(path, 2, axis=1)
        path = np.concatenate([twice[:, :-1], twice[:, 1:]], axis=2)
    if time_aug:
        time = np.linspace(0, end_time, path.shape[1], dtype=path.dtype)
        time = np.broadcast_to(time[:, None], (*path.shape[:2], 1))
        path = np.concatenate([path, time], axis=2)
    return path


def _static(x: Array, y: Array, rbf: bool, parameter: float) -> Array:
    """Return the static kernel at all pairs of points."""
    if not rbf:
        return np.asarray(parameter * (x @ y.swapaxes(1, 2)), x.dtype)
    squares = ((x[:, :, None] - y[:, None]) ** 2).sum(-1)
    return np.asarray(np.exp(-parameter * squares), x.dtype)


def _cells(static: Array, order1: int, order2: int) -> Array:
    """Return the increments over the refined cells."""
    cells = np.diff(np.diff(static, axis=1), axis=2) / 2 ** (order1 + order2)
    return np.repeat(np.repeat(cells, 2**order1, axis=1), 2**order2, axis=2)


def _static_of_cells(d_cells: Array, static: Array, order1: int, order2: int) -> Array:
    """Apply the transpose of `_cells`."""
    pairs, n1, n2 = static.shape
    shape = pairs, n1 - 1, 2**order1, n2 - 1, 2**order2
    d_cells = d_cells.reshape(shape).sum((2, 4)) / 2 ** (order1 + order2)
    result = np.zeros_like(static)
    result[:, 1:, 1:] += d_cells
    result[:, :-1, :-1] += d_cells
    result[:, 1:, :-1] -= d_cells
    result[:, :-1, 1:] -= d_cells
    return result


def _means(level: Array) -> Array:
    return np.asarray(
        (level[:, :-1, :-1] + level[:, 1:, :-1] + level[:, :-1, 1:] + level[:, 1:, 1:]) / 4
    )


def _levels(cells: Array, depth: int) -> list[Array]:
    """Return K_0, ..., K_depth at all nodes."""
    pairs, n1, n2 = cells.shape
    levels = [np.ones((pairs, n1 + 1, n2 + 1), cells.dtype)]
    for _ in range(depth):
        integral = np.zeros_like(levels[0])
        with np.errstate(over="ignore", invalid="ignore"):
            means = _means(levels[-1])
            terms = np.multiply(cells, means, out=np.zeros_like(cells), where=cells != 0)
            integral[:, 1:, 1:] = terms.cumsum(1).cumsum(2)
            levels.append(np.exp(integral))
    return levels
