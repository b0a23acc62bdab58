"""Path transforms as arrays, for those who want to see what the flags of other functions mean."""

from __future__ import annotations

import numpy as np

from treealg.checks import check_flag, check_real
from treealg.numeric.arguments import arrays, options
from treealg.typing import Array, ArrayLike

__all__ = ["transform_path"]


def transform_path(
    path: ArrayLike,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
) -> Array:
    """Return the lead-lag transform and time augmentation of a path.

    The lead-lag path of points ``x0, x1, ...`` visits ``(x0, x0), (x0, x1), (x1, x1), (x1, x2),
    ...``, lag in the first channels, lead in the last ones; the lead moves first. Time is appended
    after that, as the last channel.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points, at least one, in at least one channel.
    time_aug : bool, default False
        Append time, uniform from 0 to `end_time` over the points.
    lead_lag : bool, default False
        Take the lead-lag path.
    end_time : float, default 1.0
        Last value of the time channel; finite.

    Returns
    -------
    Array, shape (..., new_length, new_channels)
        ``new_length`` is ``2 * length - 1`` with `lead_lag`, ``new_channels`` twice as many, and
        one more with `time_aug`. NumPy array or tensor as `path` is, of the same dtype (float64 for
        integers and lists), never sharing memory with it.

    Raises
    ------
    InvalidTypeError
        If `path` is no real array, requires a gradient, or is not on the CPU; if `end_time` is no
        real number or a flag no boolean.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `end_time` is not finite; or
        if the result does not fit in memory.

    Notes
    -----
    Functions with these flags give the same as on the transformed path, and never store it.

    References
    ----------
    J. Reizenstein and B. Graham, *Algorithm 1004: the iisignature library*, ACM Trans. Math.
    Softw. 46 (2020), 8:1-8:21, doi:10.1145/3371237.

    Examples
    --------
    >>> import treealg
    >>> treealg.transform_path([[0.0], [2.0]], lead_lag=True, time_aug=True)
    array([[0. , 0. , 0. ],
           [0. , 2. , 0.5],
           [2. , 2. , 1. ]])
    """
    rows = arrays.as_path(path)
    time_aug = check_flag("time_aug", time_aug)
    lead_lag = check_flag("lead_lag", lead_lag)
    end_time = check_real("end_time", end_time)
    length, channels = rows.item
    points = 2 * length - 1 if lead_lag else length
    dimension = options.effective_dimension(channels, time_aug, lead_lag)
    result, _ = arrays.allocate(rows, points, dimension)
    if lead_lag:
        lag, lead = result[..., :channels], result[..., channels : 2 * channels]
        lag[..., ::2, :] = lead[..., ::2, :] = rows.array
        lag[..., 1::2, :] = rows.array[..., :-1, :]
        lead[..., 1::2, :] = rows.array[..., 1:, :]
    else:
        result[..., :channels] = rows.array
    if time_aug:
        result[..., -1] = np.linspace(0.0, end_time, points, dtype=rows.dtype)
    return arrays.wrap(result, rows.kind)
