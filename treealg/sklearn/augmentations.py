"""What is done to paths before their signatures: gaps filled, values standardised, ends marked."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError
from treealg.numeric.arguments.missing import fill
from treealg.numeric.arguments.ragged import read_lengths, read_paths
from treealg.numeric.arguments.times import (
    read_times,
    read_times_of_list,
    read_times_of_pieces,
)
from treealg.sklearn.samples import Floats

__all__ = ["Batch", "Standardisation"]


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
        """Learn from rows of features, or of points, from those that are there."""
        exact = rows.astype(np.float64, copy=False)
        lacks = np.isnan(exact).any()
        with warnings.catch_warnings():
            # What is missing in all rows stays so.
            warnings.simplefilter("ignore", RuntimeWarning)
            mean = np.nanmean(exact, axis=0) if lacks else exact.mean(axis=0)
            scale = np.nanstd(exact, axis=0) if lacks else exact.std(axis=0)
            largest = np.fmax.reduce(np.abs(exact), axis=0)
        # What is constant has a deviation of rounding errors only.
        constant = scale <= 10 * np.finfo(rows.dtype).eps * largest
        return cls(mean, np.where(constant, 1.0, scale))

    def apply(self, values: Floats) -> Floats:
        """Standardise an array in its own dtype."""
        found: Floats = ((values - self.mean) / self.scale).astype(values.dtype, copy=False)
        return found


class Batch(NamedTuple):
    """Paths with what goes with each of them.

    Attributes
    ----------
    paths : numpy.ndarray or list of numpy.ndarray
        Shape ``(samples, length, channels)``, or one array ``(length, channels)`` per sample.
    lengths : numpy.ndarray of int64 or None
        Points of each path of an array, where they are not all.
    times : numpy.ndarray of shape (samples, length), list of numpy.ndarray, or None
        The time of each point, from that of the first on.
    """

    paths: Floats | list[Floats]
    lengths: npt.NDArray[np.int64] | None
    times: Floats | list[Floats] | None

    @classmethod
    def of(cls, paths: Floats | list[Floats], lengths: Any, times: Any) -> Self:
        """Check lengths and times against the paths."""
        if lengths is not None:
            (rows,) = read_paths(paths, lengths, False)
            lengths = read_lengths(lengths, rows)
        found = cls(paths, lengths, None)
        if times is None:
            return found
        counts, batch = found.counts, (len(paths),)
        if isinstance(paths, np.ndarray):
            most = paths.shape[1]
            if lengths is None:
                return found._replace(times=read_times(times, "times", batch, most))
            given = np.zeros((len(paths), most))
            inside = np.arange(most) < counts[:, None]
            given[inside] = read_times_of_pieces(times, "times", batch, counts, most)
            return found._replace(times=given)
        if not isinstance(times, (list, tuple)):
            flat = read_times_of_pieces(times, "times", batch, counts)
        elif len(times) == len(paths):
            flat = read_times_of_list(times, "times", counts)
        else:
            raise InvalidValueError(
                f"times must be one array for each of {len(paths)} paths, got {len(times)}"
            )
        return found._replace(times=np.split(flat, np.cumsum(counts)[:-1]))

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """The points of each path."""
        if self.lengths is not None:
            return self.lengths
        if isinstance(self.paths, list):
            return np.array([len(path) for path in self.paths], dtype=np.int64)
        count, length, _ = self.paths.shape
        return np.full(count, length, dtype=np.int64)

    def points(self) -> Floats:
        """Return all points of all paths, without what follows their ends."""
        trimmed = self.trimmed().paths
        if isinstance(trimmed, list):
            return np.concatenate(trimmed)
        return trimmed.reshape(-1, trimmed.shape[-1])

    def trimmed(self) -> Batch:
        """Return the paths without what follows their ends."""
        if self.lengths is None:
            return self
        paths = [path[:count] for path, count in zip(self.paths, self.lengths, strict=True)]
        times = self.times
        if times is not None:
            times = [own[:count] for own, count in zip(times, self.lengths, strict=True)]
        return Batch(paths, None, times)

    def mapped(self, function: Callable[[Floats], Floats]) -> Batch:
        """Return the paths by a function of arrays ``(..., length, channels)``."""
        if isinstance(self.paths, list):
            return self._replace(paths=[function(path) for path in self.paths])
        return self._replace(paths=function(self.paths))

    def filled(self, how: str) -> Batch:
        """Give missing values the values before them, or those between their neighbours."""
        counts = self.counts
        times = None
        if self.times is not None:
            own = [row[:count] for row, count in zip(self.times, counts, strict=True)]
            times = np.concatenate(own).astype(np.float64)
        points = self.points()
        found = fill(points, counts, how, times)
        if found is None:
            return self
        values = np.split(found.values(points), np.cumsum(counts)[:-1])
        if isinstance(self.paths, list):
            return self._replace(paths=values)
        filled = self.paths.copy()
        for path, piece in zip(filled, values, strict=True):
            path[: len(piece)] = piece
        return self._replace(paths=filled)

    def invisible(self) -> Batch:
        """Append a channel that is 1 along the path, then falls to 0, and then the path to 0.

        What falls last tells a signature where the path ends, of which it knows increments only.
        Both points have the time of the last.

        References
        ----------
        Y. Wu, H. Ni, T. J. Lyons, R. L. Hudson, *Signature features with the visibility
        transformation*, ICPR 2020.
        """
        trimmed = self.trimmed()
        return trimmed.mapped(_to_zero)._with_times(after=2)

    def based(self) -> Batch:
        """Return times with one for a base point, that of the first point."""
        return self._with_times(before=1)

    def groups(self) -> list[tuple[npt.NDArray[np.intp], Batch]]:
        """Return the paths of each length as one array, and which they are."""
        counts = self.counts
        if isinstance(self.paths, np.ndarray) and self.lengths is None:
            return [(np.arange(len(counts)), self)]
        found = []
        for count in np.unique(counts):
            places = np.flatnonzero(counts == count)
            paths = np.stack([self.paths[place][:count] for place in places])
            times: Any = None
            if self.times is not None:
                times = np.stack([self.times[place][:count] for place in places])
            found.append((places, Batch(paths, None, times)))
        return found

    def _with_times(self, before: int = 0, after: int = 0) -> Batch:
        """Repeat the first and the last time of each path."""
        if self.times is None:
            return self
        if isinstance(self.times, list):
            times: Any = [np.pad(own, (before, after), mode="edge") for own in self.times]
        else:
            times = np.pad(self.times, ((0, 0), (before, after)), mode="edge")
        return self._replace(times=times)


def _to_zero(paths: Floats) -> Floats:
    *batch, length, channels = paths.shape
    longer = np.zeros((*batch, length + 2, channels + 1), paths.dtype)
    longer[..., :length, :channels] = paths
    longer[..., :length, channels] = 1
    longer[..., length, :channels] = paths[..., -1, :]
    return longer
