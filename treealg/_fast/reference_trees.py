"""Readable NumPy versions of the kernels for chosen coefficients of branched signatures.

Along one segment, over time from 0 to 1, the value on a tree or ordered forest is a polynomial
whose degree is the order. It is the sum over rooted chains, which without a correction are the root
alone, of the integral of the product of the values on what hangs off, times the increment of the
chain. A program is a list of such integrals and products. See `treealg.tables.CoefficientTable`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from treealg._fast.reference_gradients import path_steps, steps_to_points

__all__ = ["TreeProgram", "path_coefficients", "path_coefficients_backward"]

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int32]


class TreeProgram:
    """Integrals and products of polynomials in time.

    Parameters
    ----------
    dimension : int
        Channels of the transformed path.
    label : ndarray of int32, shape (instructions,)
        The channel to integrate instruction `left` along (the constant 1 if `left` is -1), or
        ``dimension + i`` for the correction in column ``column[i]``; or -1 to multiply the results
        of `left` and `right`.
    left, right : ndarray of int32, shape (instructions,)
        Earlier instructions; `right` of an integral is one that it is added to, or -1.
    times : ndarray of int32, shape (instructions,)
        How often it is added.
    column : ndarray of int32
        The columns of the correction that are used.
    output : ndarray of int32, shape (outputs,)
        Integrals wanted, in any order and with repetition.
    """

    def __init__(
        self,
        dimension: int,
        label: Ints,
        left: Ints,
        right: Ints,
        times: Ints,
        column: Ints,
        output: Ints,
    ) -> None:
        self.dimension = dimension
        self.outputs = len(output)
        self.label, self.left, self.right, self.times = label, left, right, times
        self.column, self.output = column, output

    def segment(self, values: Array, step: Array) -> list[Array]:
        """Return the polynomials of one segment, shape ``(batch, order + 1)`` each.

        `values`, shape ``(instructions, batch)``, is advanced over the segment.
        """
        polynomials: list[Array] = []
        one = np.ones((len(step), 1), dtype=step.dtype)
        for i, label in enumerate(self.label):
            left = polynomials[self.left[i]] if self.left[i] >= 0 else one
            if label < 0:
                polynomials.append(_multiply(left, polynomials[self.right[i]]))
                continue
            terms = left * step[:, label, None] * self.times[i] / _counts(left)
            base = self.right[i] if self.right[i] >= 0 else i
            if base == i:
                polynomials.append(np.concatenate((values[i][:, None], terms), axis=1))
            else:
                polynomials.append(one)  # nobody reads it
                polynomials[base][:, 1 : terms.shape[1] + 1] += terms
            values[base] += terms.sum(axis=1)
        return polynomials

    def segment_backward(
        self, polynomials: list[Array], step: Array, d_values: Array, d_step: Array
    ) -> None:
        """Take `d_values` from the end of a segment to its start, and add to `d_step`."""
        d_polynomials = [np.zeros_like(x) for x in polynomials]
        one = np.ones((len(step), 1), dtype=step.dtype)
        for i in range(len(self.label) - 1, -1, -1):
            label, left, right = self.label[i], self.left[i], self.right[i]
            if label < 0:
                d_polynomials[left] += _divide(d_polynomials[i], polynomials[right])
                d_polynomials[right] += _divide(d_polynomials[i], polynomials[left])
                continue
            integrand = polynomials[left] if left >= 0 else one
            base = right if right >= 0 else i
            d_terms = d_polynomials[base][:, 1 : integrand.shape[1] + 1] + d_values[base][:, None]
            d_terms *= self.times[i] / _counts(integrand)
            if base == i:
                d_values[i] += d_polynomials[i][:, 0]
            d_step[:, label] += (d_terms * integrand).sum(axis=1)
            if left >= 0:
                d_polynomials[left] += d_terms * step[:, label, None]


def _counts(polynomial: Array) -> Array:
    return np.arange(1, polynomial.shape[1] + 1, dtype=polynomial.dtype)


def _multiply(left: Array, right: Array) -> Array:
    """Multiply polynomials."""
    product = np.zeros((len(left), left.shape[1] + right.shape[1] - 1), dtype=left.dtype)
    for k in range(left.shape[1]):
        product[:, k : k + right.shape[1]] += left[:, k, None] * right
    return product


def _divide(derivs: Array, other: Array) -> Array:
    """Return the derivative in one factor, from that in the product, given the other factor."""
    size = derivs.shape[1] - other.shape[1] + 1
    return np.stack(
        [(derivs[:, k : k + other.shape[1]] * other).sum(axis=1) for k in range(size)], axis=1
    )


def _increments(
    path: Array,
    correction: Array | None,
    program: TreeProgram,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
) -> Array:
    """Return what labels of the program stand for, shape ``(batch, segments, labels)``."""
    steps = path_steps(path, time_aug, lead_lag, end_time)
    if correction is None:
        return steps
    return np.concatenate((steps, correction[:, :, program.column]), axis=2)


def path_coefficients(
    path: Array,
    correction: Array | None,
    out: Array,
    column: int,
    program: TreeProgram,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None:
    """Write the values of a program on each path to a row of `out`.

    Parameters
    ----------
    path : ndarray of float32 or float64, shape (batch, length, channels)
        Paths, piecewise linear; ``length >= 1``.
    correction : ndarray or None, shape (batch, length - 1, columns)
        Of the dtype of `path`; None for a program that uses no column.
    out : ndarray, shape (batch, columns)
        Receives ``out[:, column : column + program.outputs]``; of the dtype of `path`.
    column : int
        First column written.
    program : TreeProgram
        What to compute.
    time_aug, lead_lag : bool
        Path transforms, lead-lag first and without a correction.
    end_time : float
        Last value of the time channel.
    n_threads : int
        Ignored here.
    """
    steps = _increments(path, correction, program, time_aug, lead_lag, end_time)
    values = np.zeros((len(program.label), len(path)), dtype=path.dtype)
    for segment in range(steps.shape[1]):
        program.segment(values, steps[:, segment])
    out[:, column : column + program.outputs] = values[program.output].T


def path_coefficients_backward(
    path: Array,
    correction: Array | None,
    derivs: Array,
    column: int,
    out: Array,
    out_correction: Array | None,
    program: TreeProgram,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None:
    """Write the derivatives in path and correction, given that in `path_coefficients`.

    Parameters
    ----------
    path, correction, program, time_aug, lead_lag, end_time
        As given to `path_coefficients`.
    derivs : ndarray, shape (batch, columns)
        Reads ``derivs[:, column : column + program.outputs]``.
    column : int
        First column read.
    out : ndarray, shape (batch, length, channels)
        Receives the derivatives; contiguous path by path, of the dtype of `path`.
    out_correction : ndarray or None, shape (batch, length - 1, columns)
        Receives those in `correction`; None if that is None.
    n_threads : int
        Ignored here.
    """
    steps = _increments(path, correction, program, time_aug, lead_lag, end_time)
    values = np.zeros((len(program.label), len(path)), dtype=path.dtype)
    polynomials = [program.segment(values, steps[:, i]) for i in range(steps.shape[1])]
    d_values = np.zeros_like(values)
    np.add.at(d_values, program.output, derivs[:, column : column + program.outputs].T)
    d_steps = np.zeros_like(steps)
    for i in range(steps.shape[1] - 1, -1, -1):
        program.segment_backward(polynomials[i], steps[:, i], d_values, d_steps[:, i])
    labels = program.dimension
    out[:] = steps_to_points(d_steps[:, :, :labels], path.shape, time_aug, lead_lag)
    if out_correction is not None:
        out_correction[...] = 0
        out_correction[:, :, program.column] = d_steps[:, :, labels:]
