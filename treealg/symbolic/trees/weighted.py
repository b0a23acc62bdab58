"""Trees, ordered forests and words by weight: each label weighs something, and a tree all it has.

A weight is a grading of the Hopf algebras: what a coproduct cuts an element into weighs as much as
the element. So the elements up to a weight are a sub-coalgebra, on which products of functionals,
logarithms, exponentials and inverses are those of all trees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from treealg.checks import brief, check_flag, check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.sequences import check_weights
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.interning import Interned
from treealg.symbolic.trees.labels import normalize_word
from treealg.symbolic.trees.sizes import check_steps
from treealg.symbolic.trees.trees import PlanarTree, Tree

__all__ = ["count_by_weight", "weight", "weighted_basis", "weighted_words"]

_LARGEST_LIST = 2**22
_MOST_COUNTED = 1_000  # counts take time with the third power


def weight(x: Any, weights: Iterable[Any]) -> int:
    """Return the weight of a tree, a forest or a word: the sum of the weights of its labels.

    Parameters
    ----------
    x : Tree, PlanarTree, Forest, OrderedForest or tuple of int
        Labels are integers from 0 on; a tuple is a word.
    weights : sequence of int
        That of each label, at least 1.

    Returns
    -------
    int
        The weight; 0 of what is empty.

    Raises
    ------
    InvalidTypeError
        If `x` is none of these, as a tuple of trees, or a weight no integer.
    InvalidValueError
        If a weight is below 1, or a label has none.

    Examples
    --------
    >>> weight(Tree([Tree(label=1)], 0), (1, 2))
    3
    >>> weight((0, 1, 1), (1, 2))
    5
    """
    given = check_weights("weights", weights)
    if isinstance(x, (Tree, PlanarTree)):
        labels: list[Any] = [vertex.label for vertex in x.vertices()]
    elif isinstance(x, (Forest, OrderedForest)):
        labels = [vertex.label for tree in x for vertex in tree.vertices()]
    elif isinstance(x, tuple):
        labels = list(normalize_word(x))
    else:
        raise InvalidTypeError(
            f"x must be a tree, a forest or a word, which is a tuple, got {type(x).__name__} "
            f"{brief(x)}"
        )
    for label in labels:
        if isinstance(label, Interned):
            raise InvalidTypeError(
                "x must be a tree, a forest or a word, got a tuple of trees; "
                "several trees are Forest(x) or OrderedForest(x)"
            )
        if isinstance(label, tuple):
            raise InvalidTypeError(
                f"x must be a tree, a forest or a word, whose letters are integers, got letter "
                f"{brief(label)}; Tree.from_tuple reads the tuple form of a tree"
            )
        if type(label) is not int or not 0 <= label < len(given):
            raise InvalidValueError(
                f"x must have the labels 0 to {len(given) - 1}, one for each of the weights "
                f"{given}, got label {brief(label)}"
            )
    return sum(given[label] for label in labels)


def count_by_weight(
    weights: Iterable[Any], degree: Any, *, planar: bool | None = False
) -> tuple[int, ...]:
    """Count the trees, ordered forests or words of each weight.

    Parameters
    ----------
    weights : sequence of int
        The weight of each label, at least 1.
    degree : int
        The largest weight, at least 0.
    planar : bool or None, default False
        Count ordered forests of planar trees, non-planar trees, or (None) words.

    Returns
    -------
    tuple of int
        Those of weight 0, 1, ..., `degree`; of weight 0 there is the empty one.

    Raises
    ------
    InvalidTypeError
        If a weight or `degree` is no integer, or `planar` neither a boolean nor None.
    InvalidValueError
        If there are no weights, one is below 1, `degree` is below 0 or above 1,000, or counting
        would take long, as with thousands of labels.

    Notes
    -----
    With L(k) labels of weight k, trees of weight n are the sum of L(k) F(n - k) over k, and forests
    F are Euler's transform of them, n F(n) = sum over j of F(n - j) times the sum over e | j of
    e times the trees of weight e; ordered forests are F(n) = sum over k of T(k) F(n - k), words
    W(n) = sum over k of L(k) W(n - k).

    Examples
    --------
    >>> count_by_weight((1, 2), 4)
    (1, 1, 2, 4, 10)
    >>> count_by_weight((1, 2), 4, planar=None)
    (1, 1, 2, 3, 5)
    """
    given = check_weights("weights", weights)
    degree = check_integer("degree", degree, 0)
    if degree > _MOST_COUNTED:
        raise InvalidValueError(
            f"degree must be at most {_MOST_COUNTED:,} to be counted, got {degree}"
        )
    planar = None if planar is None else check_flag("planar", planar)
    labels = Counter(own for own in given if own <= degree)
    _check_work(labels, degree, planar)
    forests, trees, sums = [1], [0], [0] * (degree + 1)
    for n in range(1, degree + 1):
        if planar is not None:
            trees.append(_grown(labels, forests, n))
        if planar is None:
            forests.append(_grown(labels, forests, n))
            continue
        if planar:
            forests.append(sum(trees[k] * forests[n - k] for k in range(1, n + 1)))
            continue
        for j in range(n, degree + 1, n):
            sums[j] += n * trees[n]
        forests.append(sum(sums[j] * forests[n - j] for j in range(1, n + 1)) // n)
    return (1, *(forests if planar is not False else trees)[1:])


def _grown(labels: Counter[int], forests: list[int], weight: int) -> int:
    """Return how many pairs of a label and a forest, or word, have a weight."""
    return sum(count * forests[weight - k] for k, count in labels.items() if k <= weight)


def _check_work(labels: Counter[int], degree: int, planar: bool | None) -> None:
    """Refuse counts that take minutes, as products of integers do that are long."""
    bits = _bits(labels, degree, {None: 1.0, True: 4.0, False: 2.95}[planar])
    steps = degree * len(labels) * (1 + bits // 5000)
    if planar is not None:
        steps += degree**2 // 2 * (1 + int((bits / 2000) ** 1.6))
    check_steps(f"to count up to weight {degree:,} with {labels.total():,} labels", steps)


def _bits(labels: Counter[int], degree: int, growth: float) -> int:
    """Return about how many binary digits counts have: they grow as 1 / x^n, with growth L(x) = 1.

    L is the generating function of the labels.
    """
    low, high = -30.0, 0.0
    for _ in range(20):
        middle = (low + high) / 2
        if growth * sum(count * 2.0 ** (k * middle) for k, count in labels.items()) < 1:
            low = middle
        else:
            high = middle
    return int(-degree * high)


def weighted_basis(weights: Iterable[Any], degree: Any, *, planar: bool = False) -> tuple[Any, ...]:
    """List the trees or ordered forests that weigh at most so much, in the basis order.

    Parameters
    ----------
    weights : sequence of int
        The weight of each label, at least 1.
    degree : int
        The largest weight, at least 0.
    planar : bool, default False
        List ordered forests of planar trees and not non-planar trees.

    Returns
    -------
    tuple of Tree or of OrderedForest
        Without the empty one; by the number of vertices, then as always.

    Raises
    ------
    InvalidTypeError
        If a weight or `degree` is no integer, or `planar` no boolean.
    InvalidValueError
        If there are no weights, one is below 1, `degree` is below 0, or there are too many.

    See Also
    --------
    weighted_words : The same of words.

    Examples
    --------
    >>> [str(tree) for tree in weighted_basis((1, 2), 3)]
    ['0', '1', '0[0]', '1[0]', '0[1]', '0[0,0]', '0[0[0]]']
    """
    given = check_weights("weights", weights)
    planar = check_flag("planar", planar)
    _check_count(given, degree, planar)
    lists = _Lists(given, degree, planar)
    return tuple(lists.basis())


def weighted_words(weights: Iterable[Any], degree: Any) -> tuple[tuple[int, ...], ...]:
    """List the words that weigh at most so much, by length and then lexicographically.

    Parameters
    ----------
    weights : sequence of int
        The weight of each letter, at least 1.
    degree : int
        The largest weight, at least 0.

    Returns
    -------
    tuple of tuple of int
        Without the empty one.

    Raises
    ------
    InvalidTypeError
        If a weight or `degree` is no integer.
    InvalidValueError
        If there are no weights, one is below 1, `degree` is below 0, or there are too many.

    Examples
    --------
    >>> weighted_words((1, 2), 3)
    ((0,), (1,), (0, 0), (0, 1), (1, 0), (0, 0, 0))
    """
    given = check_weights("weights", weights)
    _check_count(given, degree, None)
    found: list[tuple[int, ...]] = []
    level: list[tuple[tuple[int, ...], int]] = [((), 0)]
    while level:
        level = [
            ((*word, letter), total + own)
            for word, total in level
            for letter, own in enumerate(given)
            if total + own <= degree
        ]
        found += [word for word, _ in level]
    return tuple(found)


def _check_count(weights: tuple[int, ...], degree: Any, planar: bool | None) -> None:
    count = sum(count_by_weight(weights, degree, planar=planar))
    if count > _LARGEST_LIST:
        raise InvalidValueError(
            f"a basis of {count} elements is too long for a list, with weights={brief(weights)} "
            f"and {degree=}; lower the degree"
        )


class _Lists:
    """The trees, and sequences of trees, of each number of vertices, with their weights."""

    def __init__(self, weights: tuple[int, ...], degree: int, planar: bool) -> None:
        self._weights, self._degree, self._planar = weights, degree, planar
        self._trees: list[list[tuple[Any, int]]] = [[]]
        self._sequences: list[list[tuple[tuple[Any, ...], int]]] = [[((), 0)]]
        self._first: list[list[int]] = [[0]]  # number of the first tree among all
        for nodes in range(1, degree // min(weights) + 1):
            kind = PlanarTree if planar else Tree
            self._trees.append(
                [
                    (kind(children, label), total + own)
                    for children, total in self._sequences[nodes - 1]
                    for label, own in enumerate(weights)
                    if total + own <= degree
                ]
            )
            found = list(self._of(nodes))
            self._first.append([first for first, _, _ in found])
            self._sequences.append([(sequence, total) for _, sequence, total in found])

    def _of(self, nodes: int) -> Iterator[tuple[int, tuple[Any, ...], int]]:
        """Yield the sequences with so many vertices, with the number of their first tree."""
        number = -1
        for order in range(1, nodes + 1):
            rest = nodes - order
            for tree, own in self._trees[order]:
                number += 1
                for first, (sequence, total) in zip(
                    self._first[rest], self._sequences[rest], strict=True
                ):
                    sorted_too = self._planar or not rest or first >= number
                    if sorted_too and own + total <= self._degree:
                        yield number, (tree, *sequence), own + total

    def basis(self) -> Iterator[Any]:
        """Yield the basis."""
        if self._planar:
            for level in self._sequences[1:]:
                yield from (OrderedForest(sequence) for sequence, _ in level)
        else:
            for trees in self._trees[1:]:
                yield from (tree for tree, _ in trees)
