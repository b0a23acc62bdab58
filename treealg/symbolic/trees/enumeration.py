"""Counting and listing of trees and forests with coloured vertices, in the basis order.

Labels are the colours 0, ..., d-1. Forests are listed as non-decreasing sequences of trees, or all
sequences when planar, in lexicographic order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import islice
from math import comb
from typing import Any, Literal, overload

from treealg.checks import brief, check_flag, check_integer
from treealg.errors import InvalidValueError
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.memo import remembered
from treealg.symbolic.trees.sizes import check_steps
from treealg.symbolic.trees.trees import PlanarTree, Tree

__all__ = [
    "Counts",
    "count_forests",
    "count_trees",
    "counts",
    "enumerate_forests",
    "enumerate_trees",
    "listable",
]

_MOST_VERTICES = 400  # walks are nested as deep
_LONGEST_LIST = 20_000  # sequences held for one number of vertices
_MOST_COUNTED = 200_000  # vertices, of which a count has as many bits at least
_FEW_LABELS = 1_000  # trees that are made at once
_FEW = 500  # vertices up to which counts are made one by one
_MOST_DIGITS = 150_000  # of integers that are made by their residues
_DIGITS_OF_POWERS = 1_000  # of a power of an integer that takes a step


class Counts:
    """The numbers of trees and forests by order, for a number of colours; use `counts`.

    Parameters
    ----------
    colours : int
        The number of colours, at least 1.
    planar : bool
        Whether to count planar trees and ordered forests.

    Notes
    -----
    Non-planar: the Euler transform, m F(m) = sum over j of F(m-j) times the sum over k | j of
    k N(k), with N(m+1) = d F(m) (Knuth, The Art of Computer Programming 1, section 2.3.4.4).
    Many are made by `modular_counts`. Planar: Catalan numbers times powers. Threads may extend the
    lists at the same time.
    """

    def __init__(self, colours: int, planar: bool) -> None:
        self._colours = colours
        self._planar = planar
        self._forests: tuple[int, ...] = (1,)

    def forests(self, nodes: int) -> int:
        """Return the number of forests with `nodes` vertices in all."""
        if nodes >= len(self._forests):
            self._extend(nodes)
        return self._forests[nodes]

    def trees(self, order: int) -> int:
        """Return the number of trees with `order` vertices."""
        return self._colours * self.forests(order - 1) if order else 0

    def prepare(self, least: int, likely: int) -> None:
        """Count at once up to `likely` vertices, or refuse `least`, where so many are needed."""
        if least >= len(self._forests):
            self._check_work(least)
            self._make(likely)

    def _extend(self, nodes: int) -> None:
        self._check_work(nodes)
        self._make(nodes)

    def _make(self, nodes: int) -> None:
        forests = list(self._forests)
        if self._planar:
            for m in range(len(forests), nodes + 1):
                forests.append(forests[-1] * 2 * (2 * m - 1) // (m + 1) * self._colours)
            self._forests = tuple(forests)
            return
        if nodes > _FEW:
            from treealg.symbolic.trees.modular_counts import forests_by_residues

            # Half as many again, as those who ask for one after another do so for long.
            made = forests_by_residues(max(nodes, len(forests) * 3 // 2), self._colours)
            if made is not None:
                self._forests = made
                return
        # weights[j] is the sum over the divisors k of j of k times the number of trees of order k.
        weights = [0] * (nodes + 1)
        for m in range(1, nodes + 1):
            own = m * self._colours * forests[m - 1]
            for j in range(m, nodes + 1, m):
                weights[j] += own
            if m == len(forests):
                total = sum(weights[j] * forests[m - j] for j in range(1, m + 1))
                forests.append(total // m)
        self._forests = tuple(forests)

    def _check_work(self, nodes: int) -> None:
        """Refuse counts that take minutes, or gigabytes, as all up to the last one are made."""
        digits = nodes * (2 + self._colours.bit_length())
        if self._planar:
            steps = nodes * digits // 500
        elif nodes <= _FEW or digits > _MOST_DIGITS:
            # Products of long integers.
            steps = nodes**2 // 2 * (1 + int((digits / 2000) ** 1.6))
        else:
            steps = nodes * digits // 15
        check_steps(f"to count up to {nodes:,} vertices with {brief(self._colours)} labels", steps)


@remembered(64)
def counts(colours: int, planar: bool) -> Counts:
    """Return the counts for a number of colours, which grow as they are asked.

    Examples
    --------
    >>> [counts(2, False).trees(order) for order in range(1, 6)]
    [2, 4, 14, 52, 214]
    """
    return Counts(colours, planar)


def count_trees(order: Any, colours: Any = 1, *, planar: bool = False) -> int:
    """Count the trees with `order` vertices.

    Parameters
    ----------
    order : int
        The number of vertices, at least 0.
    colours : int, default 1
        The number of labels, at least 1.
    planar : bool, default False
        Whether children are ordered.

    Returns
    -------
    int
        The number of trees; exact.

    Raises
    ------
    InvalidTypeError
        If `order` or `colours` is not an integer, or `planar` not a bool.
    InvalidValueError
        If `order` is negative or above 200,000, `colours` less than 1, or counting would take
        long, as for trees that are not planar of more than some 7,000 vertices.

    Examples
    --------
    >>> [count_trees(n) for n in range(1, 9)]
    [1, 1, 2, 4, 9, 20, 48, 115]
    >>> [count_trees(n, 2, planar=True) for n in range(1, 5)]
    [2, 4, 16, 80]
    """
    order = _countable("order", order)
    colours = check_integer("colours", colours, 1)
    if not order:
        return 0
    return int(colours * _count(order - 1, colours, check_flag("planar", planar)))


def count_forests(nodes: Any, colours: Any = 1, *, planar: bool = False) -> int:
    """Count the forests with `nodes` vertices in all.

    Parameters
    ----------
    nodes : int
        The number of vertices, at least 0.
    colours : int, default 1
        The number of labels, at least 1.
    planar : bool, default False
        Whether trees and children are ordered.

    Returns
    -------
    int
        The number of forests; exact, 1 for no vertices.

    Raises
    ------
    InvalidTypeError
        If `nodes` or `colours` is not an integer, or `planar` not a bool.
    InvalidValueError
        If `nodes` is negative or above 200,000, `colours` less than 1, or counting would take
        long, as for forests that are not ordered of more than some 7,000 vertices.

    Examples
    --------
    >>> [count_forests(n, 2) for n in range(5)]
    [1, 2, 7, 26, 107]
    """
    nodes = _countable("nodes", nodes)
    return _count(nodes, check_integer("colours", colours, 1), check_flag("planar", planar))


def _count(nodes: int, colours: int, planar: bool) -> int:
    """Return a number of forests; of ordered ones, without those of fewer vertices."""
    if planar:
        digits = nodes * (2 + colours.bit_length())
        check_steps(
            f"to count up to {nodes:,} vertices with {brief(colours)} labels",
            int((digits / _DIGITS_OF_POWERS) ** 1.6),
        )
        count: int = comb(2 * nodes, nodes) // (nodes + 1) * colours**nodes
        return count
    return counts(colours, False).forests(nodes)


@overload
def enumerate_trees(
    order: Any, colours: Any = 1, *, planar: Literal[False] = False
) -> Iterator[Tree]: ...
@overload
def enumerate_trees(
    order: Any, colours: Any = 1, *, planar: Literal[True]
) -> Iterator[PlanarTree]: ...
@overload
def enumerate_trees(
    order: Any, colours: Any = 1, *, planar: bool = False
) -> Iterator[Tree] | Iterator[PlanarTree]: ...
def enumerate_trees(order: Any, colours: Any = 1, *, planar: bool = False) -> Iterator[Any]:
    """Iterate over the trees with `order` vertices, in the basis order.

    Parameters
    ----------
    order : int
        The number of vertices, at least 0.
    colours : int, default 1
        The number of labels 0, 1, ..., at least 1.
    planar : bool, default False
        Whether to list planar trees.

    Returns
    -------
    iterator of Tree or PlanarTree
        Each tree once, the first ones at once. Memory is held for trees of small orders only.

    Raises
    ------
    InvalidTypeError
        If `order` or `colours` is not an integer, or `planar` not a bool.
    InvalidValueError
        If `order` is negative or above 400, or `colours` less than 1.

    Examples
    --------
    >>> [str(tree) for tree in enumerate_trees(2, 2)]
    ['0[0]', '1[0]', '0[1]', '1[1]']
    """
    order = listable("order", order)
    colours = check_integer("colours", colours, 1)
    kind = PlanarTree if check_flag("planar", planar) else Tree
    return _trees(kind, _sequences(kind, order - 1, colours), colours)


@overload
def enumerate_forests(
    nodes: Any, colours: Any = 1, *, planar: Literal[False] = False
) -> Iterator[Forest]: ...
@overload
def enumerate_forests(
    nodes: Any, colours: Any = 1, *, planar: Literal[True]
) -> Iterator[OrderedForest]: ...
@overload
def enumerate_forests(
    nodes: Any, colours: Any = 1, *, planar: bool = False
) -> Iterator[Forest] | Iterator[OrderedForest]: ...
def enumerate_forests(nodes: Any, colours: Any = 1, *, planar: bool = False) -> Iterator[Any]:
    """Iterate over the forests with `nodes` vertices in all, in the basis order.

    Parameters
    ----------
    nodes : int
        The number of vertices, at least 0; the empty forest has none.
    colours : int, default 1
        The number of labels 0, 1, ..., at least 1.
    planar : bool, default False
        Whether to list ordered forests of planar trees.

    Returns
    -------
    iterator of Forest or OrderedForest
        Each forest once, the first ones at once.

    Raises
    ------
    InvalidTypeError
        If `nodes` or `colours` is not an integer, or `planar` not a bool.
    InvalidValueError
        If `nodes` is negative or above 400, or `colours` less than 1.

    Examples
    --------
    >>> [str(forest) for forest in enumerate_forests(3, planar=True)]
    ['0 0 0', '0 0[0]', '0[0] 0', '0[0,0]', '0[0[0]]']
    """
    nodes = listable("nodes", nodes)
    colours = check_integer("colours", colours, 1)
    planar = check_flag("planar", planar)
    make: Any = OrderedForest._make if planar else Forest._make
    return map(make, _sequences(PlanarTree if planar else Tree, nodes, colours))


def _countable(name: str, value: Any) -> int:
    """Return a number of vertices that is small enough for a count."""
    number = check_integer(name, value, 0)
    if number > _MOST_COUNTED:
        raise InvalidValueError(
            f"{name} must be at most {_MOST_COUNTED:,} to be counted, got {number}"
        )
    return number


def listable(
    name: str, value: Any, instead: str = "use unrank for single trees of any size"
) -> int:
    """Return a number of vertices that is small enough for a list of trees; else say what to do.

    Examples
    --------
    >>> listable("order", 4)
    4
    """
    number = check_integer(name, value, 0)
    if number > _MOST_VERTICES:
        raise InvalidValueError(
            f"{name} must be at most {_MOST_VERTICES} to be listed, got {number}; {instead}"
        )
    return number


def _trees(kind: Any, sequences: Iterator[Any], colours: int) -> Iterator[Any]:
    for children in sequences:
        for first in range(0, colours, _FEW_LABELS):
            yield from kind._family(children, range(first, min(first + _FEW_LABELS, colours)))


def _sequences(kind: Any, total: int, colours: int) -> Iterator[Any]:
    """Iterate over the tuples of arranged trees with `total` vertices, lexicographically."""
    return iter(()) if total < 0 else _Lists(kind, colours).sequences(total)


class _Lists:
    """The trees and sequences of small orders, held as lists, and walks over larger ones.

    The sequences that start with a tree >= t are a suffix of the list of their total: with lists,
    each sequence is a look-up. What is too long for a list is walked anew, so that the first
    elements of any order come at once.

    Parameters
    ----------
    kind : type
        Tree or PlanarTree.
    colours : int
        The number of labels.
    """

    def __init__(self, kind: Any, colours: int) -> None:
        self._kind = kind
        self._colours = colours
        self._counts = counts(colours, kind._planar)
        self._trees: list[list[Any]] = [[]]  # by order
        self._sequences: list[list[tuple[Any, ...]]] = [[()]]  # by total
        self._starts: list[list[tuple[int, int]]] = [[]]  # order and offset of their first trees

    def sequences(self, total: int) -> Iterator[tuple[Any, ...]]:
        """Iterate over the sequences with `total` vertices."""
        for smaller in range(1, total):
            if self._counts.forests(smaller) > _LONGEST_LIST:
                break
            self._trees.append(list(self._family(self._sequences[smaller - 1])))
            level = list(self._walk(smaller, 1, 0))
            self._starts.append([start for start, _ in level])
            self._sequences.append([sequence for _, sequence in level])
        return (sequence for _, sequence in self._walk(total, 1, 0)) if total else iter([()])

    def _family(self, sequences: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """Iterate over the trees that have these sequences as children."""
        return _trees(self._kind, iter(sequences), self._colours)

    def _of_order(self, order: int) -> Iterable[Any]:
        """Return the trees of an order: a list, or a walk."""
        if order < len(self._trees):
            return self._trees[order]
        if order - 1 < len(self._sequences):
            return self._family(self._sequences[order - 1])
        return self._family(sequence for _, sequence in self._walk(order - 1, 1, 0))

    def _walk(
        self, total: int, order: int, offset: int
    ) -> Iterator[tuple[tuple[int, int], tuple[Any, ...]]]:
        """Iterate over ((order, offset) of the first tree, sequence), from a first tree on."""
        planar = self._kind._planar
        for first in range(order, total + 1):
            rest = total - first
            if rest and not planar and rest < first:
                continue
            skipped = offset if first == order else 0
            for place, tree in enumerate(islice(self._of_order(first), skipped, None), skipped):
                start = (first, place)
                if rest < len(self._sequences):
                    held = self._sequences[rest]
                    fits = 0 if planar or not rest else bisect_left(self._starts[rest], start)
                    for position in range(fits, len(held)):
                        yield start, (tree, *held[position])
                else:
                    for _, sequence in self._walk(rest, *((1, 0) if planar else start)):
                        yield start, (tree, *sequence)
