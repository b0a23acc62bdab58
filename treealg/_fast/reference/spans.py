"""Spans of paths in readable NumPy: each as if it were a path of its own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from treealg._fast.reference.coefficients import path_coefficients, path_coefficients_backward
from treealg._fast.reference.lines import Lines
from treealg._fast.reference.paths import (
    path_prefixes,
    path_signature,
    path_signature_backward,
    prefixes_backward,
)
from treealg._fast.reference.programs import (
    Array,
    ConvolutionProgram,
    SparseMap,
    TreeProgram,
    WordProgram,
)

__all__ = [
    "span_coefficients",
    "span_coefficients_backward",
    "span_prefixes",
    "span_prefixes_backward",
    "span_signature",
    "span_signature_backward",
]


def span_signature(
    path: Array | Lines,
    spans: Array,
    correction: Array | None,
    out: Array,
    words: WordProgram,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None:
    """Write the mapped word signature, or its logarithm, of one span of each path.

    Parameters
    ----------
    path, correction, out, words, output_map, log_program, time_aug, lead_lag, end_time, n_threads
        As for `path_signature`; time runs from the first point of a span to its last. The path may
        be `Lines`, in all functions of spans.
    spans : ndarray of int64, shape (batch, 2)
        First point of each span, and how many there are, at least 1; or, of shape (batch,), that
        of spans which begin with their paths.
    """
    rest = words, output_map, log_program, time_aug, lead_lag, end_time, n_threads
    for i, piece, steps in _spans(path, spans, correction):
        path_signature(piece, steps, out[i : i + 1], *rest)


def span_prefixes(
    path: Array | Lines,
    spans: Array,
    correction: Array | None,
    out: Array,
    words: WordProgram,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None:
    """Write the mapped word signature, or its logarithm, of each prefix of one span of each path.

    Parameters
    ----------
    path, spans, correction, words, output_map, log_program, time_aug, lead_lag, end_time, n_threads
        As for `span_signature`.
    out : ndarray, shape (batch, segments, output_map.rows)
        Receives in ``out[i, t]`` the result for the first ``t + 2`` points of span i; what is
        beyond its end is left as it is.
    """
    rest = words, output_map, log_program, time_aug, lead_lag, end_time, n_threads
    for i, piece, steps in _spans(path, spans, correction):
        path_prefixes(piece, steps, out[i : i + 1, : piece.shape[1] - 1], *rest)


def span_coefficients(
    path: Array | Lines,
    spans: Array,
    correction: Array | None,
    out: Array,
    program: TreeProgram,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None:
    """Write the values of a program on one span of each path to a row of `out`.

    Parameters
    ----------
    path, correction, out, program, time_aug, lead_lag, end_time, n_threads
        As for `path_coefficients`.
    spans : ndarray of int64, shape (batch, 2)
        As for `span_signature`.
    """
    for i, piece, steps in _spans(path, spans, correction):
        path_coefficients(
            piece, steps, out[i : i + 1], program, time_aug, lead_lag, end_time, n_threads
        )


def span_signature_backward(
    path: Array | Lines,
    spans: Array,
    correction: Array | None,
    derivs: Array,
    out: Array,
    out_correction: Array | None,
    words: WordProgram,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None:
    """Write the derivatives in the points of spans, given those in `span_signature`.

    Parameters
    ----------
    path, spans, correction, words, output_map, log_program, time_aug, lead_lag, end_time, n_threads
        As for `span_signature`.
    derivs : ndarray, shape (batch, output_map.rows)
        Derivatives in the results.
    out : ndarray, shape (points of all spans, channels)
        Receives the derivatives in the points, span after span; contiguous.
    out_correction : ndarray or None, shape (points of all spans, columns)
        Receives those in the correction, one row for the segment from each point on, and zeros for
        the last point of a span; None if that is None.
    """
    rest = words, output_map, log_program, time_aug, lead_lag, end_time, n_threads
    for i, piece, steps, points, increments in _targets(
        path, spans, correction, out, out_correction
    ):
        path_signature_backward(piece, steps, derivs[i : i + 1], points, increments, *rest)


def span_prefixes_backward(
    path: Array | Lines,
    spans: Array,
    correction: Array | None,
    derivs: Array,
    out: Array,
    out_correction: Array | None,
    words: WordProgram,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None:
    """Write the derivatives in the points of spans, given those in `span_prefixes`.

    Parameters
    ----------
    path, spans, correction, words, output_map, log_program, time_aug, lead_lag, end_time, n_threads
        As for `span_signature`.
    derivs : ndarray, shape (batch, segments, output_map.rows)
        Derivatives in the results; what is beyond the end of a span is not read.
    out, out_correction
        As for `span_signature_backward`.
    """
    rest = words, output_map, log_program, time_aug, lead_lag, end_time
    for i, piece, steps, points, increments in _targets(
        path, spans, correction, out, out_correction
    ):
        own = {t + 1: derivs[i : i + 1, t] for t in range(piece.shape[1] - 1)}
        prefixes_backward(piece, steps, own, points, increments, *rest)


def span_coefficients_backward(
    path: Array | Lines,
    spans: Array,
    correction: Array | None,
    derivs: Array,
    out: Array,
    out_correction: Array | None,
    program: TreeProgram,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None:
    """Write the derivatives in the points of spans, given those in `span_coefficients`.

    Parameters
    ----------
    path, spans, correction, program, time_aug, lead_lag, end_time, n_threads
        As for `span_coefficients`.
    derivs : ndarray, shape (batch, program.outputs)
        Derivatives in the values.
    out, out_correction
        As for `span_signature_backward`.
    """
    rest = program, time_aug, lead_lag, end_time, n_threads
    for i, piece, steps, points, increments in _targets(
        path, spans, correction, out, out_correction
    ):
        path_coefficients_backward(piece, steps, derivs[i : i + 1], points, increments, *rest)


def _spans(
    path: Array | Lines, spans: Array, correction: Array | None
) -> Iterator[tuple[int, Array, Array | None]]:
    """Yield the number of each span, its points and its correction, as a batch of one path."""
    if isinstance(path, Lines):
        path = path.whole()
    if spans.ndim == 1:
        spans = np.stack([np.zeros_like(spans), spans], axis=1)
    if correction is not None:
        wide = len(path), path.shape[1] - 1, correction.shape[2]
        correction = np.broadcast_to(correction, wide)
    for i, (first, points) in enumerate(spans.tolist()):
        one, last = slice(i, i + 1), first + points
        own = None if correction is None else correction[one, first : last - 1]
        yield i, path[one, first:last], own


def _targets(
    path: Array | Lines,
    spans: Array,
    correction: Array | None,
    out: Array,
    out_correction: Array | None,
) -> Iterator[tuple[int, Array, Array | None, Array, Array | None]]:
    """Yield these, and where the derivatives in points and correction of the span are written."""
    at = 0
    for i, piece, steps in _spans(path, spans, correction):
        last = at + piece.shape[1]
        increments = None
        if out_correction is not None:
            increments = out_correction[None, at : last - 1]
            out_correction[last - 1] = 0
        yield i, piece, steps, out[None, at:last], increments
        at = last
