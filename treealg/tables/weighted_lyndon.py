"""Lyndon coordinates of log-signatures on ordered forests and words by weight.

All factors and rearrangements of what is light enough are so, too: the Lyndon elements that are
light enough, their brackets and the projection on them are those of all, and found in the same way.
"""

from __future__ import annotations

from treealg.checks import brief, check_method
from treealg.tables import cache, foresight
from treealg.tables.arguments import check_weighted
from treealg.tables.brackets import check_exact
from treealg.tables.composition import compose
from treealg.tables.foresight import Needs
from treealg.tables.linear_map import LinearMap, map_needs
from treealg.tables.lyndon import lyndon_map
from treealg.tables.lyndon_expansion import expansion_map
from treealg.tables.sizes import check_entries
from treealg.tables.weighted_arborification import weighted_arborification
from treealg.tables.weighted_layout import WeightedLayout
from treealg.tables.weighted_sizes import (
    require_weighted_fits,
    weighted_length,
    weighted_log_length,
)

__all__ = ["weighted_lyndon", "weighted_lyndon_arborification", "weighted_lyndon_expansion"]


def weighted_lyndon(
    weights: tuple[int, ...], degree: int, method: int, *, planar: bool | None
) -> LinearMap:
    """Return the map from the expanded logarithm to Lyndon coordinates, as `lyndon`.

    Parameters
    ----------
    weights : tuple of int
        The weight of each label, at least 1.
    degree : int
        The largest weight, at least the smallest of one label.
    method : {1, 2}
        Coordinates at Lyndon elements, or coefficients of their standard bracketings.
    planar : {True, None}
        Ordered forests, or words.

    Returns
    -------
    LinearMap
        Of width 1.

    Raises
    ------
    InvalidTypeError
        If `weights` are no integers, another argument is none, or `planar` none of True, False and
        None.
    InvalidValueError
        If one of them is out of range, or the table would be too large or not exact in float64.

    Examples
    --------
    Of the words 0 1 00 01 10 000 three are Lyndon words:

    >>> weighted_lyndon((1, 2), 3, 1, planar=None).col.tolist()
    [0, 1, 3]
    """
    weights, degree, planar = check_weighted(weights, degree, planar, nodes=1)
    method = check_method(method, planar is not False, minimum=1)

    def foresee() -> Needs:
        _check_search(weights, degree, planar)
        if planar is None and method == 2:
            check_exact(weights, degree)
        # Each row has an entry on the diagonal.
        rows = weighted_log_length(weights, degree, planar=planar, method=method)
        return map_needs(rows, rows, moved=method == 2)

    def build() -> LinearMap:
        return lyndon_map(
            method, WeightedLayout(weights, degree, planar), f"weights={brief(weights)}, {degree=}"
        )

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows, table.n_cols) == (
            1,
            weighted_log_length(weights, degree, planar=planar, method=method),
            weighted_length(weights, degree, planar=planar),
        )

    key = (degree, method, int(planar is None), *weights)
    return cache.table("weighted_lyndon", key, LinearMap, build, check, foresee=foresee)


def weighted_lyndon_arborification(
    weights: tuple[int, ...],
    degree: int,
    method: int,
    *,
    planar: bool | None,
    longest: int = 1,
    channels: int | None = None,
) -> LinearMap:
    """Return the map from the logarithm over words, as kernels have them, to Lyndon coordinates.

    Parameters
    ----------
    weights, degree, method, planar
        As for `weighted_lyndon`.
    longest, channels : int
        The letters of the words, as for `words_of_weights`.

    Returns
    -------
    LinearMap
        Of width 1, from the layout of `words_of_weights`.

    Raises
    ------
    InvalidTypeError
        If `weights` are no integers, another argument is none, or `planar` none of True, False and
        None.
    InvalidValueError
        If one of them is out of range, or the table would be too large or not exact in float64.
    """
    weights, degree, planar = check_weighted(weights, degree, planar, nodes=1)
    method = check_method(method, planar is not False, minimum=1)

    def words() -> LinearMap:
        return weighted_arborification(
            weights, degree, planar=planar, longest=longest, channels=channels
        )

    def coordinates() -> LinearMap:
        return weighted_lyndon(weights, degree, method, planar=planar)

    foresight.foreseen(foresight.foresee(words, coordinates)._replace(kernels=0))
    outer = coordinates()  # first, as it may be refused while it is made
    return compose(outer, words())


def weighted_lyndon_expansion(
    weights: tuple[int, ...], degree: int, method: int, *, planar: bool | None
) -> LinearMap:
    """Return the map from Lyndon coordinates to the expanded logarithm, as `lyndon_expansion`.

    Parameters
    ----------
    weights, degree, method, planar
        As for `weighted_lyndon`.

    Returns
    -------
    LinearMap
        Of width 1.

    Raises
    ------
    InvalidTypeError
        If `weights` are no integers, another argument is none, or `planar` none of True, False and
        None.
    InvalidValueError
        If one of them is out of range, or the table would be too large or not exact in float64.

    Examples
    --------
    The bracket of 0 and 1 is 01 - 10, words 3 and 4:

    >>> table = weighted_lyndon_expansion((1, 2), 3, 2, planar=None)
    >>> table.col.tolist(), table.coef.tolist()
    ([0, 1, 2, 2], [1.0, 1.0, 1.0, -1.0])
    """
    weights, degree, planar = check_weighted(weights, degree, planar, nodes=1)
    method = check_method(method, planar is not False, minimum=1)

    def foresee() -> Needs:
        rows = _check_search(weights, degree, planar)
        if planar is None and method == 1:
            check_exact(weights, degree)
        # Each column has an entry, and rows may have none.
        columns = weighted_log_length(weights, degree, planar=planar, method=method)
        return map_needs(columns, rows, moved=False)

    def build() -> LinearMap:
        layout = WeightedLayout(weights, degree, planar)
        return expansion_map(method, layout, f"weights={brief(weights)}, {degree=}")

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows, table.n_cols) == (
            1,
            weighted_length(weights, degree, planar=planar),
            weighted_log_length(weights, degree, planar=planar, method=method),
        )

    key = (degree, method, int(planar is None), *weights)
    name = "weighted_lyndon_expansion"
    return cache.table(name, key, LinearMap, build, check, foresee=foresee)


def _check_search(weights: tuple[int, ...], degree: int, planar: bool | None) -> int:
    """Refuse a basis in which too much would have to be looked through for Lyndon elements.

    Returned is how many elements it has.
    """
    size = require_weighted_fits(weights, degree, planar=planar)
    check_entries(size, "the search for Lyndon words")
    return size
