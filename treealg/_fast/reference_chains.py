"""Readable NumPy versions of the kernels for words of chains: same names, arguments and results.

Representation, shared with the kernels
    A letter is a chain of 1 to `longest` labels, numbered by its labels as digits from leaf to
    root. Words are grouped by the weights of their letters, a composition; the words of a
    composition of n stand together, numbered by their n digits. Arrays have words first and the
    batch last. Who calls has checked shapes, dtypes and ranges.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg._fast.reference import ConvolutionProgram, SparseMap, _transformed

__all__ = [
    "ChainProgram",
    "corrected_path_signature",
    "corrected_path_signature_backward",
]

Array = npt.NDArray[Any]


class ChainProgram:
    """The words of chains, as a program over their compositions.

    Parameters
    ----------
    dimension, degree : int
        Labels, and the largest weight of a word.
    letters : ndarray of int64, shape (longest + 1,)
        Number of letters of each weight; 0 of weight 0, `dimension` of weight 1.
    start : ndarray of int64, shape (compositions + 1,)
        First word of each composition, and the number of words; composition 0 is the empty one.
    weight : ndarray of int, shape (compositions,)
        Labels of the words of each composition.
    child : ndarray of int32, shape (compositions, longest + 1)
        The composition followed by a letter of weight k, or -1.
    cut_ptr, cut_left, cut_right : ndarray
        The cuts of each composition in two that are not empty.
    letter_column : ndarray of int32, shape (letters,)
        For letters of weight 1 to `longest` the column of the correction, or -1: for one of weight
        1 the step of the path, otherwise nothing.
    """

    def __init__(
        self,
        dimension: int,
        degree: int,
        letters: npt.NDArray[np.int64],
        start: npt.NDArray[np.int64],
        weight: npt.NDArray[np.int64],
        child: npt.NDArray[np.int32],
        cut_ptr: npt.NDArray[np.int64],
        cut_left: npt.NDArray[np.int32],
        cut_right: npt.NDArray[np.int32],
        letter_column: npt.NDArray[np.int32],
    ) -> None:
        self.columns = int(start[-1])
        self.largest_column = int(letter_column.max())
        self._dimension = dimension
        self._start, self._child = start, child
        self._cuts = [
            list(zip(cut_left[a:b].tolist(), cut_right[a:b].tolist(), strict=True))
            for a, b in pairwise(cut_ptr.tolist())
        ]
        self._columns = np.split(letter_column, np.cumsum(letters)[1:-1])

    def letters(self, step: Array, correction: Array) -> list[Array]:
        """Return the increments of the letters of each weight, each of shape (letters, batch)."""
        found = [step.T] if self._columns[0][0] < 0 else []
        for column in self._columns[len(found) :]:
            found.append(np.where(column[:, None] < 0, 0, correction.T[np.maximum(column, 0)]))
        return found

    def exponential(self, letters: list[Array]) -> Array:
        """Return exp of the letters on every word, shape (columns, batch)."""
        out = np.zeros((self.columns, letters[0].shape[1]), dtype=letters[0].dtype)
        for node, (length, product) in enumerate(self._products(letters)):
            if node:
                out[self._words(node)] = product / math.factorial(length)
        return out

    def exponential_backward(self, letters: list[Array], derivs: Array) -> list[Array]:
        """Return the derivatives in the letters, given those in the exponential."""
        found = [np.zeros_like(letter) for letter in letters]
        products = self._products(letters)
        d_products = [np.zeros_like(product) for _, product in products]
        for node in range(len(products) - 1, -1, -1):
            length, product = products[node]
            if node:
                d_products[node] += derivs[self._words(node)] / math.factorial(length)
            for k, child in enumerate(self._child[node]):
                if child >= 0:
                    shape = (len(product), *letters[k - 1].shape)
                    d_child = d_products[child].reshape(shape)
                    found[k - 1] += (product[:, None] * d_child).sum(axis=0)
                    d_products[node] += (d_child * letters[k - 1]).sum(axis=1)
        return found

    def _products(self, letters: list[Array]) -> list[tuple[int, Array]]:
        """Return for each composition its letters, and the product of them on each word."""
        one = np.ones((1, letters[0].shape[1]), dtype=letters[0].dtype)
        found = [(0, one)] * len(self._child)
        for node in range(len(found)):
            length, product = found[node]
            for k, child in enumerate(self._child[node]):
                if child >= 0:
                    found[child] = (length + 1, _outer(product, letters[k - 1]))
        return found

    def product(self, left: Array, right: Array) -> Array:
        """Return the product of two signatures, shape (columns, batch)."""
        out = left + right
        for node, cuts in enumerate(self._cuts):
            for a, b in cuts:
                out[self._words(node)] += _outer(left[self._words(a)], right[self._words(b)])
        return out

    def product_backward(self, left: Array, right: Array, derivs: Array) -> tuple[Array, Array]:
        """Return the derivatives in both factors, given those in their product."""
        d_left, d_right = derivs.copy(), derivs.copy()
        for node, cuts in enumerate(self._cuts):
            for a, b in cuts:
                u, v = left[self._words(a)], right[self._words(b)]
                here = derivs[self._words(node)].reshape(len(u), *v.shape)
                d_left[self._words(a)] += (here * v[None]).sum(axis=1)
                d_right[self._words(b)] += (here * u[:, None]).sum(axis=0)
        return d_left, d_right

    def letters_backward(self, derivs: list[Array], d_step: Array, d_correction: Array) -> None:
        """Write the derivatives in step and correction, given those in the letters."""
        if self._columns[0][0] < 0:
            d_step[...] = derivs[0].T[:, : d_step.shape[1]]
        for column, letter in zip(self._columns, derivs, strict=True):
            d_correction[:, column[column >= 0]] = letter[column >= 0].T

    def _words(self, node: int) -> slice:
        return slice(int(self._start[node]), int(self._start[node + 1]))


def _outer(left: Array, right: Array) -> Array:
    return (left[:, None] * right[None]).reshape(len(left) * len(right), left.shape[1])


def corrected_path_signature(
    path: Array,
    correction: Array,
    out: Array,
    column: int,
    chains: ChainProgram,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    time_aug: bool,
    end_time: float,
    n_threads: int,
) -> None:
    """Write the mapped signature of words of chains, or its logarithm, of each path into `out`.

    Parameters
    ----------
    path : ndarray of float32 or float64, shape (batch, length, channels)
        Paths, piecewise linear; ``length >= 1``.
    correction : ndarray, shape (batch, length - 1, columns)
        What each segment has on longer letters; of the dtype of `path`, any strides.
    out : ndarray, shape (batch, columns)
        Receives ``out[:, column : column + output_map.rows]``; of the dtype of `path`.
    column : int
        First column written.
    chains : ChainProgram
        The words.
    output_map : SparseMap
        From words to the coefficients wanted.
    log_program : ConvolutionProgram or None
        Logarithm of words to take before `output_map`; None for the signature itself.
    time_aug : bool
        Whether to append time.
    end_time : float
        Last value of the time channel.
    n_threads : int
        Ignored here.
    """
    points = _transformed(path, time_aug, False, end_time)
    words = np.zeros((chains.columns, len(path)), dtype=path.dtype)
    for t in range(points.shape[1] - 1):
        letters = chains.letters(points[:, t + 1] - points[:, t], correction[:, t])
        words = chains.product(words, chains.exponential(letters))
    if log_program is not None:
        words = log_program.log(words)
    out[:, column : column + output_map.rows] = output_map.apply(words).T


def corrected_path_signature_backward(
    path: Array,
    correction: Array,
    derivs: Array,
    derivs_column: int,
    out: Array,
    out_correction: Array,
    chains: ChainProgram,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    time_aug: bool,
    end_time: float,
    n_threads: int,
) -> None:
    """Write the derivatives in path and correction, given that in `corrected_path_signature`.

    Parameters
    ----------
    path, correction, chains, output_map, log_program, time_aug, end_time, n_threads
        As for `corrected_path_signature`.
    derivs : ndarray, shape (batch, columns)
        Derivatives in the result, which begins at `derivs_column`.
    derivs_column : int
        First column read.
    out : ndarray, shape (batch, length, channels)
        Receives the derivatives in `path`.
    out_correction : ndarray, shape (batch, length - 1, columns)
        Receives those in `correction`.
    """
    points = _transformed(path, time_aug, False, end_time)
    words = [np.zeros((chains.columns, len(path)), dtype=path.dtype)]
    letters = [
        chains.letters(points[:, t + 1] - points[:, t], correction[:, t])
        for t in range(points.shape[1] - 1)
    ]
    for letter in letters:
        words.append(chains.product(words[-1], chains.exponential(letter)))
    rows = derivs[:, derivs_column : derivs_column + output_map.rows]
    d_words = output_map.apply_transpose(rows.T)
    if log_program is not None:
        d_words = log_program.log_backward(words[-1], d_words)
    out[...] = 0
    d_step = np.zeros_like(path[:, 0])
    for t in range(len(letters) - 1, -1, -1):
        factor = chains.exponential(letters[t])
        d_words, d_factor = chains.product_backward(words[t], factor, d_words)
        d_letters = chains.exponential_backward(letters[t], d_factor)
        chains.letters_backward(d_letters, d_step, out_correction[:, t])
        out[:, t + 1] += d_step
        out[:, t] -= d_step
