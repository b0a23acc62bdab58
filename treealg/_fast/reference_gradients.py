"""Readable NumPy versions of the kernels for gradients along paths and for maps of rows.

As `treealg._fast.reference`, whose representation holds here: the same names, arguments and
results as the kernels, with working memory that grows with batch and length. The backward pass is
not the one of the kernels: it differentiates the product with the exponential of each step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from treealg._fast.reference import ConvolutionProgram, SparseMap

__all__ = ["map_rows", "path_signature_backward"]

Array = npt.NDArray[Any]


def path_signature_backward(
    path: Array,
    derivs: Array,
    derivs_column: int,
    out: Array,
    degree: int,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None:
    """Write the derivative in each path, given that in the result of `path_signature`.

    Parameters
    ----------
    path : ndarray of float32 or float64, shape (batch, length, channels)
        Paths, piecewise linear; ``length >= 1``.
    derivs : ndarray, shape (batch, columns)
        Reads ``derivs[:, derivs_column : derivs_column + output_map.rows]``.
    derivs_column : int
        First column read.
    out : ndarray, shape (batch, length, channels)
        Receives the derivatives; contiguous path by path, of the dtype of `path`.
    degree : int
        Longest word, at least 1.
    output_map : SparseMap
        From words to the coefficients, as for `path_signature`.
    log_program : ConvolutionProgram or None
        Logarithm of words taken before `output_map`, as for `path_signature`.
    time_aug, lead_lag : bool
        Path transforms, lead-lag first.
    end_time : float
        Last value of the time channel.
    n_threads : int
        Ignored here.
    """
    steps = path_steps(path, time_aug, lead_lag, end_time)
    dimension = steps.shape[2]
    one = np.ones((len(path), 1), dtype=path.dtype)
    zeros = [np.zeros((len(path), dimension**k), path.dtype) for k in range(1, degree + 1)]
    before = [[one, *zeros]]
    for segment in range(steps.shape[1]):
        before.append(_product(before[-1], _exponential(steps[:, segment], degree)))
    cotangent = output_map.apply_transpose(
        derivs[:, derivs_column : derivs_column + output_map.rows].T.copy()
    )
    if log_program is not None:
        words = np.concatenate(before[-1][1:], axis=1).T.copy()
        cotangent = log_program.log_backward(words, cotangent)
    ends = np.cumsum([dimension**k for k in range(1, degree)])
    after = [np.zeros_like(one), *np.split(cotangent.T, ends, axis=1)]
    d_steps = np.zeros_like(steps)
    for segment in range(steps.shape[1] - 1, -1, -1):
        step = steps[:, segment]
        d_steps[:, segment] = _step_backward(before[segment], step, after)
        exponential = _exponential(step, degree)
        after = [
            sum(
                (
                    np.einsum("buv,bv->bu", _split(after[j + k], j, dimension), exponential[k])
                    for k in range(degree - j + 1)
                ),
                np.zeros_like(after[j]),
            )
            for j in range(degree + 1)
        ]
    out[:] = steps_to_points(d_steps, path.shape, time_aug, lead_lag)


def _split(level: Array, first: int, dimension: int) -> Array:
    """View words as pairs: the first letters, and the others."""
    return level.reshape(len(level), dimension**first, level.shape[1] // dimension**first)


def _exponential(step: Array, degree: int) -> list[Array]:
    """Return the word signature of one step, its scalar included."""
    levels = [np.ones((len(step), 1), dtype=step.dtype)]
    for k in range(1, degree + 1):
        product = levels[-1][:, :, None] * step[:, None, :] / k
        levels.append(product.reshape(len(step), step.shape[1] ** k))
    return levels


def _product(left: list[Array], right: list[Array]) -> list[Array]:
    """Multiply word signatures that have their scalars."""
    levels = []
    for n in range(len(left)):
        total = np.zeros_like(left[n])
        for k in range(n + 1):
            total += (left[k][:, :, None] * right[n - k][:, None, :]).reshape(total.shape)
        levels.append(total)
    return levels


def _step_backward(before: list[Array], step: Array, after: list[Array]) -> Array:
    """Return the derivative in one step, from those in the signature after it."""
    degree, dimension = len(before) - 1, step.shape[1]
    exponential = _exponential(step, degree)
    d_exponential = [
        sum(
            (
                np.einsum("bu,buv->bv", before[j], _split(after[j + k], j, dimension))
                for j in range(degree - k + 1)
            ),
            np.zeros_like(after[k]),
        )
        for k in range(degree + 1)
    ]
    d_step = np.zeros_like(step)
    for k in range(degree, 0, -1):
        pairs = _split(d_exponential[k], k - 1, dimension) / k
        d_step += np.einsum("bva,bv->ba", pairs, exponential[k - 1])
        d_exponential[k - 1] += np.einsum("bva,ba->bv", pairs, step)
    return d_step


def path_steps(path: Array, time_aug: bool, lead_lag: bool, end_time: float) -> Array:
    """Return the increments of the transformed path, shape (batch, segments, dimension).

    Parameters
    ----------
    path : ndarray, shape (batch, length, channels)
        Paths.
    time_aug, lead_lag : bool
        Path transforms, lead-lag first.
    end_time : float
        Last value of the time channel.

    Returns
    -------
    ndarray
        The increments.
    """
    steps: Array = np.diff(path, axis=1)
    if lead_lag:
        both = np.zeros((len(path), steps.shape[1], 2, 2, path.shape[2]), dtype=path.dtype)
        both[:, :, 0, 1] = both[:, :, 1, 0] = steps
        steps = both.reshape(len(path), 2 * steps.shape[1], 2 * path.shape[2])
    if time_aug:
        tick = np.full((*steps.shape[:2], 1), end_time / max(steps.shape[1], 1), path.dtype)
        steps = np.concatenate((steps, tick), axis=2)
    return steps


def steps_to_points(
    d_steps: Array, shape: tuple[int, ...], time_aug: bool, lead_lag: bool
) -> Array:
    """Return the derivatives in the points, from those in the increments of `path_steps`.

    Parameters
    ----------
    d_steps : ndarray, shape (batch, segments, dimension)
        Derivatives in the increments.
    shape : tuple of int
        Shape of the paths, ``(batch, length, channels)``.
    time_aug, lead_lag : bool
        Path transforms.

    Returns
    -------
    ndarray
        Of that shape.
    """
    if time_aug:
        d_steps = d_steps[:, :, :-1]
    if lead_lag:
        both = d_steps.reshape(shape[0], shape[1] - 1, 2, 2, shape[2])
        d_steps = both[:, :, 0, 1] + both[:, :, 1, 0]
    d_path = np.zeros(shape, dtype=d_steps.dtype)
    d_path[:, 1:] += d_steps
    d_path[:, :-1] -= d_steps
    return d_path


def map_rows(
    rows: Array,
    in_column: int,
    out: Array,
    out_column: int,
    linear_map: SparseMap,
    transposed: bool,
    n_threads: int,
) -> None:
    """Write the image of each row, by a sparse map or its transpose, to a row of `out`.

    Parameters
    ----------
    rows : ndarray of float32 or float64, shape (batch, columns)
        Read from `in_column` on.
    in_column : int
        First column read.
    out : ndarray, shape (batch, columns)
        Receives the result from `out_column` on; of the dtype of `rows`.
    out_column : int
        First column written.
    linear_map : SparseMap
        The map.
    transposed : bool
        Whether to apply the transpose.
    n_threads : int
        Ignored here.
    """
    size = linear_map.rows if transposed else linear_map.columns
    x = rows[:, in_column : in_column + size].T.copy()
    result = linear_map.apply_transpose(x) if transposed else linear_map.apply(x)
    out[:, out_column : out_column + len(result)] = result.T
