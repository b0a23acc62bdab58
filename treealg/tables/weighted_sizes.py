"""Lengths of bases by weight, by counting: polynomials in a variable that counts weight."""

from __future__ import annotations

from collections.abc import Iterator

from treealg.checks import brief, check_integer, check_method
from treealg.errors import InvalidValueError
from treealg.tables.arguments import check_weighted
from treealg.tables.sizes import MAX_COEFFICIENTS, MAX_LENGTH, moebius, refuse

__all__ = [
    "require_weighted_fits",
    "weighted_length",
    "weighted_log_length",
    "weighted_nodes",
]

Polynomial = dict[int, int]
"""How many there are of each weight."""

_MOST_NODES = 2**15
"""The most nodes of a basis that is counted by weight: words of one light letter are as many."""


def weighted_length(
    weights: tuple[int, ...], degree: int, *, planar: bool | None, bound: int = MAX_LENGTH
) -> int:
    """Count the trees, ordered forests or (None) words that weigh 1 to `degree`.

    Parameters
    ----------
    weights : tuple of int
        The weight of each label, at least 1.
    degree : int
        The largest weight, at least 0.
    planar : bool or None
        Ordered forests, trees, or (None) words.
    bound : int, optional
        What is refused beyond.

    Returns
    -------
    int
        Their number, without the empty one.

    Raises
    ------
    InvalidTypeError
        If `weights` are no integers, `degree` or `bound` is none, or `planar` none of True, False
        and None.
    InvalidValueError
        If a weight is below 1, `degree` negative, or there are more than `bound`, or any of
        more than 32768 nodes.

    Examples
    --------
    >>> [weighted_length((1, 2), degree, planar=False) for degree in range(1, 5)]
    [1, 3, 7, 17]
    >>> weighted_length((1, 1), 3, planar=True)
    50
    """
    weights, degree, planar = check_weighted(weights, degree, planar)
    bound = check_integer("bound", bound, 0)
    total = 0
    for trees, forests in _levels(weights, degree, planar):
        total += sum((trees if planar is False else forests).values())
        if total > bound:
            raise refuse(f"the basis for weights={brief(weights)}, {degree=}", total, bound)
    return total


def require_weighted_fits(weights: tuple[int, ...], degree: int, *, planar: bool | None) -> int:
    """Return the length of a basis that tables are built for, and refuse a larger one.

    Parameters
    ----------
    weights, degree, planar
        As for `weighted_length`.

    Returns
    -------
    int
        The number of elements, without the empty one.

    Raises
    ------
    InvalidTypeError
        If `weights` are no integers, `degree` is none, or `planar` none of True, False and None.
    InvalidValueError
        If a weight is below 1, `degree` negative, or there are more than
        ``MAX_COEFFICIENTS``.

    Examples
    --------
    >>> require_weighted_fits((1, 2), 4, planar=None)
    11
    """
    return weighted_length(weights, degree, planar=planar, bound=MAX_COEFFICIENTS)


def weighted_nodes(weights: tuple[int, ...], degree: int) -> int:
    """Count the letters of all words that weigh 1 to `degree`.

    Parameters
    ----------
    weights, degree
        As for `weighted_length`.

    Returns
    -------
    int
        Their number.

    Raises
    ------
    InvalidTypeError
        If `weights` are no integers, or `degree` is none.
    InvalidValueError
        If a weight is below 1, `degree` negative, or there are words of more than 32768 letters.

    Examples
    --------
    Of the words 0 1 00 01 10 000:

    >>> weighted_nodes((1, 2), 3)
    11
    """
    weights, degree, planar = check_weighted(weights, degree, None)
    levels = enumerate(_levels(weights, degree, planar), 1)
    return sum(nodes * sum(words.values()) for nodes, (_, words) in levels)


