"""The usual corrections: Itô from a covariance, or from the path itself."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from treealg.checks import check_real
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.arrays import as_path, as_rows
from treealg.numeric.arguments.batches import allocate, broadcast
from treealg.numeric.arguments.rows import Rows
from treealg.typing import Array, ArrayLike

__all__ = ["ito_correction", "realised_correction"]


def ito_correction(covariance: ArrayLike, dt: ArrayLike | float) -> Array:
    r"""Return the Itô correction of a path that is driven by Brownian motion.

    :math:`c_{ij} = -\tfrac12 \Sigma_{ij} \Delta t`: with it the branched signature of the
    piecewise linear path tends to that of Itô integrals as the mesh goes to 0. Without any
    correction it tends to that of Stratonovich integrals.

    Parameters
    ----------
    covariance : ArrayLike, shape (..., channels, channels)
        :math:`\Sigma`, the covariance of the motion per unit of time; symmetric for a covariance,
        which is not checked. With leading axes ``(..., length - 1)`` one per segment.
    dt : float or ArrayLike
        The time of each segment: a number, or an array of a shape that broadcasts with the leading
        shape of `covariance`.

    Returns
    -------
    Array, shape (..., channels ** 2)
        The argument `correction` of `branched_sig` and its relatives. NumPy array or tensor as
        `covariance` is, of its dtype, never sharing memory with it.

    Raises
    ------
    InvalidTypeError
        If `covariance` or an array `dt` is no real array, requires a gradient, or is not on the
        CPU; or if they are of different kinds or dtypes.
    InvalidValueError
        If `covariance` is not square in its last axes, if the leading shapes do not broadcast, if a
        number `dt` is not finite, or if the result does not fit in memory.

    See Also
    --------
    realised_correction : From the increments of the path.

    Notes
    -----
    Level 2 alone is corrected; higher levels are zero. With ``time_aug=True`` give the covariance
    of the channels of the path, without time.

    References
    ----------
    M. Hairer and D. Kelly, *Geometric versus non-geometric rough paths*, Ann. Inst. H. Poincaré
    Probab. Statist. 51 (2015), 207-251, doi:10.1214/13-AIHP564.

    Examples
    --------
    The Itô integral of Brownian motion against itself is half of ``b**2 - t``:

    >>> import treealg
    >>> correction = treealg.ito_correction([[1.0]], 0.25)
    >>> treealg.branched_sig([[0.0], [1.0], [3.0]], 2, correction=correction)
    array([3.  , 4.25])
    """
    rows = as_rows(covariance, "covariance", 2, axes=("channels", "channels"))
    channels = rows.item[0]
    if channels < 1 or rows.item[1] != channels:
        raise InvalidValueError(
            f"covariance must have shape (..., channels, channels), square in its last two axes; "
            f"got shape {rows.array.shape}"
        )
    times = _times(dt, rows)
    _, rows = broadcast(times, rows)
    result, _ = allocate(rows, channels**2)
    halves = rows.dtype.type(-0.5) * times.array.astype(rows.dtype)
    with np.errstate(over="ignore", invalid="ignore"):  # infinities pass, here as in kernels
        np.multiply(
            rows.array,
            halves[..., None, None],
            out=result.reshape(*rows.batch, channels, channels),
            casting="same_kind",
        )
    return rows.wrap(result)


def _times(dt: Any, rows: Rows) -> Rows:
    """Return `dt` as numbers of the kind and dtype of the covariance."""
    if not isinstance(dt, numbers.Real):
        return as_rows(dt, "dt", 0)
    number = np.asarray(check_real("dt", dt), dtype=rows.dtype)
    return Rows(number, rows.kind, 0, "dt")


def realised_correction(path: ArrayLike) -> Array:
    r"""Return the Itô correction with the realised quadratic variation as covariance.

    :math:`c_{ij} = -\tfrac12 \Delta x_i \Delta x_j` on each segment. The trees of two nodes then
    have the left-point sums of the path, :math:`\sum_{s < t} \Delta x_s \Delta x_t`, with no model
    for it.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., length - 1, channels ** 2)
        The argument `correction` of `branched_sig` and its relatives, for the same path. NumPy
        array or tensor as `path` is, of the same dtype (float64 for integers and lists), never
        sharing memory with it.

    Raises
    ------
    InvalidTypeError
        If `path` is no real array, requires a gradient, or is not on the CPU.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; or if the result does not fit
        in memory.

    See Also
    --------
    ito_correction : From a covariance that is known.

    References
    ----------
    M. Hairer and D. Kelly, *Geometric versus non-geometric rough paths*, Ann. Inst. H. Poincaré
    Probab. Statist. 51 (2015), 207-251, doi:10.1214/13-AIHP564.

    Examples
    --------
    The left-point sum of x against itself: 0 * 1 + 1 * 2.

    >>> import treealg
    >>> path = [[0.0], [1.0], [3.0]]
    >>> correction = treealg.realised_correction(path)
    >>> treealg.branched_sig(path, 2, correction=correction.tolist())
    array([3., 2.])
    """
    rows = as_path(path, listed=False)
    length, channels = rows.item
    result, _ = allocate(rows, max(length - 1, 0), channels**2)
    with np.errstate(over="ignore", invalid="ignore"):  # infinities pass, here as in kernels
        step = np.diff(rows.array.astype(rows.dtype, copy=False), axis=-2)
        step = step.reshape(-1, channels)  # NumPy has no axes beyond 64
        square = result.reshape(*step.shape, channels)
        np.multiply(step[..., :, None], rows.dtype.type(-0.5) * step[..., None, :], out=square)
    return rows.wrap(result)
