"""What the stream classes share: their options, and reading what is pushed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric import arrays, options, plans
from treealg.numeric.word_rows import Words

__all__ = ["StreamBase"]

Floats = npt.NDArray[np.float64]


class StreamBase:
    """A batch of growing paths with the options of a signature or log-signature.

    Parameters
    ----------
    dimension, degree, planar, scalar_term, time_aug, lead_lag, end_time, n_jobs
        As for `BranchedSigStream`.
    method : int or None
        None for signatures, otherwise the form of the log-signature.

    Raises
    ------
    InvalidTypeError
        As `BranchedLogSigStream`.
    InvalidValueError
        As `BranchedLogSigStream`.
    """

    def __init__(
        self,
        dimension: Any,
        degree: Any,
        planar: Any,
        scalar_term: Any,
        method: Any,
        time_aug: Any,
        lead_lag: Any,
        end_time: Any,
        n_jobs: Any,
    ) -> None:
        self._channels = options.integer(dimension, "dimension", 1)
        self._degree = options.integer(degree, "degree", 0)
        self._planar = options.flag(planar, "planar")
        self._column = 1 if options.flag(scalar_term, "scalar_term") else 0
        self._method = None if method is None else options.log_method(method, self._planar)
        if self._method and self._column:
            raise InvalidValueError(
                f"scalar_term must be False with method={self._method}, whose coordinates have no "
                f"scalar; use method=0 for the expanded form"
            )
        self._end_time = options.end_time_of(end_time)
        transforms = options.flag(time_aug, "time_aug"), options.flag(lead_lag, "lead_lag")
        n_threads = options.threads(n_jobs)
        letters = options.effective_dimension(self._channels, *transforms)
        plans.basis_columns(letters, self._degree, self._planar)
        # Degree 0 computes nothing, but counts points all the same.
        self._words = Words(self._channels, max(self._degree, 1), *transforms, n_threads)
        self._batch: tuple[int, ...] | None = None
        self._kind = arrays.NUMPY
        self._dtype = np.dtype(np.float64)

    def _read(self, points: Any, name: str, item_ndim: int) -> Floats:
        """Return new points as (count, new, channels); the first ones settle batch and kind."""
        rows = arrays.as_rows(points, name, item_ndim)
        if rows.item[-1] != self._channels:
            raise InvalidValueError(
                f"{name} must have {self._channels} channels on the last axis, got shape "
                f"{rows.array.shape}"
            )
        if self._batch is None:
            self._batch, self._kind, self._dtype = rows.batch, rows.kind, rows.dtype
            self._start_batch(rows.count)
        elif rows.batch != self._batch:
            raise InvalidValueError(
                f"{name} must have the leading shape {self._batch} of the first push, got "
                f"{rows.batch}"
            )
        elif rows.kind is not self._kind or rows.dtype != self._dtype:
            raise InvalidTypeError(
                f"{name} must be a {self._kind} of {self._dtype} as in the first push, got a "
                f"{rows.kind} of {rows.dtype}"
            )
        new = rows.item[0] if item_ndim == 2 else 1
        return np.asarray(rows.array, np.float64).reshape(rows.count, new, self._channels)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        # Kinds are compared by identity, which a pickled text loses.
        self._kind = arrays.TORCH if self._kind == arrays.TORCH else arrays.NUMPY

    def _start_batch(self, count: int) -> None:
        """Make room for a number of paths."""
        raise NotImplementedError

    def _unit(self, segments: Any) -> Any:
        """Return the time per step of the transformed path over some segments."""
        return self._end_time / np.maximum(self._words.steps(segments), 1)

    def _results(self, words: Floats, segments: Any) -> npt.NDArray[Any]:
        """Turn word signatures, shape (..., words), into results."""
        plan = plans.path_plan(self._words.dimension, self._degree, self._planar, self._method)
        timed = self._words.with_time(words, self._unit(segments))
        return self._words.mapped(timed, plan, self._column, self._dtype)

    def _wrapped(self, results: npt.NDArray[Any], *front: int) -> Any:
        """Return results of shape (front, count, coefficients) with the batch's own shape."""
        batch = self._batch if self._batch is not None else ()
        shaped = results.reshape(*front, *batch, results.shape[-1])
        return arrays.wrap(np.ascontiguousarray(shaped), self._kind)

    @property
    def batch_shape(self) -> tuple[int, ...] | None:
        """Leading shape of what is pushed, None before the first push."""
        return self._batch
