"""How many terms the coproducts of a closed set have at least, counted before one is made.

The set that is closed with a tree has all its trunks, and those of them. What is counted is pairs:
a trunk, and a trunk of that, which tell different terms of the coproduct of the first apart.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

__all__ = ["least_planar", "least_terms"]

# Far beyond all bounds; what is larger is this.
_MANY = 2**80
_MORE = 2**200

#: A label, and the number of the forest of the branches.
_Trees = Sequence[tuple[int, int]]
_Forests = Sequence[tuple[int, ...]]


class _Count(NamedTuple):
    """What trunks a tree, or some branches, have.

    That is how many trunks at least and at most, of branches with none that may be left out as
    well, and how many pairs at least.
    """

    least: int
    most: int
    pairs: int


def least_terms(trees: _Trees, forests: _Forests, wanted: Iterable[int]) -> int:
    """Count terms of the set that is closed with one of some trees, or fewer, where order is none.

    Trees are given as labels with numbers of forests of branches, those that others need before
    these, and forests as numbers of trees. Below branches with different roots, pairs of the one
    come with any of the other.

    Examples
    --------
    A leaf, a stick of two vertices, which has one proper cut, and a root with two leaves, with two,
    of which one leaves the stick:

    >>> least_terms([(0, 0), (0, 1), (0, 2)], [(), (0,), (0, 0)], [2])
    3
    """
    counts: list[_Count] = []
    for _, branches in trees:
        least = most = pairs = 1
        ordered = sorted(forests[branches], key=lambda tree: trees[tree][0])
        for _, group in groupby(ordered, key=lambda tree: trees[tree][0]):
            found = _alike([(counts[tree], often) for tree, often in Counter(group).items()])
            least, most, pairs = least * found.least, most * found.most, pairs * found.pairs
        counts.append(_Count(min(least, _MANY), min(most, _MORE), min(pairs, _MANY)))
    # Without the cuts that cut off nothing. There is one for each trunk, and but for that of the
    # root alone another pair, of the trunk and the root.
    return max(
        (max(pairs - most, (pairs - 1) // 2) for _, most, pairs in map(counts.__getitem__, wanted)),
        default=0,
    )


def _alike(branches: list[tuple[_Count, int]]) -> _Count:
    """Count the trunks of branches with the same root, each so often, which may be alike."""
    # Those that have fewer trunks before those that have more.
    total, size, kinds = _Count(1, 1, 1), 0, 0
    for own, often in sorted(branches):
        total = _together(total, size, kinds, own, often)
        size += often
        kinds += own.most  # different trunks, at most
    # Each may be left out, or be its root, in the trunk and in the trunk of that.
    least, pairs = max(total.least, size + 1), max(total.pairs, math.comb(size + 2, 2))
    return _Count(least, total.most, pairs)


def _together(total: _Count, size: int, kinds: int, own: _Count, often: int) -> _Count:
    """Count what so many branches, of so many different trunks, and equal ones have together."""
    options = 1 + own.least + own.pairs  # left out, cut off, or cut
    least = _choices(own.least + often, often)
    pairs = max(options, 2 * least - 1)
    if often < 10:
        # Trunks may belong to those of which they are trunks in several ways.
        pairs = max(pairs, _choices(options + often - 1, often) // math.factorial(often))
    splits = _choices(size + often, often)
    # Those trunks that no other branch has are told apart from those of others.
    new = max(own.least - kinds, 0)
    if often == 1:
        cut = max(own.pairs - kinds * own.most, 0)
        both = (1 + new + cut) * total.pairs
    else:
        both = total.pairs
    if size == often == 1:
        first, last = own.least + 1, total.least
        every = first * last - math.comb(min(first, last), 2)
    else:
        every = _choices(max(new + often - 1, often), often) * total.least if new else 0
    return _Count(
        max(least, total.least, every, -(-least * total.least // splits)),
        min(total.most * _choices(own.most + often, often), _MORE),
        max(pairs, total.pairs, both, pairs * total.pairs // splits**2),
    )


def _choices(total: int, chosen: int) -> int:
    """Return a binomial coefficient, or what stands for all large ones."""
    if min(chosen, total - chosen) >= 200:
        return _MORE
    return min(math.comb(total, chosen), _MORE)


def least_planar(trees: _Trees, forests: _Forests, wanted: Iterable[int]) -> int:
    """Count terms of the set that is closed with one of some ordered forests, or fewer.

    Cuts leave what is on the right, of the trees as of the branches of each vertex. Pairs of a
    trunk and a trunk of that are counted exactly; there may be several terms for one.

    Examples
    --------
    Of three leaves, one and two are cut off, and of two leaves one:

    >>> least_planar([(0, 0)], [(), (0, 0, 0)], [1])
    3
    """
    counts: list[_Count] = []
    for _, branches in trees:
        counts.append(_row(counts, forests[branches]))
    rows = (_row(counts, forests[forest]) for forest in wanted)
    # Without those that cut off nothing, or all; what has more than one vertex has others.
    return max((max(pairs - 2 * least + 1, least - 2) for least, _, pairs in rows), default=0)


def _row(counts: list[_Count], trees: Sequence[int]) -> _Count:
    """Count the trunks of an ordered forest, the empty one among them."""
    left, product = [1], 1
    for tree in trees:
        # Trunks of what is left of a place, from any place on, that are cut off there.
        left.append(min(1 + counts[tree].least * left[-1], _MANY))
    pairs = left[-1]
    least = kept = 1
    for place in range(len(trees) - 1, -1, -1):
        own = counts[trees[place]]
        product = min(product * own.least, _MANY)
        kept = min(kept * own.pairs, _MANY)
        least = min(least + product, _MANY)
        pairs = min(pairs + left[place] * kept, 2 * _MANY * _MANY)
    return _Count(least, least, pairs)
