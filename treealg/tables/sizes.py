"""Lengths of the bases, by counting, and the bounds beyond which no table is built.

Nothing here lists a basis: every length is a sum of a few Python integers, and the counting stops
at the first order that goes beyond a bound, so that an absurd degree is refused at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from treealg.checks import check_integer, check_method, check_planar
from treealg.errors import InvalidValueError

__all__ = [
    "MAX_COEFFICIENTS",
    "MAX_ENTRIES",
    "MAX_LENGTH",
    "MAX_SHAPES",
    "basis_length",
    "check_entries",
    "forest_counts",
    "log_length",
    "moebius",
    "refuse",
    "require_fits",
    "word_length",
]

MAX_LENGTH = 2**63 - 1
"""The largest length that `basis_length` and its siblings count to: the largest array index."""

MAX_COEFFICIENTS = 2**27
"""The longest vector that tables are built for: 1 GiB of float64."""

MAX_ENTRIES = 2**26
"""The most entries that one table may have: 0.75 GiB of column and coefficient."""

MAX_SHAPES = 2**15
"""The most undecorated shapes of a coproduct table, and kinds of words by weights of letters."""


def as_longest(longest: object, degree: int) -> int:
    """Return the vertices of the longest letter that words of this weight can have."""
    return min(check_integer("longest", longest, 1), max(degree, 1))


def forest_counts(dimension: int, planar: bool) -> Iterator[int]:
    """Count the forests with 0, 1, 2, ... nodes, without end.

    The trees with n nodes are ``dimension`` times the forests with n - 1 nodes. Non-planar
    forests are counted by Euler's transform of the trees, planar ones are Catalan numbers times
    ``dimension**n``.

    Examples
    --------
    >>> from itertools import islice
    >>> list(islice(forest_counts(2, False), 6))
    [1, 2, 7, 26, 107, 458]
    >>> list(islice(forest_counts(1, True), 6))
    [1, 1, 2, 5, 14, 42]
    """
    counts = [1]
    yield 1
    divisor_sums = [0]
    nodes = 0
    while True:
        nodes += 1
        if planar:
            yield math.comb(2 * nodes, nodes) // (nodes + 1) * dimension**nodes
            continue
        divisor_sums.append(
            sum(e * dimension * counts[e - 1] for e in range(1, nodes + 1) if nodes % e == 0)
        )
        weighted = sum(divisor_sums[k] * counts[nodes - k] for k in range(1, nodes + 1))
        counts.append(weighted // nodes)
        yield counts[nodes]


def _size(coefficients: int) -> str:
    """Write a number of coefficients and its size as float64 for a message."""
    size, units = 8.0 * coefficients, ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    while size >= 1024 and len(units) > 1:
        size, units = size / 1024, units[1:]
    return f"{coefficients} coefficients ({size:.4g} {units[0]} of float64)"


def refuse(what: str, total: int, bound: int) -> InvalidValueError:
    """Build the error for a basis beyond `bound`; `total` is what was counted so far."""
    at_least = _size(total) if total.bit_length() < 200 else f"2**{total.bit_length() - 1}"
    return InvalidValueError(
        f"{what} needs at least {at_least}, more than the bound of {_size(bound)}; "
        f"lower the degree or the dimension"
    )


def _basis_length(dimension: int, degree: int, planar: bool | None, bound: int) -> int:
    if planar is None:
        return _word_length(dimension, degree, bound)
    total = 0
    counts = forest_counts(dimension, planar)
    smaller = next(counts)
    for _ in range(degree):
        forests = next(counts)
        total += forests if planar else dimension * smaller
        smaller = forests
        if total > bound:
            kind = "planar" if planar else "non-planar"
            raise refuse(f"the {kind} basis for {dimension=}, {degree=}", total, bound)
    return total


def basis_length(dimension: int, degree: int, *, planar: bool | None = False) -> int:
    """Count the basis elements of order 1 to `degree`, the empty one left out.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest number of nodes, at least 0.
    planar : bool or None, default False
        Count planar ordered forests (Munthe-Kaas--Wright), trees, or (None) words.

    Returns
    -------
    int
        The number of trees, ordered forests or words with 1 to `degree` nodes or letters.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer, or `planar` none of True, False
        and None.
    InvalidValueError
        If one is too small, or the length is beyond `MAX_LENGTH`, the largest array index.

    Notes
    -----
    Counting: O(degree**2) integer operations non-planar, O(degree) planar.

    Examples
    --------
    >>> [basis_length(2, degree) for degree in range(6)]
    [0, 2, 6, 20, 72, 286]
    >>> [basis_length(2, degree, planar=True) for degree in range(6)]
    [0, 2, 10, 50, 274, 1618]
    >>> [basis_length(2, degree, planar=None) for degree in range(6)]
    [0, 2, 6, 14, 30, 62]
    """
    return _basis_length(
        check_integer("dimension", dimension, 1),
        check_integer("degree", degree, 0),
        check_planar(planar),
        MAX_LENGTH,
    )


def word_length(dimension: int, degree: int) -> int:
    """Count the words of 1 to `degree` letters.

    Parameters
    ----------
    dimension : int
        Number of letters, at least 1.
    degree : int
        Largest length, at least 0.

    Returns
    -------
    int
        ``dimension + dimension**2 + ... + dimension**degree``.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer.
    InvalidValueError
        If one is too small, or the count is beyond `MAX_LENGTH`.

    Examples
    --------
    >>> word_length(3, 2)
    12
    """
    return _word_length(
        check_integer("dimension", dimension, 1), check_integer("degree", degree, 0), MAX_LENGTH
    )


def _word_length(dimension: int, degree: int, bound: int) -> int:
    total = 0
    if dimension == 1:
        total = degree
    else:
        power = 1
        for _ in range(degree):
            power *= dimension
            total += power
            if total > bound:
                break
    if total > bound:
        raise refuse(f"the word basis for {dimension=}, {degree=}", total, bound)
    return total


def log_length(dimension: int, degree: int, *, planar: bool | None = False, method: int = 0) -> int:
    """Count the coordinates of a log-signature.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest number of nodes, at least 0.
    planar : bool or None, default False
        Planar ordered forests, trees, or (None) words.
    method : {0, 1, 2}, default 0
        0 is the expanded form, 1 and 2 are Lyndon coordinates, which trees have none of.

    Returns
    -------
    int
        `basis_length` for method 0, else the number of Lyndon forests, which is the sum over
        orders n of (1/2n) times the sum over divisors e of n of mu(n/e) C(2e, e) dimension**e,
        or of Lyndon words, with 1/n and dimension**e in place of these (Witt's formula).

    Raises
    ------
    InvalidTypeError
        If `dimension`, `degree` or `method` is no integer, or `planar` none of True, False
        and None.
    InvalidValueError
        If one is out of range, a Lyndon method is asked for on trees, or the expanded basis is
        beyond `MAX_LENGTH`.

    References
    ----------
    H. Munthe-Kaas and S. Krogstad (2003), "On enumeration problems in Lie-Butcher theory",
    Future Generation Computer Systems 19; OEIS A022553. C. Reutenauer (1993), "Free Lie Algebras",
    section 4.1.

    Examples
    --------
    >>> log_length(1, 5, planar=True, method=1)
    38
    >>> log_length(2, 3, planar=True, method=2)
    33
    >>> log_length(2, 3, planar=None, method=2)
    5
    """
    dimension = check_integer("dimension", dimension, 1)
    degree, planar = check_integer("degree", degree, 0), check_planar(planar)
    expanded = _basis_length(dimension, degree, planar, MAX_LENGTH)
    if check_method(method, planar is not False) == 0:
        return expanded
    if planar is None and dimension == 1:
        return min(expanded, 1)  # at once, as the degree may be anything
    return sum(_lyndon_count(dimension, order, planar) for order in range(1, degree + 1))


def _lyndon_count(dimension: int, order: int, planar: bool | None) -> int:
    """Count the Lyndon forests with `order` nodes, or the Lyndon words of that length."""
    total = 0
    for divisor in range(1, order + 1):
        if order % divisor == 0:
            kinds = 2 if planar is None else math.comb(2 * divisor, divisor)
            total += moebius(order // divisor) * kinds * dimension**divisor
    return total // (2 * order)


def moebius(number: int) -> int:
    """Evaluate the Moebius function."""
    sign, prime = 1, 2
    while number > 1:
        if number % prime == 0:
            number //= prime
            if number % prime == 0:
                return 0
            sign = -sign
        prime += 1
    return sign


def require_fits(dimension: int, degree: int, *, planar: bool | None = False) -> int:
    """Return the length of a basis that tables are built for, and refuse a larger one.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest order, at least 0.
    planar : bool or None, default False
        Planar forests, trees, or (None) words.

    Returns
    -------
    int
        `basis_length`, or `word_length`.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer, or `planar` none of True, False
        and None.
    InvalidValueError
        If one is too small, or the basis has more than `MAX_COEFFICIENTS` elements; the message
        has the size in coefficients and bytes, as far as it was counted.

    Examples
    --------
    >>> require_fits(2, 5)
    286
    """
    dimension = check_integer("dimension", dimension, 1)
    degree = check_integer("degree", degree, 0)
    return _basis_length(dimension, degree, check_planar(planar), MAX_COEFFICIENTS)


def check_entries(entries: int, what: str) -> None:
    """Refuse a table, or a step of its generation, with too many entries."""
    if entries > MAX_ENTRIES:
        raise InvalidValueError(
            f"{what} would have at least {entries} entries ({12 * entries} bytes), more than the "
            f"bound of {MAX_ENTRIES}; lower the degree or the dimension"
        )