def weighted_log_length(
    weights: tuple[int, ...], degree: int, *, planar: bool | None, method: int
) -> int:
    """Count the coordinates of a log-signature, of ordered forests or words by weight.

    Parameters
    ----------
    weights, degree, planar
        As for `weighted_length`.
    method : {0, 1, 2}
        0 is the expanded form; 1 and 2 are Lyndon coordinates, which trees have none of.

    Returns
    -------
    int
        Their number: with A the letters (planar trees, or labels), by nodes n and weight, it is the
        sum of (1/n) times the sum over e | n of mu(e) Q(n/e) at the e-th power, where Q(n) is the
        sum of k A(k) F(n - k) and F counts words.

    Raises
    ------
    InvalidTypeError
        If `weights` are no integers, `degree` or `method` is none, or `planar` none of True, False
        and None.
    InvalidValueError
        If one of them is out of range, a Lyndon method is asked for on trees, or there are too
        many.

    Examples
    --------
    >>> [weighted_log_length((1, 2), degree, planar=None, method=1) for degree in range(1, 6)]
    [1, 2, 3, 4, 6]
    >>> weighted_log_length((1, 1), 3, planar=True, method=1)
    33
    """
    weights, degree, planar = check_weighted(weights, degree, planar)
    if check_method(method, planar is not False) == 0:
        return weighted_length(weights, degree, planar=planar)
    letters: list[Polynomial] = [{}]
    words: list[Polynomial] = [{0: 1}]
    powers: list[Polynomial] = [{}]
    total = 0
    for n, (trees, forests) in enumerate(_levels(weights, degree, planar), 1):
        letters.append(trees)
        words.append(forests)
        own: Polynomial = {}
        for k in range(1, n + 1):
            _add(own, letters[k], words[n - k], k, degree)
        powers.append(own)
        found: Polynomial = {}
        for divisor in range(1, n + 1):
            if n % divisor == 0:
                for weight, count in powers[n // divisor].items():
                    if weight * divisor <= degree:
                        at = weight * divisor
                        found[at] = found.get(at, 0) + moebius(divisor) * count
        total += sum(count // n for count in found.values())
        if total > MAX_LENGTH:
            raise refuse(
                f"the Lyndon basis for weights={brief(weights)}, {degree=}", total, MAX_LENGTH
            )
    return total


def _levels(
    weights: tuple[int, ...], degree: int, planar: bool | None
) -> Iterator[tuple[Polynomial, Polynomial]]:
    """Yield trees and forests with 1, 2, ... nodes by weight; of words the letters and words."""
    labels: Polynomial = {}
    for weight in weights:
        labels[weight] = labels.get(weight, 0) + 1
    nodes = degree // min(weights)
    if nodes > _MOST_NODES:
        raise InvalidValueError(
            f"degree must be at most {_MOST_NODES} times the smallest of the weights {weights}, "
            f"got {degree}"
        )
    trees: list[Polynomial] = [{}]
    forests: list[Polynomial] = [{0: 1}]
    sums: list[Polynomial] = [{}]
    for n in range(1, nodes + 1):
        own: Polynomial = {}
        if planar is not None:
            _add(own, labels, forests[n - 1], 1, degree)
        elif n == 1:
            own = {weight: count for weight, count in labels.items() if weight <= degree}
        trees.append(own)
        grown: Polynomial = {}
        if planar is None:
            _add(grown, trees[1], forests[n - 1], 1, degree)
        elif planar:
            for k in range(1, n + 1):
                _add(grown, trees[k], forests[n - k], 1, degree)
        else:
            divided: Polynomial = {}
            for k in range(1, n + 1):
                if n % k == 0:
                    for weight, count in trees[k].items():
                        if weight * (n // k) <= degree:
                            at = weight * (n // k)
                            divided[at] = divided.get(at, 0) + k * count
            sums.append(divided)
            for j in range(1, n + 1):
                _add(grown, sums[j], forests[n - j], 1, degree)
            grown = {weight: count // n for weight, count in grown.items()}
        forests.append(grown)
        yield own, grown


def _add(total: Polynomial, left: Polynomial, right: Polynomial, factor: int, degree: int) -> None:
    """Add a multiple of a product, up to a degree."""
    for first, a in left.items():
        for second, b in right.items():
            if first + second <= degree:
                total[first + second] = total.get(first + second, 0) + factor * a * b
