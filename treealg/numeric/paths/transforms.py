"""Path transforms as arrays, for those who want to see what the flags of other functions mean."""

from __future__ import annotations

from treealg.numeric.arguments.arrays import as_path
from treealg.numeric.arguments.batches import allocate
from treealg.numeric.arguments.calls import checked_transform
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
    rows = as_path(path, values=True)
    transform = checked_transform(time_aug, lead_lag, end_time)
    points, channels = rows.item
    result, _ = allocate(rows, transform.points(points), transform.channels(channels))
    transform.write(rows.array, result)
    return rows.wrap(result)
