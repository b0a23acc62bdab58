"""Signatures of a unit jump on all trees or ordered forests, with their labels, some at a time.

Both follow from what is left if a tree is taken off. As the label of the last root counts for
neither, blocks stand for the elements that differ in it. What is kept is for all orders but the
highest, of which there are most.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.tables.layout import ForestLayout
from treealg.tables.linear_map import FloatArray, check_exact
from treealg.tables.rows import CHUNK

__all__ = ["Jumps", "jumps"]


class Jumps(NamedTuple):
    """Values on some blocks of one order, which are next in basis order.

    Attributes
    ----------
    nodes : int
        The order n.
    word : numpy.ndarray
        Labels as digits, without that of the last root.
    value : numpy.ndarray
        n! times the signature.
    """

    nodes: int
    word: npt.NDArray[np.int32]
    value: FloatArray


def jumps(dimension: int, degree: int, *, planar: bool, lift: str) -> Iterator[Jumps]:
    """Yield n! times `symbolic.maps.expected.signature_of_jump` on all blocks of n nodes.

    Trees of 20 nodes and more are refused, of the backward lift of 19, as a value is no float64;
    of Itô's all are 0 or 1.

    Examples
    --------
    The tree of one node, the ladder, then the cherry and the ladder of three nodes:

    >>> [x.value.tolist() for x in jumps(1, 3, planar=False, lift="stratonovich")]
    [[1.0], [1.0], [2.0], [1.0]]
    """
    return (_of_forests if planar else _of_trees)(dimension, degree, lift)


def _of_forests(dimension: int, degree: int, lift: str) -> Iterator[Jumps]:
    """Take the last tree off: words are shuffled, and its root comes last.

    A linear piece is shared by all nodes, so that the last one has one n-th, a step of Euler's
    method by the roots. Of Itô's there are leaves alone.
    """
    layout = ForestLayout(dimension, max(degree - 1, 0), planar=True)
    start = np.array(layout.start)
    word, value = np.zeros(start[-1], dtype=np.int32), np.ones(start[-1])
    roots = np.zeros(start[-1], dtype=np.int8)
    for nodes, (own, left, right) in enumerate(layout.blocks(degree), 1):
        ways = np.array([_ways(kept, nodes - 1 - kept) * nodes for kept in range(nodes)])
        shift = dimension ** np.arange(nodes)[::-1]
        for begin in range(0, own.size, CHUNK):
            part = slice(begin, begin + CHUNK)
            kept = own[part].astype(np.int64)
            before = start[kept] + left[part]
            branches = start[nodes - 1 - kept] + right[part]
            labels = (word[before] * shift[kept] + word[branches]).astype(np.int32)
            number = roots[before] + 1
            found = ways[kept] * value[before] * value[branches]
            found /= nodes if lift == "stratonovich" else number
            if lift == "ito":
                found[branches > 0] = 0
            yield Jumps(nodes, labels, found)
            if nodes < degree:
                first = start[nodes] + begin * dimension
                to = slice(first, first + found.size * dimension)
                word[to] = _labelled(labels, dimension)
                value[to], roots[to] = (x.repeat(dimension) for x in (found, number))


def _of_trees(dimension: int, degree: int, lift: str) -> Iterator[Jumps]:
    """Take the first tree off the branches: values on forests are products, with binomials.

    Of a tree whose branches have the value x on n - 1 nodes it is x on n of a linear piece, for
    which the root comes last, and n x after the jump; before it there are leaves alone.
    """
    if lift != "ito":  # of the tree whose branches are leaves
        check_exact(float(math.factorial(degree if lift == "backward" else max(degree - 1, 0))))
    layout = ForestLayout(dimension, max(degree - 1, 0), planar=False)
    # The forests that can be branches of a first tree, or be left without one.
    known = layout.start[max(degree - 1, 0)] if degree > 1 else 1
    word, value = np.zeros(known, dtype=np.int32), np.ones(known)
    if degree:
        yield Jumps(1, word[:1], value[:1])
    for nodes in range(1, degree):
        begin = layout.start[nodes]
        for order, tree, rest in layout.first_trees(nodes, CHUNK):
            branches, label = np.divmod(tree, dimension)
            own = word[branches].astype(np.int64) * dimension + label
            labels = (own * dimension ** (nodes - order) + word[rest]).astype(np.int32)
            found = _ways(order, nodes - order) * value[branches] * value[rest]
            found *= _grown(order, lift)
            yield Jumps(nodes + 1, labels, found * _grown(nodes + 1, lift))
            if nodes < degree - 1:
                to = slice(begin, begin + found.size)
                word[to], value[to] = labels, found
                begin += found.size


def _grown(nodes: int, lift: str) -> int:
    """Return by what the value on branches is multiplied if a root follows, of so many nodes."""
    return {"stratonovich": 1, "ito": int(nodes == 1), "backward": nodes}[lift]


def _ways(first: int, second: int) -> float:
    """Count the ways to deal out nodes."""
    return float(math.comb(first + second, first))


def _labelled(word: npt.NDArray[Any], dimension: int) -> npt.NDArray[Any]:
    """Append each label."""
    labels = np.arange(dimension, dtype=np.int32)
    return (word[:, None] * np.int32(dimension) + labels).ravel()
