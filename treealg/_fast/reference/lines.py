"""Paths of a list where they lie, in readable NumPy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from treealg._fast.reference.programs import Array

__all__ = ["Lines"]


class Lines:
    """Paths that are arrays of NumPy, which functions of spans take in place of one array.

    Points are counted as if the paths were one after the other in one array, the same for each
    path, of which the spans are parts.

    Parameters
    ----------
    arrays : tuple of ndarray, shape (length, channels)
        The paths, at least one, of one dtype, float32 or float64, of any strides; none without
        points or channels.

    Attributes
    ----------
    arrays : tuple of ndarray
        The same.
    spans : ndarray of int64, shape (paths, 2)
        First point of each path, and how many there are.
    dtype : numpy.dtype
        That of the paths.
    shape : tuple of int
        Paths, points of all of them, channels.
    """

    def __init__(self, arrays: tuple[Array, ...]) -> None:
        counts = np.array([len(array) for array in arrays], np.int64)
        self.arrays = arrays
        self.spans = np.stack([np.cumsum(counts) - counts, counts], axis=1)
        self.dtype: np.dtype[Any] = arrays[0].dtype
        self.shape = len(arrays), int(counts.sum()), arrays[0].shape[1]

    @staticmethod
    def of(paths: Iterable[object]) -> Lines | None:
        """Return the paths of a list, or None if they are not of such arrays."""
        arrays: tuple[Any, ...] = tuple(paths)
        if set(map(type, arrays)) != {np.ndarray} or {array.ndim for array in arrays} != {2}:
            return None
        dtypes, channels = {array.dtype for array in arrays}, {array.shape[1] for array in arrays}
        if (
            dtypes not in ({np.dtype(np.float64)}, {np.dtype(np.float32)})
            or len(channels) > 1
            or not all(array.size and array.flags.aligned for array in arrays)
        ):
            return None
        return Lines(arrays)

    def whole(self) -> Array:
        """Return the points of all paths as one array, the same for each path."""
        return np.broadcast_to(np.concatenate(self.arrays), self.shape)
