"""What scikit-learn and its users give as a batch of paths.

A table of numbers, as scikit-learn knows it, is a batch of paths of one channel; an array of three
axes has all its channels; a list holds paths of lengths of their own, and so does a pandas frame
with an index of two levels, sample and time.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_array

from treealg.errors import InvalidTypeError, InvalidValueError

__all__ = ["Samples", "checked", "read_samples"]

Floats = npt.NDArray[np.floating[Any]]

_DTYPES = (np.float64, np.float32)


class Samples(NamedTuple):
    """A batch of paths.

    Attributes
    ----------
    paths : numpy.ndarray or list of numpy.ndarray
        Shape ``(samples, length, channels)``, or one array ``(length, channels)`` per sample.
    channels : tuple of str or None
        The names of the channels, where they have any.
    is_table : bool
        Whether a table of two axes was given, whose columns are points.
    """

    paths: Floats | list[Floats]
    channels: tuple[str, ...] | None
    is_table: bool


def read_samples(X: Any) -> Samples:
    """Read a batch of paths; a table is left as it is, for scikit-learn's own checks."""
    frame = _frame_of_two_levels(X)
    if frame is not None:
        return frame
    if _is_list_of_paths(X):
        return Samples(_read_list(X), None, False)
    if getattr(X, "ndim", None) == 3 or _depth(X) == 3:
        paths = checked(X, "X")
        if paths.ndim != 3:
            raise InvalidValueError(
                f"X must have shape (samples, length, channels), got shape {paths.shape}"
            )
        return Samples(paths, None, False)
    return Samples(X, None, True)


def checked(X: Any, name: str) -> Floats:
    """Return an array of finite floats, by scikit-learn's checks."""
    try:
        array: Floats = check_array(
            X, dtype=_DTYPES, allow_nd=True, ensure_2d=False, input_name=name
        )
    except ValueError as error:
        raise InvalidValueError(str(error)) from error
    return array


def _depth(X: Any) -> int:
    """Count the axes of a nested list by its first entries."""
    depth = 0
    while isinstance(X, (list, tuple)) and len(X):
        X, depth = X[0], depth + 1
    return depth + int(getattr(X, "ndim", 0))


def _is_list_of_paths(X: Any) -> bool:
    """Tell whether a list, or an array of objects, holds arrays of two axes."""
    if isinstance(X, np.ndarray):
        if X.dtype != object or X.ndim != 1:
            return False
    elif not isinstance(X, (list, tuple)):
        return False
    return len(X) > 0 and all(_depth(path) == 2 for path in X)


def _read_list(X: Sequence[Any]) -> Floats | list[Floats]:
    """Return the paths of a list as one array, if they have one length."""
    paths = [checked(path, f"X[{place}]") for place, path in enumerate(X)]
    for place, path in enumerate(paths):
        if path.ndim != 2 or path.shape[1] != paths[0].shape[1]:
            raise InvalidValueError(
                f"all paths must have shape (length, channels) with as many channels as the first, "
                f"{paths[0].shape[-1]}, got X[{place}] of shape {path.shape}"
            )
    dtype = np.result_type(*paths)
    paths = [path.astype(dtype, copy=False) for path in paths]
    return np.stack(paths) if len({len(path) for path in paths}) == 1 else paths


def _frame_of_two_levels(X: Any) -> Samples | None:
    """Read a pandas frame with one row per sample and time, and one column per channel."""
    pandas = sys.modules.get("pandas")
    if pandas is None or not isinstance(X, pandas.DataFrame):
        return None
    levels = X.index.nlevels
    if levels == 1:
        return None
    if levels != 2:
        raise InvalidTypeError(
            f"a frame of paths must have an index of two levels, sample and time, got {levels}"
        )
    groups = X.groupby(level=0, sort=False)
    pieces = [group.sort_index(level=1).to_numpy() for _, group in groups]
    if not pieces:
        raise InvalidValueError(
            f"X has no samples: its shape is {X.shape}; a minimum of 1 is needed"
        )
    return Samples(_read_list(pieces), tuple(map(str, X.columns)), False)
