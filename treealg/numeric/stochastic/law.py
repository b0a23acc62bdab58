"""The law of a process with independent increments, as arguments: its cumulants, level by level.

Cumulants are what the kernels take: those of n labels times the time, over n!, in the order of
words, symmetrised in their labels. The gradient takes the same way back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg import tables
from treealg.checks import LIFTS, check_choice
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.arrays import as_rows, check_kinds
from treealg.numeric.arguments.batches import broadcast_all
from treealg.numeric.arguments.calls import (
    SIGNATURE,
    Call,
    checked_call,
    checked_transform,
    coefficients,
)
from treealg.numeric.arguments.rows import Rows

__all__ = ["Law", "Options", "checked_law"]

_SQUARE = "channels", "channels"


class Law(NamedTuple):
    """The checked arguments of a function of a law.

    Attributes
    ----------
    call : Call
        Its options.
    lift : str
        The name of the lift.
    time : float
        The length of the interval of time.
    given : tuple of Rows
        Drift and covariance, and the moments of jumps if there are any, as they were given.
    wide : tuple of Rows
        The same with one batch.
    """

    call: Call
    lift: str
    time: float
    given: tuple[Rows, ...]
    wide: tuple[Rows, ...]

    @property
    def levels(self) -> int:
        """The labels of the longest cumulant that is not zero."""
        return self.call.nodes if len(self.given) > 2 else min(self.call.nodes, 2)

    @property
    def columns(self) -> int:
        """The cumulants up to that level."""
        return coefficients(self.call.dimension, self.levels, None, 0)

    @property
    def words(self) -> int:
        """The words of as many labels as there are nodes."""
        return coefficients(self.call.dimension, self.call.nodes, None, 0)

    def cumulants(self, values: Sequence[npt.NDArray[Any]], columns: int) -> npt.NDArray[Any]:
        """Return cumulants of some rows of the arguments, filled up with zeros to a number."""
        drift, covariance, *given = values
        moments = [self._of_all_words(rows) for rows in given]
        d, levels = self.call.dimension, self.levels
        found = np.zeros((drift.shape[0], columns), drift.dtype)
        with np.errstate(over="ignore", invalid="ignore"):  # infinities pass, as in kernels
            for level, part in self._parts(levels):
                out = found[:, part]
                if level == 1:
                    out += drift
                if level == 2:
                    out += covariance.reshape(-1, d * d)
                if moments:
                    out += moments[0][:, part]
                out[...] = self._symmetric(out, level)
        return found

    def gradients(self, derivs: npt.NDArray[Any], outputs: Sequence[npt.NDArray[Any]]) -> None:
        """Write derivatives in the arguments from those in cumulants."""
        drift, covariance, *moments = outputs
        levels = self.levels
        whole = np.empty((derivs.shape[0], self.columns), derivs.dtype)
        for level, part in self._parts(levels):
            given = self._symmetric(derivs[:, part], level)
            if level == 1:
                drift[...] = given
            if level == 2:
                covariance[...] = given.reshape(covariance.shape)
            whole[:, part] = given
        if moments:
            moments[0][...] = whole[:, self._light]
        if levels < 1:
            drift[...] = 0
        if levels < 2:
            covariance[...] = 0

    @property
    def _light(self) -> Any:
        """Which words have moments."""
        call = self.call
        if call.weights is None:
            return slice(None)
        return tables.light_elements(call.weights, call.degree, planar=None)

    def _of_all_words(self, moments: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return moments with zeros for words that are too heavy."""
        if self.call.weights is None:
            return moments
        whole = np.zeros((moments.shape[0], self.words), moments.dtype)
        whole[:, self._light] = moments
        return whole

    def _parts(self, levels: int) -> list[tuple[int, slice]]:
        ends = [coefficients(self.call.dimension, level, None, 0) for level in range(levels + 1)]
        return [(level, slice(*ends[level - 1 : level + 1])) for level in range(1, levels + 1)]

    def _symmetric(self, values: npt.NDArray[Any], level: int) -> Any:
        """Return the symmetric part of a level, times the time over n!; its own transpose."""
        factor = values.dtype.type(self.time / math.factorial(level))
        with np.errstate(over="ignore", invalid="ignore"):  # infinities pass, as in kernels
            if level == 1:
                return values * factor
            order, begins, place, count = _orbits(self.call.dimension, level)
            sums = np.add.reduceat(values[:, order], begins, axis=1)
            return (sums / count.astype(values.dtype))[:, place] * factor


@lru_cache(maxsize=32)
def _orbits(dimension: int, level: int) -> tuple[npt.NDArray[Any], ...]:
    """Group the words of a length that are the same up to order.

    Return the words group by group, where groups begin, the group of each word, and their sizes.
    """
    labels = np.sort(np.indices((dimension,) * level).reshape(level, -1), axis=0)
    number = np.ravel_multi_index(tuple(labels), (dimension,) * level)
    _, place, count = np.unique(number, return_inverse=True, return_counts=True)
    begins = np.cumsum(count) - count
    return np.argsort(place, kind="stable"), begins, place, count


class Options(NamedTuple):
    """What a function of a law is asked, as callers give it, beside arrays."""

    degree: Any
    lift: Any
    end_time: Any
    planar: Any
    weights: Any
    n_jobs: Any
    scalar_term: Any = False


def checked_law(drift: Any, covariance: Any, jump_moments: Any, options: Options) -> Law:
    """Check the arguments of a function of a law."""
    lift = check_choice("lift", options.lift, LIFTS)
    time = checked_transform(True, False, options.end_time).end_time
    b = as_rows(drift, "drift", 1, axes=("channels",))
    d = b.item[0]
    if d < 1:
        raise InvalidValueError(
            f"drift must have shape (..., channels) with at least one channel, got shape "
            f"{b.array.shape}"
        )
    call = checked_call(
        d, options.degree, options.planar, options.n_jobs, SIGNATURE,
        scalar_term=options.scalar_term, weights=options.weights,
    )  # fmt: skip
    given = [b, as_rows(covariance, "covariance", 2, axes=_SQUARE)]
    if given[1].item != (d, d):
        raise InvalidValueError(
            f"covariance must have shape (..., {d}, {d}), as drift has {d} channels; got shape "
            f"{given[1].array.shape}"
        )
    if jump_moments is not None:
        given.append(as_rows(jump_moments, "jump_moments", 1, axes=("moments",)))
        columns = coefficients(d, call.degree, None, 0, call.weights)
        if given[2].item[0] != columns:
            raise InvalidValueError(
                f"jump_moments must have {columns} columns, the moments of 1 to {call.nodes} of "
                f"{d} coordinates that are light enough, level after level; got shape "
                f"{given[2].array.shape}"
            )
    for rows in given[1:]:
        check_kinds(b, rows)
    return Law(call, lift, time, tuple(given), broadcast_all(*given))
