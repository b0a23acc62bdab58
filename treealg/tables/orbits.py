"""Blocks of trees and forests up to the names of labels: one for all that renaming makes of it.

What is counted of a block, and knows no label from another, is counted for one block of each
content, with as many occurrences of each label as of any after it, times the contents like that.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import numpy.typing as npt

from treealg.tables.layout import ForestLayout, IntArray

__all__ = ["multiplicities"]


def multiplicities(dimension: int, nodes: int, planar: bool) -> IntArray:
    """Return for how many blocks of so many nodes beside the last root each one stands.

    Examples
    --------
    The forests ``0``, ``1`` of one node, and of two the ladders 00, 10, 01, 11 and three pairs:

    >>> multiplicities(2, 1, False).tolist(), multiplicities(2, 2, False).tolist()
    ([2, 0], [2, 1, 0, 2, 1, 1, 0])
    """
    content = (_contents_of_forests if planar else _contents_of_trees)(dimension, nodes)
    found = np.zeros(len(content), dtype=np.int64)
    first = np.flatnonzero((np.diff(content, axis=1) <= 0).all(axis=1))
    kinds, kind = np.unique(content[first], axis=0, return_inverse=True)
    found[first] = np.array([_arrangements(own) for own in kinds.tolist()])[kind.ravel()]
    return found


def _contents_of_trees(dimension: int, nodes: int) -> npt.NDArray[np.int8]:
    """Count the labels of all trees with so many nodes beside the root."""
    layout = ForestLayout(dimension, nodes, planar=False)
    content = np.zeros((layout.start[-1], dimension), dtype=np.int8)
    for order in range(1, nodes + 1):
        part = slice(layout.start[order], layout.start[order + 1])
        branches, label = np.divmod(layout.first[part], dimension)
        content[part] = content[branches] + content[layout.rest[part]]
        content[np.arange(part.start, part.stop), label] += 1
    return content[layout.start[-2] :]


def _contents_of_forests(dimension: int, nodes: int) -> npt.NDArray[np.int8]:
    """Count the labels of all blocks of ordered forests with so many nodes beside the last root."""
    one = np.eye(dimension, dtype=np.int8)
    content = np.zeros((1, dimension), dtype=np.int8)
    forests: list[npt.NDArray[np.int8]] = []
    for order, (own, left, right) in enumerate(
        ForestLayout(dimension, nodes, planar=True).blocks(nodes + 1)
    ):
        forests.append(content)
        content = np.empty((own.size, dimension), dtype=np.int8)
        for before, kept in enumerate(forests):
            rows = np.flatnonzero(own == before)
            content[rows] = kept[left[rows]] + forests[order - before][right[rows]]
        if order < nodes:
            content = (content[:, None] + one).reshape(-1, dimension)
    return content


def _arrangements(content: list[int]) -> int:
    """Count the contents that are this one with labels renamed."""
    equal = math.prod(math.factorial(often) for often in Counter(content).values())
    return math.factorial(len(content)) // equal
