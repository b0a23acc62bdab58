"""The words in which forests are read, from leaves to roots: how many there are, or far too many.

A vertex is read after those that it bears, and in an ordered forest after those to the left of it.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Hashable
from random import Random
from typing import Any

from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import MAX_TERMS, check_draws

__all__ = ["check_readings", "count_readings"]

_MOST_READ = 200


class _Order:
    """The labels of the vertices of a forest, and which of them may be read only after which."""

    def __init__(self, forest: Any) -> None:
        vertices = list(forest._trees)
        families = [range(len(vertices))]
        for tree in vertices:
            first = len(vertices)
            vertices.extend(tree._children)
            families.append(range(first, len(vertices)))
        self.labels = [vertex._label for vertex in vertices]
        #: What may be read only after a vertex.
        self.after: list[list[int]] = [[] for _ in vertices]
        for parent, family in enumerate(families, -1):
            if forest.is_planar:
                chain = [*family, *([parent] if parent >= 0 else [])]
                for before, vertex in itertools.pairwise(chain):
                    self.after[before].append(vertex)
            elif parent >= 0:
                for vertex in family:
                    self.after[vertex].append(parent)


def count_readings(forest: Any, most: int = MAX_TERMS) -> int:
    """Return in how many different words a forest is read, or a lower bound above `most`.

    Words are paths in an automaton whose states are the sets of all sets of vertices that may have
    been read.

    Examples
    --------
    >>> from treealg.symbolic import Forest, Tree
    >>> count_readings(Forest([Tree([Tree(), Tree()])]))
    1
    >>> count_readings(Forest([Tree([Tree(label=1), Tree(label=2)], 3)]))
    2
    """
    order = _Order(forest)
    needed = [0] * len(order.labels)
    for vertex, following in enumerate(order.after):
        for other in following:
            needed[other] |= 1 << vertex
    layer = {frozenset((0,)): 1}
    for _ in order.labels:
        grown: dict[frozenset[int], int] = {}
        for state, count in layer.items():
            moves: dict[Hashable, set[int]] = {}
            spend(len(state) * len(needed) // 4)
            for read in state:
                for vertex, before in enumerate(needed):
                    if not read >> vertex & 1 and before & ~read == 0:
                        moves.setdefault(order.labels[vertex], set()).add(read | 1 << vertex)
            for reached in map(frozenset, moves.values()):
                grown[reached] = grown.get(reached, 0) + count
        layer = grown
        if sum(layer.values()) > most:
            break  # each beginning goes on in some way
    return sum(layer.values())


def check_readings(what: str, forest: Any, together: bool = False) -> None:
    """Refuse the words in which a forest is read, from leaves to roots, if they are far too many.

    Vertices of which none bears another may be read together, as one letter, if asked.

    Examples
    --------
    >>> from treealg.symbolic import Forest, Tree
    >>> check_readings("the image", Forest([Tree()] * 30))
    """
    if forest._order > _MOST_READ:
        return
    order = _Order(forest)
    waits = Counter(vertex for following in order.after for vertex in following)
    free = [i for i in range(len(order.labels)) if not waits[i]]

    def draw(random: Random) -> Hashable:
        spend(5 * len(order.labels))
        word: list[Any] = []
        pending, available = waits.copy(), list(free)
        while available:
            taken = random.randint(1, len(available)) if together else 1
            letter = []
            for _ in range(taken):
                place = random.randrange(len(available))
                available[place], available[-1] = available[-1], available[place]
                letter.append(available.pop())
            for vertex in letter:
                for following in order.after[vertex]:
                    pending[following] -= 1
                    if not pending[following]:
                        available.append(following)
            word.append(frozenset(Counter(order.labels[i] for i in letter).items()))
        return tuple(word)

    check_draws(what, draw)
