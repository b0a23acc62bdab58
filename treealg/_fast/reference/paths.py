"""Words along paths in readable NumPy: signatures, prefixes, and gradients.

A path without correction is one with chains of length 1. The backward pass is not the one of the
kernels: it differentiates the product with the exponential of each step.
"""

from __future__ import annotations

import numpy as np

from treealg._fast.reference.programs import Array, ConvolutionProgram, SparseMap, WordProgram

__all__ = [
    "path_prefixes",
    "path_signature",
    "path_signature_backward",
    "path_steps",
    "prefixes_backward",
    "steps_to_points",
]


def path_signature(
    path: Array,
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
    """Write the mapped word signature, or its logarithm, of each path into `out`.

    Parameters
    ----------
    path : ndarray of float32 or float64, shape (batch, length, channels)
        Paths, piecewise linear; ``length >= 1``.
    correction : ndarray or None, shape (batch or 1, length - 1 or 1, columns)
        What each segment has on longer letters, one row for all paths or segments where there is
        but one; of the dtype of `path`. None for words that read no column; not with `lead_lag`.
    out : ndarray, shape (batch, output_map.rows)
        Receives the result; of the dtype of `path`.
    words : WordProgram
        The words, over the channels of the transformed path.
    output_map : SparseMap
        From words to the coefficients wanted.
    log_program : ConvolutionProgram or None
        Logarithm of words to take before `output_map`; None for the signature itself.
    time_aug, lead_lag : bool
        Path transforms, lead-lag first.
    end_time : float
        Last value of the time channel.
    n_threads : int
        Ignored here.
    """
    letters = _letters(path, correction, words, time_aug, lead_lag, end_time)
    signature = _signatures(words, letters, path)[-1]
    if log_program is not None:
        signature = log_program.log(signature)
    out[...] = output_map.apply(signature).T


def path_prefixes(
    path: Array,
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
    """Write the mapped word signature, or its logarithm, of each prefix of each path.

    Parameters
    ----------
    path, correction, words, output_map, log_program, time_aug, lead_lag, n_threads
        As for `path_signature`.
    out : ndarray, shape (batch, length - 1, output_map.rows)
        Receives in ``out[:, t]`` the result for the first ``t + 2`` points.
    end_time : float
        Value of the time channel at the end of the whole path.
    """
    letters = _letters(path, correction, words, time_aug, lead_lag, end_time)
    every = 2 if lead_lag else 1
    for t, signature in enumerate(_signatures(words, letters, path)[every::every]):
        mapped = signature if log_program is None else log_program.log(signature)
        out[:, t] = output_map.apply(mapped).T


def path_signature_backward(
    path: Array,
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
    """Write the derivatives in path and correction, given those in `path_signature`.

    Parameters
    ----------
    path, correction, words, output_map, log_program, time_aug, lead_lag, end_time, n_threads
        As for `path_signature`.
    derivs : ndarray, shape (batch, output_map.rows)
        Derivatives in the result.
    out : ndarray, shape (batch, length, channels)
        Receives the derivatives in `path`; contiguous path by path, of the dtype of `path`.
    out_correction : ndarray or None, shape (batch, length - 1, columns)
        Receives those in `correction`, likewise contiguous; None if that is None.
    """
    prefixes_backward(
        path,
        correction,
        {path.shape[1] - 1: derivs},
        out,
        out_correction,
        words,
        output_map,
        log_program,
        time_aug,
        lead_lag,
        end_time,
    )


def prefixes_backward(
    path: Array,
    correction: Array | None,
    derivs: dict[int, Array],
    out: Array,
    out_correction: Array | None,
    words: WordProgram,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
) -> None:
    """Write the derivatives in path and correction, given those in some prefixes.

    Parameters
    ----------
    path, correction, out, out_correction, words, output_map, log_program, time_aug, lead_lag, end_time
        As for `path_signature_backward`.
    derivs : dict of int
        By the number of segments of a prefix, derivatives in the result for it.
    """  # noqa: E501
    letters = _letters(path, correction, words, time_aug, lead_lag, end_time)
    signatures = _signatures(words, letters, path)
    every = 2 if lead_lag else 1
    d_signature = np.zeros_like(signatures[0])
    d_steps = np.zeros((len(path), len(letters), words.dimension), dtype=path.dtype)
    for t in range(len(letters) - 1, -1, -1):
        if (t + 1) % every == 0 and (t + 1) // every in derivs:
            added = output_map.apply_transpose(derivs[(t + 1) // every].T.copy())
            if log_program is not None:
                added = log_program.log_backward(signatures[t + 1], added)
            d_signature = d_signature + added
        factor = words.exponential(letters[t])
        d_signature, d_factor = words.product_backward(signatures[t], factor, d_signature)
        d_letters = words.exponential_backward(letters[t], d_factor)
        d_correction = None if out_correction is None else out_correction[:, t]
        words.letters_backward(d_letters, d_steps[:, t], d_correction)
    out[...] = steps_to_points(d_steps, path.shape, time_aug, lead_lag)


def _letters(
    path: Array,
    correction: Array | None,
    words: WordProgram,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
) -> list[list[Array]]:
    """Return the increments of the letters over each segment."""
    steps = path_steps(path, time_aug, lead_lag, end_time)
    if correction is not None:
        correction = np.broadcast_to(correction, (*steps.shape[:2], correction.shape[2]))
    return [
        words.letters(steps[:, t], None if correction is None else correction[:, t])
        for t in range(steps.shape[1])
    ]


def _signatures(words: WordProgram, letters: list[list[Array]], path: Array) -> list[Array]:
    """Return the word signatures up to each point of the transformed path."""
    found = [np.zeros((words.columns, len(path)), dtype=path.dtype)]
    for letter in letters:
        found.append(words.product(found[-1], words.exponential(letter)))
    return found


def path_steps(path: Array, time_aug: bool, lead_lag: bool, end_time: float) -> Array:
    """Return the increments of the transformed path, shape (batch, segments, dimension).

    Parameters
    ----------
    path : ndarray, shape (batch, length, channels)
        Paths.
    time_aug, lead_lag : bool
        Path transforms, lead-lag first.
    end_time : float
        Last value of the time channel.

    Returns
    -------
    ndarray
        The increments.
    """
    steps: Array = np.diff(path, axis=1)
    if lead_lag:
        both = np.zeros((len(path), steps.shape[1], 2, 2, path.shape[2]), dtype=path.dtype)
        both[:, :, 0, 1] = both[:, :, 1, 0] = steps
        steps = both.reshape(len(path), 2 * steps.shape[1], 2 * path.shape[2])
    if time_aug:
        time = np.diff(np.linspace(0.0, end_time, steps.shape[1] + 1, dtype=path.dtype))
        time = np.broadcast_to(time[:, None], (*steps.shape[:2], 1))
        steps = np.concatenate((steps, time), axis=2)
    return steps


def steps_to_points(
    d_steps: Array, shape: tuple[int, ...], time_aug: bool, lead_lag: bool
) -> Array:
    """Return the derivatives in the points, from those in the increments of `path_steps`.

    Parameters
    ----------
    d_steps : ndarray, shape (batch, segments, dimension)
        Derivatives in the increments.
    shape : tuple of int
        Shape of the paths, ``(batch, length, channels)``.
    time_aug, lead_lag : bool
        Path transforms.

    Returns
    -------
    ndarray
        Of that shape.
    """
    if time_aug:
        d_steps = d_steps[:, :, :-1]
    if lead_lag:
        both = d_steps.reshape(shape[0], shape[1] - 1, 2, 2, shape[2])
        d_steps = both[:, :, 0, 1] + both[:, :, 1, 0]
    d_path = np.zeros(shape, dtype=d_steps.dtype)
    d_path[:, 1:] += d_steps
    d_path[:, :-1] -= d_steps
    return d_path
