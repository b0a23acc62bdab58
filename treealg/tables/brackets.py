"""Standard bracketings of Lyndon words: their expansions, and the inverse of these at Lyndon words.

For a Lyndon word ``l = uv`` with v its longest proper Lyndon suffix, ``[l] = [u][v] - [v][u]``, and
[l] is l plus larger words with the same letters. What a bracketing looks like depends on the order
pattern of the letters only, so it is expanded, and inverted, once per pattern.

A word over the letters 0, 1, ... is held as a number, its letters being the digits in some base.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError
from treealg.tables.frozen import room, taken
from treealg.tables.layout import IntArray
from treealg.tables.linear_map import EXACT, FloatArray, LinearMap, merge
from treealg.tables.rows import Rows, between, outer, ranges, stacked
from treealg.tables.sizes import check_entries

__all__ = [
    "Block",
    "Content",
    "assembled",
    "at_lyndon_words",
    "check_exact",
    "contents",
    "everywhere",
    "from_lyndon_words",
    "gathered",
]

_INEXACT = 7, 9
"""How often two letters, the smaller one first, are in the shortest words that `_sum` refuses."""


class Content(NamedTuple):
    """All Lyndon words of one multiplicity of letters.

    `words` are the words over 0, 1, ..., ascending, one per row. `letters` are the sets of letters
    that stand for these, one ascending row each.
    """

    words: IntArray
    letters: IntArray

    @property
    def base(self) -> int:
        """The number of different letters."""
        return int(self.letters.shape[1])


class Block(NamedTuple):
    """A sparse matrix between words of one content, for each of the sets of its letters.

    `rows` and `columns` are words, ascending, one per row; `entries` are the rows of the matrix
    over places in `columns`.
    """

    rows: IntArray
    columns: IntArray
    letters: IntArray
    entries: Rows

    @property
    def size(self) -> int:
        """The number of entries for all sets of letters."""
        return self.entries.pair.size * len(self.letters)


def contents(words: npt.NDArray[Any]) -> Iterator[Content]:
    """Group all Lyndon words of one length, one per row, by content and order of their letters.

    Words with the same letters ascend.

    Examples
    --------
    >>> for content in contents(np.array([[0, 0, 2], [0, 1, 2], [0, 2, 1], [0, 2, 2]])):
    ...     print(content.words.tolist(), content.letters.tolist())
    [[0, 0, 1]] [[0, 2]]
    [[0, 1, 1]] [[0, 2]]
    [[0, 1, 2], [0, 2, 1]] [[0, 1, 2]]
    """
    length = words.shape[1]
    ascending = np.sort(words, axis=1)
    steps = ascending[:, 1:] > ascending[:, :-1]
    # How often letters change, read as a binary number, is what a content is.
    kind = steps @ (1 << np.arange(length - 1)[::-1])
    # Of the words with the same letters the ascending one is a Lyndon word, once for each content.
    least = np.flatnonzero((words == ascending).all(axis=1))
    for one in np.unique(kind[least]).tolist():
        every = ascending[least[kind[least] == one]]
        letters = every[:, [0, *(np.flatnonzero(every[0, 1:] > every[0, :-1]) + 1).tolist()]]
        own = np.flatnonzero(kind == one)
        own = own[ascending[own, 0] == every[0, 0]]
        first = words[own[(ascending[own] == every[0]).all(axis=1)]]
        yield Content(np.searchsorted(letters[0], first), letters)


def at_lyndon_words(content: Content) -> Block:
    """Return the inverse of the coefficients of bracketings at Lyndon words.

    With M[i, j] the coefficient of word i in the bracketing of word j, lower unitriangular, row i
    of its inverse says which coefficients of a Lie element at words make that of bracketing i.
    """
    size, length = content.words.shape
    words = _number(content.words, content.base)
    terms = _expansions(words, length, content.base, only_themselves=True)
    order = np.argsort(terms.pair, kind="stable")
    column = np.repeat(np.arange(size), np.diff(terms.ptr))[order]
    ptr = np.searchsorted(terms.pair[order], np.arange(size + 1)).astype(np.int64)
    entries = _inverse(Rows(ptr, column, terms.coef[order]))
    return Block(content.words, content.words, content.letters, entries)


def check_exact(weights: Sequence[int], degree: int) -> None:
    """Refuse words, up to a weight, of so many letters that `at_lyndon_words` will refuse some.

    There is one weight for each letter. Fewer letters, or more kinds of them, may be refused too.

    Examples
    --------
    >>> check_exact((1, 1), 15)
    >>> check_exact((1, 2), 24)
    """
    least = weights[0]
    for weight in weights[1:]:
        if _INEXACT[0] * least + _INEXACT[1] * weight <= degree:
            raise _inexact()
        least = min(least, weight)


def everywhere(content: Content) -> Block:
    """Return the expansions of bracketings: words by Lyndon words."""
    size, length = content.words.shape
    base = content.base
    terms = _expansions(_number(content.words, base), length, base)
    words, row = np.unique(terms.pair, return_inverse=True)
    order = np.argsort(row, kind="stable")
    ptr = np.searchsorted(row[order], np.arange(words.size + 1)).astype(np.int64)
    column = np.repeat(np.arange(size, dtype=np.int32), np.diff(terms.ptr))[order]
    spelled = words[:, None] // base ** np.arange(length)[::-1] % base
    return Block(spelled, content.words, content.letters, Rows(ptr, column, terms.coef[order]))


def from_lyndon_words(content: Content) -> Block:
    """Return the expansions of what is 1 at one Lyndon word and 0 at the others: words by these."""
    expanded = everywhere(content)
    size = len(content.words)
    change = np.zeros((size, size))
    ptr, column, coef = at_lyndon_words(content).entries
    change[np.repeat(np.arange(size), np.diff(ptr)), column] = coef
    parts = []
    for begin, end in ranges(np.diff(expanded.entries.ptr) * size):
        found = _combined(between(expanded.entries, begin, end), change)
        row, column = np.nonzero(found)
        ptr = np.searchsorted(row, np.arange(end - begin + 1)).astype(np.int64)
        parts.append(Rows(ptr, column.astype(np.int32), found[row, column]))
    return expanded._replace(entries=stacked(parts))


def gathered(
    every: Iterable[Content],
    make: Callable[[Content], Block],
    room: Callable[[int], int],
    what: str,
) -> list[Block]:
    """Return the matrices of all contents, having refused too many entries as soon as possible.

    `room` says how many entries so many Lyndon words may have in `make`. Small matrices are made
    first, and larger ones with as many letters are taken to fill at least half as much of their
    room as any before them.
    """
    ascending = sorted(every, key=lambda content: len(content.words))
    rooms = [len(content.letters) * room(len(content.words)) for content in ascending]
    ahead: Counter[int] = Counter()
    for content, own in zip(ascending, rooms, strict=True):
        ahead[content.base] += own
    least: dict[int, Fraction] = {}
    total, blocks = 0, []
    for content, own in zip(ascending, rooms, strict=True):
        block = make(content)
        blocks.append(block)
        total += block.size
        ahead[content.base] -= own
        filled = Fraction(block.size, own)
        least[content.base] = min(least.get(content.base, filled), filled)
        foreseen = sum(int(ahead[base] * fill / 2) for base, fill in least.items())
        check_entries(total + foreseen, what)
    return blocks


def assembled(
    blocks: list[Block],
    rows: Callable[[IntArray], IntArray],
    columns: Callable[[IntArray], IntArray],
    shape: tuple[int, int],
) -> LinearMap:
    """Put blocks together to one map of width 1; no row has entries in two of them.

    `rows` and `columns` tell which numbers words over letters have, shape (..., letters). The
    blocks are dropped one by one.
    """
    begins, ptr = room(shape[0] + 1, np.int64)
    numbers = []
    for block in blocks:
        own = rows(block.letters[:, block.rows]).astype(np.int32)
        ptr[1 + own] = np.diff(block.entries.ptr)
        numbers.append(own)
    np.cumsum(ptr, out=ptr)
    places, col = room(int(ptr[-1]), np.int32)
    coefs, coef = room(int(ptr[-1]), np.float64)
    while blocks:
        block, own = blocks.pop(), numbers.pop()
        begin, place = block.entries.ptr, block.entries.pair
        row = np.repeat(np.arange(begin.size - 1), np.diff(begin))
        for first, end in ranges(np.full(len(block.letters), place.size)):
            letters = block.letters[first:end]
            entry = (ptr[own[first:end]] - begin[:-1])[:, row] + np.arange(row.size)
            col[entry] = columns(letters[:, block.columns])[:, place]
            coef[entry] = block.entries.coef
    del ptr, col, coef
    ptr, col, coef = taken(begins, np.int64), taken(places, np.int32), taken(coefs, np.float64)
    return LinearMap(1, *shape, ptr, col, coef)


def _number(words: IntArray, base: int) -> IntArray:
    """Read words, one per row, as numbers."""
    return np.asarray(words @ base ** np.arange(words.shape[1])[::-1])


def _cut(words: IntArray, length: int, base: int) -> IntArray:
    """Return where the smallest proper suffix begins: the longest that is a Lyndon word."""
    # A suffix as a number with digits from 1 on, and zeros behind, so that prefixes are smaller.
    cut = np.full(words.shape, length - 1)
    suffix = np.zeros_like(words)
    least = np.full(words.shape, np.iinfo(np.int64).max)
    top = (base + 1) ** (length - 1)
    for position in range(1, length)[::-1]:
        digit = words // base ** (length - 1 - position) % base
        suffix = (digit + 1) * top + suffix // (base + 1)
        smaller = suffix < least
        least[smaller], cut[smaller] = suffix[smaller], position
    return cut


def _expansions(words: IntArray, length: int, base: int, only_themselves: bool = False) -> Rows:
    """Expand the standard bracketings of Lyndon words of one length, ascending numbers.

    Returns
    -------
    Rows
        For each word the words of its expansion, ascending, or (`only_themselves`) the places of
        those among the words given.
    """
    needed: list[IntArray] = [np.zeros(0, dtype=np.int64) for _ in range(length)] + [words]
    cuts: list[IntArray] = [np.zeros(0, dtype=np.int64)] * (length + 1)
    for whole in range(2, length + 1)[::-1]:
        cuts[whole] = _cut(needed[whole], whole, base)
        for cut in np.unique(cuts[whole]).tolist():
            own = needed[whole][cuts[whole] == cut]
            behind = base ** (whole - cut)
            for size, factor in ((cut, own // behind), (whole - cut, own % behind)):
                needed[size] = np.union1d(needed[size], factor)
    known = [Rows(np.zeros(1, dtype=np.int64), needed[0], np.zeros(0))]
    for whole in range(1, length + 1):
        wanted = words if only_themselves and whole == length else None
        known.append(_brackets(needed, cuts[whole], whole, base, known, wanted))
    return known[length]


def _brackets(
    needed: list[IntArray],
    cuts: IntArray,
    whole: int,
    base: int,
    known: list[Rows],
    wanted: IntArray | None,
) -> Rows:
    """Expand the bracketings of one length from those of shorter words."""
    words = needed[whole]
    if whole == 1:
        places = words if wanted is None else np.arange(words.size)
        return Rows(np.arange(words.size + 1), places, np.ones(words.size))
    left, right, pairs = (np.zeros(words.size, dtype=np.int64) for _ in range(3))
    for cut in np.unique(cuts).tolist():
        own = np.flatnonzero(cuts == cut)
        behind = base ** (whole - cut)
        left[own] = np.searchsorted(needed[cut], words[own] // behind)
        right[own] = np.searchsorted(needed[whole - cut], words[own] % behind)
        sizes = np.diff(known[cut].ptr)[left[own]], np.diff(known[whole - cut].ptr)[right[own]]
        pairs[own] = 2 * sizes[0] * sizes[1]
    total = base**whole
    parts, entries = [], 0
    for begin, end in ranges(pairs):
        rows = end - begin
        found = []
        for cut in np.unique(cuts[begin:end]).tolist():
            own = begin + np.flatnonzero(cuts[begin:end] == cut)
            first, second = known[cut], known[whole - cut]
            row, u, v, value = outer(first, left[own], second, right[own])
            number = own[row] - begin
            for word, sign in (
                (u * base ** (whole - cut) + v, 1.0),
                (v * base**cut + u, -1.0),
            ):
                if wanted is None:
                    found.append((number * total + word, sign * value))
                    continue
                place = np.minimum(np.searchsorted(wanted, word), wanted.size - 1)
                hit = wanted[place] == word
                found.append((number[hit] * wanted.size + place[hit], sign * value[hit]))
        width = total if wanted is None else wanted.size
        key, coef = merge(*(np.concatenate(column) for column in zip(*found, strict=True)))
        ptr = np.searchsorted(key, np.arange(rows + 1) * width).astype(np.int64)
        parts.append(Rows(ptr, key % width, coef))
        entries += key.size
        check_entries(entries, f"the brackets of {whole} letters")
    return Rows(*stacked(parts)) if parts else Rows(np.zeros(1, np.int64), words, np.zeros(0))


def _inverse(matrix: Rows) -> Rows:
    """Invert a lower unitriangular matrix of integers, exactly, row by row.

    Rows have few entries, of which the last is 1: so many rows of the inverse are added up. No
    library of matrices is asked, whose threads wait for each other longer than this takes.
    """
    size = matrix.ptr.size - 1
    inverse = np.zeros((size, size))
    columns, coefs = [np.zeros(0, dtype=np.int32)], [np.zeros(0)]
    sizes = np.zeros(size + 1, dtype=np.int64)
    largest = 1.0
    for row in range(size):
        own = slice(matrix.ptr[row], matrix.ptr[row + 1] - 1)  # but for the diagonal
        before, line = matrix.pair[own], inverse[row]
        line[row] = 1.0
        if before.size:
            end = before[-1] + 1
            line[:end] = -_sum(matrix.coef[own], inverse[before, :end], largest)
        column = np.flatnonzero(line[: row + 1])
        columns.append(column.astype(np.int32))
        coefs.append(line[column])
        largest = max(largest, np.abs(coefs[-1]).max())
        sizes[row + 1] = column.size
    return Rows(np.cumsum(sizes), np.concatenate(columns), np.concatenate(coefs))


def _sum(coef: FloatArray, rows: FloatArray, largest: float) -> FloatArray:
    """Add up multiples of rows of integers, and refuse sums that float64 may not hold exactly.

    `largest` bounds the size of these integers.
    """
    if np.abs(coef).sum() * largest >= EXACT:
        _require_exact(np.einsum("i,ij->j", np.abs(coef), np.abs(rows)))
    return np.asarray(np.einsum("i,ij->j", coef, rows))


def _combined(left: Rows, right: FloatArray) -> FloatArray:
    """Multiply sparse rows, none of them empty, by a matrix of integers, as `_sum` does."""
    parts = left.coef[:, None] * right[left.pair]
    if np.abs(parts).max(initial=0.0) * np.diff(left.ptr).max(initial=0) >= EXACT:
        _require_exact(np.add.reduceat(np.abs(parts), left.ptr[:-1]))
    return np.asarray(np.add.reduceat(parts, left.ptr[:-1]))


def _require_exact(sums: FloatArray) -> None:
    """Refuse sums of sizes of integers that float64 may not hold exactly."""
    if sums.max(initial=0.0) >= EXACT:
        raise _inexact()


def _inexact() -> InvalidValueError:
    return InvalidValueError(
        "a coefficient of this table may be 2**53 or more, which float64 does not hold exactly; "
        "lower the degree, or take another method"
    )
