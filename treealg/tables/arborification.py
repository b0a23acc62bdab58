"""The arborification matrix: coefficients of a branched signature from those of words.

The symbolic arborification is asked once per undecorated shape, and the only shapes it takes are
the forests of two ladders with distinct formal labels: on them it is the shuffle of two formal
words. Since it is multiplicative, every other row is an expansion of earlier ones,
Phi(B+_a(t f)) = (Phi(t) sh Phi(f)) a with t the first tree, planar Phi(w B+_a(f)) =
(Phi(w) sh Phi(f)) a; and equal words are merged at each order, before they multiply.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.checks import check_integer
from treealg.tables import cache
from treealg.tables.layout import ForestLayout, IntArray
from treealg.tables.linear_map import FloatArray, LinearMap, expand, from_keys, merge
from treealg.tables.sizes import check_entries, require_fits, word_length

__all__ = ["arborification"]

_CHUNK = 1 << 22


class _Rows(NamedTuple):
    """Sparse rows over the words of one length, words numbered lexicographically."""

    ptr: IntArray
    word: IntArray
    coef: FloatArray

    def with_letter(self, dimension: int) -> _Rows:
        """Append each of the letters to the words of each row: row ``r * dimension + a``."""
        size = np.repeat(np.diff(self.ptr), dimension)
        ptr = np.zeros(size.size + 1, dtype=np.int64)
        np.cumsum(size, out=ptr[1:])
        source, entry = expand(self.ptr, np.repeat(np.arange(self.ptr.size - 1), dimension))
        word = self.word[entry] * dimension + source % dimension
        return _Rows(ptr, word, self.coef[entry])


def arborification(dimension: int, degree: int, planar: bool = False) -> LinearMap:
    r"""Return the matrix that takes word coefficients to tree or ordered-forest coefficients.

    ``X = S o Phi``: for the signature S of a path over words and :math:`\Phi` the arborification,
    the coefficient of X at a basis element is the sum over words of the coefficient of the word
    in :math:`\Phi` of the element, times S at the word. The logarithm is mapped in the same way.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest number of nodes, at least 0.
    planar : bool, default False
        Ordered forests and not trees.

    Returns
    -------
    LinearMap
        Of width `dimension`. Input: the words of 1 to `degree` letters, by length and then
        lexicographically. Output: the basis in its order. All coefficients are positive.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer.
    InvalidValueError
        If one is too small, or the table would be too large or not exact in float64.

    Notes
    -----
    Built on first use, then kept in memory and on disk. Safe from several threads.

    References
    ----------
    J. Ecalle (1992), "Singularites non abordables par la geometrie"; F. Fauvet and F. Menous
    (2017), "Ecalle's arborification-coarborification transforms and Connes-Kreimer Hopf algebra",
    Annales scientifiques de l'ENS 50.

    Examples
    --------
    The cherry with leaves 0 and 1 and root 0 is row 4 of blocks, and is (01 + 10) 0:

    >>> phi = arborification(2, 3)
    >>> phi.col[phi.ptr[4] : phi.ptr[5]].tolist()
    [4, 5]
    """
    dimension = check_integer("dimension", dimension, 1)
    degree = check_integer("degree", degree, 0)
    planar = bool(planar)

    def build() -> LinearMap:
        length = require_fits(dimension, degree, planar)
        words = word_length(dimension, degree)
        rows = _planar_rows if planar else _tree_rows
        blocks = length // dimension
        return _assemble(rows(dimension, degree), dimension, blocks, words // dimension)

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows * dimension, table.n_cols * dimension) == (
            dimension,
            require_fits(dimension, degree, planar),
            word_length(dimension, degree),
        )

    return cache.table("arborification", (dimension, degree, planar), LinearMap, build, check)


def _assemble(orders: list[_Rows], dimension: int, n_rows: int, n_cols: int) -> LinearMap:
    """Put the rows of all orders into one map; the words of m letters follow the shorter ones."""
    keys, coefs = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    first_row = 0
    for nodes, rows in enumerate(orders):
        count = rows.ptr.size - 1
        row = np.repeat(np.arange(first_row, first_row + count), np.diff(rows.ptr))
        shorter = 1 + word_length(dimension, nodes - 1) if nodes else 0
        keys.append(row * n_cols + shorter + rows.word)
        coefs.append(rows.coef)
        first_row += count
    return from_keys(dimension, n_rows, n_cols, np.concatenate(keys), np.concatenate(coefs))


def _unit() -> _Rows:
    return _Rows(np.array([0, 1]), np.zeros(1, dtype=np.int64), np.ones(1))


def _tree_rows(dimension: int, degree: int) -> list[_Rows]:
    """Return Phi of all commutative forests with 0, 1, ..., degree - 1 nodes, without a root."""
    if degree == 0:
        return []
    layout = ForestLayout(dimension, degree - 1, planar=False)
    forests = [_unit()]
    trees: dict[int, _Rows] = {}
    for nodes in range(1, degree):
        trees[nodes] = forests[nodes - 1].with_letter(dimension)
        start, count = layout.start[nodes], layout.counts[nodes]
        first, rest = layout.first[start : start + count], layout.rest[start : start + count]
        order = layout.order_of[first // dimension] + 1
        forests.append(
            _product(
                dimension,
                nodes,
                count,
                [
                    (
                        row := np.flatnonzero(order == k),
                        trees[k],
                        first[row] - layout.tree_range(k)[0],
                        forests[nodes - k],
                        rest[row] - layout.start[nodes - k],
                        k,
                    )
                    for k in range(1, nodes + 1)
                ],
            )
        )
    return forests


def _planar_rows(dimension: int, degree: int) -> list[_Rows]:
    """Return Phi of all ordered forests with 1, ..., degree nodes, without the last root."""
    layout = ForestLayout(dimension, degree, planar=True)
    blocks: list[_Rows] = []
    forests = [_unit()]
    for order in range(1, degree + 1):
        # The forests of a block differ in the label of the last root only: take label 0.
        part = slice(layout.start[order], layout.start[order + 1], dimension)
        left, right = layout.init[part], layout.last[part] // dimension
        left_nodes = layout.order_of[left]
        blocks.append(
            _product(
                dimension,
                order - 1,
                left.size,
                [
                    (
                        row := np.flatnonzero(left_nodes == k),
                        forests[k],
                        left[row] - layout.start[k],
                        forests[order - 1 - k],
                        right[row] - layout.start[order - 1 - k],
                        k,
                    )
                    for k in range(order)
                ],
            )
        )
        if order < degree:
            forests.append(blocks[-1].with_letter(dimension))
    return blocks


_Factor = tuple[IntArray, _Rows, IntArray, _Rows, IntArray, int]


def _product(dimension: int, nodes: int, count: int, factors: list[_Factor]) -> _Rows:
    """Shuffle pairs of rows: each factor is (row, left, left row, right, right row, left length).

    Every output row of the `count` ones belongs to one factor.
    """
    words = dimension**nodes
    keys, values, total = [], [], 0
    for row, left, left_row, right, right_row, left_nodes in factors:
        shuffle = _shuffles(dimension, left_nodes, nodes - left_nodes)
        size = np.diff(left.ptr)[left_row] * np.diff(right.ptr)[right_row]
        per_pair = int(np.diff(shuffle.ptr).max())
        bounds = np.cumsum(size * per_pair)
        cuts = np.searchsorted(
            bounds, np.arange(_CHUNK, int(bounds[-1]) if size.size else 0, _CHUNK)
        )
        for part in np.split(np.arange(row.size), cuts):
            a_source, a_entry = expand(left.ptr, left_row[part])
            b_source, b_entry = expand(right.ptr, right_row[part][a_source])
            a_entry, source = a_entry[b_source], a_source[b_source]
            pair = left.word[a_entry] * dimension ** (nodes - left_nodes) + right.word[b_entry]
            s_source, s_entry = expand(shuffle.ptr, pair)
            coef = (left.coef[a_entry] * right.coef[b_entry])[s_source] * shuffle.coef[s_entry]
            key, value = merge(row[part][source[s_source]] * words + shuffle.word[s_entry], coef)
            keys.append(key)
            values.append(value)
            total += key.size
            check_entries(total, f"order {nodes + 1} of the arborification of {dimension=}")
    key, value = merge(np.concatenate(keys), np.concatenate(values))
    ptr = np.searchsorted(key, np.arange(count + 1) * words).astype(np.int64)
    return _Rows(ptr, key % words, value)


def _shuffles(dimension: int, left: int, right: int) -> _Rows:
    """Shuffle every word of `left` letters with every one of `right` letters.

    Row ``u * dimension**right + v`` has the words of u sh v with their multiplicities.
    """
    nodes = left + right
    words = dimension**nodes
    every = np.arange(words)
    letter = [every // dimension ** (nodes - 1 - j) % dimension for j in range(nodes)]
    keys = []
    for formal in _formal_shuffle(left, right):
        word = np.zeros(words, dtype=np.int64)
        for position in formal:
            word = word * dimension + letter[position]
        keys.append(every * words + word)
    key, value = merge(np.concatenate(keys), np.ones(len(keys) * words))
    ptr = np.searchsorted(key, np.arange(words + 1) * words).astype(np.int64)
    return _Rows(ptr, key % words, value)


def _formal_shuffle(left: int, right: int) -> npt.NDArray[np.int64]:
    """Return the words of Phi of two ladders with labels 0, 1, ... read from leaf to root.

    All have coefficient 1, as the labels are distinct; shape ``(words, left + right)``.
    """
    # The algebra is imported where it is needed: a table that comes from disk does without it.
    from treealg.symbolic import Forest, Tree, arborification

    ladders = []
    for labels in (range(left), range(left, left + right)):
        branch: list[Tree] = []
        for label in labels:
            branch = [Tree(branch, label)]
        ladders += branch
    words = [word for word, _ in arborification(Forest(ladders)).items()]
    return np.array(words, dtype=np.int64).reshape(len(words), left + right)
