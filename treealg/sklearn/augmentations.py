"""What is done to paths and features around a signature: standardisation, and the path's end."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np

from treealg.numeric.arguments.ragged import read_lengths, read_paths
from treealg.sklearn.samples import Floats

__all__ = ["Standardisation", "make_invisible", "trimmed"]


class Standardisation(NamedTuple):
    """Zero mean and unit variance, as learnt from some data.

    Attributes
    ----------
    mean : numpy.ndarray
        One value per channel, or per feature.
    scale : numpy.ndarray
        The standard deviations, and 1 for what does not vary.
    """

    mean: Floats
    scale: Floats

    @classmethod
    def of_rows(cls, rows: Floats) -> Self:
        """Learn from rows of features, or of points."""
        exact = rows.astype(np.float64, copy=False)
        scale = exact.std(axis=0)
        # What is constant has a deviation of rounding errors only.
        constant = scale <= 10 * np.finfo(rows.dtype).eps * np.abs(exact).max(axis=0)
        return cls(exact.mean(axis=0), np.where(constant, 1.0, scale))

    @classmethod
    def of_paths(cls, paths: Floats | list[Floats], lengths: Any) -> Self:
        """Learn from all points of all paths."""
        return cls.of_rows(np.concatenate(list(trimmed(paths, lengths))))

    def apply(self, values: Any) -> Any:
        """Standardise an array, or each of a list, in its own dtype."""
        if isinstance(values, list):
            return [self.apply(value) for value in values]
        return ((values - self.mean) / self.scale).astype(values.dtype, copy=False)


def trimmed(paths: Floats | list[Floats], lengths: Any) -> Floats | list[Floats]:
    """Return the paths without what follows their ends."""
    if lengths is None:
        return paths
    (rows,) = read_paths(paths, lengths, False)
    return [path[:length] for path, length in zip(paths, read_lengths(lengths, rows), strict=True)]


def make_invisible(paths: Any) -> Any:
    """Append a channel that is 1 along the path, then falls to 0, and then the path to 0.

    What falls last tells a signature where the path ends, of which it knows increments only.

    References
    ----------
    Y. Wu, H. Ni, T. J. Lyons, R. L. Hudson, *Signature features with the visibility
    transformation*, ICPR 2020.
    """
    if isinstance(paths, list):
        return [make_invisible(path) for path in paths]
    *batch, length, channels = paths.shape
    longer = np.zeros((*batch, length + 2, channels + 1), paths.dtype)
    longer[..., :length, :channels] = paths
    longer[..., :length, channels] = 1
    longer[..., length, :channels] = paths[..., -1, :]
    return longer
