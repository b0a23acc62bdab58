"""Chosen coefficients of branched signatures in readable NumPy, and their gradients.

Along one segment, over time from 0 to 1, the value on a tree or ordered forest is a polynomial
whose degree is the order. It is the sum over rooted chains, which without a correction are the root
alone, of the integral of the product of the values on what hangs off, times the increment of the
chain. A program is a list of such integrals and products. See `treealg.tables.CoefficientTable`.
"""

from __future__ import annotations

import numpy as np

from treealg._fast.reference.paths import path_steps, steps_to_points
from treealg._fast.reference.programs import Array, TreeProgram

__all__ = ["path_coefficients", "path_coefficients_backward"]


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
    added = np.broadcast_to(correction, (*steps.shape[:2], correction.shape[2]))
    return np.concatenate((steps, added[:, :, program.column]), axis=2)


def path_coefficients(
    path: Array,
    correction: Array | None,
    out: Array,
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
    correction : ndarray or None, shape (batch or 1, length - 1 or 1, columns)
        Of the dtype of `path`, as for `path_signature`; None for a program that uses no column.
    out : ndarray, shape (batch, program.outputs)
        Receives the values; of the dtype of `path`.
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
    out[...] = values[program.output].T


def path_coefficients_backward(
    path: Array,
    correction: Array | None,
    derivs: Array,
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
    derivs : ndarray, shape (batch, program.outputs)
        Derivatives in the values.
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
    np.add.at(d_values, program.output, derivs.T)
    d_steps = np.zeros_like(steps)
    for i in range(steps.shape[1] - 1, -1, -1):
        program.segment_backward(polynomials[i], steps[:, i], d_values, d_steps[:, i])
    labels = program.dimension
    out[...] = steps_to_points(d_steps[:, :, :labels], path.shape, time_aug, lead_lag)
    if out_correction is not None:
        out_correction[...] = 0
        out_correction[:, :, program.column] = d_steps[:, :, labels:]
