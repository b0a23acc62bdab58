"""Many counts of forests at once: modulo primes, products by Fourier transforms, then as integers.

The recursion m F(m) = sum over j of w(j) F(m-j) (see `Counts`) takes a quadratic number of products
of long integers. Here the residues of all F(m) modulo many primes below 2**20 stand side by side,
one column per prime, and the recursion is solved block by block (van der Hoeven, "Relax, but don't
be too lazy", J. Symbolic Comput. 34 (2002)): what a block gets from those before it is a sum of
products of blocks, which double precision gives to the nearest integer.

No count is beyond what `_bound` says, and the primes together are 2**38 times that at least: if a
residue were wrong, the integer would come out larger than the bound, which is tested.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log2, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from treealg.symbolic.trees.memo import remembered

__all__ = ["count_primes", "forest_residues", "forests_by_residues", "integer_weights"]

_BLOCK = 32
_RADIX = 16
_GREATEST_PRIME = 2**20
_BITS = 19.8  # of the least prime that is taken
_COLUMNS = 256
_ROWS = 256

_Integers = NDArray[np.int64]
_Spectra = tuple[NDArray[np.complex128], NDArray[np.complex128]]  # of forests, of weights


def forests_by_residues(nodes: int, colours: int) -> tuple[int, ...] | None:
    """Return the numbers of forests with 0, ..., `nodes` vertices, None if that is beyond reach.

    Examples
    --------
    >>> forests_by_residues(6, 2)
    (1, 2, 7, 26, 107, 458, 2058)
    """
    if not _is_reached(nodes, colours):
        return None
    residues, primes = forest_residues(nodes, colours)
    found = tuple(_integers(residues, colours, primes))
    greatest = 3 * (3 * colours) ** nodes
    return found if all(count <= greatest for count in found) else None


def forest_residues(nodes: int, colours: int) -> tuple[_Integers, _Integers]:
    """Return the numbers of forests modulo primes, in a row for each number of vertices, and these.

    The primes are enough for counts of up to `nodes` vertices that are no more than those of all
    forests.

    Examples
    --------
    >>> residues, primes = forest_residues(6, 2)
    >>> residues[:, 0].tolist()
    [1, 2, 7, 26, 107, 458, 2058]
    """
    primes = _primes()[: count_primes(nodes, colours)]
    parts = range(0, len(primes), _COLUMNS)
    residues = [_Residues(nodes, colours, primes[i : i + _COLUMNS]).forests for i in parts]
    return np.concatenate(residues, axis=1), primes


def integer_weights(primes: _Integers) -> tuple[list[int], int]:
    """Return the factors by which residues add up to an integer, and modulo what they do.

    Examples
    --------
    >>> weights, product = integer_weights(np.array([5, 7]))
    >>> (3 * weights[0] + 6 * weights[1]) % product
    13
    """
    moduli = primes.tolist()
    product = prod(moduli)
    others = [product // prime for prime in moduli]
    weights = [
        other * pow(other % prime, -1, prime) for other, prime in zip(others, moduli, strict=True)
    ]
    return weights, product


def _is_reached(nodes: int, colours: int) -> bool:
    return nodes < _GREATEST_PRIME // 2 and count_primes(nodes, colours) <= len(_primes())


def _bound(nodes: int, colours: int) -> float:
    """Return the logarithm to base 2 of a bound of the number of forests.

    The generating function of trees is T(x) = d x exp(T(x) + T(x^2)/2 + ...), which is at most 1 at
    x = 1/(3d), as e d x exp(T(x^2)/2 + ...) is below 1 there. So there are at most (3d)^m trees of
    order m, and d times as many as forests with m - 1 vertices.
    """
    return log2(3) * (nodes + 1) + log2(colours) * nodes


def count_primes(nodes: int, colours: int) -> int:
    """Return how many primes are needed for counts of up to so many vertices.

    Examples
    --------
    >>> count_primes(6, 2), count_primes(2000, 1)
    (3, 163)
    """
    return int(_bound(nodes, colours) / _BITS) + 3


@remembered(1)
def _primes() -> _Integers:
    """Return the primes that are taken, the greatest first."""
    sieve = np.ones(_GREATEST_PRIME, bool)
    sieve[:2] = False
    for i in range(2, int(_GREATEST_PRIME**0.5) + 1):
        if sieve[i]:
            sieve[i * i :: i] = False
    least = int(2**_BITS) + 1
    return (np.flatnonzero(sieve[least:]) + least)[::-1].astype(np.int64)


class _Residues:
    """The numbers of forests modulo primes: row m has those with m vertices."""

    def __init__(self, nodes: int, colours: int, primes: _Integers) -> None:
        self._primes = primes
        self._colours = np.array([colours % prime for prime in primes.tolist()], np.int64)
        shape = (nodes + 1, len(primes))
        self.forests = np.zeros(shape, np.int64)
        self.forests[0] = 1
        # weights[j] is the sum over the divisors k of j of k times the number of trees of order k.
        self._weights = np.zeros(shape, np.int64)
        self._inverses = np.ones(shape, np.int64)
        columns = np.arange(len(primes))
        for m in range(2, nodes + 1):
            quotient, rest = np.divmod(primes, m)
            self._inverses[m] = (primes - quotient) * self._inverses[rest, columns] % primes
        # By the length of blocks: the spectra of the first rows, in windows of twice that length.
        self._windows: dict[int, list[_Spectra]] = {}
        size = _BLOCK
        while size <= nodes:
            size *= _RADIX
        self._solve(0, size, np.zeros(shape, np.int64))

    def _solve(self, start: int, size: int, earlier: _Integers) -> None:
        """Find the rows from `start` on; `earlier` has what those before `start` add to them.

        Two rows of at least `start` > 0 together are beyond these, as `size` is at most `start`: a
        row here is a sum of products of a row of here with one of the first ones.
        """
        stop = min(start + size, len(self.forests))
        if size == _BLOCK:
            for m in range(max(start, 1), stop):
                self._row(m, start, earlier)
            return
        length = size // _RADIX
        windows = self._windows.setdefault(length, [])
        blocks: list[_Spectra] = []
        for low in range(start, stop, length):
            if blocks:
                high = min(low + length, stop)
                added = self._products(blocks, windows, start == 0)
                added = np.fft.irfft(added, 2 * length, axis=0)[length : length + high - low]
                earlier[low:high] += np.rint(added).astype(np.int64)
                earlier[low:high] %= self._primes
            self._solve(low, length, earlier)
            if low + length < (stop if start else len(self.forests)):
                blocks.append(self._spectra(low, length))
                if start == 0 and len(blocks) > 1:
                    windows.append(_joined(*blocks[-2:]))

    def _row(self, m: int, start: int, earlier: _Integers) -> None:
        """Find a row, given all before it and what those before `start` add."""
        forests, weights, primes = self.forests, self._weights, self._primes
        weights[m::m] += m * self._colours % primes * forests[m - 1] % primes
        weights[m] %= primes
        total = earlier[m] + weights[m]
        if m > start:
            low = max(start, 1)
            total += np.einsum("ij,ij->j", weights[low:m], forests[m - low : 0 : -1])
            if start:
                total += np.einsum("ij,ij->j", forests[low:m], weights[m - low : 0 : -1])
        forests[m] = total % primes * self._inverses[m] % primes

    def _spectra(self, low: int, length: int) -> _Spectra:
        """Return the spectra of a block of rows, of forests and of weights."""
        rows = (x[low : low + length] for x in (self.forests, self._weights))
        # From -p/2 to p/2, so that sums of products stay small.
        forests, weights = (x - self._primes * (x > self._primes // 2) for x in rows)
        return (
            np.fft.rfft(forests, 2 * length, axis=0),
            np.fft.rfft(weights, 2 * length, axis=0),
        )

    def _products(self, blocks: list[_Spectra], windows: list[_Spectra], first: bool) -> Any:
        """Return the spectrum of what the blocks add to the one that comes after them."""
        last = len(blocks)
        if first:
            # Both factors are of here. Of the window next to the block that is due, half is known.
            total: Any = blocks[0][1] * blocks[-1][0]
            for k in range(1, last):
                total += blocks[k][1] * windows[last - k - 1][0]
            return total
        return sum(
            own[0] * other[1] + own[1] * other[0]
            for own, other in zip(blocks, windows[last - 1 :: -1], strict=True)
        )


def _joined(left: _Spectra, right: _Spectra) -> _Spectra:
    """Return the spectra of two blocks side by side, which fill the length of the transform."""
    forests, weights = (x.copy() for x in left)
    for joined, x in ((forests, right[0]), (weights, right[1])):
        joined[::2] += x[::2]
        joined[1::2] -= x[1::2]
    return forests, weights


def _integers(residues: _Integers, colours: int, primes: _Integers) -> Iterator[int]:
    """Iterate over the integers that have these residues, by the Chinese remainder theorem."""
    for low in range(0, len(residues), _ROWS):
        rows = residues[low : low + _ROWS]
        count = count_primes(low + len(rows) - 1, colours)
        moduli = primes[:count].tolist()
        product = prod(moduli)
        others = [product // prime for prime in moduli]
        scale = [pow(other % prime, -1, prime) for other, prime in zip(others, moduli, strict=True)]
        parts = rows[:, :count] * np.array(scale, np.int64) % primes[:count]
        # Digits of 16 bits; sums of products with factors of 20 bits are exact in double precision.
        size = -(-product.bit_length() // 16)
        data = b"".join(other.to_bytes(2 * size, "little") for other in others)
        digits = np.frombuffer(data, "<u2").reshape(count, size)
        sums = (parts.astype(np.float64) @ digits.astype(np.float64)).astype(np.uint64)
        pieces = [(sums >> np.uint64(16 * k)).astype("<u2") for k in range(3)]
        for row in range(len(rows)):
            total = 0
            for k, piece in enumerate(pieces):
                total += int.from_bytes(piece[row].tobytes(), "little") << (16 * k)
            yield total % product
