"""Readable NumPy versions of the kernels on word signatures: the same names and results.

See `treealg._fast.reference` for the part these play, and for the layout of words; words of chains
are laid out as in `treealg._fast.reference_chains`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from treealg._fast import reference, reference_chains

__all__ = ["corrected_path_prefixes", "map_words", "path_prefixes", "word_products"]

Array = npt.NDArray[Any]


def word_products(
    left: Array, right: Array, out: Array, chains: reference_chains.ChainProgram, n_threads: int
) -> None:
    """Write the product of each row of `left` with that of `right`, the earlier one left.

    Parameters
    ----------
    left, right : ndarray of float32 or float64, shape (batch, words)
        Word signatures.
    out : ndarray, shape (batch, words)
        Receives the products.
    chains : ChainProgram
        The words, of chains or of letters.
    n_threads : int
        Ignored here.
    """
    out[...] = chains.product(left.T, right.T).T


def map_words(
    words: Array,
    out: Array,
    column: int,
    output_map: reference.SparseMap,
    log_program: reference.ConvolutionProgram | None,
    n_threads: int,
) -> None:
    """Write the mapped word signature, or its logarithm, of each row of `words` to one of `out`.

    Parameters
    ----------
    words : ndarray of float32 or float64, shape (batch, words)
        Word signatures.
    out : ndarray, shape (batch, columns)
        Receives ``out[:, column : column + output_map.rows]``.
    column : int
        First column written.
    output_map : SparseMap
        Applied last.
    log_program : ConvolutionProgram or None
        Logarithm taken before; None for none.
    n_threads : int
        Ignored here.
    """
    given = np.array(words.T, order="C")
    if log_program is not None:
        given = log_program.log(given)
    out[:, column : column + output_map.rows] = output_map.apply(given).T


def path_prefixes(
    path: Array,
    out: Array,
    column: int,
    degree: int,
    output_map: reference.SparseMap,
    log_program: reference.ConvolutionProgram | None,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None:
    """Write the mapped word signature, or its logarithm, of each prefix of each path.

    Parameters
    ----------
    path : ndarray of float32 or float64, shape (batch, length, channels)
        The paths.
    out : ndarray, shape (batch, length - 1, columns)
        Receives ``out[:, t, column : column + output_map.rows]`` for the first ``t + 2`` points.
    column : int
        First column written.
    degree : int
        Length of the longest words.
    output_map : SparseMap
        Applied last.
    log_program : ConvolutionProgram or None
        Logarithm taken before; None for none.
    time_aug, lead_lag : bool
        Transforms of the paths.
    end_time : float
        Value of the time channel at the end of the whole path.
    n_threads : int
        Ignored here.
    """
    for t in range(path.shape[1] - 1):
        time = end_time * (t + 1) / (path.shape[1] - 1)
        reference.path_signature(
            path[:, : t + 2],
            out[:, t],
            column,
            degree,
            output_map,
            log_program,
            time_aug,
            lead_lag,
            time,
            n_threads,
        )


def corrected_path_prefixes(
    path: Array,
    correction: Array,
    out: Array,
    column: int,
    chains: reference_chains.ChainProgram,
    output_map: reference.SparseMap,
    log_program: reference.ConvolutionProgram | None,
    time_aug: bool,
    end_time: float,
    n_threads: int,
) -> None:
    """Write the mapped signature of words of chains, or its logarithm, of each prefix of each path.

    Parameters
    ----------
    path, correction, column, chains, output_map, log_program, time_aug
        As for `reference_chains.corrected_path_signature`.
    out : ndarray, shape (batch, length - 1, columns)
        Receives ``out[:, t, column : column + output_map.rows]`` for the first ``t + 2`` points.
    end_time : float
        Value of the time channel at the end of the whole path.
    n_threads : int
        Ignored here.
    """
    for t in range(path.shape[1] - 1):
        time = end_time * (t + 1) / (path.shape[1] - 1)
        reference_chains.corrected_path_signature(
            path[:, : t + 2],
            correction[:, : t + 1],
            out[:, t],
            column,
            chains,
            output_map,
            log_program,
            time_aug,
            time,
            n_threads,
        )
