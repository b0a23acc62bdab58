"""Word signatures as arrays: what streams keep, and what they turn into results.

A row holds the coefficients of words by length, then lexicographically, without the empty word.
The stored rows are float64 whatever a stream returns, and where time is a channel it moves by one
unit per segment of the transformed path: a word then has to be multiplied by the right unit to the
power of the number of its time letters.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.numeric import kernels, plans

__all__ = ["Words"]

Floats = npt.NDArray[np.float64]


@lru_cache(maxsize=64)
def _identity(dimension: int, degree: int) -> kernels.SparseMap:
    blocks = sum(dimension**k for k in range(degree))
    every = np.arange(blocks + 1)
    return kernels.SparseMap(dimension, blocks, every, every[:-1].astype(np.int32), np.ones(blocks))


class Words:
    """Signatures of words over the channels of transformed paths.

    Parameters
    ----------
    channels : int
        Channels of the paths before transforms.
    degree : int
        Length of the longest words, at least 1.
    time_aug, lead_lag : bool
        The transforms.
    n_threads : int
        Threads.
    """

    def __init__(
        self, channels: int, degree: int, time_aug: bool, lead_lag: bool, n_threads: int
    ) -> None:
        self.channels = channels
        self.dimension = channels * (2 if lead_lag else 1) + time_aug
        self.degree = degree
        self.time_aug = time_aug
        self.lead_lag = lead_lag
        self.n_threads = n_threads
        self.size = sum(self.dimension**k for k in range(1, degree + 1))

    def steps(self, segments: int) -> int:
        """Return into how many segments of the transformed path some segments turn."""
        return 2 * segments if self.lead_lag else segments

    def of_paths(self, points: Floats) -> Floats:
        """Compute signatures of paths.

        Parameters
        ----------
        points : numpy.ndarray of float64, shape (count, length, channels)
            The paths, of at least one point.

        Returns
        -------
        numpy.ndarray, shape (count, size)
            Their signatures, with unit time steps.
        """
        out = np.empty((len(points), self.size))
        kernels.path_signature(
            points,
            out,
            0,
            self.degree,
            _identity(self.dimension, self.degree),
            None,
            self.time_aug,
            self.lead_lag,
            float(self.steps(points.shape[1] - 1)),
            self.n_threads,
        )
        return out

    def of_prefixes(self, points: Floats, backwards_in_time: bool = False) -> Floats:
        """Compute signatures of the beginnings of paths.

        Parameters
        ----------
        points : numpy.ndarray of float64, shape (count, length, channels)
            The paths, of at least one point.
        backwards_in_time : bool, default False
            Let time move by minus one unit per segment.

        Returns
        -------
        numpy.ndarray, shape (count, length - 1, size)
            Their signatures, of two points, three points, and so on.
        """
        segments = points.shape[1] - 1
        out = np.empty((len(points), segments, self.size))
        steps = float(self.steps(segments))
        kernels.path_prefixes(
            points,
            out,
            0,
            self.degree,
            _identity(self.dimension, self.degree),
            None,
            self.time_aug,
            self.lead_lag,
            -steps if backwards_in_time else steps,
            self.n_threads,
        )
        return out

    def of_suffixes(self, points: Floats) -> Floats:
        """Compute signatures of the ends of paths.

        They are those of the beginnings of the reversed paths, read backwards with the sign of the
        antipode; in a lead-lag path backwards, lead and lag change places.

        Parameters
        ----------
        points : numpy.ndarray of float64, shape (count, length, channels)
            The paths, of at least one point.

        Returns
        -------
        numpy.ndarray, shape (count, length - 1, size)
            Their signatures, of all points, all but the first, and so on to the last two points.
        """
        backwards = self.of_prefixes(points[:, ::-1], backwards_in_time=True)
        place, sign = self._reversal()
        result: Floats = backwards[:, ::-1, place] * sign
        return result

    def product(self, left: Floats, right: Floats) -> Floats:
        """Multiply signatures of neighbouring paths, the earlier ones left.

        Parameters
        ----------
        left, right : numpy.ndarray of float64, shape (..., size)
            Signatures.

        Returns
        -------
        numpy.ndarray, shape (..., size)
            Signatures of the joined paths.
        """
        out = np.empty(left.shape)
        kernels.word_products(
            np.ascontiguousarray(left).reshape(-1, self.size),
            np.ascontiguousarray(right).reshape(-1, self.size),
            out.reshape(-1, self.size),
            self.dimension,
            self.degree,
            self.n_threads,
        )
        return out

    def with_time(self, words: Floats, unit: Any) -> Floats:
        """Give the time channel its unit.

        Parameters
        ----------
        words : numpy.ndarray, shape (..., size)
            Signatures with unit time steps.
        unit : float or numpy.ndarray, shape (..., 1)
            Time per segment of the transformed paths.

        Returns
        -------
        numpy.ndarray, shape (..., size)
            Signatures with that time; `words` itself without a time channel.
        """
        if not self.time_aug:
            return words
        letter = np.zeros(self.dimension, np.int64)
        letter[-1] = 1
        level, counts = letter, [letter]
        for _ in range(self.degree - 1):
            level = (level[:, None] + letter).ravel()
            counts.append(level)
        scaled: Floats = words * unit ** np.concatenate(counts)
        return scaled

    def mapped(self, words: Floats, plan: plans.Plan, column: int, dtype: Any) -> npt.NDArray[Any]:
        """Turn word signatures into results.

        Parameters
        ----------
        words : numpy.ndarray of float64, shape (..., size)
            Word signatures.
        plan : Plan
            From words to the result, of degree at least 1.
        column : int
            1 to put a scalar in front, otherwise 0.
        dtype : dtype
            Of the result.

        Returns
        -------
        numpy.ndarray, shape (..., column + plan.size)
            The results.
        """
        out = np.empty((*words.shape[:-1], plan.size + column))
        if column:
            out[..., 0] = 1.0 if plan.program is None else 0.0
        if plan.output_map is not None:
            kernels.map_words(
                np.ascontiguousarray(words).reshape(-1, self.size),
                out.reshape(-1, plan.size + column),
                column,
                plan.output_map,
                plan.program,
                self.n_threads,
            )
        return out.astype(dtype, copy=False)

    def _reversal(self) -> tuple[npt.NDArray[np.int64], Floats]:
        """Return where each word stands backwards, with lead and lag exchanged, and its sign."""
        swap = np.arange(self.dimension)
        if self.lead_lag:
            both = 2 * self.channels
            swap[:both] = (swap[:both] + self.channels) % both
        place, start, level = [], 0, swap
        for length in range(1, self.degree + 1):
            if length > 1:
                # The word a.v, a its first letter, is v backwards followed by a.
                level = (level * self.dimension + swap[:, None]).ravel()
            place.append(start + level)
            start += self.dimension**length
        signs = [np.full(len(p), (-1.0) ** (k + 1)) for k, p in enumerate(place)]
        return np.concatenate(place), np.concatenate(signs)
