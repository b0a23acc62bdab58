"""Counts of sequences of large trees, modulo primes: all totals at once, one order after the other.

Dropping the trees of order k multiplies the generating function of non-decreasing sequences by
(1 - x^k)^N_k, which takes a number of products of long integers that is quadratic in the greatest
total. Modulo primes below 2**20 it is, for each residue of the total modulo k, the product with a
triangular matrix of Toeplitz form, exact in double precision. No integer is made but those that are
asked for. The primes are those of `modular_counts`, as a count here is at most that of all forests.
"""

from __future__ import annotations

from operator import mul
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from treealg.symbolic.trees.modular_counts import (
    count_primes,
    forest_residues,
    integer_weights,
)
from treealg.symbolic.trees.sizes import check_steps

__all__ = ["ModularColumns", "check_columns"]

_FEW_TERMS = 24  # of a factor, which are added one by one
_LEAST_ORDER = 4  # of trees, from which on matrices pay
_MOST_TERMS = 4096  # products below 2**38, so that their sums are exact
_PRIMES_AT_ONCE = 16
_MATRIX_ENTRIES = 2**21
_ENTRIES_PER_STEP = 16  # so that 10 million steps are 640 megabytes, and seconds
_PRODUCTS_PER_STEP = 400

_Floats = NDArray[np.float64]


def check_columns(greatest: int, order: int, counts: Any, colours: int) -> None:
    """Refuse counts of trees of at least `order` vertices if all that they need takes too long.

    Examples
    --------
    >>> from treealg.symbolic.trees.enumeration import counts
    >>> check_columns(9, 3, counts(1, False), 1)
    """
    length = greatest + 1
    entries = sum(max(length - 3 * k, 0) for k in range(1, order + 1))
    products = sum(length * min(counts.trees(k) + 1, -(-length // k)) for k in range(1, order))
    check_steps(
        f"the place of a tree of {greatest:,} vertices, with several branches of {order:,} or more "
        "beside each other,",
        count_primes(greatest, colours)
        * max(entries // _ENTRIES_PER_STEP, products // _PRODUCTS_PER_STEP),
    )


class ModularColumns:
    """The numbers of sequences by least order of their trees, and total, up to a greatest total.

    Parameters
    ----------
    greatest : int
        The greatest total.
    counts : Counts
        The numbers of trees.
    colours : int
        The number of colours.

    Examples
    --------
    >>> from treealg.symbolic.trees.enumeration import counts
    >>> columns = ModularColumns(9, counts(1, False), 1)
    >>> [columns.count(9, order) for order in (1, 2, 3)]
    [719, 433, 366]
    """

    def __init__(self, greatest: int, counts: Any, colours: int) -> None:
        self._counts = counts
        self._colours = colours
        self._greatest = greatest
        residues, self._primes = forest_residues(greatest, colours)
        self._weights, self._product = integer_weights(self._primes)
        self._inverses = [np.ones_like(self._primes)] * 2
        self._moduli = self._primes.astype(np.float64)[:, None]
        # With room for the last block, whatever the length of blocks.
        self._work = np.zeros((len(self._primes), 2 * greatest + 2))
        self._work[:, : greatest + 1] = residues.T
        _reduce(self._work, self._moduli)
        self._columns = [self._useful(1)]

    def count(self, total: int, order: int) -> int:
        """Return the number of sequences of trees of at least `order` vertices.

        Their vertices are `total`, at least three times `order`.
        """
        if len(self._columns) < order:
            self.extend(order)
        residues = self._columns[order - 1][:, total - 3 * order].tolist()
        found: int = sum(map(mul, residues, self._weights)) % self._product
        return found

    def extend(self, order: int) -> None:
        """Make what counts of trees of at least `order` vertices need, unless it takes too long."""
        length = self._greatest + 1
        check_columns(self._greatest, order, self._counts, self._colours)
        while len(self._columns) < order:
            k = len(self._columns)
            blocks = -(-length // k)
            factor = self._factor(blocks, self._counts.trees(k))
            few = factor.shape[1] <= min(_FEW_TERMS, blocks - 1)
            by = _by_terms if few or k < _LEAST_ORDER or blocks > _MOST_TERMS else _by_matrices
            by(self._work, length, factor, k, self._moduli)
            self._columns.append(self._useful(k + 1))

    def _useful(self, order: int) -> NDArray[np.int32]:
        """Return the counts that are asked for, those of more than two trees."""
        return self._work[:, 3 * order : self._greatest + 1].astype(np.int32)

    def _factor(self, count: int, number: int) -> _Floats:
        """Return at most `count` coefficients of (1 - y)^number, in a row for each prime."""
        primes, inverses = self._primes, self._inverses
        if len(inverses) < count:
            columns = np.arange(len(primes))
            known = np.ones((count, len(primes)), np.int64)
            known[: len(inverses)] = inverses
            for r in range(len(inverses), count):
                quotient, rest = np.divmod(primes, r)
                known[r] = (primes - quotient) * known[rest, columns] % primes
            self._inverses = inverses = list(known)
        terms = [np.ones_like(primes)]
        top = np.array([number % prime for prime in primes.tolist()], np.int64)
        for r in range(1, min(count, number + 1)):
            terms.append(terms[-1] * ((r - 1 - top) % primes) % primes * inverses[r] % primes)
        factor = np.stack(terms, axis=1).astype(np.float64)
        _reduce(factor, self._moduli)
        return factor


def _reduce(x: _Floats, moduli: _Floats) -> None:
    """Replace integers by residues of at most half the modulus, or one more by rounding."""
    quotient = x / moduli
    np.rint(quotient, out=quotient)
    quotient *= moduli
    x -= quotient


def _by_terms(work: _Floats, length: int, factor: _Floats, k: int, moduli: _Floats) -> None:
    """Multiply rows by a factor, a polynomial in x^k, by adding its terms one by one."""
    for low in range(0, len(work), _PRIMES_AT_ONCE):
        part = slice(low, low + _PRIMES_AT_ONCE)
        rows = work[part, :length]
        total = rows.copy()
        for r in range(1, factor.shape[1]):
            total[:, r * k :] += factor[part, r : r + 1] * rows[:, : length - r * k]
            if r % _MOST_TERMS == 0:
                _reduce(total, moduli[part])
        _reduce(total, moduli[part])
        rows[:] = total


def _by_matrices(work: _Floats, length: int, factor: _Floats, k: int, moduli: _Floats) -> None:
    """Do the same with matrices: block i is the sum over j of factor[i - j] times block j."""
    blocks = -(-length // k)
    terms = np.zeros((len(work), 2 * blocks - 1))
    terms[:, blocks - 1 : blocks - 1 + factor.shape[1]] = factor
    # There is a single tree between order k and twice that: these blocks stay, but for x^k itself.
    matrices = sliding_window_view(terms, blocks, axis=1)[:, 2:, ::-1]
    at_once = min(max(_MATRIX_ENTRIES // blocks**2, 1), _PRIMES_AT_ONCE)
    for low in range(0, len(work), at_once):
        part = slice(low, low + at_once)
        vectors = work[part, : blocks * k].reshape(-1, blocks, k)
        sums = np.ascontiguousarray(matrices[part]) @ vectors
        sums = sums.reshape(len(sums), -1)[:, : length - 2 * k]
        _reduce(sums, moduli[part])
        work[part, 2 * k : length] = sums
    work[:, k] = 0
